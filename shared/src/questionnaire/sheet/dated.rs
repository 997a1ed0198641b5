//! Limits that lean on today's date.
//!
//! Always: they become doubts, which a note settles, since clocks of phones are wrong by years.
//! Always: where a doubt stands at the question already, both say what they have to say.

use std::collections::BTreeSet;

use super::problem::{Problems, Sheet};
use crate::questionnaire::model::{Kind, Node, Part, Text, Texts};
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
        let doubt = node.doubt.take();
        node.doubt = constraint.and_then(|constraint| constraint.broken_or(doubt));
        node.doubt_message = both(message, std::mem::take(&mut node.doubt_message));
        if node.doubt.is_some() {
            problems.warn(Sheet::Survey, row, "constraint", code, "today()");
        } else {
            problems.error(Sheet::Survey, row, "constraint", code, "today()");
        }
    }
}

/// The one message and then the other, in each language.
fn both(first: Texts, second: Texts) -> Texts {
    let count = first.0.len().max(second.0.len());
    let of = |texts: &Texts, at: usize| texts.0.get(at).cloned().unwrap_or_default().0;
    let join = |at: usize| {
        let (mut parts, rest) = (of(&first, at), of(&second, at));
        if !parts.is_empty() && !rest.is_empty() {
            parts.push(Part::Words(" ".to_owned()));
        }
        parts.extend(rest);
        Text(parts)
    };
    Texts((0..count).map(join).collect())
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
