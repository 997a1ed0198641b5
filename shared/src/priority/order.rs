//! Rounding, the order of villages, and what decides between equals.
//!
//! Always: scores are compared in whole steps of their last decimal; the lottery is public and can
//! be repeated with any tool that knows SHA-256.
//! Never: lets the order of rows or the last bit of a float decide.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::method::{Direction, Method};
use super::rank::{RankedUnit, Status};
use crate::ids::hex_text;

/// `score` in steps of the last decimal. Halves go away from zero; the noise of a float sum does not
/// decide on which side of a half a score lies.
pub(super) fn steps(score: f64, decimals: u8) -> i64 {
    const NOISE: f64 = 1e-7;
    let scaled = score * power(decimals);
    let nudged = scaled + NOISE.copysign(scaled);
    nudged.round() as i64
}

pub(super) fn from_steps(steps: i64, decimals: u8) -> f64 {
    steps as f64 / power(decimals)
}

pub(super) fn round_to(score: f64, decimals: u8) -> f64 {
    from_steps(steps(score, decimals), decimals)
}

/// Exact, where `powi` may differ between platforms.
fn power(decimals: u8) -> f64 {
    10_u64.pow(u32::from(decimals)) as f64
}

/// Ranked villages first, by rounded score, tie keys, lottery; the others after them by code.
pub(super) fn order(method: &Method, seed: &str, units: &mut [RankedUnit]) {
    let directions: Vec<Direction> = method
        .programme
        .iter()
        .flat_map(|programme| &programme.tie_break)
        .map(|key| key.direction)
        .collect();
    let decided = |one: &RankedUnit, two: &RankedUnit| {
        let outside = |unit: &RankedUnit| unit.status != Status::Ranked;
        let score = |unit: &RankedUnit| unit.score.map(|it| steps(it, method.decimals));
        let standing = outside(one).cmp(&outside(two));
        standing.then_with(|| match outside(one) {
            true => Ordering::Equal,
            false => score(two)
                .cmp(&score(one))
                .then_with(|| compare_keys(&directions, one, two).0),
        })
    };
    units.sort_by(|one, two| decided(one, two).then_with(|| one.region.cmp(&two.region)));
    if method.programme.is_none() {
        return;
    }
    let mut start = 0;
    while start < units.len() {
        let run = units[start..]
            .iter()
            .take_while(|unit| decided(&units[start], unit) == Ordering::Equal)
            .count();
        let tied = &mut units[start..start + run];
        if 1 < run && tied[0].status == Status::Ranked {
            for unit in tied.iter_mut() {
                unit.lottery = Some(lottery(seed, &unit.region));
            }
            tied.sort_by(|one, two| one.lottery.cmp(&two.lottery));
        }
        start += run;
    }
}

/// Compares the tie keys; says which one decided.
pub(super) fn compare_keys(
    directions: &[Direction],
    one: &RankedUnit,
    two: &RankedUnit,
) -> (Ordering, Option<usize>) {
    for (index, direction) in directions.iter().enumerate() {
        let ordering = match (one.tie_keys[index], two.tie_keys[index]) {
            (Some(one), Some(two)) if *direction == Direction::Lower => one.total_cmp(&two),
            (Some(one), Some(two)) => two.total_cmp(&one),
            // The missing one loses.
            (one, two) => two.is_some().cmp(&one.is_some()),
        };
        if ordering != Ordering::Equal {
            return (ordering, Some(index));
        }
    }
    (Ordering::Equal, None)
}

/// SHA-256 of `seed|code` in UTF-8, hexadecimal; the smallest wins. Anybody can repeat it.
pub fn lottery(seed: &str, region: &str) -> String {
    hex_text(&Sha256::digest(format!("{seed}|{region}").as_bytes()))
}

/// Gives equal rounded scores the smallest rank, overall and within the group.
pub(super) fn number(units: &mut [RankedUnit], decimals: u8) {
    let mut overall = Tally::default();
    let mut groups: BTreeMap<String, Tally> = BTreeMap::new();
    for unit in units.iter_mut().filter(|it| it.status == Status::Ranked) {
        let Some(score) = unit.score else { continue };
        let score = steps(score, decimals);
        unit.rank = Some(overall.next(score));
        let group = groups.entry(unit.group.code.clone()).or_default();
        unit.group_rank = Some(group.next(score));
    }
}

#[derive(Default)]
struct Tally {
    seen: u32,
    rank: u32,
    score: Option<i64>,
}

impl Tally {
    fn next(&mut self, score: i64) -> u32 {
        self.seen += 1;
        if self.score != Some(score) {
            self.score = Some(score);
            self.rank = self.seen;
        }
        self.rank
    }
}
