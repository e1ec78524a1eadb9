//! A whole `whosaid index` run against plain tantivy indexing of the same text, in one process, and where the time goes:
//! `cargo bench --bench index`.
//!
//! `WHOSAID_BENCH=FILE` takes that file (any format that whosaid reads), else the text is thrown together by dice.
//! `WHOSAID_BENCH_ARTICLES=N` takes its first N articles (2,000 unless told; 0 for all). `WHOSAID_BENCH_ROUNDS=N` does it
//! all N times over (once unless told) and shows the round whose share outside extraction is the middle one.
//!
//! The baseline, "plain", is what one would write first with tantivy: each article one document with title, text, byline,
//! outlet, date and id, indexed by tantivy's usual tokenizer and stored, on all cores, read line by line with
//! serde_json. "same documents" is the same with the same fields stored: whosaid's documents, one for each article and each
//! statement. Their values are worked out beforehand; what is measured is to read the articles, to put the values into
//! tantivy's documents, and to index these by plain tantivy: what any program takes that stores as much without
//! extracting any of it. Both times of a run are given: of the clock, and of the processor, which other programs disturb
//! less. How much of a run is extraction is measured in a run of the same parts, on all cores, by the clocks of its
//! threads.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tantivy::schema::{Document, FAST, STORED, STRING, Schema, TEXT};
use tantivy::{Index, TantivyDocument};
use whosaid::article::Article;
use whosaid::extract::{self, Reader};
use whosaid::index::{Settings, Writer, documents};
use whosaid::ingest::{self, Item, Source};
use whosaid::memory::Parts;
use whosaid::pipeline::{self, Begin, Event, Plan};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Memory for the baseline's writer, in bytes: each of its threads builds segments in a part of it.
const MEMORY: usize = 128 << 20;
/// What `index` takes in all unless told otherwise, in bytes.
const USUAL: usize = 512 << 20;

fn main() {
    // `cargo test --benches` only wants to see it run.
    let is_test = std::env::args().any(|a| a == "--test");
    // `index` does so, and what it is compared with must not differ in that.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let most = match std::env::var("WHOSAID_BENCH_ARTICLES") {
        Ok(n) => n.parse().expect("WHOSAID_BENCH_ARTICLES is a number"),
        Err(_) if is_test => 20,
        Err(_) => 2000,
    };
    let dir = tempfile::tempdir().expect("a folder");
    let sample = dir.path().join("sample.jsonl");
    let articles = write_sample(&sample, if most == 0 { usize::MAX } else { most });
    let bytes = fs::metadata(&sample).expect("the sample").len();
    println!("{articles} articles, {:.1} MB\n", bytes as f64 / 1e6);

    let rounds = std::env::var("WHOSAID_BENCH_ROUNDS")
        .map_or(1, |n| n.parse().expect("WHOSAID_BENCH_ROUNDS is a number"));
    let mut rounds: Vec<Round> = (0..rounds)
        .map(|_| Round::run(&sample, dir.path()))
        .collect();
    rounds.sort_by(|a, b| a.outside().total_cmp(&b.outside()));
    let shares: Vec<String> = rounds
        .iter()
        .map(|round| format!("{:.2}×", round.outside()))
        .collect();
    let Round {
        plain,
        same,
        fast,
        full,
        again,
        outside,
    } = rounds[rounds.len() / 2];
    println!(
        "                        clock   processor  articles/s  to plain  to same documents  (processor)   index"
    );
    for (name, cost, folder) in [
        ("plain tantivy", plain, "plain"),
        ("same documents", same, "same"),
        ("index --fast", fast, "fast"),
        ("index", full, "full"),
        ("index, unchanged", again, "full"),
    ] {
        println!(
            "{name:<20} {:>7.2} s  {:>7.2} s  {:>10.0}  {:>7.2}×  {:>16.2}×  {:>10.2}×  {:>6.1} MB",
            cost.clock.as_secs_f64(),
            cost.processor.as_secs_f64(),
            articles as f64 / cost.clock.as_secs_f64(),
            ratio(cost.clock, plain.clock),
            ratio(cost.clock, same.clock),
            ratio(cost.processor, same.processor),
            size(&dir.path().join(folder)) as f64 / 1e6,
        );
    }
    println!(
        "\noutside extraction, of index --fast: {:.2} s of the processor, {:.2}× plain, {:.2}× same documents ({})",
        outside.as_secs_f64(),
        ratio(outside, plain.processor),
        ratio(outside, same.processor),
        shares.join(", "),
    );

    let mut layers = Layers::default();
    layers.run(&sample);
    layers.print(articles);
}

/// What is compared, each once.
#[derive(Clone, Copy)]
struct Round {
    plain: Cost,
    same: Cost,
    fast: Cost,
    full: Cost,
    again: Cost,
    /// The processor's time for `fast` without extraction.
    outside: Duration,
}

impl Round {
    /// The indexes stay in the folder until the next round.
    fn run(sample: &Path, dir: &Path) -> Self {
        let folder = |name: &str| {
            let folder = dir.join(name);
            if folder.exists() {
                fs::remove_dir_all(&folder).expect("a folder of ours");
            }
            folder
        };
        let plain = measure(|| plain(sample, &folder("plain")));
        let made = made_beforehand(sample);
        let same = || measure(|| same_documents(sample, &made, &folder("same")));
        // Before and after what is compared with it: machines change their speed.
        let before = same();
        let fast = measure(|| whole(sample, &folder("fast"), true));
        let same = before.mean(same());
        let extraction = share_of_extraction(sample, &folder("parts"));
        let outside = fast.processor.mul_f64(1.0 - extraction);
        let full = measure(|| whole(sample, &folder("full"), false));
        let again = measure(|| whole(sample, &dir.join("full"), false));
        Self {
            plain,
            same,
            fast,
            full,
            again,
            outside,
        }
    }

    /// The processor's time outside extraction, to that for the same documents.
    fn outside(&self) -> f64 {
        ratio(self.outside, self.same.processor)
    }
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64().max(1e-9)
}

#[derive(Clone, Copy)]
struct Cost {
    clock: Duration,
    processor: Duration,
}

impl Cost {
    fn mean(self, other: Self) -> Self {
        Self {
            clock: (self.clock + other.clock) / 2,
            processor: (self.processor + other.processor) / 2,
        }
    }
}

fn measure(run: impl FnOnce()) -> Cost {
    let (clock, before) = (Instant::now(), processor_time());
    run();
    let clock = clock.elapsed();
    let processor = match (before, processor_time()) {
        (Some(before), Some(after)) => after.saturating_sub(before),
        // Not Linux: the clock has to do.
        _ => clock,
    };
    Cost { clock, processor }
}

/// Time that the processor has spent on all threads of this process, to a hundredth of a second.
fn processor_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold anything, the last parenthesis closes it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn size(dir: &Path) -> u64 {
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => size(&entry.path()),
            Ok(meta) => meta.len(),
            Err(_) => 0,
        })
        .sum()
}

/// One JSON object a line, as every run reads it. Returns how many.
fn write_sample(path: &Path, most: usize) -> usize {
    let mut out = BufWriter::new(fs::File::create(path).expect("the sample"));
    let mut count = 0;
    let mut put = |article: &serde_json::Value| {
        writeln!(out, "{article}").expect("room");
        count += 1;
    };
    match std::env::var_os("WHOSAID_BENCH") {
        Some(file) => {
            each(&PathBuf::from(file), true, most, |article| {
                put(&serde_json::json!({
                    "id": article.id, "title": article.title, "text": article.text, "author": article.byline.join(", "),
                    "source": article.outlet, "date": article.published.map(|p| p.date.to_string()),
                }));
            });
        }
        None => {
            let mut dice = Dice(1);
            for n in 0..most.min(200_000) {
                put(&thrown(n, &mut dice));
            }
        }
    }
    count
}

/// Articles of a file, until there are enough.
fn each(path: &Path, repair: bool, most: usize, mut take: impl FnMut(Box<Article>)) {
    let options = ingest::Options {
        repair,
        ..ingest::Options::default()
    };
    let mut left = most;
    ingest::read(&Source::named(path), &options, &mut |item| {
        if let Item::Article(article) = item {
            take(article);
            left -= 1;
        }
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
}

fn plain(sample: &Path, dir: &Path) {
    let mut schema = Schema::builder();
    let id = schema.add_text_field("id", STRING | STORED);
    let title = schema.add_text_field("title", TEXT | STORED);
    let text = schema.add_text_field("text", TEXT | STORED);
    let author = schema.add_text_field("author", TEXT | STORED);
    let source = schema.add_text_field("source", STRING | FAST | STORED);
    let date = schema.add_text_field("date", STRING | FAST | STORED);
    fs::create_dir(dir).expect("a folder");
    let index = Index::create_in_dir(dir, schema.build()).expect("an index");
    let mut writer = index
        .writer_with_num_threads(cores(), MEMORY)
        .expect("a writer");
    for line in BufReader::new(fs::File::open(sample).expect("the sample")).lines() {
        let line: serde_json::Value =
            serde_json::from_str(&line.expect("a line")).expect("an object");
        let mut document = TantivyDocument::new();
        for (field, name) in [
            (id, "id"),
            (title, "title"),
            (text, "text"),
            (author, "author"),
            (source, "source"),
            (date, "date"),
        ] {
            if let Some(value) = line[name].as_str() {
                document.add_text(field, value);
            }
        }
        writer.add_document(document).expect("room");
    }
    writer.commit().expect("room");
    writer.wait_merging_threads().expect("room");
}

fn made_beforehand(sample: &Path) -> Vec<documents::Documents> {
    let mut reader = Reader::new(extract::Options {
        fast: true,
        ..extract::Options::default()
    });
    let mut made = Vec::new();
    each(sample, true, usize::MAX, |article| {
        made.push(documents::of(&article, &reader.read(&article)));
    });
    made
}

/// What `index --fast` does, by its parts: how much of the processor's time is extraction.
fn share_of_extraction(sample: &Path, dir: &Path) -> f64 {
    let parts = Parts::of(USUAL, cores());
    let plan = Plan {
        ingest: ingest::Options::default(),
        extract: extract::Options {
            fast: true,
            ..extract::Options::default()
        },
        jobs: parts.jobs,
        memory_bytes: parts.on_its_way,
    };
    let settings = Settings {
        memory_bytes: parts.segments,
        threads: parts.writers,
        ..Settings::default()
    };
    let paths = [sample.to_owned()];
    let nanoseconds = AtomicU64::new(0);
    let all = measure(|| {
        let mut writer = Writer::open(dir, &settings).expect("a writer");
        pipeline::run(
            || ingest::walk(&paths, &plan.ingest),
            &plan,
            |_| Begin::Read(()),
            |reader, article, ()| {
                let began = thread_time();
                let reading = reader.read(&article);
                let took = thread_time().saturating_sub(began);
                nanoseconds.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
                documents::of(&article, &reading)
            },
            |event| {
                if let Event::Done(made) = event {
                    writer.put(made).expect("room");
                }
                ControlFlow::Continue(())
            },
        );
        writer.finish().expect("room");
    });
    let extraction = Duration::from_nanos(nanoseconds.into_inner());
    extraction.as_secs_f64() / all.processor.as_secs_f64()
}

/// Time that the processor has spent on this thread.
#[cfg(unix)]
fn thread_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Elsewhere the clock has to do.
#[cfg(not(unix))]
fn thread_time() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGAN.elapsed()
}

fn same_documents(sample: &Path, made: &[documents::Documents], dir: &Path) {
    // Makes the folder, with whosaid's fields and ways to cut words.
    drop(Writer::open(dir, &Settings::default()).expect("a writer"));
    let reader = whosaid::index::open_reader(dir).expect("an index");
    let mut writer = reader
        .searcher()
        .index()
        .writer_with_num_threads(cores(), MEMORY)
        .expect("a writer");
    let mut made = made.iter();
    each(sample, false, usize::MAX, |_| {
        for values in made.next().expect("one for each").documents() {
            let mut document = TantivyDocument::new();
            for (field, value) in values.iter_fields_and_values() {
                document.add_field_value(field, value);
            }
            writer.add_document(document).expect("room");
        }
    });
    writer.commit().expect("room");
    writer.wait_merging_threads().expect("room");
}

fn whole(sample: &Path, dir: &Path, fast: bool) {
    let mut args = vec![
        "whosaid".into(),
        "--index".into(),
        dir.into(),
        "index".into(),
        sample.into(),
    ];
    if fast {
        args.push("--fast".into());
    }
    let code = whosaid::cli::run(args).expect("an index");
    assert_eq!(code, whosaid::cli::DONE);
}

/// What each stage takes, on one core.
#[derive(Default)]
struct Layers {
    spent: Vec<(&'static str, Duration)>,
}

impl Layers {
    fn run(&mut self, sample: &Path) {
        let mut raw = 0;
        self.time("read the file", || {
            raw = fs::read(sample).expect("the sample").len();
        });
        assert!(raw > 0);
        let mut articles = Vec::new();
        self.time("parse, decode, find the head", || {
            each(sample, false, usize::MAX, |article| articles.push(article));
        });
        let parsed = self.last();
        articles.clear();
        self.time("repair", || {
            each(sample, true, usize::MAX, |article| articles.push(article));
        });
        self.less(parsed);

        let options = |fast| extract::Options {
            fast,
            ..extract::Options::default()
        };
        let mut finder = extract::names::Finder::default();
        let mut tagger = extract::tagger::Tagger::default();
        for article in &articles {
            let tokens = self.time("  sentences and tokens", || {
                extract::sentence::split(&article.text)
            });
            let quotes = self.time("  quotations", || extract::quotes::regions(&tokens));
            let mut names = self.time("  names", || finder.find(&tokens));
            self.time("  places", || {
                extract::places::claim(&tokens, &mut names);
                extract::places::resolve(article, &tokens, &names)
            });
            let published = article.published.map(|p| p.date);
            self.time("  dates", || {
                extract::dates::find(&tokens, &article.head, published)
            });
            let marks = extract::lexicon::marks(&tokens);
            self.time("  people", || {
                extract::people::resolve(&tokens, &marks, &quotes, &names)
            });
            self.time("  statements, --fast", || {
                tagger.attributions(&tokens, &quotes, options(true))
            });
            self.time("  statements", || {
                tagger.attributions(&tokens, &quotes, options(false))
            });
        }
        let mut readings = Vec::new();
        let mut reader = Reader::new(options(true));
        self.time("extraction, --fast", || {
            readings.extend(articles.iter().map(|article| reader.read(article)));
        });
        let mut reader = Reader::new(options(false));
        readings.clear();
        self.time("extraction", || {
            readings.extend(articles.iter().map(|article| reader.read(article)));
        });
        let dir = tempfile::tempdir().expect("a folder");
        let settings = Settings {
            memory_bytes: MEMORY,
            threads: 1,
            ..Settings::default()
        };
        let mut writer = Writer::open(dir.path(), &settings).expect("a writer");
        for (article, reading) in articles.iter().zip(&readings) {
            let made = self.time("documents", || documents::of(article, reading));
            self.time("tantivy, to the commit", || writer.put(made).expect("room"));
        }
        self.time("tantivy, to the commit", || writer.commit().expect("room"));
        self.time("merge, groups, checksums", || {
            writer.finish().expect("room");
        });
    }

    fn time<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = std::hint::black_box(work());
        let took = began.elapsed();
        match self.spent.iter_mut().find(|(n, _)| *n == name) {
            Some((_, spent)) => *spent += took,
            None => self.spent.push((name, took)),
        }
        done
    }

    fn last(&self) -> Duration {
        self.spent
            .last()
            .map_or(Duration::ZERO, |(_, spent)| *spent)
    }

    fn less(&mut self, by: Duration) {
        if let Some((_, spent)) = self.spent.last_mut() {
            *spent = spent.saturating_sub(by);
        }
    }

    fn print(&self, articles: usize) {
        let without = |skip: &str| -> Duration {
            self.spent
                .iter()
                .filter(|(name, _)| !name.starts_with("  ") && *name != skip)
                .map(|(_, spent)| *spent)
                .sum()
        };
        let (full, fast) = (without("extraction, --fast"), without("extraction"));
        println!("\none core                          ms/article   of index   of index --fast");
        for (name, spent) in &self.spent {
            println!(
                "{name:<32} {:>11.3} {:>9.1} % {:>9.1} %",
                spent.as_secs_f64() * 1000.0 / articles as f64,
                ratio(*spent, full) * 100.0,
                ratio(*spent, fast) * 100.0,
            );
        }
    }
}

/// A source of chance that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.throw(of.len())]
    }
}

/// An article of some twenty sentences that say little.
fn thrown(n: usize, dice: &mut Dice) -> serde_json::Value {
    const GIVEN: &[&str] = &[
        "Ana", "Ilse", "Tomas", "Ngozi", "Piotr", "Leila", "Sean", "Mei",
    ];
    const FAMILY: &[&str] = &[
        "Brandt",
        "Okafor",
        "Lindqvist",
        "Ruiz",
        "Haddad",
        "Novak",
        "Moreau",
        "Tanaka",
        "Byrne",
        "Costa",
    ];
    const PLACE: &[&str] = &[
        "Bergen",
        "Rotterdam",
        "Porto",
        "Nairobi",
        "Gdansk",
        "Lyon",
        "Osaka",
        "Quito",
    ];
    const OFFICE: &[&str] = &[
        "mayor",
        "harbour master",
        "finance minister",
        "spokesperson",
        "professor",
    ];
    const THING: &[&str] = &[
        "harbour", "budget", "ferry", "school", "bridge", "harvest", "railway", "hospital",
        "library", "dam",
    ];
    const WHAT: &[&str] = &[
        "will open in spring",
        "needs another year of work",
        "has cost twice what was planned",
        "is safe to use again",
        "will not be sold",
        "employs four hundred people",
        "was closed without warning",
    ];
    const CUE: &[&str] = &[
        "said",
        "told reporters",
        "warned",
        "wrote in a letter",
        "denied",
        "admitted",
    ];
    let mut text = String::new();
    for line in 0..20 {
        let who = format!("{} {}", dice.one(GIVEN), dice.one(FAMILY));
        let (office, thing, what) = (dice.one(OFFICE), dice.one(THING), dice.one(WHAT));
        let (place, cue) = (dice.one(PLACE), dice.one(CUE));
        let number = dice.throw(90_000);
        text.push_str(&match dice.throw(4) {
            0 => format!("“The {thing} of {place} {what}, and {number} of us know it,” {who}, the {office}, {cue} on Tuesday. "),
            1 => format!("The {office} of {place}, {who}, {cue} that the {thing} {what}. "),
            2 => format!("Some {number} people came to {place} to see the {thing}, which {what}. "),
            _ => format!("According to {who}, file {number} shows that the {thing} in {place} {what}. "),
        });
        if line % 4 == 3 {
            text.push_str("\n\n");
        }
    }
    serde_json::json!({
        "id": format!("thrown-{n}"),
        "title": format!("What of the {} in {}?", dice.one(THING), dice.one(PLACE)),
        "author": format!("{} {}", dice.one(GIVEN), dice.one(FAMILY)),
        "source": format!("The {} Courier", dice.one(PLACE)),
        "date": format!("20{:02}-{:02}-{:02}", 10 + dice.throw(15), 1 + dice.throw(12), 1 + dice.throw(28)),
        "text": text,
    })
}
