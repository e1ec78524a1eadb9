//! How well extraction and search do, against annotations.
//!
//! [`score`] compares the reading of articles with gold annotations, layer by layer, and [`rankings`] the answers to
//! queries with the answers that people expect.
//!
//! What is counted:
//!
//! - *source, cue, content exact*: each contiguous span, equal after white space, quotation marks and punctuation at
//!   both ends are dropped: the unit of the exact F1 in the PolNeAR literature.
//! - *statement*: one-to-one pairs of gold and predicted statements, best overlap first. `found`: the contents share
//!   half of their words (intersection over union); `said`: found, and the sources overlap, or both have none;
//!   `strict`: contents share nine tenths, and source and cue are equal after trimming.
//! - *kind recall*: the share of gold statements `said`, by how much of the content stands in quotation marks.
//! - *speaker, stance, said on*: over the statements found, where gold tells.
//! - *names*: exact span and type.
//! - *dates*: the span overlaps; the value is equal (times of day dropped).
//! - *places*: the share of gold places resolved within 161 km (100 miles), and the mean error, with misses counted
//!   as half the Earth's circumference.

mod gold;
mod layers;
mod matching;
pub mod rankings;
mod report;
mod statements;

pub use gold::{
    Error, Gold, GoldDate, GoldName, GoldPlace, GoldSpeaker, GoldStatement, NameType,
    PredictedDate, PredictedEntity, PredictedPlace, PredictedSaid, PredictedSpeaker,
    PredictedStatement, Prediction,
};
pub use report::{
    Accuracy, Confusion, Dates, Miss, Names, Places, Report, Score, Share, Statements,
};

use std::collections::HashMap;

/// Compares predictions with gold; articles without a prediction, or whose text differs, count as empty. `misses`:
/// how many missed and how many spurious items to keep for each layer.
#[must_use]
pub fn score(gold: &[Gold], predictions: &[Prediction], misses: usize) -> Report {
    let by_id: HashMap<&str, &Prediction> =
        predictions.iter().map(|p| (p.id.as_str(), p)).collect();
    let nothing = Prediction::default();
    let mut report = Report {
        articles: gold.len(),
        ..Report::default()
    };
    for article in gold {
        let predicted = by_id.get(article.id.as_str()).copied();
        let predicted = match predicted.filter(|p| p.text == article.text) {
            Some(predicted) => predicted,
            None => {
                report.unread += 1;
                &nothing
            }
        };
        let mut keep = report::Keeper {
            misses: &mut report.misses,
            limit: misses,
            article,
        };
        if let Some(statements) = &article.statements {
            statements::add(
                report.statements.get_or_insert_default(),
                &article.text,
                statements,
                &predicted.statements,
                &mut keep,
            );
        }
        if let Some(names) = &article.names {
            layers::add_names(
                report.names.get_or_insert_default(),
                names,
                predicted,
                &mut keep,
            );
        }
        if let Some(dates) = &article.dates {
            layers::add_dates(
                report.dates.get_or_insert_default(),
                dates,
                &predicted.dates,
                &mut keep,
            );
        }
        if let Some(places) = &article.places {
            layers::add_places(
                report.places.get_or_insert_default(),
                places,
                &predicted.places,
                &mut keep,
            );
        }
    }
    report
}
