//! Backups that are removed because there are enough newer ones. That the server does so by itself is told in
//! `tests/e2e`.
//!
//! Always: what is removed is older than enough that count.

use std::fs;
use std::path::Path;

use server::store::{newest_backup, prune_backups, verify_backup};
use shared::time::{DAY_MS, Millis};
use tempfile::TempDir;

use crate::home::{Backend, on_both};
use crate::world::world;

on_both! {
    only_what_is_older_than_enough_that_count_is_removed
}

/// Names of what lies in a folder of backups, without the photos.
fn names(target: &Path) -> Vec<String> {
    let entries = fs::read_dir(target).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // Those of backups are times.
    let mut names: Vec<String> = names
        .filter(|name| name.starts_with(|letter: char| letter.is_ascii_digit()))
        .collect();
    names.sort();
    names
}

async fn only_what_is_older_than_enough_that_count_is_removed(backend: Backend) {
    let (store, _home) = world(backend).await;
    let target = TempDir::new().unwrap();
    assert_eq!(
        newest_backup(&target.path().join("not yet"), Millis(0))
            .await
            .unwrap(),
        None
    );
    let mut made = Vec::new();
    for day in 1..=5 {
        let backup = store
            .back_up(target.path(), Millis(day * DAY_MS))
            .await
            .unwrap();
        made.push(backup.name);
    }
    assert_eq!(
        prune_backups(target.path(), 5, &made[4]).await.unwrap(),
        Vec::<String>::new()
    );
    // The newest two do not count any more: they are kept, and so are two that do.
    for broken in &made[3..] {
        fs::write(target.path().join(broken).join("manifest.json"), "{").unwrap();
    }
    let newest = newest_backup(target.path(), Millis(9 * DAY_MS)).await;
    assert_eq!(newest.unwrap(), Some(Millis(3 * DAY_MS)));
    // What a clock that was ahead made neither counts nor goes, nor pushes out what was just made.
    let newest = newest_backup(target.path(), Millis(2 * DAY_MS)).await;
    assert_eq!(newest.unwrap(), Some(Millis(2 * DAY_MS)));
    let removed = prune_backups(target.path(), 2, &made[1]).await.unwrap();
    assert_eq!(removed, Vec::<String>::new());
    let newest = &made[4];
    assert_eq!(
        prune_backups(target.path(), 2, newest).await.unwrap(),
        made[..1]
    );
    assert_eq!(names(target.path()), made[1..]);
    // Never the last one, whatever is asked for.
    assert_eq!(
        prune_backups(target.path(), 0, newest).await.unwrap(),
        made[1..2]
    );
    assert_eq!(names(target.path()), made[2..]);
    verify_backup(target.path(), Some(&made[2]), Millis(0))
        .await
        .unwrap();
}
