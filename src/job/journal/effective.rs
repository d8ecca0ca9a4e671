//! Owns which settings results depend on: their text, its hash, and what differs between two runs.
//!
//! Workers, queues, memory and the like change how a run goes and not what comes out. Limits decide what is refused; what
//! was refused by one is tried again anyway.

use super::super::recipe::Recipe;
use super::identity::hash;
use crate::config::Config;
use std::collections::BTreeMap;

/// The settings on which results depend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::job) struct Effective {
    pub(in crate::job) settings: BTreeMap<String, String>,
    /// The first 16 digits of their SHA-256.
    pub(in crate::job) hash: String,
}

impl Effective {
    pub(in crate::job) fn new(config: &Config, recipe: &Recipe) -> Self {
        // Ops as they were understood: with the gray mode that those without one take, and however they were spelled.
        let ops: Vec<String> = recipe.plan.ops.iter().map(ToString::to_string).collect();
        let encode = &config.encode;
        let settings = [
            ("convert.ops", ops.join("; ")),
            ("convert.auto-orient", config.convert.auto_orient.to_string()),
            ("encode.format", encode.format.to_string()),
            ("encode.quality", encode.quality.to_string()),
            ("encode.subsampling", encode.subsampling.to_string()),
            ("encode.progressive", encode.progressive.to_string()),
            ("encode.bits", encode.bits.to_string()),
            ("encode.effort", encode.effort.to_string()),
            ("encode.metadata", encode.metadata.to_string()),
            ("encode.background", encode.background.to_string()),
            ("lenient", config.lenient.to_string()),
            ("write.keep-mtime", config.write.keep_mtime.to_string()),
        ];
        let settings: BTreeMap<String, String> =
            settings.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        // No key holds a `=`, and NUL ends what a value may hold.
        let text: String = settings.iter().map(|(key, value)| format!("{key}={value}\0")).collect();
        let hash = hash(text.as_bytes()).chars().take(16).collect();
        Self { settings, hash }
    }
}

/// What differs, a line each: `encode.format was png, is same`.
pub(in crate::job) fn differences(
    before: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let unset = || "not known".to_owned();
    let said = |value: Option<&String>| value.map_or_else(unset, |value| format!("`{value}`"));
    keys.into_iter()
        .filter(|key| before.get(*key) != now.get(*key))
        .map(|key| format!("{key} was {}, is {}", said(before.get(key)), said(now.get(key))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effective(change: impl FnOnce(&mut Config)) -> Effective {
        let mut config = Config::default();
        change(&mut config);
        Effective::new(&config, &Recipe::new(&config).unwrap())
    }

    #[test]
    fn what_changes_results_changes_the_hash_and_is_named() {
        let before = effective(|_| ());
        let now = effective(|config| {
            config.encode.format = crate::config::FormatChoice::Png;
            config.convert.gray = crate::config::Gray::Opencv;
        });
        assert_ne!(before.hash, now.hash);
        assert_eq!(
            differences(&before.settings, &now.settings),
            ["convert.ops was `gray`, is `gray mode=opencv`", "encode.format was `same`, is `png`"]
        );
    }

    #[test]
    fn how_a_run_goes_and_how_ops_are_spelled_changes_nothing() {
        let now = effective(|config| {
            config.convert.ops = vec!["gray  mode=luma".to_owned()];
            config.limits.max_file.0 = 7;
            config.write.durable = true;
            config.read.queue.0 = 1;
        });
        assert_eq!(effective(|_| ()), now);
    }
}
