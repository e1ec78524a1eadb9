//! What an index keeps of statements and articles in order to show them, as [MessagePack](https://msgpack.org) in the
//! document store: text as it is, which JSON would look through for what must be escaped, and fields under their names, so
//! that who needs few of them reads few.
//!
//! Spans stay what they were: byte ranges into the article's text. A [`Passage`] is the part of that text that an answer
//! needs, so that a page of hits opens no article.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::article::{Kind, Origin, SpeakerType, Stance};
use crate::date::PartialDate;
use crate::text::Span;

/// A value as it is stored; `bytes` is about how long that is.
pub(super) fn encode<T: Serialize>(
    value: &T,
    bytes: usize,
) -> Result<Vec<u8>, rmp_serde::encode::Error> {
    let mut stored = Vec::with_capacity(bytes);
    value.serialize(&mut rmp_serde::Serializer::new(&mut stored).with_struct_map())?;
    Ok(stored)
}

/// A stored value.
pub(super) fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, rmp_serde::decode::Error> {
    rmp_serde::from_slice(stored)
}

/// The article that a statement stands in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ArticleRef {
    /// Key of the article.
    pub key: String,
    /// Id of the article.
    pub id: String,
    /// Headline.
    pub title: Option<String>,
    /// Authors.
    pub byline: Vec<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Date of publication.
    pub published: Option<PartialDate>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// File it came from.
    pub origin: Origin,
    /// Number of the version, from 1, in an index that keeps versions; not stored, read from its column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Who a statement is by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredSpeaker {
    /// What sort of source.
    #[serde(rename = "type")]
    pub kind: SpeakerType,
    /// Canonical name.
    pub name: Option<String>,
    /// Role as printed.
    pub role: Option<String>,
    /// Whom a spokesperson speaks for.
    pub on_behalf_of: Option<String>,
    /// Organisations that the speaker is or speaks for.
    pub organisations: Vec<String>,
    /// Forms of the name in the article.
    pub forms: Vec<String>,
    /// Other roles printed for the speaker.
    pub roles: Vec<String>,
}

/// When something was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredSaid {
    /// The words that say so.
    pub text: String,
    /// ISO 8601 at the granularity of the text; see [`DateMention::value`](crate::article::DateMention::value).
    pub value: Option<String>,
    /// First day.
    pub from: Option<chrono_day::Day>,
    /// Last day, inclusive.
    pub to: Option<chrono_day::Day>,
}

/// Days of the calendar as ISO 8601 strings.
pub mod chrono_day {
    use std::fmt;

    use chrono::NaiveDate;
    use serde::{Deserialize, Serialize};

    /// A day.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    pub struct Day(pub NaiveDate);

    impl fmt::Display for Day {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", self.0.format("%Y-%m-%d"))
        }
    }

    impl From<Day> for String {
        fn from(day: Day) -> Self {
            day.to_string()
        }
    }

    impl TryFrom<String> for Day {
        type Error = chrono::ParseError;

        fn try_from(s: String) -> Result<Self, Self::Error> {
            NaiveDate::parse_from_str(&s, "%Y-%m-%d").map(Day)
        }
    }
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlaceRef {
    /// Name as the gazetteer writes it.
    pub name: String,
    /// From continent down to the place itself.
    pub path: Vec<String>,
    /// GeoNames id.
    pub geonames: Option<u32>,
    /// Latitude in degrees, north positive.
    pub lat: Option<f32>,
    /// Longitude in degrees, east positive.
    pub lon: Option<f32>,
}

/// Where the parts of a statement stand, in bytes of the article's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spans {
    /// What was said.
    pub content: Vec<Span>,
    /// Reporting words.
    pub cue: Vec<Span>,
    /// Source as printed.
    pub source: Vec<Span>,
    /// Sentence(s) of cue and content.
    pub sentence: Span,
    /// Paragraph.
    pub paragraph: Span,
    /// Who was told.
    pub addressee: Option<Span>,
    /// Through what.
    pub medium: Option<Span>,
    /// Words of the date.
    pub said: Option<Span>,
}

/// A piece of an article's text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// Byte offset of its first byte in the article's text.
    pub begin: u32,
    /// The piece.
    pub text: String,
}

impl Passage {
    /// The text under a span of the article; `None` if it does not lie within the passage on character boundaries.
    #[must_use]
    pub fn slice(&self, span: Span) -> Option<&str> {
        let begin = span.begin.checked_sub(self.begin)? as usize;
        let end = span.end.checked_sub(self.begin)? as usize;
        self.text.get(begin..end)
    }
}

/// One step of the trail from the words to a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredStep {
    /// Field that the step decided.
    pub field: Cow<'static, str>,
    /// Name of the rule or model.
    pub rule: Cow<'static, str>,
    /// Words that it rests on.
    pub span: Option<Span>,
}

/// A statement as the index keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredStatement {
    /// `KEY.N`, the article's key and the number of the statement in it, from 1.
    pub id: String,
    /// The article.
    pub article: ArticleRef,
    /// Direct, mixed or indirect.
    pub kind: Kind,
    /// Attitude of the cue.
    pub stance: Stance,
    /// Probability that content and source are right, 0 to 1.
    pub confidence: f32,
    /// Who said it.
    pub speaker: StoredSpeaker,
    /// When, if the text tells.
    pub said: Option<StoredSaid>,
    /// Where it was said, if the text tells.
    pub place: Option<PlaceRef>,
    /// Place of the dateline.
    pub dateline: Option<PlaceRef>,
    /// Names in what was said.
    pub about: Vec<String>,
    /// Id of the statement that contains this one.
    pub within: Option<String>,
    /// Where the parts stand.
    pub spans: Spans,
    /// Bytes of the source file that the statement came from, begin and end.
    pub source_bytes: (u64, u64),
    /// Text around the statement; holds all spans but, in long paragraphs, the paragraph's.
    pub passage: Passage,
    /// Does a repair of the text touch the statement?
    pub repaired: bool,
    /// How each field was found.
    pub evidence: Vec<StoredStep>,
    /// The same for copies of one quotation by one speaker.
    pub family: u64,
}

/// Of a statement what was said, for who reads many of them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct StoredQuotation {
    /// Attitude of the cue.
    pub stance: Stance,
    /// Where the parts stand.
    pub spans: ContentSpans,
    /// Text around the statement.
    pub passage: Passage,
}

/// Of the spans of a statement those of what was said.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ContentSpans {
    /// What was said.
    pub content: Vec<Span>,
}

impl StoredStatement {
    /// What was said, its parts with a blank between.
    #[must_use]
    pub fn words(&self) -> String {
        let parts = self.spans.content.iter();
        let parts: Vec<&str> = parts.filter_map(|s| self.passage.slice(*s)).collect();
        parts.join(" ")
    }
}

/// Something named in an article.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredEntity {
    /// Fullest form of the name.
    pub name: String,
    /// Role, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Names as printed.
    pub mentions: Vec<Span>,
}

/// A place named in an article.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredPlace {
    /// The place.
    #[serde(flatten)]
    pub place: PlaceRef,
    /// Names as printed.
    pub mentions: Vec<Span>,
}

/// An article as the index keeps it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredArticle {
    /// What a statement shows of it.
    #[serde(flatten)]
    pub article: ArticleRef,
    /// Section of the outlet.
    pub section: Option<String>,
    /// Hash of what was read.
    pub content_hash: String,
    /// The text, as it was read and repaired.
    pub text: String,
    /// Is the text its source, byte for byte?
    pub verbatim: bool,
    /// Number of repairs.
    pub repairs: u32,
    /// People named.
    pub people: Vec<StoredEntity>,
    /// Organisations named.
    pub organisations: Vec<StoredEntity>,
    /// Places named.
    pub places: Vec<StoredPlace>,
    /// Ids of its statements, in order.
    pub statements: Vec<String>,
    /// Fields that whosaid does not know.
    pub extra: serde_json::Map<String, serde_json::Value>,
}
