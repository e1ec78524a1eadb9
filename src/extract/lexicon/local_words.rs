//! Words that tell the country in which a story plays though they name no place: "sheriff", "constabulary", "panchayat".

use std::collections::HashMap;
use std::sync::OnceLock;

/// ISO 3166-1 code of the country that a word points at. Case does not count.
#[must_use]
pub fn country(word: &str) -> Option<&'static str> {
    static WORDS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        include_str!("local_words.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('\t'))
            .flat_map(|(code, words)| words.split(';').map(move |word| (word, code)))
            .collect()
    });
    let longest = 16;
    if word.len() > longest || word.len() < 2 {
        return None;
    }
    if let Some(code) = words.get(word) {
        return Some(code);
    }
    // a buffer on the stack: this is asked of every token
    let mut lower = [0; 16];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    words.get(std::str::from_utf8(lower).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count() {
        assert_eq!(country("Sheriff"), Some("US"));
        assert_eq!(country("constabulary"), Some("GB"));
        assert_eq!(country("table"), None);
        assert_eq!(country(""), None);
    }

    #[test]
    fn every_word_fits_the_buffer() {
        for line in include_str!("local_words.txt").lines().skip(2) {
            for word in line.split('\t').nth(1).unwrap_or_default().split(';') {
                assert!((2..=16).contains(&word.len()), "{word}");
            }
        }
    }
}
