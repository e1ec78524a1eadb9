//! From random labellings of one cue's sequence to the statement that most of them agree on.
//!
//! The best labelling is a poor choice where what counts is that content overlaps and the source is the right one:
//! its mass may be small while many labellings that differ in a word or two agree. So labellings are drawn, and the
//! content with most mass near it is taken (minimum Bayes risk), then the source with most mass given that content.

use super::arguments::CONTENT2;
use super::crf::{Lattice, Rng, Transitions};
use super::view::{NONE, View};
use super::words::class;

/// How to decode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Least probability of beginning a cue that makes a unit a candidate.
    pub candidate: f32,
    /// Labellings that are drawn a cue.
    pub samples: u32,
    /// A candidate that is no cue with more than this probability is dropped unseen.
    pub null: f32,
    /// Weight of exact agreement about content over mere overlap.
    pub exact: f32,
    /// No source is taken only where more than this share of the labellings has none.
    pub no_source: f32,
    /// Least share of agreeing labellings.
    pub keep: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            candidate: 0.12,
            samples: 100,
            null: 0.97,
            exact: 0.5,
            no_source: 0.98,
            keep: 0.25,
        }
    }
}

/// Most units in a sequence, as words of a bit set.
const SET: usize = super::arguments::LONGEST as usize / 64;

/// Units of a sequence, by place in it.
type Set = [u64; SET];

fn size(set: &Set) -> u32 {
    set.iter().map(|w| w.count_ones()).sum()
}

fn shared(a: &Set, b: &Set) -> u32 {
    a.iter().zip(b).map(|(x, y)| (x & y).count_ones()).sum()
}

/// Intersection over union.
fn overlap(a: &Set, b: &Set) -> f32 {
    let both = shared(a, b);
    let either = size(a) + size(b) - both;
    if both == 0 {
        0.0
    } else {
        both as f32 / either as f32
    }
}

/// A labelling that was drawn, and how often.
#[derive(Clone, Copy, Debug)]
struct Drawn {
    /// Where its labels begin in the buffer.
    at: usize,
    hash: u64,
    /// Index of its content and of its source.
    content: usize,
    source: usize,
    count: f32,
}

/// A set that labellings share.
#[derive(Clone, Copy, Debug)]
struct Group {
    set: Set,
    size: u32,
    /// Number of labellings.
    count: f32,
    /// Of those, the ones that agree with the chosen content.
    agreeing: f32,
    /// Its most frequent labelling.
    best: usize,
}

/// The index of a set among the groups, new or old.
fn group(groups: &mut Vec<Group>, set: Set) -> usize {
    if let Some(at) = groups.iter().position(|g| g.set == set) {
        return at;
    }
    groups.push(Group {
        set,
        size: size(&set),
        count: 0.0,
        agreeing: 0.0,
        best: 0,
    });
    groups.len() - 1
}

/// What was decided about one cue. Places count units of the article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The cue.
    pub cue: (u32, u32),
    /// What was said.
    pub content: Vec<(u32, u32)>,
    /// Who said it.
    pub source: Vec<(u32, u32)>,
    /// Share of the labellings that agree on both.
    pub score: f32,
}

/// A cue's sequence, after [`Lattice::forward`].
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'s> {
    /// Its forward probabilities.
    pub lattice: &'s Lattice,
    /// The model's transitions.
    pub transitions: &'s Transitions,
    /// Class of the edge into each unit.
    pub edges: &'s [u8],
    /// The article.
    pub view: &'s View,
    /// First unit.
    pub low: u32,
}

/// Buffers of the decoder.
#[derive(Debug, Default)]
pub struct Decoder {
    labels: Vec<u8>,
    drawn: Vec<Drawn>,
    contents: Vec<Group>,
    sources: Vec<Group>,
    path: Vec<u8>,
}

impl Decoder {
    /// Decodes a sequence. `None` if no content has mass.
    pub fn decide(
        &mut self,
        settings: &Settings,
        sequence: &Sequence<'_>,
        rng: &mut Rng,
    ) -> Option<Decision> {
        self.draw(settings.samples, sequence, rng);
        let content = self.best_content(settings)?;
        let chosen = self.contents[content].set;
        let (mut total, mut without) = (0.0, 0.0);
        for d in &self.drawn {
            if overlap(&chosen, &self.contents[d.content].set) >= 0.5 {
                self.sources[d.source].agreeing += d.count;
                total += d.count;
                if self.sources[d.source].size == 0 {
                    without += d.count;
                }
            }
        }
        let low = sequence.low;
        let (source, mass) = match self.best_source(&chosen) {
            Some((at, mass)) if without <= settings.no_source * total => {
                (self.spans(self.sources[at].best, low, 1), mass)
            }
            _ => (Vec::new(), without),
        };
        Some(Decision {
            cue: (0, 0),
            content: self.spans(self.contents[content].best, low, CONTENT2),
            source,
            score: mass / settings.samples as f32,
        })
    }

    fn draw(&mut self, samples: u32, sequence: &Sequence<'_>, rng: &mut Rng) {
        let Sequence { view, low, .. } = *sequence;
        self.labels.clear();
        self.drawn.clear();
        self.contents.clear();
        self.sources.clear();
        for _ in 0..samples {
            let hash =
                sequence
                    .lattice
                    .sample(sequence.transitions, sequence.edges, rng, &mut self.path);
            if let Some(same) = self.drawn.iter_mut().find(|d| d.hash == hash) {
                same.count += 1.0;
                continue;
            }
            let (mut content, mut source) = ([0; SET], [0; SET]);
            for (k, &label) in self.path.iter().enumerate() {
                if label != 0 && view.is(low + k as u32, class::WORD) {
                    let set = if label >= CONTENT2 {
                        &mut content
                    } else {
                        &mut source
                    };
                    set[k / 64] |= 1 << (k % 64);
                }
            }
            self.drawn.push(Drawn {
                at: self.labels.len(),
                hash,
                content: group(&mut self.contents, content),
                source: group(&mut self.sources, source),
                count: 1.0,
            });
            self.labels.extend_from_slice(&self.path);
        }
        // most frequent first, so that a group's first labelling is its best
        self.drawn
            .sort_by(|a, b| b.count.total_cmp(&a.count).then(a.at.cmp(&b.at)));
        for (k, d) in self.drawn.iter().enumerate() {
            for group in [&mut self.contents[d.content], &mut self.sources[d.source]] {
                if group.count == 0.0 {
                    group.best = k;
                }
                group.count += d.count;
            }
        }
    }

    /// The content that has most mass near it.
    fn best_content(&self, settings: &Settings) -> Option<usize> {
        let mut best = None;
        let mut most = 0.0;
        for (k, content) in self.contents.iter().enumerate() {
            if content.size == 0 {
                continue;
            }
            let mut mass = 0.0;
            for other in &self.contents {
                let v = overlap(&content.set, &other.set);
                if v >= 0.5 {
                    let exact = if v > 0.999 { settings.exact } else { 0.0 };
                    mass += other.count * (1.0 + settings.exact * v + exact);
                }
            }
            if mass > most {
                most = mass;
                best = Some(k);
            }
        }
        best
    }

    /// The source that has most mass near it given the content, and that mass.
    fn best_source(&self, content: &Set) -> Option<(usize, f32)> {
        let mut best = None;
        let mut most = 0.0;
        for (k, source) in self.sources.iter().enumerate() {
            if source.size == 0 || shared(&source.set, content) > 0 {
                continue;
            }
            let (mut mass, mut weighted) = (0.0, 0.0);
            for other in &self.sources {
                if shared(&source.set, &other.set) == 0 {
                    continue;
                }
                let closeness = 1.0 + 0.3 * overlap(&source.set, &other.set);
                mass += other.agreeing;
                let others = other.count - other.agreeing;
                weighted += closeness * (other.agreeing + 0.05 * others);
            }
            if weighted > most {
                most = weighted;
                best = Some((k, mass));
            }
        }
        best
    }

    /// Spans of the kind whose first label is `kind` in a drawn labelling.
    fn spans(&self, drawn: usize, low: u32, kind: u8) -> Vec<(u32, u32)> {
        let length = self.path.len();
        let at = self.drawn[drawn].at;
        let labels = &self.labels[at..at + length];
        let mut out = Vec::new();
        let mut begin = 0;
        for (k, &label) in labels.iter().enumerate() {
            let position = label.wrapping_sub(kind);
            if position == 0 || position == 3 {
                begin = k as u32;
            }
            if position == 2 || position == 3 {
                out.push((low + begin, low + k as u32 + 1));
            }
        }
        out
    }
}

/// Number of word units under spans.
fn words(view: &View, spans: &[(u32, u32)]) -> impl Iterator<Item = u32> {
    spans
        .iter()
        .flat_map(|&(a, b)| a..b)
        .filter(|&i| view.is(i, class::WORD))
}

/// Is `inner` somebody's words about what another said: `“The company said it was safe,” she told reporters`?
fn is_quoted_in(view: &View, inner: &Decision, outer: &Decision) -> bool {
    let held =
        |&(begin, end): &(u32, u32)| outer.content.iter().any(|c| c.0 <= begin && end <= c.1);
    view.region[inner.cue.0 as usize] != NONE
        && !inner.source.is_empty()
        && held(&inner.cue)
        && inner.source.iter().all(held)
        && inner.content.iter().all(held)
}

/// Drops the weaker of decisions that share a cue or much of their content.
pub fn settle(view: &View, settings: &Settings, mut all: Vec<Decision>) -> Vec<Decision> {
    all.retain(|d| d.score >= settings.keep);
    all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.cue.cmp(&b.cue)));
    let mut kept: Vec<Decision> = Vec::new();
    for decision in all {
        let clash = kept.iter().any(|k| {
            if k.cue.0 < decision.cue.1 && decision.cue.0 < k.cue.1 {
                return true;
            }
            if view.paragraph[k.cue.0 as usize] != view.paragraph[decision.cue.0 as usize] {
                return false;
            }
            if is_quoted_in(view, &decision, k) || is_quoted_in(view, k, &decision) {
                return false;
            }
            let inside = |i: &u32| k.content.iter().any(|s| s.0 <= *i && *i < s.1);
            let both = words(view, &decision.content).filter(inside).count();
            let either = words(view, &decision.content).count() + words(view, &k.content).count();
            either > 0 && both as f32 >= 0.4 * (either - both) as f32
        });
        if !clash {
            kept.push(decision);
        }
    }
    kept.sort_by_key(|d| d.cue);
    kept
}
