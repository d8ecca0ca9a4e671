//! Owns quantisation tables and the zigzag order (T.81, B.2.4.1 and figure A.6).
//! Does not own: multiplying by them (see `idct.rs`).

use crate::Error;

/// The place in rows of 8 of each coefficient of the zigzag order (T.81, figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Steps in rows of 8. Steps above 32767 wrap, as they do in libjpeg-turbo's vector code; no encoder for 8 bits has any.
pub(crate) type Steps = [i16; 64];

/// The four places for tables.
pub(crate) type Tables = [Option<Steps>; 4];

/// Reads a DQT segment, which may define several tables.
pub(crate) fn read(mut body: &[u8], mut at: usize, tables: &mut Tables) -> Result<(), Error> {
    while let Some((&kind, rest)) = body.split_first() {
        let wide = match kind >> 4 {
            0 => false,
            1 => true,
            _ => return Err(Error::Damaged { at, expected: "quantisation of 8 or 16 bits" }),
        };
        let length = if wide { 128 } else { 64 };
        let Some((values, rest)) = rest.split_at_checked(length) else {
            return Err(Error::Damaged { at, expected: "64 quantisation steps" });
        };
        let Some(slot) = tables.get_mut(usize::from(kind & 15)) else {
            return Err(Error::Damaged { at, expected: "a quantisation table from 0 to 3" });
        };
        let mut steps = [0; 64];
        for (index, &place) in ZIGZAG.iter().enumerate() {
            steps[usize::from(place)] = if wide {
                i16::from_be_bytes([values[2 * index], values[2 * index + 1]])
            } else {
                i16::from(values[index])
            };
        }
        *slot = Some(steps);
        body = rest;
        at += 1 + length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_and_wide_tables_may_share_a_segment() {
        let mut body = alloc::vec![0x01];
        body.extend(1..=64);
        body.push(0x12);
        body.extend((1..=64u16).flat_map(|step| (step * 256).to_be_bytes()));
        let mut tables = Tables::default();
        read(&body, 0, &mut tables).unwrap();
        let (narrow, wide) = (tables[1].unwrap(), tables[2].unwrap());
        assert_eq!((narrow[1], narrow[8], narrow[63]), (2, 3, 64));
        assert_eq!((wide[1], wide[8], wide[63]), (512, 768, 16384));
        body.pop();
        assert!(matches!(read(&body, 0, &mut tables), Err(Error::Damaged { at: 65, .. })));
        assert!(matches!(read(&[4; 65], 0, &mut tables), Err(Error::Damaged { at: 0, .. })));
    }
}
