//! Owns reading a report for machines back, so that what is said of a run can be said again later, or of somebody else's.
//! Does not own: writing it (`json`).

mod written; // its members

use super::os::OsUse;
use super::view::{Totals, View};
use crate::engine::Report;
use written::{Version, Written};

/// A run as a report for machines tells it.
#[derive(Debug, Clone)]
pub struct Recorded {
    report: Report,
    totals: Totals,
    expected: Option<u64>,
    cores: f64,
    os: Option<OsUse>,
}

/// A text that is no report of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordedError {
    /// It is no JSON, or something is missing.
    #[error("it is no report of a run: {0}")]
    Format(#[from] serde_json::Error),
    /// It was written by a later version.
    #[error("it has schema_version {0}, and this program reads 1; use the version that wrote it")]
    Version(u64),
    /// A figure that cannot be.
    #[error("it is no report of a run: {0}")]
    Figure(&'static str),
}

impl Recorded {
    /// Reads what [`report_json`](super::report_json) wrote. Members that this version does not know are passed over.
    ///
    /// # Errors
    /// [`RecordedError`] if it is no such report.
    ///
    /// ```
    /// use pipeline_images::{engine::Report, observe::{Recorded, Totals, View, report_json}};
    ///
    /// let (report, totals) = (Report::default(), Totals::default());
    /// let view = View { report: &report, totals: &totals, expected: Some(0), cores: 4.0, os: None };
    /// let recorded = Recorded::read(&report_json(&view).to_string())?;
    /// assert_eq!(recorded.view().cores, 4.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(json: &str) -> Result<Self, RecordedError> {
        // The version first, so that a later one is named even if its members are others.
        let version: Version = serde_json::from_str(json)?;
        if version.schema_version != 1 {
            return Err(RecordedError::Version(version.schema_version));
        }
        let written: Written = serde_json::from_str(json)?;
        written.recorded()
    }

    /// The run as it was seen.
    pub fn view(&self) -> View<'_> {
        View {
            report: &self.report,
            totals: &self.totals,
            expected: self.expected,
            cores: self.cores,
            os: self.os.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::report_json;
    use super::*;
    use crate::engine::{ByteSize, Pipeline, Stage as Step};
    use std::convert::Infallible;
    use std::time::Duration;

    fn report() -> Report {
        Pipeline::source("list", 0..20u32, |n| n.to_string())
            .budget_until("decode", ByteSize::mib(1), |_| 10)
            .stage(Step::map("decode", |n: u32| {
                std::thread::sleep(Duration::from_millis(1));
                Ok::<_, Infallible>(n)
            }))
            .sink("done", drop)
            .run()
            .unwrap()
    }

    #[test]
    fn a_report_reads_back_as_it_was_written() {
        let (report, totals) = (report(), Totals { pixels: 3, ..Totals::default() });
        let os = OsUse { major_faults: 3, ..OsUse::default() };
        let view = View { report: &report, totals: &totals, expected: Some(20), cores: 1.5, os: Some(&os) };
        let written = report_json(&view);
        let recorded = Recorded::read(&written.to_string()).unwrap();
        let again = report_json(&recorded.view());
        for member in
            ["ended", "wall_seconds", "counts", "rates", "totals", "window", "budgets", "os", "diagnosis"]
        {
            assert_eq!(again[member], written[member], "{member}");
        }
        for member in [
            "name",
            "workers",
            "worker_seconds",
            "queue",
            "gate",
            "busy_seconds",
            "parts",
            "step_seconds",
            "service",
        ] {
            assert_eq!(again["stages"][1][member], written["stages"][1][member], "{member}");
        }
        assert_eq!(recorded.view().os, Some(&os));
        assert_eq!((recorded.report.budgets[0].before, recorded.report.budgets[0].until), (1, Some(1)));
    }

    #[test]
    fn what_is_no_report_is_refused_with_what_is_wrong() {
        let refused = |json: &str| Recorded::read(json).unwrap_err().to_string();
        assert!(refused("{").contains("no report"), "{}", refused("{"));
        assert!(refused("{\"schema_version\": 2}").contains("schema_version 2"));
        assert!(refused("{\"schema_version\": 1}").contains("missing field"));
        let (report, totals) = (report(), Totals::default());
        let view = View { report: &report, totals: &totals, expected: None, cores: 2.0, os: None };
        let written = report_json(&view);
        let with = |at: &str, value: serde_json::Value| {
            let mut json = written.clone();
            *json.pointer_mut(at).unwrap() = value;
            refused(&json.to_string())
        };
        assert!(with("/wall_seconds", (-1.0).into()).contains("no number of seconds"));
        assert!(with("/stages/1/busy_seconds", 1e300.into()).contains("no number of seconds"));
        assert!(with("/counts/done", 7.into()).contains("do not add up"));
        assert!(with("/counts/done", u64::MAX.into()).contains("do not add up"));
        assert!(with("/stages/1/workers", 1_000_000.into()).contains("more workers"));
        assert!(with("/machine/cores", 1e9.into()).contains("no number of cores"));
    }
}
