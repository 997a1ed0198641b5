//! From an empty tab to a driver: the lock, the store, and what to say when the store does not open.
//!
//! Always: only the tab that holds the lock drives, whatever it was doing when the lock came; the others show what is
//! stored and follow its changes.
//! Never: starts afresh over data that may still be there, unless a person decides so.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::sync::phone::{Me, Reach};

use super::work::Work;
use super::{Phase, set_title};
use crate::driver::{Credential, Driver, Mode, Saving};
use crate::i18n::texts;
use crate::platform::{self, Channel, DriverLock, Timer};
use crate::store::{Store, StoreError};
use crate::ui::{Button, ButtonKind, Dialog, Message, MessageKind, TopBar, effect, view};

/// The name of the phone's store and of the channel between its tabs.
const STORE: &str = "lumbung";
/// Rest before a tab without the lock reads, and reads again: one that is loaded anew has the lock by then.
const REREAD_MS: u32 = 300;
/// The ballast is laid when the first minute's hurry is over.
const BALLAST_DELAY_MS: u32 = 20_000;

/// This tab among the others of the phone; copy it freely.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tab {
    phase: RwSignal<Phase, LocalStorage>,
    /// Held for as long as this tab drives.
    lock: StoredValue<Option<DriverLock>, LocalStorage>,
    channel: StoredValue<Option<Channel>, LocalStorage>,
    reread: StoredValue<Option<Timer>, LocalStorage>,
}

impl Tab {
    /// Asks to drive, and opens the store either way.
    pub(super) fn start() -> Tab {
        let tab = Tab {
            phase: RwSignal::new_local(Phase::Opening),
            lock: StoredValue::new_local(None),
            channel: StoredValue::new_local(None),
            reread: StoredValue::new_local(None),
        };
        tab.channel
            .set_value(Channel::open(STORE, move || tab.heard()));
        effect(move |_| tab.tell());
        tab.ask();
        tab
    }

    pub(super) fn phase(self) -> Phase {
        self.phase.get()
    }

    fn mode(self) -> Mode {
        match self.lock.with_value(Option::is_some) {
            true => Mode::Drives,
            false => Mode::Reads,
        }
    }

    fn ask(self) {
        platform::drive(
            move || self.heard(),
            move |lock| {
                // Else the tab would open once more, and two drivers write in one lane.
                self.reread.set_value(None);
                self.lock.set_value(Some(lock));
                spawn_local(self.open());
            },
        );
    }

    async fn open(self) {
        let mode = self.mode();
        let woken = wake(mode).await;
        // The lock may have come or gone meanwhile; then the tab opens again as what it is now.
        if mode != self.mode() || self.drives() {
            return;
        }
        let next = match woken {
            // A link that is being redeemed, and what was said of it, stay on the screen.
            Ok((_, None)) if self.is_not_enrolled() => return,
            Ok((store, None)) => Phase::NotEnrolled(store),
            Ok((_, Some(driver))) => Phase::Ready(begin(driver)),
            Err(error) => Phase::Broken(error),
        };
        self.phase.set(next);
    }

    /// Whether an engine works here: it does so until the page ends, and a second one would write in its lane.
    fn drives(self) -> bool {
        self.phase.with_untracked(
            |phase| matches!(phase, Phase::Ready(work) if !work.driver().reads_only()),
        )
    }

    fn is_not_enrolled(self) -> bool {
        self.phase
            .with_untracked(|phase| matches!(phase, Phase::NotEnrolled(_)))
    }

    fn open_again(self) {
        self.phase.set(Phase::Opening);
        spawn_local(self.open());
    }

    /// Makes this phone the account's and shows its villages.
    pub(super) async fn settle(
        self,
        store: Store,
        me: Me,
        credential: Credential,
    ) -> Result<(), StoreError> {
        let mode = self.mode();
        let driver = Driver::settle(store, me, credential, Reach::WholeScope, mode).await?;
        // Another tab that waits for a link gives way, so that this one drives.
        self.say_changed();
        if self.drives() {
            // The lock came while the account was being stored, and the tab has opened by itself.
        } else if mode == self.mode() {
            self.phase.set(Phase::Ready(begin(driver)));
        } else {
            self.open_again();
        }
        Ok(())
    }

    /// Tells the other tabs of each commit.
    fn tell(self) {
        let Phase::Ready(work) = self.phase.get() else {
            return;
        };
        let is_saved = matches!(work.driver().saving().get(), Saving::Saved(_));
        if is_saved && !work.driver().reads_only() {
            self.say_changed();
        }
    }

    fn say_changed(self) {
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                channel.say_changed();
            }
        });
    }

    /// Another tab drives, and may have committed something.
    fn heard(self) {
        match self.mode() {
            // Not put off by what comes meanwhile, or a tab would wait as long as another is busy.
            Mode::Reads if self.reread.with_value(Option::is_some) => {}
            Mode::Reads => {
                let read = async move {
                    self.reread.set_value(None);
                    self.open().await;
                };
                self.reread
                    .set_value(Some(platform::after(REREAD_MS, || spawn_local(read))));
            }
            // The person enrolled the phone in the tab that the link opened, and goes on there.
            Mode::Drives if self.is_not_enrolled() => {
                self.lock.set_value(None);
                self.ask();
            }
            Mode::Drives => {}
        }
    }
}

async fn wake(mode: Mode) -> Result<(Store, Option<Driver>), StoreError> {
    let store = Store::open(STORE).await?;
    let driver = Driver::wake(store.clone(), Reach::WholeScope, mode).await?;
    Ok((store, driver))
}

/// Lets a driver work: it syncs from here on.
fn begin(driver: Driver) -> Work {
    if !driver.reads_only() {
        driver.keep_in_sync();
        platform::announce_awake(&driver.hand());
        let store = driver.store().clone();
        spawn_local(async move {
            platform::sleep(BALLAST_DELAY_MS).await;
            // Without room there is no ballast; everything else goes on.
            let _ = store.lay_ballast().await;
        });
    }
    Work::new(driver)
}

/// The store would not open: what happened, what is safe, what to do.
#[component]
pub(super) fn BrokenScreen(error: StoreError, tab: Tab) -> AnyView {
    let words = &texts().collector;
    set_title(words.broken_title());
    let retry = move |_| tab.open_again();
    let is_emptied = error == StoreError::OpenedEmptyButMarked;
    let asks = RwSignal::new(false);
    let accept = move |_| {
        Store::accept_loss(STORE);
        asks.set(false);
        tab.open_again();
    };
    let start_over = is_emptied.then(|| {
        view! {
            <Button kind=ButtonKind::Danger full=true test="start-over" on_press=move |_| asks.set(true)>
                {words.start_over()}
            </Button>
            <Dialog open=asks title=words.start_over_title() test="start-over-dialog">
                <p>{texts().collector.start_over_body()}</p>
                <div class="actions">
                    <Button on_press=move |_| asks.set(false)>{texts().common.cancel}</Button>
                    <Button kind=ButtonKind::Danger test="start-over-yes" on_press=accept>{texts().collector.start_over()}</Button>
                </div>
            </Dialog>
        }
    });
    view! {
        <div class="screen">
            <TopBar/>
            <main class="column stack" data-test="store-broken">
                <h2>{words.broken_title()}</h2>
                <Message kind=MessageKind::Error>{error.text(texts())}</Message>
                <Message kind=MessageKind::Info>{words.broken_safe()}</Message>
                <Button kind=ButtonKind::Primary full=true test="retry" on_press=retry>{texts().common.retry}</Button>
                {start_over}
            </main>
        </div>
    }
}
