//! "he" and "she": the heaviest person, gender weighing as evidence, never as a rule.

use std::ops::Range;

use crate::article::Gender;
use crate::extract::lexicon::{Class, Mark};
use crate::extract::token::TokenKind;

use super::super::People;
use super::Reader;

/// Factors on a person's weight for a pronoun that matches, or does not.
const MATCH: f32 = 1.6;
const MISMATCH: f32 = 0.03;
/// A person once called by the other pronoun.
const CALLED_OTHERWISE: f32 = 0.3;
/// Somebody without a name, the subject of this sentence or the last one, with nobody named since.
const JUST_NOW: f32 = 2.0;
/// The same, spoken of within a quotation, for a pronoun outside.
const FROM_QUOTATION: f32 = 0.2;
/// Tokens from somebody without a name, whose something is spoken of, to the pronoun.
const TO_OWNER: u32 = 5;

/// Somebody last spoken of outside of quotations, for a pronoun inside one: speakers go on about whom they named.
const OUTSIDE_QUOTATION: f32 = 0.5;
/// Somebody last spoken of in an earlier paragraph.
const OTHER_PARAGRAPH: f32 = 0.75;
/// What a letter does to its reader.
const REQUESTS: &[&str] = &[
    "asking",
    "begging",
    "calling",
    "demanding",
    "encouraging",
    "imploring",
    "inviting",
    "pressing",
    "requesting",
    "urging",
];
/// What such words are found in.
const LETTERS: &[&str] = &["call", "letter", "letters", "message", "wrote", "writing"];
/// With what a sentence opens that comes to its subject after a comma.
const FRONTED: &[&str] = &[
    "After", "At", "Before", "During", "In", "On", "Through", "With",
];
/// Tokens from a pronoun in such an opening to its comma.
const TO_COMMA: u32 = 16;
/// Tokens from the comma to a name: titles stand between.
const TITLES: u32 = 6;
/// Tokens from "who" to a pronoun in its clause.
const CLAUSE: usize = 14;
/// Tokens from its reader to that word: an office may stand between.
const LETTER: u32 = 14;
/// What somebody says or decides, before "that he".
const SAYINGS: &[&str] = &[
    "acknowledgement",
    "acknowledgment",
    "admission",
    "announcement",
    "assertion",
    "assurance",
    "claim",
    "claims",
    "comment",
    "comments",
    "commitment",
    "confirmation",
    "decision",
    "declaration",
    "indication",
    "insistence",
    "pledge",
    "promise",
    "remark",
    "remarks",
    "statement",
    "statements",
    "suggestion",
    "threat",
    "vow",
];
/// Tokens from whoever said it to that "that".
const SAYING: u32 = 16;
/// What somebody wants of another, "to" do.
const WANTS: &[&str] = &[
    "allow",
    "allowed",
    "ask",
    "asked",
    "asking",
    "asks",
    "challenged",
    "directed",
    "encourage",
    "encouraged",
    "force",
    "forced",
    "instructed",
    "ordered",
    "permitted",
    "press",
    "pressed",
    "required",
    "told",
    "urge",
    "urged",
    "urges",
    "urging",
    "wanted",
    "wants",
];
/// What one does at the side of another: "asked Ruiz to support his bill" is about the other's bill.
const SIDING: &[&str] = &[
    "approve",
    "attend",
    "back",
    "co-sponsor",
    "consider",
    "cosponsor",
    "endorse",
    "help",
    "join",
    "pass",
    "support",
    "visit",
];
/// Whom they precede does something to the one the sentence is about, or is beside them.
const NO_OBJECTS: &[&str] = &[
    "about",
    "after",
    "against",
    "alongside",
    "as",
    "at",
    "before",
    "by",
    "from",
    "in",
    "of",
    "on",
    "than",
    "under",
    "with",
    "to",
];
/// What is not told to somebody but about them: "thanks to Ruiz for his work".
const THANKS: &[&str] = &[
    "appreciation",
    "credit",
    "gratitude",
    "praise",
    "thanks",
    "tribute",
];
/// With their pronoun they are a title.
const STYLES: &[&str] = &[
    "Beatitude",
    "Eminence",
    "Excellency",
    "Grace",
    "Highness",
    "Holiness",
    "Honor",
    "Honour",
    "Majesty",
    "Royal",
    "Worship",
];

impl Reader<'_, '_> {
    /// The person that the pronoun at `at` stands for.
    pub(super) fn pronoun(&mut self, at: u32, mark: Mark, people: &People) -> Option<u32> {
        if self.is_generic(at) || self.is_strangers(at) {
            return None;
        }
        let he = mark.is(Class::He);
        let sentence = self.sentence(at);
        let paragraph = self.paragraph(at);
        let is_quoted = self.is_quoted(at);
        let speaker = self.speaker(at);
        if let Some(person) = self.bound(at, mark, people)
            && speaker != Some(person)
        {
            return Some(person);
        }
        let mut best: Option<(f32, u32)> = None;
        for (i, s) in self.salience.iter().enumerate() {
            let mut weight = s.at(sentence);
            if weight == 0.0 {
                continue;
            }
            if is_quoted && !s.is_quoted {
                weight *= OUTSIDE_QUOTATION;
            }
            if self.paragraph(s.last_mention) != paragraph {
                weight *= OTHER_PARAGRAPH;
            }
            let gender = people.people[i].gender;
            weight *= match gender {
                Some(g) if (g == Gender::Male) == he => MATCH,
                Some(_) => MISMATCH,
                None if he && s.she > s.he || !he && s.he > s.she => CALLED_OTHERWISE,
                None => 1.0,
            };
            if speaker == Some(i as u32) {
                continue;
            }
            if best.is_none_or(|(w, _)| weight > w) {
                best = Some((weight, i as u32));
            }
        }
        let stranger = self.stranger.at(sentence)
            * match self.stranger.last_mention == 0
                || self.paragraph(self.stranger.last_mention) == paragraph
            {
                true => 1.0,
                false => OTHER_PARAGRAPH,
            }
            * match he {
                true if self.stranger.she > self.stranger.he => CALLED_OTHERWISE,
                false if self.stranger.he > self.stranger.she => CALLED_OTHERWISE,
                _ if self.stranger.he != self.stranger.she => MATCH,
                _ => 1.0,
            }
            * match self.is_stranger_last(at) {
                // “My mother saw it,” she said
                _ if self.is_stranger_quoted && !self.is_quoted(at) => FROM_QUOTATION,
                // "sent to the president's desk for his signature"
                true if self.is_possessed(self.stranger.last_mention)
                    && at - self.stranger.last_mention <= TO_OWNER =>
                {
                    JUST_NOW * JUST_NOW
                }
                true => JUST_NOW,
                false => 1.0,
            };
        let best = best.filter(|(w, _)| *w > 0.004 && *w >= stranger);
        if best.is_none() && stranger == 0.0 {
            return self.fronted(at).filter(|&p| {
                let gender = people.people[p as usize].gender;
                speaker != Some(p) && gender.is_none_or(|g| (g == Gender::Male) == he)
            });
        }
        if best.is_none() {
            self.stranger.add(sentence, 1.0);
            self.stranger.last_mention = at;
            self.stranger.he += u16::from(he);
            self.stranger.she += u16::from(!he);
        }
        best.map(|(_, i)| i)
    }

    /// The person whom the words close by bind the pronoun to: "Ruiz and his team", "a letter to Ruiz asking that he
    /// come", "In his ruling, Judge Ruiz …".
    fn bound(&self, at: u32, mark: Mark, people: &People) -> Option<u32> {
        let other = if mark.is(Class::He) {
            Gender::Female
        } else {
            Gender::Male
        };
        self.announced(at, mark)
            .or_else(|| self.adjacent(at, mark))
            .or_else(|| self.saying(at))
            .or_else(|| self.praised(at, mark))
            .or_else(|| self.clause(at, mark))
            .or_else(|| self.wanted(at, mark))
            .or_else(|| self.relative(at))
            .filter(|&p| people.people[p as usize].gender != Some(other))
    }

    /// "Ruiz and his team", "a letter to Ruiz asking that he come"
    fn adjacent(&self, at: u32, mark: Mark) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        if self.sentence(tokens.start) != self.sentence(at) {
            return None;
        }
        let before = at.checked_sub(1)?;
        let joined =
            mark.is(Class::Possessive) && tokens.end == before && self.tokens.word(before) == "and";
        let verb = if matches!(self.tokens.word(before), "that" | "for" | "on" | "upon") {
            before.checked_sub(1)?
        } else {
            before
        };
        let asks = REQUESTS.contains(&self.tokens.word(verb))
            // "wrote to Quill and asked him"
            || verb == before
                && verb == tokens.end + 1
                && self.tokens.word(tokens.end) == "and"
                && matches!(self.tokens.word(verb), "asked" | "urged");
        // "asked Ruiz if he would come"
        let asks = asks
            || matches!(self.tokens.word(before), "if" | "whether")
                && tokens.end == before
                && ["ask", "asked", "asks", "asking"].contains(
                    &self
                        .tokens
                        .word(self.before_titles(tokens.start).saturating_sub(1)),
                );
        // "Quill wrote to Ruiz, asking him", not "Ruiz spoke for an hour, asking his hearers …"
        let asked = asks
            && tokens.end <= verb
            && verb - tokens.end < LETTER
            && (self.follows_letter(tokens.start) || self.names_other(*person, at));
        (joined || asked).then_some(*person)
    }

    /// "Ruiz's announcement that he …", "a commitment from Ruiz, the mayor, that he …", "the announcement by Ruiz of his
    /// plan": whoever said it.
    fn saying(&self, at: u32) -> Option<u32> {
        let next = self.named.partition_point(|(t, _)| t.start < at);
        let (tokens, person) = self.named.get(next.checked_sub(1)?)?;
        let that = at.checked_sub(1)?;
        if !matches!(self.tokens.word(that), "that" | "of")
            || that < tokens.end
            || that - tokens.end > SAYING
            || self.sentence(tokens.start) != self.sentence(at)
        {
            return None;
        }
        let owned = self.is_possessed(tokens.end.checked_sub(1)?)
            && (tokens.end + 1..that.min(tokens.end + 4))
                .any(|i| SAYINGS.contains(&self.tokens.word(i)));
        let before = self.before_titles(tokens.start);
        let given = before >= 2
            && matches!(self.tokens.word(before - 1), "by" | "from")
            && (before.saturating_sub(4)..before - 1)
                .any(|i| SAYINGS.contains(&self.tokens.word(i)));
        (owned || given).then_some(*person)
    }

    /// "thanked Ruiz for his work", "praised Ruiz for keeping his word": whoever is thanked.
    fn praised(&self, at: u32, mark: Mark) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        // "praised Ruiz today for"
        let reason = tokens.end + u32::from(self.mark(tokens.end).is(Class::Time));
        let gerund = at == reason + 2
            && self.tokens.word(at - 1).len() > 4
            && self.tokens.word(at - 1).ends_with("ing");
        if !mark.is(Class::Possessive)
            || self.tokens.word(reason) != "for"
            || at != reason + 1 && !gerund
        {
            return None;
        }
        let before = self.before_titles(tokens.start).checked_sub(1)?;
        let is_thanked = self.tokens.word(before) == "to"
            && (before.saturating_sub(4)..before).any(|i| THANKS.contains(&self.tokens.word(i)));
        let is_object = self.sentence(before) == self.sentence(at)
            && !NO_OBJECTS.contains(&self.tokens.word(before));
        (is_thanked || is_object).then_some(*person)
    }

    /// "Ruiz said the port would shut if Quill gave up his seat": the subject of the clause that it stands in.
    fn clause(&self, at: u32, mark: Mark) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        let before = self.before_titles(tokens.start).checked_sub(1)?;
        let is_subject = mark.is(Class::Possessive)
            && self.mark(before).is(Class::Clause)
            && !matches!(self.tokens.word(before), "and" | "or")
            && self.sentence(before) == self.sentence(at)
            && (tokens.end + 1..tokens.end + 6).contains(&at)
            && self.is_plain(tokens.end..at);
        is_subject.then_some(*person)
    }

    /// "Ruiz called on Quill to use his powers": whoever is to act.
    fn wanted(&self, at: u32, mark: Mark) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        // "calls on DHS Secretary Quill"
        let before = (tokens.start.saturating_sub(TITLES)..tokens.start)
            .rev()
            .find(|&i| {
                !self.mark(i).capital
                    && !self
                        .mark(i)
                        .any(&[Class::Title, Class::Role, Class::Article])
            })?;
        let is_wanted = WANTS.contains(&self.tokens.word(before))
            || self.tokens.word(before) == "on"
                && before > 0
                && self.tokens.word(before - 1).starts_with("call");
        let acts = mark.is(Class::Possessive)
            && is_wanted
            && self.sentence(before) == self.sentence(at)
            && self.tokens.word(tokens.end) == "to"
            && (tokens.end + 2..tokens.end + 6).contains(&at)
            && !SIDING.contains(&self.tokens.word(tokens.end + 1))
            && self.is_plain(tokens.end..at);
        acts.then_some(*person)
    }

    /// Words alone, and none that begins a clause.
    fn is_plain(&self, tokens: Range<u32>) -> bool {
        tokens.into_iter().all(|i| {
            let kind = self.tokens.tokens.get(i as usize).map(|t| t.kind);
            kind == Some(TokenKind::Word) && !self.mark(i).is(Class::Clause)
        })
    }

    /// The first token of the titles, offices and articles before a name that begins at `begin`.
    fn before_titles(&self, begin: u32) -> u32 {
        (0..begin)
            .rev()
            .take_while(|&i| {
                self.mark(i).any(&[
                    Class::Title,
                    Class::RoleTitle,
                    Class::Role,
                    Class::Article,
                    Class::Modifier,
                    Class::Formal,
                ]) && self.sentence(i) == self.sentence(begin)
            })
            .last()
            .unwrap_or(begin)
    }

    /// "Ruiz, who was fined for his part": in the clause that says who somebody is.
    fn relative(&self, at: u32) -> Option<u32> {
        let (tokens, person) = self.latest.as_ref()?;
        // "Quill, who worked under her" is about two people
        if !["he", "his", "she"].contains(&self.tokens.word(at)) {
            return None;
        }
        let who = tokens.end + u32::from(self.tokens.word(tokens.end) == ",");
        let in_clause = self.tokens.word(who) == "who"
            && (who..at).len() <= CLAUSE
            && self.sentence(who) == self.sentence(at)
            && (who + 1..at).all(|i| self.tokens.word(i) != "," && self.tokens.word(i) != "that");
        in_clause.then_some(*person)
    }

    /// Has the sentence spoken of a letter before the token?
    fn follows_letter(&self, at: u32) -> bool {
        let sentence = self.sentence(at);
        (0..at)
            .rev()
            .take_while(|&i| self.sentence(i) == sentence)
            .any(|i| LETTERS.contains(&self.tokens.word(i)))
    }

    /// Has the sentence of the token named anybody else before?
    fn names_other(&self, person: u32, at: u32) -> bool {
        (0..)
            .zip(&self.salience)
            .any(|(i, s)| i != person && s.here > 0.0 && s.sentence() == self.sentence(at))
    }

    /// "In his ruling, Judge Ruiz …", "Prior to his ruling, …": the subject that the sentence comes to.
    fn announced(&self, at: u32, mark: Mark) -> Option<u32> {
        let before = at.checked_sub(1)?;
        let first = match self.tokens.word(before) {
            word if FRONTED.contains(&word) => before,
            "to" if before > 0 && self.tokens.word(before - 1) == "Prior" => before - 1,
            _ => return None,
        };
        let opens = first == 0
            || self.sentence(first - 1) != self.sentence(at)
            || self.is_opening_mark(first - 1);
        if !mark.is(Class::Possessive) || !opens {
            return None;
        }
        let sentence = self.sentence(at);
        let comma = (at..at + TO_COMMA)
            .take_while(|&i| self.sentence(i) == sentence)
            .find(|&i| self.tokens.word(i) == ",")?;
        self.subject_after(comma)
    }

    /// "After being sworn in for his sixth term on Jan. 6, 2015, Judge Ruiz …", where nobody has been named yet.
    fn fronted(&self, at: u32) -> Option<u32> {
        let sentence = self.sentence(at);
        let first = (0..=at).rev().take_while(|&i| self.sentence(i) == sentence);
        let opens =
            |i: u32| FRONTED.contains(&self.tokens.word(i)) || self.mark(i).is(Class::Clause);
        // past a dateline
        if !first
            .take(TO_COMMA as usize)
            .any(|i| opens(i) && self.mark(i).capital)
        {
            return None;
        }
        (at..at + TO_COMMA)
            .take_while(|&i| self.sentence(i) == sentence)
            .filter(|&i| self.tokens.word(i) == ",")
            .find_map(|comma| self.subject_after(comma))
    }

    /// The person whose name, with nothing but titles before it, follows the comma.
    fn subject_after(&self, comma: u32) -> Option<u32> {
        let sentence = self.sentence(comma);
        let next = self.named.partition_point(|(t, _)| t.start <= comma);
        let (subject, person) = self.named.get(next)?;
        let is_subject = subject.start - comma < TITLES
            && self.sentence(subject.start) == sentence
            && (comma + 1..subject.start).all(|i| {
                self.mark(i).any(&[
                    Class::Title,
                    Class::Article,
                    Class::Role,
                    Class::Modifier,
                    Class::Demonym,
                ])
            });
        is_subject.then_some(*person)
    }

    fn is_opening_mark(&self, i: u32) -> bool {
        self.tokens
            .tokens
            .get(i as usize)
            .is_some_and(|t| matches!(t.kind, TokenKind::OpenQuote | TokenKind::PlainQuote))
    }

    /// Who speaks at the token, in quotation marks that are in no others.
    fn speaker(&self, at: u32) -> Option<u32> {
        let next = self.voices.partition_point(|v| v.tokens.start <= at);
        let voice = self.voices.get(next.checked_sub(1)?)?;
        let is_nested = || self.nested.iter().any(|q| q.contains(&at));
        (voice.tokens.contains(&at) && !is_nested()).then_some(voice.person)
    }

    /// "he or she", "his or her", "he/she", "Her Majesty": nobody.
    fn is_generic(&self, at: u32) -> bool {
        // "[t]he"
        if at > 0 && self.tokens.word(at - 1) == "]" {
            return true;
        }
        // "His Excellency"
        if self.mark(at).capital && STYLES.contains(&self.tokens.word(at + 1)) {
            return true;
        }
        let either = |i: u32| {
            ["or", "/", "and"]
                .iter()
                .any(|w| self.tokens.word(i).eq_ignore_ascii_case(w))
        };
        let pronoun = |i: u32| self.mark(i).any(&[Class::He, Class::She]);
        either(at + 1) && pronoun(at + 2) || at >= 2 && either(at - 1) && pronoun(at - 2)
    }
}
