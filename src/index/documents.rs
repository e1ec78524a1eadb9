//! From an article and what was read in it to the documents of the index. Pure, so that it runs on any thread.

mod cast;
mod values;
mod written;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use tantivy::TantivyDocument;

use super::analysis::{Analyzer, each_word};
use super::families;
use super::known::source_number;
use super::names::indexed;
use super::schema::{self, Fields, fields};
use super::sketch;
use crate::article::{self, Article, Place, Reading, Statement};
use crate::text::Span;
use cast::Cast;
use values::{Document, Paths, Sets, days, without};
pub use values::{clean, date_of_days, day_number, join_path};
pub(crate) use values::{halves, once};
use written::{ArticleRef, Passage, PlaceRef, Said, Spans};

/// How far a passage reaches beyond the statement's sentence, in bytes, on each side.
const PASSAGE_MARGIN: usize = 400;

/// Bytes that a document is given at first, beside its article's text: most need no more.
const ROOM: usize = 6 * 1024;

/// The documents of one article.
#[derive(Debug)]
pub struct Documents {
    /// Key of the article.
    pub key: String,
    /// Hash of what was read of it.
    pub content_hash: String,
    /// How many statements it has.
    pub statements: usize,
    /// Number of the file it came from, see [`source_number`]; of its path unless something else is put here.
    pub source: u64,
    /// What all versions of the article share, see [`story_number`]; of its key unless something else is put here.
    pub story: u64,
    /// First day on which it may have been published, in days since 1970-01-01.
    pub published: Option<i64>,
    /// The article's document first, then a document a statement; each with about how many bytes its values take.
    pub(crate) documents: Vec<(TantivyDocument, usize)>,
}

impl Documents {
    /// What the engine is to be given, the article's document first, then one a statement.
    pub fn documents(&self) -> impl Iterator<Item = &TantivyDocument> {
        self.documents.iter().map(|(document, _)| document)
    }
}

/// Makes the documents of an article. The same article and reading always give the same documents.
#[must_use]
pub fn of(article: &Article, reading: &Reading) -> Documents {
    let scene = Scene::new(article, reading);
    let statements = 0..reading.statements.len();
    let statements = statements.filter_map(|ordinal| scene.statement_document(ordinal));
    let documents = std::iter::once(scene.article_document())
        .chain(statements)
        .map(|document| (document.values, document.size))
        .collect();
    Documents {
        key: article.key.clone(),
        content_hash: article.content_hash.clone(),
        statements: reading.statements.len(),
        source: source_number(&article.origin.path),
        story: story_number(&article.key),
        published: scene.published().map(|(from, _)| days(from)),
        documents,
    }
}

/// The number that all versions of an article share: the upper half of the first one's key.
#[must_use]
pub fn story_number(key: &str) -> u64 {
    halves(key).0
}

/// The key of one version of an article, in an index that keeps versions: no two contents share one.
#[must_use]
pub fn version_key(key: &str, content_hash: &str) -> String {
    let hash = blake3::hash(format!("{key} {content_hash}").as_bytes());
    hash.to_hex().get(..32).unwrap_or_default().to_owned()
}

/// Id of the statement with this place in the list of its article, counted from 0.
#[must_use]
pub fn statement_id(key: &str, ordinal: usize) -> String {
    format!("{key}.{}", ordinal + 1)
}

/// What all documents of one article share.
struct Scene<'a> {
    article: &'a Article,
    reading: &'a Reading,
    /// What every statement says of its article.
    reference: ArticleRef<'a>,
    cast: Cast<'a>,
    /// Of each statement.
    speakers: Vec<written::Speaker<'a>>,
    /// Each once: a facet counts documents, not values.
    authors: BTreeSet<Cow<'a, str>>,
    outlet: Option<Cow<'a, str>>,
    language: Option<Cow<'a, str>>,
    /// Of each place, the paths of itself and of all places above it.
    paths: Vec<Paths>,
    halves: (u64, u64),
    fields: &'static Fields,
}

impl<'a> Scene<'a> {
    fn new(article: &'a Article, reading: &'a Reading) -> Self {
        let cast = Cast::of(article, reading);
        let speakers = reading.statements.iter().map(|s| cast.speaker(s)).collect();
        Self {
            article,
            reading,
            reference: ArticleRef::of(article),
            cast,
            speakers,
            authors: article.byline.iter().filter_map(|a| clean(a)).collect(),
            outlet: article.outlet.as_deref().and_then(clean),
            language: article.language.as_deref().and_then(clean),
            paths: reading.places.iter().map(|p| Paths::of(&p.path)).collect(),
            halves: halves(&article.key),
            fields: fields(),
        }
    }

    /// Fields that statements and articles have in common.
    fn common(&self, doc: &mut Document, ordinal: u64) {
        let f = self.fields;
        doc.text(f.key, &self.article.key);
        doc.number(f.key_high, self.halves.0);
        doc.number(f.key_low, self.halves.1);
        // Twelve bits for the statement, the rest from the key: ties are broken the same way in every index.
        doc.number(f.order, self.halves.0 & !0xfff | ordinal.min(0xfff));
        if let Some(title) = &self.article.title {
            doc.text(f.title, title);
            doc.text(f.title_exact, title);
        }
        for author in &self.authors {
            doc.text(f.byline, author);
            doc.name(f.byline_text, &indexed(author));
        }
        if let Some(outlet) = &self.outlet {
            doc.text(f.outlet, outlet);
            doc.text(f.outlet_text, outlet);
        }
        if let Some(language) = &self.language {
            doc.text(f.language, language);
        }
        let published = self.published();
        if let Some((from, to)) = published {
            doc.day(f.published_from, from);
            doc.day(f.published_to, to);
        }
    }

    fn published(&self) -> Option<(NaiveDate, NaiveDate)> {
        let date = self.article.published?.date;
        Some((date.first()?, date.last()?))
    }

    /// The interval under which a document is found by date, and its month and year where it lies in one.
    fn when(&self, doc: &mut Document, interval: Option<(NaiveDate, NaiveDate)>) {
        let Some((from, to)) = interval else { return };
        let f = self.fields;
        doc.day(f.said_from, from);
        doc.day(f.said_to, to);
        if from.year() == to.year() {
            let month = format!("{:04}-{:02}", from.year(), from.month());
            doc.text(f.year, &month[..month.len() - "-00".len()]);
            if from.month() == to.month() {
                doc.text(f.month, &month);
            }
        }
    }

    fn article_document(&self) -> Document {
        let (article, reading, f) = (self.article, self.reading, self.fields);
        // The text twice to search it, and once as it is stored.
        let mut doc = Document::with_capacity(3 * article.text.len() + ROOM);
        doc.text(f.doc, schema::ARTICLE);
        doc.text(f.id, &article.key);
        self.common(&mut doc, 0);
        self.when(&mut doc, self.published());
        let body = article.text.get(article.head.body as usize..);
        for band in sketch::of(body.unwrap_or(&article.text)) {
            doc.number(f.sketch, band);
        }
        doc.text(f.body, &article.text);
        doc.text(f.body_exact, &article.text);

        let mut facets = Sets::default();
        for (statement, speaker) in reading.statements.iter().zip(&self.speakers) {
            facets.add(f.kind, statement.kind.as_str());
            facets.add(f.stance, statement.stance.as_str());
            facets.add(f.speaker_type, statement.speaker.kind.as_str());
            facets.add_clean(f.role, speaker.role);
            if let Some(name) = speaker.name.and_then(clean) {
                facets.add(f.speaker_key, indexed(&name).key.clone());
                facets.add(f.speaker, name);
            }
            for form in &speaker.forms {
                facets.add(f.speaker_text, *form);
            }
            for organisation in &speaker.organisations {
                facets.add_clean(f.org, Some(organisation));
            }
            let medium = statement.medium.map(|m| m.of(&article.text));
            facets.add_clean(f.medium, medium);
        }
        for value in super::people::describe(article, reading) {
            doc.text(f.entity, &value);
        }
        for person in &reading.people {
            facets.add_clean(f.about, Some(&person.name));
        }
        for organisation in &reading.organisations {
            facets.add_clean(f.about, Some(&organisation.name));
        }
        for place in &reading.places {
            facets.add_clean(f.about, Some(&place.name));
        }
        for n in 0..reading.places.len() {
            self.add_place(&mut facets, n);
        }
        facets.write(f, &mut doc);
        if let Some(place) = place(reading, reading.dateline) {
            doc.steps(f.dateline_text, place);
        }

        doc.stored(
            f.stored,
            &written::Article {
                article: &self.reference,
                section: article.section.as_deref(),
                content_hash: &article.content_hash,
                text: &article.text,
                verbatim: article.map.is_verbatim(),
                repairs: u32::try_from(article.repairs.len()).unwrap_or(u32::MAX),
                people: reading
                    .people
                    .iter()
                    .map(|p| written::Entity {
                        name: &p.name,
                        role: p.role.as_deref(),
                        mentions: &p.mentions,
                    })
                    .collect(),
                organisations: reading
                    .organisations
                    .iter()
                    .map(|o| written::Entity {
                        name: &o.name,
                        role: None,
                        mentions: &o.mentions,
                    })
                    .collect(),
                places: reading
                    .places
                    .iter()
                    .map(|p| written::Place {
                        place: PlaceRef::of(p),
                        mentions: &p.mentions,
                    })
                    .collect(),
                statements: (0..reading.statements.len())
                    .map(|i| statement_id(&article.key, i))
                    .collect(),
                extra: &article.extra,
            },
            article.text.len(),
        );
        doc
    }

    fn statement_document(&self, ordinal: usize) -> Option<Document> {
        let (article, reading, f) = (self.article, self.reading, self.fields);
        let text = article.text.as_str();
        let statement = reading.statements.get(ordinal)?;
        let speaker = self.speakers.get(ordinal)?;
        let id = statement_id(&article.key, ordinal);
        let mut doc = Document::with_capacity(ROOM);
        doc.text(f.doc, schema::STATEMENT);
        doc.text(f.id, &id);
        self.common(&mut doc, ordinal as u64 + 1);
        let said = statement.said.as_ref().and_then(said_interval);
        self.when(&mut doc, said.or_else(|| self.published()));

        for span in &statement.content {
            doc.text(f.content, span.of(text));
            doc.text(f.content_exact, span.of(text));
        }
        let around = statement
            .extent()
            .map_or(statement.evidence.sentence, |extent| {
                if statement.evidence.sentence.is_empty() {
                    extent
                } else {
                    extent.cover(statement.evidence.sentence)
                }
            });
        for piece in without(around, &statement.content) {
            doc.text(f.context, piece.of(text));
        }
        doc.text(f.context_exact, around.of(text));

        doc.text(f.speaker_type, speaker.kind.as_str());
        if let Some(name) = speaker.name.and_then(clean) {
            doc.text(f.speaker_key, &indexed(&name).key);
            doc.text(f.speaker, &name);
        }
        for form in &speaker.forms {
            doc.name(f.speaker_text, &indexed(form));
        }
        if let Some(role) = speaker.role.and_then(clean) {
            doc.text(f.role, &role);
        }
        for role in speaker.role.iter().chain(&speaker.roles) {
            doc.text(f.role_text, role);
        }
        let organisations: BTreeSet<Cow<'_, str>> = speaker
            .organisations
            .iter()
            .filter_map(|o| clean(o))
            .collect();
        for organisation in &organisations {
            doc.text(f.org, organisation);
            doc.name(f.org_text, &indexed(organisation));
        }
        if let Some(behalf) = &speaker.on_behalf_of {
            doc.name(f.behalf_text, &indexed(behalf));
        }

        for span in &statement.cue {
            doc.text(f.cue, span.of(text));
        }
        doc.text(f.kind, statement.kind.as_str());
        doc.text(f.stance, statement.stance.as_str());
        if let Some(span) = statement.addressee {
            doc.name(f.addressee_text, &indexed(span.of(text)));
        }
        if let Some(medium) = statement.medium.and_then(|span| clean(span.of(text))) {
            doc.text(f.medium, &medium);
            doc.text(f.medium_text, &medium);
        }

        let mut sets = Sets::default();
        let about = self.about(statement, &mut sets);
        for (index, field) in [
            (statement.place, f.said_in_text),
            (reading.dateline, f.dateline_text),
        ] {
            if let (Some(n), Some(place)) = (index, place(reading, index)) {
                self.add_place(&mut sets, n as usize);
                doc.steps(field, place);
            }
        }
        sets.write(f, &mut doc);

        let confidence = (statement.confidence.clamp(0.0, 1.0) * 1000.0).round();
        doc.number(f.confidence, confidence as u64);
        let (family, sketch) = self.family(ordinal, statement, speaker);
        doc.number(f.family, family);
        for number in sketch.into_iter().flatten() {
            doc.number(f.quotation, number);
        }

        let source = statement
            .extent()
            .map_or(0..0, |extent| article.map.source(extent));
        doc.stored(
            f.stored,
            &written::Statement {
                id: &id,
                article: &self.reference,
                kind: statement.kind,
                stance: statement.stance,
                confidence: statement.confidence,
                speaker,
                said: statement.said.as_ref().map(|said| Said::of(said, text)),
                place: place(reading, statement.place).map(PlaceRef::of),
                dateline: place(reading, reading.dateline).map(PlaceRef::of),
                about: &about,
                within: statement
                    .within
                    .map(|i| statement_id(&article.key, i as usize)),
                spans: Spans::of(statement),
                source_bytes: (source.start, source.end),
                passage: self.passage(statement, around),
                repaired: self.repaired(around),
                evidence: &statement.evidence.steps,
                family,
            },
            0,
        );
        Some(doc)
    }

    /// Does a repair touch the span? Repairs are in the order of the text and apart from one another.
    fn repaired(&self, span: Span) -> bool {
        let repairs = &self.article.repairs;
        let first = repairs.partition_point(|r| r.span.end < span.begin);
        repairs[first..]
            .iter()
            .take_while(|r| r.span.begin <= span.end)
            .any(|r| r.span.overlaps(span))
    }

    /// Collects the entities that are named in what was said; returns their names.
    fn about<'s>(&'s self, statement: &Statement, sets: &mut Sets<'s>) -> Vec<Cow<'s, str>> {
        let f = self.fields;
        let mut about = Vec::new();
        for named in self.cast.named_in(&statement.content) {
            if let Some(name) = clean(named.name) {
                sets.add(f.about, name.clone());
                sets.add(f.about_text, name.clone());
                about.push(name);
            }
            for form in &named.forms {
                sets.add(f.about_text, *form);
            }
            if let Some(place) = named.place {
                self.add_place(sets, place);
            }
        }
        about
    }

    /// Adds a place of the article, by its number, and all places above it.
    fn add_place<'s>(&'s self, sets: &mut Sets<'s>, n: usize) {
        let (Some(place), Some(paths)) = (self.reading.places.get(n), self.paths.get(n)) else {
            return;
        };
        let f = self.fields;
        for path in paths.all() {
            sets.add(f.place, path);
        }
        for step in place.path.iter().chain([&place.name]) {
            sets.add(f.place_text, step.as_str());
        }
        for form in self.cast.place_forms(n) {
            sets.add(f.place_text, *form);
        }
    }

    /// The same number for the same words by a speaker of the same surname, and a sketch of them. Short statements are a
    /// family of their own: "No comment." is not a copy of another's "No comment."
    fn family(
        &self,
        ordinal: usize,
        statement: &Statement,
        speaker: &written::Speaker<'_>,
    ) -> (u64, Option<Vec<u64>>) {
        let name = speaker.name.map(indexed);
        let surname = name.as_ref().and_then(|name| name.surname.as_deref());
        let mut sketch = families::Sketch::of(surname);
        for span in &statement.content {
            let words = span.of(&self.article.text);
            each_word(Analyzer::Exact, words, |word, _, _| sketch.add(word));
        }
        match sketch.done() {
            Some((family, sketch)) => (family, Some(sketch)),
            None => (families::alone(self.halves, ordinal), None),
        }
    }

    /// Text from a little before the statement to a little after, cut at sentences where they are known.
    fn passage(&self, statement: &Statement, around: Span) -> Passage<'a> {
        let text = self.article.text.as_str();
        let mut need = around;
        for span in [statement.addressee, statement.medium]
            .into_iter()
            .flatten()
            .chain(statement.said.as_ref().map(|s| s.span))
        {
            need = if need.is_empty() {
                span
            } else {
                need.cover(span)
            };
        }
        let sentences = &self.reading.sentences;
        let first = sentences.partition_point(|s| s.end <= need.begin);
        let last = sentences.partition_point(|s| s.begin < need.end);
        let mut begin = need.begin as usize;
        let mut end = need.end as usize;
        for sentence in
            &sentences[first.saturating_sub(1).min(last)..(last + 1).min(sentences.len())]
        {
            let range = sentence.range();
            if range.start < begin && begin - range.start <= PASSAGE_MARGIN {
                begin = range.start;
            }
            if range.end > end && range.end - end <= PASSAGE_MARGIN {
                end = range.end;
            }
        }
        let begin = text.floor_char_boundary(begin.min(text.len()));
        let end = text.floor_char_boundary(end.min(text.len())).max(begin);
        Passage {
            begin: u32::try_from(begin).unwrap_or(u32::MAX),
            text: text.get(begin..end).unwrap_or_default(),
        }
    }
}

fn said_interval(said: &article::Said) -> Option<(NaiveDate, NaiveDate)> {
    let from = said.from?;
    let to = said.to.unwrap_or(from);
    (from <= to).then_some((from, to))
}

fn place(reading: &Reading, index: Option<u32>) -> Option<&Place> {
    reading.places.get(index? as usize)
}
