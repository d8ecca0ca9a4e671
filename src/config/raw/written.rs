//! One value as it was written. Owns: the shapes a value can have. Does not own: which shape a setting wants.

use std::ffi::OsString;
use std::ops::Range;

use super::Origin;
use crate::config::settings::Setting;

/// Bytes of a document.
pub(crate) type Span = Range<usize>;

/// A value as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Written {
    /// From a flag or a variable, which have no types: `8`, `auto`, `true`.
    Plain(OsString),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Integer(i64),
    /// A TOML boolean.
    Bool(bool),
    /// A TOML array, or a flag that was repeated.
    List(Vec<Element>),
    /// Any other TOML value, by its name for people.
    Other(&'static str),
}

/// One element of a list, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    pub(crate) value: Written,
    pub(crate) span: Option<Span>,
}

impl Written {
    /// A list of values without types.
    pub(crate) fn plain_list(values: impl IntoIterator<Item = OsString>) -> Self {
        let element = |value| Element { value: Self::Plain(value), span: None };
        Self::List(values.into_iter().map(element).collect())
    }

    /// What was found, for messages that say "expected this, found that".
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Plain(text) => format!("{text:?}"),
            Self::Text(text) => format!("the text {text:?}"),
            Self::Integer(number) => format!("the number {number}"),
            Self::Bool(value) => value.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Other(name) => (*name).to_owned(),
        }
    }
}

/// One setting given one value by one layer.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) setting: &'static Setting,
    pub(crate) value: Written,
    pub(crate) origin: Origin,
    /// Where the value stands in the config file.
    pub(crate) span: Option<Span>,
}
