//! Which names of organisations name the same one: "World Health Organization" and "WHO", "Acme Corp." and "Acme".

use std::ops::Range;

use crate::article::{Entity, Organisation};
use crate::extract::lexicon::fold;
use crate::extract::names::{Name, NameKind};
use crate::extract::token::{TokenKind, Tokens};

use super::{Form, Mention, of_kind, printed};

/// Legal forms and the like, which a short name leaves out.
const SUFFIXES: &[&str] = &[
    "ag",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "group",
    "holdings",
    "inc",
    "incorporated",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oyj",
    "plc",
    "sa",
    "spa",
];

struct Cluster {
    /// Hashes of the words of the fullest name, without "the" and suffixes.
    words: Vec<u64>,
    full: Range<u32>,
    /// First letters of the capitalised words.
    initials: String,
    members: Vec<Range<u32>>,
}

/// The organisations in order of first mention, and their mentions in order.
pub(super) fn cluster(tokens: &Tokens<'_>, names: &[Name]) -> (Vec<Organisation>, Vec<Mention>) {
    let all: Vec<Range<u32>> = of_kind(names, NameKind::Organisation).collect();
    let mut clusters: Vec<Cluster> = Vec::new();
    let mut place = vec![usize::MAX; all.len()];
    // longest first, so that short forms find the full name wherever it stands
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|&i| {
        (
            is_acronym(tokens, &all[i]),
            std::cmp::Reverse(all[i].len()),
            i,
        )
    });
    for i in order {
        let range = &all[i];
        let words = words(tokens, range);
        let acronym = is_acronym(tokens, range);
        let known = clusters.iter().position(|c| {
            c.words == words
                || acronym && c.full.len() > 1 && is_acronym_of(tokens, range, c)
                || !words.is_empty()
                    && words.len() < c.words.len()
                    && c.words.starts_with(&words)
                    && is_shortening(tokens, c, words.len())
        });
        place[i] = known.unwrap_or_else(|| {
            clusters.push(Cluster {
                words,
                full: range.clone(),
                initials: initials(tokens, range),
                members: Vec::new(),
            });
            clusters.len() - 1
        });
    }
    for (i, range) in all.iter().enumerate() {
        clusters[place[i]].members.push(range.clone());
    }
    clusters.sort_by_key(|c| c.members.first().map_or(u32::MAX, |r| r.start));
    let mut mentions = Vec::with_capacity(all.len());
    let organisations = clusters
        .into_iter()
        .enumerate()
        .map(|(at, cluster)| {
            let spans = cluster.members.iter().map(|r| tokens.span(r.clone()));
            let organisation = Organisation {
                name: printed(tokens, cluster.full.clone()),
                mentions: spans.collect(),
                coreferences: Vec::new(),
            };
            mentions.extend(cluster.members.into_iter().map(|range| Mention {
                role: range.end..range.end,
                tokens: range,
                entity: Entity::Organisation(at as u32),
                form: Form::Name,
            }));
            organisation
        })
        .collect();
    mentions.sort_by_key(|m| m.tokens.start);
    (organisations, mentions)
}

/// The words that tell the name: no article, no legal form, no marks.
fn words(tokens: &Tokens<'_>, range: &Range<u32>) -> Vec<u64> {
    let significant = |i: &u32| {
        let word = tokens.word(*i).trim_end_matches('.');
        tokens.tokens[*i as usize].kind == TokenKind::Word
            && !word.eq_ignore_ascii_case("the")
            && !(*i > range.start && SUFFIXES.iter().any(|s| s.eq_ignore_ascii_case(word)))
    };
    range
        .clone()
        .filter(significant)
        .map(|i| fold(tokens.word(i).trim_end_matches('.')))
        .collect()
}

/// Two to six upper-case letters in one word.
fn is_acronym(tokens: &Tokens<'_>, range: &Range<u32>) -> bool {
    if range.len() != 1 {
        return false;
    }
    let letters = tokens.word(range.start).chars().filter(|&c| c != '.');
    let count = letters.clone().count();
    (2..=6).contains(&count) && letters.clone().all(char::is_uppercase)
}

fn initials(tokens: &Tokens<'_>, range: &Range<u32>) -> String {
    range
        .clone()
        .filter_map(|i| tokens.word(i).chars().next())
        .filter(|c| c.is_uppercase())
        .collect()
}

/// Is the word made of the initials of the cluster's full name? A leading "The" does not count.
fn is_acronym_of(tokens: &Tokens<'_>, range: &Range<u32>, cluster: &Cluster) -> bool {
    let initials = if tokens.word(cluster.full.start).eq_ignore_ascii_case("the") {
        cluster.initials.get(1..).unwrap_or_default()
    } else {
        &cluster.initials
    };
    tokens
        .word(range.start)
        .chars()
        .filter(|&c| c != '.')
        .eq(initials.chars())
}

/// May the first `kept` words of the full name stand for it? Yes if what is left out is what firms are called by
/// ("Acme Motors" for "Acme Motors Europe"), no if one word would be left of an office ("Ministry" of "Ministry of Defence").
fn is_shortening(tokens: &Tokens<'_>, cluster: &Cluster, kept: usize) -> bool {
    let has_of = cluster
        .full
        .clone()
        .any(|i| matches!(tokens.word(i), "of" | "for"));
    !has_of && (kept >= 2 || cluster.words.len() == 2)
}
