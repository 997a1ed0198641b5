//! A newer version of the questionnaire: what changed, the way to it, and what has no place in it.
//!
//! Always: says what becomes of the answers before the tap that moves them.
//! Never: moves by itself.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::versions::{Change, Difference, Reason};

use crate::collector::words::answer_of;
use crate::collector::work::{Plan, Work};
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, Dialog, Message, MessageKind, use_toasts, view};

/// Differences that are listed; the rest is counted.
const LISTED_MAX: usize = 20;

/// Said while the case stands on an older version.
pub(super) fn banner(work: Work) -> AnyView {
    work.track_answers();
    let words = &texts().collector.controls;
    let Some(version) = work.look(|open| {
        let newest = open.others.newest.as_ref();
        newest.map(|(_, form)| form.version.clone())
    }) else {
        return ().into_any();
    };
    let open = RwSignal::new(false);
    let title = words.version_new(&version);
    let heading = title.clone();
    let toasts = use_toasts();
    let body = move || {
        let Some(plan) = work.plan() else {
            return ().into_any();
        };
        let content = told(&plan);
        let press = move |_| {
            let Some(plan) = work.plan() else { return };
            open.set(false);
            let words = &texts().collector.controls;
            let from = work.look(|open| open.interview.questionnaire().version.clone());
            let note = words.version_note(&from, &plan.to.version);
            let said = words.version_moved();
            spawn_local(async move {
                if work.move_on(plan, note).await.is_ok() {
                    toasts.say(said);
                }
            });
        };
        let is_contested = plan.is_contested;
        let contested = is_contested.then(|| {
            view! { <Message kind=MessageKind::Doubt test="version-contested">{texts().collector.controls.version_contested()}</Message> }
        });
        view! {
            {content}
            {contested}
            <div class="actions">
                <Button test="version-later" on_press=move |_| open.set(false)>{texts().common.cancel}</Button>
                <Button kind=ButtonKind::Primary test="version-move" disabled=is_contested on_press=press>{words.version_move()}</Button>
            </div>
        }
    };
    view! {
        <Message kind=MessageKind::Info test="version-new">
            <b>{title}</b>
            <span>{words.version_body()}</span>
            <Button small=true test="version-look" on_press=move |_| open.set(true)>{words.version_move()}</Button>
        </Message>
        <Dialog open title=heading test="version">{body()}</Dialog>
    }
}

fn told(plan: &Plan) -> AnyView {
    let words = &texts().collector.controls;
    let shown: Vec<&Difference> = plan
        .differences
        .iter()
        .filter(|difference| is_of_questions(&plan.to, difference))
        .collect();
    let more = shown.len().saturating_sub(LISTED_MAX);
    let line = |difference: &&Difference| {
        view! { <li>{label(&plan.to, &difference.path)} <span class="muted">" – " {word(&difference.change)}</span></li> }
    };
    let lines = shown.iter().take(LISTED_MAX).map(line).collect_view();
    let moved = plan.carried.moves.len();
    let parked = plan.carried.parked.len();
    view! {
        <p class="muted" hidden=!shown.is_empty()>{words.version_same()}</p>
        <ul class="help" data-test="version-changes">{lines}</ul>
        <p class="muted" hidden=more == 0>{words.version_more(more)}</p>
        <p data-test="version-carried">{words.version_carried(moved, parked)}</p>
    }
}

/// Groups that came or went are told by their questions.
fn is_of_questions(to: &Questionnaire, difference: &Difference) -> bool {
    let node = to.find(&difference.path).map(|index| to.node(index));
    node.is_none_or(|node| node.kind.is_question() || node.kind.is_container())
}

fn label(to: &Questionnaire, path: &str) -> String {
    let node = to.find(path).map(|index| to.node(index));
    let label = node.map(|node| node.label.plain(to.language(texts().code)));
    let name = || path.rsplit('/').next().unwrap_or(path).to_owned();
    label.filter(|label| !label.is_empty()).unwrap_or_else(name)
}

fn word(change: &Change) -> &'static str {
    let words = &texts().collector.controls;
    match change {
        Change::Added => words.version_added(),
        Change::Removed => words.version_removed(),
        Change::Moved { .. } => words.version_was_moved(),
        // An outline has none of these; the office sees them.
        Change::OtherKind { .. }
        | Change::ChoicesCame(_)
        | Change::ChoicesVanished(_)
        | Change::OtherTexts
        | Change::OtherExpressions => "",
    }
}

/// Answers that have no place in the version of the case.
pub(super) fn parked(work: Work) -> AnyView {
    work.track_answers();
    let words = &texts().collector.controls;
    let parked = work.parked();
    if parked.is_empty() {
        return ().into_any();
    }
    let reason = |reason| match reason {
        Reason::QuestionRemoved => words.parked_removed(),
        Reason::MovedAcrossRows => words.parked_rows(),
        Reason::OtherKind => words.parked_kind(),
        Reason::ChoiceVanished => words.parked_choice(),
        Reason::PlaceTaken => words.parked_taken(),
    };
    let count = parked.len();
    let line = |one: crate::collector::work::Parked| {
        view! {
            <li><b>{one.label}</b> <span>{answer_of(&one.answer)}</span> <small class="muted">{reason(one.reason)}</small></li>
        }
    };
    view! {
        <details class="card" data-test="parked">
            <summary><b>{words.parked(count)}</b></summary>
            <p class="muted">{words.parked_body()}</p>
            <ul class="plain rivals">{parked.into_iter().map(line).collect_view()}</ul>
        </details>
    }
}
