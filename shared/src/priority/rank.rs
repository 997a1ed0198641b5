//! Scores, intervals, classes and ranks of villages under one method.
//!
//! Always: scores are rounded before they are compared; the order of the villages given changes
//! nothing; a village that is held, not eligible or without data keeps its interval and its reason.
//! Never: settles a tie by row order or by the last bit of a float.

use serde::{Deserialize, Serialize};

use super::document::{Problem, method_hash};
use super::evaluate::score;
use super::method::{Class, Method, Normalise, Programme};
use super::normalise::Note;
use super::order::{round_to, steps};
use super::reasons;
use super::scored::Scored;
use super::table::Table;
use super::text::Text;
use super::unit::{Area, Hold, Observation, Observed, Unit};

/// Which method made a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodRef {
    pub id: String,
    pub version: String,
    /// SHA-256 of the canonical form, hexadecimal.
    pub hash: String,
    pub label: Text,
    pub estimate: bool,
}

/// All villages under one method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    pub method: MethodRef,
    /// Scores were rounded to so many decimals before they were compared.
    pub decimals: u8,
    /// Seed of the public lottery; empty where the method chooses nobody.
    pub seed: String,
    pub dimensions: Vec<DimensionHead>,
    pub indicators: Vec<IndicatorHead>,
    pub classes: Vec<Class>,
    /// The ranked ones first, in order; then the others by code.
    pub units: Vec<RankedUnit>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionHead {
    pub id: String,
    pub parent: Option<String>,
    pub label: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorHead {
    pub id: String,
    pub dimension: String,
    pub label: Text,
    pub unit: Text,
    pub decimals: u8,
    /// Whether anything that is asked scores it.
    pub scorable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ranked,
    /// "Belum layak dinilai": a critical finding or a conflict.
    Held,
    NotEligible,
    /// Whether it is eligible is not known.
    EligibilityUnknown,
    /// No indicator has a value, or the mean has no meaning.
    NotScored,
    /// Too little data, or left out by the method.
    Screened,
    /// Without approved answers; draws may count it all the same.
    Unvisited,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankedUnit {
    pub region: String,
    pub name: String,
    pub group: Area,
    pub status: Status,
    /// Unrounded.
    pub score: Option<f64>,
    /// What it was compared by.
    pub rounded: Option<f64>,
    /// The score if everything missing were at its worst.
    pub lower: Option<f64>,
    /// The score if everything missing were at its best.
    pub upper: Option<f64>,
    pub class: Option<String>,
    pub class_lower: Option<String>,
    pub class_upper: Option<String>,
    /// 1 is the highest score; equal rounded scores share the smallest. Only of ranked villages.
    pub rank: Option<u32>,
    pub group_rank: Option<u32>,
    /// One per dimension, in the order of the heads.
    pub dimensions: Vec<DimensionScore>,
    /// One per indicator, in the order of the heads; empty in a list without details.
    pub indicators: Vec<IndicatorDetail>,
    /// Values of the tie keys.
    pub tie_keys: Vec<Option<f64>>,
    /// Raw values that rules of the quota read, in the order of [`Programme::figures`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Option<f64>>,
    /// SHA-256(seed|code), where nothing else decided.
    pub lottery: Option<String>,
    /// Rules that failed, or whose answer is not known.
    pub failed_rules: Vec<String>,
    pub holds: Vec<Hold>,
    pub reasons: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionScore {
    pub score: Option<f64>,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Scored,
    /// No value, or too few.
    Empty,
    /// A geometric or harmonic mean met a negative value.
    Negative,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndicatorDetail {
    pub raw: Observed,
    /// What the raw value is at least, where it is not known in full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_lower: Option<f64>,
    /// On the method's scale; none where it left with its weight.
    pub normalised: Option<f64>,
    pub lowest: f64,
    pub highest: f64,
    /// Share in the score, between 0 and 1.
    pub weight: f64,
    /// Weight times normalised. These sum to the score where `additive`.
    pub contribution: f64,
    pub additive: bool,
    /// Whether the village's own answer gave the value.
    pub observed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<RungDetail>,
    /// Paths of the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
}

/// The rung that an answer stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RungDetail {
    pub lowest: f64,
    pub highest: f64,
    pub label: Text,
    pub source: String,
    pub verified: bool,
}

impl Ranking {
    /// The same list without the details of indicators: what a table of thousands needs.
    #[must_use]
    pub fn without_details(mut self) -> Ranking {
        for unit in &mut self.units {
            unit.indicators = Vec::new();
        }
        self
    }

    pub fn unit(&self, region: &str) -> Option<&RankedUnit> {
        self.units.iter().find(|unit| unit.region == region)
    }
}

/// Ranks `units`. `seed` feeds the lottery of methods with a programme.
///
/// Errors: every unit whose lists do not fit the method, and every code that stands twice.
pub fn rank(method: &Method, units: &[Unit], seed: &str) -> Result<Ranking, Vec<Problem>> {
    let table = Table::gather(method, units)?;
    let scored = Scored::new(method, &table, seed);
    let mut sorted: Vec<&Unit> = units.iter().collect();
    sorted.sort_by(|one, two| one.region.cmp(&two.region));
    Ok(ranking(&scored, seed, |row| Some(sorted[row])))
}

/// The list of a scored table, without the details of indicators.
pub fn list(scored: &Scored, seed: &str) -> Ranking {
    ranking(scored, seed, |_| None)
}

/// Some villages of a scored table with all their details, as [`rank`] gives them: what a card needs where the whole
/// list has none. Codes that are not in the table are left out.
pub fn detailed<'u>(scored: &Scored, units: impl IntoIterator<Item = &'u Unit>) -> Vec<RankedUnit> {
    let peers = reasons::peers(scored);
    let rows = &scored.table.rows;
    let each = units.into_iter().filter_map(|unit| {
        let row = rows.binary_search_by(|row| row.region.cmp(&unit.region));
        let mut ranked = ranked_unit(scored, row.ok()?, Some(unit));
        let peers = peers.get(&ranked.group.code).copied();
        ranked.reasons = reasons::reasons(scored.method, &ranked, peers.unwrap_or_default());
        Some(ranked)
    });
    each.collect()
}

fn ranking<'u>(scored: &Scored, seed: &str, unit: impl Fn(usize) -> Option<&'u Unit>) -> Ranking {
    let method = scored.method;
    let order = scored.arranged.order.iter().map(|row| *row as usize);
    let mut ranking = Ranking {
        decimals: method.decimals,
        seed: match method.programme {
            Some(_) => seed.to_owned(),
            None => String::new(),
        },
        units: order
            .map(|row| ranked_unit(scored, row, unit(row)))
            .collect(),
        ..head(method)
    };
    reasons::explain(method, &mut ranking);
    ranking
}

/// A ranking without villages: what a console needs to label the columns.
pub fn head(method: &Method) -> Ranking {
    Ranking {
        method: MethodRef {
            id: method.id.clone(),
            version: method.version.clone(),
            hash: method_hash(method),
            label: method.label.clone(),
            estimate: method.estimate,
        },
        decimals: method.decimals,
        seed: String::new(),
        dimensions: method
            .dimensions
            .iter()
            .map(|dimension| DimensionHead {
                id: dimension.id.clone(),
                parent: dimension.parent.clone(),
                label: dimension.label.clone(),
            })
            .collect(),
        indicators: method
            .indicators
            .iter()
            .map(|indicator| IndicatorHead {
                id: indicator.id.clone(),
                dimension: indicator.dimension.clone(),
                label: indicator.label.clone(),
                unit: indicator.unit.clone(),
                decimals: indicator.decimals,
                scorable: indicator.is_scorable(),
            })
            .collect(),
        classes: method.classes.clone(),
        units: Vec::new(),
    }
}

/// Everything about one village; `unit` is what its row was gathered from, where details are wanted.
pub(super) fn ranked_unit(scored: &Scored, row: usize, unit: Option<&Unit>) -> RankedUnit {
    let (method, kept) = (scored.method, &scored.table.rows[row]);
    let root = scored.plan.root;
    let total = score(scored.scores[row]);
    let low = least(score(scored.lower[root][row]), total);
    let high = most(score(scored.upper[root][row]), total);
    let class = |score: Option<f64>| score.and_then(|it| class_of(method, it));
    let rank = |ranks: &[u32]| Some(ranks[row]).filter(|rank| *rank != 0);
    RankedUnit {
        region: kept.region.clone(),
        name: kept.name.clone(),
        group: scored.table.area(row).clone(),
        status: scored.statuses[row],
        score: total,
        rounded: total.map(|score| round_to(score, method.decimals)),
        lower: low,
        upper: high,
        class: class(total),
        class_lower: class(low),
        class_upper: class(high),
        rank: rank(&scored.ranks.overall),
        group_rank: rank(&scored.ranks.in_group),
        dimensions: (0..scored.nodes.len())
            .map(|index| dimension_score(scored, index, row))
            .collect(),
        indicators: unit.map_or_else(Vec::new, |unit| details(scored, row, unit)),
        tie_keys: kept.tie_keys.clone(),
        figures: figures(scored, row),
        lottery: scored.arranged.tickets.get(&(row as u32)).cloned(),
        failed_rules: kept.standing.failed_rules.clone(),
        holds: kept.holds.clone(),
        reasons: Vec::new(),
    }
}

/// What the rules of the method's programme read of a village.
fn figures(scored: &Scored, row: usize) -> Vec<Option<f64>> {
    let programme = scored.method.programme.as_ref();
    let ids = programme.map_or_else(Vec::new, Programme::figures);
    let value = |id: &&str| {
        let place = scored
            .method
            .indicators
            .iter()
            .position(|it| it.id == *id)?;
        score(scored.table.columns[place].values[row])
    };
    ids.iter().map(value).collect()
}

fn dimension_score(scored: &Scored, index: usize, row: usize) -> DimensionScore {
    let value = scored.nodes[index][row];
    let own = score(value);
    DimensionScore {
        score: own,
        lower: least(score(scored.lower[index][row]), own),
        upper: most(score(scored.upper[index][row]), own),
        outcome: match own {
            Some(_) => Outcome::Scored,
            None if value.is_nan() => Outcome::Empty,
            None => Outcome::Negative,
        },
    }
}

fn details(scored: &Scored, row: usize, unit: &Unit) -> Vec<IndicatorDetail> {
    let point = |index: usize| score(scored.points[index].values[row]);
    let shares = scored.plan.shares(
        |index| point(index).is_some(),
        |index| score(scored.nodes[index][row]).is_some(),
    );
    let additive = scored.plan.is_additive();
    let mut details = Vec::with_capacity(shares.len());
    for (index, share) in shares.into_iter().enumerate() {
        let points = &scored.points[index];
        let measured;
        let observation = match measure(scored, row, index, unit) {
            Some(distance) => {
                measured = distance;
                &measured
            }
            None => &unit.indicators[index],
        };
        let reached = points.rungs.get(row).copied().flatten();
        let rung = match (&scored.method.indicators[index].normalise, reached) {
            (Normalise::Ladder { rungs, .. }, Some(rung)) => Some(&rungs[usize::from(rung)]),
            _ => None,
        };
        let (lowest, highest) = points.span(row);
        details.push(IndicatorDetail {
            raw: match &observation.value {
                Observed::Number(number) if !number.is_finite() => Observed::Missing,
                value => value.clone(),
            },
            raw_lower: observation.lower.filter(|lower| lower.is_finite()),
            normalised: point(index),
            lowest,
            highest,
            weight: share,
            contribution: point(index).map_or(0.0, |point| share * point),
            additive,
            observed: points.observed[row],
            note: points.notes[row],
            rung: rung.map(|rung| RungDetail {
                lowest: rung.bounds().0,
                highest: rung.bounds().1,
                label: rung.label.clone(),
                source: rung.source.clone(),
                verified: rung.verified,
            }),
            source: observation.source.clone(),
        });
    }
    details
}

/// A distance as if it had been observed, with the answers that gave the village's own position.
fn measure(scored: &Scored, row: usize, index: usize, unit: &Unit) -> Option<Observation> {
    let nearest = scored.method.indicators[index].nearest.as_ref()?;
    let value = score(scored.table.columns[index].values[row]);
    let indicators = scored.method.indicators.iter().zip(&unit.indicators);
    let own = indicators.filter(|(it, _)| it.id == nearest.latitude || it.id == nearest.longitude);
    let mut source: Vec<String> = own.flat_map(|(_, it)| it.source.iter().cloned()).collect();
    source.sort();
    source.dedup();
    Some(Observation {
        value: value.map_or(Observed::Missing, Observed::Number),
        source,
        ..Observation::default()
    })
}

/// What a score may be at least: no bound lies above the score itself.
pub(super) fn least(bound: Option<f64>, score: Option<f64>) -> Option<f64> {
    match (bound, score) {
        (Some(bound), Some(score)) => Some(bound.min(score)),
        (bound, score) => bound.or(score),
    }
}

/// What a score may be at most.
pub(super) fn most(bound: Option<f64>, score: Option<f64>) -> Option<f64> {
    match (bound, score) {
        (Some(bound), Some(score)) => Some(bound.max(score)),
        (bound, score) => bound.or(score),
    }
}

/// The class of a score after rounding.
pub(super) fn class_of(method: &Method, score: f64) -> Option<String> {
    let place = class_place(&method.classes, method.decimals, score)?;
    Some(method.classes[place].id.clone())
}

/// Which class a score falls into after rounding.
pub(super) fn class_place(classes: &[Class], decimals: u8, score: f64) -> Option<usize> {
    let score = steps(score, decimals);
    classes.iter().position(|class| match class.up_to {
        None => true,
        Some(bound) if class.inclusive => score <= steps(bound, decimals),
        Some(bound) => score < steps(bound, decimals),
    })
}
