//! Owns reading and writing pipes that end in time, whatever the other end does. Does not own: what is said there.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::time::Instant;

/// As much as the system lets everybody have: a photo at once.
const SIZE: usize = 1 << 20;

/// A pipe's end that waits until then and no longer.
pub(super) struct Timed<'p, P> {
    pub(super) pipe: &'p mut P,
    pub(super) until: Instant,
}

/// Makes a pipe larger, where that can be had; a smaller one works as well, and slower.
pub(super) fn widen(pipe: impl AsFd) {
    let _ = rustix::pipe::fcntl_setpipe_size(pipe, SIZE);
}

/// Makes a pipe's end fit for [`Timed`]: never waiting by itself.
pub(super) fn never_wait(pipe: impl AsFd) -> io::Result<()> {
    let flags = rustix::fs::fcntl_getfl(&pipe)?;
    Ok(rustix::fs::fcntl_setfl(&pipe, flags | rustix::fs::OFlags::NONBLOCK)?)
}

impl<P: AsFd> Timed<'_, P> {
    /// Tries, and waits where there is nothing to do yet.
    fn each<T>(
        &mut self,
        ready: PollFlags,
        mut attempt: impl FnMut(&mut P) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match attempt(self.pipe) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait(ready)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return done,
            }
        }
    }

    fn wait(&mut self, ready: PollFlags) -> io::Result<()> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let left = Timespec::try_from(left).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        match poll(&mut [PollFd::new(self.pipe, ready)], Some(&left)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl<P: AsFd + Read> Read for Timed<'_, P> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.each(PollFlags::IN, |pipe| pipe.read(into))
    }
}

impl<P: AsFd + Write> Write for Timed<'_, P> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.each(PollFlags::OUT, |pipe| pipe.write(bytes))
    }

    fn write_vectored(&mut self, parts: &[io::IoSlice<'_>]) -> io::Result<usize> {
        self.each(PollFlags::OUT, |pipe| pipe.write_vectored(parts))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn nobody_waits_for_longer_than_was_said() {
        let (mut reader, mut writer) = io::pipe().unwrap();
        widen(&writer);
        never_wait(&reader).unwrap();
        never_wait(&writer).unwrap();
        let until = Instant::now() + Duration::from_millis(20);
        let error = Timed { pipe: &mut reader, until }.read(&mut [0]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let error = Timed { pipe: &mut writer, until }.write_all(&vec![0; SIZE + 1]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let mut read = [1; 3];
        Timed { pipe: &mut reader, until }.read_exact(&mut read).unwrap();
        assert_eq!(read, [0; 3]);
    }
}
