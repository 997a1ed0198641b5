//! Where phones and desks hold other than what is here, beyond the lanes of phones; and that it fits again.
//!
//! Always: one line per holder, partition and matter, with the time it was first noticed; kept after it fits again.
//! Never: believes anybody: a note is for people and decides nothing.

use std::collections::BTreeMap;

use shared::ids::{AccountId, DeviceId, LaneId, PartitionId, RegionId};
use shared::time::Millis;
use shared::wire::office::{Mismatch, MismatchView};

use super::sql::{Connection, query};
use super::sync::{partition_of, signed, unsigned};
use super::{Result, Store, StoreError, stored};

/// Lines that are shown.
const MISMATCHES_SHOWN_MAX: i64 = 1_000;
/// Lines of one holder in one partition: whoever invents villages gets no further.
const MISMATCHES_PER_HOLDER_MAX: i64 = 500;

/// Who holds something: a phone, or a person's desk, which has no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    pub account: AccountId,
    pub device: Option<DeviceId>,
}

/// What a holder said that fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fitting {
    /// The lane of a desk that has brought all it holds.
    pub lane: Option<LaneId>,
    /// Whether the place stands to which the log was read, and nothing is left to bring.
    pub log: bool,
    pub villages: Vec<RegionId>,
}

impl Holder {
    /// How its lines are found: account and device, empty where there is none.
    fn key(self) -> [String; 2] {
        let device = self.device.map(|device| device.to_string());
        [self.account.to_string(), device.unwrap_or_default()]
    }
}

impl Store {
    /// Notes what does not fit, and that what was noted fits again. Where neither is news, nothing is written.
    pub async fn note_mismatches(
        &self,
        partition: &PartitionId,
        holder: Holder,
        differs: Vec<Mismatch>,
        fits: Fitting,
        now: Millis,
    ) -> Result<()> {
        let open = open_of(&mut self.read().await?, partition, holder).await?;
        let is_news = |found: &Mismatch| open.get(&key_of(found)) != Some(&missing_of(found));
        let differs: Vec<Mismatch> = differs.into_iter().filter(is_news).collect();
        let mut closed: Vec<Key> = Vec::new();
        if fits.log {
            closed.push(key_of(&Mismatch::Log { missing: 0 }));
        }
        let villages = fits.villages.into_iter();
        closed.extend(villages.map(|region| key_of(&Mismatch::Village { region })));
        closed.retain(|key| open.contains_key(key));
        let lane_key = key_of(&Mismatch::Lane { missing: 0 });
        let lane = fits.lane.filter(|_| open.contains_key(&lane_key));
        if differs.is_empty() && closed.is_empty() && lane.is_none() {
            return Ok(());
        }
        let place = partition.clone();
        self.write_in(partition, move |tx| {
            Box::pin(async move {
                for found in &differs {
                    note(tx, &place, holder, found, now).await?;
                }
                for key in &closed {
                    close(tx, &place, holder, key, now).await?;
                }
                if let Some(lane) = lane {
                    close_lane(tx, &place, holder, lane, now).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// What does not or did not fit and who holds it: first what is open, then the newest.
    pub async fn mismatches(&self) -> Result<Vec<MismatchView>> {
        let rows: Vec<Line> = query(
            "SELECT m.partition_id, m.device_id, m.kind, m.region, m.missing,
                 COALESCE(a.name, ''), m.noted_at, m.recovered_at
             FROM mismatch m LEFT JOIN account a ON a.id = m.account_id
             ORDER BY CASE WHEN m.recovered_at IS NULL THEN 0 ELSE 1 END, m.noted_at DESC,
                 m.partition_id, m.account_id, m.device_id, m.kind, m.region LIMIT $1",
        )
        .bind(MISMATCHES_SHOWN_MAX)
        .fetch_all(&mut self.read().await?)
        .await?;
        let view = |row: Line| {
            let (partition, device, kind, region, missing, account_name, noted, recovered) = row;
            let partition = partition_of(&partition)?;
            let device = match device.as_str() {
                "" => None,
                device => Some(stored(device, "device id")?),
            };
            let missing = unsigned(missing);
            Ok(MismatchView {
                round: partition.round,
                regency: partition.regency,
                device,
                account_name,
                what: match kind.as_str() {
                    LANE => Mismatch::Lane { missing },
                    LOG => Mismatch::Log { missing },
                    VILLAGE => Mismatch::Village {
                        region: stored(&region, "region")?,
                    },
                    _ => return Err(StoreError::Corrupt("a kind of mismatch".to_owned())),
                },
                noted: Millis(noted),
                recovered: recovered.map(Millis),
            })
        };
        rows.into_iter().map(view).collect()
    }
}

/// Partition, device, kind, region, what is missing, the holder's name, and both times.
type Line = (
    String,
    String,
    String,
    String,
    i64,
    String,
    i64,
    Option<i64>,
);

const LANE: &str = "lane";
const LOG: &str = "log";
const VILLAGE: &str = "village";

/// Kind and region of a line.
type Key = (String, String);

fn key_of(found: &Mismatch) -> Key {
    let (kind, region) = match found {
        Mismatch::Lane { .. } => (LANE, ""),
        Mismatch::Log { .. } => (LOG, ""),
        Mismatch::Village { region } => (VILLAGE, region.as_str()),
    };
    (kind.to_owned(), region.to_owned())
}

fn missing_of(found: &Mismatch) -> u64 {
    match found {
        Mismatch::Lane { missing } | Mismatch::Log { missing } => *missing,
        Mismatch::Village { .. } => 0,
    }
}

/// The open lines of a holder, each with what is missing.
async fn open_of(
    connection: &mut Connection,
    partition: &PartitionId,
    holder: Holder,
) -> Result<BTreeMap<Key, u64>> {
    let [account, device] = holder.key();
    let rows: Vec<(String, String, i64)> = query(
        "SELECT kind, region, missing FROM mismatch
         WHERE partition_id = $1 AND account_id = $2 AND device_id = $3 AND recovered_at IS NULL",
    )
    .bind(partition.to_string())
    .bind(account)
    .bind(device)
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(kind, region, missing)| ((kind, region), unsigned(missing)))
        .collect())
}

async fn note(
    connection: &mut Connection,
    partition: &PartitionId,
    holder: Holder,
    found: &Mismatch,
    now: Millis,
) -> Result<()> {
    let [account, device] = holder.key();
    let (kind, region) = key_of(found);
    let (others,): (i64,) = query(
        "SELECT COUNT(*) FROM mismatch
         WHERE partition_id = $1 AND account_id = $2 AND device_id = $3
             AND NOT (kind = $4 AND region = $5)",
    )
    .bind(partition.to_string())
    .bind(&account)
    .bind(&device)
    .bind(&kind)
    .bind(&region)
    .fetch_one(&mut *connection)
    .await?;
    if MISMATCHES_PER_HOLDER_MAX <= others {
        tracing::warn!(%partition, account.id = account, "store.mismatches_full");
        return Ok(());
    }
    query(
        "INSERT INTO mismatch (partition_id, account_id, device_id, kind, region, missing,
             noted_at, recovered_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
         ON CONFLICT (partition_id, account_id, device_id, kind, region) DO UPDATE SET
             missing = excluded.missing,
             noted_at = CASE WHEN mismatch.recovered_at IS NULL
                 THEN mismatch.noted_at ELSE excluded.noted_at END,
             recovered_at = NULL",
    )
    .bind(partition.to_string())
    .bind(account)
    .bind(device)
    .bind(kind)
    .bind(region)
    .bind(signed(missing_of(found)))
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(())
}

async fn close(
    connection: &mut Connection,
    partition: &PartitionId,
    holder: Holder,
    (kind, region): &Key,
    now: Millis,
) -> Result<()> {
    let [account, device] = holder.key();
    query(
        "UPDATE mismatch SET recovered_at = $6
         WHERE partition_id = $1 AND account_id = $2 AND device_id = $3 AND kind = $4
             AND region = $5 AND recovered_at IS NULL",
    )
    .bind(partition.to_string())
    .bind(account)
    .bind(device)
    .bind(kind)
    .bind(region)
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// A desk whose lane did not fit begins a new one. One that began before is another desk of the same person, and tells
/// nothing of what the first holds.
async fn close_lane(
    connection: &mut Connection,
    partition: &PartitionId,
    holder: Holder,
    lane: LaneId,
    now: Millis,
) -> Result<()> {
    let [account, device] = holder.key();
    query(
        "UPDATE mismatch SET recovered_at = $5
         WHERE partition_id = $1 AND account_id = $2 AND device_id = $3 AND kind = 'lane'
             AND recovered_at IS NULL AND noted_at <= COALESCE(
                 (SELECT MIN(received_at) FROM stretch
                  WHERE partition_id = $1 AND lane_id = $4), 0)",
    )
    .bind(partition.to_string())
    .bind(account)
    .bind(device)
    .bind(lane.to_string())
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(())
}
