//! The values of a facet over all segments as numbers, so that counts are added up without reading a single name.
//!
//! Every segment numbers its values for itself. One pass through the dictionaries of all segments, made on first use and
//! kept as long as the state of the index, tells which number of one segment is which of another; names are read for what
//! is shown only.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use memchr::memmem;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentOrdinal};

use crate::index::schema;

/// How often a value was counted, by number; in the order of the numbers.
pub(super) type Counts = Vec<(u32, u32)>;

/// The values of one column, numbered from 0 in the order of their bytes.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// All values, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    /// By segment: the number of each ordinal.
    numbers: Vec<Vec<u32>>,
}

impl Vocabulary {
    /// Reads the dictionaries of a column.
    pub(super) fn read(engine: &Searcher, field: Field) -> tantivy::Result<Self> {
        let name = schema::name(field);
        let mut columns = Vec::new();
        for segment in engine.segment_readers() {
            columns.push(segment.fast_fields().str(name)?);
        }
        let mut vocabulary = Self {
            numbers: columns
                .iter()
                .map(|c| Vec::with_capacity(c.as_ref().map_or(0, |c| c.num_terms())))
                .collect(),
            ..Self::default()
        };
        let mut streams = Vec::new();
        let mut next: BinaryHeap<Reverse<(Vec<u8>, usize, usize)>> = BinaryHeap::new();
        for (segment, column) in columns.iter().enumerate() {
            let Some(column) = column else { continue };
            let mut stream = column.dictionary().stream()?;
            if stream.advance() {
                next.push(Reverse((stream.key().to_vec(), streams.len(), segment)));
                streams.push(stream);
            }
        }
        let mut last: Option<Vec<u8>> = None;
        while let Some(Reverse((mut key, at, segment))) = next.pop() {
            if last.as_deref() != Some(&*key) {
                vocabulary.text += &String::from_utf8_lossy(&key);
                vocabulary.ends.push(vocabulary.text.len());
                let known = last.get_or_insert_default();
                known.clear();
                known.extend_from_slice(&key);
            }
            let number = u32::try_from(vocabulary.ends.len() - 1).unwrap_or(u32::MAX);
            if let Some(numbers) = vocabulary.numbers.get_mut(segment) {
                numbers.push(number);
            }
            if let Some(stream) = streams.get_mut(at)
                && stream.advance()
            {
                key.clear();
                key.extend_from_slice(stream.key());
                next.push(Reverse((key, at, segment)));
            }
        }
        Ok(vocabulary)
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// A value; empty if there is none of this number.
    pub(super) fn value(&self, number: u32) -> &str {
        let number = number as usize;
        let begin = number.checked_sub(1).and_then(|n| self.ends.get(n));
        let (begin, end) = (begin.copied().unwrap_or(0), self.ends.get(number));
        end.and_then(|end| self.text.get(begin..*end))
            .unwrap_or_default()
    }

    /// The number of a value.
    pub(super) fn number(&self, value: &str) -> Option<u32> {
        let (mut low, mut high) = (0, u32::try_from(self.len()).ok()?);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.value(middle).cmp(value) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The numbers of the values that contain this, ascending.
    pub(super) fn containing(&self, part: &str) -> Vec<u32> {
        if part.is_empty() {
            return (0..self.len() as u32).collect();
        }
        let mut found: Vec<u32> = Vec::new();
        for begin in memmem::find_iter(self.text.as_bytes(), part) {
            // Values follow each other without anything between them.
            let number = self.ends.partition_point(|end| *end <= begin);
            let number = match self.ends.get(number) {
                Some(end) if begin + part.len() <= *end => number as u32,
                _ => continue,
            };
            if found.last() != Some(&number) {
                found.push(number);
            }
        }
        found
    }

    /// By segment: the number of each ordinal.
    pub(super) fn numbers(&self) -> &[Vec<u32>] {
        &self.numbers
    }

    /// The number of what has an ordinal in a segment.
    pub(super) fn of_ordinal(&self, segment: SegmentOrdinal, ordinal: u64) -> u32 {
        let numbers = self.numbers.get(segment as usize);
        let number = numbers.and_then(|numbers| numbers.get(ordinal as usize));
        number.copied().unwrap_or(u32::MAX)
    }
}

/// Counts by small numbers, of which there may be many more than are ever counted.
#[derive(Debug)]
pub(super) struct Tally {
    /// How many numbers there are.
    size: usize,
    /// What was counted, one by one, while it is little.
    few: Vec<u32>,
    /// Counts by number, once it is much; empty before. May be longer than `size`: all beyond is 0.
    many: Vec<u32>,
}

/// Tables that nobody uses, all of them cleared: to clear what was counted takes less than to clear new memory.
static CLEARED: Mutex<Vec<Vec<u32>>> = Mutex::new(Vec::new());
/// Most tables that are kept: as many as some searches at a time need.
const KEPT: usize = 16;
/// So much smaller than a table is a list that costs as much at the end, for it has to be sorted.
const LITTLE: usize = 128;
/// Numbers that are passed over at a time if none of them was counted.
const STRIDE: usize = 16;

impl Tally {
    /// For numbers below `size`.
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            few: Vec::new(),
            many: Vec::new(),
        }
    }

    /// Counts a number once.
    pub(super) fn add(&mut self, number: u32) {
        self.extend(&[number]);
    }

    /// Counts each of these once.
    pub(super) fn extend(&mut self, numbers: &[u32]) {
        if self.many.is_empty() {
            self.few.extend_from_slice(numbers);
            if self.few.len() > self.size / LITTLE {
                self.spread();
            }
            return;
        }
        count(&mut self.many, numbers);
    }

    fn spread(&mut self) {
        self.many = cleared().pop().unwrap_or_default();
        if self.many.len() < self.size {
            self.many.resize(self.size, 0);
        }
        count(&mut self.many, &self.few);
        self.few.clear();
    }

    /// Adds what another has counted.
    pub(super) fn absorb(&mut self, mut other: Self) {
        if self.many.is_empty() {
            std::mem::swap(self, &mut other);
        }
        self.extend(&other.few);
        for (sum, count) in self.many.iter_mut().zip(&mut other.many) {
            *sum += std::mem::take(count);
        }
    }

    /// The numbers within these ranges that were counted, in order, with their counts; each range numbered from 0.
    pub(super) fn counts(mut self, ranges: &[Range<u32>]) -> Vec<Counts> {
        self.few.sort_unstable();
        let within = |range: &Range<u32>| {
            if self.many.is_empty() {
                let at = |end: u32| self.few.partition_point(|number| *number < end);
                let few = self.few.get(at(range.start)..at(range.end));
                let alike = few.unwrap_or_default().chunk_by(|a, b| a == b);
                let counted = |of: &[u32]| Some((of.first()? - range.start, of.len() as u32));
                alike.filter_map(counted).collect()
            } else {
                let many = self.many.get(range.start as usize..range.end as usize);
                let mut found = Counts::new();
                for (begin, counts) in (0..)
                    .step_by(STRIDE)
                    .zip(many.unwrap_or_default().chunks(STRIDE))
                {
                    if counts.iter().fold(0, |any, count| any | count) != 0 {
                        let counted = (begin..).zip(counts).filter(|(_, count)| **count > 0);
                        found.extend(counted.map(|(number, count)| (number, *count)));
                    }
                }
                found
            }
        };
        ranges.iter().map(within).collect()
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        if !self.many.is_empty() {
            self.many.fill(0);
            let mut kept = cleared();
            if kept.len() < KEPT {
                kept.push(std::mem::take(&mut self.many));
            }
        }
    }
}

fn count(table: &mut [u32], numbers: &[u32]) {
    for number in numbers {
        if let Some(sum) = table.get_mut(*number as usize) {
            *sum += 1;
        }
    }
}

fn cleared() -> MutexGuard<'static, Vec<Vec<u32>>> {
    // Only whole tables come and go: the list is sound whatever a holder died of.
    CLEARED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_within_one_value_only() {
        let values = ["abcabc", "bcd", "", "dab"];
        let mut vocabulary = Vocabulary::default();
        for value in values {
            vocabulary.text += value;
            vocabulary.ends.push(vocabulary.text.len());
        }
        for part in ["", "a", "ab", "bc", "cb", "cd", "dd", "bcd", "abcabcb", "x"] {
            let having = (0_u32..).zip(values).filter(|(_, v)| v.contains(part));
            let having: Vec<u32> = having.map(|(n, _)| n).collect();
            assert_eq!(vocabulary.containing(part), having, "{part}");
        }
    }

    #[test]
    fn few_and_many_are_counted_alike() {
        let tally = |size, numbers: &[u32]| {
            let mut tally = Tally::new(size);
            numbers.iter().for_each(|n| tally.add(*n));
            tally
        };
        let much = [2; 20];
        for size in [4, 1000, 100_000] {
            let mut sum = Tally::new(size);
            for part in [&[3, 1, 3][..], &much, &[], &[1], &much] {
                sum.absorb(tally(size, part));
            }
            let counts = sum.counts(&[0..size as u32, 2..4, 1..2, 0..1]);
            assert_eq!(counts[0], [(1, 2), (2, 40), (3, 2)], "{size}");
            assert_eq!(counts[1], [(0, 40), (1, 2)], "{size}");
            assert_eq!(counts[2], [(0, 2)], "{size}");
            assert_eq!(counts[3], [], "{size}");
            assert_eq!(tally(size, &much).counts(&[0..3])[0], [(2, 20)], "{size}");
        }
        // A table that is used again was cleared, and may be larger than it has to be.
        assert_eq!(tally(3, &[0, 2]).counts(&[0..3])[0], [(0, 1), (2, 1)]);
    }
}
