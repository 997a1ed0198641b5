//! Choices in an order: taps put them in line, arrows move them.
//!
//! Always: every tap journals the order as it stands; keyboards and screen readers do it by the same buttons.
//! Never: orders by itself what nobody tapped.

use leptos::prelude::*;
use shared::answers::{Answer, Change, Value};
use shared::questionnaire::interview::ChoiceView;

use super::{Asked, Head, heading};
use crate::i18n::texts;
use crate::ui::{live, view};

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let write = move |names: Vec<String>| {
        asked.write(if names.is_empty() {
            Change::Unset
        } else {
            Change::Set(Value::Choices(names))
        });
    };
    let body = move || {
        let words = &texts().collector.controls;
        let ranked = ranked(asked);
        let choices = asked.view.with(|view| view.choices.clone());
        let label = |name: &String| {
            let found = choices.iter().find(|choice| choice.name == *name);
            found.map_or_else(|| name.clone(), |choice| choice.label.clone())
        };
        let line = |(at, name): (usize, &String)| {
            let moved = |to: Option<usize>| {
                let mut names = ranked.clone();
                let name = names.remove(at);
                if let Some(to) = to {
                    names.insert(to.min(names.len()), name);
                }
                names
            };
            let label = label(name);
            let button = |sign, text: String, names: Vec<String>, is_off, test| {
                let press = move |_| write(names.clone());
                view! {
                    <button type="button" class="icon" aria-label=text disabled=is_off data-test=test on:click=press>
                        {sign}
                    </button>
                }
            };
            view! {
                <li class="ranked">
                    <b class="num">{at + 1}</b>
                    <span class="sp">{label.clone()}</span>
                    {button("↑", words.rank_up(&label), moved(at.checked_sub(1).or(Some(0))), at == 0, "rank-up")}
                    {button("↓", words.rank_down(&label), moved(Some(at + 1)), at + 1 == ranked.len(), "rank-down")}
                    {button("×", words.rank_out(&label), moved(None), false, "rank-out")}
                </li>
            }
        };
        let lines = ranked.iter().enumerate().map(line).collect_view();
        let open: Vec<ChoiceView> = choices
            .iter()
            .filter(|choice| !ranked.contains(&choice.name))
            .cloned()
            .collect();
        let has_open = !open.is_empty() && !ranked.is_empty();
        let add = |choice: ChoiceView| {
            let mut names = ranked.clone();
            names.push(choice.name.clone());
            let test = format!("rank-{}", choice.name);
            let press = move |_| write(names.clone());
            view! { <button type="button" class="btn full unranked" data-test=test on:click=press>{choice.label}</button> }
        };
        let added = open.into_iter().map(add).collect_view();
        view! {
            <ol class="plain stack tight" data-test="ranking">{lines}</ol>
            <p class="small muted" hidden=!has_open>{words.rank_open()}</p>
            <div class="stack tight">{added}</div>
        }
    };
    view! {
        <div class="q">
            {heading(&head)}
            <p class="small muted">{texts().collector.controls.rank_hint()}</p>
            {live(body)}
        </div>
    }
}

fn ranked(asked: Asked) -> Vec<String> {
    match asked.answer() {
        Some(Answer::Value(Value::Choices(names))) => names,
        _ => Vec::new(),
    }
}
