//! Bytes to text: byte order mark, strict UTF-8, what the format declares, then a guess; and the way back.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    CoderResult, Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252,
};

use crate::text::{Span, TextMap};

/// Decoded text.
#[derive(Debug)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// From the text to the bytes.
    pub(super) map: TextMap,
}

/// Decodes a whole file or record. `declared` is the name of an encoding that the format gives.
///
/// # Errors
///
/// A sentence, if the bytes are no text: they hold NUL and are not UTF-16.
pub(super) fn decode(bytes: Vec<u8>, declared: Option<&str>) -> Result<Decoded, String> {
    let mut decoded = characters(bytes, declared)?;
    if is_old_mac(decoded.text.as_bytes()) {
        // One byte for another: what leads back is as it was.
        decoded.text = decoded.text.replace('\r', "\n");
    }
    Ok(decoded)
}

fn characters(mut bytes: Vec<u8>, declared: Option<&str>) -> Result<Decoded, String> {
    let marked = Encoding::for_bom(&bytes);
    if let Some((encoding, mark)) = marked.filter(|(encoding, _)| *encoding != UTF_8) {
        return Ok(with(encoding, &bytes, mark));
    }
    if let Some(encoding) = utf16_without_mark(&bytes) {
        return Ok(with(encoding, &bytes, 0));
    }
    if bytes.contains(&0) {
        return Err("holds NUL bytes, so it is no text".to_owned());
    }
    let mark = marked.map_or(0, |(_, mark)| mark);
    if mark > 0 {
        bytes.drain(..mark);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Decoded {
            text,
            map: TextMap::verbatim(mark as u64),
        }),
        Err(error) => Ok(legacy(error.as_bytes(), mark, declared)),
    }
}

/// Is it UTF-16, with a byte order mark or without? Then its lines cannot be told apart before it is decoded.
pub(super) fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(&[0xff, 0xfe])
        || start.starts_with(&[0xfe, 0xff])
        || utf16_without_mark(start).is_some()
}

/// Do lines end as on old Macs, with a carriage return alone?
pub(super) fn is_old_mac(start: &[u8]) -> bool {
    start.contains(&b'\r') && !start.contains(&b'\n')
}

/// Name of the encoding that these first bytes of a file seem to be in, if it is none of Unicode.
pub(super) fn seems(start: &[u8]) -> Option<&'static str> {
    let broken = match str::from_utf8(start) {
        Ok(_) => false,
        // The last character may be cut.
        Err(error) => error.error_len().is_some(),
    };
    (broken && !is_utf16(start)).then(|| guess(start).name())
}

/// UTF-16 without a byte order mark: in text of Latin script every other byte is NUL.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..bytes.len().min(512) & !1)?;
    let nul = |odd: usize| {
        start
            .iter()
            .skip(odd)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (even, odd, pairs) = (nul(0), nul(1), start.len() / 2);
    if pairs < 4 {
        None
    } else if odd * 10 >= pairs * 7 && even * 20 <= pairs {
        Some(UTF_16LE)
    } else if even * 10 >= pairs * 7 && odd * 20 <= pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Text that is not UTF-8, or not all of it.
fn legacy(bytes: &[u8], mark: usize, declared: Option<&str>) -> Decoded {
    let (sound, broken) = utf8_census(bytes);
    if mark > 0 || sound > 4 * broken {
        return mostly_utf8(bytes, mark);
    }
    let declared = declared
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        .filter(|e| *e != UTF_8 && *e != UTF_16LE && *e != UTF_16BE)
        .filter(|e| !e.decode_without_bom_handling(bytes).1);
    with(declared.unwrap_or_else(|| guess(bytes)), bytes, 0)
}

/// The encoding that bytes seem to be in, which are not UTF-8.
fn guess(bytes: &[u8]) -> &'static Encoding {
    if is_macintosh(bytes) {
        return MACINTOSH;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guessed = detector.guess(None, Utf8Detection::Deny);
    // Text with a pound sign and curly quotes only, whose every letter is ASCII, is English and not Polish.
    if guessed == WINDOWS_1250 && !has_letters_of(bytes) {
        return WINDOWS_1252;
    }
    guessed
}

/// Is there a letter, read as windows-1252, that is not ASCII? The pound sign is none, though it is the letter Ł elsewhere.
fn has_letters_of(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| match byte {
        0x8a | 0x8c | 0x8e | 0x9a | 0x9c | 0x9e | 0x9f => true,
        0xaa | 0xb5 | 0xba | 0xd7 | 0xf7 => false,
        byte => *byte >= 0xc0,
    })
}

/// Is it of an old Mac? Its line ends say so, or an apostrophe within a word that would be the letter Õ elsewhere.
fn is_macintosh(bytes: &[u8]) -> bool {
    let apostrophe =
        |w: &[u8]| w[0].is_ascii_lowercase() && w[1] == 0xd5 && w[2].is_ascii_lowercase();
    is_old_mac(bytes) || bytes.windows(3).any(apostrophe)
}

/// Number of sound multi-byte characters, and of bytes that are part of none.
fn utf8_census(bytes: &[u8]) -> (usize, usize) {
    let (mut sound, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += chunk.invalid().len();
    }
    (sound, broken)
}

/// UTF-8 with single bytes of another encoding in it, as when files of both were joined: those are windows-1252.
fn mostly_utf8(bytes: &[u8], mark: usize) -> Decoded {
    let mut text = String::with_capacity(bytes.len() + 16);
    let mut map = TextMap::verbatim(mark as u64);
    let mut at = mark as u64;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        at += chunk.valid().len() as u64;
        for byte in chunk.invalid() {
            let begin = text.len();
            text.push_str(&WINDOWS_1252.decode_without_bom_handling(&[*byte]).0);
            map.push(Span::new(begin, text.len()), at..at + 1);
            at += 1;
        }
    }
    Decoded { text, map }
}

/// Decodes with a known encoding, from `start` on; each character that is not ASCII leads back to its own bytes.
fn with(encoding: &'static Encoding, bytes: &[u8], start: usize) -> Decoded {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(bytes.len());
    let mut map = TextMap::verbatim(start as u64);
    let plain_ascii = encoding.is_ascii_compatible();
    let mut at = start;
    // The bytes of a character that is not complete yet begin here.
    let mut pending = start;
    let mut buffer = [0u8; 32];
    while at < bytes.len() {
        if plain_ascii && pending == at && bytes[at].is_ascii() {
            let run = bytes[at..].iter().take_while(|b| b.is_ascii()).count();
            text.extend(bytes[at..at + run].iter().map(|b| char::from(*b)));
            at += run;
            pending = at;
            continue;
        }
        let last = at + 1 == bytes.len();
        let (result, _, written, _) = decoder.decode_to_utf8(&bytes[at..=at], &mut buffer, last);
        debug_assert_eq!(result, CoderResult::InputEmpty);
        at += 1;
        if written == 0 {
            continue;
        }
        let begin = text.len();
        text.push_str(str::from_utf8(&buffer[..written]).unwrap_or("\u{fffd}"));
        map.push(Span::new(begin, text.len()), pending as u64..at as u64);
        pending = at;
    }
    Decoded { text, map }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(d: &Decoded, word: &str) -> std::ops::Range<u64> {
        let begin = d.text.find(word).expect("word is in the text");
        d.map.source(Span::new(begin, begin + word.len()))
    }

    #[test]
    fn utf8_is_verbatim() {
        let d = decode("naïve ✓".into(), None).unwrap();
        assert!(d.map.is_verbatim());
        let d = decode(b"\xef\xbb\xbfcaf\xc3\xa9".to_vec(), None).unwrap();
        assert_eq!(d.text, "café");
        assert_eq!(source(&d, "café"), 3..8);
    }

    #[test]
    fn utf16_leads_back() {
        for little in [true, false] {
            for mark in ["\u{feff}", ""] {
                let written = format!("{mark}The mayor said “no”.");
                let bytes: Vec<u8> = written
                    .encode_utf16()
                    .flat_map(|u| {
                        if little {
                            u.to_le_bytes()
                        } else {
                            u.to_be_bytes()
                        }
                    })
                    .collect();
                let d = decode(bytes, None).unwrap();
                assert_eq!(d.text, "The mayor said “no”.");
                let skip = 2 * mark.chars().count() as u64;
                assert_eq!(source(&d, "“"), skip + 30..skip + 32);
            }
        }
    }

    #[test]
    fn declared_and_guessed() {
        let (bytes, ..) = encoding_rs::ISO_8859_2.encode("Zażółć gęślą jaźń, powiedział minister");
        let d = decode(bytes.to_vec(), Some("iso-8859-2")).unwrap();
        assert_eq!(d.text, "Zażółć gęślą jaźń, powiedział minister");
        assert_eq!(source(&d, "gęślą"), 7..12);
        let (bytes, ..) =
            WINDOWS_1252.encode("Le maire a déclaré : « Non, ça ne va pas être réglé à l’été »");
        let d = decode(bytes.to_vec(), None).unwrap();
        assert_eq!(
            d.text,
            "Le maire a déclaré : « Non, ça ne va pas être réglé à l’été »"
        );
        let (bytes, ..) = encoding_rs::SHIFT_JIS.encode("大阪の知事は「はい」と述べた。ABC");
        let d = decode(bytes.to_vec(), Some("shift_jis")).unwrap();
        assert_eq!(d.text, "大阪の知事は「はい」と述べた。ABC");
        assert_eq!(source(&d, "の知"), 4..8);
    }

    #[test]
    fn old_macs() {
        let bytes = b"Fog over Skarvik\r\r\xd2It\xd5s back,\xd3 she said of the caf\x8e.\r";
        let d = decode(bytes.to_vec(), None).unwrap();
        assert_eq!(
            d.text,
            "Fog over Skarvik\n\n“It’s back,” she said of the café.\n"
        );
        assert_eq!(source(&d, "back"), 24..28);
        let d = decode(b"\xd2It\xd5s back,\xd3 she said.\n".to_vec(), None).unwrap();
        assert_eq!(d.text, "“It’s back,” she said.\n");
    }

    #[test]
    fn a_pound_sign_is_no_letter() {
        let d = decode(
            b"It cost \xa34.2m. \x93It\x92s a lot,\x94 he said.".to_vec(),
            None,
        )
        .unwrap();
        assert_eq!(d.text, "It cost £4.2m. “It’s a lot,” he said.");
    }

    #[test]
    fn a_stray_byte_does_not_spoil_the_rest() {
        let mut bytes = "Müller, Żółw, “quoted”, ".as_bytes().to_vec();
        bytes.extend_from_slice(b"caf\xe9");
        let d = decode(bytes, None).unwrap();
        assert!(d.text.ends_with("café") && d.text.starts_with("Müller"));
    }

    #[test]
    fn binary_is_no_text() {
        assert!(decode(b"PNG\0\x01\x02 something\0 else".to_vec(), None).is_err());
    }
}
