//! Owns the job's inputs: what the config names, checked before anything runs.

use super::JobError;
use crate::config::{Config, FilesFrom};
use pipeline_stages::read::{Inputs, Separator, WalkError, same_place};
use std::fs::File;
use std::io::{self, BufRead, BufReader, stdin};
use std::path::Path;

/// All inputs that the config names; every one that cannot be used is told.
pub(super) fn inputs(config: &Config) -> Result<Inputs, JobError> {
    let mut inputs = Inputs::new().follow_links(config.follow_links);
    // In place nothing lands below an output directory, so no path can lead out of it: below `/` is everything.
    let base = if config.write.in_place { Some(Path::new("/")) } else { config.base.as_deref() };
    if let Some(base) = base {
        inputs = inputs.base(base).map_err(|error| JobError::Inputs(vec![error]))?;
    }
    if !config.write.in_place {
        inputs = inputs.exclude(&config.output);
    }
    let mut refused: Vec<WalkError> = Vec::new();
    let mut from_stdin = config.invocation.files_from == Some(FilesFrom::Stdin);
    for path in &config.input {
        if path == Path::new("-") {
            from_stdin = true;
        } else if !config.write.in_place && path.is_dir() && same_place(path, &config.output) {
            return Err(JobError::OutputIsInput(path.clone()));
        } else if let Err(error) = inputs.push(path) {
            refused.push(error);
        }
    }
    if !refused.is_empty() {
        return Err(JobError::Inputs(refused));
    }
    let separator = if config.invocation.null_separated { Separator::Nul } else { Separator::Newline };
    if let Some(FilesFrom::File(path)) = &config.invocation.files_from {
        let list = open_list(path).map_err(|source| JobError::List { path: path.clone(), source })?;
        inputs = inputs.list(path, Box::new(BufReader::new(list)), separator);
    }
    if from_stdin {
        let list: Box<dyn BufRead + Send> = Box::new(BufReader::new(stdin()));
        inputs = inputs.list("stdin", list, separator);
    }
    Ok(inputs)
}

/// A directory can be opened too, but fails only when it is read, which would be after the start.
fn open_list(path: &Path) -> io::Result<File> {
    let list = File::open(path)?;
    if list.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(list) }
}
