//! What goes together with what: correlations of dimensions, and of indicators.
//!
//! Always: says over how many villages; what cannot be told is empty.
//! Never: changes with weights on trial, since a correlation of indicators has none.

use std::sync::Arc;

use leptos::prelude::*;
use serde::Serialize;
use shared::priority::{Pair, Ranking, Related};
use shared::wire::priority::PriorityView;

use super::super::Work;
use super::super::sliders::label_of;
use super::super::words::score_text;
use super::{Drawn, Library, behind, plot};
use crate::i18n::texts;
use crate::router::use_router;
use crate::ui::{EmptyState, Loading, live, view};

/// More decimals would be noise of a few villages.
const DECIMALS: u8 = 2;
/// In the address, for the indicators; the dimensions are the usual ones.
const INDICATORS: &str = "indicators";

#[derive(Serialize)]
struct Spec {
    kind: &'static str,
    names: Vec<String>,
    pairs: Vec<Square>,
}

#[derive(Serialize)]
struct Square {
    one: usize,
    two: usize,
    value: Option<f64>,
    text: String,
    said: Vec<String>,
}

pub(super) fn section(work: Work, library: Library) -> AnyView {
    let words = &texts().console.plots;
    let router = use_router();
    let has = Memo::new(move |_| work.engine.related().map(|pairs| has_pairs(&pairs)));
    // Dimensions first, unless there is only one of them.
    let of_indicators = Memo::new(move |_| {
        let asked = router.get().value("pairs") == Some(INDICATORS);
        has.get()
            .is_some_and(|(dimensions, indicators)| indicators && (asked || !dimensions))
    });
    let is_open = RwSignal::new(false);
    let content = move || match has.get() {
        None => view! { <Loading/> },
        Some((false, false)) => {
            view! { <EmptyState title=words.no_pairs body=words.no_pairs_body test="no-pairs"/> }
        }
        Some((true, true)) => view! {
            {live(move || chips(of_indicators.get()))}
            {live(move || drawn(work, library, is_open, of_indicators.get()))}
        },
        Some(_) => live(move || drawn(work, library, is_open, of_indicators.get())),
    };
    view! {
        <section class="panel pad stack" aria-label=words.related data-test="plot-related">
            <div class="stack tight"><h2>{words.related}</h2><p class="small muted">{words.related_body}</p></div>
            {live(content)}
        </section>
    }
}

fn has_pairs(pairs: &Arc<(Related, Related)>) -> (bool, bool) {
    let has = |related: &Related| 1 < related.columns.len();
    (has(&pairs.0), has(&pairs.1))
}

fn chips(of_indicators: bool) -> AnyView {
    let (plots, words) = (&texts().console.plots, &texts().console.priority);
    let route = use_router().get_untracked();
    let chip = |value: &'static str, word: &'static str, is_chosen: bool, test: &'static str| {
        let href = route.with("pairs", value).href();
        view! { <a class="filter" href=href aria-current=is_chosen.then_some("true") data-test=test>{word}</a> }
    };
    view! {
        <div class="filters no-print" role="group" aria-label=plots.related>
            {chip("", words.dimensions, !of_indicators, "pairs-dimensions")}
            {chip(INDICATORS, plots.indicators, of_indicators, "pairs-indicators")}
        </div>
    }
}

fn drawn(work: Work, library: Library, is_open: RwSignal<bool>, of_indicators: bool) -> AnyView {
    let found = work.engine.related().zip(work.engine.base_ranking());
    let Some((pairs, base)) = found else {
        return ().into_any();
    };
    let found = Found {
        pairs,
        base,
        of_indicators,
    };
    let spec = Signal::stored(spec(&found));
    let label = Signal::stored(said(&found));
    let class = if 12 < found.related().columns.len() {
        "chart squares many"
    } else {
        "chart squares"
    };
    let table = move || table(&found);
    view! {
        <p class="num" data-test="related-said">{move || label.get()}</p>
        <ul class="plain row small legend" aria-hidden="true">
            <li><span class="swatch against"></span>"−1"</li>
            <li><span class="swatch none"></span>"0"</li>
            <li><span class="swatch along"></span>"+1"</li>
            <li><span class="swatch untold"></span>{texts().console.plots.untold}</li>
        </ul>
        {plot(Drawn { library, spec, label, test: "related", class, node: NodeRef::new() })}
        {behind("behind-related", is_open, table)}
    }
}

struct Found {
    pairs: Arc<(Related, Related)>,
    base: Arc<PriorityView>,
    of_indicators: bool,
}

impl Found {
    fn related(&self) -> &Related {
        match self.of_indicators {
            true => &self.pairs.1,
            false => &self.pairs.0,
        }
    }

    fn ranking(&self) -> &Ranking {
        &self.base.ranking
    }

    /// Every pair once, with its two columns.
    fn each(&self) -> impl Iterator<Item = (usize, usize, Pair)> {
        let related = self.related();
        let columns = 0..related.columns.len();
        columns.flat_map(move |one| {
            (0..one).filter_map(move |two| Some((one, two, related.pair(one, two)?)))
        })
    }

    fn name(&self, column: usize) -> String {
        label_of(self.ranking(), &self.related().columns[column])
    }
}

/// `−0,41`, with a minus that is as wide as a plus.
fn pair_text(pair: Pair) -> String {
    let text = pair.correlation.map(|it| score_text(it, DECIMALS));
    let text = text.map(|text| {
        if text == "-0,00" {
            "0,00".to_owned()
        } else {
            text
        }
    });
    text.map_or_else(|| "–".to_owned(), |text| text.replace('-', "−"))
}

fn spec(found: &Found) -> String {
    let words = &texts().console.plots;
    let names: Vec<String> = (0..found.related().columns.len())
        .map(|it| found.name(it))
        .collect();
    let mut squares = Vec::new();
    for (one, two, pair) in found.each() {
        let text = pair_text(pair);
        let said = vec![
            format!("{} – {}", names[one], names[two]),
            format!("{}: {text}", words.correlation),
            (words.over_villages)(pair.villages),
        ];
        for (one, two) in [(one, two), (two, one)] {
            squares.push(Square {
                one,
                two,
                value: pair.correlation,
                text: text.clone(),
                said: said.clone(),
            });
        }
    }
    shared::json::to_text(&Spec {
        kind: "related",
        names,
        pairs: squares,
    })
}

/// The strongest pair either way, in words.
fn said(found: &Found) -> String {
    let words = &texts().console.plots;
    let told = || {
        let each = found.each();
        each.filter_map(|(one, two, pair)| Some((one, two, pair, pair.correlation?)))
    };
    let named = |(one, two, pair, _): (usize, usize, Pair, f64)| {
        format!(
            "{} – {} ({})",
            found.name(two),
            found.name(one),
            pair_text(pair)
        )
    };
    let highest = told().max_by(|one, two| one.3.total_cmp(&two.3));
    let lowest = told().min_by(|one, two| one.3.total_cmp(&two.3));
    match highest.zip(lowest) {
        Some((highest, lowest)) => (words.related_said)(&named(highest), &named(lowest)),
        None => words.no_pairs.to_owned(),
    }
}

fn table(found: &Found) -> AnyView {
    let words = &texts().console.plots;
    let row = |(one, two, pair): (usize, usize, Pair)| {
        view! {
            <tr>
                <td data-label=words.one>{format!("{}  {}", two + 1, found.name(two))}</td>
                <td data-label=words.two>{format!("{}  {}", one + 1, found.name(one))}</td>
                <td class="number num" data-label=words.correlation>{pair_text(pair)}</td>
                <td class="number num" data-label=words.villages>{pair.villages.to_string()}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll tall" tabindex="0" role="region" aria-label=words.related>
            <table class="as-cards compact">
                <thead><tr>
                    <th scope="col">{words.one}</th>
                    <th scope="col">{words.two}</th>
                    <th scope="col" class="number">{words.correlation}</th>
                    <th scope="col" class="number">{words.villages}</th>
                </tr></thead>
                <tbody>{found.each().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
