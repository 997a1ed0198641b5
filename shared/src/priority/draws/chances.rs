//! How often a village is chosen where rules cross or kawasan are chosen: the rules solved anew in some of the draws.
//!
//! Always: the first draws by number, as many as a bound of candidates times draws allows; a draw counts only where
//! its choice is proved, and beside every share stands how many draws were tried and how many of them count.
//! Never: ends by the clock, so that every machine counts the same draws; begins where the bound allows only a few.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Draws, Interval};
use crate::priority::afresh::Afresh;
use crate::priority::method::Quota;
use crate::priority::proof::Effort;

/// Candidates, or kawasan that could be formed, times draws.
const TRIED_MAX: usize = 200_000;
/// So many draws tell a share to about three and a half of a hundred; more would only take longer.
const DRAWS_MAX: usize = 200;
/// Fewer draws would tell a share to no better than seven of a hundred.
const DRAWS_MIN: usize = 50;

/// Of how many draws a share of draws speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// Draws in which the choice was made.
    pub tried: u32,
    /// Those of them whose choice is proved: of these the share is.
    pub proved: u32,
}

/// The draws in which a programme whose rules do more than sort is solved.
pub struct Trials<'a> {
    draws: &'a Draws<'a>,
    afresh: Afresh<'a>,
    count: u32,
}

impl std::fmt::Debug for Trials<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut said = f.debug_struct("Trials");
        said.field("count", &self.count).finish_non_exhaustive()
    }
}

/// What some of these draws gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    draws: Range<u32>,
    proved: u32,
    /// By village.
    chosen: Vec<u32>,
}

/// How often each village is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chances {
    pub basis: Basis,
    /// In how many of the proved draws, by code.
    chosen: BTreeMap<String, u32>,
}

impl<'a> Draws<'a> {
    /// Of how many draws the shares speak that [`Draws::intervals`] gives; none where it gives none.
    pub fn basis(&self) -> Option<Basis> {
        self.places.as_ref().map(|_| Basis {
            tried: self.count(),
            proved: self.count(),
        })
    }

    /// Ready to count how often villages are chosen by rules that cross, or in kawasan. None where sorting tells or
    /// nobody is chosen, where it would take too long, and where unvisited villages take part: they have no position
    /// and no figures of their own to stand before the rules with.
    pub fn trials(&'a self, quota: Option<&'a Quota>) -> Option<Trials<'a>> {
        if self.borrowing.is_some() || self.is_empty() || !self.keeps_nodes() {
            return None;
        }
        let afresh = Afresh::new(self.scored, quota, self)?;
        let most = TRIED_MAX / afresh.size()?.max(1);
        let count = most.min(DRAWS_MAX).min(self.count() as usize);
        let enough = DRAWS_MIN.min(self.count() as usize) <= count;
        enough.then_some(Trials {
            draws: self,
            afresh,
            count: count as u32,
        })
    }

    /// Whether the dimensions of every alternative are kept.
    pub(super) fn keeps_nodes(&self) -> bool {
        self.places.is_none() && self.villages.len() <= TRIED_MAX / DRAWS_MIN
    }
}

impl Trials<'_> {
    /// How many draws there will be; the first ones.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Makes some of them; parts may be made side by side.
    pub fn run(&self, draws: Range<u32>) -> Tried {
        let mut tried = Tried {
            draws: draws.clone(),
            proved: 0,
            chosen: vec![0; self.draws.len()],
        };
        for draw in draws {
            let nodes = self.draws.nodes_in(draw);
            let Some(chosen) = self.afresh.with_nodes(&nodes, Effort::DRAWN) else {
                continue;
            };
            tried.proved += 1;
            for (count, chosen) in tried.chosen.iter_mut().zip(chosen) {
                *count += u32::from(chosen);
            }
        }
        tried
    }

    /// What all parts say together.
    pub fn chances(&self, parts: &[Tried]) -> Chances {
        let count = |village: usize| -> u32 { parts.iter().map(|it| it.chosen[village]).sum() };
        let villages = 0..self.draws.len();
        Chances {
            basis: Basis {
                tried: parts.iter().map(|it| it.draws.len() as u32).sum(),
                proved: parts.iter().map(|it| it.proved).sum(),
            },
            chosen: villages
                .map(|it| (self.draws.region(it).to_owned(), count(it)))
                .collect(),
        }
    }
}

impl Chances {
    /// The share of the proved draws in which a village is chosen; none where none was proved.
    pub fn share(&self, region: &str) -> Option<f64> {
        let chosen = self.chosen.get(region)?;
        let proved = self.basis.proved;
        (0 < proved).then(|| f64::from(*chosen) / f64::from(proved))
    }

    /// Gives intervals their shares.
    pub fn put_into<'i>(&self, intervals: impl IntoIterator<Item = &'i mut Interval>) {
        for interval in intervals {
            interval.chosen_share = self.share(&interval.region);
        }
    }
}

#[cfg(test)]
mod tests;
