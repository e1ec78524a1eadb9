//! The eight-bit tables that UTF-8 is mistaken for, both ways.

use std::sync::LazyLock;

use encoding_rs::{
    Encoding, ISO_8859_2, ISO_8859_15, ISO_8859_16, MACINTOSH, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1254, WINDOWS_1257, WINDOWS_1258,
};

/// Number of tables.
pub(super) const COUNT: usize = 13;

/// Name of the rule that undoes each.
pub(super) const RULES: [&str; COUNT] = [
    "utf8-as-latin-1",
    "utf8-as-windows-1252",
    "utf8-as-iso-8859-16",
    "utf8-as-iso-8859-2",
    "utf8-as-windows-1250",
    "utf8-as-windows-1258",
    "utf8-as-iso-8859-15",
    "utf8-as-windows-1254",
    "utf8-as-windows-1257",
    "utf8-as-windows-1251",
    "utf8-as-macroman",
    "utf8-as-cp437",
    "utf8-as-cp850",
];

/// Index of ISO-8859-16, whose half-lost characters differ from those of the others.
pub(super) const LATIN_10: usize = 2;

/// Index of windows-1251, the only one that makes Cyrillic.
pub(super) const CYRILLIC: usize = 9;

/// Characters from here on are in none of the tables, or not worth it.
const LIMIT: usize = 0x2600;

/// Code page 437 from 0x80 on.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Code page 850 from 0x80 on.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

/// The tables turned round.
struct Tables {
    /// By table, then by character: its byte, or 0.
    bytes: Vec<[u8; COUNT]>,
    /// By character: bit per table in which it begins a UTF-8 sequence.
    leads: Vec<u16>,
    /// By character: bit per table in which it goes on with one.
    tails: Vec<u16>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables {
        bytes: vec![[0; COUNT]; LIMIT],
        leads: vec![0; LIMIT],
        tails: vec![0; LIMIT],
    };
    for codec in 0..COUNT {
        for byte in 0x80..=0xff_u8 {
            // A control character that came through as it is stands for its own byte, in every table.
            let control = (byte < 0xa0).then_some(char::from(byte));
            for c in [character(codec, byte), control].into_iter().flatten() {
                let Some(bytes) = tables.bytes.get_mut(c as usize) else {
                    continue;
                };
                bytes[codec] = byte;
                match byte {
                    0x80..=0xbf => tables.tails[c as usize] |= 1 << codec,
                    0xc2..=0xf4 => tables.leads[c as usize] |= 1 << codec,
                    _ => {}
                }
            }
        }
    }
    tables
});

/// What a table makes of a byte.
fn character(codec: usize, byte: u8) -> Option<char> {
    let single = |encoding: &'static Encoding| {
        let (text, malformed) = encoding.decode_without_bom_handling(std::slice::from_ref(&byte));
        text.chars().next().filter(|_| !malformed)
    };
    match codec {
        0 => Some(char::from(byte)),
        1 => single(WINDOWS_1252),
        LATIN_10 => single(ISO_8859_16),
        3 => single(ISO_8859_2),
        4 => single(WINDOWS_1250),
        5 => single(WINDOWS_1258),
        6 => single(ISO_8859_15),
        7 => single(WINDOWS_1254),
        8 => single(WINDOWS_1257),
        CYRILLIC => single(WINDOWS_1251),
        10 => single(MACINTOSH),
        11 => CP437.chars().nth(usize::from(byte) - 0x80),
        _ => CP850.chars().nth(usize::from(byte) - 0x80),
    }
}

/// Could `lead` and `tail` be the first two characters of a sequence, in any table?
pub(super) fn could_be_run(lead: char, tail: char) -> bool {
    if tail.is_ascii() {
        return false;
    }
    let tables = &*TABLES;
    match (
        tables.leads.get(lead as usize),
        tables.tails.get(tail as usize),
    ) {
        (Some(leads), Some(tails)) => leads & tails != 0,
        _ => false,
    }
}

/// The byte of a character in a table.
pub(super) fn byte(c: char, codec: usize) -> Option<u8> {
    let bytes = TABLES.bytes.get(c as usize)?;
    bytes.get(codec).copied().filter(|b| *b != 0)
}

/// Damages `text` as a program would that reads its UTF-8 with the table; `None` if the table has no such byte.
#[cfg(test)]
pub(super) fn damage(text: &str, codec: usize) -> Option<String> {
    text.bytes()
        .map(|b| {
            if b < 0x80 {
                Some(char::from(b))
            } else {
                character(codec, b).or(Some(char::from(b)))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole() {
        assert_eq!(CP437.chars().count(), 128);
        assert_eq!(CP850.chars().count(), 128);
        assert_eq!(byte('Γ', 11), Some(0xe2));
        assert_eq!(byte('Ô', 12), Some(0xe2));
        assert_eq!(byte('Ă', LATIN_10), Some(0xc3));
        assert_eq!(byte('в', CYRILLIC), Some(0xe2));
        assert_eq!(byte('a', 0), None);
    }
}
