//! Finds the spans of statements: cue, source and content.
//!
//! Stage 1 ([`spans`]) labels every unit of the text as source, cue or content. Stage 2 ([`arguments`]) takes each
//! possible cue and labels its own source and content around it, knowing what stage 1 thinks; [`decode`] draws
//! labellings from it and keeps what most of them agree on. With [`Options::fast`], stage 1's spans are linked by
//! distance instead ([`link`]).

pub mod arguments;
pub mod crf;
pub mod decode;
pub mod link;
pub mod spans;
pub mod view;
pub mod weights;
pub mod words;

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::Options;
use super::model_file::{ModelError, ModelFile};
use super::quotes::Region;
use super::token::Tokens;
use super::word_types::Remembered;
use arguments::Cue;
use arguments::frame::{Frame, Shared};
use arguments::score::{self, Dense, Scorer};
use crf::{Lattice, Rng};
use decode::{Decision, Decoder, Sequence, Settings};
use link::Linker;
use spans::{Labelling, Stage1};
use view::View;
use weights::Model;
use words::{Lexicon, Vocabulary};

/// Cue, source and content that belong together, as token ranges in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attribution {
    /// What was said. Empty for a refusal to comment.
    pub content: Vec<Range<u32>>,
    /// The reporting words.
    pub cue: Vec<Range<u32>>,
    /// The source as printed; empty if the text names none.
    pub source: Vec<Range<u32>>,
    /// Probability that content and source are both right.
    pub score: f32,
    /// The rule or model that found it.
    pub found_by: &'static str,
}

/// The trained weights of both stages.
#[derive(Clone, Debug)]
pub struct StatementModel {
    /// Labels units as source, cue or content.
    pub stage1: Model,
    /// Labels the source and content of one cue.
    pub stage2: Model,
    /// Rows of stage 2 that are found without hashing.
    pub dense: Dense,
    /// Words that are often cues.
    pub lexicon: Lexicon,
    /// What stage 1 makes of word types.
    sums1: Remembered<spans::TypeSums>,
    /// What stage 2 makes of them.
    sums2: Remembered<Arc<score::TypeSums>>,
}

impl StatementModel {
    /// A model of its parts.
    #[must_use]
    pub fn new(stage1: Model, stage2: Model, lexicon: Lexicon) -> Self {
        Self {
            dense: Dense::build(&stage2),
            stage1,
            stage2,
            lexicon,
            sums1: Remembered::most(spans::REMEMBERED),
            sums2: Remembered::most(score::REMEMBERED),
        }
    }

    /// As the bytes of a model file.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] if it is too large for one.
    pub fn to_file(&self) -> Result<Vec<u8>, ModelError> {
        let mut file = ModelFile::default();
        file.push("stage1", self.stage1.to_bytes());
        file.push("stage2", self.stage2.to_bytes());
        file.push("lexicon", self.lexicon.to_bytes());
        file.pack()
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] if the file is no statement model, is of another version, or damaged.
    pub fn from_file(bytes: &[u8]) -> Result<Self, ModelError> {
        let file = ModelFile::unpack(bytes)?;
        Ok(Self::new(
            Model::read(file.section("stage1")?)?,
            Model::read(file.section("stage2")?)?,
            Lexicon::read(file.section("lexicon")?)?,
        ))
    }
}

/// The file of the model, as it is in the binary.
pub(super) static FILE: &[u8] = include_bytes!("../model/statements.bin");

static BUILT_IN: LazyLock<Option<Arc<StatementModel>>> =
    LazyLock::new(|| StatementModel::from_file(FILE).ok().map(Arc::new));

/// The statement tagger with its buffers: keep one a thread.
#[derive(Debug, Default)]
pub struct Tagger {
    /// `None` until first use, then the built-in model unless another was given.
    model: Option<Arc<StatementModel>>,
    /// How stage 2 decides.
    pub settings: Settings,
    vocabulary: Vocabulary,
    view: View,
    stage1: Stage1,
    labelling: Labelling,
    shared: Shared,
    cues: Vec<Cue>,
    frame: Frame,
    scorer: Scorer,
    lattice: Lattice,
    decoder: Decoder,
    linker: Linker,
}

impl Tagger {
    /// A tagger with a model of one's own.
    #[must_use]
    pub fn with_model(model: Arc<StatementModel>) -> Self {
        Self {
            model: Some(model),
            ..Self::default()
        }
    }

    /// Gives the buffers back.
    pub fn let_go(&mut self) {
        *self = Self {
            model: self.model.take(),
            settings: self.settings,
            ..Self::default()
        };
    }

    /// The attributions of an article, by first token of the cue.
    #[must_use]
    pub fn attributions(
        &mut self,
        tokens: &Tokens<'_>,
        quotes: &[Region],
        options: Options,
    ) -> Vec<Attribution> {
        let Some(model) = self.model.clone().or_else(|| BUILT_IN.clone()) else {
            return Vec::new();
        };
        self.label(&model, tokens, quotes, options.precision);
        let (decisions, found_by) = if options.fast {
            (self.linker.decide(&self.view, &self.labelling), "link")
        } else {
            (self.decide(&model, options.precision), "tagger")
        };
        let ranges = |spans: &[(u32, u32)]| {
            spans
                .iter()
                .map(|&(a, b)| self.view.token_range(&(a..b)))
                .collect()
        };
        decisions
            .iter()
            .map(|d| Attribution {
                content: ranges(&d.content),
                cue: ranges(&[d.cue]),
                source: ranges(&d.source),
                score: d.score,
                found_by,
            })
            .collect()
    }

    /// View and stage 1.
    fn label(&mut self, model: &StatementModel, tokens: &Tokens<'_>, quotes: &[Region], bias: f32) {
        self.view
            .build(tokens, quotes, &mut self.vocabulary, &model.lexicon);
        self.stage1.run(
            &model.stage1,
            &model.sums1,
            &self.view,
            &self.vocabulary,
            bias,
            &mut self.labelling,
        );
    }

    /// Stage 2.
    fn decide(&mut self, model: &StatementModel, bias: f32) -> Vec<Decision> {
        self.shared.build(&self.view, &self.labelling);
        self.scorer.begin(&self.view);
        arguments::candidates(
            &self.view,
            &self.labelling,
            self.settings.candidate,
            &mut self.cues,
        );
        let transitions = model.stage2.transitions();
        let mut out = Vec::new();
        for (k, cue) in self.cues.iter().enumerate() {
            self.frame.build(
                &self.view,
                &self.vocabulary,
                &self.labelling,
                cue,
                &self.cues,
            );
            self.scorer.run(
                &model.stage2,
                &model.dense,
                &model.sums2,
                &self.view,
                &self.vocabulary,
                &self.shared,
                &self.frame,
                bias,
            );
            let (scores, edges) = (&self.scorer.scores, &self.scorer.edges);
            self.lattice.forward(transitions, scores, edges);
            if self.lattice.all_outside(transitions, scores, edges) > self.settings.null {
                continue;
            }
            self.lattice.prepare_samples(transitions, edges);
            // seeded by place, so that one cue's draws do not move another's
            let mut rng = Rng::new(0x5EED_0000 + k as u64);
            let sequence = Sequence {
                lattice: &self.lattice,
                transitions,
                edges,
                view: &self.view,
                low: self.frame.low,
            };
            let decision = self.decoder.decide(&self.settings, &sequence, &mut rng);
            out.extend(decision.map(|d| Decision {
                cue: (cue.begin, cue.end),
                ..d
            }));
        }
        decode::settle(&self.view, &self.settings, out)
    }
}
