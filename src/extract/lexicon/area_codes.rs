//! Telephone area codes of North America: the number to call tells the state or province in which a story plays.

use std::sync::OnceLock;

/// Codes have three digits.
const CODES: usize = 1000;

/// GeoNames code of the division of an area code ("903" → `US.TX`); `None` for one that is none or toll-free.
#[must_use]
pub fn division(code: &str) -> Option<&'static str> {
    static TABLE: OnceLock<Vec<Option<&'static str>>> = OnceLock::new();
    if code.len() != 3 {
        return None;
    }
    let table = TABLE.get_or_init(|| {
        let mut table = vec![None; CODES];
        let lines = include_str!("area_codes.txt").lines();
        for (division, codes) in lines.filter_map(|line| line.split_once('\t')) {
            for code in codes.split(' ').filter_map(|c| c.parse::<usize>().ok()) {
                if let Some(slot) = table.get_mut(code) {
                    *slot = Some(division);
                }
            }
        }
        table
    });
    let number: usize = code.parse().ok()?;
    table.get(number).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_digits_are_a_code() {
        assert_eq!(division("903"), Some("US.TX"));
        assert_eq!(division("604"), Some("CA.02"));
        assert_eq!(division("800"), None);
        assert_eq!(division("19"), None);
        assert_eq!(division("abc"), None);
    }

    #[test]
    fn no_code_is_listed_twice() {
        let mut all: Vec<&str> = include_str!("area_codes.txt")
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .flat_map(|(_, codes)| codes.split(' '))
            .collect();
        let listed = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(listed, all.len());
    }
}
