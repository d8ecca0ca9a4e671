//! Owns Ctrl-C and SIGTERM: the first drains for a grace time, the second stops, the third leaves at once.
//! Does not own: what drain and stop mean; that is the engine's.

use super::output;
use crate::engine::{Controller, Ended};
use crate::observe::Printer;
use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals as Stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Duration;

/// How long steps that run may go on when everything is to stop. A run that is left then has lost nothing but them: the
/// journal keeps nothing back, and a later run removes unfinished files.
const LAST_STEPS: Duration = Duration::from_secs(2);

/// What the user asked for by a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    Interrupt,
    Terminate,
}

/// Signals that are caught from when this is made, and obeyed until the process ends.
pub(super) struct Signals {
    stream: Option<Stream>,
    first: Arc<AtomicU8>,
}

/// What the signals steer.
#[derive(Clone)]
struct Wheel {
    controller: Controller,
    printer: Printer,
    grace: Duration,
}

impl Signals {
    /// To be called before there is anything to drain: what comes from now on is kept until [`obey`](Signals::obey). If
    /// signals cannot be caught, they do what they do by default: end the process.
    pub(super) fn catch() -> Self {
        // A file that may not grow as large as it should (`ulimit -f`) then fails as that, and does not end the process.
        let _ = signal_hook::flag::register(SIGXFSZ, Arc::default());
        Self { stream: Stream::new([SIGINT, SIGTERM]).ok(), first: Arc::default() }
    }

    /// Steers the run by what was and will be caught.
    pub(super) fn obey(&mut self, controller: Controller, printer: Printer, grace: Duration) {
        let Some(stream) = self.stream.take() else { return };
        let asked = Arc::clone(&self.first);
        let wheel = Wheel { controller, printer, grace };
        // Without a thread for it the run goes on; it cannot be drained then.
        let _ = thread("signals", move || obey(stream, &asked, &wheel));
    }

    pub(super) fn asked(&self) -> Asked {
        match i32::from(self.first.load(Relaxed)) {
            SIGINT => Asked::Interrupt,
            SIGTERM => Asked::Terminate,
            _ => Asked::Nothing,
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(run).map(drop)
}

fn obey(mut stream: Stream, asked: &AtomicU8, wheel: &Wheel) {
    let mut first = 0;
    for (count, signal) in stream.forever().enumerate() {
        match count {
            0 => {
                first = signal;
                asked.store(u8::try_from(signal).unwrap_or(0), Relaxed);
                wheel.drain(signal);
            }
            1 => wheel.stop("stopping after the steps that run now", first),
            _ => std::process::exit(128 + first),
        }
    }
}

impl Wheel {
    fn under_way(&self) -> u64 {
        self.controller.snapshot().unfinished
    }

    /// Admits nothing more; what has not ended after the grace time is given up.
    fn drain(&self, signal: i32) {
        self.controller.drain();
        let (left, grace) = (self.under_way(), self.grace.as_secs());
        self.printer.line(&format!(
            "pipeline: finishing {left} pictures under way, for at most {grace} s; again to stop at once"
        ));
        let wheel = self.clone();
        let wait = move || {
            std::thread::sleep(wheel.grace);
            wheel.stop("the grace time is over; stopping after the steps that run now", signal);
        };
        if thread("grace", wait).is_err() {
            self.stop("there is no thread to wait; stopping after the steps that run now", signal);
        }
    }

    /// Starts no step any more, and leaves the process if those that run do not end soon.
    fn stop(&self, why: &str, signal: i32) {
        if self.has_ended() {
            return;
        }
        self.controller.abort();
        self.printer.line(&format!("pipeline: {why}"));
        let wheel = self.clone();
        let leave = move || {
            std::thread::sleep(LAST_STEPS);
            if !wheel.has_ended() {
                let left = wheel.under_way();
                output::to_stderr(&format!(
                    "pipeline: left {left} pictures unfinished; give the same command with --resume to go on"
                ));
                std::process::exit(128 + signal);
            }
        };
        // Without a thread the steps are waited for, however long they take.
        let _ = thread("leave", leave);
    }

    fn has_ended(&self) -> bool {
        self.controller.snapshot().ended != Ended::Running
    }
}
