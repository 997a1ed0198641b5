//! The ranking as a table: rank, village, score on one scale, class or decision, reason.
//!
//! Always: filters are chips with counts and stand in the address; a phone shows cards.
//! Never: hides a village that is not ranked; it stands below with its reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{Decision, Interval, RankedUnit, Status, Verdict};
use shared::wire::priority::PriorityView;

use super::Work;
use super::engine::Intervals;
use super::scale::{ClassSpread, Scale};
use super::words::{class_word, main_reason, optional_score, say, score_text, verdict_chip};
use crate::i18n::{integer_text, texts};
use crate::platform;
use crate::router::{Route, use_router};
use crate::ui::{Button, ButtonKind, Cell, Column, EmptyState, Row, csv_text, live, view};
use crate::ui::{ROWS_PER_PAGE, pager};

/// A part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Chosen,
    Reserve,
    Edge,
    Held,
    Out,
}

const PARTS: [(Part, &str); 6] = [
    (Part::All, ""),
    (Part::Chosen, "chosen"),
    (Part::Reserve, "reserve"),
    (Part::Edge, "edge"),
    (Part::Held, "held"),
    (Part::Out, "out"),
];

impl Part {
    fn holds(self, unit: &RankedUnit, decision: Option<&Decision>) -> bool {
        let verdict = decision.map(|decision| decision.verdict);
        match self {
            // Those stand below, in a list of their own.
            Part::All => unit.status != Status::Unvisited,
            Part::Chosen => verdict == Some(Verdict::Chosen),
            Part::Reserve => verdict == Some(Verdict::Reserve),
            Part::Edge => decision.is_some_and(|decision| decision.borderline == Some(true)),
            Part::Held => unit.status == Status::Held,
            Part::Out => matches!(
                unit.status,
                Status::NotEligible
                    | Status::EligibilityUnknown
                    | Status::NotScored
                    | Status::Screened
            ),
        }
    }

    fn word(self) -> &'static str {
        let words = &texts().console.priority;
        match self {
            Part::All => words.everyone,
            Part::Chosen => words.only_chosen,
            Part::Reserve => words.only_reserve,
            Part::Edge => words.only_edge,
            Part::Held => words.only_held,
            Part::Out => words.only_out,
        }
    }
}

/// The decision about the village at `place`; decisions stand in the order of the ranking.
fn decision_at(view: &PriorityView, place: usize) -> Option<&Decision> {
    let region = &view.ranking.units.get(place)?.region;
    let decisions = &view.selection.as_ref()?.decisions;
    let here = decisions
        .get(place)
        .filter(|decision| decision.region == *region);
    here.or_else(|| decisions.iter().find(|decision| decision.region == *region))
}

/// What the table shows: the ranking, and what draws and trials say of it.
#[derive(Clone)]
struct Looked {
    view: Arc<PriorityView>,
    intervals: Option<Intervals>,
    /// The ranking by the method itself, where another one is shown.
    base: Option<Arc<PriorityView>>,
}

impl PartialEq for Looked {
    fn eq(&self, other: &Looked) -> bool {
        let same =
            |one: &Option<Arc<PriorityView>>, two: &Option<Arc<PriorityView>>| match (one, two) {
                (Some(one), Some(two)) => Arc::ptr_eq(one, two),
                (one, two) => one.is_none() && two.is_none(),
            };
        Arc::ptr_eq(&self.view, &other.view)
            && same(&self.base, &other.base)
            && self.intervals.is_some() == other.intervals.is_some()
    }
}

impl Looked {
    fn at(work: Work) -> Option<Looked> {
        let view = work.engine.view()?;
        let base = work.engine.base_ranking()?;
        let is_trial = !Arc::ptr_eq(&view, &base);
        Some(Looked {
            view,
            intervals: work.engine.intervals(),
            base: is_trial.then_some(base),
        })
    }

    fn interval(&self, region: &str) -> Option<&Interval> {
        self.intervals.as_ref()?.get(region)
    }

    /// Whether draws told how often each is chosen; rules that cross do not.
    fn has_shares(&self) -> bool {
        let intervals = self.intervals.as_ref();
        let first = intervals.and_then(|it| it.values().next());
        first.is_some_and(|it| it.chosen_share.is_some())
    }

    /// Ranks won by the trial; less than nothing where it lost some.
    fn change(&self, unit: &RankedUnit) -> Option<i64> {
        let before = self.base.as_ref()?.ranking.unit(&unit.region)?.rank?;
        let change = i64::from(before) - i64::from(unit.rank?);
        (change != 0).then_some(change)
    }
}

#[component]
pub fn RankingTable(work: Work) -> AnyView {
    let looked = Memo::new(move |_| Looked::at(work));
    let is_empty = Memo::new(move |_| {
        let empty = |looked: &Looked| {
            let mut units = looked.view.ranking.units.iter();
            units.all(|unit| unit.status == Status::Unvisited)
        };
        looked.with(|looked| looked.as_ref().is_none_or(empty))
    });
    let content = move || {
        let words = &texts().console.priority;
        if is_empty.get() {
            return view! { <EmptyState title=words.nothing_ranked body=words.nothing_ranked_body test="nothing-ranked"/> };
        }
        table(looked)
    };
    live(content)
}

fn table(looked: Memo<Option<Looked>>) -> AnyView {
    let words = &texts().console.priority;
    let router = use_router();
    let found = Memo::new(move |_| {
        let route = router.get();
        looked.with(|looked| {
            looked
                .as_ref()
                .map_or_else(Vec::new, |looked| found(looked, &route))
        })
    });
    let page = Memo::new(move |_| {
        let wanted = router
            .get()
            .value("page")
            .and_then(|page| page.parse::<usize>().ok());
        let last = found.with(Vec::len).saturating_sub(1) / ROWS_PER_PAGE;
        wanted.unwrap_or(1).saturating_sub(1).min(last)
    });
    let body = move || {
        let looked = looked.get()?;
        let route = router.get();
        let scale = Scale::of(&looked.view.ranking);
        let start = page.get() * ROWS_PER_PAGE;
        let shown: Vec<usize> = found.with(|found| {
            let shown = found.iter().skip(start).take(ROWS_PER_PAGE);
            shown.copied().collect()
        });
        let row = |place: usize| row_view(&looked, place, &scale, &route);
        Some(shown.into_iter().map(row).collect_view())
    };
    let head = move || {
        let looked = looked.get()?;
        let scale = Scale::of(&looked.view.ranking);
        Some(head(&looked, &scale, &router.get()))
    };
    let chips = move || {
        looked
            .get()
            .map(|looked| part_chips(&looked.view, &router.get()))
    };
    let spread = move || {
        let looked = looked.get()?;
        Some(view! { <ClassSpread classes=class_counts(&looked.view)/> })
    };
    let areas =
        looked.with_untracked(|looked| looked.as_ref().map(|looked| area_select(&looked.view)));
    // A handler runs outside of any context, and the file speaks the language of the screen.
    let owner = Owner::current();
    let export = move |_| {
        let Some(looked) = looked.get_untracked() else {
            return;
        };
        let Some(owner) = &owner else {
            return;
        };
        let mut shown = found.get_untracked();
        shown.extend(unvisited_places(&looked.view, &router.get_untracked()));
        let text = owner.with(|| file_text(&looked, &shown));
        platform::download_text(&format!("{}.csv", words.ranking), &text);
    };
    let empty = move || {
        let common = &texts().common;
        found.with(Vec::is_empty).then(|| {
            view! { <EmptyState title=common.nothing_found body=common.nothing_found_hint test="table-empty"/> }
        })
    };
    view! {
        {live(spread)}
        <div class="row no-print">{live(chips)}</div>
        <section class="panel" aria-label=words.ranking>
            <div class="table-tools">
                {search()} {areas}
                <span class="sp"></span>
                <Button kind=ButtonKind::Quiet small=true test="export-shown" on_press=export>
                    {texts().console.deciding.export_shown}
                </Button>
            </div>
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.ranking>
                <table class="as-cards ranking">
                    <thead>{live(head)}</thead>
                    <tbody>{live(body)}</tbody>
                </table>
            </div>
            {live(empty)}
            {move || {
                let count = found.with(Vec::len);
                (ROWS_PER_PAGE < count).then(|| pager(page.get(), count))
            }}
        </section>
    }
}

/// Places in the ranking that the address asks for.
fn found(looked: &Looked, route: &Route) -> Vec<usize> {
    let view = &*looked.view;
    let key = route.value("show").unwrap_or_default();
    let part = PARTS
        .iter()
        .find(|(_, name)| *name == key)
        .map_or(Part::All, |(part, _)| *part);
    let sought = Sought::of(route);
    let fits = |(place, unit): &(usize, &RankedUnit)| {
        part.holds(unit, decision_at(view, *place)) && sought.fits(unit)
    };
    let units = view.ranking.units.iter().enumerate();
    let mut places: Vec<usize> = units.filter(fits).map(|(place, _)| place).collect();
    arrange(looked, &mut places, route.value("sort").unwrap_or_default());
    places
}

/// Unvisited villages that the address leaves; a part of the ranking has none.
pub(super) fn unvisited_places(view: &PriorityView, route: &Route) -> Vec<usize> {
    let is_whole = route.value("show").unwrap_or_default().is_empty();
    let sought = Sought::of(route);
    let units = view.ranking.units.iter().enumerate();
    let mine = units.filter(|(_, unit)| unit.status == Status::Unvisited && sought.fits(unit));
    let places = mine.map(|(place, _)| place);
    places.filter(|_| is_whole).collect()
}

/// Kabupaten and words that the address asks for.
struct Sought {
    area: String,
    words: String,
}

impl Sought {
    fn of(route: &Route) -> Sought {
        Sought {
            area: route.value("area").unwrap_or_default().to_owned(),
            words: route.value("q").unwrap_or_default().to_lowercase(),
        }
    }

    fn fits(&self, unit: &RankedUnit) -> bool {
        (self.area.is_empty() || unit.group.code == self.area)
            && (self.words.is_empty()
                || unit.name.to_lowercase().contains(&self.words)
                || unit.region.starts_with(&self.words))
    }
}

/// Columns by which the list can be put in order; the ranking itself is the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sorted {
    Village,
    Score,
    Range,
    Share,
}

const SORTED: [(Sorted, &str); 4] = [
    (Sorted::Village, "village"),
    (Sorted::Score, "score"),
    (Sorted::Range, "range"),
    (Sorted::Share, "share"),
];

/// Puts places in the order that the address asks for; what has no value stands last either way.
fn arrange(looked: &Looked, places: &mut [usize], sort: &str) {
    let (key, is_descending) = match sort.strip_prefix('-') {
        Some(key) => (key, true),
        None => (sort, false),
    };
    let Some((sorted, _)) = SORTED.iter().find(|(_, name)| *name == key) else {
        return;
    };
    let units = &looked.view.ranking.units;
    if *sorted == Sorted::Village {
        let name = |place: &usize| units[*place].name.to_lowercase();
        places.sort_by_cached_key(name);
        if is_descending {
            places.reverse();
        }
        return;
    }
    let value = |place: usize| -> Option<f64> {
        let unit = &units[place];
        let interval = looked.interval(&unit.region);
        match sorted {
            Sorted::Village => None,
            Sorted::Score => unit.rounded,
            Sorted::Range => interval.map(|it| it.high - it.low),
            Sorted::Share => interval.and_then(|it| it.chosen_share),
        }
    };
    places.sort_by(|one, two| match (value(*one), value(*two)) {
        (Some(one), Some(two)) if is_descending => two.total_cmp(&one),
        (Some(one), Some(two)) => one.total_cmp(&two),
        (one, two) => one.is_none().cmp(&two.is_none()),
    });
}

/// A head that sorts by its column, as in every table.
fn sort_head(title: &'static str, key: &'static str, is_number: bool, route: &Route) -> AnyView {
    let router = use_router();
    let sort = route.value("sort").unwrap_or_default();
    let order = match sort.strip_prefix('-') {
        Some(name) if name == key => "descending",
        None if sort == key => "ascending",
        _ => "none",
    };
    let next = match order {
        "ascending" => format!("-{key}"),
        "descending" => String::new(),
        _ => key.to_owned(),
    };
    let press = move |_| {
        let route = router.get_untracked().with("page", "");
        router.replace(&route.with("sort", &next).href());
    };
    view! {
        <th scope="col" class:number=is_number aria-sort=order>
            <button type="button" class="sort" data-test=format!("sort-{key}") on:click=press>{title}</button>
        </th>
    }
}

fn class_counts(view: &PriorityView) -> Vec<(String, usize)> {
    let ranked = || {
        view.ranking
            .units
            .iter()
            .filter(|unit| unit.status == Status::Ranked)
    };
    let count = |id: &String| {
        ranked()
            .filter(|unit| unit.class.as_ref() == Some(id))
            .count()
    };
    let classes = view.ranking.classes.iter();
    classes
        .map(|class| (say(&class.label).to_owned(), count(&class.id)))
        .collect()
}

fn part_chips(view: &PriorityView, route: &Route) -> AnyView {
    let chosen = route.value("show").unwrap_or_default();
    let chip = |(part, key): (Part, &'static str)| {
        let units = view.ranking.units.iter().enumerate();
        let count = units
            .filter(|(place, unit)| part.holds(unit, decision_at(view, *place)))
            .count();
        if count == 0 && key != chosen {
            return None;
        }
        let href = route.with("page", "").with("show", key).href();
        let current = (chosen == key).then_some("true");
        let test = format!("show-{}", if key.is_empty() { "all" } else { key });
        Some(view! {
            <a class="filter" href=href aria-current=current data-test=test>
                {part.word()} <b class="num">{integer_text(count as i64)}</b>
            </a>
        })
    };
    let chips: Vec<_> = PARTS.map(chip).into_iter().flatten().collect();
    // One chip alone has nothing to choose from.
    (1 < chips.len()).then_some(chips).into_any()
}

fn search() -> AnyView {
    let words = &texts().console.priority;
    let router = use_router();
    let typed = move |event| {
        let route = router.get_untracked().with("page", "");
        router.replace(&route.with("q", &event_target_value(&event)).href());
    };
    view! {
        <label class="field">
            <span class="sr">{words.search_village}</span>
            <input
                type="search"
                placeholder=words.search_village
                autocomplete="off"
                data-test="priority-search"
                prop:value=move || router.get().value("q").unwrap_or_default().to_owned()
                on:input=typed
            />
        </label>
    }
}

/// The kabupaten to look at; it stands in the address, so that table and map show the same.
pub fn area_select(view: &PriorityView) -> AnyView {
    let words = &texts().console.priority;
    let router = use_router();
    let areas: BTreeMap<&str, &str> = view
        .ranking
        .units
        .iter()
        .map(|unit| (unit.group.code.as_str(), unit.group.name.as_str()))
        .collect();
    let chosen = router
        .get_untracked()
        .value("area")
        .unwrap_or_default()
        .to_owned();
    let option = |(code, name): (&str, &str)| {
        let is_chosen = chosen == code;
        view! { <option value=code.to_owned() selected=is_chosen>{name.to_owned()}</option> }
    };
    let choose = move |event| {
        let route = router.get_untracked().with("page", "");
        router.replace(&route.with("area", &event_target_value(&event)).href());
    };
    view! {
        <label class="field">
            <span class="sr">{words.area}</span>
            <select data-test="priority-area" on:change=choose>
                <option value="">{words.all_regencies}</option>
                {areas.into_iter().map(option).collect_view()}
            </select>
        </label>
    }
}

fn head(looked: &Looked, scale: &Scale, route: &Route) -> AnyView {
    let view = &*looked.view;
    let words = &texts().console.priority;
    let has_classes = !view.ranking.classes.is_empty();
    let class = has_classes.then(|| view! { <th scope="col">{words.class}</th> });
    let verdict = (view.selection.is_some() || !has_classes)
        .then(|| view! { <th scope="col">{words.verdict}</th> });
    let deciding = &texts().console.deciding;
    let sure = looked.intervals.as_ref().map(|_| {
        let share = looked.has_shares();
        let share = share.then(|| sort_head(deciding.chosen_share, "share", true, route));
        view! { {sort_head(deciding.rank_range, "range", true, route)} {share} }
    });
    let low = score_text(scale.low, scale.decimals);
    let high = score_text(scale.high, scale.decimals);
    view! {
        <tr>
            <th scope="col" class="number">{words.rank}</th>
            {sort_head(words.village, "village", false, route)}
            {sort_head(words.score, "score", true, route)}
            <th scope="col">
                <span class="sr">{words.interval}</span>
                <span class="ends num" aria-hidden="true"><span>{low}</span><span>{high}</span></span>
            </th>
            {sure}
            {class}
            {verdict}
            <th scope="col">{words.reason}</th>
        </tr>
    }
}

fn row_view(looked: &Looked, place: usize, scale: &Scale, route: &Route) -> AnyView {
    let view = &*looked.view;
    let words = &texts().console.priority;
    let ranking = &view.ranking;
    let unit = &ranking.units[place];
    let decision = decision_at(view, place);
    let is_chosen = decision.is_some_and(|decision| decision.verdict == Verdict::Chosen);
    let edge = decision.is_some_and(|decision| decision.borderline == Some(true));
    let chip = verdict_chip(unit, decision)
        .map(|(kind, word)| view! { <span class=kind.class()>{word}</span> });
    let edge = edge.then(|| view! { <small class="edge">{words.edge}</small> });
    let has_classes = !ranking.classes.is_empty();
    // Without a column of decisions, what keeps a village out stands with its class.
    let (in_class, in_verdict) = if view.selection.is_some() || !has_classes {
        (
            None,
            Some(view! { <td data-label=words.verdict>{chip} {edge}</td> }),
        )
    } else {
        (Some(chip.into_any()), None)
    };
    let class = has_classes.then(|| {
        let class = (unit.status == Status::Ranked).then(|| class_view(view, unit));
        view! { <td data-label=words.class>{class} {in_class}</td> }
    });
    let rank = unit
        .rank
        .map_or_else(|| words.no_rank.to_owned(), |rank| rank.to_string());
    let href = route.with("village", &unit.region).href();
    let change = looked.change(unit).map(change_view);
    let sure = looked.intervals.as_ref().map(|_| sure_cells(looked, unit));
    view! {
        <tr class:chosen=is_chosen data-test=format!("priority-row-{}", unit.region)>
            <td class="number rank num" data-label=words.rank>{rank} {change}</td>
            <td class="village" data-label=words.village>
                <a href=href>{unit.name.clone()}</a>
                <small>{unit.group.name.clone()} " · " <span class="num">{unit.region.clone()}</span></small>
            </td>
            <td class="number num" data-label=words.score>{optional_score(unit.rounded, ranking.decimals)}</td>
            <td class="interval">{scale.draw(unit.score, unit.lower, unit.upper)}</td>
            {sure}
            {class}
            {in_verdict}
            <td class="reason" data-label=words.reason>{main_reason(unit, decision).to_owned()}</td>
        </tr>
    }
}

/// How many ranks a trial moved a village.
fn change_view(change: i64) -> AnyView {
    let words = &texts().console.deciding;
    let by = u32::try_from(change.unsigned_abs()).unwrap_or(u32::MAX);
    let (class, mark, said) = match 0 < change {
        true => ("change up", "▲", (words.change_up)(by)),
        false => ("change down", "▼", (words.change_down)(by)),
    };
    view! {
        <small class=class>
            <span aria-hidden="true">{mark}{by.to_string()}</span>
            <span class="sr">{said}</span>
        </small>
    }
}

/// `3–9`: the rank in 5 and in 95 of 100 draws.
pub(super) fn range_text(interval: &Interval) -> String {
    let whole = |rank: f64| format!("{:.0}", rank.round());
    match whole(interval.low) == whole(interval.high) {
        true => whole(interval.low),
        false => format!("{}–{}", whole(interval.low), whole(interval.high)),
    }
}

pub(super) fn share_text(share: f64) -> String {
    (texts().console.deciding.share_text)(&score_text(share * 100.0, 1))
}

fn sure_cells(looked: &Looked, unit: &RankedUnit) -> AnyView {
    let words = &texts().console.deciding;
    let interval = looked.interval(&unit.region);
    let range = interval.map_or_else(|| "–".to_owned(), range_text);
    let share = looked.has_shares().then(|| {
        let share = interval.and_then(|it| it.chosen_share);
        let share = share.map_or_else(|| "–".to_owned(), share_text);
        view! { <td class="number num" data-label=words.chosen_share>{share}</td> }
    });
    view! {
        <td class="number num nowrap" data-label=words.rank_range data-test="rank-range">{range}</td>
        {share}
    }
}

/// The places that are shown, as a file.
fn file_text(looked: &Looked, places: &[usize]) -> String {
    let (words, deciding) = (&texts().console.priority, &texts().console.deciding);
    let titles = [
        words.rank,
        texts().console.admin.code,
        words.village,
        words.area,
        words.score,
        words.class,
        words.verdict,
        deciding.rank_range,
        deciding.chosen_share,
        words.reason,
    ];
    let columns: Vec<Column> = titles.iter().map(|title| Column::text("", title)).collect();
    let view = &looked.view;
    let row = |place: &usize| {
        let unit = &view.ranking.units[*place];
        let decision = decision_at(view, *place);
        let interval = looked.interval(&unit.region);
        let chip = verdict_chip(unit, decision);
        let class = class_word(&view.ranking, unit.class.as_ref());
        let share = interval.and_then(|it| it.chosen_share);
        let cells = [
            unit.rank.map_or_else(String::new, |rank| rank.to_string()),
            unit.region.clone(),
            unit.name.clone(),
            unit.group.name.clone(),
            optional_score(unit.rounded, view.ranking.decimals),
            class.unwrap_or_default(),
            chip.map_or_else(String::new, |(_, word)| word),
            interval.map_or_else(String::new, range_text),
            share.map_or_else(String::new, share_text),
            main_reason(unit, decision).to_owned(),
        ];
        Row {
            id: unit.region.clone(),
            href: None,
            cells: cells.into_iter().map(Cell::text).collect(),
        }
    };
    let rows: Vec<Row> = places.iter().map(row).collect();
    csv_text(&columns, &rows)
}

/// The class, and the classes that are possible where they differ.
pub fn class_view(view: &PriorityView, unit: &RankedUnit) -> AnyView {
    let words = &texts().console.priority;
    let word = |id: &Option<String>| class_word(&view.ranking, id.as_ref()).unwrap_or_default();
    let (low, high) = (word(&unit.class_lower), word(&unit.class_upper));
    let range = (low != high)
        .then(|| view! { <small class="muted">{(words.class_range)(&low, &high)}</small> });
    view! { <span class="class"><b>{word(&unit.class)}</b> {range}</span> }
}
