//! Owns which walls stand around a process that decodes, for people and for reports. Does not own: building them.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What keeps a process that decodes from doing harm, as far as this system can.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Protections {
    /// Memory is limited (`RLIMIT_AS`).
    pub memory: bool,
    /// Computing time is limited (`RLIMIT_CPU`).
    pub computing: bool,
    /// No file can be opened (Landlock, and no descriptors by `RLIMIT_NOFILE`), and none was left open.
    pub files: bool,
    /// No connection can be made or taken (Landlock).
    pub network: bool,
    /// No system call but those of decoding (seccomp).
    pub system_calls: bool,
    /// It ends when its parent does, at whatever moment.
    pub ends_with_parent: bool,
}

impl Protections {
    fn all(self) -> [(bool, &'static str); 6] {
        [
            (self.memory, "limited memory"),
            (self.computing, "limited computing time"),
            (self.files, "no files (Landlock)"),
            (self.network, "no network (Landlock)"),
            (self.system_calls, "only system calls of decoding (seccomp)"),
            (self.ends_with_parent, "ends with its parent"),
        ]
    }

    /// What holds, in words.
    pub fn holding(self) -> impl Iterator<Item = &'static str> {
        self.all().into_iter().filter(|(holds, _)| *holds).map(|(_, words)| words)
    }

    /// What this system cannot do, in words.
    pub fn lacking(self) -> impl Iterator<Item = &'static str> {
        self.all().into_iter().filter(|(holds, _)| !*holds).map(|(_, words)| words)
    }
}

impl fmt::Display for Protections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |words: Vec<&str>| if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
        f.write_str(&list(self.holding().collect()))?;
        let lacking: Vec<_> = self.lacking().collect();
        if lacking.is_empty() { Ok(()) } else { write!(f, "; not on this system: {}", lacking.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_hold_is_said_too() {
        let none = Protections::default();
        assert!(none.to_string().starts_with("nothing; not on this system: limited memory, "), "{none}");
        let some = Protections { memory: true, system_calls: true, ..none };
        let text = some.to_string();
        assert!(
            text.starts_with("limited memory, only system calls of decoding (seccomp); not on"),
            "{text}"
        );
        assert_eq!(some.holding().count() + some.lacking().count(), 6);
    }
}
