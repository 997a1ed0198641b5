//! What SQLite itself does with the same bytes: inserts of the packed submissions and their ids, and nothing else.
//!
//! Always: as durable as the server's own file: write-ahead log, synced at each commit.

use std::time::Instant;

use anyhow::Result;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use super::field::{Field, OPS};
use super::print;

/// As many as the server's writer takes together.
const GROUP: usize = 64;

pub(crate) fn measure(field: &Field) -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    for (name, group) in [("one_per_commit", 1), ("grouped", GROUP)] {
        let rate = runtime.block_on(insert(field, group))?;
        print(&format!("plain_sqlite_{name}"), rate, "per_second");
    }
    Ok(())
}

async fn insert(field: &Field, group: usize) -> Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut connection = SqliteConnectOptions::new()
        .filename(folder.path().join("plain.sqlite"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    let table = "CREATE TABLE batch (
        partition_id TEXT NOT NULL, position BIGINT NOT NULL, ids BLOB NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (partition_id, position))";
    connection.execute(table).await?;
    let bodies: Vec<&[u8]> = field
        .phones
        .iter()
        .flat_map(|phone| phone.bodies.iter().map(Vec::as_slice))
        .collect();
    let ids = vec![7_u8; 16 * OPS];
    let begun = Instant::now();
    for (index, some) in bodies.chunks(group).enumerate() {
        connection.execute("BEGIN IMMEDIATE").await?;
        for (place, body) in some.iter().enumerate() {
            sqlx::query(
                "INSERT INTO batch (partition_id, position, ids, body) VALUES ($1, $2, $3, $4)",
            )
            .bind("0909090909090909/53.21")
            .bind((index * group + place) as i64)
            .bind(ids.as_slice())
            .bind(*body)
            .execute(&mut connection)
            .await?;
        }
        connection.execute("COMMIT").await?;
    }
    let elapsed = begun.elapsed().as_secs_f64();
    connection.close().await?;
    Ok(bodies.len() as f64 / elapsed)
}
