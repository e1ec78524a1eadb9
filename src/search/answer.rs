//! What an index answers. Every type here serialises to the JSON of the command line and the API.

use serde::Serialize;

use super::align::Change;
use super::query::{Query, Warning};
use super::request::{Counting, Facet, Filter, Scope};
use crate::article::{Kind, Origin, SpeakerType, Stance};
use crate::date::PartialDate;
use crate::index::stored::{PlaceRef, Spans, StoredSaid, StoredStep};
use crate::text::Span;

/// Version of the JSON.
pub const ANSWER_VERSION: u32 = 1;

/// An answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Version of this JSON.
    pub schema_version: u32,
    /// The question, as it was understood.
    pub query: Query,
    /// The chosen facet values.
    pub filters: Vec<Filter>,
    /// Statements or articles.
    #[serde(rename = "in")]
    pub scope: Scope,
    /// How many there are; what counts, `counting` says.
    pub total: u64,
    /// What `total` and the facets count.
    pub counting: Counting,
    /// Is `hits` a list of families: are copies folded into their first appearance?
    pub collapsed: bool,
    /// Milliseconds that the search took.
    pub took_ms: f64,
    /// Counts, in the order they were asked for.
    pub facets: Vec<FacetCounts>,
    /// The hits.
    pub hits: Vec<Hit>,
    /// What was not taken as it was typed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// Of an empty answer: why it is, and what is near.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// Counts of one facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetCounts {
    /// The facet.
    pub facet: Facet,
    /// How many different values the hits have; more than are listed, as a rule.
    pub distinct: u64,
    /// The values.
    pub values: Vec<FacetValue>,
}

/// A value of a facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// What a filter takes.
    pub value: String,
    /// What to show: for a place the last step of its path.
    pub label: String,
    /// How many hits choosing it shows, if nothing else of its facet is chosen.
    pub count: u64,
    /// Is it chosen?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub selected: bool,
    /// Values below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<FacetValue>,
}

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hint {
    /// For people.
    pub message: String,
    /// A query that finds something, if there is one near.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub try_query: Option<Query>,
    /// How many hits that finds.
    pub total: u64,
}

/// A hit: a statement, or an article.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Hit {
    /// A statement.
    Statement(Box<StatementHit>),
    /// An article.
    Article(Box<ArticleHit>),
}

impl Hit {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Statement(s) => &s.id,
            Self::Article(a) => &a.id,
        }
    }

    /// The statement.
    #[must_use]
    pub fn statement(&self) -> Option<&StatementHit> {
        match self {
            Self::Statement(s) => Some(s),
            Self::Article(_) => None,
        }
    }
}

/// A text with the words that the query asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Marked {
    /// The text.
    pub text: String,
    /// Byte ranges into `text`, in order, disjoint; a phrase is one.
    pub marks: Vec<Span>,
}

/// Who said it.
#[derive(Clone, Debug, Serialize)]
pub struct SpeakerHit {
    /// What sort of source.
    #[serde(rename = "type")]
    pub kind: SpeakerType,
    /// Fullest form of the name in the article.
    pub name: Option<String>,
    /// Who that is across articles, where their usual name is another one, or one that several people share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Role as printed.
    pub role: Option<String>,
    /// Whom a spokesperson speaks for.
    pub on_behalf_of: Option<String>,
    /// Organisations that the speaker is or speaks for.
    pub organisations: Vec<String>,
}

/// A statement found.
#[derive(Clone, Debug, Serialize)]
pub struct StatementHit {
    /// Id of the statement.
    pub id: String,
    /// Of relevance; higher is better, only comparable within one answer.
    pub score: f32,
    /// What was said; parts that the article keeps apart are joined by ` … `.
    pub quote: Marked,
    /// The words around it, what was said included.
    pub passage: Marked,
    /// Where what was said stands in the passage.
    pub content: Vec<Span>,
    /// Direct, mixed or indirect.
    pub kind: Kind,
    /// Attitude of the cue.
    pub stance: Stance,
    /// Who said it.
    pub speaker: SpeakerHit,
    /// The source as printed: "He".
    pub source: String,
    /// Reporting words.
    pub cue: String,
    /// Who was told, as printed.
    pub addressee: Option<String>,
    /// Through what, as printed.
    pub medium: Option<String>,
    /// Names in what was said.
    pub about: Vec<String>,
    /// When, if the text tells.
    pub said: Option<StoredSaid>,
    /// When the article was published.
    pub published: Option<PartialDate>,
    /// Where it was said, if the text tells.
    pub place: Option<PlaceRef>,
    /// Place of the dateline.
    pub dateline: Option<PlaceRef>,
    /// Headline.
    pub title: Option<String>,
    /// Authors.
    pub byline: Vec<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// File it came from.
    pub origin: Origin,
    /// Bytes of that file, begin and end.
    pub source_bytes: (u64, u64),
    /// Key of the article.
    pub article: String,
    /// Id of the article, as its source gives it.
    pub article_id: String,
    /// Where the parts stand in the article's text.
    pub spans: Spans,
    /// Id of the statement that contains this one.
    pub within: Option<String>,
    /// Probability that content and source are right, 0 to 1.
    pub confidence: f32,
    /// Does a repair of the text touch it?
    pub repaired: bool,
    /// How each field was found.
    pub evidence: Vec<StoredStep>,
    /// How many other appearances of the same quotation there are; 0 where copies are listed singly.
    #[serde(skip_serializing_if = "is_zero")]
    pub copy_count: usize,
    /// These, earliest first, up to [`Request::listed_copies`](super::Request::listed_copies).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<Copy>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Another appearance of a quotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copy {
    /// Id of the statement.
    pub id: String,
    /// Who published it.
    pub outlet: Option<String>,
    /// When.
    pub published: Option<PartialDate>,
    /// Headline.
    pub title: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Its words beside those of the hit.
    pub how: CopyKind,
    /// From the words of the hit to its own, where the request asks for it and they differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diff: Vec<Change>,
}

/// The words of a copy beside those of the appearance that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CopyKind {
    /// The same.
    #[default]
    Same,
    /// Some are left out.
    Shortened,
    /// There are more of them.
    Longer,
    /// Some are others.
    Altered,
}

/// An article found.
#[derive(Clone, Debug, Serialize)]
pub struct ArticleHit {
    /// Key of the article.
    pub id: String,
    /// Of relevance; higher is better, only comparable within one answer.
    pub score: f32,
    /// Headline.
    pub title: Option<Marked>,
    /// The part of the text with most of the query's words.
    pub passage: Marked,
    /// Authors.
    pub byline: Vec<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// When it was published.
    pub published: Option<PartialDate>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// File it came from.
    pub origin: Origin,
    /// How many statements it has.
    pub statements: usize,
}

impl StatementHit {
    /// What another hit says of this one when both are appearances of one quotation in the same words.
    #[must_use]
    pub fn as_copy(&self) -> Copy {
        Copy {
            id: self.id.clone(),
            outlet: self.outlet.clone(),
            published: self.published,
            title: self.title.clone(),
            url: self.url.clone(),
            how: CopyKind::Same,
            diff: Vec::new(),
        }
    }
}
