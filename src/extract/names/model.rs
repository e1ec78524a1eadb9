//! The names model: what is known of words, and the weights. Made by [`crate::train::names`].

use std::sync::{Arc, OnceLock};

use super::casing::Casings;
use super::features::{NEWS, POSITIONS, of_word};
use super::gazetteer::Gazetteer;
use super::words::Word;
use crate::extract::clusters;
use crate::extract::model_file::{ModelError, ModelFile};
use crate::extract::tagger::weights::{Model, Sums};
use crate::extract::word_types::Remembered;

/// What is known of words before any text is read.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Names and words of names. Not to be changed, as words of it are remembered.
    pub gazetteer: Gazetteer,
    /// How words are usually written. Not to be changed either.
    pub casings: Casings,
    words: Remembered<Word>,
}

/// One that knows nothing.
impl Default for Lexicon {
    fn default() -> Self {
        Self::new(Gazetteer::default(), Casings::default())
    }
}

/// Word types that are remembered, in some 10 MB.
const WORDS: usize = 48 << 10;

/// Word types whose sums are remembered, in some 7 MB: many words stand near no capital letter and have none.
const SUMS: usize = 32 << 10;

impl Lexicon {
    /// Of its parts.
    #[must_use]
    pub fn new(gazetteer: Gazetteer, casings: Casings) -> Self {
        Self {
            gazetteer,
            casings,
            words: Remembered::most(WORDS),
        }
    }

    /// What is known of a word; `hash` is its [`hash`](super::words::hash).
    #[must_use]
    pub fn word(&self, hash: u64, text: &str) -> Word {
        self.words.get_or(hash, || Word::of(text, self))
    }

    /// Coarse and fine cluster of a lower-cased word by its published vector, whatever its case: 1 if it has none, never
    /// 0.
    #[must_use]
    pub fn vector_clusters(&self, lower: &str) -> [u64; 2] {
        let ids = clusters::of_vectors()
            .exact(lower)
            .unwrap_or(clusters::UNKNOWN);
        [u64::from(ids.coarse) + 1, u64::from(ids.fine) + 1]
    }

    /// Coarse and fine cluster of a word, as written and lower-cased: 1 if it has none, never 0.
    #[must_use]
    pub fn clusters(&self, normal: &str, lower: &str) -> [u64; 2] {
        let ids = clusters::shared().of(normal, lower);
        [u64::from(ids.coarse) + 1, u64::from(ids.fine) + 1]
    }
}

/// Lexicon and weights.
#[derive(Clone, Debug)]
pub struct NamesModel {
    /// What is known of words.
    pub lexicon: Lexicon,
    /// Weights of the features.
    pub weights: Model,
    sums: Remembered<[Sums; POSITIONS.len()]>,
}

/// The file of the model, as it is in the binary.
pub(in crate::extract) static FILE: &[u8] = include_bytes!("../model/names.bin");

impl NamesModel {
    /// Of its parts.
    #[must_use]
    pub fn new(lexicon: Lexicon, weights: Model) -> Self {
        Self {
            lexicon,
            weights,
            sums: Remembered::most(SUMS),
        }
    }

    /// Sums of the features of a word at each of [`POSITIONS`].
    #[must_use]
    pub fn sums(&self, word: &Word) -> [Sums; POSITIONS.len()] {
        // all of these features are of the normal form, see `Word::of`
        self.sums.get_or(word.normal, || self.sum(word))
    }

    /// The same of a word that is not remembered.
    #[must_use]
    pub fn sum(&self, word: &Word) -> [Sums; POSITIONS.len()] {
        let mut all = [[0; 16]; POSITIONS.len()];
        for (position, sums) in all.iter_mut().enumerate() {
            of_word(word, position, NEWS, |hash| self.weights.add(hash, sums));
        }
        all
    }

    /// The file's bytes: the same for the same model.
    ///
    /// # Errors
    /// As [`ModelFile::pack`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, ModelError> {
        let mut file = ModelFile::default();
        file.push("lists", self.lexicon.gazetteer.to_bytes());
        file.push("casings", self.lexicon.casings.to_bytes());
        file.push("weights", self.weights.to_bytes());
        file.pack()
    }

    /// From [`NamesModel::to_bytes`].
    ///
    /// # Errors
    /// Any [`ModelError`].
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let file = ModelFile::unpack(bytes)?;
        let lexicon = Lexicon::new(
            Gazetteer::read(file.section("lists")?)?,
            Casings::read(file.section("casings")?)?,
        );
        Ok(Self::new(lexicon, Model::read(file.section("weights")?)?))
    }

    /// The model that comes with whosaid, unpacked once a process; `None` if it is damaged, which a test rules out.
    #[must_use]
    pub fn shipped() -> Option<Arc<Self>> {
        static MODEL: OnceLock<Option<Arc<NamesModel>>> = OnceLock::new();
        MODEL
            .get_or_init(|| NamesModel::read(FILE).ok().map(Arc::new))
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_model_is_whole() {
        let model = NamesModel::shipped().expect("a model that reads");
        assert_eq!(model.weights.labels().len(), 13);
        assert!(!model.lexicon.gazetteer.is_empty());
    }
}
