//! An article as the names tagger sees it: word types, headline case undone, and the chunks where names can be.

use std::ops::Range;

use super::casing::{Casing, Form};
use super::gazetteer::List;
use super::model::Lexicon;
use super::words::{Words, flag};
use crate::extract::token::Tokens;
use crate::extract::word_types::PerType;

/// How a sentence is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As prose: capitals mean something.
    #[default]
    Prose,
    /// PORT SHUT AFTER STORM
    Capitals,
    /// port shut after storm hits mombasa
    Lower,
    /// Port Shut After Storm
    Title,
}

/// An article made ready.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Word type of each token; words of headlines in the form that they would have in a sentence.
    pub words: Vec<u32>,
    /// Sentence of each token.
    pub sentence_of: Vec<u32>,
    /// Token range and style of each sentence.
    pub sentences: Vec<(Range<u32>, Style)>,
    /// Token ranges, in order, disjoint, each within a sentence: names lie inside them.
    pub chunks: Vec<Range<u32>>,
    /// How often each lower-cased word occurs in prose: capitalised within a sentence, and in lower case.
    seen: PerType<(u32, u32)>,
}

impl Draft {
    /// Takes an article in, in place of the one before; `words` become those of the article.
    pub fn fill(&mut self, tokens: &Tokens<'_>, words: &mut Words, lexicon: &Lexicon) {
        words.clear();
        self.words.clear();
        self.sentence_of.clear();
        self.sentences.clear();
        self.chunks.clear();
        for token in &tokens.tokens {
            let text = tokens.text.get(token.span.range()).unwrap_or_default();
            self.words.push(words.number(text, lexicon));
            self.sentence_of.push(token.sentence);
        }
        let mut any = false;
        for sentence in &tokens.sentences {
            let style = self.style(sentence.clone(), words);
            any |= style != Style::Prose;
            self.sentences.push((sentence.clone(), style));
        }
        if any {
            self.undo_headline_case(words, lexicon);
        }
        self.find_chunks(words);
    }

    fn style(&self, sentence: Range<u32>, words: &Words) -> Style {
        let (mut letters, mut capitals, mut capitalised, mut long) = (0, 0, 0, 0);
        for i in sentence.clone() {
            let flags = words.flags(self.words[i as usize]);
            letters += u32::from(flags & flag::LETTER != 0);
            capitalised += u32::from(flags & flag::CAPITAL != 0);
            if flags & flag::CAPITALS != 0 {
                capitals += 1;
                long += u32::from(flags & flag::LONG != 0);
            }
        }
        if capitals >= 2 && capitals * 10 >= letters * 8 && long >= 1 {
            return Style::Capitals;
        }
        if letters >= 4 && capitalised == 0 {
            return Style::Lower;
        }
        if letters >= 5 && capitalised * 10 >= letters * 7 {
            // many capitals: a list of names, or a headline with words that are otherwise in lower case
            let ordinary = sentence
                .skip(1)
                .map(|i| self.words[i as usize])
                .filter(|&w| words.is(w, flag::CAPITAL) && words.get(w).casing.mostly_lower())
                .count() as u32;
            if ordinary >= 2 || ordinary * 4 >= letters {
                return Style::Title;
            }
        }
        Style::Prose
    }

    /// Gives the words of headlines the form that the article's prose has them in, else their usual one.
    fn undo_headline_case(&mut self, words: &mut Words, lexicon: &Lexicon) {
        self.seen.clear();
        for (sentence, style) in &self.sentences {
            if *style != Style::Prose {
                continue;
            }
            for i in sentence.clone() {
                let word = self.words[i as usize];
                let seen = self.seen.get_or(words.lowered(word), Default::default);
                if !words.is(word, flag::CAPITAL) {
                    seen.1 += 1;
                } else if i > sentence.start {
                    seen.0 += 1;
                }
            }
        }
        for (sentence, style) in &self.sentences {
            if *style == Style::Prose {
                continue;
            }
            for i in sentence.clone() {
                let word = self.words[i as usize];
                if !words.is(word, flag::LETTER) {
                    continue;
                }
                let lowered = words.lowered(word);
                let (upper, lower) = self.seen.get(lowered).copied().unwrap_or_default();
                let casing = lexicon.casings.get(words.get(lowered).lower);
                let form = match style {
                    Style::Prose => None,
                    Style::Capitals => Some(form_of_capitals(upper, lower, casing)),
                    Style::Title => form_of_title(upper, lower, casing),
                    Style::Lower => {
                        let known = words.get(lowered).lists & KNOWN_NAMES != 0;
                        let long = words.text(lowered).chars().count() >= 4;
                        Some(form_of_lower(casing, known || long))
                    }
                };
                if let Some(form) = form {
                    self.words[i as usize] = words.in_form(word, form, lexicon);
                }
            }
        }
    }

    fn find_chunks(&mut self, words: &Words) {
        for (sentence, style) in &self.sentences {
            let (begin, end) = (sentence.start, sentence.end);
            if *style != Style::Prose {
                self.chunks.push(sentence.clone());
                continue;
            }
            let is = |i: u32, flags: u16| words.is(self.words[i as usize], flags);
            let own = self.chunks.len();
            let mut at = begin;
            while at < end {
                if !is(at, flag::CAPITAL) {
                    at += 1;
                    continue;
                }
                // one word before that may belong: a number, "the", "al"
                let mut from = at;
                if from > begin && is(from - 1, flag::DIGIT)
                    || from > begin && is(from - 1, flag::LINK) && is(from - 1, flag::LETTER)
                {
                    from -= 1;
                } else if from > begin + 1 && is(from - 1, flag::HYPHEN) {
                    from -= 2;
                }
                // on over capitals, with at most three words between
                let mut to = at + 1;
                while let Some(next) = next_capital(to, end, &is) {
                    to = next + 1;
                }
                if to < end && is(to, flag::LETTER | flag::DIGIT) && !is(to, flag::LINK) {
                    to += 1;
                } else if to + 1 < end && is(to, flag::HYPHEN) {
                    to += 2;
                }
                match self.chunks[own..].last_mut() {
                    Some(last) if last.end >= from => last.end = to,
                    _ => self.chunks.push(from..to),
                }
                at = to;
            }
        }
    }
}

/// Lists that tell a name in a lower-case headline.
const KNOWN_NAMES: u32 = 1 << List::Surname as u32
    | 1 << List::FirstName as u32
    | 1 << List::BigCity as u32
    | 1 << List::City as u32
    | 1 << List::Country as u32
    | 1 << List::Region as u32;

/// The next capitalised word from `at` on, if no more than three words come before it, of which one may be other than
/// a link or a number.
fn next_capital(at: u32, end: u32, is: &impl Fn(u32, u16) -> bool) -> Option<u32> {
    let mut others = 0;
    for i in at..end.min(at + 4) {
        if is(i, flag::CAPITAL) {
            return Some(i);
        }
        let joins = is(i, flag::LINK | flag::DIGIT);
        others += u32::from(!joins && i > at);
        if others > 0 {
            return None;
        }
    }
    None
}

fn form_of_capitals(upper: u32, lower: u32, casing: Casing) -> Form {
    let usual = if casing.form() == Form::Lower {
        Form::Capitalised
    } else {
        casing.form()
    };
    if upper > lower || lower == 0 && (!casing.is_known() || casing.mostly_upper()) {
        usual
    } else {
        Form::Lower
    }
}

/// `None` leaves the word as it is.
fn form_of_title(upper: u32, lower: u32, casing: Casing) -> Option<Form> {
    if upper > 0 && lower == 0 {
        return None;
    }
    (lower > 0 && upper == 0 || casing.mostly_lower()).then_some(Form::Lower)
}

fn form_of_lower(casing: Casing, may_be_name: bool) -> Form {
    if casing.is_known() {
        if casing.mostly_upper() {
            casing.form()
        } else {
            Form::Lower
        }
    } else if may_be_name {
        Form::Capitalised
    } else {
        Form::Lower
    }
}
