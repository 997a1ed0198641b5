//! The hub's word on a stretch of a lane that is here already.
//!
//! Always: what is in a lane is merged or kept aside, since one transaction wrote both.
//! Never: writes.

use std::collections::{BTreeMap, BTreeSet};

use shared::ids::{OpId, PartitionId, RegionId, Seq, hex_text};
use shared::sync::hub::{MacKey, ProofView, PushDecision, Stretch, decide_proof};
use shared::time::Millis;
use shared::wire::bundle::ProveRequest;
use shared::wire::v1::{PushResponse, QuarantineCode, Quarantined, Receipt};

use super::super::sql::{Connection, query};
use super::super::{Result, Store, stored};
use super::{has_backup, known_ids, lane_state, lane_tail, quarantine_code};

impl Store {
    /// What a push of these positions would be answered, where the phone shows that it has the same ops.
    pub async fn prove(
        &self,
        asked: &ProveRequest,
        key: &MacKey,
        now: Millis,
    ) -> Result<PushResponse> {
        let partition = &asked.partition;
        let mut connection = self.read().await?;
        let (length, backed_up) = lane_state(&mut connection, partition, asked.lane).await?;
        let tail_from = Seq(asked.from.0.saturating_sub(1).max(1));
        let mut tail = lane_tail(&mut connection, partition, asked.lane, tail_from).await?;
        let count = asked.count as usize;
        tail.truncate(count + 1);
        let aside = aside_among(&mut connection, partition, &tail).await?;
        let safe = match has_backup(&mut connection).await? {
            true => Some(backed_up),
            false => None,
        };
        drop(connection);
        let stretch = Stretch {
            from: asked.from,
            previous: asked.previous,
        };
        let view = ProofView {
            lane_length: length,
            lane_tail: &tail,
            aside: &aside,
            key,
        };
        let accepted = match decide_proof(stretch, count, asked.digest, view) {
            PushDecision::Gap { length } => return Ok(PushResponse::Gap { length }),
            PushDecision::Fork => return Ok(PushResponse::Fork),
            PushDecision::Accept(accepted) => accepted,
        };
        let aside = |(position, code)| Quarantined { position, code };
        Ok(PushResponse::Accepted {
            verified: accepted.verified,
            macs: accepted.macs,
            quarantined: accepted.quarantined.into_iter().map(aside).collect(),
            receipt: Receipt {
                number: self.log_position(partition).await?,
                at: now,
            },
            safe: safe.filter(|safe| *safe != Seq::ZERO),
        })
    }
}

/// Which of these are kept aside and were not merged by another way since.
async fn aside_among(
    connection: &mut Connection,
    partition: &PartitionId,
    ids: &[OpId],
) -> Result<BTreeMap<OpId, QuarantineCode>> {
    let mut found = BTreeMap::new();
    let (count,): (i64,) =
        query("SELECT COUNT(*) FROM quarantine WHERE partition_id = $1 AND admitted_at IS NULL")
            .bind(partition.to_string())
            .fetch_one(&mut *connection)
            .await?;
    if count == 0 {
        return Ok(found);
    }
    let mut regions: BTreeSet<RegionId> = BTreeSet::new();
    for id in ids {
        let row: Option<(String, String)> = query(
            "SELECT code, region FROM quarantine
             WHERE partition_id = $1 AND op_id = $2 AND admitted_at IS NULL",
        )
        .bind(partition.to_string())
        .bind(hex_text(&id.0))
        .fetch_optional(&mut *connection)
        .await?;
        if let Some((code, region)) = row {
            found.insert(*id, quarantine_code(&code)?);
            regions.insert(stored(&region, "region")?);
        }
    }
    let merged = known_ids(connection, partition, &regions.iter().collect()).await?;
    found.retain(|id, _| !merged.contains(id));
    Ok(found)
}
