//! A message about a setting, with its place, the line and a caret. Owns: how problems look. Does not own: what is wrong.

use std::fmt;

use super::raw::{Document, Span};

/// Lines longer than this are not shown again: they would hide the message.
const LONGEST_LINE: usize = 160;

/// The text with its control characters escaped: names and keys must not steer the terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { safe.extend(c.escape_default()) } else { safe.push(c) }
    }
    safe
}

/// One thing that is wrong, and where.
///
/// Displays as `pipeline.toml:7:11: message` with the line and a caret below it, or as `--readers: message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    place: String,
    message: String,
    excerpt: Option<Excerpt>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    line: usize,
    column: usize,
    text: String,
    width: usize,
}

impl Problem {
    /// A problem at a flag, a variable or a file as a whole.
    pub(crate) fn at(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: printable(&place.into()), message: printable(&message.into()), excerpt: None }
    }

    pub(super) fn in_document(document: &Document, span: Span, message: impl Into<String>) -> Self {
        let (line, column) = document.position(span.start);
        let text: String =
            document.line(line).chars().map(|c| if c.is_control() && c != '\t' { '?' } else { c }).collect();
        let marked =
            document.text.get(span).map_or(1, |marked| marked.lines().next().unwrap_or("").chars().count());
        let excerpt = Excerpt { line, column, text, width: marked.max(1) };
        Self {
            place: printable(&format!("{}:{line}:{column}", document.name)),
            message: printable(&message.into()),
            excerpt: Some(excerpt),
        }
    }

    /// The line in the config file, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.excerpt.as_ref().map(|excerpt| excerpt.line)
    }

    /// The column in the config file, from 1, in characters.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.excerpt.as_ref().map(|excerpt| excerpt.column)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match &self.excerpt {
            Some(excerpt) if excerpt.text.chars().count() <= LONGEST_LINE => write!(f, "\n{excerpt}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.text.chars().take(self.column - 1);
        // Tabs stay tabs, so that the caret stands below its word at any tab width.
        let indent: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let carets = "^".repeat(self.width);
        write!(f, "{:>5} | {}\n      | {indent}{carets}", self.line, self.text)
    }
}

/// Everything that is wrong, in the order of the places.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            writeln!(f, "{problem}")?;
        }
        let count = match self.0.len() {
            1 => "1 error".to_owned(),
            count => format!("{count} errors"),
        };
        write!(f, "pipeline: {count} in the settings; nothing was written")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn problem(text: &str, span: Span) -> String {
        let path = Path::new("p.toml");
        Problem::in_document(&Document::new(path, path, text.to_owned()), span, "wrong").to_string()
    }

    #[test]
    fn the_caret_stands_below_the_value() {
        assert_eq!(
            problem("[read]\nworkers = 100\n", 17..20),
            "p.toml:2:11: wrong\n    2 | workers = 100\n      |           ^^^"
        );
    }

    #[test]
    fn an_escape_sequence_in_the_line_does_not_reach_the_terminal() {
        assert!(!problem("x = '\u{1b}[31m'", 0..1).contains('\u{1b}'));
        assert_eq!(Problem::at("a\n\u{1b}", "b\r").to_string(), "a\\n\\u{1b}: b\\r");
    }

    #[test]
    fn a_place_outside_of_the_text_is_its_end() {
        assert!(problem("a", 10..12).starts_with("p.toml:1:2: wrong"));
        assert!(problem("", 0..0).starts_with("p.toml:1:1: wrong"));
    }
}
