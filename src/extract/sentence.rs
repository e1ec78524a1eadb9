//! Sentences and paragraphs.
//!
//! A newline ends a paragraph. Inside one, a sentence ends at `.`, `!`, `?` or `…`, with the quotation marks and
//! brackets that close after it, before white space and an upper-case letter, a digit or an opening quotation mark.

use super::token::{Token, TokenKind, Tokens, tokenize};

/// Cuts `text` into tokens, sentences and paragraphs.
#[must_use]
pub fn split(text: &str) -> Tokens<'_> {
    let mut tokens = Vec::with_capacity(text.len() / 5);
    tokenize(text, &mut tokens);
    let mut out = Tokens {
        text,
        tokens,
        ..Tokens::default()
    };
    let (mut sentence_begin, mut paragraph_begin) = (0, 0);
    for i in 0..out.tokens.len() {
        let new_paragraph = i > 0 && is_paragraph_break(text, &out.tokens[i - 1], &out.tokens[i]);
        let new_sentence = new_paragraph || i > 0 && is_sentence_break(text, &out.tokens, i);
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

/// Does a sentence begin at token `i`, within a paragraph?
fn is_sentence_break(text: &str, tokens: &[Token], i: usize) -> bool {
    if tokens[i].glued {
        return false;
    }
    // the stop, behind at most three closing marks
    let mut stop = i - 1;
    let mut quoted = false;
    while stop > 0 && i - stop <= 3 && closes(text, &tokens[stop]) {
        quoted |= tokens[stop].kind != TokenKind::Other;
        stop -= 1;
    }
    let mark = tokens[stop].span.of(text);
    let next = tokens[i].span.of(text);
    let first = next.chars().next().unwrap_or(' ');
    let starts = first.is_uppercase()
        || first.is_numeric()
        || matches!(tokens[i].kind, TokenKind::OpenQuote | TokenKind::PlainQuote)
        || matches!(first, '‘' | '\'' | '(' | '[');
    if !starts {
        return false;
    }
    if tokens[stop].kind == TokenKind::Stop {
        return true;
    }
    // "in the U.S. The …": an abbreviation at the end of a sentence, seen from a common first word
    !quoted
        && mark.len() > 3
        && mark.ends_with('.')
        && mark[..mark.len() - 1].contains('.')
        && is_opener(next)
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
