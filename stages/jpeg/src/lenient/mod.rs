//! Owns decoding what is left of damaged files, as libjpeg shows it.
//! Does not own: files that are whole, which the rest of the crate reads faster and strictly.
//!
//! Everything irregular has one rule of libjpeg for what happens then, and these files follow it, so that people see what every
//! other program shows them. They are a textbook's decoder, not a fast one: bits are read one code at a time, and files with
//! several scans keep all of their coefficients.
//!
//! | file | what | in libjpeg |
//! |---|---|---|
//! | `source.rs` | bytes and markers, and what comes after the end of a file | `jdatasrc.c`, `jdmarker.c` |
//! | `bits.rs` | bits and codes, also where there are none left | `jdhuff.c` |
//! | `headers.rs` | what marker segments define | `jdmarker.c` |
//! | `layout.rs` | blocks and MCUs | `jdinput.c` |
//! | `progress.rs` | which bits of which coefficients were given | `jdphuff.c` |
//! | `scan.rs` | the MCUs of a scan and its restarts | `jdcoefct.c`, `jdhuff.c` |
//! | `block.rs` | the codes of one block | `jdhuff.c`, `jdphuff.c` |
//! | `store.rs` | the coefficients | `jdcoefct.c` |
//! | `smoothing.rs` | estimates of coefficients that never came | `jdcoefct.c` |
//! | `pixels.rs` | rows of pixels | `jdmainct.c`, `jdsample.c` |
//! | `picture.rs` | the way from a file to pixels | `jdapistd.c`, `jdinput.c` |

mod bits;
mod block;
mod headers;
mod layout;
mod picture;
mod pixels;
mod progress;
mod scan;
mod smoothing;
mod source;
mod store;

pub(crate) use picture::decode;
