//! Normalisation, aggregation and ranks: known numbers, laws, and the edges.

use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, proptest};

use super::super::{
    DESMIGRATIF, Hold, HoldKind, Note, Observation, Observed, Scored, Status, Table, Text, Unit,
    Village, detailed, observe_with, parse, rank,
};
use super::{ONE_DIMENSION, method, ranked, scores, table, unit};

fn check(head: &str, indicators: &[&str], rows: &[&[f64]], expected: &str) {
    let ranking = ranked(&method(head, indicators), &table(rows));
    assert_eq!(scores(&ranking), expected);
}

const AS_IS: &str = "normalise = { kind = \"as_is\" }";

fn with_aggregation(aggregation: &str) -> String {
    format!("{ONE_DIMENSION}\naggregation = \"{aggregation}\"")
}

#[test]
fn normalisations() {
    let rows: &[&[f64]] = &[&[1.0], &[2.0], &[2.0], &[5.0]];
    let min_max = "normalise = { kind = \"min_max\" }";
    check(
        ONE_DIMENSION,
        &[min_max],
        rows,
        "0.000000 0.250000 0.250000 1.000000",
    );
    let lower = "normalise = { kind = \"min_max\" }\ndirection = \"lower\"";
    check(
        ONE_DIMENSION,
        &[lower],
        rows,
        "1.000000 0.750000 0.750000 0.000000",
    );
    let posts = "normalise = { kind = \"min_max\", min = 2, max = 4 }";
    check(
        ONE_DIMENSION,
        &[posts],
        rows,
        "0.000000 0.000000 0.000000 1.000000",
    );
    // Mean 2.5, deviation (n - 1) 1.732051.
    let z_score = "normalise = { kind = \"z_score\" }";
    check(
        ONE_DIMENSION,
        &[z_score],
        rows,
        "-0.866025 -0.288675 -0.288675 1.443376",
    );
    let borda = "normalise = { kind = \"rank\" }";
    check(
        ONE_DIMENSION,
        &[borda],
        rows,
        "0.000000 1.000000 1.000000 3.000000",
    );
    let percentile = "normalise = { kind = \"percentile\" }";
    check(
        ONE_DIMENSION,
        &[percentile],
        rows,
        "0.000000 0.333333 0.333333 1.000000",
    );
    let reverse = "normalise = { kind = \"percentile\" }\ndirection = \"lower\"";
    check(
        ONE_DIMENSION,
        &[reverse],
        rows,
        "1.000000 0.333333 0.333333 0.000000",
    );
    let scaled = format!("scale = [1, 100]\n{ONE_DIMENSION}");
    check(
        &scaled,
        &[min_max],
        rows,
        "1.000000 25.750000 25.750000 100.000000",
    );
}

#[test]
fn means() {
    let rows: &[&[f64]] = &[&[2.0, 8.0], &[4.0, 4.0]];
    let both = [AS_IS, AS_IS];
    check(
        &with_aggregation("arithmetic"),
        &both,
        rows,
        "5.000000 4.000000",
    );
    check(
        &with_aggregation("geometric"),
        &both,
        rows,
        "4.000000 4.000000",
    );
    check(
        &with_aggregation("harmonic"),
        &both,
        rows,
        "3.200000 4.000000",
    );
    let weighted = ["weight = 3\nnormalise = { kind = \"as_is\" }", AS_IS];
    check(
        &with_aggregation("arithmetic"),
        &weighted,
        rows,
        "3.500000 4.000000",
    );
}

#[test]
fn trees_of_any_depth() {
    let head = "decimals = 4\n\
        [[dimension]]\nid = \"top\"\nlabel = { id = \"T\", en = \"T\" }\n\
        [[dimension]]\nid = \"mid\"\nparent = \"top\"\nweight = 3\nlabel = { id = \"M\", en = \"M\" }\n\
        [[dimension]]\nid = \"d\"\nparent = \"mid\"\naggregation = \"harmonic\"\nlabel = { id = \"D\", en = \"D\" }\n\
        [[dimension]]\nid = \"e\"\nparent = \"top\"\nlabel = { id = \"E\", en = \"E\" }\n\
        [[indicator]]\nid = \"z\"\ndimension = \"e\"\nexpression = \"1\"\nlabel = { id = \"Z\", en = \"Z\" }\nnormalise = { kind = \"as_is\" }";
    // The harmonic mean of 2 and 6 is 3; (3 * 3 + 1 * 7) / 4 = 4.
    check(head, &[AS_IS, AS_IS], &[&[7.0, 2.0, 6.0]], "4.000000");
}

#[test]
fn all_values_equal_have_a_stated_outcome() {
    let rows: &[&[f64]] = &[&[3.0], &[3.0], &[3.0]];
    for (kind, expected) in [
        ("min_max", "0.500000 0.500000 0.500000"),
        ("z_score", "0.000000 0.000000 0.000000"),
        ("rank", "0.000000 0.000000 0.000000"),
        ("percentile", "0.500000 0.500000 0.500000"),
    ] {
        let body = format!("normalise = {{ kind = \"{kind}\" }}");
        check(ONE_DIMENSION, &[&body], rows, expected);
        check(ONE_DIMENSION, &[&body], &[&[3.0]], &expected[..8]);
    }
    let ranking = ranked(&method(ONE_DIMENSION, &[AS_IS]), &table(rows));
    let ranks: Vec<Option<u32>> = ranking.units.iter().map(|it| it.rank).collect();
    assert_eq!(ranks, [Some(1); 3]);
}

#[test]
fn negative_and_zero_values_in_geometric_and_harmonic_means() {
    let rows: &[&[f64]] = &[&[-1.0, 4.0], &[0.0, 4.0], &[1.0, 4.0]];
    check(
        &with_aggregation("geometric"),
        &[AS_IS, AS_IS],
        rows,
        "- 0.000000 2.000000",
    );
    check(
        &with_aggregation("harmonic"),
        &[AS_IS, AS_IS],
        rows,
        "- 0.000000 1.600000",
    );
    let ranking = ranked(
        &method(&with_aggregation("geometric"), &[AS_IS, AS_IS]),
        &table(rows),
    );
    let last = ranking.units.last().unwrap();
    assert_eq!((last.status, last.rank), (Status::NotScored, None));
    assert_eq!(
        last.dimensions[0].outcome,
        crate::priority::Outcome::Negative
    );
}

#[test]
fn a_denominator_of_zero_is_missing_and_says_so() {
    let ranking = ranked(
        &method(
            ONE_DIMENSION,
            &[
                "normalise = { kind = \"min_max\", min = 0, max = 10 }",
                AS_IS,
            ],
        ),
        &table(&[&[f64::INFINITY, 1.0], &[f64::NAN, 1.0], &[5.0, 1.0]]),
    );
    assert_eq!(scores(&ranking), "0.500000 0.500000 0.750000");
    let broken = ranking.units.iter().find(|it| it.region == "u0").unwrap();
    assert_eq!(broken.indicators[0].note, Some(Note::NotANumber));
    assert_eq!(broken.indicators[0].raw, Observed::Missing);
    assert_eq!((broken.lower, broken.upper), (Some(0.5), Some(1.0)));
    assert!(!serde_json::to_string(&ranking).unwrap().contains("NaN"));
}

#[test]
fn everything_missing_is_not_scored_and_keeps_its_interval() {
    for rule in [
        "worst",
        "best",
        "drop",
        "mean",
        "median",
        "group_mean",
        "group_median",
    ] {
        let body = format!("normalise = {{ kind = \"min_max\" }}\nmissing = \"{rule}\"");
        let method = method(ONE_DIMENSION, &[&body]);
        for value in [
            Observed::Missing,
            Observed::Unknown,
            Observed::Refused,
            Observed::Irrelevant,
        ] {
            let ranking = ranked(&method, &[unit("u0", &[value])]);
            let only = &ranking.units[0];
            assert_eq!(
                (only.status, only.score, only.rank),
                (Status::NotScored, None, None),
                "{rule}"
            );
            assert_eq!((only.lower, only.upper), (Some(0.0), Some(1.0)), "{rule}");
        }
    }
}

#[test]
fn missing_values_follow_their_rule_and_span_worst_to_best() {
    let rows = [
        unit(
            "53.01.01.2001",
            &[Observed::Number(2.0), Observed::Number(0.0)],
        ),
        unit(
            "53.01.01.2002",
            &[Observed::Number(4.0), Observed::Number(0.0)],
        ),
        unit(
            "53.02.01.2001",
            &[Observed::Number(10.0), Observed::Number(0.0)],
        ),
        unit("53.01.01.2003", &[Observed::Missing, Observed::Number(0.0)]),
    ];
    let second = "normalise = { kind = \"min_max\", min = 0, max = 10 }";
    for (rule, expected) in [
        ("worst", 0.0),
        ("best", 0.5),
        ("drop", 0.0),
        ("mean", 0.266_667),
        ("median", 0.2),
        ("group_mean", 0.15),
        ("group_median", 0.15),
    ] {
        let first = format!("{second}\nmissing = \"{rule}\"");
        let ranking = ranked(&method(ONE_DIMENSION, &[&first, second]), &rows);
        let unit = ranking
            .units
            .iter()
            .find(|it| it.region == "53.01.01.2003")
            .unwrap();
        let score = unit.score.unwrap();
        assert!((score - expected).abs() < 1e-6, "{rule}: {score}");
        assert_eq!((unit.lower, unit.upper), (Some(0.0), Some(0.5)), "{rule}");
        assert!(!unit.indicators[0].observed);
    }
}

#[test]
fn a_known_lower_bound_narrows_the_interval() {
    let posts = "normalise = { kind = \"min_max\", min = 0, max = 10 }";
    let reverse = format!("{posts}\ndirection = \"lower\"");
    let mut village = unit(
        "u0",
        &[Observed::Unknown, Observed::Unknown, Observed::Number(0.0)],
    );
    village.indicators[0].lower = Some(4.0);
    village.indicators[1].lower = Some(4.0);
    let ranking = ranked(
        &method(ONE_DIMENSION, &[posts, &reverse, posts]),
        &[village],
    );
    let details = &ranking.units[0].indicators;
    assert_eq!((details[0].lowest, details[0].highest), (0.4, 1.0));
    assert_eq!((details[1].lowest, details[1].highest), (0.0, 0.6));
}

#[test]
fn irrelevant_is_told_apart_from_missing() {
    let posts = "normalise = { kind = \"min_max\", min = 0, max = 10 }";
    let valued = format!("{posts}\nmissing = \"drop\"\nirrelevant = {{ value = 5 }}");
    let ranking = ranked(
        &method(ONE_DIMENSION, &[&valued, posts]),
        &[
            unit("u0", &[Observed::Irrelevant, Observed::Number(10.0)]),
            unit("u1", &[Observed::Missing, Observed::Number(10.0)]),
        ],
    );
    assert_eq!(scores(&ranking), "0.750000 1.000000");
}

#[test]
fn a_threshold_blanks_a_dimension_with_too_little_data() {
    let head = format!("{ONE_DIMENSION}\nthreshold = 0.6");
    let body = "normalise = { kind = \"as_is\" }\nmissing = \"drop\"";
    let units = [
        unit("u0", &[Observed::Number(1.0), Observed::Missing]),
        unit("u1", &[Observed::Number(1.0), Observed::Number(1.0)]),
    ];
    assert_eq!(
        scores(&ranked(&method(&head, &[body, body]), &units)),
        "- 1.000000"
    );
}

#[test]
fn held_villages_are_apart_and_do_not_move_the_goalposts() {
    let mut units = table(&[&[0.0], &[5.0], &[1000.0]]);
    units[2].holds.push(Hold {
        kind: HoldKind::Conflict,
        paths: vec!["/data/a".to_owned()],
        text: Text::new("isian ganda", "conflict"),
    });
    let ranking = ranked(
        &method(ONE_DIMENSION, &["normalise = { kind = \"min_max\" }"]),
        &units,
    );
    assert_eq!(scores(&ranking), "0.000000 1.000000 1.000000");
    let held = ranking.units.last().unwrap();
    assert_eq!((held.status, held.rank), (Status::Held, None));
    assert_eq!(held.reasons[0].id, "Belum layak dinilai: isian ganda");
}

#[test]
fn scores_are_rounded_before_they_are_ranked() {
    let noisy: &[&[f64]] = &[&[0.1 + 0.2], &[0.3], &[0.300_04], &[0.300_06]];
    let ranking = ranked(&method(ONE_DIMENSION, &[AS_IS]), &table(noisy));
    let mut ranks: Vec<(&str, Option<u32>)> = ranking
        .units
        .iter()
        .map(|it| (it.region.as_str(), it.rank))
        .collect();
    ranks.sort();
    assert_eq!(
        ranks,
        [
            ("u0", Some(2)),
            ("u1", Some(2)),
            ("u2", Some(2)),
            ("u3", Some(1))
        ]
    );
}

#[test]
fn wrong_lists_and_double_codes_are_refused_all_at_once() {
    let mut units = table(&[&[1.0], &[2.0], &[3.0, 4.0]]);
    units[1].region = "u0".to_owned();
    let problems = rank(&method(ONE_DIMENSION, &[AS_IS]), &units, "").unwrap_err();
    let places: Vec<&str> = problems.iter().map(|it| it.place.as_str()).collect();
    assert_eq!(places, ["unit u2.indicators", "unit u0"]);
}

#[test]
fn contributions_sum_to_the_score() {
    let head = "decimals = 4\n[[dimension]]\nid = \"t\"\nlabel = { id = \"T\", en = \"T\" }\n\
        [[dimension]]\nid = \"d\"\nparent = \"t\"\nlabel = { id = \"D\", en = \"D\" }";
    let units = [unit(
        "u0",
        &[
            Observed::Number(3.0),
            Observed::Number(5.0),
            Observed::Missing,
        ],
    )];
    let drop = "normalise = { kind = \"as_is\" }\nmissing = \"drop\"";
    let ranking = ranked(
        &method(
            head,
            &["weight = 3\nnormalise = { kind = \"as_is\" }", AS_IS, drop],
        ),
        &units,
    );
    let unit = &ranking.units[0];
    let shares: Vec<f64> = unit.indicators.iter().map(|it| it.weight).collect();
    assert_eq!(shares, [0.75, 0.25, 0.0]);
    let sum: f64 = unit.indicators.iter().map(|it| it.contribution).sum();
    assert_eq!(Some(sum), unit.score);
    assert_eq!(
        unit.reasons[1].id,
        "Terkuat: I a 3 (menyumbang 2,25); I b 5 (menyumbang 1,25)"
    );
}

#[test]
fn a_village_is_observed_in_document_order() {
    let method = parse(DESMIGRATIF.document).unwrap();
    let mut asked = Vec::new();
    let village = Village {
        region: "53.21.03.2003".to_owned(),
        ..Village::default()
    };
    let unit = observe_with(&method, village, |expression| {
        asked.push(expression.to_owned());
        Observation::number(asked.len() as f64)
    });
    let places = method.expressions();
    let expressions: Vec<&str> = places.iter().map(|it| it.expression).collect();
    assert_eq!(asked, expressions);
    assert_eq!(unit.indicators.len(), 13);
    assert_eq!(unit.eligibility[0], Observation::number(14.0));
    assert_eq!(unit.tie_break[1], Observation::number(18.0));
}

fn rows() -> impl Strategy<Value = Vec<(Option<f64>, Option<f64>)>> {
    let value = || proptest::option::weighted(0.8, (0_i32..50).prop_map(f64::from));
    proptest::collection::vec((value(), value()), 1..12)
}

fn units_of(rows: &[(Option<f64>, Option<f64>)]) -> Vec<Unit> {
    let observed = |value: &Option<f64>| value.map_or(Observed::Missing, Observed::Number);
    rows.iter()
        .enumerate()
        .map(|(index, (one, two))| {
            let region = format!("53.{:02}.01.{:04}", 1 + index % 3, 2000 + index);
            unit(&region, &[observed(one), observed(two)])
        })
        .collect()
}

const KINDS: [&str; 5] = ["min_max", "z_score", "rank", "percentile", "as_is"];
const RULES: [&str; 7] = [
    "worst",
    "best",
    "drop",
    "mean",
    "median",
    "group_mean",
    "group_median",
];

fn any_method() -> impl Strategy<Value = (String, String, String)> {
    let aggregation = proptest::sample::select(vec!["arithmetic", "geometric", "harmonic"]);
    (
        proptest::sample::select(KINDS.to_vec()),
        proptest::sample::select(RULES.to_vec()),
        aggregation,
    )
        .prop_map(|(kind, rule, aggregation)| {
            (kind.to_owned(), rule.to_owned(), aggregation.to_owned())
        })
}

proptest! {
    #[test]
    fn the_order_of_the_villages_changes_nothing(
        (rows, order) in rows().prop_flat_map(|rows| {
            let order = Just((0..rows.len()).collect::<Vec<usize>>()).prop_shuffle();
            (Just(rows), order)
        }),
        (kind, rule, aggregation) in any_method(),
    ) {
        let body = format!("normalise = {{ kind = \"{kind}\" }}\nmissing = \"{rule}\"");
        let method = method(&with_aggregation(&aggregation), &[&body, &body]);
        let units = units_of(&rows);
        let shuffled: Vec<Unit> = order.iter().map(|index| units[*index].clone()).collect();
        let one = serde_json::to_string(&ranked(&method, &units)).unwrap();
        let two = serde_json::to_string(&ranked(&method, &shuffled)).unwrap();
        prop_assert_eq!(&one, &two);
        prop_assert!(!one.contains("null,\"rounded\":0"));
    }

    #[test]
    fn only_the_ratio_of_weights_counts(
        rows in rows(), weight in 1_u32..20, factor in 1_u32..1000,
        (kind, rule, aggregation) in any_method(),
    ) {
        let body = |weight: u32| format!("weight = {weight}\nnormalise = {{ kind = \"{kind}\" }}\nmissing = \"{rule}\"");
        let head = with_aggregation(&aggregation);
        let one = method(&head, &[&body(weight), &body(7)]);
        let two = method(&head, &[&body(weight * factor), &body(7 * factor)]);
        let units = units_of(&rows);
        let shown = |method| -> Vec<(String, Option<u32>, Option<f64>)> {
            let ranking = ranked(method, &units);
            ranking.units.into_iter().map(|it| (it.region, it.rank, it.rounded)).collect()
        };
        prop_assert_eq!(shown(&one), shown(&two));
    }

    #[test]
    fn a_better_value_never_lowers_the_score(
        rows in rows(), lower in any::<bool>(), step in 1_i32..20,
        (kind, rule, aggregation) in any_method(),
    ) {
        let (direction, sign) = if lower { ("lower", -1.0) } else { ("higher", 1.0) };
        let first = format!("normalise = {{ kind = \"{kind}\" }}\nmissing = \"{rule}\"\ndirection = \"{direction}\"");
        let second = format!("normalise = {{ kind = \"{kind}\" }}\nmissing = \"{rule}\"");
        let head = format!("scale = [1, 100]\n{}", with_aggregation(&aggregation));
        let method = method(&head, &[&first, &second]);
        let units = units_of(&rows);
        let mut better = units.clone();
        let Observed::Number(value) = better[0].indicators[0].value else { return Ok(()) };
        better[0].indicators[0] = Observation::number(value + sign * f64::from(step));
        let code = units[0].region.clone();
        let find = |units: &[Unit]| {
            let ranking = ranked(&method, units);
            let found = ranking.units.iter().find(|it| it.region == code).cloned();
            found.and_then(|it| it.score.zip(it.rank))
        };
        if let (Some(before), Some(after)) = (find(&units), find(&better)) {
            // Relative normalisations move everybody, so there the rank is what must not fall.
            if kind == "as_is" || kind == "rank" || kind == "percentile" {
                prop_assert!(before.0 <= after.0 + 1e-9, "{before:?} {after:?}");
            } else if units.len() == 1 {
                prop_assert_eq!(before.0, after.0);
            }
        }
    }

    #[test]
    fn every_score_lies_in_its_interval_and_is_finite(
        rows in rows(), (kind, rule, aggregation) in any_method(),
    ) {
        let body = format!("normalise = {{ kind = \"{kind}\" }}\nmissing = \"{rule}\"");
        let method = method(&with_aggregation(&aggregation), &[&body, &body]);
        for unit in ranked(&method, &units_of(&rows)).units {
            if let (Some(lower), Some(score), Some(upper)) = (unit.lower, unit.score, unit.upper) {
                prop_assert!(lower <= score && score <= upper);
                prop_assert!(lower.is_finite() && upper.is_finite());
            }
            prop_assert_eq!(unit.status == Status::Ranked, unit.rank.is_some());
        }
    }
}

#[test]
fn details_of_some_villages_are_those_of_the_whole_ranking() {
    let villages = table(&[&[1.0, 4.0], &[2.0, f64::NAN], &[5.0, 2.0], &[3.0, 3.0]]);
    let min_max = "normalise = { kind = \"min_max\" }";
    let method = method(ONE_DIMENSION, &[min_max, min_max]);
    let whole = ranked(&method, &villages);
    let gathered = Table::gather(&method, &villages).unwrap();
    let scored = Scored::new(&method, &gathered, "benih");
    let strangers = table(&[&[0.0, 0.0]]);
    let stranger = Unit {
        region: "u9".to_owned(),
        ..strangers[0].clone()
    };
    let wanted = [&villages[1], &villages[2], &stranger];
    let found = detailed(&scored, wanted);
    let expected = [whole.unit("u1").unwrap(), whole.unit("u2").unwrap()];
    assert_eq!(found.iter().collect::<Vec<_>>(), expected);
}
