//! A cue's surroundings, and where a unit lies in them.

use super::super::spans::{Labelling, Marginals, bucket, kind_of};
use super::super::view::{NONE, View, quote};
use super::super::weights::pair;
use super::super::words::{AFTER, BEFORE, Vocabulary, class};
use super::{Cue, LONGEST, REACH};

/// Bins a probability, 0 to 8.
#[inline(always)]
fn bin(p: f32) -> u64 {
    const EDGES: [f32; 8] = [0.01, 0.05, 0.15, 0.35, 0.65, 0.85, 0.95, 0.99];
    EDGES.iter().map(|&e| u64::from(p >= e)).sum()
}

/// What stage 1 thinks of a unit and its neighbours, packed: sixteen numbers of four bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opinion(pub(super) u64);

impl Opinion {
    /// Binned probability of being in a source, cue, content.
    pub(super) const INSIDE: [u32; 3] = [0, 1, 2];
    /// Of beginning one.
    pub(super) const BEGINS: [u32; 3] = [3, 4, 5];
    /// Of ending one.
    pub(super) const ENDS: [u32; 3] = [6, 7, 8];
    /// Of the unit before: in content, ends content.
    const BEFORE: [u32; 2] = [9, 10];
    /// Of the unit after: in content, begins content.
    const AFTER: [u32; 2] = [11, 12];
    /// Best label of the unit, of the one before and of the one after.
    pub(super) const LABELS: [u32; 3] = [13, 14, 15];

    #[inline(always)]
    pub(super) fn get(self, place: u32) -> u64 {
        self.0 >> (4 * place) & 15
    }

    #[inline(always)]
    pub(super) fn before(self) -> [u64; 2] {
        Self::BEFORE.map(|p| self.get(p))
    }

    #[inline(always)]
    pub(super) fn after(self) -> [u64; 2] {
        Self::AFTER.map(|p| self.get(p))
    }

    fn without(self, places: [u32; 2]) -> Self {
        Self(places.iter().fold(self.0, |x, p| x & !(15 << (4 * p))))
    }

    /// As seen from the sequence of a frame, beyond which no probability is known.
    #[inline(always)]
    pub(super) fn within(self, frame: &Frame, i: u32) -> Self {
        let mut seen = self;
        if i == frame.low {
            seen = seen.without(Self::BEFORE);
        }
        if i + 1 == frame.high {
            seen = seen.without(Self::AFTER);
        }
        seen
    }
}

/// What all cues of an article share.
#[derive(Debug, Default)]
pub struct Shared {
    /// What stage 1 thinks of each unit.
    pub(super) opinions: Vec<Opinion>,
    /// Number of cues of the best labelling that begin before each unit.
    cues: Vec<u32>,
    /// What each unit's sentence, comma or quotation begins with it, and what ends with it.
    pub(super) edges: Vec<(u8, u8)>,
}

impl Shared {
    /// Prepares an article.
    pub fn build(&mut self, view: &View, labelling: &Labelling) {
        self.opinions.clear();
        let mut before = [0; 2];
        let mut label_before = labelling.labels.first().copied().unwrap_or(0);
        let mut marginals = labelling.marginals.iter().peekable();
        let mut labels = labelling.labels.iter().copied().peekable();
        while let (Some(m), Some(label)) = (marginals.next(), labels.next()) {
            let none = Marginals::default();
            let next = marginals.peek().copied().unwrap_or(&none);
            let after = [bin(next.inside[2]), bin(next.begins[2])];
            let label_after = labels.peek().copied().unwrap_or(label);
            let numbers = (m.inside.iter().chain(&m.begins).chain(&m.ends))
                .map(|&p| bin(p))
                .chain(before)
                .chain(after)
                .chain([label, label_before, label_after].map(u64::from));
            let packed = numbers
                .zip(0..)
                .fold(0, |x, (n, place)| x | n << (4 * place));
            self.opinions.push(Opinion(packed));
            before = [bin(m.inside[2]), bin(m.ends[2])];
            label_before = label;
        }
        self.cues.clear();
        self.cues.push(0);
        let mut count = 0;
        for &label in &labelling.labels {
            let begins = kind_of(label).is_some_and(|k| k.0 == 1 && k.1);
            count += u32::from(begins);
            self.cues.push(count);
        }
        self.edges.clear();
        let all = 0..view.len() as u32;
        self.edges
            .extend(all.map(|i| (opens(view, i), closes(view, i))));
    }
}

/// What begins with a unit: its paragraph, sentence, what follows a comma, a quotation, what follows one; or nothing.
fn opens(view: &View, i: u32) -> u8 {
    let at = i as usize;
    if i == view.paragraph[at].0 {
        0
    } else if i == view.sentence[at].0 {
        1
    } else if view.is(i - 1, class::BREAK) {
        2
    } else if view.state[at] == quote::OPEN {
        3
    } else if view.state[at - 1] == quote::CLOSE {
        4
    } else {
        5
    }
}

/// What ends with a unit.
fn closes(view: &View, i: u32) -> u8 {
    let at = i as usize;
    if i + 1 == view.paragraph[at].1 {
        0
    } else if i + 1 == view.sentence[at].1 {
        1
    } else if view.is(i + 1, class::BREAK) {
        2
    } else if view.state[at] == quote::CLOSE {
        3
    } else if view.state[at + 1] == quote::OPEN {
        4
    } else if view.is(i + 1, class::PERIOD) {
        5
    } else {
        6
    }
}

/// One cue's surroundings.
#[derive(Debug, Default)]
pub struct Frame {
    /// The candidate.
    pub(super) cue: Option<Cue>,
    /// First unit of the sequence.
    pub low: u32,
    /// One past its last unit.
    pub high: u32,
    /// Word hash of the cue's last unit, which says most about it.
    pub(super) head: u64,
    /// Its clusters.
    pub(super) head_fine: u64,
    pub(super) head_coarse: u64,
    /// Hash of all the cue's words.
    pub(super) whole: u64,
    /// Hash of the last unit's stem.
    pub(super) stem: u64,
    /// What the list of reporting verbs says about it.
    pub(super) verb: u64,
    /// What kind of word follows the cue, and what precedes it.
    pub(super) next: u64,
    pub(super) previous: u64,
    /// How likely it is a cue: binned probability, and whether stage 1 says so.
    pub(super) sure: u64,
    pub(super) best: u64,
    /// 0 begins its sentence, 1 ends it, 2 neither.
    pub(super) position: u64,
    /// Does it stand inside a quotation, and which?
    pub(super) quoted: u64,
    pub(super) region: u32,
    /// Distance to the nearest quotation that ends before and that begins after.
    pub(super) left_quote: u32,
    pub(super) right_quote: u32,
    /// Kinds of span left and right of the cue in its sentence.
    pub(super) summary: u64,
    /// Distance from each unit of the sequence to the nearest other strong candidate left and right, in its sentence.
    pub(super) rivals: Vec<(u32, u32)>,
}

/// Far away.
pub(super) const FAR: u32 = 99;

impl Frame {
    /// Prepares the features of a candidate; `all` candidates are in order of their beginnings.
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
        self.stem = head.stem;
        self.verb = u64::from(head.verb);
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
        // those that share a sentence with the sequence
        let from = view.sentence.get(self.low as usize).map_or(0, |s| s.0);
        let to = view
            .sentence
            .get(self.high.saturating_sub(1) as usize)
            .map_or(0, |s| s.1);
        let nearest = all.partition_point(|c| c.begin < from);
        for rival in all[nearest..].iter().take_while(|c| c.begin < to) {
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

/// Side of the cue (0 left, 1 in it, 2 right) by whether another sentence, and whether another cue, begins between.
pub(super) const SIDES: usize = 12;
/// Side of the cue, near or far.
pub(super) const NEARS: usize = 6;

/// Where a unit lies as seen from the cue: small numbers that the features combine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// 0 left of the cue, 1 in it, 2 right of it.
    pub(super) side: u64,
    /// Units strictly between, from and to.
    pub(super) between: (u32, u32),
    /// 1 for the unit beside the cue.
    pub(super) distance: u32,
    /// The same in buckets.
    pub(super) far: u64,
    /// Commas and dashes between, at most 3.
    pub(super) breaks: u64,
    /// Quotation marks between, at most 4.
    pub(super) marks: u64,
    /// Sentences that begin between, at most 3.
    pub(super) sentences: u64,
    /// Other cues between, at most 2.
    pub(super) cues: u64,
    /// Words between that are often cues, at most 2.
    pub(super) cue_words: u64,
    /// Quotation state of the unit.
    pub(super) state: u64,
    /// In the cue's own quotation?
    pub(super) same: u64,
}

impl Position {
    #[inline(always)]
    pub(super) fn of(view: &View, shared: &Shared, frame: &Frame, cue: &Cue, i: u32) -> Self {
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
        let own = frame.quoted == 1 && frame.region != NONE;
        Self {
            side,
            between,
            distance,
            far: bucket(distance),
            breaks: count(&view.breaks, 3),
            marks: count(&view.marks, 4),
            sentences,
            cues: count(&shared.cues, 2),
            cue_words: count(&view.cues, 2),
            state: u64::from(view.state[i as usize]),
            same: u64::from(own && view.region[i as usize] == frame.region),
        }
    }

    /// Side by sentences by cues, under 36.
    #[inline(always)]
    pub(super) fn sk(&self) -> u64 {
        (self.side * 4 + self.sentences) * 3 + self.cues
    }

    /// The same, coarser: under [`SIDES`].
    #[inline(always)]
    pub(super) fn sd(&self) -> u64 {
        (self.side * 2 + u64::from(self.sentences > 0)) * 2 + u64::from(self.cues > 0)
    }

    /// Coarser still: under [`NEARS`].
    #[inline(always)]
    pub(super) fn near(&self) -> usize {
        (self.side * 2 + u64::from(self.sentences > 0 || self.cues > 0)) as usize
    }

    /// All of its small numbers but the distance in units, as one under 2^40.
    #[inline(always)]
    pub(super) fn key(&self) -> u64 {
        let parts = [
            self.breaks,
            self.marks,
            self.cue_words,
            self.state,
            self.same,
            self.far,
        ];
        parts.iter().fold(self.sk(), |key, part| key << 4 | part)
    }

    /// In quotation marks, the marks included?
    #[inline(always)]
    pub(super) fn inq(&self) -> u64 {
        u64::from(self.state != 0)
    }
}
