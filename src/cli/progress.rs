//! How far a long run is: a bar on a terminal, a line now and then elsewhere.

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::report::{self, counted};
use crate::ingest::{self, Found, Meter};

/// Time between two looks at the clock and the meter.
const SAMPLE: Duration = Duration::from_millis(500);
/// Samples that rate and time left are taken from: the last half minute.
const SAMPLES: usize = 60;
/// A run of less than this says nothing where there is no terminal.
const FIRST_LINE: Duration = Duration::from_secs(20);
/// Time between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(60);
/// Rate and time left are not told of less than this.
const SHORTEST: Duration = Duration::from_secs(2);

/// What there is to read, summed up on a thread of its own while the reading goes on.
#[derive(Debug, Default)]
struct Survey {
    bytes: AtomicU64,
    /// Has all been seen, and is its length known?
    complete: AtomicBool,
}

/// A moment of the run.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Instant,
    bytes: u64,
    articles: u64,
}

/// Shows how far a run is.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    survey: Arc<Survey>,
    meter: Meter,
    samples: VecDeque<Sample>,
    next_line: Instant,
}

impl Progress {
    /// Begins to show progress over `paths`, as far as the meter counts it.
    pub(super) fn start(paths: &[PathBuf], options: &ingest::Options, meter: Meter) -> Self {
        let survey = Arc::new(Survey::default());
        let (shared, paths, options) = (Arc::clone(&survey), paths.to_vec(), options.clone());
        // Ends by itself, and nobody waits for it.
        std::thread::spawn(move || shared.take(&paths, &options));
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let now = Instant::now();
        Self {
            bar,
            survey,
            meter,
            samples: VecDeque::from([Sample {
                at: now,
                bytes: 0,
                articles: 0,
            }]),
            next_line: now + FIRST_LINE,
        }
    }

    /// So many articles are done. Cheap enough to be called for each.
    pub(super) fn at(&mut self, articles: u64) {
        let now = Instant::now();
        if self.samples.back().is_some_and(|s| now - s.at < SAMPLE) {
            return;
        }
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample {
            at: now,
            bytes: self.meter.position(),
            articles,
        });
        let state = self.state();
        if let Some(bar) = &self.bar {
            if let Some(share) = state.share {
                if bar.length().is_none() {
                    bar.set_length(1000);
                    bar.set_style(style("{bar:24} {percent:>3} %  {msg}"));
                }
                bar.set_position((share * 1000.0) as u64);
            }
            bar.set_message(state.words());
        } else if now >= self.next_line {
            self.next_line = now + BETWEEN_LINES;
            let share = state.share.map(|share| format!("{:.0} %, ", share * 100.0));
            report::line(&format!("{}{}", share.unwrap_or_default(), state.words()));
        }
    }

    /// Runs what writes to the terminal while the bar steps aside.
    pub(super) fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn state(&self) -> State {
        let (Some(first), Some(last)) = (self.samples.front(), self.samples.back()) else {
            return State::default();
        };
        let took = last.at - first.at;
        let total = self.survey.total();
        let known = (took >= SHORTEST).then_some(took.as_secs_f64());
        State {
            articles: last.articles,
            rate: known.map(|took| (last.articles - first.articles) as f64 / took),
            share: total.map(|total| (last.bytes as f64 / total.max(1) as f64).min(1.0)),
            left: known.zip(total).and_then(|(took, total)| {
                let rate = (last.bytes - first.bytes) as f64 / took;
                let left = total.saturating_sub(last.bytes) as f64;
                (rate > 0.0).then(|| Duration::from_secs_f64((left / rate).min(1e8)))
            }),
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Survey {
    fn take(&self, paths: &[PathBuf], options: &ingest::Options) {
        for found in ingest::walk(paths, options) {
            let Found::Source(source) = found else {
                continue;
            };
            let length = source.bytes.or_else(|| {
                // What is read from standard input may be a file all the same.
                let meta = std::fs::metadata(Path::new("/dev/stdin")).ok()?;
                meta.is_file().then_some(meta.len())
            });
            let Some(length) = length else { return };
            self.bytes.fetch_add(length, Ordering::Relaxed);
        }
        self.complete.store(true, Ordering::Release);
    }

    fn total(&self) -> Option<u64> {
        let complete = self.complete.load(Ordering::Acquire);
        complete.then(|| self.bytes.load(Ordering::Relaxed))
    }
}

/// What there is to say.
#[derive(Debug, Default)]
struct State {
    articles: u64,
    /// Articles a second.
    rate: Option<f64>,
    /// Of the bytes, from 0 to 1.
    share: Option<f64>,
    left: Option<Duration>,
}

impl State {
    fn words(&self) -> String {
        let mut words = counted(self.articles, "article", "articles");
        if let Some(rate) = self.rate {
            let digits = usize::from(rate < 10.0);
            words.push_str(&format!(", {rate:.digits$} a second"));
        }
        if let Some(left) = self.left {
            words.push_str(&format!(", {} left", rough(left)));
        }
        words
    }
}

/// A duration as a person would say it.
fn rough(duration: Duration) -> String {
    match duration.as_secs() {
        0..90 => format!("{} s", duration.as_secs()),
        s @ 90..5400 => format!("{} min", (s + 30) / 60),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{State, rough};

    #[test]
    fn states_are_said_in_words() {
        let mut state = State {
            articles: 12_345,
            ..State::default()
        };
        assert_eq!(state.words(), "12,345 articles");
        state.rate = Some(310.4);
        state.left = Some(Duration::from_secs(100));
        assert_eq!(state.words(), "12,345 articles, 310 a second, 2 min left");
        assert_eq!(rough(Duration::from_secs(89)), "89 s");
        assert_eq!(rough(Duration::from_secs(7_260)), "2 h 1 min");
    }
}
