//! What the simulator found, as stories.

use super::*;

fn ids(hub: &Hub) -> BTreeSet<OpId> {
    hub.log.iter().map(Op::id).collect()
}

/// The open request is answered by the hub as it is now; returns the next one.
fn answered(device: &mut Device, hub: &mut Hub, requests: Vec<Request>) -> Vec<Request> {
    let account = device.disk.me.account.clone();
    let mut next = Vec::new();
    for request in requests {
        let response = hub.answer(request, &account);
        let actions = device.phone.received(response, 0);
        next.extend(carry(device, actions));
    }
    next
}

#[test]
fn a_revoked_phone_notices_that_the_hub_was_restored() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let old = hub.clone();
    let typed = ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    assert!(ids(&hub).contains(&typed));
    hub = old;
    hub.epoch = 1;
    hub.revokes = true;
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(
        ids(&hub).contains(&typed),
        "nobody says hello to it, and it asks"
    );
}

#[test]
fn a_revoked_phone_brings_its_photos_after_its_answers() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.sync(&mut hub, || Fault::None);
    let typed = ani.write(0, 1, 5);
    for bytes in [3, 400_000] {
        keep(&mut ani, photo(bytes));
    }
    hub.revokes = true;
    hub.unnamed = Some(photo(5).blob);
    keep(&mut ani, photo(5));
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(hub.refused, 1, "each try is paid for");
    assert!(ani.phone.case(&case_id(0)).unwrap().get(typed).is_some());
    let whole = hub.uploads.values().filter(|(_, is_whole)| *is_whole);
    assert_eq!(whole.count(), 2);
    let trouble = ani.phone.trouble().map(|trouble| trouble.failure.clone());
    let code = "device_revoked".to_owned();
    assert_eq!(trouble, Some(Failure::Refused { code }), "it is still told");
}

#[test]
fn a_hub_that_is_put_back_between_two_requests_gets_others_ops_back() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    let old = hub.clone();
    let typed = devices[0].write(0, 1, 5);
    settle(&mut hub, &mut devices);
    let [_, mut budi] = devices;
    let actions = budi.phone.sync(DeviceFacts::default(), 0);
    let hello = carry(&mut budi, actions);
    let mut open = answered(&mut budi, &mut hub, hello);
    assert!(matches!(open[..], [Request::Pull(_)]));
    hub = old;
    while !open.is_empty() {
        open = answered(&mut budi, &mut hub, open);
    }
    assert!(ids(&hub).contains(&typed), "Ani's phone is gone");
}

#[test]
fn a_hub_that_is_put_back_while_a_log_is_read_again_gets_others_ops_back() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    let old = hub.clone();
    let typed = devices[0].write(0, 1, 5);
    settle(&mut hub, &mut devices);
    let [_, mut budi] = devices;
    // The village is taken away from everybody: what Budi has of it rests, and no digest tells of it.
    let without = |hub: Hub| Hub {
        unassigned: Some(0),
        hides: Some(case_id(0)),
        ..hub
    };
    hub = without(hub);
    let actions = budi.phone.sync(DeviceFacts::default(), 0);
    let mut open = carry(&mut budi, actions);
    for _ in 0..2 {
        open = answered(&mut budi, &mut hub, open);
    }
    let from_the_beginning = |request: &Request| {
        let Request::Pull(pull) = request else {
            return false;
        };
        pull.cursor
            .is_some_and(|cursor| cursor.position == Seq::ZERO)
    };
    assert!(open.iter().any(from_the_beginning));
    hub = without(old);
    while !open.is_empty() {
        open = answered(&mut budi, &mut hub, open);
    }
    settle(&mut hub, std::slice::from_mut(&mut budi));
    assert!(ids(&hub).contains(&typed), "Ani's phone is gone");
}

#[test]
fn a_phone_that_dies_while_it_reads_a_log_again_remembers_how_far_it_came() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    devices[0].write(1, 1, 5);
    settle(&mut hub, &mut devices);
    let old = hub.clone();
    let [mut ani, mut budi] = devices;
    let typed = ani.write(0, 2, 6);
    ani.sync(&mut hub, || Fault::None);
    hub.hides = Some(case_id(1));
    let actions = budi.phone.sync(DeviceFacts::default(), 0);
    let mut open = carry(&mut budi, actions);
    while !open.is_empty() {
        open = answered(&mut budi, &mut hub, open);
    }
    assert!(budi.disk.ops.contains_key(&typed));
    budi.restart();
    hub = Hub {
        unassigned: Some(0),
        hides: Some(case_id(0)),
        ..old
    };
    settle(&mut hub, std::slice::from_mut(&mut budi));
    assert!(ids(&hub).contains(&typed), "Ani's phone is gone");
}

#[test]
fn a_village_that_was_hidden_while_the_log_was_read_is_read_later() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    let typed = devices[0].write(1, 1, 5);
    hub.hides = Some(case_id(1));
    settle(&mut hub, &mut devices);
    assert!(!devices[1].disk.ops.contains_key(&typed));
    // The phone heard of no change: what it was told its villages are is the same.
    hub.hides = None;
    settle(&mut hub, &mut devices);
    assert!(devices[1].disk.ops.contains_key(&typed));
}

#[test]
fn a_log_that_grew_again_to_another_one_is_noticed() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2), Device::new(3)];
    let [ani, budi, citra] = &mut devices;
    let old = hub.clone();
    let first = ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    let second = budi.write(0, 2, 6);
    budi.sync(&mut hub, || Fault::None);
    citra.sync(&mut hub, || Fault::None);
    // A copied disk knows of no other life; by chance the same op comes to the same place again.
    hub = old;
    let third = ani.write(1, 3, 7);
    hub.log.push(ani.phone.find(third).unwrap().clone());
    hub.known.insert(third);
    hub.log.push(budi.phone.find(second).unwrap().clone());
    hub.known.insert(second);
    // Not every round: the phone asks when something came, and now and then.
    citra.restart();
    settle(&mut hub, std::slice::from_mut(citra));
    assert!(
        citra.disk.ops.contains_key(&third),
        "it stood below the cursor"
    );
    assert!(ids(&hub).contains(&first), "Citra has it from Ani");
}

#[test]
fn what_was_kept_aside_and_is_there_no_more_comes_again() {
    let mut hub = Hub {
        is_closed: true,
        ..Hub::default()
    };
    let mut ani = Device::new(1);
    let typed = ani.write(0, 1, 5);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(hub.aside.iter().any(|op| op.id() == typed));
    // A disk was copied back, and the lane grew again to the same place by a copy of this phone.
    hub.aside.clear();
    ani.restart();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(hub.aside.iter().any(|op| op.id() == typed));
}

#[test]
fn a_desk_that_is_revoked_twice_brings_what_it_was_given_between() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let old = hub.clone();
    let typed = ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    let mut desk = Device::new(2);
    desk.phone.reach = Reach::OpenedCases;
    hub.revokes = true;
    settle(&mut hub, std::slice::from_mut(&mut desk));
    // Put back to before that, it lets the desk in for a while.
    hub.revokes = false;
    settle(&mut hub, std::slice::from_mut(&mut desk));
    desk.open(&hub, 0);
    hub = old;
    hub.revokes = true;
    settle(&mut hub, std::slice::from_mut(&mut desk));
    assert!(ids(&hub).contains(&typed), "Ani's phone is gone");
}

#[test]
fn a_later_commit_carries_what_an_earlier_one_could_not_store() {
    let mut ani = Device::new(1);
    let (first, _) = ani.phone.write(draft(0, 1, 5));
    let (second, actions) = ani.phone.write(draft(0, 1, 6));
    let [Action::Commit { writes, .. }] = &actions[..] else {
        panic!("a write only commits")
    };
    ani.disk.apply(writes);
    let stored: BTreeSet<OpId> = ani.disk.ops.keys().copied().collect();
    assert_eq!(stored, BTreeSet::from([first, second]));
}

#[test]
fn a_desk_that_died_before_it_stored_what_it_offers_starts_again() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let own = ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::Crash);
    for record in ani.disk.partitions.values_mut() {
        record.out.insert(0, OpId([7; 16]));
    }
    ani.restart();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(ids(&hub).contains(&own));
}

#[test]
fn a_photo_that_the_hub_lost_is_sent_again() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    keep(&mut ani, photo(700_000));
    ani.sync(&mut hub, || Fault::None);
    assert!(ani.disk.blobs.values().all(|blob| blob.complete));
    hub.uploads.clear();
    let actions = ani.phone.sync(DeviceFacts::default(), 0);
    let mut open = carry(&mut ani, actions);
    let mut chunks = 0;
    while !open.is_empty() {
        let is_chunk = |request: &Request| matches!(request, Request::BlobChunk { .. });
        chunks += open.iter().filter(|request| is_chunk(request)).count();
        open = answered(&mut ani, &mut hub, open);
    }
    assert_eq!(chunks, 3);
}

#[test]
fn what_was_merged_once_comes_back_with_its_proof() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    hub = Hub {
        epoch: 1,
        ..Hub::default()
    };
    let actions = ani.phone.sync(DeviceFacts::default(), 0);
    let hello = carry(&mut ani, actions);
    let open = answered(&mut ani, &mut hub, hello);
    let [Request::Push(push)] = &open[..] else {
        panic!("everything is offered again: {open:?}")
    };
    // The round may be closed by now.
    assert!(push.ops.ops.iter().all(|op| op.mac.is_some()));
}

#[test]
fn any_seed_spreads_the_tries() {
    for (byte, expected_ms) in [(0, 2_000), (255, 1_000)] {
        let stored = Device::new(1).disk.stored();
        let mut phone = Phone::new(stored, Reach::WholeScope, [byte; 32]);
        phone.sync(DeviceFacts::default(), 0);
        phone.failed(Failure::NoSignal, 0);
        assert_eq!(phone.wakeup(), Some(expected_ms));
    }
}

#[test]
fn a_revoked_phone_brings_back_what_the_hub_once_had_of_others() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    let old = hub.clone();
    let typed = devices[0].write(0, 1, 5);
    devices[1].write(0, 2, 6);
    settle(&mut hub, &mut devices);
    hub = Hub {
        epoch: 1,
        revokes: true,
        ..old
    };
    // Ani's phone is gone; nobody could let in what somebody else brings without the hub's word.
    settle(&mut hub, std::slice::from_mut(&mut devices[1]));
    assert!(ids(&hub).contains(&typed));
}

#[test]
fn a_revoked_desk_whose_lane_never_carried_anything_brings_what_it_was_given() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let old = hub.clone();
    let typed = ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    let mut desk = Device::new(2);
    desk.phone.reach = Reach::OpenedCases;
    desk.open(&hub, 0);
    // A copied disk knows of no other life, and Ani's phone is gone.
    hub = Hub {
        revokes: true,
        ..old
    };
    settle(&mut hub, std::slice::from_mut(&mut desk));
    assert!(
        ids(&hub).contains(&typed),
        "no lane could tell that the hub forgot it"
    );
    assert_eq!(
        hub.lanes.len(),
        1,
        "once is enough: from then on the lane tells"
    );
}

#[test]
fn a_phone_that_holds_nothing_notices_what_the_hub_has_got_since() {
    let mut hub = Hub::default();
    let mut budi = Device::new(2);
    for question in 1..=2 {
        budi.write(1, question, 5);
    }
    budi.write(0, 1, 6);
    budi.sync(&mut hub, || Fault::None);
    let mut ani = Device::new(1);
    hub.hides = Some(case_id(1));
    // Its disk was copied back, and its log grew again to the same op at the same place, without one.
    let late = hub.log.iter().position(|op| op.case == case_id(0)).unwrap();
    let late = hub.log.remove(late);
    let first = hub.log[0].clone();
    hub.log.insert(0, first);
    ani.sync(&mut hub, || Fault::None);
    assert!(ani.disk.ops.is_empty());
    hub.log[0] = late.clone();
    ani.restart();
    for _ in 0..2 {
        ani.sync(&mut hub, || Fault::None);
    }
    assert!(ani.disk.ops.contains_key(&late.id()));
}

#[test]
fn a_revoked_phone_that_was_given_more_meanwhile_brings_that_too() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let old = hub.clone();
    let typed = ani.write(0, 1, 5);
    ani.sync(&mut hub, || Fault::None);
    let mut budi = Device::new(2);
    settle(&mut old.clone(), std::slice::from_mut(&mut budi));
    let mut revoked = hub.clone();
    revoked.revokes = true;
    let actions = budi.phone.sync(DeviceFacts::default(), 0);
    let hello = carry(&mut budi, actions);
    assert!(revoked.refusal(&hello[0]).is_some());
    let code = "device_revoked".to_owned();
    let actions = budi.phone.failed(Failure::Refused { code }, 0);
    // A disk that was copied back knows nothing of that, and the round goes on.
    let mut next = carry(&mut budi, actions);
    while !next.is_empty() {
        next = answered(&mut budi, &mut hub, next);
    }
    assert!(budi.disk.ops.contains_key(&typed));
    // Copied back once more, to before Ani's answer, whose phone is gone.
    hub = Hub {
        revokes: true,
        ..old
    };
    settle(&mut hub, std::slice::from_mut(&mut budi));
    assert!(ids(&hub).contains(&typed));
}
