//! The entities sheet, and the column `save_to` of the survey sheet.
//!
//! Always: what pyxform refuses in names and conditions is refused, with its row.
//! Never: decides where an XForm would hold the entity; only whose rows it has.

use std::collections::BTreeSet;

use super::problem::{Problems, Sheet};
use super::table::{Row, Table};
use crate::questionnaire::compile::{Linker, Scope};
use crate::questionnaire::model::{ChoiceList, Entity, Node, NodeIndex};
use crate::questionnaire::xpath::{Expression, parse};

const COLUMNS: [&str; 7] = [
    "list_name",
    "dataset",
    "label",
    "entity_id",
    "create_if",
    "update_if",
    "repeat",
];

/// An entity whose expressions are not linked yet.
pub(in crate::questionnaire) struct Draft {
    pub(in crate::questionnaire) entity: Entity,
    /// The node at whose place the expressions stand.
    pub(in crate::questionnaire) own: NodeIndex,
    pub(in crate::questionnaire) sheet: Sheet,
    pub(in crate::questionnaire) row: u32,
}

/// Reads both sheets; what is wrong is told, and what is right of it is kept.
pub(super) fn read(
    table: &Table,
    survey: &Table,
    nodes: &[Node],
    problems: &mut Problems,
) -> Vec<Draft> {
    for header in table.headers.iter().filter(|header| !header.is_empty()) {
        if !COLUMNS.contains(&header.as_str()) {
            problems.error(table.sheet, 1, header, "column_unknown", header);
        }
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for row in &table.rows {
        let draft = declared(row, problems);
        let list = &draft.entity.list;
        if drafts.iter().any(|each| each.entity.list == *list) {
            problems.error(
                table.sheet,
                row.number,
                "list_name",
                "entity_name_invalid",
                list,
            );
        } else {
            drafts.push(draft);
        }
    }
    for row in &survey.rows {
        if !row.get("save_to").is_empty() && !super::is_yes(row.get("disabled")) {
            save(row, nodes, &mut drafts, problems);
        }
    }
    for (draft, row) in drafts.iter_mut().zip(&table.rows) {
        place(draft, row, nodes, problems);
    }
    drafts
}

fn declared(row: &Row, problems: &mut Problems) -> Draft {
    let dataset = row.get("dataset");
    let list = if dataset.is_empty() {
        row.get("list_name")
    } else {
        dataset
    };
    let mut error = |column: &str, code| {
        problems.error(Sheet::Entities, row.number, column, code, list);
    };
    if !is_name(list) || list.contains('.') {
        error("list_name", "entity_name_invalid");
    }
    let has = |column: &str| !row.get(column).is_empty();
    let (has_id, creates, updates) = (has("entity_id"), has("create_if"), has("update_if"));
    if updates && !has_id || has_id && creates && !updates {
        error("entity_id", "entity_id_missing");
    }
    if !has_id && !has("label") {
        error("label", "entity_label_missing");
    }
    let mut expression = |column: &str| {
        let cell = row.get(column);
        if cell.is_empty() {
            return None;
        }
        let read = parse(cell);
        let place = (row.number, column);
        read.map_err(|error| problems.unreadable(Sheet::Entities, place, cell, &error))
            .ok()
    };
    Draft {
        entity: Entity {
            list: list.to_owned(),
            label: expression("label"),
            id: expression("entity_id"),
            create_if: expression("create_if"),
            update_if: expression("update_if"),
            repeat: None,
            saves: Vec::new(),
        },
        own: 0,
        sheet: Sheet::Entities,
        row: row.number,
    }
}

/// What XML takes as a name, without the prefix that is kept for the system.
fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let inside = |letter: char| letter.is_alphanumeric() || ['_', '-', '.'].contains(&letter);
    begins && name.chars().all(inside) && !name.starts_with("__")
}

fn save(row: &Row, nodes: &[Node], drafts: &mut [Draft], problems: &mut Problems) {
    let cell = row.get("save_to");
    let (list, property) = match cell.split_once('#') {
        Some((list, property)) => (Some(list), property),
        None => (None, cell),
    };
    let only = drafts.len() == 1;
    let draft = drafts.iter_mut().find(|draft| match list {
        Some(list) => draft.entity.list == list,
        None => only,
    });
    let Some(draft) = draft else {
        let code = "save_to_without_entity";
        return problems.error(Sheet::Survey, row.number, "save_to", code, cell);
    };
    let node = nodes.iter().position(|node| node.sheet_row == row.number);
    let node = node.filter(|&node| !nodes[node].kind.is_container());
    let is_reserved = ["name", "label"].contains(&property.to_lowercase().as_str());
    let saves = &mut draft.entity.saves;
    let is_taken = saves.iter().any(|(_, each)| each == property);
    match node {
        Some(node) if is_name(property) && !is_reserved && !is_taken => {
            saves.push((node as NodeIndex, property.to_owned()));
        }
        _ => problems.error(
            Sheet::Survey,
            row.number,
            "save_to",
            "save_to_invalid",
            cell,
        ),
    }
}

/// Finds the repeat whose rows are entities: the innermost that it refers to.
fn place(draft: &mut Draft, row: &Row, nodes: &[Node], problems: &mut Problems) {
    let cells = ["label", "entity_id", "create_if", "update_if"].map(|column| row.get(column));
    let mut names = BTreeSet::new();
    for (_, rest) in cells.iter().flat_map(|cell| {
        cell.match_indices("${")
            .map(|(at, _)| cell.split_at(at + 2))
    }) {
        names.extend(rest.split_once('}').map(|(name, _)| name.trim()));
    }
    let read = nodes
        .iter()
        .filter(|node| names.contains(node.name.as_str()));
    let saved = draft.entity.saves.iter();
    let saved = saved.map(|&(node, _)| nodes[node as usize].repeat);
    let around = |repeat: Option<NodeIndex>| {
        std::iter::successors(repeat, |&each| nodes[each as usize].repeat).collect::<Vec<_>>()
    };
    let mut all: Vec<Option<NodeIndex>> = read.map(|node| node.repeat).collect();
    let saved: Vec<Option<NodeIndex>> = saved.collect();
    all.extend(&saved);
    let deepest = all
        .iter()
        .copied()
        .max_by_key(|&repeat| around(repeat).len())
        .flatten();
    let above = around(deepest);
    let fits = |repeat: &Option<NodeIndex>| repeat.is_none_or(|each| above.contains(&each));
    let is_one = saved.windows(2).all(|pair| pair[0] == pair[1]);
    if !all.iter().all(fits) || !is_one {
        let list = &draft.entity.list;
        problems.error(
            Sheet::Entities,
            draft.row,
            "list_name",
            "entity_scope",
            list,
        );
    }
    draft.entity.repeat = deepest;
    // Expressions stand beside the questions of a row.
    draft.own = deepest.map_or(0, |repeat| repeat + 1);
}

/// Links the expressions of all entities.
pub(super) fn link(
    drafts: Vec<Draft>,
    (nodes, lists): (&[Node], &[ChoiceList]),
    problems: &mut Problems,
) -> Vec<Entity> {
    if drafts.is_empty() {
        return Vec::new();
    }
    let linker = Linker::new(nodes, lists);
    let mut entities = Vec::new();
    for draft in drafts {
        let mut entity = draft.entity;
        let own = Scope::Node(draft.own.min(nodes.len() as NodeIndex - 1));
        let columns: [(&str, &mut Option<Expression>); 4] = [
            ("label", &mut entity.label),
            ("entity_id", &mut entity.id),
            ("create_if", &mut entity.create_if),
            ("update_if", &mut entity.update_if),
        ];
        for (column, expression) in columns {
            let Some(unlinked) = expression.take() else {
                continue;
            };
            let (linked, faults) = linker.link(unlinked, own);
            for fault in faults {
                let (code, offending) = fault.words();
                problems.error(draft.sheet, draft.row, column, code, &offending);
            }
            *expression = Some(linked);
        }
        entities.push(entity);
    }
    entities
}
