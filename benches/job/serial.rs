//! Owns the five stages one after the other in one thread: what a picture costs when nothing is handed over.
//! Does not own: what the time is compared with.

use std::path::Path;
use std::time::{Duration, Instant};

use pipeline_stages::read::{Entry, read_file};
use pipeline_stages::write::{Destination, Existing};
use pipeline_stages::{
    Converter, Decoder, EncodeOptions, Encoder, Format, GrayMode, Limits, Op, Plan, PlanOptions, Result,
    probe,
};

/// The names of the stages, in order.
pub(crate) const STAGES: [&str; 5] = ["read", "decode", "convert", "encode", "write"];

/// Time spent in each of [`STAGES`].
pub(crate) type Times = [Duration; STAGES.len()];

/// Converts all of `entries` to gray as the command does by default, and gives the time of each stage.
pub(crate) fn convert<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    output: &Path,
    format: Option<Format>,
) -> Result<Times> {
    let mut wanted = PlanOptions::new(vec![Op::Gray(GrayMode::Luma)]);
    wanted.format = format;
    let limits = Limits::default();
    let (mut decoder, mut converter, mut encoder) = (Decoder::new(limits), Converter::new(), Encoder::new());
    let destination = Destination::prepare(output, Existing::Overwrite, false)?;
    let mut times = Times::default();
    for entry in entries {
        let mut clock = Clock { times: &mut times, last: Instant::now() };
        let bytes = read_file(&entry.path, u64::MAX)?;
        clock.lap(0);
        let header = probe(&bytes, &Limits::default())?;
        let plan = Plan::new(&header, &wanted)?;
        let decoded = decoder.decode(&bytes, &header, plan.decode_mode())?;
        drop(bytes);
        clock.lap(1);
        let image = plan.convert(&mut converter, decoded.image)?;
        clock.lap(2);
        let encoded = encoder.encode(&image, &EncodeOptions::new(plan.format()))?;
        drop(image);
        clock.lap(3);
        destination.write(&entry.landing, plan.format().extension(), &encoded.bytes)?;
        drop(encoded);
        clock.lap(4);
    }
    Ok(times)
}

struct Clock<'a> {
    times: &'a mut Times,
    last: Instant,
}

impl Clock<'_> {
    fn lap(&mut self, stage: usize) {
        let now = Instant::now();
        self.times[stage] += now - self.last;
        self.last = now;
    }
}
