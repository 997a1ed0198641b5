//! The bar below a case: approve, return, reopen, reject; what stands against it, in words.
//!
//! Always: a decision is pinned to the answers that were on the screen; after it the next case opens.
//! Never: approves what is in conflict or cannot be true.

use std::sync::Arc;

use leptos::prelude::*;
use shared::answers::{Change, Review};
use shared::ids::Path;
use shared::merge::Status;

use super::model::Shown;
use super::{Asking, Desktop};
use crate::console::review::on_letters;
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, live, view};

/// Why a case cannot be approved now; nothing when it can.
fn against(desktop: Desktop, shown: &Shown) -> Option<String> {
    let words = &desktop.texts.console.review;
    if !shown.conflicts.is_empty() {
        return Some((words.not_while_conflicts)(shown.conflicts.len()));
    }
    if !shown.errors.is_empty() {
        return Some((words.not_while_errors)(shown.errors.len()));
    }
    match shown.state.status {
        Status::Submitted => None,
        Status::Approved if shown.state.changed_since_approval => None,
        Status::Assigned | Status::Started => Some(words.not_sent_yet.to_owned()),
        Status::Returned => Some(words.not_mended_yet.to_owned()),
        Status::Approved => Some(words.is_approved.to_owned()),
        Status::Rejected => Some(words.is_rejected.to_owned()),
    }
}

pub(super) fn foot(desktop: Desktop) -> AnyView {
    on_letters(move |key| match key {
        "a" => approve(desktop),
        "r" => open_return(desktop),
        _ => {}
    });
    live(move || {
        desktop
            .shown
            .get()
            .filter(|shown| !shown.case.is_empty())
            .map(|shown| bar(desktop, &shown))
    })
}

fn bar(desktop: Desktop, shown: &Arc<Shown>) -> AnyView {
    let words = &texts().console.review;
    if !desktop.may_review() {
        return view! { <footer class="case-foot"><small class="muted">{words.only_reading}</small></footer> };
    }
    let decided = matches!(shown.state.status, Status::Approved | Status::Rejected);
    let against = against(desktop, shown);
    let is_blocked = against.is_some();
    // The chip of a decided case says the same.
    let no_sentence = !is_blocked || decided;
    let collected = move || desktop.desk.basket(&desktop.id.get_value()).len();
    let return_title = move || match collected() {
        0 => words.return_case.to_owned(),
        count => (words.return_count)(count),
    };
    let ask = move |asking: Asking| move |_| desktop.dialog.set(Some(asking.clone()));
    let reopen = decided.then(|| {
        view! { <Button small=true test="reopen" on_press=ask(Asking::Reopen)>{words.reopen}</Button> }
    });
    let reject = (!decided).then(|| {
        view! { <Button small=true kind=ButtonKind::Quiet test="reject" on_press=ask(Asking::Reject)>{words.reject}</Button> }
    });
    let offers_approval = !decided || shown.state.changed_since_approval;
    let approve = offers_approval.then(|| {
        view! {
            <Button
                small=true
                kind=ButtonKind::Primary
                disabled=is_blocked
                test="approve"
                on_press=move |_| approve(desktop)
            >
                {words.approve}
            </Button>
        }
    });
    view! {
        <footer class="case-foot">
            <small class="keys muted"><kbd>"J"</kbd>" "<kbd>"K"</kbd>{words.keys_move}<kbd>"A"</kbd>{words.keys_approve}<kbd>"R"</kbd>{words.keys_return}</small>
            <small class="against" data-test="against" hidden=no_sentence>{against}</small>
            <span class="sp"></span>
            {reject}
            {reopen}
            <Button small=true kind=ButtonKind::Danger test="open-return" on_press=move |_| open_return(desktop)>{return_title}</Button>
            {approve}
        </footer>
    }
}

pub(super) fn open_return(desktop: Desktop) {
    let may = desktop.may_review();
    let has_answers = desktop
        .shown
        .get_untracked()
        .is_some_and(|shown| !shown.case.is_empty());
    if may && has_answers {
        desktop.dialog.set(Some(Asking::Return(None)));
    }
}

fn approve(desktop: Desktop) {
    let Some(shown) = desktop.shown.get_untracked() else {
        return;
    };
    if !desktop.may_review() {
        return;
    }
    if let Some(text) = against(desktop, &shown) {
        desktop.toasts.say(text);
        return;
    }
    let digest = shown.case.content_digest();
    decide(
        desktop,
        &shown,
        Review::Approve { digest },
        Status::Approved,
    );
}

/// Journals the decision, sends it, says what happened and opens the next case.
pub(super) fn decide(desktop: Desktop, shown: &Shown, review: Review, status: Status) {
    if !desktop.write(&Path::root(), Change::Review(review)) {
        return;
    }
    desktop.send();
    let words = &desktop.texts.console.review;
    let name = &shown.opened.view.name;
    let done = match status {
        Status::Approved => (words.done_approved)(name),
        Status::Returned => (words.done_returned)(name),
        Status::Rejected => (words.done_rejected)(name),
        Status::Assigned | Status::Started | Status::Submitted => (words.done_reopened)(name),
    };
    desktop.toasts.say(done);
    desktop.queue.decided(&shown.id().region, status);
}

/// Returns the collected questions: a comment at each, then the act that names them.
pub(super) fn send_back(desktop: Desktop, reason: String) -> Result<(), &'static str> {
    let words = &desktop.texts.console.review;
    let Some(shown) = desktop.shown.get_untracked() else {
        return Err(words.not_open_yet);
    };
    let id = desktop.id.get_value();
    let basket = desktop.desk.basket(&id);
    let reason = reason.trim().to_owned();
    if basket.values().any(|comment| comment.trim().is_empty()) {
        return Err(words.comment_missing);
    }
    if basket.is_empty() && reason.is_empty() {
        return Err(words.reason_missing);
    }
    let is_long = |text: &String| shared::answers::COMMENT_BYTES_MAX < text.len();
    if basket.values().any(is_long) || is_long(&reason) {
        return Err(words.typed_too_long);
    }
    for (path, comment) in &basket {
        desktop.write(path, Change::Comment(comment.trim().to_owned()));
    }
    let review = Review::Return {
        digest: shown.case.content_digest(),
        questions: basket.into_keys().collect(),
        reason,
    };
    desktop.desk.change_basket(&id, |basket| basket.clear());
    desktop.dialog.set(None);
    decide(desktop, &shown, review, Status::Returned);
    Ok(())
}
