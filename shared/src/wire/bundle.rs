//! Bundles: what a phone hands to a person because no network comes, and what comes back.
//!
//! A bundle is a file: the mark, the head as one line of JSON, the sealed content, the SHA-256 of all before, and the
//! author's signature over it. The content is the length of the text in four bytes, the text (JSON, or JSON in gzip),
//! and the photos one after the other.
//! Always: the head is all that a carrier can read, and says no answer.

use serde::{Deserialize, Serialize};

use super::v1::{PushRequest, PushResponse, QuarantineCode};
use crate::ids::{BlobId, DeviceId, Digest, LaneId, OpId, PartitionId, Seq};
use crate::time::Millis;

/// Bytes of one bundle: what messengers and Web Share still take.
pub const BUNDLE_BYTES_MAX: u64 = 25 * 1024 * 1024;
/// Bytes of mark and head.
pub const HEAD_BYTES_MAX: usize = 2_048;
/// Bytes of the text of a bundle, unpacked.
pub const BUNDLE_TEXT_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Pushes in one bundle, each of at most `BATCH_OPS_MAX` ops.
pub const BUNDLE_PUSHES_MAX: usize = 200;
/// Photos in one bundle.
pub const BUNDLE_PHOTOS_MAX: usize = 500;
/// Bytes of a receipt, as a file.
pub const RECEIPT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What anybody may read of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleHead {
    /// For whom it is sealed: the first half of the SHA-256 of the hub's public key.
    pub hub: Digest,
    /// Where that hub is reached, for people.
    pub origin: String,
    pub device: DeviceId,
    /// Who made it, for people.
    pub name: String,
    /// The phone's clock; evidence, nothing hangs on it.
    pub made: Millis,
    pub villages: u32,
    pub answers: u32,
    pub photos: u32,
    /// Bytes of the sealed content.
    pub bytes: u64,
}

/// The text inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleText {
    /// What the phone would have pushed, lane by lane in the order of their positions.
    pub pushes: Vec<PushRequest>,
    /// The photos that follow the text, in their order.
    pub photos: Vec<BundlePhoto>,
    /// What the hub gave the phone when it was enrolled: by it a hub that was restored from an older backup knows phone
    /// and person again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlePhoto {
    pub blob: BlobId,
    pub bytes: u64,
}

/// Asks for the hub's word on a stretch of a lane that it has already, without sending the ops again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProveRequest {
    pub wire: u32,
    pub partition: PartitionId,
    pub lane: LaneId,
    pub from: Seq,
    /// The op at `from - 1`; none for the first.
    pub previous: Option<OpId>,
    /// Positions, at most `BATCH_OPS_MAX`.
    pub count: u32,
    /// Of the ids at these positions, in order: proves that the phone has what the hub has.
    pub digest: Digest,
}

/// The hub's word to the author of a bundle, whoever carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleReceipt {
    /// The number of the bundle, as a person reads it out.
    pub number: String,
    pub device: DeviceId,
    pub at: Millis,
    pub lanes: Vec<LaneReceipt>,
    /// Photos that are durable at the hub.
    pub photos: Vec<BlobId>,
}

/// What a push would have been answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneReceipt {
    pub partition: PartitionId,
    pub lane: LaneId,
    pub from: Seq,
    /// Of the ids that the answer is about, in order.
    pub digest: Digest,
    pub answer: PushResponse,
}

/// What became of a bundle, for whoever brought it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleOpened {
    pub number: String,
    /// The author.
    pub name: String,
    /// Codes and names of the villages.
    pub villages: Vec<(String, String)>,
    /// Answers and acts inside, and how many of them were not here before.
    pub answers: u64,
    pub fresh: u64,
    /// How many are kept aside, and why.
    pub aside: Vec<(QuarantineCode, u64)>,
    /// Photos inside that are here now, and those that were refused.
    pub photos: u64,
    pub photos_refused: u64,
    /// The code under which the hub took no more of the author, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The receipt as a file, for the author's phone.
    pub receipt: String,
}
