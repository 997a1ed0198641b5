//! What the phone knows, in words: states, troubles, authors, answers.
//!
//! Always: what happened, what is safe, what to do.
//! Never: a code alone where a sentence is known.

use shared::answers::{Answer, Point, Value};
use shared::ids::Role;
use shared::merge::{CaseState, Status};
use shared::questionnaire::interview::{Finding, ItemView};
use shared::questionnaire::model::Kind;
use shared::questionnaire::typed::format_value;
use shared::sync::phone::{CaseStatus, Failure};
use shared::time::{Millis, Moment};
use shared::wire::v1::{AssignmentView, QuarantineCode};

use crate::driver::Driver;
use crate::i18n::{date_text, texts, time_text};
use crate::platform;
use crate::ui::ChipKind;

/// The local time of a moment that only has a wall clock: on this phone's zone.
pub(super) fn local(wall: Millis) -> Moment {
    Moment {
        wall,
        zone_minutes: platform::clock().moment.zone_minutes,
    }
}

/// `Sel 3 Nov 2026 10.42`.
pub(super) fn when(moment: Moment) -> String {
    format!(
        "{} {}",
        date_text(moment.date(), texts()),
        time_text(moment)
    )
}

/// `Wewiku · Kab. Malaka`: what a card has room for.
pub(super) fn place_text(assignment: &AssignmentView) -> String {
    let regency = &assignment.regency;
    match regency.strip_prefix("Kabupaten ") {
        Some(name) => format!("{} · Kab. {name}", assignment.district),
        None => format!("{} · {regency}", assignment.district),
    }
}

/// The chip of a village.
pub(super) fn state_chip(state: &CaseState, status: &CaseStatus) -> (ChipKind, &'static str) {
    let words = &texts().collector;
    if !status.quarantined.is_empty() {
        return (ChipKind::Bad, words.state_held());
    }
    match state.status {
        Status::Assigned => (ChipKind::Plain, words.state_assigned()),
        Status::Started => (ChipKind::Info, words.state_started()),
        Status::Submitted if status.is_received() => (ChipKind::Ok, words.state_received()),
        Status::Submitted => (ChipKind::Wait, words.state_waiting()),
        Status::Returned => (ChipKind::Bad, words.state_returned()),
        Status::Approved if state.changed_since_approval => (ChipKind::Wait, words.state_changed()),
        Status::Approved => (ChipKind::Ok, words.state_approved()),
        Status::Rejected => (ChipKind::Plain, words.state_rejected()),
    }
}

/// Why the server keeps answers aside; they are not lost.
pub(super) fn held_reason(code: QuarantineCode) -> &'static str {
    let words = &texts().collector;
    match code {
        QuarantineCode::NeverAssigned => words.held_never_assigned(),
        QuarantineCode::RoundClosed | QuarantineCode::UnknownRound => words.held_round_closed(),
        QuarantineCode::UnknownQuestion => words.held_unknown_question(),
        QuarantineCode::RevokedDevice => words.held_revoked(),
        QuarantineCode::ForeignAuthor
        | QuarantineCode::RoleMismatch
        | QuarantineCode::ReviewNotAllowed
        | QuarantineCode::TooLarge
        | QuarantineCode::LamportMismatch => words.held_other(),
    }
}

/// What went wrong on the way to the server, and the next step.
pub(super) fn failure_text(failure: &Failure) -> String {
    let texts = texts();
    match failure {
        Failure::NoSignal => texts.common.net.offline.to_owned(),
        Failure::Stranger => texts.common.net.stranger.to_owned(),
        Failure::Storage => texts.common.store.closed.to_owned(),
        Failure::Refused { code } => match code.as_str() {
            "device_revoked" | "device_unknown" => texts.collector.held_revoked().to_owned(),
            "wire_version" => texts.collector.app_too_old().to_owned(),
            "copies_differ" => texts.collector.copies_differ().to_owned(),
            _ => texts.common.net.refused(code),
        },
    }
}

/// The word about the signal, as the last try found it.
pub(super) fn signal_chip(driver: &Driver) -> (ChipKind, &'static str) {
    let words = &texts().collector;
    if driver.is_syncing() {
        return (ChipKind::Info, words.syncing());
    }
    let is_cut_off = !platform::is_online() || driver.failure() == Some(Failure::NoSignal);
    match (is_cut_off, driver.failure()) {
        (true, _) => (ChipKind::Wait, texts().common.offline),
        (false, Some(_)) => (ChipKind::Bad, words.not_connected()),
        (false, None) => (ChipKind::Ok, words.connected()),
    }
}

/// Who wrote something, as far as this phone knows.
pub(super) fn author_text(driver: &Driver, author: shared::ids::AccountId, role: Role) -> String {
    let words = &texts().collector;
    if driver.me().account.id == author {
        return words.you().to_owned();
    }
    match role {
        Role::Enumerator => words.other_enumerator(),
        Role::Supervisor => words.supervisor(),
        Role::Regency | Role::Province | Role::National => words.office(),
        Role::Analyst | Role::Administrator => words.office(),
    }
    .to_owned()
}

/// An answer whose question is not at hand.
pub(super) fn answer_of(answer: &Answer) -> String {
    let words = &texts().collector;
    match answer {
        Answer::Unknown => words.unknown().to_owned(),
        Answer::Refused => words.refused().to_owned(),
        Answer::Value(Value::Point(point)) => point_text(point),
        Answer::Value(value) => format_value(value),
    }
}

/// An answer as people read it.
pub(super) fn answer_text(item: &ItemView, answer: &Answer) -> String {
    let words = &texts().collector;
    let label = |name: &String| {
        let found = item.choices.iter().find(|choice| choice.name == *name);
        found.map_or_else(|| name.clone(), |choice| choice.label.clone())
    };
    match answer {
        Answer::Value(Value::Choice(name)) => label(name),
        Answer::Value(Value::Choices(names)) if names.is_empty() => words.none_chosen().to_owned(),
        Answer::Value(Value::Choices(names)) => {
            names.iter().map(label).collect::<Vec<_>>().join(", ")
        }
        Answer::Value(Value::File(_)) if item.kind == Kind::Image => words.photo().to_owned(),
        other => answer_of(other),
    }
}

/// `−9,51234°, 124,28001° · ±12 m`.
pub(super) fn point_text(point: &Point) -> String {
    format!(
        "{}°, {}° · ±{} m",
        degrees(point.latitude_e7),
        degrees(point.longitude_e7),
        metres(point.accuracy_cm)
    )
}

/// Whole metres, rounded up.
pub(super) fn metres(centimetres: i64) -> i64 {
    (centimetres + 99).div_euclid(100)
}

fn degrees(e7: i64) -> String {
    let sign = if e7 < 0 { "−" } else { "" };
    // Five places are a metre.
    let e5 = (e7.unsigned_abs() + 50) / 100;
    format!("{sign}{},{:05}", e5 / 100_000, e5 % 100_000)
}

/// A finding in the language of the screen.
pub(super) fn finding_text(finding: &Finding) -> String {
    match texts().code {
        "id" => finding.message_id.clone(),
        _ => finding.message_en.clone(),
    }
}
