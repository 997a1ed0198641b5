//! What an analyst sees: a ranking over the approved cases of a round, and the chosen villages.
//!
//! Always: names the method by version and hash, and counts what was left out.
//! Never: personal answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::{BlobId, DecisionId, RegionId, RoundId};
use crate::priority::{Change, MethodRef, Places, Ranking, Selection, Text, Unit};
use crate::time::Millis;
use crate::wire::office::RegionName;

/// One method, as a list of choices shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodView {
    pub id: String,
    pub version: String,
    pub label: Text,
    /// Whether the result is only an estimate of an official index.
    pub estimate: bool,
    /// Whether it chooses villages, and not only ranks them.
    pub selects: bool,
    /// Where it was written at this server; none for those that come with the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<StoredMethod>,
}

/// When and by whom a method was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMethod {
    /// SHA-256 of the canonical form, hexadecimal.
    pub hash: String,
    pub made: Millis,
    pub made_by: String,
}

impl MethodView {
    /// The name by which addresses call it: the id of a method that ships, `id@version` of another.
    pub fn key(&self) -> String {
        match self.stored {
            None => self.id.clone(),
            Some(_) => format!("{}@{}", self.id, self.version),
        }
    }
}

/// A method that is to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodNew {
    pub document: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriorityView {
    pub round: RoundId,
    pub round_name: String,
    /// Cases whose approved answers were ranked.
    pub approved: u32,
    /// Cases that were not: nobody approved them yet.
    pub unapproved: u32,
    /// Villages of the round without approved answers, begun or not.
    #[serde(default)]
    pub unvisited: u32,
    pub ranking: Ranking,
    pub selection: Option<Selection>,
}

/// The villages of a round as one method sees them, so that a console ranks them by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenView {
    pub round: RoundId,
    pub round_name: String,
    /// Cases whose approved answers are here.
    pub approved: u32,
    /// Cases that are not: nobody approved them yet.
    pub unapproved: u32,
    /// Villages of the round without approved answers, begun or not; `units` names them where the method counts them.
    #[serde(default)]
    pub unvisited: u32,
    /// The method, as it is written.
    pub document: String,
    /// Seed of the lottery and of the draws, unless people agree on another one.
    pub seed: String,
    pub units: Vec<Unit>,
    /// Where the offices of the villages are.
    #[serde(default, skip_serializing_if = "Places::is_empty")]
    pub places: Places,
    /// Names of the rounds that fill gaps, the latest first, where the method asks for them and there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_round: Option<String>,
    /// What the reader oversees; none for everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overseen: Vec<RegionName>,
}

/// A photo that belongs to the approved answers of a village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoView {
    /// Path of the answer.
    pub path: String,
    /// Of its question.
    pub label: Text,
    pub blob: BlobId,
    pub media_type: String,
    /// False while it is still on a phone.
    pub is_here: bool,
}

/// A ranking or selection that is to be frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionNew {
    /// As it was agreed on, such as numbers drawn in public.
    pub seed: String,
    #[serde(default)]
    pub changes: Vec<Change>,
    pub minutes: Minutes,
}

/// What the minutes (berita acara) say beside the record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Minutes {
    pub number: String,
    pub place: String,
    /// As it is printed.
    pub date: String,
    #[serde(default)]
    pub signatories: Vec<Signatory>,
    /// Who decides although the method has something to be looked at; none where it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub despite: Option<Despite>,
}

/// Who answers for a decision under a method that names nobody's code or asks for more than there is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Despite {
    pub by: String,
    pub reason: String,
}

impl Despite {
    /// Whether somebody and a reason are named.
    pub fn is_given(&self) -> bool {
        !self.by.trim().is_empty() && !self.reason.trim().is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signatory {
    pub name: String,
    pub position: String,
}

impl Minutes {
    /// Every text of it is at most so long.
    pub const CHARS_MAX: usize = 200;
    pub const SIGNATORIES_MAX: usize = 12;
}

/// What a list shows of a frozen decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionFacts {
    pub method: MethodRef,
    pub software: String,
    pub seed: String,
    /// SHA-256 of the record, hexadecimal.
    pub digest: String,
    /// SHA-256 of the data in it.
    pub data_digest: String,
    pub villages: u32,
    /// Chosen in the end, changes by hand included.
    pub chosen: u32,
    pub changed: u32,
    /// Names of the rounds that filled gaps, the latest first, where the method asks for them and there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_round: Option<String>,
    pub minutes: Minutes,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionView {
    pub id: DecisionId,
    pub round: RoundId,
    pub made: Millis,
    /// Name of who froze it.
    pub made_by: String,
    /// What it ranked; a list of decisions leaves it out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<RegionId>,
    pub facts: DecisionFacts,
}

/// What a decision would be by the answers of today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferencesView {
    /// All of them; the list may be shorter.
    pub count: u32,
    pub differences: Vec<DifferenceView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferenceView {
    /// Code of the village; empty for what concerns all.
    pub region: String,
    pub text: Text,
}

/// Harvests and facilities of a round, as the tables that `lumbung capacity` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityView {
    pub round: RoundId,
    pub round_name: String,
    /// Kabupaten of the round, as far as the reader oversees them; each is a catchment.
    pub areas: Vec<RegionName>,
    /// Names of their provinces, by code: factors and yields belong to those.
    #[serde(default)]
    pub provinces: BTreeMap<String, String>,
    /// Names of the approved villages, by code.
    pub villages: BTreeMap<String, String>,
    /// Rows that say too little to be compared.
    pub left_out: u32,
    /// CSV.
    pub harvests: String,
    /// CSV.
    pub facilities: String,
}
