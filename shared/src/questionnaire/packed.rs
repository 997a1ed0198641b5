//! A long list of choices, packed for phones: read once, then searched where it stands.
//!
//! Always: choices keep the order of their file; whatever bytes come in, nothing panics and memory is
//! bounded; a label with accents stands a second time without them, so that one plain scan finds both.
//! Never: decodes a choice that nobody asks for; builds a list without feature `authoring`.
//!
//! In memory a choice is `name FF label FF … FE`: bytes that no UTF-8 text contains keep the parts
//! apart, so a hit never runs over an edge, and only every 32nd choice needs a mark.
//!
//! On the wire, with numbers as in LEB128: the magic; how many choices, label languages and columns;
//! whether an order follows; the names, each as what it shares with the one before; the labels of each
//! language; of each column its name, its values in the order of first use, and runs of equal cells;
//! the order of the names when the file has another one.

#[cfg(feature = "authoring")]
mod build;
mod column;
mod read;
mod search;

use std::fmt;

use crate::text::folded;
use column::Column;

pub use search::{Filter, Found};

/// The most choices of one list.
pub const ROWS_MAX: usize = 200_000;
/// The largest packed list, and the largest file that one is made of.
pub const BYTES_MAX: usize = 20_000_000;
/// The most columns beside name and label.
pub const COLUMNS_MAX: usize = 64;
/// The most languages of labels.
pub const LANGUAGES_MAX: usize = 32;
/// The longest name of a choice.
pub const NAME_BYTES_MAX: usize = 250;
/// The most that names and labels take in memory.
const TEXT_BYTES_MAX: usize = 2 * BYTES_MAX;

const MAGIC: &[u8] = b"LLs1";
/// Ends a part of a choice.
const PART: u8 = 0xff;
/// Ends a choice.
const END: u8 = 0xfe;
const ROWS_PER_MARK: usize = 32;

/// A list of choices that a phone holds as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackedList {
    /// Name, labels and what they are without accents, choice after choice.
    text: Vec<u8>,
    /// Where every 32nd choice begins in `text`.
    marks: Vec<u32>,
    rows: usize,
    languages: usize,
    columns: Vec<Column>,
    /// The rows in the order of their names; empty when that is the order of the file.
    order: Vec<u32>,
}

/// Bytes that are not a packed list: cut off, changed, or over a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these bytes are not a list of choices; download it again")
    }
}

impl std::error::Error for Damaged {}

impl PackedList {
    /// Reads what `build` made, in one pass.
    ///
    /// # Errors
    /// `Damaged` when these are other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<PackedList, Damaged> {
        read::list(bytes).ok_or(Damaged)
    }

    /// How many choices there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The names of the further columns, in the order of the file.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// What the choice is called in answers; empty past the end.
    pub fn name(&self, row: usize) -> &str {
        self.part(row, 0)
    }

    /// What people read, in the language with this place; the first language where there are fewer.
    pub fn label(&self, row: usize, language: usize) -> &str {
        let language = if language < self.languages {
            language
        } else {
            0
        };
        self.part(row, 1 + language)
    }

    /// The cell of a further column; empty past the end.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let column = self.columns.get(column);
        column.map_or("", |column| column.cell(row))
    }

    /// The first choice of this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let place = self.first_not_below(name);
        let row = self.ordered(place);
        (place < self.rows && self.name(row) == name).then_some(row)
    }

    /// The bytes that this list takes in memory.
    pub fn memory_bytes(&self) -> usize {
        let columns = self.columns.iter().map(Column::memory_bytes);
        self.text.capacity()
            + 4 * (self.marks.capacity() + self.order.capacity())
            + columns.sum::<usize>()
    }

    /// The row at a place of the order of names.
    fn ordered(&self, place: usize) -> usize {
        self.order.get(place).map_or(place, |&row| row as usize)
    }

    /// The first place, in the order of names, whose name is not less.
    fn first_not_below(&self, name: &str) -> usize {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.name(self.ordered(middle)) < name {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Where the text of a row begins; of a row past the end, where the text ends.
    fn start(&self, row: usize) -> usize {
        let Some(&mark) = self.marks.get(row / ROWS_PER_MARK) else {
            return self.text.len();
        };
        self.skip(mark as usize, row % ROWS_PER_MARK)
    }

    /// Goes so many rows on from where one begins.
    fn skip(&self, mut at: usize, rows: usize) -> usize {
        for _ in 0..rows {
            at += before(&self.text[at..], END).len() + 1;
            at = at.min(self.text.len());
        }
        at
    }

    /// The row whose text holds this place.
    fn row_at(&self, at: usize) -> usize {
        let mark = self.marks.partition_point(|&mark| mark as usize <= at) - 1;
        let inside = &self.text[self.marks[mark] as usize..at];
        mark * ROWS_PER_MARK + inside.iter().filter(|&&byte| byte == END).count()
    }

    fn part(&self, row: usize, number: usize) -> &str {
        let mut rest = before(&self.text[self.start(row)..], END);
        for _ in 0..number {
            let skipped = before(rest, PART).len() + 1;
            rest = rest.get(skipped..).unwrap_or(&[]);
        }
        std::str::from_utf8(before(rest, PART)).unwrap_or("")
    }
}

/// The bytes up to the first of one kind, or all.
fn before(bytes: &[u8], end: u8) -> &[u8] {
    let at = bytes.iter().position(|&byte| byte == end);
    &bytes[..at.unwrap_or(bytes.len())]
}

/// The text without accents, where a search that only knows cases of plain letters would miss it.
fn further_form(text: &str) -> Option<String> {
    (!text.is_ascii()).then(|| folded(text))
}

#[cfg(test)]
#[cfg(feature = "authoring")]
mod tests;
