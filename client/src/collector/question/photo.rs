//! A photo: from the camera or a file, made small, stored, shown.
//!
//! Always: that the camera is open is remembered before it opens, because phones close the app meanwhile.
//! Never: two pictures at once.

use leptos::prelude::*;

use super::file::{Keeping, Late, Source, Way, answered, captured, sources};
use super::{Asked, Head, heading};
use crate::i18n::texts;
use crate::platform::{self, PICTURE_EDGE_MAX};
use crate::ui::{Message, MessageKind, live, view};

pub(super) fn control(asked: Asked, head: Head) -> AnyView {
    let way = Way::new();
    let body = move || {
        let words = &texts().collector;
        let file = answered(asked);
        let camera = Source {
            text: if file.is_some() {
                words.photo_again()
            } else {
                words.photo_take()
            },
            accept: "image/*",
            captures: true,
            test: "camera",
        };
        let gallery = Source {
            text: words.photo_choose(),
            accept: "image/*",
            captures: false,
            test: "file",
        };
        let may_choose = !asked.has_appearance("new");
        let offered = std::iter::once(camera).chain(may_choose.then_some(gallery));
        let kept = file.map(|file| captured(asked, &file));
        view! { {kept} {sources(asked, way, offered.collect(), keep)} }
    };
    view! {
        <div class="q">
            {heading(&head)} {lost(asked)} {live(body)} {way.told(texts().collector.photo_saving())}
        </div>
    }
}

/// Said where the phone closed the app while the camera was open.
pub(super) fn lost(asked: Asked) -> AnyView {
    let lost = move || {
        let (_, path) = asked.work.lost_capture()?;
        (path == asked.path()).then(|| {
            view! { <Message kind=MessageKind::Doubt>{texts().collector.lost_here()}</Message> }
        })
    };
    live(lost)
}

/// Makes a picture small, then stores it.
fn keep(asked: Asked, picked: web_sys::File) -> Keeping {
    let late = Late::of(asked);
    let name = format!("{}.jpg", asked.name());
    let words = texts();
    let edge_max = asked
        .parameter("max-pixels")
        .and_then(|text| text.parse().ok())
        .unwrap_or(PICTURE_EDGE_MAX);
    Box::pin(async move {
        let small = platform::capped_jpeg(&picked, edge_max)
            .await
            .map_err(|_| words.collector.not_a_picture().to_owned())?;
        late.keep(&small, &name).await
    })
}
