//! The language of a text: what the metadata say, else what it looks like.
//!
//! English is told by its function words, which is quick and does not waver over foreign names; the rest by whatlang,
//! and only where it is sure. A wrong "not English" costs an article its statements, a missing one costs little.

/// Bytes of text looked at.
const SAMPLE: usize = 2048;

/// Is it one of the function words, of two to five letters, that are English and, together, nothing else?
fn is_english(word: &str) -> bool {
    let mut lower = [0; 5];
    let Some(lower) = lower.get_mut(..word.len()) else {
        return false;
    };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    #[rustfmt::skip]
    let english = matches!(
        &*lower,
        b"the" | b"of" | b"and" | b"to" | b"that" | b"was" | b"for" | b"with" | b"on" | b"it" | b"he" | b"is" | b"by"
            | b"said" | b"his" | b"has" | b"from" | b"at" | b"they" | b"which" | b"have" | b"not" | b"this" | b"who"
            | b"been" | b"their" | b"but" | b"would" | b"were" | b"had" | b"be" | b"are" | b"as" | b"an" | b"she"
            | b"her" | b"after" | b"we"
    );
    english
}

/// ISO 639-1 code of a language as metadata name it: `en`, `en-GB`, `eng`, `English`.
pub(super) fn code(given: &str) -> Option<String> {
    let first = given
        .trim()
        .split(['-', '_', ' ', ','])
        .next()?
        .to_ascii_lowercase();
    if first.len() == 2 && first.bytes().all(|b| b.is_ascii_lowercase()) {
        return Some(first);
    }
    LANGUAGES
        .iter()
        .find(|(_, three, name)| *three == first || *name == first)
        .map(|(two, ..)| (*two).to_owned())
}

/// ISO 639-1 code of the language that the text is surely in.
pub(super) fn detect(text: &str) -> Option<&'static str> {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = text.get(..end)?;
    let (words, english) = count(sample);
    if words >= 8 && english * 6 >= words {
        return Some("en");
    }
    if sample.chars().filter(|c| c.is_alphabetic()).count() < 40 {
        return None;
    }
    let info = whatlang::detect(sample)?;
    if !info.is_reliable() {
        return None;
    }
    let three = info.lang().code();
    let two = LANGUAGES
        .iter()
        .find(|(_, code, _)| *code == three)
        .map(|(two, ..)| *two)?;
    // The two disagree: leave it open.
    (two == "en" || english * 12 < words).then_some(two)
}

/// How many words a text has, and how many of them are English.
fn count(text: &str) -> (u32, u32) {
    let char_at = |at: usize| text.get(at..).and_then(|rest| rest.chars().next());
    let bytes = text.as_bytes();
    let (mut words, mut english, mut begin) = (0, 0, 0);
    let mut at = 0;
    loop {
        // The next character's length, and whether it belongs to a word.
        let (length, belongs) = match bytes.get(at) {
            Some(byte) if byte.is_ascii() => (1, byte.is_ascii_alphanumeric()),
            _ => match char_at(at) {
                Some(c) => (c.len_utf8(), c.is_alphanumeric()),
                None => (0, false),
            },
        };
        if !belongs {
            if let Some(word) = text.get(begin..at).filter(|word| !word.is_empty()) {
                words += 1;
                english += u32::from(is_english(word));
            }
            if length == 0 {
                return (words, english);
            }
            begin = at + length;
        }
        at += length;
    }
}

/// ISO 639-1, ISO 639-3, English name.
const LANGUAGES: &[(&str, &str, &str)] = &[
    ("af", "afr", "afrikaans"),
    ("ak", "aka", "akan"),
    ("am", "amh", "amharic"),
    ("ar", "ara", "arabic"),
    ("az", "aze", "azerbaijani"),
    ("be", "bel", "belarusian"),
    ("bn", "ben", "bengali"),
    ("bg", "bul", "bulgarian"),
    ("ca", "cat", "catalan"),
    ("cs", "ces", "czech"),
    ("cy", "cym", "welsh"),
    ("da", "dan", "danish"),
    ("de", "deu", "german"),
    ("el", "ell", "greek"),
    ("en", "eng", "english"),
    ("eo", "epo", "esperanto"),
    ("es", "spa", "spanish"),
    ("et", "est", "estonian"),
    ("fa", "pes", "persian"),
    ("fi", "fin", "finnish"),
    ("fr", "fra", "french"),
    ("gu", "guj", "gujarati"),
    ("he", "heb", "hebrew"),
    ("hi", "hin", "hindi"),
    ("hr", "hrv", "croatian"),
    ("hu", "hun", "hungarian"),
    ("hy", "hye", "armenian"),
    ("id", "ind", "indonesian"),
    ("it", "ita", "italian"),
    ("ja", "jpn", "japanese"),
    ("jv", "jav", "javanese"),
    ("ka", "kat", "georgian"),
    ("km", "khm", "khmer"),
    ("kn", "kan", "kannada"),
    ("ko", "kor", "korean"),
    ("la", "lat", "latin"),
    ("lt", "lit", "lithuanian"),
    ("lv", "lav", "latvian"),
    ("mk", "mkd", "macedonian"),
    ("ml", "mal", "malayalam"),
    ("mr", "mar", "marathi"),
    ("my", "mya", "burmese"),
    ("nb", "nob", "norwegian"),
    ("ne", "nep", "nepali"),
    ("nl", "nld", "dutch"),
    ("or", "ori", "odia"),
    ("pa", "pan", "punjabi"),
    ("pl", "pol", "polish"),
    ("pt", "por", "portuguese"),
    ("ro", "ron", "romanian"),
    ("ru", "rus", "russian"),
    ("si", "sin", "sinhala"),
    ("sk", "slk", "slovak"),
    ("sl", "slv", "slovenian"),
    ("sn", "sna", "shona"),
    ("sr", "srp", "serbian"),
    ("sv", "swe", "swedish"),
    ("ta", "tam", "tamil"),
    ("te", "tel", "telugu"),
    ("th", "tha", "thai"),
    ("tk", "tuk", "turkmen"),
    ("tl", "tgl", "tagalog"),
    ("tr", "tur", "turkish"),
    ("uk", "ukr", "ukrainian"),
    ("ur", "urd", "urdu"),
    ("uz", "uzb", "uzbek"),
    ("vi", "vie", "vietnamese"),
    ("yi", "yid", "yiddish"),
    ("zh", "cmn", "chinese"),
    ("zu", "zul", "zulu"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{code, count, detect, is_english};

    proptest! {
        #[test]
        fn words_are_runs_of_letters_and_digits(text in "([tTheof ]|\\PC|é|—){0,40}") {
            let words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
            let english = words.clone().filter(|w| is_english(w)).count();
            prop_assert_eq!(count(&text), (words.count() as u32, english as u32));
        }
    }

    #[test]
    fn names_of_languages() {
        assert_eq!(code("en-GB").as_deref(), Some("en"));
        assert_eq!(code("ENG").as_deref(), Some("en"));
        assert_eq!(code("French").as_deref(), Some("fr"));
        assert_eq!(code("klingon"), None);
    }

    #[test]
    fn detected() {
        assert_eq!(
            detect(
                "The minister said on Monday that the ferries would sail again, and that nobody was to blame."
            ),
            Some("en")
        );
        assert_eq!(
            detect(
                "La navette maritime qui relie le Vieux-Port à l'Estaque circulera désormais jusqu'à deux heures du matin, a annoncé jeudi l'adjointe au maire."
            ),
            Some("fr")
        );
        assert_eq!(detect("Skipton 2 Goole 1"), None);
    }
}
