//! The stored form. What the verbs do is told in `tests/store`, on both databases.

mod full;

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use shared::answers::{Evidence, OpBody};
use shared::ids::{AccountId, BootId, DeviceId, QuestionnaireId, Role, RoundId, VisitId};

use shared::wire::v1::{Mac, OpBatch, PushRequest, WIRE_VERSION};

use super::sealed::{CaseKey, Keys};
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

/// A push of these ops as a phone sends it.
fn came(ops: &[Op], blanks: usize) -> Came {
    let request = PushRequest {
        wire: WIRE_VERSION,
        partition: ops[0].case.partition(),
        lane: LaneId([7; 16]),
        from: Seq(1),
        previous: None,
        ops: OpBatch::pack(ops.iter().map(|op| (op, None))),
    };
    packed(&(serde_json::to_string(&request).unwrap() + &" ".repeat(blanks)))
}

fn packed(json: &str) -> Came {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(json.as_bytes()).unwrap();
    Came {
        gzip: packer.finish().unwrap(),
        bytes: json.len(),
    }
}

fn without_macs(ops: &[Op]) -> Vec<(Op, Option<Mac>)> {
    ops.iter().map(|op| (op.clone(), None)).collect()
}

#[test]
fn what_is_kept_as_it_came_reads_back_as_what_was_sent() {
    let ops: Vec<Op> = (0..40).map(|counter| op(0, counter)).collect();
    let sent = came(&ops, 0);
    let (kept, bytes) = body::keep(sent.clone(), &without_macs(&ops)).unwrap();
    assert_eq!((kept[0], &kept[1..]), (2, &sent.gzip[..]));
    assert_eq!(bytes, sent.bytes);
    assert_eq!(body::decode(&kept, ROUND, &Keys::new()).unwrap().ops, ops);
}

#[test]
fn a_push_that_came_as_a_list_reads_back_too() {
    let ops: Vec<Op> = (0..40).map(|counter| op(0, counter)).collect();
    let batch = OpBatch::pack(ops.iter().map(|op| (op, None)));
    let fields = (
        WIRE_VERSION,
        ops[0].case.partition(),
        LaneId([7; 16]),
        Seq(1),
        None::<OpId>,
        batch.origins,
        batch.ops,
    );
    let json = serde_json::to_string(&fields).unwrap();
    // The reader of requests takes it, so the reader of what is stored must.
    let push: PushRequest = serde_json::from_str(&json).unwrap();
    assert_eq!(push.ops.ops.len(), ops.len());
    let (kept, _) = body::keep(packed(&json), &without_macs(&ops)).unwrap();
    assert_eq!(body::decode(&kept, ROUND, &Keys::new()).unwrap().ops, ops);
}

#[test]
fn what_readers_would_pay_for_is_packed_anew() {
    let ops: Vec<Op> = (0..40).map(|counter| op(0, counter)).collect();
    let kept = |came: Came, ops: &[(Op, Option<Mac>)]| body::keep(came, ops).is_some();
    let plain = without_macs(&ops);
    assert!(!kept(came(&ops, 200_000), &plain), "mostly blanks");
    let mut hardly_packed = came(&ops, 0);
    hardly_packed.gzip.resize(hardly_packed.bytes, 0);
    assert!(!kept(hardly_packed, &plain));
    let mut brought = plain.clone();
    brought[3].1 = Some(Mac([1; 16]));
    assert!(!kept(came(&ops, 0), &brought));
}

/// Rows as they were written by the versions that brought the forms, in hexadecimal.
#[test]
fn every_form_that_was_ever_written_is_read() {
    let ops = [op(0, 1), op(1, 2)];
    for row in [
        include_str!("tests/form-1.hex"),
        include_str!("tests/form-2.hex"),
        include_str!("tests/form-3.hex"),
    ] {
        let digits = row.trim().as_bytes().chunks(2);
        let digit = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes: Vec<u8> = digits.map(digit).collect();
        assert_eq!(body::decode(&bytes, ROUND, &opened()).unwrap().ops, ops);
    }
}

const KEY: [u8; 32] = [7; 32];

fn opened() -> Keys {
    Keys::from([("k".to_owned(), Some(KEY))])
}

/// The second of them sealed.
fn half_sealed(ops: &[Op; 2]) -> Vec<u8> {
    let packed = body::pack(ops, &BTreeSet::from([ops[1].id()]));
    let keys = BTreeMap::from([(ops[1].case.region.clone(), CaseKey::of("k", KEY))]);
    packed.stored(&keys)
}

#[test]
fn a_seal_opens_under_its_key_and_for_its_ops_alone() {
    let ops = [op(0, 1), op(1, 2)];
    let bytes = half_sealed(&ops);
    assert_eq!(body::key_names(&bytes).unwrap(), ["k"]);
    let read = body::decode(&bytes, ROUND, &opened()).unwrap();
    assert_eq!(read.ops, ops);
    // A key that was destroyed erases; one that nobody knows, or another, is damage.
    let destroyed = Keys::from([("k".to_owned(), None)]);
    let read = body::decode(&bytes, ROUND, &destroyed).unwrap();
    assert_eq!(read.ops[0], ops[0]);
    assert_eq!(read.ops[1].id(), ops[1].id());
    assert_eq!(read.ops[1].change, Change::Refused);
    assert!(read.ops[1].is_erased() && !read.ops[0].is_erased());
    assert!(body::decode(&bytes, ROUND, &Keys::new()).is_err());
    let other = Keys::from([("k".to_owned(), Some([8; 32]))]);
    assert!(body::decode(&bytes, ROUND, &other).is_err());
    // The same answer under another op's name does not open.
    let name = shared::ids::hex_text(&ops[1].id().0);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains(&name));
    let at = bytes
        .windows(32)
        .position(|part| part == name.as_bytes())
        .unwrap();
    let mut moved = bytes.clone();
    moved[at..at + 32].copy_from_slice(shared::ids::hex_text(&ops[0].id().0).as_bytes());
    assert!(body::decode(&moved, ROUND, &opened()).is_err());
    // Nobody reads the answer in what is stored.
    let open = body::pack(&ops, &BTreeSet::new()).stored(&BTreeMap::new());
    assert_ne!(open.first(), bytes.first());
}

proptest::proptest! {
    #[test]
    fn damaged_batches_are_errors(form in 0..3, at in 0..500_usize, with in 0..=255_u8) {
        let ops = [op(0, 1), op(1, 2)];
        let mut bytes = match form {
            0 => body::pack(&ops, &BTreeSet::new()).stored(&BTreeMap::new()),
            1 => half_sealed(&ops),
            _ => [vec![2], came(&ops, 0).gzip].concat(),
        };
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        let _ = body::key_names(&bytes);
        let _ = body::decode(&bytes, ROUND, &opened());
    }
}
