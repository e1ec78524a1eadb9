//! Which quotations are one: exact, shortened, ellipsised and lightly altered copies across articles.
//!
//! Every statement of five words or more has a *sketch* in a column: sixteen bits of a hash for the speaker's surname
//! and for each word, in order. Statements of the same words and surname have the same `family` number from the start;
//! here families are joined whose sketches are nearly the same or one of which is contained in the other:
//!
//! 1. Candidates share a shingle, four words in a row.
//! 2. The longest go first; each gathers the shorter ones that align with it: at least 85 of 100 words of the shorter
//!    one stand in the longer one in the same order, in a few runs.
//! 3. Speakers must have the same surname; where one is not named, the shorter must have eight words.
//!
//! What was gathered gathers nothing itself, so that "We will do whatever it takes" does not tie together all speeches
//! that contain it. The outcome depends on the statements only, not on their order or segments. It is kept in
//! `families.bin` beside the manifest as pairs of numbers; without the file, or for statements newer than it, copies of
//! the very same words are still one.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use tantivy::Index;

use super::error::{At, Error};
use super::manifest::FileEntry;
use super::schema::{self, fields};
use super::storage::write_atomically;

/// Name of the file within the index folder.
pub(crate) const FILE: &str = "families.bin";
/// First bytes of the file: what it is, and its version.
const MAGIC: &[u8; 8] = b"wsfamil1";
/// Bytes of the checksum at its end.
const SUM: usize = 32;

/// Fewest words of a statement that has a family.
pub(crate) const LEAST_WORDS: usize = 5;
/// Most words that are looked at.
const MOST_WORDS: usize = 255;
/// Fewest words of a copy whose speaker is not named.
const LEAST_UNNAMED: usize = 8;
/// Words in a row that candidates share.
const SHINGLE: usize = 4;
/// A shingle of more families than this is a phrase of the trade and says nothing.
const MOST_COMMON: usize = 200;
/// Shingles in memory at a time, about.
const SHINGLES_AT_ONCE: usize = 2 << 20;
/// Pairs that are gathered before they are tested.
const PAIRS_AT_ONCE: usize = 1 << 20;
/// Spreads shingles over the parts (multiplicative hashing by the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// The sketch of a statement's folded words; `None` if there are too few.
pub(crate) fn sketch(surname: Option<&str>, words: &str) -> Option<Vec<u64>> {
    let mut sketch = vec![surname.map_or(0, |s| u64::from(short_hash(s).max(1)))];
    sketch.extend(
        words
            .split_whitespace()
            .take(MOST_WORDS)
            .map(|word| u64::from(short_hash(word))),
    );
    (sketch.len() > LEAST_WORDS).then_some(sketch)
}

/// FNV-1a, folded to sixteen bits.
fn short_hash(word: &str) -> u16 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in word.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) as u16
}

/// Families that are joined to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Families {
    /// A family and the one that it belongs to, by the first; the latter is in no first place.
    joined: Vec<(u64, u64)>,
}

impl Families {
    /// The family that stands for this one.
    #[must_use]
    pub fn of(&self, family: u64) -> u64 {
        self.joined
            .binary_search_by_key(&family, |(from, _)| *from)
            .ok()
            .and_then(|at| self.joined.get(at))
            .map_or(family, |(_, to)| *to)
    }

    /// All families for which this one stands, itself first.
    #[must_use]
    pub fn members(&self, family: u64) -> Vec<u64> {
        let joined = self.joined.iter().filter(|(_, to)| *to == family);
        std::iter::once(family)
            .chain(joined.map(|(from, _)| *from))
            .collect()
    }

    /// How many are joined to another.
    #[must_use]
    pub fn len(&self) -> usize {
        self.joined.len()
    }

    /// Is none joined to another?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }

    /// Reads the file of an index; nothing is joined if there is none, or if it is not what was written.
    pub(crate) fn read(dir: &Path) -> Self {
        fs::read(dir.join(FILE))
            .ok()
            .and_then(|bytes| Self::decode(&bytes))
            .unwrap_or_default()
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MAGIC.len() + self.joined.len() * 16 + SUM);
        bytes.extend_from_slice(MAGIC);
        for (from, to) in &self.joined {
            bytes.extend_from_slice(&from.to_le_bytes());
            bytes.extend_from_slice(&to.to_le_bytes());
        }
        let sum = blake3::hash(&bytes);
        bytes.extend_from_slice(sum.as_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        if blake3::hash(content).as_bytes().as_slice() != sum {
            return None;
        }
        let pairs = content.strip_prefix(MAGIC.as_slice())?;
        let number = |bytes: &[u8]| Some(u64::from_le_bytes(bytes.try_into().ok()?));
        let joined = pairs
            .chunks_exact(16)
            .map(|pair| Some((number(&pair[..8])?, number(&pair[8..])?)))
            .collect::<Option<_>>()?;
        Some(Self { joined })
    }
}

/// Joins the families of an index anew and writes its file; what the manifest says of it.
pub(crate) fn renew(index: &Index, dir: &Path) -> Result<FileEntry, Error> {
    let statements = Statements::read(index).at(dir)?;
    let path = dir.join(FILE);
    let bytes = statements.join().encode();
    if fs::read(&path).map_or(true, |old| old != bytes) {
        write_atomically(&path, &bytes).at(&path)?;
    }
    FileEntry::read(&path).at(&path)
}

/// One statement of each family.
#[derive(Debug, Default)]
struct Statements {
    family: Vec<u64>,
    speaker: Vec<u16>,
    /// Where the words of each begin in `words`, and the end of the last.
    begin: Vec<usize>,
    words: Vec<u16>,
}

impl Statements {
    fn read(index: &Index) -> tantivy::Result<Self> {
        let f = fields();
        let searcher = index.reader()?.searcher();
        let mut statements = Self::default();
        let mut seen = HashSet::new();
        for segment in searcher.segment_readers() {
            let columns = segment.fast_fields();
            let sketches = columns.u64(schema::name(f.quotation))?;
            let families = columns.u64(schema::name(f.family))?;
            for doc in segment.doc_ids_alive() {
                let mut values = sketches.values_for_doc(doc);
                let (Some(speaker), Some(family)) = (values.next(), families.first(doc)) else {
                    continue;
                };
                if seen.insert(family) {
                    statements.add(family, speaker as u16, values.map(|w| w as u16));
                }
            }
        }
        Ok(statements)
    }

    fn add(&mut self, family: u64, speaker: u16, words: impl Iterator<Item = u16>) {
        self.begin.push(self.words.len());
        self.family.push(family);
        self.speaker.push(speaker);
        self.words.extend(words);
    }

    fn words(&self, n: usize) -> &[u16] {
        let begin = self.begin.get(n).copied().unwrap_or(0);
        let end = self.begin.get(n + 1).copied().unwrap_or(self.words.len());
        self.words.get(begin..end).unwrap_or_default()
    }

    fn join(&self) -> Families {
        let mut order: Vec<u32> = (0..).take(self.family.len()).collect();
        order.sort_unstable_by_key(|&n| {
            let n = n as usize;
            (std::cmp::Reverse(self.words(n).len()), self.family.get(n))
        });
        let mut taken = vec![false; order.len()];
        let mut joined = Vec::new();
        let mut alignment = Alignment::default();
        for copies in self.pairs(&order).chunk_by(|a, b| a.0 == b.0) {
            let Some(&(first, _)) = copies.first() else {
                continue;
            };
            if taken[first as usize] {
                continue;
            }
            let leader = order[first as usize] as usize;
            // Where the longest names nobody, the first named copy tells who it is.
            let mut speaker = self.speaker[leader];
            for &(_, place) in copies {
                let copy = order[place as usize] as usize;
                let (long, short) = (self.words(leader), self.words(copy));
                if taken[place as usize]
                    || !may_be_one(speaker, self.speaker[copy], short.len())
                    || !alignment.contains(long, short)
                {
                    continue;
                }
                if speaker == 0 {
                    speaker = self.speaker[copy];
                }
                taken[place as usize] = true;
                joined.push((self.family[copy], self.family[leader]));
            }
        }
        joined.sort_unstable();
        Families { joined }
    }

    /// Pairs that share a shingle and enough words, as places in `order`, the longer one first; sorted, each once. The
    /// shingles are gone through part by part, so that they never all lie in memory.
    fn pairs(&self, order: &[u32]) -> Vec<(u32, u32)> {
        let parts = (self.words.len() / SHINGLES_AT_ONCE + 1) as u64;
        let mut shared: Vec<(u64, u32)> = Vec::new();
        let briefs = order.iter().map(|&n| self.brief(n as usize)).collect();
        let mut pairs = Pairs {
            statements: self,
            order,
            briefs,
            fresh: Vec::new(),
            alike: Vec::new(),
            counts: vec![0; 1 << 16],
        };
        for part in 0..parts {
            shared.clear();
            for (place, &n) in (0_u32..).zip(order) {
                let mine = shingles(self.words(n as usize))
                    .filter(|s| (s.wrapping_mul(SPREAD) >> 32) % parts == part);
                shared.extend(mine.map(|s| (s, place)));
            }
            shared.sort_unstable();
            shared.dedup();
            for group in shared.chunk_by(|a, b| a.0 == b.0) {
                if (2..=MOST_COMMON).contains(&group.len()) {
                    pairs.add(group);
                }
            }
            pairs.test();
        }
        pairs.alike.sort_unstable();
        pairs.alike.dedup();
        pairs.alike
    }

    fn brief(&self, n: usize) -> Brief {
        let words = self.words(n);
        let mut brief = Brief {
            bits: [0; 2],
            speaker: self.speaker.get(n).copied().unwrap_or(0),
            length: words.len() as u16,
        };
        for word in words {
            brief.bits[usize::from(word >> 6 & 1)] |= 1 << (word & 63);
        }
        brief
    }
}

/// Enough of a statement to tell of most pairs that they are none.
#[derive(Clone, Copy)]
struct Brief {
    /// A bit for each word, of 128.
    bits: [u64; 2],
    speaker: u16,
    length: u16,
}

impl Brief {
    /// May a shorter one, by its speaker and by the bits of its words, be a copy of this one?
    fn may_have(self, copy: Self) -> bool {
        let words = usize::from(copy.length);
        // One without a speaker may get that of another copy.
        let speakers =
            self.speaker == 0 && copy.speaker != 0 || may_be_one(self.speaker, copy.speaker, words);
        let lacks = |half: usize| (copy.bits[half] & !self.bits[half]).count_ones() as usize;
        speakers && lacks(0) + lacks(1) <= words - needed(words)
    }
}

/// Pairs on their way from a shingle in common to enough words in common.
struct Pairs<'a> {
    statements: &'a Statements,
    order: &'a [u32],
    /// In this order.
    briefs: Vec<Brief>,
    fresh: Vec<(u32, u32)>,
    alike: Vec<(u32, u32)>,
    /// How often the longer one has each word; all nought between two tests.
    counts: Vec<u8>,
}

impl Pairs<'_> {
    fn statement(&self, place: u32) -> usize {
        self.order[place as usize] as usize
    }

    /// Adds all pairs of statements with a shingle in common.
    fn add(&mut self, group: &[(u64, u32)]) {
        let briefs = &self.briefs;
        for (at, &(_, copy)) in group.iter().enumerate() {
            let brief = briefs[copy as usize];
            let leaders = group[..at].iter().map(|(_, leader)| *leader);
            let possible = leaders.filter(|leader| briefs[*leader as usize].may_have(brief));
            self.fresh.extend(possible.map(|leader| (leader, copy)));
        }
        if self.fresh.len() > PAIRS_AT_ONCE {
            self.test();
        }
    }

    /// Keeps the pairs of which the longer one has enough words of the shorter one, in whatever order.
    fn test(&mut self) {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        fresh.dedup();
        let mut met = Vec::new();
        for copies in fresh.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(leader, _)) = copies.first() else {
                continue;
            };
            let long = self.statements.words(self.statement(leader));
            for &word in long {
                self.counts[word as usize] += 1;
            }
            for &(_, copy) in copies {
                let short = self.statements.words(self.statement(copy));
                met.clear();
                for &word in short {
                    let count = &mut self.counts[word as usize];
                    if *count > 0 {
                        *count -= 1;
                        met.push(word);
                    }
                }
                for &word in &met {
                    self.counts[word as usize] += 1;
                }
                if met.len() >= needed(short.len()) {
                    self.alike.push((leader, copy));
                }
            }
            for &word in long {
                self.counts[word as usize] = 0;
            }
        }
        fresh.clear();
        self.fresh = fresh;
    }
}

/// Do the speakers speak against a copy of so many words being one with a longer statement?
fn may_be_one(long: u16, short: u16, words: usize) -> bool {
    if long != 0 && short != 0 {
        long == short
    } else {
        words >= LEAST_UNNAMED
    }
}

/// Four words in a row as one number.
fn shingles(words: &[u16]) -> impl Iterator<Item = u64> {
    words.windows(SHINGLE).map(|four| {
        four.iter()
            .fold(0, |all, word| all << 16 | u64::from(*word))
    })
}

/// Words of a copy that the longer one must have.
fn needed(words: usize) -> usize {
    (words * 85).div_ceil(100)
}

/// What is known of the best alignment up to a pair of words: scores in sixteenths of a word, and matched words.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Best ending anywhere before.
    best: u16,
    matched: u16,
    /// Best whose last match is this very pair; none if nought.
    here: u16,
    matched_here: u16,
}

/// Room for two rows of an alignment, kept from one to the next.
#[derive(Debug, Default)]
struct Alignment {
    above: Vec<Cell>,
    row: Vec<Cell>,
}

impl Alignment {
    /// Do nearly all of the short one's words stand in the long one in the same order, in a few runs?
    fn contains(&mut self, long: &[u16], short: &[u16]) -> bool {
        if long.windows(short.len().max(1)).any(|w| w == short) {
            return true;
        }
        // Longest common subsequence; of equally long ones that of the fewest runs, each run costing a little.
        const WORD: u16 = 16;
        const RUN: u16 = 3;
        for row in [&mut self.above, &mut self.row] {
            row.clear();
            row.resize(long.len() + 1, Cell::default());
        }
        for word in short {
            let mut left = Cell::default();
            for (column, other) in (1..).zip(long) {
                let (diagonal, up) = (self.above[column - 1], self.above[column]);
                let mut cell = Cell::default();
                if word == other {
                    let starts = diagonal.best.saturating_sub(RUN);
                    let (score, words) = if diagonal.here > 0 && diagonal.here >= starts {
                        (diagonal.here, diagonal.matched_here)
                    } else {
                        (starts, diagonal.matched)
                    };
                    cell.here = score + WORD;
                    cell.matched_here = words + 1;
                }
                let from = if up.best >= left.best { up } else { left };
                (cell.best, cell.matched) = (from.best, from.matched);
                if cell.here > cell.best {
                    (cell.best, cell.matched) = (cell.here, cell.matched_here);
                }
                self.row[column] = cell;
                left = cell;
            }
            std::mem::swap(&mut self.above, &mut self.row);
        }
        let last = self.above.last().copied().unwrap_or_default();
        // What the runs cost beyond the first.
        let cost = last.matched * WORD - last.best.min(last.matched * WORD);
        let runs = usize::from(cost / RUN) + 1;
        usize::from(last.matched) >= needed(short.len()) && runs <= 1 + short.len() / 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Which of these statements are one, by the place of the longest.
    fn grouped(said: &[(&str, &str)]) -> Vec<usize> {
        let mut statements = Statements::default();
        for (n, (surname, words)) in said.iter().enumerate() {
            let surname = (!surname.is_empty()).then_some(*surname);
            let sketch = sketch(surname, words).unwrap();
            let words = sketch[1..].iter().map(|w| *w as u16);
            statements.add(n as u64, sketch[0] as u16, words);
        }
        let families = statements.join();
        (0..said.len() as u64)
            .map(|n| families.of(n) as usize)
            .collect()
    }

    const LONG: &str =
        "if the second vessel is not refitted by march then we will have a promise and no ferry";

    #[test]
    fn copies_are_one() {
        let said = |words| ("brandt", words);
        let groups = grouped(&[
            said(LONG),
            said("we will have a promise and no ferry"),
            said("if the second vessel is not refitted we will have a promise and no ferry"),
            said(
                "if the second ship is not refitted by march then we will have a promise and no ferry",
            ),
            said("a ferry is a promise you make every forty minutes"),
        ]);
        assert_eq!(groups, [0, 0, 0, 0, 4]);
    }

    #[test]
    fn speakers_are_told_apart() {
        let short = "we will have a promise and no ferry";
        let few = "not refitted by march then";
        let groups = grouped(&[
            ("brandt", LONG),
            ("okafor", short),
            ("", "then we will have a promise and no ferry"),
            ("", few),
        ]);
        assert_eq!(groups, [0, 1, 0, 3]);
    }

    #[test]
    fn who_is_not_named_is_whom_the_first_copy_names() {
        let short = "a promise and no ferry";
        let middle = "then we will have a promise and no ferry";
        let groups = grouped(&[("", LONG), ("brandt", middle), ("brandt", short)]);
        assert_eq!(groups, [0, 0, 0]);
        let groups = grouped(&[("", LONG), ("brandt", middle), ("okafor", short)]);
        assert_eq!(groups, [0, 0, 2]);
        assert_eq!(grouped(&[("", LONG), ("brandt", short)]), [0, 1]);
    }

    #[test]
    fn a_common_phrase_ties_nothing_together() {
        let said = |words| ("brandt", words);
        let groups = grouped(&[
            said(
                "the harbour is closed and we will do whatever it takes to open it before the winter storms",
            ),
            said(
                "the hospital has no roof so we will do whatever it takes to find one this very week",
            ),
            said("we will do whatever it takes"),
        ]);
        assert_eq!(groups[0], 0);
        assert_eq!(groups[1], 1);
        assert!(groups[2] < 2);
    }

    #[test]
    fn the_file_reads_back_or_not_at_all() {
        let families = Families {
            joined: vec![(3, 7), (9, 7)],
        };
        let bytes = families.encode();
        assert_eq!(Families::decode(&bytes), Some(families.clone()));
        assert_eq!((families.of(9), families.of(7), families.of(1)), (7, 7, 1));
        assert_eq!(families.members(7), [7, 3, 9]);
        for cut in 0..bytes.len() {
            assert_eq!(Families::decode(&bytes[..cut]), None);
        }
        for n in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[n] ^= 1;
            assert_eq!(Families::decode(&bytes), None, "{n}");
        }
    }

    fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u16>> {
        prop::collection::vec(any::<u16>(), count)
    }

    proptest! {
        /// Any seven words in a row are a copy; so is the whole with the middle left out, or with a word replaced.
        #[test]
        fn cuts_are_contained(long in words(14..60), begin in 0..60_usize, width in 7..60_usize, other in any::<u16>()) {
            let begin = begin % (long.len() - 7);
            let end = (begin + width).min(long.len());
            prop_assume!(end - begin >= 7);
            prop_assert!(Alignment::default().contains(&long, &long[begin..end]));
            let mut ellipsised = long[..5].to_vec();
            ellipsised.extend(&long[long.len() - 5..]);
            prop_assert!(Alignment::default().contains(&long, &ellipsised));
            let mut altered = long.clone();
            altered[begin] = other;
            prop_assert!(Alignment::default().contains(&long, &altered));
        }

        /// Other words are no copy.
        #[test]
        fn strangers_are_not_contained(long in words(8..60), short in words(5..8)) {
            let common = short.iter().filter(|w| long.contains(w)).count();
            prop_assume!(common * 2 < short.len());
            prop_assert!(!Alignment::default().contains(&long, &short));
        }

        /// The order in which statements come makes no difference.
        #[test]
        fn order_does_not_matter(texts in prop::collection::vec(words(5..20), 1..12), cuts in prop::collection::vec((0..12_usize, 0..6_usize, 5..12_usize), 0..8)) {
            let mut all = texts.clone();
            for (of, begin, width) in cuts {
                let text = &texts[of % texts.len()];
                let end = (begin + width).min(text.len());
                if end >= begin + 5 {
                    all.push(text[begin..end].to_vec());
                }
            }
            let join = |order: &[usize]| {
                let mut statements = Statements::default();
                for &n in order {
                    statements.add(n as u64, 1, all[n].iter().copied());
                }
                statements.join()
            };
            let forward: Vec<usize> = (0..all.len()).collect();
            let backward: Vec<usize> = forward.iter().rev().copied().collect();
            prop_assert_eq!(join(&forward), join(&backward));
        }
    }
}
