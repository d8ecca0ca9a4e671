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

/// Listens for signals until the process ends.
pub(super) struct Signals {
    first: Arc<AtomicU8>,
}

impl Signals {
    /// If signals cannot be listened to, they do what they do by default: end the process.
    pub(super) fn listen(controller: Controller, printer: Printer) -> Self {
        let first = Arc::new(AtomicU8::new(0));
        if let Ok(stream) = Stream::new([SIGINT, SIGTERM]) {
            let asked = Arc::clone(&first);
            let listener = move || obey(stream, &asked, &controller, &printer);
            // Without a thread for it the run goes on; it cannot be drained then.
            let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(listener);
        }
        Self { first }
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
