//! Sketches: what near-copies of an article (an agency's story as several papers printed it) have nearly the same of.
//!
//! A text is taken as its set of shingles, runs of [`SHINGLE`] words. Of 128 hash functions each keeps the least value
//! that it has over the set: two sets agree in such a value with the probability of their resemblance, the share of
//! shingles that they have in common (MinHash; Broder, "On the resemblance and containment of documents", 1997). Eight
//! bits of each value are kept (b-bit minwise hashing; Li and König, 2010), eight values to a number: two articles that
//! have one such number in common are worth a comparison, see [`groups`](super::groups).

/// Numbers of a sketch.
pub(crate) const BANDS: usize = 16;
/// Values in a number.
const ROWS: usize = 8;
/// Words of a shingle.
const SHINGLE: usize = 5;
/// A text of fewer shingles has no sketch: short notices resemble one another by chance.
const FEWEST: usize = 24;
/// What two unlike values agree by chance.
const CHANCE: f64 = 1.0 / 256.0;

/// The sketch of a text; empty for a short one.
#[must_use]
pub(crate) fn of(text: &str) -> Vec<u64> {
    let mut least = [i32::MAX; BANDS * ROWS];
    let mut window = [0_u64; SHINGLE];
    let mut words = 0;
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
    {
        window[words % SHINGLE] = hash(word);
        words += 1;
        if words < SHINGLE {
            continue;
        }
        let mut shingle = 0_u64;
        for back in 0..SHINGLE {
            shingle = mixed(shingle ^ window[(words + back) % SHINGLE]);
        }
        // 128 functions from two, h + i·g (Kirsch and Mitzenmacher, "Less hashing, same performance", 2006): any two of
        // them are all but independent, which is what the estimate's error depends on. Signed, as the least processors
        // compare several signed numbers at once and no unsigned ones.
        let (h, g) = (shingle as i32, (shingle >> 32) as i32 | 1);
        let mut value = h;
        for slot in &mut least {
            value = value.wrapping_add(g);
            *slot = (*slot).min(value);
        }
    }
    if words + 1 < SHINGLE + FEWEST {
        return Vec::new();
    }
    let (bands, _) = least.as_chunks::<ROWS>();
    bands
        .iter()
        .map(|rows| u64::from_le_bytes(rows.map(|value| (value ^ (value >> 8)) as u8)))
        .collect()
}

/// About how much two sketched texts have in common, from 0 to 1: the share of shingles of either that are in both.
#[must_use]
pub(crate) fn resemblance(a: &[u64], b: &[u64]) -> f64 {
    let same: u32 = a
        .iter()
        .zip(b)
        .map(|(a, b)| {
            let unlike = a ^ b;
            (0..ROWS)
                .filter(|row| unlike >> (row * 8) & 0xff == 0)
                .count() as u32
        })
        .sum();
    let rows = (a.len().min(b.len()) * ROWS).max(1);
    ((f64::from(same) / rows as f64 - CHANCE) / (1.0 - CHANCE)).max(0.0)
}

/// FNV-1a over the lower-case letters.
fn hash(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    if word.is_ascii() {
        word.bytes().for_each(|b| add(b.to_ascii_lowercase()));
    } else {
        for c in word.chars().flat_map(char::to_lowercase) {
            u32::from(c).to_le_bytes().into_iter().for_each(&mut add);
        }
    }
    hash
}

/// Spreads every bit over all (the finaliser of SplitMix64).
fn mixed(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: impl Iterator<Item = usize>) -> String {
        words.map(|n| format!("word{n} ")).collect()
    }

    #[test]
    fn resemblance_is_near_the_share_of_common_shingles() {
        let a = of(&text(0..1000));
        // Of 1,000 words the last 200 are others: 796 of 1,196 shingles are common.
        let b = of(&text((0..800).chain(5000..5200)));
        let found = resemblance(&a, &b);
        assert!((found - 0.667).abs() < 0.15, "{found}");
        assert!(resemblance(&a, &of(&text(7000..8000))) < 0.1);
        assert!((resemblance(&a, &a) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn it_errs_to_neither_side() {
        // 100 pairs of texts of 400 words whose first halves agree: 196 of 596 shingles are common, 0.329. One estimate
        // has a standard error of √(0.329 · 0.671 / 128) = 0.042, the mean of a hundred a tenth of that.
        let found: Vec<f64> = (0..100)
            .map(|n| {
                let own = |from: usize| (n * 10_000 + from)..(n * 10_000 + from + 200);
                let a = of(&text(own(0).chain(own(1000))));
                let b = of(&text(own(0).chain(own(2000))));
                resemblance(&a, &b)
            })
            .collect();
        let mean = found.iter().sum::<f64>() / 100.0;
        assert!((mean - 0.329).abs() < 0.017, "{mean}");
        let variance = found.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / 99.0;
        assert!(variance.sqrt() < 0.055, "{}", variance.sqrt());
    }

    #[test]
    fn case_and_marks_do_not_matter_and_short_texts_have_no_sketch() {
        let one = text(0..100);
        let two = one.to_uppercase().replace(' ', ", ");
        assert_eq!(of(&one), of(&two));
        assert!(of("No comment.").is_empty());
        assert_eq!(of(&text(0..40)).len(), BANDS);
    }
}
