//! Scores, intervals, classes and ranks of villages under one method.
//!
//! Always: scores are rounded before they are compared; the order of the villages given changes
//! nothing; a village that is held, not eligible or without data keeps its interval and its reason.
//! Never: settles a tie by row order or by the last bit of a float.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::document::{Problem, method_hash};
use super::method::{Class, Method, Normalise};
use super::normalise::{Cell, Column, Note, normalise};
use super::order::{number, order, round_to, steps};
use super::plan::{Plan, Score};
use super::reasons;
use super::text::Text;
use super::unit::{Area, Hold, Observed, Unit};

pub const UNITS_MAX: usize = 200_000;

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
    let problems = check_units(method, units);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut sorted: Vec<&Unit> = units.iter().collect();
    sorted.sort_by(|one, two| one.region.cmp(&two.region));
    let standings: Vec<Standing> = sorted.iter().map(|unit| standing(method, unit)).collect();
    let counted: Vec<bool> = standings
        .iter()
        .map(|standing| standing.status == Status::Ranked)
        .collect();
    let groups: Vec<&str> = sorted.iter().map(|unit| unit.group.code.as_str()).collect();
    let columns: Vec<Vec<Cell>> = method
        .indicators
        .iter()
        .enumerate()
        .map(|(index, indicator)| {
            let column = Column {
                observations: sorted.iter().map(|unit| &unit.indicators[index]).collect(),
                groups: &groups,
                counted: &counted,
            };
            normalise(method, indicator, &column)
        })
        .collect();
    let scorer = Scorer::new(method);
    let mut ranked: Vec<RankedUnit> = Vec::with_capacity(sorted.len());
    for (row, (unit, standing)) in sorted.iter().zip(standings).enumerate() {
        let cells: Vec<Cell> = columns.iter().map(|column| column[row].clone()).collect();
        ranked.push(scorer.score(unit, standing, &cells));
    }
    order(method, seed, &mut ranked);
    number(&mut ranked, method.decimals);
    let mut ranking = Ranking {
        decimals: method.decimals,
        seed: match method.programme {
            Some(_) => seed.to_owned(),
            None => String::new(),
        },
        units: ranked,
        ..head(method)
    };
    reasons::explain(method, &mut ranking);
    Ok(ranking)
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
                scorable: indicator.expression.is_some(),
            })
            .collect(),
        classes: method.classes.clone(),
        units: Vec::new(),
    }
}

fn check_units(method: &Method, units: &[Unit]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |place: String, id: String, en: String| {
        problems.push(Problem {
            place,
            line: None,
            text: Text::new(id, en),
        });
    };
    if UNITS_MAX < units.len() {
        let count = units.len();
        add(
            "units".to_owned(),
            format!("{count} desa melebihi batas {UNITS_MAX}"),
            format!("{count} villages exceed the limit of {UNITS_MAX}"),
        );
    }
    let programme = method.programme.as_ref();
    let rules = programme.map_or(0, |it| it.eligibility.len());
    let keys = programme.map_or(0, |it| it.tie_break.len());
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for unit in units {
        *seen.entry(&unit.region).or_default() += 1;
        let lists = [
            ("indicators", unit.indicators.len(), method.indicators.len()),
            ("eligibility", unit.eligibility.len(), rules),
            ("tie_break", unit.tie_break.len(), keys),
        ];
        for (list, found, wanted) in lists {
            if found != wanted {
                add(
                    format!("unit {}.{list}", unit.region),
                    format!("ada {found} nilai, metode meminta {wanted}"),
                    format!("{found} values where the method asks for {wanted}"),
                );
            }
        }
    }
    for (region, count) in seen.into_iter().filter(|(_, count)| 1 < *count) {
        add(
            format!("unit {region}"),
            format!("kode ini muncul {count} kali; tiap desa hanya satu baris"),
            format!("this code stands {count} times; each village has one row"),
        );
    }
    problems
}

/// Whether a village takes part, before anything is scored.
struct Standing {
    status: Status,
    failed_rules: Vec<String>,
}

fn standing(method: &Method, unit: &Unit) -> Standing {
    let rules = method.programme.iter().flat_map(|it| &it.eligibility);
    let (mut failed, mut unknown) = (Vec::new(), Vec::new());
    for (rule, observation) in rules.zip(&unit.eligibility) {
        match holds_true(&observation.value) {
            Some(true) => {}
            Some(false) => failed.push(rule.id.clone()),
            None => unknown.push(rule.id.clone()),
        }
    }
    let (status, failed_rules) = if !unit.holds.is_empty() {
        (Status::Held, failed)
    } else if !failed.is_empty() {
        (Status::NotEligible, failed)
    } else if !unknown.is_empty() {
        (Status::EligibilityUnknown, unknown)
    } else {
        (Status::Ranked, Vec::new())
    };
    Standing {
        status,
        failed_rules,
    }
}

fn holds_true(value: &Observed) -> Option<bool> {
    match value {
        Observed::Number(number) if number.is_nan() => None,
        Observed::Number(number) => Some(*number != 0.0),
        Observed::Text(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Observed::Irrelevant => Some(false),
        Observed::Missing | Observed::Unknown | Observed::Refused => None,
    }
}

/// Turns the cells of one village into its scores.
pub(super) struct Scorer<'a> {
    method: &'a Method,
    plan: Plan,
    additive: bool,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(method: &'a Method) -> Scorer<'a> {
        let plan = Plan::new(method);
        let additive = plan.is_additive();
        Scorer {
            method,
            plan,
            additive,
        }
    }

    /// The score of a village with these values on the scale.
    pub(super) fn total(&self, values: &[Option<f64>]) -> Option<f64> {
        let scores = self.plan.aggregate(values);
        self.plan.root(&scores).value()
    }

    fn score(&self, unit: &Unit, standing: Standing, cells: &[Cell]) -> RankedUnit {
        let points: Vec<Option<f64>> = cells.iter().map(|cell| cell.point).collect();
        let lowest: Vec<Option<f64>> = cells.iter().map(|cell| Some(cell.lowest)).collect();
        let highest: Vec<Option<f64>> = cells.iter().map(|cell| Some(cell.highest)).collect();
        let scores = self.plan.aggregate(&points);
        let lower = self.plan.aggregate(&lowest);
        let upper = self.plan.aggregate(&highest);
        let shares = self.plan.shares(&points, &scores);
        let observed = cells.iter().any(|cell| cell.observed);
        let total = self.plan.root(&scores).value().filter(|_| observed);
        let status = match standing.status {
            Status::Ranked if total.is_none() => Status::NotScored,
            status => status,
        };
        let low = least(self.plan.root(&lower).value(), total);
        let high = most(self.plan.root(&upper).value(), total);
        let dimension = |(index, score): (usize, &Score)| DimensionScore {
            score: score.value(),
            lower: least(lower[index].value(), score.value()),
            upper: most(upper[index].value(), score.value()),
            outcome: match score {
                Score::Value(_) => Outcome::Scored,
                Score::Empty => Outcome::Empty,
                Score::Negative => Outcome::Negative,
            },
        };
        let class = |score: Option<f64>| score.and_then(|it| class_of(self.method, it));
        RankedUnit {
            region: unit.region.clone(),
            name: unit.name.clone(),
            group: unit.group.clone(),
            status,
            score: total,
            rounded: total.map(|score| round_to(score, self.method.decimals)),
            lower: low,
            upper: high,
            class: class(total),
            class_lower: class(low),
            class_upper: class(high),
            rank: None,
            group_rank: None,
            dimensions: scores.iter().enumerate().map(dimension).collect(),
            indicators: self.details(unit, cells, &shares),
            tie_keys: unit
                .tie_break
                .iter()
                .map(|it| key_number(&it.value))
                .collect(),
            lottery: None,
            failed_rules: standing.failed_rules,
            holds: unit.holds.clone(),
            reasons: Vec::new(),
        }
    }

    /// A village of which only the cells are known.
    pub(super) fn score_cells(&self, cells: &[Cell]) -> RankedUnit {
        let unit = Unit {
            indicators: vec![super::unit::Observation::default(); cells.len()],
            ..Unit::default()
        };
        let standing = Standing {
            status: Status::Ranked,
            failed_rules: Vec::new(),
        };
        self.score(&unit, standing, cells)
    }

    fn details(&self, unit: &Unit, cells: &[Cell], shares: &[f64]) -> Vec<IndicatorDetail> {
        let mut details = Vec::with_capacity(cells.len());
        for (index, cell) in cells.iter().enumerate() {
            let observation = &unit.indicators[index];
            let rung = match (&self.method.indicators[index].normalise, cell.rung) {
                (Normalise::Ladder { rungs, .. }, Some(rung)) => Some(&rungs[rung]),
                _ => None,
            };
            details.push(IndicatorDetail {
                raw: match &observation.value {
                    Observed::Number(number) if !number.is_finite() => Observed::Missing,
                    value => value.clone(),
                },
                raw_lower: observation.lower.filter(|lower| lower.is_finite()),
                normalised: cell.point,
                lowest: cell.lowest,
                highest: cell.highest,
                weight: shares[index],
                contribution: cell.point.map_or(0.0, |point| shares[index] * point),
                additive: self.additive,
                observed: cell.observed,
                note: cell.note,
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
}

fn least(bound: Option<f64>, score: Option<f64>) -> Option<f64> {
    match (bound, score) {
        (Some(bound), Some(score)) => Some(bound.min(score)),
        (bound, score) => bound.or(score),
    }
}

fn most(bound: Option<f64>, score: Option<f64>) -> Option<f64> {
    match (bound, score) {
        (Some(bound), Some(score)) => Some(bound.max(score)),
        (bound, score) => bound.or(score),
    }
}

fn key_number(value: &Observed) -> Option<f64> {
    match value {
        Observed::Number(number) => Some(*number).filter(|number| number.is_finite()),
        Observed::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Observed::Missing | Observed::Unknown | Observed::Refused | Observed::Irrelevant => None,
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
