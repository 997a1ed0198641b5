//! Taking in what phones push.
//!
//! Always: the decision is `shared::sync::hub`'s; here it is read for, committed and answered.
//! Never: answers before the commit.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::answers::Op;
use shared::ids::{AccountId, CaseId, LaneId, OpId, PartitionId, RegionId, Seq, hex_text};
use shared::sync::hub::{
    Accepted, MacKey, PushDecision, PushView, RoundStanding, Sender, Stretch, decide_push,
    proves_a_number, seen_elsewhere,
};
use shared::time::Millis;
use shared::wire::v1::{Mac, PushResponse, QuarantineCode, Quarantined, Receipt};

use sqlx::AssertSqlSafe;

use super::super::sql::{Connection, places_for, powers_of_two, query, row_of, rows_of};
use super::super::{Result, Store, StoreError, stored, stored_list};
use super::body::Packed;
use super::erase::{erased_ids, erased_lamport, photo_of};
use super::sealed::{CaseKey, keys_for, keys_of_cases};
use super::{
    Came, Merge, append_log, body, case_log, chunks_of, id_bytes, known_ids, lane_tails,
    quarantine_code, signed, unsigned,
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
    /// The request that the ops were read from, where it may be kept as it came.
    pub came: Option<Came>,
    /// Ops whose path is no question of their questionnaire.
    pub strangers: BTreeSet<OpId>,
    /// Ops whose answers are personal: they are sealed.
    pub personal: BTreeSet<OpId>,
    pub sender: Sender,
    pub key: MacKey,
}

/// A push on its way into the store, with what can be computed without the database.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) push: Push,
    pub(super) regions: BTreeSet<RegionId>,
    /// All ops, for where all of them are merged.
    packed: Packed,
    /// Of the answers, unpacked.
    pub(super) bytes: usize,
    now: Millis,
}

impl Pending {
    pub(super) fn new(mut push: Push, now: Millis) -> Pending {
        let came = push.came.take().filter(|_| push.personal.is_empty());
        let kept = came.and_then(|came| body::keep(came, &push.ops));
        let packed = match kept {
            Some((stored, bytes)) => Packed::open(stored, bytes),
            None => body::pack(push.ops.iter().map(|(op, _)| op), &push.personal),
        };
        Pending {
            regions: push
                .ops
                .iter()
                .map(|(op, _)| op.case.region.clone())
                .collect(),
            bytes: packed.bytes,
            packed,
            now,
            push,
        }
    }
}

impl Store {
    /// Commits what the hub decides about a push; the answer may be sent when this returns. `Refused("lanes_full")` or
    /// `Refused("aside_full")` where the account has left more than its bound; the phone keeps what was not taken.
    pub async fn push(&self, push: Push, now: Millis) -> Result<PushResponse> {
        self.take_in(Pending::new(push, now)).await
    }
}

/// What is known of everything that a group touches.
struct Ground {
    round: RoundStanding,
    /// Lengths, and how much of them lies in a verified backup; new ones are not there.
    lanes: BTreeMap<LaneId, (Seq, Seq)>,
    /// The ids of lanes, from where each push asks on.
    tails: BTreeMap<LaneId, Vec<OpId>>,
    /// Of all villages of the group, also what was erased there.
    known: BTreeSet<OpId>,
    /// Who was ever given which village, also if it was taken away since: refusing what was asked for is loss.
    assigned: BTreeMap<AccountId, BTreeSet<RegionId>>,
    /// Positions of all lanes of an account.
    pushed: BTreeMap<AccountId, u64>,
}

impl Ground {
    async fn read(
        connection: &mut Connection,
        partition: &PartitionId,
        pushes: &[Arc<Pending>],
    ) -> Result<Ground> {
        let regions: BTreeSet<&RegionId> = pushes.iter().flat_map(|one| &one.regions).collect();
        let lanes = lanes_of(connection, partition, pushes).await?;
        Ok(Ground {
            round: standing(connection, partition).await?,
            tails: tails_of(connection, partition, pushes, &lanes).await?,
            lanes,
            known: {
                let mut known = known_ids(connection, partition, &regions).await?;
                known.extend(erased_ids(connection, partition, &regions).await?);
                known
            },
            assigned: ever_assigned(connection, partition, &regions).await?,
            pushed: pushed_by(connection, partition, pushes).await?,
        })
    }
}

/// What is to be written of one push.
struct Taken<'p> {
    pending: &'p Pending,
    accepted: Accepted<'p>,
    /// Of the lane, before.
    length: Seq,
    safe: Seq,
}

/// Takes in pushes that have no lane, account or village in common; one answer each, in order. An `Err` inside is of
/// that push alone, and nothing of it is written.
pub(super) async fn write_pushes(
    connection: &mut Connection,
    partition: &PartitionId,
    pushes: &[Arc<Pending>],
) -> Result<Vec<Result<PushResponse>>> {
    let ground = Ground::read(connection, partition, pushes).await?;
    let mut answers = Vec::with_capacity(pushes.len());
    let mut taken = Vec::with_capacity(pushes.len());
    for pending in pushes {
        match decide(connection, partition, &ground, pending).await? {
            Ok(Decided::Accepted(one)) => {
                taken.push(one);
                answers.push(None);
            }
            Ok(Decided::Answered(answer)) => answers.push(Some(Ok(answer))),
            Err(error) => answers.push(Some(Err(error))),
        }
    }
    append_lanes(connection, partition, &taken).await?;
    let packed: Vec<Cow<'_, Packed>> = taken.iter().map(Taken::packed).collect();
    let asides: Vec<Vec<Packed>> = taken.iter().map(Taken::packed_asides).collect();
    let sealed = packed
        .iter()
        .map(|one| &**one)
        .chain(asides.iter().flatten());
    let regions = sealed.flat_map(Packed::regions).collect();
    // All of a group came at about one time.
    let now = pushes.first().map_or(Millis(0), |one| one.now);
    let keys = keys_of_cases(connection, partition, regions, now).await?;
    let merges: Vec<Merge<'_>> = taken
        .iter()
        .zip(&packed)
        .map(|(one, packed)| one.merge(packed.stored(&keys)))
        .collect();
    let ends = append_log(connection, partition, &merges).await?;
    let merged: BTreeSet<OpId> = merges
        .iter()
        .flat_map(|merge| merge.ops)
        .map(|op| op.id())
        .collect();
    for id in open_asides(connection, partition, pushes).await? {
        if ground.known.contains(&id) || merged.contains(&id) {
            close_aside(connection, partition, id, now).await?;
        }
    }
    drop(merges);
    for (one, packed) in taken.iter().zip(&asides) {
        set_aside(connection, partition, one, packed, &keys).await?;
    }
    drop(packed);
    let mut answered = taken
        .into_iter()
        .zip(ends)
        .map(|(one, end)| one.answer(end));
    let filled = answers.into_iter().map(|answer| match answer {
        Some(answer) => answer,
        None => Ok(answered
            .next()
            .expect("each push without an answer was taken")),
    });
    Ok(filled.collect())
}

enum Decided<'p> {
    Accepted(Taken<'p>),
    Answered(PushResponse),
}

/// The inner `Err` is a refusal of this push.
async fn decide<'p>(
    connection: &mut Connection,
    partition: &PartitionId,
    ground: &Ground,
    pending: &'p Pending,
) -> Result<Result<Decided<'p>>> {
    let push = &pending.push;
    let (length, safe) = ground.lanes.get(&push.lane).copied().unwrap_or_default();
    let wanted = seen_elsewhere(&push.ops);
    let lamports = lamports_of(connection, partition, &pending.regions, wanted).await?;
    let none = BTreeSet::new();
    let view = PushView {
        sender: &push.sender,
        lane_length: length,
        lane_tail: ground.tails.get(&push.lane).map_or(&[], Vec::as_slice),
        known: &ground.known,
        lamports: &lamports,
        round: ground.round,
        assigned: ground.assigned.get(&push.sender.account).unwrap_or(&none),
        key: &push.key,
    };
    let is_question = |op: &Op| !push.strangers.contains(&op.id());
    let accepted = match decide_push(push.stretch, &push.ops, view, is_question) {
        PushDecision::Gap { length } => {
            return Ok(Ok(Decided::Answered(PushResponse::Gap { length })));
        }
        PushDecision::Fork => return Ok(Ok(Decided::Answered(PushResponse::Fork))),
        PushDecision::Accept(accepted) => accepted,
    };
    let taken = Taken {
        pending,
        accepted,
        length,
        safe,
    };
    match refusal(connection, partition, ground, &taken).await? {
        Some(code) => Ok(Err(StoreError::Refused(code))),
        None => Ok(Ok(Decided::Accepted(taken))),
    }
}

impl Taken<'_> {
    /// What is merged of it.
    fn packed(&self) -> Cow<'_, Packed> {
        let merges = &self.accepted.merges;
        match merges.len() == self.pending.push.ops.len() {
            true => Cow::Borrowed(&self.pending.packed),
            false => Cow::Owned(body::pack(
                merges.iter().copied(),
                &self.pending.push.personal,
            )),
        }
    }

    /// Each that is kept aside.
    fn packed_asides(&self) -> Vec<Packed> {
        let quarantines = self.accepted.quarantines.iter();
        quarantines
            .map(|(op, _)| body::pack([*op], &self.pending.push.personal))
            .collect()
    }

    fn merge(&self, stored: Vec<u8>) -> Merge<'_> {
        Merge {
            account: self.pending.push.sender.account,
            ops: &self.accepted.merges,
            stored,
            at: self.pending.now,
        }
    }

    fn answer(self, end: Seq) -> PushResponse {
        let aside = |(position, code)| Quarantined { position, code };
        PushResponse::Accepted {
            verified: self.accepted.verified,
            macs: self.accepted.macs,
            quarantined: self.accepted.quarantined.into_iter().map(aside).collect(),
            receipt: Receipt {
                number: end,
                at: self.pending.now,
            },
            safe: (self.safe != Seq::ZERO).then_some(self.safe),
        }
    }
}

/// What one account may leave here, whatever it sends.
async fn refusal(
    connection: &mut Connection,
    partition: &PartitionId,
    ground: &Ground,
    taken: &Taken<'_>,
) -> Result<Option<&'static str>> {
    let Taken {
        accepted, pending, ..
    } = taken;
    let account = pending.push.sender.account;
    let pushed = ground.pushed.get(&account).copied().unwrap_or_default();
    if LANE_OPS_MAX < pushed + accepted.lane_appends.len() as u64 {
        return Ok(Some("lanes_full"));
    }
    if !accepted.quarantines.is_empty() {
        let (aside,): (i64,) = query(
            "SELECT COUNT(*) FROM quarantine
             WHERE partition_id = $1 AND account_id = $2 AND admitted_at IS NULL",
        )
        .bind(partition.to_string())
        .bind(account.to_string())
        .fetch_one(&mut *connection)
        .await?;
        let room = ASIDE_OPS_MAX.saturating_sub(unsigned(aside));
        if room < accepted.quarantines.len() as u64
            && room < new_asides(connection, partition, &accepted.quarantines).await?
        {
            return Ok(Some("aside_full"));
        }
    }
    if ground.round == RoundStanding::Unknown {
        let (lanes,): (i64,) = query(
            "SELECT COUNT(*) FROM lane WHERE account_id = $1 AND NOT EXISTS
                 (SELECT 1 FROM log WHERE log.partition_id = lane.partition_id AND 0 < log.position)",
        )
        .bind(account.to_string())
        .fetch_one(connection)
        .await?;
        if UNKNOWN_LANES_MAX <= unsigned(lanes) {
            return Ok(Some("aside_full"));
        }
    }
    Ok(None)
}

/// How many of these are not kept aside already, as what a restored phone offers again is.
async fn new_asides(
    connection: &mut Connection,
    partition: &PartitionId,
    ops: &[(&Op, QuarantineCode)],
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
    regions: &BTreeSet<RegionId>,
    mut wanted: BTreeSet<OpId>,
) -> Result<BTreeMap<OpId, u64>> {
    let mut lamports = BTreeMap::new();
    for region in regions {
        if wanted.is_empty() {
            break;
        }
        let id = CaseId {
            round: partition.round,
            region: region.clone(),
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
        let Some((code, bytes)) = row else {
            if let Some(lamport) = erased_lamport(&mut *connection, partition, id).await? {
                lamports.insert(id, lamport);
            }
            continue;
        };
        let code = Some(quarantine_code(&code)?);
        let keys = keys_for(connection, partition, [&bytes]).await?;
        for op in body::decode(&bytes, partition.round, &keys)?.ops {
            if proves_a_number(&op, code) {
                lamports.insert(op.id(), op.lamport);
            }
        }
    }
    Ok(lamports)
}

/// Lengths of the lanes that are there, and how much of each lies in a verified backup.
async fn lanes_of(
    connection: &mut Connection,
    partition: &PartitionId,
    pushes: &[Arc<Pending>],
) -> Result<BTreeMap<LaneId, (Seq, Seq)>> {
    let sql = format!(
        "SELECT lane_id, length, safe FROM lane WHERE partition_id = $1 AND lane_id IN {}",
        row_of(2, places_for(pushes.len())),
    );
    let lanes = pushes.iter().map(|one| one.push.lane.to_string());
    let rows: Vec<(String, i64, i64)> = query(AssertSqlSafe(sql))
        .bind(partition.to_string())
        .bind_padded(lanes)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|(lane, length, safe)| {
            let (length, safe) = (Seq(unsigned(*length)), Seq(unsigned(*safe)));
            Ok((stored(lane, "lane id")?, (length, safe)))
        })
        .collect()
}

/// The ids of each lane from the position before its push on; a lane that is new has none.
async fn tails_of(
    connection: &mut Connection,
    partition: &PartitionId,
    pushes: &[Arc<Pending>],
    lanes: &BTreeMap<LaneId, (Seq, Seq)>,
) -> Result<BTreeMap<LaneId, Vec<OpId>>> {
    let known = pushes
        .iter()
        .filter(|one| lanes.contains_key(&one.push.lane));
    let asked: Vec<(LaneId, Seq)> = known
        .map(|one| {
            let before = one.push.stretch.from.0.saturating_sub(1);
            (one.push.lane, Seq(before.max(1)))
        })
        .collect();
    lane_tails(connection, partition, &asked).await
}

/// Who was ever given which of these villages.
async fn ever_assigned(
    connection: &mut Connection,
    partition: &PartitionId,
    regions: &BTreeSet<&RegionId>,
) -> Result<BTreeMap<AccountId, BTreeSet<RegionId>>> {
    let mut assigned: BTreeMap<AccountId, BTreeSet<RegionId>> = BTreeMap::new();
    for some in chunks_of(regions) {
        let sql = format!(
            "SELECT account_id, region FROM assignment WHERE round_id = $1 AND region IN {}",
            row_of(2, places_for(some.len())),
        );
        let rows: Vec<(String, String)> = query(AssertSqlSafe(sql))
            .bind(partition.round.to_string())
            .bind_padded(some.iter().map(|region| region.as_str().to_owned()))
            .fetch_all(&mut *connection)
            .await?;
        for (account, region) in rows {
            let account = stored(&account, "account id")?;
            assigned
                .entry(account)
                .or_default()
                .insert(stored(&region, "region")?);
        }
    }
    Ok(assigned)
}

/// How many positions the accounts have taken in this partition, over all their lanes.
async fn pushed_by(
    connection: &mut Connection,
    partition: &PartitionId,
    pushes: &[Arc<Pending>],
) -> Result<BTreeMap<AccountId, u64>> {
    let sql = format!(
        "SELECT account_id, CAST(SUM(length) AS BIGINT) FROM lane
         WHERE partition_id = $1 AND account_id IN {} GROUP BY account_id",
        row_of(2, places_for(pushes.len())),
    );
    let accounts = pushes.iter().map(|one| one.push.sender.account.to_string());
    let rows: Vec<(String, i64)> = query(AssertSqlSafe(sql))
        .bind(partition.to_string())
        .bind_padded(accounts)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|(account, pushed)| Ok((stored(account, "account id")?, unsigned(*pushed))))
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

/// Makes the lanes longer, each by what its push brought.
async fn append_lanes(
    connection: &mut Connection,
    partition: &PartitionId,
    taken: &[Taken<'_>],
) -> Result<()> {
    let longer = taken
        .iter()
        .filter(|one| !one.accepted.lane_appends.is_empty());
    let longer: Vec<&Taken<'_>> = longer.collect();
    for some in powers_of_two(&longer) {
        let sql = format!(
            "INSERT INTO lane (partition_id, lane_id, account_id, length) VALUES {}
             ON CONFLICT (partition_id, lane_id) DO UPDATE SET length = excluded.length",
            rows_of(some.len(), 4),
        );
        let mut insert = query(AssertSqlSafe(sql));
        for one in some {
            let length = one.length.plus(one.accepted.lane_appends.len());
            insert = insert
                .bind(partition.to_string())
                .bind(one.pending.push.lane.to_string())
                .bind(one.pending.push.sender.account.to_string())
                .bind(signed(length.0));
        }
        insert.execute(&mut *connection).await?;
        let sql = format!(
            "INSERT INTO stretch (partition_id, lane_id, lane_from, ids, received_at) VALUES {}",
            rows_of(some.len(), 5),
        );
        let mut insert = query(AssertSqlSafe(sql));
        for one in some {
            insert = insert
                .bind(partition.to_string())
                .bind(one.pending.push.lane.to_string())
                .bind(signed(one.length.0 + 1))
                .bind(id_bytes(one.accepted.lane_appends.iter().copied()))
                .bind(one.pending.now.0);
        }
        insert.execute(&mut *connection).await?;
    }
    Ok(())
}

/// What is kept aside of these villages and waits for somebody.
async fn open_asides(
    connection: &mut Connection,
    partition: &PartitionId,
    pushes: &[Arc<Pending>],
) -> Result<Vec<OpId>> {
    let regions: BTreeSet<&RegionId> = pushes.iter().flat_map(|one| &one.regions).collect();
    let mut open = Vec::new();
    for some in chunks_of(&regions) {
        let sql = format!(
            "SELECT op_id FROM quarantine
             WHERE partition_id = $1 AND admitted_at IS NULL AND region IN {}",
            row_of(2, places_for(some.len())),
        );
        let rows: Vec<(String,)> = query(AssertSqlSafe(sql))
            .bind(partition.to_string())
            .bind_padded(some.iter().map(|region| region.as_str().to_owned()))
            .fetch_all(&mut *connection)
            .await?;
        // One that cannot be read is for `check` to tell, and must keep nothing else out.
        open.extend(rows.iter().filter_map(|(id,)| id.parse::<OpId>().ok()));
    }
    Ok(open)
}

/// Nobody waits any more for what is merged, by whatever way.
async fn close_aside(
    connection: &mut Connection,
    partition: &PartitionId,
    id: OpId,
    now: Millis,
) -> Result<()> {
    query(
        "UPDATE quarantine SET admitted_at = $3
         WHERE partition_id = $1 AND op_id = $2 AND admitted_at IS NULL",
    )
    .bind(partition.to_string())
    .bind(hex_text(&id.0))
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(())
}

async fn set_aside(
    connection: &mut Connection,
    partition: &PartitionId,
    taken: &Taken<'_>,
    packed: &[Packed],
    keys: &BTreeMap<RegionId, CaseKey>,
) -> Result<()> {
    for ((op, code), packed) in taken.accepted.quarantines.iter().zip(packed) {
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
        .bind(taken.pending.push.sender.account.to_string())
        .bind(taken.pending.now.0)
        .bind(packed.stored(keys))
        .execute(&mut *connection)
        .await?;
        let Some(photo) = photo_of(op) else {
            continue;
        };
        query(
            "INSERT INTO aside_blob (partition_id, op_id, blob_id) VALUES ($1, $2, $3)
             ON CONFLICT (partition_id, op_id) DO NOTHING",
        )
        .bind(partition.to_string())
        .bind(hex_text(&op.id().0))
        .bind(photo.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
