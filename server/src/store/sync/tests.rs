use std::collections::BTreeSet;

use shared::answers::{Change, Evidence, OpBody, Value};
use shared::ids::{AccountId, BootId, DeviceId, QuestionnaireId, Role, RoundId, VisitId};
use shared::wire::office::{AssignmentNew, Language, QuestionnaireSheets, RoundKind};
use tempfile::TempDir;

use super::*;
use crate::store::{AccountDraft, Act, QuestionnaireDraft, RoundDraft};

const ROUND: RoundId = RoundId([9; 16]);
const ANI: AccountId = AccountId([1; 16]);
const VILLAGES: [&str; 3] = ["53.21.03.2003", "53.21.03.2004", "53.02.01.2001"];

/// A round over two kabupaten, with everything assigned to one enumerator.
async fn world() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path(), Millis(1)).await.unwrap();
    let act = Act::by_program(Millis(1));
    let account = AccountDraft {
        id: ANI,
        username: "ani".to_owned(),
        name: "Ani".to_owned(),
        role: Role::Enumerator,
        regions: vec!["53".parse().unwrap()],
        language: Language::Id,
        password_hash: "x".to_owned(),
    };
    store.make_accounts(vec![account], act).await.unwrap();
    let questionnaire = QuestionnaireDraft {
        id: QuestionnaireId([0; 16]),
        form_id: "uji".to_owned(),
        title: "Uji".to_owned(),
        version: "1".to_owned(),
        questions: 1,
        compiled: vec![0],
        sheets: QuestionnaireSheets {
            survey: String::new(),
            choices: String::new(),
            settings: String::new(),
            entities: String::new(),
        },
        lists: Vec::new(),
    };
    store.put_questionnaire(questionnaire, act).await.unwrap();
    let round = RoundDraft {
        id: ROUND,
        name: "Uji".to_owned(),
        kind: RoundKind::Training,
        questionnaire: QuestionnaireId([0; 16]),
        regencies: vec!["53.02".parse().unwrap(), "53.21".parse().unwrap()],
    };
    store.open_round(round, act).await.unwrap();
    let work = AssignmentNew {
        round: ROUND,
        account: ANI,
        villages: VILLAGES.iter().map(|code| code.parse().unwrap()).collect(),
        modules: vec![],
    };
    store.assign(work, act).await.unwrap();
    (store, folder)
}

fn op(village: usize, counter: u64) -> Op {
    Op::new(OpBody {
        case: CaseId {
            round: ROUND,
            region: VILLAGES[village].parse().unwrap(),
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
        author: ANI,
        role: Role::Enumerator,
        device: DeviceId([1; 16]),
        counter,
        questionnaire: QuestionnaireId([0; 16]),
        app_version: "0.1.0".to_owned(),
    })
}

fn partition() -> PartitionId {
    PartitionId {
        round: ROUND,
        regency: "53.21".parse().unwrap(),
    }
}

fn push_of(lane: u8, from: u64, previous: Option<OpId>, ops: Vec<Op>) -> Push {
    Push {
        partition: partition(),
        lane: LaneId([lane; 16]),
        stretch: Stretch {
            from: Seq(from),
            previous,
        },
        ops: ops.into_iter().map(|op| (op, None)).collect(),
        strangers: BTreeSet::new(),
        sender: Sender {
            account: ANI,
            role: Role::Enumerator,
            regions: vec![],
            revoked: false,
        },
        key: MacKey::new([3; 32]),
    }
}

fn verified(response: &PushResponse) -> u64 {
    match response {
        PushResponse::Accepted { verified, .. } => verified.0,
        other => panic!("not accepted: {other:?}"),
    }
}

async fn log(store: &Store) -> Vec<OpId> {
    let mut ids = Vec::new();
    let mut after = Seq::ZERO;
    for _ in 0..1000 {
        let page = store
            .log_page(&partition(), after, 3, |_| true)
            .await
            .unwrap();
        ids.extend(page.ops.iter().map(Op::id));
        assert_eq!(
            store.id_at(&partition(), page.end).await.unwrap(),
            ids.last().copied()
        );
        after = page.end;
        if !page.more {
            return ids;
        }
    }
    panic!("the log ends");
}

#[tokio::test]
async fn push_is_stored_once_however_often_it_comes() {
    let (store, _folder) = world().await;
    let ops: Vec<Op> = (1..=7).map(|n| op(0, n)).collect();
    for _ in 0..3 {
        let response = store
            .push(push_of(1, 1, None, ops.clone()), Millis(5))
            .await
            .unwrap();
        assert_eq!(verified(&response), 7);
    }
    // The same ops over another lane, as after a fork, do not come twice either.
    let again = store
        .push(push_of(2, 1, None, ops.clone()), Millis(6))
        .await
        .unwrap();
    assert_eq!(verified(&again), 7);
    assert_eq!(
        log(&store).await,
        ops.iter().map(Op::id).collect::<Vec<_>>()
    );
    let case = store.case(&ops[0].case).await.unwrap();
    assert_eq!(case.len(), 7);
}

#[tokio::test]
async fn lanes_continue_overlap_gap_and_fork() {
    let (store, _folder) = world().await;
    let ops: Vec<Op> = (1..=6).map(|n| op((n % 2) as usize, n)).collect();
    let ids: Vec<OpId> = ops.iter().map(Op::id).collect();
    let first = push_of(1, 1, None, ops[..2].to_vec());
    assert_eq!(verified(&store.push(first, Millis(5)).await.unwrap()), 2);
    let next = push_of(1, 3, Some(ids[1]), ops[2..4].to_vec());
    assert_eq!(verified(&store.push(next, Millis(5)).await.unwrap()), 4);
    let overlapping = push_of(1, 2, Some(ids[0]), ops[1..6].to_vec());
    assert_eq!(
        verified(&store.push(overlapping, Millis(5)).await.unwrap()),
        6
    );
    let gap = push_of(1, 9, Some(ids[5]), vec![op(0, 9)]);
    assert_eq!(
        store.push(gap, Millis(5)).await.unwrap(),
        PushResponse::Gap { length: Seq(6) }
    );
    let fork = push_of(1, 4, Some(ids[2]), vec![op(0, 99)]);
    assert_eq!(
        store.push(fork, Millis(5)).await.unwrap(),
        PushResponse::Fork
    );
    assert_eq!(log(&store).await, ids);
    let end = store
        .lane_end(&partition(), LaneId([1; 16]), Seq(4))
        .await
        .unwrap();
    assert_eq!(
        end,
        LaneEnd {
            length: Seq(6),
            at: Some(ids[3])
        }
    );
    let unknown = store
        .lane_end(&partition(), LaneId([7; 16]), Seq(4))
        .await
        .unwrap();
    assert_eq!(
        unknown,
        LaneEnd {
            length: Seq::ZERO,
            at: None
        }
    );
}

#[tokio::test]
async fn what_may_not_be_merged_is_kept_aside() {
    let (store, _folder) = world().await;
    let mut push = push_of(1, 1, None, vec![op(0, 1), op(0, 2)]);
    push.strangers = BTreeSet::from([op(0, 2).id()]);
    let response = store.push(push, Millis(5)).await.unwrap();
    assert_eq!(verified(&response), 2);
    assert_eq!(log(&store).await, vec![op(0, 1).id()]);
    let aside = store.quarantined(&op(0, 2).case).await.unwrap();
    assert_eq!(aside[0].op, op(0, 2));
    assert_eq!(aside[0].code, QuarantineCode::UnknownQuestion);
}

#[tokio::test]
async fn closed_round_takes_nothing_into_cases_and_loses_nothing() {
    let (store, _folder) = world().await;
    store
        .close_round(ROUND, Act::by_program(Millis(4)))
        .await
        .unwrap();
    let response = store
        .push(push_of(1, 1, None, vec![op(0, 1)]), Millis(5))
        .await
        .unwrap();
    assert_eq!(verified(&response), 1);
    assert_eq!(log(&store).await, vec![]);
    assert_eq!(store.quarantined(&op(0, 1).case).await.unwrap().len(), 1);
}

#[tokio::test]
async fn many_phones_at_once_leave_no_hole_in_the_log() {
    let (store, folder) = world().await;
    let pushes = (1..=8_u8).map(|phone| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut previous = None;
            for step in 0..5_u64 {
                let ops: Vec<Op> = (0..4)
                    .map(|n| op(0, u64::from(phone) * 1000 + step * 4 + n))
                    .collect();
                let last = ops.last().map(Op::id);
                let push = push_of(phone, step * 4 + 1, previous, ops);
                assert_eq!(
                    verified(&store.push(push, Millis(5)).await.unwrap()),
                    step * 4 + 4
                );
                previous = last;
            }
        })
    });
    for push in pushes.collect::<Vec<_>>() {
        push.await.unwrap();
    }
    let ids = log(&store).await;
    assert_eq!(ids.len(), 160);
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 160);
    assert_eq!(store.log_position(&partition()).await.unwrap(), Seq(160));
    store.close().await;
    let again = Store::open(folder.path(), Millis(9)).await.unwrap();
    assert_eq!(log(&again).await, ids, "acknowledged means on the disk");
}

#[tokio::test]
async fn reader_is_shown_only_what_it_may_see() {
    let (store, _folder) = world().await;
    let ops = vec![op(0, 1), op(1, 2), op(0, 3)];
    store
        .push(push_of(1, 1, None, ops), Millis(5))
        .await
        .unwrap();
    let page = store
        .log_page(&partition(), Seq::ZERO, 10, |op| {
            op.case.region.as_str() == VILLAGES[1]
        })
        .await
        .unwrap();
    assert_eq!(
        page.ops.iter().map(Op::id).collect::<Vec<_>>(),
        vec![op(1, 2).id()]
    );
    assert_eq!(page.end, Seq(3), "the cursor passes what is hidden");
}

proptest::proptest! {
    #[test]
    fn damaged_batches_are_errors(at in 0..400_usize, with in 0..=255_u8) {
        let mut bytes = body::encode(&[op(0, 1), op(1, 2)]);
        if let Some(byte) = bytes.get_mut(at) {
            *byte = with;
        }
        let _ = body::decode(&bytes, ROUND);
    }
}

fn code_of(response: &PushResponse) -> Vec<QuarantineCode> {
    match response {
        PushResponse::Accepted { quarantined, .. } => quarantined.iter().map(|q| q.code).collect(),
        other => panic!("not accepted: {other:?}"),
    }
}

fn after(seen: &Op, lamport: u64, counter: u64) -> Op {
    let mut body = op(0, counter).into_body();
    body.seen = vec![seen.id()];
    body.lamport = lamport;
    Op::new(body)
}

#[tokio::test]
async fn the_number_of_an_op_follows_from_what_an_earlier_push_brought() {
    let (store, _folder) = world().await;
    let first = op(0, 1);
    let push = push_of(1, 1, None, vec![first.clone()]);
    store.push(push, Millis(1)).await.unwrap();
    let (honest, high) = (after(&first, 2, 2), after(&first, 3, 3));
    let push = push_of(1, 2, Some(first.id()), vec![honest.clone(), high.clone()]);
    let answer = store.push(push, Millis(2)).await.unwrap();
    assert_eq!(code_of(&answer), [QuarantineCode::LamportMismatch]);
    // What is kept aside for its number lifts nothing.
    let push = push_of(1, 4, Some(high.id()), vec![after(&high, 4, 4)]);
    let answer = store.push(push, Millis(3)).await.unwrap();
    assert_eq!(code_of(&answer), [QuarantineCode::LamportMismatch]);
}

#[tokio::test]
async fn what_follows_an_op_that_is_kept_aside_is_kept_for_the_same_reason() {
    let (store, _folder) = world().await;
    let first = op(0, 1);
    let mut push = push_of(1, 1, None, vec![first.clone()]);
    push.strangers.insert(first.id());
    store.push(push, Millis(1)).await.unwrap();
    let next = after(&first, 2, 2);
    let mut push = push_of(1, 2, Some(first.id()), vec![next.clone()]);
    push.strangers.insert(next.id());
    let answer = store.push(push, Millis(2)).await.unwrap();
    assert_eq!(code_of(&answer), [QuarantineCode::UnknownQuestion]);
}

fn refusal(answer: Result<PushResponse>) -> &'static str {
    match answer {
        Err(StoreError::Refused(code)) => code,
        other => panic!("not refused: {other:?}"),
    }
}

async fn run(store: &Store, sql: &'static str) {
    let done = store.write(move |connection| {
        Box::pin(async move {
            sqlx::raw_sql(sql).execute(connection).await?;
            Ok(())
        })
    });
    done.await.unwrap();
}

#[tokio::test]
async fn an_account_leaves_no_more_than_its_bound_and_the_phone_keeps_the_rest() {
    let (store, _folder) = world().await;
    let mut push = push_of(1, 1, None, vec![op(0, 1)]);
    push.sender.revoked = true;
    store.push(push, Millis(1)).await.unwrap();
    run(
        &store,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)
         INSERT INTO quarantine (partition_id, op_id, region, code, account_id, received_at, body)
         SELECT partition_id, op_id || i, region, code, account_id, received_at, body
         FROM quarantine, n",
    )
    .await;
    let mut push = push_of(1, 2, Some(op(0, 1).id()), vec![op(0, 2)]);
    push.sender.revoked = true;
    assert_eq!(refusal(store.push(push, Millis(2)).await), "aside_full");
    // What may be merged is taken all the same.
    let push = push_of(1, 2, Some(op(0, 1).id()), vec![op(0, 3)]);
    assert_eq!(verified(&store.push(push, Millis(3)).await.unwrap()), 2);

    run(&store, "UPDATE lane SET length = 1000000").await;
    let push = push_of(2, 1, None, vec![op(0, 4)]);
    assert_eq!(refusal(store.push(push, Millis(4)).await), "lanes_full");
}

#[tokio::test]
async fn nobody_fills_the_hub_with_rounds_of_their_own() {
    let (store, _folder) = world().await;
    let push_to = async |round: u8| {
        let mut body = op(0, 1).into_body();
        body.case.round = RoundId([round; 16]);
        let mut push = push_of(1, 1, None, vec![Op::new(body)]);
        push.partition.round = RoundId([round; 16]);
        store.push(push, Millis(1)).await
    };
    let mut taken = 0;
    for round in 10..=u8::MAX {
        match push_to(round).await {
            Ok(answer) => {
                assert_eq!(code_of(&answer), [QuarantineCode::UnknownRound]);
                taken += 1;
            }
            other => assert_eq!(refusal(other), "aside_full"),
        }
    }
    assert_eq!(taken, 200);
}
