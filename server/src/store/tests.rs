//! The store on real files.

use std::sync::Arc;
use std::time::Duration;

use shared::ids::{AccountId, Role};
use shared::wire::office::Language;
use tempfile::TempDir;

use super::*;

async fn store() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path(), Millis(1)).await.unwrap();
    (store, folder)
}

fn draft(username: &str) -> AccountDraft {
    AccountDraft {
        id: AccountId(crate::auth::random()),
        username: username.to_owned(),
        name: username.to_owned(),
        role: Role::Enumerator,
        regions: vec!["53.02".parse().unwrap()],
        language: Language::Id,
        password_hash: "x".to_owned(),
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let (store, folder) = store().await;
    let act = Act::by_program(Millis(2));
    store.make_accounts(vec![draft("ani")], act).await.unwrap();
    let keys = store.hub_keys().await.unwrap();
    store.close().await;
    let again = Store::open(folder.path(), Millis(3)).await.unwrap();
    assert_eq!(again.accounts().await.unwrap()[0].username, "ani");
    assert_eq!(again.hub_keys().await.unwrap(), keys);
}

#[tokio::test]
async fn a_verb_that_fails_undoes_itself_and_nothing_else() {
    let (store, _folder) = store().await;
    let act = Act::by_program(Millis(2));
    let writes = ["a", "b", "a", "c"].map(|name| {
        let store = store.clone();
        // The second account of a draft that fails must not stay either.
        let pair = vec![draft(&format!("{name}-satu")), draft(name)];
        tokio::spawn(async move { store.make_accounts(pair, act).await.is_ok() })
    });
    let mut good = 0;
    for write in writes {
        good += u32::from(write.await.unwrap());
    }
    assert_eq!(good, 3);
    assert_eq!(store.accounts().await.unwrap().len(), 6);
}

#[tokio::test]
async fn many_writers_share_commits_and_all_are_answered() {
    let (store, _folder) = store().await;
    let act = Act::by_program(Millis(2));
    let mut writes = Vec::new();
    for index in 0..300 {
        let store = store.clone();
        let one = vec![draft(&format!("akun-{index}"))];
        writes.push(tokio::spawn(
            async move { store.make_accounts(one, act).await },
        ));
    }
    for write in writes {
        write.await.unwrap().unwrap();
    }
    assert_eq!(store.accounts().await.unwrap().len(), 300);
}

#[tokio::test]
async fn readers_cannot_write() {
    let (store, _folder) = store().await;
    let mut reader = store.read().await.unwrap();
    let written = query("DELETE FROM account").execute(&mut reader).await;
    assert!(written.is_err());
}

#[tokio::test]
async fn a_full_queue_says_busy_and_loses_nothing() {
    let (store, _folder) = store().await;
    let gate = Arc::new(tokio::sync::Notify::new());
    let (holder, release) = (store.clone(), Arc::clone(&gate));
    let held = tokio::spawn(async move {
        holder
            .write(|_| {
                Box::pin(async move {
                    gate.notified().await;
                    Ok(())
                })
            })
            .await
    });
    let mut waiting = Vec::new();
    let mut busy = 0;
    for _ in 0..1200 {
        let store = store.clone();
        let mut write =
            tokio::spawn(async move { store.write(|_| Box::pin(async { Ok(()) })).await });
        match tokio::time::timeout(Duration::ZERO, &mut write).await {
            Ok(done) => busy += u32::from(matches!(done.unwrap(), Err(StoreError::Busy))),
            Err(_) => waiting.push(write),
        }
    }
    release.notify_one();
    held.await.unwrap().unwrap();
    for write in waiting {
        match write.await.unwrap() {
            Ok(()) => {}
            Err(StoreError::Busy) => busy += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(0 < busy, "the queue has no bound");
    store.ready().await.unwrap();
}

#[test]
fn names_are_folded_for_search() {
    let check = |text: &str, expect: &str| assert_eq!(fold(text), expect);
    check("Weoé", "weoe");
    check("  NIKI-NIKI  Un ", "niki niki un");
    check("Ma'u", "ma u");
    check("%_", "");
}

#[tokio::test]
async fn looking_changes_nothing_and_says_where_the_data_is_older() {
    let folder = TempDir::new().unwrap();
    let nothing = Store::open_to_look(folder.path()).await;
    assert!(nothing.is_err());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

    let store = Store::open(folder.path(), Millis(1)).await.unwrap();
    store.close().await;
    let looking = Store::open_to_look(folder.path()).await.unwrap();
    assert_eq!(looking.integrity().await.unwrap(), Vec::<String>::new());
    assert_eq!(looking.blob_counts().await.unwrap(), (0, 0));
    let act = Act::by_program(Millis(2));
    assert!(looking.put_regions(Vec::new(), act).await.is_err());
    looking.close().await;

    let store = Store::open(folder.path(), Millis(1)).await.unwrap();
    store
        .write(|tx| {
            Box::pin(async {
                query("DELETE FROM migration WHERE number = 4")
                    .execute(tx)
                    .await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    store.close().await;
    let older = Store::open_to_look(folder.path()).await.unwrap_err();
    assert!(older.to_string().contains("1 steps behind"), "{older}");
}
