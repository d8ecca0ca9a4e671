//! Turns a directory of pictures gray: the five stages, joined by the engine. What the command does, in short.
//!
//! ```text
//! cargo run --release --example simple -- photos/ gray/
//! ```

use pipeline_images::engine::{ByteSize, Pipeline, Stage};
use pipeline_stages::read::{Entry, Inputs, WalkError, read_file};
use pipeline_stages::write::{Destination, Existing};
use pipeline_stages::{Converter, Decoder, EncodeOptions, Encoded, Encoder, Format, GrayMode};
use pipeline_stages::{Header, Image, Limits, Op, Plan, PlanOptions, probe};
use std::path::PathBuf;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
/// On its way: where the result lands, what there is of the picture so far, and what is to be done.
type Item<T> = (PathBuf, T, Plan);

fn read(entry: std::result::Result<Entry, WalkError>) -> Result<Item<(Vec<u8>, Header)>> {
    let (entry, limits) = (entry?, Limits::default());
    let bytes = read_file(&entry.path, limits.max_file_bytes)?;
    let header = probe(&bytes, &limits)?;
    let plan = Plan::new(&header, &PlanOptions::new(vec![Op::Gray(GrayMode::Luma)]).format(Format::Png))?;
    Ok((entry.landing, (bytes, header), plan))
}

fn decode(decoder: &mut Decoder, (landing, file, plan): Item<(Vec<u8>, Header)>) -> Result<Item<Image>> {
    Ok((landing, decoder.decode(&file.0, &file.1, plan.decode_mode())?.image, plan))
}

fn convert(converter: &mut Converter, (landing, image, plan): Item<Image>) -> Result<Item<Image>> {
    Ok((landing, plan.convert(converter, image)?, plan))
}

fn encode(encoder: &mut Encoder, (landing, image, plan): Item<Image>) -> Result<Item<Encoded>> {
    Ok((landing, encoder.encode(&image, &EncodeOptions::new(plan.format()))?, plan))
}

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [pictures, output] = arguments.as_slice() else { return Err("usage: simple PICTURES OUTPUT".into()) };
    let destination = Destination::prepare(output, Existing::Auto, false)?;
    let write = |(landing, file, _): Item<Encoded>| destination.write(&landing, "png", &file.bytes);
    let entries = Inputs::new().with(pictures)?.walk();
    let report = Pipeline::source("list", entries, |entry| match entry {
        Ok(Entry { path, .. }) | Err(WalkError { path, .. }) => path.display().to_string(),
    })
    .stage(Stage::map("read", read).workers(2))
    .budget(ByteSize::mib(512), |(_, _, plan)| plan.worst_case_bytes())
    .stage(Stage::with("decode", || Decoder::new(Limits::default()), decode).workers(2))
    .stage(Stage::with("convert", Converter::new, convert).workers(2))
    .stage(Stage::with("encode", Encoder::new, encode).workers(2))
    .stage(Stage::map("write", write))
    .on_failed(|failure| eprintln!("{failure}"))
    .sink("done", |outcome| println!("{}", outcome.path().display()))
    .run()?;
    println!("{} done, {} failed, in {:.2?}", report.done, report.failed, report.wall);
    Ok(())
}
