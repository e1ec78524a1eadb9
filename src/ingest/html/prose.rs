//! The paragraphs of prose on a page, by which it is told whether the story that was found is all of it.
//!
//! A story may be cut in two by what stands in its midst, and then only the longer half is found; or a column beside it
//! has more words than it.

use dom_query::{Document, NodeId, NodeRef};

use super::told::Witness;

/// A paragraph of prose has so many bytes at least.
const PROSE: usize = 80;

/// A part of a story has so many paragraphs and bytes at least.
const RUN: usize = 2;
const PART: usize = 600;

/// Most paragraphs that are looked at.
const MOST: usize = 500;

/// One paragraph.
struct Paragraph {
    text: String,
    parent: Option<NodeId>,
    /// What it and its parent are called.
    make: String,
}

/// The paragraphs below the page's headline, or all of them where it has none.
pub(super) struct Prose(Vec<Paragraph>);

impl Prose {
    pub(super) fn of(page: &Document) -> Self {
        let mut found = Vec::new();
        let Some(body) = page.body() else {
            return Self(found);
        };
        let mut headed = false;
        for node in body.descendants_it() {
            if !headed && node.has_name("h1") {
                headed = true;
                found.clear();
            }
            if node.has_name("p")
                && found.len() < MOST
                && let Some(paragraph) = paragraph(&node)
            {
                found.push(paragraph);
            }
        }
        Self(found)
    }

    /// The story with the paragraphs that it lacks: those above its last one that are made like others of it.
    pub(super) fn complete(&self, story: String) -> String {
        let witness = Witness::of(&story);
        let held: Vec<bool> = self.0.iter().map(|p| witness.holds(&p.text)).collect();
        let Some(last) = held.iter().rposition(|h| *h) else {
            return self.other(story);
        };
        let is_like = |paragraph: &Paragraph| {
            let like = self
                .0
                .iter()
                .zip(&held)
                .filter(|(p, _)| p.make == paragraph.make);
            like.filter(|(_, held)| **held).count() >= RUN
        };
        // A part of a story, and not the few words that stand with the headline of another.
        let mut lacks = vec![false; held.len()];
        let mut from = 0;
        for at in 0..=last {
            if !held[at] && is_like(&self.0[at]) {
                continue;
            }
            let bytes: usize = self.0[from..at].iter().map(|p| p.text.len()).sum();
            if at - from >= RUN && bytes >= PART {
                lacks[from..at].fill(true);
            }
            from = at + 1;
        }
        if !lacks.contains(&true) {
            return story;
        }
        let mut out = String::with_capacity(story.len() * 2);
        let mut rest = story.as_str();
        for ((paragraph, held), lacks) in self.0[..=last].iter().zip(&held).zip(&lacks) {
            if *held {
                if let Some(end) = end_of_line(rest, &paragraph.text) {
                    out.push_str(&rest[..end]);
                    rest = &rest[end..];
                }
            } else if *lacks {
                let above = out.trim_end().len();
                out.truncate(above);
                if above > 0 {
                    out.push_str("\n\n");
                }
                out.push_str(&paragraph.text);
                out.push_str("\n\n");
                rest = rest.trim_start();
            }
        }
        out.push_str(rest);
        out
    }

    /// The longest run of paragraphs in one element, where it is far more than a story that has none of the page's.
    fn other(&self, story: String) -> String {
        let mass = |parent: Option<NodeId>| -> usize {
            let of_it = self.0.iter().filter(|p| p.parent == parent);
            of_it.map(|p| p.text.len()).sum()
        };
        let best = self
            .0
            .iter()
            .map(|p| p.parent)
            .max_by_key(|parent| mass(*parent));
        match best {
            Some(parent) if mass(parent) > story.len() => {
                let of_it = self.0.iter().filter(|p| p.parent == parent);
                let texts: Vec<&str> = of_it.map(|p| p.text.as_str()).collect();
                texts.join("\n\n")
            }
            _ => story,
        }
    }
}

/// The paragraph that `node` is, if it is of prose.
fn paragraph(node: &NodeRef) -> Option<Paragraph> {
    let text = node.text();
    let text = text.trim();
    if text.len() < PROSE || !text.ends_with(['.', '”', '"', '!', '?', '’', ':', ')', '…', '。'])
    {
        return None;
    }
    let links = node.descendants_it().filter(|n| n.has_name("a"));
    let linked: usize = links.map(|a| a.text().len()).sum();
    if linked * 4 > text.len() {
        return None;
    }
    let parent = node.parent();
    let called = |node: &NodeRef| {
        let name = node.node_name().unwrap_or_default();
        format!("{name}.{}", node.attr_or("class", ""))
    };
    Some(Paragraph {
        text: text.split_whitespace().collect::<Vec<_>>().join(" "),
        parent: parent.map(|parent| parent.id),
        make: format!(
            "{}>{}",
            parent.as_ref().map(called).unwrap_or_default(),
            called(node)
        ),
    })
}

/// Where the line ends in which `paragraph` stands.
fn end_of_line(text: &str, paragraph: &str) -> Option<usize> {
    let witness = Witness::of(paragraph);
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        if line.trim().len() >= PROSE / 2 && witness.holds(line) {
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::Prose;

    /// Some three hundred bytes, unlike those of another number at both ends.
    fn paragraph(number: usize) -> String {
        let words = "the ferry did not sail and nobody could see the other quay, ".repeat(5);
        format!(
            "Part {number} of the log says that {words}as the harbour office wrote on sheet {number}."
        )
    }

    fn page(parts: &[&[usize]]) -> Prose {
        let part = |numbers: &&[usize]| {
            let paragraphs = numbers.iter().map(|n| format!("<p>{}</p>", paragraph(*n)));
            format!(
                "<section><div>{}</div></section>",
                paragraphs.collect::<String>()
            )
        };
        let parts: String = parts.iter().map(part).collect();
        Prose::of(&Document::from(format!("<h1>Fog</h1>{parts}")))
    }

    fn story(numbers: &[usize]) -> String {
        let paragraphs: Vec<String> = numbers.iter().map(|n| paragraph(*n)).collect();
        paragraphs.join("\n\n")
    }

    #[test]
    fn a_part_that_is_lacking_is_put_in_its_place() {
        let prose = page(&[&[1, 2], &[3, 4], &[5, 6]]);
        assert_eq!(
            prose.complete(story(&[3, 4, 5, 6])),
            story(&[1, 2, 3, 4, 5, 6])
        );
        assert_eq!(
            prose.complete(story(&[1, 2, 5, 6])),
            story(&[1, 2, 3, 4, 5, 6])
        );
        // What stands below the story is another's; and one paragraph alone may be an inset.
        assert_eq!(prose.complete(story(&[1, 2, 3, 4])), story(&[1, 2, 3, 4]));
        assert_eq!(
            prose.complete(story(&[1, 3, 4, 5, 6])),
            story(&[1, 3, 4, 5, 6])
        );
    }

    #[test]
    fn a_column_beside_the_story_is_not_it() {
        let prose = page(&[&[1, 2], &[3]]);
        assert_eq!(prose.complete("Gulls\n\nMore gulls".into()), story(&[1, 2]));
        assert_eq!(Prose(Vec::new()).complete("Gulls".into()), "Gulls");
    }
}
