//! JPEGs that no encoder writes: any number of scans over any number of pixels in a few bytes, and changed markers of others.

/// A marker with its body.
pub fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], body].concat()
}

/// A gray progressive picture, square and all middle gray, with so many scans, at most 128: one for levels and one for each
/// coefficient, all but for their last bit, then the same for the last bit (T.81, G.1.1.1). Scans of coefficients say in one
/// code that 16384 blocks have ended, so that they are work and hardly any bytes.
pub fn of_scans(scans: usize, side: u16) -> Vec<u8> {
    let blocks = usize::from(side).div_ceil(8).pow(2);
    let mut file = vec![0xff, 0xd8];
    file.extend(segment(0xdb, &[&[0][..], &[1; 64]].concat()));
    let [high, low] = side.to_be_bytes();
    file.extend(segment(0xc2, &[8, high, low, high, low, 1, 1, 0x11, 0]));
    // `0` is no difference of levels, or that a block has ended; `10` and 14 bits that 16384 and more have.
    file.extend(segment(0xc4, &[&[0x00, 1][..], &[0; 15], &[0]].concat()));
    file.extend(segment(0xc4, &[&[0x10, 1, 1][..], &[0; 14], &[0x00, 0xe0]].concat()));
    for scan in 0..scans {
        let (coefficient, bits) = ((scan % 64) as u8, if scan < 64 { 0x01 } else { 0x10 });
        file.extend(segment(0xda, &[1, 1, 0, coefficient, coefficient, bits]));
        let runs = if coefficient == 0 { 0 } else { blocks / 16384 };
        file.extend([0x80, 0].repeat(runs));
        let rest = blocks - runs * 16384;
        file.extend(vec![0; rest / 8]);
        // Ones up to the end of the byte.
        file.extend((rest % 8 > 0).then_some(0xff_u8 >> (rest % 8)));
    }
    file.extend([0xff, 0xd9]);
    file
}

/// Where the body of the first such marker begins.
pub fn find(file: &[u8], marker: u8) -> usize {
    let mut at = 2;
    while file[at + 1] != marker {
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    at + 4
}

/// The same with these bytes after its start.
pub fn with(file: &[u8], segments: &[u8]) -> Vec<u8> {
    [&file[..2], segments, &file[2..]].concat()
}

/// The same with another size.
pub fn sized(mut file: Vec<u8>, width: u16, height: u16) -> Vec<u8> {
    let frame = [0xc0, 0xc2].into_iter().find(|marker| file.windows(2).any(|two| two == [0xff, *marker]));
    let at = find(&file, frame.unwrap());
    file[at + 1..at + 3].copy_from_slice(&height.to_be_bytes());
    file[at + 3..at + 5].copy_from_slice(&width.to_be_bytes());
    file
}
