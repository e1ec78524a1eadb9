//! Many articles in one text, as the databases of libraries hand them out: each with a head of labelled fields, and
//! marks between them.
//!
//! ```text
//! 1 of 2 DOCUMENTS        Document 1 of 2          HD   Ferry sails
//! The Skarvik Gazette     Author: Example, Ann     BY   Ann Example
//! July 8, 2024 Monday     Full text: …             PD   8 July 2024
//! Ferry sails             Publication date: …      LP   …
//! BYLINE: Ann Example     ________________         AN   Document SKVGAZ0020240708
//! ```
//!
//! Careful by design: a text without such marks is one article, and so is one that merely begins with labels. What the
//! labels do not tell is read from the lines above them, where these are as every database prints them.

mod labels;

use std::ops::{ControlFlow, Range};

use super::draft::{Draft, Output};
use super::head::{Line, lines};
use super::pieces::Pieces;
use super::{head, language, written};
use crate::text::TextMap;
use labels::{Label, Part};

/// Shortest line of one character that may part two articles.
const RULE: usize = 20;

/// Longest line that is looked at as a mark or a label, in bytes.
const LONGEST: usize = 400;

/// Fewest paragraphs, lines longer than [`LONGEST`], of what is no cover: the terms of a search are one.
const FEWEST: usize = 2;

/// Hands over the articles of a text if it holds several or one with a labelled head. Answers whether it was that.
pub(super) fn read(out: &mut Output<'_>, text: &str, map: &TextMap) -> ControlFlow<(), bool> {
    let lines: Vec<Line<'_>> = lines(text).collect();
    let Some(documents) = documents(&lines) else {
        return ControlFlow::Continue(false);
    };
    let many = documents.len() > 1;
    for (number, document) in documents.iter().enumerate() {
        let lines = lines.get(document.clone()).unwrap_or_default();
        let mut draft = article(text, lines);
        draft.record = many.then_some(number as u64 + 1);
        draft.map = map.then(&draft.map);
        out.article(draft)?;
    }
    ControlFlow::Continue(true)
}

/// What a line between two articles is.
enum Mark {
    /// "2 of 40 DOCUMENTS": one begins; is it the first?
    Begins { first: bool },
    /// "End of Document", "Document SKVGAZ0020240708ek780001x": one ends.
    Ends,
    /// A line of hyphens or the like.
    Rule,
}

fn mark(line: &str) -> Option<Mark> {
    if line.len() > LONGEST {
        return None;
    }
    let first = line.chars().next()?;
    if "_-=*#".contains(first) && line.len() >= RULE && line.chars().all(|c| c == first) {
        return Some(Mark::Rule);
    }
    if line.eq_ignore_ascii_case("end of document") {
        return Some(Mark::Ends);
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_number = |word: &str| word.bytes().all(|b| b.is_ascii_digit());
    let is_document = |word: &str| {
        let word = word.to_ascii_lowercase();
        matches!(word.as_str(), "document" | "documents")
    };
    match words.as_slice() {
        [n, of, m, word] | [word, n, of, m]
            if is_number(n) && is_number(m) && *of == "of" && is_document(word) =>
        {
            Some(Mark::Begins {
                first: n.trim_start_matches('0') == "1",
            })
        }
        ["AN", "Document", number] | ["Document", number] if is_accession(number) => {
            Some(Mark::Ends)
        }
        _ => None,
    }
}

/// `SKVGAZ0020240708ek780001x`: letters, and a date among at least as many digits.
fn is_accession(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    digits >= 8
        && number.len() >= 15
        && number.starts_with(|c: char| c.is_ascii_uppercase())
        && number.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The articles of a text as ranges of its lines; `None` if it is an article as others are.
fn documents(lines: &[Line<'_>]) -> Option<Vec<Range<usize>>> {
    let marks: Vec<(usize, Mark)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, mark(line.text)?)))
        .collect();
    let counted = marks
        .iter()
        .any(|(_, mark)| matches!(mark, Mark::Begins { .. }));
    let ended = marks.iter().any(|(_, mark)| matches!(mark, Mark::Ends));
    let mut documents = Vec::new();
    let mut from = 0;
    for (at, mark) in &marks {
        let parts = match mark {
            Mark::Begins { .. } => true,
            Mark::Ends => !counted,
            Mark::Rule => !counted && !ended,
        };
        if !parts {
            continue;
        }
        // What stands above the first of all is a cover: a search and its hits, in short lines.
        let cover = matches!(mark, Mark::Begins { first: true }) && from == 0 && {
            let above = lines.get(..*at).unwrap_or_default();
            above.iter().filter(|l| l.text.len() > LONGEST).count() < FEWEST
        };
        if !cover {
            documents.push(from..*at);
        }
        from = at + 1;
    }
    documents.push(from..lines.len());
    documents.retain(|document| {
        let lines = lines.get(document.clone()).unwrap_or_default();
        let is_rule = |line: &Line<'_>| matches!(mark(line.text), Some(Mark::Rule));
        !lines.iter().all(is_rule)
    });
    if ended && !counted {
        // What stands below the last end is no article unless it is as long as one.
        documents.retain(|document| document.end < lines.len() || document.len() > 3);
    }
    let is_labelled = |document: &Range<usize>| {
        let lines = lines.get(document.clone()).unwrap_or_default();
        labels::heads(lines)
    };
    let known = counted || ended || !documents.is_empty() && documents.iter().all(is_labelled);
    (known && !documents.is_empty()).then_some(documents)
}

/// The article of these lines; its map leads into the text.
fn article(text: &str, lines: &[Line<'_>]) -> Draft {
    let whole = lines
        .first()
        .zip(lines.last())
        .map_or(0..0, |(first, last)| first.begin..last.end());
    let mut draft = Draft::of(text.get(whole).unwrap_or_default().as_bytes());
    let labels = labels::find(lines);
    for label in &labels {
        let value = || label.value(lines).trim().to_owned();
        let slot = match label.part {
            Part::Title => &mut draft.title,
            Part::Outlet => &mut draft.outlet,
            Part::Section => &mut draft.section,
            Part::Url => &mut draft.url,
            Part::Language => &mut draft.language,
            Part::Id => &mut draft.id,
            Part::Byline => {
                if draft.byline.is_empty() {
                    draft.byline = vec![value()];
                }
                continue;
            }
            Part::Published => {
                draft.published = draft.published.or_else(|| written::parse(&value()));
                continue;
            }
            Part::Text | Part::Head | Part::Tail => continue,
        };
        if slot.is_none() {
            *slot = Some(value()).filter(|value| !value.is_empty());
        }
    }
    // "NEWS; Pg. 12"
    draft.section = draft
        .section
        .and_then(|section| Some(section.split(';').next()?.trim().to_owned()));
    let body = match counted_words(lines) {
        Some(at) if labels.is_empty() => head_by_place(&mut draft, lines, at),
        _ => {
            above(&mut draft, lines, labels.first());
            labels::body(lines, &labels)
        }
    };
    let body = without_publisher(body, lines, draft.outlet.as_deref());
    let mut pieces = Pieces::default();
    for part in body {
        let begin = part.start as u64;
        if !pieces.text().is_empty() {
            pieces.made_up("\n\n");
        }
        pieces.verbatim(text.get(part).unwrap_or_default(), begin);
    }
    (draft.text, draft.map) = pieces.finish();
    draft
}

fn is_copyright(line: &str) -> bool {
    let low = line.get(..12).unwrap_or(line).to_ascii_lowercase();
    ["copyright", "(c)", "all rights"]
        .iter()
        .any(|mark| low.starts_with(mark))
        || line.starts_with('©')
}

/// Outlet, date and headline of the lines above the first label: the outlet stands above the date, the headline above the
/// outlet or else below the date.
fn above(draft: &mut Draft, lines: &[Line<'_>], first: Option<&Label>) {
    let end = first.map_or(0, |label| label.line);
    let head: Vec<Line<'_>> = lines
        .iter()
        .take(end)
        .filter(|line| !is_copyright(line.text) && mark(line.text).is_none())
        .copied()
        .collect();
    let dated = head
        .iter()
        .position(|line| written::prefix(line.text).is_some());
    let Some(dated) = dated else {
        if draft.title.is_none() {
            draft.title = head.first().map(|line| line.text.to_owned());
        }
        return;
    };
    draft.published = draft
        .published
        .or_else(|| written::parse(head.get(dated)?.text));
    let over = head.get(..dated).unwrap_or_default();
    if draft.outlet.is_none() {
        draft.outlet = over.last().map(|line| line.text.to_owned());
    }
    if draft.title.is_some() {
        return;
    }
    draft.title = match over {
        [.., title, _outlet] => Some(title.text.to_owned()),
        _ => {
            // The last paragraph: an edition may stand above it.
            let under = head.get(dated + 1..).unwrap_or_default();
            let from = under.iter().rposition(|line| line.after_blank);
            let title: Vec<&str> = under
                .get(from.unwrap_or(0)..)
                .unwrap_or_default()
                .iter()
                .map(|line| line.text)
                .collect();
            (!title.is_empty()).then(|| title.join(" "))
        }
    };
}

/// The line "214 words", around which a head without labels is built.
fn counted_words(lines: &[Line<'_>]) -> Option<usize> {
    lines.iter().take(12).position(|line| {
        let number = line.text.strip_suffix(" words").unwrap_or_default();
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit() || b == b',')
    })
}

/// Headline and byline above the number of words; date, outlet, language and rights below it; then the text.
fn head_by_place(draft: &mut Draft, lines: &[Line<'_>], words: usize) -> Vec<Range<usize>> {
    let over = lines.get(..words).unwrap_or_default();
    let byline = over.last().filter(|line| {
        over.len() > 1 && (line.after_blank || head::byline_of_line(line.text).is_some())
    });
    let title: Vec<&str> = over
        .iter()
        .filter(|line| byline.is_none_or(|byline| byline.begin != line.begin))
        .map(|line| line.text)
        .collect();
    draft.title = (!title.is_empty()).then(|| title.join(" "));
    draft.byline = byline.iter().map(|line| line.text.to_owned()).collect();
    let mut end = words + 1;
    for (at, line) in lines.iter().enumerate().skip(words + 1) {
        let rights = is_copyright(line.text);
        if line.after_blank && !rights {
            break;
        }
        end = at + 1;
        if rights {
            break;
        }
        let is_time = line.text.starts_with(|c: char| c.is_ascii_digit());
        if draft.published.is_none() {
            draft.published = written::parse(line.text);
        } else if draft.outlet.is_none() && !is_time {
            draft.outlet = Some(line.text.to_owned());
        } else if let Some(language) = language::code(line.text).filter(|_| line.text.len() > 3) {
            draft.language = Some(language);
        }
    }
    labels::between(lines, end, lines.len())
        .into_iter()
        .collect()
}

/// Without the publisher's name that some print as the last line.
fn without_publisher(
    mut body: Vec<Range<usize>>,
    lines: &[Line<'_>],
    outlet: Option<&str>,
) -> Vec<Range<usize>> {
    let Some(last) = body.last_mut() else {
        return body;
    };
    let inside = |line: &&Line<'_>| last.contains(&line.begin);
    let mut ends = lines.iter().rev().filter(inside);
    if let (Some(line), Some(before), Some(outlet)) = (ends.next(), ends.next(), outlet)
        && line.text.starts_with(outlet)
        && line.text.len() <= outlet.len() + 20
    {
        last.end = before.end();
    }
    body
}

#[cfg(test)]
mod tests {
    use super::{Mark, documents, lines, mark};

    #[test]
    fn marks() {
        for (line, is_mark) in [
            ("2 of 40 DOCUMENTS", true),
            ("Document 3 of 7", true),
            ("Document SKVGAZ0020240708ek780001x", true),
            ("AN   Document SKVGAZ0020240708ek780001x", true),
            ("End of Document", true),
            ("____________________________", true),
            ("Document the harm, she said", false),
            ("3 of 7 ships", false),
            ("Document Z", false),
            ("-----", false),
        ] {
            assert_eq!(mark(line).is_some(), is_mark, "{line}");
        }
        assert!(matches!(
            mark("1 of 2 DOCUMENTS"),
            Some(Mark::Begins { first: true })
        ));
    }

    #[test]
    fn a_story_is_one_article() {
        for text in [
            "Ferry sails\n\nThe ferry sails, said Ilse Example.\n\n____________________\n\nMore on page 3.",
            "Title: Ferry sails\n\nThe ferry sails, said Ilse Example.",
            "Note: this is a correction.\nDate: the palm's fruit.\nThe ferry sails.",
            "",
        ] {
            assert!(
                documents(&lines(text).collect::<Vec<_>>()).is_none(),
                "{text}"
            );
        }
    }
}
