//! Many phones that push at the same moment, and are taken in together.
//!
//! Always: each is answered as if it were alone; what was acknowledged is there after opening again.

use std::collections::BTreeSet;

use server::store::{Act, Push, Store, StoreError};
use shared::answers::Op;
use shared::ids::{AccountId, CaseId, LaneId, OpId, PartitionId, RegionId, Role, Seq};
use shared::time::Millis;
use shared::wire::office::AssignmentNew;
use shared::wire::v1::{PushResponse, QuarantineCode};

use crate::home::{Backend, Home, on_both};
use crate::world::{ROUND, account, op, push_of, world};

on_both! {
    phones_of_several_kabupaten_at_once_leave_no_hole_and_lose_nothing
    who_is_refused_among_others_is_refused_alone
    who_breaks_among_others_breaks_alone
    the_same_push_many_times_at_once_is_stored_once
    phones_in_one_village_at_once_know_of_each_other
}

/// More than are taken in together.
const PHONES: u8 = 80;
/// The first account and lane.
const FIRST: u8 = 100;

fn village(phone: u8) -> RegionId {
    let regency = ["53.21.04", "53.02.04"][usize::from(phone % 2)];
    format!("{regency}.{}", 2000 + u16::from(phone))
        .parse()
        .unwrap()
}

fn partition(phone: u8) -> PartitionId {
    PartitionId {
        round: ROUND,
        regency: village(phone).regency(),
    }
}

fn case(phone: u8) -> CaseId {
    CaseId {
        round: ROUND,
        region: village(phone),
    }
}

/// An op of the phone's own account about its own village.
fn own(phone: u8, counter: u64) -> Op {
    let mut body = op(0, counter).into_body();
    body.case = case(phone);
    body.author = AccountId([FIRST + phone; 16]);
    Op::new(body)
}

fn push(phone: u8, from: u64, previous: Option<OpId>, ops: Vec<Op>) -> Push {
    let mut push = push_of(FIRST + phone, from, previous, ops);
    push.partition = partition(phone);
    push.sender.account = AccountId([FIRST + phone; 16]);
    push
}

/// Each phone is of another account and has a village of its own, every other one in another kabupaten.
async fn crowd(backend: Backend) -> (Store, Home) {
    let (store, home) = world(backend).await;
    let act = Act::by_program(Millis(2));
    let accounts = (0..PHONES).map(|phone| {
        let username = format!("petugas.{phone}");
        account(FIRST + phone, &username, Role::Enumerator)
    });
    store.make_accounts(accounts.collect(), act).await.unwrap();
    for phone in 0..PHONES {
        let work = AssignmentNew {
            round: ROUND,
            account: AccountId([FIRST + phone; 16]),
            villages: vec![village(phone)],
            modules: vec![],
        };
        store.assign(work, act).await.unwrap();
    }
    (store, home)
}

/// Sends all at once; the answers in the order of the pushes.
async fn push_all(store: &Store, pushes: Vec<Push>) -> Vec<Result<PushResponse, StoreError>> {
    let sending: Vec<_> = pushes
        .into_iter()
        .map(|push| {
            let store = store.clone();
            tokio::spawn(async move { store.push(push, Millis(5)).await })
        })
        .collect();
    let mut answers = Vec::new();
    for one in sending {
        answers.push(one.await.unwrap());
    }
    answers
}

/// Where the phone's ops end in the log, by its receipt.
fn receipt(answer: &Result<PushResponse, StoreError>, verified: u64) -> u64 {
    match answer {
        Ok(PushResponse::Accepted {
            verified: told,
            quarantined,
            receipt,
            ..
        }) => {
            assert_eq!((told.0, quarantined.len()), (verified, 0));
            receipt.number.0
        }
        other => panic!("not accepted: {other:?}"),
    }
}

/// The whole log of a kabupaten; its positions are dense, because pages and ends are counted.
async fn log_of(store: &Store, partition: &PartitionId) -> Vec<Op> {
    let mut ops = Vec::new();
    loop {
        let after = Seq(ops.len() as u64);
        let page = store
            .log_page(partition, after, 50, |_| true)
            .await
            .unwrap();
        ops.extend(page.ops);
        assert_eq!(page.end, Seq(ops.len() as u64));
        if !page.more {
            assert_eq!(store.log_position(partition).await.unwrap(), page.end);
            return ops;
        }
    }
}

async fn phones_of_several_kabupaten_at_once_leave_no_hole_and_lose_nothing(backend: Backend) {
    let (store, home) = crowd(backend).await;
    let ops_of = |phone: u8, step: u64| -> Vec<Op> {
        let first = step * 3;
        (first..first + 3)
            .map(|counter| own(phone, counter))
            .collect()
    };
    for step in 0..3_u64 {
        let pushes = (0..PHONES).map(|phone| {
            let previous = step.checked_sub(1).map(|step| ops_of(phone, step)[2].id());
            push(phone, step * 3 + 1, previous, ops_of(phone, step))
        });
        let answers = push_all(&store, pushes.collect()).await;
        let mut ends: [BTreeSet<u64>; 2] = Default::default();
        for (phone, answer) in (0..PHONES).zip(&answers) {
            ends[usize::from(phone % 2)].insert(receipt(answer, step * 3 + 3));
        }
        // Each has its three positions, one after the other.
        let first = u64::from(PHONES) / 2 * 3 * step;
        let wanted: BTreeSet<u64> = (1..=u64::from(PHONES) / 2).map(|n| first + n * 3).collect();
        assert_eq!(ends, [wanted.clone(), wanted]);
    }
    store.close().await;
    let again = home.open(9).await;
    for kabupaten in [0, 1] {
        let log = log_of(&again, &partition(kabupaten)).await;
        let mut found: Vec<OpId> = log.iter().map(Op::id).collect();
        let phones = (0..PHONES).filter(|phone| phone % 2 == kabupaten);
        let sent = phones.flat_map(|phone| (0..3).flat_map(move |step| ops_of(phone, step)));
        let mut sent: Vec<OpId> = sent.map(|op| op.id()).collect();
        found.sort();
        sent.sort();
        assert_eq!(found, sent);
    }
    assert_eq!(again.case(&case(7)).await.unwrap().len(), 9);
    let check = again.check().await.unwrap();
    assert_eq!(check.faults, Vec::<String>::new());
    assert_eq!(check.lanes, u64::from(PHONES));
}

async fn who_is_refused_among_others_is_refused_alone(backend: Backend) {
    let (store, home) = crowd(backend).await;
    let first = push(6, 1, None, vec![own(6, 1)]);
    store.push(first, Millis(4)).await.unwrap();
    home.run_sql("UPDATE lane SET length = 1000000").await;
    let mut pushes: Vec<Push> = (0..20)
        .map(|phone| push(phone, 1, None, vec![own(phone, 2)]))
        .collect();
    pushes[6].lane = LaneId([99; 16]);
    // Another has a gap before it, and one brings what may not be merged.
    pushes[8].stretch.from = Seq(5);
    pushes[9].strangers.insert(own(9, 2).id());
    let answers = push_all(&store, pushes).await;
    for (phone, answer) in (0..20_u8).zip(&answers) {
        match (phone, answer) {
            (6, Err(StoreError::Refused(code))) => assert_eq!(*code, "lanes_full"),
            (8, Ok(PushResponse::Gap { length })) => assert_eq!(*length, Seq(0)),
            (9, Ok(PushResponse::Accepted { quarantined, .. })) => {
                assert_eq!(quarantined[0].code, QuarantineCode::UnknownQuestion);
            }
            (6 | 8 | 9, other) => panic!("phone {phone}: {other:?}"),
            _ => drop(receipt(answer, 1)),
        }
    }
    assert_eq!(
        log_of(&store, &partition(0)).await.len(),
        9,
        "one from before, eight now"
    );
    assert_eq!(log_of(&store, &partition(1)).await.len(), 9);
}

async fn who_breaks_among_others_breaks_alone(backend: Backend) {
    let (store, home) = crowd(backend).await;
    let first = own(6, 1);
    let before = push(6, 1, None, vec![first.clone()]);
    store.push(before, Millis(4)).await.unwrap();
    // A damaged row, which is read because the next op builds upon it.
    home.run_sql("UPDATE batch SET body = ids").await;
    let mut next = own(6, 2).into_body();
    next.seen = vec![first.id()];
    next.lamport = 2;
    let mut pushes: Vec<Push> = (0..20)
        .map(|phone| push(phone, 1, None, vec![own(phone, 3)]))
        .collect();
    pushes[6] = push(6, 2, Some(first.id()), vec![Op::new(next)]);
    let answers = push_all(&store, pushes).await;
    for (phone, answer) in (0..20_u8).zip(&answers) {
        match (phone, answer) {
            (6, Err(StoreError::Corrupt(_))) => {}
            (6, other) => panic!("{other:?}"),
            _ => drop(receipt(answer, 1)),
        }
    }
    assert_eq!(store.log_position(&partition(0)).await.unwrap(), Seq(10));
    assert_eq!(log_of(&store, &partition(1)).await.len(), 10);
}

async fn the_same_push_many_times_at_once_is_stored_once(backend: Backend) {
    let (store, _home) = crowd(backend).await;
    let ops: Vec<Op> = (1..=5).map(|counter| own(0, counter)).collect();
    let pushes = (0..12).map(|_| push(0, 1, None, ops.clone()));
    for answer in push_all(&store, pushes.collect()).await {
        assert_eq!(receipt(&answer, 5), 5);
    }
    assert_eq!(log_of(&store, &partition(0)).await, ops);
    let check = store.check().await.unwrap();
    assert_eq!(check.faults, Vec::<String>::new());
}

async fn phones_in_one_village_at_once_know_of_each_other(backend: Backend) {
    let (store, _home) = crowd(backend).await;
    // Every phone offers the same op of another, as after a restore, and one of its own.
    let brought = own(0, 1);
    let key = push(0, 1, None, vec![]).key;
    let pushes = (0..12).step_by(2).map(|phone| {
        let mut push = push(phone, 1, None, vec![brought.clone(), own(phone, 2)]);
        push.ops[0].1 = Some(key.mac(brought.id()));
        push
    });
    for answer in push_all(&store, pushes.collect()).await {
        receipt(&answer, 2);
    }
    let log = log_of(&store, &partition(0)).await;
    assert_eq!(
        log.len(),
        7,
        "six of their own, and one that came six times"
    );
    let different: BTreeSet<OpId> = log.iter().map(Op::id).collect();
    assert_eq!(different.len(), 7);
}
