//! The one task that writes: verbs queue up, share a transaction, and are answered after it.
//!
//! Always: one write connection; `BEGIN IMMEDIATE`; each verb in a savepoint of its own, so that
//! one that fails undoes only itself; nobody is told "done" before the commit.
//! Never: holds a transaction open while nothing is queued.

use std::fmt;

use futures_core::future::BoxFuture;
use shared::time::Millis;
use sqlx::ConnectOptions as _;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::{Result, StoreError, migrate};

const QUEUE_VERBS_MAX: usize = 1024;
/// Verbs that share one commit, at most: bounds what a power cut undoes and how long one waits.
const VERBS_PER_COMMIT_MAX: usize = 64;

type Verb = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Outcome> + Send>;

/// What a verb did, and how to tell its caller once the fate of the commit is known.
struct Outcome {
    failed: bool,
    tell: Box<dyn FnOnce(Result<()>) + Send>,
}

enum Request {
    Run(Verb),
    Close(oneshot::Sender<()>),
}

#[derive(Clone)]
pub(super) struct Writer {
    queue: mpsc::Sender<Request>,
}

impl Writer {
    /// Opens the write connection, applies migrations, and starts the task.
    pub(super) async fn open(options: SqliteConnectOptions, now: Millis) -> Result<Writer> {
        let mut connection = options.connect().await?;
        migrate::apply(&mut connection, now).await?;
        let (queue, requests) = mpsc::channel(QUEUE_VERBS_MAX);
        tokio::spawn(serve(connection, requests));
        Ok(Writer { queue })
    }

    /// Opens the connection as it is; a verb that writes through it fails.
    pub(super) async fn look(options: SqliteConnectOptions) -> Result<Writer> {
        let mut connection = options.connect().await?;
        let missing = migrate::missing(&mut connection).await?;
        if 0 < missing {
            return Err(StoreError::Schema(format!(
                "the data is of an older version, {missing} steps behind; lumbung serve brings it up to date"
            )));
        }
        let (queue, requests) = mpsc::channel(QUEUE_VERBS_MAX);
        tokio::spawn(serve(connection, requests));
        Ok(Writer { queue })
    }

    pub(super) async fn run<T, F>(&self, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let boxed: Verb = Box::new(move |connection| {
            Box::pin(async move {
                let result = verb(connection).await;
                Outcome {
                    failed: result.is_err(),
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

    /// Waits until everything queued is written and the connection is closed.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.queue.send(Request::Close(done)).await.is_ok() {
            let _ = closed.await;
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free = self.queue.capacity();
        f.debug_struct("Writer").field("queue_free", &free).finish()
    }
}

async fn serve(mut connection: SqliteConnection, mut requests: mpsc::Receiver<Request>) {
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
    if let Err(error) = connection.close().await {
        tracing::error!(error = %error, "store.close");
    }
    if let Some(done) = closing {
        let _ = done.send(());
    }
}

async fn commit_batch(connection: &mut SqliteConnection, batch: Vec<Verb>) {
    let mut outcomes = Vec::with_capacity(batch.len());
    let result = run_batch(connection, batch, &mut outcomes).await;
    if let Err(error) = &result {
        tracing::error!(error = %error, verbs = outcomes.len(), "store.commit");
        // Fails where SQLite already rolled back by itself; both leave no transaction open.
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
    }
    for outcome in outcomes {
        (outcome.tell)(match &result {
            Ok(()) => Ok(()),
            Err(error) => Err(StoreError::Database(sqlx::Error::Protocol(format!(
                "the shared commit failed: {error}"
            )))),
        });
    }
}

/// Runs every verb in one transaction. Verbs not run when it fails are dropped, which tells their
/// callers to ask again.
async fn run_batch(
    connection: &mut SqliteConnection,
    batch: Vec<Verb>,
    outcomes: &mut Vec<Outcome>,
) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *connection)
        .await?;
    for verb in batch {
        sqlx::query("SAVEPOINT verb")
            .execute(&mut *connection)
            .await?;
        let outcome = verb(&mut *connection).await;
        let failed = outcome.failed;
        outcomes.push(outcome);
        if failed {
            sqlx::query("ROLLBACK TO SAVEPOINT verb")
                .execute(&mut *connection)
                .await?;
        }
        sqlx::query("RELEASE SAVEPOINT verb")
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}
