//! Turns: what people do, and what befalls phones, hub and office.
//!
//! Always: a person acts on what the screen showed, which may be older than what the phone has.
//! Never: anything that the shipped screens do not let a person do.

use shared::answers::{Change, Evidence, File, Op, Review, Submission, Value};
use shared::ids::{AccountId, BlobId, BootId, CaseId, OpId, Path, Role, VisitId};
use shared::merge::Case;
use shared::sync::hub::RoundStanding;
use shared::sync::phone::{Action, BlobRecord, Draft, Reach, Write};
use shared::time::Millis;

use super::{Check, DAY_MS, World};
use crate::device::{Device, Opening, Shown};
use crate::hub::{Account, Backup};
use crate::photo::{self, Bytes};
use crate::places;
use crate::truth::{self, Taken};

const HOUR_MS: u64 = 60 * 60 * 1000;
const YEAR_MS: i64 = 365 * 24 * 60 * 60 * 1000;
/// A backup that is older is not restored.
pub(super) const BACKUP_AGE_MS_MAX: u64 = 7 * DAY_MS;
/// Phones, counted with clones, in one world.
const DEVICES_MAX: usize = 50;

impl World {
    pub(super) fn turn(&mut self) -> Check {
        for device in &mut self.devices {
            device.cut_off = device.cut_off.saturating_sub(1);
            device.full = device.full.saturating_sub(1);
        }
        self.befall_hub()?;
        self.befall_office();
        self.befall_pockets()?;
        let device = self.chance.below(self.devices.len());
        self.befall_phone(device)?;
        let device = self.chance.below(self.devices.len());
        if self.devices[device].machine.is_none() {
            self.boot(device);
        }
        for _ in 0..self.chance.between(1, 3) {
            self.act(device)?;
        }
        Ok(())
    }

    fn befall_phone(&mut self, device: usize) -> Check {
        let phones = self.options.phones.clone();
        if self.chance.is_in(self.options.network.cut_off) {
            let turns = self.chance.between(1, 8);
            self.devices[device].cut_off = self.devices[device].cut_off.max(turns);
        }
        if self.chance.is_in(phones.full) {
            self.devices[device].full = self.chance.between(5, 20);
        }
        if self.chance.is_in(phones.crash) {
            self.crash(device)?;
        }
        if self.chance.is_in(phones.wall_jump) {
            let years = self.chance.below(60) as i64 - 30;
            self.devices[device].wall_offset_ms = years * YEAR_MS;
        }
        if self.chance.is_in(phones.evicted) {
            self.evict(device)?;
        }
        if self.chance.is_in(phones.cloned) && self.devices.len() < DEVICES_MAX {
            self.clone_phone(device);
        }
        if self.chance.is_in(phones.rolled_back) {
            self.roll_back(device)?;
        }
        Ok(())
    }

    /// The browser threw the store away; the person is enrolled again.
    fn evict(&mut self, device: usize) -> Check {
        self.trace(10, device);
        self.tell(|world| format!("{} loses its store", world.name(device)));
        let account = self.devices[device].account;
        if self.hub.state.office.account(account).is_none() {
            // Nobody could enrol them there.
            return Ok(());
        }
        let empty = self.enrolled(account);
        self.replace_disk(device, empty)?;
        self.devices[device].copy = None;
        if self.chance.is_in(self.options.phones.gone) {
            self.devices[device].cut_off = usize::MAX;
        }
        Ok(())
    }

    /// A copy of the disk in another phone, of the same installation.
    fn clone_phone(&mut self, device: usize) {
        self.trace(11, device);
        self.tell(|world| {
            format!(
                "{} is cloned as {}",
                world.name(device),
                world.devices.len()
            )
        });
        let original = &mut self.devices[device];
        original.is_forked = true;
        let mut clone = Device::new(
            original.account,
            original.reach,
            original.disk.clone(),
            original.certificate.clone(),
            original.is_old_app,
        );
        clone.is_forked = true;
        for id in clone.disk.ops.keys() {
            self.truth.of(*id).expect("somebody typed it").copies += 1;
        }
        for blob in clone.disk.photos.keys() {
            self.truth.photo(*blob).copies += 1;
        }
        self.devices.push(clone);
        self.boot(self.devices.len() - 1);
    }

    /// Somebody puts back an older copy of the phone's disk, or makes one.
    fn roll_back(&mut self, device: usize) -> Check {
        let Some(older) = self.devices[device].copy.take() else {
            self.devices[device].copy = Some(self.devices[device].disk.clone());
            return Ok(());
        };
        self.trace(12, device);
        self.tell(|world| format!("{} is rolled back", world.name(device)));
        self.devices[device].is_forked = true;
        self.replace_disk(device, older)
    }

    fn replace_disk(&mut self, device: usize, disk: crate::device::Disk) -> Check {
        self.devices[device].die();
        for id in self.devices[device].disk.ops.keys() {
            let typed = self.truth.of(*id).expect("somebody typed it");
            typed.copies -= 1;
            typed.exposed |= !disk.ops.contains_key(id);
        }
        for id in disk.ops.keys() {
            self.truth.of(*id).expect("somebody typed it").copies += 1;
        }
        for blob in self.devices[device].disk.photos.keys() {
            let taken = self.truth.photo(*blob);
            taken.copies -= 1;
            // Bytes without their record are no photo to the phone.
            taken.exposed |= !disk.blobs.contains_key(blob);
        }
        for blob in disk.photos.keys() {
            self.truth.photo(*blob).copies += 1;
        }
        self.devices[device].disk = disk;
        self.boot(device);
        Ok(())
    }

    fn befall_hub(&mut self) -> Check {
        let hub = self.options.hub.clone();
        self.now_ms += self.chance.below(HOUR_MS as usize) as u64;
        if self.chance.is_in(hub.days_pass) {
            self.now_ms += self.chance.between(1, 10) as u64 * DAY_MS;
        }
        if self.chance.is_in(hub.weeks_pass) {
            self.now_ms += 2 * BACKUP_AGE_MS_MAX;
        }
        if self.chance.is_in(hub.backup) {
            self.trace(13, 0);
            self.tell(|_| "the hub is backed up".to_owned());
            self.hub.back_up(self.now_ms);
        }
        let begins_new_life = self.chance.is_in(hub.restored);
        let is_copied_back = self.chance.is_in(hub.copied_back);
        if begins_new_life || is_copied_back {
            self.restore(begins_new_life)?;
        }
        Ok(())
    }

    pub(super) fn restore(&mut self, begins_new_life: bool) -> Check {
        let young = self.young_backups().len();
        if young == 0 {
            return Ok(());
        }
        let backup = self.hub.backups.len() - 1 - self.chance.below(young);
        self.trace(14, backup);
        self.tally.restores += 1;
        self.tell(|_| match begins_new_life {
            true => "the hub is restored from a backup".to_owned(),
            false => "the hub's disk is copied back; it does not know".to_owned(),
        });
        self.hub.restore(backup, begins_new_life, self.now_ms);
        if self.chance.is_in(self.options.hub.round_forgotten) {
            self.tell(|_| "that was before the round was opened".to_owned());
            self.hub.state.office.round = RoundStanding::Unknown;
            self.hub.state.office.now.clear();
            self.hub.state.office.ever.clear();
            self.hub.flush();
        }
        self.recount()
    }

    /// Those that may still be restored: the newest ones.
    pub(super) fn young_backups(&self) -> &[Backup] {
        let backups = &self.hub.backups;
        let is_old = |backup: &Backup| BACKUP_AGE_MS_MAX < self.now_ms - backup.at_ms;
        &backups[backups.partition_point(is_old)..]
    }

    /// The office changes its mind; a hub that was restored may have to be told twice.
    fn befall_office(&mut self) {
        let office = self.options.office.clone();
        if self.chance.is_in(office.reassigned) {
            let account = self.chance.below(self.office.accounts.len());
            let account = self.office.account(account).expect("somebody's").id;
            let region = self.chance.pick(&self.cases).region.clone();
            let work = (account, region);
            if !self.office.now.remove(&work) {
                self.office.now.insert(work.clone());
                self.office.ever.insert(work);
            }
            self.hub.state.office.now = self.office.now.clone();
            self.hub.state.office.ever = self.office.ever.clone();
            self.was_reassigned = true;
            self.note_work();
            self.trace(15, 0);
            self.tell(|_| "villages are assigned anew".to_owned());
        }
        if self.chance.is_in(office.revoked) {
            let account = self.chance.below(self.office.accounts.len());
            // A hub that was restored may not know whom to revoke.
            for office in [&mut self.office, &mut self.hub.state.office] {
                if let Some(Some(account)) = office.accounts.get_mut(account) {
                    account.revoked = true;
                }
            }
            self.trace(16, account);
            self.tell(|_| format!("account {account} is revoked"));
        }
        if self.chance.is_in(office.closed) {
            self.office.round = match self.office.round {
                RoundStanding::Open => RoundStanding::Closed,
                RoundStanding::Closed | RoundStanding::Unknown => RoundStanding::Open,
            };
            self.hub.state.office.round = self.office.round;
            self.tell(|world| format!("the round is now {:?}", world.office.round));
        }
        if self.chance.is_in(office.hired) && self.devices.len() < DEVICES_MAX {
            self.hire();
        }
        if self.chance.is_in(office.admitted) {
            self.tell(|_| "a supervisor lets in what was kept aside".to_owned());
            self.hub.admit(self.now_ms);
        }
    }

    /// Somebody new gets an account, villages and a phone.
    fn hire(&mut self) {
        let place = self.office.accounts.len();
        let account = Account {
            id: AccountId([place as u8 + 1; 16]),
            role: Role::Enumerator,
            regions: Vec::new(),
            revoked: false,
        };
        self.trace(18, place);
        self.tell(|_| format!("account {place} is made"));
        for case in &self.cases {
            if self.chance.is_in(700) {
                let work = (account.id, case.region.clone());
                self.office.now.insert(work.clone());
                self.office.ever.insert(work);
            }
        }
        self.office.accounts.push(Some(account.clone()));
        self.hub.enrol_again(place, &account);
        self.hub.state.office.now = self.office.now.clone();
        self.hub.state.office.ever = self.office.ever.clone();
        self.was_reassigned = true;
        self.note_work();
        let disk = self.enrolled(place);
        self.add_device(place, disk);
    }

    /// One thing that a person does at a phone.
    fn act(&mut self, device: usize) -> Check {
        let is_desk = self.devices[device].reach == Reach::OpenedCases;
        let Some(case) = self.choose_case(device) else {
            return Ok(());
        };
        if is_desk && self.chance.is_in(500) && self.devices[device].cut_off == 0 {
            self.open_at_desk(device, &case)?;
            // The line is slow now and then, and who waits opens another.
            return match self.chance.is_in(150) {
                true => Ok(()),
                false => self.arrive_at_desk(device),
            };
        }
        self.check_received(device, &case)?;
        if self.chance.is_in(500) {
            self.look(device, &case);
        }
        if self.devices[device].only_reads {
            return Ok(());
        }
        if !is_desk && self.chance.is_in(self.options.phones.photos) {
            return self.take_photo(device, &case);
        }
        let (path, change) = self.choose_change(device, &case);
        self.write(device, &case, path, change)
    }

    /// One of the villages on the home screen, which shows what is assigned; now and then one whose pages are still open.
    fn choose_case(&mut self, device: usize) -> Option<CaseId> {
        let is_still_open = self.chance.is_in(self.options.phones.lingers);
        let machine = self.devices[device].machine.as_ref()?;
        let is_desk = self.devices[device].reach == Reach::OpenedCases;
        let work = &machine.scope().assignments;
        let is_listed = |case: &&CaseId| match is_desk {
            true => self.reviews(device, case),
            false => {
                let is_begun = machine.case(case).is_some() && is_still_open;
                is_begun || work.iter().any(|work| work.region == case.region)
            }
        };
        let listed: Vec<&CaseId> = self.cases.iter().filter(is_listed).collect();
        if listed.is_empty() {
            return None;
        }
        Some((*self.chance.pick(&listed)).clone())
    }

    pub(super) fn open_at_desk(&mut self, device: usize, case: &CaseId) -> Check {
        let account = self.devices[device].account;
        let known = self.hub.state.office.account(account);
        if known.is_none_or(|account| account.revoked) {
            return Ok(());
        }
        let machine = self.devices[device].machine.as_ref();
        let asked = machine.expect("somebody sits at it").asks(case);
        let (ops, opened) = self.hub.case(account, case, asked.cursor);
        let work = self.hub.state.office.work_of(self.account(device).id);
        self.check_given(device, &work, ops.iter().map(|(op, _)| op))?;
        if !self.reviews(device, case) {
            // Nobody's list has it; who asks for it by its address is given nothing of others.
            return Ok(());
        }
        let opening = Opening {
            case: case.clone(),
            ops,
            asked,
            opened,
        };
        self.devices[device].openings.push(opening);
        Ok(())
    }

    /// The answers to what was opened arrive, in any order.
    pub(super) fn arrive_at_desk(&mut self, device: usize) -> Check {
        while !self.devices[device].openings.is_empty() {
            let place = self.chance.below(self.devices[device].openings.len());
            let opening = self.devices[device].openings.swap_remove(place);
            let Opening {
                case,
                ops,
                asked,
                opened,
            } = opening;
            let machine = self.devices[device].machine.as_mut();
            let desk = machine.expect("somebody sits at it");
            let actions = desk.learn_whole(&case, ops, &asked, opened);
            self.perform(device, actions)?;
        }
        Ok(())
    }

    /// The screen is drawn again.
    fn look(&mut self, device: usize, case: &CaseId) {
        let it = &mut self.devices[device];
        let machine = it.machine.as_ref().expect("somebody looks at it");
        let shown = Shown {
            mark: machine.mark(case),
            ops: truth::shown(&self.truth, machine.case(case)),
        };
        it.shown.insert(case.clone(), shown);
    }

    fn choose_change(&mut self, device: usize, case: &CaseId) -> (Path, Change) {
        let is_desk = self.devices[device].reach == Reach::OpenedCases;
        let machine = self.devices[device].machine.as_ref();
        let merged = machine.and_then(|machine| machine.case(case));
        let repeat = places::path(places::REPEAT);
        let rows = merged.map_or_else(Vec::new, |case| case.rows(&repeat));
        let digest = merged.map(Case::content_digest);
        let question = self.chance.pick(&places::questions()).clone();
        match self.chance.below(if rows.is_empty() { 70 } else { 100 }) {
            0..40 => (question, self.value()),
            40..44 => (question, Change::Unset),
            44..47 => (question, Change::Unknown),
            47..50 => (question, Change::Refused),
            50..54 => (question, Change::Comment(self.word())),
            54 => (places::unknown(), self.value()),
            55..61 => {
                let digest = digest.unwrap_or(Case::new(case.clone()).content_digest());
                (Path::root(), Change::Review(self.review(is_desk, digest)))
            }
            61..70 => (repeat, Change::AddRow),
            70..88 => {
                let row = repeat.row(*self.chance.pick(&rows));
                (row.child("c"), self.value())
            }
            88..97 => (repeat.row(*self.chance.pick(&rows)), Change::RemoveRow),
            _ => (repeat.row(*self.chance.pick(&rows)), Change::AddRow),
        }
    }

    fn review(&mut self, is_desk: bool, digest: shared::ids::Digest) -> Review {
        if !is_desk {
            let modules = vec!["m".to_owned()];
            return Review::Submit(Submission { digest, modules });
        }
        let reason = String::new();
        match self.chance.below(4) {
            0 => Review::Approve { digest },
            1 => Review::Reopen { digest, reason },
            2 => Review::Reject { digest, reason },
            _ => Review::Return {
                digest,
                questions: vec![places::path("/m/a")],
                reason,
            },
        }
    }

    /// Few different ones, so that people also agree.
    fn value(&mut self) -> Change {
        Change::Set(Value::Integer(self.chance.below(4) as i64))
    }

    fn word(&mut self) -> String {
        (*self.chance.pick(&["ya", "tidak", "nanti"])).to_owned()
    }

    fn write(&mut self, device: usize, case: &CaseId, path: Path, change: Change) -> Check {
        if !self.devices[device].shown.contains_key(case) {
            self.look(device, case);
        }
        let now_ms = self.now_ms;
        let it = &mut self.devices[device];
        let shown = it.shown.get_mut(case).expect("just drawn");
        let mut boot = [0; 16];
        boot[..8].copy_from_slice(&(device as u64).to_be_bytes());
        boot[8..].copy_from_slice(&it.boots.to_be_bytes());
        let written = Evidence {
            wall: Millis(now_ms as i64 + it.wall_offset_ms),
            zone_minutes: 480,
            monotonic_ms: now_ms - it.booted_ms,
            boot: BootId(boot),
            visit: VisitId([1; 16]),
        };
        let draft = Draft {
            case: case.clone(),
            shown: shown.mark,
            path,
            change,
            source: None,
            written,
            questionnaire: places::QUESTIONNAIRE,
        };
        let machine = it.machine.as_mut().expect("somebody writes on it");
        let (id, actions) = machine.write(draft);
        let op: Op = machine
            .case(case)
            .and_then(|case| case.get(id))
            .expect("just written")
            .clone();
        for write in actions.iter().flat_map(writes_of) {
            let is_gone = |id: &OpId| {
                machine
                    .case(case)
                    .is_none_or(|case| case.get(*id).is_none())
            };
            if let Write::DeleteOp(id) = write
                && is_gone(id)
            {
                let number = self.truth.number(*id).expect("somebody typed it");
                shown.ops.remove(number);
                if self.truth.typed[number].received && !it.is_forked {
                    return Err(format!("{id:?} is taken back, and the hub has it"));
                }
            }
        }
        let number = self.truth.type_in(op, &shown.ops);
        shown.ops.insert(number);
        self.tally.typed += 1;
        self.trace(17, number);
        self.tell(|world| {
            let op = &world.truth.typed[number].op;
            let (id, change, seen) = (op.id(), &op.change, &op.seen);
            let name = world.name(device);
            format!(
                "{name} writes {id:?}: {change:?} at {} of {}, having seen {seen:?}",
                op.path, case.region
            )
        });
        self.perform(device, actions)
    }

    /// The bytes and what the phone notes of them go to the disk in one transaction, then the answer that names them.
    fn take_photo(&mut self, device: usize, case: &CaseId) -> Check {
        // The same picture from the gallery, now and then for another village.
        let here: Vec<(BlobId, u64)> = {
            let here = self.devices[device].disk.blobs.values();
            here.map(|blob| (blob.blob, blob.bytes)).collect()
        };
        let again = !here.is_empty() && self.chance.is_in(200);
        let (blob, bytes) = match again {
            true => *self.chance.pick(&here),
            false => {
                let bytes = 1 + self.chance.below(600_000) as u64;
                (photo::name(self.chance.bytes_16(), bytes), bytes)
            }
        };
        if self.chance.is_in(self.options.phones.quota) {
            self.tell(|world| format!("{} has no room for a photo", world.name(device)));
            return Ok(());
        }
        let media_type = "image/jpeg".to_owned();
        let record = BlobRecord {
            blob,
            case: case.clone(),
            bytes,
            media_type: media_type.clone(),
            offset: 0,
            complete: false,
        };
        let it = &mut self.devices[device];
        if 0 < it.full {
            return Ok(());
        }
        // Bytes and record are one transaction; the machine hears of it afterwards.
        it.disk.photos.insert(blob, Bytes::whole(blob));
        it.disk.apply(Write::PutBlob(record.clone()));
        if !again {
            let taken = Taken {
                account: it.account,
                copies: 1,
                ..Taken::default()
            };
            self.truth.photos.insert(blob, taken);
        }
        self.tally.photos += 1;
        self.tell(|world| format!("{} takes the photo {blob}", world.name(device)));
        if self.chance.is_in(self.options.phones.crash) {
            return self.crash(device);
        }
        let machine = self.devices[device].machine.as_mut();
        machine.expect("somebody holds it").keep_blob(record);
        let file = File {
            blob,
            bytes,
            media_type,
            name: "foto.jpg".to_owned(),
        };
        let question = places::path(places::PHOTO);
        self.write(device, case, question, Change::Set(Value::File(file)))
    }

    /// Whether a desk's list has the village.
    pub(super) fn reviews(&self, device: usize, case: &CaseId) -> bool {
        let account = self.account(device);
        let mut scopes = account.regions.iter();
        let is_work = self.office.work_of(account.id).contains(&case.region);
        is_work || scopes.any(|scope| places::holds(scope, &case.region))
    }
}

fn writes_of(action: &Action) -> &[Write] {
    match action {
        Action::Commit { writes, .. } => writes,
        Action::Send(_) => &[],
    }
}
