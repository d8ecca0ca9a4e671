//! Owns the experiment that says how far predictions are from real runs: each of some dozens of runs is predicted from one
//! other run, of another schedule, another number of cores or another device.
//! Does not own: the model (`src/observe/predict`); the table it gives is in `docs/predict.md`.
//!
//! `cargo bench --bench predict [-- FOLDER] [--quick] [--reports=DIR]`. FOLDER holds pictures, `TEST_CORPUS/photos` without
//! it. DIR keeps the report of each run; those that are there are taken instead of running again, to try a change of the model
//! on the same runs. Other programs on the machine falsify it: a run beside which they had more than a tenth of a core is
//! repeated.

mod cases;
#[allow(dead_code, reason = "its tables are those of other benches")]
#[path = "../measure/mod.rs"]
mod measure;
mod run;

use cases::{Case, all};
use measure::{Result, is_quick, median};
use pipeline_images::observe::{Model, Recorded};
use run::Ran;
use std::path::PathBuf;

/// Where runs come from.
struct Runs {
    pictures: Vec<PathBuf>,
    output: PathBuf,
    reports: Option<PathBuf>,
}

impl Runs {
    /// A run as it was kept, or a new one.
    fn ran(&self, case: &Case) -> Result<Ran> {
        let Some(reports) = &self.reports else {
            return run::undisturbed(case, &self.pictures, &self.output);
        };
        let path = reports.join(format!("{}.json", case.name));
        if let Ok(report) = std::fs::read_to_string(&path) {
            return Ran::of(report);
        }
        let ran = run::undisturbed(case, &self.pictures, &self.output)?;
        std::fs::create_dir_all(reports)?;
        std::fs::write(&path, &ran.report)?;
        Ok(ran)
    }
}

/// What was asked for.
const MEDIAN: f64 = 0.08;
const NINE_IN_TEN: f64 = 0.20;

/// A run predicted, and how it came out.
struct Row {
    case: String,
    from: String,
    predicted: f64,
    range: (f64, f64),
    measured: f64,
    others: f64,
}

impl Row {
    fn error(&self) -> f64 {
        self.predicted / self.measured - 1.0
    }
}

fn main() -> Result<()> {
    let quick = is_quick();
    let corpus = std::env::var_os("TEST_CORPUS").map(|corpus| PathBuf::from(corpus).join("photos"));
    let named = std::env::args_os().skip(1).find(|argument| !argument.to_string_lossy().starts_with("--"));
    let Some(folder) = named.map(PathBuf::from).or(corpus) else {
        eprintln!("SKIPPED: name a folder with pictures, or set TEST_CORPUS");
        return Ok(());
    };
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let reports =
        std::env::args().find_map(|argument| argument.strip_prefix("--reports=").map(PathBuf::from));
    let runs = Runs { pictures: run::pictures(&folder)?, output: scratch.path().to_owned(), reports };
    if !quick {
        // Whoever comes first would read the pictures from storage.
        run::undisturbed(&cases::warm(), &runs.pictures, &runs.output)?;
    }
    let mut rows = Vec::new();
    for (base, cases) in all(quick) {
        let recorded = runs.ran(&base)?;
        for case in cases {
            rows.push(row(&base, &recorded, &case, &runs)?);
        }
    }
    print(&rows);
    Ok(())
}

/// Runs a case and predicts it, from nothing but what the other run's report says.
fn row(base: &Case, recorded: &Ran, case: &Case, runs: &Runs) -> Result<Row> {
    let recorded = Recorded::read(&recorded.report)?;
    let prediction = Model::of(&recorded.view())?.with(&case.change_from(base))?.predict();
    let ran = runs.ran(case)?;
    Ok(Row {
        case: case.name.clone(),
        from: base.name.clone(),
        predicted: prediction.per_second,
        range: (prediction.low, prediction.high),
        measured: ran.per_second,
        others: ran.others,
    })
}

/// A table as it stands in the documentation.
fn print(rows: &[Row]) {
    println!("| run | predicted from | predicted | range | measured | error |\n|---|---|--:|--:|--:|--:|");
    for row in rows {
        println!(
            "| {} | {} | {:.0} | {:.0} to {:.0} | {:.0} | {:+.1} % |",
            row.case,
            row.from,
            row.predicted,
            row.range.0,
            row.range.1,
            row.measured,
            row.error() * 100.0
        );
    }
    let mut errors: Vec<f64> = rows.iter().map(|row| row.error().abs()).collect();
    errors.sort_by(f64::total_cmp);
    let nine = errors.get((errors.len() * 9).div_ceil(10).saturating_sub(1)).copied().unwrap_or(f64::NAN);
    let middle = median(errors);
    let inside = rows.iter().filter(|row| (row.range.0..=row.range.1).contains(&row.measured)).count();
    let reached = |reached: bool| if reached { "reached" } else { "MISSED" };
    println!("\n{} runs, pictures per second.", rows.len());
    println!("Median error {:.1} % (goal 8 %: {}),", middle * 100.0, reached(middle <= MEDIAN));
    println!("90th percentile {:.1} % (goal 20 %: {}),", nine * 100.0, reached(nine <= NINE_IN_TEN));
    println!("{inside} of them within the range that was told.");
    let disturbed = rows.iter().filter(|row| row.others > run::DISTURBED).count();
    if disturbed > 0 {
        println!(
            "DISTURBED: other programs took cores from {disturbed} of the runs; repeat when the machine is idle."
        );
    }
}
