//! Shares under rules, against the whole selection in each draw.

use std::collections::BTreeMap;

use proptest::prelude::{prop_assert_eq, proptest};

use super::super::{Draws, WEIGHTS};
use super::{Basis, Chances, DRAWS_MAX, Trials};
use crate::priority::tests::{method_text, ranked, unit};
use crate::priority::{Interval, Method, Observed, Scored, Table, Unit, parse, select};

const DRAWS: u32 = 12;

/// Two dimensions of two indicators each, and one that is only summed.
fn profile(level: &str, draws: u32, rules: &str) -> Method {
    let head = format!(
        "decimals = 1\n[[dimension]]\nid = \"r\"\nlabel = {{ id = \"R\", en = \"R\" }}\n\
         [[dimension]]\nid = \"d\"\nparent = \"r\"\nlabel = {{ id = \"D\", en = \"D\" }}\n\
         [[dimension]]\nid = \"f\"\nparent = \"r\"\nlabel = {{ id = \"F\", en = \"F\" }}\n\
         [uncertainty]\ndraws = {draws}\nweight_spread = 0.9\nweight_level = \"{level}\"\n\
         [programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n{rules}"
    );
    let as_is = "normalise = { kind = \"as_is\" }";
    let summed = format!("weight = 0\n{as_is}");
    let mut text = method_text(&head, &[as_is, as_is, as_is, as_is, &summed]);
    for id in ["c", "d"] {
        let own = format!("id = \"{id}\"\ndimension = \"d\"");
        text = text.replace(&own, &format!("id = \"{id}{id}\"\ndimension = \"f\""));
    }
    parse(&text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn spaced(level: &str, draws: u32, borders: &str) -> Method {
    let rules = format!(
        "[programme.quota]\nper_area = 2\ntotal = 2\n[programme.quota.spacing]\nborders = [{borders}]"
    );
    profile(level, draws, &rules)
}

/// Neighbours that together have at least ten of the fifth; the centre leads in `d`, and one may lie in each area.
fn kawasan(level: &str, draws: u32, borders: &str) -> Method {
    let rules = format!(
        "[programme.quota]\nper_area = 1\ntotal = 2\n[programme.kawasan]\nmembers_max = 2\ncentre = \"d\"\n\
         neighbours = {{ borders = [{borders}] }}\n[[programme.kawasan.total]]\n\
         label = {{ id = \"C\", en = \"C\" }}\nindicator = \"e\"\nat_least = 10"
    );
    profile(level, draws, &rules)
}

/// Every third in another kabupaten, so that a centre decides where a kawasan counts.
fn code(index: usize) -> String {
    format!("53.0{}.01.{}", 1 + index % 3 / 2, 2001 + index)
}

fn villages(rows: &[[u32; 4]]) -> Vec<Unit> {
    let each = rows.iter().enumerate();
    let numbers = |row: &[u32; 4]| row.map(|it| Observed::Number(f64::from(it)));
    each.map(|(index, row)| {
        let mut values = numbers(row).to_vec();
        values.push(Observed::Number(5.0));
        unit(&code(index), &values)
    })
    .collect()
}

fn asked<T>(
    method: &Method,
    units: &[Unit],
    ask: impl FnOnce(&Draws, Option<Trials>, Vec<Interval>) -> T,
) -> T {
    let table = Table::gather(method, units).unwrap();
    let scored = Scored::new(method, &table, "benih");
    let quota = method.programme.as_ref().map(|it| &it.quota);
    let draws = Draws::new(&scored, quota, "benih").unwrap();
    let parts = [draws.run(0..draws.count())];
    let intervals = draws.intervals(&parts, 0..draws.len());
    ask(&draws, draws.trials(quota), intervals)
}

fn whole(trials: &Trials) -> Chances {
    trials.chances(&[trials.run(0..trials.count())])
}

/// In how many draws each village is chosen, by selecting with the weights of each.
fn counted(draws: &Draws, method: &Method, units: &[Unit]) -> BTreeMap<String, u32> {
    let mut counts: BTreeMap<String, u32> = units.iter().map(|it| (it.region.clone(), 0)).collect();
    for draw in 0..draws.count() {
        let weights = draws.weights(draws.factors(draw)[WEIGHTS]);
        let weights = draws.children.iter().cloned().zip(weights).collect();
        let method = method.with_weights(&weights);
        let quota = &method.programme.as_ref().unwrap().quota;
        let chosen = select(&method, &ranked(&method, units), quota).unwrap();
        for region in chosen.chosen {
            *counts.get_mut(&region).unwrap() += 1;
        }
    }
    counts
}

proptest! {
    #[test]
    fn a_share_counts_the_draws_whose_selection_holds_the_village(
        rows in proptest::collection::vec([0_u32..12, 0_u32..12, 0_u32..12, 0_u32..12], 3..8),
        near in proptest::collection::vec((0_usize..8, 0_usize..8), 1..8),
        chooses_kawasan in proptest::bool::ANY,
        at_top in proptest::bool::ANY,
    ) {
        let inside = |it: &&(usize, usize)| it.0 != it.1 && it.0.max(it.1) < rows.len();
        let pair = |it: &(usize, usize)| format!("\"{} {}\"", code(it.0), code(it.1));
        let borders: Vec<String> = near.iter().filter(inside).map(pair).collect();
        if borders.is_empty() {
            return Ok(());
        }
        let level = if at_top { "top" } else { "all" };
        let method = match chooses_kawasan {
            true => kawasan(level, DRAWS, &borders.join(", ")),
            false => spaced(level, DRAWS, &borders.join(", ")),
        };
        let units = villages(&rows);
        let (found, expected) = asked(&method, &units, |draws, trials, _| {
            (whole(&trials.unwrap()), counted(draws, &method, &units))
        });
        prop_assert_eq!(found.basis, Basis { tried: DRAWS, proved: DRAWS });
        prop_assert_eq!(found.chosen, expected);
    }
}

#[test]
fn shares_are_put_beside_the_ranges_and_sum_to_the_places() {
    let method = spaced("all", 1000, "\"53.01.01.2001 53.01.01.2002\"");
    let units = villages(&[[9, 1, 4, 4], [5, 8, 3, 5], [6, 4, 6, 2], [1, 1, 9, 3]]);
    asked(&method, &units, |draws, trials, mut intervals| {
        assert_eq!(draws.basis(), None);
        assert!(intervals.iter().all(|it| it.chosen_share.is_none()));
        let trials = trials.unwrap();
        assert_eq!(trials.count(), DRAWS_MAX as u32);
        let halves = [trials.run(0..70), trials.run(70..trials.count())];
        let chances = trials.chances(&halves);
        assert_eq!(chances, whole(&trials));
        chances.put_into(&mut intervals);
        let shares = intervals.iter().map(|it| it.chosen_share.unwrap());
        assert!((shares.sum::<f64>() - 2.0).abs() < 1e-9);
    });
}

#[test]
fn nobody_is_told_a_share_of_too_few_draws() {
    let method = spaced("all", 100, "\"53.01.01.2001 53.01.01.2002\"");
    let rows: Vec<[u32; 4]> = (0..4_001)
        .map(|it| [it % 97, it % 89, it % 83, 1])
        .collect();
    asked(&method, &villages(&rows), |_, trials, _| {
        assert!(trials.is_none());
    });
    asked(&method, &villages(&rows[..2_000]), |_, trials, _| {
        assert_eq!(trials.unwrap().count(), 100);
    });
}

#[test]
fn unproved_draws_are_told_and_not_counted() {
    let chances = Chances {
        basis: Basis {
            tried: 3,
            proved: 2,
        },
        chosen: BTreeMap::from([("a".to_owned(), 1)]),
    };
    assert_eq!(chances.share("a"), Some(0.5));
    assert_eq!(chances.share("b"), None);
    let basis = Basis {
        tried: 3,
        proved: 0,
    };
    assert_eq!(Chances { basis, ..chances }.share("a"), None);
}

#[test]
fn where_sorting_tells_every_draw_counts() {
    let method = profile("all", 40, "[programme.quota]\nper_area = 1");
    asked(&method, &villages(&[[1, 2, 3, 4]]), |draws, trials, _| {
        assert!(trials.is_none());
        let all = Basis {
            tried: 40,
            proved: 40,
        };
        assert_eq!(draws.basis(), Some(all));
    });
}
