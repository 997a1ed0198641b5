//! Deliberate faults, by which the simulator shows that its checks bite.
//!
//! Always: off unless a test turned one on in its own thread. Without the feature `mutants` the question is answered
//! at compile time, and nothing of this is in what ships.
//! Never: decides anything in a world without mutants.

use crate::time::DAY_MS;
use crate::wire::v1::BATCH_OPS_MAX;

/// How long a phone keeps what it does not need any more: twice the age of the oldest backup that may be restored.
const RETENTION_MS: i64 = 60 * DAY_MS;

/// A rule that is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// The hub acknowledges all that it has of the lane, and the phone believes it.
    FrontierAcknowledged,
    /// The hub does not compare ids where a push overlaps what it has of the lane.
    NoOverlapCheck,
    /// Lives of the hub are not told apart, and a cursor is a bare position.
    NoEpoch,
    /// The phone does not look whether the hub has less of the lane or the log than it had.
    NoShortfallGuard,
    /// The hub stores what it has once more.
    NoDedupe,
    /// What the hub keeps aside is not kept.
    AsideDropped,
    /// Everybody is given everything.
    EverythingSeen,
    /// Whoever reviews is given every region.
    RegionsIgnored,
    /// Whoever has work is given every village.
    VillagesIgnored,
    /// An op names nothing that its author had seen.
    SeenForgotten,
    /// An op claims to have seen what came while its author typed.
    UnseenClaimed,
    /// An op that was sent is taken back.
    SquashedAfterSend,
    /// The next step is taken while the commit before it is under way.
    SentBeforeCommit,
    /// An op is sealed while its first commit is under way.
    SealedBeforeSaved,
    /// A phone whose lane is used by another goes on with it.
    LaneKeptAfterFork,
    /// A phone whose cursor was reset does not bring back what it holds of others.
    NothingOfferedAfterReset,
    /// A restored hub gets back only what the phone itself wrote.
    OthersNotOffered,
    /// A phone gives up villages that it was to bring.
    ForgottenBeforeReceipt,
    /// A phone gives up villages that lie in no backup.
    ForgottenUnsafe,
    /// A phone gives up villages as soon as they are safe, while older backups may still be restored.
    ForgottenTooEarly,
    /// A phone gives up villages that are its work.
    ForgottenWhileAssigned,
    /// A phone that gives up a village asks after its ops only.
    PhotosForgotten,
    /// A photo belongs to the case that it was kept for last, whatever names it.
    PhotosOfOneCase,
    /// A phone believes a bundle's receipt, whoever's ops it is about.
    ReceiptUnread,
    /// A phone whose try failed sets no time for the next.
    NeverWoken,
    /// A desk does not note where the hub stood when it opened a case.
    DeskWithoutCursor,
    /// Roles do not count for the provisional answer.
    RolesIgnored,
}

/// What a simulated world asks of the machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    pub mutant: Option<Mutant>,
    /// Ops in one push, so that a few make several batches.
    pub batch_ops_max: usize,
    /// How long phones keep what they do not need any more.
    pub retention_ms: i64,
}

#[cfg(feature = "mutants")]
thread_local! {
    static SETTING: std::cell::Cell<Option<Setting>> = const { std::cell::Cell::new(None) };
}

/// Whether this thread runs with the fault.
#[cfg(feature = "mutants")]
pub(crate) fn is_on(mutant: Mutant) -> bool {
    let setting = SETTING.get();
    setting.is_some_and(|setting| setting.mutant == Some(mutant))
}

#[cfg(not(feature = "mutants"))]
#[inline(always)]
pub(crate) const fn is_on(_: Mutant) -> bool {
    false
}

#[cfg(feature = "mutants")]
pub(crate) fn batch_ops_max() -> usize {
    let setting = SETTING.get();
    setting.map_or(BATCH_OPS_MAX, |setting| setting.batch_ops_max)
}

#[cfg(not(feature = "mutants"))]
#[inline(always)]
pub(crate) const fn batch_ops_max() -> usize {
    BATCH_OPS_MAX
}

#[cfg(feature = "mutants")]
pub(crate) fn retention_ms() -> i64 {
    let setting = SETTING.get();
    setting.map_or(RETENTION_MS, |setting| setting.retention_ms)
}

#[cfg(not(feature = "mutants"))]
#[inline(always)]
pub(crate) const fn retention_ms() -> i64 {
    RETENTION_MS
}

/// Does something in such a world.
#[cfg(feature = "mutants")]
pub fn within<T>(setting: Setting, act: impl FnOnce() -> T) -> T {
    let before = SETTING.replace(Some(setting));
    let done = act();
    SETTING.set(before);
    done
}
