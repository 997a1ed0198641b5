//! Answers and the ops that change them.
//!
//! Always: an op is named by the hash of its canonical body; equal bodies have equal names.
//! Never: decides between answers; that is `merge`.

mod canonical;
mod op;
mod value;

use serde::{Deserialize, Serialize};

use crate::ids::{Path, RowId};
use crate::sorted::Map;

pub use op::{
    COMMENT_BYTES_MAX, Change, Evidence, Op, OpBody, Review, SEEN_MAX, Submission, TEXT_BYTES_MAX,
};
pub use value::{DateTime, Decimal, File, Point, Value, ValueError, WHOLE_MAX};

/// What a question holds. Unknown and refused are states, not numbers like 98.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Value(Value),
    Unknown,
    Refused,
}

impl Answer {
    pub fn value(&self) -> Option<&Value> {
        match self {
            Answer::Value(value) => Some(value),
            Answer::Unknown | Answer::Refused => None,
        }
    }
}

/// The answers of one case as one reader sees them: what the questionnaire engine is given.
///
/// Rows stand in their order. A path that is not there has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnswerSet {
    pub answers: Map<Path, Answer>,
    pub rows: Map<Path, Vec<RowId>>,
    /// Notes that persons wrote at a question, newest last: a note overrides a doubt.
    pub notes: Map<Path, Vec<String>>,
}

#[cfg(test)]
mod tests;
