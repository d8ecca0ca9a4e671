//! Owns the choice of threading primitives: the standard library's, or the model checker's under `cfg(shuttle)`.
//! Everything else in the engine takes them from here, so that what is checked is what is shipped.
//! Does not own: channels, which are in `queue.rs`.

#[cfg(not(shuttle))]
pub(super) use std::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
#[cfg(not(shuttle))]
pub(super) use std::thread::{JoinHandle, Scope, scope, yield_now};

#[cfg(shuttle)]
pub(super) use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard, atomic};
#[cfg(shuttle)]
pub(super) use shuttle::thread::{JoinHandle, Scope, scope, yield_now};

use std::io;
use std::sync::PoisonError;

/// Locks, and carries on after a panic elsewhere: no lock here is held while user code runs that could leave it torn.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits on a condition variable, with the same rule for panics as [`lock`].
pub(super) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

/// Starts a named thread that may borrow from the scope.
pub(super) fn spawn_scoped<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    name: String,
    body: impl FnOnce() + Send + 'scope,
) -> io::Result<()> {
    #[cfg(not(shuttle))]
    std::thread::Builder::new().name(name).spawn_scoped(scope, body)?;
    #[cfg(shuttle)]
    {
        let _ = name;
        scope.spawn(body);
    }
    Ok(())
}

/// Starts a named thread that owns all it needs.
pub(super) fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    #[cfg(not(shuttle))]
    return std::thread::Builder::new().name(name.to_owned()).spawn(body);
    #[cfg(shuttle)]
    return shuttle::thread::Builder::new().name(name.to_owned()).spawn(body);
}
