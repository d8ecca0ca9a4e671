//! The layers in their order: defaults < config file < environment < flags; every problem of all of them at once.
//!
//! Owns: precedence, origins, checks across settings. Does not own: reading one value (`value`), the flags' grammar (`cli`).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::problem::{Problem, Problems};
use super::raw::{Assignment, Document, Origin, from_document, from_environment};
use super::validated::{Config, Encode, FilesFrom, Invocation};
use super::value::{Context, Fault};
use super::values::{Bits, FormatChoice, Quality};

/// The config file that is read when none is named.
const FILE_NAME: &str = "pipeline.toml";

/// A config file larger than this is some other file.
const LARGEST_FILE: u64 = 1 << 20;

/// What the layers above the defaults say.
pub(crate) struct Layers<'l> {
    /// The config file: the name to show, and the path to open.
    pub(crate) file: Option<(PathBuf, PathBuf)>,
    /// The environment.
    pub(crate) variables: &'l [(OsString, OsString)],
    /// The flags that are settings.
    pub(crate) flags: Vec<Assignment>,
    /// The flags that are not.
    pub(crate) invocation: Invocation,
    /// Problems found before the layers were joined.
    pub(crate) problems: Vec<Problem>,
    /// Says whether a text is an op.
    pub(crate) validate_op: &'l dyn Fn(&str) -> Result<(), String>,
}

/// A configuration, where each value came from, and what is worth a warning.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What is to be run.
    pub config: Config,
    /// Where each value came from.
    pub origins: Origins,
    /// Sentences for stderr.
    pub warnings: Vec<String>,
}

/// Where each value came from, by config key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(BTreeMap<&'static str, Origin>);

impl Origins {
    /// The origin of the setting with this config key (`read.workers`); `Default` if nobody set it.
    #[must_use]
    pub fn of(&self, key: &str) -> Origin {
        self.0.get(key).cloned().unwrap_or_default()
    }
}

/// The config file in `dir` that is used when none is named.
pub(crate) fn find_file(dir: &Path) -> Option<(PathBuf, PathBuf)> {
    let path = dir.join(FILE_NAME);
    // A broken link is somebody's config gone astray, not the absence of one.
    path.symlink_metadata().ok().map(|_| (PathBuf::from(FILE_NAME), path))
}

/// Joins the layers.
pub(crate) fn load(layers: Layers<'_>) -> Result<Loaded, Problems> {
    let mut join = Join { validate_op: layers.validate_op, ..Join::new() };
    join.problems = layers.problems;
    if let Some((name, path)) = layers.file {
        join.file(&name, &path);
        join.config.file = Some(name);
    }
    let (assignments, warnings) = from_environment(layers.variables);
    join.apply(assignments, None);
    join.apply(layers.flags, None);
    join.config.invocation = layers.invocation;
    join.check();
    if join.problems.is_empty() {
        Ok(Loaded { config: join.config, origins: join.origins, warnings })
    } else {
        Err(Problems(join.problems))
    }
}

struct Join<'l> {
    config: Config,
    origins: Origins,
    problems: Vec<Problem>,
    validate_op: &'l dyn Fn(&str) -> Result<(), String>,
}

impl<'l> Join<'l> {
    fn new() -> Self {
        let (config, origins) = (Config::default(), Origins::default());
        Self { config, origins, problems: Vec::new(), validate_op: &|_| Ok(()) }
    }

    fn file(&mut self, name: &Path, path: &Path) {
        let text = match read_file(path) {
            Ok(text) => text,
            Err(message) => return self.problems.push(Problem::at(name.display().to_string(), message)),
        };
        let document = Document::new(name, path, text);
        let (assignments, problems) = from_document(&document);
        let before = self.problems.len();
        self.problems.extend(problems);
        self.apply(assignments, Some(&document));
        self.problems[before..].sort_by_key(|problem| (problem.line(), problem.column()));
    }

    fn apply(&mut self, assignments: Vec<Assignment>, document: Option<&Document>) {
        let dir = document.map(|document| document.dir.as_path());
        let context = Context { dir, validate_op: self.validate_op };
        for assignment in assignments {
            let setting = assignment.setting;
            match setting.set(&mut self.config, &assignment.value, &context) {
                Ok(()) => {
                    self.origins.0.insert(setting.key, assignment.origin);
                }
                Err(faults) => {
                    let problems = faults.into_iter().map(|fault| locate(fault, &assignment, document));
                    self.problems.extend(problems);
                }
            }
        }
    }

    /// What no setting can see alone.
    fn check(&mut self) {
        let (config, origins) = (&self.config, &self.origins);
        if config.write.in_place && origins.of("output") != Origin::Default {
            let (in_place, output) = (origins.of("write.in-place"), origins.of("output"));
            let message = format!(
                "in-place replaces the inputs, so there is no output directory; remove it or output (set by {output})"
            );
            self.problems.push(Problem::at(in_place.to_string(), message));
        }
        if config.write.in_place && config.invocation.resume {
            let message = "in place nothing is journaled, so nothing can be resumed; remove --resume, --retry-failed, --redo";
            self.problems.push(Problem::at(origins.of("write.in-place").to_string(), message));
        }
        let listed = config.invocation.files_from.is_some();
        if listed && !matches!(origins.of("input"), Origin::Flag(_)) {
            // A list on the command line replaces the inputs of the layers below, as INPUT does.
            self.config.input.clear();
            self.origins.0.insert("input", Origin::Flag("--files-from".to_owned()));
        }
        let dashes = self.config.input.iter().filter(|input| input.as_os_str() == "-").count();
        let on_stdin = dashes + usize::from(self.config.invocation.files_from == Some(FilesFrom::Stdin));
        if on_stdin > 1 {
            let message = "stdin can be read once; give one of - and --files-from -";
            self.problems.push(Problem::at(self.origins.of("input").to_string(), message));
        }
        self.check_formats();
        if self.config.invocation.null_separated && !listed && dashes == 0 {
            let message = "only a list of paths has separators; add --files-from FILE or -";
            self.problems.push(Problem::at("-0", message));
        }
    }

    /// What this build, or any, cannot write.
    fn check_formats(&mut self) {
        let Encode { format, quality, bits, .. } = self.config.encode;
        let mut refuse = |key: &str, message: &str| {
            self.problems.push(Problem::at(self.origins.of(key).to_string(), message));
        };
        if format == FormatChoice::Avif && !cfg!(feature = "avif") {
            refuse(
                "encode.format",
                "this program was built without AVIF; build it with --features avif or choose another format",
            );
        }
        let lossy = matches!(quality, Quality::Fixed(_));
        if format == FormatChoice::Webp && lossy && !cfg!(feature = "webp-lossy") {
            refuse(
                "encode.quality",
                "this program was built without lossy WebP; build it with --features webp-lossy, or leave quality out to \
                 write WebP without loss",
            );
        }
        let bilevel = matches!(format, FormatChoice::Same | FormatChoice::Png | FormatChoice::Pnm);
        if bits == Bits::One && !bilevel {
            refuse(
                "encode.bits",
                "one bit a pixel is written as png or pnm only; choose one of them as format",
            );
        }
    }
}

fn locate(fault: Fault, assignment: &Assignment, document: Option<&Document>) -> Problem {
    let span = fault.span.or_else(|| assignment.span.clone());
    match (document, span) {
        (Some(document), Some(span)) => {
            Problem::in_document(document, span, format!("{}: {}", assignment.setting.key, fault.message))
        }
        _ => Problem::at(assignment.origin.to_string(), fault.message),
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let refused = |error: std::io::Error| {
        format!("cannot read this config file: {error}; check its name and permissions")
    };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err("this file is larger than 1 MiB, which is no config file; check its name".to_owned());
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not UTF-8; a config file is UTF-8 text")
    })
}
