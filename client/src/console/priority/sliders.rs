//! What if the weights were others: sliders that rank again while somebody drags.
//!
//! Always: says that it is a trial, who enters and who leaves; the weights stand in the address.
//! Never: changes the method.

use leptos::prelude::*;
use shared::priority::{DimensionHead, Ranking, WeightNote, WeightOrigin, WeightShare};

use super::Work;
use super::engine::{Trial, Weights};
use super::words::{say, score_text};
use crate::i18n::texts;
use crate::router::{Route, use_router};
use crate::ui::{Button, ButtonKind, Message, MessageKind, live, view};

/// Where the weights on trial stand in the address: `id:12.5~id:40`.
const KEY: &str = "weights";
/// A slider goes from nothing to this.
const FULL: f64 = 100.0;

#[component]
pub fn Sliders(work: Work) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let is_open = Memo::new(move |_| router.get().value(KEY).is_some());
    let open = move |_| {
        let own = own_weights(&work.engine.weights_untracked());
        router.replace(&router.get_untracked().with(KEY, &address_of(&own)).href());
    };
    let content = move || {
        if is_open.get() {
            return view! { <Panel work=work/> };
        }
        view! {
            <div class="row no-print">
                <Button small=true test="try-weights" on_press=open>{words.try_weights}</Button>
            </div>
        }
    };
    live(content)
}

/// Every child's share in its dimension, as sliders show it.
fn own_weights(notes: &[WeightNote]) -> Weights {
    let shares = notes.iter().filter(|note| 1 < note.shares.len());
    let shares = shares.flat_map(|note| &note.shares);
    let rounded = |share: f64| (share * FULL * 100.0).round() / 100.0;
    shares
        .map(|it| (it.child.clone(), rounded(it.share)))
        .collect()
}

/// The children that count. What a method reads without weighing it, such as a position, is no weight to try: raised
/// from nothing, degrees would be added to points.
fn weighed(note: &WeightNote) -> impl Iterator<Item = &WeightShare> {
    note.shares.iter().filter(|it| 0.0 < it.share)
}

fn address_of(weights: &Weights) -> String {
    let pairs: Vec<String> = weights
        .iter()
        .map(|(id, weight)| format!("{id}:{weight}"))
        .collect();
    pairs.join("~")
}

/// The weights of an address; what cannot be one keeps the method's own.
fn weights_of(route: &Route, own: &Weights) -> Weights {
    let mut weights = own.clone();
    for pair in route.value(KEY).unwrap_or_default().split('~') {
        let Some((id, weight)) = pair.split_once(':') else {
            continue;
        };
        let weight = weight.parse::<f64>().ok();
        let weight = weight.filter(|it| (0.0..=FULL).contains(it));
        // What the method weighs at nothing has no slider that could show it.
        let is_open = own.get(id).is_some_and(|own| 0.0 < *own);
        if let (true, Some(weight)) = (is_open, weight) {
            weights.insert(id.to_owned(), weight);
        }
    }
    weights
}

#[component]
fn Panel(work: Work) -> AnyView {
    let words = &texts().console.deciding;
    let router = use_router();
    let engine = work.engine;
    let notes = StoredValue::new(engine.weights_untracked());
    let own = notes.with_value(|notes| own_weights(notes));
    let weights = RwSignal::new(weights_of(&router.get_untracked(), &own));
    let own = StoredValue::new(own);
    // Only what differs from the method's weights is tried; so nothing moves before somebody drags.
    let changed = move |weights: &Weights| own.with_value(|own| own != weights);
    let is_zero = Memo::new(move |_| {
        notes.with_value(|notes| weights.with(|weights| has_empty(notes, weights)))
    });
    Effect::new(move |_| {
        let wanted = weights.get();
        if !is_zero.get() {
            engine.try_weights(changed(&wanted).then_some(wanted));
        }
    });
    on_cleanup(move || engine.try_weights(None));
    let keep = move || {
        let text = weights.with_untracked(address_of);
        router.replace(&router.get_untracked().with(KEY, &text).href());
    };
    let reset = move |_| {
        weights.set(own.get_value());
        keep();
    };
    let close = move |_| {
        let route = router.get_untracked().with(KEY, "");
        router.replace(&route.href());
    };
    let groups = move || {
        let ranking = engine.base_ranking()?;
        let groups = notes.with_value(|notes| {
            let open = |note: &&WeightNote| 1 < weighed(note).count();
            let notes = notes.iter().filter(open).enumerate();
            notes
                .map(|(place, note)| group(&ranking.ranking, note, place == 0, weights, keep))
                .collect::<Vec<_>>()
        });
        Some(groups)
    };
    let zero = move || {
        is_zero
            .get()
            .then(|| view! { <Message kind=MessageKind::Error test="weights-zero">{words.all_zero}</Message> })
    };
    view! {
        <section class="panel pad stack trial no-print" aria-label=words.try_weights data-test="trial">
            <div class="row">
                <h2>{words.try_weights}</h2>
                <span class="sp"></span>
                <Button small=true kind=ButtonKind::Quiet test="trial-reset" on_press=reset>{words.reset}</Button>
                <Button small=true test="trial-close" on_press=close>{words.close_trial}</Button>
            </div>
            <p class="small muted">{words.trying}</p>
            <div class="sliders">{live(groups)}</div>
            {live(zero)}
            {live(move || engine.trial().map(|trial| outcome(work, &trial)))}
        </section>
    }
}

/// Whether all weights of some dimension are nothing.
fn has_empty(notes: &[WeightNote], weights: &Weights) -> bool {
    let weight = |id: &String| weights.get(id).copied().unwrap_or_default();
    let is_empty = |note: &WeightNote| note.shares.iter().all(|it| weight(&it.child) <= 0.0);
    notes
        .iter()
        .any(|note| 1 < note.shares.len() && is_empty(note))
}

/// The sliders of one dimension.
fn group(
    ranking: &Ranking,
    note: &WeightNote,
    is_first: bool,
    weights: RwSignal<Weights>,
    keep: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let words = &texts().console.deciding;
    let title = (words.weights_of)(&label_of(ranking, &note.dimension));
    let ids: Vec<String> = weighed(note).map(|it| it.child.clone()).collect();
    let ids = StoredValue::new(ids);
    let total = Memo::new(move |_| {
        ids.with_value(|ids| {
            weights.with(|weights| ids.iter().filter_map(|id| weights.get(id)).sum::<f64>())
        })
    });
    let slider = |id: String| {
        let name = label_of(ranking, &id);
        let said = (words.weight_of)(&name);
        let test = format!("weight-{id}");
        let key = StoredValue::new(id);
        let own = move || {
            key.with_value(|key| weights.with(|all| all.get(key).copied().unwrap_or_default()))
        };
        let share = move || {
            let total = total.get();
            let share = if 0.0 < total {
                own() / total * 100.0
            } else {
                0.0
            };
            format!("{}%", score_text(share, 1))
        };
        let drag = move |event| {
            let Ok(value) = event_target_value(&event).parse::<f64>() else {
                return;
            };
            weights.update(|all| {
                key.with_value(|key| all.insert(key.clone(), value));
            });
        };
        view! {
            <label class="slider">
                <span>{name}</span>
                <input
                    type="range"
                    min="0"
                    max="100"
                    step="any"
                    aria-label=said
                    aria-valuetext=share
                    data-test=test
                    prop:value=move || own().to_string()
                    on:input=drag
                    on:change=move |_| keep()
                />
                <b class="num">{share}</b>
            </label>
        }
    };
    let sliders: Vec<AnyView> = ids.get_value().into_iter().map(slider).collect();
    view! {
        <details open=is_first>
            <summary><b>{title}</b><small class="muted">{origin_words(&note.origin)}</small></summary>
            <div class="stack tight">{sliders}</div>
        </details>
    }
}

pub fn origin_words(origin: &WeightOrigin) -> String {
    let words = &texts().console.deciding;
    match origin {
        WeightOrigin::Given => words.origin_given.to_owned(),
        WeightOrigin::Equal | WeightOrigin::PcaWithoutVariance => words.origin_equal.to_owned(),
        WeightOrigin::Pca { explained, .. } => {
            (words.origin_pca)(&score_text(explained * 100.0, 0))
        }
        WeightOrigin::Ahp { consistency_ratio } => {
            (words.origin_ahp)(&score_text(*consistency_ratio, 2))
        }
    }
}

/// The name of a dimension or an indicator.
pub fn label_of(ranking: &Ranking, id: &str) -> String {
    let dimension = |head: &&DimensionHead| head.id == id;
    let dimension = ranking.dimensions.iter().find(dimension);
    let label = dimension.map(|head| &head.label).or_else(|| {
        let indicators = ranking.indicators.iter();
        let mut found = indicators.filter(|head| head.id == id);
        found.next().map(|head| &head.label)
    });
    label.map_or_else(|| id.to_owned(), |label| say(label).to_owned())
}

/// Who enters and who leaves.
fn outcome(work: Work, trial: &Trial) -> AnyView {
    let words = &texts().console.deciding;
    let took = (words.took)(trial.took_ms);
    let Some(base) = work.engine.base_ranking() else {
        return ().into_any();
    };
    let name = |code: &String| {
        let unit = base.ranking.unit(code);
        unit.map_or_else(
            || code.clone(),
            |unit| format!("{} ({})", unit.name, unit.group.name),
        )
    };
    let list = |title: &'static str, test: &'static str, codes: &[String]| {
        let items = codes.iter().map(|code| view! { <li>{name(code)}</li> });
        (!codes.is_empty()).then(|| {
            view! { <div data-test=test><b>{title}</b><ul>{items.collect_view()}</ul></div> }
        })
    };
    let exchange = trial.exchange.clone();
    let nothing = match &exchange {
        _ if !trial.problems.is_empty() => None,
        Some(it) if it.entering.is_empty() && it.leaving.is_empty() => Some(words.trial_none),
        Some(_) => None,
        None if base.selection.is_none() => Some(words.trial_ranks_only),
        None => Some(texts().console.ruling.trial_counting),
    };
    let exchange = exchange.unwrap_or_default();
    let problem = trial.problems.first().map(|problem| {
        let text = say(&problem.text).to_owned();
        view! { <Message kind=MessageKind::Error test="trial-unsolved">{text}</Message> }
    });
    view! {
        <div class="halves" role="status" data-test="trial-outcome">
            {problem}
            {nothing.map(|text| view! { <p>{text}</p> })}
            {list(words.entering, "entering", &exchange.entering)}
            {list(words.leaving, "leaving", &exchange.leaving)}
        </div>
        <small class="muted num" data-test="trial-took" data-ms=trial.took_ms.to_string()>{took}</small>
    }
}
