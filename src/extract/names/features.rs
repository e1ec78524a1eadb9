//! What the tagger looks at. Training and reading call the same functions, so they cannot drift apart.
//!
//! Features of single words at −2..+2 are constant for a word type, so reading sums them once a type ([`of_word`]);
//! those of word pairs and of phrases ([`of_context`]) and of the word's other occurrences in the article
//! ([`of_occurrences`]) are looked up. Template numbers are part of the model file.
//!
//! The same templates a few times over, by the kind of text annotated ("domain"), let sets that follow different rules
//! train one model: after Daumé (2007), "Frustratingly easy domain adaptation". Reading is always in [`NEWS`].

use super::draft::{Draft, Style};
use super::gazetteer::{EMPTY_PHRASE, Gazetteer, extend};
use super::words::{NONE, Word, Words, flag};
use crate::extract::tagger::weights::{feature, in_bank, pair};
use crate::extract::word_types::PerType;

/// Domain of world news, which all reading is done in.
pub const NEWS: u64 = 2;

/// Positions around a token, in the order that [`of_word`] numbers them.
pub const POSITIONS: [i64; 5] = [0, -1, 1, -2, 2];

/// Bank of features of single words, which are looked up once a word type.
const WORD: u64 = 1;

fn each_list(lists: u32) -> impl Iterator<Item = u64> {
    (0..32u64).filter(move |bit| lists >> bit & 1 != 0)
}

/// Features of the word at `POSITIONS[position]`, domain included.
pub fn of_word(word: &Word, position: usize, domain: u64, mut emit: impl FnMut(u64)) {
    let mut out = |template: u64, value: u64| emit(in_bank(feature(template, value), WORD));
    let base = 40 * position as u64;
    let dom = 1000 + 40 * domain;
    let casing = u64::from(word.casing.class());
    let lists = u64::from(word.lists);
    match position {
        0 => {
            out(0, 0);
            out(1, word.normal);
            out(2, word.lower);
            out(3, word.shape[0]);
            out(4, word.shape[1]);
            for (k, (&prefix, &suffix)) in word.prefixes.iter().zip(&word.suffixes).enumerate() {
                if prefix != 0 {
                    out(5 + k as u64, prefix);
                }
                if suffix != 0 {
                    out(10 + k as u64, suffix);
                }
            }
            out(15, word.clusters[0]);
            out(16, word.clusters[1]);
            out(17, pair(word.clusters[0], word.shape[0]));
            out(18, lists);
            for list in each_list(word.lists) {
                out(19, list);
            }
            out(20, casing);
            out(21, pair(casing, word.shape[0]));
            out(22, pair(casing, lists));
            out(23, word.kin[0]);
            out(24, word.kin[1]);
            out(25, pair(word.kin[0], word.shape[0]));
            out(dom, 0);
            out(dom + 1, word.lower);
            out(dom + 2, word.shape[0]);
            out(dom + 3, word.clusters[0]);
            out(dom + 4, lists);
            out(dom + 7, word.clusters[1]);
            out(dom + 8, word.suffixes[2]);
            out(dom + 11, word.kin[0]);
            out(dom + 12, word.kin[1]);
        }
        1 | 2 => {
            out(base + 1, word.lower);
            out(base + 2, word.shape[0]);
            out(base + 3, word.clusters[0]);
            out(base + 4, word.clusters[1]);
            if word.suffixes[2] != 0 {
                out(base + 5, word.suffixes[2]);
            }
            out(base + 6, lists);
            for list in each_list(word.lists) {
                out(base + 7, list);
            }
            out(base + 8, pair(casing, word.shape[0]));
            out(base + 9, word.kin[0]);
            out(base + 10, word.kin[1]);
            out(dom + 4 + position as u64, word.lower);
        }
        _ => {
            out(base + 1, word.lower);
            out(base + 3, word.clusters[0]);
            out(base + 4, word.clusters[1]);
            out(base + 6, lists);
            out(base + 9, word.kin[0]);
            out(base + 10, word.kin[1]);
        }
    }
}

/// Features that do not belong to one word: an article, and where in it.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The word types.
    pub words: &'a Words,
    /// The article.
    pub draft: &'a Draft,
    /// What is known of the article's words together.
    pub notes: &'a Notes,
}

impl Scene<'_> {
    /// Number of the word `offset` tokens from `at`; [`NONE`] outside of the sentence.
    #[inline(always)]
    #[must_use]
    pub fn neighbour(&self, at: usize, offset: i64) -> u32 {
        let sentence = &self.draft.sentences[self.draft.sentence_of[at] as usize].0;
        let i = at as i64 + offset;
        if i < i64::from(sentence.start) || i >= i64::from(sentence.end) {
            return NONE;
        }
        self.draft.words[i as usize]
    }

    fn word(&self, at: usize, offset: i64) -> &Word {
        self.words.get(self.neighbour(at, offset))
    }
}

/// Features of a token's surroundings, domain included; not those of [`of_occurrences`].
#[inline]
pub fn of_context(scene: &Scene<'_>, at: usize, domain: u64, mut emit: impl FnMut(u64)) {
    let mut out = |template: u64, value: u64| emit(feature(template, value));
    let (before, word, after) = (scene.word(at, -1), scene.word(at, 0), scene.word(at, 1));
    out(200, pair(before.lower, word.lower));
    out(201, pair(word.lower, after.lower));
    let shape_before = pair(before.shape[0], word.shape[0]);
    let shape_after = pair(word.shape[0], after.shape[0]);
    out(202, pair(shape_before, after.shape[0]));
    out(203, shape_before);
    out(204, shape_after);
    out(205, pair(before.clusters[0], word.clusters[0]));
    out(206, pair(word.clusters[0], after.clusters[0]));
    out(207, pair(before.clusters[1], word.clusters[1]));
    out(208, pair(word.clusters[1], after.clusters[1]));
    out(213, pair(before.kin[0], word.kin[0]));
    out(214, pair(word.kin[0], after.kin[0]));
    out(209, pair(u64::from(before.lists), u64::from(word.lists)));
    out(210, pair(u64::from(word.lists), u64::from(after.lists)));
    out(1000 + 40 * domain + 9, shape_after);
    out(1000 + 40 * domain + 10, shape_before);

    let (sentence, style) = &scene.draft.sentences[scene.draft.sentence_of[at] as usize];
    let casing = u64::from(word.casing.class());
    let begin = sentence.start as usize;
    let first =
        at == begin || at == begin + 1 && !scene.words.is(scene.draft.words[begin], flag::LETTER);
    if first {
        out(211, pair(word.shape[0], casing));
        out(212, pair(word.shape[0], word.clusters[0]));
    }
    if *style != Style::Prose {
        let z = 1 + *style as u64 * 10;
        out(300 + z, pair(word.shape[0], casing));
        out(301 + z, word.lower);
        out(302 + z, pair(word.clusters[0], word.shape[0]));
        out(303 + z, u64::from(word.lists));
    }
    let phrases = &scene.notes.phrases;
    let phrase = phrases.get(at).copied().unwrap_or_default();
    for (template, lists) in [
        (220, phrase.begins),
        (221, phrase.inside),
        (222, phrase.ends),
    ] {
        let mut rest = lists;
        while rest != 0 {
            out(template, u64::from(rest.trailing_zeros()));
            rest &= rest - 1;
        }
    }
    let edges = |i: usize| {
        let p = phrases.get(i).copied().unwrap_or_default();
        u64::from(p.begins) | u64::from(p.ends) << 32
    };
    if at > begin && edges(at - 1) != 0 {
        out(223, edges(at - 1));
    }
    if at + 1 < sentence.end as usize && edges(at + 1) != 0 {
        out(224, edges(at + 1));
    }
    of_run(scene, at, &mut out);
    if let Some(acronym) = scene.notes.acronym(scene.draft.words[at]) {
        out(230, acronym.last);
        out(231, u64::from(acronym.lists));
        out(232, acronym.first);
        out(233, 1);
    }
    if scene.words.is(scene.draft.words[at], flag::CAPITAL) {
        let lowered = scene.words.lowered(scene.draft.words[at]);
        let seen = scene.notes.seen.get(lowered).copied().unwrap_or_default();
        let bits = u64::from(seen.within > 0)
            | u64::from(seen.lower > 0) << 1
            | u64::from(first) << 2
            | u64::from(*style == Style::Capitals) << 3;
        out(240, bits);
        out(241, u64::from((seen.within + seen.first).min(6)));
    }
}

/// Features of the run of capitals that the token is in, seen from its ends: the "Committee" of "Gujarat Relief
/// Committee" says more about "Gujarat" than its neighbour does.
#[inline]
fn of_run(scene: &Scene<'_>, at: usize, out: &mut impl FnMut(u64, u64)) {
    let Some(run) = scene.notes.runs.get(at).filter(|run| run.end > run.begin) else {
        return;
    };
    let (begin, last) = (run.begin as usize, run.end as usize - 1);
    let length = run.end - run.begin;
    let place = u64::from((at as u32 - run.begin).min(4));
    out(260, pair(u64::from(length.min(5)), place));
    if length > 1 {
        let (head, tail) = (scene.word(begin, 0), scene.word(last, 0));
        let position = u64::from(at == begin) | u64::from(at == last) << 1;
        out(261, pair(tail.lower, position));
        out(262, pair(u64::from(tail.lists), position));
        out(263, pair(tail.clusters[0], position));
        out(270, pair(tail.kin[1], position));
        out(271, pair(head.kin[1], position));
        out(264, pair(head.lower, position));
        out(265, pair(u64::from(head.lists), position));
        out(266, pair(scene.word(begin, -1).lower, position));
        out(267, pair(scene.word(last, 1).lower, position));
    }
    if run.reach > run.end {
        let tail = scene.word(run.reach as usize - 1, 0);
        out(268, tail.lower);
        out(269, u64::from(tail.lists));
    }
}

/// Features of where else in the article the word stands capitalised: the same for all of its tokens, none for a word
/// that occurs once.
pub fn of_occurrences(scene: &Scene<'_>, lowered: u32, mut emit: impl FnMut(u64)) {
    let Some(seen) = scene
        .notes
        .seen
        .get(lowered)
        .filter(|s| s.capitalised() >= 2)
    else {
        return;
    };
    let mut done: [u64; 35] = [0; 35];
    let mut count = 0;
    let mut at = seen.head;
    for _ in 0..5 {
        if at == END {
            break;
        }
        let (before, after) = (scene.word(at as usize, -1), scene.word(at as usize, 1));
        for (template, value) in [
            (242, before.lower),
            (243, after.lower),
            (244, pair(before.shape[0], after.shape[0])),
            (245, before.clusters[0]),
            (246, after.clusters[0]),
            (247, u64::from(before.lists)),
            (248, u64::from(after.lists)),
        ] {
            let hash = feature(template, value);
            if !done[..count].contains(&hash) {
                done[count] = hash;
                count += 1;
                emit(hash);
            }
        }
        at = scene.notes.next[at as usize];
    }
}

/// End of a list of occurrences.
const END: u32 = u32::MAX;

/// Where a word occurs in an article's prose.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// Times capitalised, not at a sentence's start.
    within: u32,
    /// Times capitalised at a sentence's start.
    first: u32,
    /// Times in lower case.
    lower: u32,
    /// Its first token with a capital; the others follow in [`Notes::next`].
    head: u32,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            within: 0,
            first: 0,
            lower: 0,
            head: END,
        }
    }
}

impl Seen {
    fn capitalised(&self) -> u32 {
        self.within + self.first
    }
}

/// Lists of the gazetteer phrases of two words or more that a token is part of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Phrase {
    begins: u32,
    inside: u32,
    ends: u32,
}

/// Neighbouring capitalised words, with hyphens between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Run {
    begin: u32,
    end: u32,
    /// End of the runs that follow, each after "of", "and", "de" or the like.
    reach: u32,
}

/// The long form that an article gives for an acronym: "World Fish Bank (WFB)".
#[derive(Clone, Copy, Debug)]
struct LongForm {
    first: u64,
    last: u64,
    lists: u32,
}

/// What is known of an article's words together.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    seen: PerType<Seen>,
    /// For each token the next one with the same capitalised word.
    next: Vec<u32>,
    phrases: Vec<Phrase>,
    /// The run of each token that is in one; empty for others.
    runs: Vec<Run>,
    acronyms: Vec<(u32, LongForm)>,
}

impl Notes {
    fn acronym(&self, word: u32) -> Option<&LongForm> {
        self.acronyms
            .iter()
            .rev()
            .find(|a| a.0 == word)
            .map(|a| &a.1)
    }

    /// Takes notes of an article, in place of the one before.
    pub fn fill(&mut self, draft: &Draft, words: &Words, gazetteer: &Gazetteer) {
        self.count(draft, words);
        self.find_phrases(draft, words, gazetteer);
        self.find_runs(draft, words);
        self.find_acronyms(draft, words);
    }

    fn find_runs(&mut self, draft: &Draft, words: &Words) {
        self.runs.clear();
        self.runs.resize(draft.words.len(), Run::default());
        let is = |i: u32, flags: u16| words.is(draft.words[i as usize], flags);
        for chunk in &draft.chunks {
            let mut at = chunk.end;
            // the run after this one, seen from the end of the chunk
            let mut next: Option<Run> = None;
            while at > chunk.start {
                if !is(at - 1, flag::CAPITAL) {
                    at -= 1;
                    continue;
                }
                let end = at;
                let mut begin = at - 1;
                loop {
                    if begin > chunk.start && is(begin - 1, flag::CAPITAL) {
                        begin -= 1;
                    } else if begin > chunk.start + 1
                        && is(begin - 1, flag::HYPHEN)
                        && is(begin - 2, flag::CAPITAL)
                    {
                        begin -= 2;
                    } else {
                        break;
                    }
                }
                let joined = next.filter(|n| {
                    n.begin - end <= 2
                        && (end..n.begin).all(|i| is(i, flag::LINK) && is(i, flag::LETTER))
                });
                let run = Run {
                    begin,
                    end,
                    reach: joined.map_or(end, |n| n.reach),
                };
                self.runs[begin as usize..end as usize].fill(run);
                next = Some(run);
                at = begin;
            }
        }
    }

    fn count(&mut self, draft: &Draft, words: &Words) {
        self.seen.clear();
        self.next.clear();
        self.next.resize(draft.words.len(), END);
        let prose = || draft.sentences.iter().filter(|s| s.1 == Style::Prose);
        // back to front, so that each list begins with the first occurrence
        for (sentence, _) in prose().rev() {
            for i in sentence.clone().rev() {
                let word = draft.words[i as usize];
                if words.is(word, flag::CAPITAL) {
                    let seen = self.seen.get_or(words.lowered(word), Seen::default);
                    self.next[i as usize] = seen.head;
                    seen.head = i;
                    if i > sentence.start {
                        seen.within += 1;
                    } else {
                        seen.first += 1;
                    }
                }
            }
        }
        for (sentence, _) in prose() {
            for i in sentence.clone() {
                let word = draft.words[i as usize];
                let flags = words.flags(word);
                if flags & (flag::LETTER | flag::CAPITAL) == flag::LETTER
                    && let Some(seen) = self.seen.get_mut(word)
                {
                    seen.lower += 1;
                }
            }
        }
    }

    fn find_phrases(&mut self, draft: &Draft, words: &Words, gazetteer: &Gazetteer) {
        self.phrases.clear();
        self.phrases.resize(draft.words.len(), Phrase::default());
        for chunk in &draft.chunks {
            for i in chunk.clone() {
                let number = draft.words[i as usize];
                let word = words.get(number);
                if word.longest < 2 || !words.is(number, flag::CAPITAL) {
                    continue;
                }
                let end = chunk.end.min(i + u32::from(word.longest));
                let mut hash = extend(EMPTY_PHRASE, word.lower);
                let mut best = None;
                for j in i + 1..end {
                    hash = extend(hash, words.get(draft.words[j as usize]).lower);
                    let lists = gazetteer.mask(hash);
                    if lists != 0 {
                        best = Some((j, lists));
                    }
                }
                if let Some((last, lists)) = best {
                    self.phrases[i as usize].begins |= lists;
                    self.phrases[last as usize].ends |= lists;
                    for phrase in &mut self.phrases[i as usize + 1..last as usize] {
                        phrase.inside |= lists;
                    }
                }
            }
        }
    }

    /// Long forms: going back from "(WFB)", words whose initials are B, F, W.
    fn find_acronyms(&mut self, draft: &Draft, words: &Words) {
        self.acronyms.clear();
        for chunk in &draft.chunks {
            for i in chunk.start.max(2)..chunk.end {
                let number = draft.words[i as usize];
                let text_at = |i: u32| -> &str {
                    let word = draft.words.get(i as usize);
                    word.map_or("", |&w| words.text(w))
                };
                if !words.is(number, flag::ACRONYM)
                    || text_at(i - 1) != "("
                    || text_at(i + 1) != ")"
                {
                    continue;
                }
                let mut letters = words.text(number).chars().rev().peekable();
                let mut first = i - 1;
                for j in (0..i - 1).rev().take(12) {
                    let Some(&letter) = letters.peek() else { break };
                    let word = draft.words[j as usize];
                    if !words.is(word, flag::LETTER) {
                        continue;
                    }
                    let initial = words.text(word).chars().next();
                    if initial.and_then(|c| c.to_uppercase().next()) == Some(letter) {
                        letters.next();
                        first = j;
                    } else if words.is(word, flag::CAPITAL) {
                        break;
                    }
                }
                if letters.peek().is_none() {
                    let last = words.get(draft.words[i as usize - 2]);
                    let long = LongForm {
                        first: words.get(draft.words[first as usize]).lower,
                        last: last.lower,
                        lists: last.lists,
                    };
                    self.acronyms.push((number, long));
                }
            }
        }
    }
}
