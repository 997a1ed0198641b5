//! Whether there is room on the disks: known from what failed, until a try succeeds.
//!
//! Always: what failed for want of room is undone whole and says so; who asks whether the hub is ready is told.
//! Never: guesses from free bytes, which quotas and reserves make untrue.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt as _;

use super::blobs::PARTIAL;
use super::sql::query;
use super::{Result, Store, StoreError};

/// What is written to see whether there is room again: as much as a large push, so that a disk on which only the
/// smallest rows fit does not count as one with room.
const TRIED_BYTES: usize = 1024 * 1024;
const TRIED: &str = "room";

/// Primary code `SQLITE_FULL`; and what a full disk makes of SQLite's file of shared memory.
const SQLITE_FULL: [&str; 2] = ["13", "4874"];
const POSTGRES_DISK_FULL: &str = "53100";

/// Whether the last that was written found no room. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Room {
    is_full: Arc<AtomicBool>,
}

impl Room {
    /// Passes on what a write came to, and remembers that there was no room.
    pub(super) fn note<T>(&self, done: Result<T>) -> Result<T> {
        if matches!(done, Err(StoreError::Full(_))) {
            self.is_full.store(true, Ordering::Relaxed);
        }
        done
    }
}

/// Whether the database had no room for it.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => is_disk_full(error),
        sqlx::Error::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            SQLITE_FULL.contains(&code.as_ref()) || code == POSTGRES_DISK_FULL
        }
        _ => false,
    }
}

pub(super) fn is_disk_full(error: &io::Error) -> bool {
    let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
    kinds.contains(&error.kind())
}

impl Store {
    /// Where something found no room: whether there is room now.
    pub(super) async fn must_have_room(&self) -> Result<()> {
        if !self.room.is_full.load(Ordering::Relaxed) {
            return Ok(());
        }
        // Before the try: what fails meanwhile counts.
        self.room.is_full.store(false, Ordering::Relaxed);
        let done = self.try_room().await;
        if done.is_err() {
            self.room.is_full.store(true, Ordering::Relaxed);
        }
        done
    }

    async fn try_room(&self) -> Result<()> {
        let path = self.folder().join(PARTIAL).join(TRIED);
        let done = write_file(&path).await;
        match fs::remove_file(&path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        done?;
        self.write(|tx| {
            Box::pin(async move {
                query(
                    "INSERT INTO setting (name, value) VALUES ($1, $2)
                     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                )
                .bind(TRIED)
                .bind("x".repeat(TRIED_BYTES))
                .execute(tx)
                .await?;
                Ok(())
            })
        })
        .await?;
        self.write(|tx| {
            Box::pin(async move {
                query("DELETE FROM setting WHERE name = $1")
                    .bind(TRIED)
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn write_file(path: &std::path::Path) -> Result<()> {
    let mut file = File::create(path).await?;
    file.write_all(&vec![0; TRIED_BYTES]).await?;
    file.flush().await?;
    file.sync_all().await?;
    Ok(())
}
