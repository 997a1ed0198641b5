//! Weights that comparisons or the data give, and a record of all weights.
//!
//! Always: what a method leaves to the data is learnt from the counted villages and written down.
//! Never: gives a negative weight; an indicator that pulls the other way is named instead.

use serde::{Deserialize, Serialize};

use super::check::AHP_CHILDREN_MAX;
use super::eigen::{largest_of_positive, largest_of_symmetric};
use super::evaluate::{Program, Sheet};
use super::method::{Comparison, Dimension, Method, Weights};
use super::normalise::spread;
use super::plan::{Child, Plan};

/// Mean consistency index of random comparisons, by number of children (Saaty 1980).
const RANDOM_INDEX: [f64; AHP_CHILDREN_MAX] = [
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
];

/// The weights in one dimension, and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightNote {
    pub dimension: String,
    pub origin: WeightOrigin,
    /// Share of each child, in document order; they sum to 1.
    pub shares: Vec<WeightShare>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightShare {
    pub child: String,
    pub share: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WeightOrigin {
    Given,
    Equal,
    /// `explained` is the first component's share of the variance; `opposed` lists children that go
    /// against it, and `flat` those that do not vary and got no weight.
    Pca {
        explained: f64,
        opposed: Vec<String>,
        flat: Vec<String>,
    },
    /// Nothing varied, so that the children count equally.
    PcaWithoutVariance,
    /// Judgements contradict each other too much above a ratio of 0.10.
    Ahp {
        consistency_ratio: f64,
    },
}

/// Puts into `plan` the weights that comparisons and the data give.
pub(super) fn weigh(
    method: &Method,
    plan: &mut Plan,
    sheet: &Sheet,
    counted: &[bool],
) -> Vec<WeightNote> {
    let mut origins: Vec<WeightOrigin> = Vec::with_capacity(method.dimensions.len());
    for (index, dimension) in method.dimensions.iter().enumerate() {
        origins.push(match &dimension.weights {
            Weights::Given => WeightOrigin::Given,
            Weights::Equal => WeightOrigin::Equal,
            Weights::Pca => WeightOrigin::PcaWithoutVariance,
            Weights::Ahp(comparisons) => compare(method, plan, index, comparisons, &|_| true),
        });
    }
    for index in plan.order.clone() {
        if method.dimensions[index].weights == Weights::Pca {
            origins[index] = components(method, plan, index, sheet, counted, &|_| true);
        }
    }
    let notes = method.dimensions.iter().zip(origins).enumerate();
    notes
        .map(|(index, (dimension, origin))| note(method, plan, index, dimension, origin))
        .collect()
}

fn note(
    method: &Method,
    plan: &Plan,
    index: usize,
    dimension: &Dimension,
    origin: WeightOrigin,
) -> WeightNote {
    let weights = plan.nodes[index].weights(&plan.weights);
    let total: f64 = weights.iter().sum();
    let shares = method.children(&dimension.id).into_iter().zip(weights);
    WeightNote {
        dimension: dimension.id.clone(),
        origin,
        shares: shares
            .map(|(child, weight)| WeightShare {
                child: child.to_owned(),
                share: if 0.0 < total { weight / total } else { 0.0 },
            })
            .collect(),
    }
}

fn set(plan: &mut Plan, index: usize, weights: &[f64]) {
    let first = plan.nodes[index].first_weight;
    plan.weights[first..][..weights.len()].copy_from_slice(weights);
}

/// The weights that the method would have without one indicator: comparisons and components that it takes part in
/// are made once more, from its dimension up to the root. `plan` has the weights of the whole method.
pub(super) fn weigh_without(
    method: &Method,
    plan: &Plan,
    indicator: usize,
    sheet: &Sheet,
    counted: &[bool],
) -> Vec<f64> {
    let mut plan = plan.clone();
    let whole = plan.clone();
    let there = |child: &Child| stays(&whole, *child, indicator);
    for index in whole.order.clone() {
        let node = &whole.nodes[index];
        if !node.children.iter().any(|it| has(&whole, *it, indicator)) {
            continue;
        }
        for (place, child) in node.children.iter().enumerate() {
            if !there(child) {
                plan.weights[node.first_weight + place] = 0.0;
            }
        }
        if !node.children.iter().any(there) {
            continue;
        }
        match &method.dimensions[index].weights {
            Weights::Given | Weights::Equal => {}
            Weights::Ahp(comparisons) => {
                compare(method, &mut plan, index, comparisons, &there);
            }
            Weights::Pca => {
                components(method, &mut plan, index, sheet, counted, &there);
            }
        }
    }
    plan.weights
}

/// Whether anything is left of a child without that indicator.
fn stays(plan: &Plan, child: Child, indicator: usize) -> bool {
    match child {
        Child::Indicator(index) => index != indicator,
        Child::Dimension(index) => {
            let mut children = plan.nodes[index].children.iter();
            children.any(|it| stays(plan, *it, indicator))
        }
    }
}

/// Whether a child is or has that indicator.
fn has(plan: &Plan, child: Child, indicator: usize) -> bool {
    match child {
        Child::Indicator(index) => index == indicator,
        Child::Dimension(index) => {
            let mut children = plan.nodes[index].children.iter();
            children.any(|it| has(plan, *it, indicator))
        }
    }
}

/// Of children that are not `there`, the comparisons do not count.
fn compare(
    method: &Method,
    plan: &mut Plan,
    index: usize,
    comparisons: &[Comparison],
    there: &dyn Fn(&Child) -> bool,
) -> WeightOrigin {
    let all = method.children(&method.dimensions[index].id);
    let present: Vec<bool> = plan.nodes[index].children.iter().map(there).collect();
    let children = all.iter().zip(&present).filter(|(_, it)| **it);
    let children: Vec<&str> = children.map(|(id, _)| *id).collect();
    let size = children.len();
    let mut matrix = vec![vec![1.0; size]; size];
    let place = |id: &str| children.iter().position(|child| *child == id);
    for pair in comparisons {
        let (Some(of), Some(over)) = (place(&pair.of), place(&pair.over)) else {
            continue;
        };
        matrix[of][over] = pair.times;
        matrix[over][of] = 1.0 / pair.times;
    }
    let eigen = largest_of_positive(&matrix);
    let mut shares = eigen.vector.iter();
    let weights = present.iter().map(|it| match it {
        true => shares.next().copied().unwrap_or_default(),
        false => 0.0,
    });
    set(plan, index, &weights.collect::<Vec<f64>>());
    let random = RANDOM_INDEX[(size - 1).min(AHP_CHILDREN_MAX - 1)];
    let index = (eigen.value - size as f64) / (size as f64 - 1.0);
    WeightOrigin::Ahp {
        consistency_ratio: if 0.0 < random {
            (index / random).max(0.0)
        } else {
            0.0
        },
    }
}

fn components(
    method: &Method,
    plan: &mut Plan,
    index: usize,
    sheet: &Sheet,
    counted: &[bool],
    there: &dyn Fn(&Child) -> bool,
) -> WeightOrigin {
    let nodes = Program::new(plan, sheet, &plan.weights).every_node();
    let children = &plan.nodes[index].children;
    let present: Vec<bool> = children.iter().map(there).collect();
    let value = |child: &Child, row: usize| match child {
        Child::Dimension(index) => nodes[*index][row],
        Child::Indicator(index) => sheet.value(*index, row),
    };
    let rows: Vec<usize> = (0..sheet.rows)
        .filter(|row| {
            let has = |it: &Child| !there(it) || value(it, *row).is_finite();
            counted[*row] && children.iter().all(has)
        })
        .collect();
    let columns: Vec<Option<Vec<f64>>> = children
        .iter()
        .map(|child| {
            let values = || rows.iter().map(|row| value(child, *row)).collect();
            there(child).then(values).and_then(standardised)
        })
        .collect();
    let names = method.children(&method.dimensions[index].id);
    let varying: Vec<usize> = (0..columns.len())
        .filter(|it| columns[*it].is_some())
        .collect();
    if varying.is_empty() {
        let equal: Vec<f64> = present.iter().map(|it| f64::from(u8::from(*it))).collect();
        set(plan, index, &equal);
        return WeightOrigin::PcaWithoutVariance;
    }
    let column = |index: usize| columns[index].as_deref().unwrap_or_default();
    let degrees = rows.len().saturating_sub(1).max(1) as f64;
    let correlation = |one: usize, two: usize| {
        let products = column(one).iter().zip(column(two)).map(|(x, y)| x * y);
        products.sum::<f64>() / degrees
    };
    let matrix: Vec<Vec<f64>> = varying
        .iter()
        .map(|one| varying.iter().map(|two| correlation(*one, *two)).collect())
        .collect();
    let eigen = largest_of_symmetric(&matrix);
    let mut weights = vec![0.0; columns.len()];
    let mut opposed = Vec::new();
    for (place, loading) in varying.iter().zip(&eigen.vector) {
        weights[*place] = loading * loading;
        if *loading < 0.0 {
            opposed.push(names[*place].to_owned());
        }
    }
    let flat = (0..columns.len()).filter(|it| columns[*it].is_none());
    let flat = flat.map(|it| names[it].to_owned()).collect();
    set(plan, index, &weights);
    WeightOrigin::Pca {
        explained: eigen.value / varying.len() as f64,
        opposed,
        flat,
    }
}

/// Mean 0 and deviation 1; none where all values are equal.
fn standardised(values: Vec<f64>) -> Option<Vec<f64>> {
    let (mean, deviation) = spread(&values);
    (0.0 < deviation).then(|| values.iter().map(|it| (it - mean) / deviation).collect())
}
