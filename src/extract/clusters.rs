//! Word clusters: words that occur in like company share an id, so that a model knows something of words that it was not
//! trained on.
//!
//! Made by [`crate::train::clusters`] from plain news text, at two grains. Case counts, since "may" and "May" keep
//! different company; a form that is unknown as printed is looked up in lower case.
//!
//! A second table, for names only, is made by [`crate::train::vectors`] from published vectors of many more words, all in
//! lower case: it knows names of people, firms and towns from all over the world.

use std::sync::LazyLock;

use super::model_file::{ModelError, ModelFile};

/// Cluster of unknown words, at either grain.
pub const UNKNOWN: Ids = Ids { coarse: 0, fine: 0 };

/// A word's clusters. Ids count from 1; 0 is for unknown words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    /// One of about a hundred.
    pub coarse: u16,
    /// One of about a thousand.
    pub fine: u16,
}

/// The clusters of a vocabulary.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    /// Open addressing by hash: the hash's upper half (never 0) and the ids.
    slots: Vec<(u32, Ids)>,
    words: usize,
}

/// The file, as it is built in.
pub(super) const FILE: &[u8] = include_bytes!("model/clusters.bin");

static SHARED: LazyLock<Clusters> = LazyLock::new(|| Clusters::from_file(FILE).unwrap_or_default());

/// The file of clusters by published vectors, as it is built in.
pub(super) const VECTORS: &[u8] = include_bytes!("model/vectors.bin");

static OF_VECTORS: LazyLock<Clusters> =
    LazyLock::new(|| Clusters::from_file(VECTORS).unwrap_or_default());

/// The built-in clusters by published vectors, of words in lower case, loaded once a process.
#[must_use]
pub fn of_vectors() -> &'static Clusters {
    &OF_VECTORS
}

/// The clusters that are built in, loaded once a process.
#[must_use]
pub fn shared() -> &'static Clusters {
    &SHARED
}

/// BLAKE3 of the clusters that the built-in models of statements and names were trained with. To be set anew when both
/// are made anew.
const TRAINED_WITH: &str = "94d2443d228545cdc8856438e1fd9efe948240059f53d004d760b94d6b47d2e8";

/// BLAKE3 of the clusters by published vectors that the built-in model of names was trained with.
const NAMES_TRAINED_WITH: &str = "a596738a5a2e9e90631002c988c425a339949e4288dc27010b9c69665fa6dadf";

/// Were the built-in models of statements and names trained with the clusters that are built in?
#[must_use]
pub fn are_those_of_the_models() -> bool {
    let is = |file: &[u8], hash: &str| blake3::hash(file).to_hex().as_str() == hash;
    is(FILE, TRAINED_WITH) && is(VECTORS, NAMES_TRAINED_WITH)
}

/// Are these the bytes of the clusters that are built in?
#[must_use]
pub fn are_the_built_in(bytes: &[u8]) -> bool {
    bytes == FILE || bytes == VECTORS
}

/// Digits as `0` and typographic apostrophes as straight ones: the form in which words are clustered. Appends to `out`.
pub fn normalise(word: &str, out: &mut String) {
    out.extend(word.chars().map(|c| match c {
        '0'..='9' => '0',
        '’' | 'ʼ' | '‘' => '\'',
        _ => c,
    }));
}

/// FNV-1a over the bytes, then mixed.
#[must_use]
pub fn word_hash(word: &str) -> u64 {
    let mut x = 0xCBF2_9CE4_8422_2325u64;
    for &b in word.as_bytes() {
        x = (x ^ u64::from(b)).wrapping_mul(0x100_0000_01B3);
    }
    x ^= x >> 32;
    x = x.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^ (x >> 32)
}

impl Clusters {
    /// A table of words and their ids; the words in normal form.
    #[must_use]
    pub fn new<'w>(words: impl ExactSizeIterator<Item = (&'w str, Ids)>) -> Self {
        let size = (words.len() * 2 + 2).next_power_of_two();
        let mut out = Self {
            slots: vec![(0, UNKNOWN); size],
            words: words.len(),
        };
        for (word, ids) in words {
            let hash = word_hash(word);
            let mut at = hash as usize & (size - 1);
            while out.slots[at].0 != 0 {
                at = (at + 1) & (size - 1);
            }
            out.slots[at] = ((hash >> 32) as u32 | 1, ids);
        }
        out
    }

    /// Number of words.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words
    }

    /// Is there no word?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// Clusters of a word in normal form (see [`normalise`]), exactly as given.
    #[must_use]
    pub fn exact(&self, normal: &str) -> Option<Ids> {
        let mask = self.slots.len().checked_sub(1)?;
        let hash = word_hash(normal);
        let check = (hash >> 32) as u32 | 1;
        let mut at = hash as usize & mask;
        loop {
            match self.slots[at] {
                (0, _) => return None,
                (c, ids) if c == check => return Some(ids),
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Clusters of a word in normal form, else of its lower-case form, else [`UNKNOWN`].
    #[must_use]
    pub fn of(&self, normal: &str, lower: &str) -> Ids {
        self.exact(normal)
            .or_else(|| self.exact(lower))
            .unwrap_or(UNKNOWN)
    }

    /// Reads a file made by [`to_file`].
    ///
    /// # Errors
    /// [`ModelError`] if the file is not one of word clusters or is damaged.
    pub fn from_file(bytes: &[u8]) -> Result<Self, ModelError> {
        let file = ModelFile::unpack(bytes)?;
        let words = std::str::from_utf8(file.section("words")?).map_err(|_| ModelError::Damaged)?;
        let ids = file.section("ids")?;
        let words: Vec<&str> = words.lines().collect();
        if ids.len() != 4 * words.len() {
            return Err(ModelError::Damaged);
        }
        let ids: Vec<Ids> = ids
            .chunks_exact(4)
            .map(|b| Ids {
                coarse: u16::from_le_bytes([b[0], b[1]]),
                fine: u16::from_le_bytes([b[2], b[3]]),
            })
            .collect();
        Ok(Self::new(words.into_iter().zip(ids)))
    }
}

/// The file of the words (in normal form, none with a line break) and their ids.
///
/// # Errors
/// [`ModelError`] if the words are too many for a model file.
pub fn to_file(words: &[(String, Ids)]) -> Result<Vec<u8>, ModelError> {
    let mut sorted: Vec<&(String, Ids)> = words.iter().collect();
    sorted.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut text = String::new();
    let mut ids = Vec::new();
    for (word, id) in sorted {
        text.push_str(word);
        text.push('\n');
        ids.extend_from_slice(&id.coarse.to_le_bytes());
        ids.extend_from_slice(&id.fine.to_le_bytes());
    }
    let mut file = ModelFile::default();
    file.push("words", text.into_bytes());
    file.push("ids", ids);
    file.pack()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_again() {
        let words: Vec<(String, Ids)> = (0..500)
            .map(|i| {
                let ids = Ids {
                    coarse: 1 + i % 7,
                    fine: 1 + i,
                };
                (format!("word{i}"), ids)
            })
            .collect();
        let clusters = Clusters::from_file(&to_file(&words).unwrap()).unwrap();
        assert_eq!(clusters.len(), 500);
        for (word, ids) in &words {
            assert_eq!(clusters.exact(word), Some(*ids));
            assert_eq!(clusters.of("Wörd", word), *ids);
        }
        assert_eq!(clusters.of("other", "other"), UNKNOWN);
    }

    #[test]
    fn normal_form() {
        let mut out = String::new();
        normalise("O’Brien’s 1,234", &mut out);
        assert_eq!(out, "O'Brien's 0,000");
    }

    #[test]
    fn the_built_in_clusters_load() {
        assert!(
            are_those_of_the_models(),
            "train statements and names with the new clusters, then set TRAINED_WITH"
        );
        assert!(shared().len() > 10_000);
        assert!(of_vectors().len() > 100_000);
        let said = shared().of("said", "said");
        assert_ne!(said, UNKNOWN);
    }
}
