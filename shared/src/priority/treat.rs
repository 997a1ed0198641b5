//! Values far out: moved to their neighbours, or seen through a logarithm.
//!
//! Always: what was done is recorded, with skewness and kurtosis before and after; what a
//! transformation learns, it learns from the counted villages.
//! Never: touches a column that needs nothing, or gives NaN for a number it could keep.

use serde::{Deserialize, Serialize};

use super::impute::mean_of;
use super::method::Treatment;

/// What was done to one indicator.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TreatmentNote {
    pub done: Done,
    /// How many values were moved.
    pub moved: u32,
    /// Whether the limits are kept now; true where there are none.
    pub passes: bool,
    pub before: Shape,
    pub after: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    #[default]
    Nothing,
    /// Values beyond these stand at them.
    Winsorised { low: Option<f64>, high: Option<f64> },
    /// ln(x).
    Log,
    /// ln(x - min + 0.01·(max - min)), where `shift` is what is added.
    ShiftedLog { shift: f64 },
    /// (x^lambda - 1)/lambda after `shift` was added.
    BoxCox { lambda: f64, shift: f64 },
}

/// Sample-corrected skewness (G1) and excess kurtosis (G2); none below three or four values, and
/// where all are equal.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Shape {
    pub skewness: Option<f64>,
    pub kurtosis: Option<f64>,
}

impl Done {
    /// The treated value; none where it has no meaning, such as the logarithm of zero.
    pub(super) fn apply(self, value: f64) -> Option<f64> {
        match self {
            Done::Nothing => Some(value),
            Done::Winsorised { low, high } => {
                let raised = low.map_or(value, |low| value.max(low));
                Some(high.map_or(raised, |high| raised.min(high)))
            }
            Done::Log => logarithm(value),
            Done::ShiftedLog { shift } => logarithm(value + shift),
            Done::BoxCox { lambda: 0.0, shift } => logarithm(value + shift),
            Done::BoxCox { lambda, shift } => {
                let base = value + shift;
                let power = (0.0 < base).then(|| libm::pow(base, lambda))?;
                Some((power - 1.0) / lambda).filter(|it| it.is_finite())
            }
        }
    }
}

fn logarithm(value: f64) -> Option<f64> {
    (0.0 < value).then(|| libm::log(value))
}

/// Decides what to do, from the values of the counted villages in the order of the rows.
pub(super) fn treat(treatment: &Treatment, counted: &[f64]) -> TreatmentNote {
    if treatment.is_off() {
        return TreatmentNote {
            passes: true,
            ..TreatmentNote::default()
        };
    }
    let before = shape(counted);
    let first = counted.iter().copied().fold(f64::INFINITY, f64::min);
    let last = counted.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let flat = counted.is_empty() || first == last;
    let done = match *treatment {
        Treatment::Off => Done::Nothing,
        Treatment::Log => Done::Log,
        Treatment::ShiftedLog | Treatment::BoxCox { .. } if flat => Done::Nothing,
        Treatment::ShiftedLog => shifted_log(first, last),
        Treatment::BoxCox { lambda } => Done::BoxCox {
            lambda,
            shift: if first <= 0.0 { 1.0 - first } else { 0.0 },
        },
        Treatment::Winsorise {
            skewness,
            kurtosis,
            points_max,
            else_log,
        } => {
            let limits = Limits { skewness, kurtosis };
            let moved = winsorise(&limits, points_max, counted);
            let passes = limits.pass(shape(&applied(moved, counted)));
            if passes || !else_log {
                moved
            } else {
                shifted_log(first, last)
            }
        }
    };
    let treated = applied(done, counted);
    let after = shape(&treated);
    let passes = match *treatment {
        Treatment::Winsorise {
            skewness, kurtosis, ..
        } => Limits { skewness, kurtosis }.pass(after),
        Treatment::Off | Treatment::Log | Treatment::ShiftedLog | Treatment::BoxCox { .. } => true,
    };
    let pairs = counted.iter().zip(&treated);
    TreatmentNote {
        done,
        moved: match done {
            Done::Winsorised { .. } => pairs.filter(|(one, two)| one != two).count() as u32,
            Done::Nothing | Done::Log | Done::ShiftedLog { .. } | Done::BoxCox { .. } => 0,
        },
        passes,
        before,
        after,
    }
}

fn shifted_log(first: f64, last: f64) -> Done {
    Done::ShiftedLog {
        shift: 0.01 * (last - first) - first,
    }
}

fn applied(done: Done, values: &[f64]) -> Vec<f64> {
    values.iter().filter_map(|it| done.apply(*it)).collect()
}

struct Limits {
    skewness: f64,
    kurtosis: f64,
}

impl Limits {
    /// Fails only where both reach their limit.
    fn pass(&self, shape: Shape) -> bool {
        match (shape.skewness, shape.kurtosis) {
            (Some(skewness), Some(kurtosis)) => {
                skewness.abs() < self.skewness || kurtosis < self.kurtosis
            }
            _ => true,
        }
    }
}

/// Each step moves the extreme value of the skewed side, and all tied to it, to the next one.
fn winsorise(limits: &Limits, steps_max: u32, counted: &[f64]) -> Done {
    let mut values = counted.to_vec();
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for _ in 0..steps_max {
        let shape = shape(&values);
        if limits.pass(shape) {
            break;
        }
        let upper = shape.skewness.is_some_and(|it| 0.0 < it);
        if upper {
            let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let below = values.iter().copied().filter(|it| *it < top);
            high = below.fold(f64::NEG_INFINITY, f64::max);
        } else {
            let bottom = values.iter().copied().fold(f64::INFINITY, f64::min);
            let above = values.iter().copied().filter(|it| bottom < *it);
            low = above.fold(f64::INFINITY, f64::min);
        }
        values.iter_mut().for_each(|it| *it = it.clamp(low, high));
    }
    let bound = |it: f64| Some(it).filter(|it| it.is_finite());
    match (bound(low), bound(high)) {
        (None, None) => Done::Nothing,
        (low, high) => Done::Winsorised { low, high },
    }
}

pub(super) fn shape(values: &[f64]) -> Shape {
    let n = values.len() as f64;
    let Some(mean) = mean_of(values).filter(|_| values.iter().any(|it| *it != values[0])) else {
        return Shape::default();
    };
    let (mut second, mut third, mut fourth) = (0.0, 0.0, 0.0);
    for value in values {
        let off = value - mean;
        second += off * off;
        third += off * off * off;
        fourth += off * off * off * off;
    }
    let (second, third, fourth) = (second / n, third / n, fourth / n);
    let g1 = third / (second * second.sqrt());
    let g2 = fourth / (second * second) - 3.0;
    let finite = |value: f64| Some(value).filter(|it| it.is_finite());
    Shape {
        skewness: finite(g1 * (n * (n - 1.0)).sqrt() / (n - 2.0)),
        kurtosis: finite(((n + 1.0) * g2 + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0))),
    }
}
