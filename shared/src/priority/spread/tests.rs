use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::super::tests::{ONE_DIMENSION, method, ranked, table};
use super::super::{Observed, Ranking, Unit};
use super::{BARS_MAX, beside, spread};

const AS_IT_IS: &str = "normalise = { kind = \"min_max\", min = 0, max = 1 }";

fn ranking(values: &[f64]) -> Ranking {
    let rows: Vec<[f64; 1]> = values.iter().map(|value| [*value]).collect();
    let rows: Vec<&[f64]> = rows.iter().map(<[f64; 1]>::as_slice).collect();
    ranked(&method(ONE_DIMENSION, &[AS_IT_IS]), &table(&rows))
}

/// `from-below: villages` of each bar, then lowest, median, highest.
#[track_caller]
fn check(values: &[f64], expect: &str) {
    let shown = spread(&ranking(values)).map_or("-".to_owned(), |it| {
        let bars = it.bars.iter();
        let bars: Vec<String> = bars
            .map(|bar| format!("{}-{}: {}", bar.from, bar.below, bar.villages))
            .collect();
        let bars = bars.join(", ");
        format!("{bars} | {} {} {}", it.lowest, it.median, it.highest)
    });
    assert_eq!(shown, expect, "{values:?}");
}

#[test]
fn a_village_on_a_bound_is_counted_above_it() {
    check(&[], "-");
    check(&[0.5], "0.5-0.5001: 1 | 0.5 0.5 0.5");
    check(
        &[0.0, 1.0],
        "0-0.1: 1, 0.1-0.2: 0, 0.2-0.3: 0, 0.3-0.4: 0, 0.4-0.5: 0, 0.5-0.6: 0, 0.6-0.7: 0, 0.7-0.8: 0, 0.8-0.9: 0, 0.9-1: 0, 1-1.1: 1 | 0 0.5 1",
    );
    check(
        &[0.4, 0.4004, 0.4005, 0.401],
        "0.4-0.4001: 1, 0.4001-0.4002: 0, 0.4002-0.4003: 0, 0.4003-0.4004: 0, 0.4004-0.4005: 1, \
         0.4005-0.4006: 1, 0.4006-0.4007: 0, 0.4007-0.4008: 0, 0.4008-0.4009: 0, 0.4009-0.401: 0, \
         0.401-0.4011: 1 | 0.4 0.40045 0.401",
    );
}

#[test]
fn who_is_not_ranked_is_not_counted() {
    let mut units: Vec<Unit> = table(&[&[0.2], &[0.4], &[0.4], &[0.9]]);
    units[3].indicators[0].value = Observed::Missing;
    let ranking = ranked(&method(ONE_DIMENSION, &[AS_IT_IS]), &units);
    let spread = spread(&ranking).unwrap();
    assert_eq!(spread.villages, 3);
    let found = beside(&ranking, 0.4);
    assert_eq!((found.lower, found.same, found.higher), (1, 2, 0));
    assert_eq!(spread.bar_of(0.4), Some(spread.bars.len() - 1));
    assert_eq!(spread.bar_of(0.9), None);
}

proptest! {
    #[test]
    fn every_ranked_village_is_in_one_bar(values in proptest::collection::vec(0.0_f64..=1.0, 1..60)) {
        let ranking = ranking(&values);
        let found = spread(&ranking).unwrap();
        prop_assert!(found.bars.len() as i64 <= BARS_MAX);
        let all: u32 = found.bars.iter().map(|bar| bar.villages).sum();
        prop_assert_eq!(all as usize, values.len());
        for unit in &ranking.units {
            let place = found.bar_of(unit.rounded.unwrap()).unwrap();
            prop_assert!(0 < found.bars[place].villages);
        }
    }
}
