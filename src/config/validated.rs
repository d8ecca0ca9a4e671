//! What is run: every field concrete, every number within its bounds.
//!
//! Owns: the fields and their defaults. Does not own: where a value came from (`load::Origins`), what it does (`job`).

use std::net::SocketAddr;
use std::path::PathBuf;

use super::values::{
    Allow, Background, Bits, ByteCount, Count, Effort, Existing, FormatChoice, Grace, Gray, MaxFailures,
    Memory, Metadata, OnErrorPolicy, Order, PixelCount, ProgressKind, Quality, QueueCapacity, Subsampling,
    Window, Workers,
};

/// A whole run, as it is to be done.
///
/// ```
/// use pipeline_images::config::{Config, FormatChoice};
/// let mut config = Config::default();
/// config.input = vec!["photos/".into()];
/// config.encode.format = FormatChoice::Png;
/// assert_eq!(config.convert.ops, ["gray"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Files, directories, globs; `-` is a list of paths on stdin.
    pub input: Vec<PathBuf>,
    /// The directory that receives the results.
    pub output: PathBuf,
    /// Where things land is counted from here for inputs that are not directories.
    pub base: Option<PathBuf>,
    /// Whether links inside a walk are followed.
    pub follow_links: bool,
    /// Whether what could be decoded of a damaged picture is kept.
    pub lenient: bool,
    /// The read stage.
    pub read: Read,
    /// The decode stage.
    pub decode: Decode,
    /// The convert stage.
    pub convert: Convert,
    /// The encode stage.
    pub encode: Encode,
    /// The write stage.
    pub write: Write,
    /// What a run may use.
    pub limits: Limits,
    /// How the run goes.
    pub run: Run,
    /// What only the command line can ask for.
    pub invocation: Invocation,
    /// The config file that was read, if any.
    pub file: Option<PathBuf>,
}

/// Settings of the read stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Workers that read files.
    pub workers: Workers,
    /// Names waiting to be read.
    pub queue: QueueCapacity,
}

/// Settings of the decode stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decode {
    /// Workers that decode.
    pub workers: Workers,
    /// Files waiting to be decoded.
    pub queue: QueueCapacity,
    /// Whether pictures are decoded in processes of their own.
    pub isolate: bool,
}

/// Settings of the convert stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convert {
    /// Workers that convert.
    pub workers: Workers,
    /// Pictures waiting to be converted.
    pub queue: QueueCapacity,
    /// The ops, in order, as written; `["none"]` only recodes. Never empty.
    pub ops: Vec<String>,
    /// How the op `gray` makes gray.
    pub gray: Gray,
    /// Whether pictures are turned upright by their EXIF orientation.
    pub auto_orient: bool,
}

/// Settings of the encode stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encode {
    /// Workers that encode.
    pub workers: Workers,
    /// Pictures waiting to be encoded.
    pub queue: QueueCapacity,
    /// The format of the results.
    pub format: FormatChoice,
    /// Quality of lossy results.
    pub quality: Quality,
    /// Colour samples of a JPEG.
    pub subsampling: Subsampling,
    /// Whether JPEGs are progressive.
    pub progressive: bool,
    /// Bits of a pixel.
    pub bits: Bits,
    /// Time spent on smaller files.
    pub effort: Effort,
    /// EXIF, profile and text.
    pub metadata: Metadata,
    /// The colour under transparent pixels.
    pub background: Background,
}

/// Settings of the write stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// Workers that write.
    pub workers: Workers,
    /// Results waiting to be written.
    pub queue: QueueCapacity,
    /// What happens to files that exist.
    pub existing: Existing,
    /// Whether a result is on the disk before it counts as done.
    pub durable: bool,
    /// Whether a result has the modification time of its input.
    pub keep_mtime: bool,
    /// Whether results replace their inputs.
    pub in_place: bool,
    /// Whether the journal knows files by hashes of their bytes.
    pub journal_hash: bool,
}

/// What a run may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The budget.
    pub memory: Memory,
    /// The window.
    pub window: Window,
    /// The formats that are read.
    pub allow: Allow,
    /// The largest picture, in pixels.
    pub max_pixels: PixelCount,
    /// The widest picture, in pixels.
    pub max_width: Count,
    /// The highest picture, in pixels.
    pub max_height: Count,
    /// The largest input file, in bytes.
    pub max_file: ByteCount,
    /// The most samples of a picture, in bytes.
    pub max_decoded: ByteCount,
    /// The most metadata that is kept of a picture, in bytes.
    pub max_metadata: ByteCount,
    /// The most scans of a progressive JPEG.
    pub max_scans: Count,
    /// The most frames of an animation.
    pub max_frames: Count,
    /// The most pixels times scans.
    pub max_work: PixelCount,
    /// How many pictures may fail.
    pub max_failures: MaxFailures,
}

/// How the run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The order of the results.
    pub order: Order,
    /// What a failure does to the run.
    pub on_error: OnErrorPolicy,
    /// How long what is under way may take when the run is asked to end.
    pub grace: Grace,
    /// How progress is shown.
    pub progress: ProgressKind,
    /// Whether numbers of workers that are `auto` follow what is measured.
    pub elastic: bool,
}

impl Default for Run {
    fn default() -> Self {
        let (order, on_error, grace, progress) = Default::default();
        Self { order, on_error, grace, progress, elastic: true }
    }
}

/// What belongs to one call of the command and to no config file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invocation {
    /// Further inputs, one path each, from a file or stdin.
    pub files_from: Option<FilesFrom>,
    /// Whether listed paths end with a NUL byte instead of a newline.
    pub null_separated: bool,
    /// List what would be done and write nothing.
    pub dry_run: bool,
    /// Say which plan each picture gets.
    pub explain_plan: bool,
    /// Do only what earlier runs to this output have not done, or what has changed since.
    pub resume: bool,
    /// And try again what failed; only together with `resume`.
    pub retry_failed: bool,
    /// And do again what was done with other settings; only together with `resume`.
    pub redo: bool,
    /// Where the report is written: as JSON or as a page, by its extension.
    pub report: Option<PathBuf>,
    /// Where the trace is written, as JSON.
    pub trace: Option<PathBuf>,
    /// Where Prometheus fetches figures.
    pub metrics: Option<SocketAddr>,
    /// Where the live page is served.
    pub dashboard: Option<SocketAddr>,
    /// How much is said on stderr.
    pub verbosity: Verbosity,
}

/// Where a list of paths comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilesFrom {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors and failed items only.
    Quiet,
    /// Also progress, warnings and the summary.
    #[default]
    Normal,
    /// Also what was decided for each picture.
    Verbose,
}

impl Default for Config {
    fn default() -> Self {
        let workers = Workers::Auto;
        Self {
            input: Vec::new(),
            output: PathBuf::from("./pipeline-out"),
            base: None,
            follow_links: false,
            lenient: false,
            read: Read { workers, queue: QueueCapacity(64) },
            decode: Decode { workers, queue: QueueCapacity(8), isolate: false },
            convert: Convert {
                workers,
                queue: QueueCapacity(8),
                ops: vec!["gray".to_owned()],
                gray: Gray::default(),
                auto_orient: true,
            },
            encode: Encode {
                workers,
                queue: QueueCapacity(8),
                format: FormatChoice::default(),
                quality: Quality::default(),
                subsampling: Subsampling::default(),
                progressive: false,
                bits: Bits::default(),
                effort: Effort::default(),
                metadata: Metadata::default(),
                background: Background::default(),
            },
            write: Write {
                workers,
                queue: QueueCapacity(16),
                existing: Existing::default(),
                durable: false,
                keep_mtime: false,
                in_place: false,
                journal_hash: false,
            },
            limits: Limits {
                memory: Memory::Auto,
                window: Window::Auto,
                allow: Allow::ALL,
                max_pixels: PixelCount(268_000_000),
                max_width: Count(1_000_000),
                max_height: Count(1_000_000),
                max_file: ByteCount(1 << 30),
                max_decoded: ByteCount(2 << 30),
                max_metadata: ByteCount(2 << 20),
                max_scans: Count(100),
                max_frames: Count(10_000),
                max_work: PixelCount(4_000_000_000),
                max_failures: MaxFailures::Unlimited,
            },
            run: Run::default(),
            invocation: Invocation::default(),
            file: None,
        }
    }
}

impl Config {
    /// Whether nothing names an input: no argument, no list, no config file. The built-in sample set is meant.
    #[must_use]
    pub fn wants_sample(&self) -> bool {
        self.input.is_empty() && self.invocation.files_from.is_none() && self.file.is_none()
    }
}
