//! Which assumption moves the ranking, and what would move one village into the selection.
//!
//! Always: a replication without a result is counted and left out, and an index that cannot be told is
//! absent instead of a number.
//! Never: draws without a seed; equal arguments give equal answers.

use std::ops::Range;

use super::afresh::{Afresh, Exchange, Unproved};
use super::contest::Room;
use super::document::Problem;
use super::draws::{Draws, FACTORS, Factors};
use super::evaluate::{Program, Sheet, score};
use super::method::{Aggregation, Method, Normalise, Quota, Uncertainty, WeightLevel};
use super::order::{from_steps, steps};
use super::proof::Effort;
use super::random::Stream;
use super::scored::Scored;
use super::text::Text;

/// Names of the factors, as files and screens write them.
const NAMES: [&str; FACTORS] = [
    "weights",
    "normalise",
    "missing",
    "aggregation",
    "unknown",
    "unvisited",
];

/// How much each assumption matters for the ranking as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    pub factors: Vec<FactorShare>,
    /// Mean shift of a village's rank over all replications; none where none gave a result.
    pub mean_shift: Option<f64>,
    pub replications: u32,
    /// Replications in which no village had a score.
    pub failed: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FactorShare {
    pub factor: &'static str,
    /// Sobol's first order and total index; none where nothing varied or too little is left.
    pub first: Option<f64>,
    pub total: Option<f64>,
}

/// What some base samples gave: the mean shift of ranks in A, in B, and in A with one factor from B.
#[derive(Debug, Clone, PartialEq)]
pub struct Shifts(Vec<Vec<Option<f64>>>);

/// What leaving one indicator out does.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    pub indicator: String,
    pub mean_shift: f64,
    pub largest_shift: u32,
    /// None where the method chooses nobody, and where its rules were not solved again within their bounds.
    pub exchange: Option<Exchange>,
}

impl<'a> Draws<'a> {
    /// The villages under the method as it is, in full: what sliders rank again by [`Draws::rerank`].
    ///
    /// Errors: as [`Draws::new`].
    pub fn as_it_is(
        scored: &'a Scored<'a>,
        quota: Option<&Quota>,
        seed: &str,
    ) -> Result<Draws<'a>, Vec<Problem>> {
        Draws::under(scored, quota, seed, unchanged())
    }
}

impl Draws<'_> {
    /// Places of the factors that a draw changes.
    fn factors_at_work(&self) -> Vec<usize> {
        let active = self.active();
        (0..FACTORS).filter(|factor| active[*factor]).collect()
    }

    /// How many rankings `samples` base samples cost.
    pub fn sensitivity_runs(&self, samples: u32) -> u32 {
        samples * (self.factors_at_work().len() as u32 + 2)
    }

    /// Makes some of the base samples; parts may be made side by side.
    pub fn sensitivity_part(&self, samples: Range<u32>) -> Shifts {
        let factors = self.factors_at_work();
        let mut room = self.room();
        let side = |name: &str, sample: u32| -> Factors {
            let stream = Stream::new(self.seed(), name).at(u64::from(sample));
            std::array::from_fn(|factor| stream.unit(factor as u64))
        };
        let each = samples.map(|sample| {
            let (a, b) = (side("sobol a", sample), side("sobol b", sample));
            let mut shifts = vec![self.shift(&a, &mut room), self.shift(&b, &mut room)];
            for factor in &factors {
                let mut mixed = a;
                mixed[*factor] = b[*factor];
                shifts.push(self.shift(&mixed, &mut room));
            }
            shifts
        });
        Shifts(each.collect())
    }

    /// Sobol's indices (Saltelli 2010 and Jansen 1999) of the mean shift of ranks.
    pub fn sensitivity(&self, parts: &[Shifts]) -> Sensitivity {
        let rows: Vec<&Vec<Option<f64>>> = parts.iter().flat_map(|part| &part.0).collect();
        let whole: Vec<Vec<f64>> = rows
            .iter()
            .filter_map(|row| row.iter().copied().collect())
            .collect();
        let factors = self.factors_at_work();
        let shares = factors.iter().enumerate().map(|(place, factor)| {
            let (first, total) = indices(&whole, place + 2);
            FactorShare {
                factor: NAMES[*factor],
                first,
                total,
            }
        });
        let both: Vec<f64> = whole.iter().flat_map(|row| [row[0], row[1]]).collect();
        let made = rows.iter().flat_map(|row| row.iter());
        Sensitivity {
            factors: shares.collect(),
            mean_shift: (!both.is_empty()).then(|| both.iter().sum::<f64>() / both.len() as f64),
            replications: made.clone().count() as u32,
            failed: made.filter(|it| it.is_none()).count() as u32,
        }
    }

    /// The mean shift of a village's rank, over the visited villages that have a score; the places that unvisited
    /// ones take count as shifts.
    fn shift(&self, factors: &Factors, room: &mut Room) -> Option<f64> {
        self.rank(factors, room);
        let (mut sum, mut count) = (0_u64, 0_u64);
        for (village, (rank, nominal)) in room.ranks.iter().zip(&self.nominal).enumerate() {
            if room.has_score(village) {
                sum += u64::from(rank.abs_diff(*nominal));
                count += 1;
            }
        }
        (0 < count).then(|| sum as f64 / count as f64)
    }
}

/// First order and total index of the factor whose mixed shifts stand at `place`.
fn indices(rows: &[Vec<f64>], place: usize) -> (Option<f64>, Option<f64>) {
    let both: Vec<f64> = rows.iter().flat_map(|row| [row[0], row[1]]).collect();
    let count = rows.len() as f64;
    let mean = both.iter().sum::<f64>() / both.len() as f64;
    let squares: f64 = both.iter().map(|it| (it - mean) * (it - mean)).sum();
    let variance = squares / (both.len() as f64 - 1.0);
    if rows.len() < 2 || variance.is_nan() || variance <= 0.0 {
        return (None, None);
    }
    let first: f64 = rows.iter().map(|row| row[1] * (row[place] - row[0])).sum();
    let total: f64 = rows
        .iter()
        .map(|row| (row[0] - row[place]) * (row[0] - row[place]))
        .sum();
    (
        Some(first / count / variance),
        Some(total / (2.0 * count * variance)),
    )
}

/// The method as it is, so that only what is asked changes.
fn unchanged() -> Uncertainty {
    Uncertainty {
        draws: 1,
        weight_spread: 0.0,
        weight_level: WeightLevel::All,
        unknown_values: false,
        ..Uncertainty::default()
    }
}

/// Ranks again without each indicator in turn, as the method would without it: weights that come from the data or
/// from comparisons are found anew (a published share of a component that the indicator itself shaped would be
/// neither the method's nor that of any other). Who takes part stays.
///
/// Errors: as [`Draws::new`].
pub fn leave_one_out(
    scored: &Scored,
    quota: Option<&Quota>,
    seed: &str,
) -> Result<Vec<LeftOut>, Vec<Problem>> {
    let draws = Draws::under(scored, quota, seed, unchanged())?;
    let mut room = draws.room();
    draws.rank_by_weights(&draws.plan.weights, &mut room);
    let afresh = Afresh::new(scored, quota, &draws);
    let afresh = afresh.filter(|it| it.allows(draws.plan.indicators + 1));
    let before = match &afresh {
        Some(afresh) => afresh.published(),
        None => nested_choice(&draws, &mut room),
    };
    let mut left = Vec::with_capacity(draws.plan.indicators);
    for (index, indicator) in scored.method.indicators.iter().enumerate() {
        let weights = draws.weights_without(index);
        draws.rank_by_weights(&weights, &mut room);
        let shifts = room.ranks.iter().zip(&draws.nominal);
        let shifts = shifts.map(|(rank, nominal)| rank.abs_diff(*nominal));
        let sum: u64 = shifts.clone().map(u64::from).sum();
        let largest_shift = shifts.max().unwrap_or_default();
        let after = match &afresh {
            Some(afresh) => afresh.with_nodes(&draws.nodes_by_weights(&weights), Effort::TRIAL),
            None => nested_choice(&draws, &mut room),
        };
        let exchange = before.as_ref().zip(after.as_ref());
        left.push(LeftOut {
            indicator: indicator.id.clone(),
            mean_shift: sum as f64 / draws.len().max(1) as f64,
            largest_shift,
            exchange: exchange.map(|(before, after)| exchanged(&draws, before, after)),
        });
    }
    Ok(left)
}

/// Who is chosen by the last ranking; none where sorting does not tell.
fn nested_choice(draws: &Draws, room: &mut Room) -> Option<Vec<bool>> {
    let places = draws.places.as_ref()?;
    let mut chosen = vec![false; draws.len()];
    room.choose(places, |village| chosen[village] = true);
    Some(chosen)
}

fn exchanged(draws: &Draws, before: &[bool], after: &[bool]) -> Exchange {
    let only = |here: &[bool], there: &[bool]| {
        let villages = (0..draws.len()).filter(|it| here[*it] && !there[*it]);
        let mut codes: Vec<String> = villages.map(|it| draws.region(it).to_owned()).collect();
        codes.sort();
        codes
    };
    Exchange {
        entering: only(after, before),
        leaving: only(before, after),
    }
}

/// What would have to be otherwise for a village to be chosen, everything else as it is.
#[derive(Debug, Clone, PartialEq)]
pub enum WayIn {
    Chosen,
    Needs(Needs),
    /// With no score whatever: the quota or its rules leave it no place.
    NoScore,
    /// The rules were not solved again within their bounds.
    NotComputed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// The smallest score with which it would be chosen.
    pub score: f64,
    /// What is missing to it.
    pub missing: f64,
    /// Indicators that could do it alone, the smallest change first; none where a village's score hangs on the
    /// others', as duels do.
    pub indicators: Option<Vec<IndicatorWay>>,
    /// Weights that could do it alone, the smallest change first; not searched where rules cross or kawasan are
    /// chosen.
    pub weights: Option<Vec<WeightWay>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorWay {
    pub indicator: String,
    /// On the method's scale.
    pub from: f64,
    pub to: f64,
    /// The rung that would do, where the indicator has a ladder.
    pub rung: Option<Text>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WeightWay {
    pub child: String,
    /// What its weight would have to be multiplied by.
    pub times: f64,
}

/// Steps of the search for a weight: each a tenth more than the one before.
const WEIGHT_STEPS: i32 = 15;
const WEIGHT_STEP: f64 = 1.1;
/// Halvings of a span of the scale; more would be finer than any score's decimals.
const HALVINGS: u32 = 40;
/// About so many selections find the score that a village needs under rules.
const SELECTIONS: usize = 40;

/// What would have to change for the village `region` to be chosen; none where it does not compete or
/// the method chooses nobody.
///
/// Errors: as [`Draws::new`].
pub fn way_in(
    scored: &Scored,
    quota: &Quota,
    seed: &str,
    region: &str,
) -> Result<Option<WayIn>, Vec<Problem>> {
    let draws = Draws::under(scored, Some(quota), seed, unchanged())?;
    let Some(village) = (0..draws.len()).find(|village| draws.region(*village) == region) else {
        return Ok(None);
    };
    let mut room = draws.room();
    draws.rank_by_weights(&draws.plan.weights, &mut room);
    if let Some(chosen) = nested_choice(&draws, &mut room) {
        if chosen[village] {
            return Ok(Some(WayIn::Chosen));
        }
        return Ok(Some(match needed_score(&draws, village, &mut room) {
            None => WayIn::NoScore,
            Some(needed) => WayIn::Needs(Needs {
                weights: Some(weight_ways(&draws, village, &mut room)),
                ..needs(&draws, village, needed)
            }),
        }));
    }
    let Some(afresh) = Afresh::new(scored, Some(quota), &draws) else {
        return Ok(None);
    };
    let Some(published) = afresh.published() else {
        return Ok(Some(WayIn::NotComputed));
    };
    if published[village] {
        return Ok(Some(WayIn::Chosen));
    }
    if !afresh.allows(SELECTIONS) {
        return Ok(Some(WayIn::NotComputed));
    }
    Ok(Some(match afresh.needed(village, &published) {
        Ok(Some(needed)) => WayIn::Needs(needs(&draws, village, needed)),
        Ok(None) => WayIn::NoScore,
        Err(Unproved) => WayIn::NotComputed,
    }))
}

fn needs(draws: &Draws, village: usize, needed: i64) -> Needs {
    let scored = draws.scored;
    let row = draws.villages[village] as usize;
    let score = from_steps(needed, scored.method.decimals);
    let mut means = scored.plan.nodes.iter();
    let duels = means.any(|it| it.aggregation == Aggregation::Copeland);
    Needs {
        score,
        missing: score - scored.scores[row],
        indicators: (!duels).then(|| indicator_ways(scored, row, needed)),
        weights: None,
    }
}

/// The smallest score, in steps of the last decimal, that would be chosen: being chosen rises with the
/// score, so that halving finds it.
fn needed_score(draws: &Draws, village: usize, room: &mut Room) -> Option<i64> {
    let places = draws.places.as_ref()?;
    let scores = draws
        .villages
        .iter()
        .map(|row| draws.scored.scores[*row as usize]);
    let best = scores
        .map(|it| steps(it, draws.scored.method.decimals))
        .max()?;
    let mut bad = room.open_first(village);
    let mut is_chosen = |behind: u64| {
        let kept = room.set_behind(village, behind);
        let mut chosen = false;
        room.choose(places, |it| chosen |= it == village);
        room.set_behind(village, kept);
        chosen
    };
    if !is_chosen(0) {
        return None;
    }
    let mut good = 0;
    while 1 < bad - good {
        let middle = good + (bad - good) / 2;
        if is_chosen(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(best + 1 - good as i64)
}

/// Which indicators could reach `needed` alone, and where on the scale.
fn indicator_ways(scored: &Scored, row: usize, needed: i64) -> Vec<IndicatorWay> {
    let mut values: Vec<f64> = scored.points.iter().map(|it| it.values[row]).collect();
    let reaches = |values: &[f64]| {
        let sheet = Sheet::of_row(values);
        let program = Program::new(&scored.plan, &sheet, &scored.plan.weights);
        let total = score(program.every_node()[scored.plan.root][0]);
        total.is_some_and(|it| needed <= steps(it, scored.method.decimals))
    };
    let best = scored.method.best();
    let mut ways = Vec::new();
    for (index, indicator) in scored.method.indicators.iter().enumerate() {
        let from = values[index];
        if from.is_nan() || best <= from {
            continue;
        }
        let mut reaches_at = |value: f64| {
            values[index] = value;
            let reached = reaches(&values);
            values[index] = from;
            reached
        };
        if !reaches_at(best) {
            continue;
        }
        let (mut bad, mut good) = (from, best);
        for _ in 0..HALVINGS {
            let middle = bad + (good - bad) / 2.0;
            if reaches_at(middle) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        ways.push(IndicatorWay {
            indicator: indicator.id.clone(),
            from,
            to: good,
            rung: rung_at(scored.method, &indicator.normalise, good),
        });
    }
    // Stable: equal changes stay in document order.
    ways.sort_by(|one, two| (one.to - one.from).total_cmp(&(two.to - two.from)));
    ways
}

/// The lowest rung that certainly stands at `value` of the scale or above.
fn rung_at(method: &Method, normalise: &Normalise, value: f64) -> Option<Text> {
    const NOISE: f64 = 1e-9;
    let Normalise::Ladder { top, rungs } = normalise else {
        return None;
    };
    let [worst, best] = method.scale;
    let at = |score: f64| worst + score / top * (best - worst);
    let enough = rungs
        .iter()
        .filter(|rung| value <= at(rung.bounds().0) + NOISE);
    let lowest = enough.min_by(|one, two| one.bounds().0.total_cmp(&two.bounds().0));
    lowest.map(|rung| rung.label.clone())
}

fn weight_ways(draws: &Draws, village: usize, room: &mut Room) -> Vec<WeightWay> {
    let Some(places) = &draws.places else {
        return Vec::new();
    };
    let mut ways = Vec::new();
    let root = &draws.plan.nodes[draws.plan.root];
    for slot in root.first_weight..root.first_weight + root.children.len() {
        let mut factor = 1.0;
        'search: for _ in 0..WEIGHT_STEPS {
            factor *= WEIGHT_STEP;
            for times in [factor, 1.0 / factor] {
                let mut weights = draws.plan.weights.clone();
                weights[slot] *= times;
                draws.rank_by_weights(&weights, room);
                let mut chosen = false;
                room.choose(places, |it| chosen |= it == village);
                if chosen {
                    ways.push((
                        factor,
                        WeightWay {
                            child: draws.children[slot].clone(),
                            times,
                        },
                    ));
                    break 'search;
                }
            }
        }
    }
    ways.sort_by(|one, two| one.0.total_cmp(&two.0));
    ways.into_iter().map(|(_, way)| way).collect()
}
