//! Owns the few fields of an EXIF block that have to be known or stay true: orientation, size, color space, thumbnail.
//! Does not own: anything else in it, which goes along byte for byte.
//!
//! | file | what |
//! |---|---|
//! | `tiff.rs` | directories and fields of a block, whatever its bytes are |
//! | `fields.rs` | single values |
//! | `thumbnail.rs` | taking the thumbnail out |

mod fields;
mod thumbnail;
mod tiff;

pub(crate) use fields::{is_adobe_rgb, only_orientation, orientation};
pub(super) use fields::{set_size, set_srgb, set_upright};
pub(super) use thumbnail::drop_thumbnail;
