//! Taking in what phones push.
//!
//! Always: the decision is `shared::sync::hub`'s; here it is read for, committed and answered.
//! Never: answers before the commit.

use std::collections::{BTreeMap, BTreeSet};

use shared::answers::Op;
use shared::ids::{CaseId, LaneId, OpId, PartitionId, RegionId, Seq, hex_text};
use shared::sync::hub::{
    Accepted, MacKey, PushDecision, PushView, RoundStanding, Sender, Stretch, decide_push,
    proves_a_number, seen_elsewhere,
};
use shared::time::Millis;
use shared::wire::v1::{Mac, PushResponse, QuarantineCode, Quarantined, Receipt};

use super::super::sql::{Connection, query};
use super::super::{Result, Store, StoreError, stored, stored_list};
use super::{
    append_log, body, case_log, id_bytes, known_ids, lane_state, lane_tail, quarantine_code,
    signed, unsigned,
};

/// Ops of one account that are kept aside in one partition, at most. What goes beyond stays on the phone.
const ASIDE_OPS_MAX: u64 = 20_000;
/// Positions of all lanes of one account in one partition: a thousand villages, each offered again a few times.
const LANE_OPS_MAX: u64 = 1_000_000;
/// Lanes of one account in rounds that the hub does not know: a restored one may not know a few.
const UNKNOWN_LANES_MAX: u64 = 200;

/// A push that was unpacked and checked.
#[derive(Debug, Clone)]
pub struct Push {
    pub partition: PartitionId,
    pub lane: LaneId,
    pub stretch: Stretch,
    pub ops: Vec<(Op, Option<Mac>)>,
    /// Ops whose path is no question of their questionnaire.
    pub strangers: BTreeSet<OpId>,
    pub sender: Sender,
    pub key: MacKey,
}

impl Store {
    /// Commits what the hub decides about a push; the answer may be sent when this returns. `Refused("lanes_full")` or
    /// `Refused("aside_full")` where the account has left more than its bound; the phone keeps what was not taken.
    pub async fn push(&self, push: Push, now: Millis) -> Result<PushResponse> {
        let partition = push.partition.clone();
        self.write_in(&partition, move |connection| {
            Box::pin(write_push(connection, push, now))
        })
        .await
    }
}

async fn write_push(connection: &mut Connection, push: Push, now: Millis) -> Result<PushResponse> {
    let partition = &push.partition;
    let (length, backed_up) = lane_state(connection, partition, push.lane).await?;
    let tail_from = Seq(push.stretch.from.0.saturating_sub(1).max(1));
    let tail = lane_tail(connection, partition, push.lane, tail_from).await?;
    let regions: BTreeSet<&RegionId> = push.ops.iter().map(|(op, _)| &op.case.region).collect();
    let known = known_ids(connection, partition, &regions).await?;
    let assigned = ever_assigned(connection, partition, &push.sender).await?;
    let round = standing(connection, partition).await?;
    let lamports = lamports_of(connection, partition, &regions, seen_elsewhere(&push.ops)).await?;
    let view = PushView {
        sender: &push.sender,
        lane_length: length,
        lane_tail: &tail,
        known: &known,
        lamports: &lamports,
        round,
        assigned: &assigned,
        key: &push.key,
    };
    let strangers = &push.strangers;
    let is_question = |op: &Op| !strangers.contains(&op.id());
    let accepted = match decide_push(push.stretch, push.ops, view, is_question) {
        PushDecision::Gap { length } => return Ok(PushResponse::Gap { length }),
        PushDecision::Fork => return Ok(PushResponse::Fork),
        PushDecision::Accept(accepted) => accepted,
    };
    check_bounds(connection, partition, &push.sender, round, &accepted).await?;
    append_lane(
        connection,
        partition,
        push.lane,
        &push.sender,
        length,
        &accepted,
        now,
    )
    .await?;
    let account = push.sender.account;
    let number = append_log(connection, partition, account, &accepted.merges, now).await?;
    set_aside(
        connection,
        partition,
        &push.sender,
        &accepted.quarantines,
        now,
    )
    .await?;
    let aside = |(position, code)| Quarantined { position, code };
    Ok(PushResponse::Accepted {
        verified: accepted.verified,
        macs: accepted.macs,
        quarantined: accepted.quarantined.into_iter().map(aside).collect(),
        receipt: Receipt { number, at: now },
        safe: (backed_up != Seq::ZERO).then_some(backed_up),
    })
}

/// What one account may leave here, whatever it sends.
async fn check_bounds(
    connection: &mut Connection,
    partition: &PartitionId,
    sender: &Sender,
    round: RoundStanding,
    accepted: &Accepted,
) -> Result<()> {
    let account = sender.account.to_string();
    let (pushed,): (i64,) = query(
        "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM lane WHERE account_id = $1 AND partition_id = $2",
    )
    .bind(&account)
    .bind(partition.to_string())
    .fetch_one(&mut *connection)
    .await?;
    if LANE_OPS_MAX < unsigned(pushed) + accepted.lane_appends.len() as u64 {
        return Err(StoreError::Refused("lanes_full"));
    }
    if !accepted.quarantines.is_empty() {
        let (aside,): (i64,) = query(
            "SELECT COUNT(*) FROM quarantine
             WHERE partition_id = $1 AND account_id = $2 AND admitted_at IS NULL",
        )
        .bind(partition.to_string())
        .bind(&account)
        .fetch_one(&mut *connection)
        .await?;
        let room = ASIDE_OPS_MAX.saturating_sub(unsigned(aside));
        if room < accepted.quarantines.len() as u64
            && room < new_asides(connection, partition, &accepted.quarantines).await?
        {
            return Err(StoreError::Refused("aside_full"));
        }
    }
    if round == RoundStanding::Unknown {
        let (lanes,): (i64,) = query(
            "SELECT COUNT(*) FROM lane WHERE account_id = $1 AND NOT EXISTS
                 (SELECT 1 FROM log WHERE log.partition_id = lane.partition_id AND 0 < log.position)",
        )
        .bind(&account)
        .fetch_one(connection)
        .await?;
        if UNKNOWN_LANES_MAX <= unsigned(lanes) {
            return Err(StoreError::Refused("aside_full"));
        }
    }
    Ok(())
}

/// How many of these are not kept aside already, as what a restored phone offers again is.
async fn new_asides(
    connection: &mut Connection,
    partition: &PartitionId,
    ops: &[(Op, QuarantineCode)],
) -> Result<u64> {
    let mut count = 0;
    for (op, _) in ops {
        let known: Option<(String,)> =
            query("SELECT op_id FROM quarantine WHERE partition_id = $1 AND op_id = $2")
                .bind(partition.to_string())
                .bind(hex_text(&op.id().0))
                .fetch_optional(&mut *connection)
                .await?;
        count += u64::from(known.is_none());
    }
    Ok(count)
}

/// The Lamport numbers of ops that were merged before, or kept aside for another reason than their number.
///
/// Most pushes have seen nothing but what they bring, so that nothing is read back.
async fn lamports_of(
    connection: &mut Connection,
    partition: &PartitionId,
    regions: &BTreeSet<&RegionId>,
    mut wanted: BTreeSet<OpId>,
) -> Result<BTreeMap<OpId, u64>> {
    let mut lamports = BTreeMap::new();
    for region in regions {
        if wanted.is_empty() {
            break;
        }
        let id = CaseId {
            round: partition.round,
            region: (*region).clone(),
        };
        for op in case_log(&mut *connection, &id).await? {
            if wanted.remove(&op.id()) && proves_a_number(&op, None) {
                lamports.insert(op.id(), op.lamport);
            }
        }
    }
    for id in wanted {
        let row: Option<(String, Vec<u8>)> =
            query("SELECT code, body FROM quarantine WHERE partition_id = $1 AND op_id = $2")
                .bind(partition.to_string())
                .bind(hex_text(&id.0))
                .fetch_optional(&mut *connection)
                .await?;
        let Some((code, bytes)) = row else { continue };
        let code = Some(quarantine_code(&code)?);
        for op in body::decode(&bytes, partition.round)? {
            if proves_a_number(&op, code) {
                lamports.insert(op.id(), op.lamport);
            }
        }
    }
    Ok(lamports)
}

/// Also villages that were taken away since: refusing what was asked for is loss.
async fn ever_assigned(
    connection: &mut Connection,
    partition: &PartitionId,
    sender: &Sender,
) -> Result<BTreeSet<RegionId>> {
    let rows: Vec<(String,)> =
        query("SELECT region FROM assignment WHERE round_id = $1 AND account_id = $2")
            .bind(partition.round.to_string())
            .bind(sender.account.to_string())
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|(region,)| stored(region, "region"))
        .collect()
}

async fn standing(connection: &mut Connection, partition: &PartitionId) -> Result<RoundStanding> {
    let row: Option<(String, String)> = query("SELECT state, regencies FROM round WHERE id = $1")
        .bind(partition.round.to_string())
        .fetch_optional(connection)
        .await?;
    let Some((state, regencies)) = row else {
        return Ok(RoundStanding::Unknown);
    };
    let regencies: Vec<RegionId> = stored_list(&regencies, "regency")?;
    if !regencies.is_empty() && !regencies.contains(&partition.regency) {
        return Ok(RoundStanding::Unknown);
    }
    Ok(if state == "open" {
        RoundStanding::Open
    } else {
        RoundStanding::Closed
    })
}

async fn append_lane(
    connection: &mut Connection,
    partition: &PartitionId,
    lane: LaneId,
    sender: &Sender,
    length: Seq,
    accepted: &Accepted,
    now: Millis,
) -> Result<()> {
    if accepted.lane_appends.is_empty() {
        return Ok(());
    }
    query(
        "INSERT INTO lane (partition_id, lane_id, account_id, length) VALUES ($1, $2, $3, 0)
         ON CONFLICT (partition_id, lane_id) DO NOTHING",
    )
    .bind(partition.to_string())
    .bind(lane.to_string())
    .bind(sender.account.to_string())
    .execute(&mut *connection)
    .await?;
    query(
        "INSERT INTO stretch (partition_id, lane_id, lane_from, ids, received_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(partition.to_string())
    .bind(lane.to_string())
    .bind(signed(length.0 + 1))
    .bind(id_bytes(accepted.lane_appends.iter().copied()))
    .bind(now.0)
    .execute(&mut *connection)
    .await?;
    query("UPDATE lane SET length = $3 WHERE partition_id = $1 AND lane_id = $2")
        .bind(partition.to_string())
        .bind(lane.to_string())
        .bind(signed(length.plus(accepted.lane_appends.len()).0))
        .execute(connection)
        .await?;
    Ok(())
}

async fn set_aside(
    connection: &mut Connection,
    partition: &PartitionId,
    sender: &Sender,
    quarantines: &[(Op, QuarantineCode)],
    now: Millis,
) -> Result<()> {
    for (op, code) in quarantines {
        let code = serde_json::to_string(code)
            .map_err(|_| StoreError::Corrupt("a quarantine code".to_owned()))?;
        query(
            "INSERT INTO quarantine
                 (partition_id, op_id, region, code, account_id, received_at, body)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (partition_id, op_id) DO NOTHING",
        )
        .bind(partition.to_string())
        .bind(hex_text(&op.id().0))
        .bind(op.case.region.as_str())
        .bind(code)
        .bind(sender.account.to_string())
        .bind(now.0)
        .bind(body::encode(std::slice::from_ref(op)))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
