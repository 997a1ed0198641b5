//! What many at once, lost races and lost connections do: nothing that anybody sees.
//!
//! Always: what was acknowledged is in the log, once, without a hole.

use server::store::{Act, Store, StoreError};
use shared::answers::{Op, OpBody};
use shared::ids::{AccountId, CaseId, Role};
use shared::time::Millis;
use shared::wire::v1::PushResponse;

use crate::home::{Backend, Home, on_both};
use crate::world::{account, log, op, partition, push_of, world};

on_both! {
    kabupaten_that_push_at_once_all_get_on
    two_servers_on_one_partition_leave_no_hole
    accounts_of_one_name_made_at_once_become_one
}

const PHONES: u8 = 6;
const STEPS: u64 = 6;

/// Phones that push one after the other, each to one of the stores.
async fn push_from_many(stores: [Store; 2]) {
    let phones = (1..=PHONES).map(|phone| {
        let store = stores[usize::from(phone) % 2].clone();
        tokio::spawn(async move {
            let mut previous = None;
            for step in 0..STEPS {
                let counter = u64::from(phone) * 1000 + step;
                let one = op(0, counter);
                let id = one.id();
                let push = push_of(phone, step + 1, previous, vec![one]);
                let answer = store.push(push, Millis(5)).await.unwrap();
                assert!(
                    matches!(answer, PushResponse::Accepted { .. }),
                    "{answer:?}"
                );
                previous = Some(id);
            }
        })
    });
    for phone in phones.collect::<Vec<_>>() {
        phone.await.unwrap();
    }
}

async fn check_log(store: &Store) {
    let mut found = log(store).await;
    found.sort();
    let all = (1..=u64::from(PHONES)).flat_map(|phone| (0..STEPS).map(move |n| phone * 1000 + n));
    let mut wanted: Vec<_> = all
        .map(|counter| op(0, counter))
        .map(|op| Op::id(&op))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted);
}

const KABUPATEN: u8 = 16;
const PUSHES: u64 = 12;

/// In a database that is still small, rows of all of them share pages.
async fn kabupaten_that_push_at_once_all_get_on(backend: Backend) {
    let (store, _home) = world(backend).await;
    let phones = (1..=KABUPATEN).map(|phone| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut previous = None;
            for step in 0..PUSHES {
                let case = CaseId {
                    region: format!("53.{:02}.01.{:04}", phone, 2001 + step)
                        .parse()
                        .unwrap(),
                    ..op(0, 0).case.clone()
                };
                let counter = u64::from(phone) * 1000 + step;
                let one = Op::new(OpBody {
                    case,
                    ..op(0, counter).into_body()
                });
                let mut push = push_of(phone, step + 1, previous, vec![one.clone()]);
                push.partition.regency = format!("53.{phone:02}").parse().unwrap();
                previous = Some(one.id());
                let answer = store.push(push, Millis(5)).await.unwrap();
                assert!(
                    matches!(answer, PushResponse::Accepted { .. }),
                    "{answer:?}"
                );
            }
        })
    });
    for phone in phones.collect::<Vec<_>>() {
        phone.await.unwrap();
    }
}

async fn two_servers_on_one_partition_leave_no_hole(backend: Backend) {
    let (store, home) = world(backend).await;
    let other = home.open(2).await;
    push_from_many([store.clone(), other]).await;
    check_log(&store).await;
}

async fn accounts_of_one_name_made_at_once_become_one(backend: Backend) {
    let (store, home) = world(backend).await;
    let stores = [store.clone(), home.open(2).await];
    let tries: Vec<_> = (10..18)
        .map(|id| {
            let store = stores[usize::from(id) % 2].clone();
            let draft = account(id, "budi", Role::Enumerator);
            let act = Act::by_program(Millis(3));
            tokio::spawn(async move { store.make_accounts(vec![draft], act).await })
        })
        .collect();
    let mut made = 0;
    for one in tries {
        match one.await.unwrap() {
            Ok(_) => made += 1,
            Err(StoreError::Refused(code)) => assert_eq!(code, "username_taken"),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(made, 1);
    assert_eq!(store.accounts().await.unwrap().len(), 2);
}

/// Lets the next `count` writes of a table fail as if they had lost a race.
async fn lose_races(home: &Home, table: &str, count: u32) {
    home.run_sql(&format!(
        "CREATE SEQUENCE lost;
         CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
             IF nextval('lost') <= {count} THEN
                 RAISE EXCEPTION 'a race was lost' USING ERRCODE = '40001';
             END IF;
             RETURN NEW;
         END $body$;
         CREATE TRIGGER lose BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION lose();"
    ))
    .await;
}

#[tokio::test]
async fn a_lost_race_is_run_again_until_it_is_won() {
    let (store, home) = world(Backend::Postgres).await;
    lose_races(&home, "case_batch", 5).await;
    let before = store.retries();
    let push = push_of(1, 1, None, vec![op(0, 1), op(1, 2)]);
    let answer = store.push(push, Millis(5)).await.unwrap();
    assert!(matches!(answer, PushResponse::Accepted { .. }));
    assert_eq!(store.retries() - before, 5);
    assert_eq!(log(&store).await.len(), 2, "once, whatever was tried");
}

#[tokio::test]
async fn a_full_disk_of_the_database_is_told_and_what_was_sent_is_taken_later() {
    let (store, home) = world(Backend::Postgres).await;
    home.run_sql(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN
             RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100';
         END $body$;
         CREATE TRIGGER full_disk BEFORE INSERT ON case_batch
             FOR EACH ROW EXECUTE FUNCTION full_disk();",
    )
    .await;
    let push = push_of(1, 1, None, vec![op(0, 1), op(1, 2)]);
    let answer = store.push(push.clone(), Millis(5)).await;
    assert!(matches!(answer, Err(StoreError::Full(_))), "{answer:?}");
    assert_eq!(log(&store).await, []);
    home.run_sql("DROP TRIGGER full_disk ON case_batch").await;
    store.ready().await.unwrap();
    let answer = store.push(push, Millis(6)).await.unwrap();
    assert!(matches!(answer, PushResponse::Accepted { .. }));
    assert_eq!(log(&store).await.len(), 2);
}

#[tokio::test]
async fn who_loses_for_ever_is_told_to_ask_again() {
    let (store, home) = world(Backend::Postgres).await;
    lose_races(&home, "audit", u32::MAX).await;
    let act = Act::by_program(Millis(3));
    let draft = account(2, "budi", Role::Enumerator);
    let made = store.make_accounts(vec![draft], act).await;
    assert!(matches!(made, Err(StoreError::Busy)), "{made:?}");
    assert!(store.account(AccountId([2; 16])).await.is_err());
}

#[tokio::test]
async fn connections_that_break_under_load_lose_and_double_nothing() {
    let (store, home) = world(Backend::Postgres).await;
    let pushing = tokio::spawn(push_from_many([store.clone(), home.open(2).await]));
    let mut before = None;
    while !pushing.is_finished() {
        // Somebody gets on between two breaks, or all would rightly be told to ask again.
        let position = store.log_position(&partition()).await.ok();
        if position.is_none() || position == before {
            tokio::task::yield_now().await;
            continue;
        }
        before = position;
        home.run_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    }
    pushing.await.unwrap();
    assert!(before.is_some(), "nothing was broken");
    check_log(&store).await;
}

#[tokio::test]
async fn a_database_that_would_lose_acknowledged_answers_is_refused() {
    let home = Home::new(Backend::Postgres);
    home.run_sql(
        "DO $body$ BEGIN
             EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database());
         END $body$",
    )
    .await;
    let opened = Store::open(home.place(), Millis(1)).await;
    let error = opened.unwrap_err().to_string();
    assert!(error.contains("synchronous_commit"), "{error}");
}
