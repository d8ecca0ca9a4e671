//! Owns one process that decodes: starting it, asking it within limits, and finding out why it ended.
//! Does not own: what it does (`serve.rs`), what is asked.

use super::lost::{Lost, NoProcess};
use super::need::Need;
use super::pipe::{Timed, never_wait, widen};
use super::protection::Protections;
use super::serve::Hello;
use super::{CALLED, WORD};
use nix::time::{ClockId, clock_getcpuclockid};
use pipeline_stages::remote::{Answer, Believed, Request, Settings};
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use std::io::{self, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// To be started and to say so.
const START: Duration = Duration::from_secs(60);
/// To be gone once its pipe is closed.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// A process that decodes. Dropping it ends it.
pub(super) struct Process {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    said: ChildStderr,
    pid: Option<Pid>,
    /// Tells how long it has computed.
    clock: Option<ClockId>,
    /// Bytes that the program itself takes.
    own_bytes: u64,
    /// The most that a picture needed here: freed memory is kept for the next.
    most_memory: u64,
    protections: Protections,
}

impl Process {
    /// Whether this program can be started for decoding.
    pub(super) fn available() -> Result<(), &'static str> {
        if CALLED.load(Relaxed) {
            return Ok(());
        }
        Err("this program's `main` does not begin with `job::isolated_decoder()`")
    }

    pub(super) fn start(settings: &Settings) -> Result<Self, NoProcess> {
        let mut command = Command::new("/proc/self/exe");
        // A group of its own: Ctrl-C in a terminal is for the parent, which may want it to finish.
        command.arg0("pipeline").arg(WORD).env_clear().envs(kept()).current_dir("/").process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let (to, from, said) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(to), Some(from), Some(said)) = (to, from, said) else {
            return Err(io::Error::other("it has no pipes").into());
        };
        let pid = i32::try_from(child.id()).ok();
        let clock = pid.and_then(|pid| clock_getcpuclockid(nix::unistd::Pid::from_raw(pid)).ok());
        let mut process = Self {
            child,
            to,
            from,
            said,
            pid: pid.and_then(Pid::from_raw),
            clock,
            own_bytes: 0,
            most_memory: 0,
            protections: Protections::default(),
        };
        process.greet(settings)?;
        Ok(process)
    }

    /// Both say what they are, and agree on the settings.
    fn greet(&mut self, settings: &Settings) -> io::Result<()> {
        widen(&self.to);
        widen(&self.from);
        never_wait(&self.to)?;
        never_wait(&self.from)?;
        never_wait(&self.said)?;
        let until = Instant::now() + START;
        settings.write(&mut Timed { pipe: &mut self.to, until })?;
        let hello = Hello::read(&mut Timed { pipe: &mut self.from, until })?;
        self.own_bytes = hello.own_bytes;
        let need = Need::new(0, 0, START.as_secs());
        let (memory, computing) = (self.limit_memory(&need), self.limit_computing(&need));
        self.protections = Protections { memory, computing, ..hello.protections };
        Ok(())
    }

    pub(super) fn protections(&self) -> Protections {
        self.protections
    }

    /// Whether it is still there.
    pub(super) fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it, and waits for the answer.
    pub(super) fn ask(
        &mut self,
        request: &Request<'_>,
        need: &Need,
        settings: &Settings,
    ) -> io::Result<Answer> {
        self.limit_memory(need);
        self.limit_computing(need);
        let until = Instant::now() + Duration::from_secs(need.patience);
        request.write(&mut Timed { pipe: &mut self.to, until })?;
        let believed = Believed { settings, file_bytes: request.file.len(), most_bytes: need.answer };
        Answer::read(&mut Timed { pipe: &mut self.from, until }, &believed)
    }

    fn limit_memory(&mut self, need: &Need) -> bool {
        self.most_memory = self.most_memory.max(need.memory);
        let most = self.most_bytes();
        self.limit(Resource::As, most)
    }

    fn most_bytes(&self) -> u64 {
        self.own_bytes.saturating_add(self.most_memory.saturating_mul(2))
    }

    /// The system counts from its start, so what it has used is added.
    fn limit_computing(&mut self, need: &Need) -> bool {
        let Some(used) = self.clock.and_then(|clock| clock.now().ok()) else { return false };
        let used = u64::try_from(used.tv_sec()).unwrap_or(0);
        self.limit(Resource::Cpu, used + 1 + need.seconds)
    }

    fn limit(&self, what: Resource, most: u64) -> bool {
        let maximum = getrlimit(what).maximum;
        let current = Some(maximum.map_or(most, |maximum| maximum.min(most)));
        self.pid.is_some_and(|pid| prlimit(Some(pid), what, Rlimit { current, maximum }).is_ok())
    }

    /// Ends it after it failed to answer, and tells why it did.
    pub(super) fn end(mut self, error: &io::Error, need: &Need) -> Lost {
        match error.kind() {
            io::ErrorKind::TimedOut => return Lost::Silent { seconds: need.patience },
            io::ErrorKind::InvalidData => return Lost::Nonsense,
            _ => {}
        }
        let Some(status) = self.status() else { return Lost::Nonsense };
        let mut said = vec![0; 4096];
        let length = self.said.read(&mut said).unwrap_or(0);
        let said = String::from_utf8_lossy(&said[..length]);
        cause(status, &said, self.most_bytes(), need)
    }

    /// How it ended, if it did.
    fn status(&mut self) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < LAST_MOMENT {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                ended => return ended.ok().flatten(),
            }
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What of the environment decoding depends on; all else is nothing to a picture.
fn kept() -> impl Iterator<Item = (&'static str, std::ffi::OsString)> {
    #[cfg(debug_assertions)]
    let tests = super::faults::VARIABLES;
    #[cfg(not(debug_assertions))]
    let tests = [];
    ["PIPELINE_SIMD"].into_iter().chain(tests).filter_map(|name| Some((name, std::env::var_os(name)?)))
}

/// Why a process that ended so did, by what it said last.
fn cause(status: ExitStatus, said: &str, most: u64, need: &Need) -> Lost {
    use rustix::process::Signal;
    let Some(signal) = status.signal() else { return Lost::Exited { code: status.code().unwrap_or(0) } };
    let is = |name: Signal| signal == name.as_raw();
    // The words are those of Rust's library, which ends the program itself then.
    if said.contains("has overflowed its stack") {
        Lost::StackOverflow
    } else if said.contains("memory allocation of") {
        Lost::Memory { most }
    } else if is(Signal::XCPU) {
        Lost::Computing { seconds: need.seconds }
    } else if is(Signal::SYS) {
        Lost::Forbidden
    } else if [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP].into_iter().any(is) {
        Lost::Killed
    } else if is(Signal::ABORT) {
        Lost::Aborted
    } else {
        Lost::Crashed { signal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_by_its_signal_and_by_the_last_words() {
        let need = Need::new(5, 0, 7);
        let of = |status: i32, said: &str| cause(ExitStatus::from_raw(status), said, 10, &need);
        assert_eq!(of(6, "\nthread 'main' has overflowed its stack\n"), Lost::StackOverflow);
        assert_eq!(of(6, "memory allocation of 99 bytes failed"), Lost::Memory { most: 10 });
        assert_eq!(of(6, ""), Lost::Aborted);
        assert_eq!(of(24, ""), Lost::Computing { seconds: 7 });
        assert_eq!(of(31, ""), Lost::Forbidden);
        assert_eq!((of(9, ""), of(15, "")), (Lost::Killed, Lost::Killed));
        assert_eq!(of(11, ""), Lost::Crashed { signal: 11 });
        assert_eq!(of(3 << 8, ""), Lost::Exited { code: 3 });
    }

    #[test]
    fn a_program_that_does_not_say_so_is_not_started_for_decoding() {
        // The main of a test is not ours.
        assert!(Process::available().is_err());
    }
}
