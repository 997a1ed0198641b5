//! A bundle from its author to its hub, and what may happen to it on the way.

use super::*;
use crate::ids::{DeviceId, LaneId, PartitionId, Seq};
use crate::time::Millis;
use crate::wire::bundle::LaneReceipt;
use crate::wire::v1::{Mac, PushResponse, QuarantineCode, Quarantined, Receipt};

const HUB: &[u8] = &[4; 65];

fn key() -> DeviceKey {
    DeviceKey::of_secret("rahasia")
}

fn head(bytes: u64) -> BundleHead {
    BundleHead {
        hub: hub_name(HUB),
        origin: "https://desa.example.id".to_owned(),
        device: DeviceId([7; 16]),
        name: "Ani \"Un\" Bría\n".to_owned(),
        made: Millis(1_795_000_000_000),
        villages: 3,
        answers: 412,
        photos: 2,
        bytes,
    }
}

/// A file as the phone writes it; the content stands for something sealed.
fn file(content: &[u8]) -> Vec<u8> {
    let mut file = head_bytes(&head(content.len() as u64));
    file.extend_from_slice(content);
    let digest: [u8; 32] = Sha256::digest(&file).into();
    file.extend_from_slice(&digest);
    file.extend_from_slice(&key().sign_bundle(&digest));
    file
}

fn carry(file: &[u8], hub: &[u8]) -> Result<BundleHead, BundleFault> {
    let (head, content) = read_head(file)?;
    let end = file.len().saturating_sub(TAIL_BYTES);
    let digest = Sha256::digest(&file[..end]).into();
    let length = file.len() as u64;
    check(&head, content, length, &digest, &file[end..], hub_name(hub))?;
    Ok(head)
}

#[test]
fn a_carrier_reads_the_head_and_nothing_else() {
    let file = file(b"sealed");
    assert!(file.starts_with(b"LUMBUNG-TITIPAN 1\n{\"hub\":\""));
    assert_eq!(carry(&file, HUB), Ok(head(6)));
}

#[test]
fn every_altered_or_missing_byte_is_noticed() {
    let whole = file(b"sealed content");
    let signature = whole.len() - 32;
    for place in 0..signature {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        assert!(carry(&altered, HUB).is_err(), "byte {place}");
    }
    for length in 0..whole.len() {
        assert!(carry(&whole[..length], HUB).is_err(), "cut to {length}");
    }
    let longer = [&whole[..], b"\n"].concat();
    assert_eq!(carry(&longer, HUB), Err(BundleFault::Damaged));
}

#[test]
fn what_is_for_somebody_else_is_told_from_what_is_damaged() {
    let whole = file(b"sealed");
    assert_eq!(carry(&whole, &[5; 65]), Err(BundleFault::Foreign));
    assert_eq!(carry(b"PK\x03\x04", HUB), Err(BundleFault::Unknown));
    assert_eq!(carry(b"", HUB), Err(BundleFault::Unknown));
    let newer = b"LUMBUNG-TITIPAN 2\n{}";
    assert_eq!(carry(newer, HUB), Err(BundleFault::Newer));
    let (head, content) = read_head(&whole).unwrap();
    let large = BUNDLE_BYTES_MAX + 1;
    let told = check(&head, content, large, &[0; 32], &[0; 64], hub_name(HUB));
    assert_eq!(told, Err(BundleFault::TooLarge));
}

#[test]
fn a_head_without_end_is_not_searched_for_ever() {
    let endless = [MARK, VERSION, &vec![b' '; HEAD_BYTES_MAX * 2]].concat();
    assert_eq!(read_head(&endless), Err(BundleFault::Damaged));
}

#[test]
fn the_number_has_eight_digits() {
    let mut digest = [0; 32];
    assert_eq!(number(&digest), "0000-0000");
    digest[..4].copy_from_slice(&4_148_210_937_u32.to_be_bytes());
    assert_eq!(number(&digest), "4821-0937");
}

#[test]
fn phone_and_hub_have_the_same_key() {
    let hash = hex_text(&Sha256::digest("rahasia"));
    let at_the_hub = DeviceKey::of_hash(&hash).unwrap();
    let digest = [9; 32];
    let signature = key().sign_bundle(&digest);
    assert!(at_the_hub.has_signed(&digest, &signature));
    assert!(!at_the_hub.has_signed(&[8; 32], &signature));
    assert!(!at_the_hub.has_signed(&digest, &signature[..31]));
    assert!(DeviceKey::of_hash("rahasia").is_none());
}

fn receipt() -> BundleReceipt {
    BundleReceipt {
        number: "4821-0937".to_owned(),
        device: DeviceId([7; 16]),
        at: Millis(5),
        lanes: vec![LaneReceipt {
            partition: PartitionId {
                round: crate::ids::RoundId([9; 16]),
                regency: "53.21".parse().unwrap(),
            },
            lane: LaneId([1; 16]),
            from: Seq(1),
            digest: stretch_digest(&[OpId([1; 16]), OpId([2; 16])]),
            answer: PushResponse::Accepted {
                verified: Seq(2),
                macs: vec![Mac([1; 16]), Mac([0; 16])],
                quarantined: vec![Quarantined {
                    position: Seq(2),
                    code: QuarantineCode::RoundClosed,
                }],
                receipt: Receipt {
                    number: Seq(17),
                    at: Millis(5),
                },
                safe: None,
            },
        }],
        photos: vec![crate::ids::BlobId([3; 32])],
    }
}

#[test]
fn a_receipt_comes_home_to_its_author_alone() {
    let text = receipt_text(&receipt(), &key());
    assert!(is_receipt(text.as_bytes()));
    assert_eq!(read_receipt(&text, &key()), Ok(receipt()));
    let other = DeviceKey::of_secret("lain");
    assert_eq!(read_receipt(&text, &other), Err(BundleFault::Foreign));
    let forged = text.replace("\"verified\":2", "\"verified\":9");
    assert_ne!(forged, text);
    assert_eq!(read_receipt(&forged, &key()), Err(BundleFault::Foreign));
    for end in 0..text.len() - 1 {
        assert!(read_receipt(&text[..end], &key()).is_err(), "cut to {end}");
    }
}

#[test]
fn the_order_of_a_stretch_counts() {
    let (a, b) = (OpId([1; 16]), OpId([2; 16]));
    assert_ne!(stretch_digest(&[a, b]), stretch_digest(&[b, a]));
    assert_ne!(stretch_digest(&[]), stretch_digest(&[a]));
}

#[test]
fn content_is_split_where_it_says() {
    let content = [&3_u32.to_be_bytes()[..], b"abcfoto"].concat();
    assert_eq!(split_content(&content), Some((&b"abc"[..], &b"foto"[..])));
    assert_eq!(split_content(&content[..6]), None);
    assert_eq!(split_content(&[0, 0, 0]), None);
}
