//! The round before, from which a method fills gaps.
//!
//! Always: of each village, the latest round that was opened before this one, is of the same kind, and in which this
//! village was approved; so it has the same numbers whoever ranks it, with whatever other villages.
//! Never: takes over what was not fit to be ranked then.

use std::collections::BTreeMap;

use shared::priority::{Method, Missing, Unit};
use shared::wire::office::RoundView;

use super::{RankingError, Reach, candidates, fold, readers, unit};
use crate::forms::Forms;
use crate::store::Store;

/// Whether the method fills some gap from the round before, at least in a draw.
pub(super) fn is_asked(method: &Method) -> bool {
    let draws = method.uncertainty.iter().flat_map(|it| &it.missing);
    let mut rules = method.indicators.iter().map(|it| &it.missing).chain(draws);
    rules.any(|rule| *rule == Missing::LastRound)
}

/// Rounds that are looked through; what was seen longer ago is no guess for today.
const ROUNDS_MAX: usize = 8;

/// Gives the villages of a round their numbers of the round before, and tells which ones these were, the latest first.
///
/// A round that the method cannot read holds none of its numbers, so an earlier one is looked for.
pub(super) async fn remember(
    store: &Store,
    forms: &Forms,
    reach: Reach<'_>,
    (view, method): (&RoundView, &Method),
    mut units: Vec<Unit>,
) -> Result<(Vec<Unit>, Vec<String>), RankingError> {
    // The newest come first; those of one millisecond stand in the order of their ids.
    let rounds = store.rounds().await?.into_iter();
    let earlier = rounds.skip_while(|round| round.id != view.id).skip(1);
    let earlier = earlier.filter(|round| round.kind == view.kind);
    let mut waiting: Vec<&mut Unit> = units.iter_mut().filter(|it| !it.is_unvisited()).collect();
    let mut names = Vec::new();
    for round in earlier.take(ROUNDS_MAX) {
        if waiting.is_empty() {
            break;
        }
        let before = fit_units(store, forms, reach, &round, method).await?;
        let count = waiting.len();
        waiting.retain_mut(|unit| match before.get(&unit.region) {
            Some(before) => {
                unit.remember(before);
                false
            }
            None => true,
        });
        if waiting.len() < count {
            names.push(round.name);
        }
    }
    Ok((units, names))
}

/// The approved villages of a round that were fit to be ranked, by code.
async fn fit_units(
    store: &Store,
    forms: &Forms,
    reach: Reach<'_>,
    round: &RoundView,
    method: &Method,
) -> Result<BTreeMap<String, Unit>, RankingError> {
    let readers = match readers(store, forms, round, method).await {
        Err(RankingError::Problems(_)) => return Ok(BTreeMap::new()),
        readers => readers?,
    };
    let teams = BTreeMap::new();
    let candidates = candidates(store, reach, round, &teams).await?;
    fold(
        store,
        candidates,
        BTreeMap::new(),
        move |before, candidate| {
            let unit = unit(candidate, &readers).map(|(unit, _)| unit);
            let fit = unit.filter(|unit| unit.holds.is_empty());
            before.extend(fit.map(|unit| (unit.region.clone(), unit)));
        },
    )
    .await
}
