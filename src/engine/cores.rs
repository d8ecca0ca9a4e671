//! Owns how many cores can be used: those of this process's affinity, and no more than the quota of its control group, which may be
//! a fraction. All that goes by a number of cores takes it from here. Versions 1 and 2 of control groups, with those above,
//! whose quotas count too.
//! Does not own: who uses them.

use std::path::{Path, PathBuf};

/// Where version 2, and version 1's `cpu`, are mounted.
const V2: &str = "/sys/fs/cgroup";
const V1: &str = "/sys/fs/cgroup/cpu";

/// Cores that this process may use on average.
#[cfg_attr(shuttle, allow(dead_code, reason = "nothing is elastic under the model checker"))]
pub(crate) fn usable_cores() -> f64 {
    let allowed = match allowed_cores().len() {
        0 => num_cpus::get(),
        allowed => allowed,
    };
    usable(allowed, quota())
}

fn usable(allowed: usize, quota: Option<f64>) -> f64 {
    quota.unwrap_or(f64::INFINITY).min(allowed as f64)
}

/// The cores that this process may run on, by number; empty where the operating system does not tell.
pub(crate) fn allowed_cores() -> Vec<usize> {
    #[cfg(target_os = "linux")]
    if let Ok(set) = rustix::thread::sched_getaffinity(None) {
        return (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect();
    }
    Vec::new()
}

/// Cores that the group may use on average; `None` if nothing limits it.
pub(crate) fn quota() -> Option<f64> {
    let cores = |folder: PathBuf| {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        read("cpu.max")
            .and_then(|text| quota_v2(&text))
            .or_else(|| quota_v1(&read("cpu.cfs_quota_us")?, &read("cpu.cfs_period_us")?))
    };
    control_groups().into_iter().filter_map(cores).min_by(f64::total_cmp)
}

/// Folders of this process's group and those above it, the innermost first.
pub(crate) fn control_groups() -> Vec<PathBuf> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_may_be_a_fraction_and_is_no_more_than_the_affinity() {
        assert_eq!([usable(4, None), usable(4, Some(1.5)), usable(1, Some(1.5))], [4.0, 1.5, 1.0]);
        assert!(usable_cores() > 0.0);
    }

    #[test]
    fn quotas_of_both_versions_are_cores() {
        assert_eq!(quota_v2("150000 100000\n"), Some(1.5));
        assert_eq!(quota_v2("max 100000\n"), None);
        assert_eq!((quota_v1("50000\n", "100000\n"), quota_v1("-1", "100000")), (Some(0.5), None));
    }

    #[test]
    fn the_groups_above_count_too() {
        let folders = folders_of("1:name=systemd:/x\n2:cpu,cpuacct:/a/b\n0::/\n");
        let names: Vec<_> = folders.iter().map(|folder| folder.to_string_lossy().into_owned()).collect();
        let v1 = ["/sys/fs/cgroup/cpu/a/b", "/sys/fs/cgroup/cpu/a", "/sys/fs/cgroup/cpu/"];
        assert_eq!(names, [v1.as_slice(), &["/sys/fs/cgroup/"]].concat());
    }
}
