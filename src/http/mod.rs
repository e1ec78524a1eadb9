//! The web page and the JSON API: `whosaid serve`.
//!
//! A thin layer: an address is read into a [`search::Request`](crate::search::Request), the answer is written as HTML,
//! JSON, CSV, Markdown or Atom. Everything that a page shows is in its address, so that every view can be linked,
//! exported and subscribed to. Nothing here writes, and no state is changed by a request.
//!
//! This is the only asynchronous code of whosaid. Searches run on a bounded set of blocking threads (`work`); one that
//! nobody waits for any more is not begun.

mod api;
mod assets;
mod cache;
mod export;
mod fault;
mod feed;
mod format;
mod guard;
mod live;
mod metrics;
mod pages;
mod server;
mod view;
mod work;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use crate::search::export::Format;

pub use server::{Error, Server, Settings, Stopper};

/// What every request shares.
struct App {
    live: live::Live,
    work: work::Work,
    /// Exports wait for their clients, so they get threads of their own.
    exports: work::Work,
    metrics: metrics::Metrics,
    assets: assets::Assets,
    guard: guard::Guard,
}

type Shared = Arc<App>;

impl App {
    /// Runs `job` on the current state of the index, on a thread of its own, when it is its turn.
    async fn ask<T, J>(&self, job: J) -> Result<T, fault::Fault>
    where
        T: Send + 'static,
        J: FnOnce(&live::Snapshot) -> Result<T, fault::Fault> + Send + 'static,
    {
        let snapshot = self.live.current();
        self.work.run(move || job(&snapshot)).await?
    }
}

/// Every address that is answered.
fn router(app: Shared) -> Router {
    let exports = Format::ALL
        .iter()
        .filter(|format| **format != Format::Atom)
        .fold(Router::new(), |router, format| {
            let format = *format;
            router.route(
                &format!("/export.{}", format.as_str()),
                get(move |state, query| export::export(state, query, format)),
            )
        });
    Router::new()
        .merge(exports)
        .route("/", get(pages::search::page))
        .route("/article/{key}", get(pages::article::page))
        .route("/statement/{id}", get(pages::statement::page))
        .route("/person/{slug}", get(pages::person::page))
        .route("/people", get(pages::people::page))
        .route("/places", get(pages::places::page))
        .route("/check", get(pages::check::page))
        .route("/about", get(pages::about::page))
        .route("/feed.atom", get(feed::atom))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/facets", get(api::facets))
        .route("/api/v1/suggest", get(api::suggest))
        .route("/api/v1/statements/{id}", get(api::statement))
        .route("/api/v1/articles/{key}", get(api::article))
        .route("/api/v1/people", get(api::people))
        .route("/api/v1/check", get(api::check))
        .route("/openapi.json", get(api::openapi))
        .route("/healthz", get(metrics::health))
        .route("/metrics", get(metrics::page))
        .route("/assets/{version}/{name}", get(assets::serve))
        .route("/favicon.ico", get(assets::icon))
        .route("/robots.txt", get(assets::robots))
        .fallback(fault::not_found)
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            cache::cache,
        ))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            guard::guard,
        ))
        .with_state(app)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::search::export::Format;

    #[test]
    fn the_description_has_every_address_for_programs() {
        let routes = include_str!("mod.rs")
            .split(".route(")
            .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
            .map(|(path, _)| path.to_owned())
            .filter(|path| {
                ["/api/", "/feed", "/openapi", "/healthz", "/metrics"]
                    .iter()
                    .any(|begin| path.starts_with(begin))
            });
        let exports = Format::ALL
            .iter()
            .filter(|format| **format != Format::Atom)
            .map(|format| format!("/export.{}", format.as_str()));
        let answered: BTreeSet<String> = routes.chain(exports).collect();
        let description: serde_json::Value =
            serde_json::from_str(include_str!("assets/openapi.json")).unwrap();
        let described = description["paths"].as_object().unwrap();
        assert_eq!(answered, described.keys().cloned().collect());
    }
}
