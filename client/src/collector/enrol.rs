//! A link becomes this phone's right to work for an account.
//!
//! Always: nothing is redeemed without a tap; the attempt is remembered before it is sent, so that a lost answer can
//! be asked for again.
//! Never: replaces the account of a phone that has one; a link of the same account may renew the phone's own name.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::ids::{AccountId, hex_text};
use shared::sync::phone::Me;

use super::set_title;
use super::wake::Tab;
use super::work::Work;
use crate::driver::{Credential, EnrolError, Hub};
use crate::i18n::{Texts, texts};
use crate::platform;
use crate::router::use_router;
use crate::store::Store;
use crate::ui::{
    Button, ButtonKind, LanguagePicker, Message, MessageKind, TopBar, kept, live, view,
};

/// The token that was tried last, and the attempt's name.
const ATTEMPT_KEY: &str = "lumbung.attempt";

#[component]
pub(super) fn EnrolScreen(token: String, store: Store, tab: Tab) -> AnyView {
    let words = &texts().collector;
    set_title(words.enrol_title());
    let router = use_router();
    let store = StoredValue::new_local(store);
    let redeem = move |token: String, texts| async move {
        let (me, credential) = ask(&token, None, texts).await?;
        let settled = tab.settle(store.get_value(), me, credential).await;
        settled.map_err(|error| error.text(texts))?;
        platform::forget(ATTEMPT_KEY);
        router.replace("#/");
        // Chrome says yes once the app is installed; the home screen shows what is still missing.
        let _ = platform::storage_persist().await;
        Ok(())
    };
    let step = |text: &'static str| view! { <li>{text}</li> };
    let body = view! {
        <h2 class="big">{words.enrol_title()}</h2>
        <p>{words.enrol_body()}</p>
        <ol class="steps-list">{words.enrol_steps().map(step)}</ol>
        <LanguagePicker/>
    };
    redeeming(body, words.open_link(), token, redeem)
}

/// A screen with one thing to do: redeem the link, or be told why that fails.
fn redeeming<F: Future<Output = Result<(), String>> + 'static>(
    body: AnyView,
    act: &'static str,
    token: String,
    redeem: impl Fn(String, &'static Texts) -> F + Copy + Send + Sync + 'static,
) -> AnyView {
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<String>);
    let press = move |_| {
        busy.set(true);
        trouble.set(None);
        let redeemed = redeem(token.clone(), texts());
        spawn_local(async move {
            if let Err(text) = redeemed.await {
                trouble.try_set(Some(text));
                busy.try_set(false);
            }
        });
    };
    let told = move || {
        trouble.get().map(|text| {
            view! { <Message kind=MessageKind::Error test="enrol-error">{text}</Message> }
        })
    };
    view! {
        <div class="screen">
            <TopBar/>
            <main class="column stack">{body} {live(told)}</main>
            <footer class="actionbar">
                <Button kind=ButtonKind::Primary full=true busy test="enrol" on_press=press>{act}</Button>
            </footer>
        </div>
    }
}

/// Redeems the link, or says why not. A phone that holds an account's work takes a link of that account only.
async fn ask(
    token: &str,
    account: Option<AccountId>,
    texts: &Texts,
) -> Result<(Me, Credential), String> {
    let enrolled = Hub::enrol(token, &attempt(token), account).await;
    enrolled.map_err(|error| refusal(&error, texts))
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
        Some("enrolment_unknown") => words.enrol_unknown().to_owned(),
        Some("enrolment_used") => words.enrol_used().to_owned(),
        Some("enrolment_expired") => words.enrol_expired().to_owned(),
        Some("enrolment_other_account") => words.enrol_other_account().to_owned(),
        _ => error.text(texts),
    }
}

/// The phone has an account already. Where the server does not know the phone any more, a new link of the same account
/// connects it again, with everything on it; else the link stays good for another phone.
#[component]
pub(super) fn AlreadyEnrolled(token: String, work: Work) -> AnyView {
    let words = &texts().collector;
    set_title(words.enrol_title());
    let router = use_router();
    let me = work.driver().me();
    // A revoked phone may bring what it holds, and then nothing is wrong for a moment; what was said of the link stays.
    let was_cut_off = StoredValue::new(false);
    let is_cut_off = kept(move || {
        work.track();
        if work.is_cut_off() && !work.driver().reads_only() {
            was_cut_off.set_value(true);
        }
        was_cut_off.get_value()
    });
    let show = move || {
        let words = &texts().collector;
        let name = me.account.name.clone();
        if is_cut_off.get() {
            let account = me.account.id;
            let again = move |token: String, texts| connect_again(work, token, account, texts);
            let body = view! {
                <h2 class="big">{words.connect_again_title()}</h2>
                <p>{words.connect_again_body(&name)}</p>
            };
            return redeeming(body, words.connect_again(), token.clone(), again);
        }
        view! {
            <div class="screen">
                <TopBar/>
                <main class="column stack">
                    <h2 class="big">{words.already_enrolled(&name)}</h2>
                    <p>{words.already_enrolled_body()}</p>
                </main>
                <footer class="actionbar">
                    <Button kind=ButtonKind::Primary full=true test="go-home" on_press=move |_| router.replace("#/")>
                        {words.to_my_villages()}
                    </Button>
                </footer>
            </div>
        }
    };
    live(show)
}

/// The same work under a new name of the device. The page begins anew, so that nothing goes on under the old one.
async fn connect_again(
    work: Work,
    token: String,
    account: AccountId,
    texts: &'static Texts,
) -> Result<(), String> {
    let (me, credential) = ask(&token, Some(account), texts).await?;
    let rejoined = work.driver().rejoin(me, credential).await;
    rejoined.map_err(|error| error.text(texts))?;
    platform::forget(ATTEMPT_KEY);
    let location = platform::window().location();
    let _ = location.set_hash("/");
    let _ = location.reload();
    Ok(())
}
