//! Ringkasan: how far the round is, per kabupaten, and what waits for whom.
//!
//! Always: a number leads to the cases that it counts; an empty screen says what to do next.
//! Never: estimates.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::Role;
use shared::merge::Status;
use shared::wire::office::{DeviceView, RoundView};
use shared::wire::review::{CaseSummary, QueueView};

use super::desk::{Loaded, Said, use_desk};
use super::review::{RoundPicker, Statuses, chosen_round, short_time, status_name};
use super::{set_title, use_session};
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth};
use crate::platform;
use crate::router::use_router;
use crate::ui::{
    Cell, Column, DataTable, EmptyState, ErrorState, Loading, Message, MessageKind, ProgressBar,
    Row, live, view,
};

/// A phone that said nothing for so long may be broken, lost or far from signal.
const SILENT_DAYS: i64 = 7;
/// Silent phones that are listed; the rest is counted.
const SILENT_SHOWN: usize = 20;

#[component]
pub(super) fn OverviewScreen() -> AnyView {
    let words = &texts().console.review;
    set_title(texts().console.overview);
    let (desk, router) = (use_desk(), use_router());
    let role = use_session().account().map(|account| account.role);
    let round = chosen_round(desk, router);
    let body = move || match (desk.standing(), desk.rounds()) {
        (Loaded::Failed(text), _) | (_, Loaded::Failed(text)) => {
            let again = Callback::new(move |()| desk.load_rounds());
            view! { <ErrorState text=text on_retry=again/> }
        }
        (Loaded::Loading, _) | (_, Loaded::Loading) => view! { <Loading/> },
        (Loaded::Ready(()), Loaded::Ready(rounds)) if rounds.is_empty() => no_round(role),
        (Loaded::Ready(()), Loaded::Ready(rounds)) => match role {
            Some(Role::Administrator) => rounds_of_administrator(&rounds),
            _ => live(move || round.get().map(progress)),
        },
    };
    let picker = (role != Some(Role::Administrator)).then(|| view! { <RoundPicker chosen=round/> });
    let devices = (role == Some(Role::Administrator)).then(silent_devices);
    view! {
        <header class="pagehead"><h1>{words.overview_title}</h1>{picker}</header>
        <main>{body}{devices}</main>
    }
}

fn no_round(role: Option<Role>) -> AnyView {
    let words = &texts().console.review;
    if role != Some(Role::Administrator) {
        return view! { <EmptyState title=words.no_round body=words.no_round_body test="no-round"/> };
    }
    view! {
        <EmptyState title=words.first_steps body=words.first_steps_body test="first-steps">
            <a class="btn primary" href="#/kuesioner">{texts().console.questionnaires_title}</a>
            <a class="btn" href="#/ronde">{texts().console.rounds_title}</a>
            <a class="btn" href="#/akun">{texts().console.accounts_title}</a>
        </EmptyState>
    }
}

/// Administrators see that rounds run, not what was answered.
fn rounds_of_administrator(rounds: &[RoundView]) -> AnyView {
    let words = &texts().console.review;
    let card = |round: &RoundView| {
        let regencies: Vec<&str> = round.regencies.iter().map(|r| r.name.as_str()).collect();
        view! {
            <section class="card" data-test=format!("round-{}", round.id)>
                <div class="head"><h3>{round.name.clone()}</h3></div>
                <p class="muted">{(words.round_line)(round.villages, round.regencies.len())}</p>
                <p class="small muted">{shortened(&regencies)}</p>
            </section>
        }
    };
    let cards: Vec<_> = rounds.iter().map(card).collect();
    view! { <div class="grid">{cards}</div> }
}

fn shortened(names: &[&str]) -> String {
    const NAMES_SHOWN: usize = 8;
    let mut text = names
        .iter()
        .take(NAMES_SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if NAMES_SHOWN < names.len() {
        text.push_str(&format!(" +{}", names.len() - NAMES_SHOWN));
    }
    text
}

fn progress(round: RoundView) -> AnyView {
    let desk = use_desk();
    let queue = RwSignal::new(Loaded::<Said<QueueView>>::Loading);
    let load = move || {
        spawn_local(async move {
            let loaded = match desk.queue(round.id).await {
                Ok(said) => Loaded::Ready(said),
                Err(text) => Loaded::Failed(text),
            };
            queue.try_set(loaded);
        });
    };
    load();
    let body = move || match queue.get() {
        Loaded::Loading => view! { <Loading/> },
        Loaded::Failed(text) => {
            let again = Callback::new(move |()| load());
            view! { <ErrorState text=text on_retry=again/> }
        }
        Loaded::Ready(said) => counted(round.id.to_string(), &said),
    };
    live(body)
}

fn counted(round: String, said: &Said<QueueView>) -> AnyView {
    let words = &texts().console.review;
    let cases = &said.value.cases;
    if cases.is_empty() {
        return view! { <EmptyState title=words.queue_empty body=words.queue_empty_body test="queue-empty"/> };
    }
    let old = said
        .is_old
        .then(|| view! { <Message kind=MessageKind::Doubt>{words.queue_is_old}</Message> });
    let tile = |(status, word): (Status, &'static str)| {
        let count = cases.iter().filter(|case| case.status == status).count();
        view! {
            <a class="tile" href=format!("#/pemeriksaan?ronde={round}&status={word}") data-test=format!("count-{word}")>
                <b class="num">{integer_text(count as i64)}</b>
                <span>{status_name(status)}</span>
            </a>
        }
    };
    let tiles: Vec<_> = Statuses::ALL.into_iter().map(tile).collect();
    let approved = cases
        .iter()
        .filter(|case| case.status == Status::Approved)
        .count();
    let doubtful = cases
        .iter()
        .filter(|case| case.status == Status::Submitted)
        .count();
    let waiting = (0 < doubtful).then(|| {
        view! {
            <a class="btn primary small" href=format!("#/pemeriksaan?ronde={round}&status=dikirim") data-test="to-review">
                {(words.to_review)(doubtful)}
            </a>
        }
    });
    view! {
        {old}
        <section class="panel" aria-label=words.by_status>
            <div class="pad stack tight">
                <div class="row"><h2>{(words.approved_of)(approved, cases.len())}</h2><span class="sp"></span>{waiting}</div>
                <ProgressBar done=approved of=cases.len() label=(words.approved_of)(approved, cases.len())/>
            </div>
            <div class="tiles">{tiles}</div>
        </section>
        {coverage(cases)}
    }
}

/// One row per kabupaten.
fn coverage(cases: &[CaseSummary]) -> AnyView {
    let words = &texts().console.review;
    let mut regencies: BTreeMap<&str, Vec<&CaseSummary>> = BTreeMap::new();
    for case in cases {
        regencies.entry(&case.regency).or_default().push(case);
    }
    let mut columns = vec![
        Column::text("regency", words.regency),
        Column::number("villages", words.villages),
    ];
    for (status, word) in Statuses::ALL {
        columns.push(Column::number(word, status_name(status)));
    }
    columns.push(Column::number("conflicts", words.filters[0]));
    columns.push(Column::number("photos", words.photos_column));
    let number = |count: usize| Cell::number(integer_text(count as i64), count as f64);
    let row = |(regency, cases): (&str, Vec<&CaseSummary>)| {
        let mut cells = vec![Cell::text(regency), number(cases.len())];
        for (status, _) in Statuses::ALL {
            cells.push(number(
                cases.iter().filter(|case| case.status == status).count(),
            ));
        }
        let is_conflict = |reason: &shared::wire::review::Reason| {
            matches!(reason, shared::wire::review::Reason::Conflicts { .. })
        };
        cells.push(number(
            cases
                .iter()
                .filter(|case| case.reasons.iter().any(is_conflict))
                .count(),
        ));
        let received: u32 = cases.iter().map(|case| case.photos_received).sum();
        let photos: u32 = cases.iter().map(|case| case.photos).sum();
        let missing = f64::from(photos) - f64::from(received);
        cells.push(Cell::number(format!("{received}/{photos}"), missing));
        Row {
            id: regency.to_owned(),
            href: Some(format!(
                "#/pemeriksaan?q={}",
                String::from(js_sys::encode_uri_component(regency))
            )),
            cells,
        }
    };
    let rows: Vec<Row> = regencies.into_iter().map(row).collect();
    view! { <DataTable columns=columns rows=Signal::stored(rows) name=words.coverage/> }
}

/// Phones that have not spoken for a while, and what still lies on them.
fn silent_devices() -> AnyView {
    let session = use_session();
    let devices = RwSignal::new(None::<Result<Vec<DeviceView>, String>>);
    spawn_local(async move {
        let answer = net::get::<Vec<DeviceView>>("/api/v1/devices", Auth::Cookie).await;
        devices.try_set(Some(answer.map_err(|error| session.explain(&error))));
    });
    let body = move || match devices.get()? {
        Err(text) => Some(view! { <ErrorState text=text/> }),
        Ok(devices) => Some(silent(&devices)),
    };
    live(body)
}

fn silent(devices: &[DeviceView]) -> AnyView {
    let words = &texts().console.review;
    let limit = platform::clock().moment.wall.0 - SILENT_DAYS * shared::time::DAY_MS;
    let mut silent: Vec<&DeviceView> = devices
        .iter()
        .filter(|device| !device.revoked && device.last_seen.0 < limit)
        .collect();
    silent.sort_by_key(|device| (std::cmp::Reverse(device.unsent), device.last_seen));
    let line = |device: &&DeviceView| {
        view! {
            <li>
                <b>{device.account_name.clone()}</b>
                <span class="muted num">{(words.last_seen)(&short_time(device.last_seen))}</span>
                <span class="num">{(0 < device.unsent).then(|| (words.unsent)(device.unsent))}</span>
            </li>
        }
    };
    let lines: Vec<_> = silent.iter().take(SILENT_SHOWN).map(line).collect();
    view! {
        <section class="panel" data-test="silent-devices">
            <div class="pad stack tight">
                <h2>{words.devices_title}</h2>
                <p class="muted">{(words.devices_line)(devices.len(), silent.len())}</p>
                <ul class="plain lines">{lines}</ul>
            </div>
        </section>
    }
}
