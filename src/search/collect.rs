//! One pass over the matches: the best hits, and for each facet the counts with all filters but its own.
//!
//! A document that passes all filters is a hit and counts in every facet. One that fails exactly one filter is no hit,
//! but counts in that filter's facet: choosing another value of it would show the document. One that fails two is
//! skipped. So a facet's counts are what choosing a value shows, without a search a facet.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering as Memory};
use std::time::Instant;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet, Score, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError, Term,
};

use super::canon::Canon;
use super::columns::Columns;
use super::request::{Counting, Scope, Sort};
use super::roster::{GONE, OWN, Overlay, Roster};
use super::vocabulary::{Counts, Tally, Vocabulary, sum};
use crate::index::Groups;
use crate::index::families::Families;
use crate::index::schema::fields;

/// How often the clock is read, in documents.
const CLOCK_EVERY: u64 = 4096;
/// A document published today counts so much more than a very old one.
const RECENCY: f32 = 0.2;
/// Half of that is gone after so many days.
const RECENCY_HALF: f32 = 365.0;

/// What a document scores without any word.
const UNSCORED: f32 = 0.01;
/// By how much a statement of no confidence counts less than one beyond doubt.
const DOUBT: f32 = 0.5;

/// What to collect.
#[derive(Debug)]
pub(super) struct Plan {
    /// Columns to count, with their values.
    pub(super) facets: Vec<FacetPlan>,
    /// Filters.
    pub(super) filters: Vec<FilterPlan>,
    /// How many hits to keep.
    pub(super) keep: usize,
    pub(super) sort: Sort,
    pub(super) scope: Scope,
    /// What is counted, which families are one, and which articles.
    pub(super) counting: Counting,
    pub(super) families: Arc<Families>,
    pub(super) groups: Arc<Groups>,
    /// The day that recency counts from, as the index counts days.
    pub(super) today: i64,
    pub(super) deadline: Instant,
    /// Who is who among the speakers; `None` if every name is its own person.
    pub(super) roster: Option<Arc<Roster>>,
    pub(super) columns: Arc<Columns>,
    /// Set when the deadline passed; the rest is not looked at.
    pub(super) late: AtomicBool,
}

impl Plan {
    /// What counts once instead of every hit.
    fn once(&self) -> Option<Once> {
        match (self.counting, self.scope) {
            (Counting::Raw, _) => None,
            (Counting::Distinct, Scope::Statements) => Some(Once::Family),
            (Counting::Distinct, Scope::Articles) | (Counting::Articles, _) => Some(Once::Group),
        }
    }
}

/// What counts once.
#[derive(Clone, Copy, Debug)]
enum Once {
    /// A quotation with all its copies.
    Family,
    /// An article with all its near-copies.
    Group,
}

/// A column to count.
#[derive(Debug)]
pub(super) struct FacetPlan {
    pub(super) field: Field,
    pub(super) vocabulary: Arc<Vocabulary>,
    /// Which values are one; `None` if each is its own.
    pub(super) canon: Option<Arc<Canon>>,
}

/// A filter on whole terms.
#[derive(Debug)]
pub(super) struct FilterPlan {
    pub(super) field: Field,
    pub(super) any: Vec<String>,
    pub(super) none: Vec<String>,
    /// Place in [`Plan::facets`] of the facet that it narrows.
    pub(super) facet: Option<usize>,
}

/// A hit before it is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) key: f32,
    pub(super) order: u64,
    pub(super) family: u64,
    pub(super) at: DocAddress,
}

impl Candidate {
    /// Less is better.
    fn rank(&self, other: &Self) -> Ordering {
        other
            .key
            .total_cmp(&self.key)
            .then(self.order.cmp(&other.order))
            .then(self.at.cmp(&other.at))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Candidate {
    /// The worst is the greatest: a heap of these gives up its worst.
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank(other)
    }
}

/// What was collected, of one segment or of all.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Every hit.
    pub(super) total: u64,
    /// What counts once, of every hit, if not every hit does.
    pub(super) counted: Vec<u64>,
    /// Best first.
    pub(super) hits: Vec<Candidate>,
    /// Of each facet, the counts of its values by number; above the numbers of the vocabulary come the roster's slots.
    pub(super) facets: Vec<Counts>,
    /// Where not every hit counts: numbers with what counts once, for all segments to be counted together.
    pub(super) pairs: Vec<Vec<(u32, u64)>>,
}

/// Documents whose values are read at once: columns are faster by the block.
const BLOCK: usize = 64;

/// Counts of one facet in one segment.
struct FacetTally {
    vocabulary: Arc<Vocabulary>,
    ords: Column<u64>,
    canon: Option<Arc<Canon>>,
    /// By ordinal of the value; where some are one, by number.
    own: Tally,
    /// By slot of the roster, of speakers who are not counted by their key.
    slots: Tally,
    /// Numbers with what counts once.
    pairs: Vec<(u32, u64)>,
    people: Option<(Arc<Roster>, Arc<Overlay>)>,
    /// Slots of the document at hand.
    seen: Vec<u32>,
}

/// The collector of a [`Plan`].
#[derive(Clone, Debug)]
pub(super) struct Collect(pub(super) Arc<Plan>);

impl Collector for Collect {
    type Fruit = Collected;
    type Child = SegmentCollect;

    fn for_segment(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentCollect> {
        let f = fields();
        let plan = &self.0;
        let columns = &plan.columns;
        let number = |field| columns.number(ord, segment, field);
        let mut facets = Vec::with_capacity(plan.facets.len());
        for facet in &plan.facets {
            let column = columns.text(ord, segment, facet.field)?;
            let vocabulary = &facet.vocabulary;
            let roster = plan.roster.as_ref();
            let slots = roster.map_or(0, |r| r.slots());
            let roster = roster.filter(|_| facet.field == f.speaker_key);
            let people = match roster {
                Some(roster) => Some((Arc::clone(roster), roster.overlay(ord, segment)?)),
                None => None,
            };
            facets.push(column.map(|column| FacetTally {
                vocabulary: Arc::clone(vocabulary),
                own: Tally::new(match facet.canon {
                    Some(_) => vocabulary.len() + slots,
                    None => column.num_terms(),
                }),
                slots: Tally::new(roster.map_or(0, |r| r.slots())),
                canon: facet.canon.clone(),
                ords: column.ords().clone(),
                pairs: Vec::new(),
                people,
                seen: Vec::new(),
            }));
        }
        let filters = plan
            .filters
            .iter()
            .map(|filter| passing(ord, segment, filter, plan.roster.as_deref()))
            .collect::<tantivy::Result<_>>()?;
        let day = match plan.sort {
            Sort::Oldest => f.said_from,
            Sort::Relevance | Sort::Newest => f.said_to,
        };
        let once = match plan.once() {
            None => None,
            Some(once @ Once::Family) => Some((once, number(f.family)?)),
            Some(once @ Once::Group) => Some((once, number(f.key_high)?)),
        };
        Ok(SegmentCollect {
            plan: Arc::clone(plan),
            ord,
            filters,
            facets,
            order: number(f.order)?,
            family: number(f.family)?,
            confidence: number(f.confidence)?,
            day: columns.day(ord, segment, day)?,
            once,
            counted: Vec::new(),
            block: Vec::with_capacity(BLOCK),
            scratch: Scratch::default(),
            seen: 0,
            late: false,
            total: 0,
            heap: BinaryHeap::with_capacity(plan.keep.min(1024) + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.0.sort == Sort::Relevance && self.0.keep > 0
    }

    fn merge_fruits(&self, segments: Vec<Collected>) -> tantivy::Result<Collected> {
        let plan = &self.0;
        let mut merged = Collected {
            facets: plan.facets.iter().map(|_| Vec::new()).collect(),
            pairs: plan.facets.iter().map(|_| Vec::new()).collect(),
            ..Collected::default()
        };
        for segment in segments {
            merged.total += segment.total;
            merged.counted.extend(segment.counted);
            merged.hits.extend(segment.hits);
            for (all, one) in merged.facets.iter_mut().zip(segment.facets) {
                all.extend(one);
            }
            for (all, one) in merged.pairs.iter_mut().zip(segment.pairs) {
                all.extend(one);
            }
        }
        let slots = plan.roster.as_ref().map_or(0, |roster| roster.slots());
        for (counts, facet) in merged.facets.iter_mut().zip(&plan.facets) {
            *counts = sum(std::mem::take(counts), facet.vocabulary.len() + slots);
        }
        for (counts, mut pairs) in merged
            .facets
            .iter_mut()
            .zip(std::mem::take(&mut merged.pairs))
        {
            pairs.sort_unstable();
            pairs.dedup();
            let numbers = pairs.chunk_by(|a, b| a.0 == b.0);
            counts.extend(numbers.filter_map(|of| Some((of.first()?.0, of.len() as u64))));
        }
        merged.counted.sort_unstable();
        merged.counted.dedup();
        merged.hits.sort_unstable();
        merged.hits.truncate(plan.keep);
        Ok(merged)
    }
}

/// Collects one segment.
pub(super) struct SegmentCollect {
    plan: Arc<Plan>,
    ord: SegmentOrdinal,
    filters: Vec<Bits>,
    facets: Vec<Option<FacetTally>>,
    order: Column<u64>,
    family: Column<u64>,
    confidence: Column<u64>,
    day: Column<i64>,
    /// What counts once, if not every hit does.
    once: Option<(Once, Column<u64>)>,
    counted: Vec<u64>,
    /// Hits that no facet has counted yet.
    block: Vec<DocId>,
    scratch: Scratch,
    seen: u64,
    late: bool,
    total: u64,
    heap: BinaryHeap<Candidate>,
}

/// Room for the values of a block.
#[derive(Default)]
struct Scratch {
    docs: Vec<DocId>,
    rows: Vec<u32>,
    values: Vec<u64>,
}

impl FacetTally {
    /// Counts documents of which each counts.
    fn count_block(
        &mut self,
        block: &[DocId],
        segment: SegmentOrdinal,
        scope: Scope,
        scratch: &mut Scratch,
    ) {
        if let Some((_, overlay)) = &self.people
            && (scope == Scope::Articles || overlay.adds())
        {
            // Somebody whom an article names in two ways still counts once.
            for doc in block {
                self.count(*doc, None, segment);
            }
            return;
        }
        let Scratch { docs, rows, values } = scratch;
        docs.clear();
        rows.clear();
        self.ords.row_ids_for_docs(block, docs, rows);
        values.clear();
        values.resize(rows.len(), 0);
        self.ords.values.get_vals(rows, values);
        if let Some(canon) = &self.canon {
            let mut last = DocId::MAX;
            for (doc, ord) in docs.iter().zip(&*values) {
                if *doc != last {
                    self.seen.clear();
                    last = *doc;
                }
                // Under two spellings it still counts once.
                let number = canon.of_ordinal(segment, *ord);
                if !self.seen.contains(&number) {
                    self.seen.push(number);
                    self.own.add(number);
                }
            }
            return;
        }
        let Some((_, overlay)) = &self.people else {
            self.own.extend(values);
            return;
        };
        for (doc, ord) in docs.iter().zip(&*values) {
            match overlay.slot(*doc, *ord) {
                OWN => self.own.add(*ord as u32),
                GONE => {}
                slot => self.slots.add(slot),
            }
        }
    }

    /// Counts a document, or what of it counts `once`, in the segment `ord`.
    fn count(&mut self, doc: DocId, once: Option<u64>, ord: SegmentOrdinal) {
        self.seen.clear();
        if let Some(canon) = &self.canon {
            for value in self.ords.values_for_doc(doc) {
                let number = canon.of_ordinal(ord, value);
                if self.seen.contains(&number) {
                    continue;
                }
                self.seen.push(number);
                match once {
                    None => self.own.add(number),
                    Some(once) => self.pairs.push((number, once)),
                }
            }
            return;
        }
        let mut has_key = false;
        for value in self.ords.values_for_doc(doc) {
            has_key = true;
            let people = self.people.as_ref();
            let slot = people.map_or(OWN, |(_, overlay)| overlay.slot(doc, value));
            match (slot, once) {
                (OWN, None) => self.own.add(value as u32),
                (OWN, Some(once)) => {
                    let number = self.vocabulary.of_ordinal(ord, value);
                    self.pairs.push((number, once));
                }
                (GONE, _) => {}
                (slot, _) if self.seen.contains(&slot) => {}
                (slot, _) => self.seen.push(slot),
            }
        }
        let Some((roster, overlay)) = &self.people else {
            return;
        };
        if !has_key {
            self.seen.extend(overlay.added(doc));
        }
        for slot in &self.seen {
            match once {
                None => self.slots.add(*slot),
                Some(once) => {
                    let number = roster.number(*slot, &self.vocabulary);
                    self.pairs.push((number, once));
                }
            }
        }
    }

    /// The counts by number.
    fn counts(self, ord: SegmentOrdinal) -> (Counts, Vec<(u32, u64)>) {
        let mut counts = Counts::new();
        self.own.each(|ordinal, count| {
            let number = match self.canon {
                Some(_) => ordinal,
                None => self.vocabulary.of_ordinal(ord, u64::from(ordinal)),
            };
            counts.push((number, count));
        });
        if let Some((roster, _)) = &self.people {
            self.slots.each(|slot, count| {
                counts.push((roster.number(slot, &self.vocabulary), count));
            });
        }
        (counts, self.pairs)
    }
}

impl SegmentCollect {
    /// Counts the hits of the block in every facet.
    fn count_block(&mut self) {
        for tally in self.facets.iter_mut().flatten() {
            tally.count_block(&self.block, self.ord, self.plan.scope, &mut self.scratch);
        }
        self.block.clear();
    }

    fn offer(&mut self, doc: DocId, score: Score) {
        if self.plan.keep == 0 {
            return;
        }
        let worst = (self.heap.len() == self.plan.keep)
            .then(|| self.heap.peek().map_or(f32::MIN, |worst| worst.key));
        if self.plan.sort == Sort::Relevance
            && worst.is_some_and(|worst| (score + UNSCORED) * (1.0 + RECENCY) < worst)
        {
            // Not even if it were said today and beyond doubt: no need to look when it was.
            return;
        }
        let day = self.day.first(doc);
        let key = match self.plan.sort {
            Sort::Relevance => {
                let age = day.map_or(f32::MAX, |day| (self.plan.today - day).max(0) as f32);
                // A query without words scores nothing: then recency alone decides.
                let recency = 1.0 + RECENCY * RECENCY_HALF / (RECENCY_HALF + age);
                let doubt = self.confidence.first(doc).map_or(0.0, |thousandths| {
                    1.0 - (thousandths as f32 / 1000.0).min(1.0)
                });
                (score + UNSCORED) * recency * (1.0 - DOUBT * doubt)
            }
            Sort::Newest => day.map_or(f32::MIN, |day| day as f32),
            Sort::Oldest => day.map_or(f32::MIN, |day| -(day as f32)),
        };
        if worst.is_some_and(|worst| key < worst) {
            return;
        }
        let candidate = Candidate {
            key,
            order: self.order.first(doc).unwrap_or(u64::MAX),
            family: self.family.first(doc).unwrap_or(0),
            at: DocAddress::new(self.ord, doc),
        };
        self.heap.push(candidate);
        if self.heap.len() > self.plan.keep {
            self.heap.pop();
        }
    }
}

impl SegmentCollector for SegmentCollect {
    type Fruit = Collected;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.seen += 1;
        if self.seen.is_multiple_of(CLOCK_EVERY) && Instant::now() > self.plan.deadline {
            self.late = true;
            self.plan.late.store(true, Memory::Relaxed);
        }
        if self.late {
            return;
        }
        let mut failed = None;
        for (n, passing) in self.filters.iter().enumerate() {
            if !passing.contains(doc) {
                if failed.is_some() {
                    return;
                }
                failed = Some(n);
            }
        }
        let once = self.once.as_ref().map(|(once, column)| {
            let number = column.first(doc).unwrap_or_default();
            match once {
                Once::Family => self.plan.families.of(number),
                Once::Group => self.plan.groups.of(number),
            }
        });
        let Some(failed) = failed else {
            self.total += 1;
            self.counted.extend(once);
            self.offer(doc, score);
            if once.is_none() {
                self.block.push(doc);
                if self.block.len() == BLOCK {
                    self.count_block();
                }
            } else {
                for tally in self.facets.iter_mut().flatten() {
                    tally.count(doc, once, self.ord);
                }
            }
            return;
        };
        if let Some(facet) = self.plan.filters.get(failed).and_then(|f| f.facet)
            && let Some(Some(tally)) = self.facets.get_mut(facet)
        {
            tally.count(doc, once, self.ord);
        }
    }

    fn harvest(mut self) -> Collected {
        self.count_block();
        let counted = self.facets.into_iter();
        let counted = counted.map(|tally| tally.map(|t| t.counts(self.ord)).unwrap_or_default());
        let (facets, pairs) = counted.unzip();
        Collected {
            total: self.total,
            counted: self.counted,
            hits: self.heap.into_vec(),
            facets,
            pairs,
        }
    }
}

/// The documents of a segment that pass a filter.
fn passing(
    ord: SegmentOrdinal,
    segment: &SegmentReader,
    filter: &FilterPlan,
    roster: Option<&Roster>,
) -> tantivy::Result<Bits> {
    let mut bits = Bits::new(segment.max_doc(), filter.any.is_empty());
    let inverted = segment.inverted_index(filter.field)?;
    for (values, keep) in [(&filter.any, true), (&filter.none, false)] {
        for value in values {
            if let Some(roster) = roster.filter(|_| filter.field == fields().speaker_key) {
                roster.passing(ord, segment, value, |doc| bits.set(doc, keep))?;
                continue;
            }
            let term = Term::from_field_text(filter.field, value);
            let postings = inverted
                .read_postings(&term, IndexRecordOption::Basic)
                .map_err(TantivyError::from)?;
            let Some(mut postings) = postings else {
                continue;
            };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                bits.set(doc, keep);
                doc = postings.advance();
            }
        }
    }
    Ok(bits)
}

/// A set of documents of a segment.
struct Bits(Vec<u64>);

impl Bits {
    fn new(documents: u32, all: bool) -> Self {
        let filled = if all { u64::MAX } else { 0 };
        Self(vec![filled; documents.div_ceil(64) as usize])
    }

    fn set(&mut self, doc: DocId, value: bool) {
        if let Some(word) = self.0.get_mut(doc as usize / 64) {
            let bit = 1 << (doc % 64);
            if value { *word |= bit } else { *word &= !bit }
        }
    }

    fn contains(&self, doc: DocId) -> bool {
        self.0
            .get(doc as usize / 64)
            .is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }
}
