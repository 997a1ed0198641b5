//! A file as an answer: stored by its content before the answer that names it, shown, taken away.
//!
//! Always: where the answer goes is settled before anything is waited for; the question may be gone by then.
//! Never: keeps a file that the server would refuse.

use std::pin::Pin;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::{Answer, Change, File, Value};
use shared::ids::{BlobId, CaseId, Path, QuestionnaireId, hex_text};
use shared::questionnaire::model::Kind;
use shared::sync::phone::Mark;
use shared::wire::v1::BLOB_BYTES_MAX;
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlInputElement, Url};

use super::Asked;
use crate::collector::work::Work;
use crate::i18n::{Texts, texts};
use crate::store::StoreName;
use crate::ui::{Button, ButtonKind, Message, MessageKind, live, view};

const MEGABYTE: u64 = 1024 * 1024;

/// The place of an answer that is ready later.
pub(super) struct Late {
    work: Work,
    path: Path,
    case: CaseId,
    questionnaire: QuestionnaireId,
    /// What came while the camera was in front was not seen.
    shown: Mark,
    words: &'static Texts,
}

impl Late {
    pub(super) fn of(asked: Asked) -> Late {
        let (work, path) = (asked.work, asked.path());
        let (case, questionnaire) = work.look(|open| (open.id.clone(), open.questionnaire));
        let shown = work.shown(&path);
        work.stop_showing(&path);
        Late {
            work,
            path,
            case,
            questionnaire,
            shown,
            words: texts(),
        }
    }

    /// Stores the bytes, then answers with them.
    pub(super) async fn keep(self, content: &Blob, name: &str) -> Result<(), String> {
        if (BLOB_BYTES_MAX as f64) < content.size() {
            let words = &self.words.collector.controls;
            return Err(words.file_too_large(BLOB_BYTES_MAX / MEGABYTE));
        }
        let driver = self.work.driver();
        let kept = driver.keep_blob(&self.case, content, name).await;
        let file = kept.map_err(|error| error.text(self.words))?;
        self.work.answer_late(
            &self.case,
            self.shown,
            self.questionnaire,
            &self.path,
            Change::Set(Value::File(file)),
        );
        Ok(())
    }
}

/// The storing of one file; one type for all, of which the phone loads one walk.
pub(super) type Keeping = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// A file on its way: nothing else may be taken meanwhile, and what went wrong is told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    pub(super) busy: RwSignal<bool>,
    pub(super) trouble: RwSignal<Option<String>>,
}

impl Way {
    pub(super) fn new() -> Way {
        Way {
            busy: RwSignal::new(false),
            trouble: RwSignal::new(None),
        }
    }

    /// Walks it, and says how it ended.
    pub(super) fn walk(self, keeping: Keeping) {
        self.busy.set(true);
        self.trouble.set(None);
        spawn_local(async move {
            let result = keeping.await;
            self.trouble.try_set(result.err());
            self.busy.try_set(false);
        });
    }

    /// What is under way or went wrong.
    pub(super) fn told(self, saving: &'static str) -> AnyView {
        let told = move || {
            let saving = self.busy.get().then(|| {
                view! { <p class="saved wait" role="status">{saving}</p> }
            });
            let trouble = self.trouble.get().map(|text| {
                view! { <Message kind=MessageKind::Error test="file-error">{text}</Message> }
            });
            view! { {saving} {trouble} }
        };
        live(told)
    }
}

/// One real file input that looks like a button.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) text: &'static str,
    pub(super) accept: &'static str,
    /// Opens the camera or the recorder of the phone at once.
    pub(super) captures: bool,
    pub(super) test: &'static str,
}

/// The inputs side by side; `keep` is given what was picked.
pub(super) fn sources(
    asked: Asked,
    way: Way,
    sources: Vec<Source>,
    keep: fn(Asked, web_sys::File) -> Keeping,
) -> AnyView {
    let picked = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        let Some(file) = first_file(&input).filter(|_| !way.busy.get_untracked()) else {
            asked.work.camera_is_done();
            return;
        };
        let keeping = keep(asked, file);
        way.walk(Box::pin(async move {
            let result = keeping.await;
            asked.work.camera_is_done();
            input.set_value("");
            result
        }));
    };
    let opens = move |_: leptos::ev::MouseEvent| asked.work.camera_opens(&asked.path());
    let cancelled = move |_: web_sys::Event| {
        asked.work.stop_showing(&asked.path());
        asked.work.camera_is_done();
    };
    let name = asked.name();
    let input = move |source: Source| {
        view! {
            <label class="btn" class:grow=source.captures>
                {source.text}
                <input
                    type="file"
                    class="sr"
                    accept=source.accept
                    capture=source.captures.then_some("environment")
                    data-test=format!("{}-{name}", source.test)
                    disabled=move || way.busy.get()
                    on:click=opens
                    on:cancel=cancelled
                    on:change=picked
                />
            </label>
        }
    };
    view! { <div class="row photo-buttons">{sources.into_iter().map(input).collect_view()}</div> }
}

/// The file that answers the question.
pub(super) fn answered(asked: Asked) -> Option<File> {
    match asked.answer() {
        Some(Answer::Value(Value::File(file))) => Some(file),
        _ => None,
    }
}

/// Shows a stored file, with the way to take it away.
pub(super) fn captured(asked: Asked, file: &File) -> AnyView {
    let words = &texts().collector;
    let size = words.photo_size(file.bytes.div_ceil(1024));
    let name = (asked.kind() == Kind::File).then(|| file.name.clone());
    let name = name.map(|name| view! { <p class="value">{name}</p> });
    view! {
        <figure class="captured" data-test="photo">
            {preview(asked, file)}
            {name}
            <figcaption class="row apart">
                <span class="small muted num">{size}</span>
                <Button small=true kind=ButtonKind::Quiet test="remove-photo" on_press=move |_| asked.write(Change::Unset)>
                    {words.remove()}
                </Button>
            </figcaption>
        </figure>
    }
}

/// The content, where this phone has it.
fn preview(asked: Asked, file: &File) -> AnyView {
    let kind = asked.kind();
    if kind == Kind::File {
        return ().into_any();
    }
    let address = RwSignal::new(None::<Option<String>>);
    let (work, blob, media_type) = (asked.work, file.blob, file.media_type.clone());
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
    let shown = move || match (address.get(), kind) {
        (None, _) => view! { <span class="spinner" aria-hidden="true"></span> },
        (Some(None), Kind::Image) => {
            view! { <p class="muted">{texts().collector.photo_elsewhere()}</p> }
        }
        (Some(None), _) => {
            view! { <p class="muted">{texts().collector.controls.file_elsewhere()}</p> }
        }
        (Some(Some(address)), Kind::Audio) => view! { <audio controls=true src=address></audio> },
        (Some(Some(address)), Kind::Video) => {
            view! { <video class="thumb" controls=true src=address></video> }
        }
        (Some(Some(address)), _) => {
            view! { <img class="thumb" src=address alt=texts().collector.photo()/> }
        }
    };
    live(shown)
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
fn first_file(input: &HtmlInputElement) -> Option<web_sys::File> {
    let files = js_sys::Reflect::get(input, &"files".into()).ok()?;
    let first = js_sys::Reflect::get_u32(&files, 0).ok()?;
    first.dyn_into().ok()
}
