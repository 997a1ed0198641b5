//! From the raw values of one indicator to values on the method's scale, village by village.
//!
//! Always: denominated, imputed, treated, then placed on the scale, in this order; a value that is
//! missing spans from its worst to its best; goalposts, means and ranks are taken over the counted
//! villages only, in the order of the rows.
//! Never: gives NaN. Equal values, no values and values without a number each have a stated outcome.

use serde::{Deserialize, Serialize};

use super::impute::{Rows, impute, mean_of};
use super::method::{
    Denominator, Direction, Indicator, Method, Missing, Normalise, Rung, Treatment,
};
use super::table::{RawColumn, is_usable};
use super::text::Text;
use super::treat::{TreatmentNote, treat};

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
    /// There is a value, but nothing to divide it by.
    NoDenominator,
    /// Stood so far out that it was moved to its neighbour.
    Winsorised,
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
            Note::NoDenominator => {
                Text::new("pembaginya tidak diketahui", "its denominator is not known")
            }
            Note::Winsorised => Text::new(
                "pencilan; dipindahkan ke nilai terdekat",
                "an outlier; moved to its neighbour",
            ),
        }
    }
}

/// One indicator over all villages, on the method's scale.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Points {
    /// What a village is ranked by; NaN where it leaves with its weight.
    pub(super) values: Vec<f64>,
    /// Of every value that is not certain, by row.
    pub(super) spans: Vec<Span>,
    /// Which rung was reached; empty where the indicator has no ladder.
    pub(super) rungs: Vec<Option<u16>>,
    /// Whether the village's own answer gave the value.
    pub(super) observed: Vec<bool>,
    pub(super) notes: Vec<Option<Note>>,
    pub(super) treatment: TreatmentNote,
}

/// What a value may be, on the method's scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) row: u32,
    pub(super) lowest: f64,
    pub(super) highest: f64,
}

/// The columns between a raw value and its place on the scale. NaN is absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Between {
    pub(super) denominated: Vec<f64>,
    pub(super) imputed: Vec<f64>,
    pub(super) treated: Vec<f64>,
}

impl Points {
    /// The value where it is certain, else the lowest and highest; equal where there is no doubt.
    pub(super) fn span(&self, row: usize) -> (f64, f64) {
        match self.spans.binary_search_by_key(&(row as u32), |it| it.row) {
            Ok(found) => (self.spans[found].lowest, self.spans[found].highest),
            Err(_) => (self.values[row], self.values[row]),
        }
    }
}

/// Normalises one indicator over all villages.
pub(super) fn normalise(
    method: &Method,
    indicator: &Indicator,
    raw: &RawColumn,
    denominator: Option<&RawColumn>,
    rows: &Rows,
) -> Points {
    normalise_in_steps(method, indicator, raw, denominator, rows).0
}

/// The same, with what lies between.
pub(super) fn normalise_in_steps(
    method: &Method,
    indicator: &Indicator,
    raw: &RawColumn,
    denominator: Option<&RawColumn>,
    rows: &Rows,
) -> (Points, Between) {
    let divisor = indicator.denominator.as_ref().zip(denominator);
    let (values, notes) = denominated(raw, divisor);
    match &indicator.normalise {
        Normalise::Ladder { top, rungs } => {
            let ladder = Ladder {
                scale: method.scale,
                top: *top,
                rungs,
                missing: indicator.missing,
            };
            let points = ladder.points(&values, notes, raw, divisor, rows);
            let between = Between {
                imputed: values.clone(),
                treated: values.clone(),
                denominated: values,
            };
            (points, between)
        }
        Normalise::MinMax { .. }
        | Normalise::ZScore
        | Normalise::Rank
        | Normalise::Percentile
        | Normalise::Target { .. }
        | Normalise::AsIs => measured(method, indicator, values, notes, raw, divisor, rows),
    }
}

type Divisor<'a> = Option<(&'a Denominator, &'a RawColumn)>;

/// The raw values over their denominators.
fn denominated(raw: &RawColumn, divisor: Divisor) -> (Vec<f64>, Vec<Option<Note>>) {
    let (mut values, mut notes) = (raw.values.clone(), raw.notes.clone());
    let Some((denominator, column)) = divisor else {
        return (values, notes);
    };
    for (row, value) in values.iter_mut().enumerate() {
        if value.is_nan() {
            continue;
        }
        let by = column.values[row];
        let quotient = *value / by * denominator.per;
        if is_usable(quotient) {
            *value = quotient;
        } else {
            *value = f64::NAN;
            notes[row] = Some(if by.is_nan() {
                Note::NoDenominator
            } else {
                Note::NotANumber
            });
        }
    }
    (values, notes)
}

/// The value of the round before, over the denominator of that round.
fn of_last_round(raw: &RawColumn, divisor: Divisor, row: usize) -> Option<f64> {
    let last = *raw.last_round.get(&(row as u32))?;
    let quotient = match divisor {
        None => last,
        Some((denominator, column)) => {
            let by = match column.last_round.is_empty() {
                // Records of before denominators were remembered: this round's stand in for all.
                true => column.values[row],
                false => *column.last_round.get(&(row as u32))?,
            };
            last / by * denominator.per
        }
    };
    Some(quotient).filter(|it| it.is_finite())
}

/// A number that belongs to the numerator of a row, such as a bound, over the row's denominator.
fn over_denominator(divisor: Divisor, row: usize, value: f64) -> Option<f64> {
    let quotient = match divisor {
        None => value,
        Some((denominator, column)) => value / column.values[row] * denominator.per,
    };
    Some(quotient).filter(|it| it.is_finite())
}

fn measured(
    method: &Method,
    indicator: &Indicator,
    values: Vec<f64>,
    mut notes: Vec<Option<Note>>,
    raw: &RawColumn,
    divisor: Divisor,
    rows: &Rows,
) -> (Points, Between) {
    let mut imputed = values.clone();
    if indicator.treatment == Treatment::Log {
        // What has no logarithm is missing, so that the rule for missing values fills it, and no mean counts it.
        for (value, note) in imputed.iter_mut().zip(&mut notes) {
            if *value <= 0.0 {
                *value = f64::NAN;
                *note = Some(Note::NotANumber);
            }
        }
    }
    let observed: Vec<bool> = imputed.iter().map(|it| !it.is_nan()).collect();
    impute(indicator.missing, &mut imputed, rows, |row| {
        of_last_round(raw, divisor, row)
    });
    let counted = |values: &[f64]| -> Vec<f64> {
        let pairs = values.iter().zip(rows.counted);
        pairs
            .filter(|(value, counted)| **counted && !value.is_nan())
            .map(|(value, _)| *value)
            .collect()
    };
    let treatment = treat(&indicator.treatment, &counted(&imputed));
    let done = treatment.done;
    let mut treated = imputed.clone();
    let mut own = observed.clone();
    for (row, value) in treated.iter_mut().enumerate() {
        if value.is_nan() {
            continue;
        }
        let Some(seen) = done.apply(*value) else {
            *value = f64::NAN;
            notes[row] = Some(Note::NotANumber);
            own[row] = false;
            continue;
        };
        if seen != *value && own[row] && treatment.moved != 0 {
            notes[row] = notes[row].or(Some(Note::Winsorised));
        }
        *value = seen;
    }
    let measure = Measure::over(method, indicator, counted(&treated), done);
    let mut points = Points {
        values: treated.clone(),
        observed: own,
        notes,
        treatment,
        ..Points::default()
    };
    let mut extremes = None;
    for (row, value) in points.values.iter_mut().enumerate() {
        let place = (!value.is_nan()).then(|| measure.place(*value));
        if let (true, Some(place)) = (points.observed[row], place) {
            *value = place;
            continue;
        }
        let (worst, best) = *extremes.get_or_insert_with(|| measure.extremes());
        let bound = raw.lower.get(&(row as u32));
        let bound = bound.and_then(|bound| over_denominator(divisor, row, *bound));
        let bound = bound.and_then(|bound| done.apply(bound));
        let (lowest, highest) = measure.narrowed(worst, best, bound);
        points.spans.push(Span {
            row: row as u32,
            lowest,
            highest,
        });
        let filled = place.map(|it| it.clamp(lowest, highest));
        *value = match indicator.missing {
            Missing::Worst => lowest,
            Missing::Best => highest,
            Missing::Drop => f64::NAN,
            Missing::LastRound => filled.unwrap_or(lowest),
            Missing::Mean | Missing::Median | Missing::GroupMean | Missing::GroupMedian => {
                filled.unwrap_or(f64::NAN)
            }
        };
    }
    points.spans.shrink_to_fit();
    let between = Between {
        denominated: values,
        imputed,
        treated,
    };
    (points, between)
}

/// A normalisation with what it learnt from the counted villages.
#[derive(Debug)]
struct Measure {
    kind: MeasureKind,
    lower_is_better: bool,
    scale: [f64; 2],
    /// The smallest and the largest counted value; none where there are none.
    range: Option<(f64, f64)>,
    /// Of the counted values, ascending; empty where only the range is asked.
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
    fn over(
        method: &Method,
        indicator: &Indicator,
        mut counted: Vec<f64>,
        done: super::treat::Done,
    ) -> Measure {
        let range = counted.first().map(|first| {
            counted.iter().fold((*first, *first), |(low, high), it| {
                (low.min(*it), high.max(*it))
            })
        });
        let (first, last) = range.unwrap_or_default();
        let lower_is_better = indicator.direction == Direction::Lower;
        // A goalpost goes through the same transformation as the values.
        let post = |post: &f64| done.apply(*post).unwrap_or(*post);
        let kind = match &indicator.normalise {
            Normalise::MinMax { min, max } => MeasureKind::Posts {
                min: min.as_ref().map_or(first, post),
                max: max.as_ref().map_or(last, post),
            },
            Normalise::Target { target } if lower_is_better => MeasureKind::Posts {
                min: post(target),
                max: last,
            },
            Normalise::Target { target } => MeasureKind::Posts {
                min: first,
                max: post(target),
            },
            Normalise::ZScore => {
                let (mean, deviation) = spread(&counted);
                MeasureKind::ZScore { mean, deviation }
            }
            Normalise::Rank => MeasureKind::Rank,
            Normalise::Percentile => MeasureKind::Percentile,
            Normalise::AsIs | Normalise::Ladder { .. } => MeasureKind::AsIs,
        };
        if matches!(kind, MeasureKind::Rank | MeasureKind::Percentile) {
            counted.sort_by(f64::total_cmp);
        } else {
            counted.clear();
        }
        Measure {
            kind,
            lower_is_better,
            scale: method.scale,
            range,
            sorted: counted,
        }
    }

    fn place(&self, value: f64) -> f64 {
        let sign = if self.lower_is_better { -1.0 } else { 1.0 };
        match &self.kind {
            MeasureKind::Posts { min, max } if max <= min => self.on_scale(0.5),
            MeasureKind::Posts { min, max } => {
                let share = share_of_span(value, *min, *max).clamp(0.0, 1.0);
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
                let first = self.range.map_or(worst, |it| self.place(it.0));
                let last = self.range.map_or(best, |it| self.place(it.1));
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

/// How far a value lies on the way from `min` to `max`, also where the whole way is longer than a float can say.
fn share_of_span(value: f64, min: f64, max: f64) -> f64 {
    let span = max - min;
    if span.is_finite() {
        return (value - min) / span;
    }
    (value / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0)
}

/// Mean and standard deviation (n - 1); the deviation is 0 for fewer than two values.
pub(super) fn spread(values: &[f64]) -> (f64, f64) {
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
    fn points(
        &self,
        values: &[f64],
        notes: Vec<Option<Note>>,
        raw: &RawColumn,
        divisor: Divisor,
        rows: &Rows,
    ) -> Points {
        let mut points = Points {
            notes,
            treatment: treat(&super::method::Treatment::Off, &[]),
            ..Points::default()
        };
        for (row, value) in values.iter().enumerate() {
            let found = self.find(raw.named[row], *value);
            points.rungs.push(found.map(|it| it as u16));
            points.observed.push(found.is_some());
            let point = match found {
                Some(index) => self.reached(row, index, &mut points),
                None => self.absent(row, raw, divisor, &mut points),
            };
            points.values.push(point);
        }
        self.fill(&mut points, rows);
        points
    }

    /// A rung was reached, but its score may be known only between two.
    fn reached(&self, row: usize, index: usize, points: &mut Points) -> f64 {
        let rung = &self.rungs[index];
        let (lowest, highest) = rung.bounds();
        if rung.score.is_some() {
            return self.on_scale(lowest);
        }
        points.notes[row] = Some(Note::RungUncertain);
        points.spans.push(Span {
            row: row as u32,
            lowest: self.on_scale(lowest),
            highest: self.on_scale(highest),
        });
        self.on_scale(match self.missing {
            Missing::Worst => lowest,
            Missing::Best => highest,
            // Nothing is missing: the middle of what it may stand for.
            Missing::Drop
            | Missing::Mean
            | Missing::Median
            | Missing::GroupMean
            | Missing::GroupMedian
            | Missing::LastRound => (lowest + highest) / 2.0,
        })
    }

    fn absent(&self, row: usize, raw: &RawColumn, divisor: Divisor, points: &mut Points) -> f64 {
        let floor = raw.lower.get(&(row as u32));
        let floor = floor.and_then(|floor| over_denominator(divisor, row, *floor));
        let open = |rung: &&Rung| floor.is_none_or(|floor| rung.reaches(floor));
        let bounds = self.rungs.iter().filter(open).map(Rung::bounds);
        let (lowest, highest) = bounds
            .reduce(|one, two| (one.0.min(two.0), one.1.max(two.1)))
            .unwrap_or((0.0, self.top));
        let (lowest, highest) = (self.on_scale(lowest), self.on_scale(highest));
        points.spans.push(Span {
            row: row as u32,
            lowest,
            highest,
        });
        points.notes[row] = points.notes[row].or(Some(Note::NoRung));
        match self.missing {
            Missing::Worst => lowest,
            Missing::Best => highest,
            Missing::LastRound => {
                let last = of_last_round(raw, divisor, row);
                let rung = last.and_then(|last| self.find(None, last));
                let score = rung.map(|it| self.on_scale(self.rungs[it].bounds().0));
                score.map_or(lowest, |it| it.clamp(lowest, highest))
            }
            Missing::Drop
            | Missing::Mean
            | Missing::Median
            | Missing::GroupMean
            | Missing::GroupMedian => f64::NAN,
        }
    }

    /// Means and medians of rungs are taken on the scale.
    fn fill(&self, points: &mut Points, rows: &Rows) {
        if !points.values.iter().any(|it| it.is_nan()) {
            return;
        }
        impute(self.missing, &mut points.values, rows, |_| None);
        for span in &points.spans {
            let value = &mut points.values[span.row as usize];
            if !points.observed[span.row as usize] && !value.is_nan() {
                *value = value.clamp(span.lowest, span.highest);
            }
        }
    }

    fn find(&self, named: Option<u16>, value: f64) -> Option<usize> {
        if let Some(named) = named {
            return Some(usize::from(named));
        }
        (!value.is_nan())
            .then(|| self.rungs.iter().position(|rung| rung.fits_number(value)))
            .flatten()
    }

    fn on_scale(&self, score: f64) -> f64 {
        let [worst, best] = self.scale;
        worst + score / self.top * (best - worst)
    }
}
