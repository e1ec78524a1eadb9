//! Word by word: what two texts have in common, by edit distance over folded words.

use serde::Serialize;

use crate::index::Word;

/// A stretch of words that is the same in both, or only in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// In which.
    pub op: Op,
    /// The words, as pasted or as printed.
    pub text: String,
}

/// In which of two texts a stretch of words stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// In both.
    Same,
    /// Only in the first: what was pasted, or the first appearance of a quotation.
    Pasted,
    /// Only in the second: what was printed, or a copy.
    Printed,
}

/// One step of an alignment, with indices into the word lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The same word in both.
    Both(usize, usize),
    /// Only in the first.
    Pasted(usize),
    /// Only in the second.
    Printed(usize),
}

/// Which part of the second text the first is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// All of it.
    Whole,
    /// The run that fits best.
    Run,
}

/// What a word costs that only the first text has, and one that only the second has. The first should cost more, so that
/// of two runs the one with more words in common is better.
const PASTED: u32 = 3;
const PRINTED: u32 = 2;

/// The cheapest way from the first words to the second ones, or to a run of them. A replaced word is one left out and
/// one put in. Before the first words with an index in `elided` any number of second words may be missing.
pub(super) fn align(
    first: &[Word],
    second: &[Word],
    against: Against,
    elided: &[usize],
) -> Vec<Step> {
    let (rows, columns) = (first.len(), second.len());
    let width = columns + 1;
    let mut cost = vec![0_u32; (rows + 1) * width];
    let at = |row: usize, column: usize| row * width + column;
    let skip: Vec<u32> = (0..=rows)
        .map(|row| if elided.contains(&row) { 0 } else { PRINTED })
        .collect();
    if against == Against::Whole {
        for column in 1..=columns {
            cost[at(0, column)] = column as u32 * PRINTED;
        }
    }
    for row in 1..=rows {
        cost[at(row, 0)] = row as u32 * PASTED;
        for column in 1..=columns {
            let same = first[row - 1].text == second[column - 1].text;
            let step =
                (cost[at(row - 1, column)] + PASTED).min(cost[at(row, column - 1)] + skip[row]);
            cost[at(row, column)] = if same {
                step.min(cost[at(row - 1, column - 1)])
            } else {
                step
            };
        }
    }
    let mut column = match against {
        Against::Whole => columns,
        // The earliest of the best ends.
        Against::Run => (0..=columns)
            .min_by_key(|c| cost[at(rows, *c)])
            .unwrap_or(0),
    };
    let mut row = rows;
    let mut steps = Vec::with_capacity(rows + 8);
    while row > 0 || (against == Against::Whole && column > 0) {
        let here = cost[at(row, column)];
        if row > 0
            && column > 0
            && first[row - 1].text == second[column - 1].text
            && here == cost[at(row - 1, column - 1)]
        {
            steps.push(Step::Both(row - 1, column - 1));
            row -= 1;
            column -= 1;
        } else if column > 0 && (row == 0 || here == cost[at(row, column - 1)] + skip[row]) {
            steps.push(Step::Printed(column - 1));
            column -= 1;
        } else {
            steps.push(Step::Pasted(row - 1));
            row -= 1;
        }
    }
    steps.reverse();
    if against == Against::Run {
        at_ends(&mut steps, columns);
    }
    steps
}

/// First words that are missing at an end of the run stand for as many second ones there.
fn at_ends(steps: &mut Vec<Step>, columns: usize) {
    let pasted = |step: &&Step| matches!(step, Step::Pasted(_));
    let column = |step: &Step| match step {
        Step::Both(_, column) | Step::Printed(column) => Some(*column),
        Step::Pasted(_) => None,
    };
    let Some(last) = steps.iter().rev().find_map(column) else {
        return;
    };
    let trailing = steps.iter().rev().take_while(pasted).count();
    steps.extend((last + 1..columns).take(trailing).map(Step::Printed));
    let first = steps.iter().find_map(column).unwrap_or(0);
    let leading = steps.iter().take_while(pasted).count();
    let before = first.saturating_sub(leading)..first;
    steps.splice(leading..leading, before.map(Step::Printed));
}

/// How many words the alignment has in both.
pub(super) fn same(alignment: &[Step]) -> usize {
    let both = alignment.iter().filter(|s| matches!(s, Step::Both(..)));
    both.count()
}

/// The alignment as stretches of text.
pub(super) fn changes(
    alignment: &[Step],
    (first, first_text): (&[Word], &str),
    (second, second_text): (&[Word], &str),
) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut add = |op: Op, word: &str| match changes.last_mut() {
        Some(last) if last.op == op => {
            last.text.push(' ');
            last.text.push_str(word);
        }
        _ => changes.push(Change {
            op,
            text: word.to_owned(),
        }),
    };
    fn slice<'a>(words: &[Word], n: usize, text: &'a str) -> &'a str {
        words
            .get(n)
            .and_then(|w| text.get(w.begin..w.end))
            .unwrap_or_default()
    }
    for step in alignment {
        match *step {
            Step::Both(_, n) => add(Op::Same, slice(second, n, second_text)),
            Step::Pasted(n) => add(Op::Pasted, slice(first, n, first_text)),
            Step::Printed(n) => add(Op::Printed, slice(second, n, second_text)),
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::{Analyzer, words};
    use proptest::prelude::*;

    fn diff(first: &str, second: &str, against: Against, elided: &[usize]) -> String {
        let (a, b) = (
            words(Analyzer::Exact, first),
            words(Analyzer::Exact, second),
        );
        let steps = align(&a, &b, against, elided);
        let parts: Vec<String> = changes(&steps, (&a, first), (&b, second))
            .into_iter()
            .map(|c| match c.op {
                Op::Same => c.text,
                Op::Pasted => format!("-{}", c.text),
                Op::Printed => format!("+{}", c.text),
            })
            .collect();
        parts.join("|")
    }

    #[test]
    fn a_run_is_found_and_a_whole_compared() {
        let text = "one two three four five";
        assert_eq!(diff("two three", text, Against::Run, &[]), "two three");
        assert_eq!(
            diff("two three", text, Against::Whole, &[]),
            "+one|two three|+four five"
        );
        assert_eq!(
            diff("two nine four", text, Against::Run, &[]),
            "two|-nine|+three|four"
        );
        assert_eq!(diff("", text, Against::Run, &[]), "");
        assert_eq!(
            diff(text, "", Against::Whole, &[]),
            "-one two three four five"
        );
    }

    #[test]
    fn an_elision_skips_any_number_of_words() {
        let text = "one two three four five six seven eight nine ten";
        assert_eq!(
            diff("two nine", text, Against::Run, &[1]),
            "two|+three four five six seven eight|nine"
        );
        assert_eq!(
            diff("two nine", text, Against::Run, &[]),
            "two|-nine|+three"
        );
    }

    proptest! {
        /// Every word of both texts is in the alignment once, in order; the other way round as much is the same.
        #[test]
        fn an_alignment_loses_nothing(first in "([a-d] ){0,12}", second in "([a-d] ){0,12}") {
            let (a, b) = (words(Analyzer::Exact, &first), words(Analyzer::Exact, &second));
            let steps = align(&a, &b, Against::Whole, &[]);
            let of_first: Vec<usize> = steps.iter().filter_map(|s| match s { Step::Both(n, _) | Step::Pasted(n) => Some(*n), Step::Printed(_) => None }).collect();
            let of_second: Vec<usize> = steps.iter().filter_map(|s| match s { Step::Both(_, n) | Step::Printed(n) => Some(*n), Step::Pasted(_) => None }).collect();
            prop_assert_eq!(of_first, (0..a.len()).collect::<Vec<_>>());
            prop_assert_eq!(of_second, (0..b.len()).collect::<Vec<_>>());
            for step in &steps {
                if let Step::Both(n, m) = step {
                    prop_assert_eq!(&a[*n].text, &b[*m].text);
                }
            }
            prop_assert_eq!(same(&steps), same(&align(&b, &a, Against::Whole, &[])));
        }
    }
}
