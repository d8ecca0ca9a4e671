//! Owns the system calls that are left to a process that decodes: memory, its two pipes, what Rust's library and glibc need to
//! end or to panic. Any other ends it. Does not own: the kernel's program for it, which `seccompiler` writes.

/// Leaves only these; false where it cannot be done.
#[cfg(not(all(
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    target_endian = "little"
)))]
pub(super) fn apply() -> bool {
    false
}

#[cfg(all(
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    target_endian = "little"
))]
pub(super) use known::apply;

#[cfg(all(
    any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"),
    target_endian = "little"
))]
mod known {
    use seccompiler::SeccompCmpArgLen::{Dword, Qword};
    use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
    use seccompiler::{
        BackendError, BpfProgram, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
        apply_filter,
    };

    /// With any arguments.
    const ANY: &[libc::c_long] = &[
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_clock_gettime,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_sigaltstack,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_restart_syscall,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    /// Leaves only these; false where the kernel has no such filters.
    pub(in super::super) fn apply() -> bool {
        #[cfg(debug_assertions)]
        if super::super::faults::without_filter() {
            return false;
        }
        program().is_ok_and(|program| apply_filter(&program).is_ok())
    }

    fn program() -> Result<BpfProgram, BackendError> {
        let mut rules: std::collections::BTreeMap<_, _> =
            ANY.iter().map(|call| (*call, Vec::new())).collect();
        let descriptor = |number: u64| SeccompRule::new(vec![SeccompCondition::new(0, Dword, Eq, number)?]);
        rules.insert(libc::SYS_read, vec![descriptor(0)?]);
        for call in [libc::SYS_write, libc::SYS_writev] {
            rules.insert(call, vec![descriptor(1)?, descriptor(2)?]);
        }
        // Memory that can be run as a program is for programs.
        let execute = MaskedEq(libc::PROT_EXEC as u64);
        for call in [libc::SYS_mmap, libc::SYS_mprotect] {
            rules.insert(
                call,
                vec![SeccompRule::new(vec![SeccompCondition::new(2, Dword, execute.clone(), 0)?])?],
            );
        }
        // `abort` signals its own process.
        let own = u64::from(std::process::id());
        rules.insert(
            libc::SYS_tgkill,
            vec![SeccompRule::new(vec![SeccompCondition::new(0, Qword, Eq, own)?])?],
        );
        let arch: TargetArch = std::env::consts::ARCH.try_into()?;
        SeccompFilter::new(rules, SeccompAction::KillProcess, SeccompAction::Allow, arch)?.try_into()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_list_is_one_that_the_kernel_can_be_given() {
            assert!(!program().unwrap().is_empty());
        }
    }
}
