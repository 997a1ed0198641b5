//! Everything that a table gives, with everything that is wrong with it.
//!
//! Always: what can be read is there beside the faults, so that a method and its table are judged at once.
//! Never: to be decided about where there are faults; cells that could not be read are missing in it.

use super::{Columns, TOLD_MAX, read_each};
use crate::priority::document::Problem;
use crate::priority::method::Method;
use crate::priority::table::{Gathering, Table, UNITS_MAX};
use crate::priority::unit::Unit;

/// A table as far as it could be read.
#[derive(Debug)]
pub struct Given {
    /// In the order of the rows.
    pub units: Vec<Unit>,
    /// None where there is no row, or rows that make no table.
    pub table: Option<Table>,
    /// How many villages the table of the round before names too, where there is one.
    pub matched: Option<usize>,
    /// What it is refused for, up to [`TOLD_MAX`] and what gathering finds.
    pub problems: Vec<Problem>,
    /// What somebody should look at, though nothing is refused for it.
    pub remarks: Vec<Problem>,
}

/// Reads a table for `method` as [`super::read_table`] does, and keeps what can be read.
pub fn read_given(
    method: &Method,
    columns: &Columns,
    table: &[u8],
    last_round: Option<&[u8]>,
) -> Given {
    let mut gathering = Gathering::new(method);
    let mut units = Vec::new();
    let read = read_each(method, columns, table, last_round, |unit| {
        gathering.push(&unit);
        if units.len() <= UNITS_MAX {
            units.push(unit);
        }
    });
    let (gathered, more) = match gathering.finish() {
        Ok(table) => (Some(table), Vec::new()),
        Err(problems) => (None, read.placed(problems)),
    };
    let mut problems = read.problems;
    problems.extend(more.into_iter().take(TOLD_MAX));
    Given {
        table: gathered.filter(|_| problems.is_empty() || !units.is_empty()),
        matched: last_round.map(|_| read.met),
        problems,
        remarks: read.remarks,
        units,
    }
}
