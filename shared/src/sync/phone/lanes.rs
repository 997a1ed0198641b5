//! Lanes: what has a place in which, and what of it the hub has.
//!
//! Always: a lane carries an op after all that its author had seen; what a hub lost is offered in a new one.
//! Never: gives a place to what is not saved.

use super::Phone;
use super::record::Write;
use super::session::settle_cursor;
use crate::answers::Op;
use crate::ids::{CaseId, Epoch, OpId, PartitionId, Seq};
use crate::merge::in_order;
use crate::mutants::{Mutant, is_on};
use crate::sorted::{Set, sort_by};
use crate::wire::v1::PartitionStatus;

/// Gives places to all that was written and is saved. What is to be stored of that, along with what the hub said at
/// hello; nothing where there is neither.
pub(super) fn place(phone: &mut Phone) -> Vec<Write> {
    let unplaced = phone.unsealed.len();
    phone.know_partitions();
    for id in phone.known_partitions() {
        seal(phone, &id);
    }
    let is_told = std::mem::take(&mut phone.is_told);
    if !is_told && phone.unsealed.len() == unplaced {
        return Vec::new();
    }
    let mut writes = vec![
        Write::PutMe(phone.me.clone()),
        Write::PutScope(phone.scope.clone()),
    ];
    writes.extend(phone.partitions.values().cloned().map(Write::PutPartition));
    writes
}

/// Compares lane and cursor with what the hub has; any shortfall counts as a new epoch.
pub(super) fn settle_lane(
    phone: &mut Phone,
    id: &PartitionId,
    epoch: Epoch,
    status: Option<&PartitionStatus>,
) -> Vec<Write> {
    let mut writes = Vec::new();
    let record = &phone.partitions[id];
    let sealed = record.verified.plus(record.out.len());
    let hub_lost = match status {
        // Not asked about: a partition that is new on this phone.
        None => false,
        Some(status) => {
            let is_short = status.lane_length < record.verified;
            !is_on(Mutant::NoShortfallGuard)
                && (is_short || !status.lane_matches || !status.cursor_matches)
        }
    };
    let is_other_life = |known: Epoch| known != epoch && !is_on(Mutant::NoEpoch);
    let epoch_changed = record.epoch.is_some_and(is_other_life);
    let is_doubted = phone.doubted.remove(id);
    // Somebody else writes to this lane: a clone of this installation.
    let is_shared = status.is_some_and(|status| sealed < status.lane_length);
    let is_renewed = hub_lost || epoch_changed || is_doubted || is_shared;
    if is_renewed {
        writes = offer_everything(phone, id);
    } else if let Some(status) = status
        && record.verified < status.lane_length
    {
        // An answer was lost, or somebody brought a bundle: asking for the receipt is enough.
        phone.reached.insert(id.clone(), status.lane_length);
    }
    if status.is_some() && !is_renewed {
        settle_cursor(phone, id);
    }
    let record = phone
        .partitions
        .get_mut(id)
        .expect("the partition was just looked up");
    record.epoch = Some(epoch);
    if let Some(safe) = status.and_then(|status| status.safe)
        && !is_renewed
    {
        record.safe = safe;
    }
    writes
}

/// A restored hub gets back everything that this phone still holds, others' ops included.
///
/// Returns what is to be stored with the partition, so that a phone that dies now does not forget its photos.
pub(super) fn offer_everything(phone: &mut Phone, id: &PartitionId) -> Vec<Write> {
    let retained = retained_ops(phone, id);
    renew_lane(phone, id, retained);
    let record = phone.partitions.get_mut(id).expect("just renewed");
    record.cursor = None;
    (record.again, record.again_sight) = (None, None);
    let mut photos = Vec::new();
    for case in phone.cases.keys().filter(|case| case.partition() == *id) {
        photos.append(&mut phone.photos_of(case));
    }
    let mut writes = Vec::new();
    for photo in photos {
        if let Some(blob) = phone.blobs.get_mut(&photo) {
            blob.offset = 0;
            blob.complete = false;
            writes.push(Write::PutBlob(blob.clone()));
        }
    }
    writes
}

pub(super) fn retained_ops(phone: &Phone, id: &PartitionId) -> Vec<OpId> {
    let mut ops: Vec<&Op> = Vec::new();
    for (case, held) in &phone.cases {
        if case.partition() != *id {
            continue;
        }
        for op in held.ops() {
            let is_offered = !is_on(Mutant::OthersNotOffered) || op.device == phone.me.device;
            if is_offered && !phone.unsealed.contains(&op.id()) {
                ops.push(op);
            }
        }
    }
    in_order(&mut ops);
    ops.iter().map(|op| op.id()).collect()
}

pub(super) fn renew_lane(phone: &mut Phone, id: &PartitionId, out: Vec<OpId>) {
    let lane = phone.fresh_lane();
    phone.reached.remove(id);
    let record = phone
        .partitions
        .get_mut(id)
        .expect("callers hold a known partition");
    record.lane = lane;
    record.verified = Seq::ZERO;
    record.last = None;
    record.out = out;
    // What was said of another lane, or by a hub that lost something, does not count any more.
    record.safe = Seq::ZERO;
    record.idle = Vec::new();
}

/// Gives positions to what was journalled; from here on it is never squashed.
///
/// In an order in which every op follows what it has seen: the hub takes a number only from what it holds. So nothing
/// goes before an op whose first commit is still under way.
fn seal(phone: &mut Phone, id: &PartitionId) {
    // All that was written in weeks: sorted once, not inserted one by one.
    let mut ops: Vec<(u64, u64, OpId)> = phone
        .unsealed
        .iter()
        .filter_map(|op| phone.find(*op))
        .filter(|op| op.case.partition() == *id)
        .map(|op| (op.lamport, op.counter, op.id()))
        .collect();
    let saving = ops.iter().filter(|(.., op)| phone.is_being_saved(*op));
    let first_saving = saving.map(|(_, counter, _)| *counter).min();
    let is_saved = |counter: u64| {
        is_on(Mutant::SealedBeforeSaved) || first_saving.is_none_or(|first| counter < first)
    };
    ops.retain(|(_, counter, _)| is_saved(*counter));
    sort_by(&mut ops, Ord::cmp);
    let record = phone
        .partitions
        .get_mut(id)
        .expect("callers hold a known partition");
    record.out.extend(ops.iter().map(|(.., op)| *op));
    let sealed: Set<OpId> = ops.into_iter().map(|(.., op)| op).collect();
    phone.unsealed.retain(|op| !sealed.contains(op));
}

impl Phone {
    /// Begins a record for each partition that a case or an assignment lies in.
    pub(super) fn know_partitions(&mut self) {
        let mut needed: Vec<PartitionId> = self.cases.keys().map(CaseId::partition).collect();
        for work in &self.scope.assignments {
            let region = work.region.clone();
            let round = work.round;
            needed.push(CaseId { round, region }.partition());
        }
        for id in needed {
            if !self.partitions.contains_key(&id) {
                let record = self.fresh_partition(id.clone());
                self.partitions.insert(id, record);
            }
        }
    }

    pub(super) fn known_partitions(&self) -> Vec<PartitionId> {
        self.partitions.keys().cloned().collect()
    }
}
