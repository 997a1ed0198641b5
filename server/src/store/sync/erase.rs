//! Erasing what people said of themselves, village by village.
//!
//! Always: the keys are destroyed in the transaction that notes what went; what is offered again is known and stays out.
//! Always: an op stays in its lane, its log and its case; only what it said is gone.
//! Never: touches an answer that is not personal.

use std::collections::{BTreeMap, BTreeSet};

use shared::answers::{Change, Op, Value};
use shared::ids::{BlobId, CaseId, OpId, PartitionId, RegionId, hex_text};
use shared::time::Millis;
use sqlx::AssertSqlSafe;

use super::super::revoked::Kind;
use super::super::sql::{Connection, places_for, query, row_of};
use super::super::{Act, Result, Store, stored};
use super::sealed::{CaseKey, keys_for, make_key};
use super::{body, chunks_of, signed, unsigned};

/// What an erasure took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    pub answers: u64,
    pub photos: u64,
}

/// What goes: names and Lamport numbers of ops, and the photos that nothing names any more.
#[derive(Debug, Default)]
pub(in crate::store) struct Gone {
    pub(in crate::store) ops: BTreeMap<OpId, u64>,
    pub(in crate::store) photos: BTreeSet<BlobId>,
}

/// Which keys of a village are destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Until {
    /// All there are.
    Now,
    /// Those that seal one of the answers that were noted: later ones seal what was said since.
    Noted,
}

impl Store {
    /// Erases the personal answers of a village, merged and kept aside: these, and whatever is sealed. What is answered
    /// from now on is sealed under a new key.
    ///
    /// Copies that were made before still hold them: phones until they give the village up, backups until they are
    /// removed. A restore of such a backup erases them again.
    pub async fn erase_personal(
        &self,
        id: &CaseId,
        personal: BTreeSet<OpId>,
        act: Act,
    ) -> Result<Erased> {
        let log = self.case_log(id).await?;
        let asides = self.quarantined(id).await?;
        let ops = log.iter().chain(asides.iter().map(|aside| &aside.op));
        let mut alone: BTreeSet<BlobId> = ops.filter_map(photo_of).collect();
        for photo in alone.clone() {
            let mut namers = self.cases_of_blob(photo).await?;
            namers.extend(self.asides_of_blob(photo).await?);
            if namers.iter().any(|namer| namer != id) {
                alone.remove(&photo);
            }
        }
        let case = id.clone();
        let gone = self
            .write_in(&id.partition(), move |connection| {
                Box::pin(async move {
                    let known = personal.into_iter().map(|op| (op, None)).collect();
                    let gone = erase(connection, &case, known, alone, Until::Now, act.at).await?;
                    let object = format!("{}/{}", case.round, case.region);
                    act.record(connection, "case.erase", &object).await?;
                    Ok(gone)
                })
            })
            .await?;
        let answers = gone.ops.iter();
        let answers = answers.map(|(op, lamport)| (Kind::Answer, Kind::answer(id, *op, *lamport)));
        let photos = gone.photos.iter();
        let photos = photos.map(|photo| (Kind::Photo, photo.to_string()));
        let notes: Vec<(Kind, String)> = answers.chain(photos).collect();
        self.note_all(&notes, act.at).await;
        self.remove_erased_photos().await?;
        self.forget_freed_rows().await;
        Ok(Erased {
            answers: gone.ops.len() as u64,
            photos: gone.photos.len() as u64,
        })
    }

    /// The personal answers of a village that were ever erased, each with when.
    pub async fn erased_of(&self, id: &CaseId) -> Result<BTreeMap<OpId, Millis>> {
        let rows: Vec<(String, i64)> =
            query("SELECT op_id, erased_at FROM erased WHERE partition_id = $1 AND region = $2")
                .bind(id.partition().to_string())
                .bind(id.region.as_str())
                .fetch_all(&mut self.read().await?)
                .await?;
        let rows = rows.into_iter();
        rows.map(|(op, at)| Ok((stored(&op, "op id")?, Millis(at))))
            .collect()
    }

    /// Whether a photo was erased: it is not wanted again.
    pub async fn is_erased_photo(&self, id: BlobId) -> Result<bool> {
        is_erased(&mut self.read().await?, id).await
    }

    /// Takes the files of erased photos out of the folder, also after a crash or a restore.
    pub(in crate::store) async fn remove_erased_photos(&self) -> Result<()> {
        let rows: Vec<(String,)> = query(
            "SELECT id FROM erased_blob WHERE NOT EXISTS
                 (SELECT 1 FROM blob WHERE blob.id = erased_blob.id)",
        )
        .fetch_all(&mut self.read().await?)
        .await?;
        for (id,) in rows {
            let path = self.blob_path(stored(&id, "blob id")?);
            match tokio::fs::remove_file(path).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::error!(%error, blob.id = id, "store.erased_photo_left");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Erases these answers of a village, with the Lamport numbers where the hub may not have the ops, and what is sealed
/// under the keys that are destroyed. Photos of `alone` go too where no answer that stays names them.
pub(in crate::store) async fn erase(
    connection: &mut Connection,
    id: &CaseId,
    known: BTreeMap<OpId, Option<u64>>,
    alone: BTreeSet<BlobId>,
    until: Until,
    now: Millis,
) -> Result<Gone> {
    let partition = id.partition();
    let personal: BTreeSet<OpId> = known.keys().copied().collect();
    let mut gone = Gone::default();
    for (op, lamport) in known {
        if let Some(lamport) = lamport {
            gone.ops.insert(op, lamport);
        }
    }
    // What came before answers were sealed is sealed now, under a key that goes at once.
    let key = &make_key(connection, &partition, &id.region, now).await?;
    let mut doomed = live_keys(connection, id).await?;
    let mut named = Named::default();
    let batches: Vec<(i64, Vec<u8>)> = query(
        "SELECT batch.position, batch.body FROM case_batch
         JOIN batch ON batch.partition_id = case_batch.partition_id
             AND batch.position = case_batch.position
         WHERE case_batch.partition_id = $1 AND case_batch.region = $2
         ORDER BY case_batch.position",
    )
    .bind(partition.to_string())
    .bind(id.region.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let asides: Vec<(String, Vec<u8>)> =
        query("SELECT op_id, body FROM quarantine WHERE partition_id = $1 AND region = $2")
            .bind(partition.to_string())
            .bind(id.region.as_str())
            .fetch_all(&mut *connection)
            .await?;
    if until == Until::Noted {
        let bodies = batches.iter().map(|(_, bytes)| bytes);
        let bodies = bodies.chain(asides.iter().map(|(_, bytes)| bytes));
        let mut sealing = BTreeSet::new();
        for bytes in bodies {
            sealing.extend(body::keys_sealing(bytes, &personal)?);
        }
        doomed.retain(|name| sealing.contains(name) || name == key.name());
    }
    for (position, bytes) in batches {
        let bytes = Sealing {
            id,
            key,
            personal: &personal,
            doomed: &doomed,
        }
        .look(connection, &bytes, &mut gone, &mut named)
        .await?;
        if let Some(bytes) = bytes {
            query("UPDATE batch SET body = $3 WHERE partition_id = $1 AND position = $2")
                .bind(partition.to_string())
                .bind(position)
                .bind(bytes)
                .execute(&mut *connection)
                .await?;
        }
    }
    for (op, bytes) in asides {
        let bytes = Sealing {
            id,
            key,
            personal: &personal,
            doomed: &doomed,
        }
        .look(connection, &bytes, &mut gone, &mut named)
        .await?;
        if let Some(bytes) = bytes {
            query("UPDATE quarantine SET body = $3 WHERE partition_id = $1 AND op_id = $2")
                .bind(partition.to_string())
                .bind(&op)
                .bind(bytes)
                .execute(&mut *connection)
                .await?;
        }
        if gone.ops.contains_key(&stored(&op, "op id")?) {
            query("DELETE FROM aside_blob WHERE partition_id = $1 AND op_id = $2")
                .bind(partition.to_string())
                .bind(&op)
                .execute(&mut *connection)
                .await?;
            // Nobody waits for it any more.
            query(
                "UPDATE quarantine SET admitted_at = $3
                 WHERE partition_id = $1 AND op_id = $2 AND admitted_at IS NULL",
            )
            .bind(partition.to_string())
            .bind(&op)
            .bind(now.0)
            .execute(&mut *connection)
            .await?;
        }
    }
    for key in &doomed {
        query(
            "UPDATE case_key SET secret = $3, destroyed_at = $4
             WHERE partition_id = $1 AND id = $2",
        )
        .bind(partition.to_string())
        .bind(key)
        .bind(Vec::new())
        .bind(now.0)
        .execute(&mut *connection)
        .await?;
    }
    note_gone(connection, id, &gone, now).await?;
    gone.photos = forget_photos(connection, id, named, &alone, now).await?;
    // Findings may quote what was said; the checks run again.
    for table in ["finding", "checked"] {
        let sql = format!("DELETE FROM {table} WHERE partition_id = $1 AND region = $2");
        query(AssertSqlSafe(sql))
            .bind(partition.to_string())
            .bind(id.region.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(gone)
}

/// Which photos are named by what goes, and by what stays.
#[derive(Default)]
struct Named {
    gone: BTreeSet<BlobId>,
    kept: BTreeSet<BlobId>,
}

struct Sealing<'a> {
    id: &'a CaseId,
    key: &'a CaseKey,
    personal: &'a BTreeSet<OpId>,
    doomed: &'a BTreeSet<String>,
}

impl Sealing<'_> {
    /// Notes what goes of a stored form, and returns it anew where something in it was not sealed.
    async fn look(
        &self,
        connection: &mut Connection,
        bytes: &Vec<u8>,
        gone: &mut Gone,
        named: &mut Named,
    ) -> Result<Option<Vec<u8>>> {
        let anew = body::seal_more(bytes, self.id, self.personal, self.key)?;
        let bytes = anew.as_ref().unwrap_or(bytes);
        let keys = keys_for(connection, &self.id.partition(), [bytes]).await?;
        let doomed = body::sealed_under(bytes, self.doomed)?;
        let batch = body::decode(bytes, self.id.round, &keys)?;
        for (index, op) in batch.ops.iter().enumerate() {
            if op.case != *self.id || batch.erased.contains(&index) {
                continue;
            }
            let is_gone = doomed.contains(&index);
            if is_gone {
                gone.ops.insert(op.id(), op.lamport);
            }
            if let Some(photo) = photo_of(op) {
                match is_gone {
                    true => named.gone.insert(photo),
                    false => named.kept.insert(photo),
                };
            }
        }
        Ok(anew)
    }
}

pub(super) fn photo_of(op: &Op) -> Option<BlobId> {
    match &op.change {
        Change::Set(Value::File(file)) => Some(file.blob),
        _ => None,
    }
}

async fn live_keys(connection: &mut Connection, id: &CaseId) -> Result<BTreeSet<String>> {
    let rows: Vec<(String,)> = query(
        "SELECT id FROM case_key
         WHERE partition_id = $1 AND region = $2 AND destroyed_at IS NULL",
    )
    .bind(id.partition().to_string())
    .bind(id.region.as_str())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

async fn note_gone(
    connection: &mut Connection,
    id: &CaseId,
    gone: &Gone,
    now: Millis,
) -> Result<()> {
    for (op, lamport) in &gone.ops {
        query(
            "INSERT INTO erased (partition_id, op_id, region, lamport, erased_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (partition_id, op_id) DO NOTHING",
        )
        .bind(id.partition().to_string())
        .bind(hex_text(&op.0))
        .bind(id.region.as_str())
        .bind(signed(*lamport))
        .bind(now.0)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Forgets photos that only erased answers named.
async fn forget_photos(
    connection: &mut Connection,
    id: &CaseId,
    named: Named,
    alone: &BTreeSet<BlobId>,
    now: Millis,
) -> Result<BTreeSet<BlobId>> {
    let mut photos = BTreeSet::new();
    for photo in named.gone.difference(&named.kept) {
        query("DELETE FROM case_blob WHERE partition_id = $1 AND region = $2 AND blob_id = $3")
            .bind(id.partition().to_string())
            .bind(id.region.as_str())
            .bind(photo.to_string())
            .execute(&mut *connection)
            .await?;
        if alone.contains(photo) {
            forget_photo(connection, *photo, now).await?;
            photos.insert(*photo);
        }
    }
    Ok(photos)
}

pub(in crate::store) async fn is_erased(
    connection: &mut Connection,
    photo: BlobId,
) -> Result<bool> {
    let found: Option<(i64,)> = query("SELECT erased_at FROM erased_blob WHERE id = $1")
        .bind(photo.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// Forgets a photo, also one that is not here: it is not wanted again.
pub(in crate::store) async fn forget_photo(
    connection: &mut Connection,
    photo: BlobId,
    now: Millis,
) -> Result<()> {
    query("DELETE FROM blob WHERE id = $1")
        .bind(photo.to_string())
        .execute(&mut *connection)
        .await?;
    query("INSERT INTO erased_blob (id, erased_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING")
        .bind(photo.to_string())
        .bind(now.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// The names of what was erased in these villages.
pub(super) async fn erased_ids(
    connection: &mut Connection,
    partition: &PartitionId,
    regions: &BTreeSet<&RegionId>,
) -> Result<BTreeSet<OpId>> {
    let mut erased = BTreeSet::new();
    for some in chunks_of(regions) {
        let sql = format!(
            "SELECT op_id FROM erased WHERE partition_id = $1 AND region IN {}",
            row_of(2, places_for(some.len())),
        );
        let rows: Vec<(String,)> = query(AssertSqlSafe(sql))
            .bind(partition.to_string())
            .bind_padded(some.iter().map(|region| region.as_str().to_owned()))
            .fetch_all(&mut *connection)
            .await?;
        for (id,) in rows {
            erased.insert(stored(&id, "op id")?);
        }
    }
    Ok(erased)
}

/// Everything that was erased in a partition.
pub(in crate::store) async fn erased_in(
    connection: &mut Connection,
    partition: &PartitionId,
) -> Result<BTreeSet<OpId>> {
    let rows: Vec<(String,)> = query("SELECT op_id FROM erased WHERE partition_id = $1")
        .bind(partition.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|(id,)| stored(id, "op id")).collect()
}

pub(super) async fn erased_lamport(
    connection: &mut Connection,
    partition: &PartitionId,
    id: OpId,
) -> Result<Option<u64>> {
    let row: Option<(i64,)> =
        query("SELECT lamport FROM erased WHERE partition_id = $1 AND op_id = $2")
            .bind(partition.to_string())
            .bind(hex_text(&id.0))
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|(lamport,)| unsigned(lamport)))
}
