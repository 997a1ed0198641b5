//! What phones had been told is here and is not, after a restore or a promoted standby; and that it came back.
//!
//! Always: one line per phone and partition; kept after it came back.
//! Never: believes a phone more than its own lane; it decides nothing.

use shared::ids::{DeviceId, PartitionId};
use shared::time::Millis;
use shared::wire::office::ShortfallView;

use super::sql::query;
use super::sync::{partition_of, signed, unsigned};
use super::{Result, Store, stored};

const SHORTFALLS_MAX: i64 = 1_000;

/// How a phone's lane stands beside the hub's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The hub lacks so many positions that it had once acknowledged.
    Short(u64),
    /// The lane fits, but the phone has more to bring.
    Sending,
    /// The lane fits and all of it is here.
    Whole,
}

impl Store {
    /// Notes what is short, or that it came back. Where nothing is short, nothing is written.
    pub async fn note_standing(
        &self,
        partition: &PartitionId,
        device: DeviceId,
        standing: Standing,
        now: Millis,
    ) -> Result<()> {
        match standing {
            Standing::Short(missing) => self.note_short(partition, device, missing, now).await,
            Standing::Sending => Ok(()),
            Standing::Whole => self.note_whole(partition, device, now).await,
        }
    }

    async fn note_short(
        &self,
        partition: &PartitionId,
        device: DeviceId,
        missing: u64,
        now: Millis,
    ) -> Result<()> {
        let id = partition.to_string();
        self.write_in(partition, move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO shortfall
                         (partition_id, device_id, missing, noted_at, recovered_at)
                     VALUES ($1, $2, $3, $4, NULL)
                     ON CONFLICT (partition_id, device_id) DO UPDATE SET
                         missing = excluded.missing, noted_at = excluded.noted_at,
                         recovered_at = NULL",
                )
                .bind(id)
                .bind(device.to_string())
                .bind(signed(missing))
                .bind(now.0)
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn note_whole(
        &self,
        partition: &PartitionId,
        device: DeviceId,
        now: Millis,
    ) -> Result<()> {
        let id = partition.to_string();
        let open: Option<(i64,)> = query(
            "SELECT missing FROM shortfall
             WHERE partition_id = $1 AND device_id = $2 AND recovered_at IS NULL",
        )
        .bind(&id)
        .bind(device.to_string())
        .fetch_optional(&mut self.read().await?)
        .await?;
        if open.is_none() {
            return Ok(());
        }
        self.write_in(partition, move |tx| {
            Box::pin(async move {
                query(
                    "UPDATE shortfall SET recovered_at = $3
                     WHERE partition_id = $1 AND device_id = $2 AND recovered_at IS NULL",
                )
                .bind(id)
                .bind(device.to_string())
                .bind(now.0)
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// What is or was short and who holds it, the newest first; at most `SHORTFALLS_MAX`.
    pub async fn shortfalls(&self) -> Result<Vec<ShortfallView>> {
        let rows: Vec<(String, String, String, i64, i64, Option<i64>)> = query(
            "SELECT s.partition_id, s.device_id, COALESCE(a.name, ''), s.missing, s.noted_at,
                 s.recovered_at
             FROM shortfall s LEFT JOIN device d ON d.id = s.device_id
             LEFT JOIN account a ON a.id = d.account_id
             ORDER BY s.noted_at DESC, s.partition_id, s.device_id LIMIT $1",
        )
        .bind(SHORTFALLS_MAX)
        .fetch_all(&mut self.read().await?)
        .await?;
        let view = |row: (String, String, String, i64, i64, Option<i64>)| {
            let (partition, device, account_name, missing, noted, recovered) = row;
            let partition = partition_of(&partition)?;
            Ok(ShortfallView {
                round: partition.round,
                regency: partition.regency,
                device: stored(&device, "device id")?,
                account_name,
                missing: unsigned(missing),
                noted: Millis(noted),
                recovered: recovered.map(Millis),
            })
        };
        rows.into_iter().map(view).collect()
    }
}
