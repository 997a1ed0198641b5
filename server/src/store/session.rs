//! A connection to PostgreSQL that answers in time, or is never used again.
//!
//! Always: a machine that lost its power says nothing, not even that the connection ended; who asked it goes on after
//! `patience`, on another connection.
//! Always: a transaction that was neither committed nor taken back ends with its connection.
//! Never: decides whether what was asked is asked again.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Error, Postgres};
use tokio::time::timeout;

/// A connection that was not used for a while says in this time that it is still one.
const PING_WAIT: Duration = Duration::from_secs(3);

/// A connection taken from the pool, perhaps with a transaction on it.
#[derive(Debug)]
pub(crate) struct Session {
    /// None only while it is dropped.
    connection: Option<PoolConnection<Postgres>>,
    patience: Duration,
    is_in_transaction: bool,
    is_silent: bool,
    news: News,
}

/// One statement's view of a session.
pub(super) struct Asked<'s> {
    pub(super) connection: Result<&'s mut PgConnection, Error>,
    pub(super) silence: Silence<'s>,
}

/// Waits for an answer, and notes where none came.
pub(super) struct Silence<'s> {
    patience: Duration,
    is_silent: &'s mut bool,
    news: &'s News,
}

impl Session {
    pub(super) fn new(
        connection: PoolConnection<Postgres>,
        patience: Duration,
        news: News,
    ) -> Session {
        Session {
            connection: Some(connection),
            patience,
            is_in_transaction: false,
            is_silent: false,
            news,
        }
    }

    /// Begins a transaction with `statement`.
    pub(super) async fn begin(&mut self, statement: &'static str) -> Result<(), Error> {
        // Before the answer: what was begun without one must end too.
        self.is_in_transaction = true;
        self.run(statement).await
    }

    /// Ends the transaction; without an answer nobody knows whether it was committed.
    pub(super) async fn commit(&mut self) -> Result<(), Error> {
        self.end("COMMIT").await
    }

    pub(super) async fn roll_back(&mut self) -> Result<(), Error> {
        self.end("ROLLBACK").await
    }

    async fn end(&mut self, statement: &'static str) -> Result<(), Error> {
        let done = self.run(statement).await;
        // A commit that the database refuses has taken the transaction back: a lost race shows here.
        self.is_in_transaction = !matches!(done, Ok(()) | Err(Error::Database(_)));
        done
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), Error> {
        let asked = self.ask();
        let done = sqlx::raw_sql(statement).execute(asked.connection?);
        asked.silence.answer(done).await.map(drop)
    }

    pub(super) fn ask(&mut self) -> Asked<'_> {
        // A word left unanswered would be answered to the next one.
        let connection = match (self.is_silent, &mut self.connection) {
            (false, Some(connection)) => Ok(&mut **connection),
            (true, _) | (_, None) => Err(no_answer()),
        };
        Asked {
            connection,
            silence: Silence {
                patience: self.patience,
                is_silent: &mut self.is_silent,
                news: &self.news,
            },
        }
    }
}

impl Silence<'_> {
    pub(super) async fn answer<T>(
        self,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        match timeout(self.patience, answer).await {
            Ok(answer) => answer,
            Err(_) => {
                *self.is_silent = true;
                self.news.hear_nothing();
                Err(no_answer())
            }
        }
    }
}

fn no_answer() -> Error {
    let text = "the database does not answer";
    Error::Io(io::Error::new(io::ErrorKind::TimedOut, text))
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        if self.is_silent {
            // Out of the pool, which would wait for it, and closed without a word.
            drop(connection.detach());
        } else if self.is_in_transaction {
            connection.close_on_drop();
        }
    }
}

/// When a connection last gave no answer: those that are older lead to the same silence.
#[derive(Debug, Clone, Default)]
pub(super) struct News(Arc<Mutex<Option<Instant>>>);

impl News {
    fn hear_nothing(&self) {
        tracing::warn!("the database does not answer; its connections are made anew");
        *self.last() = Some(Instant::now());
    }

    fn last(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a connection of this age can still be used.
    pub(super) async fn is_alive(&self, connection: &mut PgConnection, age: Duration) -> bool {
        let silent = *self.last();
        if silent.is_some_and(|silent| silent.elapsed() <= age) {
            return false;
        }
        match timeout(PING_WAIT, connection.ping()).await {
            Ok(alive) => alive.is_ok(),
            Err(_) => {
                self.hear_nothing();
                false
            }
        }
    }
}
