//! From what the user named to the files to read: folders, files, globs and `-`, sorted and without surprises.
//!
//! Left out without a word: hidden files and folders, what a [`IGNORE_FILE`] names, a folder that holds an index, and
//! links to files that are found under their own name anyway. Everything else that is no readable file is reported.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use walkdir::{DirEntry, WalkDir};

use super::{Found, Options, Source};
use crate::article::{Severity, Skipped};

/// Name of the file that lists what not to read: one glob a line, relative to its folder; `#` begins a comment.
pub const IGNORE_FILE: &str = ".whosaidignore";

/// Deepest folder walked into, counted from the one that was named.
const MAX_DEPTH: usize = 256;

/// Everything to read under `inputs`, in their order, each folder's files sorted by name.
///
/// An input that does not exist and holds one of `*?[{` is a glob. `-` is standard input.
pub fn walk(inputs: &[PathBuf], _options: &Options) -> impl Iterator<Item = Found> {
    let mut seen = Seen::default();
    inputs
        .iter()
        .flat_map(|input| start(input))
        .filter_map(move |found| seen.admit(found))
}

/// A path for people and ids: `/` between steps, not UTF-8 lossily, control and bidi characters escaped.
pub(super) fn shown(path: &Path) -> String {
    let lossy = path.to_string_lossy();
    let lossy = if std::path::MAIN_SEPARATOR == '/' {
        lossy
    } else {
        lossy.replace(std::path::MAIN_SEPARATOR, "/").into()
    };
    let unsafe_to_show = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !lossy.contains(unsafe_to_show) {
        return lossy.into_owned();
    }
    lossy
        .chars()
        .flat_map(|c| {
            let escaped = unsafe_to_show(c).then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// Ids given out, so that two folders with a file of the same name do not replace one another's articles.
#[derive(Default)]
struct Seen {
    paths: HashSet<PathBuf>,
    ids: HashSet<String>,
}

impl Seen {
    /// Lets each file through once, and under an id of its own.
    fn admit(&mut self, found: Found) -> Option<Found> {
        let Found::Source(mut source) = found else {
            return Some(found);
        };
        if !self.paths.insert(source.path.clone()) {
            return None;
        }
        if !self.ids.insert(source.id.clone()) {
            source.id = source.shown();
            self.ids.insert(source.id.clone());
        }
        Some(Found::Source(source))
    }
}

fn start(input: &Path) -> Box<dyn Iterator<Item = Found>> {
    if input == Path::new("-") {
        return one(Found::Source(Source::named("-")));
    }
    match std::fs::metadata(input) {
        Ok(meta) if meta.is_dir() => Box::new(folder(input, None)),
        Ok(meta) if meta.is_file() => {
            let mut source = Source::named(input);
            source.bytes = Some(meta.len());
            source.modified = meta.modified().ok();
            one(Found::Source(source))
        }
        Ok(meta) => one(skipped(input, &not_a_file(meta.file_type()))),
        Err(error) => glob(input).unwrap_or_else(|| one(skipped(input, &reason(&error)))),
    }
}

fn one(found: Found) -> Box<dyn Iterator<Item = Found>> {
    Box::new(std::iter::once(found))
}

/// The files that a glob names, or why there are none; `None` if it is no glob.
fn glob(input: &Path) -> Option<Box<dyn Iterator<Item = Found>>> {
    let pattern = input.to_str()?;
    if !pattern.contains(['*', '?', '[', '{']) {
        return None;
    }
    let matcher = match GlobBuilder::new(pattern).literal_separator(true).build() {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => {
            return Some(one(skipped(
                input,
                &format!("not a glob: {}", error.kind()),
            )));
        }
    };
    let base: PathBuf = input
        .components()
        .take_while(|c| {
            !c.as_os_str()
                .to_string_lossy()
                .contains(['*', '?', '[', '{'])
        })
        .collect();
    let base = if base.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        base
    };
    let mut found = folder(&base, Some(matcher)).peekable();
    if found.peek().is_none() {
        return Some(one(skipped(input, "no file matches")));
    }
    Some(Box::new(found))
}

/// Walks a folder; with `only`, the paths that it matches.
fn folder(root: &Path, only: Option<GlobMatcher>) -> impl Iterator<Item = Found> + use<> {
    let root: Rc<Path> = root.into();
    let mut ignores = Ignores::default();
    let inside = Rc::clone(&root);
    let real_root = root.canonicalize().ok();
    let from_here = !root.starts_with(".");
    WalkDir::new(&root)
        .max_depth(MAX_DEPTH)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(move |entry| entry.depth() == 0 || wanted(entry, &inside, &mut ignores))
        .filter_map(move |entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().unwrap_or(&root).to_owned();
                    let why = error
                        .io_error()
                        .map_or_else(|| "cannot be walked".to_owned(), reason);
                    return Some(skipped(&path, &why));
                }
            };
            if entry.file_type().is_dir() {
                return (entry.depth() == MAX_DEPTH)
                    .then(|| skipped(entry.path(), "this folder is nested too deep to be walked"));
            }
            let path = match entry.path().strip_prefix(".") {
                Ok(path) if from_here => path,
                _ => entry.path(),
            };
            if only
                .as_ref()
                .is_some_and(|only| !only.is_match(path) && !only.is_match(entry.path()))
            {
                return None;
            }
            file(&entry, &root, real_root.as_deref())
        })
}

/// One entry of a folder that is no folder.
fn file(entry: &DirEntry, root: &Path, real_root: Option<&Path>) -> Option<Found> {
    let kind = entry.file_type();
    if kind.is_symlink() {
        return match entry.path().canonicalize() {
            // Found under its own name.
            Ok(target) if real_root.is_some_and(|root| target.starts_with(root)) => None,
            Ok(_) => Some(passed_over(
                entry.path(),
                "a symbolic link out of the folder is not followed",
            )),
            Err(_) => Some(passed_over(
                entry.path(),
                "this symbolic link leads nowhere",
            )),
        };
    }
    if !kind.is_file() {
        return Some(passed_over(entry.path(), &not_a_file(kind)));
    }
    let meta = entry.metadata().ok();
    let below = entry.path().strip_prefix(root).unwrap_or(entry.path());
    Some(Found::Source(Source {
        path: entry.path().to_owned(),
        id: shown(below),
        format: None,
        named: false,
        bytes: meta.as_ref().map(std::fs::Metadata::len),
        modified: meta.and_then(|m| m.modified().ok()),
    }))
}

/// Not hidden, not ignored, not an index.
fn wanted(entry: &DirEntry, root: &Path, ignores: &mut Ignores) -> bool {
    let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
    let index = || {
        let has = |name: &str| entry.path().join(name).is_file();
        entry.file_type().is_dir()
            && (has("meta.json") && has(".managed.json")
                || has("manifest.json") && entry.path().join("segments").is_dir())
    };
    !hidden && !ignores.covers(entry.path(), root) && !index()
}

/// Ignore files, each read once.
#[derive(Default)]
struct Ignores {
    folders: HashMap<PathBuf, Option<GlobSet>>,
}

impl Ignores {
    /// Does an ignore file in a folder between `root` and `path` name it?
    fn covers(&mut self, path: &Path, root: &Path) -> bool {
        let mut folder = path.parent();
        while let Some(here) = folder.filter(|f| f.starts_with(root)) {
            if !self.folders.contains_key(here) {
                // The folders of a walk come one after the other: few are still needed.
                if self.folders.len() > 4096 {
                    self.folders.clear();
                }
                self.folders.insert(here.to_owned(), ignore_file(here));
            }
            let globs = self.folders.get(here).and_then(Option::as_ref);
            if let (Some(globs), Ok(below)) = (globs, path.strip_prefix(here))
                && globs.is_match(below)
            {
                return true;
            }
            folder = here.parent();
        }
        false
    }
}

/// The globs of a folder's ignore file. A line that is no glob is left out.
fn ignore_file(folder: &Path) -> Option<GlobSet> {
    let path = folder.join(IGNORE_FILE);
    let is_file = std::fs::symlink_metadata(&path).is_ok_and(|m| m.is_file() && m.len() <= 1 << 20);
    let lines = is_file
        .then(|| std::fs::read_to_string(&path).ok())
        .flatten()?;
    let mut set = GlobSetBuilder::new();
    for line in lines.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.trim_end_matches('/');
        // Without a slash it is a name at any depth, as in a .gitignore.
        let anywhere = (!line.contains('/')).then(|| format!("**/{line}"));
        for glob in std::iter::once(line.trim_start_matches('/')).chain(anywhere.as_deref()) {
            if let Ok(glob) = Glob::new(glob) {
                set.add(glob);
            }
        }
    }
    set.build().ok()
}

/// Something that may hold articles and cannot be read.
fn skipped(path: &Path, reason: &str) -> Found {
    reported(path, reason, Severity::Failure)
}

/// Something that is left out because that is how whosaid does it.
fn passed_over(path: &Path, reason: &str) -> Found {
    reported(path, reason, Severity::Note)
}

fn reported(path: &Path, reason: &str, severity: Severity) -> Found {
    Found::Skipped(Skipped {
        path: shown(path),
        record: None,
        reason: reason.to_owned(),
        severity,
    })
}

/// What an I/O error means, in words.
pub(super) fn reason(error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "not allowed to read it".to_owned(),
        ErrorKind::IsADirectory => "a folder, not a file".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}

/// Why only regular files are opened: reading a pipe or a device may never end.
fn not_a_file(kind: std::fs::FileType) -> String {
    #[cfg(unix)]
    let what = {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            "a named pipe"
        } else if kind.is_socket() {
            "a socket"
        } else if kind.is_block_device() || kind.is_char_device() {
            "a device"
        } else {
            "a special file"
        }
    };
    #[cfg(not(unix))]
    let what = {
        let _ = kind;
        "a special file"
    };
    format!("{what} is not read, only regular files are")
}

/// The extension in lower case, after those of packing are taken off: `html` of `a.HTML.gz`.
pub(super) fn extension(path: &Path) -> Option<String> {
    let extension = path.extension().map(OsStr::to_ascii_lowercase)?;
    let extension = extension.into_string().ok()?;
    if matches!(extension.as_str(), "gz" | "zst" | "zstd" | "gzip") {
        return super::walk::extension(Path::new(path.file_stem()?)).or(Some(extension));
    }
    Some(extension)
}
