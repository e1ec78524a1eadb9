//! Stage 2: features that label, for one cue at a time, the units of its source and content.
//!
//! As in semantic role labelling, every candidate cue gets a sequence of its own: its paragraph, clipped to
//! [`REACH`] units on either side. A candidate that is no cue has no source and no content. Template numbers are part
//! of the model: a change means training anew.

use super::crf::{LANES, Row};
use super::spans::{CONTENT, CUE, Labelling, Marginals, SOURCE, bucket, kind_of};
use super::view::{NONE, View, quote};
use super::weights::{Dense, Model, Sums, feature, in_bank, pair};
use super::words::{AFTER, BEFORE, Vocabulary, Word, class};

/// Kinds of span, in the order of the labels.
pub const KINDS: [&str; 2] = ["SOURCE", "CONTENT"];
/// First label of content; of source it is 1.
pub const CONTENT2: u8 = 5;
/// Number of edge classes.
pub const EDGE_CLASSES: usize = 9;
/// Units on either side of the cue that may be source or content.
pub const REACH: u32 = 110;
/// Most units in a sequence.
pub const LONGEST: u32 = 256;
/// Least probability of beginning a cue that makes a unit a candidate, in training.
pub const CANDIDATE: f32 = 0.08;

const OF_WORD: u64 = 0;
const COMMON: u64 = 1;
const LEXICAL: u64 = 2;

/// Side of the cue, near or far: variants of the features of a word.
const NEARS: usize = 6;
/// Places around a unit whose word counts: two before to two after.
const PLACES: usize = 5;

/// A candidate cue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cue {
    /// First unit.
    pub begin: u32,
    /// One past the last unit.
    pub end: u32,
    /// Highest probability of being in a cue among its units.
    pub probability: f32,
    /// Is it in stage 1's best labelling?
    pub best: bool,
}

/// The candidate cues of an article: those of the best labelling, and units that may begin one, with what goes on from
/// there. `least` is the probability of beginning a cue that makes a unit a candidate.
pub fn candidates(view: &View, labelling: &Labelling, least: f32, out: &mut Vec<Cue>) {
    out.clear();
    let n = view.len() as u32;
    let inside = |i: u32| labelling.marginals[i as usize].inside[1];
    let begins = |i: u32| labelling.marginals[i as usize].begins[1];
    let is_cue = |i: u32| kind_of(labelling.labels[i as usize]).is_some_and(|k| k.0 == 1);
    let top = |a: u32, b: u32| (a..b).map(inside).fold(0.0, f32::max);
    let mut i = 0;
    while i < n {
        let mut j = i + 1;
        if is_cue(i) {
            while j < n && kind_of(labelling.labels[j as usize]).is_some_and(|k| k.0 == 1 && !k.1) {
                j += 1;
            }
            let probability = top(i, j);
            out.push(Cue {
                begin: i,
                end: j,
                probability,
                best: true,
            });
        } else if begins(i) >= least {
            while j < n
                && !is_cue(j)
                && view.paragraph[j as usize] == view.paragraph[i as usize]
                && inside(j) - begins(j) > 0.5 * inside(j - 1)
            {
                j += 1;
            }
            let probability = top(i, j);
            out.push(Cue {
                begin: i,
                end: j,
                probability,
                best: false,
            });
        }
        i = j;
    }
}

/// Bins a probability, 0 to 8.
#[inline(always)]
fn bin(p: f32) -> u64 {
    const EDGES: [f32; 8] = [0.01, 0.05, 0.15, 0.35, 0.65, 0.85, 0.95, 0.99];
    EDGES.iter().map(|&e| u64::from(p >= e)).sum()
}

/// Stage 1's marginals as bins, once a unit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bins {
    inside: [u8; 3],
    begins: [u8; 3],
    ends: [u8; 3],
}

/// What takes features.
pub trait Sink {
    /// A feature by its hash.
    fn hash(&mut self, hash: u64);
    /// A feature of the cue whose value is a small number.
    fn small(&mut self, template: u64, value: u64);
}

/// The hash of a small feature.
fn small_hash(template: u64, value: u64) -> u64 {
    in_bank(feature(2000 + template, value), COMMON)
}

/// Collects hashes, for the trainer.
impl Sink for Vec<u64> {
    fn hash(&mut self, hash: u64) {
        self.push(hash);
    }
    fn small(&mut self, template: u64, value: u64) {
        self.push(small_hash(template, value));
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
    fn small(&mut self, template: u64, value: u64) {
        let Some(row) = self.dense.row(template, value) else {
            self.later.push(small_hash(template, value));
            return;
        };
        for (s, &w) in self.sums.iter_mut().zip(row) {
            *s += i16::from(w);
        }
    }
}

/// The rows of a stage 2 model that are found without hashing.
#[must_use]
pub fn dense(model: &Model) -> Dense {
    // values that a template can have, where that is few; the rest go by hash
    let mut sizes = [0u32; 93];
    for (template, size) in [
        (0, 64),
        (1, 64),
        (2, 256),
        (3, 512),
        (4, 512),
        (5, 4096),
        (20, 4096),
        (21, 2048),
        (22, 32_768),
        (23, 16_384),
        (24, 256),
        (25, 128),
        (26, 4096),
        (27, 64),
        (28, 1024),
        (29, 512),
        (30, 512),
        (31, 512),
        (40, 576),
        (41, 576),
        (42, 576),
        (43, 576),
        (44, 576),
        (45, 576),
        (46, 576),
        (47, 512),
        (48, 16_384),
        (49, 16_384),
        (51, 16_384),
        (53, 4096),
        (54, 4096),
        (57, 1024),
        (70, 512),
        (71, 512),
        (72, 2048),
        (73, 2048),
        (80, 2048),
        (81, 256),
        (82, 4096),
        (86, 64),
        (87, 128),
        (90, 2048),
        (91, 2048),
        (92, 4096),
    ] {
        sizes[template] = size;
    }
    Dense::build(model, &sizes, small_hash)
}

/// What all cues of an article share.
#[derive(Debug, Default)]
pub struct Shared {
    bins: Vec<Bins>,
    /// Number of cues of the best labelling that begin before each unit.
    cues: Vec<u32>,
}

impl Shared {
    /// Prepares an article.
    pub fn build(&mut self, labelling: &Labelling) {
        let to_bins = |p: &[f32; 3]| p.map(|x| bin(x) as u8);
        self.bins.clear();
        self.bins
            .extend(labelling.marginals.iter().map(|m: &Marginals| Bins {
                inside: to_bins(&m.inside),
                begins: to_bins(&m.begins),
                ends: to_bins(&m.ends),
            }));
        self.cues.clear();
        self.cues.push(0);
        let mut count = 0;
        for &label in &labelling.labels {
            count += u32::from(label as usize == CUE || label as usize == CUE + 3);
            self.cues.push(count);
        }
    }
}

/// One cue's surroundings.
#[derive(Debug, Default)]
pub struct Frame {
    cue: Option<Cue>,
    /// First unit of the sequence.
    pub low: u32,
    /// One past its last unit.
    pub high: u32,
    head: u64,
    head_fine: u64,
    head_coarse: u64,
    whole: u64,
    next: u64,
    previous: u64,
    sure: u64,
    best: u64,
    position: u64,
    quoted: u64,
    region: u32,
    left_quote: u32,
    right_quote: u32,
    /// Kinds of span left and right of the cue in its sentence.
    summary: u64,
    /// Distance from each unit of the sequence to the nearest other strong candidate left and right, in its sentence.
    rivals: Vec<(u32, u32)>,
}

/// Far away.
const FAR: u32 = 99;

impl Frame {
    /// Prepares the features of a candidate.
    pub fn build(
        &mut self,
        view: &View,
        vocabulary: &Vocabulary,
        labelling: &Labelling,
        cue: &Cue,
        all: &[Cue],
    ) {
        let (begin, end) = view.paragraph[cue.begin as usize];
        let (first, last) = view.sentence[cue.begin as usize];
        self.cue = Some(*cue);
        (self.low, self.high) = reach(view, cue);
        let head = &view.words[cue.end as usize - 1];
        self.head = head.low;
        self.head_fine = u64::from(head.clusters.fine);
        self.head_coarse = u64::from(head.clusters.coarse);
        self.whole = (cue.begin..cue.end).fold(0, |h, i| pair(h, view.words[i as usize].low));
        let boundary = vocabulary.words();
        let next = if cue.end < end {
            &view.words[cue.end as usize]
        } else {
            &boundary[AFTER as usize]
        };
        let previous = if cue.begin > begin {
            &view.words[cue.begin as usize - 1]
        } else {
            &boundary[BEFORE as usize]
        };
        self.next = u64::from(next.after_cue);
        self.previous = u64::from(previous.before_cue);
        self.sure = bin(cue.probability) / 2;
        self.best = u64::from(cue.best);
        self.position = if cue.begin == first {
            0
        } else if cue.end + 1 >= last {
            1
        } else {
            2
        };
        let at = cue.begin as usize;
        self.quoted = u64::from(view.state[at] == quote::IN);
        self.region = view.region[at];
        let own = |k: u32| self.quoted == 1 && view.region[k as usize] == self.region;
        self.left_quote = (begin..cue.begin)
            .rev()
            .find(|&k| view.state[k as usize] == quote::CLOSE && !own(k))
            .map_or(FAR, |k| cue.begin - k);
        self.right_quote = (cue.end..end)
            .find(|&k| view.state[k as usize] == quote::OPEN)
            .map_or(FAR, |k| k - cue.end);
        let left = arrangement(labelling, (self.low.max(first)..cue.begin).rev());
        let right = arrangement(labelling, cue.end..self.high.min(last));
        self.summary = left << 8 | right;
        self.find_rivals(view, cue, all);
    }

    fn find_rivals(&mut self, view: &View, cue: &Cue, all: &[Cue]) {
        self.rivals.clear();
        self.rivals
            .resize((self.high - self.low) as usize, (FAR, FAR));
        for rival in all {
            if rival.begin == cue.begin || rival.probability < 0.3 {
                continue;
            }
            let (first, last) = view.sentence[rival.begin as usize];
            let (first, last) = (first.max(self.low), last.min(self.high));
            for i in first..last {
                let distances = &mut self.rivals[(i - self.low) as usize];
                if rival.end <= i {
                    distances.0 = distances.0.min(i - rival.end + 1);
                } else if rival.begin > i {
                    distances.1 = distances.1.min(rival.begin - i);
                } else {
                    *distances = (0, 0);
                }
            }
        }
    }
}

/// The units that may be source or content: the cue's sentence, one before and two after, and what stands in a
/// quotation that reaches into these; within the paragraph and [`REACH`]. In the training text 99 % of all spans lie
/// there.
fn reach(view: &View, cue: &Cue) -> (u32, u32) {
    let (begin, end) = view.paragraph[cue.begin as usize];
    let region = |i: u32| view.regions.get(view.region[i as usize] as usize);
    let (mut low, _) = view.sentence[cue.begin as usize];
    if low > begin {
        low = view.sentence[low as usize - 1].0;
    }
    if let Some(q) = region(low) {
        low = low.min(q.open);
    }
    let (_, mut high) = view.sentence[cue.end as usize - 1];
    for _ in 0..2 {
        if high < end {
            high = view.sentence[high as usize].1;
        }
    }
    if let Some(q) = high.checked_sub(1).and_then(region) {
        high = high.max(q.close + 1);
    }
    let low = low.max(begin).max(cue.begin.saturating_sub(REACH));
    let high = high.min(end).min(cue.end + REACH).min(low + LONGEST);
    (low, high.max(cue.end.min(low + LONGEST)))
}

/// Kinds of span met on the way, at most three, two bits each.
fn arrangement(labelling: &Labelling, units: impl Iterator<Item = u32>) -> u64 {
    let mut out = 1;
    let mut last = None;
    for i in units {
        let kind = kind_of(labelling.labels[i as usize]).map(|k| k.0 as u64 + 1);
        if let Some(kind) = kind.filter(|_| kind != last) {
            out = out << 2 | kind;
            if out >= 64 {
                break;
            }
        }
        last = kind;
    }
    out
}

/// Where a unit lies as seen from the cue.
#[derive(Clone, Copy, Debug)]
struct Position {
    side: u64,
    /// Units strictly between.
    between: (u32, u32),
    distance: u32,
    breaks: u64,
    marks: u64,
    sentences: u64,
    cues: u64,
}

impl Position {
    #[inline(always)]
    fn of(view: &View, shared: &Shared, cue: &Cue, i: u32) -> Self {
        let (side, between, distance) = if i < cue.begin {
            (0, (i + 1, cue.begin), cue.begin - i)
        } else if i < cue.end {
            (1, (i, i), 0)
        } else {
            (2, (cue.end, i), i - cue.end + 1)
        };
        let count = |list: &[u32], most: u32| {
            u64::from((list[between.1 as usize] - list[between.0 as usize]).min(most))
        };
        let starts =
            |a: u32, b: u32| u64::from((view.starts[b as usize] - view.starts[a as usize]).min(3));
        let sentences = match side {
            0 => starts(i + 1, cue.begin + 1),
            2 => starts(cue.end, i + 1),
            _ => 0,
        };
        Self {
            side,
            between,
            distance,
            breaks: count(&view.breaks, 3),
            marks: count(&view.marks, 4),
            sentences,
            cues: count(&shared.cues, 2),
        }
    }

    #[inline(always)]
    fn near(&self) -> usize {
        (self.side * 2 + u64::from(self.sentences > 0 || self.cues > 0)) as usize
    }
}

/// Features that the word at place `place` (0 is two before) gives by itself, for one variant of nearness.
fn of_word(word: &Word, place: usize, near: usize, emit: &mut impl FnMut(u64)) {
    let p = place as u64;
    let variant = near as u64 + 1;
    let mut f =
        |t: u64, near: u64, v: u64| emit(in_bank(feature((t * 8 + p) * 8 + near, v), OF_WORD));
    f(10, 0, word.low);
    f(10, variant, word.low);
    if (1..=3).contains(&place) {
        f(11, variant, u64::from(word.clusters.coarse));
        f(12, variant, u64::from(word.clusters.fine));
    }
}

/// Features of pairs of words, for one variant of nearness.
fn of_pairs(p: &Word, w: &Word, n: &Word, near: usize, emit: &mut impl FnMut(u64)) {
    let variant = near as u64 + 1;
    let mut f = |t: u64, near: u64, v: u64| emit(in_bank(feature((t * 8) * 8 + near, v), LEXICAL));
    let (before, after) = (pair(p.low, w.low), pair(w.low, n.low));
    f(20, 0, before);
    f(20, variant, before);
    f(21, 0, after);
    f(21, variant, after);
    let coarse =
        |a: &Word, b: &Word| u64::from(a.clusters.coarse) << 16 | u64::from(b.clusters.coarse);
    f(22, variant, coarse(p, w));
    f(23, variant, coarse(w, n));
}

/// The part of the features that depends on the cue.
#[allow(clippy::too_many_lines, reason = "one list of templates, in order")]
fn of_cue(
    view: &View,
    shared: &Shared,
    labelling: &Labelling,
    frame: &Frame,
    position: &Position,
    i: u32,
    sink: &mut impl Sink,
) {
    let at = i as usize;
    let (begin, end) = view.paragraph[at];
    let (first, last) = view.sentence[at];
    let Position {
        side,
        between: (u, v),
        distance,
        breaks,
        marks,
        sentences,
        cues,
    } = *position;
    let far = bucket(distance);
    let state = u64::from(view.state[at]);
    let inq = u64::from(state != 0);
    let same =
        u64::from(frame.quoted == 1 && view.region[at] == frame.region && frame.region != NONE);
    let sk = (side * 4 + sentences) * 3 + cues;
    let sd = (side * 2 + u64::from(sentences > 0)) * 2 + u64::from(cues > 0);
    let w = &view.words[at];
    // the neighbours, 0 outside the paragraph
    let p = if i > begin { view.words[at - 1].low } else { 1 };
    let n = if i + 1 < end {
        view.words[at + 1].low
    } else {
        2
    };

    let m = &shared.bins[at];
    let none = Bins::default();
    let mp = if i > frame.low {
        &shared.bins[at - 1]
    } else {
        &none
    };
    let mn = if i + 1 < frame.high {
        &shared.bins[at + 1]
    } else {
        &none
    };
    let b = u64::from;

    let mut f = |t: u64, v: u64| sink.small(t, v);
    f(0, sk);
    f(1, side * 16 + far);
    f(2, ((side * 4 + sentences) * 4 + breaks) * 4 + cues);
    f(3, ((side * 4 + sentences) * 8 + marks) * 4 + state);
    f(4, (sk * 4 + breaks) * 2 + inq);
    f(5, (sk * 16 + far) * 4 + state);
    // the cue's neighbours
    let (next, previous) = (frame.next, frame.previous);
    f(20, (next * 16 + sd) * 8 + far.min(5));
    f(21, (previous * 16 + sd) * 8 + far.min(5));
    let both = (previous * 32 + next) * 16 + sd;
    f(22, both * 4 + breaks);
    f(23, both * 2 + inq);
    f(24, (frame.position * 16 + sd) * 4 + breaks);
    f(25, frame.sure * 16 + sd);
    f(
        26,
        ((frame.best * 8 + frame.sure) * 16 + sd) * 16 + b(m.inside[2]),
    );
    let quoted = frame.quoted * 2 + same;
    f(27, quoted * 16 + sd);
    f(28, (quoted * 64 + sk) * 4 + state);
    let (left, right) = (bucket(frame.left_quote), bucket(frame.right_quote));
    f(29, (left * 16 + sd) * 2 + inq);
    f(30, (right * 16 + sd) * 2 + inq);
    f(31, ((left.min(3) * 4 + right.min(3)) * 16 + sd) * 2 + inq);
    // stage 1
    f(40, b(m.inside[0]) * 64 + sk);
    f(41, b(m.inside[2]) * 64 + sk);
    f(42, b(m.begins[2]) * 64 + sk);
    f(43, b(m.ends[2]) * 64 + sk);
    f(44, b(m.begins[0]) * 64 + sk);
    f(45, b(m.ends[0]) * 64 + sk);
    f(46, b(m.inside[1]) * 64 + sk);
    f(
        47,
        (b(mp.inside[2]) / 2 * 8 + b(m.inside[2]) / 2) * 8 + b(mn.inside[2]) / 2,
    );
    let label = |i: u32| u64::from(labelling.labels.get(i as usize).copied().unwrap_or(0));
    let mine = label(i);
    f(48, (mine * 64 + sk) * 16 + label(i.saturating_sub(1)));
    f(
        49,
        (mine * 64 + sk) * 16 + label((i + 1).min(view.len() as u32 - 1)),
    );
    f(
        50,
        ((mine * 4 + side) * 4 + sentences) << 16 | frame.summary,
    );
    f(51, ((mine * 16 + sd) * 16 + far) * 4 + breaks);
    f(53, (b(mn.begins[2]) * 16 + b(m.ends[2])) * 16 + sd);
    f(54, (b(mp.ends[2]) * 16 + b(m.begins[2])) * 16 + sd);
    f(57, (b(m.inside[0]) * 4 + side) * 16 + far);
    // edges
    let is_break = |k: usize| view.words[k].class & class::BREAK != 0;
    let opens = if i == begin {
        0
    } else if i == first {
        1
    } else if is_break(at - 1) {
        2
    } else if view.state[at] == quote::OPEN {
        3
    } else if view.state[at - 1] == quote::CLOSE {
        4
    } else {
        5
    };
    let closes = if i + 1 == end {
        0
    } else if i + 1 == last {
        1
    } else if is_break(at + 1) {
        2
    } else if view.state[at] == quote::CLOSE {
        3
    } else if view.state[at + 1] == quote::OPEN {
        4
    } else if view.words[at + 1].class & class::PERIOD != 0 {
        5
    } else {
        6
    };
    f(70, opens * 64 + sk);
    f(71, closes * 64 + sk);
    f(72, ((opens * 16 + sd) * 4 + breaks) * 4 + far.min(3));
    f(73, ((closes * 16 + sd) * 4 + breaks) * 4 + far.min(3));
    // rivals
    let (rival_left, rival_right) = frame.rivals[(i - frame.low) as usize];
    f(
        80,
        ((bucket(rival_left).min(7) * 8 + bucket(rival_right).min(7)) * 4 + side) * 8 + far.min(5),
    );
    let closer = |r: u32| u64::from(r < distance);
    let there = |r: u32| u64::from(r < FAR);
    f(81, (there(rival_left) * 2 + there(rival_right)) * 64 + sk);
    f(
        82,
        ((closer(rival_left) * 2 + closer(rival_right)) * 64 + sk) * 16 + mine,
    );
    let cue_words = u64::from((view.cues[v.max(u) as usize] - view.cues[u as usize]).min(2));
    f(86, (cue_words * 4 + side) * 4 + sentences);
    f(87, ((cue_words * 4 + side) * 4 + breaks) * 2 + inq);
    // the unit's own quotation
    if let Some(q) = view.regions.get(view.region[at] as usize)
        && let Some(cue) = frame.cue
    {
        let (leads, ending) = (u64::from(q.leads), u64::from(q.ending));
        let gap = match side {
            0 => cue.begin.saturating_sub(q.close),
            2 => q.open.saturating_sub(cue.end),
            _ => 0,
        };
        let (gap, length) = (bucket(gap), bucket(q.close.saturating_sub(q.open)));
        f(
            90,
            (((state * 4 + side) * 2 + leads) * 8 + ending) * 8 + gap.min(6),
        );
        f(
            91,
            (((state * 4 + side) * 2 + same) * 8 + length.min(6)) * 8 + gap.min(4),
        );
        f(92, ((state * 64 + sk) * 8 + ending) * 2 + same);
        f(93, pair(frame.head, (state * 4 + side) * 8 + gap.min(4)));
    }

    let mut f = |t: u64, v: u64| sink.hash(in_bank(feature(2000 + t, v), LEXICAL));
    // the cue's words
    f(10, pair(frame.head, sd));
    f(11, pair(frame.head, 256 + sd * 8 + far.min(5)));
    f(12, frame.head_fine * 16 + sd);
    f(13, ((frame.head_fine * 16 + sd) * 4 + breaks) * 2 + inq);
    f(14, pair(frame.whole, side * 4 + far.min(3)));
    f(15, pair(pair(frame.head, w.low), sd * 4 + far.min(2)));
    f(
        16,
        pair(w.low, (frame.head_fine * 4 + side) * 4 + far.min(3)),
    );
    f(17, pair(p, (frame.head_coarse * 64 + sk) * 8 + far.min(4)));
    f(52, pair(w.low, mine * 16 + sd));
    f(55, pair(frame.head, mine * 16 + sd));
    f(56, ((frame.head_fine * 16 + mine) * 16 + sd) * 4 + breaks);
    f(74, pair(w.low, opens * 16 + sd));
    f(75, pair(n, closes * 16 + sd));
    f(76, (frame.head_fine * 8 + opens) * 16 + sd);
    f(77, (frame.head_fine * 8 + closes) * 16 + sd);
    let other = u64::from(sentences > 0);
    f(78, pair(frame.head, (opens * 4 + side) * 2 + other));
    f(79, pair(frame.head, 256 + (closes * 4 + side) * 2 + other));
    f(
        85,
        pair(
            view.words[first as usize].low,
            sd * 4 + bucket(i - first).min(3),
        ),
    );
    // the words between
    if distance <= 4 && side != 1 {
        let words = (u..v).fold(side, |h, k| pair(h, view.words[k as usize].low));
        f(60, words);
        f(61, pair(words, w.low));
        if distance <= 3 {
            let classes = (u..v).fold(side, |h, k| {
                pair(h, u64::from(view.words[k as usize].clusters.coarse))
            });
            let classes = pair(classes, u64::from(w.clusters.coarse));
            f(62, classes);
            f(63, pair(classes, frame.head_coarse));
        }
    }
}

/// Class of the transition into unit `i`.
fn edge(view: &View, frame: &Frame, cue: &Cue, i: u32) -> u8 {
    let at = i as usize;
    let is_break = |k: usize| view.words[k].class & class::BREAK != 0;
    if i == frame.low {
        0
    } else if i == cue.end {
        1
    } else if i == cue.begin {
        2
    } else if view.sentence[at].0 == i {
        3
    } else if view.state[at] == quote::OPEN {
        4
    } else if view.state[at - 1] == quote::CLOSE {
        5
    } else if is_break(at - 1) {
        6
    } else if is_break(at) {
        7
    } else {
        8
    }
}

/// Places a word relative to the paragraph.
#[inline(always)]
fn word_at<'v>(view: &'v View, vocabulary: &'v Vocabulary, i: u32, offset: i64) -> (u32, &'v Word) {
    let (begin, end) = view.paragraph[i as usize];
    let at = i64::from(i) + offset;
    if at < i64::from(begin) {
        (BEFORE, &vocabulary.words()[BEFORE as usize])
    } else if at >= i64::from(end) {
        (AFTER, &vocabulary.words()[AFTER as usize])
    } else {
        (view.types[at as usize], &view.words[at as usize])
    }
}

/// All features of unit `i` for the cue of `frame`, and the class of the edge into it: what the trainer sees.
pub fn all_features(
    view: &View,
    vocabulary: &Vocabulary,
    shared: &Shared,
    labelling: &Labelling,
    frame: &Frame,
    i: u32,
    out: &mut Vec<u64>,
) -> u8 {
    let Some(cue) = frame.cue else { return 0 };
    let position = Position::of(view, shared, &cue, i);
    let near = position.near();
    for place in 0..PLACES {
        let (_, word) = word_at(view, vocabulary, i, place as i64 - 2);
        of_word(word, place, near, &mut |h| out.push(h));
    }
    let [p, w, n] = [-1, 0, 1].map(|k| word_at(view, vocabulary, i, k).1);
    of_pairs(p, w, n, near, &mut |h| out.push(h));
    of_cue(view, shared, labelling, frame, &position, i, out);
    edge(view, frame, &cue, i)
}

/// Scores the units of a cue's sequence; keeps the sums of word types.
#[derive(Debug, Default)]
pub struct Scorer {
    types: Vec<[[Sums; NEARS]; PLACES]>,
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

    /// Scores the sequence of `frame`. `bias` is taken off the scores of beginning content.
    #[allow(clippy::too_many_arguments, reason = "one caller")]
    pub fn run(
        &mut self,
        model: &Model,
        dense: &Dense,
        view: &View,
        vocabulary: &Vocabulary,
        shared: &Shared,
        labelling: &Labelling,
        frame: &Frame,
        bias: f32,
    ) {
        self.learn_types(model, vocabulary);
        self.scores.clear();
        self.edges.clear();
        let Some(cue) = frame.cue else { return };
        for i in frame.low..frame.high {
            let position = Position::of(view, shared, &cue, i);
            let near = position.near();
            let mut sums = [0; LANES];
            for place in 0..PLACES {
                let (id, _) = word_at(view, vocabulary, i, place as i64 - 2);
                for (s, x) in sums.iter_mut().zip(&self.types[id as usize][place][near]) {
                    *s += x;
                }
            }
            let [p, w, n] = [-1, 0, 1].map(|k| word_at(view, vocabulary, i, k).1);
            self.hashes.clear();
            of_pairs(p, w, n, near, &mut |h| self.hashes.push(h));
            let mut adder = Adder {
                dense,
                sums,
                later: &mut self.hashes,
            };
            of_cue(view, shared, labelling, frame, &position, i, &mut adder);
            let mut sums = adder.sums;
            model.add_all(&self.hashes, &mut sums);
            let mut row = model.scores(&sums);
            for label in [CONTENT2, CONTENT2 + 3] {
                row[label as usize] -= bias;
            }
            self.scores.push(row);
            self.edges.push(edge(view, frame, &cue, i));
        }
    }

    fn learn_types(&mut self, model: &Model, vocabulary: &Vocabulary) {
        let known = self.types.len().min(vocabulary.words().len());
        for word in &vocabulary.words()[known..] {
            let mut sums = [[[0; LANES]; NEARS]; PLACES];
            for (place, nears) in sums.iter_mut().enumerate() {
                for (near, sums) in nears.iter_mut().enumerate() {
                    of_word(word, place, near, &mut |h| model.add(h, sums));
                }
            }
            self.types.push(sums);
        }
    }
}

/// Labels of stage 1 that the marginals of stage 2 are about: checked here because both files count on it.
const _: () = assert!(SOURCE == 1 && CUE == 5 && CONTENT == 9);
