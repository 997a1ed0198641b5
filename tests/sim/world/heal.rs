//! The faults stop: everything must come together, within a bound, and be what people did.
//!
//! Always: ends when a whole round changed nothing; one quiet device is not enough.
//! Never: repairs anything by itself; the office only repeats what it had decided.

use std::collections::BTreeSet;

use shared::answers::{Change, Op, OpBody, Value};
use shared::ids::{BlobId, CaseId, OpId, PartitionId};
use shared::merge::Case;
use shared::sync::phone::{OpRecord, Reach};

use super::checks::may_see;
use super::turns::BACKUP_AGE_MS_MAX;
use super::{Check, DAY_MS, PHOTO_BUDGET, World};
use crate::truth::{self, Taken};

/// Rounds in which each device syncs once.
const ROUNDS_MAX: usize = 12;
/// Of these, in which nobody opens anything at a desk: a hello that tells, a push, and one for what a fork held up.
const UNOPENED_ROUNDS: usize = 3;
/// Effects until a round of sync is over, also of thirty phones that read a log op by op.
const EFFECTS_MAX: usize = 100_000;

impl World {
    pub(super) fn heal(&mut self) -> Check {
        self.is_healing = true;
        self.tell(|_| "the faults stop".to_owned());
        self.hub.state.office = self.office.clone();
        for device in &mut self.devices {
            device.is_old_app = false;
        }
        self.hub.flush();
        self.note_work();
        // A phone asks for one of its photos in each round, and brings as many bytes as a day's budget allows.
        let photos = self.devices.iter().map(|it| {
            let bytes = it.disk.blobs.values().map(|blob| blob.bytes).sum::<u64>();
            it.disk.blobs.len() + bytes.div_ceil(PHOTO_BUDGET) as usize
        });
        let rounds_min = UNOPENED_ROUNDS + 2 + photos.max().unwrap_or(0);
        for round in 0.. {
            if round == ROUNDS_MAX + rounds_min {
                return Err(format!("no rest after {round} rounds"));
            }
            let before = self.signature();
            // Long enough that replicas are compared once more.
            self.now_ms += DAY_MS;
            self.sync_everybody(UNOPENED_ROUNDS <= round)?;
            if round + 1 == UNOPENED_ROUNDS {
                self.check_desks()?;
            }
            let admitted = self.hub.admit(self.now_ms);
            if admitted == 0 && before == self.signature() && rounds_min <= round {
                break;
            }
        }
        if self.rests_elsewhere() {
            // Asked about once the phone would give it up, offered by the next hello, read by all with the one after.
            for _ in 0..3 {
                self.now_ms += 2 * BACKUP_AGE_MS_MAX;
                self.sync_everybody(true)?;
            }
        }
        self.check_hub()?;
        for device in 0..self.devices.len() {
            self.check_device(device)?;
        }
        Ok(())
    }

    /// Whether somebody holds what the hub lost, of a village that is nobody's business of theirs any more: the hub tells
    /// them nothing of it, and so nothing tells them.
    fn rests_elsewhere(&self) -> bool {
        self.devices.iter().any(|it| {
            let account = self.office.account(it.account).expect("somebody's");
            let work = self.office.work_of(account.id);
            let rests = |op: &OpBody| op.author != account.id && !work.contains(&op.case.region);
            let mut held = it.disk.ops.iter();
            held.any(|(id, record)| {
                let is_lost = !self.hub.durable().has(&record.body.case.partition(), *id);
                is_lost && rests(&record.body)
            })
        })
    }

    /// A desk brings back what it was given, though nobody opens it there.
    fn check_desks(&self) -> Check {
        for (device, it) in self.devices.iter().enumerate() {
            let mut held = it.disk.ops.iter().filter(|(_, record)| {
                let is_given = it.reach == Reach::OpenedCases && record.mac.is_some();
                // A log that grew to the same op at the same place is seen when the case is opened, or given up.
                is_given && !self.seems_whole(device, &record.body.case.partition())
            });
            let is_lost = |(id, record): &(&OpId, &OpRecord)| {
                !self.hub.durable().has(&record.body.case.partition(), **id)
            };
            if let Some((id, _)) = held.find(is_lost) {
                let name = self.name(device);
                return Err(format!("{name} was given {id:?}, which the hub has not"));
            }
        }
        Ok(())
    }

    /// Whether the hub has what stands at a desk's cursor.
    fn seems_whole(&self, device: usize, partition: &PartitionId) -> bool {
        let cursor = self.devices[device].disk.cursor(partition);
        cursor.is_some_and(|cursor| self.hub.has_cursor(partition, &cursor))
    }

    /// `opens`: desks open every village first.
    fn sync_everybody(&mut self, opens: bool) -> Check {
        for device in 0..self.devices.len() {
            let machine = self.devices[device].machine.as_ref();
            let sleeps = machine.is_some_and(|machine| !machine.is_syncing());
            if sleeps && !self.is_due(device) {
                return Err(format!("{} sleeps a whole day", self.name(device)));
            }
        }
        for device in 0..self.devices.len() {
            self.devices[device].cut_off = 0;
            if self.devices[device].machine.is_none() {
                self.boot(device);
            }
            self.drain()?;
            if opens && self.devices[device].reach == Reach::OpenedCases {
                for case in self.cases.clone() {
                    self.open_at_desk(device, &case)?;
                    self.arrive_at_desk(device)?;
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
        for (blob, taken) in &self.truth.photos {
            if self.is_photo_due(*blob, taken) && !self.hub.durable().has_photo(*blob) {
                return Err(format!("the photo {blob} never reached the hub"));
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
            self.hub
                .ops_of(id)
                .try_for_each(|op| self.check_photo_of(op))?;
        }
        Ok(())
    }

    /// A phone that was revoked may bring what its answers at the hub name; it keeps all others.
    fn is_photo_due(&self, blob: BlobId, taken: &Taken) -> bool {
        let account = self.office.account(taken.account).expect("somebody's");
        !taken.exposed && (!account.revoked || self.hub.durable().names_photo(account.id, blob))
    }

    /// The photo that an answer names is where the answer is.
    fn check_photo_of(&self, op: &Op) -> Check {
        let Change::Set(Value::File(file)) = &op.change else {
            return Ok(());
        };
        let taken = &self.truth.photos[&file.blob];
        match self.is_photo_due(file.blob, taken) && !self.hub.durable().has_photo(file.blob) {
            true => Err(format!(
                "{:?} names the photo {}, which never reached the hub",
                op.id(),
                file.blob
            )),
            false => Ok(()),
        }
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
        let waits = waiting.waiting != 0 || waiting.photos_waiting != 0;
        if waiting.ops_waiting != 0 || waits && !is_revoked {
            return Err(format!("{name} still waits: {waiting:?}"));
        }
        for (id, record) in &it.disk.ops {
            if !self.hub.durable().has(&record.body.case.partition(), *id) {
                return Err(format!("{name} has {id:?}, which the hub has not"));
            }
        }
        let account = self.account(device);
        for blob in it.disk.blobs.values() {
            let hub = self.hub.durable();
            let is_due = !account.revoked || hub.names_photo(account.id, blob.blob);
            if is_due && !hub.has_photo(blob.blob) {
                return Err(format!("a photo of {name} never reached the hub"));
            }
        }
        if account.revoked {
            return Ok(());
        }
        for id in &self.cases {
            self.check_replica(device, id)?;
        }
        Ok(())
    }

    /// A phone has of its villages what its owner may see there, all of it and nothing else; and shows it as the hub
    /// would.
    fn check_replica(&self, device: usize, id: &CaseId) -> Check {
        let name = self.name(device);
        let account = self.account(device);
        let it = &self.devices[device];
        let work = self.office.work_of(account.id);
        let is_mine = match it.reach {
            Reach::OpenedCases => self.reviews(device, id),
            Reach::WholeScope => work.contains(&id.region),
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
        let mut expected = Case::new(id.clone());
        for op in self.hub.ops_of(id).filter(|op| may_see(account, &work, op)) {
            if !has(op) {
                return Err(format!("{name} lacks {:?} at {}", op.id(), op.path));
            }
            expected.insert(op.clone());
        }
        // What the hub keeps aside stands on the phone of whoever wrote it.
        for op in case
            .ops()
            .filter(|op| expected.get(op.id()).is_none())
            .collect::<Vec<_>>()
        {
            let is_aside = self.hub.state.is_aside(&id.partition(), op.id());
            if !is_aside || !may_see(account, &work, op) {
                return Err(format!("{name} holds {:?} at {}", op.id(), op.path));
            }
            expected.insert(op.clone());
        }
        if rebuilt_differs(case, &expected) {
            return Err(format!("{name} shows {} otherwise than the hub", id.region));
        }
        match self.is_torn(id) {
            true => Ok(()),
            false => self.truth.compare(case),
        }
    }
}

/// Equal ops in another order must look alike.
fn rebuilt_differs(case: &Case, expected: &Case) -> bool {
    let rebuilt = truth::rebuilt(expected, expected.id().clone());
    case.len() != rebuilt.len()
        || case.answers() != rebuilt.answers()
        || case.conflicts() != rebuilt.conflicts()
}
