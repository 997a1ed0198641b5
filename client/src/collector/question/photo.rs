//! A photo: from the camera or a file, made small, stored, shown.
//!
//! Always: that the camera is open is remembered before it opens, because phones close the app meanwhile; the bytes
//! are stored before the answer that names them.
//! Never: two pictures at once.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{Answer, Change, File, Value};
use shared::ids::{BlobId, hex_text};
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlInputElement, Url};

use super::{Asked, Head, heading};
use crate::collector::work::Work;
use crate::i18n::{Texts, texts};
use crate::platform::{self, PICTURE_EDGE_MAX};
use crate::store::StoreName;
use crate::ui::{Button, ButtonKind, Message, MessageKind, live, view};

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let pick = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        let picked = first_file(&input).filter(|_| !busy.get_untracked());
        let Some(picked) = picked else {
            asked.work.camera_is_done();
            return;
        };
        busy.set(true);
        trouble.set(None);
        let (work, words) = (asked.work, texts());
        spawn_local(async move {
            let result = keep(asked, &picked, words).await;
            work.camera_is_done();
            input.set_value("");
            trouble.try_set(result.err());
            busy.try_set(false);
        });
    };
    let lost = move || {
        let (_, path) = asked.work.lost_capture()?;
        (path == asked.path()).then(|| {
            view! { <Message kind=MessageKind::Doubt>{texts().collector.lost_here}</Message> }
        })
    };
    let body = move || {
        let words = &texts().collector;
        let file = match asked.answer() {
            Some(Answer::Value(Value::File(file))) => Some(file),
            _ => None,
        };
        let take_text = if file.is_some() {
            words.photo_again
        } else {
            words.photo_take
        };
        let kept = file.map(|file| captured(asked, &file));
        view! { {kept} {buttons(asked, take_text, pick, busy)} }
    };
    let told = move || {
        let saving = busy.get().then(|| {
            view! { <p class="saved wait" role="status">{texts().collector.photo_saving}</p> }
        });
        let trouble = trouble.get().map(|text| {
            view! { <Message kind=MessageKind::Error test="photo-error">{text}</Message> }
        });
        view! { {saving} {trouble} }
    };
    view! { <div class="q">{heading(&head)} {live(lost)} {live(body)} {live(told)}</div> }
}

/// Two real file inputs: one opens the camera, one the gallery.
fn buttons(
    asked: Asked,
    take_text: &'static str,
    pick: impl Fn(leptos::ev::Event) + Copy + 'static,
    busy: RwSignal<bool>,
) -> AnyView {
    let opens = move |_| asked.work.camera_opens(&asked.path());
    let cancelled = move |_: web_sys::Event| {
        asked.work.stop_showing(&asked.path());
        asked.work.camera_is_done();
    };
    let name = asked.name();
    view! {
        <div class="row photo-buttons">
            <label class="btn grow">
                {take_text}
                <input
                    type="file"
                    class="sr"
                    accept="image/*"
                    capture="environment"
                    data-test=format!("camera-{name}")
                    disabled=move || busy.get()
                    on:click=opens
                    on:cancel=cancelled
                    on:change=pick
                />
            </label>
            <label class="btn">
                {texts().collector.photo_choose}
                <input
                    type="file"
                    class="sr"
                    accept="image/*"
                    data-test=format!("file-{name}")
                    disabled=move || busy.get()
                    on:click=opens
                    on:cancel=cancelled
                    on:change=pick
                />
            </label>
        </div>
    }
}

/// Makes a picture small, stores its bytes, then answers with it.
async fn keep(asked: Asked, picked: &Blob, words: &'static Texts) -> Result<(), String> {
    // The question may be gone when the picture is ready.
    let (work, path) = (asked.work, asked.path());
    let (case, questionnaire) = work.look(|open| (open.id.clone(), open.questionnaire));
    // What came while the camera was in front was not seen.
    let shown = work.shown(&path);
    work.stop_showing(&path);
    let name = format!("{}.jpg", asked.name());
    let edge_max = asked
        .parameter("max-pixels")
        .and_then(|text| text.parse().ok())
        .unwrap_or(PICTURE_EDGE_MAX);
    let small = platform::capped_jpeg(picked, edge_max)
        .await
        .map_err(|_| words.collector.not_a_picture.to_owned())?;
    let file = work
        .driver()
        .keep_blob(&case, &small, &name)
        .await
        .map_err(|error| error.text(words))?;
    work.answer_late(
        &case,
        shown,
        questionnaire,
        &path,
        Change::Set(Value::File(file)),
    );
    Ok(())
}

fn captured(asked: Asked, file: &File) -> AnyView {
    let words = &texts().collector;
    let size = (words.photo_size)(file.bytes.div_ceil(1024));
    view! {
        <figure class="captured" data-test="photo">
            {thumbnail(asked.work, file)}
            <figcaption class="row apart">
                <span class="small muted num">{size}</span>
                <Button small=true kind=ButtonKind::Quiet test="remove-photo" on_press=move |_| asked.write(Change::Unset)>
                    {words.remove}
                </Button>
            </figcaption>
        </figure>
    }
}

fn thumbnail(work: Work, file: &File) -> AnyView {
    let address = RwSignal::new(None::<Option<String>>);
    let (blob, media_type) = (file.blob, file.media_type.clone());
    spawn_local(async move {
        let found = load(work, blob, &media_type).await;
        if let Some(Some(unused)) = address.try_set(Some(found)) {
            // The question is gone already.
            revoke(&unused);
        }
    });
    on_cleanup(move || {
        if let Some(Some(old)) = address.try_get_untracked() {
            revoke(&old);
        }
    });
    let picture = move || match address.get() {
        None => view! { <span class="spinner" aria-hidden="true"></span> },
        Some(Some(address)) => {
            view! { <img class="thumb" src=address alt=texts().collector.photo/> }
        }
        Some(None) => view! { <p class="muted">{texts().collector.photo_elsewhere}</p> },
    };
    live(picture)
}

async fn load(work: Work, blob: BlobId, media_type: &str) -> Option<String> {
    let driver = work.driver();
    let stored = driver
        .store()
        .get(StoreName::Blobs, &hex_text(&blob.0))
        .await;
    let bytes: Uint8Array = stored.ok()??.dyn_into().ok()?;
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&bytes);
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&blob).ok()
}

fn revoke(address: &Option<String>) {
    if let Some(address) = address {
        let _ = Url::revoke_object_url(address);
    }
}

/// The first file of an input.
fn first_file(input: &HtmlInputElement) -> Option<Blob> {
    let files = js_sys::Reflect::get(input, &"files".into()).ok()?;
    let first = js_sys::Reflect::get_u32(&files, 0).ok()?;
    first.dyn_into().ok()
}
