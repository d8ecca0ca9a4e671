//! `config show`: every value with where it came from, as a valid config file. Owns: its layout.

use std::fmt::Write as _;

use super::load::Loaded;
use super::settings::{SETTINGS, Setting, sections};
use super::validated::Config;

/// The column of the comments, unless a value is longer.
const COMMENT_COLUMN: usize = 32;

/// Every setting as TOML, each followed by a comment that says where it came from.
#[must_use]
pub fn show(loaded: &Loaded) -> String {
    let mut text = String::new();
    section(&mut text, "", loaded);
    for name in sections() {
        let _ = writeln!(text, "\n[{name}]");
        section(&mut text, name, loaded);
    }
    text
}

fn section(text: &mut String, name: &str, loaded: &Loaded) {
    for setting in SETTINGS.iter().filter(|setting| setting.section() == name) {
        let _ = writeln!(text, "{}", line(setting, loaded));
    }
}

fn line(setting: &Setting, loaded: &Loaded) -> String {
    let origin: String = loaded.origins.of(setting.key).to_string();
    // A file name may hold a line break, which would end the comment.
    let origin = origin.escape_debug();
    match setting.to_toml(&loaded.config) {
        Some(value) => {
            let assignment = format!("{} = {value}", setting.leaf());
            format!("{assignment:<COMMENT_COLUMN$} # {origin}")
        }
        None => format!("{:<COMMENT_COLUMN$} # {origin}", format!("# {} is not set", setting.leaf())),
    }
}

/// The settings that are not the defaults as a config file. `instead` gives lines for a stage's section that take the
/// place of its `workers`.
pub(crate) fn written(config: &Config, instead: &dyn Fn(&str) -> Option<String>) -> String {
    let defaults = Config::default();
    let mut text = String::new();
    for section in [""].into_iter().chain(sections()) {
        let lines = instead(section);
        let own = SETTINGS.iter().filter(|setting| setting.section() == section);
        let differs = own.filter(|setting| match setting.leaf() {
            "workers" if lines.is_some() => false,
            // Said even where it is the default: what a config file does should stand there.
            "input" => !config.input.is_empty(),
            "output" => !config.write.in_place,
            _ => setting.to_toml(config) != setting.to_toml(&defaults),
        });
        let own = differs
            .filter_map(|setting| Some(format!("{} = {}\n", setting.leaf(), setting.to_toml(config)?)));
        let own = own.collect::<String>() + lines.as_deref().unwrap_or_default();
        if !own.is_empty() {
            let head = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
            let _ = write!(text, "\n{head}{own}");
        }
    }
    text
}
