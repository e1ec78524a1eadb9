//! Ingest as a whole: files in, articles and reasons out.

use std::ops::ControlFlow;
use std::path::Path;

use whosaid::article::{Article, Skipped};
use whosaid::ingest::{Item, Options, Source, read};

mod bad;
mod exports;
mod formats;
mod hostile;
mod html;
mod pdf;
mod repair;

/// Everything that a source gives.
fn read_all(source: &Source, options: &Options) -> (Vec<Article>, Vec<Skipped>) {
    let (mut articles, mut skipped) = (Vec::new(), Vec::new());
    read(source, options, &mut |item| {
        match item {
            Item::Article(article) => articles.push(*article),
            Item::Skipped(s) => skipped.push(s),
        }
        ControlFlow::Continue(())
    });
    (articles, skipped)
}

fn read_path(path: &Path) -> (Vec<Article>, Vec<Skipped>) {
    read_all(&Source::named(path), &Options::default())
}
