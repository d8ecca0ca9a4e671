//! Decoding in processes of its own, for pictures that nobody trusts: what ends such a process costs one picture, and what
//! takes it over finds no files, no network, and little memory and time.
//!
//! Owns: which pictures are decoded there, the processes, what they may do, how their ends are told. Does not own: what they
//! are asked and answer (`pipeline_stages::remote`), decoding.
//!
//! | file | one idea |
//! |---|---|
//! | `choice` | whether this run isolates, and which of its pictures |
//! | `bench` | a worker's decoder: here or there |
//! | `process` | one process: started, asked, watched, ended |
//! | `pipe` | reading and writing that end in time |
//! | `need` | how much memory and time a picture may take there |
//! | `lost` | how a process came to its end |
//! | `protection` | which of the walls around it this system can build |
//! | `serve` | in the process: what it does |
//! | `confine`, `filter` | in the process: giving up what it may do; which system calls are left |
//! | `faults` | in debug builds: pictures that misbehave, for tests |
//!
//! Elsewhere than on Linux nothing of this can be had, and asking for it is refused.

mod bench;
mod choice;
#[cfg(target_os = "linux")]
mod confine;
#[cfg(debug_assertions)]
mod faults;
#[cfg(target_os = "linux")]
mod filter;
mod lost;
mod need;
#[cfg(target_os = "linux")]
mod pipe;
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod process;
mod protection;
#[cfg(target_os = "linux")]
mod serve;

pub(super) use bench::Bench;
pub(super) use choice::Isolation;
pub use lost::{Lost, NoProcess};
pub use protection::Protections;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// The first argument of a process that decodes.
const WORD: &str = "--decode-for-parent";

/// Whether this program's `main` lets its processes decode.
static CALLED: AtomicBool = AtomicBool::new(false);

/// Decodes, if this process was started for that, and then gives its exit code; else returns at once. A program that runs jobs
/// with `decode.isolate` starts itself for each worker that decodes, so its `main` has to begin with this:
///
/// ```
/// fn main() -> std::process::ExitCode {
///     if let Some(ended) = pipeline_images::job::isolated_decoder() {
///         return ended;
///     }
///     // … whatever else the program does
/// #   std::process::ExitCode::SUCCESS
/// }
/// ```
pub fn isolated_decoder() -> Option<ExitCode> {
    CALLED.store(true, Relaxed);
    let asked = std::env::args_os().nth(1).is_some_and(|first| first == WORD);
    #[cfg(target_os = "linux")]
    return asked.then(serve::serve);
    #[cfg(not(target_os = "linux"))]
    asked.then_some(ExitCode::FAILURE)
}
