//! Personal answers: sealed as they come, erased when somebody asks for it, and erased again by a restore.
//!
//! Always: what was erased comes back from no phone and no backup; everything else stays.

use std::collections::{BTreeMap, BTreeSet};

use server::store::{Act, Erased, Push, Store, StoreError};
use sha2::{Digest as _, Sha256};
use shared::answers::{Change, File, Op, OpBody, Value};
use shared::ids::{BlobId, CaseId, OpId, Seq};
use shared::time::Millis;
use shared::wire::v1::{PushResponse, QuarantineCode};
use tempfile::TempDir;

use crate::home::{Backend, Home, on_both};
use crate::world::{log, op, partition, push_of, world};

on_both! {
    personal_answers_are_sealed_and_read_as_before
    what_was_erased_is_gone_and_nothing_else_is
    what_was_erased_comes_back_from_no_phone_and_no_backup
    an_answer_from_before_the_seals_is_erased_too
}

fn text(village: usize, counter: u64, text: &str) -> Op {
    change(village, counter, Change::Set(Value::Text(text.to_owned())))
}

fn change(village: usize, counter: u64, change: Change) -> Op {
    Op::new(OpBody {
        change,
        path: format!("/a/q{counter}").parse().unwrap(),
        ..op(village, counter).into_body()
    })
}

fn sealed(mut push: Push, personal: &[&Op]) -> Push {
    push.personal = personal.iter().map(|op| op.id()).collect();
    push
}

fn case(village: usize) -> CaseId {
    op(village, 1).body().case.clone()
}

async fn merged(store: &Store, push: Push, now: i64) {
    let count = push.ops.len() as u64;
    let from = push.stretch.from.0;
    let answer = store.push(push, Millis(now)).await.unwrap();
    let PushResponse::Accepted { verified, .. } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(verified, Seq(from - 1 + count));
}

async fn erase(store: &Store, village: usize, personal: &[&Op], now: i64) -> Erased {
    let personal: BTreeSet<OpId> = personal.iter().map(|op| op.id()).collect();
    let act = Act::by_program(Millis(now));
    store
        .erase_personal(&case(village), personal, act)
        .await
        .unwrap()
}

async fn check(store: &Store) {
    let faults = store.check().await.unwrap().faults;
    assert!(faults.is_empty(), "{faults:?}");
}

/// What a case says, and the names of what says nothing any more.
async fn said(store: &Store, village: usize) -> (Vec<Change>, Vec<OpId>) {
    let log = store.case_log(&case(village)).await.unwrap();
    let (left, whole): (Vec<Op>, Vec<Op>) = log.into_iter().partition(Op::is_erased);
    assert!(left.iter().all(|op| op.change == Change::Refused));
    (
        whole.into_iter().map(|op| op.into_body().change).collect(),
        left.iter().map(Op::id).collect(),
    )
}

async fn personal_answers_are_sealed_and_read_as_before(backend: Backend) {
    let (store, _home) = world(backend).await;
    let ops = vec![
        text(0, 1, "terbuka"),
        text(0, 2, "Maria"),
        text(1, 3, "0812"),
        text(1, 4, "terbuka"),
    ];
    merged(
        &store,
        sealed(push_of(1, 1, None, ops.clone()), &[&ops[1], &ops[2]]),
        5,
    )
    .await;
    let more = vec![text(0, 5, "Bria")];
    let push = push_of(1, 5, Some(ops[3].id()), more.clone());
    merged(&store, sealed(push, &[&more[0]]), 6).await;
    let all: Vec<OpId> = ops.iter().chain(&more).map(Op::id).collect();
    assert_eq!(log(&store).await, all);
    let of_first = [&ops[0], &ops[1], &more[0]].map(Clone::clone);
    assert_eq!(store.case_log(&case(0)).await.unwrap(), of_first);
    let until = store.case_log_until(&case(0), Seq(4)).await.unwrap();
    assert_eq!(until, of_first[..2]);
    check(&store).await;
}

async fn what_was_erased_is_gone_and_nothing_else_is(backend: Backend) {
    let (store, home) = world(backend).await;
    let bytes = b"\xff\xd8\xff a face".to_vec();
    let photo = BlobId(Sha256::digest(&bytes).into());
    let mut upload = store.begin_upload(photo, "ponsel").await.unwrap();
    upload.append(&bytes).await.unwrap();
    store.finish_upload(upload, Millis(4)).await.unwrap();
    let file = File {
        blob: photo,
        name: "wajah.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: bytes.len() as u64,
    };
    let ops = vec![
        text(0, 1, "terbuka"),
        text(0, 2, "Maria"),
        text(1, 3, "Yosef"),
        text(0, 4, "disisihkan"),
        change(0, 5, Change::Set(Value::File(file))),
        change(0, 6, Change::Unset),
    ];
    let mut push = sealed(
        push_of(1, 1, None, ops.clone()),
        &[&ops[1], &ops[2], &ops[3], &ops[4], &ops[5]],
    );
    push.strangers = BTreeSet::from([ops[3].id()]);
    merged(&store, push.clone(), 5).await;
    assert_eq!(store.cases_of_blob(photo).await.unwrap(), [case(0)]);
    assert!(store.erased_of(&case(0)).await.unwrap().is_empty());

    let erased = erase(&store, 0, &[], 10).await;
    assert_eq!(
        erased,
        Erased {
            answers: 3,
            photos: 1
        }
    );
    let (kept, left) = said(&store, 0).await;
    assert_eq!(kept, [ops[0].change.clone(), Change::Unset]);
    assert_eq!(left, [ops[1].id(), ops[4].id()]);
    assert_eq!(said(&store, 1).await.0, [ops[2].change.clone()]);
    // Places stay; what is left is sent to nobody.
    assert_eq!(store.log_position(&partition()).await.unwrap(), Seq(5));
    let sent = [&ops[0], &ops[2], &ops[5]].map(Op::id);
    let page = store.log_page(&partition(), Seq::ZERO, 500, |_| true).await;
    let page = page.unwrap();
    assert_eq!(page.ops.iter().map(Op::id).collect::<Vec<_>>(), sent);
    assert_eq!(page.end, Seq(5));
    assert!(store.quarantined(&case(0)).await.unwrap().is_empty());
    assert!(store.asides(&partition()).await.unwrap().is_empty());
    let gone = [&ops[1], &ops[3], &ops[4]].map(|op| (op.id(), Millis(10)));
    let erased = store.erased_of(&case(0)).await.unwrap();
    assert_eq!(erased, BTreeMap::from(gone));
    assert!(store.erased_of(&case(1)).await.unwrap().is_empty());
    check(&store).await;

    // The photo is not wanted again.
    assert!(store.is_erased_photo(photo).await.unwrap());
    assert_eq!(store.blob(photo).await.unwrap(), None);
    assert!(store.cases_of_blob(photo).await.unwrap().is_empty());
    let name = photo.to_string();
    let place = home.folder.path().join("blobs").join(&name[..2]).join(name);
    assert!(!place.exists());

    // Nor by an upload that had begun before.
    let mut upload = store.begin_upload(photo, "ponsel").await.unwrap();
    upload.append(&bytes).await.unwrap();
    let refused = store.finish_upload(upload, Millis(10)).await;
    let is_refused = matches!(refused, Err(StoreError::Refused("blob_erased")));
    assert!(is_refused, "{refused:?}");
    assert_eq!(store.blob(photo).await.unwrap(), None);
    assert!(!place.exists());

    // Erasing once more finds nothing, and new answers are not touched by what was.
    assert_eq!(erase(&store, 0, &[], 11).await.answers, 0);
    let new = text(0, 7, "Maria lagi");
    let mut push = push_of(1, 7, Some(ops[5].id()), vec![new.clone()]);
    push.personal = BTreeSet::from([new.id()]);
    merged(&store, push, 12).await;
    assert_eq!(said(&store, 0).await.0.last(), Some(&new.change));
    check(&store).await;
}

async fn what_was_erased_comes_back_from_no_phone_and_no_backup(backend: Backend) {
    let (store, _home) = world(backend).await;
    let target = TempDir::new().unwrap();
    store.note_revocations_in(target.path());
    let ops = vec![
        text(0, 1, "terbuka"),
        text(0, 2, "Maria"),
        text(0, 3, "0812"),
        text(0, 4, "aneh"),
    ];
    let first = [&ops[0], &ops[1], &ops[3]].map(Clone::clone);
    let mut push = sealed(push_of(1, 1, None, first.to_vec()), &[&ops[1], &ops[3]]);
    push.strangers = BTreeSet::from([ops[3].id()]);
    merged(&store, push, 5).await;
    store.back_up(target.path(), Millis(6)).await.unwrap();
    // Another came after the backup.
    let push = push_of(1, 4, Some(ops[3].id()), vec![ops[2].clone()]);
    merged(&store, sealed(push, &[&ops[2]]), 7).await;
    assert_eq!(erase(&store, 0, &[], 8).await.answers, 3);

    // Phones of this hub offer everything again, on a new lane.
    let again = |lane| {
        sealed(
            push_of(lane, 1, None, ops.clone()),
            &[&ops[1], &ops[2], &ops[3]],
        )
    };
    merged(&store, again(2), 9).await;
    assert_eq!(said(&store, 0).await.0, [ops[0].change.clone()]);
    let seen_it = Op::new(OpBody {
        seen: vec![ops[3].id()],
        lamport: 2,
        ..text(0, 9, "sesudah").into_body()
    });
    let push = push_of(2, 5, Some(ops[3].id()), vec![seen_it.clone()]);
    let answer = store.push(push, Millis(10)).await.unwrap();
    let PushResponse::Accepted { quarantined, .. } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(quarantined, [], "its number is proven by what is gone");
    check(&store).await;
    // What is said after it stays, also in a backup that is put back. No clock tells the two apart.
    let after = text(0, 10, "Maria, dengan izin");
    let push = push_of(2, 6, Some(seen_it.id()), vec![after.clone()]);
    merged(&store, sealed(push, &[&after]), 1).await;
    let later = TempDir::new().unwrap();
    store.back_up(later.path(), Millis(3_000)).await.unwrap();
    std::fs::copy(
        target.path().join("revoked.txt"),
        later.path().join("revoked.txt"),
    )
    .unwrap();
    let home = Home::new(backend);
    let restored = Store::restore(home.place(), later.path(), None, Millis(4_000)).await;
    restored.unwrap();
    let restored = home.open(4_001).await;
    assert_eq!(said(&restored, 0).await.0.last(), Some(&after.change));
    check(&restored).await;

    for other in [Backend::Sqlite, Backend::Postgres] {
        let home = Home::new(other);
        let restored = Store::restore(home.place(), target.path(), None, Millis(20)).await;
        restored.unwrap();
        let restored = home.open(21).await;
        let (kept, left) = said(&restored, 0).await;
        assert_eq!(kept, [ops[0].change.clone()]);
        assert_eq!(left, [ops[1].id()], "it lay in the backup");
        check(&restored).await;
        merged(&restored, again(3), 22).await;
        assert_eq!(said(&restored, 0).await.0, [ops[0].change.clone()]);
        assert!(restored.quarantined(&case(0)).await.unwrap().is_empty());
        check(&restored).await;
        // And the next backup of it is whole.
        let later = TempDir::new().unwrap();
        restored.back_up(later.path(), Millis(30)).await.unwrap();
        let carried = restored.unsettled_restore().await.unwrap().unwrap();
        assert_eq!(carried.carried_out, Some(0), "nobody was revoked");
    }
}

async fn an_answer_from_before_the_seals_is_erased_too(backend: Backend) {
    let (store, _home) = world(backend).await;
    let ops = vec![
        text(0, 1, "terbuka"),
        text(0, 2, "Maria"),
        text(1, 3, "Yosef"),
        text(0, 4, "disisihkan"),
    ];
    let mut push = sealed(push_of(1, 1, None, ops.clone()), &[&ops[2]]);
    push.strangers = BTreeSet::from([ops[3].id()]);
    let answer = store.push(push, Millis(5)).await.unwrap();
    let PushResponse::Accepted { quarantined, .. } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(quarantined.len(), 1);
    assert_eq!(quarantined[0].code, QuarantineCode::UnknownQuestion);
    assert_eq!(erase(&store, 0, &[&ops[1], &ops[3]], 8).await.answers, 2);
    let (kept, left) = said(&store, 0).await;
    assert_eq!(
        (kept, left),
        (vec![ops[0].change.clone()], vec![ops[1].id()])
    );
    assert_eq!(said(&store, 1).await.0, [ops[2].change.clone()]);
    assert!(store.quarantined(&case(0)).await.unwrap().is_empty());
    check(&store).await;
    let acts = store.acts(None, 100).await.unwrap();
    let erasures = acts.iter().filter(|(_, act)| act.what == "case.erase");
    assert_eq!(erasures.count(), 1);
}
