//! The list of regions of Indonesia: `code,name` with the dotted codes of the Ministry of Home Affairs.
//!
//! Always: parents stand before their children; the first lines say whose data it is and its licence.
//! Never: repairs or guesses a code.

use super::{assets, digest};
use crate::process::root;
use crate::setup::npm_package;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

/// Provinces, regencies and cities, districts, villages of the pinned version.
const ROWS: usize = 38 + 514 + 7_285 + 83_762;

const ATTRIBUTION: &str = "\
# Wilayah administrasi Indonesia, kode Kementerian Dalam Negeri.
# Sumber: idn-area-data 4.0.1 (https://github.com/fityannugroho/idn-area-data), basis data ODbL 1.0.
# Lisensi: https://opendatacommons.org/licenses/odbl/1-0/
";

/// What the list depends on.
pub(crate) fn inputs() -> Result<String> {
    let paths = ["xtask/package-lock.json", "xtask/src/build/regions.rs"];
    Ok(format!("regions {}", digest::of_paths(root(), &paths)?))
}

/// The list, compressed; kept in `cache` because compressing takes seconds.
pub(crate) fn list(cache: &Path) -> Result<Vec<u8>> {
    let stamp = cache.join("regions.inputs");
    let kept = cache.join("regions.csv.br");
    let inputs = inputs()?;
    if fs::read_to_string(&stamp).is_ok_and(|built| built == inputs) {
        return fs::read(&kept).with_context(|| format!("cannot read {}", kept.display()));
    }
    let compressed = assets::brotli(merged()?.as_bytes())?;
    fs::write(&kept, &compressed)?;
    fs::write(&stamp, inputs)?;
    Ok(compressed)
}

/// All levels in one text.
pub(super) fn merged() -> Result<String> {
    let data = npm_package("idn-area-data").join("data");
    let mut text = format!("{ATTRIBUTION}code,name\n");
    let mut rows = 0;
    for level in ["provinces", "regencies", "districts", "villages"] {
        let path = data.join(format!("{level}.csv"));
        let sheet = fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}; run cargo xtask setup", path.display()))?;
        for line in sheet.lines().skip(1).filter(|line| !line.is_empty()) {
            text.push_str(&row(line, level)?);
            text.push('\n');
            rows += 1;
        }
    }
    ensure!(
        rows == ROWS,
        "the list of regions has {rows} rows instead of {ROWS}"
    );
    Ok(text)
}

/// Drops the parent's code, which the code itself says; the name keeps its quotes.
fn row(line: &str, level: &str) -> Result<String> {
    let columns = if level == "provinces" { 2 } else { 3 };
    let fields: Vec<&str> = line.trim_end().splitn(columns, ',').collect();
    ensure!(
        fields.len() == columns,
        "{level}.csv has a short line: {line}"
    );
    let (code, name) = (fields[0], fields[columns - 1]);
    let dotted = code
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    ensure!(
        dotted && !name.is_empty(),
        "{level}.csv has a broken line: {line}"
    );
    Ok(format!("{code},{name}"))
}
