//! Questionnaires as `.xlsx`: the sheets of a workbook become CSV texts.
//!
//! Always: rows keep their numbers, so that a problem names the row that a spreadsheet shows;
//! everything is unpacked under a bound before a parser sees it.
//! Never: guesses what a formula or a broken cell meant; panics, whatever the bytes.

use std::io::{Cursor, Read as _, Write as _};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use shared::time::{DAY_MS, Date};
use shared::wire::office::{Fault, QuestionnaireSheets};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::fault;

/// The largest workbook that is read.
const WORKBOOK_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a workbook may unpack to; a small file can claim to hold anything.
const UNPACKED_BYTES_MAX: u64 = 64 * 1024 * 1024;
const PARTS_MAX: usize = 500;
const SHEETS_MAX: usize = 100;
const ROWS_MAX: u32 = 100_000;
const COLUMNS_MAX: u32 = 400;
/// One shared text may stand in many cells, so what is written out has its own bound.
const SHEET_BYTES_MAX: usize = 20_000_000;
const FAULTS_MAX: usize = 100;

/// The day 0 of spreadsheets, 1899-12-30, counted from 1970.
const DAY_ZERO: i64 = -25_569;

/// What a workbook holds.
#[derive(Debug, Clone)]
pub struct Workbook {
    pub sheets: QuestionnaireSheets,
    /// Sheets that mean something elsewhere and nothing here.
    pub warnings: Vec<Fault>,
}

/// How every zip begins, and so every workbook.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Reads the sheets `survey`, `choices` and `settings`, whatever the case of their names.
pub fn read_workbook(bytes: &[u8]) -> Result<Workbook, Vec<Fault>> {
    // The library counts rows of a damaged cell's name without a bound, and panics in some builds.
    let read = std::panic::catch_unwind(|| read_sheets(bytes));
    read.unwrap_or_else(|_| Err(vec![unreadable(&"a cell has no place")]))
}

fn read_sheets(bytes: &[u8]) -> Result<Workbook, Vec<Fault>> {
    if WORKBOOK_BYTES_MAX < bytes.len() {
        return Err(vec![too_large("", &format!("{WORKBOOK_BYTES_MAX} bytes"))]);
    }
    let unpacked = unpack(bytes).map_err(|fault| vec![fault])?;
    let mut book = Xlsx::new(Cursor::new(unpacked)).map_err(|error| vec![unreadable(&error)])?;
    let mut faults = Vec::new();
    let mut warnings = Vec::new();
    let mut sheets = QuestionnaireSheets {
        survey: String::new(),
        choices: String::new(),
        settings: String::new(),
        entities: String::new(),
    };
    let names = book.sheet_names();
    if SHEETS_MAX < names.len() {
        return Err(vec![too_large("", &format!("{SHEETS_MAX} sheets"))]);
    }
    let mut read: Vec<String> = Vec::new();
    for name in names {
        let place = match name.trim().to_lowercase().as_str() {
            "survey" => &mut sheets.survey,
            "choices" => &mut sheets.choices,
            "settings" => &mut sheets.settings,
            "external_choices" | "osm" => {
                faults.push(unsupported(&name));
                continue;
            }
            "entities" => {
                warnings.push(unused(&name));
                &mut sheets.entities
            }
            // Notes and lists of types are often kept beside the form.
            _ => continue,
        };
        let known = name.trim().to_lowercase();
        if read.contains(&known) {
            faults.push(repeated(&name));
            continue;
        }
        read.push(known);
        *place = csv_of(&mut book, &name, &mut faults);
    }
    if sheets.survey.is_empty() && faults.is_empty() {
        faults.push(fault(
            0,
            "sheet_missing",
            "buku kerja ini tidak memuat lembar `survey`",
            "this workbook has no sheet `survey`",
        ));
    }
    if faults.is_empty() {
        Ok(Workbook { sheets, warnings })
    } else {
        faults.truncate(FAULTS_MAX);
        Err(faults)
    }
}

/// Unpacks what a workbook is made of, and packs it again without compression: the parser then
/// cannot meet more bytes than were counted here.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let broken = |error: &dyn std::fmt::Display| unreadable(error);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if PARTS_MAX < archive.len() {
        return Err(too_large("", &format!("{PARTS_MAX} parts")));
    }
    let mut left = UNPACKED_BYTES_MAX;
    let mut plain = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        let name = part.name().map_err(|error| broken(&error))?.into_owned();
        let is_text = name.ends_with(".xml") || name.ends_with(".rels");
        if !is_text {
            continue;
        }
        let mut text = Vec::new();
        part.take(left + 1)
            .read_to_end(&mut text)
            .map_err(|error| broken(&error))?;
        left = left
            .checked_sub(text.len() as u64)
            .ok_or_else(|| too_large("", &format!("{UNPACKED_BYTES_MAX} bytes unpacked")))?;
        let written = plain.start_file(name, stored);
        written.map_err(|error| broken(&error))?;
        plain.write_all(&text).map_err(|error| broken(&error))?;
    }
    let plain = plain.finish().map_err(|error| broken(&error))?;
    Ok(plain.into_inner())
}

type Book = Xlsx<Cursor<Vec<u8>>>;

fn csv_of(book: &mut Book, name: &str, faults: &mut Vec<Fault>) -> String {
    match rows_of(book, name, faults) {
        Ok(rows) => written(name, &rows, faults),
        Err(error) => {
            faults.push(Fault {
                place: name.to_owned(),
                ..unreadable(&error)
            });
            String::new()
        }
    }
}

/// A cell with what it holds: row and column counted from 0.
type Cell = (u32, u32, String);

/// The filled cells of a sheet, cell by cell: a sheet's own word on its size is not to be trusted.
fn rows_of(book: &mut Book, name: &str, faults: &mut Vec<Fault>) -> Result<Vec<Cell>, XlsxError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let mut cells = Vec::new();
    let mut bytes = 0;
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let text = match cell.get_value() {
            DataRef::Error(error) => {
                faults.push(broken_cell(name, (row, column), &error.to_string()));
                continue;
            }
            value => text_of(value),
        };
        if text.trim().is_empty() {
            continue;
        }
        bytes += text.len();
        let outside = ROWS_MAX <= row || COLUMNS_MAX <= column;
        if outside || SHEET_BYTES_MAX < bytes {
            let limit = format!("{ROWS_MAX} rows, {COLUMNS_MAX} columns, {SHEET_BYTES_MAX} bytes");
            faults.push(too_large(name, &limit));
            break;
        }
        cells.push((row, column, text));
    }
    cells.sort_by_key(|(row, column, _)| (*row, *column));
    Ok(cells)
}

fn written(name: &str, cells: &[Cell], faults: &mut Vec<Fault>) -> String {
    let columns = cells.iter().map(|cell| cell.1 + 1).max().unwrap_or(0) as usize;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut next = cells.iter().peekable();
    let last = cells.last().map_or(0, |cell| cell.0 + 1);
    let mut failed = false;
    for row in 0..last {
        let mut record = vec![""; columns];
        while let Some((_, column, text)) = next.next_if(|cell| cell.0 == row) {
            record[*column as usize] = text;
        }
        failed |= writer.write_record(&record).is_err();
    }
    let text = writer.into_inner().ok();
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    match text.filter(|text| !failed && text.len() <= 2 * SHEET_BYTES_MAX) {
        Some(text) => text,
        None => {
            faults.push(too_large(name, &format!("{SHEET_BYTES_MAX} bytes")));
            String::new()
        }
    }
}

/// What a spreadsheet shows, without the format of the cell.
fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => clean(text),
        DataRef::SharedString(text) => clean(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(days) => date_text(days.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Spreadsheets write blanks that no form means.
fn clean(text: &str) -> String {
    text.replace('\u{a0}', " ").replace("\r\n", "\n")
}

/// `2026-11-22`, or with a time where there is one.
fn date_text(days: f64) -> String {
    let ms = (days * DAY_MS as f64).round();
    if !(0.0..1e15).contains(&ms) {
        return days.to_string();
    }
    let ms = ms as i64;
    let date = Date::from_days(DAY_ZERO + ms / DAY_MS);
    let clock = ms % DAY_MS / 1000;
    let (hours, minutes, seconds) = (clock / 3600, clock / 60 % 60, clock % 60);
    if clock == 0 {
        date.to_string()
    } else if days < 1.0 {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    } else {
        format!("{date}T{hours:02}:{minutes:02}:{seconds:02}")
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Fault {
    fault(
        0,
        "workbook_unreadable",
        format!(
            "berkas ini bukan buku kerja .xlsx yang utuh ({error}); simpan ulang lalu kirim lagi"
        ),
        format!("this file is not a whole .xlsx workbook ({error}); save it again"),
    )
}

fn too_large(sheet: &str, limit: &str) -> Fault {
    Fault {
        place: sheet.to_owned(),
        ..fault(
            0,
            "workbook_too_large",
            format!(
                "buku kerja ini melampaui batas ({limit}); pisahkan daftar panjang ke berkas lain"
            ),
            format!(
                "this workbook is over the limit ({limit}); move long lists into files of their own"
            ),
        )
    }
}

fn repeated(sheet: &str) -> Fault {
    Fault {
        place: sheet.to_owned(),
        ..fault(
            0,
            "sheet_repeated",
            format!("ada dua lembar bernama `{sheet}`; hapus atau ganti nama salah satunya"),
            format!("there are two sheets named `{sheet}`; remove or rename one of them"),
        )
    }
}

fn unsupported(sheet: &str) -> Fault {
    Fault {
        place: sheet.to_owned(),
        ..fault(
            0,
            "sheet_unsupported",
            format!(
                "lembar `{sheet}` belum didukung; pakai `choices` atau berkas CSV, lalu hapus lembarnya"
            ),
            format!(
                "the sheet `{sheet}` is not supported; use `choices` or a CSV file, and remove it"
            ),
        )
    }
}

fn unused(sheet: &str) -> Fault {
    Fault {
        place: sheet.to_owned(),
        ..fault(
            0,
            "sheet_unused",
            format!(
                "lembar `{sheet}` dibawa bersama kuesioner; di sini isian tidak menjadi entitas"
            ),
            format!(
                "the sheet `{sheet}` is kept with the form; answers do not become entities here"
            ),
        )
    }
}

fn broken_cell(sheet: &str, (row, column): (u32, u32), error: &str) -> Fault {
    let row = row + 1;
    let column = column_name(column);
    Fault {
        place: format!("{sheet} baris {row} kolom {column}"),
        row,
        code: "cell_error".to_owned(),
        text: format!("sel {column}{row} memuat galat rumus {error}; tulis nilainya"),
        text_en: format!("the cell {column}{row} holds the error {error}; write the value"),
    }
}

/// `A`, `Z`, `AA`, as spreadsheets name columns.
fn column_name(column: u32) -> String {
    let mut left = column + 1;
    let mut letters = Vec::new();
    while 0 < left {
        left -= 1;
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
pub(crate) mod tests;
