//! SQLite: a pool that reads, and the one task that writes: verbs queue up, share a transaction, and are answered
//! after it.
//!
//! Always: one write connection; `BEGIN IMMEDIATE`; each verb in a savepoint of its own, so that
//! one that fails undoes only itself; nobody is told "done" before the commit.
//! Never: holds a transaction open while nothing is queued.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_core::future::BoxFuture;
use shared::time::Millis;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use tokio::sync::{mpsc, oneshot};

use super::migrate::{self, MIGRATIONS, Migration, Step};
use super::room::is_full;
use super::sql::Connection;
use super::{READER_WAIT_MS_MAX, Result, StoreError};

/// The file in the data folder.
const FILE: &str = "lumbung.sqlite";
const READERS_MAX: u32 = 4;
/// How long another process, such as `lumbung account`, may hold the write lock.
const LOCK_WAIT_MS_MAX: u64 = 10_000;
const QUEUE_VERBS_MAX: usize = 1024;
/// Verbs that share one commit, at most: bounds what a power cut undoes and how long one waits.
const VERBS_PER_COMMIT_MAX: usize = 64;

type Verb = Box<dyn for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Outcome> + Send>;

/// What a verb did, and how to tell its caller once the fate of the commit is known.
struct Outcome {
    failed: bool,
    /// Of room on the disk.
    found_none: bool,
    tell: Box<dyn FnOnce(Result<()>) + Send>,
}

enum Request {
    Run(Verb),
    Close(oneshot::Sender<()>),
}

/// The embedded database. Clones share it.
#[derive(Clone)]
pub(super) struct Sqlite {
    queue: mpsc::Sender<Request>,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file in `folder`, making it if there is none, brings its shape up to date and starts the writer.
    pub(super) async fn open(folder: &Path, now: Millis) -> Result<Sqlite> {
        let writing = open_file(folder, now).await?;
        Sqlite::start(writing, options(folder).pragma("query_only", "ON")).await
    }

    /// Opens the file as it is; a verb that writes fails.
    pub(super) async fn look(folder: &Path) -> Result<Sqlite> {
        let options = SqliteConnectOptions::new()
            .filename(file_in(folder))
            .read_only(true)
            .busy_timeout(Duration::from_millis(LOCK_WAIT_MS_MAX));
        let mut looking = Connection::SqliteWriter(options.connect().await?);
        migrate::check_complete(&mut looking).await?;
        Sqlite::start(looking, options).await
    }

    async fn start(writing: Connection, reading: SqliteConnectOptions) -> Result<Sqlite> {
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(Duration::from_millis(READER_WAIT_MS_MAX))
            // A file is not lost as a server is; asking first would be one more question for each.
            .test_before_acquire(false)
            .connect_with(reading)
            .await?;
        let (queue, requests) = mpsc::channel(QUEUE_VERBS_MAX);
        tokio::spawn(serve(writing, requests));
        Ok(Sqlite { queue, readers })
    }

    pub(super) async fn read(&self) -> Result<Connection> {
        Ok(Connection::SqliteReader(self.readers.acquire().await?))
    }

    /// A connection on which everything read is of one instant.
    pub(super) async fn snapshot(&self) -> Result<Connection> {
        Ok(Connection::SqliteSnapshot(self.readers.begin().await?))
    }

    pub(super) async fn write<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let boxed: Verb = Box::new(move |connection| {
            Box::pin(async move {
                let result = verb(connection).await;
                Outcome {
                    failed: result.is_err(),
                    found_none: matches!(result, Err(StoreError::Full(_))),
                    tell: Box::new(move |commit| {
                        // A caller that went away does not need the answer; the write stands.
                        let _ = reply.send(commit.and(result));
                    }),
                }
            })
        });
        self.queue
            .try_send(Request::Run(boxed))
            .map_err(|_| StoreError::Busy)?;
        answer.await.map_err(|_| StoreError::Busy)?
    }

    /// Waits until everything queued is written and the file is closed.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        let (done, closed) = oneshot::channel();
        if self.queue.send(Request::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free = self.queue.capacity();
        f.debug_struct("Sqlite").field("queue_free", &free).finish()
    }
}

/// The file in a folder.
pub(super) fn file_in(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// Whether the folder holds the file, or one of those beside it, which SQLite would replay into any file of that name.
pub(super) async fn is_taken(folder: &Path) -> Result<bool> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        if tokio::fs::try_exists(folder.join(format!("{FILE}{ending}"))).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn options(folder: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file_in(folder))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // What is deleted or overwritten, such as a key, is not to be found in the file.
        .pragma("secure_delete", "ON")
        .busy_timeout(Duration::from_millis(LOCK_WAIT_MS_MAX))
}

/// Empties the log beside the file, which holds pages as they were.
pub(super) async fn truncate_log(folder: &Path) -> Result<()> {
    let mut connection = Connection::SqliteWriter(options(folder).connect().await?);
    connection
        .run_script("PRAGMA wal_checkpoint(TRUNCATE)")
        .await?;
    Ok(())
}

/// Opens the file in `folder` alone, making it if there is none, in today's shape.
pub(super) async fn open_file(folder: &Path, now: Millis) -> Result<Connection> {
    let connection = options(folder).create_if_missing(true).connect().await?;
    let mut connection = Connection::SqliteWriter(connection);
    bring_up_to_date(&mut connection, MIGRATIONS, now).await?;
    Ok(connection)
}

/// Closes a file that `open_file` opened, so that it is whole without others beside it, and returns its path.
pub(super) async fn close_file(mut connection: Connection, folder: &Path) -> Result<PathBuf> {
    connection
        .run_script("PRAGMA journal_mode = DELETE")
        .await?;
    if let Connection::SqliteWriter(connection) = connection {
        connection.close().await?;
    }
    let file = file_in(folder);
    tokio::fs::File::open(&file).await?.sync_all().await?;
    Ok(file)
}

/// Applies what is missing of the list, each step in a transaction of its own.
pub(super) async fn bring_up_to_date(
    connection: &mut Connection,
    list: &'static [Migration],
    now: Millis,
) -> Result<()> {
    loop {
        connection.run_script("BEGIN IMMEDIATE").await?;
        let step = migrate::apply_next(connection, list, now).await;
        let end = if step.is_ok() { "COMMIT" } else { "ROLLBACK" };
        connection.run_script(end).await?;
        if step? == Step::Complete {
            return Ok(());
        }
    }
}

async fn serve(mut connection: Connection, mut requests: mpsc::Receiver<Request>) {
    let mut closing = None;
    while closing.is_none() {
        let Some(request) = requests.recv().await else {
            break;
        };
        let mut batch = Vec::new();
        let mut next = Some(request);
        while let Some(request) = next.take() {
            match request {
                Request::Run(verb) => batch.push(verb),
                Request::Close(done) => closing = Some(done),
            }
            if batch.len() < VERBS_PER_COMMIT_MAX && closing.is_none() {
                next = requests.try_recv().ok();
            }
        }
        if !batch.is_empty() {
            commit_batch(&mut connection, batch).await;
        }
    }
    if let Connection::SqliteWriter(connection) = connection
        && let Err(error) = connection.close().await
    {
        tracing::error!(error = %error, "store.close");
    }
    if let Some(done) = closing {
        let _ = done.send(());
    }
}

async fn commit_batch(connection: &mut Connection, batch: Vec<Verb>) {
    let mut outcomes = Vec::with_capacity(batch.len());
    let result = run_batch(connection, batch, &mut outcomes).await;
    if let Err(error) = &result {
        tracing::error!(error = %error, verbs = outcomes.len(), "store.commit");
        // Fails where SQLite already rolled back by itself; both leave no transaction open.
        let _ = connection.run_script("ROLLBACK").await;
    }
    // Where SQLite finds no room it may roll back all that the verbs before it did too, and then their savepoint is
    // missed: all of them failed for want of room.
    let found_none = outcomes.iter().any(|outcome| outcome.found_none);
    for outcome in outcomes {
        (outcome.tell)(match &result {
            Ok(()) => Ok(()),
            Err(error) if found_none || is_full(error) => Err(StoreError::Full(format!(
                "the shared commit failed: {error}"
            ))),
            Err(error) => Err(StoreError::Database(sqlx::Error::Protocol(format!(
                "the shared commit failed: {error}"
            )))),
        });
    }
}

/// Runs every verb in one transaction. Verbs not run when it fails are dropped, which tells their
/// callers to ask again.
async fn run_batch(
    connection: &mut Connection,
    batch: Vec<Verb>,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), sqlx::Error> {
    connection.run_script("BEGIN IMMEDIATE").await?;
    for verb in batch {
        connection.run_script("SAVEPOINT verb").await?;
        let outcome = verb(connection).await;
        let failed = outcome.failed;
        outcomes.push(outcome);
        if failed {
            connection.run_script("ROLLBACK TO SAVEPOINT verb").await?;
        }
        connection.run_script("RELEASE SAVEPOINT verb").await?;
    }
    connection.run_script("COMMIT").await
}
