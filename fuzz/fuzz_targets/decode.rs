//! Fuzzes `Decoder::decode to color`.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| pipeline_fuzz::call(&["RGB", "CMYK"], file));
