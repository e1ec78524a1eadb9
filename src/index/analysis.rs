//! Words of a text, folded so that what a person types meets what a paper printed.
//!
//! Three analyses share one segmentation: [`Analyzer::Exact`] for phrases, [`Analyzer::Stem`] for words,
//! [`Analyzer::Name`] for names of persons and organisations. All fold case, accents, apostrophes and ligatures, strip a
//! possessive `'s`, and keep byte offsets into the text, so that highlights need no second notion of a word.

mod stems;

use std::sync::LazyLock;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use stems::{stem, stem_in_place};

/// Longest folded word that is indexed, in bytes. What is longer is no word; the engine would drop it at 65,530.
const LONGEST: usize = 100;

/// A way to cut and fold text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Analyzer {
    /// Folded, not stemmed.
    Exact,
    /// Folded and stemmed as English.
    Stem,
    /// Folded, and spelled as one of a class of transliterations; initials stay apart.
    Name,
}

impl Analyzer {
    /// The name under which the schema refers to it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stem => "stem",
            Self::Name => "name",
        }
    }
}

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded (and, as the analysis says, stemmed) form.
    pub text: String,
    /// Byte offset of its first byte.
    pub begin: usize,
    /// Byte offset one past its last byte; a possessive `'s` is not part of the word.
    pub end: usize,
}

/// All analyses under the names that the schema uses.
pub(crate) fn manager() -> TokenizerManager {
    static MANAGER: LazyLock<TokenizerManager> = LazyLock::new(|| {
        let manager = TokenizerManager::default();
        for kind in [Analyzer::Exact, Analyzer::Stem, Analyzer::Name] {
            manager.register(kind.as_str(), TextAnalyzer::from(Folding { kind }));
        }
        manager
    });
    MANAGER.clone()
}

/// The words of a text, in order.
#[must_use]
pub fn words(kind: Analyzer, text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    each_word(kind, text, |word, begin, end| {
        words.push(Word {
            text: word.to_owned(),
            begin,
            end,
        });
    });
    words
}

/// Hands on the words of a text, in order, each with its byte range as in [`Word`].
pub fn each_word(kind: Analyzer, text: &str, mut each: impl FnMut(&str, usize, usize)) {
    let mut words = FoldingStream::new(kind, text);
    while let Some(token) = words.next() {
        each(&token.text, token.offset_from, token.offset_to);
    }
}

/// The words of a text, in order, whose stem is one of these: what [`words`] by [`Analyzer::Stem`] would find, but only
/// few words are stemmed.
#[must_use]
pub fn words_of_stems(stems: &[&str], text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    each_word(Analyzer::Exact, text, |word, begin, end| {
        // Stemming changes ends only.
        let first = word.as_bytes().first();
        if stems.iter().any(|stem| stem.as_bytes().first() == first) {
            let stem = stem(word);
            if stems.contains(&&*stem) {
                let text = stem.into_owned();
                found.push(Word { text, begin, end });
            }
        }
    });
    found
}

/// The text as exact words with single blanks between: what two printings of the same words have in common.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each_word(Analyzer::Exact, text, |word, _, _| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    });
    out
}

/// Marks that join letters of one word: the typewriter apostrophe and what typography puts in its place.
fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '′' | '`' | '´' | 'ʻ' | '＇'
    )
}

/// Characters inside a word that leave no trace in it.
fn is_ignorable(c: char) -> bool {
    !c.is_ascii()
        && (is_combining_mark(c)
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{202a}'..='\u{202e}'))
}

/// Scripts written without blanks: every character is a word of its own.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '\u{0e00}'..='\u{0eff}')
}

/// A capital letter of ASCII in [`SORTS`].
const CAPITAL: u8 = 2;

/// Which bytes are letters and digits of ASCII: not 0.
static SORTS: [u8; 256] = {
    let mut sorts = [0; 256];
    let mut byte = 0;
    while byte < sorts.len() {
        let b = byte as u8;
        if b.is_ascii_uppercase() {
            sorts[byte] = CAPITAL;
        } else if b.is_ascii_alphanumeric() {
            sorts[byte] = 1;
        }
        byte += 1;
    }
    sorts
};

/// Appends the folded character: lower case, without accents, compatibility forms resolved.
fn push_folded(c: char, out: &mut String) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    // Letters that Unicode does not decompose although readers do.
    let plain = match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ə' | 'Ə' => "a",
        _ => "",
    };
    if !plain.is_empty() {
        out.push_str(plain);
        return;
    }
    decompose_compatible(c, |d| {
        if d.is_alphanumeric() && !is_combining_mark(d) {
            out.extend(d.to_lowercase().filter(|l| !is_combining_mark(*l)));
        }
    });
}

/// The base tokenizer of all three analyses.
#[derive(Clone, Debug)]
struct Folding {
    kind: Analyzer,
}

impl Tokenizer for Folding {
    type TokenStream<'a> = FoldingStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> FoldingStream<'a> {
        FoldingStream::new(self.kind, text)
    }
}

/// Words of one text.
struct FoldingStream<'a> {
    text: &'a str,
    at: usize,
    kind: Analyzer,
    token: Token,
}

impl<'a> FoldingStream<'a> {
    fn new(kind: Analyzer, text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            kind,
            token: Token {
                position: usize::MAX,
                ..Token::default()
            },
        }
    }

    fn char_at(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// End of `L.L.` or `L.L` from `at`, with its letters appended to the token; `None` if no such initials stand there.
    fn initials(&mut self, begin: usize) -> Option<usize> {
        let mut at = begin;
        let mut letters = 0;
        let mut end = begin;
        while let Some(letter) = self.char_at(at).filter(|c| c.is_alphabetic()) {
            let after = at + letter.len_utf8();
            match self.char_at(after) {
                Some('.') => {
                    at = after + 1;
                    end = after;
                    letters += 1;
                }
                Some(c) if c.is_alphanumeric() || is_ignorable(c) => break,
                _ => {
                    end = after;
                    letters += 1;
                    break;
                }
            }
        }
        if letters < 2 {
            return None;
        }
        for c in self.text[begin..end].chars().filter(|c| *c != '.') {
            push_folded(c, &mut self.token.text);
        }
        Some(end)
    }

    /// The same as [`Self::word`] for what most words are: plain letters and digits with nothing after them that could
    /// belong to the word. `None`, and nothing read, if it is not as plain as that.
    fn plain_word(&mut self, begin: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut end = begin;
        let mut sorts = 0;
        while let Some(byte) = bytes.get(end)
            && let sort @ 1.. = SORTS[usize::from(*byte)]
        {
            sorts |= sort;
            end += 1;
        }
        let length = end - begin;
        let ends = match bytes.get(end) {
            None => length > 0,
            // Of more than one letter these are no initials, after a letter no number.
            Some(b'.' | b',') => length > 1 && bytes[end - 1].is_ascii_alphabetic(),
            Some(b'\'' | b'`') => false,
            Some(after) => length > 0 && after.is_ascii(),
        };
        if !ends {
            return None;
        }
        self.token.text.push_str(&self.text[begin..end]);
        if sorts & CAPITAL > 0 {
            self.token.text.make_ascii_lowercase();
        }
        Some(end)
    }

    /// Where the next word begins.
    fn next_begin(&self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let skip = rest
            .iter()
            .position(|b| !b.is_ascii() || b.is_ascii_alphanumeric())?;
        let at = self.at + skip;
        if rest.get(skip).is_some_and(u8::is_ascii) {
            return Some(at);
        }
        Some(at + self.text.get(at..)?.find(char::is_alphanumeric)?)
    }

    /// Reads the word that begins at `begin` into the token; returns the end of the word and where to go on.
    fn word(&mut self, begin: usize) -> (usize, usize) {
        if self.kind != Analyzer::Name
            && let Some(end) = self.initials(begin)
        {
            return (end, self.past_possessive(end));
        }
        let mut at = begin;
        let mut previous = '\0';
        while let Some(c) = self.char_at(at) {
            let after = at + c.len_utf8();
            if is_ignorable(c) {
                at = after;
                continue;
            }
            if stands_alone(c) {
                if at == begin {
                    self.token.text.push(c);
                    return (after, after);
                }
                break;
            }
            if c.is_alphanumeric() {
                push_folded(c, &mut self.token.text);
            } else if is_apostrophe(c) {
                let next = self.char_at(after);
                if !next.is_some_and(char::is_alphabetic) {
                    break;
                }
                let go_on = self.past_possessive(at);
                if go_on != at {
                    return (at, go_on);
                }
            } else if matches!(c, ',' | '.')
                && previous.is_ascii_digit()
                && self.char_at(after).is_some_and(|d| d.is_ascii_digit())
            {
                if c == '.' {
                    self.token.text.push('.');
                }
            } else {
                break;
            }
            previous = c;
            at = after;
        }
        (at, at)
    }

    /// Where to go on after a possessive `'s` at `at`; `at` itself if there is none.
    fn past_possessive(&self, at: usize) -> usize {
        let Some(mark) = self.char_at(at).filter(|c| is_apostrophe(*c)) else {
            return at;
        };
        let s = at + mark.len_utf8();
        let ends = |at| {
            !self
                .char_at(at)
                .is_some_and(|c: char| c.is_alphanumeric() || is_apostrophe(c))
        };
        match self.char_at(s) {
            Some('s' | 'S') if ends(s + 1) => s + 1,
            _ => at,
        }
    }
}

impl TokenStream for FoldingStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            self.token.text.clear();
            let Some(begin) = self.next_begin() else {
                return false;
            };
            let end = if let Some(end) = self.plain_word(begin) {
                self.at = end;
                end
            } else {
                let (end, go_on) = self.word(begin);
                // A character that folds to nothing still has to be stepped over.
                self.at = go_on.max(begin + self.char_at(begin).map_or(1, char::len_utf8));
                end
            };
            if self.token.text.is_empty() {
                continue;
            }
            self.token.position = self.token.position.wrapping_add(1);
            if self.token.text.len() > LONGEST {
                continue;
            }
            match self.kind {
                Analyzer::Exact => {}
                Analyzer::Stem => stem_in_place(&mut self.token.text),
                Analyzer::Name => super::names::respell(&mut self.token.text),
            }
            self.token.offset_from = begin;
            self.token.offset_to = end;
            return true;
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(text: &str) -> Vec<String> {
        words(Analyzer::Exact, text)
            .into_iter()
            .map(|w| w.text)
            .collect()
    }

    #[test]
    fn folds_what_readers_fold() {
        assert_eq!(
            exact("Noël's CAFÉ, naïve Łódź"),
            ["noel", "cafe", "naive", "lodz"]
        );
        assert_eq!(
            exact("the U.S. and the US"),
            ["the", "us", "and", "the", "us"]
        );
        assert_eq!(exact("don’t don't O'Brien’s"), ["dont", "dont", "obrien"]);
        assert_eq!(
            exact("it's Ukraine’s 'quoted' words’"),
            ["it", "ukraine", "quoted", "words"]
        );
        assert_eq!(
            exact("1,204 at 3.5 per cent."),
            ["1204", "at", "3.5", "per", "cent"]
        );
        assert_eq!(
            exact("e\u{301}tat co\u{ad}operate ﬁne"),
            ["etat", "cooperate", "fine"]
        );
        assert_eq!(exact("東京で"), ["東", "京", "で"]);
    }

    #[test]
    fn stems_join_the_forms_of_a_word() {
        for (one, other) in [
            ("sued", "sue"),
            ("suing", "sues"),
            ("IEDs", "IED"),
            ("ferries", "ferry"),
        ] {
            let stem = |word| words(Analyzer::Stem, word).pop().map(|w| w.text);
            assert_eq!(stem(one), stem(other), "{one}");
            assert_ne!(stem(one), stem("I"), "{one}");
        }
    }

    #[test]
    fn offsets_leave_out_the_possessive() {
        let text = "Kyiv’s answer";
        let words = words(Analyzer::Stem, text);
        assert_eq!(&text[words[0].begin..words[0].end], "Kyiv");
    }

    proptest! {
        #[test]
        fn any_text_is_cut_on_character_boundaries(text in any::<String>()) {
            for kind in [Analyzer::Exact, Analyzer::Stem, Analyzer::Name] {
                let mut last = 0;
                for word in words(kind, &text) {
                    prop_assert!(text.get(word.begin..word.end).is_some());
                    prop_assert!(word.begin >= last);
                    last = word.end;
                }
            }
        }

        #[test]
        fn stems_are_found_without_stemming_all(text in "([a-zA-Zéß0-9]{1,7}(ing|ies|ed|s|ly|’s|'s)?[ .,’'-]{1,2}){0,8}") {
            let stemmed = words(Analyzer::Stem, &text);
            let stems: Vec<&str> = stemmed.iter().step_by(2).map(|w| w.text.as_str()).collect();
            let all: Vec<Word> = stemmed.iter().filter(|w| stems.contains(&w.text.as_str())).cloned().collect();
            prop_assert_eq!(words_of_stems(&stems, &text), all);
        }

        #[test]
        fn plain_words_are_read_as_any_word(text in "[a-zA-Z0-9é’'`.,; -]{0,40}") {
            for kind in [Analyzer::Exact, Analyzer::Name] {
                let stream = || FoldingStream::new(kind, &text);
                for begin in 0..text.len() {
                    if !text.is_char_boundary(begin) || !text[begin..].starts_with(char::is_alphanumeric) {
                        continue;
                    }
                    let (mut plain, mut any) = (stream(), stream());
                    if let Some(end) = plain.plain_word(begin) {
                        prop_assert_eq!((end, end), any.word(begin));
                        prop_assert_eq!(&plain.token.text, &any.token.text);
                    }
                }
            }
        }

        #[test]
        fn folding_twice_is_folding_once(text in "[a-zA-ZéÉß’'. ,0-9ſİı-]{0,40}") {
            let once = fold(&text);
            // Initials are joined and possessives stripped the first time only, so compare what folding leaves alone.
            prop_assert_eq!(exact(&once).join(" "), once);
        }
    }
}
