//! The rules of a programme in words: who may be chosen, how many, under which rules that cross.
//!
//! Always: every rule of the method's document, so that screen and paper say the same.
//! Never: judges a village; `shared::priority` does.

use leptos::prelude::WithValue as _;
use shared::priority::{Direction, Locked, Method, Programme, Quota, number_text, parse};

use super::Work;
use super::words::{say, score_text};
use crate::i18n::texts;

/// Decimals of a distance or a minimum in words, as far as they are written.
const DECIMALS: u8 = 3;

/// The method's programme, where it has one.
pub fn programme_of(work: Work) -> Option<Programme> {
    let method = work.frozen.with_value(|frozen| parse(&frozen.document));
    method.ok()?.programme
}

/// Separators are Indonesian in both languages.
pub fn number(value: f64, decimals: u8) -> String {
    number_text(value, decimals).id
}

/// What a village must fulfil.
pub fn eligibility(programme: &Programme) -> Vec<String> {
    let rules = programme.eligibility.iter();
    rules.map(|rule| say(&rule.label).to_owned()).collect()
}

/// How many may be chosen, and what else must hold of them; `name` is that of a village by its code.
pub fn quota(method: &Method, programme: &Programme, name: impl Fn(&str) -> String) -> Vec<String> {
    let (words, priority) = (&texts().console.ruling, &texts().console.priority);
    let quota = &programme.quota;
    let is_kawasan = programme.kawasan.is_some();
    let mut lines = vec![match is_kawasan {
        true => (words.kawasan_per_area)(quota.per_area),
        false => (words.per_area)(quota.per_area),
    }];
    lines.extend(quota.per_subdistrict.map(words.per_subdistrict));
    lines.extend(quota.total.map(priority.quota_total));
    let earmarks = quota.earmarks.iter();
    lines.extend(earmarks.map(|it| (words.earmark)(say(&it.label), it.places)));
    if !is_kawasan && 0 < quota.reserves {
        lines.push((words.reserves)(quota.reserves));
    }
    lines.extend(mixes(quota));
    if let Some(spacing) = &quota.spacing {
        lines.extend(spacing.km.map(|km| (words.spacing)(&number(km, DECIMALS))));
        if !spacing.borders.is_empty() {
            lines.push(words.borders.to_owned());
        }
    }
    for lock in &quota.locks {
        let said = match lock.place {
            Locked::In => words.locked_in,
            Locked::Out => words.locked_out,
        };
        lines.push(said(&name(&lock.code), &lock.by, &lock.reason));
    }
    lines.extend(kawasan(method, programme));
    lines
}

pub fn mixes(quota: &Quota) -> Vec<String> {
    let words = &texts().console.ruling;
    let mix = quota.mixes.iter();
    mix.map(|it| (words.mix)(say(&it.label), it.at_least, it.at_most))
        .collect()
}

/// What makes a kawasan.
fn kawasan(method: &Method, programme: &Programme) -> Vec<String> {
    let words = &texts().console.ruling;
    let Some(kawasan) = &programme.kawasan else {
        return Vec::new();
    };
    let mut lines = vec![(words.kawasan_members_max)(kawasan.members_max)];
    let near = kawasan.neighbours.km;
    lines.extend(near.map(|km| (words.kawasan_near)(&number(km, DECIMALS))));
    if !kawasan.neighbours.borders.is_empty() {
        lines.push(words.kawasan_listed.to_owned());
    }
    let totals = kawasan.totals.iter();
    lines.extend(totals.map(|total| {
        let minimum = number(total.at_least, DECIMALS);
        (words.kawasan_total)(say(&total.label), &minimum)
    }));
    let mut dimensions = method.dimensions.iter();
    let centre = dimensions.find(|it| it.id == kawasan.centre);
    lines.extend(centre.map(|it| (words.kawasan_centre_rule)(say(&it.label))));
    lines
}

/// What decides between equal scores, in order.
pub fn tie_rule(method: &Method, programme: &Programme) -> String {
    let words = &texts().console.ruling;
    let mut parts = vec![(words.rounding)(method.decimals)];
    let keys = programme.tie_break.iter();
    parts.extend(keys.map(|key| {
        let largest = key.direction == Direction::Higher;
        (words.tie_key)(say(&key.label), largest)
    }));
    parts.push(words.lottery.to_owned());
    parts.join(", ")
}

/// What becomes of villages that are not fit to be judged.
pub fn held(method: &Method) -> String {
    say(&method.held.words()).to_owned()
}

/// What keeps villages out before anything is ranked, and how ranges came about.
pub fn before_ranking(method: &Method) -> Vec<String> {
    let words = &texts().console.ruling;
    let percent = |share: f64| score_text(share * 100.0, 0);
    let screening = method.screening.iter();
    let mut lines: Vec<String> = screening
        .map(|it| (words.screening)(&percent(it.min_available), &percent(it.max_zeros)))
        .collect();
    if method.programme.is_some() {
        lines.push(held(method));
    }
    let uncertainty = method.uncertainty.clone().unwrap_or_default();
    let spread = percent(uncertainty.weight_spread);
    lines.push((words.draws)(uncertainty.draws, &spread));
    lines
}
