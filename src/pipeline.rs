//! Articles in, results out: ingest, then work on every core, then one consumer that sees the results in input order.
//!
//! Order matters twice: `extract` prints one line an article in the order of its input, and of two articles with one
//! key the later one wins, on every machine alike. Memory is bounded by the bytes in flight (see `Flow`), not by the
//! size of the corpus: neither many articles nor one file of very many can pile up before a slow consumer.

mod flow;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::article::{Article, Severity, Skipped};
use crate::extract::{self, Reader};
use crate::ingest::{self, Found, Item, Source};
use flow::Flow;

/// Files up to this size (bytes) are read by the worker that extracts from them. Larger ones are taken to hold many
/// articles: the dispatcher streams them and hands out one article at a time.
const STREAMED_FROM: u64 = 1 << 20;

/// Tasks that the workers together may be ahead of the consumer,
const AHEAD: usize = 96;

/// and so many more for each worker: a long article must not make the others wait.
const AHEAD_EACH: usize = 16;

/// Most tasks that a worker takes at a time, while many wait: then the consumer is woken once for all of them.
const TAKEN: usize = 8;

/// Results of one file, as bytes of its articles' texts, that a worker holds back until it is the file's turn.
const HELD_BACK: usize = 1 << 18;

/// How long the consumer waits for a result before it is told that there is none.
const TICK: Duration = Duration::from_millis(200);

/// Memory that an article takes on its way, for each byte of its text: itself, what is read in it, and its documents.
const BYTES_PER_BYTE: usize = 10;

/// The same for any article, however short.
const BYTES_PER_ARTICLE: usize = 16 << 10;

/// How to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How to read files.
    pub ingest: ingest::Options,
    /// How to read articles.
    pub extract: extract::Options,
    /// Threads that extract, at least one.
    pub jobs: usize,
    /// Bytes that articles and results between ingest and consumer may take; one article may take more, alone.
    pub memory_bytes: usize,
}

/// What is to be done with a source.
#[derive(Clone, Debug)]
pub enum Begin<M> {
    /// Read it; the mark comes back with each of its articles and at its end.
    Read(M),
    /// Leave it, it is as it was.
    Leave(M),
}

/// What comes out of the pipeline.
#[derive(Debug)]
pub enum Event<T, M> {
    /// The work done on one article.
    Done(T),
    /// A record, or a source as a whole, that was not taken.
    Skipped(Skipped),
    /// Something that is no source at all: it does not exist, or is no regular file.
    Unread(Skipped),
    /// A source has been read to its end. Follows all of its events.
    End(Source, M),
    /// A source was left as it was.
    Left(Source, M),
    /// Nothing came for a fifth of a second: the moment to look whether the user wants to stop.
    Tick,
}

/// One unit for a worker.
enum Task<M> {
    /// Read this file and work on all of its articles.
    File(Source),
    /// Work on this article.
    Article(Box<Article>, Arc<M>),
    /// Pass on in turn.
    Skipped(Skipped),
    /// Pass on in turn.
    Unread(Skipped),
    /// Pass on in turn.
    End(Source, Arc<M>),
    /// Pass on in turn.
    Left(Source, M),
}

/// A task on its way: its turn, and the bytes that it was let in for.
struct Ticket<M> {
    turn: u64,
    bytes: usize,
    task: Task<M>,
}

/// What a worker made of a task, or of a part of it.
struct Batch<T, M> {
    turn: u64,
    events: Vec<Event<T, M>>,
    /// On the last batch of a task, what it was let in for.
    done: Option<usize>,
}

/// Runs `work` over every article of `sources` (called on a thread of its own) on all threads of the plan and gives the
/// events to `sink` in input order, until it breaks. `begin` says which sources are read; `work` gets a reader that
/// belongs to its thread, the article, and the mark of its source.
pub fn run<T, M, I, B, W, S>(
    sources: impl FnOnce() -> I + Send,
    plan: &Plan,
    begin: B,
    work: W,
    mut sink: S,
) where
    T: Send,
    M: Clone + Send + Sync,
    I: Iterator<Item = Found>,
    B: Fn(&Source) -> Begin<M> + Sync,
    W: Fn(&mut Reader, Box<Article>, &M) -> T + Sync,
    S: FnMut(Event<T, M>) -> ControlFlow<()>,
{
    let jobs = plan.jobs.max(1);
    let ahead = AHEAD + jobs * AHEAD_EACH;
    let flow = Flow::new(ahead, plan.memory_bytes);
    let (task_in, task_out) = bounded::<Ticket<M>>(ahead);
    let (result_in, result_out) = bounded::<Vec<Batch<T, M>>>(jobs * 2);
    thread::scope(|scope| {
        let (flow, begin, work) = (&flow, &begin, &work);
        scope.spawn(move || {
            Dispatch {
                plan,
                begin,
                flow,
                tasks: task_in,
                turn: 0,
            }
            .all(sources());
        });
        for _ in 0..jobs {
            let (tasks, results) = (task_out.clone(), result_in.clone());
            scope.spawn(move || {
                let mut worker = Worker {
                    plan,
                    ingest: ingest::Options {
                        meter: None,
                        ..plan.ingest.clone()
                    },
                    begin,
                    work,
                    flow,
                    reader: Reader::new(plan.extract),
                    made: Vec::new(),
                    results,
                };
                while let Ok(ticket) = tasks.recv() {
                    // Never so many that another worker would be left without.
                    let more = (tasks.len() / (2 * jobs)).min(TAKEN - 1);
                    let flow = std::iter::once(ticket)
                        .chain(tasks.try_iter().take(more))
                        .try_for_each(|ticket| worker.perform(ticket));
                    if flow.is_break() || worker.flush().is_break() {
                        break;
                    }
                }
            });
        }
        drop((task_out, result_in));
        consume(&result_out, flow, &mut sink);
        // Dropping the end of the results stops the workers, closing the flow the dispatcher, if the sink broke.
        drop(result_out);
        flow.close();
    });
}

/// Puts the batches back in order.
fn consume<T, M>(
    results: &Receiver<Vec<Batch<T, M>>>,
    flow: &Flow,
    sink: &mut impl FnMut(Event<T, M>) -> ControlFlow<()>,
) {
    let mut waiting: BTreeMap<u64, Batch<T, M>> = BTreeMap::new();
    let mut turn = 0;
    loop {
        match results.recv_timeout(TICK) {
            // Out of turn there is one batch of a task at most: a worker waits for its turn with the second.
            Ok(batches) => waiting.extend(batches.into_iter().map(|batch| (batch.turn, batch))),
            Err(RecvTimeoutError::Timeout) => {
                if sink(Event::Tick).is_break() {
                    return;
                }
            }
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(batch) = waiting.remove(&turn) {
            for event in batch.events {
                if sink(event).is_break() {
                    return;
                }
            }
            if let Some(bytes) = batch.done {
                turn += 1;
                flow.next_turn(bytes);
            }
        }
    }
}

fn weight(text_bytes: usize) -> usize {
    BYTES_PER_ARTICLE + text_bytes.saturating_mul(BYTES_PER_BYTE)
}

/// Hands out the tasks.
struct Dispatch<'a, M, B> {
    plan: &'a Plan,
    begin: &'a B,
    flow: &'a Flow,
    tasks: Sender<Ticket<M>>,
    turn: u64,
}

impl<M, B> Dispatch<'_, M, B>
where
    B: Fn(&Source) -> Begin<M>,
{
    fn all(mut self, sources: impl Iterator<Item = Found>) {
        for found in sources {
            let flow = match found {
                Found::Skipped(skipped) => self.send(Task::Unread(skipped), 0),
                Found::Source(source) => match source.bytes {
                    Some(bytes) if bytes <= STREAMED_FROM => {
                        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                        self.send(Task::File(source), bytes)
                    }
                    _ => self.stream(source),
                },
            };
            if flow.is_break() {
                return;
            }
        }
    }

    fn stream(&mut self, source: Source) -> ControlFlow<()> {
        let options = &self.plan.ingest;
        let mark = match (self.begin)(&source) {
            Begin::Read(mark) => Arc::new(mark),
            Begin::Leave(mark) => {
                if let Some(meter) = &options.meter {
                    meter.end_whole(source.bytes.unwrap_or(0));
                }
                return self.send(Task::Left(source, mark), 0);
            }
        };
        let mut flow = ControlFlow::Continue(());
        let read = survive(|| {
            ingest::read(&source, options, &mut |item| {
                flow = match item {
                    Item::Article(article) => {
                        let bytes = article.text.len();
                        self.send(Task::Article(article, Arc::clone(&mark)), bytes)
                    }
                    Item::Skipped(skipped) => self.send(Task::Skipped(skipped), 0),
                };
                flow
            });
        });
        if let Err(reason) = read {
            flow = self.send(Task::Skipped(failed(&source, reason)), 0);
        }
        if let Some(meter) = &options.meter {
            meter.end_stream(source.bytes);
        }
        flow?;
        self.send(Task::End(source, mark), 0)
    }

    fn send(&mut self, task: Task<M>, text_bytes: usize) -> ControlFlow<()> {
        let bytes = weight(text_bytes);
        let turn = self.turn;
        self.turn += 1;
        if self.flow.enter(bytes) && self.tasks.send(Ticket { turn, bytes, task }).is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

/// Does the tasks, one after the other.
struct Worker<'a, T, M, B, W> {
    plan: &'a Plan,
    /// The plan's, but the meter counts what is streamed only: this one adds whole files to it.
    ingest: ingest::Options,
    begin: &'a B,
    work: &'a W,
    flow: &'a Flow,
    reader: Reader,
    /// What is to be sent with the next batch.
    made: Vec<Batch<T, M>>,
    results: Sender<Vec<Batch<T, M>>>,
}

impl<T, M, B, W> Worker<'_, T, M, B, W>
where
    M: Clone,
    B: Fn(&Source) -> Begin<M>,
    W: Fn(&mut Reader, Box<Article>, &M) -> T,
{
    fn perform(&mut self, ticket: Ticket<M>) -> ControlFlow<()> {
        let Ticket { turn, bytes, task } = ticket;
        let event = match task {
            Task::Article(article, mark) => self.guarded(article, &mark),
            Task::Skipped(skipped) => Event::Skipped(skipped),
            Task::Unread(skipped) => Event::Unread(skipped),
            Task::End(source, mark) => Event::End(
                source,
                Arc::try_unwrap(mark).unwrap_or_else(|m| (*m).clone()),
            ),
            Task::Left(source, mark) => Event::Left(source, mark),
            Task::File(source) => {
                let begin = (self.begin)(&source);
                if let Some(meter) = &self.plan.ingest.meter {
                    meter.end_whole(source.bytes.unwrap_or(0));
                }
                match begin {
                    Begin::Leave(mark) => Event::Left(source, mark),
                    Begin::Read(mark) => return self.file(turn, bytes, source, mark),
                }
            }
        };
        self.make(turn, vec![event], Some(bytes));
        ControlFlow::Continue(())
    }

    fn file(&mut self, turn: u64, bytes: usize, source: Source, mark: M) -> ControlFlow<()> {
        let mut events = Vec::new();
        let (mut held, mut sent) = (0, ControlFlow::Continue(()));
        let options = self.ingest.clone();
        let read = survive(|| {
            ingest::read(&source, &options, &mut |item| {
                events.push(match item {
                    Item::Article(article) => {
                        held += article.text.len();
                        self.guarded(article, &mark)
                    }
                    Item::Skipped(skipped) => Event::Skipped(skipped),
                });
                if held > HELD_BACK {
                    // More than fits: a small file that unpacked to many articles.
                    held = 0;
                    sent = self.part(turn, std::mem::take(&mut events));
                }
                sent
            });
        });
        sent?;
        if let Err(reason) = read {
            events.push(Event::Skipped(failed(&source, reason)));
        }
        events.push(Event::End(source, mark));
        self.make(turn, events, Some(bytes));
        ControlFlow::Continue(())
    }

    /// Sends what has been made of a task so far, when it is its turn: what comes before it must be on its way.
    fn part(&mut self, turn: u64, events: Vec<Event<T, M>>) -> ControlFlow<()> {
        self.flush()?;
        if !self.flow.await_turn(turn) {
            return ControlFlow::Break(());
        }
        self.make(turn, events, None);
        self.flush()
    }

    /// Does the work on an article; should it panic, that costs this article only.
    fn guarded(&mut self, article: Box<Article>, mark: &M) -> Event<T, M> {
        let origin = article.origin.clone();
        let (work, reader) = (self.work, &mut self.reader);
        match survive(|| work(reader, article, mark)) {
            Ok(done) => Event::Done(done),
            Err(reason) => {
                // Its buffers may be half written.
                self.reader = Reader::new(self.plan.extract);
                Event::Skipped(Skipped {
                    path: origin.path,
                    record: origin.record,
                    reason,
                    severity: Severity::Failure,
                })
            }
        }
    }

    fn make(&mut self, turn: u64, events: Vec<Event<T, M>>, done: Option<usize>) {
        self.made.push(Batch { turn, events, done });
    }

    /// Sends what has been made.
    fn flush(&mut self) -> ControlFlow<()> {
        match self.results.send(std::mem::take(&mut self.made)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

fn failed(source: &Source, reason: String) -> Skipped {
    Skipped {
        path: source.shown(),
        record: None,
        reason,
        severity: Severity::Failure,
    }
}

/// Runs `work`; a panic becomes a reason to skip the article, so that one article never costs the others.
fn survive<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let what = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        format!("whosaid failed on this article, please report it: {what}")
    })
}
