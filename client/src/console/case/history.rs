//! Riwayat: every change of the case, the newest first by the clocks of those who wrote.
//!
//! Always: says whose clock it is; order between devices is evidence, never certainty.
//! Never: leaves a change out.

use std::sync::Arc;

use leptos::prelude::*;
use shared::answers::{Change, Op};

use super::model::Shown;
use super::{Desktop, nothing_yet};
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, ChipKind, live, view};

/// Changes that are drawn before a person asks for more.
const CHANGES_SHOWN: usize = 100;

pub(super) fn tab(desktop: Desktop) -> AnyView {
    let count = RwSignal::new(CHANGES_SHOWN);
    live(move || desktop.shown.get().map(|shown| content(&shown, count)))
}

fn content(shown: &Arc<Shown>, count: RwSignal<usize>) -> AnyView {
    let words = &texts().console.review;
    if shown.case.is_empty() {
        return nothing_yet();
    }
    let mut ops: Vec<&Op> = shown.case.ops().collect();
    ops.sort_by_key(|op| std::cmp::Reverse((op.written.wall, op.counter, op.id())));
    let lines: Vec<AnyView> = ops
        .iter()
        .take(count.get())
        .map(|op| line(shown, op))
        .collect();
    let rest = ops.len().saturating_sub(count.get());
    let more = (0 < rest).then(|| {
        let press = move |_| count.update(|count| *count += CHANGES_SHOWN);
        view! { <Button small=true kind=ButtonKind::Quiet test="history-more" on_press=press>{(words.show_more)(rest)}</Button> }
    });
    view! {
        <p class="pad small muted">{words.history_body}</p>
        <ol class="plain lines story-all" data-test="history">{lines}</ol>
        {more}
    }
}

fn line(shown: &Arc<Shown>, op: &Op) -> AnyView {
    let is_act = matches!(op.change, Change::Review(_));
    let before = shown.before(op).map(|before| format!("{before} → "));
    let text = shown.change_text(op);
    let what = if is_act {
        view! { <span class=ChipKind::Info.class()>{text}</span> }
    } else {
        view! { <span>{shown.label(&op.path)}</span><span class="num">{before}<b>{text}</b></span> }
    };
    view! { <li>{what}<small class="muted num">{shown.byline(op)}</small></li> }
}
