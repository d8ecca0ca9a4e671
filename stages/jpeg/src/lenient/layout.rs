//! Owns how many blocks and MCUs there are (T.81, A.1 and A.2; libjpeg: `jdinput.c`).
//! Does not own: the frame header (see `frame.rs`).
//!
//! Unlike in `frame.rs` a component that is alone keeps its sampling factors. They change nothing about its samples, but rows of MCUs
//! are counted by them, and by those it is known which rows a damaged scan still reached.

use crate::frame::Frame;

/// Blocks of a component.
#[derive(Debug, Clone, Copy)]
pub(super) struct Blocks {
    /// In an MCU, across and down.
    pub(super) sampling: (u32, u32),
    /// That have samples of the picture, across and down.
    pub(super) inside: (u32, u32),
    /// In whole MCUs, across and down.
    pub(super) padded: (u32, u32),
}

#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) components: [Blocks; 4],
    /// MCUs of scans with several components, across and down.
    pub(super) mcus: (u32, u32),
    /// Rows of pixels in a row of MCUs.
    pub(super) high: u32,
}

impl Layout {
    /// `factors` are the sampling factors as the header has them.
    pub(super) fn of(frame: &Frame, factors: [(u8, u8); 4]) -> Layout {
        let count = frame.components().len();
        let factors = factors.map(|(across, down)| (u32::from(across), u32::from(down)));
        let most = factors[..count].iter().fold((1, 1), |most, own| (most.0.max(own.0), most.1.max(own.1)));
        let mcus = (frame.width.div_ceil(8 * most.0), frame.height.div_ceil(8 * most.1));
        let components = factors.map(|sampling| Blocks {
            sampling,
            inside: (
                (frame.width * sampling.0).div_ceil(8 * most.0),
                (frame.height * sampling.1).div_ceil(8 * most.1),
            ),
            padded: (mcus.0 * sampling.0, mcus.1 * sampling.1),
        });
        Layout { components, mcus, high: 8 * most.1 }
    }

    /// How many rows of blocks of a component there are in a row of MCUs: fewer in the last one.
    pub(super) fn lines(&self, component: usize, row: u32) -> u32 {
        let Blocks { sampling: (_, high), inside: (_, down), .. } = self.components[component];
        let last = row + 1 >= self.mcus.1;
        match down % high {
            over if last && over > 0 => over,
            _ => high,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markers::Segment;

    #[test]
    fn the_last_row_has_the_blocks_that_are_left() {
        let body = [8, 0, 40, 0, 30, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0];
        let frame = Frame::read(&Segment { marker: 0xc0, body: &body, at: 0 }).unwrap();
        let layout = Layout::of(&frame, [(2, 2), (1, 1), (1, 1), (1, 1)]);
        assert_eq!((layout.mcus, layout.high), ((2, 3), 16));
        let [luma, blue, ..] = layout.components;
        assert_eq!((luma.inside, luma.padded, blue.inside), ((4, 5), (4, 6), (2, 3)));
        assert_eq!([0, 1, 2].map(|row| layout.lines(0, row)), [2, 2, 1]);
        assert_eq!([0, 1, 2].map(|row| layout.lines(1, row)), [1, 1, 1]);
    }
}
