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
