//! Owns what is given on the command line.
//! Does not own: what is done with it.

use std::path::PathBuf;

/// What to do.
pub(crate) struct Options {
    pub(crate) directories: Vec<PathBuf>,
    /// Rounds.
    pub(crate) count: u64,
    /// No round begins after so long.
    pub(crate) seconds: Option<u64>,
    pub(crate) seed: u64,
    /// The number of the first round.
    pub(crate) first: u64,
    /// The most bytes of a file that is damaged.
    pub(crate) largest: u64,
}

impl Options {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            directories: Vec::new(),
            count: 20_000,
            seconds: None,
            seed: 1,
            first: 0,
            largest: 60_000,
        };
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                options.directories.push(word.into());
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} wants a number"))?;
            let number = value.parse().map_err(|_| format!("{word} wants a number, not {value}"))?;
            match word.as_str() {
                "--count" => options.count = number,
                "--seconds" => options.seconds = Some(number),
                "--seed" => options.seed = number,
                "--first" => options.first = number,
                "--largest" => options.largest = number,
                _ => {
                    return Err(format!(
                        "there is no {word}; give directories, --count, --seconds, --seed, --first or --largest"
                    ));
                }
            }
        }
        Ok(options)
    }
}
