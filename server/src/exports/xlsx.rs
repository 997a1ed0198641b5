//! A table of villages as a workbook: the villages, the method, the dictionary.
//!
//! Always: a text is written as a text, so that nothing in it is run; rows go to a file of their own as they come.

use std::io::{self, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use shared::priority::{CellKind, DICTIONARY, VillageCell, VillageTable};

use super::{About, sheet_text};

pub(super) const VILLAGES: &str = "Desa";
pub(super) const METHOD: &str = "Metode";
pub(super) const COLUMNS: &str = "Kamus data";

pub(super) fn write(table: &VillageTable, about: &About, out: impl Write + Send) -> io::Result<()> {
    let mut book = Workbook::new();
    book.set_properties(&properties().map_err(io::Error::other)?);
    let mut make = || -> Result<(), XlsxError> {
        villages(book.add_worksheet_with_constant_memory()?, table)?;
        method(book.add_worksheet_with_constant_memory()?, about)?;
        columns(book.add_worksheet_with_constant_memory()?, table)
    };
    make().map_err(io::Error::other)?;
    book.save_to_writer(out).map_err(io::Error::other)
}

/// Equal tables give equal files, so that no file says when it was made.
fn properties() -> Result<DocProperties, XlsxError> {
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    Ok(DocProperties::new().set_creation_datetime(&created))
}

fn villages(sheet: &mut Worksheet, table: &VillageTable) -> Result<(), XlsxError> {
    sheet.set_name(VILLAGES)?;
    sheet.set_freeze_panes(1, 2)?;
    sheet.set_column_width(0, 15)?;
    sheet.set_column_width(1, 24)?;
    head(sheet, table.columns().iter().map(|it| it.name.as_str()))?;
    let formats: Vec<Option<Format>> = table
        .columns()
        .iter()
        .map(|column| match column.kind {
            CellKind::Number(Some(decimals)) if 0 < decimals => {
                let digits = "0".repeat(usize::from(decimals));
                Some(Format::new().set_num_format(format!("0.{digits}")))
            }
            CellKind::Number(_) | CellKind::Text | CellKind::Whole => None,
        })
        .collect();
    for place in 0..table.len() {
        let row = line(place + 1)?;
        for (index, cell) in table.row(place).iter().enumerate() {
            let column = column(index)?;
            match (cell, &formats[index]) {
                (VillageCell::Empty, _) => {}
                (VillageCell::Text(text), _) => {
                    sheet.write_string(row, column, sheet_text(text))?;
                }
                (VillageCell::Whole(count), _) => {
                    sheet.write_number(row, column, *count)?;
                }
                (VillageCell::Number(number), Some(format)) => {
                    sheet.write_number_with_format(row, column, *number, format)?;
                }
                (VillageCell::Number(number), None) => {
                    sheet.write_number(row, column, *number)?;
                }
            }
        }
    }
    let last = (line(table.len())?, column(table.columns().len() - 1)?);
    sheet.autofilter(0, 0, last.0, last.1)?;
    Ok(())
}

/// What the method says of itself, then its document line by line.
fn method(sheet: &mut Worksheet, about: &About) -> Result<(), XlsxError> {
    sheet.set_name(METHOD)?;
    sheet.set_column_width(0, 34)?;
    sheet.set_column_width(1, 34)?;
    sheet.set_column_width(2, 90)?;
    head(sheet, ["hal", "item", "nilai / value"])?;
    let mut row = 1;
    for (said, value) in &about.facts {
        sheet.write_string(row, 0, &said.id)?;
        sheet.write_string(row, 1, &said.en)?;
        sheet.write_string(row, 2, sheet_text(value))?;
        row += 1;
    }
    for text in about.document.lines() {
        sheet.write_string(row, 0, "dokumen metode")?;
        sheet.write_string(row, 1, "method document")?;
        sheet.write_string(row, 2, sheet_text(text))?;
        row += 1;
    }
    Ok(())
}

fn columns(sheet: &mut Worksheet, table: &VillageTable) -> Result<(), XlsxError> {
    sheet.set_name(COLUMNS)?;
    sheet.set_freeze_panes(1, 1)?;
    for (index, width) in [24, 30, 30, 10, 20, 20, 60, 60, 40].into_iter().enumerate() {
        sheet.set_column_width(column(index)?, width)?;
    }
    head(sheet, DICTIONARY)?;
    for (place, said) in table.columns().iter().enumerate() {
        for (index, text) in said.said().into_iter().enumerate() {
            if !text.is_empty() {
                sheet.write_string(line(place + 1)?, column(index)?, sheet_text(text))?;
            }
        }
    }
    Ok(())
}

fn head<'a>(
    sheet: &mut Worksheet,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (index, name) in names.into_iter().enumerate() {
        sheet.write_string_with_format(0, column(index)?, name, &bold)?;
    }
    Ok(())
}

fn line(place: usize) -> Result<u32, XlsxError> {
    u32::try_from(place).map_err(|_| XlsxError::RowColumnLimitError)
}

fn column(index: usize) -> Result<u16, XlsxError> {
    u16::try_from(index).map_err(|_| XlsxError::RowColumnLimitError)
}
