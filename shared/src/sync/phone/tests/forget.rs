//! When a phone gives up what was taken away from it, and when it does not.

use super::*;
use crate::answers::File;
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

/// The answer of the first village that names a photo.
fn name_in_first(device: &mut Device, record: &BlobRecord) {
    let mut naming = draft(0, 9, 0);
    naming.change = Change::Set(Value::File(File {
        blob: record.blob,
        name: "foto.jpg".to_owned(),
        media_type: record.media_type.clone(),
        bytes: record.bytes,
    }));
    device.journal(naming);
}

#[test]
fn a_photo_of_two_villages_stays_until_both_are_given_up() {
    let mut hub = Hub::default();
    let mut ani = Device::new(1);
    ani.write(1, 1, 6);
    let record = photo(700);
    keep(&mut ani, record.clone());
    name_in_first(&mut ani, &record);
    assert!(ani.phone.has_photo(record.blob));
    let again = BlobRecord {
        case: case_id(1),
        ..record.clone()
    };
    keep(&mut ani, again);
    let waiting = |device: &Device| {
        [0, 1].map(|village| device.phone.case_status(&case_id(village)).photos_waiting)
    };
    assert_eq!(waiting(&ani), [1, 1], "neither is received without it");
    settle(&mut hub, std::slice::from_mut(&mut ani));
    assert_eq!(waiting(&ani), [0, 0]);
    hub.unassigned = Some(1);
    pass(&mut hub, 1);
    hub.back_up();
    settle(&mut hub, std::slice::from_mut(&mut ani));
    pass(&mut hub, RETENTION_DAYS + 1);
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 0) && !holds(&ani, 1));
    let kept: Vec<&CaseId> = ani.disk.blobs.values().map(|blob| &blob.case).collect();
    assert_eq!(kept, [&case_id(0)]);
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
    // A backup of a disk that was copied back lacks what came since; the lane does not tell.
    hub.back_up();
    hub.backed_up.as_mut().unwrap().1 = 1;
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1));
    hub.back_up();
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1), "it asks once a day");
    pass(&mut hub, 1);
    come_by(&mut hub, &mut ani);
    assert!(!holds(&ani, 1));
}

#[test]
fn what_others_wrote_after_the_backup_is_asked_about_too() {
    let mut hub = Hub::default();
    let mut devices = [Device::new(1), Device::new(2)];
    devices[0].write(1, 1, 6);
    settle(&mut hub, &mut devices);
    hub.back_up();
    devices[1].write(1, 2, 7);
    settle(&mut hub, &mut devices);
    hub.unassigned = Some(1);
    pass(&mut hub, 1);
    come_by(&mut hub, &mut devices[0]);
    pass(&mut hub, 10 * RETENTION_DAYS);
    come_by(&mut hub, &mut devices[0]);
    assert!(holds(&devices[0], 1), "the backup has only the first");
    hub.back_up();
    pass(&mut hub, 1);
    come_by(&mut hub, &mut devices[0]);
    assert!(!holds(&devices[0], 1));
}

#[test]
fn what_came_again_lately_may_lack_in_backups_from_before() {
    let (mut hub, mut ani) = reassigned();
    hub.back_up();
    pass(&mut hub, RETENTION_DAYS - 1);
    let late = hub.now;
    hub.came.values_mut().for_each(|at| *at = late);
    pass(&mut hub, 1);
    come_by(&mut hub, &mut ani);
    assert!(holds(&ani, 1));
    pass(&mut hub, RETENTION_DAYS / 2);
    come_by(&mut hub, &mut ani);
    assert!(!holds(&ani, 1));
}

#[test]
fn what_the_hub_lost_of_a_village_that_rests_is_offered_again() {
    let (mut hub, mut ani) = reassigned();
    ani.write(0, 2, 7);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    pass(&mut hub, RETENTION_DAYS);
    hub.back_up();
    let place = hub.log.iter().position(|op| op.case == case_id(1)).unwrap();
    // Nobody compares a village that is nobody's work; lane and cursor seem to fit.
    let lost = hub.log[place].clone();
    hub.log[place] = hub.log[0].clone();
    hub.known.remove(&lost.id());
    for _ in 0..2 {
        come_by(&mut hub, &mut ani);
    }
    assert!(holds(&ani, 1) && hub.known.contains(&lost.id()));
}

#[test]
fn a_village_of_which_something_is_kept_aside_is_asked_about_too() {
    let (mut hub, mut ani) = reassigned();
    // Somebody else's office keeps it, whatever else happens here.
    hub.revokes = true;
    ani.write(1, 2, 7);
    come_by(&mut hub, &mut ani);
    hub.revokes = false;
    ani.write(0, 2, 7);
    settle(&mut hub, std::slice::from_mut(&mut ani));
    pass(&mut hub, RETENTION_DAYS);
    hub.back_up();
    let is_merged = |op: &Op| op.case == case_id(1);
    let place = hub.log.iter().position(is_merged).unwrap();
    let lost = hub.log[place].clone();
    hub.log[place] = hub.log[0].clone();
    hub.known.remove(&lost.id());
    for _ in 0..2 {
        come_by(&mut hub, &mut ani);
    }
    assert!(hub.known.contains(&lost.id()));
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
