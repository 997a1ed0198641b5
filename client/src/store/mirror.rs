//! A second copy of all text, in a storage bucket of its own.
//!
//! Why: Chromium goes on appending to a log whose last record a kill has torn, finds the torn record at the start
//! after next, and then deletes every database of the bucket. Forty kills in the middle of writing did that several
//! times, to answers that had been reported complete. The copy lies in another log, and is written after the first
//! has completed, so that one kill tears one of the two.
//!
//! Always: the copy is whole or known to be behind; what is behind is copied anew, and what is committed meanwhile
//! is added to it.
//! Never: holds photos or ballast; fails a commit, whose truth is the first store.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::{Either, select};
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransactionMode,
};

use super::schema::{Step, StoreName, version};
use super::writer::{self, Durability, Order};
use super::{Batch, LAST_COMMIT_KEY};
use crate::platform::{self, Listener};

/// The copy is given up for this session where it takes longer.
const COPY_MS_MAX: u32 = 5_000;
/// Commits that are kept for a copy while the first store is read for it. With more, the next start tries again.
const WAITING_MAX: usize = 1_000;

#[wasm_bindgen]
extern "C" {
    // Chromium has buckets since 2023; `web_sys` does not know them.
    type Buckets;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Buckets, name: &str, options: &JsValue) -> Result<Promise, JsValue>;

    #[derive(Debug)]
    type Bucket;
    #[wasm_bindgen(method, catch, getter, js_name = indexedDB)]
    fn factory(this: &Bucket) -> Result<IdbFactory, JsValue>;
}

/// Every mirrored object store and what it holds.
type Content = Vec<(StoreName, Vec<(String, JsValue)>)>;

/// How the copy stands to the first store.
#[derive(Debug)]
enum Pace {
    Behind,
    /// The first store is being read; these commits came meanwhile.
    Copying(Vec<Batch>),
    /// It receives every commit.
    InStep,
}

/// The copy.
#[derive(Debug)]
pub(super) struct Mirror {
    database: IdbDatabase,
    /// Held on to: once the browser has freed it, no transaction of its databases ever ends.
    _bucket: Bucket,
    stores: Vec<StoreName>,
    pace: Rc<RefCell<Pace>>,
    _heard: [Listener; 2],
}

impl Mirror {
    /// Opens the copy; nothing where the browser has no buckets or does not open it in time.
    pub(super) async fn open(name: &str, steps: &'static [Step]) -> Option<Mirror> {
        let opening = Box::pin(open_database(name, steps));
        let (bucket, database) = match select(opening, Box::pin(platform::sleep(COPY_MS_MAX))).await
        {
            Either::Left((opened, _)) => opened?,
            Either::Right(_) => return None,
        };
        let pace = Rc::new(RefCell::new(Pace::Behind));
        let heard = ["versionchange", "close"].map(|event| {
            let (database, pace) = (database.clone(), pace.clone());
            Listener::new(database.clone().into(), event, move |_| {
                pace.replace(Pace::Behind);
                database.close();
            })
        });
        Some(Mirror {
            database,
            _bucket: bucket,
            stores: mirrored(steps),
            pace,
            _heard: heard,
        })
    }

    pub(super) fn stores(&self) -> &[StoreName] {
        &self.stores
    }

    /// The copy is known to equal the first store.
    pub(super) fn set_in_step(&self) {
        self.pace.replace(Pace::InStep);
    }

    /// The first store is about to be read: what is committed from here on waits for [`Mirror::replace`].
    pub(super) fn begin(&self) {
        self.pace.replace(Pace::Copying(Vec::new()));
    }

    /// The name of the last commit that it received.
    pub(super) async fn last_commit(&self) -> Option<String> {
        let store = self.reading(StoreName::Meta)?;
        let request = store.get(&LAST_COMMIT_KEY.into()).ok()?;
        answered(&request).await?.as_string()
    }

    /// Everything that it holds.
    pub(super) async fn content(&self) -> Option<Content> {
        let mut content = Content::new();
        for name in &self.stores {
            let store = self.reading(*name)?;
            let (keys, values) = (store.get_all_keys().ok()?, store.get_all().ok()?);
            let (keys, values) = (answered(&keys).await?, answered(&values).await?);
            let (keys, values) = (Array::from(&keys), Array::from(&values));
            let texts = keys.iter().map(|key| key.as_string().unwrap_or_default());
            content.push((*name, texts.zip(values.iter()).collect()));
        }
        Some(content)
    }

    /// Adds what was just committed. A copy that cannot follow falls behind, and is copied anew at the next start.
    pub(super) async fn follow(&self, batch: &Batch) {
        let is_mirrored = |store: &StoreName| self.stores.contains(store);
        let mut part = batch.clone();
        part.puts.retain(|(store, ..)| is_mirrored(store));
        part.deletes.retain(|(store, _)| is_mirrored(store));
        let writing = match &mut *self.pace.borrow_mut() {
            Pace::Copying(waiting) if waiting.len() < WAITING_MAX => {
                waiting.push(part);
                return;
            }
            Pace::InStep => self.write(&part, &[]),
            pace @ (Pace::Copying(_) | Pace::Behind) => {
                *pace = Pace::Behind;
                return;
            }
        };
        if !writing.await {
            self.fall_behind().await;
        }
    }

    /// Replaces everything that it holds with what the first store held since [`Mirror::begin`].
    pub(super) async fn replace(&self, content: &Batch) {
        let mut writings = Vec::new();
        if let Pace::Copying(waiting) = &mut *self.pace.borrow_mut() {
            // Transactions over the same object stores run in the order in which they were begun.
            writings.push(self.write(content, &self.stores));
            writings.extend(waiting.iter().map(|batch| self.write(batch, &[])));
        }
        if writings.is_empty() {
            return;
        }
        self.set_in_step();
        for writing in writings {
            if !writing.await {
                return self.fall_behind().await;
            }
        }
    }

    /// What it missed must not be forgotten over a later commit that came through: it loses its name.
    pub(super) async fn fall_behind(&self) {
        self.pace.replace(Pace::Behind);
        let mut batch = Batch::default();
        batch.delete(StoreName::Meta, LAST_COMMIT_KEY);
        self.write(&batch, &[]).await;
    }

    /// Begins to write at once, and returns what waits for the end.
    fn write(&self, batch: &Batch, clears: &[StoreName]) -> impl Future<Output = bool> + use<> {
        let order = Order {
            batch,
            clears,
            // After a kill the system still has it; after a power cut the first store has.
            durability: Durability::Relaxed,
        };
        let writing = Box::pin(writer::write(&self.database, &order));
        async {
            match select(writing, Box::pin(platform::sleep(COPY_MS_MAX))).await {
                Either::Left((written, _)) => written.is_ok(),
                Either::Right(_) => false,
            }
        }
    }

    fn reading(&self, store: StoreName) -> Option<IdbObjectStore> {
        let transaction = self
            .database
            .transaction_with_str_and_mode(store.as_str(), IdbTransactionMode::Readonly)
            .ok()?;
        transaction.object_store(store.as_str()).ok()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.database.close();
    }
}

fn mirrored(steps: &[Step]) -> Vec<StoreName> {
    let text = [
        StoreName::Ops,
        StoreName::Partitions,
        StoreName::Meta,
        StoreName::Cases,
        StoreName::Questionnaires,
        StoreName::Regions,
    ];
    text.into_iter()
        .filter(|store| store.is_in(steps))
        .collect()
}

async fn open_database(name: &str, steps: &'static [Step]) -> Option<(Bucket, IdbDatabase)> {
    let buckets = Reflect::get(&platform::navigator(), &"storageBuckets".into()).ok()?;
    if !buckets.is_object() {
        return None;
    }
    let options = js_sys::Object::new();
    Reflect::set(&options, &"persisted".into(), &true.into()).ok()?;
    let opening = buckets
        .unchecked_ref::<Buckets>()
        .open(name, &options)
        .ok()?;
    let bucket: Bucket = JsFuture::from(opening).await.ok()?.unchecked_into();
    let request = bucket
        .factory()
        .ok()?
        .open_with_u32(name, version(steps))
        .ok()?;
    let answer = answer_of(&request);
    let upgrade = {
        let request = request.clone();
        // An upgrade that fails here makes the open fail.
        move |_| {
            let _ = add_stores(&request, steps);
        }
    };
    let _upgrading = Listener::new(request.clone().into(), "upgradeneeded", upgrade);
    answer.await.ok()?;
    Some((bucket, request.result().ok()?.dyn_into().ok()?))
}

fn add_stores(request: &IdbOpenDbRequest, steps: &[Step]) -> Option<()> {
    let database: IdbDatabase = request.result().ok()?.dyn_into().ok()?;
    let there = database.object_store_names();
    for store in mirrored(steps) {
        if !there.contains(store.as_str()) {
            database.create_object_store(store.as_str()).ok()?;
        }
    }
    Some(())
}

async fn answered(request: &IdbRequest) -> Option<JsValue> {
    answer_of(request).await.ok()?;
    request.result().ok()
}

fn answer_of(request: &IdbRequest) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    }))
}
