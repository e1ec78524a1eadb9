//! Makes `http/assets/coastline.txt`, the land of the page's world map, from TopoJSON.
//!
//! The source is `land-110m.json` of the npm package `world-atlas` 2.0.2 (ISC): Natural Earth's 1:110 million land,
//! which is in the public domain. Rings are simplified by leaving out the point whose triangle with its neighbours is
//! smallest until none is smaller than a threshold (M. Visvalingam and J. D. Whyatt, "Line generalisation by repeated
//! elimination of points", 1993); islands too small to be seen are left out, and so is the Antarctic.

use std::fmt::Write;

use serde::Deserialize;

/// Area in square degrees below which a point does not matter.
const LEAST_TRIANGLE: f64 = 0.5;
/// Area in square degrees below which an island does not matter.
const LEAST_ISLAND: f64 = 1.5;
/// Rings wholly south of it are left out.
const SOUTH: f64 = -60.0;

#[derive(Deserialize)]
struct Topology {
    transform: Transform,
    arcs: Vec<Vec<(i64, i64)>>,
    objects: Objects,
}

#[derive(Deserialize)]
struct Transform {
    scale: (f64, f64),
    translate: (f64, f64),
}

#[derive(Deserialize)]
struct Objects {
    land: Collection,
}

#[derive(Deserialize)]
struct Collection {
    geometries: Vec<MultiPolygon>,
}

#[derive(Deserialize)]
struct MultiPolygon {
    /// Polygons, their rings, the arcs of a ring; `!n` is arc `n` backwards.
    arcs: Vec<Vec<Vec<i64>>>,
}

type Point = (f64, f64);

/// Rings of longitude and latitude in tenths of degrees, one a line.
///
/// # Errors
/// If the text is not the TopoJSON of `world-atlas`.
pub fn derive(topojson: &str) -> serde_json::Result<String> {
    let topology: Topology = serde_json::from_str(topojson)?;
    let Transform { scale, translate } = topology.transform;
    let arcs: Vec<Vec<Point>> = topology
        .arcs
        .iter()
        .map(|arc| {
            let (mut x, mut y) = (0, 0);
            arc.iter()
                .map(|(dx, dy)| {
                    (x, y) = (x + dx, y + dy);
                    (
                        x as f64 * scale.0 + translate.0,
                        y as f64 * scale.1 + translate.1,
                    )
                })
                .collect()
        })
        .collect();
    let mut out = String::from(
        "# Land, from Natural Earth 1:110m (public domain). Made by `train::coastline`.\n",
    );
    let rings = topology
        .objects
        .land
        .geometries
        .iter()
        .flat_map(|g| g.arcs.iter().flatten());
    for ring in rings {
        let mut points: Vec<Point> = Vec::new();
        for &arc in ring {
            let index = usize::try_from(if arc < 0 { !arc } else { arc }).unwrap_or(usize::MAX);
            let mut part = arcs.get(index).cloned().unwrap_or_default();
            if arc < 0 {
                part.reverse();
            }
            points.extend(part);
        }
        for mut piece in at_the_date_line(points) {
            if piece.iter().all(|p| p.1 < SOUTH) || area(&piece) < LEAST_ISLAND {
                continue;
            }
            simplify(&mut piece);
            let mut line = String::new();
            let mut last = None;
            for (lon, lat) in piece {
                let point = ((lon * 10.0).round() as i64, (lat * 10.0).round() as i64);
                if last != Some(point) {
                    // Writing to a string cannot fail.
                    let _ = write!(
                        line,
                        "{}{},{}",
                        if line.is_empty() { "" } else { " " },
                        point.0,
                        point.1
                    );
                }
                last = Some(point);
            }
            out += &line;
            out.push('\n');
        }
    }
    Ok(out)
}

/// Cuts a ring where it crosses 180 degrees: on a flat map the two sides are far apart.
fn at_the_date_line(mut ring: Vec<Point>) -> Vec<Vec<Point>> {
    let crosses = |a: &Point, b: &Point| (a.0 - b.0).abs() > 180.0;
    if ring.first() == ring.last() {
        ring.pop();
    }
    // Begun behind a crossing, no piece is cut by the ring's own beginning.
    if let Some(at) = ring
        .windows(2)
        .position(|w| matches!(w, [a, b] if crosses(a, b)))
    {
        ring.rotate_left(at + 1);
    }
    ring.chunk_by(|a, b| !crosses(a, b))
        .map(<[Point]>::to_vec)
        .collect()
}

/// Area of a ring, in square degrees.
fn area(points: &[Point]) -> f64 {
    let next = points.iter().cycle().skip(1);
    points
        .iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum::<f64>()
        .abs()
        / 2.0
}

fn simplify(points: &mut Vec<Point>) {
    while points.len() > 4 {
        let smallest = points
            .windows(3)
            .enumerate()
            .map(|(n, corner)| (n + 1, area(corner)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match smallest {
            Some((n, size)) if size < LEAST_TRIANGLE => points.remove(n),
            _ => return,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_simplifies() {
        let text = r#"{"transform":{"scale":[1,1],"translate":[10,20]},"objects":{"land":{"geometries":[{"arcs":[[[0,-2]],[[2]]]}]}},
            "arcs":[[[0,0],[4,0],[4,0]],[[0,0],[0,8],[8,0],[0,-8]],[[0,0],[1,0],[0,1]]]}"#;
        let rings = derive(text).unwrap();
        assert_eq!(
            rings.lines().nth(1),
            Some("100,200 180,200 180,280 100,280")
        );
        assert_eq!(rings.lines().count(), 2, "the small island is left out");
    }
}
