//! Extraction of any text: no panic, and every span within the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use whosaid::article::Article;
use whosaid::extract::{Options, Reader};

fuzz_target!(|text: &str| {
    let article = Article {
        text: text.to_owned(),
        ..Article::default()
    };
    let reading = Reader::new(Options { fast: true, ..Options::default() }).read(&article);
    for statement in &reading.statements {
        for span in statement.content.iter().chain(&statement.cue) {
            let _ = span.of(text);
        }
    }
});
