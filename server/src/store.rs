//! Everything that is kept, behind verbs of use: SQLite with one writer and a pool of readers.
//!
//! Always: a verb that writes returns after its commit is durable; many verbs share one commit;
//! SQL stays in the subset that PostgreSQL and its distributed relatives also run.
//! Never: awaits anything but the database inside a write; hands a connection to the outside.

mod accounts;
mod audit;
mod blobs;
mod devices;
mod findings;
mod hub;
mod migrate;
mod questionnaires;
mod regions;
mod rounds;
mod sync;
mod writer;

pub use accounts::{Account, AccountDraft};
pub use audit::{Act, AuditPlace};
pub use blobs::{BlobRecord, Upload};
pub use devices::{DeviceHello, Redemption};
pub use findings::{Checked, FINDINGS_PER_CASE_MAX, OpenFinding};
pub use hub::HubKeys;
pub use questionnaires::QuestionnaireDraft;
pub use regions::{RegionRow, RegionsOf, fold};
pub use rounds::RoundDraft;
pub use sync::{Aside, LaneEnd, LogPage, Push};

use std::fmt;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_core::future::BoxFuture;
use shared::time::Millis;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use writer::Writer;

const READERS_MAX: u32 = 4;
const READER_WAIT_MS_MAX: u64 = 10_000;
/// How long another process, such as `lumbung account`, may hold the write lock.
const LOCK_WAIT_MS_MAX: u64 = 10_000;

/// The one place where data is kept. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    writer: Writer,
    readers: SqlitePool,
    folder: PathBuf,
    uploads: blobs::Uploads,
}

/// Why a verb failed. What a caller can act on has a variant; the rest is `Database`.
#[derive(Debug)]
pub enum StoreError {
    /// Something named does not exist.
    Missing(&'static str),
    /// The name is taken or the state forbids it; the text is a stable code.
    Refused(&'static str),
    /// More waits to be written than the queue holds; ask again.
    Busy,
    /// The data on disk is not of this program, or of a newer one.
    Schema(String),
    /// What was read cannot be what was written.
    Corrupt(String),
    Database(sqlx::Error),
    Io(std::io::Error),
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl Store {
    /// Opens the data in `folder`, making it if there is none, and brings its shape up to date.
    pub async fn open(folder: &Path, now: Millis) -> Result<Store> {
        // Password hashes and people's answers are nobody else's business on this machine.
        let mut private = std::fs::DirBuilder::new();
        private.recursive(true).mode(0o700);
        private.create(folder.join(blobs::PARTIAL))?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join("lumbung.sqlite"))
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_millis(LOCK_WAIT_MS_MAX));
        let writer = Writer::open(options.clone().create_if_missing(true), now).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(Duration::from_millis(READER_WAIT_MS_MAX))
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        let store = Store {
            writer,
            readers,
            folder: folder.to_owned(),
            uploads: blobs::Uploads::default(),
        };
        store.mint_hub_keys(now).await?;
        store.sweep_partials()?;
        Ok(store)
    }

    /// Opens the data in `folder` to look at it; nothing there is changed. `Schema` where it is of another version.
    pub async fn open_to_look(folder: &Path) -> Result<Store> {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("lumbung.sqlite"))
            .read_only(true)
            .busy_timeout(Duration::from_millis(LOCK_WAIT_MS_MAX));
        Ok(Store {
            writer: Writer::look(options.clone()).await?,
            readers: SqlitePoolOptions::new()
                .max_connections(READERS_MAX)
                .connect_with(options)
                .await?,
            folder: folder.to_owned(),
            uploads: blobs::Uploads::default(),
        })
    }

    /// Runs `verb` in a transaction of the one writer and answers once it is durable. An `Err` of
    /// the verb undoes what it wrote and nothing else. The verb must not have effects outside the
    /// database: the shared commit may still fail after it ran.
    pub(crate) async fn write<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        self.writer.run(verb).await
    }

    /// The readers. They see what is committed and cannot write.
    pub(crate) fn read(&self) -> &SqlitePool {
        &self.readers
    }

    /// Whether both sides of the database answer.
    pub async fn ready(&self) -> Result<()> {
        sqlx::query("SELECT 1").execute(self.read()).await?;
        self.write(|_| Box::pin(async { Ok(()) })).await
    }

    /// What SQLite finds wrong with its file; empty if nothing.
    pub async fn integrity(&self) -> Result<Vec<String>> {
        let lines: Vec<(String,)> = sqlx::query_as("PRAGMA quick_check")
            .fetch_all(self.read())
            .await?;
        Ok(lines
            .into_iter()
            .map(|(line,)| line)
            .filter(|line| line != "ok")
            .collect())
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Finishes what is queued and closes the files.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Missing(what) => write!(f, "{what} does not exist"),
            StoreError::Refused(code) => write!(f, "refused: {code}"),
            StoreError::Busy => f.write_str("too many writes are waiting; try again"),
            StoreError::Schema(text) | StoreError::Corrupt(text) => f.write_str(text),
            StoreError::Database(error) => write!(f, "database: {error}"),
            StoreError::Io(error) => write!(f, "data folder: {error}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StoreError::Database(error) => Some(error),
            StoreError::Io(error) => Some(error),
            StoreError::Missing(_)
            | StoreError::Refused(_)
            | StoreError::Busy
            | StoreError::Schema(_)
            | StoreError::Corrupt(_) => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        StoreError::Database(error)
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        StoreError::Io(error)
    }
}

/// Reads a value that this program wrote as text.
fn stored<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<T> {
    text.parse()
        .map_err(|_| StoreError::Corrupt(format!("a stored {what} cannot be read")))
}

/// Values in one column, separated by spaces; none of them contains one.
fn stored_list<T: std::str::FromStr>(text: &str, what: &'static str) -> Result<Vec<T>> {
    text.split_ascii_whitespace()
        .map(|part| stored(part, what))
        .collect()
}

fn list_text<T: fmt::Display>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(T::to_string).collect();
    texts.join(" ")
}

#[cfg(test)]
pub(crate) mod tests;
