//! `config init`: a commented file to start from, made from the table so that it is never out of date.

use std::fmt::Write as _;

use super::settings::{SETTINGS, Setting, sections};
use super::validated::Config;

const HEAD: &str = "\
# pipeline.toml: what `pipeline` reads, does and writes.
# Every line below is commented out and shows the default; remove the # to change a value.
# Paths start from the directory of this file. A variable beats this file, a flag beats both.
# `pipeline config show` prints what is in force and where it came from.
";

/// A config file that sets nothing and shows every key with its default, flag, variable and sentence.
#[must_use]
pub fn starter() -> String {
    let mut text = HEAD.to_owned();
    let defaults = Config::default();
    section(&mut text, "", &defaults);
    for name in sections() {
        let _ = writeln!(text, "\n[{name}]");
        section(&mut text, name, &defaults);
    }
    text
}

fn section(text: &mut String, name: &str, defaults: &Config) {
    for setting in SETTINGS.iter().filter(|setting| setting.section() == name) {
        let _ = writeln!(text, "\n# {} ({}, {}).", setting.doc, setting.flag(), setting.variable());
        let words: Vec<String> =
            setting.words().iter().map(|(word, doc)| format!("#   {word}: {doc}\n")).collect();
        text.push_str(&words.concat());
        let _ = writeln!(text, "# {} = {}", setting.leaf(), example(setting, defaults));
    }
}

/// The default, or something to put in its place where there is none.
fn example(setting: &Setting, defaults: &Config) -> String {
    match setting.key {
        "input" => "[\"photos/\"]".to_owned(),
        _ => setting.to_toml(defaults).unwrap_or_else(|| "\"photos/\"".to_owned()),
    }
}
