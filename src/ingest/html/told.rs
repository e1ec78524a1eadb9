//! The story as the page's data tells it: `articleBody` of its JSON-LD, or the state of a page that is drawn only in the
//! browser. It stands in for what is shown where that is not the story, and tells where what is shown begins and ends.

use dom_query::Document;
use serde_json::Value;

use super::meta;
use super::visible::Visible;

/// A story has so many bytes at least.
const STORY: usize = 250;

/// Bytes of a paragraph, white space not counted, by which it is found again.
const SAMPLE: usize = 40;

/// Most lines that are looked for.
const MOST_LINES: usize = 1000;

/// Most values of a page's state that are looked at.
const MOST_VALUES: usize = 200_000;

/// The `articleBody` of the page's JSON-LD.
pub(super) fn article_body(page: &Document) -> Option<String> {
    let scripts = page.select("script[type='application/ld+json']");
    if !scripts
        .iter()
        .any(|script| script.text().contains("\"articleBody\""))
    {
        return None;
    }
    let objects = meta::json_ld(page);
    let bodies = objects
        .iter()
        .filter(|object| meta::is_article(object))
        .filter_map(|object| object.get("articleBody")?.as_str())
        .map(plain);
    bodies
        .filter(|body| body.len() >= STORY)
        .max_by_key(String::len)
}

/// The state of a page that is drawn in the browser, not yet looked into.
pub(super) fn states(page: &Document) -> Vec<String> {
    let scripts = page.select("script[type='application/json']");
    let states = scripts.iter().map(|script| script.text().trim().to_owned());
    states.filter(|state| state.len() >= STORY).collect()
}

/// The longest text in the state of a page: one string, or the strings that the objects of one list have under one name.
pub(super) fn state(states: &[String]) -> Option<String> {
    let mut best = String::new();
    for state in states {
        let Some(value) = meta::json(state) else {
            continue;
        };
        let mut todo = vec![&value];
        let mut seen = 0;
        while let Some(value) = todo.pop() {
            seen += 1;
            if seen + todo.len() > MOST_VALUES {
                break;
            }
            match value {
                Value::String(text) if text.len() > best.len() && is_prose(text) => {
                    best = plain(text);
                }
                Value::Array(all) => {
                    for name in ["text", "content", "html", "value"] {
                        let texts: Vec<&str> = all
                            .iter()
                            .filter_map(|one| one.get(name)?.as_str())
                            .collect();
                        let sum: usize = texts.iter().map(|text| text.len()).sum();
                        if texts.len() >= 2
                            && sum > best.len()
                            && texts.iter().any(|text| is_prose(text))
                        {
                            let texts: Vec<String> = texts.into_iter().map(plain).collect();
                            best = texts.join("\n\n");
                        }
                    }
                    todo.extend(all);
                }
                Value::Object(object) => todo.extend(object.values()),
                _ => {}
            }
        }
    }
    (best.len() >= STORY).then_some(best)
}

/// Words and sentences, not code or a list of keys?
fn is_prose(text: &str) -> bool {
    let words = text.split_ascii_whitespace().count();
    let ends = text.matches(". ").count() + usize::from(text.trim_end().ends_with(['.', '>', '”']));
    text.len() >= 60 && words * 12 >= text.len() && ends > 0 && !text.contains("function(")
}

/// The words of a text that may be HTML.
fn plain(text: &str) -> String {
    let text = if text.contains("</") || text.contains("<br") {
        Visible::of(text).text().0
    } else {
        html_escape::decode_html_entities(text).into_owned()
    };
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A text in which lines are looked for.
pub(super) struct Witness(String);

impl Witness {
    pub(super) fn of(text: &str) -> Self {
        Self(squeezed(text))
    }

    /// Does it hold this line, as far as its beginning or its end tells?
    pub(super) fn holds(&self, line: &str) -> bool {
        let line = squeezed(line);
        self.0.contains(prefix(&line, SAMPLE)) || self.0.contains(suffix(&line, SAMPLE))
    }

    /// Parts in a thousand of a text that it holds, by whole lines.
    pub(super) fn share(&self, text: &str) -> usize {
        let (mut held, mut all) = (0, 0);
        let lines = text.lines().map(str::trim).filter(|l| l.len() >= SAMPLE);
        for line in lines.take(MOST_LINES) {
            all += line.len();
            if self.holds(line) {
                held += line.len();
            }
        }
        (held * 1000).checked_div(all).unwrap_or(1000)
    }

    /// A text without the lines above the one in which this begins and below the one in which it ends.
    pub(super) fn trim<'t>(&self, text: &'t str) -> &'t str {
        let first = prefix(&self.0, SAMPLE);
        let last = suffix(&self.0, SAMPLE);
        // Lines are compared without white space, and a paragraph may be longer than its sample.
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let offset = |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
        let begin = lines
            .clone()
            .find(|line| squeezed(line).contains(first))
            .map_or(0, offset);
        let end = lines
            .rfind(|line| squeezed(line).contains(last))
            .map_or(text.len(), |line| offset(line) + line.len());
        // What is long is no caption.
        let short = |dropped: usize| dropped <= 700 && dropped * 3 < text.len();
        let begin = if short(begin) { begin } else { 0 };
        let end = if end > begin && short(text.len() - end) {
            end
        } else {
            text.len()
        };
        text.get(begin..end).unwrap_or(text)
    }
}

fn suffix(text: &str, len: usize) -> &str {
    let from = text.len().saturating_sub(len);
    (from..=text.len())
        .find_map(|at| text.get(at..))
        .unwrap_or_default()
}

fn prefix(text: &str, len: usize) -> &str {
    let end = (0..=len.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::{Witness, is_prose, plain};

    #[test]
    fn ends_that_the_data_does_not_know_are_cut() {
        let story = "The night ferry did not sail on Thursday, the harbour office said to nobody in particular.\n\n“We wait,” the harbour master said, and went back to her radio in the little tower on the quay.\n\nThe next one is to sail at six in the morning, if the wind turns and the fog goes where it came from.";
        let shown = format!("The ferry at her berth\n\n{story}\n\nMore fog than ever");
        assert_eq!(Witness::of(story).trim(&shown), story);
        assert_eq!(
            Witness::of("Another story. It is of a bridge.").trim(&shown),
            shown
        );
        assert_eq!(Witness::of(story).share(story), 1000);
        assert_eq!(Witness::of("Another story.").share(story), 0);
    }

    #[test]
    fn words_of_data() {
        assert_eq!(
            plain("<p>Fog &amp; gulls</p><p>Again</p>"),
            "Fog & gulls\n\nAgain"
        );
        assert_eq!(plain("Fog &amp; gulls"), "Fog & gulls");
        assert!(!is_prose(
            "a/b/c-d-e-f/g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z-0-1-2-3.example"
        ));
    }
}
