//! What a system call was for that failed, and how a run may end then. Does not own: letting it fail.

/// The file by which it is tried out whether the output can be written to.
const TRIAL: &str = ".pipeline-00000000.tmp";

/// What the call was for that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hit {
    /// The loader, the kernel's information, the terminal: neither pictures nor records.
    System,
    /// `pipeline.toml`, which is looked for.
    Config,
    /// The inputs.
    Input,
    /// The report, which is written at the end.
    Report,
    /// The output directory and results in it.
    Output,
    /// Lock and journal.
    Record,
}

impl Hit {
    /// By a line of `strace -y`, which shows the path of every descriptor.
    pub fn of(call: &str) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| call.contains(word));
        if has(&["report.json", "\"./.pipeline-"]) {
            Self::Report
        } else if has(&["pipeline.toml"]) {
            Self::Config
        } else if has(&["/.pipeline/", "/.pipeline>", "\".pipeline\"", "\".PIPELINE\""]) {
            Self::Record
        } else if has(&[
            "/out/",
            "/out>",
            "\"out\"",
            "\"out/",
            "fsync(",
            "\".\", O_RDONLY|O_CLOEXEC|O_DIRECTORY",
        ]) {
            // Also the directory that the output is made in: nothing else is synced, and opened by that name.
            Self::Output
        } else if has(&["/in/", "/in>", "\"in\"", "\"in/"]) {
            Self::Input
        } else {
            Self::System
        }
    }

    /// How a run may end in which this call failed for this reason. 0 where it is done without, or tried again.
    pub fn codes(self, line: &str, call: &str, error: &str) -> &'static [i32] {
        let (interrupted, denied) = (error == "EINTR", error == "EACCES");
        let syncs = call == "fsync" || call == "fdatasync";
        let is_picture = line.contains(".png") || line.contains(".jpg");
        let is_result = line.contains(".tmp>") && !line.contains(TRIAL);
        match self {
            // The loader ends with 127.
            Self::System => &[0, 127],
            Self::Config if interrupted => &[0],
            Self::Config => &[2, 3],
            // Whether it can be written is tried out at the beginning; at the end it is lost, and that is told.
            Self::Report => &[0, 3],
            // Most is closed, and descriptors are looked at, without asking for errors.
            Self::Record if ["close", "fcntl"].contains(&call) => &[0, 3],
            Self::Record if interrupted && !syncs && call != "lseek" => &[0],
            Self::Record if interrupted => &[0, 3],
            Self::Record => &[3],
            // What a result was written with is asked for errors, and what was interrupted then has failed.
            Self::Output if call == "close" && is_result => {
                if interrupted || denied {
                    &[1]
                } else {
                    &[3]
                }
            }
            Self::Output if call == "close" => &[0],
            Self::Output if call == "fcntl" => &[0, 3],
            // Of others than results only the report asks in this way, whether the output is there.
            Self::Output if call == "statx" && !is_result => &[0],
            Self::Output if interrupted && syncs => &[0, 1, 3],
            Self::Output if interrupted => &[0],
            // At the beginning it is the directory's fault, and later one name's.
            Self::Output if denied => &[1, 3],
            Self::Output => &[3],
            // Rust's library takes it for a bug if a directory that was listed cannot be closed: the listing ends there.
            Self::Input if call == "close" && !interrupted && !is_picture => &[0, 3],
            Self::Input if interrupted || call == "close" || call == "fcntl" => &[0],
            // At the beginning an input that was named cannot be used; later it fails, unless it is counted, beside the work.
            Self::Input if call == "statx" && line.contains("\"in\",") => match error {
                "EACCES" => &[0, 1, 2],
                "EIO" => &[0, 1, 3],
                _ => &[0, 3],
            },
            // Inputs are counted beside the work, which nothing depends on.
            Self::Input if call == "statx" || !is_picture => {
                if denied || error == "EIO" {
                    &[0, 1]
                } else {
                    &[0, 3]
                }
            }
            Self::Input if denied || error == "EIO" => &[1],
            Self::Input => &[3],
        }
    }
}
