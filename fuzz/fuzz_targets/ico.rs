//! Fuzzes the target `ico` of `examples/mutations/targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pipeline_fuzz::target("ico", input));
