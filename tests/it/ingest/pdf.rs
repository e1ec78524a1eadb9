//! PDF documents: read by a process of its own with the feature `pdf`, and skipped with a reason without it.

use std::fs;

use whosaid::ingest::{Item, Options, Source, read};

/// A document of one page with these lines, in the fewest objects that make one.
fn document(lines: &[&str]) -> Vec<u8> {
    let shown: Vec<String> = lines.iter().map(|line| format!("({line}) Tj T*")).collect();
    let drawn = format!("BT /F1 11 Tf 14 TL 60 780 Td {} ET", shown.join(" "));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{drawn}\nendstream", drawn.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut at = Vec::new();
    for (n, object) in (1..).zip(&objects) {
        at.push(bytes.len());
        bytes.extend(format!("{n} 0 obj\n{object}\nendobj\n").bytes());
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for at in at {
        bytes.extend(format!("{at:010} 00000 n \n").bytes());
    }
    bytes.extend(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
            objects.len() + 1
        )
        .bytes(),
    );
    bytes
}

const LINES: &[&str] = &[
    "Ferry stays in port",
    "The night ferry will sail again in the spring, harbour master Ana Ruiz said on",
    "Monday. Nobody else would say when that may be.",
];

/// Texts of the articles, and reasons why there is none.
fn taken(bytes: &[u8], options: &Options) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.pdf");
    fs::write(&path, bytes).expect("room");
    let (mut texts, mut reasons) = (Vec::new(), Vec::new());
    read(&Source::named(path), options, &mut |item| {
        match item {
            Item::Article(article) => texts.push(article.text),
            Item::Skipped(skipped) => reasons.push(skipped.reason),
        }
        std::ops::ControlFlow::Continue(())
    });
    (texts, reasons)
}

#[test]
#[cfg(not(feature = "pdf"))]
fn without_the_feature_the_reason_says_how_to_get_it() {
    let (texts, reasons) = taken(&document(LINES), &Options::default());
    assert!(texts.is_empty());
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].contains("--features pdf"), "{}", reasons[0]);
}

#[cfg(feature = "pdf")]
fn options() -> Options {
    Options {
        pdf_reader: Some(env!("CARGO_BIN_EXE_whosaid").into()),
        ..Options::default()
    }
}

#[test]
#[cfg(feature = "pdf")]
fn its_lines_are_read() {
    let (texts, reasons) = taken(&document(LINES), &options());
    assert_eq!(reasons, [""; 0]);
    assert_eq!(texts.len(), 1);
    let text = texts[0].split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(text, LINES.join(" "));
}

#[test]
#[cfg(feature = "pdf")]
fn a_damaged_document_costs_only_itself() {
    let whole = document(LINES);
    let text = String::from_utf8_lossy(&whole).into_owned();
    let circular = text.replace("/Kids [3 0 R]", "/Kids [2 0 R]");
    let endless = text.replace("/Parent 2 0 R", "/Parent 3 0 R");
    let mut damaged = vec![circular.into_bytes(), endless.into_bytes()];
    damaged.extend((1..8).map(|part| whole[..whole.len() * part / 8].to_vec()));
    for bytes in &damaged {
        let (texts, reasons) = taken(bytes, &options());
        assert_eq!(texts.len() + reasons.len(), 1, "{texts:?} {reasons:?}");
    }
    let (_, reasons) = taken(&whole[..40], &options());
    assert!(
        reasons[0].contains("PDF document is damaged"),
        "{}",
        reasons[0]
    );
}

#[test]
#[cfg(feature = "pdf")]
fn without_a_program_it_is_skipped() {
    let (texts, reasons) = taken(&document(LINES), &Options::default());
    assert!(texts.is_empty());
    assert!(reasons[0].contains("no program"), "{}", reasons[0]);
}
