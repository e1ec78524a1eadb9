//! Speed of the layers between names and statements on one core, on the text that `names`, `tagger` and `extract` read:
//! `cargo bench --bench layers`. Items are tokens.

mod common;

use divan::Bencher;
use divan::counter::ItemsCount;
use whosaid::article::{Article, Head};
use whosaid::date::PartialDate;
use whosaid::extract::names::{Finder, Name};
use whosaid::extract::quotes::{self, Region};
use whosaid::extract::sentence::split;
use whosaid::extract::token::Tokens;
use whosaid::extract::{dates, lexicon, people, places};

fn main() {
    divan::main();
}

/// What the layers before have made of an article.
struct Ready<'t> {
    article: &'t Article,
    tokens: Tokens<'t>,
    marks: Vec<lexicon::Mark>,
    quotes: Vec<Region>,
    names: Vec<Name>,
}

fn texts() -> Vec<Article> {
    common::articles()
        .into_iter()
        .map(|text| Article {
            text,
            ..Article::default()
        })
        .collect()
}

fn ready(articles: &[Article]) -> (Vec<Ready<'_>>, ItemsCount) {
    let mut finder = Finder::default();
    let ready: Vec<Ready<'_>> = articles
        .iter()
        .map(|article| {
            let tokens = split(&article.text);
            Ready {
                article,
                marks: lexicon::marks(&tokens),
                quotes: quotes::regions(&tokens),
                names: finder.find(&tokens),
                tokens,
            }
        })
        .collect();
    let count = ready.iter().map(|r| r.tokens.tokens.len()).sum::<usize>();
    (ready, ItemsCount::new(count))
}

#[divan::bench]
fn marks_and_quotes(bencher: Bencher<'_, '_>) {
    let articles = texts();
    let (ready, count) = ready(&articles);
    bencher.counter(count).bench_local(|| {
        ready
            .iter()
            .map(|r| lexicon::marks(&r.tokens).len() + quotes::regions(&r.tokens).len())
            .sum::<usize>()
    });
}

/// Names to people and organisations, then pronouns and nominals.
#[divan::bench]
fn people(bencher: Bencher<'_, '_>) {
    let articles = texts();
    let (ready, count) = ready(&articles);
    bencher.counter(count).bench_local(|| {
        ready
            .iter()
            .map(|r| {
                people::resolve(&r.tokens, &r.marks, &r.quotes, &r.names)
                    .mentions
                    .len()
            })
            .sum::<usize>()
    });
}

#[divan::bench]
fn dates(bencher: Bencher<'_, '_>) {
    let articles = texts();
    let (ready, count) = ready(&articles);
    let published = "2025-11-20".parse::<PartialDate>().ok();
    let head = Head::default();
    bencher.counter(count).bench_local(|| {
        ready
            .iter()
            .map(|r| dates::find(&r.tokens, &head, published).len())
            .sum::<usize>()
    });
}

#[divan::bench]
fn places(bencher: Bencher<'_, '_>) {
    let articles = texts();
    let (ready, count) = ready(&articles);
    bencher.counter(count).bench_local(|| {
        ready
            .iter()
            .map(|r| places::resolve(r.article, &r.tokens, &r.names).places.len())
            .sum::<usize>()
    });
}
