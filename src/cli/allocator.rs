//! Owns what the C library's allocator keeps of freed memory, for the command only: a library does not set this for its host.
//!
//! glibc gives threads pools of their own, eight for each core, and a pool keeps what was freed in it. Pictures are
//! decoded in one thread and freed in another, so each pool would come to hold the largest pictures it ever saw, and the
//! memory of a run would grow with its workers instead of staying near its budget.
#![cfg_attr(all(target_os = "linux", target_env = "gnu"), allow(unsafe_code))]

/// Large blocks go back to the system as soon as they are freed, and there is about one pool for each core.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn keep_little() {
    /// Above this a block costs far more to fill than to ask the system for.
    const LARGE_BLOCK: libc::c_int = 4 << 20;
    let pools = libc::c_int::try_from(crate::job::usable_cores()).unwrap_or(libc::c_int::MAX).max(2);
    // SAFETY: `mallopt` takes two integers and may be called at any time; it is called before there are other threads.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, pools);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BLOCK);
    }
}

/// Other allocators are left as they are.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn keep_little() {}
