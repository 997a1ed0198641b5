//! Selections as CSV, and how everything is written there.
//!
//! Always: UTF-8, comma, LF, one header row that a dictionary documents; numbers plain with a
//! decimal point; a cell that a spreadsheet would run as a formula is made harmless.
//! Never: an answer of a person. Free text is not exported, only numbers and choices on a ladder.

use super::kawasan::Kawasan;
use super::method::Method;
use super::order::round_to;
use super::rank::Status;
use super::select::{Selection, Verdict};
use super::text::Text;

/// What one column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnNote {
    pub name: String,
    pub text: Text,
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
            count(decision.borderline.map(u32::from)),
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
            "chosen, reserve, below_cut, held, not_eligible, eligibility_unknown, not_scored, screened, unvisited",
            "chosen, reserve, below_cut, held, not_eligible, eligibility_unknown, not_scored, screened, unvisited",
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
            "1: isian yang belum diketahui dapat mengubah keputusan; kosong: tidak dihitung (tidak diperingkat, atau \
             program kawasan)",
            "1: unknown answers could turn the decision; empty: not computed (not ranked, or a programme of kawasan)",
        ),
        ("reason_id", "alasan", "reason, in Indonesian"),
        ("reason_en", "alasan, bahasa Inggris", "reason, in English"),
    ])
}

/// One row per kawasan that was taken; empty where the programme chooses single villages.
pub fn kawasan_csv(selection: &Selection, method: &Method) -> Option<String> {
    let wanted = method.programme.as_ref()?.kawasan.as_ref()?;
    let mut csv = Csv::default();
    let columns = kawasan_dictionary(wanted);
    csv.row(columns.iter().map(|it| cell(&it.name)));
    let decimals = method.decimals;
    for kawasan in &selection.kawasan {
        let mut row = vec![
            cell(&kawasan.centre),
            cell(&kawasan.area.code),
            cell(&kawasan.area.name),
            rounded(Some(kawasan.score), decimals),
            kawasan.members.len().to_string(),
            cell(&kawasan.members.join(" ")),
        ];
        row.extend(kawasan.sums.iter().map(|sum| number(Some(*sum))));
        for lead in &kawasan.functions {
            row.push(cell(&lead.region));
            row.push(rounded(lead.score, decimals));
        }
        row.push(cell(&kawasan.unknown.join(" ")));
        csv.row(row);
    }
    Some(csv.0)
}

/// The columns of [`kawasan_csv`], in order.
pub fn kawasan_dictionary(wanted: &Kawasan) -> Vec<ColumnNote> {
    let mut columns = named(&[
        (
            "centre",
            "kode desa pusat",
            "code of the village that is the centre",
        ),
        (
            "area",
            "kode kabupaten/kota desa pusat",
            "code of the centre's kabupaten or kota",
        ),
        (
            "area_name",
            "nama kabupaten/kota",
            "name of the kabupaten or kota",
        ),
        (
            "score",
            "rata-rata skor desanya",
            "mean score of its villages",
        ),
        ("villages", "banyaknya desa", "number of villages"),
        (
            "members",
            "kode desanya, pusat lebih dahulu",
            "codes of its villages, the centre first",
        ),
    ]);
    for total in &wanted.totals {
        let least = total.at_least;
        columns.push(ColumnNote {
            name: format!("sum_{}", total.indicator),
            text: Text::new(
                format!("jumlah {}, sedikitnya {least}", total.label.id),
                format!("sum of {}, at least {least}", total.label.en),
            ),
        });
    }
    for dimension in &wanted.functions {
        let pair = [
            ("lead", "kode desa terkuat", "code of the strongest village"),
            ("lead_score", "skornya", "its score"),
        ];
        columns.extend(pair.map(|(word, id, en)| ColumnNote {
            name: format!("{word}_{dimension}"),
            text: Text::new(format!("{dimension}: {id}"), format!("{dimension}: {en}")),
        }));
    }
    columns.extend(named(&[(
        "unknown",
        "kode desa yang jumlahnya tidak diketahui",
        "codes of villages of which a total is not known",
    )]));
    columns
}

/// One row: how sure it is that no better choice exists; none where areas and earmarks do not nest.
pub fn proof_csv(selection: &Selection, decimals: u8) -> Option<String> {
    let proof = selection.proof.as_ref()?;
    let decimals = proof.decimals(decimals);
    let mut csv = Csv::default();
    csv.row(proof_dictionary().iter().map(|it| cell(&it.name)));
    let next = proof.next.as_ref();
    let yes = |is: bool| if is { "1" } else { "0" }.to_owned();
    csv.row([
        proof.candidates.to_string(),
        proof.considered.to_string(),
        rounded(Some(proof.total), decimals),
        rounded(proof.bound, decimals),
        rounded(proof.bound.map(|it| it - proof.total), decimals),
        yes(proof.proved),
        yes(proof.first),
        rounded(next.map(|it| it.total), decimals),
        rounded(next.map(|it| it.gap), decimals),
        yes(next.map_or(!proof.next_unsolved, |it| it.proved)),
        cell(&next.map_or_else(String::new, |it| it.entering.join(" "))),
        cell(&next.map_or_else(String::new, |it| it.leaving.join(" "))),
    ]);
    Some(csv.0)
}

/// The columns of [`proof_csv`], in order.
pub fn proof_dictionary() -> Vec<ColumnNote> {
    named(&[
        (
            "candidates",
            "desa, atau kawasan, yang dapat dipilih",
            "villages, or kawasan, that could be chosen",
        ),
        (
            "considered",
            "yang perlu dilihat",
            "those that had to be looked at",
        ),
        (
            "total",
            "jumlah skor yang terpilih; bagi kawasan jumlah rata-ratanya",
            "sum of the chosen scores; of kawasan the sum of their means",
        ),
        (
            "bound",
            "tidak ada pilihan dengan jumlah di atas ini; kosong: tidak semua kawasan yang mungkin dicoba",
            "no choice has a sum above this; empty: not every possible kawasan was tried",
        ),
        ("gap", "batas dikurangi jumlah", "bound less total"),
        ("proved", "1: terbukti terbaik", "1: proved to be the best"),
        (
            "first",
            "1: dari jumlah yang sama, yang memuat desa lebih baik",
            "1: of equal sums, the one with the better villages",
        ),
        (
            "next_total",
            "jumlah pilihan terbaik berikutnya",
            "sum of the next best choice",
        ),
        ("next_gap", "kurangnya", "what that has less"),
        (
            "next_proved",
            "1: terbukti, atau terbukti tidak ada; 0 tanpa jumlah: tidak ditemukan dalam batas langkah",
            "1: proved, or proved that there is none; 0 without a total: not found within the limit of steps",
        ),
        (
            "next_entering",
            "kode yang akan masuk",
            "codes that would enter",
        ),
        (
            "next_leaving",
            "kode yang akan keluar",
            "codes that would leave",
        ),
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

    /// One line, with its end.
    pub(super) fn line(cells: impl IntoIterator<Item = String>) -> String {
        let mut csv = Csv::default();
        csv.row(cells);
        csv.finish()
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

pub(super) fn joined(texts: &[Text], language: impl Fn(&Text) -> &String) -> String {
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
        Status::Unvisited => "unvisited",
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
        Verdict::Unvisited => "unvisited",
    }
}
