//! Stage 1: features that label each unit as source, cue or content, whoever it belongs to.
//!
//! Features of a word type by itself ([`of_word`]) are summed once a type; the rest ([`in_context`]) live. Template
//! numbers are part of the model: a change means training anew.

use super::crf::{LANES, Lattice, Row};
use super::view::{NONE, View, quote};
use super::weights::{Model, Sums, feature, in_bank, pair};
use super::words::{AFTER, BEFORE, Vocabulary, Word, class};
use crate::extract::word_types::Remembered;

/// Kinds of span, in the order of the labels.
pub const KINDS: [&str; 3] = ["SOURCE", "CUE", "CONTENT"];
/// Labels of a kind in the BIOES order of [`super::crf::Labels::bioes`]: first label of source, cue, content.
pub const SOURCE: usize = 1;
/// See [`SOURCE`].
pub const CUE: usize = 5;
/// See [`SOURCE`].
pub const CONTENT: usize = 9;
/// Number of edge classes, see [`edge`].
pub const EDGE_CLASSES: usize = 16;
/// Places around a unit whose word counts: three before to three after.
pub const WINDOW: usize = 7;

/// Bank of features of a word type.
const OF_WORD: u64 = 0;
/// Bank of features that nearly every unit has.
const COMMON: u64 = 1;
/// Bank of features of word pairs.
const OF_PAIR: u64 = 2;

/// Buckets a distance, 0 to 9.
#[inline(always)]
#[must_use]
pub fn bucket(distance: u32) -> u64 {
    match distance {
        0..=3 => u64::from(distance),
        4..=5 => 4,
        6..=8 => 5,
        9..=13 => 6,
        14..=25 => 7,
        26..=45 => 8,
        _ => 9,
    }
}

/// Features that the word at place `place` (0 is three before, 6 three after) gives a unit by itself.
pub fn of_word(word: &Word, place: usize, emit: &mut impl FnMut(u64)) {
    let p = place as u64;
    let mut f = |t: u64, v: u64| emit(in_bank(feature(t * 8 + p, v), OF_WORD));
    f(1, word.low);
    if !(1..=5).contains(&place) {
        return;
    }
    f(2, u64::from(word.clusters.coarse));
    f(3, u64::from(word.clusters.fine));
    if word.verb != 0 {
        f(10, u64::from(word.verb));
    }
    f(11, u64::from(word.kind));
    if !(2..=4).contains(&place) {
        return;
    }
    f(4, word.stem);
    f(5, u64::from(word.tier));
    if place == 3 {
        f(6, word.shape);
        for (k, &suffix) in word.suffixes.iter().enumerate() {
            if suffix != 0 {
                f(7 + k as u64, suffix);
            }
        }
        f(9, pair(u64::from(word.tier), word.suffixes[1]));
    }
}

/// All other features of unit `i`.
#[allow(clippy::too_many_lines, reason = "one list of templates, in order")]
pub fn in_context(view: &View, vocabulary: &Vocabulary, i: u32, emit: &mut impl FnMut(u64)) {
    let at = i as usize;
    let (begin, end) = view.paragraph[at];
    let (first, last) = view.sentence[at];
    let boundary = vocabulary.words();
    let word = |j: i64| -> &Word {
        if j < i64::from(begin) {
            &boundary[BEFORE as usize]
        } else if j >= i64::from(end) {
            &boundary[AFTER as usize]
        } else {
            &view.words[j as usize]
        }
    };
    let j = i64::from(i);
    let [pp, p, w, n, nn, nnn] = [-2, -1, 0, 1, 2, 3].map(|k| word(j + k));

    let mut f = |t: u64, v: u64| emit(in_bank(feature(100 + t, v), OF_PAIR));
    f(1, pair(p.low, w.low));
    f(2, pair(w.low, n.low));
    f(3, pair(pair(p.low, w.low), n.low));
    f(4, pair(pp.low, p.low));
    f(5, pair(n.low, nn.low));
    f(6, pair(p.shape, w.shape));
    f(7, pair(w.shape, n.shape));
    let coarse = |x: &Word| u64::from(x.clusters.coarse);
    let fine = |x: &Word| u64::from(x.clusters.fine);
    f(8, coarse(p) << 16 | coarse(w));
    f(9, coarse(w) << 16 | coarse(n));
    f(10, coarse(p) << 32 | coarse(w) << 16 | coarse(n));
    f(11, coarse(w) << 32 | coarse(n) << 16 | coarse(nn));
    f(12, fine(p) << 16 | fine(w));
    f(13, fine(w) << 16 | fine(n));
    // what a verb stands between
    let between = u64::from(p.before_cue) << 8 | u64::from(n.after_cue);
    f(14, fine(w) << 8 | u64::from(n.after_cue));
    f(15, fine(w) << 8 | u64::from(p.before_cue));
    f(16, pair(w.stem, between));
    if w.verb != 0 {
        f(17, u64::from(w.verb) << 16 | between);
    }
    let kind = |x: &Word| u64::from(x.kind) << 16 | u64::from(x.verb);
    f(18, pair(pair(kind(p), kind(w)), kind(n)));
    // what follows a comma or dash, or came before it
    if n.class & class::BREAK != 0 {
        f(20, pair(nn.low, kind(nnn)));
        f(21, pair(kind(nn), coarse(nnn)));
    }
    if p.class & class::BREAK != 0 {
        f(22, pair(w.low, kind(n)));
        f(23, pair(kind(w), kind(n)));
    }

    let mut f = |t: u64, v: u64| emit(in_bank(feature(200 + t, v), COMMON));
    f(0, 0);
    let edge = |hit: bool, wide: bool| u64::from(wide) * 2 + u64::from(hit && !wide);
    f(1, edge(i == first, i == begin));
    f(2, edge(i + 1 == last, i + 1 == end));
    f(
        3,
        u64::from(p.tier) * 36 + u64::from(w.tier) * 6 + u64::from(n.tier),
    );

    // quotations
    let state = u64::from(view.state[at]);
    let carried = u64::from(view.carried[at]);
    let in_state = state * 2 + carried;
    f(10, in_state);
    let region = view.regions.get(view.region[at] as usize);
    if let Some(q) = region {
        let length = q.close.saturating_sub(q.open);
        let (leads, ending) = (u64::from(q.leads), u64::from(q.ending));
        let [before2, before, after, after2] = q.around;
        f(11, state * 16 + bucket(i - q.open));
        f(12, state * 16 + bucket(q.close.saturating_sub(i)));
        f(13, state * 16 + bucket(length));
        f(14, state * 2 + leads);
        f(15, pair(before, state));
        f(16, pair(after, state));
        f(17, (state * 8 + ending) * 16 + bucket(length).min(5));
        f(18, pair(pair(after, after2), state));
        f(19, pair(pair(before2, before), state));
        let cues = u64::from(q.cues[0]) * 2 + u64::from(q.cues[1]);
        f(20, ((state * 4 + cues) * 8 + ending) * 2 + leads);
        f(
            21,
            ((state * 2 + leads) * 8 + ending) * 16 + bucket(length).min(6),
        );
    }
    let quoted = view.inside[last as usize] - view.inside[first as usize];
    let share = u64::from(4 * quoted / (last - first));
    f(22, share * 8 + in_state);
    f(23, share * 8 + bucket(i - first).min(4));
    let ahead = view.next_open[at];
    f(24, if ahead == NONE { 99 } else { bucket(ahead - i) });
    let behind = view.last_close[at];
    f(
        25,
        if behind == NONE {
            99
        } else {
            bucket(i - behind)
        },
    );

    // cue words
    let here = view.region[at];
    let counts = |c: &u32| {
        view.state[*c as usize] != quote::IN || here != NONE && view.region[*c as usize] == here
    };
    let left = chain(&view.cue_before, i, |c| c >= first).find(&counts);
    let right = chain(&view.cue_after, i, |c| c < last).find(&counts);
    let commas =
        |a: u32, b: u32| u64::from((view.commas[b as usize] - view.commas[a as usize]).min(2));
    if let Some(c) = left {
        let cue = &view.words[c as usize];
        let that = u64::from(c + 1 < end && view.is(c + 1, class::THAT));
        let (far, crossed) = (bucket(i - c), commas(c, i));
        f(30, far * 4 + crossed);
        f(31, pair(cue.low, far.min(4)));
        f(32, (that * 4 + crossed) * 8 + far.min(4));
        f(33, pair(cue.low, crossed));
    } else {
        f(34, 0);
    }
    if let Some(c) = right {
        let cue = &view.words[c as usize];
        let that = u64::from(c + 1 < end && view.is(c + 1, class::THAT));
        let ends = u64::from(c + 1 >= last || view.is(c + 1, class::PERIOD));
        let (far, crossed) = (bucket(c - i), commas(i, c));
        f(35, far * 4 + crossed);
        f(36, pair(cue.low, far.min(4)));
        f(37, ((crossed * 2 + ends) * 2 + that) * 8 + far.min(4));
        f(38, pair(cue.low, crossed));
    } else {
        f(39, 0);
    }
    let is_cue = u64::from(w.class & class::CUE != 0);
    f(
        40,
        is_cue * 4 + u64::from(left.is_some()) * 2 + u64::from(right.is_some()),
    );
    let k = view.segment[at];
    let segment = |k: Option<u32>| {
        k.and_then(|k| view.segments.get(k as usize))
            .map_or(7, |s| u64::from(s.cue) * 2 + u64::from(s.quoted))
    };
    let (mine, before, after) = (
        segment(Some(k)),
        segment(k.checked_sub(1)),
        segment(Some(k + 1)),
    );
    f(41, mine);
    f(42, before * 64 + mine * 8 + after);
    f(
        43,
        mine * 16 + bucket(view.segments[k as usize].length).min(6),
    );
    let leads = view.segment[first as usize] == k;
    let trails = view.segment[last as usize - 1] == k
        || last - first >= 2 && view.segment[last as usize - 2] == k;
    f(
        44,
        ((u64::from(leads) * 2 + u64::from(trails)) * 8 + mine) * 8 + before,
    );
    f(
        45,
        pair(view.words[first as usize].low, bucket(i - first).min(4)),
    );
    let according = view.according[at];
    if according != NONE {
        let side = u64::from(i > according);
        f(46, 0);
        f(47, side * 16 + bucket(i.abs_diff(according)));
        f(48, side * 4 + commas(i.min(according), i.max(according)));
    }
}

/// Follows a list of nearest cues as long as `inside` holds.
fn chain(list: &[u32], from: u32, inside: impl Fn(u32) -> bool) -> impl Iterator<Item = u32> {
    let mut at = from;
    std::iter::from_fn(move || {
        at = *list.get(at as usize)?;
        (at != NONE && inside(at)).then_some(at)
    })
}

/// Class of the transition into unit `i`.
#[must_use]
pub fn edge(view: &View, i: u32) -> u8 {
    let at = i as usize;
    if view.paragraph[at].0 == i {
        return u8::from(view.carried[at]);
    }
    let (before, state) = (view.state[at - 1], view.state[at]);
    let new_sentence = view.sentence[at].0 == i;
    let after_comma = view.words[at - 1].class & class::COMMA != 0;
    let after_break = view.words[at - 1].class & class::BREAK != 0;
    match (before, state) {
        (_, quote::OPEN) if new_sentence => 2,
        (_, quote::OPEN) if after_break => 3,
        (quote::CLOSE, quote::OPEN) => 4,
        (_, quote::OPEN) => 5,
        (quote::CLOSE, quote::OUT) if new_sentence => 6,
        (quote::CLOSE, quote::OUT) => 7,
        (quote::OPEN, quote::IN | quote::CLOSE) => 8,
        (_, quote::IN | quote::CLOSE) if new_sentence => 9,
        (_, quote::IN | quote::CLOSE) if after_comma => 10,
        (_, quote::IN | quote::CLOSE) => 11,
        _ if new_sentence => 12,
        _ if after_break => 13,
        _ if view.words[at].class & (class::BREAK | class::PERIOD) != 0 => 14,
        _ => 15,
    }
}

/// Probabilities that stage 1 gives a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Marginals {
    /// In a source, a cue, content.
    pub inside: [f32; 3],
    /// Begins one.
    pub begins: [f32; 3],
    /// Ends one.
    pub ends: [f32; 3],
}

/// What stage 1 makes of an article.
#[derive(Debug, Default)]
pub struct Labelling {
    /// Best label of each unit.
    pub labels: Vec<u8>,
    /// Marginals of each unit.
    pub marginals: Vec<Marginals>,
}

/// Index of a label's kind in [`KINDS`] and whether it begins and ends a span; `None` for `O`.
#[inline(always)]
#[must_use]
pub fn kind_of(label: u8) -> Option<(usize, bool, bool)> {
    let k = label.checked_sub(1)?;
    let position = k % 4;
    Some((
        k as usize / 4,
        position == 0 || position == 3,
        position >= 2,
    ))
}

/// Features that are collected before their weights are fetched: many, but no more than the cache holds.
const PENDING: usize = 2048;

/// Sums of the features of a word type at each place.
pub type TypeSums = [Sums; WINDOW];

/// Word types whose sums are remembered, in some 9 MB.
pub const REMEMBERED: usize = 32 << 10;

/// Runs stage 1; keeps buffers.
#[derive(Debug, Default)]
pub struct Stage1 {
    /// Sums of the article's word types, by vocabulary id.
    types: Vec<TypeSums>,
    sums: Vec<Sums>,
    pending: Vec<(u64, u32)>,
    scores: Vec<Row>,
    edges: Vec<u8>,
    rows: Vec<Row>,
    best: Vec<u8>,
    lattice: Lattice,
}

impl Stage1 {
    /// Labels all units of an article. `remembered` are sums by this model. `bias` is taken off the scores of beginning a
    /// cue or content.
    pub fn run(
        &mut self,
        model: &Model,
        remembered: &Remembered<TypeSums>,
        view: &View,
        vocabulary: &Vocabulary,
        bias: f32,
        out: &mut Labelling,
    ) {
        self.sum_types(model, remembered, vocabulary);
        out.labels.clear();
        out.marginals.clear();
        for &(begin, end) in &view.paragraphs {
            self.sums.clear();
            self.edges.clear();
            for i in begin..end {
                let mut sums = [0; LANES];
                for place in 0..WINDOW {
                    let at = i64::from(i) + place as i64 - 3;
                    let id = if at < i64::from(begin) {
                        BEFORE
                    } else if at >= i64::from(end) {
                        AFTER
                    } else {
                        view.types[at as usize]
                    };
                    for (s, x) in sums.iter_mut().zip(&self.types[id as usize][place]) {
                        *s += x;
                    }
                }
                in_context(view, vocabulary, i, &mut |h| {
                    self.pending.push((h, i - begin));
                });
                self.sums.push(sums);
                self.edges.push(edge(view, i));
                if self.pending.len() >= PENDING {
                    model.add_pending(&mut self.pending, &mut self.sums);
                }
            }
            model.add_pending(&mut self.pending, &mut self.sums);
            self.scores.clear();
            self.scores.extend(self.sums.iter().map(|sums| {
                let mut row = model.scores(sums);
                for label in [CUE, CUE + 3, CONTENT, CONTENT + 3] {
                    row[label] -= bias;
                }
                row
            }));
            let transitions = model.transitions();
            self.lattice.forward(transitions, &self.scores, &self.edges);
            self.lattice
                .marginals(transitions, &self.edges, &mut self.rows);
            self.lattice
                .viterbi(transitions, &self.scores, &self.edges, &mut self.best);
            out.labels.extend_from_slice(&self.best);
            out.marginals.extend(self.rows.iter().map(summarise));
        }
    }

    fn sum_types(
        &mut self,
        model: &Model,
        remembered: &Remembered<TypeSums>,
        vocabulary: &Vocabulary,
    ) {
        self.types.clear();
        for (id, word) in (0..).zip(vocabulary.words()) {
            self.types.push(remembered.get_or(vocabulary.hash(id), || {
                let mut places = [[0; LANES]; WINDOW];
                for (place, sums) in places.iter_mut().enumerate() {
                    of_word(word, place, &mut |h| model.add(h, sums));
                }
                places
            }));
        }
    }
}

/// Marginals of labels as marginals of kinds.
fn summarise(row: &Row) -> Marginals {
    let mut out = Marginals::default();
    for kind in 0..3 {
        let at = 1 + 4 * kind;
        let [b, i, e, s] = [row[at], row[at + 1], row[at + 2], row[at + 3]];
        out.inside[kind] = b + i + e + s;
        out.begins[kind] = b + s;
        out.ends[kind] = e + s;
    }
    out
}
