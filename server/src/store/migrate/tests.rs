use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use super::*;
use crate::store::sqlite::bring_up_to_date;

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

async fn memory() -> Connection {
    let options = SqliteConnectOptions::new().in_memory(true);
    Connection::SqliteWriter(options.connect().await.unwrap())
}

#[tokio::test]
async fn steps_are_applied_once_and_keep_what_is_there() {
    let mut connection = memory().await;
    for list in [ONE, ONE, TWO, TWO] {
        bring_up_to_date(&mut connection, list, Millis(1))
            .await
            .unwrap();
    }
    let rows: Vec<(i64, Option<String>)> = query("SELECT a, b FROM one")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(rows, [(5, None)]);
}

#[tokio::test]
async fn newer_and_edited_data_is_refused() {
    let mut connection = memory().await;
    bring_up_to_date(&mut connection, TWO, Millis(1))
        .await
        .unwrap();
    let newer = bring_up_to_date(&mut connection, ONE, Millis(1)).await;
    assert!(newer.unwrap_err().to_string().contains("newer lumbung"));
    let mut connection = memory().await;
    bring_up_to_date(&mut connection, ONE, Millis(1))
        .await
        .unwrap();
    let edited = bring_up_to_date(&mut connection, EDITED, Millis(1)).await;
    assert!(edited.unwrap_err().to_string().contains("edited"));
}

#[tokio::test]
async fn a_step_that_fails_leaves_nothing() {
    let mut connection = memory().await;
    assert!(
        bring_up_to_date(&mut connection, BROKEN, Millis(1))
            .await
            .is_err()
    );
    let half = query("SELECT 1 FROM half").execute(&mut connection).await;
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
