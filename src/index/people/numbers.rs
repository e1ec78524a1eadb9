//! Sets of numbers as sorted lists: four bytes a number. A tree takes three times as much, and there is a set of everything
//! that every name was ever named with.

/// Numbers of which one list is searched for in the other rather than both gone through: so many times more.
const LOPSIDED: usize = 16;

/// A set of numbers. What was added counts once it is [settled](Numbers::settle).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    list: Vec<u32>,
    /// So many at the beginning are in order, each once.
    settled: usize,
}

impl Numbers {
    /// Adds numbers, for [`Numbers::settle`] to put in order.
    pub(super) fn extend(&mut self, numbers: impl IntoIterator<Item = u32>) {
        self.list.extend(numbers);
        // What is named together again and again must not pile up.
        if self.list.len() > 2 * self.settled + 1024 {
            self.order();
        }
    }

    /// Puts what was added in order.
    pub(super) fn settle(&mut self) {
        self.order();
        self.list.shrink_to_fit();
    }

    fn order(&mut self) {
        // Mostly two runs in order: what a stable sort is good at.
        self.list.sort();
        self.list.dedup();
        self.settled = self.list.len();
    }

    /// Adds another set.
    pub(super) fn join(&mut self, other: &Self) {
        self.list.extend(&other.list);
        self.settle();
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = u32> {
        self.list.iter().copied()
    }

    /// What two sets have in common, in order.
    pub(super) fn shared_with<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = u32> + use<'a> {
        let (small, large) = if self.len() <= other.len() {
            (&self.list, &other.list)
        } else {
            (&other.list, &self.list)
        };
        let searched = small.len() * LOPSIDED < large.len();
        let mut rest = large.as_slice();
        small.iter().copied().filter(move |number| {
            let at = if searched {
                rest.partition_point(|n| n < number)
            } else {
                rest.iter().take_while(|n| *n < number).count()
            };
            rest = rest.get(at..).unwrap_or_default();
            rest.first() == Some(number)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::Numbers;

    fn of(list: &[u32]) -> Numbers {
        let mut numbers = Numbers::default();
        for number in list {
            numbers.extend([*number]);
        }
        numbers.settle();
        numbers
    }

    proptest! {
        #[test]
        fn like_a_tree(a in prop::collection::vec(0..300_u32, 0..2000), b in prop::collection::vec(0..300_u32, 0..40)) {
            let trees: Vec<BTreeSet<u32>> = [&a, &b].map(|l| l.iter().copied().collect()).into();
            let (mut a, b) = (of(&a), of(&b));
            prop_assert!(a.iter().eq(trees[0].iter().copied()));
            prop_assert!(a.shared_with(&b).eq(trees[0].intersection(&trees[1]).copied()));
            prop_assert!(b.shared_with(&a).eq(a.shared_with(&b)));
            a.join(&b);
            prop_assert!(a.iter().eq(trees[0].union(&trees[1]).copied()));
        }
    }
}
