//! One or several choices; a long list folds away once chosen, and can be searched.
//!
//! Always: choosing journals at once.
//! Never: hides a choice that is chosen.

use leptos::prelude::*;
use shared::answers::{Answer, Change, Value};
use shared::questionnaire::model::Kind;
use shared::text::folded;

use super::{Asked, Head, heading};
use crate::i18n::texts;
use crate::ui::{
    Button, ButtonKind, Choice, Field, FieldKind, Kept, Options, Pick, kept, live, view,
};

/// Longer lists of which one is chosen can be searched and fold away.
const PLAIN_LIST_MAX: usize = 14;

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let pick = match asked.kind() {
        Kind::SelectMultiple => Pick::Many,
        _ => Pick::One,
    };
    let choices = kept(move || choices(asked));
    let chosen = Signal::derive(move || match asked.answer() {
        Some(Answer::Value(Value::Choice(name))) => vec![name],
        Some(Answer::Value(Value::Choices(names))) => names,
        _ => Vec::new(),
    });
    let choose = move |names: Vec<String>| {
        let value = match pick {
            Pick::Many if !names.is_empty() => Some(Value::Choices(names)),
            Pick::Many => None,
            Pick::One => names.into_iter().next().map(Value::Choice),
        };
        asked.write(value.map_or(Change::Unset, Change::Set));
    };
    let is_long = pick == Pick::One && PLAIN_LIST_MAX < choices.with_untracked(Vec::len);
    if is_long {
        return long_list(asked, head, choices, chosen, choose);
    }
    view! {
        <Options
            id=format!("option-{}", asked.name())
            legend=head.label
            hint=head.hint
            required=head.required
            pick
            choices=Signal::derive(move || choices.get())
            chosen
            on_choose=choose
        />
    }
}

fn choices(asked: Asked) -> Vec<Choice> {
    if asked.kind() == Kind::Acknowledge {
        return vec![Choice {
            value: "OK".to_owned(),
            label: texts().collector.understood.to_owned(),
            hint: String::new(),
        }];
    }
    asked.view.with(|view| {
        let choice = |choice: &shared::questionnaire::interview::ChoiceView| Choice {
            value: choice.name.clone(),
            label: choice.label.clone(),
            hint: String::new(),
        };
        view.choices.iter().map(choice).collect()
    })
}

fn long_list(
    asked: Asked,
    head: Head,
    choices: Kept<Vec<Choice>>,
    chosen: Signal<Vec<String>>,
    choose: impl Fn(Vec<String>) + Send + Sync + Copy + 'static,
) -> AnyView {
    let unfolded = RwSignal::new(false);
    let wanted = RwSignal::new(String::new());
    let is_folded = kept(move || !unfolded.get() && !chosen.with(Vec::is_empty));
    let found = kept(move || {
        let wanted = folded(&wanted.get());
        let chosen = chosen.get();
        let is_folded = is_folded.get();
        choices.with(|choices| {
            let shows = |choice: &&Choice| match is_folded {
                true => chosen.contains(&choice.value),
                false => {
                    folded(&choice.label).contains(wanted.trim()) || chosen.contains(&choice.value)
                }
            };
            choices.iter().filter(shows).cloned().collect::<Vec<_>>()
        })
    });
    let pick = move |names: Vec<String>| {
        unfolded.set(false);
        wanted.set(String::new());
        choose(names);
    };
    let tools = move || {
        let words = &texts().collector;
        if is_folded.get() {
            return view! {
                <Button kind=ButtonKind::Quiet test="unfold" on_press=move |_| unfolded.set(true)>
                    {words.choose_another}
                </Button>
            };
        }
        view! {
            <Field
                id=format!("filter-{}", asked.name())
                label=words.search_choices
                value=wanted
                kind=FieldKind::Search
                on_input=move |text| wanted.set(text)
                plain=true
            />
        }
    };
    let legend = head.label.clone();
    view! {
        <div class="q long-list">
            {heading(&head)}
            {live(tools)}
            <Options
                id=format!("option-{}", asked.name())
                legend
                pick=Pick::One
                choices=Signal::derive(move || found.get())
                chosen
                on_choose=pick
            />
        </div>
    }
}
