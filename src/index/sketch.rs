//! Sketches: what near-copies of an article (an agency's story as several papers printed it) have nearly the same of.
//!
//! A text is taken as its set of shingles, runs of [`SHINGLE`] words. 128 functions of a shingle each have a least value
//! over the set: two sets agree in such a value with the probability of their resemblance, the share of shingles that
//! they have in common (MinHash; Broder, "On the resemblance and containment of documents", 1997). A function need not
//! look at every shingle: each of [`ROWS`] hash functions deals all shingles out to [`BANDS`] bins, and the least of a
//! bin is one of the values (Li, Owen and Zhang, "One permutation hashing", 2012). A bin that got nothing takes the value
//! of another bin, chosen by a hash of its own (Shrivastava, "Optimal densification for fast and accurate minwise
//! hashing", 2017). Eight bits of each value are kept (b-bit minwise hashing; Li and König, 2010), one of each hash
//! function to a number: two articles that have one such number in common are worth a comparison, see
//! [`groups`](super::groups).

use super::hash::mixed;

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
/// Multiplied with to make room for the next word of a shingle, odd.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;
/// What the first word of a shingle has been multiplied with by the time it leaves.
const OLDEST: u64 = BASE.wrapping_pow(SHINGLE as u32 - 1);
/// What a bin has that got nothing.
const NOTHING: u32 = u32::MAX;

/// The sketch of a text; empty for a short one.
#[must_use]
pub(crate) fn of(text: &str) -> Vec<u64> {
    let mut least = [[NOTHING; BANDS]; ROWS];
    let mut window = [0_u64; SHINGLE];
    let mut shingle = 0_u64;
    let mut words = 0;
    each_word(text, |next| {
        let slot = words % SHINGLE;
        // A polynomial over the words in the window (Karp and Rabin, 1987).
        shingle = shingle
            .wrapping_sub(window[slot].wrapping_mul(OLDEST))
            .wrapping_mul(BASE)
            .wrapping_add(next);
        window[slot] = next;
        words += 1;
        if words >= SHINGLE {
            deal(mixed(shingle), &mut least);
        }
    });
    if words + 1 < SHINGLE + FEWEST {
        return Vec::new();
    }
    let least = least.map(filled);
    let band = |n: usize| least.map(|row| (row[n] ^ (row[n] >> 8)) as u8);
    (0..BANDS).map(|n| u64::from_le_bytes(band(n))).collect()
}

/// Deals a shingle out to a bin of each row.
fn deal(shingle: u64, least: &mut [[u32; BANDS]; ROWS]) {
    // Many functions from two, h + i·g (Kirsch and Mitzenmacher, "Less hashing, same performance", 2006): any two of
    // them are all but independent, which is what the estimate's error depends on.
    let (mut h, g) = (shingle, mixed(shingle ^ BASE) | 1);
    for row in least {
        h = h.wrapping_add(g);
        let bin = &mut row[(h >> 60) as usize % BANDS];
        *bin = (*bin).min((h >> 16) as u32);
    }
}

/// The row with a value in every bin; at least one must have got something.
fn filled(row: [u32; BANDS]) -> [u32; BANDS] {
    if !row.contains(&NOTHING) || row == [NOTHING; BANDS] {
        return row;
    }
    std::array::from_fn(|n| {
        let mut try_next = n as u64;
        loop {
            let value = row[try_next as usize % BANDS];
            if value != NOTHING {
                return value;
            }
            try_next = mixed(try_next.wrapping_add(BASE));
        }
    })
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

/// Hands on the words of a text, runs of letters and digits, each as a hash of its lower case.
fn each_word(text: &str, mut each: impl FnMut(u64)) {
    const NONE: u64 = 0;
    // Numbers are hashed as in the compiler's own tables (FxHash).
    let with = |hash: u64, number: u64| (hash.rotate_left(5) ^ number).wrapping_mul(BASE);
    let bytes = text.as_bytes();
    let (mut at, mut hash) = (0, NONE);
    while at < bytes.len() {
        // Letters and digits of ASCII, eight at a time.
        loop {
            let (eight, length) = word_of_eight(bytes.get(at..).unwrap_or_default());
            if length > 0 {
                hash = with(hash, eight);
            }
            at += length;
            if length < 8 {
                break;
            }
        }
        if bytes.get(at).is_some_and(|byte| !byte.is_ascii()) {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
                break;
            };
            at += c.len_utf8();
            if c.is_alphanumeric() {
                hash = c.to_lowercase().fold(hash, |h, c| with(h, u64::from(c)));
                continue;
            }
        } else {
            at += 1;
        }
        if hash != NONE {
            each(hash);
            hash = NONE;
        }
    }
    if hash != NONE {
        each(hash);
    }
}

/// The letters and digits of ASCII that some bytes begin with, eight at most: in lower case as one number, and how many.
fn word_of_eight(bytes: &[u8]) -> (u64, usize) {
    /// A byte in each place.
    const fn eight(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    const TOP: u64 = eight(0x80);
    let chunk = match bytes.first_chunk() {
        Some(chunk) => *chunk,
        None => {
            let mut chunk = [0; 8];
            chunk[..bytes.len()].copy_from_slice(bytes);
            chunk
        }
    };
    let all = u64::from_le_bytes(chunk);
    // All eight at once: the top bit of a sum is set where a byte is no less than a bound.
    let from = |bytes: u64, least: u8| (bytes & !TOP) + eight(0x80 - least);
    let between = |bytes: u64, least: u8, most: u8| from(bytes, least) & !from(bytes, most + 1);
    // The bit that makes letters lower case, and that digits have.
    let lower = all | eight(0x20);
    let fit = (between(lower, b'a', b'z') | between(all, b'0', b'9')) & !all & TOP;
    let length = ((fit ^ TOP).trailing_zeros() / 8) as usize;
    let word = lower.swap_bytes().checked_shr(64 - 8 * length as u32);
    (word.unwrap_or(0), length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn eight_bytes_at_once_are_what_they_are_one_by_one(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), b'/'..b';', b'@'..b'{'], 0..12),
        ) {
            let word: Vec<u8> = bytes
                .iter()
                .take(8)
                .take_while(|byte| byte.is_ascii_alphanumeric())
                .map(u8::to_ascii_lowercase)
                .collect();
            let number = word.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            prop_assert_eq!(word_of_eight(&bytes), (number, word.len()));
        }
    }

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
    fn every_bin_gets_a_value_whichever_has_one() {
        for n in 0..BANDS {
            let mut row = [NOTHING; BANDS];
            row[n] = 7;
            assert_eq!(filled(row), [7; BANDS]);
        }
        assert_eq!(filled([NOTHING; BANDS]), [NOTHING; BANDS]);
    }

    #[test]
    fn short_texts_are_told_apart_too() {
        // Of 60 words the last 15 are others: 41 of 71 shingles are common, 0.577.
        let found: Vec<f64> = (0..200)
            .map(|n| {
                let own = |from: usize, to: usize| (n * 1000 + from)..(n * 1000 + to);
                let a = of(&text(own(0, 60)));
                let b = of(&text(own(0, 45).chain(own(100, 115))));
                resemblance(&a, &b)
            })
            .collect();
        let mean = found.iter().sum::<f64>() / 200.0;
        assert!((mean - 0.577).abs() < 0.02, "{mean}");
        let variance = found.iter().map(|f| (f - mean).powi(2)).sum::<f64>() / 199.0;
        assert!(variance.sqrt() < 0.06, "{}", variance.sqrt());
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
