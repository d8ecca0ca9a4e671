//! Owns pictures that misbehave, for the tests of isolation. Only in debug builds, and only where the environment asks for it.
//! Does not own: anything of the product.

use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

/// Variables that the tests set, and that a process which decodes is given too.
pub(super) const VARIABLES: [&str; 3] =
    ["PIPELINE_TEST_FAULTS", "PIPELINE_TEST_PATIENCE", "PIPELINE_TEST_NO_FILTER"];

/// Whether no process can be had.
pub(super) fn no_process() -> bool {
    std::env::var_os("PIPELINE_TEST_NO_PROCESS").is_some()
}

/// How long the picture that never answers is waited for, in seconds. All others are given the time that they always have:
/// on a machine with much else to do they need it.
pub(super) fn patience(file: &[u8]) -> Option<u64> {
    if fault(file) != "wait" {
        return None;
    }
    std::env::var(VARIABLES[1]).ok()?.parse().ok()
}

/// What the end of a file says.
fn fault(file: &[u8]) -> String {
    let tail = String::from_utf8_lossy(&file[file.len().saturating_sub(40)..]);
    tail.rsplit_once("FAULT ").map_or("", |(_, fault)| fault).to_owned()
}

/// Whether the filter of system calls is left out, so that what stands behind it is tested.
pub(super) fn without_filter() -> bool {
    std::env::var_os(VARIABLES[2]).is_some()
}

/// Does what the end of a file says: `FAULT abort` and the like.
pub(super) fn commit(file: &[u8]) {
    if std::env::var_os(VARIABLES[0]).is_none() {
        return;
    }
    match fault(file).as_str() {
        "panic" => give_up(),
        "abort" => std::process::abort(),
        "overflow" => drop(black_box(deeper(0))),
        "allocate" => allocate(),
        "spin" => loop {
            black_box(0);
        },
        "wait" => {
            // For the test, which looks into this pipe: from now on it waits.
            let _ = std::io::stderr().write_all(b"waiting");
            std::thread::park_timeout(Duration::from_secs(3600));
        }
        "exit" => std::process::exit(7),
        "open" if std::fs::File::open("/etc/passwd").is_ok() => std::process::exit(99),
        "connect" if std::net::TcpListener::bind("127.0.0.1:0").is_ok() => std::process::exit(99),
        "start" if std::process::Command::new("/bin/true").status().is_ok() => std::process::exit(99),
        "babble" => drop(std::io::stdout().lock().write_all(&[0xee; 5000])),
        _ => {}
    }
}

#[allow(clippy::panic, reason = "that is what is tested")]
fn give_up() {
    panic!("a codec gave up");
}

#[allow(unconditional_recursion, reason = "that is what is tested")]
fn deeper(depth: u64) -> u64 {
    let here = black_box([depth; 64]);
    black_box(deeper(depth + 1)) + here[7]
}

fn allocate() {
    let mut all = Vec::new();
    loop {
        all.push(black_box(vec![1u8; 1 << 20]));
    }
}
