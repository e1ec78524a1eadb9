//! `whosaid people` and `whosaid places`: the entities of articles, coloured in their text, for an editor to judge.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Result;

use super::ingest::Input;
use super::show::{self, DIM, PERSON, PLACE};
use super::{DONE, NOTHING, report};
use crate::article::{Article, Reading};
use crate::extract::Reader;
use crate::ingest::{self, Found, Item};

/// Show who is named in files, coloured in the text, with roles and other names
#[derive(Debug, clap::Args)]
pub(super) struct PeopleArgs {
    #[command(flatten)]
    input: Input,
}

/// Show which places files name, coloured in the text, and where they are
#[derive(Debug, clap::Args)]
pub(super) struct PlacesArgs {
    #[command(flatten)]
    input: Input,
}

pub(super) fn people(args: &PeopleArgs) -> Result<u8> {
    each(&args.input, |out, article, reading| {
        for (i, person) in reading.people.iter().enumerate() {
            let mut line = format!("{PERSON}{}{PERSON:#}", person.name);
            if let Some(role) = &person.role {
                line += &format!(", {}", show::one_line(role));
            }
            let aliases = distinct(article, &person.mentions, &person.name);
            if !aliases.is_empty() {
                line += &format!("  {DIM}also {}{DIM:#}", aliases.join(", "));
            }
            line += &format!(
                "  {DIM}p{} · {} mentions, {} pronouns and nominals{DIM:#}",
                i + 1,
                person.mentions.len(),
                person.coreferences.len()
            );
            for &other in &person.ambiguous_with {
                line += &format!("  {DIM}or is it p{}?{DIM:#}", other + 1);
            }
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

pub(super) fn places(args: &PlacesArgs) -> Result<u8> {
    each(&args.input, |out, article, reading| {
        for place in &reading.places {
            let mut line = format!("{PLACE}{}{PLACE:#}", place.name);
            match (place.lat, place.lon, place.geonames) {
                (Some(lat), Some(lon), id) => {
                    line += &format!("  {}  {DIM}{lat:.2}, {lon:.2}", place.path.join(" › "));
                    line += &id.map(|id| format!(" · GeoNames {id}")).unwrap_or_default();
                    line += &format!("{DIM:#}");
                }
                _ => line += &format!("  {DIM}not in the gazetteer{DIM:#}"),
            }
            let aliases = distinct(article, &place.mentions, &place.name);
            if !aliases.is_empty() {
                line += &format!("  {DIM}as {}{DIM:#}", aliases.join(", "));
            }
            line += &match (place.mentions.len(), place.nested.len()) {
                (_, 0) => String::new(),
                (0, n) => format!("  {DIM}only inside of {n} name{}{DIM:#}", plural(n)),
                (_, n) => format!("  {DIM}and inside of {n} name{}{DIM:#}", plural(n)),
            };
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// The forms of `mentions` other than `name`, once each.
fn distinct(article: &Article, mentions: &[crate::text::Span], name: &str) -> Vec<String> {
    let mut forms: Vec<String> = Vec::new();
    for mention in mentions {
        let form = show::one_line(mention.of(&article.text));
        if form != name && !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

fn each(
    input: &Input,
    list: impl Fn(&mut Vec<u8>, &Article, &Reading) -> Result<()>,
) -> Result<u8> {
    let options = input.ingest();
    let mut reader = Reader::new(input.extract());
    let mut articles = 0;
    let mut failure = Ok(());
    let mut view = |article: &Article| -> Result<()> {
        let reading = reader.read(article);
        let mut out = Vec::new();
        show::entities(&mut out, article, &reading)?;
        writeln!(out)?;
        list(&mut out, article, &reading)?;
        writeln!(out)?;
        Ok(anstream::stdout().lock().write_all(&out)?)
    };
    for found in ingest::walk(&input.paths, &options) {
        match found {
            Found::Skipped(what) => report::skipped(&what),
            Found::Source(source) => ingest::read(&source, &options, &mut |item| {
                match item {
                    Item::Skipped(what) => report::skipped(&what),
                    Item::Article(article) => {
                        articles += 1;
                        failure = view(&article);
                    }
                }
                if failure.is_ok() {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            }),
        }
    }
    failure?;
    Ok(if articles > 0 { DONE } else { NOTHING })
}
