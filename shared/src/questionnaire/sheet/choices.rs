//! The choices sheet, and files of choices.
//!
//! Always: lists stand in the order in which the sheet names them first.
//! Never: carries a list along that is larger than `EMBEDDED_CHOICES_MAX`; that is packed as a file.

use sha2::{Digest as _, Sha256};

use std::collections::{BTreeMap, BTreeSet};

use super::problem::{Problems, Sheet};
use super::table::{Row, Table};
use super::{geojson, media, words};
use crate::questionnaire::model::{
    CHOICES_MAX, Choice, ChoiceList, Kind, Language, ListIndex, Node, Texts,
};
use crate::questionnaire::packed::PackedList;
use crate::questionnaire::xpath::Expression;

/// The largest file of choices that becomes part of the questionnaire.
pub(super) const EMBEDDED_CHOICES_MAX: usize = 20_000;

const OWN_COLUMNS: [&str; 3] = ["list_name", "name", "label"];

/// Where choices were read, for problems: the compiled form does not carry it.
#[derive(Debug, Clone, Default)]
pub(in crate::questionnaire) struct ChoiceRows(Vec<Vec<u32>>);

impl ChoiceRows {
    /// The row of the next choice of a list.
    pub(in crate::questionnaire) fn push(&mut self, list: usize, row: u32) {
        if self.0.len() <= list {
            self.0.resize(list + 1, Vec::new());
        }
        self.0[list].push(row);
    }

    /// 0 for what stands in no row, such as choices of a file.
    pub(in crate::questionnaire) fn of(&self, list: usize, choice: usize) -> u32 {
        let rows = self.0.get(list).and_then(|rows| rows.get(choice));
        rows.copied().unwrap_or(0)
    }
}

pub(super) fn read(
    table: &Table,
    languages: &[Language],
    may_repeat: bool,
    problems: &mut Problems,
) -> (Vec<ChoiceList>, ChoiceRows) {
    let columns = extra_columns(table);
    let mut lists: Vec<ChoiceList> = Vec::new();
    let mut rows = ChoiceRows::default();
    // Found by name, because a hundred thousand rows are each looked up.
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen: BTreeSet<(usize, &str)> = BTreeSet::new();
    if CHOICES_MAX < table.rows.len() {
        let count = format!("{}, limit {CHOICES_MAX}", table.rows.len());
        problems.error(Sheet::Choices, 0, "", "too_many_choices", &count);
        return (lists, rows);
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
        let place = *places.entry(list_name).or_insert_with(|| {
            lists.push(ChoiceList {
                name: list_name.to_owned(),
                columns: columns.clone(),
                choices: Vec::new(),
                file: None,
            });
            lists.len() - 1
        });
        if !seen.insert((place, name)) && !may_repeat {
            problems.error(Sheet::Choices, row.number, "name", "choice_repeated", name);
            continue;
        }
        let choice = choice(table, row, &columns, languages, problems);
        lists[place].choices.push(choice);
        rows.push(place, row.number);
    }
    (lists, rows)
}

fn extra_columns(table: &Table) -> Vec<String> {
    let extra = |header: &&String| {
        let first = header.split("::").next().unwrap_or("");
        !header.is_empty() && !OWN_COLUMNS.contains(&first) && !media::is_column(header)
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
    let media = media::names(table, row, languages);
    if label.is_empty() && media.is_empty() {
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
        media,
        cells,
    }
}

/// Which columns of a file hold the name and the label of a choice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<'a> {
    pub(super) name: &'a str,
    pub(super) label: &'a str,
    /// The row of the question that asks for the file.
    pub(super) row: u32,
}

/// The list of a file: its choices when it was supplied and is small enough.
pub(super) fn from_file(
    file: &str,
    text: Option<&String>,
    columns: Columns<'_>,
    languages: &[Language],
    problems: &mut Problems,
) -> ChoiceList {
    let mut list = ChoiceList {
        name: file.to_owned(),
        columns: Vec::new(),
        choices: Vec::new(),
        file: Some(file.to_owned()),
    };
    let Some(text) = text else {
        return list;
    };
    let row = columns.row;
    let read = if file.ends_with(".geojson") {
        match geojson::table(text) {
            Ok(text) => Table::of_file(&text),
            Err(why) => {
                let why = format!("{file}: {why}");
                problems.error(Sheet::Survey, row, "type", "file_unreadable", &why);
                return list;
            }
        }
    } else {
        Table::of_file(text)
    };
    let Some(table) = read else {
        problems.error(Sheet::Survey, row, "type", "file_too_large", file);
        return list;
    };
    let has = |column: &str| table.headers.iter().any(|header| header == column);
    if !has(columns.name) || table.translations(columns.label).next().is_none() {
        problems.error(Sheet::Survey, row, "type", "file_unreadable", file);
        return list;
    }
    fill(&mut list, &table, columns, languages, problems);
    list
}

/// A file that expressions look things up in: any columns will do.
pub(in crate::questionnaire) fn looked_up(
    name: &str,
    file: &str,
    text: &str,
    row: u32,
    problems: &mut Problems,
) -> ChoiceList {
    let mut list = ChoiceList {
        name: name.to_owned(),
        columns: Vec::new(),
        choices: Vec::new(),
        file: Some(file.to_owned()),
    };
    let columns = Columns {
        name: "name",
        label: "label",
        row,
    };
    let languages = [super::language("default")];
    match Table::of_file(text) {
        Some(table) => fill(&mut list, &table, columns, &languages, problems),
        None => problems.error(Sheet::Survey, row, "", "file_too_large", file),
    }
    list
}

/// A list of a file read by other columns than `name` and `label`.
pub(in crate::questionnaire) fn file_list(
    list: &ChoiceList,
    name: &str,
    label: &str,
) -> ChoiceList {
    let place = |wanted: &str| list.columns.iter().position(|column| column == wanted);
    let (name_at, label_at) = (place(name), place(label));
    let cell = |choice: &Choice, at: Option<usize>| {
        at.and_then(|at| choice.cells.get(at).cloned())
            .unwrap_or_default()
    };
    let choices = list.choices.iter().map(|choice| Choice {
        name: cell(choice, name_at),
        label: Texts(vec![
            words::text(&cell(choice, label_at)).unwrap_or_default(),
        ]),
        media: Vec::new(),
        cells: choice.cells.clone(),
    });
    ChoiceList {
        name: format!("{}.csv?{name}&{label}", list.name),
        columns: list.columns.clone(),
        choices: choices.collect(),
        file: list.file.clone(),
    }
}

fn fill(
    list: &mut ChoiceList,
    table: &Table,
    columns: Columns<'_>,
    languages: &[Language],
    problems: &mut Problems,
) {
    let is_label = |header: &str| header.split("::").next() == Some(columns.label);
    let further = |header: &&String| {
        !header.is_empty() && !["name", "label"].contains(&header.as_str()) && {
            // Columns of other names stay readable under these.
            header.as_str() == columns.name || !is_label(header) || columns.label != "label"
        }
    };
    for header in table.headers.iter().filter(further) {
        if !list.columns.contains(header) {
            list.columns.push(header.clone());
        }
    }
    let mut unreadable = None;
    for row in &table.rows {
        let (label, faults) = words::texts(table, row, columns.label, languages);
        let first = faults.into_iter().next();
        unreadable = unreadable.or_else(|| first.map(|(_, cell, _)| (row.number, cell)));
        let cells = list.columns.iter().map(|name| row.get(name).to_owned());
        let mut cells: Vec<String> = cells.collect();
        while cells.last().is_some_and(String::is_empty) {
            cells.pop();
        }
        list.choices.push(Choice {
            name: row.get(columns.name).to_owned(),
            label,
            media: Vec::new(),
            cells,
        });
    }
    // One is enough: a file is one mistake, repeated in every row.
    if let Some((line, cell)) = unreadable {
        let file = list.file.as_deref().unwrap_or("");
        let cell = format!("{file}:{line}: {cell}");
        problems.warn(
            Sheet::Survey,
            columns.row,
            "type",
            "file_label_unreadable",
            &cell,
        );
    }
    if list.choices.len() <= EMBEDDED_CHOICES_MAX {
        list.file = None;
    }
}

/// The row of the first question that chooses from a list.
pub(super) fn asked_at(nodes: &[Node], list: usize) -> u32 {
    let asks = |node: &&Node| node.list == Some(list as ListIndex);
    nodes.iter().find(asks).map_or(0, |node| node.sheet_row)
}

/// The lists that no question chooses from and no expression looks into.
pub(super) fn unread(
    lists: &[ChoiceList],
    nodes: &[Node],
    expressions: &[&Expression],
) -> BTreeSet<usize> {
    let mut unread: BTreeSet<usize> = (0..lists.len()).collect();
    for list in nodes.iter().filter_map(|node| node.list) {
        unread.remove(&(list as usize));
    }
    for name in expressions.iter().flat_map(|each| each.instances()) {
        let Some(name) = name else {
            // What is computed may name any.
            return BTreeSet::new();
        };
        if let Some(read) = lists.iter().position(|list| list.is_instance(name)) {
            unread.remove(&read);
        }
    }
    unread
}

/// Empties lists of files that are too long to carry along, so that no phone fetches them for nothing.
pub(super) fn drop_files(lists: &mut [ChoiceList], unread: &BTreeSet<usize>) {
    for &place in unread {
        let list = &mut lists[place];
        if list.file.is_some() && !list.choices.is_empty() {
            list.choices = Vec::new();
            list.file = None;
        }
    }
}

/// Takes the choices out of the lists that are too long to carry along, and packs them, by list name.
/// `ChoiceList::file` then also says what was in the file, so that other villages are another version.
pub(super) fn pack(
    lists: &mut [ChoiceList],
    nodes: &[Node],
    problems: &mut Problems,
) -> Vec<(String, Vec<u8>)> {
    let mut packed = Vec::new();
    for (place, list) in lists.iter_mut().enumerate() {
        let Some(file) = list.file.as_ref().filter(|_| !list.choices.is_empty()) else {
            continue;
        };
        match PackedList::build(list) {
            Some(bytes) => {
                list.file = Some(format!("{file}#{}", content_hash(&bytes)));
                packed.push((list.name.clone(), bytes));
            }
            None => {
                let row = asked_at(nodes, place);
                problems.error(Sheet::Survey, row, "type", "file_too_large", file);
            }
        }
        list.choices = Vec::new();
    }
    packed
}

/// The first half of the SHA-256, as hex.
fn content_hash(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Gives a list one more choice, for `or_other`; pyxform gives it to all questions of the list.
pub(super) fn add_other(list: &mut ChoiceList, languages: usize) {
    if list.choices.iter().any(|choice| choice.name == "other") {
        return;
    }
    let text = words::text("Lainnya / Other").unwrap_or_default();
    list.choices.push(Choice {
        name: "other".to_owned(),
        label: Texts(vec![text; languages.max(1)]),
        media: Vec::new(),
        cells: Vec::new(),
    });
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
