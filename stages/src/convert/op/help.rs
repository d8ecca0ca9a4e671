//! Owns what an op says of itself, for `pipeline ops`, messages and docs.
//! Does not own: how it is printed.

/// An op, told to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpHelp {
    /// Its name, the first word of its text.
    pub name: &'static str,
    /// How it is written: `resize WxH [fit=inside|cover|fill]`.
    pub usage: &'static str,
    /// What it does, a sentence or two.
    pub summary: &'static str,
    /// Each of its arguments, and what that does.
    pub options: &'static [(&'static str, &'static str)],
    /// How samples change, exactly. v is a sample as it is stored, 0…max; max is 255 or 65535.
    pub formula: &'static str,
    /// Where the formula comes from; empty where there is nothing to cite.
    pub source: &'static str,
    /// Ops as text, and what each is for.
    pub examples: &'static [(&'static str, &'static str)],
}
