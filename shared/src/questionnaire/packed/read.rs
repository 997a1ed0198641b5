//! Packed lists from bytes.
//!
//! Always: every number is checked before it is used; what is allotted is bounded by what was read.
//! Never: panics or recurses.

use super::column::Column;
use super::{
    BYTES_MAX, COLUMNS_MAX, END, LANGUAGES_MAX, MAGIC, NAME_BYTES_MAX, PART, PackedList, ROWS_MAX,
    ROWS_PER_MARK, TEXT_BYTES_MAX, before, further_form,
};

/// The list; nothing when the bytes are not one.
pub(super) fn list(bytes: &[u8]) -> Option<PackedList> {
    let bytes = bytes.strip_prefix(MAGIC);
    let mut reader = Reader(bytes.filter(|bytes| bytes.len() <= BYTES_MAX)?);
    let rows = reader.number(ROWS_MAX)?;
    let languages = reader.number(LANGUAGES_MAX)?;
    let columns = reader.number(COLUMNS_MAX)?;
    let is_ordered = reader.number(1)? == 0;
    if languages == 0 {
        return None;
    }
    let mut list = PackedList {
        text: Vec::new(),
        marks: Vec::new(),
        rows,
        languages,
        columns: Vec::new(),
        order: Vec::new(),
    };
    let names = reader.section()?;
    let mut labels = [Reader(&[]); LANGUAGES_MAX];
    let labels = &mut labels[..languages];
    for label in &mut *labels {
        *label = reader.section()?;
    }
    list.read_text(names, labels, is_ordered)?;
    for _ in 0..columns {
        list.columns.push(reader.column(rows)?);
    }
    if !is_ordered {
        for _ in 0..rows {
            list.order.push(reader.number(rows - 1)? as u32);
        }
        // By name, then by place: then each row is there once, and equal names are found in order.
        let by_name = |&row: &u32| (list.name(row as usize), row);
        if !list
            .order
            .is_sorted_by(|left, right| by_name(left) < by_name(right))
        {
            return None;
        }
    }
    list.order.shrink_to_fit();
    reader.0.is_empty().then_some(list)
}

impl PackedList {
    fn read_text(
        &mut self,
        mut names: Reader<'_>,
        labels: &mut [Reader<'_>],
        is_ordered: bool,
    ) -> Option<()> {
        let (mut name, mut before) = (Vec::new(), Vec::new());
        for row in 0..self.rows {
            if row.is_multiple_of(ROWS_PER_MARK) {
                self.marks.push(self.text.len() as u32);
            }
            names.name(&mut name)?;
            if is_ordered && name < before {
                return None;
            }
            before.clone_from(&name);
            let mut further = self.push_part(&name)?;
            for label in &mut *labels {
                further.extend(self.push_part(label.part()?)?);
            }
            self.text.extend(further);
            self.text.push(END);
            if TEXT_BYTES_MAX < self.text.len() {
                return None;
            }
        }
        let rest = labels.iter().map(|label| label.0.len()).sum::<usize>();
        self.text.shrink_to_fit();
        self.marks.shrink_to_fit();
        (names.0.is_empty() && rest == 0).then_some(())
    }

    /// Adds a part of a choice; what comes back is to stand behind the labels.
    fn push_part(&mut self, part: &[u8]) -> Option<Vec<u8>> {
        let text = std::str::from_utf8(part).ok()?;
        self.text.extend_from_slice(part);
        self.text.push(PART);
        Some(match further_form(text) {
            Some(folded) => {
                let mut folded = folded.into_bytes();
                folded.push(PART);
                folded
            }
            None => Vec::new(),
        })
    }
}

/// What is left to read.
#[derive(Debug, Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// A number that is at most `most`.
    fn number(&mut self, most: usize) -> Option<usize> {
        let mut number = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return (number <= most).then_some(number);
            }
        }
        None
    }

    /// What stands under its length.
    fn section(&mut self) -> Option<Reader<'a>> {
        let length = self.number(BYTES_MAX)?;
        let (section, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Reader(section))
    }

    /// What ends with `PART`.
    fn part(&mut self) -> Option<&'a [u8]> {
        let part = before(self.0, PART);
        self.0 = self.0.get(part.len() + 1..)?;
        Some(part)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.section()?.0).ok()
    }

    /// Makes the next name of the one before.
    fn name(&mut self, name: &mut Vec<u8>) -> Option<()> {
        match self.byte()?.checked_sub(1) {
            None => count_up(name)?,
            Some(shared) => {
                if name.len() < usize::from(shared) {
                    return None;
                }
                name.truncate(usize::from(shared));
                name.extend_from_slice(self.part()?);
            }
        }
        (name.len() <= NAME_BYTES_MAX).then_some(())
    }

    fn column(&mut self, rows: usize) -> Option<Column> {
        let mut column = Column {
            name: self.text()?.to_owned(),
            values: String::new(),
            ends: Vec::new(),
            run_ends: Vec::new(),
            run_values: Vec::new(),
        };
        let mut values = self.section()?;
        while !values.0.is_empty() {
            column
                .values
                .push_str(std::str::from_utf8(values.part()?).ok()?);
            column.ends.push(column.values.len() as u32);
        }
        let runs = self.number(rows)?;
        let mut end = 0;
        for _ in 0..runs {
            let length = self.number(rows - end)?;
            if length == 0 {
                return None;
            }
            end += length;
            column.run_ends.push(end as u32);
        }
        let mut fresh = 0;
        for _ in 0..runs {
            // 0 is the next value that was not used before.
            let value = match self.number(column.ends.len())?.checked_sub(1) {
                Some(value) => value,
                None => {
                    fresh += 1;
                    fresh - 1
                }
            };
            if column.ends.len() <= value {
                return None;
            }
            column.run_values.push(value as u32);
        }
        for numbers in [
            &mut column.ends,
            &mut column.run_ends,
            &mut column.run_values,
        ] {
            numbers.shrink_to_fit();
        }
        column.values.shrink_to_fit();
        (end == rows).then_some(column)
    }
}

/// The name with the number at its end counted up, as wide as before.
pub(super) fn count_up(name: &mut [u8]) -> Option<()> {
    for digit in name.iter_mut().rev() {
        match digit {
            b'0'..=b'8' => {
                *digit += 1;
                return Some(());
            }
            b'9' => *digit = b'0',
            _ => return None,
        }
    }
    None
}
