//! Names of persons and organisations as keys: what "Volodymyr Zelenskyy", "Zelensky" and "President Zelenskiy" have
//! in common.
//!
//! A name becomes a list of tokens, each folded and respelled (`respell`) to one of its transliterations. Two names
//! with the same tokens, titles aside, count as one speaker in facets; a query for a surname finds every name that
//! holds it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use foldhash::{HashMap, HashSet};

use super::analysis::{Analyzer, words};

/// Marks a token that stands for a full given name of which only the first letter is kept, so that "A. Ruiz" finds
/// "Ana Ruiz" while "Ana Ruiz" does not find "Alba Ruiz". No name begins with a digit and a letter.
const INITIAL_OF: char = '0';

/// Names that a thread remembers at a time.
const REMEMBERED: usize = 1 << 14;

/// Titles that may stand before a name and are not part of it.
const TITLES: &[&str] = &[
    "acting",
    "admiral",
    "ambassador",
    "archbishop",
    "attorney",
    "ayatollah",
    "baron",
    "baroness",
    "bishop",
    "brigadier",
    "captain",
    "capt",
    "cardinal",
    "chancellor",
    "chief",
    "coach",
    "col",
    "colonel",
    "commissioner",
    "congressman",
    "congresswoman",
    "councillor",
    "dame",
    "deputy",
    "detective",
    "director",
    "doctor",
    "dr",
    "envoy",
    "father",
    "first",
    "foreign",
    "former",
    "gen",
    "general",
    "gov",
    "governor",
    "hon",
    "imam",
    "interim",
    "judge",
    "justice",
    "king",
    "lady",
    "lieutenant",
    "lord",
    "lt",
    "madam",
    "maj",
    "major",
    "mayor",
    "minister",
    "miss",
    "mr",
    "mrs",
    "ms",
    "mx",
    "officer",
    "pastor",
    "pope",
    "premier",
    "president",
    "prime",
    "prince",
    "princess",
    "prof",
    "professor",
    "queen",
    "rabbi",
    "rep",
    "representative",
    "rev",
    "reverend",
    "saint",
    "sec",
    "secretary",
    "sen",
    "senator",
    "sergeant",
    "sgt",
    "sheikh",
    "sheriff",
    "sir",
    "speaker",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "sultan",
    "the",
    "vice",
];

/// Words that make a name an organisation's: what stands before them is no title ("Justice Department").
const ORGANISATION_WORDS: &[&str] = &[
    "agency",
    "air",
    "alliance",
    "assembly",
    "association",
    "atomics",
    "authority",
    "bank",
    "board",
    "bureau",
    "cabinet",
    "club",
    "college",
    "commission",
    "committee",
    "company",
    "conference",
    "corporation",
    "corps",
    "council",
    "court",
    "department",
    "dynamics",
    "electric",
    "federation",
    "fire",
    "foundation",
    "fund",
    "government",
    "group",
    "guard",
    "house",
    "institute",
    "league",
    "mills",
    "ministry",
    "motors",
    "office",
    "organisation",
    "organization",
    "party",
    "police",
    "post",
    "school",
    "secretariat",
    "service",
    "society",
    "staff",
    "trust",
    "union",
    "university",
];

/// What follows a surname without being one.
const SUFFIXES: &[&str] = &[
    "jr", "sr", "ii", "iii", "iv", "esq", "phd", "md", "mp", "qc", "kc",
];

/// Those of them that tell one person from another.
const GENERATIONS: &[&str] = &["jr", "sr", "ii", "iii", "iv"];

/// Rewrites a folded token to the spelling that stands for its class of transliterations: `y`, `j` and `i` are one
/// letter after the first and a run of them is one, doubled letters are single, an umlaut written out ("Schroeder") is
/// the letter without its dots, the spellings of Mohammed and of the Arabic article are one.
pub(crate) fn respell(token: &mut String) {
    if token.starts_with(INITIAL_OF) || !token.is_ascii() {
        return;
    }
    if token == "el" || token == "ul" {
        token.replace_range(.., "al");
        return;
    }
    if token.starts_with("moham") || token.starts_with("muham") || token.starts_with("mouham") {
        let tail = token.trim_start_matches(|c| c != 'h');
        if matches!(
            tail,
            "hamad" | "hamed" | "hammad" | "hammed" | "hamet" | "hammet"
        ) {
            token.replace_range(.., "mohamed");
            return;
        }
    }
    if let Some(at) = written_umlaut(token) {
        token.remove(at);
    }
    let mut last = '\0';
    let mut first = true;
    token.retain(|c| {
        let class = if !first && matches!(c, 'y' | 'j') {
            'i'
        } else {
            c
        };
        first = false;
        let keep = class != last || class.is_ascii_digit();
        last = class;
        keep
    });
    // `retain` cannot replace; what is left of a run may be any of the three letters.
    if token.len() > 1 && token[1..].contains(['y', 'j']) {
        let rest = token[1..].replace(['y', 'j'], "i");
        token.truncate(1);
        token.push_str(&rest);
    }
}

/// Where the `e` of an umlaut written out stands: "Schroeder", "Mueller", "Jaeger". Only the first vowels of a word of
/// five letters and more, before a consonant: in "Samuel", "Michael" and "Boeing" it is an `e`.
fn written_umlaut(token: &str) -> Option<usize> {
    let is_vowel = |b: &u8| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let bytes = token.as_bytes();
    let first = bytes.iter().position(is_vowel)?;
    let umlaut = bytes.len() >= 5
        && matches!(bytes[first], b'a' | b'o' | b'u')
        && bytes.get(first + 1) == Some(&b'e')
        && bytes.get(first + 2).is_some_and(|b| b.is_ascii_alphabetic() && !is_vowel(b))
        // "queen", "Guerra"
        && !(bytes[first] == b'u' && first > 0 && matches!(bytes[first - 1], b'q' | b'g'));
    umlaut.then_some(first + 1)
}

/// The tokens of a name, titles and all.
#[must_use]
pub fn tokens(name: &str) -> Vec<String> {
    words(Analyzer::Name, name)
        .into_iter()
        .map(|w| w.text)
        .collect()
}

/// The tokens without the titles before the name and a closing "Jr."; never empty unless `tokens` is.
#[must_use]
pub fn without_titles(tokens: &[String]) -> &[String] {
    if tokens.iter().any(|t| ORGANISATIONAL.contains(t)) {
        // "The Times" and "Times" are still one.
        return match tokens {
            [the, rest @ ..] if the == "the" && !rest.is_empty() => rest,
            _ => tokens,
        };
    }
    let mut rest = tokens;
    while let [first, after @ ..] = rest
        && !after.is_empty()
        && TITLE_TOKENS.contains(first)
    {
        rest = after;
    }
    while let [before @ .., last] = rest
        && before.len() > 1
        && SUFFIX_TOKENS.contains(last)
    {
        rest = before;
    }
    rest
}

/// The lists as names are compared: respelled.
static TITLE_TOKENS: LazyLock<HashSet<String>> = LazyLock::new(|| respelled(TITLES));
static ORGANISATIONAL: LazyLock<HashSet<String>> = LazyLock::new(|| respelled(ORGANISATION_WORDS));
static SUFFIX_TOKENS: LazyLock<HashSet<String>> = LazyLock::new(|| respelled(SUFFIXES));

fn respelled(list: &[&str]) -> HashSet<String> {
    list.iter()
        .map(|word| {
            let mut word = (*word).to_owned();
            respell(&mut word);
            word
        })
        .collect()
}

/// What names of the same speaker have in common: the tokens without titles, a blank between, and a closing "jr", "iii"
/// and the like, which sets people apart. Empty if there are none.
///
/// ```
/// use whosaid::index::names::key;
/// assert_eq!(key("President Oleh Stavnytskyy"), key("Oleh Stavnytskiy"));
/// assert_ne!(key("Ana Ruiz"), key("Alba Ruiz"));
/// ```
#[must_use]
pub fn key(name: &str) -> String {
    key_of(name, &tokens(name))
}

fn key_of(name: &str, tokens: &[String]) -> String {
    let bare = without_titles(tokens);
    let mut key = bare.join(" ");
    if bare.last() != tokens.last()
        && let Some(generation) = words(Analyzer::Exact, name).pop()
        && GENERATIONS.contains(&generation.text.as_str())
    {
        key.push(' ');
        key.push_str(&generation.text);
    }
    key
}

/// All that an index keeps of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Indexed {
    /// See [`key`].
    pub(crate) key: String,
    /// See [`surname`].
    pub(crate) surname: Option<String>,
    /// See [`aliases`].
    pub(crate) aliases: Vec<String>,
}

impl Indexed {
    fn of(name: &str) -> Self {
        let tokens = tokens(name);
        let bare = without_titles(&tokens);
        Self {
            key: key_of(name, &tokens),
            surname: bare.last().cloned(),
            aliases: aliases_of(bare),
        }
    }
}

/// A name as the index keeps it, remembered: every statement of an article has some names again, and many articles
/// name the same places and people.
pub(crate) fn indexed(name: &str) -> Rc<Indexed> {
    thread_local! {
        static KNOWN: RefCell<HashMap<Box<str>, Rc<Indexed>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(indexed) = known.get(name) {
            return Rc::clone(indexed);
        }
        if known.len() == REMEMBERED {
            known.clear();
        }
        let indexed = Rc::new(Indexed::of(name));
        known.insert(name.into(), Rc::clone(&indexed));
        indexed
    })
}

/// The token that a name is looked up by when given names are left out.
#[must_use]
pub fn surname(name: &str) -> Option<String> {
    without_titles(&tokens(name)).last().cloned()
}

/// The strings under which a name is indexed in a name field: itself without titles, first and last token alone, and
/// both with given names cut to marked initials.
#[must_use]
pub fn aliases(name: &str) -> Vec<String> {
    Indexed::of(name).aliases
}

fn aliases_of(name: &[String]) -> Vec<String> {
    if name.is_empty() {
        return Vec::new();
    }
    let mut aliases = vec![name.join(" ")];
    if let [first, middle @ .., last] = name
        && let Some(initial) = first.chars().next()
    {
        if !middle.is_empty() {
            aliases.push(format!("{first} {last}"));
        }
        if first.len() > initial.len_utf8() {
            aliases.push(format!("{INITIAL_OF}{initial} {last}"));
        }
    }
    aliases
}

/// The token sequences of which one must stand in a name field for a name typed in a query to match.
#[must_use]
pub fn alternatives(typed: &str) -> Vec<Vec<String>> {
    let tokens = tokens(typed);
    alternatives_of(without_titles(&tokens))
}

fn alternatives_of(name: &[String]) -> Vec<Vec<String>> {
    if name.is_empty() {
        return Vec::new();
    }
    let mut all = vec![name.to_vec()];
    if let [first, middle @ .., last] = name
        && let Some(initial) = first.chars().next()
    {
        if first.chars().count() == 1 {
            // "A. Ruiz": also whoever's given name begins so. A second initial narrows nothing that we keep.
            if middle.iter().all(|m| m.chars().count() == 1) {
                all.push(vec![format!("{INITIAL_OF}{initial}"), last.clone()]);
            }
        } else if initial.is_alphabetic() {
            // "Ana Ruiz": also where only "A. Ruiz" is printed.
            all.push(vec![initial.to_string(), last.clone()]);
        }
    }
    all
}

/// Is the given name cut to its initial: "A. Ruiz"?
#[must_use]
pub fn is_abbreviated(name: &str) -> bool {
    let tokens = tokens(name);
    match without_titles(&tokens) {
        [first, _, ..] => first.chars().count() == 1,
        _ => false,
    }
}

/// How a typed name finds a printed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finds {
    /// Not at all.
    Nothing,
    /// Where "Ana Ruiz" is typed and "A. Ruiz" is printed.
    Initial,
    /// By a part of the name or all of it.
    Name,
}

/// A name as typed in a query, for comparing it with many.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The name itself first; then with initials, see [`alternatives`].
    sequences: Vec<Vec<String>>,
    /// Is the second sequence one that says less than what was typed?
    cut: bool,
}

impl Typed {
    /// Prepares a name.
    #[must_use]
    pub fn new(typed: &str) -> Self {
        let sequences = alternatives(typed);
        Self {
            cut: !is_abbreviated(typed),
            sequences,
        }
    }

    /// A word that every name has which it finds; `None` if it finds nothing.
    #[must_use]
    pub fn last_word(&self) -> Option<&str> {
        self.sequences.first()?.last().map(String::as_str)
    }

    /// Compares it with a printed one, in the same way as a name field of the index is searched.
    #[must_use]
    pub fn finds(&self, printed: &str) -> Finds {
        let tokens = tokens(printed);
        let bare = without_titles(&tokens);
        let mut best = Finds::Nothing;
        for alias in aliases_of(bare) {
            let alias: Vec<&str> = alias.split(' ').collect();
            for (n, wanted) in self.sequences.iter().enumerate() {
                if alias.windows(wanted.len()).any(|w| w == wanted.as_slice()) {
                    best = best.max(if n > 0 && self.cut {
                        Finds::Initial
                    } else {
                        Finds::Name
                    });
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transliterations_share_a_key() {
        for name in [
            "Oleh Stavnytsky",
            "Oleh Stavnytskyy",
            "Oleh Stavnytskiy",
            "oleh stavnytskij",
            "Oleh Stavnytskii",
        ] {
            assert_eq!(key(name), "oleh stavnitski", "{name}");
        }
        assert_eq!(key("Mohammed al-Tarawi"), key("Muhammad el-Tarawi"));
        assert_eq!(key("Séan O’Dwyer"), key("Sean O'Dwyer"));
        assert_ne!(key("Jon Marsh"), key("Joan Marsh"));
        assert_eq!(key("Jörg Schröder"), key("Joerg Schroeder"));
        assert_eq!(key("Ute Müller"), key("Ute Mueller"));
        assert_ne!(key("Michael Novak"), key("Michal Novak"));
        assert_ne!(key("Samuel Boer"), key("Samul Bor"));
    }

    #[test]
    fn titles_are_no_part_of_a_name() {
        assert_eq!(key("Prime Minister Ana Ruiz"), "ana ruiz");
        assert_eq!(key("Dr. Joel Lindqvist PhD"), "joel lindqvist");
        assert_eq!(key("Dr. Joel Marsh Jr."), "joel marsh jr");
        assert_ne!(key("Joel Marsh III"), key("Joel Marsh II"));
        assert_eq!(surname("Joel Marsh Jr.").as_deref(), Some("marsh"));
        assert_eq!(key("King"), "king");
        assert_eq!(
            key("Justice Department"),
            "iustice department".replacen('i', "j", 1)
        );
    }

    #[test]
    fn initials_meet_given_names_both_ways() {
        let finds = |typed: &str, printed: &str| {
            let aliases: Vec<Vec<String>> = aliases(printed).iter().map(|a| tokens(a)).collect();
            alternatives(typed).iter().any(|want| {
                aliases
                    .iter()
                    .any(|a| a.windows(want.len()).any(|w| w == want))
            })
        };
        assert!(finds("A. Ruiz", "Ana Ruiz"));
        assert!(finds("Ana Ruiz", "A. Ruiz"));
        assert!(finds("Ruiz", "Ana María Ruiz"));
        assert!(finds("Ana Ruiz", "Ana María Ruiz"));
        assert!(finds("President Ruiz", "Ana Ruiz"));
        assert!(!finds("Ana Ruiz", "Alba Ruiz"));
        assert!(!finds("B. Ruiz", "Ana Ruiz"));
    }
}
