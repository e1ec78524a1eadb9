//! Who published a text, where the text itself says so: a masthead above the headline, or a copyright line at the end.
//!
//! Careful by design: a name that does not sound like a newspaper, an agency or a station is nobody's. "© 2025 Ann Example" is
//! who took the photograph.

/// What newspapers, agencies and stations are called, as the last word or in front of where they are.
const MEDIA: &[&str] = &[
    "advertiser",
    "agency",
    "argus",
    "broadcasting",
    "bulletin",
    "chronicle",
    "courier",
    "daily",
    "dispatch",
    "echo",
    "examiner",
    "express",
    "gazette",
    "globe",
    "guardian",
    "herald",
    "independent",
    "inquirer",
    "journal",
    "lantern",
    "ledger",
    "mail",
    "mercury",
    "messenger",
    "mirror",
    "monitor",
    "news",
    "newspaper",
    "newspapers",
    "observer",
    "post",
    "press",
    "radio",
    "record",
    "register",
    "reporter",
    "review",
    "sentinel",
    "standard",
    "star",
    "sun",
    "telegraph",
    "television",
    "times",
    "tribune",
    "weekly",
    "wire",
];
/// Small words within a name.
const SMALL: &[&str] = &["of", "and", "the", "de", "la", "for", "&"];
/// How a copyright line begins, lower case.
const MARKS: &[&str] = &["copyright ©", "copyright (c)", "copyright", "©", "(c)"];
/// How it may go on after the name, lower case.
const RIGHTS: &[&str] = &[
    "all rights",
    "any use",
    "this material",
    "no part",
    "reproduction",
];
/// Longest line that is looked at, in bytes.
const LONGEST: usize = 160;
/// Most words of a name.
const MOST_WORDS: usize = 6;

/// "THE BERGEN GAZETTE" on a line of its own. The headline "The Post" is short enough to be taken for one; it loses
/// nothing but the headline.
pub(super) fn masthead(line: &str) -> Option<String> {
    let article = line
        .get(..4)
        .is_some_and(|a| a.eq_ignore_ascii_case("the "));
    let last = line.rsplit(' ').next().unwrap_or_default();
    (article && line.split_whitespace().count() > 2 && is_media(last))
        .then(|| name(line))
        .flatten()
}

/// "© 2025 The Bergen Gazette. All rights reserved."
pub(super) fn copyright(line: &str) -> Option<String> {
    if line.len() > LONGEST {
        return None;
    }
    let mut rest = line.trim();
    let before = rest.len();
    // "© Copyright 2025" has two of them.
    for _ in 0..2 {
        let mark = MARKS.iter().find(|mark| {
            rest.get(..mark.len())
                .is_some_and(|start| start.to_lowercase() == **mark)
        });
        rest = mark.map_or(rest, |mark| rest[mark.len()..].trim_start());
    }
    if rest.len() == before {
        return None;
    }
    // A year, or years from one to another.
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || " -–,".contains(c));
    let rest = rest.strip_prefix("by ").unwrap_or(rest);
    let end = RIGHTS
        .iter()
        .filter_map(|words| rest.to_ascii_lowercase().find(words))
        .min()
        .unwrap_or(rest.len());
    let holder = rest.get(..end)?.trim_end_matches([' ', '.', ',', ';', '|']);
    holder
        .split_whitespace()
        .any(is_media)
        .then(|| name(holder))
        .flatten()
}

fn is_media(word: &str) -> bool {
    MEDIA.iter().any(|media| media.eq_ignore_ascii_case(word))
}

/// A name of two words or more, all with capitals; one that is all capitals is written as usual.
fn name(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let fits = |word: &&str| {
        (word.starts_with(char::is_uppercase) || SMALL.contains(word))
            && word
                .chars()
                .all(|c| c.is_alphanumeric() || "-’'&.".contains(c))
            && !word.ends_with('.')
    };
    if !(2..=MOST_WORDS).contains(&words.len()) || !words.iter().all(fits) {
        return None;
    }
    if text.chars().any(char::is_lowercase) {
        return Some(words.join(" "));
    }
    let usual = words.iter().enumerate().map(|(n, word)| {
        let low = word.to_lowercase();
        let mut letters = low.chars();
        match letters.next() {
            Some(first) if n == 0 || !SMALL.contains(&low.as_str()) => {
                first.to_uppercase().chain(letters).collect()
            }
            _ => low.clone(),
        }
    });
    Some(usual.collect::<Vec<String>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::{copyright, masthead};

    #[test]
    fn copyright_lines() {
        for (line, outlet) in [
            (
                "© 2025 The Bergen Gazette. All rights reserved.",
                Some("The Bergen Gazette"),
            ),
            ("Copyright © 2019-2025 Harbour Post", Some("Harbour Post")),
            (
                "© Copyright 2025 by The Northline Wire",
                Some("The Northline Wire"),
            ),
            (
                "(c) 2025 NORTHLINE PRESS AGENCY",
                Some("Northline Press Agency"),
            ),
            ("© 2025 Ann Example", None),
            ("© Harbour Authority", None),
            ("Copyright is a right of the press, said Ann Example.", None),
            ("© 2025 the press and everybody else", None),
            ("The Bergen Gazette", None),
            ("©", None),
        ] {
            assert_eq!(copyright(line).as_deref(), outlet, "{line}");
        }
    }

    #[test]
    fn mastheads() {
        for (line, outlet) in [
            ("THE BERGEN GAZETTE", Some("The Bergen Gazette")),
            (
                "The Isle of Sample Courier",
                Some("The Isle of Sample Courier"),
            ),
            ("Council buys Courier", None),
            ("The council buys the Courier", None),
            ("The Post", None),
            ("Bergen Gazette", None),
        ] {
            assert_eq!(masthead(line).as_deref(), outlet, "{line}");
        }
    }
}
