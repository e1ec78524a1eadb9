//! Why the index says what it says of a statement: each field with its words, where they stand and what found them, and
//! the chain from the source as printed ("He") to the person.

use serde::Serialize;

use super::answer::StatementHit;
use super::highlight::Highlighter;
use super::hits;
use super::searcher::{Error, Searcher};
use crate::index::names;
use crate::index::stored::{StoredArticle, StoredEntity, StoredStatement};
use crate::text::Span;

/// A statement with the evidence for it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The statement.
    pub statement: StatementHit,
    /// The paragraph of the statement with the one before and the one after, as printed.
    pub around: Around,
    /// The fields in the order of who, what, to whom, through what, when, where.
    pub fields: Vec<Found>,
    /// From the source as printed to the speaker; empty if the source is the name itself or nobody is named.
    pub chain: Vec<Link>,
}

/// A piece of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Around {
    /// Byte offset of its first byte in the article's text.
    pub begin: u32,
    /// The piece.
    pub text: String,
}

/// What is known of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Name of the field.
    pub field: &'static str,
    /// What the index has for it.
    pub value: String,
    /// The words that it rests on, in bytes of the article's text; none where it follows from other fields.
    pub spans: Vec<Span>,
    /// The rule or model that found it, where it left its name.
    pub rule: Option<String>,
}

/// A step from the source to the speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The words.
    pub text: String,
    /// Where they stand, in bytes of the article's text.
    pub span: Option<Span>,
    /// How they lead on to the next.
    pub why: String,
}

impl Searcher {
    /// The evidence for the statement with an id; `None` if there is none.
    ///
    /// # Errors
    /// If the index is damaged.
    pub fn explain(&self, id: &str) -> Result<Option<Explanation>, Error> {
        let Some(mut stored) = self.stored_statement(id)? else {
            return Ok(None);
        };
        let people = self.roster()?.map(|r| r.people());
        let person = people.and_then(|people| hits::across_articles(&mut stored, people));
        let article = self.article(&stored.article.key)?.unwrap_or_default();
        Ok(Some(Explanation {
            around: around(&article.text, stored.spans.paragraph),
            fields: found(&stored, person.as_deref(), &article.text),
            chain: chain(&stored, &article),
            statement: {
                let mut hit = hits::statement(stored, 0.0, &Highlighter::default(), None);
                hit.speaker.person = person;
                hit
            },
        }))
    }
}

/// The paragraph with its neighbours.
fn around(text: &str, paragraph: Span) -> Around {
    const APART: &str = "\n\n";
    let begin = text.floor_char_boundary(paragraph.range().start.min(text.len()));
    let end = text.ceil_char_boundary(paragraph.range().end.clamp(begin, text.len()));
    let before = text.get(..begin).unwrap_or_default().trim_end();
    let begin = before.rfind(APART).map_or(0, |at| at + APART.len());
    let after = text.get(end..).unwrap_or_default();
    let blank = after.len() - after.trim_start().len();
    let end = after
        .get(blank..)
        .and_then(|rest| rest.find(APART))
        .map_or(text.len(), |at| end + blank + at);
    let piece = text.get(begin..end).unwrap_or_default();
    let lead = piece.len() - piece.trim_start().len();
    Around {
        begin: u32::try_from(begin + lead).unwrap_or(u32::MAX),
        text: piece.trim().to_owned(),
    }
}

fn found(stored: &StoredStatement, person: Option<&str>, text: &str) -> Vec<Found> {
    let rule = |field: &str| {
        let steps: Vec<&str> = stored
            .evidence
            .iter()
            .filter(|step| step.field == field)
            .map(|step| &*step.rule)
            .collect();
        (!steps.is_empty()).then(|| steps.join(", then "))
    };
    let words = |spans: &[Span]| {
        let parts: Vec<&str> = spans.iter().map(|s| s.of(text)).collect();
        parts.join(" … ")
    };
    let mut all = Vec::new();
    let mut add = |field: &'static str, value: String, spans: Vec<Span>| {
        if !value.is_empty() {
            all.push(Found {
                field,
                value,
                spans,
                rule: rule(field),
            });
        }
    };
    let spans = &stored.spans;
    let speaker = &stored.speaker;
    add("source", words(&spans.source), spans.source.clone());
    let step = |field: &str| {
        let spans = stored.evidence.iter().filter(|s| s.field == field);
        spans.filter_map(|s| s.span).collect::<Vec<_>>()
    };
    let name = speaker.name.clone();
    let rejected = stored.evidence.iter().any(|s| s.field == "statement");
    let verdict = if rejected { "rejected" } else { "" };
    add("statement", verdict.to_owned(), Vec::new());
    let across = person.or(name.as_deref()).unwrap_or_default().to_owned();
    add("speaker", name.unwrap_or_default(), step("speaker"));
    if stored.evidence.iter().any(|s| s.field == "person") {
        add("person", across, Vec::new());
    }
    add("type", speaker.kind.to_string(), Vec::new());
    let role = speaker.role.clone().unwrap_or_default();
    add("role", role, step("role"));
    let behalf = speaker.on_behalf_of.clone().unwrap_or_default();
    add("speaks-for", behalf, step("speaks-for"));
    add("org", speaker.organisations.join(", "), Vec::new());
    add("content", words(&spans.content), spans.content.clone());
    add("kind", stored.kind.to_string(), Vec::new());
    add("cue", words(&spans.cue), spans.cue.clone());
    add("stance", stored.stance.to_string(), step("stance"));
    for (field, span) in [("addressee", spans.addressee), ("medium", spans.medium)] {
        let spans: Vec<Span> = span.into_iter().collect();
        add(field, words(&spans), spans);
    }
    if let Some(said) = &stored.said {
        let value = said.value.clone().unwrap_or_else(|| "no date".to_owned());
        add("said", value, spans.said.into_iter().collect());
    }
    let place = |place: &Option<crate::index::stored::PlaceRef>| {
        let path = place.as_ref().map(|p| match p.path.as_slice() {
            [] => p.name.clone(),
            path => path.join("/"),
        });
        path.unwrap_or_default()
    };
    add("place", place(&stored.place), step("place"));
    add("dateline", place(&stored.dateline), Vec::new());
    add("about", stored.about.join(", "), Vec::new());
    let within = stored.within.clone().unwrap_or_default();
    add("within", within, step("within"));
    let confidence = format!("{:.2}", stored.confidence);
    add("confidence", confidence, Vec::new());
    all
}

/// From the source as printed over the mention before it to the fullest form of the name.
fn chain(stored: &StoredStatement, article: &StoredArticle) -> Vec<Link> {
    let text = article.text.as_str();
    let Some(name) = &stored.speaker.name else {
        return Vec::new();
    };
    let mut chain: Vec<Link> = Vec::new();
    let mut at = None;
    for step in stored.evidence.iter().filter(|s| s.field == "speaker") {
        at = step.span.or(at);
        chain.push(Link {
            text: step.span.map_or("", |span| span.of(text)).to_owned(),
            span: step.span,
            why: step.rule.to_string(),
        });
    }
    let entity = article
        .people
        .iter()
        .chain(&article.organisations)
        .find(|e| e.name == *name);
    if let Some(StoredEntity { mentions, .. }) = entity {
        let begin = at.map_or(u32::MAX, |span| span.begin);
        let inside = mentions.iter().any(|m| at.is_some_and(|a| a.contains(*m)));
        let before = mentions.iter().rev().find(|m| m.end <= begin);
        let mut push = |span: Span, why: &str| {
            if chain.last().and_then(|last| last.span) != Some(span) {
                chain.push(Link {
                    text: span.of(text).to_owned(),
                    span: Some(span),
                    why: why.to_owned(),
                });
            }
        };
        if let Some(mention) = before.filter(|_| !inside) {
            push(*mention, "the mention before it");
        }
        let key = names::key(name);
        let full = mentions.iter().find(|m| names::key(m.of(text)) == key);
        if let Some(mention) = full {
            push(*mention, "the fullest form of the name");
        }
    }
    let printed_in_full = matches!(chain.as_slice(), [only] if only.text == *name);
    if printed_in_full || chain.is_empty() {
        return Vec::new();
    }
    chain.push(Link {
        text: name.clone(),
        span: None,
        why: stored.speaker.role.clone().unwrap_or_default(),
    });
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_comes_with_its_neighbours() {
        let text = "one\n\ntwo\n\nthree\n\nfour\n\nfive";
        let three = Span::new(10, 15);
        assert_eq!(three.of(text), "three");
        let around = around(text, three);
        assert_eq!(around.text, "two\n\nthree\n\nfour");
        assert_eq!(around.begin, 5);
        assert_eq!(super::around("only", Span::new(0, 4)).text, "only");
        assert_eq!(super::around("", Span::new(3, 9)).text, "");
    }
}
