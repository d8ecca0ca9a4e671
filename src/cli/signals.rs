//! Owns Ctrl-C and SIGTERM: the first drains, the second stops, the third leaves at once.
//! Does not own: what drain and stop mean; that is the engine's.

use crate::engine::Controller;
use crate::observe::Printer;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals as Stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

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

impl Signals {
    /// To be called before there is anything to drain: what comes from now on is kept until [`obey`](Signals::obey). If
    /// signals cannot be caught, they do what they do by default: end the process.
    pub(super) fn catch() -> Self {
        Self { stream: Stream::new([SIGINT, SIGTERM]).ok(), first: Arc::default() }
    }

    /// Steers the run by what was and will be caught.
    pub(super) fn obey(&mut self, controller: Controller, printer: Printer) {
        let Some(stream) = self.stream.take() else { return };
        let asked = Arc::clone(&self.first);
        let listener = move || obey(stream, &asked, &controller, &printer);
        // Without a thread for it the run goes on; it cannot be drained then.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listener);
    }

    pub(super) fn asked(&self) -> Asked {
        match i32::from(self.first.load(Relaxed)) {
            SIGINT => Asked::Interrupt,
            SIGTERM => Asked::Terminate,
            _ => Asked::Nothing,
        }
    }
}

fn obey(mut stream: Stream, asked: &AtomicU8, controller: &Controller, printer: &Printer) {
    for (count, signal) in stream.forever().enumerate() {
        match count {
            0 => {
                asked.store(u8::try_from(signal).unwrap_or(0), Relaxed);
                controller.drain();
                let left = controller.snapshot().unfinished;
                printer
                    .line(&format!("pipeline: finishing {left} pictures under way; again to stop at once"));
            }
            1 => {
                controller.abort();
                printer.line("pipeline: stopping after the steps that run now");
            }
            _ => std::process::exit(128 + signal),
        }
    }
}
