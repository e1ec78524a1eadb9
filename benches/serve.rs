//! Load on a running `whosaid serve`: many connections, a mix of pages and API calls made of the index's own words.
//!
//! ```text
//! whosaid --index INDEX serve --port 8017 &
//! cargo bench --bench serve -- 127.0.0.1:8017 --pid $! --seconds 300 --connections 32 --slow 1000
//! ```
//!
//! Prints throughput, the times within which half, 99 % and all requests were answered, what was refused (503) or failed,
//! and the server's own memory over the run (without the mapped files of the index). `--slow N` keeps N more connections open that send a byte a second and
//! never end their request.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for anything; a request that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

struct Options {
    address: SocketAddr,
    pid: Option<u32>,
    seconds: u64,
    connections: usize,
    slow: usize,
}

fn options() -> Option<Options> {
    let mut options = Options {
        address: SocketAddr::from(([127, 0, 0, 1], 0)),
        pid: None,
        seconds: 30,
        connections: 32,
        slow: 0,
    };
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--pid" => options.pid = Some(arguments.next()?.parse().ok()?),
            "--seconds" => options.seconds = arguments.next()?.parse().ok()?,
            "--connections" => options.connections = arguments.next()?.parse().ok()?,
            "--slow" => options.slow = arguments.next()?.parse().ok()?,
            address => options.address = address.parse().ok()?,
        }
    }
    (options.address.port() != 0).then_some(options)
}

/// A connection that is kept, as a browser keeps it.
struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

impl Client {
    fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
            buffer: Vec::new(),
        }
    }

    /// Status and length of the body, which stays in the buffer.
    fn get(&mut self, target: &str) -> io::Result<(u16, usize)> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                stream.set_write_timeout(Some(PATIENCE))?;
                stream
            }
        };
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {}\r\nAccept-Encoding: gzip\r\n\r\n",
            self.address
        )?;
        self.buffer.clear();
        let mut chunk = [0; 16 * 1024];
        let (mut head, mut length) = (None, 0);
        loop {
            let n = stream.read(&mut chunk)?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.buffer.extend_from_slice(&chunk[..n]);
            if head.is_none()
                && let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n")
            {
                let text = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
                let status = text.split(' ').nth(1).and_then(|s| s.parse().ok());
                length = text
                    .lines()
                    .find_map(|l| l.strip_prefix("content-length: "))
                    .and_then(|n| n.trim().parse().ok())
                    .ok_or(io::ErrorKind::InvalidData)?;
                head = Some((status.ok_or(io::ErrorKind::InvalidData)?, end + 4));
            }
            if let Some((status, begin)) = head
                && self.buffer.len() >= begin + length
            {
                self.stream = Some(stream);
                return Ok((status, length));
            }
        }
    }
}

/// What requests are made of.
#[derive(Default)]
struct Vocabulary {
    words: Vec<String>,
    speakers: Vec<String>,
    slugs: Vec<String>,
    places: Vec<String>,
    months: Vec<String>,
    ids: Vec<String>,
}

fn vocabulary(address: SocketAddr) -> io::Result<Vocabulary> {
    let json = |target: &str| -> io::Result<Value> {
        let mut stream = TcpStream::connect(address)?;
        write!(
            stream,
            "GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        )?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes)?;
        let begin = bytes
            .windows(4)
            .position(|w| w == b"\r\n\r\n")
            .map_or(0, |at| at + 4);
        serde_json::from_slice(&bytes[begin..]).map_err(io::Error::other)
    };
    let mut found = Vocabulary::default();
    let people = json("/api/v1/people?n=500")?;
    for person in people["people"].as_array().into_iter().flatten() {
        found
            .speakers
            .extend(person["name"].as_str().map(ToOwned::to_owned));
        found
            .slugs
            .extend(person["slug"].as_str().map(ToOwned::to_owned));
    }
    let facets = json("/api/v1/facets?facet=place:50&facet=month:100")?;
    for facet in facets["facets"].as_array().into_iter().flatten() {
        let list = match facet["facet"].as_str() {
            Some("place") => &mut found.places,
            _ => &mut found.months,
        };
        for value in facet["values"].as_array().into_iter().flatten() {
            list.extend(value["value"].as_str().map(ToOwned::to_owned));
        }
    }
    // Statements of many months, so that rare words are among them.
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for month in found.months.iter().step_by(4).take(25) {
        let hits = json(&format!("/api/v1/search?month={month}&n=200"))?;
        for hit in hits["hits"].as_array().into_iter().flatten() {
            found.ids.extend(hit["id"].as_str().map(ToOwned::to_owned));
            let text = hit["quote"]["text"].as_str().unwrap_or_default();
            for word in text
                .split(|c: char| !c.is_alphabetic())
                .filter(|w| w.len() > 3 && w.is_ascii())
            {
                *words.entry(word.to_lowercase()).or_default() += 1;
            }
        }
    }
    found.words = words.into_keys().collect();
    if [
        &found.words,
        &found.speakers,
        &found.slugs,
        &found.places,
        &found.ids,
    ]
    .iter()
    .any(|l| l.is_empty())
    {
        return Err(io::Error::other("the index has too little in it"));
    }
    Ok(found)
}

/// xorshift64: the same requests in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }

    fn of<'a>(&mut self, list: &'a [String]) -> &'a str {
        &list[self.below(list.len())]
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// A request, and its kind for the report.
fn request(random: &mut Random, with: &Vocabulary) -> (&'static str, String) {
    let word = random.of(&with.words).to_owned();
    match random.below(20) {
        0..4 => ("page, one word", format!("/?q={word}")),
        4..6 => (
            "page, two words",
            format!("/?q={word}+{}", random.of(&with.words)),
        ),
        6..8 => (
            "page, filtered",
            format!("/?q={word}&place={}", encode(random.of(&with.places))),
        ),
        8..10 => (
            "page, speaker",
            format!(
                "/?speaker={}&sort=newest",
                encode(random.of(&with.speakers))
            ),
        ),
        10..14 => (
            "API search",
            format!("/api/v1/search?q={word}&facet=speaker&facet=month"),
        ),
        14..17 => (
            "suggest",
            format!("/api/v1/suggest?q={}", &word[..word.len().min(3)]),
        ),
        17 => (
            "person",
            format!("/person/{}", encode(random.of(&with.slugs))),
        ),
        18 => (
            "statement",
            format!("/statement/{}", encode(random.of(&with.ids))),
        ),
        _ => {
            let id = random.of(&with.ids);
            let key = id.split('.').next().unwrap_or_default();
            ("article", format!("/article/{}", encode(key)))
        }
    }
}

/// Memory of the process itself in KiB, without the files of the index that it has mapped.
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("RssAnon:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Processor time that the process has used, in milliseconds.
fn processor(pid: u32) -> Option<f64> {
    /// Ticks of the system's clock a second, the same on every Linux.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program may hold blanks, but ends in the last parenthesis.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: f64 = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks * 1000.0 / TICKS)
}

/// Keeps connections open that never get to the end of their request.
fn dawdle(address: SocketAddr, count: usize, stop: &AtomicBool, reopened: &AtomicU64) {
    let open = || {
        let stream = TcpStream::connect(address).ok()?;
        stream.set_nonblocking(true).ok()?;
        (&stream)
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
            .ok()?;
        Some(stream)
    };
    let mut sockets: Vec<Option<TcpStream>> = (0..count).map(|_| open()).collect();
    while !stop.load(Ordering::Relaxed) {
        for socket in &mut sockets {
            let mut byte = [0; 512];
            let alive = socket.as_mut().is_some_and(|s| {
                s.write_all(b"a").is_ok()
                    && matches!(s.read(&mut byte), Err(e) if e.kind() == io::ErrorKind::WouldBlock)
            });
            if !alive {
                *socket = open();
                reopened.fetch_add(1, Ordering::Relaxed);
            }
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[derive(Default)]
struct Tally {
    by_kind: BTreeMap<&'static str, Vec<u32>>,
    refused: u64,
    failed: Vec<String>,
    bytes: u64,
}

fn drive(address: SocketAddr, seed: u64, with: &Vocabulary, end: Instant) -> Tally {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut client = Client::new(address);
    let mut tally = Tally::default();
    while Instant::now() < end {
        let (kind, target) = request(&mut random, with);
        let begin = Instant::now();
        match client.get(&target) {
            Ok((200, length)) => {
                tally
                    .by_kind
                    .entry(kind)
                    .or_default()
                    .push(begin.elapsed().as_micros() as u32);
                tally.bytes += length as u64;
            }
            Ok((503, _)) => tally.refused += 1,
            Ok((status, _)) => tally.failed.push(format!("{status} {target}")),
            Err(error) => tally.failed.push(format!("{error} {target}")),
        }
    }
    tally
}

fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted
        .get(at)
        .map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
}

fn main() -> io::Result<()> {
    let Some(options) = options() else {
        println!(
            "usage: cargo bench --bench serve -- ADDRESS:PORT [--pid N] [--seconds N] [--connections N] [--slow N]"
        );
        return Ok(());
    };
    let address = options.address;
    let with = vocabulary(address)?;
    let used = options.pid.and_then(processor);
    let (stop, reopened) = (AtomicBool::new(false), AtomicU64::new(0));
    let begin = Instant::now();
    let end = begin + Duration::from_secs(options.seconds);
    let (tallies, memory) = std::thread::scope(|scope| {
        if options.slow > 0 {
            scope.spawn(|| dawdle(address, options.slow, &stop, &reopened));
        }
        let memory = options.pid.map(|pid| {
            let stop = &stop;
            scope.spawn(move || {
                let mut samples = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    samples.extend(resident(pid));
                    std::thread::sleep(Duration::from_secs(2));
                }
                samples
            })
        });
        let threads: Vec<_> = (1..=options.connections as u64)
            .map(|seed| {
                let with = &with;
                scope.spawn(move || drive(address, seed, with, end))
            })
            .collect();
        let tallies: Vec<Tally> = threads.into_iter().filter_map(|t| t.join().ok()).collect();
        stop.store(true, Ordering::Relaxed);
        (tallies, memory.and_then(|m| m.join().ok()))
    });
    let took = begin.elapsed().as_secs_f64();
    let mut total = Tally::default();
    for tally in tallies {
        for (kind, times) in tally.by_kind {
            total.by_kind.entry(kind).or_default().extend(times);
        }
        total.refused += tally.refused;
        total.failed.extend(tally.failed);
        total.bytes += tally.bytes;
    }
    let mut all: Vec<u32> = Vec::new();
    println!(
        "{:<16} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "", "requests", "p50 ms", "p95 ms", "p99 ms", "max ms"
    );
    let line = |kind: &str, times: &mut Vec<u32>| {
        times.sort_unstable();
        println!(
            "{kind:<16} {:>8} {:>8.1} {:>8.1} {:>8.1} {:>8.1}",
            times.len(),
            percentile(times, 50),
            percentile(times, 95),
            percentile(times, 99),
            percentile(times, 100)
        );
    };
    for (kind, times) in &mut total.by_kind {
        all.extend_from_slice(times);
        line(kind, times);
    }
    line("all", &mut all);
    println!(
        "{} connections, {took:.0} s: {:.0} answers a second, {:.1} MB a second; {} refused (503), {} failed",
        options.connections,
        all.len() as f64 / took,
        total.bytes as f64 / took / 1e6,
        total.refused,
        total.failed.len()
    );
    if let (Some(before), Some(after)) = (used, options.pid.and_then(processor)) {
        let each = (after - before) / all.len().max(1) as f64;
        println!("processor time of the server: {each:.2} ms an answer");
    }
    for failure in total.failed.iter().take(5) {
        println!("  {failure}");
    }
    if options.slow > 0 {
        println!(
            "{} slow connections, opened again {} times",
            options.slow,
            reopened.load(Ordering::Relaxed)
        );
    }
    if let Some(samples) = memory {
        let at = |part: usize| samples.get(samples.len() * part / 4).or(samples.last());
        let shown: Vec<String> = (0..=4)
            .filter_map(at)
            .map(|k| format!("{:.0}", *k as f64 / 1024.0))
            .collect();
        println!(
            "memory over the run, MiB: {}; most {:.0}",
            shown.join(", "),
            samples.iter().max().copied().unwrap_or_default() as f64 / 1024.0
        );
    }
    Ok(())
}
