//! Owns where the records of each input stand: 16 bytes a record, so that a million inputs take 16 MB.
//! Does not own: the records, which stay in the file and are read again when their input comes by.

use std::hash::{BuildHasher, RandomState};

/// Fingerprints of names, each with the place of a record; sorted once all are known.
#[derive(Debug, Default)]
pub(in crate::job) struct Index {
    key: RandomState,
    places: Vec<(u64, u64)>,
}

impl Index {
    /// Adds a record that stands behind all added before.
    pub(super) fn add(&mut self, name: &str, offset: u64) {
        self.places.push((self.key.hash_one(name), offset));
    }

    /// To be called once, after the last [`Index::add`].
    pub(super) fn close(&mut self) {
        self.places.sort_unstable();
        self.places.shrink_to_fit();
    }

    /// Where records stand that may be of this name, the last one first. Two names can share a fingerprint, so the record
    /// has to be asked.
    pub(super) fn places(&self, name: &str) -> impl Iterator<Item = u64> {
        let fingerprint = self.key.hash_one(name);
        let begin = self.places.partition_point(|(found, _)| *found < fingerprint);
        let same = self.places[begin..].iter().take_while(move |(found, _)| *found == fingerprint);
        let same: Vec<u64> = same.map(|(_, offset)| *offset).collect();
        same.into_iter().rev()
    }

    pub(in crate::job) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_record_of_a_name_comes_first() {
        let mut index = Index::default();
        for (offset, name) in ["a", "b", "a", "c", "a"].into_iter().enumerate() {
            index.add(name, offset as u64);
        }
        index.close();
        assert_eq!(index.places("a").collect::<Vec<_>>(), [4, 2, 0]);
        assert_eq!(index.places("c").collect::<Vec<_>>(), [3]);
        assert_eq!(index.places("d").count(), 0);
    }

    #[test]
    fn a_record_takes_16_bytes() {
        let mut index = Index::default();
        (0..1000).for_each(|n| index.add(&n.to_string(), n));
        index.close();
        assert_eq!(size_of_val(index.places.as_slice()) / 1000, 16);
        assert_eq!(index.places.capacity(), 1000);
    }
}
