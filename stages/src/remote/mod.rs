//! Owns decoding as questions and answers that travel as bytes, so that pictures nobody trusts can be decoded in another
//! process: whoever asks has a [`Request`] and reads an [`Answer`]; whoever decodes has a [`Server`].
//! Does not own: the process, what it may do, and for how long; both sides only read and write.
//!
//! | file | what |
//! |---|---|
//! | `request.rs` | what is asked, and the settings that hold for all of it |
//! | `answer.rs` | what comes back, and what is not believed of it |
//! | `server.rs` | giving answers |
//! | `pixels.rs` | the samples of an answer |
//! | `frame.rs` | a head and a body, of bounded lengths |
//! | `wire.rs` | numbers, texts, lists as bytes; structs field by field |
//! | `values.rs` | the types of this package that travel |
//! | `errors.rs` | errors that travel, with the words they keep |
//!
//! ```
//! use pipeline_stages::remote::{Answer, Believed, Request, Server, Settings, Wanted};
//! use pipeline_stages::{DecodeMode, Limits};
//!
//! let settings = Settings { limits: Limits::default(), lenient: false };
//! let (mut asked, mut answered) = (Vec::new(), Vec::new());
//! Request { wanted: Wanted::Picture(DecodeMode::Full), file: b"P5 2 1 255 \x00\xff" }.write(&mut asked)?;
//!
//! // In the other process:
//! let mut server = Server::new(settings.clone());
//! let mut file = Vec::new();
//! while let Some(wanted) = Request::read(&mut asked.as_slice(), &settings, &mut file)? {
//!     server.answer(&Request { wanted, file: &file }).write(&mut answered)?;
//! #   asked.clear();
//! }
//!
//! let believed = Believed { settings: &settings, file_bytes: 13, most_bytes: 1000 };
//! let Answer::Picture(decoded) = Answer::read(&mut answered.as_slice(), &believed)? else { panic!() };
//! assert_eq!(decoded.image.width(), 2);
//! # Ok::<(), std::io::Error>(())
//! ```

mod answer;
mod errors;
mod frame;
mod pixels;
mod request;
mod server;
mod values;
mod wire;

pub use answer::{Answer, Believed};
pub use request::{Request, Settings, Wanted};
pub use server::Server;

#[cfg(test)]
mod tests;
