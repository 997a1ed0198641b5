//! What the phone keeps at rest.
//!
//! Always: a record that an older app wrote is read by this one; fields are only added, with
//! defaults.
//! Never: holds an answer anywhere but in op records.

use serde::{Deserialize, Serialize};

use crate::answers::{Op, OpBody};
use crate::ids::{
    BlobId, CaseId, DeviceId, Digest, Epoch, LaneId, OpId, PartitionId, RegionId, Seq,
};
use crate::time::Millis;
use crate::wire::v1::{
    AccountView, AssignmentView, Cursor, Mac, QuarantineCode, Receipt, RoundView,
};

/// Everything that a phone wakes up from.
#[derive(Debug, Clone)]
pub struct Stored {
    pub me: Me,
    pub scope: Scope,
    pub partitions: Vec<PartitionRecord>,
    pub ops: Vec<OpRecord>,
    pub blobs: Vec<BlobRecord>,
}

impl Stored {
    /// Takes out photos whose bytes are not here any more: they can neither go nor be waited for.
    pub fn take_lost(&mut self, is_here: impl Fn(BlobId) -> bool) -> Vec<BlobRecord> {
        let all = std::mem::take(&mut self.blobs).into_iter();
        let (here, lost) = all.partition(|record| is_here(record.blob));
        self.blobs = here;
        lost
    }
}

/// Whose phone this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub account: AccountView,
    pub device: DeviceId,
    pub app_version: String,
    /// Own commits so far.
    pub counter: u64,
}

/// What the hub said last about my work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    pub rounds: Vec<RoundView>,
    pub assignments: Vec<AssignmentView>,
    /// The hub's clock at the last hello, and the phone's own then.
    pub hub_now: Option<Millis>,
    /// The newest receipt, for the person to read out.
    pub receipt: Option<Receipt>,
    /// For whom bundles are sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle_key: Option<String>,
    /// Bytes of photos that the person lets go in one day; none where there is no bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_budget: Option<u64>,
    #[serde(default)]
    pub photos_sent: PhotosSent,
}

/// What went of photos on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PhotosSent {
    /// Days since 1970 by the hub's clock at the last hello and the phone's zone; the phone's own may be wrong.
    pub day: i64,
    pub bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpRecord {
    pub id: OpId,
    pub body: OpBody,
    /// Present once the hub has it durably.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<Mac>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantined: Option<QuarantineCode>,
}

impl OpRecord {
    pub fn new(op: &Op, mac: Option<Mac>, quarantined: Option<QuarantineCode>) -> OpRecord {
        OpRecord {
            id: op.id(),
            body: op.body().clone(),
            mac,
            quarantined,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionRecord {
    pub partition: PartitionId,
    pub lane: LaneId,
    /// Positions of the lane that the hub has proved.
    pub verified: Seq,
    /// The op at `verified`.
    pub last: Option<OpId>,
    /// Sealed ops at `verified + 1` on.
    pub out: Vec<OpId>,
    pub cursor: Option<Cursor>,
    pub epoch: Option<Epoch>,
    /// What the account could see when the log was read up to the cursor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sight: Option<Digest>,
    /// Where the log is read once more from the beginning, since the account may see more or less than before: how far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Cursor>,
    /// And what the account may see now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_sight: Option<Digest>,
    /// Up to which position of the lane the loss of the hub would lose nothing.
    #[serde(default)]
    pub safe: Seq,
    /// Villages that are not my work any more, and of which nothing waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub idle: Vec<Idle>,
}

/// A village that rests on this phone without need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idle {
    pub region: RegionId,
    /// By the hub's clock; all of the village was acknowledged before.
    pub since: Millis,
    /// All of it that went through this lane stands up to here.
    pub verified: Seq,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobRecord {
    pub blob: BlobId,
    pub case: CaseId,
    pub bytes: u64,
    pub media_type: String,
    /// Bytes that the hub is known to hold.
    pub offset: u64,
    pub complete: bool,
}

/// One change of the store. All writes of a commit happen, or none.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    PutMe(Me),
    PutScope(Scope),
    PutOp(OpRecord),
    DeleteOp(OpId),
    PutPartition(PartitionRecord),
    PutBlob(BlobRecord),
    /// The record and the bytes.
    DeleteBlob(BlobId),
}
