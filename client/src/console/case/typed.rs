//! The right answer, where none of the given ones is.
//!
//! Always: a full stop in a decimal number is asked about, never guessed.
//! Never: writes what does not fit the question.

use leptos::prelude::*;
use shared::answers::{Change, Decimal, Value};
use shared::questionnaire::interview::ItemView;
use shared::questionnaire::model::Kind;
use shared::questionnaire::typed::{TypedProblem, format_value, parse_typed};

use crate::i18n::texts;
use crate::platform;
use crate::ui::{Button, Field, FieldKind, Message, MessageKind, view};

/// A control for the kind of the question; nothing for what cannot be typed at a desk.
pub(super) fn entry(item: Option<ItemView>, enter: Callback<Change>) -> Option<AnyView> {
    let words = &texts().console.review;
    let item = item?;
    let control = match item.kind {
        Kind::SelectOne => choose_one(&item, enter),
        Kind::SelectMultiple => choose_several(&item, enter),
        Kind::Text | Kind::Integer | Kind::Decimal | Kind::Range | Kind::Date | Kind::Time => {
            typed(&item, enter)
        }
        _ => return None,
    };
    let unknown = move |_| enter.run(Change::Unknown);
    Some(view! {
        <details class="own-answer" data-test="own-answer">
            <summary>{words.enter_right_one}</summary>
            <div class="stack tight">
                {control}
                <div class="alt"><button type="button" on:click=unknown>{words.unknown}</button></div>
            </div>
        </details>
    })
}

fn choose_one(item: &ItemView, enter: Callback<Change>) -> AnyView {
    let words = &texts().console.review;
    let option = |choice: &shared::questionnaire::interview::ChoiceView| {
        view! { <option value=choice.name.clone()>{choice.label.clone()}</option> }
    };
    let options: Vec<_> = item.choices.iter().map(option).collect();
    let press = move |event| {
        let name: String = event_target_value(&event);
        if !name.is_empty() {
            enter.run(Change::Set(Value::Choice(name)));
        }
    };
    view! {
        <label class="field">
            <span class="sr">{words.enter_right_one}</span>
            <select data-test="own-choice" on:change=press>
                <option value="">{words.choose}</option>
                {options}
            </select>
        </label>
    }
}

fn choose_several(item: &ItemView, enter: Callback<Change>) -> AnyView {
    let words = &texts().console.review;
    let order: Vec<String> = item
        .choices
        .iter()
        .map(|choice| choice.name.clone())
        .collect();
    let picked = RwSignal::new(Vec::<String>::new());
    let option = |choice: &shared::questionnaire::interview::ChoiceView| {
        let name = choice.name.clone();
        let press = move |_| {
            picked.update(
                |picked| match picked.iter().position(|each| *each == name) {
                    Some(at) => {
                        picked.remove(at);
                    }
                    None => picked.push(name.clone()),
                },
            );
        };
        view! { <label class="opt"><input type="checkbox" on:change=press/>{choice.label.clone()}</label> }
    };
    let options: Vec<_> = item.choices.iter().map(option).collect();
    let save = move |_| {
        let picked = picked.get_untracked();
        let names = order.iter().filter(|name| picked.contains(name)).cloned();
        enter.run(Change::Set(Value::Choices(names.collect())));
    };
    view! {
        <div class="opts">{options}</div>
        <Button small=true on_press=save test="own-save">{words.set_this}</Button>
    }
}

fn typed(item: &ItemView, enter: Callback<Change>) -> AnyView {
    let words = &texts().console.review;
    let kind = item.kind;
    let text = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<TypedProblem>);
    let save = move |_| match parse_typed(kind, &platform::nfc(&text.get_untracked())) {
        Ok(value) => {
            problem.set(None);
            enter.run(Change::Set(value));
        }
        Err(found) => problem.set(Some(found)),
    };
    let below = move || problem.get().map(|found| explained(found, enter));
    let field = match kind {
        Kind::Integer => FieldKind::Integer,
        Kind::Decimal | Kind::Range => FieldKind::Decimal,
        _ => FieldKind::Text,
    };
    let hint = match kind {
        Kind::Date => words.date_hint,
        Kind::Time => words.time_hint,
        _ => "",
    };
    view! {
        <Field
            id=format!("own-{}", item.name)
            kind=field
            label=words.right_answer
            plain=true
            hint=hint
            unit=item.unit.clone()
            value=text
            on_input=move |typed| text.set(typed)
        />
        {below}
        <Button small=true on_press=save test="own-save">{words.set_this}</Button>
    }
}

fn explained(problem: TypedProblem, enter: Callback<Change>) -> AnyView {
    let words = &texts().console.review;
    let text = match problem {
        TypedProblem::AskFullStop {
            as_thousands,
            as_decimal,
        } => {
            let choice = move |number: Decimal| {
                let value = Value::Decimal(number);
                let shown = format_value(&value);
                let press = move |_| enter.run(Change::Set(value.clone()));
                view! { <button type="button" on:click=press>{shown}</button> }
            };
            let choices: Vec<_> = [as_thousands, as_decimal]
                .into_iter()
                .flatten()
                .map(choice)
                .collect();
            return view! {
                <Message kind=MessageKind::Doubt>
                    {words.which_number}
                    <span class="alt">{choices}</span>
                </Message>
            };
        }
        TypedProblem::Empty => words.typed_empty,
        TypedProblem::NotANumber | TypedProblem::TooLarge => words.typed_not_a_number,
        TypedProblem::NotWhole => words.typed_not_whole,
        TypedProblem::NotADate => words.date_hint,
        TypedProblem::NotATime => words.time_hint,
        TypedProblem::TooLong | TypedProblem::NotTyped => words.typed_too_long,
    };
    view! { <Message kind=MessageKind::Error test="own-problem">{text}</Message> }
}
