//! Linear-chain conditional random fields: labels, transitions, and the passes over a sequence.
//!
//! A [`Lattice`] turns the scores of a sequence's tokens into the best labelling, marginals, or random labellings. The
//! scores come from the hashed features of [`super::weights`]; [`crate::train::crf`] trains both.
//!
//! Forward-backward with scaling is after Rabiner (1989), "A tutorial on hidden Markov models", section V.A.

/// Labels are padded to this many, so that a row of scores is a whole number of vector registers.
pub const LANES: usize = 16;

/// Scores, probabilities or weights of one token, one a label.
pub type Row = [f32; LANES];

/// e to the `x`, to about 1e-5 relative at worst, the same on every machine; branch-free so that rows vectorise.
#[inline(always)]
#[must_use]
pub fn exp(x: f32) -> f32 {
    // 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits
    const ROUND: f32 = 12_582_912.0;
    let t = x.clamp(-87.0, 88.0) * std::f32::consts::LOG2_E;
    let rounded = t + ROUND;
    let f = (t - (rounded - ROUND)) * std::f32::consts::LN_2;
    let power = rounded.to_bits().wrapping_sub(ROUND.to_bits());
    let scale = f32::from_bits(power.wrapping_add(127) << 23);
    // Taylor series of e^f on |f| <= ln 2 / 2
    let p = 1.0
        + f * (1.0
            + f * (0.5
                + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f * (1.0 / 720.0))))));
    p * scale
}

/// A small fast generator (SplitMix64, Steele et al. 2014), for reproducible shuffles and samples.
#[derive(Clone, Copy, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator; equal seeds give equal sequences.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 * (1.0 / (1u64 << 24) as f32)
    }

    /// Puts `items` in random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, (self.next_u64() % (i as u64 + 1)) as usize);
        }
    }
}

/// The label set, in the BIOES scheme: `O`, and `B-X`, `I-X`, `E-X`, `S-X` for each kind X of span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    pub(crate) names: Vec<String>,
}

impl Labels {
    /// `O` and four labels a kind, in that order. More than three kinds do not fit a `Table`.
    #[must_use]
    pub fn bioes(kinds: &[&str]) -> Self {
        let spans = kinds.iter().flat_map(|kind| {
            ["B", "I", "E", "S"]
                .iter()
                .map(move |position| format!("{position}-{kind}"))
        });
        Self {
            names: std::iter::once("O".to_owned()).chain(spans).collect(),
        }
    }

    /// Number of labels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All labels in order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Position and kind of a label: `('B', "CUE")`; `('O', "")` outside.
    #[must_use]
    pub fn parts(&self, label: usize) -> (char, &str) {
        let name = self.names.get(label).map_or("O", String::as_str);
        match name.split_once('-') {
            Some((position, kind)) => (position.chars().next().unwrap_or('O'), kind),
            None => ('O', ""),
        }
    }

    /// May `to` follow `from`? `None` is the start of a sequence.
    #[must_use]
    pub fn may_follow(&self, from: Option<usize>, to: usize) -> bool {
        let (position, kind) = self.parts(to);
        let goes_on = matches!(position, 'I' | 'E');
        let Some(from) = from else { return !goes_on };
        let (before, before_kind) = self.parts(from);
        if matches!(before, 'B' | 'I') {
            goes_on && kind == before_kind
        } else {
            !goes_on
        }
    }

    /// May a sequence end with this label?
    #[must_use]
    pub fn may_end(&self, label: usize) -> bool {
        !matches!(self.parts(label).0, 'B' | 'I')
    }
}

/// Transition weights by edge class; the caller says which class the edge into each token has.
#[derive(Clone, Debug)]
pub struct Transitions {
    labels: usize,
    classes: usize,
    /// Row `class * (labels + 1) + from`, `from == labels` being the start; minus infinity where not allowed.
    pub(crate) log: Vec<Row>,
    /// e to the above.
    exp: Vec<Row>,
    may_end: [bool; LANES],
}

impl Transitions {
    /// All allowed transitions at weight zero.
    #[must_use]
    pub fn new(labels: &Labels, classes: usize) -> Self {
        let n = labels.len();
        let mut log = vec![[f32::NEG_INFINITY; LANES]; classes * (n + 1)];
        for (i, row) in log.iter_mut().enumerate() {
            let from = Some(i % (n + 1)).filter(|&f| f < n);
            for (to, weight) in row.iter_mut().enumerate().take(n) {
                if labels.may_follow(from, to) {
                    *weight = 0.0;
                }
            }
        }
        let mut may_end = [false; LANES];
        for (label, ok) in may_end.iter_mut().enumerate().take(n) {
            *ok = labels.may_end(label);
        }
        let mut out = Self {
            labels: n,
            classes,
            exp: log.clone(),
            log,
            may_end,
        };
        out.refresh();
        out
    }

    /// Number of labels.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// Number of edge classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Brings the exponentials up to date after a change of the weights.
    pub(crate) fn refresh(&mut self) {
        for (log, out) in self.log.iter().zip(&mut self.exp) {
            for (log, out) in log.iter().zip(out) {
                let e = exp(*log);
                *out = if *log == f32::NEG_INFINITY { 0.0 } else { e };
            }
        }
    }

    /// First row of the class; one row a label, then the row of the start.
    #[inline(always)]
    fn rows<'t>(&self, of: &'t [Row], class: u8) -> &'t [Row] {
        let width = self.labels + 1;
        let begin = (class as usize).min(self.classes - 1) * width;
        &of[begin..begin + width]
    }

    /// Index of a row in `log`.
    pub(crate) fn row_index(&self, class: u8, from: Option<usize>) -> usize {
        (class as usize).min(self.classes - 1) * (self.labels + 1) + from.unwrap_or(self.labels)
    }

    pub(crate) fn exp_rows(&self) -> &[Row] {
        &self.exp
    }
}

/// Buffers for one sequence at a time; reuse it, it allocates only to grow.
#[derive(Clone, Debug, Default)]
pub struct Lattice {
    /// exp(score - maximum of the token's scores).
    pub(crate) psi: Vec<Row>,
    /// Scaled forward probabilities; each row sums to one.
    pub(crate) alpha: Vec<Row>,
    /// Scaled backward probabilities.
    pub(crate) beta: Vec<Row>,
    /// What each alpha row was divided by.
    pub(crate) norm: Vec<f32>,
    log_z: f64,
    back: Vec<[u8; LANES]>,
    /// Probability that the label before is the same, given the label and what stands before.
    stay: Vec<Row>,
}

impl Lattice {
    /// The forward pass. `scores` holds a row a token, `edges` the class of the edge into each.
    pub fn forward(&mut self, transitions: &Transitions, scores: &[Row], edges: &[u8]) {
        let n = scores.len();
        let labels = transitions.labels;
        self.psi.clear();
        self.alpha.clear();
        self.norm.clear();
        self.log_z = 0.0;
        let mut previous = [0.0; LANES];
        for (t, score) in scores.iter().enumerate() {
            let top = score[..labels].iter().copied().fold(f32::MIN, f32::max);
            let mut psi = [0.0; LANES];
            for (out, s) in psi.iter_mut().zip(score) {
                *out = exp(s - top);
            }
            let rows = transitions.rows(&transitions.exp, edges[t]);
            let mut sum = [0.0; LANES];
            if t == 0 {
                sum = rows[labels];
            } else {
                for (row, &before) in rows.iter().zip(&previous[..labels]) {
                    for (s, r) in sum.iter_mut().zip(row) {
                        *s += before * r;
                    }
                }
            }
            let mut total = 0.0;
            for (label, (s, p)) in sum.iter_mut().zip(&psi).enumerate() {
                let ends = t + 1 < n || transitions.may_end[label];
                *s *= if ends { *p } else { 0.0 };
                total += *s;
            }
            let total = total.max(1e-30);
            for s in &mut sum {
                *s /= total;
            }
            self.log_z += f64::from(total.ln()) + f64::from(top);
            self.psi.push(psi);
            self.norm.push(total);
            self.alpha.push(sum);
            previous = sum;
        }
    }

    /// The backward pass, after [`Lattice::forward`], and the probability of each label at each token into `out`.
    pub fn marginals(&mut self, transitions: &Transitions, edges: &[u8], out: &mut Vec<Row>) {
        let n = self.alpha.len();
        let labels = transitions.labels;
        self.beta.clear();
        self.beta.resize(n, [0.0; LANES]);
        out.clear();
        out.resize(n, [0.0; LANES]);
        let Some(last) = self.beta.last_mut() else {
            return;
        };
        for (b, &ok) in last.iter_mut().zip(&transitions.may_end) {
            *b = if ok { 1.0 } else { 0.0 };
        }
        for t in (0..n).rev() {
            if t + 1 < n {
                let mut ahead = [0.0; LANES];
                let scale = 1.0 / self.norm[t + 1];
                for (a, (p, b)) in ahead
                    .iter_mut()
                    .zip(self.psi[t + 1].iter().zip(&self.beta[t + 1]))
                {
                    *a = p * b * scale;
                }
                let rows = transitions.rows(&transitions.exp, edges[t + 1]);
                for (b, row) in self.beta[t].iter_mut().zip(&rows[..labels]) {
                    *b = dot(row, &ahead);
                }
            }
            for (m, (a, b)) in out[t]
                .iter_mut()
                .zip(self.alpha[t].iter().zip(&self.beta[t]))
            {
                *m = a * b;
            }
        }
    }

    /// Logarithm of the sum over all labellings, after [`Lattice::forward`].
    #[must_use]
    pub fn log_z(&self) -> f64 {
        self.log_z
    }

    /// Probability that every token is label 0, after [`Lattice::forward`].
    #[must_use]
    pub fn all_outside(&self, transitions: &Transitions, scores: &[Row], edges: &[u8]) -> f32 {
        let mut sum = 0.0f64;
        for (t, score) in scores.iter().enumerate() {
            let rows = transitions.rows(&transitions.log, edges[t]);
            let from = if t == 0 { transitions.labels } else { 0 };
            sum += f64::from(score[0] + rows[from][0]);
        }
        exp((sum - self.log_z).min(0.0) as f32)
    }

    /// Prepares [`Lattice::sample`], after [`Lattice::forward`]: the probability that the label before is the same.
    pub fn prepare_samples(&mut self, transitions: &Transitions, edges: &[u8]) {
        let labels = transitions.labels;
        self.stay.clear();
        self.stay.push([0.0; LANES]);
        for (before, &edge) in self.alpha.iter().zip(edges.iter().skip(1)) {
            let rows = transitions.rows(&transitions.exp, edge);
            let mut total = [1e-30; LANES];
            let mut same = [0.0; LANES];
            for (from, row) in rows[..labels].iter().enumerate() {
                for (t, r) in total.iter_mut().zip(row) {
                    *t += before[from] * r;
                }
                same[from] = before[from] * row[from];
            }
            for (s, t) in same.iter_mut().zip(&total) {
                *s /= t;
            }
            self.stay.push(same);
        }
    }

    /// A random labelling, drawn with its probability, into `out`; after [`Lattice::prepare_samples`]. Returns a hash
    /// of it. Works back from the end, a run of one label at a time.
    pub fn sample(
        &self,
        transitions: &Transitions,
        edges: &[u8],
        rng: &mut Rng,
        out: &mut Vec<u8>,
    ) -> u64 {
        let n = self.alpha.len();
        out.clear();
        out.resize(n, 0);
        let Some(last) = self.alpha.last() else {
            return 0;
        };
        let labels = transitions.labels;
        let mut label = draw(last, labels, rng.uniform()).unwrap_or(0);
        let mut t = n - 1;
        let mut hash = 0u64;
        loop {
            out[t] = label as u8;
            hash = (hash ^ (t * LANES + label) as u64)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(29);
            let end = rng.uniform();
            let mut going = 1.0;
            while t > 0 {
                going *= self.stay[t][label];
                if going <= end {
                    break;
                }
                t -= 1;
                out[t] = label as u8;
            }
            if t == 0 {
                return hash;
            }
            let before = &self.alpha[t - 1];
            let rows = transitions.rows(&transitions.exp, edges[t]);
            let mut weights = [0.0; LANES];
            for (from, w) in weights.iter_mut().enumerate().take(labels) {
                if from != label {
                    *w = before[from] * rows[from][label];
                }
            }
            // rounding may leave no other label: then the run goes on
            label = draw(&weights, labels, rng.uniform()).unwrap_or(label);
            t -= 1;
        }
    }

    /// The labelling of highest score into `out`; needs no other pass.
    pub fn viterbi(
        &mut self,
        transitions: &Transitions,
        scores: &[Row],
        edges: &[u8],
        out: &mut Vec<u8>,
    ) {
        let n = scores.len();
        let labels = transitions.labels;
        out.clear();
        out.resize(n, 0);
        self.back.clear();
        let mut previous = [f32::NEG_INFINITY; LANES];
        for (t, score) in scores.iter().enumerate() {
            let rows = transitions.rows(&transitions.log, edges[t]);
            let mut best = [f32::NEG_INFINITY; LANES];
            let mut back = [0u8; LANES];
            if t == 0 {
                best = rows[labels];
            } else {
                for (from, row) in rows[..labels].iter().enumerate() {
                    for to in 0..LANES {
                        let s = previous[from] + row[to];
                        let better = s > best[to];
                        best[to] = if better { s } else { best[to] };
                        back[to] = if better { from as u8 } else { back[to] };
                    }
                }
            }
            for (b, s) in best.iter_mut().zip(score) {
                *b += s;
            }
            self.back.push(back);
            previous = best;
        }
        if n == 0 {
            return;
        }
        let mut label = 0;
        let mut top = f32::NEG_INFINITY;
        for (to, &score) in previous[..labels].iter().enumerate() {
            if transitions.may_end[to] && score > top {
                top = score;
                label = to;
            }
        }
        out[n - 1] = label as u8;
        for t in (1..n).rev() {
            label = self.back[t][label] as usize;
            out[t - 1] = label as u8;
        }
    }
}

#[inline(always)]
fn dot(a: &Row, b: &Row) -> f32 {
    // four partial sums: a fixed order that vectorises
    let mut part = [0.0f32; 4];
    for i in 0..LANES {
        part[i % 4] += a[i] * b[i];
    }
    (part[0] + part[1]) + (part[2] + part[3])
}

/// Index drawn in proportion to the first `labels` weights by `u` in [0, 1); `None` if all are zero.
#[inline(always)]
fn draw(weights: &Row, labels: usize, u: f32) -> Option<usize> {
    let total: f32 = weights[..labels].iter().sum();
    let mut rest = u * total;
    let mut last = None;
    for (i, &w) in weights[..labels].iter().enumerate() {
        if w > 0.0 {
            last = Some(i);
            rest -= w;
            if rest < 0.0 {
                break;
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close() {
        for i in -800..800 {
            let x = i as f32 / 10.0;
            let want = f64::from(x).exp();
            let off = (f64::from(exp(x)) - want).abs() / want;
            assert!(off < 1e-5, "{x}: {off}");
        }
    }

    /// Every labelling of a short sequence, its probability by enumeration.
    fn enumerate(
        labels: &Labels,
        tr: &Transitions,
        scores: &[Row],
        edges: &[u8],
    ) -> Vec<(Vec<u8>, f64)> {
        let mut out = vec![(Vec::new(), 0.0f64)];
        for (t, score) in scores.iter().enumerate() {
            let mut next = Vec::new();
            for (path, s) in &out {
                let from = path.last().map(|&l: &u8| l as usize);
                for (to, score) in score.iter().enumerate().take(labels.len()) {
                    if labels.may_follow(from, to) && (t + 1 < scores.len() || labels.may_end(to)) {
                        let w = tr.log[tr.row_index(edges[t], from)][to];
                        let mut path: Vec<u8> = path.clone();
                        path.push(to as u8);
                        next.push((path, s + f64::from(w + score)));
                    }
                }
            }
            out = next;
        }
        let z: f64 = out.iter().map(|(_, s)| s.exp()).sum();
        out.iter_mut().for_each(|(_, s)| *s = s.exp() / z);
        out
    }

    #[test]
    fn passes_agree_with_enumeration() {
        let labels = Labels::bioes(&["A", "B"]);
        let mut tr = Transitions::new(&labels, 2);
        let mut rng = Rng::new(1);
        for row in &mut tr.log {
            row.iter_mut().for_each(|w| *w += rng.uniform());
        }
        tr.refresh();
        let mut scores = vec![[0.0; LANES]; 4];
        for row in &mut scores {
            row.iter_mut().for_each(|w| *w = 2.0 * rng.uniform());
        }
        let edges = [0, 1, 0, 1];
        let all = enumerate(&labels, &tr, &scores, &edges);
        let mut lattice = Lattice::default();
        lattice.forward(&tr, &scores, &edges);
        let mut marginals = Vec::new();
        lattice.marginals(&tr, &edges, &mut marginals);
        for (t, row) in marginals.iter().enumerate() {
            for (label, &got) in row.iter().enumerate() {
                let want: f64 = all
                    .iter()
                    .filter(|(p, _)| p[t] as usize == label)
                    .map(|(_, p)| p)
                    .sum();
                assert!(
                    (f64::from(got) - want).abs() < 1e-4,
                    "{t} {label} {got} {want}"
                );
            }
        }
        let outside = all.iter().find(|(p, _)| p.iter().all(|&l| l == 0)).unwrap();
        let got = lattice.all_outside(&tr, &scores, &edges);
        assert!((f64::from(got) - outside.1).abs() < 1e-4);
        let mut path = Vec::new();
        lattice.viterbi(&tr, &scores, &edges, &mut path);
        let best = all.iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert_eq!(path, best.0);
        // the best path comes up about as often as its probability says
        let draws = 4000;
        let mut hits = 0;
        lattice.prepare_samples(&tr, &edges);
        for _ in 0..draws {
            let mut sample = Vec::new();
            lattice.sample(&tr, &edges, &mut rng, &mut sample);
            hits += usize::from(sample == best.0);
        }
        let share = hits as f64 / f64::from(draws);
        assert!((share - best.1).abs() < 0.03, "{share} {}", best.1);
    }
}
