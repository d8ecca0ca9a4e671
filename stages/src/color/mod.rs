//! Owns what colors mean: profiles, and moving samples from one to another.
//! Does not own: where a file keeps its profile (see [`crate::decode`] and [`crate::encode`]), or ops as text.
//!
//! | file | what |
//! |---|---|
//! | `cmyk.rs` | CMYK to RGB, by profile or by formula |
//! | `transform.rs` | the only file that runs the color management library |

mod cmyk;
mod transform;

pub use cmyk::cmyk_to_rgb;
