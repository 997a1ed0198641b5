//! Backups: all rows as one SQLite file, whichever database they come from, and the photos by their content.
//!
//! Always: one instant of the database, taken while it is in use; complete only with its manifest, which is written
//! last; counted as safe only after it was read back and every acknowledged op and photo was found in it.
//! Always: a restored hub begins a new epoch, so that phones offer again what they hold.
//! Never: overwrites data; restores rows that cannot be verified; leaves answers behind because a photo is damaged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use shared::ids::{BlobId, PartitionId, hex_text};
use shared::time::Millis;
use sqlx::AssertSqlSafe;
use tokio::fs::{self, File};

use super::audit::Act;
use super::blobs::digest_of;
use super::check::CheckView;
use super::hub::begin_epoch;
use super::postgres::{Postgres, end};
use super::private::{self, Scratch};
use super::revoked::read_notes;
use super::sql::{Bind, Connection, Row, query};
use super::sqlite::{self, Sqlite};
use super::sync::partition_of;
use super::{Database, Place, Result, Store, StoreError, stored};
use crate::auth;

mod folder;
mod photos;

use folder::{FORM, Found, MANIFEST, UNFINISHED, find_backup, known_lost, name_of, on_disk, sweep};
pub use folder::{Manifest, newest_backup, prune_backups};

/// Rows that are read and written at once.
const ROWS_PER_STEP: usize = 100;
/// Lanes or photos that are marked safe in one transaction.
const MARKS_PER_WRITE_MAX: usize = 200;

/// What to do about photos that are on record and nowhere whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loss {
    /// They are a fault, unless a backup before was accepted without them.
    IsFault,
    IsAccepted,
}

/// A backup that was read back whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    pub name: String,
    pub manifest: Manifest,
    pub check: CheckView,
    /// Others whose names are of a later time than it was when this one was looked for.
    pub passed_over: Vec<String>,
}

impl Store {
    /// Makes a backup below `target`, reads it back, and counts what is in it as safe. Photos that an earlier backup
    /// there holds whole are not copied again.
    ///
    /// # Errors
    /// `Refused("backup_inside")` where `target` is in the data folder; `Corrupt` with the first fault where the backup
    /// does not hold all that was acknowledged. If only photos are lost, the backup is complete and can be restored,
    /// but does not count: phones that hold the photos keep them, and bring them again.
    pub async fn back_up(&self, target: &Path, now: Millis) -> Result<Backup> {
        self.make_backup(target, now, Loss::IsFault).await
    }

    /// The same, and it counts although photos are lost; later ones below `target` do so too, without those.
    ///
    /// # Errors
    /// As [`Store::back_up`], without the last.
    pub async fn back_up_despite_lost(&self, target: &Path, now: Millis) -> Result<Backup> {
        self.make_backup(target, now, Loss::IsAccepted).await
    }

    /// Whether a folder lies in the data folder: backups there would be lost together with it.
    ///
    /// # Errors
    /// `Io` where this folder is not known any more.
    pub fn contains(&self, target: &Path) -> Result<bool> {
        Ok(on_disk(target)?.starts_with(on_disk(self.folder())?))
    }

    async fn make_backup(&self, target: &Path, now: Millis, loss: Loss) -> Result<Backup> {
        if self.contains(target)? {
            return Err(StoreError::Refused("backup_inside"));
        }
        let name = name_of(now);
        let made = self.make_named(target, name.clone(), now, loss).await;
        if made.is_err()
            && let Err(error) = self.note_backup(name, target, now, None).await
        {
            // What went wrong first is what is told.
            tracing::error!(%error, "store.backup.note");
        }
        made
    }

    async fn make_named(
        &self,
        target: &Path,
        name: String,
        now: Millis,
        loss: Loss,
    ) -> Result<Backup> {
        let partial = Scratch::new(target.join(format!("{name}{UNFINISHED}")))?;
        sweep(target)?;
        let (manifest, check) = self.write_backup(target, partial.path(), now, loss).await?;
        sync_folder(partial.path()).await?;
        fs::rename(partial.path(), target.join(&name)).await?;
        sync_folder(target).await?;
        tracing::info!(backup.name = name, blobs = manifest.blobs, "store.backup");
        if !manifest.counts() {
            return Err(StoreError::Corrupt(format!(
                "backup {name} is written and can be restored, but does not count, because photos are missing: {}",
                check.photo_faults(&BTreeSet::new()).join("; ")
            )));
        }
        let backup = Backup {
            name,
            manifest,
            check,
            passed_over: Vec::new(),
        };
        self.count_as_safe(target, &backup, now).await?;
        Ok(backup)
    }

    async fn write_backup(
        &self,
        target: &Path,
        partial: &Path,
        now: Millis,
        loss: Loss,
    ) -> Result<(Manifest, CheckView)> {
        private::file(&sqlite::file_in(partial))?;
        let mut to = sqlite::open_file(partial, now).await?;
        to.run_script("BEGIN IMMEDIATE").await?;
        let mut from = self.snapshot().await?;
        let rows = copy_tables(&mut from, &mut to).await?;
        // While it is open, the database keeps all that changes since.
        drop(from);
        to.run_script("COMMIT").await?;
        let (epoch,): (String,) = query("SELECT epoch FROM hub ORDER BY minted_at DESC LIMIT 1")
            .fetch_one(&mut to)
            .await?;
        let file = sqlite::close_file(to, partial).await?;
        let sha256 = hex_text(&digest_of(&file).await?.0);
        let (mut check, ids) = whole_rows(partial).await?;
        let blob_bytes = photos::copy(&ids, self.folder(), target, &mut check).await?;
        let lost: BTreeSet<BlobId> = check.lost.union(&check.damaged).copied().collect();
        let is_loss_accepted = match loss {
            Loss::IsAccepted => true,
            Loss::IsFault => lost.is_subset(&known_lost(target, now).await?),
        };
        let manifest = Manifest {
            form: FORM,
            made: now,
            epoch: stored(&epoch, "epoch")?,
            rows,
            sha256,
            blobs: check.blobs,
            blob_bytes,
            lost,
            is_loss_accepted,
        };
        let text = serde_json::to_vec_pretty(&manifest).expect("a manifest has plain keys");
        let mut file = private::file(&partial.join(MANIFEST))?;
        file.write_all(&text)?;
        file.sync_all()?;
        Ok((manifest, check))
    }

    /// Notes what lies in a verified backup: then a phone may give it up in time.
    async fn count_as_safe(&self, target: &Path, backup: &Backup, now: Millis) -> Result<()> {
        let rows = look(&target.join(&backup.name), target).await?;
        let mut snapshot = rows.read().await?;
        let partitions: Vec<(String,)> =
            query("SELECT DISTINCT partition_id FROM lane ORDER BY partition_id")
                .fetch_all(&mut snapshot)
                .await?;
        for (partition,) in partitions {
            let lanes: Vec<(String, i64)> =
                query("SELECT lane_id, length FROM lane WHERE partition_id = $1 AND safe < length")
                    .bind(&partition)
                    .fetch_all(&mut snapshot)
                    .await?;
            let log: Option<(i64,)> =
                query("SELECT position FROM log WHERE partition_id = $1 AND safe < position")
                    .bind(&partition)
                    .fetch_optional(&mut snapshot)
                    .await?;
            let partition = partition_of(&partition)?;
            if let Some((position,)) = log {
                self.mark_log(&partition, position).await?;
            }
            for some in lanes.chunks(MARKS_PER_WRITE_MAX) {
                self.mark_lanes(&partition, some.to_vec()).await?;
            }
        }
        let photos: Vec<(String,)> = query("SELECT id FROM blob WHERE safe = 0 ORDER BY id")
            .fetch_all(&mut snapshot)
            .await?;
        let mut photos: Vec<String> = photos.into_iter().map(|(id,)| id).collect();
        let lost = backup.manifest.lost.iter().map(BlobId::to_string);
        let lost: BTreeSet<String> = lost.collect();
        photos.retain(|id| !lost.contains(id));
        for some in photos.chunks(MARKS_PER_WRITE_MAX) {
            self.mark_photos(some.to_vec()).await?;
        }
        let (name, made) = (backup.name.clone(), backup.manifest.made);
        self.note_backup(name, target, made, Some(now)).await
    }

    /// Notes that a backup was tried, and when it was verified, if it counts: where all fail, nothing is safe.
    async fn note_backup(
        &self,
        name: String,
        target: &Path,
        made: Millis,
        verified: Option<Millis>,
    ) -> Result<()> {
        let folder = target.display().to_string();
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO backup (id, folder, made_at, verified_at) VALUES ($1, $2, $3, 0)
                     ON CONFLICT (id) DO NOTHING",
                )
                .bind(&name)
                .bind(folder)
                .bind(made.0)
                .execute(&mut *tx)
                .await?;
                if let Some(verified) = verified {
                    query("UPDATE backup SET verified_at = $1 WHERE id = $2")
                        .bind(verified.0)
                        .bind(name)
                        .execute(tx)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn mark_log(&self, partition: &PartitionId, position: i64) -> Result<()> {
        let id = partition.to_string();
        self.write_in(partition, move |tx| {
            Box::pin(async move {
                query("UPDATE log SET safe = $2 WHERE partition_id = $1 AND safe < $2")
                    .bind(id)
                    .bind(position)
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    async fn mark_photos(&self, photos: Vec<String>) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                for id in photos {
                    query("UPDATE blob SET safe = 1 WHERE id = $1")
                        .bind(id)
                        .execute(&mut *tx)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn mark_lanes(&self, partition: &PartitionId, lanes: Vec<(String, i64)>) -> Result<()> {
        let id = partition.to_string();
        self.write_in(partition, move |tx| {
            Box::pin(async move {
                for (lane, length) in lanes {
                    query(
                        "UPDATE lane SET safe = $3
                         WHERE partition_id = $1 AND lane_id = $2 AND safe < $3",
                    )
                    .bind(&id)
                    .bind(lane)
                    .bind(length)
                    .execute(tx)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// When the newest verified backup was made; none where there is none. Here as below, one that is later than `now`
    /// was made by a clock that ran ahead: nobody knows when, so that it vouches for nothing and hides nothing.
    pub async fn last_backup(&self, now: Millis) -> Result<Option<Millis>> {
        let (made,): (Option<i64>,) =
            query("SELECT MAX(made_at) FROM backup WHERE 0 < verified_at AND made_at <= $1")
                .bind(now.0)
                .fetch_one(&mut self.read().await?)
                .await?;
        Ok(made.map(Millis))
    }

    /// Whether the newest verified backup lies on the disk of the data, as far as this machine can tell: then one failure
    /// takes both. Of a database elsewhere, whose disk nobody here knows, only the photos are looked at.
    pub async fn backup_shares_disk(&self, now: Millis) -> Result<bool> {
        let newest: Option<(String,)> = query(
            "SELECT folder FROM backup WHERE 0 < verified_at AND made_at <= $1
             ORDER BY made_at DESC LIMIT 1",
        )
        .bind(now.0)
        .fetch_optional(&mut self.read().await?)
        .await?;
        let Some((folder,)) = newest else {
            return Ok(false);
        };
        let own = fs::metadata(self.folder()).await?;
        // A disk that is not plugged in now is another one.
        let there = fs::metadata(folder).await;
        Ok(there.is_ok_and(|there| there.dev() == own.dev()))
    }

    /// When a backup was last tried that does not count; none where a later one does.
    pub async fn failed_backup(&self, now: Millis) -> Result<Option<Millis>> {
        let (made,): (Option<i64>,) = query(
            "SELECT MAX(made_at) FROM backup
             WHERE verified_at = 0 AND made_at <= $1 AND made_at > COALESCE(
                 (SELECT MAX(made_at) FROM backup WHERE 0 < verified_at AND made_at <= $1), 0)",
        )
        .bind(now.0)
        .fetch_one(&mut self.read().await?)
        .await?;
        Ok(made.map(Millis))
    }

    /// Puts the newest backup below `target` that is not later than `now`, or the named one, into a place that holds no
    /// data, and begins a new epoch. Sessions, and links that nobody had redeemed, are not brought back: somebody may have ended them since.
    /// Photos come back if they are whole; the others are named in what is returned. What was revoked since is revoked
    /// again as far as it is noted beside the backups or in the place, and an administrator is asked to look.
    ///
    /// # Errors
    /// `Refused("not_empty")` where the place holds data, or a server made some meanwhile; `Corrupt` where the rows
    /// cannot be verified.
    pub async fn restore(
        place: Place,
        target: &Path,
        name: Option<&str>,
        now: Millis,
    ) -> Result<Backup> {
        let postgres = match &place.postgres {
            None => None,
            Some(url) => Some(Postgres::open(url, now).await?),
        };
        let is_taken = match &postgres {
            None => sqlite::is_taken(&place.folder).await?,
            Some(postgres) => has_hub(&mut postgres.read().await?).await?,
        };
        if is_taken {
            return Err(StoreError::Refused("not_empty"));
        }
        let Found {
            name,
            manifest,
            passed_over,
        } = find_backup(target, name, now).await?;
        private::folder(&place.folder)?;
        let notes = read_notes(&[target, &place.folder]).await?;
        let restoring = Scratch::new(place.folder.join("restoring"))?;
        let copy = restoring.path();
        copy_rows(&target.join(&name), copy).await?;
        check_digest(copy, &name, &manifest).await?;
        let rows = sqlite::open_file(copy, now).await?;
        sqlite::close_file(rows, copy).await?;
        let whole = whole_rows(copy).await;
        let (mut check, ids) = whole.map_err(|error| of_backup(&name, error))?;
        photos::copy(&ids, target, &place.folder, &mut check).await?;
        photos::copy_others(target, &place.folder).await?;
        let mut rows = sqlite::open_file(copy, now).await?;
        rows.run_script("BEGIN IMMEDIATE").await?;
        begin_epoch(&mut rows, now).await?;
        notes.carry_out(&mut rows, manifest.made, now).await?;
        let act = Act::by_program(now);
        act.record(&mut rows, "hub.restore", &name).await?;
        if manifest.counts() {
            note_restored(&mut rows, target, &name, manifest.made, now).await?;
        }
        rows.run_script("COMMIT").await?;
        match postgres {
            None => {
                let file = sqlite::close_file(rows, copy).await?;
                publish(&file, &place.folder).await?;
            }
            Some(postgres) => {
                let mut to = postgres.begin_long().await?;
                let filled = fill(&mut rows, &mut to).await;
                end(to, filled).await?;
                postgres.close().await;
            }
        }
        tracing::info!(backup.name = name, "store.restored");
        Ok(Backup {
            name,
            manifest,
            check,
            passed_over,
        })
    }
}

/// The backup that was put back was made before it could be noted in itself: what is here now lies in it. Photos keep
/// what was said of them, since some may be missing.
async fn note_restored(
    rows: &mut Connection,
    target: &Path,
    name: &str,
    made: Millis,
    now: Millis,
) -> Result<()> {
    query("UPDATE lane SET safe = length")
        .execute(&mut *rows)
        .await?;
    query("UPDATE log SET safe = position")
        .execute(&mut *rows)
        .await?;
    query(
        "INSERT INTO backup (id, folder, made_at, verified_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET verified_at = excluded.verified_at",
    )
    .bind(name.to_owned())
    .bind(target.display().to_string())
    .bind(made.0)
    .bind(now.0)
    .execute(rows)
    .await?;
    Ok(())
}

/// Reads a backup back: the one that a restore would take now, or the named one. Nothing there is changed; rows of an
/// older version are brought up to date in a copy, in the system's folder for such.
///
/// # Errors
/// `Missing("backup")`; `Corrupt` with the first fault.
pub async fn verify_backup(target: &Path, name: Option<&str>, now: Millis) -> Result<Backup> {
    let Found {
        name,
        manifest,
        passed_over,
    } = find_backup(target, name, now).await?;
    let folder = target.join(&name);
    check_digest(&folder, &name, &manifest).await?;
    let mut scratch = None;
    let store = match look(&folder, target).await {
        Err(StoreError::Schema(_)) => {
            let random = hex_text(&auth::random::<8>());
            let copy = Scratch::new(std::env::temp_dir().join(format!("lumbung-{random}")))?;
            copy_rows(&folder, copy.path()).await?;
            // Refuses what is of a newer version.
            let rows = sqlite::open_file(copy.path(), manifest.made).await?;
            sqlite::close_file(rows, copy.path()).await?;
            let copy = scratch.insert(copy);
            look(copy.path(), target).await?
        }
        looking => looking?,
    };
    let check = store.check().await;
    store.close().await;
    drop(scratch);
    let check = check?;
    let mut faults = check.faults.clone();
    faults.extend(check.photo_faults(&manifest.lost));
    no_fault(&faults).map_err(|error| of_backup(&name, error))?;
    Ok(Backup {
        name,
        manifest,
        check,
        passed_over,
    })
}

async fn check_digest(folder: &Path, name: &str, manifest: &Manifest) -> Result<()> {
    let (digest, _) = digest_of(&sqlite::file_in(folder)).await?;
    if hex_text(&digest) != manifest.sha256 {
        return Err(StoreError::Corrupt(format!(
            "the rows of backup {name} are not those that were written; use another backup"
        )));
    }
    Ok(())
}

async fn copy_rows(from: &Path, to: &Path) -> Result<()> {
    Ok(private::copy(&sqlite::file_in(from), &sqlite::file_in(to)).await?)
}

/// The rows in a folder as a store, with photos from another.
async fn look(rows: &Path, photos: &Path) -> Result<Store> {
    let sqlite = Sqlite::look(rows).await?;
    Ok(Store::over(Database::Sqlite(sqlite), photos.to_owned()))
}

/// Reads the rows in a folder back; all must be well. Returns the photos that they name.
async fn whole_rows(folder: &Path) -> Result<(CheckView, Vec<BlobId>)> {
    let store = look(folder, folder).await?;
    let checked = store.check_rows().await;
    store.close().await;
    let (check, ids) = checked?;
    no_fault(&check.faults)?;
    Ok((check, ids))
}

fn no_fault(faults: &[String]) -> Result<()> {
    match faults {
        [] => Ok(()),
        [fault] => Err(StoreError::Corrupt(fault.clone())),
        [fault, others @ ..] => Err(StoreError::Corrupt(format!(
            "{fault} (and {} more faults)",
            others.len()
        ))),
    }
}

fn of_backup(name: &str, error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt(fault) => StoreError::Corrupt(format!("backup {name}: {fault}")),
        error => error,
    }
}

/// Gives the restored file its name, unless there is one by now.
async fn publish(file: &Path, folder: &Path) -> Result<()> {
    if sqlite::is_taken(folder).await? {
        return Err(StoreError::Refused("not_empty"));
    }
    // Unlike a rename it fails where the name is taken: a server may have started just now.
    match fs::hard_link(file, sqlite::file_in(folder)).await {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(StoreError::Refused("not_empty"));
        }
        linked => linked?,
    }
    fs::remove_file(file).await?;
    sync_folder(folder).await
}

/// Fills a database that has no hub yet; one that began meanwhile must not become two.
async fn fill(rows: &mut Connection, to: &mut Connection) -> Result<()> {
    if has_hub(to).await? {
        return Err(StoreError::Refused("not_empty"));
    }
    copy_tables(rows, to).await.map(drop)
}

pub(super) async fn has_hub(connection: &mut Connection) -> Result<bool> {
    let (hubs,): (i64,) = query("SELECT COUNT(*) FROM hub")
        .fetch_one(connection)
        .await?;
    Ok(0 < hubs)
}

/// A table, as its SQLite form describes it.
struct Table {
    name: String,
    columns: Vec<(String, Kind)>,
    /// Names of the columns of the primary key, in its order.
    key: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    Text,
    Bytes,
}

/// Copies every table from one to the other, one of which is SQLite; returns how many rows each had.
async fn copy_tables(from: &mut Connection, to: &mut Connection) -> Result<BTreeMap<String, u64>> {
    let described = if from.is_sqlite() {
        &mut *from
    } else {
        &mut *to
    };
    let tables = tables_of(described).await?;
    let mut rows = BTreeMap::new();
    for table in tables {
        let count = copy_table(&table, from, to).await?;
        rows.insert(table.name, count);
    }
    Ok(rows)
}

/// The tables in the order in which they were made: what others refer to comes first.
async fn tables_of(sqlite: &mut Connection) -> Result<Vec<Table>> {
    let columns: Vec<(String, String, String, i64)> = query(
        "SELECT m.name, p.name, p.type, p.pk FROM sqlite_master AS m
         JOIN pragma_table_info(m.name) AS p
         WHERE m.type = 'table' AND m.name <> 'migration' AND m.name NOT LIKE 'sqlite%'
         ORDER BY m.rowid, p.cid",
    )
    .fetch_all(sqlite)
    .await?;
    let mut tables: Vec<(Table, BTreeMap<i64, String>)> = Vec::new();
    for (name, column, kind, key) in columns {
        if tables.last().is_none_or(|(table, _)| table.name != name) {
            let table = Table {
                name,
                columns: Vec::new(),
                key: Vec::new(),
            };
            tables.push((table, BTreeMap::new()));
        }
        let Some((table, keys)) = tables.last_mut() else {
            continue;
        };
        if 0 < key {
            keys.insert(key, column.clone());
        }
        let kind = match kind.as_str() {
            "BIGINT" => Kind::Number,
            "TEXT" => Kind::Text,
            "BLOB" => Kind::Bytes,
            other => return Err(StoreError::Schema(format!("a column of type {other}"))),
        };
        table.columns.push((column, kind));
    }
    let finished = tables.into_iter().map(|(mut table, keys)| {
        table.key = keys.into_values().collect();
        table
    });
    Ok(finished.collect())
}

async fn copy_table(table: &Table, from: &mut Connection, to: &mut Connection) -> Result<u64> {
    let mut count = 0;
    let mut rows = query(AssertSqlSafe(select_sql(table, false)))
        .rows(from)
        .await?;
    while let Some(last) = rows.last() {
        let mut insert = query(AssertSqlSafe(insert_sql(table, rows.len())));
        for row in &rows {
            for (column, kind) in &table.columns {
                insert = insert.bind(value(row, column, *kind)?);
            }
        }
        insert.execute(to).await?;
        count += rows.len() as u64;
        let mut next = query(AssertSqlSafe(select_sql(table, true)));
        for key in &table.key {
            let kind = table.columns.iter().find(|(name, _)| name == key);
            let (_, kind) = kind.expect("a key is made of columns");
            next = next.bind(value(last, key, *kind)?);
        }
        rows = next.rows(from).await?;
    }
    Ok(count)
}

fn value(row: &Row, column: &str, kind: Kind) -> Result<Bind> {
    Ok(match kind {
        Kind::Number => row.get::<Option<i64>>(column)?.into(),
        Kind::Text => row.get::<Option<String>>(column)?.into(),
        Kind::Bytes => row.get::<Vec<u8>>(column)?.into(),
    })
}

fn select_sql(table: &Table, is_next: bool) -> String {
    let columns: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let key = table.key.join(", ");
    let mut sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
    if is_next {
        write!(sql, " WHERE ({key}) > ({})", places(1, table.key.len()))
            .expect("writing to a String cannot fail");
    }
    write!(sql, " ORDER BY {key} LIMIT {ROWS_PER_STEP}").expect("writing to a String cannot fail");
    sql
}

fn insert_sql(table: &Table, rows: usize) -> String {
    let columns: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let width = columns.len();
    let rows: Vec<String> = (0..rows)
        .map(|row| format!("({})", places(row * width + 1, width)))
        .collect();
    let (columns, rows) = (columns.join(", "), rows.join(", "));
    format!("INSERT INTO {} ({columns}) VALUES {rows}", table.name)
}

/// `$first, $first+1, …`, `count` of them.
fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|at| format!("${at}")).collect();
    places.join(", ")
}

async fn sync_folder(folder: &Path) -> Result<()> {
    Ok(File::open(folder).await?.sync_all().await?)
}

#[cfg(test)]
mod tests;
