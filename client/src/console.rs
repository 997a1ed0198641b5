//! The office's app.
//!
//! Always: works with the keyboard alone; what a list shows can be exported.
//! Never: is part of what a phone loads.

mod sign_in;

use leptos::prelude::*;
use shared::wire::office::SessionView;

use crate::i18n::{Language, texts};
use crate::platform;
use crate::router::Router;
use crate::ui::{
    Button, ButtonKind, EmptyState, LanguagePicker, NavItem, NavShell, ToastPlace, Toasts,
    apply_text_size,
};

use sign_in::SignInScreen;

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
    let session = RwSignal::new(None::<SessionView>);
    let screen = move || {
        let _ = language.texts();
        match session.get() {
            Some(signed_in) => view! { <Office session signed_in/> }.into_any(),
            None => view! { <SignInScreen session/> }.into_any(),
        }
    };
    view! { {screen} <ToastPlace/> }.into_any()
}

/// The frame that every screen of the office stands in.
#[component]
fn Office(session: RwSignal<Option<SessionView>>, signed_in: SessionView) -> AnyView {
    let words = &texts().console;
    set_title(words.overview);
    let items = vec![NavItem {
        key: String::new(),
        label: words.overview.to_owned(),
        count: None,
    }];
    let name = signed_in.account.name.clone();
    let leave = move |_| leptos::task::spawn_local(sign_in::sign_out(session));
    let foot = move || {
        view! {
            <span>{(words.signed_in_as)(&signed_in.account.username)}</span>
            <LanguagePicker/>
            <Button small=true kind=ButtonKind::Quiet test="sign-out" on_press=leave>{words.sign_out}</Button>
        }
        .into_any()
    };
    view! {
        <NavShell items=items foot=Box::new(foot)>
            <header class="pagehead"><h1>{words.overview}</h1></header>
            <main><EmptyState title=name test="overview"/></main>
        </NavShell>
    }
    .into_any()
}

/// What the page's title says.
fn set_title(screen: &str) {
    platform::document().set_title(&format!("{screen} · {}", texts().common.app));
}
