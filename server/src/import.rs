//! Reads what people send as tables, and checks it row by row.
//!
//! Always: every fault is named with its row; rows = good + refused.
//! Never: repairs or guesses a value.

mod accounts;
mod questionnaires;
mod regions;
mod workbook;

pub(crate) use accounts::{
    account_problem, check_account, fold_username, is_password, parse_accounts, role_of,
};
pub use questionnaires::{
    Beside, Compiled, builtin_sheets, compile, is_xform, read_form, xform_sheets,
};
pub use regions::{RegionFile, parse_regions};
#[cfg(test)]
pub(crate) use workbook::tests::small as small_workbook;
pub use workbook::{Workbook, is_workbook, read_workbook};

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use shared::wire::office::Fault;

/// A table whose first line names its columns.
struct Table {
    columns: Vec<String>,
    /// Line in the file, and the cells; or the line and why it cannot be read.
    rows: Vec<(u32, Result<StringRecord, Fault>)>,
}

pub(crate) fn fault(row: u32, code: &str, text: impl Into<String>, en: impl Into<String>) -> Fault {
    Fault {
        place: if row == 0 {
            String::new()
        } else {
            format!("baris {row}")
        },
        row,
        code: code.to_owned(),
        text: text.into(),
        text_en: en.into(),
    }
}

impl Table {
    /// Reads a CSV with commas or, as spreadsheets here write them, semicolons. Lines that begin
    /// with `#` are comments. More than `rows_max` rows are an error.
    fn read(bytes: &[u8], rows_max: usize) -> Result<Table, Fault> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .delimiter(delimiter_of(bytes))
            .from_reader(bytes);
        let mut table = Table {
            columns: Vec::new(),
            rows: Vec::new(),
        };
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).is_ok_and(|more| more) {
            let line = record.position().map_or(0, csv::Position::line);
            let line = u32::try_from(line).unwrap_or(u32::MAX);
            let cells = StringRecord::from_byte_record(record.clone());
            if table.columns.is_empty() {
                let cells = cells.map_err(|_| not_text(line))?;
                table.columns = cells
                    .iter()
                    .map(|cell| cell.trim().to_lowercase())
                    .collect();
                continue;
            }
            if table.rows.len() == rows_max {
                return Err(fault(
                    line,
                    "too_many_rows",
                    format!("berkas memuat lebih dari {rows_max} baris; bagi menjadi beberapa"),
                    format!("the file has more than {rows_max} rows; split it"),
                ));
            }
            table.rows.push((line, cells.map_err(|_| not_text(line))));
        }
        Ok(table)
    }

    /// The place of the first column with one of these names.
    fn column(&self, names: &[&str]) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| names.contains(&column.as_str()))
    }

    fn required(&self, names: &[&str]) -> Result<usize, Fault> {
        self.column(names).ok_or_else(|| {
            let name = names[0];
            fault(
                1,
                "column_missing",
                format!("baris pertama harus memuat kolom `{name}`"),
                format!("the first line must name the column `{name}`"),
            )
        })
    }
}

fn cell(record: &StringRecord, column: Option<usize>) -> &str {
    column
        .and_then(|column| record.get(column))
        .unwrap_or("")
        .trim()
}

fn delimiter_of(bytes: &[u8]) -> u8 {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .find(|line| !line.starts_with(b"#") && !line.trim_ascii().is_empty())
        .unwrap_or(b"");
    let count = |mark: u8| first.iter().filter(|byte| **byte == mark).count();
    if count(b',') < count(b';') {
        b';'
    } else {
        b','
    }
}

fn not_text(line: u32) -> Fault {
    fault(
        line,
        "not_utf8",
        "baris ini bukan teks UTF-8; simpan ulang berkas sebagai CSV UTF-8",
        "this line is not UTF-8 text; save the file as CSV UTF-8",
    )
}

#[cfg(test)]
mod tests;
