//! Filling what is absent by a stated rule.
//!
//! Always: means and medians run over the counted villages, in the order of the rows.
//! Never: fills where the rule leaves a gap; the worst and the best are known only after scaling.

use super::method::Missing;

/// The rows as a column sees them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    /// Which group each row belongs to, and how many there are.
    pub(super) group: &'a [u32],
    pub(super) groups: usize,
    pub(super) counted: &'a [bool],
}

/// Fills absent values (NaN) by the mean or median of the counted villages (of the group, and of all
/// where the group has none), or by the value of the round before; other rules fill nothing.
pub(super) fn impute(
    rule: Missing,
    values: &mut [f64],
    rows: &Rows,
    last_round: impl Fn(usize) -> Option<f64>,
) {
    if !values.iter().any(|value| value.is_nan()) {
        return;
    }
    let (by_group, median) = match rule {
        Missing::Mean => (false, false),
        Missing::Median => (false, true),
        Missing::GroupMean => (true, false),
        Missing::GroupMedian => (true, true),
        Missing::LastRound => {
            for (row, value) in values.iter_mut().enumerate() {
                if let (true, Some(last)) = (value.is_nan(), last_round(row)) {
                    *value = last;
                }
            }
            return;
        }
        Missing::Worst | Missing::Best | Missing::Drop => return,
    };
    let centre = |values: &[f64]| {
        if median {
            median_of(values)
        } else {
            mean_of(values)
        }
    };
    let is_counted = |row: usize| rows.counted[row] && !values[row].is_nan();
    let all: Vec<f64> = (0..values.len())
        .filter(|row| is_counted(*row))
        .map(|row| values[row])
        .collect();
    let overall = centre(&all);
    let centres: Vec<Option<f64>> = if by_group {
        let mut members: Vec<Vec<f64>> = vec![Vec::new(); rows.groups];
        for row in (0..values.len()).filter(|row| is_counted(*row)) {
            members[rows.group[row] as usize].push(values[row]);
        }
        members.iter().map(|it| centre(it).or(overall)).collect()
    } else {
        vec![overall; rows.groups]
    };
    for (row, value) in values.iter_mut().enumerate() {
        if let (true, Some(fill)) = (value.is_nan(), centres[rows.group[row] as usize]) {
            *value = fill;
        }
    }
}

pub(super) fn mean_of(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

pub(super) fn median_of(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length.is_multiple_of(2) => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
        _ => Some(sorted[middle]),
    }
}
