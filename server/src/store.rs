//! Everything that is kept, behind verbs of use, in SQLite beside the photos or in a PostgreSQL.
//!
//! Always: a verb that writes returns after its commit is durable; both databases run the same SQL texts, in the
//! subset that PostgreSQL's distributed relatives also run.
//! Never: awaits anything but the database inside a write; hands a connection to the outside.

mod accounts;
mod audit;
mod backup;
mod blobs;
mod check;
mod decisions;
mod devices;
mod findings;
mod hub;
mod kept;
mod methods;
mod migrate;
mod mismatch;
mod postgres;
mod private;
mod questionnaires;
mod regions;
mod revoked;
mod room;
mod rounds;
mod session;
mod shortfall;
mod sql;
mod sqlite;
mod sync;

pub use accounts::{Account, AccountDraft};
pub use audit::{Act, AuditPlace};
pub use backup::{Backup, Manifest, newest_backup, prune_backups, verify_backup};
pub use blobs::{BlobRecord, Upload};
pub use check::CheckView;
pub use decisions::DecisionDraft;
pub use devices::{DeviceHello, Redemption, Revival};
pub use findings::{Checked, FINDINGS_PER_CASE_MAX, OpenFinding};
pub use hub::HubKeys;
pub use methods::{METHODS_MAX, MethodDraft};
pub use mismatch::{Fitting, Holder};
pub use postgres::PostgresUrl;
pub use questionnaires::QuestionnaireDraft;
pub use regions::{RegionRow, RegionsOf, fold};
pub use rounds::RoundDraft;
pub use shortfall::Standing;
pub use sync::{Aside, Came, Erased, GRACE_MS, LaneEnd, LogPage, PAGE_BYTES_MAX, Push};

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use futures_core::future::BoxFuture;
use shared::ids::PartitionId;
use shared::time::Millis;

use postgres::Postgres;
use sql::{Connection, query};
use sqlite::Sqlite;

const READER_WAIT_MS_MAX: u64 = 10_000;

/// The one place where data is kept. Clones share it.
#[derive(Clone, Debug)]
pub struct Store {
    database: Database,
    folder: PathBuf,
    uploads: blobs::Uploads,
    intake: sync::Intake,
    room: room::Room,
    keys: Arc<OnceLock<HubKeys>>,
    /// Where revocations are noted beside the data folder.
    notes: Arc<OnceLock<PathBuf>>,
}

#[derive(Clone, Debug)]
enum Database {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Where data is kept: a folder, and the database beside it unless the folder holds that too.
#[derive(Debug, Clone)]
pub struct Place {
    pub folder: PathBuf,
    pub postgres: Option<PostgresUrl>,
}

impl From<&Path> for Place {
    fn from(folder: &Path) -> Place {
        Place {
            folder: folder.to_owned(),
            postgres: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.folder.display())?;
        match &self.postgres {
            Some(url) => write!(f, " and {url}"),
            None => Ok(()),
        }
    }
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
    /// There is no room on a disk; nothing of it was written.
    Full(String),
    /// The data on disk is not of this program, or of a newer one.
    Schema(String),
    /// What was read cannot be what was written.
    Corrupt(String),
    Database(sqlx::Error),
    Io(std::io::Error),
}

pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl Store {
    /// Opens the data, making it where there is none, and brings its shape up to date.
    pub async fn open(place: impl Into<Place>, now: Millis) -> Result<Store> {
        let Place { folder, postgres } = place.into();
        // Password hashes and people's answers are nobody else's business on this machine.
        private::folder(&folder.join(blobs::PARTIAL))?;
        let database = match postgres {
            None => Database::Sqlite(Sqlite::open(&folder, now).await?),
            Some(url) => Database::Postgres(Postgres::open(&url, now).await?),
        };
        let store = Store::over(database, folder);
        store.mint_hub_keys(now).await?;
        store.sweep_partials()?;
        store.remove_erased_photos().await?;
        Ok(store)
    }

    /// Opens data that is there and of this version; makes and changes nothing where it is not.
    ///
    /// # Errors
    /// `Missing("hub")` where there is none; `Schema` where it is of another version.
    pub async fn open_existing(place: impl Into<Place>, now: Millis) -> Result<Store> {
        let place = place.into();
        let must_exist = match place.postgres {
            None => sqlite::file_in(&place.folder),
            Some(_) => place.folder.clone(),
        };
        if !tokio::fs::try_exists(must_exist).await? {
            return Err(StoreError::Missing("hub"));
        }
        let looking = Store::open_to_look(place.clone()).await?;
        let has_hub = backup::has_hub(&mut looking.read().await?).await;
        looking.close().await;
        if !has_hub? {
            return Err(StoreError::Missing("hub"));
        }
        Store::open(place, now).await
    }

    /// Opens the data to look at it; nothing there is changed. `Schema` where it is of another version.
    pub async fn open_to_look(place: impl Into<Place>) -> Result<Store> {
        let Place { folder, postgres } = place.into();
        let database = match postgres {
            None => Database::Sqlite(Sqlite::look(&folder).await?),
            Some(url) => Database::Postgres(Postgres::look(&url).await?),
        };
        Ok(Store::over(database, folder))
    }

    fn over(database: Database, folder: PathBuf) -> Store {
        Store {
            database,
            folder,
            uploads: blobs::Uploads::default(),
            intake: sync::Intake::default(),
            room: room::Room::default(),
            keys: Arc::default(),
            notes: Arc::default(),
        }
    }

    /// Runs `verb` in a transaction and answers once it is durable. An `Err` of the verb undoes what it wrote and
    /// nothing else. The verb must not have effects outside the database: the commit may still fail after it ran.
    /// It must be safe to repeat: where a connection breaks during the commit, it runs again.
    async fn write<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        self.room.note(match &self.database {
            Database::Sqlite(sqlite) => sqlite.write(verb).await,
            Database::Postgres(postgres) => postgres.write(None, verb).await,
        })
    }

    /// The same for case data: all that `verb` touches is of one partition.
    async fn write_in<T, F>(&self, partition: &PartitionId, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        self.room.note(match &self.database {
            Database::Sqlite(sqlite) => sqlite.write(verb).await,
            Database::Postgres(postgres) => postgres.write(Some(partition), verb).await,
        })
    }

    /// A connection that sees what is committed. On SQLite it cannot write.
    async fn read(&self) -> Result<Connection> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.read().await,
            Database::Postgres(postgres) => postgres.read().await,
        }
    }

    /// A connection on which everything read is of one instant, however long it takes.
    async fn snapshot(&self) -> Result<Connection> {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.snapshot().await,
            Database::Postgres(postgres) => postgres.snapshot().await,
        }
    }

    /// Whether both sides of the database answer, and what is written finds room.
    pub async fn ready(&self) -> Result<()> {
        query("SELECT 1").execute(&mut self.read().await?).await?;
        self.write(|_| Box::pin(async { Ok(()) })).await?;
        self.must_have_room().await
    }

    /// Transactions that were tried again since the start, because they lost a race or their connection.
    pub fn retries(&self) -> u64 {
        match &self.database {
            Database::Sqlite(_) => 0,
            Database::Postgres(postgres) => postgres.retries(),
        }
    }

    /// What SQLite finds wrong with its file; empty if nothing. A PostgreSQL is its administrator's to check.
    pub async fn integrity(&self) -> Result<Vec<String>> {
        if let Database::Postgres(_) = &self.database {
            return Ok(Vec::new());
        }
        let lines: Vec<(String,)> = query("PRAGMA quick_check")
            .fetch_all(&mut self.read().await?)
            .await?;
        Ok(lines
            .into_iter()
            .map(|(line,)| line)
            .filter(|line| line != "ok")
            .collect())
    }

    /// Takes what was erased out of the files of the database, where it stands until its place is needed: best effort,
    /// since somebody may be reading there.
    async fn forget_freed_rows(&self) {
        let done = match &self.database {
            Database::Sqlite(_) => sqlite::truncate_log(&self.folder).await,
            Database::Postgres(postgres) => postgres.vacuum("case_key").await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, "store.freed_rows_left");
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Finishes what is queued and closes files and connections.
    pub async fn close(&self) {
        match &self.database {
            Database::Sqlite(sqlite) => sqlite.close().await,
            Database::Postgres(postgres) => postgres.close().await,
        }
    }
}

impl StoreError {
    /// Whether the database could not be reached, or was too busy to give a connection.
    pub fn is_away(&self) -> bool {
        let StoreError::Database(cause) = self else {
            return false;
        };
        matches!(cause, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Missing(what) => write!(f, "{what} does not exist"),
            StoreError::Refused(code) => write!(f, "refused: {code}"),
            StoreError::Busy => f.write_str("too many writes are waiting; try again"),
            StoreError::Full(cause) => write!(f, "no room on the disk: {cause}"),
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
            | StoreError::Full(_)
            | StoreError::Schema(_)
            | StoreError::Corrupt(_) => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match room::is_full(&error) {
            true => StoreError::Full(error.to_string()),
            false => StoreError::Database(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match room::is_disk_full(&error) {
            true => StoreError::Full(error.to_string()),
            false => StoreError::Io(error),
        }
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
