//! Speed of the statement tagger on one core: `cargo bench --bench tagger`.
//!
//! The text is the repository's corpus, over and over. Allocations are counted: what is left of them is the statements
//! that are given back, a handful an article, and nothing a token.

mod common;

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

/// Both stages, or stage 1 and linking.
#[divan::bench(args = [false, true])]
fn tagger(bencher: Bencher<'_, '_>, fast: bool) {
    let texts = common::articles();
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
