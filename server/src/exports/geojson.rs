//! A table of villages as GeoJSON (RFC 7946): WGS 84, one feature per village, flat properties.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use shared::priority::{VillageCell, VillageTable};

use super::dictionary;

/// Writes one feature a line. A village without a position has no geometry; what has no value is null.
pub(super) fn write(table: &VillageTable, mut out: impl Write) -> io::Result<()> {
    // Without `crs`: the format has one only. QGIS calls the layer by `name`.
    let columns = dictionary(table);
    write!(
        out,
        "{{\"type\":\"FeatureCollection\",\"name\":\"desa\",\"dictionary\":{columns},\"features\":["
    )?;
    for place in 0..table.len() {
        out.write_all(if place == 0 { b"\n" } else { b",\n" })?;
        let feature = feature(table, place);
        serde_json::to_writer(&mut out, &feature)?;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()
}

fn feature(table: &VillageTable, place: usize) -> Value {
    let cells = table.row(place);
    let cells = table.columns().iter().zip(&cells);
    let properties: Map<String, Value> = cells
        .map(|(column, cell)| (column.name.clone(), value(cell)))
        .collect();
    let geometry = table.place(place).map(
        |(latitude, longitude)| json!({ "type": "Point", "coordinates": [longitude, latitude] }),
    );
    json!({
        "type": "Feature",
        "id": properties.get("region"),
        "geometry": geometry,
        "properties": properties,
    })
}

fn value(cell: &VillageCell) -> Value {
    match cell {
        VillageCell::Empty => Value::Null,
        VillageCell::Text(text) => json!(text),
        VillageCell::Whole(count) => json!(count),
        VillageCell::Number(number) => json!(number),
    }
}
