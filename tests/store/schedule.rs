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
        newest_backup(&target.path().join("not yet")).await.unwrap(),
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
        prune_backups(target.path(), 5).await.unwrap(),
        Vec::<String>::new()
    );
    // The newest two do not count any more: they are kept, and so are two that do.
    for broken in &made[3..] {
        fs::write(target.path().join(broken).join("manifest.json"), "{").unwrap();
    }
    assert_eq!(
        newest_backup(target.path()).await.unwrap(),
        Some(Millis(3 * DAY_MS))
    );
    assert_eq!(prune_backups(target.path(), 2).await.unwrap(), made[..1]);
    assert_eq!(names(target.path()), made[1..]);
    // Never the last one, whatever is asked for.
    assert_eq!(prune_backups(target.path(), 0).await.unwrap(), made[1..2]);
    assert_eq!(names(target.path()), made[2..]);
    verify_backup(target.path(), Some(&made[2])).await.unwrap();
}
