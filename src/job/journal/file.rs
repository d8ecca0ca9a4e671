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
    /// Where the last run begins.
    pub(in crate::job) last_run_at: u64,
    /// Whether the last run ended and left no temporary behind.
    pub(in crate::job) clean: bool,
    /// Whether there was a run and it did not come to an end that it could record.
    pub(in crate::job) died: bool,
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
        let Found { index, last_run, last_run_at, clean, ended, damaged, .. } = found;
        let died = last_run.is_some() && !ended;
        Ok(Opened { journal, index, last_run, last_run_at, clean, died, cut, damaged })
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

    /// Hears of errors that a file system tells only when a file is closed, as NFS does.
    pub(in crate::job) fn settle(&mut self) -> io::Result<()> {
        self.sync()?;
        Ok(nix::unistd::close(self.file.try_clone()?)?)
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
    last_run_at: u64,
    clean: bool,
    ended: bool,
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
                Record::Run(run) => {
                    (self.last_run, self.last_run_at) = (Some(run), begin);
                    (self.clean, self.ended) = (false, false);
                }
                Record::End(end) => (self.clean, self.ended) = (end.clean, true),
                Record::Item(_) => {}
            },
            Glance::Unknown => {}
        }
        self.damaged += std::mem::take(&mut self.suspect);
        self.whole = end;
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
