//! Numbers, dates, names and links as pages show them.

use chrono::{Datelike, NaiveDate};

use crate::date::{Granularity, PartialDate};
use crate::index::stored::StoredSaid;
use crate::index::{fold, names};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// `1,204`
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 statement`, `1,204 statements`
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// `20 November 2025`, `November 2025`, `2025`
pub(super) fn date(date: PartialDate) -> String {
    let Some(first) = date.first() else {
        return date.to_string();
    };
    match date.granularity() {
        Granularity::Year => first.year().to_string(),
        Granularity::Month => format!("{} {}", month_name(first), first.year()),
        Granularity::Day => day(first),
    }
}

/// `20 November 2025`
pub(super) fn day(day: NaiveDate) -> String {
    format!("{} {} {}", day.day(), month_name(day), day.year())
}

/// The month `2025-11` as `November 2025`; other values as they are.
pub(super) fn month(value: &str) -> String {
    value.parse().map_or_else(|_| value.to_owned(), date)
}

fn month_name(day: NaiveDate) -> &'static str {
    MONTHS
        .get(day.month0() as usize)
        .copied()
        .unwrap_or_default()
}

/// When something was said, resolved: `18 November 2025`, `1 – 7 March 2025`; `None` where the text leaves it open.
pub(super) fn said(said: &StoredSaid) -> Option<String> {
    if let Some(date) = said.value.as_deref().and_then(|v| v.parse().ok()) {
        return Some(self::date(date));
    }
    let (from, to) = (said.from?.0, said.to?.0);
    Some(
        match (from.year() == to.year(), from.month() == to.month()) {
            _ if from == to => day(from),
            (true, true) => format!("{} – {}", from.day(), day(to)),
            (true, false) => format!("{} {} – {}", from.day(), month_name(from), day(to)),
            _ => format!("{} – {}", day(from), day(to)),
        },
    )
}

/// White space made single blanks: line breaks of a source are none of a card's.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The address if a browser may be led there: `http` or `https`, nothing else.
pub(super) fn link(url: &str) -> Option<&str> {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let web = lower.starts_with("http://") || lower.starts_with("https://");
    (web && !url.chars().any(|c| c.is_control() || c.is_whitespace())).then_some(url)
}

/// The step of an address that stands for a speaker: `ana-ruiz`; `None` for a name without letters.
///
/// Its words, joined by blanks again, have the [key](names::key) of the name: that is how the speaker is found.
pub(super) fn slug(name: &str) -> Option<String> {
    let key = names::key(name);
    if key.is_empty() {
        return None;
    }
    let folded = fold(name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    // Where taking the name apart changes what it is, its key is not as pretty, but leads there.
    if names::key(&words.join(" ")) == key {
        Some(words.join("-"))
    } else {
        Some(key.replace(' ', "-"))
    }
}

/// The address of a speaker's page.
pub(super) fn person(name: &str) -> Option<String> {
    slug(name).map(|slug| format!("/person/{}", super::view::encode(&slug)))
}

/// The address of a statement in its article; `id` is `KEY.N`.
pub(super) fn in_context(article: &str, id: &str) -> String {
    let n = id.rsplit_once('.').map_or("", |(_, n)| n);
    format!(
        "/article/{}?s={}#s{}",
        super::view::encode(article),
        super::view::encode(n),
        super::view::encode(n)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_numbers_and_dates() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_204_000), "1,204,000");
        assert_eq!(month("2025-11"), "November 2025");
        assert_eq!(date("2025-11-20".parse().unwrap()), "20 November 2025");
    }

    #[test]
    fn leads_only_to_the_web() {
        assert!(link("https://news.example/a?b=c").is_some());
        assert!(link("HTTP://news.example").is_some());
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//evil.example",
            "https:evil",
            " https://a",
            "ht\ttp://a",
            "http://a\nb",
            "",
        ] {
            assert_eq!(link(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn slugs_name_speakers() {
        assert_eq!(slug("Ana Ruíz").as_deref(), Some("ana-ruiz"));
        assert_eq!(slug("…"), None);
        for name in [
            "President Ana Ruíz",
            "Séan O’Dwyer",
            "Oleh Stavnytskyy",
            "Jean-Luc Ångström",
            "李明",
        ] {
            let slug = slug(name).unwrap();
            assert_eq!(
                names::key(&slug.replace('-', " ")),
                names::key(name),
                "{slug}"
            );
        }
    }
}
