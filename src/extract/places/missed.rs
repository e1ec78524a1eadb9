//! Names of places that the tagger missed, where the words around leave little doubt: a state or country after a place and a comma
//! ("Gainesville, **Fla.**"), and what the gazetteer knows after "in" or "near".

use std::ops::Range;

use super::lookup;
use crate::extract::gazetteer::{Class, Gazetteer, fold_into};
use crate::extract::names::{Name, NameKind};
use crate::extract::token::{TokenKind, Tokens};

/// Words after which a capitalised word is a place, if it can be one.
const BEFORE_PLACES: &[&str] = &[
    "across",
    "around",
    "at",
    "from",
    "in",
    "inside",
    "near",
    "outside",
    "throughout",
    "toward",
    "towards",
];

/// How prominent a place after such a word must be (see [`Class::bonus`]): ten thousand people.
const LEAST: f32 = 4.0;

/// Tokens of the names that were missed, in order; none shares a token with a name.
pub(super) fn find(tokens: &Tokens<'_>, names: &[Name], gazetteer: &Gazetteer) -> Vec<Range<u32>> {
    let mut found = Vec::new();
    let mut key = String::new();
    let mut next_name = 0;
    let mut last_place_end = 0;
    let mut at = 1;
    let end = tokens.tokens.len() as u32;
    while at < end {
        while let Some(name) = names.get(next_name).filter(|n| n.tokens.end <= at) {
            if name.kind == NameKind::Place {
                last_place_end = name.tokens.end;
            }
            next_name += 1;
        }
        let free_until = names.get(next_name).map_or(end, |n| n.tokens.start);
        if at >= free_until {
            at = names
                .get(next_name)
                .map_or(end, |n| n.tokens.end.max(at + 1));
            continue;
        }
        let before = tokens.word(at - 1);
        let after_place = before == "," && last_place_end == at - 1;
        // "Dara Quill, 39, of Pomeroy"
        let after_age = before == "of" && is_age(at, tokens);
        if (after_place || after_age || BEFORE_PLACES.contains(&before))
            && is_capitalised(at, tokens)
            && let Some(range) = longest(at, free_until, after_place, tokens, gazetteer, &mut key)
        {
            at = range.end;
            last_place_end = range.end;
            found.push(range);
            continue;
        }
        at += 1;
    }
    found
}

/// Is the "of" before `at` that of ", 39, of"?
pub(super) fn is_age(at: u32, tokens: &Tokens<'_>) -> bool {
    let word = |n: u32| at.checked_sub(n).map_or("", |i| tokens.word(i));
    word(2) == ","
        && word(4) == ","
        && word(3).len() <= 3
        && word(3).bytes().all(|b| b.is_ascii_digit())
}

fn is_capitalised(at: u32, tokens: &Tokens<'_>) -> bool {
    tokens
        .tokens
        .get(at as usize)
        .is_some_and(|t| t.kind == TokenKind::Word)
        && tokens.word(at).starts_with(char::is_uppercase)
}

/// The longest name of up to three words from `begin` on that the gazetteer knows and that is not part of a longer capitalised run.
fn longest(
    begin: u32,
    free_until: u32,
    after_place: bool,
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
    key: &mut String,
) -> Option<Range<u32>> {
    for length in (1..=3).rev() {
        let end = begin + length;
        if end > free_until || !(begin..end).all(|i| is_capitalised(i, tokens)) {
            continue;
        }
        if is_capitalised(end, tokens) && tokens.word(end - 1).ends_with(|c: char| c != '.') {
            continue;
        }
        let surface = tokens.span(begin..end).of(tokens.text);
        key.clear();
        fold_into(surface, key);
        let is_place = if after_place {
            let may_be_short = lookup::as_abbreviation(surface) || key.len() > 2;
            may_be_short
                && gazetteer.candidates(key).any(|c| {
                    gazetteer
                        .get(c.place)
                        .is_some_and(|r| matches!(r.class, Class::Country | Class::Admin1))
                })
        } else {
            let first = gazetteer
                .candidates(key)
                .find(|c| !c.abbreviation && !c.alternate);
            key.len() > 2
                && !lookup::is_common(key)
                && !lookup::is_calendar(key)
                && first.is_some_and(|c| lookup::prominence(c, gazetteer) >= LEAST)
        };
        if is_place {
            return Some(begin..end);
        }
    }
    None
}
