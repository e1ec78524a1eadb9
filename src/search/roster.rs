//! Who said it, across articles: what the register of people makes of the keys in the speakers' column.
//!
//! Most keys are their own person and are counted as they are. The others have a *slot*: the number of somebody in the
//! register, or, for statements that a correction gives to somebody who is not in it, a number above. Which slot a key
//! has in which document of a segment is an [`Overlay`], made on first use and kept as long as the state of the index.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use tantivy::columnar::StrColumn;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError, Term};

use super::compile::one_of;
use super::vocabulary::Vocabulary;
use crate::index::names::{self, Finds, Typed};
use crate::index::people::{Articles, Individual, Part, People};
use crate::index::schema::{self, fields};

/// The key is its own person.
pub(super) const OWN: u32 = u32::MAX;
/// It depends on the document.
const BY_DOCUMENT: u32 = u32::MAX - 1;
/// All that the article has of this key is rejected.
pub(super) const GONE: u32 = u32::MAX - 2;
/// Begins the value that stands for somebody in the register; no key begins so.
const MARK: char = '=';

type Boxed = Box<dyn EngineQuery>;

/// The register, as searches use it.
#[derive(Debug)]
pub(super) struct Roster {
    people: Arc<People>,
    /// Keys of the slots above the register's numbers.
    keys: Vec<String>,
    /// Statements given to somebody else, with their slots.
    given: Vec<(String, u32)>,
    overlays: Vec<OnceLock<Arc<Overlay>>>,
    /// Of everybody in the register, folded; made on first use.
    spellings: OnceLock<Vec<Box<str>>>,
}

/// The slots of one segment.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// By ordinal of the key.
    slots: Vec<u32>,
    /// Where it depends on the document.
    documents: HashMap<(DocId, u64), u32>,
    /// And where the document is not in `documents`.
    otherwise: HashMap<u64, u32>,
    /// Documents without a speaker of their own.
    added: HashMap<DocId, u32>,
}

impl Overlay {
    /// The slot of a key in a document, or [`OWN`].
    pub(super) fn slot(&self, doc: DocId, ord: u64) -> u32 {
        match self.slots.get(ord as usize) {
            Some(&BY_DOCUMENT) => self
                .documents
                .get(&(doc, ord))
                .or_else(|| self.otherwise.get(&ord))
                .copied()
                .unwrap_or(OWN),
            Some(&slot) => slot,
            None => OWN,
        }
    }

    /// The slot of a document without a key.
    pub(super) fn added(&self, doc: DocId) -> Option<u32> {
        self.added.get(&doc).copied()
    }

    fn by_document(&mut self, ord: u64) {
        if let Some(slot) = self.slots.get_mut(ord as usize)
            && *slot != BY_DOCUMENT
        {
            if *slot != OWN {
                self.otherwise.insert(ord, *slot);
            }
            *slot = BY_DOCUMENT;
        }
    }
}

/// The documents of a segment with a term.
fn having(
    segment: &SegmentReader,
    term: &Term,
    mut each: impl FnMut(DocId),
) -> tantivy::Result<()> {
    let postings = segment
        .inverted_index(term.field())?
        .read_postings(term, IndexRecordOption::Basic)
        .map_err(TantivyError::from)?;
    let Some(mut postings) = postings else {
        return Ok(());
    };
    let mut doc = postings.doc();
    while doc != TERMINATED {
        each(doc);
        doc = postings.advance();
    }
    Ok(())
}

fn ordinal(column: Option<&StrColumn>, key: &str) -> tantivy::Result<Option<u64>> {
    match column {
        Some(column) => Ok(column.dictionary().term_ord(key.as_bytes())?),
        None => Ok(None),
    }
}

fn column(segment: &SegmentReader) -> tantivy::Result<Option<StrColumn>> {
    let speaker = schema::name(fields().speaker_key);
    segment.fast_fields().str(speaker)
}

impl Roster {
    /// `None` if every name is its own person.
    pub(super) fn new(people: Arc<People>, segments: usize) -> Option<Self> {
        if people.is_empty() {
            return None;
        }
        let mut keys: Vec<String> = Vec::new();
        let mut given = Vec::new();
        for (id, amended) in people.amended() {
            let Some(speaker) = &amended.speaker else {
                continue;
            };
            let slot = match one(&people, speaker) {
                Some(number) => number,
                None => {
                    let key = names::key(speaker);
                    let at = keys.iter().position(|k| *k == key).unwrap_or_else(|| {
                        keys.push(key);
                        keys.len() - 1
                    });
                    slot_number(people.all().len() + at)
                }
            };
            given.push((id.clone(), slot));
        }
        Some(Self {
            people,
            keys,
            given,
            overlays: (0..segments).map(|_| OnceLock::new()).collect(),
            spellings: OnceLock::new(),
        })
    }

    pub(super) fn people(&self) -> &People {
        &self.people
    }

    /// How many slots there are.
    pub(super) fn slots(&self) -> usize {
        self.people.all().len() + self.keys.len()
    }

    /// The number under which a slot is counted: above those of the vocabulary, unless it is the slot of a name that the
    /// vocabulary has.
    pub(super) fn number(&self, slot: u32, vocabulary: &Vocabulary) -> u32 {
        let key = (slot as usize).checked_sub(self.people.all().len());
        let key = key.and_then(|key| self.keys.get(key));
        key.and_then(|key| vocabulary.number(key))
            .unwrap_or_else(|| slot_number(vocabulary.len()) + slot)
    }

    /// The slot of the only one in the register who has a key, wherever it is printed.
    pub(super) fn slot_of_key(&self, key: &str) -> Option<u32> {
        slot_of_key(&self.people, key)
    }

    /// The slot that a value stands for.
    pub(super) fn slot(&self, value: &str) -> Option<u32> {
        match value.strip_prefix(MARK) {
            Some(number) => number.parse().ok(),
            None => {
                let key = self.keys.iter().position(|k| k == value)?;
                Some(slot_number(self.people.all().len() + key))
            }
        }
    }

    /// The value that stands for a slot in facets and filters.
    pub(super) fn value(&self, slot: usize) -> String {
        match slot.checked_sub(self.people.all().len()) {
            None => format!("{MARK}{slot}"),
            Some(key) => self.keys.get(key).cloned().unwrap_or_default(),
        }
    }

    /// Does somebody of the register have a spelling that contains this? Both as [`names::tokens`] has them.
    pub(super) fn is_spelled(&self, slot: usize, part: &str) -> bool {
        let spellings = self.spellings.get_or_init(|| {
            let folded = |person: &Individual| {
                let spellings = person.spellings.iter().chain([&person.name]);
                let folded = spellings.map(|s| names::tokens(s).join(" "));
                folded.collect::<Vec<_>>().join("\n").into_boxed_str()
            };
            self.people.all().iter().map(folded).collect()
        });
        spellings.get(slot).is_some_and(|s| s.contains(part))
    }

    /// Who a value stands for, if it is somebody of the register.
    pub(super) fn individual(&self, value: &str) -> Option<&Individual> {
        let number: usize = value.strip_prefix(MARK)?.parse().ok()?;
        self.people.all().get(number)
    }

    /// The values that a name stands for in a filter.
    pub(super) fn values(&self, name: &str) -> Vec<String> {
        if let Some(number) = one(&self.people, name) {
            return vec![self.value(number as usize)];
        }
        let key = names::key(name);
        let mut values: Vec<String> = self
            .people
            .numbers_of_key(&key)
            .iter()
            .map(|n| self.value(*n as usize))
            .collect();
        values.push(key);
        values
    }

    /// The slots of a segment.
    pub(super) fn overlay(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<Arc<Overlay>> {
        let Some(place) = self.overlays.get(ord as usize) else {
            return Ok(Arc::default());
        };
        if let Some(overlay) = place.get() {
            return Ok(Arc::clone(overlay));
        }
        let overlay = Arc::new(self.make(segment)?);
        Ok(Arc::clone(place.get_or_init(|| overlay)))
    }

    fn make(&self, segment: &SegmentReader) -> tantivy::Result<Overlay> {
        let f = fields();
        let Some(column) = column(segment)? else {
            return Ok(Overlay::default());
        };
        let mut overlay = Overlay {
            slots: vec![OWN; column.num_terms()],
            ..Overlay::default()
        };
        for (n, person) in self.people.all().iter().enumerate() {
            let slot = slot_number(n);
            for part in &person.parts {
                let Some(ord) = ordinal(Some(&column), &part.key)? else {
                    continue;
                };
                match &part.articles {
                    Articles::All => {
                        if let Some(place) = overlay.slots.get_mut(ord as usize) {
                            *place = slot;
                        }
                    }
                    Articles::Except(_) => {
                        overlay.by_document(ord);
                        overlay.otherwise.insert(ord, slot);
                    }
                    Articles::Only(articles) => {
                        overlay.by_document(ord);
                        for article in articles {
                            having(segment, &Term::from_field_text(f.key, article), |doc| {
                                if column.term_ords(doc).any(|o| o == ord) {
                                    overlay.documents.insert((doc, ord), slot);
                                }
                            })?;
                        }
                    }
                }
            }
        }
        for (id, slot) in &self.given {
            let mut found = Vec::new();
            having(segment, &Term::from_field_text(f.id, id), |doc| {
                found.push(doc);
            })?;
            for doc in found {
                let ords: Vec<u64> = column.term_ords(doc).collect();
                if ords.is_empty() {
                    overlay.added.insert(doc, *slot);
                }
                for ord in ords {
                    overlay.by_document(ord);
                    overlay.documents.insert((doc, ord), *slot);
                }
            }
        }
        for id in self
            .people
            .amended()
            .iter()
            .filter(|(_, a)| a.speaker.is_none())
        {
            self.reject(id.0, segment, &column, &mut overlay)?;
        }
        Ok(overlay)
    }

    /// Takes from the article of a rejected statement the speakers who say nothing else in it.
    fn reject(
        &self,
        id: &str,
        segment: &SegmentReader,
        column: &StrColumn,
        overlay: &mut Overlay,
    ) -> tantivy::Result<()> {
        let f = fields();
        let Some((article, _)) = id.rsplit_once('.') else {
            return Ok(());
        };
        let mut rejected = Vec::new();
        for (other, amended) in self.people.amended() {
            if amended.speaker.is_none() && other.starts_with(article) {
                having(segment, &Term::from_field_text(f.id, other), |doc| {
                    rejected.push(doc);
                })?;
            }
        }
        let mut whole = Vec::new();
        having(segment, &Term::from_field_text(f.id, article), |doc| {
            whole.push(doc);
        })?;
        let mut left: Vec<u64> = Vec::new();
        having(segment, &Term::from_field_text(f.key, article), |doc| {
            if !rejected.contains(&doc) && !whole.contains(&doc) {
                left.extend(column.term_ords(doc));
            }
        })?;
        for doc in whole {
            for ord in column.term_ords(doc).filter(|ord| !left.contains(ord)) {
                overlay.by_document(ord);
                overlay.documents.insert((doc, ord), GONE);
            }
        }
        Ok(())
    }

    /// Terms of which each document has one that a value of the speaker facet means; others may have them too.
    pub(super) fn terms(&self, value: &str) -> Vec<Term> {
        let f = fields();
        let given = self.given.iter();
        let mut terms: Vec<Term> = given
            .map(|(id, _)| Term::from_field_text(f.id, id))
            .collect();
        match self.individual(value) {
            Some(person) => terms.extend(
                person
                    .parts
                    .iter()
                    .map(|part| Term::from_field_text(f.speaker_key, &part.key)),
            ),
            None => terms.push(Term::from_field_text(f.speaker_key, value)),
        }
        terms
    }

    /// Hands on the documents of a segment that a value of the speaker facet means.
    pub(super) fn passing(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        value: &str,
        mut each: impl FnMut(DocId),
    ) -> tantivy::Result<()> {
        let overlay = self.overlay(ord, segment)?;
        let column = column(segment)?;
        let mut own = |key: &str, wanted: u32| -> tantivy::Result<()> {
            let Some(ord) = ordinal(column.as_ref(), key)? else {
                return Ok(());
            };
            let term = Term::from_field_text(fields().speaker_key, key);
            having(segment, &term, |doc| {
                if overlay.slot(doc, ord) == wanted {
                    each(doc);
                }
            })
        };
        let slot = if let Some(number) = value.strip_prefix(MARK) {
            let Ok(number) = number.parse::<u32>() else {
                return Ok(());
            };
            for part in self
                .people
                .all()
                .get(number as usize)
                .map_or(&[][..], |p| &p.parts)
            {
                own(&part.key, number)?;
            }
            number
        } else {
            own(value, OWN)?;
            match self.keys.iter().position(|k| k == value) {
                Some(at) => slot_number(self.people.all().len() + at),
                None => return Ok(()),
            }
        };
        let given = overlay.documents.iter().map(|((doc, _), s)| (*doc, *s));
        let added = overlay.added.iter().map(|(doc, s)| (*doc, *s));
        for (doc, _) in given.chain(added).filter(|(_, s)| *s == slot) {
            each(doc);
        }
        Ok(())
    }

    /// Narrows and widens a search for a name in the speakers' field to the people whom the name may mean.
    pub(super) fn speaker(&self, typed: &str, found: Boxed) -> Boxed {
        let (meant, not) = self.people.typed(typed);
        let mut any: Vec<(Occur, Boxed)> = vec![(Occur::Should, found)];
        any.extend(
            meant
                .iter()
                .flat_map(|p| documents(p))
                .map(|q| (Occur::Should, q)),
        );
        let mut none: Vec<(Occur, Boxed)> = not
            .iter()
            .flat_map(|p| documents(p))
            .map(|q| (Occur::MustNot, q))
            .collect();
        let wanted = Typed::new(typed);
        let (mut theirs, mut others) = (Vec::new(), Vec::new());
        for (id, slot) in &self.given {
            let is_meant = match self.people.all().get(*slot as usize) {
                Some(person) => meant.contains(&person),
                None => self
                    .people
                    .amendment(id)
                    .and_then(|a| a.speaker.as_deref())
                    .is_some_and(|s| wanted.finds(s) > Finds::Nothing),
            };
            if is_meant { &mut theirs } else { &mut others }.push(id.as_str());
        }
        if !others.is_empty() {
            none.push((Occur::MustNot, ids(&others)));
        }
        if any.len() == 1 && none.is_empty() && theirs.is_empty() {
            // Nothing to narrow or to widen.
            if let Some((_, found)) = any.pop() {
                return found;
            }
        }
        let mut clauses = vec![(Occur::Must, Box::new(BooleanQuery::new(any)) as Boxed)];
        clauses.extend(none);
        let own: Boxed = Box::new(BooleanQuery::new(clauses));
        if theirs.is_empty() {
            return own;
        }
        Box::new(BooleanQuery::union(vec![own, ids(&theirs)]))
    }

    /// Statements that a correction has rejected.
    pub(super) fn rejected(&self) -> Option<Boxed> {
        let gone: Vec<&str> = self
            .people
            .amended()
            .iter()
            .filter(|(_, a)| a.speaker.is_none())
            .map(|(id, _)| id.as_str())
            .collect();
        (!gone.is_empty()).then(|| ids(&gone))
    }
}

/// The one person of the register that a name stands for: by the name shown, else by any name that is theirs alone.
fn one(people: &People, name: &str) -> Option<u32> {
    if let Some(number) = people.number_of(name) {
        return Some(number);
    }
    slot_of_key(people, &names::key(name))
}

/// The only one in the register who has a key, wherever it is printed.
fn slot_of_key(people: &People, key: &str) -> Option<u32> {
    let [number] = people.numbers_of_key(key) else {
        return None;
    };
    let person = people.all().get(*number as usize)?;
    let theirs = |part: &Part| part.key == key && part.articles == Articles::All;
    person.parts.iter().any(theirs).then_some(*number)
}

fn slot_number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(GONE - 1)
}

fn term(field: tantivy::schema::Field, text: &str) -> Boxed {
    let term = Term::from_field_text(field, text);
    constant(Box::new(TermQuery::new(term, IndexRecordOption::Basic)))
}

/// Scores one for whatever matches.
fn constant(query: Boxed) -> Boxed {
    Box::new(ConstScoreQuery::new(query, 1.0))
}

fn ids(list: &[&str]) -> Boxed {
    let terms = list.iter().map(|id| Term::from_field_text(fields().id, id));
    one_of(terms.collect(), 1.0)
}

/// The documents in which somebody of the register speaks, part by part.
fn documents(person: &Individual) -> Vec<Boxed> {
    let f = fields();
    let within = |articles: &[String]| -> Boxed {
        let terms = articles.iter().map(|a| Term::from_field_text(f.key, a));
        one_of(terms.collect(), 1.0)
    };
    person
        .parts
        .iter()
        .map(|part| {
            let named = term(f.speaker_key, &part.key);
            let (occur, articles) = match &part.articles {
                Articles::All => return named,
                Articles::Only(list) => (Occur::Must, list),
                Articles::Except(list) => (Occur::MustNot, list),
            };
            Box::new(BooleanQuery::new(vec![
                (Occur::Must, named),
                (occur, within(articles)),
            ])) as Boxed
        })
        .collect()
}
