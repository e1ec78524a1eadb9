//! The names model: what is known of words, and the weights. Made by [`crate::train::names`].

use std::sync::{Arc, OnceLock};

use super::casing::Casings;
use super::gazetteer::Gazetteer;
use crate::extract::clusters;
use crate::extract::model_file::{ModelError, ModelFile};
use crate::extract::tagger::weights::Model;

/// What is known of words before any text is read.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// Names and words of names.
    pub gazetteer: Gazetteer,
    /// How words are usually written.
    pub casings: Casings,
}

impl Lexicon {
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
}

/// The file of the model, as it is in the binary.
pub(in crate::extract) static FILE: &[u8] = include_bytes!("../model/names.bin");

impl NamesModel {
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
        Ok(Self {
            lexicon: Lexicon {
                gazetteer: Gazetteer::read(file.section("lists")?)?,
                casings: Casings::read(file.section("casings")?)?,
            },
            weights: Model::read(file.section("weights")?)?,
        })
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
