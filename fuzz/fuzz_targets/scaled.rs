//! Fuzzes `Decoder::scaled`.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| pipeline_fuzz::call(&["half as wide", "an eighth"], file));
