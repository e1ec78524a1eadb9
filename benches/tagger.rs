//! Speed of the statement tagger on one core: `cargo bench --bench tagger`.
//!
//! The text is the repository's corpus, over and over. Allocations are counted: what is left of them is the statements
//! that are given back, a handful an article, and nothing a token.

use std::fs;
use std::path::Path;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use whosaid::extract::sentence::split;
use whosaid::extract::tagger::Tagger;
use whosaid::extract::{Options, quotes};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

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

/// Both stages, or stage 1 and linking.
#[divan::bench(args = [false, true])]
fn tagger(bencher: Bencher<'_, '_>, fast: bool) {
    let texts = articles();
    let read: Vec<_> = texts
        .iter()
        .map(|text| {
            let tokens = split(text);
            let regions = quotes::regions(&tokens);
            (tokens, regions)
        })
        .collect();
    let count: usize = read.iter().map(|(tokens, _)| tokens.tokens.len()).sum();
    let options = Options {
        fast,
        ..Options::default()
    };
    let mut tagger = Tagger::default();
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        read.iter()
            .map(|(tokens, regions)| tagger.attributions(tokens, regions, options).len())
            .sum::<usize>()
    });
}
