//! Owns which few pictures a page shows, and their small forms. Does not own: how they are made small (`job`).

use crate::job::{escape, preview};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

const MOST: usize = 6;
/// The longer side, in pixels: twice what is shown, for fine screens.
const SIDE: u32 = 320;

/// A few of all pictures, each with the same chance.
#[derive(Debug, Default)]
pub(super) struct Samples(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    seen: u64,
    /// Input and output.
    pairs: Vec<(PathBuf, PathBuf)>,
}

impl Samples {
    pub(super) fn note(&self, input: &Path, output: &Path) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.seen += 1;
        // Vitter's algorithm R; a hash of the count is random enough for it, and the same in every run.
        let place = (kept.seen.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) % kept.seen;
        let pair = || (input.to_owned(), output.to_owned());
        match usize::try_from(place) {
            _ if kept.pairs.len() < MOST => kept.pairs.push(pair()),
            Ok(place) if place < MOST => kept.pairs[place] = pair(),
            _ => {}
        }
    }

    /// Each with its name, before and after; what cannot be read any more is null.
    pub(super) fn previews(&self, isolate: bool) -> Value {
        let pairs = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).pairs);
        let address = |path: &Path| preview(path, SIDE, isolate).ok().map(|jpeg| data_address(&jpeg));
        let small = |(input, output): &(PathBuf, PathBuf)| {
            // In place there is nothing left of what was before.
            let before = (input != output).then(|| address(input)).flatten();
            json!({ "picture": escape(input).to_string(), "before": before, "after": address(output) })
        };
        thread::scope(|scope| {
            let small = &small;
            let made: Vec<_> = pairs.iter().map(|pair| scope.spawn(move || small(pair))).collect();
            // A picture on which a codec panics was converted before; it is left out here.
            made.into_iter().filter_map(|made| made.join().ok()).collect()
        })
    }
}

/// A JPEG as an address that holds it, by base64 (RFC 4648, section 4).
fn data_address(jpeg: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut address = String::from("data:image/jpeg;base64,");
    address.reserve(jpeg.len().div_ceil(3) * 4);
    for three in jpeg.chunks(3) {
        let at = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let sextet = (bits >> (18 - 6 * digit)) & 63;
            address.push(if digit > three.len() { '=' } else { char::from(DIGITS[sextet as usize]) });
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_rfc_4648_has_it() {
        let base64 = |text: &str| data_address(text.as_bytes()).replace("data:image/jpeg;base64,", "");
        let pairs = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, written) in pairs {
            assert_eq!(base64(plain), written);
        }
        assert!(data_address(&[255, 254, 253]).ends_with("//79"));
    }

    #[test]
    fn samples_are_few_and_from_the_whole_run() {
        let samples = Samples::default();
        for n in 0..1000 {
            samples.note(Path::new(&format!("in/{n}")), Path::new(&format!("out/{n}")));
        }
        let pairs = &samples.0.lock().unwrap().pairs;
        assert_eq!(pairs.len(), MOST);
        assert!(pairs.iter().any(|(input, _)| input.to_string_lossy().len() == 6), "{pairs:?}");
        assert!(pairs.iter().all(|(input, output)| input.file_name() == output.file_name()));
    }
}
