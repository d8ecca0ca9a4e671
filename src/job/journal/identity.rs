//! Owns what tells, without comparing bytes, that a file is the one of before: its size and when it was written, or its
//! size and the hash of its bytes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// A file as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::job) struct Identity {
    /// In bytes.
    pub(in crate::job) size: u64,
    /// When it was last written: seconds since 1970, and nanoseconds.
    pub(in crate::job) written: (i64, u32),
    /// SHA-256, if asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(in crate::job) sha256: Option<String>,
}

impl Identity {
    /// Whether a file of this size and time is the same. File systems that keep no nanoseconds, or two seconds at a time,
    /// tell another time once the file has been forgotten by the cache.
    pub(in crate::job) fn is(&self, size: u64, written: (i64, u32)) -> bool {
        let same_time = match (self.written, written) {
            (before, now) if before == now => true,
            ((before, _), (now, 0)) => before.abs_diff(now) < 2,
            _ => false,
        };
        self.size == size && same_time
    }
}

/// SHA-256 (FIPS 180-4) of what can be read.
pub(in crate::job) fn hash_all(mut from: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(hex(&hash.finalize())),
            Ok(read) => hash.update(&buffer[..read]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// SHA-256 of these bytes.
pub(in crate::job) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_by_size_and_time() {
        let before = Identity { size: 7, written: (1000, 5), sha256: None };
        assert!(before.is(7, (1000, 5)));
        assert!(!before.is(8, (1000, 5)), "another size");
        assert!(!before.is(7, (1000, 6)), "written again a moment later");
        assert!(before.is(7, (1000, 0)) && before.is(7, (999, 0)), "a time that lost its fraction");
        assert!(!before.is(7, (1002, 0)) && !before.is(7, (998, 0)));
    }

    #[test]
    fn a_hash_is_the_same_in_pieces() {
        // From FIPS 180-2, appendix B.1.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(b"abc"), abc);
        assert_eq!(hash_all(b"a".chain(&b"bc"[..])).unwrap(), abc);
        let long = vec![7; 200_001];
        assert_eq!(hash_all(long.as_slice()).unwrap(), hash(&long));
    }
}
