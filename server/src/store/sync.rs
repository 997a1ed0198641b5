//! Case data: lanes, batches, quarantine, and reading cases back.
//!
//! Always: the decision is `shared::sync::hub`'s; here it is read for, committed and answered.
//! Always: positions of a partition are dense and become visible in order.
//! Never: touches two partitions in one transaction.

pub(super) mod body;
pub(super) mod erase;
mod intake;
mod proof;
mod push;
pub(super) mod sealed;

use std::collections::{BTreeMap, BTreeSet};

use shared::answers::{Change, Op, Value};
use shared::ids::{AccountId, BlobId, CaseId, LaneId, OpId, PartitionId, RegionId, Seq, hex_text};
use shared::merge::Case;
use shared::sync::hub::{Sender, decide_admission};
use shared::time::{DAY_MS, Millis};
use shared::wire::v1::{AssignmentView, QuarantineCode, RoundView};
use sqlx::AssertSqlSafe;

use super::accounts::role_of;
use super::sql::{Connection, PLACES_MAX, places_for, powers_of_two, query, row_of, rows_of};
use super::{Act, Result, Store, StoreError, stored, stored_list};

use sealed::{keys_for, keys_of_cases};

pub use body::Came;
pub use erase::Erased;
pub(super) use intake::Intake;
pub use push::Push;

/// Villages that are looked at to learn who may see a photo; the same photo lies in one, or in a few by mistake.
const BLOB_CASES_MAX: i64 = 100;

/// Bytes of a page of the log, unpacked: what a phone reads and stores at once.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes that are read from the database for it, packed.
const PAGE_PACKED_BYTES_MAX: i64 = 1024 * 1024;

/// Where a backup was never tried, how long the hub must have had an op before its phone may give it up.
pub const GRACE_MS: i64 = 30 * DAY_MS;

/// What a lane and a log look like at the places that a phone asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneEnd {
    pub length: Seq,
    /// The id at the position that the phone believes verified.
    pub at: Option<OpId>,
    /// Up to where a phone need not fear that the hub loses what it took.
    pub safe: Seq,
}

/// A piece of a partition's log.
#[derive(Debug)]
pub struct LogPage {
    pub ops: Vec<Op>,
    /// Where the piece ends: position and id of the last op looked at, seen by the reader or not.
    pub end: Seq,
    pub end_id: Option<OpId>,
    pub more: bool,
}

/// An op that is kept aside.
#[derive(Debug, Clone)]
pub struct Aside {
    pub op: Op,
    /// Whether a person may let it in.
    pub admissible: bool,
    pub code: QuarantineCode,
    pub received: Millis,
}

impl Store {
    /// The rounds and villages that an account works on.
    pub async fn work_of(
        &self,
        account: AccountId,
    ) -> Result<(Vec<RoundView>, Vec<AssignmentView>)> {
        let rounds: Vec<(String, String, String, String, String, String)> = query(
            "SELECT DISTINCT round.id, round.name, round.kind, round.state,
                    round.questionnaire_id, round.earlier
             FROM assignment JOIN round ON round.id = assignment.round_id
             WHERE assignment.account_id = $1 AND assignment.removed_at IS NULL
             ORDER BY round.id",
        )
        .bind(account.to_string())
        .fetch_all(&mut self.read().await?)
        .await?;
        let rounds = rounds
            .into_iter()
            .map(|(id, name, kind, state, questionnaire, earlier)| {
                Ok(RoundView {
                    id: stored(&id, "round")?,
                    name,
                    training: kind == "training",
                    open: state == "open",
                    questionnaire: stored(&questionnaire, "questionnaire")?,
                    earlier: stored_list(&earlier, "questionnaire")?,
                })
            });
        let rounds = rounds.collect::<Result<_>>()?;
        let work: Vec<(String, String, String, [String; 4])> = query(
            "SELECT a.round_id, a.region, a.modules, COALESCE(v.name, a.region),
                     COALESCE(d.name, ''), COALESCE(k.name, ''), COALESCE(p.name, '')
                 FROM assignment AS a
                 LEFT JOIN region AS v ON v.code = a.region
                 LEFT JOIN region AS d ON d.code = v.parent
                 LEFT JOIN region AS k ON k.code = d.parent
                 LEFT JOIN region AS p ON p.code = k.parent
                 WHERE a.account_id = $1 AND a.removed_at IS NULL
                 ORDER BY a.round_id, a.region",
        )
        .bind(account.to_string())
        .fetch_all(&mut self.read().await?)
        .await?
        .into_iter()
        .map(|(round, region, modules, v, d, k, p)| (round, region, modules, [v, d, k, p]))
        .collect();
        let work = work.into_iter().map(|(round, region, modules, names)| {
            let [name, district, regency, province] = names;
            Ok(AssignmentView {
                round: stored(&round, "round")?,
                region: stored(&region, "region")?,
                name,
                district,
                regency,
                province,
                modules: stored_list(&modules, "module")?,
            })
        });
        Ok((rounds, work.collect::<Result<_>>()?))
    }

    /// Length of a lane, and what stands at `verified`.
    pub async fn lane_end(
        &self,
        partition: &PartitionId,
        lane: LaneId,
        verified: Seq,
        now: Millis,
    ) -> Result<LaneEnd> {
        let mut connection = self.read().await?;
        let (length, backed_up) = lane_state(&mut connection, partition, lane).await?;
        let safe = match has_backup(&mut connection).await? {
            true => backed_up,
            false => lane_at(&mut connection, partition, lane, now.0 - GRACE_MS).await?,
        };
        let at = match verified {
            Seq::ZERO => None,
            at => lane_tail(&mut connection, partition, lane, at)
                .await?
                .first()
                .copied(),
        };
        Ok(LaneEnd { length, at, safe })
    }

    /// The id at a position of a partition's log, if the log is that long.
    pub async fn id_at(&self, partition: &PartitionId, position: Seq) -> Result<Option<OpId>> {
        let row: Option<(i64, Vec<u8>)> = query(
            "SELECT position, ids FROM batch WHERE partition_id = $1 AND position <= $2
             ORDER BY position DESC LIMIT 1",
        )
        .bind(partition.to_string())
        .bind(signed(position.0))
        .fetch_optional(&mut self.read().await?)
        .await?;
        let Some((first, ids)) = row else {
            return Ok(None);
        };
        let index = position
            .0
            .checked_sub(unsigned(first))
            .map(|index| index as usize);
        Ok(index.and_then(|index| ids_of(&ids).nth(index)))
    }

    /// The ops after `after`, about `limit` of them, that `sees` lets through. Where they are long, the page ends with
    /// the batch that makes it [`PAGE_BYTES_MAX`]; it holds one batch at least.
    pub async fn log_page(
        &self,
        partition: &PartitionId,
        after: Seq,
        limit: usize,
        sees: impl Fn(&Op) -> bool,
    ) -> Result<LogPage> {
        let mut connection = self.read().await?;
        // First how large they are: what is not needed is not read.
        let sizes: Vec<(i64, i64, i64)> = query(
            "SELECT position, ops, CAST(LENGTH(body) AS BIGINT) FROM batch
             WHERE partition_id = $1 AND position >= COALESCE(
                 (SELECT MAX(position) FROM batch WHERE partition_id = $1 AND position <= $2), 0)
             ORDER BY position LIMIT $3",
        )
        .bind(partition.to_string())
        .bind(signed(after.0 + 1))
        .bind(signed(limit as u64))
        .fetch_all(&mut connection)
        .await?;
        let (first, last) = page_of(&sizes, after, limit);
        let rows: Vec<(i64, i64, Vec<u8>)> = query(
            "SELECT position, ops, body FROM batch
             WHERE partition_id = $1 AND position >= $2 AND position <= $3 ORDER BY position",
        )
        .bind(partition.to_string())
        .bind(first)
        .bind(last)
        .fetch_all(&mut connection)
        .await?;
        let bodies = rows.iter().map(|(_, _, bytes)| bytes);
        let keys = keys_for(&mut connection, partition, bodies).await?;
        drop(connection);
        let mut page = LogPage {
            ops: Vec::new(),
            end: after,
            end_id: None,
            more: false,
        };
        let (mut looked_at, mut unpacked) = (0, 0);
        for (first, count, bytes) in rows {
            if PAGE_BYTES_MAX <= unpacked {
                break;
            }
            let batch = body::decode(&bytes, partition.round, &keys)?;
            unpacked += batch.bytes;
            if batch.ops.len() as i64 != count {
                return Err(StoreError::Corrupt(format!("batch {first} of {partition}")));
            }
            let placed = batch.ops.into_iter().zip(unsigned(first)..);
            for (index, (op, position)) in placed.enumerate() {
                if position <= after.0 {
                    continue;
                }
                if looked_at == limit {
                    page.more = true;
                    return Ok(page);
                }
                looked_at += 1;
                page.end = Seq(position);
                page.end_id = Some(op.id());
                // What is left of an erased one has a name that nobody can compute.
                if !batch.erased.contains(&index) && sees(&op) {
                    page.ops.push(op);
                }
            }
        }
        page.more = looked_at != 0 && page.end.0 < self.log_position(partition).await?.0;
        Ok(page)
    }

    /// The last position given out in a partition.
    pub async fn log_position(&self, partition: &PartitionId) -> Result<Seq> {
        let row: Option<(i64,)> = query("SELECT position FROM log WHERE partition_id = $1")
            .bind(partition.to_string())
            .fetch_optional(&mut self.read().await?)
            .await?;
        Ok(Seq(row.map_or(0, |(position,)| unsigned(position))))
    }

    /// Everything merged of one village; an empty case when nothing came yet.
    pub async fn case(&self, id: &CaseId) -> Result<Case> {
        let mut case = Case::new(id.clone());
        for op in self.case_log(id).await? {
            case.insert(op);
        }
        Ok(case)
    }

    /// The ops of one village in the order in which the hub took them in.
    pub async fn case_log(&self, id: &CaseId) -> Result<Vec<Op>> {
        let mut connection = self.read().await?;
        case_log(&mut connection, id).await
    }

    /// The ops of one village up to a position of the partition's log.
    pub async fn case_log_until(&self, id: &CaseId, end: Seq) -> Result<Vec<Op>> {
        let placed = self.placed_until(id, end).await?;
        Ok(placed.into_iter().map(|(_, op)| op).collect())
    }

    /// The ops of one village with their positions in the partition's log, all of one moment.
    pub async fn case_placed(&self, id: &CaseId) -> Result<Vec<(Seq, Op)>> {
        self.placed_until(id, Seq(i64::MAX as u64)).await
    }

    async fn placed_until(&self, id: &CaseId, end: Seq) -> Result<Vec<(Seq, Op)>> {
        let mut connection = self.read().await?;
        let rows: Vec<(i64, Vec<u8>)> = query(
            "SELECT batch.position, batch.body FROM case_batch
             JOIN batch ON batch.partition_id = case_batch.partition_id
                 AND batch.position = case_batch.position
             WHERE case_batch.partition_id = $1 AND case_batch.region = $2
                 AND case_batch.position <= $3
             ORDER BY case_batch.position",
        )
        .bind(id.partition().to_string())
        .bind(id.region.as_str())
        .bind(signed(end.0))
        .fetch_all(&mut connection)
        .await?;
        let bodies = rows.iter().map(|(_, bytes)| bytes);
        let keys = keys_for(&mut connection, &id.partition(), bodies).await?;
        let mut log = Vec::new();
        for (first, bytes) in rows {
            let ops = body::decode(&bytes, id.round, &keys)?.ops.into_iter();
            let placed = ops.zip(unsigned(first)..);
            let until = placed.take_while(|(_, position)| *position <= end.0);
            let of_case = until.filter(|(op, _)| op.case == *id);
            log.extend(of_case.map(|(op, position)| (Seq(position), op)));
        }
        Ok(log)
    }

    /// The cases of a partition that anything came for, each with its newest batch: a cheap mark
    /// by which a reader knows whether what it computed is still true.
    pub async fn touched_cases(&self, partition: &PartitionId) -> Result<Vec<(RegionId, Seq)>> {
        let rows: Vec<(String, i64)> = query(
            "SELECT region, MAX(position) FROM case_batch WHERE partition_id = $1
             GROUP BY region ORDER BY region",
        )
        .bind(partition.to_string())
        .fetch_all(&mut self.read().await?)
        .await?;
        rows.into_iter()
            .map(|(region, position)| Ok((stored(&region, "region")?, Seq(unsigned(position)))))
            .collect()
    }

    /// The cases of a partition of which something is kept aside, each with how many ops.
    pub async fn asides(&self, partition: &PartitionId) -> Result<Vec<(RegionId, u32)>> {
        let rows: Vec<(String, i64)> = query(
            "SELECT region, COUNT(*) FROM quarantine
             WHERE partition_id = $1 AND admitted_at IS NULL GROUP BY region ORDER BY region",
        )
        .bind(partition.to_string())
        .fetch_all(&mut self.read().await?)
        .await?;
        rows.into_iter()
            .map(|(region, count)| {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                Ok((stored(&region, "region")?, count))
            })
            .collect()
    }

    /// Ops of one village that are kept aside.
    pub async fn quarantined(&self, id: &CaseId) -> Result<Vec<Aside>> {
        let mut connection = self.read().await?;
        let rows: Vec<(String, i64, Vec<u8>, String, String, String)> = query(
            "SELECT code, received_at, body, account.id, account.role, account.regions
             FROM quarantine
             JOIN account ON account.id = quarantine.account_id
             WHERE partition_id = $1 AND region = $2 AND admitted_at IS NULL
             ORDER BY received_at, op_id",
        )
        .bind(id.partition().to_string())
        .bind(id.region.as_str())
        .fetch_all(&mut connection)
        .await?;
        let bodies = rows.iter().map(|row| &row.2);
        let keys = keys_for(&mut connection, &id.partition(), bodies).await?;
        let mut asides = Vec::with_capacity(rows.len());
        for (code, received, bytes, account, role, regions) in rows {
            let code = quarantine_code(&code)?;
            let sender = bearer(&account, &role, &regions)?;
            for op in body::decode(&bytes, id.round, &keys)?.ops {
                asides.push(Aside {
                    admissible: decide_admission(&op, &sender).is_ok(),
                    op,
                    code,
                    received: Millis(received),
                });
            }
        }
        Ok(asides)
    }

    /// Lets in ops of one village that are kept aside; returns how many. `Missing` if one of them is not aside,
    /// `Refused("not_admissible")` if one may never come in; then none does.
    pub async fn admit(&self, id: &CaseId, ops: BTreeSet<OpId>, act: Act) -> Result<u64> {
        let id = id.clone();
        self.write_in(&id.partition(), move |connection| {
            Box::pin(write_admission(connection, id, ops, act))
        })
        .await
    }

    /// The villages whose answers name a photo or file.
    pub async fn cases_of_blob(&self, blob: BlobId) -> Result<Vec<CaseId>> {
        let rows: Vec<(String, String)> =
            query("SELECT partition_id, region FROM case_blob WHERE blob_id = $1 LIMIT $2")
                .bind(blob.to_string())
                .bind(BLOB_CASES_MAX)
                .fetch_all(&mut self.read().await?)
                .await?;
        rows.iter().map(case_of).collect()
    }

    /// The villages of which something is kept aside, or was, that names a photo or file.
    pub(super) async fn asides_of_blob(&self, blob: BlobId) -> Result<Vec<CaseId>> {
        let rows: Vec<(String, String)> = query(
            "SELECT DISTINCT quarantine.partition_id, quarantine.region FROM aside_blob
             JOIN quarantine ON quarantine.partition_id = aside_blob.partition_id
                 AND quarantine.op_id = aside_blob.op_id
             WHERE aside_blob.blob_id = $1 LIMIT $2",
        )
        .bind(blob.to_string())
        .bind(BLOB_CASES_MAX)
        .fetch_all(&mut self.read().await?)
        .await?;
        rows.iter().map(case_of).collect()
    }

    /// Whether a photo or file is named by what the account wrote and is merged, or brought and is kept aside.
    pub async fn is_named_by(&self, blob: BlobId, account: AccountId) -> Result<bool> {
        let (asides,): (i64,) = query(
            "SELECT COUNT(*) FROM aside_blob
             JOIN quarantine ON quarantine.partition_id = aside_blob.partition_id
                 AND quarantine.op_id = aside_blob.op_id
             WHERE aside_blob.blob_id = $1 AND quarantine.account_id = $2",
        )
        .bind(blob.to_string())
        .bind(account.to_string())
        .fetch_one(&mut self.read().await?)
        .await?;
        if 0 < asides {
            return Ok(true);
        }
        for case in self.cases_of_blob(blob).await? {
            let log = self.case_log(&case).await?;
            let mut own = log.iter().filter(|op| op.author == account);
            if own.any(|op| erase::photo_of(op) == Some(blob)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn case_of((partition, region): &(String, String)) -> Result<CaseId> {
    Ok(CaseId {
        round: partition_of(partition)?.round,
        region: stored(region, "region")?,
    })
}

async fn write_admission(
    connection: &mut Connection,
    id: CaseId,
    ops: BTreeSet<OpId>,
    act: Act,
) -> Result<u64> {
    let partition = id.partition();
    let known = known_ids(connection, &partition, &BTreeSet::from([&id.region])).await?;
    let mut admitted: Vec<(AccountId, Op)> = Vec::new();
    let mut personal = BTreeSet::new();
    for op in &ops {
        let (sender, op, was_sealed) = aside(connection, &id, *op, act).await?;
        decide_admission(&op, &sender).map_err(|_| StoreError::Refused("not_admissible"))?;
        if was_sealed {
            personal.insert(op.id());
        }
        if !known.contains(&op.id()) {
            admitted.push((sender.account, op));
        }
    }
    let mut merges: BTreeMap<AccountId, Vec<&Op>> = BTreeMap::new();
    for (account, op) in &admitted {
        merges.entry(*account).or_default().push(op);
    }
    let packed = merges
        .values()
        .map(|ops| body::pack(ops.iter().copied(), &personal));
    let packed: Vec<body::Packed> = packed.collect();
    let regions = packed.iter().flat_map(body::Packed::regions).collect();
    let keys = keys_of_cases(connection, &partition, regions, act.at).await?;
    let merges: Vec<Merge<'_>> = merges
        .iter()
        .zip(&packed)
        .map(|((account, ops), packed)| Merge {
            account: *account,
            ops,
            stored: packed.stored(&keys),
            at: act.at,
        })
        .collect();
    append_log(connection, &partition, &merges).await?;
    for op in &ops {
        query(
            "UPDATE quarantine SET admitted_at = $3, admitted_by = $4
             WHERE partition_id = $1 AND op_id = $2",
        )
        .bind(partition.to_string())
        .bind(hex_text(&op.0))
        .bind(act.at.0)
        .bind(act.who.map(|who| who.to_string()))
        .execute(&mut *connection)
        .await?;
    }
    let object = format!("{}/{}", id.round, id.region);
    act.record(connection, "case.admit", &object).await?;
    Ok(ops.len() as u64)
}

/// An op that is kept aside, or that this very act let in, who brought it, and whether it is sealed.
async fn aside(
    connection: &mut Connection,
    id: &CaseId,
    op: OpId,
    act: Act,
) -> Result<(Sender, Op, bool)> {
    let row: Option<(Vec<u8>, String, String, String)> = query(
        "SELECT quarantine.body, account.id, account.role, account.regions FROM quarantine
         JOIN account ON account.id = quarantine.account_id
         WHERE partition_id = $1 AND op_id = $2 AND region = $3
         AND (admitted_at IS NULL OR (admitted_at = $4 AND admitted_by = $5))",
    )
    .bind(id.partition().to_string())
    .bind(hex_text(&op.0))
    .bind(id.region.as_str())
    .bind(act.at.0)
    .bind(act.who.map(|who| who.to_string()))
    .fetch_optional(&mut *connection)
    .await?;
    let (bytes, account, role, regions) = row.ok_or(StoreError::Missing("op"))?;
    let sender = bearer(&account, &role, &regions)?;
    let keys = keys_for(connection, &id.partition(), [&bytes]).await?;
    let batch = body::decode(&bytes, id.round, &keys)?;
    let op = batch.ops.into_iter().next();
    let op = op.ok_or_else(|| StoreError::Corrupt("an op that is kept aside".to_owned()))?;
    Ok((sender, op, !batch.sealed.is_empty()))
}

/// Who brought something, as far as its admission asks; role and regions as they are now.
fn bearer(account: &str, role: &str, regions: &str) -> Result<Sender> {
    Ok(Sender {
        account: stored(account, "account id")?,
        role: role_of(role)?,
        regions: stored_list(regions, "region")?,
        revoked: false,
    })
}

/// The length of a lane, and how much of it lies in a verified backup.
async fn lane_state(
    connection: &mut Connection,
    partition: &PartitionId,
    lane: LaneId,
) -> Result<(Seq, Seq)> {
    let row: Option<(i64, i64)> =
        query("SELECT length, safe FROM lane WHERE partition_id = $1 AND lane_id = $2")
            .bind(partition.to_string())
            .bind(lane.to_string())
            .fetch_optional(connection)
            .await?;
    let (length, safe) = row.unwrap_or_default();
    Ok((Seq(unsigned(length)), Seq(unsigned(safe))))
}

/// Whether a backup was ever tried. Then only what lies in a verified one is safe, also where none was.
pub(super) async fn has_backup(connection: &mut Connection) -> Result<bool> {
    let (backups,): (i64,) = query("SELECT COUNT(*) FROM backup")
        .fetch_one(connection)
        .await?;
    Ok(0 < backups)
}

/// How far a lane was received at that time. Stretches of before times were written are of no known age.
async fn lane_at(
    connection: &mut Connection,
    partition: &PartitionId,
    lane: LaneId,
    at: i64,
) -> Result<Seq> {
    let last: Option<(i64, Vec<u8>)> = query(
        "SELECT lane_from, ids FROM stretch
         WHERE partition_id = $1 AND lane_id = $2 AND received_at >= 1 AND received_at <= $3
         ORDER BY lane_from DESC LIMIT 1",
    )
    .bind(partition.to_string())
    .bind(lane.to_string())
    .bind(at)
    .fetch_optional(connection)
    .await?;
    Ok(last.map_or(Seq::ZERO, |(from, ids)| {
        Seq(unsigned(from - 1)).plus(ids_of(&ids).count())
    }))
}

/// The ids of a lane from position `from` on.
async fn lane_tail(
    connection: &mut Connection,
    partition: &PartitionId,
    lane: LaneId,
    from: Seq,
) -> Result<Vec<OpId>> {
    let mut tails = lane_tails(connection, partition, &[(lane, from)]).await?;
    Ok(tails.remove(&lane).unwrap_or_default())
}

/// The ids of several lanes, of each from a position on.
async fn lane_tails(
    connection: &mut Connection,
    partition: &PartitionId,
    asked: &[(LaneId, Seq)],
) -> Result<BTreeMap<LaneId, Vec<OpId>>> {
    let mut tails: BTreeMap<LaneId, Vec<OpId>> = BTreeMap::new();
    for some in powers_of_two(asked) {
        // One question for each, since an index finds the beginning of one only.
        let parts = (0..some.len()).map(|index| {
            let (lane, from) = (2 + index * 2, 3 + index * 2);
            format!(
                "SELECT lane_id, lane_from, ids FROM stretch
                 WHERE partition_id = $1 AND lane_id = ${lane} AND lane_from >= COALESCE(
                     (SELECT MAX(lane_from) FROM stretch
                      WHERE partition_id = $1 AND lane_id = ${lane} AND lane_from <= ${from}), 0)"
            )
        });
        let sql = parts.collect::<Vec<String>>().join(" UNION ALL ");
        let mut select = query(AssertSqlSafe(sql)).bind(partition.to_string());
        for (lane, from) in some {
            select = select.bind(lane.to_string()).bind(signed(from.0));
        }
        let mut rows: Vec<(String, i64, Vec<u8>)> = select.fetch_all(&mut *connection).await?;
        rows.sort_unstable();
        let froms: BTreeMap<LaneId, Seq> = some.iter().copied().collect();
        for (lane, first, ids) in rows {
            let lane = stored(&lane, "lane id")?;
            let from = froms.get(&lane).copied().unwrap_or(Seq::ZERO);
            let skip = from.0.saturating_sub(unsigned(first)) as usize;
            tails
                .entry(lane)
                .or_default()
                .extend(ids_of(&ids).skip(skip));
        }
    }
    Ok(tails)
}

async fn case_log(connection: &mut Connection, id: &CaseId) -> Result<Vec<Op>> {
    let rows: Vec<(Vec<u8>,)> = query(
        "SELECT batch.body FROM case_batch
         JOIN batch ON batch.partition_id = case_batch.partition_id
             AND batch.position = case_batch.position
         WHERE case_batch.partition_id = $1 AND case_batch.region = $2
         ORDER BY case_batch.position",
    )
    .bind(id.partition().to_string())
    .bind(id.region.as_str())
    .fetch_all(&mut *connection)
    .await?;
    let bodies = rows.iter().map(|(bytes,)| bytes);
    let keys = keys_for(connection, &id.partition(), bodies).await?;
    let mut log = Vec::new();
    for (bytes,) in rows {
        let ops = body::decode(&bytes, id.round, &keys)?.ops;
        log.extend(ops.into_iter().filter(|op| op.case == *id));
    }
    Ok(log)
}

/// The ids of all batches that touch these cases: those of the cases, and some of neighbours.
async fn known_ids(
    connection: &mut Connection,
    partition: &PartitionId,
    regions: &BTreeSet<&RegionId>,
) -> Result<BTreeSet<OpId>> {
    let mut known = BTreeSet::new();
    for some in chunks_of(regions) {
        let sql = format!(
            "SELECT batch.ids FROM case_batch
             JOIN batch ON batch.partition_id = case_batch.partition_id
                 AND batch.position = case_batch.position
             WHERE case_batch.partition_id = $1 AND case_batch.region IN {}",
            row_of(2, places_for(some.len())),
        );
        let rows: Vec<(Vec<u8>,)> = query(AssertSqlSafe(sql))
            .bind(partition.to_string())
            .bind_padded(some.iter().map(|region| region.as_str().to_owned()))
            .fetch_all(&mut *connection)
            .await?;
        known.extend(rows.iter().flat_map(|(ids,)| ids_of(ids)));
    }
    Ok(known)
}

/// The first and last of these batches that a page of `limit` ops reads; each has its position, its ops and its bytes.
fn page_of(sizes: &[(i64, i64, i64)], after: Seq, limit: usize) -> (i64, i64) {
    let Some(&(first, _, _)) = sizes.first() else {
        return (0, -1);
    };
    let (mut last, mut bytes) = (first, 0);
    for &(position, _, length) in sizes {
        bytes += length;
        let before = unsigned(position - 1).saturating_sub(after.0);
        if position != first && (limit as u64 <= before || PAGE_PACKED_BYTES_MAX < bytes) {
            break;
        }
        last = position;
    }
    (first, last)
}

/// As many villages as one statement asks for.
fn chunks_of<'r>(regions: &BTreeSet<&'r RegionId>) -> Vec<Vec<&'r RegionId>> {
    let all: Vec<&RegionId> = regions.iter().copied().collect();
    all.chunks(PLACES_MAX).map(<[_]>::to_vec).collect()
}

/// New ops of one account that get positions, one after the other.
struct Merge<'m> {
    account: AccountId,
    ops: &'m [&'m Op],
    /// Their stored form.
    stored: Vec<u8>,
    at: Millis,
}

/// Gives positions to new ops; returns the last position of the log after each, the receipt's number.
async fn append_log(
    connection: &mut Connection,
    partition: &PartitionId,
    merges: &[Merge<'_>],
) -> Result<Vec<Seq>> {
    if merges.is_empty() {
        return Ok(Vec::new());
    }
    let count: usize = merges.iter().map(|merge| merge.ops.len()).sum();
    let (end,): (i64,) = query(
        "INSERT INTO log (partition_id, position) VALUES ($1, $2)
         ON CONFLICT (partition_id) DO UPDATE SET position = log.position + excluded.position
         RETURNING position",
    )
    .bind(partition.to_string())
    .bind(signed(count as u64))
    .fetch_one(&mut *connection)
    .await?;
    let mut before = Seq(unsigned(end - count as i64));
    let mut placed = Vec::with_capacity(merges.len());
    let mut ends = Vec::with_capacity(merges.len());
    for merge in merges {
        if !merge.ops.is_empty() {
            placed.push((before.plus(1), merge));
        }
        before = before.plus(merge.ops.len());
        ends.push(before);
    }
    for some in powers_of_two(&placed) {
        let sql = format!(
            "INSERT INTO batch (partition_id, position, ops, account_id, received_at, ids, body)
             VALUES {}",
            rows_of(some.len(), 7),
        );
        let mut insert = query(AssertSqlSafe(sql));
        for (first, merge) in some {
            insert = insert
                .bind(partition.to_string())
                .bind(signed(first.0))
                .bind(signed(merge.ops.len() as u64))
                .bind(merge.account.to_string())
                .bind(merge.at.0)
                .bind(id_bytes(merge.ops.iter().map(|op| op.id())))
                .bind(&merge.stored);
        }
        insert.execute(&mut *connection).await?;
    }
    let touched = placed.iter().flat_map(|(first, merge)| {
        let regions: BTreeSet<&RegionId> = merge.ops.iter().map(|op| &op.case.region).collect();
        regions.into_iter().map(|region| (region, *first))
    });
    let touched: Vec<(&RegionId, Seq)> = touched.collect();
    for some in powers_of_two(&touched) {
        let sql = format!(
            "INSERT INTO case_batch (partition_id, region, position) VALUES {}",
            rows_of(some.len(), 3),
        );
        let mut insert = query(AssertSqlSafe(sql));
        for (region, first) in some {
            insert = insert
                .bind(partition.to_string())
                .bind(region.as_str())
                .bind(signed(first.0));
        }
        insert.execute(&mut *connection).await?;
    }
    for (_, merge) in placed {
        note_blobs(connection, partition, merge.ops).await?;
    }
    Ok(ends)
}

/// Remembers which villages name which photos and files.
async fn note_blobs(
    connection: &mut Connection,
    partition: &PartitionId,
    merges: &[&Op],
) -> Result<()> {
    for op in merges {
        let Change::Set(Value::File(file)) = &op.change else {
            continue;
        };
        query(
            "INSERT INTO case_blob (partition_id, region, blob_id) VALUES ($1, $2, $3)
             ON CONFLICT (partition_id, region, blob_id) DO NOTHING",
        )
        .bind(partition.to_string())
        .bind(op.case.region.as_str())
        .bind(file.blob.to_string())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn quarantine_code(text: &str) -> Result<QuarantineCode> {
    serde_json::from_str(text)
        .map_err(|_| StoreError::Corrupt("a stored quarantine code".to_owned()))
}

pub(super) fn partition_of(text: &str) -> Result<PartitionId> {
    let (round, regency) = text.split_once('/').unwrap_or((text, ""));
    Ok(PartitionId {
        round: stored(round, "round")?,
        regency: stored(regency, "regency")?,
    })
}

pub(super) fn ids_of(bytes: &[u8]) -> impl Iterator<Item = OpId> + '_ {
    bytes.chunks_exact(16).map(|id| {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(id);
        OpId(bytes)
    })
}

fn id_bytes(ids: impl Iterator<Item = OpId>) -> Vec<u8> {
    ids.flat_map(|id| id.0).collect()
}

pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests;
