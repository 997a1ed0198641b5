//! Answers of the last saved form: where a form may read them.
//!
//! Always: only where the device reads them once, and what it made of them is an answer from then on: in a default or
//! a triggered calculation.
//! Never: where values are computed again and again: the server and other phones do not have these answers, and would
//! come to other results. Here we refuse what pyxform accepts.

use super::choices::ChoiceRows;
use super::problem::{Problems, Sheet};
use crate::questionnaire::model::{ChoiceList, Entity, Node, Texts, is_personal};
use crate::questionnaire::xpath::Expression;

const CODE: &str = "last_saved_not_kept";
const OFFENDING: &str = "last-saved";

/// Says where a form reads them and may not, and where they will always be empty.
pub(super) fn check(
    (nodes, lists, rows): (&[Node], &[ChoiceList], &ChoiceRows),
    problems: &mut Problems,
) {
    for node in nodes {
        let mut refused: Vec<&str> = columns(node)
            .into_iter()
            .filter(|(_, expression)| expression.as_ref().is_some_and(reads))
            .map(|(column, _)| column)
            .collect();
        let texts = texts(node).into_iter();
        refused.extend(
            texts
                .filter(|(_, texts)| speak(texts))
                .map(|(column, _)| column),
        );
        for column in refused {
            problems.error(Sheet::Survey, node.sheet_row, column, CODE, OFFENDING);
        }
        check_personal(node, nodes, problems);
    }
    for (list_at, list) in lists.iter().enumerate() {
        for (at, _) in list
            .choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| speak(&choice.label))
        {
            let row = rows.of(list_at, at);
            problems.error(Sheet::Choices, row, "label", CODE, OFFENDING);
        }
    }
}

/// The same in what stands outside the rows: entities, and texts that expressions take.
pub(super) fn check_others(entities: &[Entity], texts: &[Texts], problems: &mut Problems) {
    for entity in entities {
        let all = [
            ("label", &entity.label),
            ("entity_id", &entity.id),
            ("create_if", &entity.create_if),
            ("update_if", &entity.update_if),
        ];
        for (column, _) in all
            .iter()
            .filter(|(_, each)| each.as_ref().is_some_and(reads))
        {
            problems.error(Sheet::Entities, 0, column, CODE, &entity.list);
        }
    }
    if texts.iter().any(speak) {
        problems.error(Sheet::Survey, 0, "jr:itext", CODE, OFFENDING);
    }
}

/// Answers to personal questions are not kept for the next form.
fn check_personal(node: &Node, nodes: &[Node], problems: &mut Problems) {
    let set = node.triggered.iter().flat_map(|triggered| &triggered.value);
    let read = node.default.iter().chain(set).flat_map(Expression::saved);
    let personal = read.filter(|&read| is_personal(nodes, read));
    for name in personal.map(|read| &nodes[read as usize].name) {
        let row = node.sheet_row;
        problems.warn(Sheet::Survey, row, "default", "last_saved_personal", name);
    }
}

fn reads(expression: &Expression) -> bool {
    expression.saved().next().is_some()
}

fn speak(texts: &Texts) -> bool {
    texts.expressions().any(reads)
}

fn columns(node: &Node) -> [(&'static str, &Option<Expression>); 8] {
    [
        ("required", &node.required),
        ("read_only", &node.read_only),
        ("relevant", &node.relevant),
        ("constraint", &node.constraint),
        ("calculation", &node.calculation),
        ("repeat_count", &node.count),
        ("bind::lumbung:doubt", &node.doubt),
        ("choice_filter", &node.choice_filter),
    ]
}

fn texts(node: &Node) -> [(&'static str, &Texts); 6] {
    [
        ("label", &node.label),
        ("hint", &node.hint),
        ("guidance_hint", &node.guidance),
        ("required_message", &node.required_message),
        ("constraint_message", &node.constraint_message),
        ("bind::lumbung:doubt_message", &node.doubt_message),
    ]
}
