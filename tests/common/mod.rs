//! What the behaviour tests share: a valve that holds steps until it is opened, and waiting for a condition.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a panic in a test is a failed test")]

use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Holds whoever passes until it is opened.
#[derive(Default)]
pub struct Valve {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Valve {
    pub fn pass(&self) {
        let mut open = self.open.lock().unwrap();
        while !*open {
            open = self.opened.wait(open).unwrap();
        }
    }

    pub fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

/// Waits until a condition holds; a test that waits for ever is a failed test.
pub fn until(what: &str, condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < Duration::from_secs(30), "never happened: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Gives a wrong implementation time to do what it must not do.
pub fn linger() {
    std::thread::sleep(Duration::from_millis(50));
}
