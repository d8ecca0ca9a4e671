//! Fuzzes `Decoder::to_gray_jpeg`.
#![no_main]

libfuzzer_sys::fuzz_target!(|file: &[u8]| pipeline_fuzz::call(&["gray JPEG", "smallest"], file));
