//! Web pages: what they say about their article, case by case.

use serde::Deserialize;
use whosaid::ingest::{Options, Source};

use crate::suite::cases;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    head: String,
    #[serde(default)]
    above: String,
    title: Option<String>,
    #[serde(default)]
    byline: Vec<String>,
    published: Option<String>,
    outlet: Option<String>,
    url: Option<String>,
}

const STORY: &str = "<p>The night ferry did not sail on Thursday because nobody could see the other quay.</p>\
    <p>“We wait, and then we wait again,” the harbour master said, and went back to her radio in the little tower.</p>\
    <p>The next one is to sail at six in the morning if the wind turns, which it has not done for a week.</p>";

/// A page and the story in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    name: String,
    #[serde(default)]
    head: String,
    page: String,
    #[serde(default)]
    text: Vec<String>,
}

#[test]
fn what_of_a_page_is_its_story() {
    let dir = tempfile::tempdir().unwrap();
    let paragraphs: Vec<&str> = STORY
        .split("<p>")
        .skip(1)
        .map(|p| p.trim().trim_end_matches("</p>"))
        .collect();
    let [one, two, three] = paragraphs[..] else {
        panic!("three paragraphs");
    };
    let filled = |text: &str, tag: fn(&str) -> String| {
        text.replace(
            "{story}",
            &format!("{}{}{}", tag(one), tag(two), tag(three)),
        )
        .replace("{1}", &tag(one))
        .replace("{2}", &tag(two))
        .replace("{3}", &tag(three))
        .replace("[1]", one)
        .replace("[2]", two)
        .replace("[3]", three)
    };
    let mut wrong = Vec::new();
    for case in cases::<Story>("stories") {
        let page = format!(
            "<!doctype html><html><head><title>Fog stops ferries</title>{}</head><body>{}</body></html>",
            case.head, case.page
        );
        let file = dir.path().join("page.html");
        std::fs::write(&file, filled(&page, |p| format!("<p>{p}</p>"))).unwrap();
        let (articles, skipped) = super::read_all(&Source::named(&file), &Options::default());
        assert!(skipped.is_empty() && articles.len() == 1, "{}", case.name);
        let text = match &case.text[..] {
            [] => [one, two, three].join("\n\n"),
            text => filled(&text.join("\n\n"), str::to_owned),
        };
        if articles[0].text != text {
            wrong.push(format!("{}:\n{}", case.name, articles[0].text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_a_page_says_about_its_article() {
    let dir = tempfile::tempdir().unwrap();
    for case in cases::<Case>("pages") {
        let page = format!(
            "<!doctype html><html><head>{}</head><body><article>{}{STORY}</article></body></html>",
            case.head, case.above
        );
        let file = dir.path().join("page.html");
        std::fs::write(&file, page).unwrap();
        let (articles, skipped) = super::read_all(&Source::named(&file), &Options::default());
        let name = &case.name;
        assert!(skipped.is_empty() && articles.len() == 1, "{name}");
        let article = &articles[0];
        assert_eq!(article.title, case.title, "{name}");
        assert_eq!(article.byline, case.byline, "{name}");
        let published = article.published.map(|p| p.date.to_string());
        assert_eq!(published, case.published, "{name}");
        assert_eq!(article.outlet, case.outlet, "{name}");
        assert_eq!(article.url, case.url, "{name}");
        assert!(article.text.contains("We wait, and then"), "{name}");
    }
}
