//! Scores drawn on one scale: a dot for the score, a bar for what is possible, ticks where classes end.
//!
//! Always: the same scale in every row; the numbers stand beside the drawing for those who cannot see it.
//! Never: colours by style; classes of the style sheet do that.

use leptos::prelude::*;
use shared::priority::{Class, Ranking};

use super::words::score_text;
use crate::i18n::texts;
use crate::ui::view;

const WIDTH: f64 = 160.0;
const EDGE: f64 = 7.0;
/// Colours from the lowest class to the highest; `step0` and so on in the style sheet.
const CLASS_COLOURS: usize = 5;

/// From the lowest to the highest score that is possible for anybody in the list.
#[derive(Debug, Clone)]
pub struct Scale {
    pub low: f64,
    pub high: f64,
    pub decimals: u8,
    /// Where classes end.
    bounds: Vec<f64>,
}

impl Scale {
    pub fn of(ranking: &Ranking) -> Scale {
        let values = ranking
            .units
            .iter()
            .flat_map(|unit| [unit.lower, unit.upper])
            .flatten();
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if high <= low {
            let middle = if low.is_finite() { low } else { 0.0 };
            (low, high) = (middle - 0.5, middle + 0.5);
        }
        let bounds = ranking
            .classes
            .iter()
            .filter_map(|class: &Class| class.up_to);
        Scale {
            low,
            high,
            decimals: ranking.decimals,
            bounds: bounds
                .filter(|bound| low < *bound && *bound < high)
                .collect(),
        }
    }

    fn place(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        EDGE + share * (WIDTH - 2.0 * EDGE)
    }

    /// One score with its interval.
    pub fn draw(&self, score: Option<f64>, lower: Option<f64>, upper: Option<f64>) -> AnyView {
        let text = |value: f64| score_text(value, self.decimals);
        let (low, high) = (lower.or(score), upper.or(score));
        let (Some(low), Some(high)) = (low, high) else {
            return ().into_any();
        };
        let said = match score {
            Some(score) => {
                (texts().console.priority.interval_words)(&text(score), &text(low), &text(high))
            }
            None => format!("{} – {}", text(low), text(high)),
        };
        let (from, to) = (self.place(low), self.place(high));
        let dot = score.map(
            |score| view! { <circle class="dot" cx=at(self.place(score)) cy="12" r="6"></circle> },
        );
        let ticks = self.bounds.iter().map(|bound| {
            let x = at(self.place(*bound));
            view! { <line class="tick" x1=x.clone() x2=x y1="2" y2="22"></line> }
        });
        view! {
            <svg class="scale" viewBox="0 0 160 24" role="img" aria-label=said>
                <line class="axis" x1=at(EDGE) x2=at(WIDTH - EDGE) y1="12" y2="12"></line>
                {ticks.collect_view()}
                <line class="bar" x1=at(from) x2=at(to.max(from + 0.5)) y1="12" y2="12"></line>
                {dot}
            </svg>
        }
    }
}

fn at(x: f64) -> String {
    format!("{x:.1}")
}

/// How many villages each class has, as one bar and in words.
#[component]
pub fn ClassSpread(
    /// Word and count, from the lowest class up.
    classes: Vec<(String, usize)>,
) -> AnyView {
    let words = &texts().console.priority;
    let all: usize = classes.iter().map(|(_, count)| count).sum();
    if all == 0 {
        return ().into_any();
    }
    let mut from = 0.0;
    let count = classes.len();
    let mut pieces = Vec::new();
    for (index, (_, here)) in classes.iter().enumerate() {
        let width = *here as f64 / all as f64 * 100.0;
        let class = format!("step{}", index * CLASS_COLOURS / count.max(1));
        pieces
            .push(view! { <rect class=class x=at(from) y="0" width=at(width) height="10"></rect> });
        from += width;
    }
    let word = |(index, (name, here)): (usize, &(String, usize))| {
        let class = format!("swatch step{}", index * CLASS_COLOURS / count.max(1));
        view! {
            <li><span class=class aria-hidden="true"></span>{name.clone()} " " <b class="num">{here.to_string()}</b></li>
        }
    };
    view! {
        <figure class="spread" data-test="class-spread">
            <figcaption class="small muted">{words.classes}</figcaption>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{pieces}</svg>
            <ul class="plain row small">{classes.iter().enumerate().map(word).collect_view()}</ul>
        </figure>
    }
}
