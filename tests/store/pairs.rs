//! Two verbs that meet, many times: whichever comes first, what each promises holds.
//!
//! Always: each of the two runs in a server of its own, over one database.

use std::collections::BTreeSet;

use server::store::{Push, Store, StoreError};
use shared::answers::{Change, Op, OpBody, Value};
use shared::ids::{CaseId, DeviceId, PartitionId, RoundId, Seq};
use shared::time::Millis;
use shared::wire::office::AssignmentNew;
use shared::wire::v1::{PushResponse, QuarantineCode};

use crate::home::{Backend, Home, on_both};
use crate::office::{act, redemption};
use crate::world::{ANI, VILLAGES, assignment, op, push_of, round, world};

on_both! {
    a_push_that_meets_the_end_of_its_round_is_merged_or_kept_aside
    a_push_that_meets_an_erasure_leaves_no_half_of_it
    an_op_that_two_let_in_is_merged_once
    a_link_that_two_phones_redeem_enrols_one
}

/// How often two meet.
const MEETINGS: u8 = 40;

/// Two servers, and a round with Ani's villages for each meeting.
async fn meetings(backend: Backend) -> ([Store; 2], Home) {
    let (store, home) = world(backend).await;
    for meeting in 0..MEETINGS {
        store.open_round(round(of(meeting)), act(2)).await.unwrap();
        let work = AssignmentNew {
            round: of(meeting),
            ..assignment(&VILLAGES)
        };
        store.assign(work, act(2)).await.unwrap();
    }
    let other = home.open(2).await;
    ([store, other], home)
}

fn of(meeting: u8) -> RoundId {
    RoundId([100 + meeting; 16])
}

/// Ops of one village in the round of a meeting.
fn ops_of(meeting: u8) -> Vec<Op> {
    let text = |counter: u64| {
        let body = op(0, counter).into_body();
        Op::new(OpBody {
            case: CaseId {
                round: of(meeting),
                ..body.case.clone()
            },
            path: format!("/a/q{counter}").parse().unwrap(),
            change: Change::Set(Value::Text(format!("jawaban {counter}"))),
            ..body
        })
    };
    (1..=3).map(text).collect()
}

fn push(meeting: u8, ops: &[Op]) -> Push {
    let mut push = push_of(1, 1, None, ops.to_vec());
    push.partition = partition(meeting);
    push
}

fn partition(meeting: u8) -> PartitionId {
    ops_of(meeting)[0].case.partition()
}

/// What a push was told of each of its ops: none where it was merged.
fn told(answer: Result<PushResponse, StoreError>) -> BTreeSet<(u64, QuarantineCode)> {
    let Ok(PushResponse::Accepted {
        verified,
        quarantined,
        macs,
        ..
    }) = answer
    else {
        panic!("{answer:?}");
    };
    assert_eq!((verified, macs.len()), (Seq(3), 3));
    let told = quarantined.iter().map(|one| (one.position.0, one.code));
    told.collect()
}

/// Lets the first begin before the second in every other meeting, as far as anybody can.
async fn meet<A, B>(
    meeting: u8,
    first: impl Future<Output = A> + Send + 'static,
    second: impl Future<Output = B> + Send + 'static,
) -> (A, B)
where
    A: Send + 'static,
    B: Send + 'static,
{
    if meeting.is_multiple_of(2) {
        let (first, second) = (tokio::spawn(first), tokio::spawn(second));
        return (first.await.unwrap(), second.await.unwrap());
    }
    let (second, first) = (tokio::spawn(second), tokio::spawn(first));
    (first.await.unwrap(), second.await.unwrap())
}

async fn must_be_whole(store: &Store) {
    let check = store.check().await.unwrap();
    assert_eq!(check.faults, Vec::<String>::new());
}

async fn a_push_that_meets_the_end_of_its_round_is_merged_or_kept_aside(backend: Backend) {
    let (stores, _home) = meetings(backend).await;
    for meeting in 0..MEETINGS {
        let ops = ops_of(meeting);
        let [one, other] = stores.clone();
        let push = push(meeting, &ops);
        let pushing = async move { one.push(push, Millis(5)).await };
        let closing = async move { other.close_round(of(meeting), act(5)).await };
        let (answer, closed) = meet(meeting, pushing, closing).await;
        closed.unwrap();
        let told = told(answer);
        let merged = stores[0].case(&ops[0].case).await.unwrap();
        let aside = stores[0].quarantined(&ops[0].case).await.unwrap();
        // One of the two, for all of it, as the phone was told.
        let expect = match merged.len() {
            3 => BTreeSet::new(),
            _ => (1..=3)
                .map(|position| (position, QuarantineCode::RoundClosed))
                .collect(),
        };
        assert_eq!(told, expect, "meeting {meeting}");
        assert_eq!(merged.len() + aside.len(), 3, "meeting {meeting}");
    }
    must_be_whole(&stores[0]).await;
}

async fn a_push_that_meets_an_erasure_leaves_no_half_of_it(backend: Backend) {
    let (stores, _home) = meetings(backend).await;
    for meeting in 0..MEETINGS {
        let ops = ops_of(meeting);
        let case = ops[0].case.clone();
        let [one, other] = stores.clone();
        let mut push = push(meeting, &ops);
        push.personal = ops[1..].iter().map(Op::id).collect();
        let pushing = async move { one.push(push, Millis(5)).await };
        let erasing = {
            let case = case.clone();
            async move { other.erase_personal(&case, BTreeSet::new(), act(6)).await }
        };
        let (answer, erased) = meet(meeting, pushing, erasing).await;
        assert_eq!(told(answer), BTreeSet::new());
        let erased = erased.unwrap().answers;
        // All that it met is gone, or it came before and met nothing.
        assert!([0, 2].contains(&erased), "meeting {meeting}: {erased}");
        let gone = stores[0].erased_of(&case).await.unwrap();
        let gone: Vec<_> = gone.into_keys().collect();
        let log = stores[0].case_log(&case).await.unwrap();
        let mut left: Vec<_> = log.iter().filter(|op| op.is_erased()).map(Op::id).collect();
        left.sort();
        assert_eq!(gone, left);
        assert_eq!(gone.len() as u64, erased);
        // Places stay, and what is not personal says what it said.
        let ids = |ops: &[Op]| ops.iter().map(Op::id).collect::<Vec<_>>();
        assert_eq!(ids(&log), ids(&ops));
        let kept: Vec<&Op> = log.iter().filter(|op| !op.is_erased()).collect();
        let expect = ops.iter().filter(|op| !gone.contains(&op.id()));
        assert_eq!(kept, expect.collect::<Vec<_>>());
        // A second erasure takes what came after the first.
        let rest = stores[0].erase_personal(&case, BTreeSet::new(), act(7));
        assert_eq!(rest.await.unwrap().answers, 2 - erased);
        let log = stores[1].case_log(&case).await.unwrap();
        assert_eq!(log.iter().filter(|op| op.is_erased()).count(), 2);
    }
    must_be_whole(&stores[0]).await;
}

async fn an_op_that_two_let_in_is_merged_once(backend: Backend) {
    let (stores, _home) = meetings(backend).await;
    for meeting in 0..MEETINGS {
        let ops = ops_of(meeting);
        let case = ops[0].case.clone();
        let mut push = push(meeting, &ops);
        push.strangers = ops.iter().map(Op::id).collect();
        assert_eq!(told(stores[0].push(push, Millis(5)).await).len(), 3);
        // Both want the second; each another beside it.
        let admit = |store: &Store, wanted: [usize; 2], at: i64| {
            let (store, case) = (store.clone(), case.clone());
            let wanted = wanted.map(|index| ops[index].id()).into();
            async move { store.admit(&case, wanted, act(at)).await }
        };
        let one = admit(&stores[0], [0, 1], 6);
        let other = admit(&stores[1], [1, 2], 7);
        let (one, other) = meet(meeting, one, other).await;
        let (came, late, expect) = match one.is_ok() {
            true => (one, other, [&ops[0], &ops[1]]),
            false => (other, one, [&ops[1], &ops[2]]),
        };
        assert_eq!(came.unwrap(), 2);
        // Then nothing of what the other wanted came in.
        assert_eq!(late.unwrap_err().to_string(), "op does not exist");
        let log = stores[0].case_log(&case).await.unwrap();
        let log: Vec<_> = log.iter().map(Op::id).collect();
        assert_eq!(log.len(), 2, "meeting {meeting}");
        assert_eq!(BTreeSet::from_iter(log), expect.map(Op::id).into());
        let aside = stores[1].quarantined(&case).await.unwrap();
        assert_eq!(aside.len(), 1, "meeting {meeting}");
        let position = stores[1].log_position(&partition(meeting)).await;
        assert_eq!(position.unwrap(), Seq(2));
    }
    must_be_whole(&stores[0]).await;
}

async fn a_link_that_two_phones_redeem_enrols_one(backend: Backend) {
    let (stores, _home) = meetings(backend).await;
    for meeting in 0..MEETINGS {
        let token = format!("token {meeting}");
        let offer = stores[0].offer_enrolment(ANI, token.clone(), Millis(50), act(5));
        offer.await.unwrap();
        let phones = [2 * meeting + 1, 2 * meeting + 2];
        let redeem = |index: usize| {
            let (store, token) = (stores[index].clone(), token.clone());
            let mut asked = redemption(phones[index], &format!("attempt {}", phones[index]));
            asked.token_hash = token;
            async move { store.redeem_enrolment(asked).await }
        };
        let (one, other) = meet(meeting, redeem(0), redeem(1)).await;
        let (enrolled, late, winner) = match one.is_ok() {
            true => (one, other, phones[0]),
            false => (other, one, phones[1]),
        };
        let device = DeviceId([winner; 16]);
        assert_eq!(enrolled.unwrap(), (device, ANI));
        assert_eq!(late.unwrap_err().to_string(), "refused: enrolment_used");
        let known = stores[1].devices().await.unwrap();
        let known: BTreeSet<DeviceId> = known.iter().map(|phone| phone.id).collect();
        assert!(known.contains(&device));
        assert_eq!(known.len(), usize::from(meeting) + 1);
    }
}
