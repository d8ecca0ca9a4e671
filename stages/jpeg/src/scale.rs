//! Owns how much smaller than it is stored a picture is decoded: sides of pictures and of blocks.
//! Does not own: the transforms to fewer samples (see `reduced.rs`).

/// How much smaller than it is stored a picture is decoded, in both directions.
///
/// A block of 8×8 coefficients becomes 4×4, 2×2 or 1×1 samples, so a smaller picture is not decoded whole first. At 1/8 most of
/// the file is only passed over.
///
/// ```
/// use pipeline_jpeg::Scale;
///
/// assert_eq!(Scale::Half.size((101, 50)), (51, 25));
/// assert_eq!(Scale::Eighth.size((101, 1)), (13, 1));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Scale {
    /// As it is stored.
    #[default]
    Full,
    /// 1/2.
    Half,
    /// 1/4.
    Quarter,
    /// 1/8: the mean of each block.
    Eighth,
}

impl Scale {
    /// Width and height in pixels of what comes out of a picture with this width and height: parts of a pixel are rounded up.
    pub fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        let of = |side: u32| (u64::from(side) * u64::from(self.side())).div_ceil(8) as u32;
        (of(width), of(height))
    }

    /// Samples in a row of a block of a component with as many samples as the picture has pixels.
    pub(crate) fn side(self) -> u32 {
        match self {
            Scale::Full => 8,
            Scale::Half => 4,
            Scale::Quarter => 2,
            Scale::Eighth => 1,
        }
    }

    /// Samples in a row of a block of a component with these sampling factors, of which the second ones are the highest of the
    /// picture: what would be widened afterwards is made smaller by less (libjpeg, `jpeg_calc_output_dimensions`).
    pub(crate) fn block_side(self, own: (u8, u8), highest: (u8, u8)) -> u32 {
        let least = self.side();
        let fits = |side: u32, own: u8, highest: u8| {
            (u32::from(highest) * least).is_multiple_of(u32::from(own) * side)
        };
        let mut side = least;
        while side < 8 && fits(side * 2, own.0, highest.0) && fits(side * 2, own.1, highest.1) {
            side *= 2;
        }
        side
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn color_of_half_the_size_is_not_made_smaller_by_half() {
        assert_eq!(Scale::Half.block_side((1, 1), (2, 2)), 8);
        assert_eq!(Scale::Eighth.block_side((1, 1), (2, 2)), 2);
        assert_eq!(Scale::Eighth.block_side((1, 1), (4, 4)), 4);
        assert_eq!(Scale::Half.block_side((1, 1), (2, 1)), 4, "only across");
        assert_eq!(Scale::Quarter.block_side((2, 2), (2, 2)), 2);
        assert_eq!(Scale::Full.block_side((1, 1), (2, 2)), 8);
    }

    #[test]
    fn the_longest_side_does_not_overflow() {
        assert_eq!(Scale::Full.size((u32::MAX, 1)), (u32::MAX, 1));
    }
}
