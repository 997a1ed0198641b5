//! Answers that travel in somebody's pocket.

use super::*;
use crate::sync::bundle::stretch_digest;
use crate::wire::bundle::{BundleReceipt, LaneReceipt};

/// Gives a place to all that was written, and makes the bundle.
fn bundle(device: &mut Device) -> Bundled {
    for action in device.phone.seal_all() {
        let Action::Commit { token, writes } = action else {
            panic!("nothing is sent for a bundle")
        };
        device.disk.apply(&writes);
        device.phone.committed(token, 0);
    }
    device.phone.bundle()
}

/// The hub opens it: each push as if it came from the author.
fn open(hub: &mut Hub, author: &Device, bundled: &Bundled) -> BundleReceipt {
    let lanes = bundled.pushes.iter().map(|push| {
        let ops = push.ops.clone().unpack(ROUND).unwrap();
        let ids: Vec<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
        LaneReceipt {
            partition: push.partition.clone(),
            lane: push.lane,
            from: push.from,
            digest: stretch_digest(&ids),
            answer: hub.push(push.clone(), &author.disk.me.account),
        }
    });
    BundleReceipt {
        number: String::new(),
        device: author.disk.me.device,
        at: Millis(0),
        lanes: lanes.collect(),
        photos: bundled.photos.iter().map(|blob| blob.blob).collect(),
    }
}

/// What the phone sends in one round, by kind.
fn kinds(device: &mut Device, hub: &mut Hub) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    let mut queue = device.phone.sync(DeviceFacts::default(), 0);
    while !queue.is_empty() {
        match queue.remove(0) {
            Action::Commit { token, writes } => {
                device.disk.apply(&writes);
                queue.extend(device.phone.committed(token, 0));
            }
            Action::Send(request) => {
                kinds.push(match &request {
                    Request::Hello(_) => "hello",
                    Request::Push(_) => "push",
                    Request::Prove(_) => "prove",
                    Request::Pull(_) => "pull",
                    Request::BlobStatus(_) | Request::BlobChunk { .. } => "photo",
                });
                let response = hub.answer(request, &device.disk.me.account.clone());
                queue.extend(device.phone.received(response, 0));
            }
        }
    }
    kinds
}

#[test]
fn a_phone_that_never_had_signal_learns_at_its_next_hello_and_sends_nothing_twice() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    for question in 1..=5 {
        ani.write(0, question, 7);
        ani.write(1, question, 8);
    }
    let bundled = bundle(&mut ani);
    let origins = bundled.pushes.iter().flat_map(|push| &push.ops.origins);
    let villages: BTreeSet<&RegionId> = origins.map(|origin| &origin.region).collect();
    assert_eq!((villages.len(), bundled.answers()), (2, 10));
    assert_eq!(
        ani.phone.numbers().received,
        0,
        "handing over is not receiving"
    );
    open(&mut hub, &ani, &bundled);
    assert_eq!(hub.log.len(), 10);
    ani.restart();
    let sent = kinds(&mut ani, &mut hub);
    assert!(
        sent.contains(&"prove") && !sent.contains(&"push"),
        "{sent:?}"
    );
    assert_eq!(ani.phone.numbers().received, 2);
    assert_eq!(hub.log.len(), 10);
    let sent = kinds(&mut ani, &mut hub);
    assert!(
        !sent.contains(&"prove") && !sent.contains(&"push"),
        "{sent:?}"
    );
}

#[test]
fn opened_twice_or_beside_a_direct_push_it_changes_nothing() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let early = bundle(&mut ani);
    ani.write(0, 2, 6);
    let late = bundle(&mut ani);
    assert_eq!(
        late.answers(),
        2,
        "what was handed over once is handed over again"
    );
    open(&mut hub, &ani, &late);
    let log = hub.log.clone();
    let again = open(&mut hub, &ani, &late);
    open(&mut hub, &ani, &early);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    open(&mut hub, &ani, &early);
    assert_eq!(hub.log, log);
    assert_eq!(ani.phone.numbers().waiting, 0);
    let answers = again.lanes.iter().map(|lane| &lane.answer);
    let accepted = |answer: &PushResponse| matches!(answer, PushResponse::Accepted { .. });
    assert!({ answers }.all(accepted));
}

#[test]
fn what_is_written_after_a_bundle_goes_alone() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let bundled = bundle(&mut ani);
    open(&mut hub, &ani, &bundled);
    ani.write(0, 1, 55);
    assert_eq!(
        ani.disk.ops.len(),
        2,
        "what a bundle holds is not taken back"
    );
    let sent = kinds(&mut ani, &mut hub);
    let [_, first, second, ..] = sent[..] else {
        panic!("{sent:?}")
    };
    assert_eq!([first, second], ["prove", "push"]);
    assert_eq!(hub.log.len(), 2);
    assert_eq!(hub_case(&hub, 0).conflicts(), vec![]);
}

#[test]
fn a_receipt_that_comes_home_counts_like_the_answer_to_a_push() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let kept = photo(9);
    keep(&mut ani, kept.clone());
    let bundled = bundle(&mut ani);
    assert_eq!(bundled.photos, [kept]);
    let receipt = open(&mut hub, &ani, &bundled);
    for action in ani.phone.take_receipt(receipt.clone()) {
        if let Action::Commit { token, writes } = action {
            ani.disk.apply(&writes);
            ani.phone.committed(token, 0);
        }
    }
    ani.restart();
    assert_eq!(ani.phone.numbers().received, 1);
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
    assert_eq!(ani.phone.take_receipt(receipt), vec![], "twice is once");
}

#[test]
fn a_receipt_for_other_ops_is_passed_over() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let bundled = bundle(&mut ani);
    let mut receipt = open(&mut hub, &ani, &bundled);
    receipt.lanes[0].digest = Digest([0; 16]);
    assert_eq!(ani.phone.take_receipt(receipt.clone()), vec![]);
    receipt.lanes[0].answer = PushResponse::Fork;
    assert_eq!(ani.phone.take_receipt(receipt), vec![]);
    assert_eq!(ani.phone.numbers().waiting, 1);
}

#[test]
fn a_clone_that_wrote_something_else_at_the_same_places_is_not_told_that_it_was_received() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let mut clone = Device {
        disk: ani.disk.clone(),
        phone: Phone::new(ani.disk.stored(), Reach::WholeScope, [1; 32]),
        starts: 0,
    };
    ani.write(0, 2, 6);
    // The same seed, as a copied disk and a frozen source of chance would have it: the same lane.
    clone.write(0, 2, 7);
    let bundled = bundle(&mut ani);
    open(&mut hub, &ani, &bundled);
    let mine = bundle(&mut clone);
    assert_eq!(mine.pushes[0].lane, bundled.pushes[0].lane);
    settle(&mut hub, std::slice::from_mut(&mut clone));
    assert_eq!(hub.log.len(), 3, "nothing of either is lost");
    assert_eq!(clone.phone.numbers().waiting, 0);
}

#[test]
fn a_restored_hub_gets_back_what_a_bundle_had_brought() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let old = hub.clone();
    ani.write(0, 1, 5);
    let bundled = bundle(&mut ani);
    open(&mut hub, &ani, &bundled);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    hub = old;
    hub.epoch = 1;
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(hub.log.len(), 1);
}

#[test]
fn photos_fill_what_the_text_leaves_smallest_first() {
    let mut ani = Device::new(1);
    let large = BlobRecord {
        bytes: 10 * 1024 * 1024,
        ..photo(1)
    };
    for number in 1..=4 {
        let blob = BlobId([number; 32]);
        let record = BlobRecord {
            blob,
            bytes: large.bytes + u64::from(number),
            ..large.clone()
        };
        ani.phone.keep_blob(record);
    }
    let bundled = bundle(&mut ani);
    let taken = bundled.photos.iter().map(|photo| photo.blob.0[0]);
    assert_eq!(taken.collect::<Vec<_>>(), [1, 2]);
    assert_eq!(bundled.photos_left, 2);
}

#[test]
fn a_bundle_in_the_middle_of_a_round_seals_nothing_that_the_round_would_send() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let hello = ani.phone.sync(DeviceFacts::default(), 0);
    let [Action::Send(hello)] = &hello[..] else {
        panic!("a round begins with a question: {hello:?}")
    };
    let account = ani.disk.me.account.clone();
    let told = hub.answer(hello.clone(), &account);
    let sealing = ani.phone.received(told, 0);
    // Written and saved while the lane is being stored.
    let late = ani.write(0, 2, 6);
    let of_bundle = ani.phone.seal_all();
    let sent = carry(&mut ani, sealing);
    let [Request::Push(push)] = &sent[..] else {
        panic!("the lane is stored: {sent:?}")
    };
    let carried = push.ops.clone().unpack(ROUND).unwrap();
    let carries_late = carried.iter().any(|(op, _)| op.id() == late);
    assert!(!carries_late, "{of_bundle:?} is not carried out yet");
}

#[test]
fn what_a_receipt_says_of_several_stretches_is_stored_at_once() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    for question in 1..=3 {
        ani.write(0, question, 5);
    }
    let bundled = bundle(&mut ani);
    let whole = bundled.pushes[0].clone();
    // As phones that send smaller pushes make it.
    let ops: Vec<Op> = whole
        .ops
        .clone()
        .unpack(ROUND)
        .unwrap()
        .into_iter()
        .map(|(op, _)| op)
        .collect();
    let mut pushes = Vec::new();
    for (place, op) in ops.iter().enumerate() {
        pushes.push(PushRequest {
            from: Seq(1).plus(place),
            previous: place.checked_sub(1).map(|before| ops[before].id()),
            ops: OpBatch::pack([(op, None)]),
            ..whole.clone()
        });
    }
    let receipt = open(&mut hub, &ani, &Bundled { pushes, ..bundled });
    assert_eq!(receipt.lanes.len(), 3);
    let actions = ani.phone.take_receipt(receipt.clone());
    assert_eq!(actions.len(), 1, "{actions:?}");
    // Until that is stored, no other record of the lane is made.
    assert_eq!(ani.phone.seal_all(), vec![]);
    assert_eq!(ani.phone.take_receipt(receipt), vec![]);
    assert!(carry(&mut ani, actions).is_empty());
    assert_eq!(ani.phone.numbers().received, 1);
}
