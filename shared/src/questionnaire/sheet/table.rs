//! One sheet as rows of named cells.
//!
//! Always: headers are in one spelling (`label::English (en)`, `read_only`); rows are bounded.
//! Never: knows what a column means.

use std::collections::BTreeMap;

use super::problem::{Problems, Sheet};
use crate::questionnaire::packed;

/// The largest sheet that is read.
pub(super) const SHEET_BYTES_MAX: usize = 20_000_000;
/// The most rows of one sheet.
pub(super) const SHEET_ROWS_MAX: usize = 100_000;
pub(super) const COLUMNS_MAX: usize = 400;
/// The most filled cells of one sheet: each takes about a hundred bytes while it is read.
const CELLS_MAX: usize = 1_000_000;

#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) sheet: Sheet,
    /// In the order of the sheet, in one spelling.
    pub(super) headers: Vec<String>,
    pub(super) rows: Vec<Row>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    /// As a spreadsheet counts: the header is row 1.
    pub(super) number: u32,
    cells: BTreeMap<String, String>,
}

impl Row {
    /// The cell, with blanks at its ends taken off; empty where there is none.
    pub(super) fn get(&self, header: &str) -> &str {
        self.cells.get(header).map_or("", |cell| cell.trim())
    }
}

impl Table {
    pub(super) fn read(sheet: Sheet, text: &str, problems: &mut Problems) -> Table {
        Table::parse(sheet, text, spelling, SHEET_ROWS_MAX, problems)
    }

    /// A file of choices, whose headers are what its author calls them; nothing when it is over a bound.
    pub(super) fn of_file(text: &str) -> Option<Table> {
        let plain = |header: &str| header.trim().to_owned();
        let problems = &mut Problems::default();
        let rows_max = packed::ROWS_MAX + 1;
        let table = Table::parse(Sheet::Choices, text, plain, rows_max, problems);
        (text.len() <= packed::BYTES_MAX && table.rows.len() < rows_max).then_some(table)
    }

    fn parse(
        sheet: Sheet,
        text: &str,
        spelling: fn(&str) -> String,
        rows_max: usize,
        problems: &mut Problems,
    ) -> Table {
        let mut table = Table {
            sheet,
            headers: Vec::new(),
            rows: Vec::new(),
        };
        if SHEET_BYTES_MAX < text.len() {
            problems.error(
                sheet,
                0,
                "",
                "sheet_too_large",
                &format!("{} bytes, limit {SHEET_BYTES_MAX}", text.len()),
            );
            return table;
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut records = reader.records();
        match records.next() {
            None => {
                if sheet == Sheet::Survey {
                    problems.error(sheet, 0, "", "sheet_empty", "");
                }
                return table;
            }
            Some(Err(error)) => {
                problems.error(sheet, 1, "", "sheet_unreadable", &error.to_string());
                return table;
            }
            Some(Ok(header)) => {
                table.headers = header.iter().take(COLUMNS_MAX).map(spelling).collect();
                let beyond = header.iter().skip(COLUMNS_MAX);
                if beyond.clone().any(|cell| !cell.trim().is_empty()) {
                    let columns = format!("{} columns, limit {COLUMNS_MAX}", header.len());
                    problems.error(sheet, 1, "", "sheet_too_large", &columns);
                    return table;
                }
            }
        }
        table.check_headers(problems);
        let mut cells = 0;
        for (index, record) in records.enumerate() {
            let number = index as u32 + 2;
            let limit = match (rows_max <= table.rows.len(), CELLS_MAX < cells) {
                (true, _) => format!("limit {rows_max} rows"),
                (_, true) => format!("limit {CELLS_MAX} cells"),
                (false, false) => String::new(),
            };
            if !limit.is_empty() {
                problems.error(sheet, number, "", "sheet_too_large", &limit);
                break;
            }
            match record {
                Ok(record) => cells += table.push(number, &record),
                Err(error) => {
                    problems.error(sheet, number, "", "sheet_unreadable", &error.to_string());
                }
            }
        }
        table
    }

    fn check_headers(&self, problems: &mut Problems) {
        let mut seen = Vec::new();
        for header in self.headers.iter().filter(|header| !header.is_empty()) {
            if seen.contains(&header) {
                problems.error(self.sheet, 1, header, "column_repeated", header);
            }
            seen.push(header);
        }
        let needed: &[&str] = match self.sheet {
            Sheet::Survey => &["type", "name"],
            Sheet::Choices => &["list_name", "name"],
            Sheet::Settings | Sheet::Entities | Sheet::Method | Sheet::Workbook | Sheet::Xform => {
                &[]
            }
        };
        for column in needed {
            if !self.headers.iter().any(|header| header == column) {
                problems.error(self.sheet, 1, column, "column_missing", column);
            }
        }
    }

    /// Adds a row that is not empty; returns how many of its cells are filled.
    fn push(&mut self, number: u32, record: &csv::StringRecord) -> usize {
        let cells: BTreeMap<String, String> = self
            .headers
            .iter()
            .zip(record.iter())
            .filter(|(header, cell)| !header.is_empty() && !cell.trim().is_empty())
            .map(|(header, cell)| (header.clone(), cell.to_owned()))
            .collect();
        let count = cells.len();
        if count != 0 {
            self.rows.push(Row { number, cells });
        }
        count
    }

    /// The headers that are this column in some language, with the language.
    pub(super) fn translations<'a>(
        &'a self,
        column: &'a str,
    ) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
        self.headers.iter().filter_map(move |header| {
            if header == column {
                return Some((header.as_str(), None));
            }
            let language = header.strip_prefix(column)?.strip_prefix("::")?;
            Some((header.as_str(), Some(language)))
        })
    }
}

/// Columns that sheets have in several languages.
const TRANSLATED: [&str; 9] = [
    "label",
    "hint",
    "guidance_hint",
    "required_message",
    "constraint_message",
    "image",
    "big-image",
    "audio",
    "video",
];

/// One spelling for the ways in which sheets write a header.
fn spelling(header: &str) -> String {
    let header = header.trim();
    let header = header.strip_prefix("media::").unwrap_or(header);
    // `label::English` and `bind::lumbung:unit` are names in parts; `label:English` is the old way
    // to write the first.
    let single = header.split_once(':').filter(|_| !header.contains("::"));
    let single = single.filter(|(first, _)| TRANSLATED.contains(&one_name(first).as_str()));
    if let Some((first, language)) = single {
        return format!("{}::{}", one_name(first), language.trim());
    }
    let mut parts = header.split("::").map(str::trim);
    let first = one_name(parts.next().unwrap_or(""));
    let rest: Vec<&str> = parts.collect();
    if rest.is_empty() {
        return first;
    }
    let whole = format!("{first}::{}", rest.join("::"));
    match whole.as_str() {
        "bind::relevant" => "relevant".to_owned(),
        "bind::required" => "required".to_owned(),
        "bind::constraint" => "constraint".to_owned(),
        "bind::calculate" => "calculation".to_owned(),
        "bind::readonly" => "read_only".to_owned(),
        "bind::jr:constraintMsg" => "constraint_message".to_owned(),
        "bind::jr:requiredMsg" => "required_message".to_owned(),
        "body::appearance" | "control::appearance" => "appearance".to_owned(),
        "body::jr:count" | "control::jr:count" => "repeat_count".to_owned(),
        _ => whole,
    }
}

fn one_name(name: &str) -> String {
    let name = name.trim().to_lowercase().replace(' ', "_");
    let known = match name.as_str() {
        "relevance" => "relevant",
        "calculate" => "calculation",
        "readonly" => "read_only",
        "constraint_msg" | "constraining_message" => "constraint_message",
        "required_msg" | "requiredmsg" => "required_message",
        "list" => "list_name",
        "value" | "tag" => "name",
        "caption" => "label",
        "command" => "type",
        "guidance" => "guidance_hint",
        "count" | "jr:count" => "repeat_count",
        "title" | "set_form_title" => "form_title",
        "id_string" | "set_form_id" => "form_id",
        _ => return name,
    };
    known.to_owned()
}
