//! A number between two ends: slid, or stepped by − and +.
//!
//! Always: without an answer the slider says so; the middle is not an answer.
//! Never: gives a number that is not a step.

use leptos::prelude::*;
use shared::answers::{Answer, Change, Decimal, Value};
use shared::questionnaire::typed::format_value;
use web_sys::HtmlInputElement;

use super::{Asked, Head, heading};
use crate::i18n::texts;
use crate::ui::{live, view};

/// The ends and the step, in units of the smallest decimal that any of them has, so that steps are exact.
#[derive(Debug, Clone, Copy)]
struct Scale {
    from: i64,
    to: i64,
    step: i64,
    /// Digits after the point.
    places: usize,
}

impl Scale {
    fn of(asked: Asked) -> Scale {
        let text = |key, other: &str| asked.parameter(key).unwrap_or_else(|| other.to_owned());
        let texts = [text("start", "1"), text("end", "10"), text("step", "1")];
        let fraction = |text: &String| text.split_once('.').map_or(0, |(_, digits)| digits.len());
        let places = texts.iter().map(fraction).max().unwrap_or(0).min(6);
        let [from, to, step] = texts.map(|text| units(&text, places));
        Scale {
            from,
            to,
            step: if step == 0 { 1 } else { step.abs() },
            places,
        }
    }

    fn text(self, units: i64) -> String {
        if self.places == 0 {
            return units.to_string();
        }
        let sign = if units < 0 { "-" } else { "" };
        let digits = format!("{:0width$}", units.unsigned_abs(), width = self.places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - self.places);
        format!("{sign}{whole}.{fraction}")
    }

    fn value(self, units: i64) -> Option<Value> {
        match self.places {
            0 => Some(Value::Integer(units)),
            _ => Decimal::parse(&self.text(units)).map(Value::Decimal),
        }
    }

    /// The nearest step within the ends.
    fn held(self, units: i64) -> i64 {
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        let steps = (units - low + self.step / 2).div_euclid(self.step);
        let last = (high - low) / self.step;
        low + steps.clamp(0, last) * self.step
    }
}

/// A decimal text as a whole number of its last place; what is no number is 0.
fn units(text: &str, places: usize) -> i64 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits: String = fraction
        .chars()
        .chain("000000".chars())
        .take(places)
        .collect();
    format!("{whole}{digits}").parse().unwrap_or(0)
}

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let scale = Scale::of(asked);
    let current = move || match asked.answer() {
        Some(Answer::Value(value)) => Some(units(&value.lexical(), scale.places)),
        _ => None,
    };
    let write = move |units: i64| {
        if let Some(value) = scale.value(scale.held(units)) {
            asked.write(Change::Set(value));
        }
    };
    let nudge = move |by: i64| {
        let low = scale.from.min(scale.to);
        write(current().map_or(low, |units| units + by));
    };
    let slid = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        write(units(&input.value(), scale.places));
    };
    let unit = head.unit.clone();
    let shown = move || match asked.answer() {
        Some(Answer::Value(value)) => view! {
            <output class="value big num" data-test="range-value">
                {format_value(&value)} " " <span class="muted small">{unit.clone()}</span>
            </output>
        },
        _ => view! { <p class="muted">{texts().collector.controls.range_empty()}</p> },
    };
    let words = &texts().collector.controls;
    let label = head.label.clone();
    let (low, high) = (scale.from.min(scale.to), scale.from.max(scale.to));
    let end = |units| scale.value(units).map(|value| format_value(&value));
    view! {
        <div class="q">
            {heading(&head)}
            {live(shown)}
            <div class="row slide">
                <button type="button" class="btn" aria-label=words.less() data-test="range-less" on:click=move |_| nudge(-scale.step)>"−"</button>
                <input
                    type="range"
                    id=format!("input-{}", asked.name())
                    aria-label=label
                    min=scale.text(low)
                    max=scale.text(high)
                    step=scale.text(scale.step)
                    class:untouched=move || current().is_none()
                    prop:value=move || current().map_or_else(|| scale.text(low), |units| scale.text(units))
                    on:change=slid
                />
                <button type="button" class="btn" aria-label=words.more() data-test="range-more" on:click=move |_| nudge(scale.step)>"+"</button>
            </div>
            <div class="row apart small muted num"><span>{end(low)}</span><span>{end(high)}</span></div>
        </div>
    }
}
