//! Finding pictures and reading their bytes.
//!
//! * `inputs.rs`: what was named, checked before anything runs
//! * `walk.rs`: the iterator over every file; `listing.rs`: one directory's names; `list.rs`: names from a reader
//! * `glob.rs`: patterns; `landing.rs`: where the result of a file lands
//! * `file.rs`: the bytes of one file; `claim.rs`: what says that it is a picture; `extension.rs`: the names of formats
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # std::fs::write(dir.path().join("a.jpg"), b"\xff\xd8\xff")?;
//! # let photos = dir.path();
//! use pipeline_stages::read::{Inputs, read_file};
//! for entry in Inputs::new().with(photos)?.walk() {
//!     let entry = entry?;
//!     println!("{} has {} bytes", entry.landing.display(), read_file(&entry.path, 1 << 30)?.len());
//! }
//! # Ok(())
//! # }
//! ```

mod claim;
mod extension;
mod file;
mod glob;
mod inputs;
mod landing;
mod list;
mod listing;
mod walk;

pub use claim::{CLAIM_BYTES, looks_like_picture};
pub use file::{read_entry, read_file, read_file_into};
pub use inputs::{Inputs, same_place};
pub use list::Separator;
pub use walk::{Entry, Skipped, Walk, WalkError};

pub(crate) use extension::{is_picture_extension, same_format};
