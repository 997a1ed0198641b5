//! Photos and files, once all text has gone.
//!
//! Always: the smallest first; a broken upload goes on where the hub says it stopped.
//! Never: holds up another photo because one cannot go.

use super::record::{BlobRecord, Write};
use super::session::{ROUND_MS, Stage, Then, commit_then};
use super::{Action, Phone, Request};
use crate::ids::BlobId;
use crate::wire::v1::{BlobStatus, CHUNK_BYTES_MAX};

/// Photos after all text, the smallest first.
pub(super) fn upload(phone: &mut Phone, now_ms: u64) -> Vec<Action> {
    let next = phone
        .blobs
        .values()
        .filter(|blob| !blob.complete && !phone.skipped.contains(&blob.blob))
        .min_by_key(|blob| (blob.bytes, blob.blob))
        .map(|blob| blob.blob);
    match next.or_else(|| next_asked_again(phone)) {
        Some(blob) => {
            phone.stage = Stage::Uploading(blob);
            vec![Action::Send(Request::BlobStatus(blob))]
        }
        None => {
            phone.stage = Stage::Idle;
            phone.wake_at_ms = Some(now_ms + ROUND_MS);
            Vec::new()
        }
    }
}

/// One photo in each round that the hub had: a hub that was put back may have lost it, and nothing else tells.
fn next_asked_again(phone: &mut Phone) -> Option<BlobId> {
    let (last, is_due) = std::mem::take(&mut phone.asked_again);
    let complete = phone.blobs.values().filter(|blob| blob.complete);
    let complete: Vec<BlobId> = complete.map(|blob| blob.blob).collect();
    let next = complete
        .iter()
        .find(|blob| last.is_none_or(|last| last < **blob));
    let blob = next.or(complete.first()).copied();
    phone.asked_again = (if is_due { blob } else { last }, false);
    blob.filter(|_| is_due)
}

pub(super) fn blob_received(phone: &mut Phone, status: BlobStatus, now_ms: u64) -> Vec<Action> {
    let Some(record) = phone.blobs.get_mut(&status.blob) else {
        return upload(phone, now_ms);
    };
    if record.complete && status.complete {
        return upload(phone, now_ms);
    }
    record.offset = status.offset.min(record.bytes);
    record.complete = status.complete;
    let record: BlobRecord = record.clone();
    if record.complete {
        return commit_then(phone, vec![Write::PutBlob(record)], Then::Upload);
    }
    let end = record.bytes.min(record.offset + CHUNK_BYTES_MAX);
    vec![Action::Send(Request::BlobChunk {
        blob: record.blob,
        offset: record.offset,
        end,
        bytes: record.bytes,
    })]
}
