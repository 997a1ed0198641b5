//! Case data: lanes, batches, what is kept aside, and reading it back.
//!
//! Always: an acknowledgement means that it is there after opening again.

use std::collections::BTreeSet;

use server::store::{Act, LaneEnd, PAGE_BYTES_MAX, StoreError};
use shared::answers::{Change, Op, Value};
use shared::ids::{LaneId, OpId, RoundId, Seq};
use shared::sync::bundle::stretch_digest;
use shared::sync::hub::MacKey;
use shared::time::Millis;
use shared::wire::bundle::ProveRequest;
use shared::wire::office::ForgottenRound;
use shared::wire::v1::{PushResponse, QuarantineCode};

use crate::home::{Backend, on_both};
use crate::world::{ROUND, VILLAGES, log, op, partition, push_of, round, world};

on_both! {
    push_is_stored_once_however_often_it_comes
    lanes_continue_overlap_gap_and_fork
    what_may_not_be_merged_is_kept_aside
    closed_round_takes_nothing_into_cases_and_loses_nothing
    many_phones_at_once_leave_no_hole_in_the_log
    reader_is_shown_only_what_it_may_see
    a_page_of_long_answers_ends_before_it_is_too_large
    the_number_of_an_op_follows_from_what_an_earlier_push_brought
    what_follows_an_op_that_is_kept_aside_is_kept_for_the_same_reason
    an_account_leaves_no_more_than_its_bound_and_the_phone_keeps_the_rest
    nobody_fills_the_hub_with_rounds_of_their_own
    a_round_that_only_phones_know_is_named_until_it_is_opened_again
    whoever_shows_that_it_has_a_lane_is_told_of_each_op_what_a_push_would_be
    what_was_kept_aside_and_is_merged_by_another_way_waits_no_more
}

fn verified(response: &PushResponse) -> u64 {
    match response {
        PushResponse::Accepted { verified, .. } => verified.0,
        other => panic!("not accepted: {other:?}"),
    }
}

async fn push_is_stored_once_however_often_it_comes(backend: Backend) {
    let (store, _home) = world(backend).await;
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

async fn lanes_continue_overlap_gap_and_fork(backend: Backend) {
    let (store, _home) = world(backend).await;
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
        .lane_end(&partition(), LaneId([1; 16]), Seq(4), Millis(6))
        .await
        .unwrap();
    assert_eq!(
        end,
        LaneEnd {
            length: Seq(6),
            at: Some(ids[3]),
            safe: Seq::ZERO,
        }
    );
    let unknown = store
        .lane_end(&partition(), LaneId([7; 16]), Seq(4), Millis(6))
        .await
        .unwrap();
    assert_eq!(
        unknown,
        LaneEnd {
            length: Seq::ZERO,
            at: None,
            safe: Seq::ZERO,
        }
    );
}

async fn what_may_not_be_merged_is_kept_aside(backend: Backend) {
    let (store, _home) = world(backend).await;
    let mut push = push_of(1, 1, None, vec![op(0, 1), op(0, 2)]);
    push.strangers = BTreeSet::from([op(0, 2).id()]);
    let response = store.push(push, Millis(5)).await.unwrap();
    assert_eq!(verified(&response), 2);
    assert_eq!(log(&store).await, vec![op(0, 1).id()]);
    let aside = store.quarantined(&op(0, 2).case).await.unwrap();
    assert_eq!(aside[0].op, op(0, 2));
    assert_eq!(aside[0].code, QuarantineCode::UnknownQuestion);
}

async fn closed_round_takes_nothing_into_cases_and_loses_nothing(backend: Backend) {
    let (store, _home) = world(backend).await;
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

async fn many_phones_at_once_leave_no_hole_in_the_log(backend: Backend) {
    let (store, home) = world(backend).await;
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
    let again = home.open(9).await;
    assert_eq!(log(&again).await, ids, "acknowledged means on the disk");
}

async fn reader_is_shown_only_what_it_may_see(backend: Backend) {
    let (store, _home) = world(backend).await;
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

async fn a_page_of_long_answers_ends_before_it_is_too_large(backend: Backend) {
    let (store, _home) = world(backend).await;
    let long = |counter: u64| {
        let mut body = op(0, counter).into_body();
        // Of letters that no packer finds.
        let letters =
            (0..1_000).map(|n| OpId([n as u8; 16]).to_string() + &(n * counter).to_string());
        let text: String = letters.collect();
        body.change = Change::Set(Value::Text(text[..20_000].to_owned()));
        Op::new(body)
    };
    let ops: Vec<Op> = (1..=120).map(long).collect();
    let mut previous = None;
    for (step, some) in (0_u64..).zip(ops.chunks(4)) {
        let push = push_of(1, step * 4 + 1, previous, some.to_vec());
        store.push(push, Millis(5)).await.unwrap();
        previous = some.last().map(Op::id);
    }
    let mut found: Vec<OpId> = Vec::new();
    let mut pages = Vec::new();
    loop {
        let after = Seq(found.len() as u64);
        let page = store.log_page(&partition(), after, 500, |_| true).await;
        let page = page.unwrap();
        found.extend(page.ops.iter().map(Op::id));
        pages.push(page.ops.len() * 20_000);
        assert_eq!(page.end, Seq(found.len() as u64));
        if !page.more {
            break;
        }
    }
    assert_eq!(found, ops.iter().map(Op::id).collect::<Vec<_>>());
    // One batch more than the bound at most.
    let most = PAGE_BYTES_MAX + 4 * 21_000;
    assert!(pages.iter().all(|bytes| *bytes <= most), "{pages:?}");
    assert_eq!(pages.len(), 3);
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

async fn the_number_of_an_op_follows_from_what_an_earlier_push_brought(backend: Backend) {
    let (store, _home) = world(backend).await;
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

async fn what_follows_an_op_that_is_kept_aside_is_kept_for_the_same_reason(backend: Backend) {
    let (store, _home) = world(backend).await;
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

fn refusal(answer: Result<PushResponse, StoreError>) -> &'static str {
    match answer {
        Err(StoreError::Refused(code)) => code,
        other => panic!("not refused: {other:?}"),
    }
}

async fn an_account_leaves_no_more_than_its_bound_and_the_phone_keeps_the_rest(backend: Backend) {
    let (store, home) = world(backend).await;
    let mut push = push_of(1, 1, None, vec![op(0, 1)]);
    push.sender.revoked = true;
    store.push(push, Millis(1)).await.unwrap();
    home.run_sql(
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

    home.run_sql("UPDATE lane SET length = 1000000").await;
    let push = push_of(2, 1, None, vec![op(0, 4)]);
    assert_eq!(refusal(store.push(push, Millis(4)).await), "lanes_full");
}

async fn nobody_fills_the_hub_with_rounds_of_their_own(backend: Backend) {
    let (store, _home) = world(backend).await;
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

async fn a_round_that_only_phones_know_is_named_until_it_is_opened_again(backend: Backend) {
    let (store, _home) = world(backend).await;
    assert_eq!(store.forgotten_rounds().await.unwrap(), []);
    let lost = RoundId([10; 16]);
    let mut body = op(0, 1).into_body();
    body.case.round = lost;
    let mut push = push_of(1, 1, None, vec![Op::new(body)]);
    push.partition.round = lost;
    store.push(push, Millis(1)).await.unwrap();
    let named = ForgottenRound {
        round: lost,
        regencies: vec![partition().regency],
    };
    assert_eq!(store.forgotten_rounds().await.unwrap(), [named]);
    let act = Act::by_program(Millis(2));
    store.open_round(round(lost), act).await.unwrap();
    assert_eq!(store.forgotten_rounds().await.unwrap(), []);
}

fn proof(from: u64, previous: Option<OpId>, ids: &[OpId]) -> ProveRequest {
    ProveRequest {
        wire: 1,
        partition: partition(),
        lane: LaneId([1; 16]),
        from: Seq(from),
        previous,
        count: ids.len() as u32,
        digest: stretch_digest(ids),
    }
}

async fn whoever_shows_that_it_has_a_lane_is_told_of_each_op_what_a_push_would_be(
    backend: Backend,
) {
    let (store, _home) = world(backend).await;
    let key = MacKey::new([3; 32]);
    let ops: Vec<Op> = (1..=4).map(|n| op(0, n)).collect();
    let ids: Vec<OpId> = ops.iter().map(Op::id).collect();
    let mut push = push_of(1, 1, None, ops.clone());
    push.strangers = BTreeSet::from([ids[1], ids[2]]);
    let pushed = store.push(push, Millis(5)).await.unwrap();
    let PushResponse::Accepted {
        macs, quarantined, ..
    } = pushed
    else {
        panic!("a push without gap is accepted");
    };
    // One of those that were kept aside came in by another lane since.
    let other = push_of(2, 1, None, vec![ops[2].clone()]);
    store.push(other, Millis(6)).await.unwrap();
    let proved = store.prove(&proof(1, None, &ids), &key, Millis(7)).await;
    let PushResponse::Accepted {
        verified,
        macs: again,
        quarantined: aside,
        receipt,
        ..
    } = proved.unwrap()
    else {
        panic!("the very ops are accepted");
    };
    assert_eq!(verified, Seq(4));
    assert_eq!((again[0], again[1], again[3]), (macs[0], macs[1], macs[3]));
    assert_eq!(again[2], key.mac(ids[2]), "it is merged now");
    assert_eq!(aside, quarantined[..1]);
    assert_eq!(
        receipt.number,
        store.log_position(&partition()).await.unwrap()
    );
    let rest = proof(3, Some(ids[1]), &ids[2..]);
    let told = store.prove(&rest, &key, Millis(7)).await.unwrap();
    assert_eq!(self::verified(&told), 4);
    let forged = proof(3, Some(ids[0]), &ids[2..]);
    let told = store.prove(&forged, &key, Millis(7)).await.unwrap();
    assert_eq!(told, PushResponse::Fork);
    let too_much = proof(4, Some(ids[2]), &[ids[3], op(0, 9).id()]);
    let told = store.prove(&too_much, &key, Millis(7)).await.unwrap();
    assert_eq!(told, PushResponse::Gap { length: Seq(4) });
    assert_eq!(log(&store).await.len(), 3, "nothing was written");
}

async fn what_was_kept_aside_and_is_merged_by_another_way_waits_no_more(backend: Backend) {
    let (store, home) = world(backend).await;
    let ops: Vec<Op> = (1..=3).map(|n| op(0, n)).collect();
    let mut push = push_of(1, 1, None, ops.clone());
    push.strangers = ops[..2].iter().map(Op::id).collect();
    store.push(push, Millis(5)).await.unwrap();
    let case = ops[0].case.clone();
    let waiting = async || {
        let counted = store.asides(&partition()).await.unwrap();
        let named = store.quarantined(&case).await.unwrap();
        let named: Vec<OpId> = named.iter().map(|aside| aside.op.id()).collect();
        let count = counted.first().map_or(0, |(_, count)| *count as usize);
        assert_eq!(count, named.len());
        named
    };
    assert_eq!(waiting().await.len(), 2);
    // By a hub that knows its questionnaire now, say.
    let push = push_of(2, 1, None, vec![ops[0].clone()]);
    store.push(push, Millis(6)).await.unwrap();
    assert_eq!(waiting().await, [ops[1].id()]);
    // Left open by a program of before: closed by whatever comes to the village next.
    home.run_sql("UPDATE quarantine SET admitted_at = NULL")
        .await;
    assert_eq!(waiting().await.len(), 2);
    let push = push_of(2, 2, Some(ops[0].id()), vec![op(1, 4)]);
    store.push(push, Millis(7)).await.unwrap();
    assert_eq!(waiting().await.len(), 2, "it is another village");
    let push = push_of(2, 3, Some(op(1, 4).id()), vec![op(0, 5)]);
    store.push(push, Millis(8)).await.unwrap();
    assert_eq!(waiting().await, [ops[1].id()]);
    let faults = store.check().await.unwrap().faults;
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(store.case(&case).await.unwrap().len(), 3);
}
