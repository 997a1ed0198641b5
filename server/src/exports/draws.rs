//! The ranks of every draw as a file: a row per village, a rank per draw.
//!
//! Always: rows by code, draws in their order from 0; rows are written as they are unpacked.
//! Never: the whole of them as text in memory.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use clap::ValueEnum;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use shared::priority::{Draws, Part, cell};

/// Ranks that are held until a group of rows is written.
const GROUP_RANKS: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DrawsFormat {
    /// A column per draw: `draw_0`, `draw_1`, …
    Csv,
    /// Columns `code` and `ranks`, a list with one rank per draw.
    Parquet,
}

impl DrawsFormat {
    pub fn file_name(self) -> &'static str {
        match self {
            DrawsFormat::Csv => "9-draws.csv",
            DrawsFormat::Parquet => "9-draws.parquet",
        }
    }
}

/// Writes the ranks of all villages; `parts` are of all draws, in their order. `seed` and the method's name lie in the
/// metadata of Parquet.
///
/// # Errors
/// When `out` takes no more.
pub fn write_draws(
    format: DrawsFormat,
    (draws, parts): (&Draws, &[Part]),
    (method, seed): (&str, &str),
    out: impl Write + Send,
) -> io::Result<()> {
    let out = BufWriter::with_capacity(1 << 16, out);
    let mut villages: Vec<usize> = (0..draws.len()).collect();
    villages.sort_by(|one, two| draws.region(*one).cmp(draws.region(*two)));
    let rows = villages
        .iter()
        .map(|village| (draws.region(*village), draws.ranks(parts, *village)));
    match format {
        DrawsFormat::Csv => write_csv(draws.count(), rows, out),
        DrawsFormat::Parquet => {
            let said = [("method", method), ("seed", seed)];
            let group_rows = (GROUP_RANKS / draws.count().max(1) as usize).max(1);
            write_parquet(group_rows, rows, &said, out).map_err(io::Error::other)
        }
    }
}

fn write_csv<'a>(
    draws: u32,
    rows: impl Iterator<Item = (&'a str, Vec<u32>)>,
    mut out: impl Write,
) -> io::Result<()> {
    out.write_all(b"code")?;
    for draw in 0..draws {
        write!(out, ",draw_{draw}")?;
    }
    out.write_all(b"\n")?;
    for (code, ranks) in rows {
        out.write_all(cell(code).as_bytes())?;
        for rank in ranks {
            write!(out, ",{rank}")?;
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn write_parquet<'a>(
    group_rows: usize,
    mut rows: impl Iterator<Item = (&'a str, Vec<u32>)>,
    said: &[(&str, &str)],
    out: impl Write + Send,
) -> Result<(), ParquetError> {
    let said = said.iter();
    let said = said.map(|(key, value)| KeyValue::new((*key).to_owned(), (*value).to_owned()));
    let properties = WriterProperties::builder()
        .set_created_by(crate::decisions::SOFTWARE.to_owned())
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(said.collect()))
        .build();
    let mut file = SerializedFileWriter::new(out, schema()?, Arc::new(properties))?;
    loop {
        let mut codes: Vec<ByteArray> = Vec::new();
        let (mut ranks, mut repeated): (Vec<i32>, Vec<i16>) = (Vec::new(), Vec::new());
        for (code, own) in rows.by_ref().take(group_rows) {
            codes.push(ByteArray::from(code));
            // The first rank of a list begins it, the others go on with it.
            repeated.extend((0..own.len()).map(|draw| i16::from(0 < draw)));
            ranks.extend(
                own.iter()
                    .map(|rank| i32::try_from(*rank).unwrap_or(i32::MAX)),
            );
        }
        if codes.is_empty() {
            break;
        }
        let mut group = file.next_row_group()?;
        write_group(&mut group, &codes, &ranks, &repeated)?;
        group.close()?;
    }
    file.close()?;
    Ok(())
}

fn write_group<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<W>,
    codes: &[ByteArray],
    ranks: &[i32],
    repeated: &[i16],
) -> Result<(), ParquetError> {
    let no_place = || ParquetError::General("no place for a column".to_owned());
    let mut column = group.next_column()?.ok_or_else(no_place)?;
    column
        .typed::<ByteArrayType>()
        .write_batch(codes, None, None)?;
    column.close()?;
    let mut column = group.next_column()?.ok_or_else(no_place)?;
    let there = vec![1; ranks.len()];
    column
        .typed::<Int32Type>()
        .write_batch(ranks, Some(&there), Some(repeated))?;
    column.close()
}

/// `code`, and `ranks` as a list in the three levels that Parquet asks for.
fn schema() -> Result<TypePtr, ParquetError> {
    let code = Type::primitive_type_builder("code", Physical::BYTE_ARRAY)
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::String))
        .build()?;
    let element = Type::primitive_type_builder("element", Physical::INT32)
        .with_repetition(Repetition::REQUIRED)
        .build()?;
    let list = Type::group_type_builder("list")
        .with_repetition(Repetition::REPEATED)
        .with_fields(vec![Arc::new(element)])
        .build()?;
    let ranks = Type::group_type_builder("ranks")
        .with_repetition(Repetition::REQUIRED)
        .with_logical_type(Some(LogicalType::List))
        .with_fields(vec![Arc::new(list)])
        .build()?;
    let fields = vec![Arc::new(code), Arc::new(ranks)];
    let table = Type::group_type_builder("tarikan").with_fields(fields);
    Ok(Arc::new(table.build()?))
}
