//! Owns what is measured, and how each decoder is asked for it.
//! Does not own: clocks (see `measure.rs`).

use pipeline_jpeg::{Carried, Decoder, GrayJpeg, Limits, Output, Scale};
use std::error::Error;
use turbojpeg::{Decompressor, Image, OutputBuf, PixelFormat, ScalingFactor, Transform, Transformer};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

/// Something to make of a file.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    makes: Makes,
}

enum Makes {
    Pixels(Output, Scale),
    /// A gray JPEG, without loss and without what else the file carries.
    GrayJpeg,
}

use Makes::{GrayJpeg as Jpeg, Pixels};

pub(crate) const TASKS: [Task; 7] = [
    Task { name: "gray", makes: Pixels(Output::Gray, Scale::Full) },
    Task { name: "gray 1/2", makes: Pixels(Output::Gray, Scale::Half) },
    Task { name: "gray 1/4", makes: Pixels(Output::Gray, Scale::Quarter) },
    Task { name: "gray 1/8", makes: Pixels(Output::Gray, Scale::Eighth) },
    Task { name: "rgb", makes: Pixels(Output::Rgb, Scale::Full) },
    Task { name: "rgb 1/8", makes: Pixels(Output::Rgb, Scale::Eighth) },
    Task { name: "lossless gray JPEG", makes: Jpeg },
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
        let Pixels(output, scale) = self.makes else {
            return Ok(vec![
                Contender { name: "ours", run: our_jpeg() },
                Contender { name: "libjpeg-turbo", run: turbo_jpeg()? },
            ]);
        };
        let mut contenders = vec![
            Contender { name: "ours", run: ours(output, scale) },
            Contender { name: "libjpeg-turbo", run: turbo(output, scale)? },
        ];
        if scale == Scale::Full {
            contenders.push(Contender { name: "zune", run: zune(output) });
        }
        Ok(contenders)
    }

    /// The files that all contenders take, and how many of them come out other than libjpeg-turbo has them. For JPEGs that means
    /// other pixels: their bytes may differ.
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
                differing += usize::from(outs[0] != outs[1] && !self.same_pixels(&outs));
            }
        }
        (all, differing)
    }

    fn same_pixels(&self, files: &[Vec<u8>]) -> bool {
        let mut decode = ours(Output::Gray, Scale::Full);
        let mut pixels = [Vec::new(), Vec::new()];
        matches!(self.makes, Jpeg)
            && files.iter().zip(&mut pixels).all(|(file, pixels)| decode(file, pixels))
            && pixels[0] == pixels[1]
    }
}

fn ours(output: Output, scale: Scale) -> Box<Run> {
    let mut decoder = Decoder::new(Limits::default());
    Box::new(move |file, out| decoder.scaled(file, scale, output, out).is_ok())
}

fn our_jpeg() -> Box<Run> {
    let mut decoder = Decoder::new(Limits::default());
    let options = GrayJpeg { optimize: false, carried: Carried::Nothing };
    Box::new(move |file, out| decoder.to_gray_jpeg(file, options, out).is_ok())
}

fn turbo_jpeg() -> Result<Box<Run>, Box<dyn Error>> {
    let mut transformer = Transformer::new()?;
    let mut transform = Transform::default();
    (transform.gray, transform.copy_none) = (true, true);
    Ok(Box::new(move |file, out| {
        // Room for any gray JPEG, so that it need not be found anew.
        out.resize(file.len() * 2 + 4096, 0);
        let length = {
            let mut buffer = OutputBuf::borrowed(&mut out[..]);
            let Ok(()) = transformer.transform(&transform, file, &mut buffer) else { return false };
            buffer.len()
        };
        out.truncate(length);
        true
    }))
}

fn turbo(output: Output, scale: Scale) -> Result<Box<Run>, Box<dyn Error>> {
    let mut decoder = Decompressor::new()?;
    decoder.set_scaling_factor(match scale {
        Scale::Full => ScalingFactor::ONE,
        Scale::Half => ScalingFactor::new(1, 2),
        Scale::Quarter => ScalingFactor::new(1, 4),
        Scale::Eighth => ScalingFactor::new(1, 8),
    })?;
    let (format, samples) = match output {
        Output::Rgb => (PixelFormat::RGB, 3),
        _ => (PixelFormat::GRAY, 1),
    };
    Ok(Box::new(move |file, out| {
        let Ok(header) = decoder.read_header(file) else { return false };
        let factor = decoder.scaling_factor();
        let (width, height) = (factor.scale(header.width), factor.scale(header.height));
        let pitch = width * samples;
        out.resize(pitch * height, 0);
        decoder.decompress(file, Image { pixels: &mut out[..], width, pitch, height, format }).is_ok()
    }))
}

fn zune(output: Output) -> Box<Run> {
    let color = if output == Output::Rgb { ColorSpace::RGB } else { ColorSpace::Luma };
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
