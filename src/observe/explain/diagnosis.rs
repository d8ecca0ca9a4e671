//! Owns the whole answer to "why is it not faster": where the time went, the verdict, what it is known by, what would help and
//! what would not.

use super::super::predict::{Model, NoModel};
use super::super::units::{percent, three};
use super::super::view::View;
use super::account::account;
use super::advice::{Advice, advice};
use super::evidence::evidence;
use super::facts::Facts;
use super::proposal::{Proposal, signed};
use super::verdict::{Verdict, verdict};
use super::wording::{all_cores, headline};

/// Why a run was not faster, and what would make it so.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What limits, in a word: `cores`, `stage`, `memory`, …
    pub kind: &'static str,
    /// What limits, in one sentence.
    pub verdict: String,
    /// What that is known by.
    pub evidence: Vec<String>,
    /// Up to three changes, the largest predicted gain first.
    pub changes: Vec<Proposal>,
    /// What would be tried in vain.
    pub no_use: Vec<Proposal>,
    /// What is left to say where no change helps, or why none is told.
    pub outlook: Option<String>,
    /// Where the time went: a table with a line per stage.
    pub account: Vec<String>,
}

/// The whole answer for a run that has ended.
///
/// Gains are predicted from the run itself ([`Model`]), so a run of which too little is known gets a verdict and no changes.
///
/// ```
/// # use pipeline_images::{engine::Report, observe::{Totals, View, diagnose}};
/// let (report, totals) = (Report::default(), Totals::default());
/// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
/// let diagnosis = diagnose(&view);
/// assert_eq!(diagnosis.to_string(), "There was nothing to do: no picture was found in the input.\n");
/// assert!(diagnosis.changes.is_empty());
/// ```
pub fn diagnose(view: &View<'_>) -> Diagnosis {
    let verdict = verdict(view);
    let mut diagnosis = told(view, &verdict);
    if view.report.admitted == 0 {
        return diagnosis;
    }
    match Model::of(view) {
        // The verdict says so already.
        Err(NoModel::TooShort(_) | NoModel::NothingDone) => {}
        Err(reason) => diagnosis.outlook = Some(format!("nothing can be predicted: {reason}")),
        Ok(model) => {
            let Advice { changes, no_use, more_cores } = advice(view, &model, &verdict);
            if changes.is_empty() {
                diagnosis.outlook = Some(nothing(&verdict, &Facts::of(view), view.cores, more_cores));
            }
            (diagnosis.changes, diagnosis.no_use) = (changes, no_use);
        }
    }
    diagnosis
}

/// What limits and what that is known by, without predictions: it takes microseconds where those take milliseconds.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only live views need it"))]
pub(in super::super) fn recognize(view: &View<'_>) -> Diagnosis {
    told(view, &verdict(view))
}

fn told(view: &View<'_>, verdict: &Verdict<'_>) -> Diagnosis {
    let facts = Facts::of(view);
    let mut diagnosis = Diagnosis {
        kind: kind(verdict),
        verdict: headline(verdict, view.cores),
        evidence: Vec::new(),
        changes: Vec::new(),
        no_use: Vec::new(),
        outlook: None,
        account: Vec::new(),
    };
    if view.report.admitted > 0 {
        diagnosis.account = account(view);
        diagnosis.evidence = evidence(view, &facts);
    }
    diagnosis
}

/// No setting helps; what more cores would.
fn nothing(verdict: &Verdict<'_>, facts: &Facts<'_>, cores: f64, more: Option<(usize, f64)>) -> String {
    let (all, verb) = all_cores(cores);
    if let Verdict::Contended { used } = verdict {
        return format!("nothing would help until other programs leave more of {all} than {}", three(*used));
    }
    let busy = format!("{all} {verb} busy {} of the time", percent(facts.cpu));
    match more {
        Some((cores, times)) if times >= 1.05 => {
            format!("nothing would help: {busy}; {cores} cores would give {}×", two(times))
        }
        Some(_) => format!("nothing would help: {busy}, and more of them would not help either"),
        None => format!(
            "nothing would help: no number of workers, queue, window or memory gives 5 % more; {busy}"
        ),
    }
}

/// As at the beginning of a line.
fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Two significant digits.
fn two(times: f64) -> String {
    if times < 9.95 { format!("{times:.1}") } else { three(times.round()) }
}

fn kind(verdict: &Verdict<'_>) -> &'static str {
    match verdict {
        Verdict::NoInput => "no-input",
        Verdict::NothingDone { .. } => "nothing-done",
        Verdict::TooShort { .. } | Verdict::StartUp { .. } => "start-up",
        Verdict::Cpu { .. } => "cores",
        Verdict::Contended { .. } => "other-programs",
        Verdict::TooFew { .. } => "too-few-pictures",
        Verdict::Source(_) => "source",
        Verdict::Sink(_) => "sink",
        Verdict::Stage { .. } => "stage",
        Verdict::Storage(_) => "storage",
        Verdict::Memory { .. } => "memory",
        Verdict::Window { .. } => "window",
        Verdict::Queue { .. } => "queue",
        Verdict::Unclear { .. } => "unclear",
    }
}

/// The verdict, what it is known by, what would help; without the account of the time.
impl std::fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.verdict)?;
        for line in &self.evidence {
            writeln!(f, "  {line}")?;
        }
        if !self.changes.is_empty() {
            writeln!(f, "What would help:")?;
        }
        for change in &self.changes {
            writeln!(f, "  {}", change.line())?;
        }
        if let Some(outlook) = &self.outlook {
            writeln!(f, "{}", sentence_case(outlook))?;
        }
        if !self.no_use.is_empty() {
            let tried = |proposal: &Proposal| format!("`{}` ({})", proposal.flags, signed(proposal.gain));
            let tried: Vec<String> = self.no_use.iter().map(tried).collect();
            writeln!(f, "What would not: {}", tried.join(", "))?;
        }
        Ok(())
    }
}
