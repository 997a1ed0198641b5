//! Backups of a store in use, restored into either database, and what phones learn of it.
//!
//! Always: a rehearsal: what was acknowledged before the backup is there after it.

use std::fs;
use std::path::Path;

use server::store::{Act, GRACE_MS, Store, StoreError, verify_backup};
use sha2::{Digest as _, Sha256};
use shared::answers::Op;
use shared::ids::{BlobId, LaneId, Seq};
use shared::time::Millis;
use shared::wire::v1::PushResponse;
use std::collections::BTreeSet;
use tempfile::TempDir;

use crate::home::{Backend, Home, on_both};
use crate::world::{ANI, log, op, partition, push_of, world};

on_both! {
    a_backup_comes_back_in_either_database
    nothing_is_safe_before_it_lies_in_a_backup
    without_backups_what_is_old_counts_as_safe
    a_backup_taken_under_load_is_of_one_instant
    check_names_what_is_missing
}

const LANE: LaneId = LaneId([1; 16]);

/// Ops of two batches, one kept aside, and a photo.
async fn fill(store: &Store) -> Vec<Op> {
    let ops: Vec<Op> = (1..=5).map(|n| op((n % 2) as usize, n)).collect();
    let push = push_of(1, 1, None, ops[..3].to_vec());
    store.push(push, Millis(5)).await.unwrap();
    let mut push = push_of(1, 4, Some(ops[2].id()), ops[3..].to_vec());
    push.strangers = BTreeSet::from([ops[4].id()]);
    store.push(push, Millis(6)).await.unwrap();
    let bytes = b"\xff\xd8\xff and then a picture".to_vec();
    let id = BlobId(Sha256::digest(&bytes).into());
    let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
    upload.append(&bytes).await.unwrap();
    store.finish_upload(upload, Millis(7)).await.unwrap();
    ops
}

async fn a_backup_comes_back_in_either_database(backend: Backend) {
    let (store, _home) = world(backend).await;
    let ops = fill(&store).await;
    let session = store.begin_session("token".to_owned(), ANI, Millis(8), Millis(999));
    session.await.unwrap();
    let keys = store.hub_keys().await.unwrap();
    let target = TempDir::new().unwrap();
    let made = store.back_up(target.path(), Millis(10)).await.unwrap();
    assert_eq!(
        (made.check.ops, made.check.asides, made.check.blobs),
        (4, 1, 1)
    );
    assert_eq!(made.manifest.rows["assignment"], 3);
    // The next one takes only what is new; the newest is what comes back.
    store.back_up(target.path(), Millis(2010)).await.unwrap();
    let verified = verify_backup(target.path(), None).await.unwrap();
    assert_ne!(verified.name, made.name);
    assert_eq!(store.last_backup().await.unwrap(), Some(Millis(2010)));

    for other in [Backend::Sqlite, Backend::Postgres] {
        let home = Home::new(other);
        // A clock that is behind the old server's changes nothing.
        let restored = Store::restore(home.place(), target.path(), None, Millis(0)).await;
        assert_eq!(restored.unwrap().name, verified.name);
        let again = home.open(20).await;
        assert_eq!(log(&again).await, log(&store).await);
        assert_eq!(again.quarantined(&ops[4].case).await.unwrap()[0].op, ops[4]);
        assert_eq!(again.blob_counts().await.unwrap(), (1, 0));
        assert_eq!(again.check().await.unwrap().faults, Vec::<String>::new());
        assert_eq!(
            again.accounts().await.unwrap(),
            store.accounts().await.unwrap()
        );
        assert_ne!(again.hub_keys().await.unwrap().epoch, keys.epoch);
        assert_eq!(again.session("token", Millis(21)).await.unwrap(), None);
        let twice = Store::restore(home.place(), target.path(), None, Millis(22)).await;
        assert!(
            matches!(twice, Err(StoreError::Refused("not_empty"))),
            "{twice:?}"
        );
    }
}

async fn safe(store: &Store, now: i64) -> u64 {
    let end = store
        .lane_end(&partition(), LANE, Seq(1), Millis(now))
        .await;
    end.unwrap().safe.0
}

async fn nothing_is_safe_before_it_lies_in_a_backup(backend: Backend) {
    let (store, _home) = world(backend).await;
    let ops = fill(&store).await;
    let target = TempDir::new().unwrap();
    store.back_up(target.path(), Millis(10)).await.unwrap();
    assert_eq!(safe(&store, 11).await, 5);
    let push = push_of(1, 6, Some(ops[4].id()), vec![op(0, 6)]);
    let answer = store.push(push, Millis(12)).await.unwrap();
    let PushResponse::Accepted {
        verified,
        safe: told,
        ..
    } = answer
    else {
        panic!("not accepted: {answer:?}");
    };
    assert_eq!((verified, told), (Seq(6), Some(Seq(5))));
    // However old: with backups, only they count.
    assert_eq!(safe(&store, 12 + 2 * GRACE_MS).await, 5);
    store.back_up(target.path(), Millis(2010)).await.unwrap();
    assert_eq!(safe(&store, 2011).await, 6);
}

async fn without_backups_what_is_old_counts_as_safe(backend: Backend) {
    let (store, _home) = world(backend).await;
    fill(&store).await;
    assert_eq!(safe(&store, 7).await, 0);
    assert_eq!(safe(&store, 5 + GRACE_MS).await, 3);
    assert_eq!(safe(&store, 6 + GRACE_MS).await, 5);
    assert_eq!(store.last_backup().await.unwrap(), None);
}

async fn a_backup_taken_under_load_is_of_one_instant(backend: Backend) {
    let (store, _home) = world(backend).await;
    let pushing = store.clone();
    let pushes = tokio::spawn(async move {
        let mut previous = None;
        for counter in 1..=60 {
            let one = op(0, counter);
            let id = one.id();
            let push = push_of(1, counter, previous, vec![one]);
            pushing.push(push, Millis(5)).await.unwrap();
            previous = Some(id);
        }
    });
    let target = TempDir::new().unwrap();
    let mut seen = Vec::new();
    let mut now = 10_000;
    while !pushes.is_finished() {
        now += 1000;
        let before = store.log_position(&partition()).await.unwrap().0;
        let backup = store.back_up(target.path(), Millis(now)).await.unwrap();
        assert!(
            before <= backup.check.ops,
            "acknowledged before the backup began"
        );
        seen.push(backup.check.ops);
    }
    pushes.await.unwrap();
    assert!(seen.is_sorted(), "{seen:?}");
}

async fn check_names_what_is_missing(backend: Backend) {
    let (store, home) = world(backend).await;
    fill(&store).await;
    assert_eq!(store.check().await.unwrap().faults, Vec::<String>::new());
    home.run_sql("DELETE FROM quarantine").await;
    let lost = store.check().await.unwrap().faults;
    assert!(
        lost[0].contains("was acknowledged and is not here"),
        "{lost:?}"
    );
    home.run_sql("DELETE FROM batch WHERE position = 1").await;
    let hole = store.check().await.unwrap().faults;
    assert!(
        hole.iter()
            .any(|fault| fault.contains("nothing stands at position 1")),
        "{hole:?}"
    );
    // What does not hold all that was acknowledged is no backup.
    let target = TempDir::new().unwrap();
    let refused = store.back_up(target.path(), Millis(10)).await;
    assert!(
        matches!(refused, Err(StoreError::Corrupt(_))),
        "{refused:?}"
    );
    assert_eq!(store.last_backup().await.unwrap(), None);
}

fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_backup_is_not_restored() {
    let (store, _home) = world(Backend::Sqlite).await;
    fill(&store).await;
    let target = TempDir::new().unwrap();
    let first = store.back_up(target.path(), Millis(10)).await.unwrap();
    let second = store.back_up(target.path(), Millis(2010)).await.unwrap();
    let refused = async |name: Option<&str>| {
        let home = Home::new(Backend::Sqlite);
        let restored = Store::restore(home.place(), target.path(), name, Millis(20)).await;
        restored
            .map(|backup| backup.name)
            .map_err(|error| error.to_string())
    };
    damage(&target.path().join(&second.name).join("lumbung.sqlite"));
    let error = refused(None).await.unwrap_err();
    assert!(error.contains("not those that were written"), "{error}");
    // One that was cut off has no manifest and does not count.
    fs::remove_file(target.path().join(&second.name).join("manifest.json")).unwrap();
    assert_eq!(refused(None).await, Ok(first.name));
    let shelf = fs::read_dir(target.path().join("blobs"))
        .unwrap()
        .next()
        .unwrap();
    let photo = fs::read_dir(shelf.unwrap().path()).unwrap().next().unwrap();
    damage(&photo.unwrap().path());
    let error = refused(None).await.unwrap_err();
    assert!(error.contains("the content is another"), "{error}");
    let act = Act::by_program(Millis(30));
    assert!(
        store.put_regions(Vec::new(), act).await.is_ok(),
        "the store itself goes on"
    );
}

#[tokio::test]
async fn a_backup_of_a_newer_version_is_refused() {
    let (store, home) = world(Backend::Sqlite).await;
    home.run_sql("INSERT INTO migration VALUES (999, 'x', 'x', 1)")
        .await;
    store.close().await;
    let newer = Store::open_to_look(home.place()).await.unwrap_err();
    assert!(newer.to_string().contains("newer lumbung"), "{newer}");
}
