//! Owns what the control group allows: its CPU quota, and how long it was held back by it. Versions 1 and 2, with the groups
//! above, whose quotas count too.
//! Does not own: affinity (`machine`).

use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where version 2, and version 1's `cpu`, are mounted.
const V2: &str = "/sys/fs/cgroup";
const V1: &str = "/sys/fs/cgroup/cpu";

/// Cores that the group may use on average; `None` if nothing limits it.
pub(super) fn quota() -> Option<f64> {
    let cores = |folder: PathBuf| {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        read("cpu.max")
            .and_then(|text| quota_v2(&text))
            .or_else(|| quota_v1(&read("cpu.cfs_quota_us")?, &read("cpu.cfs_period_us")?))
    };
    folders().into_iter().filter_map(cores).min_by(f64::total_cmp)
}

/// How long threads of the group were held back since it began.
pub(super) fn throttled() -> Option<Duration> {
    let stat = |folder: PathBuf| throttled_in(&std::fs::read_to_string(folder.join("cpu.stat")).ok()?);
    folders().into_iter().find_map(stat)
}

/// This process's group and those above it, the innermost first.
fn folders() -> Vec<PathBuf> {
    let Ok(groups) = std::fs::read_to_string("/proc/self/cgroup") else { return Vec::new() };
    folders_of(&groups)
}

fn folders_of(groups: &str) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let root = match controllers {
            "" => V2,
            names if names.split(',').any(|name| name == "cpu") => V1,
            _ => continue,
        };
        let inside = Path::new(path.trim_start_matches('/'));
        folders.extend(inside.ancestors().map(|above| Path::new(root).join(above)));
    }
    folders
}

/// `max 100000` or `150000 100000`: microseconds of CPU time in a period.
fn quota_v2(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    share(quota.parse().ok()?, period.parse().ok()?)
}

fn quota_v1(quota: &str, period: &str) -> Option<f64> {
    share(quota.trim().parse().ok()?, period.trim().parse().ok()?)
}

fn share(quota: f64, period: f64) -> Option<f64> {
    // Version 1 says -1 where there is none.
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

/// `throttled_usec` of version 2, `throttled_time` in nanoseconds of version 1.
fn throttled_in(stat: &str) -> Option<Duration> {
    stat.lines().find_map(|line| match line.split_once(' ')? {
        ("throttled_usec", n) => n.trim().parse().ok().map(Duration::from_micros),
        ("throttled_time", n) => n.trim().parse().ok().map(Duration::from_nanos),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_of_both_versions_are_cores() {
        assert_eq!(quota_v2("150000 100000\n"), Some(1.5));
        assert_eq!(quota_v2("max 100000\n"), None);
        assert_eq!((quota_v1("50000\n", "100000\n"), quota_v1("-1", "100000")), (Some(0.5), None));
    }

    #[test]
    fn throttling_is_read_in_the_unit_of_its_version() {
        assert_eq!(throttled_in("nr_throttled 3\nthrottled_usec 1500\n"), Some(Duration::from_micros(1500)));
        assert_eq!(throttled_in("nr_throttled 3\nthrottled_time 1500\n"), Some(Duration::from_nanos(1500)));
        assert_eq!(throttled_in("usage_usec 3\n"), None);
    }

    #[test]
    fn the_groups_above_count_too() {
        let folders = folders_of("1:name=systemd:/x\n2:cpu,cpuacct:/a/b\n0::/\n");
        let names: Vec<_> = folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
        let v1 = ["/sys/fs/cgroup/cpu/a/b", "/sys/fs/cgroup/cpu/a", "/sys/fs/cgroup/cpu/"];
        assert_eq!(names, [v1.as_slice(), &["/sys/fs/cgroup/"]].concat());
    }
}
