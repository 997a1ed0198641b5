//! How the scores are spread, and where one village stands among the others.
//!
//! Always: the bounds of the classes are drawn and written; bars are counted by `shared::priority`.
//! Never: counts a village that is not ranked.

use std::sync::Arc;

use leptos::prelude::*;
use serde::Serialize;
use shared::priority::{Bar, Ranking, Spread, beside, spread};
use shared::wire::priority::PriorityView;

use super::super::Work;
use super::super::words::{say, score_text};
use super::{Drawn, Library, behind, plot};
use crate::i18n::{integer_text, texts};
use crate::ui::{EmptyState, live, view};

#[derive(Serialize)]
struct Spec<'a> {
    kind: &'static str,
    bars: Vec<BarSpec>,
    bounds: Vec<Mark>,
    own: Option<Own>,
    decimals: u8,
    words: Words<'a>,
}

#[derive(Serialize)]
struct BarSpec {
    from: f64,
    below: f64,
    villages: u32,
}

#[derive(Serialize)]
struct Mark {
    at: f64,
    said: String,
}

/// The village that is looked at.
#[derive(Serialize)]
struct Own {
    at: f64,
    said: String,
    bar: Option<usize>,
}

#[derive(Serialize)]
struct Words<'a> {
    score: &'a str,
    villages: &'a str,
}

pub(super) fn section(work: Work, library: Library) -> AnyView {
    let words = &texts().console.plots;
    view! {
        <section class="panel pad stack" aria-label=words.spread data-test="plot-spread">
            <div class="stack tight"><h2>{words.spread}</h2><p class="small muted">{words.spread_body}</p></div>
            {drawn(work, library, None)}
        </section>
    }
}

/// Where a village stands among the others: opened by a press, so that a card needs no library before.
#[component]
pub fn PlaceInSpread(work: Work, code: String) -> AnyView {
    let words = &texts().console.plots;
    let is_open = RwSignal::new(false);
    let sentence = {
        let code = code.clone();
        move || {
            let view = work.engine.view()?;
            let unit = view.ranking.unit(&code)?;
            unit.rank?;
            let among = beside(&view.ranking, unit.rounded?);
            Some((words.beside)(among.lower, among.same - 1, among.higher))
        }
    };
    let content = move || {
        let code = code.clone();
        is_open
            .get()
            .then(|| drawn(work, Library::load(), Some(code)))
    };
    view! {
        <details class="panel no-print" data-test="place-in-spread" on:toggle=move |_| is_open.set(true)>
            <summary><b>{words.place}</b><small class="muted num" data-test="beside">{live(sentence)}</small></summary>
            <div class="pad stack">{live(content)}</div>
        </details>
    }
}

fn drawn(work: Work, library: Library, code: Option<String>) -> AnyView {
    let words = &texts().console.plots;
    let found = Memo::new(move |_| {
        let view = work.engine.view()?;
        let spread = spread(&view.ranking)?;
        Some(Found { view, spread })
    });
    let is_empty = Memo::new(move |_| found.with(Option::is_none));
    let is_open = RwSignal::new(false);
    let code = StoredValue::new(code);
    let spec = Signal::derive(move || {
        found.with(|found| {
            let found = found.as_ref()?;
            Some(code.with_value(|code| spec(found, code.as_deref())))
        })
    });
    let content = move || {
        if is_empty.get() {
            return view! { <EmptyState title=words.nobody_ranked test="nobody-ranked"/> };
        }
        let label = Signal::derive(move || {
            found.with(|found| found.as_ref().map(said).unwrap_or_default())
        });
        let spec = Signal::derive(move || spec.get().unwrap_or_default());
        let table = move || found.with(|found| found.as_ref().map(table)).into_any();
        view! {
            <p class="num" data-test="spread-said">{move || label.get()}</p>
            {plot(Drawn { library, spec, label, test: "spread", class: "chart", node: NodeRef::new() })}
            {behind("behind-spread", is_open, table)}
        }
    };
    live(content)
}

#[derive(Clone)]
struct Found {
    view: Arc<PriorityView>,
    spread: Spread,
}

impl PartialEq for Found {
    fn eq(&self, other: &Found) -> bool {
        Arc::ptr_eq(&self.view, &other.view)
    }
}

/// Where classes end, as far as somebody's score is near.
fn bounds(ranking: &Ranking, spread: &Spread) -> Vec<Mark> {
    let ends = spread.bars.first().zip(spread.bars.last());
    let (low, high) = ends.map_or((0.0, 0.0), |(first, last)| (first.from, last.below));
    let bounds = ranking.classes.iter().filter_map(|class| class.up_to);
    let near = bounds.filter(|bound| low < *bound && *bound < high);
    near.map(|at| Mark {
        at,
        said: score_text(at, ranking.decimals),
    })
    .collect()
}

fn spec(found: &Found, code: Option<&str>) -> String {
    let (words, priority) = (&texts().console.plots, &texts().console.priority);
    let ranking = &found.view.ranking;
    let unit = code.and_then(|code| ranking.unit(code));
    let own = unit.and_then(|unit| {
        let at = unit.rounded.filter(|_| unit.rank.is_some())?;
        Some(Own {
            at,
            said: format!("{} {}", unit.name, score_text(at, ranking.decimals)),
            bar: found.spread.bar_of(at),
        })
    });
    let bar = |bar: &Bar| BarSpec {
        from: bar.from,
        below: bar.below,
        villages: bar.villages,
    };
    shared::json::to_text(&Spec {
        kind: "spread",
        bars: found.spread.bars.iter().map(bar).collect(),
        bounds: bounds(ranking, &found.spread),
        own,
        decimals: ranking.decimals,
        words: Words {
            score: priority.score,
            villages: words.villages,
        },
    })
}

/// The whole plot in one sentence.
fn said(found: &Found) -> String {
    let words = &texts().console.plots;
    let text = |value: f64| score_text(value, found.view.ranking.decimals);
    let spread = &found.spread;
    (words.spread_said)(
        spread.villages as usize,
        &text(spread.lowest),
        &text(spread.median),
        &text(spread.highest),
    )
}

fn table(found: &Found) -> AnyView {
    let (plots, words) = (&texts().console.plots, &texts().console.priority);
    let ranking = &found.view.ranking;
    let text = |value: f64| score_text(value, ranking.decimals);
    let row = |bar: &Bar| {
        view! {
            <tr>
                <td class="num" data-label=words.score>{(plots.from_below)(&text(bar.from), &text(bar.below))}</td>
                <td class="number num" data-label=plots.villages>{integer_text(i64::from(bar.villages))}</td>
            </tr>
        }
    };
    let class = |class: &shared::priority::Class| {
        let bound = class
            .up_to
            .map(|bound| (plots.up_to)(&text(bound), class.inclusive));
        let bound = bound.unwrap_or_else(|| plots.above_all.to_owned());
        view! { <li><b>{say(&class.label).to_owned()}</b> ": " <span class="num">{bound}</span></li> }
    };
    let classes = (!ranking.classes.is_empty()).then(|| {
        view! { <ul class="reasons small">{ranking.classes.iter().map(class).collect_view()}</ul> }
    });
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label=plots.spread>
            <table class="compact">
                <thead><tr>
                    <th scope="col">{words.score}</th>
                    <th scope="col" class="number">{plots.villages}</th>
                </tr></thead>
                <tbody>{found.spread.bars.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
        {classes}
    }
}
