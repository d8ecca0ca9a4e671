//! Owns the file of the journal: only ever added to, one whole line at a time, and cut at its torn tail when it is opened.
//!
//! Each record is one call of the operating system and is not kept in this process: a run that is killed at whatever
//! moment has lost no record that it made. Against power cuts, `durable` asks for the disk's word once a second.

use super::index::Index;
use super::line::{Glance, decode, encode, glance};
use super::record::{Record, Run};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// A line longer than this is no record: the longest path of all, twice, escaped.
const LONGEST: u64 = 1 << 17;
/// How often a durable journal is made so.
const SYNC: Duration = Duration::from_secs(1);

/// The journal, open for adding.
#[derive(Debug)]
pub(in crate::job) struct Journal {
    file: File,
    /// Bytes of whole lines.
    length: u64,
    /// Whether a line was begun that could not be finished.
    torn: bool,
    durable: bool,
    synced: Instant,
}

/// A journal, and what was in it.
#[derive(Debug)]
pub(in crate::job) struct Opened {
    pub(in crate::job) journal: Journal,
    /// Where the records of inputs are.
    pub(in crate::job) index: Index,
    /// The beginning of the last run.
    pub(in crate::job) last_run: Option<Run>,
    /// Whether the last run ended and left no temporary behind.
    pub(in crate::job) clean: bool,
    /// Bytes of a torn tail that were cut off.
    pub(in crate::job) cut: u64,
    /// Lines in the middle that were damaged, and are not believed.
    pub(in crate::job) damaged: u64,
}

impl Journal {
    /// Reads all there is, and cuts what is not whole at its end.
    pub(in crate::job) fn open(file: File, durable: bool) -> io::Result<Opened> {
        let mut found = Found::default();
        (&file).rewind()?;
        let size = found.scan(BufReader::with_capacity(1 << 18, &file))?;
        found.index.close();
        let cut = size - found.whole;
        if cut > 0 {
            file.set_len(found.whole)?;
        }
        let journal = Self { file, length: found.whole, torn: false, durable, synced: Instant::now() };
        let Found { index, last_run, clean, damaged, .. } = found;
        Ok(Opened { journal, index, last_run, clean, cut, damaged })
    }

    /// Reads all there is and changes nothing: where the records of inputs are, and the beginning of the last run.
    pub(in crate::job) fn peek(file: File) -> io::Result<(Index, Reader, Option<Run>)> {
        let mut found = Found::default();
        found.scan(BufReader::with_capacity(1 << 18, &file))?;
        found.index.close();
        Ok((found.index, Reader { file }, found.last_run))
    }

    /// Adds a record.
    pub(in crate::job) fn add(&mut self, record: &Record) -> io::Result<()> {
        let line = encode(record)?;
        if std::mem::take(&mut self.torn) {
            self.file.set_len(self.length).inspect_err(|_| self.torn = true)?;
        }
        self.file.write_all_at(&line, self.length).inspect_err(|_| self.torn = true)?;
        self.length += line.len() as u64;
        if self.durable && self.synced.elapsed() >= SYNC { self.sync() } else { Ok(()) }
    }

    /// Makes all that was added survive a power loss, if that was asked for.
    pub(in crate::job) fn sync(&mut self) -> io::Result<()> {
        self.synced = Instant::now();
        if self.durable { self.file.sync_data() } else { Ok(()) }
    }

    /// A second way in, for reading records while others are added.
    pub(in crate::job) fn reader(&self) -> io::Result<Reader> {
        Ok(Reader { file: self.file.try_clone()? })
    }
}

/// Reads single records; may be shared between threads.
#[derive(Debug)]
pub(in crate::job) struct Reader {
    file: File,
}

impl Reader {
    #[cfg(test)]
    pub(super) fn into_file(self) -> File {
        self.file
    }

    /// The record that begins there; `None` if it cannot be read any more.
    pub(super) fn record(&self, offset: u64) -> Option<Record> {
        const USUAL: usize = 1024;
        let mut line = vec![0; USUAL];
        loop {
            let read = self.file.read_at(&mut line, offset).ok()?;
            if let Some(end) = line[..read].iter().position(|byte| *byte == b'\n') {
                return decode(&line[..end]);
            }
            if read < line.len() || line.len() as u64 > LONGEST {
                return None;
            }
            line.resize(line.len() * 4, 0);
        }
    }
}

/// What a scan has found so far.
#[derive(Debug, Default)]
struct Found {
    index: Index,
    last_run: Option<Run>,
    clean: bool,
    /// Where the last good line ends.
    whole: u64,
    damaged: u64,
    /// Damaged lines since the last good one: the tail, if none follows.
    suspect: u64,
}

impl Found {
    /// Returns the size of all.
    fn scan(&mut self, mut from: impl BufRead) -> io::Result<u64> {
        let (mut offset, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let read = from.by_ref().take(LONGEST).read_until(b'\n', &mut line)? as u64;
            if read == 0 {
                return Ok(offset);
            }
            let begin = offset;
            offset += read;
            match line.strip_suffix(b"\n") {
                Some(line) => self.line(line, begin, offset),
                None => self.suspect += 1,
            }
        }
    }

    fn line(&mut self, line: &[u8], begin: u64, end: u64) {
        match glance(line) {
            Glance::Damaged => {
                self.suspect += 1;
                return;
            }
            Glance::Item(name) => self.index.add(&name, begin),
            Glance::Mark(record) => match *record {
                Record::Run(run) => (self.last_run, self.clean) = (Some(run), false),
                Record::End(end) => self.clean = end.clean,
                Record::Item(_) => {}
            },
            Glance::Unknown => {}
        }
        self.damaged += std::mem::take(&mut self.suspect);
        self.whole = end;
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::{End, Item, Status};
    use super::*;
    use proptest::prelude::*;
    use std::fs::OpenOptions;
    use std::path::Path;

    fn open(path: &Path) -> Opened {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        Journal::open(file.unwrap(), false).unwrap()
    }

    fn item(number: u64) -> Record {
        Record::Item(Item { input: format!("/in/{number}.jpg"), ms: number, ..Item::default() })
    }

    fn last(opened: &Opened, number: u64) -> Option<Record> {
        let reader = opened.journal.reader().unwrap();
        opened.index.places(&format!("/in/{number}.jpg")).find_map(|place| reader.record(place))
    }

    fn run() -> Record {
        Record::Run(Run {
            at: String::new(),
            pid: 1,
            program: String::new(),
            config: "c".to_owned(),
            settings: Default::default(),
        })
    }

    #[test]
    fn what_was_added_is_there_when_it_is_opened_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        for round in 0..3 {
            let mut opened = open(&path);
            assert_eq!(last(&opened, 7).is_some(), round > 0);
            assert_eq!((opened.cut, opened.damaged, opened.clean), (0, 0, round > 0));
            opened.journal.add(&run()).unwrap();
            (0..50).for_each(|n| opened.journal.add(&item(n)).unwrap());
            let end = End {
                at: String::new(),
                ended: "complete".to_owned(),
                admitted: 50,
                done: 50,
                failed: 0,
                skipped: 0,
                interrupted: 0,
                clean: true,
            };
            opened.journal.add(&Record::End(end)).unwrap();
        }
        assert_eq!(last(&open(&path), 49), Some(item(49)));
    }

    #[test]
    fn the_last_record_of_an_input_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut opened = open(&path);
        let failed = Item { input: "/in/1.jpg".to_owned(), is: Status::Failed, ..Item::default() };
        opened.journal.add(&Record::Item(failed)).unwrap();
        opened.journal.add(&item(1)).unwrap();
        assert_eq!(last(&open(&path), 1), Some(item(1)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn scenario_56_cut_anywhere_it_keeps_every_whole_line_and_goes_on(at in 0..10_000u64) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("journal");
            let mut opened = open(&path);
            opened.journal.add(&run()).unwrap();
            let mut ends = vec![];
            for number in 0..5 {
                opened.journal.add(&item(number)).unwrap();
                ends.push(opened.journal.length);
            }
            let at = at % (opened.journal.length + 1);
            OpenOptions::new().write(true).open(&path).unwrap().set_len(at).unwrap();
            let mut opened = open(&path);
            for (number, end) in ends.into_iter().enumerate() {
                prop_assert_eq!(last(&opened, number as u64).is_some(), end <= at);
            }
            prop_assert_eq!(opened.cut + opened.journal.length, at);
            prop_assert!(!opened.clean);
            opened.journal.add(&item(9)).unwrap();
            let opened = open(&path);
            prop_assert!(last(&opened, 9).is_some());
            prop_assert_eq!((opened.cut, opened.damaged), (0, 0));
        }

        #[test]
        fn any_bytes_at_all_are_opened_and_added_to(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("journal");
            std::fs::write(&path, &bytes).unwrap();
            open(&path).journal.add(&item(1)).unwrap();
            prop_assert!(last(&open(&path), 1).is_some());
        }
    }

    #[test]
    fn rot_in_the_middle_costs_only_what_it_touches() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut opened = open(&path);
        (0..3).for_each(|n| opened.journal.add(&item(n)).unwrap());
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let opened = open(&path);
        assert_eq!((opened.cut, opened.damaged), (0, 1));
        assert!(last(&opened, 0).is_some() && last(&opened, 1).is_none() && last(&opened, 2).is_some());
    }

    #[test]
    fn zeros_that_a_power_cut_left_are_cut_however_many() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        open(&path).journal.add(&item(1)).unwrap();
        let length = std::fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length + 500_000).unwrap();
        let opened = open(&path);
        assert_eq!((opened.cut, opened.journal.length), (500_000, length));
        assert!(last(&opened, 1).is_some());
    }

    #[test]
    fn a_line_that_could_not_be_finished_is_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut opened = open(&path);
        opened.journal.add(&item(1)).unwrap();
        // As after a full disk that took a part of a line.
        opened.journal.file.write_all_at(b"0123abcd {\"it", opened.journal.length).unwrap();
        opened.journal.torn = true;
        opened.journal.add(&item(2)).unwrap();
        let opened = open(&path);
        assert_eq!((opened.cut, opened.damaged), (0, 0));
        assert!(last(&opened, 1).is_some() && last(&opened, 2).is_some());
    }
}
