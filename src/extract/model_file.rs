//! The file that holds a trained model: magic, version, named sections, checksum.
//!
//! All numbers are little-endian. Layout: `WSMODEL\n`, version, number of sections; for each its name (8 bytes, padded
//! with spaces), unpacked and packed length; the sections, each a zstd frame; the BLAKE3 hash of all before.

use thiserror::Error;

const MAGIC: &[u8; 8] = b"WSMODEL\n";
const VERSION: u32 = 1;
const HASH: usize = 32;
/// Longest unpacked section that is taken, in bytes: a damaged length must not ask for all memory.
const MAX_SECTION: usize = 1 << 28;

/// Why a model file cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ModelError {
    /// The first bytes are not those of a model file.
    #[error("this is not a whosaid model file")]
    NotAModel,
    /// Written by another version of whosaid.
    #[error("the model file has version {found}, this program reads version {known}")]
    Version {
        /// Version of the file.
        found: u32,
        /// Version that this program reads.
        known: u32,
    },
    /// Checksum, lengths or contents do not fit.
    #[error("the model file is damaged")]
    Damaged,
    /// A section that the reader needs is not there.
    #[error("the model file has no section \"{0}\"")]
    Missing(&'static str),
}

/// A model file taken apart.
#[derive(Debug, Default)]
pub struct ModelFile {
    sections: Vec<(String, Vec<u8>)>,
}

impl ModelFile {
    /// Adds a section; `name` has at most 8 ASCII characters, and is cut to that.
    pub fn push(&mut self, name: &str, bytes: Vec<u8>) {
        let name = name.chars().take(8).collect();
        self.sections.push((name, bytes));
    }

    /// The bytes of a section.
    ///
    /// # Errors
    /// [`ModelError::Missing`] if the file has none of that name.
    pub fn section(&self, name: &'static str) -> Result<&[u8], ModelError> {
        self.sections
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, bytes)| bytes.as_slice())
            .ok_or(ModelError::Missing(name))
    }

    /// The file's bytes: the same for the same sections.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if a section is too long or does not compress.
    pub fn pack(&self) -> Result<Vec<u8>, ModelError> {
        let mut out = MAGIC.to_vec();
        write_u32(&mut out, VERSION);
        write_u32(&mut out, self.sections.len() as u32);
        let mut packed = Vec::new();
        for (name, bytes) in &self.sections {
            if bytes.len() > MAX_SECTION {
                return Err(ModelError::Damaged);
            }
            let frame = zstd::bulk::compress(bytes, 19).map_err(|_| ModelError::Damaged)?;
            out.extend_from_slice(format!("{name:8}").as_bytes());
            write_u32(&mut out, bytes.len() as u32);
            write_u32(&mut out, frame.len() as u32);
            packed.extend_from_slice(&frame);
        }
        out.extend_from_slice(&packed);
        let hash = blake3::hash(&out);
        out.extend_from_slice(hash.as_bytes());
        Ok(out)
    }

    /// Takes a file apart.
    ///
    /// # Errors
    /// Any [`ModelError`] but [`ModelError::Missing`].
    pub fn unpack(bytes: &[u8]) -> Result<Self, ModelError> {
        if !bytes.starts_with(MAGIC) {
            return Err(ModelError::NotAModel);
        }
        let mut reader = Reader::new(&bytes[MAGIC.len()..]);
        let found = reader.u32()?;
        if found != VERSION {
            return Err(ModelError::Version {
                found,
                known: VERSION,
            });
        }
        let (body, hash) = bytes
            .split_at_checked(bytes.len().saturating_sub(HASH))
            .ok_or(ModelError::Damaged)?;
        if blake3::hash(body).as_bytes() != hash {
            return Err(ModelError::Damaged);
        }
        let count = reader.u32()?;
        let mut heads = Vec::new();
        for _ in 0..count {
            let name = std::str::from_utf8(reader.take(8)?).map_err(|_| ModelError::Damaged)?;
            heads.push((
                name.trim_end().to_owned(),
                reader.u32()? as usize,
                reader.u32()? as usize,
            ));
        }
        let mut out = Self::default();
        for (name, length, packed) in heads {
            if length > MAX_SECTION {
                return Err(ModelError::Damaged);
            }
            let section = zstd::bulk::decompress(reader.take(packed)?, length)
                .map_err(|_| ModelError::Damaged)?;
            out.sections.push((name, section));
        }
        Ok(out)
    }
}

/// Reads numbers off the front of a byte slice.
#[derive(Debug)]
pub struct Reader<'b> {
    bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    /// A reader at the first byte.
    #[must_use]
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes }
    }

    /// The next `n` bytes.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] past the end, here and in all readers below.
    pub fn take(&mut self, n: usize) -> Result<&'b [u8], ModelError> {
        let (head, rest) = self.bytes.split_at_checked(n).ok_or(ModelError::Damaged)?;
        self.bytes = rest;
        Ok(head)
    }

    /// Four bytes as a number.
    ///
    /// # Errors
    /// See [`Reader::take`].
    pub fn u32(&mut self) -> Result<u32, ModelError> {
        let bytes = self.take(4)?.try_into().map_err(|_| ModelError::Damaged)?;
        Ok(u32::from_le_bytes(bytes))
    }

    /// Four bytes as a float.
    ///
    /// # Errors
    /// See [`Reader::take`].
    pub fn f32(&mut self) -> Result<f32, ModelError> {
        self.u32().map(f32::from_bits)
    }

    /// A number in as many bytes as it needs, seven bits each, low bits first.
    ///
    /// # Errors
    /// See [`Reader::take`]; also for a number over 63 bits.
    pub fn varint(&mut self) -> Result<u64, ModelError> {
        let mut out = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.take(1)?[0];
            out |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(out);
            }
        }
        Err(ModelError::Damaged)
    }

    /// Has everything been read?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// Appends four bytes.
pub fn write_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends four bytes.
pub fn write_f32(out: &mut Vec<u8>, value: f32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends what [`Reader::varint`] reads; `value` must be under 2^63.
pub fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_and_unpacks() {
        let mut file = ModelFile::default();
        file.push("stage1", vec![1; 1000]);
        file.push("words", b"a\nb".to_vec());
        let bytes = file.pack().unwrap();
        assert_eq!(bytes, file.pack().unwrap());
        let again = ModelFile::unpack(&bytes).unwrap();
        assert_eq!(again.section("stage1").unwrap(), vec![1; 1000]);
        assert_eq!(again.section("words").unwrap(), b"a\nb");
        assert_eq!(again.section("other"), Err(ModelError::Missing("other")));
    }

    #[test]
    fn any_damage_is_seen() {
        let mut file = ModelFile::default();
        file.push("x", (0..200).collect());
        let good = file.pack().unwrap();
        for i in 0..good.len() {
            let mut bad = good.clone();
            bad[i] ^= 0x10;
            assert!(ModelFile::unpack(&bad).is_err(), "byte {i}");
            assert!(ModelFile::unpack(&good[..i]).is_err(), "cut at {i}");
        }
        assert_eq!(
            ModelFile::unpack(b"hello").err(),
            Some(ModelError::NotAModel)
        );
    }

    #[test]
    fn varints_come_back() {
        for value in [0, 1, 127, 128, 300, 1 << 40, (1 << 62) + 5] {
            let mut out = Vec::new();
            write_varint(&mut out, value);
            assert_eq!(Reader::new(&out).varint(), Ok(value));
        }
    }
}
