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
