//! How present a person is to the reader: mentions add weight, sentences wear it down.

/// Weight left of a mention one sentence later.
const FADE: f32 = 0.62;
/// Most that mentions before the last sentence with one can weigh together.
const MOST_BEFORE: f32 = 2.0;
/// Mentions older than this many sentences are forgotten.
const MEMORY: u32 = 8;

/// What is known of a person while reading.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Salience {
    /// From the sentences before the last one with a mention, as of that sentence.
    before: f32,
    /// From that sentence: its heaviest mention, so that repeating a name in one sentence gains nothing.
    pub(super) here: f32,
    sentence: u32,
    pub(super) last_mention: u32,
    /// That mention stands in a quotation.
    pub(super) is_quoted: bool,
    pub(super) he: u16,
    pub(super) she: u16,
}

impl Salience {
    pub(super) fn add(&mut self, sentence: u32, weight: f32) {
        if sentence != self.sentence {
            self.before = self.at(sentence).min(MOST_BEFORE);
            self.here = 0.0;
            self.sentence = sentence;
        }
        self.here = self.here.max(weight);
    }

    /// The sentence of the last mention.
    pub(super) fn sentence(&self) -> u32 {
        self.sentence
    }

    /// The weight left in a later sentence.
    pub(super) fn at(&self, sentence: u32) -> f32 {
        let age = sentence.saturating_sub(self.sentence);
        if age > MEMORY {
            return 0.0;
        }
        (self.before + self.here) * FADE.powi(age as i32)
    }
}
