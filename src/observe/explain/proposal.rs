//! Owns one change that people could make: as a flag, as a line of a config file, as something to predict from.
//! Does not own: which changes are worth trying (`advice`).

use super::super::predict::{Change, Model, Prediction};
use super::super::units::{memory, three};
use super::roles::role;

/// Something that can be turned.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Knob {
    Workers(String, usize),
    Queue(String, usize),
    Window(usize),
    Memory(u64),
}

impl Knob {
    pub(super) fn on(&self, change: Change) -> Change {
        match self {
            Self::Workers(stage, n) => change.workers(stage, *n),
            Self::Queue(stage, n) => change.queue(stage, *n),
            Self::Window(n) => change.window(*n),
            Self::Memory(bytes) => change.memory(*bytes),
        }
    }

    /// Whether both turn the same thing.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Workers(a, _), Self::Workers(b, _)) | (Self::Queue(a, _), Self::Queue(b, _)) => a == b,
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }

    /// As it stands on a command line; stages of other people's pipelines have no flags.
    fn flag(&self) -> String {
        match self {
            Self::Workers(stage, n) => match role(stage).flag {
                Some(flag) => format!("{flag} {n}"),
                None => format!("{n} workers of {stage}"),
            },
            Self::Queue(stage, n) => format!("--queue {stage}={n}"),
            Self::Window(n) => format!("--window {n}"),
            Self::Memory(bytes) => format!("--memory {}", size(*bytes)),
        }
    }

    /// As it stands in a config file.
    fn config(&self) -> Option<String> {
        let known = |stage: &str| role(stage).flag.is_some();
        match self {
            Self::Workers(stage, n) => known(stage).then(|| format!("{stage}.workers = {n}")),
            Self::Queue(stage, n) => known(stage).then(|| format!("{stage}.queue = {n}")),
            Self::Window(n) => Some(format!("limits.window = {n}")),
            Self::Memory(bytes) => Some(format!("limits.memory = \"{}\"", size(*bytes))),
        }
    }
}

/// Bytes as settings take them.
fn size(bytes: u64) -> String {
    memory(bytes).replace(' ', "")
}

/// A change with what it is predicted to give.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Proposal {
    /// As it stands on a command line.
    pub flags: String,
    /// The same as lines of a config file.
    pub config: Vec<String>,
    /// What is gained: 0.5 is half as fast again.
    pub gain: f64,
    /// Pictures per second predicted.
    pub per_second: f64,
    /// The range of that.
    pub range: (f64, f64),
}

impl Proposal {
    pub(super) fn new(knobs: &[Knob], model: &Model, prediction: &Prediction) -> Self {
        let flags: Vec<String> = knobs.iter().map(Knob::flag).collect();
        Self {
            flags: flags.join(" "),
            config: knobs.iter().filter_map(Knob::config).collect(),
            gain: prediction.per_second / model.recorded_per_second() - 1.0,
            per_second: prediction.per_second,
            range: (prediction.low, prediction.high),
        }
    }

    /// In one line.
    pub(super) fn line(&self) -> String {
        let config = match self.config.join(", ") {
            none if none.is_empty() => none,
            lines => format!(" (`{lines}`)"),
        };
        format!(
            "`{}`{config}: {}, predicted {} pictures/s (nine in ten: {} to {})",
            self.flags,
            signed(self.gain),
            three(self.per_second),
            three(self.range.0),
            three(self.range.1)
        )
    }
}

/// A gain in per cent, with its sign.
pub(super) fn signed(gain: f64) -> String {
    let percent = (gain * 100.0).round();
    // Not `-0`.
    if percent == 0.0 { "+0 %".to_owned() } else { format!("{percent:+.0} %") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_flag_and_a_line_of_a_config_file() {
        let knobs = [
            Knob::Workers("read".to_owned(), 16),
            Knob::Queue("convert".to_owned(), 4),
            Knob::Window(64),
            Knob::Memory(3 << 30),
            Knob::Workers("mine".to_owned(), 6),
        ];
        let flags = knobs.each_ref().map(Knob::flag);
        assert_eq!(
            flags,
            ["--readers 16", "--queue convert=4", "--window 64", "--memory 3GiB", "6 workers of mine"]
        );
        let config = knobs.each_ref().map(|knob| knob.config().unwrap_or_default());
        assert_eq!(
            config,
            ["read.workers = 16", "convert.queue = 4", "limits.window = 64", "limits.memory = \"3GiB\"", ""]
        );
    }

    #[test]
    fn a_gain_has_a_sign_and_nothing_is_no_loss() {
        assert_eq!([1.8, 0.001, -0.001, -0.25].map(signed), ["+180 %", "+0 %", "+0 %", "-25 %"]);
    }
}
