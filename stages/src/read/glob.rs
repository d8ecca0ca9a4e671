//! Owns patterns: `*`, `?`, `[a-z]`, `[!a]`, `{jpg,png}`, `\` before any of them, and `**` for any depth.
//! Does not own: walking; it says, name by name on the way down, what is still possible.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use crate::{Error, Result};

/// More alternatives than this from braces are refused: `{a,b}{a,b}{a,b}…` doubles each time.
const MOST_ALTERNATIVES: usize = 1024;

/// Whether a name that does not exist is to be read as a pattern.
pub(super) fn is_pattern(path: &Path) -> bool {
    path.as_os_str().as_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

/// A pattern, split into the directory that it starts in and what is matched below it.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Empty for the current directory.
    pub(super) base: PathBuf,
    alternatives: Vec<Vec<Segment>>,
}

/// Which places in the pattern the names so far lead to: (alternative, segment).
#[derive(Debug, Clone, Default)]
pub(super) struct State(Vec<(usize, usize)>);

#[derive(Debug, Clone)]
enum Segment {
    AnyDepth,
    Name(Vec<Token>),
}

#[derive(Debug, Clone)]
enum Token {
    Letter(u32),
    AnyLetter,
    AnyLetters,
    OneOf { negated: bool, ranges: Vec<(u32, u32)> },
}

impl Pattern {
    /// Splits and compiles. Leading parts that exist, or in which nothing is special, are the base.
    pub(super) fn new(path: &Path) -> Result<Self> {
        let mut base = PathBuf::new();
        let mut parts = path.components().peekable();
        while let Some(part) = parts.next_if(|part| is_fixed(&base, part)) {
            base.push(part);
        }
        let rest: PathBuf = parts.collect();
        let mut expanded = Vec::new();
        expand_braces(rest.as_os_str().as_bytes().to_vec(), &mut expanded)?;
        let alternatives = expanded.into_iter().map(|one| segments(&one)).collect::<Result<_>>()?;
        Ok(Self { base, alternatives })
    }

    /// The state in the base directory.
    pub(super) fn start(&self) -> State {
        let mut state = State::default();
        (0..self.alternatives.len()).for_each(|alternative| self.enter(&mut state, alternative, 0));
        state
    }

    /// The state after one more name. When [`Pattern::is_dead`], nothing below that name can match.
    pub(super) fn step(&self, from: &State, name: &OsStr) -> State {
        let letters = letters(name.as_bytes());
        let mut next = State::default();
        for &(alternative, at) in &from.0 {
            match self.segment(alternative, at) {
                Some(Segment::AnyDepth) => {
                    self.enter(&mut next, alternative, at);
                    // A pattern that ends in `**` matches everything below, but not what stands before it.
                    if self.segment(alternative, at + 1).is_none() {
                        self.enter(&mut next, alternative, at + 1);
                    }
                }
                Some(Segment::Name(tokens)) if matches(tokens, &letters) => {
                    self.enter(&mut next, alternative, at + 1)
                }
                _ => {}
            }
        }
        next
    }

    /// Whether the names so far match the whole pattern.
    pub(super) fn accepts(&self, state: &State) -> bool {
        state.0.iter().any(|&(alternative, at)| self.segment(alternative, at).is_none())
    }

    /// Whether no further name can lead to a match.
    pub(super) fn is_dead(&self, state: &State) -> bool {
        !state.0.iter().any(|&(alternative, at)| self.segment(alternative, at).is_some())
    }

    fn segment(&self, alternative: usize, at: usize) -> Option<&Segment> {
        self.alternatives.get(alternative)?.get(at)
    }

    /// Adds a place, and the one behind it where `**` may stand for no directory at all.
    fn enter(&self, state: &mut State, alternative: usize, at: usize) {
        if !state.0.contains(&(alternative, at)) {
            state.0.push((alternative, at));
        }
        if let (Some(Segment::AnyDepth), Some(_)) =
            (self.segment(alternative, at), self.segment(alternative, at + 1))
        {
            self.enter(state, alternative, at + 1);
        }
    }
}

fn is_fixed(base: &Path, part: &Component<'_>) -> bool {
    let name = part.as_os_str().as_bytes();
    let special = name.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'{' | b'\\'));
    !special || base.join(part).symlink_metadata().is_ok()
}

fn segments(pattern: &[u8]) -> Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for part in PathBuf::from(OsString::from_vec(pattern.to_vec())).components() {
        match part {
            Component::Normal(name) if name == "**" => segments.push(Segment::AnyDepth),
            Component::Normal(name) => segments.push(Segment::Name(tokens(&letters(name.as_bytes()))?)),
            Component::CurDir => {}
            _ => return Err(Error::Pattern { why: "`..` cannot follow a `*`, `?` or `[`" }),
        }
    }
    Ok(segments)
}

fn tokens(mut rest: &[u32]) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    while let Some((&letter, after)) = rest.split_first() {
        rest = after;
        tokens.push(match char::from_u32(letter) {
            Some('*') => Token::AnyLetters,
            Some('?') => Token::AnyLetter,
            Some('[') => class(&mut rest)?,
            Some('\\') => {
                let Some((&escaped, after)) = rest.split_first() else {
                    return Err(Error::Pattern { why: "it ends in a `\\`" });
                };
                rest = after;
                Token::Letter(escaped)
            }
            _ => Token::Letter(letter),
        });
    }
    Ok(tokens)
}

/// What follows a `[`, up to its `]`. A `]` that comes first stands for itself.
fn class(rest: &mut &[u32]) -> Result<Token> {
    const CLOSE: u32 = ']' as u32;
    const DASH: u32 = '-' as u32;
    let negated = matches!(rest.first().copied().and_then(char::from_u32), Some('!' | '^'));
    let letters = &rest[usize::from(negated)..];
    let close = letters.iter().skip(1).position(|&letter| letter == CLOSE).map(|at| at + 1);
    let Some(close) = close else { return Err(Error::Pattern { why: "a `[` has no `]`" }) };
    let (mut inside, after) = (&letters[..close], &letters[close + 1..]);
    let mut ranges = Vec::new();
    while let Some((&low, others)) = inside.split_first() {
        inside = others;
        match *others {
            [DASH, high, ..] if low <= high => {
                ranges.push((low, high));
                inside = &others[2..];
            }
            [DASH, _, ..] => return Err(Error::Pattern { why: "a range in `[…]` runs backwards" }),
            _ => ranges.push((low, low)),
        }
    }
    *rest = after;
    Ok(Token::OneOf { negated, ranges })
}

/// Writes `a{b,c}d` out as `abd` and `acd`, from the first brace on; nested braces by recursion.
fn expand_braces(pattern: Vec<u8>, into: &mut Vec<Vec<u8>>) -> Result<()> {
    let Some(open) = unescaped(&pattern, 0, b'{') else {
        into.push(pattern);
        return if into.len() > MOST_ALTERNATIVES {
            Err(Error::Pattern { why: "its braces stand for more than 1024 patterns" })
        } else {
            Ok(())
        };
    };
    let (commas, close) = brace_parts(&pattern, open)?;
    let mut start = open + 1;
    for end in commas.into_iter().chain([close]) {
        expand_braces([&pattern[..open], &pattern[start..end], &pattern[close + 1..]].concat(), into)?;
        start = end + 1;
    }
    Ok(())
}

fn unescaped(pattern: &[u8], from: usize, wanted: u8) -> Option<usize> {
    let mut at = from;
    while let Some(&byte) = pattern.get(at) {
        match byte {
            b'\\' => at += 2,
            byte if byte == wanted => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// Where the commas and the end of the brace at `open` are.
fn brace_parts(pattern: &[u8], open: usize) -> Result<(Vec<usize>, usize)> {
    let (mut commas, mut depth, mut at) = (Vec::new(), 0_usize, open + 1);
    while let Some(&byte) = pattern.get(at) {
        match byte {
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' if depth == 0 => return Ok((commas, at)),
            b'}' => depth -= 1,
            b',' if depth == 0 => commas.push(at),
            _ => {}
        }
        at += 1;
    }
    Err(Error::Pattern { why: "a `{` has no `}`" })
}

/// Unicode characters; a byte that is not UTF-8 counts as a letter of its own, beyond all characters.
fn letters(name: &[u8]) -> Vec<u32> {
    let mut letters = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        letters.extend(chunk.valid().chars().map(u32::from));
        letters.extend(chunk.invalid().iter().map(|&byte| 0x11_0000 + u32::from(byte)));
    }
    letters
}

/// Matches with one place to return to, the last `*`: at most pattern × name steps, never exponential.
fn matches(tokens: &[Token], name: &[u32]) -> bool {
    let (mut token, mut letter) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while letter < name.len() {
        match tokens.get(token) {
            Some(Token::AnyLetters) => {
                last_star = Some((token, letter));
                token += 1;
                continue;
            }
            Some(other) if other.fits(name[letter]) => (token, letter) = (token + 1, letter + 1),
            _ => {
                let Some((star, from)) = last_star else { return false };
                last_star = Some((star, from + 1));
                (token, letter) = (star + 1, from + 1);
            }
        }
    }
    tokens[token..].iter().all(|rest| matches!(rest, Token::AnyLetters))
}

impl Token {
    fn fits(&self, letter: u32) -> bool {
        match self {
            Self::Letter(wanted) => *wanted == letter,
            Self::AnyLetter | Self::AnyLetters => true,
            Self::OneOf { negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&letter)) != *negated
            }
        }
    }
}

#[cfg(test)]
#[path = "glob_tests.rs"]
mod tests;
