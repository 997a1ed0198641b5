//! The ranking as a table: rank, village, score on one scale, class or decision, reason.
//!
//! Always: filters are chips with counts and stand in the address; a phone shows cards.
//! Never: hides a village that is not ranked; it stands below with its reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{Decision, RankedUnit, Status, Verdict};
use shared::wire::priority::PriorityView;

use super::scale::{ClassSpread, Scale};
use super::words::{class_word, main_reason, optional_score, say, score_text, verdict_chip};
use crate::i18n::texts;
use crate::router::{Route, use_router};
use crate::ui::{Button, EmptyState, view};

const ROWS_PER_PAGE: usize = 50;

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
            Part::All => true,
            Part::Chosen => verdict == Some(Verdict::Chosen),
            Part::Reserve => verdict == Some(Verdict::Reserve),
            Part::Edge => decision.is_some_and(|decision| decision.borderline),
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

#[component]
pub fn RankingTable(view: Arc<PriorityView>) -> AnyView {
    let words = &texts().console.priority;
    if view.ranking.units.is_empty() {
        return view! { <EmptyState title=words.nothing_ranked body=words.nothing_ranked_body test="nothing-ranked"/> };
    }
    let router = use_router();
    let found = {
        let view = Arc::clone(&view);
        Memo::new(move |_| found(&view, &router.get()))
    };
    let page = Memo::new(move |_| {
        let wanted = router
            .get()
            .value("page")
            .and_then(|page| page.parse::<usize>().ok());
        let last = found.with(Vec::len).saturating_sub(1) / ROWS_PER_PAGE;
        wanted.unwrap_or(1).saturating_sub(1).min(last)
    });
    let scale = Scale::of(&view.ranking);
    let body = {
        let (view, scale) = (Arc::clone(&view), scale.clone());
        move || {
            let route = router.get();
            let start = page.get() * ROWS_PER_PAGE;
            let shown: Vec<usize> = found.with(|found| {
                found
                    .iter()
                    .skip(start)
                    .take(ROWS_PER_PAGE)
                    .copied()
                    .collect()
            });
            let row = |place: usize| row_view(&view, place, &scale, &route);
            shown.into_iter().map(row).collect_view()
        }
    };
    let chips = {
        let view = Arc::clone(&view);
        move || part_chips(&view, &router.get())
    };
    let empty = move || {
        let common = &texts().common;
        found.with(Vec::is_empty).then(|| {
            view! { <EmptyState title=common.nothing_found body=common.nothing_found_hint test="table-empty"/> }
        })
    };
    view! {
        <ClassSpread classes=class_counts(&view)/>
        <div class="row no-print">{chips}</div>
        <section class="panel" aria-label=words.ranking>
            <div class="table-tools">{search()} {area_select(&view)}</div>
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.ranking>
                <table class="as-cards ranking">
                    <thead>{head(&view, &scale)}</thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
            {empty}
            {move || pager(page.get(), found.with(Vec::len))}
        </section>
    }
}

/// Places in the ranking that the address asks for.
fn found(view: &PriorityView, route: &Route) -> Vec<usize> {
    let key = route.value("show").unwrap_or_default();
    let part = PARTS
        .iter()
        .find(|(_, name)| *name == key)
        .map_or(Part::All, |(part, _)| *part);
    let area = route.value("area").unwrap_or_default();
    let search = route.value("q").unwrap_or_default().to_lowercase();
    let fits = |(place, unit): &(usize, &RankedUnit)| {
        (area.is_empty() || unit.group.code == area)
            && part.holds(unit, decision_at(view, *place))
            && (search.is_empty()
                || unit.name.to_lowercase().contains(&search)
                || unit.region.starts_with(&search))
    };
    let units = view.ranking.units.iter().enumerate();
    units.filter(fits).map(|(place, _)| place).collect()
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
                {part.word()} <b class="num">{count.to_string()}</b>
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

fn area_select(view: &PriorityView) -> AnyView {
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

fn head(view: &PriorityView, scale: &Scale) -> AnyView {
    let words = &texts().console.priority;
    let has_classes = !view.ranking.classes.is_empty();
    let class = has_classes.then(|| view! { <th scope="col">{words.class}</th> });
    let verdict = (view.selection.is_some() || !has_classes)
        .then(|| view! { <th scope="col">{words.verdict}</th> });
    let low = score_text(scale.low, scale.decimals);
    let high = score_text(scale.high, scale.decimals);
    view! {
        <tr>
            <th scope="col" class="number">{words.rank}</th>
            <th scope="col">{words.village}</th>
            <th scope="col" class="number">{words.score}</th>
            <th scope="col">
                <span class="sr">{words.interval}</span>
                <span class="ends num" aria-hidden="true"><span>{low}</span><span>{high}</span></span>
            </th>
            {class}
            {verdict}
            <th scope="col">{words.reason}</th>
        </tr>
    }
}

fn row_view(view: &PriorityView, place: usize, scale: &Scale, route: &Route) -> AnyView {
    let words = &texts().console.priority;
    let ranking = &view.ranking;
    let unit = &ranking.units[place];
    let decision = decision_at(view, place);
    let is_chosen = decision.is_some_and(|decision| decision.verdict == Verdict::Chosen);
    let edge = decision.is_some_and(|decision| decision.borderline);
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
    view! {
        <tr class:chosen=is_chosen data-test=format!("priority-row-{}", unit.region)>
            <td class="number rank num" data-label=words.rank>{rank}</td>
            <td class="village" data-label=words.village>
                <a href=href>{unit.name.clone()}</a>
                <small>{unit.group.name.clone()} " · " <span class="num">{unit.region.clone()}</span></small>
            </td>
            <td class="number num" data-label=words.score>{optional_score(unit.rounded, ranking.decimals)}</td>
            <td class="interval">{scale.draw(unit.score, unit.lower, unit.upper)}</td>
            {class}
            {in_verdict}
            <td class="reason" data-label=words.reason>{main_reason(unit, decision).to_owned()}</td>
        </tr>
    }
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

fn pager(page: usize, count: usize) -> AnyView {
    if count <= ROWS_PER_PAGE {
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
            <span data-test="rows-shown">{(common.rows_shown)(from + 1, to, count)}</span>
            <Button small=true disabled=count <= to test="page-after" on_press=move |_| go(page + 1)>
                {common.next_page}
            </Button>
        </div>
    }
}
