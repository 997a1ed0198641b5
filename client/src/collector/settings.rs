//! This phone: whose it is, what it still has to send, and how it shows things.
//!
//! Always: a trouble is said in words with the next step.
//! Never: offers anything that deletes unsent work.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::sync::phone::Wakeup;

use super::set_title;
use super::words::{failure_text, local, when};
use super::work::Work;
use crate::i18n::{integer_text, texts};
use crate::platform;
use crate::ui::{
    Button, ButtonKind, LanguagePicker, Message, MessageKind, TextSizePicker, TopBar, live, picker,
    view,
};

/// Digits of the device's id that a person reads out.
const DEVICE_DIGITS: usize = 8;

/// What photos may use in a day; the first is no bound.
const PHOTO_MEGABYTES: [u64; 4] = [0, 5, 20, 100];
const MEGABYTE: u64 = 1_000_000;

#[component]
pub(super) fn SettingsScreen(work: Work) -> AnyView {
    let words = &texts().collector;
    set_title(words.settings());
    let trouble = move || {
        work.track();
        let words = &texts().collector;
        let failure = work.driver().failure();
        let why = match work.driver().wakes_for() {
            Wakeup::PhotosTomorrow => Some(words.photos_tomorrow().to_owned()),
            Wakeup::Retry | Wakeup::NextRound => failure.map(|failure| failure_text(&failure)),
        };
        why.map(|why| view! { <Message kind=MessageKind::Doubt test="trouble">{why}</Message> })
    };
    let busy = Signal::derive(move || {
        work.track();
        work.driver().is_syncing()
    });
    let send = (!work.driver().reads_only()).then(|| {
        let hand_over = move |_| platform::open_bundles(&work.driver().hand());
        view! {
            <Button full=true busy test="send-now" on_press=move |_| work.driver().sync()>{words.send_now()}</Button>
            <Button full=true kind=ButtonKind::Plain test="hand-over" on_press=hand_over>{words.hand_over()}</Button>
        }
    });
    view! {
        <div class="screen">
            <TopBar title=words.settings().to_owned() back="#/" sticky=true/>
            <main class="column stack" data-test="phone-screen">
                {live(trouble)}
                {facts(work)}
                {send}
                <div class="grid"><LanguagePicker/><TextSizePicker/></div>
                {photos_per_day(work)}
                <h2 class="section-title">{words.help_title()}</h2>
                <ul class="help">{words.help().map(|line| view! { <li>{line}</li> })}</ul>
            </main>
        </div>
    }
}

/// Text goes in any case; photos weigh a hundred times as much, and somebody pays for them.
fn photos_per_day(work: Work) -> AnyView {
    let words = &texts().collector;
    let chosen = work.driver().scope().photo_budget.unwrap_or(0);
    let options = PHOTO_MEGABYTES.into_iter().map(|megabytes| {
        let name = match megabytes {
            0 => words.no_bound().to_owned(),
            _ => format!("{megabytes} MB"),
        };
        let is_chosen = megabytes * MEGABYTE == chosen;
        (megabytes.to_string(), name, is_chosen)
    });
    let choose = move |megabytes: String| {
        let megabytes: u64 = megabytes.parse().unwrap_or(0);
        let bytes = (0 < megabytes).then_some(megabytes * MEGABYTE);
        work.driver().set_photo_budget(bytes);
    };
    picker(
        words.photos_per_day(),
        "photos-per-day",
        options.collect(),
        Box::new(choose),
    )
}

fn facts(work: Work) -> AnyView {
    let words = &texts().collector;
    let me = work.driver().me();
    let device: String = me.device.to_string().chars().take(DEVICE_DIGITS).collect();
    let persisted = RwSignal::new(None::<bool>);
    spawn_local(async move {
        let is_persisted = platform::storage_persisted().await;
        persisted.try_set(Some(is_persisted));
    });
    let storage = move || {
        let words = &texts().collector;
        match (platform::is_installed(), persisted.get()) {
            (_, None) => "…",
            (true, Some(true)) => words.installed_and_persisted(),
            (false, Some(true)) => words.persisted_only(),
            (_, Some(false)) => words.storage_at_risk(),
        }
    };
    let unsent = move || {
        work.track();
        let numbers = work.driver().numbers();
        texts()
            .collector
            .unsent(numbers.ops_waiting, numbers.photos_waiting)
    };
    let receipt = move || {
        work.track();
        let receipt = work.driver().scope().receipt;
        receipt.map_or_else(
            || texts().collector.no_receipt().to_owned(),
            |receipt| {
                let number = integer_text(receipt.number.0 as i64);
                format!("{number} · {}", when(local(receipt.at)))
            },
        )
    };
    view! {
        <section class="panel">
            <dl class="facts pad">
                <dt>{words.account()}</dt>
                <dd data-test="account">{me.account.name} <span class="muted">" · " {me.account.username}</span></dd>
                <dt>{words.device()}</dt>
                <dd class="num">{device}</dd>
                <dt>{words.storage()}</dt>
                <dd data-test="storage">{live(storage)}</dd>
                <dt>{words.not_sent()}</dt>
                <dd data-test="unsent">{live(unsent)}</dd>
                <dt>{words.receipt()}</dt>
                <dd class="num">{live(receipt)}</dd>
                <dt>{words.app_version()}</dt>
                <dd class="num">{me.app_version}</dd>
            </dl>
        </section>
    }
}
