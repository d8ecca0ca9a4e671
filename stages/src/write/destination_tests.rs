//! Owns the tests of writing, on real file systems. Does not own: a full disk, which needs a small one of its own.

use super::*;
use crate::write::is_temporary;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use tempfile::{TempDir, tempdir};

fn out(existing: Existing) -> (TempDir, Destination) {
    let dir = tempdir().unwrap();
    let destination = Destination::prepare(dir.path(), existing, false).unwrap();
    (dir, destination)
}

fn write(destination: &Destination, landing: &str, bytes: &str) -> Result<Outcome> {
    destination.write(Path::new(landing), "png", bytes.as_bytes())
}

/// Every file below a directory that is neither a marker nor in one.
fn files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true if entry.file_name() == ".pipeline" => {}
            true => found.extend(files(&entry.path())),
            false => found.push(entry.file_name().to_string_lossy().into_owned()),
        }
    }
    found.sort();
    found
}

fn assert_refused(result: Result<Outcome>, word: &str) {
    assert!(matches!(&result, Err(Error::Refused { why, .. }) if why.contains(word)), "{result:?}");
}

#[test]
fn a_result_mirrors_the_input_tree_and_leaves_no_temporary() {
    let (dir, destination) = out(Existing::Auto);
    let outcome = write(&destination, "x/y/a.jpg", "picture").unwrap();
    assert!(
        matches!(&outcome, Outcome::Written { path, bytes: 7, .. } if *path == dir.path().join("x/y/a.png"))
    );
    assert_eq!(fs::read_to_string(outcome.path()).unwrap(), "picture");
    assert_eq!(files(dir.path()), ["a.png"]);
}

#[test]
fn what_exists_is_treated_as_chosen() {
    for (existing, content) in
        [(Existing::Overwrite, "new"), (Existing::Skip, "old"), (Existing::Fail, "old")]
    {
        let (dir, destination) = out(existing);
        let path = dir.path().join("a.png");
        fs::write(&path, "old").unwrap();
        let fate = destination.fate(Path::new("elsewhere"), Path::new("a.jpg"), "png");
        let outcome = write(&destination, "a.jpg", "new");
        match existing {
            Existing::Skip => assert_eq!(
                (outcome.unwrap(), fate.unwrap()),
                (Outcome::Skipped { path: path.clone() }, Fate::Skip)
            ),
            Existing::Overwrite => {
                assert_eq!((outcome.unwrap().path(), fate.unwrap()), (path.as_path(), Fate::Replace))
            }
            _ => assert!(matches!((outcome, fate), (Err(Error::Exists { .. }), Err(Error::Exists { .. })))),
        }
        assert_eq!(fs::read_to_string(path).unwrap(), content);
        assert_eq!(files(dir.path()), ["a.png"]);
    }
}

#[test]
fn auto_replaces_only_in_a_directory_that_an_earlier_run_made() {
    let (dir, first) = out(Existing::Auto);
    write(&first, "a.jpg", "1").unwrap();
    assert!(matches!(write(&first, "a.jpg", "2"), Err(Error::Exists { .. })));
    let second = Destination::prepare(dir.path(), Existing::Auto, false).unwrap();
    write(&second, "a.jpg", "3").unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("a.png")).unwrap(), "3");
}

#[test]
fn auto_never_replaces_where_there_were_files_before_the_first_run() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("mine.png"), "mine").unwrap();
    for _ in 0..3 {
        let destination = Destination::prepare(dir.path(), Existing::Auto, false).unwrap();
        assert!(matches!(write(&destination, "mine.jpg", "x"), Err(Error::Exists { .. })));
    }
}

#[test]
fn an_output_directory_is_made_with_its_parents() {
    let dir = tempdir().unwrap();
    let root = dir.path().join("x/y/z");
    let destination = Destination::prepare(&root, Existing::Auto, false).unwrap();
    write(&destination, "a.jpg", "1").unwrap();
    assert!(root.join("a.png").is_file() && root.join(".pipeline").is_dir());
}

#[test]
fn scenario_45_an_output_that_cannot_be_used_is_found_out_before_the_work() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(Destination::prepare(&file, Existing::Auto, false).is_err());
    assert!(Destination::prepare(&file.join("x"), Existing::Auto, false).is_err());
    fs::create_dir(dir.path().join("out")).unwrap();
    symlink("..", dir.path().join("out/.pipeline")).unwrap();
    let marked = Destination::prepare(&dir.path().join("out"), Existing::Auto, false);
    assert!(matches!(marked, Err(Error::Refused { .. })), "{marked:?}");
}

#[test]
fn scenario_45_a_read_only_output_is_found_out_before_the_work() {
    let (dir, _) = out(Existing::Auto);
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let as_root = fs::write(dir.path().join("probe"), "").is_ok();
    let tried = Destination::prepare(dir.path(), Existing::Auto, false).and_then(|out| out.try_out());
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    if as_root {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: root may write to every directory; run the tests as another user"
        );
        return;
    }
    assert!(matches!(tried, Err(Error::Io { .. })), "{tried:?}");
}

#[test]
fn scenario_51_a_directory_or_a_link_under_the_final_name_is_refused() {
    let (dir, destination) = out(Existing::Overwrite);
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs::create_dir(dir.path().join("a.png")).unwrap();
    symlink(outside.path(), dir.path().join("b.png")).unwrap();
    symlink("nowhere", dir.path().join("c.png")).unwrap();
    assert_refused(write(&destination, "a.jpg", "x"), "directory");
    assert_refused(write(&destination, "b.jpg", "x"), "link");
    assert_refused(write(&destination, "c.jpg", "x"), "link");
    assert_eq!(fs::read_to_string(outside.path()).unwrap(), "");
    assert!(!files(dir.path()).iter().any(|name| is_temporary(OsStr::new(name))));
}

#[test]
fn a_dated_result_has_its_time_also_over_an_older_one() {
    let (dir, destination) = out(Existing::Overwrite);
    let then = SystemTime::UNIX_EPOCH + std::time::Duration::new(1_000_000_000, 500_000_000);
    for modified in [None, Some(then)] {
        destination.write_dated(Path::new("a.png"), "png", b"x", modified).unwrap();
        let found = fs::metadata(dir.path().join("a.png")).unwrap().modified().unwrap();
        assert_eq!(found == then, modified.is_some());
    }
    assert_eq!(files(dir.path()), ["a.png"]);
}

#[test]
fn a_link_among_the_directories_is_not_followed_out_of_the_output() {
    let (dir, destination) = out(Existing::Overwrite);
    let outside = tempdir().unwrap();
    symlink(outside.path(), dir.path().join("x")).unwrap();
    fs::write(dir.path().join("y"), "").unwrap();
    assert_refused(write(&destination, "x/a.jpg", "1"), "link");
    assert_refused(write(&destination, "x/z/a.jpg", "1"), "link");
    assert_refused(write(&destination, "y/a.jpg", "1"), "not a directory");
    assert!(files(outside.path()).is_empty());
}

#[test]
fn the_output_directory_itself_may_be_a_link() {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("real")).unwrap();
    symlink("real", dir.path().join("link")).unwrap();
    let destination = Destination::prepare(&dir.path().join("link"), Existing::Auto, false).unwrap();
    write(&destination, "x/a.jpg", "1").unwrap();
    assert!(dir.path().join("real/x/a.png").is_file());
}

#[test]
fn scenario_66_nothing_is_written_outside_the_output() {
    let (dir, destination) = out(Existing::Overwrite);
    for landing in ["../a.jpg", "/a.jpg", "x/../../a.jpg", ".pipeline/a.jpg", "", "x/.."] {
        assert!(matches!(write(&destination, landing, "1"), Err(Error::Refused { .. })), "{landing}");
    }
    assert!(files(dir.path()).is_empty());
}

#[test]
fn scenario_34_the_input_itself_is_not_replaced_unless_asked_for() {
    let (dir, destination) = out(Existing::Overwrite);
    let input = dir.path().join("a.png");
    fs::write(&input, "original").unwrap();
    let fate = destination.fate(&input, Path::new("a.png"), "png");
    assert!(matches!(fate, Err(Error::Refused { why, .. }) if why.contains("--in-place")));
    let in_place = Destination::in_place(Existing::Auto, false);
    assert_eq!(in_place.fate(&input, &input, "png").unwrap(), Fate::Replace);
}

#[test]
fn in_place_replaces_the_input_and_nothing_else() {
    let dir = tempdir().unwrap();
    let (input, other) = (dir.path().join("a.png"), dir.path().join("b.jpg"));
    fs::write(&input, "original").unwrap();
    fs::write(&other, "other").unwrap();
    let destination = Destination::in_place(Existing::Auto, true);
    destination.write(&input, "png", b"gray").unwrap();
    destination.write(&other, "png", b"gray").unwrap();
    assert!(matches!(destination.write(&other, "png", b"again"), Err(Error::Exists { .. })));
    assert_eq!(fs::read_to_string(&input).unwrap(), "gray");
    assert_eq!(files(dir.path()), ["a.png", "b.jpg", "b.png"]);
}

#[test]
fn in_place_a_link_to_the_input_is_refused() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("real.png"), "original").unwrap();
    symlink("real.png", dir.path().join("link.png")).unwrap();
    let destination = Destination::in_place(Existing::Overwrite, false);
    assert_refused(destination.write(&dir.path().join("link.png"), "png", b"gray"), "link");
    assert_eq!(fs::read_to_string(dir.path().join("real.png")).unwrap(), "original");
}

#[test]
fn a_private_picture_stays_private_when_it_is_replaced() {
    let dir = tempdir().unwrap();
    let input = dir.path().join("a.png");
    fs::write(&input, "original").unwrap();
    fs::set_permissions(&input, fs::Permissions::from_mode(0o600)).unwrap();
    Destination::in_place(Existing::Auto, false).write(&input, "png", b"gray").unwrap();
    assert_eq!(fs::metadata(&input).unwrap().mode() & 0o777, 0o600);
}

#[test]
fn who_reads_while_it_is_replaced_keeps_the_old_file() {
    let (dir, destination) = out(Existing::Overwrite);
    write(&destination, "a.jpg", "old").unwrap();
    let open = fs::File::open(dir.path().join("a.png")).unwrap();
    write(&destination, "a.jpg", "new").unwrap();
    assert_eq!(io::read_to_string(open).unwrap(), "old");
}

#[test]
fn scenario_31_a_name_of_255_bytes_leaves_room_for_the_temporary() {
    let (dir, destination) = out(Existing::Auto);
    let longest = format!("{}.jpg", "n".repeat(251));
    write(&destination, &longest, "1").unwrap();
    assert_eq!(files(dir.path()), [longest.replace("jpg", "png")]);
    let too_long = write(&destination, &"n".repeat(252), "1");
    assert!(matches!(too_long, Err(Error::Io { .. })));
    assert_eq!(files(dir.path()).len(), 1);
}

#[test]
fn a_path_longer_than_the_system_takes_at_once_is_written() {
    let (_dir, destination) = out(Existing::Auto);
    let deep = format!("{}a.jpg", format!("{}/", "d".repeat(200)).repeat(30));
    assert!(matches!(write(&destination, &deep, "1"), Ok(Outcome::Written { .. })));
    assert!(matches!(write(&destination, &deep, "1"), Err(Error::Exists { .. })));
}

#[test]
fn scenario_29_a_name_that_is_not_utf8_keeps_its_bytes() {
    let (dir, destination) = out(Existing::Auto);
    let landing = Path::new(OsStr::from_bytes(b"\xff\n\x1b.jpg"));
    let outcome = destination.write(landing, "png", b"1").unwrap();
    assert_eq!(outcome.path(), dir.path().join(OsStr::from_bytes(b"\xff\n\x1b.png")));
    assert!(outcome.path().is_file());
}

#[test]
fn durable_results_are_the_same() {
    let dir = tempdir().unwrap();
    let destination = Destination::prepare(dir.path(), Existing::Auto, true).unwrap();
    for landing in ["a.jpg", "x/b.jpg", "x/c.jpg"] {
        write(&destination, landing, landing).unwrap();
    }
    assert_eq!(files(dir.path()), ["a.png", "b.png", "c.png"]);
}

#[test]
fn asking_for_the_fate_makes_nothing() {
    let (dir, destination) = out(Existing::Auto);
    assert_eq!(destination.fate(Path::new("a.jpg"), Path::new("x/y/a.jpg"), "png").unwrap(), Fate::Create);
    assert!(!dir.path().join("x").exists());
}

#[test]
fn a_file_system_that_tells_case_apart_is_recognised() {
    let (dir, destination) = out(Existing::Auto);
    fs::write(dir.path().join("probe"), "").unwrap();
    assert_eq!(destination.folds_case(), dir.path().join("PROBE").exists());
}
