//! Owns the tests of the walk, on real file systems. Does not own: tests of patterns and landings by themselves.

use super::*;
use crate::read::Separator;
use rustix::fs::{CWD, Mode, mkfifoat};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use tempfile::{TempDir, tempdir};

/// A directory with these files, each containing its own name.
fn tree(files: &[&str]) -> TempDir {
    let dir = tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    dir
}

/// What the walk gives: landings, and `!` before the path of an error.
fn all(walk: Walk) -> Vec<String> {
    walk.map(|step| match step {
        Ok(entry) => entry.landing.display().to_string(),
        Err(error) => format!("!{error}"),
    })
    .collect()
}

fn walk(path: &Path) -> Walk {
    Inputs::new().with(path).unwrap().walk()
}

#[test]
fn a_directory_gives_files_then_directories_each_by_the_bytes_of_their_names() {
    let dir = tree(&["b.jpg", "B.jpg", "a/z.jpg", "a/y/x.jpg", "é.jpg", "a-b.jpg", ".hidden.jpg"]);
    let expected = [".hidden.jpg", "B.jpg", "a-b.jpg", "b.jpg", "é.jpg", "a/z.jpg", "a/y/x.jpg"];
    assert_eq!(all(walk(dir.path())), expected);
}

#[test]
fn a_path_leads_to_the_file_that_lands() {
    let dir = tree(&["x/a.jpg"]);
    let entry = walk(dir.path()).next().unwrap().unwrap();
    assert_eq!(fs::read_to_string(entry.path).unwrap(), "x/a.jpg");
    assert!(!entry.explicit);
}

#[test]
fn a_named_file_is_explicit_and_lands_as_given() {
    let dir = tree(&["a.jpg"]);
    let path = dir.path().join("a.jpg");
    let entry = walk(&path).next().unwrap().unwrap();
    assert_eq!(entry.landing, path.strip_prefix("/").unwrap());
    assert!(entry.explicit);
}

#[test]
fn with_a_base_directories_files_and_patterns_land_relative_to_it() {
    let dir = tree(&["x/a.jpg", "y/b.jpg", "c.jpg"]);
    let named = |name: &str| dir.path().join(name);
    let inputs = Inputs::new().base(dir.path()).unwrap();
    let inputs =
        inputs.with(named("x")).unwrap().with(named("c.jpg")).unwrap().with(named("y/*.jpg")).unwrap();
    assert_eq!(all(inputs.walk()), ["x/a.jpg", "c.jpg", "y/b.jpg"]);
    assert!(Inputs::new().base(&named("x")).unwrap().with(named("y")).is_err());
}

#[test]
fn scenario_43_an_empty_directory_gives_nothing() {
    assert!(all(walk(tempdir().unwrap().path())).is_empty());
}

#[test]
fn a_missing_input_is_an_error_before_the_walk() {
    let missing = Inputs::new().with("/nowhere/photos").unwrap_err();
    assert!(matches!(missing.error, Error::Missing));
    assert!(matches!(Inputs::new().with("/nowhere/*.jpg").unwrap_err().error, Error::Missing));
}

#[test]
fn all_wrong_inputs_can_be_collected() {
    let mut inputs = Inputs::new();
    let wrong: Vec<_> = ["/nowhere/1", "/dev/null", ".."]
        .map(Path::new)
        .into_iter()
        .filter(|p| inputs.push(p).is_err())
        .collect();
    assert_eq!(wrong, [Path::new("/nowhere/1"), Path::new("/dev/null")]);
}

#[test]
fn scenario_36_links_are_skipped_and_counted() {
    let dir = tree(&["a.jpg", "x/b.jpg"]);
    symlink("a.jpg", dir.path().join("link.jpg")).unwrap();
    symlink("..", dir.path().join("x/loop")).unwrap();
    symlink("nowhere", dir.path().join("dangling")).unwrap();
    let walk = walk(dir.path());
    let skipped = walk.skipped();
    assert_eq!(all(walk), ["a.jpg", "x/b.jpg"]);
    assert_eq!(skipped.links(), 3);
}

#[test]
fn scenario_36_followed_links_end_at_loops_and_at_nothing() {
    let dir = tree(&["a.jpg", "x/b.jpg"]);
    symlink("a.jpg", dir.path().join("link.jpg")).unwrap();
    symlink("..", dir.path().join("x/loop")).unwrap();
    symlink("x", dir.path().join("y")).unwrap();
    symlink("nowhere", dir.path().join("dangling")).unwrap();
    let walk = Inputs::new().follow_links(true).with(dir.path()).unwrap().walk();
    let skipped = walk.skipped();
    assert_eq!(all(walk), ["a.jpg", "link.jpg", "x/b.jpg", "y/b.jpg"]);
    assert_eq!(skipped.links(), 3, "two ways into the loop, one dangling");
}

#[test]
fn a_link_that_is_named_is_followed() {
    let dir = tree(&["x/a.jpg"]);
    symlink("x", dir.path().join("link")).unwrap();
    assert_eq!(all(walk(&dir.path().join("link"))), ["a.jpg"]);
}

#[test]
fn scenario_37_special_files_are_skipped_unopened_and_counted() {
    let dir = tree(&["a.jpg"]);
    mkfifoat(CWD, dir.path().join("pipe.jpg"), Mode::from_raw_mode(0o600)).unwrap();
    let _listener = std::os::unix::net::UnixListener::bind(dir.path().join("socket.jpg")).unwrap();
    let walk = walk(dir.path());
    let skipped = walk.skipped();
    assert_eq!(all(walk), ["a.jpg"]);
    assert_eq!(skipped.special_files(), 2);
}

#[test]
fn scenario_35_an_excluded_directory_is_not_walked_also_when_it_appears_later() {
    let dir = tree(&["a.jpg", "x/b.jpg"]);
    let out = dir.path().join("x/../z-out");
    let walk = Inputs::new().exclude(&out).with(dir.path()).unwrap().walk();
    fs::create_dir(dir.path().join("z-out")).unwrap();
    fs::write(dir.path().join("z-out/a.png"), "").unwrap();
    assert_eq!(all(walk), ["a.jpg", "x/b.jpg"]);
}

#[test]
fn what_this_program_leaves_behind_is_no_input() {
    let dir = tree(&["a.jpg", ".pipeline/journal", ".pipeline-0123abcd.tmp", "x/.pipeline/old.jpg"]);
    assert_eq!(all(walk(dir.path())), ["a.jpg"]);
}

#[test]
fn scenario_29_a_name_that_is_not_utf8_keeps_its_bytes() {
    let dir = tempdir().unwrap();
    let name = OsStr::from_bytes(b"\xff\n\x1b.jpg");
    fs::write(dir.path().join(name), "x").unwrap();
    let entry = walk(dir.path()).next().unwrap().unwrap();
    assert_eq!(entry.landing.as_os_str().as_bytes(), name.as_bytes());
    assert_eq!(fs::read(entry.path).unwrap(), b"x");
}

#[test]
fn scenario_38_an_unreadable_directory_is_one_error_and_the_walk_goes_on() {
    let dir = tree(&["a/1.jpg", "b/2.jpg", "c/3.jpg"]);
    let locked = dir.path().join("b");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let as_root = fs::read_dir(&locked).is_ok();
    let found = all(walk(dir.path()));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    if as_root {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: root may list every directory; run the tests as another user"
        );
        return;
    }
    assert_eq!((found[0].as_str(), found[2].as_str(), found.len()), ("a/1.jpg", "c/3.jpg", 3));
    assert!(found[1].starts_with('!') && found[1].contains("cannot list"), "{}", found[1]);
}

#[test]
fn scenario_38_a_directory_that_vanished_is_one_error_and_the_walk_goes_on() {
    let dir = tree(&["0.jpg", "a/1.jpg", "b/2.jpg"]);
    let mut walk = walk(dir.path());
    assert_eq!(walk.next().unwrap().unwrap().landing, Path::new("0.jpg"));
    fs::remove_dir_all(dir.path().join("a")).unwrap();
    let rest = all(walk);
    assert!(rest[0].contains("cannot list"), "{rest:?}");
    assert_eq!(rest[1..], ["b/2.jpg"]);
}

#[test]
fn a_pattern_gives_explicit_files_at_every_depth_it_names() {
    let dir = tree(&["a.jpg", "b.png", "x/c.jpg", "x/y/d.jpg", "z/e.txt"]);
    let prefix = dir.path().strip_prefix("/").unwrap().display().to_string();
    let of = |pattern: &str| all(walk(&dir.path().join(pattern)));
    assert_eq!(of("*.jpg"), [format!("{prefix}/a.jpg")]);
    assert_eq!(of("*/*.jpg"), [format!("{prefix}/x/c.jpg")]);
    assert_eq!(of("**/*.{jpg,png}").len(), 4);
    assert_eq!(of("[xz]/**").len(), 3);
    assert!(walk(&dir.path().join("*.jpg")).next().unwrap().unwrap().explicit);
}

#[test]
fn a_pattern_without_a_match_is_an_error_before_the_walk() {
    let dir = tree(&["x/a.jpg"]);
    for pattern in ["*.jpg", "x/*.gif", "**/b*"] {
        let error = Inputs::new().with(dir.path().join(pattern)).unwrap_err();
        assert!(matches!(error.error, Error::NoMatch), "{pattern}: {error}");
    }
}

#[test]
fn a_pattern_whose_matches_vanished_is_an_error_and_the_walk_goes_on() {
    let dir = tree(&["a.jpg"]);
    fs::write(dir.path().join("b.gif"), "").unwrap();
    let inputs = Inputs::new().with(dir.path().join("*.gif")).unwrap().with(dir.path()).unwrap();
    fs::remove_file(dir.path().join("b.gif")).unwrap();
    let found = all(inputs.walk());
    assert!(found[0].contains("no file matches"), "{found:?}");
    assert_eq!(found[1..], ["a.jpg"]);
}

#[test]
fn a_file_whose_name_is_a_pattern_is_that_file() {
    let dir = tree(&["a[1].jpg", "a1.jpg"]);
    assert_eq!(all(walk(&dir.path().join("a[1].jpg"))).len(), 1);
    assert!(all(walk(&dir.path().join("a[1].jpg")))[0].ends_with("a[1].jpg"));
}

#[test]
fn a_list_lands_as_given_and_a_bad_name_in_it_is_one_error() {
    let list: &[u8] = b"/x/a.jpg\0../b.jpg\0c.jpg\0";
    let inputs = Inputs::new().list("stdin", Box::new(list), Separator::Nul);
    assert!(inputs.counting_walk().is_none());
    let found = all(inputs.walk());
    assert_eq!((found[0].as_str(), found[2].as_str()), ("x/a.jpg", "c.jpg"));
    assert!(found[1].starts_with("!../b.jpg: no place"), "{found:?}");
}

#[test]
fn the_counting_walk_finds_the_same() {
    let dir = tree(&["a.jpg", "x/b.jpg"]);
    let inputs = Inputs::new().with(dir.path()).unwrap().with(dir.path().join("**/*.jpg")).unwrap();
    let counted = inputs.counting_walk().unwrap().count();
    assert_eq!(counted, all(inputs.walk()).len());
}

#[test]
fn scenario_30_an_error_shows_its_path_on_one_line() {
    let error = Inputs::new().with("/nowhere/a\nb\x1b[31m").unwrap_err().to_string();
    assert!(error.starts_with(r"/nowhere/a\nb\u{1b}[31m: "), "{error}");
}
