//! Owns watching a target: panics, time, memory; and a thread that ends the program when a call never ends.
//! Does not own: what is called (`targets/`).

use crate::targets::Target;
use peak_alloc::PeakAlloc;
use std::fmt;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longer is a hang, in a debug build on a busy machine too.
const LONGEST: Duration = Duration::from_secs(10);
/// Findings that are told in full.
const TOLD: u64 = 20;

/// What is being worked at, and since when.
static NOW: Mutex<Option<(Instant, &'static str, Vec<u8>)>> = Mutex::new(None);

/// What one target did so far.
pub(crate) struct Tally {
    target: &'static Target,
    rounds: u64,
    accepted: u64,
    longest: Duration,
    most: usize,
    pub(crate) findings: u64,
}

impl Tally {
    pub(crate) fn new(target: &'static Target) -> Self {
        Self { target, rounds: 0, accepted: 0, longest: Duration::ZERO, most: 0, findings: 0 }
    }

    /// Calls it; what was wrong.
    pub(crate) fn run(&mut self, input: &[u8], allocator: &PeakAlloc) -> Option<String> {
        let Target { name, run, most, .. } = self.target;
        let most = most(input);
        let began = Instant::now();
        begin(began, name, input);
        let before = allocator.current_usage();
        allocator.reset_peak_usage();
        let ended = catch_unwind(|| run(input));
        let bytes = allocator.peak_usage().saturating_sub(before);
        let time = began.elapsed();
        self.rounds += 1;
        (self.longest, self.most) = (self.longest.max(time), self.most.max(bytes));
        let wrong = match ended {
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied());
                Some(format!("panic: {}", text.unwrap_or("without a word")))
            }
            Ok(accepted) => {
                self.accepted += u64::from(accepted);
                let slow = time > LONGEST;
                let large = bytes > most;
                match (slow, large) {
                    (true, _) => Some(format!("took {:.1} s", time.as_secs_f64())),
                    (_, true) => Some(format!("took {bytes} bytes at once, of at most {most}")),
                    _ => None,
                }
            }
        };
        self.findings += u64::from(wrong.is_some());
        wrong.filter(|_| self.findings <= TOLD)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, rounds, accepted, longest, most, findings } = self;
        let (time, most) = (longest.as_secs_f64() * 1e3, *most as f64 / 1e6);
        write!(f, "{:>9}: {rounds} inputs, {accepted} accepted, {findings} findings; ", target.name)?;
        write!(f, "longest {time:.0} ms, most memory {most:.1} MB")
    }
}

fn begin(began: Instant, name: &'static str, input: &[u8]) {
    let mut now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
    let mut copy = now.take().map_or(Vec::new(), |(_, _, copy)| copy);
    copy.clear();
    copy.extend_from_slice(input);
    *now = Some((began, name, copy));
}

/// Ends the program when a call takes six times as long as is allowed.
pub(crate) fn for_hangs() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(LONGEST);
            let now = NOW.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((began, name, input)) = now.as_ref().filter(|now| now.0.elapsed() > LONGEST * 6) {
                println!("{name} hangs, {} s; {}", began.elapsed().as_secs(), keep(input, "hang"));
                std::process::exit(1);
            }
        }
    });
}

/// Panics are told with the input that made them, and not where they happen.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Writes an input for whoever looks into it. Gives where it is.
pub(crate) fn keep(input: &[u8], name: &str) -> String {
    let path = std::env::temp_dir().join(format!("mutation-{name}"));
    match std::fs::write(&path, input) {
        Ok(()) => format!("the input is {}", path.display()),
        Err(error) => format!("the input cannot be kept at {}: {error}", path.display()),
    }
}
