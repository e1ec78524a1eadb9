//! Is a bare `â` a letter, or what is left of a quotation mark or dash?
//!
//! French, Portuguese, Romanian, Turkish, Vietnamese and Welsh write `â`. What none of them writes are two in a row, one
//! behind a full stop, or one between digits; and in text that was damaged throughout no other letter beyond ASCII can
//! have come through sound.

use super::Letter;

/// What speaks for damage and against it, counted over a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Census {
    /// Bare `â`.
    orphans: usize,
    /// Of these, where no language writes one.
    impossible: usize,
    /// Of these, where an English contraction would stand: a Romanian word may look the same.
    contractions: usize,
    /// Of these, at a word's beginning or alone.
    unlikely: usize,
    /// “ ” ‘ ’ — that are sound.
    survivors: usize,
    /// Sound letters beyond ASCII.
    genuine: usize,
    /// Repairs made so far.
    exact: usize,
}

/// Can an `â` with `next` behind it be damage? For the quick look at text that is most likely clean.
pub(super) fn could_be_orphan(next: char) -> bool {
    // An apostrophe's letter, an opening mark's capital, a dash.
    !next.is_alphabetic()
        || next.is_uppercase()
        || matches!(next, 's' | 't' | 'r' | 'v' | 'l' | 'd' | 'm' | 'â')
}

/// Does `before` make an `â` behind it unlikely?
pub(super) fn impossible_before(before: char) -> bool {
    !before.is_alphabetic()
}

pub(super) fn is_half_lost(next: char) -> bool {
    matches!(next, '¦' | '¬' | '¢' | 'Š' | 'Ś' | 'Ź' | 'ą' | '˘' | '€')
}

/// Counts.
pub(super) fn census(letters: &[Letter]) -> Census {
    let mut census = Census::default();
    let char_at = |at: Option<usize>| at.and_then(|at| letters.get(at)).map_or(' ', |l| l.c);
    for (at, letter) in letters.iter().enumerate() {
        if letter.rule.is_some() {
            census.exact += 1;
            continue;
        }
        match letter.c {
            '“' | '”' | '‘' | '’' | '—' => census.survivors += 1,
            'â' => {
                census.orphans += 1;
                let (before, after) = (char_at(at.checked_sub(1)), char_at(Some(at + 1)));
                let ending = after.is_whitespace() || ")].,;:!?â".contains(after);
                if before == 'â'
                    || after == 'â'
                    || is_half_lost(after)
                    || (".,!?;:)]\"".contains(before) && (ending || at + 1 == letters.len()))
                    || (before.is_ascii_digit() && after.is_ascii_digit())
                    || (before.is_ascii_lowercase() && after.is_ascii_uppercase())
                    || (before.is_ascii_lowercase() && clitic(letters, at, &["re", "ve", "ll"]))
                {
                    census.impossible += 1;
                } else if contraction(letters, at) {
                    census.contractions += 1;
                } else if !before.is_alphanumeric() {
                    census.unlikely += 1;
                }
            }
            'Â' | 'Ã' | 'Ă' => {}
            c => census.genuine += usize::from(!c.is_ascii() && c.is_alphabetic()),
        }
    }
    census
}

/// Is the text damaged?
pub(super) fn fires(census: Census) -> bool {
    let Census {
        orphans,
        impossible,
        contractions,
        unlikely,
        survivors,
        genuine,
        exact,
    } = census;
    let strong = impossible + contractions;
    let all = strong + unlikely;
    if strong == 0 {
        return false;
    }
    let throughout = survivors == 0 && genuine == 0;
    let by_share = all >= 2 && all * 5 >= orphans * 2;
    if throughout && (by_share || (exact > 0 && all >= 1) || all == orphans) {
        return true;
    }
    // Part of the text is damaged, or the letters of another language are sound: more is asked for.
    impossible >= 2
        && all >= 5
        && all * 5 >= orphans * 3
        && all * 4 >= survivors
        && genuine <= orphans / 2
}

/// `â` and one of the endings, as a whole word's end.
fn clitic(letters: &[Letter], at: usize, endings: &[&str]) -> bool {
    endings.iter().any(|ending| {
        let mut next = at + 1;
        for c in ending.chars() {
            if letters
                .get(next)
                .is_none_or(|l| l.c.to_ascii_lowercase() != c)
            {
                return false;
            }
            next += 1;
        }
        letters.get(next).is_none_or(|l| !l.c.is_alphanumeric())
    })
}

/// "mayorâs", "didnât", "heâd": at least two ASCII letters, `â`, the rest of a contraction.
fn contraction(letters: &[Letter], at: usize) -> bool {
    let before = letters[..at].iter().rev().map(|l| l.c);
    let word: Vec<char> = before
        .take_while(char::is_ascii_alphabetic)
        .take(12)
        .collect();
    let (Some(last), 2..) = (word.first(), word.len()) else {
        return false;
    };
    clitic(letters, at, &["s", "d", "m"]) && word.len() > 2 - usize::from("etyuIH".contains(*last))
        || last.eq_ignore_ascii_case(&'n') && clitic(letters, at, &["t"]) && word.len() > 2
}
