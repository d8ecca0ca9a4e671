//! Names and kinds of directory entries: what is kept, what is escaped, what is never opened or followed.

use crate::command::Scratch;
use crate::support::{can, good, items, report, run, skipped, with_good};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

#[test]
fn scenario_29_a_name_that_is_not_utf8_keeps_its_bytes_on_disk() {
    let scratch = with_good();
    let name = OsStr::from_bytes(b"caf\xe9.jpg");
    fs::write(scratch.path().join("in").join(name), good("jpg")).unwrap();
    fs::write(scratch.path().join("in").join(OsStr::from_bytes(b"\xff.jpg")), b"").unwrap();
    let ran = scratch.run(&["in", "-o", "out", "--report", "report.json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.lines("in/\\xff.jpg: read: empty file").len(), 1, "{}", ran.stderr);
    let out = fs::read_dir(scratch.path().join("out")).unwrap();
    let names: Vec<_> = out.map(|entry| entry.unwrap().file_name().into_vec()).collect();
    assert!(names.contains(&b"caf\xe9.jpg".to_vec()), "{names:?}");
    let ran = scratch.run(&["in", "-o", "out", "--resume"]);
    assert!(ran.stderr.contains("5 pictures done before"), "{}", ran.stderr);
}

#[test]
fn scenario_30_json_stays_valid_whatever_is_in_a_name() {
    let scratch = with_good();
    let odd = "new\nline \"quoted\" \u{1b}[31m\u{2028}\\.jpg";
    scratch.file(&format!("in/{odd}"), b"");
    let ran = scratch.run(&["in", "-o", "out", "--report", "report.json", "--progress", "json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.starts_with('{')).collect();
    assert!(!lines.is_empty());
    for line in lines {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    assert_eq!(report(&scratch)["failures"]["total"], 1);
    assert_eq!(items(&scratch).iter().filter(|item| item["is"] == "failed").count(), 1);
}

#[test]
fn scenario_31_the_longest_names_leave_room_for_temporaries() {
    let scratch = Scratch::new();
    let longest = format!("{}.png", "x".repeat(251));
    scratch.file(&format!("in/{longest}"), &good("png"));
    let ran = run(&scratch, &[]);
    assert_eq!((ran.code, scratch.names("out")), (Some(0), vec![longest]), "{}", ran.stderr);
}

#[test]
fn scenario_36_links_are_counted_and_not_followed() {
    let scratch = with_good();
    let path = |name: &str| scratch.path().join("in").join(name);
    symlink(".", path("loop")).unwrap();
    symlink("nowhere", path("dangling.jpg")).unwrap();
    symlink("good0.jpg", path("link.jpg")).unwrap();
    let ran = run(&scratch, &[]);
    assert_eq!((ran.code, scratch.names("out").len()), (Some(0), 4), "{}", ran.stderr);
    assert_eq!(report(&scratch)["totals"]["links_skipped"], 3);
}

#[test]
fn scenario_37_pipes_sockets_and_devices_are_skipped_without_waiting() {
    let scratch = with_good();
    let path = |name: &str| scratch.path().join("in").join(name).to_str().unwrap().to_owned();
    assert!(can("mkfifo", &[&path("pipe.jpg")]));
    let _socket = UnixListener::bind(path("socket.jpg")).unwrap();
    let mut special = 2;
    if can("mknod", &[&path("zero.jpg"), "c", "1", "5"]) {
        special += 1;
    } else {
        skipped("a device can only be made by root; run this test as root");
    }
    let ran = run(&scratch, &[]);
    assert_eq!((ran.code, scratch.names("out").len()), (Some(0), 4), "{}", ran.stderr);
    assert_eq!(report(&scratch)["totals"]["special_skipped"], special);
    let ran = scratch.run(&["in/pipe.jpg", "-o", "named"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert_eq!(ran.lines("pipeline: in/pipe.jpg: not a file but a named pipe").len(), 1, "{}", ran.stderr);
}

#[test]
fn scenario_38_what_may_not_be_read_fails_and_the_walk_goes_on() {
    let scratch = with_good();
    scratch.file("in/secret.jpg", &good("jpg"));
    scratch.file("in/closed/a.jpg", &good("jpg"));
    let set = |name: &str, mode| {
        fs::set_permissions(scratch.path().join(name), fs::Permissions::from_mode(mode)).unwrap()
    };
    let other = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"];
    if !can("setpriv", &[&other[1..], &["true"]].concat()) {
        return skipped("rights can only be dropped by root, with setpriv; run this test as root");
    }
    ["", "in"].iter().for_each(|name| set(name, 0o777));
    set("in/secret.jpg", 0o000);
    set("in/closed", 0o000);
    let ran = crate::support::below(&scratch, &other, &["in", "-o", "out", "--report", "report.json"]);
    set("in/closed", 0o700);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.lines("in/secret.jpg: read: cannot open: Permission denied").len(), 1, "{}", ran.stderr);
    assert_eq!(ran.lines("in/closed: ").len(), 1, "{}", ran.stderr);
    assert_eq!(report(&scratch)["counts"]["done"], 4, "{}", ran.stderr);
    assert_eq!(scratch.names("out").len(), 4);
}

#[test]
fn scenario_41_a_huge_sparse_file_is_refused_by_its_size() {
    let scratch = with_good();
    let file = fs::File::create(scratch.path().join("in/sparse.jpg")).unwrap();
    file.set_len(2 << 40).unwrap();
    let reason = "read: limit: file size in bytes is 2199023255552, at most 1073741824 allowed; --max-file";
    let ran = run(&scratch, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(ran.lines(&format!("in/sparse.jpg: {reason}")).len(), 1, "{}", ran.stderr);
    assert_eq!(report(&scratch)["counts"]["done"], 4);
}

#[test]
fn scenario_51_a_directory_or_a_link_in_the_place_of_a_result_is_left_alone() {
    let scratch = with_good();
    scratch.file("in/a/b.jpg", &good("jpg"));
    scratch.file("outside/precious.jpg", b"precious");
    assert_eq!(run(&scratch, &[]).code, Some(0));
    let out = |name: &str| scratch.path().join("out").join(name);
    for name in ["good0.jpg", "good1.jpg", "a/b.jpg"] {
        fs::remove_file(out(name)).unwrap();
    }
    fs::create_dir(out("good0.jpg")).unwrap();
    symlink("../outside/precious.jpg", out("good1.jpg")).unwrap();
    fs::remove_dir(out("a")).unwrap();
    symlink("../outside", out("a")).unwrap();
    let ran = scratch.run(&["in", "-o", "out"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for name in ["good0.jpg", "good1.jpg", "a/b.jpg"] {
        assert_eq!(ran.lines(&format!("in/{name}: ")).len(), 1, "{name}: {}", ran.stderr);
    }
    assert_eq!(fs::read(scratch.path().join("outside/precious.jpg")).unwrap(), b"precious");
    assert_eq!(scratch.names("outside"), ["precious.jpg"]);
    fs::remove_dir(out("good0.jpg")).unwrap();
    ["good1.jpg", "a"].iter().for_each(|name| fs::remove_file(out(name)).unwrap());
    crate::support::assert_resumes(&scratch, &["--retry-failed"]);
}
