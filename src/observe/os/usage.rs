//! Owns the difference between two moments: [`OsWatch`] is set at one, and tells [`OsUse`] at the other.

use super::machine::{Cores, cores, pressure};
use super::process::{Bytes, Process, bytes, process};
use super::{cgroup, machine};
use crate::engine::{allowed_cores, quota, telemetry_per_item};
use std::time::{Duration, Instant};

/// What the operating system tells of the time since an [`OsWatch`] was set, for this process where nothing else is said.
///
/// What a system does not tell is `None`, or 0 where it always could.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[non_exhaustive]
pub struct OsUse {
    /// How long that was.
    pub wall: Duration,
    /// CPU time in the program.
    pub cpu_user: Duration,
    /// CPU time in the kernel on its behalf.
    pub cpu_system: Duration,
    /// Pages that memory had to be found for, but nothing read.
    pub minor_faults: u64,
    /// Pages that had to be read from storage: the program itself, or memory that was swapped out.
    pub major_faults: u64,
    /// Threads gave up their core because they had to wait.
    pub voluntary_switches: u64,
    /// Threads lost their core because others were to have it.
    pub involuntary_switches: u64,
    /// The most memory that was resident since the process began, in bytes.
    pub peak_memory: u64,
    /// Bytes read by system calls.
    pub read: Option<u64>,
    /// Bytes written by system calls.
    pub written: Option<u64>,
    /// Of the bytes read, those that came from storage and not from the page cache.
    pub read_from_storage: Option<u64>,
    /// Bytes that will go, or went, to storage.
    pub written_to_storage: Option<u64>,
    /// CPU time that other programs had, on the cores that this process may use.
    pub others_cpu: Option<Duration>,
    /// CPU time that a hypervisor kept from these cores.
    pub stolen: Option<Duration>,
    /// How long the control group's quota held threads back.
    pub throttled: Option<Duration>,
    /// How long some thread of the machine waited for a core.
    pub stalled_for_cpu: Option<Duration>,
    /// How long some thread of the machine waited for storage.
    pub stalled_for_io: Option<Duration>,
    /// How long some thread of the machine waited for memory.
    pub stalled_for_memory: Option<Duration>,
    /// Cores that this process may run on, by its affinity.
    pub cores_allowed: Option<usize>,
    /// Cores that the control group's quota is worth.
    pub quota: Option<f64>,
    /// What it takes to time one step of a stage; tried out on this machine.
    pub timing: Duration,
}

impl OsUse {
    /// CPU time in all.
    pub fn cpu(&self) -> Duration {
        self.cpu_user + self.cpu_system
    }

    /// Cores that can really be used, by affinity and quota.
    pub fn cores(&self) -> Option<f64> {
        let allowed = self.cores_allowed.map(|cores| cores as f64);
        [allowed, self.quota].into_iter().flatten().min_by(f64::total_cmp)
    }

    /// Cores that other programs had on average of the `cores` that can be used. Where a quota makes these fewer than those that
    /// the process may run on, others are in its way only with what does not fit beside it.
    pub(in crate::observe) fn taken_by_others(&self, cores: f64) -> f64 {
        let wall = self.wall.as_secs_f64();
        let used = self.others_cpu.map_or(0.0, |time| time.as_secs_f64());
        let beside = self.cores_allowed.map_or(0.0, |allowed| allowed as f64 - cores).max(0.0);
        if wall > 0.0 { (used / wall - beside).max(0.0) } else { 0.0 }
    }

    /// The part of what was read that came from the page cache.
    pub fn cache_hits(&self) -> Option<f64> {
        let (read, storage) = (self.read?, self.read_from_storage?);
        (read > 0).then(|| 1.0 - (storage as f64 / read as f64).min(1.0))
    }
}

/// Steps that are timed to know what timing takes.
const TRIALS: u64 = 2_000;

/// A moment to measure from.
///
/// ```
/// use pipeline_images::observe::OsWatch;
///
/// let watch = OsWatch::start();
/// let sum: u64 = (0..1000u64).sum();
/// let used = watch.so_far();
/// assert!(sum == 499_500 && used.cpu() <= std::time::Duration::from_secs(60));
/// ```
#[derive(Debug, Clone)]
pub struct OsWatch {
    began: Instant,
    allowed: Vec<usize>,
    then: Counts,
}

/// Everything that only grows.
#[derive(Debug, Clone, Copy)]
struct Counts {
    process: Option<Process>,
    bytes: Option<Bytes>,
    cores: Option<Cores>,
    throttled: Option<Duration>,
    pressure: Option<[Duration; 3]>,
}

impl Counts {
    fn now(allowed: &[usize]) -> Self {
        Self {
            process: process(),
            bytes: bytes(),
            cores: cores(allowed),
            throttled: cgroup::throttled(),
            pressure: pressure(),
        }
    }
}

impl OsWatch {
    /// From now on.
    pub fn start() -> Self {
        let allowed = allowed_cores();
        let then = Counts::now(&allowed);
        Self { began: Instant::now(), allowed, then }
    }

    /// What was used until now. Reads a handful of small files: some hundred microseconds.
    pub fn so_far(&self) -> OsUse {
        let (then, now) = (&self.then, Counts::now(&self.allowed));
        let mut used = OsUse {
            wall: self.began.elapsed(),
            throttled: difference(now.throttled, then.throttled),
            cores_allowed: (!self.allowed.is_empty()).then_some(self.allowed.len()),
            quota: quota(),
            timing: telemetry_per_item(TRIALS) / TRIALS as u32,
            ..OsUse::default()
        };
        used.of_process(&now.process.unwrap_or_default(), &then.process.unwrap_or_default());
        if let (Some(now), Some(then)) = (now.bytes, then.bytes) {
            used.of_bytes(now, then);
        }
        if let (Some(now), Some(then)) = (now.cores, then.cores) {
            used.of_cores(now, then);
        }
        let stalled = |at: usize| difference(now.pressure.map(|p| p[at]), then.pressure.map(|p| p[at]));
        used.stalled_for_cpu = stalled(0);
        used.stalled_for_io = stalled(1);
        used.stalled_for_memory = stalled(2);
        used
    }
}

fn difference(now: Option<Duration>, then: Option<Duration>) -> Option<Duration> {
    Some(now?.saturating_sub(then?))
}

impl OsUse {
    fn of_process(&mut self, now: &Process, then: &Process) {
        self.cpu_user = now.cpu_user.saturating_sub(then.cpu_user);
        self.cpu_system = now.cpu_system.saturating_sub(then.cpu_system);
        self.minor_faults = now.minor_faults.saturating_sub(then.minor_faults);
        self.major_faults = now.major_faults.saturating_sub(then.major_faults);
        self.voluntary_switches = now.voluntary_switches.saturating_sub(then.voluntary_switches);
        self.involuntary_switches = now.involuntary_switches.saturating_sub(then.involuntary_switches);
        self.peak_memory = now.peak_memory;
    }

    fn of_bytes(&mut self, now: Bytes, then: Bytes) {
        self.read = Some(now.read.saturating_sub(then.read));
        self.written = Some(now.written.saturating_sub(then.written));
        self.read_from_storage = Some(now.read_from_storage.saturating_sub(then.read_from_storage));
        self.written_to_storage = Some(now.written_to_storage.saturating_sub(then.written_to_storage));
    }

    /// Called when the CPU time of this process is known.
    fn of_cores(&mut self, now: machine::Cores, then: machine::Cores) {
        self.others_cpu = Some(now.used.saturating_sub(then.used).saturating_sub(self.cpu()));
        self.stolen = Some(now.stolen.saturating_sub(then.stolen));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beside_a_quota_others_are_in_the_way_only_with_what_does_not_fit_on_the_other_cores() {
        let taken = |seconds: u64, allowed: usize, cores: f64| {
            let used = OsUse {
                wall: Duration::from_secs(2),
                others_cpu: Some(Duration::from_secs(seconds)),
                cores_allowed: Some(allowed),
                ..OsUse::default()
            };
            used.taken_by_others(cores)
        };
        assert_eq!([taken(8, 8, 1.5), taken(14, 8, 1.5), taken(3, 2, 2.0)], [0.0, 0.5, 1.5]);
    }

    #[test]
    fn the_smaller_of_affinity_and_quota_can_be_used() {
        let mut used = OsUse { cores_allowed: Some(4), ..OsUse::default() };
        assert_eq!(used.cores(), Some(4.0));
        used.quota = Some(1.5);
        assert_eq!(used.cores(), Some(1.5));
        assert_eq!(OsUse::default().cores(), None);
    }

    #[test]
    fn what_did_not_come_from_storage_was_in_the_page_cache() {
        let used = OsUse { read: Some(100), read_from_storage: Some(25), ..OsUse::default() };
        assert_eq!(used.cache_hits(), Some(0.75));
        // Reading ahead may bring more than was asked for.
        let ahead = OsUse { read: Some(100), read_from_storage: Some(125), ..OsUse::default() };
        assert_eq!((ahead.cache_hits(), OsUse::default().cache_hits()), (Some(0.0), None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_read_is_counted() {
        let watch = OsWatch::start();
        let read = std::fs::read("/proc/self/exe").unwrap().len() as u64;
        let used = watch.so_far();
        // Sandboxes may have no such counters; then nothing is told, and nothing is made up.
        assert!(used.read.is_none_or(|counted| counted >= read), "{used:?}");
        assert!(used.cores().is_none_or(|cores| cores > 0.0), "{used:?}");
    }
}
