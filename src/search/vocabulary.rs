//! The values of a facet over all segments as numbers, so that counts are added up without reading a single name.
//!
//! Every segment numbers its values for itself. One pass through the dictionaries of all segments, made on first use and
//! kept as long as the state of the index, tells which number of one segment is which of another; names are read for what
//! is shown only.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use memchr::memmem;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentOrdinal};

use crate::index::schema;

/// How often a value was counted, by number; in the order of the numbers.
pub(super) type Counts = Vec<(u32, u64)>;

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
    /// Counts by number, once it is much.
    many: Option<Table>,
}

impl Tally {
    /// For numbers below `size`.
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            few: Vec::new(),
            many: None,
        }
    }

    /// Counts a number once.
    pub(super) fn add(&mut self, number: u32) {
        match &mut self.many {
            Some(table) => table.add(number, 1),
            None => {
                self.few.push(number);
                self.spread();
            }
        }
    }

    /// Counts each of these once.
    pub(super) fn extend(&mut self, numbers: &[u64]) {
        match &mut self.many {
            Some(table) => numbers.iter().for_each(|n| table.add(*n as u32, 1)),
            None => {
                self.few.extend(numbers.iter().map(|n| *n as u32));
                self.spread();
            }
        }
    }

    /// A table of all numbers costs its size once; a list costs its length at the end, with a sort.
    fn spread(&mut self) {
        if self.few.len() <= self.size / 16 {
            return;
        }
        let mut table = Table::new(self.size);
        for number in std::mem::take(&mut self.few) {
            table.add(number, 1);
        }
        self.many = Some(table);
    }

    /// Hands on the numbers that were counted, in order, with their counts.
    pub(super) fn each(self, mut each: impl FnMut(u32, u64)) {
        if let Some(table) = self.many {
            return table.each(each);
        }
        let mut few = self.few;
        few.sort_unstable();
        for alike in few.chunk_by(|a, b| a == b) {
            if let [first, ..] = alike {
                each(*first, alike.len() as u64);
            }
        }
    }
}

/// A count for each number. Tables are used again: to clear what was counted takes less than to clear new memory.
#[derive(Debug)]
struct Table {
    /// May be longer; all beyond is 0.
    counts: Vec<u32>,
    size: usize,
}

/// Tables that nobody uses, all of them cleared.
static CLEARED: Mutex<Vec<Vec<u32>>> = Mutex::new(Vec::new());
/// Most tables that are kept: as many as some searches at a time need.
const KEPT: usize = 32;
/// Numbers that are passed over at a time if none of them was counted.
const STRIDE: usize = 16;

impl Table {
    fn new(size: usize) -> Self {
        let mut counts = cleared().pop().unwrap_or_default();
        if counts.len() < size {
            counts.resize(size, 0);
        }
        Self { counts, size }
    }

    fn add(&mut self, number: u32, count: u32) {
        if (number as usize) < self.size
            && let Some(sum) = self.counts.get_mut(number as usize)
        {
            *sum += count;
        }
    }

    fn each(mut self, mut each: impl FnMut(u32, u64)) {
        let used = self.counts.get_mut(..self.size).unwrap_or_default();
        for (stride, counts) in used.chunks_mut(STRIDE).enumerate() {
            if counts.iter().fold(0, |any, count| any | count) == 0 {
                continue;
            }
            for (number, count) in (stride * STRIDE..).zip(counts) {
                match std::mem::take(count) {
                    0 => {}
                    count => each(number as u32, u64::from(count)),
                }
            }
        }
        let mut kept = cleared();
        if kept.len() < KEPT {
            kept.push(self.counts);
        }
    }
}

fn cleared() -> MutexGuard<'static, Vec<Vec<u32>>> {
    // Only whole tables come and go: the list is sound whatever a holder died of.
    CLEARED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds up counts of the same number.
pub(super) fn sum(mut counts: Counts, size: usize) -> Counts {
    if counts.len() <= size / 8 {
        counts.sort_unstable_by_key(|(number, _)| *number);
        counts.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        return counts;
    }
    let mut table = Table::new(size);
    for (number, count) in counts.drain(..) {
        table.add(number, u32::try_from(count).unwrap_or(u32::MAX));
    }
    table.each(|number, count| counts.push((number, count)));
    counts
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
        for size in [4, 100, 10_000] {
            let mut tally = Tally::new(size);
            tally.extend(&[3, 1, 3]);
            for _ in 0..20 {
                tally.add(2);
            }
            let mut counts = Vec::new();
            tally.each(|number, count| counts.push((number, count)));
            assert_eq!(counts, [(1, 1), (2, 20), (3, 2)], "{size}");
        }
        // A table that is used again is smaller than before, and numbers beyond it are nobody's.
        let mut tally = Tally::new(3);
        tally.extend(&[0, 2, 7]);
        tally.each(|number, count| assert!(number < 3 && count == 1));
        assert_eq!(sum(vec![(7, 2), (1, 1), (7, 3)], 1000), [(1, 1), (7, 5)]);
        assert_eq!(sum(vec![(7, 2), (1, 1), (7, 3)], 8), [(1, 1), (7, 5)]);
    }
}
