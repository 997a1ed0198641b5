//! The potential of a village: which single rung more would raise its score the most.
//!
//! Always: says whether it would reach the next class, and whether the rung is verified.
//! Never: promises anything; everything else stays as it is.

use leptos::prelude::*;
use shared::priority::{Gain, RankedUnit, Ranking, gains, parse};

use super::Work;
use super::sliders::label_of;
use super::words::{say, score_text};
use crate::i18n::texts;
use crate::ui::{ChipKind, view};

/// So many are named.
const NAMED_MAX: usize = 5;

pub fn gains_view(work: Work, ranking: &Ranking, unit: &RankedUnit) -> AnyView {
    let words = &texts().console.plots;
    let method = work.frozen.with_value(|frozen| parse(&frozen.document));
    let found = method
        .map(|method| gains(&method, unit))
        .unwrap_or_default();
    let more = found.iter().filter(|gain| 0.0 < gain.gain);
    let named: Vec<&Gain> = more.take(NAMED_MAX).collect();
    if named.is_empty() {
        return ().into_any();
    }
    let item = |gain: &Gain| {
        let raised = score_text(gain.gain, ranking.decimals);
        let text = (words.gain)(say(&gain.rung), &raised);
        let reaches = gain.reaches_next.then(|| {
            view! { " " <span class=ChipKind::Ok.class()>{words.reaches_next}</span> }
        });
        let unverified = (!gain.verified).then(|| {
            let word = texts().console.priority.unverified;
            view! { " " <span class=ChipKind::Wait.class()>{word}</span> }
        });
        view! {
            <li><b>{label_of(ranking, &gain.indicator)}</b> ": " <span class="num">{text}</span>{reaches}{unverified}</li>
        }
    };
    view! {
        <section class="panel pad stack tight" data-test="gains">
            <h3>{words.gains}</h3>
            <ul class="reasons">{named.into_iter().map(item).collect_view()}</ul>
        </section>
    }
}
