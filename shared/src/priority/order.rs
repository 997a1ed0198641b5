//! Rounding, the order of villages, and what decides between equals.
//!
//! Always: scores are compared in whole steps of their last decimal; the lottery is public and can
//! be repeated with any tool that knows SHA-256.
//! Never: lets the order of rows or the last bit of a float decide.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::method::{Direction, Method};
use super::rank::Status;
use super::table::Table;
use crate::ids::hex_text;

/// What the noise of a float sum stays below, in steps of the last decimal.
const NOISE: f64 = 1e-7;

/// `score` in steps of the last decimal. Halves go away from zero; the noise of a float sum does not
/// decide on which side of a half a score lies.
pub(super) fn steps(score: f64, decimals: u8) -> i64 {
    let scaled = score * power(decimals);
    // Adding a half and cutting off is `round` in one instruction, the same everywhere.
    (scaled + (0.5 + NOISE).copysign(scaled)) as i64
}

/// The same where the steps are known to be fewer than 2^31 to either side.
pub(super) fn steps_32(score: f64, decimals: u8) -> i32 {
    let scaled = score * power(decimals);
    (scaled + (0.5 + NOISE).copysign(scaled)) as i32
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

/// Every row in order, and the lottery tickets that decided.
#[derive(Debug, Default)]
pub(super) struct Arranged {
    pub(super) order: Vec<u32>,
    pub(super) tickets: BTreeMap<u32, String>,
}

/// What the order of one run is made from.
pub(super) struct Arranging<'a> {
    pub(super) method: &'a Method,
    pub(super) table: &'a Table,
    pub(super) statuses: &'a [Status],
    pub(super) scores: &'a [f64],
    pub(super) seed: &'a str,
}

impl Arranging<'_> {
    /// Ranked villages first, by rounded score, tie keys, lottery; the others after them by code.
    pub(super) fn arrange(&self) -> Arranged {
        let directions = directions(self.method);
        let keys = |row: u32| self.table.rows[row as usize].tie_keys.as_slice();
        let outside = |row: u32| self.statuses[row as usize] != Status::Ranked;
        let stepped: Vec<i64> = self
            .scores
            .iter()
            .map(|it| steps(*it, self.method.decimals))
            .collect();
        let decided = |one: u32, two: u32| {
            let standing = outside(one).cmp(&outside(two));
            standing.then_with(|| match outside(one) {
                true => Ordering::Equal,
                false => stepped[two as usize]
                    .cmp(&stepped[one as usize])
                    .then_with(|| compare_keys(&directions, keys(one), keys(two)).0),
            })
        };
        let mut arranged = Arranged {
            order: (0..self.table.rows.len() as u32).collect(),
            tickets: BTreeMap::new(),
        };
        // Rows stand by code, so that a stable sort leaves equals by code.
        arranged.order.sort_by(|one, two| decided(*one, *two));
        if self.method.programme.is_none() {
            return arranged;
        }
        let mut start = 0;
        while start < arranged.order.len() {
            let first = arranged.order[start];
            let run = arranged.order[start..]
                .iter()
                .take_while(|row| decided(first, **row) == Ordering::Equal)
                .count();
            if 1 < run && !outside(first) {
                let tied = &mut arranged.order[start..start + run];
                for row in tied.iter() {
                    let region = &self.table.rows[*row as usize].region;
                    arranged.tickets.insert(*row, lottery(self.seed, region));
                }
                let tickets = &arranged.tickets;
                tied.sort_by(|one, two| tickets[one].cmp(&tickets[two]));
            }
            start += run;
        }
        arranged
    }
}

pub(super) fn directions(method: &Method) -> Vec<Direction> {
    let keys = method.programme.iter().flat_map(|it| &it.tie_break);
    keys.map(|key| key.direction).collect()
}

/// Compares the tie keys; says which one decided.
pub(super) fn compare_keys(
    directions: &[Direction],
    one: &[Option<f64>],
    two: &[Option<f64>],
) -> (Ordering, Option<usize>) {
    for (index, direction) in directions.iter().enumerate() {
        let ordering = match (one[index], two[index]) {
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

/// Ranks by row; 0 where a village is not ranked.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    pub(super) overall: Vec<u32>,
    pub(super) in_group: Vec<u32>,
}

/// Gives equal rounded scores the smallest rank, overall and within the group.
pub(super) fn number(arranging: &Arranging, order: &[u32]) -> Ranks {
    let rows = arranging.table.rows.len();
    let mut ranks = Ranks {
        overall: vec![0; rows],
        in_group: vec![0; rows],
    };
    let mut overall = Tally::default();
    let mut groups = vec![Tally::default(); arranging.table.areas.len()];
    for row in order.iter().map(|row| *row as usize) {
        if arranging.statuses[row] != Status::Ranked {
            continue;
        }
        let score = steps(arranging.scores[row], arranging.method.decimals);
        ranks.overall[row] = overall.next(score);
        let group = &mut groups[arranging.table.group[row] as usize];
        ranks.in_group[row] = group.next(score);
    }
    ranks
}

#[derive(Clone, Default)]
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
