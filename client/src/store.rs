//! What this device keeps: IndexedDB behind `load` and `commit(batch)`.
//!
//! Always: `commit` answers Ok only after the transaction's complete event, with strict durability; a batch is
//! stored whole or not at all; a schema step only adds object stores.
//! Never: awaits anything inside a transaction; opens data of a newer schema; starts afresh in silence where data
//! once was.
//!
//! rexie opens, upgrades and reads. It does not write: on a full quota its `put` answers Ok and `done` answers
//! `Ok(Aborted)`, it cannot ask for strict durability, and a transaction that is dropped commits its half. All writes
//! pass one second connection of our own (`writer`), and go into a second copy (`mirror`) before Ok, because a browser
//! that is killed twice may delete a whole database.

mod connection;
mod mirror;
mod schema;
mod writer;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Uint8Array;
use rexie::KeyRange;
use wasm_bindgen::JsValue;

use crate::i18n::Texts;
use crate::platform;

use connection::Connection;
use mirror::Mirror;
use writer::{Durability, Order};

pub use schema::{SCHEMA, Step, StoreName};

/// Bytes that are given up when the quota is hit, so that text and "finish" always fit.
const BALLAST_BYTES: usize = 5 * 1024 * 1024;
const BALLAST_KEY: &str = "ballast";
/// In `meta`: this store has been opened before.
const BORN_KEY: &str = "store/born";
/// In `meta`: the name of the last commit, by which the copy is known to be behind or not.
const LAST_COMMIT_KEY: &str = "store/last-commit";
/// In `meta`: the store was filled from its copy. Whoever takes the new lane deletes it in the same batch.
pub const RECOVERED_KEY: &str = "store/recovered";
/// Sorts after every key that begins with the text before it.
const KEY_LAST: char = '\u{10ffff}';

/// Why something was not stored or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// The device is full. Nothing of the batch was stored.
    QuotaExceeded,
    /// The browser took the connection away, and it could not be had again.
    Closed,
    /// Another tab holds an older version open.
    Blocked,
    /// A newer version of the app wrote this data; it is left untouched.
    NewerSchema,
    /// The store is empty, but a mark outside it says that it had data: an alarm, not a fresh start.
    OpenedEmptyButMarked,
    /// The browser allows no storage here: a private window, or the person's settings.
    Unavailable,
    /// The value is not one that the browser can store: a fault of ours.
    Refused(String),
    /// The browser gave the transaction up, with its reason. Nothing of the batch was stored.
    Aborted(String),
}

impl StoreError {
    /// What a person is told: what happened, what is safe, what to do.
    pub fn text(&self, texts: &Texts) -> String {
        let store = &texts.common.store;
        match self {
            StoreError::QuotaExceeded => store.quota.to_owned(),
            StoreError::Closed => store.closed.to_owned(),
            StoreError::Blocked => store.blocked.to_owned(),
            StoreError::NewerSchema => store.newer.to_owned(),
            StoreError::OpenedEmptyButMarked => store.emptied.to_owned(),
            StoreError::Unavailable => store.unavailable.to_owned(),
            StoreError::Refused(cause) | StoreError::Aborted(cause) => store.failed(cause),
        }
    }
}

/// What one transaction writes; later puts and deletes of a key win over earlier ones, deletes over puts.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    pub puts: Vec<(StoreName, String, JsValue)>,
    pub deletes: Vec<(StoreName, String)>,
}

impl Batch {
    pub fn put(&mut self, store: StoreName, key: impl Into<String>, value: JsValue) {
        self.puts.push((store, key.into(), value));
    }

    pub fn delete(&mut self, store: StoreName, key: impl Into<String>) {
        self.deletes.push((store, key.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.deletes.is_empty()
    }

    /// Photos, forms, lists and ballast wait for room; everything else is worth the ballast.
    fn is_worth_the_ballast(&self) -> bool {
        let is_large = |store| {
            let large = [
                StoreName::Blobs,
                StoreName::Questionnaires,
                StoreName::Ballast,
            ];
            large.contains(&store)
        };
        !self.puts.iter().any(|(store, ..)| is_large(*store))
    }
}

/// The open store; clones share one connection.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Rc<Shared>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    steps: &'static [Step],
    connection: RefCell<Connection>,
    mirror: RefCell<Option<Rc<Mirror>>>,
    has_ballast: Cell<bool>,
    was_recovered: Cell<bool>,
}

impl Store {
    /// Opens the store of that name, upgrading an older one step by step without losing anything.
    pub async fn open(name: &str) -> Result<Store, StoreError> {
        Store::open_at(name, SCHEMA).await
    }

    /// Opens the store as a build with these steps would: for tests of upgrades.
    pub async fn open_at(name: &str, steps: &'static [Step]) -> Result<Store, StoreError> {
        let store = Store {
            shared: Rc::new(Shared {
                name: name.to_owned(),
                steps,
                connection: RefCell::new(Connection::open(name, steps).await?),
                mirror: RefCell::new(None),
                has_ballast: Cell::new(false),
                was_recovered: Cell::new(false),
            }),
        };
        store.check_birth().await?;
        if StoreName::Ballast.is_in(steps) {
            let ballast = store.get(StoreName::Ballast, BALLAST_KEY).await?;
            store.shared.has_ballast.set(ballast.is_some());
        }
        Ok(store)
    }

    /// Was this store found empty and filled again from its copy? Then photos that were not sent are gone, and the
    /// sync takes a new lane, in the batch that deletes [`RECOVERED_KEY`]; until then it stays true.
    pub fn was_recovered(&self) -> bool {
        self.shared.was_recovered.get()
    }

    /// A person has been told that the data is gone and wants to go on: the next `open` starts afresh.
    pub fn accept_loss(name: &str) {
        platform::forget(&mark(name));
    }

    /// Every key and value of an object store, in the order of the keys. Of photos, which are too large to be read in
    /// passing, the key stands for the value.
    pub async fn load(&self, store: StoreName) -> Result<Vec<(String, JsValue)>, StoreError> {
        self.read(store, None).await
    }

    /// The keys that begin with that text, and their values, in the order of the keys.
    pub async fn load_prefix(
        &self,
        store: StoreName,
        prefix: &str,
    ) -> Result<Vec<(String, JsValue)>, StoreError> {
        let last = format!("{prefix}{KEY_LAST}");
        let range = KeyRange::bound(&prefix.into(), &last.into(), None, None)
            .map_err(|_| StoreError::Aborted("range".to_owned()))?;
        self.read(store, Some(range)).await
    }

    /// The value at one key.
    pub async fn get(&self, store: StoreName, key: &str) -> Result<Option<JsValue>, StoreError> {
        let reading = self.reading(store).await?;
        reading.get(key.into()).await.map_err(connection::unread)
    }

    /// Stores a batch, whole or not at all. Ok means that it is on the disk.
    ///
    /// On a full device the ballast is given up for it, unless the batch carries a photo.
    pub async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        match self.write(&batch).await {
            Err(StoreError::QuotaExceeded) if batch.is_worth_the_ballast() => {
                self.drop_ballast().await?;
                self.write(&batch).await
            }
            done => done,
        }
    }

    /// Puts the ballast in its place where there is room; says whether it lies there. Call it when nothing hurries.
    pub async fn lay_ballast(&self) -> Result<bool, StoreError> {
        if self.shared.has_ballast.get() {
            return Ok(true);
        }
        let mut batch = Batch::default();
        let bytes = Uint8Array::from(platform::random_bytes(BALLAST_BYTES).as_slice());
        batch.put(StoreName::Ballast, BALLAST_KEY, bytes.into());
        match self.write(&batch).await {
            Ok(()) => {
                self.shared.has_ballast.set(true);
                Ok(true)
            }
            Err(StoreError::QuotaExceeded) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Closes the connection; a later call opens it again.
    pub fn close(&self) {
        self.shared.connection.borrow().close();
    }

    async fn drop_ballast(&self) -> Result<(), StoreError> {
        if !self.shared.has_ballast.get() {
            return Err(StoreError::QuotaExceeded);
        }
        let mut batch = Batch::default();
        batch.delete(StoreName::Ballast, BALLAST_KEY);
        self.write(&batch).await?;
        self.shared.has_ballast.set(false);
        Ok(())
    }

    /// Writes to the store and then to its copy.
    async fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        let mut batch = batch.clone();
        let name = shared::ids::hex_text(&platform::random_16());
        batch.put(StoreName::Meta, LAST_COMMIT_KEY, name.into());
        self.write_first(&batch).await?;
        let mirror = self.shared.mirror.borrow().clone();
        if let Some(mirror) = mirror {
            mirror.follow(&batch).await;
        }
        Ok(())
    }

    /// One attempt, and a second one over a new connection where the browser had taken the first away.
    async fn write_first(&self, batch: &Batch) -> Result<(), StoreError> {
        let order = Order {
            batch,
            clears: &[],
            durability: Durability::Strict,
        };
        self.connect().await?;
        let first = {
            let connection = self.shared.connection.borrow();
            writer::write(connection.database(), &order)
        };
        match first.await {
            Err(_) if !self.shared.connection.borrow().is_open() => {}
            Err(StoreError::Closed) => self.shared.connection.borrow().close(),
            done => return done,
        }
        self.connect().await?;
        let second = {
            let connection = self.shared.connection.borrow();
            writer::write(connection.database(), &order)
        };
        second.await
    }

    async fn read(
        &self,
        store: StoreName,
        range: Option<KeyRange>,
    ) -> Result<Vec<(String, JsValue)>, StoreError> {
        let reading = self.reading(store).await?;
        // Both requests of one transaction, so that they see the same moment.
        let keys = reading
            .get_all_keys(range.clone(), None)
            .await
            .map_err(connection::unread)?;
        let values = match store == StoreName::Blobs {
            true => keys.clone(),
            false => reading
                .get_all(range, None)
                .await
                .map_err(connection::unread)?,
        };
        assert_eq!(keys.len(), values.len(), "one transaction reads one state");
        let keys = keys
            .into_iter()
            .map(|key| key.as_string().unwrap_or_default());
        Ok(keys.zip(values).collect())
    }

    async fn reading(&self, store: StoreName) -> Result<rexie::Store, StoreError> {
        self.connect().await?;
        if let Ok(reading) = self.shared.connection.borrow().reading(store) {
            return Ok(reading);
        }
        self.shared.connection.borrow().close();
        self.connect().await?;
        self.shared.connection.borrow().reading(store)
    }

    /// Opens the connection again if it was closed.
    async fn connect(&self) -> Result<(), StoreError> {
        if self.shared.connection.borrow().is_open() {
            return Ok(());
        }
        let (name, steps) = (&self.shared.name, self.shared.steps);
        let connection = Connection::open(name, steps).await?;
        self.shared.connection.replace(connection);
        // The data may have been cleared while the connection was away.
        Box::pin(self.check_birth()).await
    }

    /// Tells a fresh start from data that vanished: by the copy, and by a mark that lies outside IndexedDB.
    async fn check_birth(&self) -> Result<(), StoreError> {
        let mirror = Mirror::open(&self.shared.name, self.shared.steps)
            .await
            .map(Rc::new);
        self.shared.mirror.replace(mirror.clone());
        let mark = mark(&self.shared.name);
        let was_born = self.get(StoreName::Meta, BORN_KEY).await?.is_some();
        let was_recovered = match &mirror {
            Some(mirror) if !was_born => self.recover(mirror).await?,
            Some(_) | None => false,
        };
        if !was_born && !was_recovered && platform::kept_for_years(&mark).is_some() {
            self.close();
            return Err(StoreError::OpenedEmptyButMarked);
        }
        if !was_born && !was_recovered {
            let mut batch = Batch::default();
            batch.put(StoreName::Meta, BORN_KEY, JsValue::TRUE);
            self.write(&batch).await?;
        }
        platform::keep_for_years(&mark, "1");
        let recovered = self.get(StoreName::Meta, RECOVERED_KEY).await?;
        self.shared.was_recovered.set(recovered.is_some());
        match mirror {
            // A new store has so little that nobody waits for its copy.
            Some(mirror) if !was_born => self.copy(&mirror).await,
            Some(mirror) => self.bring_into_step(mirror).await,
            None => {}
        }
        Ok(())
    }

    /// Fills an empty store from its copy, where there is one.
    async fn recover(&self, mirror: &Mirror) -> Result<bool, StoreError> {
        if mirror.last_commit().await.is_none() {
            return Ok(false);
        }
        let Some(content) = mirror.content().await else {
            return Ok(false);
        };
        let mut batch = Batch::default();
        for (store, entries) in content {
            entries
                .into_iter()
                .for_each(|(key, value)| batch.put(store, key, value));
        }
        batch.put(StoreName::Meta, RECOVERED_KEY, JsValue::TRUE);
        self.write(&batch).await?;
        Ok(true)
    }

    /// Copies anew, beside the work, where the copy is behind.
    async fn bring_into_step(&self, mirror: Rc<Mirror>) {
        if self.last_commit().await == mirror.last_commit().await {
            mirror.set_in_step();
            return;
        }
        let store = self.clone();
        wasm_bindgen_futures::spawn_local(async move { store.copy(&mirror).await });
    }

    async fn copy(&self, mirror: &Mirror) {
        mirror.begin();
        match self.content(mirror).await {
            Some(content) => mirror.replace(&content).await,
            None => mirror.fall_behind().await,
        }
    }

    async fn content(&self, mirror: &Mirror) -> Option<Batch> {
        let mut batch = Batch::default();
        for store in mirror.stores() {
            let entries = self.load(*store).await.ok()?;
            entries
                .into_iter()
                .for_each(|(key, value)| batch.put(*store, key, value));
        }
        Some(batch)
    }

    async fn last_commit(&self) -> Option<String> {
        self.get(StoreName::Meta, LAST_COMMIT_KEY)
            .await
            .ok()??
            .as_string()
    }
}

fn mark(name: &str) -> String {
    format!("{name}-has-data")
}
