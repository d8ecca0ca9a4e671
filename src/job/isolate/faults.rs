//! Owns pictures that misbehave, for the tests of isolation. Only in debug builds, and only where the environment asks for it.
//! Does not own: anything of the product.

use std::hint::black_box;
use std::io::Write;
use std::time::Duration;

/// Variables that the tests set, and that a process which decodes is given too.
pub(super) const VARIABLES: [&str; 3] =
    ["PIPELINE_TEST_FAULTS", "PIPELINE_TEST_PATIENCE", "PIPELINE_TEST_NO_FILTER"];

/// How long an answer is waited for, in seconds.
pub(super) fn patience() -> Option<u64> {
    std::env::var(VARIABLES[1]).ok()?.parse().ok()
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
    let tail = String::from_utf8_lossy(&file[file.len().saturating_sub(40)..]);
    match tail.rsplit_once("FAULT ").map_or("", |(_, fault)| fault) {
        "abort" => std::process::abort(),
        "overflow" => drop(black_box(deeper(0))),
        "allocate" => allocate(),
        "spin" => loop {
            black_box(0);
        },
        "wait" => std::thread::park_timeout(Duration::from_secs(3600)),
        "exit" => std::process::exit(7),
        "open" if std::fs::File::open("/etc/passwd").is_ok() => std::process::exit(99),
        "connect" if std::net::TcpListener::bind("127.0.0.1:0").is_ok() => std::process::exit(99),
        "start" if std::process::Command::new("/bin/true").status().is_ok() => std::process::exit(99),
        "babble" => drop(std::io::stdout().lock().write_all(&[0xee; 5000])),
        _ => {}
    }
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
