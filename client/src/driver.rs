//! Carries out what the phone machine says: stores, sends, waits, and tells the screens.
//!
//! Always: "saved" is said only after the store's commit; a failed commit is tried again until it holds.
//! Always: one request is on its way at a time, each with a time limit.
//! Never: decides about sync or merging; that is `shared::sync::phone`.

#[cfg(feature = "console")]
mod desk;
#[cfg(feature = "collector")]
mod handing;
mod hub;
mod records;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use leptos::prelude::{GetUntracked, RwSignal, Set, Update};
use shared::answers::{Change, Evidence, File};
use shared::ids::{
    BlobId, BootId, CaseId, DeviceId, OpId, Path, QuestionnaireId, VisitId, hex_text,
};
use shared::merge::Case;
use shared::questionnaire::model::Questionnaire;
use shared::questionnaire::packed::PackedList;
use shared::sorted;
use shared::sync::phone::{
    Action, BlobRecord, Draft, Failure, Mark, Me, Numbers, Phone, Reach, Request, Scope, Token,
    Wakeup, Write,
};
use shared::time::Moment;
use shared::wire::v1::DeviceFacts;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use crate::platform::{self, Timer};
use crate::store::{Batch, Store, StoreError, StoreName};

pub use hub::{Credential, EnrolError, Hub};

/// Between two tries to store something that the device would not take.
const STORE_RETRY_MS: u32 = 1_500;
/// Rests until what is being stored is stored, before the page is loaded again.
const REJOIN_WAIT_MS: u32 = 100;
const REJOIN_WAITS_MAX: u32 = 50;
/// The least between two rounds of sync that events ask for.
const SYNC_REST_MS: u64 = 1_000;
/// Keys of texts that no op holds.
const NOTE_PREFIX: &str = "note/";
/// Keys of marks that a questionnaire is here with all its lists.
const WHOLE_PREFIX: &str = "whole ";

/// What the line at the bottom says about the last answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saving {
    /// Nothing was written since the app was opened.
    Untouched,
    /// A commit is under way.
    Busy,
    /// Everything is on the disk since then.
    Saved(Moment),
    /// The store refuses; it is tried again.
    Failed(StoreError),
}

/// The device's one engine; clones share it.
#[derive(Clone)]
pub struct Driver {
    inner: Rc<Inner>,
}

struct Inner {
    phone: RefCell<Phone>,
    store: Store,
    hub: Hub,
    boot: BootId,
    visit: Cell<VisitId>,
    open_commits: Cell<u32>,
    saving: RwSignal<Saving>,
    changed: RwSignal<u64>,
    timer: RefCell<Option<Timer>>,
    /// Somebody asked for a round that has not begun yet.
    is_asked: Cell<bool>,
    last_sync_ms: Cell<Option<u64>>,
    /// Questionnaires that are here with all their lists.
    complete: RefCell<sorted::Set<QuestionnaireId>>,
    is_fetching: Cell<bool>,
    lost: Option<usize>,
    /// The machine as it stands belongs to another tab; this one only reads.
    reads_only: bool,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver")
            .field("reads_only", &self.inner.reads_only)
            .finish_non_exhaustive()
    }
}

/// How a driver is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Holds the lock of this device.
    Drives,
    /// Another tab drives; this one shows what is stored.
    Reads,
}

impl Driver {
    /// Wakes the engine from the store; `None` when the device was never enrolled.
    ///
    /// # Errors
    /// What the store said, or `Refused` with the record that cannot be read: nothing is skipped.
    pub async fn wake(
        store: Store,
        reach: Reach,
        mode: Mode,
    ) -> Result<Option<Driver>, StoreError> {
        let Some((stored, credential, lost)) = records::load(&store).await? else {
            return Ok(None);
        };
        let mut seed = [0; 32];
        seed.copy_from_slice(&platform::random_bytes(32));
        let inner = Inner {
            phone: RefCell::new(Phone::new(stored, reach, seed)),
            store,
            hub: Hub::new(credential),
            boot: BootId(platform::random_16()),
            visit: Cell::new(VisitId(platform::random_16())),
            open_commits: Cell::new(0),
            saving: RwSignal::new(Saving::Untouched),
            changed: RwSignal::new(0),
            timer: RefCell::new(None),
            is_asked: Cell::new(false),
            last_sync_ms: Cell::new(None),
            complete: RefCell::default(),
            is_fetching: Cell::new(false),
            lost,
            reads_only: mode == Mode::Reads,
        };
        Ok(Some(Driver {
            inner: Rc::new(inner),
        }))
    }

    /// Makes this device the account's, as the enrolment or sign-in said, and wakes the engine.
    ///
    /// # Errors
    /// What the store said.
    pub async fn settle(
        store: Store,
        me: Me,
        credential: Credential,
        reach: Reach,
        mode: Mode,
    ) -> Result<Driver, StoreError> {
        store.commit(records::identity(me, &credential)).await?;
        let driver = Driver::wake(store, reach, mode).await?;
        driver.ok_or_else(|| StoreError::Aborted("the account was not stored".to_owned()))
    }

    /// Signs this browser in as a desk: the session cookie is there already.
    ///
    /// # Errors
    /// What the store said.
    pub async fn settle_desk(
        store: Store,
        account: shared::wire::office::AccountView,
        mode: Mode,
    ) -> Result<Driver, StoreError> {
        let device = DeviceId(platform::random_16());
        let me = hub::me(device, account);
        Driver::settle(store, me, Credential::Cookie, Reach::OpenedCases, mode).await
    }

    /// Gives the device a new name at the hub, for the same account; everything on it stays. The page is to be loaded
    /// again afterwards: this engine goes on under the old name.
    ///
    /// # Errors
    /// What the store said.
    pub async fn rejoin(&self, mut me: Me, credential: Credential) -> Result<(), StoreError> {
        // The page goes away with this: what is still on its way to the disk goes first.
        for _ in 0..REJOIN_WAITS_MAX {
            if self.inner.open_commits.get() == 0 {
                break;
            }
            platform::sleep(REJOIN_WAIT_MS).await;
        }
        if let Saving::Failed(error) = self.inner.saving.get_untracked() {
            return Err(error);
        }
        me.counter = self.me().counter;
        self.inner
            .store
            .commit(records::identity(me, &credential))
            .await
    }

    /// Changes whenever anything that a screen shows may have changed.
    pub fn changed(&self) -> RwSignal<u64> {
        self.inner.changed
    }

    pub fn saving(&self) -> RwSignal<Saving> {
        self.inner.saving
    }

    pub fn me(&self) -> Me {
        self.inner.phone.borrow().me().clone()
    }

    pub fn scope(&self) -> Scope {
        self.inner.phone.borrow().scope().clone()
    }

    pub fn numbers(&self) -> Numbers {
        self.inner.phone.borrow().numbers()
    }

    /// Why the next round of sync begins by itself.
    pub fn wakes_for(&self) -> Wakeup {
        self.inner.phone.borrow().wakes_for()
    }

    /// What photos may use in a day, in bytes; none without a bound. Sync goes on at once.
    pub fn set_photo_budget(&self, bytes: Option<u64>) {
        let actions = self.inner.phone.borrow_mut().set_photo_budget(bytes);
        self.perform(actions);
        self.sync();
        self.tell();
    }

    pub fn is_syncing(&self) -> bool {
        self.inner.phone.borrow().is_syncing()
    }

    /// What went wrong at the last try to reach the hub.
    pub fn failure(&self) -> Option<Failure> {
        self.inner
            .phone
            .borrow()
            .trouble()
            .map(|trouble| trouble.failure.clone())
    }

    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    pub fn hub(&self) -> &Hub {
        &self.inner.hub
    }

    /// How many unsent photos were found gone at this start; none where nothing was.
    pub fn lost(&self) -> Option<usize> {
        self.inner.lost
    }

    pub fn reads_only(&self) -> bool {
        self.inner.reads_only
    }

    /// Looks at the machine; keep it short, nothing may be written meanwhile.
    pub fn with<T>(&self, look: impl FnOnce(&Phone) -> T) -> T {
        look(&self.inner.phone.borrow())
    }

    /// Looks at a case; an empty one when nobody wrote anything yet.
    pub fn with_case<T>(&self, id: &CaseId, look: impl FnOnce(&Case) -> T) -> T {
        let phone = self.inner.phone.borrow();
        match phone.case(id) {
            Some(case) => look(case),
            None => look(&Case::new(id.clone())),
        }
    }

    /// A new visit begins: what is written from here on belongs to it.
    pub fn begin_visit(&self) {
        self.inner.visit.set(VisitId(platform::random_16()));
    }

    /// Everything of a case as it stands, for a screen that is drawn now.
    pub fn mark(&self, case: &CaseId) -> Mark {
        self.inner.phone.borrow().mark(case)
    }

    /// Journals one change by somebody who had `shown` before their eyes; it is safe when `saving` says so.
    pub fn write(
        &self,
        case: &CaseId,
        shown: Mark,
        path: &Path,
        change: Change,
        questionnaire: QuestionnaireId,
    ) -> Option<OpId> {
        if self.inner.reads_only {
            return None;
        }
        let clock = platform::clock();
        let written = Evidence {
            wall: clock.moment.wall,
            zone_minutes: clock.moment.zone_minutes,
            monotonic_ms: clock.monotonic_ms,
            boot: self.inner.boot,
            visit: self.inner.visit.get(),
        };
        let draft = Draft {
            case: case.clone(),
            shown,
            path: path.clone(),
            change,
            source: None,
            written,
            questionnaire,
        };
        let (id, actions) = self.inner.phone.borrow_mut().write(draft);
        self.perform(actions);
        self.tell();
        Some(id)
    }

    /// Stores a photo's bytes and, in the same transaction, that it is to be sent. The answer that names it is the
    /// caller's.
    ///
    /// # Errors
    /// `QuotaExceeded` when the device is full; text still fits then.
    pub async fn keep_blob(
        &self,
        case: &CaseId,
        content: &Blob,
        name: &str,
    ) -> Result<File, StoreError> {
        let unreadable = || StoreError::Refused("the file cannot be read".to_owned());
        let buffer = wasm_bindgen_futures::JsFuture::from(content.array_buffer())
            .await
            .map_err(|_| unreadable())?;
        let bytes = Uint8Array::new(&buffer);
        let hash = platform::sha256(&bytes).await.map_err(|_| unreadable())?;
        let blob = BlobId(hash);
        let mut batch = Batch::default();
        batch.put(
            StoreName::Blobs,
            hex_text(&hash),
            JsValue::from(bytes.clone()),
        );
        let length = u64::from(bytes.length());
        // Kept for another village it is asked for once more, and goes with neither before both are given up.
        let was_here = self.with(|phone| phone.has_photo(blob));
        let record = BlobRecord {
            blob,
            case: case.clone(),
            bytes: length,
            media_type: content.type_(),
            offset: 0,
            complete: false,
        };
        records::put(&mut batch, &Write::PutBlob(record.clone()));
        self.inner.store.commit(batch.clone()).await?;
        self.inner.phone.borrow_mut().keep_blob(record);
        if was_here {
            // It may have been given up with the other village meanwhile.
            self.inner.store.commit(batch).await?;
        }
        self.tell();
        Ok(File {
            blob,
            bytes: u64::from(bytes.length()),
            media_type: content.type_(),
            name: name.to_owned(),
        })
    }

    /// A text of this phone alone that outlives the app, such as points of a walk that is no answer yet.
    pub async fn note(&self, key: &str) -> Option<String> {
        let key = format!("{NOTE_PREFIX}{key}");
        let stored = self.inner.store.get(StoreName::Meta, &key).await;
        stored.ok()??.as_string()
    }

    /// Keeps such a text, or forgets it where it is empty.
    ///
    /// # Errors
    /// When the phone could not store it.
    pub async fn keep_note(&self, key: &str, text: &str) -> Result<(), StoreError> {
        let key = format!("{NOTE_PREFIX}{key}");
        let mut batch = Batch::default();
        match text.is_empty() {
            true => batch.delete(StoreName::Meta, key),
            false => batch.put(StoreName::Meta, key, text.into()),
        }
        self.inner.store.commit(batch).await
    }

    /// Sets bytes aside that are no answer yet, such as what was recorded so far; they outlive the app.
    ///
    /// # Errors
    /// When the phone could not store them.
    pub async fn set_aside(&self, key: &str, content: &Blob) -> Result<(), StoreError> {
        let buffer = wasm_bindgen_futures::JsFuture::from(content.array_buffer()).await;
        let buffer = buffer.map_err(|_| StoreError::Refused(key.to_owned()))?;
        let mut batch = Batch::default();
        let key = format!("{NOTE_PREFIX}{key}");
        batch.put(StoreName::Meta, key, Uint8Array::new(&buffer).into());
        self.inner.store.commit(batch).await
    }

    /// What was set aside under keys that begin so, in their order, with the rest of each key.
    pub async fn aside(&self, prefix: &str) -> Vec<(String, JsValue)> {
        let prefix = format!("{NOTE_PREFIX}{prefix}");
        let stored = self.inner.store.load_prefix(StoreName::Meta, &prefix).await;
        let mut stored = stored.unwrap_or_default();
        for (key, _) in &mut stored {
            key.drain(..prefix.len());
        }
        stored
    }

    /// Gives up what was set aside under keys that begin so.
    pub async fn give_up_aside(&self, prefix: &str) {
        let mut batch = Batch::default();
        for (rest, _) in self.aside(prefix).await {
            batch.delete(StoreName::Meta, format!("{NOTE_PREFIX}{prefix}{rest}"));
        }
        let _ = self.inner.store.commit(batch).await;
    }

    /// Begins a round of sync; while one is under way or has only just begun, a moment after it.
    pub fn sync(&self) {
        if self.inner.reads_only {
            return;
        }
        let now_ms = platform::monotonic_ms();
        if self.is_syncing() || now_ms < self.rested_ms() {
            self.inner.is_asked.set(true);
            self.wake_later();
            return;
        }
        self.inner.is_asked.set(false);
        self.inner.last_sync_ms.set(Some(now_ms));
        let driver = self.clone();
        spawn_local(async move {
            let facts = driver.facts().await;
            let actions = driver
                .inner
                .phone
                .borrow_mut()
                .sync(facts, platform::monotonic_ms());
            driver.perform(actions);
            driver.tell();
        });
    }

    /// Syncs now and whenever there is reason to: signal, a page that is shown, the machine's own time.
    pub fn keep_in_sync(&self) {
        let driver = self.clone();
        for listener in platform::on_network(move |online| {
            if online {
                driver.sync();
            }
            driver.tell();
        }) {
            // As long as the page.
            std::mem::forget(listener);
        }
        let driver = self.clone();
        platform::on_window("focus", move |_| driver.sync());
        self.fetch_questionnaires();
        self.sync();
    }

    /// The compiled questionnaire, from the store or else from the hub.
    ///
    /// # Errors
    /// The hub's failure when the phone does not have it yet.
    pub async fn questionnaire(&self, id: QuestionnaireId) -> Result<Vec<u8>, Failure> {
        let path = format!("/api/v1/questionnaires/{id}/compiled");
        self.kept_or_fetched(id.to_string(), &path).await
    }

    /// A long list of choices of a questionnaire, from the store or else from the hub; `file` names its content.
    ///
    /// # Errors
    /// The hub's failure when the phone does not have it yet.
    pub async fn choice_list(
        &self,
        id: QuestionnaireId,
        name: &str,
        file: &str,
    ) -> Result<Vec<u8>, Failure> {
        let name_in_path = js_sys::encode_uri_component(name);
        let path = format!("/api/v1/questionnaires/{id}/lists/{name_in_path}");
        self.kept_or_fetched(list_key(file, name), &path).await
    }

    /// Whether a questionnaire is in this phone's store.
    pub async fn has_questionnaire(&self, id: QuestionnaireId) -> bool {
        let key = id.to_string();
        let stored = self.inner.store.get(StoreName::Questionnaires, &key).await;
        matches!(stored, Ok(Some(_)))
    }

    async fn kept_or_fetched(&self, key: String, path: &str) -> Result<Vec<u8>, Failure> {
        let stored = self.inner.store.get(StoreName::Questionnaires, &key).await;
        if let Ok(Some(bytes)) = stored {
            return Ok(Uint8Array::new(&bytes).to_vec());
        }
        let bytes = self.inner.hub.fetch(path).await?;
        let mut batch = Batch::default();
        batch.put(
            StoreName::Questionnaires,
            key,
            Uint8Array::from(bytes.as_slice()).into(),
        );
        // A device that is full keeps the form in memory for now.
        let _ = self.inner.store.commit(batch).await;
        Ok(bytes)
    }

    async fn facts(&self) -> DeviceFacts {
        let clock = platform::clock();
        let persisted = platform::storage_persisted().await;
        let phone = self.inner.phone.borrow();
        let numbers = phone.numbers();
        DeviceFacts {
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            wall: clock.moment.wall,
            zone_minutes: clock.moment.zone_minutes,
            installed: platform::is_installed(),
            persisted,
            unsent_ops: phone.ops_to_bring() as u64,
            unsent_blobs: numbers.photos_waiting as u64,
            oldest_unsent: phone.oldest_unsent(),
        }
    }

    fn perform(&self, actions: Vec<Action>) {
        for action in actions {
            let driver = self.clone();
            match action {
                Action::Commit { token, writes } => driver.commit(token, writes),
                Action::Send(request) => spawn_local(async move { driver.send(request).await }),
            }
        }
    }

    /// Starts the transaction at once, so that transactions stand in the order of the actions.
    fn commit(self, token: Token, writes: Vec<Write>) {
        let mut batch = Batch::default();
        for write in &writes {
            records::put(&mut batch, write);
        }
        self.inner
            .open_commits
            .set(self.inner.open_commits.get() + 1);
        self.inner.saving.set(Saving::Busy);
        spawn_local(async move {
            while let Err(error) = self.inner.store.commit(batch.clone()).await {
                self.inner.saving.set(Saving::Failed(error));
                let next = self.inner.phone.borrow_mut().unsaved();
                self.perform(next);
                self.tell();
                platform::sleep(STORE_RETRY_MS).await;
            }
            self.inner
                .open_commits
                .set(self.inner.open_commits.get() - 1);
            if self.inner.open_commits.get() == 0 {
                self.inner
                    .saving
                    .set(Saving::Saved(platform::clock().moment));
            }
            let now_ms = platform::monotonic_ms();
            let next = self.inner.phone.borrow_mut().committed(token, now_ms);
            self.perform(next);
            self.wake_later();
            self.tell();
        });
    }

    async fn send(&self, request: Request) {
        let fetches_questionnaires = matches!(request, Request::Hello(_));
        let answer = self.inner.hub.send(request, &self.inner.store).await;
        let now_ms = platform::monotonic_ms();
        match answer {
            Ok(response) => {
                let actions = self.inner.phone.borrow_mut().received(response, now_ms);
                self.perform(actions);
                if fetches_questionnaires {
                    self.fetch_questionnaires();
                }
            }
            Err(failure) => {
                let actions = self.inner.phone.borrow_mut().failed(failure, now_ms);
                self.perform(actions);
            }
        }
        self.wake_later();
        self.tell();
    }

    /// Every questionnaire of my rounds is on the phone before the signal goes, with its long lists.
    fn fetch_questionnaires(&self) {
        if self.inner.is_fetching.replace(true) {
            return;
        }
        let driver = self.clone();
        spawn_local(async move {
            // One after the other: a weak line carries one.
            while let Some(id) = driver.next_incomplete() {
                if driver.fetch_whole(id).await.is_none() {
                    break;
                }
                driver.inner.complete.borrow_mut().insert(id);
                driver.tell();
            }
            driver.inner.is_fetching.set(false);
        });
    }

    fn next_incomplete(&self) -> Option<QuestionnaireId> {
        let complete = self.inner.complete.borrow();
        let rounds = self.scope().rounds;
        let mut versions = rounds
            .iter()
            .flat_map(shared::wire::v1::RoundView::versions);
        versions.find(|id| !complete.contains(id))
    }

    /// Whether a questionnaire is on this phone with all its lists.
    pub fn is_whole(&self, id: QuestionnaireId) -> bool {
        self.inner.complete.borrow().contains(&id)
    }

    /// Whether a questionnaire of my rounds, or a list of one, is not on the phone yet.
    pub fn is_fetching(&self) -> bool {
        self.next_incomplete().is_some()
    }

    async fn fetch_whole(&self, id: QuestionnaireId) -> Option<()> {
        // Said once that all is here, the form need not be read again to know its lists.
        let mark = format!("{WHOLE_PREFIX}{id}");
        let marked = self.inner.store.get(StoreName::Questionnaires, &mark).await;
        if matches!(marked, Ok(Some(_))) {
            return Some(());
        }
        let bytes = self.questionnaire(id).await.ok()?;
        let form = Questionnaire::from_bytes(&bytes).ok()?;
        for list in &form.lists {
            if let Some(file) = &list.file {
                let bytes = self.choice_list(id, &list.name, file).await.ok()?;
                PackedList::from_bytes(&bytes).ok()?;
            }
        }
        // Only what is in the store is there without signal; a full phone keeps it in memory for now.
        let mut keys = vec![id.to_string()];
        keys.extend(form.lists.iter().filter_map(|list| {
            let file = list.file.as_ref()?;
            Some(list_key(file, &list.name))
        }));
        for key in keys {
            self.inner
                .store
                .get(StoreName::Questionnaires, &key)
                .await
                .ok()??;
        }
        let mut batch = Batch::default();
        batch.put(StoreName::Questionnaires, mark, JsValue::TRUE);
        self.inner.store.commit(batch).await.ok()
    }

    /// From when on another round may begin.
    fn rested_ms(&self) -> u64 {
        let last = self.inner.last_sync_ms.get();
        last.map_or(0, |last| last + SYNC_REST_MS)
    }

    /// Sets the one timer: for what was asked for meanwhile, else for when the machine wants to be woken. A round that
    /// is under way comes here again when it ends.
    fn wake_later(&self) {
        if self.is_syncing() {
            return;
        }
        let wanted_ms = match self.inner.is_asked.get() {
            true => Some(self.rested_ms()),
            false => self.inner.phone.borrow().wakeup(),
        };
        let Some(at_ms) = wanted_ms else { return };
        let delay_ms = at_ms.saturating_sub(platform::monotonic_ms());
        let driver = self.clone();
        let timer = platform::after(u32::try_from(delay_ms).unwrap_or(u32::MAX), move || {
            driver.sync();
        });
        self.inner.timer.replace(Some(timer));
    }

    fn tell(&self) {
        // A screen that is gone no longer listens; then there is nobody to tell.
        let _ = self.inner.changed.try_update(|count| *count += 1);
    }
}

/// The key of a long list in the store: by its content, which many versions share.
fn list_key(file: &str, name: &str) -> String {
    format!("list {file} {name}")
}
