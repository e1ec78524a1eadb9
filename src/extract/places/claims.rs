//! Names whose kind the words around decide, whatever the tagger says of them: a legislator's seat ("R-Elbow Lake"), the town of a
//! "Chapin man", the place at the head of a report.

use std::ops::Range;

use super::lookup;
use super::missed::is_age;
use crate::extract::gazetteer::{Class, Gazetteer, fold_into};
use crate::extract::names::{Name, NameKind, is_proper};
use crate::extract::token::{TokenKind, Tokens};

/// Parties before the seat, as agencies write them: "D-Plymouth", "Con-Southport".
const PARTIES: &[&str] = &[
    "ALP", "C", "Con", "D", "DEM", "DFL", "Dem", "I", "Ind", "L", "Lab", "Lib", "Lib Dem", "N",
    "NDP", "R", "REP", "Rep", "SNP",
];

/// Who or what is of a town when its name stands right before: people, and the services every town has.
const OF_TOWN: &[&str] = &[
    "boy",
    "businessman",
    "businesswoman",
    "constable",
    "couple",
    "firefighters",
    "girl",
    "homeowner",
    "homeowners",
    "man",
    "mayor",
    "men",
    "mother",
    "motorist",
    "native",
    "officer",
    "pensioner",
    "police",
    "policeman",
    "policemen",
    "resident",
    "residents",
    "schoolboy",
    "schoolgirl",
    "selectmen",
    "superintendent",
    "teen",
    "teenager",
    "townsfolk",
    "villagers",
    "woman",
    "women",
];

/// The same, with less weight: a name of another kind before them is a town only if the article has it as a place elsewhere.
const OF_TOWN_PERHAPS: &[&str] = &[
    "apartment",
    "apartments",
    "area",
    "bar",
    "business",
    "businesses",
    "campus",
    "church",
    "company",
    "firm",
    "home",
    "homes",
    "hospital",
    "hospitals",
    "hotel",
    "house",
    "neighborhood",
    "neighbourhood",
    "official",
    "officials",
    "parents",
    "plant",
    "restaurant",
    "school",
    "schools",
    "store",
    "stores",
    "street",
    "streets",
    "student",
    "students",
    "suburb",
    "suburbs",
    "voters",
    "workers",
];

/// What follows the hyphen of a place: "Toronto-based".
const AFTER_HYPHEN: &[&str] = &["area", "based", "born", "bound"];

/// Words after which a place's name is a place, whatever kind the tagger gave it.
const BEFORE_PLACES: &[&str] = &["downtown", "in", "near", "outside", "unincorporated"];

/// Words before "of" after which the same holds: "ten miles northwest of Tyler", "his hometown of Norman".
const OF_WHAT: &[&str] = &[
    "city",
    "community",
    "east",
    "hamlet",
    "hometown",
    "north",
    "northeast",
    "northwest",
    "south",
    "southeast",
    "southwest",
    "suburb",
    "town",
    "township",
    "village",
    "west",
];

/// Offices of towns as titles: "Tillbury Fire Chief Dara Quill", "Tillbury Mayor Omar Haddad".
const TOWN_TITLES: &[&str] = &["Fire", "Mayor", "Police"];

/// Abbreviations of states that nothing else is written like.
const STATES: &[&str] = &[
    "Ala.", "Ariz.", "Ark.", "Calif.", "Colo.", "Conn.", "D.C.", "Fla.", "Ill.", "Kan.", "Ky.",
    "Mass.", "Mich.", "Minn.", "N.C.", "N.D.", "N.H.", "N.J.", "N.M.", "N.Y.", "Neb.", "Nev.",
    "Okla.", "Ore.", "R.I.", "S.C.", "S.D.", "Tenn.", "Tex.", "Va.", "Vt.", "W.Va.", "Wis.",
    "Wyo.",
];

/// How prominent the town must be: two thousand people if the tagger saw no name there, a village if it saw one of another kind.
const LEAST_UNTAGGED: f32 = 3.3;
const LEAST_TAGGED: f32 = 2.2;
/// Below, a place is a village that only a list of post offices knows; whatever a word in capitals means, it is not that.
const LEAST_AT_HEAD: f32 = 2.6;

/// Longest name looked for, in tokens.
const MAX_TOKENS: u32 = 4;

/// Makes places of names that cannot be anything else, and adds those that the tagger passed over. Keeps the order.
pub fn claim(tokens: &Tokens<'_>, names: &mut Vec<Name>) {
    let claims = find(tokens, names, Gazetteer::embedded());
    for claimed in claims {
        let place = |tokens| Name {
            tokens,
            kind: NameKind::Place,
        };
        let mut cut = Vec::new();
        names.retain(|n| {
            let is_free = n.tokens.end <= claimed.start || claimed.end <= n.tokens.start;
            // "Chowchilla, Calif. Olson said"
            if !is_free
                && n.kind == NameKind::Person
                && n.tokens.start == claimed.start
                && claimed.end < n.tokens.end
            {
                cut.push(Name {
                    tokens: claimed.end..n.tokens.end,
                    kind: n.kind,
                });
            }
            is_free
        });
        cut.insert(0, place(claimed));
        let at = names.partition_point(|n| n.tokens.start < cut[0].tokens.start);
        names.splice(at..at, cut);
    }
}

fn find(tokens: &Tokens<'_>, names: &[Name], gazetteer: &Gazetteer) -> Vec<Range<u32>> {
    let mut claims: Vec<Range<u32>> = Vec::new();
    let mut key = String::new();
    let mut sentence = u32::MAX;
    for name in names {
        let before = name
            .tokens
            .start
            .checked_sub(1)
            .map_or("", |b| tokens.word(b));
        let after = tokens.tokens.get(name.tokens.end as usize).map(|t| t.kind);
        let is_owner = after == Some(TokenKind::Clitic);
        if name.kind == NameKind::Place || is_owner {
            continue;
        }
        let least = if BEFORE_PLACES.contains(&before) {
            LEAST_UNTAGGED
        } else if before == "of" && is_of_place(name.tokens.start, tokens)
            || before == "from" && is_age(name.tokens.start, tokens)
            || before == "to" && is_from_place(name, names, tokens)
        {
            LEAST_TAGGED
        } else {
            if is_among_places(name, names, tokens)
                && !is_surname(name, names, tokens)
                && is_town(
                    name.tokens.clone(),
                    LEAST_TAGGED,
                    tokens,
                    gazetteer,
                    &mut key,
                )
            {
                claims.push(name.tokens.clone());
            }
            continue;
        };
        let town = longest_town(name.tokens.clone(), least, tokens, gazetteer, &mut key);
        claims.extend(town.filter(|town| *town == name.tokens));
    }
    counties(tokens, gazetteer, &mut key, &mut claims);
    for (i, token) in (0..).zip(&tokens.tokens) {
        let is_first = std::mem::replace(&mut sentence, token.sentence) != token.sentence;
        let after_capital = || i > 0 && is_capitalised(i - 1, tokens);
        let claimed = match token.kind {
            TokenKind::Word if is_first => head(i, tokens, gazetteer, &mut key),
            TokenKind::Dash if token.glued => seat(i, tokens, gazetteer, &mut key).or_else(|| {
                (after_capital() && AFTER_HYPHEN.contains(&tokens.word(i + 1)))
                    .then(|| town(i, tokens, names, gazetteer, &mut key))?
            }),
            TokenKind::Word if after_capital() => {
                let word = tokens.word(i);
                if OF_TOWN.binary_search(&word).is_ok() {
                    town(i, tokens, names, gazetteer, &mut key)
                } else if TOWN_TITLES.contains(&word) {
                    // only a name that the tagger ended here: "Bath Police Chief" may as well be one name
                    town(i, tokens, names, gazetteer, &mut key)
                        .filter(|town| names.iter().any(|n| n.tokens == *town))
                } else if OF_TOWN_PERHAPS.binary_search(&word).is_ok() {
                    town(i, tokens, names, gazetteer, &mut key)
                        .filter(|town| is_place_elsewhere(town, tokens, names))
                } else {
                    None
                }
            }
            _ => None,
        };
        let claimed = claimed.or_else(|| state(i, tokens, names));
        if let Some(range) = claimed
            && !claims
                .iter()
                .any(|c| c.start < range.end && range.start < c.end)
        {
            let known = |n: &Name| n.kind == NameKind::Place && n.tokens == range;
            if !names.iter().any(known) {
                claims.push(range);
            }
        }
    }
    claims
}

fn is_capitalised(i: u32, tokens: &Tokens<'_>) -> bool {
    tokens
        .tokens
        .get(i as usize)
        .is_some_and(|t| t.kind == TokenKind::Word)
        && tokens.word(i).starts_with(char::is_uppercase)
}

/// Is the "of" before `at` that of "northwest of", "hometown of", ", 39, of"?
fn is_of_place(at: u32, tokens: &Tokens<'_>) -> bool {
    at.checked_sub(2)
        .is_some_and(|i| OF_WHAT.binary_search(&tokens.word(i)).is_ok())
        || is_age(at, tokens)
}

/// Is it the far end of "from Tillbury to Marlow"?
fn is_from_place(name: &Name, names: &[Name], tokens: &Tokens<'_>) -> bool {
    names.iter().any(|n| {
        n.kind == NameKind::Place
            && n.tokens.end + 1 == name.tokens.start
            && n.tokens.start > 0
            && matches!(tokens.word(n.tokens.start - 1), "from" | "between")
    })
}

/// Does the name stand in a list between places: "Newark, **Heath** and Pataskala"?
fn is_among_places(name: &Name, names: &[Name], tokens: &Tokens<'_>) -> bool {
    let joins = |word: &str| matches!(word, "," | "and" | "or");
    let is_place = |i: usize| {
        names
            .get(i)
            .filter(|n| n.kind == NameKind::Place)
            .map(|n| n.tokens.clone())
    };
    let at = names.partition_point(|n| n.tokens.start < name.tokens.start);
    let before = at.checked_sub(1).and_then(is_place).is_some_and(|place| {
        let gap = place.end..name.tokens.start;
        !gap.is_empty() && gap.len() <= 2 && gap.into_iter().all(|i| joins(tokens.word(i)))
    });
    let after = is_place(at + 1).is_some_and(|place| {
        let gap = name.tokens.end..place.start;
        !gap.is_empty() && gap.len() <= 2 && gap.into_iter().all(|i| joins(tokens.word(i)))
    });
    before && after
}

/// Does a person of the article bear it as a last name: "Ida Heath"?
fn is_surname(name: &Name, names: &[Name], tokens: &Tokens<'_>) -> bool {
    let words = tokens.span(name.tokens.clone()).of(tokens.text);
    names.iter().any(|n| {
        n.kind == NameKind::Person
            && n.tokens.len() > name.tokens.len()
            && tokens
                .span(n.tokens.clone())
                .of(tokens.text)
                .ends_with(words)
    })
}

/// The names in "Barrow, Jackson and Madison counties".
fn counties(
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
    key: &mut String,
    claims: &mut Vec<Range<u32>>,
) {
    for i in 0..tokens.tokens.len() as u32 {
        if !matches!(tokens.word(i), "counties" | "parishes") {
            continue;
        }
        let (mut end, mut found) = (i, Vec::new());
        loop {
            let mut begin = end;
            while begin > 0 && end - begin < MAX_TOKENS && is_capitalised(begin - 1, tokens) {
                begin -= 1;
            }
            key.clear();
            fold_into(tokens.span(begin..end).of(tokens.text), key);
            if begin == end || !knows_county(key, gazetteer) {
                break;
            }
            found.push(begin..end);
            end = begin;
            while end > 0 && matches!(tokens.word(end - 1), "," | "and" | "or") {
                end -= 1;
            }
            if end == begin {
                break;
            }
        }
        // one name before it is none: "other Kent counties"
        if found.len() > 1 {
            claims.extend(found);
        }
    }
}

/// Is there a county or parish of that folded name?
fn knows_county(key: &str, gazetteer: &Gazetteer) -> bool {
    [" county", " parish"]
        .iter()
        .any(|word| gazetteer.knows(&[key, word].concat()))
}

fn is_glued(i: u32, tokens: &Tokens<'_>) -> bool {
    tokens.tokens.get(i as usize).is_some_and(|t| t.glued)
}

/// The place at the head of a report that is one of several in a text, or comes after its headline: "TULSA, Okla. (AP) —", "ATLANTA - ".
fn head(
    begin: u32,
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
    key: &mut String,
) -> Option<Range<u32>> {
    let is_capitals = |i: u32| {
        is_capitalised(i, tokens)
            && tokens.word(i).len() > 2
            && !tokens.word(i).contains(char::is_lowercase)
    };
    let mut end = begin;
    while end - begin < MAX_TOKENS && is_capitals(end) {
        end += 1;
    }
    if end == begin {
        return None;
    }
    let mut after = end;
    if tokens.word(after) == "," && is_capitalised(after + 1, tokens) {
        after += 2;
        while is_capitalised(after, tokens) {
            after += 1;
        }
    }
    let agency = tokens.word(after) == "("
        && tokens.word(after + 1).len() > 1
        && !tokens.word(after + 1).contains(char::is_lowercase);
    if agency {
        after = (after + 2..after + 5).find(|&i| tokens.word(i) == ")")? + 1;
    }
    let dash = tokens.tokens.get(after as usize)?;
    let is_dash = dash.kind == TokenKind::Dash && (agency || !dash.glued || dash.span.len() > 1);
    let story = after + u32::from(is_dash);
    if !(is_dash || agency) || is_capitals(story) {
        return None;
    }
    key.clear();
    fold_into(tokens.span(begin..end).of(tokens.text), key);
    if end - begin == 1 && !is_proper(tokens.word(begin)) {
        return None;
    }
    gazetteer
        .candidates(key)
        .filter(|c| !c.abbreviation)
        .any(|c| {
            gazetteer.get(c.place).is_some_and(|r| {
                r.class.is_settlement() && r.prominence >= LEAST_AT_HEAD || r.class.is_container()
            })
        })
        .then_some(begin..end)
}

/// The seat after the hyphen at `dash`: ", D-Plymouth,", "(R-Ocilla)".
fn seat(
    dash: u32,
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
    key: &mut String,
) -> Option<Range<u32>> {
    let party = dash.checked_sub(1)?;
    let before = tokens.word(party.checked_sub(1)?);
    let opens = matches!(before, "," | "(" | "[" | "both" | "–" | "—");
    if !opens || !PARTIES.contains(&tokens.word(party)) || !is_glued(dash + 1, tokens) {
        return None;
    }
    let begin = dash + 1;
    let mut end = begin;
    while end - begin < MAX_TOKENS && is_capitalised(end, tokens) {
        end += 1;
        // "R-St. Louis"; "D-Mass." ends its sentence perhaps
        if tokens.word(end) == "." && is_glued(end, tokens) && tokens.word(end - 1).len() <= 4 {
            break;
        }
    }
    while end > begin {
        key.clear();
        let surface = tokens.span(begin..end).of(tokens.text);
        fold_into(surface, key);
        let mut found = Vec::new();
        lookup::find(key, true, gazetteer, &mut found);
        let closes = matches!(tokens.word(end), "," | ")" | "]" | ";" | "." | "–" | "—");
        if !found.is_empty() || closes && surface.chars().any(char::is_lowercase) {
            return Some(begin..end);
        }
        end -= 1;
    }
    None
}

/// The town right before the word at `noun`: "A Chapin man", "Grand Ledge police".
fn town(
    noun: u32,
    tokens: &Tokens<'_>,
    names: &[Name],
    gazetteer: &Gazetteer,
    key: &mut String,
) -> Option<Range<u32>> {
    let tagged = names.iter().find(|n| n.tokens.end == noun);
    let range = match tagged {
        Some(name) if name.kind == NameKind::Place => return None,
        // "a pro-Quill mayor"
        Some(name) if is_glued(name.tokens.start, tokens) => return None,
        Some(name) => name.tokens.clone(),
        None => {
            let mut begin = noun;
            while begin > 0
                && noun - begin < MAX_TOKENS
                && is_capitalised(begin - 1, tokens)
                && !matches!(tokens.word(begin - 1), "A" | "An" | "The")
            {
                begin -= 1;
            }
            let cut = names
                .iter()
                .any(|n| n.tokens.end > begin && n.tokens.start < noun);
            if cut || begin == noun {
                return None;
            }
            begin..noun
        }
    };
    let least = if tagged.is_some() {
        LEAST_TAGGED
    } else {
        LEAST_UNTAGGED
    };
    let town = longest_town(range.clone(), least, tokens, gazetteer, key)?;
    // a person or body of more words than the town's name is none
    (tagged.is_none() || town == range).then_some(town)
}

/// Does the tagger take the same words for a place somewhere else?
fn is_place_elsewhere(town: &Range<u32>, tokens: &Tokens<'_>, names: &[Name]) -> bool {
    let words = tokens.span(town.clone()).of(tokens.text);
    names.iter().any(|n| {
        n.kind == NameKind::Place && tokens.span(n.tokens.clone()).of(tokens.text) == words
    })
}

/// "Mass." outside of any name.
fn state(at: u32, tokens: &Tokens<'_>, names: &[Name]) -> Option<Range<u32>> {
    let word = tokens.word(at);
    if !word.ends_with('.') || word.len() < 3 || STATES.binary_search(&word).is_err() {
        return None;
    }
    let after_comma = at.checked_sub(1).is_some_and(|b| tokens.word(b) == ",");
    let is_free = names.iter().all(|n| {
        n.tokens.end <= at
            || at < n.tokens.start
            || n.tokens.len() == 1 && n.kind != NameKind::Place
            || after_comma && n.tokens.start == at && n.kind == NameKind::Person
    });
    is_free.then_some(at..at + 1)
}

fn longest_town(
    range: Range<u32>,
    least: f32,
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
    key: &mut String,
) -> Option<Range<u32>> {
    range.clone().map(|begin| begin..range.end).find(|part| {
        is_town(part.clone(), least, tokens, gazetteer, key)
            && (part.len() > 1 || is_proper(tokens.word(part.start)))
    })
}

/// Is it the name of a town or county at least so prominent?
fn is_town(
    range: Range<u32>,
    least: f32,
    tokens: &Tokens<'_>,
    gazetteer: &Gazetteer,
    key: &mut String,
) -> bool {
    key.clear();
    fold_into(tokens.span(range).of(tokens.text), key);
    key.len() > 3
        && gazetteer
            .candidates(key)
            .filter(|c| !c.alternate && !c.abbreviation)
            .filter_map(|c| gazetteer.get(c.place))
            .any(|r| (r.class.is_settlement() || r.class == Class::Admin2) && r.prominence >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        for list in [OF_TOWN, OF_TOWN_PERHAPS, OF_WHAT, STATES] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
