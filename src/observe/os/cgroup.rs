//! Owns how long the control group's quota held this process back. Versions 1 and 2.
//! Does not own: the quota itself (the engine's, for it goes by it).

use crate::engine::control_groups;
use std::path::PathBuf;
use std::time::Duration;

/// How long threads of the group were held back since it began.
pub(super) fn throttled() -> Option<Duration> {
    let stat = |folder: PathBuf| throttled_in(&std::fs::read_to_string(folder.join("cpu.stat")).ok()?);
    control_groups().into_iter().find_map(stat)
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
    fn throttling_is_read_in_the_unit_of_its_version() {
        assert_eq!(throttled_in("nr_throttled 3\nthrottled_usec 1500\n"), Some(Duration::from_micros(1500)));
        assert_eq!(throttled_in("nr_throttled 3\nthrottled_time 1500\n"), Some(Duration::from_nanos(1500)));
        assert_eq!(throttled_in("usage_usec 3\n"), None);
    }
}
