//! Numbered steps that bring a database of any age to today's shape.
//!
//! Always: applied in order, each in a transaction of its own together with its record; an applied
//! step is never edited, which the stored digest proves.
//! Never: opens a database that a newer program has written.

use sha2::{Digest as _, Sha256};
use shared::ids::hex_text;
use shared::time::Millis;
use sqlx::sqlite::SqliteConnection;

use super::{Result, StoreError};

pub(super) struct Migration {
    pub(super) number: i64,
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal;)*) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
        },)*]
    };
}

pub(super) const MIGRATIONS: &[Migration] = migrations! {
    1 "0001_foundation";
    2 "0002_sync";
    3 "0003_aside";
    4 "0004_bounds";
    5 "0005_lists";
    6 "0006_versions";
    7 "0007_findings";
    8 "0008_entities";
};

/// Applies what is missing.
pub(super) async fn apply(connection: &mut SqliteConnection, now: Millis) -> Result<()> {
    apply_list(connection, MIGRATIONS, now).await
}

async fn apply_list(
    connection: &mut SqliteConnection,
    migrations: &'static [Migration],
    now: Millis,
) -> Result<()> {
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS migration (
            number BIGINT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            digest TEXT NOT NULL,
            applied_at BIGINT NOT NULL
        )",
    )
    .execute(&mut *connection)
    .await?;
    let applied: Vec<(i64, String)> =
        sqlx::query_as("SELECT number, digest FROM migration ORDER BY number")
            .fetch_all(&mut *connection)
            .await?;
    for (number, digest) in &applied {
        let known = migrations.iter().find(|known| known.number == *number);
        let Some(known) = known else {
            return Err(StoreError::Schema(format!(
                "the data has schema step {number}, which this program does not know; start the \
                 newer lumbung that wrote it"
            )));
        };
        if *digest != digest_text(known.sql) {
            return Err(StoreError::Schema(format!(
                "schema step {} was edited after it was applied here",
                known.name
            )));
        }
    }
    for migration in &migrations[applied.len()..] {
        apply_one(connection, migration, now).await?;
    }
    Ok(())
}

/// How many steps the database lacks; all of them where nothing was applied yet.
pub(super) async fn missing(connection: &mut SqliteConnection) -> Result<usize> {
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT name FROM sqlite_master WHERE name = 'migration'")
            .fetch_all(&mut *connection)
            .await?;
    if tables.is_empty() {
        return Ok(MIGRATIONS.len());
    }
    let (applied,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM migration")
        .fetch_one(connection)
        .await?;
    Ok(MIGRATIONS
        .len()
        .saturating_sub(usize::try_from(applied).unwrap_or(0)))
}

async fn apply_one(
    connection: &mut SqliteConnection,
    migration: &'static Migration,
    now: Millis,
) -> Result<()> {
    use sqlx::Connection as _;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::raw_sql(migration.sql)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("INSERT INTO migration (number, name, digest, applied_at) VALUES ($1, $2, $3, $4)")
        .bind(migration.number)
        .bind(migration.name)
        .bind(digest_text(migration.sql))
        .bind(now.0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    tracing::info!(migration.name, "store.migrated");
    Ok(())
}

fn digest_text(sql: &str) -> String {
    hex_text(&Sha256::digest(sql.as_bytes()))
}

#[cfg(test)]
mod tests;
