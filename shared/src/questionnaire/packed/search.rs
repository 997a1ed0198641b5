//! Search in a packed list: words in any part of name and labels, within what a filter leaves.
//!
//! Always: the whole of a name or label first, then where every word begins one, then inner hits; in
//! each the order of the file.
//! Never: asks for accents or cases; allots more than what it returns, besides the ranges of a filter.

use std::ops::Range;

use super::{END, PART, PackedList};
use crate::text::folded;

/// The most words of one search; further ones are not looked at.
const WORDS_MAX: usize = 8;

/// What cells must hold: all of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(Vec<(String, String)>);

impl Filter {
    /// Of columns and what they hold.
    pub fn of(wanted: &[(&str, String)]) -> Filter {
        let owned = |(column, value): &(&str, String)| ((*column).to_owned(), value.clone());
        Filter(wanted.iter().map(owned).collect())
    }

    /// Also wants `value` in `column`, which may be `name` or `label`.
    #[must_use]
    pub fn with(mut self, column: &str, value: &str) -> Filter {
        self.0.push((column.to_owned(), value.to_owned()));
        self
    }
}

/// Rows in the order in which to show them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    pub rows: Vec<usize>,
    /// Whether there are more than the limit.
    pub more: bool,
}

impl PackedList {
    /// The choices in which every word occurs; all of them when there is no word.
    pub fn search(&self, words: &str, filter: &Filter, limit: usize) -> Found {
        let ranges = self.filtered(filter);
        let whole = folded(words.trim());
        let mut words: Vec<&[u8]> = whole
            .split_whitespace()
            .take(WORDS_MAX)
            .map(str::as_bytes)
            .collect();
        // The longest one is the rarest: it leads, the others are asked about its hits only.
        if let Some(longest) = (0..words.len()).max_by_key(|&place| words[place].len()) {
            words.swap(0, longest);
        }
        let mut hits = Hits {
            list: self,
            words,
            limit,
            wholes: Vec::new(),
            beginnings: Vec::new(),
            inner: Vec::new(),
        };
        if hits.words.is_empty() {
            return hits.all(&ranges);
        }
        let extents = self.extents(&ranges);
        let mut ended = whole.clone().into_bytes();
        ended.push(PART);
        hits.find_wholes(&ended, &extents);
        hits.find_words(&extents);
        hits.found()
    }

    /// The rows that a filter leaves, as ranges in order.
    pub fn filtered(&self, filter: &Filter) -> Vec<Range<usize>> {
        let mut left: Vec<Range<usize>> = std::iter::once(0..self.rows).collect();
        for (column, value) in &filter.0 {
            left = common(&left, &self.rows_with(column, value));
        }
        left
    }

    fn rows_with(&self, column: &str, value: &str) -> Vec<Range<usize>> {
        let single = |row: usize| row..row + 1;
        match column {
            "name" => {
                let places = self.first_not_below(value)..self.rows;
                let rows = places.map(|place| self.ordered(place));
                rows.take_while(|&row| self.name(row) == value)
                    .map(single)
                    .collect()
            }
            "label" => {
                let rows = (0..self.rows).filter(|&row| self.label(row, 0) == value);
                rows.map(single).collect()
            }
            _ => {
                let column = self.columns.iter().find(|each| each.name == column);
                column.map_or_else(Vec::new, |column| column.rows_with(value))
            }
        }
    }

    /// Where the rows stand in the text.
    fn extents(&self, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
        let (mut row, mut at) = (0, 0);
        // From mark to mark, and on foot between neighbours.
        let mut place = |wanted: usize| {
            at = match wanted - row {
                near @ 0..8 => self.skip(at, near),
                _ => self.start(wanted),
            };
            row = wanted;
            at
        };
        let extent = |rows: &Range<usize>| place(rows.start)..place(rows.end);
        ranges.iter().map(extent).collect()
    }
}

/// The rows of both, each in order.
fn common(left: &[Range<usize>], right: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut both = Vec::new();
    let (mut l, mut r) = (0, 0);
    while l < left.len() && r < right.len() {
        let start = left[l].start.max(right[r].start);
        let end = left[l].end.min(right[r].end);
        if start < end {
            both.push(start..end);
        }
        if left[l].end < right[r].end {
            l += 1;
        } else {
            r += 1;
        }
    }
    both
}

/// What a search has found so far; each kind holds one more than the limit, to tell that there are more.
struct Hits<'a> {
    list: &'a PackedList,
    /// The leading one first.
    words: Vec<&'a [u8]>,
    limit: usize,
    wholes: Vec<usize>,
    beginnings: Vec<usize>,
    inner: Vec<usize>,
}

impl Hits<'_> {
    fn all(self, ranges: &[Range<usize>]) -> Found {
        let mut rows = Vec::new();
        for range in ranges {
            rows.extend(range.clone().take(self.limit + 1 - rows.len()));
        }
        let more = self.limit < rows.len();
        rows.truncate(self.limit);
        Found { rows, more }
    }

    /// Names and labels that are nothing but what was typed, with the end of a part behind it.
    fn find_wholes(&mut self, whole: &[u8], extents: &[Range<usize>]) {
        let text = &self.list.text;
        for extent in extents {
            let mut at = extent.start;
            while let Some(hit) = next_hit(&text[..extent.end], at, whole) {
                at = hit + 1;
                if hit == 0 || END <= text[hit - 1] {
                    self.wholes.push(self.list.row_at(hit));
                    at = self.end_of_row(hit);
                }
                if self.limit < self.wholes.len() {
                    return;
                }
            }
        }
    }

    fn find_words(&mut self, extents: &[Range<usize>]) {
        let text = &self.list.text;
        for extent in extents {
            let mut at = extent.start;
            while let Some(hit) = next_hit(&text[..extent.end], at, self.words[0]) {
                at = hit + 1;
                if self.limit < self.inner.len() && !begins(text, hit) {
                    continue;
                }
                at = self.end_of_row(hit);
                self.take(hit, at);
                if self.limit < self.beginnings.len() {
                    return;
                }
            }
        }
    }

    /// Looks at the whole row around a hit of the leading word.
    fn take(&mut self, hit: usize, end: usize) {
        let text = &self.list.text[..end];
        let start = text[..hit].iter().rposition(|&byte| byte == END);
        let start = start.map_or(0, |end_before| end_before + 1);
        let mut all_begin = true;
        for word in &self.words {
            let Some(mut hit) = next_hit(text, start, word) else {
                return;
            };
            while all_begin && !begins(text, hit) {
                match next_hit(text, hit + 1, word) {
                    Some(next) => hit = next,
                    None => all_begin = false,
                }
            }
        }
        let row = self.list.row_at(hit);
        if self.wholes.contains(&row) {
            return;
        }
        let kind = if all_begin {
            &mut self.beginnings
        } else {
            &mut self.inner
        };
        if kind.len() <= self.limit {
            kind.push(row);
        }
    }

    /// One past the row that holds this place of the text.
    fn end_of_row(&self, at: usize) -> usize {
        at + super::before(&self.list.text[at..], END).len()
    }

    fn found(self) -> Found {
        let mut rows = self.wholes;
        rows.extend(self.beginnings);
        rows.extend(self.inner);
        let more = self.limit < rows.len();
        rows.truncate(self.limit);
        Found { rows, more }
    }
}

/// Whether a word begins at this place.
fn begins(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else {
        return true;
    };
    END <= before || before.is_ascii() && !before.is_ascii_alphanumeric()
}

const LOW_BITS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
/// What tells a small letter from a capital one, in each byte.
const CASE: u64 = 0x2020_2020_2020_2020;

/// The first hit of `word`, which is in small letters, at `at` or later.
///
/// Eight places are asked at once for the first and the last byte of the word: this is where all the
/// time of a search goes.
fn next_hit(text: &[u8], mut at: usize, word: &[u8]) -> Option<usize> {
    let last = word.len() - 1;
    let everywhere = |byte: u8| u64::from_le_bytes([byte | 0x20; 8]);
    let (wanted_first, wanted_last) = (everywhere(word[0]), everywhere(word[last]));
    let is_hit = |at: usize| {
        let there = text.get(at..at + word.len());
        there.is_some_and(|there| there.eq_ignore_ascii_case(word))
    };
    while let (Some(firsts), Some(lasts)) = (eight(text, at), eight(text, at + last)) {
        let different = (firsts | CASE) ^ wanted_first | (lasts | CASE) ^ wanted_last;
        let mut same = !(((different & LOW_BITS) + LOW_BITS) | different | LOW_BITS);
        while same != 0 {
            let hit = at + (same.trailing_zeros() / 8) as usize;
            if is_hit(hit) {
                return Some(hit);
            }
            same &= same - 1;
        }
        at += 8;
    }
    (at..text.len()).find(|&at| is_hit(at))
}

fn eight(text: &[u8], at: usize) -> Option<u64> {
    let bytes = text.get(at..at + 8)?;
    bytes.try_into().ok().map(u64::from_le_bytes)
}
