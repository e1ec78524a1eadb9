//! Speed of tokens and names on one core: `cargo bench --bench names`.
//!
//! The text is the repository's corpus, over and over up to 2 MB: real prose, in the cache of the word types after
//! the first pass as it is in a long run.

use std::fs;
use std::path::Path;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use whosaid::extract::names::Finder;
use whosaid::extract::sentence::split;
use whosaid::extract::token::tokenize;

fn main() {
    divan::main();
}

/// All plain-text articles of the corpus.
fn articles() -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<_> = fs::read_dir(folder)
            .expect("the corpus is part of the repository")
            .map(|entry| entry.expect("readable folder").path())
            .collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "txt") {
                texts.extend(fs::read_to_string(path));
            }
        }
    }
    texts
}

#[divan::bench]
fn tokens(bencher: Bencher) {
    let text = articles().join("\n\n").repeat(8);
    let mut out = Vec::new();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        out.clear();
        tokenize(divan::black_box(&text), &mut out);
        out.len()
    });
}

#[divan::bench]
fn tokens_and_sentences(bencher: Bencher) {
    let text = articles().join("\n\n").repeat(8);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| split(divan::black_box(&text)).tokens.len());
}

#[divan::bench]
fn names(bencher: Bencher) {
    let articles = articles();
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
