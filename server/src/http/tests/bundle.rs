//! `/api/v1/sync/bundle` and `/api/v1/sync/prove`: what somebody carried here, and what its author hears of it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use shared::answers::{Change, File, Op, OpBody, Value as Typed};
use shared::ids::{BlobId, DeviceId, Digest, LaneId, OpId, Seq, hex_bytes};
use shared::sync::bundle::{
    DeviceKey, SEAL_BYTES, head_bytes, hub_name, read_receipt, stretch_digest,
};
use shared::wire::bundle::{
    BUNDLE_BYTES_MAX, BundleHead, BundleOpened, BundlePhoto, BundleText, ProveRequest,
};
use shared::wire::v1::{OpBatch, PushRequest, PushResponse, WIRE_VERSION};

use super::push::{Field, MINE};
use super::restored::{backed_up, hello, restored};
use super::*;
use crate::bundle::seal;

const PHOTO: &[u8] = b"\xff\xd8\xff and then a picture";

/// What the author's phone knows.
struct Author {
    device: DeviceId,
    key: DeviceKey,
    point: Vec<u8>,
    certificate: String,
}

impl Author {
    async fn of(field: &Field) -> Author {
        Author::with(field, &field.phone, String::new()).await
    }

    async fn with(field: &Field, phone: &Who, certificate: String) -> Author {
        let hello = json!({
            "wire": 1, "facts": shared::wire::v1::DeviceFacts::default(), "partitions": [],
        });
        let hello = field.server.post(phone, "/sync/hello", hello).await.ok();
        let point: [u8; 65] = hex_bytes(hello["bundle_key"].as_str().unwrap()).unwrap();
        let (device, secret) = phone.bearer.split_once('.').unwrap();
        Author {
            device: device.parse().unwrap(),
            key: DeviceKey::of_secret(secret),
            point: point.to_vec(),
            certificate,
        }
    }

    /// A bundle as the phone makes it.
    fn bundle(&self, pushes: Vec<PushRequest>, photos: &[&[u8]]) -> Vec<u8> {
        let named = photos.iter().map(|bytes| BundlePhoto {
            blob: BlobId(Sha256::digest(bytes).into()),
            bytes: bytes.len() as u64,
        });
        let text = BundleText {
            pushes,
            photos: named.collect(),
            certificate: self.certificate.clone(),
        };
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed
            .write_all(&serde_json::to_vec(&text).unwrap())
            .unwrap();
        let text = packed.finish().unwrap();
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        self.file(&[&length[..], &text, &photos.concat()].concat())
    }

    fn file(&self, content: &[u8]) -> Vec<u8> {
        let head = head_bytes(&BundleHead {
            hub: hub_name(&self.point),
            origin: ORIGIN.to_owned(),
            device: self.device,
            name: "ANI".to_owned(),
            made: Millis(0),
            villages: 1,
            answers: 2,
            photos: 0,
            bytes: content.len() as u64 + SEAL_BYTES,
        });
        let sealed = seal(&self.point, &[7; 32], &head, content).unwrap();
        let mut file = [head, sealed].concat();
        let digest: [u8; 32] = Sha256::digest(&file).into();
        file.extend_from_slice(&digest);
        file.extend_from_slice(&self.key.sign_bundle(&digest));
        file
    }
}

fn push(lane: u8, from: u64, previous: Option<OpId>, ops: &[Op]) -> PushRequest {
    PushRequest {
        wire: WIRE_VERSION,
        partition: ops[0].case.partition(),
        lane: LaneId([lane; 16]),
        from: Seq(from),
        previous,
        ops: OpBatch::pack(ops.iter().map(|op| (op, None))),
    }
}

async fn deliver(field: &Field, who: &Who, file: &[u8]) -> super::Answer {
    deliver_to(&field.server, who, file).await
}

async fn deliver_to(server: &Server, who: &Who, file: &[u8]) -> super::Answer {
    let body = Body::from(file.to_vec());
    server.api(who, Method::POST, "/sync/bundle", body).await
}

async fn opened(field: &Field, who: &Who, file: &[u8]) -> BundleOpened {
    let answer = deliver(field, who, file).await.ok();
    serde_json::from_value(answer).unwrap()
}

#[tokio::test]
async fn a_stranger_s_phone_and_the_office_bring_it_and_its_author_can_trust_the_receipt() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let ops = [field.visit(1, MINE), field.visit(2, MINE)];
    let file = author.bundle(vec![push(1, 1, None, &ops)], &[PHOTO]);
    let budi = field.server.account("budi", Role::Enumerator, &[]).await;
    let budi = field.server.phone(&field.admin, budi).await;

    let first = opened(&field, &budi, &file).await;
    assert_eq!(first.name, "ANI");
    assert_eq!(
        first.villages,
        [(MINE.to_owned(), "Niki-Niki Un".to_owned())]
    );
    assert_eq!((first.answers, first.fresh, first.photos), (2, 2, 1));
    assert_eq!(first.aside, []);
    assert_eq!(field.stored(MINE).await, (2, vec![]));

    let receipt = read_receipt(&first.receipt, &author.key).unwrap();
    assert_eq!(receipt.device, author.device);
    assert_eq!(receipt.number, first.number);
    let ids = ops.each_ref().map(Op::id);
    assert_eq!(receipt.lanes[0].digest, stretch_digest(&ids));
    let PushResponse::Accepted { verified, .. } = &receipt.lanes[0].answer else {
        panic!("the push inside was accepted");
    };
    assert_eq!(*verified, Seq(2));
    assert_eq!(receipt.photos, [BlobId(Sha256::digest(PHOTO).into())]);

    let again = opened(&field, &field.admin, &file).await;
    assert_eq!((again.answers, again.fresh, again.photos), (2, 0, 1));
    assert_eq!(field.stored(MINE).await, (2, vec![]));
    // Who brought it stays on record.
    let acts = field.server.get(&field.admin, "/audit").await.ok();
    let brought = acts["acts"].as_array().unwrap().iter();
    let brought: Vec<_> = brought.filter(|act| act["what"] == "bundle.open").collect();
    let object = format!("{} {}", first.number, author.device);
    assert!(brought.iter().all(|act| act["object"] == object), "{acts}");
    let who: Vec<_> = brought.iter().map(|act| act["who_name"].as_str()).collect();
    assert_eq!(who.len(), 2, "{acts}");
}

#[tokio::test]
async fn its_author_asks_for_the_receipt_and_sends_nothing_again() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let ops = [field.visit(1, MINE), field.visit(2, MINE)];
    let file = author.bundle(vec![push(1, 1, None, &ops)], &[]);
    opened(&field, &field.admin, &file).await;
    let ask = |digest: Digest| ProveRequest {
        wire: WIRE_VERSION,
        partition: ops[0].case.partition(),
        lane: LaneId([1; 16]),
        from: Seq(1),
        previous: None,
        count: 2,
        digest,
    };
    let ids = ops.each_ref().map(Op::id);
    let body = serde_json::to_value(ask(stretch_digest(&ids))).unwrap();
    let proved = field
        .server
        .post(&field.phone, "/sync/prove", body)
        .await
        .ok();
    assert_eq!(proved["result"], "accepted");
    assert_eq!(proved["verified"], 2);
    assert_eq!(proved["macs"].as_array().unwrap().len(), 2);
    let body = serde_json::to_value(ask(Digest([0; 16]))).unwrap();
    let told = field
        .server
        .post(&field.phone, "/sync/prove", body)
        .await
        .ok();
    assert_eq!(
        told["result"], "fork",
        "whoever has other ops learns nothing"
    );
}

#[tokio::test]
async fn what_is_damaged_foreign_or_forged_is_refused_with_its_reason() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let file = author.bundle(vec![push(1, 1, None, &[field.visit(1, MINE)])], &[]);
    let refusal = async |file: &[u8]| deliver(&field, &field.admin, file).await.problem();

    assert_eq!(refusal(b"PK\x03\x04").await, "415 bundle_unknown");
    assert_eq!(refusal(b"LUMBUNG-TITIPAN 2\n{}").await, "422 bundle_newer");
    assert_eq!(refusal(&file[..file.len() - 1]).await, "422 bundle_damaged");
    let mut altered = file.clone();
    altered[file.len() / 2] ^= 1;
    assert_eq!(refusal(&altered).await, "422 bundle_damaged");

    let other = crate::bundle::SealKey::of(&[1; 32]);
    let foreign = Author {
        point: hex_bytes::<65>(&other.public_text()).unwrap().to_vec(),
        ..Author::of(&field).await
    };
    assert_eq!(refusal(&foreign.file(b"x")).await, "422 bundle_foreign");
    let forged = Author {
        key: DeviceKey::of_secret("guessed"),
        ..Author::of(&field).await
    };
    assert_eq!(refusal(&forged.file(b"x")).await, "422 bundle_signature");
    let stranger = Author {
        device: DeviceId([9; 16]),
        ..Author::of(&field).await
    };
    let told = refusal(&stranger.file(b"x")).await;
    assert_eq!(told, "422 bundle_device_unknown");
    assert_eq!(refusal(&author.file(b"x")).await, "422 bundle_damaged");
    let large = vec![b' '; BUNDLE_BYTES_MAX as usize + 1];
    assert_eq!(refusal(&large).await, "413 too_large");
    assert_eq!(field.stored(MINE).await, (0, vec![]));
    let nobody = deliver(&field, &Who::default(), &file).await;
    assert_eq!(nobody.problem(), "401 not_signed_in");
}

#[tokio::test]
async fn a_revoked_phone_s_bundle_is_kept_aside() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let path = format!("/devices/{}/revoke", author.device);
    field.server.post(&field.admin, &path, json!({})).await.ok();
    let named = field.op(
        2,
        MINE,
        "/b/wajah",
        face(BlobId(Sha256::digest(PHOTO).into())),
    );
    let pushes = vec![push(1, 1, None, &[field.visit(1, MINE), named])];
    let unnamed = b"\xff\xd8\xff and another picture";
    let file = author.bundle(pushes, &[PHOTO, unnamed]);
    let told = opened(&field, &field.admin, &file).await;
    let aside = [(shared::wire::v1::QuarantineCode::RevokedDevice, 2)];
    assert_eq!(told.aside, aside);
    let (merged, codes) = field.stored(MINE).await;
    assert_eq!((merged, codes), (0, vec!["revoked_device".to_owned(); 2]));
    assert_eq!((told.photos, told.photos_refused), (1, 1));
}

#[tokio::test]
async fn a_hub_that_lost_the_lane_takes_the_answers_all_the_same() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let ops: Vec<Op> = (1..=4).map(|counter| field.visit(counter, MINE)).collect();
    // The hub had the first two before it was restored.
    let before = Some(ops[1].id());
    let pushes = vec![
        push(1, 3, before, &ops[2..3]),
        push(1, 4, Some(ops[2].id()), &ops[3..4]),
    ];
    let file = author.bundle(pushes, &[]);
    for fresh in [2, 0] {
        let told = opened(&field, &field.admin, &file).await;
        assert_eq!((told.answers, told.fresh), (2, fresh));
        let receipt = read_receipt(&told.receipt, &author.key).unwrap();
        assert_eq!(receipt.lanes, [], "the phone's own lane is not there");
    }
    assert_eq!(field.stored(MINE).await, (2, vec![]));
}

#[tokio::test]
async fn a_file_of_any_kind_comes_in_a_bundle() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let ops = [field.visit(1, MINE)];
    let file = author.bundle(vec![push(1, 1, None, &ops)], &[b"no picture", PHOTO]);
    let told = opened(&field, &field.admin, &file).await;
    assert_eq!((told.photos, told.photos_refused), (2, 0));
    assert_eq!(field.stored(MINE).await, (1, vec![]));
}

#[tokio::test]
async fn a_photo_that_was_erased_does_not_come_back_and_its_phone_is_done_with_it() {
    let field = Field::new().await;
    let author = Author::of(&field).await;
    let file = author.bundle(vec![push(1, 1, None, &[field.visit(1, MINE)])], &[PHOTO]);
    assert_eq!(opened(&field, &field.admin, &file).await.photos, 1);
    let photo = BlobId(Sha256::digest(PHOTO).into());
    let store = &field.server.app.store;
    let id = field.visit(1, MINE).case.clone();
    let name = field.op(2, MINE, "/b/wajah", face(photo));
    let body = field.packed(2, std::slice::from_ref(&name));
    let server = &field.server;
    server.post(&field.phone, "/sync/push", body).await.ok();
    let act = crate::store::Act::by_program(Millis(1));
    let citra = server.sign_in("citra").await;
    let path = format!("/cases/{}/{MINE}/admit", field.round);
    let asked = json!({"ops": [name.id()]});
    server.post(&citra, &path, asked).await.ok();
    let erased = store.erase_personal(&id, [name.id()].into(), act).await;
    assert_eq!(erased.unwrap().photos, 1);

    let again = opened(&field, &field.admin, &file).await;
    assert_eq!((again.photos, again.photos_refused), (1, 0));
    let receipt = read_receipt(&again.receipt, &author.key).unwrap();
    assert_eq!(receipt.photos, [photo]);
    assert_eq!(store.blob(photo).await.unwrap(), None);
}

fn face(blob: BlobId) -> Change {
    Change::Set(Typed::File(File {
        blob,
        name: "wajah.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: PHOTO.len() as u64,
    }))
}

#[tokio::test]
async fn a_bearer_brings_no_more_than_its_bound() {
    let field = Field::new().await;
    for _ in 0..60 {
        deliver(&field, &field.phone, b"x").await;
    }
    let told = deliver(&field, &field.phone, b"x").await;
    assert_eq!(told.problem(), "429 bundles_full");
    assert_eq!(told.headers[header::RETRY_AFTER], "600");
    let office = deliver(&field, &field.admin, b"x").await;
    assert_eq!(office.problem(), "415 bundle_unknown");
}

#[tokio::test]
async fn a_restored_server_knows_the_phone_by_the_certificate_in_its_bundle() {
    let field = Field::new().await;
    let backup = backed_up(&field).await;
    let budi = field.server.account("budi", Role::Enumerator, &[]).await;
    let enrolled = field.server.enrolled(&field.admin, budi).await;
    let certificate = enrolled["certificate"].as_str().unwrap().to_owned();
    let phone = bearer(&enrolled);
    let author = Author::with(&field, &phone, certificate.clone()).await;
    let typed = Op::new(OpBody {
        author: budi,
        device: author.device,
        ..field.visit(1, MINE).body().clone()
    });
    let file = author.bundle(vec![push(1, 1, None, &[typed])], &[]);

    let server = restored(&field, &backup).await;
    // Without a certificate, or under another name than its own, it is a stranger.
    let nameless = Author::with(&field, &phone, String::new()).await;
    let thief = Author::with(&field, &field.phone, certificate).await;
    let thief = Author {
        device: author.device,
        ..thief
    };
    let unknown = nameless.bundle(Vec::new(), &[]);
    let answer = deliver_to(&server, &field.phone, &unknown).await;
    assert_eq!(answer.problem(), "422 bundle_device_unknown");
    let stolen = thief.bundle(Vec::new(), &[]);
    let answer = deliver_to(&server, &field.phone, &stolen).await;
    assert_eq!(answer.problem(), "422 bundle_signature");

    for fresh in [1, 0] {
        let told = deliver_to(&server, &field.phone, &file).await.ok();
        assert_eq!(
            (&told["name"], &told["fresh"]),
            (&json!("BUDI"), &json!(fresh))
        );
    }
    server.post(&phone, "/sync/hello", hello()).await.ok();
}
