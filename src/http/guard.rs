//! What every request must pass, and what every answer carries.
//!
//! A page that any web site can make a browser ask for is attacked through that browser first: by DNS rebinding (the
//! `Host` allow-list is the answer), by script smuggled in through an article or a query (escaping, and a content
//! security policy without inline script or style), by framing. Everything is refused before anything is parsed.

use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::Body as _;

use super::fault::Fault;
use super::{Shared, pages};

/// Longest address, path and query, in bytes. A query of [`MAX_BYTES`](crate::search::query::MAX_BYTES) fits in
/// percent-encoded ASCII with many filters.
const MAX_ADDRESS: usize = 16 * 1024;
/// Longest time until the head of an answer is ready.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bodies shorter than this are not worth compressing, longer ones are sent as they come; bytes.
const COMPRESSED: std::ops::Range<u64> = 1_000..4_000_000;

/// Script and style only from here and never inline, images from here or written into the page, nothing else at all.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The address at which the connection of a request arrived.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived(pub SocketAddr);

/// Whom to let in.
#[derive(Debug)]
pub(super) struct Guard {
    /// Host names besides this machine's own, lower case, without port.
    hosts: Vec<String>,
    /// Hash of the token, if one is asked for: comparing hashes takes the same time wherever they differ.
    token: Option<blake3::Hash>,
}

impl Guard {
    /// A guard that lets in who asks for this machine or one of `hosts`, and has the token if there is one.
    pub(super) fn new(hosts: &[String], token: Option<&str>) -> Self {
        Self {
            hosts: hosts.iter().map(|h| h.to_ascii_lowercase()).collect(),
            token: token.map(|t| blake3::hash(t.as_bytes())),
        }
    }

    fn check(&self, request: &Request) -> Result<(), Fault> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Fault::Method);
        }
        let uri = request.uri();
        if uri.path_and_query().map_or(0, |p| p.as_str().len()) > MAX_ADDRESS {
            return Err(Fault::TooLong);
        }
        let arrived = request
            .extensions()
            .get::<Arrived>()
            .ok_or(Fault::WrongHost)?;
        self.check_host(uri, request.headers(), arrived.0)?;
        self.check_token(request.headers())?;
        let no_body = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .is_none_or(|n| n.as_bytes() == b"0");
        if !no_body || request.headers().contains_key(header::TRANSFER_ENCODING) {
            return Err(Fault::Body);
        }
        Ok(())
    }

    fn check_host(&self, uri: &Uri, headers: &HeaderMap, arrived: SocketAddr) -> Result<(), Fault> {
        let mut named = headers.get_all(header::HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else {
            return Err(Fault::Bad("A request names one host.".to_owned()));
        };
        let host = host.to_str().map_err(|_| Fault::WrongHost)?;
        // A request line may name a host too; then both must be ours.
        let both = [
            Some(host),
            uri.authority().map(axum::http::uri::Authority::as_str),
        ];
        if both.into_iter().flatten().all(|h| self.is_ours(h, arrived)) {
            Ok(())
        } else {
            Err(Fault::WrongHost)
        }
    }

    /// Is `host`, with its port, a name of the address at which the connection arrived?
    fn is_ours(&self, host: &str, arrived: SocketAddr) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            // The colons of `[::1]` are no port.
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        let port = match port {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().ok()
            }
            Some(_) => None,
            None => Some(80),
        };
        let name = name.to_ascii_lowercase();
        // Behind a proxy the port is the proxy's; the name was allowed by hand.
        if self.hosts.contains(&name) {
            return port.is_some();
        }
        if port != Some(arrived.port()) {
            return false;
        }
        let address = match name.strip_prefix('[').and_then(|n| n.strip_suffix(']')) {
            Some(v6) => v6.parse().ok().map(IpAddr::V6),
            None => name.parse().ok().map(IpAddr::V4),
        };
        let here = arrived.ip().to_canonical();
        match address {
            Some(address) => address.to_canonical() == here,
            None => name == "localhost" && here.is_loopback(),
        }
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let Some(wanted) = &self.token else {
            return Ok(());
        };
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let (Some(given), None) = (given.next(), given.next()) else {
            return Err(Fault::Unauthorised);
        };
        let given = given.to_str().map_err(|_| Fault::Unauthorised)?;
        let (scheme, secret) = given.split_once(' ').ok_or(Fault::Unauthorised)?;
        let secret = match scheme.to_ascii_lowercase().as_str() {
            "bearer" => secret.trim().as_bytes().to_vec(),
            // What a browser sends after asking for a name, which does not matter, and a password.
            "basic" => {
                let pair = base64(secret.trim()).ok_or(Fault::Unauthorised)?;
                let colon = pair
                    .iter()
                    .position(|b| *b == b':')
                    .ok_or(Fault::Unauthorised)?;
                pair.get(colon + 1..).unwrap_or_default().to_vec()
            }
            _ => return Err(Fault::Unauthorised),
        };
        if blake3::hash(&secret) == *wanted {
            Ok(())
        } else {
            Err(Fault::Unauthorised)
        }
    }
}

/// Decodes standard base64; `None` if it is none.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for b in digits.bytes() {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    Some(out)
}

/// The outermost layer: checks, then the answer, then its headers.
pub(super) async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let path = request.uri().path().to_owned();
    let gzip = takes_gzip(request.headers());
    let mut response = match app.guard.check(&request) {
        Ok(()) => match tokio::time::timeout(PATIENCE, next.run(request)).await {
            Ok(response) => response,
            Err(_) => Fault::Busy.into_response(),
        },
        Err(fault) => fault.into_response(),
    };
    if let Some(fault) = response.extensions_mut().remove::<Fault>() {
        response = explain(&app, &fault, &path);
    }
    app.metrics.count(response.status(), begin.elapsed());
    let mut response = if gzip {
        compress(response).await
    } else {
        response
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "no-referrer");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// The body for a fault, in the form that fits the address.
fn explain(app: &Shared, fault: &Fault, path: &str) -> Response {
    let status = fault.status();
    let machine = path.starts_with("/api/")
        || path.ends_with(".json")
        || path.starts_with("/export.")
        || path.starts_with("/feed.");
    let mut response = if machine {
        super::api::problem(status, fault.message())
    } else {
        pages::fault(app, fault)
    };
    *response.status_mut() = status;
    let mut set = |name, value| {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    };
    match fault {
        Fault::Busy | Fault::TooSlow => set(header::RETRY_AFTER, "1"),
        Fault::Method => set(header::ALLOW, "GET, HEAD"),
        Fault::Unauthorised => set(
            header::WWW_AUTHENTICATE,
            "Basic realm=\"whosaid\", charset=\"UTF-8\"",
        ),
        Fault::Body => set(header::CONNECTION, "close"),
        Fault::Internal(what) => {
            // Standard error may be closed; the answer is more important.
            let _ = writeln!(
                std::io::stderr(),
                "whosaid: {}: {what}",
                path.escape_debug()
            );
        }
        _ => {}
    }
    response
}

pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    accepted.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("gzip")
            && !parts.any(|p| matches!(p, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

/// Compresses text whose length is known; what is streamed goes as it is.
async fn compress(response: Response) -> Response {
    let known = response
        .body()
        .size_hint()
        .exact()
        .is_some_and(|n| COMPRESSED.contains(&n));
    if !known || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = axum::body::to_bytes(body, COMPRESSED.end as usize).await else {
        return Fault::Internal("a body of known length could not be read".to_owned())
            .into_response();
    };
    let Some(packed) = gzip(&plain) else {
        return Response::from_parts(parts, Body::from(plain));
    };
    parts
        .headers
        .insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(packed))
}

pub(super) fn gzip(plain: &Bytes) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(
        Vec::with_capacity(plain.len() / 3),
        flate2::Compression::fast(),
    );
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_names() {
        let guard = Guard::new(&["News.Example".to_owned()], None);
        let v4: SocketAddr = "127.0.0.1:8017".parse().unwrap();
        let v6: SocketAddr = "[::1]:8017".parse().unwrap();
        for host in [
            "127.0.0.1:8017",
            "localhost:8017",
            "LOCALHOST:8017",
            "news.example",
            "news.example:443",
        ] {
            assert!(guard.is_ours(host, v4), "{host}");
        }
        assert!(guard.is_ours("[::1]:8017", v6));
        assert!(guard.is_ours("localhost:8017", v6));
        for host in [
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost",
            "evil.com:8017",
            "localhost.evil.com:8017",
            "127.0.0.1.evil.com:8017",
            "[::1]:8017",
            "127.0.0.2:8017",
            "localhost:8017:8017",
            "localhost:",
            "localhost:+8017",
            "",
            ":8017",
            "user@localhost:8017",
            "news.example.evil.com",
            "2130706433:8017",
            "0:8017",
            "0x7f.1:8017",
            "localhost.:8017",
        ] {
            assert!(!guard.is_ours(host, v4), "{host}");
        }
        let local_80: SocketAddr = "127.0.0.1:80".parse().unwrap();
        assert!(guard.is_ours("localhost", local_80));
    }

    #[test]
    fn decodes_base64() {
        assert_eq!(base64("YTpi").unwrap(), b"a:b");
        assert_eq!(base64("YTpiYw==").unwrap(), b"a:bc");
        assert_eq!(base64("Y*"), None);
    }
}
