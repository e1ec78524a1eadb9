//! One pass over the matches: the best hits, and for each facet the counts with all filters but its own.
//!
//! A document that passes all filters is a hit and counts in every facet. One that fails exactly one filter is no hit,
//! but counts in that filter's facet: choosing another value of it would show the document. One that fails two is
//! skipped. So a facet's counts are what choosing a value shows, without a search a facet.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering as Memory};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::Column;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    DocAddress, DocId, DocSet, Score, SegmentOrdinal, SegmentReader, TERMINATED, TantivyError, Term,
};

use super::columns::Columns;
use super::forward::{Forward, Source, Space};
use super::request::{Counting, Scope, Sort};
use super::roster::Roster;
use super::vocabulary::{Counts, Tally};
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
    /// What is counted, by number of the space.
    pub(super) space: Arc<Space>,
    /// The space's numbers by document, if they are at hand.
    pub(super) forward: Option<Arc<Forward>>,
    /// Places in the space of the facets that are asked for.
    pub(super) facets: Vec<usize>,
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
    /// What has been counted. Segments are searched one after the other, and each goes on with it.
    pub(super) tally: Mutex<Tally>,
}

impl Plan {
    /// The numbers of the facets that are asked for.
    fn asked(&self) -> Vec<Range<u32>> {
        let places = self.facets.iter();
        places.map(|place| self.space.numbers(*place)).collect()
    }

    /// What has been counted, to go on with.
    fn counted_so_far(&self) -> Tally {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *tally, Tally::new(self.space.size()))
    }

    fn add(&self, counted: Tally) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.absorb(counted);
    }

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

/// A filter on whole terms.
#[derive(Debug)]
pub(super) struct FilterPlan {
    pub(super) field: Field,
    pub(super) any: Vec<String>,
    pub(super) none: Vec<String>,
    /// Place in [`Plan::space`] of the facet that it narrows, if that is counted.
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
    /// Of each facet that was asked for, the counts of its values by number; above the numbers of the vocabulary come the
    /// roster's slots.
    pub(super) facets: Vec<Counts>,
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
        let source = match &plan.forward {
            Some(forward) => Source::forward(Arc::clone(forward), ord),
            None => Source::columns(&plan.space, ord, segment, columns)?,
        };
        // Segments are searched one after the other: each goes on with what those before have counted.
        let tally = plan.counted_so_far();
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
            source,
            asked: plan.asked(),
            tally,
            pairs: Vec::new(),
            order: number(f.order)?,
            family: number(f.family)?,
            confidence: number(f.confidence)?,
            day: columns.day(ord, segment, day)?,
            once,
            counted: Vec::new(),
            block: Vec::with_capacity(BLOCK),
            seen: 0,
            late: false,
            total: 0,
            heap: BinaryHeap::with_capacity(plan.keep.min(1024) + 1),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.0.sort == Sort::Relevance && self.0.keep > 0
    }

    fn merge_fruits(&self, segments: Vec<Part>) -> tantivy::Result<Collected> {
        let plan = &self.0;
        let mut merged = Part::default();
        for segment in segments {
            merged.total += segment.total;
            merged.counted.extend(segment.counted);
            merged.hits.extend(segment.hits);
            merged.pairs.extend(segment.pairs);
        }
        merged.pairs.sort_unstable();
        merged.pairs.dedup();
        let mut tally = plan.counted_so_far();
        merged
            .pairs
            .iter()
            .for_each(|(number, _)| tally.add(*number));
        let facets = tally.counts(&plan.asked());
        merged.counted.sort_unstable();
        merged.counted.dedup();
        merged.hits.sort_unstable();
        merged.hits.truncate(plan.keep);
        Ok(Collected {
            total: merged.total,
            counted: merged.counted,
            hits: merged.hits,
            facets,
        })
    }
}

/// What was collected of one segment.
#[derive(Default)]
pub(super) struct Part {
    total: u64,
    counted: Vec<u64>,
    hits: Vec<Candidate>,
    pairs: Vec<(u32, u64)>,
}

/// Documents that are counted at a time.
const BLOCK: usize = 64;

/// Collects one segment.
pub(super) struct SegmentCollect {
    plan: Arc<Plan>,
    ord: SegmentOrdinal,
    filters: Vec<Bits>,
    source: Source,
    /// Numbers of the facets that are asked for.
    asked: Vec<Range<u32>>,
    /// Where every hit counts: how often each number.
    tally: Tally,
    /// Where not every hit counts: numbers with what counts once, for all segments to be counted together.
    pairs: Vec<(u32, u64)>,
    order: Column<u64>,
    family: Column<u64>,
    confidence: Column<u64>,
    day: Column<i64>,
    /// What counts once, if not every hit does.
    once: Option<(Once, Column<u64>)>,
    counted: Vec<u64>,
    /// Hits that are not counted yet.
    block: Vec<DocId>,
    seen: u64,
    late: bool,
    total: u64,
    heap: BinaryHeap<Candidate>,
}

impl SegmentCollect {
    /// Counts a document, or what of it counts `once`: in all facets, or in the one at a place of the space.
    fn count(&mut self, doc: DocId, once: Option<u64>, facet: Option<usize>) {
        let only = facet.map(|place| self.plan.space.numbers(place));
        let asked = only.as_ref().map_or(&*self.asked, std::slice::from_ref);
        let is_asked = |number: u32| asked.iter().any(|of| of.contains(&number));
        self.source.each(doc, |number| match once {
            _ if !is_asked(number) => {}
            None => self.tally.add(number),
            Some(once) => self.pairs.push((number, once)),
        });
    }

    /// Counts the hits of the block. Facets that nobody asks for may be counted with them: to look whether a number is
    /// asked for takes longer.
    fn count_block(&mut self) {
        self.source.count(&self.block, &mut self.tally);
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
    type Fruit = Part;

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
            if once.is_some() {
                self.count(doc, once, None);
            } else if !self.plan.facets.is_empty() {
                self.block.push(doc);
                if self.block.len() == BLOCK {
                    self.count_block();
                }
            }
            return;
        };
        let facet = self.plan.filters.get(failed).and_then(|f| f.facet);
        if facet.is_some() {
            self.count(doc, once, facet);
        }
    }

    fn harvest(mut self) -> Part {
        self.count_block();
        self.plan.add(self.tally);
        Part {
            total: self.total,
            counted: self.counted,
            hits: self.heap.into_vec(),
            pairs: self.pairs,
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
