//! Names of people whom the words around decide, whatever the tagger says of them: whoever stands after "Congressman" is
//! one, the parties of "Roe v. Wade" are none.

use crate::extract::lexicon::{Class, Mark};
use crate::extract::names::{Name, NameKind, is_proper};
use crate::extract::token::{TokenKind, Tokens};

/// Offices that stand before the names of those who hold them. No others: "Foreign Minister" and "General" begin names of
/// other things too.
const OFFICES: &[&str] = &[
    "Ambassador",
    "Assemblyman",
    "Assemblywoman",
    "Congressman",
    "Congresswoman",
    "Councilman",
    "Councilwoman",
    "Councillor",
    "Governor",
    "Mayor",
    "President",
    "Senator",
    "Sergeant",
];

/// Most words of a name that the tagger missed.
const LONGEST: u32 = 3;

/// Adds the names after titles that were missed, and takes those of law cases out.
pub(in crate::extract) fn claim(tokens: &Tokens<'_>, marks: &[Mark], names: &mut Vec<Name>) {
    names.retain(|name| name.kind != NameKind::Person || !is_party(tokens, name));
    let mut missed = Vec::new();
    let mut next = 0;
    for at in 0..tokens.tokens.len() as u32 {
        while names.get(next).is_some_and(|n| n.tokens.end <= at) {
            next += 1;
        }
        let free_until = names.get(next).map_or(u32::MAX, |name| name.tokens.start);
        if at + 1 >= free_until || !is_title(tokens, marks, at) {
            continue;
        }
        let end = (at + 1..free_until.min(at + 1 + LONGEST))
            .find(|&i| !is_name_word(tokens, marks, i) || !same_sentence(tokens, at, i))
            .unwrap_or(free_until.min(at + 1 + LONGEST));
        if end > at + 1 {
            missed.push(Name {
                tokens: at + 1..end,
                kind: NameKind::Person,
            });
        }
    }
    if !missed.is_empty() {
        names.append(&mut missed);
        names.sort_by_key(|name| name.tokens.start);
    }
}

/// "Roe v. Wade": a side of a law case. With "v" and "vs." it may be a match or an election, of people.
fn is_party(tokens: &Tokens<'_>, name: &Name) -> bool {
    let versus = |i: u32| match tokens.word(i) {
        "v." => true,
        "v" => tokens.word(i + 1) == ".",
        _ => false,
    };
    let (begin, end) = (name.tokens.start, name.tokens.end);
    versus(end) || begin > 0 && versus(begin - 1) || begin > 1 && versus(begin - 2)
}

fn is_title(tokens: &Tokens<'_>, marks: &[Mark], at: u32) -> bool {
    let word = tokens.word(at);
    word.starts_with(char::is_uppercase)
        && (OFFICES.contains(&word)
            || marks
                .get(at as usize)
                .is_some_and(|m| m.any(&[Class::Title, Class::RoleTitle])))
}

/// Can the word only be (part of) a name?
fn is_name_word(tokens: &Tokens<'_>, marks: &[Mark], i: u32) -> bool {
    let word = tokens.word(i);
    let mark = marks.get(i as usize).copied().unwrap_or_default();
    let kind = tokens.tokens.get(i as usize).map(|t| t.kind);
    kind == Some(TokenKind::Word)
        && word.starts_with(char::is_uppercase)
        && word.contains(char::is_lowercase)
        && !word.ends_with('.')
        && !mark.any(&[
            Class::Title,
            Class::RoleTitle,
            Class::Role,
            Class::Spokes,
            Class::Modifier,
            Class::Formal,
            Class::Organisation,
            Class::Demonym,
            Class::Time,
            Class::Pronoun,
        ])
        && is_proper(word)
}

fn same_sentence(tokens: &Tokens<'_>, a: u32, b: u32) -> bool {
    let of = |i: u32| tokens.tokens.get(i as usize).map(|t| t.sentence);
    of(a) == of(b)
}
