//! Scores from given rungs, and what is missing to the next class.
//!
//! Always: the gap is measured from the unrounded score to the smallest score of the next class.
//! Never: reads an answer.

use serde::{Deserialize, Serialize};

use super::document::Problem;
use super::evaluate::{Program, Sheet, score};
use super::method::{Class, Direction, Method, Normalise, Rung, Weights};
use super::order::{from_steps, round_to};
use super::plan::Plan;
use super::rank::{RankedUnit, class_place, ranked_unit};
use super::scored::Scored;
use super::table::Table;
use super::text::Text;
use super::unit::{Observation, Unit};
use super::weigh::weigh;

/// The way to the next class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    pub next_class: String,
    /// SKOR_MINIMAL: the smallest rounded score of the next class.
    pub minimum: f64,
    /// PENAMBAHAN: minimum less the unrounded score.
    pub missing: f64,
}

/// What the next rung of one indicator would add.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    pub indicator: String,
    pub from: f64,
    pub to: f64,
    pub rung: Text,
    /// What the score would rise by.
    pub gain: f64,
    /// Whether the village would then be in the next class.
    pub reaches_next: bool,
    pub verified: bool,
}

/// Scores one village whose rungs are known, such as a row of the official service. `scores` holds
/// one per indicator, in document order, from 0 to the top of its ladder.
pub fn score_rungs(method: &Method, scores: &[f64]) -> Result<RankedUnit, Vec<Problem>> {
    let mut problems = Vec::new();
    if scores.len() != method.indicators.len() {
        problems.push(Problem {
            place: "scores".to_owned(),
            line: None,
            text: Text::new(
                format!(
                    "ada {} skor, metode meminta {}",
                    scores.len(),
                    method.indicators.len()
                ),
                format!(
                    "{} scores where the method asks for {}",
                    scores.len(),
                    method.indicators.len()
                ),
            ),
        });
    }
    let mut given = method.clone();
    given.programme = None;
    given.screening = None;
    for (indicator, score) in given.indicators.iter_mut().zip(scores) {
        let top = match &indicator.normalise {
            Normalise::Ladder { top, .. } => *top,
            Normalise::MinMax { .. }
            | Normalise::ZScore
            | Normalise::Rank
            | Normalise::Percentile
            | Normalise::Target { .. }
            | Normalise::AsIs => 0.0,
        };
        if !(0.0..=top).contains(score) || top <= 0.0 {
            problems.push(Problem {
                place: format!("indicator {}", indicator.id),
                line: None,
                text: Text::new(
                    format!("skor {score} tidak ada di tangga 0 sampai {top}"),
                    format!("score {score} is not on the ladder from 0 to {top}"),
                ),
            });
        }
        // A rung is already a measure between its posts.
        indicator.expression = Some(indicator.id.clone());
        indicator.denominator = None;
        indicator.direction = Direction::Higher;
        indicator.normalise = Normalise::MinMax {
            min: Some(0.0),
            max: Some(top),
        };
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let unit = Unit {
        indicators: scores.iter().map(|it| Observation::number(*it)).collect(),
        ..Unit::default()
    };
    let table = Table::gather(&given, [&unit])?;
    Ok(ranked_unit(
        &Scored::new(&given, &table, ""),
        0,
        Some(&unit),
    ))
}

/// The gap to the next class; none in the highest class, without classes or without a score.
pub fn gap(method: &Method, score: Option<f64>) -> Option<Gap> {
    gap_in(&method.classes, method.decimals, score)
}

/// The same for whoever has the ranking and not the method.
pub fn gap_in(classes: &[Class], decimals: u8, score: Option<f64>) -> Option<Gap> {
    let score = score?;
    let index = class_place(classes, decimals, score)?;
    let class = &classes[index];
    let next = classes.get(index + 1)?;
    let step = from_steps(1, decimals);
    let bound = class.up_to?;
    let minimum = if class.inclusive { bound + step } else { bound };
    let minimum = round_to(minimum, decimals);
    Some(Gap {
        next_class: next.id.clone(),
        minimum,
        missing: minimum - score,
    })
}

/// What one rung more on each indicator would add, the largest gain first. A rung that is known
/// only between two scores counts by its lowest. Empty where weights come from the data: one village
/// does not tell them.
pub fn gains(method: &Method, unit: &RankedUnit) -> Vec<Gain> {
    let from_data = method
        .dimensions
        .iter()
        .any(|it| it.weights == Weights::Pca);
    let Some(score_now) = unit.score.filter(|_| !from_data) else {
        return Vec::new();
    };
    let mut values: Vec<f64> = unit
        .indicators
        .iter()
        .map(|it| it.normalised.unwrap_or(f64::NAN))
        .collect();
    let mut plan = Plan::new(method);
    weigh(method, &mut plan, &Sheet::of_row(&values), &[true]);
    let total = |values: &[f64]| {
        let sheet = Sheet::of_row(values);
        let nodes = Program::new(&plan, &sheet, &plan.weights).every_node();
        score(nodes[plan.root][0])
    };
    let minimum = gap(method, Some(score_now)).map(|gap| gap.minimum);
    let [worst, best] = method.scale;
    let mut gains = Vec::new();
    for (index, indicator) in method.indicators.iter().enumerate() {
        let Normalise::Ladder { top, rungs } = &indicator.normalise else {
            continue;
        };
        let value = values[index];
        if value.is_nan() {
            continue;
        }
        let from = (value - worst) / (best - worst) * top;
        let Some(next) = next_rung(rungs, from) else {
            continue;
        };
        let to = next.bounds().0;
        values[index] = worst + to / top * (best - worst);
        let raised = total(&values);
        values[index] = value;
        let Some(raised) = raised else { continue };
        gains.push(Gain {
            indicator: indicator.id.clone(),
            from: round_to(from, 6),
            to,
            rung: next.label.clone(),
            gain: raised - score_now,
            reaches_next: minimum.is_some_and(|it| round_to(raised, method.decimals) >= it),
            verified: next.verified,
        });
    }
    // Stable: equal gains stay in document order.
    gains.sort_by(|one, two| two.gain.total_cmp(&one.gain));
    gains
}

fn next_rung(rungs: &[Rung], from: f64) -> Option<&Rung> {
    const NOISE: f64 = 1e-9;
    rungs
        .iter()
        .filter(|rung| from + NOISE < rung.bounds().0)
        .min_by(|one, two| one.bounds().0.total_cmp(&two.bounds().0))
}
