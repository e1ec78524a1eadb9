//! Is the index whole? Checksums of all files, and every span of every statement against the text it points into.

use std::collections::HashSet;
use std::path::Path;

use serde::Serialize;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocAddress, DocSet, Searcher, TERMINATED, Term};

use super::error::{At, Error, ErrorKind};
use super::families;
use super::groups;
use super::manifest::{FileEntry, Manifest};
use super::people;
use super::reader::{self, META, SEGMENTS, files_in_use, open_engine, open_reader};
use super::schema::{self, fields};
use super::storage::Storage;
use super::stored::{StoredArticle, StoredStatement};
use crate::text::Span;

/// Most problems that are listed; a broken file makes one of every document.
const LISTED: usize = 100;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files that were summed.
    pub files: u64,
    /// Articles that were read.
    pub articles: u64,
    /// Statements that were read.
    pub statements: u64,
    /// Spans that were sliced.
    pub spans: u64,
    /// What is wrong, at most 100 entries; empty for a whole index.
    pub problems: Vec<Problem>,
}

/// Something wrong with an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// File or id that it concerns.
    pub at: String,
    /// What is wrong, for people.
    pub what: String,
}

impl Report {
    /// Is nothing wrong?
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, at: &str, what: impl Into<String>) {
        if self.problems.len() < LISTED {
            self.problems.push(Problem {
                at: at.to_owned(),
                what: what.into(),
            });
        }
    }
}

/// Checks an index: sums first, then, if the files are what they should be, all documents.
///
/// # Errors
/// If the index cannot be opened at all; what is wrong inside goes to the report.
pub fn check(dir: &Path) -> Result<Report, Error> {
    let mut report = Report::default();
    // Before any segment is opened: the engine does not look whether what it maps makes sense.
    let manifest = Manifest::read(dir)?;
    let segments = dir.join(SEGMENTS);
    let index = open_engine(&segments, Storage::open)?;
    // Killed between the engine's commit and the manifest: what the manifest has too little is no damage.
    let is_older = index.load_metas().at(&segments)?.opstamp > manifest.generation;
    let in_use = files_in_use(&index).at(&segments)?;
    for (name, entry) in &manifest.files {
        if is_older && !in_use.contains(name) {
            continue;
        }
        let changed = if name == META {
            "it is not what the last commit left; is `whosaid index` running?"
        } else {
            "its checksum is not the one in the manifest"
        };
        sum(&segments.join(name), name, entry, changed, &mut report);
    }
    if let Some(entry) = &manifest.groups {
        let name = groups::name(entry);
        let changed = "its checksum is not the one in the manifest";
        sum(&dir.join(&name), &name, entry, changed, &mut report);
    }
    if let Some(entry) = &manifest.families {
        let changed = "it is not what the last run left";
        let path = dir.join(families::FILE);
        sum(&path, families::FILE, entry, changed, &mut report);
    }
    report.files += 1;
    match people::is_sound(dir) {
        Ok(true) => {}
        Ok(false) => report.problem(
            people::FILE,
            "its checksum is not the one in it; until the next run it is worked out anew by every reader",
        ),
        Err(e) => report.problem(people::FILE, e.to_string()),
    }
    if !report.is_whole() {
        return Ok(report);
    }
    let reader = open_reader(dir)?;
    // Files younger than the manifest have the engine's own checksums only.
    for path in index.validate_checksum().at(&segments)? {
        report.problem(
            &path.to_string_lossy(),
            "its checksum is not the one in its footer",
        );
    }
    if report.is_whole() {
        documents(&reader.searcher(), &mut report).at(dir)?;
    }
    Ok(report)
}

/// Sums one file.
fn sum(path: &Path, name: &str, entry: &FileEntry, changed: &str, report: &mut Report) {
    report.files += 1;
    match FileEntry::read(path) {
        Ok(now) if now == *entry => {}
        Ok(_) => report.problem(name, changed),
        Err(e) => report.problem(name, e.to_string()),
    }
}

fn documents(searcher: &Searcher, report: &mut Report) -> Result<(), ErrorKind> {
    let f = fields();
    let mut ids = HashSet::new();
    for (ord, segment) in searcher.segment_readers().iter().enumerate() {
        let term = Term::from_field_text(f.doc, schema::ARTICLE);
        let inverted = segment.inverted_index(f.doc)?;
        let Some(mut postings) = inverted
            .read_postings(&term, IndexRecordOption::Basic)
            .map_err(tantivy::TantivyError::from)?
        else {
            continue;
        };
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if segment
                .alive_bitset()
                .is_none_or(|alive| alive.is_alive(doc))
            {
                let at = DocAddress::new(u32::try_from(ord).unwrap_or(u32::MAX), doc);
                match reader::article(searcher, at) {
                    Ok(article) => {
                        if !ids.insert(article.article.key.clone()) {
                            report
                                .problem(&article.article.key, "the article is in the index twice");
                        }
                        statements(searcher, &article, report)?;
                    }
                    Err(e) => report.problem("article", e.to_string()),
                }
                report.articles += 1;
            }
            doc = postings.advance();
        }
    }
    Ok(())
}

fn statements(
    searcher: &Searcher,
    article: &StoredArticle,
    report: &mut Report,
) -> Result<(), ErrorKind> {
    let f = fields();
    let key = &article.article.key;
    let mut found = HashSet::new();
    for (ord, segment) in searcher.segment_readers().iter().enumerate() {
        let term = Term::from_field_text(f.key, key);
        let Some(mut postings) = segment
            .inverted_index(f.key)?
            .read_postings(&term, IndexRecordOption::Basic)
            .map_err(tantivy::TantivyError::from)?
        else {
            continue;
        };
        let kinds = segment.fast_fields().u64(schema::name(f.print_high))?;
        let mut doc = postings.doc();
        while doc != TERMINATED {
            let alive = segment
                .alive_bitset()
                .is_none_or(|alive| alive.is_alive(doc));
            // The article itself has a fingerprint.
            if alive && kinds.first(doc).is_none() {
                let at = DocAddress::new(u32::try_from(ord).unwrap_or(u32::MAX), doc);
                match reader::statement(searcher, at) {
                    Ok(statement) => {
                        let (spans, problems) = slice_spans(&statement, &article.text);
                        report.spans += spans;
                        for problem in problems {
                            report.problem(&statement.id, problem);
                        }
                        if !found.insert(statement.id.clone()) {
                            report.problem(&statement.id, "the statement is in the index twice");
                        }
                    }
                    Err(e) => report.problem(key, e.to_string()),
                }
                report.statements += 1;
            }
            doc = postings.advance();
        }
    }
    for id in &article.statements {
        if !found.remove(id) {
            report.problem(id, "the statement is missing");
        }
    }
    for id in found {
        report.problem(&id, "the statement is in the index but not in its article");
    }
    Ok(())
}

/// Slices every span of a statement out of the article's text and out of the stored passage: how many spans there are,
/// and what is wrong with them.
#[must_use]
pub fn slice_spans(statement: &StoredStatement, text: &str) -> (u64, Vec<String>) {
    let mut sliced = 0;
    let mut problems = Vec::new();
    let spans = &statement.spans;
    let parts: [(&str, &[Span]); 3] = [
        ("content", &spans.content),
        ("cue", &spans.cue),
        ("source", &spans.source),
    ];
    let single = [
        ("addressee", spans.addressee),
        ("medium", spans.medium),
        ("said", spans.said),
    ];
    let all = parts
        .iter()
        .flat_map(|(name, list)| list.iter().map(move |span| (*name, *span)))
        .chain(
            single
                .iter()
                .filter_map(|(name, span)| Some((*name, (*span)?))),
        );
    let mut wrong = |name: &str, span: Span| {
        problems.push(format!(
            "the {name} at {}..{} is not in the text",
            span.begin, span.end
        ));
    };
    for (name, span) in all {
        sliced += 1;
        let there = text.get(span.range());
        if there.is_none() || there != statement.passage.slice(span) {
            wrong(name, span);
        }
    }
    let steps = statement.evidence.iter();
    let steps = steps.filter_map(|step| Some((&*step.field, step.span?)));
    let around = [("sentence", spans.sentence), ("paragraph", spans.paragraph)];
    for (name, span) in around.into_iter().chain(steps) {
        sliced += 1;
        if text.get(span.range()).is_none() {
            wrong(name, span);
        }
    }
    (sliced, problems)
}
