//! The log of corrections: what people have found wrong in what was extracted, one JSON object a line, only ever added
//! to.
//!
//! It stands beside the index (`index.corrections.jsonl` for the index `index`) and not in it, since an index can be made
//! anew and a correction cannot. A line looks like this:
//!
//! ```json
//! {"id":1,"date":"2025-11-20","by":"desk","reason":"two people","action":"apart","names":["J. Okafor","Joy Okafor"]}
//! ```
//!
//! A line that is none costs itself only: [`Log::faults`] names it by number, the others hold. Nothing is deleted; a later
//! line undoes an earlier one.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, by which it is undone; no two lines have the same.
    pub id: u64,
    /// The day it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What it changes.
    #[serde(flatten)]
    pub change: Change,
}

/// What a correction changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase")]
pub enum Change {
    /// These names are one person's.
    Merge {
        /// Two names or more.
        names: Vec<String>,
        /// The name to show; without it the first of `names`.
        #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
        r#as: Option<String>,
    },
    /// These names are different people's.
    Apart {
        /// Two names or more.
        names: Vec<String>,
    },
    /// In some articles the name is another person's.
    Split {
        /// The name.
        name: String,
        /// Keys of the articles.
        articles: Vec<String>,
        /// What to call the person of these articles.
        #[serde(rename = "as")]
        r#as: String,
    },
    /// Show another name.
    Rename {
        /// The name shown now.
        name: String,
        /// The name to show.
        #[serde(rename = "as")]
        r#as: String,
    },
    /// Somebody else said it.
    Attribute {
        /// Id of the statement.
        statement: String,
        /// Its words, to find it again after the article was read anew.
        #[serde(default)]
        quote: String,
        /// Who said it.
        to: String,
    },
    /// It is no statement.
    Reject {
        /// Id of what was taken for one.
        statement: String,
        /// Its words.
        #[serde(default)]
        quote: String,
    },
    /// An earlier correction is wrong itself.
    Undo {
        /// Its number.
        entry: u64,
    },
}

/// A line that is no correction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {what}", path.display())]
pub struct Fault {
    /// The log.
    pub path: PathBuf,
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Why a correction is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The log.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It makes no sense.
    #[error("{0}")]
    Senseless(String),
}

/// The log as it was read.
#[derive(Clone, Debug, Default)]
pub struct Log {
    entries: Vec<Entry>,
    faults: Vec<Fault>,
    hash: String,
}

/// Where the log of an index stands: beside its folder, under its name and `.corrections.jsonl`.
#[must_use]
pub fn beside(index: &Path) -> PathBuf {
    // `.` and `..` have no name of their own.
    let index = match index.file_name() {
        Some(_) => index.to_owned(),
        None => fs::canonicalize(index).unwrap_or_else(|_| index.to_owned()),
    };
    let mut name = index.file_name().unwrap_or_default().to_owned();
    name.push(".corrections.jsonl");
    index.with_file_name(name)
}

impl Entry {
    /// `corrected by desk, 2025-11-20: two people`
    #[must_use]
    pub fn note(&self) -> String {
        let mut note = "corrected".to_owned();
        if let Some(by) = &self.by {
            note += &format!(" by {by}");
        }
        if let Some(date) = self.date {
            note += &format!(", {date}");
        }
        if let Some(reason) = &self.reason {
            note += &format!(": {reason}");
        }
        note
    }
}

impl Change {
    /// What is wrong with it, if anything is.
    fn fault(&self) -> Option<String> {
        let blank = |text: &str| text.trim().is_empty();
        match self {
            Self::Merge { names, .. } | Self::Apart { names } => {
                let different: BTreeSet<&str> = names.iter().map(|n| n.trim()).collect();
                if different.len() < 2 || names.iter().any(|n| blank(n)) {
                    return Some("it takes two different names".to_owned());
                }
                None
            }
            Self::Split {
                name,
                articles,
                r#as,
            } => {
                if blank(name) || blank(r#as) {
                    return Some("a name is empty".to_owned());
                }
                articles
                    .is_empty()
                    .then(|| "it names no article".to_owned())
            }
            Self::Rename { name, r#as } => {
                (blank(name) || blank(r#as)).then(|| "a name is empty".to_owned())
            }
            Self::Attribute { statement, to, .. } => {
                if blank(to) {
                    return Some("the new speaker is empty".to_owned());
                }
                blank(statement).then(|| "the statement's id is empty".to_owned())
            }
            Self::Reject { statement, .. } => {
                blank(statement).then(|| "the statement's id is empty".to_owned())
            }
            Self::Undo { .. } => None,
        }
    }
}

impl Log {
    /// Reads the log of an index; an index without one has no corrections.
    ///
    /// # Errors
    /// If the file is there and cannot be read. Lines that make no sense are [faults](Self::faults).
    pub fn read(path: &Path) -> Result<Self, Error> {
        match fs::read(path) {
            Ok(bytes) => Ok(Self::parse(path, &bytes)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Self::parse(path, b"")),
            Err(source) => Err(Error::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }

    fn parse(path: &Path, bytes: &[u8]) -> Self {
        let mut log = Self {
            hash: blake3::hash(bytes).to_hex()[..32].to_owned(),
            ..Self::default()
        };
        let mut seen = BTreeSet::new();
        for (n, line) in bytes.split(|b| *b == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            let entry: Result<Entry, String> = serde_json::from_slice(line).map_err(|e| {
                // The position within the line is of the line alone.
                let text = e.to_string();
                match text.rsplit_once(" at line 1 ") {
                    Some((what, at)) => format!("{what} at {at}"),
                    None => text,
                }
            });
            let fault = match entry {
                Ok(entry) => match entry.change.fault() {
                    Some(fault) => Some(fault),
                    None if !seen.insert(entry.id) => Some(format!(
                        "the number {} is taken by an earlier line",
                        entry.id
                    )),
                    None => {
                        let undone = match entry.change {
                            Change::Undo { entry: undone } => Some(undone),
                            _ => None,
                        };
                        match undone {
                            Some(undone) if undone == entry.id || !seen.contains(&undone) => {
                                Some(format!("there is no earlier correction {undone} to undo"))
                            }
                            _ => {
                                log.entries.push(entry);
                                None
                            }
                        }
                    }
                },
                Err(what) => Some(what),
            };
            log.faults.extend(fault.map(|what| Fault {
                path: path.to_owned(),
                line: n + 1,
                what,
            }));
        }
        log
    }

    /// Lines that are no corrections.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Every correction, also those that were undone.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Hash of the file.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The corrections that hold, in order. Undoing an undoing brings the first one back.
    pub fn in_force(&self) -> impl Iterator<Item = &Entry> {
        let mut undone: BTreeSet<u64> = BTreeSet::new();
        // From the end: whether an undoing holds is known before what it undoes is met.
        for entry in self.entries.iter().rev() {
            if let Change::Undo { entry: which } = entry.change
                && !undone.contains(&entry.id)
            {
                undone.insert(which);
            }
        }
        self.entries
            .iter()
            .filter(move |e| !undone.contains(&e.id) && !matches!(e.change, Change::Undo { .. }))
    }

    /// Is a correction in force?
    #[must_use]
    pub fn holds(&self, id: u64) -> bool {
        self.in_force().any(|e| e.id == id)
    }
}

/// Adds a correction to a log and says its number. Once this returns, it survives a power cut.
///
/// # Errors
/// If it makes no sense, or the file cannot be written.
pub fn append(
    path: &Path,
    change: Change,
    date: Option<NaiveDate>,
    by: Option<String>,
    reason: Option<String>,
) -> Result<Entry, Error> {
    let log = Log::read(path)?;
    if let Some(fault) = change.fault() {
        return Err(Error::Senseless(fault));
    }
    if let Change::Undo { entry } = change
        && !log.entries.iter().any(|e| e.id == entry)
    {
        return Err(Error::Senseless(format!("there is no correction {entry}")));
    }
    let entry = Entry {
        id: log.entries.iter().map(|e| e.id).max().unwrap_or(0) + 1,
        date,
        by,
        reason,
        change,
    };
    write(path, &entry).map_err(|source| Error::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(entry)
}

fn write(path: &Path, entry: &Entry) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .open(path)?;
    let mut line = serde_json::to_vec(entry).map_err(io::Error::from)?;
    line.push(b'\n');
    // A last line without its end, typed by hand or cut off: ours begins on a new one.
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        let mut last = [0];
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            line.insert(0, b'\n');
        }
    }
    file.write_all(&line)?;
    file.sync_all()?;
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty())
        && cfg!(unix)
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(text: &str) -> Log {
        Log::parse(Path::new("log.jsonl"), text.as_bytes())
    }

    #[test]
    fn a_broken_line_costs_itself_only() {
        let log = log(concat!(
            "{\"id\":1,\"action\":\"rename\",\"name\":\"A. Ruiz\",\"as\":\"Ana Ruiz\"}\n",
            "\n",
            "{\"id\":2,\"action\":\"ren\n",
            "{\"id\":1,\"action\":\"reject\",\"statement\":\"x.1\"}\n",
            "{\"id\":4,\"action\":\"merge\",\"names\":[\"Ana\"]}\n",
            "{\"id\":5,\"action\":\"undo\",\"entry\":9}\n",
            "{\"id\":6,\"action\":\"explode\"}\n",
            "{\"id\":7,\"action\":\"reject\",\"statement\":\"x.2\"}"
        ));
        let ids: Vec<u64> = log.entries().iter().map(|e| e.id).collect();
        assert_eq!(ids, [1, 7]);
        let faults: Vec<String> = log.faults().iter().map(ToString::to_string).collect();
        let lines: Vec<usize> = log.faults().iter().map(|f| f.line).collect();
        assert_eq!(lines, [3, 4, 5, 6, 7], "{faults:#?}");
        assert!(
            faults[0].starts_with("log.jsonl:3: EOF while parsing a string at column"),
            "{faults:#?}"
        );
        assert!(faults[1].contains("the number 1 is taken"), "{faults:#?}");
        assert!(faults[2].contains("two different names"), "{faults:#?}");
        assert!(faults[3].contains("no earlier correction 9"), "{faults:#?}");
        assert!(
            faults[4].contains("unknown variant `explode`"),
            "{faults:#?}"
        );
    }

    #[test]
    fn undoing_can_be_undone() {
        let mut text = "{\"id\":1,\"action\":\"reject\",\"statement\":\"x.1\"}\n".to_owned();
        assert!(log(&text).holds(1));
        text += "{\"id\":2,\"action\":\"undo\",\"entry\":1}\n";
        assert!(!log(&text).holds(1));
        text += "{\"id\":3,\"action\":\"undo\",\"entry\":2}\n";
        assert!(log(&text).holds(1));
        assert_eq!(log(&text).entries().len(), 3);
    }

    #[test]
    fn what_is_added_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = beside(&dir.path().join("index"));
        assert_eq!(path, dir.path().join("index.corrections.jsonl"));
        let change = Change::Split {
            name: "John Marsh".to_owned(),
            articles: vec!["00ff".to_owned()],
            r#as: "John Marsh (pilot)".to_owned(),
        };
        let by = Some("desk".to_owned());
        let date = NaiveDate::from_ymd_opt(2025, 11, 20);
        let why = Some("two people".to_owned());
        let first = append(&path, change, date, by, why).unwrap();
        assert_eq!(first.note(), "corrected by desk, 2025-11-20: two people");
        // Somebody typed a line by hand and left it open.
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"oh").unwrap();
        let undo = Change::Undo { entry: 1 };
        let second = append(&path, undo, None, None, None).unwrap();
        let log = Log::read(&path).unwrap();
        assert_eq!(log.entries(), [first, second]);
        assert_eq!(log.faults().len(), 1);
        assert_eq!(log.in_force().count(), 0);
        let senseless = append(&path, Change::Undo { entry: 9 }, None, None, None).unwrap_err();
        assert_eq!(senseless.to_string(), "there is no correction 9");
    }
}
