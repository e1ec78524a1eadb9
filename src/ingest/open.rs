//! Opening a file without being caught by it, and unpacking it without being blown up by it.
//!
//! Packed data may be packed again; each layer is taken off, and the cap is on what comes out of the last one.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read, Seek};
use std::path::Path;
use std::rc::Rc;

use super::draft::Output;
use super::gzip::Members;
use super::{Meter, Options, Source};

/// Bytes looked at to tell a format.
pub(super) const SNIFF: usize = 64 << 10;

/// Layers of packing taken off before it is called a trick.
const MAX_LAYERS: usize = 4;

/// News packs 3 to 20 times; a file that unpacks to more than this, and to more than [`RATIO_FROM`], is a bomb.
const MAX_RATIO: u64 = 400;
const RATIO_FROM: u64 = 256 << 20;

/// An opened source, unpacked.
pub(super) struct Opened<'a> {
    /// The unpacked bytes, from the first.
    pub(super) reader: Box<dyn BufRead + 'a>,
    /// The first of them, up to [`SNIFF`].
    pub(super) start: Vec<u8>,
    /// What ended `start` before the file did.
    pub(super) failed: Option<String>,
}

/// Opens a source and takes off all layers of packing.
pub(super) fn open(source: &Source, options: &Options) -> Result<Opened<'static>, String> {
    if source.path == Path::new("-") {
        return unpack(Box::new(io::stdin().lock()), options);
    }
    let file = open_regular(&source.path, source.named).map_err(|e| super::walk::reason(&e))?;
    unpack(Box::new(file), options)
}

/// Opens a regular file. Not blocking, so that a pipe put in its place does not stop the run.
pub(super) fn open_regular(path: &Path, follow: bool) -> io::Result<File> {
    let mut how = std::fs::OpenOptions::new();
    how.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        how.custom_flags(libc::O_NONBLOCK | if follow { 0 } else { libc::O_NOFOLLOW });
    }
    #[cfg(not(unix))]
    let _ = follow;
    let file = how.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(file)
}

/// Takes off gzip and zstd, as often as they come.
pub(super) fn unpack<'a>(raw: Box<dyn Read + 'a>, options: &Options) -> Result<Opened<'a>, String> {
    let packed = Rc::new(Cell::new(0));
    let mut reader: Box<dyn Read + 'a> = Box::new(Counted {
        inner: raw,
        count: Rc::clone(&packed),
        meter: options.meter.clone(),
    });
    for layer in 0.. {
        let (start, failed) = peek(&mut reader);
        let is_gzip = start.starts_with(&[0x1f, 0x8b, 8]);
        let is_zstd = start.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
        let whole = Cursor::new(start.clone()).chain(reader);
        if !is_gzip && !is_zstd {
            return Ok(Opened {
                reader: Box::new(BufReader::with_capacity(128 << 10, again(whole, &failed))),
                start,
                failed,
            });
        }
        if layer == MAX_LAYERS {
            return Err(format!("packed more than {MAX_LAYERS} times over"));
        }
        let unpacked: Box<dyn Read + 'a> = if is_gzip {
            Box::new(Members::new(whole))
        } else {
            let decoder = zstd::Decoder::new(whole);
            Box::new(decoder.map_err(|e| format!("damaged zstd data: {e}"))?)
        };
        reader = Box::new(Capped {
            inner: unpacked,
            given: Rc::default(),
            cap: options.max_decoded_bytes,
            packed: Rc::clone(&packed),
        });
    }
    Err(String::new())
}

/// What was peeked, then, if peeking ended in an error, that error again, and then what comes after it for those who
/// read on.
fn again<'a>(
    whole: Chain<Cursor<Vec<u8>>, Box<dyn Read + 'a>>,
    failed: &Option<String>,
) -> Box<dyn Read + 'a> {
    match failed {
        None => Box::new(whole),
        Some(why) => {
            let (start, rest) = whole.into_inner();
            Box::new(start.chain(Failing(Some(why.clone()))).chain(rest))
        }
    }
}

/// The first bytes of a reader, and the error that came before there were [`SNIFF`] of them.
fn peek(reader: &mut dyn Read) -> (Vec<u8>, Option<String>) {
    let mut start = Vec::new();
    let read = reader.take(SNIFF as u64).read_to_end(&mut start);
    (start, read.err().map(|e| explain(&e)))
}

/// What a reading error means, in words.
pub(super) fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "the packed data end too early".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            format!("the data are damaged: {error}")
        }
        _ => error.to_string(),
    }
}

/// Fails once as the reader before it did.
struct Failing(Option<String>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0
            .take()
            .map_or(Ok(0), |why| Err(io::Error::other(why)))
    }
}

/// Counts the bytes that come off the disk.
struct Counted<'a> {
    inner: Box<dyn Read + 'a>,
    count: Rc<Cell<u64>>,
    meter: Option<Meter>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.set(self.count.get() + n as u64);
        if let Some(meter) = &self.meter {
            meter.add(n as u64);
        }
        Ok(n)
    }
}

/// Stops a decoder that gives more than any news would.
struct Capped<'a> {
    inner: Box<dyn Read + 'a>,
    given: Rc<Cell<u64>>,
    cap: u64,
    packed: Rc<Cell<u64>>,
}

impl Read for Capped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let given = self.given.get();
        let left = self.cap.saturating_sub(given);
        let bomb = is_bomb(given, self.packed.get());
        if bomb || (left == 0 && !buffer.is_empty()) {
            // One more byte would be too much; none at all is the end that we hoped for.
            if self.inner.read(&mut [0])? == 0 {
                return Ok(0);
            }
            let why = format!(
                "unpacks to more than {} and is taken for a decompression bomb",
                size(given)
            );
            return Err(io::Error::other(why));
        }
        let most = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let n = self.inner.read(&mut buffer[..most])?;
        self.given.set(given + n as u64);
        Ok(n)
    }
}

/// Does so little unpack to so much?
pub(super) fn is_bomb(given: u64, packed: u64) -> bool {
    given > RATIO_FROM && given / MAX_RATIO > packed
}

/// A member of an archive, stopped when all members together give too much.
pub(super) fn capped<'a>(
    inner: Box<dyn Read + 'a>,
    given: &Rc<Cell<u64>>,
    cap: u64,
    packed: &Rc<Cell<u64>>,
) -> Box<dyn Read + 'a> {
    Box::new(Capped {
        inner,
        given: Rc::clone(given),
        cap,
        packed: Rc::clone(packed),
    })
}

/// The source as a file to jump about in, if it is one and an archive as it stands.
pub(super) fn plain_zip(out: &Output<'_>) -> Option<File> {
    if out.depth > 0 || out.source.path == Path::new("-") {
        return None;
    }
    let mut file = open_regular(&out.source.path, out.source.named).ok()?;
    let mut magic = [0; 2];
    file.read_exact(&mut magic).ok()?;
    file.rewind().ok()?;
    (&magic == b"PK").then_some(file)
}

/// A number of bytes for people.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes >> 10),
        1_048_576..1_073_741_824 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

/// Why what is longer than `cap` is not taken.
pub(super) fn too_long(cap: usize) -> String {
    let most = size(cap as u64);
    format!("longer than {most}, the most that one article may have")
}

/// A file read whole.
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    /// Why it is not all there is.
    pub(super) cut: Option<String>,
}

/// Reads the rest, if it is not longer than `cap`.
pub(super) fn read_whole(reader: &mut dyn BufRead, cap: usize) -> Result<Whole, String> {
    let mut bytes = Vec::new();
    let read = reader.take(cap as u64 + 1).read_to_end(&mut bytes);
    if bytes.len() > cap {
        return Err(too_long(cap));
    }
    Ok(Whole {
        bytes,
        cut: read.err().map(|e| explain(&e)),
    })
}
