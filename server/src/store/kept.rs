//! What a phone may rely on before it gives up a village.
//!
//! Always: said of each op and photo that the phone names; nothing is concluded from lengths or clocks of phones.
//! Never: counts as backed up what came after the newest verified backup was made.

use std::collections::BTreeMap;

use shared::ids::{BlobId, OpId, PartitionId};
use shared::sync::hub::Kept;
use shared::time::Millis;
use shared::wire::v1::GivingUp;

use super::sql::{Connection, query};
use super::sync::{has_backup, ids_of};
use super::{Result, Store, stored};

impl Store {
    /// How each op and photo of a village is kept; none for what is not here.
    pub async fn kept(
        &self,
        partition: &PartitionId,
        asked: &GivingUp,
    ) -> Result<Vec<Option<Kept>>> {
        let mut connection = self.read().await?;
        let is_first = !has_backup(&mut connection).await?;
        let ops = kept_ops(&mut connection, partition, asked, is_first).await?;
        drop(connection);
        let mut kept: Vec<Option<Kept>> = asked.ops.iter().map(|id| ops.get(id).copied()).collect();
        for photo in &asked.photos {
            kept.push(self.kept_photo(*photo, is_first).await?);
        }
        Ok(kept)
    }

    async fn kept_photo(&self, id: BlobId, is_first: bool) -> Result<Option<Kept>> {
        let Some(photo) = self.blob(id).await? else {
            return Ok(None);
        };
        let row: Option<(i64,)> = query("SELECT safe FROM blob WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(&mut self.read().await?)
            .await?;
        Ok(row.map(|(safe,)| Kept {
            received: photo.received,
            backed_up: is_first || safe == 1,
        }))
    }
}

async fn kept_ops(
    connection: &mut Connection,
    partition: &PartitionId,
    asked: &GivingUp,
    is_first: bool,
) -> Result<BTreeMap<OpId, Kept>> {
    let log: Option<(i64,)> = query("SELECT safe FROM log WHERE partition_id = $1")
        .bind(partition.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let (until,) = log.unwrap_or_default();
    let batches: Vec<(i64, i64, Vec<u8>)> = query(
        "SELECT batch.position, batch.received_at, batch.ids FROM case_batch
         JOIN batch ON batch.partition_id = case_batch.partition_id
             AND batch.position = case_batch.position
         WHERE case_batch.partition_id = $1 AND case_batch.region = $2
         ORDER BY case_batch.position",
    )
    .bind(partition.to_string())
    .bind(asked.region.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let mut kept = BTreeMap::new();
    for (first, received, ids) in batches {
        for (id, position) in ids_of(&ids).zip(first..) {
            kept.entry(id).or_insert(Kept {
                received: Millis(received),
                backed_up: is_first || position <= until,
            });
        }
    }
    if asked.ops.iter().all(|id| kept.contains_key(id)) {
        return Ok(kept);
    }
    let aside: Vec<(String, i64)> =
        query("SELECT op_id, received_at FROM quarantine WHERE partition_id = $1 AND region = $2")
            .bind(partition.to_string())
            .bind(asked.region.as_str())
            .fetch_all(&mut *connection)
            .await?;
    let aside: BTreeMap<String, i64> = aside.into_iter().collect();
    let erased: Vec<(String, i64)> =
        query("SELECT op_id, erased_at FROM erased WHERE partition_id = $1 AND region = $2")
            .bind(partition.to_string())
            .bind(asked.region.as_str())
            .fetch_all(connection)
            .await?;
    for (id, erased_at) in erased {
        // Nobody needs it any more.
        kept.entry(stored(&id, "op id")?).or_insert(Kept {
            received: Millis(erased_at),
            backed_up: true,
        });
    }
    for id in &asked.ops {
        if let Some(received) = aside.get(&id.to_string()) {
            // It is here; nobody gives up what is not merged.
            kept.entry(*id).or_insert(Kept {
                received: Millis(*received),
                backed_up: false,
            });
        }
    }
    Ok(kept)
}
