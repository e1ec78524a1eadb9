//! The fast path: stage 1's spans, mended and linked by distance.
//!
//! Costs of a link are in units of distance, tuned on annotated text: another sentence, and every span that stands
//! between, make it dearer.

use super::decode::Decision;
use super::spans::{Labelling, kind_of};
use super::view::{NONE, View, quote};
use super::words::class;

/// A span of stage 1.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    kind: usize,
    begin: u32,
    end: u32,
}

const SOURCE: usize = 0;
const CUE: usize = 1;
const CONTENT: usize = 2;

/// Buffers of the linker.
#[derive(Debug, Default)]
pub struct Linker {
    kinds: Vec<Option<u8>>,
    begins: Vec<bool>,
    spans: Vec<Found>,
    costs: Vec<(f32, u32, u32)>,
}

impl Linker {
    /// Decisions of an article, one a cue that has content, in order of cues.
    pub fn decide(&mut self, view: &View, labelling: &Labelling) -> Vec<Decision> {
        self.mend(view, labelling);
        self.collect();
        let cues: Vec<Found> = self.of_kind(CUE);
        let sources: Vec<Found> = self.of_kind(SOURCE);
        let contents: Vec<Found> = self.of_kind(CONTENT);
        let mut out: Vec<Decision> = cues
            .iter()
            .map(|c| Decision {
                cue: (c.begin, c.end),
                ..Decision::default()
            })
            .collect();
        self.link_sources(view, &cues, &sources, &mut out);
        self.link_contents(view, &cues, &contents, &mut out);
        for decision in &mut out {
            decision.content.sort_unstable();
            decision.score = confidence(labelling, decision);
        }
        out.retain(|d| !d.content.is_empty());
        out
    }

    /// Fills quotations that are mostly content, and joins content over a comma, a dash or "and".
    fn mend(&mut self, view: &View, labelling: &Labelling) {
        self.kinds.clear();
        self.begins.clear();
        for &label in &labelling.labels {
            let kind = kind_of(label);
            self.kinds.push(kind.map(|k| k.0 as u8));
            self.begins.push(kind.is_some_and(|k| k.1));
        }
        const SAID: Option<u8> = Some(CONTENT as u8);
        for region in &view.regions {
            let last = if view.state.get(region.close as usize) == Some(&quote::CLOSE) {
                region.close + 1
            } else {
                region.close
            };
            let (a, b) = (region.open as usize, last as usize);
            let content = self.kinds[a..b].iter().filter(|k| **k == SAID).count();
            if b - a < 4 || content * 2 < b - a {
                continue;
            }
            let goes_on =
                a > 0 && self.kinds[a - 1] == SAID && self.kinds[a] == SAID && !self.begins[a];
            self.kinds[a..b].fill(SAID);
            self.begins[a..b].fill(false);
            self.begins[a] = !goes_on;
        }
        for k in 1..self.kinds.len() {
            let starts = self.kinds[k] == SAID && (self.begins[k] || self.kinds[k - 1] != SAID);
            if !starts {
                continue;
            }
            let joins = |i: usize| view.is(i as u32, class::BREAK) || view.words[i].before_cue == 7;
            let mut j = k - 1;
            if self.kinds[j].is_none() && joins(j) && j > 0 {
                j -= 1;
            }
            let same = view.sentence[j] == view.sentence[k]
                || view.region[j] != NONE && view.region[j] == view.region[k];
            if self.kinds[j] == SAID && view.paragraph[j] == view.paragraph[k] && same {
                self.kinds[j + 1..=k].fill(SAID);
                self.begins[j + 1..=k].fill(false);
            }
        }
    }

    fn collect(&mut self) {
        self.spans.clear();
        let mut open: Option<Found> = None;
        for (i, kind) in self.kinds.iter().enumerate() {
            let i = i as u32;
            let kind = kind.map(usize::from);
            let goes_on = open.is_some_and(|o| Some(o.kind) == kind) && !self.begins[i as usize];
            if !goes_on {
                self.spans.extend(open.take());
                open = kind.map(|kind| Found {
                    kind,
                    begin: i,
                    end: i,
                });
            }
            if let Some(open) = &mut open {
                open.end = i + 1;
            }
        }
        self.spans.extend(open);
    }

    fn of_kind(&self, kind: usize) -> Vec<Found> {
        let all = self.spans.iter().copied();
        all.filter(|s| s.kind == kind).collect()
    }

    /// Distance between two spans, and what stands between them by price of its kind.
    fn cost(&self, a: &Found, b: &Found, prices: [f32; 3]) -> f32 {
        let (left, right) = if a.end <= b.begin { (a, b) } else { (b, a) };
        let mut out = right.begin as f32 - left.end as f32;
        let from = self.spans.partition_point(|s| s.begin < left.end);
        for between in self.spans[from..]
            .iter()
            .take_while(|s| s.end <= right.begin)
        {
            out += prices[between.kind];
        }
        out
    }

    fn link_sources(
        &mut self,
        view: &View,
        cues: &[Found],
        sources: &[Found],
        out: &mut [Decision],
    ) {
        self.costs.clear();
        for (i, cue) in cues.iter().enumerate() {
            let (begin, end) = view.paragraph[cue.begin as usize];
            let first = sources.partition_point(|s| s.begin < begin);
            for (k, source) in sources.iter().enumerate().skip(first) {
                if source.begin >= end {
                    break;
                }
                let far = view.sentence[cue.begin as usize] != view.sentence[source.begin as usize];
                let cost = self.cost(cue, source, [8.0, 15.0, 2.0]) + if far { 40.0 } else { 0.0 };
                if cost < 45.0 {
                    self.costs.push((cost, i as u32, k as u32));
                }
            }
        }
        self.costs
            .sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut used = vec![false; sources.len()];
        for &(_, cue, source) in &self.costs {
            let decision = &mut out[cue as usize];
            if decision.source.is_empty() && !used[source as usize] {
                used[source as usize] = true;
                let s = sources[source as usize];
                decision.source.push((s.begin, s.end));
            }
        }
    }

    fn link_contents(
        &mut self,
        view: &View,
        cues: &[Found],
        contents: &[Found],
        out: &mut [Decision],
    ) {
        self.costs.clear();
        for (i, cue) in cues.iter().enumerate() {
            let (begin, end) = view.paragraph[cue.begin as usize];
            let sentence = view.sentence[cue.begin as usize];
            let first = contents.partition_point(|s| s.begin < begin);
            for (k, content) in contents.iter().enumerate().skip(first) {
                if content.begin >= end {
                    break;
                }
                let near = view.sentence[content.begin as usize] == sentence
                    || view.sentence[content.end as usize - 1] == sentence;
                let mut cost =
                    self.cost(cue, content, [1.0, 12.0, 6.0]) + if near { 0.0 } else { 30.0 };
                if cue.begin < content.begin {
                    cost -= 1.5;
                }
                if cost < 60.0 {
                    self.costs.push((cost, i as u32, k as u32));
                }
            }
        }
        self.costs
            .sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut owner: Vec<Option<u32>> = vec![None; contents.len()];
        for &(cost, cue, content) in &self.costs {
            let decision = &mut out[cue as usize];
            if owner[content as usize].is_some() || !decision.content.is_empty() && cost > 12.0 {
                continue;
            }
            owner[content as usize] = Some(cue);
            let c = contents[content as usize];
            decision.content.push((c.begin, c.end));
        }
        // what found no cue goes on from the statement before, within two paragraphs
        let paragraph = |i: u32| {
            let begin = view.paragraph[i as usize].0;
            view.paragraphs.partition_point(|p| p.0 < begin)
        };
        let mut last = None;
        for (content, owner) in contents.iter().zip(owner) {
            if owner.is_some() {
                last = owner;
                continue;
            }
            if let Some(cue) = last {
                let decision: &mut Decision = &mut out[cue as usize];
                if paragraph(content.begin).saturating_sub(paragraph(decision.cue.0)) <= 2 {
                    decision.content.push((content.begin, content.end));
                }
            }
        }
    }
}

/// A rough probability: the least sure of cue, edges of the content, and source.
fn confidence(labelling: &Labelling, decision: &Decision) -> f32 {
    let m = |i: u32| &labelling.marginals[i as usize];
    let mean = |spans: &[(u32, u32)], kind: usize| {
        let count: u32 = spans.iter().map(|s| s.1 - s.0).sum();
        let sum: f32 = spans
            .iter()
            .flat_map(|s| s.0..s.1)
            .map(|i| m(i).inside[kind])
            .sum();
        sum / count.max(1) as f32
    };
    let cue = mean(&[decision.cue], CUE);
    let content = mean(&decision.content, CONTENT);
    let source = if decision.source.is_empty() {
        0.5
    } else {
        mean(&decision.source, SOURCE)
    };
    cue.min(content) * source
}
