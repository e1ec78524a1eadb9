//! From stored documents to hits.

use super::align::{Against, Step, align, changes};
use super::answer::{ArticleHit, Copy, CopyKind, Marked, SpeakerHit, StatementHit};
use super::highlight::Highlighter;
use crate::article::SpeakerType;
use crate::index::people::People;
use crate::index::stored::{Passage, StoredArticle, StoredSpeaker, StoredStatement, StoredStep};
use crate::index::{Analyzer, words};
use crate::text::Span;

/// Between parts of a statement that the article keeps apart.
const APART: &str = " … ";
/// Most words of a quotation that are compared with those of a copy.
const MOST_WORDS: usize = 400;
/// Length of the passage of an article hit, in bytes.
const PASSAGE: usize = 300;

/// What was said; parts that the article keeps apart are joined.
pub(super) fn quote(content: &[Span], passage: &Passage) -> String {
    let spans = content.iter();
    let parts: Vec<&str> = spans.filter_map(|s| passage.slice(*s)).collect();
    parts.join(APART)
}

/// The hit for a statement.
pub(super) fn statement(
    stored: StoredStatement,
    score: f32,
    highlighter: &Highlighter,
    people: Option<&People>,
) -> StatementHit {
    let mut stored = stored;
    let person = people.and_then(|people| across_articles(&mut stored, people));
    let slice = |spans: &[Span], between: &str| {
        spans
            .iter()
            .filter_map(|span| stored.passage.slice(*span))
            .collect::<Vec<_>>()
            .join(between)
    };
    let quote = quote(&stored.spans.content, &stored.passage);
    let source = slice(&stored.spans.source, " ");
    let cue = slice(&stored.spans.cue, " ");
    let single = |span: Option<Span>| {
        span.and_then(|s| stored.passage.slice(s))
            .map(ToOwned::to_owned)
    };
    let (addressee, medium) = (single(stored.spans.addressee), single(stored.spans.medium));
    let begin = stored.passage.begin;
    let content = stored
        .spans
        .content
        .iter()
        .filter(|span| stored.passage.slice(**span).is_some())
        .map(|span| Span {
            begin: span.begin - begin,
            end: span.end - begin,
        })
        .collect();
    StatementHit {
        id: stored.id,
        score,
        quote: highlighter.mark(quote),
        passage: highlighter.mark(stored.passage.text),
        content,
        kind: stored.kind,
        stance: stored.stance,
        speaker: SpeakerHit {
            kind: stored.speaker.kind,
            name: stored.speaker.name,
            person,
            role: stored.speaker.role,
            on_behalf_of: stored.speaker.on_behalf_of,
            organisations: stored.speaker.organisations,
        },
        source,
        cue,
        addressee,
        medium,
        about: stored.about,
        said: stored.said,
        published: stored.article.published,
        place: stored.place,
        dateline: stored.dateline,
        title: stored.article.title,
        byline: stored.article.byline,
        outlet: stored.article.outlet,
        url: stored.article.url,
        language: stored.article.language,
        origin: stored.article.origin,
        source_bytes: stored.source_bytes,
        article: stored.article.key,
        article_id: stored.article.id,
        spans: stored.spans,
        within: stored.within,
        confidence: stored.confidence,
        repaired: stored.repaired,
        evidence: stored.evidence,
        copy_count: 0,
        copies: Vec::new(),
    }
}

/// Applies a correction of the statement, and notes who the speaker is across articles: the name under which the
/// register has them, and why.
pub(super) fn across_articles(stored: &mut StoredStatement, people: &People) -> Option<String> {
    if let Some(amended) = people.amendment(&stored.id) {
        let step = |field: &'static str| StoredStep {
            field: field.into(),
            rule: amended.note.clone().into(),
            span: None,
        };
        let Some(speaker) = &amended.speaker else {
            stored.evidence.push(step("statement"));
            return None;
        };
        stored.evidence.push(step("speaker"));
        stored.speaker = StoredSpeaker {
            kind: SpeakerType::Named,
            name: Some(speaker.clone()),
            forms: vec![speaker.clone()],
            ..StoredSpeaker::default()
        };
    }
    let name = stored.speaker.name.as_deref()?;
    let person = people
        .of(name, &stored.article.key)
        .or_else(|| people.named(name))?;
    for why in person
        .evidence
        .iter()
        .filter(|e| e.one == name || e.other == name)
    {
        let shared = if why.shared.is_empty() {
            String::new()
        } else {
            format!(" ({})", why.shared)
        };
        let rule = if why.one == why.other {
            format!("{}: {}", why.one, why.rule)
        } else {
            format!("{} = {}: {}{shared}", why.one, why.other, why.rule)
        };
        stored.evidence.push(StoredStep {
            field: "person".into(),
            rule: rule.into(),
            span: None,
        });
    }
    (person.name != name).then(|| person.name.clone())
}

/// What a hit says of another appearance of its quotation; `diff`: word by word.
pub(super) fn copy(hit: &StatementHit, stored: &StoredStatement, diff: bool) -> Copy {
    let text = quote(&stored.spans.content, &stored.passage);
    let copy = |how, diff| Copy {
        how,
        diff,
        id: stored.id.clone(),
        outlet: stored.article.outlet.clone(),
        published: stored.article.published,
        title: stored.article.title.clone(),
        url: stored.article.url.clone(),
    };
    if text == hit.quote.text {
        return copy(CopyKind::Same, Vec::new());
    }
    let (shown, other) = (
        words(Analyzer::Exact, &hit.quote.text),
        words(Analyzer::Exact, &text),
    );
    let (shown, other) = (
        shown.get(..MOST_WORDS).unwrap_or(&shown),
        other.get(..MOST_WORDS).unwrap_or(&other),
    );
    let alignment = align(shown, other, Against::Whole, &[]);
    let less = alignment.iter().any(|s| matches!(s, Step::Pasted(_)));
    let more = alignment.iter().any(|s| matches!(s, Step::Printed(_)));
    let how = match (less, more) {
        (false, false) => CopyKind::Same,
        (true, false) => CopyKind::Shortened,
        (false, true) => CopyKind::Longer,
        (true, true) => CopyKind::Altered,
    };
    let changes = if diff && how != CopyKind::Same {
        changes(&alignment, (shown, &hit.quote.text), (other, &text))
    } else {
        Vec::new()
    };
    copy(how, changes)
}

/// The hit for an article.
pub(super) fn article(stored: StoredArticle, score: f32, highlighter: &Highlighter) -> ArticleHit {
    ArticleHit {
        id: stored.article.key,
        score,
        title: stored.article.title.map(|title| highlighter.mark(title)),
        passage: best_passage(&stored.text, highlighter),
        byline: stored.article.byline,
        outlet: stored.article.outlet,
        url: stored.article.url,
        published: stored.article.published,
        language: stored.article.language,
        origin: stored.article.origin,
        statements: stored.statements.len(),
    }
}

/// The stretch of the text with most marks, the first of several, cut at blanks.
fn best_passage(text: &str, highlighter: &Highlighter) -> Marked {
    let marks = highlighter.marks(text);
    let mut best = (0, 0);
    for (n, first) in marks.iter().enumerate() {
        let inside = marks[n..]
            .iter()
            .take_while(|m| (m.end - first.begin) as usize <= PASSAGE)
            .count();
        if inside > best.1 {
            best = (first.begin as usize, inside);
        }
    }
    // A little of what comes before, so that the first mark does not stand at the edge.
    let begin = text.floor_char_boundary(best.0.saturating_sub(PASSAGE / 5));
    let begin = if begin == 0 {
        0
    } else {
        text[begin..]
            .find(char::is_whitespace)
            .map_or(begin, |blank| begin + blank + 1)
    };
    let end = text.floor_char_boundary((begin + PASSAGE * 6 / 5).min(text.len()));
    let end = if end == text.len() {
        end
    } else {
        text[begin..end]
            .rfind(char::is_whitespace)
            .map_or(end, |blank| begin + blank)
    };
    Marked {
        text: text[begin..end].to_owned(),
        marks: marks
            .iter()
            .filter(|m| m.begin as usize >= begin && m.end as usize <= end)
            .map(|m| Span::new(m.begin as usize - begin, m.end as usize - begin))
            .collect(),
    }
}
