//! What goes in: gold annotations, and predictions in the form of `extract --format jsonl` or as a [`Reading`].

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::article::{Kind, Reading, SpeakerType, Stance};
use crate::text::Span;

/// An annotated article. Its JSON counts offsets in code points; here they are bytes. A layer that is absent is not
/// scored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gold {
    /// Id, to find the prediction.
    pub id: String,
    /// The text that all spans point into.
    pub text: String,
    /// Publication date as given, not checked.
    pub published: Option<String>,
    /// Who said what.
    pub statements: Option<Vec<GoldStatement>>,
    /// Names of people, organisations and places.
    pub names: Option<Vec<GoldName>>,
    /// Expressions of time.
    pub dates: Option<Vec<GoldDate>>,
    /// Places with coordinates.
    pub places: Option<Vec<GoldPlace>>,
}

/// An annotated statement.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct GoldStatement {
    /// Who says it, as printed.
    #[serde(deserialize_with = "null_is_empty")]
    pub source: Vec<Span>,
    /// The reporting words.
    #[serde(deserialize_with = "null_is_empty")]
    pub cue: Vec<Span>,
    /// What is said.
    #[serde(deserialize_with = "null_is_empty")]
    pub content: Vec<Span>,
    /// Who that is, where annotated.
    pub speaker: Option<GoldSpeaker>,
    /// How much stands in quotation marks, where annotated.
    pub kind: Option<Kind>,
    /// Attitude of the cue, where annotated.
    pub stance: Option<Stance>,
    /// ISO 8601 value of the day on which it was said, where the text tells.
    pub said: Option<String>,
}

/// Who a gold statement is by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct GoldSpeaker {
    /// What sort of source.
    #[serde(rename = "type")]
    pub kind: SpeakerType,
    /// Full name, if it has one.
    pub name: Option<String>,
}

/// A gold name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct GoldName {
    /// Where it stands.
    pub span: Span,
    /// What it names.
    #[serde(rename = "type")]
    pub kind: NameType,
}

/// What a name names, with the labels of CoNLL 2003.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NameType {
    /// A person.
    #[serde(rename = "PER")]
    Person,
    /// An organisation.
    #[serde(rename = "ORG")]
    Organisation,
    /// A place.
    #[serde(rename = "LOC")]
    Place,
}

impl NameType {
    /// All, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Person, Self::Organisation, Self::Place];

    /// The CoNLL label.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "PER",
            Self::Organisation => "ORG",
            Self::Place => "LOC",
        }
    }
}

/// A gold expression of time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GoldDate {
    /// Where it stands.
    pub span: Span,
    /// ISO 8601.
    pub value: String,
}

/// A gold place.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct GoldPlace {
    /// Where it stands.
    pub span: Span,
    /// Latitude in degrees, north positive.
    pub lat: f64,
    /// Longitude in degrees, east positive.
    pub lon: f64,
}

/// Why gold or a prediction cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the JSON that is expected.
    #[error("line {line}: {source}")]
    Json {
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        source: serde_json::Error,
    },
}

impl<'de> Deserialize<'de> for Gold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct InCodePoints {
            id: String,
            text: String,
            #[serde(default)]
            published: Option<String>,
            #[serde(default)]
            statements: Option<Vec<GoldStatement>>,
            #[serde(default)]
            names: Option<Vec<GoldName>>,
            #[serde(default)]
            dates: Option<Vec<GoldDate>>,
            #[serde(default)]
            places: Option<Vec<GoldPlace>>,
        }
        let mut raw = InCodePoints::deserialize(deserializer)?;
        let starts: Vec<usize> = raw
            .text
            .char_indices()
            .map(|(at, _)| at)
            .chain([raw.text.len()])
            .collect();
        // Python's slices forgive an end past the text, and some sets rely on it
        let byte = |at: u32| starts[(at as usize).min(starts.len() - 1)];
        let to_bytes = |span: &mut Span| *span = Span::new(byte(span.begin), byte(span.end));
        for statement in raw.statements.iter_mut().flatten() {
            let GoldStatement {
                source,
                cue,
                content,
                ..
            } = statement;
            source
                .iter_mut()
                .chain(cue)
                .chain(content)
                .for_each(to_bytes);
        }
        for name in raw.names.iter_mut().flatten() {
            to_bytes(&mut name.span);
        }
        for date in raw.dates.iter_mut().flatten() {
            to_bytes(&mut date.span);
        }
        for place in raw.places.iter_mut().flatten() {
            to_bytes(&mut place.span);
        }
        Ok(Self {
            id: raw.id,
            text: raw.text,
            published: raw.published,
            statements: raw.statements,
            names: raw.names,
            dates: raw.dates,
            places: raw.places,
        })
    }
}

impl Gold {
    /// Reads JSON lines; blank ones are passed over.
    ///
    /// # Errors
    /// If a line is not the JSON of an annotated article.
    pub fn from_jsonl(lines: &str) -> Result<Vec<Self>, Error> {
        from_jsonl(lines)
    }
}

/// What a system found in one article; spans in bytes. Unknown fields of its JSON are ignored, absent layers are empty,
/// so that the output of other systems can be scored too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Id of the gold article.
    pub id: String,
    /// Must equal the gold text.
    pub text: String,
    /// People.
    pub people: Vec<PredictedEntity>,
    /// Organisations.
    pub organisations: Vec<PredictedEntity>,
    /// Places.
    pub places: Vec<PredictedPlace>,
    /// Expressions of time.
    pub dates: Vec<PredictedDate>,
    /// Statements.
    pub statements: Vec<PredictedStatement>,
}

/// A person or organisation.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PredictedEntity {
    /// Names as printed.
    #[serde(deserialize_with = "null_is_empty")]
    pub mentions: Vec<Span>,
}

/// A place.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PredictedPlace {
    /// Names as printed.
    #[serde(deserialize_with = "null_is_empty")]
    pub mentions: Vec<Span>,
    /// Latitude in degrees, if resolved.
    pub lat: Option<f64>,
    /// Longitude in degrees, if resolved.
    pub lon: Option<f64>,
}

/// An expression of time.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct PredictedDate {
    /// Where it stands.
    pub span: Span,
    /// ISO 8601, if resolved.
    #[serde(default)]
    pub value: Option<String>,
}

/// A statement.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PredictedStatement {
    /// Who says it, as printed.
    #[serde(deserialize_with = "null_is_empty")]
    pub source: Vec<Span>,
    /// The reporting words.
    #[serde(deserialize_with = "null_is_empty")]
    pub cue: Vec<Span>,
    /// What is said.
    #[serde(deserialize_with = "null_is_empty")]
    pub content: Vec<Span>,
    /// How much stands in quotation marks.
    pub kind: Option<Kind>,
    /// Who that is.
    pub speaker: Option<PredictedSpeaker>,
    /// Attitude of the cue.
    pub stance: Option<Stance>,
    /// When it was said.
    pub said: Option<PredictedSaid>,
}

/// Who a predicted statement is by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PredictedSpeaker {
    /// What sort of source.
    #[serde(rename = "type")]
    pub kind: SpeakerType,
    /// Canonical name.
    pub name: Option<String>,
}

/// When a predicted statement was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PredictedSaid {
    /// ISO 8601, if resolved.
    pub value: Option<String>,
}

impl<'de> Deserialize<'de> for Prediction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            id: String,
            text: String,
            #[serde(default)]
            people: Vec<PredictedEntity>,
            #[serde(default)]
            organisations: Vec<PredictedEntity>,
            #[serde(default)]
            places: Vec<PredictedPlace>,
            #[serde(default)]
            dates: Vec<PredictedDate>,
            #[serde(default)]
            statements: Vec<PredictedStatement>,
        }
        let raw = Raw::deserialize(deserializer)?;
        let out = Self {
            id: raw.id,
            text: raw.text,
            people: raw.people,
            organisations: raw.organisations,
            places: raw.places,
            dates: raw.dates,
            statements: raw.statements,
        };
        if let Some(bad) = out
            .spans()
            .find(|span| out.text.get(span.range()).is_none())
        {
            return Err(D::Error::custom(format!(
                "{}: span [{}, {}] does not lie on characters of the text",
                out.id, bad.begin, bad.end
            )));
        }
        Ok(out)
    }
}

impl Prediction {
    /// Reads JSON lines; blank ones are passed over.
    ///
    /// # Errors
    /// If a line is not the JSON of an extracted article, or a span of it does not lie on characters of its text.
    pub fn from_jsonl(lines: &str) -> Result<Vec<Self>, Error> {
        from_jsonl(lines)
    }

    /// What `reading` says about the article `id` with `text`.
    #[must_use]
    pub fn new(id: &str, text: &str, reading: &Reading) -> Self {
        let entity = |mentions: &[Span]| PredictedEntity {
            mentions: mentions.to_vec(),
        };
        Self {
            id: id.to_owned(),
            text: text.to_owned(),
            people: reading.people.iter().map(|p| entity(&p.mentions)).collect(),
            organisations: reading
                .organisations
                .iter()
                .map(|o| entity(&o.mentions))
                .collect(),
            places: reading
                .places
                .iter()
                .map(|p| PredictedPlace {
                    mentions: [p.mentions.as_slice(), &p.nested].concat(),
                    lat: p.lat.map(f64::from),
                    lon: p.lon.map(f64::from),
                })
                .collect(),
            dates: reading
                .dates
                .iter()
                .map(|d| PredictedDate {
                    span: d.span,
                    value: d.value.clone(),
                })
                .collect(),
            statements: reading
                .statements
                .iter()
                .map(|s| PredictedStatement {
                    source: s.source.clone(),
                    cue: s.cue.clone(),
                    content: s.content.clone(),
                    kind: Some(s.kind),
                    speaker: Some(PredictedSpeaker {
                        kind: s.speaker.kind,
                        name: s.speaker.name.clone(),
                    }),
                    stance: Some(s.stance),
                    said: s.said.as_ref().map(|said| PredictedSaid {
                        value: said.value.clone(),
                    }),
                })
                .collect(),
        }
    }

    /// Names with their types.
    pub(super) fn names(&self) -> impl Iterator<Item = (Span, NameType)> {
        let of = |kind| move |&span: &Span| (span, kind);
        let people = self.people.iter().flat_map(|e| &e.mentions);
        let organisations = self.organisations.iter().flat_map(|e| &e.mentions);
        let places = self.places.iter().flat_map(|e| &e.mentions);
        people
            .map(of(NameType::Person))
            .chain(organisations.map(of(NameType::Organisation)))
            .chain(places.map(of(NameType::Place)))
    }

    fn spans(&self) -> impl Iterator<Item = Span> {
        let statements = self
            .statements
            .iter()
            .flat_map(|s| s.source.iter().chain(&s.cue).chain(&s.content).copied());
        self.names()
            .map(|(span, _)| span)
            .chain(self.dates.iter().map(|d| d.span))
            .chain(statements)
    }
}

fn from_jsonl<T: for<'de> Deserialize<'de>>(lines: &str) -> Result<Vec<T>, Error> {
    lines
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(i, line)| {
            serde_json::from_str(line).map_err(|source| Error::Json {
                line: i + 1,
                source,
            })
        })
        .collect()
}

fn null_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Span>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
