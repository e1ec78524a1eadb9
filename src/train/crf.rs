//! Trains a linear-chain conditional random field: AdaGrad on the log-likelihood, one sequence at a time.
//!
//! A [`Dataset`] is filled token by token with feature hashes, label and edge class; [`train`] turns it into
//! [`Weights`]; [`Weights::quantise`] into the int8 [`Model`] that extraction reads. The same data and options give the
//! same bytes.
//!
//! ```
//! use whosaid::extract::tagger::crf::Labels;
//! use whosaid::extract::tagger::weights::feature;
//! use whosaid::train::crf::{Dataset, Options, train};
//!
//! let mut data = Dataset::new(Labels::bioes(&["CUE"]));
//! for _ in 0..8 {
//!     data.token(&[feature(0, 1)], 0, 0);
//!     data.token(&[feature(0, 2)], 4, 0); // S-CUE
//!     data.end_sequence(1.0);
//! }
//! let model = train(&data, &Options::default(), &mut |_| {}).quantise(0.0);
//! assert_eq!(model.features(), 2);
//! ```
//!
//! AdaGrad is after Duchi, Hazan and Singer (2011), "Adaptive subgradient methods"; starting its sums of squares well
//! above zero ([`Options::g0`]) keeps the first steps of rare features small, which is worth several points of exact
//! span F1 here.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use crate::extract::tagger::crf::{LANES, Labels, Lattice, Rng, Row, Transitions};
use crate::extract::tagger::weights::{MAX_LABELS, Model};

/// How to train.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Passes over the data.
    pub epochs: usize,
    /// Step size, which falls linearly to a tenth of itself over the epochs.
    pub eta: f32,
    /// Where the sums of squared gradients of feature weights start.
    pub g0: f32,
    /// Strength of the pull of feature weights to zero.
    pub l2: f32,
    /// Features that occur at fewer tokens are dropped.
    pub min_count: u32,
    /// Most features that are kept: before the last `refit` passes those of the smallest weights go, and the rest
    /// make up for them. 0 keeps all.
    pub most_features: usize,
    /// Passes after features went.
    pub refit: usize,
    /// Edge classes: one more than the highest that occurs.
    pub classes: usize,
    /// Order of the sequences.
    pub seed: u64,
    /// Share of a token's features that are left out at random, anew in each pass.
    pub dropout: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            epochs: 6,
            eta: 0.02,
            g0: 0.01,
            l2: 1e-5,
            min_count: 2,
            most_features: 0,
            refit: 2,
            classes: 1,
            seed: 42,
            dropout: 0.0,
        }
    }
}

/// Hashes are hashes already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }
    fn write_u64(&mut self, value: u64) {
        // the table takes its bits from both ends
        self.0 = value ^ (value << 32);
    }
}

/// Annotated sequences.
#[derive(Debug)]
pub struct Dataset {
    labels: Labels,
    ids: HashMap<u64, u32, BuildHasherDefault<Same>>,
    /// Hash and number of tokens of each feature, by id.
    hashes: Vec<u64>,
    counts: Vec<u32>,
    /// Feature ids of all tokens, one after the other.
    features: Vec<u32>,
    /// End of each token's features.
    token_ends: Vec<u32>,
    gold: Vec<u8>,
    edges: Vec<u8>,
    /// End of each sequence in tokens, and its weight.
    sequences: Vec<(u32, f32)>,
}

impl Dataset {
    /// An empty set.
    #[must_use]
    pub fn new(labels: Labels) -> Self {
        Self {
            labels,
            ids: HashMap::default(),
            hashes: Vec::new(),
            counts: Vec::new(),
            features: Vec::new(),
            token_ends: Vec::new(),
            gold: Vec::new(),
            edges: Vec::new(),
            sequences: Vec::new(),
        }
    }

    /// The label set.
    #[must_use]
    pub fn labels(&self) -> &Labels {
        &self.labels
    }

    /// Adds a token to the open sequence: its features, its gold label, and the class of the edge into it.
    pub fn token(&mut self, features: &[u64], label: u8, edge: u8) {
        for &hash in features {
            let new = self.hashes.len() as u32;
            let id = *self.ids.entry(hash).or_insert(new);
            if id == new {
                self.hashes.push(hash);
                self.counts.push(0);
            }
            self.counts[id as usize] += 1;
            self.features.push(id);
        }
        self.token_ends.push(self.features.len() as u32);
        self.gold.push(label);
        self.edges.push(edge);
    }

    /// Ends the open sequence. Its gradients count `weight` times.
    pub fn end_sequence(&mut self, weight: f32) {
        let end = self.gold.len() as u32;
        if self.sequences.last().map_or(0, |s| s.0) < end {
            self.sequences.push((end, weight));
        }
    }

    /// Tokens in all sequences.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.gold.len()
    }

    /// Sequences.
    #[must_use]
    pub fn sequences(&self) -> usize {
        self.sequences.len()
    }

    /// Token range of a sequence.
    fn range(&self, sequence: usize) -> std::ops::Range<usize> {
        let begin = sequence.checked_sub(1).map_or(0, |s| self.sequences[s].0);
        begin as usize..self.sequences[sequence].0 as usize
    }

    fn features_of(&self, token: usize) -> &[u32] {
        let begin = token.checked_sub(1).map_or(0, |t| self.token_ends[t]);
        &self.features[begin as usize..self.token_ends[token] as usize]
    }
}

/// A feature's weights and their sums of squared gradients, side by side in memory.
#[derive(Clone, Copy, Debug)]
struct Parameter {
    weight: Row,
    squares: Row,
}

/// How far training is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Passes done.
    pub epoch: usize,
    /// Passes in all.
    pub epochs: usize,
    /// Mean negative log-likelihood a token over the last pass, while the weights still moved.
    pub loss: f64,
    /// Features that are trained.
    pub features: usize,
}

/// Trained weights in full precision.
#[derive(Clone, Debug)]
pub struct Weights {
    labels: Labels,
    rows: Vec<(u64, Row)>,
    transitions: Transitions,
}

/// Trains on `data`; `progress` is called after each pass.
#[must_use]
pub fn train(data: &Dataset, options: &Options, progress: &mut dyn FnMut(Progress)) -> Weights {
    train_some(data, options, None, progress)
}

/// The mean of `rounds` trainings in different orders; those after the first keep to the features that the first kept.
#[must_use]
pub fn train_mean(
    data: &Dataset,
    options: &Options,
    rounds: u64,
    progress: &mut dyn FnMut(u64, Progress),
) -> Weights {
    let first = train(data, options, &mut |p| progress(1, p));
    let mut all = vec![first];
    for round in 1..rounds {
        let options = Options {
            most_features: 0,
            seed: options.seed + round,
            ..*options
        };
        let more = train_some(data, &options, all.first(), &mut |p| progress(round + 1, p));
        all.push(more);
    }
    match Weights::mean(&all) {
        Some(mean) => mean,
        None => all.swap_remove(0),
    }
}

/// Trains on the features of `only`, or on all.
fn train_some(
    data: &Dataset,
    options: &Options,
    only: Option<&Weights>,
    progress: &mut dyn FnMut(Progress),
) -> Weights {
    let labels = data.labels.len();
    let wanted: Option<HashSet<u64, BuildHasherDefault<Same>>> =
        only.map(|w| w.rows.iter().map(|r| r.0).collect());
    // feature id -> index of its parameters
    let mut kept = 0;
    let mut index: Vec<u32> = data
        .counts
        .iter()
        .zip(&data.hashes)
        .map(|(&count, hash)| {
            let left_out = wanted.as_ref().is_some_and(|w| !w.contains(hash));
            if count < options.min_count || left_out {
                return DROPPED;
            }
            kept += 1;
            kept - 1
        })
        .collect();
    let start = Parameter {
        weight: [0.0; LANES],
        squares: [options.g0; LANES],
    };
    let mut parameters = vec![start; kept as usize];
    let mut transitions = Transitions::new(&data.labels, options.classes);
    let mut edge_squares = vec![[1e-6f32; LANES]; transitions.log.len()];
    let mut edge_gradient = vec![[0.0f32; LANES]; transitions.log.len()];
    let mut order: Vec<u32> = (0..data.sequences.len() as u32).collect();
    let mut rng = Rng::new(options.seed);
    let mut lattice = Lattice::default();
    let mut scores: Vec<Row> = Vec::new();
    let mut marginals: Vec<Row> = Vec::new();
    let mut dice = Dice::new(options);
    // parameters of the sequence at hand that were not left out, and where those of each token end
    let mut used: Vec<u32> = Vec::new();
    let mut ends: Vec<usize> = Vec::new();

    for epoch in 0..options.epochs {
        if epoch + options.refit == options.epochs && options.most_features > 0 {
            drop_smallest(&mut index, &parameters, options.most_features);
        }
        rng.shuffle(&mut order);
        let eta = options.eta * (1.0 - 0.9 * epoch as f32 / options.epochs as f32);
        let mut loss = 0.0;
        for &sequence in &order {
            let range = data.range(sequence as usize);
            let weight = data.sequences[sequence as usize].1;
            let (gold, edges) = (&data.gold[range.clone()], &data.edges[range.clone()]);
            scores.clear();
            used.clear();
            ends.clear();
            for token in range.clone() {
                let mut score = [0.0; LANES];
                for &id in data.features_of(token) {
                    let at = index[id as usize];
                    if at == DROPPED || dice.drops() {
                        continue;
                    }
                    used.push(at);
                    for (s, w) in score.iter_mut().zip(&parameters[at as usize].weight) {
                        *s += w;
                    }
                }
                for s in &mut score {
                    *s *= dice.keep;
                }
                ends.push(used.len());
                scores.push(score);
            }
            lattice.forward(&transitions, &scores, edges);
            lattice.marginals(&transitions, edges, &mut marginals);
            loss += lattice.log_z() - path_score(&transitions, &scores, edges, gold);
            edge_expectations(
                &lattice,
                &transitions,
                edges,
                &marginals,
                &mut edge_gradient,
            );
            let mut from = None;
            for ((&label, &edge), marginal) in gold.iter().zip(edges).zip(&mut marginals) {
                edge_gradient[transitions.row_index(edge, from)][label as usize] -= 1.0;
                marginal[label as usize] -= 1.0;
                from = Some(label as usize);
            }
            for (row, (gradient, squares)) in transitions
                .log
                .iter_mut()
                .zip(edge_gradient.iter().zip(&mut edge_squares))
            {
                for label in 0..labels {
                    let g = weight * gradient[label];
                    if g != 0.0 && row[label] > f32::NEG_INFINITY {
                        squares[label] += g * g;
                        row[label] -= eta * g / squares[label].sqrt();
                    }
                }
            }
            transitions.refresh();
            let mut begin = 0;
            for (&end, marginal) in ends.iter().zip(&marginals) {
                let own = begin..end;
                begin = end;
                // a token that is as good as certain moves nothing
                if marginal.iter().all(|g| g.abs() < 1e-4) {
                    continue;
                }
                let mut gradient = *marginal;
                for g in &mut gradient {
                    *g *= weight * dice.keep;
                }
                for &at in &used[own] {
                    let p = &mut parameters[at as usize];
                    let parameter = p.weight.iter_mut().zip(&mut p.squares);
                    for ((w, squares), g) in parameter.zip(&gradient) {
                        let g = g + options.l2 * *w;
                        *squares += g * g;
                        *w -= eta * g / squares.sqrt();
                    }
                }
            }
        }
        progress(Progress {
            epoch: epoch + 1,
            epochs: options.epochs,
            loss: loss / data.tokens().max(1) as f64,
            features: kept as usize,
        });
    }
    let rows = index
        .iter()
        .zip(&data.hashes)
        .filter(|&(&i, _)| i != DROPPED)
        .map(|(&i, &hash)| (hash, parameters[i as usize].weight))
        .collect();
    Weights {
        labels: data.labels.clone(),
        rows,
        transitions,
    }
}

/// Which features are left out; what is kept counts more, so that sums stay of one size.
struct Dice {
    rng: Rng,
    /// Features are left out below this, of 65,536.
    cut: u64,
    /// Random bits that are left, 16 a feature, and how many features they are good for.
    bits: u64,
    left: u32,
    /// What a kept feature counts.
    keep: f32,
}

impl Dice {
    fn new(options: &Options) -> Self {
        let share = options.dropout.clamp(0.0, 0.9);
        Self {
            rng: Rng::new(!options.seed),
            cut: (share * 65_536.0) as u64,
            bits: 0,
            left: 0,
            keep: 1.0 / (1.0 - share),
        }
    }

    fn drops(&mut self) -> bool {
        if self.cut == 0 {
            return false;
        }
        if self.left == 0 {
            self.bits = self.rng.next_u64();
            self.left = 4;
        }
        let roll = self.bits & 0xFFFF;
        self.bits >>= 16;
        self.left -= 1;
        roll < self.cut
    }
}

/// Not a parameter.
const DROPPED: u32 = u32::MAX;

/// Drops the features whose largest weight is smallest, until `most` are left.
fn drop_smallest(index: &mut [u32], parameters: &[Parameter], most: usize) {
    let size = |p: &Parameter| p.weight.iter().fold(0.0, |m: f32, w| m.max(w.abs()));
    let mut sizes: Vec<f32> = parameters.iter().map(size).collect();
    if sizes.len() <= most {
        return;
    }
    let at = sizes.len() - most;
    let (_, &mut least, _) = sizes.select_nth_unstable_by(at, f32::total_cmp);
    for i in index {
        if parameters.get(*i as usize).is_some_and(|p| size(p) < least) {
            *i = DROPPED;
        }
    }
}

/// Score of one labelling.
fn path_score(transitions: &Transitions, scores: &[Row], edges: &[u8], path: &[u8]) -> f64 {
    let mut from = None;
    let mut sum = 0.0;
    for ((&label, &edge), score) in path.iter().zip(edges).zip(scores) {
        let weight = transitions.log[transitions.row_index(edge, from)][label as usize];
        sum += f64::from(score[label as usize] + weight);
        from = Some(label as usize);
    }
    sum
}

/// Expected number of times that each transition is used, into `out`.
fn edge_expectations(
    lattice: &Lattice,
    transitions: &Transitions,
    edges: &[u8],
    marginals: &[Row],
    out: &mut [Row],
) {
    out.fill([0.0; LANES]);
    let labels = marginals.first().map_or(0, |_| transitions.labels());
    for (t, marginal) in marginals.iter().enumerate() {
        if t == 0 {
            let row = &mut out[transitions.row_index(edges[0], None)];
            for (o, m) in row.iter_mut().zip(marginal) {
                *o += m;
            }
            continue;
        }
        let mut ahead = [0.0; LANES];
        let scale = 1.0 / lattice.norm[t];
        for (a, (p, b)) in ahead
            .iter_mut()
            .zip(lattice.psi[t].iter().zip(&lattice.beta[t]))
        {
            *a = p * b * scale;
        }
        let first = transitions.row_index(edges[t], Some(0));
        let exp = &transitions.exp_rows()[first..first + labels];
        for (from, (row, exp)) in out[first..first + labels].iter_mut().zip(exp).enumerate() {
            let before = lattice.alpha[t - 1][from];
            if before == 0.0 {
                continue;
            }
            for ((o, e), a) in row.iter_mut().zip(exp).zip(&ahead) {
                *o += before * e * a;
            }
        }
    }
}

impl Weights {
    /// The mean of weights trained on the same data in different orders, which is steadier than any one of them; `None`
    /// if there are none, or if they have different features (see [`Options::most_features`]).
    #[must_use]
    pub fn mean(all: &[Self]) -> Option<Self> {
        let mut mean = all.first()?.clone();
        let features = |w: &Self| w.rows.iter().map(|r| r.0).collect::<Vec<_>>();
        if all.iter().any(|w| features(w) != features(&mean)) {
            return None;
        }
        let share = 1.0 / all.len() as f32;
        let blend = |rows: &mut dyn Iterator<Item = (&mut Row, Vec<&Row>)>| {
            for (row, others) in rows {
                for (label, w) in row.iter_mut().enumerate() {
                    *w = others.iter().map(|o| o[label]).sum::<f32>() * share;
                }
            }
        };
        blend(&mut mean.rows.iter_mut().enumerate().map(|(i, (_, row))| {
            let others = all.iter().filter_map(|w| w.rows.get(i)).map(|r| &r.1);
            (row, others.collect())
        }));
        blend(
            &mut mean.transitions.log.iter_mut().enumerate().map(|(i, row)| {
                let others = all.iter().filter_map(|w| w.transitions.log.get(i));
                (row, others.collect())
            }),
        );
        mean.transitions.refresh();
        Some(mean)
    }

    /// The int8 model. Weights under `prune` in size become zero, and rows of zeros go.
    #[must_use]
    pub fn quantise(&self, prune: f32) -> Model {
        let mut sizes: Vec<f32> = self
            .rows
            .iter()
            .flat_map(|(_, row)| row)
            .map(|w| w.abs())
            .filter(|&w| w > 1e-6)
            .collect();
        // a few weights are much larger than all others: clip those rather than make all steps coarse
        sizes.sort_unstable_by(f32::total_cmp);
        let top = sizes
            .get((sizes.len() as f64 * 0.9998) as usize)
            .or(sizes.last())
            .copied()
            .unwrap_or(1.0);
        let step = top / 127.0;
        let rows: Vec<(u64, [i8; MAX_LABELS])> = self
            .rows
            .iter()
            .filter_map(|(hash, row)| {
                let mut out = [0i8; MAX_LABELS];
                for (o, &w) in out.iter_mut().zip(row) {
                    if w.abs() >= prune {
                        *o = (w / step).round().clamp(-127.0, 127.0) as i8;
                    }
                }
                (out != [0; MAX_LABELS]).then_some((*hash, out))
            })
            .collect();
        Model::new(self.labels.clone(), step, &rows, self.transitions.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tagger::weights::feature;

    /// Words 0 to 9; the word after a 7 is a one-word span, and so are both words after a 9.
    fn toy(seed: u64, sequences: usize) -> Vec<Vec<(u64, u8)>> {
        let mut rng = Rng::new(seed);
        (0..sequences)
            .map(|_| {
                let words: Vec<u64> = (0..12).map(|_| rng.next_u64() % 10).collect();
                let mut labels = vec![0u8; words.len()];
                for i in 0..words.len() {
                    let free = |l: &[u8], k: usize| l.get(k) == Some(&0) && words[k] < 7;
                    if words[i] == 7 && free(&labels, i + 1) {
                        labels[i + 1] = 4;
                    }
                    if words[i] == 9 && free(&labels, i + 1) && free(&labels, i + 2) {
                        labels[i + 1] = 1;
                        labels[i + 2] = 3;
                    }
                }
                words.into_iter().zip(labels).collect()
            })
            .collect()
    }

    fn features(sequence: &[(u64, u8)], i: usize) -> Vec<u64> {
        let at = |k: usize| sequence.get(k).map_or(99, |x| x.0);
        vec![
            feature(0, at(i)),
            feature(1, i.checked_sub(1).map_or(98, at)),
            feature(2, at(i + 1)),
        ]
    }

    fn fit() -> Model {
        let mut data = Dataset::new(Labels::bioes(&["X"]));
        for sequence in toy(3, 400) {
            for i in 0..sequence.len() {
                data.token(&features(&sequence, i), sequence[i].1, 0);
            }
            data.end_sequence(1.0);
        }
        let mut last = f64::MAX;
        let options = Options {
            epochs: 12,
            eta: 0.1,
            ..Options::default()
        };
        let weights = train(&data, &options, &mut |p| {
            assert!(p.loss < last);
            last = p.loss;
        });
        weights.quantise(0.0)
    }

    #[test]
    fn learns_a_toy_language() {
        let model = fit();
        let (mut right, mut all) = (0, 0);
        let mut lattice = Lattice::default();
        for sequence in toy(4, 50) {
            let scores: Vec<Row> = (0..sequence.len())
                .map(|i| {
                    let mut sums = [0; LANES];
                    model.add_all(&features(&sequence, i), &mut sums);
                    model.scores(&sums)
                })
                .collect();
            let mut path = Vec::new();
            lattice.viterbi(model.transitions(), &scores, &[0; 12], &mut path);
            for (got, (_, want)) in path.iter().zip(&sequence) {
                right += usize::from(got == want);
                all += 1;
            }
        }
        assert!(right * 100 >= all * 97, "{right} of {all}");
    }

    #[test]
    fn the_same_data_give_the_same_bytes() {
        assert_eq!(fit().to_bytes(), fit().to_bytes());
    }
}
