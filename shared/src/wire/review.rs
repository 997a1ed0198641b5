//! What a supervisor sees: the queue of cases, and one case with everything in it.
//!
//! Always: answers travel as ops, and reader and server merge them with the same code.
//! Never: a case outside the reader's regions.

use serde::{Deserialize, Serialize};

use crate::answers::Change;
use crate::ids::{
    AccountId, BlobId, CaseId, OpId, Path, QuestionnaireId, RegionId, Role, RoundId, Seq,
};
use crate::merge::Status;
use crate::time::Millis;
use crate::wire::v1::{Cursor, Mac, OpBatch, QuarantineCode};

/// Cases in one answer of the queue.
pub const QUEUE_CASES_MAX: usize = 5_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueView {
    pub round: RoundId,
    /// The most doubtful first.
    pub cases: Vec<CaseSummary>,
    /// Whether the reader's regions hold more cases than one answer carries.
    pub cut_off: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseSummary {
    pub region: RegionId,
    pub name: String,
    pub district: String,
    pub regency: String,
    pub status: Status,
    pub changed_since_approval: bool,
    pub answered: u32,
    pub relevant: u32,
    /// The people the village is assigned to.
    pub assignees: Vec<PersonView>,
    /// The newest word of an author, on the author's clock.
    pub last_written: Option<Millis>,
    /// Why somebody should look, the weightiest first; empty when nothing is doubtful.
    pub reasons: Vec<Reason>,
    /// Photos that answers name, and how many of them the server has whole.
    pub photos: u32,
    pub photos_received: u32,
}

/// Why a case stands where it stands in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// Isian ganda.
    Conflicts {
        count: u32,
    },
    /// Findings that cannot be true.
    Errors {
        count: u32,
        first_id: String,
        first_en: String,
    },
    /// Findings that may be true, without a note yet.
    Doubts {
        count: u32,
        first_id: String,
        first_en: String,
    },
    /// Doubts that the enumerator answered with a note.
    Noted {
        count: u32,
    },
    ChangedSinceApproval,
    Resubmitted,
    Quarantined {
        count: u32,
    },
    /// The pointed office is coarser than the threshold, in metres.
    CoarsePosition {
        metres: u32,
    },
    /// From the first to the last answer, in minutes of the phone's own clock.
    ShortVisit {
        minutes: u32,
    },
}

impl Reason {
    /// The weight in the order of the queue; higher is looked at first.
    pub fn weight(&self) -> u32 {
        match self {
            Reason::Conflicts { count } => 1_000 + count.min(&99) * 10,
            Reason::ChangedSinceApproval => 900,
            Reason::Errors { count, .. } => 500 + count.min(&99) * 4,
            Reason::Quarantined { count } => 400 + count.min(&99),
            Reason::Doubts { count, .. } => 200 + count.min(&99) * 2,
            Reason::CoarsePosition { .. } => 90,
            Reason::ShortVisit { .. } => 80,
            Reason::Noted { count } => 20 + count.min(&99) / 2,
            Reason::Resubmitted => 30,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub id: AccountId,
    pub name: String,
    pub role: Role,
}

/// One case with all its ops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseView {
    pub case: CaseId,
    pub name: String,
    pub district: String,
    pub regency: String,
    pub province: String,
    pub round_name: String,
    /// The version that the case stands on.
    pub questionnaire: QuestionnaireId,
    /// The round's newest version, where it has had several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<QuestionnaireId>,
    /// The versions that were in use before, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<QuestionnaireId>,
    /// Top groups that are assigned to somebody.
    pub modules: Vec<String>,
    pub assignees: Vec<PersonView>,
    /// Everybody who wrote an op of this case.
    pub people: Vec<PersonView>,
    /// Pages of at most `BATCH_OPS_MAX` ops, each with the hub's word on its ops.
    pub pages: Vec<CasePage>,
    pub quarantined: Vec<AsideView>,
    /// The photos named by answers that the server has whole.
    pub blobs: Vec<BlobId>,
    /// What is left out for whoever may not read personal answers; none where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withheld>,
    /// What the approval that counts was given to; none where there is none, or where no state of the log was it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approved>,
    /// The last op of this case in the log of its kabupaten; none where the case has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Cursor>,
    /// Whether that log has what stood at the cursor of the desk that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands: Option<bool>,
}

/// The answers and rows of a case, with those that they replaced, that a reviewer approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The approval.
    pub decision: OpId,
    pub ops: Vec<OpId>,
}

/// What is left out of a case, and what can then not be told from the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Personal answers, with their earlier values.
    pub answers: u64,
    /// Those of them that were erased for everybody. They read as refused, and whoever holds one forgets it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<ErasedAnswer>,
    /// Whether the whole case, with what is left out, was changed since it was approved.
    pub changed_since_approval: bool,
}

/// What the server's own run of the questionnaire's checks found in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFindings {
    /// The batch that they were computed from.
    pub newest: Seq,
    pub questionnaire: QuestionnaireId,
    /// Open ones; those that a note settles are not counted.
    pub errors: u32,
    pub doubts: u32,
    pub checked: Millis,
    pub findings: Vec<FindingView>,
}

/// How often a question has an open finding in a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionFindings {
    /// The question's place in the questionnaire, without rows.
    pub question: Path,
    pub code: String,
    pub is_error: bool,
    /// Villages in which it is open, of the reader's regions.
    pub cases: u32,
    /// The first of them, at most `FINDING_REGIONS_MAX`.
    pub regions: Vec<RegionId>,
}

/// Villages named beside a question with findings.
pub const FINDING_REGIONS_MAX: usize = 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    pub path: Path,
    pub is_error: bool,
    /// As `Finding::code` of the interview.
    pub code: String,
    pub message_id: String,
    pub message_en: String,
    pub settled: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CasePage {
    pub ops: OpBatch,
    pub macs: Vec<Mac>,
}

/// Asks to let in ops of a case that are kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admit {
    /// At most `BATCH_OPS_MAX`.
    pub ops: Vec<OpId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admitted {
    pub admitted: u64,
}

/// An answer that was erased: what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedAnswer {
    pub op: OpId,
    pub path: Path,
}

/// What was taken away when personal answers of a village were erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedView {
    pub answers: u64,
    pub photos: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsideView {
    pub op: OpId,
    pub path: Path,
    pub change: Change,
    /// Whether a supervisor may let it in; else it only stays on record.
    pub admissible: bool,
    pub code: QuarantineCode,
    pub received: Millis,
    pub author: AccountId,
}
