//! The frame of a screen: top bar, woven band, language and text size.
//!
//! Always: one `h1` per screen; Back has a name that screen readers say.
//! Never: more than one ornament.

use leptos::prelude::*;

use crate::i18n::{LANGUAGES, Language, texts};
use crate::platform;
use crate::router::use_router;

use super::{live, view};

const TEXT_SIZE_KEY: &str = "lumbung.text_size";
/// Values of `data-size` on the page, from small to large.
const TEXT_SIZES: [&str; 3] = ["s", "m", "l"];

/// The barn and its name.
#[component]
pub fn Brand() -> AnyView {
    view! {
        <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true">
            <path d="M3 12 14 4l11 8" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linejoin="round"></path>
            <path class="isi" d="M6 12h16l-2 10H8z"></path>
            <path d="M8 22v3M20 22v3" stroke="currentColor" stroke-width="2.6"></path>
        </svg>
        {texts().common.app}
    }
}

/// The woven band.
#[component]
pub fn Woven() -> AnyView {
    view! { <div class="tenun" aria-hidden="true"></div> }
}

/// The top of a phone screen: Back (where there is a screen before), title, a line below it, and actions.
#[component]
pub fn TopBar(
    /// Without a title the brand stands there.
    #[prop(optional, into)]
    title: Option<String>,
    #[prop(optional, into)] below: Option<Signal<String>>,
    /// Where Back goes when this screen was opened directly.
    #[prop(optional, into)]
    back: Option<String>,
    #[prop(optional)] sticky: bool,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    let back = back.map(|otherwise| {
        let router = use_router();
        view! {
            <button
                type="button"
                class="icon"
                aria-label=texts().common.back
                data-test="back"
                on:click=move |_| router.back(&otherwise)
            >
                <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
                    <path d="M15 4 7 12l8 8" fill="none" stroke="currentColor" stroke-width="2.6"></path>
                </svg>
            </button>
        }
    });
    let middle = match title {
        Some(title) => view! {
            <div class="where">
                <h1>{title}</h1>
                {below.map(|below| view! { <span class="num">{live(move || below.get())}</span> })}
            </div>
        },
        None => view! { <h1 class="brand"><Brand/></h1><span class="sp"></span> },
    };
    view! {
        <header class="topbar" class:sticky=sticky>
            <div class="bar">{back} {middle} {children.map(|children| children())}</div>
            <Woven/>
        </header>
    }
}

/// Chooses the language of all screens.
#[component]
pub fn LanguagePicker() -> AnyView {
    let language = expect_context::<Language>();
    let chosen = texts().code;
    let option = move |texts: &'static crate::i18n::Texts| {
        view! { <option value=texts.code selected=texts.code == chosen>{texts.name}</option> }
    };
    view! {
        <label class="q plain">
            <span class="label">{texts().common.language}</span>
            <span class="field">
                <select data-test="language" on:change=move |event| language.choose(&event_target_value(&event))>
                    {LANGUAGES.iter().copied().map(option).collect_view()}
                </select>
            </span>
        </label>
    }
}

/// Chooses how large all text is.
#[component]
pub fn TextSizePicker() -> AnyView {
    let common = &texts().common;
    let chosen = platform::kept(TEXT_SIZE_KEY);
    let option = move |(size, name): (&'static str, &'static str)| {
        let is_chosen = chosen.as_deref().unwrap_or(TEXT_SIZES[0]) == size;
        view! { <option value=size selected=is_chosen>{name}</option> }
    };
    let choose = move |event| {
        platform::keep(TEXT_SIZE_KEY, &event_target_value(&event));
        apply_text_size();
    };
    view! {
        <label class="q plain">
            <span class="label">{common.text_size}</span>
            <span class="field">
                <select data-test="text-size" on:change=choose>
                    {TEXT_SIZES.into_iter().zip(common.text_size_names).map(option).collect_view()}
                </select>
            </span>
        </label>
    }
}

/// Gives the page the text size that this person chose last; each app calls it at its start.
pub fn apply_text_size() {
    let size = platform::kept(TEXT_SIZE_KEY).unwrap_or_default();
    if let Some(root) = platform::document().document_element() {
        let _ = root.set_attribute("data-size", &size);
    }
}
