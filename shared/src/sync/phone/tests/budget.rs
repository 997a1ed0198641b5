//! How much of photos goes in one day.

use super::*;
use crate::time::DAY_MS;

/// Bytes that the hub took of a photo, chunk by chunk.
fn bytes_at(hub: &Hub, bytes: u64) -> u64 {
    let blob = photo(bytes).blob;
    hub.uploads.get(&blob).map_or(0, |(offset, _)| *offset)
}

fn bound(device: &mut Device, bytes: Option<u64>) {
    let actions = device.phone.set_photo_budget(bytes);
    assert!(carry(device, actions).is_empty());
}

#[test]
fn photos_stop_at_the_bound_and_go_on_the_next_day() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    bound(&mut ani, Some(1_000));
    ani.write(0, 1, 5);
    keep(&mut ani, photo(300));
    keep(&mut ani, photo(900));
    ani.sync(&mut hub, || Fault::None);
    assert_eq!((bytes_at(&hub, 300), bytes_at(&hub, 900)), (300, 700));
    assert_eq!(ani.phone.wakes_for(), Wakeup::PhotosTomorrow);
    assert_eq!(ani.phone.numbers().ops_waiting, 0, "text knows no bound");
    // Neither asking again nor a new start begins the day anew.
    ani.restart();
    ani.write(0, 2, 6);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(bytes_at(&hub, 900), 700);
    assert_eq!(ani.phone.numbers().ops_waiting, 0);
    hub.now = Millis(hub.now.0 + DAY_MS);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(bytes_at(&hub, 900), 900);
    assert_eq!(ani.phone.wakes_for(), Wakeup::NextRound);
}

#[test]
fn a_greater_bound_counts_at_once() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    keep(&mut ani, photo(900));
    bound(&mut ani, Some(100));
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(bytes_at(&hub, 900), 100);
    bound(&mut ani, None);
    assert_eq!(ani.phone.wakeup(), Some(0));
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(bytes_at(&hub, 900), 900);
}

#[test]
fn a_failed_round_says_that_it_is_tried_again() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.sync(&mut hub, || Fault::LostRequest);
    assert_eq!(ani.phone.wakes_for(), Wakeup::Retry);
    ani.sync(&mut hub, || Fault::None);
    assert_eq!(ani.phone.wakes_for(), Wakeup::NextRound);
}
