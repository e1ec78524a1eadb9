//! The words that expressions of time are made of.
//!
//! One sorted table, looked up by binary search over a lower-cased copy on the stack: nothing is allocated, and a word
//! that is too long or not ASCII is turned down at once.

/// A length of time that the calendar counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Weekend,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
}

/// Seasons as meteorologists cut them, on the northern hemisphere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Season {
    Spring,
    Summer,
    Autumn,
    Winter,
}

/// Which one: the last, this, or the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// last, past
    Last,
    /// this, current
    This,
    /// next, coming
    Next,
    /// previous, preceding: the one before the date spoken of
    Previous,
    /// following: the one after the date spoken of
    Following,
    /// that, same: the date spoken of
    Same,
}

/// Which part of a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// early, beginning, start: the first third
    Early,
    /// mid, middle: the second third
    Mid,
    /// late, end, close: the last third
    Late,
    /// earlier: up to the anchor
    Earlier,
    /// later, rest: from the anchor on
    Later,
}

/// What a word may be in an expression of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// None of these.
    Other,
    /// 1 to 12.
    Month(u8),
    /// Days from Monday, 0 to 6; of an abbreviation that may be another word `short` is true.
    Weekday {
        day: u8,
        short: bool,
    },
    /// day, week …
    Unit(Unit),
    /// days, weeks …
    Units(Unit),
    Season(Season),
    /// morning, afternoon, evening, night
    PartOfDay,
    /// noon, midnight: before or after a day
    Hour,
    /// today, yesterday, tomorrow: days from the anchor.
    Day(i8),
    /// one, two …
    Count(u16),
    /// first, second …
    Ordinal(u8),
    Turn(Turn),
    Edge(Edge),
    /// ago
    Ago,
    /// earlier-like words after a length of time: before, after, hence.
    Shift(i8),
    Half,
    Fiscal,
    /// First word of the name of a holiday.
    Holiday,
}

use Word::{
    Ago, Count, Day, Edge as E, Fiscal, Half, Holiday, Hour, Month, Ordinal, PartOfDay,
    Season as S, Shift, Turn as T, Unit as U, Units as Us, Weekday,
};

const fn full(day: u8) -> Word {
    Weekday { day, short: false }
}

const fn short(day: u8) -> Word {
    Weekday { day, short: true }
}

/// Sorted by word.
const WORDS: &[(&str, Word)] = &[
    ("afternoon", PartOfDay),
    ("ago", Ago),
    ("apr", Month(4)),
    ("apr.", Month(4)),
    ("april", Month(4)),
    ("aug", Month(8)),
    ("aug.", Month(8)),
    ("august", Month(8)),
    ("autumn", S(Season::Autumn)),
    ("bastille", Holiday),
    ("beginning", E(Edge::Early)),
    ("boxing", Holiday),
    ("canada", Holiday),
    ("centuries", Us(Unit::Century)),
    ("century", U(Unit::Century)),
    ("christmas", Holiday),
    ("close", E(Edge::Late)),
    ("coming", T(Turn::Next)),
    ("current", T(Turn::This)),
    ("day", U(Unit::Day)),
    ("days", Us(Unit::Day)),
    ("dec", Month(12)),
    ("dec.", Month(12)),
    ("decade", U(Unit::Decade)),
    ("decades", Us(Unit::Decade)),
    ("december", Month(12)),
    ("earlier", E(Edge::Earlier)),
    ("early", E(Edge::Early)),
    ("easter", Holiday),
    ("eight", Count(8)),
    ("eighteen", Count(18)),
    ("eighteenth", Ordinal(18)),
    ("eighth", Ordinal(8)),
    ("eighty", Count(80)),
    ("election", Holiday),
    ("eleven", Count(11)),
    ("eleventh", Ordinal(11)),
    ("end", E(Edge::Late)),
    ("ending", E(Edge::Late)),
    ("eve", PartOfDay),
    ("evening", PartOfDay),
    ("fall", S(Season::Autumn)),
    ("feb", Month(2)),
    ("feb.", Month(2)),
    ("february", Month(2)),
    ("fifteen", Count(15)),
    ("fifteenth", Ordinal(15)),
    ("fifth", Ordinal(5)),
    ("fifty", Count(50)),
    ("first", Ordinal(1)),
    ("fiscal", Fiscal),
    ("five", Count(5)),
    ("following", T(Turn::Following)),
    ("forty", Count(40)),
    ("four", Count(4)),
    ("fourteen", Count(14)),
    ("fourteenth", Ordinal(14)),
    ("fourth", Ordinal(4)),
    ("fri", short(4)),
    ("friday", full(4)),
    ("good", Holiday),
    ("half", Half),
    ("halloween", Holiday),
    ("hence", Shift(1)),
    ("independence", Holiday),
    ("jan", Month(1)),
    ("jan.", Month(1)),
    ("january", Month(1)),
    ("jul", Month(7)),
    ("jul.", Month(7)),
    ("july", Month(7)),
    ("jun", Month(6)),
    ("jun.", Month(6)),
    ("june", Month(6)),
    ("juneteenth", Holiday),
    ("labor", Holiday),
    ("labour", Holiday),
    ("last", T(Turn::Last)),
    ("late", E(Edge::Late)),
    ("later", E(Edge::Later)),
    ("latest", T(Turn::Last)),
    ("mar", Month(3)),
    ("mar.", Month(3)),
    ("march", Month(3)),
    ("may", Month(5)),
    ("memorial", Holiday),
    ("mid", E(Edge::Mid)),
    ("middle", E(Edge::Mid)),
    ("midnight", Hour),
    ("mon", short(0)),
    ("monday", full(0)),
    ("month", U(Unit::Month)),
    ("months", Us(Unit::Month)),
    ("morning", PartOfDay),
    ("new", Holiday),
    ("next", T(Turn::Next)),
    ("night", PartOfDay),
    ("nine", Count(9)),
    ("nineteen", Count(19)),
    ("nineteenth", Ordinal(19)),
    ("ninety", Count(90)),
    ("ninth", Ordinal(9)),
    ("noon", Hour),
    ("nov", Month(11)),
    ("nov.", Month(11)),
    ("november", Month(11)),
    ("oct", Month(10)),
    ("oct.", Month(10)),
    ("october", Month(10)),
    ("one", Count(1)),
    ("opening", E(Edge::Early)),
    ("past", T(Turn::Last)),
    ("patrick", Holiday),
    ("preceding", T(Turn::Previous)),
    ("previous", T(Turn::Previous)),
    ("quarter", U(Unit::Quarter)),
    ("quarters", Us(Unit::Quarter)),
    ("rest", E(Edge::Later)),
    ("same", T(Turn::Same)),
    ("sat", short(5)),
    ("saturday", full(5)),
    ("second", Ordinal(2)),
    ("sep", Month(9)),
    ("sep.", Month(9)),
    ("sept", Month(9)),
    ("sept.", Month(9)),
    ("september", Month(9)),
    ("seven", Count(7)),
    ("seventeen", Count(17)),
    ("seventeenth", Ordinal(17)),
    ("seventh", Ordinal(7)),
    ("seventy", Count(70)),
    ("six", Count(6)),
    ("sixteen", Count(16)),
    ("sixteenth", Ordinal(16)),
    ("sixth", Ordinal(6)),
    ("sixty", Count(60)),
    ("spring", S(Season::Spring)),
    ("start", E(Edge::Early)),
    ("summer", S(Season::Summer)),
    ("sun", short(6)),
    ("sunday", full(6)),
    ("ten", Count(10)),
    ("tenth", Ordinal(10)),
    ("thanksgiving", Holiday),
    ("that", T(Turn::Same)),
    ("third", Ordinal(3)),
    ("thirteen", Count(13)),
    ("thirteenth", Ordinal(13)),
    ("thirtieth", Ordinal(30)),
    ("thirty", Count(30)),
    ("this", T(Turn::This)),
    ("three", Count(3)),
    ("thu", short(3)),
    ("thur", short(3)),
    ("thurs", short(3)),
    ("thursday", full(3)),
    ("today", Day(0)),
    ("tomorrow", Day(1)),
    ("tonight", Day(0)),
    ("tue", short(1)),
    ("tues", short(1)),
    ("tuesday", full(1)),
    ("twelfth", Ordinal(12)),
    ("twelve", Count(12)),
    ("twentieth", Ordinal(20)),
    ("twenty", Count(20)),
    ("two", Count(2)),
    ("upcoming", T(Turn::Next)),
    ("valentine", Holiday),
    ("veterans", Holiday),
    ("wed", short(2)),
    ("wednesday", full(2)),
    ("week", U(Unit::Week)),
    ("weekend", U(Unit::Weekend)),
    ("weeks", Us(Unit::Week)),
    ("winter", S(Season::Winter)),
    ("year", U(Unit::Year)),
    ("years", Us(Unit::Year)),
    ("yesterday", Day(-1)),
];

/// Length of the longest word of the table, in bytes.
const LONGEST: usize = 12;

/// What `word` may be. Names of months and weekdays that are also other words count only with a capital.
pub(super) fn class(word: &str) -> Word {
    let bytes = word.as_bytes();
    let mut lower = [0; LONGEST];
    let Some(lower) = lower.get_mut(..bytes.len()) else {
        return Word::Other;
    };
    for (to, from) in lower.iter_mut().zip(bytes) {
        *to = from.to_ascii_lowercase();
    }
    let lower = &*lower;
    let Ok(at) = WORDS.binary_search_by(|(w, _)| w.as_bytes().cmp(lower)) else {
        return Word::Other;
    };
    let class = WORDS[at].1;
    let capital = bytes.first().is_some_and(u8::is_ascii_uppercase);
    match class {
        Month(_) if !capital => match lower {
            b"may" | b"march" | b"mar" => Word::Other,
            _ => class,
        },
        Weekday { short: true, .. } | Holiday if !capital => Word::Other,
        _ => class,
    }
}

/// Is the name of the month a word or a first name besides?
pub(super) fn is_doubtful_month(word: &str) -> bool {
    [
        "may", "march", "april", "june", "august", "mar", "jan", "jun",
    ]
    .iter()
    .any(|m| word.eq_ignore_ascii_case(m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_no_word_is_too_long() {
        assert!(WORDS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(WORDS.iter().map(|(w, _)| w.len()).max(), Some(LONGEST));
    }

    #[test]
    fn looks_up_without_regard_to_case_but_not_the_doubtful() {
        assert_eq!(class("NOVEMBER"), Month(11));
        assert_eq!(class("november"), Month(11));
        assert_eq!(class("may"), Word::Other);
        assert_eq!(class("sun"), Word::Other);
        assert_eq!(class("Établissement"), Word::Other);
        assert_eq!(class(""), Word::Other);
    }
}
