//! PostgreSQL: each verb in a serializable transaction of its own, tried again when it lost a race or its connection.
//!
//! Always: a verb runs to its end even if its caller went away; what is tried again runs from the beginning, on what
//! is true by then.
//! Always: verbs are safe to repeat, because a connection that breaks during a commit does not tell whether it was one.
//! Never: tries for ever; after `ATTEMPTS_MAX` tries, or `INSIST`, the caller is told to ask again.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::hash::{Hash as _, Hasher as _};
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use serde::{Deserialize, Deserializer};
use shared::ids::PartitionId;
use shared::time::Millis;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgSslMode};
use tokio::sync::{Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore};
use tokio::time::timeout;

use super::migrate::{self, MIGRATIONS, Step};
use super::session::{News, Session};
use super::sql::Connection;
use super::{READER_WAIT_MS_MAX, Result, StoreError};
use crate::auth;

const CONNECTIONS_MAX: u32 = 16;
/// Verbs that run or wait, at most.
const QUEUE_VERBS_MAX: usize = 1024;
/// How often one verb is tried: with the waits between, about eight seconds, in which a standby takes over.
const ATTEMPTS_MAX: u32 = 16;
/// No try begins later, where each waits for a database that does not answer.
const INSIST: Duration = Duration::from_secs(60);
const RETRY_MS_FIRST: u64 = 2;
const RETRY_MS_MAX: u64 = 1_000;
/// After a lost race: the other one is over in milliseconds, and whoever waits longer only comes last again.
const RACE_MS_MAX: u64 = 32;
/// Verbs of one partition take turns within this process; the others do not wait for them.
const TURNS: usize = 64;
/// A verb of a partition that lost so many races runs next time without the others of this process: where tables are
/// small, the rows of all partitions share a page, and who reads it is in the way of whoever writes there.
const RACES_MAX: u32 = 3;
const ALONE_WAIT: Duration = Duration::from_secs(1);
/// So long one statement may take. A verb's takes milliseconds: where no answer comes, none will.
const PATIENCE: Duration = Duration::from_secs(15);
/// Statements that read: a report may take its time.
const READ_PATIENCE: Duration = Duration::from_secs(60);
/// Statements over everything: schema steps, backups, restores.
const LONG_PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Tells PostgreSQL to notice within two minutes that this machine is gone, with the locks of what it had begun; as it
/// comes, it takes two hours.
const KEEP_ALIVE: &str =
    "SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 5";
const BEGIN: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

/// Errors after which the same transaction may succeed: a lost race, a deadlock, a server that stops, starts or has
/// become a standby. Class 08 is a lost connection.
const TRANSIENT: [&str; 6] = ["40001", "40P01", "57P01", "57P02", "57P03", "25006"];
const LOST_RACES: [&str; 2] = ["40001", "40P01"];
/// Two servers that start at once may both apply a step; the second finds it applied when it looks again.
const STEP_TAKEN: [&str; 4] = ["23505", "42P07", "42701", "XX000"];

/// Where a PostgreSQL is: `postgres://user@host:port/database`. It may hold a password and is never shown.
#[derive(Clone)]
pub struct PostgresUrl(PgConnectOptions);

impl FromStr for PostgresUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<PostgresUrl, String> {
        // The text stays out of the message, for its password.
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err("the database must begin with postgres://".to_owned());
        }
        let options = PgConnectOptions::from_str(text).map_err(|error| error.to_string())?;
        if options.get_database().is_none() {
            return Err("name the database too: postgres://user@host:5432/lumbung".to_owned());
        }
        Ok(PostgresUrl(options.application_name("lumbung")))
    }
}

impl PostgresUrl {
    /// Whether nobody between here and there could read or change anything.
    fn is_safe_on_the_way(&self) -> bool {
        let PostgresUrl(options) = self;
        // `verify-ca` takes whatever any authority ever certified.
        let is_verified = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
        let host = options.get_host().trim_matches(['[', ']']);
        let is_here = host == "localhost"
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
            || host.starts_with('/')
            || options.get_socket().is_some();
        is_verified || is_here
    }
}

impl<'de> Deserialize<'de> for PostgresUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PostgresUrl, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PostgresUrl(options) = self;
        let database = options.get_database().unwrap_or_default();
        write!(
            f,
            "postgres://{}:{}/{database}",
            options.get_host(),
            options.get_port()
        )
    }
}

/// A database beside this process, perhaps shared with others like it. Clones share the pool.
#[derive(Clone)]
pub(super) struct Postgres {
    pool: PgPool,
    turns: Arc<[Mutex<()>; TURNS]>,
    /// Shared by the verbs of partitions, or held by one that must not lose again.
    field: Arc<RwLock<()>>,
    queue: Arc<Semaphore>,
    retries: Arc<AtomicU64>,
    news: News,
    /// Whether verbs may write.
    is_writable: bool,
}

impl Postgres {
    /// Connects, and brings the shape of the data up to date.
    pub(super) async fn open(url: &PostgresUrl, now: Millis) -> Result<Postgres> {
        let postgres = Postgres::connect(url, true).await?;
        if !url.is_safe_on_the_way() {
            tracing::warn!(
                "the PostgreSQL is on another machine, and nothing proves that it is the right one; \
                 add ?sslmode=verify-full to its address"
            );
        }
        postgres.check_durability().await?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            match postgres.apply_step(now).await {
                Ok(Step::Complete) => return Ok(postgres),
                Ok(Step::Applied) => attempts = 0,
                Err(error)
                    if attempts < ATTEMPTS_MAX
                        && (is_transient(&error) || has_code(&error, &STEP_TAKEN)) =>
                {
                    tokio::time::sleep(retry_delay(attempts, RETRY_MS_MAX)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Connects to look; a verb that writes fails.
    pub(super) async fn look(url: &PostgresUrl) -> Result<Postgres> {
        let postgres = Postgres::connect(url, false).await?;
        migrate::check_complete(&mut postgres.read().await?).await?;
        Ok(postgres)
    }

    async fn connect(url: &PostgresUrl, is_writable: bool) -> Result<Postgres> {
        let news = News::default();
        let heard = news.clone();
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(Duration::from_millis(READER_WAIT_MS_MAX))
            .after_connect(|connection, _| {
                Box::pin(async {
                    sqlx::raw_sql(KEEP_ALIVE)
                        .execute(connection)
                        .await
                        .map(drop)
                })
            })
            // Asked here, with a bound, and not by the pool, which waits as long as it takes.
            .test_before_acquire(false)
            .before_acquire(move |connection, found| {
                let heard = heard.clone();
                Box::pin(async move { Ok(heard.is_alive(connection, found.age).await) })
            })
            .connect_with(url.0.clone())
            .await?;
        Ok(Postgres {
            pool,
            turns: Arc::new(std::array::from_fn(|_| Mutex::new(()))),
            field: Arc::new(RwLock::new(())),
            queue: Arc::new(Semaphore::new(QUEUE_VERBS_MAX)),
            retries: Arc::new(AtomicU64::new(0)),
            news,
            is_writable,
        })
    }

    /// An acknowledgement means that the answers survive a power cut; that is the database's to keep.
    async fn check_durability(&self) -> Result<()> {
        let (level,): (String,) = sqlx::query_as("SHOW synchronous_commit")
            .fetch_one(&self.pool)
            .await?;
        if level == "off" {
            return Err(StoreError::Schema(
                "synchronous_commit is off in this PostgreSQL, so that a power cut would lose acknowledged answers; \
                 ALTER DATABASE … SET synchronous_commit = on"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    async fn apply_step(&self, now: Millis) -> Result<Step> {
        let mut connection = self.begin(LONG_PATIENCE).await?;
        let step = migrate::apply_next(&mut connection, MIGRATIONS, now).await;
        end(connection, step).await
    }

    pub(super) async fn read(&self) -> Result<Connection> {
        Ok(Connection::Postgres(self.session(READ_PATIENCE).await?))
    }

    /// A connection on which everything read is of one instant.
    pub(super) async fn snapshot(&self) -> Result<Connection> {
        let mut session = self.session(LONG_PATIENCE).await?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        session.begin(begin).await?;
        Ok(Connection::Postgres(session))
    }

    /// Takes old versions of rows out of the file of a table.
    pub(super) async fn vacuum(&self, table: &'static str) -> Result<()> {
        let mut connection = Connection::Postgres(self.session(LONG_PATIENCE).await?);
        connection
            .run_script(sqlx::AssertSqlSafe(format!("VACUUM {table}")))
            .await?;
        Ok(())
    }

    /// A transaction that is no verb: a restore is one, whatever its size.
    pub(super) async fn begin_long(&self) -> Result<Connection> {
        self.begin(LONG_PATIENCE).await
    }

    async fn begin(&self, patience: Duration) -> Result<Connection> {
        let mut session = self.session(patience).await?;
        session.begin(BEGIN).await?;
        Ok(Connection::Postgres(session))
    }

    async fn session(&self, patience: Duration) -> Result<Session> {
        let connection = self.pool.acquire().await?;
        Ok(Session::new(connection, patience, self.news.clone()))
    }

    /// Runs `verb` and answers once it is committed; verbs of one partition one after the other.
    pub(super) async fn write<T, F>(&self, partition: Option<&PartitionId>, verb: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T>> + Clone + Send + 'static,
    {
        if !self.is_writable {
            return Err(StoreError::Refused("read_only"));
        }
        let turn = partition.map(turn_of);
        let place = Arc::clone(&self.queue).try_acquire_owned();
        let place = place.map_err(|_| StoreError::Busy)?;
        let this = self.clone();
        // A task of its own: a caller that went away must not leave half a transaction on a connection.
        let done = tokio::spawn(async move {
            let _place = place;
            let _turn = match turn {
                Some(turn) => Some(this.turns[turn].lock().await),
                None => None,
            };
            this.insist(verb, turn.is_some()).await
        });
        done.await.map_err(|_| StoreError::Busy)?
    }

    /// Tries until it succeeds, fails for good, or was tried often enough.
    async fn insist<T, F>(&self, verb: F, of_partition: bool) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T>> + Clone,
    {
        let mut races = 0;
        let begun = Instant::now();
        for attempt in 1..=ATTEMPTS_MAX {
            let place = self.place(of_partition, races).await;
            let outcome = self.attempt(verb.clone()).await;
            drop(place);
            match outcome {
                Err(error) if is_transient(&error) && begun.elapsed() < INSIST => {
                    tracing::debug!(%error, attempt, "store.retry");
                    self.retries.fetch_add(1, Ordering::Relaxed);
                    let is_race = has_code(&error, &LOST_RACES);
                    races += u32::from(is_race);
                    // Only who will run alone can spare the patience.
                    let most = match is_race && of_partition {
                        true => RACE_MS_MAX,
                        false => RETRY_MS_MAX,
                    };
                    tokio::time::sleep(retry_delay(attempt, most)).await;
                }
                outcome => return outcome,
            }
        }
        tracing::warn!(attempts = ATTEMPTS_MAX, "store.gave_up");
        Err(StoreError::Busy)
    }

    /// Verbs without a partition, which may take long, keep nobody waiting.
    async fn place(&self, of_partition: bool, races: u32) -> Place<'_> {
        match (of_partition, races < RACES_MAX) {
            (false, _) => Place::Free,
            (true, true) => Place::Shared(self.field.read().await),
            // Where another one hangs, with its connection, everybody behind would hang with it.
            (true, false) => match timeout(ALONE_WAIT, self.field.write()).await {
                Ok(alone) => Place::Alone(alone),
                Err(_) => Place::Shared(self.field.read().await),
            },
        }
    }

    async fn attempt<T, F>(&self, verb: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T>>,
    {
        let mut connection = self.begin(PATIENCE).await?;
        let outcome = verb(&mut connection).await;
        end(connection, outcome).await
    }

    /// Transactions that were tried again since the start.
    pub(super) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Waits until everything queued is written and the connections are closed.
    pub(super) async fn close(&self) {
        let all = u32::try_from(QUEUE_VERBS_MAX).unwrap_or(u32::MAX);
        let _drained = self.queue.acquire_many(all).await;
        self.queue.close();
        self.pool.close().await;
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free = self.queue.available_permits();
        f.debug_struct("Postgres")
            .field("queue_free", &free)
            .finish()
    }
}

/// Among the verbs of this process; held, never read.
enum Place<'p> {
    Free,
    Shared(#[expect(dead_code)] RwLockReadGuard<'p, ()>),
    Alone(#[expect(dead_code)] RwLockWriteGuard<'p, ()>),
}

/// Commits what succeeded and takes back what failed.
pub(super) async fn end<T>(connection: Connection, outcome: Result<T>) -> Result<T> {
    let Connection::Postgres(mut session) = connection else {
        return outcome;
    };
    match outcome {
        Ok(value) => {
            session.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // The verb's own error says more than a rollback that fails because the connection is gone.
            let _ = session.roll_back().await;
            Err(error)
        }
    }
}

fn is_transient(error: &StoreError) -> bool {
    match error {
        error if error.is_away() => true,
        StoreError::Database(sqlx::Error::Database(cause)) => {
            let code = cause.code().unwrap_or_default();
            TRANSIENT.contains(&code.as_ref()) || code.starts_with("08")
        }
        _ => false,
    }
}

fn has_code(error: &StoreError, codes: &[&str]) -> bool {
    match error {
        StoreError::Database(sqlx::Error::Database(cause)) => {
            codes.contains(&cause.code().unwrap_or_default().as_ref())
        }
        _ => false,
    }
}

/// Doubled from try to try; a random half of it, so that two that collided do not collide again.
fn retry_delay(attempt: u32, most_ms: u64) -> Duration {
    let doubled = RETRY_MS_FIRST.saturating_mul(1 << (attempt - 1).min(20));
    let micros = doubled.min(most_ms) * 1000;
    let [chance] = auth::random::<1>();
    Duration::from_micros(micros - micros / 2 * u64::from(chance) / 255)
}

fn turn_of(partition: &PartitionId) -> usize {
    let mut hasher = DefaultHasher::new();
    partition.hash(&mut hasher);
    (hasher.finish() % TURNS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::PostgresUrl;

    #[test]
    fn only_what_is_near_or_proves_itself_is_safe_on_the_way() {
        for (url, expect) in [
            ("postgres://a@127.0.0.1/b", true),
            ("postgres://a@localhost/b", true),
            ("postgres://a@%2Frun%2Fpostgresql/b", true),
            ("postgres://a@db.example.id/b", false),
            ("postgres://a@[::1]/b", true),
            ("postgres://a@10.0.0.7/b?sslmode=require", false),
            ("postgres://a@10.0.0.7/b?sslmode=verify-ca", false),
            ("postgres://a@db.example.id/b?sslmode=verify-full", true),
        ] {
            let url: PostgresUrl = url.parse().expect("an address");
            assert_eq!(url.is_safe_on_the_way(), expect, "{url}");
        }
    }
}
