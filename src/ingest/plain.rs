//! Plain text: the whole decoded file is the article's text, unless a database put several articles into it.

use std::ops::ControlFlow;

use super::draft::{Draft, Output};
use super::{bundle, decode, open};

/// Reads a file of plain text.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    let draft = Draft::of(&bytes);
    let decoded = match decode::decode(bytes, None) {
        Ok(decoded) => decoded,
        Err(why) => return out.skip(None, why),
    };
    let cap = out.options.max_article_bytes;
    match bundle::read(out, &decoded.text, &decoded.map) {
        ControlFlow::Continue(false) if decoded.text.len() > cap => {
            out.skip(None, open::too_long(cap))
        }
        ControlFlow::Continue(false) => out.article(Draft {
            text: decoded.text,
            map: decoded.map,
            ..draft
        }),
        ControlFlow::Continue(true) => ControlFlow::Continue(()),
        ControlFlow::Break(()) => ControlFlow::Break(()),
    }
}
