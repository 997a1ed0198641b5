//! Two methods, or one method in two rounds, village by village.
//!
//! Always: compares only villages that both rank; says how many those are.
//! Never: says which of the two is right.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{RankedUnit, Verdict, agreement};
use shared::wire::office::RoundView;
use shared::wire::priority::{MethodView, PriorityView};

use super::engine::Engine;
use super::words::{say, score_text};
use super::{Frozen, Work};
use crate::console::admin::load::Source;
use crate::i18n::{integer_text, texts};
use crate::router::use_router;
use crate::ui::{
    Cell, ChipKind, Column, DataTable, EmptyState, Loading, Message, MessageKind, Row, Sort, live,
    view,
};

#[component]
pub fn CompareView(work: Work, rounds: Vec<RoundView>, methods: Vec<MethodView>) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let wanted = Memo::new(move |_| {
        let route = router.get();
        let value = |key: &str, usual: &String| {
            route
                .value(key)
                .map_or_else(|| usual.clone(), str::to_owned)
        };
        work.here.with_value(|(round, method)| {
            (value("with_round", round), value("with_method", method))
        })
    });
    let is_same = Memo::new(move |_| {
        work.here
            .with_value(|here| wanted.with(|wanted| wanted == here))
    });
    let other = Source::<Frozen>::new("");
    Effect::new(move |_| {
        let (round, method) = wanted.get();
        other.clear();
        if !is_same.get() {
            other.ask(format!("/api/v1/rounds/{round}/priority/{method}/frozen"));
        }
    });
    let choose = move |key: &'static str, value: String| {
        router.replace(&router.get_untracked().with(key, &value).href());
    };
    let (round, method) = wanted.get_untracked();
    let method_option = |one: MethodView| {
        let key = one.key();
        let is_chosen = key == method;
        let name = format!("{} {}", say(&one.label), one.version);
        view! { <option value=key selected=is_chosen>{name}</option> }
    };
    let round_option = |one: RoundView| {
        let id = one.id.to_string();
        let is_chosen = id == round;
        view! { <option value=id selected=is_chosen>{one.name}</option> }
    };
    let content = move || {
        if is_same.get() {
            return view! { <EmptyState title=words.compare_same body=words.compare_body test="compare-same"/> };
        }
        other.show(move || {
            let Some(Frozen(frozen)) = other.value.get() else {
                return ().into_any();
            };
            let seed = frozen.seed.clone();
            let engine = Engine::start(frozen, seed);
            live(move || match (work.engine.base_ranking(), engine.base()) {
                (Some(here), Some(Ok(there))) => compared(&here, &there),
                (_, Some(Err(problems))) => super::faulty(&problems),
                (_, None) | (None, _) => view! { <Loading/> },
            })
        })
    };
    view! {
        <section class="panel pad row no-print">
            <label class="field slim"><span class="sr">{words.compare_with_method}</span>
                <select data-test="compare-method" on:change=move |event| choose("with_method", event_target_value(&event))>
                    {methods.into_iter().map(method_option).collect_view()}
                </select>
            </label>
            <label class="field slim"><span class="sr">{words.compare_with_round}</span>
                <select data-test="compare-round" on:change=move |event| choose("with_round", event_target_value(&event))>
                    {rounds.into_iter().map(round_option).collect_view()}
                </select>
            </label>
        </section>
        {live(content)}
    }
}

/// One village in both rankings.
struct Pair<'a> {
    unit: &'a RankedUnit,
    ranks: (u32, u32),
    chosen: (bool, bool),
}

fn chosen(view: &PriorityView) -> BTreeMap<&str, bool> {
    let decisions = view.selection.iter().flat_map(|it| &it.decisions);
    decisions
        .map(|it| (it.region.as_str(), it.verdict == Verdict::Chosen))
        .collect()
}

fn compared(here: &Arc<PriorityView>, there: &Arc<PriorityView>) -> AnyView {
    let words = &texts().console.deciding;
    let (chosen_here, chosen_there) = (chosen(here), chosen(there));
    let others: BTreeMap<&str, u32> = there
        .ranking
        .units
        .iter()
        .filter_map(|unit| Some((unit.region.as_str(), unit.rank?)))
        .collect();
    let pair = |unit| -> Option<Pair> {
        let unit: &RankedUnit = unit;
        let region = unit.region.as_str();
        let is_chosen = |from: &BTreeMap<&str, bool>| from.get(region).copied().unwrap_or(false);
        Some(Pair {
            ranks: (unit.rank?, *others.get(region)?),
            chosen: (is_chosen(&chosen_here), is_chosen(&chosen_there)),
            unit,
        })
    };
    let pairs: Vec<Pair> = here.ranking.units.iter().filter_map(pair).collect();
    let ranks: Vec<(u32, u32)> = pairs.iter().map(|pair| pair.ranks).collect();
    let agreed = agreement(&ranks);
    let figure = |word: &'static str, value: String, test: &'static str| {
        view! { <div><dt>{word}</dt><dd class="num" data-test=test>{value}</dd></div> }
    };
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| score_text(it, 3));
    let count = |wanted: (bool, bool)| {
        let found = pairs.iter().filter(|pair| pair.chosen == wanted);
        integer_text(found.count() as i64)
    };
    let rows: Vec<Row> = pairs.iter().map(row).collect();
    let rows = Signal::stored(rows);
    let nothing = pairs.is_empty().then(|| {
        view! { <Message kind=MessageKind::Doubt>{words.compare_body}</Message> }
    });
    view! {
        <section class="panel">
            <dl class="figures">
                {figure(words.compared_villages, integer_text(pairs.len() as i64), "compared-villages")}
                {figure(words.spearman, number(agreed.map(|it| it.spearman)), "spearman")}
                {figure(words.kendall, number(agreed.map(|it| it.kendall)), "kendall")}
                {figure(words.chosen_both, count((true, true)), "chosen-both")}
                {figure(words.enters_there, count((false, true)), "enters-there")}
                {figure(words.leaves_there, count((true, false)), "leaves-there")}
            </dl>
        </section>
        {nothing}
        <DataTable columns=columns() rows=rows name=words.compare_tab row_test="compared"/>
    }
}

fn columns() -> Vec<Column> {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    vec![
        Column::text("village", priority.village),
        Column::text("area", priority.area),
        Column::number("here", words.rank_here),
        Column::number("there", words.rank_there),
        Column::number("change", words.rank_change),
        Column::text("verdict", priority.verdict),
    ]
}

fn row(pair: &Pair) -> Row {
    let words = &texts().console.deciding;
    let (here, there) = pair.ranks;
    let change = i64::from(here) - i64::from(there);
    let shown = match change {
        0 => "0".to_owned(),
        1.. => format!("▲ {change}"),
        _ => format!("▼ {}", -change),
    };
    let verdict = match pair.chosen {
        (true, true) => Cell::chip(ChipKind::Ok, words.chosen_both),
        (false, true) => Cell::chip(ChipKind::Info, words.enters_there),
        (true, false) => Cell::chip(ChipKind::Wait, words.leaves_there),
        (false, false) => Cell {
            text: String::new(),
            sort: Sort::Missing,
            chip: None,
        },
    };
    Row {
        id: pair.unit.region.clone(),
        href: None,
        cells: vec![
            Cell::text(&pair.unit.name),
            Cell::text(&pair.unit.group.name),
            Cell::number(here.to_string(), f64::from(here)),
            Cell::number(there.to_string(), f64::from(there)),
            Cell::number(shown, change as f64),
            verdict,
        ],
    }
}
