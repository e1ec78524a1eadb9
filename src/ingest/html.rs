//! Web pages: the article's own text and what the page says about it.

use std::ops::ControlFlow;

use super::draft::Output;

/// Does it begin like a web page?
pub(super) fn looks_like(start: &[u8]) -> bool {
    start.first() == Some(&b'<')
}

pub(super) fn read(out: &mut Output<'_>, _bytes: Vec<u8>) -> ControlFlow<()> {
    out.skip(None, "not yet")
}
