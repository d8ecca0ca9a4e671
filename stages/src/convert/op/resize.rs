//! Owns `resize` as an op, and the words for how to resample.
//! Does not own: sizes (see `../scale.rs`) and samples (see `../resample/`).

use super::args::{Args, OpError, Problem, one_of};
use super::{OpHelp, Operation, Scratch, values};
use crate::convert::gravity::Gravity;
use crate::convert::resample::{self, Filter, Light, Sampling};
use crate::convert::scale::{Fit, Only, Scaled, Wish};
use crate::{Image, Result, Shape};
use std::fmt;

/// Makes a picture smaller or larger. Made from text: `"resize 256x256 fit=inside".parse::<Op>()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Resize {
    wish: Wish,
    gravity: Gravity,
    only: Option<Only>,
    sampling: Sampling,
}

const FITS: &[(&str, Fit)] = &[("inside", Fit::Inside), ("cover", Fit::Cover), ("fill", Fit::Fill)];
const ONLY: &[(&str, Only)] = &[("shrink", Only::Shrink), ("enlarge", Only::Enlarge)];
const LIGHTS: &[(&str, Light)] = &[("encoded", Light::Encoded), ("linear", Light::Linear)];

impl Operation for Resize {
    const HELP: OpHelp = OpHelp {
        name: "resize",
        usage: "resize WxH|Wx|xH [fit=fill|inside|cover] [gravity=PLACE] [only=shrink|enlarge] [filter=…] [light=linear]",
        summary: "Makes the picture smaller or larger. One that has the size already keeps every sample. Colors count by \
                  their alpha, so what cannot be seen does not bleed into what can.",
        options: &[
            ("WxH", "width and height in pixels; what becomes of another aspect is fit's to say"),
            ("Wx, xH", "one side; the other follows, rounded to the nearest pixel, half up, at least 1"),
            ("fit=fill", "exactly WxH, stretched if need be; the default"),
            (
                "fit=inside",
                "as large as possible within WxH, the aspect kept: one side is as asked, the other rounded as above",
            ),
            ("fit=cover", "exactly WxH, the aspect kept: what hangs over is cut off"),
            (
                "gravity=PLACE",
                "what fit=cover keeps: center (default), north, south, east, west, northwest, northeast, southwest or \
                 southeast",
            ),
            (
                "only=shrink",
                "never make larger: a picture that is small enough stays. With fit=fill each side by itself; with fit=cover \
                 what hangs over is cut off all the same, so the result can be smaller than WxH",
            ),
            ("only=enlarge", "never make smaller, in the same way"),
            ("filter=lanczos3", "sharpest; can ring at hard edges; the default"),
            ("filter=catmull", "a bit softer, rings less"),
            ("filter=bilinear", "soft, never rings"),
            ("filter=box", "the mean of the pixels that are covered"),
            ("filter=nearest", "one pixel for each, no new colors: for masks and pixel art"),
            (
                "light=linear",
                "sum up light instead of encoded samples (sRGB curve): keeps the brightness of fine bright detail; \
                 light=encoded is the default, as nearly all programs have it",
            ),
        ],
        formula: "out(x) = sum of w(i) in(i) / sum of w(i), rows as columns; w(i) = f((i + 1/2 - c) / s), \
                  c = (x + 1/2) width/W, s = max(1, width/W). box: f(t) = 1 for -1/2 < t <= 1/2; bilinear: 1-|t|; catmull: \
                  cubic with a = -1/2; lanczos3: sinc(t) sinc(t/3) for |t| < 3. nearest: in(floor(c)). With alpha a: \
                  sum of w a in / sum of w a; where no alpha is left, 0",
        source: "Pillow Image.resize (the same weights); Keys 1981 (catmull); Duchon 1979 (lanczos); Porter and Duff 1984 \
                 (alpha); IEC 61966-2-1 (light); ImageMagick (rounding of sides); sharp (only, as withoutEnlargement and \
                 withoutReduction)",
        examples: &[
            ("resize 256x256 fit=inside only=shrink", "thumbnails of at most 256 a side"),
            ("resize 224x224 fit=cover", "squares for training, the middle of each picture"),
            ("resize 300x", "300 wide, as high as that makes it"),
            ("resize x100 light=linear", "100 high, summed up as light"),
            ("resize 64x48 filter=box", "exactly so, each pixel the mean of what it covers"),
            ("resize 96x96 fit=cover gravity=north filter=nearest", "the top, in colors that were there"),
        ],
    };

    const COMMUTES_WITH_TURNING: bool = false;

    fn parse(args: &mut Args<'_>) -> Result<Resize, OpError> {
        let mut wish = args.needed("a size: WxH, Wx or xH", wish)?;
        let fit = args.option("fit", |text| match wish {
            Wish::Size(..) => one_of("fit", text, FITS),
            _ => Err("fit needs both sides: WxH".to_owned()),
        })?;
        if let (Wish::Size(_, _, default), Some(fit)) = (&mut wish, fit) {
            *default = fit;
        }
        let gravity = args.option("gravity", |text| match wish {
            Wish::Size(_, _, Fit::Cover) => one_of("gravity", text, Gravity::NAMES),
            _ => Err("gravity says what fit=cover keeps; nothing is cut off here".to_owned()),
        })?;
        let only = args.choice("only", ONLY)?;
        Ok(Resize { wish, gravity: gravity.unwrap_or_default(), only, sampling: sampling(args)? })
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wish {
            Wish::Width(width) => write!(f, "resize {width}x")?,
            Wish::Height(height) => write!(f, "resize x{height}")?,
            Wish::Size(width, height, fit) => {
                write!(f, "resize {width}x{height}")?;
                write_choice(f, "fit", FITS, fit)?;
            }
        }
        if self.gravity != Gravity::default() {
            write!(f, " gravity={}", self.gravity.name())?;
        }
        if let Some(only) = self.only {
            let name = if only == Only::Shrink { "shrink" } else { "enlarge" };
            write!(f, " only={name}")?;
        }
        write_sampling(f, self.sampling)
    }

    fn shape(&self, before: Shape) -> Result<Shape> {
        let scaled = self.scaled(before);
        Ok(Shape { width: scaled.x.kept, height: scaled.y.kept, ..before })
    }

    fn scratch_bytes(&self, before: Shape) -> u64 {
        resample::scratch_bytes(before, self.scaled(before), self.sampling)
    }

    fn apply(&self, image: Image, scratch: &mut Scratch) -> Result<Image> {
        let scaled = self.scaled(image.shape());
        resample::resize(image, scaled, self.sampling, &mut scratch.resizer)
    }
}

impl Resize {
    /// Into a size, the aspect kept.
    pub(super) fn inside((width, height): (u32, u32), only: Option<Only>, sampling: Sampling) -> Resize {
        Resize { wish: Wish::Size(width, height, Fit::Inside), gravity: Gravity::default(), only, sampling }
    }

    fn scaled(&self, before: Shape) -> Scaled {
        self.wish.scaled(before.width, before.height, self.only, self.gravity)
    }
}

fn wish(text: &str) -> Result<Wish, Problem> {
    if let Some(width) = text.strip_suffix('x') {
        return values::side(width).map(Wish::Width);
    }
    if let Some(height) = text.strip_prefix('x') {
        return values::side(height).map(Wish::Height).map_err(|problem| Problem { at: 1, ..problem });
    }
    values::size(text).map(|(width, height)| Wish::Size(width, height, Fit::default()))
}

/// `filter=` and `light=`.
pub(super) fn sampling(args: &mut Args<'_>) -> Result<Sampling, OpError> {
    let filter = args.choice("filter", Filter::NAMES)?.unwrap_or_default();
    let light = args.choice("light", LIGHTS)?.unwrap_or_default();
    Ok(Sampling { filter, light })
}

pub(super) fn write_sampling(f: &mut fmt::Formatter<'_>, sampling: Sampling) -> fmt::Result {
    if sampling.filter != Filter::default() {
        write!(f, " filter={}", sampling.filter.name())?;
    }
    write_choice(f, "light", LIGHTS, sampling.light)
}

/// A choice by its name, unless it is the default.
fn write_choice<T: Copy + Default + PartialEq>(
    f: &mut fmt::Formatter<'_>,
    key: &str,
    names: &[(&str, T)],
    choice: T,
) -> fmt::Result {
    match names.iter().find(|(_, named)| *named == choice) {
        Some((name, _)) if choice != T::default() => write!(f, " {key}={name}"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::problem;
    use crate::Op;

    #[test]
    fn mistakes_are_pointed_at() {
        assert_eq!(problem("resize"), "column 7: `resize` needs a size: WxH, Wx or xH");
        assert_eq!(problem("resize x0"), "column 9: no number of pixels `0`; one from 1 to 4294967295");
        assert_eq!(problem("resize 5x-1"), "column 10: no number of pixels `-1`; one from 1 to 4294967295");
        assert_eq!(problem("resize 5xx"), "column 8: no number of pixels `5x`; one from 1 to 4294967295");
        assert_eq!(problem("resize 50%"), "column 8: no size `50%`; write WxH, such as 640x480");
        assert_eq!(problem("resize 5x fit=cover"), "column 15: fit needs both sides: WxH");
        assert_eq!(
            problem("resize 5x5 gravity=north"),
            "column 20: gravity says what fit=cover keeps; nothing is cut off here"
        );
        assert_eq!(
            problem("resize 5x5 filter=cubic"),
            "column 19: no filter `cubic`; one of lanczos3, catmull, bilinear, box, nearest"
        );
    }

    #[test]
    fn what_is_default_is_not_written() {
        let again = |text: &str| text.parse::<Op>().unwrap().to_string();
        assert_eq!(again("resize 5x6 fit=fill filter=lanczos3 light=encoded"), "resize 5x6");
        assert_eq!(
            again("resize 5x6 light=linear only=enlarge gravity=east fit=cover filter=box"),
            "resize 5x6 fit=cover gravity=east only=enlarge filter=box light=linear"
        );
    }
}
