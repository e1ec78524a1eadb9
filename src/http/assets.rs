//! Style, script and icon: part of the binary, under an address that changes with them, so that a browser keeps them
//! for ever.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::fault::Fault;

const FILES: [(&str, &str, &str); 3] = [
    (
        "style.css",
        "text/css; charset=utf-8",
        include_str!("assets/style.css"),
    ),
    (
        "script.js",
        "text/javascript; charset=utf-8",
        include_str!("assets/script.js"),
    ),
    ("icon.svg", "image/svg+xml", include_str!("assets/icon.svg")),
];

/// The files, and the version in their addresses.
pub(super) struct Assets {
    version: String,
}

impl Assets {
    pub(super) fn new() -> Self {
        let mut hasher = blake3::Hasher::new();
        for (_, _, text) in FILES {
            hasher.update(text.as_bytes());
        }
        let version = hasher.finalize().to_hex().chars().take(12).collect();
        Self { version }
    }

    /// The address of a file.
    pub(super) fn address(&self, name: &str) -> String {
        format!("/assets/{}/{name}", self.version)
    }
}

/// `/assets/{version}/{name}`. An old version is answered with the present file, but not to be kept.
pub(super) async fn serve(
    State(app): State<Shared>,
    Path((version, name)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (_, kind, text) = FILES
        .into_iter()
        .find(|(n, ..)| *n == name && !version.is_empty())
        .ok_or(Fault::NotFound)?;
    let keep = if version == app.assets.version {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    Ok((
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)],
        text,
    )
        .into_response())
}

/// `/favicon.ico`, which browsers ask for by themselves.
pub(super) async fn icon() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "image/svg+xml")],
        include_str!("assets/icon.svg"),
    )
}

/// `/robots.txt`: an archive is no place for crawlers, and each of its pages is a search.
pub(super) async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /\n"
}
