//! Owns what the operating system says of this process: CPU time and resident memory. Nothing where it does not tell.

use std::time::Duration;

/// CPU time of all threads of this process until now.
pub(super) fn cpu_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let seconds = u64::try_from(time.tv_sec).ok()?;
        Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?))
    }
    #[cfg(not(unix))]
    None
}

/// Bytes of memory that are really there for this process.
pub(super) fn resident() -> Option<u64> {
    vm_rss(&std::fs::read_to_string("/proc/self/status").ok()?)
}

fn vm_rss(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_read_from_its_line() {
        assert_eq!(vm_rss("VmHWM:\t  99 kB\nVmRSS:\t   1234 kB\n"), Some(1234 * 1024));
        assert_eq!(vm_rss("VmRSS:\t much"), None);
        assert_eq!(vm_rss(""), None);
    }
}
