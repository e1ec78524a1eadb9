//! Which quotations are one: exact, shortened, ellipsised and lightly altered copies across articles.
//!
//! Every statement of five words or more has a *sketch* in a column: sixteen bits of a hash for the speaker's surname
//! and for each word, in order, four of these to a number. Statements of the same words and surname have the same
//! `family` number from the start; here families are joined whose sketches are nearly the same or one of which is
//! contained in the other:
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

use std::fs;
use std::path::Path;

use tantivy::Index;

use super::error::{At, Error, ErrorKind};
use super::hash::{self, mixed};
use super::manifest::FileEntry;
use super::reader::segments;
use super::schema::{self, fields};
use super::storage::write_atomically;
use super::tape::Room;
use join::Gathering;

mod align;
mod join;

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

/// What stands before the words of a sketch: the speaker, 0 if not named, and how many words there are.
const HEAD: usize = 2;

/// The sketch of a statement, while its words are read.
pub(crate) struct Sketch {
    /// The head, then the words.
    parts: Vec<u16>,
    /// The same for the same words by somebody of the same surname.
    family: u64,
}

impl Sketch {
    /// Of no words yet, by somebody of this surname.
    pub(crate) fn of(surname: Option<&str>) -> Self {
        let speaker = surname.map(hash::of);
        let mut parts = Vec::with_capacity(64);
        parts.extend([speaker.map_or(0, |hash| short(hash).max(1)), 0]);
        Self {
            parts,
            family: mixed(speaker.unwrap_or_default()),
        }
    }

    /// The next word, folded.
    pub(crate) fn add(&mut self, word: &str) {
        let hash = hash::of(word);
        self.family = mixed(self.family ^ hash);
        if self.parts.len() < HEAD + MOST_WORDS {
            self.parts.push(short(hash));
        }
    }

    /// The family, and the sketch as its column has it; `None` if there are too few words.
    pub(crate) fn done(mut self) -> Option<(u64, Vec<u64>)> {
        let words = self.parts.len() - HEAD;
        if words < LEAST_WORDS {
            return None;
        }
        self.parts[1] = words as u16;
        let number = |four: &[u16]| {
            let parts = four.iter().rev();
            parts.fold(0, |number, part| number << 16 | u64::from(*part))
        };
        let numbers = self.parts.chunks(4).map(number).collect();
        Some((self.family, numbers))
    }
}

/// Takes a sketch apart: puts the words into a list and returns the speaker. `None` if there is no sketch.
fn unpack(sketch: impl Iterator<Item = u64>, words: &mut Vec<u16>) -> Option<u16> {
    let mut parts = sketch.flat_map(|number| [0, 16, 32, 48].map(|bit| (number >> bit) as u16));
    let (speaker, count) = (parts.next()?, parts.next()?);
    words.clear();
    words.extend(parts.take(usize::from(count)));
    Some(speaker)
}

/// The family of a statement that is like no other: of its article's key and its number there.
pub(crate) fn alone(key: (u64, u64), ordinal: usize) -> u64 {
    mixed(mixed(key.0 ^ key.1) ^ ordinal as u64)
}

/// A hash folded to sixteen bits.
fn short(hash: u64) -> u16 {
    (hash ^ hash >> 16 ^ hash >> 32 ^ hash >> 48) as u16
}

/// Families that are joined to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Families {
    /// A family and the one that it belongs to, by the first; the latter is in no first place.
    joined: Vec<(u64, u64)>,
    /// The same pairs turned about, by the family that they belong to.
    members: Vec<(u64, u64)>,
}

impl Families {
    /// From pairs of a family and the one that it belongs to, by the first.
    fn new(joined: Vec<(u64, u64)>) -> Self {
        let mut members: Vec<(u64, u64)> = joined.iter().map(|(from, to)| (*to, *from)).collect();
        members.sort_unstable();
        Self { joined, members }
    }

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
        let begin = self.members.partition_point(|(to, _)| *to < family);
        let members = self.members.get(begin..).unwrap_or_default().iter();
        let members = members.take_while(|(to, _)| *to == family);
        std::iter::once(family)
            .chain(members.map(|(_, from)| *from))
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
        Some(Self::new(joined))
    }
}

/// Joins the families of an index anew and writes its file; what the manifest says of it.
pub(super) fn renew(index: &Index, dir: &Path, room: &Room) -> Result<FileEntry, Error> {
    let path = dir.join(FILE);
    let bytes = joined(index, room).at(dir)?.encode();
    if fs::read(&path).map_or(true, |old| old != bytes) {
        write_atomically(&path, &bytes).at(&path)?;
    }
    FileEntry::read(&path).at(&path)
}

/// Joins the families of all statements of an index.
fn joined(index: &Index, room: &Room) -> Result<Families, ErrorKind> {
    let f = fields();
    let mut gathering = Gathering::new(room);
    let mut words: Vec<u16> = Vec::new();
    for segment in segments(index)? {
        let segment = segment?;
        let columns = segment.fast_fields();
        let sketches = columns.u64(schema::name(f.quotation))?;
        let families = columns.u64(schema::name(f.family))?;
        for doc in segment.doc_ids_alive() {
            let speaker = unpack(sketches.values_for_doc(doc), &mut words);
            if let (Some(speaker), Some(family)) = (speaker, families.first(doc)) {
                gathering.add(family, speaker, &words)?;
            }
        }
    }
    let joined = gathering.finish()?.join()?;
    Ok(Families::new(joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_back_or_not_at_all() {
        let families = Families::new(vec![(2, 5), (3, 7), (9, 7)]);
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
}
