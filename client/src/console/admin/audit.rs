//! The record of who did what, the newest first.
//!
//! Always: in pages of the server; more is asked for by the person.
//! Never: shows answers; the record holds none.

use leptos::prelude::*;
use shared::wire::office::{AuditPage, AuditView};

use super::load::{Source, Work, encoded};
use super::when;
use crate::i18n::texts;
use crate::net::{self, Auth};
use crate::ui::{Button, Cell, Column, DataTable, Row, view};

const PATH: &str = "/api/v1/audit";

#[component]
pub fn AuditScreen() -> AnyView {
    let admin = &texts().console.admin;
    let first = Source::<AuditPage>::new(PATH);
    let older = RwSignal::new(Vec::<AuditPage>::new());
    let work = Work::new();
    let rows = Signal::derive(move || {
        let pages = first.value.get().into_iter().chain(older.get());
        let acts = pages.flat_map(|page| page.acts);
        acts.enumerate().map(row).collect::<Vec<Row>>()
    });
    let next = Memo::new(move |_| {
        let last = older.with(|older| older.last().map(|page| page.next.clone()));
        last.or_else(|| {
            first
                .value
                .with(|first| first.as_ref().map(|page| page.next.clone()))
        })
        .flatten()
    });
    let more = move |_| {
        let Some(next) = next.get_untracked() else {
            return;
        };
        let path = format!("{PATH}?before={}", encoded(&next));
        let call = async move { net::get::<AuditPage>(&path, Auth::Cookie).await };
        work.run(call, move |page| {
            older.try_update(|older| older.push(page));
        });
    };
    let more_button = move || {
        next.with(Option::is_some).then(|| {
            view! { <Button small=true busy=work.busy test="audit-more" on_press=more>{admin.audit_more}</Button> }
        })
    };
    view! {
        <header class="pagehead"><h1>{admin.audit}</h1></header>
        <main>
            <p class="muted small">{admin.audit_body}</p>
            {first.show(move || {
                view! { <DataTable columns=columns() rows=rows name=admin.audit row_test="audit-row"/> }
            })}
            {work.failure_view()}
            <div class="actions">{more_button}</div>
        </main>
    }
}

fn columns() -> Vec<Column> {
    let admin = &texts().console.admin;
    vec![
        Column::text("at", admin.audit_at),
        Column::text("who", admin.audit_who),
        Column::text("what", admin.audit_what),
        Column::text("object", admin.audit_object),
    ]
}

fn row((index, act): (usize, AuditView)) -> Row {
    let admin = &texts().console.admin;
    let who = match act.who {
        None => admin.audit_program.to_owned(),
        Some(id) if act.who_name.is_empty() => id.to_string(),
        Some(_) => act.who_name,
    };
    Row {
        id: index.to_string(),
        href: None,
        cells: vec![
            Cell::number(when(act.at, texts()), act.at.0 as f64),
            Cell::text(who),
            Cell::text((admin.audit_act)(&act.what)),
            Cell::text(match act.object_name.is_empty() {
                true => act.object,
                false => act.object_name,
            }),
        ],
    }
}
