//! Statements found by rule: what a trained tagger has not seen, and the first honest form of everything else.
//!
//! Every rule has a reason that an editor would give: quotation marks and who stands beside them, a reporting verb with
//! its subject and clause, "according to", a refusal to comment, the forms of press releases and transcripts. No rule
//! knows an article. [`combine()`] says what of it is kept beside the tagger's findings.

use std::ops::Range;

use super::lexicon::{Class, Frame, Mark, stance};
use super::names::{Name, NameKind};
use super::quotes::Region;
use super::tagger::Attribution;
use super::token::{TokenKind, Tokens};

mod combine;
mod direct;
mod forms;
mod indirect;
mod noun_phrase;
mod retold;

pub use combine::combine;

/// Tokens with everything that the rules ask about them.
struct Scan<'a, 't> {
    tokens: &'a Tokens<'t>,
    marks: &'a [Mark],
    quotes: &'a [Region],
    /// Outermost quotation region of each token, or [`OUTSIDE`].
    region: Vec<u32>,
    /// Does a name of a person, organisation or place begin at the token?
    name_begins: Vec<bool>,
    names: &'a [Name],
    /// Tokens that are the cue, source or content of an attribution found so far.
    used: Vec<bool>,
    found: Vec<Attribution>,
}

const OUTSIDE: u32 = u32::MAX;

/// The attributions that the rules find, by first token.
#[must_use]
pub fn attributions(
    tokens: &Tokens<'_>,
    marks: &[Mark],
    quotes: &[Region],
    names: &[Name],
) -> Vec<Attribution> {
    let count = tokens.tokens.len();
    let mut region = vec![OUTSIDE; count];
    for (i, r) in quotes.iter().enumerate().filter(|(_, r)| r.depth == 0) {
        for at in r.with_marks() {
            if let Some(region) = region.get_mut(at as usize) {
                *region = i as u32;
            }
        }
    }
    let mut name_begins = vec![false; count];
    for name in names {
        if let Some(begins) = name_begins.get_mut(name.tokens.start as usize) {
            *begins = true;
        }
    }
    let mut scan = Scan {
        tokens,
        marks,
        quotes,
        region,
        name_begins,
        names,
        used: vec![false; count],
        found: Vec::new(),
    };
    scan.transcript();
    scan.letters();
    scan.refusals();
    scan.according();
    scan.direct();
    scan.indirect();
    scan.retold();
    let mut found = scan.found;
    found.sort_by_key(first_token);
    found
}

/// First token of an attribution.
fn first_token(a: &Attribution) -> u32 {
    a.content
        .iter()
        .chain(&a.cue)
        .chain(&a.source)
        .map(|r| r.start)
        .min()
        .unwrap_or(u32::MAX)
}

const REFUSAL: &str = "rule: refusal to comment";
const TRANSCRIPT: &str = "rule: label of a transcript";
const RELEASE: &str = "rule: signature after a quotation";
const LETTER: &str = "rule: From NAME:";
const VERB_SPEAKER: &str = "rule: quotation, verb, speaker";
const SPEAKER_VERB: &str = "rule: quotation, speaker, verb";
const VERB_QUOTATION: &str = "rule: speaker, verb, quotation";
const ALONE: &str = "rule: quotation alone";
const ACCORDING: &str = "rule: according to";
const CLAUSE: &str = "rule: verb and clause";
const CLAUSE_FIRST: &str = "rule: clause, speaker, verb";
const PARENTHESIS: &str = "rule: subject, speaker, verb, predicate";
const NESTED: &str = "rule: verb and clause in a quotation";
const NESTED_QUOTATION: &str = "rule: quotation in a quotation";
const COORDINATED: &str = "rule: and, verb, that";

/// Does the rule find the very words of the speaker, though no quotation marks say so?
#[must_use]
pub fn is_verbatim(found_by: &str) -> bool {
    found_by == TRANSCRIPT || found_by == LETTER
}

/// Does the rule find what somebody retells inside quotation marks? The marks are not those of the words retold.
#[must_use]
pub fn is_retold(found_by: &str) -> bool {
    found_by == NESTED
}

impl Scan<'_, '_> {
    fn mark(&self, i: u32) -> Mark {
        self.marks.get(i as usize).copied().unwrap_or_default()
    }

    fn kind(&self, i: u32) -> Option<TokenKind> {
        self.tokens.tokens.get(i as usize).map(|t| t.kind)
    }

    fn is(&self, i: u32, word: &str) -> bool {
        self.tokens.word(i).eq_ignore_ascii_case(word)
    }

    fn is_any(&self, i: u32, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(i, word))
    }

    fn outside_quotes(&self, i: u32) -> bool {
        self.region.get(i as usize).is_none_or(|&r| r == OUTSIDE)
    }

    fn sentence(&self, i: u32) -> Range<u32> {
        self.tokens
            .tokens
            .get(i as usize)
            .and_then(|t| self.tokens.sentences.get(t.sentence as usize))
            .map_or(i..i, Range::clone)
    }

    fn paragraph(&self, i: u32) -> Range<u32> {
        self.tokens
            .tokens
            .get(i as usize)
            .and_then(|t| self.tokens.paragraphs.get(t.paragraph as usize))
            .map_or(i..i, Range::clone)
    }

    /// A word, number or clitic.
    fn is_word(&self, i: u32) -> bool {
        matches!(
            self.kind(i),
            Some(TokenKind::Word | TokenKind::Number | TokenKind::Clitic | TokenKind::Address)
        )
    }

    /// A hyphen inside a word, or a mark that goes on inside a name (`&`, `/`).
    fn joins(&self, i: u32) -> bool {
        let Some(token) = self.tokens.tokens.get(i as usize) else {
            return false;
        };
        let next_glued = self
            .tokens
            .tokens
            .get(i as usize + 1)
            .is_some_and(|t| t.glued);
        match token.kind {
            TokenKind::Dash => token.glued && next_glued && self.tokens.word(i) == "-",
            TokenKind::Other => matches!(self.tokens.word(i), "&" | "/" | "$" | "£" | "€" | "%"),
            TokenKind::SingleQuote => token.glued,
            _ => false,
        }
    }

    /// Is the token a reporting verb in a form that can head a clause, and no noun here?
    fn is_verb(&self, i: u32) -> bool {
        let mark = self.mark(i);
        let sentence = self.sentence(i).start;
        mark.is_cue()
            // "the United States": a verb is not capitalised within a sentence
            && !(mark.capital && i > sentence && self.tokens.word(i).ends_with(char::is_lowercase))
            && !stance::is_noun(self.marks, sentence, i)
    }

    /// The cue that ends with the verb at `i`: auxiliaries and adverbs before it down to `from` belong to it.
    fn cue(&self, i: u32, from: u32) -> Range<u32> {
        let mut begin = i;
        while begin > from && self.mark(begin - 1).any(&[Class::Auxiliary, Class::Adverb]) {
            begin -= 1;
        }
        begin..i + 1
    }

    /// Where the sentence's words end: before its last stop and what closes after it.
    fn words_end(&self, sentence: &Range<u32>) -> u32 {
        let mut end = sentence.end;
        while end > sentence.start && !self.is_word(end - 1) && self.outside_quotes(end - 1) {
            end -= 1;
        }
        end
    }

    fn any_used(&self, range: &Range<u32>) -> bool {
        range
            .clone()
            .any(|i| self.used.get(i as usize) == Some(&true))
    }

    /// Takes the attribution in and marks its tokens as used.
    fn push(
        &mut self,
        content: Vec<Range<u32>>,
        cue: Option<Range<u32>>,
        source: Option<Range<u32>>,
        score: f32,
        found_by: &'static str,
    ) -> usize {
        let filled = |r: &Range<u32>| !r.is_empty();
        let found = Attribution {
            content: content.into_iter().filter(filled).collect(),
            cue: cue.into_iter().filter(filled).collect(),
            source: source.into_iter().filter(filled).collect(),
            score,
            found_by,
        };
        for range in found.content.iter().chain(&found.cue).chain(&found.source) {
            for i in range.clone() {
                if let Some(used) = self.used.get_mut(i as usize) {
                    *used = true;
                }
            }
        }
        self.found.push(found);
        self.found.len() - 1
    }

    /// Is there a person's name at the token range's start?
    fn person_at(&self, i: u32) -> Option<&Name> {
        self.names
            .binary_search_by_key(&i, |n| n.tokens.start)
            .ok()
            .and_then(|at| self.names.get(at))
            .filter(|n| n.kind == NameKind::Person)
    }

    /// Does the verb introduce a quotation here: a finite form, or "saying", "adding"?
    fn quotes_with(&self, i: u32) -> bool {
        self.mark(i).takes(Frame::Quote) && self.is_verb(i)
    }
}
