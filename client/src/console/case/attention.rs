//! Perlu dilihat: what only a person can decide, the weightiest first.
//!
//! Always: every value of a conflict stands beside its author, time and role; a choice has seen all of them.
//! Never: lets a conflict vanish while it is being looked at; a choice can be made again.

use std::sync::Arc;

use leptos::prelude::*;
use shared::answers::{Change, Op};
use shared::ids::{OpId, Path};
use shared::merge::{Conflict, Kind, Status, answer_of};
use shared::questionnaire::interview::Finding;
use shared::questionnaire::versions::Reason;

use super::model::Shown;
use super::{Asking, Desktop, answers, joining, nothing_yet, typed};
use crate::i18n::texts;
use crate::ui::{Button, ChipKind, EmptyState, Message, MessageKind, live, view};

pub(super) fn tab(desktop: Desktop) -> AnyView {
    live(move || desktop.shown.get().map(|shown| content(desktop, &shown)))
}

fn content(desktop: Desktop, shown: &Arc<Shown>) -> AnyView {
    let words = &texts().console.review;
    if shown.case.is_empty() && shown.opened.view.quarantined.is_empty() {
        return nothing_yet();
    }
    let resolved = desktop.resolved.get();
    let is_open = |path: &Path| {
        shown
            .conflicts
            .iter()
            .any(|conflict| conflict.path == *path)
    };
    let settled = resolved
        .iter()
        .filter(|(path, _)| !is_open(path))
        .map(|(path, heads)| value_conflict(desktop, shown, path, heads, true));
    let settled: Vec<AnyView> = settled.collect();
    let conflicts: Vec<AnyView> = shown
        .conflicts
        .iter()
        .map(|conflict| match conflict.kind {
            Kind::Row => row_conflict(desktop, shown, conflict),
            Kind::Value | Kind::Review => {
                value_conflict(desktop, shown, &conflict.path, &conflict.heads, false)
            }
        })
        .collect();
    let nothing = shown.to_look_at() == 0 && shown.noted.is_empty() && settled.is_empty();
    let nothing = (nothing
        && !shown.state.changed_since_approval
        && shown.state.returned.is_empty())
    .then(|| {
        let body = match shown.state.status {
            Status::Submitted => words.all_clear_body,
            Status::Approved => words.is_approved,
            Status::Rejected => words.is_rejected,
            Status::Assigned | Status::Started => words.not_sent_yet,
            Status::Returned => words.not_mended_yet,
        };
        view! { <EmptyState title=words.all_clear body=body test="all-clear"/> }
    });
    view! {
        {changed(desktop, shown)}
        {returned(shown)}
        {conflicts}
        {settled}
        {findings(desktop, shown, &shown.errors, words.errors_title, "error")}
        {findings(desktop, shown, &shown.doubts, words.doubts_title, "doubt")}
        {aside(desktop, shown)}
        {parked(shown)}
        {findings(desktop, shown, &shown.noted, words.noted_title, "noted")}
        {nothing}
    }
}

/// Answers that have no place in the version of the questionnaire that the case stands on.
fn parked(shown: &Arc<Shown>) -> Option<AnyView> {
    let words = &texts().console.review;
    let parked = shown.parked();
    if parked.is_empty() {
        return None;
    }
    let line = |(path, text, reason): &(Path, String, Reason)| {
        let reason = match reason {
            Reason::QuestionRemoved => words.parked_removed,
            Reason::MovedAcrossRows => words.parked_rows,
            Reason::OtherKind => words.parked_kind,
            Reason::ChoiceVanished => words.parked_choice,
            Reason::PlaceTaken => words.parked_taken,
        };
        view! { <li><b>{path.to_string()}</b> <span>{text.clone()}</span> <small class="muted">{reason}</small></li> }
    };
    let lines: Vec<_> = parked.iter().map(line).collect();
    Some(view! {
        <section class="look-block" data-test="parked">
            <h3>{words.parked_title}</h3>
            <p class="muted">{words.parked_body}</p>
            <ul class="plain lines">{lines}</ul>
        </section>
    })
}

/// Answers that are newer than the approval.
fn changed(desktop: Desktop, shown: &Arc<Shown>) -> Option<AnyView> {
    let words = &texts().console.review;
    if !shown.state.changed_since_approval {
        return None;
    }
    let newer = shown.newer_than_approval();
    let line = |op: &&Op| {
        let before = shown.before(op).unwrap_or_else(|| words.empty.to_owned());
        view! {
            <li>
                <b>{shown.label(&op.path)}</b>
                <span class="num">{before}" → "<b>{shown.change_text(op)}</b></span>
                <small class="muted">{shown.byline(op)}</small>
            </li>
        }
    };
    let lines: Vec<_> = newer.iter().map(line).collect();
    let _ = desktop;
    Some(view! {
        <section class="look-block act" data-test="changed-since-approval">
            <Message kind=MessageKind::Error>{words.changed_body}</Message>
            <ul class="plain lines">{lines}</ul>
        </section>
    })
}

/// What was returned and is still to be mended.
fn returned(shown: &Arc<Shown>) -> Option<AnyView> {
    let words = &texts().console.review;
    if shown.state.returned.is_empty() {
        return None;
    }
    let line = |question: &shared::merge::ReturnedQuestion| {
        let comment = question.comment.and_then(|id| shown.case.get(id));
        let text = comment.and_then(|op| match &op.change {
            Change::Comment(text) => Some(text.clone()),
            _ => None,
        });
        view! {
            <li data-test=format!("returned-{}", question.path.name())>
                <b>{shown.label(&question.path)}</b>
                <span>{text}</span>
                <small class="muted">{comment.map(|op| shown.byline(op))}</small>
            </li>
        }
    };
    let lines: Vec<_> = shown.state.returned.iter().map(line).collect();
    Some(view! {
        <section class="look-block" data-test="returned">
            <h3>{words.returned_title}</h3>
            <ul class="plain lines">{lines}</ul>
        </section>
    })
}

fn value_conflict(
    desktop: Desktop,
    shown: &Arc<Shown>,
    path: &Path,
    heads: &[OpId],
    is_settled: bool,
) -> AnyView {
    let words = &texts().console.review;
    let ops: Vec<&Op> = heads.iter().filter_map(|id| shown.case.get(*id)).collect();
    let chosen = if is_settled {
        shown.case.answer(path)
    } else {
        None
    };
    let picks: Vec<AnyView> = ops
        .iter()
        .enumerate()
        .map(|(index, op)| {
            let is_chosen = is_settled && answer_of(&op.change) == chosen;
            pick(desktop, shown, index + 1, op, heads, is_chosen)
        })
        .collect();
    let (kind, chip, body) = if is_settled {
        let text = shown.answer_text(path, chosen.as_ref());
        (ChipKind::Ok, words.settled, (words.settled_as)(&text))
    } else {
        (
            ChipKind::Bad,
            words.conflict,
            (words.conflict_body)(ops.len()),
        )
    };
    let (heads, at) = (heads.to_vec(), path.clone());
    let enter = Callback::new(move |change: Change| settle(desktop, &at, change, &heads));
    let own = desktop
        .may_review()
        .then(|| typed::entry(shown.item(path), enter));
    view! {
        <section class="look-block" class:act=!is_settled data-test=format!("conflict-{}", path.name())>
            <div class="qa-head">
                <div>
                    <small class="muted">{shown.place(path)}</small>
                    <h3>{shown.label(path)}</h3>
                    <p class="small muted" data-test="conflict-body">{body}</p>
                </div>
                <span class=kind.class()>{chip}</span>
            </div>
            <div class="picks">{picks}</div>
            {own}
        </section>
    }
}

fn pick(
    desktop: Desktop,
    shown: &Arc<Shown>,
    number: usize,
    op: &Op,
    heads: &[OpId],
    is_chosen: bool,
) -> AnyView {
    let (path, change, heads) = (op.path.clone(), op.change.clone(), heads.to_vec());
    let press = move |_| settle(desktop, &path, change.clone(), &heads);
    view! {
        <button
            type="button"
            class="pick"
            aria-pressed=is_chosen.to_string()
            disabled=!desktop.may_review()
            data-test=format!("pick-{number}")
            on:click=press
        >
            <b class="num">{shown.change_text(op)}</b>
            <small>{shown.byline(op)}</small>
        </button>
    }
}

/// Journals the choice; the op has seen every answer that competed.
fn settle(desktop: Desktop, path: &Path, change: Change, heads: &[OpId]) {
    let Some(shown) = desktop.shown.get_untracked() else {
        return;
    };
    desktop.resolved.update(|resolved| {
        resolved
            .entry(path.clone())
            .or_insert_with(|| heads.to_vec());
    });
    let text = shown.answer_text(path, answer_of(&change).as_ref());
    if desktop.write(path, change) {
        desktop
            .toasts
            .say((desktop.texts.console.review.settled_as)(&text));
        desktop.send();
    }
}

/// One person removed a row while another went on filling it.
fn row_conflict(desktop: Desktop, shown: &Arc<Shown>, conflict: &Conflict) -> AnyView {
    let words = &texts().console.review;
    let by = |id: &OpId| shown.case.get(*id).map(|op| shown.byline(op));
    let removers: Vec<String> = conflict.heads.iter().filter_map(by).collect();
    let act = move |path: Path, change: Change| {
        move |_| {
            if desktop.write(&path, change.clone()) {
                desktop.send();
            }
        }
    };
    let repeat = conflict.path.as_row().map(|(repeat, _)| repeat);
    let label = repeat
        .map(|repeat| shown.label(&repeat))
        .unwrap_or_default();
    let may = desktop.may_review();
    view! {
        <section class="look-block act" data-test=format!("conflict-{}", conflict.path.name())>
            <div class="qa-head">
                <div>
                    <h3>{label}</h3>
                    <p class="small muted">{words.row_conflict}</p>
                </div>
                <span class=ChipKind::Bad.class()>{words.conflict}</span>
            </div>
            <div class="picks">
                <button
                    type="button"
                    class="pick"
                    disabled=!may
                    data-test="pick-1"
                    on:click=act(conflict.path.clone(), Change::AddRow)
                >
                    <b>{words.keep_row}</b>
                </button>
                <button
                    type="button"
                    class="pick"
                    disabled=!may
                    data-test="pick-2"
                    on:click=act(conflict.path.clone(), Change::RemoveRow)
                >
                    <b>{words.remove_row}</b>
                    <small>{removers.join("; ")}</small>
                </button>
            </div>
        </section>
    }
}

fn findings(
    desktop: Desktop,
    shown: &Arc<Shown>,
    findings: &[Finding],
    title: &'static str,
    kind: &'static str,
) -> Option<AnyView> {
    if findings.is_empty() {
        return None;
    }
    let row = |finding: &Finding| {
        let message = if texts().code == "id" {
            finding.message_id.clone()
        } else {
            finding.message_en.clone()
        };
        let join = (finding.code == "duplicate_key")
            .then(|| joining::block(desktop, shown, &finding.path))
            .flatten();
        let row = answers::row(desktop, shown, &finding.path, Some((kind, message)));
        view! { {row} {join} }
    };
    let rows: Vec<AnyView> = findings.iter().map(row).collect();
    Some(view! {
        <section class="finding-list" data-test=format!("findings-{kind}")>
            <h3 class="list-title">{title}" "<span class="num muted">{findings.len().to_string()}</span></h3>
            {rows}
        </section>
    })
}

/// What the server keeps aside.
fn aside(desktop: Desktop, shown: &Arc<Shown>) -> Option<AnyView> {
    let words = &texts().console.review;
    let quarantined = &shown.opened.view.quarantined;
    if quarantined.is_empty() {
        return None;
    }
    let line = |aside: &shared::wire::review::AsideView| {
        let at = crate::console::review::short_time(aside.received);
        let never = (!aside.admissible).then(|| {
            view! { <small class="muted">{words.never_admitted}</small> }
        });
        view! {
            <li>
                <b>{shown.label(&aside.path)}</b>
                <span class="num">{shown.stated(&aside.path, &aside.change)}</span>
                <small class="muted num">
                    {format!("{} · {} · {at}", (words.quarantine)(aside.code), shown.person(aside.author))}
                </small>
                {never}
            </li>
        }
    };
    let lines: Vec<_> = quarantined.iter().map(line).collect();
    let count = quarantined.iter().filter(|aside| aside.admissible).count();
    let admit = (0 < count && desktop.may_review()).then(|| {
        let ask = move |_| desktop.dialog.set(Some(Asking::Admit));
        view! {
            <div class="actions">
                <Button small=true test="admit" on_press=ask>{(words.admit)(count)}</Button>
            </div>
        }
    });
    Some(view! {
        <section class="look-block" data-test="quarantined">
            <h3>{words.quarantined_title}</h3>
            <p class="small muted">{words.quarantined_body}</p>
            <ul class="plain lines">{lines}</ul>
            {admit}
        </section>
    })
}
