//! What a single word or value of a query means: stars, tildes, dates, codes.

use std::ops::Range;

use super::ast::{Leaf, Node, Pattern};
use super::days::DayRange;
use super::fields::{Field, Values};
use super::parse::{Parser, is_quote};
use crate::article::{Kind, SpeakerType, Stance};
use crate::index::{Analyzer, words};
use crate::search::distance;

/// Fewest letters before a star: one letter would match a tenth of all words.
const MIN_PREFIX: usize = 2;
/// Fewest letters of a fuzzy word.
const MIN_FUZZY: usize = 3;
/// Most letters by which a fuzzy word may differ.
const MAX_FUZZY: u8 = 2;

/// Reads one value of a field that was given apart from a query.
pub(super) fn value(field: Field, value: &str) -> Option<Node> {
    if field.values() == Values::Days {
        let days: DayRange = value.trim().parse().ok()?;
        return Some(leaf(field, Pattern::Days(days.in_order())));
    }
    let text: String = value.chars().filter(|c| !is_quote(*c)).collect();
    phrase(field, &text, 0).map(|pattern| leaf(field, pattern))
}

pub(super) fn leaf(field: Field, pattern: Pattern) -> Node {
    Node::Leaf(Leaf { field, pattern })
}

fn is_operator(word: &str) -> bool {
    matches!(word, "AND" | "OR" | "NOT")
}

fn has_words(text: &str) -> bool {
    !words(Analyzer::Exact, text).is_empty()
}

/// A phrase of the text, blanks made single; `None` if there is no word in it.
pub(super) fn phrase(field: Field, text: &str, slop: u32) -> Option<Pattern> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !has_words(&text) {
        return None;
    }
    if field.values() == Values::Code {
        return code(&text).map(Pattern::Word);
    }
    Some(Pattern::Phrase(text, slop))
}

/// A code as the index has it: lower case, nothing that a query would read otherwise.
fn code(text: &str) -> Option<String> {
    let code: String = text
        .trim_matches(|c: char| !c.is_alphanumeric())
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .collect();
    (!code.is_empty()).then_some(code)
}

/// The word without punctuation at its ends.
fn clean(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

impl Parser<'_> {
    /// One word with its star or tilde. Never yields what prints as something else.
    pub(super) fn word(&mut self, field: Field, chunk: &str, begin: usize) -> Option<Node> {
        let at = begin..begin + chunk.len();
        match field.values() {
            Values::Days => {
                if let Ok(days) = chunk.parse::<DayRange>() {
                    if days.in_order() != days {
                        self.warn(at, "the range ends before it begins; turned round");
                    }
                    return Some(leaf(field, Pattern::Days(days.in_order())));
                }
                self.warn(
                    at.clone(),
                    "this is not a date (2025, 2025-11, 2025-11-20, a..b, yesterday, 7d); taken as words",
                );
                return self.word(Field::Text, chunk, begin);
            }
            Values::Code => {
                let code = code(chunk)?;
                self.check_code(field, &code, at);
                return Some(leaf(field, Pattern::Word(code)));
            }
            Values::Words | Values::Name => {}
        }
        let single = |text: &str| words(Analyzer::Exact, text).len() == 1;
        if let Some((stem, tail)) = chunk.split_once('*') {
            let stem = clean(stem);
            if stem.chars().count() >= MIN_PREFIX && single(stem) {
                if has_words(tail) {
                    self.warn(
                        at,
                        "a star stands at the end of a word; what follows it is left out",
                    );
                }
                return Some(leaf(field, Pattern::Prefix(stem.to_owned())));
            }
            self.warn(
                at.clone(),
                format!("a star needs one word of {MIN_PREFIX} letters or more before it"),
            );
            return Self::bare(field, chunk);
        }
        if let Some((stem, distance)) = chunk.split_once('~') {
            let stem = clean(stem);
            let asked = if distance.is_empty() {
                Ok(1)
            } else {
                distance.parse::<u32>()
            };
            if let Ok(asked) = asked
                && stem.chars().count() >= MIN_FUZZY
                && single(stem)
            {
                if asked > u32::from(MAX_FUZZY) {
                    self.warn(
                        at,
                        format!("a word may differ by {MAX_FUZZY} letters at most"),
                    );
                }
                return match u8::try_from(asked).unwrap_or(MAX_FUZZY).min(MAX_FUZZY) {
                    0 => Self::plain(field, stem),
                    distance => Some(leaf(field, Pattern::Fuzzy(stem.to_owned(), distance))),
                };
            }
            self.warn(at, format!("a tilde needs one word of {MIN_FUZZY} letters or more before it, a number after it"));
            return Self::bare(field, chunk);
        }
        Self::plain(field, clean(chunk))
    }

    /// The words of a chunk whose stars and tildes mean nothing.
    fn bare(field: Field, chunk: &str) -> Option<Node> {
        let spaced = chunk.replace(['*', '~'], " ");
        let mut parts = spaced
            .split_whitespace()
            .map(clean)
            .filter(|p| !p.is_empty());
        match (parts.next(), parts.next()) {
            (Some(only), None) => Self::plain(field, only),
            _ => phrase(field, &spaced, 0).map(|pattern| leaf(field, pattern)),
        }
    }

    fn plain(field: Field, word: &str) -> Option<Node> {
        if !has_words(word) {
            return None;
        }
        // Would read back as an operator, or as a field that it was not.
        let misread = word
            .split_once(':')
            .is_some_and(|(name, _)| Field::named(name).is_some());
        if is_operator(word) || (misread && field == Field::Text) {
            return phrase(field, word, 0).map(|pattern| leaf(field, pattern));
        }
        Some(leaf(field, Pattern::Word(word.to_owned())))
    }

    /// Warns of a value that no document can have.
    fn check_code(&mut self, field: Field, code: &str, at: Range<usize>) {
        let known: Vec<&str> = match field {
            Field::Kind => Kind::ALL.iter().map(|k| k.as_str()).collect(),
            Field::Stance => Stance::ALL.iter().map(|s| s.as_str()).collect(),
            Field::Type => SpeakerType::ALL.iter().map(|t| t.as_str()).collect(),
            _ => return,
        };
        if known.contains(&code) {
            return;
        }
        let like = distance::nearest(code, known.iter().copied());
        self.suggest(
            at,
            format!("`{code}` is not one of {}", known.join(", ")),
            like.map(|like| format!("{}:{like}", field.as_str())),
        );
    }
}
