//! Wrong usage. Owns: that everything wrong is said at once, and that its exit code is 2. Does not own: the messages.

use std::fmt;

use clap::builder::StyledStr;

use crate::config::Problems;

/// The command line, the environment or the config file asks for something that cannot be.
///
/// Displays every problem, one after the other, with its place.
#[derive(Debug, thiserror::Error)]
pub struct UsageError(Kind);

#[derive(Debug)]
enum Kind {
    Arguments(Box<clap::Error>),
    Settings(Problems),
}

impl UsageError {
    /// The exit code of wrong usage; nothing was written.
    pub const EXIT_CODE: u8 = 2;

    pub(super) fn arguments(error: clap::Error) -> Self {
        Self(Kind::Arguments(Box::new(error)))
    }

    pub(super) fn settings(problems: Problems) -> Self {
        Self(Kind::Settings(problems))
    }

    /// The problems of the settings; none if the arguments could not be told apart.
    #[must_use]
    pub fn problems(&self) -> &[crate::config::Problem] {
        match &self.0 {
            Kind::Arguments(_) => &[],
            Kind::Settings(problems) => &problems.0,
        }
    }

    pub(super) fn styled(&self) -> StyledStr {
        match &self.0 {
            Kind::Arguments(error) => error.render(),
            Kind::Settings(problems) => problems.to_string().into(),
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.styled().fmt(f)
    }
}
