//! The stored form of a batch: one byte for the form, then the ops.
//!
//! Frozen: form 1 is JSON of wire version 1, deflated. A new form gets a new byte; old rows stay.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use shared::answers::Op;
use shared::ids::RoundId;
use shared::wire::v1::OpBatch;

use crate::store::{Result, StoreError};

const DEFLATED_JSON: u8 = 1;

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
    let corrupt = |what: &str| StoreError::Corrupt(format!("a stored batch: {what}"));
    let Some((&DEFLATED_JSON, deflated)) = bytes.split_first() else {
        return Err(corrupt("written by a newer version"));
    };
    let mut json = Vec::new();
    DeflateDecoder::new(deflated)
        .read_to_end(&mut json)
        .map_err(|_| corrupt("damaged"))?;
    let batch: OpBatch = serde_json::from_slice(&json).map_err(|_| corrupt("unreadable"))?;
    let ops = batch
        .unpack(round)
        .map_err(|error| corrupt(&error.to_string()))?;
    Ok(ops.into_iter().map(|(op, _)| op).collect())
}
