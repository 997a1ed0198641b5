//! Choosing regions by typing a part of their name.
//!
//! Always: what is chosen stands as chips that can be removed one by one.
//! Never: offers a region that is chosen already.

use leptos::prelude::*;
use shared::ids::RegionLevel;
use shared::wire::office::{RegionName, RegionView};

use super::level_word;
use super::load::{Source, encoded};
use crate::i18n::texts;
use crate::platform;
use crate::ui::{Field, FieldKind, view};
use wasm_bindgen::JsCast as _;

/// How long typing rests before the server is asked.
pub const TYPING_MS: u32 = 200;
const OFFERED_MAX: usize = 8;

/// The word of a level in an address.
pub fn level_key(level: RegionLevel) -> &'static str {
    match level {
        RegionLevel::Province => "province",
        RegionLevel::Regency => "regency",
        RegionLevel::District => "district",
        RegionLevel::Village => "village",
    }
}

/// The regions above, from near to far: `Wewiku · Malaka · NTT`.
pub fn above_words(region: &RegionView) -> String {
    let names: Vec<&str> = region
        .above
        .iter()
        .rev()
        .map(|above| above.name.as_str())
        .collect();
    names.join(" · ")
}

#[component]
pub fn RegionPicker(
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    /// Only regions of this level.
    #[prop(optional)]
    level: Option<RegionLevel>,
    chosen: RwSignal<Vec<RegionName>>,
) -> AnyView {
    let typed = RwSignal::new(String::new());
    let offered = Source::<Vec<RegionView>>::new("");
    let timer = StoredValue::new_local(None::<platform::Timer>);
    let on_input = move |text: String| {
        typed.set(text.clone());
        if text.trim().is_empty() {
            offered.clear();
            return;
        }
        let level = level.map_or_else(String::new, |level| format!("&level={}", level_key(level)));
        let path = format!(
            "/api/v1/regions?query={}&limit={OFFERED_MAX}{level}",
            encoded(text.trim())
        );
        timer.set_value(Some(platform::after(TYPING_MS, move || offered.ask(path))));
    };
    let choose = move |region: RegionView| {
        chosen.update(|chosen| {
            chosen.push(RegionName {
                code: region.code,
                name: region.name,
            })
        });
        typed.set(String::new());
        offered.clear();
        platform::focus(id);
    };
    // Enter takes the first one that is offered; it never sends the form around the picker.
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let is_typing = event
            .target()
            .is_some_and(|target| target.has_type::<web_sys::HtmlInputElement>());
        if event.key() != "Enter" || !is_typing {
            return;
        }
        event.prevent_default();
        let first = free(offered.or_empty().get_untracked(), &chosen.get_untracked())
            .into_iter()
            .next();
        if let Some(region) = first {
            choose(region);
        }
    };
    let offer = move |region: RegionView| {
        let words = texts();
        let test = format!("{id}-option-{}", region.code);
        let level = level_word(region.code.level(), words);
        let below = format!("{level} · {} · {}", region.code, above_words(&region));
        let name = region.name.clone();
        view! {
            <button type="button" class="offer" data-test=test on:click=move |_| choose(region.clone())>
                <b>{name}</b><small>{below}</small>
            </button>
        }
    };
    let offers = move || {
        if typed.with(|typed| typed.trim().is_empty()) {
            return Vec::new();
        }
        let found = free(offered.or_empty().get(), &chosen.get());
        found.into_iter().map(offer).collect()
    };
    view! {
        <div class="stack tight" on:keydown=on_key>
            <Field id=id kind=FieldKind::Search label=label hint=hint plain=true value=typed on_input=on_input/>
            <div class="offers">{offers}</div>
            <RegionChips chosen/>
        </div>
    }
}

/// Those that are not chosen yet.
fn free(mut found: Vec<RegionView>, chosen: &[RegionName]) -> Vec<RegionView> {
    found.retain(|region| chosen.iter().all(|one| one.code != region.code));
    found
}

/// The chosen regions, each with its way out.
#[component]
fn RegionChips(chosen: RwSignal<Vec<RegionName>>) -> AnyView {
    let chip = move |region: RegionName| {
        let code = region.code.clone();
        let label = (texts().console.admin.remove)(&region.name);
        let remove = move |_| chosen.update(|chosen| chosen.retain(|one| one.code != code));
        view! {
            <button
                type="button"
                class="filter"
                aria-label=label
                data-test=format!("chosen-{}", region.code)
                on:click=remove
            >
                {region.name} <span aria-hidden="true">"×"</span>
            </button>
        }
    };
    view! { <div class="row">{move || chosen.get().into_iter().map(chip).collect_view()}</div> }
}
