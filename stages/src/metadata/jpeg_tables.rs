//! Owns how strongly a JPEG was quantised, as it travels with the picture.
//! Does not own: reading it from a file or writing it to one.

/// Quantisation of a JPEG file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JpegTables {
    /// Quantisation table of the first component, rows of 8 from the lowest frequency (not in zigzag order).
    pub luma: [u16; 64],
    /// That of the second component, if there is one.
    pub chroma: Option<[u16; 64]>,
    /// How many samples the first component has for one of the second: horizontally and vertically.
    pub sampling: (u8, u8),
}

impl JpegTables {
    /// Those of the picture turned so that rows become columns: horizontal detail is vertical detail then.
    pub(crate) fn transpose(&mut self) {
        for table in [&mut self.luma].into_iter().chain(&mut self.chroma) {
            let before = *table;
            *table = std::array::from_fn(|at| before[at % 8 * 8 + at / 8]);
        }
        self.sampling = (self.sampling.1, self.sampling.0);
    }
}
