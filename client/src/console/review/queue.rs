//! The list of cases: filters with counts, search, rows with their reasons, export.
//!
//! Always: the export holds the rows that are shown, in their order.
//! Never: orders by itself; the most doubtful come first from the server.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::ids::RegionId;
use shared::merge::Status;
use shared::time::Moment;
use shared::wire::review::{CaseSummary, Reason};

use super::Queue;
use super::words::{Statuses, reason_chip, status_chip, status_name};
use crate::console::desk::Loaded;
use crate::i18n::{date_text, texts, time_text};
use crate::platform;
use crate::router::{Route, use_router};
use crate::ui::{
    Button, ButtonKind, Cell, ChipKind, Column, EmptyState, ErrorState, Loading, Row, csv_text,
    live, view,
};

/// Rows that are drawn before a person asks for more.
const ROWS_SHOWN: usize = 150;
/// Reasons in one row; the rest is counted.
const REASONS_SHOWN: usize = 3;

/// A filter by reason: its word in the address.
const FILTERS: [&str; 7] = [
    "ganda",
    "temuan",
    "berubah",
    "ulang",
    "karantina",
    "gps",
    "singkat",
];

fn has(case: &CaseSummary, filter: &str) -> bool {
    case.reasons.iter().any(|reason| match reason {
        Reason::Conflicts { .. } => filter == "ganda",
        Reason::Errors { .. } | Reason::Doubts { .. } => filter == "temuan",
        Reason::ChangedSinceApproval => filter == "berubah",
        Reason::Resubmitted => filter == "ulang",
        Reason::Quarantined { .. } => filter == "karantina",
        Reason::CoarsePosition { .. } => filter == "gps",
        Reason::ShortVisit { .. } => filter == "singkat",
        Reason::Noted { .. } => false,
    })
}

/// The cases that the address asks for.
pub(super) fn shown(
    mut cases: Vec<CaseSummary>,
    decided: &BTreeMap<RegionId, Status>,
    route: &Route,
) -> Vec<CaseSummary> {
    for case in &mut cases {
        if let Some(status) = decided.get(&case.region) {
            case.status = *status;
            case.changed_since_approval = false;
        }
    }
    let filter = route.value("saring").unwrap_or_default();
    let status = route.value("status").unwrap_or_default();
    let search = route.value("q").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    cases.retain(|case| {
        let is_status = |(of, word): &(Status, &str)| *word == status && *of == case.status;
        (filter.is_empty() || has(case, filter))
            && (status.is_empty() || Statuses::ALL.iter().any(is_status))
            && words.iter().all(|word| text_of(case).contains(word))
    });
    cases
}

fn text_of(case: &CaseSummary) -> String {
    let people: Vec<&str> = case.assignees.iter().map(|p| p.name.as_str()).collect();
    format!(
        "{} {} {} {} {}",
        case.name,
        case.region,
        case.district,
        case.regency,
        people.join(" ")
    )
    .to_lowercase()
}

pub(super) fn pane(queue: Queue, chosen: Memo<Option<RegionId>>) -> AnyView {
    // A list that is fetched again stays where it was scrolled to.
    let state = Memo::new(move |_| {
        queue.said.with(|said| match said {
            Loaded::Loading => Loaded::Loading,
            Loaded::Failed(text) => Loaded::Failed(text.clone()),
            Loaded::Ready(said) => Loaded::Ready(said.value.cases.is_empty()),
        })
    });
    let words = &texts().console.review;
    let body = move || match state.get() {
        Loaded::Loading => view! { <Loading/> },
        Loaded::Failed(text) => {
            let again = Callback::new(move |()| queue.reload());
            view! { <ErrorState text=text on_retry=again/> }
        }
        Loaded::Ready(true) => view! {
            <div class="panel">
                <EmptyState title=words.queue_empty body=words.queue_empty_body test="queue-empty"/>
            </div>
        },
        Loaded::Ready(false) => list(queue, chosen),
    };
    live(body)
}

fn list(queue: Queue, chosen: Memo<Option<RegionId>>) -> AnyView {
    let words = &texts().console.review;
    let chips = move || {
        queue.said.with(|said| match said {
            Loaded::Ready(said) => Some(filters(queue, &said.value.cases)),
            Loaded::Loading | Loaded::Failed(_) => None,
        })
    };
    let is_cut_off = move || {
        queue
            .said
            .with(|said| matches!(said, Loaded::Ready(said) if said.value.cut_off))
    };
    let more = RwSignal::new(ROWS_SHOWN);
    let rows = move || {
        let row = move |case: CaseSummary| row(queue, chosen, case);
        queue.rows.with(|rows| {
            rows.iter()
                .take(more.get())
                .cloned()
                .map(row)
                .collect_view()
        })
    };
    let rest = move || {
        let count = queue.rows.with(Vec::len);
        (more.get() < count).then(|| {
            let press = move |_| more.update(|more| *more += ROWS_SHOWN);
            view! { <li class="more"><Button small=true kind=ButtonKind::Quiet on_press=press>{(words.show_more)(count - more.get())}</Button></li> }
        })
    };
    let none = move || {
        let common = &texts().common;
        queue.rows.with(Vec::is_empty).then(|| {
            view! { <EmptyState title=common.nothing_found body=common.nothing_found_hint test="queue-no-match"/> }
        })
    };
    view! {
        {chips}
        <section class="panel queue" aria-label=words.queue>
            {tools(queue)}
            <ol class="plain" data-test="queue">{rows}{rest}</ol>
            {none}
            <p class="pad muted small" hidden=move || !is_cut_off()>{words.cut_off}</p>
        </section>
    }
}

/// The filters that would show something, with their counts.
fn filters(queue: Queue, cases: &[CaseSummary]) -> AnyView {
    let words = &texts().console.review;
    let count = |filter: &str| cases.iter().filter(|case| has(case, filter)).count();
    let mut reasons = vec![chip(queue, "saring", "", words.doubtful_first, cases.len())];
    for (filter, name) in FILTERS.into_iter().zip(words.filters) {
        reasons.push(chip(queue, "saring", filter, name, count(filter)));
    }
    let statuses = Statuses::ALL.into_iter().map(|(status, word)| {
        let count = cases.iter().filter(|case| case.status == status).count();
        chip(queue, "status", word, status_name(status), count)
    });
    view! {
        <div class="filters compact" role="group" aria-label=words.filter>{reasons}</div>
        <div class="filters compact" role="group" aria-label=words.status>{statuses.collect::<Vec<_>>()}</div>
    }
}

fn chip(
    queue: Queue,
    key: &'static str,
    value: &'static str,
    name: &'static str,
    count: usize,
) -> AnyView {
    let router = queue.router;
    let is_on = Memo::new(move |_| router.get().value(key).unwrap_or_default() == value);
    let press = move |_| {
        // A status is let go by pressing it again; the reasons have a chip for all.
        let next = if is_on.get_untracked() { "" } else { value };
        router.replace(&router.get_untracked().with(key, next).href());
    };
    let test = if value.is_empty() {
        "filter-all".to_owned()
    } else {
        format!("filter-{value}")
    };
    view! {
        <button
            type="button"
            class="filter"
            hidden=move || count == 0 && !is_on.get()
            aria-pressed=move || is_on.get().to_string()
            data-test=test
            on:click=press
        >
            {name}" "<b class="num">{count.to_string()}</b>
        </button>
    }
}

fn tools(queue: Queue) -> AnyView {
    let common = &texts().common;
    let words = &texts().console.review;
    let router = use_router();
    let search = move |event| {
        let route = router.get_untracked();
        router.replace(&route.with("q", &event_target_value(&event)).href());
    };
    let export = move |_| export(queue);
    view! {
        <div class="table-tools">
            <label class="field">
                <span class="sr">{words.search_village}</span>
                <input
                    type="search"
                    placeholder=words.search_village
                    autocomplete="off"
                    data-test="queue-search"
                    prop:value=move || router.get().value("q").unwrap_or_default().to_owned()
                    on:input=search
                />
            </label>
            <Button kind=ButtonKind::Quiet small=true test="queue-export" on_press=export>{common.export_csv}</Button>
        </div>
    }
}

fn row(queue: Queue, chosen: Memo<Option<RegionId>>, case: CaseSummary) -> AnyView {
    let words = &texts().console.review;
    let region = case.region.clone();
    let current = move || (chosen.get().as_ref() == Some(&region)).then_some("true");
    let (kind, status) = status_chip(case.status);
    let mut chips: Vec<AnyView> = case
        .reasons
        .iter()
        .take(REASONS_SHOWN)
        .map(|reason| {
            let (kind, text) = reason_chip(reason);
            view! { <span class=kind.class()>{text}</span> }
        })
        .collect();
    if REASONS_SHOWN < case.reasons.len() {
        let rest = format!("+{}", case.reasons.len() - REASONS_SHOWN);
        chips.push(view! { <span class=ChipKind::Plain.class()>{rest}</span> });
    }
    if case.reasons.is_empty() && case.status == Status::Submitted {
        chips.push(view! { <span class=ChipKind::Ok.class()>{words.no_reason}</span> });
    }
    let people: Vec<String> = case
        .assignees
        .iter()
        .map(|person| person.name.clone())
        .collect();
    let filled = (0 < case.answered).then(|| (words.filled)(case.answered, case.relevant));
    view! {
        <li>
            <a
                class="qrow"
                id=format!("row-{}", case.region)
                href=queue.href(&case.region)
                aria-current=current
                data-test=format!("queue-row-{}", case.region)
            >
                <span class="top">
                    <b>{case.name.clone()}</b>
                    <span class="small muted">{format!("{} · {}", case.district, case.regency)}</span>
                    <span class="sp"></span>
                    <span class=kind.class()>{status}</span>
                </span>
                <span class="why">{chips}</span>
                <span class="small muted num foot">
                    {people.join(", ")}
                    <span class="sp"></span>
                    {filled}
                    {case.last_written.map(|at| format!(" · {}", short_time(at)))}
                </span>
            </a>
        </li>
    }
}

/// `10.42` today, `Sel 3 Nov` before.
pub(in crate::console) fn short_time(at: shared::time::Millis) -> String {
    let now = platform::clock().moment;
    let moment = Moment {
        wall: at,
        zone_minutes: now.zone_minutes,
    };
    if moment.date() == now.date() {
        return time_text(moment);
    }
    let text = date_text(moment.date(), texts());
    match text.rsplit_once(' ') {
        Some((day, _)) if moment.date().calendar().0 == now.date().calendar().0 => day.to_owned(),
        _ => text,
    }
}

fn export(queue: Queue) {
    let words = &texts().console.review;
    let keys = [
        "code", "name", "district", "regency", "status", "answered", "relevant", "photos",
        "received", "people", "written", "reasons",
    ];
    let columns: Vec<Column> = keys
        .into_iter()
        .zip(&words.export_columns)
        .map(|(key, title)| Column::text(key, title))
        .collect();
    let rows: Vec<Row> = queue
        .rows
        .with_untracked(|rows| rows.iter().map(exported).collect());
    let text = csv_text(&columns, &rows);
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let parts = js_sys::Array::of1(&text.into());
    if let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options) {
        platform::download(&format!("{}.csv", words.queue), &blob);
    }
}

fn exported(case: &CaseSummary) -> Row {
    let people: Vec<&str> = case.assignees.iter().map(|p| p.name.as_str()).collect();
    let reasons: Vec<String> = case.reasons.iter().map(|r| reason_chip(r).1).collect();
    let written = case.last_written.map(|wall| {
        let moment = Moment {
            wall,
            zone_minutes: platform::clock().moment.zone_minutes,
        };
        format!("{} {}", moment.date(), time_text(moment).replace('.', ":"))
    });
    let cells = [
        case.region.to_string(),
        case.name.clone(),
        case.district.clone(),
        case.regency.clone(),
        status_name(case.status).to_owned(),
        case.answered.to_string(),
        case.relevant.to_string(),
        case.photos.to_string(),
        case.photos_received.to_string(),
        people.join("; "),
        written.unwrap_or_default(),
        reasons.join("; "),
    ];
    Row {
        id: case.region.to_string(),
        href: None,
        cells: cells.into_iter().map(Cell::text).collect(),
    }
}
