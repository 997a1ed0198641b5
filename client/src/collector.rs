//! The phone's app.
//!
//! Always: everything works without signal once the phone is enrolled.
//! Never: links the office or a parser of questionnaires.

mod welcome;

use leptos::prelude::*;

use crate::i18n::{Language, texts};
use crate::platform;
use crate::router::Router;
use crate::ui::{ToastPlace, Toasts, apply_text_size};

use welcome::Welcome;

/// Starts the app in the page.
pub fn start() {
    platform::report_panics(|| crate::i18n::LANGUAGES[0].common.crashed);
    apply_text_size();
    leptos::mount::mount_to_body(App);
}

#[component]
fn App() -> AnyView {
    let language = Language::provide();
    Router::provide();
    Toasts::provide();
    let screen = move || {
        // A new language builds the screen anew; every answer is stored by then.
        let _ = language.texts();
        view! { <Welcome/> <ToastPlace/> }
    };
    view! { {screen} }.into_any()
}

/// What the page's title says.
fn set_title(screen: &str) {
    platform::document().set_title(&format!("{screen} · {}", texts().common.app));
}
