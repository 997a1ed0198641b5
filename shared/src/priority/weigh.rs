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
            Weights::Ahp(comparisons) => compare(method, plan, index, comparisons),
        });
    }
    for index in plan.order.clone() {
        if method.dimensions[index].weights == Weights::Pca {
            origins[index] = components(method, plan, index, sheet, counted);
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

fn compare(
    method: &Method,
    plan: &mut Plan,
    index: usize,
    comparisons: &[Comparison],
) -> WeightOrigin {
    let children = method.children(&method.dimensions[index].id);
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
    set(plan, index, &eigen.vector);
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
) -> WeightOrigin {
    let nodes = Program::new(plan, sheet, &plan.weights).every_node();
    let children = &plan.nodes[index].children;
    let value = |child: &Child, row: usize| match child {
        Child::Dimension(index) => nodes[*index][row],
        Child::Indicator(index) => sheet.value(*index, row),
    };
    let rows: Vec<usize> = (0..sheet.rows)
        .filter(|row| counted[*row] && children.iter().all(|it| value(it, *row).is_finite()))
        .collect();
    let columns: Vec<Option<Vec<f64>>> = children
        .iter()
        .map(|child| standardised(rows.iter().map(|row| value(child, *row)).collect()))
        .collect();
    let names = method.children(&method.dimensions[index].id);
    let varying: Vec<usize> = (0..columns.len())
        .filter(|it| columns[*it].is_some())
        .collect();
    if varying.is_empty() {
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
