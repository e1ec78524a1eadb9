//! The head of an article's text: headline, byline, date line, dateline; and where the story begins.
//!
//! Careful by design: a line that is not clearly one of these belongs to the story. A headline that is taken for a
//! sentence costs little, a first sentence taken for a headline loses what it says.

mod lines;
mod outlet;

use crate::article::Head;
use crate::date::PartialDate;
use crate::text::Span;

use super::written;

/// What the head of a text tells.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) head: Head,
    pub(super) title: Option<String>,
    pub(super) byline: Vec<String>,
    pub(super) published: Option<PartialDate>,
    pub(super) outlet: Option<String>,
}

/// Lines at the end of a text among which a copyright line may be, empty ones counted.
const LAST_LINES: usize = 8;

/// Lines of a head, at most: title, standfirst, byline, date, place, one to spare.
const MOST_LINES: usize = 7;

/// A line without the white space around it.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    pub(super) text: &'t str,
    /// Where it begins, in bytes.
    pub(super) begin: usize,
    /// Stands nothing above it?
    pub(super) after_blank: bool,
}

impl Line<'_> {
    /// Where it ends, in bytes.
    pub(super) fn end(self) -> usize {
        self.begin + self.text.len()
    }

    fn span(self) -> Span {
        Span::new(self.begin, self.end())
    }
}

/// The lines of a text that are not empty.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let (mut at, mut after_blank) = (0, true);
    text.split('\n').filter_map(move |raw| {
        let line = Line {
            text: raw.trim(),
            begin: at + (raw.len() - raw.trim_start().len()),
            after_blank,
        };
        at += raw.len() + 1;
        after_blank = line.text.is_empty();
        (!after_blank).then_some(line)
    })
}

/// Reads the head of `text`. `title` is the headline that the format gives elsewhere, if it does.
pub(super) fn find(text: &str, title: Option<&str>) -> Found {
    let mut found = Found::default();
    let first: Vec<Line<'_>> = lines(text).take(MOST_LINES + 2).collect();
    let mut at = 0;
    while at < first.len().min(MOST_LINES) {
        let line = first[at];
        let next = first.get(at + 1).copied();
        if !take(&mut found, line, next, first.get(at + 2).copied(), title) {
            break;
        }
        at += 1;
    }
    // A head needs a story.
    let Some(story) = first.get(at).copied() else {
        let begin = first.first().map_or(0, |l| l.begin);
        found = Found::default();
        found.head.body = Span::new(begin, begin).begin;
        return found;
    };
    let mut body = story.begin;
    if let Some(dateline) = lines::dateline(story.text) {
        let at = |offset: usize| story.begin + offset;
        found.head.dateline = Some(Span::new(at(dateline.place.0), at(dateline.place.1)));
        body = at(dateline.end);
        if let Some((date, begin, end)) = dateline.date
            && found.published.is_none()
        {
            found.published = Some(date);
            found.head.dated = Some(Span::new(at(begin), at(end)));
        }
    }
    found.head.body = Span::new(body, body).begin;
    if found.published.is_none() {
        dated_at_the_end(text, &mut found);
    }
    if found.outlet.is_none() {
        let mut last = text.trim_end().rsplit('\n').take(LAST_LINES);
        found.outlet = last.find_map(|line| outlet::copyright(line.trim()));
    }
    found
}

/// Takes one line of the head; answers whether it was one.
fn take(
    found: &mut Found,
    line: Line<'_>,
    next: Option<Line<'_>>,
    after: Option<Line<'_>>,
    title: Option<&str>,
) -> bool {
    let nothing_yet = found.head.title.is_none();
    if lines::is_label(line.text) {
        return true;
    }
    if nothing_yet
        && found.outlet.is_none()
        && !title.is_some_and(|title| same(title, line.text))
        && let Some(outlet) = outlet::masthead(line.text)
    {
        found.outlet = Some(outlet);
        return true;
    }
    if nothing_yet && title.is_some_and(|title| same(title, line.text)) {
        found.head.title = Some(line.span());
        return true;
    }
    if let Some((date, begin, end)) = lines::date_line(line.text) {
        // A second date is when it was updated.
        if found.published.is_none() {
            found.published = Some(date);
            found.head.dated = Some(Span::new(line.begin + begin, line.begin + end));
        }
        return true;
    }
    // "By Ann Example, 3 May 2025" names no place.
    if let Some(here) = lines::place_and_date_line(line.text)
        && lines::byline(line.text).is_none()
    {
        let (date, begin, end) = here.date;
        if found.published.is_none() {
            found.published = Some(date);
            found.head.dated = Some(Span::new(line.begin + begin, line.begin + end));
        }
        if let (Some(place), None) = (here.place, found.head.dateline) {
            found.head.dateline = Some(Span::new(line.begin, line.begin + place));
        }
        return true;
    }
    if found.byline.is_empty()
        && let Some(byline) = lines::byline(line.text)
    {
        found.byline = byline.authors;
        found.head.byline = Some(Span::new(line.begin, line.begin + byline.end));
        if let Some((date, begin, end)) = byline.date
            && found.published.is_none()
        {
            found.published = Some(date);
            found.head.dated = Some(Span::new(line.begin + begin, line.begin + end));
        }
        return true;
    }
    let started = found.published.is_some() || !found.byline.is_empty();
    let Some(next) = next else { return false };
    if lines::dateline(line.text).is_some() {
        return false;
    }
    if nothing_yet && title.is_none() && !started && lines::is_title(line.text, next.text) {
        found.head.title = Some(line.span());
        found.title = Some(line.text.to_owned());
        return true;
    }
    // A bare name, or a standfirst, stands between the headline and a line that is surely of the head.
    let before_the_end = |line: Option<Line<'_>>| {
        line.is_some_and(|l| date_of_line(l.text).is_some() || lines::byline(l.text).is_some())
    };
    if found.head.title.is_some() && !started {
        let sure = before_the_end(Some(next)) || lines::dateline(next.text).is_some();
        if let Some(authors) = lines::bare_byline(line.text, sure)
            && found.byline.is_empty()
        {
            found.byline = authors;
            found.head.byline = Some(line.span());
            return true;
        }
        if before_the_end(Some(next)) || before_the_end(after) && lines::is_standfirst(next.text) {
            return lines::is_standfirst(line.text);
        }
    }
    false
}

/// The date of a line that is a date line.
pub(super) fn date_of_line(line: &str) -> Option<PartialDate> {
    let date = lines::date_line(line).or_else(|| lines::place_and_date_line(line).map(|l| l.date));
    date.map(|(date, ..)| date)
}

/// The authors of a line that is a byline, and the date in it.
pub(super) fn byline_of_line(line: &str) -> Option<(Vec<String>, Option<PartialDate>)> {
    lines::byline(line).map(|byline| (byline.authors, byline.date.map(|(date, ..)| date)))
}

/// Equal but for case, white space and the shape of quotation marks?
fn same(a: &str, b: &str) -> bool {
    fn plain(s: &str) -> impl Iterator<Item = char> {
        s.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
    }
    // Lazily: a line may be a whole story.
    a == b || plain(a).eq(plain(b))
}

/// "Northline, 8 July 2024" as the last line.
fn dated_at_the_end(text: &str, found: &mut Found) {
    let end = text.trim_end();
    let begin = end.rfind('\n').map_or(0, |at| at + 1);
    let line = &end[begin..];
    let prefix = [
        "First published in the ",
        "Published in the ",
        "Published in ",
    ];
    let bare = prefix
        .iter()
        .find_map(|p| line.strip_prefix(p))
        .unwrap_or(line);
    let (begin, line) = (begin + line.len() - bare.len(), bare);
    if begin <= found.head.body as usize || line.len() > 80 {
        return;
    }
    let from = match line.rfind([',', '(']) {
        _ if written::prefix(line).is_some() => 0,
        Some(_) => {
            let comma = line.find([',', '(']).unwrap_or(0);
            let outlet = line[..comma].split_whitespace();
            if !outlet.clone().all(|w| w.starts_with(char::is_uppercase)) || outlet.count() > 5 {
                return;
            }
            line.len() - line[comma + 1..].trim_start().len()
        }
        None => return,
    };
    if let Some((date, len)) = written::prefix(&line[from..])
        && line[from + len..].trim_matches([')', '.', ' ']).is_empty()
    {
        found.published = Some(date);
        found.head.dated = Some(Span::new(begin + from, begin + from + len));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, span: Option<Span>) -> &str {
        span.map(|s| s.of(text)).unwrap_or_default()
    }

    #[track_caller]
    fn check(
        text: &str,
        title: &str,
        byline: &[&str],
        published: &str,
        dateline: &str,
        story: &str,
    ) {
        let found = find(text, None);
        assert_eq!(words(text, found.head.title), title, "title");
        assert_eq!(found.byline, byline, "byline");
        let date = found.published.map(|d| d.to_string()).unwrap_or_default();
        assert_eq!(date, published, "published");
        assert_eq!(words(text, found.head.dateline), dateline, "dateline");
        let body = &text[found.head.body as usize..];
        assert!(body.starts_with(story), "story begins {:?}", body.get(..40));
    }

    const STORY: &str =
        "The night ferry will sail again, the harbour master said on Monday after a long meeting.";

    #[test]
    fn heads() {
        check(
            &format!(
                "Night ferry sails\nBy Ann Example and Bo van Sample\n8 July 2024\n\nBREMEN, Germany (Northline) — {STORY}"
            ),
            "Night ferry sails",
            &["Ann Example", "Bo van Sample"],
            "2024-07-08",
            "BREMEN, Germany",
            "The night",
        );
        check(
            &format!("By Ann B Example\n{STORY}"),
            "",
            &["Ann B Example"],
            "",
            "",
            "The night",
        );
        check(&format!("{STORY}\n{STORY}"), "", &[], "", "", "The night");
        check(
            &format!(
                "Valley 2 Borough 2: manager rages\nJamie Sample at Canal Road\nSunday 9 November 2025\n\n{STORY}"
            ),
            "Valley 2 Borough 2: manager rages",
            &["Jamie Sample"],
            "2025-11-09",
            "",
            "The night",
        );
        check(
            &format!(
                "FOR IMMEDIATE RELEASE\n\nFERRY COMPANY BUYS FERRY\n\nValparaíso, Chile – October 21, 2025 – {STORY}"
            ),
            "FERRY COMPANY BUYS FERRY",
            &[],
            "2025-10-21",
            "Valparaíso, Chile",
            "The night",
        );
        check(
            &format!(
                "La navette fait des vagues\nPar Solène Example\nLe 6 mars 2026\n\nMARSEILLE — {STORY}"
            ),
            "La navette fait des vagues",
            &["Solène Example"],
            "2026-03-06",
            "MARSEILLE",
            "The night",
        );
        check(
            &format!(
                "“A boat should know when to leave”\n\nThe Post interview: Ken Sample, captain of a ferry\nInterview by Rin Example, Osaka\n7 December 2025\n\n{STORY}"
            ),
            "“A boat should know when to leave”",
            &["Rin Example"],
            "2025-12-07",
            "",
            "The night",
        );
        check(
            &format!("Market reopens\n\n{STORY}\n\nNorthline, 8 July 2024\n"),
            "Market reopens",
            &[],
            "2024-07-08",
            "",
            "The night",
        );
        check(
            &format!("\n\nNAIROBI, Kenya (AP) _\n\n{STORY}\n"),
            "",
            &[],
            "",
            "NAIROBI, Kenya",
            "\n\nThe night",
        );
        check(
            &format!("FERRY - NIGHT FERRY SAILS AFTER LONG MEETING.\nBREMEN 1996-08-30\n{STORY}"),
            "FERRY - NIGHT FERRY SAILS AFTER LONG MEETING.",
            &[],
            "1996-08-30",
            "BREMEN",
            "\nThe night",
        );
        check(
            &format!("LONDON, March 3 (Northline) -- {STORY}"),
            "",
            &[],
            "",
            "LONDON",
            "The night",
        );
        check(
            &format!("“No boat tonight,” she said.\n{STORY}"),
            "",
            &[],
            "",
            "",
            "“No boat",
        );
        check(
            &format!("Night ferry sails\nBy Ann Example, 8 July 2024\n\n{STORY}"),
            "Night ferry sails",
            &["Ann Example"],
            "2024-07-08",
            "",
            "The night",
        );
        check("Only a line", "", &[], "", "", "Only");
        check("", "", &[], "", "", "");
    }

    #[test]
    fn the_outlet_where_the_text_names_it() {
        let outlet = |text: &str| find(text, None).outlet.unwrap_or_default();
        let head = "Night ferry sails\n8 July 2024";
        assert_eq!(
            outlet(&format!("THE BERGEN GAZETTE\n\n{head}\n\n{STORY}")),
            "The Bergen Gazette"
        );
        assert_eq!(
            outlet(&format!("{head}\n\n{STORY}\n\n© 2024 Harbour Post\n")),
            "Harbour Post"
        );
        assert_eq!(outlet(&format!("{head}\n\n{STORY}\n\n© Ann Example")), "");
        check(
            &format!("THE BERGEN GAZETTE\n\n{head}\n\n{STORY}"),
            "Night ferry sails",
            &[],
            "2024-07-08",
            "",
            "The night",
        );
    }

    #[test]
    fn a_known_title_is_found_again() {
        let text = format!("Fog “stops” ferries\n\n{STORY}");
        let found = find(&text, Some("Fog \"stops\" ferries"));
        assert_eq!(words(&text, found.head.title), "Fog “stops” ferries");
        let found = find(&text, Some("Another headline"));
        assert_eq!(found.head.title, None);
    }
}
