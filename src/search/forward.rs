//! What each document counts as: from documents to the values of their facets.
//!
//! Values of several facets share one range of numbers, the *space*: first all of one facet, then all of the next. What
//! a document has is read from the columns of the engine, or, where an index is asked again and again, from a forward
//! index in memory, where all that one document counts as stands side by side.

use std::ops::Range;
use std::sync::Arc;

use tantivy::columnar::Column;
use tantivy::schema::Field;
use tantivy::{DocId, SegmentOrdinal, SegmentReader};

use super::canon::Canon;
use super::columns::Columns;
use super::request::Facet;
use super::roster::{GONE, OWN, Overlay, Roster};
use super::vocabulary::{Tally, Vocabulary};
use crate::index::schema::fields;

/// Largest forward index, in values of documents: 4 bytes each. Larger indexes are read by their columns.
const ROOM: usize = 1 << 27;

/// A facet to count.
#[derive(Debug)]
pub(super) struct FacetPlan {
    pub(super) facet: Facet,
    pub(super) vocabulary: Arc<Vocabulary>,
    /// Which values are one; `None` if each is its own.
    pub(super) canon: Option<Arc<Canon>>,
}

impl FacetPlan {
    fn field(&self) -> Field {
        self.facet.column()
    }

    /// Are some of its values people of the roster?
    fn has_people(&self) -> bool {
        self.canon.is_some() || self.field() == fields().speaker_key
    }
}

/// Facets, their values numbered one after the other.
#[derive(Debug, Default)]
pub(super) struct Space {
    facets: Vec<FacetPlan>,
    /// Where the numbers of each facet begin, and at last where those of the last one end.
    begins: Vec<u32>,
    /// Who is who among the speakers; `None` if every name is its own person.
    roster: Option<Arc<Roster>>,
}

impl Space {
    pub(super) fn new(facets: Vec<FacetPlan>, roster: Option<Arc<Roster>>) -> Self {
        let slots = roster.as_ref().map_or(0, |roster| roster.slots());
        let mut begins = vec![0_u32];
        let mut end = 0_usize;
        for facet in &facets {
            end += facet.vocabulary.len();
            if facet.has_people() {
                end += slots;
            }
            begins.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        Self {
            facets,
            begins,
            roster,
        }
    }

    /// How many numbers there are.
    pub(super) fn size(&self) -> usize {
        self.begins.last().map_or(0, |end| *end as usize)
    }

    /// The place of a facet.
    pub(super) fn place(&self, facet: Facet) -> Option<usize> {
        self.facets.iter().position(|f| f.facet == facet)
    }

    /// The numbers of the facet at a place.
    pub(super) fn numbers(&self, place: usize) -> Range<u32> {
        let at = |place: usize| self.begins.get(place).copied().unwrap_or(0);
        at(place)..at(place + 1)
    }

    /// The columns of a segment, by place; `None` where no document of the segment has a value.
    fn columns(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        columns: &Columns,
    ) -> tantivy::Result<Vec<Option<FacetColumn>>> {
        let mut all = Vec::with_capacity(self.facets.len());
        for (facet, begin) in self.facets.iter().zip(&self.begins) {
            let column = columns.text(ord, segment, facet.field())?;
            let roster = self.roster.as_ref();
            let people = match roster.filter(|_| facet.field() == fields().speaker_key) {
                Some(roster) => Some((Arc::clone(roster), roster.overlay(ord, segment)?)),
                None => None,
            };
            all.push(column.map(|column| FacetColumn {
                segment: ord,
                begin: *begin,
                vocabulary: Arc::clone(&facet.vocabulary),
                canon: facet.canon.clone(),
                people,
                ords: column.ords().clone(),
                seen: Vec::new(),
            }));
        }
        Ok(all)
    }
}

/// One facet in one segment.
struct FacetColumn {
    segment: SegmentOrdinal,
    /// Where the facet's numbers begin.
    begin: u32,
    vocabulary: Arc<Vocabulary>,
    canon: Option<Arc<Canon>>,
    people: Option<(Arc<Roster>, Arc<Overlay>)>,
    ords: Column<u64>,
    /// Numbers or slots of the document at hand.
    seen: Vec<u32>,
}

impl FacetColumn {
    /// Hands on each number of the space that the document counts as, once.
    fn each(&mut self, doc: DocId, mut each: impl FnMut(u32)) {
        self.seen.clear();
        if let Some(canon) = &self.canon {
            // Under two spellings it still counts once.
            for value in self.ords.values_for_doc(doc) {
                let number = canon.of_ordinal(self.segment, value);
                if !self.seen.contains(&number) {
                    self.seen.push(number);
                    each(self.begin.saturating_add(number));
                }
            }
            return;
        }
        let people = self.people.as_ref();
        let mut has_key = false;
        for value in self.ords.values_for_doc(doc) {
            has_key = true;
            match people.map_or(OWN, |(_, overlay)| overlay.slot(doc, value)) {
                OWN => {
                    let number = self.vocabulary.of_ordinal(self.segment, value);
                    each(self.begin.saturating_add(number));
                }
                GONE => {}
                slot if self.seen.contains(&slot) => {}
                slot => self.seen.push(slot),
            }
        }
        let Some((roster, overlay)) = people else {
            return;
        };
        if !has_key {
            self.seen.extend(overlay.added(doc));
        }
        for slot in &self.seen {
            let number = roster.number(*slot, &self.vocabulary);
            each(self.begin.saturating_add(number));
        }
    }
}

/// A forward index of some facets.
#[derive(Debug)]
pub(super) struct Forward {
    space: Arc<Space>,
    /// By segment.
    rows: Vec<Rows>,
}

/// What the documents of a segment count as.
#[derive(Debug, Default)]
struct Rows {
    /// Where the numbers of each document begin, and at last where those of the last one end.
    begins: Vec<u32>,
    numbers: Vec<u32>,
}

impl Rows {
    /// Where the numbers of a document are.
    fn range(&self, doc: DocId) -> Range<usize> {
        let doc = doc as usize;
        match self.begins.get(doc..doc + 2) {
            Some(&[begin, end]) => begin as usize..end as usize,
            _ => 0..0,
        }
    }

    fn numbers(&self, range: Range<usize>) -> &[u32] {
        self.numbers.get(range).unwrap_or_default()
    }
}

impl Forward {
    /// Reads it from the columns; `None` if it is too large to be kept.
    pub(super) fn read(
        engine: &tantivy::Searcher,
        space: Arc<Space>,
        columns: &Columns,
    ) -> tantivy::Result<Option<Self>> {
        let mut room = ROOM;
        let mut all = Vec::new();
        for (ord, segment) in (0..).zip(engine.segment_readers()) {
            let mut columns = space.columns(ord, segment, columns)?;
            let mut rows = Rows {
                begins: Vec::with_capacity(segment.max_doc() as usize + 1),
                numbers: Vec::new(),
            };
            rows.begins.push(0);
            for doc in 0..segment.max_doc() {
                if segment.alive_bitset().is_none_or(|a| a.is_alive(doc)) {
                    for column in columns.iter_mut().flatten() {
                        column.each(doc, |number| rows.numbers.push(number));
                    }
                }
                if rows.numbers.len() > room {
                    return Ok(None);
                }
                rows.begins.push(rows.numbers.len() as u32);
            }
            rows.numbers.shrink_to_fit();
            room -= rows.numbers.len();
            all.push(rows);
        }
        Ok(Some(Self { space, rows: all }))
    }

    pub(super) fn space(&self) -> &Arc<Space> {
        &self.space
    }
}

/// Where the numbers of a segment's documents come from.
pub(super) struct Source(Kind);

enum Kind {
    Columns(Vec<Option<FacetColumn>>),
    Rows {
        forward: Arc<Forward>,
        segment: SegmentOrdinal,
        /// Of the documents at hand.
        ranges: Vec<Range<usize>>,
    },
}

impl Source {
    /// Reads columns.
    pub(super) fn columns(
        space: &Space,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        columns: &Columns,
    ) -> tantivy::Result<Self> {
        let columns = space.columns(ord, segment, columns)?;
        Ok(Self(Kind::Columns(columns)))
    }

    /// Reads a forward index.
    pub(super) fn forward(forward: Arc<Forward>, segment: SegmentOrdinal) -> Self {
        Self(Kind::Rows {
            forward,
            segment,
            ranges: Vec::new(),
        })
    }

    /// Hands on the numbers of a document, in no order, each once.
    pub(super) fn each(&mut self, doc: DocId, mut each: impl FnMut(u32)) {
        match &mut self.0 {
            Kind::Columns(columns) => {
                for column in columns.iter_mut().flatten() {
                    column.each(doc, &mut each);
                }
            }
            Kind::Rows {
                forward, segment, ..
            } => {
                if let Some(rows) = forward.rows.get(*segment as usize) {
                    rows.numbers(rows.range(doc)).iter().copied().for_each(each);
                }
            }
        }
    }

    /// Counts all numbers of some documents.
    pub(super) fn count(&mut self, block: &[DocId], tally: &mut Tally) {
        let Kind::Rows {
            forward,
            segment,
            ranges,
        } = &mut self.0
        else {
            for doc in block {
                self.each(*doc, |number| tally.add(number));
            }
            return;
        };
        let Some(rows) = forward.rows.get(*segment as usize) else {
            return;
        };
        ranges.clear();
        ranges.extend(block.iter().map(|doc| rows.range(*doc)));
        // The rows lie far apart. To look at all of them first, where nothing depends on what is seen, lets the processor
        // fetch them together instead of one after the other.
        let ends = ranges.iter().flat_map(|of| [of.start, of.end.max(1) - 1]);
        let ends = ends.filter_map(|at| rows.numbers.get(at));
        std::hint::black_box(ends.fold(0, |any, number| any | number));
        for of in &*ranges {
            tally.extend(rows.numbers(of.clone()));
        }
    }
}
