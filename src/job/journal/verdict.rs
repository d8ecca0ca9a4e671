//! Owns what the records of earlier runs say about one input: whether it is to be done, and whose its result is.
//! Does not own: doing it. Nothing is believed that the disk does not confirm.

use super::file::Reader;
use super::identity::Identity;
use super::index::Index;
use super::record::{Item, Record, Status};
use pipeline_stages::display::escape;
use pipeline_stages::write::{Stamp, target_name};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The records of earlier runs, for one that goes on where they ended.
#[derive(Debug)]
pub(in crate::job) struct History {
    pub(super) index: Index,
    pub(super) reader: Reader,
    /// Hash of the settings that results now depend on.
    pub(super) config: String,
    pub(super) retry_failed: bool,
    /// Where the run before this one begins.
    pub(super) last_run_at: u64,
}

/// What is to become of an input.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::job) enum Verdict {
    /// Nothing is there of it, or nothing that is known to be ours.
    Do,
    /// It is to be done, and this result of an earlier run may be replaced.
    Replace(PathBuf),
    /// This is its result, and nothing has changed.
    Done(PathBuf),
    /// It failed, and would again: where and why.
    Failed(String, String),
    /// It is not a picture.
    Skipped,
}

/// What verdicts want to know of the output directory.
pub(in crate::job) trait Seen {
    /// Size and time of a result.
    fn written(&self, result: &Path) -> Option<(u64, Stamp)>;
    /// SHA-256 of its bytes.
    fn hash(&self, result: &Path) -> Option<String>;
}

impl History {
    pub(in crate::job) fn new(index: Index, reader: Reader, config: String, retry_failed: bool) -> Self {
        Self { index, reader, config, retry_failed, last_run_at: 0 }
    }

    /// With the place where the run before this one began.
    pub(in crate::job) fn after_a_run_at(self, last_run_at: u64) -> Self {
        Self { last_run_at, ..self }
    }

    /// Whether the run before this one told of this input, and so was not ended while it had it.
    pub(in crate::job) fn told_last_time(&self, name: &str) -> bool {
        self.index.places(name).next().is_some_and(|place| place > self.last_run_at)
    }

    /// Whether it knows of no input at all.
    pub(in crate::job) fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// What is to become of the input with this name and landing. `now` is what the file is now; with a hash, that and not
    /// the time decides.
    pub(in crate::job) fn verdict(
        &self,
        name: &str,
        landing: &Path,
        now: Option<&Identity>,
        seen: &impl Seen,
    ) -> Verdict {
        let records = || self.index.places(name).filter_map(|place| self.item(place, name));
        let Some(last) = records().next() else { return Verdict::Do };
        match last.is {
            Status::Skipped if self.is_unchanged(&last, now) => return Verdict::Skipped,
            Status::Failed if !self.retry_failed && self.is_unchanged(&last, now) => {
                let said = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
                return Verdict::Failed(said(last.stage), said(last.reason));
            }
            _ => {}
        }
        let with_result = if last.out.is_some() { Some(last) } else { records().find(|r| r.out.is_some()) };
        let Some(record) = with_result else { return Verdict::Do };
        match result_of(&record, landing).filter(|result| is_there(&record, result, now, seen)) {
            None => Verdict::Do,
            Some(result) if record.is == Status::Done && self.is_unchanged(&record, now) => {
                Verdict::Done(result)
            }
            Some(result) => Verdict::Replace(result),
        }
    }

    fn is_unchanged(&self, record: &Item, now: Option<&Identity>) -> bool {
        let (Some(before), Some(now)) = (&record.input_is, now) else { return false };
        record.config == self.config && same_input(before, now)
    }

    fn item(&self, place: u64, name: &str) -> Option<Item> {
        match self.reader.record(place) {
            Some(Record::Item(item)) if item.input == name => Some(item),
            _ => None,
        }
    }
}

fn same_input(before: &Identity, now: &Identity) -> bool {
    match (&before.sha256, &now.sha256) {
        (Some(before_hash), Some(hash)) => before.size == now.size && before_hash == hash,
        _ => before.is(now.size, now.written),
    }
}

/// The result that a record speaks of, if it is still where this input's result lands.
fn result_of(record: &Item, landing: &Path) -> Option<PathBuf> {
    let out = record.out.as_deref()?;
    let extension = Path::new(out).extension().and_then(OsStr::to_str)?;
    let result = target_name(landing, extension);
    (escape(&result).to_string() == out).then_some(result)
}

/// Whether a result is the one that was recorded.
fn is_there(record: &Item, result: &Path, now: Option<&Identity>, seen: &impl Seen) -> bool {
    let (Some(before), Some((size, written))) = (&record.out_is, seen.written(result)) else { return false };
    let by_hash = now.is_some_and(|now| now.sha256.is_some());
    match (record.is, &before.sha256) {
        // When it was about to be written, its time was not known; but there was nothing under its name.
        (Status::Writing, _) => before.size == size,
        (_, Some(hash)) if by_hash => before.size == size && seen.hash(result).as_ref() == Some(hash),
        _ => before.is(size, written),
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::Journal;
    use super::*;

    const NOW: Identity = Identity { size: 10, written: (5, 0), sha256: None };

    /// An output directory with one file.
    struct Out(&'static str, u64, Stamp);

    impl Seen for Out {
        fn written(&self, result: &Path) -> Option<(u64, Stamp)> {
            (result == Path::new(self.0)).then_some((self.1, self.2))
        }

        fn hash(&self, _: &Path) -> Option<String> {
            Some("right".to_owned())
        }
    }

    const OUT: Out = Out("x/a.png", 20, (7, 3));

    fn done() -> Item {
        Item {
            input: "/in/a.jpg".to_owned(),
            config: "now".to_owned(),
            input_is: Some(NOW),
            out: Some("x/a.png".to_owned()),
            out_is: Some(Identity { size: 20, written: (7, 3), sha256: None }),
            ..Item::default()
        }
    }

    fn history(items: &[Item], retry_failed: bool) -> History {
        let mut journal = Journal::open(tempfile::tempfile().unwrap(), false).unwrap().journal;
        let file = journal.reader().unwrap().into_file();
        items.iter().for_each(|item| journal.add(&Record::Item(item.clone())).unwrap());
        let opened = Journal::open(file, false).unwrap();
        History::new(opened.index, opened.journal.reader().unwrap(), "now".to_owned(), retry_failed)
    }

    fn verdict(items: &[Item], now: &Identity, out: &Out) -> Verdict {
        history(items, false).verdict("/in/a.jpg", Path::new("x/a.jpg"), Some(now), out)
    }

    #[test]
    fn what_is_done_and_unchanged_is_not_done_again() {
        assert_eq!(verdict(&[done()], &NOW, &OUT), Verdict::Done("x/a.png".into()));
        assert_eq!(verdict(&[], &NOW, &OUT), Verdict::Do);
    }

    #[test]
    fn a_changed_input_or_other_settings_replace_what_is_ours() {
        let ours = || Verdict::Replace("x/a.png".into());
        assert_eq!(verdict(&[done()], &Identity { size: 11, ..NOW }, &OUT), ours());
        assert_eq!(verdict(&[done()], &Identity { written: (5, 1), ..NOW }, &OUT), ours());
        let before = Item { config: "before".to_owned(), ..done() };
        assert_eq!(verdict(&[before], &NOW, &OUT), ours());
    }

    #[test]
    fn a_result_that_is_gone_or_was_changed_is_not_believed() {
        for out in [Out("x/b.png", 20, (7, 3)), Out("x/a.png", 21, (7, 3)), Out("x/a.png", 20, (8, 3))] {
            assert_eq!(verdict(&[done()], &NOW, &out), Verdict::Do);
        }
        let elsewhere = history(&[done()], false).verdict("/in/a.jpg", Path::new("a.jpg"), Some(&NOW), &OUT);
        assert_eq!(elsewhere, Verdict::Do, "its result lands somewhere else now");
    }

    #[test]
    fn failures_are_kept_unless_they_are_to_be_tried_again() {
        let failed = Item {
            is: Status::Failed,
            stage: Some("decode".to_owned()),
            reason: Some("truncated".to_owned()),
            out: None,
            out_is: None,
            ..done()
        };
        let kept = Verdict::Failed("decode".to_owned(), "truncated".to_owned());
        assert_eq!(verdict(std::slice::from_ref(&failed), &NOW, &OUT), kept);
        assert_eq!(verdict(std::slice::from_ref(&failed), &Identity { size: 11, ..NOW }, &OUT), Verdict::Do);
        let again = history(&[failed], true).verdict("/in/a.jpg", Path::new("x/a.jpg"), Some(&NOW), &OUT);
        assert_eq!(again, Verdict::Do);
    }

    #[test]
    fn what_a_full_disk_left_undone_leaves_the_older_result_what_it_was() {
        let undone = Item { is: Status::Undone, out: None, out_is: None, ..done() };
        assert_eq!(verdict(&[done(), undone.clone()], &NOW, &OUT), Verdict::Done("x/a.png".into()));
        let changed = Identity { size: 11, ..NOW };
        assert_eq!(verdict(&[done(), undone], &changed, &OUT), Verdict::Replace("x/a.png".into()));
    }

    #[test]
    fn what_was_about_to_be_written_is_ours_if_it_has_the_size() {
        let size = Identity { size: 20, written: (0, 0), sha256: None };
        let writing = Item { is: Status::Writing, out_is: Some(size), ..done() };
        assert_eq!(verdict(std::slice::from_ref(&writing), &NOW, &OUT), Verdict::Replace("x/a.png".into()));
        assert_eq!(verdict(&[writing], &NOW, &Out("x/a.png", 19, (7, 3))), Verdict::Do);
    }

    #[test]
    fn with_hashes_times_do_not_matter_and_bytes_do() {
        let hashed = |text: &str| Some(text.to_owned());
        let now = Identity { written: (99, 0), sha256: hashed("in"), ..NOW };
        let touched = Out("x/a.png", 20, (99, 9));
        let mut before = done();
        before.input_is = Some(Identity { sha256: hashed("in"), ..NOW });
        before.out_is = Some(Identity { size: 20, written: (7, 3), sha256: hashed("right") });
        assert_eq!(verdict(&[before.clone()], &now, &touched), Verdict::Done("x/a.png".into()));
        before.out_is = Some(Identity { size: 20, written: (99, 9), sha256: hashed("wrong") });
        assert_eq!(verdict(&[before], &now, &touched), Verdict::Do);
    }
}
