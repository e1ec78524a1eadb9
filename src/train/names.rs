//! Makes the names model: gazetteer, casings and weights, from annotated text and lists of names.
//!
//! The recipe, measured on outlets that training had not seen: one CRF on three annotated sets that follow different
//! rules, told apart by "domain" features; the newswire set once more as world news with little weight; and the first line
//! of every article once more in capitals, in title case and in lower case, so that headlines are met in training.

use std::collections::HashMap;

use serde::Deserialize;
use thiserror::Error;

use super::crf::{self, Dataset, Progress};
use crate::extract::names::casing::{Casing, Casings, Form};
use crate::extract::names::draft::Draft;
use crate::extract::names::features::{
    Notes, POSITIONS, Scene, of_context, of_occurrences, of_word,
};
use crate::extract::names::model::{Lexicon, NamesModel};
use crate::extract::names::words::{Words, flag, hash, lower};
use crate::extract::names::{NameKind, label_of};
use crate::extract::sentence::split;
use crate::extract::tagger::crf::Labels;
use crate::extract::token::{TokenKind, Tokens};
use crate::text::Span;

/// An article with its names marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotated {
    /// The text.
    pub text: String,
    /// Names, disjoint, as byte ranges.
    pub names: Vec<(Span, NameKind)>,
}

/// Articles annotated by the same rules.
#[derive(Clone, Debug)]
pub struct Corpus {
    /// The articles.
    pub articles: Vec<Annotated>,
    /// Number of the rules; [`NEWS`](crate::extract::names::features::NEWS) are those that names are read by.
    pub domain: u64,
    /// How much each article counts.
    pub weight: f32,
}

/// Why annotations cannot be read.
#[derive(Debug, Error)]
pub enum AnnotationError {
    /// The line is not an article in JSON.
    #[error("line {line}: {source}")]
    Json {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A name's offsets are not in the text.
    #[error("line {line}: a name ends outside of the text")]
    Offsets {
        /// Line, counted from 1.
        line: usize,
    },
}

/// Reads annotated articles, one a line: `{"text": "…", "names": [{"span": [0, 7], "type": "PER"}]}`, offsets in
/// characters, types `PER`, `ORG`, `LOC`; others are passed over.
///
/// # Errors
/// [`AnnotationError`] at the first bad line.
pub fn read_annotated(jsonl: &str) -> Result<Vec<Annotated>, AnnotationError> {
    #[derive(Deserialize)]
    struct Line {
        text: String,
        names: Vec<Mark>,
    }
    #[derive(Deserialize)]
    struct Mark {
        span: (usize, usize),
        r#type: String,
    }
    let mut out = Vec::new();
    for (number, line) in (1..).zip(jsonl.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(line).map_err(|source| AnnotationError::Json {
            line: number,
            source,
        })?;
        let mut offsets: Vec<usize> = line.text.char_indices().map(|(i, _)| i).collect();
        offsets.push(line.text.len());
        let mut names = Vec::new();
        for mark in line.names {
            let Some(kind) = NameKind::ALL.iter().find(|k| k.code() == mark.r#type) else {
                continue;
            };
            let (Some(&begin), Some(&end)) = (offsets.get(mark.span.0), offsets.get(mark.span.1))
            else {
                return Err(AnnotationError::Offsets { line: number });
            };
            names.push((Span::new(begin, end.max(begin)), *kind));
        }
        out.push(Annotated {
            text: line.text,
            names,
        });
    }
    Ok(out)
}

/// Counts how words are written within the sentences of `texts`.
#[must_use]
pub fn count_casings<'t>(texts: impl Iterator<Item = &'t str>) -> Casings {
    // by lower-cased word: lower case, capitalised, all capitals, anything else
    let mut counts: HashMap<String, [u32; 4]> = HashMap::new();
    for text in texts {
        let tokens = split(text);
        for sentence in &tokens.sentences {
            count_sentence(&tokens, sentence.clone(), &mut counts);
        }
    }
    let mut out = Casings::default();
    for (word, [low, capitalised, capitals, mixed]) in counts {
        let upper = capitalised + capitals + mixed;
        if low + upper < 2 {
            continue;
        }
        let form = if low >= upper.max(1) {
            Form::Lower
        } else if capitals > capitalised + mixed {
            Form::Capitals
        } else {
            Form::Capitalised
        };
        out.insert(hash(&word), Casing::of_counts(low, upper, form));
    }
    out
}

fn count_sentence(
    tokens: &Tokens<'_>,
    sentence: std::ops::Range<u32>,
    counts: &mut HashMap<String, [u32; 4]>,
) {
    let starts_upper = |w: &str| w.starts_with(char::is_uppercase);
    let is_word = |w: &str| w.starts_with(char::is_alphabetic);
    let (mut words, mut upper) = (0, 0);
    for i in sentence.clone() {
        let word = tokens.word(i);
        words += u32::from(is_word(word));
        upper += u32::from(starts_upper(word));
    }
    // headlines and lists of names say nothing about how words are written in prose
    if words < 4 || upper * 2 > words {
        return;
    }
    let mut first = true;
    for i in sentence {
        let word = tokens.word(i);
        if !is_word(word) {
            let kind = tokens.tokens.get(i as usize).map(|t| t.kind);
            first |= !matches!(kind, Some(TokenKind::Number | TokenKind::Clitic))
                && !matches!(word, "," | ";" | "$" | "%" | "&");
            continue;
        }
        if !std::mem::take(&mut first) {
            let class = if !word.chars().any(char::is_uppercase) {
                0
            } else if word.chars().count() > 1 && !word.chars().any(char::is_lowercase) {
                2
            } else if word.chars().skip(1).any(char::is_uppercase) {
                3
            } else {
                1
            };
            counts.entry(lower(word)).or_default()[class] += 1;
        }
    }
}

/// Trains the weights, and puts them together with the lexicon. The same input gives the same model.
#[must_use]
pub fn train(
    lexicon: Lexicon,
    corpora: &[Corpus],
    options: &crf::Options,
    prune: f32,
    progress: &mut dyn FnMut(Progress),
) -> NamesModel {
    let mut data = Dataset::new(Labels::bioes(&NameKind::ALL.map(NameKind::code)));
    let mut builder = Builder::default();
    for corpus in corpora {
        for article in &corpus.articles {
            let whole = article.text.len();
            builder.add(&lexicon, article, corpus, whole, 1.0, &mut data);
        }
        for recase in [capitals, title_case, lower_case] {
            for article in &corpus.articles {
                let (article, headline) = with_headline(article, recase);
                builder.add(&lexicon, &article, corpus, headline, 0.3, &mut data);
            }
        }
    }
    let weights = crf::train(&data, options, progress).quantise(prune);
    NamesModel { lexicon, weights }
}

fn capitals(c: char, _: bool) -> char {
    c.to_uppercase().next().unwrap_or(c)
}

fn title_case(c: char, first: bool) -> char {
    if first { capitals(c, true) } else { c }
}

fn lower_case(c: char, _: bool) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The article with its first line in another case, and where that line ends. Letters whose other case has another
/// length in bytes stay, so that offsets do.
fn with_headline(article: &Annotated, recase: fn(char, bool) -> char) -> (Annotated, usize) {
    let end = article.text.find('\n').unwrap_or(article.text.len());
    let mut text = String::with_capacity(article.text.len());
    let mut first = true;
    for c in article.text[..end].chars() {
        let other = recase(c, first);
        let keeps_length = other.len_utf8() == c.len_utf8()
            && c.to_uppercase().count() == 1
            && c.to_lowercase().count() == 1;
        text.push(if keeps_length { other } else { c });
        first = !(c.is_alphanumeric() || matches!(c, '\'' | '’'));
    }
    text.push_str(&article.text[end..]);
    let names = article.names.clone();
    (Annotated { text, names }, end)
}

/// Turns articles into training sequences; holds the buffers.
#[derive(Default)]
struct Builder {
    words: Words,
    draft: Draft,
    notes: Notes,
}

impl Builder {
    /// Adds the chunks of an article that end within the first `limit` bytes.
    fn add(
        &mut self,
        lexicon: &Lexicon,
        article: &Annotated,
        corpus: &Corpus,
        limit: usize,
        weight: f32,
        data: &mut Dataset,
    ) {
        let tokens = split(&article.text);
        self.draft.fill(&tokens, &mut self.words, lexicon);
        self.notes
            .fill(&self.draft, &self.words, &lexicon.gazetteer);
        let scene = Scene {
            words: &self.words,
            draft: &self.draft,
            notes: &self.notes,
        };
        let gold: Vec<_> = article
            .names
            .iter()
            .map(|&(span, kind)| (tokens.under(span), kind))
            .collect();
        let mut features = Vec::new();
        for chunk in &self.draft.chunks {
            if tokens.span(chunk.clone()).end as usize > limit {
                continue;
            }
            // a name that the chunk's edge cuts is trained as what is left of it
            let mut labels = vec![0; chunk.len()];
            for (name, kind) in &gold {
                let begin = name.start.max(chunk.start);
                let end = name.end.min(chunk.end);
                if begin >= end {
                    continue;
                }
                let inside = (begin - chunk.start) as usize..(end - chunk.start) as usize;
                let length = inside.len();
                if labels[inside.clone()].iter().all(|&l| l == 0) {
                    for (i, label) in labels[inside].iter_mut().enumerate() {
                        *label = label_of(*kind, i, length);
                    }
                }
            }
            for (at, &label) in chunk.clone().zip(&labels) {
                features.clear();
                let at = at as usize;
                for (position, &offset) in POSITIONS.iter().enumerate() {
                    let word = self.words.get(scene.neighbour(at, offset));
                    of_word(word, position, corpus.domain, |h| features.push(h));
                }
                of_context(&scene, at, corpus.domain, |h| features.push(h));
                let number = self.draft.words[at];
                if self.words.is(number, flag::CAPITAL) {
                    of_occurrences(&scene, self.words.lowered(number), |h| features.push(h));
                }
                data.token(&features, label, 0);
            }
            data.end_sequence(corpus.weight * weight);
        }
    }
}

/// How large a share of the names lies within one chunk, and so can be found at all.
#[must_use]
pub fn reachable(lexicon: &Lexicon, articles: &[Annotated]) -> f32 {
    let mut builder = Builder::default();
    let (mut all, mut inside) = (0u32, 0u32);
    for article in articles {
        let tokens = split(&article.text);
        builder.draft.fill(&tokens, &mut builder.words, lexicon);
        for &(span, _) in &article.names {
            let name = tokens.under(span);
            let chunks = &builder.draft.chunks;
            let at = chunks.partition_point(|c| c.end <= name.start);
            all += 1;
            inside += u32::from(
                chunks
                    .get(at)
                    .is_some_and(|c| c.start <= name.start && name.end <= c.end),
            );
        }
    }
    inside as f32 / all.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::names::draft::Style;
    use crate::extract::names::features::NEWS;

    fn article(text: &str, names: &[(&str, NameKind)]) -> Annotated {
        let names = names
            .iter()
            .map(|&(name, kind)| {
                let begin = text.find(name).unwrap();
                (Span::new(begin, begin + name.len()), kind)
            })
            .collect();
        let text = text.to_owned();
        Annotated { text, names }
    }

    #[test]
    fn reads_annotations_in_characters() {
        let line =
            r#"{"id": "x", "text": "“Ana” met", "names": [{"span": [1, 4], "type": "PER"}]}"#;
        let read = read_annotated(line).unwrap();
        assert_eq!(read[0].names[0].0.of(&read[0].text), "Ana");
        assert!(read_annotated(&line.replace("1, 4", "1, 40")).is_err());
    }

    #[test]
    fn learns_what_it_is_shown_and_twice_the_same() {
        let articles: Vec<_> = (0..30)
            .map(|i| {
                let text = format!("Then Ana{i} Ruiz went to Northport with a boat and slept.");
                let person = format!("Ana{i} Ruiz");
                article(
                    &text,
                    &[
                        (person.as_str(), NameKind::Person),
                        ("Northport", NameKind::Place),
                    ],
                )
            })
            .collect();
        let corpora = [Corpus {
            articles,
            domain: NEWS,
            weight: 1.0,
        }];
        let run = || {
            let options = crf::Options::default();
            train(Lexicon::default(), &corpora, &options, 0.0, &mut |_| {})
        };
        let model = run();
        assert_eq!(model.to_bytes().unwrap(), run().to_bytes().unwrap());
        let text = "Then Ana7 Ruiz went to Northport with a dog.";
        let tokens = split(text);
        let model = std::sync::Arc::new(model);
        let names = crate::extract::names::Finder::with_model(Some(model)).find(&tokens);
        let found: Vec<_> = names
            .iter()
            .map(|n| (tokens.span(n.tokens.clone()).of(text), n.kind))
            .collect();
        assert_eq!(
            found,
            [
                ("Ana7 Ruiz", NameKind::Person),
                ("Northport", NameKind::Place)
            ]
        );
    }

    #[test]
    fn casings_are_counted_within_sentences() {
        let text = "The minister met NATO envoys in Nairobi today. Storm after storm hit NATO ships near Nairobi.";
        let casings = count_casings([text, text].into_iter());
        assert_eq!(casings.get(hash("nato")).form(), Form::Capitals);
        assert_eq!(casings.get(hash("nairobi")).form(), Form::Capitalised);
        assert!(casings.get(hash("storm")).mostly_lower());
    }

    #[test]
    fn headlines_change_case_and_nothing_else() {
        let a = article(
            "Rain in Nairobi\nMore rain.",
            &[("Nairobi", NameKind::Place)],
        );
        let (b, end) = with_headline(&a, capitals);
        assert_eq!((b.text.as_str(), end), ("RAIN IN NAIROBI\nMore rain.", 15));
        let style = |text: &str| {
            let mut draft = Draft::default();
            draft.fill(&split(text), &mut Words::default(), &Lexicon::default());
            draft.sentences[0].1
        };
        assert_eq!(style(&b.text), Style::Capitals);
    }
}
