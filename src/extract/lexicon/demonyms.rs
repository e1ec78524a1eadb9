//! Demonyms: words for the people and things of a country, a division or a region.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The place that a demonym ("Kenyan", "Texans", "South Korean") points at: an ISO 3166-1 code, the GeoNames code of a division
/// (`US.TX`), or a name of the gazetteer. Case counts.
#[must_use]
pub fn place(word: &str) -> Option<&'static str> {
    static WORDS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| entries().collect());
    // names that look like plurals of "Lao" and "Philippine"
    if matches!(word, "Laos" | "Philippines") {
        return None;
    }
    words
        .get(word)
        .or_else(|| words.get(word.strip_suffix('s')?))
        .copied()
}

/// Every demonym with its place, as listed: most in the singular.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = |list: &'static str| list.lines().filter(|line| !line.starts_with('#'));
    let countries = lines(include_str!("countries.txt")).filter_map(|line| {
        let mut columns = line.split('\t');
        let (code, names, words) = (columns.next()?, columns.next()?, columns.next()?);
        let name = names.split(';').next()?;
        // The parts of the United Kingdom share its code, and what has none is known by name.
        let place = match code {
            "-" | "GB" => name,
            _ => code,
        };
        (!place.is_empty()).then_some((place, words))
    });
    let others = lines(include_str!("demonyms.txt")).filter_map(|line| line.split_once('\t'));
    countries
        .chain(others)
        .flat_map(|(place, words)| words.split(';').map(move |word| (word, place)))
        .filter(|(word, _)| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_singular_plural_and_compound() {
        assert_eq!(place("Kenyan"), Some("KE"));
        assert_eq!(place("Texans"), Some("Texas"));
        assert_eq!(place("Ohioans"), Some("US.OH"));
        assert_eq!(place("South Koreans"), Some("KR"));
        assert_eq!(place("Swiss"), Some("CH"));
        assert_eq!(place("Welsh"), Some("Wales"));
        assert_eq!(place("polish"), None);
        assert_eq!(place("s"), None);
        assert_eq!(place(""), None);
    }
}
