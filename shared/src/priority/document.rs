//! Reading a method document, and naming it by its hash.
//!
//! Always: every key and value that does not belong is reported at once, then every fault of what is well formed, with
//! its place, its line and the way out; equal content has an equal hash, whatever its comments, spacing and order of keys.
//! Never: guesses a default that the model does not state.

mod lines;
mod well_formed;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::check::check;
use super::compiled::CompiledMethod;
use super::method::Method;
use super::text::Text;
use crate::ids::hex_text;
use crate::questionnaire::model::Questionnaire;
use lines::line_of;
pub(super) use well_formed::from_toml;

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
    whole(read(document)?)
}

/// The same for the forms of one questionnaire: also every expression that it cannot answer.
pub fn parse_for(document: &str, questionnaire: &Questionnaire) -> Result<Method, Vec<Problem>> {
    let (method, mut problems) = read(document)?;
    if let Err(found) = CompiledMethod::new(&method, questionnaire) {
        let told: BTreeSet<String> = problems.iter().map(|it| it.place.clone()).collect();
        let found = found.into_iter().filter(|it| !told.contains(&it.place));
        problems.extend(found.map(|it| placed(document, it)));
    }
    // As they stand in the document; what has no line comes first.
    problems.sort_by_key(|it| it.line);
    whole((method, problems))
}

fn whole((method, problems): (Method, Vec<Problem>)) -> Result<Method, Vec<Problem>> {
    if problems.is_empty() {
        Ok(method)
    } else {
        Err(problems)
    }
}

/// What is well formed, and what is wrong with it.
///
/// Errors: why nothing of it can be read.
fn read(document: &str) -> Result<(Method, Vec<Problem>), Vec<Problem>> {
    if DOCUMENT_BYTES_MAX < document.len() {
        return Err(vec![too_long()]);
    }
    let method: Method = from_toml(document)?;
    let problems = check(&method).into_iter();
    let problems = problems.map(|it| placed(document, it)).collect();
    Ok((method, problems))
}

fn placed(document: &str, problem: Problem) -> Problem {
    Problem {
        line: line_of(document, &problem.place),
        ..problem
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
