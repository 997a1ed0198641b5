//! From an empty tab to a driver: the lock, the store, and what to say when the store does not open.
//!
//! Always: one tab drives; the others show what is stored and follow its changes.
//! Never: starts afresh over data that may still be there, unless a person decides so.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::sync::phone::Reach;

use super::work::Work;
use super::{Phase, PhaseSignal, set_title};
use crate::driver::{Driver, Mode, Saving};
use crate::i18n::texts;
use crate::platform::{self, Channel, Timer};
use crate::store::{Store, StoreError};
use crate::ui::{Button, ButtonKind, Dialog, Message, MessageKind, TopBar, view};

/// The name of the phone's store and of the channel between its tabs.
const STORE: &str = "lumbung";
/// Rest before a reading tab reads again.
const REREAD_MS: u32 = 300;
/// The ballast is laid when the first minute's hurry is over.
const BALLAST_DELAY_MS: u32 = 20_000;

/// Asks to drive, and opens the store either way.
pub(super) fn start(phase: PhaseSignal) {
    platform::drive(
        move || spawn_local(open(phase, Mode::Reads)),
        move |lock| {
            // Held for as long as the page lives.
            std::mem::forget(lock);
            spawn_local(open(phase, Mode::Drives));
        },
    );
}

async fn open(phase: PhaseSignal, mode: Mode) {
    let next = match wake(mode).await {
        Ok(next) => next,
        Err(error) => Phase::Broken(error),
    };
    let drives = phase.with_untracked(|phase| match phase {
        Phase::Ready(work) => !work.driver().reads_only(),
        Phase::Opening | Phase::Broken(_) | Phase::NotEnrolled(_) => false,
    });
    // The lock may have come while a reading tab was still opening.
    if !(drives && mode == Mode::Reads) {
        phase.set(next);
    }
}

async fn wake(mode: Mode) -> Result<Phase, StoreError> {
    let store = Store::open(STORE).await?;
    let Some(driver) = Driver::wake(store.clone(), Reach::WholeScope, mode).await? else {
        return Ok(Phase::NotEnrolled(store));
    };
    Ok(Phase::Ready(begin(driver)))
}

/// Lets a driver work: it syncs from here on.
pub(super) fn begin(driver: Driver) -> Work {
    if !driver.reads_only() {
        driver.keep_in_sync();
        let store = driver.store().clone();
        spawn_local(async move {
            platform::sleep(BALLAST_DELAY_MS).await;
            // Without room there is no ballast; everything else goes on.
            let _ = store.lay_ballast().await;
        });
    }
    Work::new(driver)
}

/// Tells the other tabs of each commit; a reading tab reads again when it is told.
pub(super) fn keep_tabs_in_step(phase: PhaseSignal) {
    let timer = StoredValue::new_local(None::<Timer>);
    let reads = move || {
        phase.with_untracked(|phase| match phase {
            Phase::Ready(work) => work.driver().reads_only(),
            Phase::Opening | Phase::Broken(_) | Phase::NotEnrolled(_) => false,
        })
    };
    let heard = move || {
        if reads() {
            let again = platform::after(REREAD_MS, move || spawn_local(open(phase, Mode::Reads)));
            timer.set_value(Some(again));
        }
    };
    let channel = StoredValue::new_local(Channel::open(STORE, heard));
    Effect::new(move |_| {
        let Phase::Ready(work) = phase.get() else {
            return;
        };
        let is_saved = matches!(work.driver().saving().get(), Saving::Saved(_));
        if is_saved && !work.driver().reads_only() {
            channel.with_value(|channel| {
                if let Some(channel) = channel {
                    channel.say_changed();
                }
            });
        }
    });
}

/// The store would not open: what happened, what is safe, what to do.
#[component]
pub(super) fn BrokenScreen(error: StoreError, phase: PhaseSignal) -> AnyView {
    let words = &texts().collector;
    set_title(words.broken_title);
    let retry = move |_| {
        phase.set(Phase::Opening);
        spawn_local(open(phase, Mode::Drives));
    };
    let is_emptied = error == StoreError::OpenedEmptyButMarked;
    let asks = RwSignal::new(false);
    let accept = move |_| {
        Store::accept_loss(STORE);
        asks.set(false);
        phase.set(Phase::Opening);
        spawn_local(open(phase, Mode::Drives));
    };
    let start_over = is_emptied.then(|| {
        view! {
            <Button kind=ButtonKind::Danger full=true test="start-over" on_press=move |_| asks.set(true)>
                {words.start_over}
            </Button>
            <Dialog open=asks title=words.start_over_title test="start-over-dialog">
                <p>{texts().collector.start_over_body}</p>
                <div class="actions">
                    <Button on_press=move |_| asks.set(false)>{texts().common.cancel}</Button>
                    <Button kind=ButtonKind::Danger test="start-over-yes" on_press=accept>{texts().collector.start_over}</Button>
                </div>
            </Dialog>
        }
    });
    view! {
        <div class="screen">
            <TopBar/>
            <main class="column stack" data-test="store-broken">
                <h2>{words.broken_title}</h2>
                <Message kind=MessageKind::Error>{error.text(texts())}</Message>
                <Message kind=MessageKind::Info>{words.broken_safe}</Message>
                <Button kind=ButtonKind::Primary full=true test="retry" on_press=retry>{texts().common.retry}</Button>
                {start_over}
            </main>
        </div>
    }
}
