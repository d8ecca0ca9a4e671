//! Owns the way to stderr: whole lines, from any thread, and errors are nobody's business.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Where lines go. `eprintln!` would panic when stderr is closed.
#[derive(Clone)]
pub(super) struct Out(Arc<Mutex<Box<dyn Write + Send>>>);

impl std::fmt::Debug for Out {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Out")
    }
}

impl Out {
    pub(super) fn stderr() -> Self {
        Self::to(std::io::stderr())
    }

    fn to(writer: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(writer))))
    }

    /// Writes one line in one piece: other processes may write to the same terminal or file.
    pub(super) fn line(&self, text: &str) {
        let mut line = String::with_capacity(text.len() + 1);
        line.push_str(text);
        line.push('\n');
        let mut writer = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody can be told that nobody can be told.
        let _ = writer.write_all(line.as_bytes()).and_then(|()| writer.flush());
    }
}

#[cfg(test)]
mod memory {
    use super::*;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
    }

    impl Out {
        /// Keeps what is written; the function gives it back.
        pub(crate) fn memory() -> (Self, impl Fn() -> String) {
            let memory = Memory::default();
            let kept = memory.clone();
            (Self::to(memory), move || String::from_utf8(kept.0.lock().unwrap().clone()).unwrap())
        }

        pub(crate) fn broken() -> Self {
            Self::to(Broken)
        }
    }
}
