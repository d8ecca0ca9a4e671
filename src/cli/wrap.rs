//! Text in columns no wider than the terminal. Owns: where lines break. Does not own: what is said.

/// As wide as help is at most, so that lines stay readable.
const WIDEST: usize = 110;
/// Where the width is not known, as in a pipe.
const USUAL: usize = 100;
/// Even the narrowest terminal gets some words on a line.
const NARROWEST: usize = 40;
/// The widest first column that others are aligned to; longer words stand on a line of their own.
const LEFT: usize = 22;

/// Columns of the terminal on stdout.
pub(super) fn width() -> usize {
    let found = console::Term::stdout().size_checked().map_or(USUAL, |(_, columns)| usize::from(columns));
    found.clamp(NARROWEST, WIDEST)
}

/// A text in lines of at most `width` columns, each begun with `indent` spaces. A word that is longer stands alone.
pub(super) fn wrapped(text: &str, indent: usize, width: usize) -> Vec<String> {
    let begin = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{begin}{word}")),
        }
    }
    lines
}

/// Pairs in two columns, the left ones aligned, the right ones wrapped. `style` dresses a left one up.
pub(super) fn pairs<'t>(
    pairs: impl Iterator<Item = (&'t str, &'t str)> + Clone,
    indent: usize,
    width: usize,
    style: impl Fn(&str) -> String,
) -> Vec<String> {
    let left = pairs.clone().map(|(left, _)| columns(left)).filter(|left| *left <= LEFT).max().unwrap_or(0);
    let (begin, behind) = (" ".repeat(indent), indent + left + 2);
    pairs.flat_map(|(name, text)| two(name, text, &begin, behind, width, &style)).collect()
}

fn two(
    name: &str,
    text: &str,
    begin: &str,
    behind: usize,
    width: usize,
    style: impl Fn(&str) -> String,
) -> Vec<String> {
    let mut lines = wrapped(text, behind, width);
    let used = begin.len() + columns(name);
    match lines.first_mut() {
        // The name stands in the indentation of the first line.
        Some(first) if used + 2 <= behind => {
            let gap = " ".repeat(behind - used);
            *first = format!("{begin}{}{gap}{}", style(name), first.trim_start());
        }
        _ => lines.insert(0, format!("{begin}{}", style(name))),
    }
    lines
}

pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_no_word_is_lost() {
        let text = "one two  three\nfour incomprehensibilities five";
        assert_eq!(wrapped(text, 2, 12), ["  one two", "  three four", "  incomprehensibilities", "  five"]);
        assert_eq!(wrapped("", 2, 12), [""; 0]);
    }

    #[test]
    fn names_stand_left_and_long_ones_alone() {
        let given =
            [("a", "first of all"), ("bcd", "second"), ("a name that is much too long", "third"), ("e", "")];
        let lines = pairs(given.into_iter(), 2, 16, str::to_owned);
        assert_eq!(
            lines,
            [
                "  a    first of",
                "       all",
                "  bcd  second",
                "  a name that is much too long",
                "       third",
                "  e"
            ]
        );
    }
}
