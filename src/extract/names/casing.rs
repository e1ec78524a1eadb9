//! How words are usually written: lower case, capitalised, or all capitals. Counted in news text by
//! [`crate::train::names`]; needed to read headlines in capitals, and as evidence elsewhere.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::extract::model_file::{ModelError, Reader, write_u32};
use crate::extract::names::words::Hashed;

/// How a word is mostly written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `minister`
    Lower,
    /// `Nairobi`
    Capitalised,
    /// `NATO`
    Capitals,
}

/// What is known of one word: form in the low two bits, class above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Casing(u8);

impl Default for Casing {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl Casing {
    /// Of a word that was not counted.
    pub const UNKNOWN: Self = Self(14 << 2);
    /// Of a token without letters.
    pub const NO_LETTERS: Self = Self(15 << 2);

    /// Of a word seen `lower` times in lower case and `upper` times not, within sentences, mostly in `form`.
    #[must_use]
    pub fn of_counts(lower: u32, upper: u32, form: Form) -> Self {
        let share = (upper as f32 + 0.1) / ((lower + upper) as f32 + 0.2);
        let often = lower + upper > 50;
        let class = if share < 0.02 {
            8 + 2 * u8::from(often)
        } else if share > 0.98 {
            9 + 2 * u8::from(often)
        } else {
            (share * 7.99) as u8
        };
        Self((class << 2) | form as u8)
    }

    /// The share of upper case as one of 16 classes: 0 to 7 eighths, 8 and 10 hardly ever, 9 and 11 nearly always
    /// (the second of each for frequent words), 14 unknown, 15 no letters.
    #[must_use]
    pub fn class(self) -> u8 {
        self.0 >> 2
    }

    /// The most frequent form.
    #[must_use]
    pub fn form(self) -> Form {
        match self.0 & 3 {
            1 => Form::Capitalised,
            2 => Form::Capitals,
            _ => Form::Lower,
        }
    }

    /// Was the word counted?
    #[must_use]
    pub fn is_known(self) -> bool {
        self.class() < 14
    }

    /// Is it in lower case at least twice as often as not?
    #[must_use]
    pub fn mostly_lower(self) -> bool {
        matches!(self.class(), 0..=2 | 8 | 10)
    }

    /// Is it in upper case at least as often as not?
    #[must_use]
    pub fn mostly_upper(self) -> bool {
        matches!(self.class(), 4..=7 | 9 | 11)
    }
}

/// Casing by word.
#[derive(Clone, Debug, Default)]
pub struct Casings(HashMap<u32, Casing, BuildHasherDefault<Hashed>>);

impl Casings {
    /// Notes the casing of a word, given by the hash of its lower-cased form.
    pub fn insert(&mut self, lower: u64, casing: Casing) {
        self.0.insert((lower >> 32) as u32, casing);
    }

    /// The casing of a word, by the same hash.
    #[must_use]
    pub fn get(&self, lower: u64) -> Casing {
        self.0
            .get(&((lower >> 32) as u32))
            .copied()
            .unwrap_or(Casing::UNKNOWN)
    }

    /// As bytes, the same for the same words.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut all: Vec<(u32, u8)> = self.0.iter().map(|(&k, c)| (k, c.0)).collect();
        all.sort_unstable();
        let mut out = Vec::new();
        write_u32(&mut out, all.len() as u32);
        for (key, _) in &all {
            write_u32(&mut out, *key);
        }
        out.extend(all.iter().map(|(_, casing)| casing));
        out
    }

    /// From [`Casings::to_bytes`].
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if the bytes are not such.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader::new(bytes);
        let count = reader.u32()? as usize;
        let keys = reader.take(count.checked_mul(4).ok_or(ModelError::Damaged)?)?;
        let casings = reader.take(count)?;
        let words = keys.as_chunks::<4>().0.iter().zip(casings);
        Ok(Self(
            words
                .map(|(key, &casing)| (u32::from_le_bytes(*key), Casing(casing & 63)))
                .collect(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::names::words::hash;

    #[test]
    fn classes_follow_the_counts() {
        assert!(Casing::of_counts(100, 0, Form::Lower).mostly_lower());
        assert!(Casing::of_counts(0, 100, Form::Capitals).mostly_upper());
        assert!(!Casing::of_counts(50, 50, Form::Lower).mostly_lower());
        assert!(!Casing::UNKNOWN.is_known());
        let mut casings = Casings::default();
        casings.insert(hash("nato"), Casing::of_counts(0, 9, Form::Capitals));
        let again = Casings::read(&casings.to_bytes()).unwrap();
        assert_eq!(again.get(hash("nato")).form(), Form::Capitals);
        assert_eq!(again.get(hash("other")), Casing::UNKNOWN);
    }
}
