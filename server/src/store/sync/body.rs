//! The stored form of a batch: one byte for the form, then the ops.
//!
//! Frozen: form 1 is a batch of wire version 1 as JSON, deflated. Form 2 is a push of wire version 1 as it came: JSON in
//! gzip, of which the batch is read. Form 3 is what is sealed of a form 1 that lacks it: four bytes of length, then the
//! seals as JSON, then the form 1. A new form gets a new byte; old rows stay.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use flate2::write::DeflateEncoder;
use shared::answers::{Change, Op};
use shared::ids::{CaseId, OpId, RegionId, RoundId};
use shared::wire::v1::{Mac, OpBatch, PushRequest};

use super::sealed::{CaseKey, Keys, Seal, Secret};
use crate::store::{Result, StoreError};

const DEFLATED_JSON: u8 = 1;
const PUSH_AS_IT_CAME: u8 = 2;
const SEALED: u8 = 3;

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

/// A batch on its way into the store.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// The stored form of what is not sealed.
    open: Vec<u8>,
    secrets: Vec<Secret>,
    /// How many bytes it has before it is packed.
    pub(super) bytes: usize,
}

impl Packed {
    /// Of ops that hold nothing personal.
    pub(super) fn open(stored: Vec<u8>, bytes: usize) -> Packed {
        Packed {
            open: stored,
            secrets: Vec::new(),
            bytes,
        }
    }

    /// Whose keys it needs.
    pub(super) fn regions(&self) -> impl Iterator<Item = &RegionId> {
        self.secrets.iter().map(|secret| &secret.region)
    }

    /// The stored form.
    ///
    /// # Panics
    /// When a key of [`Packed::regions`] is not there.
    pub(super) fn stored(&self, keys: &BTreeMap<RegionId, CaseKey>) -> Vec<u8> {
        if self.secrets.is_empty() {
            return self.open.clone();
        }
        let seal = |secret: &Secret| secret.seal(&keys[&secret.region]);
        sealed(
            &self.secrets.iter().map(seal).collect::<Vec<Seal>>(),
            &self.open,
        )
    }
}

fn sealed(seals: &[Seal], open: &[u8]) -> Vec<u8> {
    let seals = serde_json::to_vec(seals).expect("seals have no keys that JSON cannot hold");
    let length = u32::try_from(seals.len()).expect("a batch is smaller than a request");
    [&[SEALED], &length.to_be_bytes()[..], &seals, open].concat()
}

/// Packs ops; what these ones say is to be sealed.
pub(super) fn pack<'a>(ops: impl IntoIterator<Item = &'a Op>, personal: &BTreeSet<OpId>) -> Packed {
    let mut secrets: BTreeMap<&RegionId, Secret> = BTreeMap::new();
    let mut shown: Vec<(&Op, Option<Op>)> = Vec::new();
    for (index, op) in ops.into_iter().enumerate() {
        if !says_something(op) || !personal.contains(&op.id()) {
            shown.push((op, None));
            continue;
        }
        let region = &op.case.region;
        let secret = secrets.entry(region).or_insert_with(|| Secret {
            region: region.clone(),
            ops: Vec::new(),
            changes: Vec::new(),
        });
        secret.ops.push((index, op.id()));
        secret.changes.push(op.change.clone());
        shown.push((op, Some(Op::erased(op.id(), op.body().clone()))));
    }
    let shown = shown.iter().map(|(op, left)| left.as_ref().unwrap_or(op));
    let (open, bytes) = encode(shown);
    Packed {
        open,
        secrets: secrets.into_values().collect(),
        bytes,
    }
}

/// Returns the stored form, and how many bytes it has before it is packed.
fn encode<'a>(ops: impl IntoIterator<Item = &'a Op>) -> (Vec<u8>, usize) {
    let batch = OpBatch::pack(ops.into_iter().map(|op| (op, None)));
    let json = serde_json::to_vec(&batch).expect("ops have no keys that JSON cannot hold");
    let mut encoder = DeflateEncoder::new(vec![DEFLATED_JSON], Compression::fast());
    encoder
        .write_all(&json)
        .expect("writing to memory does not fail");
    let packed = encoder.finish().expect("writing to memory does not fail");
    (packed, json.len())
}

/// Seals what these ops of a village say, where that was stored before answers were sealed. None where all is.
pub(super) fn seal_more(
    bytes: &[u8],
    case: &CaseId,
    personal: &BTreeSet<OpId>,
    key: &CaseKey,
) -> Result<Option<Vec<u8>>> {
    let (mut seals, open) = split(bytes)?;
    let (mut ops, _) = decode_open(open, case.round)?;
    let sealed: BTreeSet<usize> = seals
        .iter()
        .flat_map(|seal| seal.ops.iter().map(|(index, _)| *index))
        .collect();
    let mut secret = Secret {
        region: case.region.clone(),
        ops: Vec::new(),
        changes: Vec::new(),
    };
    for (index, op) in ops.iter_mut().enumerate() {
        let is_meant = op.case == *case && personal.contains(&op.id()) && says_something(op);
        if !sealed.contains(&index) && is_meant {
            secret.ops.push((index, op.id()));
            secret.changes.push(op.change.clone());
            *op = Op::erased(op.id(), op.body().clone());
        }
    }
    if secret.ops.is_empty() {
        return Ok(None);
    }
    seals.push(secret.seal(key));
    Ok(Some(self::sealed(&seals, &encode(&ops).0)))
}

/// Which ops of a stored form, by their place, are sealed under one of these keys.
pub(super) fn sealed_under(bytes: &[u8], keys: &BTreeSet<String>) -> Result<BTreeSet<usize>> {
    let (seals, _) = split(bytes)?;
    let meant = seals.iter().filter(|seal| keys.contains(seal.key()));
    Ok(meant
        .flat_map(|seal| seal.ops.iter().map(|(index, _)| *index))
        .collect())
}

/// The names of the keys under which one of these ops is sealed.
pub(super) fn keys_sealing(bytes: &[u8], ops: &BTreeSet<OpId>) -> Result<BTreeSet<String>> {
    let (seals, _) = split(bytes)?;
    let meant = seals
        .iter()
        .filter(|seal| seal.ops.iter().any(|(_, id)| ops.contains(id)));
    Ok(meant.map(|seal| seal.key().to_owned()).collect())
}

fn says_something(op: &Op) -> bool {
    matches!(op.change, Change::Set(_) | Change::Comment(_))
}

/// The names of the keys that a stored form needs.
pub(in crate::store) fn key_names(bytes: &[u8]) -> Result<Vec<String>> {
    let (seals, _) = split(bytes)?;
    Ok(seals.iter().map(|seal| seal.key().to_owned()).collect())
}

/// What a stored form holds.
#[derive(Debug)]
pub(in crate::store) struct Decoded {
    pub(in crate::store) ops: Vec<Op>,
    /// Which of them were sealed, by their place, and which of those are erased.
    pub(super) sealed: BTreeSet<usize>,
    pub(super) erased: BTreeSet<usize>,
    /// How many bytes it has unpacked.
    pub(super) bytes: usize,
}

/// Reads a stored form with the keys of [`key_names`].
pub(in crate::store) fn decode(bytes: &[u8], round: RoundId, keys: &Keys) -> Result<Decoded> {
    let (seals, open) = split(bytes)?;
    let (mut ops, bytes) = decode_open(open, round)?;
    let (mut sealed, mut erased) = (BTreeSet::new(), BTreeSet::new());
    for seal in seals {
        let changes = seal.open(keys)?;
        for (place, (index, id)) in seal.ops.iter().enumerate() {
            let op = ops
                .get_mut(*index)
                .ok_or_else(|| corrupt("sealed beyond its end"))?;
            sealed.insert(*index);
            let mut body = op.body().clone();
            *op = match &changes {
                Some(changes) => {
                    body.change = changes[place].clone();
                    Op::new(body)
                }
                None => {
                    erased.insert(*index);
                    Op::erased(*id, body)
                }
            };
        }
    }
    Ok(Decoded {
        ops,
        sealed,
        erased,
        bytes,
    })
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Corrupt(format!("a stored batch: {what}"))
}

fn split(bytes: &[u8]) -> Result<(Vec<Seal>, &[u8])> {
    let Some((&SEALED, rest)) = bytes.split_first() else {
        return Ok((Vec::new(), bytes));
    };
    let cut = || corrupt("cut off");
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(cut)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (seals, open) = rest.split_at_checked(length).ok_or_else(cut)?;
    let seals = serde_json::from_slice(seals).map_err(|_| corrupt("unreadable seals"))?;
    Ok((seals, open))
}

/// The ops, and how many bytes they have unpacked.
fn decode_open(bytes: &[u8], round: RoundId) -> Result<(Vec<Op>, usize)> {
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
