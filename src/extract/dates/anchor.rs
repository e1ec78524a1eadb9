//! The date that "today" is: from the article's own date line, its metadata, or the latest full date that it prints.

use crate::article::Head;
use crate::date::{Granularity, PartialDate};
use crate::extract::token::{TokenKind, Tokens};

use super::grammar::{Match, Meaning};
use super::period::Period;

/// Paragraphs from the top in which a date line may stand.
const HEAD_PARAGRAPHS: u32 = 6;

/// Words that a date line may hold besides the date.
const DATE_LINE_WORDS: [&str; 12] = [
    "published",
    "posted",
    "updated",
    "date",
    "dated",
    "on",
    "at",
    "am",
    "pm",
    "gmt",
    "utc",
    "est",
];

/// What relative expressions are counted from.
///
/// A line near the top that is nothing but a full date is what the text itself was dated, so it goes before metadata,
/// which may be that of a copy. Then a day from metadata; then a full date in what the head gives as the date; then,
/// if all else is missing, the latest full date of the text.
pub(super) fn choose(
    tokens: &Tokens<'_>,
    matches: &[Match],
    head: &Head,
    published: Option<PartialDate>,
) -> Option<PartialDate> {
    let day = |m: &Match| full_day(m.meaning);
    if let Some(dated) = head.dated {
        let under = tokens.under(dated);
        if let Some(day) = matches
            .iter()
            .filter(|m| under.contains(&m.begin))
            .find_map(day)
        {
            return Some(day);
        }
    }
    if let Some(line) = matches
        .iter()
        .filter(|m| is_date_line(tokens, m))
        .find_map(day)
    {
        return Some(line);
    }
    if published.is_some_and(|p| p.granularity() == Granularity::Day) {
        return published;
    }
    let latest = matches.iter().filter_map(day).max();
    match published {
        // a full date within the month or year that metadata gives makes it finer
        Some(coarse) => latest
            .filter(|d| coarse.first() <= d.first() && d.last() <= coarse.last())
            .or(published),
        None => latest,
    }
}

fn full_day(meaning: Meaning) -> Option<PartialDate> {
    let date = match meaning {
        Meaning::Fixed(Period::Date(date)) => date,
        Meaning::Day {
            month,
            day,
            to: None,
            year: super::grammar::Year::Stated(year),
        } => PartialDate::day(year, month.into(), day.into())?,
        _ => return None,
    };
    (date.granularity() == Granularity::Day).then_some(date)
}

/// Is the date all that its paragraph says?
fn is_date_line(tokens: &Tokens<'_>, found: &Match) -> bool {
    let Some(paragraph) = tokens
        .tokens
        .get(found.begin as usize)
        .map(|t| t.paragraph)
        .filter(|&p| p < HEAD_PARAGRAPHS)
        .and_then(|p| tokens.paragraphs.get(p as usize))
    else {
        return false;
    };
    paragraph.clone().all(|i| {
        (found.begin..found.end).contains(&i)
            || tokens.tokens.get(i as usize).is_some_and(|t| match t.kind {
                TokenKind::Word => {
                    let word = tokens.word(i).trim_end_matches('.');
                    DATE_LINE_WORDS.iter().any(|w| word.eq_ignore_ascii_case(w))
                }
                // a time of day
                TokenKind::Number => {
                    tokens.word(i).contains([':', '.']) || tokens.word(i).len() <= 2
                }
                _ => true,
            })
    })
}
