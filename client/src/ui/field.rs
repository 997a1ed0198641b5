//! One typed answer: label, hint, control with its unit inside, and its message below.
//!
//! Always: the keyboard fits the kind; the message is tied to the control for screen readers.
//! Never: changes what a person typed while they type.

use leptos::prelude::*;

use super::basics::{Message, MessageKind};
use super::{live, view};
use crate::i18n::texts;

/// Which keyboard and control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldKind {
    #[default]
    Text,
    /// Several lines.
    Long,
    Integer,
    Decimal,
    Date,
    Month,
    Time,
    DateTime,
    Password,
    Search,
}

impl FieldKind {
    fn input_type(self) -> &'static str {
        match self {
            FieldKind::Text | FieldKind::Long | FieldKind::Integer | FieldKind::Decimal => "text",
            FieldKind::Date => "date",
            FieldKind::Month => "month",
            FieldKind::Time => "time",
            FieldKind::DateTime => "datetime-local",
            FieldKind::Password => "password",
            FieldKind::Search => "search",
        }
    }

    fn input_mode(self) -> Option<&'static str> {
        match self {
            FieldKind::Integer => Some("numeric"),
            FieldKind::Decimal => Some("decimal"),
            FieldKind::Search => Some("search"),
            FieldKind::Text
            | FieldKind::Long
            | FieldKind::Date
            | FieldKind::Month
            | FieldKind::Time
            | FieldKind::DateTime
            | FieldKind::Password => None,
        }
    }
}

/// What stands below a control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub kind: MessageKind,
    pub text: String,
}

impl Note {
    pub fn error(text: impl Into<String>) -> Note {
        Note {
            kind: MessageKind::Error,
            text: text.into(),
        }
    }

    pub fn doubt(text: impl Into<String>) -> Note {
        Note {
            kind: MessageKind::Doubt,
            text: text.into(),
        }
    }
}

/// A typed answer.
#[component]
pub fn Field(
    /// Unique on the screen; the control's id.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    /// Every key.
    #[prop(into)]
    on_input: Callback<String>,
    /// The control got the keyboard.
    #[prop(optional, into)]
    on_enter: Option<Callback<()>>,
    /// The control was left.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    #[prop(optional)] kind: FieldKind,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] unit: String,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] readonly: Signal<bool>,
    #[prop(optional, into)] note: Signal<Option<Note>>,
    /// The browser's name for what is typed: `username`, `current-password`; else `off`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A smaller label, for forms of the office.
    #[prop(optional)]
    plain: bool,
) -> AnyView {
    let kind_of_note = move || note.with(|note| note.as_ref().map(|note| note.kind));
    let (hint_id, note_id) = (format!("{id}-hint"), format!("{id}-note"));
    let described = format!("{hint_id} {note_id}");
    let enter = move || {
        if let Some(on_enter) = on_enter {
            on_enter.run(());
        }
    };
    let leave = move || {
        // A field that vanishes while it has the keyboard is left too, after its screen is gone.
        if let Some(on_leave) = on_leave {
            let _ = on_leave.try_run(());
        }
    };
    let invalid = move || (kind_of_note() == Some(MessageKind::Error)).then_some("true");
    let control = match kind {
        FieldKind::Long => view! {
            <textarea
                id=id.clone()
                data-test=id.clone()
                rows="3"
                prop:value=move || value.get()
                readonly=move || readonly.get()
                required=required
                aria-describedby=described
                aria-invalid=invalid
                on:input=move |event| on_input.run(event_target_value(&event))
                on:focus=move |_| enter()
                on:blur=move |_| leave()
            ></textarea>
        },
        _ => view! {
            <input
                id=id.clone()
                data-test=id.clone()
                type=kind.input_type()
                inputmode=kind.input_mode()
                autocomplete=autocomplete
                enterkeyhint="next"
                prop:value=move || value.get()
                readonly=move || readonly.get()
                aria-required=required.then_some("true")
                aria-describedby=described
                aria-invalid=invalid
                on:input=move |event| on_input.run(event_target_value(&event))
                on:focus=move |_| enter()
                on:blur=move |_| leave()
            />
        },
    };
    let unit = (!unit.is_empty()).then(|| view! { <span class="unit">{unit}</span> });
    let below = move || {
        let note = note.get();
        note.map(|note| view! { <Message kind=note.kind>{note.text}</Message> })
    };
    view! {
        <div class="q" class:plain=plain>
            <label class="label" for=id>{label} {required.then(required_mark)}</label>
            <p class="hint" id=hint_id hidden=hint.is_empty()>{hint.clone()}</p>
            <div
                class="field"
                class:error=move || kind_of_note() == Some(MessageKind::Error)
                class:doubt=move || kind_of_note() == Some(MessageKind::Doubt)
                class:readonly=move || readonly.get()
            >
                {control} {unit}
            </div>
            <div id=note_id>{live(below)}</div>
        </div>
    }
}

/// The star of a required question, with its word for screen readers.
pub(super) fn required_mark() -> AnyView {
    view! {
        <span class="req" aria-hidden="true">" *"</span>
        <span class="sr">{format!(" ({})", texts().common.required)}</span>
    }
}
