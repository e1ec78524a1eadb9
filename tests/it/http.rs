//! A real server on a loopback port: what it shows, what it refuses, what it survives.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use serde::Deserialize;
use serde_json::Value;
use whosaid::article::{Article, Kind, Reading, Stance};
use whosaid::http::{Error, Server, Settings, Stopper};
use whosaid::index::{self, Writer, documents};

use crate::build::{Article1, Said1, hash, index_of};

/// Longest that anything may take here; generous, for busy machines.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server over a little corpus with one hostile article in it.
struct Running {
    dir: tempfile::TempDir,
    address: SocketAddr,
    stopper: Stopper,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
        let done = self.thread.take().unwrap().join();
        if !std::thread::panicking() {
            done.unwrap().unwrap();
        }
    }
}

/// An answer, as far as these tests look at it.
#[derive(Debug)]
struct Reply {
    /// 0 if the connection was closed without one.
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

fn said(speaker: &'static str, role: &'static str, content: &'static str) -> Said1<'static> {
    Said1 {
        speaker,
        role: Some(role),
        content,
        kind: Kind::Direct,
        ..Said1::default()
    }
}

fn corpus() -> Vec<Article1<'static>> {
    vec![
        Article1 {
            id: "harbour",
            title: "Harbour of Bergen reopens after storm",
            outlet: "The Northline",
            byline: "Jo Bell",
            published: "2025-11-20",
            places: vec!["Europe/Norway/Bergen"],
            statements: vec![
                said(
                    "Ana Ruiz",
                    "harbour master",
                    "The harbour of Bergen will reopen on Monday morning for all ships",
                ),
                Said1 {
                    stance: Stance::Denies,
                    said: Some(("2025-10-01", "2025-10-31")),
                    ..said(
                        "Séan O’Dwyer",
                        "ferry captain",
                        "It is not the fault of the ferries that he ran late",
                    )
                },
            ],
        },
        Article1 {
            id: "copy",
            title: "Storm over",
            outlet: "Courier",
            byline: "Mia Stone",
            published: "2025-12-02",
            places: vec!["Europe/Norway/Bergen", "Africa/Kenya/Nairobi"],
            statements: vec![
                said(
                    "Ana Ruiz",
                    "mayor of Bergen",
                    "The harbour of Bergen will reopen on Monday morning for all ships",
                ),
                said(
                    "Ivo Brandt",
                    "analyst",
                    "Nobody in Nairobi asked for a ferry",
                ),
            ],
        },
        Article1 {
            id: HOSTILE,
            title: "</title><script>alert('title')</script>",
            outlet: "\" onmouseover=\"alert('outlet')",
            byline: "<img src=x onerror=alert('byline')>",
            published: "2025-11-01",
            places: vec!["Europe/<script>alert(1)<\\/script>/O'\"Place"],
            statements: vec![
                said(
                    "=cmd|' /C calc'!A1",
                    "<script>alert('role')</script>",
                    "<script>alert('words')</script> ]]> &amp; \u{1b}[31m \u{202e} an alert",
                ),
                said(
                    "@SUM(1+1)*cmd",
                    "--><script>alert(1)</script>",
                    "[click](javascript:alert(1)) <b onclick=alert(1)>",
                ),
            ],
        },
    ]
}

const HOSTILE: &str = "hostile";

/// An article with an address.
fn published(article: &Article1<'_>) -> (Article, Reading) {
    let (mut article, reading) = article.build();
    article.url = Some(match article.id.as_str() {
        HOSTILE => "javascript:alert(document.domain)".to_owned(),
        id => format!("https://news.example/{id}"),
    });
    (article, reading)
}

fn put(writer: &mut Writer, article: &Article1<'_>) {
    let (article, reading) = published(article);
    writer.put(documents::of(&article, &reading)).unwrap();
}

fn serve(change: impl FnOnce(&mut Settings)) -> Running {
    let dir = index_of(corpus().iter().map(published));
    let mut settings = Settings::new(dir.path().to_owned(), "127.0.0.1:0".parse().unwrap());
    change(&mut settings);
    let server = Server::bind(&settings).unwrap();
    let (address, stopper) = (server.address(), server.stopper());
    let thread = Some(std::thread::spawn(move || server.run()));
    Running {
        dir,
        address,
        stopper,
        thread,
    }
}

impl Running {
    /// Sends bytes and reads one answer.
    fn send(&self, request: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        // A server that has read enough may close before all is written.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some(reply) = parse(&bytes, request.starts_with(b"HEAD"), false) {
                return reply;
            }
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => bytes.extend(&buffer[..n]),
                Err(e) if e.kind() == ErrorKind::ConnectionReset => break,
                Err(e) => panic!(
                    "no answer to {:?}…: {e}",
                    String::from_utf8_lossy(&request[..request.len().min(200)])
                ),
            }
        }
        parse(&bytes, request.starts_with(b"HEAD"), true).unwrap_or(Reply {
            status: 0,
            headers: BTreeMap::new(),
            body: String::new(),
        })
    }

    fn get_with(&self, target: &str, headers: &str) -> Reply {
        self.send(
            format!(
                "GET {target} HTTP/1.1\r\nHost: {}\r\n{headers}Connection: close\r\n\r\n",
                self.address
            )
            .as_bytes(),
        )
    }

    fn get(&self, target: &str) -> Reply {
        self.get_with(target, "")
    }

    fn json(&self, target: &str) -> Value {
        let reply = self.get(target);
        assert_eq!(reply.status, 200, "{target}: {}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }
}

/// The answer in `bytes`, if it is whole; at the end of the connection whatever there is.
fn parse(bytes: &[u8], head_only: bool, ended: bool) -> Option<Reply> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: BTreeMap<String, String> = lines
        .filter_map(|l| l.split_once(": "))
        .map(|(n, v)| (n.to_ascii_lowercase(), v.to_owned()))
        .collect();
    let body = &bytes[end + 4..];
    let body = if head_only {
        Vec::new()
    } else if let Some(length) = headers.get("content-length") {
        let length: usize = length.parse().unwrap();
        if body.len() < length && !ended {
            return None;
        }
        body[..length.min(body.len())].to_vec()
    } else if headers
        .get("transfer-encoding")
        .is_some_and(|t| t == "chunked")
    {
        match (dechunk(body), ended) {
            (Some(body), _) => body,
            (None, false) => return None,
            (None, true) => panic!("the transfer was broken off"),
        }
    } else if ended {
        body.to_vec()
    } else {
        return None;
    };
    Some(Reply {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn dechunk(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        let line = bytes.windows(2).position(|w| w == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).ok()?, 16).ok()?;
        if size == 0 {
            return Some(out);
        }
        out.extend(bytes.get(line + 2..line + 2 + size)?);
        bytes = bytes.get(line + 4 + size..)?;
    }
}

/// Everything that a browser would run, load or be led to must be what the templates wrote.
fn assert_harmless(reply: &Reply, what: &str) {
    let kind = reply.headers.get("content-type").map_or("", String::as_str);
    if !kind.starts_with("text/html") && !kind.contains("xml") {
        return;
    }
    let body = &reply.body;
    for bad in [
        "<script>",
        "<img",
        "<svg/",
        "<b onclick",
        "javascript:alert(document",
        "href=\"javascript",
        "href=\"data:",
        "href=\"file:",
        " style=\"",
        "<style",
        "<iframe",
    ] {
        assert!(!body.contains(bad), "{what}: {bad} in the answer");
    }
    // Attributes that begin with `on` exist only inside quoted values, where the quote is escaped.
    for tag in body
        .split('<')
        .skip(1)
        .filter_map(|t| t.split_once('>').map(|(tag, _)| tag))
    {
        let outside: String = tag.split('"').step_by(2).collect();
        assert!(!outside.to_lowercase().contains(" on"), "{what}: <{tag}>");
    }
}

fn assert_guarded(reply: &Reply, what: &str) {
    let policy = reply
        .headers
        .get("content-security-policy")
        .unwrap_or_else(|| panic!("{what}: no policy: {reply:?}"));
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"), "{what}");
    assert!(
        policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
        "{what}"
    );
    assert_eq!(
        reply
            .headers
            .get("x-content-type-options")
            .map(String::as_str),
        Some("nosniff"),
        "{what}"
    );
    assert_eq!(
        reply.headers.get("referrer-policy").map(String::as_str),
        Some("no-referrer"),
        "{what}"
    );
    assert!(
        !reply
            .headers
            .keys()
            .any(|name| name.starts_with("access-control-") || name == "set-cookie"),
        "{what}"
    );
}

#[derive(Deserialize)]
struct Suite {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    status: Vec<u16>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default)]
    raw: Vec<String>,
}

/// Fills in `{host}` and the like, `<<X|N>>` and `\xNN`.
fn expand(text: &str, names: &[(&str, &str)]) -> Vec<u8> {
    let mut text = text.to_owned();
    for (name, value) in names {
        text = text.replace(name, value);
    }
    while let Some((before, rest)) = text.split_once("<<") {
        let (what, after) = rest.split_once(">>").unwrap();
        let (unit, times) = what.rsplit_once('|').unwrap();
        text = format!("{before}{}{after}", unit.repeat(times.parse().unwrap()));
    }
    let mut bytes = Vec::new();
    let mut parts = text.split("\\x");
    bytes.extend(parts.next().unwrap().bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].bytes());
    }
    bytes
}

#[test]
fn hostile_requests_are_not_let_in() {
    let server = serve(|_| {});
    let suite: Suite = toml::from_str(include_str!("../web/hostile.toml")).unwrap();
    let (host, port) = (
        server.address.to_string(),
        server.address.port().to_string(),
    );
    let key = hash(HOSTILE);
    let id = documents::statement_id(&key, 0);
    let names = [
        ("{host}", host.as_str()),
        ("{port}", &port),
        ("{key}", &key),
        ("{id}", &id),
    ];
    let mut wrong = Vec::new();
    let mut sent = 0;
    for group in &suite.group {
        let requests = group
            .targets
            .iter()
            .map(|t| {
                (
                    t,
                    [
                        b"GET ",
                        &expand(t, &names)[..],
                        b" HTTP/1.1\r\nHost: ",
                        host.as_bytes(),
                        b"\r\n\r\n",
                    ]
                    .concat(),
                )
            })
            .chain(group.raw.iter().map(|r| (r, expand(r, &names))));
        for (shown, request) in requests {
            sent += 1;
            let begin = Instant::now();
            let reply = server.send(&request);
            let took = begin.elapsed();
            let status = reply.status;
            let what = format!("{}: {shown}", group.name);
            // hyper itself answers heads that are none, before anything of ours sees them.
            let ours =
                !reply.body.is_empty() || reply.headers.contains_key("content-security-policy");
            if ours {
                assert_guarded(&reply, &what);
                assert_harmless(&reply, &what);
            }
            let deliberate = status == 503 && reply.headers.contains_key("retry-after");
            if !(group.status.contains(&status) || deliberate) || (status >= 500 && !deliberate) {
                wrong.push(format!("{status} for {what}"));
            }
            assert!(took < PATIENCE / 2, "{what} took {took:?}");
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {sent}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(sent >= 200, "{sent}");
    assert_eq!(server.get("/healthz").body, "ok\n", "alive after all that");
}

#[test]
fn every_page_is_there_and_guarded() {
    let server = serve(|_| {});
    let key = hash("harbour");
    let pages = [
        "/".to_owned(),
        "/?q=harbour".to_owned(),
        "/?q=nothingofthekind".to_owned(),
        "/?in=articles&sort=newest".to_owned(),
        "/?since=2025-11&until=2025-12&speaker=Ana+Ruiz&-kind=indirect".to_owned(),
        format!("/article/{key}?s=1"),
        format!("/statement/{key}.1"),
        "/person/ana-ruiz".to_owned(),
        "/people".to_owned(),
        "/places".to_owned(),
        "/about".to_owned(),
        "/check".to_owned(),
        "/check?text=The+harbour+of+Bergen+will+reopen+on+Tuesday+morning&speaker=Brandt"
            .to_owned(),
    ];
    for page in &pages {
        let reply = server.get(page);
        assert_eq!(reply.status, 200, "{page}: {}", reply.body);
        assert_guarded(&reply, page);
        assert_harmless(&reply, page);
        assert!(
            reply.body.contains("<html lang=\"en\">") && reply.body.contains("href=\"#main\""),
            "{page}"
        );
        assert_eq!(reply.body.matches("<h1").count(), 1, "{page}");
        assert!(
            reply.body.len() < 60_000,
            "{page}: {} bytes",
            reply.body.len()
        );
        let packed = server.get_with(page, "Accept-Encoding: gzip\r\n");
        assert_eq!(
            packed.headers.get("content-encoding").map(String::as_str),
            Some("gzip"),
            "{page}"
        );
        let head = server
            .send(format!("HEAD {page} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address).as_bytes());
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{page}");
    }
    let first = server.get("/").body;
    for name in ["style.css", "script.js", "icon.svg"] {
        let at = first.find(&format!("/{name}\"")).unwrap();
        let begin = first[..at].rfind('"').unwrap() + 1;
        let reply = server.get(&first[begin..at + 1 + name.len()]);
        assert_eq!(reply.status, 200);
        assert!(reply.headers["cache-control"].contains("immutable"));
        assert_guarded(&reply, name);
    }
}

#[test]
fn a_person_is_found_under_every_spelling() {
    let server = serve(|_| {});
    for slug in ["ana-ruiz", "Ana-Ruiz", "mayor-ana-ruiz", "ana%20ruiz"] {
        let reply = server.get(&format!("/person/{slug}"));
        assert_eq!(reply.status, 200, "{slug}");
        assert!(
            reply.body.contains("harbour master") && reply.body.contains("mayor of Bergen"),
            "{slug}"
        );
    }
    assert!(
        server.get("/person/sean-o-dwyer").status == 200
            || server.get("/person/sean-odwyer").status == 200
    );
    // Every link of the list leads somewhere.
    let list = server.json("/api/v1/people");
    for person in list["people"].as_array().unwrap() {
        if let Some(slug) = person["slug"].as_str() {
            let path = format!(
                "/person/{}",
                slug.bytes()
                    .map(|b| format!("%{b:02x}"))
                    .collect::<String>()
            );
            assert_eq!(server.get(&path).status, 200, "{person}");
        }
    }
}

#[test]
fn counts_are_what_choosing_shows() {
    let server = serve(|_| {});
    let encode = |s: &str| s.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
    for base in [
        "",
        "q=harbour&",
        "speaker=Ana+Ruiz&",
        "-kind=indirect&place=Europe&",
        "since=2025-11-10&",
    ] {
        let counts = server.json(&format!("/api/v1/facets?{base}facet=speaker&facet=place&facet=outlet&facet=kind&facet=stance&facet=month"));
        for facet in counts["facets"].as_array().unwrap() {
            let name = facet["facet"].as_str().unwrap();
            for value in facet["values"].as_array().unwrap() {
                // Choosing a value in a facet that already has one means either of them.
                if base.contains(&format!("{name}=")) {
                    continue;
                }
                let target = format!(
                    "/api/v1/search?{base}{name}={}",
                    encode(value["value"].as_str().unwrap())
                );
                assert_eq!(server.json(&target)["total"], value["count"], "{target}");
            }
        }
    }
}

#[test]
fn exports_are_whole_and_harmless() {
    let server = serve(|_| {});
    let total = server.json("/api/v1/search?copies=1")["total"]
        .as_u64()
        .unwrap();
    let lines = server.get("/export.jsonl");
    assert_eq!(lines.headers["x-total-count"], total.to_string());
    let lines: Vec<Value> = lines
        .body
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(lines[0]["export"]["total"], total);
    assert_eq!(lines.len() as u64, total + 1);
    let csv = server.get("/export.csv").body;
    assert_eq!(csv.matches("\r\n").count() as u64, total + 1);
    assert!(csv.contains("\"'=cmd") && csv.contains("\"'@SUM"), "{csv}");
    assert!(!csv.contains("javascript:alert(document"));
    let chosen = server
        .get("/export.csv?speaker=Ana+Ruiz&outlet=Courier")
        .body;
    assert_eq!(chosen.matches("\r\n").count(), 2, "{chosen}");
    let text = server.get("/export.md").body;
    assert!(
        !text.contains("<script>") && text.contains("Ana Ruiz"),
        "{text}"
    );
    let feed = server.get("/feed.atom?q=harbour").body;
    assert!(
        feed.contains("<entry>") && feed.contains("Ana Ruiz: "),
        "{feed}"
    );
}

#[test]
fn the_api_is_as_described() {
    let server = serve(|_| {});
    let description = server.json("/openapi.json");
    assert_eq!(description["openapi"], "3.1.0");
    let key = hash("harbour");
    for (path, item) in description["paths"].as_object().unwrap() {
        let mut target = path
            .replace("{key}", &key)
            .replace("{id}", &format!("{key}.1"));
        if path == "/api/v1/check" {
            target.push_str("?text=the+harbour+will+reopen+on+Monday+evening&speaker=Ruiz");
        }
        let reply = server.get(&target);
        assert_eq!(reply.status, 200, "{target}");
        let kinds = item["get"]["responses"]["200"]["content"]
            .as_object()
            .unwrap();
        let kind = reply.headers["content-type"]
            .split(';')
            .next()
            .unwrap()
            .to_owned();
        assert!(kinds.contains_key(&kind), "{target}: {kind}");
    }
    let problem = server.get("/api/v1/search?page=0");
    assert_eq!(
        (problem.status, problem.headers["content-type"].as_str()),
        (400, "application/problem+json")
    );
    let suggested = server.json("/api/v1/suggest?q=berg");
    assert!(
        suggested
            .as_array()
            .unwrap()
            .iter()
            .any(|s| s["facet"] == "place" && s["label"] == "Bergen"),
        "{suggested}"
    );
}

#[test]
fn a_token_keeps_others_out() {
    const TOKEN: &str = "correct horse battery staple";
    let open = Settings::new("nowhere".into(), "0.0.0.0:0".parse().unwrap());
    assert!(matches!(Server::bind(&open), Err(Error::TokenNeeded(_))));
    let short = Settings {
        token: Some("short".into()),
        ..open
    };
    assert!(matches!(Server::bind(&short), Err(Error::WeakToken)));
    let server = serve(|s| s.token = Some(TOKEN.into()));
    for headers in [
        "",
        "Authorization: Bearer wrong horse\r\n",
        "Authorization: Bearer\r\n",
        "Authorization: Basic Og==\r\n",
        "Authorization: Basic ***\r\n",
        "Authorization: Digest x\r\n",
        "Authorization: Bearer correct horse battery staple\r\nAuthorization: Bearer x\r\n",
    ] {
        for target in [
            "/",
            "/api/v1/search",
            "/healthz",
            "/metrics",
            "/assets/x/style.css",
            "/nothing",
        ] {
            let reply = server.get_with(target, headers);
            assert_eq!(reply.status, 401, "{target} {headers}");
            assert!(reply.headers["www-authenticate"].starts_with("Basic"));
        }
    }
    assert_eq!(
        server
            .get_with("/", &format!("Authorization: Bearer {TOKEN}\r\n"))
            .status,
        200
    );
    // `reader:` and the token, in base64.
    assert_eq!(
        server
            .get_with(
                "/",
                "Authorization: Basic cmVhZGVyOmNvcnJlY3QgaG9yc2UgYmF0dGVyeSBzdGFwbGU=\r\n"
            )
            .status,
        200
    );
}

#[test]
fn a_new_commit_is_served_without_a_restart() {
    let server = serve(|_| {});
    assert_eq!(server.json("/api/v1/search?q=lighthouse")["total"], 0);
    let mut writer = Writer::open(server.dir.path(), &index::Settings::default()).unwrap();
    put(
        &mut writer,
        &Article1 {
            id: "light",
            title: "Light",
            outlet: "Courier",
            published: "2025-12-03",
            statements: vec![said("Ivo Brandt", "keeper", "The lighthouse is lit again")],
            ..Article1::default()
        },
    );
    writer.finish().unwrap();
    let begin = Instant::now();
    while server.json("/api/v1/search?q=lighthouse")["total"] == 0 {
        assert!(
            begin.elapsed() < PATIENCE,
            "the new commit was not picked up"
        );
    }
}

#[test]
fn too_many_at_once_are_told_to_come_back_and_none_fails() {
    let server = serve(|s| s.threads = 1);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let one = || {
            (0..20)
                .map(|_| server.get("/?q=harbour"))
                .map(|r| {
                    assert!(
                        r.status == 200 || r.headers.contains_key("retry-after"),
                        "{r:?}"
                    );
                    r.status
                })
                .collect::<Vec<_>>()
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(one)).collect();
        threads
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .collect()
    });
    assert_eq!(statuses.len(), 320);
    assert!(statuses.iter().all(|s| matches!(s, 200 | 503)));
    let metrics = server.get("/metrics").body;
    assert!(
        metrics.contains("whosaid_requests_total{class=\"2xx\"}"),
        "{metrics}"
    );
}

/// Every file below a folder with its size and time of change.
fn files(dir: &Path) -> BTreeMap<PathBuf, (u64, SystemTime)> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .map(Result::unwrap)
        .map(|entry| {
            let data = entry.metadata().unwrap();
            (
                entry.path().to_owned(),
                (data.len(), data.modified().unwrap()),
            )
        })
        .collect()
}

#[test]
fn serving_writes_nothing_and_takes_no_lock() {
    let server = serve(|_| {});
    let before = files(server.dir.path());
    for target in [
        "/?q=harbour",
        "/places",
        "/person/ana-ruiz",
        "/export.csv",
        "/about",
    ] {
        assert_eq!(server.get(target).status, 200, "{target}");
    }
    assert_eq!(files(server.dir.path()), before);
    // A writer gets the lock, and while it has it everything is answered.
    let writer = Writer::open(server.dir.path(), &index::Settings::default()).unwrap();
    assert_eq!(server.get("/?q=harbour").status, 200);
    drop(writer);
}

#[test]
fn indexing_in_another_process_fails_no_request() {
    let server = serve(|_| {});
    let news = tempfile::tempdir().unwrap();
    let article = |n: usize| {
        format!(
            "{{\"id\": \"n{n}\", \"date\": \"2025-12-0{}\", \"title\": \"Ferry {n}\", \"text\": \"The ferry number {n} sails again, captain Ola Vik said on Monday. “Everyone on quay {n} waited for this morning,” she said.\"}}\n",
            n % 9 + 1
        )
    };
    let lines: String = (0..40).map(article).collect();
    std::fs::write(news.path().join("news.jsonl"), lines).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_whosaid"))
        .arg("--index")
        .arg(server.dir.path())
        .arg("index")
        .arg(news.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let targets = [
        "/?q=harbour",
        "/api/v1/search?q=ferry&facet=speaker",
        "/person/ana-ruiz",
        "/places",
    ];
    let begin = Instant::now();
    let mut sent = 0;
    let arrived = || server.json("/api/v1/search?speaker=Ola+Vik")["total"] != 0;
    while child.try_wait().unwrap().is_none() || !arrived() {
        for target in targets {
            let reply = server.get(target);
            assert_eq!(reply.status, 200, "{target}: {}", reply.body);
            sent += 1;
        }
        assert!(
            begin.elapsed() < 4 * PATIENCE,
            "the new articles never came"
        );
    }
    assert!(child.wait().unwrap().success());
    assert!(sent >= targets.len());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_order() {
    let index = serve(|_| {});
    let mut child = Command::new(env!("CARGO_BIN_EXE_whosaid"))
        .arg("--index")
        .arg(index.dir.path())
        .args(["serve", "--port", "0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    errors.read_line(&mut line).unwrap();
    let address = line
        .split_once("http://")
        .and_then(|(_, rest)| rest.split_once('/'))
        .unwrap()
        .0
        .to_owned();
    let ask = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET /?q=harbour HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let whole = ask().unwrap();
    assert!(whole.starts_with(b"HTTP/1.1 200"));
    // Requests go on while it ends: each is answered whole or not at all.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Ok(bytes) = ask() {
                    if bytes.is_empty() {
                        break;
                    }
                    let reply = parse(&bytes, false, true).unwrap();
                    assert_eq!(reply.status, 200);
                    assert_eq!(
                        reply.body.len(),
                        reply.headers["content-length"].parse::<usize>().unwrap()
                    );
                }
            });
        }
        let killed = Command::new("kill").arg(child.id().to_string()).status();
        assert!(killed.unwrap().success());
        assert!(child.wait().unwrap().success());
    });
}
