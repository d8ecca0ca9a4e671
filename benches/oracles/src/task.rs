//! Owns what is measured, and how each decoder is asked for it.
//! Does not own: clocks (see `measure.rs`).

use pipeline_jpeg::{Decoder, Limits, Output, Scale};
use std::error::Error;
use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

/// Something to make of a file.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    output: Output,
    scale: Scale,
}

pub(crate) const TASKS: [Task; 6] = [
    Task { name: "gray", output: Output::Gray, scale: Scale::Full },
    Task { name: "gray 1/2", output: Output::Gray, scale: Scale::Half },
    Task { name: "gray 1/4", output: Output::Gray, scale: Scale::Quarter },
    Task { name: "gray 1/8", output: Output::Gray, scale: Scale::Eighth },
    Task { name: "rgb", output: Output::Rgb, scale: Scale::Full },
    Task { name: "rgb 1/8", output: Output::Rgb, scale: Scale::Eighth },
];

/// Replaces what is in the list by the pixels of a file; tells whether there are any.
type Run = dyn FnMut(&[u8], &mut Vec<u8>) -> bool;

/// A decoder with all that it keeps.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) run: Box<Run>,
}

impl Task {
    /// Ours, libjpeg-turbo, and others that can do it.
    pub(crate) fn contenders(&self) -> Result<Vec<Contender>, Box<dyn Error>> {
        let mut contenders = vec![
            Contender { name: "ours", run: self.ours() },
            Contender { name: "libjpeg-turbo", run: self.turbo()? },
        ];
        if self.scale == Scale::Full {
            contenders.push(Contender { name: "zune", run: self.zune() });
        }
        Ok(contenders)
    }

    /// The files that all contenders decode, and how many of them come out other than libjpeg-turbo has them.
    pub(crate) fn comparable<'a>(
        &self,
        files: &'a [Vec<u8>],
        contenders: &mut [Contender],
    ) -> (Vec<&'a [u8]>, usize) {
        let mut outs = vec![Vec::new(); contenders.len()];
        let (mut all, mut differing) = (Vec::new(), 0);
        for file in files {
            let decode = |(contender, out): (&mut Contender, &mut Vec<u8>)| (contender.run)(file, out);
            if contenders.iter_mut().zip(&mut outs).all(decode) {
                all.push(&file[..]);
                differing += usize::from(outs[0] != outs[1]);
            }
        }
        (all, differing)
    }

    fn ours(&self) -> Box<Run> {
        let mut decoder = Decoder::new(Limits::default());
        let (output, scale) = (self.output, self.scale);
        Box::new(move |file, out| decoder.scaled(file, scale, output, out).is_ok())
    }

    fn turbo(&self) -> Result<Box<Run>, Box<dyn Error>> {
        let mut decoder = Decompressor::new()?;
        decoder.set_scaling_factor(match self.scale {
            Scale::Full => ScalingFactor::ONE,
            Scale::Half => ScalingFactor::new(1, 2),
            Scale::Quarter => ScalingFactor::new(1, 4),
            Scale::Eighth => ScalingFactor::new(1, 8),
        })?;
        let (format, samples) = match self.output {
            Output::Rgb => (PixelFormat::RGB, 3),
            _ => (PixelFormat::GRAY, 1),
        };
        Ok(Box::new(move |file, out| {
            let Ok(header) = decoder.read_header(file) else { return false };
            let scale = decoder.scaling_factor();
            let (width, height) = (scale.scale(header.width), scale.scale(header.height));
            let pitch = width * samples;
            out.resize(pitch * height, 0);
            decoder.decompress(file, Image { pixels: &mut out[..], width, pitch, height, format }).is_ok()
        }))
    }

    fn zune(&self) -> Box<Run> {
        let color = if self.output == Output::Rgb { ColorSpace::RGB } else { ColorSpace::Luma };
        let options = DecoderOptions::default().jpeg_set_out_colorspace(color);
        Box::new(move |file, out| {
            let mut decoder = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(file), options);
            if decoder.decode_headers().is_err() {
                return false;
            }
            out.resize(decoder.output_buffer_size().unwrap_or(0), 0);
            decoder.decode_into(out).is_ok()
        })
    }
}
