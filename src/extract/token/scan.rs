//! Finds the next token: what each character begins, and where it ends.

use super::{TokenKind, is_abbreviation};

/// Degrees and the like, whose inner period is followed by letters at once.
const DOTTED: &[&str] = &[
    "B.Com", "B.Ed", "B.Sc", "B.Tech", "D.Phil", "LL.B", "LL.M", "M.Ed", "M.Phil", "M.Sc",
    "M.Tech", "Ph.D", "Ph.Ds", "W.Va",
];

/// Last parts of host names that are taken for one without `www.` before them.
const TOP_DOMAINS: &[&str] = &[
    "au", "co", "com", "de", "edu", "eu", "fr", "gov", "in", "info", "int", "io", "ke", "mil",
    "ng", "net", "news", "nz", "org", "ru", "tv", "uk", "us", "za",
];

/// How far past its first byte an address is looked for, in bytes.
const MAX_ADDRESS: usize = 2048;

pub(super) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// Byte offset of the next character.
    at: usize,
}

/// What a byte means to the scanner, as far as one byte tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// ASCII white space or control.
    Blank,
    /// ASCII letter or digit.
    Word,
    /// Ends a word, whatever follows.
    End,
    /// May stand inside a word, or belongs to a longer character.
    Perhaps,
}

const CLASSES: [Class; 256] = {
    let mut classes = [Class::End; 256];
    let mut byte = 0u8;
    loop {
        classes[byte as usize] = if byte.is_ascii_alphanumeric() {
            Class::Word
        } else if byte <= b' ' || byte == 0x7f {
            Class::Blank
        } else if byte >= 0x80
            || matches!(byte, b'\'' | b'.' | b',' | b':' | b'/' | b'&' | b'_' | b'@')
        {
            Class::Perhaps
        } else {
            Class::End
        };
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    classes
};

/// Letters, digits, and marks that live inside words.
fn is_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        // U+02BC is a letter to Unicode and an apostrophe to news
        c.is_alphanumeric() && c != 'ʼ'
            || matches!(
                c,
                '\u{300}'
                    ..='\u{36f}'
                        | '\u{94d}'
                        | '\u{9cd}'
                        | '\u{bcd}'
                        | '\u{200c}'
                        | '\u{200d}'
                        | '\u{ad}'
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

/// `s` of `'s`, `re` of `'re` …
fn is_clitic(tail: &str) -> bool {
    match tail.as_bytes() {
        [a] => matches!(a.to_ascii_lowercase(), b's' | b't' | b'd' | b'm'),
        [a, b] => matches!(
            [a.to_ascii_lowercase(), b.to_ascii_lowercase()],
            [b'r' | b'v', b'e'] | [b'l', b'l']
        ),
        _ => false,
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
        }
    }

    /// Where the last token ended.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn class(&self, at: usize) -> Class {
        self.bytes
            .get(at)
            .map_or(Class::Blank, |&b| CLASSES[b as usize])
    }

    fn peek(&self, at: usize) -> Option<char> {
        match *self.bytes.get(at)? {
            b if b.is_ascii() => Some(b as char),
            _ => self.text.get(at..)?.chars().next(),
        }
    }

    /// The character that ends before `at`.
    fn before(&self, at: usize) -> Option<char> {
        self.text.get(..at)?.chars().next_back()
    }

    /// Is the character at `at` part of a word?
    fn word_at(&self, at: usize) -> bool {
        self.peek(at).is_some_and(is_word)
    }

    /// Is there a blank, or the end of the text, at `at`?
    fn blank_at(&self, at: usize) -> bool {
        self.peek(at).is_none_or(is_blank)
    }

    /// End of the run of word characters from `at` on.
    fn run(&self, mut at: usize) -> usize {
        loop {
            while self.class(at) == Class::Word {
                at += 1;
            }
            match self.peek(at) {
                Some(c) if !c.is_ascii() && is_word(c) => at += c.len_utf8(),
                _ => return at,
            }
        }
    }

    /// Moves past the next token; its first byte and kind.
    pub(super) fn next(&mut self) -> Option<(usize, TokenKind)> {
        loop {
            while self.at < self.bytes.len() && self.class(self.at) == Class::Blank {
                self.at += 1;
            }
            match self.peek(self.at) {
                Some(c) if !c.is_ascii() && is_blank(c) => self.at += c.len_utf8(),
                _ => break,
            }
        }
        let begin = self.at;
        let first = *self.bytes.get(begin)?;
        if CLASSES[first as usize] == Class::Word {
            // nine tokens in ten: ASCII letters up to a blank or a mark that cannot be part of a word
            let mut end = begin + 1;
            while self.class(end) == Class::Word {
                end += 1;
            }
            if self.ends_word(begin, end) {
                self.at = end;
                return Some((begin, kind_of_word(first.is_ascii_digit())));
            }
        }
        let c = self.peek(begin)?;
        if is_word(c) {
            return Some((begin, self.word(c)));
        }
        self.at += c.len_utf8();
        Some((begin, self.mark(c)))
    }

    /// Can the mark at `end` be no part of the ASCII word that begins at `begin`, told from the next two bytes?
    fn ends_word(&self, begin: usize, end: usize) -> bool {
        match self.class(end) {
            Class::Blank | Class::End => true,
            Class::Word => false,
            Class::Perhaps => match self.bytes[end] {
                b',' | b':' => self.class(end + 1) == Class::Blank,
                // no abbreviation is longer
                b'.' => end - begin > 6 && self.class(end + 1) == Class::Blank,
                _ => false,
            },
        }
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
                // some outlets open with two apostrophes as well
                let opens = self
                    .before(begin)
                    .is_none_or(|b| is_blank(b) || matches!(b, '(' | '[' | '—' | '–'))
                    && !self.blank_at(self.at);
                if opens {
                    TokenKind::OpenQuote
                } else {
                    TokenKind::CloseQuote
                }
            }
            '\'' | '’' | 'ʼ' => self.apostrophe(begin),
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
            '@' | '#' if self.word_at(self.at) => {
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

    /// `'s` after a word, `’90s`, `'em`, or a single quotation mark; the apostrophe has been passed.
    fn apostrophe(&mut self, begin: usize) -> TokenKind {
        let end = self.run(self.at);
        let tail = &self.text[self.at..end];
        let before = self.before(begin);
        if is_clitic(tail) && before.is_some_and(is_word)
            // cut loose by an earlier tokeniser: "Uganda 's envoy"
            || tail == "s" && before.is_some_and(is_blank) && self.blank_at(end)
        {
            self.at = end;
            return TokenKind::Clitic;
        }
        if before.is_none_or(|b| !is_word(b)) {
            let digits = tail.strip_suffix('s').unwrap_or(tail);
            if digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()) {
                self.at = end;
                return TokenKind::Number;
            }
            if matches!(tail, "em" | "til" | "tis" | "twas" | "cause" | "bout") {
                self.at = end;
                return TokenKind::Word;
            }
        }
        TokenKind::SingleQuote
    }

    /// A token that begins with the word character `c`, which has not been passed.
    fn word(&mut self, c: char) -> TokenKind {
        let begin = self.at;
        let after_first = begin + c.len_utf8();
        if self.bytes.get(after_first) == Some(&b'.')
            && c.is_alphabetic()
            && let Some(end) = self.dotted(begin).or_else(|| self.initials(begin))
        {
            self.at = end;
            return TokenKind::Word;
        }
        let mut at = begin;
        loop {
            at = self.run(at);
            let Some(mark) = self.peek(at) else { break };
            let next = at + mark.len_utf8();
            let follows = self.peek(next);
            let digit_before = at > begin && self.bytes[at - 1].is_ascii_digit();
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
                    if is_clitic(tail) {
                        break;
                    }
                    at = next;
                }
                '.' | ',' | ':' | '/'
                    if digit_before && follows.is_some_and(|f| f.is_ascii_digit()) =>
                {
                    at = next;
                }
                '&' if at - begin <= 3 && follows.is_some_and(char::is_alphabetic) => at = next,
                '_' if follows.is_some_and(is_word) => at = next,
                '.' if follows.is_some_and(is_word) => {
                    if let Some(end) = self.address(begin).or_else(|| self.host(begin, at)) {
                        self.at = end;
                        return TokenKind::Address;
                    }
                    at = self.inner_period(begin, at);
                    break;
                }
                '.' => {
                    let word = &self.text[begin..at];
                    if is_abbreviation(word)
                        || matches!(word, "No" | "NO") && self.digit_after_blanks(next)
                    {
                        at = next;
                    }
                    break;
                }
                '@' if follows.is_some_and(is_word) => {
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
            && self.before(begin).is_some_and(is_word)
            && let Some(mark) = self.peek(at).filter(|&c| is_apostrophe(c))
        {
            let end = at + mark.len_utf8() + 1;
            if matches!(self.bytes.get(end - 1), Some(b't' | b'T')) && !self.word_at(end) {
                self.at = end;
                return TokenKind::Clitic;
            }
        }
        kind_of_word(c.is_numeric())
    }

    /// End of the word at `begin` that meets a period at `at` and a letter or digit right after it.
    fn inner_period(&self, begin: usize, at: usize) -> usize {
        if let Some(end) = self.dotted(begin) {
            return end;
        }
        let word = &self.text[begin..at];
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        if number && word.ends_with(['a', 'p']) && self.text[at..].starts_with(".m") {
            // 5|p.m.
            return at - 1;
        }
        let digit_follows = self.bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if is_abbreviation(word) || matches!(word, "No" | "NO") && digit_follows {
            at + 1
        } else {
            at
        }
    }

    /// End of `Ph.D.` and its like at `begin`.
    fn dotted(&self, begin: usize) -> Option<usize> {
        let rest = &self.text[begin..];
        let word = DOTTED
            .iter()
            .find(|&&w| rest.starts_with(w) && !self.word_at(begin + w.len()))?;
        let end = begin + word.len();
        let period = self.bytes.get(end) == Some(&b'.') && !word.ends_with('s');
        Some(end + usize::from(period))
    }

    /// Is a digit the next thing after the blanks at `at`?
    fn digit_after_blanks(&self, at: usize) -> bool {
        self.bytes[at..]
            .iter()
            .find(|&&b| b != b' ')
            .is_some_and(u8::is_ascii_digit)
    }

    /// End of `U.S.`, `J.`, `e.g.` at `begin`, if that is what stands there.
    fn initials(&self, begin: usize) -> Option<usize> {
        let mut at = begin;
        let mut letters = 0;
        while let Some(c) = self.peek(at).filter(|c| c.is_alphabetic()) {
            let end = at + c.len_utf8();
            if self.bytes.get(end) != Some(&b'.') {
                break;
            }
            at = end + 1;
            letters += 1;
        }
        let first_is_upper = self.peek(begin).is_some_and(char::is_uppercase);
        let capital_at = |at: usize| self.peek(at).is_some_and(char::is_uppercase);
        let Some(next) = self.peek(at) else {
            return (letters >= 2).then_some(at);
        };
        if next.is_alphabetic() {
            let after = at + next.len_utf8();
            if !self.word_at(after) {
                // U.S and p.m without the last period
                return Some(after);
            }
            // J.B.Oduya
            let name_follows = next.is_uppercase() && !capital_at(after);
            return (first_is_upper && name_follows).then_some(at);
        }
        if letters >= 2 {
            return (!is_word(next)).then_some(at);
        }
        let capital_follows = matches!(next, ' ' | '\u{a0}') && capital_at(at + next.len_utf8());
        (first_is_upper && (capital_follows || is_blank(next) && self.after_initial(begin)))
            .then_some(at)
    }

    /// Does a single capital with its period and a blank stand before `begin`, as in "U. S. troops"?
    fn after_initial(&self, begin: usize) -> bool {
        let before = self.text[..begin].trim_end_matches([' ', '\u{a0}']);
        let Some(stem) = before.strip_suffix('.').filter(|_| before.len() < begin) else {
            return false;
        };
        let mut letters = stem.chars().rev();
        letters.next().is_some_and(char::is_uppercase) && letters.next().is_none_or(is_blank)
    }

    /// End of `example.org/page` at `begin`, whose first period is at `at`, if its last part is a well-known domain.
    fn host(&self, begin: usize, at: usize) -> Option<usize> {
        let part = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
        let limit = self.bytes.len().min(begin + MAX_ADDRESS);
        let mut last = at..at;
        while self.bytes.get(last.end) == Some(&b'.') {
            let from = last.end + 1;
            let length = self.bytes[from.min(limit)..limit]
                .iter()
                .take_while(|b| part(b))
                .count();
            if length == 0 {
                break;
            }
            last = from..from + length;
        }
        if self.word_at(last.end) || !TOP_DOMAINS.contains(&&self.text[last.clone()]) {
            return None;
        }
        if self.bytes.get(last.end) == Some(&b'/') {
            return Some(self.address_end(begin).max(last.end));
        }
        Some(last.end)
    }

    /// Where an address that begins at `begin` ends at the latest.
    fn address_end(&self, begin: usize) -> usize {
        let mut limit = self.bytes.len().min(begin + MAX_ADDRESS);
        while !self.text.is_char_boundary(limit) {
            limit -= 1;
        }
        let rest = &self.text[begin..limit];
        let end = rest
            .find(|c: char| {
                is_blank(c)
                    || matches!(c, '<' | '>' | '"' | '“' | '”' | '(' | ')' | '[' | ']' | '—')
            })
            .unwrap_or(rest.len());
        let word = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '…']);
        begin + word.len()
    }

    /// End of a web or e-mail address at `begin`, if one stands there.
    fn address(&self, begin: usize) -> Option<usize> {
        let end = self.address_end(begin);
        let word = &self.text[begin..end];
        let is_mail = word
            .split_once('@')
            .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        let is_web =
            word.starts_with("http://") || word.starts_with("https://") || word.starts_with("www.");
        (is_mail || is_web).then_some(end)
    }
}

fn kind_of_word(number: bool) -> TokenKind {
    if number {
        TokenKind::Number
    } else {
        TokenKind::Word
    }
}
