//! Owns what changes the values of samples and leaves them in their places.
//! Does not own: how that is asked for (each op has its file in `../op/`), nor taking color away (`../gray/`).
//!
//! | file | what |
//! |---|---|
//! | `sample.rs` | what 8 and 16 bits have in common |
//! | `colors.rs` | walking over all that is not alpha |
//! | `curve.rs` | a level for a level, by a formula |
//! | `histogram.rs` | how often each level occurs |
//! | `stretch.rs`, `otsu.rs` | levels by the histogram |
//! | `gaussian.rs`, `weigh.rs` | blurring |

mod colors;
mod curve;
mod gaussian;
mod histogram;
mod otsu;
mod sample;
mod stretch;
mod weigh;

pub(crate) use colors::{change_colors, look_up};
pub(crate) use curve::{Curve, Tables};
pub(crate) use gaussian::Gaussian;
pub(crate) use histogram::{Histogram, histogram_bytes, histograms};
pub(crate) use otsu::otsu;
pub(crate) use sample::Sample;
pub(crate) use stretch::{equalized, stretched};
