//! Words that tell the country in which a story plays though they name no place: "sheriff", "constabulary", "panchayat".

use std::collections::HashMap;
use std::sync::OnceLock;

/// Bytes of the longest word.
const LONGEST: usize = 16;

struct Words {
    countries: HashMap<&'static str, &'static str>,
    /// For each first byte, bit n set if there is a word of n bytes: nearly every word of a text is turned away here.
    lengths: [u32; 256],
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| {
        let countries: HashMap<_, _> = include_str!("local_words.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('\t'))
            .flat_map(|(code, words)| words.split(';').map(move |word| (word, code)))
            .collect();
        let mut lengths = [0; 256];
        for word in countries.keys() {
            if let Some(first) = word.bytes().next() {
                lengths[first as usize] |= 1 << word.len().min(LONGEST);
            }
        }
        Words { countries, lengths }
    })
}

/// ISO 3166-1 code of the country that a word points at. Case does not count.
#[must_use]
pub fn country(word: &str) -> Option<&'static str> {
    let words = words();
    let first = word.bytes().next()?.to_ascii_lowercase();
    if word.len() > LONGEST || words.lengths[first as usize] >> word.len() & 1 == 0 {
        return None;
    }
    // A buffer on the stack: this is asked of every word.
    let mut lower = [0; LONGEST];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).ok()?;
    words.countries.get(lower).copied()
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
