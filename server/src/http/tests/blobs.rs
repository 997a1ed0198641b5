//! `/api/v1/blobs`.

use sha2::{Digest as _, Sha256};
use shared::answers::{Change, File, Value as Typed};
use shared::ids::{BlobId, hex_text};

use super::push::{Field, MINE};
use super::restored::hello;
use super::*;

fn photo() -> (String, Vec<u8>) {
    let mut bytes = b"\xff\xd8\xff".to_vec();
    bytes.extend((0..5000_u32).map(|index| (index % 251) as u8));
    (hex_text(&Sha256::digest(&bytes)), bytes)
}

async fn patch(
    server: &Server,
    who: &Who,
    id: &str,
    from: usize,
    of: usize,
    part: &[u8],
) -> Answer {
    let request = request(who, Method::PATCH, &format!("/api/v1/blobs/{id}"))
        .header("upload-offset", from)
        .header("upload-length", of);
    server
        .send(request.body(Body::from(part.to_vec())).unwrap())
        .await
}

#[tokio::test]
async fn a_photo_arrives_in_pieces_and_is_checked() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    let (id, bytes) = photo();
    let path = format!("/blobs/{id}");
    let head = async || {
        let answer = server.api(&phone, Method::HEAD, &path, Body::empty()).await;
        answer.headers["upload-offset"].to_str().unwrap().to_owned()
    };
    assert_eq!(head().await, "0");
    let answer = patch(&server, &phone, &id, 0, bytes.len(), &bytes[..2000]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(head().await, "2000");
    let answer = patch(&server, &phone, &id, 0, bytes.len(), &bytes[..2000]).await;
    assert_eq!(answer.problem(), "409 blob_offset");
    assert_eq!(answer.headers["upload-offset"], "2000");
    patch(&server, &phone, &id, 2000, bytes.len(), &bytes[2000..]).await;
    assert_eq!(head().await, bytes.len().to_string());
    let whole = patch(&server, &phone, &id, 0, bytes.len(), &bytes).await;
    assert_eq!(whole.headers["upload-offset"], bytes.len().to_string());

    let shown = server.get(&phone, &path).await;
    assert_eq!(shown.bytes, bytes);
    assert_eq!(shown.headers[header::CONTENT_TYPE], "image/jpeg");
    assert_eq!(shown.headers[header::CONTENT_DISPOSITION], "inline");
    let budi = server.account("budi", Role::Enumerator, &[]).await;
    let other = server.phone(&admin, budi).await;
    assert_eq!(
        server.get(&other, &path).await.problem(),
        "404 blob_missing"
    );
}

#[tokio::test]
async fn a_photo_whose_file_was_lost_is_taken_again() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    let (id, bytes) = photo();
    patch(&server, &phone, &id, 0, bytes.len(), &bytes).await;
    let file = server.folder().join("blobs").join(&id[..2]).join(&id);
    std::fs::remove_file(&file).unwrap();
    let path = format!("/blobs/{id}");
    let answer = server.api(&phone, Method::HEAD, &path, Body::empty()).await;
    assert_eq!(answer.headers["upload-offset"], "0");
    let answer = server.get(&phone, &path).await;
    assert_eq!(answer.problem(), "404 blob_missing");
    patch(&server, &phone, &id, 0, bytes.len(), &bytes).await;
    assert_eq!(server.get(&phone, &path).await.bytes, bytes);
}

#[tokio::test]
async fn a_file_of_any_kind_is_kept_and_only_handed_out() {
    let (server, admin) = Server::furnished().await;
    let kinds: [(&[u8], &str); 5] = [
        (
            b"<html><script>alert(1)</script>",
            "application/octet-stream",
        ),
        (b"ID3\x04\x00 sound", "audio/mpeg"),
        (b"\xff\xfb\x90\x64 sound", "audio/mpeg"),
        (b"\xff\xf1\x50\x80 sound", "audio/aac"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
    ];
    for (bytes, kind) in kinds {
        let id = hex_text(&Sha256::digest(bytes));
        patch(&server, &admin, &id, 0, bytes.len(), bytes).await;
        let answer = server.get(&admin, &format!("/blobs/{id}")).await;
        assert_eq!(answer.bytes, bytes);
        assert_eq!(answer.headers["content-type"], kind);
        assert_eq!(answer.headers["content-disposition"], "attachment");
    }
}

#[tokio::test]
async fn content_that_is_not_what_it_says_is_refused() {
    let (server, admin) = Server::furnished().await;
    let (id, bytes) = photo();
    let mut wrong = bytes.clone();
    wrong[100] ^= 1;
    let answer = patch(&server, &admin, &id, 0, wrong.len(), &wrong).await;
    assert_eq!(answer.problem(), "422 blob_hash");
    let answer = patch(&server, &admin, &id, 0, 11 * 1024 * 1024, &bytes).await;
    assert_eq!(answer.problem(), "413 blob_too_large");
    let answer = patch(&server, &admin, &id, 0, 10, &bytes).await;
    assert_eq!(answer.problem(), "400 blob_length");
    let blob: BlobId = id.parse().unwrap();
    assert_eq!(server.app.store.blob(blob).await.unwrap(), None);
    let answer = patch(&server, &admin, &id, 0, bytes.len(), &bytes).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn half_sent_photos_have_a_bound() {
    let (server, admin) = Server::furnished().await;
    for index in 0..65_u32 {
        let id = hex_text(&Sha256::digest(index.to_be_bytes()));
        let answer = patch(&server, &admin, &id, 0, 10, b"x").await;
        if index < 64 {
            assert_eq!(answer.status, StatusCode::NO_CONTENT, "{index}");
        } else {
            assert_eq!(answer.problem(), "429 blobs_unfinished");
        }
    }
    let first = hex_text(&Sha256::digest(0_u32.to_be_bytes()));
    let answer = patch(&server, &admin, &first, 1, 10, b"y").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_photo_that_finds_no_room_is_sent_again_once_there_is_some() {
    let (server, admin) = Server::furnished().await;
    let ani = server.account("ani", Role::Enumerator, &[]).await;
    let phone = server.phone(&admin, ani).await;
    let (id, bytes) = photo();
    patch(&server, &phone, &id, 0, bytes.len(), &bytes[..10]).await;
    let partials = server.folder().join("blobs/partial");
    let mut files = std::fs::read_dir(&partials).unwrap();
    let partial = files.next().unwrap().unwrap().path();
    // Whatever is written there meets a full disk.
    std::fs::remove_file(&partial).unwrap();
    std::os::unix::fs::symlink("/dev/full", &partial).unwrap();
    let ready = async || {
        let request = request(&Who::default(), Method::GET, "/readyz");
        server.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(ready().await.status, StatusCode::OK);
    for piece in [&bytes[..2000], &bytes] {
        let answer = patch(&server, &phone, &id, 0, bytes.len(), piece).await;
        assert_eq!(answer.problem(), "507 storage_full");
        assert_eq!(answer.headers[header::RETRY_AFTER], "60");
    }
    let blob: BlobId = id.parse().unwrap();
    assert_eq!(server.app.store.blob(blob).await.unwrap(), None);
    // Not ready while a try finds none either.
    let tried = partials.join("room");
    std::os::unix::fs::symlink("/dev/full", &tried).unwrap();
    assert_eq!(ready().await.problem(), "507 storage_full");
    let _ = std::fs::remove_file(&tried);
    assert_eq!(ready().await.status, StatusCode::OK);

    std::fs::remove_file(&partial).unwrap();
    let answer = patch(&server, &phone, &id, 0, bytes.len(), &bytes).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    let path = format!("/blobs/{id}");
    assert_eq!(server.get(&phone, &path).await.bytes, bytes);
}

#[tokio::test]
async fn a_revoked_phone_brings_the_photos_of_its_answers_and_is_given_nothing() {
    let field = Field::new().await;
    let (server, phone) = (&field.server, &field.phone);
    let (id, bytes) = photo();
    let named = Change::Set(Typed::File(File {
        blob: id.parse().unwrap(),
        name: "kantor.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: bytes.len() as u64,
    }));
    let path = format!("/blobs/{id}");
    let here = async || {
        let answer = server.api(phone, Method::HEAD, &path, Body::empty()).await;
        assert_eq!(answer.status, StatusCode::OK);
        let told = |name: &str| answer.headers.get(name)?.to_str().ok()?.parse().ok();
        (told("upload-offset"), told("upload-length"))
    };
    // Half of it had come before.
    patch(server, phone, &id, 0, bytes.len(), &bytes[..2000]).await;
    let device = phone.bearer.split_once('.').unwrap().0;
    let revoke = format!("/devices/{device}/revoke");
    server.post(&field.admin, &revoke, json!({})).await.ok();

    // Before its answer is here nobody knows whose it is.
    assert_eq!(here().await, (Some(0), None));
    let unnamed = patch(server, phone, &id, 2000, bytes.len(), &bytes[2000..]).await;
    assert_eq!(unnamed.problem(), "403 blob_unnamed");
    let op = field.op(1, MINE, "/b/foto", named);
    let body = field.packed(1, std::slice::from_ref(&op));
    let pushed = server.post(phone, "/sync/push", body).await.ok();
    assert_eq!(pushed["quarantined"][0]["code"], "revoked_device");
    assert_eq!(here().await, (Some(2000), None));
    let whole = patch(server, phone, &id, 2000, bytes.len(), &bytes[2000..]).await;
    assert_eq!(whole.status, StatusCode::NO_CONTENT);
    let all = bytes.len();
    assert_eq!(here().await, (Some(all), Some(all)));

    for (method, path) in [
        (Method::GET, path.as_str()),
        (Method::POST, "/sync/hello"),
        (Method::POST, "/sync/bundle"),
    ] {
        let body = Body::from(hello().to_string());
        let refused = server.api(phone, method, path, body).await;
        assert_eq!(refused.problem(), "403 device_revoked", "{path}");
    }
    // What another's answer names is none of its business, here or not.
    let budi = server.account("budi", Role::Enumerator, &[]).await;
    let budi = server.phone(&field.admin, budi).await;
    let stranger = server.api(&budi, Method::HEAD, &path, Body::empty()).await;
    assert_eq!(stranger.headers["upload-offset"], all.to_string());
    let budi_device = budi.bearer.split_once('.').unwrap().0;
    let revoke = format!("/devices/{budi_device}/revoke");
    server.post(&field.admin, &revoke, json!({})).await.ok();
    let stranger = server.api(&budi, Method::HEAD, &path, Body::empty()).await;
    assert_eq!(stranger.headers["upload-offset"], "0");

    // Let in, it is there for whoever reads the village.
    let citra = server.sign_in("citra").await;
    assert_eq!(
        server.get(&citra, &path).await.problem(),
        "404 blob_missing"
    );
    let admit = format!("/cases/{}/{MINE}/admit", field.round);
    let asked = json!({"ops": [op.id()]});
    server.post(&citra, &admit, asked).await.ok();
    assert_eq!(server.get(&citra, &path).await.bytes, bytes);
}
