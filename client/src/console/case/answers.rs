//! Semua isian: every answer by module and page, with what was said about it and how it came to be.
//!
//! Always: unknown, refused and empty read as what they are; a question keeps its history.
//! Never: changes an answer; a question is returned or commented.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{Answer, Change, Op, Value};
use shared::ids::Path;
use shared::questionnaire::interview::{FindingKind, ItemView};
use shared::questionnaire::model::Kind;

use super::model::{Sheet, Shown};
use super::{Asking, Desktop, nothing_yet, photos, value};
use crate::i18n::texts;
use crate::platform;
use crate::ui::{ChipKind, effect, live, view};

pub(super) fn tab(desktop: Desktop) -> AnyView {
    let with_empty = RwSignal::new(false);
    // Whoever came from a number of a ranking wants to see the answer behind it.
    let wanted = desktop.sought.get_value();
    let wanted = wanted.map(|path| format!("at:{path}"));
    let is_shown = Memo::new(move |_| desktop.shown.with(Option::is_some));
    effect(move |_| {
        if let (true, Some(id)) = (is_shown.get(), wanted.clone()) {
            spawn_local(async move {
                // The answers stand in the page a moment later.
                platform::sleep(0).await;
                platform::focus(&id);
            });
        }
    });
    live(move || {
        desktop
            .shown
            .get()
            .map(|shown| content(desktop, &shown, with_empty))
    })
}

fn content(desktop: Desktop, shown: &Arc<Shown>, with_empty: RwSignal<bool>) -> AnyView {
    let words = &texts().console.review;
    if shown.case.is_empty() {
        return nothing_yet();
    }
    let modules: Vec<AnyView> = shown
        .interview
        .progress(texts().code)
        .into_iter()
        .filter_map(|progress| {
            let of = |sheet: &&Sheet| sheet.module == progress.module;
            let sheets: Vec<&Sheet> = shown.sheets.iter().filter(of).collect();
            (!sheets.is_empty()).then(|| {
                let count = (words.filled)(progress.answered as u32, progress.relevant as u32);
                module(
                    desktop,
                    shown,
                    &progress.label,
                    count,
                    &sheets,
                    with_empty.get(),
                )
            })
        })
        .collect();
    let press = move |_| with_empty.update(|with| *with = !*with);
    view! {
        <div class="answer-tools">
            <button
                type="button"
                class="filter"
                aria-pressed=with_empty.get().to_string()
                data-test="with-empty"
                on:click=press
            >
                {words.with_empty}
            </button>
        </div>
        {modules}
    }
}

fn module(
    desktop: Desktop,
    shown: &Arc<Shown>,
    label: &str,
    count: String,
    sheets: &[&Sheet],
    with_empty: bool,
) -> AnyView {
    let is_listed = |item: &&ItemView| {
        with_empty
            || item.answer.is_some()
            || item.calculated.is_some()
            || !item.findings.is_empty()
    };
    let pages: Vec<AnyView> = sheets
        .iter()
        .filter_map(|sheet| {
            let rows: Vec<AnyView> = sheet
                .items
                .iter()
                .filter(is_listed)
                .map(|item| row(desktop, shown, &item.path, None))
                .collect();
            let title = (!sheet.title.is_empty())
                .then(|| view! { <h4 class="page-title">{sheet.title.clone()}</h4> });
            (!rows.is_empty()).then(|| view! { {title} {rows} })
        })
        .collect();
    view! {
        <details class="module" open=true>
            <summary><b>{label.to_owned()}</b><span class="num muted small">{count}</span></summary>
            {pages}
        </details>
    }
}

/// One question with its answer; a finding gives it its colour and its sentence.
pub(super) fn row(
    desktop: Desktop,
    shown: &Arc<Shown>,
    path: &Path,
    finding: Option<(&'static str, String)>,
) -> AnyView {
    let item = shown.item(path);
    let is_conflict = shown
        .conflicts
        .iter()
        .any(|conflict| conflict.path == *path);
    let from_list = finding.is_some();
    let found = finding.or_else(|| own_finding(item.as_ref()));
    let class = match &found {
        _ if is_conflict => "qa bad",
        Some(("error", _)) => "qa bad",
        Some(("doubt", _)) => "qa look",
        _ if is_sought(desktop, path) => "qa sought",
        _ => "qa",
    };
    let kind = match &found {
        Some(("error", _)) => "finding error",
        _ => "finding doubt",
    };
    let message = found.map(|(_, text)| view! { <p class=kind>{text}</p> });
    let place = from_list.then(|| view! { <small class="muted">{shown.place(path)}</small> });
    let comments: Vec<AnyView> = shown
        .case
        .comments(path)
        .into_iter()
        .filter_map(|op| comment(shown, op))
        .collect();
    let answer = item.as_ref().and_then(|item| item.answer.clone());
    view! {
        <div class=class id=format!("at:{path}") tabindex="-1" data-test=format!("answer-{}", path.name())>
            <div class="what">
                {place}
                <span class="label">{shown.label(path)}</span>
                {message}
                {comments}
            </div>
            <div class="val num">{answer_view(shown, path, item.as_ref(), answer.as_ref(), is_conflict)}</div>
            {buttons(desktop, path, item.as_ref())}
            {picture(desktop, shown, path, answer.as_ref())}
            {story(desktop, shown, path)}
        </div>
    }
}

/// Whether the address asks for this answer.
fn is_sought(desktop: Desktop, path: &Path) -> bool {
    let is_it = |sought: &String| *sought == path.to_string();
    desktop
        .sought
        .with_value(|sought| sought.as_ref().is_some_and(is_it))
}

/// The photo that an answer names.
fn picture(
    desktop: Desktop,
    shown: &Arc<Shown>,
    path: &Path,
    answer: Option<&Answer>,
) -> Option<AnyView> {
    let Some(Answer::Value(Value::File(file))) = answer else {
        return None;
    };
    let has = shown.has_blob(file.blob);
    let picture = photos::picture_of(&shown.label(path), file, has, desktop.enlarged);
    Some(view! { <div class="photo">{picture}</div> })
}

/// The finding of a question that is shown in its place among all answers.
fn own_finding(item: Option<&ItemView>) -> Option<(&'static str, String)> {
    let finding = item?.findings.first()?;
    // Nobody has said that they are done; an empty answer is only empty.
    if finding.code == "required" {
        return None;
    }
    let text = if texts().code == "id" {
        finding.message_id.clone()
    } else {
        finding.message_en.clone()
    };
    let kind = match finding.kind {
        FindingKind::Error => "error",
        FindingKind::Doubt if finding.settled_by_note => "noted",
        FindingKind::Doubt => "doubt",
    };
    Some((kind, text))
}

fn answer_view(
    shown: &Arc<Shown>,
    path: &Path,
    item: Option<&ItemView>,
    answer: Option<&Answer>,
    is_conflict: bool,
) -> AnyView {
    let words = &texts().console.review;
    let chip =
        is_conflict.then(|| view! { <span class=ChipKind::Bad.class()>{words.conflict}</span> });
    let is_computed = answer.is_none() && item.is_some_and(|item| item.calculated.is_some());
    if is_computed {
        let text = item
            .and_then(|item| item.calculated.clone())
            .unwrap_or_default();
        let text = shared::questionnaire::typed::number_for_people(&text);
        let unit = item.map(|item| item.unit.clone()).unwrap_or_default();
        return view! { <span>{format!("{text} {unit}")}</span><small class="muted">{words.computed}</small> };
    }
    let text = value::answer_text(answer, item);
    match answer {
        None => view! { <span class="muted">{text}</span>{chip} },
        Some(Answer::Unknown | Answer::Refused) => {
            view! { <span class=ChipKind::Plain.class()>{text}</span>{chip} }
        }
        Some(Answer::Value(_)) => {
            let source = source_of(shown, path);
            view! { <b>{text}</b>{chip}{source.map(|source| view! { <small class="muted">{source}</small> })} }
        }
    }
}

/// Where the informant has it from, if the answer says so.
fn source_of(shown: &Arc<Shown>, path: &Path) -> Option<String> {
    match shown.case.merged(path) {
        shared::merge::Merged::One(op) => op.source.clone(),
        _ => None,
    }
}

fn comment(shown: &Arc<Shown>, op: &Op) -> Option<AnyView> {
    let Change::Comment(text) = &op.change else {
        return None;
    };
    Some(view! { <p class="comment"><small>{shown.byline(op)}</small>{text.clone()}</p> })
}

fn buttons(desktop: Desktop, path: &Path, item: Option<&ItemView>) -> Option<AnyView> {
    let words = &texts().console.review;
    let is_question = item.is_some_and(|item| item.kind.is_question() && item.kind != Kind::Note);
    if !desktop.may_review() || !is_question {
        return None;
    }
    let (to_return, to_comment, at) = (path.clone(), path.clone(), path.clone());
    let is_collected = move || {
        desktop
            .desk
            .basket(&desktop.id.get_value())
            .contains_key(&at)
    };
    let add = move |_| {
        desktop
            .desk
            .change_basket(&desktop.id.get_value(), |basket| {
                basket.entry(to_return.clone()).or_default();
            });
        desktop
            .dialog
            .set(Some(Asking::Return(Some(to_return.clone()))));
    };
    let ask = move |_| {
        desktop
            .dialog
            .set(Some(Asking::Comment(to_comment.clone())))
    };
    Some(view! {
        <div class="acts">
            <button
                type="button"
                class="link danger"
                aria-pressed=move || is_collected().to_string()
                data-test=format!("return-{}", path.name())
                on:click=add
            >
                {words.return_one}
            </button>
            <button type="button" class="link" data-test=format!("remark-{}", path.name()) on:click=ask>
                {words.comment}
            </button>
        </div>
    })
}

/// How an answer came to be: who, when, from what to what, and who approved it. Whoever came for it finds it open.
fn story(desktop: Desktop, shown: &Arc<Shown>, path: &Path) -> Option<AnyView> {
    let words = &texts().console.review;
    let ops = shown.case.history(path);
    if ops.is_empty() {
        return None;
    }
    let line = |op: &&Op| {
        let before = shown.before(op).map(|before| format!("{before} → "));
        view! { <li><span class="num">{before}<b>{shown.change_text(op)}</b></span><small class="muted">{shown.byline(op)}</small></li> }
    };
    let lines: Vec<_> = ops.iter().rev().map(line).collect();
    let approval = shown.approval(path).map(|text| {
        view! { <p class="small num" data-test=format!("approval-{}", path.name())>{text}</p> }
    });
    Some(view! {
        <details class="story" open=is_sought(desktop, path)>
            <summary data-test=format!("history-{}", path.name())>{(words.changes)(ops.len())}</summary>
            {approval}
            <ol class="plain lines" data-test=format!("writers-{}", path.name())>{lines}</ol>
        </details>
    })
}
