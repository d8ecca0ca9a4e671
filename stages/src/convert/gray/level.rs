//! Owns the choice of an instruction set, made once for the process.
//! Does not own: the kernels.

use std::sync::OnceLock;

/// An instruction set that kernels are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Plain Rust.
    Scalar,
    /// 256-bit integer vectors of x86-64.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Level {
    /// The widest level that this processor has, unless `PIPELINE_SIMD` says `scalar`.
    ///
    /// A level that the processor lacks is never returned, whatever the variable says.
    pub(super) fn current() -> Level {
        static CURRENT: OnceLock<Level> = OnceLock::new();
        *CURRENT.get_or_init(|| match std::env::var("PIPELINE_SIMD").as_deref() {
            Ok("scalar") => Level::Scalar,
            _ => Level::widest(),
        })
    }

    #[cfg(target_arch = "x86_64")]
    pub(super) fn widest() -> Level {
        if std::is_x86_feature_detected!("avx2") { Level::Avx2 } else { Level::Scalar }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) fn widest() -> Level {
        Level::Scalar
    }
}
