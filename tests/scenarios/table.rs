//! That the table of faults in the docs has every row once, and names tests that exist.

use std::fs;
use std::path::Path;

/// Rows of faults, as they were numbered when the table was made.
const ROWS: usize = 68;

#[test]
fn every_row_has_one_line_and_every_test_that_it_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/scenarios.md")).unwrap();
    let lines: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit()))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let numbers: Vec<usize> = lines.iter().map(|cells| cells[0].parse().unwrap()).collect();
    assert_eq!(numbers, (1..=ROWS).collect::<Vec<_>>());
    for cells in &lines {
        let [number, fault, what, tests] = cells[..] else { panic!("not four cells: {cells:?}") };
        assert!(!fault.is_empty() && !what.is_empty() && !tests.is_empty(), "row {number}");
        for test in tests.split("<br>") {
            let (file, name) =
                named(test).unwrap_or_else(|| panic!("row {number}: {test} is not `file`: `test`"));
            let source = fs::read_to_string(root.join(file))
                .unwrap_or_else(|error| panic!("row {number}: {file}: {error}"));
            assert!(has_test(&source, name), "row {number}: {file} has no test {name}");
        }
    }
}

/// Whether a source has a function of this name that is really run as a test: with `#[test]` among what is right above it.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
    let begins = format!("fn {name}(");
    let above = |place: usize| lines[..place].iter().rev().take_while(|line| line.starts_with(['#', '/']));
    let places = (0..lines.len()).filter(|place| lines[*place].starts_with(&begins));
    places.into_iter().any(|place| {
        let above: Vec<_> = above(place).collect();
        above.contains(&&"#[test]") && !above.iter().any(|line| line.starts_with("#[ignore"))
    })
}

#[test]
fn only_what_is_run_as_a_test_is_one() {
    let source = "#[test]\n#[allow(x)]\n/// Why.\nfn a() {}\n\nfn b() {}\n#[test]\n#[ignore]\nfn c() {}\n// #[test]\nfn d() {}";
    assert_eq!(
        ["a", "b", "c", "d", "e"].map(|name| has_test(source, name)),
        [true, false, false, false, false]
    );
}

/// `file`: `test`
fn named(test: &str) -> Option<(&str, &str)> {
    let (file, name) = test.trim().split_once("`: `")?;
    Some((file.strip_prefix('`')?, name.strip_suffix('`')?))
}

#[test]
fn every_test_of_a_row_is_in_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("docs/scenarios.md")).unwrap();
    for entry in fs::read_dir(root.join("tests/scenarios")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        let names = source.lines().filter_map(|line| line.strip_prefix("fn scenario_")?.split_once('('));
        for (name, _) in names {
            assert!(table.contains(&format!("`scenario_{name}`")), "scenario_{name} is in no row");
        }
    }
}
