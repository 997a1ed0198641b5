//! The selection under other scores, by the rules themselves: where they cross, or choose kawasan, sorting does not tell.
//!
//! Always: what the method would choose with those scores, and only where that is proved.
//! Never: takes longer than a bound allows; what was not computed is absent, not "nothing changes".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::draws::Draws;
use super::evaluate::score;
use super::kawasan::Possibilities;
use super::method::{Programme, Quota};
use super::order::{from_steps, steps};
use super::proof::Effort;
use super::rank::{RankedUnit, Status, list};
use super::scored::Scored;
use super::select::{Choice, Field, Selection};

/// Candidates times selections of one question.
const TRIED_MAX: usize = 300_000;

/// Who is chosen only then, and who only before. Codes, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Exchange {
    pub entering: Vec<String>,
    pub leaving: Vec<String>,
}

impl Exchange {
    /// Between two selections, whatever rules made them.
    pub fn between(before: &Selection, after: &Selection) -> Exchange {
        let only = |here: &Selection, there: &Selection| {
            let own = here.chosen.iter().filter(|it| !there.chosen.contains(it));
            let mut codes: Vec<String> = own.cloned().collect();
            codes.sort();
            codes
        };
        Exchange {
            entering: only(after, before),
            leaving: only(before, after),
        }
    }
}

/// The candidates of a programme whose rules do more than sort.
pub(super) struct Afresh<'a> {
    scored: &'a Scored<'a>,
    programme: &'a Programme,
    quota: &'a Quota,
    /// Every village, the candidates first and best first.
    all: Vec<RankedUnit>,
    /// Of each candidate its place among the villages of the draws, which is the order of ties.
    places: Vec<usize>,
    possible: Option<Possibilities>,
}

impl<'a> Afresh<'a> {
    /// None where sorting tells who is chosen, or nobody is.
    pub(super) fn new(
        scored: &'a Scored<'a>,
        quota: Option<&'a Quota>,
        draws: &Draws,
    ) -> Option<Afresh<'a>> {
        let programme = scored.method.programme.as_ref()?;
        let quota = quota?;
        if draws.tells_chosen() {
            return None;
        }
        let all = list(scored, draws.seed()).units;
        let by_code: BTreeMap<&str, usize> =
            (0..draws.len()).map(|it| (draws.region(it), it)).collect();
        let ranked = all.iter().filter(|it| it.status == Status::Ranked);
        let places = ranked.map(|it| by_code[it.region.as_str()]).collect();
        let mut afresh = Afresh {
            scored,
            programme,
            quota,
            places,
            all,
            possible: None,
        };
        afresh.possible = afresh.field(&afresh.candidates()).possible();
        Some(afresh)
    }

    /// Whether so many selections are within bounds.
    pub(super) fn allows(&self, selections: usize) -> bool {
        let whole = self.possible.as_ref().is_none_or(Possibilities::are_all);
        whole && self.places.len().saturating_mul(selections) <= TRIED_MAX
    }

    /// Candidates, or kawasan that could be formed where those are more; none where these are not all known.
    pub(super) fn size(&self) -> Option<usize> {
        let villages = self.places.len();
        match &self.possible {
            None => Some(villages),
            Some(possible) => possible.are_all().then(|| villages.max(possible.count())),
        }
    }

    fn candidates(&self) -> Vec<&RankedUnit> {
        self.all[..self.places.len()].iter().collect()
    }

    fn field<'f>(&'f self, candidates: &'f [&'f RankedUnit]) -> Field<'f> {
        Field {
            method: self.scored.method,
            programme: self.programme,
            quota: self.quota,
            candidates,
            all: &self.all,
        }
    }

    /// By place in the draws: who is chosen as the method stands, which is what is published.
    pub(super) fn published(&self) -> Option<Vec<bool>> {
        let candidates = self.candidates();
        let field = self.field(&candidates);
        let choice = field.choose(self.possible.as_ref(), Effort::ALONE).ok()?;
        let order: Vec<usize> = (0..candidates.len()).collect();
        Some(self.by_place(&choice, &order))
    }

    /// By place in the draws: who is chosen when every dimension has these values, by place too; none where
    /// that was not proved within the bounds.
    pub(super) fn with_nodes(&self, nodes: &[Vec<f64>], effort: Effort) -> Option<Vec<bool>> {
        let mut units = self.candidates().into_iter().cloned().collect::<Vec<_>>();
        for (unit, place) in units.iter_mut().zip(&self.places) {
            unit.score = score(nodes[self.scored.plan.root][*place]);
            for (dimension, values) in unit.dimensions.iter_mut().zip(nodes) {
                dimension.score = score(values[*place]);
            }
        }
        self.chosen(&units, effort)
    }

    /// Whether a village, by place in the draws, is chosen with another score, in steps of the last decimal.
    pub(super) fn with_score(&self, village: usize, steps: i64) -> Option<bool> {
        let mut units = self.candidates().into_iter().cloned().collect::<Vec<_>>();
        let own = self.places.iter().position(|it| *it == village)?;
        units[own].score = Some(from_steps(steps, self.scored.method.decimals));
        Some(self.chosen(&units, Effort::TRIAL)?[village])
    }

    fn chosen(&self, units: &[RankedUnit], effort: Effort) -> Option<Vec<bool>> {
        let decimals = self.scored.method.decimals;
        let mut order: Vec<usize> = (0..units.len()).collect();
        order.retain(|it| units[*it].score.is_some());
        let key = |it: &usize| {
            let score = units[*it].score.unwrap_or_default();
            (-steps(score, decimals), self.places[*it])
        };
        order.sort_by_key(key);
        let candidates: Vec<&RankedUnit> = order.iter().map(|it| &units[*it]).collect();
        let possible = match &self.possible {
            None => None,
            // A village without a score forms no kawasan: which there are is known for all of them only.
            Some(_) if order.len() < units.len() => return None,
            Some(possible) => {
                let mut places = vec![0; order.len()];
                for (place, candidate) in (0_u32..).zip(&order) {
                    places[*candidate] = place;
                }
                Some(possible.moved(&places))
            }
        };
        let field = self.field(&candidates);
        let choice = field.choose(possible.as_ref(), effort).ok()?;
        choice.is_proved().then(|| self.by_place(&choice, &order))
    }

    fn by_place(&self, choice: &Choice, order: &[usize]) -> Vec<bool> {
        let mut chosen = vec![false; self.places.len()];
        for (candidate, own) in order.iter().enumerate() {
            chosen[self.places[*own]] = choice.is_chosen(candidate);
        }
        chosen
    }

    /// The smallest score, in steps, with which a village is chosen: being chosen rises with the score, since the
    /// minimums and the number of places do not hang on scores. None where no score suffices.
    ///
    /// Errors: not proved within the bounds.
    pub(super) fn needed(
        &self,
        village: usize,
        published: &[bool],
    ) -> Result<Option<i64>, Unproved> {
        let decimals = self.scored.method.decimals;
        let of = |unit: &RankedUnit| steps(unit.score.unwrap_or_default(), decimals);
        let candidates = self.candidates();
        let least = candidates.iter().map(|it| of(it)).min().unwrap_or_default();
        let places = candidates.iter().zip(&self.places);
        let chosen = places.clone().filter(|(_, place)| published[**place]);
        let sum: i64 = chosen.map(|(unit, _)| of(unit) - least).sum();
        let mut own = places.filter(|(_, place)| **place == village);
        let (unit, _) = own.next().ok_or(Unproved)?;
        // Beyond what all chosen ones have together nothing outweighs it; in a kawasan it counts by its share.
        let share = self
            .programme
            .kawasan
            .as_ref()
            .map_or(1, |it| it.members_max);
        let most = (sum + 2) * i64::from(share);
        let from = of(unit).max(least);
        let is_chosen = |more: i64| self.with_score(village, from + more).ok_or(Unproved);
        if !is_chosen(most)? {
            return Ok(None);
        }
        let (mut bad, mut good) = (0, 1);
        while !is_chosen(good)? {
            bad = good;
            good = (good * 4).min(most);
        }
        while 1 < good - bad {
            let middle = bad + (good - bad) / 2;
            if is_chosen(middle)? {
                good = middle;
            } else {
                bad = middle;
            }
        }
        Ok(Some(from + good))
    }
}

/// A selection was not proved within the bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unproved;

#[cfg(test)]
mod tests;
