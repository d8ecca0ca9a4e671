//! Owns what can be odd about a file, as few numbers that proptest draws and makes smaller when a test fails.
//! Does not own: everything that follows from the seed.

use proptest::prelude::*;

/// How coefficients are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// SOF0: steps of 8 bits, two codes of each kind.
    Baseline,
    /// SOF1: steps of 16 bits as well, four codes of each kind.
    Extended,
    /// SOF2: scans that refine each other.
    Progressive,
}

/// How the file says what its components mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    /// No word about it: three are YCbCr, four CMYK.
    Silent,
    /// A JFIF marker.
    Jfif,
    /// An Adobe marker: three are RGB, four CMYK.
    AdobeKept,
    /// An Adobe marker: three are YCbCr, four YCCK.
    AdobeConverted,
    /// Components that are named R, G and B.
    Named,
}

/// Which Huffman codes are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codes {
    /// Those of annex K.3.
    Standard,
    /// The same, but not in the file.
    LeftOut,
    /// The shortest.
    Optimal,
    /// Any.
    Random,
}

/// What a file is to be.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) size: (u32, u32),
    /// The sampling of each component, across and down.
    pub(crate) sampling: Vec<(u8, u8)>,
    pub(crate) coding: Coding,
    pub(crate) model: Model,
    pub(crate) codes: Codes,
    /// Most AC coefficients of a block.
    pub(crate) density: usize,
    /// MCUs between restart markers; 0 for none.
    pub(crate) interval: u16,
    /// Whether components have scans of their own although they need not.
    pub(crate) apart: bool,
    /// Whether the height stands behind the first scan.
    pub(crate) late_height: bool,
    /// Whether there are comments, other segments and fill bytes wherever they may be.
    pub(crate) clutter: bool,
    /// Of everything else.
    pub(crate) seed: u64,
}

/// Files of every kind, most of them small.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let coding = prop_oneof![Just(Coding::Baseline), Just(Coding::Extended), Just(Coding::Progressive)];
    let model = prop_oneof![
        3 => Just(Model::Silent), 2 => Just(Model::Jfif), 1 => Just(Model::AdobeKept),
        1 => Just(Model::AdobeConverted), 1 => Just(Model::Named)
    ];
    let codes = prop_oneof![
        1 => Just(Codes::Standard), 1 => Just(Codes::LeftOut), 2 => Just(Codes::Optimal), 2 => Just(Codes::Random)
    ];
    let density = prop_oneof![Just(0), 1..6usize, 6..64usize];
    let interval = prop_oneof![Just(0), 1..9u16, 9..200u16];
    let rest = (any::<bool>(), prop::bool::weighted(0.1), any::<bool>(), any::<u64>());
    (sizes(), sampling(), coding, model, codes, density, interval, rest).prop_map(
        |(size, sampling, coding, model, codes, density, interval, (apart, late_height, clutter, seed))| {
            Case {
                size,
                sampling,
                coding,
                model,
                codes,
                density,
                interval,
                apart,
                late_height,
                clutter,
                seed,
            }
        },
    )
}

fn sizes() -> impl Strategy<Value = (u32, u32)> {
    prop_oneof![
        30 => (1..40u32, 1..40u32),
        5 => (1..150u32, 1..90u32),
        1 => (Just(1), 1..600u32),
        1 => (1..600u32, Just(1)),
        // The longest sides there are, one row or column of blocks.
        1 => prop_oneof![Just((65500, 1)), Just((65535, 3)), Just((2, 65500)), Just((1, 65535))],
    ]
}

fn sampling() -> impl Strategy<Value = Vec<(u8, u8)>> {
    let factor = prop_oneof![8 => Just(1u8), 8 => Just(2), 1 => Just(3), 3 => Just(4)];
    let usual = prop::sample::select(vec![
        vec![(1, 1); 3],
        vec![(2, 1), (1, 1), (1, 1)],
        vec![(2, 2), (1, 1), (1, 1)],
        vec![(1, 2), (1, 1), (1, 1)],
        vec![(4, 1), (1, 1), (1, 1)],
        vec![(1, 1)],
        vec![(1, 1); 4],
    ]);
    let any = prop::collection::vec((factor.clone(), factor), 1..5)
        .prop_filter("two components are seldom enough", |any| any.len() != 2 || any[0] == any[1]);
    prop_oneof![1 => usual, 2 => any]
}
