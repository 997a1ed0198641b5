//! Whether what people sent could be lost: backups, which phones hold what the server lacks, and rounds that only
//! phones know.
//!
//! Always: says so where there never was a backup, or the last one failed; says who holds what is missing, and when it
//! is back.

use leptos::prelude::*;
use shared::ids::{RegionId, RoundId};
use shared::time::{DAY_MS, Millis};
use shared::wire::office::{
    ForgottenRound, Mismatch, MismatchView, RegionName, RestoredView, SafetyView, ShortfallView,
};

use super::erase::ErasePersonal;
use super::load::{Source, Work};
use super::round_new::RoundAgainDialog;
use super::{age, when};
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Call, Method};
use crate::platform;
use crate::ui::{Button, Cell, ChipKind, Column, DataTable, Message, MessageKind, Row, view};

const PATH: &str = "/api/v1/safety";
/// Somebody has looked after a restore.
const SETTLE: &str = "/api/v1/safety/settle";
/// A nightly backup that failed once is one and a half days old in the morning after.
const OLD_MS: i64 = 2 * DAY_MS;
/// Digits of an id that a person reads out.
const DEVICE_DIGITS: usize = 8;

#[component]
pub fn SafetyPage() -> AnyView {
    let words = texts().console.handed;
    let safety = Source::<SafetyView>::new(PATH);
    let rows = Signal::derive(move || {
        let Some(safety) = safety.value.get() else {
            return Vec::new();
        };
        let rows = safety.shortfalls.iter().enumerate();
        rows.map(|(index, short)| row(index, short, &safety))
            .collect()
    });
    let differing = Signal::derive(move || {
        let Some(safety) = safety.value.get() else {
            return Vec::new();
        };
        let rows = safety.mismatches.iter().enumerate();
        rows.map(|(index, it)| differing_row(index, it, &safety))
            .collect()
    });
    let shown = move || {
        let found = safety.value.get();
        let Some(found) = found else {
            return ().into_any();
        };
        let is_whole = found.shortfalls.is_empty() && found.mismatches.is_empty();
        let missing = if is_whole {
            view! { <Message kind=MessageKind::Ok test="nothing-missing">{words.whole}</Message> }
        } else if found.shortfalls.is_empty() {
            ().into_any()
        } else {
            view! {
                <h2>{words.short}</h2>
                <p class="muted">{words.short_body}</p>
                <DataTable columns=columns() rows=rows name=words.short row_test="shortfall-row"/>
            }
        };
        let differing = if found.mismatches.is_empty() {
            ().into_any()
        } else {
            view! {
                <h2>{words.differs}</h2>
                <p class="muted">{words.differs_body}</p>
                <DataTable columns=differing_columns() rows=differing name=words.differs row_test="mismatch-row"/>
            }
        };
        let forgotten = found.forgotten_rounds.iter();
        let forgotten: Vec<AnyView> = forgotten.map(|it| self::forgotten(it, &found)).collect();
        view! {
            {found.restored.as_ref().map(|it| restored(it, safety))}
            <h2>{words.backup}</h2>
            {backup(&found)}
            {found.failed_backup.map(failed)}
            {missing}
            {differing}
            {forgotten}
            <ErasePersonal/>
        }
    };
    view! {
        <header class="pagehead"><h1>{words.safety_title}</h1></header>
        <main>{safety.show(shown)}</main>
    }
}

fn failed(at: Millis) -> AnyView {
    let texts = texts();
    let text = (texts.console.handed.backup_failed)(&when(at, texts), &age(at, texts));
    view! { <Message kind=MessageKind::Error test="backup-failed">{text}</Message> }
}

/// What a restore may have forgotten, until somebody has looked.
fn restored(found: &RestoredView, safety: Source<SafetyView>) -> AnyView {
    let texts = texts();
    let words = texts.console.handed;
    let work = Work::new();
    let mut text = vec![(words.restored)(
        &when(found.restored, texts),
        &when(found.made, texts),
    )];
    text.push(match found.carried_out {
        Some(count) => (words.restored_again)(count),
        None => words.restored_unnoted.to_owned(),
    });
    if 0 < found.unread {
        text.push((words.restored_unread)(found.unread));
    }
    text.push(words.restored_look.to_owned());
    let text = text.join(" ");
    let settle = move |_| {
        let call = Call::new(Method::Post, SETTLE, Auth::Cookie);
        work.run(net::send(call), move |_| {
            work.toasts.say(words.restored_settled);
            safety.reload();
        });
    };
    view! {
        <section class="stack" data-test="restored">
            <Message kind=MessageKind::Doubt>{text}</Message>
            <div class="actions">
                <a class="btn small" href="#/akun/ponsel">{words.restored_phones}</a>
                <a class="btn small" href="#/akun">{words.restored_accounts}</a>
                <Button small=true busy=work.busy test="settle-restore" on_press=settle>{words.restored_done}</Button>
            </div>
            {work.failure_view()}
        </section>
    }
}

/// A round that the server forgot, with the way to open it again.
fn forgotten(forgotten: &ForgottenRound, safety: &SafetyView) -> AnyView {
    let words = texts().console.handed;
    let open = RwSignal::new(false);
    let regencies = forgotten.regencies.iter().map(|code| RegionName {
        name: region(code, safety),
        code: code.clone(),
    });
    let regencies: Vec<RegionName> = regencies.collect();
    let names: Vec<&str> = regencies.iter().map(|it| it.name.as_str()).collect();
    let text = (words.forgotten)(&digits(forgotten.round.to_string()), &names.join(", "));
    let round = forgotten.round;
    view! {
        <section class="stack" data-test="forgotten-round">
            <Message kind=MessageKind::Doubt>{text}</Message>
            <div class="actions">
                <Button small=true test="open-again" on_press=move |_| open.set(true)>{words.forgotten_open}</Button>
            </div>
            <RoundAgainDialog open round regencies=regencies.clone()/>
        </section>
    }
}

/// A kabupaten by its name; by its code where the list of regions lacks it.
fn region(code: &RegionId, safety: &SafetyView) -> String {
    let name = safety.region_names.get(code).cloned();
    name.unwrap_or_else(|| code.to_string())
}

/// The beginning of an id, as people read it out.
fn digits(id: String) -> String {
    id.chars().take(DEVICE_DIGITS).collect()
}

fn backup(safety: &SafetyView) -> AnyView {
    let texts = texts();
    let words = texts.console.handed;
    let Some(at) = safety.last_backup else {
        let text = (words.backup_none)(safety.grace_days);
        return view! { <Message kind=MessageKind::Error test="backup">{text}</Message> };
    };
    let past_ms = platform::clock().moment.wall.0.saturating_sub(at.0);
    let is_old = OLD_MS < past_ms;
    let mut text = (words.backup_at)(&when(at, texts), &age(at, texts));
    if is_old {
        text.push(' ');
        text.push_str(words.backup_old);
    }
    if safety.shares_disk {
        text.push(' ');
        text.push_str(words.backup_beside);
    }
    let kind = match is_old || safety.shares_disk {
        true => MessageKind::Doubt,
        false => MessageKind::Ok,
    };
    view! { <Message kind=kind test="backup">{text}</Message> }
}

fn columns() -> Vec<Column> {
    let words = texts().console.handed;
    vec![
        Column::text("device", words.short_phone),
        Column::text("who", words.short_who),
        Column::text("where", words.short_where),
        Column::number("missing", words.short_missing),
        Column::text("noted", words.short_noted),
        Column::text("state", words.short_state),
    ]
}

fn row(index: usize, short: &ShortfallView, safety: &SafetyView) -> Row {
    let texts = texts();
    let words = texts.console.handed;
    let (state, kind) = match short.recovered {
        Some(at) => ((words.short_recovered)(&when(at, texts)), ChipKind::Ok),
        None => (words.short_open.to_owned(), ChipKind::Bad),
    };
    let mut state = Cell::text(state);
    state.chip = Some(kind);
    Row {
        id: index.to_string(),
        href: None,
        cells: vec![
            Cell::text(digits(short.device.to_string())),
            Cell::text(short.account_name.clone()),
            Cell::text(place(short.round, &short.regency, safety)),
            Cell::number(integer_text(short.missing as i64), short.missing as f64),
            Cell::number(when(short.noted, texts), short.noted.0 as f64),
            state,
        ],
    }
}

/// A round and a kabupaten, by their names where those are known.
fn place(round: RoundId, regency: &RegionId, safety: &SafetyView) -> String {
    let name = safety.round_names.get(&round).cloned();
    let name = name.unwrap_or_else(|| digits(round.to_string()));
    format!("{name} · {}", region(regency, safety))
}

fn differing_columns() -> Vec<Column> {
    let words = texts().console.handed;
    vec![
        Column::text("device", words.short_phone),
        Column::text("who", words.short_who),
        Column::text("where", words.short_where),
        Column::text("what", words.differs_what),
        Column::number("noted", words.short_noted),
        Column::text("state", words.short_state),
    ]
}

fn differing_row(index: usize, found: &MismatchView, safety: &SafetyView) -> Row {
    let texts = texts();
    let words = texts.console.handed;
    let (state, kind) = match found.recovered {
        Some(at) => ((words.differs_same)(&when(at, texts)), ChipKind::Ok),
        None => (words.differs_open.to_owned(), ChipKind::Bad),
    };
    let device = match found.device {
        Some(device) => digits(device.to_string()),
        None => words.differs_desk.to_owned(),
    };
    let what = match &found.what {
        Mismatch::Lane { missing } => (words.differs_lane)(*missing),
        Mismatch::Log { missing } => (words.differs_log)(*missing),
        Mismatch::Village { region } => (words.differs_village)(&self::region(region, safety)),
    };
    Row {
        id: index.to_string(),
        href: None,
        cells: vec![
            Cell::text(device),
            Cell::text(found.account_name.clone()),
            Cell::text(place(found.round, &found.regency, safety)),
            Cell::text(what),
            Cell::number(when(found.noted, texts), found.noted.0 as f64),
            Cell::chip(kind, state),
        ],
    }
}
