//! GeoJSON files of choices become tables.
//!
//! Always: one row for each feature; its properties, and `geometry` as ODK writes positions.
//! Never: keeps what has no place in a table, such as nested properties.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::table::COLUMNS_MAX;

/// The largest file that is read; as a tree it takes up to sixty times as much.
const GEOJSON_BYTES_MAX: usize = 4_000_000;

/// The features as CSV: `id`, the properties, `geometry`.
pub(super) fn table(text: &str) -> Result<String, String> {
    if GEOJSON_BYTES_MAX < text.len() {
        return Err(format!("{} bytes, limit {GEOJSON_BYTES_MAX}", text.len()));
    }
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let features = document.get("features").and_then(Value::as_array);
    let features = features.ok_or("no FeatureCollection")?;
    let rows: Vec<Vec<(String, String)>> = features.iter().map(row).collect();
    let mut headers: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (name, _) in rows.iter().flatten() {
        if seen.insert(name) {
            headers.push(name);
        }
        if COLUMNS_MAX < headers.len() {
            return Err(format!("limit {COLUMNS_MAX} properties"));
        }
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |record: Vec<&str>| writer.write_record(record).map_err(|e| e.to_string());
    write(headers.clone())?;
    for row in &rows {
        let cell = |header: &&str| {
            let found = row.iter().find(|(name, _)| name == header);
            found.map_or("", |(_, text)| text.as_str())
        };
        write(headers.iter().map(cell).collect())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn row(feature: &Value) -> Vec<(String, String)> {
    let empty = Map::new();
    let properties = feature.get("properties").and_then(Value::as_object);
    let mut cells = Vec::new();
    if let Some(id) = feature.get("id") {
        cells.push(("id".to_owned(), plain(id)));
    }
    for (name, value) in properties.unwrap_or(&empty) {
        if name != "id" || cells.is_empty() {
            cells.push((name.clone(), plain(value)));
        }
    }
    let coordinates = feature.pointer("/geometry/coordinates");
    cells.push((
        "geometry".to_owned(),
        coordinates.map_or_else(String::new, positions),
    ));
    cells
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// `latitude longitude altitude 0`, with semicolons between; the outer ring of an area.
fn positions(coordinates: &Value) -> String {
    let Some(parts) = coordinates.as_array() else {
        return String::new();
    };
    let number = |index: usize| parts.get(index).and_then(Value::as_f64);
    if let (Some(longitude), Some(latitude)) = (number(0), number(1)) {
        let altitude = number(2).unwrap_or(0.0);
        return format!("{latitude} {longitude} {altitude} 0");
    }
    let is_area = parts
        .first()
        .and_then(|ring| ring.get(0))
        .is_some_and(|each| {
            each.as_array()
                .is_some_and(|each| each.first().is_some_and(Value::is_number))
        });
    if is_area {
        return parts.first().map_or_else(String::new, positions);
    }
    let points: Vec<String> = parts.iter().map(positions).collect();
    points.join("; ")
}
