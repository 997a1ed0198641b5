//! From values on the scale to the value of every dimension, block by block.
//!
//! Always: children are summed in document order, whatever the block; a child without a value leaves
//! with its weight; a village's value does not depend on which other villages have gaps.
//! Never: gives a score that is not a number. NaN says "no value", infinity "has no meaning".

use std::collections::BTreeMap;

use super::exp::{exp, exp_all};
use super::method::Aggregation;
use super::plan::{Child, Node, Plan};

/// So many rows of fifty columns fit into the nearest cache.
const BLOCK: usize = 64;
/// So many columns are added in one pass: as many as a processor has registers for.
const ABREAST: usize = 6;

/// Weight that is only rounding apart from the threshold counts as reaching it.
const NOISE: f64 = 1e-9;

/// A geometric or harmonic mean met a negative value, or a sum overflowed.
pub(super) const NO_MEANING: f64 = f64::INFINITY;

/// The value as a score, if it is one.
pub(super) fn score(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// Values on the scale, one column per indicator, all of one length.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    pub(super) rows: usize,
    columns: Vec<Column>,
    /// Which rows duel with each other; empty where nobody does.
    pub(super) group: Vec<u32>,
    /// Rows that are met in duels; empty for all.
    met: Vec<bool>,
}

#[derive(Debug, Clone, PartialEq)]
struct Column {
    values: Vec<f64>,
    /// Natural logarithms; empty until a geometric mean asks.
    logs: Vec<f64>,
    sign: Sign,
}

/// What is certain of all values of a column or node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// Gaps, or values without a meaning.
    Gaps,
    Negative,
    NotNegative,
    Positive,
}

impl Sign {
    fn of(values: impl Iterator<Item = f64>) -> Sign {
        values.fold(Sign::Positive, |sign, value| {
            sign.min(if !value.is_finite() {
                Sign::Gaps
            } else if value < 0.0 {
                Sign::Negative
            } else if value == 0.0 {
                Sign::NotNegative
            } else {
                Sign::Positive
            })
        })
    }
}

impl Sheet {
    pub(super) fn new(columns: Vec<Vec<f64>>, group: Vec<u32>) -> Sheet {
        let rows = columns.first().map_or(0, Vec::len);
        let columns = columns.into_iter().map(|values| {
            assert_eq!(values.len(), rows, "columns have one length");
            Column {
                sign: Sign::of(values.iter().copied()),
                logs: Vec::new(),
                values,
            }
        });
        Sheet {
            rows,
            columns: columns.collect(),
            group,
            met: Vec::new(),
        }
    }

    /// The same with duels against these rows alone: who takes no part in a comparison must not decide it, and so is
    /// measured against those who do, but meets nobody.
    pub(super) fn meeting(mut self, met: Vec<bool>) -> Sheet {
        self.met = met;
        self
    }

    /// One village.
    pub(super) fn of_row(values: &[f64]) -> Sheet {
        Sheet::new(values.iter().map(|it| vec![*it]).collect(), vec![0])
    }

    /// The columns again, without their logarithms.
    pub(super) fn into_columns(self) -> Vec<Vec<f64>> {
        self.columns.into_iter().map(|it| it.values).collect()
    }

    pub(super) fn value(&self, column: usize, row: usize) -> f64 {
        self.columns[column].values[row]
    }

    /// Takes the logarithms that a plan's geometric means will ask for.
    pub(super) fn with_logs(mut self, plan: &Plan) -> Sheet {
        for index in &plan.order {
            let node = &plan.nodes[*index];
            if node.aggregation != Aggregation::Geometric {
                continue;
            }
            for child in &node.children {
                if let Child::Indicator(index) = child {
                    let column = &mut self.columns[*index];
                    if column.logs.is_empty() && Sign::NotNegative <= column.sign {
                        column.logs = column.values.iter().map(|it| libm::log(*it)).collect();
                    }
                }
            }
        }
        self
    }
}

/// A value that stands in for that of the sheet, such as one drawn for a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Patch {
    pub(super) row: u32,
    pub(super) value: f64,
}

/// A plan with certain weights over a certain sheet.
#[derive(Debug)]
pub(super) struct Program<'a> {
    plan: &'a Plan,
    sheet: &'a Sheet,
    weights: Vec<f64>,
    /// Of each node: the sum of its children's weights.
    sums: Vec<f64>,
    aggregations: Vec<Aggregation>,
    /// Nodes whose children certainly all have usable values.
    dense: Vec<bool>,
    /// Whether the parent asks for the logarithm.
    wants_log: Vec<bool>,
    /// Whether anybody asks for the value itself.
    wants_value: Vec<bool>,
    /// Per indicator, sorted by row; empty where nothing stands in.
    patches: Vec<Vec<Patch>>,
}

impl<'a> Program<'a> {
    pub(super) fn new(plan: &'a Plan, sheet: &'a Sheet, weights: &[f64]) -> Program<'a> {
        let aggregations = plan.nodes.iter().map(|it| it.aggregation).collect();
        Program::varied(plan, sheet, weights, aggregations, Vec::new())
    }

    /// With other means, and values that stand in for those of the sheet: one list per indicator.
    pub(super) fn varied(
        plan: &'a Plan,
        sheet: &'a Sheet,
        weights: &[f64],
        aggregations: Vec<Aggregation>,
        patches: Vec<Vec<Patch>>,
    ) -> Program<'a> {
        let sums = plan.nodes.iter().map(|it| it.weights(weights).iter().sum());
        let mut program = Program {
            plan,
            sheet,
            weights: weights.to_vec(),
            sums: sums.collect(),
            dense: vec![false; plan.nodes.len()],
            wants_log: vec![false; plan.nodes.len()],
            wants_value: vec![true; plan.nodes.len()],
            aggregations,
            patches,
        };
        program.look_ahead();
        program
    }

    fn look_ahead(&mut self) {
        let mut signs = vec![Sign::Gaps; self.plan.nodes.len()];
        for &index in &self.plan.order {
            let node = &self.plan.nodes[index];
            let mut least = Sign::Positive;
            let mut empty = true;
            for (child, weight) in node.children.iter().zip(node.weights(&self.weights)) {
                if *weight <= 0.0 {
                    continue;
                }
                empty = false;
                least = least.min(match child {
                    Child::Dimension(index) => signs[*index],
                    Child::Indicator(index) => self.sign_of_column(*index),
                });
            }
            let dense = match self.aggregations[index] {
                _ if empty => false,
                Aggregation::Arithmetic => Sign::Negative <= least,
                Aggregation::Geometric => Sign::NotNegative <= least,
                Aggregation::Harmonic => least == Sign::Positive,
                Aggregation::Generalised { .. } | Aggregation::Copeland => false,
            };
            self.dense[index] = dense;
            signs[index] = if dense { least } else { Sign::Gaps };
            if self.aggregations[index] == Aggregation::Geometric {
                for child in &node.children {
                    if let Child::Dimension(index) = child {
                        self.wants_log[*index] = true;
                    }
                }
            }
        }
    }

    /// Leaves out values that only serve as logarithms in their parent.
    fn only_the_score(mut self) -> Self {
        for &index in &self.plan.order {
            let skips = self.aggregations[index] == Aggregation::Geometric && self.dense[index];
            for child in self.plan.nodes[index].children.iter().filter(|_| skips) {
                if let Child::Dimension(child) = child {
                    self.wants_value[*child] = self.aggregations[*child] != Aggregation::Geometric;
                }
            }
        }
        self
    }

    fn sign_of_column(&self, indicator: usize) -> Sign {
        let own = self.sheet.columns[indicator].sign;
        match self.patches.get(indicator) {
            Some(patches) => own.min(Sign::of(patches.iter().map(|it| it.value))),
            None => own,
        }
    }

    fn is_patched(&self, indicator: usize) -> bool {
        self.patches.get(indicator).is_some_and(|it| !it.is_empty())
    }

    /// The value of every dimension for every row, in document order.
    pub(super) fn every_node(&self) -> Vec<Vec<f64>> {
        let mut nodes = vec![vec![f64::NAN; self.sheet.rows]; self.plan.nodes.len()];
        let mut scratch = Scratch::new(self.plan);
        for start in (0..self.sheet.rows).step_by(BLOCK) {
            let block = self.block(start);
            self.run(block, &mut scratch);
            for (node, values) in nodes.iter_mut().zip(&scratch.values) {
                node[block.start..block.end()].copy_from_slice(&values[..block.length]);
            }
        }
        if self.aggregations[self.plan.root] == Aggregation::Copeland {
            nodes[self.plan.root] = self.duels(&nodes, &Rivals::AsTheyAre);
        }
        nodes
    }

    /// The values of every dimension at their least and at their most, by two programs of one plan. A duel is at its
    /// worst where the other one is at its best.
    pub(super) fn bounds(least: &Program, most: &Program) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
        let (mut lower, mut upper) = (least.every_node(), most.every_node());
        let root = least.plan.root;
        if least.aggregations[root] == Aggregation::Copeland {
            let worst = least.duels(&lower, &Rivals::Under(most, &upper));
            upper[root] = most.duels(&upper, &Rivals::Under(least, &lower));
            lower[root] = worst;
        }
        (lower, upper)
    }

    /// The scores of every row under several programs: one list for each, in `totals`. All programs take
    /// a block of rows before the next block is fetched, so that it is read from far away only once.
    pub(super) fn totals(programs: Vec<Program>, scratch: &mut Scratch, totals: &mut [Vec<f64>]) {
        let mut summed = Vec::with_capacity(programs.len());
        for (program, totals) in programs.into_iter().zip(totals) {
            if program.aggregations[program.plan.root] == Aggregation::Copeland {
                *totals = program.every_node().swap_remove(program.plan.root);
                continue;
            }
            totals.clear();
            summed.push((program.only_the_score(), totals));
        }
        let rows = summed.iter().map(|(program, _)| program.sheet.rows).max();
        for start in (0..rows.unwrap_or_default()).step_by(BLOCK) {
            for (program, totals) in &mut summed {
                let block = program.block(start);
                program.run(block, scratch);
                totals.extend_from_slice(&scratch.values[program.plan.root][..block.length]);
            }
        }
    }

    fn block(&self, start: usize) -> Block {
        Block {
            start,
            length: BLOCK.min(self.sheet.rows - start),
        }
    }

    fn run(&self, block: Block, scratch: &mut Scratch) {
        self.patch(block, scratch);
        for &index in &self.plan.order {
            let node = &self.plan.nodes[index];
            let mut out = std::mem::take(&mut scratch.values[index]);
            let mut logs = std::mem::take(&mut scratch.logs[index]);
            match (self.aggregations[index], self.dense[index]) {
                (Aggregation::Copeland, _) => out[..block.length].fill(f64::NAN),
                (Aggregation::Arithmetic, true) => {
                    let out = &mut out[..block.length];
                    self.add_up(node, block, scratch, Kind::Values, out);
                    out.iter_mut().for_each(|it| *it /= self.sums[index]);
                }
                (Aggregation::Geometric, true) => {
                    let logs = &mut logs[..block.length];
                    self.add_up(node, block, scratch, Kind::Logs, logs);
                    logs.iter_mut().for_each(|it| *it /= self.sums[index]);
                    if self.wants_value[index] {
                        exp_all(logs, &mut out[..block.length]);
                    }
                }
                (Aggregation::Harmonic, true) => {
                    let out = &mut out[..block.length];
                    self.add_inverses(node, block, scratch, out);
                    out.iter_mut().for_each(|it| *it = self.sums[index] / *it);
                }
                _ => self.with_gaps(index, block, scratch, &mut out, &mut logs),
            }
            let geometric = self.aggregations[index] == Aggregation::Geometric;
            if self.wants_log[index] && !geometric {
                for (log, value) in logs.iter_mut().zip(&out[..block.length]) {
                    *log = libm::log(*value);
                }
            }
            scratch.values[index] = out;
            scratch.logs[index] = logs;
        }
    }

    /// Lays the values that stand in over a copy of the sheet's.
    fn patch(&self, block: Block, scratch: &mut Scratch) {
        for (index, patches) in self.patches.iter().enumerate() {
            if patches.is_empty() {
                continue;
            }
            let column = &self.sheet.columns[index];
            let (copy, logs) = (
                &mut scratch.patched[index],
                &mut scratch.patched_logs[index],
            );
            copy.clear();
            copy.extend_from_slice(&column.values[block.start..block.end()]);
            logs.clear();
            if !column.logs.is_empty() {
                logs.extend_from_slice(&column.logs[block.start..block.end()]);
            }
            let first = patches.partition_point(|it| (it.row as usize) < block.start);
            for patch in &patches[first..] {
                let row = patch.row as usize;
                if block.end() <= row {
                    break;
                }
                copy[row - block.start] = patch.value;
                if let Some(log) = logs.get_mut(row - block.start) {
                    *log = libm::log(patch.value);
                }
            }
        }
    }

    fn values<'s>(&'s self, child: Child, block: Block, scratch: &'s Scratch) -> &'s [f64] {
        match child {
            Child::Dimension(index) => &scratch.values[index][..block.length],
            Child::Indicator(index) if self.is_patched(index) => &scratch.patched[index],
            Child::Indicator(index) => &self.sheet.columns[index].values[block.start..block.end()],
        }
    }

    fn logs<'s>(&'s self, child: Child, block: Block, scratch: &'s Scratch) -> &'s [f64] {
        match child {
            Child::Dimension(index) => &scratch.logs[index][..block.length],
            Child::Indicator(index) if self.is_patched(index) => &scratch.patched_logs[index],
            Child::Indicator(index) => {
                let logs = &self.sheet.columns[index].logs;
                if logs.is_empty() {
                    &[]
                } else {
                    &logs[block.start..block.end()]
                }
            }
        }
    }

    /// Sums weight times value, or weight times logarithm, in the order of the children.
    fn add_up(&self, node: &Node, block: Block, scratch: &Scratch, kind: Kind, out: &mut [f64]) {
        out.fill(0.0);
        let mut taken = 0;
        let mut own = Vec::new();
        let mut some: [(&[f64], f64); ABREAST] = [(&[], 0.0); ABREAST];
        for (child, weight) in node.children.iter().zip(node.weights(&self.weights)) {
            if *weight <= 0.0 {
                continue;
            }
            let column = match kind {
                Kind::Values => self.values(*child, block, scratch),
                Kind::Logs => self.logs(*child, block, scratch),
            };
            if column.is_empty() {
                // A mean that was not foreseen: take the logarithms here.
                add(out, &some[..taken]);
                taken = 0;
                own.clear();
                let values = self.values(*child, block, scratch);
                own.extend(values.iter().map(|it| libm::log(*it)));
                add_one(out, &own, *weight);
                continue;
            }
            some[taken] = (column, *weight);
            taken += 1;
            if taken == some.len() {
                add(out, &some);
                taken = 0;
            }
        }
        add(out, &some[..taken]);
    }

    fn add_inverses(&self, node: &Node, block: Block, scratch: &Scratch, out: &mut [f64]) {
        out.fill(0.0);
        for (child, weight) in node.children.iter().zip(node.weights(&self.weights)) {
            if *weight <= 0.0 {
                continue;
            }
            let values = self.values(*child, block, scratch);
            for (sum, value) in out.iter_mut().zip(values) {
                *sum += weight / value;
            }
        }
    }

    /// Row by row, where a child may have no value, or one that the mean cannot take.
    fn with_gaps(
        &self,
        index: usize,
        block: Block,
        scratch: &Scratch,
        out: &mut [f64],
        logs: &mut [f64],
    ) {
        let node = &self.plan.nodes[index];
        for row in 0..block.length {
            let mut mean = Mean::new(self.aggregations[index]);
            for (child, weight) in node.children.iter().zip(node.weights(&self.weights)) {
                if *weight <= 0.0 {
                    continue;
                }
                let value = self.values(*child, block, scratch)[row];
                let log = match child {
                    Child::Dimension(child)
                        if self.aggregations[*child] == Aggregation::Geometric =>
                    {
                        Some(scratch.logs[*child][row])
                    }
                    _ => None,
                };
                mean.add(value, log, *weight);
            }
            (out[row], logs[row]) = mean.finish(node.threshold * self.sums[index]);
        }
    }

    /// Copeland: duels of every pair of a group over the root's children. `nodes` are those of each village, and
    /// `rivals` those that others are met with.
    fn duels(&self, nodes: &[Vec<f64>], rivals: &Rivals) -> Vec<f64> {
        let root = &self.plan.nodes[self.plan.root];
        let weights = root.weights(&self.weights);
        let total = self.sums[self.plan.root];
        let mine = self.root_values(nodes);
        let own;
        let theirs = match rivals {
            Rivals::AsTheyAre => &mine,
            Rivals::Under(program, nodes) => {
                own = program.root_values(nodes);
                &own
            }
        };
        // What is nearer than the noise of a sum is equal: no last bit wins a duel.
        let noise: Vec<f64> = mine
            .iter()
            .zip(theirs)
            .map(|(mine, theirs)| {
                let both = mine.iter().chain(theirs).filter(|it| it.is_finite());
                both.fold(0.0, |most: f64, it| most.max(it.abs())) * NOISE
            })
            .collect();
        let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for row in 0..self.sheet.rows {
            let group = self.sheet.group.get(row).copied().unwrap_or_default();
            members.entry(group).or_default().push(row);
        }
        let duel = |one: usize, two: usize| {
            let (mut ahead, mut both) = (0.0, 0.0);
            for (slot, weight) in weights.iter().enumerate() {
                let by = mine[slot][one] - theirs[slot][two];
                if !by.is_finite() {
                    continue;
                }
                both += weight;
                ahead += if noise[slot] < by {
                    *weight
                } else if by < -noise[slot] {
                    0.0
                } else {
                    weight / 2.0
                };
            }
            let margin = (2.0 * ahead - both) / total;
            i32::from(NOISE < margin) - i32::from(margin < -NOISE)
        };
        let mut totals = vec![f64::NAN; self.sheet.rows];
        for rows in members.values() {
            for &one in rows {
                let known = mine.iter().zip(weights);
                let known = known.filter(|(values, _)| values[one].is_finite());
                let held: f64 = known.map(|(_, weight)| weight).sum();
                if held <= 0.0 || held * (1.0 + NOISE) < root.threshold * total {
                    continue;
                }
                let met = |two: usize| self.sheet.met.get(two).copied().unwrap_or(true);
                let others = rows.iter().filter(|two| **two != one && met(**two));
                totals[one] = f64::from(others.map(|two| duel(one, *two)).sum::<i32>());
            }
        }
        totals
    }

    /// The values of the root's children, one column for each.
    fn root_values(&self, nodes: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let children = self.plan.nodes[self.plan.root].children.iter();
        let values = children.map(|child| match child {
            Child::Dimension(index) => nodes[*index].clone(),
            Child::Indicator(index) => {
                let mut values = self.sheet.columns[*index].values.clone();
                for patch in self.patches.get(*index).into_iter().flatten() {
                    values[patch.row as usize] = patch.value;
                }
                values
            }
        });
        values.collect()
    }
}

/// With which values the others of a group are met.
enum Rivals<'a> {
    AsTheyAre,
    Under(&'a Program<'a>, &'a [Vec<f64>]),
}

#[derive(Debug, Clone, Copy)]
struct Block {
    start: usize,
    length: usize,
}

impl Block {
    fn end(self) -> usize {
        self.start + self.length
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Values,
    Logs,
}

/// Room for one block, used again and again.
#[derive(Debug)]
pub(super) struct Scratch {
    values: Vec<Vec<f64>>,
    logs: Vec<Vec<f64>>,
    patched: Vec<Vec<f64>>,
    patched_logs: Vec<Vec<f64>>,
}

impl Scratch {
    pub(super) fn new(plan: &Plan) -> Scratch {
        Scratch {
            values: vec![vec![f64::NAN; BLOCK]; plan.nodes.len()],
            logs: vec![vec![f64::NAN; BLOCK]; plan.nodes.len()],
            patched: vec![Vec::new(); plan.indicators],
            patched_logs: vec![Vec::new(); plan.indicators],
        }
    }
}

/// Adds a few columns in one pass; each row sums in the order of the columns.
fn add(out: &mut [f64], columns: &[(&[f64], f64)]) {
    match *columns {
        [] => {}
        [(column, weight)] => add_one(out, column, weight),
        [a, b] => add_each(out, [a, b]),
        [a, b, c] => add_each(out, [a, b, c]),
        [a, b, c, d] => add_each(out, [a, b, c, d]),
        [a, b, c, d, e] => add_each(out, [a, b, c, d, e]),
        [a, b, c, d, e, f, ref rest @ ..] => {
            add_each(out, [a, b, c, d, e, f]);
            add(out, rest);
        }
    }
}

fn add_each<const COLUMNS: usize>(out: &mut [f64], columns: [(&[f64], f64); COLUMNS]) {
    let columns = columns.map(|(column, weight)| (&column[..out.len()], weight));
    for (row, out) in out.iter_mut().enumerate() {
        let mut sum = *out;
        for (column, weight) in columns {
            sum += column[row] * weight;
        }
        *out = sum;
    }
}

fn add_one(out: &mut [f64], column: &[f64], weight: f64) {
    for (sum, value) in out.iter_mut().zip(column) {
        *sum += value * weight;
    }
}

/// One mean, child by child.
struct Mean {
    aggregation: Aggregation,
    sum: f64,
    /// Weight of the children that have a value.
    present: f64,
    zero: bool,
    no_meaning: bool,
}

impl Mean {
    fn new(aggregation: Aggregation) -> Mean {
        Mean {
            aggregation,
            sum: 0.0,
            present: 0.0,
            zero: false,
            no_meaning: false,
        }
    }

    /// `log` is the logarithm of `value` where it is known already.
    fn add(&mut self, value: f64, log: Option<f64>, weight: f64) {
        if value.is_nan() {
            return;
        }
        let needs_positive = self.aggregation != Aggregation::Arithmetic;
        if !value.is_finite() || (needs_positive && value < 0.0) {
            self.no_meaning = true;
            return;
        }
        self.present += weight;
        let vanishes = match self.aggregation {
            Aggregation::Geometric | Aggregation::Harmonic => true,
            Aggregation::Generalised { power } => power < 0.0,
            Aggregation::Arithmetic | Aggregation::Copeland => false,
        };
        if value == 0.0 && vanishes {
            self.zero = true;
            return;
        }
        self.sum += match self.aggregation {
            Aggregation::Arithmetic | Aggregation::Copeland => value * weight,
            Aggregation::Geometric => log.unwrap_or_else(|| libm::log(value)) * weight,
            Aggregation::Harmonic => weight / value,
            Aggregation::Generalised { power } => libm::pow(value, power) * weight,
        };
    }

    /// The mean, and its logarithm where it is geometric; no value where less weight than `needed`
    /// has one. One zero makes a geometric or harmonic mean zero, which is its limit.
    fn finish(self, needed: f64) -> (f64, f64) {
        if self.no_meaning {
            return (NO_MEANING, NO_MEANING);
        }
        if self.present <= 0.0 || self.present * (1.0 + NOISE) < needed {
            return (f64::NAN, f64::NAN);
        }
        if self.zero {
            return (0.0, f64::NEG_INFINITY);
        }
        let sum = self.sum / self.present;
        match self.aggregation {
            Aggregation::Arithmetic | Aggregation::Copeland => (sum, f64::NAN),
            Aggregation::Geometric => (exp(sum), sum),
            Aggregation::Harmonic => (self.present / self.sum, f64::NAN),
            Aggregation::Generalised { power } => {
                let mean = libm::pow(sum, 1.0 / power);
                (if mean.is_finite() { mean } else { NO_MEANING }, f64::NAN)
            }
        }
    }
}
