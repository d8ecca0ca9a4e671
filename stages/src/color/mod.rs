//! Owns what colors mean: profiles, and moving samples from one to another.
//! Does not own: where a file keeps its profile (decoding and encoding do), or ops as text.
//!
//! | file | what |
//! |---|---|
//! | `srgb.rs` | into sRGB, assigning, and what gray keeps of a profile |
//! | `cmyk.rs` | CMYK to RGB, by profile or by formula |
//! | `profile.rs` | the profiles that are known by name |
//! | `transform.rs` | parsing profiles and running transforms, by `moxcms` |

mod cmyk;
mod profile;
mod srgb;
mod transform;

pub use cmyk::{cmyk_to_rgb, cmyk16_to_rgb};
pub use profile::Profile;
pub use srgb::{assign, to_srgb};

pub(crate) use profile::{profile_of_code, profile_of_gamma};
pub(crate) use srgb::{changes_colors, gray_profile};
pub(crate) use transform::{is_for_rgb, is_whole};
