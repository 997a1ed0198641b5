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

pub(super) fn tab(desktop: Desktop) -> AnyView {
    let large = RwSignal::new(None::<(String, String)>);
    let is_open = RwSignal::new(false);
    let files = Memo::new(move |_| {
        let shown = desktop.shown.get()?;
        let file = |(path, file): (shared::ids::Path, File)| {
            let has = shown.has_blob(file.blob);
            (shown.label(&path), shown.place(&path), file, has)
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
        let missing = files.iter().filter(|(.., has)| !has).count();
        let note = (0 < missing).then(|| {
            view! { <p class="pad"><span class=ChipKind::Wait.class() data-test="photos-missing">{(words.photos_missing)(missing)}</span></p> }
        });
        let cards: Vec<AnyView> = files
            .into_iter()
            .map(|(label, place, file, has)| card(label, place, file, has, large, is_open))
            .collect();
        Some(view! { {note} <div class="photos">{cards}</div> })
    };
    view! { {body} {enlarged(large, is_open)} }
}

/// The photo that was pressed, as large as the screen lets it be.
pub(in crate::console) fn enlarged(
    large: RwSignal<Option<(String, String)>>,
    is_open: RwSignal<bool>,
) -> AnyView {
    let title = texts().console.review.photo;
    view! {
        <Dialog open=is_open title=title test="photo">
            {move || large.get().map(|(url, label)| view! {
                <figure class="large"><img src=url alt=label.clone()/><figcaption>{label.clone()}</figcaption></figure>
            })}
        </Dialog>
    }
}

fn card(
    label: String,
    place: String,
    file: File,
    has: bool,
    large: RwSignal<Option<(String, String)>>,
    is_open: RwSignal<bool>,
) -> AnyView {
    let words = &texts().console.review;
    let size = format!(
        "{} · {} KB",
        file.name,
        integer_text((file.bytes / 1024) as i64)
    );
    let is_picture = PICTURES.contains(&file.media_type.as_str());
    let picture = if !has {
        view! { <div class="picture none"><span class=ChipKind::Wait.class()>{words.photo_on_its_way}</span></div> }
    } else if is_picture {
        thumbnail(&label, (file.blob, &file.media_type), large, is_open)
    } else {
        view! { <div class="picture none"><span class=ChipKind::Plain.class()>{file.media_type.clone()}</span></div> }
    };
    view! {
        <figure class="photo" data-test=format!("photo-{}", file.blob)>
            {picture}
            <figcaption>
                <small class="muted">{place}</small>
                <span>{label}</span>
                <small class="muted num">{size}</small>
            </figcaption>
        </figure>
    }
}

/// A photo that has arrived; a press makes it large.
pub(in crate::console) fn thumbnail(
    label: &str,
    (blob, media_type): (BlobId, &str),
    large: RwSignal<Option<(String, String)>>,
    is_open: RwSignal<bool>,
) -> AnyView {
    let words = &texts().console.review;
    let address = picture(blob, media_type.to_owned());
    let (alt, title) = (label.to_owned(), label.to_owned());
    let press = move |_| {
        if let Some(Some(url)) = address.get_untracked() {
            large.set(Some((url, title.clone())));
            is_open.set(true);
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
