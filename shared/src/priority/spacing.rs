//! Which villages are too near to each other to be chosen both.
//!
//! Always: distances are whole metres on a sphere of the earth's mean radius, the same on every machine.
//! Never: guesses a position; a village without one is told apart.

use std::collections::{BTreeMap, BTreeSet};

pub(super) const EARTH_RADIUS_M: f64 = 6_371_008.8;
const DEGREE_M: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;

/// Latitude and longitude in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Position {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

impl Position {
    /// None where these are no degrees.
    pub(super) fn new(latitude: Option<f64>, longitude: Option<f64>) -> Option<Position> {
        let (latitude, longitude) = (latitude?, longitude?);
        let on_earth = latitude.abs() <= 90.0 && longitude.abs() <= 180.0;
        on_earth.then_some(Position {
            latitude,
            longitude,
        })
    }

    /// Metres between two positions (haversine).
    pub(super) fn metres_to(self, other: Position) -> u64 {
        let (one, two) = (self.latitude.to_radians(), other.latitude.to_radians());
        let up = libm::sin((two - one) / 2.0);
        let along = libm::sin((other.longitude - self.longitude).to_radians() / 2.0);
        let square = up * up + libm::cos(one) * libm::cos(two) * along * along;
        let angle = 2.0 * libm::asin(libm::sqrt(square.clamp(0.0, 1.0)));
        (angle * EARTH_RADIUS_M + 0.5) as u64
    }
}

/// Pairs nearer than `metres`, the smaller place first, in order.
pub(super) fn near_pairs(positions: &[Position], metres: u64) -> Vec<(u32, u32)> {
    let mut by_latitude: Vec<u32> = (0..positions.len() as u32).collect();
    let latitude = |place: u32| positions[place as usize].latitude;
    by_latitude.sort_by(|one, two| latitude(*one).total_cmp(&latitude(*two)));
    let band = (metres + 1) as f64 / DEGREE_M;
    let mut pairs = Vec::new();
    for (index, one) in by_latitude.iter().enumerate() {
        for two in &by_latitude[index + 1..] {
            if band < latitude(*two) - latitude(*one) {
                break;
            }
            let apart = positions[*one as usize].metres_to(positions[*two as usize]);
            if apart < metres {
                pairs.push((*one.min(two), *one.max(two)));
            }
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Groups of which only one may be chosen, so that every pair lies in one: groups bound much closer
/// than pairs do.
pub(super) fn cliques(pairs: &[(u32, u32)]) -> Vec<Vec<u32>> {
    let mut beside: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (one, two) in pairs {
        beside.entry(*one).or_default().insert(*two);
        beside.entry(*two).or_default().insert(*one);
    }
    let mut covered: BTreeSet<(u32, u32)> = BTreeSet::new();
    let mut cliques = Vec::new();
    for (one, two) in pairs {
        if covered.contains(&(*one, *two)) {
            continue;
        }
        let mut clique = vec![*one, *two];
        for third in beside[one].intersection(&beside[two]) {
            if clique.iter().all(|it| beside[it].contains(third)) {
                clique.push(*third);
            }
        }
        clique.sort_unstable();
        for (index, one) in clique.iter().enumerate() {
            covered.extend(clique[index + 1..].iter().map(|two| (*one, *two)));
        }
        cliques.push(clique);
    }
    cliques
}

#[cfg(test)]
mod tests;
