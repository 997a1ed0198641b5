//! Against every choice there is.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{Best, Failure, Model, Row, STEPS_MAX, Wanted, sum};

/// The best by trying all: highest value, then the first in the order of the columns.
fn every_choice(model: &Model, values: &[i64]) -> Option<(Vec<u32>, i64)> {
    let columns = values.len();
    let mut best: Option<(Vec<u32>, i64)> = None;
    // Taken before left, from the first column on.
    for mask in (0_u32..1 << columns).rev() {
        let taken: Vec<u32> = (0..columns as u32)
            .filter(|column| mask >> (columns as u32 - 1 - column) & 1 == 1)
            .collect();
        let value = sum(values, &taken);
        if best.as_ref().is_none_or(|(_, held)| *held < value) && model.holds(&taken) {
            best = Some((taken, value));
        }
    }
    best
}

fn solved(model: &Model, values: &[i64]) -> Best {
    model
        .best(values, Wanted::First)
        .expect("there is a choice")
}

#[test]
fn greed_is_beaten_where_rules_cross() {
    // Both neighbours of the best village together are worth more than it.
    let model = Model {
        pools: vec![0; 3],
        rows: vec![Row::at_most([0, 1], 1), Row::at_most([0, 2], 1)],
        steps_max: STEPS_MAX,
    };
    let best = solved(&model, &[10, 9, 8]);
    assert_eq!((best.taken, best.value, best.bound), (vec![1, 2], 17, 17));
}

#[test]
fn an_odd_circle_is_proved_by_the_search_where_the_relaxation_cannot() {
    // Three that exclude each other in pairs: the relaxation takes half of each.
    let pairs = [[0, 1], [1, 2], [0, 2]];
    let model = Model {
        pools: vec![0; 3],
        rows: pairs.map(|pair| Row::at_most(pair, 1)).to_vec(),
        steps_max: STEPS_MAX,
    };
    let best = solved(&model, &[5, 5, 5]);
    assert_eq!(
        (best.taken.as_slice(), best.value, best.bound, best.first),
        (&[0][..], 5, 5, true)
    );
}

#[test]
fn what_contradicts_itself_is_said() {
    let model = Model {
        pools: vec![0; 2],
        rows: vec![Row::at_most([0, 1], 1), Row::at_least([0, 1], 2)],
        steps_max: STEPS_MAX,
    };
    assert_eq!(model.best(&[1, 1], Wanted::Value), Err(Failure::Impossible));
}

#[test]
fn many_columns_are_priced_away() {
    // 200 areas of 50 villages, two places each; the best of each area may not stand with its second.
    let (areas, each) = (200_u32, 50_u32);
    let pools: Vec<u32> = (0..areas * each).map(|it| it % areas).collect();
    let values: Vec<i64> = (0..i64::from(areas * each))
        .map(|it| 100_000 - 7 * it)
        .collect();
    let mut rows: Vec<Row> = (0..areas)
        .map(|area| Row::at_most((0..each).map(|it| it * areas + area), 2))
        .collect();
    rows.extend((0..areas).map(|area| Row::at_most([area, areas + area], 1)));
    let model = Model {
        pools,
        rows,
        steps_max: STEPS_MAX,
    };
    let best = solved(&model, &values);
    assert_eq!(best.value, best.bound);
    assert!(best.first && best.considered < 3_000, "{}", best.considered);
    assert_eq!(best.taken.len(), 400);
    assert!(
        best.taken.iter().all(|it| it / areas != 1),
        "first and third of each"
    );
}

proptest! {
    #[test]
    fn no_choice_is_better_or_earlier(
        values in proptest::collection::vec(0_i64..12, 1..10),
        packed in proptest::collection::vec((any::<u16>(), 0_i64..4, any::<bool>()), 0..7),
    ) {
        let columns = values.len() as u32;
        let rows: Vec<Row> = packed
            .iter()
            .map(|(members, bound, least)| {
                let members = (0..columns).filter(|it| members >> it & 1 == 1);
                if *least {
                    Row::at_least(members, *bound)
                } else {
                    Row::at_most(members, *bound)
                }
            })
            .collect();
        let model = Model { pools: vec![0; values.len()], rows, steps_max: STEPS_MAX };
        match (model.best(&values, Wanted::First), every_choice(&model, &values)) {
            (Ok(best), Some((taken, value))) => {
                prop_assert_eq!(best.value, value);
                prop_assert_eq!(best.bound, value);
                prop_assert!(best.first);
                prop_assert_eq!(best.taken, taken);
            }
            (Err(failure), None) => prop_assert_eq!(failure, Failure::Impossible),
            (found, wanted) => prop_assert!(false, "{found:?} against {wanted:?}"),
        }
    }
}
