//! Reads everything back and says what does not fit.
//!
//! Always: one instant of the database, also while it is in use; every acknowledged op is looked for.
//! Always: what is wrong with rows stands apart from what is wrong with photos, because answers are whole without them.
//! Never: changes or repairs anything; words more than `FAULTS_MAX` faults; hashes photos while a transaction is open.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use shared::answers::Op;
use shared::ids::{BlobId, OpId, PartitionId, RegionId, hex_text};

use super::blobs::digest_of;
use super::sql::{Connection, query};
use super::sync::erase::erased_in;
use super::sync::sealed::keys_for;
use super::sync::{body, ids_of, partition_of, unsigned};
use super::{Result, Store, StoreError, stored};

const FAULTS_MAX: usize = 100;
/// Batches or stretches that are read at once.
const ROWS_PER_STEP: i64 = 200;

/// What was read, and what was wrong in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckView {
    pub partitions: u64,
    pub ops: u64,
    /// Ops that are kept aside.
    pub asides: u64,
    pub lanes: u64,
    /// Photos and files whose content is here and right.
    pub blobs: u64,
    /// Those on record that are not in the folder; phones that hold them bring them again.
    pub lost: BTreeSet<BlobId>,
    /// Those whose content is another, or cannot be read.
    pub damaged: BTreeSet<BlobId>,
    /// Of rows, in words, with the place; empty when they are all well.
    pub faults: Vec<String>,
}

/// What lies under the name of a photo or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Its content, of so many bytes.
    Whole(u64),
    Damaged,
    Nothing,
}

impl CheckView {
    fn fault(&mut self, text: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(text);
        }
    }

    pub(super) fn note(&mut self, id: BlobId, found: Found) {
        match found {
            Found::Whole(_) => self.blobs += 1,
            Found::Damaged => drop(self.damaged.insert(id)),
            Found::Nothing => drop(self.lost.insert(id)),
        }
    }

    /// Photos and files that are damaged or lost, in words, except those that are `known`.
    pub fn photo_faults(&self, known: &BTreeSet<BlobId>) -> Vec<String> {
        let damaged = self.damaged.difference(known);
        let damaged = damaged.map(|id| format!("photo or file {id}: the content is another"));
        let lost = self.lost.difference(known);
        let lost = lost.map(|id| format!("photo or file {id}: not here"));
        let mut faults: Vec<String> = damaged.chain(lost).collect();
        if FAULTS_MAX < faults.len() {
            let more = faults.len() - FAULTS_MAX;
            faults.truncate(FAULTS_MAX);
            faults.push(format!("and {more} more"));
        }
        faults
    }
}

impl Store {
    /// Reads back every batch, lane and photo.
    pub async fn check(&self) -> Result<CheckView> {
        let (mut view, ids) = self.check_rows().await?;
        for id in ids {
            view.note(id, find(&self.blob_path(id), id).await);
        }
        Ok(view)
    }

    /// Reads back every batch and lane; returns the photos and files on record, which are left to be looked for.
    pub(super) async fn check_rows(&self) -> Result<(CheckView, Vec<BlobId>)> {
        let mut view = CheckView {
            faults: self.integrity().await?,
            ..CheckView::default()
        };
        let mut connection = self.snapshot().await?;
        let logs: Vec<(String, i64)> =
            query("SELECT partition_id, position FROM log ORDER BY partition_id")
                .fetch_all(&mut connection)
                .await?;
        for (partition, position) in logs {
            let partition = partition_of(&partition)?;
            let mut known = check_log(&mut connection, &partition, position, &mut view).await?;
            check_asides(&mut connection, &partition, &mut known, &mut view).await?;
            // After a restore they may stand in a lane and nowhere else.
            known.extend(erased_in(&mut connection, &partition).await?);
            check_lanes(&mut connection, &partition, &known, &mut view).await?;
            view.partitions += 1;
        }
        let ids: Vec<(String,)> = query("SELECT id FROM blob ORDER BY id")
            .fetch_all(&mut connection)
            .await?;
        let ids = ids.iter().map(|(id,)| stored(id, "blob id"));
        Ok((view, ids.collect::<Result<_>>()?))
    }
}

/// Reads what lies under the name of a photo or file. What cannot be read is damaged: it must not keep the rest from
/// being looked at.
pub(super) async fn find(path: &Path, id: BlobId) -> Found {
    match read_whole(path).await {
        Ok((digest, bytes)) if digest == id.0 => Found::Whole(bytes),
        Ok(_) => Found::Damaged,
        Err(StoreError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
        Err(error) => {
            tracing::warn!(%error, blob.id = %id, "store.photo_unreadable");
            Found::Damaged
        }
    }
}

async fn read_whole(path: &Path) -> Result<([u8; 32], u64)> {
    let (digest, _) = digest_of(path).await?;
    Ok((digest, tokio::fs::metadata(path).await?.len()))
}

/// The log of one partition: dense, readable, found by case. Returns the ids in it.
async fn check_log(
    connection: &mut Connection,
    partition: &PartitionId,
    position: i64,
    view: &mut CheckView,
) -> Result<BTreeSet<OpId>> {
    let mut known = BTreeSet::new();
    let mut touched = BTreeSet::new();
    let mut next = 1;
    loop {
        let batches: Vec<(i64, i64, Vec<u8>, Vec<u8>)> = query(
            "SELECT position, ops, ids, body FROM batch
             WHERE partition_id = $1 AND position >= $2 ORDER BY position LIMIT $3",
        )
        .bind(partition.to_string())
        .bind(next)
        .bind(ROWS_PER_STEP)
        .fetch_all(connection)
        .await?;
        if batches.is_empty() {
            break;
        }
        let bodies = batches.iter().map(|batch| &batch.3);
        let keys = keys_for(connection, partition, bodies).await?;
        for (first, count, ids, bytes) in batches {
            if first != next {
                view.fault(format!("{partition}: nothing stands at position {next}"));
            }
            next = first + count;
            let ids: Vec<OpId> = ids_of(&ids).collect();
            let ops = match body::decode(&bytes, partition.round, &keys) {
                Ok(batch) => batch.ops,
                Err(error) => {
                    view.fault(format!("{partition}, position {first}: {error}"));
                    continue;
                }
            };
            if ids.len() as i64 != count || !ops.iter().map(Op::id).eq(ids.iter().copied()) {
                view.fault(format!(
                    "{partition}, position {first}: its ids are of other ops"
                ));
            }
            touched.extend(ops.iter().map(|op| (op.case.region.clone(), first)));
            view.ops += ids.len() as u64;
            known.extend(ids);
        }
    }
    if next - 1 != position {
        view.fault(format!(
            "{partition}: the log should end at {position} and ends at {}",
            next - 1
        ));
    }
    check_index(connection, partition, &touched, view).await?;
    Ok(known)
}

/// Every case finds the batches that touch it.
async fn check_index(
    connection: &mut Connection,
    partition: &PartitionId,
    touched: &BTreeSet<(RegionId, i64)>,
    view: &mut CheckView,
) -> Result<()> {
    let rows: Vec<(String, i64)> =
        query("SELECT region, position FROM case_batch WHERE partition_id = $1")
            .bind(partition.to_string())
            .fetch_all(connection)
            .await?;
    let mut indexed = BTreeSet::new();
    for (region, position) in rows {
        indexed.insert((stored(&region, "region")?, position));
    }
    for (region, position) in touched.symmetric_difference(&indexed) {
        view.fault(format!(
            "{partition}: village {region} and position {position} do not fit"
        ));
    }
    Ok(())
}

/// What is kept aside is readable; its ids count as known.
async fn check_asides(
    connection: &mut Connection,
    partition: &PartitionId,
    known: &mut BTreeSet<OpId>,
    view: &mut CheckView,
) -> Result<()> {
    let mut after = String::new();
    loop {
        let rows: Vec<(String, Vec<u8>)> = query(
            "SELECT op_id, body FROM quarantine
             WHERE partition_id = $1 AND op_id > $2 ORDER BY op_id LIMIT $3",
        )
        .bind(partition.to_string())
        .bind(&after)
        .bind(ROWS_PER_STEP)
        .fetch_all(connection)
        .await?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        after.clone_from(last);
        let bodies = rows.iter().map(|(_, bytes)| bytes);
        let keys = keys_for(connection, partition, bodies).await?;
        for (id, bytes) in rows {
            let batch = body::decode(&bytes, partition.round, &keys);
            match batch.map(|batch| batch.ops).unwrap_or_default().as_slice() {
                [op] if hex_text(&op.id().0) == id => {
                    known.insert(op.id());
                    view.asides += 1;
                }
                _ => view.fault(format!("{partition}: op {id}, kept aside, cannot be read")),
            }
        }
    }
}

/// Every position of every lane was given to an op that is here.
async fn check_lanes(
    connection: &mut Connection,
    partition: &PartitionId,
    known: &BTreeSet<OpId>,
    view: &mut CheckView,
) -> Result<()> {
    let lanes: Vec<(String, i64)> =
        query("SELECT lane_id, length FROM lane WHERE partition_id = $1")
            .bind(partition.to_string())
            .fetch_all(connection)
            .await?;
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = (String::new(), 0);
    loop {
        let rows: Vec<(String, i64, Vec<u8>)> = query(
            "SELECT lane_id, lane_from, ids FROM stretch
             WHERE partition_id = $1 AND (lane_id, lane_from) > ($2, $3)
             ORDER BY lane_id, lane_from LIMIT $4",
        )
        .bind(partition.to_string())
        .bind(&after.0)
        .bind(after.1)
        .bind(ROWS_PER_STEP)
        .fetch_all(connection)
        .await?;
        let Some((lane, from, _)) = rows.last() else {
            break;
        };
        after = (lane.clone(), *from);
        for (lane, from, ids) in rows {
            let end = ends.entry(lane.clone()).or_default();
            if unsigned(from) != *end + 1 {
                view.fault(format!("{partition}: lane {lane} has a hole before {from}"));
            }
            *end = unsigned(from) - 1 + (ids.len() / 16) as u64;
            for lost in ids_of(&ids).filter(|id| !known.contains(id)) {
                view.fault(format!(
                    "{partition}: op {lost} of lane {lane} was acknowledged and is not here"
                ));
            }
        }
    }
    for (lane, length) in lanes {
        view.lanes += 1;
        let end = ends.remove(&lane).unwrap_or_default();
        if end != unsigned(length) {
            view.fault(format!(
                "{partition}: lane {lane} should end at {length} and ends at {end}"
            ));
        }
    }
    for lane in ends.keys() {
        view.fault(format!("{partition}: lane {lane} has ops and no entry"));
    }
    Ok(())
}
