//! Which assumption moves the ranking: Sobol's indices, with progress and a way to stop.
//!
//! Always: what gave no result is counted; an index that cannot be told is a dash with its reason, never a zero.
//! Never: begins by itself.

use leptos::prelude::*;
use shared::priority::{FactorShare, Sensitivity};

use super::Work;
use super::engine::{Drawing, Long, SAMPLES};
use super::words::score_text;
use crate::i18n::{integer_text, texts};
use crate::ui::{Button, Message, MessageKind, ProgressBar, live, view};

/// Decimals of an index: more would be noise of the samples.
const DECIMALS: u8 = 2;

pub fn sensitivity(work: Work) -> AnyView {
    let words = &texts().console.plots;
    let seed = (texts().console.deciding.seed_is)(&work.engine.seed());
    let content = move || match work.engine.sensing() {
        Drawing::NotAsked => offer(work, ""),
        Drawing::Stopped => offer(work, texts().console.deciding.stopped),
        Drawing::Waiting => under_way(work, 0, SAMPLES),
        Drawing::Under(made, of) => under_way(work, made, of),
        Drawing::Done(_) => match work.engine.sensitivity() {
            Some(found) => done(&found),
            None => offer(work, ""),
        },
    };
    view! {
        <details class="panel" data-test="sensitivity">
            <summary><b>{words.sobol}</b><small class="muted num">{seed}</small></summary>
            <div class="pad stack tight">{live(content)}</div>
        </details>
    }
}

fn offer(work: Work, note: &'static str) -> AnyView {
    let words = &texts().console.plots;
    let note =
        (!note.is_empty()).then(|| view! { <p role="status" data-test="sense-stopped">{note}</p> });
    view! {
        <p class="small">{words.sobol_body}</p>
        <div class="row no-print">
            <Button small=true test="sense" on_press=move |_| work.engine.begin(Long::Samples)>{words.sobol_ask}</Button>
        </div>
        {note}
    }
}

fn under_way(work: Work, made: u32, of: u32) -> AnyView {
    let words = &texts().console.plots;
    let label = (words.sobol_under)(made, of);
    view! {
        <div class="stack tight no-print" data-test="sensing">
            <ProgressBar done=Signal::stored(made as usize) of=Signal::stored(of as usize) label=label.clone()/>
            <div class="row">
                <span class="num">{label}</span>
                <span class="sp"></span>
                <Button small=true test="stop-sensing" on_press=move |_| work.engine.stop(Long::Samples)>
                    {texts().console.deciding.stop}
                </Button>
            </div>
        </div>
    }
}

fn done(found: &Sensitivity) -> AnyView {
    let words = &texts().console.plots;
    let Some(mean_shift) = found.mean_shift.filter(|_| !found.factors.is_empty()) else {
        let text = match found.factors.is_empty() {
            true => words.sobol_nothing,
            false => words.sobol_no_result,
        };
        return view! { <Message kind=MessageKind::Doubt test="sensed-nothing">{text}</Message> };
    };
    let count = |number: u32| integer_text(i64::from(number));
    let made = (words.sobol_made)(
        &count(found.replications),
        &score_text(mean_shift, DECIMALS),
    );
    let failed = (0 < found.failed).then(|| {
        let text = (words.sobol_failed)(&count(found.failed), &count(found.replications));
        view! { <Message kind=MessageKind::Doubt test="sense-failed">{text}</Message> }
    });
    let each = || found.factors.iter();
    let is_unknown = each().any(|one| one.first.is_none() || one.total.is_none());
    let unknown = is_unknown.then(|| view! { <p class="small muted">{words.sobol_unknown}</p> });
    let beyond = |index: Option<f64>| index.is_some_and(|it| !(0.0..=1.0).contains(&it));
    let is_noisy = each().any(|one| beyond(one.first) || beyond(one.total));
    let noise = is_noisy.then(|| view! { <p class="small muted">{words.sobol_noise}</p> });
    view! {
        <p class="num">{made}</p>
        {failed}
        <div class="table-scroll" tabindex="0" role="region" aria-label=words.sobol>
            <table class="as-cards sobol" data-test="sensed">
                <thead><tr>
                    <th scope="col">{words.sobol_factor}</th>
                    <th scope="col" class="number">{words.sobol_first}</th>
                    <th scope="col" class="number">{words.sobol_total}</th>
                    <th scope="col"><span class="sr">{words.sobol_bar}</span></th>
                </tr></thead>
                <tbody>{each().map(row).collect_view()}</tbody>
            </table>
        </div>
        <p class="small muted">{words.sobol_meaning}</p>
        {unknown}
        {noise}
    }
}

fn row(one: &FactorShare) -> AnyView {
    let words = &texts().console.plots;
    let text = |index: Option<f64>| {
        index.map_or_else(|| "–".to_owned(), |index| score_text(index, DECIMALS))
    };
    let width = |index: Option<f64>| {
        let share = (index.unwrap_or_default() * 100.0).clamp(0.0, 100.0);
        format!("{share:.1}")
    };
    view! {
        <tr data-test=format!("factor-{}", one.factor)>
            <td data-label=words.sobol_factor><b>{(words.factor)(one.factor)}</b></td>
            <td class="number num" data-label=words.sobol_first>{text(one.first)}</td>
            <td class="number num" data-label=words.sobol_total>{text(one.total)}</td>
            <td>
                <svg class="share" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="ground" x="0" y="0" width="100" height="12"></rect>
                    <rect class="possible" x="0" y="0" width=width(one.total) height="12"></rect>
                    <rect class="filled" x="0" y="3" width=width(one.first) height="6"></rect>
                </svg>
            </td>
        </tr>
    }
}
