//! Every step of a run as files that a spreadsheet, R or Python reads.
//!
//! Always: UTF-8 CSV with one header row, rows by code, numbers in full with a decimal point; an empty
//! cell is a value that does not exist.
//! Never: a cell that a spreadsheet would run as a formula.

use super::draws::{Basis, Interval};
use super::evaluate::score;
use super::export::{ColumnNote, Csv};
use super::export::{cell, count, named, number, rounded, status_word};
use super::normalise::Between;
use super::rank::{class_of, least, most};
use super::scored::Scored;
use super::standing::shares;
use super::treat::{Done, Shape};
use super::weigh::WeightOrigin;

/// A file of a run: its name, and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct StepFile {
    pub name: &'static str,
    pub write: fn(&Scored) -> String,
}

/// One per step, in the order of the steps.
pub const STEP_FILES: [StepFile; 10] = [
    StepFile {
        name: "1-screened.csv",
        write: screened,
    },
    StepFile {
        name: "2-denominated.csv",
        write: |scored| between(scored, |it| &it.denominated),
    },
    StepFile {
        name: "3-imputed.csv",
        write: |scored| between(scored, |it| &it.imputed),
    },
    StepFile {
        name: "4-treated.csv",
        write: |scored| between(scored, |it| &it.treated),
    },
    StepFile {
        name: "4-treatment-log.csv",
        write: treatments,
    },
    StepFile {
        name: "5-normalised.csv",
        write: normalised,
    },
    StepFile {
        name: "5-not-observed.csv",
        write: not_observed,
    },
    StepFile {
        name: "6-weights.csv",
        write: weights,
    },
    StepFile {
        name: "7-aggregated.csv",
        write: aggregated,
    },
    StepFile {
        name: "8-results.csv",
        write: results,
    },
];

fn screened(scored: &Scored) -> String {
    let mut csv = Csv::with_header(&[
        "code",
        "name",
        "group",
        "status",
        "available",
        "zeros",
        "failed_rules",
    ]);
    for (row, kept) in scored.table.rows.iter().enumerate() {
        let (available, zeros) = shares(scored.method, scored.table, row);
        csv.row([
            cell(&kept.region),
            cell(&kept.name),
            cell(&scored.table.area(row).code),
            cell(status_word(scored.statuses[row])),
            number(Some(available)),
            number(Some(zeros)),
            cell(&kept.standing.failed_rules.join(" ")),
        ]);
    }
    csv.finish()
}

/// One column per indicator, for every village.
fn by_indicator(scored: &Scored, columns: &[&[f64]]) -> String {
    let ids = scored.method.indicators.iter().map(|it| it.id.as_str());
    let header: Vec<&str> = std::iter::once("code").chain(ids).collect();
    by_row(scored, &header, columns)
}

fn by_row(scored: &Scored, header: &[&str], columns: &[&[f64]]) -> String {
    let mut csv = Csv::with_header(header);
    for (row, kept) in scored.table.rows.iter().enumerate() {
        let values = columns.iter().map(|column| number(score(column[row])));
        csv.row(std::iter::once(cell(&kept.region)).chain(values));
    }
    csv.finish()
}

fn between(scored: &Scored, of: fn(&Between) -> &Vec<f64>) -> String {
    let columns: Vec<Vec<f64>> = (0..scored.method.indicators.len())
        .map(|indicator| of(&scored.between(indicator)).clone())
        .collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    by_indicator(scored, &columns)
}

fn normalised(scored: &Scored) -> String {
    let columns: Vec<&[f64]> = scored
        .points
        .iter()
        .map(|it| it.values.as_slice())
        .collect();
    by_indicator(scored, &columns)
}

fn treatments(scored: &Scored) -> String {
    let mut csv = Csv::with_header(&[
        "indicator",
        "done",
        "moved",
        "low",
        "high",
        "shift",
        "lambda",
        "passes",
        "skewness_before",
        "kurtosis_before",
        "skewness_after",
        "kurtosis_after",
    ]);
    for (indicator, points) in scored.method.indicators.iter().zip(&scored.points) {
        let note = &points.treatment;
        let (word, low, high, shift, lambda) = match note.done {
            Done::Nothing => ("nothing", None, None, None, None),
            Done::Winsorised { low, high } => ("winsorised", low, high, None, None),
            Done::Log => ("log", None, None, None, None),
            Done::ShiftedLog { shift } => ("shifted_log", None, None, Some(shift), None),
            Done::BoxCox { lambda, shift } => ("box_cox", None, None, Some(shift), Some(lambda)),
        };
        let shape = |shape: &Shape| [number(shape.skewness), number(shape.kurtosis)];
        let mut row = vec![
            cell(&indicator.id),
            cell(word),
            note.moved.to_string(),
            number(low),
            number(high),
            number(shift),
            number(lambda),
            cell(if note.passes { "1" } else { "0" }),
        ];
        row.extend(shape(&note.before));
        row.extend(shape(&note.after));
        csv.row(row);
    }
    csv.finish()
}

/// Every value that is not simply an observation, and what it may be.
fn not_observed(scored: &Scored) -> String {
    let mut csv = Csv::with_header(&["code", "indicator", "why", "value", "lowest", "highest"]);
    for (indicator, points) in scored.method.indicators.iter().zip(&scored.points) {
        for (row, kept) in scored.table.rows.iter().enumerate() {
            let Some(note) = points.notes[row] else {
                continue;
            };
            let (lowest, highest) = points.span(row);
            csv.row([
                cell(&kept.region),
                cell(&indicator.id),
                cell(&note.label().en),
                number(score(points.values[row])),
                number(score(lowest)),
                number(score(highest)),
            ]);
        }
    }
    csv.finish()
}

fn weights(scored: &Scored) -> String {
    let mut csv = Csv::with_header(&["dimension", "child", "share", "origin", "remark"]);
    for note in &scored.weights {
        let (origin, remark) = match &note.origin {
            WeightOrigin::Given => ("given", String::new()),
            WeightOrigin::Equal => ("equal", String::new()),
            WeightOrigin::Pca {
                explained,
                opposed,
                flat,
            } => {
                let mut remark = format!("explains {explained:.4} of the variance");
                if !opposed.is_empty() {
                    remark.push_str(&format!("; against it: {}", opposed.join(" ")));
                }
                if !flat.is_empty() {
                    remark.push_str(&format!("; without variance: {}", flat.join(" ")));
                }
                ("pca", remark)
            }
            WeightOrigin::PcaWithoutVariance => {
                ("pca", "nothing varies; all count equally".to_owned())
            }
            WeightOrigin::Ahp { consistency_ratio } => {
                let judgement = if *consistency_ratio <= 0.1 {
                    "consistent"
                } else {
                    "inconsistent: compare again"
                };
                (
                    "ahp",
                    format!("consistency ratio {consistency_ratio:.4}, {judgement}"),
                )
            }
        };
        for share in &note.shares {
            csv.row([
                cell(&note.dimension),
                cell(&share.child),
                number(Some(share.share)),
                cell(origin),
                cell(&remark),
            ]);
        }
    }
    csv.finish()
}

fn aggregated(scored: &Scored) -> String {
    let ids = scored.method.dimensions.iter().map(|it| it.id.as_str());
    let header: Vec<&str> = std::iter::once("code").chain(ids).collect();
    let columns: Vec<&[f64]> = scored.nodes.iter().map(Vec::as_slice).collect();
    by_row(scored, &header, &columns)
}

fn results(scored: &Scored) -> String {
    let mut csv = Csv::with_header(&[
        "code",
        "name",
        "group",
        "status",
        "rank",
        "group_rank",
        "score",
        "lower",
        "upper",
        "class",
        "lottery",
    ]);
    let decimals = scored.method.decimals;
    let root = scored.plan.root;
    for (row, kept) in scored.table.rows.iter().enumerate() {
        let total = score(scored.scores[row]);
        let rank = |ranks: &[u32]| count(Some(ranks[row]).filter(|rank| *rank != 0));
        let class = total.and_then(|it| class_of(scored.method, it));
        let ticket = scored.arranged.tickets.get(&(row as u32));
        csv.row([
            cell(&kept.region),
            cell(&kept.name),
            cell(&scored.table.area(row).code),
            cell(status_word(scored.statuses[row])),
            rank(&scored.ranks.overall),
            rank(&scored.ranks.in_group),
            rounded(total, decimals),
            rounded(least(score(scored.lower[root][row]), total), decimals),
            rounded(most(score(scored.upper[root][row]), total), decimals),
            cell(class.as_deref().unwrap_or_default()),
            cell(ticket.map_or("", String::as_str)),
        ]);
    }
    csv.finish()
}

/// The intervals of all ranked villages, by rank; then those of the unvisited ones that draws counted, by code.
/// `basis` says of how many draws the shares speak.
pub fn intervals_csv(intervals: &mut [Interval], basis: Option<Basis>) -> String {
    let last = |it: &Interval| it.rank.unwrap_or(u32::MAX);
    intervals.sort_by(|one, two| (last(one), &one.region).cmp(&(last(two), &two.region)));
    let mut csv = Csv::with_header(&[
        "code",
        "rank",
        "rank_low",
        "rank_median",
        "rank_high",
        "chosen_share",
        "draws_without_score",
        "share_draws",
        "share_draws_proved",
    ]);
    for interval in intervals.iter() {
        csv.row([
            cell(&interval.region),
            count(interval.rank),
            number(Some(interval.low)),
            number(Some(interval.median)),
            number(Some(interval.high)),
            number(interval.chosen_share),
            interval.unscored.to_string(),
            count(basis.map(|it| it.tried)),
            count(basis.map(|it| it.proved)),
        ]);
    }
    csv.finish()
}

/// What the columns of the files mean, apart from the method's own indicators and dimensions.
pub fn file_dictionary() -> Vec<ColumnNote> {
    named(&[
        ("code", "kode satuan", "code of the unit"),
        ("name", "nama", "name"),
        (
            "group",
            "kelompok, biasanya kabupaten",
            "group, usually the kabupaten",
        ),
        (
            "status",
            "ranked; selain itu alasan tidak diperingkat",
            "ranked; else why it is not",
        ),
        (
            "available",
            "bagian indikator yang berisi",
            "share of the indicators with a value",
        ),
        (
            "zeros",
            "bagian nol di antaranya",
            "share of zeros among those",
        ),
        (
            "failed_rules",
            "syarat yang tidak dipenuhi, atau yang jawabannya tidak diketahui",
            "rules that failed, or whose answer is not known",
        ),
        ("indicator", "indikator", "indicator"),
        (
            "done",
            "perlakuan pencilan: nothing, winsorised, log, shifted_log, box_cox",
            "what was done about values far out: nothing, winsorised, log, shifted_log, box_cox",
        ),
        (
            "moved",
            "banyaknya nilai yang dipindahkan",
            "how many values were moved",
        ),
        (
            "low",
            "nilai di bawah ini dipindahkan ke sini",
            "values below were moved here",
        ),
        (
            "high",
            "nilai di atas ini dipindahkan ke sini",
            "values above were moved here",
        ),
        (
            "shift",
            "ditambahkan sebelum logaritma atau pangkat",
            "added before the logarithm or the power",
        ),
        ("lambda", "pangkat Box-Cox", "power of Box and Cox"),
        (
            "passes",
            "1: setelah itu sebarannya memenuhi batas",
            "1: the distribution is within the limits after that",
        ),
        (
            "skewness_before",
            "kemencengan sebelumnya",
            "skewness before",
        ),
        (
            "kurtosis_before",
            "keruncingan sebelumnya",
            "kurtosis before",
        ),
        ("skewness_after", "kemencengan sesudahnya", "skewness after"),
        ("kurtosis_after", "keruncingan sesudahnya", "kurtosis after"),
        (
            "value",
            "nilai pada skala metode yang dipakai",
            "the value that was used, on the method's scale",
        ),
        ("dimension", "dimensi", "dimension"),
        (
            "child",
            "dimensi atau indikator di dalamnya",
            "dimension or indicator within it",
        ),
        (
            "origin",
            "asal bobot: given, equal, pca, ahp",
            "where the weight comes from: given, equal, pca, ahp",
        ),
        (
            "remark",
            "catatan tentang asal bobot itu",
            "a remark on where the weight comes from",
        ),
        (
            "why",
            "mengapa nilai ini bukan isian biasa",
            "why this is not simply an observation",
        ),
        (
            "lowest",
            "nilai terendah yang mungkin pada skala metode",
            "the lowest that the value may be, on the method's scale",
        ),
        (
            "highest",
            "nilai tertinggi yang mungkin pada skala metode",
            "the highest that the value may be, on the method's scale",
        ),
        (
            "share",
            "bobot; jumlahnya 1 di tiap dimensi",
            "weight; sums to 1 in each dimension",
        ),
        ("rank", "peringkat, 1 tertinggi", "rank, 1 is the highest"),
        (
            "group_rank",
            "peringkat di kelompoknya",
            "rank within the group",
        ),
        ("score", "skor setelah dibulatkan", "score after rounding"),
        (
            "lower",
            "skor bila yang belum diketahui terburuk",
            "score if all that is unknown were worst",
        ),
        (
            "upper",
            "skor bila yang belum diketahui terbaik",
            "score if all that is unknown were best",
        ),
        ("class", "kelas", "class"),
        (
            "lottery",
            "SHA-256(benih|kode), bila skor dan kunci seri sama",
            "SHA-256(seed|code), where scores and tie keys are equal",
        ),
        (
            "rank_low",
            "peringkat pada 5 dari 100 tarikan",
            "rank in 5 of 100 draws",
        ),
        (
            "rank_median",
            "peringkat pada 50 dari 100 tarikan",
            "rank in 50 of 100 draws",
        ),
        (
            "rank_high",
            "peringkat pada 95 dari 100 tarikan",
            "rank in 95 of 100 draws",
        ),
        (
            "chosen_share",
            "bagian tarikan yang memilih satuan ini, dari yang terbukti di share_draws_proved; kosong: tidak dihitung, \
             sebab tidak ada yang dipilih atau aturannya terlalu berat untuk diselesaikan di tiap tarikan",
            "share of the draws that choose this unit, of those that are proved in share_draws_proved; empty: not \
             computed, since nobody is chosen or the rules are too heavy to be solved in each draw",
        ),
        (
            "draws_without_score",
            "tarikan tanpa skor; peringkatnya dihitung terakhir",
            "draws without a score; its rank there counts as the last",
        ),
        (
            "share_draws",
            "banyaknya tarikan yang pemilihannya dihitung untuk chosen_share",
            "how many draws the choice was made in for chosen_share",
        ),
        (
            "share_draws_proved",
            "di antaranya yang pilihannya terbukti terbaik; hanya itu yang dihitung",
            "those among them whose choice is proved to be the best; only those count",
        ),
    ])
}
