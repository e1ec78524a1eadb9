//! `whosaid check`: was it said so?

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::answer::statement;
use super::show::{self, DIM, SPEAKER};
use super::{DONE, NOTHING};
use crate::search::{Change, Op, Searcher, Verdict};

/// Check a quotation: verbatim, altered, truncated, said by somebody else, only reported, or not found
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  whosaid check 'A ferry is a promise you make every forty minutes'
  whosaid check -s Brandt 'We will have a promise and no ferry' --json

Exit codes: 0 verbatim or truncated, 1 anything else.")]
pub(super) struct Args {
    /// The words, with or without quotation marks
    #[arg(required = true, value_name = "QUOTATION")]
    words: Vec<String>,
    /// Who is supposed to have said it
    #[arg(short, long, value_name = "NAME")]
    speaker: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, index: &Path) -> Result<u8> {
    let checked = Searcher::open(index)?.check(&args.words.join(" "), args.speaker.as_deref())?;
    let mut out = anstream::stdout().lock();
    let code = match checked.verdict {
        Verdict::Verbatim | Verdict::Truncated => DONE,
        Verdict::Altered | Verdict::OtherSpeaker | Verdict::OnlyIndirect | Verdict::NotFound => {
            NOTHING
        }
    };
    if args.json {
        serde_json::to_writer_pretty(&mut out, &checked)?;
        writeln!(out)?;
        return Ok(code);
    }
    writeln!(out, "{SPEAKER}{}{SPEAKER:#}\n", sentence(checked.verdict))?;
    for source in &checked.sources {
        statement(&mut out, &source.statement, false, false)?;
        if source.diff.iter().any(|c| c.op != Op::Same) {
            let line = format!("{}: {}", sentence(source.verdict), diff(&source.diff));
            writeln!(out, "{DIM}{}{DIM:#}\n", show::wrapped(&line, 4))?;
        }
    }
    for article in &checked.elsewhere {
        writeln!(
            out,
            "in the text of {}, as nobody's statement",
            show::one_line(&article.origin.path)
        )?;
    }
    Ok(code)
}

fn sentence(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Verbatim => "Verbatim: printed so",
        Verdict::Truncated => "Truncated: printed so, but more was said",
        Verdict::Altered => "Altered: printed with other words",
        Verdict::OtherSpeaker => "Somebody else's: printed as another person's words",
        Verdict::OnlyIndirect => "Only reported: printed in indirect speech",
        Verdict::NotFound => "Not found",
    }
}

/// Pasted words that are not printed in [- -], printed ones that were not pasted in {+ +}.
pub(super) fn diff(changes: &[Change]) -> String {
    let parts: Vec<String> = changes
        .iter()
        .map(|change| match change.op {
            Op::Same => show::one_line(&change.text),
            Op::Pasted => format!("[-{}-]", show::one_line(&change.text)),
            Op::Printed => format!("{{+{}+}}", show::one_line(&change.text)),
        })
        .collect();
    parts.join(" ")
}
