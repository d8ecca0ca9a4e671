//! Owns watching one entry point: panics, time, memory; and a thread that ends the program when a call never ends.
//! Does not own: what is called (see `targets.rs`).

use crate::targets::Target;
use peak_alloc::PeakAlloc;
use pipeline_jpeg::Decoder;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longer is a hang.
const LONGEST: Duration = Duration::from_secs(2);

/// What is being worked at, and since when.
static NOW: Mutex<Option<(Instant, &'static str, Vec<u8>)>> = Mutex::new(None);

/// What went wrong.
pub(crate) enum Finding {
    Panic(&'static str, String),
    Slow(&'static str, Duration),
    Memory { name: &'static str, bytes: usize, bound: usize },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Panic(name, message) => write!(f, "{name} panicked: {message}"),
            Finding::Slow(name, time) => write!(f, "{name} took {:.1} s", time.as_secs_f64()),
            Finding::Memory { name, bytes, bound } => {
                write!(f, "{name} took {bytes} bytes at once, of at most {bound}")
            }
        }
    }
}

/// What one entry point did so far.
pub(crate) struct Tally {
    target: Target,
    decoded: u64,
    refused: u64,
    longest: Duration,
    most: usize,
    /// The largest part of its bound that was taken.
    fullest: f64,
}

impl Tally {
    pub(crate) fn new(target: Target) -> Tally {
        Tally { target, decoded: 0, refused: 0, longest: Duration::ZERO, most: 0, fullest: 0.0 }
    }

    /// Calls it with a file.
    pub(crate) fn run(
        &mut self,
        decoder: &mut Decoder,
        file: &[u8],
        allocator: &PeakAlloc,
    ) -> Option<Finding> {
        let Target { name, run, bound } = self.target;
        let bound = bound(file);
        let began = Instant::now();
        begin(began, name, file);
        let before = allocator.current_usage();
        allocator.reset_peak_usage();
        // Not kept, so that every file has to be met with memory of its own.
        let mut out = Vec::new();
        let ended = catch_unwind(AssertUnwindSafe(|| run(decoder, file, &mut out)));
        let bytes = allocator.peak_usage().saturating_sub(before);
        let time = began.elapsed();
        (self.longest, self.most) = (self.longest.max(time), self.most.max(bytes));
        self.fullest = self.fullest.max(bytes as f64 / bound as f64);
        match ended {
            Err(panic) => {
                *decoder = Decoder::new(crate::targets::LIMITS);
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied());
                return Some(Finding::Panic(name, text.unwrap_or("without a word").to_owned()));
            }
            Ok(true) => self.decoded += 1,
            Ok(false) => self.refused += 1,
        }
        if time > LONGEST {
            return Some(Finding::Slow(name, time));
        }
        (bytes > bound).then_some(Finding::Memory { name, bytes, bound })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { target: Target { name, .. }, decoded, refused, longest, most, fullest } = self;
        let (time, full) = (longest.as_secs_f64() * 1e3, fullest * 100.0);
        write!(f, "{name:>9}: {decoded} decoded, {refused} refused; longest {time:.0} ms; ")?;
        write!(f, "most memory {:.1} MB, at most {full:.0} % of its bound", *most as f64 / 1e6)
    }
}

fn begin(began: Instant, name: &'static str, file: &[u8]) {
    let mut now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
    let mut copy = now.take().map_or(Vec::new(), |(_, _, copy)| copy);
    copy.clear();
    copy.extend_from_slice(file);
    *now = Some((began, name, copy));
}

/// Ends the program when a call takes ten times as long as is allowed.
#[allow(clippy::disallowed_methods, reason = "who waits for a hang cannot be the one that hangs")]
pub(crate) fn for_hangs() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(LONGEST);
            let now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((began, name, file)) = now.as_ref().filter(|now| now.0.elapsed() > LONGEST * 10) {
                println!("{name} hangs, {} s; {}", began.elapsed().as_secs(), keep(file, "hang"));
                std::process::exit(1);
            }
        }
    });
}

/// Panics are told with the file that made them, and not where they happen.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Writes a file for whoever looks into it. Gives where it is.
pub(crate) fn keep(file: &[u8], name: &str) -> String {
    let path = std::env::temp_dir().join(format!("damage-{name}.jpg"));
    match std::fs::write(&path, file) {
        Ok(()) => format!("the file is {}", path.display()),
        Err(error) => format!("the file cannot be kept at {}: {error}", path.display()),
    }
}
