//! Every format's reader: the first byte says which, or that it is to be told from the content.
#![no_main]

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use whosaid::ingest::{self, Format, Item, Options, Source};
use whosaid::text::Span;

static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("room"));

fuzz_target!(|data: &[u8]| {
    let Some((which, bytes)) = data.split_first() else {
        return;
    };
    let path: PathBuf = FOLDER.path().join("input");
    std::fs::write(&path, bytes).expect("room");
    let mut source = Source::named(path);
    source.bytes = Some(bytes.len() as u64);
    source.format = Format::ALL.get(usize::from(*which)).copied();
    let options = Options {
        max_article_bytes: 1 << 20,
        max_decoded_bytes: 16 << 20,
        ..Options::default()
    };
    ingest::read(&source, &options, &mut |item| {
        if let Item::Article(article) = item {
            let whole = Span::new(0, article.text.len());
            let from = article.map.source(whole);
            assert!(from.start <= from.end);
            assert!(article.text.is_char_boundary(article.head.body as usize));
        }
        ControlFlow::Continue(())
    });
});
