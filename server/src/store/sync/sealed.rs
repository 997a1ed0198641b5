//! Personal answers: sealed under a key of their village, and erased by destroying that key.
//!
//! Always: an op whose answer was erased keeps its place, name, author and time; only what it said is gone.
//! Always: a key that is not on record at all is damage, never an erasure.
//! Never: seals what is not personal; reuses a nonce.

use std::collections::{BTreeMap, BTreeSet};

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use shared::answers::Change;
use shared::ids::{OpId, PartitionId, RegionId, hex_text};
use shared::time::Millis;
use sqlx::AssertSqlSafe;

use super::super::sql::{Connection, PLACES_MAX, places_for, query, row_of};
use super::super::{Result, StoreError, stored};
use super::{body, chunks_of};
use crate::auth;

const NONCE_BYTES: usize = 12;

/// The key of a village, by its name.
#[derive(Clone)]
pub(super) struct CaseKey {
    id: String,
    secret: [u8; 32],
}

/// Keys by name; none where it was destroyed.
pub(in crate::store) type Keys = BTreeMap<String, Option<[u8; 32]>>;

/// What the personal ops of one village say, not yet sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) region: RegionId,
    /// Where in the batch each stands, and its name.
    pub(super) ops: Vec<(usize, OpId)>,
    pub(super) changes: Vec<Change>,
}

/// The same, sealed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seal {
    region: RegionId,
    key: String,
    pub(super) ops: Vec<(usize, OpId)>,
    /// The nonce and what AES-256-GCM makes of the changes as JSON, in base64.
    text: String,
}

impl CaseKey {
    pub(super) fn name(&self) -> &str {
        &self.id
    }

    #[cfg(test)]
    pub(super) fn of(id: &str, secret: [u8; 32]) -> CaseKey {
        let id = id.to_owned();
        CaseKey { id, secret }
    }
}

impl Secret {
    pub(super) fn seal(&self, key: &CaseKey) -> Seal {
        let mut seal = Seal {
            region: self.region.clone(),
            key: key.id.clone(),
            ops: self.ops.clone(),
            text: String::new(),
        };
        let nonce: [u8; NONCE_BYTES] = auth::random();
        let json =
            serde_json::to_vec(&self.changes).expect("changes have no keys that JSON cannot hold");
        let bound = seal.bound();
        let payload = Payload {
            msg: &json,
            aad: &bound,
        };
        let text = Aes256Gcm::new(&key.secret.into())
            .encrypt(&Nonce::from(nonce), payload)
            .expect("answers are shorter than AES-GCM's bound");
        seal.text = BASE64_STANDARD.encode([&nonce[..], &text].concat());
        seal
    }
}

impl Seal {
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// What it says, in the order of its ops; none where the key was destroyed.
    pub(super) fn open(&self, keys: &Keys) -> Result<Option<Vec<Change>>> {
        let damaged = || StoreError::Corrupt(format!("sealed answers of {}", self.region));
        let Some(secret) = keys.get(&self.key).ok_or_else(damaged)? else {
            return Ok(None);
        };
        let bytes = BASE64_STANDARD.decode(&self.text).map_err(|_| damaged())?;
        let (nonce, text) = bytes
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or_else(damaged)?;
        let bound = self.bound();
        let payload = Payload {
            msg: text,
            aad: &bound,
        };
        let json = Aes256Gcm::new(&(*secret).into())
            .decrypt(&Nonce::from(*nonce), payload)
            .map_err(|_| damaged())?;
        let changes: Vec<Change> = serde_json::from_slice(&json).map_err(|_| damaged())?;
        if changes.len() != self.ops.len() {
            return Err(damaged());
        }
        Ok(Some(changes))
    }

    /// What the seal is bound to: nobody can move an answer to another op or village.
    fn bound(&self) -> Vec<u8> {
        let head = format!("lumbung-sealed-1\n{}\n{}\n", self.region, self.key);
        let ids = self.ops.iter().flat_map(|(_, id)| id.0);
        head.into_bytes().into_iter().chain(ids).collect()
    }
}

async fn keys_named(
    connection: &mut Connection,
    partition: &PartitionId,
    names: BTreeSet<String>,
) -> Result<Keys> {
    let names: Vec<String> = names.into_iter().collect();
    let mut keys = Keys::new();
    for some in names.chunks(PLACES_MAX) {
        let sql = format!(
            "SELECT id, secret, destroyed_at FROM case_key WHERE partition_id = $1 AND id IN {}",
            row_of(2, places_for(some.len())),
        );
        let rows: Vec<(String, Vec<u8>, Option<i64>)> = query(AssertSqlSafe(sql))
            .bind(partition.to_string())
            .bind_padded(some.iter().cloned())
            .fetch_all(&mut *connection)
            .await?;
        for (id, secret, destroyed) in rows {
            let secret = match destroyed {
                Some(_) => None,
                None => Some(secret_of(&secret)?),
            };
            keys.insert(id, secret);
        }
    }
    Ok(keys)
}

/// The keys that these stored forms need.
pub(in crate::store) async fn keys_for<'b>(
    connection: &mut Connection,
    partition: &PartitionId,
    bodies: impl IntoIterator<Item = &'b Vec<u8>>,
) -> Result<Keys> {
    let mut names = BTreeSet::new();
    for bytes in bodies {
        names.extend(body::key_names(bytes)?);
    }
    keys_named(connection, partition, names).await
}

/// The keys under which answers of these villages are sealed from now on, made where there is none.
pub(super) async fn keys_of_cases(
    connection: &mut Connection,
    partition: &PartitionId,
    regions: BTreeSet<&RegionId>,
    now: Millis,
) -> Result<BTreeMap<RegionId, CaseKey>> {
    let mut keys = BTreeMap::new();
    for some in chunks_of(&regions) {
        let sql = format!(
            "SELECT region, id, secret FROM case_key
             WHERE partition_id = $1 AND destroyed_at IS NULL AND region IN {} ORDER BY id",
            row_of(2, places_for(some.len())),
        );
        let rows: Vec<(String, String, Vec<u8>)> = query(AssertSqlSafe(sql))
            .bind(partition.to_string())
            .bind_padded(some.iter().map(|region| region.as_str().to_owned()))
            .fetch_all(&mut *connection)
            .await?;
        for (region, id, secret) in rows {
            let secret = secret_of(&secret)?;
            keys.insert(stored(&region, "region")?, CaseKey { id, secret });
        }
    }
    for region in regions {
        if !keys.contains_key(region) {
            let key = make_key(connection, partition, region, now).await?;
            keys.insert(region.clone(), key);
        }
    }
    Ok(keys)
}

/// A new key of a village.
pub(super) async fn make_key(
    connection: &mut Connection,
    partition: &PartitionId,
    region: &RegionId,
    now: Millis,
) -> Result<CaseKey> {
    let key = CaseKey {
        id: hex_text(&auth::random::<16>()),
        secret: auth::random(),
    };
    query(
        "INSERT INTO case_key (partition_id, id, region, secret, made_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (partition_id, id) DO NOTHING",
    )
    .bind(partition.to_string())
    .bind(&key.id)
    .bind(region.as_str())
    .bind(&key.secret[..])
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(key)
}

fn secret_of(bytes: &[u8]) -> Result<[u8; 32]> {
    let secret = bytes.try_into();
    secret.map_err(|_| StoreError::Corrupt("a key of a village".to_owned()))
}
