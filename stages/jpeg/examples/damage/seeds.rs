//! Owns the files that are damaged: JPEGs below directories, and odd ones that are written here.
//! Does not own: damaging them.

use crate::odd::{self, Random};
use crate::options::Options;
use crate::targets::LIMITS;
use pipeline_jpeg::{Decoder, Output};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::fs;
use std::path::Path;

/// How many odd files there are.
const ODD: usize = 400;

/// Files by whether they can be decoded: damage to the others seldom gets further than to what is wrong already.
pub(crate) struct Seeds {
    pub(crate) whole: Vec<Vec<u8>>,
    pub(crate) broken: Vec<Vec<u8>>,
}

impl Seeds {
    /// Any file, most often a whole one.
    pub(crate) fn pick(&self, random: &mut Random) -> &[u8] {
        let list = if self.broken.is_empty() || random.percent(80) { &self.whole } else { &self.broken };
        &list[random.below(list.len())]
    }
}

pub(crate) fn all(options: &Options) -> Result<Seeds, String> {
    let seeds = files(options)?;
    let mut decoder = Decoder::new(LIMITS);
    let mut out = Vec::new();
    let whole = |file: &Vec<u8>| {
        let outputs = [Output::Gray, Output::Rgb, Output::Cmyk];
        outputs.iter().any(|&output| decoder.decode(file, output, &mut out).is_ok())
    };
    let (whole, broken) = seeds.into_iter().partition(whole);
    Ok(Seeds { whole, broken })
}

fn files(options: &Options) -> Result<Vec<Vec<u8>>, String> {
    let mut seeds = odd_files(options.largest)?;
    for directory in &options.directories {
        let before = seeds.len();
        below(directory, options.largest, &mut seeds).map_err(|e| format!("{}: {e}", directory.display()))?;
        if seeds.len() == before {
            return Err(format!("{}: no JPEG of at most {} bytes", directory.display(), options.largest));
        }
    }
    Ok(seeds)
}

fn odd_files(largest: u64) -> Result<Vec<Vec<u8>>, String> {
    let mut runner = TestRunner::deterministic();
    let mut files = Vec::new();
    while files.len() < ODD {
        let case = odd::cases().new_tree(&mut runner).map_err(|reason| reason.to_string())?.current();
        let (file, _) = odd::write(&case);
        if file.len() as u64 <= largest {
            files.push(file);
        }
    }
    Ok(files)
}

/// In the order of their names, so that rounds can be repeated.
fn below(path: &Path, largest: u64, into: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        let mut paths =
            fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| below(path, largest, into));
    }
    if metadata.is_file() && metadata.len() <= largest {
        let file = fs::read(path)?;
        if file.starts_with(&[0xff, 0xd8]) {
            into.push(file);
        }
    }
    Ok(())
}
