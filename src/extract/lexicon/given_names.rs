//! Given names that point one way: evidence for he or she, never a fact about a person.
//!
//! `given_names.txt` is derived from the US Census lists of 1990 (see [`crate::train::given_names`]),
//! `given_names_world.txt` is written by hand.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::article::Gender;

use super::words::{entries, fold};

static NAMES: LazyLock<HashMap<u64, Option<Gender>>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    let lists = [
        include_str!("given_names.txt"),
        include_str!("given_names_world.txt"),
    ];
    for (head, words) in lists.into_iter().flat_map(entries) {
        let gender = if head == "female" {
            Gender::Female
        } else {
            Gender::Male
        };
        for name in words.split_whitespace() {
            let gender = (head != "both").then_some(gender);
            names
                .entry(fold(name))
                .and_modify(|known| {
                    if *known != gender {
                        *known = None;
                    }
                })
                .or_insert(gender);
        }
    }
    names
});

/// What the given name points to; `None` where it is unknown or common for both.
#[must_use]
pub fn gender(name: &str) -> Option<Gender> {
    if let Some(&known) = NAMES.get(&fold(name)) {
        return known;
    }
    if name.is_ascii() {
        return None;
    }
    let plain: String = name.chars().map(plain_letter).collect();
    NAMES.get(&fold(&plain)).copied().flatten()
}

/// The letter without its diacritic, for the Latin letters of European names; others as they are.
#[must_use]
pub fn plain_letter(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => 'a',
        'ç' | 'ć' | 'č' | 'Ç' | 'Ć' | 'Č' => 'c',
        'ď' | 'đ' | 'Ď' | 'Đ' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ę' | 'ě' | 'ė' | 'È'..='Ë' | 'Ę' | 'Ě' | 'Ė' => 'e',
        'ğ' | 'Ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' | 'Ì'..='Ï' | 'İ' => 'i',
        'ł' | 'Ł' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ň' | 'Ñ' | 'Ń' | 'Ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' | 'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ő' => 'o',
        'ř' | 'Ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' | 'Ś' | 'Š' | 'Ş' | 'Ș' => 's',
        'ť' | 'ţ' | 'ț' | 'Ť' | 'Ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'Ù'..='Ü' | 'Ū' | 'Ů' | 'Ű' => 'u',
        'ý' | 'ÿ' | 'Ý' => 'y',
        'ź' | 'ż' | 'ž' | 'Ź' | 'Ż' | 'Ž' => 'z',
        other => other.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_sided_names_tell() {
        assert_eq!(gender("Mary"), Some(Gender::Female));
        assert_eq!(gender("WERNER"), Some(Gender::Male));
        assert_eq!(gender("Zoë"), gender("Zoe"));
        assert_eq!(gender("Jordan"), None);
        assert_eq!(gender("Xyzzy"), None);
    }
}
