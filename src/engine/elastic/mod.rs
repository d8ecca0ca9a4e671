//! Elastic stages: the numbers of workers that nobody fixed are raised and lowered while the run goes on.
//!
//! Owns: which change is tried, and whether it is kept. Does not own: permits and threads, which are changed as a caller
//! would change them. What is decided depends on readings alone, so the policy is tested on a simulated pipeline without
//! a thread or a clock.
//!
//! | file | one idea |
//! |---|---|
//! | `decision` | what was decided, for people: a part of the report |
//! | `reading` | what the policy is told: cumulative counters, and what happened between two of them |
//! | `watch` | a throughput with its error |
//! | `laws` | what limits a run, and how many workers would carry more (operational laws) |
//! | `memory` | what was tried in vain, for how long that counts |
//! | `moves` | which change is worth trying next |
//! | `trial` | one change that is tried: why, until when, what came of it |
//! | `mood` | whether it climbs or is settled |
//! | `policy` | the steps from reading to reading: watch, try, keep or take back |
//! | `steer` | the thread that reads, asks the policy and moves permits |

mod decision;
#[cfg(not(shuttle))]
mod laws;
#[cfg(not(shuttle))]
mod memory;
#[cfg(not(shuttle))]
mod mood;
#[cfg(not(shuttle))]
mod moves;
#[cfg(not(shuttle))]
mod policy;
#[cfg(not(shuttle))]
mod reading;
#[cfg(all(test, not(shuttle)))]
mod simulated;
#[cfg(not(shuttle))]
mod steer;
#[cfg(not(shuttle))]
mod trial;
#[cfg(not(shuttle))]
mod watch;

pub use decision::{Decision, Outcome};
#[cfg(not(shuttle))]
pub(super) use steer::{Bell, Rung, steer};
