//! The fields of the index: the only place that names them.
//!
//! A change here is a change of format: raise [`SCHEMA_VERSION`](super::SCHEMA_VERSION).

use std::sync::LazyLock;

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use super::analysis::Analyzer;

/// Value of [`Fields::doc`] on a statement's document.
pub const STATEMENT: &str = "s";
/// Value of [`Fields::doc`] on an article's document.
pub const ARTICLE: &str = "a";
/// Value of [`Fields::doc`] on the document of a file that was read: no search looks for it.
pub const FILE: &str = "f";

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $make:expr;)+) => {
        /// A handle on every field.
        #[derive(Clone, Copy, Debug)]
        pub struct Fields {
            $($(#[$doc])* pub $name: Field,)+
        }

        fn build() -> (Schema, Fields) {
            let mut builder = Schema::builder();
            let fields = Fields {
                $($name: {
                    let make: fn(&mut SchemaBuilder, &str) -> Field = $make;
                    make(&mut builder, stringify!($name))
                },)+
            };
            (builder.build(), fields)
        }
    };
}

fields! {
    /// [`STATEMENT`], [`ARTICLE`] or [`FILE`].
    doc: code;
    /// The article's key, on all documents of the article: what an update deletes by.
    key: code;
    /// Id of the statement; on an article its key.
    id: code;
    /// Upper half of the key as a number: articles are told apart by it in counts.
    key_high: column;
    /// Lower half of the key.
    key_low: column;
    /// Upper half of the fingerprint of an article's content and of what read it; articles only.
    print_high: column;
    /// Lower half of the fingerprint.
    print_low: column;
    /// The file it came from, see [`source_number`](super::source_number); articles only.
    source: number;
    /// The same for all versions of one article: upper half of the key of the first; articles only.
    story: number;
    /// Number of the version, from 1, where an index keeps more than the last.
    version: column;
    /// What near-copies of an article have nearly the same of, see `sketch.rs`; articles only.
    sketch: column;
    /// Decides ties and is the same in every index of the same articles.
    order: column;
    /// The same for copies of one quotation by one speaker; statements only.
    family: number;
    /// Hashes of the speaker and of the words in order, for copies that are not quite the same; see
    /// [`families`](super::families).
    quotation: column;

    /// What was said, stemmed.
    content: stems;
    /// What was said, for phrases.
    content_exact: |b, n| text(b, n, Analyzer::Exact);
    /// The sentences around it, stemmed; without what was said, so that no word counts twice.
    context: stems;
    /// The same for phrases, with what was said, so that a phrase may run over the quotation mark.
    context_exact: |b, n| text(b, n, Analyzer::Exact);
    /// Headline, stemmed.
    title: stems;
    /// Headline, for phrases.
    title_exact: |b, n| text(b, n, Analyzer::Exact);
    /// Text of an article, stemmed; a field of its own, for average lengths to mean something.
    body: stems;
    /// Text of an article, for phrases.
    body_exact: |b, n| text(b, n, Analyzer::Exact);

    /// Canonical names of the speakers: one on a statement, all of them on an article.
    speaker: shown;
    /// Keys of these names, see [`names::key`](super::names::key).
    speaker_key: whole;
    /// Every form of the speaker's name in the article.
    speaker_text: |b, n| text(b, n, Analyzer::Name);
    /// What an article says of each person and organisation in it, for telling people apart across articles; see
    /// [`people`](super::people). Articles only.
    entity: shown;
    /// What sort of source.
    speaker_type: whole;
    /// Role as printed.
    role: whole;
    /// Every role printed for the speaker, stemmed.
    role_text: |b, n| text(b, n, Analyzer::Stem);
    /// Organisations that the speaker is or speaks for.
    org: whole;
    /// The same, for names as typed.
    org_text: |b, n| text(b, n, Analyzer::Name);
    /// Whom a spokesperson speaks for.
    behalf_text: |b, n| text(b, n, Analyzer::Name);

    /// Reporting words, stemmed.
    cue: |b, n| text(b, n, Analyzer::Stem);
    /// Direct, mixed or indirect.
    kind: whole;
    /// Attitude of the cue.
    stance: whole;
    /// Who was told.
    addressee_text: |b, n| text(b, n, Analyzer::Name);
    /// Through what, as printed.
    medium: whole;
    /// Through what, for words.
    medium_text: |b, n| text(b, n, Analyzer::Name);
    /// People, organisations and places named in what was said; in an article, all of them.
    about: whole;
    /// Every form of these names.
    about_text: |b, n| text(b, n, Analyzer::Name);

    /// First day on which it may have been said, in days since 1970-01-01; the publication's where the text is silent.
    said_from: day;
    /// Last day on which it may have been said.
    said_to: day;
    /// First day on which the article may have been published.
    published_from: day;
    /// Last day on which it may have been published.
    published_to: day;
    /// Month (`2025-11`) of the said interval, if it lies in one.
    month: whole;
    /// Year of the said interval, if it lies in one.
    year: whole;

    /// Paths of all places of the document and of the places above them: where it was said, dateline, talked about.
    place: whole;
    /// Names of these, each step of a path a value.
    place_text: |b, n| text(b, n, Analyzer::Name);
    /// Names of the place of utterance and those above it only.
    said_in_text: |b, n| text(b, n, Analyzer::Name);
    /// Names of the dateline's place and those above it only.
    dateline_text: |b, n| text(b, n, Analyzer::Name);

    /// Who published it.
    outlet: whole;
    /// The same, for words.
    outlet_text: |b, n| text(b, n, Analyzer::Name);
    /// Authors.
    byline: whole;
    /// Authors, for names as typed.
    byline_text: |b, n| text(b, n, Analyzer::Name);
    /// ISO 639-1 code.
    language: whole;

    /// Probability that content and source are right, in thousandths.
    confidence: column;
    /// Everything that an answer shows: see [`stored`](super::stored).
    stored: |b, n| b.add_bytes_field(n, STORED);
}

/// One term, searched whole.
fn code(builder: &mut SchemaBuilder, name: &str) -> Field {
    builder.add_text_field(name, STRING)
}

/// One term, searched whole, counted in facets.
fn whole(builder: &mut SchemaBuilder, name: &str) -> Field {
    builder.add_text_field(name, STRING | FAST)
}

/// A value read from its column only.
fn shown(builder: &mut SchemaBuilder, name: &str) -> Field {
    builder.add_text_field(name, FAST)
}

/// A number that documents are looked up by.
fn number(builder: &mut SchemaBuilder, name: &str) -> Field {
    builder.add_u64_field(name, INDEXED | FAST)
}

/// A number that is read of documents at hand; ranges of it are found by its column.
fn column(builder: &mut SchemaBuilder, name: &str) -> Field {
    builder.add_u64_field(name, FAST)
}

/// The same for days.
fn day(builder: &mut SchemaBuilder, name: &str) -> Field {
    builder.add_i64_field(name, FAST)
}

/// Stems without their positions: phrases are looked for in the field of exact words beside it.
fn stems(builder: &mut SchemaBuilder, name: &str) -> Field {
    words(builder, name, Analyzer::Stem, IndexRecordOption::WithFreqs)
}

fn text(builder: &mut SchemaBuilder, name: &str, analyzer: Analyzer) -> Field {
    words(
        builder,
        name,
        analyzer,
        IndexRecordOption::WithFreqsAndPositions,
    )
}

fn words(
    builder: &mut SchemaBuilder,
    name: &str,
    analyzer: Analyzer,
    option: IndexRecordOption,
) -> Field {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(analyzer.as_str())
        .set_index_option(option)
        .set_fieldnorms(true);
    builder.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
}

static BUILT: LazyLock<(Schema, Fields)> = LazyLock::new(build);

/// The handles.
#[must_use]
pub fn fields() -> &'static Fields {
    &BUILT.1
}

/// The schema as the engine wants it.
#[must_use]
pub fn schema() -> &'static Schema {
    &BUILT.0
}

/// Name of a field, for reading its column.
#[must_use]
pub fn name(field: Field) -> &'static str {
    BUILT.0.get_field_name(field)
}
