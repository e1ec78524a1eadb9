//! Names, dates and places.

use std::collections::BTreeSet;

use crate::text::Span;

use super::gold::{
    GoldDate, GoldName, GoldPlace, NameType, PredictedDate, PredictedPlace, Prediction,
};
use super::report::{Dates, Keeper, Names, Places};

/// Within this many kilometres (100 miles) a place counts as right, the custom in the literature.
const NEAR_KM: f64 = 161.0;

/// The error of a place that was not resolved: half the Earth's circumference, in kilometres.
pub(super) const FAR_KM: f64 = 20_039.0;

/// Twice the mean radius of the Earth, in kilometres.
const DIAMETER_KM: f64 = 12_742.0;

pub(super) fn add_names(
    report: &mut Names,
    gold: &[GoldName],
    predicted: &Prediction,
    keep: &mut Keeper<'_>,
) {
    let in_gold: BTreeSet<_> = gold.iter().map(|n| (n.span, n.kind)).collect();
    let in_predicted: BTreeSet<_> = predicted.names().collect();
    for kind in NameType::ALL {
        let of = |set: &BTreeSet<(Span, NameType)>| set.iter().filter(|n| n.1 == kind).count();
        let score = report.by_type.entry(kind).or_default();
        score.gold += of(&in_gold);
        score.predicted += of(&in_predicted);
        score.hits += in_gold
            .intersection(&in_predicted)
            .filter(|n| n.1 == kind)
            .count();
    }
    for (span, kind) in in_gold.difference(&in_predicted) {
        keep.missed("name", &[*span], &[], || kind.label().to_owned());
    }
    for (span, kind) in in_predicted.difference(&in_gold) {
        keep.spurious("name", &[*span], &[], || kind.label().to_owned());
    }
}

pub(super) fn add_dates(
    report: &mut Dates,
    gold: &[GoldDate],
    predicted: &[PredictedDate],
    keep: &mut Keeper<'_>,
) {
    let mut used = vec![false; predicted.len()];
    for date in gold {
        let found = predicted
            .iter()
            .enumerate()
            .find(|(j, p)| !used[*j] && p.span.overlaps(date.span));
        let mut right = false;
        let mut got = None;
        if let Some((j, found)) = found {
            used[j] = true;
            report.span.hits += 1;
            got = found.value.as_deref();
            let day = got.map(|v| v.get(..10).unwrap_or(v));
            right = day.unwrap_or_default() == date.value;
            report.value.hits += usize::from(right);
        }
        if !right {
            keep.missed("date", &[date.span], &[], || {
                format!("{}, not {}", date.value, got.unwrap_or("nothing"))
            });
        }
    }
    for (_, extra) in used.iter().zip(predicted).filter(|(used, _)| !**used) {
        keep.spurious("date", &[extra.span], &[], || {
            extra.value.clone().unwrap_or_default()
        });
    }
    for score in [&mut report.span, &mut report.value] {
        score.gold += gold.len();
        score.predicted += predicted.len();
    }
}

pub(super) fn add_places(
    report: &mut Places,
    gold: &[GoldPlace],
    predicted: &[PredictedPlace],
    keep: &mut Keeper<'_>,
) {
    for place in gold {
        let error = predicted
            .iter()
            .filter(|p| p.mentions.iter().any(|m| m.overlaps(place.span)))
            .filter_map(|p| Some(km((place.lat, place.lon), (p.lat?, p.lon?))))
            .min_by(f64::total_cmp);
        let km = error.unwrap_or(FAR_KM);
        report.places += 1;
        report.resolved += usize::from(km < FAR_KM);
        report.near += usize::from(km <= NEAR_KM);
        report.error_km += km;
        if km > NEAR_KM {
            keep.missed("place", &[place.span], &[], || match error {
                Some(km) => format!("{km:.0} km off"),
                None => "unresolved".to_owned(),
            });
        }
    }
}

/// Great-circle distance between two points in degrees, by the haversine formula.
fn km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lon_a) = (a.0.to_radians(), a.1.to_radians());
    let (lat_b, lon_b) = (b.0.to_radians(), b.1.to_radians());
    let half = |x: f64, y: f64| ((y - x) / 2.0).sin().powi(2);
    let h = half(lat_a, lat_b) + lat_a.cos() * lat_b.cos() * half(lon_a, lon_b);
    DIAMETER_KM * h.sqrt().min(1.0).asin()
}
