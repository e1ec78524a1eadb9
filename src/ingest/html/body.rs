//! The article's own text out of a page.
//!
//! The readability algorithm finds the story, after the parts that are none have been taken out (`parts.rs`). Of what it
//! finds, lines that it lets through are left out here: credits, invitations, dates and bylines, and the headlines behind
//! "You may also like". What the page's data says of its story (`told.rs`) stands in where this is not it.

use std::collections::HashMap;

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};

use crate::ingest::draft::Draft;
use crate::ingest::{head, written};

use super::parts;
use super::prose::Prose;
use super::seen;
use super::told::{self, Witness};

/// A line that begins with one of these, in any case, and is short is no part of the story.
const OPENINGS: &[&str] = &[
    "read more",
    "see more",
    "see also",
    "also read",
    "read also",
    "watch:",
    "video:",
    "read next",
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
    "by",
    "the associated press",
    "associated press",
];

/// A short line that says one of these is of the newsletter, wherever it stands.
const INBOX: &[&str] = &[
    "to your inbox",
    "in your inbox",
    "into your inbox",
    "successfully subscribed",
    "sign up for our newsletter",
    "subscribe to our newsletter",
    "to our newsletter",
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

/// What of the page's own story the one that was found must have, in thousandths.
const FOUND: usize = 500;

/// A story has so many bytes at least, else another is looked for.
const STORY: usize = 250;

/// The text, paragraphs apart by an empty line; empty if there is none.
pub(super) fn text(document: Document, draft: &mut Draft) -> String {
    let told = told::article_body(&document);
    let states = told::states(&document);
    let headline = seen::first_text(&document, "h1");
    parts::drop_parts(&document, draft.url.as_deref());
    let marked = marked(&document);
    let prose = Prose::of(&document);
    let read = extract(document).unwrap_or_default();
    let read = match marked {
        Some(marked) if Witness::of(&read).share(&marked) < FOUND => marked,
        _ => prose.complete(read),
    };
    let story = story(&read, headline.as_deref(), draft);
    if let Some(told) = told {
        if Witness::of(&story).share(&told) < FOUND {
            return told;
        }
        return Witness::of(&told).trim(&story).to_owned();
    }
    if story.len() < STORY {
        return told::state(&states).unwrap_or(story);
    }
    story
}

/// What the page itself marks as its story.
fn marked(page: &Document) -> Option<String> {
    let mut bodies = page.select("[itemprop~=articleBody]").nodes().to_vec();
    if bodies.is_empty() {
        bodies = page.select("article").nodes().to_vec();
    }
    let [body] = bodies[..] else { return None };
    let text = body.formatted_text().to_string();
    (text.len() >= STORY).then_some(text)
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
fn story(text: &str, headline: Option<&str>, draft: &mut Draft) -> String {
    let lines: Vec<&str> = text.split('\n').map(str::trim).collect();
    let filled = lines.iter().filter(|l| !l.is_empty()).count();
    // A number that stands on lines of its own more than twice counts the pictures beside it.
    let mut counters: HashMap<&str, usize> = HashMap::new();
    for line in lines.iter().filter(|line| is_number(line)) {
        *counters.entry(line).or_default() += 1;
    }
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
        let counter = is_number(line) && counters.get(line).is_some_and(|n| *n > 2);
        let repeated = counter || line.len() > 40 && last.contains(&line);
        last = [last[1], last[2], line];
        if repeated
            || is_furniture(&lower)
            || at_end && invites(&lower)
            || (!began && (headline == Some(line) || is_front(line, draft)))
        {
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
        .filter(|l| l.len() > 80 && l.ends_with(['.', '”', '"']))
        .count();
    sentences * 3 <= lines.len()
}

/// A caption, an invitation, a button.
fn is_furniture(lower: &str) -> bool {
    if lower.len() > 400 {
        return false;
    }
    if WHOLE.contains(&lower) || lower.ends_with("click to tweet") || is_place_in_gallery(lower) {
        return true;
    }
    if lower.len() <= 250 && !lower.contains('“') && INBOX.iter().any(|i| lower.contains(i)) {
        return true;
    }
    // A short code that the publishing system should have replaced.
    if lower.starts_with('[') && lower.contains("[/") {
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
    (CREDITS.iter().any(|c| end.contains(c)) || end.contains('©') && lower.len() <= 200)
        && !end.ends_with(['.', '”', '"'])
}

/// "1 of 6" or "3/12".
fn is_place_in_gallery(line: &str) -> bool {
    let place = line.split_once(" of ").or_else(|| line.split_once('/'));
    place.is_some_and(|(one, all)| is_number(one.trim()) && is_number(all.trim()))
}

fn is_number(line: &str) -> bool {
    (1..=3).contains(&line.len()) && line.bytes().all(|b| b.is_ascii_digit())
}

/// An invitation behind the story to follow or to write, and when it was published.
fn invites(lower: &str) -> bool {
    if lower.len() > 400 || lower.contains('“') {
        return false;
    }
    let networks = ["twitter", "facebook", "instagram", "on x"];
    let follows = [
        "follow us",
        "follow him",
        "follow her",
        "follow them",
        "follow me",
    ];
    let on_network = networks.iter().any(|n| lower.contains(n));
    let asks = [
        "contact",
        "news tip",
        "email",
        "e-mail",
        "let us know",
        "write to",
    ];
    let dated = [
        "updated",
        "last updated",
        "published",
        "first published",
        "posted",
    ];
    let covers = lower.contains("coverage") && lower.contains("http");
    if lower.len() <= 60
        && dated.iter().any(|d| lower.starts_with(d))
        && lower.contains(|c: char| c.is_ascii_digit())
    {
        return true;
    }
    lower.starts_with("follow ") && (on_network || covers) && lower.len() <= 160
        || follows.iter().any(|f| lower.contains(f)) && on_network
        || has_mail_address(lower) && asks.iter().any(|a| lower.contains(a))
}

fn has_mail_address(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        word.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.trim_end_matches('.').contains('.')
        })
    })
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
    // "By Ann Example - 11/18/19 11:04 PM EST"
    let parted = [" - ", " | ", " • ", " · ", " – "]
        .iter()
        .find_map(|separator| line.split_once(separator));
    if let Some((who, when)) = parted
        && when.contains(|c: char| c.is_ascii_digit())
        && let Some((authors, _)) = head::byline_of_line(who)
    {
        if draft.byline.is_empty() {
            draft.byline = authors;
        }
        return true;
    }
    let lower = line.to_lowercase();
    let lower = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    let dated = ["updated", "published", "posted"]
        .iter()
        .any(|w| lower.starts_with(w));
    // "Friday, 22 October 2010, 20:13": a date and little else.
    let is_date = line.len() <= 60
        && !line.ends_with(['.', '”', '"'])
        && line.split_whitespace().count() <= 9
        && seen::date_in(line).is_some_and(|date| date.as_day().is_some());
    // "News > World"
    let is_path = line.len() <= 60
        && [" > ", " » ", " › "].iter().any(|step| line.contains(step))
        && !line.ends_with(['.', '!', '?', '”', '"']);
    if is_date || is_path {
        return true;
    }
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
            story(text, None, &mut draft),
            "The ferry will sail again, the harbour master said on Monday after a long and loud meeting in the old hall.\n\n“Read more, shout less,” she said.\n\nIt sails at eight in the evening and it will not wait for anybody, she said."
        );
        assert_eq!(draft.byline, ["Ann Example"]);
    }
}
