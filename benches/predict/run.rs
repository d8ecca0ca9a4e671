//! Owns one real run: the engine around the real stages, with sleeps where a slow device is meant, on so many cores.

use crate::cases::{Case, STAGES};
use crate::measure::Result;
use pipeline_images::engine::{ByteSize, Pipeline, Runnable, Stage, StepError};
use pipeline_images::observe::{OsUse, OsWatch, Recorded, Totals, View, report_json};
use pipeline_stages::read::{Inputs, read_file};
use pipeline_stages::{
    Converter, Decoder, EncodeOptions, Encoded, Encoder, Format, GrayMode, Header, Image, Limits, Op, Plan,
    PlanOptions, probe,
};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

/// Cores of others, from which on a run says little.
pub(crate) const DISTURBED: f64 = 0.1;
const TRIES: usize = 5;

pub(crate) struct Ran {
    /// The report for machines.
    pub(crate) report: String,
    pub(crate) per_second: f64,
    /// Cores that other programs had.
    pub(crate) others: f64,
}

impl Ran {
    /// A run as its report tells it.
    pub(crate) fn of(report: String) -> Result<Self> {
        let recorded = Recorded::read(&report)?;
        let view = recorded.view();
        let os = view.os.copied().unwrap_or_default();
        let others = os.others_cpu.unwrap_or_default().as_secs_f64() / os.wall.as_secs_f64();
        let per_second = view.report.done as f64 / view.report.wall.as_secs_f64();
        Ok(Self { report, per_second, others })
    }
}

type Step<T> = std::result::Result<T, StepError>;
/// The name of the result, what there is of the picture so far, and what is to be done.
type Item<T> = (u64, T, Plan);

/// All pictures of a folder.
pub(crate) fn pictures(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = Inputs::new().with(folder)?.walk().collect::<std::result::Result<Vec<_>, _>>()?;
    if entries.is_empty() {
        return Err(format!("{}: no file; name a folder with pictures", folder.display()).into());
    }
    Ok(entries.into_iter().map(|entry| entry.path).collect())
}

/// Runs until nobody else took cores, or often enough.
pub(crate) fn undisturbed(case: &Case, pictures: &[PathBuf], output: &Path) -> Result<Ran> {
    let mut best: Option<Ran> = None;
    for _ in 0..TRIES {
        let ran = run(case, pictures, output)?;
        if best.as_ref().is_none_or(|best| ran.others < best.others) {
            best = Some(ran);
        }
        if best.as_ref().is_some_and(|best| best.others <= DISTURBED) {
            break;
        }
        sleep(Duration::from_secs(2));
    }
    let ran = best.ok_or("nothing was run")?;
    eprintln!("{}: {:.1} pictures/s, others {:.2} cores", case.name, ran.per_second, ran.others);
    Ok(ran)
}

fn run(case: &Case, pictures: &[PathBuf], output: &Path) -> Result<Ran> {
    on_cores(case.cores)?;
    let watch = OsWatch::start();
    let report = pipeline(case, pictures, output).run()?;
    let os: OsUse = watch.so_far();
    if report.done != case.pictures as u64 {
        return Err(format!("{}: {} failed", case.name, report.failed).into());
    }
    let totals = Totals::default();
    let cores = case.cores as f64;
    let view = View { report: &report, totals: &totals, expected: None, cores, os: Some(&os) };
    Ran::of(report_json(&view).to_string())
}

/// This thread, and those that it will start, get so many cores.
fn on_cores(cores: usize) -> Result<()> {
    #[cfg(target_os = "linux")]
    {
        let mut set = rustix::thread::CpuSet::new();
        (0..cores).for_each(|core| set.set(core));
        rustix::thread::sched_setaffinity(None, &set)?;
    }
    let given = pipeline_images::job::usable_cores();
    if given == cores { Ok(()) } else { Err(format!("{cores} cores are needed, {given} can be used").into()) }
}

fn pipeline<'env>(case: &'env Case, pictures: &'env [PathBuf], output: &'env Path) -> Runnable<'env> {
    let [readers, decoders, converters, encoders, writers] = case.workers;
    let [slow_read, slow_write] = case.slow.map(Duration::from_millis);
    let inputs = pictures.iter().cycle().take(case.pictures).zip(0u64..);
    let read = move |(path, number): (&PathBuf, u64)| {
        pause(slow_read);
        self::read(path, number)
    };
    let write = move |item| {
        pause(slow_write);
        self::write(output, item)
    };
    let pipeline = Pipeline::source("list", inputs, |(_, number)| number.to_string())
        .stage(Stage::map(STAGES[0], read).workers(readers))
        .budget(ByteSize::new(case.memory), |(_, _, plan): &Item<_>| plan.worst_case_bytes())
        .stage(Stage::with(STAGES[1], || Decoder::new(Limits::default()), decode).workers(decoders))
        .stage(Stage::with(STAGES[2], Converter::new, convert).workers(converters))
        .stage(Stage::with(STAGES[3], Encoder::new, encode).workers(encoders))
        .stage(Stage::map(STAGES[4], write).workers(writers));
    let pipeline = match case.window {
        Some(window) => pipeline.window(window),
        None => pipeline,
    };
    pipeline.sink("done", drop)
}

fn pause(time: Duration) {
    if !time.is_zero() {
        sleep(time);
    }
}

fn read(path: &Path, number: u64) -> Step<Item<(Vec<u8>, Header)>> {
    let limits = Limits::default();
    let bytes = read_file(path, limits.max_file_bytes)?;
    let header = probe(&bytes, &limits)?;
    let plan = Plan::new(&header, &PlanOptions::new(vec![Op::Gray(GrayMode::Luma)]).format(Format::Png))?;
    Ok((number, (bytes, header), plan))
}

fn decode(decoder: &mut Decoder, (number, file, plan): Item<(Vec<u8>, Header)>) -> Step<Item<Image>> {
    Ok((number, decoder.decode(&file.0, &file.1, plan.decode_mode())?.image, plan))
}

fn convert(converter: &mut Converter, (number, image, plan): Item<Image>) -> Step<Item<Image>> {
    Ok((number, plan.convert(converter, image)?, plan))
}

fn encode(encoder: &mut Encoder, (number, image, plan): Item<Image>) -> Step<Item<Encoded>> {
    Ok((number, encoder.encode(&image, &EncodeOptions::new(plan.format()))?, plan))
}

/// Few names, so that the disk does not fill.
fn write(output: &Path, (number, encoded, _): Item<Encoded>) -> Step<()> {
    std::fs::write(output.join(format!("{}.png", number % 256)), &encoded.bytes)?;
    Ok(())
}
