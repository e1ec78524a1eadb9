//! Makes word clusters from plain text: positive pointwise mutual information with the words one and two places off,
//! reduced by randomised singular value decomposition, then spherical k-means at two grains.
//!
//! PPMI vectors and their truncated SVD as word representations are after Levy and Goldberg (2014), "Neural word
//! embedding as implicit matrix factorization"; the randomised SVD is algorithm 5.1 with power iteration of Halko,
//! Martinsson and Tropp (2011), "Finding structure with randomness".

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::extract::clusters::{self, Ids, normalise};
use crate::extract::sentence;
use crate::extract::tagger::crf::Rng;

/// How to cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Most words that are clustered, by frequency.
    pub vocabulary: usize,
    /// Rarer words are not clustered.
    pub min_count: u32,
    /// Most frequent words, whose company counts.
    pub contexts: usize,
    /// Dimensions of the reduced vectors.
    pub rank: usize,
    /// Number of coarse clusters.
    pub coarse: usize,
    /// Number of fine clusters.
    pub fine: usize,
    /// Rounds of k-means.
    pub rounds: usize,
    /// Of the random start.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            vocabulary: 45_000,
            min_count: 4,
            contexts: 2500,
            rank: 100,
            coarse: 128,
            fine: 1000,
            rounds: 15,
            seed: 1,
        }
    }
}

/// Makes the file of word clusters (`clusters.bin`) from articles in JSONL, plain or zstd-compressed: of each file the
/// first and then every `every`-th line, its field `text`. `progress` hears of each step.
///
/// # Errors
/// If a file cannot be read; a line that is no article is passed over.
pub fn make(
    files: &[(&Path, usize)],
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> io::Result<Vec<u8>> {
    #[derive(serde::Deserialize)]
    struct Line {
        text: String,
    }
    let mut counter = Counter::default();
    for &(path, every) in files {
        let file = File::open(path)?;
        let packed = path.extension().is_some_and(|e| e == "zst");
        let reader: Box<dyn Read> = if packed {
            Box::new(zstd::Decoder::new(file)?)
        } else {
            Box::new(file)
        };
        for line in BufReader::new(reader).lines().step_by(every.max(1)) {
            if let Ok(line) = serde_json::from_str::<Line>(&line?) {
                counter.add(&line.text);
            }
        }
    }
    let words = counter.cluster(options, progress);
    clusters::to_file(&words).map_err(io::Error::other)
}

/// Positions of the company that a word keeps, and what an occurrence there counts.
const OFFSETS: [(isize, f32); 4] = [(-2, 0.6), (-1, 1.0), (1, 1.0), (2, 0.6)];

/// Collects text, then clusters its words.
#[derive(Debug, Default)]
pub struct Counter {
    /// Word to provisional id.
    ids: HashMap<String, u32>,
    words: Vec<String>,
    counts: Vec<u32>,
    /// All sentences as provisional ids, each followed by [`END`].
    stream: Vec<u32>,
    buffer: String,
}

const END: u32 = u32::MAX;

impl Counter {
    /// Adds a text.
    pub fn add(&mut self, text: &str) {
        let tokens = sentence::split(text);
        for range in &tokens.sentences {
            for i in range.clone() {
                self.buffer.clear();
                normalise(tokens.word(i), &mut self.buffer);
                let id = match self.ids.get(self.buffer.as_str()) {
                    Some(&id) => id,
                    None => {
                        let id = self.words.len() as u32;
                        self.ids.insert(self.buffer.clone(), id);
                        self.words.push(self.buffer.clone());
                        self.counts.push(0);
                        id
                    }
                };
                self.counts[id as usize] += 1;
                self.stream.push(id);
            }
            self.stream.push(END);
        }
    }

    /// Tokens and sentence ends so far.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.stream.len()
    }

    /// Clusters the words; `progress` hears of each step. The order of the result is by falling frequency.
    #[must_use]
    pub fn cluster(&self, options: &Options, progress: &mut dyn FnMut(&str)) -> Vec<(String, Ids)> {
        let mut order: Vec<u32> = (0..self.words.len() as u32)
            .filter(|&id| self.counts[id as usize] >= options.min_count)
            .collect();
        order.sort_by(|&a, &b| {
            let key = |id: u32| (std::cmp::Reverse(self.counts[id as usize]), id);
            key(a).cmp(&key(b))
        });
        order.truncate(options.vocabulary);
        let mut rank_of = vec![u32::MAX; self.words.len()];
        for (rank, &id) in order.iter().enumerate() {
            rank_of[id as usize] = rank as u32;
        }
        progress("counting company");
        let matrix = self.ppmi(&order, &rank_of, options.contexts.min(order.len()));
        progress("reducing");
        let mut rng = Rng::new(options.seed);
        let vectors = reduce(&matrix, options.rank, &mut rng);
        progress("clustering, coarse");
        let coarse = k_means(
            &vectors,
            options.rank,
            options.coarse,
            options.rounds,
            &mut rng,
        );
        progress("clustering, fine");
        let fine = k_means(
            &vectors,
            options.rank,
            options.fine,
            options.rounds,
            &mut rng,
        );
        order
            .iter()
            .zip(coarse.iter().zip(&fine))
            .map(|(&id, (&coarse, &fine))| {
                let ids = Ids {
                    coarse: coarse + 1,
                    fine: fine + 1,
                };
                (self.words[id as usize].clone(), ids)
            })
            .collect()
    }

    /// Positive pointwise mutual information of each word (row) with each frequent word at each offset (column).
    fn ppmi(&self, order: &[u32], rank_of: &[u32], contexts: usize) -> Sparse {
        // frequent words, the sentence's end, other words
        let width = contexts + 2;
        let column = |id: Option<&u32>| match id {
            None | Some(&END) => contexts,
            Some(&id) => match rank_of[id as usize] as usize {
                rank if rank < contexts => rank,
                _ => contexts + 1,
            },
        };
        let mut cells: Vec<u64> = Vec::new();
        let mut counted: HashMap<u64, f32> = HashMap::new();
        for (i, &id) in self.stream.iter().enumerate() {
            if id == END || rank_of[id as usize] == u32::MAX {
                continue;
            }
            let row = u64::from(rank_of[id as usize]);
            for (k, &(offset, weight)) in OFFSETS.iter().enumerate() {
                // the far word does not look over the end of the sentence
                let near = i.checked_add_signed(offset.signum());
                let beyond = near
                    .and_then(|j| self.stream.get(j))
                    .is_none_or(|&x| x == END);
                let at = if beyond {
                    near
                } else {
                    i.checked_add_signed(offset)
                };
                let id = at.and_then(|j| self.stream.get(j));
                let key = (row << 32) | (k * width + column(id)) as u64;
                let cell = counted.entry(key).or_insert(0.0);
                if *cell == 0.0 {
                    cells.push(key);
                }
                *cell += weight;
            }
        }
        cells.sort_unstable();
        let columns = OFFSETS.len() * width;
        let (mut row_sums, mut column_sums) = (vec![0.0f64; order.len()], vec![0.0f64; columns]);
        let mut total = 0.0f64;
        for key in &cells {
            let n = f64::from(counted[key]);
            row_sums[(key >> 32) as usize] += n;
            column_sums[*key as u32 as usize] += n;
            total += n;
        }
        let mut out = Sparse {
            rows: order.len(),
            columns,
            starts: vec![0],
            cells: Vec::new(),
        };
        let mut row = 0;
        for key in &cells {
            let (r, c) = ((key >> 32) as usize, *key as u32);
            while row < r {
                out.starts.push(out.cells.len());
                row += 1;
            }
            let n = f64::from(counted[key]);
            let pmi = (n * total / (row_sums[r] * column_sums[c as usize])).ln();
            if pmi > 0.0 {
                out.cells.push((c, pmi as f32));
            }
        }
        out.starts.resize(order.len() + 1, out.cells.len());
        out
    }
}

/// A sparse matrix by rows.
struct Sparse {
    rows: usize,
    columns: usize,
    /// Where each row's cells begin, and the end of the last.
    starts: Vec<usize>,
    cells: Vec<(u32, f32)>,
}

impl Sparse {
    fn row(&self, r: usize) -> &[(u32, f32)] {
        &self.cells[self.starts[r]..self.starts[r + 1]]
    }

    /// This times a dense matrix of `columns` rows and `width` columns.
    fn times(&self, dense: &[f32], width: usize) -> Vec<f32> {
        let mut out = vec![0.0; self.rows * width];
        for (r, sum) in out.chunks_exact_mut(width).enumerate() {
            for &(c, x) in self.row(r) {
                let from = &dense[c as usize * width..][..width];
                for (s, d) in sum.iter_mut().zip(from) {
                    *s += x * d;
                }
            }
        }
        out
    }

    /// The transpose of this times a dense matrix of `rows` rows and `width` columns.
    fn transposed_times(&self, dense: &[f32], width: usize) -> Vec<f32> {
        let mut out = vec![0.0; self.columns * width];
        for (r, from) in dense.chunks_exact(width).enumerate() {
            for &(c, x) in self.row(r) {
                let sum = &mut out[c as usize * width..][..width];
                for (s, d) in sum.iter_mut().zip(from) {
                    *s += x * d;
                }
            }
        }
        out
    }
}

/// Unit vectors of `rank` dimensions, one a row of the matrix: left singular vectors times the root of their values.
fn reduce(matrix: &Sparse, rank: usize, rng: &mut Rng) -> Vec<f32> {
    let width = rank + 10;
    // sums of uniforms are near enough to normal
    let random = |rng: &mut Rng| (0..4).map(|_| rng.uniform()).sum::<f32>() - 2.0;
    let mut right: Vec<f32> = (0..matrix.columns * width).map(|_| random(rng)).collect();
    let mut left = Vec::new();
    for _ in 0..4 {
        left = matrix.times(&right, width);
        orthonormalise(&mut left, width);
        right = matrix.transposed_times(&left, width);
    }
    // right is now Bᵀ of B = Qᵀ A; the singular vectors of B come from B Bᵀ
    let mut gram = vec![0.0f64; width * width];
    for row in right.chunks_exact(width) {
        for i in 0..width {
            for j in 0..width {
                gram[i * width + j] += f64::from(row[i]) * f64::from(row[j]);
            }
        }
    }
    let (values, vectors) = eigen(gram, width);
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    let mut out = Vec::with_capacity(matrix.rows * rank);
    for row in left.chunks_exact(width) {
        let begin = out.len();
        for &k in &order[..rank] {
            let x: f64 = (0..width)
                .map(|i| f64::from(row[i]) * vectors[i * width + k])
                .sum();
            out.push((x * values[k].max(0.0).powf(0.25)) as f32);
        }
        let size = out[begin..].iter().map(|x| x * x).sum::<f32>().sqrt() + 1e-9;
        out[begin..].iter_mut().for_each(|x| *x /= size);
    }
    out
}

/// Makes the columns orthonormal (modified Gram-Schmidt on the transpose, for the memory's sake).
fn orthonormalise(matrix: &mut [f32], width: usize) {
    let rows = matrix.len() / width;
    let mut columns: Vec<Vec<f32>> = (0..width)
        .map(|k| (0..rows).map(|r| matrix[r * width + k]).collect())
        .collect();
    for k in 0..width {
        let (done, rest) = columns.split_at_mut(k);
        let Some(column) = rest.first_mut() else {
            continue;
        };
        for other in done {
            let along = dot(column, other);
            for (x, o) in column.iter_mut().zip(other.iter()) {
                *x -= along * o;
            }
        }
        let size = dot(column, column).sqrt() + 1e-12;
        column.iter_mut().for_each(|x| *x /= size);
    }
    for (k, column) in columns.iter().enumerate() {
        for (r, x) in column.iter().enumerate() {
            matrix[r * width + k] = *x;
        }
    }
}

/// Eigenvalues and eigenvectors (columns) of a symmetric matrix, by Jacobi rotations.
fn eigen(mut a: Vec<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut v = vec![0.0; n * n];
    for i in 0..n {
        v[i * n + i] = 1.0;
    }
    for _ in 0..30 {
        let mut off = 0.0;
        for p in 0..n {
            for q in p + 1..n {
                let apq = a[p * n + q];
                off += apq * apq;
                if apq.abs() < 1e-12 {
                    continue;
                }
                let theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for k in 0..n {
                    let (x, y) = (a[k * n + p], a[k * n + q]);
                    a[k * n + p] = c * x - s * y;
                    a[k * n + q] = s * x + c * y;
                }
                for k in 0..n {
                    let (x, y) = (a[p * n + k], a[q * n + k]);
                    a[p * n + k] = c * x - s * y;
                    a[q * n + k] = s * x + c * y;
                }
                for k in 0..n {
                    let (x, y) = (v[k * n + p], v[k * n + q]);
                    v[k * n + p] = c * x - s * y;
                    v[k * n + q] = s * x + c * y;
                }
            }
        }
        if off < 1e-9 {
            break;
        }
    }
    ((0..n).map(|i| a[i * n + i]).collect(), v)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    // eight partial sums: a fixed order that vectorises
    let mut part = [0.0f32; 8];
    let (heads, tails) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = heads
        .remainder()
        .iter()
        .zip(tails.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in heads.zip(tails) {
        for (p, (x, y)) in part.iter_mut().zip(x.iter().zip(y)) {
            *p += x * y;
        }
    }
    part.iter().sum::<f32>() + rest
}

/// Cluster of each unit vector, by cosine.
pub(super) fn k_means(
    vectors: &[f32],
    rank: usize,
    k: usize,
    rounds: usize,
    rng: &mut Rng,
) -> Vec<u16> {
    let n = vectors.len() / rank;
    let k = k.min(n);
    // start from frequent words: they lie where clusters should
    let mut start: Vec<usize> = (0..n.min(8 * k)).collect();
    rng.shuffle(&mut start);
    let mut centres: Vec<f32> = Vec::with_capacity(k * rank);
    for &i in &start[..k] {
        centres.extend_from_slice(&vectors[i * rank..][..rank]);
    }
    let mut out = vec![0u16; n];
    for _ in 0..rounds {
        let mut sums = vec![0.0f32; k * rank];
        for (cluster, vector) in out.iter_mut().zip(vectors.chunks_exact(rank)) {
            let mut best = f32::MIN;
            for (c, centre) in centres.chunks_exact(rank).enumerate() {
                let s = dot(vector, centre);
                if s > best {
                    best = s;
                    *cluster = c as u16;
                }
            }
            let sum = &mut sums[*cluster as usize * rank..][..rank];
            for (s, x) in sum.iter_mut().zip(vector) {
                *s += x;
            }
        }
        for (centre, sum) in centres.chunks_exact_mut(rank).zip(sums.chunks_exact(rank)) {
            let size = dot(sum, sum).sqrt();
            if size > 0.0 {
                for (c, s) in centre.iter_mut().zip(sum) {
                    *c = s / size;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_like_company_share_a_cluster() {
        let mut counter = Counter::default();
        let mut rng = Rng::new(5);
        let mut pick = |of: &[&str]| of[(rng.next_u64() % of.len() as u64) as usize].to_owned();
        let mut text = String::new();
        for _ in 0..600 {
            text.push_str(&format!(
                "the {} {} a {} .\n",
                pick(&["cat", "dog", "cow"]),
                pick(&["eats", "sees", "wants"]),
                pick(&["pear", "plum", "fig"]),
            ));
        }
        counter.add(&text);
        let options = Options {
            contexts: 20,
            rank: 4,
            coarse: 4,
            fine: 6,
            ..Options::default()
        };
        let words = counter.cluster(&options, &mut |_| {});
        let of = |w: &str| words.iter().find(|x| x.0 == w).map(|x| x.1.coarse);
        assert!(of("cat").is_some());
        assert_eq!(of("cat"), of("dog"));
        assert_eq!(of("eats"), of("sees"));
        assert_eq!(of("pear"), of("fig"));
        assert_ne!(of("cat"), of("eats"));
        assert_eq!(words, counter.cluster(&options, &mut |_| {}));
    }
}
