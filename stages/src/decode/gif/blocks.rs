//! Owns walking over the blocks of a GIF: number of frames, canvas, first frame, transparency, profile, XMP.
//! Does not own: pixels.
//!
//! Source: GIF89a specification, sections 17 to 27; ICC.1:2022, annex B.4, for the profile; XMP specification, part 3, 1.1.2.

use super::damaged;
use crate::{Error, Result};
use std::ops::Range;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// What a GIF says about its first frame.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    screen: (u16, u16),
    pub(super) left: u16,
    pub(super) top: u16,
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) transparent: Option<u8>,
    /// Number of frames. Where it is damaged after the first they end: its decoder will say so.
    pub(super) frames: u64,
    /// Where the sub-blocks of the profile and of the XMP packet are.
    icc: Option<Range<usize>>,
    xmp: Option<Range<usize>>,
}

impl Blocks {
    /// Every block is longer than nothing, so this ends.
    pub(super) fn read(bytes: &[u8]) -> Result<Blocks> {
        let truncated = || Error::Truncated { format: "GIF" };
        let head = bytes.get(6..13).ok_or_else(truncated)?;
        let mut found = Blocks { screen: (u16_of(head, 0), u16_of(head, 2)), ..Blocks::default() };
        let mut at = 13 + color_table(head[4]);
        loop {
            at = match bytes.get(at) {
                Some(&EXTENSION) => {
                    let end = after_sub_blocks(bytes, at + 2);
                    if found.frames == 0 {
                        found.extension(bytes, at, end);
                    }
                    end
                }
                Some(&IMAGE) => {
                    let Some(frame) = bytes.get(at + 1..at + 10) else { break };
                    found.frames += 1;
                    if found.frames == 1 {
                        (found.left, found.top) = (u16_of(frame, 0), u16_of(frame, 2));
                        (found.width, found.height) = (u16_of(frame, 4), u16_of(frame, 6));
                    }
                    after_sub_blocks(bytes, at + 10 + color_table(frame[8]) + 1)
                }
                Some(_) => break,
                None if found.frames == 0 => return Err(truncated()),
                None => break,
            };
        }
        if found.width == 0 || found.height == 0 {
            return Err(damaged("its first frame is missing or has no pixels"));
        }
        Ok(found)
    }

    fn extension(&mut self, bytes: &[u8], at: usize, end: usize) {
        match bytes.get(at + 1) {
            Some(&CONTROL) => {
                if let Some(&[4, flags, _, _, index]) = bytes.get(at + 2..at + 7) {
                    self.transparent = (flags & 1 != 0).then_some(index);
                }
            }
            Some(&APPLICATION) => match bytes.get(at + 2..at + 14) {
                Some(b"\x0bICCRGBG1012") => self.icc = Some(at + 14..end),
                Some(b"\x0bXMP DataXMP") => self.xmp = Some(at + 14..end),
                _ => {}
            },
            _ => {}
        }
    }

    /// Width and height of the picture: the canvas, or more if the first frame goes beyond it.
    pub(super) fn canvas(&self) -> (u32, u32) {
        let right = u32::from(self.left) + u32::from(self.width);
        let bottom = u32::from(self.top) + u32::from(self.height);
        (u32::from(self.screen.0).max(right), u32::from(self.screen.1).max(bottom))
    }

    /// Whether anything of the picture may be transparent.
    pub(super) fn sees_through(&self) -> bool {
        self.transparent.is_some() || self.canvas() != (u32::from(self.width), u32::from(self.height))
    }

    /// The color profile: its sub-blocks one after the other.
    pub(super) fn icc(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut rest = bytes.get(self.icc.clone()?)?;
        let mut profile = Vec::new();
        while let Some((&length, after)) = rest.split_first().filter(|(length, _)| **length > 0) {
            profile.extend_from_slice(after.get(..usize::from(length))?);
            rest = &after[usize::from(length)..];
        }
        Some(profile)
    }

    /// The XMP packet, which is not in sub-blocks: 258 bytes follow it that make a walk over sub-blocks end.
    pub(super) fn xmp(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        const TRAILER: usize = 258;
        let packet = bytes.get(self.xmp.clone()?)?;
        Some(packet[..packet.len().checked_sub(TRAILER)?].to_vec())
    }
}

fn u16_of(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// Bytes of the color table that these flags announce.
fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn after_sub_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(length) = bytes.get(at) {
        at += 1 + usize::from(*length);
        if *length == 0 {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff";
    const CONTROL: &[u8] = b"\x21\xf9\x04\0\0\0\0\0";
    const FRAME: &[u8] = b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x4c\x01\0";

    #[test]
    fn a_gif_is_animated_from_its_second_image_on() {
        let one = [HEAD, CONTROL, FRAME, b";"].concat();
        let two = [HEAD, CONTROL, FRAME, CONTROL, FRAME, b";"].concat();
        assert_eq!(Blocks::read(&one).unwrap().frames, 1);
        assert_eq!(Blocks::read(&two).unwrap().frames, 2);
        for end in 0..two.len() {
            let _ = Blocks::read(&two[..end]);
        }
    }

    #[test]
    fn a_profile_is_put_together_from_its_sub_blocks() {
        let file = [HEAD, b"\x21\xff\x0bICCRGBG1012\x02ab\x01c\0", FRAME, b";"].concat();
        assert_eq!(Blocks::read(&file).unwrap().icc(&file).unwrap(), b"abc");
    }

    #[test]
    fn an_xmp_packet_ends_before_its_trailer() {
        let trailer: Vec<u8> = [1].into_iter().chain((0..=255).rev()).chain([0]).collect();
        let file = [HEAD, b"\x21\xff\x0bXMP DataXMP<x/>", &trailer, FRAME, b";"].concat();
        assert_eq!(trailer.len(), 258);
        assert_eq!(Blocks::read(&file).unwrap().xmp(&file).unwrap(), b"<x/>");
    }
}
