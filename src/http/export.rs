//! `/export.csv` and the other formats: everything that a search finds, as a file.
//!
//! Written while it is read, so that memory does not grow with the answer, and never cut silently: what was asked
//! and how many there are is said where the format has a place for it, and a file that could not be finished ends in a broken transfer, not in a
//! shorter file that looks whole.

use std::io::{self, Write};

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use http_body::Frame;
use tokio::sync::mpsc;

use super::Shared;
use super::api::strict;
use super::fault::Fault;
use super::format;
use super::live::Snapshot;
use super::view::{View, today};
use crate::search::export::{Exporter, Format, Provenance, csv_row};
use crate::search::{ArticleHit, Hit, Request, Scope};

/// Bytes that are gathered before they are sent.
const CHUNK: usize = 32 * 1024;
/// Chunks that may wait for the client.
const AHEAD: usize = 4;

/// Columns of the CSV of articles.
const ARTICLE_COLUMNS: [&str; 8] = [
    "id",
    "title",
    "byline",
    "outlet",
    "published",
    "url",
    "language",
    "statements",
];

/// `/export.{format}`
pub(super) async fn export(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
    form: Format,
) -> Result<Response, Fault> {
    let view = strict(query.as_deref())?;
    if view.scope == Scope::Articles && !matches!(form, Format::Jsonl | Format::Csv) {
        return Err(Fault::Bad(
            "Articles are exported as JSON lines or CSV.".to_owned(),
        ));
    }
    // Errors in the query and the number of hits are known before the first byte is sent.
    let counted = view.clone();
    let total = app
        .ask(move |snapshot| {
            let (request, _) = counted.request(Vec::new())?;
            Ok(snapshot.searcher.count(&request)?)
        })
        .await?;
    let (sender, receiver) = mpsc::channel(AHEAD);
    let snapshot = app.live.current();
    let shared = std::sync::Arc::clone(&app);
    tokio::spawn(async move {
        let failed = sender.clone();
        let written = shared
            .exports
            .run(move || write(&snapshot, &view, form, total, &sender))
            .await;
        let cause = match written {
            Ok(Ok(())) => return,
            Ok(Err(fault)) | Err(fault) => fault,
        };
        // Ends the transfer in the middle, which the client notices.
        let _ = failed
            .send(Err(io::Error::other(cause.message().to_owned())))
            .await;
    });
    let disposition = HeaderValue::try_from(format!(
        "attachment; filename=\"whosaid.{}\"",
        form.as_str()
    ))
    .map_err(|e| Fault::Internal(e.to_string()))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static(form.media_type()),
        ),
        (header::CONTENT_DISPOSITION, disposition),
        (
            HeaderName::from_static("x-total-count"),
            HeaderValue::from(total),
        ),
    ];
    Ok((headers, Body::new(Stream(receiver))).into_response())
}

/// What a writing thread sends, as a body.
struct Stream(mpsc::Receiver<io::Result<Bytes>>);

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0
            .poll_recv(cx)
            .map(|chunk| chunk.map(|bytes| bytes.map(Frame::data)))
    }
}

fn write(
    snapshot: &Snapshot,
    view: &View,
    form: Format,
    total: u64,
    sender: &mpsc::Sender<io::Result<Bytes>>,
) -> Result<(), Fault> {
    let (request, _) = view.request(Vec::new())?;
    let out = Chunks {
        sender,
        buffer: Vec::with_capacity(CHUNK),
    };
    let written = match view.scope {
        Scope::Statements => statements(snapshot, &request, form, total, out)?,
        Scope::Articles => articles(snapshot, &request, form, out)?,
    };
    match written {
        // Nobody reads any more, so there is nobody to tell.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|e| Fault::Internal(e.to_string())),
    }
}

fn statements(
    snapshot: &Snapshot,
    request: &Request,
    form: Format,
    total: u64,
    out: Chunks<'_>,
) -> Result<io::Result<()>, Fault> {
    let provenance = Provenance {
        query: request.query.clone(),
        filters: request.filters.clone(),
        total,
        index_generation: snapshot.searcher.index().manifest().generation,
        day: today().into(),
    };
    let mut exporter = match Exporter::begin(out, form, provenance) {
        Ok(exporter) => exporter,
        Err(e) => return Ok(Err(e)),
    };
    let mut written = Ok(());
    snapshot.searcher.each(request, |hit| {
        if let Hit::Statement(mut hit) = hit {
            // A file is opened by programs that follow more than the web.
            hit.url = hit.url.filter(|url| format::link(url).is_some());
            written = exporter.write(&hit);
        }
        written.is_ok()
    })?;
    Ok(written.and_then(|()| exporter.finish().map(|_| ())))
}

fn articles(
    snapshot: &Snapshot,
    request: &Request,
    form: Format,
    mut out: Chunks<'_>,
) -> Result<io::Result<()>, Fault> {
    let mut written = match form {
        Format::Csv => csv_row(&mut out, ARTICLE_COLUMNS.into_iter()),
        _ => Ok(()),
    };
    snapshot.searcher.each(request, |hit| {
        if let (Hit::Article(hit), Ok(())) = (hit, &written) {
            written = match form {
                Format::Csv => csv_row(&mut out, cells(&hit).iter().map(String::as_str)),
                _ => line(&mut out, &hit),
            };
        }
        written.is_ok()
    })?;
    Ok(written.and_then(|()| out.flush()))
}

fn line(out: &mut impl Write, hit: &ArticleHit) -> io::Result<()> {
    serde_json::to_writer(&mut *out, hit)?;
    out.write_all(b"\n")
}

fn cells(hit: &ArticleHit) -> [String; 8] {
    let text = |value: Option<&str>| value.map(format::one_line).unwrap_or_default();
    [
        hit.id.clone(),
        text(hit.title.as_ref().map(|t| t.text.as_str())),
        text(Some(&hit.byline.join("; "))),
        text(hit.outlet.as_deref()),
        hit.published.map(|d| d.to_string()).unwrap_or_default(),
        hit.url
            .as_deref()
            .and_then(format::link)
            .unwrap_or_default()
            .to_owned(),
        text(hit.language.as_deref()),
        hit.statements.to_string(),
    ]
}

/// Gathers what is written and sends it on; a broken pipe when the client is gone.
#[derive(Debug)]
struct Chunks<'a> {
    sender: &'a mpsc::Sender<io::Result<Bytes>>,
    buffer: Vec<u8>,
}

impl Chunks<'_> {
    fn send(&mut self) -> io::Result<()> {
        let chunk = Bytes::from(std::mem::replace(
            &mut self.buffer,
            Vec::with_capacity(CHUNK),
        ));
        self.sender
            .blocking_send(Ok(chunk))
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Chunks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            Ok(())
        } else {
            self.send()
        }
    }
}
