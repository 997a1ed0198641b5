//! A link becomes this phone's right to work for an account.
//!
//! Always: nothing is redeemed without a tap; the attempt is remembered before it is sent, so that a lost answer can
//! be asked for again.
//! Never: replaces the account of a phone that has one.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::hex_text;
use shared::sync::phone::Reach;

use super::work::Work;
use super::{Phase, PhaseSignal, set_title, wake};
use crate::driver::{Driver, EnrolError, Hub};
use crate::i18n::{Texts, texts};
use crate::platform;
use crate::router::use_router;
use crate::store::Store;
use crate::ui::{Button, ButtonKind, LanguagePicker, Message, MessageKind, TopBar, live, view};

/// The token that was tried last, and the attempt's name.
const ATTEMPT_KEY: &str = "lumbung.attempt";

#[component]
pub(super) fn EnrolScreen(token: String, store: Store, phase: PhaseSignal) -> AnyView {
    let words = &texts().collector;
    set_title(words.enrol_title);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let router = use_router();
    let store = StoredValue::new_local(store);
    let press = move |_| {
        busy.set(true);
        trouble.set(None);
        let (token, store, texts) = (token.clone(), store.get_value(), texts());
        spawn_local(async move {
            match enrol(&token, store, texts).await {
                Ok(driver) => {
                    platform::forget(ATTEMPT_KEY);
                    router.replace("#/");
                    phase.set(Phase::Ready(wake::begin(driver)));
                }
                Err(text) => {
                    trouble.try_set(Some(text));
                    busy.try_set(false);
                }
            }
        });
    };
    let told = move || {
        trouble.get().map(|text| {
            view! { <Message kind=MessageKind::Error test="enrol-error">{text}</Message> }
        })
    };
    let step = |text: &'static str| view! { <li>{text}</li> };
    view! {
        <div class="screen">
            <TopBar/>
            <main class="column stack">
                <h2 class="big">{words.enrol_title}</h2>
                <p>{words.enrol_body}</p>
                <ol class="steps-list">{words.enrol_steps.map(step)}</ol>
                {live(told)}
                <LanguagePicker/>
            </main>
            <footer class="actionbar">
                <Button kind=ButtonKind::Primary full=true busy test="enrol" on_press=press>{words.open_link}</Button>
            </footer>
        </div>
    }
}

/// Redeems the link and wakes the driver, or says why not.
async fn enrol(token: &str, store: Store, texts: &'static Texts) -> Result<Driver, String> {
    let (me, credential) = Hub::enrol(token, &attempt(token))
        .await
        .map_err(|error| refusal(&error, texts))?;
    let driver = Driver::settle(store, me, credential, Reach::WholeScope)
        .await
        .map_err(|error| error.text(texts))?;
    // Chrome says yes once the app is installed; the home screen shows what is still missing.
    let _ = platform::storage_persist().await;
    Ok(driver)
}

/// The name of this attempt: the same as long as the link is the same.
fn attempt(token: &str) -> String {
    if let Some(kept) = platform::kept(ATTEMPT_KEY)
        && let Some((of, attempt)) = kept.split_once(' ')
        && of == token
    {
        return attempt.to_owned();
    }
    let attempt = hex_text(&platform::random_16());
    platform::keep(ATTEMPT_KEY, &format!("{token} {attempt}"));
    attempt
}

fn refusal(error: &EnrolError, texts: &Texts) -> String {
    let words = &texts.collector;
    match error.code() {
        Some("enrolment_unknown") => words.enrol_unknown.to_owned(),
        Some("enrolment_used") => words.enrol_used.to_owned(),
        Some("enrolment_expired") => words.enrol_expired.to_owned(),
        _ => error.text(texts),
    }
}

/// The phone has an account already; the link stays good for another phone.
#[component]
pub(super) fn AlreadyEnrolled(work: Work) -> AnyView {
    let words = &texts().collector;
    set_title(words.enrol_title);
    let router = use_router();
    let name = work.driver().me().account.name;
    view! {
        <div class="screen">
            <TopBar/>
            <main class="column stack">
                <h2 class="big">{(words.already_enrolled)(&name)}</h2>
                <p>{words.already_enrolled_body}</p>
            </main>
            <footer class="actionbar">
                <Button kind=ButtonKind::Primary full=true test="go-home" on_press=move |_| router.replace("#/")>
                    {words.to_my_villages}
                </Button>
            </footer>
        </div>
    }
}
