//! What can be asked of an index.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::query::Query;

/// Most hits that one answer holds.
pub const MAX_LIMIT: usize = 1_000;
/// Furthest hit that an answer begins with.
pub const MAX_OFFSET: usize = 10_000;
/// Most copies of a quotation that its hit lists.
pub const MAX_COPIES: usize = 100;
/// Most values of one facet, at each level of a tree.
pub const MAX_FACET_VALUES: usize = 1_000;

/// A question. [`Request::default`] asks for the ten best statements of all, without facets.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What the hits must match.
    pub query: Query,
    /// Chosen facet values; a hit must pass all of them. Each facet counts as if its own filter were not there.
    pub filters: Vec<Filter>,
    /// How many hits, 1 to [`MAX_LIMIT`]; clamped.
    pub limit: usize,
    /// How many hits to leave out first, up to [`MAX_OFFSET`]; clamped.
    pub offset: usize,
    /// Order of the hits.
    pub sort: Sort,
    /// What to count.
    pub facets: Vec<FacetRequest>,
    /// Statements or articles.
    pub scope: Scope,
    /// Least confidence of a statement, 0 to 1.
    pub min_confidence: f32,
    /// List every copy of a quotation; otherwise copies are one hit that names the others.
    pub copies: bool,
    /// How many copies a hit lists, up to [`MAX_COPIES`]; clamped.
    pub listed_copies: usize,
    /// Compare every copy with the first appearance word by word.
    pub diff: bool,
    /// What totals and facets count.
    pub counting: Counting,
    /// The day that `today` and `7d` in the query count from, and that recency is measured by.
    pub today: NaiveDate,
}

impl Request {
    /// The same request, for hits alone.
    pub(super) fn bare(&self) -> Self {
        Self {
            facets: Vec::new(),
            counting: Counting::Raw,
            ..self.clone()
        }
    }
}

impl Default for Request {
    fn default() -> Self {
        Self {
            query: Query::default(),
            filters: Vec::new(),
            limit: 10,
            offset: 0,
            sort: Sort::Relevance,
            facets: Vec::new(),
            scope: Scope::Statements,
            min_confidence: 0.0,
            copies: false,
            listed_copies: MAX_COPIES,
            diff: false,
            counting: Counting::Raw,
            today: NaiveDate::default(),
        }
    }
}

macro_rules! words {
    ($type:ident: $($variant:ident = $name:literal),+ $(,)?) => {
        impl $type {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used on the command line, in addresses and in JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::article::UnknownName;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|v| v.as_str() == s).ok_or_else(|| {
                    crate::article::UnknownName {
                        given: s.to_owned(),
                        known: Self::ALL.iter().map(|v| v.as_str()).collect(),
                    }
                })
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                name.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Order of hits. Ties are broken by id, the same way in every index of the same articles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// Best match first, recent ones a little higher.
    #[default]
    Relevance,
    /// Latest first, by when it was said, else published.
    Newest,
    /// Earliest first.
    Oldest,
}
words!(Sort: Relevance = "relevance", Newest = "newest", Oldest = "oldest");

/// What totals and facets count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Counting {
    /// Every hit.
    #[default]
    Raw,
    /// Copies of one quotation once; see [`families`](crate::index::families).
    Distinct,
    /// Hits of one article once.
    Articles,
}
words!(Counting: Raw = "raw", Distinct = "distinct", Articles = "articles");

/// What a hit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A statement.
    #[default]
    Statements,
    /// A whole article.
    Articles,
}
words!(Scope: Statements = "statements", Articles = "articles");

/// Something that hits are counted by and narrowed down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    /// Who said it; spellings of one name are one value.
    Speaker,
    /// Role as printed.
    Role,
    /// Organisation that the speaker is or speaks for.
    Organisation,
    /// What sort of source: see [`SpeakerType`](crate::article::SpeakerType).
    SpeakerType,
    /// A tree: where it was said, dateline and places talked about.
    Place,
    /// Who published it.
    Outlet,
    /// Author.
    Byline,
    /// Direct, mixed or indirect.
    Kind,
    /// Attitude of the cue.
    Stance,
    /// Through what it was said.
    Medium,
    /// Names in what was said.
    About,
    /// Language of the article.
    Language,
    /// `2025-11`: when it was said, else published.
    Month,
    /// `2025`.
    Year,
}
words!(Facet:
    Speaker = "speaker",
    Role = "role",
    Organisation = "org",
    SpeakerType = "type",
    Place = "place",
    Outlet = "outlet",
    Byline = "byline",
    Kind = "kind",
    Stance = "stance",
    Medium = "medium",
    About = "about",
    Language = "lang",
    Month = "month",
    Year = "year",
);

/// Chosen values of one facet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// The facet.
    pub facet: Facet,
    /// A hit must have one of these; empty: any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any: Vec<String>,
    /// A hit must have none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<String>,
}

/// A facet to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetRequest {
    /// The facet.
    pub facet: Facet,
    /// Most values to list, largest count first (months and years: latest first); for places at each level. Chosen values
    /// are listed whatever their count.
    pub limit: usize,
    /// Only values that contain this, folded; for typing ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
}

impl FacetRequest {
    /// The `limit` largest values of a facet.
    #[must_use]
    pub fn new(facet: Facet, limit: usize) -> Self {
        Self {
            facet,
            limit,
            contains: None,
        }
    }
}
