//! From the members of a JSON object to the fields of an article.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::date::PartialDate;
use crate::ingest::draft::Draft;
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
];

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

/// The articles inside an object that is none itself.
pub(super) fn wrapped<'a>(members: &Members<'a>) -> Vec<&'a str> {
    for name in WRAPPERS {
        if let Some(value) = members.0.get(*name)
            && let Ok(elements) = serde_json::from_str::<Vec<&'a RawValue>>(value.get())
        {
            return elements.into_iter().map(RawValue::get).collect();
        }
    }
    Vec::new()
}

/// The article that the members of `json` make up; its map leads into `json`.
pub(super) fn draft(
    members: &Members<'_>,
    json: &str,
    mapped: &[(Field, String)],
) -> Result<Draft, String> {
    let mut draft = Draft::of(json.as_bytes());
    let mut used: Vec<&str> = Vec::new();
    // The member that stands for a field: what the user mapped first, then the usual names in their order.
    let mut field = |field: Field| {
        let by_user = mapped
            .iter()
            .filter(|(f, _)| *f == field)
            .map(|(_, name)| name.as_str());
        by_user
            .chain(field.names().iter().copied())
            .find_map(|name| {
                let (name, value) = members.0.get_key_value(name)?;
                if value.get() == "null" {
                    used.push(name);
                    return None;
                }
                Some((name.as_str(), value.get()))
            })
    };
    let Some((name, raw)) = field(Field::Text) else {
        return Err("has no text: none of `text`, `body`, `content`".to_owned());
    };
    let mut pieces = Pieces::default();
    if !text(raw, offset_in(json, raw), &mut pieces) {
        return Err(format!("`{name}` is {}, not text", kind(raw)));
    }
    let text_name = name;
    (draft.text, draft.map) = pieces.finish();
    if html::is_scrap(&draft.text) {
        let (text, map) = html::scrap(&draft.text);
        (draft.map, draft.text) = (draft.map.then(&map), text);
    }
    let mut taken = vec![text_name];
    let mut one = |wanted: Field| {
        let (name, raw) = field(wanted)?;
        let value = words(raw)?;
        taken.push(name);
        Some(value)
    };
    draft.id = one(Field::Id);
    draft.title = one(Field::Title);
    draft.outlet = one(Field::Outlet);
    draft.section = one(Field::Section);
    draft.url = one(Field::Url);
    draft.language = one(Field::Language);
    if let Some((name, raw)) = field(Field::Published)
        && let Some(date) = date(raw)
    {
        draft.published = Some(date);
        taken.push(name);
    }
    if let Some((name, raw)) = field(Field::Byline)
        && let Some(authors) = authors(raw)
    {
        draft.byline = authors;
        taken.push(name);
    }
    taken.append(&mut used);
    draft.extra = members
        .0
        .iter()
        .filter(|(name, _)| !taken.contains(&name.as_str()))
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

/// Text: a string, or an array of strings, its paragraphs. Answers whether it was that.
fn text(raw: &str, at: u64, pieces: &mut Pieces) -> bool {
    match raw.as_bytes().first() {
        Some(b'"') => {
            unescape(raw, at, pieces);
            true
        }
        Some(b'[') => {
            let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(raw) else {
                return false;
            };
            for (i, element) in elements.iter().map(|e| e.get()).enumerate() {
                if !element.starts_with('"') {
                    return false;
                }
                if i > 0 {
                    pieces.made_up("\n\n");
                }
                unescape(element, at + offset_in(raw, element), pieces);
            }
            true
        }
        _ => false,
    }
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

/// A string, a number, or the name of an object that has one.
fn words(raw: &str) -> Option<String> {
    match raw.as_bytes().first()? {
        b'"' => string(raw),
        b'{' => string(members(raw).ok()?.0.get("name")?.get()),
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
                .filter_map(|e| words(e.get()))
                .collect(),
        );
    }
    Some(vec![words(raw)?])
}

/// A date as a string, a year, or seconds or milliseconds since 1970.
fn date(raw: &str) -> Option<PartialDate> {
    if let Some(string) = string(raw) {
        return written::parse(&string);
    }
    let number: f64 = raw.parse().ok()?;
    if (1000.0..=9999.0).contains(&number) {
        return PartialDate::year(number as i32);
    }
    let seconds = if number.abs() > 1e11 {
        number / 1000.0
    } else {
        number
    };
    let plausible = seconds.abs() < 2.5e11 && seconds.abs() > 1e6;
    let when = plausible.then(|| chrono::DateTime::from_timestamp(seconds as i64, 0))??;
    Some(when.date_naive().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn read(json: &str) -> Draft {
        draft(&members(json).unwrap(), json, &[]).unwrap()
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
                .and_then(|m| draft(&m, json, &[]))
                .err()
                .unwrap()
        };
        assert_eq!(why(r#"{"text": 5}"#), "`text` is a number, not text");
        assert!(why("[1]").contains("no object"));
        assert!(why(r#"{"text": "#).contains("not valid JSON: EOF"));
        assert!(why("{}").contains("has no text"));
    }
}
