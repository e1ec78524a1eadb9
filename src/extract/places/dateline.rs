//! The dateline: `NAIROBI, Kenya (Northline) —` at the head of a story.

use std::ops::Range;

use super::lookup;
use crate::article::Head;
use crate::extract::gazetteer::{Candidate, Gazetteer, fold_into};
use crate::extract::names::is_proper;
use crate::extract::token::{TokenKind, Tokens};

/// Words that a dateline's place may take, the comma and the country included.
const MAX_TOKENS: u32 = 8;

/// How prominent the place of a word that prose writes in lower case must be: five hundred people.
const LEAST: f32 = 2.6;

/// The tokens of the dateline's place: as ingest found it, else read off the story's begin.
pub(super) fn find(head: &Head, tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> Option<Range<u32>> {
    if let Some(span) = head.dateline {
        return Some(tokens.under(span))
            .filter(|range| !range.is_empty() && may_be_place(range, tokens, gazetteer));
    }
    let begin = tokens
        .tokens
        .partition_point(|token| token.span.begin < head.body) as u32;
    read(begin, tokens, gazetteer)
}

/// "PRESS DIGEST - …" has the form of a dateline: is the first part a known place, or has it a word that prose writes
/// with a capital?
fn may_be_place(range: &Range<u32>, tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> bool {
    let end = range
        .clone()
        .find(|&i| tokens.word(i) == ",")
        .unwrap_or(range.end);
    is_known(range.start..end, tokens, gazetteer)
        || (range.start..end).any(|i| {
            let word = tokens.word(i);
            word.starts_with(char::is_uppercase) && is_proper(word)
        })
}

/// Is it the name of a place of some size?
fn is_known(range: Range<u32>, tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> bool {
    let mut key = String::new();
    fold_into(tokens.span(range).of(tokens.text), &mut key);
    let mut found = Vec::new();
    lookup::find(&key, true, gazetteer, &mut found);
    // "CRICKET - …" is no report from the hamlet of the name
    found
        .iter()
        .any(|c| lookup::prominence(*c, gazetteer) >= LEAST)
}

fn read(begin: u32, tokens: &Tokens<'_>, gazetteer: &Gazetteer) -> Option<Range<u32>> {
    let token = |i: u32| tokens.tokens.get(i as usize);
    let paragraph = token(begin)?.paragraph;
    let is_capitals = |i: u32| {
        let word = tokens.word(i);
        word.len() > 1
            && word
                .chars()
                .all(|c| c.is_uppercase() || matches!(c, '.' | '\'' | '’'))
    };
    if !is_capitals(begin) {
        return None;
    }
    let mut end = begin;
    while end - begin < MAX_TOKENS && token(end).is_some_and(|t| t.paragraph == paragraph) {
        let is_part = token(end).is_some_and(|t| match t.kind {
            TokenKind::Word | TokenKind::Number => true,
            // "Ga." and "Stratford-upon-Avon"
            TokenKind::Stop => t.glued && tokens.word(end) == ".",
            TokenKind::Dash => t.glued,
            _ => tokens.word(end) == ",",
        });
        if !is_part {
            break;
        }
        end += 1;
    }
    let place = begin..end;
    // an agency in parentheses may follow, then the dash
    let mut after = end;
    if tokens.word(after) == "(" {
        let close = (after..after + MAX_TOKENS).find(|&i| tokens.word(i) == ")")?;
        after = close + 1;
    }
    let dash = token(after)?;
    if dash.kind != TokenKind::Dash || dash.paragraph != paragraph || dash.glued && after == end {
        return None;
    }
    // "LONDON, March 3": only what is a place
    let mut last = None;
    let mut from = begin;
    for i in place.clone() {
        let is_comma = tokens.word(i) == ",";
        let to = if is_comma { i } else { i + 1 };
        if (is_comma || to == end) && from < to {
            let mut key = String::new();
            fold_into(tokens.span(from..to).of(tokens.text), &mut key);
            let mut found = Vec::new();
            lookup::find(&key, true, gazetteer, &mut found);
            // "CRICKET - …" is no report from the hamlet of the name
            let is_known = |c: &Candidate| lookup::prominence(*c, gazetteer) >= LEAST;
            if last.is_none() && !found.iter().any(is_known) && !is_proper(tokens.word(from)) {
                break;
            }
            if found.is_empty() {
                break;
            }
            last = Some(to);
        }
        if is_comma {
            from = i + 1;
        }
    }
    last.map(|end| begin..end)
}
