//! The rows of a repeat as cards, with the way to add and remove them.
//!
//! Always: a removed row can be taken back; what is wrong between rows stands here.
//! Never: removes what another person wrote without an op that has seen it.

use leptos::prelude::*;
use shared::answers::Change;
use shared::ids::Path;
use shared::merge::{Joining, Kind, answer_of};
use shared::questionnaire::interview::{Finding, PageId, PageView, ROWS_MAX, RowView};

use super::aside::signed;
use crate::collector::words::{self, finding_text};
use crate::collector::work::Work;
use crate::collector::{go_to_page, page_href};
use crate::i18n::texts;
use crate::router::use_router;
use crate::ui::{
    Button, ButtonKind, Chip, ChipKind, Choice, Message, MessageKind, Options, Pick, kept, live,
    use_toasts, view,
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
    let repeat = repeat.clone();
    let found = kept(move || {
        work.track_answers();
        let finding = work.look(|open| {
            let findings = open.interview.findings();
            let mut here = findings.into_iter().filter(|finding| {
                let is_equal = finding.code == "duplicate_key" && finding.path.is_below(&repeat);
                is_equal || finding.path == repeat
            });
            here.next()
        });
        let joining = |finding: &Finding| work.look_at_ops(|case| case.joining(&finding.path));
        finding.map(|finding| (joining(&finding), finding))
    });
    live(move || {
        found.get().map(|(joining, finding)| {
            view! {
                <Message kind=MessageKind::Error>{finding_text(&finding)}</Message>
                {joining.map(|joining| join(work, joining))}
            }
        })
    })
}

/// Makes one row of two with the same key; where they differ, a person chooses first.
fn join(work: Work, joining: Joining) -> AnyView {
    let (words, driver) = (&texts().collector, work.driver());
    let mut picks: Vec<RwSignal<Vec<String>>> = Vec::new();
    let mut questions: Vec<AnyView> = Vec::new();
    for differing in &joining.differing {
        let path = &differing.path;
        let item = work.look(|open| open.interview.item(path, &open.language()));
        let mut choices: Vec<Choice> = Vec::new();
        work.look_at_ops(|case| {
            for op in differing.answers.iter().filter_map(|id| case.get(*id)) {
                let label = answer_of(&op.change).map(|answer| match &item {
                    Some(item) => words::answer_text(item, &answer),
                    None => words::answer_of(&answer),
                });
                choices.push(Choice {
                    value: op.id().to_string(),
                    label: label.unwrap_or_default(),
                    hint: signed(&driver, op),
                });
            }
        });
        let chosen = RwSignal::new(Vec::new());
        picks.push(chosen);
        questions.push(view! {
            <Options
                id=format!("join-{}", path.name())
                legend=item.map_or_else(|| path.name().to_owned(), |item| item.label)
                pick=Pick::One
                choices=Signal::stored(choices)
                chosen
                on_choose=move |now| chosen.set(now)
            />
        });
    }
    let (toasts, case) = (use_toasts(), work.look(|open| open.id.clone()));
    let asked = picks.clone();
    let disabled = Signal::derive(move || asked.iter().any(|pick| pick.with(Vec::is_empty)));
    let press = move |_| {
        let mut chosen: Vec<(Path, Change)> = Vec::new();
        work.look_at_ops(|case| {
            for (differing, pick) in joining.differing.iter().zip(&picks) {
                let pick = pick.get_untracked();
                for op in differing.answers.iter().filter_map(|id| case.get(*id)) {
                    if pick.contains(&op.id().to_string()) {
                        chosen.push((differing.path.clone(), op.change.clone()));
                    }
                }
            }
        });
        work.flush();
        let Some(back) = joining.write(&chosen, &mut |path, change| work.write(path, change))
        else {
            return;
        };
        let case = case.clone();
        let undo = work.lasting(move || {
            if work.has_open(&case) {
                for (path, change) in &back {
                    work.write(path, change.clone());
                }
            }
        });
        toasts.say_with_undo(texts().collector.rows_joined(), undo);
    };
    view! {
        {questions}
        <Button kind=ButtonKind::Primary test="join-rows" disabled on_press=press>{words.join_rows()}</Button>
    }
    .into_any()
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
