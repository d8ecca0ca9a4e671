//! Values that are one word out of a few. Owns: the words and a sentence for each, shared by help, schema and messages.

use super::InvalidValue;

/// An enumeration whose variants have a word each and a sentence each.
#[cfg(feature = "cli")]
pub(crate) trait Choice: Copy + PartialEq + 'static {
    /// Word and sentence of every variant, in the order to show.
    const WORDS: &'static [(&'static str, &'static str)];
}

macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal, $doc:literal;)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = $doc] $variant,)+
        }

        #[cfg(feature = "cli")]
        impl Choice for $name {
            const WORDS: &'static [(&'static str, &'static str)] = &[$(($word, $doc)),+];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidValue;
            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(unknown(text, &[$($word),+])),
                }
            }
        }
    };
}

fn unknown(text: &str, words: &[&str]) -> InvalidValue {
    InvalidValue::new(format!("unknown value {text:?}; use one of: {}", words.join(", ")))
}

choices! {
    /// How colour becomes gray.
    Gray {
        Opencv = "opencv", "OpenCV's cvtColor(BGR2GRAY), bit for bit";
        Pillow = "pillow", "Pillow's convert(\"L\"), bit for bit";
        Rec709 = "rec709", "0.2126 R + 0.7152 G + 0.0722 B on encoded values, rounded";
        Linear = "linear", "the same weights in linear light: physically right luminance";
        #[default]
        Luma = "luma", "the stored Y plane of a YCbCr JPEG (fastest), opencv's formula for everything else";
    }
}

choices! {
    /// The format that results are written in.
    FormatChoice {
        #[default]
        Same = "same", "the format of the input; PNG for what cannot be written back";
        Png = "png", "PNG, lossless";
        Jpeg = "jpeg", "JPEG, see --quality";
        Webp = "webp", "WebP, lossless; lossy with --quality N in a build with the feature webp-lossy";
        Tiff = "tiff", "TIFF, lossless";
        Bmp = "bmp", "BMP, 8 bits a sample";
        Pnm = "pnm", "PGM or PPM; PAM for pictures with transparency";
        Qoi = "qoi", "QOI, lossless, 8 bits a sample";
        Tga = "tga", "TGA, 8 bits a sample, uncompressed";
        Farbfeld = "farbfeld", "farbfeld, 16 bits a sample, uncompressed";
        Avif = "avif", "AVIF, lossy, see --quality; in a build with the feature avif";
    }
}

choices! {
    /// How many samples of colour a JPEG keeps.
    Subsampling {
        #[default]
        Auto = "auto", "the source's own if its quality is kept; else all from quality 90 on, below as 4:2:0";
        None = "4:4:4", "all";
        Horizontal = "4:2:2", "half of them horizontally";
        Both = "4:2:0", "half of them horizontally and vertically";
    }
}

choices! {
    /// How much time an encoder may spend on a smaller file.
    Effort {
        Fastest = "fastest", "least time, largest files";
        #[default]
        Fast = "fast", "good compression at full speed";
        Balanced = "balanced", "also tries zlib's usual level and keeps the smaller file; black and white takes 1 bit";
        Best = "best", "tries every filter, palettes and Zopfli; hundreds of times slower";
    }
}

choices! {
    /// What happens when a result's file exists.
    Existing {
        #[default]
        Auto = "auto", "replaced in an output directory that an earlier run made, else as `fail`";
        Overwrite = "overwrite", "replaced";
        Skip = "skip", "left alone; the picture is counted as skipped";
        Fail = "fail", "left alone; the picture fails";
    }
}

choices! {
    /// The order in which results are finished.
    Order {
        Input = "input", "the order of the inputs";
        #[default]
        Completion = "completion", "as they get ready: no waiting for a slow picture";
    }
}

choices! {
    /// What a picture that fails does to the run.
    OnErrorPolicy {
        #[default]
        Skip = "skip", "it is named and counted, and the run goes on";
        Stop = "stop", "no further picture is started";
    }
}

choices! {
    /// How progress is shown on stderr.
    ProgressKind {
        #[default]
        Auto = "auto", "bar on a terminal, else plain";
        Bar = "bar", "a live bar with a line for each stage";
        Tui = "tui", "the stages with their workers and queues, live";
        Plain = "plain", "a line now and then";
        Json = "json", "a JSON object a line, for programs";
        None = "none", "nothing";
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn display_and_from_str_agree() {
        for (word, _) in Gray::WORDS {
            assert_eq!(word.parse::<Gray>().unwrap().to_string(), *word);
        }
        for (word, _) in Existing::WORDS {
            assert_eq!(word.parse::<Existing>().unwrap().to_string(), *word);
        }
    }

    #[test]
    fn an_unknown_word_lists_the_known_ones() {
        let message = "colour".parse::<Order>().unwrap_err().to_string();
        assert_eq!(message, "unknown value \"colour\"; use one of: input, completion");
    }
}
