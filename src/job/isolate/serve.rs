//! Owns what a process that decodes does from its beginning to its end. Does not own: which walls stand around it.

use super::WORD;
use super::confine::confine;
use super::protection::Protections;
use pipeline_stages::remote::{Request, Server, Settings, Wanted};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

/// The longest first line.
const LONGEST: usize = 4096;

/// What a process says of itself before it is asked anything: a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// It is what was started.
    word: String,
    version: String,
    /// Bytes of memory that the program takes before it does anything.
    pub(super) own_bytes: u64,
    pub(super) protections: Protections,
}

impl Hello {
    pub(super) fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut line = Vec::new();
        let mut byte = [0];
        while line.len() < LONGEST {
            from.read_exact(&mut byte)?;
            if byte == *b"\n" {
                break;
            }
            line.extend(byte);
        }
        let hello: Self = serde_json::from_slice(&line)?;
        if hello.word == WORD && hello.version == env!("CARGO_PKG_VERSION") {
            return Ok(hello);
        }
        Err(io::Error::other("it is another program"))
    }

    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        to.write_all(&line)
    }
}

/// Decodes until nothing is asked any more.
pub(super) fn serve() -> ExitCode {
    // A panic is an answer.
    std::panic::set_hook(Box::new(|_| ()));
    let own_bytes = own_bytes();
    let protections = confine();
    let hello = Hello {
        word: WORD.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        own_bytes,
        protections,
    };
    match work(&hello) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn work(hello: &Hello) -> io::Result<()> {
    let settings = Settings::read(&mut Asked)?;
    hello.write(&mut Answered)?;
    let mut server = Server::new(settings.clone());
    let mut file = Vec::new();
    while let Some(wanted) = Request::read(&mut Asked, &settings, &mut file)? {
        let decodes = wanted != Wanted::Header;
        let misbehave = || {
            #[cfg(debug_assertions)]
            if decodes {
                super::faults::commit(&file);
            }
            let _ = decodes;
        };
        server.answer_after(&Request { wanted, file: &file }, misbehave).write(&mut Answered)?;
        keep_little(&mut file);
    }
    Ok(())
}

/// One huge file should not cost memory for ever.
fn keep_little(buffer: &mut Vec<u8>) {
    const MOST: usize = 16 << 20;
    if buffer.capacity() > MOST {
        *buffer = Vec::new();
    }
}

/// The size of this process; 0 where the system does not tell.
fn own_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm.split(' ').next().and_then(|pages| pages.parse().ok()).unwrap_or(0);
    pages.saturating_mul(rustix::param::page_size() as u64)
}

/// Standard input without a buffer.
struct Asked;

impl Read for Asked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(io::stdin().as_fd(), into)?)
    }
}

/// Standard output without a buffer.
struct Answered;

impl Write for Answered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(io::stdout().as_fd(), bytes)?)
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        Ok(rustix::io::writev(io::stdout().as_fd(), parts)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_program_or_version_is_not_listened_to() {
        let hello = |word: &str, version: &str| Hello {
            word: word.to_owned(),
            version: version.to_owned(),
            own_bytes: 9,
            protections: Protections { files: true, ..Protections::default() },
        };
        let read = |hello: Hello| {
            let mut line = Vec::new();
            hello.write(&mut line).unwrap();
            Hello::read(&mut line.as_slice())
        };
        let version = env!("CARGO_PKG_VERSION");
        assert!(read(hello(WORD, version)).unwrap().protections.files);
        assert!(read(hello("other", version)).is_err());
        assert!(read(hello(WORD, "0.0.0")).is_err());
        assert!(Hello::read(&mut b"{}\n".as_slice()).is_err());
        assert!(Hello::read(&mut vec![b'x'; 9999].as_slice()).is_err());
        assert!(Hello::read(&mut b"".as_slice()).is_err());
    }

    #[test]
    fn this_process_has_a_size() {
        assert!(own_bytes() > 1 << 20);
    }
}
