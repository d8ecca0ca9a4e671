//! The one table of all settings: name ↔ flag ↔ environment variable ↔ config key ↔ sentence ↔ field.
//!
//! Owns: that none of these can be forgotten or disagree; help, schema, starter file and `config show` are made from it.
//! Does not own: reading a value (`value`), the grammar of the command line (`cli`).

use super::raw::Written;
use super::validated::Config;
use super::value::{Context, Fault, Value};

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Its name; the flag is `--name`, the variable `PIPELINE_NAME`.
    pub(crate) name: &'static str,
    /// Its key in a config file: `section.leaf`, or `leaf` at the top level.
    pub(crate) key: &'static str,
    /// The heading in `--help`.
    pub(crate) heading: Heading,
    /// What the flag's value is called.
    pub(crate) metavar: &'static str,
    /// A sentence that says what it does, with its unit.
    pub(crate) doc: &'static str,
    /// How it is given.
    pub(crate) shape: Shape,
    access: &'static (dyn Access + Sync),
}

/// How a setting is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    One,
    /// On or off; the flag alone is on.
    Switch,
    /// Any number of paths.
    Paths,
    /// Any number of texts, one flag each.
    Texts,
}

/// The headings of `--help`, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    Files,
    Work,
    Results,
    Schedule,
    Limits,
    Run,
}

impl Heading {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Files => "What is read, where it lands",
            Self::Work => "What is done to a picture",
            Self::Results => "How results are written",
            Self::Schedule => "Workers and queues",
            Self::Limits => "Limits",
            Self::Run => "The run",
        }
    }
}

impl Setting {
    /// The environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("PIPELINE_{}", self.name.to_ascii_uppercase().replace('-', "_"))
    }

    /// The flag as people write it: `--readers`, `--queue read=N`, `INPUT`.
    pub(crate) fn flag(&self) -> String {
        match self.queue_stage() {
            Some(stage) => format!("--queue {stage}"),
            None if self.is_positional() => self.metavar.to_owned(),
            None => format!("--{}", self.name),
        }
    }

    /// The stage whose queue this is; all of them share the flag `--queue`.
    pub(crate) fn queue_stage(&self) -> Option<&'static str> {
        self.key.strip_suffix(".queue")
    }

    /// Whether it is given without a flag.
    pub(crate) fn is_positional(&self) -> bool {
        self.key == "input"
    }

    /// The section of the config file; empty at the top level.
    pub(crate) fn section(&self) -> &'static str {
        self.key.split_once('.').map_or("", |(section, _)| section)
    }

    /// The key within its section.
    pub(crate) fn leaf(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, leaf)| leaf)
    }

    /// Sets the field to what was written.
    pub(crate) fn set(
        &self,
        config: &mut Config,
        written: &Written,
        context: &Context<'_>,
    ) -> Result<(), Vec<Fault>> {
        self.access.set(config, written, context)
    }

    /// The field's value as TOML; `None` if it is left out.
    pub(crate) fn to_toml(&self, config: &Config) -> Option<String> {
        self.access.to_toml(config)
    }

    /// The words it may take with a sentence each; empty if it takes others too.
    pub(crate) fn words(&self) -> &'static [(&'static str, &'static str)] {
        self.access.words()
    }

    /// The JSON schema of its value.
    pub(crate) fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        self.access.schema(generator)
    }
}

/// The setting with a config key.
pub(crate) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The sections of a config file, in the order of the table.
pub(crate) fn sections() -> impl Iterator<Item = &'static str> {
    let starts = |i: usize| SETTINGS[..i].iter().all(|before| before.section() != SETTINGS[i].section());
    (0..SETTINGS.len()).filter(move |i| starts(*i)).map(|i| SETTINGS[i].section()).filter(|s| !s.is_empty())
}

/// A field of [`Config`] behind its type.
trait Access: std::fmt::Debug {
    fn set(&self, config: &mut Config, written: &Written, context: &Context<'_>) -> Result<(), Vec<Fault>>;
    fn to_toml(&self, config: &Config) -> Option<String>;
    fn words(&self) -> &'static [(&'static str, &'static str)];
    fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

#[derive(Debug)]
struct Field<T> {
    get: fn(&Config) -> &T,
    get_mut: fn(&mut Config) -> &mut T,
}

impl<T: Value + std::fmt::Debug> Access for Field<T> {
    fn set(&self, config: &mut Config, written: &Written, context: &Context<'_>) -> Result<(), Vec<Fault>> {
        *(self.get_mut)(config) = T::read(written, context)?;
        Ok(())
    }

    fn to_toml(&self, config: &Config) -> Option<String> {
        (self.get)(config).to_toml()
    }

    fn words(&self) -> &'static [(&'static str, &'static str)] {
        T::WORDS
    }

    fn schema(&self, generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::schema(generator)
    }
}

macro_rules! field {
    ($($path:ident).+) => {
        &Field { get: |config| &config.$($path).+, get_mut: |config| &mut config.$($path).+ }
    };
}

macro_rules! settings {
    ($($heading:ident $shape:ident $name:literal $metavar:literal $key:literal $($path:ident).+ : $doc:literal;)+) => {
        &[$(Setting {
            name: $name,
            key: $key,
            heading: Heading::$heading,
            metavar: $metavar,
            doc: $doc,
            shape: Shape::$shape,
            access: field!($($path).+),
        }),+]
    };
}

/// Every setting, in the order of the config file.
#[rustfmt::skip]
pub(crate) static SETTINGS: &[Setting] = settings! {
    Files Paths "input" "INPUT" "input" input: "Files, directories, globs; - reads a list of paths from stdin";
    Files One "output" "DIR" "output" output: "Directory for the results; made if it does not exist";
    Files One "base" "DIR" "base" base: "Directory that named files, globs and lists are placed relative to";
    Files Switch "follow-links" "BOOL" "follow-links" follow_links: "Follow links inside directories instead of skipping and counting them";
    Work Switch "lenient" "BOOL" "lenient" lenient: "Keep what could be decoded of a damaged picture, marked as degraded";

    Schedule One "readers" "N|auto" "read.workers" read.workers: "Workers that read files (1 to 1024)";
    Schedule One "read-queue" "N" "read.queue" read.queue: "Names waiting to be read (items; 0 hands over directly)";
    Schedule One "decoders" "N|auto" "decode.workers" decode.workers: "Workers that decode (1 to 1024)";
    Schedule One "decode-queue" "N" "decode.queue" decode.queue: "Files waiting to be decoded (items; 0 hands over directly)";
    Limits Switch "isolate" "BOOL" "decode.isolate" decode.isolate: "Decode in processes of their own, with limits and without files, so that no picture can end or abuse the run (slower)";
    Schedule One "converters" "N|auto" "convert.workers" convert.workers: "Workers that convert (1 to 1024)";
    Schedule One "convert-queue" "N" "convert.queue" convert.queue: "Pictures waiting to be converted (items; 0 hands over directly)";
    Work Texts "op" "OP" "convert.ops" convert.ops: "Op to apply, in this order; replaces the ops of the config file; `none` only recodes";
    Work One "gray" "MODE" "convert.gray" convert.gray: "How the op `gray` makes gray";
    Work One "auto-orient" "on|off" "convert.auto-orient" convert.auto_orient: "Turn pictures upright by their EXIF orientation; off leaves them as stored, with their tag";
    Schedule One "encoders" "N|auto" "encode.workers" encode.workers: "Workers that encode (1 to 1024)";
    Schedule One "encode-queue" "N" "encode.queue" encode.queue: "Pictures waiting to be encoded (items; 0 hands over directly)";
    Results One "format" "FORMAT" "encode.format" encode.format: "Format of the results";
    Results One "quality" "keep|1-100" "encode.quality" encode.quality: "Quality of lossy results; keep uses the source's own, 90 where it has none";
    Results One "subsampling" "SAMPLING" "encode.subsampling" encode.subsampling: "How much of the colour a JPEG keeps";
    Results Switch "progressive" "BOOL" "encode.progressive" encode.progressive: "Write JPEGs that show coarse first, then finer; slightly larger, and slower to read";
    Results One "bits" "auto|1" "encode.bits" encode.bits: "Bits of a pixel; 1 is black and white as PNG or PNM, and a picture with anything between fails";
    Results One "effort" "EFFORT" "encode.effort" encode.effort: "Time spent on smaller files";
    Results One "metadata" "WHAT" "encode.metadata" encode.metadata: "What goes along of the source: keep, strip, or a list of exif, icc, xmp, orientation";
    Results One "background" "COLOR" "encode.background" encode.background: "Colour under transparent pixels where the format has no transparency: a name or #rrggbb";
    Schedule One "writers" "N|auto" "write.workers" write.workers: "Workers that write files (1 to 1024)";
    Schedule One "write-queue" "N" "write.queue" write.queue: "Results waiting to be written (items; 0 hands over directly)";
    Results One "existing" "WHAT" "write.existing" write.existing: "What happens to a result whose file exists";
    Results Switch "durable" "BOOL" "write.durable" write.durable: "Count a result as done only once it is safely on the disk (slower)";
    Results Switch "keep-mtime" "BOOL" "write.keep-mtime" write.keep_mtime: "Give each result the modification time of its input";
    Results Switch "journal-hash" "BOOL" "write.journal-hash" write.journal_hash: "Journal SHA-256 of inputs and results, and let --resume compare these instead of times (slower)";
    Results Switch "in-place" "BOOL" "write.in-place" write.in_place: "Write results beside their inputs; one with the same name replaces its input";

    Limits One "memory" "BYTES|auto" "limits.memory" limits.memory: "Most bytes of decoded pictures in flight (1GiB, 500MB); auto: the smaller of 1GiB and a quarter of what is usable";
    Limits One "window" "N|auto" "limits.window" limits.window: "Most pictures admitted and not yet finished (items); auto: the sum of workers and queues";
    Limits One "allow" "FORMATS" "limits.allow" limits.allow: "Formats that are read, told by content: all, or a list such as jpeg,png; others are refused by name";
    Limits One "max-pixels" "PIXELS" "limits.max-pixels" limits.max_pixels: "Largest picture (pixels; 268MP); larger ones fail before anything is allocated";
    Limits One "max-width" "N" "limits.max-width" limits.max_width: "Widest picture (pixels)";
    Limits One "max-height" "N" "limits.max-height" limits.max_height: "Highest picture (pixels)";
    Limits One "max-file" "BYTES" "limits.max-file" limits.max_file: "Largest input file (bytes; 1GiB); larger ones fail unread";
    Limits One "max-decoded" "BYTES" "limits.max-decoded" limits.max_decoded: "Most samples of one picture, as decoded and after each op (bytes; 2GiB)";
    Limits One "max-metadata" "BYTES" "limits.max-metadata" limits.max_metadata: "Most EXIF, profile and XMP of one picture, unpacked (bytes; 2MiB); more is dropped with a warning";
    Limits One "max-scans" "N" "limits.max-scans" limits.max_scans: "Most scans of a progressive JPEG; encoders make about 10";
    Limits One "max-frames" "N" "limits.max-frames" limits.max_frames: "Most frames of an animation, of which the first is converted";
    Limits One "max-work" "PIXELS" "limits.max-work" limits.max_work: "Most decoding work for one picture (pixels times scans; 4GP)";
    Limits One "max-failures" "N|none" "limits.max-failures" limits.max_failures: "Stop the run once more pictures than this have failed";

    Run One "order" "ORDER" "run.order" run.order: "Order in which results are finished";
    Run One "on-error" "WHAT" "run.on-error" run.on_error: "What a picture that fails does to the run";
    Run One "grace" "SECONDS" "run.grace" run.grace: "Time for what is under way after Ctrl-C or SIGTERM (seconds); then it is given up, for --resume to do again";
    Run One "progress" "KIND" "run.progress" run.progress: "How progress is shown on stderr";
    Run One "elastic" "on|off" "run.elastic" run.elastic: "Raise and lower the workers that are auto while the run goes on, where it finishes more pictures; off leaves them as at the start";
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_setting_has_its_own_name_key_flag_variable_and_sentence() {
        let distinct = |part: &dyn Fn(&Setting) -> String| {
            let parts: HashSet<String> = SETTINGS.iter().map(part).filter(|part| !part.is_empty()).collect();
            parts.len()
        };
        assert_eq!(distinct(&|s| s.name.to_owned()), SETTINGS.len());
        assert_eq!(distinct(&|s| s.key.to_owned()), SETTINGS.len());
        assert_eq!(distinct(&Setting::flag), SETTINGS.len());
        assert_eq!(distinct(&Setting::variable), SETTINGS.len());
        assert_eq!(distinct(&|s| s.doc.to_owned()), SETTINGS.len());
    }

    #[test]
    fn a_key_is_the_path_of_its_field() {
        for setting in SETTINGS {
            let mut words = setting.key.chars();
            assert!(words.all(|c| c.is_ascii_lowercase() || c == '-' || c == '.'), "{}", setting.key);
        }
    }

    #[test]
    fn each_section_stands_once_in_the_order_of_the_table() {
        assert_eq!(
            sections().collect::<Vec<_>>(),
            ["read", "decode", "convert", "encode", "write", "limits", "run"]
        );
    }

    #[test]
    fn a_sentence_is_one_sentence() {
        for setting in SETTINGS {
            assert!(setting.doc.starts_with(|c: char| c.is_uppercase()), "{}", setting.doc);
            assert!(!setting.doc.ends_with('.') && !setting.doc.contains(". "), "{}", setting.doc);
        }
    }
}
