//! Speed of tokens and names on one core: `cargo bench --bench names`.
//!
//! The text is the repository's corpus, over and over up to 2 MB: real prose, in the cache of the word types after
//! the first pass as it is in a long run.

mod common;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use whosaid::extract::names::Finder;
use whosaid::extract::sentence::split;
use whosaid::extract::token::tokenize;

fn main() {
    divan::main();
}

#[divan::bench]
fn tokens(bencher: Bencher) {
    let text = common::articles().join("\n\n").repeat(8);
    let mut out = Vec::new();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        out.clear();
        tokenize(divan::black_box(&text), &mut out);
        out.len()
    });
}

#[divan::bench]
fn tokens_and_sentences(bencher: Bencher) {
    let text = common::articles().join("\n\n").repeat(8);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| split(divan::black_box(&text)).tokens.len());
}

#[divan::bench]
fn names(bencher: Bencher) {
    let articles = common::articles();
    let cut: Vec<_> = articles.iter().map(|text| split(text)).collect();
    let mut finder = Finder::default();
    bencher
        .counter(ItemsCount::new(
            cut.iter().map(|t| t.tokens.len()).sum::<usize>(),
        ))
        .bench_local(|| {
            cut.iter()
                .map(|tokens| finder.find(tokens).len())
                .sum::<usize>()
        });
}
