//! The one way to write: a batch, one transaction, and its complete event.
//!
//! Always: the handlers for complete and abort (in which every error of a request ends) are attached, and every
//! request is made, before anything is awaited; a batch that cannot be written whole is aborted.
//! Never: reports Ok for an aborted transaction.

use js_sys::{Array, Object, Promise, Reflect};
use shared::sorted::Set;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbTransaction};

use super::{Batch, StoreError, StoreName};

#[wasm_bindgen]
extern "C" {
    // `web_sys` has the options only behind a compiler flag, though every browser has them.
    #[wasm_bindgen(extends = IdbDatabase)]
    type StrictDatabase;
    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_strict(
        this: &StrictDatabase,
        stores: &Array,
        mode: &str,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}

/// When a transaction counts as complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// On the disk.
    Strict,
    /// In the hands of the system, which survives a kill of the browser.
    Relaxed,
}

/// What to write, and how. Clearing comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'a> {
    pub(super) batch: &'a Batch,
    pub(super) clears: &'a [StoreName],
    pub(super) durability: Durability,
}

/// Writes at once, and returns what waits for the end: the transaction is fully described when this returns.
pub(super) fn write(
    database: &IdbDatabase,
    order: &Order<'_>,
) -> impl Future<Output = Result<(), StoreError>> + use<> {
    let started = start(database, order);
    async move {
        let (transaction, ended) = started?;
        match ended.await {
            Ok(_) => Ok(()),
            Err(_) => Err(abort_reason(&transaction)),
        }
    }
}

fn start(
    database: &IdbDatabase,
    order: &Order<'_>,
) -> Result<(IdbTransaction, JsFuture), StoreError> {
    let transaction = begin(database, order)?;
    // The browser calls these directly; the future holds on to the promise, so nothing is left unheard.
    let ended = JsFuture::from(Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    }));
    if let Err(error) = request_all(&transaction, order) {
        let _ = transaction.abort();
        return Err(StoreError::Refused(error_name(&error)));
    }
    Ok((transaction, ended))
}

fn begin(database: &IdbDatabase, order: &Order<'_>) -> Result<IdbTransaction, StoreError> {
    let puts = order.batch.puts.iter().map(|(store, ..)| *store);
    let deletes = order.batch.deletes.iter().map(|(store, _)| *store);
    let clears = order.clears.iter().copied();
    let stores: Set<StoreName> = puts.chain(deletes).chain(clears).collect();
    let names: Array = stores
        .iter()
        .map(|store| JsValue::from_str(store.as_str()))
        .collect();
    let options = Object::new();
    let durability = match order.durability {
        Durability::Strict => "strict",
        Durability::Relaxed => "relaxed",
    };
    let _ = Reflect::set(&options, &"durability".into(), &durability.into());
    let database: &StrictDatabase = database.unchecked_ref();
    database
        .transaction_strict(&names, "readwrite", &options)
        .map_err(|error| match error_name(&error).as_str() {
            "InvalidStateError" => StoreError::Closed,
            name => StoreError::Aborted(name.to_owned()),
        })
}

fn request_all(transaction: &IdbTransaction, order: &Order<'_>) -> Result<(), JsValue> {
    for store in order.clears {
        transaction.object_store(store.as_str())?.clear()?;
    }
    for (store, key, value) in &order.batch.puts {
        let store = transaction.object_store(store.as_str())?;
        store.put_with_key(value, &JsValue::from_str(key))?;
    }
    for (store, key) in &order.batch.deletes {
        let store = transaction.object_store(store.as_str())?;
        store.delete(&JsValue::from_str(key))?;
    }
    Ok(())
}

/// An error of a request ends in the abort of its transaction, which then carries the reason.
fn abort_reason(transaction: &IdbTransaction) -> StoreError {
    let error = transaction.error().map_or(JsValue::NULL, JsValue::from);
    match error_name(&error).as_str() {
        "QuotaExceededError" => StoreError::QuotaExceeded,
        name => StoreError::Aborted(name.to_owned()),
    }
}

/// The name of a browser error, such as `QuotaExceededError`.
pub(super) fn error_name(error: &JsValue) -> String {
    match error.dyn_ref::<DomException>() {
        Some(error) => error.name(),
        None => Reflect::get(error, &"name".into())
            .ok()
            .and_then(|name| name.as_string())
            .unwrap_or_else(|| "AbortError".to_owned()),
    }
}
