//! Counters for monitoring, in the Prometheus text format, and a health check.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Shared;

/// Upper bounds of the histogram of durations, in milliseconds.
const BOUNDS: [u64; 8] = [5, 10, 25, 50, 100, 250, 1000, 2500];

/// The counters.
#[derive(Default)]
pub(super) struct Metrics {
    by_class: [AtomicU64; 5],
    busy: AtomicU64,
    buckets: [AtomicU64; BOUNDS.len()],
    micros: AtomicU64,
    /// Connections open now.
    pub connections: AtomicU64,
}

impl Metrics {
    /// Counts an answer.
    pub(super) fn count(&self, status: StatusCode, took: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.by_class.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            self.busy.fetch_add(1, Ordering::Relaxed);
        }
        let millis = took.as_millis() as u64;
        for (bound, bucket) in BOUNDS.iter().zip(&self.buckets) {
            if millis < *bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.micros
            .fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }
}

/// `/healthz`
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// `/metrics`
pub(super) async fn page(State(app): State<Shared>) -> Response {
    let metrics = &app.metrics;
    let get = |n: &AtomicU64| n.load(Ordering::Relaxed);
    let mut out = String::with_capacity(2048);
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, &app, metrics, get);
    (
        [(
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        )],
        out,
    )
        .into_response()
}

fn write_all(
    out: &mut String,
    app: &super::App,
    metrics: &Metrics,
    get: impl Fn(&AtomicU64) -> u64,
) -> std::fmt::Result {
    let snapshot = app.live.current();
    let manifest = snapshot.searcher.index().manifest();
    writeln!(out, "# TYPE whosaid_requests_total counter")?;
    for (class, counter) in metrics.by_class.iter().enumerate() {
        writeln!(
            out,
            "whosaid_requests_total{{class=\"{}xx\"}} {}",
            class + 1,
            get(counter)
        )?;
    }
    writeln!(
        out,
        "# TYPE whosaid_busy_total counter\nwhosaid_busy_total {}",
        get(&metrics.busy)
    )?;
    writeln!(out, "# TYPE whosaid_request_seconds histogram")?;
    for (bound, bucket) in BOUNDS.iter().zip(&metrics.buckets) {
        writeln!(
            out,
            "whosaid_request_seconds_bucket{{le=\"{}\"}} {}",
            *bound as f64 / 1000.0,
            get(bucket)
        )?;
    }
    let total: u64 = metrics.by_class.iter().map(&get).sum();
    writeln!(out, "whosaid_request_seconds_bucket{{le=\"+Inf\"}} {total}")?;
    writeln!(
        out,
        "whosaid_request_seconds_sum {}",
        get(&metrics.micros) as f64 / 1e6
    )?;
    writeln!(out, "whosaid_request_seconds_count {total}")?;
    writeln!(
        out,
        "# TYPE whosaid_connections gauge\nwhosaid_connections {}",
        get(&metrics.connections)
    )?;
    writeln!(
        out,
        "# TYPE whosaid_queue gauge\nwhosaid_queue {}",
        app.work.load()
    )?;
    writeln!(
        out,
        "# TYPE whosaid_articles gauge\nwhosaid_articles {}",
        manifest.articles
    )?;
    writeln!(
        out,
        "# TYPE whosaid_statements gauge\nwhosaid_statements {}",
        manifest.statements
    )?;
    writeln!(
        out,
        "# TYPE whosaid_generation gauge\nwhosaid_generation {}",
        manifest.generation
    )
}
