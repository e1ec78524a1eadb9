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
/// Slots of the table that tells shingles seen once from others.
const SLOTS: usize = 1 << 24;

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
        let shared = self.shared_shingles();
        let mut order: Vec<usize> = (0..self.family.len()).collect();
        order.sort_unstable_by_key(|&n| {
            (std::cmp::Reverse(self.words(n).len()), self.family.get(n))
        });
        let mut rank = vec![0_usize; order.len()];
        for (place, &n) in order.iter().enumerate() {
            if let Some(slot) = rank.get_mut(n) {
                *slot = place;
            }
        }
        let mut taken = vec![false; order.len()];
        let mut joined = Vec::new();
        let mut candidates: Vec<usize> = Vec::new();
        for &leader in &order {
            if taken[leader] {
                continue;
            }
            candidates.clear();
            for shingle in shingles(self.words(leader)) {
                let begin = shared.partition_point(|(s, _)| *s < shingle);
                let group = shared[begin..].iter().take_while(|(s, _)| *s == shingle);
                let group: Vec<usize> = group
                    .map(|(_, n)| *n as usize)
                    .take(MOST_COMMON + 1)
                    .collect();
                if group.len() <= MOST_COMMON {
                    candidates.extend(
                        group
                            .into_iter()
                            .filter(|&n| !taken[n] && rank[n] > rank[leader]),
                    );
                }
            }
            candidates.sort_unstable_by_key(|&n| rank[n]);
            candidates.dedup();
            // Where the longest names nobody, the first named copy tells who it is.
            let mut speaker = self.speaker[leader];
            for &copy in &candidates {
                if self.is_copy(leader, speaker, copy) {
                    if speaker == 0 {
                        speaker = self.speaker[copy];
                    }
                    taken[copy] = true;
                    joined.push((self.family[copy], self.family[leader]));
                }
            }
        }
        joined.sort_unstable();
        Families { joined }
    }

    /// The shingles that more than one family has, each with these families; sorted.
    fn shared_shingles(&self) -> Vec<(u64, u32)> {
        // Most shingles are seen once and need no place in the list: two bits a slot tell which.
        let slot = |shingle: u64| (shingle.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as usize;
        let mut seen = vec![0_u8; SLOTS];
        for n in 0..self.family.len() {
            for shingle in shingles(self.words(n)) {
                if let Some(count) = seen.get_mut(slot(shingle)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut shared = Vec::new();
        for n in 0..self.family.len() {
            for shingle in shingles(self.words(n)) {
                if seen.get(slot(shingle)).is_some_and(|count| *count > 1) {
                    shared.push((shingle, u32::try_from(n).unwrap_or(u32::MAX)));
                }
            }
        }
        shared.sort_unstable();
        shared.dedup();
        shared
    }

    fn is_copy(&self, leader: usize, speaker: u16, copy: usize) -> bool {
        let (long, short) = (self.words(leader), self.words(copy));
        let speakers = (speaker, self.speaker[copy]);
        let same_speaker = speakers.0 == speakers.1 && speakers.0 != 0;
        if !same_speaker && (speakers.0 != 0 && speakers.1 != 0 || short.len() < LEAST_UNNAMED) {
            return false;
        }
        contains(long, short)
    }
}

/// Four words in a row as one number.
fn shingles(words: &[u16]) -> impl Iterator<Item = u64> {
    words.windows(SHINGLE).map(|four| {
        four.iter()
            .fold(0, |all, word| all << 16 | u64::from(*word))
    })
}

/// Do nearly all of the short one's words stand in the long one in the same order, in a few runs?
fn contains(long: &[u16], short: &[u16]) -> bool {
    let (rows, columns) = (short.len(), long.len());
    let width = columns + 1;
    let needed = (rows * 85).div_ceil(100);
    // Longest common subsequence; of equally long ones that of the fewest runs, each run costing a little.
    // In sixteenths of a word.
    const WORD: u16 = 16;
    const RUN: u16 = 3;
    // Best ending anywhere before, and best whose last match is this very pair.
    let mut best = vec![0_u16; (rows + 1) * width];
    let mut here = vec![0_u16; (rows + 1) * width];
    let mut matched = vec![0_u16; (rows + 1) * width];
    let mut matched_here = vec![0_u16; (rows + 1) * width];
    for row in 1..=rows {
        for column in 1..=columns {
            let at = row * width + column;
            let diagonal = at - width - 1;
            if short[row - 1] == long[column - 1] {
                let goes_on = here[diagonal];
                let starts = best[diagonal].saturating_sub(RUN);
                let (score, words) = if goes_on > 0 && goes_on >= starts {
                    (goes_on, matched_here[diagonal])
                } else {
                    (starts, matched[diagonal])
                };
                here[at] = score + WORD;
                matched_here[at] = words + 1;
            }
            let (up, left) = (at - width, at - 1);
            let from = if best[up] >= best[left] { up } else { left };
            (best[at], matched[at]) = (best[from], matched[from]);
            if here[at] > best[at] {
                (best[at], matched[at]) = (here[at], matched_here[at]);
            }
        }
    }
    let last = rows * width + columns;
    let found = usize::from(matched[last]);
    // What the runs cost beyond the first.
    let cost = matched[last] * WORD - best[last].min(matched[last] * WORD);
    let runs = usize::from(cost / RUN) + 1;
    found >= needed && runs <= 1 + rows / 5
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
            prop_assert!(contains(&long, &long[begin..end]));
            let mut ellipsised = long[..5].to_vec();
            ellipsised.extend(&long[long.len() - 5..]);
            prop_assert!(contains(&long, &ellipsised));
            let mut altered = long.clone();
            altered[begin] = other;
            prop_assert!(contains(&long, &altered));
        }

        /// Other words are no copy.
        #[test]
        fn strangers_are_not_contained(long in words(8..60), short in words(5..8)) {
            let common = short.iter().filter(|w| long.contains(w)).count();
            prop_assume!(common * 2 < short.len());
            prop_assert!(!contains(&long, &short));
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
