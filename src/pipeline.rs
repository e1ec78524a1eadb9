//! Articles in, results out: ingest, then work on every core, then one consumer that sees the results in input order.
//!
//! Order matters twice: `extract` prints one line an article in the order of its input, and of two articles with one
//! key the later one wins, on every machine alike. Memory is bounded by the number of tasks in flight, not by the size
//! of the corpus.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::article::{Article, Skipped};
use crate::extract::{self, Reader};
use crate::ingest::{self, Found, Item, Source};

/// Files up to this size (bytes) are read by the worker that extracts from them. Larger ones are taken to hold many
/// articles: the dispatcher streams them and hands out one article at a time.
const STREAMED_FROM: u64 = 1 << 20;

/// Tasks a worker may be ahead of the consumer.
const AHEAD: usize = 64;

/// What comes out of the pipeline.
#[derive(Debug)]
pub enum Event<T> {
    /// The work done on one article.
    Done(T),
    /// A file or record that was not taken.
    Skipped(Skipped),
    /// A source has been read to its end. Follows all of its events.
    SourceEnd(String),
}

/// One unit for a worker.
enum Task {
    /// Read this file and work on all of its articles.
    File(Source),
    /// Work on this article.
    Article(Box<Article>),
    /// Pass on in turn.
    Skipped(Skipped),
    /// Pass on in turn.
    SourceEnd(String),
}

/// Runs `work` over every article of `sources` (called on a thread of its own) on `jobs` threads and gives the events to `sink` in input order, until
/// it breaks. `work` gets a reader that belongs to its thread.
pub fn run<T, I, W, S>(
    sources: impl FnOnce() -> I + Send,
    ingest: &ingest::Options,
    extract: extract::Options,
    jobs: usize,
    work: W,
    mut sink: S,
) where
    T: Send,
    I: Iterator<Item = Found>,
    W: Fn(&mut Reader, Box<Article>) -> T + Sync,
    S: FnMut(Event<T>) -> ControlFlow<()>,
{
    let jobs = jobs.max(1);
    // A ticket is taken for every task and given back when its events have been consumed: the bound on memory.
    let (ticket_in, ticket_out) = sync_channel::<()>(jobs * AHEAD);
    let (task_in, task_out) = sync_channel::<(u64, Task)>(jobs * AHEAD);
    let (result_in, result_out) = sync_channel::<(u64, Vec<Event<T>>)>(jobs * AHEAD);
    let task_out = Mutex::new(task_out);
    thread::scope(|scope| {
        scope.spawn(move || dispatch(sources(), ingest, &ticket_in, &task_in));
        for _ in 0..jobs {
            let (task_out, result_in, work) = (&task_out, result_in.clone(), &work);
            scope.spawn(move || {
                let mut reader = Reader::new(extract);
                while let Some((turn, task)) = next_task(task_out) {
                    let events = perform(task, ingest, extract, &mut reader, work);
                    if result_in.send((turn, events)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(result_in);
        let mut waiting = BTreeMap::new();
        let mut turn = 0;
        'all: for (at, events) in &result_out {
            waiting.insert(at, events);
            while let Some(events) = waiting.remove(&turn) {
                turn += 1;
                // The dispatcher has put this ticket in before the task, so it is there.
                let _ = ticket_out.recv();
                for event in events {
                    if sink(event).is_break() {
                        break 'all;
                    }
                }
            }
        }
        // Dropping both ends stops workers and dispatcher if the sink broke.
        drop(result_out);
        drop(ticket_out);
    });
}

fn next_task(tasks: &Mutex<Receiver<(u64, Task)>>) -> Option<(u64, Task)> {
    // A poisoned lock means that another worker panicked while it waited; the channel itself is sound.
    tasks
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .recv()
        .ok()
}

fn dispatch(
    sources: impl Iterator<Item = Found>,
    ingest: &ingest::Options,
    tickets: &SyncSender<()>,
    tasks: &SyncSender<(u64, Task)>,
) {
    let mut turn = 0;
    let mut send = |task| {
        let sent = tickets.send(()).is_ok() && tasks.send((turn, task)).is_ok();
        turn += 1;
        if sent {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    };
    for found in sources {
        let flow = match found {
            Found::Skipped(skipped) => send(Task::Skipped(skipped)),
            Found::Source(source) if source.bytes.is_some_and(|n| n <= STREAMED_FROM) => {
                send(Task::File(source))
            }
            Found::Source(source) => {
                let mut flow = ControlFlow::Continue(());
                let read = survive(|| {
                    ingest::read(&source, ingest, &mut |item| {
                        flow = match item {
                            Item::Article(article) => send(Task::Article(article)),
                            Item::Skipped(skipped) => send(Task::Skipped(skipped)),
                        };
                        flow
                    });
                });
                if let Err(reason) = read {
                    flow = send(Task::Skipped(Skipped {
                        path: source.id.clone(),
                        record: None,
                        reason,
                    }));
                }
                if flow.is_continue() {
                    send(Task::SourceEnd(source.id.clone()))
                } else {
                    flow
                }
            }
        };
        if flow.is_break() {
            return;
        }
    }
}

fn perform<T, W>(
    task: Task,
    ingest: &ingest::Options,
    extract: extract::Options,
    reader: &mut Reader,
    work: &W,
) -> Vec<Event<T>>
where
    W: Fn(&mut Reader, Box<Article>) -> T,
{
    let mut guarded = |article: Box<Article>| {
        let origin = article.origin.clone();
        let done = survive(|| work(reader, article));
        done.map_or_else(
            |reason| {
                // Its buffers may be half written.
                *reader = Reader::new(extract);
                Event::Skipped(Skipped {
                    path: origin.path,
                    record: origin.record,
                    reason,
                })
            },
            Event::Done,
        )
    };
    match task {
        Task::Article(article) => vec![guarded(article)],
        Task::Skipped(skipped) => vec![Event::Skipped(skipped)],
        Task::SourceEnd(id) => vec![Event::SourceEnd(id)],
        Task::File(source) => {
            let mut events = Vec::new();
            let read = survive(|| {
                ingest::read(&source, ingest, &mut |item| {
                    events.push(match item {
                        Item::Article(article) => guarded(article),
                        Item::Skipped(skipped) => Event::Skipped(skipped),
                    });
                    ControlFlow::Continue(())
                });
            });
            if let Err(reason) = read {
                events.push(Event::Skipped(Skipped {
                    path: source.id.clone(),
                    record: None,
                    reason,
                }));
            }
            events.push(Event::SourceEnd(source.id));
            events
        }
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
