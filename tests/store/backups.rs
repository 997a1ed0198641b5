//! Backups of a store in use, restored into either database, and what phones learn of it.
//!
//! Always: a rehearsal: what was acknowledged before the backup is there after it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use server::store::{Act, GRACE_MS, Store, StoreError, verify_backup};
use sha2::{Digest as _, Sha256};
use shared::answers::Op;
use shared::ids::{BlobId, LaneId, Seq};
use shared::sync::hub::Kept;
use shared::time::{DAY_MS, Millis};
use shared::wire::v1::{GivingUp, PushResponse};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};
use std::collections::BTreeSet;
use tempfile::TempDir;

use crate::home::{Backend, Home, on_both};
use crate::world::{ANI, log, op, partition, push_of, world};

on_both! {
    a_backup_comes_back_in_either_database
    nothing_is_safe_before_it_lies_in_a_backup
    without_backups_what_is_old_counts_as_safe
    nothing_is_safe_where_no_backup_counts
    a_phone_is_told_of_each_op_and_photo_whether_a_backup_has_it
    a_backup_taken_under_load_is_of_one_instant
    check_names_what_is_missing
    a_backup_of_an_older_version_comes_back
    a_lost_photo_is_said_before_phones_may_give_up_theirs
    a_backup_of_a_clock_that_ran_ahead_vouches_for_nothing
}

const LANE: LaneId = LaneId([1; 16]);
/// After all that is made here.
const LATE: Millis = Millis(40_000 * DAY_MS);

/// Ops of two batches, one kept aside, some of them sealed, and a photo.
async fn fill(store: &Store) -> Vec<Op> {
    fill_with(store, true).await
}

async fn fill_with(store: &Store, has_seals: bool) -> Vec<Op> {
    let ops: Vec<Op> = (1..=5).map(|n| op((n % 2) as usize, n)).collect();
    let mut push = push_of(1, 1, None, ops[..3].to_vec());
    if has_seals {
        push.personal = BTreeSet::from([ops[0].id(), ops[1].id()]);
    }
    store.push(push, Millis(5)).await.unwrap();
    let mut push = push_of(1, 4, Some(ops[2].id()), ops[3..].to_vec());
    push.strangers = BTreeSet::from([ops[4].id()]);
    if has_seals {
        push.personal.clone_from(&push.strangers);
    }
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
    let verified = verify_backup(target.path(), None, LATE).await.unwrap();
    assert_ne!(verified.name, made.name);
    assert_eq!(store.last_backup(LATE).await.unwrap(), Some(Millis(2010)));
    // Both lie in the machine's folder of temporary files.
    assert!(store.backup_shares_disk(LATE).await.unwrap());

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
    assert_eq!(store.last_backup(LATE).await.unwrap(), None);
}

async fn nothing_is_safe_where_no_backup_counts(backend: Backend) {
    let (store, home) = world(backend).await;
    let ops = fill(&store).await;
    let (now, target) = (6 + GRACE_MS, TempDir::new().unwrap());
    home.run_sql("UPDATE quarantine SET op_id = 'lost'").await;
    let failed = store.back_up(target.path(), Millis(now)).await;
    assert!(matches!(failed, Err(StoreError::Corrupt(_))), "{failed:?}");
    assert_eq!(safe(&store, now).await, 0, "however old it is");
    let tried = store.failed_backup(LATE).await.unwrap();
    assert_eq!(
        (tried, store.last_backup(LATE).await.unwrap()),
        (Some(Millis(now)), None)
    );
    let mended = format!("UPDATE quarantine SET op_id = '{}'", ops[4].id());
    home.run_sql(&mended).await;
    let later = Millis(now + 10_000);
    store.back_up(target.path(), later).await.unwrap();
    assert_eq!(store.failed_backup(LATE).await.unwrap(), None);
    assert_eq!(safe(&store, later.0).await, 5);
}

async fn a_phone_is_told_of_each_op_and_photo_whether_a_backup_has_it(backend: Backend) {
    let (store, home) = world(backend).await;
    let ops = fill(&store).await;
    let photo = BlobId(Sha256::digest(b"\xff\xd8\xff and then a picture").into());
    let asked = GivingUp {
        region: ops[1].case.region.clone(),
        ops: vec![ops[1].id(), ops[3].id(), op(0, 9).id()],
        photos: vec![photo, BlobId([7; 32])],
    };
    let kept = |received: i64, backed_up: bool| {
        Some(Kept {
            received: Millis(received),
            backed_up,
        })
    };
    let found = |store: Store, asked: GivingUp| async move {
        store.kept(&partition(), &asked).await.unwrap()
    };
    // Where there never was a backup, only age counts.
    let first = [kept(5, true), kept(6, true), None, kept(7, true), None];
    assert_eq!(found(store.clone(), asked.clone()).await, first);
    let target = TempDir::new().unwrap();
    home.run_sql("UPDATE quarantine SET op_id = 'lost'").await;
    store.back_up(target.path(), Millis(8)).await.unwrap_err();
    let tried = [kept(5, false), kept(6, false), None, kept(7, false), None];
    assert_eq!(found(store.clone(), asked.clone()).await, tried);
    let mended = format!("UPDATE quarantine SET op_id = '{}'", ops[4].id());
    home.run_sql(&mended).await;
    store.back_up(target.path(), Millis(2010)).await.unwrap();
    assert_eq!(found(store.clone(), asked.clone()).await, first);
    let later = op(0, 9);
    let push = push_of(1, 6, Some(ops[4].id()), vec![later.clone()]);
    store.push(push, Millis(2020)).await.unwrap();
    let known = found(store.clone(), asked).await;
    assert_eq!(known[2], kept(2020, false));
    // What is kept aside is here, and is safe nowhere.
    let aside = GivingUp {
        region: ops[4].case.region.clone(),
        ops: vec![ops[4].id(), op(1, 99).id()],
        photos: Vec::new(),
    };
    assert_eq!(found(store, aside).await, [kept(6, false), None]);
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
    assert_eq!(store.last_backup(LATE).await.unwrap(), None);
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
        let restored = Store::restore(home.place(), target.path(), name, Millis(3000)).await;
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
    let act = Act::by_program(Millis(30));
    assert!(
        store.put_regions(Vec::new(), act).await.is_ok(),
        "the store itself goes on"
    );
}

/// The photo of `fill` below a data folder or a folder of backups.
fn photo_in(folder: &Path) -> PathBuf {
    let id = BlobId(Sha256::digest(b"\xff\xd8\xff and then a picture").into()).to_string();
    folder.join("blobs").join(&id[..2]).join(id)
}

async fn restored(target: &Path) -> (Result<server::store::Backup, StoreError>, Home) {
    let home = Home::new(Backend::Sqlite);
    let restored = Store::restore(home.place(), target, None, Millis(20)).await;
    (restored, home)
}

#[tokio::test]
async fn what_another_database_left_is_not_replayed_into_a_restored_one() {
    let (store, _home) = world(Backend::Sqlite).await;
    let target = TempDir::new().unwrap();
    store.back_up(target.path(), Millis(10)).await.unwrap();
    for ending in ["", "-wal", "-shm", "-journal"] {
        let home = Home::new(Backend::Sqlite);
        let left = home.folder.path().join(format!("lumbung.sqlite{ending}"));
        fs::write(&left, b"of another").unwrap();
        let refused = Store::restore(home.place(), target.path(), None, Millis(20)).await;
        assert!(
            matches!(refused, Err(StoreError::Refused("not_empty"))),
            "{ending}: {refused:?}"
        );
        assert_eq!(fs::read(&left).unwrap(), b"of another");
    }
    // A restore that was cut off leaves its own folder, which the next one begins anew.
    let home = Home::new(Backend::Sqlite);
    let cut_off = home.folder.path().join("restoring");
    fs::create_dir(&cut_off).unwrap();
    fs::write(cut_off.join("lumbung.sqlite-wal"), b"of another").unwrap();
    let restored = Store::restore(home.place(), target.path(), None, Millis(20)).await;
    restored.unwrap();
    assert!(!cut_off.exists());
    let again = home.open(21).await;
    assert_eq!(
        again.accounts().await.unwrap(),
        store.accounts().await.unwrap()
    );
}

/// Schema steps of the program that is played as the older one.
const OLDER_STEPS: usize = 8;

/// Writes the rows of a backup again in the shape that the first `OLDER_STEPS` steps give them.
async fn age(backup: &Path, sha256: &str) {
    let file = backup.join("lumbung.sqlite");
    let newer = backup.join("newer.sqlite");
    fs::rename(&file, &newer).unwrap();
    let options = SqliteConnectOptions::new()
        .filename(&file)
        .create_if_missing(true);
    let mut older = options.connect().await.unwrap();
    let attach = format!("ATTACH '{}' AS newer", newer.display());
    let script = async |sql: String, older: &mut sqlx::SqliteConnection| {
        let script = sqlx::raw_sql(AssertSqlSafe(sql));
        script.execute(older).await.unwrap();
    };
    script(attach, &mut older).await;
    let folder = tests::harness::workspace().join("server/migrations");
    let mut steps: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    steps.sort();
    for step in &steps[..OLDER_STEPS] {
        script(fs::read_to_string(step).unwrap(), &mut older).await;
    }
    let record = format!(
        "CREATE TABLE migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL,
         applied_at BIGINT NOT NULL);
         INSERT INTO migration SELECT * FROM newer.migration WHERE number <= {OLDER_STEPS}"
    );
    script(record, &mut older).await;
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, group_concat(p.name) FROM main.sqlite_master AS m JOIN pragma_table_info(m.name) AS p
         WHERE m.type = 'table' AND m.name <> 'migration' GROUP BY m.name ORDER BY MIN(m.rowid)",
    )
    .fetch_all(&mut older)
    .await
    .unwrap();
    for (table, columns) in tables {
        let copy =
            format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM newer.{table}");
        script(copy, &mut older).await;
    }
    older.close().await.unwrap();
    fs::remove_file(newer).unwrap();
    let digest: [u8; 32] = Sha256::digest(fs::read(&file).unwrap()).into();
    let manifest = backup.join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    assert!(text.contains(sha256));
    fs::write(manifest, text.replace(sha256, &BlobId(digest).to_string())).unwrap();
}

async fn a_backup_of_an_older_version_comes_back(backend: Backend) {
    let (store, _home) = world(backend).await;
    fill_with(&store, false).await;
    let target = TempDir::new().unwrap();
    let made = store.back_up(target.path(), Millis(10)).await.unwrap();
    age(&target.path().join(&made.name), &made.manifest.sha256).await;
    let verified = verify_backup(target.path(), None, LATE).await.unwrap();
    assert_eq!(verified.check, made.check);
    let home = Home::new(backend);
    let restored = Store::restore(home.place(), target.path(), None, Millis(20)).await;
    assert_eq!(restored.unwrap().check, made.check);
    let again = home.open(21).await;
    assert_eq!(log(&again).await, log(&store).await);
    assert_eq!(again.blob_counts().await.unwrap(), (1, 0));
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

#[tokio::test]
async fn only_what_is_named_like_a_backup_counts_as_one() {
    let (store, _home) = world(Backend::Sqlite).await;
    let target = TempDir::new().unwrap();
    let made = store.back_up(target.path(), Millis(10)).await.unwrap();
    for name in ["zz-of-last-year", "99991231-235959-999.partial"] {
        let other = target.path().join(name);
        fs::create_dir(&other).unwrap();
        fs::write(other.join("manifest.json"), b"{}").unwrap();
    }
    let verified = verify_backup(target.path(), None, LATE).await.unwrap();
    assert_eq!(verified.name, made.name);
}

#[tokio::test]
async fn no_backup_lies_in_what_it_backs_up() {
    let (store, home) = world(Backend::Sqlite).await;
    let data = home.folder.path();
    for inside in [data.to_owned(), data.join("backups/daily")] {
        let refused = store.back_up(&inside, Millis(10)).await;
        assert!(
            matches!(refused, Err(StoreError::Refused("backup_inside"))),
            "{refused:?}"
        );
    }
    assert!(!data.join("backups").exists());
}

#[tokio::test]
async fn a_damaged_photo_keeps_nothing_else_from_coming_back() {
    let (store, home) = world(Backend::Sqlite).await;
    fill(&store).await;
    let target = TempDir::new().unwrap();
    store.back_up(target.path(), Millis(10)).await.unwrap();
    damage(&photo_in(target.path()));
    let seen = verify_backup(target.path(), None, LATE).await.unwrap_err();
    assert!(
        seen.to_string().contains("the content is another"),
        "{seen}"
    );
    let (backup, other) = restored(target.path()).await;
    assert_eq!(backup.unwrap().check.blobs, 0);
    let again = other.open(21).await;
    assert_eq!(log(&again).await, log(&store).await);
    assert_eq!(again.blob_counts().await.unwrap(), (1, 1));
    // The next backup takes it again from where it is whole.
    let mended = store.back_up(target.path(), Millis(2010)).await.unwrap();
    assert_eq!(mended.check.blobs, 1);
    assert_eq!(
        fs::read(photo_in(target.path())).unwrap(),
        fs::read(photo_in(home.folder.path())).unwrap()
    );
}

async fn a_lost_photo_is_said_before_phones_may_give_up_theirs(backend: Backend) {
    let (store, home) = world(backend).await;
    fill(&store).await;
    let photo = photo_in(home.folder.path());
    let bytes = fs::read(&photo).unwrap();
    let id = photo.file_name().unwrap().to_str().unwrap().to_owned();
    for content in [None, Some(b"\xff\xd8\xff and then no picture".as_slice())] {
        match content {
            None => fs::remove_file(&photo).unwrap(),
            Some(content) => fs::write(&photo, content).unwrap(),
        }
        let target = TempDir::new().unwrap();
        for now in [10, 2010] {
            let refused = store.back_up(target.path(), Millis(now)).await;
            let error = refused.unwrap_err().to_string();
            assert!(error.contains(&id), "{error}");
            assert_eq!(safe(&store, 11).await, 0);
        }
        assert_eq!(store.last_backup(LATE).await.unwrap(), None);
        // What was written comes back all the same.
        let verified = verify_backup(target.path(), None, LATE).await.unwrap();
        assert_eq!((verified.check.ops, verified.check.blobs), (4, 0));
    }
    fs::remove_file(&photo).unwrap();
    let target = TempDir::new().unwrap();
    store.back_up(target.path(), Millis(10)).await.unwrap_err();
    let accepted = store
        .back_up_despite_lost(target.path(), Millis(2010))
        .await;
    assert_eq!(accepted.unwrap().check.lost.len(), 1);
    assert_eq!(safe(&store, 11).await, 5);
    // Once accepted it is known, and found again once it is here again.
    store.back_up(target.path(), Millis(4010)).await.unwrap();
    fs::write(&photo, bytes).unwrap();
    let whole = store.back_up(target.path(), Millis(6010)).await.unwrap();
    assert_eq!((whole.check.blobs, whole.check.lost.len()), (1, 0));
}

async fn a_backup_of_a_clock_that_ran_ahead_vouches_for_nothing(backend: Backend) {
    let (store, home) = world(backend).await;
    let ops = fill(&store).await;
    let photo = photo_in(home.folder.path());
    let bytes = fs::read(&photo).unwrap();
    let day = |count: i64| Millis(count * DAY_MS);
    let target = TempDir::new().unwrap();
    // Half a year ahead, and one photo is given up then.
    fs::remove_file(&photo).unwrap();
    let ahead = store.back_up_despite_lost(target.path(), day(200)).await;
    let ahead = ahead.unwrap().name;
    let told = async |now: Millis| {
        let last = store.last_backup(now).await.unwrap();
        let is_beside = store.backup_shares_disk(now).await.unwrap();
        (last, store.failed_backup(now).await.unwrap(), is_beside)
    };
    assert_eq!(told(day(200)).await, (Some(day(200)), None, true));
    assert_eq!(told(day(20)).await, (None, None, false));

    fs::write(&photo, bytes).unwrap();
    let later = op(0, 6);
    let push = push_of(1, 6, Some(ops[4].id()), vec![later.clone()]);
    store.push(push, day(20)).await.unwrap();
    let newest = store.back_up(target.path(), day(20)).await.unwrap();
    assert_eq!(told(day(20)).await, (Some(day(20)), None, true));
    // What fails now is told now, and what was given up then is missed again.
    fs::remove_file(&photo).unwrap();
    fs::remove_file(photo_in(target.path())).unwrap();
    store.back_up(target.path(), day(21)).await.unwrap_err();
    let failed = (Some(day(20)), Some(day(21)), true);
    assert_eq!(told(day(21)).await, failed);

    fs::remove_dir_all(target.path().join("19700122-000000-000")).unwrap();
    let home = Home::new(backend);
    let restored = Store::restore(home.place(), target.path(), None, day(22)).await;
    let restored = restored.unwrap();
    assert_eq!(restored.name, newest.name);
    assert_eq!(restored.passed_over, std::slice::from_ref(&ahead));
    assert!(log(&home.open(day(22).0).await).await.contains(&later.id()));
    // By its name it is taken all the same, and where nothing else is there.
    for name in [Some(ahead.as_str()), None] {
        if name.is_none() {
            fs::remove_dir_all(target.path().join(&newest.name)).unwrap();
        }
        let home = Home::new(backend);
        let restored = Store::restore(home.place(), target.path(), name, day(22)).await;
        let restored = restored.unwrap();
        assert_eq!(
            (restored.name, restored.passed_over),
            (ahead.clone(), vec![])
        );
    }
}

#[tokio::test]
async fn nobody_else_on_the_machine_reads_a_backup() {
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (store, _home) = world(Backend::Sqlite).await;
    fill(&store).await;
    let target = TempDir::new().unwrap();
    let folder = target.path().join("usb/backups");
    let made = store.back_up(&folder, Millis(10)).await.unwrap();
    let home = Home::new(Backend::Sqlite);
    let data = home.folder.path();
    fs::set_permissions(data, fs::Permissions::from_mode(0o755)).unwrap();
    let restored = Store::restore(home.place(), &folder, None, Millis(20)).await;
    restored.unwrap();
    let made = folder.join(made.name);
    for closed in [&folder, &made, &folder.join("blobs"), data] {
        assert_eq!(mode(closed.to_owned()), 0o700, "{}", closed.display());
    }
    for rows in [&made, data] {
        assert_eq!(mode(rows.join("lumbung.sqlite")), 0o600);
    }
}

#[tokio::test]
async fn what_was_cut_off_is_cleared_away() {
    let (store, home) = world(Backend::Sqlite).await;
    fill(&store).await;
    let target = TempDir::new().unwrap();
    let partial = |name: &str| target.path().join(format!("{name}.partial"));
    let (old, fresh) = (
        partial("20260101-000000-000"),
        partial("20260102-000000-000"),
    );
    for folder in [&old, &fresh] {
        fs::create_dir(folder).unwrap();
    }
    let days_ago = SystemTime::now() - Duration::from_secs(2 * 86_400);
    fs::File::open(&old)
        .unwrap()
        .set_modified(days_ago)
        .unwrap();
    store.back_up(target.path(), Millis(10)).await.unwrap();
    assert!(!old.exists());
    assert!(fresh.exists(), "another backup may be writing it");
    // One that fails leaves nothing that could be taken for a backup, or fill the disk.
    home.run_sql("DELETE FROM quarantine").await;
    store
        .back_up(target.path(), Millis(2010))
        .await
        .unwrap_err();
    let mut names: Vec<_> = fs::read_dir(target.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "19700101-000000-010",
            "20260102-000000-000.partial",
            "blobs"
        ]
    );
}

#[tokio::test]
async fn a_place_without_a_hub_is_not_backed_up() {
    let home = Home::new(Backend::Sqlite);
    let refused = Store::open_existing(home.place(), Millis(1)).await;
    assert!(
        matches!(refused, Err(StoreError::Missing("hub"))),
        "{refused:?}"
    );
    assert_eq!(fs::read_dir(home.folder.path()).unwrap().count(), 0);
    home.open(1).await.close().await;
    let there = Store::open_existing(home.place(), Millis(2)).await;
    there.unwrap().close().await;
}
