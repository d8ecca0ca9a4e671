//! What the tests of the whole command share: a scratch directory with pictures, and the command run in it.

use pipeline_stages::{Color, EncodeOptions, Encoder, Format, Image, Samples};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A directory of its own for one test.
pub struct Scratch(tempfile::TempDir);

/// What a run said and how it ended.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }
}

impl Ran {
    /// Lines on stderr that begin so.
    pub fn lines(&self, prefix: &str) -> Vec<&str> {
        self.stderr.lines().filter(|line| line.starts_with(prefix)).collect()
    }
}

impl Scratch {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a small RGB picture in the format of its name; pictures with other seeds differ.
    pub fn picture(&self, name: &str, seed: u32) -> PathBuf {
        self.sized(name, seed, 24, 16)
    }

    pub fn sized(&self, name: &str, seed: u32, width: u32, height: u32) -> PathBuf {
        let extension = Path::new(name).extension().unwrap().to_str().unwrap();
        let format = Format::from_extension(extension).unwrap();
        let noise = |at: u32| (at.wrapping_mul(2_654_435_761).wrapping_add(seed * 977) >> 13) as u8;
        let rgb = (0..width * height * 3).map(|at| noise(at / 60) / 2 + (at % 96) as u8).collect();
        let image = Image::new(width, height, Color::Rgb, Samples::U8(rgb)).unwrap();
        let encoded = Encoder::new().encode(&image, &EncodeOptions::new(format)).unwrap();
        self.file(name, &encoded.bytes)
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pipeline"));
        command.current_dir(self.path()).args(args).stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// All files below a directory but the program's own records: name and contents.
    pub fn tree(&self, below: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let root = self.path().join(below);
        collect(&root, &root, &mut files);
        files
    }

    pub fn names(&self, below: &str) -> Vec<String> {
        self.tree(below).into_keys().collect()
    }
}

fn collect(root: &Path, directory: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with(".pipeline") {
                collect(root, &path, files);
            }
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            match fs::read(&path) {
                Ok(bytes) => drop(files.insert(name, bytes)),
                // A run under way renamed it since the directory was listed.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
}

/// Decodes a file and gives its size and whether it is gray.
pub fn decoded(bytes: &[u8]) -> (u32, u32, bool) {
    use pipeline_stages::{DecodeMode, Decoder, Limits, probe};
    let header = probe(bytes, &Limits::default()).unwrap();
    let image = Decoder::new(Limits::default()).decode(bytes, &header, DecodeMode::Full).unwrap().image;
    (image.width(), image.height(), image.color() == Color::Gray)
}
