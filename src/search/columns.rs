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

/// The columns that have been asked for so far, by segment.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<Segment>);

/// By number of the field.
#[derive(Debug)]
struct Segment {
    texts: Vec<OnceLock<Option<StrColumn>>>,
    numbers: Vec<OnceLock<Column<u64>>>,
    days: Vec<OnceLock<Column<i64>>>,
}

impl Columns {
    /// None opened yet.
    pub(super) fn new(engine: &Searcher) -> Self {
        let fields = engine.schema().fields().count();
        let segment = |_| Segment {
            texts: std::iter::repeat_with(OnceLock::new).take(fields).collect(),
            numbers: std::iter::repeat_with(OnceLock::new).take(fields).collect(),
            days: std::iter::repeat_with(OnceLock::new).take(fields).collect(),
        };
        Self(engine.segment_readers().iter().map(segment).collect())
    }

    /// A column of text; `None` where no document of the segment has a value.
    pub(super) fn text(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        field: Field,
    ) -> tantivy::Result<Option<StrColumn>> {
        let open = || segment.fast_fields().str(schema::name(field));
        let place = self.0.get(ord as usize);
        once(
            place.and_then(|s| s.texts.get(field.field_id() as usize)),
            open,
        )
    }

    /// A column of numbers.
    pub(super) fn number(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        field: Field,
    ) -> tantivy::Result<Column<u64>> {
        let open = || segment.fast_fields().u64(schema::name(field));
        let place = self.0.get(ord as usize);
        once(
            place.and_then(|s| s.numbers.get(field.field_id() as usize)),
            open,
        )
    }

    /// A column of days.
    pub(super) fn day(
        &self,
        ord: SegmentOrdinal,
        segment: &SegmentReader,
        field: Field,
    ) -> tantivy::Result<Column<i64>> {
        let open = || segment.fast_fields().i64(schema::name(field));
        let place = self.0.get(ord as usize);
        once(
            place.and_then(|s| s.days.get(field.field_id() as usize)),
            open,
        )
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

/// What the place holds, put there first if it is empty.
fn once<T: Clone>(
    place: Option<&OnceLock<T>>,
    open: impl FnOnce() -> tantivy::Result<T>,
) -> tantivy::Result<T> {
    if let Some(kept) = place.and_then(OnceLock::get) {
        return Ok(kept.clone());
    }
    let column = open()?;
    Ok(match place {
        Some(place) => place.get_or_init(|| column).clone(),
        None => column,
    })
}
