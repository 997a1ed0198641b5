//! When a phone gives up what was taken away from it, and when it does not.

use super::*;
use crate::time::DAY_MS;

const RETENTION_DAYS: i64 = 60;

fn pass(hub: &mut Hub, days: i64) {
    hub.now = Millis(hub.now.0 + days * DAY_MS);
}

/// A phone that sent an answer of each village and a photo of the second, which is not its work any more.
fn reassigned() -> (Hub, Device) {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(0, 1, 5);
    ani.write(1, 1, 6);
    let of_second = BlobRecord {
        case: case_id(1),
        complete: true,
        ..photo(700)
    };
    keep(&mut ani, of_second);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    hub.unassigned = Some(1);
    pass(&mut hub, 1);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    (hub, ani)
}

fn holds(device: &Device, village: usize) -> bool {
    let mut ops = device.disk.ops.values();
    let is_stored = ops.any(|record| record.body.case == case_id(village));
    assert_eq!(is_stored, device.phone.case(&case_id(village)).is_some());
    is_stored
}

fn come_by(hub: &mut Hub, device: &mut Device) {
    device.sync(hub, || Fault::None);
}

#[test]
fn what_is_safe_and_old_and_not_my_work_goes() {
    let (mut hub, mut ani) = reassigned();
    pass(&mut hub, 1);
    hub.back_up();
    pass(&mut hub, RETENTION_DAYS - 2);
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1), "an older backup may still be restored");
    ani.restart();
    pass(&mut hub, 1);
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 0) && !holds(&ani, 1));
    assert!(ani.disk.blobs.is_empty());
    ani.restart();
    // It comes back with the work.
    hub.unassigned = None;
    for record in ani.disk.partitions.values_mut() {
        record.cursor = None;
    }
    ani.restart();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(holds(&ani, 1));
}

#[test]
fn what_lies_in_no_backup_stays() {
    let (mut hub, mut ani) = reassigned();
    pass(&mut hub, 10 * RETENTION_DAYS);
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1), "there is no backup");
    // A clock that was wrong once makes a backup look newer than it is; the lane tells.
    hub.backed_up = Some((hub.now, BTreeMap::new()));
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1));
    hub.back_up();
    come_by(&mut hub, &mut ani);
    assert!(!holds(&ani, 1));
}

#[test]
fn a_backup_from_before_it_rested_does_not_count() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(1, 1, 6);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    hub.back_up();
    hub.unassigned = Some(1);
    pass(&mut hub, 1);
    come_by(&mut hub, &mut ani);
    pass(&mut hub, 10 * RETENTION_DAYS);
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1), "others' answers may have come after it");
}

#[test]
fn what_waits_or_is_kept_aside_stays() {
    let (mut hub, mut ani) = reassigned();
    hub.back_up();
    hub.revokes = true;
    let aside = ani.write(1, 2, 7);
    come_by(&mut hub, &mut ani);
    hub.revokes = false;
    pass(&mut hub, 10 * RETENTION_DAYS);
    hub.back_up();
    for _ in 0..3 {
        come_by(&mut hub, &mut ani);
        pass(&mut hub, 10 * RETENTION_DAYS);
        hub.back_up();
    }
    assert!(ani.disk.ops.contains_key(&aside));
}

#[test]
fn a_hub_that_lost_something_is_waited_for_anew() {
    let (mut hub, mut ani) = reassigned();
    pass(&mut hub, 1);
    hub.back_up();
    pass(&mut hub, 10 * RETENTION_DAYS);
    hub.epoch = 1;
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(holds(&ani, 1), "this hub's backups are other ones");
    hub.back_up();
    pass(&mut hub, RETENTION_DAYS);
    hub.back_up();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert!(!holds(&ani, 1));
}
