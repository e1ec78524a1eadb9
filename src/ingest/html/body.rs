//! The article's own text out of a page.
//!
//! The readability algorithm finds the story; around it rules of our own take out what it lets through: captions and
//! their credits, links to other stories, newsletter and share boxes, and the lists behind "You may also like".

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};

use crate::ingest::draft::Draft;
use crate::ingest::{head, written};

/// Parts of a page that are never of the story.
const NO_STORY: &str = "figcaption, nav, aside[class*=related], [class~=caption], [class~=credit], [class*=newsletter], \
    [class*=image-caption], [class*=photo-credit], [class*=wp-caption-text], [class*=share-buttons], [class*=social-share], \
    [class*=slideshow], [class*=related-articles], [class*=related-stories], [class*=author-bio], [itemprop=caption]";

/// A line that begins with one of these, in any case, and is short is no part of the story.
const OPENINGS: &[&str] = &[
    "read more",
    "see more",
    "see also",
    "also read",
    "also see",
    "also:",
    "related:",
    "related story",
    "more:",
    "more on this",
    "advert",
    "image copyright",
    "image caption",
    "(image:",
    "image:",
    "photo:",
    "photos:",
    "photo by",
    "photograph:",
    "photo illustration",
    "picture:",
    "enlarge image",
    "image 1 of",
    "continue reading",
    "sharing is caring",
    "subscribe to",
    "sign up",
    "follow us",
    "click here",
    "you may also like",
    "loading content",
    "©",
    "copyright ©",
    "copyright @",
    "all rights reserved",
    "view author archive",
    "email the author",
    "follow on twitter",
    "filed under",
    "posted in",
    "tags:",
    "leave a comment",
    "share this",
    "share on",
    "print this",
    "this post may contain affiliate",
    "get the latest updates",
    "have a tip?",
    "the contents of this site are",
    "listen to ",
    "source: news",
    "contact the author",
];

/// Lines that are no part of the story as a whole, in any case.
const WHOLE: &[&str] = &[
    "home",
    "news",
    "entertainment",
    "caption",
    "close",
    "comments",
    "share",
    "tweet",
    "iklan",
    "highlights",
    "latest",
    "popular",
    "subscribe",
    "getty images",
    "warning",
    "related news",
    "about the author",
    "most read",
    "don't miss",
    "reuters",
    "ap",
];

/// From these on, at the end of a text, come other stories.
const OTHERS: &[&str] = &[
    "you may also like",
    "most read",
    "top stories",
    "about the author",
    "don't miss",
    "more from",
    "related articles",
    "related stories",
    "recommended",
    "holiday gift guides",
    "trending",
    "latest news",
];

/// Marks of a picture's credit at the end of its caption.
const CREDITS: &[&str] = &[
    "getty images",
    "(image:",
    "(image credit",
    "image credit:",
    "(ap photo",
    "(ap)",
    "(reuters)",
    "credit:",
    "[file:",
    "photo/",
    "file photo",
    "(photo by",
    "(getty",
    "(courtesy",
    "photo courtesy",
];

/// The text, paragraphs apart by an empty line; empty if there is none.
pub(super) fn text(document: Document, draft: &mut Draft) -> String {
    drop_parts(&document);
    let text = extract(document).unwrap_or_default();
    story(&text, draft)
}

/// Takes out the parts that are no story, unless they hold most of the page's text.
fn drop_parts(document: &Document) {
    let whole = document.body().map_or(0, |body| body.text().len());
    for part in &document.select(NO_STORY) {
        if part.text().len() * 4 < whole {
            part.remove();
        }
    }
    // A paragraph that is nothing but a link leads to another story.
    for paragraph in &document.select("p") {
        let text = paragraph.text();
        let text = text.trim();
        let linked: usize = paragraph
            .select("a")
            .iter()
            .map(|a| a.text().trim().len())
            .sum();
        let sentence = text.ends_with(['.', '”', '"', '!', '?', '’']);
        if !text.is_empty() && linked * 10 >= text.len() * 9 && !sentence && text.len() < 200 {
            paragraph.remove();
        }
    }
}

fn extract(document: Document) -> Option<String> {
    let config = Config {
        text_mode: TextMode::Formatted,
        disable_json_ld: true,
        ..Config::default()
    };
    let mut reader = Readability::with_document(document, None, Some(config)).ok()?;
    Some(reader.parse().ok()?.text_content.to_string())
}

/// The lines that are of the story. Dates and bylines among the others fill what the page's data left open.
fn story(text: &str, draft: &mut Draft) -> String {
    let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
    let filled = lines.iter().filter(|l| !l.is_empty()).count();
    // A caption stands twice, one right behind the other; a list may repeat itself at any time.
    let mut last = [""; 3];
    let mut out = String::with_capacity(text.len());
    let (mut number, mut began) = (0, false);
    let mut blank = false;
    for line in lines {
        if line.is_empty() {
            blank = true;
            continue;
        }
        number += 1;
        let lower = line.to_lowercase();
        let at_end = number * 10 > filled * 6;
        if at_end && began && OTHERS.iter().any(|o| lower.starts_with(o)) && line.len() < 60 {
            // What follows are headlines; sentences still are of this story.
            if text_after_is_headlines(text, line) {
                break;
            }
            continue;
        }
        let repeated = line.len() > 40 && last.contains(&line);
        last = [last[1], last[2], line];
        if repeated || is_furniture(&lower) || (!began && is_front(line, draft)) {
            continue;
        }
        began |= line.len() > 80;
        if !out.is_empty() {
            out.push_str(if blank { "\n\n" } else { "\n" });
        }
        out.push_str(line);
        blank = false;
    }
    out
}

/// Are most lines after `line` without a sentence's end?
fn text_after_is_headlines(text: &str, line: &str) -> bool {
    let Some((_, after)) = text.rsplit_once(line) else {
        return false;
    };
    let lines: Vec<&str> = after
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    let sentences = lines
        .iter()
        .filter(|l| l.len() > 100 && l.ends_with(['.', '”', '"']))
        .count();
    sentences * 3 <= lines.len()
}

/// A caption, an invitation, a button.
fn is_furniture(lower: &str) -> bool {
    if lower.len() > 400 {
        return false;
    }
    if WHOLE.contains(&lower) || lower.ends_with("click to tweet") {
        return true;
    }
    let speaks = lower.contains('“') || lower.contains('"');
    if lower.len() <= 160 && !speaks && OPENINGS.iter().any(|o| lower.starts_with(o)) {
        return true;
    }
    let mut from = lower.len().saturating_sub(50);
    while !lower.is_char_boundary(from) {
        from += 1;
    }
    let end = &lower[from..];
    CREDITS.iter().any(|c| end.contains(c)) && !end.ends_with(['.', '”', '"'])
}

/// A date or byline above the story. What it says is kept in the draft.
fn is_front(line: &str, draft: &mut Draft) -> bool {
    if line.len() > 120 {
        return false;
    }
    if let Some(date) = head::date_of_line(line) {
        draft.published = draft.published.or(Some(date));
        return true;
    }
    if let Some((authors, date)) = head::byline_of_line(line) {
        draft.published = draft.published.or(date);
        if draft.byline.is_empty() {
            draft.byline = authors;
        }
        return true;
    }
    let lower = line.to_lowercase();
    let dated = ["updated", "published", "posted"]
        .iter()
        .any(|w| lower.starts_with(w));
    let title = draft.title.as_deref().is_some_and(|t| t == line);
    dated && line.chars().any(|c| c.is_ascii_digit())
        || title
        || written::prefix(line).is_some_and(|(_, len)| len == line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn furniture_goes_and_the_story_stays() {
        let text = "News\nUpdated 1:39 am, Wednesday, November 20, 2024\nBy Ann Example\n\nThe ferry will sail again, the harbour master said on Monday after a long and loud meeting in the old hall.\nThe ferry in fog. (Photo by Bo Sample)\nREAD MORE: Gulls\n\n“Read more, shout less,” she said.\n\nIt sails at eight in the evening and it will not wait for anybody, she said.\n\nYou may also like...\nTen gulls\nFog again";
        let mut draft = Draft::default();
        assert_eq!(
            story(text, &mut draft),
            "The ferry will sail again, the harbour master said on Monday after a long and loud meeting in the old hall.\n\n“Read more, shout less,” she said.\n\nIt sails at eight in the evening and it will not wait for anybody, she said."
        );
        assert_eq!(draft.byline, ["Ann Example"]);
    }
}
