//! Owns what is known of the machine: how busy its cores are with whatever runs on them, and how long anything had to wait for CPU, storage or memory (pressure stall information).
//! Does not own: what this process did (`process`), which cores it may use (the engine).

use std::time::Duration;

/// CPU time on some cores since the machine was started.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Cores {
    /// Used by anybody.
    pub(super) used: Duration,
    /// Taken away by a hypervisor.
    pub(super) stolen: Duration,
}

pub(super) fn cores(allowed: &[usize]) -> Option<Cores> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    #[cfg(unix)]
    let ticks = rustix::param::clock_ticks_per_second();
    #[cfg(not(unix))]
    let ticks = 100;
    cores_in(&stat, allowed, ticks)
}

/// Lines of `cpuN user nice system idle iowait irq softirq steal …`, in ticks (`proc_stat(5)`).
fn cores_in(stat: &str, allowed: &[usize], ticks: u64) -> Option<Cores> {
    let (mut used, mut stolen, mut found) = (0u64, 0u64, false);
    for line in stat.lines() {
        let mut words = line.split_whitespace();
        let number = words.next().and_then(|name| name.strip_prefix("cpu")?.parse().ok());
        if !number.is_some_and(|number: usize| allowed.contains(&number)) {
            continue;
        }
        let times: Vec<u64> = words.map_while(|word| word.parse().ok()).collect();
        let at = |index: usize| times.get(index).copied().unwrap_or(0);
        used = [0, 1, 2, 5, 6].iter().fold(used, |sum, index| sum.saturating_add(at(*index)));
        stolen = stolen.saturating_add(at(7));
        found = true;
    }
    let time = |n: u64| Duration::try_from_secs_f64(n as f64 / ticks.max(1) as f64).unwrap_or_default();
    found.then(|| Cores { used: time(used), stolen: time(stolen) })
}

/// How long some thread of the machine waited for CPU, storage, memory since the machine was started.
pub(super) fn pressure() -> Option<[Duration; 3]> {
    let stalled = |what: &str| {
        let text = std::fs::read_to_string(format!("/proc/pressure/{what}")).ok()?;
        stalled_in(&text)
    };
    Some([stalled("cpu")?, stalled("io")?, stalled("memory")?])
}

/// `some avg10=0.00 avg60=0.00 avg300=0.00 total=12345`, in microseconds.
fn stalled_in(text: &str) -> Option<Duration> {
    let line = text.lines().find(|line| line.starts_with("some "))?;
    let total = line.split_whitespace().find_map(|word| word.strip_prefix("total="))?;
    total.parse().ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_cores_that_may_be_used_are_counted_and_idling_is_no_use() {
        let stat = "cpu  9 9 9 9 9 9 9 9\ncpu0 100 10 20 900 50 3 7 5 0 0\ncpu1 1 1 1 1 1 1 1 1\nintr 5\n";
        let cores = cores_in(stat, &[0], 100).unwrap();
        assert_eq!(cores.used, Duration::from_millis(1400));
        assert_eq!(cores.stolen, Duration::from_millis(50));
        assert_eq!(cores_in(stat, &[7], 100), None);
    }

    #[test]
    fn pressure_is_the_total_of_some() {
        let text = "some avg10=0.07 avg60=0.75 avg300=3.35 total=918341500\nfull avg10=0 total=5\n";
        assert_eq!(stalled_in(text), Some(Duration::from_micros(918_341_500)));
        assert_eq!(stalled_in("full total=5"), None);
    }
}
