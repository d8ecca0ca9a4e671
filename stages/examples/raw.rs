//! Owns giving decoded samples to other programs: what the comparison in `tests/oracles` reads.
//! Does not own: the comparison, or what is right.
//!
//! Each line on stdin is a mode, a tab and a file name. For each it writes one line of JSON to stdout and, where a picture
//! came out, the number of bytes of samples that `length` says: interleaved, rows from top to bottom, 16 bits little-endian.
//!
//! Modes: `full` and `luma` decode only; `op OP` goes the whole way of a picture with this op and ends upright.
//!
//! ```text
//! printf 'full\tphoto.jpg\n' | cargo run --release -p pipeline-stages --example raw | head -n 1
//! ```

use pipeline_stages::{
    Converter, DecodeMode, Decoded, Decoder, Error, Limits, Op, Plan, PlanOptions, Samples, probe,
};
use serde_json::{Value, json};
use std::any::Any;
use std::fs;
use std::io::{self, BufRead as _, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

fn main() -> io::Result<()> {
    // Every panic is reported in the answer, and would only be in the way on stderr.
    set_hook(Box::new(|_| {}));
    // Enough for every real picture here; what a hostile header asks for beyond is refused as in a run.
    let limits = Limits { max_pixels: 1 << 26, ..Limits::default() };
    let mut decoder = Decoder::new(limits.clone());
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (mode, path) = line.split_once('\t').ok_or(io::ErrorKind::InvalidInput)?;
        let bytes = fs::read(path)?;
        match catch_unwind(AssertUnwindSafe(|| picture(&bytes, mode, &limits, &mut decoder))) {
            Ok(Ok((head, samples))) => answer(&mut out, head, &samples)?,
            Ok(Err(error)) => answer(&mut out, failure(&error), &[])?,
            Err(panic) => {
                decoder = Decoder::new(limits.clone());
                answer(&mut out, json!({ "result": "panic", "text": said(panic.as_ref()) }), &[])?;
            }
        }
    }
    Ok(())
}

fn picture(
    bytes: &[u8],
    mode: &str,
    limits: &Limits,
    decoder: &mut Decoder,
) -> Result<(Value, Vec<u8>), Error> {
    let header = probe(bytes, limits)?;
    let Decoded { image, warnings, degraded, .. } = match mode.strip_prefix("op ") {
        None if mode == "luma" => decoder.decode(bytes, &header, DecodeMode::Luma)?,
        None => decoder.decode(bytes, &header, DecodeMode::Full)?,
        Some(op) => {
            let op: Op = op.parse().map_err(|error| Error::Unsupported {
                format: header.format.name(),
                what: format!("op: {error}"),
            })?;
            let plan = Plan::new(&header, &PlanOptions::new(vec![op]))?;
            let decoded = decoder.decode(bytes, &header, plan.decode_mode())?;
            let image = plan.convert(&mut Converter::new(), decoded.image)?;
            Decoded { image, ..decoded }
        }
    };
    let head = json!({
        "result": "ok",
        "format": header.format.to_string(),
        "width": image.width(),
        "height": image.height(),
        "color": format!("{:?}", image.color()).to_lowercase(),
        "bits": image.samples().bits(),
        "orientation": header.orientation,
        "warnings": warnings,
        "degraded": degraded,
    });
    let samples = match image.into_samples() {
        Samples::U8(samples) => samples,
        Samples::U16(samples) => samples.into_iter().flat_map(u16::to_le_bytes).collect(),
    };
    Ok((head, samples))
}

/// The name of the error's variant, and what people are told.
fn failure(error: &Error) -> Value {
    let debug = format!("{error:?}");
    let class = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    json!({ "result": "error", "class": class, "text": error.to_string() })
}

fn said(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic without a message")
}

fn answer(out: &mut impl Write, mut head: Value, samples: &[u8]) -> io::Result<()> {
    head["length"] = samples.len().into();
    writeln!(out, "{head}")?;
    out.write_all(samples)?;
    out.flush()
}
