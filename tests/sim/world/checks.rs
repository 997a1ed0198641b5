//! What must hold after every effect.
//!
//! Always: a broken rule comes back as a sentence that names the op and the place.
//! Never: asks the machine whether it is right; these are rules of their own.

use std::collections::BTreeSet;

use shared::answers::{Change, Op, Value};
use shared::ids::{BlobId, CaseId, OpId, RegionId};
use shared::sync::phone::{BlobRecord, OpRecord, Request, Response};
use shared::wire::v1::{BlobStatus, PullResponse, PushRequest, PushResponse};

use super::{Check, DAY_MS, World};
use crate::hub::{Account, Backup};
use crate::places::{self, ROUND, is_personal};

/// Who may read an op: its author; whoever reviews there; and whose work the village is, but for what is personal and
/// no remark of a reviewer.
pub(super) fn may_see(account: &Account, work: &BTreeSet<RegionId>, op: &Op) -> bool {
    let village = &op.case.region;
    let reviews = account.role.reviews();
    let mut scopes = account.regions.iter();
    let oversees = reviews && scopes.any(|scope| places::holds(scope, village));
    let is_remark = op.role.reviews() && matches!(op.change, Change::Comment(_));
    let shares = work.contains(village) && (reviews || is_remark || !is_personal(op));
    op.author == account.id || oversees || shares
}

impl World {
    /// The phone commits, then sends. What the hub gave, it may have back before that.
    pub(super) fn check_request(&self, device: usize, request: &Request) -> Check {
        let Request::Push(push) = request else {
            return Ok(());
        };
        let disk = &self.devices[device].disk;
        let ops = push.ops.clone().unpack(ROUND);
        let ops = ops.map_err(|error| format!("a phone sends a bad batch: {error}"))?;
        let ids: Vec<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
        if !disk.has_lane(push, &ids) {
            let name = self.name(device);
            return Err(format!("{name} sends places that it has not saved"));
        }
        for (op, _) in ops {
            let number = self.truth.number(op.id()).expect("somebody typed it");
            if !disk.ops.contains_key(&op.id()) && !self.truth.typed[number].received {
                let name = self.name(device);
                return Err(format!("{name} sends {:?} and has not saved it", op.id()));
            }
        }
        Ok(())
    }

    /// The hub commits, then acknowledges; and only what this request brought.
    pub(super) fn check_acknowledged(
        &mut self,
        push: &PushRequest,
        answer: &PushResponse,
    ) -> Check {
        let ops = push.ops.clone().unpack(ROUND);
        let ops = ops.map_err(|error| format!("a phone sends a bad batch: {error}"))?;
        for (op, _) in &ops {
            let id = op.id();
            let is_there = self.hub.state.has(&push.partition, id);
            let typed = self.truth.of(id).expect("somebody typed it");
            if is_there && !typed.received {
                typed.received = true;
            }
        }
        self.count_hub(ops.iter().map(|(op, _)| op.id()));
        let PushResponse::Accepted { .. } = answer else {
            return Ok(());
        };
        for (op, _) in &ops {
            if !self.hub.durable().has(&push.partition, op.id()) {
                return Err(format!("{:?} is acknowledged and not durable", op.id()));
            }
        }
        Ok(())
    }

    /// Nobody is given what the role forbids.
    pub(super) fn check_response(&self, device: usize, response: &Response) -> Check {
        let Response::Pull(PullResponse::Page { ops, differs, .. }) = response else {
            return Ok(());
        };
        // A phone may find a difference only where somebody took something away from either.
        let has_reason = self.tally.restores != 0 || self.devices[device].is_forked;
        if !differs.is_empty() && !has_reason && !self.was_reassigned {
            let name = self.name(device);
            return Err(format!("{name} and the hub differ in {differs:?}"));
        }
        let ops = ops.clone().unpack(ROUND);
        let ops = ops.map_err(|error| format!("the hub sends a bad page: {error}"))?;
        let work = &self.devices[device].worked;
        self.check_given(device, work, ops.iter().map(|(op, _)| op))
    }

    /// `work`: villages that the hub may have taken for the reader's work when it gave these.
    pub(super) fn check_given<'a>(
        &self,
        device: usize,
        work: &BTreeSet<RegionId>,
        ops: impl Iterator<Item = &'a Op>,
    ) -> Check {
        let account = self.account(device);
        for op in ops {
            if !may_see(account, work, op) {
                let name = self.name(device);
                let (id, region) = (op.id(), &op.case.region);
                return Err(format!("{name} is given {id:?} at {} of {region}", op.path));
            }
        }
        Ok(())
    }

    /// The hub may know of other work than before: who awaits an answer may be given by either.
    pub(super) fn note_work(&mut self) {
        for device in &mut self.devices {
            if device.request.is_some() {
                let account = self.office.account(device.account).expect("somebody's");
                let work = self.hub.state.office.work_of(account.id);
                device.worked.extend(work);
            }
        }
    }

    /// A phone whose work is not done goes on by itself: something is under way, or it says when it wants to be woken.
    pub(super) fn check_awake(&self, device: usize) -> Check {
        let it = &self.devices[device];
        let Some(machine) = &it.machine else {
            return Ok(());
        };
        let is_busy = it.request.is_some() || !it.pending.is_empty();
        if machine.is_syncing() {
            return match is_busy {
                true => Ok(()),
                false => Err(format!("{} waits for nothing", self.name(device))),
            };
        }
        let lacks_photos = || it.disk.blobs.values().any(|blob| !blob.complete);
        if machine.ops_to_bring() == 0 && !lacks_photos() {
            return Ok(());
        }
        let uptime_ms = it.uptime_ms(self.now_ms);
        match machine.wakeup() {
            Some(at_ms) if at_ms <= uptime_ms + DAY_MS => Ok(()),
            at_ms => Err(format!(
                "{} has something to bring and is woken at {at_ms:?}, now is {uptime_ms}",
                self.name(device)
            )),
        }
    }

    /// What a phone believes the hub to have, the hub had.
    pub(super) fn check_record(&mut self, device: usize, record: &OpRecord) -> Check {
        let name = self.name(device);
        let typed = self.truth.of(record.id).expect("somebody typed it");
        if record.mac.is_some() && !typed.received {
            return Err(format!(
                "{name} believes {:?} received, which the hub never had",
                record.id
            ));
        }
        Ok(())
    }

    /// What a phone believes of a photo, the hub had.
    pub(super) fn check_photo_record(&mut self, device: usize, record: &BlobRecord) -> Check {
        let taken = self.truth.photo(record.blob);
        if record.complete && !taken.received {
            return Err(format!(
                "{} believes a photo received, which the hub never had",
                self.name(device)
            ));
        }
        Ok(())
    }

    /// A photo that was taken is somewhere, unless the disks that held it were destroyed.
    fn check_photo_copies(&self, blob: BlobId) -> Check {
        let taken = &self.truth.photos[&blob];
        match taken.copies == 0 && !taken.exposed {
            true => Err(format!("the photo {blob} is gone")),
            false => Ok(()),
        }
    }

    /// A case that is called received has no photo on the phone that the hub may lack.
    pub(super) fn check_received(&self, device: usize, case: &CaseId) -> Check {
        let it = &self.devices[device];
        let Some(machine) = it.machine.as_ref() else {
            return Ok(());
        };
        if !machine.case_status(case).is_received() {
            return Ok(());
        }
        let ops = it.disk.ops.values();
        let mut named = ops.filter_map(|record| match &record.body.change {
            Change::Set(Value::File(file)) if record.body.case == *case => Some(file.blob),
            _ => None,
        });
        let lacks = |blob: &BlobId| !self.truth.photos[blob].received;
        match named.find(|blob| it.disk.blobs.contains_key(blob) && lacks(blob)) {
            Some(blob) => Err(format!(
                "{} calls {} received, and {blob} never was",
                self.name(device),
                case.region
            )),
            None => Ok(()),
        }
    }

    /// A photo goes with the last answer on the phone that names it.
    pub(super) fn check_photo_unneeded(&self, device: usize, blob: BlobId) -> Check {
        let mut ops = self.devices[device].disk.ops.values();
        let names = |record: &&OpRecord| match &record.body.change {
            Change::Set(Value::File(file)) => file.blob == blob,
            _ => false,
        };
        match ops.find(names) {
            Some(record) => Err(format!(
                "{} gives up the photo {blob}, which {:?} names",
                self.name(device),
                record.id
            )),
            None => Ok(()),
        }
    }

    /// As of an op: see [`World::check_given_up`].
    pub(super) fn check_photo_given_up(&self, device: usize, blob: BlobId) -> Check {
        self.check_photo_copies(blob)?;
        let taken = &self.truth.photos[&blob];
        if taken.exposed {
            return Ok(());
        }
        let has = |backup: &Backup| backup.state.has_photo(blob);
        let is_last = taken.copies <= usize::from(self.counted_photos.contains(&blob));
        let is_everywhere =
            self.hub.durable().has_photo(blob) && self.young_backups().iter().all(has);
        match self.hub.backups.iter().any(has) && (!is_last || is_everywhere) {
            true => Ok(()),
            false => Err(format!(
                "{} gives up the photo {blob}, which a restored hub may lack",
                self.name(device)
            )),
        }
    }

    /// What the hub says to have is how the photo begins; what it calls whole is durable.
    pub(super) fn check_photo_answer(&mut self, device: usize, status: &BlobStatus) -> Check {
        self.count_photo(status.blob);
        let sender = self.devices[device].disk.me.device;
        if !self.hub.holds_beginning(sender, status.blob) {
            return Err(format!(
                "what the hub has is not how {} begins",
                status.blob
            ));
        }
        match status.complete && !self.hub.durable().has_photo(status.blob) {
            true => Err(format!(
                "{} is called received and is not there",
                status.blob
            )),
            false => Ok(()),
        }
    }

    /// Notes whether the hub has a photo durably now.
    pub(super) fn count_photo(&mut self, blob: BlobId) {
        if self.hub.durable().has_photo(blob) && self.counted_photos.insert(blob) {
            let taken = self.truth.photo(blob);
            taken.copies += 1;
            taken.received = true;
        }
    }

    /// What was saved is somewhere, unless the disks that held it were destroyed.
    pub(super) fn check_copies(&self, id: OpId) -> Check {
        let number = self.truth.number(id).expect("somebody typed it");
        let typed = &self.truth.typed[number];
        let is_gone = typed.copies == 0 && typed.saved;
        match is_gone && !typed.withdrawn && !typed.exposed {
            true => Err(format!("{id:?} at {} is gone", typed.op.path)),
            false => Ok(()),
        }
    }

    /// What a phone gives up is in a backup; what the last one gives up is at the hub, and in every backup that may
    /// still be restored.
    pub(super) fn check_given_up(&self, device: usize, id: OpId) -> Check {
        let number = self.truth.number(id).expect("somebody typed it");
        let typed = &self.truth.typed[number];
        if !typed.saved || typed.exposed {
            return Ok(());
        }
        let partition = typed.op.case.partition();
        let has = |backup: &Backup| backup.state.has(&partition, id);
        let is_last = typed.copies <= usize::from(self.counted.contains(&id));
        let is_everywhere =
            self.hub.durable().has(&partition, id) && self.young_backups().iter().all(has);
        match self.hub.backups.iter().any(has) && (!is_last || is_everywhere) {
            true => Ok(()),
            false => Err(format!(
                "{} gives up {id:?}, which a restored hub may lack",
                self.name(device)
            )),
        }
    }

    /// The hub's state was replaced by another.
    pub(super) fn recount(&mut self) -> Check {
        let now: BTreeSet<OpId> = self.hub.durable().ids().collect();
        let lost: Vec<OpId> = self.counted.difference(&now).copied().collect();
        for id in lost {
            self.counted.remove(&id);
            self.truth.of(id).expect("somebody typed it").copies -= 1;
            self.check_copies(id)?;
        }
        self.count_hub(now.into_iter());
        let is_lost = |blob: &BlobId| !self.hub.durable().has_photo(*blob);
        let lost: Vec<BlobId> = self
            .counted_photos
            .iter()
            .copied()
            .filter(is_lost)
            .collect();
        for blob in lost {
            self.counted_photos.remove(&blob);
            self.truth.photo(blob).copies -= 1;
            self.check_photo_copies(blob)?;
        }
        let now: Vec<BlobId> = self.hub.durable().blobs.keys().copied().collect();
        now.into_iter().for_each(|blob| self.count_photo(blob));
        self.note_work();
        Ok(())
    }

    /// Notes which of these the hub has durably now.
    pub(super) fn count_hub(&mut self, ids: impl Iterator<Item = OpId>) {
        for id in ids {
            let typed = self.truth.of(id).expect("somebody typed it");
            let partition = typed.op.case.partition();
            if self.hub.durable().has(&partition, id) && self.counted.insert(id) {
                typed.copies += 1;
            }
        }
    }
}
