//! Statements whose one text runs on SQLite and on PostgreSQL, and the connections they run on.
//!
//! Always: the same text and the same kinds of values on both: 64-bit numbers, texts and bytes.
//! Never: knows what a statement is for; decides what is tried again.

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{
    Arguments, Decode, Encode, FromRow, Postgres, Row as _, SqlSafeStr, SqlStr, Sqlite,
    Transaction, Type,
};

use super::Result;
use super::session::{Asked, Session};

/// A connection of either database.
#[derive(Debug)]
pub(crate) enum Connection {
    SqliteWriter(SqliteConnection),
    SqliteReader(PoolConnection<Sqlite>),
    SqliteSnapshot(Transaction<'static, Sqlite>),
    Postgres(Session),
}

enum Side<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(Asked<'c>),
}

impl Connection {
    fn side(&mut self) -> Side<'_> {
        match self {
            Connection::SqliteWriter(connection) => Side::Sqlite(connection),
            Connection::SqliteReader(connection) => Side::Sqlite(connection),
            Connection::SqliteSnapshot(connection) => Side::Sqlite(connection),
            Connection::Postgres(session) => Side::Postgres(session.ask()),
        }
    }

    /// A schema step in this database's words: the two differ in the name of bytes, and in that PostgreSQL has to be
    /// told to order texts by their bytes, as SQLite and the code do.
    pub(super) fn dialect_of(&self, step: &str) -> String {
        if self.is_sqlite() {
            return step.to_owned();
        }
        step.replace(" BLOB", " BYTEA")
            .replace(" TEXT", " TEXT COLLATE \"C\"")
    }

    pub(super) fn is_sqlite(&self) -> bool {
        match self {
            Connection::SqliteWriter(_)
            | Connection::SqliteReader(_)
            | Connection::SqliteSnapshot(_) => true,
            Connection::Postgres(_) => false,
        }
    }

    /// Whether the database has a table of that name.
    pub(super) async fn has_table(&mut self, name: &'static str) -> Result<bool> {
        let catalog = match self.side() {
            Side::Sqlite(_) => "SELECT COUNT(*) FROM sqlite_master WHERE name = $1",
            Side::Postgres(_) => {
                "SELECT COUNT(*) FROM pg_tables
                 WHERE tablename = $1 AND schemaname = current_schema()"
            }
        };
        let (count,): (i64,) = query(catalog).bind(name).fetch_one(self).await?;
        Ok(0 < count)
    }

    /// Runs statements that bind nothing: a schema step, or the borders of a transaction.
    pub(super) async fn run_script(&mut self, sql: impl SqlSafeStr) -> Result<(), sqlx::Error> {
        let script = sqlx::raw_sql(sql);
        match self.side() {
            Side::Sqlite(connection) => script.execute(connection).await.map(drop),
            Side::Postgres(asked) => {
                let done = script.execute(asked.connection?);
                asked.silence.answer(done).await.map(drop)
            }
        }
    }
}

/// A statement and what is bound to its `$1`, `$2`, ….
#[must_use]
pub(crate) struct Query {
    sql: SqlStr,
    binds: Vec<Bind>,
}

/// A statement. Values go through `bind`, in the order of their numbers.
pub(crate) fn query(sql: impl SqlSafeStr) -> Query {
    Query {
        sql: sql.into_sql_str(),
        binds: Vec::new(),
    }
}

/// What columns hold.
pub(crate) enum Bind {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
}

/// A row as a tuple, column by column.
pub(crate) trait Tuple:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> Tuple for T where
    T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

/// A row whose columns are read by name.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn get<'r, T>(&'r self, column: &str) -> Result<T>
    where
        T: Type<Sqlite> + Decode<'r, Sqlite> + Type<Postgres> + Decode<'r, Postgres>,
    {
        Ok(match self {
            Row::Sqlite(row) => row.try_get(column)?,
            Row::Postgres(row) => row.try_get(column)?,
        })
    }
}

impl Query {
    pub(crate) fn bind(mut self, value: impl Into<Bind>) -> Query {
        self.binds.push(value.into());
        self
    }

    /// Binds as many texts as [`places_for`] them gives places; what is left is filled with the last, which changes
    /// nothing in a list.
    pub(crate) fn bind_padded(mut self, texts: impl ExactSizeIterator<Item = String>) -> Query {
        let fill = places_for(texts.len()) - texts.len();
        self.binds.extend(texts.map(Bind::from));
        let last = match self.binds.last() {
            Some(Bind::Text(text)) => text.clone(),
            _ => None,
        };
        self.binds
            .extend((0..fill).map(|_| Bind::Text(last.clone())));
        self
    }

    /// Runs it and tells how many rows it touched.
    pub(crate) async fn execute(self, connection: &mut Connection) -> Result<u64> {
        let Query { sql, binds } = self;
        Ok(match connection.side() {
            Side::Sqlite(connection) => {
                let query = sqlx::query_with::<Sqlite, _>(sql, sqlite(binds)?);
                query.execute(connection).await?.rows_affected()
            }
            Side::Postgres(asked) => {
                let query = sqlx::query_with::<Postgres, _>(sql, postgres(binds)?);
                let done = query.execute(asked.connection?);
                asked.silence.answer(done).await?.rows_affected()
            }
        })
    }

    pub(crate) async fn fetch_all<T: Tuple>(self, connection: &mut Connection) -> Result<Vec<T>> {
        let Query { sql, binds } = self;
        Ok(match connection.side() {
            Side::Sqlite(connection) => {
                let query = sqlx::query_as_with::<Sqlite, T, _>(sql, sqlite(binds)?);
                query.fetch_all(connection).await?
            }
            Side::Postgres(asked) => {
                let query = sqlx::query_as_with::<Postgres, T, _>(sql, postgres(binds)?);
                let rows = query.fetch_all(asked.connection?);
                asked.silence.answer(rows).await?
            }
        })
    }

    pub(crate) async fn fetch_optional<T: Tuple>(
        self,
        connection: &mut Connection,
    ) -> Result<Option<T>> {
        let Query { sql, binds } = self;
        Ok(match connection.side() {
            Side::Sqlite(connection) => {
                let query = sqlx::query_as_with::<Sqlite, T, _>(sql, sqlite(binds)?);
                query.fetch_optional(connection).await?
            }
            Side::Postgres(asked) => {
                let query = sqlx::query_as_with::<Postgres, T, _>(sql, postgres(binds)?);
                let rows = query.fetch_optional(asked.connection?);
                asked.silence.answer(rows).await?
            }
        })
    }

    /// The one row of a statement that always has one.
    pub(crate) async fn fetch_one<T: Tuple>(self, connection: &mut Connection) -> Result<T> {
        let row = self.fetch_optional(connection).await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?)
    }

    /// All rows, to be read by the names of their columns.
    pub(crate) async fn rows(self, connection: &mut Connection) -> Result<Vec<Row>> {
        let Query { sql, binds } = self;
        Ok(match connection.side() {
            Side::Sqlite(connection) => {
                let query = sqlx::query_with::<Sqlite, _>(sql, sqlite(binds)?);
                let rows = query.fetch_all(connection).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Side::Postgres(asked) => {
                let query = sqlx::query_with::<Postgres, _>(sql, postgres(binds)?);
                let rows = query.fetch_all(asked.connection?);
                let rows = asked.silence.answer(rows).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row, if there is any.
    pub(crate) async fn row(self, connection: &mut Connection) -> Result<Option<Row>> {
        Ok(self.rows(connection).await?.into_iter().next())
    }
}

/// Places of one list in a statement, at most.
pub(crate) const PLACES_MAX: usize = 64;

/// How many places a list of so many texts gets: a power of two, so that few different statements are prepared.
pub(crate) fn places_for(texts: usize) -> usize {
    texts.next_power_of_two()
}

/// `($first, $first+1, …)`, `width` of them.
pub(crate) fn row_of(first: usize, width: usize) -> String {
    let places: Vec<String> = (first..first + width).map(|at| format!("${at}")).collect();
    format!("({})", places.join(", "))
}

/// Rows of places for an INSERT, numbered through from 1.
pub(crate) fn rows_of(rows: usize, width: usize) -> String {
    let rows: Vec<String> = (0..rows)
        .map(|row| row_of(row * width + 1, width))
        .collect();
    rows.join(", ")
}

/// Cuts rows into pieces whose lengths are powers of two, so that few different statements are prepared.
pub(crate) fn powers_of_two<T>(rows: &[T]) -> Vec<&[T]> {
    let mut pieces = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let length = PLACES_MAX.min(1 << rest.len().ilog2());
        let (piece, others) = rest.split_at(length);
        pieces.push(piece);
        rest = others;
    }
    pieces
}

fn sqlite(binds: Vec<Bind>) -> Result<SqliteArguments, sqlx::Error> {
    arguments(binds)
}

fn postgres(binds: Vec<Bind>) -> Result<PgArguments, sqlx::Error> {
    arguments(binds)
}

fn arguments<A: Arguments>(binds: Vec<Bind>) -> Result<A, sqlx::Error>
where
    Option<i64>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Option<String>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
    Vec<u8>: for<'t> Encode<'t, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    for bind in binds {
        match bind {
            Bind::Number(number) => arguments.add(number),
            Bind::Text(text) => arguments.add(text),
            Bind::Bytes(bytes) => arguments.add(bytes),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

impl From<i64> for Bind {
    fn from(number: i64) -> Bind {
        Bind::Number(Some(number))
    }
}

impl From<Option<i64>> for Bind {
    fn from(number: Option<i64>) -> Bind {
        Bind::Number(number)
    }
}

impl From<&str> for Bind {
    fn from(text: &str) -> Bind {
        Bind::Text(Some(text.to_owned()))
    }
}

impl From<&String> for Bind {
    fn from(text: &String) -> Bind {
        Bind::Text(Some(text.clone()))
    }
}

impl From<String> for Bind {
    fn from(text: String) -> Bind {
        Bind::Text(Some(text))
    }
}

impl From<Option<String>> for Bind {
    fn from(text: Option<String>) -> Bind {
        Bind::Text(text)
    }
}

impl From<&[u8]> for Bind {
    fn from(bytes: &[u8]) -> Bind {
        Bind::Bytes(bytes.to_vec())
    }
}

impl From<&Vec<u8>> for Bind {
    fn from(bytes: &Vec<u8>) -> Bind {
        Bind::Bytes(bytes.clone())
    }
}

impl From<Vec<u8>> for Bind {
    fn from(bytes: Vec<u8>) -> Bind {
        Bind::Bytes(bytes)
    }
}
