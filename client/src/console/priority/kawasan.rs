//! Kawasan that a programme chose: each with its centre, its totals against their minimums, who leads its functions,
//! and every village of it.
//!
//! Always: a village leads to its card; what a village adds to a total stands beside it, and what is not known is
//! named.
//! Never: sums anything that `shared::priority` did not.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{Kawasan, KawasanResult, RankedUnit, Total};
use shared::wire::priority::PriorityView;

use super::Work;
use super::rules::{number, programme_of};
use super::sliders::label_of;
use super::words::{optional_score, say, score_text};
use crate::i18n::texts;
use crate::router::use_router;
use crate::ui::{ChipKind, EmptyState, Message, MessageKind, view};

/// The kawasan of a programme that chooses some; nothing for others.
#[component]
pub fn KawasanList(work: Work, view: Arc<PriorityView>) -> AnyView {
    let words = &texts().console.ruling;
    let (Some(programme), Some(selection)) = (programme_of(work), &view.selection) else {
        return ().into_any();
    };
    let Some(wanted) = &programme.kawasan else {
        return ().into_any();
    };
    if selection.kawasan.is_empty() {
        return view! { <EmptyState title=words.kawasan_none body=words.kawasan_none_body test="kawasan-none"/> };
    }
    let units = view.ranking.units.iter();
    let shown = Shown {
        view: &view,
        wanted,
        figures: programme.figures(),
        units: units.map(|unit| (unit.region.as_str(), unit)).collect(),
    };
    let cards: Vec<AnyView> = selection.kawasan.iter().map(|it| shown.card(it)).collect();
    view! {
        <h2>{words.kawasan_title} " " <span class="muted num">{cards.len().to_string()}</span></h2>
        <div class="stack" data-test="kawasan">{cards}</div>
    }
}

/// What the cards are made from.
struct Shown<'a> {
    view: &'a PriorityView,
    wanted: &'a Kawasan,
    /// Indicators that the rules read, in the order of every village's figures.
    figures: Vec<&'a str>,
    units: BTreeMap<&'a str, &'a RankedUnit>,
}

impl Shown<'_> {
    fn name(&self, code: &str) -> String {
        let unit = self.units.get(code);
        unit.map_or_else(|| code.to_owned(), |unit| unit.name.clone())
    }

    fn link(&self, code: &str) -> AnyView {
        let href = use_router().get_untracked().with("village", code).href();
        view! { <a href=href>{self.name(code)}</a> }
    }

    /// What a village adds to a total, in the indicator's own decimals.
    fn adds(&self, unit: &RankedUnit, total: &Total) -> Option<String> {
        let place = self.figures.iter().position(|it| *it == total.indicator)?;
        let value = unit.figures.get(place).copied().flatten()?;
        Some(self.sum(value, total))
    }

    fn sum(&self, value: f64, total: &Total) -> String {
        let mut heads = self.view.ranking.indicators.iter();
        let head = heads.find(|head| head.id == total.indicator);
        number(value, head.map_or(0, |head| head.decimals))
    }

    fn card(&self, kawasan: &KawasanResult) -> AnyView {
        let words = &texts().console.ruling;
        let decimals = self.view.ranking.decimals;
        let title = (words.kawasan_of)(&self.name(&kawasan.centre));
        let test = format!("kawasan-{}", kawasan.centre);
        let names: Vec<String> = kawasan.unknown.iter().map(|it| self.name(it)).collect();
        let unknown = (!names.is_empty()).then(|| {
            let text = (words.kawasan_unknown)(&names.join(", "));
            view! { <Message kind=MessageKind::Doubt test="kawasan-unknown">{text}</Message> }
        });
        view! {
            <section class="panel kawasan" aria-label=title.clone() data-test=test>
                <div class="pad stack">
                    <div class="row">
                        <h3>{title.clone()}</h3>
                        <span class="muted">{kawasan.area.name.clone()} " · " {(words.kawasan_villages)(kawasan.members.len())}</span>
                        <span class="sp"></span>
                        <span class="num"><b>{score_text(kawasan.score, decimals)}</b> " " <small class="muted">{words.kawasan_score}</small></span>
                    </div>
                    {self.totals(kawasan)}
                    {unknown}
                </div>
                {self.functions(kawasan)}
                {self.members(kawasan)}
            </section>
        }
    }

    /// Each sum beside what it had to reach.
    fn totals(&self, kawasan: &KawasanResult) -> AnyView {
        let words = &texts().console.ruling;
        let totals = self.wanted.totals.iter().zip(&kawasan.sums);
        let row = |(total, sum): (&Total, &f64)| {
            let least = self.sum(total.at_least, total);
            let reached = (words.kawasan_reached)(&self.sum(*sum, total), &least);
            // The bar ends at the sum; the minimum is marked in it.
            let most = sum.max(total.at_least).max(f64::MIN_POSITIVE);
            let filled = format!("{:.1}", sum / most * 100.0);
            let minimum = format!("M{:.1} 0V8", total.at_least / most * 100.0);
            view! {
                <li>
                    <span>{say(&total.label).to_owned()}</span>
                    <b class="num">{reached}</b>
                    <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="ground" x="0" y="0" width="100" height="8"></rect>
                        <rect class="filled" x="0" y="0" width=filled height="8"></rect>
                        <path class="minimum" d=minimum></path>
                    </svg>
                </li>
            }
        };
        view! { <ul class="plain dimensions" aria-label=words.kawasan_totals>{totals.map(row).collect_view()}</ul> }
    }

    fn functions(&self, kawasan: &KawasanResult) -> AnyView {
        let words = &texts().console.ruling;
        let score = texts().console.priority.score;
        if kawasan.functions.is_empty() {
            return ().into_any();
        }
        let decimals = self.view.ranking.decimals;
        let row = |lead: &shared::priority::FunctionLead| {
            view! {
                <tr>
                    <td data-label=words.kawasan_function>{label_of(&self.view.ranking, &lead.dimension)}</td>
                    <td data-label=words.kawasan_leader>{self.link(&lead.region)}</td>
                    <td class="number num" data-label=score>{optional_score(lead.score, decimals)}</td>
                </tr>
            }
        };
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.kawasan_functions>
                <table class="as-cards" data-test="kawasan-functions">
                    <thead><tr>
                        <th scope="col">{words.kawasan_function}</th>
                        <th scope="col">{words.kawasan_leader}</th>
                        <th scope="col" class="number">{score}</th>
                    </tr></thead>
                    <tbody>{kawasan.functions.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
    }

    fn members(&self, kawasan: &KawasanResult) -> AnyView {
        let (words, priority) = (&texts().console.ruling, &texts().console.priority);
        let decimals = self.view.ranking.decimals;
        let totals = &self.wanted.totals;
        let head = totals.iter().map(|total| {
            view! { <th scope="col" class="number">{say(&total.label).to_owned()}</th> }
        });
        let row = |code: &String| {
            let unit = self.units.get(code.as_str())?;
            let centre = (*code == kawasan.centre).then(|| {
                view! { " " <span class=ChipKind::Ok.class()>{words.kawasan_centre}</span> }
            });
            let adds = totals.iter().map(|total| {
                let label = say(&total.label).to_owned();
                let cell = self.adds(unit, total).map_or_else(
                    || view! { <span class=ChipKind::Wait.class()>{words.untold}</span> },
                    |text| text.into_any(),
                );
                view! { <td class="number num" data-label=label>{cell}</td> }
            });
            Some(view! {
                <tr>
                    <td data-label=priority.village><span>{self.link(code)} {centre}</span></td>
                    <td class="number num" data-label=priority.score>{optional_score(unit.rounded, decimals)}</td>
                    {adds.collect_view()}
                </tr>
            })
        };
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label=words.kawasan_members>
                <table class="as-cards" data-test="kawasan-members">
                    <thead><tr>
                        <th scope="col">{words.kawasan_members}</th>
                        <th scope="col" class="number">{priority.score}</th>
                        {head.collect_view()}
                    </tr></thead>
                    <tbody>{kawasan.members.iter().filter_map(row).collect_view()}</tbody>
                </table>
            </div>
        }
    }
}
