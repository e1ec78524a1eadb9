//! Speed of the whole of extraction on one core, and what it allocates: `cargo bench --bench extract`.
//!
//! The text is the repository's corpus, over and over. Allocations are counted, and grow with what is given back
//! (statements, people, places, their evidence) and not with the tokens: `plain_text`, ten and a hundred times as long,
//! shows it.

mod common;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use whosaid::article::Article;
use whosaid::extract::sentence::split;
use whosaid::extract::{Options, Reader};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// The articles, and their number of tokens.
fn articles() -> (Vec<Article>, usize) {
    let articles: Vec<Article> = common::articles()
        .into_iter()
        .map(|text| Article {
            text,
            ..Article::default()
        })
        .collect();
    let tokens = articles.iter().map(|a| split(&a.text).tokens.len()).sum();
    (articles, tokens)
}

/// Everything, at full accuracy and with `--fast`; items are tokens.
#[divan::bench(args = [false, true])]
fn extract(bencher: Bencher<'_, '_>, fast: bool) {
    let (articles, tokens) = articles();
    let mut reader = Reader::new(Options {
        fast,
        ..Options::default()
    });
    bencher.counter(ItemsCount::new(tokens)).bench_local(|| {
        articles
            .iter()
            .map(|a| reader.read(a).statements.len())
            .sum::<usize>()
    });
}

/// A text without names, statements or dates, `times` as long: what it allocates is the lists of tokens and sentences,
/// and their number grows with the logarithm of the length at most.
#[divan::bench(args = [10, 100, 1000])]
fn plain_text(bencher: Bencher<'_, '_>, times: usize) {
    let article = Article {
        text: "the rain fell on the roof and on the road, and it did not stop until the light came back.\n"
            .repeat(times),
        ..Article::default()
    };
    let tokens = split(&article.text).tokens.len();
    let mut reader = Reader::new(Options::default());
    bencher
        .counter(ItemsCount::new(tokens))
        .bench_local(|| reader.read(&article).statements.len());
}
