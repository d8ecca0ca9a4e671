//! Fuzzes the target `whole` of `examples/mutations/targets`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| pipeline_fuzz::target("whole", input));
