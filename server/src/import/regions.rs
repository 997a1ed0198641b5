//! The list of regions as a table of codes and names.
//!
//! Always: a region whose parent is neither in the file nor known is refused.
//! Never: accepts a code without its dots; ten bare digits may be a BPS code.

use std::collections::BTreeSet;

use shared::ids::RegionId;
use shared::wire::office::{FAULTS_REPORTED_MAX, Fault, ImportView, NAME_CHARS_MAX};

use super::{Table, cell, fault};
use crate::store::RegionRow;

/// The country has 91,599 regions of all levels.
const ROWS_MAX: usize = 200_000;

/// What a file of regions holds.
#[derive(Debug, Default)]
pub struct RegionFile {
    pub rows: u64,
    pub good: Vec<RegionRow>,
    pub refused: u64,
    /// The first [`FAULTS_REPORTED_MAX`].
    pub faults: Vec<Fault>,
}

impl RegionFile {
    /// The report, if `saved` of the good rows were stored.
    pub fn view(&self, saved: u64) -> ImportView {
        ImportView {
            rows: self.rows,
            saved,
            refused: self.rows - saved,
            faults: self.faults.clone(),
        }
    }

    fn refuse(&mut self, fault: Fault) {
        self.refused += 1;
        if self.faults.len() < FAULTS_REPORTED_MAX {
            self.faults.push(fault);
        }
    }
}

/// Reads a CSV with the columns `code,name` (or `kode,nama`). `known` are the stored regions above
/// the villages. An `Err` is a file that is no such table.
pub fn parse_regions(bytes: &[u8], known: &BTreeSet<RegionId>) -> Result<RegionFile, Fault> {
    let table = Table::read(bytes, ROWS_MAX)?;
    let code = table.required(&["code", "kode"])?;
    let name = table.required(&["name", "nama"])?;
    let mut file = RegionFile {
        rows: table.rows.len() as u64,
        ..RegionFile::default()
    };
    let mut seen = BTreeSet::new();
    let mut candidates = Vec::new();
    for (line, record) in &table.rows {
        let checked = record.as_ref().map_err(Fault::clone).and_then(|record| {
            check_row(*line, cell(record, Some(code)), cell(record, Some(name)))
        });
        match checked {
            Ok(row) if seen.contains(&row.code) => file.refuse(twice(*line, &row.code)),
            Ok(row) => {
                seen.insert(row.code.clone());
                candidates.push((*line, row));
            }
            Err(fault) => file.refuse(fault),
        }
    }
    // A code sorts before those below it, so a refused parent takes its children along.
    candidates.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code));
    for (line, row) in candidates {
        match row.code.parent() {
            Some(parent) if !seen.contains(&parent) && !known.contains(&parent) => {
                seen.remove(&row.code);
                file.refuse(orphan(line, &row.code, &parent));
            }
            _ => file.good.push(row),
        }
    }
    file.faults.sort_by_key(|fault| fault.row);
    Ok(file)
}

fn check_row(line: u32, code: &str, name: &str) -> Result<RegionRow, Fault> {
    let code = code.parse::<RegionId>().map_err(|error| {
        fault(
            line,
            "region_code",
            format!(
                "{:?} bukan kode wilayah; tulis kode Kemendagri dengan titik, misalnya \
                 53.21.03.2003",
                error.text
            ),
            error.to_string(),
        )
    })?;
    if name.is_empty() || NAME_CHARS_MAX < name.chars().count() {
        return Err(fault(
            line,
            "region_name",
            format!("nama wilayah {code} kosong atau terlalu panjang"),
            format!("the name of region {code} is empty or too long"),
        ));
    }
    Ok(RegionRow {
        code,
        name: name.to_owned(),
    })
}

fn twice(line: u32, code: &RegionId) -> Fault {
    fault(
        line,
        "region_twice",
        format!("kode {code} sudah ada di baris sebelumnya"),
        format!("code {code} stands on an earlier line already"),
    )
}

fn orphan(line: u32, code: &RegionId, parent: &RegionId) -> Fault {
    fault(
        line,
        "region_parent",
        format!("wilayah {code} tidak punya induk {parent}; tambahkan induknya"),
        format!("region {code} has no parent {parent}; add the parent"),
    )
}
