//! From what was written to a value, or to a message that says what would be one.
//!
//! Owns: which shapes each type accepts. Does not own: bounds (`values`), places (`problem`).

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use schemars::{Schema, SchemaGenerator};

use super::raw::{Element, Span, Written};
use super::values::{
    Allow, Amount, Background, Bits, ByteCount, Choice, Count, Effort, Existing, FormatChoice, Grace, Gray,
    InvalidValue, MaxFailures, Memory, Metadata, OnErrorPolicy, Order, PixelCount, ProgressKind, Quality,
    QueueCapacity, Subsampling, Window, Workers,
};
use crate::config::suggest::did_you_mean;

/// What reading a value needs to know of its surroundings.
pub(crate) struct Context<'c> {
    /// The directory that relative paths start from; `None`: where the command runs.
    pub(crate) dir: Option<&'c Path>,
    /// Says whether a text is an op.
    pub(crate) validate_op: &'c dyn Fn(&str) -> Result<(), String>,
}

/// What is wrong with a value; the span narrows it to one element of a list.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) span: Option<Span>,
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self { message, span: None }
    }
}

/// A type that a setting can have.
pub(crate) trait Value: Clone + PartialEq {
    /// Word and sentence of each value, if there are few.
    const WORDS: &'static [(&'static str, &'static str)] = &[];

    /// Reads what was written.
    fn read(written: &Written, context: &Context<'_>) -> Result<Self, Vec<Fault>>;

    /// Writes it as TOML; `None` is a value that is left out.
    fn to_toml(&self) -> Option<String>;

    /// What a JSON schema says about it.
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// A TOML string with its quotes.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn expected<T>(what: &str, written: &Written) -> Result<T, Vec<Fault>> {
    Err(vec![format!("expected {what}, found {}", written.describe()).into()])
}

fn unicode(text: &OsStr) -> Result<&str, Vec<Fault>> {
    text.to_str().ok_or_else(|| vec![format!("{text:?} is not valid Unicode").into()])
}

fn read_amount<T: Amount>(written: &Written) -> Result<T, Vec<Fault>> {
    let value = match written {
        Written::Plain(text) => unicode(text)?.parse::<T>(),
        Written::Integer(number) => T::from_integer(*number),
        Written::Text(text) if text.trim().parse::<i64>().is_ok() => {
            return Err(vec![format!("expected {}; remove the quotes from {text:?}", T::EXPECTED).into()]);
        }
        Written::Text(text) => text.parse::<T>(),
        _ => return expected(T::EXPECTED, written),
    };
    value.map_err(|refused| vec![refused.to_string().into()])
}

macro_rules! amounts {
    ($($type:ty),+) => {$(
        impl Value for $type {
            fn read(written: &Written, _: &Context<'_>) -> Result<Self, Vec<Fault>> {
                read_amount(written)
            }

            fn to_toml(&self) -> Option<String> {
                let text = self.to_string();
                let digits = text.bytes().all(|b| b.is_ascii_digit());
                Some(if digits { text } else { quoted(&text) })
            }

            fn schema(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<Self>()
            }
        }
    )+};
}

amounts!(
    Workers,
    QueueCapacity,
    Window,
    MaxFailures,
    Count,
    Grace,
    Quality,
    Bits,
    ByteCount,
    PixelCount,
    Memory
);

fn read_choice<T: Choice + FromStr<Err = InvalidValue>>(written: &Written) -> Result<T, Vec<Fault>> {
    let words = || T::WORDS.iter().map(|(word, _)| *word);
    let text = match written {
        Written::Plain(text) => unicode(text)?,
        Written::Text(text) => text,
        _ => return expected(&format!("one of: {}", words().collect::<Vec<_>>().join(", ")), written),
    };
    text.parse::<T>().map_err(|refused| {
        let near = did_you_mean(text, words()).map(|near| format!("; did you mean {near}?"));
        vec![format!("{refused}{}", near.unwrap_or_default()).into()]
    })
}

macro_rules! choices {
    ($($type:ty),+) => {$(
        impl Value for $type {
            const WORDS: &'static [(&'static str, &'static str)] = <$type as Choice>::WORDS;

            fn read(written: &Written, _: &Context<'_>) -> Result<Self, Vec<Fault>> {
                read_choice(written)
            }

            fn to_toml(&self) -> Option<String> {
                Some(quoted(&self.to_string()))
            }

            fn schema(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<Self>()
            }
        }
    )+};
}

choices!(Gray, FormatChoice, Subsampling, Effort, Existing, Order, OnErrorPolicy, ProgressKind);

macro_rules! texts {
    ($($type:ty = $expected:literal;)+) => {$(
        impl Value for $type {
            fn read(written: &Written, _: &Context<'_>) -> Result<Self, Vec<Fault>> {
                let text = match written {
                    Written::Plain(text) => unicode(text)?,
                    Written::Text(text) => text,
                    _ => return expected($expected, written),
                };
                text.parse().map_err(|refused: InvalidValue| vec![refused.to_string().into()])
            }

            fn to_toml(&self) -> Option<String> {
                Some(quoted(&self.to_string()))
            }

            fn schema(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<Self>()
            }
        }
    )+};
}

texts! {
    Allow = "\"all\" or a list of formats such as \"jpeg,png\"";
    Background = "a colour such as \"white\" or \"#rrggbb\"";
    Metadata = "\"keep\", \"strip\" or a list such as \"icc,orientation\"";
}

impl Value for bool {
    fn read(written: &Written, _: &Context<'_>) -> Result<Self, Vec<Fault>> {
        match written {
            Written::Bool(value) => Ok(*value),
            Written::Plain(text) => match text.to_str() {
                Some("true" | "1" | "yes" | "on") => Ok(true),
                Some("false" | "0" | "no" | "off") => Ok(false),
                _ => expected("true or false", written),
            },
            _ => expected("true or false, without quotes", written),
        }
    }

    fn to_toml(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

/// Reads a path; what is written in a config file starts from that file's directory.
impl Value for PathBuf {
    fn read(written: &Written, context: &Context<'_>) -> Result<Self, Vec<Fault>> {
        let text: &OsStr = match written {
            Written::Plain(text) => text,
            Written::Text(text) => text.as_ref(),
            _ => return expected("a path in quotes", written),
        };
        if text.is_empty() {
            return Err(vec!["a path must not be empty; \".\" is the current directory".to_owned().into()]);
        }
        if text.as_encoded_bytes().contains(&0) {
            return Err(vec!["a path must not hold a NUL character".to_owned().into()]);
        }
        let stands_alone = text == "-" || text.as_encoded_bytes().windows(3).any(|w| w == b"://");
        Ok(match context.dir {
            Some(dir) if !stands_alone => dir.join(text),
            _ => PathBuf::from(text),
        })
    }

    fn to_toml(&self) -> Option<String> {
        Some(quoted(&self.to_string_lossy()))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

impl Value for Option<PathBuf> {
    fn read(written: &Written, context: &Context<'_>) -> Result<Self, Vec<Fault>> {
        PathBuf::read(written, context).map(Some)
    }

    fn to_toml(&self) -> Option<String> {
        self.as_ref().and_then(Value::to_toml)
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<PathBuf>()
    }
}

fn read_list<T>(
    written: &Written,
    what: &str,
    read: impl Fn(&Written) -> Result<T, Vec<Fault>>,
) -> Result<Vec<T>, Vec<Fault>> {
    let Written::List(elements) = written else { return expected(what, written) };
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    for Element { value, span } in elements {
        match read(value) {
            Ok(value) => values.push(value),
            Err(found) => {
                faults.extend(found.into_iter().map(|f| Fault { span: span.clone(), message: f.message }));
            }
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn list_to_toml(elements: impl Iterator<Item = Option<String>>) -> Option<String> {
    Some(format!("[{}]", elements.flatten().collect::<Vec<_>>().join(", ")))
}

impl Value for Vec<PathBuf> {
    fn read(written: &Written, context: &Context<'_>) -> Result<Self, Vec<Fault>> {
        read_list(written, "a list of paths such as [\"photos/\"]", |path| PathBuf::read(path, context))
    }

    fn to_toml(&self) -> Option<String> {
        list_to_toml(self.iter().map(Value::to_toml))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}

/// The ops: each one is asked about, and `none` stands alone.
impl Value for Vec<String> {
    fn read(written: &Written, context: &Context<'_>) -> Result<Self, Vec<Fault>> {
        let op = |written: &Written| {
            let text = match written {
                Written::Plain(text) => unicode(text)?,
                Written::Text(text) => text,
                _ => return expected("an op in quotes", written),
            };
            (context.validate_op)(text).map_err(|message| vec![message.into()])?;
            Ok(text.to_owned())
        };
        let ops = read_list(written, "a list of ops such as [\"gray\"]", op)?;
        if ops.is_empty() {
            return Err(vec!["no op is given; write \"none\" to only recode".to_owned().into()]);
        }
        if ops.len() > 1 && ops.iter().any(|op| op == "none") {
            return Err(vec![
                "\"none\" only recodes and stands alone; remove it or the other ops".to_owned().into(),
            ]);
        }
        Ok(ops)
    }

    fn to_toml(&self) -> Option<String> {
        list_to_toml(self.iter().map(|op| Some(quoted(op))))
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<Self>()
    }
}
