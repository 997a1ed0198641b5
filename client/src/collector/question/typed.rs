//! A typed answer: text, whole number, decimal, date, month, year, time; a code may be scanned instead.
//!
//! Always: numbers are read and written with Indonesian separators; a full stop in a decimal asks what was meant.
//! Never: changes the text while it is typed; it is put in order when the field is left.

use leptos::prelude::*;
use shared::answers::{Answer, Change, Value};
use shared::questionnaire::model::Kind;
use shared::questionnaire::typed::{TypedProblem, format_value};

use super::{Asked, Head, scan};
use crate::collector::work::read;
use crate::i18n::texts;
use crate::platform;
use crate::ui::{Button, Field, FieldKind, Message, MessageKind, Note, effect, kept, live, view};

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let kind = asked.kind();
    let text = RwSignal::new(shown(
        kind,
        asked.view.with_untracked(|view| view.answer.clone()),
    ));
    let problem = RwSignal::new(None::<TypedProblem>);
    follow_answer(asked, text, problem);
    let part = DatePart::of(asked);
    let typed = move |typed: String| {
        let typed = part.completed(typed);
        text.set(typed.clone());
        problem.set(read(kind, &typed).err());
        asked.work.type_text(&asked.path(), kind, typed);
    };
    let leave = move |()| {
        asked.work.leave_field(&asked.path());
        if let Ok(value) = read(kind, &text.get_untracked()) {
            // What others wrote while the field had the keyboard is shown now.
            let path = asked.path();
            let answer = asked.work.look(|open| open.answer(&path).cloned());
            text.set(shown(kind, answer.or(value.map(Answer::Value))));
        }
    };
    let note = Signal::derive(move || {
        let problem = problem.get()?;
        Some(Note::error(problem_text(&problem)?))
    });
    let field_kind = match kind {
        Kind::Integer => FieldKind::Integer,
        Kind::Decimal => FieldKind::Decimal,
        Kind::Date => part.field(),
        Kind::DateTime => FieldKind::DateTime,
        Kind::Time => FieldKind::Time,
        _ if asked.has_appearance("multiline") => FieldKind::Long,
        _ if asked.has_appearance("numbers") => FieldKind::Integer,
        _ => FieldKind::Text,
    };
    view! {
        <Field
            id=field_id(asked)
            label=head.label
            hint=part.hint(head.hint)
            unit=head.unit
            required=head.required
            value=Signal::derive(move || part.shown(text.get()))
            kind=field_kind
            note
            on_input=typed
            on_enter=move |()| asked.work.enter_field(&asked.path())
            on_leave=leave
        />
        {full_stop(asked, text, problem)}
        {(kind == Kind::Barcode).then(|| scan::button(asked))}
    }
}

/// How much of a date is asked: months and years are stored by their first day, as ODK does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DatePart {
    Whole,
    Month,
    Year,
}

impl DatePart {
    fn of(asked: Asked) -> DatePart {
        match asked.kind() {
            Kind::Date if asked.has_appearance("month-year") => DatePart::Month,
            Kind::Date if asked.has_appearance("year") => DatePart::Year,
            _ => DatePart::Whole,
        }
    }

    fn field(self) -> FieldKind {
        match self {
            DatePart::Whole => FieldKind::Date,
            DatePart::Month => FieldKind::Month,
            DatePart::Year => FieldKind::Integer,
        }
    }

    /// A typed month or year as a date; half a year is nothing yet.
    fn completed(self, typed: String) -> String {
        match (self, typed.len()) {
            (DatePart::Month, 7) => format!("{typed}-01"),
            (DatePart::Year, 4) => format!("{typed}-01-01"),
            _ => typed,
        }
    }

    /// The part of a date that the control shows.
    fn shown(self, text: String) -> String {
        let letters = match self {
            DatePart::Whole => return text,
            DatePart::Month => 7,
            DatePart::Year => 4,
        };
        text.chars().take(letters).collect()
    }

    fn hint(self, hint: String) -> String {
        match self {
            DatePart::Year if hint.is_empty() => texts().collector.controls.year_hint().to_owned(),
            _ => hint,
        }
    }
}

/// Shows what others wrote, or what was taken back, unless it is being typed in.
fn follow_answer(asked: Asked, text: RwSignal<String>, problem: RwSignal<Option<TypedProblem>>) {
    let answer = kept(move || asked.answer());
    effect(move |is_first| {
        let answer = answer.get();
        if is_first || asked.work.is_typing_at(&asked.path()) || has_keyboard(asked) {
            return;
        }
        let typed = text.get_untracked();
        let value = answer.as_ref().and_then(Answer::value).cloned();
        let says_it = match read(asked.kind(), &typed) {
            Ok(read) => read == value,
            // The text cannot be read, so it stands for no answer.
            Err(_) => answer.is_none(),
        };
        if !says_it {
            text.set(shown(asked.kind(), answer));
            problem.set(None);
        }
    });
}

/// Is the person in this field?
fn has_keyboard(asked: Asked) -> bool {
    let active = platform::document().active_element();
    active.is_some_and(|element| element.id() == field_id(asked))
}

fn field_id(asked: Asked) -> String {
    format!("input-{}", asked.name())
}

/// A full stop in a decimal: thousands or the fraction?
fn full_stop(
    asked: Asked,
    text: RwSignal<String>,
    problem: RwSignal<Option<TypedProblem>>,
) -> AnyView {
    let take = move |value: Value| {
        text.set(format_value(&value));
        problem.set(None);
        asked.write(Change::Set(value));
    };
    let button = move |value: Option<Value>, say: &dyn Fn(&str) -> String, test: &'static str| {
        let value = value?;
        let label = say(&format_value(&value));
        let press = move |_| take(value.clone());
        Some(view! { <Button small=true test on_press=press>{label}</Button> })
    };
    let question = move || {
        let Some(TypedProblem::AskFullStop {
            as_thousands,
            as_decimal,
        }) = problem.get()
        else {
            return None;
        };
        let words = &texts().collector;
        Some(view! {
            <Message kind=MessageKind::Doubt test="full-stop">
                <span>{words.full_stop()}</span>
                <div class="row">
                    {button(as_thousands.map(Value::Decimal), &|number| words.full_stop_thousands(number), "full-stop-thousands")}
                    {button(as_decimal.map(Value::Decimal), &|number| words.full_stop_decimal(number), "full-stop-decimal")}
                </div>
            </Message>
        })
    };
    live(question)
}

/// The text of an answer as the control takes it.
fn shown(kind: Kind, answer: Option<Answer>) -> String {
    match (kind, answer) {
        // The browser's own control for dates reads and shows them by itself.
        (Kind::Date, Some(Answer::Value(value))) => value.lexical(),
        (Kind::Time, Some(Answer::Value(value))) => value.lexical().chars().take(5).collect(),
        (Kind::DateTime, Some(Answer::Value(value))) => value.lexical().chars().take(16).collect(),
        (_, Some(Answer::Value(value))) => format_value(&value),
        (_, Some(Answer::Unknown | Answer::Refused) | None) => String::new(),
    }
}

fn problem_text(problem: &TypedProblem) -> Option<&'static str> {
    let words = &texts().collector;
    match problem {
        // A question of its own stands below.
        TypedProblem::Empty | TypedProblem::AskFullStop { .. } => None,
        TypedProblem::NotANumber => Some(words.not_a_number()),
        TypedProblem::NotWhole => Some(words.not_whole()),
        TypedProblem::TooLarge => Some(words.too_large()),
        TypedProblem::TooLong => Some(words.too_long()),
        TypedProblem::NotADate => Some(words.not_a_date()),
        TypedProblem::NotATime => Some(words.not_a_time()),
        TypedProblem::NotTyped => Some(words.unsupported()),
    }
}
