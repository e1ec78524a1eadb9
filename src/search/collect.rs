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

use super::request::{Counting, Sort};
use super::roster::{OWN, Overlay, Roster};
use crate::index::families::Families;
use crate::index::schema::{self, fields};

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
    /// Columns to count.
    pub(super) facets: Vec<Field>,
    /// Filters.
    pub(super) filters: Vec<FilterPlan>,
    /// How many hits to keep.
    pub(super) keep: usize,
    pub(super) sort: Sort,
    /// What is counted, and which families are one.
    pub(super) counting: Counting,
    pub(super) families: Arc<Families>,
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
    /// Every hit.
    pub(super) total: u64,
    /// What counts once, of every hit, if not every hit does.
    pub(super) counted: Vec<u64>,
    /// Best first.
    pub(super) hits: Vec<Candidate>,
    /// For each facet, its tallies of every segment.
    pub(super) facets: Vec<Vec<Tally>>,
}

/// Documents whose values are read at once: columns are faster by the block.
const BLOCK: usize = 64;

/// Counts of one facet in one segment, by ordinal of the value.
pub(super) struct Tally {
    pub(super) column: StrColumn,
    pub(super) counts: Vec<u32>,
    /// Counts by slot of the roster, of speakers who are not counted by their key.
    pub(super) slots: Vec<u32>,
    /// Where not every hit counts: ordinals with what counts once, for all segments to be counted together.
    pub(super) pairs: Vec<(u64, u64)>,
    /// The same by slot.
    pub(super) slot_pairs: Vec<(u32, u64)>,
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
                pairs: Vec::new(),
                slot_pairs: Vec::new(),
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
            confidence: columns.u64(schema::name(f.confidence))?,
            day: columns.i64(schema::name(day))?,
            once: match plan.counting {
                Counting::Raw => None,
                Counting::Distinct => Some(columns.u64(schema::name(f.family))?),
                Counting::Articles => Some(columns.u64(schema::name(f.key_high))?),
            },
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
        let mut merged = Collected {
            facets: self.0.facets.iter().map(|_| Vec::new()).collect(),
            ..Collected::default()
        };
        for segment in segments {
            merged.total += segment.total;
            merged.counted.extend(segment.counted);
            merged.hits.extend(segment.hits);
            for (all, one) in merged.facets.iter_mut().zip(segment.facets) {
                all.extend(one);
            }
        }
        merged.counted.sort_unstable();
        merged.counted.dedup();
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
    confidence: Column<u64>,
    day: Column<i64>,
    /// What counts once, if not every hit does.
    once: Option<Column<u64>>,
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

impl SegmentCollect {
    /// Counts the hits of the block in every facet.
    fn count_block(&mut self) {
        let Scratch { docs, rows, values } = &mut self.scratch;
        for tally in &mut self.facets {
            if tally.as_ref().is_some_and(|t| t.overlay.is_some()) {
                for doc in &self.block {
                    count(tally, *doc, None);
                }
                continue;
            }
            let Some(Tally { column, counts, .. }) = tally else {
                continue;
            };
            let ords = column.ords();
            docs.clear();
            rows.clear();
            ords.row_ids_for_docs(&self.block, docs, rows);
            values.clear();
            values.resize(rows.len(), 0);
            ords.values.get_vals(rows, values);
            for ord in &*values {
                if let Some(count) = counts.get_mut(*ord as usize) {
                    *count += 1;
                }
            }
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

fn count(tally: &mut Option<Tally>, doc: DocId, once: Option<u64>) {
    let Some(tally) = tally else { return };
    let Some(overlay) = &tally.overlay else {
        for ord in tally.column.ords().values_for_doc(doc) {
            if let Some(once) = once {
                tally.pairs.push((ord, once));
            }
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
        if slot == OWN {
            if let Some(once) = once {
                tally.pairs.push((ord, once));
            }
            if let Some(count) = tally.counts.get_mut(ord as usize) {
                *count += 1;
            }
        } else if !tally.seen.contains(&slot) {
            tally.seen.push(slot);
        }
    }
    if !has_key {
        tally.seen.extend(overlay.added(doc));
    }
    for slot in &tally.seen {
        if let Some(once) = once {
            tally.slot_pairs.push((*slot, once));
        }
        if let Some(count) = tally.slots.get_mut(*slot as usize) {
            *count += 1;
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
        let once = self.once.as_ref().map(|column| {
            // Articles have no family.
            let number = column.first(doc).unwrap_or(u64::from(doc));
            match self.plan.counting {
                Counting::Distinct => self.plan.families.of(number),
                Counting::Raw | Counting::Articles => number,
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
                for tally in &mut self.facets {
                    count(tally, doc, once);
                }
            }
            return;
        };
        if let Some(facet) = self.plan.filters.get(failed).and_then(|f| f.facet)
            && let Some(tally) = self.facets.get_mut(facet)
        {
            count(tally, doc, once);
        }
    }

    fn harvest(mut self) -> Collected {
        self.count_block();
        Collected {
            total: self.total,
            counted: self.counted,
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
