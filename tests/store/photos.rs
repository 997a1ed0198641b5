//! Photos and files: their record beside the answers that name them.

use sha2::{Digest as _, Sha256};
use shared::answers::{Change, File, Op, Value};
use shared::ids::BlobId;
use shared::time::Millis;

use crate::home::{Backend, on_both};
use crate::world::{VILLAGES, op, push_of, world};

on_both! {
    a_photo_is_there_once_it_was_checked
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

    let mut body = op(0, 1).into_body();
    body.change = Change::Set(Value::File(File {
        blob: id,
        name: "kantor.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: bytes.len() as u64,
    }));
    let push = push_of(1, 1, None, vec![Op::new(body)]);
    store.push(push, Millis(8)).await.unwrap();
    let cases = store.cases_of_blob(id).await.unwrap();
    let villages: Vec<&str> = cases.iter().map(|case| case.region.as_str()).collect();
    assert_eq!(villages, [VILLAGES[0]]);
}
