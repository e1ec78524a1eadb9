//! What is stored of an article and its statements, borrowed from them: the writing side of
//! [`stored`](crate::index::stored), whose types read it back and say what each field means.

use std::borrow::Cow;

use serde::Serialize;

use crate::article::{self, Kind, Origin, SpeakerType, Stance, Step};
use crate::date::PartialDate;
use crate::index::stored::chrono_day::Day;
use crate::text::Span;

/// Read back as [`ArticleRef`](crate::index::stored::ArticleRef).
#[derive(Serialize)]
pub(super) struct ArticleRef<'a> {
    key: &'a str,
    id: &'a str,
    title: Option<&'a str>,
    byline: &'a [String],
    outlet: Option<&'a str>,
    url: Option<&'a str>,
    published: Option<PartialDate>,
    language: Option<&'a str>,
    origin: &'a Origin,
}

impl<'a> ArticleRef<'a> {
    pub(super) fn of(article: &'a article::Article) -> Self {
        Self {
            key: &article.key,
            id: &article.id,
            title: article.title.as_deref(),
            byline: &article.byline,
            outlet: article.outlet.as_deref(),
            url: article.url.as_deref(),
            published: article.published.map(|p| p.date),
            language: article.language.as_deref(),
            origin: &article.origin,
        }
    }
}

/// Read back as [`StoredSpeaker`](crate::index::stored::StoredSpeaker).
#[derive(Serialize)]
pub(super) struct Speaker<'a> {
    #[serde(rename = "type")]
    pub(super) kind: SpeakerType,
    pub(super) name: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    pub(super) on_behalf_of: Option<&'a str>,
    pub(super) organisations: Vec<&'a str>,
    pub(super) forms: Vec<&'a str>,
    pub(super) roles: Vec<&'a str>,
}

/// Read back as [`StoredSaid`](crate::index::stored::StoredSaid).
#[derive(Serialize)]
pub(super) struct Said<'a> {
    text: &'a str,
    value: Option<&'a str>,
    from: Option<Day>,
    to: Option<Day>,
}

impl<'a> Said<'a> {
    pub(super) fn of(said: &'a article::Said, text: &'a str) -> Self {
        Self {
            text: said.span.of(text),
            value: said.value.as_deref(),
            from: said.from.map(Day),
            to: said.to.map(Day),
        }
    }
}

/// Read back as [`PlaceRef`](crate::index::stored::PlaceRef).
#[derive(Serialize)]
pub(super) struct PlaceRef<'a> {
    name: &'a str,
    path: &'a [String],
    geonames: Option<u32>,
    lat: Option<f32>,
    lon: Option<f32>,
}

impl<'a> PlaceRef<'a> {
    pub(super) fn of(place: &'a article::Place) -> Self {
        Self {
            name: &place.name,
            path: &place.path,
            geonames: place.geonames,
            lat: place.lat,
            lon: place.lon,
        }
    }
}

/// Read back as [`Spans`](crate::index::stored::Spans).
#[derive(Serialize)]
pub(super) struct Spans<'a> {
    content: &'a [Span],
    cue: &'a [Span],
    source: &'a [Span],
    sentence: Span,
    paragraph: Span,
    addressee: Option<Span>,
    medium: Option<Span>,
    said: Option<Span>,
}

impl<'a> Spans<'a> {
    pub(super) fn of(statement: &'a article::Statement) -> Self {
        Self {
            content: &statement.content,
            cue: &statement.cue,
            source: &statement.source,
            sentence: statement.evidence.sentence,
            paragraph: statement.evidence.paragraph,
            addressee: statement.addressee,
            medium: statement.medium,
            said: statement.said.as_ref().map(|said| said.span),
        }
    }
}

/// Read back as [`Passage`](crate::index::stored::Passage).
#[derive(Serialize)]
pub(super) struct Passage<'a> {
    pub(super) begin: u32,
    pub(super) text: &'a str,
}

/// Read back as [`StoredStatement`](crate::index::stored::StoredStatement).
#[derive(Serialize)]
pub(super) struct Statement<'a> {
    pub(super) id: &'a str,
    pub(super) article: &'a ArticleRef<'a>,
    pub(super) kind: Kind,
    pub(super) stance: Stance,
    pub(super) confidence: f32,
    pub(super) speaker: &'a Speaker<'a>,
    pub(super) said: Option<Said<'a>>,
    pub(super) place: Option<PlaceRef<'a>>,
    pub(super) dateline: Option<PlaceRef<'a>>,
    pub(super) about: &'a [Cow<'a, str>],
    pub(super) within: Option<String>,
    pub(super) spans: Spans<'a>,
    pub(super) source_bytes: (u64, u64),
    pub(super) passage: Passage<'a>,
    pub(super) repaired: bool,
    pub(super) evidence: &'a [Step],
    pub(super) family: u64,
}

/// Read back as [`StoredEntity`](crate::index::stored::StoredEntity).
#[derive(Serialize)]
pub(super) struct Entity<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<&'a str>,
    pub(super) mentions: &'a [Span],
}

/// Read back as [`StoredPlace`](crate::index::stored::StoredPlace).
#[derive(Serialize)]
pub(super) struct Place<'a> {
    #[serde(flatten)]
    pub(super) place: PlaceRef<'a>,
    pub(super) mentions: &'a [Span],
}

/// Read back as [`StoredArticle`](crate::index::stored::StoredArticle).
#[derive(Serialize)]
pub(super) struct Article<'a> {
    #[serde(flatten)]
    pub(super) article: &'a ArticleRef<'a>,
    pub(super) section: Option<&'a str>,
    pub(super) content_hash: &'a str,
    pub(super) text: &'a str,
    pub(super) verbatim: bool,
    pub(super) repairs: u32,
    pub(super) people: Vec<Entity<'a>>,
    pub(super) organisations: Vec<Entity<'a>>,
    pub(super) places: Vec<Place<'a>>,
    pub(super) statements: Vec<String>,
    pub(super) extra: &'a serde_json::Map<String, serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::path::Path;

    use serde::de::DeserializeOwned;
    use tantivy::TantivyDocument;
    use tantivy::schema::document::Value;

    use super::*;
    use crate::extract::{self, Reader};
    use crate::index::documents;
    use crate::index::schema::fields;
    use crate::index::stored::{StoredArticle, StoredStatement, decode, encode};
    use crate::ingest::{self, Found, Item};

    /// What a document stores, as it is and as it reads back.
    fn both<T: Serialize + DeserializeOwned>(document: &TantivyDocument) -> (Vec<u8>, Vec<u8>) {
        let stored = document.get_first(fields().stored).unwrap();
        let stored = stored.as_bytes().unwrap();
        let read: T = decode(stored).unwrap();
        (stored.to_vec(), encode(&read, 0).unwrap())
    }

    #[test]
    fn what_is_written_reads_back_whole() {
        let mut reader = Reader::new(extract::Options::default());
        let options = ingest::Options::default();
        let corpus = [Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")];
        let mut statements = 0;
        for found in ingest::walk(&corpus, &options) {
            let Found::Source(source) = found else {
                continue;
            };
            ingest::read(&source, &options, &mut |item| {
                if let Item::Article(article) = item {
                    let reading = reader.read(&article);
                    let made = documents::of(&article, &reading);
                    let mut documents = made.documents();
                    let (written, read) = both::<StoredArticle>(documents.next().unwrap());
                    assert_eq!(written, read);
                    for statement in documents {
                        let (written, read) = both::<StoredStatement>(statement);
                        assert_eq!(written, read);
                        statements += 1;
                    }
                }
                ControlFlow::Continue(())
            });
        }
        assert!(statements > 50, "{statements}");
    }
}
