//! Edit distance, for fuzzy words and "did you mean".

/// The number of letters to insert, delete, replace or swap with their neighbour to make `a` of `b`, if at most `most`
/// (optimal string alignment). Compares characters.
#[must_use]
pub(crate) fn within(a: &str, b: &str, most: usize) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    if most == 0 || a.len().abs_diff(b.len()) > most * 4 {
        return None;
    }
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let width = b.len() + 1;
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..width).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1; width];
        for (j, cb) in b.iter().enumerate() {
            let mut best = (last[j] + usize::from(ca != cb))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *ca == b[j - 1] && a[i - 1] == *cb {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        if row.iter().min().is_none_or(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|d| *d <= most)
}

/// The one of `known` nearest to `name`, letter case apart, if one is near: one step off for names of up to four letters,
/// two for longer ones.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let most = if name.chars().count() < 5 { 1 } else { 2 };
    known
        .into_iter()
        .filter_map(|known| Some((within(&name, known, most)?, known)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{nearest, within};

    #[test]
    fn the_nearest_is_near() {
        assert_eq!(nearest("Serach", ["serve", "search"]), Some("search"));
        assert_eq!(nearest("srv", ["serve", "search"]), None);
    }

    #[test]
    fn counts_swaps_as_one() {
        assert_eq!(within("peace", "peace", 0), Some(0));
        assert_eq!(within("peace", "paece", 1), Some(1));
        assert_eq!(within("peace", "peas", 2), Some(2));
        assert_eq!(within("peace", "treaty", 2), None);
        assert_eq!(within("", "ab", 2), Some(2));
    }
}
