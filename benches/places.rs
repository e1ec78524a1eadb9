//! Speed of the gazetteer and of the places layer on one core: `cargo bench --bench places`.

use divan::Bencher;
use divan::counter::ItemsCount;
use whosaid::article::Article;
use whosaid::extract::gazetteer::{Gazetteer, fold_into};
use whosaid::extract::names::{Name, NameKind};
use whosaid::extract::places::resolve;
use whosaid::extract::sentence::split;

fn main() {
    divan::main();
}

const NAMES: &[&str] = &[
    "Nairobi",
    "U.S.",
    "Saint Petersburg",
    "San José",
    "Springfield",
    "Côte d'Ivoire",
    "Laurel County",
    "Upper Thistlecombe",
    "Paris",
    "Washington",
    "West Bank",
    "Georgia",
    "Kiev",
    "Birmingham",
    "Mount Kenya",
    "New York",
];

/// One name: folded, looked up, its readings counted.
#[divan::bench]
fn name_to_candidates(bencher: Bencher<'_, '_>) {
    let gazetteer = Gazetteer::embedded();
    let mut folded = String::new();
    bencher
        .counter(ItemsCount::new(NAMES.len()))
        .bench_local(|| {
            let mut candidates = 0;
            for name in NAMES {
                folded.clear();
                fold_into(name, &mut folded);
                candidates += gazetteer.candidates(&folded).count();
            }
            candidates
        });
}

/// A short article in which every name means many places; the counter counts its names.
#[divan::bench]
fn article_of_ambiguous_names(bencher: Bencher<'_, '_>) {
    let text = "Storms crossed Georgia overnight. Trees fell in Athens, Rome, Columbus and Augusta, and in Dublin, Georgia. Springfield, \
                Franklin, Clinton, Madison, Washington, Salem, Richmond and Lebanon lent crews.";
    let tokens = split(text);
    let places = [
        "Georgia",
        "Athens",
        "Rome",
        "Columbus",
        "Augusta",
        "Dublin",
        "Springfield",
        "Franklin",
        "Clinton",
        "Madison",
        "Washington",
        "Salem",
        "Richmond",
        "Lebanon",
    ];
    let mut names: Vec<Name> = (0..tokens.tokens.len() as u32)
        .filter(|&i| places.contains(&tokens.word(i)))
        .map(|i| Name {
            tokens: i..i + 1,
            kind: NameKind::Place,
        })
        .collect();
    names.sort_by_key(|name| name.tokens.start);
    let article = Article {
        text: text.to_owned(),
        ..Article::default()
    };
    bencher
        .counter(ItemsCount::new(names.len()))
        .bench_local(|| resolve(&article, &tokens, &names));
}
