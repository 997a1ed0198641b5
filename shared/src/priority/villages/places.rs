//! Where villages lie, from the columns of a table.

use super::Places;
use crate::priority::data::{Columns, Faults, open_csv};
use crate::priority::document::Problem;
use crate::priority::spacing::Position;
use crate::priority::table::plain_number;

/// Reads the position of every village; none has one where the table has neither column.
///
/// Errors: every cell that is no degree, and a column without its fellow.
pub fn read_places(
    columns: &Columns,
    latitude: &str,
    longitude: &str,
    table: &[u8],
) -> Result<Places, Vec<Problem>> {
    let mut faults = Faults::default();
    let mut places = Places::new();
    let mut reader = open_csv(table);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|it| it.trim().to_owned()).collect(),
        Err(_) => Vec::new(),
    };
    let find = |name: &str| header.iter().position(|it| it == name);
    let (up, along) = match (find(latitude), find(longitude)) {
        (None, None) => return Ok(places),
        (Some(up), Some(along)) => (up, along),
        (up, _) => {
            let missing = if up.is_some() { longitude } else { latitude };
            faults.add(
                format!("data, column {missing}"),
                Some(1),
                format!("tabel tidak memuat kolom `{missing}`, pasangan kolom letak yang lain"),
                format!("the table has no column `{missing}`, the fellow of the other column"),
            );
            return Err(faults.finish());
        }
    };
    let code = find(&columns.code);
    for record in reader.records() {
        // A row that cannot be read is told by who reads the values.
        let Ok(record) = record else {
            continue;
        };
        let cell = |column: usize| record.get(column).unwrap_or_default().trim();
        let (first, second) = (cell(up), cell(along));
        let Some(code) = code
            .map(cell)
            .filter(|_| !first.is_empty() || !second.is_empty())
        else {
            continue;
        };
        match Position::new(plain_number(first), plain_number(second)) {
            Some(it) => {
                places.insert(code.to_owned(), (it.latitude, it.longitude));
            }
            None => faults.add(
                format!("data, columns {latitude} and {longitude}"),
                record.position().map(|it| it.line() as usize),
                format!("`{first}` dan `{second}` bukan derajat lintang dan bujur; tulis misalnya -9.57 dan 124.9, atau kosongkan keduanya"),
                format!("`{first}` and `{second}` are no degrees; write such as -9.57 and 124.9, or leave both empty"),
            ),
        }
    }
    let problems = faults.finish();
    if problems.is_empty() {
        Ok(places)
    } else {
        Err(problems)
    }
}
