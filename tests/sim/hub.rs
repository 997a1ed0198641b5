//! The hub of the simulated world: the shipped decisions above a store in memory.
//!
//! Always: a transaction happens whole or not at all; what was committed survives a crash.
//! Always: restoring brings back all of an earlier time, the office's decisions included.
//! Never: decides about ops; that is `shared::sync::hub`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use shared::answers::{Change, Op, Value};
use shared::ids::{
    AccountId, BlobId, CaseId, DeviceId, Epoch, LaneId, OpId, PartitionId, RegionId, Role, Seq,
};
use shared::merge::digest;
use shared::sync::hub::{
    Accepted, Found, Kept, MacKey, ProofView, PushDecision, PushView, RoundStanding, Sender, Sight,
    Stretch, cursor_matches, decide_admission, decide_proof, decide_push, keeping,
    partition_status, proves_a_number, seen_elsewhere,
};
use shared::sync::phone::{Failure, Opened, Request, Response};
use shared::time::Millis;
use shared::wire::bundle::ProveRequest;
use shared::wire::v1::{
    AccountView, AssignmentView, BlobStatus, CaseDigest, Cursor, GivingUp, HelloRequest,
    HelloResponse, Keeping, Mac, OpBatch, PartitionHello, PullRequest, PullResponse, PushRequest,
    PushResponse, QuarantineCode, Quarantined, Receipt, RoundView,
};

use crate::photo::Bytes;
use crate::places::{QUESTIONNAIRE, ROUND, is_personal, is_question};

/// A rule of storing that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreMutant {
    /// The answer leaves while the transaction may still be lost.
    AcknowledgedBeforeCommit,
    /// Positions come from a sequence; transactions commit in another order.
    PlainSequence,
    /// A phone that dies keeps half of a commit.
    TornCommit,
    /// Bytes of a photo are added where the last ones ended, wherever they belong.
    PhotoOffsetIgnored,
}

/// Who works where, as the office decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Office {
    /// A hub that was restored does not know those that were made since.
    pub(crate) accounts: Vec<Option<Account>>,
    /// Villages of each account, also those that were taken away since.
    pub(crate) ever: BTreeSet<(AccountId, RegionId)>,
    pub(crate) now: BTreeSet<(AccountId, RegionId)>,
    pub(crate) round: RoundStanding,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) role: Role,
    pub(crate) regions: Vec<RegionId>,
    pub(crate) revoked: bool,
}

/// A store that lives through the same beside the model, and stops the world where it says something else.
pub(crate) trait Beside: std::fmt::Debug {
    /// The model has answered; it is still as it was asked, but for what the request brought.
    fn answered(
        &mut self,
        model: &Hub,
        account: &Account,
        request: &Request,
        answer: &Response,
        now_ms: u64,
    );
    fn admitted(
        &mut self,
        office: &Office,
        villages: &BTreeMap<CaseId, BTreeSet<OpId>>,
        now_ms: u64,
    );
    fn backed_up(&mut self, now_ms: u64);
    fn put_back(&mut self, backup: usize, begins_new_life: bool, now_ms: u64);
    fn crashed(&mut self, now_ms: u64);
    fn ended(&mut self, state: &State);
}

/// Everything durable; cloning it is a backup.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) epoch: Epoch,
    pub(crate) office: Office,
    pub(crate) partitions: BTreeMap<PartitionId, Log>,
    /// Photos that came whole.
    pub(crate) blobs: BTreeMap<BlobId, Photo>,
    /// What each phone has brought of one that did not.
    partials: BTreeMap<(BlobId, DeviceId), Bytes>,
    /// How much of each lane lies in the newest backup.
    safe: BTreeMap<LaneId, Seq>,
    /// Positions of each log that lie in it, and the photos.
    safe_logs: BTreeMap<PartitionId, u64>,
    safe_blobs: BTreeSet<BlobId>,
}

/// A photo that came whole.
#[derive(Debug, Clone)]
pub(crate) struct Photo {
    bytes: Bytes,
    at: Millis,
}

/// A piece of a photo as it comes to the hub.
#[derive(Debug, Clone)]
pub(crate) struct Chunk {
    pub(crate) blob: BlobId,
    pub(crate) offset: u64,
    /// Of the whole photo.
    pub(crate) length: u64,
    pub(crate) bytes: Bytes,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    lanes: BTreeMap<LaneId, Vec<OpId>>,
    pub(crate) ops: BTreeMap<u64, Rc<Op>>,
    known: BTreeSet<OpId>,
    /// Where and when each came into this life of the data.
    came: BTreeMap<OpId, (u64, Millis)>,
    lamports: BTreeMap<OpId, u64>,
    pub(crate) aside: BTreeMap<OpId, Aside>,
    /// The last position that was given out.
    given: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Aside {
    pub(crate) op: Rc<Op>,
    pub(crate) sender: Sender,
    pub(crate) code: QuarantineCode,
    pub(crate) at: Millis,
}

#[derive(Debug)]
pub(crate) struct Backup {
    pub(crate) state: State,
    pub(crate) at_ms: u64,
}

#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) state: State,
    pub(crate) backups: Vec<Backup>,
    pub(crate) mutant: Option<StoreMutant>,
    /// With a faulty store: what a crash would leave.
    durable: Option<State>,
    /// As a hub that does not know how.
    pub(crate) compares_not: bool,
    pub(crate) page: usize,
    lives: u8,
    pub(crate) key: MacKey,
    beside: Option<Box<dyn Beside>>,
}

impl Hub {
    pub(crate) fn new(
        office: Office,
        page: usize,
        mutant: Option<StoreMutant>,
        compares_not: bool,
        beside: Option<Box<dyn Beside>>,
    ) -> Hub {
        let state = State {
            epoch: Epoch([1; 16]),
            office,
            partitions: BTreeMap::new(),
            blobs: BTreeMap::new(),
            partials: BTreeMap::new(),
            safe: BTreeMap::new(),
            safe_logs: BTreeMap::new(),
            safe_blobs: BTreeSet::new(),
        };
        let is_late = mutant == Some(StoreMutant::AcknowledgedBeforeCommit);
        Hub {
            backups: Vec::new(),
            mutant,
            durable: is_late.then(|| state.clone()),
            state,
            compares_not,
            page,
            lives: 1,
            key: MacKey::new([3; 32]),
            beside,
        }
    }

    /// What a crash right now would leave.
    pub(crate) fn durable(&self) -> &State {
        self.durable.as_ref().unwrap_or(&self.state)
    }

    /// The faulty store gets around to writing.
    pub(crate) fn flush(&mut self) {
        if let Some(durable) = &mut self.durable {
            durable.clone_from(&self.state);
        }
    }

    pub(crate) fn crash(&mut self, now_ms: u64) {
        if let Some(durable) = &self.durable {
            self.state.clone_from(durable);
        }
        if let Some(beside) = &mut self.beside {
            beside.crashed(now_ms);
        }
    }

    /// The world is over.
    pub(crate) fn end(&mut self) {
        if let Some(beside) = &mut self.beside {
            beside.ended(&self.state);
        }
    }

    pub(crate) fn back_up(&mut self, now_ms: u64) {
        let state = self.durable().clone();
        let mut counted = state.clone();
        counted.count_as_safe();
        let blobs: BTreeSet<BlobId> = state.blobs.keys().copied().collect();
        for live in self.durable.iter_mut().chain([&mut self.state]) {
            live.safe.clone_from(&counted.safe);
            live.safe_logs.clone_from(&counted.safe_logs);
            live.safe_blobs.clone_from(&blobs);
        }
        self.backups.push(Backup {
            state,
            at_ms: now_ms,
        });
        if let Some(beside) = &mut self.beside {
            beside.backed_up(now_ms);
        }
    }

    /// Goes back to a backup. `lumbung restore` begins a new life of the data; a copied disk does not know.
    pub(crate) fn restore(&mut self, backup: usize, begins_new_life: bool, now_ms: u64) {
        self.state = self.backups[backup].state.clone();
        // What came after is another future.
        self.backups.truncate(backup + 1);
        if begins_new_life {
            self.lives += 1;
            self.state.epoch = Epoch([self.lives; 16]);
            // What is put back lies in the backup that it comes from; of what was unfinished, a backup has nothing.
            self.state.count_as_safe();
            self.state.partials.clear();
        }
        self.flush();
        if let Some(beside) = &mut self.beside {
            beside.put_back(backup, begins_new_life, now_ms);
        }
    }

    /// Positions for a push, given out before it commits: what a faulty store does.
    pub(crate) fn reserve(&mut self, push: &PushRequest) -> u64 {
        let log = self.log_mut(&push.partition);
        let before = log.given;
        log.given += push.ops.ops.len() as u64;
        before
    }

    /// False after a restore from before the account was made, until its phone shows a certificate.
    pub(crate) fn knows(&self, account: usize) -> bool {
        self.state.office.account(account).is_some()
    }

    pub(crate) fn answer(
        &mut self,
        account: usize,
        request: &Request,
        reserved: Option<u64>,
        now_ms: u64,
    ) -> Result<Response, Failure> {
        let account = self.state.office.account(account);
        let account = account.ok_or_else(|| refused("device_unknown"))?.clone();
        let answer = match request {
            Request::Push(push) => Response::Push(self.push(&account, push, reserved, now_ms)),
            _ if account.revoked => return Err(refused("device_revoked")),
            Request::Prove(proof) => Response::Push(self.prove(proof, now_ms)),
            Request::Hello(hello) => Response::Hello(self.hello(&account, hello, now_ms)),
            Request::Pull(pull) => Response::Pull(self.pull(&account, pull, now_ms)),
            Request::BlobStatus(_) | Request::BlobChunk { .. } => {
                unreachable!("photos are asked about by phone")
            }
        };
        if let Some(mut beside) = self.beside.take() {
            beside.answered(self, &account, request, &answer, now_ms);
            self.beside = Some(beside);
        }
        Ok(answer)
    }

    /// How much of a photo is here: all of it, from whomever, or what this phone brought.
    pub(crate) fn photo(
        &self,
        account: usize,
        device: DeviceId,
        blob: BlobId,
    ) -> Result<BlobStatus, Failure> {
        match self.admits_photo(account, blob)? {
            true => Ok(self.photo_status(device, blob)),
            false => Ok(BlobStatus {
                blob,
                offset: 0,
                complete: false,
            }),
        }
    }

    fn photo_status(&self, device: DeviceId, blob: BlobId) -> BlobStatus {
        let whole = self.state.blobs.get(&blob);
        let partial = self.state.partials.get(&(blob, device));
        BlobStatus {
            blob,
            offset: whole.map_or_else(|| partial.map_or(0, Bytes::len), |it| it.bytes.len()),
            complete: whole.is_some(),
        }
    }

    /// Whether what a phone brought of a photo is how it begins.
    pub(crate) fn holds_beginning(&self, device: DeviceId, blob: BlobId) -> bool {
        let partial = self.state.partials.get(&(blob, device));
        partial.is_none_or(|bytes| *bytes == Bytes::whole(blob).cut(0, bytes.len()))
    }

    /// A piece of a photo, of which perhaps not all has come.
    pub(crate) fn take_chunk(
        &mut self,
        account: usize,
        device: DeviceId,
        chunk: &Chunk,
        now_ms: u64,
    ) -> Result<BlobStatus, Failure> {
        if !self.admits_photo(account, chunk.blob)? {
            return Err(refused("blob_unnamed"));
        }
        let status = self.photo_status(device, chunk.blob);
        if status.complete {
            return Ok(status);
        }
        let is_checked = self.mutant != Some(StoreMutant::PhotoOffsetIgnored);
        if is_checked && status.offset != chunk.offset {
            return Err(refused("blob_offset"));
        }
        if chunk.length < status.offset + chunk.bytes.len() {
            return Err(refused("blob_length"));
        }
        let place = (chunk.blob, device);
        let partial = self.state.partials.entry(place).or_default();
        partial.append(&chunk.bytes);
        if partial.len() == chunk.length {
            self.finish(device, chunk.blob, now_ms)?;
        }
        Ok(self.photo_status(device, chunk.blob))
    }

    /// What a phone brought of a photo is all of it, or nothing of it.
    fn finish(&mut self, device: DeviceId, blob: BlobId, now_ms: u64) -> Result<(), Failure> {
        let bytes = self.state.partials.remove(&(blob, device));
        let bytes = bytes.unwrap_or_default();
        if !bytes.are(blob) {
            return Err(refused("blob_hash"));
        }
        let at = Millis(now_ms as i64);
        self.state.blobs.entry(blob).or_insert(Photo { bytes, at });
        Ok(())
    }

    /// A photo that came whole, in a bundle; whether it is here now.
    pub(crate) fn keep_whole(
        &mut self,
        device: DeviceId,
        blob: BlobId,
        bytes: &Bytes,
        now_ms: u64,
    ) -> bool {
        let status = self.photo_status(device, blob);
        if status.complete {
            return true;
        }
        let partial = self.state.partials.entry((blob, device)).or_default();
        partial.append(&bytes.cut(status.offset, bytes.len()));
        self.finish(device, blob, now_ms).is_ok()
    }

    /// A revoked phone may bring what its answers name.
    fn admits_photo(&self, account: usize, blob: BlobId) -> Result<bool, Failure> {
        match self.state.office.account(account) {
            None => Err(refused("device_unknown")),
            Some(account) => Ok(!account.revoked || self.state.names_photo(account.id, blob)),
        }
    }

    fn hello(&self, account: &Account, hello: &HelloRequest, now_ms: u64) -> HelloResponse {
        let epoch = self.state.epoch;
        let status =
            |asked: &PartitionHello| partition_status(asked.clone(), epoch, self.found(asked));
        let office = &self.state.office;
        let work = office.now.iter().filter(|(who, _)| *who == account.id);
        let assignments = work.map(|(_, region)| assignment(region)).collect();
        HelloResponse {
            epoch,
            now: Millis(now_ms as i64),
            account: account.view(),
            partitions: hello.partitions.iter().map(status).collect(),
            rounds: vec![round(office.round == RoundStanding::Open)],
            assignments,
            bundle_key: None,
        }
    }

    fn found(&self, asked: &PartitionHello) -> Found {
        let log = self.state.partitions.get(&asked.partition);
        let lane = log.and_then(|log| log.lanes.get(&asked.lane));
        let lane = lane.map_or(&[][..], Vec::as_slice);
        let before = asked.verified.0.checked_sub(1);
        let cursor = asked.cursor.map(|cursor| cursor.position);
        Found {
            lane_length: Seq(lane.len() as u64),
            lane_id: before.and_then(|place| lane.get(place as usize)).copied(),
            cursor_id: cursor.and_then(|position| log?.id_at(position)),
            safe: self.state.safe.get(&asked.lane).copied(),
        }
    }

    fn push(
        &mut self,
        account: &Account,
        push: &PushRequest,
        reserved: Option<u64>,
        now_ms: u64,
    ) -> PushResponse {
        let now = Millis(now_ms as i64);
        let ops = push.ops.clone().open(push.partition.round);
        let ops = ops.expect("a phone sends what the wire allows");
        let office = &self.state.office;
        let ever = office.ever.iter().filter(|(who, _)| *who == account.id);
        let assigned = ever.map(|(_, region)| region.clone()).collect();
        let (round, sender, key) = (office.round, account.sender(), self.key.clone());
        let log = self.log_mut(&push.partition);
        let lane = log.lanes.get(&push.lane).map_or(&[][..], Vec::as_slice);
        let tail_from = (push.from.0 as usize).saturating_sub(2).min(lane.len());
        let lamports = seen_elsewhere(&ops).into_iter();
        let lamports = lamports.filter_map(|id| Some((id, *log.lamports.get(&id)?)));
        let view = PushView {
            sender: &sender,
            lane_length: Seq(lane.len() as u64),
            lane_tail: &lane[tail_from..],
            known: &log.known,
            lamports: &lamports.collect(),
            round,
            assigned: &assigned,
            key: &key,
        };
        let stretch = Stretch {
            from: push.from,
            previous: push.previous,
        };
        match decide_push(stretch, &ops, view, is_question) {
            PushDecision::Gap { length } => PushResponse::Gap { length },
            PushDecision::Fork => PushResponse::Fork,
            PushDecision::Accept(accepted) => {
                let number = log.take(push.lane, &sender, &accepted, (reserved, now));
                let aside = |(position, code)| Quarantined { position, code };
                PushResponse::Accepted {
                    verified: accepted.verified,
                    macs: accepted.macs,
                    safe: None,
                    quarantined: accepted.quarantined.into_iter().map(aside).collect(),
                    receipt: Receipt { number, at: now },
                }
            }
        }
    }

    fn prove(&self, asked: &ProveRequest, now_ms: u64) -> PushResponse {
        let empty = Log::default();
        let log = self.state.partitions.get(&asked.partition);
        let log = log.unwrap_or(&empty);
        let lane = log.lanes.get(&asked.lane).map_or(&[][..], Vec::as_slice);
        let tail_from = (asked.from.0 as usize).saturating_sub(2).min(lane.len());
        let aside = log.aside.iter().filter(|(id, _)| !log.known.contains(id));
        let aside = aside.map(|(id, aside)| (*id, aside.code)).collect();
        let view = ProofView {
            lane_length: Seq(lane.len() as u64),
            lane_tail: &lane[tail_from..],
            aside: &aside,
            key: &self.key,
        };
        let stretch = Stretch {
            from: asked.from,
            previous: asked.previous,
        };
        match decide_proof(stretch, asked.count as usize, asked.digest, view) {
            PushDecision::Gap { length } => PushResponse::Gap { length },
            PushDecision::Fork => PushResponse::Fork,
            PushDecision::Accept(accepted) => {
                let aside = |(position, code)| Quarantined { position, code };
                PushResponse::Accepted {
                    verified: accepted.verified,
                    macs: accepted.macs,
                    safe: None,
                    quarantined: accepted.quarantined.into_iter().map(aside).collect(),
                    receipt: Receipt {
                        number: Seq(log.given),
                        at: Millis(now_ms as i64),
                    },
                }
            }
        }
    }

    fn pull(&self, account: &Account, pull: &PullRequest, now_ms: u64) -> PullResponse {
        let epoch = self.state.epoch;
        let empty = Log::default();
        let log = self.state.partitions.get(&pull.partition).unwrap_or(&empty);
        let after = pull.cursor.map_or(Seq::ZERO, |cursor| cursor.position);
        let stored = log.id_at(after);
        if !cursor_matches(pull.cursor.as_ref(), epoch, stored) {
            return PullResponse::Reset { epoch };
        }
        let sight = self.sight(account);
        let mut end = (after, stored);
        let mut ops = Vec::new();
        for (position, op) in log.ops.range(after.0 + 1..).take(self.page) {
            end = (Seq(*position), Some(op.id()));
            if sight.sees(op, || is_personal(op)) {
                ops.push(op.as_ref());
            }
        }
        PullResponse::Page {
            macs: ops.iter().map(|op| self.key.mac(op.id())).collect(),
            ops: OpBatch::pack(ops.into_iter().map(|op| (op, None))),
            cursor: Cursor {
                epoch,
                position: end.0,
                id: end.1,
            },
            more: log.ops.range(end.0.0 + 1..).next().is_some(),
            sight: Some(sight.digest()),
            differs: self.differing(log, pull, &sight, after),
            keeping: (pull.giving_up.as_ref())
                .map(|asked| self.keeping(&pull.partition, asked, Millis(now_ms as i64))),
        }
    }

    fn keeping(&self, partition: &PartitionId, asked: &GivingUp, now: Millis) -> Keeping {
        let ops = self.kept_ops(partition, asked).into_iter();
        let photos = asked.photos.iter().map(|id| {
            let photo = self.state.blobs.get(id)?;
            Some(Kept {
                received: photo.at,
                backed_up: self.state.safe_blobs.contains(id),
            })
        });
        keeping(ops.chain(photos), now)
    }

    /// How each op is kept that a phone would give up.
    pub(crate) fn kept_ops(&self, partition: &PartitionId, asked: &GivingUp) -> Vec<Option<Kept>> {
        let log = self.state.partitions.get(partition);
        let until = self.state.safe_logs.get(partition).copied().unwrap_or(0);
        let kept = asked.ops.iter().map(|id| {
            let log = log?;
            let Some((position, received)) = log.came.get(id).copied() else {
                let aside = log.aside.get(id)?;
                return Some(Kept {
                    received: aside.at,
                    backed_up: false,
                });
            };
            Some(Kept {
                received,
                backed_up: position <= until,
            })
        });
        kept.collect()
    }

    fn differing(&self, log: &Log, pull: &PullRequest, sight: &Sight, end: Seq) -> Vec<RegionId> {
        let below = log.ops.range(..=end.0).map(|(_, op)| op);
        let seen = below.filter(|op| sight.sees(op, || is_personal(op)));
        let seen: Vec<&Rc<Op>> = match pull.digests.is_empty() || self.compares_not {
            true => return Vec::new(),
            false => seen.collect(),
        };
        let differs = |theirs: &&CaseDigest| {
            let of_case = seen.iter().filter(|op| op.case.region == theirs.region);
            digest(&of_case.map(|op| op.id()).collect()) != theirs.digest
        };
        let differing = pull.digests.iter().filter(differs);
        differing.map(|theirs| theirs.region.clone()).collect()
    }

    /// A phone shows its certificate: an account that this hub does not know is made again; what it knows stays.
    pub(crate) fn enrol_again(&mut self, place: usize, certificate: &Account) {
        let accounts = &mut self.state.office.accounts;
        if accounts.len() <= place {
            accounts.resize(place + 1, None);
        }
        accounts[place].get_or_insert_with(|| certificate.clone());
        self.flush();
    }

    /// What a desk is given of a village that somebody opens.
    pub(crate) fn case(
        &self,
        account: usize,
        case: &CaseId,
        asked: Option<Cursor>,
    ) -> (Vec<(Op, Mac)>, Opened) {
        let log = self.state.partitions.get(&case.partition());
        let stored = asked.and_then(|cursor| log?.id_at(cursor.position));
        let stands = cursor_matches(asked.as_ref(), self.state.epoch, stored);
        let mut ops = log.into_iter().flat_map(|log| log.ops.iter());
        let last = ops.rfind(|(_, op)| op.case == *case);
        let last = last.map(|(position, op)| Cursor {
            epoch: self.state.epoch,
            position: Seq(*position),
            id: Some(op.id()),
        });
        let opened = Opened { stands, last };
        let Some(account) = self.state.office.account(account) else {
            return (Vec::new(), opened);
        };
        let sight = self.sight(account);
        let ops = self.ops_of(case);
        let seen = ops.filter(|op| sight.sees(op, || is_personal(op)));
        let seen = seen.map(|op| (op.clone(), self.key.mac(op.id())));
        (seen.collect(), opened)
    }

    pub(crate) fn has_cursor(&self, partition: &PartitionId, cursor: &Cursor) -> bool {
        let log = self.state.partitions.get(partition);
        let stored = log.and_then(|log| log.id_at(cursor.position));
        cursor_matches(Some(cursor), self.state.epoch, stored)
    }

    pub(crate) fn ops_of<'a>(&'a self, case: &'a CaseId) -> impl Iterator<Item = &'a Op> {
        let log = self.state.partitions.get(&case.partition());
        let ops = log.into_iter().flat_map(|log| log.ops.values());
        ops.map(Rc::as_ref).filter(move |op| op.case == *case)
    }

    pub(crate) fn sight(&self, account: &Account) -> Sight {
        let now = self.state.office.now.iter();
        let villages = now.filter(|(who, _)| *who == account.id);
        Sight {
            account: account.id,
            role: account.role,
            regions: account.regions.clone(),
            villages: villages.map(|(_, region)| region.clone()).collect(),
        }
    }

    /// A supervisor lets in what may come in, village by village; how many did.
    pub(crate) fn admit(&mut self, now_ms: u64) -> usize {
        let mut villages: BTreeMap<CaseId, BTreeSet<OpId>> = BTreeMap::new();
        for log in self.state.partitions.values_mut() {
            let admissible = |aside: &&Aside| decide_admission(&aside.op, &aside.sender).is_ok();
            let let_in = log.aside.values().filter(admissible);
            let mut let_in: Vec<_> = let_in
                .map(|aside| (aside.op.case.clone(), aside.sender.account, aside.op.id()))
                .collect();
            let_in.sort();
            for (case, _, id) in let_in {
                let aside = log.aside.remove(&id).expect("just found");
                villages.entry(case).or_default().insert(id);
                if log.known.insert(id) {
                    log.given += 1;
                    log.came.insert(id, (log.given, Millis(now_ms as i64)));
                    log.lamports.insert(id, aside.op.lamport);
                    log.ops.insert(log.given, aside.op);
                }
            }
        }
        self.flush();
        if let Some(beside) = &mut self.beside {
            beside.admitted(&self.state.office, &villages, now_ms);
        }
        villages.values().map(BTreeSet::len).sum()
    }

    fn log_mut(&mut self, partition: &PartitionId) -> &mut Log {
        if !self.state.partitions.contains_key(partition) {
            let log = Log::default();
            self.state.partitions.insert(partition.clone(), log);
        }
        self.state
            .partitions
            .get_mut(partition)
            .expect("just inserted")
    }
}

fn refused(code: &str) -> Failure {
    Failure::Refused {
        code: code.to_owned(),
    }
}

impl Office {
    /// Villages that are an account's work.
    pub(crate) fn work_of(&self, account: AccountId) -> BTreeSet<RegionId> {
        let work = self.now.iter().filter(|(who, _)| *who == account);
        work.map(|(_, region)| region.clone()).collect()
    }

    pub(crate) fn account(&self, place: usize) -> Option<&Account> {
        self.accounts.get(place)?.as_ref()
    }
}

impl State {
    /// Whether an op is merged or kept aside.
    pub(crate) fn has(&self, partition: &PartitionId, id: OpId) -> bool {
        let log = self.partitions.get(partition);
        log.is_some_and(|log| log.known.contains(&id) || log.aside.contains_key(&id))
    }

    /// Whether a photo is here, with the bytes that it was taken with.
    pub(crate) fn has_photo(&self, blob: BlobId) -> bool {
        let found = self.blobs.get(&blob);
        found.is_some_and(|found| found.bytes.are(blob))
    }

    /// Whether an answer of this account, merged or kept aside, names the photo.
    pub(crate) fn names_photo(&self, account: AccountId, blob: BlobId) -> bool {
        let logs = self.partitions.values();
        let mut ops = logs.flat_map(|log| {
            let aside = log.aside.values().map(|aside| &aside.op);
            log.ops.values().chain(aside)
        });
        ops.any(|op| match &op.change {
            Change::Set(Value::File(file)) => op.author == account && file.blob == blob,
            _ => false,
        })
    }

    /// Whether an op is kept aside and not merged.
    pub(crate) fn is_aside(&self, partition: &PartitionId, id: OpId) -> bool {
        let log = self.partitions.get(partition);
        log.is_some_and(|log| log.aside.contains_key(&id) && !log.known.contains(&id))
    }

    /// All that is merged lies in the newest backup.
    fn count_as_safe(&mut self) {
        let lanes = self.partitions.values().flat_map(|log| &log.lanes);
        let lanes = lanes.map(|(lane, ids)| (*lane, Seq(ids.len() as u64)));
        self.safe = lanes.collect();
        let last = |log: &Log| log.ops.keys().next_back().map_or(0, |last| *last);
        let logs = self.partitions.iter();
        self.safe_logs = logs.map(|(id, log)| (id.clone(), last(log))).collect();
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = OpId> + '_ {
        let logs = self.partitions.values();
        logs.flat_map(|log| log.known.iter().chain(log.aside.keys()).copied())
    }
}

impl Log {
    fn id_at(&self, position: Seq) -> Option<OpId> {
        self.ops.get(&position.0).map(|op| op.id())
    }

    /// One transaction.
    fn take(
        &mut self,
        lane: LaneId,
        sender: &Sender,
        accepted: &Accepted<'_>,
        (reserved, now): (Option<u64>, Millis),
    ) -> Seq {
        let lane = self.lanes.entry(lane).or_default();
        lane.extend(&accepted.lane_appends);
        let mut position = reserved.unwrap_or(self.given);
        for op in &accepted.merges {
            position += 1;
            self.known.insert(op.id());
            self.came.entry(op.id()).or_insert((position, now));
            self.ops.insert(position, Rc::new((*op).clone()));
            if proves_a_number(op, None) {
                self.lamports.insert(op.id(), op.lamport);
            }
        }
        self.given = self.given.max(position);
        for (op, code) in &accepted.quarantines {
            if proves_a_number(op, Some(*code)) {
                self.lamports.insert(op.id(), op.lamport);
            }
            let aside = || Aside {
                op: Rc::new((*op).clone()),
                sender: sender.clone(),
                code: *code,
                at: now,
            };
            self.aside.entry(op.id()).or_insert_with(aside);
        }
        Seq(self.given)
    }
}

impl Account {
    pub(crate) fn sender(&self) -> Sender {
        Sender {
            account: self.id,
            role: self.role,
            regions: self.regions.clone(),
            revoked: self.revoked,
        }
    }

    pub(crate) fn view(&self) -> AccountView {
        AccountView {
            id: self.id,
            username: String::new(),
            name: String::new(),
            role: self.role,
            regions: self.regions.clone(),
        }
    }
}

pub(crate) fn assignment(region: &RegionId) -> AssignmentView {
    AssignmentView {
        round: ROUND,
        region: region.clone(),
        name: String::new(),
        district: String::new(),
        regency: String::new(),
        province: String::new(),
        modules: Vec::new(),
    }
}

pub(crate) fn round(open: bool) -> RoundView {
    RoundView {
        id: ROUND,
        name: String::new(),
        training: false,
        open,
        questionnaire: QUESTIONNAIRE,
        earlier: Vec::new(),
    }
}
