//! Files that somebody hands over: bundles and receipts, as a phone and the hub read them.

use std::io::Write as _;

use server::bundle::{SealKey, read_text, seal};
use sha2::{Digest as _, Sha256};
use shared::ids::{BlobId, DeviceId, LaneId, PartitionId, RoundId, Seq, hex_bytes};
use shared::sync::bundle::{
    DeviceKey, SEAL_BYTES, TAIL_BYTES, check, head_bytes, is_receipt, number, read_head,
    read_receipt, receipt_text, split_content,
};
use shared::time::Millis;
use shared::wire::bundle::{BundleHead, BundlePhoto, BundleReceipt, BundleText};
use shared::wire::v1::{OpBatch, PushRequest, WIRE_VERSION};

pub(crate) const BUNDLE_WORDS: &[&str] = &[
    "LUMBUNG-TITIPAN ",
    "LUMBUNG-TANDA-TERIMA ",
    "1\n",
    "2\n",
    "\n",
    "{",
    "}",
    "\"pushes\":[",
    "\"photos\":[",
    "\"bytes\":",
    "\"hub\":",
    "\u{1f}",
];

fn key() -> DeviceKey {
    DeviceKey::of_secret("rahasia")
}

fn text() -> BundleText {
    BundleText {
        pushes: vec![PushRequest {
            wire: WIRE_VERSION,
            partition: PartitionId {
                round: RoundId([9; 16]),
                regency: "53.21".parse().expect("a kabupaten"),
            },
            lane: LaneId([1; 16]),
            from: Seq(1),
            previous: None,
            ops: OpBatch::default(),
        }],
        photos: vec![BundlePhoto {
            blob: BlobId([2; 32]),
            bytes: 4,
        }],
        certificate: "e30.c2VhbA".to_owned(),
    }
}

fn content(text: &[u8]) -> Vec<u8> {
    let length = (text.len() as u32).to_be_bytes();
    [&length[..], text, b"foto"].concat()
}

/// A whole file, its content plain and packed, and a receipt.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let plain = serde_json::to_vec(&text()).expect("plain JSON");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&plain).expect("memory");
    let packed = packed.finish().expect("memory");
    let hub = SealKey::of(&[3; 32]);
    let point = hex_bytes::<65>(&hub.public_text()).expect("a point");
    let sealed = content(&plain);
    let head = head_bytes(&BundleHead {
        hub: hub.name(),
        origin: "https://desa.example.id".to_owned(),
        device: DeviceId([7; 16]),
        name: "Ani".to_owned(),
        made: Millis(0),
        villages: 1,
        answers: 0,
        photos: 1,
        bytes: sealed.len() as u64 + SEAL_BYTES,
    });
    let sealed = seal(&point, &[5; 32], &head, &sealed).expect("a key");
    let mut file = [head, sealed].concat();
    let digest: [u8; 32] = Sha256::digest(&file).into();
    file.extend_from_slice(&digest);
    file.extend_from_slice(&key().sign_bundle(&digest));
    let receipt = BundleReceipt {
        number: "0000-0000".to_owned(),
        device: DeviceId([7; 16]),
        at: Millis(0),
        lanes: Vec::new(),
        photos: vec![BlobId([2; 32])],
    };
    let receipt = receipt_text(&receipt, &key()).into_bytes();
    vec![file, content(&plain), content(&packed), receipt]
}

pub(crate) fn run(input: &[u8]) -> String {
    if is_receipt(input) {
        let text = String::from_utf8_lossy(input);
        return match read_receipt(&text, &key()) {
            Ok(receipt) => format!("receipt {}", receipt.photos.len()),
            Err(fault) => format!("receipt {}", fault.code()),
        };
    }
    let hub = SealKey::of(&[3; 32]);
    let fault = match read_head(input) {
        Ok((head, content)) => {
            let end = input.len().saturating_sub(TAIL_BYTES);
            let digest: [u8; 32] = Sha256::digest(&input[..end]).into();
            assert_eq!(number(&digest).len(), 9);
            let length = input.len() as u64;
            match check(&head, content, length, &digest, &input[end..], hub.name()) {
                Ok(()) => {
                    assert_eq!(head_bytes(&head).len(), content, "spelled as we write it");
                    let opened = hub.open(&input[..content], &input[content..end]);
                    return format!("bundle, opens: {}", opened.is_some());
                }
                Err(fault) => fault,
            }
        }
        Err(fault) => fault,
    };
    // What the author of a bundle may have sealed.
    let Some((text, photos)) = split_content(input) else {
        return fault.code().to_owned();
    };
    match read_text(text) {
        Ok(text) => format!(
            "{} pushes, {} bytes",
            text.pushes.len().min(3),
            photos.len().min(9)
        ),
        Err(inside) => format!("{} {}", fault.code(), inside.code()),
    }
}
