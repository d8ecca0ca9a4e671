//! Owns the choice of instructions at run time.
#![allow(unsafe_code)]
use super::bits::Bits;
use super::block::Block;
use super::huffman::Code;
use super::symbols::LITERALS_AND_LENGTHS;

pub(super) fn write_symbols(block: &Block<'_>, codes: &[Code; LITERALS_AND_LENGTHS], bits: &mut Bits) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { write_symbols_avx2(block, codes, bits) };
    }
    block.write_symbols(codes, bits);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn write_symbols_avx2(block: &Block<'_>, codes: &[Code; LITERALS_AND_LENGTHS], bits: &mut Bits) {
    block.write_symbols(codes, bits);
}

pub(super) fn filter_row(bpp: usize, above: &[u8], row: &[u8], out: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2") && !portable() {
        // SAFETY: the processor has what the function is compiled for.
        return unsafe { filter_row_avx2(bpp, above, row, out) };
    }
    let f = super::choose::lightest(super::choose::weigh(bpp, above, row));
    out[0] = f as u8;
    super::filter::apply(f, bpp, above, row, &mut out[1..]);
}
fn portable() -> bool {
    static P: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *P.get_or_init(|| std::env::var_os("PORTABLE").is_some())
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi2")]
fn filter_row_avx2(bpp: usize, above: &[u8], row: &[u8], out: &mut [u8]) {
    let f = super::choose::lightest(super::weigh_avx2::weigh(bpp, above, row));
    out[0] = f as u8;
    super::filter::apply(f, bpp, above, row, &mut out[1..]);
}
