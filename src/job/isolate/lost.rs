//! Owns how a process that decoded came to its end, as people and programs are told. Does not own: finding out.

use std::io;

/// How the process in which a picture was decoded ended before it answered. It costs this picture and no other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Lost {
    /// The stack overflowed.
    #[error("ended its process: stack overflow")]
    StackOverflow,
    /// It wanted more memory than the picture can need.
    #[error("ended its process: more than {most} bytes of memory wanted")]
    Memory {
        /// What it could have had, in bytes.
        most: u64,
    },
    /// It computed for longer than the picture can need.
    #[error("ended its process: more than {seconds} s of computing")]
    Computing {
        /// What it could have had, in seconds.
        seconds: u64,
    },
    /// It did not answer.
    #[error("ended its process: no answer within {seconds} s")]
    Silent {
        /// How long was waited, in seconds.
        seconds: u64,
    },
    /// It wanted something of the system that decoding does not need.
    #[error("ended its process: a forbidden system call")]
    Forbidden,
    /// It gave up.
    #[error("ended its process: abort")]
    Aborted,
    /// The processor or the system stopped it.
    #[error("ended its process: signal {signal}")]
    Crashed {
        /// The signal's number.
        signal: i32,
    },
    /// It left.
    #[error("ended its process: exit code {code}")]
    Exited {
        /// The code.
        code: i32,
    },
    /// What it answered cannot be.
    #[error("ended its process: an answer that cannot be")]
    Nonsense,
    /// Somebody killed it, or the system did for want of memory, twice. The picture may be innocent.
    #[error("its process was killed from outside, or for want of memory, twice; --resume tries it again")]
    Killed,
}

impl Lost {
    /// Whether the same picture would do it again.
    pub(in crate::job) fn is_final(&self) -> bool {
        *self != Self::Killed
    }
}

/// No process can be had for decoding. Nothing is decoded without one then, so this ends a run.
#[derive(Debug, thiserror::Error)]
#[error("cannot start a process for isolated decoding: {source}")]
pub struct NoProcess {
    /// The operating system's reason, or what the process said of itself.
    #[from]
    pub source: io::Error,
}
