//! The gazetteer's file: a header, records of one size, their names, lists of candidates, and a finite-state map from folded
//! names to candidates. Little endian throughout.
//!
//! ```text
//! header   8 bytes magic · u32 records · u32 bytes of strings · u32 bytes of postings · u32 bytes of the map
//! record   u24 GeoNames id (0: none) · i24 latitude × 2²³/90 · i24 longitude × 2²³/180 · u16 parent (0xFFFF: none)
//!          · u8 class · u8 prominence × 25 · u24 offset into strings · u8 bytes of the name
//! posting  u32: place × 4 + 2 if an abbreviation + 1 if an alternate name
//! map      name → posting × 2 for one candidate; else (offset into postings × 256 + count) × 2 + 1
//! ```

use super::{Candidate, PlaceId};

/// First bytes of the file; the last is the version of the format.
pub const MAGIC: [u8; 8] = *b"WSGAZET\x01";
/// Bytes a record.
pub const RECORD_BYTES: usize = 17;
/// Parent of a place that has none. Containers come first in the file, so that their numbers fit two bytes.
pub const NO_PARENT: u16 = 0xFFFF;
/// Largest number that three bytes hold.
pub const MAX_U24: u32 = 0xFF_FFFF;
/// Steps of [`Raw::prominence`] in a factor of ten.
pub const PROMINENCE_STEPS: f32 = 25.0;
/// Most candidates that one name can have: what fits in the map's value.
pub const MAX_CANDIDATES: usize = 255;

const HEADER_BYTES: usize = 24;

/// Sizes of the parts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Header {
    /// Number of records.
    pub records: u32,
    /// Bytes of names.
    pub strings: u32,
    /// Bytes of candidate lists.
    pub postings: u32,
    /// Bytes of the map.
    pub names: u32,
}

/// The parts of a file.
#[derive(Debug)]
pub struct Parts<'b> {
    /// Records of [`RECORD_BYTES`] each.
    pub records: &'b [u8],
    /// Names, one after the other, UTF-8.
    pub strings: &'b [u8],
    /// Candidate lists, four bytes each.
    pub postings: &'b [u8],
    /// The map, as the crate `fst` writes it.
    pub names: &'b [u8],
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u24_at(bytes: &[u8], at: usize) -> Option<u32> {
    match *bytes.get(at..at + 3)? {
        [a, b, c] => Some(u32::from_le_bytes([a, b, c, 0])),
        _ => None,
    }
}

/// Cuts a file into its parts; `None` if it is no gazetteer or too short.
#[must_use]
pub fn split(bytes: &[u8]) -> Option<(Header, Parts<'_>)> {
    if bytes.get(..8)? != MAGIC {
        return None;
    }
    let header = Header {
        records: u32_at(bytes, 8)?,
        strings: u32_at(bytes, 12)?,
        postings: u32_at(bytes, 16)?,
        names: u32_at(bytes, 20)?,
    };
    let mut rest = bytes.get(HEADER_BYTES..)?;
    let mut take = |n: usize| {
        let (part, after) = rest.split_at_checked(n)?;
        rest = after;
        Some(part)
    };
    let parts = Parts {
        records: take(header.records as usize * RECORD_BYTES)?,
        strings: take(header.strings as usize)?,
        postings: take(header.postings as usize)?,
        names: take(header.names as usize)?,
    };
    Some((header, parts))
}

/// Puts a file together.
#[must_use]
pub fn join(parts: &Parts<'_>) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let sizes = [
        parts.records.len() / RECORD_BYTES,
        parts.strings.len(),
        parts.postings.len(),
        parts.names.len(),
    ];
    for size in sizes {
        out.extend_from_slice(&(size as u32).to_le_bytes());
    }
    for part in [parts.records, parts.strings, parts.postings, parts.names] {
        out.extend_from_slice(part);
    }
    out
}

/// A record, its name still an offset.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raw {
    /// GeoNames id, 0 for none.
    pub geonames: u32,
    /// Latitude in degrees.
    pub lat: f32,
    /// Longitude in degrees.
    pub lon: f32,
    /// Number of the container, or [`NO_PARENT`].
    pub parent: u16,
    /// Number of the class.
    pub class: u8,
    /// log10 of the population, in steps of 1/25.
    pub prominence: u8,
    /// Offset of the name in the strings.
    pub name: u32,
    /// Bytes of the name.
    pub name_len: u8,
}

/// Fixed-point steps in a quarter turn of latitude or a half turn of longitude.
const STEPS: f32 = (1 << 23) as f32 - 1.0;

fn to_fixed(degrees: f32, full: f32) -> [u8; 3] {
    let [a, b, c, _] = ((degrees / full * STEPS).round() as i32).to_le_bytes();
    [a, b, c]
}

fn from_fixed(bytes: u32, full: f32) -> f32 {
    // sign-extends 24 bits
    let value = ((bytes << 8) as i32) >> 8;
    value as f32 / STEPS * full
}

impl Raw {
    /// Reads [`RECORD_BYTES`] bytes.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            geonames: u24_at(bytes, 0)?,
            lat: from_fixed(u24_at(bytes, 3)?, 90.0),
            lon: from_fixed(u24_at(bytes, 6)?, 180.0),
            parent: u16::from_le_bytes([*bytes.get(9)?, *bytes.get(10)?]),
            class: *bytes.get(11)?,
            prominence: *bytes.get(12)?,
            name: u24_at(bytes, 13)?,
            name_len: *bytes.get(16)?,
        })
    }

    /// Appends [`RECORD_BYTES`] bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.geonames.to_le_bytes()[..3]);
        out.extend_from_slice(&to_fixed(self.lat, 90.0));
        out.extend_from_slice(&to_fixed(self.lon, 180.0));
        out.extend_from_slice(&self.parent.to_le_bytes());
        out.push(self.class);
        out.push(self.prominence);
        out.extend_from_slice(&self.name.to_le_bytes()[..3]);
        out.push(self.name_len);
    }
}

/// A candidate as one number.
#[must_use]
pub fn posting(candidate: Candidate) -> u32 {
    candidate.place.0 << 2 | u32::from(candidate.abbreviation) << 1 | u32::from(candidate.alternate)
}

/// The candidate that a number stands for.
#[must_use]
pub fn candidate(posting: u32) -> Candidate {
    Candidate {
        place: PlaceId(posting >> 2),
        abbreviation: posting & 2 != 0,
        alternate: posting & 1 != 0,
    }
}

/// Value of the map for a name with these postings, which for more than one are appended to `postings`.
pub fn value(list: &[u32], postings: &mut Vec<u8>) -> u64 {
    if let [one] = list {
        return u64::from(*one) << 1;
    }
    let offset = postings.len() as u64;
    let list = &list[..list.len().min(MAX_CANDIDATES)];
    for posting in list {
        postings.extend_from_slice(&posting.to_le_bytes());
    }
    (offset << 8 | list.len() as u64) << 1 | 1
}

/// What a value of the map stands for: one posting, or the bytes of several.
#[must_use]
pub fn candidates(value: u64, postings: &[u8]) -> (Option<u32>, &[u8]) {
    if value & 1 == 0 {
        return (Some((value >> 1) as u32), &[]);
    }
    let begin = (value >> 9) as usize;
    let end = begin + (value >> 1 & 0xFF) as usize * 4;
    (None, postings.get(begin..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_come_back(
            geonames in 0u32..0x100_0000, lat in -90f32..90.0, lon in -180f32..180.0, parent: u16, class: u8, prominence: u8,
            name in 0u32..0x100_0000, name_len: u8,
        ) {
            let raw = Raw { geonames, lat, lon, parent, class, prominence, name, name_len };
            let mut bytes = Vec::new();
            raw.write(&mut bytes);
            prop_assert_eq!(bytes.len(), RECORD_BYTES);
            let back = Raw::read(&bytes).unwrap();
            prop_assert!((back.lat - lat).abs() < 2e-5 && (back.lon - lon).abs() < 4e-5);
            prop_assert_eq!(Raw { lat, lon, ..back }, raw);
        }

        #[test]
        fn any_bytes_are_refused_or_cut(bytes: Vec<u8>) {
            let mut with_magic = MAGIC.to_vec();
            with_magic.extend(&bytes);
            let _ = split(&bytes);
            let _ = split(&with_magic);
        }

        #[test]
        fn lists_come_back(list in prop::collection::vec(0u32..0x4000_0000, 1..300)) {
            let mut postings = vec![0; 12];
            let value = value(&list, &mut postings);
            let (one, many) = candidates(value, &postings);
            let many = many.as_chunks().0.iter().map(|b| u32::from_le_bytes(*b));
            let back: Vec<u32> = one.into_iter().chain(many).collect();
            prop_assert_eq!(back, &list[..list.len().min(MAX_CANDIDATES)]);
        }
    }
}
