//! Fuzzes the target `tga` of `examples/mutations/targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pipeline_fuzz::target("tga", input));
