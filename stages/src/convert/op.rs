//! Owns ops as people write them: `none`, `gray`, `gray mode=linear`.
//! Does not own: what an op does to samples.

use super::GrayMode;
use std::fmt;
use std::str::FromStr;

/// One conversion.
///
/// ```
/// use pipeline_stages::{GrayMode, Op};
///
/// assert_eq!("gray".parse(), Ok(Op::Gray(GrayMode::Luma)));
/// assert_eq!("gray mode=linear".parse::<Op>().unwrap().to_string(), "gray mode=linear");
///
/// let error = "gray mod=linear".parse::<Op>().unwrap_err();
/// assert_eq!(error.to_string(), "column 6: `gray` has no option `mod`; it has mode");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Op {
    /// Nothing; the picture is only encoded anew.
    None,
    /// Color taken away.
    Gray(GrayMode),
}

/// What is wrong with an op, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {message}")]
pub struct OpError {
    /// The first character of what is wrong, counted from 1.
    pub column: usize,
    /// What is wrong and what there is instead.
    pub message: String,
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::None => f.write_str("none"),
            Op::Gray(GrayMode::Luma) => f.write_str("gray"),
            Op::Gray(mode) => write!(f, "gray mode={mode}"),
        }
    }
}

impl FromStr for Op {
    type Err = OpError;

    fn from_str(text: &str) -> Result<Op, OpError> {
        let mut words = words(text);
        let Some((column, name)) = words.next() else {
            return Err(OpError { column: 1, message: "an op is missing; one of none, gray".into() });
        };
        match name {
            "none" => match words.next() {
                None => Ok(Op::None),
                Some((column, _)) => Err(OpError { column, message: "`none` has no options".into() }),
            },
            "gray" => gray(words),
            _ => Err(OpError { column, message: format!("no op `{name}`; one of none, gray") }),
        }
    }
}

fn gray<'a>(words: impl Iterator<Item = (usize, &'a str)>) -> Result<Op, OpError> {
    let mut mode = None;
    for (column, word) in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        if key != "mode" {
            return Err(OpError { column, message: format!("`gray` has no option `{key}`; it has mode") });
        }
        if mode.is_some() {
            return Err(OpError { column, message: "`mode` is given twice".into() });
        }
        let at = column + "mode=".len();
        mode = Some(value.parse().map_err(|message| OpError { column: at, message })?);
    }
    Ok(Op::Gray(mode.unwrap_or_default()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_points_at_its_column() {
        let at = |text: &str| {
            let error = text.parse::<Op>().unwrap_err();
            (error.column, error.message)
        };
        assert_eq!(at("  grey"), (3, "no op `grey`; one of none, gray".into()));
        assert_eq!(at(""), (1, "an op is missing; one of none, gray".into()));
        assert_eq!(at("none x"), (6, "`none` has no options".into()));
        assert_eq!(at("gray mode=vivid").0, 11);
        assert_eq!(at("gray mode=luma mode=luma").0, 16);
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_op(index in 0..GrayMode::ALL.len()) {
            let op = Op::Gray(GrayMode::ALL[index]);
            prop_assert_eq!(op.to_string().parse::<Op>(), Ok(op));
        }

        #[test]
        fn any_text_is_an_op_or_an_error(text in ".{0,40}") {
            let _ = text.parse::<Op>().map_err(|error| assert!(error.column >= 1));
        }
    }
}
