use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::*;

const ONE: &[Migration] = &[Migration {
    number: 1,
    name: "0001_one",
    sql: "CREATE TABLE one (a BIGINT); INSERT INTO one VALUES (5);",
}];
const TWO: &[Migration] = &[
    Migration {
        number: 1,
        name: "0001_one",
        sql: "CREATE TABLE one (a BIGINT); INSERT INTO one VALUES (5);",
    },
    Migration {
        number: 2,
        name: "0002_two",
        sql: "ALTER TABLE one ADD COLUMN b TEXT;",
    },
];
const EDITED: &[Migration] = &[Migration {
    number: 1,
    name: "0001_one",
    sql: "CREATE TABLE one (a TEXT);",
}];
const BROKEN: &[Migration] = &[Migration {
    number: 1,
    name: "0001_broken",
    sql: "CREATE TABLE half (a BIGINT); CREATE TABLE half (a BIGINT);",
}];

async fn memory() -> SqliteConnection {
    SqliteConnectOptions::new()
        .in_memory(true)
        .connect()
        .await
        .unwrap()
}

#[tokio::test]
async fn steps_are_applied_once_and_keep_what_is_there() {
    let mut connection = memory().await;
    for list in [ONE, ONE, TWO, TWO] {
        apply_list(&mut connection, list, Millis(1)).await.unwrap();
    }
    let rows: Vec<(i64, Option<String>)> = sqlx::query_as("SELECT a, b FROM one")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, [(5, None)]);
}

#[tokio::test]
async fn newer_and_edited_data_is_refused() {
    let mut connection = memory().await;
    apply_list(&mut connection, TWO, Millis(1)).await.unwrap();
    let newer = apply_list(&mut connection, ONE, Millis(1)).await;
    assert!(newer.unwrap_err().to_string().contains("newer lumbung"));
    let mut connection = memory().await;
    apply_list(&mut connection, ONE, Millis(1)).await.unwrap();
    let edited = apply_list(&mut connection, EDITED, Millis(1)).await;
    assert!(edited.unwrap_err().to_string().contains("edited"));
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing() {
    let mut connection = memory().await;
    assert!(
        apply_list(&mut connection, BROKEN, Millis(1))
            .await
            .is_err()
    );
    let half = sqlx::query("SELECT 1 FROM half")
        .execute(&mut connection)
        .await;
    assert!(half.is_err());
}

#[test]
fn numbers_are_dense_and_name_their_files() {
    for (index, migration) in MIGRATIONS.iter().enumerate() {
        assert_eq!(migration.number, index as i64 + 1);
        assert!(
            migration
                .name
                .starts_with(&format!("{:04}_", migration.number))
        );
    }
}
