//! Records of the phone machine as rows of the store.
//!
//! Always: a row that cannot be read stops the start and says which; nothing is skipped in silence.
//! Never: puts answers anywhere but in `ops`.

use shared::ids::hex_text;
use shared::json::FromJson;
use shared::sync::phone::{BlobRecord, Me, OpRecord, PartitionRecord, Scope, Stored, Write};
use wasm_bindgen::JsValue;

use super::Credential;
use crate::platform::{from_stored, to_stored};
use crate::store::{Batch, RECOVERED_KEY, Store, StoreError, StoreName};

const ME: &str = "me";
const SCOPE: &str = "scope";
const CREDENTIAL: &str = "credential";
const BLOB_PREFIX: &str = "blob/";

/// Everything the machine wakes up from, and how many photos went down unsent with the store that was here before;
/// `None` on a device that was never enrolled.
pub(super) async fn load(
    store: &Store,
) -> Result<Option<(Stored, Credential, Option<usize>)>, StoreError> {
    let Some(me) = store.get(StoreName::Meta, ME).await? else {
        return Ok(None);
    };
    let me: Me = read(ME, me)?;
    let credential = match store.get(StoreName::Meta, CREDENTIAL).await? {
        Some(value) => read(CREDENTIAL, value)?,
        None => Credential::Cookie,
    };
    let scope = match store.get(StoreName::Meta, SCOPE).await? {
        Some(value) => read(SCOPE, value)?,
        None => Scope::default(),
    };
    let mut stored = Stored {
        me,
        scope,
        partitions: Vec::new(),
        ops: read_all::<OpRecord>(store.load(StoreName::Ops).await?)?,
        blobs: read_all::<BlobRecord>(store.load_prefix(StoreName::Meta, BLOB_PREFIX).await?)?,
    };
    let lanes = store.load(StoreName::Partitions).await?;
    let mut batch = Batch::default();
    match store.was_recovered() {
        true => forget_lanes(&mut batch, lanes),
        false => stored.partitions = read_all::<PartitionRecord>(lanes)?,
    }
    // After the records: another tab may be storing both.
    let here = store.load(StoreName::Blobs).await?;
    let lost = stored.take_lost(|id| {
        let id = id.to_string();
        here.iter().any(|(key, _)| *key == id)
    });
    for record in &lost {
        put(&mut batch, &Write::DeleteBlob(record.blob));
    }
    let unsent = lost.iter().filter(|record| !record.complete).count();
    let told = (!batch.is_empty()).then_some(unsent);
    let stores = store.commit(batch).await;
    // A phone that is full forgets its photos at the next start; a lane that was sent must not be taken up again.
    if store.was_recovered() {
        stores?;
    }
    Ok(Some((stored, credential, told)))
}

/// A store that was filled from its copy may lag behind what was sent: every lane begins anew, and what has no receipt
/// is offered again.
fn forget_lanes(batch: &mut Batch, lanes: Vec<(String, JsValue)>) {
    for (key, _) in lanes {
        batch.delete(StoreName::Partitions, key);
    }
    batch.delete(StoreName::Meta, RECOVERED_KEY);
}

/// Adds one write of the machine to a batch.
pub(super) fn put(batch: &mut Batch, write: &Write) {
    match write {
        Write::PutMe(me) => batch.put(StoreName::Meta, ME, to_stored(me)),
        Write::PutScope(scope) => batch.put(StoreName::Meta, SCOPE, to_stored(scope)),
        Write::PutOp(record) => batch.put(StoreName::Ops, record.id.to_string(), to_stored(record)),
        Write::DeleteOp(id) => batch.delete(StoreName::Ops, id.to_string()),
        Write::PutPartition(record) => {
            batch.put(
                StoreName::Partitions,
                record.partition.to_string(),
                to_stored(record),
            );
        }
        Write::PutBlob(record) => {
            batch.put(
                StoreName::Meta,
                format!("{BLOB_PREFIX}{}", record.blob),
                to_stored(record),
            );
        }
        Write::DeleteBlob(id) => {
            batch.delete(StoreName::Meta, format!("{BLOB_PREFIX}{id}"));
            batch.delete(StoreName::Blobs, hex_text(&id.0));
        }
    }
}

/// Whose device this is, and how it proves that.
pub(super) fn identity(me: Me, credential: &Credential) -> Batch {
    let mut batch = Batch::default();
    put(&mut batch, &Write::PutMe(me));
    batch.put(StoreName::Meta, CREDENTIAL, to_stored(credential));
    batch
}

fn read_all<T: FromJson>(rows: Vec<(String, JsValue)>) -> Result<Vec<T>, StoreError> {
    rows.into_iter()
        .map(|(key, value)| read(&key, value))
        .collect()
}

fn read<T: FromJson>(key: &str, value: JsValue) -> Result<T, StoreError> {
    from_stored(&value).map_err(|error| StoreError::Refused(format!("record {key}: {error}")))
}
