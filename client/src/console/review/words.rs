//! Where a case stands and why it should be looked at, in words and chips.
//!
//! Always: a reason is a sentence that stands alone.
//! Never: a colour without a word.

use shared::merge::Status;
use shared::wire::review::Reason;

use crate::i18n::texts;
use crate::ui::ChipKind;

/// The status as a word and the kind of its chip.
pub(in crate::console) fn status_chip(status: Status) -> (ChipKind, &'static str) {
    let kind = match status {
        Status::Assigned => ChipKind::Plain,
        Status::Started => ChipKind::Info,
        Status::Submitted | Status::Returned => ChipKind::Wait,
        Status::Approved => ChipKind::Ok,
        Status::Rejected => ChipKind::Bad,
    };
    (kind, status_name(status))
}

pub(in crate::console) fn status_name(status: Status) -> &'static str {
    let words = &texts().console.review;
    words.statuses[Statuses::index(status)]
}

/// All statuses in the order in which a case passes them, with their words in the address.
pub(in crate::console) struct Statuses;

impl Statuses {
    pub(in crate::console) const ALL: [(Status, &'static str); 6] = [
        (Status::Submitted, "dikirim"),
        (Status::Returned, "dikembalikan"),
        (Status::Started, "dimulai"),
        (Status::Assigned, "ditugaskan"),
        (Status::Approved, "disetujui"),
        (Status::Rejected, "ditolak"),
    ];

    fn index(status: Status) -> usize {
        match status {
            Status::Assigned => 0,
            Status::Started => 1,
            Status::Submitted => 2,
            Status::Returned => 3,
            Status::Approved => 4,
            Status::Rejected => 5,
        }
    }
}

/// A reason as a short chip.
pub(in crate::console) fn reason_chip(reason: &Reason) -> (ChipKind, String) {
    let words = &texts().console.review;
    let first = |id: &String, en: &String| {
        if texts().code == "id" {
            id.clone()
        } else {
            en.clone()
        }
    };
    match reason {
        Reason::Conflicts { count } => (ChipKind::Bad, (words.why_conflicts)(*count)),
        Reason::Errors {
            count,
            first_id,
            first_en,
        } => (
            ChipKind::Bad,
            (words.why_errors)(*count, &first(first_id, first_en)),
        ),
        Reason::Doubts {
            count,
            first_id,
            first_en,
        } => (
            ChipKind::Wait,
            (words.why_doubts)(*count, &first(first_id, first_en)),
        ),
        Reason::Noted { count } => (ChipKind::Info, (words.why_noted)(*count)),
        Reason::ChangedSinceApproval => (ChipKind::Bad, words.why_changed.to_owned()),
        Reason::Resubmitted => (ChipKind::Info, words.why_resubmitted.to_owned()),
        Reason::Quarantined { count } => (ChipKind::Wait, (words.why_quarantined)(*count)),
        Reason::CoarsePosition { metres } => (ChipKind::Wait, (words.why_coarse)(*metres)),
        Reason::ShortVisit { minutes } => (ChipKind::Wait, (words.why_short)(*minutes)),
    }
}
