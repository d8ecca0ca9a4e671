//! Owns the numbers that nobody gave: how many workers, how much memory, from what this machine lets us use.
//! Does not own: numbers that somebody gave; those are obeyed.

use crate::config::{Config, Memory, Window, Workers};
use crate::engine::{self, ByteSize};

/// Workers per stage, and memory, as they are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Threads that read files.
    pub readers: usize,
    /// Threads that decode.
    pub decoders: usize,
    /// Threads that convert.
    pub converters: usize,
    /// Threads that encode.
    pub encoders: usize,
    /// Threads that write files.
    pub writers: usize,
    /// How far the engine may raise them by itself.
    pub at_most: AtMost,
    /// For all decoded pictures in flight.
    pub pictures: ByteSize,
    /// For the contents of files that wait to be decoded.
    pub files: ByteSize,
    /// What this machine lets us use at all: a picture that needs more is refused.
    pub usable: ByteSize,
}

/// The most workers that each stage may be given while it runs; 0 where the number is not the engine's to change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AtMost {
    /// Threads that read files.
    pub readers: usize,
    /// Threads that decode.
    pub decoders: usize,
    /// Threads that convert.
    pub converters: usize,
    /// Threads that encode.
    pub encoders: usize,
    /// Threads that write files.
    pub writers: usize,
}

impl AtMost {
    /// One more than there are cores is the most that computing gains from. What waits for a device far away gains from
    /// many: enough for 50 ms a file and 3 ms of computing.
    fn new(config: &Config, cores: usize) -> Self {
        let (computes, waits) = (cores + 1, (16 * cores).clamp(64, 256));
        // Of readers each has a process when pictures are isolated.
        let reads = if config.decode.isolate { computes.max(8) } else { waits };
        let most = |asked: Workers, most: usize| match asked {
            Workers::Auto if config.run.elastic => most,
            _ => 0,
        };
        Self {
            readers: most(config.read.workers, reads),
            decoders: most(config.decode.workers, computes),
            converters: most(config.convert.workers, computes),
            encoders: most(config.encode.workers, computes),
            writers: most(config.write.workers, waits),
        }
    }
}

/// Cores this process may use: its affinity and, on Linux, the quota of its control group; a part of one counts as one.
pub fn usable_cores() -> usize {
    (engine::usable_cores().ceil() as usize).max(1)
}

impl Sizes {
    /// Stages that compute get a worker per core. More would only take turns, and which of them has the most to do differs
    /// from folder to folder. Stages that wait for a device get at least two, so that one waits while another is at work,
    /// and no more than eight, beyond which local disks do not get faster.
    pub fn new(config: &Config) -> Self {
        let cores = usable_cores();
        let waits = cores.clamp(2, 8);
        let workers = |asked: Workers, auto: usize| match asked {
            Workers::Auto => auto,
            Workers::Fixed(n) => n.get(),
        };
        let usable = usable_memory();
        let memory = match config.limits.memory {
            Memory::Auto => (usable / 4).min(1 << 30),
            Memory::Fixed(bytes) => bytes.0,
        };
        // File contents get an eighth; they are far smaller than their pixels.
        let files = memory / 8;
        Self {
            readers: workers(config.read.workers, waits),
            decoders: workers(config.decode.workers, cores),
            converters: workers(config.convert.workers, cores),
            encoders: workers(config.encode.workers, cores),
            writers: workers(config.write.workers, waits),
            at_most: AtMost::new(config, cores),
            pictures: ByteSize::new(memory - files),
            files: ByteSize::new(files),
            usable: ByteSize::new(usable),
        }
    }

    /// The most inputs that can be under way at once, however the engine changes its workers; `None` where people can raise
    /// them as they like.
    pub(super) fn most_under_way(&self, config: &Config) -> Option<u64> {
        if let Window::Fixed(window) = config.limits.window {
            return Some(window.get() as u64);
        }
        if config.invocation.dashboard.is_some() {
            return None;
        }
        let (at_most, queues) =
            (self.at_most, [config.read.queue, config.decode.queue, config.convert.queue]);
        let workers = [
            self.readers.max(at_most.readers),
            self.decoders.max(at_most.decoders),
            self.converters.max(at_most.converters),
            self.encoders.max(at_most.encoders),
            self.writers.max(at_most.writers),
        ];
        let queues = queues.into_iter().chain([config.encode.queue, config.write.queue]);
        let places = workers.into_iter().chain(queues.map(|queue| queue.0)).map(|places| places as u64);
        Some(places.sum::<u64>() + SINK)
    }
}

/// Inputs that may wait for the sink, and be there, with room.
const SINK: u64 = 64;

/// Bytes of memory that can be used without swapping, within the control group's limit and the process's own (`ulimit -v`);
/// 4 GiB where nobody tells.
fn usable_memory() -> u64 {
    let available = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| mem_available(&text));
    let limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let limit = limits.iter().find_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
    let told = [available, limit, address_space()].into_iter().flatten().min();
    told.unwrap_or(4 << 30)
}

/// The limit on this process's addresses, less a share for threads' stacks and the allocator's reserves.
fn address_space() -> Option<u64> {
    #[cfg(unix)]
    {
        let limit = rustix::process::getrlimit(rustix::process::Resource::As).current?;
        Some(limit / 2)
    }
    #[cfg(not(unix))]
    None
}

fn mem_available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ByteCount;

    #[test]
    fn explicit_numbers_are_obeyed_and_memory_is_shared_out() {
        let mut config = Config::default();
        config.convert.workers = "37".parse().unwrap();
        config.limits.memory = Memory::Fixed(ByteCount(800));
        let sizes = Sizes::new(&config);
        assert_eq!(sizes.converters, 37);
        assert_eq!((sizes.pictures, sizes.files), (ByteSize::new(700), ByteSize::new(100)));
        assert!(sizes.readers >= 2 && sizes.decoders == usable_cores());
    }

    #[test]
    fn only_what_is_auto_may_be_changed_while_running() {
        let mut config = Config::default();
        config.convert.workers = "2".parse().unwrap();
        let at_most = Sizes::new(&config).at_most;
        assert_eq!((at_most.converters, at_most.encoders), (0, usable_cores() + 1));
        assert!(at_most.readers >= 64 && at_most.writers >= 64);
        config.decode.isolate = true;
        assert!(Sizes::new(&config).at_most.readers < 64);
        config.run.elastic = false;
        assert_eq!(Sizes::new(&config).at_most, AtMost::default());
    }

    #[test]
    fn no_run_has_more_under_way_than_it_says() {
        let mut config = Config::default();
        let under_way = |config: &Config| Sizes::new(config).most_under_way(config);
        let auto = under_way(&config).unwrap();
        let Sizes { at_most: most, .. } = Sizes::new(&config);
        let workers = most.readers + most.decoders + most.converters + most.encoders + most.writers;
        assert!(
            auto > (workers + config.read.queue.0 + config.write.queue.0) as u64 && auto < 4096,
            "{auto}"
        );
        config.invocation.dashboard = Some("127.0.0.1:0".parse().unwrap());
        assert_eq!(under_way(&config), None, "workers can be raised on the page");
        config.limits.window = "5000".parse().unwrap();
        assert_eq!(under_way(&config), Some(5000));
    }

    #[test]
    fn available_memory_is_read_from_its_line() {
        let text = "MemTotal:       24000000 kB\nMemAvailable:   12345 kB\n";
        assert_eq!(mem_available(text), Some(12345 * 1024));
        assert_eq!(mem_available("MemAvailable: much"), None);
    }
}
