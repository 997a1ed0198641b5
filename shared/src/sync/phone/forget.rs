//! Gives up villages that are no longer this phone's work.
//!
//! Always: whole villages only, of which the hub has everything, and which stayed so for longer than any backup that one
//! would restore is old, by the hub's clock.
//! Always: the hub was asked about every op and photo, and said that all of it lies in a backup.
//! Never: gives up what is still assigned, waits, or is kept aside; what a person typed goes only where it is safe.

use super::Phone;
use super::photos::named_by;
use super::record::{Idle, PartitionRecord, Write};
use crate::ids::{CaseId, OpId, PartitionId, RegionId, Role};
use crate::merge::Case;
use crate::mutants::{Mutant, is_on, retention_ms};
use crate::sorted::Set;
use crate::time::{DAY_MS, Millis};
use crate::wire::v1::{AccountView, GIVING_UP_MAX, GivingUp, Keeping};

/// Notes which villages of a partition rest here without need, and which of them did so for long enough to ask.
pub(super) fn note_resting(phone: &mut Phone, id: &PartitionId, now: Millis) {
    let record = &phone.partitions[id];
    let waiting: Set<OpId> = match is_on(Mutant::ForgottenBeforeReceipt) {
        true => Set::new(),
        false => record.out.iter().copied().collect(),
    };
    let of_partition = phone.cases.keys().filter(|case| case.partition() == *id);
    let resting = of_partition.filter(|case| rests(phone, case, &waiting, true));
    let resting: Vec<CaseId> = resting.cloned().collect();
    let mut idle = Vec::new();
    for case in resting {
        let record = &phone.partitions[id];
        let noted = record.idle.iter().find(|idle| idle.region == case.region);
        let noted = noted.cloned().unwrap_or_else(|| Idle {
            region: case.region.clone(),
            since: now,
            verified: record.verified,
        });
        if may_be_asked(record, &noted, now) {
            phone.leaving.push((case, Some(now)));
        }
        idle.push(noted);
    }
    let record = phone.partitions.get_mut(id);
    record.expect("callers hold a known partition").idle = idle;
}

/// Asks also about what is kept aside, which no digest tells of: the hub may have been put back to before it came. Once
/// after each start, since all the ids go along.
pub(super) fn note_kept_aside(phone: &mut Phone) {
    if phone.asides_asked {
        return;
    }
    for (case, held) in &phone.held {
        if held.values().any(|held| held.quarantined.is_some()) {
            phone.leaving.push((case.clone(), None));
        }
    }
}

fn kept_aside(phone: &Phone, case: &CaseId) -> GivingUp {
    let held = phone.held.get(case).into_iter().flatten();
    let aside = held.filter(|(_, held)| held.quarantined.is_some());
    GivingUp {
        region: case.region.clone(),
        ops: aside.map(|(id, _)| *id).take(GIVING_UP_MAX).collect(),
        photos: Vec::new(),
    }
}

/// The next village that this round has still to ask about.
pub(super) fn next_leaving(phone: &mut Phone) -> Option<(PartitionId, GivingUp)> {
    while let Some((case, now)) = phone.leaving.pop() {
        let asked = match now {
            Some(_) => giving_up(phone, &case),
            None => kept_aside(phone, &case),
        };
        let count = asked.ops.len() + asked.photos.len();
        // A village without anything may be given up; nothing aside is no question.
        let is_question = now.is_some() || 0 < count;
        if is_question && count <= GIVING_UP_MAX {
            let partition = case.partition();
            phone.asked = Some((case, now, asked.clone()));
            return Some((partition, asked));
        }
    }
    None
}

/// Does what the hub's word allows, unless the village changed meanwhile.
pub(super) fn answered(phone: &mut Phone, id: &PartitionId, word: Option<Keeping>) -> Vec<Write> {
    let Some((case, now, asked)) = phone.asked.take() else {
        return Vec::new();
    };
    let Some(now) = now else {
        // A question that met no answer is asked again.
        phone.asides_asked = phone.leaving.iter().all(|(_, now)| now.is_some());
        if word == Some(Keeping::Missing) {
            phone.doubt(id);
        }
        return Vec::new();
    };
    let record = &phone.partitions[id];
    let mut idle = record.idle.clone();
    let waiting: Set<OpId> = record.out.iter().copied().collect();
    let mut writes = Vec::new();
    match word {
        Some(Keeping::Safe)
            if giving_up(phone, &case) == asked
                && (rests(phone, &case, &waiting, false)
                    || is_on(Mutant::ForgottenBeforeReceipt)) =>
        {
            give_up(phone, &case, &mut writes);
            idle.retain(|idle| idle.region != case.region);
        }
        Some(Keeping::Missing) => {
            // The next hello offers it again.
            phone.doubt(id);
            idle.retain(|idle| idle.region != case.region);
        }
        Some(_) | None => {
            if phone.is_desk() && word.is_some() {
                // A desk compares nothing: this is how it learns that the hub has what it had.
                phone.mismatches.retain(|other| other != id);
            }
            // Backups are made by the day; until then nothing new can be said.
            let asked_again = Millis(now.0 - retention_ms() + DAY_MS);
            for idle in idle.iter_mut().filter(|idle| idle.region == case.region) {
                idle.since = idle.since.max(asked_again);
            }
        }
    }
    let record = phone.partitions.get_mut(id);
    let record = record.expect("callers hold a known partition");
    record.idle = idle;
    writes.push(Write::PutPartition(record.clone()));
    writes
}

fn giving_up(phone: &Phone, case: &CaseId) -> GivingUp {
    let mut ops = Vec::new();
    if let Some(case) = phone.cases.get(case) {
        for op in case.ops() {
            ops.push(op.id());
        }
    }
    let photos = phone.photos_of(case).into_iter();
    let photos = photos.filter(|_| !is_on(Mutant::PhotosForgotten));
    GivingUp {
        region: case.region.clone(),
        ops,
        photos: photos.collect(),
    }
}

/// Whether the hub has all of a village that is not this phone's work. One of which it keeps something aside stays; it
/// rests `with_asides` in so far as the hub is asked about it: nothing else tells that it lost some of that.
fn rests(phone: &Phone, id: &CaseId, waiting: &Set<OpId>, with_asides: bool) -> bool {
    let mut work = phone.scope.assignments.iter();
    let is_mine = work.any(|work| work.round == id.round && work.region == id.region)
        || phone.is_desk() && sees(&phone.me.account, &id.region);
    if is_mine && !is_on(Mutant::ForgottenWhileAssigned) {
        return false;
    }
    let is_received = |id: OpId, op: &crate::answers::Op| {
        let held = phone.held(op);
        let is_merged = held.is_some_and(|held| with_asides || held.quarantined.is_none());
        (is_merged || is_on(Mutant::ForgottenBeforeReceipt)) && !waiting.contains(&id)
    };
    let photos = phone.photos_of(id);
    let is_there = |photo| phone.blobs[photo].complete || is_on(Mutant::PhotosForgotten);
    phone.cases[id].ops().all(|op| is_received(op.id(), op)) && photos.iter().all(is_there)
}

/// Whether a desk's account may see a village, by the hub's rule.
fn sees(account: &AccountView, village: &RegionId) -> bool {
    let is_office = matches!(
        account.role,
        Role::National | Role::Analyst | Role::Administrator
    );
    let mut scopes = account.regions.iter();
    is_office && account.regions.is_empty() || scopes.any(|scope| village.is_within(scope))
}

/// Of what went through this lane, it tells more cheaply than by ids that no backup has it yet.
fn may_be_asked(record: &PartitionRecord, noted: &Idle, now: Millis) -> bool {
    let is_old = now.0 - noted.since.0 >= retention_ms() || is_on(Mutant::ForgottenTooEarly);
    is_old && (noted.verified <= record.safe || is_on(Mutant::ForgottenUnsafe))
}

fn give_up(phone: &mut Phone, id: &CaseId, writes: &mut Vec<Write>) {
    let ops = phone.cases[id].ops();
    writes.extend(ops.map(|op| Write::DeleteOp(op.id())));
    let photos = phone.photos_of(id);
    phone.cases.remove(id);
    for photo in photos {
        let kept_for = &phone.blobs[&photo].case;
        let names = |case: &Case| case.ops().any(|op| named_by(op) == Some(photo));
        let other = match kept_for == id {
            true => phone
                .cases
                .iter()
                .find(|(_, case)| names(case))
                .map(|(id, _)| id.clone()),
            // Its answer may not be written yet.
            false => Some(kept_for.clone()),
        };
        match (other, phone.blobs.get_mut(&photo)) {
            (Some(other), Some(blob)) => {
                blob.case = other;
                writes.push(Write::PutBlob(blob.clone()));
            }
            _ => {
                phone.blobs.remove(&photo);
                writes.push(Write::DeleteBlob(photo));
            }
        }
    }
    phone.held.remove(id);
    phone.arrivals.remove(id);
}
