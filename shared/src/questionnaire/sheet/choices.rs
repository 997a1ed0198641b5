//! The choices sheet, and files of choices.
//!
//! Always: lists stand in the order in which the sheet names them first.
//! Never: carries a list along that is larger than `EMBEDDED_CHOICES_MAX`; that stays a file.

use super::problem::{Problems, Sheet};
use super::table::{Row, Table};
use super::words;
use crate::questionnaire::model::{
    CHOICES_MAX, Choice, ChoiceList, Kind, Language, ListIndex, Node, Texts,
};

/// The largest file of choices that becomes part of the questionnaire.
pub(super) const EMBEDDED_CHOICES_MAX: usize = 20_000;

const OWN_COLUMNS: [&str; 3] = ["list_name", "name", "label"];

pub(super) fn read(
    table: &Table,
    languages: &[Language],
    problems: &mut Problems,
) -> Vec<ChoiceList> {
    let columns = extra_columns(table);
    let mut lists: Vec<ChoiceList> = Vec::new();
    if CHOICES_MAX < table.rows.len() {
        let count = table.rows.len().to_string();
        problems.error(Sheet::Choices, 0, "", "too_many_choices", &count);
        return lists;
    }
    for row in &table.rows {
        let (list_name, name) = (row.get("list_name"), row.get("name"));
        if list_name.is_empty() {
            problems.error(
                Sheet::Choices,
                row.number,
                "list_name",
                "choice_list_missing",
                name,
            );
            continue;
        }
        if name.is_empty() {
            let list = list_name;
            problems.error(
                Sheet::Choices,
                row.number,
                "name",
                "choice_name_missing",
                list,
            );
            continue;
        }
        let place = lists.iter().position(|list| list.name == list_name);
        let list = match place {
            Some(place) => &mut lists[place],
            None => {
                lists.push(ChoiceList {
                    name: list_name.to_owned(),
                    columns: columns.clone(),
                    choices: Vec::new(),
                    file: None,
                });
                lists.last_mut().expect("just pushed")
            }
        };
        if list.choices.iter().any(|choice| choice.name == name) {
            problems.error(Sheet::Choices, row.number, "name", "choice_repeated", name);
            continue;
        }
        list.choices
            .push(choice(table, row, &columns, languages, problems));
    }
    lists
}

fn extra_columns(table: &Table) -> Vec<String> {
    let extra = |header: &&String| {
        let first = header.split("::").next().unwrap_or("");
        !header.is_empty() && !OWN_COLUMNS.contains(&first) && !first.starts_with("media")
    };
    table.headers.iter().filter(extra).cloned().collect()
}

fn choice(
    table: &Table,
    row: &Row,
    columns: &[String],
    languages: &[Language],
    problems: &mut Problems,
) -> Choice {
    let (label, faults) = words::texts(table, row, "label", languages);
    for (column, cell, _) in faults {
        problems.error(
            table.sheet,
            row.number,
            &column,
            "expression_invalid",
            &cell,
        );
    }
    if label.is_empty() {
        let name = row.get("name");
        problems.warn(
            table.sheet,
            row.number,
            "label",
            "choice_label_missing",
            name,
        );
    }
    let mut cells: Vec<String> = columns
        .iter()
        .map(|name| row.get(name).to_owned())
        .collect();
    while cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    Choice {
        name: row.get("name").to_owned(),
        label,
        cells,
    }
}

/// The list of a file: its choices when it was supplied and is small enough.
pub(super) fn from_file(
    name: &str,
    text: Option<&String>,
    languages: &[Language],
    problems: &mut Problems,
) -> ChoiceList {
    let mut list = ChoiceList {
        name: name.to_owned(),
        columns: Vec::new(),
        choices: Vec::new(),
        file: Some(name.to_owned()),
    };
    let Some(text) = text else {
        return list;
    };
    let table = Table::read(Sheet::Choices, text, &mut Problems::default());
    let has = |column: &str| table.headers.iter().any(|header| header == column);
    if !has("name") || table.translations("label").next().is_none() {
        problems.error(Sheet::Survey, 0, "type", "file_unreadable", name);
        return list;
    }
    if EMBEDDED_CHOICES_MAX < table.rows.len() {
        return list;
    }
    list.columns = extra_columns(&table);
    for row in table.rows.iter().filter(|row| !row.get("name").is_empty()) {
        list.choices.push(choice(
            &table,
            row,
            &list.columns,
            languages,
            &mut Problems::default(),
        ));
    }
    list.file = None;
    list
}

/// The list with one more choice, for `or_other`.
pub(super) fn with_other(
    lists: &mut Vec<ChoiceList>,
    list: ListIndex,
    languages: usize,
) -> ListIndex {
    let mut copy = lists[list as usize].clone();
    copy.name.push_str("_or_other");
    if let Some(place) = lists.iter().position(|each| each.name == copy.name) {
        return place as ListIndex;
    }
    if copy.choices.iter().all(|choice| choice.name != "other") {
        let text = super::words::text("Lainnya / Other").unwrap_or_default();
        let label = Texts(vec![text; languages.max(1)]);
        copy.choices.push(Choice {
            name: "other".to_owned(),
            label,
            cells: Vec::new(),
        });
    }
    lists.push(copy);
    (lists.len() - 1) as ListIndex
}

/// Names with blanks would fall apart in answers that hold several.
pub(super) fn check_use(nodes: &[Node], lists: &[ChoiceList], problems: &mut Problems) {
    for node in nodes {
        let multiple = matches!(node.kind, Kind::SelectMultiple | Kind::Rank);
        let Some(list) = node.list.filter(|_| multiple) else {
            continue;
        };
        let blank = |choice: &&Choice| choice.name.contains(char::is_whitespace);
        for choice in lists[list as usize].choices.iter().filter(blank) {
            let row = node.sheet_row;
            problems.error(Sheet::Survey, row, "type", "choice_has_blank", &choice.name);
        }
    }
}
