//! Prioritas: villages ranked under a method, the chosen ones of a programme, and the reason for each.
//!
//! Always: an estimate is called one; what was left out is counted; round, method and filters stand in the address.
//! Never: computes a score; the server and `shared::priority` do.

mod card;
mod programme;
mod scale;
mod table;
mod words;

use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Deserializer};
use shared::wire::office::{RoundKind, RoundState, RoundView};
use shared::wire::priority::{MethodView, PriorityView};

use super::admin::load::Source;
use crate::i18n::{integer_text, texts};
use crate::router::{Route, use_router};
use crate::ui::{EmptyState, Message, MessageKind, Tabs, view};

use card::VillageCard;
use programme::ProgrammeView;
use table::RankingTable;
use words::{hash_text, say};

/// A ranking that is passed around without being copied.
#[derive(Debug, Clone)]
struct Shown(Arc<PriorityView>);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        PriorityView::deserialize(deserializer).map(|view| Shown(Arc::new(view)))
    }
}

#[component]
pub(super) fn PriorityPage() -> AnyView {
    let words = &texts().console.priority;
    let rounds = Source::<Vec<RoundView>>::new("/api/v1/rounds");
    let methods = Source::<Vec<MethodView>>::new("/api/v1/methods");
    let content = move || {
        let (no_rounds, no_methods) = (
            rounds.or_empty().get().is_empty(),
            methods.or_empty().get().is_empty(),
        );
        if no_rounds {
            return view! { <main><EmptyState title=words.no_rounds body=words.no_rounds_body test="no-rounds"/></main> };
        }
        if no_methods {
            return view! { <main><EmptyState title=words.no_methods test="no-methods"/></main> };
        }
        view! { <Chosen rounds=rounds.or_empty().get() methods=methods.or_empty().get()/> }
    };
    rounds.show(move || methods.show(move || content.into_any()))
}

/// Round and method of the address, or those that are most likely meant.
fn chosen_of(route: &Route, rounds: &[RoundView], methods: &[MethodView]) -> (String, String) {
    let usual = rounds
        .iter()
        .filter(|round| round.kind == RoundKind::Real && round.state == RoundState::Open)
        .max_by_key(|round| round.created)
        .or(rounds.first());
    let round = route.value("round").map(str::to_owned);
    let method = route.value("method").map(str::to_owned);
    (
        round.unwrap_or_else(|| usual.map(|round| round.id.to_string()).unwrap_or_default()),
        method.unwrap_or_else(|| {
            methods
                .first()
                .map(|method| method.id.clone())
                .unwrap_or_default()
        }),
    )
}

#[component]
fn Chosen(rounds: Vec<RoundView>, methods: Vec<MethodView>) -> AnyView {
    let words = &texts().console.priority;
    let router = use_router();
    let lists = StoredValue::new((rounds.clone(), methods.clone()));
    let chosen = Memo::new(move |_| {
        lists.with_value(|(rounds, methods)| chosen_of(&router.get(), rounds, methods))
    });
    let base = move |(round, method): (String, String)| {
        format!("/api/v1/rounds/{round}/priority/{method}")
    };
    let view = Source::<Shown>::new("");
    Effect::new(move |_| {
        view.clear();
        view.ask(base(chosen.get()));
    });
    // Another round or method is another list: its filters begin anew.
    let choose = move |key: &'static str, value: String| {
        let (round, method) = chosen.get_untracked();
        let fresh = Route::parse("#/prioritas")
            .with("round", &round)
            .with("method", &method);
        router.replace(&fresh.with(key, &value).href());
    };
    let round_option = move |round: RoundView| {
        let id = round.id.to_string();
        let name = match round.kind {
            RoundKind::Real => round.name,
            RoundKind::Training => (words.training_mark)(&round.name),
        };
        let is_chosen = chosen.with_untracked(|(chosen, _)| *chosen == id);
        view! { <option value=id selected=is_chosen>{name}</option> }
    };
    let method_option = move |method: MethodView| {
        let is_chosen = chosen.with_untracked(|(_, chosen)| *chosen == method.id);
        view! { <option value=method.id selected=is_chosen>{say(&method.label).to_owned()}</option> }
    };
    view! {
        <header class="pagehead">
            <h1>{words.title}</h1>
            <span class="sp"></span>
            <label class="field slim no-print">
                <span class="sr">{words.round}</span>
                <select data-test="priority-round" on:change=move |event| choose("round", event_target_value(&event))>
                    {rounds.into_iter().map(round_option).collect_view()}
                </select>
            </label>
            <label class="field slim no-print">
                <span class="sr">{words.method}</span>
                <select data-test="priority-method" on:change=move |event| choose("method", event_target_value(&event))>
                    {methods.into_iter().map(method_option).collect_view()}
                </select>
            </label>
        </header>
        <main>
            {view.show(move || {
                let shown = view.value.get();
                shown.map_or_else(|| ().into_any(), |shown| result(shown, base(chosen.get_untracked())))
            })}
        </main>
    }
}

/// Everything below the choice of round and method.
fn result(shown: Shown, base: String) -> AnyView {
    let router = use_router();
    let village = Memo::new(move |_| router.get().value("village").map(str::to_owned));
    let is_programme = Memo::new(move |_| router.get().value("view") == Some("selection"));
    let content = move || {
        if let Some(code) = village.get() {
            return view! { <VillageCard view=Arc::clone(&shown.0) code/> };
        }
        let body = if is_programme.get() && shown.0.selection.is_some() {
            view! { <ProgrammeView view=Arc::clone(&shown.0)/> }
        } else {
            view! { <RankingTable view=Arc::clone(&shown.0)/> }
        };
        view! {
            {banner(&shown.0, &base)}
            {tabs(&shown.0, is_programme)}
            {body}
        }
    };
    content.into_any()
}

/// What was counted and what was not, by which method, and the way to the files.
fn banner(view: &PriorityView, base: &str) -> AnyView {
    let words = &texts().console.priority;
    let figure = |count: usize, word: &'static str, test: &'static str| {
        let count = integer_text(count as i64);
        view! { <div><dt>{word}</dt><dd class="num" data-test=test>{count}</dd></div> }
    };
    let held = view
        .ranking
        .units
        .iter()
        .filter(|unit| unit.status == shared::priority::Status::Held);
    let chosen = view
        .selection
        .as_ref()
        .map(|selection| figure(selection.chosen.len(), words.chosen_count, "count-chosen"));
    let method = &view.ranking.method;
    let identity = (words.method_is)(
        say(&method.label),
        &method.version,
        &hash_text(&method.hash),
    );
    let estimate = method.estimate.then(|| {
        view! {
            <Message kind=MessageKind::Doubt test="estimate"><b>{words.estimate}</b> <span>{words.estimate_body}</span></Message>
        }
    });
    let selection = view.selection.is_some().then(|| {
        let href = format!("{base}/selection.csv");
        view! { <a class="btn small" href=href download="" data-test="export-selection">{words.export_selection}</a> }
    });
    let ranking = format!("{base}/csv");
    view! {
        <section class="panel banner">
            <dl class="figures">
                {figure(view.approved as usize, words.approved, "count-approved")}
                {figure(view.unapproved as usize, words.unapproved, "count-unapproved")}
                {figure(held.count(), words.held, "count-held")}
                {chosen}
            </dl>
            <div class="foot">
                <small class="muted num" title=method.hash.clone() data-test="method-identity">{identity}</small>
                <span class="sp"></span>
                <a class="btn small" href=ranking download="" data-test="export-csv">{words.export_ranking}</a>
                {selection}
            </div>
        </section>
        {estimate}
    }
}

fn tabs(view: &PriorityView, is_programme: Memo<bool>) -> AnyView {
    if view.selection.is_none() {
        return ().into_any();
    }
    let words = &texts().console.priority;
    let route = use_router().get_untracked().with("page", "");
    let items = vec![
        (
            "ranking".to_owned(),
            words.ranking.to_owned(),
            route.with("view", "").href(),
        ),
        (
            "selection".to_owned(),
            words.programme.to_owned(),
            route.with("view", "selection").href(),
        ),
    ];
    let chosen = Signal::derive(move || {
        let key = if is_programme.get() {
            "selection"
        } else {
            "ranking"
        };
        key.to_owned()
    });
    view! { <Tabs items=items chosen=chosen label=words.title/> }
}
