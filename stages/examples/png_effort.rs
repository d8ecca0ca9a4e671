//! Measures the fast PNG compression against the `png` crate's modes over a folder of pictures: total size, and the
//! median over rounds of the mean time per picture. The modes take turns, so that a busy machine slows all of them.
//!
//! `cargo run --release -p pipeline-stages --example png_effort -- FOLDER [gray|rgb] [ROUNDS] [fast|all]`

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use pipeline_stages::fast_png::{Rows, Scratch, compress};
use png::{BitDepth, ColorType, Compression};
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Picture {
    width: u32,
    height: u32,
    color: ColorType,
    samples: Vec<u8>,
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        return Err("usage: png_effort FOLDER [gray|rgb] [ROUNDS] [fast|all]".into());
    };
    let gray = arguments.next().is_none_or(|mode| mode == "gray");
    let rounds: usize = arguments.next().map_or(Ok(5), |n| n.parse())?;
    let slow = arguments.next().is_some_and(|which| which == "all");
    let pictures = load(Path::new(&folder), gray)?;
    if pictures.is_empty() {
        return Err(format!("no JPEG or PNG picture in {folder}; name a folder that has some").into());
    }
    let raw: usize = pictures.iter().map(|p| p.samples.len()).sum();
    println!("{} pictures, {:.3} MB of samples, {rounds} rounds", pictures.len(), raw as f64 / 1e6);
    measure(&pictures, rounds, slow)
}

fn measure(pictures: &[Picture], rounds: usize, slow: bool) -> Result<()> {
    type Encode<'a> = Box<dyn FnMut(&Picture) -> Result<Vec<u8>> + 'a>;
    let mut scratch = Scratch::default();
    let with = |compression| move |picture: &Picture| by_library(picture, compression);
    let mut modes: Vec<(&str, Encode<'_>)> = vec![
        ("ours", Box::new(|picture| by_hand(&mut scratch, picture))),
        ("png Fastest", Box::new(with(Compression::Fastest))),
        ("png Fast", Box::new(with(Compression::Fast))),
    ];
    if slow {
        modes.push(("png Balanced", Box::new(with(Compression::Balanced))));
        modes.push(("png High", Box::new(with(Compression::High))));
    }
    for (_, encode) in &mut modes {
        for picture in pictures {
            check(picture, &encode(picture)?)?;
        }
    }
    let mut times = vec![Vec::new(); modes.len()];
    let mut sizes = vec![0; modes.len()];
    for _ in 0..rounds {
        for (mode, (_, encode)) in modes.iter_mut().enumerate() {
            sizes[mode] = 0;
            let mut spent = Duration::ZERO;
            for picture in pictures {
                let start = Instant::now();
                let file = black_box(encode(picture)?);
                spent += start.elapsed();
                sizes[mode] += file.len();
            }
            times[mode].push(spent / pictures.len() as u32);
        }
    }
    for (((name, _), times), size) in modes.iter().zip(&mut times).zip(sizes) {
        times.sort_unstable();
        let median = times[times.len() / 2].as_secs_f64() * 1e3;
        println!("{name:<14} {:9.4} MB  {median:8.4} ms/picture", size as f64 / 1e6);
    }
    Ok(())
}

fn by_hand(scratch: &mut Scratch, picture: &Picture) -> Result<Vec<u8>> {
    let bytes_per_pixel = picture.color.samples();
    let stream = compress(
        scratch,
        Rows {
            width_bytes: picture.width as usize * bytes_per_pixel,
            bytes_per_pixel,
            height: picture.height as usize,
            samples: &picture.samples,
        },
    )?;
    let mut file = Vec::with_capacity(stream.len() + 128);
    let mut writer = encoder(&mut file, picture).write_header()?;
    writer.write_chunk(png::chunk::IDAT, stream)?;
    writer.finish()?;
    Ok(file)
}

fn by_library(picture: &Picture, compression: Compression) -> Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut encoder = encoder(&mut file, picture);
    encoder.set_compression(compression);
    encoder.write_header()?.write_image_data(&picture.samples)?;
    Ok(file)
}

fn encoder<'a>(file: &'a mut Vec<u8>, picture: &Picture) -> png::Encoder<'a, &'a mut Vec<u8>> {
    let mut encoder = png::Encoder::new(file, picture.width, picture.height);
    encoder.set_color(picture.color);
    encoder.set_depth(BitDepth::Eight);
    encoder
}

fn check(picture: &Picture, file: &[u8]) -> Result<()> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info()?;
    let mut samples = vec![0; picture.samples.len()];
    reader.next_frame(&mut samples)?;
    if samples == picture.samples { Ok(()) } else { Err("a picture came back changed".into()) }
}

fn load(folder: &Path, gray: bool) -> Result<Vec<Picture>> {
    let mut names: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<std::io::Result<_>>()?;
    names.sort();
    let mut pictures = Vec::new();
    for name in names {
        let bytes = fs::read(&name)?;
        if bytes.starts_with(&[0xff, 0xd8]) {
            pictures.push(from_jpeg(bytes, gray)?);
        } else if bytes.starts_with(b"\x89PNG") {
            pictures.push(from_png(&bytes)?);
        }
    }
    Ok(pictures)
}

fn from_jpeg(bytes: Vec<u8>, gray: bool) -> Result<Picture> {
    let (space, color) =
        if gray { (ColorSpace::Luma, ColorType::Grayscale) } else { (ColorSpace::RGB, ColorType::Rgb) };
    let options = DecoderOptions::default().jpeg_set_out_colorspace(space).set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let samples = decoder.decode()?;
    let (width, height) = decoder.dimensions().ok_or("a JPEG without a size")?;
    Ok(Picture { width: u32::try_from(width)?, height: u32::try_from(height)?, color, samples })
}

fn from_png(bytes: &[u8]) -> Result<Picture> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info()?;
    let mut samples = vec![0; reader.output_buffer_size().ok_or("a PNG too large to decode")?];
    let frame = reader.next_frame(&mut samples)?;
    samples.truncate(frame.buffer_size());
    Ok(Picture { width: frame.width, height: frame.height, color: frame.color_type, samples })
}
