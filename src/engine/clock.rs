//! Owns time: nanoseconds since the run began, from the monotonic clock only; and a thread's CPU time, with the time for
//! which it was ready and no core was free.

use std::time::{Duration, Instant};

/// Nanoseconds since the run began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Nanos(pub(super) u64);

impl Nanos {
    /// Nanoseconds from `earlier` to `self`, 0 if it was not earlier.
    pub(super) fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The run's clock.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(&self) -> Nanos {
        Nanos(u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}

/// CPU time of the whole process, where the operating system tells.
#[cfg(not(shuttle))]
pub(super) fn process_cpu_time() -> Option<Duration> {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        let seconds = u64::try_from(time.tv_sec).ok()?;
        return Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?));
    }
    #[allow(unreachable_code, reason = "the other systems")]
    None
}

/// CPU time of the calling thread, where the operating system tells.
pub(super) fn thread_cpu_time() -> Option<Duration> {
    #[cfg(all(unix, not(target_vendor = "apple")))]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        let seconds = u64::try_from(time.tv_sec).ok()?;
        return Some(Duration::new(seconds, u32::try_from(time.tv_nsec).ok()?));
    }
    #[allow(unreachable_code, reason = "the other systems")]
    None
}

/// For how many nanoseconds the calling thread was ready to run and had no core, where the operating system tells. Linux
/// does, in `schedstat` (`Documentation/scheduler/sched-stats.rst` of the kernel).
pub(super) fn thread_core_wait() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    // Three numbers; not kept open, because each worker would need a descriptor of its own.
    let mut told = [0; 64];
    let mut file = std::fs::File::open("/proc/thread-self/schedstat").ok()?;
    let read = std::io::Read::read(&mut file, &mut told).ok()?;
    std::str::from_utf8(&told[..read]).ok()?.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(all(test, target_os = "linux", not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn the_wait_of_a_thread_only_grows() {
        // Some sandboxes have no such file.
        let Some(before) = thread_core_wait() else { return };
        std::thread::yield_now();
        assert!(thread_core_wait().is_some_and(|after| after >= before));
    }
}
