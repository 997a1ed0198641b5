//! The first version of the sync messages, as JSON.
//!
//! Always: every list has a bound that the receiver checks (`*_MAX`).
//! Always: fields that the ops of a batch share stand once, in `origins`; ids are not sent, the
//! receiver computes them again from the bodies.

use serde::{Deserialize, Serialize};

use crate::answers::{
    COMMENT_BYTES_MAX, Change, Evidence, Op, OpBody, Review, SEEN_MAX, TEXT_BYTES_MAX, Value,
};
use crate::ids::{
    AccountId, BlobId, BootId, CaseId, DeviceId, Digest, Epoch, LaneId, OpId, PartitionId, Path,
    QuestionnaireId, RegionId, Role, RoundId, Seq, VisitId, hex_bytes, hex_text,
};
use crate::time::Millis;

pub const WIRE_VERSION: u32 = 1;
/// Ops in one push or one page of a pull.
pub const BATCH_OPS_MAX: usize = 500;
/// Partitions that one account may sync: every kabupaten of Indonesia, and some.
pub const PARTITIONS_MAX: usize = 1_000;
/// Villages that are compared in one pull.
pub const DIGESTS_MAX: usize = 500;
/// Ops and photos of one village that a phone asks about; a larger one stays on the phone.
pub const GIVING_UP_MAX: usize = 20_000;
/// Bytes of one request body before decompression.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of one photo or file.
pub const BLOB_BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Bytes of one piece of a photo on its way.
pub const CHUNK_BYTES_MAX: u64 = 256 * 1024;

/// The hub's word that it holds an op: with it, an op is accepted from any bearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mac(pub [u8; 16]);

impl Serialize for Mac {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex_text(&self.0))
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        hex_bytes(&text)
            .map(Mac)
            .ok_or_else(|| serde::de::Error::custom("not a MAC"))
    }
}

/// A place in a partition's log: the position and what stands there, in one life of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    pub epoch: Epoch,
    pub position: Seq,
    /// The op at `position`; none before the first.
    pub id: Option<OpId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloRequest {
    pub wire: u32,
    pub facts: DeviceFacts,
    pub partitions: Vec<PartitionHello>,
}

/// What the office sees of a phone's health.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeviceFacts {
    pub app_version: String,
    pub wall: Millis,
    pub zone_minutes: i16,
    pub installed: bool,
    pub persisted: bool,
    pub unsent_ops: u64,
    pub unsent_blobs: u64,
    /// Wall clock of the oldest op that the hub has not received.
    pub oldest_unsent: Option<Millis>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionHello {
    pub partition: PartitionId,
    pub lane: LaneId,
    /// How many positions of the lane the hub has verified, and the op at the last of them.
    pub verified: Seq,
    pub last: Option<OpId>,
    pub cursor: Option<Cursor>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloResponse {
    pub epoch: Epoch,
    pub now: Millis,
    pub account: AccountView,
    pub partitions: Vec<PartitionStatus>,
    pub rounds: Vec<RoundView>,
    pub assignments: Vec<AssignmentView>,
    /// The hub's public key, for which bundles are sealed: a point on P-256 in hex, 65 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub id: AccountId,
    pub username: String,
    pub name: String,
    pub role: Role,
    pub regions: Vec<RegionId>,
}

/// What the hub has of this device's lane, and whether its cursor still points at what it read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionStatus {
    pub partition: PartitionId,
    pub lane_length: Seq,
    /// Whether the op at the phone's `verified` is the one the phone named.
    pub lane_matches: bool,
    pub cursor_matches: bool,
    /// Up to which position of the lane ops lie in a verified backup, or have been here long enough where there is
    /// none: before, a phone gives nothing up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe: Option<Seq>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundView {
    pub id: RoundId,
    pub name: String,
    pub training: bool,
    pub open: bool,
    /// The version that cases begin with.
    pub questionnaire: QuestionnaireId,
    /// The versions that were in use before, the oldest first; cases stay on theirs until somebody moves them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<QuestionnaireId>,
}

impl RoundView {
    /// All versions in the order in which the round took them; the last is the newest.
    pub fn versions(&self) -> Vec<QuestionnaireId> {
        let mut versions = self.earlier.clone();
        versions.push(self.questionnaire);
        versions
    }
}

/// One village of one enumerator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentView {
    pub round: RoundId,
    pub region: RegionId,
    pub name: String,
    pub district: String,
    pub regency: String,
    pub province: String,
    /// Empty means all.
    pub modules: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "PushBody")]
pub struct PushRequest {
    pub wire: u32,
    pub partition: PartitionId,
    pub lane: LaneId,
    /// The lane position of the first op; positions are dense from 1.
    pub from: Seq,
    /// The op at `from - 1`; none for the first.
    pub previous: Option<OpId>,
    #[serde(flatten)]
    pub ops: OpBatch,
}

/// The same, field by field: what is read through `flatten` cannot say where its fault lies.
#[derive(Deserialize)]
struct PushBody {
    wire: u32,
    partition: PartitionId,
    lane: LaneId,
    from: Seq,
    previous: Option<OpId>,
    origins: Vec<Origin>,
    ops: Vec<PackedOp>,
}

impl From<PushBody> for PushRequest {
    fn from(body: PushBody) -> PushRequest {
        PushRequest {
            wire: body.wire,
            partition: body.partition,
            lane: body.lane,
            from: body.from,
            previous: body.previous,
            ops: OpBatch {
                origins: body.origins,
                ops: body.ops,
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum PushResponse {
    Accepted {
        /// Only up to what this very request proved.
        verified: Seq,
        /// One per op of the request, in order.
        macs: Vec<Mac>,
        quarantined: Vec<Quarantined>,
        /// What a person can read out: the hub's number and time of this receipt.
        receipt: Receipt,
        /// As in [`PartitionStatus`], where the hub knows it at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        safe: Option<Seq>,
    },
    /// The lane ends before `from`: the phone takes a new lane and offers again.
    Gap { length: Seq },
    /// An op at an overlapping position differs: somebody else uses this lane.
    Fork,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub number: Seq,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    pub position: Seq,
    pub code: QuarantineCode,
}

/// Why the hub keeps an op aside. It is acknowledged, shown, can be admitted, never deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuarantineCode {
    NeverAssigned,
    RoundClosed,
    UnknownRound,
    UnknownQuestion,
    ForeignAuthor,
    RoleMismatch,
    ReviewNotAllowed,
    RevokedDevice,
    TooLarge,
    LamportMismatch,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub wire: u32,
    pub partition: PartitionId,
    pub cursor: Option<Cursor>,
    pub limit: u32,
    /// What the phone has of its villages, all of it below the cursor: sent once it has read everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<CaseDigest>,
    /// A village that the phone would give up, if the hub keeps it safely; or what is kept aside of one, to be told
    /// whether it is still there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub giving_up: Option<GivingUp>,
}

/// All that a phone holds of a village that is not its work any more. By ids, because a phone that may not see the
/// village any more cannot compare a digest of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivingUp {
    pub region: RegionId,
    pub ops: Vec<OpId>,
    pub photos: Vec<BlobId>,
}

/// How the hub keeps the worst kept of what a phone asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeping {
    /// The hub has not got it: it lost it, or it was put back to before it came.
    Missing,
    /// It has it, but going back to a backup would lose it.
    Here,
    /// It lies in a verified backup, and has been here for longer than any older backup would be used.
    Safe,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum PullResponse {
    Page {
        #[serde(flatten)]
        ops: OpBatch,
        /// One per op, in order.
        macs: Vec<Mac>,
        cursor: Cursor,
        more: bool,
        /// Names what this account may see; a log that was read with other eyes is read again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sight: Option<Digest>,
        /// Villages of which the hub has other ops below the cursor than the phone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        differs: Vec<RegionId>,
        /// The answer to what the phone would give up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keeping: Option<Keeping>,
    },
    /// The cursor is of another life of the hub: begin again.
    Reset { epoch: Epoch },
}

/// Where a resumable upload stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobStatus {
    pub blob: BlobId,
    /// Bytes that the hub holds.
    pub offset: u64,
    pub complete: bool,
}

/// The ids of all merged ops of one case that the account may see, as one number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseDigest {
    pub region: RegionId,
    pub digest: Digest,
}

/// Ops with their shared fields hoisted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OpBatch {
    pub origins: Vec<Origin>,
    pub ops: Vec<PackedOp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub author: AccountId,
    pub role: Role,
    pub device: DeviceId,
    pub questionnaire: QuestionnaireId,
    pub app_version: String,
    pub zone_minutes: i16,
    pub boot: BootId,
    pub visit: VisitId,
    pub region: RegionId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedOp {
    /// Index in `origins`.
    pub origin: u32,
    pub path: Path,
    pub change: Change,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<OpId>,
    pub lamport: u64,
    pub wall: Millis,
    pub monotonic_ms: u64,
    pub counter: u64,
    /// The hub's word on an op that the bearer did not write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
}

/// What is wrong with a batch, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BatchError {
    TooManyOps {
        count: usize,
    },
    UnknownOrigin {
        index: usize,
    },
    /// `seen` of the op at `index` is too long, unsorted or repeats an id.
    BadSeen {
        index: usize,
    },
    /// A text, list or comment of the op at `index` is longer than allowed.
    TooLong {
        index: usize,
    },
}

impl std::fmt::Display for BatchError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BatchError::TooManyOps { count } => {
                write!(f, "{count} ops in one batch; send at most {BATCH_OPS_MAX}")
            }
            BatchError::UnknownOrigin { index } => {
                write!(
                    f,
                    "op {index} names an origin that the batch does not carry"
                )
            }
            BatchError::BadSeen { index } => {
                write!(
                    f,
                    "op {index} has a `seen` that is not ascending and unique"
                )
            }
            BatchError::TooLong { index } => write!(f, "op {index} is longer than allowed"),
        }
    }
}

impl std::error::Error for BatchError {}

impl OpBatch {
    /// Packs ops of one round; `macs` are sent along with ops of others.
    pub fn pack<'a>(ops: impl IntoIterator<Item = (&'a Op, Option<Mac>)>) -> OpBatch {
        let mut batch = OpBatch::default();
        for (op, mac) in ops {
            let origin = origin_of(op);
            let index = batch.origins.iter().position(|known| *known == origin);
            let index = index.unwrap_or_else(|| {
                batch.origins.push(origin);
                batch.origins.len() - 1
            });
            batch.ops.push(PackedOp {
                origin: u32::try_from(index).expect("a batch has at most BATCH_OPS_MAX origins"),
                path: op.path.clone(),
                change: op.change.clone(),
                source: op.source.clone(),
                seen: op.seen.clone(),
                lamport: op.lamport,
                wall: op.written.wall,
                monotonic_ms: op.written.monotonic_ms,
                counter: op.counter,
                mac,
            });
        }
        batch
    }

    /// Checks every bound and names the ops again.
    ///
    /// # Errors
    /// The first op that is not as this version promises; nothing of the batch is taken then.
    pub fn unpack(self, round: RoundId) -> Result<Vec<(Op, Option<Mac>)>, BatchError> {
        let ops = self.open(round)?;
        for (index, (op, _)) in ops.iter().enumerate() {
            check_bounds(op).map_err(|fault| match fault {
                Unbounded::Seen => BatchError::BadSeen { index },
                Unbounded::Length => BatchError::TooLong { index },
            })?;
        }
        Ok(ops)
    }

    /// Names the ops again, also those beyond a bound: who takes them in asks each whether it [`fits`].
    ///
    /// # Errors
    /// Where the batch is none.
    pub fn open(self, round: RoundId) -> Result<Vec<(Op, Option<Mac>)>, BatchError> {
        if BATCH_OPS_MAX < self.ops.len() {
            return Err(BatchError::TooManyOps {
                count: self.ops.len(),
            });
        }
        let origins = self.origins;
        let mut ops = Vec::with_capacity(self.ops.len());
        for (index, packed) in self.ops.into_iter().enumerate() {
            let origin = usize::try_from(packed.origin)
                .ok()
                .and_then(|origin| origins.get(origin))
                .ok_or(BatchError::UnknownOrigin { index })?;
            // Such an op has no id; no program of ours ever packed one.
            if !packed.seen.is_sorted_by(|a, b| a < b) {
                return Err(BatchError::BadSeen { index });
            }
            let mac = packed.mac;
            ops.push((Op::new(body(round, origin, packed)), mac));
        }
        Ok(ops)
    }
}

fn origin_of(op: &Op) -> Origin {
    Origin {
        author: op.author,
        role: op.role,
        device: op.device,
        questionnaire: op.questionnaire,
        app_version: op.app_version.clone(),
        zone_minutes: op.written.zone_minutes,
        boot: op.written.boot,
        visit: op.written.visit,
        region: op.case.region.clone(),
    }
}

fn body(round: RoundId, origin: &Origin, packed: PackedOp) -> OpBody {
    OpBody {
        case: CaseId {
            round,
            region: origin.region.clone(),
        },
        path: packed.path,
        change: packed.change,
        source: packed.source,
        seen: packed.seen,
        lamport: packed.lamport,
        written: Evidence {
            wall: packed.wall,
            zone_minutes: origin.zone_minutes,
            monotonic_ms: packed.monotonic_ms,
            boot: origin.boot,
            visit: origin.visit,
        },
        author: origin.author,
        role: origin.role,
        device: origin.device,
        counter: packed.counter,
        questionnaire: origin.questionnaire,
        app_version: origin.app_version.clone(),
    }
}

const APP_VERSION_BYTES_MAX: usize = 64;
const SOURCE_BYTES_MAX: usize = 400;
const LIST_MAX: usize = 2_000;

enum Unbounded {
    Seen,
    Length,
}

/// Whether an op keeps to the bounds of this version. One that does not is kept aside, and blocks nothing.
pub fn fits(op: &OpBody) -> bool {
    check_bounds(op).is_ok()
}

fn check_bounds(op: &OpBody) -> Result<(), Unbounded> {
    if SEEN_MAX < op.seen.len() {
        return Err(Unbounded::Seen);
    }
    let source = op.source.as_ref().map_or(0, String::len);
    let is_short = op.app_version.len() <= APP_VERSION_BYTES_MAX && source <= SOURCE_BYTES_MAX;
    match is_short && is_within_bounds(&op.change) {
        true => Ok(()),
        false => Err(Unbounded::Length),
    }
}

fn is_within_bounds(change: &Change) -> bool {
    match change {
        Change::Set(Value::Text(text)) => text.len() <= TEXT_BYTES_MAX,
        Change::Set(Value::Choice(name)) => name.len() <= TEXT_BYTES_MAX,
        Change::Set(Value::Choices(names)) => {
            names.len() <= LIST_MAX
                && names.iter().map(String::len).sum::<usize>() <= TEXT_BYTES_MAX
        }
        Change::Set(Value::Points(points)) => points.len() <= LIST_MAX,
        Change::Set(Value::File(file)) => {
            file.name.len() <= SOURCE_BYTES_MAX
                && file.media_type.len() <= APP_VERSION_BYTES_MAX
                && file.bytes <= BLOB_BYTES_MAX
        }
        Change::Comment(text) => text.len() <= COMMENT_BYTES_MAX,
        Change::Review(review) => is_review_within_bounds(review),
        Change::Set(
            Value::Integer(_)
            | Value::Decimal(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::DateTime(_)
            | Value::Point(_),
        )
        | Change::Unset
        | Change::Unknown
        | Change::Refused
        | Change::AddRow
        | Change::RemoveRow => true,
    }
}

fn is_review_within_bounds(review: &Review) -> bool {
    match review {
        Review::Submit(submission) => {
            submission.modules.len() <= LIST_MAX
                && submission.modules.iter().map(String::len).sum::<usize>() <= TEXT_BYTES_MAX
        }
        Review::Approve { .. } => true,
        Review::Return {
            questions, reason, ..
        } => questions.len() <= LIST_MAX && reason.len() <= COMMENT_BYTES_MAX,
        Review::Reopen { reason, .. } | Review::Reject { reason, .. } => {
            reason.len() <= COMMENT_BYTES_MAX
        }
    }
}

#[cfg(test)]
mod tests;
