//! A record as text.
//!
//! Always: a head of plain lines, then sections of counted bytes with their digests, then the digest of
//! all before it.
//! Never: writes what does not read back equal.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use sha2::{Digest as _, Sha256};

use super::cells::write_units;
use super::{Change, Record, Remark, ResultRow};
use crate::ids::hex_text;
use crate::priority::document::method_hash;

pub(super) const MAGIC: &str = "lumbung-decision-record 1";
pub(super) const SECTIONS: [&str; 5] = ["method", "data", "changes", "result", "remarks"];
pub(super) const CHANGE_COLUMNS: [&str; 4] = ["code", "decision", "by", "reason"];
pub(super) const REMARK_COLUMNS: [&str; 4] = ["kind", "one", "two", "three"];
pub(super) const RESULT_COLUMNS: [&str; 12] = [
    "code",
    "status",
    "rank",
    "area_rank",
    "score",
    "lower",
    "upper",
    "verdict",
    "position",
    "earmark",
    "lottery",
    "finally",
];

pub(super) fn write(record: &Record) -> String {
    let bodies = [
        record.document.clone(),
        write_units(&record.method, &record.units),
        csv(&CHANGE_COLUMNS, record.changes.iter().map(change_cells)),
        csv(&RESULT_COLUMNS, record.result.iter().map(result_cells)),
        csv(&REMARK_COLUMNS, record.remarks.iter().map(remark_cells)),
    ];
    let mut text = format!(
        "{MAGIC}\nsoftware {}\nseed {}\nmethod_hash {}\n",
        record.software,
        record.seed,
        method_hash(&record.method)
    );
    for (name, body) in SECTIONS.iter().zip(&bodies) {
        text.push_str(&format!("section {name} {} {}\n", body.len(), digest(body)));
        text.push_str(body);
        text.push('\n');
    }
    let whole = digest(&text);
    text.push_str(&format!("end {whole}\n"));
    text
}

pub(super) fn digest(text: &str) -> String {
    hex_text(&Sha256::digest(text.as_bytes()))
}

pub(super) fn csv<C: AsRef<[u8]>>(header: &[C], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::Any(b'\n'))
        .quote_style(QuoteStyle::Necessary)
        .from_writer(Vec::new());
    let whole = "a table in memory takes rows of one length";
    writer.write_record(header).expect(whole);
    for row in rows {
        writer.write_record(&row).expect(whole);
    }
    let bytes = writer.into_inner().expect(whole);
    String::from_utf8(bytes).expect("cells of text make a text")
}

fn change_cells(change: &Change) -> Vec<String> {
    vec![
        change.region.clone(),
        change.to.word().to_owned(),
        change.by.clone(),
        change.reason.clone(),
    ]
}

fn remark_cells(remark: &Remark) -> Vec<String> {
    let Remark {
        kind,
        one,
        two,
        three,
    } = remark;
    [kind, one, two, three].map(String::clone).to_vec()
}

pub(super) fn result_cells(row: &ResultRow) -> Vec<String> {
    let cells = [
        &row.region,
        &row.status,
        &row.rank,
        &row.group_rank,
        &row.score,
        &row.lower,
        &row.upper,
        &row.verdict,
        &row.position,
        &row.earmark,
        &row.lottery,
        &row.finally,
    ];
    cells.map(String::clone).to_vec()
}
