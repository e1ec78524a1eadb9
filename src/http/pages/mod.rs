//! The pages. Plain HTML that works without script; what script adds is in `assets/script.js`.

pub(super) mod about;
pub(super) mod article;
mod card;
mod chart;
pub(super) mod check;
pub(super) mod filters;
mod map;
pub(super) mod people;
pub(super) mod person;
pub(super) mod places;
pub(super) mod search;
pub(super) mod statement;

use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

use super::App;
use super::fault::Fault;
use super::view::View;

/// Main parts of the site, as the navigation shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Search,
    People,
    Places,
    Check,
    About,
    /// A page that none of the others stands for.
    Other,
}

/// What is around the content of a page.
struct Frame<'a> {
    /// Before ` · whosaid` in the window's title.
    title: &'a str,
    section: Section,
    /// What the search box holds.
    view: &'a View,
    /// Addresses of the same content as a feed, if there is one.
    feed: Option<String>,
}

impl Frame<'_> {
    /// The whole page around its content.
    fn around(&self, app: &App, content: &Markup) -> Response {
        Html(self.markup(app, content).into_string()).into_response()
    }

    fn markup(&self, app: &App, content: &Markup) -> Markup {
        let link = |section: Section, address: &str, name: &str| {
            let here = (section == self.section).then_some("page");
            html! { li { a href=(address) aria-current=[here] { (name) } } }
        };
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    title { (self.title) " · whosaid" }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    link rel="icon" type="image/svg+xml" href=(app.assets.address("icon.svg"));
                    link rel="stylesheet" href=(app.assets.address("style.css"));
                    @if let Some(feed) = &self.feed {
                        link rel="alternate" type="application/atom+xml" title=(self.title) href=(feed);
                    }
                    script src=(app.assets.address("script.js")) defer {}
                }
                body {
                    a.skip href="#main" { "Skip to content" }
                    header.masthead {
                        div.bar {
                            a.wordmark href="/" { "who" span { "said" } }
                            nav aria-label="Site" {
                                ul {
                                    (link(Section::Search, "/", "Search"))
                                    (link(Section::People, "/people", "People"))
                                    (link(Section::Places, "/places", "Places"))
                                    (link(Section::Check, "/check", "Check"))
                                    (link(Section::About, "/about", "About"))
                                }
                            }
                        }
                        @if self.section != Section::Search {
                            (search::bare_box(self.view))
                        }
                    }
                    main id="main" tabindex="-1" { (content) }
                    footer.foot {
                        p {
                            "Statements are extracted by machine. Open the passage before you quote one. "
                            a href="/about" { "What is in this index, and how far to trust it" } "."
                        }
                        p.keys { button type="button" class="plain" id="keys" { "Keyboard shortcuts" } }
                    }
                }
            }
        }
    }
}

/// The page for a request that is not answered as asked.
pub(super) fn fault(app: &App, fault: &Fault) -> Response {
    let title = match fault {
        Fault::NotFound => "Nothing here",
        Fault::Busy => "Too busy just now",
        Fault::TooSlow => "That took too long",
        Fault::Unauthorised => "Who are you?",
        Fault::Internal(_) => "Something went wrong",
        _ => "That cannot be answered",
    };
    let content = html! {
        div.narrow.fault {
            h1 { (title) }
            p.lede { (fault.message()) }
            p { a href="/" { "Start a new search" } }
        }
    };
    Frame {
        title,
        section: Section::Other,
        view: &View::default(),
        feed: None,
    }
    .around(app, &content)
}
