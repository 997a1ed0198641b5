//! Photos and files, once all text has gone.
//!
//! Always: the smallest first; a broken upload goes on where the hub says it stopped; text goes between two pieces.
//! Never: holds up another photo because one cannot go.

use super::record::{BlobRecord, PhotosSent, Write};
use super::session::{ROUND_MS, Stage, Then, commit_then, push};
use super::{Action, Phone, Request};
use crate::answers::{Change, Op, Value};
use crate::ids::{BlobId, CaseId};
use crate::mutants::{Mutant, is_on};
use crate::time::{DAY_MS, Millis};
use crate::wire::v1::{BlobStatus, CHUNK_BYTES_MAX};

/// Why the machine wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wakeup {
    /// All went; perhaps the hub has something new.
    NextRound,
    /// The last try failed.
    Retry,
    /// Text goes on as before; photos have used up the day.
    PhotosTomorrow,
}

/// The photo or file that an op names.
pub(super) fn named_by(op: &Op) -> Option<BlobId> {
    match &op.change {
        Change::Set(Value::File(file)) => Some(file.blob),
        _ => None,
    }
}

impl Phone {
    /// Whether a photo is here already, for this or another case.
    pub fn has_photo(&self, blob: BlobId) -> bool {
        self.blobs.contains_key(&blob)
    }

    /// The photos here that belong to a case: kept for it, or named by what it holds. A file may belong to several.
    pub(super) fn photos_of(&self, id: &CaseId) -> Vec<BlobId> {
        let here = self.blobs.values().filter(|blob| blob.case == *id);
        let mut photos: Vec<BlobId> = here.map(|blob| blob.blob).collect();
        for op in self.cases.get(id).into_iter().flat_map(|case| case.ops()) {
            if let Some(blob) = named_by(op)
                && self.blobs.contains_key(&blob)
                && !photos.contains(&blob)
                && !is_on(Mutant::PhotosOfOneCase)
            {
                photos.push(blob);
            }
        }
        photos
    }

    /// Bounds what photos may use in a day, from now on; none takes the bound away.
    pub fn set_photo_budget(&mut self, bytes: Option<u64>) -> Vec<Action> {
        self.scope.photo_budget = bytes;
        self.wake_at_ms = Some(0);
        vec![self.commit(vec![Write::PutScope(self.scope.clone())], Vec::new())]
    }

    /// How many bytes of photos may still go today.
    fn photo_bytes_left(&self) -> u64 {
        let budget = self.scope.photo_budget.unwrap_or(u64::MAX);
        budget.saturating_sub(self.scope.photos_sent.bytes)
    }

    /// Whether photos wait for another day.
    pub(super) fn photos_wait(&self) -> bool {
        self.photo_bytes_left() == 0 && self.blobs.values().any(|blob| !blob.complete)
    }
}

/// Another day by the hub's clock begins with nothing sent.
pub(super) fn note_day(phone: &mut Phone, now: Millis) {
    let day = (now.0 + i64::from(phone.zone_minutes) * 60_000).div_euclid(DAY_MS);
    if phone.scope.photos_sent.day != day {
        phone.scope.photos_sent = PhotosSent { day, bytes: 0 };
    }
}

/// Photos after all text, the smallest first.
pub(super) fn upload(phone: &mut Phone, now_ms: u64) -> Vec<Action> {
    phone.at_photos = true;
    let has_left = 0 < phone.photo_bytes_left();
    let next = phone
        .blobs
        .values()
        .filter(|_| has_left)
        .filter(|blob| !blob.complete && !phone.skipped.contains(&blob.blob))
        .filter(|blob| !phone.unnamed.contains(&blob.blob))
        .min_by_key(|blob| (blob.bytes, blob.blob))
        .map(|blob| blob.blob);
    match next.or_else(|| next_asked_again(phone)) {
        Some(blob) => {
            phone.stage = Stage::Uploading(blob);
            vec![Action::Send(Request::BlobStatus(blob))]
        }
        None => rest(phone, now_ms),
    }
}

/// The round is over.
fn rest(phone: &mut Phone, now_ms: u64) -> Vec<Action> {
    phone.stage = Stage::Idle;
    if !phone.is_revoked() {
        phone.attempt = 0;
        phone.wake_at_ms = Some(now_ms + ROUND_MS);
    }
    match phone.photos_wait() {
        // A phone that dies now must not begin the day anew.
        true => vec![phone.commit(vec![Write::PutScope(phone.scope.clone())], Vec::new())],
        false => Vec::new(),
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
    let has_grown = record.offset < status.offset;
    record.offset = status.offset.min(record.bytes);
    record.complete = status.complete;
    let record: BlobRecord = record.clone();
    if has_grown {
        phone.attempt = 0;
    }
    if record.complete {
        // There is room for another.
        phone.photos_held_ms = 0;
        let writes = vec![Write::PutBlob(record), Write::PutScope(phone.scope.clone())];
        return commit_then(phone, writes, Then::Push);
    }
    if has_grown && !phone.unsealed.is_empty() {
        return push(phone, now_ms);
    }
    if record.offset == 0 && now_ms < phone.photos_held_ms {
        phone.skipped.insert(record.blob);
        return upload(phone, now_ms);
    }
    let left = phone.photo_bytes_left();
    if left == 0 {
        // The hub may have lost it; the next start must know.
        let mut actions = rest(phone, now_ms);
        actions.push(phone.commit(vec![Write::PutBlob(record)], Vec::new()));
        return actions;
    }
    let end = record.bytes.min(record.offset + CHUNK_BYTES_MAX.min(left));
    phone.scope.photos_sent.bytes += end - record.offset;
    vec![Action::Send(Request::BlobChunk {
        blob: record.blob,
        offset: record.offset,
        end,
        bytes: record.bytes,
    })]
}
