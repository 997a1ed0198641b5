//! Rounds: the list of them, and the way to a new one.
//!
//! Always: a training round is marked wherever it stands.
//! Never: mixes training with real data.

use leptos::prelude::*;
use shared::wire::office::{RoundKind, RoundState, RoundView};

use super::load::Source;
use super::round_new::RoundNewDialog;
use super::when;
use crate::i18n::{integer_text, texts};
use crate::ui::{Button, ButtonKind, Cell, ChipKind, Column, DataTable, EmptyState, Row, view};

#[component]
pub fn RoundsPage() -> AnyView {
    let admin = &texts().console.admin;
    let list = Source::<Vec<RoundView>>::new("/api/v1/rounds");
    let open = RwSignal::new(false);
    let rows = Signal::derive(move || {
        list.or_empty()
            .get()
            .into_iter()
            .map(row)
            .collect::<Vec<_>>()
    });
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let content = move || {
        if is_empty.get() {
            return view! { <EmptyState title=admin.rounds_empty body=admin.rounds_empty_body test="no-rounds"/> };
        }
        view! { <DataTable columns=columns() rows=rows name=admin.rounds row_test="round-row"/> }
    };
    view! {
        <header class="pagehead">
            <h1>{admin.rounds}</h1>
            <span class="sp"></span>
            <Button small=true kind=ButtonKind::Primary test="new-round" on_press=move |_| open.set(true)>
                {admin.new_round}
            </Button>
        </header>
        <main>{list.show(move || content.into_any())}</main>
        <RoundNewDialog open/>
    }
}

fn columns() -> Vec<Column> {
    let admin = &texts().console.admin;
    vec![
        Column::text("name", admin.name),
        Column::text("kind", admin.kind),
        Column::text("state", admin.state),
        Column::text("regencies", admin.regencies),
        Column::number("villages", admin.villages_assigned),
        Column::text("questionnaire", admin.questionnaire),
        Column::text("created", admin.created),
    ]
}

/// How many regencies a row names before it only counts them.
const NAMED_MAX: usize = 4;

fn row(round: RoundView) -> Row {
    let names: Vec<&str> = round
        .regencies
        .iter()
        .take(NAMED_MAX)
        .map(|one| one.name.as_str())
        .collect();
    let mut regencies = names.join(", ");
    if let Some(rest) = round
        .regencies
        .len()
        .checked_sub(NAMED_MAX)
        .filter(|rest| 0 < *rest)
    {
        regencies.push_str(&format!(" +{rest}"));
    }
    let (kind, kind_word) = kind_chip(round.kind);
    let (state, state_word) = state_chip(round.state);
    Row {
        id: round.id.to_string(),
        href: Some(format!("#/ronde/{}", round.id)),
        cells: vec![
            Cell::text(round.name),
            Cell::chip(kind, kind_word),
            Cell::chip(state, state_word),
            Cell::text(regencies),
            Cell::number(
                integer_text(i64::from(round.villages)),
                f64::from(round.villages),
            ),
            Cell::text(round.questionnaire_title),
            Cell::number(when(round.created, texts()), round.created.0 as f64),
        ],
    }
}

pub fn kind_chip(kind: RoundKind) -> (ChipKind, &'static str) {
    let admin = &texts().console.admin;
    match kind {
        RoundKind::Real => (ChipKind::Info, admin.real),
        RoundKind::Training => (ChipKind::Wait, admin.training),
    }
}

pub fn state_chip(state: RoundState) -> (ChipKind, &'static str) {
    let admin = &texts().console.admin;
    match state {
        RoundState::Open => (ChipKind::Ok, admin.open_state),
        RoundState::Closed => (ChipKind::Plain, admin.closed_state),
    }
}
