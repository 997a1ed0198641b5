//! Bundles that somebody brought to the office: taken in, and told in words.
//!
//! Always: one file at a time; what was refused says why and what to do.
//! Never: reads a bundle itself; only the server can open it.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::wire::bundle::BundleOpened;
use wasm_bindgen::JsCast as _;

use super::load::Work;
use crate::i18n::texts;
use crate::net::{self, Auth, Body, Call, LONG_TIMEOUT_MS, Method, NetError};
use crate::platform;
use crate::ui::{Button, Message, MessageKind, view};

#[component]
pub fn HandedPage() -> AnyView {
    let words = texts().console.handed;
    let work = Work::new();
    let opened = RwSignal::new(None::<BundleOpened>);
    let take = move |file: web_sys::File| {
        opened.set(None);
        spawn_local(async move {
            match platform::file_bytes(file.unchecked_ref()).await {
                Some(bytes) => work.run(deliver(bytes), move |answer| {
                    opened.try_set(Some(answer));
                }),
                None => work.refuse(texts().console.admin.file_unreadable),
            }
        });
    };
    let picked = move |event: leptos::ev::Event| {
        if let Some(file) = platform::taken_file(&event) {
            take(file);
        }
    };
    let dropped = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            take(file);
        }
    };
    let progress = move || {
        work.busy.get().then(|| {
            view! {
                <div class="progress" role="status" data-test="reading-bundle">
                    <span class="words">{words.reading}</span>
                    <progress aria-label=words.reading></progress>
                </div>
            }
        })
    };
    view! {
        <header class="pagehead"><h1>{words.title}</h1></header>
        <main>
            <section
                class="panel"
                aria-label=words.title
                on:dragover=|event: leptos::ev::DragEvent| event.prevent_default()
                on:drop=dropped
            >
                <div class="pad stack">
                    <p class="muted">{words.body}</p>
                    <label class="stack tight">
                        <b>{words.choose}</b>
                        <input
                            type="file"
                            class="file"
                            data-test="take-bundle"
                            disabled=move || work.busy.get()
                            on:change=picked
                        />
                        <span class="muted small">{words.drop_here}</span>
                    </label>
                    {progress}
                    {work.failure_view()}
                </div>
            </section>
            {move || opened.get().map(result)}
        </main>
    }
}

async fn deliver(bytes: Uint8Array) -> Result<BundleOpened, NetError> {
    let mut call = Call::new(Method::Post, "/api/v1/sync/bundle", Auth::Cookie);
    call.timeout_ms = LONG_TIMEOUT_MS;
    call.body = Body::Bytes {
        bytes,
        media_type: "application/octet-stream",
    };
    net::read(&net::send(call).await?.text().await?)
}

/// What became of it, in words.
fn result(opened: BundleOpened) -> AnyView {
    let words = texts().console.handed;
    let is_whole =
        opened.aside.is_empty() && opened.photos_refused == 0 && opened.refused.is_none();
    let kind = match is_whole {
        true => MessageKind::Ok,
        false => MessageKind::Doubt,
    };
    let title = (words.from)(&opened.name, &opened.number);
    let count = opened.villages.len();
    let inside = (words.inside)(count, opened.answers, opened.photos);
    let news = match opened.fresh {
        0 => words.nothing_new.to_owned(),
        fresh => (words.fresh)(fresh),
    };
    let villages = opened.villages.into_iter().map(|(code, name)| {
        view! { <li>{name} " " <span class="muted num">{code}</span></li> }
    });
    let aside = opened.aside.into_iter().map(|(code, count)| {
        let why = (texts().console.review.quarantine)(code);
        view! { <li data-test="bundle-aside">{why} ": " <span class="num">{count}</span></li> }
    });
    let aside: Vec<AnyView> = aside.collect();
    let aside = (!aside.is_empty()).then(|| {
        view! { <h3>{words.aside}</h3> <ul>{aside}</ul> }
    });
    let photos_refused = opened.photos_refused;
    let photos = (photos_refused != 0).then(|| {
        view! { <p>{(words.photos_refused)(photos_refused)}</p> }
    });
    let refused = opened.refused.map(|_| view! { <p>{words.refused}</p> });
    let name = ["lumbung-tanda-terima-", &opened.number, ".txt"].concat();
    let receipt = opened.receipt;
    let download = move |_| platform::download_text(&name, &receipt);
    view! {
        <section class="panel" data-test="bundle-result">
            <div class="pad stack">
                <Message kind=kind>{title}</Message>
                <p data-test="bundle-inside">{inside} " " {news}</p>
                {aside} {photos} {refused}
                <h3>{words.villages}</h3>
                <ul data-test="bundle-villages">{villages.collect_view()}</ul>
                <p class="muted small">{words.receipt_body}</p>
                <div class="actions">
                    <Button small=true test="download-receipt" on_press=download>{words.receipt}</Button>
                </div>
            </div>
        </section>
    }
}
