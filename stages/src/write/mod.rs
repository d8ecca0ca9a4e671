//! Putting results under their final names: whole or not at all.
//!
//! * `destination.rs`: where results go; `existing.rs`: what happens to what lies there; `prepare.rs`: making the directory
//! * `name.rs`: the name of a result; `claims.rs`: no two inputs with the same result
//! * `records.rs`: this program's own files in the output directory, and what a run that was killed left there
//! * `usable.rs`: whether anything can be written there at all
//! * `beside.rs`: unfinished files where there is no output directory
//! * `folder.rs`: the only file that speaks to the file system; `temporary.rs`: a file that is not finished
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let out = dir.path();
//! use pipeline_stages::write::{Destination, Existing};
//! let destination = Destination::prepare(out, Existing::Auto, false)?;
//! let outcome = destination.write("2024/a.jpg".as_ref(), "png", b"the encoded picture")?;
//! println!("{} is there", outcome.path().display());
//! # assert_eq!(std::fs::read(out.join("2024/a.png"))?, b"the encoded picture");
//! # Ok(())
//! # }
//! ```

mod beside;
mod claims;
mod destination;
mod existing;
mod folder;
mod name;
mod prepare;
mod records;
mod temporary;
mod usable;

pub use claims::Claims;
pub use destination::Destination;
pub use existing::{Existing, Fate, Outcome, Stamp};
pub use name::target_name;

pub(crate) use prepare::MARKER;
pub(crate) use temporary::is_temporary;
