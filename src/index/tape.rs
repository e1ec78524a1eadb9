//! Long lists of numbers that are written once and read at random: in memory while they are short, in a file without a
//! name when they are not. What is worked out over a whole corpus stands on these, so that it takes no more memory the
//! larger the corpus is.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Records that are read at a time of each of several runs.
const RUN_BUFFER: usize = 1 << 13;
/// Fewest records of a run, however little memory there is: no file of a million runs.
const LEAST_RUN: usize = 1 << 10;

/// How much may be in memory, and where the rest goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    /// A folder for files; the system's own where one cannot be made in it, or without one.
    folder: Option<PathBuf>,
    /// Bytes that each list may take in memory.
    bytes: usize,
}

impl Room {
    /// So many bytes for each list, and files in a folder for what is longer.
    pub(super) fn beside(folder: &Path, bytes: usize) -> Self {
        Self {
            folder: Some(folder.to_owned()),
            bytes,
        }
    }

    /// Everything in memory.
    pub(super) fn boundless() -> Self {
        Self {
            folder: None,
            bytes: usize::MAX,
        }
    }

    /// A part of it for each of several.
    pub(super) fn part(&self, of: usize) -> Self {
        Self {
            folder: self.folder.clone(),
            bytes: self.bytes / of,
        }
    }

    fn file(&self) -> io::Result<File> {
        match self.folder.as_deref().map(tempfile::tempfile_in) {
            Some(Ok(file)) => Ok(file),
            _ => tempfile::tempfile(),
        }
    }
}

/// A list of records of `N` numbers.
#[derive(Debug)]
pub(super) struct Tape<const N: usize> {
    room: Room,
    /// All of it, or what comes after the file.
    memory: Vec<[u32; N]>,
    file: Option<File>,
    /// Records in the file.
    filed: usize,
    /// Could something not be read? It was left out then.
    failed: Cell<bool>,
}

impl<const N: usize> Tape<N> {
    const BYTES: usize = N * size_of::<u32>();

    pub(super) fn new(room: &Room) -> Self {
        Self {
            room: room.clone(),
            memory: Vec::new(),
            file: None,
            filed: 0,
            failed: Cell::new(false),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.filed + self.memory.len()
    }

    /// Adds records at the end.
    pub(super) fn extend(&mut self, records: impl IntoIterator<Item = [u32; N]>) -> io::Result<()> {
        for record in records {
            self.memory.push(record);
            if self.memory.len() * Self::BYTES >= self.room.bytes {
                self.file_all()?;
            }
        }
        Ok(())
    }

    /// Moves what is in memory to the file.
    fn file_all(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(self.room.file()?),
        };
        file.seek(SeekFrom::End(0))?;
        let mut bytes = Vec::with_capacity(RUN_BUFFER * Self::BYTES);
        for records in self.memory.chunks(RUN_BUFFER) {
            bytes.clear();
            let numbers = records.as_flattened().iter();
            bytes.extend(numbers.flat_map(|number| number.to_le_bytes()));
            file.write_all(&bytes)?;
        }
        self.filed += self.memory.len();
        self.memory.clear();
        Ok(())
    }

    /// Some of the records.
    pub(super) fn get(&self, range: Range<usize>) -> Cow<'_, [[u32; N]]> {
        if range.start >= self.filed {
            let range = range.start - self.filed..range.end.saturating_sub(self.filed);
            return Cow::Borrowed(self.memory.get(range).unwrap_or_default());
        }
        let mut all = Vec::with_capacity(range.len());
        if self.read(range.clone(), &mut all).is_err() {
            self.failed.set(true);
            all.clear();
        }
        let rest = range.end.saturating_sub(self.filed);
        all.extend(self.memory.get(..rest).unwrap_or_default());
        Cow::Owned(all)
    }

    /// What the file has of a range.
    fn read(&self, range: Range<usize>, into: &mut Vec<[u32; N]>) -> io::Result<()> {
        let Some(mut file) = self.file.as_ref() else {
            return Ok(());
        };
        let count = range.end.min(self.filed).saturating_sub(range.start);
        let mut bytes = vec![0; count * Self::BYTES];
        read_at(&mut file, &mut bytes, (range.start * Self::BYTES) as u64)?;
        let (numbers, _) = bytes.as_chunks::<4>();
        into.extend(
            numbers
                .as_chunks::<N>()
                .0
                .iter()
                .map(|record| record.map(u32::from_le_bytes)),
        );
        Ok(())
    }

    /// Was everything read that was asked for?
    pub(super) fn check(&self) -> io::Result<()> {
        if self.failed.get() {
            return Err(io::Error::other("a temporary file could not be read back"));
        }
        Ok(())
    }
}

#[cfg(unix)]
fn read_at(file: &mut &File, into: &mut [u8], at: u64) -> io::Result<()> {
    // One call of the system instead of two.
    let _: &mut dyn Read = file;
    std::os::unix::fs::FileExt::read_exact_at(*file, into, at)
}

#[cfg(not(unix))]
fn read_at(file: &mut &File, into: &mut [u8], at: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(into)
}

/// Puts records of `N` numbers in the order of the first `K` of them; of equal ones the first stays the first.
#[derive(Debug)]
pub(super) struct Sorter<const N: usize, const K: usize> {
    tape: Tape<N>,
    run: Vec<[u32; N]>,
    longest: usize,
    /// Where the runs of the tape end.
    ends: Vec<usize>,
}

impl<const N: usize, const K: usize> Sorter<N, K> {
    pub(super) fn new(room: &Room) -> Self {
        Self {
            tape: Tape::new(&Room {
                // What lies on the tape are runs that are full already.
                bytes: 0,
                ..room.clone()
            }),
            run: Vec::new(),
            longest: (room.bytes / Tape::<N>::BYTES).max(LEAST_RUN),
            ends: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, record: [u32; N]) -> io::Result<()> {
        self.run.push(record);
        if self.run.len() >= self.longest {
            self.end_run()?;
        }
        Ok(())
    }

    fn end_run(&mut self) -> io::Result<()> {
        self.run.sort_by_key(order::<N, K>);
        self.tape.memory.append(&mut self.run);
        self.tape.file_all()?;
        self.ends.push(self.tape.len());
        Ok(())
    }

    /// Gives all of them in order.
    pub(super) fn each(
        mut self,
        mut take: impl FnMut([u32; N]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.ends.is_empty() {
            self.run.sort_by_key(order::<N, K>);
            return self.run.into_iter().try_for_each(take);
        }
        self.end_run()?;
        self.run = Vec::new();
        let mut begin = 0;
        let mut runs = Vec::new();
        for end in std::mem::take(&mut self.ends) {
            runs.push(Run {
                rest: begin..end,
                buffer: Vec::new().into_iter(),
            });
            begin = end;
        }
        // Smallest first: the heap gives the largest.
        let mut heads = BinaryHeap::new();
        for (n, run) in runs.iter_mut().enumerate() {
            let next = run.next(&self.tape);
            heads.extend(next.map(|record| Reverse((order::<N, K>(&record), n, record))));
        }
        while let Some(mut head) = heads.peek_mut() {
            let Reverse((_, n, record)) = *head;
            take(record)?;
            match runs.get_mut(n).and_then(|run| run.next(&self.tape)) {
                // One move down the heap in place of one up and one down.
                Some(next) => *head = Reverse((order::<N, K>(&next), n, next)),
                None => drop(PeekMut::pop(head)),
            }
        }
        self.tape.check()
    }
}

/// The first `K` numbers as one.
fn order<const N: usize, const K: usize>(record: &[u32; N]) -> u128 {
    const { assert!(K <= N && K <= 4, "more than a key holds") };
    let key = record.iter().take(K);
    key.fold(0, |key, number| key << 32 | u128::from(*number))
}

/// A run that is being read.
struct Run<const N: usize> {
    rest: Range<usize>,
    buffer: std::vec::IntoIter<[u32; N]>,
}

impl<const N: usize> Run<N> {
    fn next(&mut self, tape: &Tape<N>) -> Option<[u32; N]> {
        if self.buffer.len() == 0 {
            let end = self.rest.end.min(self.rest.start + RUN_BUFFER);
            self.buffer = tape.get(self.rest.start..end).into_owned().into_iter();
            self.rest.start = end;
        }
        self.buffer.next()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However little memory there is, what is read is what was written.
        #[test]
        fn a_tape_reads_back(records in prop::collection::vec(any::<[u32; 2]>(), 0..300), bytes in 0..600_usize, begin in 0..300_usize, width in 0..300_usize) {
            let mut tape = Tape::new(&Room { folder: None, bytes });
            tape.extend(records.iter().copied()).unwrap();
            let end = (begin + width).min(records.len());
            let begin = begin.min(end);
            prop_assert_eq!(tape.len(), records.len());
            prop_assert_eq!(&*tape.get(begin..end), &records[begin..end]);
            prop_assert!(tape.check().is_ok());
        }

        /// Sorting with files is sorting.
        #[test]
        fn runs_are_joined_in_order(keys in prop::collection::vec((0..50_u32, 0..4_u32), 0..5000)) {
            let mut sorter = Sorter::<3, 2>::new(&Room { folder: None, bytes: 0 });
            let mut records: Vec<[u32; 3]> = (0..).zip(&keys).map(|(n, (a, b))| [*a, *b, n]).collect();
            for record in &records {
                sorter.add(*record).unwrap();
            }
            records.sort_by_key(order::<3, 2>);
            let mut sorted = Vec::new();
            sorter.each(|record| { sorted.push(record); Ok(()) }).unwrap();
            prop_assert_eq!(sorted, records);
        }
    }
}
