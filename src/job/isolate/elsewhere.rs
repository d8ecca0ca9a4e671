//! Owns the refusal to isolate where the walls for it are not known: elsewhere than on Linux.

use super::lost::{Lost, NoProcess};
use super::need::Need;
use super::protection::Protections;
use pipeline_stages::remote::{Answer, Request, Settings};
use std::io;

/// There is none.
pub(super) enum Process {}

impl Process {
    pub(super) fn available() -> Result<(), &'static str> {
        Err("it is built for Linux only")
    }

    pub(super) fn start(_: &Settings) -> Result<Self, NoProcess> {
        Err(io::Error::from(io::ErrorKind::Unsupported).into())
    }

    pub(super) fn protections(&self) -> Protections {
        match *self {}
    }

    pub(super) fn lives(&mut self) -> bool {
        match *self {}
    }

    pub(super) fn ask(&mut self, _: &Request<'_>, _: &Need, _: &Settings) -> io::Result<Answer> {
        match *self {}
    }

    pub(super) fn end(self, _: &io::Error, _: &Need) -> Lost {
        match self {}
    }
}
