//! One round: who visits which village, handing out and taking back, and closing it.
//!
//! Always: taking a village back can be undone; closing asks first.
//! Never: deletes what was filled in.

use leptos::prelude::*;
use shared::ids::{QuestionnaireId, RoundId};
use shared::json::to_text;
use shared::questionnaire::versions::{self, Change};
use shared::wire::office::{
    AssignmentNew, AssignmentView, AssignmentsChanged, QuestionnaireView, RoundState, RoundVersion,
    RoundView,
};

use super::assign::AssignDialog;
use super::load::{Source, Work};
use super::questionnaire;
use super::rounds::{kind_chip, state_chip};
use super::{Confirm, when};
use crate::i18n::texts;
use crate::net::{self, Auth, Body, Call, Method, NetError};
use crate::ui::{Button, ButtonKind, Cell, Column, DataTable, Dialog, EmptyState, Row, live, view};

/// Differences between two versions that are listed.
const CHANGES_MAX: usize = 60;
const PATH: &str = "/api/v1/assignments";

#[component]
pub fn RoundPage(#[prop(into)] id: String) -> AnyView {
    let admin = &texts().console.admin;
    let rounds = Source::<Vec<RoundView>>::new("/api/v1/rounds");
    let assignments = Source::<Vec<AssignmentView>>::new(format!("{PATH}?round={id}"));
    let content = move || {
        let found = rounds.value.with(|rounds| {
            let mut rounds = rounds.iter().flatten();
            rounds.find(|round| round.id.to_string() == id).cloned()
        });
        match found {
            Some(round) => view! { <OneRound round rounds assignments/> },
            None => view! { <main><EmptyState title=admin.round_missing test="no-round"/></main> },
        }
    };
    rounds.show(move || content.clone().into_any())
}

#[component]
fn OneRound(
    round: RoundView,
    rounds: Source<Vec<RoundView>>,
    assignments: Source<Vec<AssignmentView>>,
) -> AnyView {
    let admin = &texts().console.admin;
    let (kind, kind_word) = kind_chip(round.kind);
    let (state, state_word) = state_chip(round.state);
    let is_open = round.state == RoundState::Open;
    let assigning = RwSignal::new(false);
    let closing = RwSignal::new(false);
    let moving = RwSignal::new(false);
    let buttons = is_open.then(|| {
        view! {
            <Button small=true test="move-round" on_press=move |_| moving.set(true)>{admin.next_version}</Button>
            <Button small=true kind=ButtonKind::Danger test="close-round" on_press=move |_| closing.set(true)>
                {admin.close_round}
            </Button>
            <Button small=true kind=ButtonKind::Primary test="assign" on_press=move |_| assigning.set(true)>
                {admin.assign}
            </Button>
        }
    });
    let regency = |name: String| view! { <span class="chip plain">{name}</span> };
    let regencies = round
        .regencies
        .iter()
        .map(|one| regency(one.name.clone()))
        .collect_view();
    let work = Work::new();
    let close = {
        let id = round.id;
        move |()| {
            let call = async move {
                let path = format!("/api/v1/rounds/{id}/close");
                net::send(Call::new(Method::Post, &path, Auth::Cookie)).await
            };
            work.run(call, move |_| {
                closing.set(false);
                work.toasts.say(admin.round_closed);
                rounds.reload();
            });
        }
    };
    view! {
        <header class="pagehead">
            <a class="btn quiet small" href="#/ronde">"‹ "{admin.rounds}</a>
            <h1>{round.name.clone()}</h1>
            <span class=kind.class()>{kind_word}</span>
            <span class=state.class()>{state_word}</span>
            <span class="sp"></span>
            {buttons}
        </header>
        <main>
            <div class="row">
                <a href=format!("#/kuesioner/{}", round.questionnaire)>{round.questionnaire_title.clone()}</a>
                <span class="chip plain num" data-test="round-version">{admin.version} " " {round.questionnaire_version.clone()}</span>
                {regencies}
            </div>
            <Assignments round=round.clone() assignments/>
        </main>
        <VersionDialog open=moving round=round.clone() rounds/>
        <AssignDialog open=assigning round=round.clone() assignments/>
        <Confirm
            open=closing
            title=(admin.close_round_title)(&round.name)
            body=admin.close_round_body.to_owned()
            yes=admin.close_round
            work=work
            test="close-round-dialog"
            on_yes=close
        />
    }
}

/// Chooses a later version of the round's questionnaire.
#[component]
fn VersionDialog(
    open: RwSignal<bool>,
    round: RoundView,
    rounds: Source<Vec<RoundView>>,
) -> AnyView {
    let admin = &texts().console.admin;
    let (id, now) = (round.id, round.questionnaire);
    let body = move || {
        let forms = Source::<Vec<QuestionnaireView>>::new("/api/v1/questionnaires");
        let work = Work::new();
        let take = move |next: QuestionnaireId| {
            let call = async move {
                let path = format!("/api/v1/rounds/{id}/questionnaire");
                let mut call = Call::new(Method::Post, &path, Auth::Cookie);
                call.body = Body::Json(to_text(&RoundVersion {
                    questionnaire: next,
                }));
                net::send(call).await
            };
            work.run(call, move |_| {
                open.set(false);
                work.toasts.say(admin.version_taken);
                rounds.reload();
            });
        };
        let chosen = RwSignal::new(None::<QuestionnaireId>);
        let changes = RwSignal::new(None::<Vec<(String, &'static str)>>);
        let list = forms.or_empty();
        let choices = move || {
            let all = list.get();
            let form_id = all
                .iter()
                .find(|each| each.id == now)
                .map(|each| each.form_id.clone());
            let others = all
                .into_iter()
                .filter(|each| each.id != now && Some(&each.form_id) == form_id.as_ref());
            let button = |one: QuestionnaireView| {
                let test = format!("version-{}", one.version);
                let told = format!("{} {}", admin.version, one.version);
                let look = move |_| {
                    chosen.set(Some(one.id));
                    changes.set(None);
                    leptos::task::spawn_local(async move {
                        changes.try_set(Some(what_changes(now, one.id).await));
                    });
                };
                view! {
                    <button
                        type="button"
                        class="btn full"
                        aria-pressed=move || (chosen.get() == Some(one.id)).to_string()
                        data-test=test
                        on:click=look
                    >
                        <span>{told}</span> <small class="muted num">{when(one.imported, texts())}</small>
                    </button>
                }
            };
            let buttons: Vec<AnyView> = others.map(button).collect();
            let is_empty = buttons.is_empty();
            view! {
                <div class="stack tight">{buttons}</div>
                <p class="muted" hidden=!is_empty>{admin.no_other_version}</p>
            }
        };
        let told = move || {
            let lines = changes.get()?;
            let line = |(path, word): (String, &'static str)| {
                view! { <li><code>{path}</code> " – " {word}</li> }
            };
            let is_empty = lines.is_empty();
            Some(view! {
                <p class="muted" hidden=!is_empty>{admin.version_same}</p>
                <ul class="help" data-test="version-changes">{lines.into_iter().map(line).collect_view()}</ul>
            })
        };
        let confirm = move |_| {
            if let Some(next) = chosen.get_untracked() {
                take(next);
            }
        };
        view! {
            <p>{admin.next_version_body}</p>
            {forms.show(move || live(choices))}
            {live(told)}
            {work.failure_view()}
            <div class="actions">
                <Button on_press=move |_| open.set(false)>{texts().common.cancel}</Button>
                <Button
                    kind=ButtonKind::Primary
                    busy=work.busy
                    disabled=Signal::derive(move || chosen.get().is_none())
                    test="take-version"
                    on_press=confirm
                >
                    {admin.next_version}
                </Button>
            </div>
        }
    };
    view! { <Dialog open title=admin.next_version test="round-version-dialog">{body()}</Dialog> }
}

/// What differs between two versions, in words; at most `CHANGES_MAX`.
async fn what_changes(now: QuestionnaireId, next: QuestionnaireId) -> Vec<(String, &'static str)> {
    let words = texts();
    let admin = &words.console.admin;
    let old = questionnaire::fetch(&now.to_string(), words).await;
    let new = questionnaire::fetch(&next.to_string(), words).await;
    let (Ok(old), Ok(new)) = (old, new) else {
        return Vec::new();
    };
    let word = |change: &Change| match change {
        Change::Added => admin.version_added,
        Change::Removed => admin.version_removed,
        Change::Moved { .. } => admin.version_moved,
        Change::OtherKind { .. } => admin.version_kind,
        Change::ChoicesCame(_) | Change::ChoicesVanished(_) => admin.version_choices,
        Change::OtherTexts => admin.version_texts,
        Change::OtherExpressions => admin.version_rules,
    };
    let all = versions::compare(&old, &new).into_iter();
    let lines = all.map(|each| (each.path, word(&each.change)));
    lines.take(CHANGES_MAX).collect()
}

#[component]
fn Assignments(round: RoundView, assignments: Source<Vec<AssignmentView>>) -> AnyView {
    let admin = &texts().console.admin;
    let is_open = round.state == RoundState::Open;
    let round_id = round.id;
    let rows = Signal::derive(move || {
        let list = assignments.or_empty().get();
        list.into_iter()
            .map(|one| row(&round, one))
            .collect::<Vec<_>>()
    });
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let work = Work::new();
    let actions = move |id: String| {
        let press = move |_| unassign(round_id, &id, assignments, work);
        view! { <Button small=true kind=ButtonKind::Quiet test="unassign" on_press=press>{admin.unassign}</Button> }
    };
    let content = move || {
        if is_empty.get() {
            return view! {
                <EmptyState title=admin.assignments_empty body=admin.assignments_empty_body test="no-assignments"/>
            };
        }
        if is_open {
            let actions = Callback::new(actions);
            return view! {
                <DataTable columns=columns() rows=rows name=admin.assignments row_test="assignment-row" actions=actions/>
            };
        }
        view! { <DataTable columns=columns() rows=rows name=admin.assignments row_test="assignment-row"/> }
    };
    view! { {work.failure_view()} {assignments.show(move || content.into_any())} }
}

fn columns() -> Vec<Column> {
    let admin = &texts().console.admin;
    vec![
        Column::text("village", admin.village),
        Column::text("regency", admin.regency),
        Column::text("code", admin.code),
        Column::text("enumerator", admin.enumerator),
        Column::text("modules", admin.modules),
        Column::text("since", admin.assigned_since),
    ]
}

/// Village and account name an assignment within its round.
fn row(round: &RoundView, one: AssignmentView) -> Row {
    let admin = &texts().console.admin;
    let regency = one.village.regency();
    let regency = round.regencies.iter().find(|named| named.code == regency);
    let modules = if one.modules.is_empty() {
        admin.all_modules.to_owned()
    } else {
        one.modules.join(", ")
    };
    Row {
        id: format!("{}-{}", one.village, one.account),
        href: None,
        cells: vec![
            Cell::text(one.village_name),
            Cell::text(regency.map_or("", |regency| regency.name.as_str())),
            Cell::text(one.village.to_string()),
            Cell::text(one.account_name),
            Cell::text(modules),
            Cell::number(when(one.assigned, texts()), one.assigned.0 as f64),
        ],
    }
}

fn unassign(round: RoundId, row: &str, assignments: Source<Vec<AssignmentView>>, work: Work) {
    let found = assignments.value.with_untracked(|list| {
        let mut list = list.iter().flatten();
        list.find(|one| format!("{}-{}", one.village, one.account) == row)
            .cloned()
    });
    let Some(gone) = found else { return };
    let name = gone.village_name.clone();
    let one = AssignmentNew {
        round,
        account: gone.account,
        villages: vec![gone.village],
        modules: gone.modules,
    };
    let again = one.clone();
    work.run(
        changed(Method::Delete, one),
        move |_: AssignmentsChanged| {
            assignments.reload();
            let undo = Callback::new(move |()| {
                let again = again.clone();
                work.run(changed(Method::Post, again), move |_| assignments.reload());
            });
            let text = (work.words.console.admin.unassigned)(&name);
            work.toasts.say_with_undo(text, undo);
        },
    );
}

/// Hands out (`POST`) or takes back (`DELETE`).
pub async fn changed(method: Method, body: AssignmentNew) -> Result<AssignmentsChanged, NetError> {
    let mut call = Call::new(method, PATH, Auth::Cookie);
    call.body = Body::Json(to_text(&body));
    net::read(&net::send(call).await?.text().await?)
}
