//! Word types: what can be said about a word by itself, worked out once for each and kept.

use std::hash::Hasher;

use super::casing::{Casing, Form};
use super::gazetteer::{EMPTY_PHRASE, extend};
use super::model::Lexicon;

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
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// As written.
    pub text: Box<str>,
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

/// All word types met so far, numbered. Forgets everything when it has met too many: it is only a cache.
#[derive(Clone, Debug)]
pub struct Words {
    /// By number.
    words: Vec<Word>,
    flags: Vec<u16>,
    /// Number of the lower-cased form.
    lowered: Vec<u32>,
    /// Open addressing: hash and number; number 0 marks an empty slot.
    slots: Vec<(u64, u32)>,
}

/// More types than this are not kept, to bound memory: about 20 MB a thread with all that hangs on them.
pub const MAX_WORDS: usize = 50_000;

impl Default for Words {
    fn default() -> Self {
        let edge = Word {
            lower: hash("<s>"),
            normal: hash("<s>"),
            shape: [hash("<s>"); 2],
            casing: Casing::NO_LETTERS,
            clusters: [0; 2],
            kin: [0; 2],
            longest: 1,
            ..Word::default()
        };
        Self {
            words: vec![edge],
            flags: vec![0],
            lowered: vec![0],
            slots: vec![(0, 0); 1 << 14],
        }
    }
}

impl Words {
    /// Number of types, that of [`NONE`] included.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.len()
    }

    /// Is it full? Then it is time to begin with a new one.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.words.len() > MAX_WORDS
    }

    /// The word of a number.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, number: u32) -> &Word {
        &self.words[number as usize]
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
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let (h, number) = self.slots[at];
            if number != 0 && h == hash {
                return number;
            }
            if number == 0 {
                return self.add(text, hash, lexicon);
            }
            at = (at + 1) & mask;
        }
    }

    fn place(slots: &mut [(u64, u32)], entry: (u64, u32)) {
        let mask = slots.len() - 1;
        let mut at = entry.0 as usize & mask;
        while slots[at].1 != 0 {
            at = (at + 1) & mask;
        }
        slots[at] = entry;
    }

    #[cold]
    fn add(&mut self, text: &str, own_hash: u64, lexicon: &Lexicon) -> u32 {
        if self.words.len() * 2 > self.slots.len() {
            let old = std::mem::take(&mut self.slots);
            self.slots = vec![(0, 0); old.len() * 2];
            for entry in old.into_iter().filter(|e| e.1 != 0) {
                Self::place(&mut self.slots, entry);
            }
        }
        let number = self.words.len() as u32;
        Self::place(&mut self.slots, (own_hash, number));

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
        let casing = if letters {
            lexicon.casings.get(lower)
        } else {
            Casing::NO_LETTERS
        };
        self.words.push(Word {
            text: text.into(),
            lower,
            normal: hash(&normal),
            shape: shapes(&normal),
            prefixes,
            suffixes,
            lists: lexicon.gazetteer.mask(extend(EMPTY_PHRASE, lower)),
            longest: lexicon.gazetteer.longest(lower),
            casing,
            clusters: lexicon.clusters(&normal, &low),
            kin: lexicon.vector_clusters(&low),
        });
        self.flags.push(flags);
        self.lowered.push(number);
        if low != text {
            let lowered = self.number(&low, lexicon);
            self.lowered[number as usize] = lowered;
        }
        number
    }

    /// Number of the word as it is written within a sentence: for words of headlines.
    pub fn in_form(&mut self, number: u32, form: Form, lexicon: &Lexicon) -> u32 {
        let lowered = self.lowered(number);
        let text = &self.get(lowered).text;
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

/// A map from word number to something, empty at the start of each article without being cleared.
#[derive(Clone, Debug)]
pub struct PerWord<T> {
    entries: Vec<(u32, T)>,
    article: u32,
}

impl<T: Default + Clone> Default for PerWord<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            article: 0,
        }
    }
}

impl<T: Default + Clone> PerWord<T> {
    /// Empties it, with room for words under `count`.
    pub fn clear(&mut self, count: usize) {
        if self.entries.len() < count {
            self.entries.resize(count + 1024, (0, T::default()));
        }
        self.article = self.article.wrapping_add(1);
        if self.article == 0 {
            self.entries.fill((0, T::default()));
            self.article = 1;
        }
    }

    /// What was noted of the word in this article.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&T> {
        self.entries
            .get(number as usize)
            .filter(|e| e.0 == self.article)
            .map(|e| &e.1)
    }

    /// The same, to change.
    #[inline(always)]
    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.entries
            .get_mut(number as usize)
            .filter(|e| e.0 == self.article)
            .map(|e| &mut e.1)
    }

    /// The word's entry, made if need be.
    #[inline(always)]
    pub fn entry(&mut self, number: u32) -> &mut T {
        let index = number as usize;
        if index >= self.entries.len() {
            self.entries.resize(index + 1024, (0, T::default()));
        }
        let entry = &mut self.entries[index];
        if entry.0 != self.article {
            *entry = (self.article, T::default());
        }
        &mut entry.1
    }
}

/// A map from word number to something that never changes: the part of the cache that the model adds.
#[derive(Clone, Debug, Default)]
pub struct Memo<T>(Vec<Option<Box<T>>>);

impl<T> Memo<T> {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The value of the word, if it is known.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, number: u32) -> Option<&T> {
        self.0.get(number as usize).and_then(Option::as_deref)
    }

    /// Keeps the value of a word.
    pub fn put(&mut self, number: u32, value: T) {
        let index = number as usize;
        if index >= self.0.len() {
            self.0.resize_with(index + 1024, || None);
        }
        self.0[index] = Some(Box::new(value));
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
        assert_eq!(&*words.get(low).text, "nairobi");
        assert!(words.is(a, flag::CAPITAL) && !words.is(a, flag::CAPITALS));
        for i in 0..20_000 {
            words.number(&format!("w{i}x"), &lexicon);
        }
        assert_eq!(words.number("Nairobi", &lexicon), a);
        assert_eq!(words.in_form(a, Form::Capitalised, &lexicon), a);
    }

    #[test]
    fn capitals_follow_apostrophes() {
        assert_eq!(capitalised("o'brien"), "O'Brien");
        assert_eq!(lower("O’Brien2"), "o'brien0");
    }

    #[test]
    fn per_word_maps_forget() {
        let mut map: PerWord<u32> = PerWord::default();
        map.clear(4);
        *map.entry(3) += 2;
        assert_eq!(map.get(3), Some(&2));
        map.clear(4);
        assert_eq!(map.get(3), None);
    }
}
