//! The faults stop: everything must come together, within a bound, and be what people did.
//!
//! Always: ends when a whole round changed nothing; one quiet device is not enough.
//! Never: repairs anything by itself; the office only repeats what it had decided.

use std::collections::BTreeSet;

use shared::answers::Op;
use shared::ids::{CaseId, OpId};
use shared::merge::Case;
use shared::sync::phone::Reach;

use super::{Check, World};
use crate::places::is_personal;
use crate::truth;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// Rounds in which each device syncs once.
const ROUNDS_MAX: usize = 12;
/// Effects until one device's round of sync is over.
const EFFECTS_MAX: usize = 20_000;

impl World {
    pub(super) fn heal(&mut self) -> Check {
        self.is_healing = true;
        self.tell(|_| "the faults stop".to_owned());
        self.hub.state.office = self.office.clone();
        for device in &mut self.devices {
            device.is_old_app = false;
        }
        self.hub.flush();
        // A phone asks for one of its photos in each round.
        let photos = self.devices.iter().map(|it| it.disk.blobs.len());
        let rounds_min = 2 + photos.max().unwrap_or(0);
        for round in 0.. {
            if round == ROUNDS_MAX + rounds_min {
                return Err(format!("no rest after {round} rounds"));
            }
            let before = self.signature();
            // Long enough that replicas are compared once more.
            self.now_ms += DAY_MS;
            self.sync_everybody()?;
            let admitted = self.hub.admit(self.now_ms);
            if admitted == 0 && before == self.signature() && rounds_min <= round {
                break;
            }
        }
        self.check_hub()?;
        for device in 0..self.devices.len() {
            self.check_device(device)?;
        }
        Ok(())
    }

    fn sync_everybody(&mut self) -> Check {
        for device in 0..self.devices.len() {
            self.devices[device].cut_off = 0;
            if self.devices[device].machine.is_none() {
                self.boot(device);
            }
            self.drain()?;
            if self.devices[device].reach == Reach::OpenedCases {
                for case in self.cases.clone() {
                    self.open_at_desk(device, &case)?;
                }
            }
            self.drain()?;
            self.sync(device)?;
            self.drain()?;
        }
        Ok(())
    }

    /// Lets everything that is under way come to its end.
    fn drain(&mut self) -> Check {
        for _ in 0..EFFECTS_MAX {
            let busy = self.devices.iter().position(|it| !it.pending.is_empty());
            match busy {
                Some(device) => self.commit(device)?,
                None if self.wire.is_empty() => return Ok(()),
                None => self.carry(0)?,
            }
            self.hub.flush();
            self.now_ms += 1;
        }
        Err(format!("no rest after {EFFECTS_MAX} effects"))
    }

    /// Changes whenever any replica learns anything.
    fn signature(&self) -> Vec<usize> {
        let hub = self.hub.state.partitions.values();
        let hub = hub.flat_map(|log| [log.ops.len(), log.aside.len()]);
        let disks = self.devices.iter().map(|device| device.disk.ops.len());
        hub.chain(disks).collect()
    }

    /// The hub has everything, once, and it is what people did.
    fn check_hub(&self) -> Check {
        for typed in &self.truth.typed {
            let id = typed.op.id();
            let is_due = typed.saved && !typed.withdrawn && !typed.exposed;
            if is_due && !self.hub.durable().has(&typed.op.case.partition(), id) {
                return Err(format!("{id:?} at {} never reached the hub", typed.op.path));
            }
        }
        for log in self.hub.state.partitions.values() {
            let distinct: BTreeSet<OpId> = log.ops.values().map(|op| op.id()).collect();
            if distinct.len() != log.ops.len() {
                return Err("the hub holds an op twice".to_owned());
            }
        }
        for id in &self.cases {
            if !self.is_torn(id) {
                self.truth.compare(&self.hub_case(id))?;
            }
        }
        Ok(())
    }

    /// Whether something of a case went down with the disks that held it: nobody knows then who had seen what.
    fn is_torn(&self, id: &CaseId) -> bool {
        let of_case = self.truth.typed.iter().filter(|typed| typed.op.case == *id);
        let mut lost = of_case.filter(|typed| typed.exposed && typed.copies == 0);
        lost.next().is_some()
    }

    fn hub_case(&self, id: &CaseId) -> Case {
        let mut case = Case::new(id.clone());
        for op in self.hub.ops_of(id) {
            case.insert(op.clone());
        }
        case
    }

    fn check_device(&self, device: usize) -> Check {
        let name = self.name(device);
        let it = &self.devices[device];
        let machine = it.machine.as_ref().expect("all are on");
        let waiting = machine.numbers();
        let is_revoked = self.account(device).revoked;
        if waiting.ops_waiting != 0 || waiting.waiting != 0 && !is_revoked {
            return Err(format!("{name} still waits: {waiting:?}"));
        }
        for (id, record) in &it.disk.ops {
            if !self.hub.durable().has(&record.body.case.partition(), *id) {
                return Err(format!("{name} has {id:?}, which the hub has not"));
            }
        }
        if self.account(device).revoked {
            return Ok(());
        }
        for blob in it.disk.blobs.values() {
            let upload = self.hub.state.blobs.get(&blob.blob);
            if !upload.is_some_and(|upload| upload.complete) {
                return Err(format!("a photo of {name} never reached the hub"));
            }
        }
        for id in &self.cases {
            self.check_replica(device, id)?;
        }
        Ok(())
    }

    /// A phone has all of its villages, and nothing that is the hub's own secret; what it shows is what the hub shows.
    fn check_replica(&self, device: usize, id: &CaseId) -> Check {
        let name = self.name(device);
        let account = self.account(device);
        let it = &self.devices[device];
        let is_mine = match it.reach {
            Reach::OpenedCases => true,
            Reach::WholeScope => {
                let work = (account.id, id.region.clone());
                self.office.now.contains(&work)
            }
        };
        if !is_mine {
            return Ok(());
        }
        let empty = Case::new(id.clone());
        let machine = it.machine.as_ref().expect("all are on");
        let case = machine.case(id).unwrap_or(&empty);
        // A copy of a phone may take back what the other one has sent: then the disk lags behind until it is compared.
        let is_stored = |op: &Op| it.is_forked || it.disk.ops.contains_key(&op.id());
        let has = |op: &Op| case.get(op.id()).is_some() && is_stored(op);
        let may_see =
            |op: &&Op| account.role.reviews() || op.author == account.id || !is_personal(op);
        if let Some(op) = self.hub.ops_of(id).filter(may_see).find(|op| !has(op)) {
            return Err(format!("{name} lacks {:?} at {}", op.id(), op.path));
        }
        let hub_case = self.hub_case(id);
        if case.len() == hub_case.len() && rebuilt_differs(case, &hub_case) {
            return Err(format!("{name} shows {} otherwise than the hub", id.region));
        }
        Ok(())
    }
}

/// Equal ops in another order must look alike.
fn rebuilt_differs(case: &Case, hub_case: &Case) -> bool {
    let rebuilt = truth::rebuilt(hub_case, hub_case.id().clone());
    case.answers() != rebuilt.answers() || case.conflicts() != rebuilt.conflicts()
}
