//! Columns of the index, opened once for each of its states.
//!
//! The engine opens a column anew each time that it is asked for, which costs as much as reading a few hundred of its
//! values: a page with ten facets over six segments would open more than a hundred.

use std::sync::OnceLock;

use tantivy::columnar::{Column, StrColumn};
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentOrdinal, SegmentReader};

use super::Error;
use crate::index::schema;

/// The columns that have been asked for so far.
#[derive(Debug, Default)]
pub(super) struct Columns {
    texts: Opened<Option<StrColumn>>,
    numbers: Opened<Column<u64>>,
    days: Opened<Column<i64>>,
}

impl Columns {
    /// None opened yet.
    pub(super) fn new(engine: &Searcher) -> Self {
        Self {
            texts: Opened::none(engine),
            numbers: Opened::none(engine),
            days: Opened::none(engine),
        }
    }

    /// A column of text; `None` where no document of the segment has a value.
    pub(super) fn text(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        field: Field,
    ) -> tantivy::Result<Option<StrColumn>> {
        let open = || segment.fast_fields().str(schema::name(field));
        self.texts.get(ord, field, open)
    }

    /// A column of numbers.
    pub(super) fn number(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        field: Field,
    ) -> tantivy::Result<Column<u64>> {
        let open = || segment.fast_fields().u64(schema::name(field));
        self.numbers.get(ord, field, open)
    }

    /// A column of days.
    pub(super) fn day(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        field: Field,
    ) -> tantivy::Result<Column<i64>> {
        let open = || segment.fast_fields().i64(schema::name(field));
        self.days.get(ord, field, open)
    }
}

/// Columns of one type, by segment and by number of the field.
#[derive(Debug)]
struct Opened<T>(Vec<Vec<OnceLock<T>>>);

impl<T> Default for Opened<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Opened<T> {
    fn none(engine: &Searcher) -> Self {
        let fields = engine.schema().fields().count();
        let segment = |_| std::iter::repeat_with(OnceLock::new).take(fields).collect();
        Self(engine.segment_readers().iter().map(segment).collect())
    }

    /// The column, opened now if it has not been.
    fn get(
        &self,
        ord: SegmentOrdinal,
        field: Field,
        open: impl FnOnce() -> tantivy::Result<T>,
    ) -> tantivy::Result<T> {
        let segment = self.0.get(ord as usize);
        let place = segment.and_then(|fields| fields.get(field.field_id() as usize));
        if let Some(kept) = place.and_then(OnceLock::get) {
            return Ok(kept.clone());
        }
        let column = open()?;
        Ok(match place {
            Some(place) => place.get_or_init(|| column).clone(),
            None => column,
        })
    }
}

impl super::Searcher {
    /// A column of text; `None` where no document of the segment has a value.
    pub(super) fn text_column(
        &self,
        segment: SegmentOrdinal,
        field: Field,
    ) -> Result<Option<StrColumn>, Error> {
        let reader = self.engine().segment_reader(segment);
        let column = self.columns().text(segment, reader, field);
        column.map_err(|e| self.at(e))
    }

    /// A column of numbers.
    pub(super) fn number_column(
        &self,
        segment: SegmentOrdinal,
        field: Field,
    ) -> Result<Column<u64>, Error> {
        let reader = self.engine().segment_reader(segment);
        let column = self.columns().number(segment, reader, field);
        column.map_err(|e| self.at(e))
    }

    /// A column of days.
    pub(super) fn day_column(
        &self,
        segment: SegmentOrdinal,
        field: Field,
    ) -> Result<Column<i64>, Error> {
        let reader = self.engine().segment_reader(segment);
        let column = self.columns().day(segment, reader, field);
        column.map_err(|e| self.at(e))
    }
}
