//! What an erased answer leaves behind is no change, no conflict, and nothing that an approval misses.

use shared::answers::{Change, Evidence, OpBody, Review, Submission, Value};
use shared::ids::{AccountId, BootId, DeviceId, OpId, Path, QuestionnaireId, Role, VisitId};

use super::*;

fn id() -> CaseId {
    CaseId {
        round: RoundId([9; 16]),
        region: "53.21.03.2003".parse().unwrap(),
    }
}

fn op(counter: u64, path: &str, seen: &[OpId], change: Change) -> Op {
    Op::new(OpBody {
        case: id(),
        path: path.parse::<Path>().unwrap(),
        change,
        source: None,
        seen: seen.to_vec(),
        lamport: 1 + seen.len() as u64,
        written: Evidence {
            wall: Millis(0),
            zone_minutes: 0,
            monotonic_ms: 0,
            boot: BootId([0; 16]),
            visit: VisitId([0; 16]),
        },
        author: AccountId([1; 16]),
        role: Role::Supervisor,
        device: DeviceId([1; 16]),
        counter,
        questionnaire: QuestionnaireId([0; 16]),
        app_version: "0.1.0".to_owned(),
    })
}

fn text(counter: u64, path: &str, text: &str) -> Op {
    op(
        counter,
        path,
        &[],
        Change::Set(Value::Text(text.to_owned())),
    )
}

fn case(log: &[Op]) -> Case {
    let mut case = Case::new(id());
    log.iter().cloned().for_each(|op| {
        case.insert(op);
    });
    case
}

/// The log with a submission, and an approval of what is in `seen`.
fn approve(log: &[Op], seen: &[Op]) -> Vec<Op> {
    let digest = case(seen).content_digest();
    let modules = vec!["a".to_owned()];
    let submitted = Change::Review(Review::Submit(Submission { digest, modules }));
    let submitted = op(90, "/", &[], submitted);
    let approved = Change::Review(Review::Approve { digest });
    let approved = op(91, "/", &[submitted.id()], approved);
    [log, &[submitted, approved]].concat()
}

fn erased(op: &Op) -> Op {
    Op::erased(op.id(), op.body().clone())
}

#[test]
fn who_approved_before_an_erasure_or_after_it_approved_what_is_there() {
    let modules = Set::from_iter(["a".to_owned()]);
    let (open, name) = (text(1, "/a/desa", "Barene"), text(2, "/a/nama", "Maria"));
    let left = [open.clone(), erased(&name)];
    for seen in [vec![open.clone(), name.clone()], vec![open.clone()]] {
        let log = approve(&left, &seen);
        let state = state_of(&case(&log), &modules);
        assert_eq!(state.status, Status::Approved);
        assert!(!state.changed_since_approval);
        let digest = case(&seen).content_digest();
        let frozen = approved(&id(), &log, digest).unwrap();
        assert_eq!(
            frozen.answers().answers.get(&open.path),
            case(std::slice::from_ref(&open))
                .answers()
                .answers
                .get(&open.path)
        );
    }
    // What was changed by somebody still is.
    let log = approve(&left, std::slice::from_ref(&open));
    let log = [&log[..], &[text(3, "/a/desa", "Kakaniuk")]].concat();
    assert!(state_of(&case(&log), &modules).changed_since_approval);
}

#[test]
fn an_erased_answer_competes_with_nothing() {
    let (one, two) = (text(1, "/a/nama", "Maria"), text(2, "/a/nama", "Yosef"));
    assert_eq!(conflicts(&case(&[one.clone(), two.clone()])).len(), 1);
    assert_eq!(conflicts(&case(&[erased(&one), two.clone()])), []);
    assert_eq!(conflicts(&case(&[erased(&one), erased(&two)])), []);
}
