//! Owns the list of everything that reads what others wrote, and what must be true of whatever it gives. The fuzz targets in
//! `fuzz/` use it as well.
//! Does not own: where inputs come from.
//!
//! | file | what is read |
//! |---|---|
//! | `pictures.rs` | a file of one format; the whole way from file to file |
//! | `texts.rs` | ops, config files, command lines |
//! | `journal.rs` | the journal of a run that was killed, or whose disk lost something |
//! | `messages.rs` | what another process answers |

mod journal;
mod messages;
mod pictures;
pub(crate) mod texts;

use pipeline_images::stages::Format;

/// Something that reads.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    #[allow(dead_code, reason = "libFuzzer has inputs of its own")]
    pub(crate) feed: Feed,
    /// Gives whether it accepted the input. Panics if what comes of it cannot be.
    pub(crate) run: fn(&[u8]) -> bool,
    /// The most bytes that it may allocate at once for an input.
    #[allow(dead_code, reason = "libFuzzer watches memory itself")]
    pub(crate) most: fn(&[u8]) -> usize,
}

/// What a target is given to begin with.
pub(crate) enum Feed {
    /// Files of this format.
    Pictures(Format),
    /// Any files, after two bytes that choose what is done.
    Whole,
    /// What this gives.
    Texts(fn() -> Vec<Vec<u8>>),
}

const fn picture(name: &'static str, format: Format, run: fn(&[u8]) -> bool) -> Target {
    Target { name, feed: Feed::Pictures(format), run, most: pictures::most }
}

/// Bytes that texts and messages may take: what they say, a few times, and what does not depend on them.
fn some(input: &[u8]) -> usize {
    (32 << 20) + 200 * input.len()
}

/// All of them.
pub(crate) static TARGETS: [Target; 19] = [
    picture("jpeg", Format::Jpeg, |file| pictures::one(file, Format::Jpeg)),
    picture("png", Format::Png, |file| pictures::one(file, Format::Png)),
    picture("webp", Format::WebP, |file| pictures::one(file, Format::WebP)),
    picture("tiff", Format::Tiff, |file| pictures::one(file, Format::Tiff)),
    picture("bmp", Format::Bmp, |file| pictures::one(file, Format::Bmp)),
    picture("gif", Format::Gif, |file| pictures::one(file, Format::Gif)),
    picture("pnm", Format::Pnm, |file| pictures::one(file, Format::Pnm)),
    picture("qoi", Format::Qoi, |file| pictures::one(file, Format::Qoi)),
    picture("tga", Format::Tga, |file| pictures::one(file, Format::Tga)),
    picture("ico", Format::Ico, |file| pictures::one(file, Format::Ico)),
    picture("hdr", Format::Hdr, |file| pictures::one(file, Format::Hdr)),
    picture("farbfeld", Format::Farbfeld, |file| pictures::one(file, Format::Farbfeld)),
    picture("jxl", Format::Jxl, |file| pictures::one(file, Format::Jxl)),
    Target { name: "whole", feed: Feed::Whole, run: pictures::whole, most: |_| 1 << 30 },
    Target { name: "ops", feed: Feed::Texts(texts::ops), run: texts::op, most: some },
    Target { name: "config", feed: Feed::Texts(texts::configs), run: texts::config, most: some },
    Target { name: "arguments", feed: Feed::Texts(texts::command_lines), run: texts::arguments, most: some },
    Target { name: "journal", feed: Feed::Texts(journal::journals), run: journal::resume, most: some },
    Target { name: "messages", feed: Feed::Texts(messages::answers), run: messages::receive, most: some },
];
