//! A hub whose disk is full answers `storage_full`: nothing is lost, nothing counts as received, and the phone comes again.

use super::*;
use crate::sync::backoff::RETRY_MS_MAX;

/// How the phone's requests are called here.
fn kind(request: &Request) -> &'static str {
    match request {
        Request::Hello(_) => "hello",
        Request::Push(_) => "push",
        Request::Prove(_) => "prove",
        Request::Pull(_) => "pull",
        Request::BlobStatus(_) => "status",
        Request::BlobChunk { .. } => "piece",
    }
}

fn storage_full() -> Failure {
    Failure::Refused {
        code: "storage_full".to_owned(),
    }
}

/// One round against a hub that has no room for requests of this kind; how long the phone then waits.
fn refused(device: &mut Device, hub: &mut Hub, full_for: &str) -> u64 {
    let now = 1_000_000;
    let account = device.disk.me.account.clone();
    let actions = device.phone.sync(DeviceFacts::default(), now);
    let mut requests = carry(device, actions);
    let mut refusals = 0;
    while let Some(request) = requests.pop() {
        let actions = if kind(&request) == full_for {
            refusals += 1;
            device.phone.failed(storage_full(), now)
        } else {
            let answer = hub.answer(request, &account);
            device.phone.received(answer, now)
        };
        requests.extend(carry(device, actions));
    }
    assert_eq!(refusals, 1, "a full hub is asked once in a round");
    assert!(!device.phone.is_syncing());
    let told = device.phone.trouble().map(|trouble| &trouble.failure);
    assert_eq!(told, Some(&storage_full()));
    assert_eq!(device.phone.wakes_for(), Wakeup::Retry);
    device.phone.wakeup().unwrap() - now
}

/// Each wait may be up to half shorter than its bound, which doubles.
fn assert_backs_off(delays: &[u64]) {
    let grows = delays.windows(2).all(|pair| pair[0] <= pair[1]);
    assert!(grows && delays[0] <= 2_000, "{delays:?}");
    assert!(RETRY_MS_MAX / 2 <= *delays.last().unwrap(), "{delays:?}");
}

#[test]
fn a_hub_without_room_for_a_push_gets_it_once_there_is_room() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let ids = BTreeSet::from([ani.write(0, 1, 5), ani.write(1, 1, 6)]);
    let delays: Vec<u64> = (0..10)
        .map(|_| refused(&mut ani, &mut hub, "push"))
        .collect();
    assert_backs_off(&delays);
    assert_eq!((ani.phone.numbers().received, hub.log.len()), (0, 0));
    assert_eq!(ani.phone.numbers().ops_waiting, 2);
    // Neither a dead battery nor what is written meanwhile changes that.
    ani.restart();
    let later = ani.write(0, 2, 7);
    refused(&mut ani, &mut hub, "push");
    assert_eq!(ani.phone.numbers().ops_waiting, 3);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
    assert_eq!(ani.phone.trouble(), None);
    assert!(hub.known.is_superset(&ids) && hub.known.contains(&later));
    assert_eq!(hub.log.len(), 3, "and each once");
}

#[test]
fn what_was_received_before_the_hub_was_full_stays_received() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    let lanes = hub.lanes.clone();
    ani.write(0, 2, 6);
    for full_for in ["hello", "push"] {
        refused(&mut ani, &mut hub, full_for);
        assert_eq!(ani.phone.numbers().ops_waiting, 1);
        assert_eq!(hub.lanes, lanes, "no lane is begun anew for it");
    }
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
    assert_eq!((hub.log.len(), hub.lanes.len()), (2, lanes.len()));
}

#[test]
fn a_hub_without_room_for_a_hello_is_asked_less_and_less() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    keep(&mut ani, photo(200));
    let delays: Vec<u64> = (0..10)
        .map(|_| refused(&mut ani, &mut hub, "hello"))
        .collect();
    assert_backs_off(&delays);
    let numbers = ani.phone.numbers();
    assert_eq!((numbers.ops_waiting, numbers.photos_waiting), (1, 1));
    ani.restart();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    let numbers = ani.phone.numbers();
    assert_eq!((numbers.ops_waiting, numbers.photos_waiting), (0, 0));
    assert_eq!(ani.phone.trouble(), None);
}

#[test]
fn a_photo_goes_on_from_its_last_piece_once_the_hub_has_room() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let record = photo(600_000);
    keep(&mut ani, record.clone());
    keep(&mut ani, photo(700_000));
    for _ in 0..3 {
        refused(&mut ani, &mut hub, "piece");
        assert_eq!(ani.phone.numbers().photos_waiting, 2);
        assert_eq!(hub.uploads.get(&record.blob), None);
        assert!(!ani.disk.blobs[&record.blob].complete);
    }
    // The text went before the photo.
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
    // The first piece finds room, the second none.
    let half = 262_144;
    hub.uploads.insert(record.blob, (half, false));
    refused(&mut ani, &mut hub, "piece");
    assert_eq!(hub.uploads[&record.blob], (half, false));
    ani.restart();
    assert_eq!(ani.phone.numbers().photos_waiting, 2);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
    assert_eq!(hub.uploads[&record.blob], (600_000, true));
    assert_eq!(ani.phone.trouble(), None);
}
