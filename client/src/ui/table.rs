//! A table that is searched, sorted and paged, with its state in the address, and that exports what it shows.
//!
//! Always: a link to the page gives the same rows in the same order; sorting is stable; a cell that a spreadsheet
//! would run as a formula is made harmless.
//! Never: asks for rows; it shows those that it was given.

use std::cmp::Ordering;

use leptos::prelude::*;

use super::basics::{Button, ButtonKind, ChipKind};
use super::states::EmptyState;
use super::{live, view};
use crate::i18n::texts;
use crate::platform;
use crate::router::{Route, use_router};

pub const ROWS_PER_PAGE: usize = 50;

/// A column, named by `key` in the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub key: &'static str,
    pub title: String,
    pub is_number: bool,
}

impl Column {
    pub fn text(key: &'static str, title: &str) -> Column {
        let title = title.to_owned();
        Column {
            key,
            title,
            is_number: false,
        }
    }

    /// Set flush right.
    pub fn number(key: &'static str, title: &str) -> Column {
        let title = title.to_owned();
        Column {
            key,
            title,
            is_number: true,
        }
    }
}

/// What a cell is sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum Sort {
    /// By its text, regardless of case.
    Text,
    Number(f64),
    /// After everything else, whichever the direction.
    Missing,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub text: String,
    pub sort: Sort,
    /// Shown as a chip of that kind.
    pub chip: Option<ChipKind>,
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            sort: Sort::Text,
            chip: None,
        }
    }

    pub fn number(shown: impl Into<String>, number: f64) -> Cell {
        Cell {
            text: shown.into(),
            sort: Sort::Number(number),
            chip: None,
        }
    }

    pub fn chip(kind: ChipKind, text: impl Into<String>) -> Cell {
        Cell {
            text: text.into(),
            sort: Sort::Text,
            chip: Some(kind),
        }
    }
}

/// A row; with `href` its first cell is a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub id: String,
    pub href: Option<String>,
    /// One per column.
    pub cells: Vec<Cell>,
}

/// The table. Its query keys are `q`, `sort` (`-key` descending) and `page`.
#[component]
pub fn DataTable(
    columns: Vec<Column>,
    #[prop(into)] rows: Signal<Vec<Row>>,
    /// What the table is about: read out, and the name of the exported file.
    #[prop(into)]
    name: String,
    /// What can be done with the row of that id, in a last column.
    #[prop(optional, into)]
    actions: Option<Callback<String, AnyView>>,
    /// What the rows are called in tests: `account-row` makes `account-row-<id>`.
    #[prop(default = "row")]
    row_test: &'static str,
) -> AnyView {
    let router = use_router();
    let columns = StoredValue::new(columns);
    let name = StoredValue::new(name);
    let found = Memo::new(move |_| {
        let route = router.get();
        columns.with_value(|columns| arranged(rows.get(), columns, &route))
    });
    let page = Memo::new(move |_| {
        let wanted = router
            .get()
            .value("page")
            .and_then(|text| text.parse::<usize>().ok());
        let last = found.with(Vec::len).saturating_sub(1) / ROWS_PER_PAGE;
        wanted.unwrap_or(1).saturating_sub(1).min(last)
    });
    let body = move || {
        let start = page.get() * ROWS_PER_PAGE;
        let shown = found.with(|rows| {
            rows.iter()
                .skip(start)
                .take(ROWS_PER_PAGE)
                .cloned()
                .collect::<Vec<_>>()
        });
        shown
            .into_iter()
            .map(move |row| columns.with_value(|columns| row_view(row, columns, actions, row_test)))
            .collect_view()
    };
    let heads = columns.get_value().into_iter().map(head).collect_view();
    let actions_head = actions.map(|_| {
        view! { <th scope="col"><span class="sr">{texts().common.actions}</span></th> }
    });
    let empty = move || {
        let common = &texts().common;
        found.with(Vec::is_empty).then(|| {
            view! { <EmptyState title=common.nothing_found body=common.nothing_found_hint test="table-empty"/> }
        })
    };
    view! {
        <section class="panel" aria-label=name.get_value() data-test="table">
            {tools(found, columns, name)}
            <div class="table-scroll" tabindex="0" role="region" aria-label=name.get_value()>
                <table class="as-cards">
                    <thead><tr>{heads}{actions_head}</tr></thead>
                    <tbody>{live(body)}</tbody>
                </table>
            </div>
            {live(empty)}
            {live(move || pager(page.get(), found.with(Vec::len)))}
        </section>
    }
}

/// Search and export.
fn tools(
    found: Memo<Vec<Row>>,
    columns: StoredValue<Vec<Column>>,
    name: StoredValue<String>,
) -> AnyView {
    let router = use_router();
    let common = &texts().common;
    let search = move |event| {
        let route = router.get_untracked().with("page", "");
        router.replace(&route.with("q", &event_target_value(&event)).href());
    };
    let export = move |_| {
        let text =
            columns.with_value(|columns| found.with_untracked(|rows| csv_text(columns, rows)));
        platform::download_text(&format!("{}.csv", name.get_value()), &text);
    };
    view! {
        <div class="table-tools">
            <label class="field">
                <span class="sr">{common.search}</span>
                <input
                    type="search"
                    placeholder=common.search
                    autocomplete="off"
                    data-test="table-search"
                    prop:value=move || router.get().value("q").unwrap_or_default().to_owned()
                    on:input=search
                />
            </label>
            <span class="sp"></span>
            <Button kind=ButtonKind::Quiet small=true test="table-export" on_press=export>{common.export_csv}</Button>
        </div>
    }
}

fn head(column: Column) -> AnyView {
    let router = use_router();
    let order = Memo::new(move |_| match router.get().value("sort") {
        Some(sort) if sort == column.key => "ascending",
        Some(sort) if sort.strip_prefix('-') == Some(column.key) => "descending",
        _ => "none",
    });
    let press = move |_| {
        let next = match order.get_untracked() {
            "ascending" => format!("-{}", column.key),
            "descending" => String::new(),
            _ => column.key.to_owned(),
        };
        let route = router.get_untracked().with("page", "");
        router.replace(&route.with("sort", &next).href());
    };
    view! {
        <th scope="col" class:number=column.is_number aria-sort=move || order.get()>
            <button type="button" class="sort" data-test=format!("sort-{}", column.key) on:click=press>
                {column.title}
            </button>
        </th>
    }
}

fn row_view(
    row: Row,
    columns: &[Column],
    actions: Option<Callback<String, AnyView>>,
    row_test: &'static str,
) -> AnyView {
    let mut href = row.href;
    let cells = row.cells.into_iter().zip(columns).map(|(cell, column)| {
        let content = match cell.chip {
            Some(kind) => view! { <span class=kind.class()>{cell.text}</span> },
            None => cell.text.into_any(),
        };
        let content = match href.take() {
            Some(href) => view! { <a href=href>{content}</a> },
            None => content,
        };
        // On a phone each row is a card, and the title stands before the cell.
        let title = column.title.clone();
        // A date is sorted by its number, and is not broken into lines.
        let is_whole = matches!(cell.sort, Sort::Number(_));
        view! { <td class:number=column.is_number class:nowrap=is_whole data-label=title>{content}</td> }
    });
    let cells = cells.collect::<Vec<_>>();
    let test = format!("{row_test}-{}", row.id);
    let actions = actions.map(|actions| {
        view! { <td class="actions"><div class="row">{actions.run(row.id)}</div></td> }
    });
    view! { <tr data-test=test>{cells}{actions}</tr> }
}

/// Which rows of how many are shown, and the ways to those before and after; nothing where there are none.
pub fn pager(page: usize, count: usize) -> AnyView {
    if count == 0 {
        return ().into_any();
    }
    let router = use_router();
    let common = &texts().common;
    let (from, to) = (page * ROWS_PER_PAGE, count.min((page + 1) * ROWS_PER_PAGE));
    let go = move |page: usize| {
        router.replace(
            &router
                .get_untracked()
                .with("page", &(page + 1).to_string())
                .href(),
        )
    };
    view! {
        <div class="pager num">
            <Button small=true disabled=page == 0 test="page-before" on_press=move |_| go(page.saturating_sub(1))>
                {common.previous_page}
            </Button>
            <span data-test="rows-shown">{common.rows_shown(from + 1, to, count)}</span>
            <Button small=true disabled=count <= to test="page-after" on_press=move |_| go(page + 1)>
                {common.next_page}
            </Button>
        </div>
    }
}

/// The rows that the search finds, in the order that is asked for.
fn arranged(mut rows: Vec<Row>, columns: &[Column], route: &Route) -> Vec<Row> {
    let search = route.value("q").unwrap_or_default().to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    rows.retain(|row| {
        let has = |word: &&str| {
            row.cells
                .iter()
                .any(|cell| cell.text.to_lowercase().contains(word))
        };
        words.iter().all(has)
    });
    let sort = route.value("sort").unwrap_or_default();
    let (key, is_descending) = match sort.strip_prefix('-') {
        Some(key) => (key, true),
        None => (sort, false),
    };
    if let Some(column) = columns.iter().position(|column| column.key == key) {
        rows.sort_by(|a, b| compared(&a.cells[column], &b.cells[column], is_descending));
    }
    rows
}

fn compared(a: &Cell, b: &Cell, is_descending: bool) -> Ordering {
    let order = match (&a.sort, &b.sort) {
        (Sort::Missing, Sort::Missing) => return Ordering::Equal,
        (Sort::Missing, _) => return Ordering::Greater,
        (_, Sort::Missing) => return Ordering::Less,
        (Sort::Number(a), Sort::Number(b)) => a.total_cmp(b),
        (Sort::Text | Sort::Number(_), Sort::Text | Sort::Number(_)) => {
            a.text.to_lowercase().cmp(&b.text.to_lowercase())
        }
    };
    if is_descending {
        order.reverse()
    } else {
        order
    }
}

/// The rows as a CSV file that a spreadsheet opens: UTF-8 with a mark, commas, cells that cannot be formulas.
pub fn csv_text(columns: &[Column], rows: &[Row]) -> String {
    let mut text = String::from("\u{feff}");
    let heads = columns.iter().map(|column| csv_cell(&column.title));
    push_line(&mut text, heads);
    for row in rows {
        push_line(&mut text, row.cells.iter().map(|cell| csv_cell(&cell.text)));
    }
    text
}

fn push_line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

fn csv_cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let harmless = if is_formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if harmless.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", harmless.replace('"', "\"\""));
    }
    harmless
}
