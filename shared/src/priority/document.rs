//! Reading a method document, and naming it by its hash.
//!
//! Always: every fault of a well-formed document is reported at once, with its place, its line and
//! the way out; equal content has an equal hash, whatever its comments, spacing and order of keys.
//! Never: guesses a default that the model does not state.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::check::check;
use super::method::Method;
use super::text::Text;
use crate::ids::hex_text;

pub const DOCUMENT_BYTES_MAX: usize = 1 << 20;

/// One fault: where it is and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Such as `indicator iks_05.normalise` or `unit 53.21.03.2003`.
    pub place: String,
    /// Line in the document, counted from 1.
    pub line: Option<usize>,
    pub text: Text,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}, {}: {}", self.place, self.text.en),
            None => write!(f, "{}: {}", self.place, self.text.en),
        }
    }
}

impl std::error::Error for Problem {}

/// Reads a method document, or says everything that is wrong with it.
pub fn parse(document: &str) -> Result<Method, Vec<Problem>> {
    if DOCUMENT_BYTES_MAX < document.len() {
        return Err(vec![too_long()]);
    }
    let method: Method =
        toml::from_str(document).map_err(|error| vec![syntax(document, &error)])?;
    let mut problems = check(&method);
    for problem in &mut problems {
        problem.line = line_of(document, &problem.place);
    }
    if problems.is_empty() {
        Ok(method)
    } else {
        Err(problems)
    }
}

/// SHA-256 over the canonical form, as 64 hexadecimal digits.
pub fn method_hash(method: &Method) -> String {
    let value = toml::Value::try_from(method).expect("a method is made of what TOML can hold");
    let mut canonical = String::new();
    write_canonical(&value, &mut canonical);
    hex_text(&Sha256::digest(canonical.as_bytes()))
}

/// Keys sorted, no spaces, every number as a float: 1 and 1.0 are the same weight.
fn write_canonical(value: &toml::Value, out: &mut String) {
    match value {
        toml::Value::String(text) => out.push_str(&format!("{text:?}")),
        toml::Value::Integer(number) => out.push_str(&format!("{:?}", *number as f64)),
        toml::Value::Float(number) => out.push_str(&format!("{number:?}")),
        toml::Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        toml::Value::Datetime(moment) => out.push_str(&moment.to_string()),
        toml::Value::Array(items) => {
            out.push('[');
            for item in items {
                write_canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        toml::Value::Table(table) => {
            let sorted: BTreeMap<_, _> = table.iter().collect();
            out.push('{');
            for (key, item) in sorted {
                out.push_str(&format!("{key:?}:"));
                write_canonical(item, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

pub(super) fn too_long() -> Problem {
    Problem {
        place: "document".to_owned(),
        line: None,
        text: Text::new(
            format!("berkas lebih dari {DOCUMENT_BYTES_MAX} bita; bagi menjadi beberapa berkas"),
            format!("the document exceeds {DOCUMENT_BYTES_MAX} bytes; split it into several"),
        ),
    }
}

pub(super) fn syntax(document: &str, error: &toml::de::Error) -> Problem {
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

/// The line of `id = "…"` that a place such as `indicator iks_05.weight` names, or of the table `[held]`.
fn line_of(document: &str, place: &str) -> Option<usize> {
    let mut lines = document.lines().map(str::trim_start);
    let found = match place.split([' ', '.']).nth(1) {
        Some(id) => {
            let quoted = format!("\"{id}\"");
            lines.position(|line| line.starts_with("id") && line.contains(&quoted))
        }
        None => {
            let (table, key) = (format!("[{place}]"), format!("{place} "));
            lines.position(|line| line.starts_with(&table) || line.starts_with(&key))
        }
    };
    found.map(|index| index + 1)
}
