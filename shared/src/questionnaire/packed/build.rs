//! Packed lists from choices; the office only.
//!
//! Always: equal choices give equal bytes, and `PackedList::from_bytes` reads them.
//! Never: drops a choice.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    BYTES_MAX, COLUMNS_MAX, LANGUAGES_MAX, MAGIC, NAME_BYTES_MAX, PART, PackedList, ROWS_MAX, read,
};
use crate::questionnaire::model::{Choice, ChoiceList};

impl PackedList {
    /// The bytes that phones download; nothing when the list is over a bound.
    ///
    /// Labels are taken without expressions. Of columns with the same name the first one stays.
    pub fn build(list: &ChoiceList) -> Option<Vec<u8>> {
        let languages = languages(list);
        let columns = columns(list);
        let rows = list.choices.len();
        let long = |choice: &Choice| NAME_BYTES_MAX < choice.name.len();
        if ROWS_MAX < rows || COLUMNS_MAX < columns.len() || list.choices.iter().any(long) {
            return None;
        }
        let order = order(list);
        let mut bytes = MAGIC.to_vec();
        for each in [rows, languages, columns.len(), usize::from(order.is_some())] {
            number(&mut bytes, each);
        }
        section(&mut bytes, &names(list));
        for language in 0..languages {
            let labels = list.choices.iter();
            let labels = labels.map(|choice| choice.label.plain(language));
            section(&mut bytes, &parts(labels));
        }
        for column in columns {
            push_column(&mut bytes, list, column);
        }
        for row in order.iter().flatten() {
            number(&mut bytes, *row);
        }
        // Also asks what only the reader counts, such as the bytes in memory.
        let fits = bytes.len() <= BYTES_MAX && PackedList::from_bytes(&bytes).is_ok();
        fits.then_some(bytes)
    }
}

/// How many languages have labels of their own.
fn languages(list: &ChoiceList) -> usize {
    let written = list.choices.iter().map(|choice| choice.label.0.len());
    let most = written.max().unwrap_or(1).clamp(1, LANGUAGES_MAX);
    let is_new = |&language: &usize| {
        let mut labels = list.choices.iter().map(|choice| &choice.label);
        labels.any(|label| label.plain(language) != label.plain(0))
    };
    (1..most).rev().find(is_new).map_or(1, |last| last + 1)
}

/// The places of the columns that a filter can name.
fn columns(list: &ChoiceList) -> Vec<usize> {
    let mut known = BTreeSet::from(["name", "label"]);
    let places = list.columns.iter().enumerate();
    places
        .filter(|(_, name)| known.insert(name))
        .map(|(place, _)| place)
        .collect()
}

/// The rows by name when the file has another order; of equal names the first one first.
fn order(list: &ChoiceList) -> Option<Vec<usize>> {
    let name = |row: &usize| &list.choices[*row].name;
    let mut rows: Vec<usize> = (0..list.choices.len()).collect();
    if rows.is_sorted_by_key(name) {
        return None;
    }
    rows.sort_by_key(name);
    Some(rows)
}

fn names(list: &ChoiceList) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut before: Vec<u8> = Vec::new();
    for choice in &list.choices {
        let name = choice.name.as_bytes();
        let mut counted = before.clone();
        let follows = read::count_up(&mut counted).is_some() && counted == name;
        if follows {
            bytes.push(0);
        } else {
            let pairs = name.iter().zip(&before);
            let shared = pairs.take_while(|(one, other)| one == other).count();
            bytes.push(shared as u8 + 1);
            bytes.extend_from_slice(&name[shared..]);
            bytes.push(PART);
        }
        before = name.to_vec();
    }
    bytes
}

fn push_column(bytes: &mut Vec<u8>, list: &ChoiceList, place: usize) {
    section(bytes, list.columns[place].as_bytes());
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut values = Vec::new();
    let mut runs: Vec<(usize, &str)> = Vec::new();
    for choice in &list.choices {
        let cell = choice.cells.get(place).map_or("", String::as_str);
        match runs.last_mut() {
            Some((length, value)) if *value == cell => *length += 1,
            _ => runs.push((1, cell)),
        }
    }
    let mut tokens = Vec::new();
    for &(_, value) in &runs {
        let token = match known.get(value) {
            Some(place) => place + 1,
            None => {
                known.insert(value, values.len());
                values.push(value.to_owned());
                0
            }
        };
        number(&mut tokens, token);
    }
    section(bytes, &parts(values));
    number(bytes, runs.len());
    for (length, _) in runs {
        number(bytes, length);
    }
    bytes.extend(tokens);
}

fn parts(texts: impl IntoIterator<Item = String>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(PART);
    }
    bytes
}

fn section(bytes: &mut Vec<u8>, section: &[u8]) {
    number(bytes, section.len());
    bytes.extend_from_slice(section);
}

fn number(bytes: &mut Vec<u8>, mut number: usize) {
    while 0x7f < number {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}
