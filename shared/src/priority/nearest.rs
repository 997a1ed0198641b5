//! How far the nearest villages are, as the value of an indicator.
//!
//! Always: great circles in whole metres on a sphere of the earth's mean radius, the same on every machine; every village
//! of the table with a position counts as a neighbour, whether it is ranked or not.
//! Never: looks at all pairs; guesses a position. A village without one has no value, and is nobody's neighbour.

use serde::{Deserialize, Serialize};

use super::method::Method;
use super::normalise::Note;
use super::spacing::{EARTH_RADIUS_M, Position};
use super::table::RawColumn;

/// More neighbours than these are no neighbourhood.
pub const NEAREST_MAX: u32 = 100;

/// The mean distance in kilometres, as the crow flies, to so many nearest villages of the table; none where there are
/// fewer, so that a table that grows only shortens it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nearest {
    pub villages: u32,
    /// Indicators in degrees; their weight may be zero.
    pub latitude: String,
    pub longitude: String,
}

/// Fills the columns of the indicators that measure distances, from the columns of the positions.
pub(super) fn measure(method: &Method, columns: &mut [RawColumn]) {
    for (index, indicator) in method.indicators.iter().enumerate() {
        let Some(nearest) = &indicator.nearest else {
            continue;
        };
        let place = |id: &str| method.indicators.iter().position(|it| it.id == id);
        let (Some(latitude), Some(longitude)) =
            (place(&nearest.latitude), place(&nearest.longitude))
        else {
            continue;
        };
        let value = |indicator: usize, row: usize| {
            let value = columns[indicator].values[row];
            value.is_finite().then_some(value)
        };
        let rows = 0..columns[index].values.len();
        let known: Vec<(usize, Position)> = rows
            .clone()
            .filter_map(|row| {
                Some((
                    row,
                    Position::new(value(latitude, row), value(longitude, row))?,
                ))
            })
            .collect();
        let positions: Vec<Position> = known.iter().map(|it| it.1).collect();
        let distances = mean_distances_km(&positions, nearest.villages as usize);
        let own = &mut columns[index];
        for row in rows {
            own.values[row] = f64::NAN;
            own.notes[row] = Some(Note::Missing);
        }
        for ((row, _), distance) in known.iter().zip(distances) {
            if let Some(distance) = distance {
                own.values[*row] = distance;
                own.notes[*row] = None;
            }
        }
    }
}

/// Of each position the mean distance to the `count` nearest others; none where there are fewer.
fn mean_distances_km(positions: &[Position], count: usize) -> Vec<Option<f64>> {
    let tree = Tree::new(positions);
    let mut squares = Vec::with_capacity(count + 1);
    (0..positions.len() as u32)
        .map(|from| {
            tree.nearest(from, count, &mut squares);
            let metres: u64 = squares.iter().map(|it| metres(*it)).sum();
            (squares.len() == count).then(|| metres as f64 / squares.len() as f64 / 1000.0)
        })
        .collect()
}

/// Metres along the sphere, of the square of the straight line through it in radii.
fn metres(square: f64) -> u64 {
    let half = (libm::sqrt(square) / 2.0).min(1.0);
    (2.0 * libm::asin(half) * EARTH_RADIUS_M + 0.5) as u64
}

/// Positions as points of a sphere of radius one, halved along each axis in turn (Bentley 1975, Multidimensional binary
/// search trees used for associative searching).
struct Tree {
    points: Vec<[f64; 3]>,
    /// Of each part the middle one, those before it on the axis, and those behind.
    order: Vec<u32>,
}

impl Tree {
    fn new(positions: &[Position]) -> Tree {
        let points: Vec<[f64; 3]> = positions.iter().map(point).collect();
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        halve(&points, &mut order, 0);
        Tree { points, order }
    }

    /// The squares of the straight lines to the nearest others, rising.
    fn nearest(&self, from: u32, count: usize, squares: &mut Vec<f64>) {
        squares.clear();
        let mut search = Search {
            points: &self.points,
            from,
            count,
            squares,
        };
        search.within(&self.order, 0);
    }
}

struct Search<'a> {
    points: &'a [[f64; 3]],
    from: u32,
    count: usize,
    squares: &'a mut Vec<f64>,
}

impl Search<'_> {
    fn within(&mut self, order: &[u32], axis: usize) {
        let Some(here) = order.get(order.len() / 2) else {
            return;
        };
        let (before, behind) = order.split_at(order.len() / 2);
        let (own, other) = (self.points[self.from as usize], self.points[*here as usize]);
        if *here != self.from {
            self.meet(square(own, other));
        }
        let beyond = own[axis] - other[axis];
        let next = (axis + 1) % 3;
        let (near, far) = match beyond < 0.0 {
            true => (before, &behind[1..]),
            false => (&behind[1..], before),
        };
        self.within(near, next);
        // Whoever lies there is at least as far as the plane between.
        let is_open = self.squares.len() < self.count;
        if is_open
            || self
                .squares
                .last()
                .is_some_and(|last| beyond * beyond < *last)
        {
            self.within(far, next);
        }
    }

    fn meet(&mut self, square: f64) {
        let place = self.squares.partition_point(|it| *it <= square);
        self.squares.insert(place, square);
        self.squares.truncate(self.count);
    }
}

fn point(position: &Position) -> [f64; 3] {
    let (up, along) = (
        position.latitude.to_radians(),
        position.longitude.to_radians(),
    );
    let radius = libm::cos(up);
    [
        radius * libm::cos(along),
        radius * libm::sin(along),
        libm::sin(up),
    ]
}

fn square(one: [f64; 3], two: [f64; 3]) -> f64 {
    let [x, y, z] = [0, 1, 2].map(|axis: usize| one[axis] - two[axis]);
    x * x + y * y + z * z
}

fn halve(points: &[[f64; 3]], order: &mut [u32], axis: usize) {
    if order.len() < 2 {
        return;
    }
    let middle = order.len() / 2;
    order.select_nth_unstable_by(middle, |one, two| {
        let along = |it: &u32| points[*it as usize][axis];
        along(one).total_cmp(&along(two)).then(one.cmp(two))
    });
    let (before, behind) = order.split_at_mut(middle);
    halve(points, before, (axis + 1) % 3);
    halve(points, &mut behind[1..], (axis + 1) % 3);
}

#[cfg(test)]
mod tests;
