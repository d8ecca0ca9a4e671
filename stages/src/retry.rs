//! Owns that a call which a signal interrupted is made again. The standard library does so for opening, reading and writing,
//! but not for listing and examining, which on local disks no signal interrupts, and on network file systems some do.

use std::io;

/// Calls until the call was not interrupted.
pub fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenario_48_what_was_interrupted_is_done_and_what_failed_is_not_tried_again() {
        let mut left = 3;
        let interrupted = uninterrupted(|| {
            left -= 1;
            if left > 0 { Err(io::ErrorKind::Interrupted.into()) } else { Ok(left) }
        });
        assert_eq!(interrupted.unwrap(), 0);
        let mut calls = 0;
        let failed = uninterrupted(|| -> io::Result<()> {
            calls += 1;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(failed.is_err() && calls == 1);
    }
}
