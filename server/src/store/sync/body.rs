//! The stored form of a batch: one byte for the form, then the ops.
//!
//! Frozen: form 1 is a batch of wire version 1 as JSON, deflated. Form 2 is a push of wire version 1 as it came: JSON in
//! gzip, of which the batch is read. A new form gets a new byte; old rows stay.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use flate2::write::DeflateEncoder;
use shared::answers::Op;
use shared::ids::RoundId;
use shared::wire::v1::{Mac, OpBatch, PushRequest};

use crate::store::{Result, StoreError};

const DEFLATED_JSON: u8 = 1;
const PUSH_AS_IT_CAME: u8 = 2;

/// What a request may have beyond its ops, unpacked, and each op may weigh, to be kept as it came: blanks that somebody
/// put in between would be unpacked by every reader.
const CAME_BYTES_MAX: usize = 64 * 1024;
const CAME_OP_BYTES_MAX: usize = 1024;

/// A push as it came.
#[derive(Debug, Clone)]
pub struct Came {
    /// A `PushRequest` of wire version 1 as JSON, packed by gzip.
    pub gzip: Vec<u8>,
    /// How many bytes it has unpacked.
    pub bytes: usize,
}

/// The stored form of a push from which these ops were read, and how many bytes it has before it is packed. None where
/// packing anew is better: what came is hardly packed, is mostly not ops, or carries MACs, which nobody reads again.
pub(super) fn keep(came: Came, ops: &[(Op, Option<Mac>)]) -> Option<(Vec<u8>, usize)> {
    let is_packed = came.gzip.len() <= came.bytes / 2;
    let is_ops = came.bytes <= CAME_BYTES_MAX + CAME_OP_BYTES_MAX * ops.len();
    let has_macs = ops.iter().any(|(_, mac)| mac.is_some());
    if !is_packed || !is_ops || has_macs {
        return None;
    }
    let mut stored = came.gzip;
    stored.insert(0, PUSH_AS_IT_CAME);
    Some((stored, came.bytes))
}

/// Returns the stored form, and how many bytes it has before it is packed.
pub(super) fn encode<'a>(ops: impl IntoIterator<Item = &'a Op>) -> (Vec<u8>, usize) {
    let batch = OpBatch::pack(ops.into_iter().map(|op| (op, None)));
    let json = serde_json::to_vec(&batch).expect("ops have no keys that JSON cannot hold");
    let mut encoder = DeflateEncoder::new(vec![DEFLATED_JSON], Compression::fast());
    encoder
        .write_all(&json)
        .expect("writing to memory does not fail");
    let packed = encoder.finish().expect("writing to memory does not fail");
    (packed, json.len())
}

pub(in crate::store) fn decode(bytes: &[u8], round: RoundId) -> Result<Vec<Op>> {
    Ok(decode_sized(bytes, round)?.0)
}

/// The ops, and how many bytes they have unpacked.
pub(super) fn decode_sized(bytes: &[u8], round: RoundId) -> Result<(Vec<Op>, usize)> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("a stored batch: {what}"));
    let mut json = Vec::with_capacity(bytes.len().saturating_mul(8));
    let unpacked = match bytes.split_first() {
        Some((&DEFLATED_JSON, deflated)) => DeflateDecoder::new(deflated).read_to_end(&mut json),
        Some((&PUSH_AS_IT_CAME, gzip)) => MultiGzDecoder::new(gzip).read_to_end(&mut json),
        _ => return Err(corrupt("written by a newer version")),
    };
    unpacked.map_err(|_| corrupt("damaged"))?;
    // What came is read by the reader that read it when it came: whatever that took, it takes again.
    let batch = match bytes[0] {
        PUSH_AS_IT_CAME => serde_json::from_slice(&json).map(|push: PushRequest| push.ops),
        _ => serde_json::from_slice(&json),
    };
    let batch: OpBatch = batch.map_err(|_| corrupt("unreadable"))?;
    let ops = batch
        .open(round)
        .map_err(|error| corrupt(&error.to_string()))?;
    let ops = ops.into_iter().map(|(op, _)| op).collect();
    Ok((ops, json.len()))
}
