//! Owns what must be true of a run that goes on after a journal which may say anything: all is there as it should be, and then
//! there is nothing left to do.

use pipeline_images::config::{Config, FormatChoice};
use pipeline_images::engine::Report;
use pipeline_images::job::{Job, outline};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

const PICTURES: u8 = 3;

/// Inputs, and an output directory with what a run made of them.
struct Place {
    dir: tempfile::TempDir,
    journal: Vec<u8>,
    /// Each with its time, by which the journal knows it.
    results: Vec<(Vec<u8>, SystemTime)>,
}

impl Place {
    fn output(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    fn result(dir: &Path, number: u8) -> PathBuf {
        dir.join("out").join(format!("{number}.png"))
    }

    fn config(&self, resume: bool) -> Config {
        config(self.dir.path(), resume)
    }
}

fn config(dir: &Path, resume: bool) -> Config {
    let mut config = Config { input: vec![dir.join("in")], output: dir.join("out"), ..Config::default() };
    config.encode.format = FormatChoice::Png;
    config.run.elastic = false;
    (config.invocation.resume, config.invocation.redo) = (resume, resume);
    config
}

#[allow(clippy::expect_used, reason = "a panic is a finding")]
fn run(config: &Config) -> Report {
    Job::new(config).expect("inputs are there").start().expect("it goes on").wait().expect("it ends")
}

/// Made once, and used by one thread at a time.
#[allow(clippy::expect_used, reason = "without a place for files nothing can be tried")]
fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("in")).expect("a directory");
        for number in 0..PICTURES {
            let file = [b"P6 1 1 255 ab".as_slice(), &[number * 50]].concat();
            fs::write(dir.path().join("in").join(format!("{number}.ppm")), file).expect("a file");
        }
        let report = run(&config(dir.path(), false));
        assert_eq!(report.done, u64::from(PICTURES), "the first run");
        let read = |path: PathBuf| {
            let time = fs::metadata(&path).and_then(|found| found.modified()).expect("its time");
            (fs::read(path).expect("a result"), time)
        };
        let journal = read(dir.path().join("out/.pipeline/journal")).0;
        let results = (0..PICTURES).map(|number| read(Place::result(dir.path(), number))).collect();
        Place { dir, journal, results }
    })
}

pub(super) fn journals() -> Vec<Vec<u8>> {
    let journal = &place().journal;
    let mut lines: Vec<&[u8]> = journal.split_inclusive(|byte| *byte == b'\n').collect();
    let whole = journal.clone();
    let unfinished = lines[..lines.len() - 1].concat();
    let twice = [journal.as_slice(), journal].concat();
    lines.reverse();
    vec![whole, unfinished, twice, lines.concat(), Vec::new()]
}

/// Goes on after this journal. The last result is taken away first, so there is something to do. Accepted is a journal of which
/// something was believed.
#[allow(clippy::expect_used, reason = "a panic is a finding")]
pub(super) fn resume(journal: &[u8]) -> bool {
    let place = place();
    fs::write(place.output().join(".pipeline/journal"), journal).expect("the journal is replaced");
    for (number, (_, time)) in (0..PICTURES - 1).zip(&place.results) {
        let result = fs::File::options().write(true).open(Place::result(place.dir.path(), number));
        result.and_then(|result| result.set_modified(*time)).expect("a result of before");
    }
    let _ = fs::remove_file(Place::result(place.dir.path(), PICTURES - 1));
    let mut config = place.config(true);
    // Results that no record speaks of are there all the same.
    config.write.existing = pipeline_images::config::Existing::Overwrite;
    let report = run(&config);
    assert_eq!(report.done + report.skipped, u64::from(PICTURES), "all are there: {report:?}");
    assert!(report.done > 0, "what is not there is made");
    for (number, (expected, _)) in (0..PICTURES).zip(&place.results) {
        let result = fs::read(Place::result(place.dir.path(), number)).expect("a result");
        assert!(result == *expected, "result {number} is as it should be");
    }
    let left =
        outline(&config, |_| (), |failure| panic!("{failure}")).expect("it can go on").expect("it ends");
    assert_eq!(left.done, 0, "nothing is left to do after it: {left:?}");
    report.skipped > 0
}
