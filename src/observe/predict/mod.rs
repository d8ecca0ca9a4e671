//! What a run would do with another schedule or on another machine, from the service demands that were measured.
//!
//! The pipeline is a closed queueing network: as many pictures as the window lets in go from stage to stage; a stage is a
//! station with its workers as servers and its bounded queue in front; all stages share one station of cores. What no
//! schedule can beat follows from the operational laws ([`bounds`]); what it comes to in between is found by letting
//! pictures go through the network event by event ([`network`]), with a full queue blocking and a budget holding back as in
//! the engine. `docs/predict.md` says how far that is from real runs.

mod bounds; // what no schedule can beat
mod change; // another schedule, another machine
mod cpu; // a station of cores, shared by all that compute
#[cfg(feature = "cli")]
mod curve; // throughput against cores and workers
mod draw; // pictures that differ
mod model; // service demands and the schedule
mod network; // event by event
mod outcome; // what comes of it, and how sure that is
#[cfg(feature = "cli")]
mod plot; // the curve as SVG and in the terminal
#[cfg(feature = "cli")]
mod text; // for people and machines
mod trace; // what happened in the network

#[cfg(test)]
mod tests;

pub use change::{Change, ChangeError};
pub use model::{Model, NoModel};
pub use outcome::{Limit, Prediction, StationLoad};
#[cfg(feature = "cli")]
pub use plot::{ascii, svg};
#[cfg(feature = "cli")]
pub use text::{prediction_json, prediction_text};
