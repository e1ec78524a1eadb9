//! From an article and what was read in it to the documents of the index. Pure, so that it runs on any thread.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use tantivy::TantivyDocument;
use tantivy::schema::Field;

use super::analysis::fold;
use super::names;
use super::schema::{self, Fields, fields};
use super::stored::{
    ArticleRef, Passage, PlaceRef, Spans, StoredArticle, StoredEntity, StoredPlace, StoredSaid,
    StoredSpeaker, StoredStatement, StoredStep, chrono_day::Day,
};
use crate::article::{Article, Entity, Place, Reading, Said, Speaker, SpeakerType, Statement};
use crate::text::Span;

/// Longest facet value in bytes; what is longer is cut.
const LONGEST_VALUE: usize = 200;
/// Statements of fewer words have no family: "No comment." is not a copy of another's "No comment."
const FAMILY_WORDS: usize = 5;
/// How far a passage reaches beyond the statement's sentence, in bytes, on each side.
const PASSAGE_MARGIN: usize = 400;

/// The documents of one article.
#[derive(Debug)]
pub struct Documents {
    /// Key of the article.
    pub key: String,
    /// Hash of what was read of it.
    pub content_hash: String,
    /// How many statements it has.
    pub statements: usize,
    /// The article's document first, then a document a statement.
    pub(crate) documents: Vec<TantivyDocument>,
}

/// Makes the documents of an article. The same article and reading always give the same documents.
#[must_use]
pub fn of(article: &Article, reading: &Reading) -> Documents {
    let scene = Scene::new(article, reading);
    let mut documents = Vec::with_capacity(1 + reading.statements.len());
    documents.push(scene.article_document());
    for ordinal in 0..reading.statements.len() {
        documents.extend(scene.statement_document(ordinal));
    }
    Documents {
        key: article.key.clone(),
        content_hash: article.content_hash.clone(),
        statements: reading.statements.len(),
        documents,
    }
}

/// Id of the statement with this place in the list of its article, counted from 0.
#[must_use]
pub fn statement_id(key: &str, ordinal: usize) -> String {
    format!("{key}.{}", ordinal + 1)
}

/// The two halves of 32 hexadecimal digits; of anything else, of its hash.
pub(crate) fn halves(hex: &str) -> (u64, u64) {
    let parse = |part: Option<&str>| part.and_then(|p| u64::from_str_radix(p, 16).ok());
    if hex.len() == 32
        && let (Some(high), Some(low)) = (parse(hex.get(..16)), parse(hex.get(16..)))
    {
        return (high, low);
    }
    let hash = blake3::hash(hex.as_bytes());
    let mut halves = hash.as_bytes().chunks_exact(8).map(|c| {
        c.iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    });
    (halves.next().unwrap_or(0), halves.next().unwrap_or(0))
}

/// A value fit for a facet: no control characters, no blanks at the ends, not too long. `None` if nothing is left.
#[must_use]
pub fn clean(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len().min(LONGEST_VALUE));
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > LONGEST_VALUE {
            out.truncate(out.floor_char_boundary(LONGEST_VALUE));
            break;
        }
    }
    let trimmed = out.trim_end();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// One string for a path, `/` between the steps; a `/` within a step becomes the division slash `∕`.
#[must_use]
pub fn join_path(path: &[String]) -> String {
    let mut out = String::new();
    for step in path.iter().filter_map(|step| clean(step)) {
        if !out.is_empty() {
            out.push('/');
        }
        out.push_str(&step.replace('/', "∕"));
    }
    out
}

fn days(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// A day as the index counts it: days since 1970-01-01.
#[must_use]
pub fn day_number(date: NaiveDate) -> i64 {
    days(date)
}

/// What all documents of one article share.
struct Scene<'a> {
    article: &'a Article,
    reading: &'a Reading,
    reference: ArticleRef,
    halves: (u64, u64),
    fields: &'static Fields,
}

impl<'a> Scene<'a> {
    fn new(article: &'a Article, reading: &'a Reading) -> Self {
        Self {
            article,
            reading,
            reference: ArticleRef {
                key: article.key.clone(),
                id: article.id.clone(),
                title: article.title.clone(),
                byline: article.byline.clone(),
                outlet: article.outlet.clone(),
                url: article.url.clone(),
                published: article.published.map(|p| p.date),
                language: article.language.clone(),
                origin: article.origin.clone(),
            },
            halves: halves(&article.key),
            fields: fields(),
        }
    }

    /// Fields that statements and articles have in common.
    fn common(&self, doc: &mut Document, ordinal: u64) {
        let f = self.fields;
        doc.whole(f.key, &self.article.key);
        doc.number(f.key_high, self.halves.0);
        doc.number(f.key_low, self.halves.1);
        // Twelve bits for the statement, the rest from the key: ties are broken the same way in every index.
        doc.number(f.order, self.halves.0 & !0xfff | ordinal.min(0xfff));
        if let Some(title) = &self.article.title {
            doc.text(f.title, title);
            doc.text(f.title_exact, title);
        }
        // Once each: a facet counts documents, not values.
        let authors: BTreeSet<String> = self
            .article
            .byline
            .iter()
            .filter_map(|author| clean(author))
            .collect();
        for author in &authors {
            doc.whole(f.byline, author);
            doc.name(f.byline_text, author);
        }
        if let Some(outlet) = self.article.outlet.as_deref().and_then(clean) {
            doc.whole(f.outlet, &outlet);
            doc.text(f.outlet_text, &outlet);
        }
        if let Some(language) = self.article.language.as_deref().and_then(clean) {
            doc.whole(f.language, &language);
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
            doc.whole(f.year, &format!("{:04}", from.year()));
            if from.month() == to.month() {
                doc.whole(f.month, &format!("{:04}-{:02}", from.year(), from.month()));
            }
        }
    }

    fn article_document(&self) -> TantivyDocument {
        let (article, reading, f) = (self.article, self.reading, self.fields);
        let mut doc = Document::default();
        doc.whole(f.doc, schema::ARTICLE);
        doc.whole(f.id, &article.key);
        self.common(&mut doc, 0);
        self.when(&mut doc, self.published());
        doc.text(f.body, &article.text);
        doc.text(f.body_exact, &article.text);

        let mut facets = Sets::default();
        for statement in &reading.statements {
            let speaker = self.speaker(statement);
            facets.add(f.kind, statement.kind.as_str());
            facets.add(f.stance, statement.stance.as_str());
            facets.add(f.speaker_type, statement.speaker.kind.as_str());
            facets.add_clean(f.role, speaker.role.as_deref());
            if let Some(name) = speaker.name.as_deref().and_then(clean) {
                facets.add(f.speaker_key, &names::key(&name));
                facets.add(f.speaker, &name);
            }
            for form in &speaker.forms {
                facets.add(f.speaker_text, form);
            }
            for organisation in &speaker.organisations {
                facets.add_clean(f.org, Some(organisation));
            }
            let medium = statement.medium.map(|m| m.of(&article.text));
            facets.add_clean(f.medium, medium);
        }
        for value in super::people::describe(article, reading) {
            doc.whole(f.entity, &value);
        }
        for person in &reading.people {
            facets.add_clean(f.about, Some(&person.name));
        }
        for organisation in &reading.organisations {
            facets.add_clean(f.about, Some(&organisation.name));
        }
        for place in &reading.places {
            facets.add_clean(f.about, Some(&place.name));
            self.add_place(&mut facets, place);
        }
        facets.write(f, &mut doc);
        if let Some(place) = self.dateline() {
            doc.steps(f.dateline_text, place);
        }

        let entity = |name: &str, role: Option<&str>, mentions: &[Span]| StoredEntity {
            name: name.to_owned(),
            role: role.map(ToOwned::to_owned),
            mentions: mentions.to_vec(),
        };
        doc.stored(
            f.stored,
            &StoredArticle {
                article: self.reference.clone(),
                section: article.section.clone(),
                content_hash: article.content_hash.clone(),
                text: article.text.clone(),
                verbatim: article.map.is_verbatim(),
                repairs: u32::try_from(article.repairs.len()).unwrap_or(u32::MAX),
                people: reading
                    .people
                    .iter()
                    .map(|p| entity(&p.name, p.role.as_deref(), &p.mentions))
                    .collect(),
                organisations: reading
                    .organisations
                    .iter()
                    .map(|o| entity(&o.name, None, &o.mentions))
                    .collect(),
                places: reading
                    .places
                    .iter()
                    .map(|p| StoredPlace {
                        place: place_ref(p),
                        mentions: p.mentions.clone(),
                    })
                    .collect(),
                statements: (0..reading.statements.len())
                    .map(|i| statement_id(&article.key, i))
                    .collect(),
                extra: article.extra.clone(),
            },
        );
        doc.0
    }

    fn statement_document(&self, ordinal: usize) -> Option<TantivyDocument> {
        let (article, reading, f) = (self.article, self.reading, self.fields);
        let text = article.text.as_str();
        let statement = reading.statements.get(ordinal)?;
        let id = statement_id(&article.key, ordinal);
        let mut doc = Document::default();
        doc.whole(f.doc, schema::STATEMENT);
        doc.whole(f.id, &id);
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

        let speaker = self.speaker(statement);
        doc.whole(f.speaker_type, speaker.kind.as_str());
        if let Some(name) = speaker.name.as_deref().and_then(clean) {
            doc.whole(f.speaker_key, &names::key(&name));
            doc.whole(f.speaker, &name);
        }
        for form in &speaker.forms {
            doc.name(f.speaker_text, form);
        }
        if let Some(role) = speaker.role.as_deref().and_then(clean) {
            doc.whole(f.role, &role);
        }
        for role in speaker.role.iter().chain(&speaker.roles) {
            doc.text(f.role_text, role);
        }
        let organisations: BTreeSet<String> = speaker
            .organisations
            .iter()
            .filter_map(|o| clean(o))
            .collect();
        for organisation in &organisations {
            doc.whole(f.org, organisation);
            doc.name(f.org_text, organisation);
        }
        if let Some(behalf) = &speaker.on_behalf_of {
            doc.name(f.behalf_text, behalf);
        }

        for span in &statement.cue {
            doc.text(f.cue, span.of(text));
        }
        doc.whole(f.kind, statement.kind.as_str());
        doc.whole(f.stance, statement.stance.as_str());
        if let Some(span) = statement.addressee {
            doc.name(f.addressee_text, span.of(text));
        }
        if let Some(medium) = statement.medium.and_then(|span| clean(span.of(text))) {
            doc.whole(f.medium, &medium);
            doc.text(f.medium_text, &medium);
        }

        let mut sets = Sets::default();
        let about = self.about(statement, &mut sets);
        if let Some(place) = self.place(statement.place) {
            self.add_place(&mut sets, place);
            doc.steps(f.said_in_text, place);
        }
        if let Some(place) = self.dateline() {
            self.add_place(&mut sets, place);
            doc.steps(f.dateline_text, place);
        }
        sets.write(f, &mut doc);

        let confidence = (statement.confidence.clamp(0.0, 1.0) * 1000.0).round();
        doc.number(f.confidence, confidence as u64);
        let family = self.family(statement, &speaker, &id);
        doc.number(f.family, family);

        let passage = self.passage(statement, around);
        let source = statement
            .extent()
            .map_or(0..0, |extent| article.map.source(extent));
        doc.stored(
            f.stored,
            &StoredStatement {
                id,
                article: self.reference.clone(),
                kind: statement.kind,
                stance: statement.stance,
                confidence: statement.confidence,
                speaker,
                said: statement.said.as_ref().map(|said| StoredSaid {
                    text: said.span.of(text).to_owned(),
                    value: said.value.clone(),
                    from: said.from.map(Day),
                    to: said.to.map(Day),
                }),
                place: self.place(statement.place).map(place_ref),
                dateline: self.dateline().map(place_ref),
                about,
                within: statement
                    .within
                    .map(|i| statement_id(&article.key, i as usize)),
                spans: Spans {
                    content: statement.content.clone(),
                    cue: statement.cue.clone(),
                    source: statement.source.clone(),
                    sentence: statement.evidence.sentence,
                    paragraph: statement.evidence.paragraph,
                    addressee: statement.addressee,
                    medium: statement.medium,
                    said: statement.said.as_ref().map(|s| s.span),
                },
                source_bytes: (source.start, source.end),
                repaired: article.repairs.iter().any(|r| r.span.overlaps(around)),
                passage,
                evidence: statement
                    .evidence
                    .steps
                    .iter()
                    .map(|step| StoredStep {
                        field: step.field.to_owned(),
                        rule: step.rule.to_owned(),
                        span: step.span,
                    })
                    .collect(),
                family,
            },
        );
        Some(doc.0)
    }

    fn place(&self, index: Option<u32>) -> Option<&'a Place> {
        self.reading.places.get(index? as usize)
    }

    fn dateline(&self) -> Option<&'a Place> {
        self.place(self.reading.dateline)
    }

    /// The speaker with every form of the name that the article has for them.
    fn speaker(&self, statement: &Statement) -> StoredSpeaker {
        let text = self.article.text.as_str();
        let Speaker {
            kind,
            name,
            entity,
            role,
            on_behalf_of,
        } = &statement.speaker;
        let mut forms: BTreeSet<&str> = name.iter().map(String::as_str).collect();
        let mut roles = BTreeSet::new();
        let mut organisations: Vec<String> = Vec::new();
        match entity {
            Some(Entity::Person(i)) => {
                if let Some(person) = self.reading.people.get(*i as usize) {
                    forms.insert(&person.name);
                    forms.extend(person.mentions.iter().map(|m| m.of(text)));
                    roles.extend(person.roles.iter().map(|r| r.of(text).to_owned()));
                    roles.extend(person.role.clone());
                }
            }
            Some(Entity::Organisation(i)) => {
                if let Some(organisation) = self.reading.organisations.get(*i as usize) {
                    forms.insert(&organisation.name);
                    forms.extend(organisation.mentions.iter().map(|m| m.of(text)));
                    organisations.push(organisation.name.clone());
                }
            }
            Some(Entity::Place(i)) => {
                if let Some(place) = self.reading.places.get(*i as usize) {
                    forms.insert(&place.name);
                }
            }
            None => {}
        }
        if let Some(behalf) = on_behalf_of {
            organisations.push(behalf.clone());
        }
        // "spokesperson for the Harbour Authority" ties a person to the organisation named in it.
        if let Some(role) = role {
            for organisation in &self.reading.organisations {
                if organisation.name.len() > 2 && role.contains(organisation.name.as_str()) {
                    organisations.push(organisation.name.clone());
                }
            }
        }
        let mut seen = BTreeSet::new();
        organisations.retain(|o| seen.insert(o.clone()));
        roles.retain(|r| Some(r) != role.as_ref() && !r.is_empty());
        StoredSpeaker {
            kind: *kind,
            name: name.clone().filter(|_| *kind == SpeakerType::Named),
            role: role.clone(),
            on_behalf_of: on_behalf_of.clone(),
            organisations,
            forms: forms
                .into_iter()
                .filter(|f| !f.is_empty())
                .map(ToOwned::to_owned)
                .collect(),
            roles: roles.into_iter().collect(),
        }
    }

    /// Collects the entities that are named in what was said; returns their names.
    fn about(&self, statement: &Statement, sets: &mut Sets) -> Vec<String> {
        let text = self.article.text.as_str();
        let inside = |mentions: &[Span]| {
            mentions
                .iter()
                .any(|m| statement.content.iter().any(|c| c.contains(*m)))
        };
        let mut about = Vec::new();
        let mut add = |name: &str, mentions: &[Span], coreferences: &[Span]| {
            if !inside(mentions) && !inside(coreferences) {
                return false;
            }
            if let Some(name) = clean(name) {
                sets.add(self.fields.about, &name);
                sets.add(self.fields.about_text, &name);
                about.push(name);
            }
            for mention in mentions {
                sets.add(self.fields.about_text, mention.of(text));
            }
            true
        };
        for person in &self.reading.people {
            add(&person.name, &person.mentions, &person.coreferences);
        }
        for organisation in &self.reading.organisations {
            let coreferences = &organisation.coreferences;
            add(&organisation.name, &organisation.mentions, coreferences);
        }
        let mut places = Vec::new();
        for place in &self.reading.places {
            if add(&place.name, &place.mentions, &place.nested) {
                places.push(place);
            }
        }
        for place in places {
            self.add_place(sets, place);
        }
        about
    }

    fn add_place(&self, sets: &mut Sets, place: &Place) {
        let f = self.fields;
        for depth in 1..=place.path.len() {
            let path = join_path(&place.path[..depth]);
            if !path.is_empty() {
                sets.add(f.place, &path);
            }
        }
        for step in place.path.iter().chain([&place.name]) {
            sets.add(f.place_text, step);
        }
        for mention in &place.mentions {
            sets.add(f.place_text, mention.of(&self.article.text));
        }
    }

    /// The same number for the same words by a speaker of the same surname. Paraphrases and short statements are a
    /// family of their own.
    fn family(&self, statement: &Statement, speaker: &StoredSpeaker, id: &str) -> u64 {
        let mut words = String::new();
        for span in &statement.content {
            words.push_str(&fold(span.of(&self.article.text)));
            words.push(' ');
        }
        let surname = speaker.name.as_deref().and_then(names::surname);
        if words.split_whitespace().count() < FAMILY_WORDS {
            return halves_of_hash(id).0;
        }
        let surname = surname.unwrap_or_default();
        halves_of_hash(&format!("{surname}\n{}", words.trim_end())).0
    }

    /// Text from a little before the statement to a little after, cut at sentences where they are known.
    fn passage(&self, statement: &Statement, around: Span) -> Passage {
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
            text: text.get(begin..end).unwrap_or_default().to_owned(),
        }
    }
}

fn halves_of_hash(text: &str) -> (u64, u64) {
    halves(
        blake3::hash(text.as_bytes())
            .to_hex()
            .get(..32)
            .unwrap_or_default(),
    )
}

fn said_interval(said: &Said) -> Option<(NaiveDate, NaiveDate)> {
    let from = said.from?;
    let to = said.to.unwrap_or(from);
    (from <= to).then_some((from, to))
}

fn place_ref(place: &Place) -> PlaceRef {
    PlaceRef {
        name: place.name.clone(),
        path: place.path.clone(),
        geonames: place.geonames,
        lat: place.lat,
        lon: place.lon,
    }
}

/// The parts of `whole` outside all of `holes`.
fn without(whole: Span, holes: &[Span]) -> Vec<Span> {
    let mut holes: Vec<Span> = holes.to_vec();
    holes.sort_unstable();
    let mut pieces = Vec::new();
    let mut begin = whole.begin;
    for hole in holes {
        if hole.begin > begin && hole.begin <= whole.end {
            pieces.push(Span {
                begin,
                end: hole.begin,
            });
        }
        begin = begin.max(hole.end);
    }
    if begin < whole.end {
        pieces.push(Span {
            begin,
            end: whole.end,
        });
    }
    pieces
}

/// A document under construction.
#[derive(Default)]
struct Document(TantivyDocument);

impl Document {
    fn whole(&mut self, field: Field, value: &str) {
        if !value.is_empty() {
            self.0.add_text(field, value);
        }
    }

    fn text(&mut self, field: Field, value: &str) {
        if !value.is_empty() {
            self.0.add_text(field, value);
        }
    }

    /// A name under all its aliases.
    fn name(&mut self, field: Field, name: &str) {
        for alias in names::aliases(name) {
            self.0.add_text(field, alias);
        }
    }

    /// The steps of a place's path and its name, a value each.
    fn steps(&mut self, field: Field, place: &Place) {
        for step in &place.path {
            self.text(field, step);
        }
        if place.path.last() != Some(&place.name) {
            self.text(field, &place.name);
        }
    }

    fn number(&mut self, field: Field, value: u64) {
        self.0.add_u64(field, value);
    }

    fn day(&mut self, field: Field, date: NaiveDate) {
        self.0.add_i64(field, days(date));
    }

    fn stored<T: serde::Serialize>(&mut self, field: Field, value: &T) {
        // Maps with string keys and numbers: serialising to memory cannot fail. An empty value would be caught by `check`.
        let json = serde_json::to_vec(value).unwrap_or_default();
        self.0.add_bytes(field, &json);
    }
}

/// Values of multi-valued fields, each once.
#[derive(Default)]
struct Sets(BTreeSet<(Field, String)>);

impl Sets {
    fn add(&mut self, field: Field, value: &str) {
        if !value.is_empty() {
            self.0.insert((field, value.to_owned()));
        }
    }

    fn add_clean(&mut self, field: Field, value: Option<&str>) {
        if let Some(value) = value.and_then(clean) {
            self.add(field, &value);
        }
    }

    fn write(self, f: &Fields, doc: &mut Document) {
        for (field, value) in self.0 {
            if [f.speaker_text, f.about_text].contains(&field) {
                doc.name(field, &value);
            } else {
                doc.whole(field, &value);
            }
        }
    }
}
