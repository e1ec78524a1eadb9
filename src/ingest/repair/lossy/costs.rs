//! What each reading of a bare `â` costs in its place.

use std::collections::HashSet;

use super::super::Letter;

/// What a bare `â` can have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// “
    OpenDouble,
    /// ”
    CloseDouble,
    /// ‘
    OpenSingle,
    /// ’ that ends a quotation
    CloseSingle,
    /// ’ within or at the end of a word
    Apostrophe,
    /// —
    Em,
    /// –
    En,
}

use Mark::{Apostrophe, CloseDouble, CloseSingle, Em, En, OpenDouble, OpenSingle};

impl Mark {
    pub(super) const ALL: &'static [Self] = &[
        OpenDouble,
        CloseDouble,
        OpenSingle,
        CloseSingle,
        Apostrophe,
        Em,
        En,
    ];

    pub(super) fn character(self) -> char {
        match self {
            OpenDouble => '“',
            CloseDouble => '”',
            OpenSingle => '‘',
            CloseSingle | Apostrophe => '’',
            Em => '—',
            En => '–',
        }
    }
}

/// Kind of a character beside the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// White space, or the paragraph's end.
    Blank,
    Letter,
    /// Digits and signs that stand with them.
    Number,
    /// `.,!?;:…`
    Stop,
    /// `([{¿¡`
    Open,
    /// `)]}`
    Close,
    Other,
}

use Class::{Blank, Close, Number, Open, Other, Stop};

impl Class {
    pub(super) fn of(c: char) -> Self {
        match c {
            _ if c.is_whitespace() => Blank,
            _ if c.is_alphabetic() => Self::Letter,
            _ if c.is_numeric() => Number,
            '.' | ',' | '!' | '?' | ';' | ':' | '…' => Stop,
            '(' | '[' | '{' | '¿' | '¡' => Open,
            ')' | ']' | '}' => Close,
            '$' | '£' | '€' | '#' | '@' | '&' | '*' => Number,
            _ => Other,
        }
    }
}

/// Words that begin with an apostrophe, after it.
const ELIDED: &[&str] = &[
    "em", "tis", "twas", "til", "till", "cause", "n", "bout", "round", "twere", "twould", "twill",
    "im", "er", "ere", "ow", "ave", "ad", "e", "arf", "alf", "ome", "ouse",
];

/// Beginnings of names and words that an apostrophe follows: O’Brien, d’Orsay, Qur’an.
const BEFORE_APOSTROPHE: &[&str] = &[
    "O", "D", "L", "M", "N", "d", "l", "De", "Dell", "dell", "Al", "Qu", "qu", "c", "j", "Ta",
    "Sa", "Sha", "Shi", "Ba", "Ma", "Ya", "Mu", "Qur", "Kir", "Ka", "Be", "o", "y", "ma", "ne",
    "e", "fo", "T", "Ch", "Xi", "Ra", "Ru", "Ji", "Sun", "Hawai", "Isma", "Mas", "Is", "Nu",
];

/// An orphan and what stands around it.
pub(super) struct Place<'a> {
    left: Class,
    right: Class,
    /// The mark before is an orphan too.
    pub(super) after_orphan: bool,
    before_orphan: bool,
    /// Letters right before, and right after.
    word_before: String,
    word_after: String,
    char_after: char,
    /// "90s" follows.
    decade: bool,
    words: &'a HashSet<String>,
}

impl<'a> Place<'a> {
    pub(super) fn new(paragraph: &[Letter], at: usize, words: &'a HashSet<String>) -> Self {
        let is_orphan = |l: &Letter| l.c == 'â' && l.rule.is_none();
        let before = at.checked_sub(1);
        let after_orphan = before.is_some_and(|at| is_orphan(&paragraph[at]));
        let before_orphan = paragraph.get(at + 1).is_some_and(is_orphan);
        let word = |letters: &mut dyn Iterator<Item = char>| -> String {
            letters
                .take_while(char::is_ascii_alphabetic)
                .take(16)
                .collect()
        };
        let backwards = word(&mut paragraph[..at].iter().rev().map(|l| l.c));
        let word_after = word(&mut paragraph[at + 1..].iter().map(|l| l.c));
        let following = paragraph[at + 1..].iter().map(|l| l.c);
        Self {
            left: if after_orphan {
                Other
            } else {
                super::class(paragraph, before)
            },
            right: if before_orphan {
                Other
            } else {
                super::class(paragraph, Some(at + 1))
            },
            after_orphan,
            before_orphan,
            word_before: backwards.chars().rev().collect(),
            char_after: following.clone().next().unwrap_or(' '),
            decade: {
                let mut next = following;
                let digits =
                    next.next().is_some_and(|c| c.is_ascii_digit()) && next.next() == Some('0');
                digits && next.next() == Some('s')
            },
            word_after,
            words,
        }
    }

    pub(super) fn cost(&self, mark: Mark) -> f32 {
        match mark {
            OpenDouble | OpenSingle => self.opening(),
            CloseDouble | CloseSingle => self.closing(),
            Apostrophe => self.apostrophe(),
            Em => self.dash(0.0),
            En => self.dash(0.6),
        }
    }

    fn opening(&self) -> f32 {
        let left = match self.left {
            _ if self.after_orphan => 0.0,
            Blank | Open => 0.0,
            Class::Letter | Number | Close => 6.0,
            Stop => 5.0,
            Other => 2.0,
        };
        let right = match self.right {
            _ if self.before_orphan => 0.0,
            Class::Letter => 0.0,
            Number => 0.2,
            Open => 0.3,
            Other => 1.0,
            Stop => 3.0,
            Blank | Close => 7.0,
        };
        left + right
    }

    fn closing(&self) -> f32 {
        let left = match self.left {
            _ if self.after_orphan => 0.0,
            Stop => 0.0,
            Close => 0.3,
            Class::Letter | Other => 0.7,
            Number => 0.8,
            Blank | Open => 7.0,
        };
        let right = match self.right {
            _ if self.before_orphan => 0.0,
            Blank => 0.0,
            Close => 0.1,
            Stop => 0.2,
            Other => 1.0,
            Open => 2.0,
            Number => 5.0,
            Class::Letter => 6.0,
        };
        left + right
    }

    /// Does the rest of a contraction follow: "s", "re", or "t" after "n"?
    fn contraction(&self) -> bool {
        const ENDINGS: &[&str] = &["s", "d", "m", "re", "ve", "ll", "em"];
        let after = self.word_after.as_str();
        let plain = ENDINGS
            .iter()
            .any(|e| after == *e || after == e.to_ascii_uppercase());
        plain || after.eq_ignore_ascii_case("t") && self.word_before.ends_with(['n', 'N'])
    }

    fn apostrophe(&self) -> f32 {
        if self.after_orphan && self.before_orphan {
            return 6.0;
        }
        let wordlike = |c: Class| matches!(c, Class::Letter | Number);
        if wordlike(self.left) && self.right == Class::Letter {
            if self.contraction() {
                return 0.0;
            }
            if BEFORE_APOSTROPHE.contains(&self.word_before.as_str()) {
                return 0.6;
            }
            let known = self.words.contains(&self.word_before.to_ascii_lowercase());
            return if known { 5.0 } else { 3.2 };
        }
        if wordlike(self.right) && (matches!(self.left, Blank | Open) || self.after_orphan) {
            let after = self.word_after.to_ascii_lowercase();
            return if self.decade || ELIDED.contains(&after.as_str()) {
                0.3
            } else {
                5.0
            };
        }
        if self.left == Class::Letter
            && (matches!(self.right, Blank | Stop | Close) || self.before_orphan)
        {
            let word = self.word_before.as_str();
            return if word.ends_with(['s', 'z', 'x']) {
                1.1
            } else if word.ends_with("in") && word.len() > 3
                || ["o", "an", "th", "ol"].contains(&word)
            {
                2.0
            } else {
                4.5
            };
        }
        6.0
    }

    /// `more` is what the rarer of the two dashes costs on top.
    fn dash(&self, more: f32) -> f32 {
        let is_en = more > 0.0;
        if self.left == Number && self.right == Number && !self.after_orphan && !self.before_orphan
        {
            return if is_en { 0.0 } else { 1.0 };
        }
        if self.left == Blank && self.right == Blank {
            return if is_en { 0.4 } else { 0.6 };
        }
        let joins = matches!(self.left, Class::Letter | Number | Close | Other | Stop);
        if joins && matches!(self.right, Class::Letter | Number | Open | Other) {
            if self.left == Class::Letter && self.right == Class::Letter && self.contraction() {
                return 5.0 + more;
            }
            return more + if self.left == Stop { 2.0 } else { 1.0 };
        }
        if self.before_orphan && joins {
            return 1.2 + more;
        }
        match (self.left, self.right) {
            (Class::Letter | Number | Stop | Close, Blank) | (Class::Letter | Number, Stop) => {
                3.5 + more
            }
            (Blank, Class::Letter) => 4.5 + more,
            _ if self.char_after == ' ' => 4.0 + more,
            _ => 5.0 + more,
        }
    }
}

/// Two marks without anything between them.
pub(super) fn beside(first: Mark, second: Mark) -> f32 {
    match (first, second) {
        (OpenDouble, OpenSingle)
        | (OpenSingle, OpenDouble)
        | (CloseSingle, CloseDouble)
        | (CloseDouble, CloseSingle) => 0.0,
        (Em, CloseDouble | CloseSingle) => 0.1,
        (CloseDouble | CloseSingle, Em)
        | (Em, OpenDouble | OpenSingle)
        | (Apostrophe, CloseDouble) => 0.3,
        (OpenDouble, Apostrophe) => 0.5,
        (OpenSingle, Apostrophe) => 0.8,
        (Apostrophe, CloseSingle) => 1.0,
        (Em, Em | Apostrophe) | (OpenDouble, Em) => 2.0,
        (CloseDouble, OpenDouble) => 3.0,
        _ => 6.0,
    }
}
