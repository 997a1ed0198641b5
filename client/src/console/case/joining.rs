//! Two rows with one key made one, where a finding says that there are two.
//!
//! Always: a person chooses where the two differ; what was done can be taken back from the notice.
//! Never: removes a row before all that it says was carried over.

use std::sync::Arc;

use leptos::prelude::*;
use shared::answers::{Change, Op};
use shared::ids::{OpId, Path};
use shared::merge::Joining;

use super::Desktop;
use super::model::Shown;
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, view};

type Picks = Vec<RwSignal<Option<OpId>>>;

/// Below the finding at the later row's key question `key`; nothing where there is nothing to join.
pub(super) fn block(desktop: Desktop, shown: &Arc<Shown>, key: &Path) -> Option<AnyView> {
    let words = &texts().console.review;
    if !desktop.may_review() {
        return None;
    }
    let mut joining = shown.case.joining(key)?;
    joining.settle_hidden(&|path| shown.interview.is_relevant(path));
    let differing = joining.differing.iter();
    let picks: Picks = differing.map(|_| RwSignal::new(None)).collect();
    let differing = joining.differing.iter().zip(&picks);
    let questions: Vec<AnyView> = differing
        .map(|(path, pick)| question(shown, &joining, path, *pick))
        .collect();
    let asked = picks.clone();
    let disabled = Signal::derive(move || asked.iter().any(|pick| pick.with(Option::is_none)));
    let press = move |_| join(desktop, &joining, &picks);
    Some(view! {
        <div class="pad stack tight" data-test="joining">
            <p class="small muted">{words.join_body}</p>
            {questions}
            <div class="row">
                <Button kind=ButtonKind::Primary small=true test="join-rows" disabled on_press=press>
                    {words.join_rows}
                </Button>
            </div>
        </div>
    })
}

fn question(
    shown: &Arc<Shown>,
    joining: &Joining,
    path: &Path,
    pick: RwSignal<Option<OpId>>,
) -> AnyView {
    let rivals = shown.case.rivals(joining, path);
    let ops = rivals.iter();
    let ops: Vec<&Op> = ops.filter_map(|id| shown.case.get(*id)).collect();
    let option = |(place, op): (usize, &&Op)| {
        let id = op.id();
        let pressed = move || (pick.get() == Some(id)).to_string();
        view! {
            <button
                type="button"
                class="pick"
                aria-pressed=pressed
                data-test=format!("join-{}-{}", path.name(), place + 1)
                on:click=move |_| pick.set(Some(id))
            >
                <b class="num">{shown.change_text(op)}</b>
                <small>{shown.byline(op)}</small>
            </button>
        }
    };
    let options: Vec<_> = ops.iter().enumerate().map(option).collect();
    let label = shown.label(path);
    view! {
        <div class="stack tight" role="group" aria-label=label.clone()>
            <b>{label.clone()}</b>
            <div class="picks">{options}</div>
        </div>
    }
}

fn join(desktop: Desktop, joining: &Joining, picks: &Picks) {
    let Some(shown) = desktop.shown.get_untracked() else {
        return;
    };
    let mut chosen = joining.clone();
    for (path, pick) in joining.differing.iter().zip(picks) {
        let op = pick.get_untracked().and_then(|id| shown.case.get(id));
        let Some(op) = op else { return };
        shown.case.choose(&mut chosen, path, op.change.clone());
    }
    chosen.leave_out_notes(&|path| shown.is_personal(path));
    let mut write = |path: &Path, change: Change| desktop.write_op(path, change);
    let Some(back) = chosen.write(&mut write) else {
        return;
    };
    desktop.send();
    let undo = Callback::new(move |()| {
        for step in &back {
            let shown = desktop.shown.get_untracked();
            if shown.is_some_and(|shown| shown.case.takes_back(step)) {
                desktop.write(&step.0, step.1.clone());
            }
        }
        desktop.send();
    });
    let text = desktop.texts.console.review.rows_joined;
    desktop.toasts.say_with_undo(text, undo);
}
