//! One change of one answer.
//!
//! Always: `Op::id` is the hash of the body; the body is complete evidence for people.
//! Never: a wall clock decides anything; order comes from `seen` alone.

use serde::{Deserialize, Serialize};

use super::canonical;
use super::{Value, WHOLE_MAX};
use crate::ids::{
    AccountId, BootId, CaseId, DeviceId, Digest, OpId, Path, QuestionnaireId, Role, VisitId,
};
use crate::time::{Millis, Moment};

/// The longest text answer.
pub const TEXT_BYTES_MAX: usize = 20_000;
/// The longest comment.
pub const COMMENT_BYTES_MAX: usize = 4_000;
/// The most heads that one op can have seen.
pub const SEEN_MAX: usize = 1_000;

/// A change with its name. The only ways to make one keep name and body together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Op {
    id: OpId,
    body: OpBody,
}

/// Everything that is hashed. Lane and position are not part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpBody {
    pub case: CaseId,
    pub path: Path,
    pub change: Change,
    /// Where the informant has it from, in the words of the questionnaire's source list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The heads of (path, kind) that the author saw, in ascending order.
    pub seen: Vec<OpId>,
    /// 1 + the greatest in `seen`; 1 if there is none.
    pub lamport: u64,
    pub written: Evidence,
    pub author: AccountId,
    pub role: Role,
    pub device: DeviceId,
    /// The device's count of its own commits: makes two equal changes two ops.
    pub counter: u64,
    pub questionnaire: QuestionnaireId,
    pub app_version: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Set(Value),
    Unset,
    Unknown,
    Refused,
    /// At a repeat's path: a new row, named by this op. At a row's path: the row is kept after all.
    AddRow,
    /// At a row's path; `seen` lists every head beneath it.
    RemoveRow,
    Comment(String),
    /// At the root path only.
    Review(Review),
}

/// An act about the whole case, pinned to the digest of the answers that were there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// The enumerator's act "finished".
    Submit(Submission),
    Approve {
        digest: Digest,
    },
    /// The reasons are comments at the questions.
    Return {
        digest: Digest,
        questions: Vec<Path>,
        reason: String,
    },
    Reopen {
        digest: Digest,
        reason: String,
    },
    Reject {
        digest: Digest,
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    pub digest: Digest,
    /// Names of the top groups that this submission finishes.
    pub modules: Vec<String>,
}

/// What the device's clocks said: for people, never for order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub wall: Millis,
    pub zone_minutes: i16,
    /// Milliseconds since the boot named by `boot`.
    pub monotonic_ms: u64,
    pub boot: BootId,
    pub visit: VisitId,
}

impl Evidence {
    /// The wall clock, where the device stood.
    pub fn moment(&self) -> Moment {
        Moment {
            wall: self.wall,
            zone_minutes: self.zone_minutes,
        }
    }
}

impl OpBody {
    /// Whether every number in it reaches all readers as it was given; one that does not would stop them all.
    pub fn is_exact(&self) -> bool {
        let most = WHOLE_MAX.unsigned_abs();
        let value = match &self.change {
            Change::Set(value) => value.is_exact(),
            _ => true,
        };
        value
            && self.written.wall.0.unsigned_abs() <= most
            && self.written.monotonic_ms <= most
            && self.counter <= most
            && self.lamport <= most
    }
}

impl Op {
    /// Seals a body with its name.
    ///
    /// # Panics
    /// When `seen` is not sorted and unique: the author's own code made it.
    pub fn new(body: OpBody) -> Op {
        assert!(body.seen.is_sorted_by(|a, b| a < b), "seen is ascending");
        Op {
            id: canonical::id(&body),
            body,
        }
    }

    /// What is left of an op whose answer was erased: the name that it had, and all but what it said. It reads as
    /// refused, so that what is required stays met. Nobody can compute the name from it any more: it is never sent.
    pub fn erased(id: OpId, mut body: OpBody) -> Op {
        body.change = match body.change {
            Change::Comment(_) => Change::Comment(String::new()),
            _ => Change::Refused,
        };
        Op { id, body }
    }

    /// Whether what it said was erased.
    pub fn is_erased(&self) -> bool {
        self.id != canonical::id(&self.body)
    }

    pub fn id(&self) -> OpId {
        self.id
    }

    pub fn body(&self) -> &OpBody {
        &self.body
    }

    pub fn into_body(self) -> OpBody {
        self.body
    }
}

impl std::ops::Deref for Op {
    type Target = OpBody;

    fn deref(&self) -> &OpBody {
        &self.body
    }
}
