//! What is said of other scores under rules, against the whole selection with those scores.

use std::collections::BTreeMap;

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::{Afresh, Exchange};
use crate::priority::tests::{ONE_DIMENSION, method, ranked, unit};
use crate::priority::{
    Draws, LeftOut, Method, Observed, Scored, Selection, Table, Unit, WayIn, leave_one_out, select,
    way_in,
};

/// Indicators `a` and `b` make the score in halves.
fn profile(rules: &str) -> Method {
    let head = format!(
        "{ONE_DIMENSION}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n{rules}"
    )
    .replace("decimals = 4", "decimals = 1");
    let as_is = "normalise = { kind = \"as_is\" }";
    method(&head, &[as_is, as_is, &format!("weight = 0\n{as_is}")])
}

fn spaced(borders: &str) -> Method {
    profile(&format!(
        "[programme.quota]\nper_area = 2\ntotal = 2\n[programme.quota.spacing]\nborders = [\"{borders}\"]"
    ))
}

/// Two neighbours that together have at least ten of `c`.
fn kawasan(borders: &str) -> Method {
    profile(&format!(
        "[programme.quota]\nper_area = 1\ntotal = 1\n[programme.kawasan]\nmembers_max = 2\ncentre = \"d\"\n\
         neighbours = {{ borders = [{borders}] }}\n[[programme.kawasan.total]]\n\
         label = {{ id = \"C\", en = \"C\" }}\nindicator = \"c\"\nat_least = 10"
    ))
}

fn code(index: usize) -> String {
    format!("53.01.01.{}", 2001 + index)
}

fn villages(rows: &[(f64, f64)]) -> Vec<Unit> {
    let each = rows.iter().enumerate();
    each.map(|(index, (a, b))| unit(&code(index), &[*a, *b, 5.0].map(Observed::Number)))
        .collect()
}

fn selection(method: &Method, units: &[Unit]) -> Selection {
    let quota = &method.programme.as_ref().unwrap().quota;
    select(method, &ranked(method, units), quota).unwrap_or_else(|it| panic!("{it:?}"))
}

fn chosen(method: &Method, units: &[Unit]) -> Vec<String> {
    let mut chosen = selection(method, units).chosen;
    chosen.sort();
    chosen
}

fn asked<T>(method: &Method, units: &[Unit], ask: impl FnOnce(&Scored) -> T) -> T {
    let table = Table::gather(method, units).unwrap();
    ask(&Scored::new(method, &table, "benih"))
}

fn left_out(method: &Method, units: &[Unit]) -> Vec<LeftOut> {
    let quota = method.programme.as_ref().map(|it| &it.quota);
    asked(method, units, |scored| {
        leave_one_out(scored, quota, "benih").unwrap()
    })
}

fn way(method: &Method, units: &[Unit], region: &str) -> WayIn {
    let quota = &method.programme.as_ref().unwrap().quota;
    let way = asked(method, units, |scored| {
        way_in(scored, quota, "benih", region).unwrap()
    });
    way.expect("the village competes")
}

/// The middle one borders on both others and on nobody else.
const ROWS: [(f64, f64); 4] = [(9.0, 1.0), (5.0, 8.0), (6.0, 4.0), (1.0, 1.0)];

#[test]
fn under_crossing_rules_no_ranking_alone_tells_who_is_chosen() {
    let method = spaced("53.01.01.2002 53.01.01.2001 53.01.01.2003");
    let quota = method.programme.as_ref().map(|it| &it.quota);
    asked(&method, &villages(&ROWS), |scored| {
        let draws = Draws::as_it_is(scored, quota, "benih").unwrap();
        assert!(!draws.tells_chosen());
        assert_eq!(draws.rerank(&BTreeMap::new()).chosen, None);
        let parts = [draws.run(0..1)];
        let intervals = draws.intervals(&parts, 0..draws.len());
        assert!(intervals.iter().all(|it| it.chosen_share.is_none()));
    });
}

#[test]
fn leaving_an_indicator_out_asks_the_rules_again() {
    let method = spaced("53.01.01.2002 53.01.01.2001 53.01.01.2003");
    let units = villages(&ROWS);
    assert_eq!(chosen(&method, &units), [code(0), code(2)]);
    let left = left_out(&method, &units);
    // Without `a` the scores are 1, 8, 4, 1: the middle one and the last are worth more than both neighbours.
    let exchange = left[0].exchange.as_ref().unwrap();
    assert_eq!(exchange.entering, [code(1), code(3)]);
    assert_eq!(exchange.leaving, [code(0), code(2)]);
    assert_eq!(left[1].exchange, Some(Exchange::default()));
}

#[test]
fn a_chosen_village_is_told_so_under_any_rules() {
    let units = villages(&ROWS);
    let crossing = spaced("53.01.01.2002 53.01.01.2001 53.01.01.2003");
    assert_eq!(way(&crossing, &units, &code(0)), WayIn::Chosen);
    let pairs = "\"53.01.01.2001 53.01.01.2002\", \"53.01.01.2003 53.01.01.2004\"";
    let kawasan = kawasan(pairs);
    assert_eq!(chosen(&kawasan, &units), [code(0), code(1)]);
    assert_eq!(way(&kawasan, &units, &code(1)), WayIn::Chosen);
    // Its pair has 5 + 1, the other 5 + 6.5. Whether equal means suffice is for the lottery.
    let WayIn::Needs(needs) = way(&kawasan, &units, &code(3)) else {
        panic!("a score lets it in");
    };
    assert!(needs.score == 6.5 || needs.score == 6.6, "{needs:?}");
    assert_eq!(needs.weights, None);
}

#[test]
fn a_village_without_a_place_under_the_rules_needs_no_score() {
    let borders = "53.01.01.2002 53.01.01.2001 53.01.01.2003";
    let rules = format!(
        "[programme.quota]\nper_area = 2\ntotal = 2\n[programme.quota.spacing]\nborders = [\"{borders}\"]\n\
         [[programme.quota.lock]]\ncode = \"53.01.01.2001\"\nplace = \"in\"\nby = \"Bupati\"\nreason = \"rapat\""
    );
    let (method, units) = (profile(&rules), villages(&ROWS));
    assert_eq!(way(&method, &units, &code(1)), WayIn::NoScore);
}

#[test]
fn more_than_the_bound_is_not_computed() {
    let method = spaced("53.01.01.2002 53.01.01.2001");
    let quota = method.programme.as_ref().map(|it| &it.quota);
    asked(&method, &villages(&ROWS), |scored| {
        let draws = Draws::as_it_is(scored, quota, "benih").unwrap();
        let afresh = Afresh::new(scored, quota, &draws).unwrap();
        assert!(afresh.allows(75_000) && !afresh.allows(75_001));
    });
}

/// The units with another first value of one of them.
fn changed(units: &[Unit], index: usize, value: f64) -> Vec<Unit> {
    let mut units = units.to_vec();
    units[index].indicators[0].value = Observed::Number(value);
    units
}

proptest! {
    #[test]
    fn it_is_what_the_whole_selection_would_say(
        rows in proptest::collection::vec((0_u32..12, 0_u32..12), 3..8),
        near in proptest::collection::vec((0_usize..8, 0_usize..8), 1..8),
        chooses_kawasan in proptest::bool::ANY,
    ) {
        let inside = |it: &&(usize, usize)| it.0 != it.1 && it.0.max(it.1) < rows.len();
        let lines: Vec<String> = near
            .iter()
            .filter(inside)
            .map(|(one, two)| format!("{} {}", code(*one), code(*two)))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let borders = lines.join("\", \"");
        let method = match chooses_kawasan {
            true => kawasan(&format!("\"{borders}\"")),
            false => spaced(&borders),
        };
        let rows: Vec<(f64, f64)> = rows.iter().map(|it| (it.0.into(), it.1.into())).collect();
        let units = villages(&rows);
        let base = selection(&method, &units);
        for left in left_out(&method, &units).iter().take(2) {
            let without = method.with_weights(&BTreeMap::from([(left.indicator.clone(), 0.0)]));
            let expected = Exchange::between(&base, &selection(&without, &units));
            prop_assert_eq!(left.exchange.as_ref(), Some(&expected));
        }
        for (index, row) in rows.iter().enumerate() {
            let is_chosen = |score: f64| {
                // The score is the mean of `a` and `b`.
                let units = changed(&units, index, 2.0 * score - row.1);
                selection(&method, &units).chosen.contains(&code(index))
            };
            match way(&method, &units, &code(index)) {
                WayIn::Chosen => prop_assert!(base.chosen.contains(&code(index))),
                WayIn::NoScore => prop_assert!(!is_chosen(10_000.0)),
                WayIn::Needs(needs) => {
                    prop_assert!(!base.chosen.contains(&code(index)));
                    prop_assert!(is_chosen(needs.score), "{:?}", needs);
                    prop_assert!(!is_chosen(needs.score - 0.1), "{:?}", needs);
                }
                WayIn::NotComputed => prop_assert!(false, "small cases are proved"),
            }
        }
    }
}
