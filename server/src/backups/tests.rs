//! When the next backup is due. That it is made, and what is removed, is told in `tests/store`.

use super::*;

fn schedule(hours: u32) -> Schedule {
    let made = Schedule::new(Some(PathBuf::from("cadangan")), Some(hours), None);
    made.unwrap().unwrap()
}

fn check(newest: Option<i64>, again: Option<i64>, now: i64, expect_hours: i64) {
    let hours = |at: i64| Millis(at * HOUR_MS);
    let rest = schedule(24).rest(newest.map(hours), again.map(hours), hours(now));
    assert_eq!(rest, expect_hours * HOUR_MS);
}

#[test]
fn a_backup_is_due_a_day_after_the_newest_that_counts() {
    check(None, None, 100, 0);
    check(Some(90), None, 100, 14);
    check(Some(76), None, 100, 0);
    check(Some(10), None, 100, -66);
}

#[test]
fn what_failed_is_tried_again_within_the_hour_unless_it_was_written() {
    check(None, Some(101), 100, 1);
    check(Some(10), Some(100), 100, 0);
    // The clock was set back meanwhile.
    check(Some(10), Some(9_000), 100, 24);
    let lost = StoreError::Corrupt("a photo is missing".to_owned());
    assert_eq!(schedule(24).wait_after(&lost), 24 * HOUR_MS);
    assert_eq!(schedule(24).wait_after(&StoreError::Busy), HOUR_MS);
}

#[test]
fn whoever_keeps_backups_longer_than_phones_keep_answers_is_told() {
    let kept = |hours: u32, keep: usize| {
        let folder = Some(PathBuf::from("cadangan"));
        let made = Schedule::new(folder, Some(hours), Some(keep));
        made.unwrap().unwrap().caution()
    };
    assert_eq!(kept(24, 14), None);
    assert_eq!(kept(24, 30), None);
    let told = kept(24, 31).unwrap();
    assert!(
        told.contains("31 days") && told.contains("30 days"),
        "{told}"
    );
    assert!(kept(EVERY_HOURS_MAX, KEEP_MAX).is_some());
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = || Some(PathBuf::from("cadangan"));
    assert!(Schedule::new(None, None, None).unwrap().is_none());
    assert!(Schedule::new(None, Some(24), None).is_err());
    assert!(Schedule::new(folder(), Some(0), None).is_err());
    assert!(Schedule::new(folder(), None, Some(0)).is_err());
    let usual = Schedule::new(folder(), None, None).unwrap().unwrap();
    assert_eq!((usual.every, usual.keep), (24 * HOUR_MS, 14));
}
