//! Owns the tests of `glob.rs`. Does not own: which files a walk finds by a pattern, which is tested with the walk.

use super::*;
use proptest::prelude::*;

fn fits(pattern: &str, path: &str) -> bool {
    let pattern = Pattern::new(Path::new(pattern)).unwrap();
    let mut state = pattern.start();
    for name in Path::new(path) {
        if pattern.is_dead(&state) {
            return false;
        }
        state = pattern.step(&state, name);
    }
    pattern.accepts(&state)
}

#[test]
fn a_star_stays_within_one_name() {
    assert!(fits("*.jpg", "a.jpg"));
    assert!(fits("*", ".hidden"));
    assert!(!fits("*.jpg", "x/a.jpg"));
    assert!(fits("*/a*c*.jpg", "x/abcd.jpg"));
    assert!(!fits("*a", "ab"));
}

#[test]
fn two_stars_stand_for_any_depth_and_for_none() {
    for path in ["a.jpg", "x/a.jpg", "x/y/z/a.jpg"] {
        assert!(fits("**/*.jpg", path), "{path}");
    }
    assert!(fits("**", "x/y"));
    assert!(fits("?/**", "x/y"));
    assert!(!fits("?/**", "x"));
    assert!(fits("**/y/**/*.jpg", "x/y/a.jpg"));
    assert!(!fits("**/y/**/*.jpg", "x/a.jpg"));
}

#[test]
fn a_question_mark_is_one_character_not_one_byte() {
    assert!(fits("?.jpg", "é.jpg"));
    assert!(!fits("?.jpg", "ab.jpg"));
}

#[test]
fn classes_have_ranges_negation_and_a_literal_bracket() {
    assert!(fits("[a-c]x[0-9]", "bx7"));
    assert!(!fits("[!a-c]", "b"));
    assert!(fits("[^a-c]", "d"));
    assert!(fits("[]a]*", "]z"));
    assert!(fits("[a-]", "-"));
}

#[test]
fn braces_are_alternatives_also_across_directories() {
    assert!(fits("*.{jpg,png}", "a.png"));
    assert!(!fits("*.{jpg,png}", "a.gif"));
    assert!(fits("{x,y/{z,w}}/*.jpg", "y/w/a.jpg"));
    assert!(fits("*{,.bak}", "a"));
}

#[test]
fn a_backslash_takes_the_meaning_away() {
    assert!(fits(r"\*?", "*a"));
    assert!(!fits(r"\*?", "ba"));
    assert!(fits(r"?\{a,b\}", "x{a,b}"));
}

#[test]
fn a_name_that_is_not_utf8_matches_byte_by_byte() {
    let pattern = Pattern::new(Path::new("a?.jpg")).unwrap();
    let state = pattern.step(&pattern.start(), OsStr::from_bytes(b"a\xff.jpg"));
    assert!(pattern.accepts(&state));
}

#[test]
fn a_malformed_pattern_says_what_is_wrong() {
    for (pattern, word) in
        [("*[a", "`]`"), ("*{a", "`}`"), ("*\\", "ends"), ("*/../a", ".."), ("[z-a]", "backwards")]
    {
        let error = Pattern::new(Path::new(pattern)).unwrap_err().to_string();
        assert!(error.contains(word), "{pattern}: {error}");
    }
    let doubling = format!("*{}", "{a,b}".repeat(20));
    assert!(Pattern::new(Path::new(&doubling)).is_err());
}

#[test]
fn the_base_is_what_exists_or_has_nothing_special() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("trip [1]")).unwrap();
    let pattern = Pattern::new(&dir.path().join("trip [1]/2024/*.jpg")).unwrap();
    assert_eq!(pattern.base, dir.path().join("trip [1]/2024"));
    assert_eq!(Pattern::new(Path::new("*.jpg")).unwrap().base, Path::new(""));
}

#[test]
fn many_stars_take_no_exponential_time() {
    let name = "a".repeat(200);
    assert!(!fits(&format!("{}b", "*a".repeat(50)), &name));
}

/// The textbook definition, exponential and obvious.
fn obvious(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => obvious(rest, name) || !name.is_empty() && obvious(pattern, &name[1..]),
        (Some(('?', rest)), Some((_, name))) => obvious(rest, name),
        (Some((letter, rest)), Some((first, name))) => letter == first && obvious(rest, name),
        _ => false,
    }
}

proptest! {
    #[test]
    fn matching_equals_the_textbook_definition(pattern in "[ab*?]{1,8}", name in "[ab]{1,8}") {
        // Without a star it is a plain name, and two stars alone are any depth.
        prop_assume!(pattern != "**" && pattern.contains(['*', '?']));
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(fits(&pattern, &name), obvious(&letters(&pattern), &letters(&name)));
    }

    #[test]
    fn no_pattern_panics(pattern in "[ab*?\\[\\]{},\\\\!/.-]{0,16}", name in "[ab/]{0,6}") {
        if let Ok(pattern) = Pattern::new(Path::new(&pattern)) {
            let state = Path::new(&name).iter().fold(pattern.start(), |state, part| pattern.step(&state, part));
            pattern.accepts(&state);
        }
    }
}
