//! Triggers: which answers set a value once.
//!
//! Always: a trigger is a question that a person sees, as pyxform wants it.
//! Never: leaves names; they become numbers of nodes.

use super::problem::{Problems, Sheet};
use crate::questionnaire::compile::Linker;
use crate::questionnaire::model::{Kind, Node, NodeIndex, Triggered};
use crate::questionnaire::xpath::Link;

/// The parameter under which a trigger waits until it is linked: `${name}` in a sheet, the path of
/// the question in an XForm, several with commas between.
pub(in crate::questionnaire) const PARAMETER: &str = "trigger";

/// Takes the trigger out of the parameters, and the calculation out of what is always computed.
pub(super) fn link(
    linker: &Linker<'_>,
    (index, node): (NodeIndex, &mut Node),
    problems: &mut Problems,
) {
    let Some(place) = node.parameters.iter().position(|(key, _)| key == PARAMETER) else {
        return;
    };
    let (_, cell) = node.parameters.remove(place);
    let mut by = Vec::new();
    for reference in cell.split(',').map(str::trim) {
        let name = reference.trim_start_matches("${").trim_end_matches('}');
        let found = match reference.starts_with('/') {
            true => linker.at_path(reference),
            false => linker.named(name.trim()),
        };
        let row = node.sheet_row;
        let (code, offending) = match found {
            // Nobody answers it, so nothing is ever set by it; pyxform leaves it out in silence.
            Ok(trigger) if linker.is_recorded(trigger) => {
                problems.warn(Sheet::Survey, row, PARAMETER, "trigger_unseen", reference);
                continue;
            }
            Ok(trigger) if linker.is_seen(trigger) => {
                by.push(Link {
                    node: trigger,
                    within: linker.common_repeat(index, trigger),
                });
                continue;
            }
            Ok(_) => ("trigger_unseen", reference.to_owned()),
            Err(fault) => fault.words(),
        };
        problems.error(Sheet::Survey, row, PARAMETER, code, &offending);
    }
    // What the device records by itself is not set by a formula, and a group has no value.
    if node.kind != Kind::Metadata && !node.kind.is_container() {
        by.sort();
        by.dedup();
        let value = node.calculation.take();
        node.triggered = (!by.is_empty()).then_some(Triggered { by, value });
    }
}
