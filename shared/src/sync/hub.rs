//! What the hub decides about a request, given what its store knows.
//!
//! Always: acknowledges only what the very request proved, never the hub's own frontier.
//! Always: refusal is not loss: what may not be merged is quarantined and acknowledged.
//! Never: touches the store; the caller commits the decision, then answers.

mod detour;
mod proof;

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::answers::{Change, Op, Review};
use crate::ids::{AccountId, Digest, Epoch, OpId, Path, RegionId, Role, Seq};
use crate::merge::{Kind, LAMPORT_MAX};
use crate::mutants::{Mutant, is_on, retention_ms};
use crate::time::Millis;
use crate::wire::v1::{
    Cursor, Keeping, Mac, PartitionHello, PartitionStatus, QuarantineCode, fits,
};

pub use detour::Detours;
pub use proof::{ProofView, decide_proof};

/// What the store says about the sender and the place, read in the transaction that will write.
#[derive(Debug, Clone, Copy)]
pub struct PushView<'a> {
    pub sender: &'a Sender,
    /// How many positions the hub has of this lane.
    pub lane_length: Seq,
    /// The ids that the hub has from position `from - 1` (or 1) on.
    pub lane_tail: &'a [OpId],
    /// The ids of all ops that the hub has of the cases in the batch.
    pub known: &'a BTreeSet<OpId>,
    /// The Lamport numbers of what the hub has merged, or keeps aside for another reason than its number, of all that
    /// [`seen_elsewhere`] names.
    pub lamports: &'a BTreeMap<OpId, u64>,
    pub round: RoundStanding,
    /// Regions of this round that were ever assigned to the sender.
    pub assigned: &'a BTreeSet<RegionId>,
    pub key: &'a MacKey,
}

#[derive(Debug, Clone)]
pub struct Sender {
    pub account: AccountId,
    pub role: Role,
    /// Regions whose cases the sender may review; everything below them too.
    pub regions: Vec<RegionId>,
    pub revoked: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundStanding {
    Open,
    Closed,
    Unknown,
}

/// The lane part of a push.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    pub from: Seq,
    pub previous: Option<OpId>,
}

/// What to commit before the answer is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushDecision<'a> {
    Gap { length: Seq },
    Fork,
    Accept(Accepted<'a>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<'a> {
    /// Ids to append to the lane, for positions `lane_length + 1` on.
    pub lane_appends: Vec<OpId>,
    /// New ops for the partition's log.
    pub merges: Vec<&'a Op>,
    /// New ops to keep aside, with the reason.
    pub quarantines: Vec<(&'a Op, QuarantineCode)>,
    pub verified: Seq,
    /// One per op of the request, in order.
    pub macs: Vec<Mac>,
    /// Positions of this request's ops that are kept aside.
    pub quarantined: Vec<(Seq, QuarantineCode)>,
}

/// Decides about a push. `is_question` says whether a path is one of the op's questionnaire.
pub fn decide_push<'a>(
    stretch: Stretch,
    ops: &'a [(Op, Option<Mac>)],
    view: PushView<'_>,
    is_question: impl Fn(&Op) -> bool,
) -> PushDecision<'a> {
    let before = stretch.from.0.saturating_sub(1);
    if stretch.from == Seq::ZERO || view.lane_length.0 < before {
        return PushDecision::Gap {
            length: view.lane_length,
        };
    }
    // The tail begins at `from - 1`, or at 1 when there is nothing before.
    let (previous, overlap) = match before {
        0 => (None, view.lane_tail),
        _ => match view.lane_tail.split_first() {
            Some((first, rest)) => (Some(*first), rest),
            None => {
                return PushDecision::Gap {
                    length: view.lane_length,
                };
            }
        },
    };
    let overlaps_equal = overlap
        .iter()
        .zip(ops)
        .all(|(stored, (op, _))| *stored == op.id());
    let is_checked = !is_on(Mutant::NoOverlapCheck);
    if is_checked && (previous != stretch.previous || !overlaps_equal) {
        return PushDecision::Fork;
    }
    PushDecision::Accept(accept(stretch.from, ops, view, overlap.len(), is_question))
}

fn accept<'a>(
    from: Seq,
    ops: &'a [(Op, Option<Mac>)],
    view: PushView<'_>,
    overlap: usize,
    is_question: impl Fn(&Op) -> bool,
) -> Accepted<'a> {
    let mut accepted = Accepted {
        lane_appends: ops.iter().skip(overlap).map(|(op, _)| op.id()).collect(),
        merges: Vec::new(),
        quarantines: Vec::new(),
        verified: match is_on(Mutant::FrontierAcknowledged) {
            true => view.lane_length.max(Seq(from.0 - 1).plus(ops.len())),
            false => Seq(from.0 - 1).plus(ops.len()),
        },
        macs: Vec::with_capacity(ops.len()),
        quarantined: Vec::new(),
    };
    let twice = sent_twice(ops);
    let mut fresh = BTreeSet::new();
    let mut lamports = view.lamports.clone();
    // Most pushes have seen nothing, and then nobody asks for the numbers of what they bring.
    let is_built_upon = ops.iter().any(|(op, _)| !op.seen.is_empty());
    for (index, (op, mac)) in ops.iter().enumerate() {
        let is_trusted = index < overlap && is_on(Mutant::NoOverlapCheck);
        let is_known = is_trusted || view.known.contains(&op.id()) && !is_on(Mutant::NoDedupe);
        // What was merged once is merged, whatever became of its bearer since.
        let verdict = match is_known {
            true => Ok(()),
            false => verdict(op, *mac, &view, &lamports, &is_question),
        };
        if is_built_upon && proves_a_number(op, verdict.err()) {
            lamports.insert(op.id(), op.lamport);
        }
        let is_first = !twice.contains(&op.id()) || fresh.insert(op.id());
        let is_fresh = !is_known && is_first;
        match verdict {
            Ok(()) => {
                accepted.macs.push(view.key.mac(op.id()));
                if is_fresh {
                    accepted.merges.push(op);
                }
            }
            Err(code) => {
                accepted.macs.push(NO_MAC);
                accepted.quarantined.push((from.plus(index), code));
                if is_fresh && !is_on(Mutant::AsideDropped) {
                    accepted.quarantines.push((op, code));
                }
            }
        }
    }
    accepted
}

/// The ids that stand in one push more than once: none, from a phone that goes right.
fn sent_twice(ops: &[(Op, Option<Mac>)]) -> BTreeSet<OpId> {
    let mut ids: Vec<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).filter(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0]).collect()
}

fn verdict(
    op: &Op,
    mac: Option<Mac>,
    view: &PushView<'_>,
    lamports: &BTreeMap<OpId, u64>,
    is_question: &impl Fn(&Op) -> bool,
) -> Result<(), QuarantineCode> {
    if mac == Some(view.key.mac(op.id())) {
        // The hub itself had accepted it once; any bearer may bring it back, a revoked one too: perhaps nobody else has
        // it any more, and it cannot be made up.
        return Ok(());
    }
    // Before all else: the number of whatever is kept aside for another reason may be built upon.
    if decides(op) && Some(op.lamport) != lamport_after(op, lamports) {
        return Err(QuarantineCode::LamportMismatch);
    }
    check_bounds(op)?;
    if view.sender.revoked {
        return Err(QuarantineCode::RevokedDevice);
    }
    if op.author != view.sender.account {
        return Err(QuarantineCode::ForeignAuthor);
    }
    if op.role != view.sender.role {
        return Err(QuarantineCode::RoleMismatch);
    }
    match view.round {
        RoundStanding::Open => {}
        RoundStanding::Closed => return Err(QuarantineCode::RoundClosed),
        RoundStanding::Unknown => return Err(QuarantineCode::UnknownRound),
    }
    let region = &op.case.region;
    let oversees = oversees(op.role, &view.sender.regions, region);
    if !oversees && !view.assigned.contains(region) {
        return Err(QuarantineCode::NeverAssigned);
    }
    match &op.change {
        Change::Review(Review::Submit(_)) => {}
        Change::Review(_) if oversees => {}
        Change::Review(_) => return Err(QuarantineCode::ReviewNotAllowed),
        _ if is_question(op) => {}
        _ => return Err(QuarantineCode::UnknownQuestion),
    }
    if matches!(op.change, Change::Review(_)) != (op.path == Path::root()) {
        return Err(QuarantineCode::UnknownQuestion);
    }
    Ok(())
}

/// Whether a region is under somebody's review. At the national level, no list means the whole country.
fn oversees(role: Role, regions: &[RegionId], region: &RegionId) -> bool {
    let is_everywhere = role == Role::National && regions.is_empty();
    role.reviews() && (is_everywhere || regions.iter().any(|scope| region.is_within(scope)))
}

/// Whether an op's number may be built upon: only one that was checked itself. `code` is why it is kept aside, if it is.
pub fn proves_a_number(op: &Op, code: Option<QuarantineCode>) -> bool {
    decides(op) && code != Some(QuarantineCode::LamportMismatch)
}

/// Whether the op's Lamport number can ever prefer it to another op; those of rows and comments only order them.
fn decides(op: &Op) -> bool {
    matches!(Kind::of(&op.change), Some(Kind::Value | Kind::Review))
}

/// 1 + the greatest that the op has seen; none when it has seen what the hub does not have.
fn lamport_after(op: &Op, lamports: &BTreeMap<OpId, u64>) -> Option<u64> {
    let mut seen = op.seen.iter().map(|id| lamports.get(id).copied());
    let greatest = seen.try_fold(0, |greatest, lamport| Some(lamport?.max(greatest)));
    greatest?.checked_add(1)
}

/// What ops of a push have seen and do not bring along: the caller looks up these Lamport numbers.
pub fn seen_elsewhere(ops: &[(Op, Option<Mac>)]) -> BTreeSet<OpId> {
    if ops.iter().all(|(op, _)| op.seen.is_empty()) {
        return BTreeSet::new();
    }
    let brought: BTreeSet<OpId> = ops.iter().map(|(op, _)| op.id()).collect();
    let deciding = ops.iter().map(|(op, _)| op).filter(|op| decides(op));
    let seen = deciding.flat_map(|op| &op.seen).copied();
    seen.filter(|id| !brought.contains(id)).collect()
}

/// What no reader could take, or what would have the last word for ever.
fn check_bounds(op: &Op) -> Result<(), QuarantineCode> {
    if op.lamport == 0 || LAMPORT_MAX < op.lamport {
        return Err(QuarantineCode::LamportMismatch);
    }
    match op.is_exact() && fits(op) {
        true => Ok(()),
        false => Err(QuarantineCode::TooLarge),
    }
}

/// Stands where an op was kept aside. A real one would prove that the hub had accepted the op, and bring it in next time.
const NO_MAC: Mac = Mac([0; 16]);

/// Whether a person may let in what was kept aside. `sender` is who brought it; what somebody else seems to have
/// written, or what the author may never write, stays out: so a review comes in where its author oversees the village.
///
/// # Errors
/// The code under which it stays aside.
pub fn decide_admission(op: &Op, sender: &Sender) -> Result<(), QuarantineCode> {
    if op.author != sender.account {
        return Err(QuarantineCode::ForeignAuthor);
    }
    if op.role != sender.role {
        return Err(QuarantineCode::RoleMismatch);
    }
    let is_review = matches!(op.change, Change::Review(_));
    let is_submission = matches!(op.change, Change::Review(Review::Submit(_)));
    if is_review && !is_submission && !oversees(op.role, &sender.regions, &op.case.region) {
        return Err(QuarantineCode::ReviewNotAllowed);
    }
    if is_review != (op.path == Path::root()) {
        return Err(QuarantineCode::UnknownQuestion);
    }
    check_bounds(op)
}

/// What the hub has at the places that a phone asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// How many positions the hub has of the phone's lane.
    pub lane_length: Seq,
    /// The op at the position of the lane that the phone believes verified.
    pub lane_id: Option<OpId>,
    /// The op at the position of the phone's cursor.
    pub cursor_id: Option<OpId>,
    /// How much of the lane survives the loss of this hub; nothing where that is not known.
    pub safe: Option<Seq>,
}

/// Compares what a phone believes of a partition with what the hub has.
pub fn partition_status(asked: PartitionHello, epoch: Epoch, found: Found) -> PartitionStatus {
    PartitionStatus {
        lane_length: found.lane_length,
        lane_matches: asked.verified == Seq::ZERO || found.lane_id == asked.last,
        cursor_matches: cursor_matches(asked.cursor.as_ref(), epoch, found.cursor_id),
        partition: asked.partition,
        safe: found.safe,
    }
}

/// Goes up when [`Sight::sees`] lets through more than before, so that phones read again what they passed over.
const SIGHT_VERSION: u8 = 1;

/// What an account may be given of a round's ops.
#[derive(Debug, Clone)]
pub struct Sight {
    pub account: AccountId,
    pub role: Role,
    /// Regions that it oversees, if its role reviews.
    pub regions: Vec<RegionId>,
    /// Villages that are its work now.
    pub villages: BTreeSet<RegionId>,
}

impl Sight {
    /// Changes whenever the account may see more or less than before.
    pub fn digest(&self) -> Digest {
        let mut hash = Sha256::new();
        hash.update([SIGHT_VERSION, self.role.rank()]);
        let scopes = self.regions.iter().chain(&self.villages);
        for region in scopes {
            hash.update(region.as_str());
            hash.update([0]);
        }
        // Between the two lists, since either may be empty.
        hash.update((self.regions.len() as u64).to_be_bytes());
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize()[..16]);
        Digest(half)
    }

    /// `is_personal` says whether the op answers a question of which others are told nothing. What a reviewer remarks
    /// there is for all who fill the village: it says what is to be mended, and who has to mend it may be any of them.
    pub fn sees(&self, op: &Op, is_personal: impl FnOnce() -> bool) -> bool {
        if is_on(Mutant::EverythingSeen) || op.author == self.account {
            return true;
        }
        let region = &op.case.region;
        let is_anywhere = is_on(Mutant::RegionsIgnored) && self.role.reviews();
        if oversees(self.role, &self.regions, region) || is_anywhere {
            return true;
        }
        let shares = self.villages.contains(region) || is_on(Mutant::VillagesIgnored);
        let is_remark = op.role.reviews() && matches!(op.change, Change::Comment(_));
        shares && (self.role.reviews() || is_remark || !is_personal())
    }
}

/// What the hub holds of one thing that a phone would give up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// When it came into the life of the data that the hub has now.
    pub received: Millis,
    /// Whether it lies in the newest verified backup, or there never was one.
    pub backed_up: bool,
}

/// How old a backup may be that is put back: what the hub has had for longer, phones may have given up.
pub fn backup_age_max_ms() -> i64 {
    retention_ms() / 2
}

/// How the worst kept of what a phone would give up is kept.
///
/// What lies in the newest backup may still lack in one that was made before, as where a disk was copied back, so it
/// must have been here for longer than a backup is used.
pub fn keeping(found: impl IntoIterator<Item = Option<Kept>>, now: Millis) -> Keeping {
    let is_safe = |kept: Kept| {
        let is_old = now.0 - kept.received.0 >= backup_age_max_ms();
        let is_backed_up = kept.backed_up || is_on(Mutant::ForgottenUnsafe);
        is_backed_up && (is_old || is_on(Mutant::ForgottenTooEarly))
    };
    let kept = found.into_iter().map(|kept| match kept {
        None if is_on(Mutant::ForgottenBeforeReceipt) => Keeping::Safe,
        None => Keeping::Missing,
        Some(kept) if is_safe(kept) => Keeping::Safe,
        Some(_) => Keeping::Here,
    });
    kept.min().unwrap_or(Keeping::Safe)
}

/// Whether the phone's cursor still points at what it read.
///
/// `stored` is the id that the hub has at that position, if it has one.
pub fn cursor_matches(cursor: Option<&Cursor>, epoch: Epoch, stored: Option<OpId>) -> bool {
    cursor.is_none_or(|cursor| {
        is_on(Mutant::NoEpoch)
            || cursor.epoch == epoch && (cursor.position == Seq::ZERO || cursor.id == stored)
    })
}

/// The hub's secret, taken in already: each MAC begins with a copy. Part of every backup.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKey(redacted)")
    }
}

impl MacKey {
    pub fn new(secret: [u8; 32]) -> MacKey {
        MacKey(Hmac::new_from_slice(&secret).expect("HMAC takes keys of any length"))
    }

    /// The first half of HMAC-SHA-256 over the op's id.
    pub fn mac(&self, id: OpId) -> Mac {
        let mut hash = self.0.clone();
        hash.update(b"lumbung-mac-1\n");
        hash.update(&id.0);
        let mut half = [0; 16];
        half.copy_from_slice(&hash.finalize().into_bytes()[..16]);
        Mac(half)
    }

    /// Seals what a phone carries for the hub: HMAC-SHA-256 over it.
    pub fn seal(&self, content: &[u8]) -> [u8; 32] {
        self.sealing(content).finalize().into_bytes().into()
    }

    /// Whether this key made the seal; takes the same time whatever differs.
    pub fn is_seal(&self, content: &[u8], seal: &[u8]) -> bool {
        self.sealing(content).verify_slice(seal).is_ok()
    }

    fn sealing(&self, content: &[u8]) -> Hmac<Sha256> {
        let mut hash = self.0.clone();
        hash.update(b"lumbung-seal-1\n");
        hash.update(content);
        hash
    }
}

#[cfg(test)]
mod tests;
