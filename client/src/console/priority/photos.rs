//! Photos of a village on its card, from the answers that were approved.
//!
//! Always: each leads to its answer; one that is still on a phone says so.
//! Never: a photo of a personal question; the server names none.

use leptos::prelude::*;
use shared::wire::priority::PhotoView;

use super::super::admin::load::{Source, encoded};
use super::super::case::{Enlarged, thumbnail};
use super::Work;
use super::words::say;
use crate::i18n::texts;
use crate::router::Route;
use crate::ui::{ChipKind, view};

#[component]
pub fn VillagePhotos(work: Work, code: String) -> AnyView {
    let words = &texts().console.plots;
    let round = work.frozen.with_value(|frozen| frozen.round.to_string());
    let address = format!("/api/v1/rounds/{round}/villages/{}/photos", encoded(&code));
    let photos = Source::<Vec<PhotoView>>::new(address);
    let case = Route::parse("#/pemeriksaan")
        .with("ronde", &round)
        .with("desa", &code)
        .with("tab", "isian");
    let case = StoredValue::new(case);
    let enlarged = Enlarged::new();
    let card = move |photo: PhotoView| {
        let label = say(&photo.label).to_owned();
        let href = case.with_value(|case| case.with("isian", &photo.path).href());
        let picture = if photo.is_here {
            thumbnail(&label, (photo.blob, &photo.media_type), enlarged)
        } else {
            let word = texts().console.review.photo_on_its_way;
            view! { <div class="picture none"><span class=ChipKind::Wait.class()>{word}</span></div> }
        };
        view! {
            <figure class="photo" data-test=format!("photo-{}", photo.blob)>
                {picture}
                <figcaption><a href=href>{label}</a></figcaption>
            </figure>
        }
    };
    let content = move || {
        let found = photos.or_empty().get();
        if found.is_empty() {
            return view! { <p class="small muted" data-test="no-photos">{words.no_photos}</p> };
        }
        view! { <div class="photos">{found.into_iter().map(card).collect_view()}</div> }
    };
    view! {
        <section class="panel pad stack tight no-print" data-test="village-photos">
            <h3>{words.photos}</h3>
            {photos.show(content)}
        </section>
        {enlarged.dialog()}
    }
}
