//! The two connections to one database: rexie's for opening and reading, our own for writing.
//!
//! Always: both close at once when another tab wants to upgrade; both have the same version.
//! Never: waits for another tab without end.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::future::{Either, select};
use js_sys::Promise;
use rexie::{ObjectStore, Rexie, TransactionMode};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DomException, IdbDatabase, IdbOpenDbRequest};

use super::schema::{Step, StoreName, version};
use super::{StoreError, writer};
use crate::platform::{self, Listener};

/// An open that takes longer waits for another tab to let go.
const OPEN_MS_MAX: u32 = 10_000;

/// Both connections; closed ones stay closed.
#[derive(Debug)]
pub(super) struct Connection {
    database: IdbDatabase,
    rexie: Rc<RefCell<Option<Rexie>>>,
    _heard: [Listener; 2],
}

impl Connection {
    pub(super) async fn open(name: &str, steps: &'static [Step]) -> Result<Connection, StoreError> {
        let rexie = open_rexie(name, steps).await?;
        let found = rexie.store_names();
        for wanted in steps.iter().flat_map(|step| step.adds) {
            if !found.iter().any(|name| name == wanted) {
                rexie.close();
                return Err(StoreError::Aborted(format!(
                    "object store {wanted} is missing"
                )));
            }
        }
        let database = match open_own(name, version(steps)).await {
            Ok(database) => database,
            Err(error) => {
                rexie.close();
                return Err(open_error(&error));
            }
        };
        let rexie = Rc::new(RefCell::new(Some(rexie)));
        // rexie's connection hears nothing, so ours listens for both.
        let heard = ["versionchange", "close"].map(|event| {
            let (database, rexie) = (database.clone(), rexie.clone());
            Listener::new(database.clone().into(), event, move |_| {
                close_both(&database, &rexie)
            })
        });
        Ok(Connection {
            database,
            rexie,
            _heard: heard,
        })
    }

    pub(super) fn is_open(&self) -> bool {
        self.rexie.borrow().is_some()
    }

    pub(super) fn database(&self) -> &IdbDatabase {
        &self.database
    }

    pub(super) fn close(&self) {
        close_both(&self.database, &self.rexie);
    }

    /// An object store within a new reading transaction.
    pub(super) fn reading(&self, store: StoreName) -> Result<rexie::Store, StoreError> {
        let rexie = self.rexie.borrow();
        let rexie = rexie.as_ref().ok_or(StoreError::Closed)?;
        rexie
            .transaction(&[store.as_str()], TransactionMode::ReadOnly)
            .and_then(|transaction| transaction.store(store.as_str()))
            .map_err(unread)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.close();
    }
}

/// rexie's error hides the reason.
pub(super) fn unread(_: rexie::Error) -> StoreError {
    StoreError::Aborted("read".to_owned())
}

fn close_both(database: &IdbDatabase, rexie: &RefCell<Option<Rexie>>) {
    database.close();
    if let Some(rexie) = rexie.borrow_mut().take() {
        rexie.close();
    }
}

async fn open_rexie(name: &str, steps: &'static [Step]) -> Result<Rexie, StoreError> {
    let mut builder = Rexie::builder(name).version(version(steps));
    for store in steps.iter().flat_map(|step| step.adds) {
        builder = builder.add_object_store(ObjectStore::new(store));
    }
    let opening = Box::pin(builder.build());
    match select(opening, Box::pin(platform::sleep(OPEN_MS_MAX))).await {
        Either::Left((Ok(rexie), _)) => Ok(rexie),
        Either::Left((Err(_), _)) => Err(why_not(name, version(steps)).await),
        Either::Right(((), opening)) => {
            // When the other tab lets go at last, nobody waits for this connection any more.
            spawn_local(async move {
                if let Ok(rexie) = opening.await {
                    rexie.close();
                }
            });
            Err(StoreError::Blocked)
        }
    }
}

/// rexie's error hides the reason, so the browser is asked once more without it.
async fn why_not(name: &str, version: u32) -> StoreError {
    match open_own(name, version).await {
        Ok(database) => {
            database.close();
            StoreError::Aborted("open".to_owned())
        }
        Err(error) => open_error(&error),
    }
}

fn open_error(error: &JsValue) -> StoreError {
    match writer::error_name(error).as_str() {
        "VersionError" => StoreError::NewerSchema,
        "QuotaExceededError" => StoreError::QuotaExceeded,
        "SecurityError" | "NotSupportedError" | "InvalidStateError" => StoreError::Unavailable,
        name => StoreError::Aborted(name.to_owned()),
    }
}

/// Opens a database that is there already; one that would have to be created or upgraded is an error.
async fn open_own(name: &str, version: u32) -> Result<IdbDatabase, JsValue> {
    let Some(factory) = platform::window().indexed_db()? else {
        return Err(DomException::new_with_message_and_name("", "NotSupportedError")?.into());
    };
    let request = factory.open_with_u32(name, version)?;
    let answer = JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    }));
    let abort_upgrade = {
        let request = request.clone();
        move |_| abort_upgrade(&request)
    };
    let _upgrading = Listener::new(request.clone().into(), "upgradeneeded", abort_upgrade);
    match answer.await {
        Ok(_) => request.result()?.dyn_into(),
        Err(_) => Err(request
            .error()
            .ok()
            .flatten()
            .map_or(JsValue::NULL, JsValue::from)),
    }
}

fn abort_upgrade(request: &IdbOpenDbRequest) {
    if let Some(transaction) = request.transaction() {
        let _ = transaction.abort();
    }
}
