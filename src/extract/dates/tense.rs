//! Does an expression of time look forward or back? The nearest verb before it tells, else the one after it.

use crate::extract::token::{TokenKind, Tokens};

use super::grammar::Match;

/// The direction of the verb that an expression of time belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tense {
    Past,
    Future,
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
    let before = (floor..found.begin).rev().find_map(|i| cue(tokens, i));
    let after = || {
        let end = sentence.end.min(found.end + AFTER);
        (found.end..end).find_map(|i| cue(tokens, i))
    };
    before.or_else(after).unwrap_or(Tense::Unknown)
}

/// What the token says about the tense, if anything.
fn cue(tokens: &Tokens<'_>, i: u32) -> Option<Tense> {
    let word = tokens.word(i);
    let kind = tokens.tokens.get(i as usize)?.kind;
    if !matches!(kind, TokenKind::Word | TokenKind::Clitic) || word.len() < 2 {
        return None;
    }
    let mut lower = [0; 10];
    let bytes = word.as_bytes();
    if let Some(lower) = lower.get_mut(..bytes.len()) {
        for (to, from) in lower.iter_mut().zip(bytes) {
            *to = from.to_ascii_lowercase();
        }
        match &*lower {
            b"will" | b"'ll" | b"shall" | b"scheduled" | b"expected" | b"until" | b"till"
            | b"plans" | b"planned" | b"planning" | b"upcoming" | b"going" | b"due" | b"slated"
            | b"expects" | b"expect" | b"hopes" | b"intends" | b"wo" | b"by" | b"deadline"
            | b"would" | b"could" | b"may" | b"might" | b"should" | b"must" => {
                return Some(Tense::Future);
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
            _ => {}
        }
    }
    let lower_case = bytes.first().is_some_and(u8::is_ascii_lowercase);
    (word.len() > 4 && lower_case && word.ends_with("ed")).then_some(Tense::Past)
}
