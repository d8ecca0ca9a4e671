//! Owns frames: the length of a head, the head, and a body whose length the head tells.
//! Does not own: what is in them.

use super::wire::{Wire, all};
use std::io::{self, IoSlice, Read, Write};

/// Nothing that was sent by the same program looks like this.
pub(super) fn nonsense(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// Writes a frame, in one call where the other side has room for it.
pub(super) fn write(to: &mut impl Write, head: &impl Wire, body: &[u8]) -> io::Result<()> {
    let mut framed = vec![0; 4];
    head.put(&mut framed);
    let length = u32::try_from(framed.len() - 4).map_err(|_| nonsense("a head of 4 GiB"))?;
    framed[..4].copy_from_slice(&length.to_le_bytes());
    let mut parts = [IoSlice::new(&framed), IoSlice::new(body)];
    let mut parts = parts.as_mut_slice();
    IoSlice::advance_slices(&mut parts, 0);
    while !parts.is_empty() {
        match to.write_vectored(parts) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut parts, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    to.flush()
}

/// Reads the head of a frame; `None` if nothing comes any more.
pub(super) fn head<T: Wire>(from: &mut impl Read, most: usize) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    let mut begun = 0;
    while begun < length.len() {
        match from.read(&mut length[begun..]) {
            Ok(0) if begun == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => begun += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > most {
        return Err(nonsense("a head longer than allowed"));
    }
    let mut head = vec![0; length];
    from.read_exact(&mut head)?;
    all(&head).map(Some).ok_or_else(|| nonsense("a head that cannot be"))
}

/// Reads a body of this many bytes into a buffer that may have been used before.
pub(super) fn body(from: &mut impl Read, length: u64, most: u64, into: &mut Vec<u8>) -> io::Result<()> {
    if length > most {
        return Err(nonsense("a body longer than allowed"));
    }
    let length = usize::try_from(length).map_err(|_| nonsense("a body longer than memory"))?;
    into.clear();
    into.try_reserve_exact(length).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
    into.resize(length, 0);
    from.read_exact(into)
}
