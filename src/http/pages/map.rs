//! The world as SVG: coastlines and a dot for each place, in the Equal Earth projection.
//!
//! The projection is B. Šavrič, T. Patterson and B. Jenny, "The Equal Earth map projection" (2018): areas are true, so
//! that no continent looks larger than its share. The coastlines are Natural Earth's at 1:110 million (public domain),
//! simplified by `train::coastline`.

use std::fmt::Write;
use std::sync::LazyLock;

use maud::{Markup, PreEscaped, html};

use super::places::{Spot, address};
use crate::http::format;

/// Rings of longitude and latitude in tenths of degrees, one a line: `lon,lat lon,lat …`.
const COASTLINE: &str = include_str!("../assets/coastline.txt");
/// Width and height of the drawing, in SVG units.
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 430.0;
/// Northernmost latitude that is drawn; the south ends where the drawing does.
const NORTH: f64 = 83.7;
/// Radius of the largest and the smallest dot.
const RADIUS: (f64, f64) = (17.0, 3.0);

/// The land as an SVG path, projected once.
static LAND: LazyLock<String> = LazyLock::new(|| {
    let mut path = String::with_capacity(COASTLINE.len());
    for ring in COASTLINE.lines().filter(|line| !line.starts_with('#')) {
        let mut last = None;
        for point in ring.split(' ').filter_map(point) {
            let (x, y) = (point.0.round() as i32, point.1.round() as i32);
            // Writing to a string cannot fail.
            let _ = match last {
                None => write!(path, "M{x} {y}"),
                Some((a, b)) if (a, b) == (x, y) => Ok(()),
                Some((a, b)) => write!(path, "l{} {}", x - a, y - b),
            };
            last = Some((x, y));
        }
        path.push('z');
    }
    path
});

fn point(text: &str) -> Option<(f64, f64)> {
    let (lon, lat) = text.split_once(',')?;
    Some(project(
        lat.parse::<f64>().ok()? / 10.0,
        lon.parse::<f64>().ok()? / 10.0,
    ))
}

/// Where a point of the globe lies on the drawing.
fn project(lat: f64, lon: f64) -> (f64, f64) {
    /// Half the width and the height of the whole globe in units of its radius.
    const HALF_WIDTH: f64 = 2.706_63;
    let plane = |lat: f64, lon: f64| {
        const A: [f64; 4] = [1.340_264, -0.081_106, 0.000_893, 0.003_796];
        let root = 3_f64.sqrt();
        let t = (root / 2.0 * lat.to_radians().sin()).asin();
        let (t2, t6) = (t * t, t.powi(6));
        let x = 2.0 * root * lon.to_radians() * t.cos()
            / (3.0 * (A[0] + 3.0 * A[1] * t2 + t6 * (7.0 * A[2] + 9.0 * A[3] * t2)));
        let y = t * (A[0] + A[1] * t2 + t6 * (A[2] + A[3] * t2));
        (x, y)
    };
    let scale = WIDTH / (2.0 * HALF_WIDTH);
    let (x, y) = plane(lat.clamp(-90.0, 90.0), lon.clamp(-180.0, 180.0));
    (WIDTH / 2.0 + x * scale, (plane(NORTH, 0.0).1 - y) * scale)
}

/// The map. The list beside it says the same, so it is hidden from assistive technology.
pub(super) fn world(spots: &[Spot]) -> Markup {
    let most = spots.iter().map(|s| s.count).max().unwrap_or(1) as f64;
    let radius = |count: u64| (RADIUS.0 * (count as f64 / most).sqrt()).max(RADIUS.1);
    // Large ones first, so that small ones stay on top and can be hit.
    let mut spots: Vec<&Spot> = spots.iter().collect();
    spots.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.path.cmp(&b.path)));
    html! {
        figure.map {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) aria-hidden="true" focusable="false" {
                path.land d=(PreEscaped(LAND.as_str())) {}
                @for spot in spots {
                    @let (x, y) = project(spot.at.0.into(), spot.at.1.into());
                    a href=(address(&spot.path)) tabindex="-1" {
                        title { (spot.name) ": " (format::counted(spot.count, "statement", "statements")) }
                        circle cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r=(format!("{:.1}", radius(spot.count))) {}
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_globe_fits_the_drawing() {
        let (x, y) = project(0.0, 0.0);
        assert!(
            (x - WIDTH / 2.0).abs() < 0.01 && (150.0..260.0).contains(&y),
            "{x} {y}"
        );
        assert!(project(0.0, 180.0).0 <= WIDTH && project(0.0, -180.0).0 >= 0.0);
        assert!(project(NORTH, 0.0).1.abs() < 0.01);
        // Cape Horn is drawn, and north is up.
        assert!(project(-56.0, -67.0).1 < HEIGHT);
        assert!(project(60.0, 10.0).1 < project(-30.0, 10.0).1);
    }

    #[test]
    fn the_land_is_small_and_whole() {
        assert!(LAND.starts_with('M') && LAND.ends_with('z'));
        assert!((5_000..40_000).contains(&LAND.len()), "{}", LAND.len());
    }
}
