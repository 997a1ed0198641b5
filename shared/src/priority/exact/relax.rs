//! What the solver is asked: prices of the rows, and a choice.
//!
//! Always: prices are zero or more, so that any of them give a valid bound; the solver's steps are
//! counted, never timed.
//! Never: judges an answer; `exact` checks it in whole numbers.

use microlp::{ComparisonOp, Error, OptimizationDirection, Problem, SolveOptions, Variable};

use super::{Model, PRICE_STEPS};

const NODES_MAX: u64 = 2_000;
/// Prices beyond this would be those of a contradiction.
const PRICE_MAX: f64 = 1e12;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Proposal {
    /// Columns, rising.
    Taken(Vec<u32>),
    /// There is no lawful choice among the columns given.
    Impossible,
    Unknown,
}

/// Prices of the rows in `PRICE_STEPS`, from the dual of the relaxation over the columns `within`; none
/// where the relaxation has no solution.
pub(super) fn prices(model: &Model, values: &[i64], within: &[u32]) -> Option<Vec<i64>> {
    let scale = scale(values);
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let mut of_column: Vec<Vec<(Variable, f64)>> = vec![Vec::new(); values.len()];
    let mut wanted = vec![false; values.len()];
    within.iter().for_each(|it| wanted[*it as usize] = true);
    let mut variables = Vec::with_capacity(model.rows.len());
    for row in &model.rows {
        let mut terms = row.terms.iter().filter(|(it, _)| wanted[*it as usize]);
        let Some(first) = terms.next() else {
            if row.at_most < 0 {
                return None;
            }
            variables.push(None);
            continue;
        };
        let price = problem.add_var(row.at_most as f64, (0.0, f64::INFINITY));
        for (column, factor) in std::iter::once(first).chain(terms) {
            of_column[*column as usize].push((price, *factor as f64));
        }
        variables.push(Some(price));
    }
    for column in within {
        let mut terms = std::mem::take(&mut of_column[*column as usize]);
        // What a column is worth beyond its price: the price of "at most once".
        terms.push((problem.add_var(1.0, (0.0, f64::INFINITY)), 1.0));
        let value = values[*column as usize] as f64 / scale;
        problem.add_constraint(&terms[..], ComparisonOp::Ge, value);
    }
    let solution = problem.solve().ok()?.into_solution().ok()?;
    let price = |variable: &Option<Variable>| {
        let price = variable.map_or(0.0, |it| solution.var_value(it));
        let stepped = price.max(0.0) * scale * PRICE_STEPS as f64;
        // Whole, and small enough for sums of many.
        (stepped <= PRICE_MAX * PRICE_STEPS as f64 / 4.0).then_some(stepped.round() as i64)
    };
    variables.iter().map(price).collect()
}

/// The best choice among the columns `within`, as far as floats and steps go.
pub(super) fn solve(model: &Model, values: &[i64], within: &[u32]) -> Proposal {
    let scale = scale(values);
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let mut variables = vec![None; values.len()];
    for column in within {
        let value = values[*column as usize] as f64 / scale;
        variables[*column as usize] = Some(problem.add_binary_var(value));
    }
    for row in &model.rows {
        let terms = row.terms.iter();
        let terms: Vec<(Variable, f64)> = terms
            .filter_map(|(column, factor)| Some((variables[*column as usize]?, *factor as f64)))
            .collect();
        if terms.is_empty() {
            if row.at_most < 0 {
                return Proposal::Impossible;
            }
            continue;
        }
        problem.add_constraint(&terms[..], ComparisonOp::Le, row.at_most as f64);
    }
    let mut options = SolveOptions::default();
    options.node_limit = Some(NODES_MAX);
    let solution = match problem.solve_with(options).map(|it| it.into_solution()) {
        Ok(Ok(solution)) => solution,
        Err(Error::Infeasible) => return Proposal::Impossible,
        Ok(Err(_)) | Err(_) => return Proposal::Unknown,
    };
    let taken = within.iter().copied().filter(|column| {
        variables[*column as usize].is_some_and(|it| 0.5 < solution.var_value(it))
    });
    Proposal::Taken(taken.collect())
}

fn scale(values: &[i64]) -> f64 {
    let most = values.iter().map(|it| it.unsigned_abs()).max();
    most.unwrap_or_default().max(1) as f64
}
