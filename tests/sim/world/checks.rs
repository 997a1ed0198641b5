//! What must hold after every effect.
//!
//! Always: a broken rule comes back as a sentence that names the op and the place.
//! Never: asks the machine whether it is right; these are rules of their own.

use std::collections::BTreeSet;

use shared::answers::Op;
use shared::ids::OpId;
use shared::sync::phone::{OpRecord, Request, Response};
use shared::wire::v1::{PullResponse, PushRequest, PushResponse};

use super::{Check, World};
use crate::hub::Backup;
use crate::places::{ROUND, is_personal};

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
        self.check_given(device, ops.iter().map(|(op, _)| op))
    }

    pub(super) fn check_given<'a>(
        &self,
        device: usize,
        ops: impl Iterator<Item = &'a Op>,
    ) -> Check {
        let account = self.account(device);
        // Who was ever assigned here: a page may have been on its way when the office changed its mind.
        let works_at = |op: &Op| {
            let work = (account.id, op.case.region.clone());
            self.office.ever.contains(&work)
        };
        for op in ops {
            let is_own = op.author == account.id;
            let may_see = is_own || account.role.reviews() || works_at(op) && !is_personal(op);
            if !may_see {
                let name = self.name(device);
                return Err(format!("{name} is given {:?} at {}", op.id(), op.path));
            }
        }
        Ok(())
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
