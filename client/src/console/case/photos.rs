//! Foto: what the answers name, which of it has arrived, large on a press.
//!
//! Always: says which photos are still on a phone.
//! Never: keeps a photo longer than it is shown.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::answers::File;
use shared::ids::BlobId;
use web_sys::{Blob, BlobPropertyBag, Url};

use super::Desktop;
use crate::i18n::{integer_text, texts};
use crate::net::{self, Auth, Call, Method};
use crate::ui::{ChipKind, Dialog, EmptyState, view};

/// Only these are drawn; anything else a phone may have named a photo is offered by name alone.
const PICTURES: [&str; 3] = ["image/jpeg", "image/png", "image/webp"];

/// The photo that was pressed, as large as the screen lets it be; copy it freely.
#[derive(Debug, Clone, Copy)]
pub(in crate::console) struct Enlarged {
    /// Its address in this page, and its label.
    photo: RwSignal<Option<(String, String)>>,
    is_open: RwSignal<bool>,
}

impl Enlarged {
    pub(in crate::console) fn new() -> Enlarged {
        Enlarged {
            photo: RwSignal::new(None),
            is_open: RwSignal::new(false),
        }
    }

    fn show(self, url: String, label: String) {
        self.photo.set(Some((url, label)));
        self.is_open.set(true);
    }

    /// Where it is shown; once on a page.
    pub(in crate::console) fn dialog(self) -> AnyView {
        let title = texts().console.review.photo;
        view! {
            <Dialog open=self.is_open title=title test="photo">
                {move || self.photo.get().map(|(url, label)| view! {
                    <figure class="large"><img src=url alt=label.clone()/><figcaption>{label.clone()}</figcaption></figure>
                })}
            </Dialog>
        }
    }
}

/// A file with what is said of it.
#[derive(Debug, Clone, PartialEq)]
struct Listed {
    label: String,
    place: String,
    file: File,
    has: bool,
    /// Who took it, and who approved it.
    said: Vec<String>,
}

pub(super) fn tab(desktop: Desktop) -> AnyView {
    let files = Memo::new(move |_| {
        let shown = desktop.shown.get()?;
        let file = |(path, file): (shared::ids::Path, File)| Listed {
            label: shown.label(&path),
            place: shown.place(&path),
            has: shown.has_blob(file.blob),
            said: shown
                .writer(&path)
                .into_iter()
                .chain(shown.approval(&path))
                .collect(),
            file,
        };
        Some(shown.files().into_iter().map(file).collect::<Vec<_>>())
    });
    let body = move || {
        let words = &texts().console.review;
        let files = files.get()?;
        if files.is_empty() {
            return Some(
                view! { <EmptyState title=words.no_photos body=words.no_photos_body test="no-photos"/> },
            );
        }
        let missing = files.iter().filter(|it| !it.has).count();
        let note = (0 < missing).then(|| {
            view! { <p class="pad"><span class=ChipKind::Wait.class() data-test="photos-missing">{(words.photos_missing)(missing)}</span></p> }
        });
        let cards: Vec<AnyView> = files
            .into_iter()
            .map(|listed| card(listed, desktop.enlarged))
            .collect();
        Some(view! { {note} <div class="photos">{cards}</div> })
    };
    body.into_any()
}

fn card(listed: Listed, enlarged: Enlarged) -> AnyView {
    let Listed {
        label,
        place,
        file,
        has,
        said,
    } = listed;
    let size = format!(
        "{} · {} KB",
        file.name,
        integer_text((file.bytes / 1024) as i64)
    );
    let said = said.into_iter();
    let said = said.map(|text| view! { <small class="muted num">{text}</small> });
    view! {
        <figure class="photo" data-test=format!("photo-{}", file.blob)>
            {picture_of(&label, &file, has, enlarged)}
            <figcaption>
                <small class="muted">{place}</small>
                <span>{label}</span>
                <small class="muted num">{size}</small>
                {said.collect_view()}
            </figcaption>
        </figure>
    }
}

/// A file as its picture, or why there is none to be seen.
pub(super) fn picture_of(label: &str, file: &File, has: bool, enlarged: Enlarged) -> AnyView {
    if has && PICTURES.contains(&file.media_type.as_str()) {
        return thumbnail(label, (file.blob, &file.media_type), enlarged);
    }
    let chip = match has {
        true => view! { <span class=ChipKind::Plain.class()>{file.media_type.clone()}</span> },
        false => {
            let word = texts().console.review.photo_on_its_way;
            view! { <span class=ChipKind::Wait.class()>{word}</span> }
        }
    };
    view! { <div class="picture none">{chip}</div> }
}

/// A photo that has arrived; a press makes it large.
pub(in crate::console) fn thumbnail(
    label: &str,
    (blob, media_type): (BlobId, &str),
    enlarged: Enlarged,
) -> AnyView {
    let words = &texts().console.review;
    let address = picture(blob, media_type.to_owned());
    let (alt, title) = (label.to_owned(), label.to_owned());
    let press = move |_| {
        if let Some(Some(url)) = address.get_untracked() {
            enlarged.show(url, title.clone());
        }
    };
    let image = move || match address.get() {
        None => view! { <span class="spinner"></span> },
        Some(None) => {
            view! { <span class=ChipKind::Wait.class()>{words.photo_not_loaded}</span> }
        }
        Some(Some(url)) => view! { <img src=url alt=alt.clone()/> },
    };
    view! { <button type="button" class="picture" on:click=press>{image}</button> }
}

/// The address of a photo in this page: none yet, or that it could not be had.
fn picture(blob: BlobId, media_type: String) -> RwSignal<Option<Option<String>>> {
    let address = RwSignal::new(None);
    spawn_local(async move {
        let url = fetched(blob, &media_type).await;
        if address.try_set(Some(url.clone())).is_some()
            && let Some(url) = url
        {
            // Nobody looks at it any more.
            let _ = Url::revoke_object_url(&url);
        }
    });
    on_cleanup(move || {
        if let Some(Some(Some(url))) = address.try_get_untracked() {
            let _ = Url::revoke_object_url(&url);
        }
    });
    address
}

async fn fetched(blob: BlobId, media_type: &str) -> Option<String> {
    let path = format!("/api/v1/blobs/{blob}");
    let mut call = Call::new(Method::Get, &path, Auth::Cookie);
    call.timeout_ms = net::LONG_TIMEOUT_MS;
    let bytes = net::send(call).await.ok()?.bytes().await.ok()?;
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&bytes);
    let content = Blob::new_with_u8_array_sequence_and_options(&parts, &options).ok()?;
    Url::create_object_url_with_blob(&content).ok()
}
