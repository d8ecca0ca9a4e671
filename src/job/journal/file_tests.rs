//! Owns the tests of the file: what is left of it after whatever happened to it.

use super::*;
use crate::job::journal::record::{End, Item, Status};
use proptest::prelude::*;
use std::fs::OpenOptions;
use std::path::Path;

fn open(path: &Path) -> Opened {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    Journal::open(file.unwrap(), false).unwrap()
}

fn item(number: u64) -> Record {
    Record::Item(Item { input: format!("/in/{number}.jpg"), ms: number, ..Item::default() })
}

fn last(opened: &Opened, number: u64) -> Option<Record> {
    let reader = opened.journal.reader().unwrap();
    opened.index.places(&format!("/in/{number}.jpg")).find_map(|place| reader.record(place))
}

fn run() -> Record {
    Record::Run(Run {
        at: String::new(),
        pid: 1,
        program: String::new(),
        config: "c".to_owned(),
        settings: Default::default(),
        window: None,
    })
}

#[test]
fn what_was_added_is_there_when_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    for round in 0..3 {
        let mut opened = open(&path);
        assert_eq!(last(&opened, 7).is_some(), round > 0);
        assert_eq!((opened.cut, opened.damaged, opened.clean), (0, 0, round > 0));
        opened.journal.add(&run()).unwrap();
        (0..50).for_each(|n| opened.journal.add(&item(n)).unwrap());
        let end = End {
            at: String::new(),
            ended: "complete".to_owned(),
            admitted: 50,
            done: 50,
            failed: 0,
            skipped: 0,
            interrupted: 0,
            clean: true,
        };
        opened.journal.add(&Record::End(end)).unwrap();
    }
    assert_eq!(last(&open(&path), 49), Some(item(49)));
}

#[test]
fn the_last_record_of_an_input_counts() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let mut opened = open(&path);
    let failed = Item { input: "/in/1.jpg".to_owned(), is: Status::Failed, ..Item::default() };
    opened.journal.add(&Record::Item(failed)).unwrap();
    opened.journal.add(&item(1)).unwrap();
    assert_eq!(last(&open(&path), 1), Some(item(1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scenario_56_cut_anywhere_it_keeps_every_whole_line_and_goes_on(at in 0..10_000u64) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        let mut opened = open(&path);
        opened.journal.add(&run()).unwrap();
        let mut ends = vec![];
        for number in 0..5 {
            opened.journal.add(&item(number)).unwrap();
            ends.push(opened.journal.length);
        }
        let at = at % (opened.journal.length + 1);
        OpenOptions::new().write(true).open(&path).unwrap().set_len(at).unwrap();
        let mut opened = open(&path);
        for (number, end) in ends.into_iter().enumerate() {
            prop_assert_eq!(last(&opened, number as u64).is_some(), end <= at);
        }
        prop_assert_eq!(opened.cut + opened.journal.length, at);
        prop_assert!(!opened.clean);
        opened.journal.add(&item(9)).unwrap();
        let opened = open(&path);
        prop_assert!(last(&opened, 9).is_some());
        prop_assert_eq!((opened.cut, opened.damaged), (0, 0));
    }

    #[test]
    fn any_bytes_at_all_are_opened_and_added_to(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal");
        std::fs::write(&path, &bytes).unwrap();
        open(&path).journal.add(&item(1)).unwrap();
        prop_assert!(last(&open(&path), 1).is_some());
    }
}

#[test]
fn rot_in_the_middle_costs_only_what_it_touches() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let mut opened = open(&path);
    (0..3).for_each(|n| opened.journal.add(&item(n)).unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let opened = open(&path);
    assert_eq!((opened.cut, opened.damaged), (0, 1));
    assert!(last(&opened, 0).is_some() && last(&opened, 1).is_none() && last(&opened, 2).is_some());
}

#[test]
fn zeros_that_a_power_cut_left_are_cut_however_many() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    open(&path).journal.add(&item(1)).unwrap();
    let length = std::fs::metadata(&path).unwrap().len();
    OpenOptions::new().write(true).open(&path).unwrap().set_len(length + 500_000).unwrap();
    let opened = open(&path);
    assert_eq!((opened.cut, opened.journal.length), (500_000, length));
    assert!(last(&opened, 1).is_some());
}

#[test]
fn a_line_that_could_not_be_finished_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let mut opened = open(&path);
    opened.journal.add(&item(1)).unwrap();
    // As after a full disk that took a part of a line.
    opened.journal.file.write_all_at(b"0123abcd {\"it", opened.journal.length).unwrap();
    opened.journal.torn = true;
    opened.journal.add(&item(2)).unwrap();
    let opened = open(&path);
    assert_eq!((opened.cut, opened.damaged), (0, 0));
    assert!(last(&opened, 1).is_some() && last(&opened, 2).is_some());
}
