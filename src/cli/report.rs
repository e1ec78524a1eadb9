//! Words to the user on standard error.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use anyhow::anyhow;
use indicatif::HumanCount;

use crate::article::Skipped;
use crate::index;

const WARNING: Style = AnsiColor::Yellow.on_default();
const DIM: Style = Style::new().dimmed();

/// One line on standard error. A closed or full standard error is ignored: it must not stop the work.
pub(super) fn line(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}

pub(super) fn skipped(what: &Skipped) {
    let path = printable(&what.path);
    let record = what
        .record
        .map(|n| format!(", record {n}"))
        .unwrap_or_default();
    line(&format!(
        "{WARNING}skipped{WARNING:#} {path}{record}: {}",
        printable(&what.reason)
    ));
}

pub(super) fn warning(text: &str) {
    line(&format!("{WARNING}warning:{WARNING:#} {}", printable(text)));
}

pub(super) fn hint(text: &str) {
    line(&format!("{DIM}{}{DIM:#}", printable(text)));
}

/// `1 article`, `1,204 articles`
pub(super) fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", HumanCount(n), if n == 1 { one } else { many })
}

/// What went wrong on the way into the index. The failure names the path itself.
#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn unwritten(error: index::Error) -> anyhow::Error {
    anyhow!("cannot write to the index {error}")
}

/// The text without anything that a terminal would obey: control characters, and the marks that reorder what is shown.
pub(super) fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    let is_bad = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.chars().any(is_bad) {
        text.chars()
            .map(|c| {
                if is_bad(c) {
                    char::REPLACEMENT_CHARACTER
                } else {
                    c
                }
            })
            .collect::<String>()
            .into()
    } else {
        text.into()
    }
}
