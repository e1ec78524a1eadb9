//! What comes out: counts, the figures made of them, and tables.

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::article::{Kind, SpeakerType};
use crate::text::Span;

use super::gold::{Gold, NameType};
use super::layers::FAR_KM;

/// Counts for precision and recall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// In both.
    pub hits: usize,
    /// In gold.
    pub gold: usize,
    /// Predicted.
    pub predicted: usize,
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        100.0 * part as f64 / whole as f64
    }
}

impl Score {
    /// Percent of the predicted that are right.
    #[must_use]
    pub fn precision(self) -> f64 {
        percent(self.hits, self.predicted)
    }

    /// Percent of gold that was found.
    #[must_use]
    pub fn recall(self) -> f64 {
        percent(self.hits, self.gold)
    }

    /// Harmonic mean of the two, in percent.
    #[must_use]
    pub fn f1(self) -> f64 {
        // the counts of both sides weigh the same: 2 hits / (gold + predicted)
        percent(2 * self.hits, self.gold + self.predicted)
    }
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Score", 5)?;
        out.serialize_field("p", &tenth(self.precision()))?;
        out.serialize_field("r", &tenth(self.recall()))?;
        out.serialize_field("f", &tenth(self.f1()))?;
        out.serialize_field("gold", &self.gold)?;
        out.serialize_field("pred", &self.predicted)?;
        out.end()
    }
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// That are right.
    pub hits: usize,
    /// Of all.
    pub of: usize,
}

impl Share {
    /// In percent; 0 of 0 is 0.
    #[must_use]
    pub fn percent(self) -> f64 {
        percent(self.hits, self.of)
    }

    pub(super) fn add(&mut self, right: bool) {
        self.of += 1;
        self.hits += usize::from(right);
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} of {}", self.percent(), self.of)
    }
}

/// A share of the statements found for which gold tells the field.
pub type Accuracy = Share;

/// Which type of speaker was taken for which.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confusion {
    /// Gold type → predicted type → how many; the predicted name is `missed` where the statement was not found.
    pub counts: BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
}

/// The column of statements that were not found.
const MISSED: &str = "missed";

impl Confusion {
    pub(super) fn add(&mut self, gold: SpeakerType, predicted: Option<SpeakerType>) {
        let column = predicted.map_or(MISSED, SpeakerType::as_str);
        *self
            .counts
            .entry(gold.as_str())
            .or_default()
            .entry(column)
            .or_default() += 1;
    }

    /// Column names, in order.
    fn columns() -> impl Iterator<Item = &'static str> + Clone {
        SpeakerType::ALL.iter().map(|t| t.as_str()).chain([MISSED])
    }

    /// Rows of the table: gold type, then one count a column.
    fn rows(&self) -> impl Iterator<Item = (&'static str, Vec<usize>)> {
        SpeakerType::ALL.iter().filter_map(|t| {
            let row = self.counts.get(t.as_str())?;
            let cells = Self::columns().map(|c| row.get(c).copied().unwrap_or(0));
            Some((t.as_str(), cells.collect()))
        })
    }
}

/// Statements; see [`super`] for what each figure counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Statements {
    /// Source spans.
    pub source: Score,
    /// Cue spans.
    pub cue: Score,
    /// Content spans.
    pub content: Score,
    /// Statements whose content was found.
    pub found: Score,
    /// With the right source.
    pub said: Score,
    /// With the right ends, too.
    pub strict: Score,
    /// Refusals to comment: statements without content, paired by their cues. They count as missed or spurious above,
    /// as nothing can overlap with them.
    pub refusals: Score,
    /// Recall of `said` by how much of the content stands in quotation marks.
    #[serde(serialize_with = "by_name")]
    pub kinds: BTreeMap<Kind, Share>,
    /// Types of speakers.
    pub speakers: Confusion,
    /// Right type, and right name where the speaker is named.
    pub speaker: Accuracy,
    /// Right name, of speakers that are named.
    pub speaker_named: Accuracy,
    /// Right kind.
    pub kind: Accuracy,
    /// Right stance.
    pub stance: Accuracy,
    /// Day on which it was said.
    pub said_on: Score,
}

fn by_name<S: Serializer>(kinds: &BTreeMap<Kind, Share>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(kinds.iter().map(|(kind, share)| (kind.as_str(), share)))
}

/// Names, by type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Names {
    /// Type → counts.
    pub by_type: BTreeMap<NameType, Score>,
}

impl Names {
    /// All types together.
    #[must_use]
    pub fn all(&self) -> Score {
        self.by_type.values().fold(Score::default(), |a, b| Score {
            hits: a.hits + b.hits,
            gold: a.gold + b.gold,
            predicted: a.predicted + b.predicted,
        })
    }
}

/// Expressions of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Dates {
    /// Overlapping spans.
    pub span: Score,
    /// With the right value.
    pub value: Score,
}

/// Places with coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Places {
    /// Gold places.
    pub places: usize,
    /// That got coordinates.
    pub resolved: usize,
    /// Within 161 km.
    pub near: usize,
    /// Sum of errors in kilometres, unresolved ones at 20,039.
    pub error_km: f64,
}

impl Places {
    /// Mean error in kilometres, misses at 20,039.
    #[must_use]
    pub fn mean_km(self) -> f64 {
        if self.places == 0 {
            FAR_KM
        } else {
            self.error_km / self.places as f64
        }
    }
}

/// Something missed or spurious, to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// "statement", "name", "date" or "place".
    pub layer: &'static str,
    /// Predicted but not in gold; else in gold but not predicted.
    pub spurious: bool,
    /// Article.
    pub id: String,
    /// The words.
    pub text: String,
    /// What else there is to say: the cue, the type, the value.
    pub note: String,
}

/// Collects misses for one article.
pub(super) struct Keeper<'a> {
    pub(super) misses: &'a mut Vec<Miss>,
    /// For each layer, of missed and of spurious ones.
    pub(super) limit: usize,
    pub(super) article: &'a Gold,
}

impl Keeper<'_> {
    pub(super) fn missed(
        &mut self,
        layer: &'static str,
        spans: &[Span],
        cue: &[Span],
        note: impl FnOnce() -> String,
    ) {
        self.keep(layer, false, spans, cue, note);
    }

    pub(super) fn spurious(
        &mut self,
        layer: &'static str,
        spans: &[Span],
        cue: &[Span],
        note: impl FnOnce() -> String,
    ) {
        self.keep(layer, true, spans, cue, note);
    }

    fn keep(
        &mut self,
        layer: &'static str,
        spurious: bool,
        spans: &[Span],
        cue: &[Span],
        note: impl FnOnce() -> String,
    ) {
        let kept = self
            .misses
            .iter()
            .filter(|m| m.layer == layer && m.spurious == spurious)
            .count();
        if kept >= self.limit {
            return;
        }
        let join = |spans: &[Span]| {
            let parts: Vec<&str> = spans.iter().map(|s| s.of(&self.article.text)).collect();
            parts.join(" … ")
        };
        let note = if cue.is_empty() { note() } else { join(cue) };
        let miss = Miss {
            layer,
            spurious,
            id: self.article.id.clone(),
            text: join(spans),
            note,
        };
        self.misses.push(miss);
    }
}

/// All figures. Printed as lines of text, and as Markdown by [`Report::markdown`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Gold articles.
    pub articles: usize,
    /// Of them without a prediction for the same text.
    pub unread: usize,
    /// Where gold has statements.
    pub statements: Option<Statements>,
    /// Where gold has names.
    pub names: Option<Names>,
    /// Where gold has dates.
    pub dates: Option<Dates>,
    /// Where gold has places.
    pub places: Option<Places>,
    /// What was missed and what was spurious.
    pub misses: Vec<Miss>,
}

/// What a line of a report says.
enum Figure {
    Score(Score),
    Text(String),
}

impl Report {
    fn rows(&self) -> Vec<(String, Figure)> {
        let mut rows = Vec::new();
        let mut row = |label: &str, figure: Figure| rows.push((label.to_owned(), figure));
        if let Some(s) = &self.statements {
            for (label, score) in [
                ("source exact", s.source),
                ("cue exact", s.cue),
                ("content exact", s.content),
                ("statement found", s.found),
                ("statement said", s.said),
                ("statement strict", s.strict),
            ] {
                row(label, Figure::Score(score));
            }
            for kind in Kind::ALL {
                let share = s.kinds.get(kind).copied().unwrap_or_default();
                row(
                    &format!("kind recall {kind}"),
                    Figure::Text(share.to_string()),
                );
            }
            if s.refusals.gold > 0 {
                row("refusals", Figure::Score(s.refusals));
            }
            for (label, share) in [
                ("speaker", s.speaker),
                ("speaker named", s.speaker_named),
                ("kind", s.kind),
                ("stance", s.stance),
            ] {
                if share.of > 0 {
                    row(label, Figure::Text(share.to_string()));
                }
            }
            if s.said_on.gold > 0 {
                row("said on", Figure::Score(s.said_on));
            }
        }
        if let Some(names) = &self.names {
            for (kind, score) in &names.by_type {
                row(&format!("names {}", kind.label()), Figure::Score(*score));
            }
            row("names all", Figure::Score(names.all()));
        }
        if let Some(dates) = &self.dates {
            row("dates span", Figure::Score(dates.span));
            row("dates value", Figure::Score(dates.value));
        }
        if let Some(places) = &self.places {
            let near = Share {
                hits: places.near,
                of: places.places,
            };
            row("places within 161 km", Figure::Text(near.to_string()));
            let text = format!(
                "{:.1}; of those within 161 km {:.1}; mean error {:.0} km",
                percent(places.resolved, places.places),
                percent(places.near, places.resolved),
                places.mean_km()
            );
            row("places resolved", Figure::Text(text));
        }
        rows
    }

    /// A Markdown table, with the confusion of speaker types below it where gold has speakers.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out =
            String::from("| | precision | recall | F1 | gold |\n|---|---:|---:|---:|---:|\n");
        for (label, figure) in self.rows() {
            out += &match figure {
                Figure::Score(s) => format!(
                    "| {label} | {:.1} | {:.1} | {:.1} | {} |\n",
                    s.precision(),
                    s.recall(),
                    s.f1(),
                    s.gold
                ),
                Figure::Text(text) => match text.split_once(" of ").filter(|_| !text.contains(';'))
                {
                    Some((share, of)) => format!("| {label} | | {share} | | {of} |\n"),
                    None => format!("| {label} | | {text} | | |\n"),
                },
            };
        }
        if let Some(confusion) = self.speakers() {
            out += "\n| speaker in gold, found as |";
            Confusion::columns().for_each(|c| out += &format!(" {c} |"));
            out += "\n|---|";
            Confusion::columns().for_each(|_| out += "---:|");
            for (label, cells) in confusion.rows() {
                out += &format!("\n| {label} |");
                cells.iter().for_each(|n| out += &format!(" {n} |"));
            }
            out.push('\n');
        }
        out
    }

    fn speakers(&self) -> Option<&Confusion> {
        self.statements
            .as_ref()
            .map(|s| &s.speakers)
            .filter(|c| !c.counts.is_empty())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:24} {}", "articles", self.articles)?;
        writeln!(f, "{:24} {}", "unread", self.unread)?;
        for (label, figure) in self.rows() {
            match figure {
                Figure::Score(s) => writeln!(
                    f,
                    "{label:24} p {:.1}  r {:.1}  f {:.1}  gold {}  pred {}",
                    s.precision(),
                    s.recall(),
                    s.f1(),
                    s.gold,
                    s.predicted
                )?,
                Figure::Text(text) => writeln!(f, "{label:24} {text}")?,
            }
        }
        if let Some(confusion) = self.speakers() {
            write!(f, "\n{:24}", "speaker, found as")?;
            for column in Confusion::columns() {
                write!(f, "{column:>12}")?;
            }
            writeln!(f)?;
            for (label, cells) in confusion.rows() {
                write!(f, "{label:24}")?;
                for cell in cells {
                    write!(f, "{cell:>12}")?;
                }
                writeln!(f)?;
            }
        }
        for miss in &self.misses {
            let how = if miss.spurious { "spurious" } else { "missed" };
            writeln!(
                f,
                "{how} {} | {} | {} | {}",
                miss.layer,
                miss.id,
                miss.text.replace('\n', " "),
                miss.note
            )?;
        }
        Ok(())
    }
}
