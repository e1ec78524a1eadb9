//! Which words and phrases are known as names of what: a set of hashed phrases with the lists that each is on.
//!
//! The lists only feed the tagger's features, they decide nothing by themselves: "Jordan" is on five of them.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::extract::model_file::{ModelError, Reader, write_u32, write_varint};
use crate::extract::names::words::{Hashed, hash, lower};
use crate::extract::tagger::weights::pair;
use crate::extract::token::tokenize;

/// What a list is a list of. The numbers are part of the model file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Frequent surnames of the United States.
    Surname,
    /// Rarer ones.
    RareSurname,
    /// Surnames of other countries.
    WorldSurname,
    /// First names of the United States.
    FirstName,
    /// First names of other countries.
    WorldFirstName,
    /// Cities over 200,000 people.
    BigCity,
    /// Over 15,000.
    City,
    /// Smaller ones.
    Town,
    /// Countries, dependencies and continents.
    Country,
    /// First-level divisions of countries.
    Region,
    /// Second-level divisions.
    Subregion,
    /// Peoples and adjectives of places.
    Demonym,
    /// Titles and offices.
    Title,
    /// Words of organisations' names.
    OrganisationWord,
    /// Words of places' names.
    PlaceWord,
    /// Well-known organisations.
    Organisation,
    /// Months and days.
    Calendar,
    /// Continents, seas, rivers, areas.
    Area,
}

impl List {
    /// The list's bit in a mask.
    #[must_use]
    pub fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// The most words that an entry has.
pub const MAX_WORDS: usize = 7;

/// Starts the hash of a phrase; [`extend`] adds its words, lower-cased, one after the other.
pub const EMPTY_PHRASE: u64 = 0;

/// The hash of a phrase and one more word.
#[inline(always)]
#[must_use]
pub fn extend(phrase: u64, word: u64) -> u64 {
    pair(phrase, word)
}

/// Phrases and the lists that each is on.
#[derive(Clone, Debug, Default)]
pub struct Gazetteer {
    /// Upper 32 bits of the phrase's hash to mask of lists.
    masks: HashMap<u32, u32, BuildHasherDefault<Hashed>>,
    /// First word of phrases of two words and more to the number of words of the longest.
    longest: HashMap<u32, u8, BuildHasherDefault<Hashed>>,
}

fn key(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl Gazetteer {
    /// Puts a phrase on a list. Phrases of more than [`MAX_WORDS`] words are left out.
    pub fn insert(&mut self, phrase: &str, list: List) {
        let mut tokens = Vec::new();
        tokenize(phrase, &mut tokens);
        if tokens.is_empty() || tokens.len() > MAX_WORDS {
            return;
        }
        let mut words = tokens.iter().map(|t| hash(&lower(t.span.of(phrase))));
        let Some(first) = words.next() else { return };
        let whole = words.fold(extend(EMPTY_PHRASE, first), extend);
        *self.masks.entry(key(whole)).or_default() |= list.bit();
        if tokens.len() > 1 {
            let longest = self.longest.entry(key(first)).or_default();
            *longest = (*longest).max(tokens.len() as u8);
        }
    }

    /// The lists that a phrase is on, by its hash.
    #[inline]
    #[must_use]
    pub fn mask(&self, phrase: u64) -> u32 {
        self.masks.get(&key(phrase)).copied().unwrap_or(0)
    }

    /// How many words the longest phrase has that begins with this word, by its hash; 1 if none has more than one.
    #[must_use]
    pub fn longest(&self, first: u64) -> u8 {
        self.longest.get(&key(first)).copied().unwrap_or(1)
    }

    /// Number of phrases.
    #[must_use]
    pub fn len(&self) -> usize {
        self.masks.len()
    }

    /// Is it empty?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.masks.is_empty()
    }

    /// As bytes, the same for the same entries.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut distinct: Vec<u32> = self.masks.values().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        write_u32(&mut out, distinct.len() as u32);
        for mask in &distinct {
            write_u32(&mut out, *mask);
        }
        let mut masks: Vec<(u32, u32)> = self.masks.iter().map(|(&k, &m)| (k, m)).collect();
        masks.sort_unstable();
        write_u32(&mut out, masks.len() as u32);
        let mut last = 0;
        for (key, _) in &masks {
            write_varint(&mut out, u64::from(key - last));
            last = *key;
        }
        for (_, mask) in &masks {
            let index = distinct.binary_search(mask).unwrap_or(0);
            write_varint(&mut out, index as u64);
        }
        let mut longest: Vec<(u32, u8)> = self.longest.iter().map(|(&k, &n)| (k, n)).collect();
        longest.sort_unstable();
        write_u32(&mut out, longest.len() as u32);
        for (key, words) in longest {
            write_u32(&mut out, key);
            out.push(words);
        }
        out
    }

    /// From [`Gazetteer::to_bytes`].
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if the bytes are not such.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader::new(bytes);
        let mut distinct = Vec::new();
        for _ in 0..reader.u32()? {
            distinct.push(reader.u32()?);
        }
        let mut keys = Vec::new();
        let mut last = 0u32;
        for _ in 0..reader.u32()? {
            last = u32::try_from(u64::from(last) + reader.varint()?)
                .map_err(|_| ModelError::Damaged)?;
            keys.push(last);
        }
        let mut out = Self::default();
        out.masks.reserve(keys.len());
        for key in keys {
            let index = reader.varint()? as usize;
            let mask = distinct.get(index).ok_or(ModelError::Damaged)?;
            out.masks.insert(key, *mask);
        }
        for _ in 0..reader.u32()? {
            let key = reader.u32()?;
            let words = reader.take(1)?[0];
            out.longest.insert(key, words.min(MAX_WORDS as u8));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_bytes() {
        let mut lists = Gazetteer::default();
        lists.insert("Nairobi", List::BigCity);
        lists.insert("Nairobi", List::Region);
        lists.insert("Saint Kitts and Nevis", List::Country);
        let again = Gazetteer::read(&lists.to_bytes()).unwrap();
        let word = |w: &str| hash(&lower(w));
        let nairobi = again.mask(extend(EMPTY_PHRASE, word("NAIROBI")));
        assert_eq!(nairobi, List::BigCity.bit() | List::Region.bit());
        let kitts = ["saint", "kitts", "and", "nevis"]
            .iter()
            .fold(EMPTY_PHRASE, |h, w| extend(h, word(w)));
        assert_eq!(again.mask(kitts), List::Country.bit());
        assert_eq!(again.longest(word("Saint")), 4);
        assert_eq!(again.longest(word("Nairobi")), 1);
        assert_eq!(again.to_bytes(), lists.to_bytes());
        assert!(Gazetteer::read(&lists.to_bytes()[..9]).is_err());
    }
}
