//! The map: every village at its office, by class or score, and whether it is chosen.
//!
//! Always: the chosen differ by shape as well as by colour; a village without a position is counted and named.
//! Never: loads tiles, or claims that a village ends somewhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use serde::Serialize;
use shared::priority::{Decision, Places, RankedUnit, Ranking, Status, Verdict};
use shared::wire::priority::PriorityView;

use super::super::Work;
use super::super::table::area_select;
use super::super::words::{class_word, optional_score, say, score_text, verdict_chip};
use super::{Drawn, Library, behind, plot};
use crate::i18n::{integer_text, texts};
use crate::platform;
use crate::router::{Route, use_router};
use crate::ui::{Button, EmptyState, live, view};

/// Colours from the lowest class or score to the highest: `--jenjang-0` and so on in the style sheet.
const STEPS: usize = 5;
/// Rows of the table behind the map; all of them are in the ranking and in its files.
const ROWS_MAX: usize = 200;
/// Villages without a position that are named.
const NAMED_MAX: usize = 12;
const CLOSER: f64 = 1.6;

#[derive(Serialize)]
struct Spec<'a> {
    kind: &'static str,
    points: Vec<Point>,
    words: Words<'a>,
}

#[derive(Serialize)]
struct Words<'a> {
    north: &'a str,
}

#[derive(Serialize)]
struct Point {
    /// Degrees of longitude, then of latitude.
    at: (f64, f64),
    /// Below zero where there is no score.
    step: i32,
    shape: &'static str,
    /// Name, then what is said of it, line by line.
    said: Vec<String>,
    href: String,
}

/// A ranking with the places of its villages.
#[derive(Clone)]
struct Seen {
    view: Arc<PriorityView>,
    places: Arc<Places>,
    /// The kabupaten that is looked at; empty for all.
    area: String,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Seen) -> bool {
        Arc::ptr_eq(&self.view, &other.view)
            && Arc::ptr_eq(&self.places, &other.places)
            && self.area == other.area
    }
}

pub(super) fn section(work: Work, library: Library) -> AnyView {
    let words = &texts().console.plots;
    let router = use_router();
    let seen = Memo::new(move |_| {
        Some(Seen {
            view: work.engine.view()?,
            places: work.engine.places(),
            area: router.get().value("area").unwrap_or_default().to_owned(),
        })
    });
    let is_empty = Memo::new(move |_| {
        seen.with(|seen| seen.as_ref().is_none_or(|it| shown(it).next().is_none()))
    });
    let areas = untrack(|| work.engine.base_ranking()).map(|base| area_select(&base));
    let is_open = RwSignal::new(false);
    let content = move || match is_empty.get() {
        true => {
            view! { <EmptyState title=words.no_places body=words.no_places_body test="no-places"/> }
        }
        false => drawn(seen, library, is_open),
    };
    view! {
        <section class="panel pad stack" aria-label=words.map data-test="plot-map">
            <div class="stack tight"><h2>{words.map}</h2><p class="small muted">{words.map_body}</p></div>
            <div class="row of-area no-print">{areas}</div>
            {live(content)}
        </section>
    }
}

fn drawn(seen: Memo<Option<Seen>>, library: Library, is_open: RwSignal<bool>) -> AnyView {
    let words = &texts().console.plots;
    let router = use_router();
    let spec = Signal::derive(move || {
        let here = router.get_untracked();
        seen.with(|seen| {
            let seen = seen.as_ref();
            seen.map(|seen| spec(seen, &here)).unwrap_or_default()
        })
    });
    let label =
        Signal::derive(move || seen.with(|seen| seen.as_ref().map(said).unwrap_or_default()));
    let node = NodeRef::<html::Div>::new();
    let zoom = move |factor: Option<f64>| {
        if let Some(node) = node.get_untracked() {
            platform::zoom_plot(&node, factor);
        }
    };
    let table = move || {
        let here = router.get_untracked();
        seen.with(|seen| seen.as_ref().map(|seen| table(seen, &here)))
            .into_any()
    };
    view! {
        {live(move || seen.with(|seen| seen.as_ref().map(|seen| legend(&seen.view))))}
        {plot(Drawn { library, spec, label, test: "map", class: "chart map-of-scores", node })}
        <div class="row no-print">
            <Button small=true test="map-closer" on_press=move |_| zoom(Some(CLOSER))>{words.closer}</Button>
            <Button small=true test="map-further" on_press=move |_| zoom(Some(1.0 / CLOSER))>{words.further}</Button>
            <Button small=true test="map-whole" on_press=move |_| zoom(None)>{words.whole}</Button>
        </div>
        {live(move || seen.with(|seen| seen.as_ref().and_then(cut)))}
        {live(move || seen.with(|seen| seen.as_ref().and_then(without)))}
        {behind("behind-map", is_open, table)}
    }
}

/// Villages by the score that they were compared by, on five steps; by class where the method has some.
fn step(ranking: &Ranking, ends: (f64, f64), unit: &RankedUnit) -> i32 {
    let (Some(score), Status::Ranked) = (unit.rounded, unit.status) else {
        return -1;
    };
    let classes = &ranking.classes;
    let place = classes
        .iter()
        .position(|it| Some(&it.id) == unit.class.as_ref());
    if let Some(place) = place {
        return class_step(place, classes.len()) as i32;
    }
    let (low, high) = ends;
    let share = if low < high {
        (score - low) / (high - low)
    } else {
        0.5
    };
    (share * STEPS as f64).clamp(0.0, STEPS as f64 - 1.0) as i32
}

/// The lowest class has the first colour, and the highest the last.
fn class_step(place: usize, classes: usize) -> usize {
    match classes {
        0 | 1 => STEPS / 2,
        _ => place.min(classes - 1) * (STEPS - 1) / (classes - 1),
    }
}

/// The lowest and the highest score of a ranked village.
fn ends(ranking: &Ranking) -> (f64, f64) {
    let ranked = ranking
        .units
        .iter()
        .filter(|it| it.status == Status::Ranked);
    let scores = ranked.filter_map(|unit| unit.rounded);
    scores.fold((f64::MAX, f64::MIN), |(low, high), score| {
        (low.min(score), high.max(score))
    })
}

fn decisions(view: &PriorityView) -> BTreeMap<&str, &Decision> {
    let decisions = view.selection.iter().flat_map(|it| &it.decisions);
    decisions.map(|it| (it.region.as_str(), it)).collect()
}

fn shape(unit: &RankedUnit, decision: Option<&&Decision>) -> &'static str {
    match (decision.map(|it| it.verdict), unit.status) {
        (Some(Verdict::Chosen), _) => "chosen",
        (Some(Verdict::Reserve), _) => "reserve",
        (_, Status::Ranked) => "ranked",
        _ => "out",
    }
}

/// Villages that a browser draws without hanging; a kabupaten that is chosen shows all of its own.
const POINTS_MAX: usize = 10_000;

fn spec(seen: &Seen, route: &Route) -> String {
    let (plots, words) = (&texts().console.plots, &texts().console.priority);
    let ranking = &seen.view.ranking;
    let (ends, decisions) = (ends(ranking), decisions(&seen.view));
    let point = |(unit, (latitude, longitude)): (&RankedUnit, (f64, f64))| {
        let decision = decisions.get(unit.region.as_str());
        let score = optional_score(unit.rounded, ranking.decimals);
        let mut said = vec![
            format!("{} · {}", unit.name, unit.group.name),
            format!("{}: {score}", words.score),
        ];
        said.extend(unit.rank.map(|rank| format!("{}: {rank}", words.rank)));
        said.extend(class_word(ranking, unit.class.as_ref()));
        said.extend(verdict_chip(unit, decision.copied()).map(|(_, word)| word));
        Point {
            at: (longitude, latitude),
            step: step(ranking, ends, unit),
            shape: shape(unit, decision),
            said,
            href: route.with("village", &unit.region).href(),
        }
    };
    let words = Words { north: plots.north };
    shared::json::to_text(&Spec {
        kind: "map",
        points: shown(seen).map(point).collect(),
        words,
    })
}

/// The whole map in one sentence.
fn said(seen: &Seen) -> String {
    let words = &texts().console.plots;
    let count = shown(seen).count();
    let mut said = match &seen.view.selection {
        Some(it) => {
            let chosen = shown(seen).filter(|(unit, _)| it.chosen.contains(&unit.region));
            (words.map_said)(count, chosen.count())
        }
        None => (words.map_said_ranked)(count),
    };
    let (low, high) = ends(&seen.view.ranking);
    let decimals = seen.view.ranking.decimals;
    if low <= high {
        let scores =
            (words.scores_between)(&score_text(low, decimals), &score_text(high, decimals));
        said = format!("{said} {scores}");
    }
    said
}

/// The villages of the area that somebody visited.
fn within(seen: &Seen) -> impl Iterator<Item = &RankedUnit> {
    let units = seen.view.ranking.units.iter();
    let units = units.filter(|unit| unit.status != Status::Unvisited);
    units.filter(|unit| seen.area.is_empty() || unit.group.code == seen.area)
}

/// Those of them that have a place, the best ranked first.
fn placed(seen: &Seen) -> impl Iterator<Item = (&RankedUnit, (f64, f64))> {
    within(seen).filter_map(|unit| Some((unit, *seen.places.get(&unit.region)?)))
}

/// Villages on the map.
fn shown(seen: &Seen) -> impl Iterator<Item = (&RankedUnit, (f64, f64))> {
    placed(seen).take(POINTS_MAX)
}

/// That not all of them are drawn.
fn cut(seen: &Seen) -> Option<AnyView> {
    let words = &texts().console.plots;
    let all = placed(seen).count();
    (POINTS_MAX < all).then(|| {
        let text = (words.map_cut)(&integer_text(POINTS_MAX as i64), &integer_text(all as i64));
        view! { <p class="small" data-test="map-cut">{text}</p> }
    })
}

/// What colours and shapes mean.
fn legend(view: &PriorityView) -> AnyView {
    let words = &texts().console.plots;
    let ranking = &view.ranking;
    let swatch = |step: usize, word: String| {
        let class = format!("jenjang{step}");
        view! {
            <li><svg class="key" viewBox="0 0 20 20" aria-hidden="true"><circle class=class cx="10" cy="10" r="7"></circle></svg>{word}</li>
        }
    };
    let classes = ranking.classes.len();
    let (low, high) = ends(ranking);
    let colours: Vec<AnyView> = match classes {
        0 if low <= high => (0..STEPS)
            .map(|place| {
                let at = |place: usize| low + (high - low) * place as f64 / STEPS as f64;
                let text = |value: f64| score_text(value, ranking.decimals.min(3));
                swatch(
                    place,
                    format!("{} – {}", text(at(place)), text(at(place + 1))),
                )
            })
            .collect(),
        _ => ranking
            .classes
            .iter()
            .enumerate()
            .map(|(place, class)| swatch(class_step(place, classes), say(&class.label).to_owned()))
            .collect(),
    };
    let key = |path: &'static str, word: &'static str| {
        view! {
            <li><svg class="key" viewBox="0 0 20 20" aria-hidden="true"><path d=path></path></svg>{word}</li>
        }
    };
    let chosen = view.selection.is_some().then(|| {
        view! {
            {key("M10 1 19 10 10 19 1 10Z", words.key_chosen)}
            {key("M10 3 18 17H2Z", words.key_reserve)}
        }
    });
    view! {
        <ul class="plain row small legend">
            {colours}
            {chosen}
            <li><svg class="key" viewBox="0 0 20 20" aria-hidden="true"><circle class="hollow" cx="10" cy="10" r="6"></circle></svg>{words.key_out}</li>
        </ul>
    }
}

/// Villages that the map lacks.
fn without(seen: &Seen) -> Option<AnyView> {
    let words = &texts().console.plots;
    let lacking = within(seen).filter(|unit| !seen.places.contains_key(&unit.region));
    let names: Vec<&str> = lacking.map(|unit| unit.name.as_str()).collect();
    let named = names.iter().take(NAMED_MAX).copied().collect::<Vec<_>>();
    (!names.is_empty()).then(|| {
        let mut named = named.join(", ");
        if NAMED_MAX < names.len() {
            named.push_str(", …");
        }
        view! { <p class="small" data-test="without-place">{(words.without_place)(names.len(), &named)}</p> }
    })
}

fn table(seen: &Seen, route: &Route) -> AnyView {
    let (plots, words) = (&texts().console.plots, &texts().console.priority);
    let ranking = &seen.view.ranking;
    let decisions = decisions(&seen.view);
    let row = |(unit, (latitude, longitude)): (&RankedUnit, (f64, f64))| {
        let href = route.with("village", &unit.region).href();
        let rank = unit
            .rank
            .map_or_else(|| "–".to_owned(), |rank| rank.to_string());
        let class = class_word(ranking, unit.class.as_ref());
        let verdict = verdict_chip(unit, decisions.get(unit.region.as_str()).copied());
        let verdict = verdict.map(|(_, word)| word);
        let what: Vec<String> = class.into_iter().chain(verdict).collect();
        view! {
            <tr data-test=format!("map-row-{}", unit.region)>
                <td data-label=words.village><a href=href>{unit.name.clone()}</a></td>
                <td class="number num" data-label=words.rank>{rank}</td>
                <td class="number num" data-label=words.score>{optional_score(unit.rounded, ranking.decimals)}</td>
                <td data-label=words.verdict>{what.join(", ")}</td>
                <td class="number num" data-label=plots.latitude>{degrees(latitude)}</td>
                <td class="number num" data-label=plots.longitude>{degrees(longitude)}</td>
            </tr>
        }
    };
    let count = shown(seen).count();
    let more = (ROWS_MAX < count).then(|| {
        let text = (plots.first_rows)(&integer_text(ROWS_MAX as i64), &integer_text(count as i64));
        view! { <p class="small muted">{text}</p> }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=plots.map>
            <table class="as-cards compact">
                <thead><tr>
                    <th scope="col">{words.village}</th>
                    <th scope="col" class="number">{words.rank}</th>
                    <th scope="col" class="number">{words.score}</th>
                    <th scope="col">{words.verdict}</th>
                    <th scope="col" class="number">{plots.latitude}</th>
                    <th scope="col" class="number">{plots.longitude}</th>
                </tr></thead>
                <tbody>{shown(seen).take(ROWS_MAX).map(row).collect_view()}</tbody>
            </table>
        </div>
        {more}
    }
}

/// Ten metres; more would be the noise of the receiver.
fn degrees(value: f64) -> String {
    score_text(value, 4)
}
