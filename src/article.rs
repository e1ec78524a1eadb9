//! The plain data that every layer speaks: an [`Article`] as ingest delivers it, and the [`Reading`] that extraction
//! makes of it.
//!
//! Nothing here does work. All spans are byte ranges into [`Article::text`]; see [`crate::text`].

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::date::PartialDate;
use crate::text::{Span, TextMap};

/// One article, its text frozen: nothing after ingest changes a byte of it.
#[derive(Clone, Debug, Default)]
pub struct Article {
    /// The article's own id if its format has one, else its path below the folder that was walked (`/` between
    /// steps), with `#N` for record N of a file that holds many.
    pub id: String,
    /// What an update replaces: a hash of the canonical URL, else of `id`. 32 hexadecimal digits.
    pub key: String,
    /// Hash of everything that was read, to know an unchanged article. 32 hexadecimal digits.
    pub content_hash: String,
    /// File it came from.
    pub origin: Origin,
    /// Headline, from metadata or the head of the text.
    pub title: Option<String>,
    /// Authors, one an entry, without "By".
    pub byline: Vec<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// Section or column of the outlet.
    pub section: Option<String>,
    /// Canonical address; `http` or `https` only.
    pub url: Option<String>,
    /// When it was published.
    pub published: Option<Published>,
    /// ISO 639-1 code; from metadata, else detected.
    pub language: Option<String>,
    /// The text, decoded and repaired.
    pub text: String,
    /// The parts of `text` that stand before the story proper.
    pub head: Head,
    /// From `text` back to the source.
    pub map: TextMap,
    /// Every repair made to the text, in order.
    pub repairs: Vec<Repair>,
    /// Fields that whosaid does not know, kept as they came.
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// Where an article came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Path as given or found; `-` for standard input. Not UTF-8: shown lossily.
    pub path: String,
    /// Record within the file (for line formats its line), counted from 1; `None` for a file that is one article.
    pub record: Option<u64>,
}

/// What a file was when it was read, to know an unchanged one again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Length in bytes.
    pub size: u64,
    /// When its content was last changed, in nanoseconds since 1970.
    pub modified: Option<i64>,
    /// When anything about it was last changed, in nanoseconds since 1970; nobody can set this back. Unix only.
    pub changed: Option<i64>,
    /// Its number in the file system. Unix only.
    pub inode: Option<u64>,
    /// When all this was asked, in nanoseconds since 1970.
    pub asked: Option<i64>,
    /// BLAKE3 hash of its bytes as they lie on the disk, in hexadecimal digits; empty if nobody has asked.
    pub hash: String,
}

impl Stamp {
    /// Is it the same file, unchanged, going by what the file system says? `false` means that the hash decides.
    ///
    /// Times count only where the system keeps one that cannot be set back, and only if the file had been left alone
    /// for two seconds when it was read: a later change may bear the same time.
    #[must_use]
    pub fn is_surely(&self, before: &Self) -> bool {
        const SETTLED: i64 = 2_000_000_000;
        let settled = match (before.changed, before.asked) {
            (Some(changed), Some(asked)) => changed.saturating_add(SETTLED) < asked,
            _ => false,
        };
        settled
            && self.size == before.size
            && self.modified == before.modified
            && self.changed == before.changed
            && self.inode == before.inode
    }
}

/// A publication date and how we know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The date, as fine as the source gives it.
    pub date: PartialDate,
    /// Where it was found.
    pub from: PublishedFrom,
}

/// Source of a publication date, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PublishedFrom {
    /// A field or tag of the format.
    Metadata,
    /// A date line or dateline in the text.
    Text,
    /// The user's `--published`.
    Argument,
}

/// What stands before the story: spans into the text, absent where the format keeps it elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The headline.
    pub title: Option<Span>,
    /// "By Ann Example", with "By".
    pub byline: Option<Span>,
    /// The place words of a dateline: `NAIROBI, Kenya` of `NAIROBI, Kenya (Northline) —`.
    pub dateline: Option<Span>,
    /// Words of the publication date.
    pub dated: Option<Span>,
    /// Where the story begins, in bytes.
    pub body: u32,
}

/// One repair of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repair {
    /// The repaired characters, in the text as it is now.
    pub span: Span,
    /// What stood there.
    pub from: String,
    /// Name of the rule.
    pub rule: &'static str,
}

/// A file or record that was not taken. A bad file is data, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Path as given or found.
    pub path: String,
    /// Record within the file, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// A sentence for people, without the path.
    pub reason: String,
    /// Is something lost by it?
    pub severity: Severity,
}

/// What it means that a file or record was not taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// No article was there to lose: a blank file, a picture, a program. The run is a success.
    Note,
    /// An article that could not be read, or may have been in what could not be read. The run has failed in part.
    #[default]
    Failure,
}

/// What extraction found in one article. Lists are in order of first mention.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Sentences, in order, disjoint.
    pub sentences: Vec<Span>,
    /// Paragraphs, in order, disjoint.
    pub paragraphs: Vec<Span>,
    /// People named in the article.
    pub people: Vec<Person>,
    /// Organisations named.
    pub organisations: Vec<Organisation>,
    /// Places named.
    pub places: Vec<Place>,
    /// Index into `places` of the dateline's place.
    pub dateline: Option<u32>,
    /// Expressions of time.
    pub dates: Vec<DateMention>,
    /// Statements, by begin of their first span.
    pub statements: Vec<Statement>,
}

/// Grammatical gender, as evidence for pronouns only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// he
    Male,
    /// she
    Female,
}

/// A person of an article.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// Fullest form of the name as printed, without title: "Marco Rubio".
    pub name: String,
    /// Best role as printed: "US Secretary of State".
    pub role: Option<String>,
    /// Every role printed for the person, with its span.
    pub roles: Vec<Span>,
    /// Country or group that a demonym or a role ties them to: "Ukrainian".
    pub affiliation: Option<String>,
    /// Evidence for pronouns; never shown as a fact about the person.
    pub gender: Option<Gender>,
    /// Names as printed, no titles.
    pub mentions: Vec<Span>,
    /// Pronouns and nominals that stand for the person.
    pub coreferences: Vec<Span>,
    /// Another person of the article who the last mention could be, if undecided.
    pub ambiguous_with: Vec<u32>,
}

/// An organisation of an article.
#[derive(Clone, Debug, Default)]
pub struct Organisation {
    /// Fullest form as printed.
    pub name: String,
    /// Names as printed.
    pub mentions: Vec<Span>,
    /// Nominals that stand for it: "the ministry".
    pub coreferences: Vec<Span>,
}

/// A place of an article.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Name as the gazetteer writes it, or as printed if it is in none.
    pub name: String,
    /// From continent down to the place itself; empty if unresolved.
    pub path: Vec<String>,
    /// GeoNames id.
    pub geonames: Option<u32>,
    /// Latitude in degrees, north positive.
    pub lat: Option<f32>,
    /// Longitude in degrees, east positive.
    pub lon: Option<f32>,
    /// Names as printed. Empty for a place that is only named inside other names.
    pub mentions: Vec<Span>,
    /// The place's name inside the name of a body that serves it or stands in it: "Laurel County" of "Laurel County Sheriff's Office",
    /// not "Boston" of "Boston Globe". None of them is in `mentions`.
    pub nested: Vec<Span>,
}

/// An expression of time.
#[derive(Clone, Debug, PartialEq)]
pub struct DateMention {
    /// Where it stands.
    pub span: Span,
    /// ISO 8601 at the granularity that the text gives: `2025-11-20`, `2025-11`, `2025`, `2025-Q4`, `2025-W47`;
    /// `None` where nothing anchors it.
    pub value: Option<String>,
    /// First day that it may mean.
    pub from: Option<NaiveDate>,
    /// Last day that it may mean, inclusive.
    pub to: Option<NaiveDate>,
}

/// An entity of the article that a field points at: index into the list of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entity {
    /// Index into [`Reading::people`].
    Person(u32),
    /// Index into [`Reading::organisations`].
    Organisation(u32),
    /// Index into [`Reading::places`].
    Place(u32),
}

/// Printed as in `extract --format jsonl`: `p1`, `o1`, `l1`, counted from 1.
impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person(i) => write!(f, "p{}", i + 1),
            Self::Organisation(i) => write!(f, "o{}", i + 1),
            Self::Place(i) => write!(f, "l{}", i + 1),
        }
    }
}

macro_rules! names {
    ($type:ident, $($variant:ident = $name:literal),+) => {
        impl $type {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used in output, queries and the index.
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
            type Err = UnknownName;

            fn from_str(s: &str) -> Result<Self, UnknownName> {
                Self::ALL.iter().copied().find(|v| v.as_str() == s).ok_or_else(|| UnknownName {
                    given: s.to_owned(),
                    known: Self::ALL.iter().map(|v| v.as_str()).collect(),
                })
            }
        }
    };
}

/// A word that names no variant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not one of {}", known.join(", "))]
pub struct UnknownName {
    /// What was given.
    pub given: String,
    /// What would have been taken.
    pub known: Vec<&'static str>,
}

/// How much of a statement stands in quotation marks.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// All of it.
    Direct,
    /// Some of it.
    Mixed,
    /// None of it.
    #[default]
    Indirect,
}
names!(
    Kind,
    Direct = "direct",
    Mixed = "mixed",
    Indirect = "indirect"
);

/// What the cue says about the writer's or speaker's attitude.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// said, told, wrote
    #[default]
    Neutral,
    /// claimed, alleged, insisted
    Claims,
    /// admitted, acknowledged, conceded
    Admits,
    /// denied, rejected, dismissed
    Denies,
    /// warned, cautioned
    Warns,
    /// promised, vowed, pledged
    Promises,
    /// declined to comment, did not respond
    Declines,
}
names!(
    Stance,
    Neutral = "neutral",
    Claims = "claims",
    Admits = "admits",
    Denies = "denies",
    Warns = "warns",
    Promises = "promises",
    Declines = "declines"
);

/// What sort of source a statement has.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum SpeakerType {
    /// A person or organisation with a name.
    Named,
    /// Known by role only: "the foreign minister", "a spokesperson for the ministry".
    Role,
    /// "two people familiar with the talks"
    Anonymous,
    /// "analysts", "residents"
    Collective,
    /// "the report", "court papers"
    Document,
    /// No source in the text.
    #[default]
    Unknown,
}
names!(
    SpeakerType,
    Named = "named",
    Role = "role",
    Anonymous = "anonymous",
    Collective = "collective",
    Document = "document",
    Unknown = "unknown"
);

/// Who a statement is by.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Speaker {
    /// What sort of source.
    pub kind: SpeakerType,
    /// Canonical name of a named speaker.
    pub name: Option<String>,
    /// The person or organisation of this article.
    pub entity: Option<Entity>,
    /// Role as printed nearest to this statement, else the person's best.
    pub role: Option<String>,
    /// Whom a spokesperson speaks for.
    pub on_behalf_of: Option<String>,
}

/// When something was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The words that say so.
    pub span: Span,
    /// See [`DateMention::value`].
    pub value: Option<String>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day, inclusive.
    pub to: Option<NaiveDate>,
}

/// Something that somebody said, wrote or let be known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// Direct, mixed or indirect.
    pub kind: Kind,
    /// What was said; several spans where the cue interrupts. Empty for a refusal to comment.
    pub content: Vec<Span>,
    /// The reporting words.
    pub cue: Vec<Span>,
    /// The source as printed.
    pub source: Vec<Span>,
    /// Who that is.
    pub speaker: Speaker,
    /// Told to whom, as printed.
    pub addressee: Option<Span>,
    /// Through what, as printed: "X", "a statement".
    pub medium: Option<Span>,
    /// Attitude of the cue.
    pub stance: Stance,
    /// When it was said, where the text tells.
    pub said: Option<Said>,
    /// Index into [`Reading::places`]: where it was said, where the text tells.
    pub place: Option<u32>,
    /// Index into [`Reading::statements`] of the statement that contains this one.
    pub within: Option<u32>,
    /// Probability that content and source are right, 0 to 1.
    pub confidence: f32,
    /// How each field was found.
    pub evidence: Evidence,
}

impl Statement {
    /// The smallest span over content, cue and source; `None` for a statement without any.
    #[must_use]
    pub fn extent(&self) -> Option<Span> {
        self.content
            .iter()
            .chain(&self.cue)
            .chain(&self.source)
            .copied()
            .reduce(Span::cover)
    }
}

/// The trail from the words to the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// Sentence(s) that hold cue and content.
    pub sentence: Span,
    /// Paragraph that holds the cue, else the content.
    pub paragraph: Span,
    /// Steps in the order they were taken.
    pub steps: Vec<Step>,
}

/// One step of the trail.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// Field that the step decided: "content", "speaker", "said" …
    pub field: &'static str,
    /// Name of the rule or model.
    pub rule: &'static str,
    /// Words that it rests on.
    pub span: Option<Span>,
}
