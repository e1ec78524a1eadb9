//! Regions between quotation marks.
//!
//! Double marks of any make open and close regions, paragraph by paragraph; which way a straight or wrongly curled mark
//! faces is told from the white space beside it. Single marks count inside a double region, and everywhere in an
//! article of British style, which sets its double marks inside single ones if it has any; an apostrophe inside a word or at the end of a plural never
//! counts. A region without closing mark runs to the end of its paragraph, and goes on in the next paragraph if that
//! opens with a mark.

use std::ops::Range;

use super::token::{TokenKind, Tokens};

/// A stretch of text inside quotation marks, within one paragraph. Token indices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The opening mark; the first token of the paragraph where a region goes on without one.
    pub open: u32,
    /// One past the last token inside: the closing mark, or the end of the paragraph where it is missing.
    pub close: u32,
    /// Is there a closing mark?
    pub closed: bool,
    /// Goes on from an unclosed region of the paragraph before: same speaker.
    pub continues: bool,
    /// Inside another region, counted in steps.
    pub depth: u8,
}

impl Region {
    /// The region with its marks: from the opening mark to one past the closing one, if there is one.
    #[must_use]
    pub fn with_marks(&self) -> Range<u32> {
        self.open..self.close + u32::from(self.closed)
    }
}

/// Which way a mark faces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facing {
    Opens,
    Closes,
    /// Only what stands before it tells.
    Either,
}

#[derive(Clone, Copy)]
struct Mark {
    at: u32,
    single: bool,
    facing: Facing,
    /// Ends a quotation as surely as can be: after `.`, `,`, `?` …
    sure: bool,
}

/// Words cut short at the front, which an apostrophe before does not quote.
const ELISIONS: &[&str] = &[
    "n", "em", "til", "till", "tis", "twas", "cause", "cos", "bout", "round", "cept", "tude",
];

/// The quotation regions of an article by opening mark; an inner region follows the one that holds it.
#[must_use]
pub fn regions(tokens: &Tokens<'_>) -> Vec<Region> {
    let has = |kinds: &[TokenKind]| tokens.tokens.iter().any(|t| kinds.contains(&t.kind));
    let double = [
        TokenKind::OpenQuote,
        TokenKind::CloseQuote,
        TokenKind::PlainQuote,
    ];
    if !has(&[TokenKind::SingleQuote]) {
        return read(tokens, false);
    }
    let british = read(tokens, true);
    if !has(&double) || is_british(tokens, &british) {
        british
    } else {
        read(tokens, false)
    }
}

/// Do more single regions hold what may be speech than double ones stand outside of single ones? `regions` are those of
/// British style.
fn is_british(tokens: &Tokens<'_>, regions: &[Region]) -> bool {
    let (mut single, mut double) = (0, 0);
    for region in regions.iter().filter(|r| r.depth == 0) {
        if tokens.tokens[region.open as usize].kind != TokenKind::SingleQuote {
            double += 1;
        } else if region.closed && mark(tokens, region.close).is_some_and(|m| m.sure) {
            single += 1;
        }
    }
    single > double
}

/// The regions of all paragraphs, in British style or not.
fn read(tokens: &Tokens<'_>, british: bool) -> Vec<Region> {
    let mut out = Vec::new();
    let mut marks = Vec::new();
    // the paragraph before ended inside a region of this make (single or not)
    let mut carried: Option<bool> = None;
    for (i, paragraph) in tokens.paragraphs.iter().enumerate() {
        marks.clear();
        marks.extend(paragraph.clone().filter_map(|at| mark(tokens, at)));
        let next = tokens.paragraphs.get(i + 1).map(|p| p.start);
        let reopens = next.and_then(|at| mark(tokens, at)).map(|m| m.single);
        let before = out.len();
        carried = pair_up(paragraph, &marks, british, carried, reopens, &mut out);
        out[before..].sort_by_key(|r| (r.open, r.depth));
    }
    out
}

/// The quotation mark at token `at`, if one stands there.
fn mark(tokens: &Tokens<'_>, at: u32) -> Option<Mark> {
    let token = tokens.tokens.get(at as usize)?;
    let word = tokens.word(at);
    let single = match token.kind {
        TokenKind::OpenQuote | TokenKind::CloseQuote | TokenKind::PlainQuote => false,
        TokenKind::SingleQuote => true,
        _ => return None,
    };
    let before = at
        .checked_sub(1)
        .filter(|_| token.glued)
        .map(|b| (&tokens.tokens[b as usize], tokens.word(b)));
    let after = tokens
        .tokens
        .get(at as usize + 1)
        .filter(|t| t.glued)
        .map(|t| (t, tokens.word(at + 1)));
    // another mark beside it says nothing: look through "‘Yes,’”
    let tight_before = before.is_some_and(|(t, w)| {
        if is_quote(t.kind) {
            t.kind == TokenKind::CloseQuote || faces_left(tokens, at - 1)
        } else {
            !matches!(w, "(" | "[")
        }
    });
    let tight_after = after.is_some_and(|(t, w)| {
        if is_quote(t.kind) {
            !faces_left(tokens, at + 1)
        } else {
            !matches!(w, ")" | "]" | "," | "." | ";" | ":" | "!" | "?")
        }
    });
    let by_space = match (tight_before, tight_after) {
        (false, true) => Facing::Opens,
        (true, false) => Facing::Closes,
        _ => Facing::Either,
    };
    let facing = match (token.kind, word) {
        (TokenKind::OpenQuote, _) => Facing::Opens,
        (TokenKind::CloseQuote, _) if by_space == Facing::Opens => Facing::Either,
        (TokenKind::CloseQuote, _) => Facing::Closes,
        (TokenKind::SingleQuote, "‘" | "‹" | "‚" | "‛" | "`") => Facing::Opens,
        (TokenKind::SingleQuote, "›") => Facing::Closes,
        _ => by_space,
    };
    if single {
        let elided = after.is_some_and(|(t, w)| {
            t.kind == TokenKind::Number || ELISIONS.iter().any(|e| e.eq_ignore_ascii_case(w))
        });
        // an apostrophe, or minutes and feet
        if facing == Facing::Either && word != "‘"
            || elided && matches!(word, "'" | "’" | "ʼ")
            || facing == Facing::Closes && before.is_some_and(|(t, _)| t.kind == TokenKind::Number)
        {
            return None;
        }
    }
    let sure = before.is_some_and(|(t, w)| {
        t.kind == TokenKind::Stop || matches!(w, "," | ";" | ":") || is_quote(t.kind)
    });
    Some(Mark {
        at,
        single,
        facing,
        sure,
    })
}

fn is_quote(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::OpenQuote
            | TokenKind::CloseQuote
            | TokenKind::PlainQuote
            | TokenKind::SingleQuote
    )
}

/// Does the run of marks that `at` belongs to touch a word or stop on its left?
fn faces_left(tokens: &Tokens<'_>, at: u32) -> bool {
    let mut i = at as usize;
    while is_quote(tokens.tokens[i].kind) {
        match tokens.tokens[i].kind {
            TokenKind::OpenQuote => return false,
            TokenKind::CloseQuote => return true,
            _ if !tokens.tokens[i].glued || i == 0 => return false,
            _ => i -= 1,
        }
    }
    true
}

/// Pairs the marks of a paragraph; the make of the region that is open at its end.
fn pair_up(
    paragraph: &Range<u32>,
    marks: &[Mark],
    british: bool,
    carried: Option<bool>,
    reopens: Option<bool>,
    out: &mut Vec<Region>,
) -> Option<bool> {
    // open regions, outermost first
    let mut stack: Vec<Mark> = Vec::new();
    let mut carry = carried;
    for (i, mark) in marks.iter().enumerate() {
        let rest = &marks[i + 1..];
        let innermost = stack.last().copied();
        let inside_same = stack.iter().any(|m| m.single == mark.single);
        let opens = match mark.facing {
            Facing::Opens => true,
            Facing::Closes => false,
            Facing::Either => !inside_same,
        };
        if opens {
            // single marks count inside double ones or where there are no others; a region of the same make in
            // another only where closing marks for both follow
            let fits = if mark.single {
                (british || innermost.is_some_and(|m| !m.single))
                    && (closes_later(rest, true, mark.at) || british && reopens == Some(true))
            } else {
                true
            };
            let doubled = inside_same && balance(rest, mark.single) < 2;
            if fits && !doubled && stack.len() < 4 {
                stack.push(*mark);
            }
            continue;
        }
        let Some(depth) = stack.iter().rposition(|m| m.single == mark.single) else {
            // closes what the paragraph before left open
            if stack.is_empty() && carry == Some(mark.single) && out_is_clear(out, paragraph) {
                out.push(Region {
                    open: paragraph.start,
                    close: mark.at,
                    closed: true,
                    continues: true,
                    depth: 0,
                });
                carry = None;
            }
            continue;
        };
        // "the workers' rights": a plural's apostrophe, if a surer mark is still to come
        if mark.single && !mark.sure && closes_later(rest, true, mark.at) && !next_opens(rest) {
            continue;
        }
        // regions inside it that never closed are no regions
        stack.truncate(depth + 1);
        if let Some(open) = stack.pop() {
            push(out, paragraph, open, mark.at, true, depth, carry);
        }
    }
    let mut left = None;
    let end = paragraph.end;
    if let Some(open) = stack.first() {
        push(out, paragraph, *open, end, false, 0, carry);
        left = Some(open.single);
    }
    left
}

/// Appends a region.
fn push(
    out: &mut Vec<Region>,
    paragraph: &Range<u32>,
    open: Mark,
    close: u32,
    closed: bool,
    depth: usize,
    carry: Option<bool>,
) {
    out.push(Region {
        open: open.at,
        close,
        closed,
        continues: depth == 0 && open.at == paragraph.start && carry == Some(open.single),
        depth: depth as u8,
    });
}

/// Has no region of this paragraph been found yet?
fn out_is_clear(out: &[Region], paragraph: &Range<u32>) -> bool {
    out.last().is_none_or(|r| r.open < paragraph.start)
}

/// Does a closing mark of the make follow, at least one token after `from`?
fn closes_later(rest: &[Mark], single: bool, from: u32) -> bool {
    rest.iter()
        .any(|m| m.single == single && m.facing != Facing::Opens && m.at > from + 1)
}

/// Is the next single mark an opening one?
fn next_opens(rest: &[Mark]) -> bool {
    rest.iter()
        .find(|m| m.single)
        .is_some_and(|m| m.facing == Facing::Opens)
}

/// Closing marks less opening marks of the make.
fn balance(rest: &[Mark], single: bool) -> i32 {
    rest.iter()
        .filter(|m| m.single == single)
        .map(|m| match m.facing {
            Facing::Opens => -1,
            Facing::Closes => 1,
            Facing::Either => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::sentence;
    use super::*;

    /// Regions as text, `>` before one that continues, `+` for each step of depth, `…` after an unclosed one.
    fn show(text: &str) -> Vec<String> {
        let tokens = sentence::split(text);
        regions(&tokens)
            .iter()
            .map(|r| {
                let end = if r.closed { r.close + 1 } else { r.close };
                format!(
                    "{}{}{}{}",
                    if r.continues { ">" } else { "" },
                    "+".repeat(r.depth.into()),
                    tokens.span(r.open..end).of(text),
                    if r.closed { "" } else { "…" },
                )
            })
            .collect()
    }

    #[test]
    fn double_marks() {
        assert_eq!(
            show("“It floats,” Ruiz said, “and it is new.”"),
            ["“It floats,”", "“and it is new.”"]
        );
        assert_eq!(show("\"It floats,\" Ruiz said."), ["\"It floats,\""]);
        assert_eq!(show("``It floats,'' Ruiz said."), ["``It floats,''"]);
        assert_eq!(show("« Ça flotte », dit-il."), ["« Ça flotte »"]);
        assert_eq!(show("the so-called “floating” dock"), ["“floating”"]);
        assert_eq!(show("a 27\" screen and a \"good\" one"), ["\"good\""]);
        assert_eq!(show("(\"Go\") he said"), ["\"Go\""]);
        assert_eq!(show("no marks"), [""; 0]);
        assert_eq!(show("“"), ["“…"]);
        assert_eq!(show("” ’"), [""; 0]);
    }

    #[test]
    fn paragraphs_carry() {
        assert_eq!(
            show("“We sail.\n“We land,” she said."),
            ["“We sail.…", ">“We land,”"]
        );
        assert_eq!(
            show("“We sail.\nWe land,” she said."),
            ["“We sail.…", ">We land,”"]
        );
        assert_eq!(show("\"We sail.\nHe left."), ["\"We sail.…"]);
    }

    #[test]
    fn nested_marks() {
        assert_eq!(
            show("“She told us ‘wait here’ twice,” he said."),
            ["“She told us ‘wait here’ twice,”", "+‘wait here’"]
        );
        assert_eq!(
            show("“The workers’ boats don’t float,” he said."),
            ["“The workers’ boats don’t float,”"]
        );
        assert_eq!(
            show("“Ruiz said, ‘Go.’” They went."),
            ["“Ruiz said, ‘Go.’”", "+‘Go.’"]
        );
    }

    #[test]
    fn single_marks() {
        assert_eq!(
            show("‘The dockers’ vote isn’t over,’ he said, ‘not yet.’"),
            ["‘The dockers’ vote isn’t over,’", "‘not yet.’"]
        );
        assert_eq!(
            show("'It is late,' she said. The boys' club shut in the '70s."),
            ["'It is late,'"]
        );
        assert_eq!(show("rock ’n’ roll and O’Brien’s dogs’ home"), [""; 0]);
        assert_eq!(
            show("‘We sail.\n‘We land,’ she said."),
            ["‘We sail.…", ">‘We land,’"]
        );
        assert_eq!(
            show("'She said \"go\" to the crew,' he said."),
            ["'She said \"go\" to the crew,'", "+\"go\""]
        );
        assert_eq!(
            show("\"Go,\" she said. \"Now.\" The 'crew' went, and 'all' of it."),
            ["\"Go,\"", "\"Now.\""],
            "American style has single marks only inside double ones"
        );
        assert_eq!(
            show(
                "‘We were late,’ he said. ‘I've told them. They said, “We know.”’ A ‘ghost’ was seen."
            ),
            [
                "‘We were late,’",
                "‘I've told them. They said, “We know.”’",
                "+“We know.”",
                "‘ghost’"
            ]
        );
    }

    #[test]
    fn regions_are_in_order_and_nest() {
        let text = "“a ‘b’ c” d “e “f” g” h ”\n“i ‘j\n’ k” \"l";
        let tokens = sentence::split(text);
        let all = regions(&tokens);
        assert!(all.windows(2).all(|w| w[0].open <= w[1].open));
        assert!(all.iter().all(|r| r.open < r.close));
    }
}
