//! Draws, intervals, sensitivity and ways in: laws, and small cases that can be counted by hand.

use std::collections::BTreeMap;

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::super::{
    Draws, Exchange, Interval, Method, Needs, Observation, Observed, Part, Quota, Ranking, Scored,
    Table, Unit, WayIn, leave_one_out, method_hash, parse, way_in,
};
use super::{ONE_DIMENSION, method, ranked, table, unit};

pub(super) const POSTS: &str = "normalise = { kind = \"min_max\", min = 0, max = 10 }";

pub(super) fn programme(per_area: u32, uncertainty: &str) -> String {
    format!(
        "{ONE_DIMENSION}\n{uncertainty}\n[programme]\nid = \"p\"\nlabel = {{ id = \"P\", en = \"P\" }}\n\
         [programme.quota]\nper_area = {per_area}"
    )
}

pub(super) fn quota(method: &Method) -> Option<&Quota> {
    method.programme.as_ref().map(|it| &it.quota)
}

pub(super) fn intervals(method: &Method, units: &[Unit], parts: u32) -> Vec<Interval> {
    let table = Table::gather(method, units).unwrap();
    let scored = Scored::new(method, &table, "benih");
    let draws = Draws::new(&scored, quota(method), "benih").unwrap();
    let share = draws.count().div_ceil(parts);
    let parts: Vec<Part> = (0..parts)
        .map(|part| draws.run(part * share..((part + 1) * share).min(draws.count())))
        .collect();
    let mut intervals = draws.intervals(&parts, 0..draws.len());
    intervals.sort_by(|one, two| one.region.cmp(&two.region));
    intervals
}

pub(super) fn shown(intervals: &[Interval]) -> String {
    let lines: Vec<String> = intervals
        .iter()
        .map(|it| {
            let share = it
                .chosen_share
                .map_or("-".to_owned(), |it| format!("{it:.2}"));
            let rank = it.rank.map_or("-".to_owned(), |it| it.to_string());
            format!(
                "{} {rank}: {}-{}-{} {share}",
                it.region, it.low, it.median, it.high
            )
        })
        .collect();
    lines.join("\n")
}

#[test]
fn nothing_is_uncertain_so_nothing_moves() {
    let head = programme(1, "[uncertainty]\ndraws = 20");
    let units = table(&[&[1.0], &[5.0], &[5.0], &[9.0]]);
    let shown = shown(&intervals(&method(&head, &[POSTS]), &units, 1));
    // Each is alone in its area.
    assert_eq!(
        shown,
        "u0 4: 4-4-4 1.00\nu1 2: 2-2-2 1.00\nu2 2: 2-2-2 1.00\nu3 1: 1-1-1 1.00"
    );
}

#[test]
fn a_village_that_is_best_in_everything_stays_first() {
    let head = programme(1, "[uncertainty]\ndraws = 200\nweight_spread = 1");
    let rows: Vec<Unit> = [[9.0, 9.0], [8.0, 1.0], [1.0, 8.0]]
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let values = row.map(Observed::Number);
            unit(&format!("53.01.01.200{index}"), &values)
        })
        .collect();
    let found = intervals(&method(&head, &[POSTS, POSTS]), &rows, 1);
    assert_eq!((found[0].low, found[0].high), (1.0, 1.0));
    assert_eq!(found[0].chosen_share, Some(1.0));
    // The other two change places with the weights.
    assert_eq!((found[1].low, found[1].high), (2.0, 3.0));
    assert_eq!((found[1].rank, found[2].rank), (Some(2), Some(2)));
    assert_eq!(found[1].chosen_share, Some(0.0));
}

#[test]
fn what_is_not_known_widens_the_interval() {
    let head = programme(1, "[uncertainty]\ndraws = 400\nunknown_values = true");
    let mut rows: Vec<Unit> = [2.0, 5.0, 8.0]
        .iter()
        .enumerate()
        .map(|(index, value)| {
            unit(
                &format!("53.01.01.200{index}"),
                &[Observed::Number(*value), Observed::Number(0.0)],
            )
        })
        .collect();
    rows[0].indicators[0] = Observation {
        lower: Some(3.0),
        ..Observation::missing()
    };
    let found = intervals(&method(&head, &[POSTS, POSTS]), &rows, 1);
    // Between 3 and 10: better than 5 in 5 of 7 draws, than 8 in 2 of 7.
    assert_eq!(
        (found[0].rank, found[0].low, found[0].high),
        (Some(3), 1.0, 3.0)
    );
    let share = found[0].chosen_share.unwrap();
    assert!((share - 2.0 / 7.0).abs() < 0.07, "{share}");
    assert_eq!(found[2].high, 2.0);
}

#[test]
fn alternatives_are_taken_in_turn() {
    let uncertainty = "[uncertainty]\ndraws = 300\nnormalise = [\"min_max\", \"rank\"]\nmissing = [\"mean\", \"best\"]\naggregation = [\"arithmetic\", \"harmonic\"]";
    let head = programme(1, uncertainty);
    let free = "normalise = { kind = \"min_max\" }";
    let units = table(&[&[1.0, 9.0], &[5.0, 5.0], &[9.0, 2.0], &[3.0, 3.0]]);
    let method = method(&head, &[free, free]);
    let table = Table::gather(&method, &units).unwrap();
    let scored = Scored::new(&method, &table, "s");
    let draws = Draws::new(&scored, quota(&method), "s").unwrap();
    let parts = [
        draws.sensitivity_part(0..64),
        draws.sensitivity_part(64..128),
    ];
    let found = draws.sensitivity(&parts);
    let names: Vec<&str> = found.factors.iter().map(|it| it.factor).collect();
    assert_eq!(names, ["normalise", "missing", "aggregation"]);
    assert_eq!((found.replications, found.failed), (128 * 5, 0));
    assert_eq!(draws.sensitivity_runs(128), 128 * 5);
    let total = |place: usize| found.factors[place].total.unwrap();
    // Nothing is missing, so that its rule cannot matter.
    assert_eq!(total(1), 0.0);
    assert!(0.1 < total(0) + total(2));
    // Without anything to vary there is no variance to share.
    let head = programme(1, "[uncertainty]\ndraws = 10\nweight_spread = 0.1");
    let alone = super::method(&head, &[POSTS]);
    let table = Table::gather(&alone, super::table(&[&[1.0], &[2.0]])).unwrap();
    let scored = Scored::new(&alone, &table, "s");
    let draws = Draws::new(&scored, None, "s").unwrap();
    let found = draws.sensitivity(&[draws.sensitivity_part(0..8)]);
    assert_eq!(
        (found.factors[0].first, found.factors[0].total),
        (None, None)
    );
    assert_eq!(found.mean_shift, Some(0.0));
}

#[test]
fn leaving_an_indicator_out_names_who_comes_and_goes() {
    let head = programme(1, "");
    let rows = [
        unit(
            "53.01.01.2001",
            &[Observed::Number(10.0), Observed::Number(0.0)],
        ),
        unit(
            "53.01.01.2002",
            &[Observed::Number(4.0), Observed::Number(4.0)],
        ),
    ];
    let method = method(&head, &[POSTS, POSTS]);
    let table = Table::gather(&method, &rows).unwrap();
    let scored = Scored::new(&method, &table, "s");
    let left = leave_one_out(&scored, quota(&method), "s").unwrap();
    assert_eq!((left[0].mean_shift, left[0].largest_shift), (1.0, 1));
    let exchange = left[0].exchange.as_ref().unwrap();
    assert_eq!(exchange.entering, ["53.01.01.2002"]);
    assert_eq!(exchange.leaving, ["53.01.01.2001"]);
    assert_eq!(left[1].mean_shift, 0.0);
    assert_eq!(left[1].exchange, Some(Exchange::default()));
}

/// A dimension by components, one by comparisons, and a root by components of both.
fn derived(without: Option<&str>) -> Method {
    let kept = |id: &&&str| without != Some(**id);
    let comparisons = [("d", "e", 3), ("d", "f", 5), ("e", "f", 2)];
    let comparisons = comparisons
        .iter()
        .filter(|(of, over, _)| kept(&of) && kept(&over))
        .map(|(of, over, times)| {
            format!("{{ of = \"{of}\", over = \"{over}\", times = {times} }}")
        });
    let comparisons: Vec<String> = comparisons.collect();
    let mut document = format!(
        "format = 1\nid = \"m\"\nversion = \"1\"\nlabel = {{ id = \"M\", en = \"M\" }}\ndecimals = 6\n\
         [[dimension]]\nid = \"root\"\nlabel = {{ id = \"R\", en = \"R\" }}\nweights = \"pca\"\n\
         [[dimension]]\nid = \"x\"\nparent = \"root\"\nlabel = {{ id = \"X\", en = \"X\" }}\nweights = \"pca\"\n\
         [[dimension]]\nid = \"y\"\nparent = \"root\"\nlabel = {{ id = \"Y\", en = \"Y\" }}\n\
         weights = {{ ahp = [{}] }}\n",
        comparisons.join(", ")
    );
    for (index, id) in ["a", "b", "c", "d", "e", "f"].iter().enumerate() {
        if kept(&id) {
            let dimension = if index < 3 { "x" } else { "y" };
            document.push_str(&format!(
                "[[indicator]]\nid = \"{id}\"\ndimension = \"{dimension}\"\n\
                 label = {{ id = \"I\", en = \"I\" }}\nexpression = \"{id}\"\n{POSTS}\n"
            ));
        }
    }
    parse(&document).unwrap_or_else(|problems| panic!("{problems:?}\n{document}"))
}

/// Rebuilding the index without the indicator is what leaving it out means (OECD handbook, step 7): a share that the
/// indicator itself shaped is nobody's weight any more.
#[test]
fn leaving_an_indicator_out_weighs_as_the_method_without_it_would() {
    let mut state = 7_u64;
    let mut next = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) % 1_000
    };
    let rows: Vec<[f64; 6]> = (0..40)
        .map(|_| {
            let common = next() as f64;
            std::array::from_fn(|index| (common * index as f64 + next() as f64) / 600.0)
        })
        .collect();
    let units = |without: Option<usize>| -> Vec<Unit> {
        let each = rows.iter().enumerate().map(|(village, row)| {
            let kept = row.iter().enumerate().filter(|it| Some(it.0) != without);
            let values: Vec<Observed> = kept.map(|(_, it)| Observed::Number(*it)).collect();
            unit(&format!("53.01.01.{}", 2001 + village), &values)
        });
        each.collect()
    };
    let whole = derived(None);
    let (all, ids) = (units(None), ["a", "b", "c", "d", "e", "f"]);
    let table = Table::gather(&whole, &all).unwrap();
    let scored = Scored::new(&whole, &table, "s");
    let left = leave_one_out(&scored, None, "s").unwrap();
    let ranks = |ranking: &Ranking| -> Vec<u32> {
        let codes = all.iter().map(|it| it.region.as_str());
        codes
            .map(|it| ranking.unit(it).unwrap().rank.unwrap())
            .collect()
    };
    let before = ranks(&ranked(&whole, &all));
    for (index, id) in ids.iter().enumerate() {
        let after = ranks(&ranked(&derived(Some(id)), &units(Some(index))));
        let shifts = before
            .iter()
            .zip(&after)
            .map(|(one, two)| one.abs_diff(*two));
        let mean = shifts.clone().sum::<u32>() as f64 / all.len() as f64;
        let (found, largest) = (left[index].mean_shift, left[index].largest_shift);
        assert!((found - mean).abs() < 1e-9, "{id}: {found} {mean}");
        assert_eq!(Some(largest), shifts.max(), "{id}");
        assert!(0.0 < mean, "{id} moves somebody");
    }
}

fn needs(way: Option<WayIn>) -> Needs {
    match way {
        Some(WayIn::Needs(needs)) => needs,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_way_in_is_the_smallest_change_that_suffices() {
    let head = programme(1, "");
    let second = format!("weight = 3\n{POSTS}");
    let method = method(&head, &[POSTS, &second]);
    let rows = [
        unit(
            "53.01.01.2001",
            &[Observed::Number(2.0), Observed::Number(8.0)],
        ),
        unit(
            "53.01.01.2002",
            &[Observed::Number(9.0), Observed::Number(4.0)],
        ),
        unit(
            "53.01.01.2003",
            &[Observed::Number(0.0), Observed::Number(0.0)],
        ),
    ];
    let table = Table::gather(&method, &rows).unwrap();
    let scored = Scored::new(&method, &table, "s");
    let ask = |region: &str| way_in(&scored, quota(&method).unwrap(), "s", region).unwrap();
    let first = ask("53.01.01.2001").unwrap();
    assert_eq!(first, WayIn::Chosen);
    // 0.65 is chosen, 0.525 is not. Whether 0.65 suffices is for the lottery.
    let second = needs(ask("53.01.01.2002"));
    let needed = second.score;
    assert!(needed == 0.65 || needed == 0.6501, "{needed}");
    // A full first indicator gives 0.55, too little; the second must rise by (0.65 - 0.525) / 0.75.
    let ways: Vec<(&str, String)> = second
        .indicators
        .as_ref()
        .unwrap()
        .iter()
        .map(|it| (it.indicator.as_str(), format!("{:.2}", it.to)))
        .collect();
    assert_eq!(ways, [("b", "0.57".to_owned())]);
    assert_eq!(second.weights.map(|it| it.len()), Some(2));
    let third = needs(ask("53.01.01.2003"));
    assert_eq!(third.indicators.map(|it| it.len()), Some(1));
    assert_eq!(third.weights, Some(Vec::new()));
    assert_eq!(ask("53.09.01.2001"), None);
}

#[test]
fn a_slider_ranks_as_the_method_would() {
    let head = programme(1, "[uncertainty]\nweight_level = \"top\"");
    let units = table(&[&[1.0, 9.0], &[5.0, 5.0], &[9.0, 2.0]]);
    let usual = method(&head, &[POSTS, POSTS]);
    let table = Table::gather(&usual, &units).unwrap();
    let scored = Scored::new(&usual, &table, "s");
    let draws = Draws::new(&scored, quota(&usual), "s").unwrap();
    let moved = draws.rerank(&BTreeMap::from([
        ("b".to_owned(), 5.0),
        ("z".to_owned(), 1.0),
    ]));
    let heavy = format!("weight = 5\n{POSTS}");
    let heavy = method(&head, &[POSTS, &heavy]);
    let expected = super::ranked(&heavy, &units);
    for (village, rank) in moved.ranks.iter().enumerate() {
        assert_eq!(
            expected.unit(draws.region(village)).unwrap().rank,
            Some(*rank)
        );
    }
    assert_ne!(method_hash(&usual), method_hash(&heavy));
}

fn rows(values: &[(i32, Option<i32>)]) -> Vec<Unit> {
    let observed = |it: Option<i32>| it.map_or(Observed::Missing, |it| Observed::Number(it.into()));
    values
        .iter()
        .enumerate()
        .map(|(index, (one, two))| {
            let region = format!("53.{:02}.01.{:04}", 1 + index % 3, 2000 + index);
            unit(&region, &[observed(Some(*one)), observed(*two)])
        })
        .collect()
}

proptest! {
    #[test]
    fn the_number_of_parts_and_the_order_of_rows_change_nothing(
        values in proptest::collection::vec((0_i32..10, proptest::option::of(0_i32..10)), 1..90),
        top in any::<bool>(), parts in 1_u32..5,
    ) {
        let level = if top { "top" } else { "all" };
        let uncertainty = format!("[uncertainty]\ndraws = 40\nweight_spread = 0.5\nweight_level = \"{level}\"\nunknown_values = true");
        let method = method(&programme(2, &uncertainty), &[POSTS, POSTS]);
        let units = rows(&values);
        let whole = intervals(&method, &units, 1);
        let reversed: Vec<Unit> = units.iter().rev().cloned().collect();
        prop_assert_eq!(&whole, &intervals(&method, &reversed, parts));
        for found in &whole {
            prop_assert!(1.0 <= found.low && found.low <= found.median && found.median <= found.high);
            prop_assert!(found.high <= whole.len() as f64);
        }
        let chosen: f64 = whole.iter().filter_map(|it| it.chosen_share).sum();
        let places: usize = (0..3).map(|area| values.len().saturating_sub(area).div_ceil(3).min(2)).sum();
        prop_assert!((chosen - places as f64).abs() < 1e-9, "{chosen} {places}");
    }

    #[test]
    fn a_geometric_draw_without_spread_is_the_ranking_itself(
        values in proptest::collection::vec((0_i32..10, proptest::option::of(0_i32..10)), 1..40),
    ) {
        let head = format!("{ONE_DIMENSION}\naggregation = \"geometric\"\n[uncertainty]\ndraws = 3");
        let drop = format!("missing = \"drop\"\n{POSTS}");
        for found in intervals(&method(&head, &[POSTS, &drop]), &rows(&values), 1) {
            let rank = f64::from(found.rank.unwrap_or_default());
            prop_assert_eq!((found.low, found.high), (rank, rank));
        }
    }
}

#[test]
fn a_slider_ranks_as_the_method_with_those_weights_would() {
    let uncertain =
        "[uncertainty]\ndraws = 10\nweight_level = \"top\"\nnormalise = [\"rank\", \"z_score\"]";
    for weights in ["", "weights = \"equal\"", "weights = \"pca\""] {
        let head = programme(2, "").replace(
            "label = { id = \"D\", en = \"D\" }",
            &format!("label = {{ id = \"D\", en = \"D\" }}\n{weights}"),
        );
        let method = method(&format!("{head}\n{uncertain}"), &[POSTS, POSTS, POSTS]);
        let units = table(&[
            &[1.0, 9.0, 3.0],
            &[5.0, 5.0, 4.0],
            &[9.0, 1.0, 8.0],
            &[2.0, 7.0, 7.0],
        ]);
        let table = Table::gather(&method, &units).unwrap();
        let scored = Scored::new(&method, &table, "benih");
        let draws = Draws::as_it_is(&scored, quota(&method), "benih").unwrap();
        let moved = BTreeMap::from([
            ("a".to_owned(), 0.1),
            ("b".to_owned(), 0.7),
            ("c".to_owned(), 0.2),
        ]);
        let ranks = draws.rerank(&moved).ranks;
        let changed = method.with_weights(&moved);
        let ranking = super::ranked(&changed, &units);
        for (village, rank) in ranks.iter().enumerate() {
            let region = draws.region(village);
            let unit = ranking.unit(region).unwrap();
            assert_eq!(unit.rank, Some(*rank), "{weights} {region}");
        }
        let unmoved = draws.rerank(&BTreeMap::new()).ranks;
        for (village, rank) in unmoved.iter().enumerate() {
            let unit = super::ranked(&method, &units);
            let unit = unit.unit(draws.region(village)).unwrap();
            assert_eq!(unit.rank, Some(*rank), "{weights}");
        }
    }
}

#[test]
fn caps_and_locks_leave_every_draw_its_choice() {
    let narrowed = "per_subdistrict = 1\n\
        [[programme.quota.lock]]\ncode = \"53.01.02.2001\"\nplace = \"in\"\nby = \"M\"\nreason = \"r\"\n\
        [[programme.quota.lock]]\ncode = \"53.01.03.2001\"\nplace = \"out\"\nby = \"M\"\nreason = \"r\"";
    let head = programme(
        2,
        "[uncertainty]\ndraws = 400\nweight_spread = 0\nunknown_values = true",
    );
    let method = method(&format!("{head}\n{narrowed}"), &[POSTS, POSTS]);
    let rows = [
        ("53.01.01.2001", Some(8.0)),
        // Anywhere from 0 to 10: better than the other of its kecamatan in a fifth of the draws.
        ("53.01.01.2002", None),
        ("53.01.02.2001", Some(1.0)),
        ("53.01.03.2001", Some(9.0)),
        ("53.01.04.2001", Some(5.0)),
    ];
    let units = rows.map(|(code, value)| {
        let value = value.map_or(Observed::Unknown, Observed::Number);
        unit(code, &[value, Observed::Number(5.0)])
    });
    let found = intervals(&method, &units, 3);
    let share = |code: &str| {
        let own = found.iter().find(|it| it.region == code).unwrap();
        own.chosen_share.unwrap()
    };
    assert_eq!(share("53.01.02.2001"), 1.0);
    assert_eq!(share("53.01.03.2001"), 0.0);
    assert_eq!(
        share("53.01.04.2001"),
        0.0,
        "the other place is for 8 or better"
    );
    let (known, unknown) = (share("53.01.01.2001"), share("53.01.01.2002"));
    assert_eq!(known + unknown, 1.0);
    assert!((0.14..0.26).contains(&unknown), "{unknown}");

    let table = Table::gather(&method, &units).unwrap();
    let scored = Scored::new(&method, &table, "benih");
    let way = |code: &str| {
        let quota = quota(&method).unwrap();
        way_in(&scored, quota, "benih", code).unwrap()
    };
    assert_eq!(way("53.01.02.2001"), Some(WayIn::Chosen));
    assert_eq!(way("53.01.03.2001"), Some(WayIn::NoScore));
    // As good as what takes the other place: the lottery would be for it.
    assert_eq!(needs(way("53.01.04.2001")).score, 0.65);
    let left = leave_one_out(&scored, quota(&method), "benih").unwrap();
    assert!(left.iter().all(|it| it.exchange.is_some()));
}
