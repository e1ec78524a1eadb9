//! ZIP and TAR: every file inside is read as if it lay in a folder. Nothing is ever written to disk.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::ops::ControlFlow;
use std::path::Path;
use std::rc::Rc;

use zip::ZipArchive;
use zip::read::read_zipfile_from_stream;
use zip::result::ZipError;

use super::draft::Output;
use super::{docx, open, walk};

/// Archives inside archives, at most.
pub(super) const MOST_NESTED: usize = 3;

/// Most bytes of a ZIP archive that is itself inside something: its list of files stands at its end.
const MOST_HELD: usize = 64 << 20;

/// Reads a ZIP archive, or the document that is one.
pub(super) fn read_zip(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    if out.depth >= MOST_NESTED {
        return too_deep(out);
    }
    if let Some(file) = open::plain_zip(out) {
        return match ZipArchive::new(file) {
            Ok(archive) => members(out, archive),
            Err(error) => match open::plain_zip(out) {
                Some(file) => without_list(out, BufReader::new(file), &error),
                None => out.skip(None, explain(&error)),
            },
        };
    }
    match open::read_whole(reader, MOST_HELD) {
        Ok(whole) => {
            out.source.to_mut().bytes = Some(whole.bytes.len() as u64);
            match ZipArchive::new(Cursor::new(whole.bytes.as_slice())) {
                Ok(archive) => members(out, archive),
                Err(error) => without_list(out, whole.bytes.as_slice(), &error),
            }
        }
        Err(_) => out.skip(
            None,
            format!(
                "a packed ZIP archive longer than {} is not read: unpack it first",
                open::size(MOST_HELD as u64)
            ),
        ),
    }
}

fn members<R: Read + Seek>(out: &mut Output<'_>, mut archive: ZipArchive<R>) -> ControlFlow<()> {
    if archive.index_for_name(docx::STORY).is_some() {
        return docx::read(out, archive);
    }
    if archive.index_for_name("[Content_Types].xml").is_some() {
        return out.note(
            None,
            "is a table or slides of an office program, which are not read",
        );
    }
    if archive.index_for_name(docx::OPEN_STORY).is_some()
        && archive.index_for_name("META-INF/manifest.xml").is_some()
    {
        return docx::read_open(out, archive);
    }
    let budget = Budget::new(out);
    for index in 0..archive.len() {
        // The name first: it is told even of a member that cannot be read.
        let name = match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("member {}", index + 1),
        };
        if is_hidden(&name) {
            continue;
        }
        let member = match archive.by_index(index) {
            Ok(member) => member,
            Err(error) => {
                out.inside(&name).skip(None, explain(&error))?;
                continue;
            }
        };
        if member.is_dir() || member.is_symlink() {
            continue;
        }
        if member.encrypted() {
            out.inside(&name).skip(None, "is encrypted")?;
            continue;
        }
        one(out, &name, Box::new(member), &budget)?;
        if budget.is_spent(out) {
            return out.skip(
                None,
                "is taken for a decompression bomb: the rest of it was not read",
            );
        }
    }
    ControlFlow::Continue(())
}

/// Reads the members one after the other as they stand, up to the first that cannot be: of an archive that was cut off
/// the list at its end is missing, not the members.
fn without_list(out: &mut Output<'_>, mut reader: impl Read, error: &ZipError) -> ControlFlow<()> {
    let budget = Budget::new(out);
    let mut taken = 0;
    // Whatever stops it: what follows is not to be had.
    while let Ok(Some(member)) = read_zipfile_from_stream(&mut reader) {
        let name = match member.name() {
            Ok(name) => name.into_owned(),
            Err(_) => format!("member {}", taken + 1),
        };
        // Of a document there is nothing to be had without the list.
        if name == "[Content_Types].xml" || name == docx::STORY {
            break;
        }
        if member.is_dir() || is_hidden(&name) {
            continue;
        }
        taken += 1;
        one(out, &name, Box::new(member), &budget)?;
        if budget.is_spent(out) {
            break;
        }
    }
    let why = explain(error);
    let why = match taken {
        0 => why,
        _ => format!("only its first {taken} members were found: {why}"),
    };
    out.skip(None, why)
}

/// Reads a TAR archive.
pub(super) fn read_tar(out: &mut Output<'_>, reader: &mut dyn BufRead) -> ControlFlow<()> {
    if out.depth >= MOST_NESTED {
        return too_deep(out);
    }
    let budget = Budget::new(out);
    let mut archive = tar::Archive::new(reader);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return out.skip(None, open::explain(&error)),
    };
    for (seen, entry) in entries.enumerate() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let why = open::explain(&error);
                return out.skip(
                    None,
                    format!("only its first {seen} members were taken: {why}"),
                );
            }
        };
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if !entry.header().entry_type().is_file() || is_hidden(&name) {
            continue;
        }
        one(out, &name, Box::new(entry), &budget)?;
        if budget.is_spent(out) {
            return out.skip(
                None,
                "is taken for a decompression bomb: the rest of it was not read",
            );
        }
    }
    ControlFlow::Continue(())
}

/// Does the archive begin like a TAR?
pub(super) fn looks_like_tar(start: &[u8]) -> bool {
    start.get(257..262) == Some(b"ustar")
}

pub(super) fn too_deep(out: &mut Output<'_>) -> ControlFlow<()> {
    out.skip(
        None,
        format!("archives are nested more than {MOST_NESTED} deep"),
    )
}

fn one<'m>(
    out: &mut Output<'_>,
    name: &str,
    member: Box<dyn Read + 'm>,
    budget: &Budget,
) -> ControlFlow<()> {
    let mut inner = out.inside(name);
    if leads_out(name) {
        return inner.skip(None, "its path leads out of the archive");
    }
    let cap = inner.options.max_decoded_bytes;
    let capped = open::capped(member, &budget.given, cap, &budget.packed);
    match open::unpack(capped, inner.options) {
        Ok(opened) => super::format::read_opened(&mut inner, opened),
        Err(why) => inner.skip(None, why),
    }
}

/// What has come out of an archive so far, against its own length.
struct Budget {
    given: Rc<Cell<u64>>,
    packed: Rc<Cell<u64>>,
}

impl Budget {
    fn new(out: &Output<'_>) -> Self {
        // Of an archive that is streamed or packed the length is not known: only the cap holds then.
        let length = out.source.bytes.unwrap_or(u64::MAX);
        Self {
            given: Rc::default(),
            packed: Rc::new(Cell::new(length)),
        }
    }

    fn is_spent(&self, out: &Output<'_>) -> bool {
        open::is_bomb(self.given.get(), self.packed.get())
            || self.given.get() >= out.options.max_decoded_bytes
    }
}

/// Files that file managers leave behind.
fn is_hidden(name: &str) -> bool {
    name.starts_with("__MACOSX/")
        || name == "mimetype"
        || name
            .split(['/', '\\'])
            .any(|step| step.starts_with('.') && step.len() > 2)
}

fn leads_out(name: &str) -> bool {
    name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|step| step == "..")
}

fn explain(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => open::explain(error),
        ZipError::UnsupportedArchive(what) if what.contains("assword") => "is encrypted".to_owned(),
        ZipError::UnsupportedArchive(what) => format!("cannot be unpacked: {what}"),
        other => format!("the ZIP archive is damaged: {other}"),
    }
}

/// A member's name for people and ids.
pub(super) fn shown(name: &str) -> String {
    walk::shown(Path::new(name))
}
