//! What the tagger knows of a word by itself, worked out once a word type.

use crate::extract::clusters::{self, Ids, normalise, word_hash};
use crate::extract::lexicon::{self, Class, Frame, Mark};
use crate::extract::model_file::{ModelError, Reader, write_varint};
use crate::extract::word_types::{Numbers, Remembered};

/// Properties of a word as bits.
pub mod class {
    /// `,`
    pub const COMMA: u16 = 1;
    /// `,` `;` `:` and dashes.
    pub const BREAK: u16 = 1 << 1;
    /// Often a cue in the training text.
    pub const CUE: u16 = 1 << 2;
    /// Has a letter or digit.
    pub const WORD: u16 = 1 << 3;
    /// `.`
    pub const PERIOD: u16 = 1 << 4;
    /// "that"
    pub const THAT: u16 = 1 << 5;
    /// "according"
    pub const ACCORDING: u16 = 1 << 6;
    /// `.` `?` `!` `…`
    pub const STOP: u16 = 1 << 7;
}

/// A word type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Word {
    /// Hash of the lower-case form with digits as 0.
    pub low: u64,
    /// Hash of the shape: runs of upper case, lower case, digits.
    pub shape: u64,
    /// Hash of the crude stem.
    pub stem: u64,
    /// Hashes of the last two and three characters; 0 for short words.
    pub suffixes: [u64; 2],
    /// Clusters.
    pub clusters: Ids,
    /// Bits of [`class`].
    pub class: u16,
    /// How often words of this stem are cues in the training text, 0 (unknown) to 5.
    pub tier: u8,
    /// What kind of word this is to a cue before it; 0 is any.
    pub after_cue: u8,
    /// What kind of word this is to a cue after it; 0 is any.
    pub before_cue: u8,
    /// What the list of reporting verbs says about it; 0 is nothing.
    pub verb: u16,
    /// What the other lists say, by number; 0 is nothing.
    pub kind: u8,
}

/// How often stems and forms are cues, from the training text.
#[derive(Clone, Debug)]
pub struct Lexicon {
    /// Stem hash and tier, sorted by hash.
    stems: Vec<(u64, u8)>,
    /// Hashes of the forms that count as cues, sorted.
    forms: Vec<u64>,
    words: Remembered<Word>,
}

/// Word types that are remembered, in some 4 MB.
const WORDS: usize = 32 << 10;

/// One that knows no cues.
impl Default for Lexicon {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl Lexicon {
    /// Of stems with their tiers and of forms that count as cues (hashes of [`stem`]s and of lower-case forms).
    #[must_use]
    pub fn new(mut stems: Vec<(u64, u8)>, mut forms: Vec<u64>) -> Self {
        stems.sort_unstable();
        stems.dedup_by_key(|s| s.0);
        forms.sort_unstable();
        forms.dedup();
        Self {
            stems,
            forms,
            words: Remembered::most(WORDS),
        }
    }

    fn tier(&self, stem: u64) -> u8 {
        let found = self.stems.binary_search_by_key(&stem, |s| s.0);
        found.map_or(0, |i| self.stems[i].1)
    }

    fn is_cue(&self, form: u64) -> bool {
        self.forms.binary_search(&form).is_ok()
    }

    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_varint(&mut out, self.stems.len() as u64);
        write_varint(&mut out, self.forms.len() as u64);
        for (hash, tier) in &self.stems {
            out.extend_from_slice(&hash.to_le_bytes());
            out.push(*tier);
        }
        for hash in &self.forms {
            out.extend_from_slice(&hash.to_le_bytes());
        }
        out
    }

    /// Reads what [`Lexicon::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if the bytes end early.
    pub fn read(bytes: &[u8]) -> Result<Self, ModelError> {
        let mut reader = Reader::new(bytes);
        let (stems, forms) = (reader.varint()?, reader.varint()?);
        let hash = |reader: &mut Reader<'_>| -> Result<u64, ModelError> {
            let bytes = reader.take(8)?.try_into();
            bytes
                .map(u64::from_le_bytes)
                .map_err(|_| ModelError::Damaged)
        };
        let mut out = Self::default();
        for _ in 0..stems {
            let stem = hash(&mut reader)?;
            out.stems.push((stem, reader.take(1)?[0]));
        }
        for _ in 0..forms {
            out.forms.push(hash(&mut reader)?);
        }
        Ok(out)
    }

    /// What is known of a word as printed.
    fn describe(&self, printed: &str) -> Word {
        let mut normal = String::with_capacity(printed.len());
        normalise(printed, &mut normal);
        let lower: String = normal.chars().flat_map(char::to_lowercase).collect();
        let lower = lower.as_str();
        // a compound that is in no cluster is taken by its last part: "vice-president"
        let clusters = clusters::shared();
        let mut ids = clusters.of(&normal, lower);
        if ids == Ids::default() {
            let tail = |s: &str| s.rfind('-').map(|i| i + 1);
            if let (Some(a), Some(b)) = (tail(&normal), tail(lower)) {
                ids = clusters.of(&normal[a..], &lower[b..]);
            }
        }
        let low = word_hash(lower);
        let stem = stem_hash(lower);
        let mut class = classify(lower);
        let mark = lexicon::mark(lower);
        // a reporting verb that the training text hardly has counts as one
        let rare = self.tier(stem) == 0 && (mark.takes(Frame::Quote) || mark.takes(Frame::That));
        if self.is_cue(low) || rare && !self.stems.is_empty() {
            class |= class::CUE;
        }
        Word {
            low,
            shape: shape(printed),
            stem,
            suffixes: [suffix(lower, 2), suffix(lower, 3)],
            clusters: ids,
            class,
            tier: if class & class::WORD != 0 {
                self.tier(stem)
            } else {
                0
            },
            after_cue: after_cue(lower),
            before_cue: before_cue(lower),
            verb: mark.verb(),
            kind: kind(mark),
        }
    }
}

/// Cuts the endings of English verbs, so that "denies", "denied" and "deny" meet. Cuts other words too; it only has to
/// do so always alike.
#[must_use]
pub fn stem(lower: &str) -> (&str, Option<char>) {
    let bytes = lower.as_bytes();
    if bytes.len() < 4 || !lower.is_ascii() {
        return (lower, None);
    }
    let cut = |n: usize| &lower[..lower.len() - n];
    if lower.ends_with("ies") || lower.ends_with("ied") {
        return (cut(3), Some('y'));
    }
    let rest = if lower.ends_with("ing") && bytes.len() > 5 {
        cut(3)
    } else if lower.ends_with("ed") && bytes.len() > 4 || lower.ends_with("es") && bytes.len() > 4 {
        cut(2)
    } else if lower.ends_with('s') && !lower.ends_with("ss") && !lower.ends_with("us") {
        cut(1)
    } else {
        lower
    };
    let rest = rest.strip_suffix('e').unwrap_or(rest);
    let b = rest.as_bytes();
    let doubled = b.len() > 3
        && b[b.len() - 1] == b[b.len() - 2]
        && matches!(
            b[b.len() - 1],
            b'b' | b'd' | b'g' | b'm' | b'n' | b'p' | b'r' | b't'
        );
    (
        if doubled {
            &rest[..rest.len() - 1]
        } else {
            rest
        },
        None,
    )
}

/// Hash of the stem of a lower-case word.
#[must_use]
pub fn stem_hash(lower: &str) -> u64 {
    match stem(lower) {
        (stem, None) => word_hash(stem),
        (stem, Some(end)) => {
            let mut buffer = [0; 4];
            let end: &str = end.encode_utf8(&mut buffer);
            // as if the letter stood at the end of the stem
            let mut whole = [0u8; 64];
            let length = stem.len().min(60);
            whole[..length].copy_from_slice(&stem.as_bytes()[..length]);
            whole[length] = end.as_bytes()[0];
            std::str::from_utf8(&whole[..=length]).map_or(0, word_hash)
        }
    }
}

/// The word types of an article, numbered.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    numbers: Numbers,
    words: Vec<Word>,
    /// What each is remembered by.
    hashes: Vec<u64>,
}

/// Before the first word of a paragraph.
pub const BEFORE: u32 = 0;
/// After the last word of a paragraph.
pub const AFTER: u32 = 1;

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            numbers: Numbers::default(),
            words: vec![special("<p>"), special("</p>")],
            // no word has these: one in 2^63 would
            hashes: vec![BEFORE.into(), AFTER.into()],
        }
    }
}

impl Vocabulary {
    /// Forgets all but the boundaries.
    pub fn clear(&mut self) {
        self.numbers.clear();
        self.words.truncate(2);
        self.hashes.truncate(2);
    }

    /// All word types by id.
    #[must_use]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// What to remember something about the word type by.
    #[inline(always)]
    #[must_use]
    pub fn hash(&self, id: u32) -> u64 {
        self.hashes[id as usize]
    }

    /// The id of a word, as printed.
    #[inline]
    pub fn id(&mut self, printed: &str, lexicon: &Lexicon) -> u32 {
        let hash = word_hash(printed);
        self.numbers.get(hash).unwrap_or_else(|| {
            let id = self.words.len() as u32;
            self.numbers.put(hash, id);
            let word = lexicon.words.get_or(hash, || lexicon.describe(printed));
            self.words.push(word);
            self.hashes.push(hash);
            id
        })
    }
}

/// The most telling of a word's classes, from 1; 0 for none of these.
fn kind(mark: Mark) -> u8 {
    const KINDS: [Class; 21] = [
        Class::Pronoun,
        Class::Title,
        Class::RoleTitle,
        Class::Spokes,
        Class::Role,
        Class::People,
        Class::Secret,
        Class::Someone,
        Class::Document,
        Class::Organisation,
        Class::Platform,
        Class::Medium,
        Class::Time,
        Class::Negation,
        Class::Be,
        Class::Auxiliary,
        Class::Clause,
        Class::Determiner,
        Class::Preposition,
        Class::Adverb,
        Class::Demonym,
    ];
    let first = KINDS.iter().position(|&c| mark.is(c));
    first.map_or(0, |i| i as u8 + 1)
}

/// A boundary as a word.
fn special(name: &str) -> Word {
    Word {
        low: word_hash(name),
        shape: word_hash(name),
        stem: word_hash(name),
        clusters: Ids {
            coarse: u16::MAX,
            fine: u16::MAX,
        },
        after_cue: after_cue(name),
        before_cue: before_cue(name),
        ..Word::default()
    }
}

fn classify(lower: &str) -> u16 {
    let mut out = match lower {
        "," => class::COMMA | class::BREAK,
        ";" | ":" | "—" | "–" | "--" | "―" | "---" => class::BREAK,
        "." => class::PERIOD | class::STOP,
        "?" | "!" | "…" | "..." => class::STOP,
        "that" => class::THAT,
        "according" => class::ACCORDING,
        _ => 0,
    };
    if lower.chars().any(char::is_alphanumeric) {
        out |= class::WORD;
    }
    out
}

fn after_cue(lower: &str) -> u8 {
    const WORDS: [&str; 19] = [
        ",", "that", ".", ":", "“", "to", "</p>", "in", "on", "for", "by", "of", "he", "she", "it",
        "they", "the", "a", "?",
    ];
    WORDS
        .iter()
        .position(|&w| w == lower)
        .map_or(0, |i| i as u8 + 1)
}

fn before_cue(lower: &str) -> u8 {
    const WORDS: [&str; 15] = [
        ",", "”", ".", ":", "<p>", "who", "and", "to", "he", "she", "they", "has", "have", "be",
        "not",
    ];
    WORDS
        .iter()
        .position(|&w| w == lower)
        .map_or(0, |i| i as u8 + 1)
}

/// Hash of the last `n` characters of a word of more than three characters; else 0.
fn suffix(lower: &str, n: usize) -> u64 {
    if lower.chars().nth(3).is_none() {
        return 0;
    }
    let begin = lower.char_indices().rev().nth(n - 1).map_or(0, |(i, _)| i);
    word_hash(&lower[begin..])
}

fn shape(printed: &str) -> u64 {
    let mut out = [0u8; 12];
    let mut length = 0;
    for c in printed.chars() {
        let kind = if c.is_uppercase() {
            b'X'
        } else if c.is_lowercase() {
            b'x'
        } else if c.is_ascii_digit() {
            b'd'
        } else if c.is_alphabetic() {
            b'a'
        } else if c.is_ascii() {
            c as u8
        } else {
            b'*'
        };
        if length < out.len() && (length == 0 || out[length - 1] != kind) {
            out[length] = kind;
            length += 1;
        }
    }
    std::str::from_utf8(&out[..length]).map_or(0, word_hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_verb_share_a_stem() {
        for forms in [
            &["deny", "denies", "denied"][..],
            &["admit", "admits", "admitted", "admitting"],
            &["disclose", "discloses", "disclosed", "disclosing"],
            &["maintain", "maintains", "maintained"],
            &["stress", "stressed", "stresses"],
        ] {
            let first = stem_hash(forms[0]);
            assert!(forms.iter().all(|f| stem_hash(f) == first), "{forms:?}");
        }
        assert_ne!(stem_hash("said"), stem_hash("sail"));
    }

    #[test]
    fn ids_are_stable() {
        let lexicon = Lexicon::default();
        let mut vocabulary = Vocabulary::default();
        let said = vocabulary.id("said", &lexicon);
        for i in 0..10_000 {
            vocabulary.id(&format!("w{i}x"), &lexicon);
        }
        assert_eq!(vocabulary.id("said", &lexicon), said);
        vocabulary.clear();
        assert_eq!(vocabulary.words().len(), 2);
        assert_eq!(vocabulary.id("went", &lexicon), 2);
    }

    #[test]
    fn a_lexicon_survives_its_bytes() {
        let lexicon = Lexicon::new(vec![(5, 2), (3, 1)], vec![9, 8]);
        let again = Lexicon::read(&lexicon.to_bytes()).unwrap();
        assert_eq!(again.tier(5), 2);
        assert!(again.is_cue(9) && !again.is_cue(7));
        assert!(Lexicon::read(&lexicon.to_bytes()[..20]).is_err());
    }
}
