//! Fuzzes `Decoder::salvage`.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| pipeline_fuzz::call(&["what is left", "the same in RGB"], file));
