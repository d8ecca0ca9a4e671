//! Fuzzes the target `journal` of `examples/mutations/targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pipeline_fuzz::target("journal", input));
