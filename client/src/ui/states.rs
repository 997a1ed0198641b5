//! What stands there when nothing else does: loading, empty, failed; and short notices that go by themselves.
//!
//! Always: says what happened, what is safe and what to do.
//! Never: leaves a blank screen.

use leptos::prelude::*;

use super::basics::{Button, ButtonKind, Message, MessageKind};
use super::{live, view};
use crate::i18n::texts;
use crate::platform;

/// How long a notice stays.
const TOAST_MS: u32 = 6_000;

/// Something is on its way.
#[component]
pub fn Loading(#[prop(optional, into)] text: Option<String>) -> AnyView {
    let text = text.unwrap_or_else(|| texts().common.loading.to_owned());
    view! {
        <div class="state" role="status" data-test="loading">
            <span class="spinner mark" aria-hidden="true"></span>
            <p class="muted">{text}</p>
        </div>
    }
}

/// Nothing is here yet, and what to do next.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(optional, into)] body: String,
    #[prop(optional)] test: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> AnyView {
    view! {
        <section class="state" data-test=test>
            <svg class="mark" width="64" height="64" viewBox="0 0 28 28" aria-hidden="true">
                <path d="M3 12 14 4l11 8" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"></path>
                <path d="M6 12h16l-2 10H8zM8 22v3M20 22v3" fill="none" stroke="currentColor" stroke-width="1.6"></path>
            </svg>
            <h2>{title}</h2>
            <p class="muted" hidden=body.is_empty()>{body.clone()}</p>
            {children.map(|children| children())}
        </section>
    }
}

/// It did not work, why, and again.
#[component]
pub fn ErrorState(
    #[prop(into)] text: Signal<String>,
    #[prop(optional, into)] on_retry: Option<Callback<()>>,
) -> AnyView {
    let retry = on_retry.map(|on_retry| {
        view! {
            <Button kind=ButtonKind::Primary test="retry" on_press=move |_| on_retry.run(())>
                {texts().common.retry}
            </Button>
        }
    });
    view! {
        <section class="state error" data-test="error">
            <Message kind=MessageKind::Error>{live(move || text.get())}</Message>
            {retry}
        </section>
    }
}

/// A short notice, with a way back where there is one.
#[derive(Debug, Clone)]
pub struct Toast {
    pub text: String,
    pub undo: Option<Callback<()>>,
}

/// The notice that is shown; copy it freely.
#[derive(Debug, Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Option<Toast>>,
    timer: StoredValue<Option<platform::Timer>, LocalStorage>,
}

impl Toasts {
    /// Puts an empty place for notices into the context of an app.
    pub fn provide() -> Toasts {
        let toasts = Toasts {
            shown: RwSignal::new(None),
            timer: StoredValue::new_local(None),
        };
        provide_context(toasts);
        toasts
    }

    pub fn say(self, text: impl Into<String>) {
        self.show(Toast {
            text: text.into(),
            undo: None,
        });
    }

    /// Says what was done, and offers to take it back.
    pub fn say_with_undo(self, text: impl Into<String>, undo: Callback<()>) {
        self.show(Toast {
            text: text.into(),
            undo: Some(undo),
        });
    }

    fn show(self, toast: Toast) {
        self.shown.set(Some(toast));
        let shown = self.shown;
        let timer = platform::after(TOAST_MS, move || {
            shown.try_set(None);
        });
        self.timer.try_set_value(Some(timer));
    }
}

/// The notices of this app.
pub fn use_toasts() -> Toasts {
    expect_context::<Toasts>()
}

/// Where notices appear; once per app, at the end of its view.
#[component]
pub fn ToastPlace() -> AnyView {
    let toasts = use_toasts();
    let undo = move |undo: Callback<()>| {
        let press = move |_| {
            toasts.shown.set(None);
            let _ = undo.try_run(());
        };
        view! { <Button kind=ButtonKind::Quiet test="undo" on_press=press>{texts().common.undo}</Button> }
    };
    let toast = move |toast: Toast| {
        view! {
            <div class="toast" data-test="toast">
                <span>{toast.text}</span>
                <span class="sp"></span>
                {toast.undo.map(undo)}
            </div>
        }
    };
    view! { <div role="status" aria-live="polite">{live(move || toasts.shown.get().map(toast))}</div> }
}
