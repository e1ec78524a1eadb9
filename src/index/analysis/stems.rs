//! Stems of English words, remembered: a few thousand words are most of what any text has.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};

/// Words that are remembered at a time, a power of two.
const SLOTS: usize = 8192;
/// Longest word that is remembered, in bytes.
const LONGEST: usize = 15;

/// The stem of a folded word.
pub(super) fn stem(word: &str) -> Cow<'_, str> {
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::new(Algorithm::English));
    match word {
        // Snowball cuts these as if a whole word stood before the ending: to "su", and to "i", the pronoun.
        "sued" | "suing" => Cow::Owned("sue".to_owned()),
        "ied" | "ieds" => Cow::Owned("ied".to_owned()),
        _ => ENGLISH.stem(word),
    }
}

/// Puts the stem of a folded word in its place.
pub(super) fn stem_in_place(word: &mut String) {
    thread_local! {
        static MEMORY: RefCell<Memory> = RefCell::new(Memory::new());
    }
    let Some(key) = Short::of(word) else {
        cut(word);
        return;
    };
    MEMORY.with_borrow_mut(|memory| {
        let slot = &mut memory.0[key.slot()];
        if slot.word == key {
            slot.stem.put(word);
            return;
        }
        cut(word);
        if let Some(stem) = Short::of(word) {
            *slot = Slot { word: key, stem };
        }
    });
}

fn cut(word: &mut String) {
    if let Cow::Owned(stem) = stem(word) {
        // The room that the word has is kept for the next.
        word.clear();
        word.push_str(&stem);
    }
}

/// What has been stemmed lately; each word has one place where it may stand.
struct Memory(Box<[Slot]>);

impl Memory {
    fn new() -> Self {
        let empty = Slot {
            word: Short(0),
            stem: Short(0),
        };
        Self(vec![empty; SLOTS].into())
    }
}

#[derive(Clone, Copy)]
struct Slot {
    word: Short,
    stem: Short,
}

/// A word of at least one and at most [`LONGEST`] bytes, its length in the last byte: compared at once.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Short(u128);

impl Short {
    fn of(word: &str) -> Option<Self> {
        let mut bytes = [0; LONGEST + 1];
        bytes[LONGEST] = u8::try_from(word.len()).ok()?;
        bytes[..LONGEST]
            .get_mut(..word.len())?
            .copy_from_slice(word.as_bytes());
        (!word.is_empty()).then(|| Self(u128::from_le_bytes(bytes)))
    }

    fn put(self, word: &mut String) {
        let bytes = self.0.to_le_bytes();
        let text = bytes.get(..usize::from(bytes[LONGEST])).unwrap_or_default();
        word.clear();
        // It came from text.
        word.push_str(std::str::from_utf8(text).unwrap_or_default());
    }

    fn slot(self) -> usize {
        // The upper bits of a product depend on all bits below them (Fibonacci hashing).
        let mixed = (self.0 as u64 ^ ((self.0 >> 64) as u64).rotate_left(29))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 32) as usize % SLOTS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{stem, stem_in_place};

    proptest! {
        #[test]
        fn what_is_remembered_is_the_stem(words in prop::collection::vec("[a-zé0-9]{0,18}(ing|ed|ies|ly)?", 1..200)) {
            // Each twice, others between.
            for word in words.iter().chain(&words) {
                let mut stemmed = word.clone();
                stem_in_place(&mut stemmed);
                prop_assert_eq!(&*stem(word), &stemmed);
            }
        }
    }
}
