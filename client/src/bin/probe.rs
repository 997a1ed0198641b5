//! The store in the hands of a browser test.
//!
//! Always: each function does what an app would do, with texts for values; an error is thrown as its variant's name.
//! Never: is part of a deployment.

#[path = "probe/ranking.rs"]
mod ranking;
#[path = "probe/work.rs"]
mod work;

use std::cell::RefCell;

use client::i18n::FIRST;
use client::platform::{self, DriverLock};
use client::store::{Batch, SCHEMA, Step, Store, StoreError, StoreName};
use futures_util::FutureExt;
use js_sys::{Function, Uint8Array};
use shared::questionnaire::packed::{Filter, PackedList};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The schema as it might have been one step earlier.
static OLD: &[Step] = &[Step {
    adds: &["ops", "meta"],
}];
/// Today's object stores, reached in two steps.
static GROWN: &[Step] = &[
    Step {
        adds: &["ops", "meta"],
    },
    Step {
        adds: &[
            "partitions",
            "cases",
            "questionnaires",
            "blobs",
            "regions",
            "ballast",
        ],
    },
];
/// What a later build may have.
static LATER: &[Step] = &[
    Step {
        adds: &["ops", "meta"],
    },
    Step {
        adds: &["partitions"],
    },
    Step { adds: &["later"] },
];

/// A form in the hands of a bench.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Work(work::Work);

#[wasm_bindgen]
impl Work {
    pub fn open(bytes: &[u8]) -> Result<Work, String> {
        let opened = work::Work::open(bytes).map_err(|error| error.to_string())?;
        Ok(Work(opened))
    }

    /// Takes an answer and shows its page again.
    pub fn answer(&mut self, path: &str, answer: &str) -> Result<usize, String> {
        let path = path.parse().map_err(|_| "not a path".to_owned())?;
        Ok(self.0.answer(&path, work::value_of(answer)))
    }

    /// Looks for everything that is wrong.
    pub fn validate(&self) -> usize {
        self.0.validate()
    }
}

/// A long list in the hands of a bench.
#[wasm_bindgen]
#[derive(Debug)]
pub struct List(PackedList);

#[wasm_bindgen]
impl List {
    pub fn open(bytes: &[u8]) -> Result<List, String> {
        let list = PackedList::from_bytes(bytes).map_err(|error| error.to_string())?;
        Ok(List(list))
    }

    /// What a person sees who typed this: the names and labels of the hits, a line each.
    pub fn search(&self, typed: &str, limit: usize) -> String {
        let found = self.0.search(typed, &Filter::default(), limit);
        let mut shown = String::new();
        for row in found.rows {
            shown.push_str(self.0.name(row));
            shown.push(' ');
            shown.push_str(&self.0.label(row, 0));
            shown.push('\n');
        }
        shown
    }
}

/// Villages in the hands of a bench, and of a test that holds the browser against the machine it runs on.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Province(ranking::Province);

#[wasm_bindgen]
impl Province {
    pub fn open(method: &str, villages: usize) -> Province {
        Province(ranking::Province::new(method, villages))
    }

    pub fn score(&self) -> usize {
        self.0.score()
    }

    pub fn draw(&self, count: u32) -> usize {
        self.0.draw(count)
    }

    pub fn rank_again(&self, times: u32) -> usize {
        self.0.rank_again(times)
    }

    /// Every step, with all digits.
    pub fn written(&self, count: u32) -> String {
        self.0.written(count)
    }
}

thread_local! {
    static LOCKS: RefCell<Vec<DriverLock>> = const { RefCell::new(Vec::new()) };
}

fn main() {}

/// An open store.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Probe {
    store: Store,
}

#[wasm_bindgen]
impl Probe {
    /// Opens the store as a build with that schema would: `now`, `old`, `grown` or `later`.
    pub async fn open(name: String, schema: String) -> Result<Probe, String> {
        let steps = match schema.as_str() {
            "old" => OLD,
            "grown" => GROWN,
            "later" => LATER,
            _ => SCHEMA,
        };
        let store = Store::open_at(&name, steps).await.map_err(shown)?;
        Ok(Probe { store })
    }

    /// Stores one answer.
    pub async fn put(&self, key: String, value: String) -> Result<(), String> {
        let mut batch = Batch::default();
        batch.put(StoreName::Ops, key, value.into());
        self.store.commit(batch).await.map_err(shown)
    }

    /// Stores an answer of so many bytes that nothing can compress.
    pub async fn put_bytes(&self, key: String, count: usize) -> Result<(), String> {
        let mut batch = Batch::default();
        batch.put(StoreName::Ops, key, random(count));
        self.store.commit(batch).await.map_err(shown)
    }

    /// Stores a photo of so many bytes.
    pub async fn put_photo(&self, key: String, count: usize) -> Result<(), String> {
        let mut batch = Batch::default();
        batch.put(StoreName::Blobs, key, random(count));
        self.store.commit(batch).await.map_err(shown)
    }

    /// Stores so many answers in one batch over two object stores.
    pub async fn put_many(&self, prefix: String, count: usize) -> Result<(), String> {
        self.store.commit(many(&prefix, count)).await.map_err(shown)
    }

    /// A batch whose last value no browser can store.
    pub async fn put_faulty(&self, key: String) -> Result<(), String> {
        let mut batch = Batch::default();
        batch.put(StoreName::Ops, format!("{key}-good"), "good".into());
        batch.put(StoreName::Ops, key, Function::new_no_args("").into());
        self.store.commit(batch).await.map_err(shown)
    }

    /// Makes a commit and drops it before it has begun.
    pub fn drop_before(&self, prefix: String) {
        drop(self.store.commit(many(&prefix, 10)));
    }

    /// Begins a commit and drops it half-way.
    pub fn drop_midway(&self, prefix: String) {
        let ended = self.store.commit(many(&prefix, 10)).now_or_never();
        assert!(ended.is_none(), "nothing is committed within one turn");
    }

    pub async fn remove(&self, key: String) -> Result<(), String> {
        let mut batch = Batch::default();
        batch.delete(StoreName::Ops, key);
        self.store.commit(batch).await.map_err(shown)
    }

    /// The answer at that key.
    pub async fn get(&self, key: String) -> Result<Option<String>, String> {
        let found = self.store.get(StoreName::Ops, &key).await.map_err(shown)?;
        Ok(found.and_then(|value| value.as_string()))
    }

    /// Keys of `ops` that begin with the prefix, with blanks between.
    pub async fn keys(&self, prefix: String) -> Result<String, String> {
        let found = self
            .store
            .load_prefix(StoreName::Ops, &prefix)
            .await
            .map_err(shown)?;
        let keys: Vec<String> = found.into_iter().map(|(key, _)| key).collect();
        Ok(keys.join(" "))
    }

    /// How many answers there are in `ops`, and how many in `cases`.
    pub async fn counts(&self) -> Result<String, String> {
        let ops = self.store.load(StoreName::Ops).await.map_err(shown)?;
        let cases = self.store.load(StoreName::Cases).await.map_err(shown)?;
        Ok(format!("{} {}", ops.len(), cases.len()))
    }

    pub async fn lay_ballast(&self) -> Result<bool, String> {
        self.store.lay_ballast().await.map_err(shown)
    }

    /// Was it filled again from its copy?
    pub fn was_recovered(&self) -> bool {
        self.store.was_recovered()
    }

    pub fn close(&self) {
        self.store.close();
    }
}

/// What a person does who has been told that the data is gone.
#[wasm_bindgen]
pub fn accept_loss(name: String) {
    Store::accept_loss(&name);
}

/// The sentence for an error that was thrown.
#[wasm_bindgen]
pub fn sentence_for_full_device() -> String {
    StoreError::QuotaExceeded.text(FIRST)
}

/// Asks to drive; calls back with "wait" and "drive".
#[wasm_bindgen]
pub fn drive(call: Function) {
    let waiting = call.clone();
    let say = |call: &Function, word: &str| {
        let _ = call.call1(&JsValue::NULL, &JsValue::from_str(word));
    };
    platform::drive(
        move || say(&waiting, "wait"),
        move |lock| {
            LOCKS.with_borrow_mut(|locks| locks.push(lock));
            say(&call, "drive");
        },
    );
}

/// Lets the next one drive.
#[wasm_bindgen]
pub fn stop_driving() {
    drop(LOCKS.with_borrow_mut(Vec::pop));
}

fn many(prefix: &str, count: usize) -> Batch {
    let mut batch = Batch::default();
    for number in 0..count {
        let key = format!("{prefix}{number:06}");
        batch.put(StoreName::Ops, key.clone(), "answer".into());
        batch.put(StoreName::Cases, key, "answer".into());
    }
    batch
}

fn random(count: usize) -> JsValue {
    Uint8Array::from(platform::random_bytes(count).as_slice()).into()
}

fn shown(error: StoreError) -> String {
    format!("{error:?}")
}
