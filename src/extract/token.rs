//! Words and punctuation of a text, in the manner of the Penn Treebank: `Ukraine's` is `Ukraine` `'s`, `don't` is
//! `do` `n't`, `U.S.`, `No.` and `Gen.` are one token each, `full-scale` is three.
//!
//! Every other layer of extraction counts in these tokens.

use std::ops::Range;

use crate::text::Span;

/// What a token is, as far as its characters tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters, perhaps with digits and inner periods or apostrophes.
    Word,
    /// Begins with a digit.
    Number,
    /// `'s`, `n't`, `'re` … cut off the word before.
    Clitic,
    /// “ „ « and two backticks.
    OpenQuote,
    /// ” » and two apostrophes.
    CloseQuote,
    /// The straight double quotation mark.
    PlainQuote,
    /// ‘ ’ ‹ › and the straight apostrophe, when they stand alone.
    SingleQuote,
    /// Hyphens and dashes, and two or three hyphens in a row.
    Dash,
    /// `.`, `!`, `?`, `…` and runs of periods.
    Stop,
    /// A web address, an e-mail address, an @handle or a #tag.
    Address,
    /// Anything else.
    Other,
}

/// One token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TokenKind,
    /// No white space before it.
    pub glued: bool,
    /// Index into [`Tokens::sentences`].
    pub sentence: u32,
    /// Index into [`Tokens::paragraphs`].
    pub paragraph: u32,
}

/// A text cut into tokens, sentences and paragraphs. Built by [`super::sentence::split`].
#[derive(Clone, Debug, Default)]
pub struct Tokens<'t> {
    /// The text.
    pub text: &'t str,
    /// All tokens, in order.
    pub tokens: Vec<Token>,
    /// Token ranges, in order, covering all tokens.
    pub sentences: Vec<Range<u32>>,
    /// Token ranges, in order, covering all tokens; a sentence never crosses one.
    pub paragraphs: Vec<Range<u32>>,
}

impl<'t> Tokens<'t> {
    /// The characters of token `i`; empty past the end.
    #[must_use]
    pub fn word(&self, i: u32) -> &'t str {
        self.tokens
            .get(i as usize)
            .map_or("", |t| t.span.of(self.text))
    }

    /// From the first byte of the first token to the last byte of the last; empty for an empty range.
    #[must_use]
    pub fn span(&self, tokens: Range<u32>) -> Span {
        match self.tokens.get(tokens.start as usize..tokens.end as usize) {
            Some([first, .., last]) => first.span.cover(last.span),
            Some([only]) => only.span,
            _ => Span::default(),
        }
    }

    /// The tokens that share a byte with `span`.
    #[must_use]
    pub fn under(&self, span: Span) -> Range<u32> {
        let begin = self.tokens.partition_point(|t| t.span.end <= span.begin);
        let end = self.tokens.partition_point(|t| t.span.begin < span.end);
        begin as u32..end.max(begin) as u32
    }
}

/// Abbreviations that keep their period.
const ABBREVIATIONS: &[&str] = &[
    "Adm", "Ala", "Apr", "Ariz", "Ark", "Atty", "Aug", "Ave", "Blvd", "Brig", "Calif", "Capt",
    "Cllr", "Cmdr", "Co", "Col", "Colo", "Conn", "Corp", "Cpl", "Dec", "Del", "Det", "Dr", "Feb",
    "Fla", "Fr", "Ft", "Gen", "Gov", "Hon", "Inc", "Insp", "Jan", "Jr", "Jul", "Jun", "Kan", "Ky",
    "La", "Lt", "Ltd", "Maj", "Mar", "Mass", "Md", "Messrs", "Mich", "Minn", "Miss", "Mo", "Mont",
    "Mr", "Mrs", "Ms", "Mt", "Neb", "Nev", "No", "Nov", "Oct", "Okla", "Ont", "Ore", "Pa", "Ph",
    "Pres", "Prof", "Pvt", "Rep", "Reps", "Rev", "Sen", "Sens", "Sep", "Sept", "Sgt", "Sr", "St",
    "Supt", "Tenn", "Tex", "Va", "Vt", "Wash", "Wis", "Wyo", "vs",
];

/// Is the word (without its period) an abbreviation that a period does not end a sentence after, by itself?
#[must_use]
pub fn is_abbreviation(word: &str) -> bool {
    ABBREVIATIONS.binary_search(&word).is_ok()
}

/// Cuts `text` into tokens, which are appended to `out` with sentence and paragraph 0.
pub fn tokenize(text: &str, out: &mut Vec<Token>) {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
    };
    let mut last_end = usize::MAX;
    while let Some((begin, kind)) = scanner.next() {
        let end = scanner.at;
        out.push(Token {
            span: Span::new(begin, end),
            kind,
            glued: begin == last_end,
            sentence: 0,
            paragraph: 0,
        });
        last_end = end;
    }
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Byte offset of the next character.
    at: usize,
}

/// Letters, digits, and marks that live inside words.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric()
            || matches!(
                c,
                '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{ad}'
            )
    }
}

/// Not shown and no part of a word.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || c.is_control()
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

const CLITICS: [&str; 7] = ["s", "t", "re", "ve", "ll", "d", "m"];

impl Scanner<'_> {
    fn peek(&self, at: usize) -> Option<char> {
        match *self.bytes.get(at)? {
            b if b.is_ascii() => Some(b as char),
            _ => self.text[at..].chars().next(),
        }
    }

    /// End of the run of word characters from `at` on.
    fn run(&self, mut at: usize) -> usize {
        while let Some(c) = self.peek(at).filter(|&c| is_word(c)) {
            at += c.len_utf8();
        }
        at
    }

    /// Moves past the next token; its first byte and kind.
    fn next(&mut self) -> Option<(usize, TokenKind)> {
        while let Some(c) = self.peek(self.at).filter(|&c| is_blank(c)) {
            self.at += c.len_utf8();
        }
        let begin = self.at;
        let c = self.peek(begin)?;
        if is_word(c) {
            return Some((begin, self.word(c)));
        }
        self.at += c.len_utf8();
        Some((begin, self.mark(c)))
    }

    /// A token that begins with the mark `c`, which has been passed.
    fn mark(&mut self, c: char) -> TokenKind {
        let begin = self.at - c.len_utf8();
        match c {
            '“' | '„' | '«' | '‟' | '〝' | '「' => TokenKind::OpenQuote,
            '”' | '»' | '〞' | '」' => TokenKind::CloseQuote,
            '"' | '＂' => TokenKind::PlainQuote,
            '`' if self.peek(self.at) == Some('`') => {
                self.at += 1;
                TokenKind::OpenQuote
            }
            '\'' if self.peek(self.at) == Some('\'') => {
                self.at += 1;
                TokenKind::CloseQuote
            }
            '\'' | '’' | 'ʼ' => {
                // 's, 're … right after a word
                let end = self.run(self.at);
                let after_word = self.text[..begin].chars().next_back().is_some_and(is_word);
                if after_word
                    && CLITICS
                        .iter()
                        .any(|s| s.eq_ignore_ascii_case(&self.text[self.at..end]))
                {
                    self.at = end;
                    return TokenKind::Clitic;
                }
                TokenKind::SingleQuote
            }
            '‘' | '‹' | '›' | '‚' | '‛' | '`' => TokenKind::SingleQuote,
            '-' => {
                while self.peek(self.at) == Some('-') {
                    self.at += 1;
                }
                TokenKind::Dash
            }
            '‐'..='―' | '−' => TokenKind::Dash,
            '.' => {
                while self.peek(self.at) == Some('.') {
                    self.at += 1;
                }
                TokenKind::Stop
            }
            '!' | '?' | '…' | '。' | '！' | '？' => TokenKind::Stop,
            '@' | '#' if self.peek(self.at).is_some_and(is_word) => {
                loop {
                    self.at = self.run(self.at);
                    if self.peek(self.at) != Some('_') {
                        break;
                    }
                    self.at += 1;
                }
                TokenKind::Address
            }
            _ => TokenKind::Other,
        }
    }

    /// A token that begins with the word character `c`, which has not been passed.
    fn word(&mut self, c: char) -> TokenKind {
        let begin = self.at;
        if c.is_ascii_alphabetic() && self.bytes.get(begin + 1) == Some(&b'.') {
            if let Some(end) = self.initials(begin) {
                self.at = end;
                return TokenKind::Word;
            }
        }
        let mut at = begin;
        loop {
            at = self.run(at);
            let Some(mark) = self.peek(at) else { break };
            let next = at + mark.len_utf8();
            let follows = self.peek(next);
            match mark {
                _ if is_apostrophe(mark) && follows.is_some_and(char::is_alphabetic) => {
                    let tail = &self.text[next..self.run(next)];
                    if tail.eq_ignore_ascii_case("t")
                        && self.text[begin..at].ends_with(['n', 'N'])
                        && at - begin > 1
                    {
                        // do|n't
                        at -= 1;
                        break;
                    }
                    if CLITICS.iter().any(|s| s.eq_ignore_ascii_case(tail)) {
                        break;
                    }
                    at = next;
                }
                '.' | ',' | ':' | '/'
                    if self.bytes[at - 1].is_ascii_digit()
                        && follows.is_some_and(|f| f.is_ascii_digit()) =>
                {
                    at = next;
                }
                '&' if at - begin <= 3 && follows.is_some_and(char::is_alphabetic) => at = next,
                '_' if follows.is_some_and(is_word) => at = next,
                '.' if is_abbreviation(&self.text[begin..at]) => {
                    at = next;
                    break;
                }
                '@' | '.' if follows.is_some_and(is_word) => {
                    if let Some(end) = self.address(begin) {
                        self.at = end;
                        return TokenKind::Address;
                    }
                    break;
                }
                ':' if self.text[next..].starts_with("//") => {
                    if let Some(end) = self.address(begin) {
                        self.at = end;
                        return TokenKind::Address;
                    }
                    break;
                }
                _ => break,
            }
        }
        // n't after its n has been given back: the clitic is cut as a token of its own
        if at == begin {
            at = self.run(begin);
        }
        self.at = at;
        if self.text[begin..at].eq_ignore_ascii_case("n")
            && self.peek(at).is_some_and(is_apostrophe)
        {
            let end = at + self.peek(at).map_or(0, char::len_utf8) + 1;
            if self
                .text
                .get(begin..end)
                .is_some_and(|w| w.ends_with(['t', 'T']))
                && begin > 0
                && self.text[..begin].ends_with(is_word)
            {
                self.at = end;
                return TokenKind::Clitic;
            }
        }
        if c.is_numeric() {
            TokenKind::Number
        } else {
            TokenKind::Word
        }
    }

    /// End of `U.S.`, `J.`, `e.g.` at `begin`, if that is what stands there.
    fn initials(&self, begin: usize) -> Option<usize> {
        let mut at = begin;
        let mut letters = 0;
        while self.bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
            && self.bytes.get(at + 1) == Some(&b'.')
        {
            at += 2;
            letters += 1;
        }
        if letters >= 2 {
            // U.S.A without the last period
            if self.bytes.get(at).is_some_and(u8::is_ascii_uppercase)
                && !self.peek(at + 1).is_some_and(is_word)
            {
                at += 1;
            }
            return (!self.peek(at).is_some_and(is_word)).then_some(at);
        }
        let capital_follows =
            self.bytes.get(at) == Some(&b' ') && self.peek(at + 1).is_some_and(char::is_uppercase);
        (self.bytes[begin].is_ascii_uppercase() && capital_follows).then_some(at)
    }

    /// End of a web or e-mail address at `begin`, if one stands there.
    fn address(&self, begin: usize) -> Option<usize> {
        let rest = &self.text[begin..];
        let end = rest
            .find(|c: char| {
                is_blank(c) || matches!(c, '<' | '>' | '"' | '“' | '”' | '(' | ')' | '[' | ']')
            })
            .unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’']);
        let is_mail = word
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        let is_web =
            word.starts_with("http://") || word.starts_with("https://") || word.starts_with("www.");
        (is_mail || is_web).then_some(begin + word.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        let mut tokens = Vec::new();
        tokenize(text, &mut tokens);
        tokens
            .iter()
            .map(|t| t.span.of(text))
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn cuts_as_documented() {
        assert_eq!(cut("Ukraine’s envoy"), "Ukraine|’s|envoy");
        assert_eq!(cut("don't, DON’T, can't"), "do|n't|,|DO|N’T|,|ca|n't");
        assert_eq!(cut("the U.S. and No. 5"), "the|U.S.|and|No.|5");
        assert_eq!(cut("Gen. J. B. Oduya"), "Gen.|J.|B.|Oduya");
        assert_eq!(
            cut("a full-scale, $3.5m 1,200"),
            "a|full|-|scale|,|$|3.5m|1,200"
        );
        assert_eq!(cut("“Yes,” he said."), "“|Yes|,|”|he|said|.");
        assert_eq!(
            cut("see https://example.org/a?b=1. Now"),
            "see|https://example.org/a?b=1|.|Now"
        );
        assert_eq!(
            cut("ann@example.org @ann #news"),
            "ann@example.org|@ann|#news"
        );
        assert_eq!(cut("O'Brien’s 'quote'"), "O'Brien|’s|'|quote|'");
        assert_eq!(cut("wait... what--no"), "wait|...|what|--|no");
        assert_eq!(cut(""), "");
    }

    #[test]
    fn abbreviations_are_sorted() {
        assert!(ABBREVIATIONS.is_sorted());
    }
}
