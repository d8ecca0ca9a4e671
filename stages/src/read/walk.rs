//! Owns the walk: the iterator over every file of the inputs, one directory's names at a time, in a fixed order.
//! Does not own: what is in the files, nor whether they are pictures.

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::IntoIter;

use super::glob::{Pattern, State};
use super::inputs::{Inputs, Source, place};
use super::landing::Landing;
use super::listing::list;
use crate::Error;
use crate::display::escape;
use crate::retry::uninterrupted;

/// One file to convert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where to read it.
    pub path: PathBuf,
    /// Where its result lands, relative to the output directory, still with the input's extension. Never absolute,
    /// never with `..`.
    pub landing: PathBuf,
    /// Whether it was named, by itself, in a list or by a pattern, rather than found in a directory. What was named
    /// must be a picture; what was found may be passed over.
    pub explicit: bool,
}

/// Something in the inputs that could not be used. The walk goes on after it.
#[derive(Debug, thiserror::Error)]
#[error("{}: {error}", escape(.path))]
pub struct WalkError {
    /// The file, directory, pattern or list.
    pub path: PathBuf,
    /// What is wrong with it.
    pub error: Error,
}

impl WalkError {
    pub(super) fn new(path: &Path, error: Error) -> Self {
        Self { path: path.to_owned(), error }
    }
}

/// What a walk has passed over so far.
#[derive(Debug, Default)]
pub struct Skipped {
    links: AtomicU64,
    special_files: AtomicU64,
}

impl Skipped {
    /// Symbolic links: all of them, or, when links are followed, those that lead nowhere or back to where they are.
    pub fn links(&self) -> u64 {
        self.links.load(Ordering::Relaxed)
    }

    /// Named pipes, sockets and devices. None of them was opened.
    pub fn special_files(&self) -> u64 {
        self.special_files.load(Ordering::Relaxed)
    }

    pub(super) fn count_link(&self) {
        self.links.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_special_file(&self) {
        self.special_files.fetch_add(1, Ordering::Relaxed);
    }
}

/// The iterator over all files of [`Inputs`].
///
/// The order depends on nothing but names: inputs as they were named; in a directory first its files, then its
/// directories, each in order of their bytes. It holds the names of one directory, and of its ancestors only those of
/// directories that are still to be visited. A directory that cannot be listed is one error, and the walk goes on.
#[derive(Debug)]
pub struct Walk {
    landing: Landing,
    follow_links: bool,
    excluded: Vec<PathBuf>,
    sources: VecDeque<Source>,
    folders: Vec<Folder>,
    pattern: Option<Matching>,
    skipped: Arc<Skipped>,
}

/// A directory that is being walked.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    landing: PathBuf,
    place: Option<(u64, u64)>,
    files: IntoIter<Box<OsStr>>,
    folders: IntoIter<Box<OsStr>>,
    state: State,
}

/// The pattern that is being matched.
#[derive(Debug)]
struct Matching {
    written: PathBuf,
    pattern: Pattern,
    found_any: bool,
}

type Step = Option<Result<Entry, WalkError>>;

impl Walk {
    pub(super) fn new(inputs: Inputs) -> Self {
        let Inputs { landing, follow_links, excluded, sources } = inputs;
        let (sources, folders, skipped) = (sources.into(), Vec::new(), Arc::default());
        Self { landing, follow_links, excluded, sources, folders, pattern: None, skipped }
    }

    /// What was passed over, to be read during the walk and after it.
    pub fn skipped(&self) -> Arc<Skipped> {
        Arc::clone(&self.skipped)
    }

    /// The next file of the innermost directory, or one step down or up.
    fn step_folder(&mut self) -> Step {
        let folder = self.folders.last_mut()?;
        if let Some(name) = folder.files.next() {
            let explicit = self.pattern.is_some();
            return Some(Ok(Entry {
                path: folder.path.join(&*name),
                landing: folder.landing.join(&*name),
                explicit,
            }));
        }
        let Some(name) = folder.folders.next() else {
            self.folders.pop();
            return None;
        };
        let state = self.pattern.as_ref().map(|matching| matching.pattern.step(&folder.state, &name));
        let (path, landing) = (folder.path.join(&*name), folder.landing.join(&*name));
        self.descend(path, landing, state.unwrap_or_default())
    }

    fn descend(&mut self, path: PathBuf, landing: PathBuf, state: State) -> Step {
        let place = if self.follow_links || !self.excluded.is_empty() { place(&path) } else { None };
        if place.is_some() && self.excluded.iter().any(|excluded| self::place(excluded) == place) {
            return None;
        }
        if place.is_some() && self.folders.iter().any(|above| above.place == place) {
            self.skipped.count_link();
            return None;
        }
        match uninterrupted(|| list(&path, self.follow_links, &self.skipped)) {
            Err(source) => Some(Err(WalkError { path, error: Error::Io { action: "cannot list", source } })),
            Ok(mut found) => {
                if let Some(matching) = &mut self.pattern {
                    matching.keep_matches(&state, &mut found.files, &mut found.folders);
                }
                let (files, folders) = (found.files.into_iter(), found.folders.into_iter());
                self.folders.push(Folder { path, landing, place, files, folders, state });
                None
            }
        }
    }

    /// The next thing that was named; the last directory is done.
    fn step_source(&mut self, source: Source) -> Step {
        match source {
            Source::File { path, landing } => Some(Ok(Entry { path, landing, explicit: true })),
            Source::Directory { path, landing } => self.descend(path, landing, State::default()),
            Source::Pattern { written, pattern, landing } => {
                let (base, state) = (pattern.base.clone(), pattern.start());
                self.pattern = Some(Matching { written, pattern, found_any: false });
                self.descend(base, landing, state)
            }
            Source::List { name, mut list } => {
                let next = list.next()?;
                self.sources.push_front(Source::List { name: name.clone(), list });
                Some(match next {
                    Ok(path) => self.listed(path),
                    Err(source) => Err(WalkError {
                        path: name,
                        error: Error::Io { action: "cannot read the list", source },
                    }),
                })
            }
        }
    }

    fn listed(&self, path: PathBuf) -> Result<Entry, WalkError> {
        match self.landing.of_named(&path) {
            Ok(landing) => Ok(Entry { path, landing, explicit: true }),
            Err(error) => Err(WalkError { path, error }),
        }
    }
}

impl Iterator for Walk {
    type Item = Result<Entry, WalkError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if !self.folders.is_empty() {
                if let Some(step) = self.step_folder() {
                    return Some(step);
                }
                continue;
            }
            if let Some(done) = self.pattern.take()
                && !done.found_any
            {
                return Some(Err(WalkError { path: done.written, error: Error::NoMatch }));
            }
            let source = self.sources.pop_front()?;
            if let Some(step) = self.step_source(source) {
                return Some(step);
            }
        }
    }
}

impl Matching {
    /// Leaves the files that match and the directories in which something still may.
    fn keep_matches(&mut self, state: &State, files: &mut Vec<Box<OsStr>>, folders: &mut Vec<Box<OsStr>>) {
        files.retain(|name| self.pattern.accepts(&self.pattern.step(state, name)));
        folders.retain(|name| !self.pattern.is_dead(&self.pattern.step(state, name)));
        self.found_any |= !files.is_empty();
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;
