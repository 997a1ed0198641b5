//! Photos and files: their record beside the answers that name them.

use server::store::{Act, Store, StoreError};
use sha2::{Digest as _, Sha256};
use shared::answers::{Change, File, Op, Value};
use shared::ids::{AccountId, BlobId};
use shared::time::Millis;

use crate::home::{Backend, on_both};
use crate::world::{ANI, VILLAGES, op, push_of, world};

on_both! {
    a_photo_is_there_once_it_was_checked
    a_revoked_phone_brings_what_its_answers_name_and_no_more
    a_photo_of_an_answer_that_is_kept_aside_goes_with_it
}

/// An answer that names a photo.
fn naming(village: usize, counter: u64, photo: BlobId) -> Op {
    let mut body = op(village, counter).into_body();
    body.change = Change::Set(Value::File(File {
        blob: photo,
        name: "kantor.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: 9,
    }));
    Op::new(body)
}

fn photo(number: u8) -> (BlobId, Vec<u8>) {
    let bytes = [b"\xff\xd8\xff and then picture ".as_slice(), &[number]].concat();
    (BlobId(Sha256::digest(&bytes).into()), bytes)
}

async fn a_photo_is_there_once_it_was_checked(backend: Backend) {
    let (store, _home) = world(backend).await;
    let bytes = b"\xff\xd8\xff and then a picture".to_vec();
    let id = BlobId(Sha256::digest(&bytes).into());
    let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
    upload.append(&bytes[..5]).await.unwrap();
    assert_eq!(upload.pause().await.unwrap(), 5);
    assert_eq!(store.upload_offset(id, "ponsel").await.unwrap(), 5);
    let mut upload = store.begin_upload(id, "ponsel").await.unwrap();
    assert_eq!(upload.offset(), 5);
    upload.append(&bytes[5..]).await.unwrap();
    assert!(store.blobs_present(&[id]).await.unwrap().is_empty());
    let record = store.finish_upload(upload, Millis(7)).await.unwrap();
    assert_eq!(record.media_type, "image/jpeg");
    assert_eq!(store.blob(id).await.unwrap(), Some(record));
    assert_eq!(store.blobs_present(&[id]).await.unwrap().len(), 1);
    assert_eq!(store.blob_bytes(id).await.unwrap(), bytes);
    assert_eq!(store.blob_counts().await.unwrap(), (1, 0));

    let push = push_of(1, 1, None, vec![naming(0, 1, id)]);
    store.push(push, Millis(8)).await.unwrap();
    let cases = store.cases_of_blob(id).await.unwrap();
    let villages: Vec<&str> = cases.iter().map(|case| case.region.as_str()).collect();
    assert_eq!(villages, [VILLAGES[0]]);
}

async fn bring_late(store: &Store, number: u8) -> Result<(), StoreError> {
    let (id, bytes) = photo(number);
    let mut upload = store.begin_revoked_upload(id, "ponsel", ANI).await?;
    upload.append(&bytes).await?;
    store.finish_upload(upload, Millis(9)).await.map(drop)
}

fn refusal(outcome: Result<(), StoreError>) -> String {
    outcome.unwrap_err().to_string()
}

async fn a_revoked_phone_brings_what_its_answers_name_and_no_more(backend: Backend) {
    let (store, home) = world(backend).await;
    let merged = naming(0, 1, photo(1).0);
    let aside = naming(1, 2, photo(2).0);
    let mut push = push_of(1, 1, None, vec![merged, aside.clone()]);
    push.strangers.insert(aside.id());
    store.push(push, Millis(5)).await.unwrap();
    for number in [1, 2] {
        let named = |account: AccountId| store.is_named_by(photo(number).0, account);
        assert!(named(ANI).await.unwrap());
        assert!(!named(AccountId([2; 16])).await.unwrap());
    }
    assert_eq!(
        refusal(bring_late(&store, 3).await),
        "refused: blob_unnamed"
    );
    bring_late(&store, 1).await.unwrap();
    // What it had sent before it was revoked does not count.
    let large =
        |of_revoked: u8| format!("UPDATE blob SET bytes = 600000000, of_revoked = {of_revoked}");
    home.run_sql(&large(1)).await;
    assert_eq!(refusal(bring_late(&store, 2).await), "refused: blobs_full");
    home.run_sql(&large(0)).await;
    bring_late(&store, 2).await.unwrap();
}

async fn a_photo_of_an_answer_that_is_kept_aside_goes_with_it(backend: Backend) {
    let (store, _home) = world(backend).await;
    let (id, _) = photo(1);
    let aside = naming(0, 1, id);
    let elsewhere = naming(1, 2, id);
    let mut push = push_of(1, 1, None, vec![aside.clone(), elsewhere.clone()]);
    push.strangers = [aside.id(), elsewhere.id()].into();
    push.personal = push.strangers.clone();
    store.push(push, Millis(5)).await.unwrap();
    bring_late(&store, 1).await.unwrap();
    let erase = async |op: &Op| {
        let act = Act::by_program(Millis(10));
        let erased = store.erase_personal(&op.case, [op.id()].into(), act).await;
        erased.unwrap().photos
    };
    assert_eq!(erase(&aside).await, 0, "another village names it too");
    assert!(store.is_named_by(id, ANI).await.unwrap());
    assert_eq!(erase(&elsewhere).await, 1);
    assert!(!store.is_named_by(id, ANI).await.unwrap());
    assert_eq!(store.blob(id).await.unwrap(), None);
}
