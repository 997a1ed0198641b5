//! Two methods, or one method in two rounds, village by village.
//!
//! Always: ranks are compared of villages that both rank, and it is said how many those are; who is chosen is compared of
//! all, also of those that only one of both ranks. Of two rounds it is told from the earlier to the later.
//! Never: says which of the two is right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{Decision, Exchange, RankedUnit, agreement};
use shared::wire::office::RoundView;
use shared::wire::priority::{MethodView, PriorityView};

use super::engine::Engine;
use super::files::Address;
use super::words::{class_word, say, score_text, verdict_chip};
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
    let rounds_kept = StoredValue::new(rounds.clone());
    let is_same = Memo::new(move |_| {
        work.here
            .with_value(|here| wanted.with(|wanted| wanted == here))
    });
    let other = Source::<Frozen>::slow("");
    Effect::new(move |_| {
        let (round, method) = wanted.get();
        other.clear();
        if !is_same.get() {
            let address = Address {
                path: format!("/api/v1/rounds/{round}/priority/{method}"),
                within: work.base.with_value(|base| base.within.clone()),
            };
            other.ask(address.at("/frozen"));
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
        let way = rounds_kept.with_value(|rounds| {
            let here = work.here.with_value(|(round, _)| round.clone());
            Way::between(rounds, [&here, &wanted.get().0])
        });
        other.show(move || {
            let Some(Frozen(frozen)) = other.value.get() else {
                return ().into_any();
            };
            let seed = frozen.seed.clone();
            let engine = Engine::start(frozen, seed);
            let way = way.clone();
            live(move || match (work.engine.base_ranking(), engine.base()) {
                (Some(here), Some(Ok(there))) => compared([here, there], &way),
                (_, Some(Err(problems))) => super::faulty(&problems),
                (_, None) | (None, _) => view! { <Loading/> },
            })
        })
    };
    view! {
        <section class="panel pad no-print">
            <div class="grid">
                <label class="q plain"><span class="label">{words.compare_with_method}</span>
                    <span class="field"><select data-test="compare-method" on:change=move |event| choose("with_method", event_target_value(&event))>
                        {methods.into_iter().map(method_option).collect_view()}
                    </select></span>
                </label>
                <label class="q plain"><span class="label">{words.compare_with_round}</span>
                    <span class="field"><select data-test="compare-round" on:change=move |event| choose("with_round", event_target_value(&event))>
                        {rounds.into_iter().map(round_option).collect_view()}
                    </select></span>
                </label>
            </div>
        </section>
        {live(content)}
    }
}

/// From which of both to which it is told, and what they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// One round by two methods: from the one here to the other.
    Methods,
    /// Two rounds: from the earlier to the later, whichever of them is here.
    Rounds {
        names: [String; 2],
        is_later_here: bool,
    },
}

impl Way {
    /// `ids` are the round here and the other.
    fn between(rounds: &[RoundView], [here, there]: [&str; 2]) -> Way {
        let of = |id: &str| rounds.iter().find(|it| it.id.to_string() == id);
        let (Some(here), Some(there)) = (of(here), of(there)) else {
            return Way::Methods;
        };
        if here.id == there.id {
            return Way::Methods;
        }
        let is_later_here = there.created <= here.created;
        let names = match is_later_here {
            true => [&there.name, &here.name],
            false => [&here.name, &there.name],
        };
        Way::Rounds {
            names: names.map(Clone::clone),
            is_later_here,
        }
    }
}

/// One village, of which each side may know a rank.
struct Pair<'a> {
    unit: &'a RankedUnit,
    from: Option<&'a RankedUnit>,
    to: Option<&'a RankedUnit>,
    /// In the first, and in the second.
    chosen: (bool, bool),
}

impl Pair<'_> {
    fn ranks(&self) -> Option<(u32, u32)> {
        Some((self.from?.rank?, self.to?.rank?))
    }
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

/// Villages that both rank, and those that one of both chooses; in the order of the method here or of the later round,
/// the others after them.
fn pairs<'a>(sides: &[Side<'a>; 2], views: [&'a PriorityView; 2], way: &Way) -> Vec<Pair<'a>> {
    let [from, to] = sides;
    let lead = match way {
        Way::Methods => 0,
        Way::Rounds { .. } => 1,
    };
    let own = views[lead].ranking.units.iter();
    let others = views[1 - lead].ranking.units.iter();
    let others = others.filter(|it| !sides[lead].units.contains_key(it.region.as_str()));
    let all = own.chain(others).filter_map(|unit| {
        let region = unit.region.as_str();
        let chosen = (from.chosen.contains(region), to.chosen.contains(region));
        let ranked = from.rank(region).is_some() && to.rank(region).is_some();
        (ranked || chosen.0 || chosen.1).then(|| Pair {
            unit,
            from: from.units.get(region).copied(),
            to: to.units.get(region).copied(),
            chosen,
        })
    });
    all.collect()
}

/// How many villages one side ranks and the other does not.
fn alone(one: &Side, other: &Side) -> usize {
    let ranked = one.units.iter().filter(|(_, unit)| unit.rank.is_some());
    ranked
        .filter(|(region, _)| other.rank(region).is_none())
        .count()
}

/// Everything that the rows are told from.
struct Told<'a> {
    views: [&'a PriorityView; 2],
    sides: [Side<'a>; 2],
    way: &'a Way,
    chooses: bool,
    /// By one method, so that scores and dimensions are comparable.
    is_one_method: bool,
}

/// `views` are the one here and the other.
fn compared([here, there]: [Arc<PriorityView>; 2], way: &Way) -> AnyView {
    let words = &texts().console.deciding;
    let here_codes: BTreeSet<String> = here
        .ranking
        .units
        .iter()
        .map(|it| it.region.clone())
        .collect();
    // As it was first, whichever of both is here.
    let [from, to] = match way {
        Way::Rounds {
            is_later_here: true,
            ..
        } => [there, here],
        Way::Rounds { .. } | Way::Methods => [here, there],
    };
    let views: [&PriorityView; 2] = [&from, &to];
    let told = Told {
        sides: views.map(Side::of),
        way,
        chooses: from.selection.is_some() && to.selection.is_some(),
        is_one_method: from.ranking.method.hash == to.ranking.method.hash,
        views,
    };
    let pairs = pairs(&told.sides, views, way);
    let ranks: Vec<(u32, u32)> = pairs.iter().filter_map(Pair::ranks).collect();
    let agreed = agreement(&ranks);
    let figure = |word: String, value: String, test: &'static str| {
        view! { <div><dt>{word}</dt><dd class="num" data-test=test>{value}</dd></div> }
    };
    let whole = |count: usize| integer_text(count as i64);
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| score_text(it, 3));
    // Of a method that chooses nobody, nobody leaves.
    let selections = from.selection.as_ref().zip(to.selection.as_ref());
    let exchange = selections.map(|(from, to)| Exchange::between(from, to));
    let count = |of: &dyn Fn(&Exchange) -> usize| {
        let count = exchange.as_ref().map(|it| whole(of(it)));
        count.unwrap_or_else(|| "–".to_owned())
    };
    let [first, second] = &told.sides;
    let kept = first.chosen.intersection(&second.chosen).count();
    let (enters, leaves) = (entering_word(way), leaving_word(way));
    let rounds = match way {
        Way::Methods => ().into_any(),
        Way::Rounds { names, .. } => {
            let moved = ranks.iter().filter(|(from, to)| from != to).count();
            view! {
                {figure(words.moved_count.to_owned(), whole(moved), "moved")}
                {figure((words.only_in)(&names[0]), whole(alone(first, second)), "only-before")}
                {figure((words.only_in)(&names[1]), whole(alone(second, first)), "only-after")}
            }
        }
    };
    let said = match way {
        Way::Methods => ().into_any(),
        Way::Rounds { names, .. } => {
            let said = (words.moved_body)(&names[0], &names[1]);
            view! { <p class="small" data-test="moved-body">{said}</p> }
        }
    };
    let rows: Vec<Row> = pairs.iter().map(|it| row(it, &told, &here_codes)).collect();
    let rows = Signal::stored(rows);
    let nothing = ranks.is_empty().then(|| {
        view! { <Message kind=MessageKind::Doubt test="compared-nothing">{words.compare_nothing}</Message> }
    });
    view! {
        <section class="panel">
            <dl class="figures">
                {figure(words.compared_villages.to_owned(), whole(ranks.len()), "compared-villages")}
                {rounds}
                {figure(words.spearman.to_owned(), number(agreed.map(|it| it.spearman)), "spearman")}
                {figure(words.kendall.to_owned(), number(agreed.map(|it| it.kendall)), "kendall")}
                {figure(words.chosen_both.to_owned(), count(&|_| kept), "chosen-both")}
                {figure(enters, count(&|it| it.entering.len()), "enters-there")}
                {figure(leaves, count(&|it| it.leaving.len()), "leaves-there")}
            </dl>
        </section>
        {nothing}
        {said}
        <DataTable columns=columns(&told) rows=rows name=words.compare_tab row_test="compared"/>
    }
}

fn entering_word(way: &Way) -> String {
    let words = &texts().console.deciding;
    match way {
        Way::Methods => words.enters_there.to_owned(),
        Way::Rounds { names, .. } => (words.chosen_only_in)(&names[1]),
    }
}

fn leaving_word(way: &Way) -> String {
    let words = &texts().console.deciding;
    match way {
        Way::Methods => words.leaves_there.to_owned(),
        Way::Rounds { names, .. } => (words.chosen_only_in)(&names[0]),
    }
}

fn columns(told: &Told) -> Vec<Column> {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    let (before, after) = match told.way {
        Way::Methods => (words.rank_here.to_owned(), words.rank_there.to_owned()),
        Way::Rounds { names, .. } => ((words.rank_in)(&names[0]), (words.rank_in)(&names[1])),
    };
    let mut columns = vec![
        Column::text("village", priority.village),
        Column::text("area", priority.area),
        Column::number("here", &before),
        Column::number("there", &after),
        Column::number("change", words.rank_change),
    ];
    if told.tells_scores() {
        columns.push(Column::number("score", words.score_change));
        columns.push(Column::text("moved", words.moved_most));
    }
    columns.push(Column::text("verdict", priority.verdict));
    columns
}

impl Told<'_> {
    fn tells_scores(&self) -> bool {
        self.is_one_method && *self.way != Way::Methods
    }
}

fn nothing(text: &str) -> Cell {
    Cell {
        text: text.to_owned(),
        sort: Sort::Missing,
        chip: None,
    }
}

/// A rank, or why there is none.
fn rank_cell(unit: Option<&RankedUnit>, side: &Side) -> Cell {
    let rank = unit.and_then(|it| it.rank);
    if let Some(rank) = rank {
        return Cell::number(rank.to_string(), f64::from(rank));
    }
    let decision = unit.and_then(|it| side.decisions.get(it.region.as_str()).copied());
    let why = unit.and_then(|it| verdict_chip(it, decision));
    nothing(&why.map_or_else(|| "–".to_owned(), |(_, word)| word))
}

/// `▲ 4,20`: how much it went up or down, with so many decimals.
fn moved_text(change: f64, decimals: u8) -> String {
    let size = score_text(change.abs(), decimals);
    match score_text(0.0, decimals) == size {
        true => size,
        false if 0.0 < change => format!("▲ {size}"),
        false => format!("▼ {size}"),
    }
}

fn change_cell(pair: &Pair) -> Cell {
    match pair.ranks() {
        None => nothing("–"),
        Some((from, to)) => {
            let change = f64::from(from) - f64::from(to);
            Cell::number(moved_text(change, 0), change)
        }
    }
}

/// How much the score of a village moved, and which of its dimensions most; with a class that is another one now.
fn moved_cells(pair: &Pair, told: &Told) -> [Cell; 2] {
    let (Some(from), Some(to)) = (pair.from, pair.to) else {
        return [nothing("–"), nothing("–")];
    };
    let [first, second] = told.views.map(|view| &view.ranking);
    let decimals = second.decimals;
    let score = match from.rounded.zip(to.rounded) {
        None => nothing("–"),
        Some((from, to)) => Cell::number(moved_text(to - from, decimals), to - from),
    };
    let dimensions = second.dimensions.iter().zip(&to.dimensions);
    let below = dimensions.filter(|(head, _)| head.parent.is_some());
    let moves = below.filter_map(|(head, now)| {
        let place = first.dimensions.iter().position(|it| it.id == head.id)?;
        let before = from.dimensions.get(place)?.score?;
        Some((head, now.score? - before))
    });
    let most = moves.max_by(|one, two| one.1.abs().total_cmp(&two.1.abs()));
    let moved = most.filter(|(_, by)| moved_text(*by, decimals) != score_text(0.0, decimals));
    let moved =
        moved.map(|(head, by)| format!("{} {}", say(&head.label), moved_text(by, decimals)));
    let classes = [(first, from), (second, to)]
        .map(|(ranking, unit)| class_word(ranking, unit.class.as_ref()).unwrap_or_default());
    let class = (classes[0] != classes[1]).then(|| classes.join(" → "));
    let parts: Vec<String> = moved.into_iter().chain(class).collect();
    let moved = match parts.is_empty() {
        true => nothing("–"),
        false => Cell::text(parts.join("; ")),
    };
    [score, moved]
}

fn row(pair: &Pair, told: &Told, here: &BTreeSet<String>) -> Row {
    let words = &texts().console.deciding;
    let verdict = match pair.chosen {
        _ if !told.chooses => nothing(""),
        (true, true) => Cell::chip(ChipKind::Ok, words.chosen_both),
        (false, true) => Cell::chip(ChipKind::Info, entering_word(told.way)),
        (true, false) => Cell::chip(ChipKind::Wait, leaving_word(told.way)),
        (false, false) => nothing(""),
    };
    let mut cells = vec![
        Cell::text(&pair.unit.name),
        Cell::text(&pair.unit.group.name),
        rank_cell(pair.from, &told.sides[0]),
        rank_cell(pair.to, &told.sides[1]),
        change_cell(pair),
    ];
    if told.tells_scores() {
        cells.extend(moved_cells(pair, told));
    }
    cells.push(verdict);
    let region = &pair.unit.region;
    // Its card is that of the ranking here.
    let route = use_router().get_untracked();
    let href = here
        .contains(region)
        .then(|| route.with("village", region).href());
    Row {
        id: region.clone(),
        href,
        cells,
    }
}
