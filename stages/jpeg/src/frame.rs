//! Owns the frame header (T.81, B.2.2) and the arithmetic of samples, blocks and MCUs that follows from it (T.81, A.1 and A.2).
//! Does not own: scans, and what the components mean (see `header.rs`).

use crate::markers::Segment;
use crate::{Error, Scale, Unsupported};

/// How the coefficients of a frame are spread over scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Each block is coded whole (T.81, annex F).
    Sequential,
    /// Each scan refines its blocks (T.81, annex G).
    Progressive,
}

/// One component of the frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Component {
    pub(crate) id: u8,
    /// Blocks in an MCU, across and down, 1 to 4. (1, 1) for a component alone in its frame.
    pub(crate) sampling: (u8, u8),
    /// The place of its quantisation table.
    pub(crate) quantisation: usize,
}

impl Component {
    /// Blocks in an MCU.
    pub(crate) fn blocks(&self) -> u32 {
        u32::from(self.sampling.0) * u32::from(self.sampling.1)
    }
}

/// What a frame header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) coding: Coding,
    /// Pixels, at least 1.
    pub(crate) width: u32,
    /// Pixels; 0 if the first scan is followed by the height (T.81, B.2.5).
    pub(crate) height: u32,
    /// How much smaller it is decoded.
    pub(crate) scale: Scale,
    components: [Component; 4],
    count: usize,
}

impl Frame {
    /// Reads the body of a frame header.
    pub(crate) fn read(&Segment { marker, body, at }: &Segment<'_>) -> Result<Frame, Error> {
        let short = Error::Damaged { at, expected: "a whole frame header" };
        let (&[precision, h0, h1, w0, w1, count], rest) = body.split_first_chunk().ok_or(short.clone())?;
        let coding = coding(marker)?;
        if precision != 8 {
            return Err(Unsupported::Precision(precision).into());
        }
        if !matches!(count, 1 | 3 | 4) {
            return Err(Unsupported::Components(count).into());
        }
        let (specified, []) = rest.as_chunks::<3>() else { return Err(short) };
        if specified.len() != usize::from(count) {
            return Err(short);
        }
        let mut components = [Component::default(); 4];
        for (component, &[id, sampling, quantisation]) in components.iter_mut().zip(specified) {
            let sampling = (sampling >> 4, sampling & 15);
            if !(1..=4).contains(&sampling.0) || !(1..=4).contains(&sampling.1) {
                return Err(Error::Damaged { at, expected: "sampling factors from 1 to 4" });
            }
            *component = Component { id, sampling, quantisation: usize::from(quantisation) };
        }
        if count == 1 {
            // A component alone in its scan is not interleaved, whatever its factors are (T.81, A.2.2).
            components[0].sampling = (1, 1);
        }
        let (width, height) = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
        if width == 0 {
            return Err(Error::Damaged { at, expected: "a width above 0" });
        }
        let (width, height, count) = (u32::from(width), u32::from(height), usize::from(count));
        Ok(Frame { coding, width, height, scale: Scale::Full, components, count })
    }

    /// The components in their order: luma, if there is such a thing, is the first.
    pub(crate) fn components(&self) -> &[Component] {
        &self.components[..self.count]
    }

    /// The highest sampling factors: those of a component with as many samples as the picture has pixels.
    pub(crate) fn highest_sampling(&self) -> (u8, u8) {
        let highest = |max: (u8, u8), c: &Component| (max.0.max(c.sampling.0), max.1.max(c.sampling.1));
        self.components().iter().fold((1, 1), highest)
    }

    /// MCUs of interleaved scans, across and down (T.81, A.2.3).
    pub(crate) fn mcus(&self) -> (u32, u32) {
        let (across, down) = self.highest_sampling();
        (self.width.div_ceil(8 * u32::from(across)), self.height.div_ceil(8 * u32::from(down)))
    }

    /// Samples of a component, across and down (T.81, A.1.1).
    pub(crate) fn samples(&self, component: &Component) -> (u32, u32) {
        let of = |side: u32, own: u8, highest: u8| (side * u32::from(own)).div_ceil(u32::from(highest));
        let (across, down) = self.highest_sampling();
        (of(self.width, component.sampling.0, across), of(self.height, component.sampling.1, down))
    }

    /// Pixels of what is decoded, across and down.
    pub(crate) fn decoded(&self) -> (u32, u32) {
        self.scale.size((self.width, self.height))
    }

    /// Samples in a row of a block of what is decoded.
    pub(crate) fn block_side(&self, component: &Component) -> u32 {
        self.scale.block_side(component.sampling, self.highest_sampling())
    }

    /// Samples of what is decoded of a component, across and down.
    pub(crate) fn decoded_samples(&self, component: &Component) -> (u32, u32) {
        let side = self.block_side(component);
        let of = |pixels: u32, own: u8, highest: u8| {
            (pixels * u32::from(own) * side).div_ceil(u32::from(highest) * 8)
        };
        let (across, down) = self.highest_sampling();
        (of(self.width, component.sampling.0, across), of(self.height, component.sampling.1, down))
    }

    /// Blocks that hold the samples of a component, across and down: those in a scan of this component alone (T.81, A.2.2).
    pub(crate) fn blocks(&self, component: &Component) -> (u32, u32) {
        let (across, down) = self.samples(component);
        (across.div_ceil(8), down.div_ceil(8))
    }

    /// Blocks of a component in whole MCUs, across and down (T.81, A.2.4).
    pub(crate) fn padded_blocks(&self, component: &Component) -> (u32, u32) {
        let (across, down) = self.mcus();
        (across * u32::from(component.sampling.0), down * u32::from(component.sampling.1))
    }
}

/// Which coding a frame marker stands for (T.81, table B.1).
fn coding(marker: u8) -> Result<Coding, Unsupported> {
    match marker {
        0xc0 | 0xc1 => Ok(Coding::Sequential),
        0xc2 => Ok(Coding::Progressive),
        0xc3 | 0xcb => Err(Unsupported::Lossless),
        0xc9 | 0xca => Err(Unsupported::Arithmetic),
        _ => Err(Unsupported::Hierarchical),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of 30 × 9 pixels whose components have these factors.
    fn frame(factors: &[u8]) -> Result<Frame, Error> {
        let mut body = alloc::vec![8, 0, 9, 0, 30, factors.len() as u8];
        body.extend((1..).zip(factors).flat_map(|(id, &factors)| [id, factors, 0]));
        Frame::read(&Segment { marker: 0xc0, body: &body, at: 0 })
    }

    #[test]
    fn blocks_follow_from_the_factors() {
        let frame = frame(&[0x22, 0x11, 0x21]).unwrap();
        let [luma, blue, red] = frame.components() else { panic!() };
        assert_eq!(frame.mcus(), (2, 1));
        assert_eq!([luma, blue, red].map(|c| frame.samples(c)), [(30, 9), (15, 5), (30, 5)]);
        assert_eq!([luma, blue, red].map(|c| frame.blocks(c)), [(4, 2), (2, 1), (4, 1)]);
        assert_eq!([luma, blue, red].map(|c| frame.padded_blocks(c)), [(4, 2), (2, 1), (4, 1)]);
    }

    #[test]
    fn a_component_alone_has_no_factors() {
        assert_eq!(frame(&[0x42]).unwrap().mcus(), (4, 2));
    }

    #[test]
    fn a_frame_that_breaks_the_format_is_damaged() {
        for factors in [&[0x51, 0x11, 0x11][..], &[0x10]] {
            assert!(matches!(frame(factors), Err(Error::Damaged { .. })), "{factors:?}");
        }
        let long = Segment { marker: 0xc0, body: &[8, 0, 9, 0, 30, 1, 1, 0x11, 0, 0], at: 7 };
        assert_eq!(Frame::read(&long), Err(Error::Damaged { at: 7, expected: "a whole frame header" }));
    }
}
