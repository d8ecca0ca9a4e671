//! Owns what a report says of the settings and of the machine. Does not own: their values.

use crate::config::Config;
use crate::config::settings::SETTINGS;
use crate::job::Protections;
use serde_json::{Map, Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Every setting with its value as in a config file, the machine, the program, and when the run began.
pub(super) fn facts(config: &Config) -> Map<String, Value> {
    let default = Config::default();
    let settings = SETTINGS.iter().map(|setting| {
        let value = setting.to_toml(config);
        let plain = value == setting.to_toml(&default);
        json!({ "key": setting.key, "value": value, "default": plain })
    });
    let started = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let input: Vec<_> = config.input.iter().map(|path| path.to_string_lossy()).collect();
    let facts = json!({
        "program": concat!("pipeline ", env!("CARGO_PKG_VERSION")),
        "started_unix_seconds": started,
        "input": input.join(", "),
        "output": if config.write.in_place { "in place".into() } else { config.output.to_string_lossy() },
        "config": settings.collect::<Vec<_>>(),
        "machine": {
            "processor": processor(),
            "system": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
            "memory_bytes": memory(),
        },
    });
    match facts {
        Value::Object(facts) => facts,
        _ => Map::new(),
    }
}

/// What keeps in the processes that decode, and what of it this system lacks.
pub(super) fn isolation(protections: Protections, missing: Option<&str>) -> Map<String, Value> {
    let list = |words: Vec<&str>| Value::from(words);
    let mut told = json!({ "holding": list(protections.holding().collect()), "lacking": list(protections.lacking().collect()) });
    if let Some(why) = missing {
        told["missing"] = why.into();
    }
    Map::from_iter([("isolation".to_owned(), told)])
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_told_with_its_value_and_whether_somebody_chose_it() {
        let mut config = Config::default();
        config.read.workers = "7".parse().unwrap();
        let facts = facts(&config);
        let settings = facts["config"].as_array().unwrap();
        assert_eq!(settings.len(), SETTINGS.len());
        let of = |key: &str| settings.iter().find(|setting| setting["key"] == key).unwrap();
        assert_eq!(of("read.workers"), &json!({ "key": "read.workers", "value": "7", "default": false }));
        assert_eq!(of("decode.workers")["default"], true);
    }
}
