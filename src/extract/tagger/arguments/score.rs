//! Adds up the weights of a cue's sequence.

use super::super::crf::{LANES, Row};
use super::super::view::View;
use super::super::weights::{MAX_LABELS, Model, Sums};
use super::super::words::Vocabulary;
use super::CONTENT2;
use super::features::{self, PLACES, SIZES, Sink, TEMPLATES, small_hash};
use super::frame::{Frame, NEARS, Position, SIDES, Shared};

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
    later: &'a mut Vec<u64>,
}

impl Sink for Adder<'_> {
    #[inline(always)]
    fn hash(&mut self, hash: u64) {
        self.later.push(hash);
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

/// The sums of a group of features, kept as long as what the group depends on stays the same.
#[derive(Clone, Copy, Debug, Default)]
struct Kept<K> {
    key: Option<K>,
    sums: Sums,
}

/// The weights that a sequence is scored with, and where hashes wait.
struct Weigher<'a> {
    model: &'a Model,
    dense: &'a Dense,
    hashes: &'a mut Vec<u64>,
}

impl Weigher<'_> {
    /// The sums of the features that `emit` gives.
    #[inline(always)]
    fn sum(&mut self, emit: impl FnOnce(&mut Adder<'_>)) -> Sums {
        self.hashes.clear();
        let mut adder = Adder {
            dense: self.dense,
            sums: [0; LANES],
            later: self.hashes,
        };
        emit(&mut adder);
        let mut sums = adder.sums;
        self.model.add_all(self.hashes, &mut sums);
        sums
    }

    /// The same, unless the key is the one of the last time.
    #[inline(always)]
    fn kept<K: PartialEq>(
        &mut self,
        kept: &mut Kept<K>,
        key: K,
        emit: impl FnOnce(&mut Adder<'_>),
    ) {
        if kept.key.as_ref() != Some(&key) {
            kept.sums = self.sum(emit);
            kept.key = Some(key);
        }
    }
}

#[inline(always)]
fn add(sums: &mut Sums, more: &Sums) {
    for (s, x) in sums.iter_mut().zip(more) {
        *s += x;
    }
}

/// Scores the units of cues' sequences; keeps the sums of word types, and of the article's units by side of the cue.
#[derive(Debug, Default)]
pub struct Scorer {
    types: Vec<[[Sums; NEARS]; PLACES]>,
    /// Sums of the words around a unit, for each side that has its bit in `known`.
    words: Vec<[Sums; SIDES]>,
    known: Vec<u16>,
    hashes: Vec<u64>,
    /// Scores of the last sequence.
    pub scores: Vec<Row>,
    /// Edge classes of the last sequence.
    pub edges: Vec<u8>,
}

impl Scorer {
    /// Forgets the word types.
    pub fn forget(&mut self) {
        self.types.clear();
    }

    /// Begins an article: its units are new.
    pub fn begin(&mut self, model: &Model, view: &View, vocabulary: &Vocabulary) {
        self.known.clear();
        self.known.resize(view.len(), 0);
        if self.words.len() < view.len() {
            self.words.resize(view.len(), [[0; LANES]; SIDES]);
        }
        self.learn_types(model, vocabulary);
    }

    /// Scores the sequence of `frame`. `bias` is taken off the scores of beginning content.
    #[allow(clippy::too_many_arguments, reason = "one caller")]
    pub fn run(
        &mut self,
        model: &Model,
        dense: &Dense,
        view: &View,
        vocabulary: &Vocabulary,
        shared: &Shared,
        frame: &Frame,
        bias: f32,
    ) {
        self.scores.clear();
        self.edges.clear();
        let Some(cue) = frame.cue else { return };
        let mut weigher = Weigher {
            model,
            dense,
            hashes: &mut self.hashes,
        };
        let (mut place, mut opinions, mut there, mut edges, mut quotation) = (
            Kept::default(),
            Kept::default(),
            Kept::default(),
            Kept::default(),
            Kept::default(),
        );
        for i in frame.low..frame.high {
            let at = i as usize;
            let position = Position::of(view, shared, frame, &cue, i);
            let (sk, sd) = (position.sk(), position.sd());
            let side = sd as usize;
            if self.known[at] & (1 << side) == 0 {
                self.known[at] |= 1 << side;
                let mut sums = weigher.sum(|sink| {
                    features::of_words(view, vocabulary, shared, &position, i, sink);
                });
                for k in 0..PLACES {
                    let (id, _) = features::word_at(view, vocabulary, i, k as i64 - 2);
                    add(&mut sums, &self.types[id as usize][k][position.near()]);
                }
                self.words[at][side] = sums;
            }
            let (rivals, closer) = features::rivals(frame, &position, i);
            let opinion = shared.opinions[at].within(frame, i);
            let key = position.key() | rivals << 40;
            weigher.kept(&mut place, key, |sink| {
                features::of_place(frame, &position, rivals, sink);
            });
            weigher.kept(&mut opinions, (opinion, sk << 2 | closer), |sink| {
                features::of_opinion(frame, &position, opinion, closer, sink);
            });
            let key = (opinion, sd << 8 | position.far << 2 | position.breaks);
            weigher.kept(&mut there, key, |sink| {
                features::of_opinion_there(frame, &position, opinion, sink);
            });
            let key = sk << 8 | position.far.min(3) << 2 | position.breaks;
            weigher.kept(&mut edges, (shared.edges[at], key), |sink| {
                features::of_edges(frame, &position, shared.edges[at], sink);
            });
            let key = sk << 8 | position.state << 1 | position.same;
            weigher.kept(&mut quotation, (view.region[at], key), |sink| {
                features::of_quotation(view, frame, &cue, &position, i, sink);
            });
            let mut sums = weigher.sum(|sink| features::of_both(view, frame, &position, i, sink));
            for group in [
                &self.words[at][side],
                &place.sums,
                &opinions.sums,
                &there.sums,
                &edges.sums,
                &quotation.sums,
            ] {
                add(&mut sums, group);
            }
            let mut row = model.scores(&sums);
            for label in [CONTENT2, CONTENT2 + 3] {
                row[label as usize] -= bias;
            }
            self.scores.push(row);
            self.edges.push(features::edge(view, frame, &cue, i));
        }
    }

    fn learn_types(&mut self, model: &Model, vocabulary: &Vocabulary) {
        let known = self.types.len().min(vocabulary.words().len());
        for word in &vocabulary.words()[known..] {
            let mut sums = [[[0; LANES]; NEARS]; PLACES];
            for (place, nears) in sums.iter_mut().enumerate() {
                for (near, sums) in nears.iter_mut().enumerate() {
                    features::of_word(word, place, near, &mut |h| model.add(h, sums));
                }
            }
            self.types.push(sums);
        }
    }
}
