//! What an analyst sees: a ranking over the approved cases of a round, and the chosen villages.
//!
//! Always: names the method by version and hash, and counts what was left out.
//! Never: personal answers.

use serde::{Deserialize, Serialize};

use crate::ids::RoundId;
use crate::priority::{Ranking, Selection, Text};

/// One shipped method, as a list of choices shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodView {
    pub id: String,
    pub version: String,
    pub label: Text,
    /// Whether the result is only an estimate of an official index.
    pub estimate: bool,
    /// Whether it chooses villages, and not only ranks them.
    pub selects: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriorityView {
    pub round: RoundId,
    pub round_name: String,
    /// Cases whose approved answers were ranked.
    pub approved: u32,
    /// Cases that were not: nobody approved them yet.
    pub unapproved: u32,
    pub ranking: Ranking,
    pub selection: Option<Selection>,
}
