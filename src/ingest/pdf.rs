//! PDF documents: their text, page after page.
//!
//! What reads them was made to fail loudly on a document that it does not understand, and a document may be made to cost
//! any time and memory. So it is done by a process of its own, the same program with a hidden command, which has limits
//! on both: a hostile document costs only itself. Needs the feature `pdf`.
//!
//! A PDF knows glyphs on a page, no words and no paragraphs. Spans lead into the text as it was put together here.

use std::ops::ControlFlow;

use super::draft::{Draft, Output};

/// What it is, for a list of formats.
pub(super) const DESCRIPTION: &str = if cfg!(feature = "pdf") {
    "PDF document: its text, page after page"
} else {
    "PDF document: not read by this whosaid, which was built without `--features pdf`"
};

/// Bytes of a document, as a multiple of the longest article: pictures and fonts are in it too.
pub(super) const WRAPPER: usize = 8;

/// Reads a document.
pub(super) fn read(out: &mut Output<'_>, bytes: Vec<u8>) -> ControlFlow<()> {
    let draft = Draft::of(&bytes);
    match text(out, bytes) {
        Ok(text) => out.article(Draft { text, ..draft }),
        Err(why) => out.skip(None, why),
    }
}

#[cfg(not(feature = "pdf"))]
fn text(_: &Output<'_>, _: Vec<u8>) -> Result<String, String> {
    Err(
        "is a PDF document: this whosaid was built without `--features pdf`, which reads them"
            .to_owned(),
    )
}

#[cfg(feature = "pdf")]
fn text(out: &Output<'_>, bytes: Vec<u8>) -> Result<String, String> {
    let Some(program) = &out.options.pdf_reader else {
        return Err("is a PDF document, and there is no program to read it".to_owned());
    };
    let pages = process::ask(program, bytes, out.options.max_article_bytes)?;
    Ok(story(&pages))
}

#[cfg(feature = "pdf")]
pub use process::answer;

/// One text of all pages, its lines joined to paragraphs.
#[cfg(any(feature = "pdf", test))]
fn story(pages: &[String]) -> String {
    let mut text = String::new();
    for page in pages {
        let longest = page.lines().map(|l| l.trim().len()).max().unwrap_or(0);
        for paragraph in page.split("\n\n") {
            let mut before: Option<&str> = None;
            for line in paragraph.lines().map(str::trim) {
                if line.is_empty() {
                    continue;
                }
                if let Some(before) = before {
                    join(&mut text, before, line, longest);
                }
                text.push_str(line);
                before = Some(line);
            }
            if before.is_some() {
                text.push_str("\n\n");
            }
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// Puts between two lines what belongs there: a line that was cut at the margin goes on, one that ended earlier does not.
#[cfg(any(feature = "pdf", test))]
fn join(text: &mut String, before: &str, line: &str, longest: usize) {
    let goes_on = line.chars().next().is_some_and(char::is_lowercase);
    let broken = before.strip_suffix('-').is_some_and(|word| {
        // "sea-" and "7-" are no halves of words unless the other half follows.
        goes_on && word.chars().next_back().is_some_and(char::is_lowercase)
    });
    if broken {
        text.pop();
    } else if goes_on || before.len() * 4 >= longest * 3 {
        text.push(' ');
    } else {
        text.push('\n');
    }
}

#[cfg(feature = "pdf")]
mod process {
    use std::io::{self, Read, Write};
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::thread;
    use std::time::Duration;

    use serde::{Deserialize, Serialize};

    /// The command of the program that reads a document from standard input.
    const COMMAND: &str = "pdf-text";
    /// Longest time for a document.
    const TIME: Duration = Duration::from_secs(30);
    /// Most memory for a document, in bytes.
    #[cfg(unix)]
    const MEMORY: u64 = 512 << 20;
    /// JSON may be so many times as long as the text in it.
    const ESCAPED: usize = 2;

    /// What the process answers, on the last line of its output.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Answer {
        Pages(Vec<String>),
        Failed(String),
    }

    /// The pages of a document, read by a process of its own.
    pub(super) fn ask(
        program: &Path,
        document: Vec<u8>,
        most: usize,
    ) -> Result<Vec<String>, String> {
        let child = Command::new(program)
            .arg(COMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.map_err(|e| format!("what reads PDF documents cannot start: {e}"))?;
        let heard = listen(&mut child, document, most.saturating_mul(ESCAPED));
        // Whatever it is still at.
        let _ = child.kill();
        let _ = child.wait();
        let heard = heard?;
        let last = heard.trim_ascii_end().rsplit(|byte| *byte == b'\n').next();
        match serde_json::from_slice(last.unwrap_or_default()) {
            Ok(Answer::Pages(pages)) => Ok(pages),
            Ok(Answer::Failed(why)) => Err(format!("the PDF document is damaged: {why}")),
            Err(_) => Err(
                "the PDF document is damaged, or takes more memory than a document may".to_owned(),
            ),
        }
    }

    fn listen(child: &mut Child, document: Vec<u8>, most: usize) -> Result<Vec<u8>, String> {
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("what reads PDF documents cannot be talked to".to_owned());
        };
        // Both end with the process, which is killed at the latest when the time is up.
        thread::spawn(move || stdin.write_all(&document));
        let (sender, receiver) = channel();
        thread::spawn(move || {
            let mut heard = Vec::new();
            let read = stdout.take(most as u64 + 1).read_to_end(&mut heard);
            // Nobody listens any more when the time is up.
            let _ = sender.send(read.map(|_| heard));
        });
        match receiver.recv_timeout(TIME) {
            Ok(Ok(heard)) if heard.len() > most => {
                Err("its text is longer than any article".to_owned())
            }
            Ok(heard) => heard.map_err(|e| super::super::open::explain(&e)),
            Err(RecvTimeoutError::Timeout) => Err(format!(
                "the PDF document takes more than {} seconds to read",
                TIME.as_secs()
            )),
            Err(RecvTimeoutError::Disconnected) => {
                Err("what reads PDF documents has died".to_owned())
            }
        }
    }

    /// The other side: reads a document from standard input, within the limits, and prints its pages or what is wrong
    /// with it as a line of JSON.
    ///
    /// # Errors
    /// If standard input or output fails.
    pub fn answer() -> io::Result<()> {
        limit();
        let mut document = Vec::new();
        io::stdin().lock().read_to_end(&mut document)?;
        let read =
            std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem_by_pages(&document));
        let answer = match read {
            Ok(Ok(pages)) => Answer::Pages(pages),
            Ok(Err(error)) => Answer::Failed(error.to_string()),
            Err(_) => Answer::Failed("it is not what it should be".to_owned()),
        };
        let json = serde_json::to_string(&answer)?;
        // What reads it may have printed something too, and left the line open.
        let mut out = io::stdout().lock();
        writeln!(out, "\n{json}")?;
        out.flush()
    }

    #[cfg(unix)]
    fn limit() {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let time = TIME.as_secs();
        for (resource, most) in [
            (Resource::Data, MEMORY),
            (Resource::Cpu, time),
            (Resource::Core, 0),
        ] {
            let limit = Rlimit {
                current: Some(most),
                maximum: Some(most),
            };
            // Where a limit cannot be had, the time still ends it.
            let _ = setrlimit(resource, limit);
        }
    }

    #[cfg(not(unix))]
    fn limit() {}
}

#[cfg(test)]
mod tests {
    use super::story;

    #[test]
    fn lines_become_paragraphs() {
        let page = "Ferry stays in port\nBy Ilse Brandt\n\nThe night ferry will not sail before the har-\nbour is \
            dredged, said Ana Ruiz, and nobody knows\nwhen that may be.\nA second vessel is for sale.\n\n";
        assert_eq!(
            story(&[page.to_owned(), "Page two.\n".to_owned()]),
            "Ferry stays in port\nBy Ilse Brandt\n\nThe night ferry will not sail before the harbour is dredged, said Ana \
            Ruiz, and nobody knows when that may be.\nA second vessel is for sale.\n\nPage two."
        );
    }
}
