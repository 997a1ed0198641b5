//! Numbered steps that bring a database of any age to today's shape.
//!
//! Always: applied in order, each in a transaction of its own together with its record; an applied
//! step is never edited, which the stored digest proves.
//! Never: opens a database that a newer program has written.

use sha2::{Digest as _, Sha256};
use shared::ids::hex_text;
use shared::time::Millis;
use sqlx::AssertSqlSafe;

use super::sql::{Connection, query};
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
            sql: include_str!(concat!("../../migrations/", $name, ".sql")),
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
    9 "0009_safe";
    10 "0010_revived";
    11 "0011_decisions";
    12 "0012_methods";
    13 "0013_kept";
    14 "0014_restored";
    15 "0015_sealed";
    16 "0016_mismatch";
    17 "0017_clock";
    18 "0018_open";
    19 "0019_aside_blob";
};

const RECORD: &str = "CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    applied_at BIGINT NOT NULL
)";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// One step was applied; there may be more.
    Applied,
    /// Nothing was missing.
    Complete,
}

/// Applies the first step that is missing. The caller opens a transaction before and ends it after.
pub(super) async fn apply_next(
    connection: &mut Connection,
    list: &'static [Migration],
    now: Millis,
) -> Result<Step> {
    connection.run_script(RECORD).await?;
    let applied: Vec<(i64, String)> = query("SELECT number, digest FROM migration ORDER BY number")
        .fetch_all(connection)
        .await?;
    check(&applied, list)?;
    let Some(next) = list.get(applied.len()) else {
        return Ok(Step::Complete);
    };
    let sql = connection.dialect_of(next.sql);
    connection.run_script(AssertSqlSafe(sql)).await?;
    query("INSERT INTO migration (number, name, digest, applied_at) VALUES ($1, $2, $3, $4)")
        .bind(next.number)
        .bind(next.name)
        .bind(digest_text(next.sql))
        .bind(now.0)
        .execute(connection)
        .await?;
    tracing::info!(migration.name = next.name, "store.migrated");
    Ok(Step::Applied)
}

/// Whether what was applied is what this program knows.
fn check(applied: &[(i64, String)], list: &[Migration]) -> Result<()> {
    for (number, digest) in applied {
        let Some(known) = list.iter().find(|known| known.number == *number) else {
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
    Ok(())
}

/// Fails where the data lacks steps or has others, and changes nothing.
pub(super) async fn check_complete(connection: &mut Connection) -> Result<()> {
    let mut applied: Vec<(i64, String)> = Vec::new();
    if connection.has_table("migration").await? {
        applied = query("SELECT number, digest FROM migration ORDER BY number")
            .fetch_all(connection)
            .await?;
    }
    check(&applied, MIGRATIONS)?;
    let missing = MIGRATIONS.len().saturating_sub(applied.len());
    if 0 < missing {
        return Err(StoreError::Schema(format!(
            "the data is of an older version, {missing} steps behind; lumbung serve brings it up to date"
        )));
    }
    Ok(())
}

fn digest_text(sql: &str) -> String {
    hex_text(&Sha256::digest(sql.as_bytes()))
}

#[cfg(test)]
mod tests;
