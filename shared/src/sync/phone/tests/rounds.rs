//! What one round of sync does when something of it cannot go, and when the next one begins.

use super::*;
use crate::sync::backoff::RETRY_MS_MAX;

/// One round over a line that breaks at such a request; what was sent before, and when the next try is due.
fn round(
    device: &mut Device,
    hub: &mut Hub,
    mut breaks: impl FnMut(&Request) -> bool,
) -> (Vec<Request>, u64) {
    let mut sent = Vec::new();
    let actions = device.phone.sync(DeviceFacts::default(), 0);
    let mut requests = carry(device, actions);
    let mut is_broken = false;
    while let Some(request) = requests.pop() {
        is_broken |= breaks(&request);
        let actions = match is_broken {
            true => device.phone.failed(Failure::NoSignal, 0),
            false => {
                sent.push(request.clone());
                let answer = hub.answer(request, &device.disk.me.account.clone());
                device.phone.received(answer, 0)
            }
        };
        requests = carry(device, actions);
    }
    (sent, device.phone.wakeup().unwrap())
}

fn only_greeted(device: &mut Device, hub: &mut Hub) -> u64 {
    round(device, hub, |request| !matches!(request, Request::Hello(_))).1
}

#[test]
fn a_difference_that_stays_is_told_and_not_mended_for_ever() {
    let mut hub = Hub {
        disagrees: true,
        ..Hub::default()
    };
    let mut ani = Device::new(1);
    let told = |device: &Device| device.phone.trouble().map(|it| it.failure.clone());
    let at_odds = || {
        Some(Failure::Refused {
            code: "copies_differ".to_owned(),
        })
    };
    let compare = |hub: &mut Hub, ani: &mut Device, number: i64| {
        // What is new is a reason to compare.
        ani.write(0, 1, number);
        settle(hub, std::slice::from_mut(ani));
    };
    for number in 0..30 {
        compare(&mut hub, &mut ani, number);
    }
    assert_eq!(told(&ani), at_odds());
    let lanes = hub.lanes.len();
    for number in 30..35 {
        compare(&mut hub, &mut ani, number);
    }
    assert_eq!((hub.lanes.len(), told(&ani)), (lanes, at_odds()));
    // Once they agree, a loss is mended again.
    hub.disagrees = false;
    compare(&mut hub, &mut ani, 35);
    assert_eq!((hub.lanes.len(), told(&ani)), (lanes, None));
    hub.disagrees = true;
    compare(&mut hub, &mut ani, 36);
    assert!(lanes < hub.lanes.len());
}

#[test]
fn a_hub_that_only_greets_is_asked_less_and_less() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    let delays: Vec<u64> = (0..10).map(|_| only_greeted(&mut ani, &mut hub)).collect();
    let grows = delays.windows(2).all(|pair| pair[0] <= pair[1]);
    assert!(grows && delays[0] <= 2_000, "{delays:?}");
    assert!(RETRY_MS_MAX / 2 <= delays[9], "{delays:?}");
    assert_eq!(ani.phone.wakes_for(), Wakeup::Retry);
}

#[test]
fn what_gets_through_makes_the_next_try_come_soon() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    let mut budi = Device::new(2);
    let weary = |device: &mut Device, hub: &mut Hub| {
        for _ in 0..10 {
            only_greeted(device, hub);
        }
    };
    ani.write(0, 1, 5);
    weary(&mut ani, &mut hub);
    // A push that was proved.
    let (_, wakes_at) = round(&mut ani, &mut hub, |it| matches!(it, Request::Pull(_)));
    assert!(wakes_at <= 2_000, "{wakes_at}");
    // A page that brought something.
    weary(&mut budi, &mut hub);
    let mut pages = 0;
    let (_, wakes_at) = round(&mut budi, &mut hub, |it| {
        pages += u32::from(matches!(it, Request::Pull(_)));
        pages == 2
    });
    assert!(wakes_at <= 2_000, "{wakes_at}");
    // A piece of a photo.
    weary(&mut ani, &mut hub);
    keep(&mut ani, photo(600_000));
    let is_later = |it: &Request| matches!(it, Request::BlobChunk { offset, .. } if 0 < *offset);
    let (_, wakes_at) = round(&mut ani, &mut hub, is_later);
    assert!(wakes_at <= 2_000, "{wakes_at}");
    // All of it.
    weary(&mut ani, &mut hub);
    round(&mut ani, &mut hub, |_| false);
    assert_eq!(ani.phone.wakes_for(), Wakeup::NextRound);
}

/// The hub refuses the photo that is asked for or sent; the next request.
fn refused(device: &mut Device, code: &str, now_ms: u64) -> Vec<Action> {
    let code = code.to_owned();
    device.phone.failed(Failure::Refused { code }, now_ms)
}

#[test]
fn a_hub_with_too_many_unfinished_photos_is_brought_those_that_it_has_begun() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    for bytes in 1..=4 {
        keep(&mut ani, photo(bytes));
    }
    hub.uploads.insert(photo(3).blob, (1, false));
    hub.unfinished_max = Some(1);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(hub.uploads.get(&photo(3).blob), Some(&(3, true)));
    assert_eq!(hub.refused, 1, "one piece was sent for nothing");
    assert_eq!(ani.phone.numbers().photos_waiting, 2);
    assert_eq!(ani.phone.wakes_for(), Wakeup::NextRound);
    // Once that one was finished there was room for others.
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
}

#[test]
fn a_hub_that_takes_no_more_photos_of_this_phone_is_left_alone_for_hours() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    keep(&mut ani, photo(1));
    keep(&mut ani, photo(2));
    ani.phone.stage = Stage::Uploading(photo(1).blob);
    assert_eq!(refused(&mut ani, "blobs_full", 0), []);
    assert!(!ani.phone.is_syncing());
    assert_eq!(ani.phone.wakes_for(), Wakeup::NextRound);
    let is_photo = |it: &Request| matches!(it, Request::BlobStatus(_) | Request::BlobChunk { .. });
    ani.write(0, 1, 5);
    let (sent, _) = round(&mut ani, &mut hub, |_| false);
    assert!(!sent.iter().any(is_photo), "{sent:?}");
    assert_eq!(ani.phone.numbers().ops_waiting, 0, "text goes");
    let told = ani.phone.trouble().map(|trouble| &trouble.failure);
    assert!(matches!(told, Some(Failure::Refused { code }) if code == "blobs_full"));
    only_greeted(&mut ani, &mut hub);
    round(&mut ani, &mut hub, |_| false);
    assert_eq!(ani.phone.trouble(), None, "the line is there again");
    let later = ani.phone.sync(DeviceFacts::default(), 7 * 60 * 60 * 1000);
    assert!(matches!(later[..], [Action::Send(Request::Hello(_))]));
    assert!(ani.phone.skipped.is_empty());
}

#[test]
fn what_is_written_between_two_pieces_of_a_photo_goes_before_the_next() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    keep(&mut ani, photo(600_000));
    let account = ani.disk.me.account.clone();
    let actions = ani.phone.sync(DeviceFacts::default(), 0);
    let mut requests = carry(&mut ani, actions);
    let mut kinds = Vec::new();
    while let Some(request) = requests.pop() {
        kinds.push(match &request {
            Request::Hello(_) => "hello",
            Request::Push(_) | Request::Prove(_) => "push",
            Request::Pull(_) => "pull",
            Request::BlobStatus(_) => "status",
            Request::BlobChunk { .. } => "piece",
        });
        // Somebody types while the first piece is on its way.
        if let Request::BlobChunk { offset: 0, .. } = request {
            ani.write(0, 2, 6);
            assert_eq!(ani.phone.sync(DeviceFacts::default(), 0), []);
        }
        let answer = hub.answer(request, &account);
        let actions = ani.phone.received(answer, 0);
        requests = carry(&mut ani, actions);
    }
    let photos = kinds.iter().position(|kind| *kind == "status").unwrap();
    let expected = ["status", "piece", "push", "status", "piece", "piece"];
    assert_eq!(kinds[photos..photos + 6], expected);
    assert_eq!(hub.log.len(), 2);
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
}

#[test]
fn what_cannot_be_saved_yet_holds_up_no_photo() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    keep(&mut ani, photo(600_000));
    let account = ani.disk.me.account.clone();
    let actions = ani.phone.sync(DeviceFacts::default(), 0);
    let mut requests = carry(&mut ani, actions);
    let mut saving = Vec::new();
    for _ in 0..50 {
        let Some(request) = requests.pop() else {
            break;
        };
        if let Request::BlobChunk { offset: 0, .. } = request {
            saving = ani.phone.write(draft(0, 2, 6)).1;
        }
        let answer = hub.answer(request, &account);
        let actions = ani.phone.received(answer, 0);
        requests = carry(&mut ani, actions);
    }
    assert!(!ani.phone.is_syncing());
    assert_eq!(ani.phone.numbers().photos_waiting, 0);
    assert_eq!(hub.log.len(), 1);
    carry(&mut ani, saving);
}
