//! Gives up villages that are no longer this phone's work.
//!
//! Always: whole villages only, of which the hub has everything, of which that lay in a verified backup, and which
//! stayed so for longer than any backup that one would restore is old, by the hub's clock.
//! Never: gives up what is still assigned, waits, or is kept aside; what a person typed goes only where it is safe.

use super::record::{Idle, PartitionRecord, Write};
use super::{Phone, Reach};
use crate::ids::{BlobId, CaseId, OpId, PartitionId};
use crate::mutants::{Mutant, is_on, retention_ms};
use crate::sorted::Set;
use crate::time::Millis;

/// What the hub just said of time and backups.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    pub(super) now: Millis,
    /// What it had acknowledged before that is safe.
    pub(super) safe_until: Option<Millis>,
}

/// Notes which villages of a partition rest here without need, and gives up those that did so for long enough.
///
/// A village that is noted holds nothing that the hub had not acknowledged by then: so a backup that was made later
/// has it, and one lane position tells the same without a clock.
pub(super) fn forget(phone: &mut Phone, id: &PartitionId, word: Word) -> Vec<Write> {
    if phone.reach == Reach::OpenedCases {
        return Vec::new();
    }
    let record = &phone.partitions[id];
    let waiting: Set<OpId> = match is_on(Mutant::ForgottenBeforeReceipt) {
        true => Set::new(),
        false => record.out.iter().copied().collect(),
    };
    let of_partition = phone.cases.keys().filter(|case| case.partition() == *id);
    let resting = of_partition.filter(|case| rests(phone, case, &waiting));
    let resting: Vec<CaseId> = resting.cloned().collect();
    let mut writes = Vec::new();
    let mut idle = Vec::new();
    for case in resting {
        let record = &phone.partitions[id];
        let noted = record.idle.iter().find(|idle| idle.region == case.region);
        let noted = noted.cloned().unwrap_or_else(|| Idle {
            region: case.region.clone(),
            since: word.now,
            verified: record.verified,
        });
        match may_go(record, &noted, word) {
            true => give_up(phone, &case, &mut writes),
            false => idle.push(noted),
        }
    }
    phone
        .partitions
        .get_mut(id)
        .expect("callers hold a known partition")
        .idle = idle;
    writes
}

/// Whether the hub has all of a village that is not this phone's work, and keeps nothing of it aside.
fn rests(phone: &Phone, id: &CaseId, waiting: &Set<OpId>) -> bool {
    let mut work = phone.scope.assignments.iter();
    let is_mine = work.any(|work| work.round == id.round && work.region == id.region);
    if is_mine && !is_on(Mutant::ForgottenWhileAssigned) {
        return false;
    }
    let is_received = |id: OpId, op: &crate::answers::Op| {
        let held = phone.held(op);
        let is_merged = held.is_some_and(|held| held.quarantined.is_none());
        (is_merged || is_on(Mutant::ForgottenBeforeReceipt)) && !waiting.contains(&id)
    };
    let mut photos = phone.blobs.values().filter(|blob| blob.case == *id);
    phone.cases[id].ops().all(|op| is_received(op.id(), op)) && photos.all(|blob| blob.complete)
}

fn may_go(record: &PartitionRecord, noted: &Idle, word: Word) -> bool {
    let is_old = word.now.0 - noted.since.0 >= retention_ms();
    let is_backed_up = word.safe_until.is_some_and(|until| noted.since < until);
    let is_safe = is_backed_up && noted.verified <= record.safe;
    (is_old || is_on(Mutant::ForgottenTooEarly)) && (is_safe || is_on(Mutant::ForgottenUnsafe))
}

fn give_up(phone: &mut Phone, id: &CaseId, writes: &mut Vec<Write>) {
    let ops = phone.cases[id].ops();
    writes.extend(ops.map(|op| Write::DeleteOp(op.id())));
    let photos = phone.blobs.values().filter(|blob| blob.case == *id);
    let photos: Vec<BlobId> = photos.map(|blob| blob.blob).collect();
    for photo in photos {
        phone.blobs.remove(&photo);
        writes.push(Write::DeleteBlob(photo));
    }
    phone.cases.remove(id);
    phone.held.remove(id);
    phone.arrivals.remove(id);
}
