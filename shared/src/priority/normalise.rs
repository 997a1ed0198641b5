//! From the raw values of one indicator to values on the method's scale, village by village.
//!
//! Always: a value that is missing spans from its worst to its best; goalposts, means and ranks are
//! taken over the counted villages only, in the order given.
//! Never: gives NaN. Equal values, no values and values without a number each have a stated outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::method::{Direction, Indicator, Irrelevant, Method, Missing, Normalise, Rung};
use super::text::Text;
use super::unit::{Observation, Observed};

/// Why a value is not simply the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    Missing,
    Unknown,
    Refused,
    /// Not to be asked here, and the method says that this means missing.
    Irrelevant,
    /// Not to be asked here, and the method says which value that means.
    IrrelevantValue,
    /// A denominator of zero, or no number at all.
    NotANumber,
    /// No rung of the ladder fits the value.
    NoRung,
    /// The rung is known only between two scores.
    RungUncertain,
    /// Nothing that is asked scores this indicator.
    Unscorable,
}

impl Note {
    pub fn label(self) -> Text {
        match self {
            Note::Missing => Text::new("tidak diisi", "not filled in"),
            Note::Unknown => Text::new("tidak tahu", "unknown"),
            Note::Refused => Text::new("menolak", "refused"),
            Note::Irrelevant => Text::new("tidak ditanyakan di sini", "not asked here"),
            Note::IrrelevantValue => Text::new(
                "tidak ditanyakan di sini; nilainya menurut metode",
                "not asked here; the method states its value",
            ),
            Note::NotANumber => Text::new(
                "tidak dapat dihitung (pembagi nol atau bukan angka)",
                "cannot be computed (a denominator of zero, or no number)",
            ),
            Note::NoRung => Text::new(
                "nilainya tidak ada di tangga skor",
                "no rung of the ladder fits the value",
            ),
            Note::RungUncertain => Text::new(
                "skor anak tangga ini belum pasti",
                "the score of this rung is not certain",
            ),
            Note::Unscorable => Text::new(
                "tidak dapat dinilai dari kuesioner",
                "the questionnaire cannot score it",
            ),
        }
    }
}

/// One village's value of one indicator on the method's scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    /// What it is ranked by; none where it leaves with its weight.
    pub(super) point: Option<f64>,
    pub(super) lowest: f64,
    pub(super) highest: f64,
    pub(super) rung: Option<usize>,
    /// Whether the village's own answer gave the value.
    pub(super) observed: bool,
    pub(super) note: Option<Note>,
}

/// The villages as a column sees them: one entry per village in each list.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) observations: Vec<&'a Observation>,
    pub(super) groups: &'a [&'a str],
    pub(super) counted: &'a [bool],
}

/// Normalises one indicator over all villages.
pub(super) fn normalise(method: &Method, indicator: &Indicator, column: &Column) -> Vec<Cell> {
    let raws: Vec<Raw> = column
        .observations
        .iter()
        .map(|observation| resolve(indicator, observation))
        .collect();
    match &indicator.normalise {
        Normalise::Ladder { top, rungs } => {
            let ladder = Ladder {
                scale: method.scale,
                top: *top,
                rungs,
                missing: indicator.missing,
            };
            ladder.cells(&raws, column)
        }
        Normalise::MinMax { .. }
        | Normalise::ZScore
        | Normalise::Rank
        | Normalise::Percentile
        | Normalise::AsIs => measured(method, indicator, &raws, column),
    }
}

/// An observation after the rule for irrelevant, before any scale.
#[derive(Debug, Clone)]
struct Raw {
    value: RawValue,
    lower: Option<f64>,
    note: Option<Note>,
}

#[derive(Debug, Clone)]
enum RawValue {
    Number(f64),
    Text(String),
    Absent,
}

fn resolve(indicator: &Indicator, observation: &Observation) -> Raw {
    let absent = |note| (RawValue::Absent, Some(note));
    let (value, note) = match &observation.value {
        _ if indicator.expression.is_none() => absent(Note::Unscorable),
        Observed::Number(number) if number.is_finite() => (RawValue::Number(*number), None),
        Observed::Number(_) => absent(Note::NotANumber),
        Observed::Text(text) if text.is_empty() => absent(Note::Missing),
        Observed::Text(text) => (RawValue::Text(text.clone()), None),
        Observed::Missing => absent(Note::Missing),
        Observed::Unknown => absent(Note::Unknown),
        Observed::Refused => absent(Note::Refused),
        Observed::Irrelevant => match &indicator.irrelevant {
            Irrelevant::Missing => absent(Note::Irrelevant),
            Irrelevant::Value(value) => (RawValue::Number(*value), Some(Note::IrrelevantValue)),
            Irrelevant::Text(text) => (RawValue::Text(text.clone()), Some(Note::IrrelevantValue)),
        },
    };
    Raw {
        value,
        lower: observation.lower.filter(|lower| lower.is_finite()),
        note,
    }
}

/// Plain decimal digits only: no `inf`, no `1e5`, no decimal comma.
fn plain_number(text: &str) -> Option<f64> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    text.parse()
        .ok()
        .filter(|number: &f64| plain && number.is_finite())
}

fn measured(method: &Method, indicator: &Indicator, raws: &[Raw], column: &Column) -> Vec<Cell> {
    let mut notes: Vec<Option<Note>> = raws.iter().map(|raw| raw.note).collect();
    let mut numbers = Vec::with_capacity(raws.len());
    for (raw, note) in raws.iter().zip(&mut notes) {
        let number = match &raw.value {
            RawValue::Number(number) => Some(*number),
            RawValue::Text(text) => plain_number(text),
            RawValue::Absent => None,
        };
        if number.is_none() && note.is_none() {
            *note = Some(Note::NotANumber);
        }
        numbers.push(number);
    }
    let filled = impute(indicator.missing, &numbers, column);
    let counted: Vec<f64> = filled
        .iter()
        .zip(column.counted)
        .filter_map(|(number, counted)| number.filter(|_| *counted))
        .collect();
    let measure = Measure::over(method, indicator, counted);
    let (worst, best) = measure.extremes();
    let mut cells = Vec::with_capacity(raws.len());
    for (index, raw) in raws.iter().enumerate() {
        let observed = numbers[index].is_some();
        let point = filled[index].map(|number| measure.place(number));
        let cell = match (observed, point) {
            (true, Some(point)) => Cell {
                point: Some(point),
                lowest: point,
                highest: point,
                rung: None,
                observed,
                note: notes[index],
            },
            (_, imputed) => {
                let (lowest, highest) = measure.narrowed(worst, best, raw.lower);
                Cell {
                    point: match indicator.missing {
                        Missing::Worst => Some(lowest),
                        Missing::Best => Some(highest),
                        Missing::Drop => None,
                        Missing::Mean
                        | Missing::Median
                        | Missing::GroupMean
                        | Missing::GroupMedian => imputed.map(|it| it.clamp(lowest, highest)),
                    },
                    lowest,
                    highest,
                    rung: None,
                    observed,
                    note: notes[index],
                }
            }
        };
        cells.push(cell);
    }
    cells
}

/// Fills what is absent by the mean or median of the counted villages (of the group, and of all
/// where the group has none); other rules fill nothing.
fn impute(rule: Missing, values: &[Option<f64>], column: &Column) -> Vec<Option<f64>> {
    let (by_group, median) = match rule {
        Missing::Mean => (false, false),
        Missing::Median => (false, true),
        Missing::GroupMean => (true, false),
        Missing::GroupMedian => (true, true),
        Missing::Worst | Missing::Best | Missing::Drop => return values.to_vec(),
    };
    let mut all = Vec::new();
    let mut groups: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (index, value) in values.iter().enumerate() {
        if let (Some(value), true) = (value, column.counted[index]) {
            all.push(*value);
            groups.entry(column.groups[index]).or_default().push(*value);
        }
    }
    let centre = |values: &[f64]| {
        if median {
            median_of(values)
        } else {
            mean_of(values)
        }
    };
    let overall = centre(&all);
    let centres: BTreeMap<&str, Option<f64>> = groups
        .iter()
        .map(|(group, values)| (*group, centre(values)))
        .collect();
    let centre_for = |index: usize| match centres.get(column.groups[index]) {
        Some(centre) if by_group => *centre,
        _ => overall,
    };
    let fill = |(index, value): (usize, &Option<f64>)| value.or_else(|| centre_for(index));
    values.iter().enumerate().map(fill).collect()
}

fn mean_of(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn median_of(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length.is_multiple_of(2) => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}

/// A normalisation with what it learnt from the counted villages.
#[derive(Debug)]
struct Measure {
    kind: MeasureKind,
    lower_is_better: bool,
    scale: [f64; 2],
    /// Of the counted values, ascending.
    sorted: Vec<f64>,
}

#[derive(Debug)]
enum MeasureKind {
    Posts { min: f64, max: f64 },
    ZScore { mean: f64, deviation: f64 },
    Rank,
    Percentile,
    AsIs,
}

impl Measure {
    fn over(method: &Method, indicator: &Indicator, mut counted: Vec<f64>) -> Measure {
        // Summed before sorting: the order of the villages is the stated one.
        let (mean, deviation) = spread(&counted);
        counted.sort_by(f64::total_cmp);
        let first = counted.first().copied().unwrap_or_default();
        let last = counted.last().copied().unwrap_or_default();
        let kind = match &indicator.normalise {
            Normalise::MinMax { min, max } => MeasureKind::Posts {
                min: min.unwrap_or(first),
                max: max.unwrap_or(last),
            },
            Normalise::ZScore => MeasureKind::ZScore { mean, deviation },
            Normalise::Rank => MeasureKind::Rank,
            Normalise::Percentile => MeasureKind::Percentile,
            Normalise::AsIs | Normalise::Ladder { .. } => MeasureKind::AsIs,
        };
        Measure {
            kind,
            lower_is_better: indicator.direction == Direction::Lower,
            scale: method.scale,
            sorted: counted,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let sign = if self.lower_is_better { -1.0 } else { 1.0 };
        match &self.kind {
            MeasureKind::Posts { min, max } if max <= min => self.on_scale(0.5),
            MeasureKind::Posts { min, max } => {
                let share = ((value - min) / (max - min)).clamp(0.0, 1.0);
                self.on_scale(if self.lower_is_better {
                    1.0 - share
                } else {
                    share
                })
            }
            MeasureKind::ZScore { deviation, .. } if *deviation <= 0.0 => 0.0,
            MeasureKind::ZScore { mean, deviation } => sign * (value - mean) / deviation,
            MeasureKind::Rank => self.worse_than(value) as f64,
            MeasureKind::Percentile if self.sorted.first() == self.sorted.last() => {
                self.on_scale(0.5)
            }
            MeasureKind::Percentile => {
                let steps = (self.sorted.len() - 1) as f64;
                self.on_scale((self.worse_than(value) as f64 / steps).min(1.0))
            }
            MeasureKind::AsIs => sign * value,
        }
    }

    fn on_scale(&self, share: f64) -> f64 {
        let [worst, best] = self.scale;
        worst + share * (best - worst)
    }

    fn worse_than(&self, value: f64) -> usize {
        if self.lower_is_better {
            self.sorted.len() - self.sorted.partition_point(|it| *it <= value)
        } else {
            self.sorted.partition_point(|it| *it < value)
        }
    }

    /// The worst and best place that a value may have.
    fn extremes(&self) -> (f64, f64) {
        match self.kind {
            MeasureKind::Posts { .. } | MeasureKind::Percentile => (self.scale[0], self.scale[1]),
            MeasureKind::Rank => (0.0, self.sorted.len().saturating_sub(1) as f64),
            MeasureKind::ZScore { .. } | MeasureKind::AsIs => {
                let [worst, best] = self.scale;
                let first = self.sorted.first().map_or(worst, |it| self.place(*it));
                let last = self.sorted.last().map_or(best, |it| self.place(*it));
                (first.min(last), first.max(last))
            }
        }
    }

    /// What remains possible when the raw value is at least `lower`.
    fn narrowed(&self, worst: f64, best: f64, lower: Option<f64>) -> (f64, f64) {
        match lower.map(|it| self.place(it)) {
            None => (worst, best),
            Some(bound) if self.lower_is_better => (worst.min(bound), bound),
            Some(bound) => (bound, best.max(bound)),
        }
    }
}

/// Mean and standard deviation (n - 1); the deviation is 0 for fewer than two values.
fn spread(values: &[f64]) -> (f64, f64) {
    let Some(mean) = mean_of(values) else {
        return (0.0, 0.0);
    };
    let equal = values.iter().all(|value| *value == values[0]);
    if values.len() < 2 || equal {
        return (mean, 0.0);
    }
    let squares: f64 = values.iter().map(|it| (it - mean) * (it - mean)).sum();
    (mean, (squares / (values.len() - 1) as f64).sqrt())
}

/// A categorical ladder on the method's scale.
struct Ladder<'a> {
    scale: [f64; 2],
    top: f64,
    rungs: &'a [Rung],
    missing: Missing,
}

impl Ladder<'_> {
    fn cells(&self, raws: &[Raw], column: &Column) -> Vec<Cell> {
        let mut cells: Vec<Cell> = raws.iter().map(|raw| self.cell(raw)).collect();
        let points: Vec<Option<f64>> = cells
            .iter()
            .map(|cell| cell.point.filter(|_| cell.observed))
            .collect();
        match self.missing {
            Missing::Worst | Missing::Best | Missing::Drop => {}
            Missing::Mean | Missing::Median | Missing::GroupMean | Missing::GroupMedian => {
                let filled = impute(self.missing, &points, column);
                for (cell, fill) in cells.iter_mut().zip(filled) {
                    if !cell.observed {
                        cell.point = fill.map(|it| it.clamp(cell.lowest, cell.highest));
                    }
                }
            }
        }
        cells
    }

    fn cell(&self, raw: &Raw) -> Cell {
        let Some(index) = self.find(&raw.value) else {
            return self.absent(raw);
        };
        let rung = &self.rungs[index];
        let (lowest, highest) = rung.bounds();
        let point = match self.missing {
            _ if rung.score.is_some() => lowest,
            Missing::Worst => lowest,
            Missing::Best => highest,
            // A rung was reached, so nothing is missing: the middle of what it may stand for.
            Missing::Drop
            | Missing::Mean
            | Missing::Median
            | Missing::GroupMean
            | Missing::GroupMedian => (lowest + highest) / 2.0,
        };
        let uncertain = rung.score.is_none().then_some(Note::RungUncertain);
        Cell {
            point: Some(self.on_scale(point)),
            lowest: self.on_scale(lowest),
            highest: self.on_scale(highest),
            rung: Some(index),
            observed: true,
            note: uncertain.or(raw.note),
        }
    }

    fn absent(&self, raw: &Raw) -> Cell {
        let floor = raw.lower.unwrap_or(f64::NEG_INFINITY);
        let open = |rung: &&Rung| raw.lower.is_none() || rung.reaches(floor);
        let bounds = self.rungs.iter().filter(open).map(Rung::bounds);
        let (lowest, highest) = bounds
            .reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)))
            .unwrap_or((0.0, self.top));
        let (lowest, highest) = (self.on_scale(lowest), self.on_scale(highest));
        Cell {
            point: match self.missing {
                Missing::Worst => Some(lowest),
                Missing::Best => Some(highest),
                Missing::Drop
                | Missing::Mean
                | Missing::Median
                | Missing::GroupMean
                | Missing::GroupMedian => None,
            },
            lowest,
            highest,
            rung: None,
            observed: false,
            note: raw.note.or(Some(Note::NoRung)),
        }
    }

    fn find(&self, value: &RawValue) -> Option<usize> {
        let number = match value {
            RawValue::Number(number) => Some(*number),
            RawValue::Text(text) => {
                let named = self.rungs.iter().position(|rung| rung.fits_text(text));
                if named.is_some() {
                    return named;
                }
                plain_number(text)
            }
            RawValue::Absent => None,
        }?;
        self.rungs.iter().position(|rung| rung.fits_number(number))
    }

    fn on_scale(&self, score: f64) -> f64 {
        let [worst, best] = self.scale;
        worst + score / self.top * (best - worst)
    }
}
