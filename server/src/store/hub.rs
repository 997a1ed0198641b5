//! What the server is: its epoch, its signing key, its origin.
//!
//! Always: one epoch and one key from the first start on; the origin of phones' storage is fixed.
//! Never: shows the key outside the crate.

use std::fmt;

use shared::ids::Epoch;
use shared::time::Millis;

use super::sql::{Connection, query};
use super::{Result, Store, StoreError, stored};
use crate::auth;

/// The life of this server's data and the key that signs its receipts.
#[derive(Clone, PartialEq, Eq)]
pub struct HubKeys {
    pub epoch: Epoch,
    pub(crate) mac_key: [u8; 32],
}

impl fmt::Debug for HubKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubKeys")
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// Begins another life with the same key: phones see that it is another and offer again what they hold.
pub(super) async fn begin_epoch(connection: &mut Connection, now: Millis) -> Result<()> {
    let (key, minted): (Vec<u8>, i64) =
        query("SELECT mac_key, minted_at FROM hub ORDER BY minted_at DESC LIMIT 1")
            .fetch_one(connection)
            .await?;
    query(
        "INSERT INTO hub (epoch, mac_key, minted_at) VALUES ($1, $2, $3)
         ON CONFLICT (epoch) DO NOTHING",
    )
    .bind(Epoch(auth::random::<16>()).to_string())
    .bind(key)
    // The newest counts, also where this clock is behind the old server's.
    .bind(now.0.max(minted + 1))
    .execute(connection)
    .await?;
    // Somebody may have signed out, or redeemed a link, after the backup was made.
    query("DELETE FROM session").execute(connection).await?;
    query("DELETE FROM setup_token").execute(connection).await?;
    query("DELETE FROM enrolment WHERE redeemed_at IS NULL")
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Mints epoch and key where there are none.
    pub(super) async fn mint_hub_keys(&self, now: Millis) -> Result<()> {
        let epoch = Epoch(auth::random::<16>());
        let key = auth::random::<32>();
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO hub (epoch, mac_key, minted_at)
                     SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM hub)",
                )
                .bind(epoch.to_string())
                .bind(key.as_slice())
                .bind(now.0)
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// The present epoch and key. They are read once: only a restore mints others, into a place that nobody has open.
    pub async fn hub_keys(&self) -> Result<HubKeys> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys.clone());
        }
        let keys = self.read_hub_keys().await?;
        Ok(self.keys.get_or_init(|| keys).clone())
    }

    async fn read_hub_keys(&self) -> Result<HubKeys> {
        let (epoch, key): (String, Vec<u8>) =
            query("SELECT epoch, mac_key FROM hub ORDER BY minted_at DESC LIMIT 1")
                .fetch_one(&mut self.read().await?)
                .await?;
        Ok(HubKeys {
            epoch: stored(&epoch, "epoch")?,
            mac_key: key
                .try_into()
                .map_err(|_| StoreError::Corrupt("the hub's key is not 32 bytes".into()))?,
        })
    }

    /// The origin that phones know, if one was ever set.
    pub async fn origin(&self) -> Result<Option<String>> {
        let row: Option<(String,)> = query("SELECT value FROM setting WHERE name = $1")
            .bind("origin")
            .fetch_optional(&mut self.read().await?)
            .await?;
        Ok(row.map(|(origin,)| origin))
    }

    /// Fixes the origin at the first start; keeps the one that is there otherwise.
    pub async fn fix_origin(&self, origin: &str) -> Result<()> {
        let origin = origin.to_owned();
        self.write(move |tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO setting (name, value) VALUES ($1, $2)
                     ON CONFLICT (name) DO NOTHING",
                )
                .bind("origin")
                .bind(origin)
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Stores the hash of a link that may make the first administrator.
    pub async fn offer_setup(&self, token_hash: String, expires: Millis) -> Result<()> {
        self.write(move |tx| {
            Box::pin(async move {
                // The last link printed is the one that works.
                query("DELETE FROM setup_token").execute(&mut *tx).await?;
                query("INSERT INTO setup_token (token_hash, expires_at) VALUES ($1, $2)")
                    .bind(token_hash)
                    .bind(expires.0)
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}
