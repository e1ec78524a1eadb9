//! From what a format's reader found to a finished [`Article`]: repair, head, key, hash, language.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::article::{Article, Origin, Published, PublishedFrom, Severity, Skipped};
use crate::date::PartialDate;
use crate::text::TextMap;

use super::{Field, Item, Options, Source, archive, byline, head, html, language, repair};

/// Part of each content hash: raised whenever the same bytes would be read differently.
pub(super) const READING: &[u8] = b"whosaid.ingest/5";

/// What a reader found of one article. Fields stand as the file has them.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) id: Option<String>,
    /// Record within the file, counted from 1.
    pub(super) record: Option<u64>,
    /// Article within the record, counted from 1, where a record holds several.
    pub(super) part: Option<u64>,
    pub(super) title: Option<String>,
    pub(super) byline: Vec<String>,
    pub(super) outlet: Option<String>,
    pub(super) section: Option<String>,
    pub(super) url: Option<String>,
    pub(super) published: Option<PartialDate>,
    pub(super) language: Option<String>,
    pub(super) text: String,
    /// From `text` to the file.
    pub(super) map: TextMap,
    pub(super) extra: serde_json::Map<String, serde_json::Value>,
    /// Title, byline and date are properties of the file: what the text says itself stands above them.
    pub(super) from_properties: bool,
    /// Hash of the bytes that all this was read from.
    pub(super) hash: blake3::Hasher,
}

impl Draft {
    /// A draft of what `bytes` hold.
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut draft = Self::default();
        draft.hash.update(READING);
        draft.hash.update(bytes);
        draft
    }

    /// Fills what is a word or a line with what a record says of each.
    pub(super) fn fill(&mut self, mut said: impl FnMut(Field) -> Option<String>) {
        self.id = said(Field::Id);
        self.title = said(Field::Title);
        self.outlet = said(Field::Outlet);
        self.section = said(Field::Section);
        self.url = said(Field::Url);
        self.language = said(Field::Language);
    }

    /// Makes of a text that is a scrap of HTML what a reader sees of it.
    pub(super) fn unwrap_html(&mut self) {
        if html::is_scrap(&self.text) {
            let (text, map) = html::scrap(&self.text);
            (self.map, self.text) = (self.map.then(&map), text);
        }
    }
}

/// Where a reader's findings go.
pub(super) struct Output<'a> {
    pub(super) source: Cow<'a, Source>,
    pub(super) options: &'a Options,
    sink: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    shown: String,
    /// Archives around it.
    pub(super) depth: usize,
    /// Where the file truly is, whatever folder was walked; `None` of standard input.
    place: Option<String>,
}

impl<'a> Output<'a> {
    pub(super) fn new(
        source: &'a Source,
        options: &'a Options,
        sink: &'a mut dyn FnMut(Item) -> ControlFlow<()>,
    ) -> Self {
        let place = std::fs::canonicalize(&source.path).ok();
        Self {
            options,
            sink,
            shown: source.shown(),
            depth: 0,
            place: place.map(|p| p.to_string_lossy().into_owned()),
            source: Cow::Borrowed(source),
        }
    }

    /// The same for a member of this archive.
    pub(super) fn inside(&mut self, name: &str) -> Output<'_> {
        let name = archive::shown(name);
        let shown = format!("{}!{name}", self.shown);
        Output {
            source: Cow::Owned(Source {
                path: PathBuf::from(&shown),
                id: format!("{}!{name}", self.source.id),
                format: None,
                named: false,
                bytes: None,
                modified: self.source.modified,
            }),
            options: self.options,
            sink: &mut *self.sink,
            shown,
            depth: self.depth + 1,
            place: self.place.as_ref().map(|place| format!("{place}!{name}")),
        }
    }

    /// Reports a file (`record` is `None`) or record by which an article is lost, wholly or in part.
    pub(super) fn skip(
        &mut self,
        record: Option<u64>,
        reason: impl Into<String>,
    ) -> ControlFlow<()> {
        self.report(record, reason.into(), Severity::Failure)
    }

    /// Reports a file or record in which there was no article to lose.
    pub(super) fn note(
        &mut self,
        record: Option<u64>,
        reason: impl Into<String>,
    ) -> ControlFlow<()> {
        self.report(record, reason.into(), Severity::Note)
    }

    pub(super) fn report(
        &mut self,
        record: Option<u64>,
        reason: String,
        severity: Severity,
    ) -> ControlFlow<()> {
        (self.sink)(Item::Skipped(Skipped {
            path: self.shown.clone(),
            record,
            reason,
            severity,
        }))
    }

    /// Finishes an article and hands it over.
    pub(super) fn article(&mut self, draft: Draft) -> ControlFlow<()> {
        if draft
            .text
            .chars()
            .all(|c| c.is_whitespace() || c == '\u{feff}')
        {
            return self.note(draft.record, "has no text");
        }
        let article = self.finish(draft);
        (self.sink)(Item::Article(Box::new(article)))
    }

    fn finish(&self, draft: Draft) -> Article {
        let options = self.options;
        let (text, map, repairs) = if options.repair {
            let repaired = repair::repair(draft.text);
            let map = match repaired.map {
                Some(own) => draft.map.then(&own),
                None => draft.map,
            };
            (repaired.text, map, repaired.repairs)
        } else {
            (draft.text, draft.map, Vec::new())
        };
        let field = |value: Option<String>| {
            let value = tidy(&value?);
            let value = if options.repair {
                repair::repair(value).text
            } else {
                value
            };
            (!value.is_empty()).then_some(value)
        };
        let mut title = field(draft.title);
        let authors: Vec<String> = draft
            .byline
            .into_iter()
            .filter_map(|author| field(Some(author)))
            .collect();
        let found = match draft.from_properties {
            true => {
                let found = head::find(&text, None);
                title = found.title.clone().or(title);
                found
            }
            false => head::find(&text, title.as_deref()),
        };
        let metadata = draft.published.map(|date| (date, PublishedFrom::Metadata));
        let written = found.published.map(|date| (date, PublishedFrom::Text));
        let argument = options
            .published
            .map(|date| (date, PublishedFrom::Argument));
        let url = draft.url.as_deref().and_then(web_address);
        // An address in the place of an outlet's name is that of the article.
        let address = draft.outlet.as_deref().and_then(web_address);
        let named = draft.outlet.filter(|_| address.is_none());
        let url = url.or(address);
        let own_id = field(draft.id);
        let folder = options
            .outlet_from_folder
            .then(|| folder(self.place.as_deref().unwrap_or(&self.shown)))
            .flatten();
        let outlet = field(named)
            .or_else(|| options.outlet.clone())
            .or(found.outlet)
            .or_else(|| folder.clone());
        let byline = byline::people(&authors, outlet.as_deref());
        // Two folders may each have an `a.txt`, and two files an article 1: without an address an article is known by its
        // id among those of its outlet; a bare number without an outlet is one of its file. Without an id of its own it
        // is known by its place, and where it has none by what it says.
        let part = draft
            .part
            .map(|part| format!(".{part}"))
            .unwrap_or_default();
        let identity = match (&url, &own_id) {
            (Some(url), _) => url.clone(),
            (None, Some(id)) => {
                let is_count = id.bytes().all(|b| b.is_ascii_digit());
                let file = self.place.as_ref().filter(|_| is_count);
                match outlet.as_ref().or(file) {
                    Some(scope) => format!("{scope}\n{id}"),
                    None => id.clone(),
                }
            }
            (None, None) => {
                let place = self
                    .place
                    .clone()
                    .unwrap_or_else(|| hex128(&draft.hash.finalize()));
                format!("{place}#{}{part}", draft.record.unwrap_or_default())
            }
        };
        let id = match (own_id, draft.record) {
            (Some(id), _) => id,
            (None, Some(record)) => format!("{}#{record}{part}", self.source.id),
            (None, None) => self.source.id.clone(),
        };
        let mut hash = draft.hash;
        hash.update(&[u8::from(options.repair)]);
        for option in [
            options.published.map(|d| d.to_string()),
            options.outlet.clone(),
        ] {
            hash.update(option.unwrap_or_default().as_bytes());
            hash.update(&[0]);
        }
        if let Some(folder) = &folder {
            hash.update(format!("folder {folder}\n").as_bytes());
        }
        for (field, column) in &options.columns {
            hash.update(format!("{field:?}={column}\n").as_bytes());
        }
        let language = draft
            .language
            .as_deref()
            .and_then(language::code)
            .or_else(|| language::detect(&text[found.head.body as usize..]).map(str::to_owned));
        Article {
            key: hex128(&blake3::hash(identity.as_bytes())),
            content_hash: hex128(&hash.finalize()),
            id,
            origin: Origin {
                path: self.shown.clone(),
                record: draft.record,
            },
            title: title.or(found.title),
            byline: if byline.is_empty() || draft.from_properties && !found.byline.is_empty() {
                found.byline
            } else {
                byline
            },
            outlet,
            section: field(draft.section),
            url,
            published: written
                .filter(|_| draft.from_properties)
                .or(metadata)
                .or(written)
                .or(argument)
                .map(|(date, from)| Published { date, from }),
            language,
            text,
            head: found.head,
            map,
            repairs,
            extra: draft.extra,
        }
    }
}

/// The folder of a path that may be named after an outlet: the nearest one with a letter in its name, so that
/// `old-disk/The Courier/2011/05/a.txt` is of The Courier.
fn folder(path: &str) -> Option<String> {
    let (above, _) = path.rsplit_once(['/', '\\', '!'])?;
    above
        .rsplit(['/', '\\', '!'])
        .map(|name| tidy(&name.replace('_', " ")))
        .find(|name| name.chars().any(char::is_alphabetic))
}

/// The first 128 bits of a hash, as 32 hexadecimal digits.
fn hex128(hash: &blake3::Hash) -> String {
    let hex = hash.to_hex();
    hex.as_str().get(..32).unwrap_or_default().to_owned()
}

/// A field that stands on one line: white space and control characters become single spaces.
fn tidy(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// An address that may be stored and shown as a link: `http` or `https`, with a host, without the fragment.
fn web_address(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://")?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let clean = !rest.is_empty()
        && rest.len() <= 4096
        && !rest.starts_with('/')
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"\\".contains(c));
    (known && clean).then(|| format!("{}://{rest}", scheme.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::{folder, tidy, web_address};

    #[test]
    fn only_web_addresses_are_links() {
        assert_eq!(
            web_address(" HTTPS://lantern.example/a?b=c#d ").as_deref(),
            Some("https://lantern.example/a?b=c")
        );
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt://x/%0aalert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "https://",
            "https:///x",
            "http://a\"onclick=x",
            "/relative",
        ] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_nearest_folder_with_a_name_may_be_an_outlet() {
        let of = |path| folder(path);
        assert_eq!(
            of("/disk/The_Courier/2011/05/a.txt").as_deref(),
            Some("The Courier")
        );
        assert_eq!(of("old.zip!lantern/1.txt").as_deref(), Some("lantern"));
        assert_eq!(of("a.txt"), None);
        assert_eq!(of("/2011/a.txt"), None);
    }

    #[test]
    fn fields_stand_on_one_line() {
        assert_eq!(
            tidy("  Fog\r\n over\u{1b}[31m\tBremen "),
            "Fog over [31m Bremen"
        );
    }
}
