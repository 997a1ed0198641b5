//! The tree of a checked method, ready for sums.
//!
//! Always: children stand in document order, dimensions before indicators, and so do their weights.
//! Never: knows a village, a raw value or a rank.

use super::method::{Aggregation, Method, Weights};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Child {
    Dimension(usize),
    Indicator(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) aggregation: Aggregation,
    pub(super) threshold: f64,
    pub(super) children: Vec<Child>,
    /// Where the weights of its children begin in a list of all weights.
    pub(super) first_weight: usize,
}

impl Node {
    pub(super) fn weights<'w>(&self, all: &'w [f64]) -> &'w [f64] {
        &all[self.first_weight..][..self.children.len()]
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// One per dimension, in document order.
    pub(super) nodes: Vec<Node>,
    /// Every dimension after its children.
    pub(super) order: Vec<usize>,
    pub(super) root: usize,
    pub(super) indicators: usize,
    /// One per child of each node, node by node.
    pub(super) weights: Vec<f64>,
}

impl Plan {
    /// `method` has passed `check`: one root, no cycles, known parents, usable weights. Weights that
    /// the data or comparisons give are 1 here; see `weigh`.
    pub(super) fn new(method: &Method) -> Plan {
        let place = |id: &str| {
            let found = method.dimensions.iter().position(|it| it.id == id);
            found.expect("a checked method names only dimensions that exist")
        };
        let mut children: Vec<Vec<(Child, f64)>> = vec![Vec::new(); method.dimensions.len()];
        let mut root = 0;
        for (index, dimension) in method.dimensions.iter().enumerate() {
            match &dimension.parent {
                Some(parent) => {
                    children[place(parent)].push((Child::Dimension(index), dimension.weight));
                }
                None => root = index,
            }
        }
        for (index, indicator) in method.indicators.iter().enumerate() {
            let parent = place(&indicator.dimension);
            children[parent].push((Child::Indicator(index), indicator.weight));
        }
        let mut weights = Vec::new();
        let mut nodes = Vec::with_capacity(children.len());
        for (dimension, children) in method.dimensions.iter().zip(children) {
            nodes.push(Node {
                aggregation: dimension.aggregation,
                threshold: dimension.threshold,
                children: children.iter().map(|(child, _)| *child).collect(),
                first_weight: weights.len(),
            });
            weights.extend(children.iter().map(|(_, given)| match dimension.weights {
                Weights::Given => *given,
                Weights::Equal | Weights::Pca | Weights::Ahp(_) => 1.0,
            }));
        }
        let mut plan = Plan {
            order: Vec::new(),
            root,
            indicators: method.indicators.len(),
            weights,
            nodes,
        };
        plan.order = plan.children_first();
        plan
    }

    fn children_first(&self) -> Vec<usize> {
        let mut order = vec![self.root];
        let mut next = 0;
        while next < order.len() {
            for child in &self.nodes[order[next]].children {
                if let Child::Dimension(index) = child {
                    order.push(*index);
                }
            }
            next += 1;
        }
        order.reverse();
        order
    }

    /// The share of each indicator in the score of one village, 0 for those that left; they sum to 1.
    /// `indicator` and `dimension` say whether that one has a value.
    pub(super) fn shares(
        &self,
        indicator: impl Fn(usize) -> bool,
        dimension: impl Fn(usize) -> bool,
    ) -> Vec<f64> {
        let mut of_dimension = vec![0.0; self.nodes.len()];
        let mut of_indicator = vec![0.0; self.indicators];
        of_dimension[self.root] = 1.0;
        for &index in self.order.iter().rev() {
            let present = |child: &Child| match child {
                Child::Dimension(index) => dimension(*index),
                Child::Indicator(index) => indicator(*index),
            };
            let node = &self.nodes[index];
            let weights = node.weights(&self.weights);
            let here = node.children.iter().zip(weights);
            let here = here.filter(|(child, _)| present(child));
            let sum: f64 = here.clone().map(|(_, weight)| weight).sum();
            if sum <= 0.0 {
                continue;
            }
            let share = of_dimension[index];
            for (child, weight) in here {
                match child {
                    Child::Dimension(index) => of_dimension[*index] = share * weight / sum,
                    Child::Indicator(index) => of_indicator[*index] = share * weight / sum,
                }
            }
        }
        of_indicator
    }

    /// Whether share times value is what an indicator adds to the score.
    pub(super) fn is_additive(&self) -> bool {
        let mut reached = self.order.iter().map(|index| &self.nodes[*index]);
        reached.all(|node| node.aggregation == Aggregation::Arithmetic)
    }
}
