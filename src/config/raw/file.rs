//! A config file's text, walked leaf by leaf, so that one mistake never hides the next.
//!
//! Owns: TOML to assignments; unknown and misplaced keys. Does not own: values and their bounds (`value`).

use std::collections::HashSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::{Assignment, Element, Origin, Span, Written};
use crate::config::problem::Problem;
use crate::config::settings::{self, SETTINGS};
use crate::config::suggest::did_you_mean;

/// A config file that was read.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its name as messages show it.
    pub(crate) name: String,
    /// The directory that its relative paths start from.
    pub(crate) dir: PathBuf,
    /// Its text.
    pub(crate) text: String,
    /// Where each line starts, so that a place costs the same anywhere in a long file.
    line_starts: Vec<usize>,
}

impl Document {
    /// A document by the name it was given and the place it was read from.
    pub(crate) fn new(name: &Path, read_from: &Path, text: String) -> Self {
        let dir = read_from.parent().unwrap_or(Path::new("")).to_owned();
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name: name.display().to_string(), dir, text, line_starts }
    }

    /// Line and column of a byte, both from 1, the column in characters.
    pub(crate) fn position(&self, at: usize) -> (usize, usize) {
        let at = at.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|i| self.line_starts.get(i)).copied().unwrap_or(0);
        (line, self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1)
    }

    /// A line by its number, without its end.
    pub(crate) fn line(&self, line: usize) -> &str {
        let start = line.checked_sub(1).and_then(|i| self.line_starts.get(i)).copied().unwrap_or(0);
        self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default()
    }
}

/// Every assignment in the document, in no particular order, and every problem with its keys and syntax.
pub(crate) fn assignments(document: &Document) -> (Vec<Assignment>, Vec<Problem>) {
    let (root, errors) = DeTable::parse_recoverable(&document.text);
    let mut walk = Walk { document, found: Vec::new(), problems: Vec::new() };
    walk.table("", root.get_ref());
    let broken = errors.iter().map(|error| {
        let span = error.span().unwrap_or(0..0);
        Problem::in_document(document, span, error.message().replace('\n', "; "))
    });
    let broken: Vec<Problem> = broken.collect();
    // What was recovered from a line that does not parse is not what its author meant.
    let lines: HashSet<Option<usize>> = broken.iter().map(Problem::line).collect();
    walk.problems.retain(|problem| !lines.contains(&problem.line()));
    let line = |span: &Option<Span>| span.as_ref().map(|span| document.position(span.start).0);
    walk.found.retain(|assignment| !lines.contains(&line(&assignment.span)));
    walk.problems.extend(broken);
    (walk.found, walk.problems)
}

struct Walk<'d> {
    document: &'d Document,
    found: Vec<Assignment>,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn table(&mut self, section: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            if let Some(setting) = settings::by_key(&path) {
                let line = self.document.position(key.span().start).0;
                self.found.push(Assignment {
                    setting,
                    value: written(value.get_ref()),
                    origin: Origin::File { name: self.document.name.clone(), line },
                    span: Some(value.span()),
                });
            } else if section.is_empty() && settings::sections().any(|known| known == name) {
                self.section(name, key.span(), value);
            } else {
                self.problem(key.span(), unknown_key(section, name, value.get_ref()));
            }
        }
    }

    fn section(&mut self, name: &str, at: Range<usize>, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(name, table),
            other => {
                let found = written(other).describe();
                let message =
                    format!("{name} is a section: write [{name}] and its keys below; found {found}");
                self.problem(at, message);
            }
        }
    }

    fn problem(&mut self, span: Span, message: String) {
        self.problems.push(Problem::in_document(self.document, span, message));
    }
}

/// The message for a key that nobody knows: where it belongs, or what it resembles.
fn unknown_key(section: &str, name: &str, value: &DeValue<'_>) -> String {
    let place = if section.is_empty() { "at the top level".to_owned() } else { format!("in [{section}]") };
    if section.is_empty() && matches!(value, DeValue::Table(_)) {
        let hint = did_you_mean(name, settings::sections());
        let known = settings::sections().collect::<Vec<_>>().join(", ");
        let hint =
            hint.map_or_else(|| format!("the sections are {known}"), |s| format!("did you mean [{s}]?"));
        return format!("unknown section [{name}]; {hint}");
    }
    let here = SETTINGS.iter().filter(|s| s.section() == section).map(|s| s.leaf());
    if let Some(near) = did_you_mean(name, here) {
        return format!("unknown key {name} {place}; did you mean {near}?");
    }
    let elsewhere = SETTINGS.iter().find(|s| s.leaf() == name || s.name == name);
    if let Some(setting) = elsewhere {
        let owner = setting.section();
        let home =
            if owner.is_empty() { "at the top of the file".to_owned() } else { format!("in [{owner}]") };
        return format!("unknown key {name} {place}; write {} {home}", setting.leaf());
    }
    match did_you_mean(name, SETTINGS.iter().map(|s| s.key)) {
        Some(near) => format!("unknown key {name} {place}; did you mean {near}?"),
        None => format!("unknown key {name} {place}; `pipeline config init` shows all keys"),
    }
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::String(text) => Written::Text(text.clone().into_owned()),
        DeValue::Integer(number) => integer(number),
        DeValue::Boolean(value) => Written::Bool(*value),
        DeValue::Array(elements) => {
            let element =
                |e: &Spanned<DeValue<'_>>| Element { value: written(e.get_ref()), span: Some(e.span()) };
            Written::List(elements.iter().map(element).collect())
        }
        DeValue::Float(_) => Written::Other("a number with a fraction"),
        DeValue::Datetime(_) => Written::Other("a date"),
        DeValue::Table(_) => Written::Other("a table"),
    }
}

fn integer(number: &DeInteger<'_>) -> Written {
    match i64::from_str_radix(number.as_str(), number.radix()) {
        Ok(number) => Written::Integer(number),
        Err(_) => Written::Other("a number that is too large"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn document(text: &str) -> Document {
        Document::new(Path::new("p.toml"), Path::new("p.toml"), text.to_owned())
    }

    fn messages(text: &str) -> Vec<String> {
        let (_, mut problems) = assignments(&document(text));
        problems.sort_by_key(Problem::line);
        problems.iter().map(|p| p.to_string().lines().next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn a_column_counts_characters_not_bytes() {
        assert_eq!(document("a\n# äö x").position("a\n# äö ".len()), (2, 6));
    }

    #[test]
    fn an_unknown_key_is_told_what_it_resembles_or_where_it_belongs() {
        assert_eq!(
            messages("ouput = 1\nreaders = 2\n[convert]\nmemory = 1\n[reed]\nx = 1\n[run]\nzzzzzzz = 1"),
            [
                "p.toml:1:1: unknown key ouput at the top level; did you mean output?",
                "p.toml:2:1: unknown key readers at the top level; write workers in [read]",
                "p.toml:4:1: unknown key memory in [convert]; write memory in [limits]",
                "p.toml:5:2: unknown section [reed]; did you mean [read]?",
                "p.toml:8:1: unknown key zzzzzzz in [run]; `pipeline config init` shows all keys",
            ]
        );
    }

    #[test]
    fn a_section_that_is_a_value_is_named() {
        assert_eq!(
            messages("read = 4"),
            ["p.toml:1:1: read is a section: write [read] and its keys below; found the number 4"]
        );
    }

    #[test]
    fn every_line_that_does_not_parse_is_reported_once() {
        let found = messages("output = \nread = [\nworkers == 3\n");
        assert!(found.len() >= 2, "{found:?}");
        assert!(found[0].starts_with("p.toml:1:"), "{found:?}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]\\n\\r=\"'#a-z0-9., \u{e4}-]{0,60}") {
            let document = document(&text);
            let (_, problems) = assignments(&document);
            for problem in problems {
                prop_assert!(!problem.to_string().is_empty());
            }
        }
    }
}
