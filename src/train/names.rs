//! Makes the names model: gazetteer, casings and weights, from annotated text and lists of names.
//!
//! The recipe, measured on outlets that training had not seen: one CRF on three annotated sets that follow different
//! rules, told apart by "domain" features; the newswire set once more as world news with little weight; and the
//! first line of every article once more in capitals, in title case and in lower case, so that headlines are met in
//! training.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::crf::{self, Dataset, Progress, Weights};
use super::gazetteer::{self, ListError};
use crate::extract::names::casing::{Casing, Casings, Form};
use crate::extract::names::draft::Draft;
use crate::extract::names::features::{
    NEWS, Notes, POSITIONS, Scene, of_context, of_occurrences, of_word,
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
    /// Number of the rules; [`NEWS`] are those that names are read by.
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

/// How to train; the default is what measured best.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Of the CRF.
    pub crf: crf::Options,
    /// Weight of the copies with another headline.
    pub headlines: f32,
    /// Trainings in different orders, whose mean is taken. At least one.
    pub rounds: u64,
    /// Smaller feature weights are dropped.
    pub prune: f32,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            crf: crf::Options {
                epochs: 8,
                min_count: 3,
                dropout: 0.1,
                ..crf::Options::default()
            },
            headlines: 0.3,
            rounds: 2,
            prune: 0.015,
        }
    }
}

/// Where the names model comes from. Articles are JSON lines as [`read_annotated`] takes them.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// Folder of registry packages, see [`super::gazetteer`].
    pub packages: PathBuf,
    /// Articles of the world's outlets.
    pub world: PathBuf,
    /// Articles of one newswire, annotated by other rules.
    pub newswire: PathBuf,
    /// Encyclopedia articles.
    pub encyclopedia: PathBuf,
    /// More articles, whose `text` alone is read: for how words are written.
    pub plain: Vec<PathBuf>,
}

/// Why a model cannot be made.
#[derive(Debug, Error)]
pub enum TrainError {
    /// The packages are not as expected.
    #[error(transparent)]
    Lists(#[from] ListError),
    /// A file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file does not hold annotated articles.
    #[error("{}: {source}", path.display())]
    Annotation {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: AnnotationError,
    },
}

/// Makes the model that comes with whosaid, or one like it from other data.
///
/// # Errors
/// [`TrainError`] for a missing or broken input.
pub fn make(
    inputs: &Inputs,
    recipe: &Recipe,
    progress: &mut dyn FnMut(Progress),
) -> Result<NamesModel, TrainError> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|source| TrainError::Read {
            path: path.to_owned(),
            source,
        })
    };
    let annotated = |path: &Path| {
        read_annotated(&read(path)?).map_err(|source| TrainError::Annotation {
            path: path.to_owned(),
            source,
        })
    };
    let world = annotated(&inputs.world)?;
    let newswire = annotated(&inputs.newswire)?;
    let encyclopedia = annotated(&inputs.encyclopedia)?;
    let mut plain = Vec::new();
    for path in &inputs.plain {
        for (number, line) in (1..).zip(read(path)?.lines()) {
            let text = plain_text(line, number).map_err(|source| TrainError::Annotation {
                path: path.clone(),
                source,
            })?;
            plain.push(text);
        }
    }
    let annotated_texts = world.iter().chain(&newswire).chain(&encyclopedia);
    let texts = annotated_texts.map(|a| a.text.as_str());
    let lexicon = Lexicon::new(
        gazetteer::read(&inputs.packages)?,
        count_casings(texts.chain(plain.iter().map(String::as_str))),
    );
    let corpus = |articles, domain, weight| Corpus {
        articles,
        domain,
        weight,
    };
    let corpora = [
        corpus(newswire.clone(), 1, 1.0),
        corpus(newswire, NEWS, 0.3),
        corpus(encyclopedia, 3, 1.0),
        corpus(world, NEWS, 2.0),
    ];
    Ok(train(lexicon, &corpora, recipe, progress))
}

/// How much of a plain article is read, in characters: enough to be fair to all.
const PLAIN: usize = 3000;

fn plain_text(line: &str, number: usize) -> Result<String, AnnotationError> {
    #[derive(Deserialize)]
    struct Line {
        text: String,
    }
    let line: Line = serde_json::from_str(line).map_err(|source| AnnotationError::Json {
        line: number,
        source,
    })?;
    Ok(line.text.chars().take(PLAIN).collect())
}

/// Trains the weights, and puts them together with the lexicon. The same input gives the same model.
#[must_use]
pub fn train(
    lexicon: Lexicon,
    corpora: &[Corpus],
    recipe: &Recipe,
    progress: &mut dyn FnMut(Progress),
) -> NamesModel {
    let mut data = Dataset::new(Labels::bioes(&NameKind::ALL.map(NameKind::code)));
    let mut builder = Builder::default();
    for corpus in corpora {
        let whole = Pass {
            domain: corpus.domain,
            weight: corpus.weight,
            limit: usize::MAX,
        };
        for article in &corpus.articles {
            builder.add(&lexicon, article, whole, &mut data);
        }
        for recase in [capitals, title_case, lower_case] {
            for article in &corpus.articles {
                let (article, limit) = with_headline(article, recase);
                let weight = corpus.weight * recipe.headlines;
                let headline = Pass {
                    weight,
                    limit,
                    ..whole
                };
                builder.add(&lexicon, &article, headline, &mut data);
            }
        }
    }
    let rounds: Vec<Weights> = (0..recipe.rounds.max(1))
        .map(|round| {
            let seed = recipe.crf.seed + round;
            let options = crf::Options { seed, ..recipe.crf };
            crf::train(&data, &options, progress)
        })
        .collect();
    let mean = Weights::mean(&rounds).unwrap_or_else(|| crf::train(&data, &recipe.crf, progress));
    let weights = mean.quantise(recipe.prune);
    NamesModel::new(lexicon, weights)
}

/// One way of going over an article.
#[derive(Clone, Copy, Debug)]
struct Pass {
    domain: u64,
    weight: f32,
    /// Only chunks that end within so many bytes.
    limit: usize,
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
    /// Adds the chunks of an article.
    fn add(&mut self, lexicon: &Lexicon, article: &Annotated, pass: Pass, data: &mut Dataset) {
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
            if tokens.span(chunk.clone()).end as usize > pass.limit {
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
                    of_word(word, position, pass.domain, |h| features.push(h));
                }
                of_context(&scene, at, pass.domain, |h| features.push(h));
                let number = self.draft.words[at];
                if self.words.is(number, flag::CAPITAL) {
                    of_occurrences(&scene, self.words.lowered(number), |h| features.push(h));
                }
                data.token(&features, label, 0);
            }
            data.end_sequence(pass.weight);
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
            let recipe = Recipe {
                crf: crf::Options::default(),
                headlines: 0.0,
                rounds: 1,
                prune: 0.0,
            };
            train(Lexicon::default(), &corpora, &recipe, &mut |_| {})
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
