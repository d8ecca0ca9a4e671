//! The dataflow engine: stages with their own worker groups, joined by bounded queues. Generic over what flows; knows
//! nothing of pictures. The rules it keeps are in `README.md` beside this file.
//!
//! Start at [`Pipeline`].

mod admission; // the door: window and seats
mod blueprint; // what was described, and whether it can run
mod budget; // bytes in flight
mod clock; // monotonic time, CPU time
mod control; // what all threads of a run share
mod cores; // how many can be used
mod elastic; // numbers of workers that follow what is measured
mod ends; // as an iterator, as a channel
mod error;
mod flow; // a worker's two ends
mod gate; // the budget's gate in front of a stage
mod group; // a stage's worker group
mod handle; // steering a run from outside
mod held; // items at a gate
mod histogram;
mod item; // tickets, claims, messages
mod meter; // per-worker counters
#[cfg(all(test, shuttle))]
mod model; // the model check
mod order; // putting things back into order
mod permits; // elastic groups
mod pipeline; // the builder
mod policy; // what a failure does
mod queue; // every channel
mod report;
mod run; // threads
mod sink;
mod source;
mod stage; // the description of a stage
mod sync; // std or the model checker
mod trail; // an input's way through the stages
mod worker; // the worker loop

pub use budget::ByteSize;
pub use control::Ended;
#[cfg_attr(shuttle, allow(unused_imports, reason = "nothing is elastic under the model checker"))]
pub(crate) use cores::usable_cores;
#[cfg(feature = "images")]
pub(crate) use cores::{allowed_cores, control_groups, quota};
pub use elastic::{Decision, Outcome};
pub use ends::Items;
pub use error::{BuildError, Failure, Panicked, RunError, StepError};
pub use handle::{Controller, Handle};
pub use histogram::{Bucket, Latency};
pub use item::{ChildPath, Done, Fate};
#[doc(hidden)]
pub use meter::telemetry_per_item;
pub use order::Order;
pub use pipeline::{Pipeline, Runnable};
pub use policy::OnError;
#[cfg(not(shuttle))]
pub use queue::{ChannelReceiver, ChannelSender};
pub use report::{BudgetReport, Report, StageReport};
pub use stage::Stage;
pub use trail::{History, Visit};
pub use worker::Emit;
