//! Works out what each bare `â` was.
//!
//! “ ” ‘ ’ – — are E2 80 and one byte more in UTF-8. A program that read them as a Latin table and then dropped the
//! control characters 0x80 to 0x9F left `â` of each. Which one stood there is decided a paragraph at a time, by the
//! cheapest way (Viterbi) through the stack of open quotation marks: what stands left and right of an `â` makes each
//! reading more or less likely, and marks that do not pair cost.
//!
//! Costs are set by hand and stand for unlikelihood: 0 is what one expects, 7 is next to impossible.

use std::collections::HashSet;

use super::Letter;
use super::gate;

mod costs;

use costs::{Class, Mark};

/// Names of the rules.
const ORPHAN: &str = "lost-tail-punctuation";
const HALF: &str = "half-lost-character";
const DROPPED: &str = "lost-tail-space";

/// Open quotation marks, innermost last. News nest no deeper.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stack {
    None,
    Double,
    Single,
    SingleInDouble,
    DoubleInSingle,
}

/// Mends bare `â` if the text is damaged. `exact` says that something was mended exactly before.
pub(super) fn mend(letters: &mut [Letter], exact: bool) {
    let fires = gate::fires(gate::census(letters));
    if !fires && !exact {
        return;
    }
    half_lost(letters);
    if fires {
        let words = words(letters);
        for paragraph in letters.split_mut(|l| l.c == '\n') {
            paragraph_marks(paragraph, &words);
        }
    }
    // What is left of a no-break space.
    for at in 0..letters.len() {
        let before_space = letters.get(at + 1).is_none_or(|l| l.c.is_whitespace());
        if letters[at].c == 'Â' && letters[at].rule.is_none() && before_space {
            letters[at].rule = Some(DROPPED);
            letters[at].gone = true;
        }
    }
}

/// Characters that lost only their middle byte.
fn half_lost(letters: &mut [Letter]) {
    for at in 0..letters.len() {
        // Two that exact repair made count too: no language writes them side by side.
        if letters[at].c != 'â' || letters[at].gone {
            continue;
        }
        let Some(next) = letters.get(at + 1).map(|l| l.c) else {
            continue;
        };
        let whole = match next {
            // What the Latin tables have in the places of A6, AC and A2.
            '¦' | 'Š' | 'Ś' => '…',
            '¬' | 'Ź' => '€',
            '¢' | 'ą' | '˘' => '•',
            // windows-1252 has no character for the last byte of ”.
            '€' => '”',
            _ => continue,
        };
        let (c, end) = (whole, letters[at + 1].end);
        letters[at] = Letter {
            c,
            end,
            rule: Some(HALF),
            ..letters[at]
        };
        // The rest of it is covered by the first: it must not be written again.
        letters[at + 1].gone = true;
    }
}

/// The English words of the text, in lower case: "itâs" is "it" and a contraction because "it" is a word.
fn words(letters: &[Letter]) -> HashSet<String> {
    let mut words = HashSet::new();
    let mut word = String::new();
    let mut whole = true;
    for letter in letters.iter().map(|l| l.c).chain([' ']) {
        if letter.is_ascii_alphabetic() {
            word.push(letter.to_ascii_lowercase());
            continue;
        }
        if !word.is_empty() && whole && letter != 'â' {
            words.insert(std::mem::take(&mut word));
        }
        word.clear();
        whole = letter != 'â';
    }
    words
}

/// One way to read the marks so far.
#[derive(Clone, Copy)]
struct Path {
    stack: Stack,
    last: Option<Mark>,
    cost: f32,
    /// Index of the path that it goes on from, one orphan before.
    from: usize,
}

/// Decides the marks of one paragraph.
fn paragraph_marks(paragraph: &mut [Letter], words: &HashSet<String>) {
    let is_orphan = |l: &Letter| l.c == 'â' && l.rule.is_none() && !l.gone;
    let orphans: Vec<usize> = (0..paragraph.len())
        .filter(|at| is_orphan(&paragraph[*at]))
        .collect();
    let mut steps: Vec<Vec<Path>> = Vec::with_capacity(orphans.len());
    let mut paths = vec![Path {
        stack: Stack::None,
        last: None,
        cost: 0.0,
        from: 0,
    }];
    let mut written = false;
    let mut from = 0;
    for &at in &orphans {
        written |= paragraph[from..at]
            .iter()
            .any(|l| !l.c.is_whitespace() && !is_orphan(l));
        from = at;
        let place = costs::Place::new(paragraph, at, words);
        let costs: Vec<(Mark, f32)> = Mark::ALL.iter().map(|m| (*m, place.cost(*m))).collect();
        let mut next: Vec<Path> = Vec::with_capacity(5 * Mark::ALL.len());
        for (index, path) in paths.iter().enumerate() {
            for &(mark, cost) in &costs {
                let (stack, pairing) = step(path.stack, mark, !written);
                let beside = match path.last {
                    Some(last) if place.after_orphan => costs::beside(last, mark),
                    _ => 0.0,
                };
                keep(
                    &mut next,
                    Path {
                        stack,
                        last: Some(mark),
                        cost: path.cost + pairing + beside + cost,
                        from: index,
                    },
                );
            }
        }
        steps.push(std::mem::replace(&mut paths, next));
    }
    let end = |stack: Stack| match stack {
        Stack::None => 0.0,
        // A quotation that goes on in the next paragraph is not closed in this one.
        Stack::Double => 1.5,
        Stack::Single => 3.0,
        Stack::SingleInDouble | Stack::DoubleInSingle => 4.0,
    };
    let mut best = paths
        .into_iter()
        .min_by(|a, b| (a.cost + end(a.stack)).total_cmp(&(b.cost + end(b.stack))));
    for (at, before) in orphans.into_iter().zip(steps).rev() {
        let Some(Path {
            last: Some(mark),
            from,
            ..
        }) = best
        else {
            break;
        };
        paragraph[at].c = mark.character();
        paragraph[at].rule = Some(ORPHAN);
        best = before.get(from).copied();
    }
}

/// Keeps the cheapest path for each stack and last mark.
fn keep(paths: &mut Vec<Path>, path: Path) {
    match paths
        .iter_mut()
        .find(|p| p.stack == path.stack && p.last == path.last)
    {
        Some(known) if known.cost <= path.cost => {}
        Some(known) => *known = path,
        None => paths.push(path),
    }
}

/// What a mark makes of the stack, and what that costs.
fn step(stack: Stack, mark: Mark, first: bool) -> (Stack, f32) {
    use Stack::{Double, DoubleInSingle, None, Single, SingleInDouble};
    match (mark, stack) {
        (Mark::Apostrophe | Mark::Em | Mark::En, _) => (stack, 0.0),
        (Mark::OpenDouble, None) => (Double, 0.0),
        (Mark::OpenDouble, Single) => (DoubleInSingle, 0.8),
        // Each paragraph of a long quotation opens anew.
        (Mark::OpenDouble, _) => (stack, if first { 1.0 } else { 6.0 }),
        (Mark::OpenSingle, None) => (Single, 1.4),
        (Mark::OpenSingle, Double) => (SingleInDouble, 0.2),
        (Mark::OpenSingle, _) => (stack, 6.0),
        (Mark::CloseDouble, Double) => (None, 0.0),
        (Mark::CloseDouble, DoubleInSingle) => (Single, 0.0),
        (Mark::CloseDouble, SingleInDouble) => (None, 5.0),
        (Mark::CloseDouble, _) => (stack, 4.5),
        (Mark::CloseSingle, Single) => (None, 0.0),
        (Mark::CloseSingle, SingleInDouble) => (Double, 0.0),
        (Mark::CloseSingle, DoubleInSingle) => (None, 5.0),
        (Mark::CloseSingle, _) => (stack, 5.0),
    }
}

/// Kind of the character beside an orphan; see [`Class`].
fn class(letters: &[Letter], at: Option<usize>) -> Class {
    at.and_then(|at| letters.get(at))
        .map_or(Class::Blank, |l| Class::of(l.c))
}
