//! Fuzzes `Decoder::gray`.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| pipeline_fuzz::call(&["gray"], file));
