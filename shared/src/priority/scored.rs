//! All villages of a table under one method, still in columns.
//!
//! Always: every step from the raw value to the rank can be read from it; rows stand by code.
//! Never: holds a text per value; `rank` makes those for whoever looks at one village.

use super::document::Problem;
use super::evaluate::{Patch, Program, Sheet, score};
use super::impute::Rows;
use super::method::Method;
use super::normalise::{Between, Points, Span, normalise, normalise_in_steps};
use super::order::{Arranged, Arranging, Ranks, number};
use super::plan::Plan;
use super::rank::Status;
use super::strangers::{Overseen, Strangers, strangers};
use super::table::Table;
use super::weigh::{WeightNote, weigh};

/// A table that was scored.
#[derive(Debug)]
pub struct Scored<'a> {
    pub(super) method: &'a Method,
    pub(super) table: &'a Table,
    pub(super) plan: Plan,
    /// One per indicator.
    pub(super) points: Vec<Points>,
    /// One per dimension: its value, and what it is at its worst and at its best.
    pub(super) nodes: Vec<Vec<f64>>,
    pub(super) lower: Vec<Vec<f64>>,
    pub(super) upper: Vec<Vec<f64>>,
    /// NaN where there is none.
    pub(super) scores: Vec<f64>,
    pub(super) statuses: Vec<Status>,
    pub(super) arranged: Arranged,
    pub(super) ranks: Ranks,
    pub(super) weights: Vec<WeightNote>,
}

impl<'a> Scored<'a> {
    /// Scores a table that was gathered for this method. `seed` feeds the lottery of ties.
    pub fn new(method: &'a Method, table: &'a Table, seed: &str) -> Scored<'a> {
        let mut points = points(method, table);
        let mut plan = Plan::new(method);
        // The sheet has the values while it lives: a nation's are too many to hold twice.
        let columns = points.iter_mut().map(|it| std::mem::take(&mut it.values));
        let columns = columns.collect();
        let met = competing(table, &points);
        let sheet = Sheet::new(columns, table.group.clone()).meeting(met);
        let weights = weigh(method, &mut plan, &sheet, &table.counted);
        let sheet = sheet.with_logs(&plan);
        let mut nodes = Program::new(&plan, &sheet, &plan.weights).every_node();
        let bound = |of: fn(&Span) -> f64| {
            let patches = points.iter().map(|it| patches(&it.spans, of)).collect();
            let means = plan.nodes.iter().map(|it| it.aggregation).collect();
            Program::varied(&plan, &sheet, &plan.weights, means, patches)
        };
        let (least, most) = (bound(|span| span.lowest), bound(|span| span.highest));
        let (mut lower, mut upper) = Program::bounds(&least, &most);
        for (points, values) in points.iter_mut().zip(sheet.into_columns()) {
            points.values = values;
        }
        // Rules for gaps are for gaps: they say nothing about a village of which all is missing.
        for row in unvisited(table) {
            let all = [&mut nodes, &mut lower, &mut upper];
            all.into_iter().flatten().for_each(|it| it[row] = f64::NAN);
            points.iter_mut().for_each(|it| it.values[row] = f64::NAN);
        }
        let observed = |row: usize| points.iter().any(|it| it.observed[row]);
        let scores: Vec<f64> = nodes[plan.root]
            .iter()
            .enumerate()
            .map(|(row, value)| score(*value).filter(|_| observed(row)).unwrap_or(f64::NAN))
            .collect();
        let statuses: Vec<Status> = table
            .rows
            .iter()
            .zip(&scores)
            .map(|(row, score)| match row.standing.status {
                Status::Ranked if score.is_nan() => Status::NotScored,
                status => status,
            })
            .collect();
        let arranging = Arranging {
            method,
            table,
            statuses: &statuses,
            scores: &scores,
            seed,
        };
        let arranged = arranging.arrange();
        let ranks = number(&arranging, &arranged.order);
        Scored {
            method,
            table,
            plan,
            points,
            nodes,
            lower,
            upper,
            scores,
            statuses,
            arranged,
            ranks,
            weights,
        }
    }

    pub fn method(&self) -> &Method {
        self.method
    }

    /// Codes that the method names and no village of the table has: whoever wrote them meant somebody.
    pub fn strangers(&self) -> Vec<Problem> {
        self.strangers_of(Overseen::of(&[])).problems
    }

    /// The same for who oversees a part of the country.
    pub fn strangers_of(&self, overseen: Overseen) -> Strangers {
        strangers(self.method, self.table, overseen)
    }

    /// The weights of every dimension, and how they came about.
    pub fn weights(&self) -> &[WeightNote] {
        &self.weights
    }

    /// The columns between raw and normalised, for one indicator.
    pub(super) fn between(&self, indicator: usize) -> Between {
        let rows = rows_of(self.table);
        let column = &self.table.columns[indicator];
        let denominator = self.table.denominators[indicator].as_ref();
        let head = &self.method.indicators[indicator];
        let mut between = normalise_in_steps(self.method, head, column, denominator, &rows).1;
        for row in unvisited(self.table) {
            between.imputed[row] = f64::NAN;
            between.treated[row] = f64::NAN;
        }
        between
    }
}

/// Rows that are ranked: those that take part, and of which anything was observed.
pub(super) fn competing(table: &Table, points: &[Points]) -> Vec<bool> {
    let observed = |row: usize| points.iter().any(|it| it.observed[row]);
    let counted = table.counted.iter().enumerate();
    counted.map(|(row, it)| *it && observed(row)).collect()
}

/// Rows of villages without approved answers.
fn unvisited(table: &Table) -> impl Iterator<Item = usize> {
    let rows = table.rows.iter().enumerate();
    let mine = rows.filter(|(_, it)| it.standing.status == Status::Unvisited);
    mine.map(|(row, _)| row)
}

pub(super) fn rows_of(table: &Table) -> Rows<'_> {
    Rows {
        group: &table.group,
        groups: table.areas.len(),
        counted: &table.counted,
    }
}

/// Every indicator on the method's scale.
pub(super) fn points(method: &Method, table: &Table) -> Vec<Points> {
    let rows = rows_of(table);
    let columns = table.columns.iter().zip(&table.denominators);
    let each = method.indicators.iter().zip(columns);
    each.map(|(indicator, (raw, denominator))| {
        normalise(method, indicator, raw, denominator.as_ref(), &rows)
    })
    .collect()
}

fn patches(spans: &[Span], of: fn(&Span) -> f64) -> Vec<Patch> {
    let patch = |span: &Span| Patch {
        row: span.row,
        value: of(span),
    };
    spans.iter().map(patch).collect()
}
