//! The environment: `PIPELINE_…` variables. Owns: which variables are ours. Does not own: reading the process's own.

use std::ffi::{OsStr, OsString};

use super::{Assignment, Origin, Written};
use crate::config::settings::{SETTINGS, Setting, Shape};
use crate::config::suggest::did_you_mean;

const PREFIX: &str = "PIPELINE_";

/// Every assignment in the environment, and a warning for every variable that looks like ours and is not.
pub(crate) fn assignments(variables: &[(OsString, OsString)]) -> (Vec<Assignment>, Vec<String>) {
    let (mut found, mut warnings) = (Vec::new(), Vec::new());
    for (name, value) in variables {
        let name = name.to_string_lossy();
        // An empty variable is the usual way to unset one for a single command.
        if !name.starts_with(PREFIX) || value.is_empty() {
            continue;
        }
        match SETTINGS.iter().find(|setting| setting.variable() == name) {
            Some(setting) => found.push(Assignment {
                setting,
                value: written(setting, value),
                origin: Origin::Environment(name.into_owned()),
                span: None,
            }),
            None => warnings.push(unknown(&name)),
        }
    }
    (found, warnings)
}

fn written(setting: &Setting, value: &OsStr) -> Written {
    match setting.shape {
        Shape::Paths => {
            Written::plain_list(std::env::split_paths(value).map(std::path::PathBuf::into_os_string))
        }
        Shape::Texts => {
            Written::plain_list(value.to_string_lossy().split(';').map(|text| OsString::from(text.trim())))
        }
        Shape::One | Shape::Switch => Written::Plain(value.to_owned()),
    }
}

fn unknown(name: &str) -> String {
    let ours: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    // What all of them share must not make a stranger look alike.
    let word = |name: &str| name.trim_start_matches(PREFIX).to_owned();
    let words: Vec<String> = ours.iter().map(|name| word(name)).collect();
    match did_you_mean(&word(name), words.iter().map(String::as_str)) {
        Some(near) => format!("{name} is not a setting and was ignored; did you mean {PREFIX}{near}?"),
        None => format!("{name} is not a setting and was ignored; `pipeline --help` lists the variables"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Vec<Assignment>, Vec<String>) {
        let own: Vec<_> = variables.iter().map(|(n, v)| (OsString::from(n), OsString::from(v))).collect();
        assignments(&own)
    }

    #[test]
    fn lists_are_split() {
        let (found, _) = read(&[("PIPELINE_OP", "gray; resize 10x10")]);
        assert_eq!(found[0].value, Written::plain_list(["gray".into(), "resize 10x10".into()]));
    }

    #[test]
    fn an_empty_variable_says_nothing() {
        let (found, warnings) = read(&[("PIPELINE_READERS", ""), ("PATH", "/bin")]);
        assert!(found.is_empty() && warnings.is_empty());
    }

    #[test]
    fn an_unknown_variable_warns() {
        let (found, warnings) = read(&[("PIPELINE_READER", "3")]);
        assert!(found.is_empty());
        assert_eq!(
            warnings,
            ["PIPELINE_READER is not a setting and was ignored; did you mean PIPELINE_READERS?"]
        );
    }
}
