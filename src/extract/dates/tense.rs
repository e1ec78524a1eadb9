//! Does an expression of time look forward or back? The nearest verb before it tells, else the one after it.

use crate::extract::token::{TokenKind, Tokens};

use super::grammar::Match;

/// The direction of the verb that an expression of time belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tense {
    Past,
    Future,
    /// Surely ahead: a deadline.
    Due,
    /// No verb tells.
    Unknown,
}

/// How many tokens a verb may stand before the expression.
const BEFORE: u32 = 14;

/// How many tokens a verb may stand after an expression that opens its sentence.
const AFTER: u32 = 12;

/// The tense at `found`.
pub(super) fn of(tokens: &Tokens<'_>, found: &Match) -> Tense {
    let sentence = tokens
        .tokens
        .get(found.begin as usize)
        .and_then(|t| tokens.sentences.get(t.sentence as usize))
        .cloned()
        .unwrap_or(0..0);
    let floor = sentence.start.max(found.begin.saturating_sub(BEFORE));
    // "as soon as Tuesday"
    let leads = |n: u32, word: &str| {
        found.begin >= floor + n && tokens.word(found.begin - n).eq_ignore_ascii_case(word)
    };
    if leads(1, "as") && (leads(2, "soon") || leads(2, "early")) {
        return Tense::Future;
    }
    let end = sentence.end.min(found.end + AFTER);
    // what is done by or until a date lies ahead, unless it had been done by then
    if ["by", "through", "until", "till"]
        .iter()
        .any(|w| leads(1, w))
        && !(floor..end).any(|i| tokens.word(i) == "had")
    {
        return Tense::Due;
    }
    let before = (floor..found.begin).rev().find_map(|i| cue(tokens, i));
    let after = || {
        (found.end..end)
            // who says so is no part of what is said
            .take_while(|&i| !is_quote(tokens, i))
            .find_map(|i| cue(tokens, i))
    };
    let headline = || {
        let is_headline = tokens
            .tokens
            .get(found.begin as usize)
            .and_then(|t| tokens.paragraphs.get(t.paragraph as usize))
            .and_then(|p| tokens.tokens.get(p.end.saturating_sub(1) as usize))
            .is_some_and(|last| matches!(last.kind, TokenKind::Word | TokenKind::Number));
        // "Storm to reach Halifax Saturday"
        (is_headline && (floor..found.begin).any(|i| tokens.word(i).eq_ignore_ascii_case("to")))
            .then_some(Tense::Future)
    };
    before
        .or_else(after)
        .or_else(headline)
        .unwrap_or(Tense::Unknown)
}

fn is_quote(tokens: &Tokens<'_>, i: u32) -> bool {
    tokens.tokens.get(i as usize).is_some_and(|t| {
        matches!(
            t.kind,
            TokenKind::CloseQuote | TokenKind::OpenQuote | TokenKind::PlainQuote
        )
    })
}

/// What the token says about the tense, if anything.
fn cue(tokens: &Tokens<'_>, i: u32) -> Option<Tense> {
    let word = tokens.word(i);
    let kind = tokens.tokens.get(i as usize)?.kind;
    if !matches!(kind, TokenKind::Word | TokenKind::Clitic) || word.len() < 2 {
        return None;
    }
    // "will be named", "to be published": "be" tells
    if tokens.word(i.saturating_sub(1)) == "be" {
        return None;
    }
    let mut lower = [0; 10];
    let bytes = word.as_bytes();
    if let Some(lower) = lower.get_mut(..bytes.len()) {
        for (to, from) in lower.iter_mut().zip(bytes) {
            *to = from.to_ascii_lowercase();
        }
        match &*lower {
            b"will" | b"'ll" | b"shall" | b"scheduled" | b"expected" | b"plans" | b"planned"
            | b"planning" | b"upcoming" | b"going" | b"due" | b"slated" | b"expects"
            | b"expect" | b"hopes" | b"intends" | b"wo" | b"would" | b"supposed" | b"payable"
            | b"effective" => {
                // "had been due to expire Friday", "was planned for Saturday"
                return Some(if is_past_perfect(tokens, i) {
                    Tense::Past
                } else {
                    Tense::Future
                });
            }
            b"said" | b"was" | b"were" | b"had" | b"did" | b"told" | b"began" | b"came"
            | b"went" | b"made" | b"met" | b"won" | b"lost" | b"took" | b"gave" | b"fell"
            | b"rose" | b"wrote" | b"held" | b"left" | b"saw" | b"found" | b"shot" | b"hit"
            | b"sent" | b"put" | b"died" | b"since" | b"been" | b"ago" | b"became" | b"grew"
            | b"spoke" | b"brought" | b"bought" | b"sold" | b"led" | b"broke" | b"struck"
            | b"got" | b"kept" | b"ran" | b"flew" | b"drew" | b"set" => {
                // "set to", "was to"
                let next = tokens.word(i + 1);
                return Some(
                    if next == "to" && matches!(&*lower, b"set" | b"was" | b"were") {
                        Tense::Future
                    } else {
                        Tense::Past
                    },
                );
            }
            b"is" | b"are" if tokens.word(i + 1) == "to" => return Some(Tense::Future),
            b"be" => {
                let before = tokens.word(i.saturating_sub(1));
                return matches!(
                    before,
                    "to" | "will" | "would" | "may" | "might" | "should" | "must" | "still" | "not"
                )
                .then_some(Tense::Future);
            }
            _ => {}
        }
    }
    let lower_case = bytes.first().is_some_and(u8::is_ascii_lowercase);
    (word.len() > 4 && lower_case && word.ends_with("ed") && !word.ends_with("eed"))
        .then_some(Tense::Past)
}

/// Do "had been", "was", "were" stand right before token `i`?
fn is_past_perfect(tokens: &Tokens<'_>, i: u32) -> bool {
    tokens.word(i.saturating_sub(1)) == "been"
        && matches!(tokens.word(i.saturating_sub(2)), "had" | "previously")
}
