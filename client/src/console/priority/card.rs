//! One village under one method: from the score down to each indicator, its rung and its source.
//!
//! Always: what is not known is named, and what it could change is the interval; every number leads to its answers.
//! Never: an answer itself; only raw values of indicators and labels of rungs.

use std::sync::Arc;

use leptos::prelude::*;
use shared::priority::{
    DimensionHead, DimensionScore, IndicatorDetail, IndicatorHead, RankedUnit, RungDetail, Status,
    Text, gap_in, parse,
};
use shared::wire::priority::PriorityView;

use super::Work;
use super::gains::gains_view;
use super::photos::VillagePhotos;
use super::plots::PlaceInSpread;
use super::rules;
use super::scale::Scale;
use super::table::class_view;
use super::unvisited::unvisited_card;
use super::ways::{WaysIn, compared_view, opened};
use super::words::{class_word, optional_score, raw_words, say, score_text, verdict_chip};
use crate::i18n::texts;
use crate::platform;
use crate::router::use_router;
use crate::ui::{Button, EmptyState, Loading, Message, MessageKind, live, view};

#[component]
pub fn VillageCard(work: Work, #[prop(into)] code: String) -> AnyView {
    let code = StoredValue::new(code);
    let content = move || {
        // By the method itself: a trial ends where its sliders are left.
        let view = work.engine.base_ranking()?;
        Some(code.with_value(|code| card(work, view, code)))
    };
    live(content)
}

fn card(work: Work, view: Arc<PriorityView>, code: &str) -> AnyView {
    let words = &texts().console.priority;
    let back = use_router().get_untracked().with("village", "").href();
    let found = view.ranking.unit(code).cloned();
    let Some(unit) = found else {
        return view! {
            <EmptyState title=words.village_missing body=words.village_missing_body test="village-missing">
                <a class="btn" href=back>{words.back_to_ranking}</a>
            </EmptyState>
        };
    };
    if unit.status == Status::Unvisited {
        return view! {
            <div class="row no-print"><a class="btn quiet small" href=back data-test="back-to-ranking">"‹ "{words.back_to_ranking}</a></div>
            {unvisited_card(work, &unit)}
        };
    }
    if unit.indicators.is_empty() {
        work.engine.ask_details(code);
    }
    let (region, is_listed) = (unit.region.clone(), !unit.indicators.is_empty());
    let waiting = live(move || {
        let is_there = is_listed || work.engine.details_of(&region).is_some();
        (!is_there).then(|| view! { <Loading/> })
    });
    let is_trial = use_router().get_untracked().value("weights").is_some();
    let is_trial = is_trial.then(|| {
        let text = texts().console.ruling.card_by_method;
        view! { <Message kind=MessageKind::Doubt test="card-by-method">{text}</Message> }
    });
    view! {
        <div class="row no-print">
            <a class="btn quiet small" href=back data-test="back-to-ranking">"‹ "{words.back_to_ranking}</a>
            <span class="sp"></span>
            <Button small=true test="print" on_press=move |_| { let _ = platform::window().print(); }>{words.print}</Button>
        </div>
        {is_trial}
        {summary(work, &view, &unit)}
        {with_details(work, &view, &unit, more_reasons)}
        <WaysIn work=work code=code.to_owned()/>
        <PlaceInSpread work=work code=code.to_owned()/>
        {with_details(work, &view, &unit, strengths)}
        {dimensions(&view, &unit)}
        <VillagePhotos work=work code=code.to_owned()/>
        {with_details(work, &view, &unit, indicators)}
        {waiting}
    }
}

/// A village with its indicators, and others with theirs.
struct Detailed<'a> {
    view: &'a PriorityView,
    unit: &'a RankedUnit,
    others: &'a [RankedUnit],
}

/// A part that needs the indicators: at once where the list has them, else when they were made.
fn with_details(
    work: Work,
    view: &Arc<PriorityView>,
    unit: &RankedUnit,
    part: fn(Work, &Detailed) -> AnyView,
) -> AnyView {
    if !unit.indicators.is_empty() {
        let others = &view.ranking.units;
        return part(work, &Detailed { view, unit, others });
    }
    let (view, code) = (Arc::clone(view), unit.region.clone());
    live(move || {
        let details = work.engine.details_of(&code)?;
        let unit = details.iter().find(|unit| unit.region == code)?;
        let detailed = Detailed {
            view: &view,
            unit,
            others: &details,
        };
        Some(part(work, &detailed))
    })
}

/// What only the indicators tell, where the list was made without them.
fn more_reasons(_: Work, detailed: &Detailed) -> AnyView {
    let Detailed { view, unit, .. } = detailed;
    let listed = view.ranking.unit(&unit.region);
    let told = |reason: &&Text| listed.is_some_and(|listed| listed.reasons.contains(reason));
    let more: Vec<&Text> = unit.reasons.iter().filter(|it| !told(it)).collect();
    if more.is_empty() {
        return ().into_any();
    }
    let more = more.into_iter();
    let items = more.map(|reason| view! { <li>{say(reason).to_owned()}</li> });
    view! { <section class="panel pad"><ul class="reasons">{items.collect_view()}</ul></section> }
}

fn strengths(work: Work, detailed: &Detailed) -> AnyView {
    let Detailed { view, unit, others } = detailed;
    view! {
        {compared_view(&view.ranking, others, unit)}
        {gains_view(work, &view.ranking, unit)}
    }
}

/// Where the village stands, and why.
fn summary(work: Work, view: &PriorityView, unit: &RankedUnit) -> AnyView {
    let words = &texts().console.priority;
    let ranking = &view.ranking;
    let decision = view.selection.as_ref().and_then(|selection| {
        selection
            .decisions
            .iter()
            .find(|decision| decision.region == unit.region)
    });
    let chip = verdict_chip(unit, decision)
        .map(|(kind, word)| view! { <span class=kind.class()>{word}</span> });
    let ranked = ranking
        .units
        .iter()
        .filter(|unit| unit.status == Status::Ranked)
        .count();
    let standing = unit.rank.map(|rank| {
        let group = unit.group_rank.unwrap_or_default();
        let near = (words.group_rank_of)(group, &unit.group.name);
        view! { <p>{(words.rank_of)(rank, ranked)} ", " {near}</p> }
    });
    let reasons = decision.map_or(&unit.reasons, |decision| &decision.reasons);
    let reasons = reasons
        .iter()
        .map(|reason| view! { <li>{say(reason).to_owned()}</li> });
    let rule = held_rule(work, view, unit);
    let numbers = format!(
        "{} – {}",
        optional_score(unit.lower, ranking.decimals),
        optional_score(unit.upper, ranking.decimals)
    );
    let class = unit.class.is_some().then(|| class_view(view, unit));
    view! {
        <section class="panel pad stack card-head" data-test="village-card">
            <div class="row">
                <h2>{unit.name.clone()}</h2>
                <span class="muted num">{unit.group.name.clone()} " · " {unit.region.clone()}</span>
                <span class="sp"></span>
                {chip}
            </div>
            <div class="row wide">
                <span class="score num">{optional_score(unit.rounded, ranking.decimals)}</span>
                <span class="stack tight">
                    {Scale::of(ranking).draw(unit.score, unit.lower, unit.upper)}
                    <small class="muted num">{numbers}</small>
                </span>
                {class}
            </div>
            {standing}
            {gap_view(view, unit)}
            <ul class="reasons">{reasons.collect_view()}</ul>
            {rule}
        </section>
    }
}

/// What the method does with villages that are not fit to be judged, where this is one and somebody is chosen.
fn held_rule(work: Work, view: &PriorityView, unit: &RankedUnit) -> Option<AnyView> {
    let _ = view.selection.as_ref()?;
    if unit.status != Status::Held {
        return None;
    }
    let method = work.frozen.with_value(|frozen| parse(&frozen.document));
    let rule = rules::held(&method.ok()?);
    let words = &texts().console.deciding;
    Some(
        view! { <p class="small muted" data-test="held-rule">{words.by_the_method} ": " {rule}</p> },
    )
}

/// What is missing to the next class.
fn gap_view(view: &PriorityView, unit: &RankedUnit) -> Option<AnyView> {
    let words = &texts().console.priority;
    let ranking = &view.ranking;
    unit.score.filter(|_| !ranking.classes.is_empty())?;
    let Some(gap) = gap_in(&ranking.classes, ranking.decimals, unit.score) else {
        return Some(view! { <p>{words.highest_class}</p> });
    };
    let class = class_word(ranking, Some(&gap.next_class)).unwrap_or_default();
    let missing = score_text(gap.missing, ranking.decimals);
    let minimum = score_text(gap.minimum, ranking.decimals);
    Some(view! { <p data-test="gap">{(words.gap_to)(&missing, &class, &minimum)}</p> })
}

fn dimensions(view: &PriorityView, unit: &RankedUnit) -> AnyView {
    let words = &texts().console.priority;
    let ranking = &view.ranking;
    let pairs: Vec<(&DimensionHead, &DimensionScore)> =
        ranking.dimensions.iter().zip(&unit.dimensions).collect();
    let values = pairs
        .iter()
        .flat_map(|(_, score)| [score.lower, score.upper])
        .flatten();
    let high = values.fold(f64::MIN_POSITIVE, f64::max);
    let row = |(head, score): (&DimensionHead, &DimensionScore)| {
        let share =
            |value: Option<f64>| (value.unwrap_or_default() / high * 100.0).clamp(0.0, 100.0);
        let (filled, upper) = (share(score.score), share(score.upper));
        let numbers = if score.lower == score.upper {
            optional_score(score.score, ranking.decimals)
        } else {
            format!(
                "{} ({} – {})",
                optional_score(score.score, ranking.decimals),
                optional_score(score.lower, ranking.decimals),
                optional_score(score.upper, ranking.decimals)
            )
        };
        let label = say(&head.label).to_owned();
        let has_own = ranking.indicators.iter().any(|it| it.dimension == head.id);
        // Down to what it is made of.
        let label = match has_own {
            true => {
                let place = place_of(&head.id);
                let test = format!("dimension-{}", head.id);
                let press = move |_| platform::focus(&place);
                view! { <button type="button" class="link" data-test=test on:click=press>{label}</button> }
            }
            false => view! { <span>{label}</span> },
        };
        view! {
            <li class:root=head.parent.is_none()>
                {label}
                <span class="num">{numbers}</span>
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="ground" x="0" y="0" width="100" height="8"></rect>
                    <rect class="possible" x="0" y="0" width=format!("{upper:.1}") height="8"></rect>
                    <rect class="filled" x="0" y="0" width=format!("{filled:.1}") height="8"></rect>
                </svg>
            </li>
        }
    };
    view! {
        <section class="panel pad stack tight">
            <h3>{words.dimensions}</h3>
            <ul class="plain dimensions">{pairs.into_iter().map(row).collect_view()}</ul>
        </section>
    }
}

/// Where the indicators of a dimension stand on the page.
fn place_of(dimension: &str) -> String {
    format!("indicators-of-{dimension}")
}

/// Every indicator under its dimension.
fn indicators(work: Work, detailed: &Detailed) -> AnyView {
    let Detailed { view, unit, .. } = *detailed;
    let words = &texts().console.priority;
    let ranking = &view.ranking;
    let pairs: Vec<(&IndicatorHead, &IndicatorDetail)> =
        ranking.indicators.iter().zip(&unit.indicators).collect();
    let unknown = pairs
        .iter()
        .filter(|(head, detail)| head.scorable && !detail.observed)
        .count();
    let unknown = (0 < unknown).then(
        || view! { <Message kind=MessageKind::Doubt>{(words.missing_count)(unknown)}</Message> },
    );
    let group = |dimension: &DimensionHead| {
        let own: Vec<_> = pairs
            .iter()
            .filter(|(head, _)| head.dimension == dimension.id)
            .collect();
        if own.is_empty() {
            return None;
        }
        let rows = own
            .into_iter()
            .map(|(head, detail)| indicator_row(work, unit, head, detail, ranking.decimals));
        Some(view! {
            <section class="panel" id=place_of(&dimension.id) tabindex="-1" aria-label=say(&dimension.label).to_owned()>
                <h3 class="pad">{say(&dimension.label).to_owned()}</h3>
                <div class="table-scroll" tabindex="0" role="region" aria-label=words.indicators>
                    <table class="as-cards indicators">
                        <thead><tr>
                            <th scope="col">{words.indicator}</th>
                            <th scope="col">{words.raw}</th>
                            <th scope="col">{words.rung}</th>
                            <th scope="col" class="number">{words.normalised}</th>
                            <th scope="col" class="number">{words.weight}</th>
                            <th scope="col" class="number">{words.contribution}</th>
                        </tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            </section>
        })
    };
    view! { {unknown} {ranking.dimensions.iter().filter_map(group).collect_view()} }
}

fn indicator_row(
    work: Work,
    unit: &RankedUnit,
    head: &IndicatorHead,
    detail: &IndicatorDetail,
    decimals: u8,
) -> AnyView {
    let words = &texts().console.priority;
    let raw = if head.scorable {
        raw_words(head, detail)
    } else {
        words.unscorable.to_owned()
    };
    let note = detail
        .note
        .map(|note| say(&note.label()).to_owned())
        .filter(|note| *note != raw && head.scorable);
    let note = note.map(|note| view! { <small class="muted">{note}</small> });
    let decimals = decimals.max(2);
    let normalised = if detail.lowest == detail.highest {
        optional_score(detail.normalised, decimals)
    } else {
        let range = format!(
            "{} – {}",
            score_text(detail.lowest, decimals),
            score_text(detail.highest, decimals)
        );
        detail.normalised.map_or(range.clone(), |value| {
            format!("{} ({range})", score_text(value, decimals))
        })
    };
    let weight = format!("{}%", score_text(detail.weight * 100.0, 1));
    let contribution = if detail.additive {
        score_text(detail.contribution, decimals)
    } else {
        "–".to_owned()
    };
    view! {
        <tr class:unknown=!detail.observed data-test=format!("indicator-{}", head.id)>
            <td data-label=words.indicator><b>{say(&head.label).to_owned()}</b> {opened(work, unit, head, detail)}</td>
            <td data-label=words.raw>{raw} {note}</td>
            <td data-label=words.rung>{detail.rung.as_ref().map(rung_view)}</td>
            <td class="number num" data-label=words.normalised>{normalised}</td>
            <td class="number num" data-label=words.weight>{weight}</td>
            <td class="number num" data-label=words.contribution>{contribution}</td>
        </tr>
    }
}

fn rung_view(rung: &RungDetail) -> AnyView {
    let words = &texts().console.priority;
    let (class, word) = if rung.verified {
        ("chip ok", words.verified)
    } else {
        ("chip wait", words.unverified)
    };
    let points = if rung.lowest == rung.highest {
        score_text(rung.lowest, 0)
    } else {
        format!(
            "{}–{}",
            score_text(rung.lowest, 0),
            score_text(rung.highest, 0)
        )
    };
    let source = (!rung.source.is_empty()).then(|| format!("{}: {}", words.source, rung.source));
    view! {
        <span class="rung">
            <span>{say(&rung.label).to_owned()} " " <b class="num">{points}</b></span>
            <span class=class>{word}</span>
            {source.map(|source| view! { <small class="muted">{source}</small> })}
        </span>
    }
}
