//! Owns how [`OsUse`] stands in the report for machines: seconds and bytes, members left out that are not known.

use super::OsUse;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The member `os` of a report.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct OsJson {
    wall_seconds: f64,
    cpu_user_seconds: f64,
    cpu_system_seconds: f64,
    minor_faults: u64,
    major_faults: u64,
    voluntary_switches: u64,
    involuntary_switches: u64,
    peak_memory: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_read: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_written: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_read_from_storage: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_written_to_storage: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    others_cpu_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stolen_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    throttled_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stalled_for_cpu_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stalled_for_io_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stalled_for_memory_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cores_allowed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quota_cores: Option<f64>,
    timing_seconds_per_step: f64,
}

impl From<&OsUse> for OsJson {
    fn from(used: &OsUse) -> Self {
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        Self {
            wall_seconds: used.wall.as_secs_f64(),
            cpu_user_seconds: used.cpu_user.as_secs_f64(),
            cpu_system_seconds: used.cpu_system.as_secs_f64(),
            minor_faults: used.minor_faults,
            major_faults: used.major_faults,
            voluntary_switches: used.voluntary_switches,
            involuntary_switches: used.involuntary_switches,
            peak_memory: used.peak_memory,
            bytes_read: used.read,
            bytes_written: used.written,
            bytes_read_from_storage: used.read_from_storage,
            bytes_written_to_storage: used.written_to_storage,
            others_cpu_seconds: seconds(used.others_cpu),
            stolen_seconds: seconds(used.stolen),
            throttled_seconds: seconds(used.throttled),
            stalled_for_cpu_seconds: seconds(used.stalled_for_cpu),
            stalled_for_io_seconds: seconds(used.stalled_for_io),
            stalled_for_memory_seconds: seconds(used.stalled_for_memory),
            cores_allowed: used.cores_allowed,
            quota_cores: used.quota,
            timing_seconds_per_step: used.timing.as_secs_f64(),
        }
    }
}

impl From<&OsJson> for OsUse {
    fn from(json: &OsJson) -> Self {
        let time = |seconds: f64| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Self {
            wall: time(json.wall_seconds),
            cpu_user: time(json.cpu_user_seconds),
            cpu_system: time(json.cpu_system_seconds),
            minor_faults: json.minor_faults,
            major_faults: json.major_faults,
            voluntary_switches: json.voluntary_switches,
            involuntary_switches: json.involuntary_switches,
            peak_memory: json.peak_memory,
            read: json.bytes_read,
            written: json.bytes_written,
            read_from_storage: json.bytes_read_from_storage,
            written_to_storage: json.bytes_written_to_storage,
            others_cpu: json.others_cpu_seconds.map(time),
            stolen: json.stolen_seconds.map(time),
            throttled: json.throttled_seconds.map(time),
            stalled_for_cpu: json.stalled_for_cpu_seconds.map(time),
            stalled_for_io: json.stalled_for_io_seconds.map(time),
            stalled_for_memory: json.stalled_for_memory_seconds.map(time),
            cores_allowed: json.cores_allowed,
            quota: json.quota_cores.filter(|cores| *cores > 0.0),
            timing: time(json.timing_seconds_per_step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let second = Duration::from_secs;
        let used = OsUse {
            wall: second(9),
            cpu_user: second(3),
            minor_faults: 7,
            read: Some(5),
            others_cpu: Some(second(1)),
            cores_allowed: Some(2),
            quota: Some(1.5),
            ..OsUse::default()
        };
        let text = serde_json::to_string(&OsJson::from(&used)).unwrap();
        assert!(!text.contains("throttled"), "what is not known is left out: {text}");
        assert_eq!(OsUse::from(&serde_json::from_str::<OsJson>(&text).unwrap()), used);
    }
}
