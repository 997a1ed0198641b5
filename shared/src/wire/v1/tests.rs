mod golden;

use super::*;
use crate::answers::{Decimal, Value};

const GOLDEN_PUSH: &str = r#"{"wire":1,"partition":{"round":"01010101010101010101010101010101","regency":"53.21"},"lane":"02020202020202020202020202020202","from":7,"previous":"03030303030303030303030303030303","origins":[{"author":"04040404040404040404040404040404","role":"enumerator","device":"05050505050505050505050505050505","questionnaire":"06060606060606060606060606060606","app_version":"0.1.0","zone_minutes":480,"boot":"07070707070707070707070707070707","visit":"08080808080808080808080808080808","region":"53.21.03.2003"}],"ops":[{"origin":0,"path":"/c_tenun/c_penenun","change":{"set":{"integer":84}},"lamport":1,"wall":1795000000000,"monotonic_ms":12,"counter":1},{"origin":0,"path":"/a_luas","change":{"set":{"decimal":"142.5"}},"source":"profil desa","seen":["09090909090909090909090909090909"],"lamport":2,"wall":1795000000000,"monotonic_ms":15,"counter":2},{"origin":0,"path":"/c_tenun/c_penenun","change":"unknown","lamport":1,"wall":1795000000000,"monotonic_ms":12,"counter":3},{"origin":0,"path":"/","change":{"review":{"submit":{"digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","modules":["c_tenun"]}}},"lamport":1,"wall":1795000000000,"monotonic_ms":12,"counter":4}]}"#;

#[test]
fn golden_push_reads_and_writes_the_same_for_ever() {
    let push: PushRequest = serde_json::from_str(GOLDEN_PUSH).unwrap();
    assert_eq!(serde_json::to_string(&push).unwrap(), GOLDEN_PUSH);
    let round = push.partition.round;
    let ops = push.ops.unpack(round).unwrap();
    let ids: Vec<String> = ops.iter().map(|(op, _)| op.id().to_string()).collect();
    assert_eq!(ids[0], "ca9b2f98267301ec6c987b213bb0c9c7");
    assert_eq!(
        ops[1].0.change,
        Change::Set(Value::Decimal(Decimal::parse("142.5").unwrap()))
    );
    let packed = OpBatch::pack(ops.iter().map(|(op, mac)| (op, *mac)));
    assert_eq!(
        packed.unpack(round).unwrap(),
        ops,
        "packing undoes unpacking"
    );
}

#[test]
fn golden_answers_read_for_ever() {
    let accepted = r#"{"result":"accepted","verified":9,"macs":["01010101010101010101010101010101"],"quarantined":[{"position":9,"code":"never_assigned"}],"receipt":{"number":3,"at":1795000000000}}"#;
    let read: PushResponse = serde_json::from_str(accepted).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), accepted);
    let page = r#"{"result":"page","origins":[],"ops":[],"macs":[],"cursor":{"epoch":"01010101010101010101010101010101","position":0,"id":null},"more":false}"#;
    let read: PullResponse = serde_json::from_str(page).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), page);
    for text in [r#"{"result":"gap","length":4}"#, r#"{"result":"fork"}"#] {
        let read: PushResponse = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}

fn broken(edit: impl Fn(&mut OpBatch)) -> BatchError {
    let push: PushRequest = serde_json::from_str(GOLDEN_PUSH).unwrap();
    let mut batch = push.ops;
    edit(&mut batch);
    batch.unpack(push.partition.round).unwrap_err()
}

#[test]
fn faults_of_a_batch_are_named_with_their_place() {
    assert_eq!(
        broken(|b| b.ops[1].origin = 7),
        BatchError::UnknownOrigin { index: 1 }
    );
    assert_eq!(
        broken(|b| b.ops[0].seen = vec![OpId([2; 16]), OpId([1; 16])]),
        BatchError::BadSeen { index: 0 }
    );
    assert_eq!(
        broken(|b| b.ops[2].change = Change::Comment("x".repeat(COMMENT_BYTES_MAX + 1))),
        BatchError::TooLong { index: 2 }
    );
    assert_eq!(
        broken(|b| b.ops = vec![b.ops[0].clone(); BATCH_OPS_MAX + 1]),
        BatchError::TooManyOps {
            count: BATCH_OPS_MAX + 1
        }
    );
}

proptest::proptest! {
    #[test]
    fn any_json_is_a_push_or_an_error(text in r#"[\[\]{}":,a-z0-9_.]{0,80}"#) {
        let _ = serde_json::from_str::<PushRequest>(&text);
    }

    #[test]
    fn a_damaged_push_never_panics(at in 0..1300_usize, with in 0..128_u8) {
        let mut bytes = GOLDEN_PUSH.as_bytes().to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        if let Ok(push) = serde_json::from_slice::<PushRequest>(&bytes) {
            let _ = push.ops.unpack(push.partition.round);
        }
    }
}
