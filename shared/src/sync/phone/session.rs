//! One round of sync: hello, push all text, pull, then photos.
//!
//! Always: one request is open at a time, and none while a commit it depends on is not reported.
//! Always: what has its place in a stored lane goes first, so that a phone that is full still sends it.
//! Never: gives up for good; a failure only sets the time of the next try.

use super::forget::{answered, next_leaving, note_kept_aside, note_resting};
use super::lanes::{offer_everything, place, renew_lane, retained_ops, settle_lane};
use super::photos::{blob_received, note_day, upload};
use super::record::{OpRecord, PartitionRecord, Write};
use super::{Action, OpenCommit, Phone, Reach, Request, Response, Token};
use crate::answers::{Change, Op, Review, Value};
use crate::ids::{BlobId, CaseId, Digest, OpId, PartitionId, RegionId, Role, Seq};
use crate::merge::digest;
use crate::mutants::{Mutant, batch_ops_max, is_on};
use crate::sorted::{Map, Set};
use crate::sync::bundle::stretch_digest;
use crate::sync::retry_delay;
use crate::wire::bundle::ProveRequest;
use crate::wire::v1::{
    BATCH_OPS_MAX, CaseDigest, Cursor, DIGESTS_MAX, DeviceFacts, GivingUp, HelloRequest,
    HelloResponse, Mac, OpBatch, PartitionHello, PullRequest, PullResponse, PushRequest,
    PushResponse, QuarantineCode, Quarantined, Receipt, WIRE_VERSION,
};

/// Time between two rounds when all is well.
pub(super) const ROUND_MS: u64 = 5 * 60 * 1000;

/// What a push weighs at most, far below `BODY_BYTES_MAX`: over a weak line a small one gets through.
const BATCH_BYTES: usize = 1_000_000;

/// Between two comparisons with the hub where nothing came.
const CHECK_MS: u64 = 6 * 60 * 60 * 1000;

/// Comparisons that found a difference and make the phone offer everything again.
const MISMATCHES_MAX: usize = 20;

/// What is told then.
const AT_ODDS: &str = "copies_differ";

/// How long a phone of which the hub has too many photos begins no other.
const PHOTOS_HELD_MS: u64 = 6 * 60 * 60 * 1000;

/// Refusals of the disk in a row after which a round no longer waits for answers that are being stored.
pub(super) const STORE_TRIES_MAX: u32 = 8;

/// The hub's code for a phone that may only bring and no longer fetch.
const REVOKED: &str = "device_revoked";
/// What a revoked phone brought is named by none of its answers that the hub has.
const UNNAMED: &str = "blob_unnamed";

/// The hub's codes where it takes no more of this account in one kabupaten of one round.
const FULL: [&str; 2] = ["aside_full", "lanes_full"];

/// Where a round of sync stands.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    Idle,
    /// The hello waits until the commits of answers are complete.
    Beginning {
        facts: DeviceFacts,
    },
    Hello,
    /// A commit is under way; then the next step.
    Committing {
        token: Token,
        then: Then,
    },
    Pushing {
        partition: PartitionId,
        ops: Vec<OpId>,
    },
    Pulling {
        partition: PartitionId,
    },
    Uploading(BlobId),
}

#[derive(Debug, Clone)]
pub(super) enum Then {
    Push,
    Pull(Set<PartitionId>),
}

/// Why a request got no answer of the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No network, or it broke off.
    NoSignal,
    /// Something else answered: a captive portal, a proxy.
    Stranger,
    /// The hub refused with a stable code.
    Refused { code: String },
    /// The phone's own store failed; nothing was sent.
    Storage,
}

/// The last failure, for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub failure: Failure,
    pub at_ms: u64,
}

pub(super) fn start(phone: &mut Phone, facts: DeviceFacts, now_ms: u64) -> Vec<Action> {
    if !matches!(phone.stage, Stage::Idle) {
        return Vec::new();
    }
    phone.wake_at_ms = Some(now_ms + ROUND_MS);
    phone.zone_minutes = facts.zone_minutes;
    if phone.photos_held_ms <= now_ms {
        phone.skipped = Set::new();
    }
    phone.at_photos = false;
    phone.asked_again.1 = true;
    phone.full = Set::new();
    phone.probes = Set::new();
    phone.reached = Map::new();
    begin(phone, facts)
}

/// Says hello once what was under way is stored; of a phone that is full, without answers that it does not take. A lane
/// that is being stored is waited for: after one that was sent meanwhile it would put back an old one.
fn begin(phone: &mut Phone, facts: DeviceFacts) -> Vec<Action> {
    let is_full = STORE_TRIES_MAX <= phone.refusals;
    let holds_up = |commit: &OpenCommit| !is_full || !commit.is_of_answers();
    if phone.open_commits.values().any(holds_up) {
        phone.stage = Stage::Beginning { facts };
        return Vec::new();
    }
    let asked = phone.partitions_to_ask();
    let partitions = asked
        .into_iter()
        .map(|record| PartitionHello {
            partition: record.partition.clone(),
            lane: record.lane,
            verified: record.verified,
            last: record.last,
            cursor: record.cursor,
        })
        .collect();
    phone.stage = Stage::Hello;
    vec![Action::Send(Request::Hello(HelloRequest {
        wire: WIRE_VERSION,
        facts,
        partitions,
    }))]
}

pub(super) fn committed(phone: &mut Phone, token: Token, now_ms: u64) -> Vec<Action> {
    match phone.stage.clone() {
        Stage::Beginning { facts } => begin(phone, facts),
        Stage::Committing {
            token: awaited,
            then,
        } if awaited == token => match then {
            Then::Push => push(phone, now_ms),
            Then::Pull(open) => pull(phone, open, now_ms),
        },
        Stage::Idle
        | Stage::Hello
        | Stage::Committing { .. }
        | Stage::Pushing { .. }
        | Stage::Pulling { .. }
        | Stage::Uploading(_) => Vec::new(),
    }
}

pub(super) fn unsaved(phone: &mut Phone) -> Vec<Action> {
    let Stage::Beginning { facts } = phone.stage.clone() else {
        return Vec::new();
    };
    begin(phone, facts)
}

pub(super) fn received(phone: &mut Phone, response: Response, now_ms: u64) -> Vec<Action> {
    let is_whole = phone.skipped.is_empty() && phone.full.is_empty();
    let is_whole = is_whole && !phone.is_at_odds();
    // What holds up photos for hours is told on; that the line had broken meanwhile is not.
    let is_over = |trouble: &mut Trouble| is_whole || trouble.failure == Failure::NoSignal;
    let is_photo = matches!(response, Response::Blob(_));
    // That a phone is revoked only the next hello can take back.
    if !(is_photo && phone.is_revoked()) {
        phone.trouble.take_if(is_over);
    }
    match (phone.stage.clone(), response) {
        (Stage::Hello, Response::Hello(hello)) => hello_received(phone, hello, now_ms),
        (Stage::Pushing { partition, ops }, Response::Push(push)) => {
            push_received(phone, &partition, &ops, push, now_ms)
        }
        (Stage::Pulling { partition }, Response::Pull(page)) => {
            pull_received(phone, &partition, page, now_ms)
        }
        (Stage::Uploading(blob), Response::Blob(status)) if status.blob == blob => {
            blob_received(phone, status, now_ms)
        }
        // An answer to a question that is no longer open: the round was abandoned meanwhile.
        (_, Response::Hello(_) | Response::Push(_) | Response::Pull(_) | Response::Blob(_)) => {
            Vec::new()
        }
    }
}

pub(super) fn failed(phone: &mut Phone, failure: Failure, now_ms: u64) -> Vec<Action> {
    let code = match &failure {
        Failure::Refused { code } => code.as_str(),
        Failure::NoSignal | Failure::Stranger | Failure::Storage => "",
    };
    if let Stage::Uploading(blob) = &phone.stage
        && (failure == Failure::Storage || code.starts_with("blob"))
    {
        // One photo that cannot go holds up no other; it is tried again in the next round.
        phone.skipped.insert(*blob);
        if code == UNNAMED {
            // Not before an answer of this phone that names it may have come: each try is paid for. What is told is
            // that the phone is revoked.
            phone.unnamed.insert(*blob);
            return upload(phone, now_ms);
        }
        if code.starts_with("blobs") {
            // What is half there may still go, and makes room; each piece of another would be paid for in vain.
            phone.photos_held_ms = now_ms + PHOTOS_HELD_MS;
        }
        if code == "blobs_full" {
            for blob in phone.blobs.keys() {
                phone.skipped.insert(*blob);
            }
        }
        phone.trouble = Some(Trouble {
            failure,
            at_ms: now_ms,
        });
        return upload(phone, now_ms);
    }
    if let Stage::Pushing { partition, .. } = phone.stage.clone()
        && matches!(failure, Failure::Refused { .. })
        && phone.reached.remove(&partition).is_some()
    {
        // A hub that gives no receipts for proofs is brought the ops themselves.
        return push(phone, now_ms);
    }
    let is_full = matches!(&failure, Failure::Refused { code } if FULL.contains(&code.as_str()));
    if let Stage::Pushing { partition, .. } = &phone.stage
        && is_full
    {
        // What one round has too much of holds up no other round, nor what the hub has for this phone.
        phone.full.insert(partition.clone());
        phone.trouble = Some(Trouble {
            failure,
            at_ms: now_ms,
        });
        return push(phone, now_ms);
    }
    let stage = phone.stage.clone();
    fail(phone, failure, now_ms);
    match stage {
        Stage::Hello if phone.is_revoked() => bring_what_is_left(phone, now_ms),
        Stage::Pulling { .. } if phone.is_revoked() => upload(phone, now_ms),
        _ => Vec::new(),
    }
}

/// What a revoked phone holds goes to the hub, which keeps it aside; then its pull is refused, and photos that its
/// answers name go last.
///
/// Nobody tells it whether the hub was restored, so it asks with an empty push where it has nothing to bring. A lane
/// that never carried what this phone was given would not tell either: once after each start it carries everything.
fn bring_what_is_left(phone: &mut Phone, now_ms: u64) -> Vec<Action> {
    let is_first = !std::mem::replace(&mut phone.has_brought_all, true);
    phone.know_partitions();
    for id in phone.known_partitions() {
        if is_first {
            let retained = retained_ops(phone, &id);
            renew_lane(phone, &id, retained);
        }
    }
    phone.is_told |= is_first;
    let writes = place(phone);
    let was_received = |record: &&PartitionRecord| Seq::ZERO < record.verified;
    let received = phone.partitions.values().filter(was_received);
    phone.probes = received.map(|record| record.partition.clone()).collect();
    match writes.is_empty() {
        true => push(phone, now_ms),
        false => commit_then(phone, writes, Then::Push),
    }
}

fn fail(phone: &mut Phone, failure: Failure, now_ms: u64) {
    phone.attempt = phone.attempt.saturating_add(1);
    phone.stage = Stage::Idle;
    let chance = u32::from(phone.seed[phone.attempt as usize % 32]);
    let jitter = u16::try_from(chance * 1000 / 255).unwrap_or(1000);
    let next_ms = now_ms + retry_delay(phone.attempt, jitter);
    phone.wake_at_ms = Some(next_ms).filter(|_| !is_on(Mutant::NeverWoken));
    phone.trouble = Some(Trouble {
        failure,
        at_ms: now_ms,
    });
}

fn hello_received(phone: &mut Phone, hello: HelloResponse, now_ms: u64) -> Vec<Action> {
    // Whoever is let in again may be given more.
    phone.has_brought_all = false;
    phone.unnamed = Set::new();
    phone.me.account = hello.account;
    phone.scope.rounds = hello.rounds;
    phone.scope.assignments = hello.assignments;
    phone.scope.hub_now = Some(hello.now);
    note_day(phone, hello.now);
    phone.scope.bundle_key = hello.bundle_key.or(phone.scope.bundle_key.take());
    phone.know_partitions();
    let mut writes = Vec::new();
    let mut is_renewed = false;
    phone.leaving.clear();
    phone.asked = None;
    for id in phone.known_partitions() {
        let lane = phone.partitions[&id].lane;
        let mut told = hello.partitions.iter();
        let told = told.find(|status| status.partition == id);
        writes.extend(settle_lane(phone, &id, hello.epoch, told));
        is_renewed |= lane != phone.partitions[&id].lane;
        note_resting(phone, &id, hello.now);
    }
    note_kept_aside(phone);
    phone.is_told = true;
    if !is_renewed {
        return push(phone, now_ms);
    }
    writes.extend(place(phone));
    commit_then(phone, writes, Then::Push)
}

pub(super) fn commit_then(phone: &mut Phone, writes: Vec<Write>, then: Then) -> Vec<Action> {
    #[cfg(any(feature = "desk", test))]
    let writes = phone.with_given(writes);
    let commit = phone.commit(writes, Vec::new());
    let Action::Commit { token, .. } = &commit else {
        unreachable!("commit makes a commit")
    };
    let token = *token;
    phone.stage = Stage::Committing { token, then };
    let mut actions = vec![commit];
    if is_on(Mutant::SentBeforeCommit) {
        actions.extend(committed(phone, token, 0));
    }
    actions
}

/// Sends the next batch of the first partition that has one, also of what was written meanwhile; else goes on to pull,
/// or back to photos.
pub(super) fn push(phone: &mut Phone, now_ms: u64) -> Vec<Action> {
    let waiting = phone
        .partitions
        .values()
        .find(|record| {
            let has_reason = !record.out.is_empty() || phone.probes.contains(&record.partition);
            has_reason && !phone.full.contains(&record.partition)
        })
        .cloned();
    let Some(record) = waiting else {
        let writes = place(phone);
        if !writes.is_empty() {
            return commit_then(phone, writes, Then::Push);
        }
        if phone.at_photos {
            return upload(phone, now_ms);
        }
        let open: Set<PartitionId> = match phone.reach {
            Reach::WholeScope => phone.partitions.keys().cloned().collect(),
            Reach::OpenedCases => Set::new(),
        };
        phone.unchecked = open.clone();
        return pull(phone, open, now_ms);
    };
    phone.probes.remove(&record.partition);
    if let Some(proof) = prove(phone, &record) {
        return vec![Action::Send(Request::Prove(proof))];
    }
    let (ids, _) = next_batch(phone, &record);
    let request = push_request(phone, &record, &ids);
    phone.stage = Stage::Pushing {
        partition: record.partition,
        ops: ids,
    };
    vec![Action::Send(Request::Push(request))]
}

/// The next ops of a lane as they are sent.
pub(super) fn push_request(phone: &Phone, record: &PartitionRecord, ids: &[OpId]) -> PushRequest {
    let ops = ids.iter().map(|id| {
        let op = phone.find(*id).expect("sealed ops are retained");
        // What was merged once is merged again, whoever brings it and whatever the office decided since.
        let held = phone.held(op).filter(|held| held.quarantined.is_none());
        (op, held.map(|held| held.mac))
    });
    PushRequest {
        wire: WIRE_VERSION,
        partition: record.partition.clone(),
        lane: record.lane,
        from: record.verified.plus(1),
        previous: record.last,
        ops: OpBatch::pack(ops),
    }
}

/// Asks for the receipt of what the hub said that it has of this lane.
fn prove(phone: &mut Phone, record: &PartitionRecord) -> Option<ProveRequest> {
    let reached = *phone.reached.get(&record.partition)?;
    let count = reached.0.saturating_sub(record.verified.0) as usize;
    let ops: Vec<OpId> = record
        .out
        .iter()
        .take(count.min(batch_ops_max()))
        .copied()
        .collect();
    if ops.is_empty() {
        phone.reached.remove(&record.partition);
        return None;
    }
    let proof = ProveRequest {
        wire: WIRE_VERSION,
        partition: record.partition.clone(),
        lane: record.lane,
        from: record.verified.plus(1),
        previous: record.last,
        count: ops.len() as u32,
        digest: stretch_digest(&ops),
    };
    phone.stage = Stage::Pushing {
        partition: record.partition.clone(),
        ops,
    };
    Some(proof)
}

/// The first ops of the lane that fit into one request, always one, and about how many bytes they have as JSON.
pub(super) fn next_batch(phone: &Phone, record: &PartitionRecord) -> (Vec<OpId>, usize) {
    let mut bytes = 0;
    let fits = |id: &&OpId| {
        let is_first = bytes == 0;
        let all = bytes + phone.find(**id).map_or(0, weight);
        let fits = is_first || all <= BATCH_BYTES;
        bytes = if fits { all } else { bytes };
        fits
    };
    let first = record.out.iter().take(batch_ops_max()).take_while(fits);
    (first.copied().collect(), bytes)
}

/// About how many bytes an op has as JSON.
fn weight(op: &Op) -> usize {
    const FRAME: usize = 400;
    const ID: usize = 40;
    const POINT: usize = 120;
    let change = match &op.change {
        Change::Set(Value::Text(text)) | Change::Comment(text) => text.len(),
        Change::Set(Value::Choices(names)) => names.iter().map(|name| name.len() + 4).sum(),
        Change::Set(Value::Points(points)) => points.len() * POINT,
        Change::Review(Review::Return { questions, .. }) => {
            questions.iter().map(|path| path.as_str().len() + 4).sum()
        }
        _ => 0,
    };
    FRAME + op.seen.len() * ID + change
}

fn push_received(
    phone: &mut Phone,
    id: &PartitionId,
    ops: &[OpId],
    response: PushResponse,
    now_ms: u64,
) -> Vec<Action> {
    match response {
        PushResponse::Accepted {
            verified,
            macs,
            quarantined,
            receipt,
            safe: _,
        } => {
            let record = &phone.partitions[id];
            let expected = record.verified.plus(ops.len());
            if is_on(Mutant::FrontierAcknowledged) {
                let claimed = verified.0.saturating_sub(record.verified.0) as usize;
                let believed = record.out[..claimed.min(record.out.len())].to_vec();
                let mut macs = macs;
                macs.resize(believed.len(), Mac([0; 16]));
                let writes = accept(phone, id, &believed, &macs, &quarantined, receipt);
                return commit_then(phone, writes, Then::Push);
            }
            if verified != expected || macs.len() != ops.len() {
                // Not what this request could prove: believe nothing of it.
                fail(phone, Failure::Stranger, now_ms);
                return Vec::new();
            }
            // A revoked phone hears the hub's clock from nothing else.
            note_day(phone, receipt.at);
            if !ops.is_empty() {
                phone.attempt = 0;
                phone.unnamed = Set::new();
            }
            let writes = accept(phone, id, ops, &macs, &quarantined, receipt);
            commit_then(phone, writes, Then::Push)
        }
        // A fork tells of somebody else in this lane, and does not tell whether the hub still has what it verified.
        PushResponse::Gap { .. } | PushResponse::Fork => {
            let mut writes = match is_on(Mutant::LaneKeptAfterFork) {
                true => Vec::new(),
                false => offer_everything(phone, id),
            };
            writes.push(Write::PutPartition(phone.partitions[id].clone()));
            commit_then(phone, writes, Then::Push)
        }
    }
}

/// Notes what the hub took of the next ops of a lane; what is to be stored of that, in one commit: a record that counts
/// ops as received must not be there without their proofs.
pub(super) fn accept(
    phone: &mut Phone,
    id: &PartitionId,
    ops: &[OpId],
    macs: &[Mac],
    quarantined: &[Quarantined],
    receipt: Receipt,
) -> Vec<Write> {
    let first = phone.partitions[id].verified.plus(1);
    let mut writes = Vec::new();
    for (index, (op, mac)) in ops.iter().zip(macs).enumerate() {
        let position = first.plus(index);
        let code = quarantined
            .iter()
            .find(|aside| aside.position == position)
            .map(|q| q.code);
        let stored = phone.find(*op).expect("sealed ops are retained");
        let case = stored.case.clone();
        let was = phone.held(stored).and_then(|held| held.quarantined);
        // The hub lacks what its author had seen here: it lost that.
        let tells_loss = code == Some(QuarantineCode::LamportMismatch) && was != code;
        writes.push(Write::PutOp(OpRecord::new(stored, Some(*mac), code)));
        phone.hold(&case, *op, *mac, code);
        if tells_loss {
            phone.doubt(id);
        }
    }
    let record = phone
        .partitions
        .get_mut(id)
        .expect("the lane that was pushed");
    record.out.drain(..ops.len());
    record.verified = record.verified.plus(ops.len());
    record.last = ops.last().copied().or(record.last);
    writes.push(Write::PutPartition(record.clone()));
    phone.scope.receipt = Some(receipt);
    writes.push(Write::PutScope(phone.scope.clone()));
    writes
}

/// Reads the next page of the first partition that has one; then compares; then goes on to photos.
fn pull(phone: &mut Phone, mut open: Set<PartitionId>, now_ms: u64) -> Vec<Action> {
    let Some(id) = open.pop_first() else {
        return check(phone, now_ms);
    };
    phone.open_pulls = open;
    ask_for_page(phone, id, Vec::new(), None)
}

fn ask_for_page(
    phone: &mut Phone,
    id: PartitionId,
    digests: Vec<CaseDigest>,
    giving_up: Option<GivingUp>,
) -> Vec<Action> {
    let cursor = cursor_in(phone, &id);
    phone.stage = Stage::Pulling {
        partition: id.clone(),
    };
    phone.is_comparing = !digests.is_empty();
    // A desk only asks; it takes in what somebody opens.
    let limit = if phone.is_desk() {
        1
    } else {
        BATCH_OPS_MAX as u32
    };
    vec![Action::Send(Request::Pull(PullRequest {
        wire: WIRE_VERSION,
        partition: id,
        cursor,
        limit,
        digests,
        giving_up,
    }))]
}

/// Asks whether the hub has the same ops of this phone's villages, where something came since the last time, and else
/// now and then.
fn check(phone: &mut Phone, now_ms: u64) -> Vec<Action> {
    while let Some(id) = phone.unchecked.pop_first() {
        let is_all_out = phone.partitions[&id].out.is_empty();
        let Some(cursor) = cursor_in(phone, &id).filter(|_| is_all_out) else {
            continue;
        };
        let is_fresh = |(at, when): &(Cursor, u64)| *at == cursor && now_ms < when + CHECK_MS;
        if phone.checked.get(&id).is_some_and(is_fresh) {
            continue;
        }
        phone.checked.insert(id.clone(), (cursor, now_ms));
        phone.comparisons += 1;
        let digests = case_digests(phone, &id);
        if digests.is_empty() {
            continue;
        }
        return ask_for_page(phone, id, digests, None);
    }
    match next_leaving(phone) {
        Some((id, giving_up)) => ask_for_page(phone, id, Vec::new(), Some(giving_up)),
        None => upload(phone, now_ms),
    }
}

/// What the hub merged of each of my villages, as far as this phone knows; and of those that rest here, what I wrote
/// myself, which the hub shows me in any case.
fn case_digests(phone: &Phone, id: &PartitionId) -> Vec<CaseDigest> {
    let me = &phone.me.account;
    let mine = phone.scope.assignments.iter().map(|work| CaseId {
        round: work.round,
        region: work.region.clone(),
    });
    let mine: Set<CaseId> = mine.filter(|case| case.partition() == *id).collect();
    // First my work: a request takes only so many.
    let mut all: Vec<CaseId> = mine.iter().cloned().collect();
    if me.role == Role::Enumerator {
        let here = phone.cases.keys().filter(|case| case.partition() == *id);
        all.extend(here.filter(|case| !mine.contains(case)).cloned());
    }
    let of_case = |case: CaseId| {
        let is_mine = mine.contains(&case);
        let is_shown = |id: OpId| is_mine || phone.find(id).is_some_and(|op| op.author == me.id);
        let held = phone.held.get(&case).into_iter().flatten();
        let merged = held.filter(|(id, held)| held.quarantined.is_none() && is_shown(**id));
        CaseDigest {
            digest: digest(&merged.map(|(op, _)| *op).collect()),
            region: case.region,
        }
    };
    // One after the other has its turn.
    let turn = phone.comparisons.saturating_mul(DIGESTS_MAX) % all.len().max(1);
    if DIGESTS_MAX < all.len() {
        all.rotate_left(turn);
    }
    // Also where the phone has nothing: a hub that was put back may have got something since.
    all.into_iter().take(DIGESTS_MAX).map(of_case).collect()
}

fn pull_received(
    phone: &mut Phone,
    id: &PartitionId,
    response: PullResponse,
    now_ms: u64,
) -> Vec<Action> {
    let mut open = std::mem::take(&mut phone.open_pulls);
    match response {
        PullResponse::Page { keeping, .. } if phone.is_desk() => {
            let writes = answered(phone, id, keeping);
            if writes.is_empty() {
                return pull(phone, open, now_ms);
            }
            commit_then(phone, writes, Then::Pull(open))
        }
        PullResponse::Page { sight, .. } if sight != sight_of(phone, id, sight) => {
            // The log before the cursor holds what this account could not see until now. The cursor stays until all of
            // it was read again: by it a hub is known that was put back meanwhile.
            let record = phone.partitions.get_mut(id);
            let record = record.expect("the partition that was pulled");
            record.again = record.cursor.map(|cursor| Cursor {
                position: Seq::ZERO,
                id: None,
                ..cursor
            });
            record.again_sight = sight;
            // What was compared or asked along with this page is left unsaid.
            phone.checked.remove(id);
            phone.unchecked.insert(id.clone());
            phone.asked = None;
            open.insert(id.clone());
            pull(phone, open, now_ms)
        }
        PullResponse::Page {
            ops,
            macs,
            cursor,
            more,
            sight,
            differs,
            keeping,
        } => {
            if more {
                open.insert(id.clone());
            }
            note_difference(phone, id, &differs, now_ms);
            let Ok(ops) = ops.open(id.round) else {
                fail(phone, Failure::Stranger, now_ms);
                return Vec::new();
            };
            if ops.len() != macs.len() || ops.iter().any(|(op, _)| op.case.partition() != *id) {
                fail(phone, Failure::Stranger, now_ms);
                return Vec::new();
            }
            let ops = ops.into_iter().map(|(op, _)| op).zip(macs);
            let mut writes = ops_received(phone, ops.collect());
            writes.extend(answered(phone, id, keeping));
            writes.extend(move_cursor(phone, id, cursor, sight));
            if writes.is_empty() {
                return pull(phone, open, now_ms);
            }
            phone.attempt = 0;
            commit_then(phone, writes, Then::Pull(open))
        }
        PullResponse::Reset { .. } => {
            // The hub lost what stood at the cursor, and who knows what else.
            let mut writes = match is_on(Mutant::NothingOfferedAfterReset) {
                true => Vec::new(),
                false => offer_everything(phone, id),
            };
            let record = phone.partitions.get_mut(id);
            let record = record.expect("the partition that was pulled");
            record.cursor = None;
            (record.again, record.again_sight) = (None, None);
            writes.push(Write::PutPartition(record.clone()));
            commit_then(phone, writes, Then::Push)
        }
    }
}

/// The next hello offers everything again, and what the hub has is read from the beginning.
fn note_difference(phone: &mut Phone, id: &PartitionId, differs: &[RegionId], now_ms: u64) {
    if !differs.is_empty() {
        phone.doubt(id);
    } else if phone.is_comparing {
        phone.mismatches.retain(|other| other != id);
    }
    if phone.is_at_odds() {
        let code = AT_ODDS.to_owned();
        phone.trouble = Some(Trouble {
            failure: Failure::Refused { code },
            at_ms: now_ms,
        });
    }
}

impl Phone {
    /// The hub seems to have lost something of the partition.
    pub(super) fn doubt(&mut self, id: &PartitionId) {
        // What does not go away is a fault of ours; it must not send everything again for ever.
        if self.mismatches_of(id) < MISMATCHES_MAX && self.doubted.insert(id.clone()) {
            self.mismatches.push(id.clone());
        }
    }

    fn mismatches_of(&self, id: &PartitionId) -> usize {
        let of_partition = self.mismatches.iter().filter(|other| *other == id);
        of_partition.count()
    }

    /// Whether phone and hub go on to differ though everything was offered again, time after time.
    pub(super) fn is_revoked(&self) -> bool {
        let trouble = self.trouble.as_ref().map(|trouble| &trouble.failure);
        matches!(trouble, Some(Failure::Refused { code }) if code == REVOKED)
    }

    fn is_at_odds(&self) -> bool {
        let mut ids = self.mismatches.iter();
        ids.any(|id| self.mismatches_of(id) == MISMATCHES_MAX)
    }
}

/// What the account saw of the part of the log that the phone reads now; nothing was read before with no cursor.
fn sight_of(phone: &Phone, id: &PartitionId, told: Option<Digest>) -> Option<Digest> {
    let record = &phone.partitions[id];
    match (record.again, record.cursor) {
        (Some(_), _) => record.again_sight,
        (None, Some(_)) => record.sight,
        (None, None) => told,
    }
}

fn ops_received(phone: &mut Phone, ops: Vec<(Op, Mac)>) -> Vec<Write> {
    let mut writes = Vec::new();
    for (op, mac) in ops {
        if phone.hold(&op.case, op.id(), mac, None) {
            writes.push(Write::PutOp(OpRecord::new(&op, Some(mac), None)));
        }
        phone.unsealed.remove(&op.id());
        phone.take_arrival(op);
    }
    writes
}

/// How far the log is read.
fn cursor_in(phone: &Phone, id: &PartitionId) -> Option<Cursor> {
    let record = phone.partitions.get(id)?;
    record.again.or(record.cursor)
}

/// The page was read. What is read again counts from the next hello on, see [`settle_cursor`].
fn move_cursor(
    phone: &mut Phone,
    id: &PartitionId,
    cursor: Cursor,
    sight: Option<Digest>,
) -> Option<Write> {
    let record = phone.partitions.get_mut(id);
    let record = record.expect("the partition that was pulled");
    let (place, seen) = match record.again {
        Some(_) => (&mut record.again, &mut record.again_sight),
        None => (&mut record.cursor, &mut record.sight),
    };
    if *place == Some(cursor) && *seen == sight {
        return None;
    }
    *place = Some(cursor);
    *seen = sight;
    Some(Write::PutPartition(record.clone()))
}

/// The hub still has what the cursor stands on; what was read again takes its place once it reaches as far. The hello
/// after this one tells whether the hub still has that.
pub(super) fn settle_cursor(phone: &mut Phone, id: &PartitionId) {
    let record = phone.partitions.get_mut(id);
    let record = record.expect("the partition was just looked up");
    let position = |cursor: Option<Cursor>| cursor.map(|cursor| cursor.position);
    if record.again.is_some() && position(record.cursor) <= position(record.again) {
        record.cursor = record.again.take();
        record.sight = record.again_sight.take();
    }
}
