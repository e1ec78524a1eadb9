//! The table of marked words, and the marks of an article's tokens.

use std::sync::LazyLock;

use crate::article::Stance;
use crate::extract::token::{TokenKind, Tokens};

use super::verbs;

macro_rules! classes {
    ($($variant:ident = $name:literal, $doc:literal;)+) => {
        /// What a word can be, as far as a list tells. The names are those of `words.txt`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Class { $(#[doc = $doc] $variant),+ }

        impl Class {
            fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

classes! {
    Role = "role", "president, minister, teacher";
    Title = "title", "Mr., Dr., Sir";
    RoleTitle = "roletitle", "Gen., Sen.: a title that says the role";
    Spokes = "spokes", "spokesperson, representative";
    Modifier = "modifier", "foreign, deputy: stands before a role";
    Someone = "someone", "official, witness: one person without a name";
    People = "people", "officials, analysts: several people";
    Secret = "secret", "source, insider: anonymous by meaning";
    Document = "document", "report, filing";
    Organisation = "organisation", "company, ministry: a nominal for an organisation";
    Pronoun = "pronoun", "he, they: can be a subject";
    He = "he", "he, him, his";
    She = "she", "she, her";
    Possessive = "possessive", "his, their";
    First = "first", "I, we, my";
    Determiner = "determiner", "a, the, his, two";
    Number = "number", "two, dozens";
    Article = "article", "a, an, the";
    Preposition = "preposition", "of, in";
    Attached = "attached", "of, for, at: goes on inside a source";
    Clause = "clause", "that, when, but: begins a clause";
    Adverb = "adverb", "also, repeatedly: stands between source and verb";
    Negation = "negation", "not, never";
    Auxiliary = "aux", "has, would";
    Be = "be", "is, was, been";
    Time = "time", "Monday, last, year";
    Daytime = "daytime", "morning";
    Medium = "medium", "statement, interview: what something is said in";
    Platform = "platform", "X, Facebook";
    Formal = "formal", "US, EU: printed before roles";
    Relative = "relative", "mother, cousin: a role that belongs to somebody";
    Male = "male", "evidence for he";
    Female = "female", "evidence for she";
    Demonym = "demonym", "Ukrainian";
}

/// What a reporting verb can take; see `cues.txt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Frame {
    /// A direct quotation.
    Quote,
    /// A clause with "that".
    That,
    /// A clause without "that".
    Bare,
    /// An object before the clause: told CBS that.
    Object,
    /// A noun phrase or an -ing form as content.
    Noun,
    /// An infinitive.
    Infinitive,
    /// Its object is accused.
    Accused,
}

/// Inflection of a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Form {
    /// say
    Base,
    /// says
    Third,
    /// said (past tense or participle)
    Past,
    /// saying
    Ing,
}

/// What the lists say about a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    classes: u64,
    pub(super) frames: u8,
    pub(super) forms: u8,
    /// Stance of a reporting verb in its plain use.
    pub stance: Stance,
    /// Begins with an upper-case letter.
    pub capital: bool,
    /// Ends in -ed or -ing and is in no list: perhaps a verb.
    pub verbal: bool,
}

impl Mark {
    /// Is the word in the class?
    #[must_use]
    pub fn is(self, class: Class) -> bool {
        self.classes & (1 << class as u8) != 0
    }

    /// Is the word in one of the classes?
    #[must_use]
    pub fn any(self, classes: &[Class]) -> bool {
        classes.iter().any(|&c| self.is(c))
    }

    /// Is the word a form of a reporting verb?
    #[must_use]
    pub fn is_cue(self) -> bool {
        self.frames != 0
    }

    /// Can the verb take this?
    #[must_use]
    pub fn takes(self, frame: Frame) -> bool {
        self.frames & (1 << frame as u8) != 0
    }

    /// Can the word be this form of a reporting verb?
    #[must_use]
    pub fn has_form(self, form: Form) -> bool {
        self.forms & (1 << form as u8) != 0
    }

    /// Is the word in no list, and not capitalised: a plain word, as far as is known?
    #[must_use]
    pub fn is_plain(self) -> bool {
        self.classes == 0 && self.frames == 0 && !self.capital && !self.verbal
    }

    /// Frames and forms of a reporting verb as one number; 0 for other words.
    #[must_use]
    pub fn verb(self) -> u16 {
        u16::from(self.frames) << 4 | u16::from(self.forms)
    }

    pub(super) fn add_form(&mut self, form: Form) {
        self.forms |= 1 << form as u8;
    }

    pub(super) fn add_frame(&mut self, frame: Frame) {
        self.frames |= 1 << frame as u8;
    }
}

/// FNV-1a over the bytes, ASCII letters lower-cased: equal for words that differ in case only. The article's typographic
/// apostrophe counts as the straight one.
#[must_use]
pub fn fold(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in word.chars() {
        let c = if c == '’' { '\'' } else { c };
        hash = (hash ^ u64::from(c.to_ascii_lowercase() as u32)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

/// Open addressing, a power of two of slots, at most a quarter full; hash 0 is an empty slot.
struct Table {
    slots: Vec<(u64, Mark)>,
}

impl Table {
    fn slot(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (hash ^ (hash >> 29)) as usize & mask;
        while self.slots[at].0 != 0 && self.slots[at].0 != hash {
            at = (at + 1) & mask;
        }
        at
    }

    fn get(&self, hash: u64) -> Mark {
        self.slots[self.slot(hash)].1
    }

    fn entry(&mut self, word: &str) -> &mut Mark {
        let hash = fold(word);
        let at = self.slot(hash);
        self.slots[at].0 = hash;
        &mut self.slots[at].1
    }
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        slots: vec![(0, Mark::default()); 1 << 14],
    };
    for (class, words) in entries(include_str!("words.txt")) {
        if let Some(class) = Class::named(class) {
            for word in words.split_whitespace() {
                table.entry(word).classes |= 1 << class as u8;
            }
        }
    }
    let demonyms = include_str!("countries.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split('\t').nth(2))
        .flat_map(|column| column.split(';'));
    for word in demonyms.filter(|d| !d.contains(' ')) {
        table.entry(word).classes |= 1 << Class::Demonym as u8;
    }
    for (head, lemmas) in entries(include_str!("cues.txt")) {
        if let Some((stance, frames)) = verbs::head(head) {
            for lemma in lemmas.split_whitespace() {
                verbs::inflect(lemma, |word, form| {
                    let mark = table.entry(word);
                    mark.frames |= frames;
                    mark.add_form(form);
                    if stance != Stance::Neutral {
                        mark.stance = stance;
                    }
                });
            }
        }
    }
    table
});

/// The lines `head: words` of a list, without comments.
pub(super) fn entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(':'))
}

/// What the lists say about a word by itself, in any case.
#[must_use]
pub fn mark(word: &str) -> Mark {
    TABLE.get(fold(word))
}

/// The marks of all tokens.
#[must_use]
pub fn marks(tokens: &Tokens<'_>) -> Vec<Mark> {
    let table = &*TABLE;
    tokens
        .tokens
        .iter()
        .map(|token| {
            if !matches!(
                token.kind,
                TokenKind::Word | TokenKind::Clitic | TokenKind::Number
            ) {
                return Mark::default();
            }
            let word = token.span.of(tokens.text);
            let mut mark = table.get(fold(word));
            mark.capital = word.chars().next().is_some_and(char::is_uppercase);
            mark.verbal = mark.classes == 0
                && !mark.capital
                && (word.ends_with("ed") || word.ends_with("ing"));
            mark
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(word: &str) -> Mark {
        marks(&crate::extract::sentence::split(word))[0]
    }

    #[test]
    fn every_line_of_the_lists_has_a_known_head() {
        for (class, _) in entries(include_str!("words.txt")) {
            assert!(Class::named(class).is_some(), "{class}");
        }
        for (head, _) in entries(include_str!("cues.txt")) {
            assert!(verbs::head(head).is_some(), "{head}");
        }
    }

    #[test]
    fn words_are_marked_in_any_case() {
        assert!(mark("President").is(Class::Role) && mark("PRESIDENT").is(Class::Role));
        assert!(mark("Gen.").is(Class::RoleTitle));
        assert!(mark("said").has_form(Form::Past) && mark("Said").takes(Frame::Bare));
        assert!(mark("denies").has_form(Form::Third));
        assert_eq!(mark("vowed").stance, Stance::Promises);
        assert!(mark("admitting").has_form(Form::Ing));
        assert!(!mark("zebra").is_cue());
    }

    #[test]
    fn the_table_stays_sparse() {
        let used = TABLE.slots.iter().filter(|s| s.0 != 0).count();
        assert!(used * 4 < TABLE.slots.len(), "{used}");
    }
}
