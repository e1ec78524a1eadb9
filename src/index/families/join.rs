//! Which statements are copies of which.
//!
//! In memory are twenty bytes for each statement; its words, and what is put in order on the way, lie on tapes.

use std::borrow::Cow;

use crate::index::error::ErrorKind;
use crate::index::tape::{Room, Sorter, Tape};

use super::MOST_WORDS;
use super::align::{Alignment, needed};

/// Fewest words of a copy whose speaker is not named.
const LEAST_UNNAMED: usize = 8;
/// Words in a row that candidates share.
const SHINGLE: usize = 4;
/// A shingle of more families than this is a phrase of the trade and says nothing.
const MOST_COMMON: usize = 200;
/// Pairs that are gathered before they are tested.
const PAIRS_AT_ONCE: usize = 1 << 20;
/// What is put in order gets this part of the memory that the words get: these are read at random.
const SORTED: usize = 4;

/// Statements as they come.
#[derive(Debug)]
pub(super) struct Gathering {
    room: Room,
    /// How much shorter than the longest, family, speaker, and where the words begin.
    heads: Sorter<5, 3>,
    words: Words,
}

impl Gathering {
    pub(super) fn new(room: &Room) -> Self {
        Self {
            room: room.clone(),
            heads: Sorter::new(&room.part(SORTED)),
            words: Words::new(room),
        }
    }

    /// Adds a statement; of those of one family the first counts.
    pub(super) fn add(
        &mut self,
        family: u64,
        speaker: u16,
        words: &[u16],
    ) -> Result<(), ErrorKind> {
        let words = words.get(..MOST_WORDS).unwrap_or(words);
        let less = (MOST_WORDS - words.len()) as u32;
        let [high, low] = halves(family);
        let begin = self.words.add(words)?;
        let head = [less, high, low, u32::from(speaker), begin];
        Ok(self.heads.add(head)?)
    }

    /// All of them, the longest first.
    pub(super) fn finish(self) -> Result<Statements, ErrorKind> {
        let Self { room, heads, words } = self;
        let mut statements = Statements {
            heads: Tape::new(&room),
            words: Words::new(&room),
            briefs: Vec::new(),
            room,
        };
        let mut last = None;
        let mut list = Vec::new();
        heads.each(|[less, high, low, speaker, begin]| {
            if last.replace((high, low)) == Some((high, low)) {
                return Ok(());
            }
            words.read(begin, MOST_WORDS - less as usize, &mut list);
            statements.briefs.push(Brief::of(speaker as u16, &list));
            let begin = statements.words.add(&list)?;
            statements.heads.extend([[high, low, begin]])
        })?;
        words.numbers.check()?;
        Ok(statements)
    }
}

fn halves(family: u64) -> [u32; 2] {
    [(family >> 32) as u32, family as u32]
}

/// Words of many statements, two to a number.
#[derive(Debug)]
struct Words {
    numbers: Tape<1>,
}

impl Words {
    fn new(room: &Room) -> Self {
        Self {
            numbers: Tape::new(room),
        }
    }

    /// Adds those of a statement; where they begin.
    fn add(&mut self, words: &[u16]) -> std::io::Result<u32> {
        let begin = self.numbers.len() as u32;
        self.numbers.extend(words.chunks(2).map(|pair| {
            let two = |n: usize| pair.get(n).copied().map_or(0, u32::from);
            [two(0) | two(1) << 16]
        }))?;
        Ok(begin)
    }

    /// The numbers of so many words; the last has one word and 0 where they are odd.
    fn get(&self, begin: u32, count: usize) -> Cow<'_, [[u32; 1]]> {
        let begin = begin as usize;
        self.numbers.get(begin..begin + count.div_ceil(2))
    }

    fn read(&self, begin: u32, count: usize, into: &mut Vec<u16>) {
        let numbers = self.get(begin, count);
        into.clear();
        into.resize(2 * numbers.len(), 0);
        let (pairs, _) = into.as_chunks_mut::<2>();
        for (pair, [two]) in pairs.iter_mut().zip(&*numbers) {
            *pair = [*two as u16, (two >> 16) as u16];
        }
        into.truncate(count);
    }
}

/// One statement of each family, the longest first, of equally long ones in the order of the families. A statement's
/// place in this order is its number.
#[derive(Debug)]
pub(super) struct Statements {
    room: Room,
    /// Family, and where the words begin.
    heads: Tape<3>,
    words: Words,
    briefs: Vec<Brief>,
}

impl Statements {
    /// Where the words begin, and how many there are; none if it could not be read.
    fn at(&self, place: u32) -> (u32, usize) {
        let at = place as usize;
        match (&*self.heads.get(at..at + 1), self.briefs.get(at)) {
            ([[_, _, begin]], Some(brief)) => (*begin, usize::from(brief.length)),
            _ => (0, 0),
        }
    }

    fn words(&self, place: u32, into: &mut Vec<u16>) {
        let (begin, count) = self.at(place);
        self.words.read(begin, count, into);
    }

    /// Does a statement surely lack too many of the words of a longer one? Most do.
    fn lacks_too_many(&self, place: u32, longer: &Sieve) -> bool {
        let (begin, count) = self.at(place);
        let numbers = self.words.get(begin, count);
        let lacks = |[two]: &[u32; 1]| longer.lacks(*two) + longer.lacks(two >> 16);
        let filling = if count % 2 == 1 { longer.lacks(0) } else { 0 };
        let lacking: usize = numbers.iter().map(lacks).sum();
        lacking > count - needed(count) + filling
    }

    fn family(&self, place: u32) -> u64 {
        let at = place as usize;
        match *self.heads.get(at..at + 1) {
            [[high, low, _]] => u64::from(high) << 32 | u64::from(low),
            _ => 0,
        }
    }

    /// The families that are joined to another, with that one, in order.
    pub(super) fn join(&self) -> Result<Vec<(u64, u64)>, ErrorKind> {
        let mut leaders = Leaders {
            statements: self,
            taken: vec![false; self.briefs.len()],
            joined: Vec::new(),
            alignment: Alignment::default(),
            long: Vec::new(),
            short: Vec::new(),
        };
        // Of one leader.
        let mut pairs: Vec<[u32; 2]> = Vec::new();
        self.pairs()?.each(|pair| {
            if pairs.first().is_some_and(|[leader, _]| *leader != pair[0]) {
                leaders.gather(&pairs);
                pairs.clear();
            }
            if pairs.last() != Some(&pair) {
                pairs.push(pair);
            }
            Ok(())
        })?;
        leaders.gather(&pairs);
        let mut joined = leaders.joined;
        joined.sort_unstable();
        self.heads.check()?;
        self.words.numbers.check()?;
        Ok(joined)
    }

    /// Pairs that share a shingle and enough words, the longer one first; some more than once.
    fn pairs(&self) -> Result<Sorter<2, 2>, ErrorKind> {
        let mut all = Sorter::<3, 2>::new(&self.room.part(SORTED));
        let mut words = Vec::new();
        for place in (0_u32..).take(self.briefs.len()) {
            self.words(place, &mut words);
            for shingle in shingles(&words) {
                let [high, low] = halves(shingle);
                all.add([high, low, place])?;
            }
        }
        let mut pairs = Pairs {
            statements: self,
            fresh: Vec::new(),
            alike: Sorter::new(&self.room.part(SORTED)),
            counts: vec![0; 1 << 16],
            long: Vec::new(),
            short: Vec::new(),
        };
        let mut shingle = [0; 2];
        let mut group: Vec<u32> = Vec::new();
        all.each(|[high, low, place]| {
            if shingle != [high, low] {
                pairs.add(&group)?;
                group.clear();
                shingle = [high, low];
            }
            // One more than there may be tells that there are too many.
            if group.len() <= MOST_COMMON && group.last() != Some(&place) {
                group.push(place);
            }
            Ok(())
        })?;
        pairs.add(&group)?;
        pairs.test()?;
        Ok(pairs.alike)
    }
}

/// The longest gather their copies.
struct Leaders<'a> {
    statements: &'a Statements,
    taken: Vec<bool>,
    joined: Vec<(u64, u64)>,
    alignment: Alignment,
    long: Vec<u16>,
    short: Vec<u16>,
}

impl Leaders<'_> {
    /// Gathers what of some pairs with one leader are copies of it.
    fn gather(&mut self, pairs: &[[u32; 2]]) {
        let Some(&[leader, _]) = pairs.first() else {
            return;
        };
        if self.taken[leader as usize] {
            return;
        }
        let briefs = &self.statements.briefs;
        self.statements.words(leader, &mut self.long);
        let family = self.statements.family(leader);
        // Where the longest names nobody, the first named copy tells who it is.
        let mut speaker = briefs[leader as usize].speaker;
        for &[_, copy] in pairs {
            let brief = briefs[copy as usize];
            if self.taken[copy as usize]
                || !may_be_one(speaker, brief.speaker, usize::from(brief.length))
            {
                continue;
            }
            self.statements.words(copy, &mut self.short);
            if !self.alignment.contains(&self.long, &self.short) {
                continue;
            }
            if speaker == 0 {
                speaker = brief.speaker;
            }
            self.taken[copy as usize] = true;
            self.joined.push((self.statements.family(copy), family));
        }
    }
}

/// Enough of a statement to tell of most pairs that they are none.
#[derive(Clone, Copy, Debug)]
struct Brief {
    /// A bit for each word, of 128.
    bits: [u64; 2],
    speaker: u16,
    length: u16,
}

impl Brief {
    fn of(speaker: u16, words: &[u16]) -> Self {
        let mut brief = Self {
            bits: [0; 2],
            speaker,
            length: words.len() as u16,
        };
        for word in words {
            brief.bits[usize::from(word >> 6 & 1)] |= 1 << (word & 63);
        }
        brief
    }

    /// May a shorter one, by its speaker and by the bits of its words, be a copy of this one?
    fn may_have(self, copy: Self) -> bool {
        let words = usize::from(copy.length);
        // One without a speaker may get that of another copy.
        let speakers =
            self.speaker == 0 && copy.speaker != 0 || may_be_one(self.speaker, copy.speaker, words);
        let lacks = |part: usize| (copy.bits[part] & !self.bits[part]).count_ones() as usize;
        speakers && lacks(0) + lacks(1) <= words - needed(words)
    }
}

/// Some words: a bit for each, of 4096. So many lie in the nearest memory, and nothing need be decided to look one up.
struct Sieve([u64; 64]);

impl Sieve {
    fn of(words: &[u16]) -> Self {
        let mut sieve = Self([0; 64]);
        for word in words {
            sieve.0[usize::from(word >> 6 & 63)] |= 1 << (word & 63);
        }
        sieve
    }

    /// 1 if a word, in the lower half of a number, is surely none of them, otherwise 0.
    fn lacks(&self, word: u32) -> usize {
        !(self.0[(word >> 6 & 63) as usize] >> (word & 63)) as usize & 1
    }
}

/// Pairs on their way from a shingle in common to enough words in common.
struct Pairs<'a> {
    statements: &'a Statements,
    /// The longer one's place above the other's.
    fresh: Vec<u64>,
    alike: Sorter<2, 2>,
    /// How often the longer one has each word; all nought between two tests.
    counts: Vec<u8>,
    long: Vec<u16>,
    short: Vec<u16>,
}

impl Pairs<'_> {
    /// Adds all pairs of statements with a shingle in common.
    fn add(&mut self, group: &[u32]) -> std::io::Result<()> {
        if group.len() > MOST_COMMON {
            return Ok(());
        }
        let briefs = &self.statements.briefs;
        for (at, &copy) in group.iter().enumerate() {
            let brief = briefs[copy as usize];
            let leaders = group[..at].iter().copied();
            let possible = leaders.filter(|leader| briefs[*leader as usize].may_have(brief));
            self.fresh
                .extend(possible.map(|leader| u64::from(leader) << 32 | u64::from(copy)));
        }
        if self.fresh.len() > PAIRS_AT_ONCE {
            self.test()?;
        }
        Ok(())
    }

    /// Keeps the pairs of which the longer one has enough words of the shorter one, in whatever order.
    fn test(&mut self) -> std::io::Result<()> {
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.sort_unstable();
        fresh.dedup();
        let mut met = Vec::new();
        let place = |pair: u64| (pair >> 32) as u32;
        for copies in fresh.chunk_by(|a, b| place(*a) == place(*b)) {
            let Some(leader) = copies.first().map(|pair| place(*pair)) else {
                continue;
            };
            self.statements.words(leader, &mut self.long);
            for &word in &self.long {
                self.counts[word as usize] += 1;
            }
            let sieve = Sieve::of(&self.long);
            for copy in copies.iter().map(|pair| *pair as u32) {
                if self.statements.lacks_too_many(copy, &sieve) {
                    continue;
                }
                self.statements.words(copy, &mut self.short);
                let mut may_lack = Some(self.short.len() - needed(self.short.len()));
                met.clear();
                for &word in &self.short {
                    let count = &mut self.counts[word as usize];
                    if *count > 0 {
                        *count -= 1;
                        met.push(word);
                    } else {
                        may_lack = may_lack.and_then(|lack| lack.checked_sub(1));
                        if may_lack.is_none() {
                            break;
                        }
                    }
                }
                for &word in &met {
                    self.counts[word as usize] += 1;
                }
                if may_lack.is_some() {
                    self.alike.add([leader, copy])?;
                }
            }
            for &word in &self.long {
                self.counts[word as usize] = 0;
            }
        }
        fresh.clear();
        self.fresh = fresh;
        Ok(())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Families, Sketch, unpack};
    use super::*;

    /// What becomes of statements, with all in memory or as little as may be.
    fn join(statements: impl Iterator<Item = (u64, u16, Vec<u16>)>, room: &Room) -> Families {
        let mut gathering = Gathering::new(room);
        for (family, speaker, words) in statements {
            gathering.add(family, speaker, &words).unwrap();
        }
        Families::new(gathering.finish().unwrap().join().unwrap())
    }

    /// Which of these statements are one, by the place of the longest.
    fn grouped(said: &[(&str, &str)]) -> Vec<usize> {
        let statements = (0_u64..).zip(said).map(|(n, (surname, words))| {
            let surname = (!surname.is_empty()).then_some(*surname);
            let mut sketch = Sketch::of(surname);
            words.split(' ').for_each(|word| sketch.add(word));
            let (_, sketch) = sketch.done().unwrap();
            let mut words = Vec::new();
            let speaker = unpack(sketch.into_iter(), &mut words).unwrap();
            (n, speaker, words)
        });
        let families = join(statements, &Room::boundless());
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

    fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u16>> {
        prop::collection::vec(any::<u16>(), count)
    }

    proptest! {
        /// Whatever is cut out of a statement is one with it, of an odd number of words or an even one.
        #[test]
        fn a_part_is_a_copy(text in words(8..40), begin in 0..32_usize, width in 8..40_usize) {
            let begin = begin.min(text.len() - 8);
            let end = (begin + width).min(text.len());
            let part = text[begin..end].to_vec();
            let all = [(7, 1, text), (9, 1, part)];
            let families = join(all.into_iter(), &Room::boundless());
            prop_assert_eq!(families.of(9), 7);
        }

        /// Neither the order in which statements come makes a difference, nor how much memory there is.
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
            let statement = |n: usize| (n as u64, 1, all[n].clone());
            let forward = join((0..all.len()).map(statement), &Room::boundless());
            let backward = join((0..all.len()).rev().map(statement), &Room::default());
            prop_assert_eq!(forward, backward);
        }
    }
}
