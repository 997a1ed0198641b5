//! Rankings and selections as CSV.
//!
//! Always: UTF-8, comma, LF, one header row that `dictionary` documents; numbers plain with a
//! decimal point; a cell that a spreadsheet would run as a formula is made harmless.
//! Never: an answer of a person. Free text is not exported, only numbers and choices on a ladder.

use super::order::round_to;
use super::rank::{IndicatorDetail, Ranking, Status};
use super::select::{Selection, Verdict};
use super::text::Text;
use super::unit::Observed;

/// What one column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnNote {
    pub name: String,
    pub text: Text,
}

/// One row per village of the ranking, in its order.
pub fn ranking_csv(ranking: &Ranking) -> String {
    let mut csv = Csv::default();
    csv.row(dictionary(ranking).iter().map(|column| cell(&column.name)));
    let decimals = ranking.decimals;
    for unit in &ranking.units {
        let mut row = vec![
            cell(&unit.region),
            cell(&unit.name),
            cell(&unit.group.code),
            cell(&unit.group.name),
            cell(status_word(unit.status)),
            count(unit.rank),
            count(unit.group_rank),
            rounded(unit.score, decimals),
            rounded(unit.lower, decimals),
            rounded(unit.upper, decimals),
            cell(unit.class.as_deref().unwrap_or_default()),
            cell(unit.class_lower.as_deref().unwrap_or_default()),
            cell(unit.class_upper.as_deref().unwrap_or_default()),
        ];
        row.extend(unit.dimensions.iter().map(|it| rounded(it.score, decimals)));
        for detail in &unit.indicators {
            row.push(raw_cell(detail));
            row.push(number(detail.normalised));
        }
        let unknown: Vec<&str> = ranking
            .indicators
            .iter()
            .zip(&unit.indicators)
            .filter(|(_, detail)| !detail.observed)
            .map(|(head, _)| head.id.as_str())
            .collect();
        row.push(cell(&unknown.join(" ")));
        row.push(cell(&joined(&unit.reasons, |text| &text.id)));
        row.push(cell(&joined(&unit.reasons, |text| &text.en)));
        csv.row(row);
    }
    csv.0
}

/// The columns of [`ranking_csv`], in order.
pub fn dictionary(ranking: &Ranking) -> Vec<ColumnNote> {
    let mut columns = named(&[
        ("region", "kode Kemendagri", "Kemendagri code"),
        ("name", "nama desa", "name of the village"),
        (
            "area",
            "kode kabupaten/kota",
            "code of the kabupaten or kota",
        ),
        (
            "area_name",
            "nama kabupaten/kota",
            "name of the kabupaten or kota",
        ),
        (
            "status",
            "ranked, held (belum layak dinilai), not_eligible, eligibility_unknown, not_scored, screened",
            "ranked, held (not yet fit to be judged), not_eligible, eligibility_unknown, not_scored, screened",
        ),
        ("rank", "peringkat, 1 tertinggi", "rank, 1 is the highest"),
        (
            "area_rank",
            "peringkat di kabupaten/kota",
            "rank within the area",
        ),
        ("score", "skor setelah dibulatkan", "score after rounding"),
        (
            "lower",
            "skor bila semua yang belum diketahui terburuk",
            "score if all that is unknown were worst",
        ),
        (
            "upper",
            "skor bila semua yang belum diketahui terbaik",
            "score if all that is unknown were best",
        ),
        ("class", "kelas menurut skor", "class of the score"),
        (
            "class_lower",
            "kelas menurut skor terendah",
            "class of the lower score",
        ),
        (
            "class_upper",
            "kelas menurut skor tertinggi",
            "class of the upper score",
        ),
    ]);
    for head in &ranking.dimensions {
        columns.push(ColumnNote {
            name: format!("dimension_{}", head.id),
            text: head.label.clone(),
        });
    }
    for head in &ranking.indicators {
        let unit = |word: &str| match word {
            "" => String::new(),
            word => format!(" ({word})"),
        };
        columns.push(ColumnNote {
            name: format!("raw_{}", head.id),
            text: Text::new(
                format!("{}{}", head.label.id, unit(&head.unit.id)),
                format!("{}{}", head.label.en, unit(&head.unit.en)),
            ),
        });
        columns.push(ColumnNote {
            name: format!("norm_{}", head.id),
            text: Text::new(
                format!("{}, dinormalkan", head.label.id),
                format!("{}, normalised", head.label.en),
            ),
        });
    }
    columns.extend(named(&[
        (
            "unknown",
            "indikator tanpa isian",
            "indicators without a value",
        ),
        ("reason_id", "alasan", "reason, in Indonesian"),
        ("reason_en", "alasan, bahasa Inggris", "reason, in English"),
    ]));
    columns
}

/// One row per village of the selection, in the order of the ranking.
pub fn selection_csv(selection: &Selection, decimals: u8) -> String {
    let mut csv = Csv::default();
    csv.row(
        selection_dictionary()
            .iter()
            .map(|column| cell(&column.name)),
    );
    for decision in &selection.decisions {
        csv.row([
            cell(&decision.region),
            cell(&decision.name),
            cell(&decision.group.code),
            cell(&decision.group.name),
            cell(verdict_word(decision.verdict)),
            count(decision.position),
            cell(decision.earmark.as_deref().unwrap_or_default()),
            count(decision.rank),
            count(decision.group_rank),
            rounded(decision.score, decimals),
            rounded(decision.lower, decimals),
            rounded(decision.upper, decimals),
            rounded(decision.gap, decimals),
            cell(if decision.borderline { "1" } else { "0" }),
            cell(&joined(&decision.reasons, |text| &text.id)),
            cell(&joined(&decision.reasons, |text| &text.en)),
        ]);
    }
    csv.0
}

/// The columns of [`selection_csv`], in order.
pub fn selection_dictionary() -> Vec<ColumnNote> {
    named(&[
        ("region", "kode Kemendagri", "Kemendagri code"),
        ("name", "nama desa", "name of the village"),
        (
            "area",
            "kode kabupaten/kota",
            "code of the kabupaten or kota",
        ),
        (
            "area_name",
            "nama kabupaten/kota",
            "name of the kabupaten or kota",
        ),
        (
            "verdict",
            "chosen, reserve, below_cut, held, not_eligible, eligibility_unknown, not_scored, screened",
            "chosen, reserve, below_cut, held, not_eligible, eligibility_unknown, not_scored, screened",
        ),
        (
            "position",
            "urutan cadangan di daerahnya",
            "place among the reserves of the area",
        ),
        ("earmark", "kode alokasi khusus", "code of the earmark"),
        ("rank", "peringkat, 1 tertinggi", "rank, 1 is the highest"),
        (
            "area_rank",
            "peringkat di kabupaten/kota",
            "rank within the area",
        ),
        ("score", "skor setelah dibulatkan", "score after rounding"),
        (
            "lower",
            "skor terendah yang mungkin",
            "lowest possible score",
        ),
        (
            "upper",
            "skor tertinggi yang mungkin",
            "highest possible score",
        ),
        (
            "gap",
            "kekurangan terhadap yang terpilih terakhir",
            "gap to the last chosen one",
        ),
        (
            "borderline",
            "1: isian yang belum diketahui dapat mengubah keputusan",
            "1: unknown answers could turn the decision",
        ),
        ("reason_id", "alasan", "reason, in Indonesian"),
        ("reason_en", "alasan, bahasa Inggris", "reason, in English"),
    ])
}

pub(super) fn named(columns: &[(&str, &str, &str)]) -> Vec<ColumnNote> {
    let note = |(name, id, en): &(&str, &str, &str)| ColumnNote {
        name: (*name).to_owned(),
        text: Text::new(*id, *en),
    };
    columns.iter().map(note).collect()
}

#[derive(Default)]
pub(super) struct Csv(String);

impl Csv {
    pub(super) fn with_header(columns: &[&str]) -> Csv {
        let mut csv = Csv::default();
        csv.row(columns.iter().map(|column| cell(column)));
        csv
    }

    pub(super) fn finish(self) -> String {
        self.0
    }

    /// `cells` are quoted already.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        for (index, cell) in cells.into_iter().enumerate() {
            if 0 < index {
                self.0.push(',');
            }
            self.0.push_str(&cell);
        }
        self.0.push('\n');
    }
}

/// A cell of text: a formula gets an apostrophe before it, and what needs quotes gets them.
pub fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guard = if formula { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

/// A number in full; empty where there is none.
pub(super) fn number(value: Option<f64>) -> String {
    match value.filter(|value| value.is_finite()) {
        // Neither -0 nor an exponent.
        Some(value) => format!("{}", value + 0.0),
        None => String::new(),
    }
}

pub(super) fn rounded(value: Option<f64>, decimals: u8) -> String {
    match value.filter(|value| value.is_finite()) {
        Some(value) => {
            let value = round_to(value, decimals) + 0.0;
            format!("{value:.*}", usize::from(decimals))
        }
        None => String::new(),
    }
}

pub(super) fn count(value: Option<u32>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn raw_cell(detail: &IndicatorDetail) -> String {
    match &detail.raw {
        Observed::Number(value) => number(Some(*value)),
        // Only a choice that stands on the ladder: never free text.
        Observed::Text(text) if detail.rung.is_some() => cell(text),
        Observed::Text(_)
        | Observed::Missing
        | Observed::Unknown
        | Observed::Refused
        | Observed::Irrelevant => String::new(),
    }
}

fn joined(texts: &[Text], language: impl Fn(&Text) -> &String) -> String {
    let texts: Vec<&str> = texts.iter().map(|text| language(text).as_str()).collect();
    texts.join(". ")
}

pub(super) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ranked => "ranked",
        Status::Held => "held",
        Status::NotEligible => "not_eligible",
        Status::EligibilityUnknown => "eligibility_unknown",
        Status::NotScored => "not_scored",
        Status::Screened => "screened",
    }
}

pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Chosen => "chosen",
        Verdict::Reserve => "reserve",
        Verdict::BelowCut => "below_cut",
        Verdict::Held => "held",
        Verdict::NotEligible => "not_eligible",
        Verdict::EligibilityUnknown => "eligibility_unknown",
        Verdict::NotScored => "not_scored",
        Verdict::Screened => "screened",
    }
}
