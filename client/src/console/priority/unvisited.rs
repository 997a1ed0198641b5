//! Villages without approved answers: what draws make of each, below the ranking.
//!
//! Always: a range and never a single rank; says whom a village stood for, and how much of the round is covered.
//! Never: mixes them into the ranking, or shows a score of theirs.

use std::cmp::Ordering;

use leptos::prelude::*;
use shared::priority::{Interval, RankedUnit, Status};
use shared::wire::priority::PriorityView;

use super::Work;
use super::engine::{Drawing, Intervals};
use super::table::{range_text, share_text, unvisited_places};
use super::words::{say, score_text};
use crate::i18n::{integer_text, texts};
use crate::router::{Route, use_router};
use crate::ui::{live, view};

/// More are found by name or kabupaten.
const ROWS_MAX: usize = 50;

#[component]
pub fn UnvisitedList(work: Work) -> AnyView {
    let router = use_router();
    let content = move || {
        let view = work.engine.base_ranking()?;
        let mut units = view.ranking.units.iter();
        let any = units.any(|unit| unit.status == Status::Unvisited);
        any.then(|| section(work, &view, &router.get()))
    };
    live(content)
}

fn section(work: Work, view: &PriorityView, route: &Route) -> AnyView {
    let words = &texts().console.deciding;
    let intervals = work.engine.intervals();
    let units = &view.ranking.units;
    let places = unvisited_places(view, route);
    let mut found: Vec<&RankedUnit> = places.into_iter().map(|place| &units[place]).collect();
    if let Some(intervals) = &intervals {
        found.sort_by(|one, two| likelier(intervals, one, two));
    }
    let more = found.len().saturating_sub(ROWS_MAX);
    let more =
        (0 < more).then(|| view! { <p class="pad small">{(words.unvisited_more)(more)}</p> });
    let undrawn = intervals
        .is_none()
        .then(|| view! { <p class="small">{words.unvisited_undrawn}</p> });
    let row = |unit: &&RankedUnit| row(work, unit, intervals.as_ref(), route);
    let priority = &texts().console.priority;
    view! {
        <section class="panel" aria-label=words.unvisited data-test="unvisited">
            <div class="pad stack tight">
                <div class="row">
                    <h2>{words.unvisited}</h2>
                    <span class="sp"></span>
                    <span class="num" data-test="coverage">{coverage(view)}</span>
                </div>
                <p class="small">{words.unvisited_body}</p>
                {undrawn}
            </div>
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.unvisited>
                <table class="as-cards unvisited">
                    <thead><tr>
                        <th scope="col">{priority.village}</th>
                        <th scope="col">{words.rank_range}</th>
                        <th scope="col">{words.unvisited_donors}</th>
                    </tr></thead>
                    <tbody>{found.iter().take(ROWS_MAX).map(row).collect_view()}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
}

/// How much of the round is approved.
fn coverage(view: &PriorityView) -> String {
    let all = view.approved + view.unvisited;
    let percent = 100.0 * f64::from(view.approved) / f64::from(all.max(1));
    let count = |number: u32| integer_text(i64::from(number));
    let percent = score_text(percent, 0);
    (texts().console.deciding.unvisited_coverage)(&count(view.approved), &count(all), &percent)
}

/// Who is chosen in more draws first, then who stands higher.
fn likelier(intervals: &Intervals, one: &RankedUnit, two: &RankedUnit) -> Ordering {
    let key = |unit: &RankedUnit| {
        let interval = intervals.get(&unit.region);
        let share = interval.and_then(|it| it.chosen_share).unwrap_or_default();
        (share, interval.map_or(f64::INFINITY, |it| it.median))
    };
    let (one_key, two_key) = (key(one), key(two));
    let by_share = two_key.0.total_cmp(&one_key.0);
    let by_rank = by_share.then(one_key.1.total_cmp(&two_key.1));
    by_rank.then_with(|| one.region.cmp(&two.region))
}

fn row(work: Work, unit: &RankedUnit, intervals: Option<&Intervals>, route: &Route) -> AnyView {
    let words = &texts().console.deciding;
    let href = route.with("village", &unit.region).href();
    let interval = intervals.and_then(|it| it.get(&unit.region));
    let said = match (interval, intervals) {
        (Some(interval), _) => said(work, interval),
        (None, Some(_)) => words.unvisited_no_donor.to_owned(),
        (None, None) => "–".to_owned(),
    };
    view! {
        <tr data-test=format!("unvisited-row-{}", unit.region)>
            <td class="village" data-label=texts().console.priority.village>
                <span>
                    <a href=href>{unit.name.clone()}</a>
                    <small>{unit.group.name.clone()} " · " <span class="num">{unit.region.clone()}</span></small>
                </span>
            </td>
            <td class="num" data-label=words.rank_range data-test="unvisited-range">{said}</td>
            <td class="num" data-label=words.unvisited_donors>{interval.map_or_else(|| "–".to_owned(), donors)}</td>
        </tr>
    }
}

/// `peringkat 3–41, terpilih dalam 12% undian`.
fn said(work: Work, interval: &Interval) -> String {
    let words = &texts().console.deciding;
    let range = range_text(interval);
    let said = match interval.chosen_share {
        Some(share) => (words.unvisited_chosen)(&range, &share_text(share)),
        None => (words.unvisited_ranks)(&range),
    };
    match work.engine.drawing() {
        // Where its donor may not be chosen or has no score, a village has none either.
        Drawing::Done(count) if 0 < interval.unscored => {
            let share = f64::from(interval.unscored) / f64::from(count);
            format!("{said}, {}", (words.unvisited_unscored)(&share_text(share)))
        }
        _ => said,
    }
}

/// Whom a village stood for.
fn donors(interval: &Interval) -> String {
    let words = &texts().console.deciding;
    interval
        .donors
        .map_or_else(String::new, |donors| match donors.own_group {
            true => (words.donors_of_group)(donors.count),
            false => (words.donors_of_all)(donors.count),
        })
}

/// The card of a village of which nothing is known yet.
pub(super) fn unvisited_card(work: Work, unit: &RankedUnit) -> AnyView {
    let words = &texts().console.deciding;
    let region = unit.region.clone();
    let sure = move || match work.engine.intervals() {
        None => view! { <p>{words.unvisited_undrawn}</p> },
        Some(intervals) => match intervals.get(&region) {
            None => view! { <p>{words.unvisited_no_donor}</p> },
            Some(interval) => view! {
                <p class="num" data-test="unvisited-said"><b>{said(work, interval)}</b></p>
                <p class="small">{words.unvisited_donors} ": " {donors(interval)}</p>
            },
        },
    };
    let reasons = unit.reasons.iter();
    let reasons = reasons.map(|reason| view! { <li>{say(reason).to_owned()}</li> });
    view! {
        <section class="panel pad stack card-head" data-test="village-card">
            <div class="row">
                <h2>{unit.name.clone()}</h2>
                <span class="muted num">{unit.group.name.clone()} " · " {unit.region.clone()}</span>
            </div>
            {live(sure)}
            <ul class="reasons">{reasons.collect_view()}</ul>
        </section>
    }
}
