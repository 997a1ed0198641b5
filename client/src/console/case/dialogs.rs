//! What a decision asks for: a comment at each returned question, a reason for the rest.
//!
//! Always: what was typed stays when a dialog is closed, until it is sent.
//! Never: returns a question without a word why.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{COMMENT_BYTES_MAX, Change, Review};
use shared::ids::{OpId, Path};
use shared::merge::Status;
use shared::wire::v1::BATCH_OPS_MAX;

use super::actions::{decide, send_back};
use super::{Asking, Desktop};
use crate::i18n::texts;
use crate::ui::{Button, ButtonKind, Dialog, Field, FieldKind, Message, MessageKind, view};

/// The dialogs of a case; at most one is open.
pub(super) fn all(desktop: Desktop) -> AnyView {
    let words = &texts().console.review;
    let returning = opened_by(desktop, |asking| matches!(asking, Asking::Return(_)));
    let commenting = opened_by(desktop, |asking| matches!(asking, Asking::Comment(_)));
    let reopening = opened_by(desktop, |asking| *asking == Asking::Reopen);
    let rejecting = opened_by(desktop, |asking| *asking == Asking::Reject);
    let admitting = opened_by(desktop, |asking| *asking == Asking::Admit);
    view! {
        <Dialog open=admitting title=words.admit_title test="admit-dialog">{move || admit_form(desktop)}</Dialog>
        <Dialog open=returning title=words.return_title test="return-dialog">{move || return_form(desktop)}</Dialog>
        <Dialog open=commenting title=words.comment_title test="comment-dialog">{move || comment_form(desktop)}</Dialog>
        <Dialog open=reopening title=words.reopen_title test="reopen-dialog">
            {move || reason_form(desktop, Status::Submitted)}
        </Dialog>
        <Dialog open=rejecting title=words.reject_title test="reject-dialog">
            {move || reason_form(desktop, Status::Rejected)}
        </Dialog>
    }
}

/// Open while the case asks for something of this sort; closing lets the asking go.
fn opened_by(desktop: Desktop, is_of: fn(&Asking) -> bool) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let wanted = desktop
            .dialog
            .with(|asking| asking.as_ref().is_some_and(is_of));
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |was: Option<bool>| {
        let is_open = open.get();
        let mine = desktop
            .dialog
            .with_untracked(|asking| asking.as_ref().is_some_and(is_of));
        if was == Some(true) && !is_open && mine {
            desktop.dialog.set(None);
        }
        is_open
    });
    open
}

fn return_form(desktop: Desktop) -> AnyView {
    let words = &texts().console.review;
    let reason = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let newest = desktop.dialog.with_untracked(|asking| match asking {
        Some(Asking::Return(path)) => path.clone(),
        _ => None,
    });
    let paths = Memo::new(move |_| {
        let basket = desktop.desk.basket(&desktop.id.get_value());
        basket.into_keys().collect::<Vec<Path>>()
    });
    let questions = move || {
        let newest = newest.clone();
        let row = move |path: Path| {
            let is_newest = newest.as_ref().is_none_or(|newest| *newest == path);
            collected(desktop, path, is_newest)
        };
        paths.get().into_iter().map(row).collect_view()
    };
    let send = move |_| problem.set(send_back(desktop, reason.get_untracked()).err());
    let close = move |_| desktop.dialog.set(None);
    view! {
        <p class="muted">{move || if paths.with(Vec::is_empty) { words.return_all_body } else { words.return_body }}</p>
        {questions}
        <Field
            id="return-reason"
            kind=FieldKind::Long
            label=words.reason_for_case
            plain=true
            value=reason
            on_input=move |text| reason.set(text)
        />
        {move || problem.get().map(|text| view! { <Message kind=MessageKind::Error test="return-problem">{text}</Message> })}
        <div class="actions">
            <Button small=true test="return-more" on_press=close>{words.return_more}</Button>
            <Button small=true kind=ButtonKind::Danger test="send-return" on_press=send>{words.send_return}</Button>
        </div>
    }
}

/// One collected question with its comment.
fn collected(desktop: Desktop, path: Path, is_newest: bool) -> AnyView {
    let words = &texts().console.review;
    let id = desktop.id.get_value();
    let shown = desktop.shown.get_untracked();
    let label = shown.as_ref().map(|shown| shown.label(&path));
    let is_personal = shown.is_some_and(|shown| shown.is_personal(&path));
    let hint = match is_personal {
        true => words.comment_personal_hint,
        false => words.comment_hint,
    };
    let field = if is_newest {
        "comment-text".to_owned()
    } else {
        format!("comment-{}", path.name())
    };
    let (typed, case) = (path.clone(), id.clone());
    let value = Signal::derive(move || {
        let basket = desktop.desk.basket(&case);
        basket.get(&typed).cloned().unwrap_or_default()
    });
    let (at, case) = (path.clone(), id.clone());
    let input = move |text: String| {
        desktop.desk.change_basket(&case, |basket| {
            basket.insert(at.clone(), text);
        });
    };
    let remove = move |_| {
        desktop.desk.change_basket(&id, |basket| {
            basket.remove(&path);
        });
    };
    view! {
        <div class="collected">
            <Field
                id=field
                kind=FieldKind::Long
                label=label.unwrap_or_default()
                hint=hint
                plain=true
                value=value
                on_input=input
            />
            <Button small=true kind=ButtonKind::Quiet on_press=remove>{words.do_not_return}</Button>
        </div>
    }
}

fn comment_form(desktop: Desktop) -> AnyView {
    let words = &texts().console.review;
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let path = desktop.dialog.with_untracked(|asking| match asking {
        Some(Asking::Comment(path)) => Some(path.clone()),
        _ => None,
    });
    let shown = desktop.shown.get_untracked();
    let at = path.as_ref().zip(shown);
    let label = at.as_ref().map(|(path, shown)| shown.label(path));
    let hint = match at.is_some_and(|(path, shown)| shown.is_personal(path)) {
        true => words.comment_personal_hint,
        false => words.comment_only_hint,
    };
    let send = move |_| {
        let typed = text.get_untracked().trim().to_owned();
        if typed.is_empty() {
            return problem.set(Some(words.comment_missing));
        }
        if COMMENT_BYTES_MAX < typed.len() {
            return problem.set(Some(words.typed_too_long));
        }
        if let Some(path) = &path
            && desktop.write(path, Change::Comment(typed))
        {
            desktop.send();
            desktop.toasts.say(words.comment_done);
        }
        desktop.dialog.set(None);
    };
    view! {
        <Field
            id="remark-text"
            kind=FieldKind::Long
            label=label.unwrap_or_default()
            hint=hint
            plain=true
            value=text
            on_input=move |typed| text.set(typed)
        />
        {move || problem.get().map(|text| view! { <Message kind=MessageKind::Error>{text}</Message> })}
        <div class="actions">
            <Button small=true kind=ButtonKind::Primary test="send-remark" on_press=send>{words.comment}</Button>
        </div>
    }
}

/// Lets in what is kept aside; it cannot be taken back, so it is asked first.
fn admit_form(desktop: Desktop) -> AnyView {
    let words = &texts().console.review;
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let asides = desktop.shown.get_untracked().map(|shown| {
        let asides = shown.opened.view.quarantined.iter();
        let ops = asides
            .filter(|aside| aside.admissible)
            .map(|aside| aside.op);
        ops.take(BATCH_OPS_MAX).collect::<Vec<OpId>>()
    });
    let admit = move |_| {
        let ops = asides.clone().unwrap_or_default();
        busy.set(true);
        spawn_local(async move {
            match desktop.desk.admit(desktop.id.get_value(), ops).await {
                Ok(count) => {
                    desktop
                        .toasts
                        .say((desktop.texts.console.review.admitted)(count));
                    desktop.dialog.try_set(None);
                    desktop.load();
                }
                Err(text) => {
                    problem.try_set(Some(text));
                    busy.try_set(false);
                }
            }
        });
    };
    let told = move || {
        problem
            .get()
            .map(|text| view! { <Message kind=MessageKind::Error>{text}</Message> })
    };
    let close = move |_| desktop.dialog.set(None);
    view! {
        <p>{words.admit_body}</p>
        {told}
        <div class="actions">
            <Button small=true on_press=close>{texts().common.cancel}</Button>
            <Button small=true kind=ButtonKind::Primary busy test="admit-yes" on_press=admit>{words.admit_now}</Button>
        </div>
    }
}

/// Reopens or rejects, with a reason.
fn reason_form(desktop: Desktop, status: Status) -> AnyView {
    let words = &texts().console.review;
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<&'static str>);
    let rejects = status == Status::Rejected;
    let send = move |_| {
        let reason = text.get_untracked().trim().to_owned();
        if reason.is_empty() {
            return problem.set(Some(words.reason_missing));
        }
        if COMMENT_BYTES_MAX < reason.len() {
            return problem.set(Some(words.typed_too_long));
        }
        let Some(shown) = desktop.shown.get_untracked() else {
            return;
        };
        let digest = shown.case.content_digest();
        let (review, status) = if rejects {
            (Review::Reject { digest, reason }, Status::Rejected)
        } else {
            (Review::Reopen { digest, reason }, Status::Started)
        };
        desktop.dialog.set(None);
        decide(desktop, &shown, review, status);
    };
    let body = if rejects {
        words.reject_body
    } else {
        words.reopen_body
    };
    let act = if rejects {
        words.reject_now
    } else {
        words.reopen
    };
    view! {
        <p class="muted">{body}</p>
        <Field
            id=if rejects { "reject-reason" } else { "reopen-reason" }
            kind=FieldKind::Long
            label=words.reason
            plain=true
            value=text
            on_input=move |typed| text.set(typed)
        />
        {move || problem.get().map(|text| view! { <Message kind=MessageKind::Error>{text}</Message> })}
        <div class="actions">
            <Button
                small=true
                kind=if rejects { ButtonKind::Danger } else { ButtonKind::Primary }
                test="send-reason"
                on_press=send
            >
                {act}
            </Button>
        </div>
    }
}
