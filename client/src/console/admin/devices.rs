//! Phones: when each was seen, what it still holds, and revoking one.
//!
//! Always: silence and unsent work are visible; revoking says what stays on the phone.
//! Never: deletes anything on a phone.

use leptos::prelude::*;
use shared::wire::office::DeviceView;

use super::load::{Source, Work};
use super::{Confirm, account_tabs, age, when};
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Call, Method};
use crate::ui::{
    Button, ButtonKind, Cell, ChipKind, Column, DataTable, EmptyState, Row, Sort, view,
};

/// A clock that is less off is right for people; a request on a bad line takes a minute too.
const CLOCK_OFF_MS: i64 = 5 * 60_000;

#[component]
pub fn DevicesPage() -> AnyView {
    let admin = &texts().console.admin;
    let list = Source::<Vec<DeviceView>>::new("/api/v1/devices");
    let picked = RwSignal::new(None::<DeviceView>);
    let rows = Signal::derive(move || {
        list.or_empty()
            .get()
            .into_iter()
            .map(row)
            .collect::<Vec<_>>()
    });
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let actions = Callback::new(move |id: String| {
        let found = list.value.with_untracked(|list| {
            let mut list = list.iter().flatten();
            list.find(|device| device.id.to_string() == id && !device.revoked)
                .cloned()
        });
        let Some(device) = found else {
            return ().into_any();
        };
        let press = move |_| picked.set(Some(device.clone()));
        view! { <Button small=true kind=ButtonKind::Quiet test="revoke" on_press=press>{admin.revoke}</Button> }
    });
    let content = move || {
        if is_empty.get() {
            return view! { <EmptyState title=admin.devices_empty body=admin.devices_empty_body test="no-devices"/> };
        }
        view! { <DataTable columns=columns() rows=rows name=admin.devices actions=actions row_test="device-row"/> }
    };
    view! {
        <header class="pagehead"><h1>{admin.accounts_and_devices}</h1></header>
        <main>
            {account_tabs("devices")}
            {list.show(move || content.into_any())}
        </main>
        <RevokeDialog picked list/>
    }
}

fn columns() -> Vec<Column> {
    let admin = &texts().console.admin;
    vec![
        Column::text("owner", admin.owner),
        Column::text("seen", admin.last_seen),
        Column::number("unsent", admin.unsent),
        Column::text("oldest", admin.oldest_unsent),
        Column::text("persisted", admin.persisted),
        Column::number("clock", admin.clock),
        Column::text("app", admin.app_version),
        Column::text("browser", admin.browser),
        Column::text("enrolled", admin.enrolled),
        Column::text("state", admin.state),
    ]
}

fn row(device: DeviceView) -> Row {
    let words = texts();
    let admin = &words.console.admin;
    let oldest = match device.oldest_unsent {
        Some(oldest) => Cell::number(age(oldest, words), oldest.0 as f64),
        None => unknown(),
    };
    let unsent = Cell {
        chip: (0 < device.unsent).then_some(ChipKind::Wait),
        ..Cell::number(
            integer_text(i64::from(device.unsent)),
            f64::from(device.unsent),
        )
    };
    let persisted = if device.persisted {
        Cell::chip(ChipKind::Ok, admin.persisted_yes)
    } else {
        Cell::chip(ChipKind::Wait, admin.persisted_no)
    };
    let state = if device.revoked {
        Cell::chip(ChipKind::Plain, admin.revoked)
    } else {
        Cell::chip(ChipKind::Ok, admin.active)
    };
    Row {
        id: device.id.to_string(),
        href: None,
        cells: vec![
            Cell::text(device.account_name),
            Cell::number(when(device.last_seen, words), device.last_seen.0 as f64),
            unsent,
            oldest,
            persisted,
            clock(device.clock_offset_ms),
            Cell::text(device.app_version),
            Cell::text(device.browser),
            Cell::number(when(device.enrolled, words), device.enrolled.0 as f64),
            state,
        ],
    }
}

fn unknown() -> Cell {
    Cell {
        text: "–".to_owned(),
        sort: Sort::Missing,
        chip: None,
    }
}

/// How far a phone's clock was off when it last came by, in words where people would notice.
fn clock(offset_ms: Option<i64>) -> Cell {
    let admin = &texts().console.admin;
    let Some(offset_ms) = offset_ms else {
        return unknown();
    };
    let off_ms = offset_ms.saturating_abs();
    let minutes = off_ms / 60_000;
    let (text, chip) = match (off_ms <= CLOCK_OFF_MS, 0 < offset_ms) {
        (true, _) => (admin.clock_right.to_owned(), None),
        (false, true) => ((admin.clock_ahead)(minutes), Some(ChipKind::Wait)),
        (false, false) => ((admin.clock_behind)(minutes), Some(ChipKind::Wait)),
    };
    Cell {
        chip,
        ..Cell::number(text, off_ms as f64)
    }
}

#[component]
fn RevokeDialog(picked: RwSignal<Option<DeviceView>>, list: Source<Vec<DeviceView>>) -> AnyView {
    let admin = &texts().console.admin;
    let work = Work::new();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if picked.with(Option::is_some) {
            open.set(true);
        }
    });
    let body = Signal::derive(move || {
        let Some(device) = picked.get() else {
            return String::new();
        };
        let mut text = format!(
            "{} {}",
            (admin.revoke_title)(&device.account_name),
            admin.revoke_body
        );
        if 0 < device.unsent {
            let count = integer_text(i64::from(device.unsent));
            text.push_str(&format!(" {}", (admin.revoke_unsent)(&count)));
        }
        text
    });
    let revoke = move |()| {
        let Some(device) = picked.get_untracked() else {
            return;
        };
        let call = async move {
            let path = format!("/api/v1/devices/{}/revoke", device.id);
            net::send(Call::new(Method::Post, &path, Auth::Cookie)).await
        };
        work.run(call, move |_| {
            open.set(false);
            work.toasts.say(admin.device_revoked);
            list.reload();
        });
    };
    view! {
        <Confirm open=open title=admin.revoke body=body yes=admin.revoke work=work test="revoke-dialog" on_yes=revoke/>
    }
}
