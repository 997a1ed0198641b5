//! Indicators: expressions over a frozen case that know when they cannot be known.
//!
//! Always: a sum with a member that is unknown, refused or unanswered is missing, and its lower
//! bound is kept; an empty repeat is 0 only where its gate was answered and says no.
//! Never: fills in what is missing; that is the method's business.

use std::collections::BTreeSet;

use super::Interview;
use super::instances::InstanceIndex;
use super::tree::{Grove, Handle};
use crate::ids::Path;
use crate::questionnaire::model::NodeIndex;
use crate::questionnaire::xpath::{Computed, Evaluator, Expression};

#[cfg(feature = "authoring")]
use crate::questionnaire::{
    compile::{Linker, Scope},
    model::Questionnaire,
    sheet::{Problem, Problems, Sheet},
    xpath::parse,
};

/// The value of an indicator in one case.
#[derive(Debug, Clone, PartialEq)]
pub enum Evaluated {
    Number(f64),
    Text(String),
    Boolean(bool),
    Missing(Missing),
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Missing {
    /// Of a sum: what the known members come to.
    pub lower_bound: Option<f64>,
    /// The questions whose answers are wanting, in document order.
    pub because: Vec<Path>,
    /// Nothing is wanting: an answer elsewhere made the question irrelevant.
    pub irrelevant: bool,
}

/// Compiles an expression over whole cases, such as `sum(/data/e/e_tanaman[…]/e_produksi_ton)`.
#[cfg(feature = "authoring")]
pub fn compile_indicator(
    text: &str,
    questionnaire: &Questionnaire,
) -> Result<Expression, Box<Problem>> {
    let mut problems = Problems::default();
    match parse(text) {
        Err(error) => problems.unreadable(Sheet::Method, (0, ""), text, &error),
        Ok(expression) => {
            let linker = Linker::new(&questionnaire.nodes, &questionnaire.lists);
            let (linked, faults) = linker.link(expression, Scope::Node(0));
            let (code, offending) = match faults.into_iter().next() {
                Some(fault) => fault.words(),
                None if linked.saved().next().is_none() => return Ok(linked),
                None => ("last_saved_not_kept", "last-saved".to_owned()),
            };
            problems.error(Sheet::Method, 0, "", code, &offending);
        }
    }
    let first = problems.sorted().into_iter().next();
    Err(Box::new(first.expect("one problem was just added")))
}

impl Interview {
    /// Evaluates an indicator, or says what is missing for it.
    pub fn evaluate(&self, expression: &Expression) -> Evaluated {
        let mut grove = Grove::new(self);
        grove.lenient = true;
        let evaluator = Evaluator::new(expression, &grove, Handle::Instance(0), self.surround());
        let value = match evaluator.value() {
            Computed::Nodes(_) => match evaluator.text() {
                text if evaluator.number().is_nan() => Evaluated::Text(text),
                _ => Evaluated::Number(evaluator.number()),
            },
            Computed::Text(text) => Evaluated::Text(text),
            Computed::Number(number) | Computed::Date(number) => Evaluated::Number(number),
            Computed::Boolean(truth) => Evaluated::Boolean(truth),
        };
        let mut wanting = Wanting::default();
        let missed: Vec<InstanceIndex> = grove.missed.borrow().iter().copied().collect();
        for index in missed {
            self.blame(index, &mut wanting);
        }
        self.open_gates(expression, &mut wanting);
        let bound = match value {
            Evaluated::Number(number) if !number.is_nan() => Some(number),
            _ => None,
        };
        let nothing = match &value {
            Evaluated::Number(number) => number.is_nan(),
            Evaluated::Text(text) => text.is_empty(),
            Evaluated::Boolean(_) | Evaluated::Missing(_) => false,
        };
        if !nothing && wanting.instances.is_empty() {
            return value;
        }
        if nothing {
            self.blame_reads(expression, &mut wanting);
        }
        let because = wanting.instances.iter();
        Evaluated::Missing(Missing {
            lower_bound: bound,
            because: because
                .map(|&index| self.instances.all[index].path.clone())
                .collect(),
            irrelevant: wanting.instances.is_empty(),
        })
    }

    /// Repeats that an expression reads and that have no rows without an answer saying so.
    fn open_gates(&self, expression: &Expression, wanting: &mut Wanting) {
        for link in expression.reads() {
            let mut repeat = match self.instances.holders[link.node as usize].is_empty() {
                true => self.questionnaire.node(link.node).repeat,
                false => Some(link.node),
            };
            while let Some(node) = repeat {
                for &holder in &self.instances.holders[node as usize] {
                    let rows = self.instances.children(holder).count();
                    if rows == 0 && self.states[holder].relevant {
                        wanting.instances.insert(holder);
                    } else if !self.states[holder].relevant {
                        self.blame_gate(holder, wanting);
                    }
                }
                repeat = self.questionnaire.node(node).repeat;
            }
        }
    }

    fn blame_reads(&self, expression: &Expression, wanting: &mut Wanting) {
        for link in expression.reads() {
            self.blame_node(link.node, wanting);
        }
    }

    fn blame_node(&self, node: NodeIndex, wanting: &mut Wanting) {
        for &index in &self.instances.of_node[node as usize] {
            let empty = !self.states[index].relevant || self.states[index].text.is_empty();
            if empty && !self.node_of(index).kind.is_container() {
                self.blame(index, wanting);
            }
        }
    }

    /// Traces an empty value to the questions that a person did not answer.
    fn blame(&self, index: InstanceIndex, wanting: &mut Wanting) {
        if !wanting.seen.insert(index) {
            return;
        }
        if !self.states[index].relevant {
            return self.blame_gate(index, wanting);
        }
        match &self.node_of(index).calculation {
            Some(calculation) => {
                for link in calculation.reads() {
                    self.blame_node(link.node, wanting);
                }
            }
            None => {
                wanting.instances.insert(index);
            }
        }
    }

    /// The unanswered questions, if any, by which an instance is irrelevant.
    fn blame_gate(&self, index: InstanceIndex, wanting: &mut Wanting) {
        let mut at = index;
        while at != 0 && !self.states[self.instances.all[at].parent].relevant {
            at = self.instances.all[at].parent;
        }
        let Some(relevant) = &self.node_of(at).relevant else {
            return;
        };
        for link in relevant.reads() {
            self.blame_node(link.node, wanting);
        }
    }
}

/// What was found wanting, and what was looked at already.
#[derive(Debug, Default)]
struct Wanting {
    instances: BTreeSet<InstanceIndex>,
    seen: BTreeSet<InstanceIndex>,
}
