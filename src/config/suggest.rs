//! "Did you mean". Owns: how near a word must be to be suggested.

/// The known word nearest to `word`, if it is near enough to be a slip of the fingers.
pub(super) fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // A long key in a hostile file must not cost quadratic time.
    if word.len() > 64 {
        return None;
    }
    // A third of the letters: one slip in `pgn` or `reed`, two in `wrokesr`.
    let allowed = (word.chars().count() / 3).max(1);
    let distance = |candidate: &&str| strsim::osa_distance(word, candidate);
    known.into_iter().min_by_key(distance).filter(|best| distance(best) <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        assert_eq!(did_you_mean("wrokers", ["workers", "queue"]), Some("workers"));
        assert_eq!(did_you_mean("pgn", ["same", "png", "jpeg"]), Some("png"));
        assert_eq!(did_you_mean("banana", ["workers", "queue"]), None);
        assert_eq!(did_you_mean(&"workers".repeat(1000), ["workers"]), None);
    }
}
