//! A column of a packed list: the values there are, and runs of rows that hold the same one.
//!
//! Always: runs are without gaps and end with the list; rows of one district are one run.
//! Never: holds a value twice.

use std::ops::Range;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// All values, one after the other.
    pub(super) values: String,
    /// Where each value ends in `values`.
    pub(super) ends: Vec<u32>,
    /// Where each run ends.
    pub(super) run_ends: Vec<u32>,
    /// The value of each run.
    pub(super) run_values: Vec<u32>,
}

impl Column {
    pub(super) fn cell(&self, row: usize) -> &str {
        let run = self.run_ends.partition_point(|&end| end as usize <= row);
        let value = self.run_values.get(run);
        value.map_or("", |&value| self.value(value as usize))
    }

    /// The rows that hold this value, in order.
    pub(super) fn rows_with(&self, value: &str) -> Vec<Range<usize>> {
        let is_it = |&number: &usize| self.value(number) == value;
        let Some(number) = (0..self.ends.len()).find(is_it) else {
            return Vec::new();
        };
        let mut rows = Vec::new();
        let mut start = 0;
        for (&end, &held) in self.run_ends.iter().zip(&self.run_values) {
            if held as usize == number {
                rows.push(start..end as usize);
            }
            start = end as usize;
        }
        rows
    }

    fn value(&self, number: usize) -> &str {
        let end_of = |number: usize| self.ends.get(number).map_or(0, |&end| end as usize);
        let start = number.checked_sub(1).map_or(0, end_of);
        self.values.get(start..end_of(number)).unwrap_or("")
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let numbers = [&self.ends, &self.run_ends, &self.run_values];
        let numbers: usize = numbers.iter().map(|numbers| numbers.capacity()).sum();
        self.name.capacity() + self.values.capacity() + 4 * numbers
    }
}
