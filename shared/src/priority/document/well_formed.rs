//! A document in TOML as the structure that it should be, or every reason why it is not.
//!
//! Always: each key that is not known and each value of the wrong kind, with its line, at once; so is each line that
//! cannot be read.
//! Never: takes anything of a faulty document; a part is only laid aside to see what is wrong beside it.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::Problem;
use crate::priority::data::TOLD_MAX;
use crate::priority::text::Text;

/// Errors: everything that keeps it from being one, up to [`TOLD_MAX`].
pub(in crate::priority) fn from_toml<T: DeserializeOwned>(
    document: &str,
) -> Result<T, Vec<Problem>> {
    let (root, errors) = DeTable::parse_recoverable(document);
    if !errors.is_empty() {
        let told = errors.iter().take(TOLD_MAX);
        return Err(told.map(|it| problem(document, it)).collect());
    }
    let first = match T::deserialize(Deserializer::from(root.clone())) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    let mut problems = Vec::new();
    let mut rest = root;
    let mut laid_aside: Vec<Lack> = Vec::new();
    let mut error = Some(first);
    while let Some(found) = error.take() {
        let span = found.span().unwrap_or_default();
        // What lacks only because it was laid aside has been told.
        let known = laid_aside.iter().any(|it| it.is(&found, &span));
        if !known {
            problems.push(problem(document, &found));
        }
        let whole = rest.span();
        let cut = lay_aside(rest.get_mut(), &whole, &span, &mut laid_aside);
        if cut && problems.len() < TOLD_MAX {
            error = T::deserialize(Deserializer::from(rest.clone())).err();
        }
    }
    problems.sort_by_key(|it| it.line);
    Err(problems)
}

/// A key that a table no longer has.
struct Lack {
    table: Range<usize>,
    key: String,
}

impl Lack {
    fn is(&self, error: &Error, span: &Range<usize>) -> bool {
        let lacks = format!("missing field `{}`", self.key);
        self.table == *span && error.message().starts_with(&lacks)
    }
}

/// Takes out the smallest part that holds `span`; tells whether there is one. `own` is the span of the table itself.
fn lay_aside(
    table: &mut DeTable,
    own: &Range<usize>,
    span: &Range<usize>,
    laid_aside: &mut Vec<Lack>,
) -> bool {
    let within = |outer: &Range<usize>| outer.start <= span.start && span.end <= outer.end;
    let mut found = None;
    for (key, value) in table.iter_mut() {
        // The head of a table is its span, so that the tables below it lie outside.
        let whole = value.span();
        if descend(value.get_mut(), &whole, span, laid_aside) {
            return true;
        }
        if within(&key.span()) || within(&whole) {
            found = Some(key.clone());
        }
    }
    let Some(key) = found else { return false };
    laid_aside.push(Lack {
        table: own.clone(),
        key: key.get_ref().to_string(),
    });
    table.remove(&key);
    true
}

fn descend(
    value: &mut DeValue,
    own: &Range<usize>,
    span: &Range<usize>,
    laid_aside: &mut Vec<Lack>,
) -> bool {
    match value {
        DeValue::Table(table) => lay_aside(table, own, span, laid_aside),
        DeValue::Array(items) => {
            let mut faulty = None;
            for (index, item) in items.iter_mut().enumerate() {
                let whole = item.span();
                if descend(item.get_mut(), &whole, span, laid_aside) {
                    return true;
                }
                if whole.start <= span.start && span.end <= whole.end {
                    faulty = Some(index);
                }
            }
            let all = items.clone().into_iter().enumerate();
            *items = all
                .filter(|it| Some(it.0) != faulty)
                .map(|it| it.1)
                .collect();
            faulty.is_some()
        }
        _ => false,
    }
}

fn problem(document: &str, error: &Error) -> Problem {
    let start = error.span().map_or(0, |span| span.start);
    let before = &document.as_bytes()[..start.min(document.len())];
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let message = error.message().trim_end_matches('\n').replace('\n', "; ");
    Problem {
        place: "document".to_owned(),
        line: Some(line),
        text: Text::new(
            format!("dokumen tidak terbaca: {message}"),
            format!("the document cannot be read: {message}"),
        ),
    }
}
