//! Owns what the operating system counts for this process: CPU time, page faults, switches, memory, bytes.
//! Does not own: differences; those are `usage`'s.

use std::time::Duration;

/// Since the process began.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Process {
    pub(super) cpu_user: Duration,
    pub(super) cpu_system: Duration,
    pub(super) minor_faults: u64,
    pub(super) major_faults: u64,
    pub(super) voluntary_switches: u64,
    pub(super) involuntary_switches: u64,
    /// The most memory that was resident at any moment.
    pub(super) peak_memory: u64,
}

/// `getrusage(2)`; counts the threads that have ended too.
#[cfg(unix)]
pub(super) fn process() -> Option<Process> {
    use nix::sys::time::{TimeVal, TimeValLike};
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF).ok()?;
    let time = |time: TimeVal| Duration::from_micros(count(time.num_microseconds()));
    // Apple counts bytes here, the others KiB.
    let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
    Some(Process {
        cpu_user: time(usage.user_time()),
        cpu_system: time(usage.system_time()),
        minor_faults: count(usage.minor_page_faults() as i64),
        major_faults: count(usage.major_page_faults() as i64),
        voluntary_switches: count(usage.voluntary_context_switches() as i64),
        involuntary_switches: count(usage.involuntary_context_switches() as i64),
        peak_memory: own_peak().unwrap_or(count(usage.max_rss() as i64).saturating_mul(unit)),
    })
}

/// `getrusage` also counts what the process was before it became this program: a copy of its parent, which may be large.
/// `/proc/self/status` (`proc_pid_status(5)`) does not.
#[cfg(unix)]
fn own_peak() -> Option<u64> {
    peak_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

#[cfg(unix)]
fn peak_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(not(unix))]
pub(super) fn process() -> Option<Process> {
    None
}

#[cfg(unix)]
fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// Bytes by system calls, and what of them came from or went to storage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) read: u64,
    pub(super) written: u64,
    pub(super) read_from_storage: u64,
    pub(super) written_to_storage: u64,
}

/// `/proc/self/io` (`proc_pid_io(5)`).
pub(super) fn bytes() -> Option<Bytes> {
    bytes_in(&std::fs::read_to_string("/proc/self/io").ok()?)
}

fn bytes_in(text: &str) -> Option<Bytes> {
    let number = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().parse().ok()
    };
    Some(Bytes {
        read: number("rchar")?,
        written: number("wchar")?,
        read_from_storage: number("read_bytes")?,
        written_to_storage: number("write_bytes")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_by_calls_are_told_from_those_of_storage() {
        let text = "rchar: 7\nwchar: 5\nsyscr: 1\nsyscw: 1\nread_bytes: 3\nwrite_bytes: 2\ncancelled_write_bytes: 9\n";
        let told = Bytes { read: 7, written: 5, read_from_storage: 3, written_to_storage: 2 };
        assert_eq!(bytes_in(text), Some(told));
        assert_eq!(bytes_in("rchar: 7\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_peak_is_that_of_this_program() {
        assert_eq!(peak_in("VmPeak:\t 9 kB\nVmHWM:\t    1234 kB\nVmRSS:\t 5 kB\n"), Some(1234 * 1024));
        assert_eq!(peak_in("VmRSS:\t 5 kB\n"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_process_that_computes_has_cpu_time_and_memory() {
        let before = process().unwrap();
        let began = std::time::Instant::now();
        while began.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        let after = process().unwrap();
        assert!(after.cpu_user + after.cpu_system > before.cpu_user + before.cpu_system);
        assert!(after.peak_memory > 100_000, "{after:?}");
    }
}
