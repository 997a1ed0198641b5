//! What is drawn together. What becomes of it is told in `tests/store`, on both databases.

use shared::ids::Seq;
use shared::sync::hub::{MacKey, Sender, Stretch};
use shared::time::Millis;

use super::super::push::Push;
use super::super::tests::{ROUND, op};
use super::*;

/// A push of a lane, by an account, about a village.
fn waiting(lane: u8, account: u8, village: usize) -> Waiting {
    let push = Push {
        partition: PartitionId {
            round: ROUND,
            regency: "53.21".parse().unwrap(),
        },
        lane: LaneId([lane; 16]),
        stretch: Stretch {
            from: Seq(1),
            previous: None,
        },
        ops: vec![(op(village, u64::from(lane)), None)],
        came: None,
        strangers: BTreeSet::new(),
        personal: BTreeSet::new(),
        sender: Sender {
            account: AccountId([account; 16]),
            role: shared::ids::Role::Enumerator,
            regions: vec![],
            revoked: false,
        },
        key: MacKey::new([3; 32]),
    };
    Waiting {
        pending: Arc::new(Pending::new(push, Millis(1))),
        reply: oneshot::channel().0,
    }
}

fn check(waiting: Vec<Waiting>, expect: &[&[u8]]) {
    let mut queue = VecDeque::from(waiting);
    let mut groups = Vec::new();
    while !queue.is_empty() {
        let group = draw(&mut queue);
        let lanes = group.iter().map(|one| one.pending.push.lane.0[0]);
        groups.push(lanes.collect::<Vec<u8>>());
    }
    assert_eq!(groups, expect);
}

#[test]
fn only_what_has_nothing_in_common_goes_together() {
    check(vec![waiting(1, 1, 0), waiting(2, 2, 1)], &[&[1, 2]]);
    // One village.
    check(vec![waiting(1, 1, 0), waiting(2, 2, 0)], &[&[1], &[2]]);
    // One account.
    check(vec![waiting(1, 1, 0), waiting(2, 1, 1)], &[&[1], &[2]]);
    // One lane: a push that came twice.
    check(vec![waiting(1, 1, 0), waiting(1, 1, 0)], &[&[1], &[1]]);
}

#[test]
fn who_waits_for_a_neighbour_holds_up_nobody_else() {
    check(
        vec![waiting(1, 1, 0), waiting(2, 2, 0), waiting(3, 3, 1)],
        &[&[1, 3], &[2]],
    );
}

#[test]
fn pushes_of_one_lane_keep_their_order() {
    // The second of lane 2 has its village to itself in the first group, and yet must not pass the first.
    check(
        vec![waiting(1, 1, 0), waiting(2, 2, 0), waiting(2, 3, 1)],
        &[&[1], &[2], &[2]],
    );
}

#[test]
fn a_group_has_a_bound() {
    let many: Vec<Waiting> = (0..80)
        .map(|n| waiting(n, n, 10 + usize::from(n)))
        .collect();
    let mut queue = VecDeque::from(many);
    let sizes = [0; 3].map(|_| draw(&mut queue).len());
    assert_eq!(sizes, [GROUP_MAX, GROUP_MAX, 80 - 2 * GROUP_MAX]);
}

#[test]
fn who_comes_when_all_places_are_taken_is_told_to_ask_again() {
    let intake = Intake::default();
    for n in 0..WAITING_MAX {
        assert_eq!(intake.put(waiting(1, 1, 0)).unwrap(), n == 0);
    }
    assert!(matches!(
        intake.put(waiting(1, 1, 0)),
        Err(StoreError::Busy)
    ));
    let partition = waiting(1, 1, 0).pending.push.partition.clone();
    let group = intake.next_group(&partition);
    intake.leave(&group);
    assert!(!intake.put(waiting(1, 1, 0)).unwrap());
}
