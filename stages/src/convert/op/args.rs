//! Owns the grammar of ops as text: a name, then words in order, then `key=value` in any order; errors point at a column.
//! Does not own: which op has which arguments.

use crate::GrayMode;
use std::fmt;

/// What is wrong with an op, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct OpError {
    /// The first character of what is wrong, counted from 1.
    pub column: usize,
    /// What is wrong and what there is instead.
    pub message: String,
}

/// What is wrong with a value: how many characters into it, and why.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl From<String> for Problem {
    fn from(message: String) -> Problem {
        Problem { at: 0, message }
    }
}

impl From<&str> for Problem {
    fn from(message: &str) -> Problem {
        Problem::from(message.to_owned())
    }
}

struct Word<'a> {
    column: usize,
    key: Option<&'a str>,
    value: &'a str,
    taken: bool,
}

/// The words of an op, taken one after another by whoever knows what they mean.
pub(crate) struct Args<'a> {
    name: Option<(usize, &'a str)>,
    words: Vec<Word<'a>>,
    /// The column behind the text, where something is missing.
    end: usize,
    /// The keys that were asked for, in order.
    keys: Vec<&'static str>,
    /// The formula of a `gray` that names none.
    pub(super) gray: GrayMode,
}

impl<'a> Args<'a> {
    pub(super) fn new(text: &'a str, gray: GrayMode) -> Args<'a> {
        let mut words = words(text);
        let name = words.next();
        let words = words
            .map(|(column, word)| match word.split_once('=') {
                Some((key, value)) => Word { column, key: Some(key), value, taken: false },
                None => Word { column, key: None, value: word, taken: false },
            })
            .collect();
        Args { name, words, end: text.trim_end().chars().count() + 1, keys: Vec::new(), gray }
    }

    pub(super) fn name(&self) -> Option<(usize, &'a str)> {
        self.name
    }

    /// The next word without a key, if there is one.
    pub(crate) fn word<T, P: Into<Problem>>(
        &mut self,
        parse: impl FnOnce(&'a str) -> Result<T, P>,
    ) -> Result<Option<T>, OpError> {
        let Some(word) = self.words.iter_mut().find(|word| word.key.is_none() && !word.taken) else {
            return Ok(None);
        };
        word.taken = true;
        parse(word.value).map(Some).map_err(|problem| located(word.column, problem.into()))
    }

    /// The next word without a key, which must be there; `what` says what it is.
    pub(crate) fn needed<T, P: Into<Problem>>(
        &mut self,
        what: &str,
        parse: impl FnOnce(&'a str) -> Result<T, P>,
    ) -> Result<T, OpError> {
        let (end, name) = (self.end, self.name.map_or("", |(_, name)| name));
        self.word(parse)?.ok_or_else(|| OpError { column: end, message: format!("`{name}` needs {what}") })
    }

    /// The value of a key, if it is given.
    pub(crate) fn option<T, P: Into<Problem>>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&'a str) -> Result<T, P>,
    ) -> Result<Option<T>, OpError> {
        self.keys.push(key);
        let mut given = self.words.iter_mut().filter(|word| word.key == Some(key));
        let Some(word) = given.next() else { return Ok(None) };
        word.taken = true;
        if let Some(again) = given.next() {
            return Err(OpError { column: again.column, message: format!("`{key}` is given twice") });
        }
        let column = word.column + key.len() + 1;
        parse(word.value).map(Some).map_err(|problem| located(column, problem.into()))
    }

    /// The value of a key that takes one of these names.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        names: &[(&str, T)],
    ) -> Result<Option<T>, OpError> {
        self.option(key, |text| one_of(key, text, names))
    }

    /// Refuses what nobody took.
    pub(super) fn finish(self) -> Result<(), OpError> {
        let Some(word) = self.words.iter().find(|word| !word.taken) else { return Ok(()) };
        let name = self.name.map_or("", |(_, name)| name);
        let message = match (word.key, self.keys.as_slice()) {
            (_, []) => format!("`{name}` has no {}options", if self.words[0].taken { "more " } else { "" }),
            (Some(key), keys) => format!("`{name}` has no option `{key}`; it has {}", keys.join(", ")),
            (None, keys) => {
                let first = keys[0];
                format!("`{}` is one word too many; options are written like {first}=…", word.value)
            }
        };
        Err(OpError { column: word.column, message })
    }
}

/// The value with a name.
pub(crate) fn one_of<T: Copy>(what: impl fmt::Display, text: &str, names: &[(&str, T)]) -> Result<T, String> {
    names.iter().find(|(name, _)| *name == text).map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
        format!("no {what} `{text}`; one of {}", names.join(", "))
    })
}

fn located(column: usize, problem: Problem) -> OpError {
    OpError { column: column + problem.at, message: problem.message }
}

/// The words of a text, each with the column of its first character.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let column = |word: &str| {
        // A word is a slice of the text, so the difference of addresses is its place in it.
        let offset = word.as_ptr().addr() - text.as_ptr().addr();
        text[..offset].chars().count() + 1
    };
    text.split_whitespace().map(move |word| (column(word), word))
}
