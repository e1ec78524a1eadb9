//! The stance of a cue: a lexicon with frames, not a bare list of verbs.
//!
//! The verb alone misleads: "did not deny" is no denial, "was admitted to hospital" no admission, "refused to comment"
//! no refusal of a proposal. So the words before and after the verb have a say.

use std::ops::Range;

use crate::article::Stance;
use crate::extract::token::Tokens;

use super::words::{Class, Form, Frame, Mark, fold};

/// After "declined to", "would not": verbs of speaking. Their refusal is a refusal to comment.
const COMMENT: &[&str] = &[
    "comment",
    "say",
    "speak",
    "discuss",
    "answer",
    "respond",
    "reply",
    "elaborate",
    "disclose",
    "confirm",
    "give",
    "provide",
    "specify",
    "talk",
    "address",
    "name",
    "identify",
    "explain",
    "reveal",
    "be",
    "offer",
    "make",
    "go",
    "share",
    "release",
    "divulge",
    "detail",
    "return",
    "take",
    "weigh",
];

/// Nouns that carry a stance when a cue is built on them ("issued a denial", "in a warning").
const NOUNS: &[(&str, Stance)] = &[
    ("accusation", Stance::Claims),
    ("accusations", Stance::Claims),
    ("admission", Stance::Admits),
    ("allegation", Stance::Claims),
    ("allegations", Stance::Claims),
    ("assertion", Stance::Claims),
    ("assertions", Stance::Claims),
    ("claim", Stance::Claims),
    ("claims", Stance::Claims),
    ("commitment", Stance::Promises),
    ("concession", Stance::Admits),
    ("confession", Stance::Admits),
    ("denial", Stance::Denies),
    ("denials", Stance::Denies),
    ("pledge", Stance::Promises),
    ("promise", Stance::Promises),
    ("promises", Stance::Promises),
    ("rejection", Stance::Denies),
    ("threat", Stance::Warns),
    ("threats", Stance::Warns),
    ("vow", Stance::Promises),
    ("warning", Stance::Warns),
    ("warnings", Stance::Warns),
];

/// Does a refusal whose words end before `end` say what is not told: "would not say |how far it had come", but not
/// "declined to comment |on the price"?
#[must_use]
pub fn withholds(tokens: &Tokens<'_>, marks: &[Mark], end: u32) -> bool {
    const SILENT: &[&str] = &[
        "comment",
        "respond",
        "reply",
        "speak",
        "answer",
        "elaborate",
    ];
    const CLAUSE: &[&str] = &[
        "what", "how", "when", "where", "why", "who", "which", "whether", "if", "that", "by",
    ];
    let Some(last) = end.checked_sub(1) else {
        return false;
    };
    let next = marks.get(end as usize).copied().unwrap_or_default();
    !one_of(tokens.word(last), SILENT)
        && (one_of(tokens.word(end), CLAUSE) || next.any(&[Class::Determiner, Class::Possessive]))
}

/// Where the words of a refusal to comment end, if one begins at `at` ("declined", "did", "could", "had", "would",
/// "no"): one past its last word. `None` if none begins there.
#[must_use]
pub fn refusal(tokens: &Tokens<'_>, marks: &[Mark], at: u32) -> Option<u32> {
    let sentence = tokens.tokens.get(at as usize)?.sentence;
    let (begin, end) = tokens
        .sentences
        .get(sentence as usize)
        .map(|s| (s.start, s.end))?;
    let is = |i: u32, words: &[&str]| i < end && one_of(tokens.word(i), words);
    let mark = |i: u32| marks.get(i as usize).copied().unwrap_or_default();
    // past adverbs and negation; whether there was a negation
    let skip = |mut i: u32| {
        let mut negated = false;
        while i < end && mark(i).any(&[Class::Adverb, Class::Negation]) {
            negated |= mark(i).is(Class::Negation);
            i += 1;
        }
        (i, negated)
    };
    let tail = |i: u32| refusal_tail(tokens, marks, i, end);
    // "declined to comment", "refused to say", "is declining to discuss"
    if mark(at).stance == Stance::Declines {
        if !is(at + 1, &["to"]) {
            return is(at + 1, &["comment", "interview", "requests", "request"])
                .then(|| tail(at + 2));
        }
        let (verb, _) = skip(at + 2);
        return is(verb, COMMENT).then(|| tail(verb + 1));
    }
    // "did not immediately respond", "has not replied", "would not comment"
    if is(
        at,
        &[
            "did", "does", "do", "has", "have", "had", "would", "could", "was", "were",
        ],
    ) {
        let (verb, negated) = skip(at + 1);
        let had_no = is(at, &["has", "have", "had"]) && is(at + 1, &["no"]);
        if had_no {
            let noun = at + 2 + u32::from(is(at + 2, &["immediate", "further", "other"]));
            return is(noun, &["comment"]).then(|| tail(noun + 1));
        }
        // "Please do not reply to this message" asks somebody else
        let asks = is(at, &["do"])
            && (at
                .checked_sub(1)
                .is_none_or(|before| is(before, &["please"]))
                || begin == at);
        if !negated || asks {
            return None;
        }
        if is(at, &["could", "was", "were"]) {
            // "could not be reached", "was not available for comment"
            let verb = if is(verb, &["be"]) {
                skip(verb + 1).0
            } else {
                verb
            };
            let reached = is(verb, &["reached", "contacted"]);
            let available =
                is(verb, &["available"]) && is(verb + 1, &["for"]) && is(verb + 2, &["comment"]);
            return (reached || available).then(|| tail(verb + 1));
        }
        let answers = is(
            verb,
            &[
                "respond",
                "reply",
                "return",
                "answer",
                "comment",
                "responded",
                "replied",
                "returned",
                "answered",
                "commented",
            ],
        );
        if answers {
            return Some(tail(verb + 1));
        }
        return (is(at, &["would"]) && is(verb, &["say", "discuss", "elaborate"]))
            .then(|| verb + 1);
    }
    None
}

/// The rest of a refusal's words: "to a request for comment", "for comment", "on the reports".
fn refusal_tail(tokens: &Tokens<'_>, marks: &[Mark], from: u32, end: u32) -> u32 {
    let mut last = from;
    let mut at = from;
    while at < end && at < from + 10 {
        let word = tokens.word(at);
        let mark = marks.get(at as usize).copied().unwrap_or_default();
        let goes_on = one_of(
            word,
            &[
                "to",
                "for",
                "a",
                "an",
                "the",
                "any",
                "multiple",
                "several",
                "repeated",
                "calls",
                "call",
                "comment",
                "request",
                "requests",
                "message",
                "messages",
                "email",
                "emails",
                "e-mail",
                "questions",
                "question",
                "seeking",
                "phone",
                "further",
                "immediately",
                "text",
                "immediate",
                "written",
                "inquiry",
                "inquiries",
                "left",
                "sent",
                "was",
            ],
        );
        if !goes_on || mark.is(Class::Time) {
            break;
        }
        at += 1;
        if one_of(
            word,
            &[
                "comment",
                "request",
                "requests",
                "calls",
                "call",
                "message",
                "messages",
                "email",
                "emails",
                "e-mail",
                "questions",
                "question",
                "further",
                "inquiry",
                "inquiries",
            ],
        ) {
            last = at;
        }
    }
    last
}

/// The stance of a cue of one or more tokens.
#[must_use]
pub fn of_cue(tokens: &Tokens<'_>, marks: &[Mark], cue: &[Range<u32>]) -> Stance {
    let Some((first, last)) = cue.first().zip(cue.last()) else {
        return Stance::Neutral;
    };
    let mark = |i: u32| marks.get(i as usize).copied().unwrap_or_default();
    let sentence = tokens
        .tokens
        .get(first.start as usize)
        .map_or(0..0, |t| tokens.sentences[t.sentence as usize].clone());
    let begin = sentence.start.max(first.start.saturating_sub(4));
    for i in begin..last.end {
        let inside = i >= first.start;
        let starts = refusal(tokens, marks, i).is_some_and(|end| inside || end > first.start);
        if starts {
            return Stance::Declines;
        }
    }
    if cue
        .iter()
        .cloned()
        .flatten()
        .any(|i| one_of(tokens.word(i), &["comment"]))
        && cue
            .iter()
            .cloned()
            .flatten()
            .any(|i| one_of(tokens.word(i), &["no"]))
    {
        return Stance::Declines;
    }
    let mut noun = Stance::Neutral;
    for i in cue.iter().cloned().flatten() {
        let m = mark(i);
        if m.is_cue() && !is_noun(marks, sentence.start, i) {
            let negated = is_negated(marks, sentence.start, i);
            let stance = verb_stance(tokens, marks, sentence.start, i);
            if negated {
                // "did not deny" claims nothing; "never admitted" is as good as a denial to nobody but its writer
                return Stance::Neutral;
            }
            if stance != Stance::Neutral {
                return stance;
            }
        } else if let Some(&(_, stance)) = NOUNS
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(tokens.word(i)))
        {
            noun = stance;
        }
        let phrase = |words: &[&str]| {
            words
                .iter()
                .zip(i..)
                .all(|(word, at)| at < sentence.end && word.eq_ignore_ascii_case(tokens.word(at)))
        };
        if phrase(&["pleaded", "not", "guilty"]) || phrase(&["pled", "not", "guilty"]) {
            return Stance::Denies;
        }
        if phrase(&["pleaded", "guilty"]) || phrase(&["pled", "guilty"]) {
            return Stance::Admits;
        }
        if phrase(&["ruled", "out"]) || phrase(&["rules", "out"]) || phrase(&["ruling", "out"]) {
            return Stance::Denies;
        }
        if phrase(&["agreed", "to"]) || phrase(&["agrees", "to"]) {
            return Stance::Promises;
        }
        if phrase(&["played", "down"]) || phrase(&["shot", "down"]) || phrase(&["brushed", "off"]) {
            return Stance::Denies;
        }
    }
    noun
}

/// The stance of the verb at `i`, which is not negated.
fn verb_stance(tokens: &Tokens<'_>, marks: &[Mark], begin: u32, i: u32) -> Stance {
    let m = marks.get(i as usize).copied().unwrap_or_default();
    let next = tokens.word(i + 1);
    match m.stance {
        // "was admitted to hospital", "was charged with", "were claimed by"
        _ if m.has_form(Form::Past) && is_passive(marks, begin, i) && !m.takes(Frame::Accused) => {
            Stance::Neutral
        }
        // "admitted him to the club" has an object that is a person
        Stance::Admits if one_of(next, &["him", "them", "us"]) => Stance::Neutral,
        // "claimed the lives of", "claimed victory"
        Stance::Claims if one_of(next, &["lives", "victory"]) => Stance::Neutral,
        // "refused to apologise": no refusal to comment, but a no
        Stance::Declines => {
            if one_of(next, &["to"]) {
                Stance::Denies
            } else {
                Stance::Neutral
            }
        }
        other => other,
    }
}

/// Is the verb form at `i` a participle after a form of "be"?
#[must_use]
pub fn is_passive(marks: &[Mark], begin: u32, i: u32) -> bool {
    let mut at = i;
    while at > begin {
        at -= 1;
        let m = marks[at as usize];
        if m.is(Class::Be) {
            return true;
        }
        if !m.any(&[Class::Adverb, Class::Negation]) {
            return false;
        }
    }
    false
}

/// Does "not" or "never" stand before the verb at `i`, with nothing but auxiliaries and adverbs between?
#[must_use]
pub fn is_negated(marks: &[Mark], begin: u32, i: u32) -> bool {
    let mut at = i;
    while at > begin {
        at -= 1;
        let m = marks[at as usize];
        if m.is(Class::Negation) {
            return true;
        }
        if !m.any(&[Class::Adverb, Class::Auxiliary]) {
            return false;
        }
    }
    false
}

/// Is the word at `i`, which may be a verb ("claims", "reports"), a noun here: after a determiner, an adjective's place
/// or a preposition?
#[must_use]
pub fn is_noun(marks: &[Mark], begin: u32, i: u32) -> bool {
    let m = marks[i as usize];
    if !m.has_form(Form::Base) && !m.has_form(Form::Third) {
        return false;
    }
    if i == begin {
        return false;
    }
    let before = marks[i as usize - 1];
    before.any(&[Class::Article, Class::Possessive, Class::Number])
        || before.is(Class::Preposition)
            && !before.is(Class::Auxiliary)
            && !before.is(Class::Clause)
}

/// Is the word one of the list, whatever its case?
fn one_of(word: &str, list: &[&str]) -> bool {
    list.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// Is the word the other, whatever its case and apostrophe?
#[must_use]
pub fn same(word: &str, other: &str) -> bool {
    fold(word) == fold(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::lexicon::marks;
    use crate::extract::sentence::split;

    /// Stance of the cue, which is the words between the square brackets.
    fn stance(text: &str) -> Stance {
        let (before, rest) = text.split_once('[').unwrap();
        let (cue, after) = rest.split_once(']').unwrap();
        let plain = format!("{before}{cue}{after}");
        let tokens = split(&plain);
        let marks = marks(&tokens);
        let span = crate::text::Span::new(before.len(), before.len() + cue.len());
        of_cue(&tokens, &marks, &[tokens.under(span)])
    }

    #[test]
    fn the_words_around_the_verb_have_a_say() {
        use Stance::*;
        for (text, expected) in [
            ("Ruiz [said] it rained.", Neutral),
            ("Ruiz [denied] that it rained.", Denies),
            ("Ruiz did not [deny] that it rained.", Neutral),
            ("Ruiz [has warned] of floods.", Warns),
            ("Ruiz was [admitted] to hospital.", Neutral),
            ("Ruiz [admitted] she was late.", Admits),
            ("Ruiz [refused] to comment.", Declines),
            ("Ruiz [refused] to apologise.", Denies),
            ("Ruiz [declined to comment].", Declines),
            (
                "The firm [did not immediately respond to a request for comment].",
                Declines,
            ),
            ("Ruiz [could not be reached] for comment.", Declines),
            ("Ruiz [had no immediate comment].", Declines),
            ("Ruiz [pleaded not guilty].", Denies),
            ("Ruiz issued [a denial].", Denies),
            ("Ruiz [vowed] to return.", Promises),
            ("Ruiz [claims] it rained.", Claims),
            ("Ruiz [accused] the firm of fraud.", Claims),
            ("Ruiz [ruled out] a deal.", Denies),
        ] {
            assert_eq!(stance(text), expected, "{text}");
        }
    }
}
