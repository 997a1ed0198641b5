//! The phone's side of sync: journal, lanes, cursors, receipts.
//!
//! Drive it like this: hand every event to a verb, carry out the actions in order, report each
//! commit with `committed`, each refusal of the disk with `unsaved`, each answer of the hub with `received`, each failure
//! with `failed`.
//! Always: nothing is sent before the commit that sealed it is reported.
//! Always: an op leaves the outbox only after its receipt is committed.
//! Never: forgets an op of its work; refusal, forks and restored hubs only make it offer again. What was taken away from
//! it and is safe, it gives up in time.

mod bundle;
#[cfg(any(feature = "desk", test))]
mod desk;
mod forget;
mod lanes;
mod photos;
mod record;
mod session;
mod status;

use sha2::{Digest as _, Sha256};

use crate::answers::{Change, Evidence, Op, OpBody, SEEN_MAX};
use crate::ids::{BlobId, CaseId, LaneId, OpId, PartitionId, Path, QuestionnaireId, Seq};
use crate::merge::{Case, Context, Kind};
use crate::mutants::{Mutant, is_on};
use crate::sorted::{Map, Set};
use crate::time::Millis;
use crate::wire::bundle::ProveRequest;
use crate::wire::v1::{
    BlobStatus, Cursor, DeviceFacts, GivingUp, HelloRequest, HelloResponse, Mac, PullRequest,
    PullResponse, PushRequest, PushResponse, QuarantineCode,
};

pub use bundle::Bundled;
#[cfg(any(feature = "desk", test))]
pub use desk::{Asked, Opened};
pub use photos::Wakeup;
pub use record::{
    BlobRecord, Idle, Me, OpRecord, PartitionRecord, PhotosSent, Scope, Stored, Write,
};
pub use session::{Failure, Trouble};
pub use status::{CaseStatus, Numbers};

#[cfg(any(feature = "desk", test))]
use desk::Given;
use session::Stage;

/// Names a commit that the driver is carrying out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);

/// What the driver is to do, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// One transaction, durable before `committed(token)` is called.
    Commit { token: Token, writes: Vec<Write> },
    /// At most one is open at a time.
    Send(Request),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    Hello(HelloRequest),
    Push(PushRequest),
    /// Ask for the receipt of what the hub has already; answered like a push.
    Prove(ProveRequest),
    Pull(PullRequest),
    /// Ask how far an upload got.
    BlobStatus(BlobId),
    /// Send the bytes from `offset` to `end` of a stored blob.
    BlobChunk {
        blob: BlobId,
        offset: u64,
        end: u64,
        bytes: u64,
    },
}

/// The hub's answer to the open request.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    Hello(HelloResponse),
    Push(PushResponse),
    Pull(PullResponse),
    Blob(BlobStatus),
}

/// Whether a round of sync fetches everything in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// A phone holds all of its villages, for weeks without signal.
    WholeScope,
    /// A desk holds the cases that a person opened; `learn` brings them.
    OpenedCases,
}

/// How much of what came from others was on a screen. What came since, its reader has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(usize);

/// One change that a person made.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub case: CaseId,
    /// What the person had before their eyes, by [`Phone::mark`].
    pub shown: Mark,
    pub path: Path,
    pub change: Change,
    pub source: Option<String>,
    pub written: Evidence,
    pub questionnaire: QuestionnaireId,
}

/// What the hub said of an op that it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    mac: Mac,
    quarantined: Option<QuarantineCode>,
}

/// A commit that is under way.
#[derive(Debug)]
struct OpenCommit {
    /// What a person wrote; later commits carry it along.
    written: Vec<Write>,
    /// All ops that it puts, or gives a place in a lane.
    puts: Vec<OpId>,
}

impl OpenCommit {
    /// Whether it may wait while others go on: it holds no lane.
    fn is_of_answers(&self) -> bool {
        !self.written.is_empty()
    }
}

#[derive(Debug)]
pub struct Phone {
    me: Me,
    reach: Reach,
    seed: [u8; 32],
    fresh_count: u64,
    cases: Map<CaseId, Case>,
    /// Ops of others that came since this machine woke, in the order of their coming.
    arrivals: Map<CaseId, Vec<OpId>>,
    /// Own ops that no lane carries yet.
    unsealed: Set<OpId>,
    /// What the hub said of each op that it has.
    held: Map<CaseId, Map<OpId, Held>>,
    partitions: Map<PartitionId, PartitionRecord>,
    blobs: Map<BlobId, BlobRecord>,
    scope: Scope,
    tokens: u64,
    open_commits: Map<Token, OpenCommit>,
    #[cfg(any(feature = "desk", test))]
    given: Given,
    /// How often in a row the disk refused.
    refusals: u32,
    stage: Stage,
    /// What the hub said at hello has still to be stored.
    is_told: bool,
    /// This round is at its photos; text goes between two pieces.
    at_photos: bool,
    /// Partitions that this round of sync has still to pull.
    open_pulls: Set<PartitionId>,
    /// Photos that could not go in this round.
    skipped: Set<BlobId>,
    /// Photos that a hub which revoked this phone did not take, since no answer of it that came names them.
    unnamed: Set<BlobId>,
    /// Until then the hub is brought no photo that it has nothing of: it has too many.
    photos_held_ms: u64,
    /// The photo that the hub was asked for last though it had it once, and whether this round has still to ask.
    asked_again: (Option<BlobId>, bool),
    /// Partitions of which the hub takes no more in this round.
    full: Set<PartitionId>,
    /// Partitions whose lane a revoked phone has still to ask about: nobody says hello to it.
    probes: Set<PartitionId>,
    /// This phone is revoked, and its lanes carry everything that it holds.
    has_brought_all: bool,
    /// How much of a lane the hub said that it has, where that is more than it has proved.
    reached: Map<PartitionId, Seq>,
    /// Partitions that this round of sync has still to compare with the hub, once all is pulled.
    unchecked: Set<PartitionId>,
    /// Where and when a partition was compared last.
    checked: Map<PartitionId, (Cursor, u64)>,
    /// Partitions of which the hub seems to have lost something.
    doubted: Set<PartitionId>,
    /// Villages that this round has still to ask about before they may be given up, and the hub's time; without a time,
    /// about what is kept aside of them.
    leaving: Vec<(CaseId, Option<Millis>)>,
    /// The one that is asked about, with what the phone held of it.
    asked: Option<(CaseId, Option<Millis>, GivingUp)>,
    /// Whether the hub was asked about what it keeps aside, since the start.
    asides_asked: bool,
    /// The partition of each comparison that found a difference, since one of the same partition found none.
    mismatches: Vec<PartitionId>,
    /// The page that is awaited compares.
    is_comparing: bool,
    /// How often this machine compared.
    comparisons: usize,
    /// Of the phone's clock, as the driver said last.
    zone_minutes: i16,
    trouble: Option<Trouble>,
    attempt: u32,
    wake_at_ms: Option<u64>,
}

impl Phone {
    /// Wakes the machine from what the last one committed. `seed` is fresh randomness.
    pub fn new(stored: Stored, reach: Reach, seed: [u8; 32]) -> Phone {
        let mut phone = Phone {
            me: stored.me,
            reach,
            seed,
            fresh_count: 0,
            cases: Map::new(),
            arrivals: Map::new(),
            unsealed: Set::new(),
            held: Map::new(),
            partitions: Map::new(),
            blobs: stored
                .blobs
                .into_iter()
                .map(|record| (record.blob, record))
                .collect(),
            scope: stored.scope,
            tokens: 0,
            open_commits: Map::new(),
            #[cfg(any(feature = "desk", test))]
            given: Given::default(),
            refusals: 0,
            stage: Stage::Idle,
            is_told: false,
            at_photos: false,
            open_pulls: Set::new(),
            skipped: Set::new(),
            unnamed: Set::new(),
            photos_held_ms: 0,
            asked_again: (None, false),
            full: Set::new(),
            probes: Set::new(),
            has_brought_all: false,
            reached: Map::new(),
            unchecked: Set::new(),
            checked: Map::new(),
            doubted: Set::new(),
            leaving: Vec::new(),
            asked: None,
            asides_asked: false,
            mismatches: Vec::new(),
            is_comparing: false,
            comparisons: 0,
            zone_minutes: 0,
            trouble: None,
            attempt: 0,
            wake_at_ms: Some(0),
        };
        let known: Set<OpId> = stored.ops.iter().map(|record| record.id).collect();
        for mut partition in stored.partitions {
            // What a desk was given and could not store is not here any more. Places without it are other places than
            // those on the disk: they are stored anew, in a new lane, before anything goes.
            let placed = partition.out.len();
            partition.out.retain(|id| known.contains(id));
            if partition.out.len() < placed {
                phone.doubted.insert(partition.partition.clone());
            }
            phone
                .partitions
                .insert(partition.partition.clone(), partition);
        }
        let sealed = phone.offered();
        for record in stored.ops {
            phone.take_stored(record, &sealed);
        }
        phone
    }

    fn take_stored(&mut self, record: OpRecord, sealed: &Set<OpId>) {
        let op = Op::new(record.body);
        let id = op.id();
        // The counter record may be older than the newest op after a torn shutdown.
        if op.device == self.me.device {
            self.me.counter = self.me.counter.max(op.counter);
        }
        match record.mac {
            Some(mac) => {
                let quarantined = record.quarantined;
                self.hold(&op.case, id, mac, quarantined);
            }
            None if !sealed.contains(&id) => {
                self.unsealed.insert(id);
            }
            None => {}
        }
        self.case_mut(&op.case.clone()).insert(op);
    }

    pub fn me(&self) -> &Me {
        &self.me
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The merged answers of a village; none when nobody wrote anything yet.
    pub fn case(&self, id: &CaseId) -> Option<&Case> {
        self.cases.get(id)
    }

    /// What went wrong last, until something works again.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Whether a round of sync is under way.
    pub fn is_syncing(&self) -> bool {
        !matches!(self.stage, Stage::Idle)
    }

    /// When the driver should call `sync` again, in monotonic milliseconds.
    pub fn wakeup(&self) -> Option<u64> {
        self.wake_at_ms
    }

    /// Why it wants to be woken then.
    pub fn wakes_for(&self) -> Wakeup {
        match () {
            () if 0 < self.attempt => Wakeup::Retry,
            () if self.photos_wait() => Wakeup::PhotosTomorrow,
            () => Wakeup::NextRound,
        }
    }

    /// Everything of a case as it stands: a screen that is drawn now shows this much.
    pub fn mark(&self, case: &CaseId) -> Mark {
        Mark(self.arrivals.get(case).map_or(0, Vec::len))
    }

    /// Journals one change. The op is merged at once; it is safe once its commit is reported.
    pub fn write(&mut self, draft: Draft) -> (OpId, Vec<Action>) {
        let mut writes = Vec::new();
        if let Some(squashed) = self.squash(&draft) {
            writes.push(Write::DeleteOp(squashed));
        }
        let context = self.context(&draft);
        let (seen, rest) = context.seen.split_at(context.seen.len().min(SEEN_MAX));
        let (mut id, write) = self.write_op(&draft, seen.to_vec(), context.lamport);
        writes.push(write);
        // A row with more beneath it than one op may list is removed by several, each of which has seen the one before.
        for part in rest.chunks(SEEN_MAX - 1) {
            let mut seen = part.to_vec();
            seen.push(id);
            seen.sort_unstable();
            let lamport = self.case_mut(&draft.case).lamport_after(&seen);
            let (next, write) = self.write_op(&draft, seen, lamport);
            writes.push(write);
            id = next;
        }
        // On a full phone a later commit may fit where an earlier one did not; it must not be there without what it
        // builds on.
        let before = self.open_commits.values();
        let before = before.flat_map(|commit| &commit.written);
        // What was taken back here may have come again from a copy of this phone.
        let holds =
            |write: &&Write| !matches!(write, Write::DeleteOp(id) if self.find(*id).is_some());
        let before = before.filter(holds);
        let all: Vec<Write> = before.chain(&writes).cloned().collect();
        (id, vec![self.commit(all, writes)])
    }

    fn write_op(&mut self, draft: &Draft, seen: Vec<OpId>, lamport: u64) -> (OpId, Write) {
        self.me.counter += 1;
        let me = &self.me;
        let op = Op::new(OpBody {
            case: draft.case.clone(),
            path: draft.path.clone(),
            change: draft.change.clone(),
            source: draft.source.clone(),
            seen,
            lamport,
            written: draft.written,
            author: me.account.id,
            role: me.account.role,
            device: me.device,
            counter: me.counter,
            questionnaire: draft.questionnaire,
            app_version: me.app_version.clone(),
        });
        let id = op.id();
        let write = Write::PutOp(OpRecord::new(&op, None, None));
        self.case_mut(&draft.case).insert(op);
        self.unsealed.insert(id);
        (id, write)
    }

    /// What its author had seen, which is not what came while they wrote.
    fn context(&self, draft: &Draft) -> Context {
        let came = self.arrivals.get(&draft.case);
        let came = came.map_or(&[][..], Vec::as_slice);
        let shown = match is_on(Mutant::UnseenClaimed) {
            true => came.len(),
            false => draft.shown.0.min(came.len()),
        };
        let unseen = &came[shown..];
        let case = self.cases.get(&draft.case);
        match case.filter(|_| !is_on(Mutant::SeenForgotten)) {
            Some(case) => case.context(&draft.path, &draft.change, unseen),
            None => Case::new(draft.case.clone()).context(&draft.path, &draft.change, unseen),
        }
    }

    /// Takes back an unsealed op of this device that the draft replaces and that nobody has seen.
    ///
    /// Not while its first commit is under way: that may be tried again after the commit that takes it back.
    fn squash(&mut self, draft: &Draft) -> Option<OpId> {
        if Kind::of(&draft.change) != Some(Kind::Value) {
            return None;
        }
        let case = self.cases.get(&draft.case)?;
        let heads = case.heads(&draft.path, Kind::Value);
        let [head] = heads.as_slice() else {
            return None;
        };
        let id = head.id();
        let is_seen = case.ops().any(|op| op.seen.binary_search(&id).is_ok());
        let was_sealed = !self.unsealed.contains(&id) && !is_on(Mutant::SquashedAfterSend);
        if is_seen || was_sealed || self.is_being_saved(id) || head.device != self.me.device {
            return None;
        }
        self.case_mut(&draft.case).withdraw(id);
        self.unsealed.remove(&id);
        Some(id)
    }

    /// Remembers a photo for upload after all text. The driver has stored its bytes and this record in one transaction,
    /// before the answer that names it is written.
    pub fn keep_blob(&mut self, record: BlobRecord) {
        self.blobs.insert(record.blob, record);
    }

    /// The driver's transaction for `token` is complete.
    pub fn committed(&mut self, token: Token, now_ms: u64) -> Vec<Action> {
        self.refusals = 0;
        self.open_commits.remove(&token);
        let actions = session::committed(self, token, now_ms);
        self.and_given(actions)
    }

    /// The disk refused a transaction, of which nothing is stored; the driver tries again.
    pub fn unsaved(&mut self) -> Vec<Action> {
        self.refusals += 1;
        session::unsaved(self)
    }

    /// Signal came, the person asked, the app started or the wake-up time passed.
    pub fn sync(&mut self, facts: DeviceFacts, now_ms: u64) -> Vec<Action> {
        session::start(self, facts, now_ms)
    }

    /// The hub answered the open request.
    pub fn received(&mut self, response: Response, now_ms: u64) -> Vec<Action> {
        let actions = session::received(self, response, now_ms);
        self.and_given(actions)
    }

    /// The open request failed; everything stays and is offered again. A revoked phone still brings what it holds.
    pub fn failed(&mut self, failure: Failure, now_ms: u64) -> Vec<Action> {
        let actions = session::failed(self, failure, now_ms);
        self.and_given(actions)
    }

    /// A phone works in few kabupaten; only desks have more than the hub takes at once.
    #[cfg(not(any(feature = "desk", test)))]
    fn partitions_to_ask(&mut self) -> Vec<&PartitionRecord> {
        self.partitions.values().collect()
    }

    /// Whether somebody sits at a desk; no phone has the code for it.
    fn is_desk(&self) -> bool {
        cfg!(any(feature = "desk", test)) && self.reach == Reach::OpenedCases
    }

    #[cfg(not(any(feature = "desk", test)))]
    fn and_given(&mut self, actions: Vec<Action>) -> Vec<Action> {
        actions
    }

    /// Merges an op that the hub gave; nobody has seen it yet.
    fn take_arrival(&mut self, op: Op) {
        let (case, id) = (op.case.clone(), op.id());
        if self.case_mut(&case).insert(op) {
            self.arrivals.get_or_insert_with(case, Vec::new).push(id);
            // It may come after the word that this device is revoked, and then no lane carries it.
            self.has_brought_all = false;
        }
    }

    fn case_mut(&mut self, id: &CaseId) -> &mut Case {
        self.cases
            .get_or_insert_with(id.clone(), || Case::new(id.clone()))
    }

    /// Notes what the hub said of an op; whether that is new.
    fn hold(
        &mut self,
        case: &CaseId,
        id: OpId,
        mac: Mac,
        quarantined: Option<QuarantineCode>,
    ) -> bool {
        let held = Held { mac, quarantined };
        let of_case = self.held.get_or_insert_with(case.clone(), Map::new);
        of_case.insert(id, held) != Some(held)
    }

    fn held(&self, op: &Op) -> Option<&Held> {
        self.held.get(&op.case)?.get(&op.id())
    }

    fn find(&self, id: OpId) -> Option<&Op> {
        self.cases.values().find_map(|case| case.get(id))
    }

    /// `written`: what of it a person wrote just now.
    fn commit(&mut self, writes: Vec<Write>, written: Vec<Write>) -> Action {
        self.tokens += 1;
        let token = Token(self.tokens);
        let mut puts = Vec::new();
        for write in &writes {
            if let Write::PutOp(record) = write {
                puts.push(record.id);
            } else if let Write::PutPartition(record) = write {
                puts.extend(&record.out);
            }
        }
        let open = OpenCommit { written, puts };
        self.open_commits.insert(token, open);
        Action::Commit { token, writes }
    }

    /// Whether the op's first commit is still under way, or the one that gives it a place.
    pub fn is_being_saved(&self, id: OpId) -> bool {
        let mut open = self.open_commits.values();
        open.any(|commit| commit.puts.contains(&id))
    }

    fn fresh_lane(&mut self) -> LaneId {
        self.fresh_count += 1;
        let mut hash = Sha256::new();
        hash.update(b"lumbung-lane\n");
        hash.update(self.seed);
        hash.update(self.fresh_count.to_be_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        LaneId(id)
    }

    fn fresh_partition(&mut self, id: PartitionId) -> PartitionRecord {
        PartitionRecord {
            partition: id,
            lane: self.fresh_lane(),
            verified: Seq::ZERO,
            last: None,
            out: Vec::new(),
            cursor: None,
            epoch: None,
            sight: None,
            again: None,
            again_sight: None,
            safe: Seq::ZERO,
            idle: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
