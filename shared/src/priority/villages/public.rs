//! What a public table leaves out: small numbers of people, and what would give one away.
//!
//! Always: a number of people or families from 1 to 4 is left out with everything that stands for it alone: its place
//! on the scale, a share of those people, what they earn, a dimension or score that has nothing else in it.
//! Never: changes a number. What is left out is empty, and named in a column of its own.

use crate::priority::evaluate::score;
use crate::priority::method::{Indicator, Method, Missing, Normalise, Treatment};
use crate::priority::plan::Child;
use crate::priority::rank::RankedUnit;
use crate::priority::scored::Scored;

/// The smallest number of people or families that a public file has; smaller ones but zero are withheld.
///
/// This is primary suppression by a minimum frequency, the rule for tables of counts in official statistics
/// (Hundepool and others 2012, Statistical Disclosure Control), with five as its usual threshold. UU 16/1997 article 21
/// asks BPS to keep what respondents say confidential and names no number; five is this program's choice.
///
/// What it does not do is secondary suppression: a score over several indicators stays, and whoever knows the method
/// and all its other values can compute what a withheld one added to it, within its decimals.
pub const COUNT_SHOWN_MIN: u32 = 5;

/// What a table has to leave out, learnt from all its villages.
#[derive(Debug)]
pub(super) struct Withholding {
    /// Of each indicator: those whose small numbers take it along, itself among them.
    guards: Vec<Vec<usize>>,
    /// Of each: whether the whole column on the scale is left out, since one small number shaped all of it.
    shaped: Vec<bool>,
    /// Whether some village is left without its score, so that nobody's distance to it may tell it.
    scores: bool,
    /// Whether anything at all is left out.
    any: bool,
}

/// What is left out of one village; one entry per indicator or dimension.
#[derive(Debug)]
pub(super) struct Withheld {
    raw: Vec<bool>,
    normalised: Vec<bool>,
    dimensions: Vec<bool>,
    /// Also its bounds and classes.
    score: bool,
    /// How far it is from the last chosen one.
    pub(super) gap: bool,
    /// Whether anything is left out of some village, so that words about any may repeat it.
    pub(super) others: bool,
}

impl Withholding {
    pub(super) fn new(scored: &Scored) -> Withholding {
        let indicators = &scored.method.indicators;
        let place = |id: &String| indicators.iter().position(|it| it.id == *id);
        let each = indicators.iter().enumerate();
        let guards: Vec<Vec<usize>> = each
            .map(|(index, indicator)| {
                let own = indicator.counts.map(|_| index);
                own.into_iter()
                    .chain(indicator.about.iter().filter_map(place))
                    .collect()
            })
            .collect();
        let rows = 0..scored.table.rows.len();
        let any_small = |guards: &Vec<usize>| {
            let mut rows = rows.clone();
            !guards.is_empty() && rows.any(|row| is_small(scored, guards, row))
        };
        let each = indicators.iter().zip(&guards);
        let shaped = each.map(|(it, guards)| is_shaped_by_one(it) && any_small(guards));
        let mut withholding = Withholding {
            shaped: shaped.collect(),
            guards,
            scores: false,
            any: false,
        };
        let (mut scores, mut any) = (false, false);
        for row in rows {
            let withheld = withholding.of_village(scored, row);
            scores |= withheld.score;
            any |= withheld.is_any();
        }
        (withholding.scores, withholding.any) = (scores, any);
        withholding
    }

    /// Whether some village is left without its score.
    pub(super) fn hides_scores(&self) -> bool {
        self.scores
    }

    pub(super) fn of_village(&self, scored: &Scored, row: usize) -> Withheld {
        let each = self.guards.iter().zip(&scored.table.columns);
        let raw: Vec<bool> = each
            .map(|(guards, column)| {
                let named = column.named.get(row).is_some_and(Option::is_some);
                let has_value = named || !column.values[row].is_nan();
                has_value && is_small(scored, guards, row)
            })
            .collect();
        let indicators = scored.method.indicators.iter().enumerate();
        let normalised: Vec<bool> = indicators
            .map(|(index, indicator)| {
                let guarded = !self.guards[index].is_empty();
                // A gap that was filled may have been filled with somebody's small number.
                let borrowed =
                    !scored.points[index].observed[row] && is_borrowed(indicator.missing);
                let has_value = !scored.points[index].values[row].is_nan();
                let small = is_small(scored, &self.guards[index], row);
                has_value && (small || self.shaped[index] || (guarded && borrowed))
            })
            .collect();
        let dimensions = alone(scored, row, &normalised);
        Withheld {
            score: dimensions[scored.plan.root],
            gap: self.scores,
            others: self.any,
            raw,
            normalised,
            dimensions,
        }
    }
}

impl Withheld {
    pub(super) fn take_from(&self, unit: &mut RankedUnit) {
        let hidden = self.raw.iter().zip(&self.normalised);
        for (detail, (raw, normalised)) in unit.indicators.iter_mut().zip(hidden) {
            if *raw {
                detail.raw = Default::default();
                detail.raw_lower = None;
            }
            if *raw || *normalised {
                // What adds nothing is not named among the strongest either.
                detail.normalised = None;
                detail.contribution = 0.0;
            }
        }
        for (dimension, hidden) in unit.dimensions.iter_mut().zip(&self.dimensions) {
            if *hidden {
                dimension.score = None;
            }
        }
        if self.score {
            (unit.score, unit.rounded, unit.lower, unit.upper) = (None, None, None, None);
            (unit.class, unit.class_lower, unit.class_upper) = (None, None, None);
        }
    }

    /// Whether anything of this village is left out.
    fn is_any(&self) -> bool {
        let each = [&self.raw, &self.normalised, &self.dimensions];
        each.into_iter().flatten().any(|it| *it)
    }

    /// The columns that were emptied, in their order, but for those of the decision.
    pub(super) fn names(&self, method: &Method) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        if self.score {
            names.extend(["score", "lower", "upper"].map(str::to_owned));
            if !method.classes.is_empty() {
                names.extend(["class", "class_lower", "class_upper"].map(str::to_owned));
            }
        }
        let dimensions = method.dimensions.iter().zip(&self.dimensions);
        let dimensions = dimensions.filter(|(_, hidden)| **hidden);
        names.extend(dimensions.map(|(it, _)| format!("dimension_{}", it.id)));
        let hidden = self.raw.iter().zip(&self.normalised);
        for (indicator, (raw, normalised)) in method.indicators.iter().zip(hidden) {
            if *raw {
                names.push(format!("raw_{}", indicator.id));
            }
            if *normalised {
                names.push(format!("norm_{}", indicator.id));
            }
        }
        names
    }
}

/// Whether one of these numbers is one that would point at somebody.
fn is_small(scored: &Scored, guards: &[usize], row: usize) -> bool {
    let number = |guard: &usize| scored.table.columns[*guard].values[row];
    let mut numbers = guards.iter().map(number);
    numbers.any(|it| 0.0 < it && it < f64::from(COUNT_SHOWN_MIN))
}

/// Whether places on the scale follow from the smallest value, the largest, or their mean: beside raw values, two of
/// them would tell it. How many are worse tells none.
fn is_shaped_by_one(indicator: &Indicator) -> bool {
    let by_treatment = match indicator.treatment {
        Treatment::Off | Treatment::Log => false,
        Treatment::Winsorise { .. } | Treatment::ShiftedLog | Treatment::BoxCox { .. } => true,
    };
    by_treatment
        || match &indicator.normalise {
            Normalise::MinMax { min, max } => min.is_none() || max.is_none(),
            Normalise::ZScore | Normalise::Target { .. } => true,
            Normalise::Rank
            | Normalise::Percentile
            | Normalise::AsIs
            | Normalise::Ladder { .. } => false,
        }
}

/// Whether a gap is filled with what others have, or with what the village had before.
fn is_borrowed(missing: Missing) -> bool {
    match missing {
        Missing::Worst | Missing::Best | Missing::Drop => false,
        Missing::Mean
        | Missing::Median
        | Missing::GroupMean
        | Missing::GroupMedian
        | Missing::LastRound => true,
    }
}

/// The dimensions of a village in which nothing counts but what is left out: each of them would tell it.
fn alone(scored: &Scored, row: usize, hidden: &[bool]) -> Vec<bool> {
    let plan = &scored.plan;
    let mut alone = vec![false; plan.nodes.len()];
    for index in &plan.order {
        let node = &plan.nodes[*index];
        let children = node.children.iter().zip(node.weights(&plan.weights));
        let counting = children.filter(|(_, weight)| 0.0 < **weight);
        let counting = counting.filter(|(child, _)| match child {
            Child::Dimension(inner) => score(scored.nodes[*inner][row]).is_some(),
            Child::Indicator(inner) => score(scored.points[*inner].values[row]).is_some(),
        });
        let told: Vec<bool> = counting
            .map(|(child, _)| match child {
                Child::Dimension(inner) => alone[*inner],
                Child::Indicator(inner) => hidden[*inner],
            })
            .collect();
        alone[*index] = !told.is_empty() && told.iter().all(|it| *it);
    }
    alone
}
