//! Phones whose disk takes nothing more, for long; and what went down with a disk.

use super::*;
use crate::sync::phone::session::STORE_TRIES_MAX;

/// The disk refuses everything, over and over; the requests that come of it all the same.
fn refuse(device: &mut Device) -> Vec<Request> {
    let mut requests = Vec::new();
    for _ in 0..STORE_TRIES_MAX {
        requests.extend(
            device
                .phone
                .unsaved()
                .into_iter()
                .map(|action| match action {
                    Action::Send(request) => request,
                    Action::Commit { .. } => panic!("a full disk is asked for no more"),
                }),
        );
    }
    requests
}

fn sent(actions: Vec<Action>) -> Vec<Request> {
    let request = |action| match action {
        Action::Send(request) => Some(request),
        Action::Commit { .. } => None,
    };
    actions.into_iter().filter_map(request).collect()
}

/// Ani's first answer is sealed and stored, and was never sent; the hub knows her phone.
fn sealed(hub: &mut Hub) -> (Device, OpId) {
    let mut ani = Device::new(1);
    ani.sync(hub, || Fault::None);
    let id = ani.write(0, 1, 5);
    let mut steps = 0;
    ani.sync(hub, || {
        steps += 1;
        // Hello, the commit of its answer (two points of time), then the push.
        match steps {
            4 => Fault::LostRequest,
            _ => Fault::None,
        }
    });
    assert_eq!(ani.disk.partitions.values().next().unwrap().out, [id]);
    (ani, id)
}

#[test]
fn a_phone_that_stays_full_still_sends_what_has_its_place() {
    let mut hub = Hub::default();
    let (mut ani, first) = sealed(&mut hub);
    let (second, saving) = ani.phone.write(draft(0, 2, 6));
    assert_eq!(ani.phone.sync(DeviceFacts::default(), 0), []);
    let hello = refuse(&mut ani);
    assert!(matches!(hello[..], [Request::Hello(_)]), "{hello:?}");
    let account = ani.disk.me.account.clone();
    let answer = hub.answer(hello[0].clone(), &account);
    // Nothing of this is stored, and the push does not wait for it.
    let push = sent(ani.phone.received(answer, 0));
    let [Request::Push(_)] = &push[..] else {
        panic!("{push:?}")
    };
    let answer = hub.answer(push[0].clone(), &account);
    let accepted = ani.phone.received(answer, 0);
    assert_eq!(hub.known, BTreeSet::from([first]));
    // The battery dies; the disk never took the receipt, nor the second answer.
    drop((accepted, saving, second));
    ani.restart();
    assert_eq!(ani.phone.numbers().ops_waiting, 1);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
    assert_eq!(hub.known, BTreeSet::from([first]));
}

#[test]
fn a_full_phone_sends_nothing_that_is_not_stored() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.sync(&mut hub, || Fault::None);
    let (first, saving) = ani.phone.write(draft(0, 1, 5));
    ani.phone.sync(DeviceFacts::default(), 0);
    let hello = refuse(&mut ani);
    let account = ani.disk.me.account.clone();
    let answer = hub.answer(hello[0].clone(), &account);
    let actions = ani.phone.received(answer, 0);
    let pull = carry(&mut ani, actions);
    assert!(matches!(pull[..], [Request::Pull(_)]), "{pull:?}");
    assert_eq!(hub.known, BTreeSet::new());
    // There is room again: the next round brings it.
    ani.phone.failed(Failure::NoSignal, 0);
    carry(&mut ani, saving);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(hub.known, BTreeSet::from([first]));
}

#[test]
fn a_round_waits_for_lanes_that_are_being_stored_however_full_the_phone_is() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.sync(&mut hub, || Fault::None);
    ani.write(0, 1, 5);
    let sealing = ani.phone.seal_all();
    assert_eq!(ani.phone.bundle().answers(), 0, "its place is not stored");
    assert_eq!(ani.phone.bundle().answers_left, 1);
    ani.phone.sync(DeviceFacts::default(), 0);
    assert_eq!(refuse(&mut ani), []);
    let hello = carry(&mut ani, sealing);
    assert!(matches!(hello[..], [Request::Hello(_)]), "{hello:?}");
}

#[test]
fn a_full_phone_hands_over_what_has_its_place() {
    let mut hub = Hub::default();
    let (mut ani, first) = sealed(&mut hub);
    let (_, _saving) = ani.phone.write(draft(0, 2, 6));
    refuse(&mut ani);
    assert_eq!(ani.phone.seal_all(), []);
    let bundled = ani.phone.bundle();
    let ops = bundled.pushes[0].ops.clone().unpack(ROUND).unwrap();
    assert_eq!(
        ops.iter().map(|(op, _)| op.id()).collect::<Vec<_>>(),
        [first]
    );
    assert_eq!(bundled.answers_left, 1);
}

#[test]
fn a_round_that_hangs_hands_over_what_was_stored_before() {
    let mut hub = Hub::default();
    let (mut ani, first) = sealed(&mut hub);
    ani.write(0, 2, 6);
    let hello = sent(ani.phone.sync(DeviceFacts::default(), 0));
    let account = ani.disk.me.account.clone();
    let answer = hub.answer(hello[0].clone(), &account);
    let push = sent(ani.phone.received(answer, 0));
    assert!(matches!(push[..], [Request::Push(_)]), "{push:?}");
    let bundled = ani.phone.bundle();
    let ops = bundled.pushes[0].ops.clone().unpack(ROUND).unwrap();
    assert_eq!(ops[0].0.id(), first);
    assert_eq!((ops.len(), bundled.answers_left), (1, 1));
}

/// An answer that is a photo, with the photo's record: what a battery leaves of them.
fn file_of(record: &BlobRecord) -> Draft {
    let mut draft = draft(0, 9, 0);
    draft.change = Change::Set(Value::File(crate::answers::File {
        blob: record.blob,
        bytes: record.bytes,
        media_type: record.media_type.clone(),
        name: "foto.jpg".to_owned(),
    }));
    draft
}

#[test]
fn a_photo_is_remembered_before_the_answer_that_names_it() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    // The driver stores bytes and record as one; only then the machine hears of it, and nothing is left to store.
    let record = photo(200);
    ani.disk.apply(&[Write::PutBlob(record.clone())]);
    ani.phone.keep_blob(record.clone());
    ani.journal(file_of(&record));
    ani.restart();
    assert_eq!(ani.phone.numbers().photos_waiting, 1);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(hub.uploads.get(&record.blob), Some(&(200, true)));
    assert_eq!(ani.phone.numbers().received, 1);
}

#[test]
fn photos_whose_bytes_are_gone_are_waited_for_no_more() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    keep(&mut ani, photo(1));
    ani.sync(&mut hub, || Fault::None);
    keep(&mut ani, photo(2));
    keep(&mut ani, photo(3));
    let mut stored = ani.disk.stored();
    let lost = stored.take_lost(|id| id == photo(3).blob);
    let lost: Vec<_> = lost
        .iter()
        .map(|blob| (blob.bytes, blob.complete))
        .collect();
    assert_eq!(lost, [(1, true), (2, false)]);
    ani.phone = Phone::new(stored, Reach::WholeScope, [1; 32]);
    assert_eq!(ani.phone.numbers().photos_waiting, 1);
    assert_eq!(ani.phone.bundle().photos, [photo(3)]);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
    assert_eq!(ani.phone.numbers().waiting, 0);
}

#[test]
fn nothing_is_sent_before_what_it_has_seen() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let actions = ani.phone.sync(DeviceFacts::default(), 0);
    let hello = carry(&mut ani, actions);
    // The first answer waits for room on the disk; the one that replaces it is stored meanwhile.
    let (first, waiting) = ani.phone.write(draft(0, 1, 5));
    let (second, stored) = ani.phone.write(draft(0, 1, 6));
    assert_eq!(carry(&mut ani, stored), vec![]);
    let account = ani.disk.me.account.clone();
    let answer = hub.answer(hello[0].clone(), &account);
    let actions = ani.phone.received(answer, 0);
    let next = carry(&mut ani, actions);
    assert!(matches!(&next[..], [Request::Pull(_)]), "{next:?}");
    let answer = hub.answer(next[0].clone(), &account);
    let actions = ani.phone.received(answer, 0);
    let compared = carry(&mut ani, actions);
    let answer = hub.answer(compared[0].clone(), &account);
    let actions = ani.phone.received(answer, 0);
    assert_eq!(carry(&mut ani, actions), vec![]);
    assert_eq!(carry(&mut ani, waiting), vec![]);
    ani.sync(&mut hub, || Fault::None);
    let sent: Vec<OpId> = hub.log.iter().map(Op::id).collect();
    assert_eq!(sent, [first, second]);
}
