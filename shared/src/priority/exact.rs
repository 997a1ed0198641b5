//! Taking some of many columns under linear rows, for the highest sum: integer programming.
//!
//! Always: values, rules and bounds are checked in whole numbers here; floats only propose. Where the
//! search ends within its steps, the answer is the first of the best in the order of the columns, whatever
//! machine or solver proposed.
//! Never: takes a solver's word for a sum, a bound, or that a rule holds.

mod relax;
mod search;

use relax::Proposal;
use search::Search;

/// The best so many of each pool are tried first; as long as the bound asks for more, more are.
const POOL_FIRST: usize = 8;
/// Models with fewer columns are tried whole.
const WHOLE_MAX: usize = 256;
const ROUNDS_MAX: usize = 24;
/// Steps of one search, where nothing else is said.
pub(super) const STEPS_MAX: u64 = 3_000_000;
/// Prices of rows are whole multiples of one over this.
const PRICE_STEPS: i64 = 1 << 20;

/// At most `at_most` over the taken columns; "at least" is written with negative factors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Column and factor; a column stands once.
    pub(super) terms: Vec<(u32, i64)>,
    pub(super) at_most: i64,
}

impl Row {
    pub(super) fn at_most(columns: impl IntoIterator<Item = u32>, at_most: i64) -> Row {
        Row {
            terms: columns.into_iter().map(|column| (column, 1)).collect(),
            at_most,
        }
    }

    pub(super) fn at_least(columns: impl IntoIterator<Item = u32>, at_least: i64) -> Row {
        Row {
            terms: columns.into_iter().map(|column| (column, -1)).collect(),
            at_most: -at_least,
        }
    }
}

/// What may be taken together. Columns stand best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Model {
    /// Of each column, in which pool it competes.
    pub(super) pools: Vec<u32>,
    pub(super) rows: Vec<Row>,
    /// How long one search may take.
    pub(super) steps_max: u64,
}

/// An answer and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Best {
    /// Columns, rising.
    pub(super) taken: Vec<u32>,
    pub(super) value: i64,
    /// No lawful choice has a higher value. Equal to `value` where the answer is proved.
    pub(super) bound: i64,
    /// Whether it is the first among all of this value.
    pub(super) first: bool,
    /// Columns that had to be looked at; the others are ruled out by their prices.
    pub(super) considered: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The rows contradict each other.
    Impossible,
    /// No lawful choice was found within the steps.
    Unsolved,
}

/// Whether only the sum matters, or also which of equal choices it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Value,
    First,
}

impl Model {
    /// The lawful choice with the highest sum of `values`, one per column.
    pub(super) fn best(&self, values: &[i64], wanted: Wanted) -> Result<Best, Failure> {
        assert_eq!(values.len(), self.pools.len(), "one value per column");
        let priced = self.price(values)?;
        let (proposed, priced) = self.propose(values, priced);
        let mut best = match proposed {
            Proposal::Taken(taken) => Best {
                value: sum(values, &taken),
                bound: priced.bound(),
                first: false,
                considered: priced.within.len(),
                taken,
            },
            Proposal::Impossible | Proposal::Unknown => Best {
                value: i64::MIN,
                bound: priced.bound(),
                first: false,
                considered: priced.within.len(),
                taken: Vec::new(),
            },
        };
        let known = best.value != i64::MIN;
        if known && best.value == best.bound && wanted == Wanted::Value {
            return Ok(best);
        }
        // Without a proposal every choice counts, also one that is far below the bound.
        let target = if known {
            best.value
        } else {
            self.least(values)
        };
        let mut search = Search::new(self, values, &priced, target);
        let whole = search.run();
        best.considered = best.considered.max(search.looked_at());
        match search.found() {
            Some((taken, value)) => {
                best = Best {
                    taken,
                    value,
                    bound: if whole { value } else { best.bound },
                    first: whole,
                    ..best
                };
            }
            None if whole && !known => return Err(Failure::Impossible),
            None if !known => return Err(Failure::Unsolved),
            None => {}
        }
        Ok(best)
    }

    /// Whether all rows hold.
    pub(super) fn holds(&self, taken: &[u32]) -> bool {
        let mut chosen = vec![false; self.pools.len()];
        taken.iter().for_each(|it| chosen[*it as usize] = true);
        self.rows.iter().all(|row| {
            let terms = row.terms.iter();
            let sum: i64 = terms
                .filter(|(column, _)| chosen[*column as usize])
                .map(|(_, factor)| factor)
                .sum();
            sum <= row.at_most
        })
    }

    fn least(&self, values: &[i64]) -> i64 {
        values.iter().map(|it| it.min(&0)).sum()
    }

    /// Finds prices for which no column outside the considered ones is worth more than it costs.
    fn price(&self, values: &[i64]) -> Result<Priced, Failure> {
        let columns = self.pools.len();
        let mut each = if columns <= WHOLE_MAX {
            columns
        } else {
            POOL_FIRST
        };
        let mut within = self.first_of_pools(each);
        for _ in 0..ROUNDS_MAX {
            let listed = listed(&within);
            let Some(prices) = relax::prices(self, values, &listed) else {
                if listed.len() == columns {
                    return Err(Failure::Impossible);
                }
                each *= 2;
                let more = self.first_of_pools(each);
                within
                    .iter_mut()
                    .zip(more)
                    .for_each(|(it, more)| *it |= more);
                continue;
            };
            let priced = Priced::new(self, values, prices, listed);
            let wanted = priced.worth(|worth| 0 < worth);
            let mut grown = false;
            for column in wanted {
                grown |= !std::mem::replace(&mut within[column as usize], true);
            }
            if !grown {
                return Ok(priced);
            }
        }
        // Any prices give a bound; these are only not the tightest.
        let prices = relax::prices(self, values, &listed(&within));
        let prices = prices.unwrap_or_else(|| vec![0; self.rows.len()]);
        Ok(Priced::new(self, values, prices, listed(&within)))
    }

    /// Asks the solver, with more columns as long as one outside could close the gap.
    fn propose(&self, values: &[i64], mut priced: Priced) -> (Proposal, Priced) {
        loop {
            let proposal = match relax::solve(self, values, &priced.within) {
                Proposal::Taken(taken) if self.holds(&taken) => Proposal::Taken(taken),
                Proposal::Impossible => Proposal::Impossible,
                Proposal::Taken(_) | Proposal::Unknown => Proposal::Unknown,
            };
            let gap = match &proposal {
                Proposal::Taken(taken) => priced.bound() - sum(values, taken),
                // What is impossible with some may be possible with more.
                Proposal::Impossible => i64::MAX,
                Proposal::Unknown => return (proposal, priced),
            };
            if gap == 0 {
                return (proposal, priced);
            }
            let before = priced.within.len();
            let least = -i128::from(gap) * i128::from(PRICE_STEPS);
            let mut within = vec![false; self.pools.len()];
            let kept = priced.within.iter().copied();
            for column in kept.chain(priced.worth(|worth| least <= worth)) {
                within[column as usize] = true;
            }
            priced.within = listed(&within);
            if priced.within.len() == before {
                return (proposal, priced);
            }
        }
    }

    /// The first `each` of every pool, and of every row that asks for at least some.
    fn first_of_pools(&self, each: usize) -> Vec<bool> {
        let pools = self.pools.iter().max().map_or(0, |most| *most as usize + 1);
        let mut met = vec![0; pools];
        let mut within: Vec<bool> = self
            .pools
            .iter()
            .map(|pool| {
                met[*pool as usize] += 1;
                met[*pool as usize] <= each
            })
            .collect();
        for row in self.rows.iter().filter(|row| row.at_most < 0) {
            let wanted = row.terms.iter().filter(|(_, factor)| *factor < 0);
            for (column, _) in wanted.take(each + row.at_most.unsigned_abs() as usize) {
                within[*column as usize] = true;
            }
        }
        within
    }
}

/// Prices of the rows, and what follows from them for every column (weak duality).
#[derive(Debug, Clone)]
struct Priced {
    /// Of each row, in `PRICE_STEPS`; never below zero.
    prices: Vec<i64>,
    /// Of each column: its value less what it costs.
    worth: Vec<i128>,
    /// The bound before it is cut to a whole value.
    total: i128,
    /// Columns that the solver sees.
    within: Vec<u32>,
}

impl Priced {
    fn new(model: &Model, values: &[i64], prices: Vec<i64>, within: Vec<u32>) -> Priced {
        let step = i128::from(PRICE_STEPS);
        let mut worth: Vec<i128> = values.iter().map(|it| i128::from(*it) * step).collect();
        let mut total = 0;
        for (row, price) in model.rows.iter().zip(&prices) {
            assert!(0 <= *price, "a negative price bounds nothing");
            if *price == 0 {
                continue;
            }
            total += i128::from(row.at_most) * i128::from(*price);
            for (column, factor) in &row.terms {
                worth[*column as usize] -= i128::from(*factor) * i128::from(*price);
            }
        }
        total += worth.iter().map(|it| it.max(&0)).sum::<i128>();
        Priced {
            prices,
            worth,
            total,
            within,
        }
    }

    /// No lawful choice has a higher sum.
    fn bound(&self) -> i64 {
        let whole = self.total.div_euclid(i128::from(PRICE_STEPS));
        i64::try_from(whole).unwrap_or(i64::MAX)
    }

    fn worth(&self, wanted: impl Fn(i128) -> bool) -> Vec<u32> {
        let each = self.worth.iter().enumerate();
        each.filter(|(_, worth)| wanted(**worth))
            .map(|(column, _)| column as u32)
            .collect()
    }
}

fn listed(within: &[bool]) -> Vec<u32> {
    let each = within.iter().enumerate();
    each.filter(|(_, within)| **within)
        .map(|(column, _)| column as u32)
        .collect()
}

fn sum(values: &[i64], taken: &[u32]) -> i64 {
    taken.iter().map(|column| values[*column as usize]).sum()
}

#[cfg(test)]
mod tests;
