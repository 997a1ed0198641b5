use super::*;
use crate::answers::{Evidence, OpBody, Value};
use crate::ids::{BootId, CaseId, DeviceId, Digest, QuestionnaireId, RoundId, VisitId};
use crate::time::Millis;

const VILLAGE: &str = "53.21.03.2003";

fn op(counter: u64, edit: impl Fn(&mut OpBody)) -> Op {
    let mut body = OpBody {
        case: CaseId {
            round: RoundId([1; 16]),
            region: VILLAGE.parse().unwrap(),
        },
        path: "/a/b".parse().unwrap(),
        change: Change::Set(Value::Integer(1)),
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
        app_version: String::new(),
    };
    edit(&mut body);
    Op::new(body)
}

fn decide(
    from: u64,
    previous: Option<OpId>,
    ops: Vec<(Op, Option<Mac>)>,
    lane: &[OpId],
) -> PushDecision<'static> {
    decide_as(
        Role::Enumerator,
        RoundStanding::Open,
        from,
        previous,
        ops,
        lane,
    )
}

fn decide_as(
    role: Role,
    round: RoundStanding,
    from: u64,
    previous: Option<OpId>,
    ops: Vec<(Op, Option<Mac>)>,
    lane: &[OpId],
) -> PushDecision<'static> {
    let sender = Sender {
        account: AccountId([1; 16]),
        role,
        regions: vec!["53.21".parse().unwrap()],
        revoked: false,
    };
    let tail_from = (from as usize).saturating_sub(2).min(lane.len());
    let view = PushView {
        sender: &sender,
        lane_length: Seq(lane.len() as u64),
        lane_tail: &lane[tail_from..],
        known: &lane.iter().copied().collect(),
        lamports: &lane.iter().map(|id| (*id, 1)).collect(),
        round,
        assigned: &BTreeSet::from([VILLAGE.parse().unwrap()]),
        key: &MacKey::new([5; 32]),
    };
    decide_push(
        Stretch {
            from: Seq(from),
            previous,
        },
        // A test may keep what it decided about.
        ops.leak(),
        view,
        |op| op.path.name() != "unknown",
    )
}

fn accepted(decision: PushDecision<'static>) -> Accepted<'static> {
    match decision {
        PushDecision::Accept(accepted) => accepted,
        other => panic!("not accepted: {other:?}"),
    }
}

#[test]
fn acknowledges_only_what_the_request_proved() {
    let ops: Vec<Op> = (1..=3).map(|n| op(n, |_| ())).collect();
    let lane: Vec<OpId> = ops.iter().map(Op::id).collect();
    // The hub has three; the request repeats the first only.
    let answer = accepted(decide(1, None, vec![(ops[0].clone(), None)], &lane));
    assert_eq!(answer.verified, Seq(1));
    assert_eq!(answer.lane_appends, vec![]);
    assert!(answer.merges.is_empty());
}

#[test]
fn gap_fork_and_overlap_are_told_apart() {
    let ops: Vec<Op> = (1..=3).map(|n| op(n, |_| ())).collect();
    let lane = [ops[0].id()];
    let send = |n: usize| vec![(ops[n].clone(), None)];
    assert_eq!(
        decide(3, Some(ops[1].id()), send(2), &lane),
        PushDecision::Gap { length: Seq(1) }
    );
    assert_eq!(
        decide(2, Some(ops[2].id()), send(1), &lane),
        PushDecision::Fork
    );
    assert_eq!(decide(1, None, send(1), &lane), PushDecision::Fork);
    assert_eq!(
        decide(0, None, send(1), &lane),
        PushDecision::Gap { length: Seq(1) }
    );
    let both = vec![(ops[0].clone(), None), (ops[1].clone(), None)];
    let answer = accepted(decide(1, None, both, &lane));
    assert_eq!(answer.verified, Seq(2));
    assert_eq!(answer.lane_appends, vec![ops[1].id()]);
    assert_eq!(answer.merges, vec![&ops[1]]);
}

#[test]
fn what_may_not_be_merged_is_quarantined_and_acknowledged() {
    let check = |edit: fn(&mut OpBody), code: QuarantineCode| {
        let answer = accepted(decide(1, None, vec![(op(1, edit), None)], &[]));
        assert_eq!(answer.quarantined, vec![(Seq(1), code)]);
        assert_eq!(answer.quarantines.len(), 1);
        assert_eq!((answer.verified, answer.merges.len()), (Seq(1), 0));
    };
    check(
        |b| b.author = AccountId([2; 16]),
        QuarantineCode::ForeignAuthor,
    );
    check(|b| b.role = Role::Supervisor, QuarantineCode::RoleMismatch);
    check(
        |b| b.case.region = "53.21.03.2009".parse().unwrap(),
        QuarantineCode::NeverAssigned,
    );
    check(
        |b| b.path = "/a/unknown".parse().unwrap(),
        QuarantineCode::UnknownQuestion,
    );
    check(|b| b.lamport = 0, QuarantineCode::LamportMismatch);
    check(
        |b| {
            b.path = Path::root();
            b.change = Change::Review(Review::Approve {
                digest: crate::ids::Digest([0; 16]),
            });
        },
        QuarantineCode::ReviewNotAllowed,
    );
    for (round, code) in [
        (RoundStanding::Closed, QuarantineCode::RoundClosed),
        (RoundStanding::Unknown, QuarantineCode::UnknownRound),
    ] {
        let ops = vec![(op(1, |_| ()), None)];
        let answer = accepted(decide_as(Role::Enumerator, round, 1, None, ops, &[]));
        assert_eq!(answer.quarantined, vec![(Seq(1), code)]);
    }
}

#[test]
fn op_with_the_hubs_word_is_accepted_from_any_bearer() {
    let foreign = op(1, |b| b.author = AccountId([2; 16]));
    let mac = MacKey::new([5; 32]).mac(foreign.id());
    let answer = accepted(decide(1, None, vec![(foreign.clone(), Some(mac))], &[]));
    assert_eq!(answer.merges, vec![&foreign]);
    let forged = Some(Mac([0; 16]));
    let answer = accepted(decide(1, None, vec![(foreign, forged)], &[]));
    assert_eq!(
        answer.quarantined,
        vec![(Seq(1), QuarantineCode::ForeignAuthor)]
    );
}

#[test]
fn supervisor_writes_in_the_own_region_without_an_assignment() {
    let review = |b: &mut OpBody| {
        b.role = Role::Supervisor;
        b.case.region = "53.21.07.2001".parse().unwrap();
        b.path = Path::root();
        b.change = Change::Review(Review::Approve {
            digest: crate::ids::Digest([0; 16]),
        });
    };
    let ops = vec![(op(1, review), None)];
    let answer = accepted(decide_as(
        Role::Supervisor,
        RoundStanding::Open,
        1,
        None,
        ops,
        &[],
    ));
    assert_eq!(answer.quarantined, vec![]);
}

#[test]
fn what_was_kept_aside_is_not_let_in_by_its_own_receipt() {
    let foreign = op(1, |body| body.author = AccountId([2; 16]));
    let first = accepted(decide(1, None, vec![(foreign.clone(), None)], &[]));
    assert_eq!(first.quarantined.len(), 1);
    let again = accepted(decide(1, None, vec![(foreign, Some(first.macs[0]))], &[]));
    assert!(again.merges.is_empty());
    assert_eq!(
        again.quarantined,
        vec![(Seq(1), QuarantineCode::ForeignAuthor)]
    );
}

#[test]
fn a_number_that_no_reader_could_take_is_kept_aside() {
    let check = |edit: &dyn Fn(&mut OpBody), whole: bool| {
        let answer = accepted(decide(1, None, vec![(op(1, edit), None)], &[]));
        let expected = match whole {
            true => vec![],
            false => vec![(Seq(1), QuarantineCode::TooLarge)],
        };
        assert_eq!(answer.quarantined, expected);
    };
    let most = crate::answers::WHOLE_MAX;
    let number = |number: i64| {
        move |body: &mut OpBody| body.change = crate::answers::Change::Set(Value::Integer(number))
    };
    check(&number(most), true);
    check(&number(-most), true);
    check(&number(most + 1), false);
    check(&number(i64::MIN), false);
    check(&|body| body.written.wall = Millis(most + 1), false);
    check(&|body| body.counter = u64::MAX, false);
    // What no phone of ours writes, or only one with a fault: it waits aside, and what comes after it is taken.
    let text = |bytes: usize| {
        move |body: &mut OpBody| {
            body.change = crate::answers::Change::Set(Value::Text("x".repeat(bytes)));
        }
    };
    check(&text(crate::answers::TEXT_BYTES_MAX), true);
    check(&text(crate::answers::TEXT_BYTES_MAX + 1), false);
    check(&|body| body.app_version = "x".repeat(65), false);
}

#[test]
fn what_nobody_may_write_is_not_admitted_either() {
    let sender = Sender {
        account: AccountId([1; 16]),
        role: Role::Enumerator,
        regions: vec![],
        revoked: true,
    };
    let check = |edit: &dyn Fn(&mut OpBody), expect: Result<(), QuarantineCode>| {
        assert_eq!(decide_admission(&op(1, edit), &sender), expect);
    };
    check(&|_| {}, Ok(()));
    check(
        &|body| body.author = AccountId([2; 16]),
        Err(QuarantineCode::ForeignAuthor),
    );
    check(
        &|body| body.role = Role::Supervisor,
        Err(QuarantineCode::RoleMismatch),
    );
    check(
        &|body| body.path = Path::root(),
        Err(QuarantineCode::UnknownQuestion),
    );
    check(
        &|body| body.lamport = LAMPORT_MAX + 1,
        Err(QuarantineCode::LamportMismatch),
    );
    check(
        &|body| {
            body.path = Path::root();
            body.change = Change::Review(Review::Approve {
                digest: Digest([0; 16]),
            });
        },
        Err(QuarantineCode::ReviewNotAllowed),
    );
}

#[test]
fn a_review_of_an_overseer_is_let_in_where_it_oversees() {
    let check = |scope: &str, role: Role, expect: Result<(), QuarantineCode>| {
        let sender = Sender {
            account: AccountId([1; 16]),
            role,
            regions: vec![scope.parse().unwrap()],
            revoked: true,
        };
        let approval = op(1, |body| {
            body.role = role;
            body.path = Path::root();
            body.change = Change::Review(Review::Approve {
                digest: Digest([0; 16]),
            });
        });
        assert_eq!(decide_admission(&approval, &sender), expect);
    };
    let not_allowed = Err(QuarantineCode::ReviewNotAllowed);
    check("53.21", Role::Supervisor, Ok(()));
    check("53.02", Role::Supervisor, not_allowed);
    check("53.21", Role::Enumerator, not_allowed);
}

#[test]
fn what_a_reviewer_remarks_at_a_personal_question_reaches_who_fills_the_village() {
    let sight = Sight {
        account: AccountId([9; 16]),
        role: Role::Enumerator,
        regions: vec![],
        villages: BTreeSet::from([op(1, |_| ()).case.region.clone()]),
    };
    let sees = |role: Role, change: Change| {
        let written = op(1, |body| {
            body.role = role;
            body.change = change.clone();
        });
        sight.sees(&written, || true)
    };
    let remark = || Change::Comment("nomornya kurang satu angka".to_owned());
    assert!(sees(Role::Supervisor, remark()));
    assert!(!sees(Role::Enumerator, remark()));
    assert!(!sees(Role::Supervisor, Change::Unknown));
}

#[test]
fn nobody_takes_the_last_word_by_a_number() {
    let known = op(1, |_| ());
    let check = |lamport: u64, seen: &[OpId], expect: bool| {
        let edit = |body: &mut OpBody| {
            body.lamport = lamport;
            body.seen = seen.to_vec();
        };
        let ops = vec![(known.clone(), None), (op(2, edit), None)];
        let answer = accepted(decide(1, None, ops, &[known.id()]));
        let codes: Vec<QuarantineCode> = answer.quarantined.iter().map(|(_, code)| *code).collect();
        let expected = match expect {
            true => vec![],
            false => vec![QuarantineCode::LamportMismatch],
        };
        assert_eq!(codes, expected, "{lamport} after {seen:?}");
    };
    check(1, &[], true);
    check(2, &[], false);
    check(2, &[known.id()], true);
    check(1, &[known.id()], false);
    check(3, &[known.id()], false);
    // What the hub has never seen proves no number.
    check(2, &[OpId([7; 16])], false);
}

#[test]
fn a_forged_number_lifts_nothing_that_builds_on_it() {
    let high = op(1, |body| {
        body.author = AccountId([2; 16]);
        body.lamport = 900_000;
    });
    let next = op(2, |body| {
        body.lamport = 900_001;
        body.seen = vec![high.id()];
    });
    let ops = vec![(high, None), (next, None)];
    let answer = accepted(decide(1, None, ops, &[]));
    let codes: Vec<QuarantineCode> = answer.quarantined.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, [QuarantineCode::LamportMismatch; 2]);
}

#[test]
fn what_only_orders_proves_no_number() {
    let comment = op(1, |body| {
        body.change = Change::Comment("ya".to_owned());
        body.lamport = 900_000;
    });
    let next = op(2, |body| {
        body.lamport = 900_001;
        body.seen = vec![comment.id()];
    });
    let ops = vec![(comment, None), (next, None)];
    let answer = accepted(decide(1, None, ops, &[]));
    let codes: Vec<QuarantineCode> = answer.quarantined.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, [QuarantineCode::LamportMismatch]);
}

#[test]
fn what_follows_something_kept_aside_keeps_its_own_reason() {
    let first = op(1, |body| body.path = "/a/unknown".parse().unwrap());
    let next = op(2, |body| {
        body.path = "/a/unknown".parse().unwrap();
        body.lamport = 2;
        body.seen = vec![first.id()];
    });
    let answer = accepted(decide(1, None, vec![(first, None), (next, None)], &[]));
    let codes: Vec<QuarantineCode> = answer.quarantined.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, [QuarantineCode::UnknownQuestion; 2]);
}

#[test]
fn at_the_national_level_no_list_means_the_whole_country() {
    let village = VILLAGE.parse().unwrap();
    assert!(oversees(Role::National, &[], &village));
    assert!(!oversees(Role::Supervisor, &[], &village));
    let elsewhere = ["11".parse().unwrap()];
    assert!(!oversees(Role::National, &elsewhere, &village));
}
