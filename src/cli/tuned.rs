//! The config file that `pipeline tune` writes. Owns: its text: all settings that are not the defaults, and the numbers
//! of workers with what was measured. Does not own: measuring.

use crate::config::{Config, Loaded, written};
use crate::job::{Tuned, TunedStage, usable_cores};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The file as text. `file` is where it will be: paths in a config file start from its directory.
pub(super) fn config_file(loaded: &Loaded, tuned: &Tuned, file: Option<&Path>) -> String {
    let mut config = loaded.config.clone();
    if file.and_then(Path::parent).is_some_and(|directory| !directory.as_os_str().is_empty()) {
        start_from_the_root(&mut config);
    }
    let (tuned_rate, auto_rate) = (tuned.rate, tuned.rate_of_auto);
    let mut text = String::from("# Written by `pipeline tune`; what was measured stands with each number.\n");
    let _ = writeln!(
        text,
        "# {} pictures in {} settings on {} cores: {tuned_rate:.0} pictures/s with these numbers, {auto_rate:.0} with those that a\n\
         # run begins with when nobody gives any.{}",
        tuned.pictures,
        tuned.settings,
        usable_cores(),
        if tuned_rate < 1.03 * auto_rate { " That is no difference to speak of." } else { "" },
    );
    if tuned.failed > 0 {
        let _ = writeln!(text, "# {} of the pictures failed; they take less time than others.", tuned.failed);
    }
    text.push_str(&written(&config, &|section| {
        let stage = tuned.stages.iter().find(|stage| stage.name == section)?;
        (!stage.given).then(|| lines(stage, tuned.rate))
    }));
    text
}

/// The number of a stage, with why.
fn lines(stage: &TunedStage, rate: f64) -> String {
    let TunedStage { workers, busy, step, others, .. } = stage;
    let mut why = format!("# busy {:.0} % of the time, {:.2} ms a picture", 100.0 * busy, 1e3 * step);
    for other in others {
        let _ = write!(why, "; {} instead: {:.0} pictures/s ({:+.0} %)", other.workers, other.rate, {
            100.0 * (other.rate / rate - 1.0)
        });
    }
    format!("{why}\nworkers = {workers}\n")
}

fn start_from_the_root(config: &mut Config) {
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    config.input = config.input.iter().map(absolute).collect();
    config.output = absolute(&config.output);
    config.base = config.base.as_ref().map(absolute);
}
