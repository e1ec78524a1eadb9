//! What speakers retell inside their own quotation: `“The company said it was safe,” she told reporters`.

use std::ops::Range;

use super::{NESTED, NESTED_QUOTATION, OUTSIDE, Scan};
use crate::extract::lexicon::{Class, Form, Frame, stance};
use crate::extract::quotes::Region;
use crate::extract::tagger::Attribution;

/// What a rule finds inside a quotation is right less often than outside: 13 of 20 on the bundled corpus.
const SCORE: f32 = 0.4;

impl Scan<'_, '_> {
    /// Quotations and clauses inside a quotation. They stand beside the statement that holds them.
    pub(super) fn retold(&mut self) {
        let quotes = self.quotes;
        for (at, region) in quotes.iter().enumerate().filter(|(_, r)| r.depth == 0) {
            // the words between the marks are read as text of their own
            let inside = region.open as usize + 1..region.close as usize;
            if let Some(region) = self.region.get_mut(inside.clone()) {
                region.fill(OUTSIDE);
            }
            if let Some(used) = self.used.get_mut(inside) {
                used.fill(false);
            }
            let first = self.found.len();
            let inner = quotes[at + 1..].iter().take_while(|r| r.depth > 0);
            for inner in inner.filter(|r| r.depth == 1) {
                self.retold_quotation(inner, region);
            }
            for i in region.open + 1..region.close {
                let taken = |a: &Attribution| a.cue.iter().any(|c| c.contains(&i));
                if !self.found[first..].iter().any(taken) {
                    self.retold_clause(i, region);
                }
            }
        }
    }

    /// `“She said, ‘So are we.’”`
    fn retold_quotation(&mut self, inner: &Region, outer: &Region) {
        if !self.is_speech(inner) {
            return;
        }
        let beside = self
            .before_quotation(inner)
            .or_else(|| self.after_quotation(inner))
            .filter(|b| !b.cue.is_empty() && outer.open < b.source.start.min(b.cue.start))
            .filter(|b| !self.is_imagined(&b.cue) && !self.is(b.source.start, "you"));
        if let Some(beside) = beside {
            self.found.push(Attribution {
                content: vec![inner.with_marks()],
                cue: vec![beside.cue],
                source: vec![beside.source],
                score: SCORE,
                found_by: NESTED_QUOTATION,
            });
        }
    }

    /// `“The minister told us it would close”`: the verb at `i`, if somebody tells something with it.
    fn retold_clause(&mut self, i: u32, region: &Region) {
        let sentence = self.sentence(i);
        let low = sentence.start.max(region.open + 1);
        let reports = self.quotes_with(i)
            && !self.mark(i).has_form(Form::Ing)
            && !(i > low && self.is(i - 1, "to"))
            && !stance::is_passive(self.marks, low, i)
            && !stance::is_negated(self.marks, low, i);
        if !reports {
            return;
        }
        let Some(source) = self.subject_before(i, low) else {
            return;
        };
        // "they say", "I think" are nobody's words in particular; "they told me", "I told him" are
        let someone = self.is(source.start, "he")
            || self.is(source.start, "she")
            || source.clone().any(|j| {
                let mark = self.mark(j);
                mark.any(&[Class::Determiner, Class::Possessive])
                    || mark.capital && !mark.any(&[Class::First, Class::Pronoun])
            });
        let told = self.mark(i).has_form(Form::Past) || self.is(i + 1, "that");
        let addressed = self.mark(i).takes(Frame::Object) && self.is_object_pronoun(i + 1);
        if !(someone && told || addressed) || !self.agrees(&source, i) {
            return;
        }
        let Some(content) = self.clause_after(i, &sentence) else {
            return;
        };
        let content = self.trimmed(content.start..content.end.min(region.close));
        let cue = self.cue(i, source.end.min(i));
        if content.len() < 3 || !self.is_clause(&content) || self.is_imagined(&cue) {
            return;
        }
        self.found.push(Attribution {
            cue: vec![cue],
            content: vec![content],
            source: vec![source],
            score: SCORE,
            found_by: NESTED,
        });
    }

    /// "would say", "must tell": nobody has said it.
    fn is_imagined(&self, cue: &Range<u32>) -> bool {
        const MODAL: &[&str] = &[
            "would", "could", "should", "might", "must", "will", "can", "may",
        ];
        cue.clone().any(|i| MODAL.iter().any(|w| self.is(i, w)))
    }

    /// Words that can be a clause or an infinitive: no "it again", no "awful things", no words in marks of their own
    /// as in "He told us ‘wait here’ and left".
    fn is_clause(&self, content: &Range<u32>) -> bool {
        let (first, next) = (self.mark(content.start), self.mark(content.start + 1));
        if ["it", "this"].iter().any(|w| self.is(content.start, w)) {
            return next.is(Class::Auxiliary) || next.verbal;
        }
        first.capital
            || first.any(&[
                Class::Determiner,
                Class::Possessive,
                Class::Pronoun,
                Class::Clause,
            ])
            || self.is(content.start, "to")
            || self.is(content.start, "that")
    }

    /// Without the punctuation at its end.
    fn trimmed(&self, mut range: Range<u32>) -> Range<u32> {
        while range.end > range.start && !self.is_word(range.end - 1) {
            range.end -= 1;
        }
        range
    }
}
