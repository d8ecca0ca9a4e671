//! Owns calling an entry point with a file, with a decoder that has met all files before it.
//! Does not own: the entry points and what must be true of them, which the example `damage` of `pipeline-jpeg` calls as well.

#[path = "../../stages/jpeg/examples/damage/targets.rs"]
#[allow(dead_code, reason = "libFuzzer watches memory itself")]
mod targets;

use pipeline_jpeg::Decoder;
use std::cell::RefCell;

thread_local! {
    static DECODER: RefCell<Decoder> = RefCell::new(Decoder::new(targets::LIMITS));
}

/// Calls the entry points of these names. Panics if what they give cannot be.
pub fn call(names: &[&str], file: &[u8]) {
    DECODER.with_borrow_mut(|decoder| {
        for target in targets::TARGETS.iter().filter(|target| names.contains(&target.name)) {
            (target.run)(decoder, file, &mut Vec::new());
        }
    });
}
