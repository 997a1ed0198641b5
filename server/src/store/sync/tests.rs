//! The stored form. What the verbs do is told in `tests/store`, on both databases.

use shared::answers::{Evidence, OpBody};
use shared::ids::{AccountId, BootId, DeviceId, QuestionnaireId, Role, RoundId, VisitId};

use super::*;

pub(super) const ROUND: RoundId = RoundId([9; 16]);

/// Villages from 10 on are made up.
pub(super) fn op(village: usize, counter: u64) -> Op {
    Op::new(OpBody {
        case: CaseId {
            round: ROUND,
            region: match village {
                0 => "53.21.03.2003".parse().unwrap(),
                1 => "53.21.03.2004".parse().unwrap(),
                other => format!("53.21.04.{}", 2000 + other).parse().unwrap(),
            },
        },
        path: "/a/q".parse().unwrap(),
        change: Change::Set(Value::Integer(counter as i64)),
        source: None,
        seen: vec![],
        lamport: 1,
        written: Evidence {
            wall: Millis(0),
            zone_minutes: 0,
            monotonic_ms: 0,
            boot: BootId([0; 16]),
            visit: VisitId([0; 16]),
        },
        author: AccountId([1; 16]),
        role: Role::Enumerator,
        device: DeviceId([1; 16]),
        counter,
        questionnaire: QuestionnaireId([0; 16]),
        app_version: "0.1.0".to_owned(),
    })
}

proptest::proptest! {
    #[test]
    fn damaged_batches_are_errors(at in 0..400_usize, with in 0..=255_u8) {
        let mut bytes = body::encode(&[op(0, 1), op(1, 2)]).0;
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        let _ = body::decode(&bytes, ROUND);
    }
}
