//! Limits that lean on today's date.
//!
//! Always: they become doubts, which a note settles, since clocks of phones are wrong by years.
//! Never: takes the message of a doubt that stands at the question already.

use std::collections::BTreeSet;

use super::problem::{Problems, Sheet};
use crate::questionnaire::model::{Kind, Node};
use crate::questionnaire::xpath::{Expression, Function};

/// Makes a doubt of every constraint that reads the date, and says so.
pub(super) fn soften(nodes: &mut [Node], problems: &mut Problems) {
    for index in 0..nodes.len() {
        let constraint = nodes[index].constraint.as_ref();
        if !constraint.is_some_and(|constraint| reads_date(constraint, nodes)) {
            continue;
        }
        let node = &mut nodes[index];
        let (row, code) = (node.sheet_row, "constraint_dated");
        let message = std::mem::take(&mut node.constraint_message);
        let constraint = node.constraint.take();
        let has_doubt = node.doubt.is_some();
        let doubt = node.doubt.take();
        node.doubt = constraint.and_then(|constraint| constraint.broken_or(doubt));
        if !has_doubt {
            node.doubt_message = message;
        }
        if node.doubt.is_some() {
            problems.warn(Sheet::Survey, row, "constraint", code, "today()");
        } else {
            problems.error(Sheet::Survey, row, "constraint", code, "today()");
        }
    }
}

/// Whether the expression reads the clock, itself or by what it reads.
fn reads_date(expression: &Expression, nodes: &[Node]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![expression];
    while let Some(expression) = open.pop() {
        let clock = |function| matches!(function, Function::Now | Function::Today);
        if expression.functions().any(clock) {
            return true;
        }
        for link in &expression.reads {
            let node = &nodes[link.node as usize];
            let fact = node.parameter("metadata");
            if node.kind == Kind::Metadata && matches!(fact, Some("today" | "start" | "end")) {
                return true;
            }
            if seen.insert(link.node) {
                open.extend(&node.calculation);
            }
        }
    }
    false
}
