//! From the members of a JSON object to the fields of an article.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::date::PartialDate;
use crate::ingest::draft::Draft;
use crate::ingest::field::BRIEF;
use crate::ingest::pieces::Pieces;
use crate::ingest::{Field, html, written};

/// Names under which an object may hold an array of articles.
const WRAPPERS: &[&str] = &[
    "articles",
    "items",
    "results",
    "docs",
    "documents",
    "data",
    "records",
    "stories",
    "entries",
    "hits",
    "posts",
    "news",
];

/// Names of objects that hold fields of the article around them.
const HOLDERS: &[&str] = &[
    "_source",
    "fields",
    "attributes",
    "article",
    "story",
    "post",
    "document",
    "doc",
    "item",
    "metadata",
    "meta",
];

/// Where an object that stands for a text or a word has it.
const INSIDE: &[&str] = &[
    "name",
    "main",
    "title",
    "rendered",
    "original",
    "value",
    "default",
    "text",
    "html",
    "plain",
    "content",
    "body",
    "label",
    "#text",
    "$t",
    "$oid",
    "$date",
    "$numberLong",
];

/// How deep an article may lie in what a service wraps around it.
const MOST_WRAPPED: usize = 5;

/// The members of an object, values as they stand. Of members with the same name the last one counts.
pub(super) struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Outermost;
        impl<'de> Visitor<'de> for Outermost {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    members.insert(name, value);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Outermost).map(Members)
    }
}

/// Takes an object apart, or says why it is none.
pub(super) fn members(json: &str) -> Result<Members<'_>, String> {
    serde_json::from_str(json).map_err(|error| {
        let says = error.to_string();
        if error.is_data() {
            return "is JSON, but no object".to_owned();
        }
        format!(
            "is not valid JSON: {}",
            says.replace("line 1 column", "column")
        )
    })
}

/// Where a part of `whole` begins in it, in bytes.
pub(super) fn offset_in(whole: &str, part: &str) -> u64 {
    (part.as_ptr().addr() - whole.as_ptr().addr()) as u64
}

/// The articles inside an object that is none itself: those of an array with one of the usual names, here or further
/// in, or else whatever is an article.
pub(super) fn wrapped<'a>(members: &Members<'a>, mapped: &[(Field, String)]) -> Vec<&'a str> {
    inside(members, mapped, MOST_WRAPPED)
}

fn inside<'a>(members: &Members<'a>, mapped: &[(Field, String)], depth: usize) -> Vec<&'a str> {
    let Some(depth) = depth.checked_sub(1) else {
        return Vec::new();
    };
    let is_article = |json: &str| {
        self::members(json).is_ok_and(|members| draft(&members, json, mapped, Wanted::Text).is_ok())
    };
    for name in WRAPPERS {
        if let Some(elements) = members.0.get(*name).and_then(|value| objects(value.get())) {
            return elements;
        }
    }
    let values = || members.0.values().map(|value| value.get());
    let nested = || values().filter(|value| value.starts_with('{'));
    let articles: Vec<&str> = nested().filter(|value| is_article(value)).collect();
    if !articles.is_empty() {
        return articles;
    }
    for value in nested() {
        if let Ok(members) = self::members(value) {
            let found = inside(&members, mapped, depth);
            if !found.is_empty() {
                return found;
            }
        }
    }
    let arrays = values()
        .filter(|value| value.starts_with('['))
        .filter_map(objects);
    arrays
        .into_iter()
        .find(|elements| elements.first().is_some_and(|first| is_article(first)))
        .unwrap_or_default()
}

/// The elements of an array that begins with an object.
fn objects(value: &str) -> Option<Vec<&str>> {
    let elements = serde_json::from_str::<Vec<&RawValue>>(value).ok()?;
    let elements: Vec<&str> = elements.into_iter().map(RawValue::get).collect();
    elements.first()?.starts_with('{').then_some(elements)
}

/// The name of a JSON Feed, which stands around its entries as a channel does in RSS.
pub(super) fn feed_title(members: &Members<'_>) -> Option<String> {
    let version = string(members.0.get("version")?.get())?;
    version
        .contains("jsonfeed.org")
        .then(|| string(members.0.get("title")?.get()))
        .flatten()
}

/// What makes an object an article.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A text.
    Text,
    /// If need be what tells the story in brief, beside a headline.
    Brief,
}

/// Members that may stand for a field, the best first.
#[derive(Default)]
struct Candidates<'m>(Vec<(Field, (usize, usize), &'m str, &'m str)>);

impl<'m> Candidates<'m> {
    fn of(members: &'m Members<'_>, mapped: &[(Field, String)]) -> Self {
        let mut all = Self::default();
        for (name, value) in &members.0 {
            all.add(name, value.get(), 1, mapped);
        }
        for (field, path) in mapped {
            if let Some((first, rest)) = path.split_once('.')
                && let Some((name, value)) = members.0.get_key_value(first)
                && let Some(value) = at_path(value.get(), rest)
            {
                all.0.push((*field, (0, 0), name, value));
            }
        }
        all
    }

    fn add(&mut self, name: &'m str, value: &'m str, depth: usize, mapped: &[(Field, String)]) {
        for (field, rank) in Field::ranked(name, mapped) {
            let depth = if rank == 0 { 0 } else { depth };
            self.0.push((field, (depth, rank), name, value));
        }
    }

    fn sort(&mut self) {
        self.0.sort_by_key(|(_, rank, ..)| *rank);
    }

    /// Names and values for a field.
    fn of_field(&self, wanted: Field) -> impl Iterator<Item = (&'m str, &'m str)> {
        self.0
            .iter()
            .filter(move |(field, ..)| *field == wanted)
            .map(|(.., name, value)| (*name, *value))
    }
}

/// The value at `fields.bodyText` below an object.
fn at_path<'a>(mut json: &'a str, path: &str) -> Option<&'a str> {
    for step in path.split('.') {
        json = members(json).ok()?.0.get(step)?.get();
    }
    Some(json)
}

/// The article that the members of `json` make up; its map leads into `json`.
pub(super) fn draft(
    members: &Members<'_>,
    json: &str,
    mapped: &[(Field, String)],
    wanted: Wanted,
) -> Result<Draft, String> {
    let mut draft = Draft::of(json.as_bytes());
    let held: Vec<(&str, Members<'_>)> = HOLDERS
        .iter()
        .filter_map(|holder| {
            let (name, value) = members.0.get_key_value(*holder)?;
            let value = value.get();
            let inner = value.starts_with('{').then(|| self::members(value).ok());
            Some((name.as_str(), inner??))
        })
        .collect();
    let mut candidates = Candidates::of(members, mapped);
    for (_, inner) in &held {
        for (name, value) in &inner.0 {
            candidates.add(name, value.get(), 2, mapped);
        }
    }
    candidates.sort();
    let brief: Vec<(&str, &str)> =
        if wanted == Wanted::Brief && candidates.of_field(Field::Title).next().is_some() {
            let named = |name: &&str| members.0.get_key_value(*name);
            let brief = BRIEF.iter().filter_map(named);
            brief
                .map(|(name, value)| (name.as_str(), value.get()))
                .collect()
        } else {
            Vec::new()
        };
    let mut why =
        "has no text: none of `text`, `body`, `content`; say where it is with --map text=NAME"
            .to_owned();
    let mut text_name = None;
    for (name, raw) in candidates.of_field(Field::Text).chain(brief) {
        if raw == "null" {
            continue;
        }
        let mut pieces = Pieces::default();
        if !text(raw, offset_in(json, raw), MOST_WRAPPED, &mut pieces) {
            why = format!("`{name}` is {}, not text", kind(raw));
            continue;
        }
        text_name = Some(name);
        (draft.text, draft.map) = pieces.finish();
        if !draft.text.trim().is_empty() {
            break;
        }
    }
    let Some(text_name) = text_name else {
        return Err(why);
    };
    draft.unwrap_html();
    let mut taken = vec![text_name];
    draft.fill(|wanted| {
        let mut said = candidates
            .of_field(wanted)
            .filter_map(|(name, raw)| Some((name, words(raw, MOST_WRAPPED)?)));
        let first = said.next()?;
        // A name before an address, where a name is wanted.
        let named = |(_, value): &(&str, String)| !value.contains("://");
        let (name, value) = if wanted == Field::Outlet && !named(&first) {
            said.find(named).unwrap_or(first)
        } else {
            first
        };
        taken.push(name);
        Some(value)
    });
    if draft.url.is_none() {
        let said = candidates.of_field(Field::Outlet);
        let mut said = said.filter_map(|(_, raw)| words(raw, MOST_WRAPPED));
        draft.url = said.find(|value| value.contains("://"));
    }
    for (name, raw) in candidates.of_field(Field::Published) {
        if let Some(date) = date(raw) {
            draft.published = Some(date);
            taken.push(name);
            break;
        }
    }
    for (name, raw) in candidates.of_field(Field::Byline) {
        if let Some(authors) = authors(raw).filter(|authors| !authors.is_empty()) {
            draft.byline = authors;
            taken.push(name);
            break;
        }
    }
    taken.extend(held.iter().map(|(name, _)| *name));
    draft.extra = members
        .0
        .iter()
        .filter(|(name, raw)| !taken.contains(&name.as_str()) && raw.get() != "null")
        // What is nested too deep for the parser is left out.
        .filter_map(|(name, raw)| Some((name.clone(), serde_json::from_str(raw.get()).ok()?)))
        .collect();
    Ok(draft)
}

/// What a value is, in words.
fn kind(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "text",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "true or false",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Text: a string, an object that has one inside, or an array of these, its paragraphs. Answers whether it was that. What
/// has a headline is no paragraph but an article of its own.
fn text(raw: &str, at: u64, depth: usize, pieces: &mut Pieces) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match raw.as_bytes().first() {
        Some(b'"') => {
            unescape(raw, at, pieces);
            true
        }
        Some(b'[') => {
            let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(raw) else {
                return false;
            };
            let elements = || elements.iter().map(|e| e.get());
            let begins = |e: &str, with: &[char]| e.starts_with(with);
            if elements().any(|e| !begins(e, &['"', '{', 'n']) || is_headed(e)) {
                return false;
            }
            let mut any = elements().next().is_none();
            for element in elements() {
                let mut paragraph = Pieces::default();
                let here = at + offset_in(raw, element);
                if !text(element, here, depth, &mut paragraph) {
                    continue;
                }
                if any && !pieces.text().is_empty() {
                    pieces.made_up("\n\n");
                }
                text(element, here, depth, pieces);
                any = true;
            }
            any
        }
        Some(b'{') if !is_headed(raw) => {
            let Ok(members) = members(raw) else {
                return false;
            };
            INSIDE
                .iter()
                .filter_map(|name| members.0.get(*name).map(|value| value.get()))
                .any(|value| text(value, at + offset_in(raw, value), depth, pieces))
        }
        _ => false,
    }
}

/// Is it an object with a headline?
fn is_headed(raw: &str) -> bool {
    raw.starts_with('{')
        && members(raw).is_ok_and(|members| {
            ["title", "headline"]
                .iter()
                .any(|name| members.0.contains_key(*name))
        })
}

/// Takes a JSON string, with its quotation marks, that begins at `at`. It is known to be well formed, but for surrogates
/// without their other half: those become U+FFFD.
fn unescape(raw: &str, at: u64, pieces: &mut Pieces) {
    let end = raw.len().saturating_sub(1);
    let mut from = 1;
    while let Some(found) = raw.get(from..end).and_then(|rest| rest.find('\\')) {
        let escape = from + found;
        pieces.verbatim(&raw[from..escape], at + from as u64);
        let (c, len) = escaped(&raw[escape..end]);
        let mut buffer = [0; 4];
        let source = at + escape as u64..at + (escape + len) as u64;
        pieces.replacing(c.encode_utf8(&mut buffer), source);
        from = escape + len;
    }
    pieces.verbatim(raw.get(from..end).unwrap_or_default(), at + from as u64);
}

/// The character of the escape that `raw` begins with, and the escape's length in bytes.
fn escaped(raw: &str) -> (char, usize) {
    let unit = |from: usize| {
        raw.get(from..from + 6)
            .and_then(|s| s.strip_prefix("\\u"))
            .and_then(|hex| u16::from_str_radix(hex, 16).ok())
    };
    match raw.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => {
            let units = unit(0).into_iter().chain(unit(6));
            match char::decode_utf16(units).next() {
                Some(Ok(c)) => (c, if c.len_utf16() == 2 { 12 } else { 6 }),
                _ => ('\u{fffd}', 6.min(raw.len())),
            }
        }
        Some(&other) if other.is_ascii() => (char::from(other), 2),
        _ => ('\\', 1),
    }
}

fn string(raw: &str) -> Option<String> {
    raw.starts_with('"').then(|| {
        let mut pieces = Pieces::default();
        unescape(raw, 0, &mut pieces);
        pieces.finish().0
    })
}

/// A string, a number, what an object has inside, or the first of an array's.
fn words(raw: &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    match raw.as_bytes().first()? {
        b'"' => string(raw).filter(|words| !words.trim().is_empty()),
        b'{' => {
            let members = members(raw).ok()?;
            INSIDE.iter().find_map(|name| {
                let words = words(members.0.get(*name)?.get(), depth)?;
                // What is made for a page has its dashes and quotation marks spelt out.
                Some(if *name == "rendered" {
                    html::scrap(&words).0
                } else {
                    words
                })
            })
        }
        b'[' => {
            let elements = serde_json::from_str::<Vec<&RawValue>>(raw).ok()?;
            // Bare numbers are numbers of something else.
            let named = elements
                .iter()
                .map(|e| e.get())
                .filter(|e| e.starts_with(['"', '{']));
            named.into_iter().find_map(|element| words(element, depth))
        }
        b'0'..=b'9' | b'-' => Some(raw.to_owned()),
        _ => None,
    }
}

/// Authors: a string, or an array of strings or objects with a name.
fn authors(raw: &str) -> Option<Vec<String>> {
    if raw.starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
        return Some(
            elements
                .into_iter()
                .filter_map(|e| author(e.get()))
                .collect(),
        );
    }
    Some(vec![author(raw)?])
}

/// One author. A bare number is a number in somebody's list of authors.
fn author(raw: &str) -> Option<String> {
    if !raw.starts_with(['"', '{']) {
        return None;
    }
    words(raw, MOST_WRAPPED).or_else(|| {
        let members = members(raw).ok()?;
        let part = |names: [&str; 3]| {
            let value = names.iter().find_map(|name| members.0.get(*name))?;
            string(value.get())
        };
        let last = part(["lastname", "last_name", "lastName"])?;
        Some(match part(["firstname", "first_name", "firstName"]) {
            Some(first) => format!("{first} {last}"),
            None => last,
        })
    })
}

/// A date as a string, a year, or seconds or milliseconds since 1970.
fn date(raw: &str) -> Option<PartialDate> {
    let said = words(raw, MOST_WRAPPED)?;
    if raw.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
        let number: f64 = raw.parse().ok()?;
        return if (1000.0..=9999.0).contains(&number) {
            PartialDate::year(number as i32)
        } else {
            written::since_1970(number)
        };
    }
    written::parse(&said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn read(json: &str) -> Draft {
        draft(&members(json).unwrap(), json, &[], Wanted::Text).unwrap()
    }

    #[test]
    fn escapes_lead_back() {
        let json = r#"{"text": "a\nb \u201cno\u201d \ud83d\ude00 \ud83d end"}"#;
        let d = read(json);
        assert_eq!(d.text, "a\nb “no” 😀 \u{fffd} end");
        let source = |word: &str| {
            let begin = d.text.find(word).unwrap();
            let range = d.map.source(Span::new(begin, begin + word.len()));
            &json[range.start as usize..range.end as usize]
        };
        assert_eq!(source("“no”"), r"\u201cno\u201d");
        assert_eq!(source("😀"), r"\ud83d\ude00");
        assert_eq!(source("end"), "end");
    }

    #[test]
    fn odd_values_are_borne() {
        let d = read(
            r#"{"body": ["One.", "Two."], "title": 7, "author": [{"name": "Ann Example"}, "Bo Example"],
                "source": {"name": "Northline", "id": null}, "date": 1732147200, "id": 12, "x": {"y": 1}, "title": 8}"#,
        );
        assert_eq!(d.text, "One.\n\nTwo.");
        assert_eq!(d.title.as_deref(), Some("8"));
        assert_eq!(d.byline, ["Ann Example", "Bo Example"]);
        assert_eq!(d.outlet.as_deref(), Some("Northline"));
        assert_eq!(d.published.unwrap().to_string(), "2024-11-21");
        assert_eq!(d.id.as_deref(), Some("12"));
        assert_eq!(d.extra.keys().collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn reasons() {
        let why = |json: &str| {
            members(json)
                .and_then(|m| draft(&m, json, &[], Wanted::Brief))
                .err()
                .unwrap()
        };
        assert_eq!(why(r#"{"text": 5}"#), "`text` is a number, not text");
        assert!(why("[1]").contains("no object"));
        assert!(why(r#"{"text": "#).contains("not valid JSON: EOF"));
        assert!(why("{}").contains("has no text"));
    }
}
