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

/// Gives up all that can be given up; tells what that is.
pub(super) fn confine() -> Protections {
    let ends_with_parent = set_parent_process_death_signal(Some(rustix::process::Signal::KILL)).is_ok();
    // What is for all processes of a run is for the parent, which may want to finish what is under way.
    let for_parent = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT];
    let _ = SigSet::from_iter(for_parent).thread_block();
    // Nobody reads the last words before the end: too many must not block it.
    let _ = never_wait(std::io::stderr());
    let _ = rustix::thread::set_no_new_privs(true);
    let landlock = restrict().map(|status| status.ruleset);
    // No dump of somebody's picture; no growing file; no child; no descriptor besides the three there are.
    let none = [Resource::Core, Resource::Fsize, Resource::Nproc, Resource::Nofile];
    let limits = none.map(|what| setrlimit(what, Rlimit { current: Some(0), maximum: Some(0) }).is_ok());
    let system_calls = filter::apply();
    Protections {
        files: limits[3]
            && matches!(landlock, Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced)),
        network: matches!(landlock, Ok(RulesetStatus::FullyEnforced)),
        system_calls,
        ends_with_parent,
        ..Protections::default()
    }
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
