//! Values as the index takes them: cleaned, cut to length, each once, and numbers for what is compared by number.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, TimeDelta};
use tantivy::TantivyDocument;
use tantivy::schema::Field;

use crate::article::Place;
use crate::date::PartialDate;
use crate::index::names::{Indexed, indexed};
use crate::index::schema::Fields;
use crate::index::stored;
use crate::text::Span;

/// Longest facet value in bytes; what is longer is cut.
const LONGEST_VALUE: usize = 200;
/// Bytes that most of what is stored needs no more than, beside an article's text.
const STORED: usize = 4096;

/// The two halves of 32 hexadecimal digits; of anything else, of its hash.
pub(crate) fn halves(hex: &str) -> (u64, u64) {
    let parse = |part: Option<&str>| part.and_then(|p| u64::from_str_radix(p, 16).ok());
    if hex.len() == 32
        && let (Some(high), Some(low)) = (parse(hex.get(..16)), parse(hex.get(16..)))
    {
        return (high, low);
    }
    halves_of_hash(hex)
}

/// Each once, in order.
pub(crate) fn once<T: Ord>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// A value fit for a facet: no control characters, no blanks at the ends, not too long. `None` if nothing is left.
#[must_use]
pub fn clean(value: &str) -> Option<Cow<'_, str>> {
    if is_clean(value) {
        return Some(Cow::Borrowed(value));
    }
    let mut out = String::with_capacity(value.len().min(LONGEST_VALUE));
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > LONGEST_VALUE {
            out.truncate(out.floor_char_boundary(LONGEST_VALUE));
            break;
        }
    }
    out.truncate(out.trim_end().len());
    (!out.is_empty()).then_some(Cow::Owned(out))
}

/// Is this a value that [`clean`] leaves as it is? Most are.
fn is_clean(value: &str) -> bool {
    let mut after_blank = true;
    for c in value.chars() {
        let is_blank = c == ' ';
        // Of ASCII all that is neither a blank nor a control character is graphic.
        let is_other = !c.is_ascii_graphic() && (c.is_whitespace() || c.is_control());
        if is_blank && after_blank || !is_blank && is_other {
            return false;
        }
        after_blank = is_blank;
    }
    !after_blank && value.len() <= LONGEST_VALUE
}

/// One string for a path, `/` between the steps; a `/` within a step becomes the division slash `∕`.
#[must_use]
pub fn join_path(path: &[String]) -> String {
    Paths::of(path).deepest
}

/// The paths of a place and of all places above it.
pub(super) struct Paths {
    /// That of the place itself, as [`join_path`] has it.
    deepest: String,
    /// Where each of them ends in it, from the top.
    ends: Vec<usize>,
}

impl Paths {
    pub(super) fn of(path: &[String]) -> Self {
        let mut deepest = String::with_capacity(path.iter().map(|step| step.len() + 1).sum());
        let mut ends = Vec::with_capacity(path.len());
        for step in path.iter().filter_map(|step| clean(step)) {
            if !deepest.is_empty() {
                deepest.push('/');
            }
            for (n, part) in step.split('/').enumerate() {
                deepest.push_str(if n > 0 { "∕" } else { "" });
                deepest.push_str(part);
            }
            ends.push(deepest.len());
        }
        Self { deepest, ends }
    }

    /// All of them, from the top.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.ends.iter().map(|end| &self.deepest[..*end])
    }
}

pub(super) fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// A day as the index counts it: days since 1970-01-01.
#[must_use]
pub fn day_number(date: NaiveDate) -> i64 {
    days(date)
}

/// The date that covers just these days, counted as by [`day_number`].
#[must_use]
pub fn date_of_days(from: i64, to: i64) -> Option<PartialDate> {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let day = |days: i64| epoch.checked_add_signed(TimeDelta::try_days(days)?);
    let (first, last) = (day(from)?, day(to)?);
    let (year, month) = (first.year(), first.month());
    [
        PartialDate::day(year, month, first.day()),
        PartialDate::month(year, month),
        PartialDate::year(year),
    ]
    .into_iter()
    .flatten()
    .find(|date| (date.first(), date.last()) == (Some(first), Some(last)))
}

/// The first two numbers of eight bytes of a text's hash.
fn halves_of_hash(text: &str) -> (u64, u64) {
    let hash = blake3::hash(text.as_bytes());
    let (numbers, _) = hash.as_bytes().as_chunks::<8>();
    let mut numbers = numbers.iter().map(|bytes| u64::from_be_bytes(*bytes));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// The parts of `whole` outside all of `holes`.
pub(super) fn without(whole: Span, holes: &[Span]) -> Vec<Span> {
    let mut holes: Vec<Span> = holes.to_vec();
    holes.sort_unstable();
    let mut pieces = Vec::new();
    let mut begin = whole.begin;
    for hole in holes {
        if hole.begin > begin && hole.begin <= whole.end {
            pieces.push(Span {
                begin,
                end: hole.begin,
            });
        }
        begin = begin.max(hole.end);
    }
    if begin < whole.end {
        pieces.push(Span {
            begin,
            end: whole.end,
        });
    }
    pieces
}

/// A document under construction.
pub(super) struct Document {
    pub(super) values: TantivyDocument,
    /// About how many bytes the values take.
    pub(super) size: usize,
}

/// What a value takes beside its bytes, or a number in all.
const VALUE: usize = 16;

impl Document {
    /// An empty one with room for so many bytes of values.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            values: TantivyDocument::with_capacity(bytes),
            size: 0,
        }
    }

    pub(super) fn text(&mut self, field: Field, value: &str) {
        if !value.is_empty() {
            self.values.add_text(field, value);
            self.size += VALUE + value.len();
        }
    }

    /// A name under all its aliases.
    pub(super) fn name(&mut self, field: Field, name: &Indexed) {
        for alias in &name.aliases {
            self.text(field, alias);
        }
    }

    /// The steps of a place's path and its name, a value each.
    pub(super) fn steps(&mut self, field: Field, place: &Place) {
        for step in &place.path {
            self.text(field, step);
        }
        if place.path.last() != Some(&place.name) {
            self.text(field, &place.name);
        }
    }

    pub(super) fn number(&mut self, field: Field, value: u64) {
        self.values.add_u64(field, value);
        self.size += VALUE;
    }

    pub(super) fn day(&mut self, field: Field, date: NaiveDate) {
        self.values.add_i64(field, days(date));
        self.size += VALUE;
    }

    /// `text` says how many bytes of the value are an article's text.
    pub(super) fn stored<T: serde::Serialize>(&mut self, field: Field, value: &T, text: usize) {
        // Maps with string keys and numbers: serialising to memory cannot fail. An empty value would be caught by `check`.
        let stored = stored::encode(value, STORED + text).unwrap_or_default();
        self.values.add_bytes(field, &stored);
        self.size += VALUE + stored.len();
    }
}

/// Values of multi-valued fields, each once.
#[derive(Default)]
pub(super) struct Sets<'a>(Vec<(Field, Cow<'a, str>)>);

impl<'a> Sets<'a> {
    pub(super) fn add(&mut self, field: Field, value: impl Into<Cow<'a, str>>) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push((field, value));
        }
    }

    pub(super) fn add_clean(&mut self, field: Field, value: Option<&'a str>) {
        if let Some(value) = value.and_then(clean) {
            self.add(field, value);
        }
    }

    /// In the order of the fields and of the values.
    pub(super) fn write(mut self, f: &Fields, doc: &mut Document) {
        self.0.sort_unstable();
        self.0.dedup();
        for (field, value) in self.0 {
            if [f.speaker_text, f.about_text].contains(&field) {
                doc.name(field, &indexed(&value));
            } else {
                doc.text(field, &value);
            }
        }
    }
}
