//! Near-copies and versions of one article, as groups: so that an agency's story, printed by ten papers, counts once.
//!
//! Two articles belong together if they are versions of one article, or if their [sketches](super::sketch) resemble
//! one another by [`ALIKE`] or more; and whoever belongs with either belongs with both. A group bears the number of
//! its least member. Nothing of this depends on the order in which the articles came. As groups change with every
//! article while the engine's columns never do, they lie in a file of their own, made anew at the end of a run that
//! changed something; it lists only articles that are not alone.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::num::NonZeroU32;
use std::path::Path;

use tantivy::Index;
use tantivy::schema::Field;

use super::error::{At, Error, ErrorKind};
use super::manifest::FileEntry;
use super::reader::segments;
use super::schema::{self, fields};
use super::sketch::{self, BANDS};
use super::storage::write_atomically;
use super::tape::{Room, Tape};

/// How the names of the files begin.
const PREFIX: &str = "groups-";
/// First bytes of the file.
const MAGIC: &[u8; 8] = b"whosgrp1";
/// Least resemblance of near-copies: a copy cut by a quarter has 0.75, one with every twentieth word changed 0.6.
const ALIKE: f64 = 0.6;
/// Articles with one band in common that each is compared with, at most: boilerplate must not cost a square.
const COMPARED: usize = 32;
/// Sketches that are read at a time.
const AT_ONCE: usize = 1 << 12;

/// Which articles belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Article (upper half of its key) and group, by article; only of groups with two members or more.
    members: Vec<(u64, u64)>,
}

impl Groups {
    /// The group of an article, by the upper half of its key (the column [`Fields::key_high`](schema::Fields), which
    /// its statements have too). An article that is alone is a group of its own.
    #[must_use]
    pub fn of(&self, article: u64) -> u64 {
        self.members
            .binary_search_by_key(&article, |(member, _)| *member)
            .ok()
            .and_then(|at| self.members.get(at))
            .map_or(article, |(_, group)| *group)
    }

    /// The articles of a group, by the upper halves of their keys, in order; empty for an article that is alone.
    pub fn members(&self, group: u64) -> impl Iterator<Item = u64> {
        self.members
            .iter()
            .filter(move |(_, of)| *of == group)
            .map(|(member, _)| *member)
    }

    /// Articles that are not alone.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Is every article alone?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Groups all articles of an index.
    pub(super) fn find(index: &Index, room: &Room) -> Result<Self, ErrorKind> {
        let (articles, sketches) = read_all(index, room)?;
        // From here on only the set of articles matters.
        let mut forest = Forest::of(articles.len());
        let mut first_of_story: HashMap<u64, usize> = HashMap::new();
        for (n, article) in articles.iter().enumerate() {
            // Versions share a story that is the key of none but the first.
            if article.story != article.key {
                let first = *first_of_story.entry(article.story).or_insert(n);
                forest.join(first, n);
                if let Ok(original) = articles.binary_search_by_key(&article.story, |a| a.key) {
                    forest.join(original, n);
                }
            }
        }
        let sketch_of = |n: usize| -> Option<Sketch> {
            let at = articles.get(n)?.sketch?.get() as usize - 1;
            sketches.get(at..at + 1).first().copied()
        };
        let mut bands: Vec<(u64, u32)> = Vec::new();
        for band in 0..BANDS {
            bands.clear();
            let sketched = (0_u32..).zip(&articles).filter(|(_, a)| a.sketch.is_some());
            let mut at = 0;
            let mut some = sketches.get(0..AT_ONCE.min(sketches.len()));
            for (n, _) in sketched {
                // They lie in the order of the articles.
                if at == some.len() {
                    let begin = bands.len();
                    some = sketches.get(begin..(begin + AT_ONCE).min(sketches.len()));
                    at = 0;
                }
                let value = some.get(at).map_or(0, |sketch| number(sketch, band));
                bands.push((value, n));
                at += 1;
            }
            bands.sort_unstable();
            for alike in bands.chunk_by(|a, b| a.0 == b.0).filter(|c| c.len() > 1) {
                compare(alike, &mut forest, sketch_of);
            }
        }
        sketches.check()?;
        let mut members = Vec::new();
        let mut sizes = vec![0_u32; articles.len()];
        for n in 0..articles.len() {
            sizes[forest.root(n)] += 1;
        }
        for (n, article) in articles.iter().enumerate() {
            let root = forest.root(n);
            if sizes.get(root).is_some_and(|size| *size > 1)
                && let Some(group) = articles.get(root)
            {
                members.push((article.key, group.key));
            }
        }
        Ok(Self { members })
    }

    /// Writes the file; what the manifest should say of it.
    pub(crate) fn write(&self, dir: &Path) -> Result<FileEntry, Error> {
        let mut bytes = Vec::with_capacity(MAGIC.len() + self.members.len() * 16);
        bytes.extend_from_slice(MAGIC);
        for (member, group) in &self.members {
            bytes.extend_from_slice(&member.to_le_bytes());
            bytes.extend_from_slice(&group.to_le_bytes());
        }
        let entry = FileEntry::of(&bytes);
        let path = dir.join(name(&entry));
        write_atomically(&path, &bytes).at(&path)?;
        Ok(entry)
    }

    /// Reads the file that the manifest speaks of. One that is missing, cut short or foreign is damage.
    pub(crate) fn read(dir: &Path, entry: &FileEntry) -> Result<Self, Error> {
        let name = name(entry);
        let path = dir.join(&name);
        let damaged = || Error::new(dir, ErrorKind::Damaged(format!("{name} is not whole")));
        let bytes = match fs::read(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(damaged()),
            other => other.at(&path)?,
        };
        let body = bytes.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (numbers, rest) = body.as_chunks::<8>();
        let (pairs, odd) = numbers.as_chunks::<2>();
        let members: Vec<(u64, u64)> = pairs
            .iter()
            .map(|[member, group]| (u64::from_le_bytes(*member), u64::from_le_bytes(*group)))
            .collect();
        if !rest.is_empty() || !odd.is_empty() || !members.is_sorted() {
            return Err(damaged());
        }
        Ok(Self { members })
    }
}

/// The name of a file of groups within the index folder: of its content, so that an old manifest finds the old file
/// while a new one is being written.
pub(crate) fn name(entry: &FileEntry) -> String {
    format!("{PREFIX}{}.bin", entry.blake3.get(..16).unwrap_or_default())
}

/// Removes all files of groups but the one that the manifest speaks of.
pub(crate) fn sweep(dir: &Path, keep: Option<&FileEntry>) {
    let keep = keep.map(name);
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && Some(&*name) != keep.as_deref() {
            // What cannot be removed does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A sketch, as the halves of its numbers.
type Sketch = [u32; 2 * BANDS];

fn number(sketch: &Sketch, band: usize) -> u64 {
    let half = |n: usize| sketch.get(n).copied().map_or(0, u64::from);
    half(2 * band) | half(2 * band + 1) << 32
}

fn numbers(sketch: &Sketch) -> [u64; BANDS] {
    std::array::from_fn(|band| number(sketch, band))
}

/// An article of the index.
struct Article {
    key: u64,
    story: u64,
    /// Place of its sketch, counted from 1.
    sketch: Option<NonZeroU32>,
}

/// All articles of an index and the sketches of those that have one, in the order of their keys.
fn read_all(index: &Index, room: &Room) -> Result<(Vec<Article>, Tape<{ 2 * BANDS }>), ErrorKind> {
    let f = fields();
    let mut articles = Vec::new();
    let mut unordered: Tape<{ 2 * BANDS }> = Tape::new(room);
    for segment in segments(index)? {
        let segment = segment?;
        let column = |field: Field| segment.fast_fields().u64(schema::name(field));
        let (key, story, sketch) = (column(f.key_high)?, column(f.story)?, column(f.sketch)?);
        for doc in segment.doc_ids_alive() {
            let (Some(story), Some(key)) = (story.first(doc), key.first(doc)) else {
                continue;
            };
            let mut values = [0; 2 * BANDS];
            let mut count = 0;
            for (value, halves) in sketch
                .values_for_doc(doc)
                .zip(values.as_chunks_mut::<2>().0)
            {
                *halves = [value as u32, (value >> 32) as u32];
                count += 1;
            }
            if count > 0 {
                unordered.extend([values])?;
            }
            let place = u32::try_from(unordered.len()).ok().filter(|_| count > 0);
            articles.push(Article {
                key,
                story,
                sketch: place.and_then(NonZeroU32::new),
            });
        }
    }
    articles.sort_unstable_by_key(|a| a.key);
    let mut sketches = Tape::new(room);
    for article in &mut articles {
        if let Some(place) = &mut article.sketch {
            let at = place.get() as usize - 1;
            sketches.extend(unordered.get(at..at + 1).iter().copied())?;
            *place = NonZeroU32::new(sketches.len() as u32).unwrap_or(*place);
        }
    }
    unordered.check()?;
    Ok((articles, sketches))
}

/// Joins those of some articles with a band in common that resemble one another. Each is compared with the first of
/// every group among them.
fn compare(alike: &[(u64, u32)], forest: &mut Forest, sketch_of: impl Fn(usize) -> Option<Sketch>) {
    let mut firsts: Vec<(usize, [u64; BANDS])> = Vec::new();
    for &(_, n) in alike {
        let n = n as usize;
        let Some(sketch) = sketch_of(n).map(|s| numbers(&s)) else {
            continue;
        };
        let mut alone = true;
        for (first, other) in &firsts {
            if forest.root(*first) == forest.root(n) {
                alone = false;
            } else if sketch::resemblance(&sketch, other) >= ALIKE {
                forest.join(*first, n);
                alone = false;
            }
        }
        if alone && firsts.len() < COMPARED {
            firsts.push((n, sketch));
        }
    }
}

/// Disjoint sets; the root of a set is its least member.
struct Forest(Vec<u32>);

impl Forest {
    fn of(size: usize) -> Self {
        Self((0..u32::try_from(size).unwrap_or(u32::MAX)).collect())
    }

    fn root(&mut self, of: usize) -> usize {
        let mut at = of;
        while let Some(&up) = self.0.get(at)
            && up as usize != at
        {
            // Halves the way for whoever comes next.
            let above = self.0.get(up as usize).copied().unwrap_or(up);
            self.0[at] = above;
            at = above as usize;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        let (least, other) = (a.min(b), a.max(b));
        if let (Some(slot), Ok(least)) = (self.0.get_mut(other), u32::try_from(least)) {
            *slot = least;
        }
    }
}
