//! What each effort costs and gains: bytes and milliseconds per picture, over the pictures in a directory, as gray.
//!
//! ```sh
//! cargo run --release -p pipeline-stages --example png_effort -- DIRECTORY [FORMAT]
//! ```
//!
//! Only encoding is timed, in one thread.

use pipeline_stages::read::{Inputs, read_file};
use pipeline_stages::{
    Converter, Decoder, Effort, EncodeOptions, Encoder, Format, Image, Limits, Plan, PlanOptions, probe,
};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let directory = args.next().ok_or("give a directory of pictures")?;
    let format: Format = args.next().as_deref().unwrap_or("png").parse()?;
    let options = PlanOptions::new(vec!["gray".parse()?]);
    let pictures: Vec<Image> = Inputs::new()
        .with(directory)?
        .walk()
        .filter_map(|entry| gray(&read_file(&entry.ok()?.path, 1 << 30).ok()?, &options).ok())
        .collect();
    println!("{} pictures as {}", pictures.len(), format.name());
    for effort in [Effort::Fastest, Effort::Fast, Effort::Balanced, Effort::Best] {
        for progressive in [false, true] {
            if progressive && format != Format::Jpeg {
                continue;
            }
            let mut options = EncodeOptions::new(format);
            (options.effort, options.progressive) = (effort, progressive);
            let (mut encoder, mut bytes, begin) = (Encoder::new(), 0, Instant::now());
            for picture in &pictures {
                bytes += encoder.encode(picture, &options)?.bytes.len();
            }
            let milliseconds = begin.elapsed().as_secs_f64() * 1e3 / pictures.len().max(1) as f64;
            let kind = if progressive { "progressive" } else { "" };
            println!("{effort:10}{bytes:12} bytes {milliseconds:9.2} ms per picture {kind}");
        }
    }
    Ok(())
}

fn gray(bytes: &[u8], options: &PlanOptions) -> pipeline_stages::Result<Image> {
    let header = probe(bytes, &Limits::default())?;
    let plan = Plan::new(&header, options)?;
    let decoded = Decoder::new(Limits::default()).decode(bytes, &header, plan.decode_mode())?;
    plan.convert(&mut Converter::new(), decoded.image)
}
