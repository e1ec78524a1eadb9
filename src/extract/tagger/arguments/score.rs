//! Adds up the weights of a cue's sequence.

use std::sync::Arc;

use super::super::crf::{LANES, Row};
use super::super::view::View;
use super::super::weights::{MAX_LABELS, Model, Sums};
use super::super::words::{Vocabulary, Word};
use super::CONTENT2;
use super::features::{self, PLACES, SIZES, Sink, TEMPLATES, small_hash};
use super::frame::{Frame, NEARS, Position, SIDES, Shared};
use crate::extract::word_types::{PerType, Remembered};

/// First row of each template of small features.
const STARTS: [u32; TEMPLATES] = {
    let mut starts = [0; TEMPLATES];
    let mut k = 1;
    while k < TEMPLATES {
        starts[k] = starts[k - 1] + SIZES[k - 1];
        k += 1;
    }
    starts
};

/// Weights of features whose values are small numbers, found by index instead of by hash.
#[derive(Clone, Debug, Default)]
pub struct Dense {
    rows: Vec<[i8; LANES]>,
}

impl Dense {
    /// Copies the rows of the small features out of a stage 2 model.
    #[must_use]
    pub fn build(model: &Model) -> Self {
        let mut rows = Vec::new();
        for (template, &size) in SIZES.iter().enumerate() {
            for value in 0..size {
                let mut sums = [0; LANES];
                model.add(small_hash(template, value.into()), &mut sums);
                let mut row = [0; LANES];
                for (r, s) in row[..MAX_LABELS].iter_mut().zip(sums) {
                    *r = s as i8;
                }
                rows.push(row);
            }
        }
        Self { rows }
    }
}

/// Adds the rows of small features at once and leaves the other features for later.
struct Adder<'a> {
    dense: &'a Dense,
    sums: Sums,
    /// Where the sums will stand.
    at: u32,
    pending: &'a mut Vec<(u64, u32)>,
}

impl Sink for Adder<'_> {
    #[inline(always)]
    fn hash(&mut self, hash: u64) {
        self.pending.push((hash, self.at));
    }
    #[inline(always)]
    fn small(&mut self, template: usize, value: u64) {
        debug_assert!(value < u64::from(SIZES[template]), "template {template}");
        let at = u64::from(STARTS[template]) + value;
        if let Some(row) = self.dense.rows.get(at as usize) {
            for (s, &w) in self.sums.iter_mut().zip(row) {
                *s += i16::from(w);
            }
        }
    }
}

/// Sums of groups of features, and the features that are yet to be added to them.
#[derive(Debug, Default)]
struct Pool {
    sums: Vec<Sums>,
    pending: Vec<(u64, u32)>,
}

impl Pool {
    fn clear(&mut self) {
        self.sums.clear();
        self.pending.clear();
    }

    /// A new group: `start` and the features that `emit` gives. Its index.
    #[inline(always)]
    fn push(&mut self, dense: &Dense, start: Sums, emit: impl FnOnce(&mut Adder<'_>)) -> u32 {
        let at = self.sums.len() as u32;
        let mut adder = Adder {
            dense,
            sums: start,
            at,
            pending: &mut self.pending,
        };
        emit(&mut adder);
        let sums = adder.sums;
        self.sums.push(sums);
        at
    }

    /// The group of `last` again if it has the same key, else a new one.
    #[inline(always)]
    fn push_or_keep<K: PartialEq>(
        &mut self,
        last: &mut Option<(K, u32)>,
        key: K,
        dense: &Dense,
        emit: impl FnOnce(&mut Adder<'_>),
    ) -> u32 {
        if let Some((_, at)) = last.as_ref().filter(|(k, _)| *k == key) {
            return *at;
        }
        let at = self.push(dense, [0; LANES], emit);
        *last = Some((key, at));
        at
    }
}

#[inline(always)]
fn add(sums: &mut Sums, more: &Sums) {
    for (s, x) in sums.iter_mut().zip(more) {
        *s += x;
    }
}

/// No group yet.
const NONE: u32 = u32::MAX;

/// Groups of features of a unit but those of its words: they change with the cue.
const GROUPS: usize = 6;

/// Sums of the features of a word type at each place, by how near to the cue.
pub type TypeSums = [[Sums; NEARS]; PLACES];

/// Word types whose sums are remembered, in some 25 MB. Fewer words stand near a cue than elsewhere.
pub const REMEMBERED: usize = 24 << 10;

/// Scores the units of cues' sequences; keeps the sums of an article's word types, and of its units by side of the cue.
#[derive(Debug, Default)]
pub struct Scorer {
    types: PerType<Arc<TypeSums>>,
    /// Groups of the words around a unit: one a unit and side of the cue, for all cues of an article.
    words: Pool,
    /// Their indices.
    sides: Vec<[u32; SIDES]>,
    /// Groups of one sequence.
    groups: Pool,
    /// Indices of each unit's groups: of the words, and the others.
    units: Vec<(u32, [u32; GROUPS])>,
    /// Scores of the last sequence.
    pub scores: Vec<Row>,
    /// Edge classes of the last sequence.
    pub edges: Vec<u8>,
}

impl Scorer {
    /// Begins an article: its units and word types are new.
    pub fn begin(&mut self, view: &View) {
        self.types.clear();
        self.words.clear();
        self.sides.clear();
        self.sides.resize(view.len(), [NONE; SIDES]);
    }

    /// Scores the sequence of `frame`. `remembered` are sums by this model. `bias` is taken off the scores of beginning content.
    #[allow(clippy::too_many_arguments, reason = "one caller")]
    pub fn run(
        &mut self,
        model: &Model,
        dense: &Dense,
        remembered: &Remembered<Arc<TypeSums>>,
        view: &View,
        vocabulary: &Vocabulary,
        shared: &Shared,
        frame: &Frame,
        bias: f32,
    ) {
        self.scores.clear();
        self.edges.clear();
        self.units.clear();
        self.groups.clear();
        let Some(cue) = frame.cue else { return };
        let groups = &mut self.groups;
        let (mut place, mut opinions, mut there, mut edges, mut quotation) =
            (None, None, None, None, None);
        for i in frame.low..frame.high {
            let at = i as usize;
            let position = Position::of(view, shared, frame, &cue, i);
            let (sk, sd) = (position.sk(), position.sd());
            let words = &mut self.sides[at][sd as usize];
            if *words == NONE {
                let mut start = [0; LANES];
                for k in 0..PLACES {
                    let (id, word) = features::word_at(view, vocabulary, i, k as i64 - 2);
                    let sums = self.types.get_or(id, || {
                        remembered.get_or(vocabulary.hash(id), || Arc::new(of_type(model, word)))
                    });
                    add(&mut start, &sums[k][position.near()]);
                }
                *words = self.words.push(dense, start, |sink| {
                    features::of_words(view, vocabulary, shared, &position, i, sink);
                });
            }
            let (rivals, closer) = features::rivals(frame, &position, i);
            let opinion = shared.opinions[at].within(frame, i);
            let unit = [
                groups.push(dense, [0; LANES], |sink| {
                    features::of_both(view, frame, &position, i, sink);
                }),
                groups.push_or_keep(&mut place, position.key() | rivals << 40, dense, |sink| {
                    features::of_place(frame, &position, rivals, sink);
                }),
                groups.push_or_keep(&mut opinions, (opinion, sk << 2 | closer), dense, |sink| {
                    features::of_opinion(frame, &position, opinion, closer, sink);
                }),
                groups.push_or_keep(
                    &mut there,
                    (opinion, sd << 8 | position.far << 2 | position.breaks),
                    dense,
                    |sink| features::of_opinion_there(frame, &position, opinion, sink),
                ),
                groups.push_or_keep(
                    &mut edges,
                    (
                        shared.edges[at],
                        sk << 8 | position.far.min(3) << 2 | position.breaks,
                    ),
                    dense,
                    |sink| features::of_edges(frame, &position, shared.edges[at], sink),
                ),
                groups.push_or_keep(
                    &mut quotation,
                    (
                        view.region[at],
                        sk << 8 | position.state << 1 | position.same,
                    ),
                    dense,
                    |sink| features::of_quotation(view, frame, &cue, &position, i, sink),
                ),
            ];
            self.units.push((*words, unit));
            self.edges.push(features::edge(view, frame, &cue, i));
        }
        for pool in [&mut self.words, groups] {
            model.add_pending(&mut pool.pending, &mut pool.sums);
        }
        for (words, unit) in &self.units {
            let mut sums = self.words.sums[*words as usize];
            for &group in unit {
                add(&mut sums, &self.groups.sums[group as usize]);
            }
            let mut row = model.scores(&sums);
            for label in [CONTENT2, CONTENT2 + 3] {
                row[label as usize] -= bias;
            }
            self.scores.push(row);
        }
    }
}

fn of_type(model: &Model, word: &Word) -> TypeSums {
    let mut all = [[[0; LANES]; NEARS]; PLACES];
    for (place, nears) in all.iter_mut().enumerate() {
        for (near, sums) in nears.iter_mut().enumerate() {
            features::of_word(word, place, near, &mut |h| model.add(h, sums));
        }
    }
    all
}
