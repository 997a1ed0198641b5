//! A table of villages as a file: CSV, XLSX, GeoJSON, Parquet, each with what its columns mean; ranks of draws.
//!
//! Always: the same columns and the same values in every format; rows are written as they are made; equal tables give
//! equal bytes on every machine.
//! Never: an answer of a person, a cell that a spreadsheet would run, a file in memory as a whole; in a file for
//! anybody, a small number of people or the name of one.

mod draws;
mod geojson;
mod made;
mod parquet;
mod pipe;
mod xlsx;

use std::io::{self, BufWriter, Write};

use clap::ValueEnum;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shared::priority::{
    COUNT_SHOWN_MIN, DICTIONARY, Method, Selection, Text, VillageTable, method_hash,
};

pub use draws::{DrawsFormat, write_draws};
pub use made::{Exports, Wanted};
pub use pipe::Pieces;

/// Files of this kind are made at the same time at most; more wait.
pub const FILES_AT_ONCE_MAX: usize = 2;

const SHEET_CELL_CHARS_MAX: usize = 32_767;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Format {
    Csv,
    Xlsx,
    Geojson,
    Parquet,
}

impl Format {
    pub const ALL: [Format; 4] = [Format::Csv, Format::Xlsx, Format::Geojson, Format::Parquet];

    /// What file names end with.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Geojson => "geojson",
            Format::Parquet => "parquet",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Geojson => "application/geo+json",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// Who reads a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Who oversees the villages: every number.
    #[default]
    Officials,
    /// Anybody: without small numbers of people and without names, see [`VillageTable::public`].
    Public,
}

/// What a file says of how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// What is said in both languages, and the value.
    pub facts: Vec<(Text, String)>,
    /// The method as it is written; empty where the file has none.
    pub document: String,
}

impl About {
    /// What method, seed and selection say of themselves.
    pub fn new(
        method: &Method,
        document: &str,
        seed: &str,
        selection: Option<&Selection>,
    ) -> About {
        let mut about = About {
            facts: Vec::new(),
            document: document.to_owned(),
        };
        about.say("Metode", "Method", &method.label.id);
        about.say("Metode (Inggris)", "Method (English)", &method.label.en);
        about.say("Id metode", "Method id", &method.id);
        about.say("Versi metode", "Method version", &method.version);
        about.say(
            "SHA-256 metode",
            "SHA-256 of the method",
            &method_hash(method),
        );
        about.say("Catatan", "Note", &method.note.id);
        about.say("Catatan (Inggris)", "Note (English)", &method.note.en);
        about.say("Sumber", "Source", &method.source);
        if method.estimate {
            about.say(
                "Perkiraan",
                "Estimate",
                "bukan hasil resmi / not an official result",
            );
        }
        about.say(
            "Desimal skor",
            "Decimals of scores",
            &method.decimals.to_string(),
        );
        about.say("Program", "Software", crate::decisions::SOFTWARE);
        about.say("Benih", "Seed", seed);
        if let Some(selection) = selection {
            about.selected(selection, method.decimals);
        }
        about
    }

    /// Says that the file is for anybody. A document that names who locked a village stays with officials, as the
    /// names of those who changed a decision do: its hash still tells which it is.
    /// Sums of scores go where a score is left out.
    pub fn for_public(&mut self, method: &Method, villages: &VillageTable) {
        if villages.hides_scores() {
            self.facts
                .retain(|(said, _)| !SUMS.contains(&said.en.as_str()));
        }
        let most = COUNT_SHOWN_MIN - 1;
        self.say(
            "Berkas umum",
            "Public file",
            &format!(
                "angka 1 sampai {most} orang atau keluarga ditutup, lihat kolom suppressed / numbers of 1 to {most} \
                 people or families are left out, see the column suppressed"
            ),
        );
        if names_people(method) {
            self.document.clear();
        }
    }

    pub fn say(&mut self, id: &str, en: &str, value: &str) {
        if !value.is_empty() {
            self.facts.push((Text::new(id, en), value.to_owned()));
        }
    }

    fn selected(&mut self, selection: &Selection, decimals: u8) {
        self.say("Program penetapan", "Programme", &selection.label.id);
        self.say("Terpilih", "Chosen", &selection.chosen.len().to_string());
        self.say("Kepastian", "Exactness", &selection.exactness.id);
        self.say(
            "Kepastian (Inggris)",
            "Exactness (English)",
            &selection.exactness.en,
        );
        self.say("Aturan seri", "Tie rule", &selection.tie_rule.id);
        if let Some(proof) = &selection.proof {
            let decimals = usize::from(proof.decimals(decimals));
            let points = |value: f64| format!("{value:.decimals$}");
            self.say(
                "Jumlah skor terpilih",
                "Sum of the chosen scores",
                &points(proof.total),
            );
            let bound = proof.bound.map(points).unwrap_or_default();
            self.say("Batas atas jumlah", "Upper bound of the sum", &bound);
            let gap = proof.bound.map(|bound| points(bound - proof.total));
            self.say("Selisih", "Gap", &gap.unwrap_or_default());
            let next = proof.next.as_ref().map(|it| points(it.total));
            self.say(
                "Jumlah pilihan terbaik berikutnya",
                "Sum of the next best choice",
                &next.unwrap_or_default(),
            );
        }
        for shortfall in &selection.shortfalls {
            self.say("Kuota tidak terisi", "Quota not filled", &shortfall.text.id);
        }
    }
}

/// What a file says of sums of the chosen scores, in English.
const SUMS: [&str; 4] = [
    "Sum of the chosen scores",
    "Upper bound of the sum",
    "Gap",
    "Sum of the next best choice",
];

/// Whether a document says who locked a village in or out.
pub fn names_people(method: &Method) -> bool {
    let programme = method.programme.as_ref();
    programme.is_some_and(|it| !it.quota.locks.is_empty())
}

/// Writes the whole table.
///
/// # Errors
/// When `out` takes no more, or the format cannot hold the table.
pub fn write(
    format: Format,
    table: &VillageTable,
    about: &About,
    out: impl Write + Send,
) -> io::Result<()> {
    let out = BufWriter::with_capacity(1 << 16, out);
    match format {
        Format::Csv => write_csv(table, out),
        Format::Xlsx => xlsx::write(table, about, out),
        Format::Geojson => geojson::write(table, out),
        Format::Parquet => parquet::write(table, about, out),
    }
}

fn write_csv(table: &VillageTable, mut out: impl Write) -> io::Result<()> {
    out.write_all(table.csv_head().as_bytes())?;
    for place in 0..table.len() {
        out.write_all(table.csv_row(place).as_bytes())?;
    }
    out.flush()
}

/// The dictionary as a list of objects.
fn dictionary(table: &VillageTable) -> Value {
    let columns = table.columns().iter().map(|column| {
        let said = DICTIONARY.iter().zip(column.said());
        let said: Map<String, Value> = said
            .map(|(name, text)| ((*name).to_owned(), json!(text)))
            .collect();
        Value::Object(said)
    });
    Value::Array(columns.collect())
}

/// A text that a cell of a sheet can hold; what is longer ends with a sign for it.
fn sheet_text(text: &str) -> std::borrow::Cow<'_, str> {
    // A sheet counts in UTF-16.
    if text.encode_utf16().count() <= SHEET_CELL_CHARS_MAX {
        return text.into();
    }
    let mut units = 0;
    let kept = text.chars().take_while(|letter| {
        units += letter.len_utf16();
        units < SHEET_CELL_CHARS_MAX
    });
    kept.chain(['…']).collect::<String>().into()
}
