//! Answers that were given a moment ago.
//!
//! One state of the index answers one address always the same, and newsrooms ask the same things: the first page, a
//! speaker of the day, what the first letters of a name may mean. Such answers are kept, compressed, as long as their
//! state of the index is in use, at most for a minute and within a bound of memory.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body as _;

use super::Shared;
use super::fault::Fault;
use super::guard::{gzip, takes_gzip};
use super::view::today;

/// Longest time for which an answer is kept. Relative dates and files beside the index may change what is right.
const AGE: Duration = Duration::from_secs(60);
/// Largest answer that is kept, and most of all together; bytes.
const LARGEST: u64 = 512 * 1024;
const ROOM: usize = 16 * 1024 * 1024;

/// The answers that one state of the index has given.
#[derive(Default)]
pub(super) struct Cache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_address: HashMap<String, Answer>,
    /// Addresses, those kept longest first.
    order: VecDeque<String>,
    bytes: usize,
}

/// A body in both forms; cheap to clone.
#[derive(Clone)]
struct Answer {
    kind: HeaderValue,
    plain: Bytes,
    packed: Option<Bytes>,
    made: Instant,
}

impl Answer {
    fn size(&self) -> usize {
        self.plain.len() + self.packed.as_ref().map_or(0, Bytes::len)
    }

    fn response(self, packed: bool) -> Response {
        let kind = (header::CONTENT_TYPE, self.kind);
        match self.packed.filter(|_| packed) {
            Some(packed) => (
                [
                    kind,
                    (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
                ],
                Body::from(packed),
            )
                .into_response(),
            None => ([kind], Body::from(self.plain)).into_response(),
        }
    }
}

impl Cache {
    fn get(&self, address: &str) -> Option<Answer> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_address
            .get(address)
            .filter(|answer| answer.made.elapsed() < AGE)
            .cloned()
    }

    fn put(&self, address: String, answer: Answer) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += answer.size();
        match kept.by_address.insert(address.clone(), answer) {
            Some(old) => kept.bytes -= old.size(),
            None => kept.order.push_back(address),
        }
        while kept.bytes > ROOM
            && let Some(oldest) = kept.order.pop_front()
        {
            let gone = kept.by_address.remove(&oldest);
            kept.bytes -= gone.map_or(0, |answer| answer.size());
        }
    }
}

/// Is the answer to this address nothing but the index's?
fn is_of_index(path: &str) -> bool {
    path.starts_with("/api/")
        || [
            "/article/",
            "/statement/",
            "/person/",
            "/people",
            "/places",
            "/about",
            "/check",
        ]
        .iter()
        .any(|begin| path.starts_with(begin))
        || path == "/"
}

/// Answers from memory if it can, else asks on and remembers.
pub(super) async fn cache(State(app): State<Shared>, request: Request, next: Next) -> Response {
    if *request.method() != Method::GET || !is_of_index(request.uri().path()) {
        return next.run(request).await;
    }
    let packed = takes_gzip(request.headers());
    let address = request.uri().path_and_query().map_or("", |p| p.as_str());
    let address = format!("{} {address}", today());
    // What is asked now may be answered from a newer state: then it is kept with the old one, and soon forgotten.
    let snapshot = app.live.current();
    if let Some(answer) = snapshot.answers.get(&address) {
        return answer.response(packed);
    }
    let response = next.run(request).await;
    let size = response.body().size_hint().exact();
    let kind = response.headers().get(header::CONTENT_TYPE).cloned();
    let (StatusCode::OK, Some(kind), true) =
        (response.status(), kind, size.is_some_and(|n| n <= LARGEST))
    else {
        return response;
    };
    let Ok(plain) = axum::body::to_bytes(response.into_body(), LARGEST as usize).await else {
        return Fault::Internal("a body of known length could not be read".to_owned())
            .into_response();
    };
    let answer = Answer {
        kind,
        packed: gzip(&plain).map(Bytes::from),
        plain,
        made: Instant::now(),
    };
    snapshot.answers.put(address, answer.clone());
    answer.response(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_within_its_bounds() {
        let cache = Cache::default();
        for n in 0..200 {
            let answer = Answer {
                kind: HeaderValue::from_static("text/html"),
                plain: Bytes::from(vec![b'a'; 200_000]),
                packed: Some(Bytes::from(vec![b'b'; 10_000])),
                made: Instant::now(),
            };
            cache.put(format!("/{n}"), answer.clone());
            cache.put(format!("/{n}"), answer);
            assert!(cache.get(&format!("/{n}")).is_some());
        }
        let kept = cache.0.lock().unwrap();
        assert!(kept.bytes <= ROOM);
        assert_eq!(kept.order.len(), kept.by_address.len());
        assert_eq!(
            kept.bytes,
            kept.by_address.values().map(Answer::size).sum::<usize>()
        );
        assert!(!kept.by_address.contains_key("/0"));
    }
}
