//! Web pages.

/// Writes what is read of a folder of pages, for measuring: `WHOSAID_PAGES=folder WHOSAID_OUT=file cargo test --test it
/// -- --ignored pages_for_measuring`. One JSON object a page: file, text, title, byline, published, outlet, url.
#[test]
#[ignore = "needs a folder of pages"]
fn pages_for_measuring() {
    let folder = std::env::var("WHOSAID_PAGES").expect("WHOSAID_PAGES names a folder");
    let out = std::env::var("WHOSAID_OUT").expect("WHOSAID_OUT names a file");
    let mut lines = String::new();
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let (articles, skipped) = super::read_path(&file);
        for a in articles {
            let published = a.published.map(|p| p.date.to_string());
            let line = serde_json::json!({
                "file": file.file_name().unwrap().to_string_lossy(), "text": a.text, "title": a.title, "byline": a.byline,
                "published": published, "outlet": a.outlet, "url": a.url, "language": a.language,
                "edits": a.map.is_verbatim(),
            });
            lines.push_str(&format!("{line}\n"));
        }
        for s in skipped {
            eprintln!("{}: {}", s.path, s.reason);
        }
    }
    std::fs::write(out, lines).unwrap();
}
