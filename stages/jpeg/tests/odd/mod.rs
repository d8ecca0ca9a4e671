//! Owns writing odd JPEGs: all that T.81 allows and no encoder does, from coefficients that are made up.
//! Does not own: reading them; what must come out is in `reference.rs`.
//!
//! | file | what |
//! |---|---|
//! | `case.rs` | what is odd about a file; proptest draws and shrinks it |
//! | `picture.rs` | components with made-up coefficients and steps |
//! | `script.rs` | how coefficients are spread over scans |
//! | `scan.rs` | one scan: its order of blocks, and its restarts |
//! | `sequential.rs`, `progressive.rs` | blocks as symbols and bits |
//! | `code.rs` | Huffman codes: optimal ones, those of annex K, and any other |
//! | `bits.rs` | symbols and bits as bytes |
//! | `file.rs` | the segments of the file |
//! | `reference.rs` | the pixels, slowly and by the book |
//! | `random.rs` | the same numbers on every run |

mod bits;
mod case;
mod code;
mod file;
mod picture;
mod progressive;
mod random;
mod reference;
mod scan;
mod script;
mod sequential;

pub(crate) use case::{Case, Coding, cases};
pub(crate) use random::Random;
pub(crate) use reference::Reference;

/// The file of a case, and what must come out of it.
pub(crate) fn write(case: &Case) -> (Vec<u8>, Reference) {
    let mut random = Random::new(case.seed);
    let picture = picture::Picture::new(case, &mut random);
    let file = file::write(case, &picture, &mut random);
    (file, Reference::of(case, &picture))
}
