//! One question over plain data: label, hint, one control, and below it what is to be said about the answer.
//!
//! Always: every question offers "don't know" and "refuses", and takes them back; a choice is journalled at once.
//! Never: built anew while it is typed in, unless its own label changes.

mod aside;
mod choices;
mod draw;
mod file;
mod photo;
mod place;
mod range;
mod rank;
mod rows;
mod scan;
mod sketch;
mod sound;
mod track;
mod typed;

use leptos::prelude::*;
use shared::answers::{Answer, Change};
use shared::ids::Path;
use shared::questionnaire::interview::{ItemView, MediaView};
use shared::questionnaire::model::{Kind, MediaKind};

use super::words::answer_text;
use super::work::Work;
use crate::i18n::texts;
use crate::ui::{kept, live, view};

pub(super) use rows::rows;

/// A question on the screen; copy it freely.
#[derive(Debug, Clone, Copy)]
struct Asked {
    work: Work,
    view: RwSignal<ItemView>,
    /// What never changes while the question stands there.
    fixed: StoredValue<Fixed>,
}

#[derive(Debug, Clone)]
struct Fixed {
    path: Path,
    name: String,
    kind: Kind,
}

/// What a control is built from; when it changes, the control is built anew.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    label: String,
    hint: String,
    unit: String,
    required: bool,
    shown_only: bool,
}

impl Asked {
    fn path(self) -> Path {
        self.fixed.with_value(|fixed| fixed.path.clone())
    }

    fn name(self) -> String {
        self.fixed.with_value(|fixed| fixed.name.clone())
    }

    fn kind(self) -> Kind {
        self.fixed.with_value(|fixed| fixed.kind)
    }

    fn answer(self) -> Option<Answer> {
        self.view.with(|view| view.answer.clone())
    }

    /// The value of a `parameters` key.
    fn parameter(self, key: &str) -> Option<String> {
        self.view.with_untracked(|view| {
            let found = view.parameters.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value.clone())
        })
    }

    fn has_appearance(self, word: &str) -> bool {
        self.view
            .with_untracked(|view| view.appearance.iter().any(|each| each == word))
    }

    fn write(self, change: Change) {
        self.work.answer(&self.path(), change);
    }
}

/// The element that a link to a question leads to.
pub(super) fn anchor(name: &str) -> String {
    format!("question-{name}")
}

/// A question, note or calculated value.
pub(super) fn question(work: Work, view: RwSignal<ItemView>) -> AnyView {
    let fixed = view.with_untracked(|view| Fixed {
        path: view.path.clone(),
        name: view.name.clone(),
        kind: view.kind,
    });
    let id = anchor(&fixed.name);
    let asked = Asked {
        work,
        view,
        fixed: StoredValue::new(fixed),
    };
    let head = kept(move || {
        view.with(|view| Head {
            label: view.label.clone(),
            hint: view.hint.clone(),
            unit: view.unit.clone(),
            required: view.required,
            shown_only: view.read_only || !view.kind.is_question(),
        })
    });
    let control = move || {
        let head = head.get();
        match head.shown_only {
            true => shown_only(asked, head),
            false => control(asked, head),
        }
    };
    let guidance = move || {
        let text = view.with(|view| view.guidance.clone());
        (!text.is_empty()).then(|| {
            view! {
                <details class="guidance">
                    <summary>{texts().collector.guidance()}</summary>
                    <p>{text}</p>
                </details>
            }
        })
    };
    let test = id.clone();
    let media = kept(move || view.with(|view| view.media.clone()));
    let beside = move || media.with(|media| beside_text(work, media));
    view! {
        <section class="question" id=id data-test=test tabindex="-1">
            {live(beside)}
            {live(control)}
            {live(guidance)}
            {aside::below(asked)}
        </section>
    }
}

fn control(asked: Asked, head: Head) -> AnyView {
    match asked.kind() {
        Kind::Text
        | Kind::Integer
        | Kind::Decimal
        | Kind::Date
        | Kind::Time
        | Kind::DateTime
        | Kind::Barcode => typed::control(asked, head),
        Kind::Range => range::control(asked, head),
        Kind::Rank => rank::control(asked, head),
        Kind::SelectOne | Kind::SelectMultiple | Kind::Acknowledge => choices::control(asked, head),
        Kind::Geopoint => place::control(asked, head),
        Kind::Geotrace | Kind::Geoshape => track::control(asked, head),
        Kind::Image if is_drawn(asked) => draw::control(asked, head),
        Kind::Image => photo::control(asked, head),
        Kind::Audio | Kind::Video | Kind::File => sound::control(asked, head),
        Kind::Group
        | Kind::Repeat
        | Kind::Note
        | Kind::Calculate
        | Kind::Hidden
        | Kind::Metadata => shown_only(asked, head),
    }
}

fn is_drawn(asked: Asked) -> bool {
    asked.has_appearance("signature") || asked.has_appearance("draw")
}

/// A note, a calculated value, or what the system feeds.
fn shown_only(asked: Asked, head: Head) -> AnyView {
    if asked.kind() == Kind::Note {
        return view! { <div class="note">{head.label} <p class="hint" hidden=head.hint.is_empty()>{head.hint.clone()}</p></div> };
    }
    let value = move || {
        asked
            .view
            .with(|view| match (&view.calculated, &view.answer) {
                (Some(text), _) if !text.is_empty() => text.clone(),
                (_, Some(answer)) => answer_text(view, answer),
                _ => "–".to_owned(),
            })
    };
    view! {
        <div class="fed">
            <p class="small muted">{head.label}</p>
            <p class="value num">{live(value)} <span class="muted" hidden=head.unit.is_empty()>{head.unit.clone()}</span></p>
        </div>
    }
}

/// Pictures and sounds that the author put beside the text.
fn beside_text(work: Work, media: &[MediaView]) -> AnyView {
    if media.is_empty() {
        return ().into_any();
    }
    let large = media.iter().find(|each| each.kind == MediaKind::BigImage);
    let large = large.and_then(|large| work.media_address(&large.file));
    let one = |each: &MediaView| {
        let address = work.media_address(&each.file)?;
        Some(match each.kind {
            MediaKind::Image => {
                let picture = view! { <img src=address alt=""/> };
                match large.clone() {
                    Some(large) => {
                        let words = texts().collector.controls.larger();
                        view! { <a href=large target="_blank" aria-label=words>{picture}</a> }
                    }
                    None => picture,
                }
            }
            MediaKind::Audio => view! { <audio controls=true src=address></audio> },
            MediaKind::Video => {
                view! { <video controls=true src=address playsinline="true"></video> }
            }
            MediaKind::BigImage => return None,
        })
    };
    view! { <div class="media" data-test="media">{media.iter().filter_map(one).collect_view()}</div> }
}

/// Label and hint of a control that is not a field.
fn heading(head: &Head) -> AnyView {
    let required = head.required.then(|| {
        view! {
            <span class="req" aria-hidden="true">" *"</span>
            <span class="sr">{format!(" ({})", texts().common.required)}</span>
        }
    });
    view! {
        <p class="label">{head.label.clone()} {required}</p>
        <p class="hint" hidden=head.hint.is_empty()>{head.hint.clone()}</p>
    }
}
