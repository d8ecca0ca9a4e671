//! Owns what is given on the command line. Does not own: what is done with it.

use std::path::PathBuf;

/// What to do.
pub(crate) struct Options {
    pub(crate) directories: Vec<PathBuf>,
    /// Rounds for each target.
    pub(crate) count: u64,
    /// No round of a target begins after so long.
    pub(crate) seconds: Option<u64>,
    pub(crate) seed: u64,
    /// The number of the first round.
    pub(crate) first: u64,
    /// The only target, if not all.
    pub(crate) only: Option<String>,
    /// The most bytes of a file that is damaged.
    pub(crate) largest: u64,
    /// Where seeds are written, a directory for each target, instead of running it.
    pub(crate) seeds_to: Option<PathBuf>,
}

impl Options {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            directories: Vec::new(),
            count: 2000,
            seconds: None,
            seed: 1,
            first: 0,
            only: None,
            largest: 30_000,
            seeds_to: None,
        };
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                options.directories.push(word.into());
                continue;
            }
            let value = words.next().ok_or_else(|| format!("{word} wants a value"))?;
            match word.as_str() {
                "--only" => options.only = Some(value),
                "--seeds-to" => options.seeds_to = Some(value.into()),
                _ => options.number(&word, &value)?,
            }
        }
        Ok(options)
    }

    fn number(&mut self, word: &str, value: &str) -> Result<(), String> {
        let number = value.parse().map_err(|_| format!("{word} wants a number, not {value}"))?;
        match word {
            "--count" => self.count = number,
            "--seconds" => self.seconds = Some(number),
            "--seed" => self.seed = number,
            "--first" => self.first = number,
            "--largest" => self.largest = number,
            _ => return Err(format!("there is no {word}; see the beginning of examples/mutations/main.rs")),
        }
        Ok(())
    }
}
