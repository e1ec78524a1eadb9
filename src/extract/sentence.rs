//! Sentences and paragraphs.
//!
//! A newline ends a paragraph. Inside one, a sentence ends at `.`, `!`, `?` or `…`, with the quotation marks and
//! brackets that close after it, before white space and an upper-case letter, a digit or an opening quotation mark; and
//! after an abbreviation only where a word follows that begins sentences ("in the U.S. The …").

use super::token::{Token, TokenKind, Tokens, tokenize};

/// Cuts `text` into tokens, sentences and paragraphs.
#[must_use]
pub fn split(text: &str) -> Tokens<'_> {
    let mut tokens = Vec::with_capacity(text.len() / 5 + 1);
    tokenize(text, &mut tokens);
    let mut out = Tokens {
        text,
        tokens,
        ..Tokens::default()
    };
    let (mut sentence_begin, mut paragraph_begin) = (0, 0);
    for i in 0..out.tokens.len() {
        let new_paragraph = i > 0 && is_paragraph_break(text, &out.tokens[i - 1], &out.tokens[i]);
        let new_sentence = new_paragraph
            || i > 0
                && may_end(text, &out.tokens[i - 1], &out.tokens[i])
                && is_sentence_break(text, &out.tokens, sentence_begin as usize, i);
        if new_sentence {
            out.sentences.push(sentence_begin..i as u32);
            sentence_begin = i as u32;
        }
        if new_paragraph {
            out.paragraphs.push(paragraph_begin..i as u32);
            paragraph_begin = i as u32;
        }
        out.tokens[i].sentence = out.sentences.len() as u32;
        out.tokens[i].paragraph = out.paragraphs.len() as u32;
    }
    if !out.tokens.is_empty() {
        out.sentences.push(sentence_begin..out.tokens.len() as u32);
        out.paragraphs
            .push(paragraph_begin..out.tokens.len() as u32);
    }
    out
}

fn is_paragraph_break(text: &str, before: &Token, after: &Token) -> bool {
    !after.glued
        && text.as_bytes()[before.span.end as usize..after.span.begin as usize].contains(&b'\n')
}

/// Could a sentence end between the two, by the last byte of the first? Most tokens are words, and end here.
fn may_end(text: &str, before: &Token, after: &Token) -> bool {
    !after.glued
        && match before.kind {
            TokenKind::Stop
            | TokenKind::CloseQuote
            | TokenKind::PlainQuote
            | TokenKind::SingleQuote
            | TokenKind::Other => true,
            TokenKind::Word => text.as_bytes()[before.span.end as usize - 1] == b'.',
            TokenKind::Number
            | TokenKind::Clitic
            | TokenKind::OpenQuote
            | TokenKind::Dash
            | TokenKind::Address => false,
        }
        || after.kind == TokenKind::Other && is_bullet(after.span.of(text))
}

fn is_bullet(mark: &str) -> bool {
    matches!(mark, "•" | "▪" | "●" | "◦" | "‣" | "■")
}

/// Does a sentence begin at token `i`, within a paragraph, where the current one began at `begin`?
fn is_sentence_break(text: &str, tokens: &[Token], begin: usize, i: usize) -> bool {
    let next = tokens[i].span.of(text);
    if is_bullet(next) {
        return true;
    }
    // the stop, behind at most three closing marks
    let mut stop = i - 1;
    let mut quoted = false;
    while stop > begin && i - stop <= 3 && closes(text, &tokens[stop]) {
        quoted |= tokens[stop].kind != TokenKind::Other;
        stop -= 1;
    }
    let mark = tokens[stop].span.of(text);
    let first = next.chars().next().unwrap_or(' ');
    let starts = first.is_uppercase()
        || first.is_numeric()
        || matches!(tokens[i].kind, TokenKind::OpenQuote | TokenKind::PlainQuote)
        || matches!(first, '‘' | '\'' | '’' | '(' | '[' | '¿' | '¡');
    if !starts {
        return false;
    }
    if tokens[stop].kind == TokenKind::Stop {
        // "1. The first", and “Why?” Ana Ruiz asked
        let numbering = stop == begin + 1
            && tokens[begin].kind == TokenKind::Number
            && tokens[begin].span.len() <= 3
            && mark == ".";
        let attributed = || quoted && mark != "." && attribution_follows(text, &tokens[i..]);
        return !(numbering || attributed());
    }
    stop > begin && !quoted && mark.ends_with('.') && may_close(mark) && is_opener(next)
}

/// A mark that may stand between the stop and the end of the sentence.
fn closes(text: &str, token: &Token) -> bool {
    match token.kind {
        TokenKind::CloseQuote | TokenKind::PlainQuote => true,
        TokenKind::SingleQuote => matches!(token.span.of(text), "'" | "’" | "›"),
        TokenKind::Other => matches!(token.span.of(text), ")" | "]"),
        _ => false,
    }
}

/// May the abbreviation (with its period) be the last word of a sentence? Titles may not.
fn may_close(word: &str) -> bool {
    let stem = &word[..word.len() - 1];
    stem.contains('.')
        || stem.chars().count() == 1
        || matches!(
            stem,
            "Ala"
                | "Apr"
                | "Ariz"
                | "Ark"
                | "Aug"
                | "Ave"
                | "Blvd"
                | "Calif"
                | "Co"
                | "Colo"
                | "Conn"
                | "Corp"
                | "Dec"
                | "Del"
                | "Dept"
                | "Esq"
                | "Feb"
                | "Fla"
                | "Ill"
                | "Inc"
                | "Ind"
                | "Jan"
                | "Jr"
                | "Kan"
                | "Ky"
                | "La"
                | "Ltd"
                | "Mass"
                | "Md"
                | "Mich"
                | "Minn"
                | "Mo"
                | "Mont"
                | "Neb"
                | "Nev"
                | "Nov"
                | "Oct"
                | "Okla"
                | "Ont"
                | "Ore"
                | "Pa"
                | "Penn"
                | "Sep"
                | "Sept"
                | "Sr"
                | "Tenn"
                | "Tex"
                | "Va"
                | "Vt"
                | "Wash"
                | "Wis"
                | "Wyo"
                | "etc"
        )
}

/// "Ana Ruiz asked": at most four capitalised words or a pronoun, then a verb of saying.
fn attribution_follows(text: &str, tokens: &[Token]) -> bool {
    for (n, token) in tokens.iter().take(5).enumerate() {
        let word = token.span.of(text);
        if word.starts_with(char::is_uppercase) || token.kind == TokenKind::Clitic {
            continue;
        }
        return n > 0
            && matches!(
                word,
                "said"
                    | "says"
                    | "asked"
                    | "asks"
                    | "wrote"
                    | "writes"
                    | "added"
                    | "adds"
                    | "told"
                    | "tells"
                    | "tweeted"
                    | "shouted"
                    | "replied"
                    | "cried"
                    | "wondered"
                    | "joked"
                    | "exclaimed"
                    | "quipped"
                    | "recalled"
                    | "yelled"
            );
    }
    false
}

/// Upper-case words that begin sentences and are hardly ever the second word of a name.
fn is_opener(word: &str) -> bool {
    matches!(
        word,
        "A" | "An"
            | "And"
            | "As"
            | "At"
            | "But"
            | "By"
            | "For"
            | "He"
            | "Her"
            | "His"
            | "However"
            | "I"
            | "If"
            | "In"
            | "It"
            | "Its"
            | "Meanwhile"
            | "No"
            | "On"
            | "She"
            | "So"
            | "That"
            | "The"
            | "Their"
            | "There"
            | "These"
            | "They"
            | "This"
            | "Those"
            | "We"
            | "What"
            | "When"
            | "While"
            | "You"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let tokens = split(text);
        tokens
            .sentences
            .iter()
            .map(|r| tokens.span(r.clone()).of(text))
            .collect()
    }

    #[test]
    fn ends_sentences_where_a_reader_would() {
        assert_eq!(
            cut("It rained. Then it stopped."),
            ["It rained.", "Then it stopped."]
        );
        assert_eq!(
            cut("“Stop!” he said. “Now.” She left."),
            ["“Stop!” he said.", "“Now.”", "She left."]
        );
        assert_eq!(
            cut("Gen. Ana Ruiz met Mr. Okafor on Nov. 3 in the U.S. Senate."),
            ["Gen. Ana Ruiz met Mr. Okafor on Nov. 3 in the U.S. Senate."]
        );
        assert_eq!(
            cut("She moved to the U.S. The rest stayed."),
            ["She moved to the U.S.", "The rest stayed."]
        );
        assert_eq!(cut("One\nTwo"), ["One", "Two"]);
        assert_eq!(cut("").len(), 0);
    }
}
