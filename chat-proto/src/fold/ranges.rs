//! Which parts of a log are held.

use crate::place::Seq;

/// Disjoint, ascending, closed ranges of seq; neighbours are joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges(Vec<(Seq, Seq)>);

impl Ranges {
    /// Adds a range; an empty one (`from > to`) changes nothing.
    pub fn insert(&mut self, from: Seq, to: Seq) {
        if from > to {
            return;
        }
        let start = self.0.partition_point(|&(_, end)| end + 1 < from);
        let stop = self.0.partition_point(|&(begin, _)| begin <= to + 1);
        let joined = self.0[start..stop].iter().fold((from, to), |(a, b), &(c, d)| (a.min(c), b.max(d)));
        self.0.splice(start..stop, [joined]);
    }

    /// The range that holds the number.
    #[must_use]
    pub fn around(&self, seq: Seq) -> Option<(Seq, Seq)> {
        let index = self.0.partition_point(|&(_, end)| end < seq);
        self.0.get(index).copied().filter(|&(begin, _)| begin <= seq)
    }

    /// Whether the number is in one of them.
    #[must_use]
    pub fn contains(&self, seq: Seq) -> bool {
        self.around(seq).is_some()
    }

    /// The newest range.
    #[must_use]
    pub fn last(&self) -> Option<(Seq, Seq)> {
        self.0.last().copied()
    }

    /// All of them, ascending.
    #[must_use]
    pub fn as_slice(&self) -> &[(Seq, Seq)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_joined() {
        let mut ranges = Ranges::default();
        for (from, to) in [(5, 7), (1, 2), (10, 9), (20, 30), (8, 8), (3, 4)] {
            ranges.insert(from, to);
        }
        assert_eq!(ranges.as_slice(), [(1, 8), (20, 30)]);
        ranges.insert(6, 25);
        assert_eq!(ranges.as_slice(), [(1, 30)]);
        assert_eq!((ranges.around(30), ranges.around(31)), (Some((1, 30)), None));
    }
}
