//! Text for stdout and stderr, which may be closed at any time. Owns: when colours are used, and that nothing panics.

use std::io::{self, ErrorKind, IsTerminal, Write};

use clap::builder::StyledStr;

/// Whether text for this stream may have colours.
fn colours(stream: &impl IsTerminal) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn rendered(text: &StyledStr, stream: &impl IsTerminal) -> String {
    if colours(stream) { text.ansi().to_string() } else { text.to_string() }
}

/// Writes results to stdout. That the reader left early is no error: it had what it wanted.
pub(super) fn to_stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// As [`to_stdout`], with colours where they can be seen.
pub(super) fn styled_to_stdout(text: &StyledStr) -> io::Result<()> {
    to_stdout(&rendered(text, &io::stdout()))
}

/// Writes a line for people. Nobody can be told when stderr is gone, and the work goes on without it.
pub(super) fn to_stderr(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// As [`to_stderr`], with colours where they can be seen.
pub(super) fn styled_to_stderr(text: &StyledStr) {
    to_stderr(rendered(text, &io::stderr()).trim_end());
}
