//! The shipped phone against a naive hub that runs the shipped decisions, with faults.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::answers::Value;
use crate::ids::{
    AccountId, BootId, DeviceId, Digest, Epoch, QuestionnaireId, RegionId, Role, RoundId, VisitId,
};
use crate::merge::digest;
use crate::sync::hub::{
    Kept, MacKey, ProofView, PushDecision, PushView, RoundStanding, Sender, Stretch,
    cursor_matches, decide_proof, decide_push, keeping,
};
use crate::wire::v1::{
    AccountView, AssignmentView, BODY_BYTES_MAX, CaseDigest, Cursor, GivingUp, Keeping, OpBatch,
    PartitionStatus, Quarantined, Receipt, RoundView,
};

mod hub;

use hub::*;

const ROUND: RoundId = RoundId([9; 16]);
const VILLAGES: [&str; 2] = ["53.21.03.2003", "53.21.03.2004"];

fn case_id(village: usize) -> CaseId {
    CaseId {
        round: ROUND,
        region: VILLAGES[village].parse().unwrap(),
    }
}

/// A store on disk: what was committed, and nothing else, survives a crash.
#[derive(Clone)]
struct Disk {
    me: Me,
    scope: Scope,
    ops: BTreeMap<OpId, OpRecord>,
    partitions: BTreeMap<PartitionId, PartitionRecord>,
    blobs: BTreeMap<BlobId, BlobRecord>,
}

impl Disk {
    fn apply(&mut self, writes: &[Write]) {
        for write in writes.iter().cloned() {
            match write {
                Write::PutMe(me) => self.me = me,
                Write::PutScope(scope) => self.scope = scope,
                Write::PutOp(record) => {
                    self.ops.insert(record.id, record);
                }
                Write::DeleteOp(id) => {
                    self.ops.remove(&id);
                }
                Write::PutPartition(record) => {
                    self.partitions.insert(record.partition.clone(), record);
                }
                Write::PutBlob(record) => {
                    self.blobs.insert(record.blob, record);
                }
                Write::DeleteBlob(id) => {
                    self.blobs.remove(&id);
                }
            }
        }
    }

    fn stored(&self) -> Stored {
        Stored {
            me: self.me.clone(),
            scope: self.scope.clone(),
            partitions: self.partitions.values().cloned().collect(),
            ops: self.ops.values().cloned().collect(),
            blobs: self.blobs.values().cloned().collect(),
        }
    }
}

struct Device {
    disk: Disk,
    phone: Phone,
    starts: u8,
}

impl Device {
    fn new(number: u8) -> Device {
        let account = AccountView {
            id: AccountId([number; 16]),
            username: format!("pencacah{number}"),
            name: String::new(),
            role: Role::Enumerator,
            regions: vec![],
        };
        let me = Me {
            account,
            device: DeviceId([number; 16]),
            app_version: "0.1.0".to_owned(),
            counter: 0,
        };
        let disk = Disk {
            me,
            scope: Scope::default(),
            ops: BTreeMap::new(),
            partitions: BTreeMap::new(),
            blobs: BTreeMap::new(),
        };
        Device {
            phone: Phone::new(disk.stored(), Reach::WholeScope, [number; 32]),
            disk,
            starts: 0,
        }
    }

    /// The battery died; what was committed comes back.
    fn restart(&mut self) {
        self.starts += 1;
        let mut seed = [self.disk.me.device.0[0]; 32];
        seed[1] = self.starts;
        self.phone = Phone::new(self.disk.stored(), Reach::WholeScope, seed);
    }

    fn write(&mut self, village: usize, question: u8, number: i64) -> OpId {
        self.journal(draft(village, question, number))
    }

    fn journal(&mut self, draft: Draft) -> OpId {
        let (id, actions) = self.phone.write(draft);
        for action in actions {
            let Action::Commit { token, writes } = action else {
                panic!("a write only commits")
            };
            self.disk.apply(&writes);
            assert_eq!(self.phone.committed(token, 0), vec![]);
        }
        id
    }

    /// One round of sync; `fault(step)` says what happens to the step-th effect.
    fn sync(&mut self, hub: &mut Hub, mut fault: impl FnMut() -> Fault) {
        let mut queue = self.phone.sync(DeviceFacts::default(), 0);
        for _ in 0..10_000 {
            if queue.is_empty() {
                return;
            }
            match queue.remove(0) {
                Action::Commit { token, writes } => {
                    if fault() == Fault::Crash {
                        return self.restart();
                    }
                    self.disk.apply(&writes);
                    if fault() == Fault::Crash {
                        return self.restart();
                    }
                    queue.extend(self.phone.committed(token, 0));
                }
                Action::Send(request) => match fault() {
                    Fault::None => queue.extend(match hub.refusal(&request) {
                        Some(failure) => self.phone.failed(failure, 0),
                        None => {
                            let response = hub.answer(request, &self.disk.me.account.clone());
                            self.phone.received(response, 0)
                        }
                    }),
                    Fault::LostRequest => {
                        queue.extend(self.phone.failed(Failure::NoSignal, 0));
                    }
                    Fault::LostAnswer => {
                        hub.answer(request, &self.disk.me.account.clone());
                        queue.extend(self.phone.failed(Failure::NoSignal, 0));
                    }
                    Fault::Crash => {
                        hub.answer(request, &self.disk.me.account.clone());
                        return self.restart();
                    }
                },
            }
        }
        panic!("a round of sync ends");
    }
}

fn draft(village: usize, question: u8, number: i64) -> Draft {
    Draft {
        case: case_id(village),
        shown: Mark(usize::MAX),
        path: format!("/a/q{question}").parse().unwrap(),
        change: Change::Set(Value::Integer(number)),
        source: None,
        written: Evidence {
            wall: Millis(0),
            zone_minutes: 0,
            monotonic_ms: 0,
            boot: BootId([0; 16]),
            visit: VisitId([0; 16]),
        },
        questionnaire: QuestionnaireId([0; 16]),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    LostRequest,
    LostAnswer,
    Crash,
}

fn settle(hub: &mut Hub, devices: &mut [Device]) {
    for _ in 0..4 {
        for device in devices.iter_mut() {
            device.sync(hub, || Fault::None);
        }
    }
}

fn hub_case(hub: &Hub, village: usize) -> Case {
    let mut case = Case::new(case_id(village));
    for op in hub.log.iter().filter(|op| op.case == case_id(village)) {
        case.insert(op.clone());
    }
    case
}

mod budget;
mod bundles;
mod desk;
mod erased;
mod forget;
mod found;
mod full;
mod hub_full;
mod large;
mod rounds;

#[test]
fn answers_travel_and_the_numbers_are_true() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    assert_eq!(
        ani.phone.numbers(),
        Numbers {
            on_phone: 1,
            received: 0,
            waiting: 1,
            photos_waiting: 0,
            ops_waiting: 1
        }
    );
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(
        ani.phone.numbers(),
        Numbers {
            on_phone: 1,
            received: 1,
            waiting: 0,
            photos_waiting: 0,
            ops_waiting: 0
        }
    );
    assert_eq!(hub.log.len(), 1);
}

#[test]
fn retyping_before_sync_leaves_one_op_and_after_it_two() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    ani.write(0, 1, 55);
    assert_eq!(ani.disk.ops.len(), 1, "unsealed ops are squashed");
    ani.sync(&mut hub, || Fault::None);
    ani.write(0, 1, 56);
    ani.restart();
    ani.write(0, 1, 57);
    assert_eq!(ani.disk.ops.len(), 2, "sealed ops are not");
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(hub_case(&hub, 0).conflicts(), vec![]);
}

#[test]
fn tries_on_a_full_disk_end_in_any_order_without_a_contradiction() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let mut waiting: Vec<Action> = Vec::new();
    for number in [5, 6, 7] {
        waiting.extend(ani.phone.write(draft(0, 1, number)).1);
    }
    // There is room again when the last one has its turn.
    for action in waiting.into_iter().rev() {
        let Action::Commit { token, writes } = action else {
            panic!("a write only commits")
        };
        ani.disk.apply(&writes);
        ani.phone.committed(token, 0);
    }
    ani.restart();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    let case = hub_case(&hub, 0);
    assert_eq!(case.conflicts(), vec![]);
    let path = "/a/q1".parse().unwrap();
    let heads = case.heads(&path, Kind::Value);
    assert_eq!(heads.len(), 1);
    assert_eq!(heads[0].change, Change::Set(Value::Integer(7)));
}

#[test]
fn a_revoked_phone_brings_what_it_holds_and_fetches_nothing() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    ani.write(0, 2, 6);
    ani.write(1, 1, 7);
    hub.revokes = true;
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(hub.log.len(), 1, "nothing of it is merged");
    assert_eq!(hub.aside.len(), 2);
    assert_eq!(ani.disk.ops.len(), 3, "and all of it stays");
    assert_eq!(ani.phone.numbers().waiting, 0);
    let told = &ani.phone.trouble().unwrap().failure;
    assert!(matches!(told, Failure::Refused { code } if code == "device_revoked"));
    ani.restart();
    assert_eq!(
        ani.phone.case_status(&case_id(1)).quarantined.len(),
        1,
        "the phone knows what is kept aside"
    );
}

#[test]
fn a_phone_that_was_revoked_before_its_first_round_brings_everything() {
    let mut hub = Hub {
        revokes: true,
        ..Hub::default()
    };
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(hub.aside.len(), 1);
}

#[test]
fn lost_acknowledgement_changes_nothing() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let mut step = 0;
    ani.sync(&mut hub, || {
        step += 1;
        // hello, commit before and after, then the push's answer is lost
        if step == 4 {
            Fault::LostAnswer
        } else {
            Fault::None
        }
    });
    assert_eq!((hub.log.len(), ani.phone.numbers().waiting), (1, 1));
    ani.sync(&mut hub, || Fault::None);
    assert_eq!((hub.log.len(), ani.phone.numbers().waiting), (1, 0));
}

#[test]
fn two_phones_on_one_village_end_equal_with_one_conflict() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    devices[0].write(0, 1, 84);
    devices[1].write(0, 1, 48);
    devices[1].write(0, 2, 7);
    settle(&mut hub, &mut devices);
    let reference = hub_case(&hub, 0);
    assert_eq!(reference.conflicts().len(), 1);
    for device in &devices {
        assert_eq!(device.phone.case(&case_id(0)), Some(&reference));
    }
}

#[test]
fn cloned_phone_takes_a_new_lane_and_loses_nothing() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 1);
    ani.sync(&mut hub, || Fault::None);
    let disk = ani.disk.clone();
    let mut clone = Device {
        phone: Phone::new(disk.stored(), Reach::WholeScope, [77; 32]),
        disk,
        starts: 100,
    };
    let first = ani.write(0, 2, 2);
    let second = clone.write(0, 3, 3);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    settle(&mut hub, std::slice::from_mut(&mut clone));
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(hub.known.contains(&first) && hub.known.contains(&second));
    assert_eq!(ani.phone.case(&case_id(0)), clone.phone.case(&case_id(0)));
}

#[test]
fn hub_restored_from_an_old_backup_gets_everything_back() {
    for minted in [true, false] {
        let mut hub = Hub::default();
        let mut devices = [Device::new(1), Device::new(2)];
        devices[0].write(0, 1, 1);
        settle(&mut hub, &mut devices);
        let mut backup = hub.clone();
        devices[0].write(0, 2, 2);
        devices[1].write(1, 3, 3);
        settle(&mut hub, &mut devices);
        let whole = hub.known.clone();
        if minted {
            backup.epoch += 1;
        }
        hub = backup;
        // The author of one op is gone for good; the other phone brings it back by its MAC.
        settle(&mut hub, &mut devices[1..]);
        assert_eq!(hub.known, whole, "minted epoch: {minted}");
    }
}

#[test]
fn photos_follow_text_in_pieces() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 1);
    let record = BlobRecord {
        blob: BlobId([1; 32]),
        case: case_id(0),
        bytes: 600_000,
        media_type: "image/jpeg".to_owned(),
        offset: 0,
        complete: false,
    };
    keep(&mut ani, record);
    assert_eq!(ani.phone.numbers().photos_waiting, 1);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
    assert_eq!(ani.phone.numbers().received, 1);
}

#[test]
fn long_texts_are_pushed_in_bodies_that_the_hub_takes() {
    let mut ani = Device::new(1);
    for question in 0..200 {
        let mut draft = draft(0, question, 0);
        draft.change = Change::Set(Value::Text("\u{1F33E}".repeat(5_000)));
        ani.journal(draft);
    }
    let record = PartitionRecord {
        out: ani.phone.unsealed.iter().copied().collect(),
        ..ani.phone.fresh_partition(case_id(0).partition())
    };
    let mut left = record.out.clone();
    while !left.is_empty() {
        let (batch, _) = session::next_batch(
            &ani.phone,
            &PartitionRecord {
                out: left.clone(),
                ..record.clone()
            },
        );
        let ops = batch.iter().map(|id| (ani.phone.find(*id).unwrap(), None));
        let body = serde_json::to_vec(&OpBatch::pack(ops)).unwrap();
        assert!(body.len() < BODY_BYTES_MAX / 2, "{}", body.len());
        left.drain(..batch.len());
    }
}

fn photo(bytes: u64) -> BlobRecord {
    BlobRecord {
        blob: BlobId([bytes as u8; 32]),
        case: case_id(0),
        bytes,
        media_type: "image/jpeg".to_owned(),
        offset: 0,
        complete: false,
    }
}

fn keep(device: &mut Device, record: BlobRecord) {
    device.disk.apply(&[Write::PutBlob(record.clone())]);
    device.phone.keep_blob(record);
}

#[test]
fn photos_are_offered_again_to_a_restored_hub_though_the_phone_dies() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 1);
    keep(&mut ani, photo(200));
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
    hub.epoch += 1;
    let mut steps = 0;
    // Hello, the commit of its answer (two points of time), then the battery.
    ani.sync(&mut hub, || {
        steps += 1;
        match steps {
            4 => Fault::Crash,
            _ => Fault::None,
        }
    });
    assert_eq!(ani.phone.numbers().photos_waiting, 1);
}

#[test]
fn a_photo_that_cannot_go_holds_up_no_other() {
    let mut ani = Device::new(1);
    keep(&mut ani, photo(1));
    keep(&mut ani, photo(2));
    ani.phone.stage = Stage::Uploading(photo(1).blob);
    let actions = ani.phone.failed(Failure::Storage, 0);
    let next = Action::Send(Request::BlobStatus(photo(2).blob));
    assert_eq!(actions, [next]);
    assert_eq!(ani.phone.failed(Failure::Storage, 0), []);
    assert!(!ani.phone.is_syncing());
    assert!(ani.phone.trouble().is_some());
    assert_eq!(ani.phone.numbers().photos_waiting, 2);
}

/// A tiny generator: the same seed tells the same story.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn fault(&mut self) -> Fault {
        match self.below(30) {
            0 => Fault::LostRequest,
            1 => Fault::LostAnswer,
            2 => Fault::Crash,
            _ => Fault::None,
        }
    }
}

/// Plays one world of faults and checks that nothing typed is lost and all replicas agree.
fn play(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
    let mut hub = Hub::default();
    let mut backups = vec![hub.clone()];
    let mut devices: Vec<Device> = (1..=3).map(Device::new).collect();
    let mut typed: BTreeMap<OpId, usize> = BTreeMap::new();
    for _ in 0..40 {
        let index = random.below(3) as usize;
        match random.below(12) {
            0..=5 => {
                let village = random.below(2) as usize;
                let (question, number) = (random.below(4) as u8, random.below(3) as i64);
                let before: BTreeSet<OpId> = devices[index].disk.ops.keys().copied().collect();
                let id = devices[index].write(village, question, number);
                let after = &devices[index].disk.ops;
                // What was squashed was replaced by its own author before anybody saw it.
                typed.retain(|op, _| {
                    !before.contains(op) || after.contains_key(op) || hub.known.contains(op)
                });
                typed.insert(id, index);
            }
            6..=8 => devices[index].sync(&mut hub, || random.fault()),
            9 => devices[index].restart(),
            10 => backups.push(hub.clone()),
            _ => {
                let mut restored = backups[random.below(backups.len() as u64) as usize].clone();
                restored.epoch = hub.epoch + u8::from(random.below(2) == 0);
                hub = restored;
            }
        }
        for (op, owner) in &typed {
            let on_phone = devices[*owner].disk.ops.contains_key(op);
            assert!(on_phone, "seed {seed}: {op} is no longer on its phone");
        }
    }
    settle(&mut hub, &mut devices);
    settle(&mut hub, &mut devices);
    for op in typed.keys() {
        assert!(
            hub.known.contains(op),
            "seed {seed}: {op} never reached the hub"
        );
    }
    for village in 0..2 {
        let reference = hub_case(&hub, village);
        for device in &devices {
            if let Some(case) = device.phone.case(&case_id(village)) {
                assert_eq!(*case, reference, "seed {seed}");
            }
            assert_eq!(device.phone.numbers().waiting, 0, "seed {seed}");
        }
    }
}

#[test]
fn nothing_typed_is_lost_in_a_world_of_faults() {
    (0..300).for_each(play);
}

#[test]
fn what_came_while_somebody_typed_was_not_seen() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    let first = devices[0].write(0, 1, 5);
    settle(&mut hub, &mut devices);
    // Budi's field shows 5 and has the keyboard; Ani's 6 arrives; Budi goes on typing.
    let shown = devices[1].phone.mark(&case_id(0));
    let ani = devices[0].write(0, 1, 6);
    settle(&mut hub, &mut devices);
    let while_typing = |number: i64| Draft {
        shown,
        ..draft(0, 1, number)
    };
    let begun = devices[1].journal(while_typing(7));
    let budi = devices[1].journal(while_typing(78));
    let case = devices[1].phone.case(&case_id(0)).unwrap();
    assert_eq!(case.get(begun).unwrap().seen, vec![first]);
    assert_eq!(case.get(budi).unwrap().seen, vec![begun]);
    settle(&mut hub, &mut devices);
    let conflicts = hub_case(&hub, 0).conflicts();
    let mut heads = conflicts[0].heads.clone();
    heads.sort();
    let mut expected = vec![ani, budi];
    expected.sort();
    assert_eq!((conflicts.len(), heads), (1, expected));
    // Once the screen shows both, an answer settles it.
    devices[1].write(0, 1, 78);
    settle(&mut hub, &mut devices);
    assert_eq!(hub_case(&hub, 0).conflicts(), vec![]);
}

/// Carries out commits; returns the requests.
fn carry(device: &mut Device, actions: Vec<Action>) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut queue = actions;
    while !queue.is_empty() {
        match queue.remove(0) {
            Action::Commit { token, writes } => {
                device.disk.apply(&writes);
                queue.extend(device.phone.committed(token, 0));
            }
            Action::Send(request) => requests.push(request),
        }
    }
    requests
}

#[test]
fn what_a_round_has_too_much_of_holds_up_nothing_else() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let actions = ani.phone.sync(DeviceFacts::default(), 0);
    let [hello] = &carry(&mut ani, actions)[..] else {
        panic!("a hello")
    };
    let account = ani.disk.me.account.clone();
    let answer = hub.answer(hello.clone(), &account);
    let actions = ani.phone.received(answer, 0);
    let push = carry(&mut ani, actions);
    assert!(matches!(&push[..], [Request::Push(_)]), "{push:?}");
    let full = Failure::Refused {
        code: "aside_full".to_owned(),
    };
    let actions = ani.phone.failed(full.clone(), 0);
    let pull = carry(&mut ani, actions);
    assert!(matches!(&pull[..], [Request::Pull(_)]), "{pull:?}");
    let answer = hub.answer(pull[0].clone(), &account);
    let actions = ani.phone.received(answer, 0);
    assert_eq!(carry(&mut ani, actions), vec![]);
    // The person is told, and the answer waits for the next round.
    assert_eq!(
        ani.phone.trouble().map(|trouble| &trouble.failure),
        Some(&full)
    );
    assert_eq!(ani.phone.numbers().waiting, 1);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(
        (ani.phone.numbers().waiting, ani.phone.trouble()),
        (0, None)
    );
}
