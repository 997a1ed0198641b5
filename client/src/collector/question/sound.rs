//! Sound, video and other files: recorded here, by the phone's own recorder, or chosen.
//!
//! Always: a recording is stopped and stored when the page is hidden, before a phone may end it; what a phone that died
//! had recorded becomes the answer when the question is seen again, less its last seconds.
//! Never: listens without a tap.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::hex_text;
use shared::questionnaire::model::Kind;

use super::file::{Keeping, Late, Source, Way, answered, captured, sources};
use super::{Asked, Head, heading, photo};
use crate::i18n::texts;
use crate::platform::{self, RecordProblem, Recording};
use crate::ui::{Button, ButtonKind, Message, MessageKind, live, view};

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let way = Way::new();
    let recorder = (asked.kind() == Kind::Audio).then(|| recorder(asked, way));
    let body = move || answered(asked).map(|file| captured(asked, &file));
    view! {
        <div class="q">
            {heading(&head)} {photo::lost(asked)} {live(body)} {recorder}
            {sources(asked, way, offered(asked.kind()), keep)}
            {way.told(texts().collector.controls.file_saving())}
        </div>
    }
}

fn offered(kind: Kind) -> Vec<Source> {
    let words = &texts().collector.controls;
    let source = |text, accept, captures, test| Source {
        text,
        accept,
        captures,
        test,
    };
    match kind {
        Kind::Audio => vec![source(words.audio_choose(), "audio/*", false, "file")],
        Kind::Video => vec![
            source(words.video_record(), "video/*", true, "camera"),
            source(words.video_choose(), "video/*", false, "file"),
        ],
        _ => vec![source(words.file_choose(), "", false, "file")],
    }
}

fn keep(asked: Asked, picked: web_sys::File) -> Keeping {
    let name = platform::nfc(&picked.name());
    // Names are for people; a long one is cut, its ending kept.
    let letters: Vec<char> = name.chars().collect();
    let from = letters.len().saturating_sub(100);
    let name: String = letters[from..].iter().collect();
    let late = Late::of(asked);
    Box::pin(async move { late.keep(&picked, &name).await })
}

/// Where the recording stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Still,
    Asking,
    Running,
    Problem(RecordProblem),
}

fn name_of(asked: Asked) -> String {
    format!("{}.webm", asked.name())
}

/// Where pieces of recordings of this question are set aside.
fn aside_of(asked: Asked) -> String {
    let case = asked.work.look(|open| open.id.clone());
    format!("sound/{}/{}{}/", case.round, case.region, asked.path())
}

/// The answer that a recording is to replace. Pieces whose recording has become the answer are told by it.
fn before(asked: Asked) -> String {
    let file = answered(asked).map(|file| hex_text(&file.blob.0));
    format!("{}/", file.unwrap_or_default())
}

thread_local! {
    /// A recording runs or is being stored; its pieces are not those of a phone that died.
    static IS_RECORDING: Cell<bool> = const { Cell::new(false) };
}

/// Answers with what a phone that died had recorded, and gives up what is left of others.
fn take_up(asked: Asked, way: Way, was_left: RwSignal<bool>) {
    if IS_RECORDING.get() {
        return;
    }
    let (driver, all, before) = (
        asked.work.driver(),
        aside_of(asked),
        untrack(|| before(asked)),
    );
    let (late, name) = (Late::of(asked), name_of(asked));
    spawn_local(async move {
        let pieces = driver.aside(&all).await;
        if pieces.is_empty() {
            return;
        }
        let parts = js_sys::Array::new();
        for (key, content) in pieces {
            if key.starts_with(&before) {
                parts.push(&content);
            }
        }
        let options = web_sys::BlobPropertyBag::new();
        options.set_type("audio/webm");
        let whole = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options);
        let found = whole.ok().filter(|_| 0 < parts.length());
        way.walk(Box::pin(async move {
            if let Some(whole) = found {
                late.keep(&whole, &name).await?;
                was_left.try_set(true);
            }
            driver.give_up_aside(&all).await;
            Ok(())
        }));
    });
}

fn recorder(asked: Asked, way: Way) -> AnyView {
    let stand = RwSignal::new(Stand::Still);
    let seconds = RwSignal::new(0_u32);
    let recording = StoredValue::new_local(None::<Recording>);
    let stop = move || {
        recording.try_update_value(|recording| {
            if let Some(recording) = recording.take() {
                recording.stop();
            }
        });
        stand.try_set(Stand::Still);
    };
    let was_left = RwSignal::new(false);
    take_up(asked, way, was_left);
    let leave = move || {
        was_left.try_set(stand.try_get_untracked() == Some(Stand::Running));
        stop();
    };
    let hidden = StoredValue::new_local(Some(platform::on_hidden(leave)));
    on_cleanup(move || {
        stop();
        hidden.try_update_value(Option::take);
    });
    let start = move |_| {
        stand.set(Stand::Asking);
        seconds.set(0);
        was_left.set(false);
        asked.work.enter_field(&asked.path());
        let late = Late::of(asked);
        let name = name_of(asked);
        let began = Rc::new(Cell::new(false));
        let is_wanted = began.clone();
        let (driver, all) = (asked.work.driver(), aside_of(asked));
        let pieces = format!("{all}{}", untrack(|| before(asked)));
        let (earlier, pieces_of_earlier) = (driver.clone(), all.clone());
        let done = move |content: web_sys::Blob| {
            // A blink recorded after the question was left takes no earlier recording away.
            if !is_wanted.get() {
                return;
            }
            stand.try_set(Stand::Still);
            let whole = all.clone();
            way.walk(Box::pin(async move {
                let kept = late.keep(&content, &name).await;
                if kept.is_ok() {
                    driver.give_up_aside(&whole).await;
                }
                IS_RECORDING.set(false);
                kept
            }));
        };
        let count = Cell::new(0);
        let piece = move |content: web_sys::Blob| {
            let number = count.get();
            count.set(number + 1);
            let (driver, key) = (asked.work.driver(), format!("{pieces}{number:04}"));
            spawn_local(async move {
                // The whole is still in memory; a piece that found no room is missed by a dead phone only.
                let _ = driver.set_aside(&key, &content).await;
            });
        };
        spawn_local(async move {
            let ticks = move |second| {
                seconds.try_set(second);
            };
            let begun = platform::record_sound(ticks, piece, done).await;
            let now = match begun {
                // The question was left while the phone asked: nobody could stop it.
                Ok(_) if stand.try_get_untracked() != Some(Stand::Asking) => return,
                Ok(begun) => {
                    began.set(true);
                    IS_RECORDING.set(true);
                    // Only now: where the microphone is refused, they are all that there is.
                    let given_up = async move { earlier.give_up_aside(&pieces_of_earlier).await };
                    spawn_local(given_up);
                    recording.try_set_value(Some(begun));
                    Stand::Running
                }
                Err(problem) => Stand::Problem(problem),
            };
            stand.try_set(now);
        });
    };
    let body = move || {
        let words = &texts().collector.controls;
        let text = if answered(asked).is_some() {
            words.audio_again()
        } else {
            words.audio_record()
        };
        match stand.get() {
            Stand::Running => view! {
                <div class="captured" data-test="recording">
                    <p class="value num" role="status">
                        {live(move || words.audio_running(&clock_text(seconds.get())))}
                    </p>
                    <Button kind=ButtonKind::Primary full=true test="stop-recording" on_press=move |_| stop()>
                        {words.audio_stop()}
                    </Button>
                </div>
            },
            now => {
                let problem = match now {
                    Stand::Problem(RecordProblem::Denied) => Some(words.audio_denied()),
                    Stand::Problem(RecordProblem::Missing) => Some(words.audio_missing()),
                    Stand::Still | Stand::Asking | Stand::Running => None,
                };
                let problem = problem.map(|text| {
                    view! { <Message kind=MessageKind::Error test="record-error">{text}</Message> }
                });
                let ended = was_left.get().then(|| {
                    view! { <Message kind=MessageKind::Doubt test="sound-ended">{words.sound_ended()}</Message> }
                });
                view! {
                    {problem}
                    {ended}
                    <Button full=true test="record" busy=Signal::derive(move || stand.get() == Stand::Asking) on_press=start>
                        {text}
                    </Button>
                }
            }
        }
    };
    live(body)
}

/// `1.05`: minutes and seconds.
fn clock_text(seconds: u32) -> String {
    format!("{}.{:02}", seconds / 60, seconds % 60)
}
