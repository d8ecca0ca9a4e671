//! Owns what must be true of ops, config files and command lines, and samples of them.

use pipeline_images::cli::{Command, Surroundings, parse};
use pipeline_images::config::{self, Config};
use pipeline_images::job::validate_op;
use pipeline_images::stages::Op;
use std::cell::RefCell;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::sync::OnceLock;

/// One of every op.
pub(super) fn op_examples() -> &'static [&'static str] {
    static EXAMPLES: OnceLock<Vec<&'static str>> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        Op::all().iter().flat_map(|help| help.examples.iter().map(|(text, _)| *text)).collect()
    })
}

pub(super) fn ops() -> Vec<Vec<u8>> {
    op_examples().iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// An op is written as it is read, and an error points into the text.
pub(super) fn op(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    match text.parse::<Op>() {
        Ok(op) => {
            assert_eq!(op.to_string().parse::<Op>().as_ref(), Ok(&op), "{op}");
            true
        }
        Err(error) => {
            let columns = 1..=text.chars().count() + 1;
            assert!(columns.contains(&error.column), "column {} of {text:?}", error.column);
            assert!(!error.message.is_empty());
            false
        }
    }
}

pub(super) fn configs() -> Vec<Vec<u8>> {
    let written = [
        "input = [\"photos/\", \"*.png\", \"-\"]\noutput = \"gray/\"\n",
        "[read]\nworkers = 2\nqueue = 64\n[decode]\nworkers = \"auto\"\nisolate = true\n[write]\nworkers = 2\n",
        "[convert]\nworkers = 8\nops = [\"gray\", \"resize 256x256 fit=inside\"]\ngray = \"pillow\"\n",
        "[encode]\nformat = \"jpeg\"\nquality = 85\nbackground = \"#102030\"\nmetadata = \"icc,xmp\"\n",
        "[limits]\nmemory = \"1GiB\"\nwindow = 9\nmax-pixels = \"268MP\"\nmax-failures = \"none\"\n",
        "lenient = true\nbase = \"/\"\n[run]\norder = \"input\"\non-error = \"stop\"\ngrace = 3\n",
    ];
    let mut all: Vec<Vec<u8>> = written.iter().map(|text| text.as_bytes().to_vec()).collect();
    all.push(config::starter().into_bytes());
    all
}

thread_local! {
    /// A directory whose config file is replaced for each input.
    static PLACE: RefCell<Option<tempfile::TempDir>> = const { RefCell::new(None) };
}

fn loaded(dir: &Path, text: &[u8]) -> Option<config::Loaded> {
    std::fs::write(dir.join("pipeline.toml"), text).ok()?;
    let args = ["pipeline", "config", "show"].map(OsString::from).to_vec();
    match parse(Surroundings { args, variables: Vec::new(), dir }, &validate_op) {
        Ok(Command::ConfigShow(loaded)) => Some(*loaded),
        Ok(other) => panic!("`config show` is {other:?}"),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// What is shown of a config is a config that says the same.
pub(super) fn config(input: &[u8]) -> bool {
    PLACE.with_borrow_mut(|place| {
        if place.is_none() {
            *place = tempfile::tempdir().ok();
        }
        let Some(dir) = place.as_ref().map(tempfile::TempDir::path) else { return false };
        let Some(first) = loaded(dir, input) else { return false };
        let shown = config::show(&first);
        let Some(second) = loaded(dir, shown.as_bytes()) else { panic!("shown as\n{shown}") };
        // Paths in a config file begin at the file, so the default ones mean something else there.
        let Config { input, output, base, .. } = second.config.clone();
        let first = Config { input, output, base, ..first.config };
        assert!(first == second.config, "shown as\n{shown}");
        let third = loaded(dir, config::show(&second).as_bytes());
        assert!(third.is_some_and(|third| third.config == second.config), "shown as\n{shown}");
        true
    })
}

pub(super) fn command_lines() -> Vec<Vec<u8>> {
    let lines = [
        "photos/ -o gray/ --readers 2 --converters 8 --writers 2",
        "--op gray --op resize=9 --format jpeg --quality 90 a.png",
        "tune photos/ --seconds 9",
        "predict run.json --decoders 4",
        "explain run.json",
        "--queue read=9 --memory 1.5GiB --order input --resume --retry-failed -",
        "ops gray --json",
        "--dashboard 127.0.0.1:0 --metrics :9000 x",
        "config init x.toml",
        "--files-from - -0 --in-place -vv",
        "-- tune",
    ];
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

/// Whatever the words are, they are a command or a complaint.
pub(super) fn arguments(input: &[u8]) -> bool {
    let words = input.split(|byte| *byte == b' ').map(|word| OsString::from_vec(word.to_vec()));
    let args = [OsString::from("pipeline")].into_iter().chain(words).collect();
    let surroundings = Surroundings { args, variables: Vec::new(), dir: Path::new("/nowhere") };
    match parse(surroundings, &validate_op) {
        Ok(_) => true,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            false
        }
    }
}

/// Pictures of formats that are read and not written, and odd ones, made by hand.
#[allow(dead_code, reason = "libFuzzer has inputs of its own")]
pub(crate) fn small_pictures() -> Vec<Vec<u8>> {
    let gif = b"GIF89a\x02\0\x02\0\x80\0\0\xff\0\0\0\0\xff,\0\0\0\0\x02\0\x02\0\0\x02\x02\x44\x51\0;";
    let hdr = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 2\n\x80\x40\x20\x81\x10\x20\x30\x80\xff\0\0\x79\0\0\0\0";
    let bmp = b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0abc\0";
    let mut ico = b"\0\0\x01\0\x01\0\x01\x01\0\0\x01\0\x18\0\x30\0\0\0\x16\0\0\0\x28\0\0\0\x01\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
    ico.extend(b"abc\0\0\0\0\0");
    // What `cjxl -d 0` makes of two pixels.
    let jxl = b"\xff\x0a\x00\x70\x10\x50\x5c\x08\x08\x02\x01\x00\x40\x00\x4b\x18\x8b\x15\xc2\x51\x1b\x8c\x3e\xc0\x1e\x6e\x37\x9d\x93\x00";
    let pnm: [&[u8]; 4] = [
        b"P1 3 2 1 0 1 0 1 0",
        b"P3 1 1 65535 1 2 3",
        b"P4 9 1 \xff\x80",
        b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nab",
    ];
    let others: [&[u8]; 5] = [gif, hdr, bmp, &ico, jxl];
    others.iter().chain(&pnm).map(|file| file.to_vec()).collect()
}
