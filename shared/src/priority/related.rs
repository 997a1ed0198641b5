//! How the dimensions of a method, and its indicators, go together over the ranked villages.
//!
//! Always: of ranked villages, and of those that have both values of their own; a correlation that cannot be told is
//! absent, not zero.
//! Never: counts a value that the method filled in, since what is filled in goes together with nothing.

use super::agree::pearson;
use super::evaluate::score;
use super::rank::Status;
use super::scored::Scored;

/// Columns that are compared, each with each: the first ones of a longer method.
pub const RELATED_COLUMNS_MAX: usize = 100;

/// Two villages always lie on a line.
const VILLAGES_MIN: usize = 3;

/// Pearson's correlations of columns, each with each.
#[derive(Debug, Clone, PartialEq)]
pub struct Related {
    /// Ids of the columns, in the order of the method.
    pub columns: Vec<String>,
    /// Of each pair whose second column stands before its first: row by row below the diagonal.
    pairs: Vec<Pair>,
}

/// What is known of two columns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// None where a column does not vary, or fewer than three villages have both values.
    pub correlation: Option<f64>,
    /// Villages with both values.
    pub villages: u32,
}

impl Related {
    /// Of the columns at `one` and `two`; none for a column with itself.
    pub fn pair(&self, one: usize, two: usize) -> Option<Pair> {
        let (low, high) = (one.min(two), one.max(two));
        let before = high * high.saturating_sub(1) / 2;
        (low < high).then(|| self.pairs[before + low])
    }
}

/// How the scores of the dimensions go together, the whole score among them.
pub fn related_dimensions(scored: &Scored) -> Related {
    let ids = scored.method.dimensions.iter().map(|it| it.id.clone());
    let value = |dimension: usize, row: usize| score(scored.nodes[dimension][row]);
    related(scored, ids.collect(), value)
}

/// How the indicators go together, on the method's scale; those that nothing asks for are left out.
pub fn related_indicators(scored: &Scored) -> Related {
    let indicators = scored.method.indicators.iter().enumerate();
    let asked: Vec<usize> = indicators
        .filter(|(_, it)| it.is_scorable())
        .map(|(place, _)| place)
        .collect();
    let ids = asked.iter();
    let ids = ids.map(|place| scored.method.indicators[*place].id.clone());
    let value = |column: usize, row: usize| {
        let points = &scored.points[asked[column]];
        let value = points.values[row];
        (points.observed[row] && value.is_finite()).then_some(value)
    };
    related(scored, ids.collect(), value)
}

fn related(
    scored: &Scored,
    mut columns: Vec<String>,
    value: impl Fn(usize, usize) -> Option<f64>,
) -> Related {
    columns.truncate(RELATED_COLUMNS_MAX);
    let statuses = scored.statuses.iter().enumerate();
    let ranked: Vec<usize> = statuses
        .filter(|(_, status)| **status == Status::Ranked)
        .map(|(row, _)| row)
        .collect();
    let mut pairs = Vec::with_capacity(columns.len() * columns.len() / 2);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for one in 0..columns.len() {
        for two in 0..one {
            left.clear();
            right.clear();
            for row in &ranked {
                if let (Some(first), Some(second)) = (value(one, *row), value(two, *row)) {
                    left.push(first);
                    right.push(second);
                }
            }
            pairs.push(pair(&left, &right));
        }
    }
    Related { columns, pairs }
}

fn pair(left: &[f64], right: &[f64]) -> Pair {
    let enough = VILLAGES_MIN <= left.len();
    let varies = |values: &[f64]| values.iter().any(|value| *value != values[0]);
    // The mean of equal numbers may differ from them by their last bit, which would pass for a spread.
    let told = enough && varies(left) && varies(right);
    let found = told.then(|| pearson(left, right)).flatten();
    Pair {
        correlation: found.map(|it| it.clamp(-1.0, 1.0)),
        villages: left.len() as u32,
    }
}

#[cfg(test)]
mod tests;
