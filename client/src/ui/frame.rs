//! The frame of a screen: top bar, woven band, language and text size.
//!
//! Always: one `h1` per screen; Back has a name that screen readers say.
//! Never: more than one ornament.

use leptos::prelude::*;

use crate::i18n::{Language, NAMES, texts};
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

/// A list to choose one of: value, text, and whether it is chosen now.
pub fn picker(
    label: &'static str,
    test: &'static str,
    options: Vec<(String, String, bool)>,
    choose: Box<dyn Fn(String)>,
) -> AnyView {
    let option = |(value, text, is_chosen): (String, String, bool)| {
        view! { <option value=value selected=is_chosen>{text}</option> }
    };
    view! {
        <label class="q plain">
            <span class="label">{label}</span>
            <span class="field">
                <select data-test=test on:change=move |event| choose(event_target_value(&event))>
                    {options.into_iter().map(option).collect_view()}
                </select>
            </span>
        </label>
    }
}

/// Chooses the language of all screens.
#[component]
pub fn LanguagePicker() -> AnyView {
    let language = expect_context::<Language>();
    let chosen = texts().code;
    let options = NAMES.iter().map(|each| {
        let is_chosen = each.code == chosen;
        (each.code.to_owned(), each.name.to_owned(), is_chosen)
    });
    picker(
        texts().common.language,
        "language",
        options.collect(),
        Box::new(move |code| language.choose(&code)),
    )
}

/// Chooses how large all text is.
#[component]
pub fn TextSizePicker() -> AnyView {
    let common = &texts().common;
    let chosen = platform::kept(TEXT_SIZE_KEY);
    let chosen = chosen.as_deref().unwrap_or(TEXT_SIZES[0]);
    let names = TEXT_SIZES.into_iter().zip(common.text_size_names);
    let options = names.map(|(size, name)| (size.to_owned(), name.to_owned(), size == chosen));
    let choose = |size: String| {
        platform::keep(TEXT_SIZE_KEY, &size);
        apply_text_size();
    };
    picker(
        common.text_size,
        "text-size",
        options.collect(),
        Box::new(choose),
    )
}

/// Gives the page the text size that this person chose last; each app calls it at its start.
pub fn apply_text_size() {
    let size = platform::kept(TEXT_SIZE_KEY).unwrap_or_default();
    if let Some(root) = platform::document().document_element() {
        let _ = root.set_attribute("data-size", &size);
    }
}
