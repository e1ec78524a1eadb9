//! Gzip of many members, as web archives are packed: damage in one does not take the others with it.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Bytes read at a time.
const CHUNK: usize = 32 << 10;

/// How a member begins: two bytes that mark it, and the only method there is. Then come flags.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
/// Flags that nobody sets.
const RESERVED: u8 = 0xe0;

/// Unpacks member after member. A damaged one is an error once; who reads on all the same gets the next one that can be
/// found.
pub(super) struct Members<R> {
    state: State<R>,
}

enum State<R> {
    Member(GzDecoder<Raw<R>>),
    Damaged(Raw<R>),
    End,
}

impl<R: Read> Members<R> {
    pub(super) fn new(packed: R) -> Self {
        let raw = Raw {
            inner: packed,
            held: Vec::new(),
            at: 0,
        };
        Self {
            state: State::Member(GzDecoder::new(raw)),
        }
    }
}

impl<R: Read> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::End) {
                State::Member(mut decoder) => match decoder.read(buffer) {
                    Ok(0) => {
                        let mut raw = decoder.into_inner();
                        if raw.fill_buf()?.is_empty() {
                            return Ok(0);
                        }
                        self.state = State::Member(GzDecoder::new(raw));
                    }
                    Ok(n) => {
                        self.state = State::Member(decoder);
                        return Ok(n);
                    }
                    Err(error) => {
                        self.state = State::Damaged(decoder.into_inner());
                        return Err(error);
                    }
                },
                State::Damaged(mut raw) => {
                    if !raw.find_member()? {
                        return Ok(0);
                    }
                    self.state = State::Member(GzDecoder::new(raw));
                }
                State::End => return Ok(0),
            }
        }
    }
}

/// The packed bytes.
struct Raw<R> {
    inner: R,
    held: Vec<u8>,
    /// So many of these were taken.
    at: usize,
}

impl<R: Read> Raw<R> {
    /// Reads more behind what is held; how much.
    fn more(&mut self) -> io::Result<usize> {
        self.held.drain(..self.at.min(self.held.len()));
        self.at = 0;
        let length = self.held.len();
        self.held.resize(length + CHUNK, 0);
        let read = loop {
            match self.inner.read(&mut self.held[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.held
            .truncate(length + read.as_ref().copied().unwrap_or(0));
        read
    }

    /// Goes to where a member seems to begin; says whether there is one.
    fn find_member(&mut self) -> io::Result<bool> {
        loop {
            let rest = self.held.get(self.at..).unwrap_or_default();
            let begins = |four: &[u8]| {
                four.starts_with(&MAGIC) && four.last().is_some_and(|f| f & RESERVED == 0)
            };
            if let Some(found) = rest.windows(4).position(begins) {
                self.at += found;
                return Ok(true);
            }
            // The first bytes of one may be the last of these.
            self.at = self.held.len() - rest.len().min(3);
            if self.more()? == 0 {
                self.at = self.held.len();
                return Ok(false);
            }
        }
    }
}

impl<R: Read> Read for Raw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let held = self.fill_buf()?;
        let n = held.len().min(buffer.len());
        buffer[..n].copy_from_slice(&held[..n]);
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Raw<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.held.len() {
            self.more()?;
        }
        Ok(self.held.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::Members;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Everything that can be read, and how often it failed.
    fn read(bytes: &[u8]) -> (Vec<u8>, usize) {
        let mut members = Members::new(bytes);
        let (mut all, mut failed) = (Vec::new(), 0);
        while members.read_to_end(&mut all).is_err() {
            failed += 1;
        }
        (all, failed)
    }

    #[test]
    fn members_are_read_one_after_the_other() {
        let bytes = [packed(b"one "), packed(b""), packed(b"two")].concat();
        assert_eq!(read(&bytes), (b"one two".to_vec(), 0));
        assert_eq!(read(&[]).1, 1);
    }

    #[test]
    fn damage_costs_one_member() {
        let noise: Vec<u8> = (0..100_000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        let middle = packed(&noise);
        let (first, last) = (packed(b"first "), packed(b"last"));
        for at in [1, 12, middle.len() / 2, middle.len() - 6] {
            let mut damaged = middle.clone();
            for byte in damaged.iter_mut().skip(at).take(3) {
                *byte ^= 0x55;
            }
            let (all, failed) = read(&[first.as_slice(), &damaged, &last].concat());
            assert!(failed >= 1, "{at}");
            assert!(all.starts_with(b"first "), "{at}");
            assert!(all.ends_with(b"last"), "{at}");
        }
    }

    #[test]
    fn a_cut_ends_it() {
        let whole = packed(&vec![7; 10_000]);
        for end in 1..whole.len() {
            let (_, failed) = read(&whole[..end]);
            assert_eq!(failed, 1, "{end}");
        }
    }
}
