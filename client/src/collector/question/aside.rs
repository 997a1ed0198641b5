//! What stands below a control: findings, the note that settles a doubt, "don't know" and "refuses", the reviewers'
//! comments, and answers of others that contradict.
//!
//! Always: an error says what cannot be, a doubt offers a note; both values of a conflict stand with their authors.
//! Never: lets somebody resolve a conflict who may not review.

use leptos::prelude::*;
use shared::answers::{Answer, COMMENT_BYTES_MAX, Change};
use shared::ids::OpId;
use shared::merge::{Merged, answer_of};
use shared::questionnaire::interview::{Finding, FindingKind};
use shared::questionnaire::model::Kind;

use super::Asked;
use crate::collector::words::{answer_text, author_text, finding_text, when};
use crate::i18n::texts;
use crate::platform;
use crate::ui::{Button, ButtonKind, Message, MessageKind, kept, live, view};

/// A text that was begun as a note and not saved, so that a closed app loses little of it.
const DRAFT_KEY: &str = "lumbung.note";

/// What others said at this question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Voices {
    /// Who and when, and the words.
    comments: Vec<(String, String)>,
    rivals: Vec<Rival>,
}

/// One of several answers whose authors had not seen each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rival {
    op: OpId,
    who: String,
    text: String,
    change: Change,
}

pub(super) fn below(asked: Asked) -> AnyView {
    let is_writing = RwSignal::new(false);
    let voices = kept(move || {
        asked.work.track();
        asked.work.track_answers();
        voices(asked)
    });
    let found = kept(move || asked.view.with(|view| view.findings.clone()));
    let written = kept(move || asked.view.with(|view| view.notes.clone()));
    let has_control = asked.kind().is_question();
    let states = has_control.then(|| states(asked, is_writing));
    let note_editor = move || is_writing.get().then(|| editor(asked, is_writing));
    view! {
        {live(move || conflict(asked, voices.get().rivals))}
        {live(move || findings(asked, &found.get(), is_writing))}
        {states}
        {live(note_editor)}
        {live(move || notes(written.get()))}
        {live(move || comments(&voices.get().comments))}
    }
}

/// "Don't know" and "refuses": states that every question offers, and a note.
fn states(asked: Asked, is_writing: RwSignal<bool>) -> AnyView {
    let button = move |state: Answer, change: Change, text: &'static str, test: String| {
        let is_on = {
            let state = state.clone();
            kept(move || asked.answer().as_ref() == Some(&state))
        };
        let press = move |_| {
            asked.work.flush();
            let next = if is_on.with_untracked(|is_on| *is_on) {
                Change::Unset
            } else {
                change.clone()
            };
            asked.write(next);
        };
        view! {
            <button
                type="button"
                aria-pressed=move || if is_on.get() { "true" } else { "false" }
                data-test=test
                on:click=press
            >
                {text}
            </button>
        }
    };
    let is_fed = kept(move || asked.view.with(|view| view.read_only));
    let shown = move || {
        // What the system feeds is nobody's to know or refuse.
        if is_fed.get() {
            return None;
        }
        let words = &texts().collector;
        let name = asked.name();
        Some(view! {
            <div class="alt">
                {button(Answer::Unknown, Change::Unknown, words.unknown(), format!("unknown-{name}"))}
                {button(Answer::Refused, Change::Refused, words.refused(), format!("refused-{name}"))}
                {note_button(asked, is_writing)}
            </div>
        })
    };
    live(shown)
}

fn note_button(asked: Asked, is_writing: RwSignal<bool>) -> AnyView {
    view! {
        <button
            type="button"
            data-test=format!("comment-{}", asked.name())
            aria-expanded=move || if is_writing.get() { "true" } else { "false" }
            on:click=move |_| is_writing.update(|is_writing| *is_writing = !*is_writing)
        >
            {texts().collector.write_note()}
        </button>
    }
}

/// Errors first, then doubts that no note has settled.
fn findings(asked: Asked, all: &[Finding], is_writing: RwSignal<bool>) -> AnyView {
    let page = asked.path();
    let told_missing = asked.work.look(|open| {
        let page = open.interview.locate(&page);
        page.is_some_and(|page| open.seen.contains(&page.0))
    });
    let shows = |finding: &&Finding| match (finding.kind, finding.code) {
        (FindingKind::Error, "required") => told_missing,
        (FindingKind::Error, _) => true,
        (FindingKind::Doubt, _) => !finding.settled_by_note,
    };
    let name = asked.name();
    let message = |finding: &Finding| {
        let text = finding_text(finding);
        match finding.kind {
            FindingKind::Error => view! {
                <div data-test=format!("error-{name}")><Message kind=MessageKind::Error>{text}</Message></div>
            },
            FindingKind::Doubt => {
                let write = move |_| is_writing.set(true);
                let label = texts().collector.write_note();
                view! {
                    <div data-test=format!("doubt-{name}")>
                        <Message kind=MessageKind::Doubt>
                            <span>{text}</span>
                            <Button small=true test="explain" on_press=write>{label}</Button>
                        </Message>
                    </div>
                }
            }
        }
    };
    all.iter()
        .filter(shows)
        .map(message)
        .collect::<Vec<_>>()
        .into_any()
}

fn editor(asked: Asked, is_writing: RwSignal<bool>) -> AnyView {
    let words = &texts().collector;
    let name = asked.name();
    let id = format!("note-{name}");
    let key = format!(
        "{} {}",
        asked.work.look(|open| open.id.region.clone()),
        asked.path()
    );
    let draft = platform::kept(DRAFT_KEY).and_then(|kept| {
        Some(
            kept.split_once('\n')
                .filter(|(at, _)| *at == key)?
                .1
                .to_owned(),
        )
    });
    let text = RwSignal::new(draft.unwrap_or_default());
    let typed = move |event| {
        text.set(event_target_value(&event));
        platform::keep(DRAFT_KEY, &format!("{key}\n{}", text.get_untracked()));
    };
    let save = move |_| {
        let note = platform::nfc(text.get_untracked().trim());
        if note.is_empty() {
            platform::focus(&format!("note-{}", asked.name()));
            return;
        }
        asked.work.flush();
        asked
            .work
            .write(&asked.path(), Change::Comment(shortened(note)));
        platform::forget(DRAFT_KEY);
        is_writing.set(false);
    };
    view! {
        <div class="q plain note-editor">
            <label class="label" for=id.clone()>{words.note_label()}</label>
            <div class="field">
                <textarea
                    id=id
                    rows="3"
                    prop:value=move || text.get()
                    data-test=format!("comment-text-{name}")
                    on:input=typed
                ></textarea>
            </div>
            <div class="row">
                <button type="button" class="btn small primary" data-test=format!("comment-save-{name}") on:click=save>
                    {words.save_note()}
                </button>
                <Button small=true kind=ButtonKind::Quiet on_press=move |_| is_writing.set(false)>
                    {texts().common.cancel}
                </Button>
            </div>
        </div>
    }
}

/// At most what one comment may hold, cut between letters.
fn shortened(mut note: String) -> String {
    while COMMENT_BYTES_MAX < note.len() {
        note.pop();
    }
    note
}

/// What I wrote about this answer.
fn notes(notes: Vec<String>) -> AnyView {
    let words = &texts().collector;
    let note = |text: String| {
        view! { <p class="my-note" data-test="my-note"><b>{words.note_label()}": "</b>{text}</p> }
    };
    notes.into_iter().map(note).collect_view().into_any()
}

fn comments(comments: &[(String, String)]) -> AnyView {
    let comment = |(who, text): &(String, String)| {
        view! {
            <div class="comment" data-test="review-comment"><small>{who.clone()}</small>{text.clone()}</div>
        }
    };
    comments.iter().map(comment).collect_view().into_any()
}

fn voices(asked: Asked) -> Voices {
    let path = asked.path();
    let driver = asked.work.driver();
    let item = asked.view.get();
    asked.work.look_at_ops(|case| {
        let mut voices = Voices::default();
        for op in case.comments(&path) {
            if let Change::Comment(text) = &op.change
                && op.role.reviews()
            {
                voices.comments.push((signed(&driver, op), text.clone()));
            }
        }
        if let Merged::Conflict(heads) = case.merged(&path) {
            for op in heads {
                let text = match answer_of(&op.change) {
                    Some(answer) => answer_text(&item, &answer),
                    None => texts().collector.emptied().to_owned(),
                };
                voices.rivals.push(Rival {
                    op: op.id(),
                    who: signed(&driver, op),
                    text,
                    change: op.change.clone(),
                });
            }
        }
        voices
    })
}

/// `Pengawas, Rab 3 Nov 2026 09.12`.
pub(super) fn signed(driver: &crate::driver::Driver, op: &shared::answers::Op) -> String {
    let who = author_text(driver, op.author, op.role);
    format!("{who}, {}", when(op.written.moment()))
}

fn conflict(asked: Asked, rivals: Vec<Rival>) -> AnyView {
    if rivals.is_empty() {
        return ().into_any();
    }
    let words = &texts().collector;
    let may_resolve = asked.work.driver().me().account.role.reviews();
    let rival = move |rival: Rival| {
        let change = rival.change;
        let choose = may_resolve.then(|| {
            let press = move |_| {
                asked.work.write(&asked.path(), change.clone());
            };
            view! { <Button small=true test="use-this" on_press=press>{words.use_this()}</Button> }
        });
        view! {
            <li data-test=format!("rival-{}", rival.op)>
                <b>{rival.text}</b>
                <span class="small">{rival.who}</span>
                {choose}
            </li>
        }
    };
    let advice = (!may_resolve).then_some(words.conflict_advice());
    let kind_is_known = asked.kind() != Kind::Note;
    view! {
        <div data-test=format!("conflict-{}", asked.name()) hidden=!kind_is_known>
            <Message kind=MessageKind::Doubt>
                <b>{words.conflict()}</b>
                <ul class="plain rivals">{rivals.into_iter().map(rival).collect_view()}</ul>
                {advice.map(|text| view! { <span>{text}</span> })}
            </Message>
        </div>
    }
}
