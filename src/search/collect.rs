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
use tantivy::columnar::{Column, StrColumn};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet, Score, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError, Term,
};

use super::request::Sort;
use super::roster::{OWN, Overlay, Roster};
use crate::index::schema::{self, fields};

/// How often the clock is read, in documents.
const CLOCK_EVERY: u64 = 4096;
/// A document published today counts so much more than a very old one.
const RECENCY: f32 = 0.2;
/// Half of that is gone after so many days.
const RECENCY_HALF: f32 = 365.0;

/// What to collect.
#[derive(Debug)]
pub(super) struct Plan {
    /// Columns to count.
    pub(super) facets: Vec<Field>,
    /// Filters.
    pub(super) filters: Vec<FilterPlan>,
    /// How many hits to keep.
    pub(super) keep: usize,
    pub(super) sort: Sort,
    /// The day that recency counts from, as the index counts days.
    pub(super) today: i64,
    pub(super) deadline: Instant,
    /// Who is who among the speakers; `None` if every name is its own person.
    pub(super) roster: Option<Arc<Roster>>,
    /// Set when the deadline passed; the rest is not looked at.
    pub(super) late: AtomicBool,
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

/// What was collected.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) total: u64,
    /// Best first.
    pub(super) hits: Vec<Candidate>,
    /// For each facet, its tallies of every segment.
    pub(super) facets: Vec<Vec<Tally>>,
}

/// Counts of one facet in one segment, by ordinal of the value.
pub(super) struct Tally {
    pub(super) column: StrColumn,
    pub(super) counts: Vec<u32>,
    /// Counts by slot of the roster, of speakers who are not counted by their key.
    pub(super) slots: Vec<u32>,
    overlay: Option<Arc<Overlay>>,
    /// Slots of the document at hand.
    seen: Vec<u32>,
}

impl std::fmt::Debug for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tally")
            .field("values", &self.counts.len())
            .finish_non_exhaustive()
    }
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
        let columns = segment.fast_fields();
        let plan = &self.0;
        let mut facets = Vec::with_capacity(plan.facets.len());
        for field in &plan.facets {
            let column = columns.str(schema::name(*field))?;
            let roster = plan.roster.as_ref().filter(|_| *field == f.speaker_key);
            let overlay = roster.map(|r| r.overlay(ord, segment)).transpose()?;
            facets.push(column.map(|column| Tally {
                counts: vec![0; column.num_terms()],
                column,
                slots: vec![0; roster.map_or(0, |r| r.slots())],
                overlay,
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
        Ok(SegmentCollect {
            plan: Arc::clone(plan),
            ord,
            filters,
            facets,
            order: columns.u64(schema::name(f.order))?,
            family: columns.u64(schema::name(f.family))?,
            day: columns.i64(schema::name(day))?,
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
        let mut merged = Collected {
            facets: self.0.facets.iter().map(|_| Vec::new()).collect(),
            ..Collected::default()
        };
        for segment in segments {
            merged.total += segment.total;
            merged.hits.extend(segment.hits);
            for (all, one) in merged.facets.iter_mut().zip(segment.facets) {
                all.extend(one);
            }
        }
        merged.hits.sort_unstable();
        merged.hits.truncate(self.0.keep);
        Ok(merged)
    }
}

/// Collects one segment.
pub(super) struct SegmentCollect {
    plan: Arc<Plan>,
    ord: SegmentOrdinal,
    filters: Vec<Bits>,
    facets: Vec<Option<Tally>>,
    order: Column<u64>,
    family: Column<u64>,
    day: Column<i64>,
    seen: u64,
    late: bool,
    total: u64,
    heap: BinaryHeap<Candidate>,
}

impl SegmentCollect {
    fn offer(&mut self, doc: DocId, score: Score) {
        if self.plan.keep == 0 {
            return;
        }
        let day = self.day.first(doc);
        let key = match self.plan.sort {
            Sort::Relevance => {
                let age = day.map_or(f32::MAX, |day| (self.plan.today - day).max(0) as f32);
                // A query without words scores nothing: then recency alone decides.
                (score + 0.01) * (1.0 + RECENCY * RECENCY_HALF / (RECENCY_HALF + age))
            }
            Sort::Newest => day.map_or(f32::MIN, |day| day as f32),
            Sort::Oldest => day.map_or(f32::MIN, |day| -(day as f32)),
        };
        if self.heap.len() == self.plan.keep
            && self.heap.peek().is_some_and(|worst| key < worst.key)
        {
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

fn count(tally: &mut Option<Tally>, doc: DocId) {
    let Some(tally) = tally else { return };
    let Some(overlay) = &tally.overlay else {
        for ord in tally.column.ords().values_for_doc(doc) {
            if let Some(count) = tally.counts.get_mut(ord as usize) {
                *count += 1;
            }
        }
        return;
    };
    // Somebody whom an article names in two ways still counts once.
    tally.seen.clear();
    let mut has_key = false;
    for ord in tally.column.ords().values_for_doc(doc) {
        has_key = true;
        let slot = overlay.slot(doc, ord);
        let count = if slot == OWN {
            tally.counts.get_mut(ord as usize)
        } else if tally.seen.contains(&slot) {
            None
        } else {
            tally.seen.push(slot);
            tally.slots.get_mut(slot as usize)
        };
        if let Some(count) = count {
            *count += 1;
        }
    }
    if !has_key
        && let Some(slot) = overlay.added(doc)
        && let Some(count) = tally.slots.get_mut(slot as usize)
    {
        *count += 1;
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
        let Some(failed) = failed else {
            self.total += 1;
            self.offer(doc, score);
            for tally in &mut self.facets {
                count(tally, doc);
            }
            return;
        };
        if let Some(facet) = self.plan.filters.get(failed).and_then(|f| f.facet)
            && let Some(tally) = self.facets.get_mut(facet)
        {
            count(tally, doc);
        }
    }

    fn harvest(self) -> Collected {
        Collected {
            total: self.total,
            hits: self.heap.into_vec(),
            facets: self
                .facets
                .into_iter()
                .map(|tally| tally.into_iter().collect())
                .collect(),
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
