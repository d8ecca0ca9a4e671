//! Owns that one run at a time writes to an output directory. The kernel lets go of the lock when a process ends in
//! whatever way, so that none is ever stale; what is in the file is for the message only.

use super::stamp;
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::time::Duration;

/// How often, and how long before it is tried again to have the lock of a process that is gone.
const TRIES: u32 = 300;
const PAUSE: Duration = Duration::from_millis(10);

/// The lock, until this is dropped.
#[derive(Debug)]
pub(in crate::job) struct Lock {
    /// Open for as long as the lock is held; `None` where the file system has no locks.
    held: Option<File>,
}

/// Why it is not ours.
#[derive(Debug)]
pub(in crate::job) enum LockError {
    /// Another process has it: what it says of itself.
    Taken(String),
    /// The operating system refused.
    Io(io::Error),
}

impl Lock {
    pub(in crate::job) fn take(mut file: File) -> Result<Self, LockError> {
        let mut left = TRIES;
        let taken = loop {
            match file.try_lock() {
                Err(TryLockError::Error(e)) if e.kind() == io::ErrorKind::Interrupted => {}
                // Killed while it started a process for decoding, it leaves the lock to that for the moment before that has
                // become another program.
                Err(TryLockError::WouldBlock) if left > 0 && is_gone(&holder(&mut file)) => {
                    left -= 1;
                    std::thread::sleep(PAUSE);
                }
                taken => break taken,
            }
        };
        match taken {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Taken(holder(&mut file))),
            // Some network file systems have none. Doing without is better than doing nothing there.
            Err(TryLockError::Error(e))
                if e.kind() == io::ErrorKind::Unsupported
                    || Errno::from_io_error(&e) == Some(Errno::NOLCK) =>
            {
                return Ok(Self { held: None });
            }
            Err(TryLockError::Error(e)) => return Err(LockError::Io(e)),
        }
        let text = format!("process {} since {}\n", std::process::id(), stamp::now());
        let said =
            file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(text.as_bytes()));
        said.map_err(LockError::Io)?;
        Ok(Self { held: Some(file) })
    }

    /// Whether no other run can be under way in the same directory.
    pub(in crate::job) fn is_held(&self) -> bool {
        self.held.is_some()
    }
}

/// Whether a process that says this of itself is not there any more. Of one on another machine that is not known, and it may
/// seem so for as long as it is tried.
fn is_gone(said: &str) -> bool {
    let number = said.strip_prefix("process ").and_then(|rest| rest.split(' ').next()?.parse::<i32>().ok());
    let process = number.filter(|&number| number > 0).and_then(Pid::from_raw);
    process.is_some_and(|process| test_kill_process(process) == Err(Errno::SRCH))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(200).read_to_string(&mut text));
    match (read, text.trim()) {
        (Ok(_), said) if said.starts_with("process ") && !said.contains(char::is_control) => said.to_owned(),
        _ => "another process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::path::Path;

    fn open(path: &Path) -> File {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).unwrap()
    }

    #[test]
    fn what_a_killed_run_had_just_started_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        ended.wait().unwrap();
        let theirs = open(&path);
        theirs.lock().unwrap();
        std::fs::write(&path, format!("process {} since then\n", ended.id())).unwrap();
        std::thread::scope(|scope| {
            // It has not let go yet when it is asked first, unless this thread is very late; then it is free.
            scope.spawn(move || {
                std::thread::sleep(PAUSE * 5);
                drop(theirs);
            });
            assert!(Lock::take(open(&path)).is_ok());
            let said = std::fs::read_to_string(&path).unwrap();
            assert!(said.starts_with(&format!("process {} since ", std::process::id())), "{said:?}");
        });
        assert!(is_gone(&format!("process {} since then", ended.id())));
        assert!(
            !is_gone(&format!("process {} since then", std::process::id())) && !is_gone("another process")
        );
    }

    #[test]
    fn scenario_58_the_second_is_told_who_has_it_and_may_have_it_afterwards() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        // What a dead run left does not matter.
        std::fs::write(&path, "process 1 since 1970-01-01T00:00:00.000Z and some more that is longer")
            .unwrap();
        let first = Lock::take(open(&path)).unwrap();
        assert!(first.is_held());
        let Err(LockError::Taken(holder)) = Lock::take(open(&path)) else { panic!("two locks") };
        assert!(holder.starts_with(&format!("process {} since 2", std::process::id())), "{holder}");
        assert!(holder.ends_with('Z'), "{holder}");
        drop(first);
        assert!(Lock::take(open(&path)).is_ok());
    }
}
