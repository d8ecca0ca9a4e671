//! Owns how a process that decodes gives up what it may do, before it reads anything: files, network, descriptors, system
//! calls. What this kernel cannot do is left out and told. Does not own: memory and time, which the parent limits for each picture.

use super::filter;
use super::pipe::never_wait;
use super::protection::Protections;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetError, RulesetStatus, Scope,
};
use nix::sys::signal::{SigSet, Signal};
use rustix::process::{Resource, Rlimit, set_parent_process_death_signal, setrlimit};
use std::io;
use std::os::fd::RawFd;

/// The last of the three pipes.
const STDERR: RawFd = 2;

/// Gives up all that can be given up; tells what that is.
pub(super) fn confine() -> Protections {
    let only_pipes = close_inherited();
    let ends_with_parent = set_parent_process_death_signal(Some(rustix::process::Signal::KILL)).is_ok();
    // What is for all processes of a run is for the parent, which may want to finish what is under way.
    let for_parent = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];
    let _ = SigSet::from_iter(for_parent).thread_block();
    // Nobody reads the last words before the end: too many must not block it.
    let _ = never_wait(std::io::stderr());
    let _ = rustix::thread::set_no_new_privs(true);
    let landlock = restrict().map(|status| status.ruleset);
    // No dump of somebody's picture; no growing file; no child (root is not held to that; the filter holds it); no descriptor
    // besides the three there are, for this limit closes none.
    let none = [Resource::Core, Resource::Fsize, Resource::Nproc, Resource::Nofile];
    let limits = none.map(|what| setrlimit(what, Rlimit { current: Some(0), maximum: Some(0) }).is_ok());
    let system_calls = filter::apply();
    Protections {
        files: only_pipes
            && limits[3]
            && matches!(landlock, Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced)),
        network: matches!(landlock, Ok(RulesetStatus::FullyEnforced)),
        system_calls,
        ends_with_parent,
        ..Protections::default()
    }
}

/// Closes what whoever started the run left open, all but the three pipes. Says whether there is nothing else.
fn close_inherited() -> bool {
    let open = || -> io::Result<Vec<RawFd>> {
        let listed = std::fs::read_dir("/proc/self/fd")?;
        let numbers = listed.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        Ok(numbers.filter(|number| *number > STDERR).collect())
    };
    // The listing's own is among them, and closed by then. Nothing in this process has opened any other.
    for number in open().unwrap_or_default() {
        let _ = nix::unistd::close(number);
    }
    open().is_ok_and(|left| left.len() <= 1)
}

/// Nothing is allowed that Landlock can forbid: files, TCP, signals to others and sockets of others.
fn restrict() -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .restrict_self()
}
