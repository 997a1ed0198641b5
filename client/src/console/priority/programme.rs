//! What a programme chose: quotas and who fills them, kawasan, what could not be filled, ties, reserves, and the rules.
//!
//! Always: an unfilled quota and a broken tie are shown, with what decided; a quota of kawasan counts kawasan.
//! Never: settles anything; `shared::priority` did.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{AreaResult, Awaited, Decision, Selection, Shortfall, Tie, parse};
use shared::wire::priority::PriorityView;

use super::kawasan::KawasanList;
use super::words::{optional_score, say, score_text};
use super::{Work, rules};
use crate::i18n::{integer_text, texts};
use crate::router::use_router;
use crate::ui::{Message, MessageKind, view};

/// So many are named above the choice; each stands in the ranking too.
const AWAITED_SHOWN_MAX: usize = 20;

/// Names of villages by code.
type Names = BTreeMap<String, String>;

#[component]
pub fn ProgrammeView(work: Work, view: Arc<PriorityView>) -> AnyView {
    let words = &texts().console.priority;
    let Some(selection) = &view.selection else {
        return ().into_any();
    };
    let decimals = view.ranking.decimals;
    let names: Names = selection
        .decisions
        .iter()
        .map(|one| (one.region.clone(), one.name.clone()))
        .collect();
    let is_kawasan = rules::programme_of(work).is_some_and(|it| it.kawasan.is_some());
    let per_area = selection.quota.per_area;
    let mut quota = vec![match is_kawasan {
        true => (texts().console.ruling.kawasan_per_area)(per_area),
        false => (words.quota_words)(per_area, selection.quota.reserves),
    }];
    quota.extend(selection.quota.total.map(words.quota_total));
    let chosen = villages(
        words.chosen_villages,
        words.nobody_chosen,
        "chosen-list",
        &selection.chosen,
        selection,
        decimals,
    );
    // A kawasan has no reserves.
    let reserves = (!is_kawasan).then(|| {
        let none = words.no_reserves;
        villages(
            words.reserves,
            none,
            "reserve-list",
            &selection.reserve,
            selection,
            decimals,
        )
    });
    let kawasan = Arc::clone(&view);
    view! {
        <div class="row"><h2>{say(&selection.label).to_owned()}</h2> <span class="muted">{quota.join(", ")}</span></div>
        {awaited(&selection.awaited)}
        {shortfalls(&selection.shortfalls)}
        <KawasanList work=work view=kawasan/>
        {areas(selection, &names, decimals, is_kawasan)}
        <div class="halves">{chosen} {reserves}</div>
        {(!is_kawasan).then(|| ties(&selection.ties, &names, decimals))}
        {rules(work, selection, &names)}
    }
}

/// Villages for which the choice is not final yet.
fn awaited(awaited: &[Awaited]) -> Option<AnyView> {
    let words = &texts().console.deciding;
    if awaited.is_empty() {
        return None;
    }
    let route = use_router().get_untracked();
    let item = |one: &Awaited| {
        let href = route.with("village", &one.region).href();
        let area = &one.group.name;
        view! { <li><a href=href>{one.name.clone()}</a> " (" {area.clone()} "): " {say(&one.text).to_owned()}</li> }
    };
    let shown = awaited.iter().take(AWAITED_SHOWN_MAX).map(item);
    let shown = shown.collect_view();
    let rest = awaited.len().saturating_sub(AWAITED_SHOWN_MAX);
    let rest = (0 < rest).then(|| view! { <li>{(words.awaited_more)(rest)}</li> });
    let title = (words.awaited)(awaited.len());
    Some(view! {
        <Message kind=MessageKind::Doubt test="awaited">
            <b>{title}</b>
            <ul>{shown} {rest}</ul>
        </Message>
    })
}

fn shortfalls(shortfalls: &[Shortfall]) -> AnyView {
    let words = &texts().console.priority;
    if shortfalls.is_empty() {
        return view! { <Message kind=MessageKind::Ok test="no-shortfalls">{words.no_shortfalls}</Message> };
    }
    let item = |one: &Shortfall| view! { <li>{say(&one.text).to_owned()}</li> };
    let items = shortfalls.iter().map(item).collect_view();
    view! {
        <Message kind=MessageKind::Doubt test="shortfalls">
            <b>{words.shortfalls}</b>
            <ul>{items}</ul>
        </Message>
    }
}

fn areas(selection: &Selection, names: &Names, decimals: u8, is_kawasan: bool) -> AnyView {
    let words = &texts().console.priority;
    let places = selection.quota.per_area;
    let name = |code: &Option<String>| {
        let name = code
            .as_ref()
            .map(|code| names.get(code).unwrap_or(code).clone());
        name.unwrap_or_else(|| "–".to_owned())
    };
    let count = |number: u32| integer_text(i64::from(number));
    let row =
        |one: &AreaResult| {
            // One square per place, filled or not; a place is a kawasan where those are chosen.
            let mine = selection.kawasan.iter();
            let kawasan = mine.filter(|it| it.area.code == one.area.code).count();
            let filled = if is_kawasan {
                kawasan as u32
            } else {
                one.chosen
            };
            let said = match is_kawasan {
                true => (texts().console.ruling.kawasan_filled)(kawasan, places, one.chosen),
                false => (words.shortfall_words)(one.chosen, places),
            };
            let squares = (0..places.min(12)).map(|place| {
                let class = if place < filled {
                    "place filled"
                } else {
                    "place"
                };
                view! { <i class=class></i> }
            });
            // A kawasan is taken or left whole, so that no village stands at a cut.
            let cut = (!is_kawasan).then(|| view! {
            <td data-label=words.last_chosen>{name(&one.last_chosen)}</td>
            <td data-label=words.first_left_out>{name(&one.first_left_out)}</td>
            <td class="number num" data-label=words.gap>{optional_score(one.gap, decimals)}</td>
        });
            view! {
                <tr data-test=format!("area-{}", one.area.code)>
                    <td data-label=words.area><b>{one.area.name.clone()}</b></td>
                    <td class="number num" data-label=words.villages>{count(one.villages)}</td>
                    <td class="number num" data-label=words.candidates>{count(one.candidates)}</td>
                    <td class="number num" data-label=words.held>{count(one.held)}</td>
                    <td data-label=words.filled>
                        <span class="places num">
                            <span aria-hidden="true">{squares.collect_view()}</span>
                            {said}
                        </span>
                    </td>
                    {cut}
                </tr>
            }
        };
    let cut = (!is_kawasan).then(|| {
        view! {
            <th scope="col">{words.last_chosen}</th>
            <th scope="col">{words.first_left_out}</th>
            <th scope="col" class="number">{words.gap}</th>
        }
    });
    view! {
        <section class="panel" aria-label=words.per_area>
            <h3 class="pad">{words.per_area}</h3>
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.per_area>
                <table class="as-cards">
                    <thead><tr>
                        <th scope="col">{words.area}</th>
                        <th scope="col" class="number">{words.villages}</th>
                        <th scope="col" class="number">{words.candidates}</th>
                        <th scope="col" class="number">{words.held}</th>
                        <th scope="col">{words.filled}</th>
                        {cut}
                    </tr></thead>
                    <tbody>{selection.areas.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
}

/// Villages in their order, each leading to its card.
fn villages(
    title: &'static str,
    none: &'static str,
    test: &'static str,
    codes: &[String],
    selection: &Selection,
    decimals: u8,
) -> AnyView {
    let route = use_router().get_untracked();
    let decisions: BTreeMap<&str, &Decision> = selection
        .decisions
        .iter()
        .map(|one| (one.region.as_str(), one))
        .collect();
    let item = |code: &String| {
        let one = decisions.get(code.as_str())?;
        let position = one.position.map(|position| format!("{position}. "));
        Some(view! {
            <li>
                <a href=route.with("village", code).href()>{position}{one.name.clone()}</a>
                <small class="muted">{one.group.name.clone()}</small>
                <span class="sp"></span>
                <span class="num">{optional_score(one.score, decimals)}</span>
            </li>
        })
    };
    let empty = codes
        .is_empty()
        .then(|| view! { <p class="pad muted">{none}</p> });
    view! {
        <section class="panel" data-test=test>
            <h3 class="pad">{title} " " <span class="muted num">{codes.len().to_string()}</span></h3>
            <ul class="plain lines">{codes.iter().filter_map(item).collect_view()}</ul>
            {empty}
        </section>
    }
}

fn ties(ties: &[Tie], names: &Names, decimals: u8) -> AnyView {
    let words = &texts().console.priority;
    let name = |code: &String| names.get(code).unwrap_or(code).clone();
    let item = |tie: &Tie| {
        let who = (words.tie_words)(
            &name(&tie.winner),
            &name(&tie.loser),
            &score_text(tie.score, decimals),
        );
        let at_cut = tie
            .at_cut
            .then(|| view! { <span class="chip wait">{words.tie_at_cut}</span> });
        view! { <li><span>{who} ": " {say(&tie.decided_by).to_owned()}</span> {at_cut}</li> }
    };
    let none = ties
        .is_empty()
        .then(|| view! { <p class="pad muted">{words.no_ties}</p> });
    view! {
        <section class="panel" data-test="ties">
            <h3 class="pad">{words.ties}</h3>
            <ul class="plain lines">{ties.iter().map(item).collect_view()}</ul>
            {none}
        </section>
    }
}

/// How it was decided, for whoever repeats it.
fn rules(work: Work, selection: &Selection, names: &Names) -> AnyView {
    let (words, ruling) = (&texts().console.priority, &texts().console.ruling);
    let method = work
        .frozen
        .with_value(|frozen| parse(&frozen.document).ok());
    let programme = method.as_ref().and_then(|it| it.programme.as_ref());
    let list = |title: &'static str, lines: Vec<String>| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> });
        view! { <dt>{title}</dt><dd><ul class="reasons">{lines.collect_view()}</ul></dd> }
    };
    let name = |code: &str| names.get(code).map_or(code, String::as_str).to_owned();
    let all = method.as_ref().zip(programme).map(|(method, programme)| {
        let eligibility = rules::eligibility(programme);
        let eligibility = (!eligibility.is_empty()).then(|| list(ruling.eligibility, eligibility));
        let held = list(words.held, vec![rules::held(method)]);
        view! { {eligibility} {list(ruling.quota, rules::quota(method, programme, name))} {held} }
    });
    let mixes = rules::mixes(&selection.quota).into_iter();
    let mixes = mixes.zip(&selection.mixes);
    let mixes = mixes.map(|(rule, mix)| (ruling.mix_reached)(&rule, &mix.chosen.to_string()));
    let mixes: Vec<String> = mixes.collect();
    let mixes = (!mixes.is_empty()).then(|| list(ruling.mixes, mixes));
    let seed = (!selection.seed.is_empty()).then(|| {
        view! { <dt>{words.seed}</dt><dd><code>{selection.seed.clone()}</code></dd> }
    });
    view! {
        <section class="panel pad" data-test="rules">
            <h3>{ruling.rules}</h3>
            <dl class="facts rules">
                {all}
                {mixes}
                <dt>{words.exactness}</dt><dd>{say(&selection.exactness).to_owned()}</dd>
                <dt>{words.tie_rule}</dt><dd>{say(&selection.tie_rule).to_owned()}</dd>
                {seed}
            </dl>
        </section>
    }
}
