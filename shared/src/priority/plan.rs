//! The tree of a checked method, ready for sums.
//!
//! Always: children are summed in document order, dimensions before indicators; a child without a
//! value leaves with its weight; a mean that has no meaning says why and is never NaN.
//! Never: knows a village, a raw value or a rank.

use super::method::{Aggregation, Method, Weights};

/// What a dimension came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Score {
    Value(f64),
    /// No child had a value, or less weight of them than the threshold asks.
    Empty,
    /// A geometric or harmonic mean met a negative value.
    Negative,
}

impl Score {
    pub(super) fn value(self) -> Option<f64> {
        match self {
            Score::Value(value) => Some(value),
            Score::Empty | Score::Negative => None,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Child {
    Dimension(usize),
    Indicator(usize),
}

#[derive(Debug)]
struct Node {
    aggregation: Aggregation,
    threshold: f64,
    children: Vec<(Child, f64)>,
}

#[derive(Debug)]
pub(super) struct Plan {
    nodes: Vec<Node>,
    /// Every dimension after its children.
    order: Vec<usize>,
    root: usize,
    indicators: usize,
}

impl Plan {
    /// `method` has passed `check`: one root, no cycles, known parents, usable weights.
    pub(super) fn new(method: &Method) -> Plan {
        let mut nodes: Vec<Node> = method
            .dimensions
            .iter()
            .map(|dimension| Node {
                aggregation: dimension.aggregation,
                threshold: dimension.threshold,
                children: Vec::new(),
            })
            .collect();
        let place = |id: &str| {
            let found = method.dimensions.iter().position(|it| it.id == id);
            found.expect("a checked method names only dimensions that exist")
        };
        let weight = |parent: usize, given: f64| match method.dimensions[parent].weights {
            Weights::Given => given,
            Weights::Equal => 1.0,
        };
        let mut root = 0;
        for (index, dimension) in method.dimensions.iter().enumerate() {
            let Some(parent) = &dimension.parent else {
                root = index;
                continue;
            };
            let parent = place(parent);
            let child = (Child::Dimension(index), weight(parent, dimension.weight));
            nodes[parent].children.push(child);
        }
        for (index, indicator) in method.indicators.iter().enumerate() {
            let parent = place(&indicator.dimension);
            let child = (Child::Indicator(index), weight(parent, indicator.weight));
            nodes[parent].children.push(child);
        }
        let mut plan = Plan {
            nodes,
            order: Vec::new(),
            root,
            indicators: method.indicators.len(),
        };
        plan.order = plan.children_first();
        plan
    }

    fn children_first(&self) -> Vec<usize> {
        let mut order = vec![self.root];
        let mut next = 0;
        while next < order.len() {
            for (child, _) in &self.nodes[order[next]].children {
                if let Child::Dimension(index) = child {
                    order.push(*index);
                }
            }
            next += 1;
        }
        order.reverse();
        order
    }

    /// The value of every dimension, in document order. `values` holds one per indicator.
    pub(super) fn aggregate(&self, values: &[Option<f64>]) -> Vec<Score> {
        assert_eq!(values.len(), self.indicators, "one value per indicator");
        let mut scores = vec![Score::Empty; self.nodes.len()];
        for &index in &self.order {
            scores[index] = self.mean(&self.nodes[index], values, &scores);
        }
        scores
    }

    pub(super) fn root(&self, scores: &[Score]) -> Score {
        scores[self.root]
    }

    fn mean(&self, node: &Node, values: &[Option<f64>], scores: &[Score]) -> Score {
        let (mut total, mut present) = (0.0, 0.0);
        let mut members = Vec::with_capacity(node.children.len());
        for (child, weight) in &node.children {
            total += weight;
            let score = match child {
                Child::Dimension(index) => scores[*index],
                Child::Indicator(index) => values[*index].map_or(Score::Empty, Score::Value),
            };
            match score {
                Score::Value(value) if 0.0 < *weight => {
                    present += weight;
                    members.push((value, *weight));
                }
                Score::Negative if 0.0 < *weight => return Score::Negative,
                Score::Value(_) | Score::Negative | Score::Empty => {}
            }
        }
        if present <= 0.0 || present < node.threshold * total {
            return Score::Empty;
        }
        weighted_mean(node.aggregation, &members, present)
    }

    /// The share of each indicator in the score, 0 for those that left; they sum to 1.
    pub(super) fn shares(&self, values: &[Option<f64>], scores: &[Score]) -> Vec<f64> {
        let mut dimension = vec![0.0; self.nodes.len()];
        let mut indicator = vec![0.0; self.indicators];
        dimension[self.root] = 1.0;
        for &index in self.order.iter().rev() {
            let present = |child: &Child| match child {
                Child::Dimension(index) => scores[*index].value().is_some(),
                Child::Indicator(index) => values[*index].is_some(),
            };
            let children = &self.nodes[index].children;
            let here = children.iter().filter(|(child, _)| present(child));
            let sum: f64 = here.clone().map(|(_, weight)| weight).sum();
            if sum <= 0.0 {
                continue;
            }
            let share = dimension[index];
            for (child, weight) in here {
                match child {
                    Child::Dimension(index) => dimension[*index] = share * weight / sum,
                    Child::Indicator(index) => indicator[*index] = share * weight / sum,
                }
            }
        }
        indicator
    }

    /// Whether share times value is what an indicator adds to the score.
    pub(super) fn is_additive(&self) -> bool {
        let mut reached = self.order.iter().map(|index| &self.nodes[*index]);
        reached.all(|node| node.aggregation == Aggregation::Arithmetic)
    }
}

/// `members` are pairs of value and weight above zero; `present` is the sum of their weights.
/// One zero makes a geometric or harmonic mean zero, which is its limit.
fn weighted_mean(aggregation: Aggregation, members: &[(f64, f64)], present: f64) -> Score {
    let negative = members.iter().any(|(value, _)| *value < 0.0);
    let zero = members.iter().any(|(value, _)| *value == 0.0);
    match aggregation {
        Aggregation::Arithmetic => {
            let sum: f64 = members.iter().map(|(value, weight)| value * weight).sum();
            Score::Value(sum / present)
        }
        Aggregation::Geometric | Aggregation::Harmonic if negative => Score::Negative,
        Aggregation::Geometric | Aggregation::Harmonic if zero => Score::Value(0.0),
        Aggregation::Geometric => {
            let logs = members
                .iter()
                .map(|(value, weight)| libm::log(*value) * weight);
            Score::Value(libm::exp(logs.sum::<f64>() / present))
        }
        Aggregation::Harmonic => {
            let inverse: f64 = members.iter().map(|(value, weight)| weight / value).sum();
            Score::Value(present / inverse)
        }
    }
}
