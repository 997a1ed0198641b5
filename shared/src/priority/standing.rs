//! Whether a village takes part, before anything is scored.
//!
//! Always: a village that does not take part is kept, with the reason.
//! Never: guesses a condition whose answer is not known.

use super::method::{Method, Normalise};
use super::rank::Status;
use super::table::{Row, Table};
use super::unit::{Observed, Unit};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub(super) status: Status,
    /// Rules that failed, or whose answer is not known.
    pub(super) failed_rules: Vec<String>,
}

pub(super) fn standing(method: &Method, unit: &Unit) -> Standing {
    let rules = method.programme.iter().flat_map(|it| &it.eligibility);
    let (mut failed, mut unknown) = (Vec::new(), Vec::new());
    for (rule, observation) in rules.zip(&unit.eligibility) {
        match holds_true(&observation.value) {
            Some(true) => {}
            Some(false) => failed.push(rule.id.clone()),
            None => unknown.push(rule.id.clone()),
        }
    }
    let (status, failed_rules) = if unit.is_unvisited() {
        (Status::Unvisited, Vec::new())
    } else if !unit.holds.is_empty() {
        (Status::Held, failed)
    } else if !failed.is_empty() {
        (Status::NotEligible, failed)
    } else if !unknown.is_empty() {
        (Status::EligibilityUnknown, unknown)
    } else {
        (Status::Ranked, Vec::new())
    };
    Standing {
        status,
        failed_rules,
    }
}

fn holds_true(value: &Observed) -> Option<bool> {
    match value {
        // What a record keeps of it: no number, so that the answer is not known.
        Observed::Number(number) if !number.is_finite() => None,
        Observed::Number(number) => Some(*number != 0.0),
        Observed::Text(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        Observed::Irrelevant => Some(false),
        Observed::Missing | Observed::Unknown | Observed::Refused => None,
    }
}

/// Settles who takes part, now that it is known how much each village has.
pub(super) fn screen(method: &Method, table: &mut Table) {
    const NOISE: f64 = 1e-9;
    if let Some(screening) = &method.screening {
        for row in 0..table.rows.len() {
            let Row {
                region, standing, ..
            } = &table.rows[row];
            let out = screening.exclude.contains(region) || {
                // What nobody asked for is not too little.
                let is_unvisited = standing.status == Status::Unvisited;
                let (available, zeros) = shares(method, table, row);
                let thin = available + NOISE < screening.min_available
                    || screening.max_zeros + NOISE < zeros;
                thin && !is_unvisited && !screening.include.contains(region)
            };
            let standing = &mut table.rows[row].standing;
            if out && matches!(standing.status, Status::Ranked | Status::Unvisited) {
                standing.status = Status::Screened;
            }
        }
    }
    let statuses = table.rows.iter().map(|row| row.standing.status);
    table.counted = statuses.map(|status| status == Status::Ranked).collect();
}

/// The share of the scorable indicators with a value of the village's own, and the share of zeros
/// among those; both 0 where nothing is scorable.
pub(super) fn shares(method: &Method, table: &Table, row: usize) -> (f64, f64) {
    let (mut scorable, mut available, mut zeros) = (0_u32, 0_u32, 0_u32);
    for (index, indicator) in method.indicators.iter().enumerate() {
        if !indicator.is_scorable() {
            continue;
        }
        scorable += 1;
        let column = &table.columns[index];
        let named = column.named.get(row).is_some_and(Option::is_some);
        let divided = match &table.denominators[index] {
            Some(denominator) => {
                let value = denominator.values[row];
                !value.is_nan() && value != 0.0
            }
            None => true,
        };
        if named || (!column.values[row].is_nan() && divided) {
            available += 1;
            let ladder = matches!(indicator.normalise, Normalise::Ladder { .. });
            zeros += u32::from(column.values[row] == 0.0 && !ladder);
        }
    }
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
    (share(available, scorable), share(zeros, available))
}
