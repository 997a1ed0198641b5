//! Length and area on the sphere.
//!
//! Always: metres and square metres, rounded to centimetres as other form engines do.
//! Never: knows a projection.

use super::convert::number_of_text;

const EARTH_RADIUS_M: f64 = 6_378_100.0;

/// Reads `lat lon [alt acc]; lat lon …`; `None` when a part is no position.
pub(super) fn points(text: &str) -> Option<Vec<(f64, f64)>> {
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(point)
        .collect()
}

fn point(text: &str) -> Option<(f64, f64)> {
    let mut numbers = text.split_whitespace().map(number_of_text);
    let (latitude, longitude) = (numbers.next()?, numbers.next()?);
    let valid = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
    valid.then_some((latitude, longitude))
}

/// Length of the line through all points.
pub(super) fn distance(points: &[(f64, f64)]) -> f64 {
    let metres: f64 = points.windows(2).map(|pair| arc(pair[0], pair[1])).sum();
    (metres * 100.0).round() / 100.0
}

fn arc(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (latitude, other) = (from.0.to_radians(), to.0.to_radians());
    let longitudes = (to.1 - from.1).to_radians();
    let cosine = latitude.sin() * other.sin() + latitude.cos() * other.cos() * longitudes.cos();
    EARTH_RADIUS_M * cosine.clamp(-1.0, 1.0).acos()
}

/// Whether a point lies within a polygon, by counting the borders west of it.
pub(super) fn is_inside(point: (f64, f64), corners: &[(f64, f64)]) -> bool {
    let next = corners.iter().cycle().skip(1);
    let borders = corners.iter().zip(next).filter(|(from, to)| {
        let spans = (point.0 < from.0) != (point.0 < to.0);
        let share = (point.0 - from.0) / (to.0 - from.0);
        spans && from.1 + share * (to.1 - from.1) < point.1
    });
    borders.count() % 2 == 1
}

/// Area of the polygon; fewer than three corners have none.
pub(super) fn area(points: &[(f64, f64)]) -> f64 {
    let mut corners = points.to_vec();
    if corners.len() < 3 {
        return 0.0;
    }
    if corners.first() != corners.last() {
        corners.push(corners[0]);
    }
    let doubled: f64 = corners
        .windows(2)
        .map(|pair| {
            let longitudes = (pair[1].1 - pair[0].1).to_radians();
            longitudes * (2.0 + pair[0].0.to_radians().sin() + pair[1].0.to_radians().sin())
        })
        .sum();
    let square_metres = (doubled * EARTH_RADIUS_M * EARTH_RADIUS_M / 2.0).abs();
    (square_metres * 100.0).round() / 100.0
}
