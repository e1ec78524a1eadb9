//! Words and punctuation of a text, in the manner of the Penn Treebank: `Ukraine's` is `Ukraine` `'s`, `don't` is
//! `do` `n't`, `U.S.`, `No.` and `Gen.` are one token each, `full-scale` is three.
//!
//! Every other layer of extraction counts in these tokens.

use std::ops::Range;

use crate::text::Span;

mod scan;

use scan::Scanner;

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
    "Cllr", "Cmdr", "Co", "Col", "Colo", "Conn", "Corp", "Cpl", "Dec", "Del", "Dept", "Det", "Dr",
    "Engr", "Esq", "Feb", "Fla", "Fr", "Ft", "Gen", "Gov", "Govs", "Hon", "Ill", "Inc", "Ind",
    "Insp", "Jan", "Jr", "Jul", "Jun", "Kan", "Ky", "La", "Lt", "Ltd", "Maj", "Mar", "Mass", "Md",
    "Messrs", "Mich", "Minn", "Miss", "Mo", "Mont", "Mr", "Mrs", "Ms", "Mt", "Neb", "Nev", "Nos",
    "Nov", "Oct", "Okla", "Ont", "Ore", "Pa", "Penn", "Ph", "Pres", "Prof", "Pte", "Pty", "Pvt",
    "Rep", "Reps", "Rev", "Sen", "Sens", "Sep", "Sept", "Sgt", "Spc", "Sr", "St", "Ste", "Supt",
    "Tenn", "Tex", "Va", "Vt", "Wash", "Wis", "Wyo", "approx", "est", "etc", "vs",
];

/// Those that stand before a name, also in capitals (`ST. LOUIS`), and those that stand after one (`ACME INC.`).
const CAPITAL_ABBREVIATIONS: &[&str] = &[
    "ADM", "BRIG", "CALIF", "CAPT", "CO", "COL", "CORP", "DR", "FLA", "FT", "GEN", "GOV", "INC",
    "JR", "LT", "LTD", "MAJ", "MR", "MRS", "MS", "MT", "NEB", "OKLA", "PROF", "REP", "REV", "SEN",
    "SGT", "SR", "ST", "SUPT", "TENN", "VS", "WASH",
];

/// Is the word (without its period) an abbreviation that a period does not end a sentence after, by itself?
#[must_use]
pub fn is_abbreviation(word: &str) -> bool {
    ABBREVIATIONS.binary_search(&word).is_ok() || CAPITAL_ABBREVIATIONS.binary_search(&word).is_ok()
}

/// Cuts `text` into tokens, which are appended to `out` with sentence and paragraph 0.
pub fn tokenize(text: &str, out: &mut Vec<Token>) {
    let mut scanner = Scanner::new(text);
    let mut last_end = usize::MAX;
    while let Some((begin, kind)) = scanner.next() {
        let end = scanner.at();
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
        assert!(CAPITAL_ABBREVIATIONS.is_sorted());
    }
}
