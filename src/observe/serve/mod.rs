//! Serves a run over HTTP while it goes on: figures for Prometheus, and the live page. Nothing is served from disk, only
//! what is in memory. Does not own: what is recorded (`recorder`), how the page looks (`page`).

mod control; // what the page may ask for
mod dashboard; // the live page
mod guard; // who may ask
mod http; // requests and answers
mod live; // the run as it is now
mod metrics; // figures for Prometheus
mod server; // sockets and threads

pub use dashboard::Dashboard;
pub use live::Live;
pub use metrics::{Metrics, open_metrics};
