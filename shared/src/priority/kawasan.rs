//! Neighbouring villages that together reach what a programme asks for: kawasan, each with one centre.
//!
//! Always: a kawasan is connected and reaches every total, and with any village less it would not; a village
//! lies in at most one; which kawasan are taken is exact among those that were found, and it is said
//! whether those are all there are.
//! Never: counts what is not known; an unknown area or number of families adds nothing, and its village is named.

mod grow;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::document::Problem;
use super::exact::{Best, Model, Row, Wanted};
use super::method::{Method, Quota};
use super::order::{from_steps, steps};
use super::proof::{Effort, KAWASAN_DECIMALS, KAWASAN_PARTS, Next, NextBest, Proof};
use super::rank::RankedUnit;
use super::rules::Spacing;
use super::spacing::{Position, near_pairs};
use super::text::Text;
use super::unit::Area;
use grow::{Found, Land};

pub const MEMBERS_MAX: u32 = 40;

/// What makes a kawasan. The quota then counts kawasan: the most altogether, and the most whose centre lies
/// in one area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kawasan {
    /// The most villages of one kawasan.
    pub members_max: u32,
    /// Who is whose neighbour: by a list, or nearer than `km`.
    pub neighbours: Spacing,
    /// Dimension whose score makes a village the centre; the village that leads in the order of the ranking
    /// wins a tie.
    pub centre: String,
    /// Dimensions that are the kawasan's functions: each is led by its best village.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
    #[serde(rename = "total")]
    pub totals: Vec<Total>,
}

/// A sum over the villages that a kawasan must reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    pub label: Text,
    /// Its raw values are summed; below zero counts as nothing.
    pub indicator: String,
    pub at_least: f64,
}

/// A kawasan that was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KawasanResult {
    /// Codes; the centre first, the others in the order of the ranking.
    pub members: Vec<String>,
    pub centre: String,
    pub area: Area,
    /// Mean of the rounded scores of its villages.
    pub score: f64,
    /// One per total, in document order.
    pub sums: Vec<f64>,
    /// One per function: the dimension, the village that leads in it, its score.
    pub functions: Vec<FunctionLead>,
    /// Villages of which a total is not known.
    pub unknown: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FunctionLead {
    pub dimension: String,
    pub region: String,
    pub score: Option<f64>,
}

/// The kawasan taken, and how sure it is that no others are better.
pub(super) struct Taken {
    pub(super) kawasan: Vec<KawasanResult>,
    /// Of each candidate: which kawasan it lies in.
    pub(super) of_candidate: Vec<Option<u32>>,
    pub(super) proof: Proof,
}

/// The villages as the search sees them, and the kawasan that they could form.
pub(super) struct Possibilities {
    land: Land,
    found: Found,
}

impl Possibilities {
    /// `candidates` stand best first.
    pub(super) fn new(
        candidates: &[&RankedUnit],
        kawasan: &Kawasan,
        figures: &[&str],
    ) -> Possibilities {
        let land = land(candidates, kawasan, figures);
        let found = land.kawasan(kawasan.members_max as usize);
        Possibilities { land, found }
    }

    /// Whether they are all that there are.
    pub(super) fn are_all(&self) -> bool {
        self.found.all
    }

    pub(super) fn count(&self) -> usize {
        self.found.sets.len()
    }

    /// The same villages in another order: each at its place in `places`.
    pub(super) fn moved(&self, places: &[u32]) -> Possibilities {
        let moved = |members: &Vec<u32>| {
            let each = members.iter();
            let mut moved: Vec<u32> = each.map(|it| places[*it as usize]).collect();
            moved.sort_unstable();
            moved
        };
        Possibilities {
            land: self.land.moved(places),
            found: Found {
                sets: self.found.sets.iter().map(moved).collect(),
                all: self.found.all,
            },
        }
    }
}

/// Takes kawasan among `candidates`, which stand best first.
///
/// Errors: what cannot be solved within its steps.
pub(super) fn take(
    candidates: &[&RankedUnit],
    method: &Method,
    kawasan: &Kawasan,
    possible: &Possibilities,
    quota: &Quota,
    decimals: u8,
    effort: Effort,
) -> Result<Taken, Vec<Problem>> {
    let Possibilities { land, found } = possible;
    let scores: Vec<i64> = candidates
        .iter()
        .map(|it| steps(it.score.unwrap_or_default(), decimals))
        .collect();
    let mut options: Vec<Possible> = found
        .sets
        .iter()
        .map(|members| Possible::new(members, &scores, candidates, method, kawasan))
        .collect();
    // Best first, as the model wants its columns; of equal ones the one with the better villages.
    options.sort_by(|one, two| {
        two.mean
            .cmp(&one.mean)
            .then_with(|| one.members.cmp(&two.members))
    });
    let packed = pack(&options, candidates, quota, effort)?;
    let mut of_candidate = vec![None; candidates.len()];
    let mut results = Vec::with_capacity(packed.taken.len());
    for option in packed.taken.iter().map(|place| &options[*place as usize]) {
        for member in &option.members {
            of_candidate[*member as usize] = Some(results.len() as u32);
        }
        results.push(option.result(candidates, method, kawasan, land, decimals));
    }
    Ok(Taken {
        kawasan: results,
        of_candidate,
        proof: packed.proof(&options, candidates, found, decimals),
    })
}

/// The villages as the search sees them: neighbours and what each adds.
fn land(candidates: &[&RankedUnit], kawasan: &Kawasan, figures: &[&str]) -> Land {
    let place = |id: &str| figures.iter().position(|it| *it == id);
    let value = |unit: &RankedUnit, id: &str| place(id).and_then(|place| unit.figures[place]);
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    let spacing = &kawasan.neighbours;
    if let (Some(km), Some(latitude), Some(longitude)) =
        (spacing.km, &spacing.latitude, &spacing.longitude)
    {
        let known: Vec<(u32, Position)> = (0_u32..)
            .zip(candidates)
            .filter_map(|(index, unit)| {
                let position = Position::new(value(unit, latitude), value(unit, longitude));
                Some((index, position?))
            })
            .collect();
        let listed: Vec<Position> = known.iter().map(|(_, it)| *it).collect();
        let near = near_pairs(&listed, (km * 1000.0) as u64);
        let index = |it: u32| known[it as usize].0;
        pairs.extend(near.iter().map(|(one, two)| (index(*one), index(*two))));
    }
    let by_code: BTreeMap<&str, u32> = (0_u32..)
        .zip(candidates)
        .map(|(index, unit)| (unit.region.as_str(), index))
        .collect();
    for (one, two) in spacing.border_pairs() {
        if let (Some(one), Some(two)) = (by_code.get(one), by_code.get(two)) {
            pairs.push((*one, *two));
        }
    }
    let each = candidates.iter();
    let adds = each.map(|unit| {
        let totals = kawasan.totals.iter();
        totals.map(|it| value(unit, &it.indicator)).collect()
    });
    let wanted = kawasan.totals.iter().map(|it| it.at_least).collect();
    Land::new(pairs, adds.collect(), wanted)
}

/// A kawasan that could be taken.
struct Possible {
    /// Candidates, rising: the best first.
    members: Vec<u32>,
    centre: u32,
    /// Mean of the scores, in thousandths of a step: whole, so that sums are exact.
    mean: i64,
}

impl Possible {
    fn new(
        members: &[u32],
        scores: &[i64],
        candidates: &[&RankedUnit],
        method: &Method,
        kawasan: &Kawasan,
    ) -> Possible {
        let sum: i64 = members.iter().map(|it| scores[*it as usize]).sum();
        let count = members.len() as i64;
        Possible {
            members: members.to_vec(),
            centre: leader(members, candidates, method, &kawasan.centre),
            mean: (sum * KAWASAN_PARTS).div_euclid(count),
        }
    }

    fn result(
        &self,
        candidates: &[&RankedUnit],
        method: &Method,
        kawasan: &Kawasan,
        land: &Land,
        decimals: u8,
    ) -> KawasanResult {
        let unit = |it: u32| candidates[it as usize];
        let centre = unit(self.centre);
        let others = self.members.iter().filter(|it| **it != self.centre);
        let code = |it: &u32| unit(*it).region.clone();
        let lead = |dimension: &String| {
            let best = leader(&self.members, candidates, method, dimension);
            FunctionLead {
                dimension: dimension.clone(),
                region: code(&best),
                score: score_in(unit(best), method, dimension),
            }
        };
        let unknown = self.members.iter().filter(|it| land.lacks(**it));
        KawasanResult {
            members: std::iter::once(code(&self.centre))
                .chain(others.map(code))
                .collect(),
            centre: centre.region.clone(),
            area: centre.group.clone(),
            // Rounded once more from thousandths.
            score: from_steps(
                (self.mean + KAWASAN_PARTS / 2).div_euclid(KAWASAN_PARTS),
                decimals,
            ),
            sums: land.sums(&self.members),
            functions: kawasan.functions.iter().map(lead).collect(),
            unknown: unknown.map(code).collect(),
        }
    }
}

/// The village with the highest rounded score in a dimension; the first of equals.
fn leader(members: &[u32], candidates: &[&RankedUnit], method: &Method, dimension: &str) -> u32 {
    let mut best = (members[0], None);
    for member in members {
        let score = score_in(candidates[*member as usize], method, dimension);
        let score = score.map(|it| steps(it, method.decimals));
        if best.1 < score {
            best = (*member, score);
        }
    }
    best.0
}

fn score_in(unit: &RankedUnit, method: &Method, dimension: &str) -> Option<f64> {
    let place = method.dimensions.iter().position(|it| it.id == dimension)?;
    unit.dimensions[place].score
}

/// Which kawasan are taken, as places among the options.
struct Packed {
    taken: Vec<u32>,
    /// None where there is no option at all.
    solved: Option<Solved>,
}

struct Solved {
    best: Best,
    /// Whether no more kawasan could be taken.
    most: bool,
    next: Next,
}

/// As many kawasan as possible, then the highest sum of their means.
fn pack(
    options: &[Possible],
    candidates: &[&RankedUnit],
    quota: &Quota,
    effort: Effort,
) -> Result<Packed, Vec<Problem>> {
    if options.is_empty() {
        return Ok(Packed {
            taken: Vec::new(),
            solved: None,
        });
    }
    let mut model = packing(options, candidates, quota, effort);
    let all = 0..options.len() as u32;
    let most = model.best(&vec![1; options.len()], Wanted::Value);
    let most = most.map_err(|_| unsolved())?;
    model.rows.push(Row::at_least(all, most.value));
    let least = least(options);
    let values: Vec<i64> = options.iter().map(|it| it.mean - least).collect();
    let best = model.best(&values, Wanted::First).map_err(|_| unsolved())?;
    let next = if effort.next_best {
        let fewer = best.taken.len() as i64 - 1;
        model.rows.push(Row::at_most(best.taken.clone(), fewer));
        model.best(&values, Wanted::Value).into()
    } else {
        Next::Unsolved
    };
    Ok(Packed {
        taken: best.taken.clone(),
        solved: Some(Solved {
            best,
            most: most.value == most.bound,
            next,
        }),
    })
}

/// No village twice, no area and not all together more than the quota.
fn packing(
    options: &[Possible],
    candidates: &[&RankedUnit],
    quota: &Quota,
    effort: Effort,
) -> Model {
    let mut of_village: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut of_area: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (column, option) in (0_u32..).zip(options) {
        for member in &option.members {
            of_village.entry(*member).or_default().push(column);
        }
        let area = candidates[option.centre as usize].group.code.as_str();
        of_area.entry(area).or_default().push(column);
    }
    let crowded = of_village.into_values().filter(|it| 1 < it.len());
    let mut rows: Vec<Row> = crowded.map(|it| Row::at_most(it, 1)).collect();
    let areas = of_area.into_values();
    rows.extend(areas.map(|it| Row::at_most(it, i64::from(quota.per_area))));
    if let Some(most) = quota.total {
        rows.push(Row::at_most(0..options.len() as u32, i64::from(most)));
    }
    Model {
        pools: options.iter().map(|it| it.centre).collect(),
        rows,
        steps_max: effort.steps_max,
    }
}

fn least(options: &[Possible]) -> i64 {
    options.iter().map(|it| it.mean).min().unwrap_or_default()
}

fn unsolved() -> Vec<Problem> {
    vec![Problem {
        place: "programme.kawasan".to_owned(),
        line: None,
        text: Text::new(
            "pilihan kawasan tidak selesai dihitung dalam batas langkah; kecilkan `members_max` atau jarak",
            "the choice of kawasan did not end within the limit of steps; lower `members_max` or the distance",
        ),
    }]
}

impl Packed {
    fn proof(
        self,
        options: &[Possible],
        candidates: &[&RankedUnit],
        found: &Found,
        decimals: u8,
    ) -> Proof {
        let nothing = Proof {
            of_kawasan: true,
            by_sorting: false,
            candidates: options.len() as u32,
            considered: 0,
            total: 0.0,
            bound: found.all.then_some(0.0),
            proved: found.all,
            first: found.all,
            next: None,
            next_unsolved: false,
        };
        let Some(Solved { best, most, next }) = self.solved else {
            return nothing;
        };
        let shift = least(options) * best.taken.len() as i64;
        let decimals = decimals + KAWASAN_DECIMALS;
        let points = |value: i64| from_steps(value + shift, decimals);
        // Kawasan may share villages, so that it is villages that come and go.
        let villages = |taken: &[u32]| -> BTreeSet<u32> {
            let each = taken.iter().flat_map(|it| &options[*it as usize].members);
            each.copied().collect()
        };
        let only = |here: &[u32], there: &[u32]| -> Vec<String> {
            let others = villages(there);
            let own = villages(here).into_iter();
            own.filter(|it| !others.contains(it))
                .map(|it| candidates[it as usize].region.clone())
                .collect()
        };
        Proof {
            considered: best.considered as u32,
            total: points(best.value),
            bound: found.all.then(|| points(best.bound)),
            proved: found.all && most && best.value == best.bound,
            first: found.all && best.first,
            next_unsolved: next.is_unsolved(),
            next: next.found().map(|next| NextBest {
                total: points(next.value),
                gap: from_steps(best.value - next.value, decimals),
                proved: found.all && next.value == next.bound,
                entering: only(&next.taken, &best.taken),
                leaving: only(&best.taken, &next.taken),
            }),
            ..nothing
        }
    }
}

#[cfg(test)]
mod tests;
