//! Owns calling an entry point with what the fuzzer made.
//! Does not own: the entry points and what must be true of them, which the examples `damage` of `pipeline-jpeg` and `mutations`
//! call as well.

#[path = "../../stages/jpeg/examples/damage/targets.rs"]
#[allow(dead_code, reason = "libFuzzer watches memory itself")]
mod jpeg;
#[path = "../../examples/mutations/targets/mod.rs"]
mod targets;

use pipeline_jpeg::Decoder;
use std::cell::RefCell;

thread_local! {
    /// It has met all files before.
    static DECODER: RefCell<Decoder> = RefCell::new(Decoder::new(jpeg::LIMITS));
}

/// Calls the entry points of JPEG with these names. Panics if what they give cannot be.
pub fn call(names: &[&str], file: &[u8]) {
    DECODER.with_borrow_mut(|decoder| {
        for target in jpeg::TARGETS.iter().filter(|target| names.contains(&target.name)) {
            (target.run)(decoder, file, &mut Vec::new());
        }
    });
}

/// Calls the target with this name. Panics if what it gives cannot be, or if there is none.
pub fn target(name: &str, input: &[u8]) {
    let found = targets::TARGETS.iter().find(|target| target.name == name);
    assert!(found.is_some(), "there is no target {name}");
    found.into_iter().for_each(|target| drop((target.run)(input)));
}
