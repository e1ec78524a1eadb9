//! Plain text: the whole decoded file is the article's text.

use std::ops::ControlFlow;

use super::decode;
use super::draft::{Draft, Output};

/// Reads a file of plain text.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    let draft = Draft::of(&bytes);
    match decode::decode(bytes, None) {
        Ok(decoded) => out.article(Draft {
            text: decoded.text,
            map: decoded.map,
            ..draft
        }),
        Err(why) => out.skip(None, why),
    }
}
