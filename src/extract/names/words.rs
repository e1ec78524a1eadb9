//! Word types: what can be said about a word by itself.

use std::hash::Hasher;

use super::casing::{Casing, Form};
use super::gazetteer::{EMPTY_PHRASE, extend};
use super::model::Lexicon;
use crate::extract::word_types::Numbers;

/// Keys that are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(b);
        }
    }
    fn write_u32(&mut self, value: u32) {
        // hashbrown takes the table index from the low bits and the tag from the top seven
        self.0 = u64::from(value) | u64::from(value) << 32;
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

/// Hash of a string: part of the model file, the same on every machine.
#[inline]
#[must_use]
pub fn hash(text: &str) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let (chunks, rest) = text.as_bytes().as_chunks::<8>();
    let mut x = 0x243F_6A88_85A3_08D3 ^ text.len() as u64;
    for chunk in chunks {
        x = (x ^ u64::from_le_bytes(*chunk)).wrapping_mul(K);
        x ^= x >> 32;
    }
    let tail = rest
        .iter()
        .rev()
        .fold(0u64, |tail, &b| tail << 8 | u64::from(b));
    x = (x ^ tail).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    x ^= x >> 29;
    x = x.wrapping_mul(K);
    x ^ (x >> 32)
}

/// Lower case, curly apostrophes straight, digits as 0: the form that lists are compared in.
#[must_use]
pub fn lower(word: &str) -> String {
    normal(word).to_lowercase()
}

fn normal(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            '0'..='9' => '0',
            '’' | 'ʼ' => '\'',
            c => c,
        })
        .collect()
}

/// The first letter (and each after an apostrophe) upper case, all others lower.
#[must_use]
pub fn capitalised(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut first = true;
    for c in word.chars() {
        if first {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        first = matches!(c, '\'' | '’');
    }
    out
}

/// Yes-or-no properties of a word, as bits.
pub mod flag {
    /// Has an upper-case letter.
    pub const CAPITAL: u16 = 1;
    /// Begins with a digit.
    pub const DIGIT: u16 = 2;
    /// Joins the parts of names: "of", "van", "al", "&", "-".
    pub const LINK: u16 = 4;
    /// Has a letter.
    pub const LETTER: u16 = 8;
    /// Has upper-case letters and no lower-case ones.
    pub const CAPITALS: u16 = 16;
    /// Four bytes or more.
    pub const LONG: u16 = 32;
    /// A hyphen.
    pub const HYPHEN: u16 = 64;
    /// Two to seven capitals.
    pub const ACRONYM: u16 = 128;
}

/// A word type. Hashes are feature values; 0 stands for "too short for that".
#[derive(Clone, Copy, Debug, Default)]
pub struct Word {
    /// Its [`flag`]s.
    pub flags: u16,
    /// Hash of the lower-cased, digit-normalised form.
    pub lower: u64,
    /// Hash of the digit-normalised form.
    pub normal: u64,
    /// Hash of the shape with repeats merged (`Xx`), and in full.
    pub shape: [u64; 2],
    /// Hashes of the first 1 to 4 characters.
    pub prefixes: [u64; 4],
    /// Hashes of the last 1 to 4 characters, lower-cased.
    pub suffixes: [u64; 4],
    /// Lists of the gazetteer that the word is on.
    pub lists: u32,
    /// Words of the longest gazetteer entry that begins with it.
    pub longest: u8,
    /// How it is usually written.
    pub casing: Casing,
    /// Clusters, coarse and fine; 1 for none, 0 outside of sentences.
    pub clusters: [u64; 2],
    /// The same by its published vector, see [`Lexicon::vector_clusters`].
    pub kin: [u64; 2],
}

impl Word {
    /// What `lexicon` knows of a word, and what it shows itself.
    #[must_use]
    pub fn of(text: &str, lexicon: &Lexicon) -> Self {
        let normal = normal(text);
        let low = normal.to_lowercase();
        let (mut prefixes, mut suffixes) = ([0; 4], [0; 4]);
        let affixes = prefixes.iter_mut().zip(&mut suffixes);
        for (length, (prefix, suffix)) in (1..).zip(affixes) {
            if let Some((end, _)) = normal.char_indices().nth(length) {
                *prefix = hash(&normal[..end]);
            }
            if let Some((begin, _)) = low.char_indices().nth_back(length - 1).filter(|x| x.0 > 0) {
                *suffix = hash(&low[begin..]);
            }
        }
        let has = |class: fn(char) -> bool| text.chars().any(class);
        let (upper, letters) = (has(char::is_uppercase), has(char::is_alphabetic));
        let capitals = upper && !has(char::is_lowercase);
        let length = text.chars().count();
        let mut flags = 0;
        for (set, bit) in [
            (upper, flag::CAPITAL),
            (text.starts_with(|c: char| c.is_ascii_digit()), flag::DIGIT),
            (LINKS.contains(&low.as_str()), flag::LINK),
            (letters, flag::LETTER),
            (capitals, flag::CAPITALS),
            (text.len() >= 4, flag::LONG),
            (text == "-", flag::HYPHEN),
            (capitals && (2..=7).contains(&length), flag::ACRONYM),
        ] {
            flags |= if set { bit } else { 0 };
        }
        let lower = hash(&low);
        Self {
            flags,
            lower,
            normal: hash(&normal),
            shape: shapes(&normal),
            prefixes,
            suffixes,
            lists: lexicon.gazetteer.mask(extend(EMPTY_PHRASE, lower)),
            longest: lexicon.gazetteer.longest(lower),
            casing: if letters {
                lexicon.casings.get(lower)
            } else {
                Casing::NO_LETTERS
            },
            clusters: lexicon.clusters(&normal, &low),
            kin: lexicon.vector_clusters(&low),
        }
    }
}

fn shapes(word: &str) -> [u64; 2] {
    let (mut merged, mut full) = (String::new(), String::new());
    let mut last = '\0';
    for c in word.chars() {
        let class = if c.is_uppercase() {
            'X'
        } else if c.is_lowercase() {
            'x'
        } else if c.is_ascii_digit() {
            'd'
        } else if c.is_alphabetic() {
            'a'
        } else {
            c
        };
        if class != last && merged.len() < 12 {
            merged.push(class);
        }
        if full.len() < 12 {
            full.push(class);
        }
        last = class;
    }
    [hash(&merged), hash(&full)]
}

/// Words that join the parts of names.
const LINKS: &[&str] = &[
    "of", "and", "the", "for", "de", "la", "del", "las", "los", "el", "al", "bin", "ibn", "bint",
    "van", "von", "der", "den", "du", "da", "di", "do", "dos", "das", "le", "les", "in", "on",
    "to", "s", "y", "e", "&", "-", "'", "'s", "’s", "’", "/", ",", ".", "+", "at", "au", "aux",
    "et", "und", "zu", "ter", "ten", "st", "abu", "ul", "ud", "ur", "as", "ash", "ad", "an", "or",
    "with", "from", "by", "´", "–", "bte", "ap", "ould", "ou", "della", "af", "av", "dei", "al-",
];

/// Number that stands for "no word": before a sentence and after it.
pub const NONE: u32 = 0;

/// The word types of an article, numbered.
#[derive(Clone, Debug)]
pub struct Words {
    /// By number.
    words: Vec<Word>,
    flags: Vec<u16>,
    /// Number of the lower-cased form.
    lowered: Vec<u32>,
    /// As written, one after the other.
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
    numbers: Numbers,
}

impl Default for Words {
    fn default() -> Self {
        let edge = Word {
            lower: hash("<s>"),
            normal: hash("<s>"),
            shape: [hash("<s>"); 2],
            casing: Casing::NO_LETTERS,
            longest: 1,
            ..Word::default()
        };
        Self {
            words: vec![edge],
            flags: vec![0],
            lowered: vec![0],
            text: String::new(),
            ends: vec![0],
            numbers: Numbers::default(),
        }
    }
}

impl Words {
    /// Forgets all but [`NONE`].
    pub fn clear(&mut self) {
        self.words.truncate(1);
        self.flags.truncate(1);
        self.lowered.truncate(1);
        self.text.clear();
        self.ends.truncate(1);
        self.numbers.clear();
    }

    /// The word of a number.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, number: u32) -> &Word {
        &self.words[number as usize]
    }

    /// As written; [`NONE`] is empty.
    #[must_use]
    pub fn text(&self, number: u32) -> &str {
        let begin = number.checked_sub(1).map_or(0, |n| self.ends[n as usize]);
        &self.text[begin..self.ends[number as usize]]
    }

    /// Its [`flag`]s.
    #[inline(always)]
    #[must_use]
    pub fn flags(&self, number: u32) -> u16 {
        self.flags[number as usize]
    }

    /// Has it this flag?
    #[inline(always)]
    #[must_use]
    pub fn is(&self, number: u32, flag: u16) -> bool {
        self.flags[number as usize] & flag != 0
    }

    /// Number of its lower-cased form.
    #[inline(always)]
    #[must_use]
    pub fn lowered(&self, number: u32) -> u32 {
        self.lowered[number as usize]
    }

    /// The number of a word.
    #[inline]
    pub fn number(&mut self, text: &str, lexicon: &Lexicon) -> u32 {
        let hash = hash(text);
        match self.numbers.get(hash) {
            Some(number) => number,
            None => self.add(text, hash, lexicon),
        }
    }

    fn add(&mut self, text: &str, own_hash: u64, lexicon: &Lexicon) -> u32 {
        let number = self.words.len() as u32;
        self.numbers.put(own_hash, number);
        let word = lexicon.word(own_hash, text);
        self.words.push(word);
        self.flags.push(word.flags);
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.lowered.push(number);
        if word.lower != own_hash {
            let known = self.numbers.get(word.lower);
            let lowered = known.unwrap_or_else(|| self.number(&lower(text), lexicon));
            self.lowered[number as usize] = lowered;
        }
        number
    }

    /// Number of the word as it is written within a sentence: for words of headlines.
    pub fn in_form(&mut self, number: u32, form: Form, lexicon: &Lexicon) -> u32 {
        let lowered = self.lowered(number);
        let text = self.text(lowered);
        match form {
            Form::Lower => lowered,
            Form::Capitalised => {
                let text = capitalised(text);
                self.number(&text, lexicon)
            }
            Form::Capitals => {
                let text = text.to_uppercase();
                self.number(&text, lexicon)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_numbered_once() {
        let lexicon = Lexicon::default();
        let mut words = Words::default();
        let a = words.number("Nairobi", &lexicon);
        assert_eq!(words.number("Nairobi", &lexicon), a);
        let low = words.lowered(a);
        assert_eq!(
            (words.text(a), words.text(low), words.text(NONE)),
            ("Nairobi", "nairobi", "")
        );
        assert!(words.is(a, flag::CAPITAL) && !words.is(a, flag::CAPITALS));
        for i in 0..20_000 {
            words.number(&format!("w{i}x"), &lexicon);
        }
        assert_eq!(words.number("Nairobi", &lexicon), a);
        assert_eq!(words.in_form(a, Form::Capitalised, &lexicon), a);
        words.clear();
        let b = words.number("in", &lexicon);
        assert_eq!((b, words.lowered(b), words.text(b)), (1, 1, "in"));
    }

    #[test]
    fn capitals_follow_apostrophes() {
        assert_eq!(capitalised("o'brien"), "O'Brien");
        assert_eq!(lower("O’Brien2"), "o'brien0");
    }
}
