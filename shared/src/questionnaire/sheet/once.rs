//! Calculations that are meant to stay and do not.
//!
//! A calculation is computed again on every device whenever the form is opened, and does not read its own last result:
//! `once(…)` keeps a value only where it is set: by a trigger or as a default.

use super::problem::{Problems, Sheet};
use crate::questionnaire::model::Node;
use crate::questionnaire::xpath::{Expression, Function, Part};

/// Warns of `once(…)` around what differs from time to time.
pub(super) fn check(nodes: &[Node], problems: &mut Problems) {
    for node in nodes {
        if node.calculation.as_ref().is_some_and(changes) {
            let row = node.sheet_row;
            problems.warn(Sheet::Survey, row, "calculation", "once_not_kept", "once()");
        }
    }
}

fn changes(expression: &Expression) -> bool {
    let once = expression.parts.iter().filter_map(|part| match part {
        Part::Call(Function::Once, arguments) => Some(arguments.clone()),
        _ => None,
    });
    let mut open: Vec<_> = once.flatten().collect();
    while let Some(id) = open.pop() {
        let part = &expression.parts[usize::from(id)];
        match part {
            Part::Linked(_) | Part::Path(..) | Part::Reference(_) => return true,
            Part::Call(
                Function::Now
                | Function::Today
                | Function::Random
                | Function::Uuid
                | Function::Randomize,
                _,
            ) => return true,
            _ => open.extend(part.uses()),
        }
    }
    false
}
