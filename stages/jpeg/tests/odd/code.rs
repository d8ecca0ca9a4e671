//! Owns Huffman codes to write with (T.81, annex C): optimal ones, those of annex K.3, and any other.
//! Does not own: which symbols there are.

use super::case::Codes;
use super::random::Random;
use super::scan::Place;

/// A code.
#[derive(Debug, Clone)]
pub(crate) struct Code {
    /// How many codes have 1, 2, … 16 bits.
    counts: [u8; 16],
    /// In order of their codes.
    symbols: Vec<u8>,
    /// The bits of each symbol and how many they are; 0 for none.
    codes: [(u32, u32); 256],
}

impl Code {
    /// A code for symbols that occur so often.
    pub(crate) fn new(which: Codes, place: Place, often: &[u32; 256], random: &mut Random) -> Code {
        match which {
            Codes::Random => any(often, place, random),
            Codes::Optimal => optimal(often),
            Codes::Standard | Codes::LeftOut => standard(place),
        }
    }

    /// Codes of these lengths, the shortest first, for these symbols.
    fn of(lengths: &[u32], symbols: Vec<u8>) -> Code {
        let (mut counts, mut codes, mut next) = ([0; 16], [(0, 0); 256], 0u32);
        let mut before = 0;
        for (&length, &symbol) in lengths.iter().zip(&symbols) {
            next <<= length - before;
            codes[usize::from(symbol)] = (next, length);
            counts[length as usize - 1] += 1;
            (next, before) = (next + 1, length);
        }
        Code { counts, symbols, codes }
    }

    /// The bits of a symbol, and how many they are.
    pub(crate) fn bits(&self, symbol: u8) -> (u32, u32) {
        self.codes[usize::from(symbol)]
    }

    /// As it stands in a DHT segment.
    pub(crate) fn segment(&self, place: Place) -> Vec<u8> {
        [&[u8::from(place.ac) << 4 | place.at], &self.counts[..], &self.symbols].concat()
    }
}

fn used(often: &[u32; 256]) -> Vec<u8> {
    (0..=255).filter(|&symbol| often[usize::from(symbol)] > 0).collect()
}

/// Leaves of a tree that grew by chance, for the symbols and a few that do not occur, in any order.
fn any(often: &[u32; 256], place: Place, random: &mut Random) -> Code {
    let mut symbols = used(often);
    // DC codes have no others (T.81, table F.1).
    let last = if place.ac { 255 } else { 11 };
    let unused: Vec<u8> = (0..=last).filter(|symbol| !symbols.contains(symbol)).collect();
    let more = if unused.is_empty() { 0 } else { random.below(unused.len().min(9)) };
    symbols.extend(&unused[..more]);
    random.shuffle(&mut symbols);
    // One leaf more, since no code may have ones only (T.81, C.2), and others that are left open.
    let leaves = symbols.len() + 1 + random.below(4);
    let mut lengths = vec![0u32];
    while lengths.len() < leaves {
        let at = random.below(lengths.len());
        if lengths[at] < 16 {
            lengths[at] += 1;
            lengths.push(lengths[at]);
        }
    }
    lengths.sort_unstable();
    Code::of(&lengths[..symbols.len()], symbols)
}

/// The shortest code of at most 16 bits (package-merge: Larmore and Hirschberg 1990).
fn optimal(often: &[u32; 256]) -> Code {
    let mut symbols = used(often);
    symbols.sort_by_key(|&symbol| often[usize::from(symbol)]);
    // The first is the code of ones only, which is never used (T.81, C.2).
    let weights = [0].into_iter().chain(symbols.iter().map(|&symbol| u64::from(often[usize::from(symbol)])));
    let leaves: Vec<(u64, Vec<usize>)> = weights.enumerate().map(|(at, weight)| (weight, vec![at])).collect();
    let mut packages = leaves.clone();
    for _ in 1..16 {
        let pairs = packages.chunks_exact(2);
        let merged = pairs.map(|pair| (pair[0].0 + pair[1].0, [&pair[0].1[..], &pair[1].1].concat()));
        packages = merged.chain(leaves.iter().cloned()).collect();
        packages.sort_by_key(|package| package.0);
    }
    let mut lengths = vec![0; leaves.len()];
    for at in packages.iter().take(2 * leaves.len() - 2).flat_map(|package| &package.1) {
        lengths[*at] += 1;
    }
    // The rarest have the longest codes; that of ones only is the last.
    let mut lengths = lengths.split_off(1);
    lengths.sort_unstable();
    symbols.reverse();
    Code::of(&lengths, symbols)
}

/// That of annex K.3, as another program writes it: luma for the first place, color for the second.
fn standard(place: Place) -> Code {
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    let _ = encoder.encode(&[0; 3], 1, 1, jpeg_encoder::ColorType::Rgb);
    let wanted = u8::from(place.ac) << 4 | place.at;
    let mut rest = &file[2..];
    while let [0xff, marker, high, low, ..] = rest {
        let (segment, behind) = rest.split_at(2 + usize::from(u16::from_be_bytes([*high, *low])));
        let mut codes = &segment[4..];
        while *marker == 0xc4 && codes.len() > 17 {
            let total = codes[1..17].iter().map(|&count| usize::from(count)).sum::<usize>();
            let (one, others) = codes.split_at(17 + total);
            if one[0] == wanted {
                let lengths =
                    (1..).zip(&one[1..17]).flat_map(|(length, &count)| (0..count).map(move |_| length));
                return Code::of(&lengths.collect::<Vec<u32>>(), one[17..].to_vec());
            }
            codes = others;
        }
        rest = behind;
    }
    unreachable!("the encoder writes the codes of annex K.3")
}
