//! Owns how large a resized picture is: whole numbers of pixels from a wish and a picture's size.
//! Does not own: the pixels (see `resample/`).

use super::gravity::Gravity;

/// `of × numerator / denominator` in whole pixels: to the nearest, half up, at least 1 (and no more than a `u32` holds; such
/// sizes are beyond every limit).
///
/// ImageMagick's rule (`MagickCore/geometry.c`, `ParseMetaGeometry`: `floor(scale × side + 0.5)`, at least 1), in exact
/// arithmetic.
pub(super) fn rounded(of: u32, numerator: u32, denominator: u32) -> u32 {
    u32::try_from(rounded_wide(of, numerator, denominator)).unwrap_or(u32::MAX)
}

fn rounded_wide(of: u32, numerator: u32, denominator: u32) -> u64 {
    let denominator = u128::from(denominator).max(1);
    let twice = 2 * u128::from(of) * u128::from(numerator);
    // Less than 2^64: a product of two u32, and a half.
    ((twice + denominator) / (2 * denominator)).max(1) as u64
}

/// The size that is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Wish {
    /// The other side follows.
    Width(u32),
    /// The other side follows.
    Height(u32),
    /// Both.
    Size(u32, u32, Fit),
}

/// How a picture of another aspect gets into a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Fit {
    /// Both sides as they are wished for; the aspect may change.
    #[default]
    Fill,
    /// As large as it can be inside, in its own aspect.
    Inside,
    /// As small as it can be to cover it in its own aspect; what hangs over is cut off.
    Cover,
}

/// In which direction a resize may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Only {
    Shrink,
    Enlarge,
}

/// A picture scaled to `full` pixels, of which a window is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scaled {
    pub(super) x: Axis,
    pub(super) y: Axis,
}

/// One direction of it. `full` is more than a `u32` holds where a long thin picture covers a wide size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    /// Pixels of the picture.
    pub(super) from: u32,
    /// Pixels that all of it would have.
    pub(super) full: u64,
    /// The first that is kept.
    pub(super) start: u64,
    /// How many are kept.
    pub(super) kept: u32,
}

impl Axis {
    /// Whether nothing is resampled.
    pub(super) fn is_same(self) -> bool {
        self.full == u64::from(self.from)
    }
}

impl Wish {
    pub(super) fn scaled(self, width: u32, height: u32, only: Option<Only>, gravity: Gravity) -> Scaled {
        // By how much a side is multiplied: `to / from`.
        let forbidden = |to: u32, from: u32| match only {
            None => false,
            Some(Only::Shrink) => to >= from,
            Some(Only::Enlarge) => to <= from,
        };
        let unless = |to: u32, from: u32, size: (u64, u64)| {
            if forbidden(to, from) { (u64::from(width), u64::from(height)) } else { size }
        };
        let by_width = |w: u32| unless(w, width, (u64::from(w), rounded_wide(height, w, width)));
        let by_height = |h: u32| unless(h, height, (rounded_wide(width, h, height), u64::from(h)));
        // Whether the width asks for the greater scale.
        let wider = |w: u32, h: u32| u64::from(w) * u64::from(height) > u64::from(h) * u64::from(width);
        let (full_width, full_height) = match self {
            Wish::Width(w) => by_width(w),
            Wish::Height(h) => by_height(h),
            Wish::Size(w, h, Fit::Inside) if wider(w, h) => by_height(h),
            Wish::Size(w, _, Fit::Inside) => by_width(w),
            Wish::Size(w, h, Fit::Cover) if wider(w, h) => by_width(w),
            Wish::Size(_, h, Fit::Cover) => by_height(h),
            Wish::Size(w, h, Fit::Fill) => {
                let side = |to: u32, from: u32| u64::from(if forbidden(to, from) { from } else { to });
                (side(w, width), side(h, height))
            }
        };
        let most = match self {
            Wish::Size(w, h, Fit::Cover) => (w, h),
            _ => (u32::MAX, u32::MAX),
        };
        let kept = (full_width.min(most.0.into()) as u32, full_height.min(most.1.into()) as u32);
        let (x, y) = gravity.place(full_width - u64::from(kept.0), full_height - u64::from(kept.1));
        Scaled {
            x: Axis { from: width, full: full_width, start: x, kept: kept.0 },
            y: Axis { from: height, full: full_height, start: y, kept: kept.1 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn size(wish: Wish, width: u32, height: u32, only: Option<Only>) -> (u32, u32) {
        let scaled = wish.scaled(width, height, only, Gravity::Center);
        (scaled.x.kept, scaled.y.kept)
    }

    #[test]
    fn the_side_that_follows_is_rounded_to_the_nearest_half_up_and_at_least_1() {
        assert_eq!(size(Wish::Width(50), 101, 101, None), (50, 50));
        assert_eq!(size(Wish::Width(2), 4, 5, None), (2, 3));
        assert_eq!(size(Wish::Height(2), 4, 5, None), (2, 2));
        assert_eq!(size(Wish::Width(1), 4000, 3, None), (1, 1));
        assert_eq!(size(Wish::Size(640, 640, Fit::Inside), 4032, 3024, None), (640, 480));
        assert_eq!(size(Wish::Size(640, 640, Fit::Inside), 3024, 4032, None), (480, 640));
        assert_eq!(size(Wish::Size(100, 100, Fit::Inside), 1000, 3, None), (100, 1));
    }

    #[test]
    fn only_keeps_pictures_that_would_go_the_other_way() {
        let shrink = Some(Only::Shrink);
        let enlarge = Some(Only::Enlarge);
        for (fit, both) in [(Fit::Inside, (100, 50)), (Fit::Cover, (80, 50)), (Fit::Fill, (80, 50))] {
            assert_eq!(
                size(Wish::Size(80, 200, fit), 100, 50, enlarge).1,
                if fit == Fit::Inside { 50 } else { 200 }
            );
            let made = size(Wish::Size(80, 200, fit), 100, 50, shrink);
            let wanted = if fit == Fit::Inside { (80, 40) } else { both };
            assert_eq!(made, wanted, "{fit:?}");
            assert_eq!(size(Wish::Size(200, 200, fit), 100, 50, shrink), (100, 50), "{fit:?}");
        }
        assert_eq!(size(Wish::Width(200), 100, 50, shrink), (100, 50));
        assert_eq!(size(Wish::Height(20), 100, 50, enlarge), (100, 50));
        // Too large in both directions, it is not resized, but what hangs over is still cut off.
        assert_eq!(size(Wish::Size(60, 40, Fit::Cover), 100, 50, enlarge), (60, 40));
    }

    #[test]
    fn covering_a_long_thin_picture_overflows_nothing() {
        let wish = Wish::Size(u32::MAX, 1, Fit::Cover);
        let scaled = wish.scaled(1, u32::MAX, None, Gravity::South);
        assert_eq!(scaled.y.full, u64::from(u32::MAX) * u64::from(u32::MAX));
        assert_eq!((scaled.x.kept, scaled.y.kept, scaled.y.start), (u32::MAX, 1, scaled.y.full - 1));
    }

    proptest! {
        #[test]
        fn inside_fits_cover_covers_and_both_touch(
            width in 1u32.., height in 1u32.., w in 1u32.., h in 1u32.., small in any::<bool>(),
        ) {
            let cut = |side: u32| if small { side % 500 + 1 } else { side };
            let (width, height, w, h) = (cut(width), cut(height), cut(w), cut(h));
            let inside = size(Wish::Size(w, h, Fit::Inside), width, height, None);
            prop_assert!(inside.0 >= 1 && inside.1 >= 1 && inside.0 <= w && inside.1 <= h);
            prop_assert!(inside.0 == w || inside.1 == h);
            let cover = Wish::Size(w, h, Fit::Cover).scaled(width, height, None, Gravity::East);
            prop_assert_eq!((cover.x.kept, cover.y.kept), (w, h));
            prop_assert!(cover.x.full == u64::from(w) || cover.y.full == u64::from(h));
            for axis in [cover.x, cover.y] {
                prop_assert!(axis.start + u64::from(axis.kept) <= axis.full);
            }
            prop_assert_eq!(size(Wish::Size(w, h, Fit::Fill), width, height, None), (w, h));
            prop_assert_eq!(size(Wish::Width(width), width, height, None), (width, height));
        }

        #[test]
        fn only_never_goes_the_other_way(width in 1u32..600, height in 1u32..600, w in 1u32..600, h in 1u32..600) {
            for fit in [Fit::Fill, Fit::Inside, Fit::Cover] {
                let of = |only| Wish::Size(w, h, fit).scaled(width, height, Some(only), Gravity::Center);
                let shrunk = of(Only::Shrink);
                prop_assert!(shrunk.x.full <= width.into() && shrunk.y.full <= height.into());
                let enlarged = of(Only::Enlarge);
                prop_assert!(enlarged.x.full >= width.into() && enlarged.y.full >= height.into());
            }
        }
    }
}
