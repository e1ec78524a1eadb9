//! The features of stage 2, in groups by what they depend on, so that a group's weights are added up once for all units
//! in a row (or all cues) that share it.
//!
//! Template numbers are part of the model: a change means training anew.

use super::super::spans::bucket;
use super::super::view::{View, quote};
use super::super::weights::{feature, in_bank, pair};
use super::super::words::{AFTER, BEFORE, Vocabulary, Word, class};
use super::Cue;
use super::frame::{FAR, Frame, Opinion, Position, Shared};

/// Bank of features of a word type.
const OF_WORD: u64 = 0;
/// Bank of features whose values are small numbers.
const SMALL: u64 = 1;
/// Bank of all others.
const LEXICAL: u64 = 2;

/// Places around a unit whose word counts: two before to two after.
pub(super) const PLACES: usize = 5;

/// What takes features.
pub trait Sink {
    /// A feature by its hash.
    fn hash(&mut self, hash: u64);
    /// A feature whose value is a small number, under the template's size.
    fn small(&mut self, template: usize, value: u64);
}

/// Number of templates of small features.
pub(super) const TEMPLATES: usize = 93;

/// How many values a template of small features has.
pub(super) const SIZES: [u32; TEMPLATES] = {
    let mut sizes = [0; TEMPLATES];
    let list = [
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
    ];
    let mut k = 0;
    while k < list.len() {
        sizes[list[k].0] = list[k].1;
        k += 1;
    }
    sizes
};

/// The hash of a small feature.
pub(super) fn small_hash(template: usize, value: u64) -> u64 {
    in_bank(feature(2000 + template as u64, value), SMALL)
}

/// The hash of another feature that depends on the cue.
#[inline(always)]
fn lexical(template: u64, value: u64) -> u64 {
    in_bank(feature(2000 + template, value), LEXICAL)
}

/// Collects hashes, for the trainer.
impl Sink for Vec<u64> {
    fn hash(&mut self, hash: u64) {
        self.push(hash);
    }
    fn small(&mut self, template: usize, value: u64) {
        assert!(value < u64::from(SIZES[template]), "template {template}");
        self.push(small_hash(template, value));
    }
}

/// Features that the word at place `place` (0 is two before) gives by itself, for one variant of nearness.
pub(super) fn of_word(word: &Word, place: usize, near: usize, emit: &mut impl FnMut(u64)) {
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

/// Other features of the words around a unit that depend on the cue by side only.
pub(super) fn of_words(
    view: &View,
    vocabulary: &Vocabulary,
    shared: &Shared,
    position: &Position,
    i: u32,
    sink: &mut impl Sink,
) {
    let [p, w, n] = [-1, 0, 1].map(|k| word_at(view, vocabulary, i, k).1);
    let variant = position.near() as u64 + 1;
    let mut f =
        |t: u64, near: u64, v: u64| sink.hash(in_bank(feature((t * 8) * 8 + near, v), LEXICAL));
    let (before, after) = (pair(p.low, w.low), pair(w.low, n.low));
    f(20, 0, before);
    f(20, variant, before);
    f(21, 0, after);
    f(21, variant, after);
    let coarse =
        |a: &Word, b: &Word| u64::from(a.clusters.coarse) << 16 | u64::from(b.clusters.coarse);
    f(22, variant, coarse(p, w));
    f(23, variant, coarse(w, n));

    let at = i as usize;
    let sd = position.sd();
    let (opens, closes) = shared.edges[at];
    let mine = shared.opinions[at].get(Opinion::LABELS[0]);
    let next = if i + 1 < view.paragraph[at].1 {
        n.low
    } else {
        2
    };
    let first = view.sentence[at].0;
    let mut f = |t: u64, v: u64| sink.hash(lexical(t, v));
    f(52, pair(w.low, mine * 16 + sd));
    f(74, pair(w.low, u64::from(opens) * 16 + sd));
    f(75, pair(next, u64::from(closes) * 16 + sd));
    let from_first = bucket(i - first).min(3);
    f(
        85,
        pair(view.words[first as usize].low, sd * 4 + from_first),
    );
    // what the lists say, and what follows a comma or dash or came before it
    let kind = |x: &Word| u64::from(x.kind) << 16 | u64::from(x.verb);
    f(58, pair(pair(kind(p), kind(w)), sd));
    f(59, pair(pair(kind(n), kind(w)), sd));
    if n.class & class::BREAK != 0 {
        let [nn, nnn] = [2, 3].map(|k| word_at(view, vocabulary, i, k).1);
        f(64, pair(nn.low, sd));
        f(65, pair(pair(nn.low, kind(nnn)), sd));
        f(66, pair(pair(kind(nn), kind(nnn)), sd));
    }
    if p.class & class::BREAK != 0 {
        f(67, pair(pair(w.low, kind(n)), sd));
    }
}

/// Where the unit lies, and the cue. Depends on nothing of the unit but its position and whether there are rivals.
pub(super) fn of_place(frame: &Frame, position: &Position, rivals: u64, sink: &mut impl Sink) {
    let Position {
        side,
        far,
        breaks,
        marks,
        sentences,
        cues,
        cue_words,
        state,
        same,
        ..
    } = *position;
    let (sk, sd, inq) = (position.sk(), position.sd(), position.inq());
    let mut f = |t: usize, v: u64| sink.small(t, v);
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
    let quoted = frame.quoted * 2 + same;
    f(27, quoted * 16 + sd);
    f(28, (quoted * 64 + sk) * 4 + state);
    let (left, right) = (bucket(frame.left_quote), bucket(frame.right_quote));
    f(29, (left * 16 + sd) * 2 + inq);
    f(30, (right * 16 + sd) * 2 + inq);
    f(31, ((left.min(3) * 4 + right.min(3)) * 16 + sd) * 2 + inq);
    f(81, rivals * 64 + sk);
    f(86, (cue_words * 4 + side) * 4 + sentences);
    f(87, ((cue_words * 4 + side) * 4 + breaks) * 2 + inq);
    // its words
    let mut f = |t: u64, v: u64| sink.hash(lexical(t, v));
    f(10, pair(frame.head, sd));
    f(11, pair(frame.head, 256 + sd * 8 + far.min(5)));
    f(12, frame.head_fine * 16 + sd);
    f(13, ((frame.head_fine * 16 + sd) * 4 + breaks) * 2 + inq);
    f(14, pair(frame.whole, side * 4 + far.min(3)));
    f(18, pair(frame.stem, sd));
    f(19, frame.verb << 8 | (sd * 8 + far.min(5)));
}

/// What stage 1 thinks of the unit. Depends on that, the side of the cue, and which cue is nearest.
pub(super) fn of_opinion(
    frame: &Frame,
    position: &Position,
    opinion: Opinion,
    closer: u64,
    sink: &mut impl Sink,
) {
    let (sk, sd) = (position.sk(), position.sd());
    let (side, sentences) = (position.side, position.sentences);
    let inside = Opinion::INSIDE.map(|p| opinion.get(p));
    let begins = Opinion::BEGINS.map(|p| opinion.get(p));
    let ends = Opinion::ENDS.map(|p| opinion.get(p));
    let [inside_before, ends_before] = opinion.before();
    let [inside_after, begins_after] = opinion.after();
    let [mine, label_before, label_after] = Opinion::LABELS.map(|p| opinion.get(p));
    let mut f = |t: usize, v: u64| sink.small(t, v);
    f(
        26,
        ((frame.best * 8 + frame.sure) * 16 + sd) * 16 + inside[2],
    );
    f(40, inside[0] * 64 + sk);
    f(41, inside[2] * 64 + sk);
    f(42, begins[2] * 64 + sk);
    f(43, ends[2] * 64 + sk);
    f(44, begins[0] * 64 + sk);
    f(45, ends[0] * 64 + sk);
    f(46, inside[1] * 64 + sk);
    f(
        47,
        (inside_before / 2 * 8 + inside[2] / 2) * 8 + inside_after / 2,
    );
    f(48, (mine * 64 + sk) * 16 + label_before);
    f(49, (mine * 64 + sk) * 16 + label_after);
    f(53, (begins_after * 16 + ends[2]) * 16 + sd);
    f(54, (ends_before * 16 + begins[2]) * 16 + sd);
    f(82, (closer * 64 + sk) * 16 + mine);
    let about = (mine * 4 + side) * 4 + sentences;
    sink.hash(small_hash(50, about << 16 | frame.summary));
    let mut f = |t: u64, v: u64| sink.hash(lexical(t, v));
    f(55, pair(frame.head, mine * 16 + sd));
    f(68, frame.verb << 8 | (mine * 16 + sd));
    f(69, pair(frame.stem, mine * 16 + sd));
}

/// The same with the commas between and the distance.
pub(super) fn of_opinion_there(
    frame: &Frame,
    position: &Position,
    opinion: Opinion,
    sink: &mut impl Sink,
) {
    let (sd, far, breaks) = (position.sd(), position.far, position.breaks);
    let mine = opinion.get(Opinion::LABELS[0]);
    let inside = opinion.get(Opinion::INSIDE[0]);
    sink.small(51, ((mine * 16 + sd) * 16 + far) * 4 + breaks);
    sink.small(57, (inside * 4 + position.side) * 16 + far);
    sink.hash(lexical(
        56,
        ((frame.head_fine * 16 + mine) * 16 + sd) * 4 + breaks,
    ));
}

/// What begins and ends with the unit.
pub(super) fn of_edges(
    frame: &Frame,
    position: &Position,
    (opens, closes): (u8, u8),
    sink: &mut impl Sink,
) {
    let (opens, closes) = (u64::from(opens), u64::from(closes));
    let (sk, sd, breaks) = (position.sk(), position.sd(), position.breaks);
    let far = position.far.min(3);
    let mut f = |t: usize, v: u64| sink.small(t, v);
    f(70, opens * 64 + sk);
    f(71, closes * 64 + sk);
    f(72, ((opens * 16 + sd) * 4 + breaks) * 4 + far);
    f(73, ((closes * 16 + sd) * 4 + breaks) * 4 + far);
    let other = u64::from(position.sentences > 0);
    let mut f = |t: u64, v: u64| sink.hash(lexical(t, v));
    f(83, frame.verb << 8 | (opens * 16 + sd));
    f(84, frame.verb << 8 | (closes * 16 + sd));
    f(76, (frame.head_fine * 8 + opens) * 16 + sd);
    f(77, (frame.head_fine * 8 + closes) * 16 + sd);
    f(
        78,
        pair(frame.head, (opens * 4 + position.side) * 2 + other),
    );
    f(
        79,
        pair(frame.head, 256 + (closes * 4 + position.side) * 2 + other),
    );
}

/// The unit's quotation as seen from the cue.
pub(super) fn of_quotation(
    view: &View,
    frame: &Frame,
    cue: &Cue,
    position: &Position,
    i: u32,
    sink: &mut impl Sink,
) {
    let Some(q) = view.regions.get(view.region[i as usize] as usize) else {
        return;
    };
    let Position {
        side, state, same, ..
    } = *position;
    let (leads, ending) = (u64::from(q.leads), u64::from(q.ending));
    let gap = match side {
        0 => cue.begin.saturating_sub(q.close),
        2 => q.open.saturating_sub(cue.end),
        _ => 0,
    };
    let (gap, length) = (bucket(gap), bucket(q.close.saturating_sub(q.open)));
    sink.small(
        90,
        (((state * 4 + side) * 2 + leads) * 8 + ending) * 8 + gap.min(6),
    );
    sink.small(
        91,
        (((state * 4 + side) * 2 + same) * 8 + length.min(6)) * 8 + gap.min(4),
    );
    sink.small(92, ((state * 64 + position.sk()) * 8 + ending) * 2 + same);
    sink.hash(small_hash(
        93,
        pair(frame.head, (state * 4 + side) * 8 + gap.min(4)),
    ));
}

/// Other cues beside the unit: is there one on either side, and is it closer than the cue?
#[inline(always)]
pub(super) fn rivals(frame: &Frame, position: &Position, i: u32) -> (u64, u64) {
    let (left, right) = frame.rivals[(i - frame.low) as usize];
    let there = |r: u32| u64::from(r < FAR);
    let closer = |r: u32| u64::from(r < position.distance);
    (
        there(left) * 2 + there(right),
        closer(left) * 2 + closer(right),
    )
}

/// What depends on unit and cue together.
#[inline(always)]
pub(super) fn of_both(
    view: &View,
    frame: &Frame,
    position: &Position,
    i: u32,
    sink: &mut impl Sink,
) {
    let Position {
        side,
        between: (u, v),
        distance,
        far,
        ..
    } = *position;
    let (left, right) = frame.rivals[(i - frame.low) as usize];
    sink.small(
        80,
        ((bucket(left).min(7) * 8 + bucket(right).min(7)) * 4 + side) * 8 + far.min(5),
    );
    let at = i as usize;
    let w = &view.words[at];
    let before = if i > view.paragraph[at].0 {
        view.words[at - 1].low
    } else {
        1
    };
    let (sk, sd) = (position.sk(), position.sd());
    let mut f = |t: u64, v: u64| sink.hash(lexical(t, v));
    f(15, pair(pair(frame.head, w.low), sd * 4 + far.min(2)));
    f(
        16,
        pair(w.low, (frame.head_fine * 4 + side) * 4 + far.min(3)),
    );
    f(
        17,
        pair(before, (frame.head_coarse * 64 + sk) * 8 + far.min(4)),
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
#[inline(always)]
pub(super) fn edge(view: &View, frame: &Frame, cue: &Cue, i: u32) -> u8 {
    let at = i as usize;
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
    } else if view.is(i - 1, class::BREAK) {
        6
    } else if view.is(i, class::BREAK) {
        7
    } else {
        8
    }
}

/// The word at an offset from a unit, or the boundary of the paragraph that stands there.
#[inline(always)]
pub(super) fn word_at<'v>(
    view: &'v View,
    vocabulary: &'v Vocabulary,
    i: u32,
    offset: i64,
) -> (u32, &'v Word) {
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
pub fn all(
    view: &View,
    vocabulary: &Vocabulary,
    shared: &Shared,
    frame: &Frame,
    i: u32,
    out: &mut Vec<u64>,
) -> u8 {
    let Some(cue) = frame.cue else { return 0 };
    let position = Position::of(view, shared, frame, &cue, i);
    for place in 0..PLACES {
        let (_, word) = word_at(view, vocabulary, i, place as i64 - 2);
        of_word(word, place, position.near(), &mut |h| out.push(h));
    }
    let opinion = shared.opinions[i as usize].within(frame, i);
    let (there, closer) = rivals(frame, &position, i);
    of_words(view, vocabulary, shared, &position, i, out);
    of_place(frame, &position, there, out);
    of_opinion(frame, &position, opinion, closer, out);
    of_opinion_there(frame, &position, opinion, out);
    of_edges(frame, &position, shared.edges[i as usize], out);
    of_quotation(view, frame, &cue, &position, i, out);
    of_both(view, frame, &position, i, out);
    edge(view, frame, &cue, i)
}
