//! Choosing villages where rules cross: mixes, spacing, and what nests in the data no longer.
//!
//! Always: in this order, each proved in whole numbers or said not to be: minimums are met (in the order
//! of the document where not all can be), as many places as possible are filled, the sum of rounded scores is
//! the highest, the better village wins where sums are equal.
//! Never: drops a rule in silence.

mod model;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::allot::PlaceKind;
use super::document::Problem;
use super::exact::{Failure, Model, Wanted};
use super::method::Quota;
use super::order::{from_steps, steps};
use super::proof::{Effort, Next, NextBest, Proof};
use super::rank::RankedUnit;
use super::text::Text;
use model::Crossing;
pub(super) use model::{check_locks, lies_in, subdistrict};

/// How a mix was met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MixResult {
    pub label: Text,
    pub at_least: u32,
    pub at_most: Option<u32>,
    pub candidates: u32,
    pub chosen: u32,
}

/// A choice under crossing rules, by candidate.
pub(super) struct Crossed {
    pub(super) place: Vec<Option<PlaceKind>>,
    pub(super) earmarked: Vec<u32>,
    pub(super) mixes: Vec<MixResult>,
    pub(super) proof: Proof,
    crossing: Crossing,
    taken: Vec<u32>,
    /// Row and factor of each column, and by how much each row is below its limit.
    of_column: Vec<Vec<(u32, i64)>>,
    spare: Vec<i64>,
}

/// Chooses among `candidates`, which stand best first. `all` are the villages of the ranking, so that a
/// lock can say why a village is no candidate; `figures` are the ids of the candidates' figures.
///
/// Errors: rules that name what does not exist or contradict each other.
pub(super) fn cross(
    candidates: &[&RankedUnit],
    all: &[RankedUnit],
    quota: &Quota,
    figures: &[&str],
    decimals: u8,
    effort: Effort,
) -> Result<Crossed, Vec<Problem>> {
    let mut crossing = Crossing::new(candidates, all, quota, figures, effort)?;
    let mut proved = crossing.meet_minimums()?;
    let columns = crossing.model.pools.len() as u32;
    let filled = crossing
        .model
        .best(&vec![1; columns as usize], Wanted::Value)
        .map_err(|failure| vec![unsolved(failure)])?;
    proved &= filled.value == filled.bound;
    crossing.fill(filled.value);
    let scores: Vec<i64> = candidates
        .iter()
        .map(|it| steps(it.score.unwrap_or_default(), decimals))
        .collect();
    let least = scores.iter().copied().min().unwrap_or_default();
    // As many places are filled in every choice, so that a shift of all scores changes no order.
    let values: Vec<i64> = crossing
        .columns
        .iter()
        .map(|it| scores[it.candidate] - least)
        .collect();
    let best = crossing
        .model
        .best(&values, Wanted::First)
        .map_err(|failure| vec![unsolved(failure)])?;
    proved &= best.value == best.bound;
    let shift = least * filled.value;
    let points = |value: i64| from_steps(value + shift, decimals);
    let next = match effort.next_best {
        true => crossing.next_best(&best, &values),
        false => Next::Unsolved,
    };
    let codes = |columns: &[u32], other: &[u32]| -> Vec<String> {
        let inside = crossing.candidates_of(other);
        let own = crossing.candidates_of(columns).into_iter();
        own.filter(|it| !inside.contains(it))
            .map(|it| candidates[it].region.clone())
            .collect()
    };
    let proof = Proof {
        of_kawasan: false,
        by_sorting: false,
        candidates: candidates.len() as u32,
        considered: best.considered as u32,
        total: points(best.value),
        bound: Some(points(best.bound)),
        proved,
        first: best.first,
        next_unsolved: next.is_unsolved(),
        next: next.found().map(|next| NextBest {
            total: points(next.value),
            gap: from_steps(best.value - next.value, decimals),
            proved: next.value == next.bound,
            entering: codes(&next.taken, &best.taken),
            leaving: codes(&best.taken, &next.taken),
        }),
    };
    let place = crossing.places(&best.taken, quota);
    let mut earmarked = vec![0; quota.earmarks.len()];
    for kind in place.iter().flatten() {
        if let PlaceKind::Earmark(index) = kind {
            earmarked[*index] += 1;
        }
    }
    let (of_column, spare) = rows_left(&crossing.model, &best.taken);
    Ok(Crossed {
        of_column,
        spare,
        mixes: crossing.mix_results(quota, &place),
        place,
        earmarked,
        proof,
        taken: best.taken,
        crossing,
    })
}

/// The rows of each column, and what each row leaves.
fn rows_left(model: &Model, taken: &[u32]) -> (Vec<Vec<(u32, i64)>>, Vec<i64>) {
    let mut chosen = vec![0; model.pools.len()];
    taken.iter().for_each(|it| chosen[*it as usize] = 1);
    let mut of_column = vec![Vec::new(); model.pools.len()];
    let mut spare = Vec::with_capacity(model.rows.len());
    for (index, row) in (0_u32..).zip(&model.rows) {
        let mut left = row.at_most;
        for (column, factor) in &row.terms {
            of_column[*column as usize].push((index, *factor));
            left -= factor * chosen[*column as usize];
        }
        spare.push(left);
    }
    (of_column, spare)
}

impl Crossed {
    /// Whether `enters` could stand in for `leaves` without breaking a rule.
    pub(super) fn may_replace(&self, leaves: usize, enters: usize) -> bool {
        let mut taken = self.taken.iter().copied();
        let leaving = taken.find(|it| self.crossing.columns[*it as usize].candidate == leaves);
        let Some(leaving) = leaving else { return false };
        self.crossing.columns_of(enters).any(|entering| {
            let mut changes: BTreeMap<u32, i64> = BTreeMap::new();
            for (row, factor) in &self.of_column[leaving as usize] {
                *changes.entry(*row).or_default() -= factor;
            }
            for (row, factor) in &self.of_column[entering as usize] {
                *changes.entry(*row).or_default() += factor;
            }
            let spare = |row: u32| self.spare[row as usize];
            changes
                .into_iter()
                .all(|(row, change)| change <= spare(row))
        })
    }

    /// A chosen village that `candidate` is too near to.
    pub(super) fn neighbour(&self, candidate: usize) -> Option<usize> {
        let mut near = self.crossing.near(candidate);
        near.find(|it| self.place[*it].is_some())
    }

    pub(super) fn has_position(&self, candidate: usize) -> bool {
        self.crossing.placed[candidate]
    }
}

pub(super) fn unsolved(failure: Failure) -> Problem {
    let text = match failure {
        Failure::Impossible => Text::new(
            "aturan kuota saling bertentangan: desa yang ditetapkan melebihi kuota atau terlalu berdekatan; \
             ubah `lock` atau kuota",
            "the rules of the quota contradict each other: villages locked in exceed a quota or stand too near; \
             change `lock` or the quota",
        ),
        Failure::Unsolved => Text::new(
            "tidak ditemukan pilihan yang memenuhi semua aturan dalam batas langkah; sederhanakan aturan",
            "no choice that meets all rules was found within the limit of steps; simplify the rules",
        ),
    };
    Problem {
        place: "programme.quota".to_owned(),
        line: None,
        text,
    }
}

#[cfg(test)]
mod tests;
