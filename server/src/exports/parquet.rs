//! A table of villages as Parquet, in groups of rows.
//!
//! Always: every column may be empty; the dictionary and the method lie in the file's own metadata.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{Type, TypePtr};
use shared::priority::{CellKind, VillageCell, VillageColumn, VillageTable};

use super::{About, dictionary};

/// Rows that are held until their columns are written.
const GROUP_ROWS: usize = 4096;

pub(super) fn write(table: &VillageTable, about: &About, out: impl Write + Send) -> io::Result<()> {
    write_groups(table, about, out).map_err(io::Error::other)
}

fn write_groups(
    table: &VillageTable,
    about: &About,
    out: impl Write + Send,
) -> Result<(), ParquetError> {
    let said = [
        ("dictionary", dictionary(table).to_string()),
        ("method", about.document.clone()),
    ];
    let said = said.into_iter().filter(|(_, value)| !value.is_empty());
    let said = said.map(|(key, value)| KeyValue::new(key.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_created_by(crate::decisions::SOFTWARE.to_owned())
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(said.collect()))
        .build();
    let mut file = SerializedFileWriter::new(out, schema(table.columns())?, Arc::new(properties))?;
    let mut first = 0;
    while first < table.len() {
        let end = (first + GROUP_ROWS).min(table.len());
        let rows: Vec<Vec<VillageCell>> = (first..end).map(|place| table.row(place)).collect();
        let mut group = file.next_row_group()?;
        for (index, column) in table.columns().iter().enumerate() {
            let writer = group.next_column()?;
            let mut writer = writer.ok_or_else(|| {
                ParquetError::General(format!("no place for the column {}", column.name))
            })?;
            write_column(&mut writer, column.kind, rows.iter().map(|row| &row[index]))?;
            writer.close()?;
        }
        group.close()?;
        first = end;
    }
    file.close()?;
    Ok(())
}

fn schema(columns: &[VillageColumn]) -> Result<TypePtr, ParquetError> {
    let field = |column: &VillageColumn| {
        let (physical, logical) = match column.kind {
            CellKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            CellKind::Whole => (Physical::INT32, None),
            CellKind::Number(_) => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        Ok(Arc::new(field))
    };
    let fields: Result<Vec<TypePtr>, ParquetError> = columns.iter().map(field).collect();
    let table = Type::group_type_builder("desa").with_fields(fields?);
    Ok(Arc::new(table.build()?))
}

fn write_column<'a, 'b: 'a>(
    writer: &mut SerializedColumnWriter,
    kind: CellKind,
    cells: impl Iterator<Item = &'a VillageCell<'b>> + Clone,
) -> Result<(), ParquetError> {
    let there: Vec<i16> = cells
        .clone()
        .map(|cell| i16::from(*cell != VillageCell::Empty))
        .collect();
    match kind {
        CellKind::Text => {
            let values: Vec<ByteArray> = cells
                .filter_map(|cell| match cell {
                    VillageCell::Text(text) => Some(ByteArray::from(text.as_ref())),
                    VillageCell::Empty | VillageCell::Whole(_) | VillageCell::Number(_) => None,
                })
                .collect();
            let typed = writer.typed::<ByteArrayType>();
            typed.write_batch(&values, Some(&there), None)?;
        }
        CellKind::Whole => {
            let values: Vec<i32> = cells
                .filter_map(|cell| match cell {
                    VillageCell::Whole(count) => Some(i32::try_from(*count).unwrap_or(i32::MAX)),
                    VillageCell::Empty | VillageCell::Text(_) | VillageCell::Number(_) => None,
                })
                .collect();
            let typed = writer.typed::<Int32Type>();
            typed.write_batch(&values, Some(&there), None)?;
        }
        CellKind::Number(_) => {
            let values: Vec<f64> = cells
                .filter_map(|cell| match cell {
                    VillageCell::Number(number) => Some(*number),
                    VillageCell::Empty | VillageCell::Text(_) | VillageCell::Whole(_) => None,
                })
                .collect();
            let typed = writer.typed::<DoubleType>();
            typed.write_batch(&values, Some(&there), None)?;
        }
    }
    Ok(())
}
