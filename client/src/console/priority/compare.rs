//! Two methods, or one method in two rounds, village by village.
//!
//! Always: ranks are compared of villages that both rank, and it is said how many those are; who is chosen is compared of
//! all, also of those that only one of both ranks.
//! Never: says which of the two is right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{Decision, Exchange, RankedUnit, agreement};
use shared::wire::office::RoundView;
use shared::wire::priority::{MethodView, PriorityView};

use super::engine::Engine;
use super::words::{say, score_text, verdict_chip};
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
    // The address may change without these choosers.
    let method_option = |one: MethodView| {
        let key = one.key();
        let value = key.clone();
        let name = format!("{} {}", say(&one.label), one.version);
        let is_chosen = move || wanted.with(|(_, wanted)| *wanted == key);
        view! { <option value=value prop:selected=is_chosen>{name}</option> }
    };
    let round_option = |one: RoundView| {
        let id = one.id.to_string();
        let value = id.clone();
        let is_chosen = move || wanted.with(|(wanted, _)| *wanted == id);
        view! { <option value=value prop:selected=is_chosen>{one.name}</option> }
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

/// One village, of which each side may know a rank.
struct Pair<'a> {
    unit: &'a RankedUnit,
    here: Option<&'a RankedUnit>,
    there: Option<&'a RankedUnit>,
    chosen: (bool, bool),
}

/// What one of both says of its villages.
struct Side<'a> {
    units: BTreeMap<&'a str, &'a RankedUnit>,
    decisions: BTreeMap<&'a str, &'a Decision>,
    chosen: BTreeSet<&'a str>,
}

impl Side<'_> {
    fn of(view: &PriorityView) -> Side<'_> {
        let units = view.ranking.units.iter();
        let decisions = view.selection.iter().flat_map(|it| &it.decisions);
        let chosen = view.selection.iter().flat_map(|it| &it.chosen);
        Side {
            units: units.map(|it| (it.region.as_str(), it)).collect(),
            decisions: decisions.map(|it| (it.region.as_str(), it)).collect(),
            chosen: chosen.map(String::as_str).collect(),
        }
    }

    fn rank(&self, region: &str) -> Option<u32> {
        self.units.get(region)?.rank
    }
}

/// Villages that both rank, and those that one of both chooses; in the order of the one here, the others after them.
fn pairs<'a>(here: &Side<'a>, there: &Side<'a>, views: [&'a PriorityView; 2]) -> Vec<Pair<'a>> {
    let own = views[0].ranking.units.iter();
    let others = views[1].ranking.units.iter();
    let others = others.filter(|it| !here.units.contains_key(it.region.as_str()));
    let all = own.chain(others).filter_map(|unit| {
        let region = unit.region.as_str();
        let chosen = (here.chosen.contains(region), there.chosen.contains(region));
        let ranked = here.rank(region).is_some() && there.rank(region).is_some();
        (ranked || chosen.0 || chosen.1).then(|| Pair {
            unit,
            here: here.units.get(region).copied(),
            there: there.units.get(region).copied(),
            chosen,
        })
    });
    all.collect()
}

fn compared(here: &Arc<PriorityView>, there: &Arc<PriorityView>) -> AnyView {
    let words = &texts().console.deciding;
    let sides = [Side::of(here), Side::of(there)];
    let pairs = pairs(&sides[0], &sides[1], [here, there]);
    let rank = |unit: Option<&RankedUnit>| unit.and_then(|it| it.rank);
    let ranks = pairs.iter();
    let ranks = ranks.filter_map(|pair| Some((rank(pair.here)?, rank(pair.there)?)));
    let ranks: Vec<(u32, u32)> = ranks.collect();
    let agreed = agreement(&ranks);
    let figure = |word: &'static str, value: String, test: &'static str| {
        view! { <div><dt>{word}</dt><dd class="num" data-test=test>{value}</dd></div> }
    };
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| score_text(it, 3));
    // Of a method that chooses nobody, nobody leaves.
    let selections = here.selection.as_ref().zip(there.selection.as_ref());
    let exchange = selections.map(|(here, there)| Exchange::between(here, there));
    let count = |of: &dyn Fn(&Exchange) -> usize| {
        let count = exchange.as_ref().map(|it| integer_text(of(it) as i64));
        count.unwrap_or_else(|| "–".to_owned())
    };
    let kept = sides[0].chosen.intersection(&sides[1].chosen).count();
    let chooses = exchange.is_some();
    let rows: Vec<Row> = pairs.iter().map(|it| row(it, &sides, chooses)).collect();
    let rows = Signal::stored(rows);
    let nothing = ranks.is_empty().then(|| {
        view! { <Message kind=MessageKind::Doubt>{words.compare_body}</Message> }
    });
    view! {
        <section class="panel">
            <dl class="figures">
                {figure(words.compared_villages, integer_text(ranks.len() as i64), "compared-villages")}
                {figure(words.spearman, number(agreed.map(|it| it.spearman)), "spearman")}
                {figure(words.kendall, number(agreed.map(|it| it.kendall)), "kendall")}
                {figure(words.chosen_both, count(&|_| kept), "chosen-both")}
                {figure(words.enters_there, count(&|it| it.entering.len()), "enters-there")}
                {figure(words.leaves_there, count(&|it| it.leaving.len()), "leaves-there")}
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

/// A rank, or why there is none.
fn rank_cell(unit: Option<&RankedUnit>, side: &Side) -> Cell {
    let rank = unit.and_then(|it| it.rank);
    if let Some(rank) = rank {
        return Cell::number(rank.to_string(), f64::from(rank));
    }
    let decision = unit.and_then(|it| side.decisions.get(it.region.as_str()).copied());
    let why = unit.and_then(|it| verdict_chip(it, decision));
    Cell {
        text: why.map_or_else(|| "–".to_owned(), |(_, word)| word),
        sort: Sort::Missing,
        chip: None,
    }
}

fn row(pair: &Pair, sides: &[Side; 2], chooses: bool) -> Row {
    let words = &texts().console.deciding;
    let nothing = |text: &str| Cell {
        text: text.to_owned(),
        sort: Sort::Missing,
        chip: None,
    };
    let rank = |unit: Option<&RankedUnit>| unit.and_then(|it| it.rank);
    let change = match rank(pair.here).zip(rank(pair.there)) {
        None => nothing("–"),
        Some((here, there)) => {
            let change = i64::from(here) - i64::from(there);
            let shown = match change {
                0 => "0".to_owned(),
                1.. => format!("▲ {change}"),
                _ => format!("▼ {}", -change),
            };
            Cell::number(shown, change as f64)
        }
    };
    let verdict = match pair.chosen {
        _ if !chooses => nothing(""),
        (true, true) => Cell::chip(ChipKind::Ok, words.chosen_both),
        (false, true) => Cell::chip(ChipKind::Info, words.enters_there),
        (true, false) => Cell::chip(ChipKind::Wait, words.leaves_there),
        (false, false) => nothing(""),
    };
    Row {
        id: pair.unit.region.clone(),
        href: None,
        cells: vec![
            Cell::text(&pair.unit.name),
            Cell::text(&pair.unit.group.name),
            rank_cell(pair.here, &sides[0]),
            rank_cell(pair.there, &sides[1]),
            change,
            verdict,
        ],
    }
}
