//! Every choice that the bound leaves open, in the order of the columns.
//!
//! Always: a column is first taken and then left, so that the first answer of a value is the one that
//! holds the better column where two of them differ; steps are counted.
//! Never: looks at a choice that cannot reach what is held already.

use super::{Model, PRICE_STEPS, Priced, sum};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    New,
    Taken,
    Left,
}

pub(super) struct Search<'a> {
    model: &'a Model,
    values: &'a [i64],
    priced: &'a Priced,
    /// Columns that may go either way.
    free: Vec<u32>,
    /// Row and factor of each column.
    of_column: Vec<Vec<(u32, i64)>>,
    /// What the rows come to at least and at most, whatever becomes of the open columns.
    lowest: Vec<i64>,
    highest: Vec<i64>,
    /// What the choices so far take off the bound.
    lost: i128,
    /// What may be lost before the target is out of reach.
    spare: i128,
    taken: Vec<bool>,
    found: Option<(Vec<u32>, i64)>,
    steps: u64,
}

impl<'a> Search<'a> {
    /// Looks for choices of at least `target`.
    pub(super) fn new(
        model: &'a Model,
        values: &'a [i64],
        priced: &'a Priced,
        target: i64,
    ) -> Search<'a> {
        let mut of_column = vec![Vec::new(); values.len()];
        let (mut lowest, mut highest) = (Vec::new(), Vec::new());
        for (index, row) in model.rows.iter().enumerate() {
            for (column, factor) in &row.terms {
                of_column[*column as usize].push((index as u32, *factor));
            }
            let each = row.terms.iter().map(|(_, factor)| *factor);
            lowest.push(each.clone().map(|it| it.min(0)).sum());
            highest.push(each.map(|it| it.max(0)).sum());
        }
        let mut search = Search {
            model,
            values,
            priced,
            free: Vec::new(),
            of_column,
            lowest,
            highest,
            lost: 0,
            spare: priced.total - i128::from(target) * i128::from(PRICE_STEPS),
            taken: vec![false; values.len()],
            found: None,
            steps: 0,
        };
        search.lost = (0..model.rows.len()).map(|row| search.unfilled(row)).sum();
        search
    }

    /// Columns that could go either way.
    pub(super) fn looked_at(&self) -> usize {
        self.free.len()
    }

    pub(super) fn found(self) -> Option<(Vec<u32>, i64)> {
        self.found
    }

    /// Looks until nothing is left; `false` where the steps ran out.
    pub(super) fn run(&mut self) -> bool {
        let lawful = |row: usize| self.lowest[row] <= self.model.rows[row].at_most;
        if self.spare < self.lost || !(0..self.model.rows.len()).all(lawful) {
            return true;
        }
        if !self.settle() {
            return true;
        }
        let mut choices = vec![Choice::New; self.free.len()];
        let mut at = 0;
        loop {
            if at == choices.len() {
                self.note();
                if at == 0 {
                    return true;
                }
                at -= 1;
                self.leave(self.free[at], choices[at]);
                continue;
            }
            let column = self.free[at];
            choices[at] = match choices[at] {
                Choice::New => Choice::Taken,
                Choice::Taken => Choice::Left,
                Choice::Left => {
                    choices[at] = Choice::New;
                    if at == 0 {
                        return true;
                    }
                    at -= 1;
                    self.leave(self.free[at], choices[at]);
                    continue;
                }
            };
            self.steps += 1;
            if self.model.steps_max < self.steps {
                return false;
            }
            if self.enter(column, choices[at]) {
                at += 1;
            } else {
                self.leave(column, choices[at]);
            }
        }
    }

    /// Fixes what alone would lose too much to go the other way; `false` where that is against a rule.
    fn settle(&mut self) -> bool {
        for column in 0..self.values.len() as u32 {
            let worth = self.priced.worth[column as usize];
            let choice = match worth {
                worth if self.spare < worth => Choice::Taken,
                worth if self.spare < -worth => Choice::Left,
                _ => {
                    self.free.push(column);
                    continue;
                }
            };
            if !self.enter(column, choice) {
                return false;
            }
        }
        true
    }

    /// Decides on a column; tells whether the rules hold and the target is within reach.
    fn enter(&mut self, column: u32, choice: Choice) -> bool {
        self.lost += self.loss(column, choice);
        self.taken[column as usize] = choice == Choice::Taken;
        let mut lawful = true;
        for index in 0..self.of_column[column as usize].len() {
            let (row, factor) = self.of_column[column as usize][index];
            let row = row as usize;
            self.lost -= self.unfilled(row);
            let (low, high) = moved(factor, choice);
            self.lowest[row] += low;
            self.highest[row] -= high;
            self.lost += self.unfilled(row);
            lawful &= self.lowest[row] <= self.model.rows[row].at_most;
        }
        lawful && self.lost <= self.spare
    }

    fn leave(&mut self, column: u32, choice: Choice) {
        self.lost -= self.loss(column, choice);
        self.taken[column as usize] = false;
        for index in 0..self.of_column[column as usize].len() {
            let (row, factor) = self.of_column[column as usize][index];
            let row = row as usize;
            self.lost -= self.unfilled(row);
            let (low, high) = moved(factor, choice);
            self.lowest[row] -= low;
            self.highest[row] += high;
            self.lost += self.unfilled(row);
        }
    }

    /// The bound counts every column at its best: what is lost by going the other way.
    fn loss(&self, column: u32, choice: Choice) -> i128 {
        let worth = self.priced.worth[column as usize];
        match choice {
            Choice::Taken => (-worth).max(0),
            Choice::Left => worth.max(0),
            Choice::New => 0,
        }
    }

    /// The bound counts every priced row as full: what is lost where it cannot be any more.
    fn unfilled(&self, row: usize) -> i128 {
        let short = (self.model.rows[row].at_most - self.highest[row]).max(0);
        i128::from(short) * i128::from(self.priced.prices[row])
    }

    fn note(&mut self) {
        let each = self.taken.iter().enumerate();
        let taken: Vec<u32> = each
            .filter(|(_, taken)| **taken)
            .map(|(column, _)| column as u32)
            .collect();
        assert!(self.model.holds(&taken), "every row was kept on the way");
        let value = sum(self.values, &taken);
        if self.found.as_ref().is_none_or(|(_, held)| *held < value) {
            // From here on only what is better counts.
            let step = i128::from(PRICE_STEPS);
            self.spare = self.priced.total - (i128::from(value) + 1) * step;
            self.found = Some((taken, value));
        }
    }
}

/// How a decision raises the least of a row, and how it lowers the most.
fn moved(factor: i64, choice: Choice) -> (i64, i64) {
    match choice {
        Choice::Taken => (factor.max(0), (-factor).max(0)),
        Choice::Left => ((-factor).max(0), factor.max(0)),
        Choice::New => (0, 0),
    }
}
