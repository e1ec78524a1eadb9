//! Is one statement a copy of another: do nearly all of its words stand in it in the same order, in a few runs?

/// Words of a copy that the longer one must have.
pub(super) fn needed(words: usize) -> usize {
    (words * 85).div_ceil(100)
}

/// What is known of the best alignment up to a pair of words: scores in sixteenths of a word, and matched words.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Best ending anywhere before.
    best: u16,
    matched: u16,
    /// Best whose last match is this very pair; none if nought.
    here: u16,
    matched_here: u16,
}

/// Room for two rows of an alignment, kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Alignment {
    above: Vec<Cell>,
    row: Vec<Cell>,
}

impl Alignment {
    /// Do nearly all of the short one's words stand in the long one in the same order, in a few runs?
    pub(super) fn contains(&mut self, long: &[u16], short: &[u16]) -> bool {
        if long.windows(short.len().max(1)).any(|w| w == short) {
            return true;
        }
        // Longest common subsequence; of equally long ones that of the fewest runs, each run costing a little.
        const WORD: u16 = 16;
        const RUN: u16 = 3;
        for row in [&mut self.above, &mut self.row] {
            row.clear();
            row.resize(long.len() + 1, Cell::default());
        }
        for word in short {
            let mut left = Cell::default();
            for (column, other) in (1..).zip(long) {
                let (diagonal, up) = (self.above[column - 1], self.above[column]);
                let mut cell = Cell::default();
                if word == other {
                    let starts = diagonal.best.saturating_sub(RUN);
                    let (score, words) = if diagonal.here > 0 && diagonal.here >= starts {
                        (diagonal.here, diagonal.matched_here)
                    } else {
                        (starts, diagonal.matched)
                    };
                    cell.here = score + WORD;
                    cell.matched_here = words + 1;
                }
                let from = if up.best >= left.best { up } else { left };
                (cell.best, cell.matched) = (from.best, from.matched);
                if cell.here > cell.best {
                    (cell.best, cell.matched) = (cell.here, cell.matched_here);
                }
                self.row[column] = cell;
                left = cell;
            }
            std::mem::swap(&mut self.above, &mut self.row);
        }
        let last = self.above.last().copied().unwrap_or_default();
        // What the runs cost beyond the first.
        let cost = last.matched * WORD - last.best.min(last.matched * WORD);
        let runs = usize::from(cost / RUN) + 1;
        usize::from(last.matched) >= needed(short.len()) && runs <= 1 + short.len() / 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u16>> {
        prop::collection::vec(any::<u16>(), count)
    }

    proptest! {
        /// Any seven words in a row are a copy; so is the whole with the middle left out, or with a word replaced.
        #[test]
        fn cuts_are_contained(long in words(14..60), begin in 0..60_usize, width in 7..60_usize, other in any::<u16>()) {
            let begin = begin % (long.len() - 7);
            let end = (begin + width).min(long.len());
            prop_assume!(end - begin >= 7);
            prop_assert!(Alignment::default().contains(&long, &long[begin..end]));
            let mut ellipsised = long[..5].to_vec();
            ellipsised.extend(&long[long.len() - 5..]);
            prop_assert!(Alignment::default().contains(&long, &ellipsised));
            let mut altered = long.clone();
            altered[begin] = other;
            prop_assert!(Alignment::default().contains(&long, &altered));
        }

        /// Other words are no copy.
        #[test]
        fn strangers_are_not_contained(long in words(8..60), short in words(5..8)) {
            let common = short.iter().filter(|w| long.contains(w)).count();
            prop_assume!(common * 2 < short.len());
            prop_assert!(!Alignment::default().contains(&long, &short));
        }
    }
}
