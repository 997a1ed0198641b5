//! One or several choices, as real radio buttons and checkboxes with large labels.
//!
//! Always: the group has a legend; arrow keys and screen readers work as they do everywhere.
//! Never: decides which choices may stand together; that is the questionnaire's.

use leptos::prelude::*;

use super::basics::Message;
use super::field::{Note, required_mark};
use super::{live, view};

/// How many may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pick {
    One,
    Many,
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    /// A second line, or empty.
    pub hint: String,
}

/// A group of choices.
#[component]
pub fn Options(
    /// Unique on the screen.
    #[prop(into)]
    id: String,
    #[prop(into)] legend: String,
    pick: Pick,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    /// The values that are chosen.
    #[prop(into)]
    chosen: Signal<Vec<String>>,
    /// All values that are chosen after a press, in the order of the choices.
    #[prop(into)]
    on_choose: Callback<Vec<String>>,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] readonly: Signal<bool>,
    #[prop(optional, into)] note: Signal<Option<Note>>,
    #[prop(optional)] plain: bool,
    /// What stands under the label of the choice with this value.
    #[prop(optional)]
    beside: Option<Callback<String, AnyView>>,
) -> AnyView {
    let (hint_id, note_id) = (format!("{id}-hint"), format!("{id}-note"));
    let described = format!("{hint_id} {note_id}");
    let name = id.clone();
    let choose = move |value: &str, is_on: bool| {
        let before = chosen.get_untracked();
        let is_chosen = |choice: &Choice| match pick {
            Pick::One => choice.value == value,
            Pick::Many if choice.value == value => is_on,
            Pick::Many => before.contains(&choice.value),
        };
        let after = choices.with_untracked(|choices| {
            let kept = choices.iter().filter(|choice| is_chosen(choice));
            kept.map(|choice| choice.value.clone()).collect()
        });
        on_choose.run(after);
    };
    let option = move |choice: Choice| {
        let value = choice.value.clone();
        let is_on = move || chosen.with(|chosen| chosen.contains(&value));
        let test = format!("{name}-{}", choice.value);
        let beside_of = choice.value.clone();
        view! {
            <label class="opt" data-test=test>
                <input
                    type=if pick == Pick::One { "radio" } else { "checkbox" }
                    name=name.clone()
                    value=choice.value.clone()
                    prop:checked=is_on
                    disabled=move || readonly.get()
                    on:change=move |event| choose(&choice.value, event_target_checked(&event))
                />
                <span>
                    {choice.label}
                    {(!choice.hint.is_empty()).then(|| view! { <span class="hint">{choice.hint}</span> })}
                    {beside.map(|beside| beside.run(beside_of))}
                </span>
            </label>
        }
    };
    let below = move || {
        note.get()
            .map(|note| view! { <Message kind=note.kind>{note.text}</Message> })
    };
    view! {
        <fieldset class="q" class:plain=plain id=id.clone() data-test=id aria-describedby=described tabindex="-1">
            <legend>{legend} {required.then(required_mark)}</legend>
            <p class="hint" id=hint_id hidden=hint.is_empty()>{hint.clone()}</p>
            <div class="opts">
                {live(move || choices.get().into_iter().map(option.clone()).collect_view())}
            </div>
            <div id=note_id>{live(below)}</div>
        </fieldset>
    }
}
