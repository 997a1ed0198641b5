use super::{PLACE_BITS, Room, place, radix_sort};
use crate::priority::evaluate::{Program, Scratch, Sheet};
use crate::priority::method::Aggregation;
use crate::priority::plan::{Child, Node, Plan};
use proptest::prelude::{prop_assert_eq, proptest};

/// One indicator that is the score itself.
fn plan() -> Plan {
    Plan {
        nodes: vec![Node {
            aggregation: Aggregation::Arithmetic,
            threshold: 0.0,
            children: vec![Child::Indicator(0)],
            first_weight: 0,
        }],
        order: vec![0],
        root: 0,
        indicators: 1,
        weights: vec![1.0],
    }
}

fn ranks(scores: &[f64], decimals: u8) -> Vec<u32> {
    let plan = plan();
    let sheet = Sheet::new(vec![scores.to_vec()], Vec::new());
    let mut room = Room::new(Scratch::new(&plan));
    room.rank(Program::new(&plan, &sheet, &plan.weights), decimals);
    room.ranks
}

#[test]
fn equal_rounded_scores_share_the_smallest_rank() {
    assert_eq!(ranks(&[0.1, 0.3, 0.2, 0.301], 2), [4, 1, 3, 1]);
    assert_eq!(ranks(&[0.1, 0.3, 0.2, 0.301], 3), [4, 2, 3, 1]);
}

#[test]
fn who_has_no_score_is_last_and_nobody_is_fine_too() {
    assert_eq!(
        ranks(&[f64::NAN, -3.0, f64::INFINITY, 5.0], 0),
        [4, 2, 4, 1]
    );
    assert_eq!(ranks(&[f64::NAN, f64::NAN], 0), [2, 2]);
    assert_eq!(ranks(&[], 0), [0_u32; 0]);
}

#[test]
fn scores_far_apart_are_sorted_instead_of_counted() {
    assert_eq!(ranks(&[1.0, 2.0, 3.0, 2.0], 9), [4, 2, 1, 2]);
    assert_eq!(ranks(&[-1e300, 1e300, 0.0], 9)[1], 1);
}

proptest! {
    #[test]
    fn counting_and_sorting_rank_alike(values in proptest::collection::vec(-500_i32..500, 1..200)) {
        let scores: Vec<f64> = values.iter().map(|it| f64::from(*it) / 10.0).collect();
        let expected: Vec<u32> = values
            .iter()
            .map(|own| 1 + values.iter().filter(|it| own < it).count() as u32)
            .collect();
        prop_assert_eq!(&ranks(&scores, 1), &expected);
        // So many decimals that counting gives way to the sort.
        prop_assert_eq!(&ranks(&scores, 9), &expected);
    }

    #[test]
    fn the_sort_is_stable(distances in proptest::collection::vec(0_u64..3000, 0..300)) {
        let mut keys: Vec<u64> = (0_u64..)
            .zip(&distances)
            .map(|(place, distance)| distance << PLACE_BITS | place)
            .collect();
        let mut expected = keys.clone();
        expected.sort();
        radix_sort(&mut keys, &mut Vec::new(), 3000);
        prop_assert_eq!(&keys, &expected);
        prop_assert_eq!(keys.iter().map(|it| place(*it)).max().map_or(0, |it| it + 1), keys.len());
    }
}
