//! How sure the ranking is: draws from one seed, with progress and a way to stop.
//!
//! Always: the seed and the number of draws are said, so that anybody can make the same ones.
//! Never: changes the ranking.

use leptos::prelude::*;

use shared::priority::{Exchange, LeftOut, Ranking};

use super::Work;
use super::engine::{Drawing, Long};
use super::sensitivity::sensitivity;
use super::sliders::label_of;
use super::words::score_text;
use crate::i18n::{integer_text, texts};
use crate::ui::{Button, Message, MessageKind, ProgressBar, live, view};

/// Chosen in fewer draws than one and in more than none: to be argued in the minutes.
const SURE: f64 = 0.9;

#[component]
pub fn Sureness(work: Work) -> AnyView {
    let engine = work.engine;
    let draws = move || match engine.drawing() {
        Drawing::NotAsked => offer(work, ""),
        Drawing::Stopped => offer(work, texts().console.deciding.stopped),
        Drawing::Waiting => under_way(work, 0, work.engine.draws_planned()),
        Drawing::Under(made, of) => under_way(work, made, of),
        Drawing::Done(count) => done(work, count),
    };
    view! { {live(draws)} {leave_one_out(work)} {sensitivity(work)} }
}

/// What each indicator does to the ranking: asked for when it is opened.
fn leave_one_out(work: Work) -> AnyView {
    let words = &texts().console.deciding;
    let engine = work.engine;
    let content = move || match (engine.left_out(), engine.base_ranking()) {
        (Some(left), Some(base)) => left_out_table(&base.ranking, &left, base.selection.is_some()),
        _ => {
            let ask = move |_| engine.leave_one_out();
            view! {
                <div class="pad stack tight">
                    <p class="small">{words.leave_out_body}</p>
                    <div class="row"><Button small=true test="leave-out" on_press=ask>{words.ways_ask}</Button></div>
                </div>
            }
        }
    };
    view! {
        <details class="panel no-print" data-test="left-out">
            <summary><b>{words.leave_out}</b></summary>
            {live(content)}
        </details>
    }
}

fn left_out_table(ranking: &Ranking, left: &[LeftOut], is_choice: bool) -> AnyView {
    let (words, priority) = (&texts().console.deciding, &texts().console.priority);
    let mut left: Vec<&LeftOut> = left.iter().collect();
    // Stable: equal shifts stay in the order of the method.
    left.sort_by(|one, two| two.mean_shift.total_cmp(&one.mean_shift));
    let count = |one: &LeftOut, of: fn(&Exchange) -> &Vec<String>| {
        let codes = one.exchange.as_ref().map(of);
        codes.map_or_else(|| "–".to_owned(), |codes| integer_text(codes.len() as i64))
    };
    let row = |one: &&LeftOut| {
        view! {
            <tr>
                <td data-label=priority.indicator><b>{label_of(ranking, &one.indicator)}</b></td>
                <td class="number num" data-label=words.mean_shift>{score_text(one.mean_shift, 2)}</td>
                <td class="number num" data-label=words.largest_shift>{integer_text(i64::from(one.largest_shift))}</td>
                <td class="number num" data-label=words.entering>{count(one, |it| &it.entering)}</td>
                <td class="number num" data-label=words.leaving>{count(one, |it| &it.leaving)}</td>
            </tr>
        }
    };
    // A method that only ranks has nobody who enters.
    let untold = is_choice && left.iter().any(|one| one.exchange.is_none());
    let untold = untold.then(|| {
        let text = texts().console.ruling.exchange_untold;
        view! { <p class="pad small" data-test="exchange-untold">{text}</p> }
    });
    view! {
        {untold}
        <div class="table-scroll" tabindex="0" role="region" aria-label=words.leave_out>
            <table class="as-cards">
                <thead><tr>
                    <th scope="col">{priority.indicator}</th>
                    <th scope="col" class="number">{words.mean_shift}</th>
                    <th scope="col" class="number">{words.largest_shift}</th>
                    <th scope="col" class="number">{words.entering}</th>
                    <th scope="col" class="number">{words.leaving}</th>
                </tr></thead>
                <tbody>{left.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

fn offer(work: Work, note: &'static str) -> AnyView {
    let words = &texts().console.deciding;
    let seed = (words.seed_is)(&work.engine.seed());
    let count = work.engine.draws_planned();
    let body = match work.engine.tells_chosen() {
        true => words.draw_body,
        false => texts().console.ruling.draw_body_without_choice,
    };
    let note =
        (!note.is_empty()).then(|| view! { <p role="status" data-test="draws-stopped">{note}</p> });
    view! {
        <details class="panel no-print" data-test="sureness">
            <summary><b>{words.uncertainty}</b><small class="muted num">{seed}</small></summary>
            <div class="pad stack tight">
                <p class="small">{body}</p>
                <div class="row">
                    <Button small=true test="draw" on_press=move |_| work.engine.begin(Long::Draws)>{(words.draw)(count)}</Button>
                </div>
            </div>
        </details>
        {note}
    }
}

fn under_way(work: Work, made: u32, of: u32) -> AnyView {
    let words = &texts().console.deciding;
    let label = (words.drawing)(made, of);
    view! {
        <section class="panel pad stack tight no-print" data-test="drawing">
            <ProgressBar done=Signal::stored(made as usize) of=Signal::stored(of as usize) label=label.clone()/>
            <div class="row">
                <span class="num">{label}</span>
                <span class="sp"></span>
                <Button small=true test="stop-drawing" on_press=move |_| work.engine.stop(Long::Draws)>{words.stop}</Button>
            </div>
        </section>
    }
}

fn done(work: Work, count: u32) -> AnyView {
    let words = &texts().console.deciding;
    let edge = move || {
        let intervals = work.engine.intervals()?;
        let ruling = &texts().console.ruling;
        let basis = work.engine.basis();
        if basis.is_none() && !work.engine.tells_chosen() {
            return Some((ruling.drawn_without_choice)(count));
        }
        let shares = intervals.values().filter_map(|it| it.chosen_share);
        let edge = shares.filter(|share| (1.0 - SURE) < *share && *share < SURE);
        Some(match basis {
            Some(basis) if !work.engine.tells_chosen() => {
                (ruling.drawn_under_rules)(count, basis.tried, basis.proved, edge.count())
            }
            _ => (words.drawn)(count, edge.count()),
        })
    };
    let seed = (words.seed_is)(&work.engine.seed());
    view! {
        <Message kind=MessageKind::Info test="drawn">
            {live(edge)} " " <small class="muted num">{seed}</small>
        </Message>
    }
}
