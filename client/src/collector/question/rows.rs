//! The rows of a repeat as cards, with the way to add and remove them.
//!
//! Always: a removed row can be taken back; what is wrong between rows stands here.
//! Never: removes what another person wrote without an op that has seen it.

use leptos::prelude::*;
use shared::answers::Change;
use shared::ids::Path;
use shared::merge::{Joining, Kind};
use shared::questionnaire::interview::{PageId, PageView, ROWS_MAX, RowView};

use crate::collector::words::finding_text;
use crate::collector::work::Work;
use crate::collector::{go_to_page, page_href};
use crate::i18n::texts;
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Chip, ChipKind, Message, MessageKind, kept, live, use_toasts, view,
};

/// A page of rows.
pub(in crate::collector) fn rows(work: Work, id: &PageId) -> AnyView {
    let id = id.clone();
    let repeat = id.0.clone();
    let page = kept(move || {
        work.track_answers();
        work.look(|open| {
            let pages = open.interview.pages(&open.language());
            pages.into_iter().find(|page| page.id == id)
        })
    });
    let list = {
        let repeat = repeat.clone();
        move || {
            let words = &texts().collector;
            let page = page.get()?;
            let empty = page.rows.is_empty().then(|| {
                view! { <p class="muted" data-test="no-rows">{words.no_rows(&page.title)}</p> }
            });
            let cards = page.rows.iter().map(|row| card(work, row)).collect_view();
            Some(view! {
                {between_rows(work, &repeat)}
                {empty}
                <div class="stack tight">{cards}</div>
                {add_button(work, &repeat, &page)}
            })
        }
    };
    view! { <div class="stack" data-test=format!("rows-{}", repeat.name())>{live(list)}</div> }
}

/// Two rows of one kind, more rows than a case has room for, and rows that one person removed while another filled them.
fn between_rows(work: Work, repeat: &Path) -> AnyView {
    // An answer that came meanwhile may differ where nothing did.
    work.track_answers();
    let equal = work.look(|open| {
        let findings = open.interview.findings();
        let mut here = findings.into_iter().filter(|finding| {
            let is_equal = finding.code == "duplicate_key" && finding.path.is_below(repeat);
            is_equal || finding.path == *repeat
        });
        here.next()
    });
    let Some(finding) = equal else {
        return ().into_any();
    };
    let mut joining = work.look_at_ops(|case| case.joining(&finding.path));
    if let Some(joining) = &mut joining {
        work.look(|open| joining.settle_hidden(&|path| open.interview.is_relevant(path)));
    }
    view! {
        <Message kind=MessageKind::Error>{finding_text(&finding)}</Message>
        {joining.map(|joining| join(work, joining))}
    }
    .into_any()
}

/// Makes one row of two with the same key. Where they differ, a person makes them agree first.
fn join(work: Work, joining: Joining) -> AnyView {
    let words = &texts().collector;
    let mut differing = String::new();
    for path in &joining.differing {
        if !differing.is_empty() {
            differing.push_str(", ");
        }
        differing.push_str(&work.label(path));
    }
    if !differing.is_empty() {
        return view! { <Message kind=MessageKind::Doubt>{words.rows_differ(&differing)}</Message> };
    }
    let toasts = use_toasts();
    let press = move |_| {
        work.flush();
        let Some(back) = joining.write(&mut |path, change| work.write(path, change)) else {
            return;
        };
        let case = work.look(|open| open.id.clone());
        let undo = work.lasting(move || {
            if work.has_open(&case) {
                for step in &back {
                    if work.look_at_ops(|case| case.takes_back(step)) {
                        work.write(&step.0, step.1.clone());
                    }
                }
            }
        });
        toasts.say_with_undo(texts().collector.rows_joined(), undo);
    };
    view! { <Button kind=ButtonKind::Primary test="join-rows" on_press=press>{words.join_rows()}</Button> }
}

fn card(work: Work, row: &RowView) -> AnyView {
    let words = &texts().collector;
    let case = work.look(|open| open.id.clone());
    let href = row
        .page
        .as_ref()
        .map(|page| page_href(&case, &page.0, None));
    let findings = (0 < row.findings).then(|| {
        view! { <Chip kind=ChipKind::Wait text=words.to_check(row.findings)/> }
    });
    let contested = work.look_at_ops(|case| {
        let conflicts = case.conflicts();
        conflicts
            .iter()
            .any(|each| each.kind == Kind::Row && each.path == row.path)
    });
    let contested = contested.then(|| {
        view! { <Message kind=MessageKind::Doubt>{words.row_contested()}</Message> }
    });
    let path = row.path.clone();
    let toasts = use_toasts();
    let remove = move |_| {
        work.flush();
        work.write(&path, Change::RemoveRow);
        let (path, case) = (path.clone(), case.clone());
        let undo = work.lasting(move || {
            if work.has_open(&case) {
                work.write(&path, Change::AddRow);
            }
        });
        toasts.say_with_undo(texts().collector.row_removed(), undo);
    };
    view! {
        <div class="card" data-test="row">
            <div class="head"><h3>{row.title.clone()}</h3> {findings}</div>
            {contested}
            <div class="row apart">
                <a class="btn small" href=href data-test="open-row">{words.open_row()}</a>
                <Button small=true kind=ButtonKind::Quiet test="remove-row" on_press=remove>{words.remove()}</Button>
            </div>
        </div>
    }
}

fn add_button(work: Work, repeat: &Path, page: &PageView) -> AnyView {
    if !page.can_add || ROWS_MAX <= page.rows.len() {
        return ().into_any();
    }
    let words = &texts().collector;
    let text = words.add_row(&page.title);
    let repeat = repeat.clone();
    let test = format!("add-row-{}", repeat.name());
    let router = use_router();
    let add = move |_| {
        work.flush();
        let Some(row) = work.write(&repeat, Change::AddRow) else {
            return;
        };
        let (case, first) = work.look(|open| {
            let first = open.interview.locate(&repeat.row(row));
            (open.id.clone(), first)
        });
        if let Some(first) = first.filter(|first| first.0 != repeat) {
            router.go(&page_href(&case, &first.0, None));
        } else {
            go_to_page(&case, &repeat, None);
        }
    };
    view! {
        <button type="button" class="btn full" data-test=test on:click=add>{text}</button>
    }
}
